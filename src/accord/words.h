/*
 * words.h - the file words.txt: words that hold an item until another person lets it go.
 *
 * Spec: docs/spec/guidelines.md section 9. Layer: accord. Pure.
 *
 * Text and words are compared as streams of letters: NFKD, case folded, without marks, spaces, punctuation
 * and what is not seen; Hangul in single letters. A Hangul word is also looked for as it comes out of a Latin
 * keyboard. A hit says nothing of what the text means: it is for a person to look.
 */
#ifndef ACCORD_WORDS_H
#define ACCORD_WORDS_H

#include "base/arena.h"
#include "base/limits.h"
#include "wire/content.h"

struct held_word {
	struct bytes word;    /* as it stands in the file */
	struct bytes letters; /* its stream */
	struct bytes keys;    /* as typed; .len 0: it has no Hangul */
};

struct held_words {
	struct held_word list[HELD_WORDS_MAX];
	size_t count;
};

/*
 * The file's lines: a word each; blank ones and those that begin with # are none. ERR_USAGE with *line: it is
 * no UTF-8, longer than ACCORD_TEXT_LEN_MAX, shorter than HELD_LETTERS_MIN letters, or one more than
 * HELD_WORDS_MAX; ERR_MEMORY.
 */
enum err held_words_read(struct bytes file, struct arena *a, struct held_words *out, size_t *line) MUST_CHECK;

/*
 * The first word of the list that is in this text, as it stands in the file; or, as it stands in the text, a
 * word that mixes Latin letters with Cyrillic or Greek ones. .len 0: none. Borrows from w or text. Bytes that
 * are no UTF-8 are passed over, so that it can look through CBOR as it stands.
 */
struct bytes held_words_find(const struct held_words *w, struct bytes text);

/* The same in anything that is read of a content: subject, portions, fields, names of files. */
struct bytes held_words_find_in(const struct held_words *w, const struct content *c);

/* The stream of a text, for tests: at most size bytes of it; returns how many. */
size_t held_letters(struct bytes text, uint8_t *out, size_t size);

#endif
