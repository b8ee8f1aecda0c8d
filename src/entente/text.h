/*
 * text.h - what the commands of texts share: a text as the node has it, and what is made of its file.
 *
 * Layer: entente. Spec: docs/spec/dialogue.md sections 9 to 12.
 */
#ifndef ENTENTE_TEXT_H
#define ENTENTE_TEXT_H

#include "border/xml.h"
#include "entente/dialogue.h"

/* That it is as far as its reader may know, if he is not cleared for all of its channel; else "". */
const char *text_reach(const json_t *text);
/*
 * GET /text of a name or place, with its file; until: as the author of the entry there had it, or NULL. The
 * file has the hash that stands beside it, or it was said. The caller's.
 */
enum exit_code text_get(struct client *c, const char *word, const char *until, json_t **out) MUST_CHECK;
/* What is shown of a unit in a language; "" if there is nothing. */
const char *text_words(const json_t *unit, const char *language);
/* By its lasting name; NULL. */
const json_t *text_unit(const json_t *text, const char *name);
/* Says that there is none. */
enum exit_code text_has_unit(const json_t *text, const char *name) MUST_CHECK;

/* In Unicode's normal form C, so that what looks alike is the same bytes; heap, NULL: it is too long. */
char *text_normal(struct bytes typed);

/* text_show.c */
enum exit_code text_list(struct options *o) MUST_CHECK;
enum exit_code text_show(struct options *o) MUST_CHECK;
enum exit_code text_diff(struct options *o) MUST_CHECK;
/* text_sign.c */
enum exit_code text_endorse(struct options *o) MUST_CHECK;
enum exit_code text_read_back(struct options *o) MUST_CHECK;
enum exit_code text_mark(struct options *o) MUST_CHECK;
/* What stands between the initials and a signature, if anything does. */
void text_say_hold(const json_t *text);
/* text_file.c */
enum exit_code text_render(struct options *o) MUST_CHECK;

struct text_page {
	const json_t *text, *accord;
	const char *language;	     /* NULL: all of them, side by side */
	const char *first;	     /* code of the party that names itself first; NULL: none is named */
	const json_t *marks;	     /* its marking by language, above and below; NULL: none */
	const char *note_key, *note; /* what it corrects, or is corrected by; NULL: nothing */
	bool is_note_linked;	     /* there is a page of that too */
};

/* Of a page in one language its title in that; else all of them: the same, whoever makes it. */
void text_put_title(struct xml *x, const json_t *titles, const char *language);
/* Memory for a page of a text, or of the other one; the caller frees .ptr. */
void text_page_open(struct buf *out, const json_t *text, const json_t *other);
void text_page_put(struct buf *out, const struct text_page *p);
/* Says what is wrong. */
enum exit_code text_page_write(const char *path, const struct buf *out) MUST_CHECK;

/* text_publish.c */
enum exit_code text_publish(struct options *o) MUST_CHECK;
/* Says so where it corrects or amends a text that not every party has released. */
void text_say_unreleased(const json_t *text);

/* text_pdf.c */
struct text_original {
	const char *file, *hash;
	const char *language; /* NULL: all of them, side by side */
	const json_t *parties,
		*marks; /* words by language: who names itself first; above and below each page */
};
/* Its bytes into *out, which is the caller's. */
enum exit_code text_pdf(const struct text_original *t, struct buf *out) MUST_CHECK;

#endif
