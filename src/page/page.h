/*
 * page.h - a text's canonical file as a PDF of A4: its titles, then a row a unit and a column a language.
 *
 * Spec: docs/spec/dialogue.md section 11. ADR 48. Tests: test/e2e/test_text.py. Layer: page (may use base,
 * dialogue), with Pango and Cairo, which no other program of ours links.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "base/attr.h"
#include "base/err.h"
#include "dialogue/text_part.h"

#include <stdio.h>

#define PAGE_LANGUAGES_MAX 4u
#define PAGE_WORDS_MAX 8u

/* Words of one language; NULL: of none in particular. */
struct page_words {
	const char *language, *text;
};

struct page_set {
	struct bytes file;			   /* the canonical file */
	const char *hash;			   /* its SHA-256 as hex, which stands below every page */
	const char *language;			   /* NULL: all of them, side by side */
	struct page_words parties[PAGE_WORDS_MAX]; /* below the titles */
	size_t parties_count;
	struct page_words marks[PAGE_WORDS_MAX]; /* above and below on every page */
	size_t marks_count;
};

/*
 * The same set is the same bytes, by the same libraries and fonts. ERR_USAGE: the file has no unit that is
 * meant, or more languages than fit. ERR_NOT_FOUND: no font here has all of its letters. ERR_IO.
 */
enum err page_write(const struct page_set *s, FILE *out) MUST_CHECK;

#endif
