/*
 * line.h - the words and texts of an accord's file, taken one after the other, line by line.
 *
 * Spec: docs/spec/accord.md section 2. Layer: accord. Pure. For this folder, and the script of a dry run.
 *
 * Words are separated by spaces; "..." is a text and has no escapes; # outside a text starts a comment.
 * The first fault sticks, and nothing is taken any more: a reader of many words looks once, at the end.
 */
#ifndef ACCORD_LINE_H
#define ACCORD_LINE_H

#include "accord/accord.h"
#include "wire/date.h"

struct line_reader {
	struct bytes rest;	       /* of the file */
	struct bytes left;	       /* of the line */
	size_t number;		       /* of the line, from 1 */
	struct arena *arena;	       /* for what must outlive the file's bytes */
	const char *rule;	       /* what was broken first; NULL: nothing so far */
	bool is_full;		       /* the arena was used up: no rule of the file's */
	struct guidelines *guidelines; /* of the accord, while they are read */
};

void line_reader_open(struct line_reader *r, struct bytes file, struct arena *a);
/* The next line that holds a word; false at the end of the file or after a fault. */
bool line_next(struct line_reader *r);

/* Whether more follows on this line. */
bool line_has_more(const struct line_reader *r);
/* The next word without taking it; .len 0 at the end or before a text. Words borrow from the file. */
struct bytes line_peek(const struct line_reader *r);
struct bytes line_word(struct line_reader *r, const char *rule);
struct bytes line_text(struct line_reader *r, const char *rule); /* a copy in the arena */
uint64_t line_number(struct line_reader *r, uint64_t max, const char *rule);
/* 500ms, 30s, 8m, 1h, 2d, in milliseconds; none is 0 and 0s is refused. */
uint64_t line_span(struct line_reader *r, const char *rule);
/* "2027-06-30": a day from 1970 to 2199. */
void line_day(struct line_reader *r, const char *rule, struct date *out);
/* Takes this very word. */
void line_expect(struct line_reader *r, const char *word, const char *rule);
/* True and taken if the next word is this one. */
bool line_accept(struct line_reader *r, const char *word);
/* Nothing may follow. */
void line_end(struct line_reader *r, const char *rule);

/* The rest of the line, or up to a word that is no language: (LANG TEXT)+, each language of the accord once.
 */
void line_names(struct line_reader *r, const struct accord *a, struct bytes out[ACCORD_LANGUAGES_MAX]);
/*
 * Words that `find` knows (it gives `count` for others), each once and at least one: a bit each. It ends
 * before the first word that it does not know.
 */
uint64_t line_set(struct line_reader *r, const struct accord *a,
		  size_t (*find)(const struct accord *a, struct bytes word), size_t count, const char *rule);

void line_refuse(struct line_reader *r, const char *rule);

/*
 * nfc.c, the one place that asks utf8proc: well-formed UTF-8 of at most ACCORD_TEXT_LEN_MAX is in normal form
 * C.
 */
bool line_is_nfc(struct bytes text);

#endif
