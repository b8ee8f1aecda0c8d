#include "terminal/word_filter.h"

#include "base/alloc.h"
#include "crypto/age.h"
#include "terminal/held.h"

#include <stdlib.h>
#include <string.h>

static void copy_cut(struct bytes found, char word[FILTER_WORD_LEN])
{
	size_t len = found.len < FILTER_WORD_LEN ? found.len : FILTER_WORD_LEN - 1;

	if (len > 0)
		memcpy(word, found.ptr, len);
	word[len] = '\0';
}

enum exit_code word_filter(const struct options *o, const struct statement *s, struct bytes content,
			   char word[FILTER_WORD_LEN])
{
	struct held *h = xcalloc(1, sizeof *h);
	struct content *c = xcalloc(1, sizeof *c);
	const struct accord_channel *channel;
	struct fault fault;
	enum exit_code code = held_accord(h, o);

	word[0] = '\0';
	if (code == EXIT_DONE) {
		channel = accord_channel_find(h->accord, s->channel);
		/* What stays at home is held by nothing. */
		if (h->accord->held != NULL && channel != NULL && channel->plane != PLANE_HOME &&
		    content_read(content, c, &fault) == ERR_OK)
			copy_cut(held_words_find_in(h->accord->held, c), word);
	}
	held_close(h);
	age_wipe(c, sizeof *c);
	free(c);
	free(h);
	return code;
}

enum exit_code file_filter_open(const struct options *o, const struct statement *s, struct file_filter **out)
{
	struct file_filter *f = xcalloc(1, sizeof *f);
	const struct accord_channel *channel;
	enum exit_code code;

	f->held = xcalloc(1, sizeof *f->held);
	code = held_accord(f->held, o);
	if (code == EXIT_DONE) {
		channel = accord_channel_find(f->held->accord, s->channel);
		f->words = channel != NULL && channel->plane != PLANE_HOME ? f->held->accord->held : NULL;
	}
	if (f->words == NULL) {
		file_filter_close(f);
		f = NULL;
	}
	*out = f;
	return code;
}

void file_filter_begin(struct file_filter *f)
{
	held_search_open(&f->search, f->words);
}

void file_filter_add(struct file_filter *f, struct bytes piece)
{
	held_search_add(&f->search, piece);
}

enum file_kind file_filter_end(struct file_filter *f, char word[FILTER_WORD_LEN])
{
	enum file_kind kind = held_search_end(&f->search);

	copy_cut((struct bytes){ f->search.found, kind == FILE_TEXT ? f->search.found_len : 0 }, word);
	age_wipe(&f->search, sizeof f->search);
	return kind;
}

void file_filter_close(struct file_filter *f)
{
	if (f == NULL)
		return;
	held_close(f->held);
	free(f->held);
	age_wipe(&f->search, sizeof f->search);
	free(f);
}
