/*
 * word_filter.h - words that hold an item, asked at the terminal: of sealed text the node cannot.
 *
 * Layer: terminal. Spec: docs/spec/release.md section 2, docs/spec/guidelines.md section 9. The list is that
 * of the newest version of the accord in the home.
 */
#ifndef TERMINAL_WORD_FILTER_H
#define TERMINAL_WORD_FILTER_H

#include "accord/words.h"
#include "terminal/options.h"
#include "wire/content.h"
#include "wire/statement.h"

#define FILTER_WORD_LEN 256u /* with its terminator; longer ones are cut */

/*
 * The word of this content (plain, strict) that holds what is to go out there; "": none. EXIT_DONE, or it was
 * said why the list cannot be read: then nothing is let through.
 */
enum exit_code word_filter(const struct options *o, const struct statement *s, struct bytes content,
			   char word[FILTER_WORD_LEN]) MUST_CHECK;

struct held;

/* Files that go with it, as they come: for what is sealed, the terminal looks into them. */
struct file_filter {
	struct held_search search;
	struct held *held; /* whose accord has the list */
	const struct held_words *words;
};

/* NULL in *out: nothing is held there. Heap; EXIT_DONE, or it was said why the list cannot be read. */
enum exit_code file_filter_open(const struct options *o, const struct statement *s,
				struct file_filter **out) MUST_CHECK;
void file_filter_begin(struct file_filter *f);
void file_filter_add(struct file_filter *f, struct bytes piece);
/* FILE_TEXT: it was looked through, and the word that holds it stands in word; "": none. */
enum file_kind file_filter_end(struct file_filter *f, char word[FILTER_WORD_LEN]);
void file_filter_close(struct file_filter *f); /* wipes; takes NULL */

#endif
