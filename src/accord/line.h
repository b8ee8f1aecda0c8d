/*
 * line.h - the words of one line of an accord's file, taken one after the other.
 *
 * Spec: docs/spec/accord.md section 2. Layer: accord. Pure. For the files of this folder only.
 *
 * Words are separated by spaces; "..." is a text (with \" and \\ for the two); # outside a text starts a comment.
 * The first fault sticks: a reader of many words looks once, at the end.
 */
#ifndef ACCORD_LINE_H
#define ACCORD_LINE_H

#include "accord/accord.h"

struct line_reader {
	struct bytes rest;	/* of the file */
	struct bytes left;	/* of the line */
	size_t number;		/* of the line, from 1 */
	struct arena *arena;	/* texts without their escapes */
	const char *rule;	/* what was broken; NULL: nothing so far */
};

void line_reader_open(struct line_reader *r, struct bytes file, struct arena *a);
/* The next line that holds a word; false at the end of the file. */
bool line_next(struct line_reader *r);

/* Whether more words follow on this line. */
bool line_has_more(const struct line_reader *r);
/* The next word without taking it; .len 0 at the end or before a text. */
struct bytes line_peek(const struct line_reader *r);
struct bytes line_word(struct line_reader *r, const char *rule);
struct bytes line_text(struct line_reader *r, const char *rule);
uint64_t line_number(struct line_reader *r, uint64_t max, const char *rule);
/* 30s, 8m, 1h, 2d, 500ms; in milliseconds. */
uint64_t line_span(struct line_reader *r, const char *rule);
/* Takes this very word. */
void line_expect(struct line_reader *r, const char *word, const char *rule);
/* True and taken if the next word is this one. */
bool line_accept(struct line_reader *r, const char *word);
/* Nothing may follow. */
void line_end(struct line_reader *r, const char *rule);
void line_refuse(struct line_reader *r, const char *rule);

#endif
