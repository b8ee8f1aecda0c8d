/*
 * entente-page: a text's canonical file on standard input, as a PDF on standard output. `entente text render
 * --pdf` starts it: what draws letters is a program of its own, so that the one that holds keys and record
 * has none of it (ADR 48).
 *
 *	entente-page -s HASH [-l LANGUAGE] [-p LANGUAGE=PARTIES]... [-m LANGUAGE=MARK]...
 *
 * It ends with 0; 2: called wrongly; 3: no font has all letters; 1: anything else.
 */
#include "page/page.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add(struct page_words *words, size_t *count, char *typed)
{
	char *equals = strchr(typed, '=');

	if (equals == NULL || *count == PAGE_WORDS_MAX)
		return false;
	*equals = '\0';
	words[(*count)++] = (struct page_words){ typed, equals + 1 };
	return true;
}

static bool read_arguments(int count, char **arguments, struct page_set *s)
{
	int option;
	bool is_good = true;

	while (is_good && (option = getopt(count, arguments, "s:l:p:m:")) != -1) {
		if (option == 's')
			s->hash = optarg;
		else if (option == 'l')
			s->language = optarg;
		else if (option == 'p')
			is_good = add(s->parties, &s->parties_count, optarg);
		else if (option == 'm')
			is_good = add(s->marks, &s->marks_count, optarg);
		else
			is_good = false;
	}
	return is_good && optind == count && s->hash != NULL;
}

int main(int count, char **arguments)
{
	struct page_set s = { .hash = NULL };
	uint8_t *memory = xcalloc(1, TEXT_FILE_LEN_MAX);
	enum err e = ERR_USAGE;

	if (read_arguments(count, arguments, &s)) {
		s.file = (struct bytes){ memory, fread(memory, 1, TEXT_FILE_LEN_MAX, stdin) };
		e = page_write(&s, stdout);
	}
	free(memory);
	if (e != ERR_OK)
		fprintf(stderr, "entente-page: %s\n", err_text(e));
	return e == ERR_OK ? 0 : e == ERR_USAGE ? 2 : e == ERR_NOT_FOUND ? 3 : 1;
}
