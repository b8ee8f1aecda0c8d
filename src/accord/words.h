/*
 * words.h - the file words.txt: words that hold an item until another person lets it go.
 *
 * Spec: docs/spec/guidelines.md section 9. Layer: accord. Pure.
 *
 * Text and words are compared as streams of letters: NFKD, case folded, without marks, spaces, punctuation,
 * symbols and what is not seen; Hangul in single letters. A Hangul word is also looked for as it comes out of
 * a Latin keyboard. A hit says nothing of what the text means: it is for a person to look.
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
	uint8_t id[HASH_LEN];	 /* of the file */
	uint8_t begins[1 << 13]; /* a bit for the first three letters of each stream of a word */
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
 * are no UTF-8 are passed over.
 */
struct bytes held_words_find(const struct held_words *w, struct bytes text);
/* The same in the texts of a field's value, which was read: what is no text, as a hash, has no letters. */
struct bytes held_words_find_value(const struct held_words *w, struct bytes value);

/* The same in anything that is read of a content: subject, portions, fields, names and types of files. */
struct bytes held_words_find_in(const struct held_words *w, const struct content *c);

/*
 * A file, as it comes: text in UTF-8, in which a word may stand across two pieces, between the tags of a
 * markup or written in its references (&#44032; and \uac00). What is no such text is not looked into.
 */
enum file_kind {
	FILE_TEXT,
	FILE_UNKNOWN,
	FILE_PDF,
	FILE_ZIP,
	FILE_OLE,
	FILE_PNG,
	FILE_JPEG,
	FILE_UTF16,
	FILE_OTHER,
	FILE_KIND_COUNT
};
/* "PDF", "no text in UTF-8": in English; whoever shows it has it in his catalogue (home/sentences.c). */
const char *file_kind_name(enum file_kind kind);

#define HELD_WINDOW_LEN 8192u
#define HELD_FOUND_MAX 256u
#define HELD_LETTERS_OF_ONE 96u /* bytes of one character's letters */

struct held_search {
	const struct held_words *words; /* borrowed */
	uint8_t memory[2][HELD_WINDOW_LEN];
	struct buf plain, markup; /* streams of what came last: as it stands, and without its tags */
	uint8_t begun[4];	  /* a character that the next piece ends */
	size_t begun_len;
	uint8_t front[4]; /* of the file: what it begins with says its kind, in whatever pieces it comes */
	size_t front_len;
	enum file_kind kind;
	bool in_tag;
	uint8_t reference[12]; /* "&#x..." or "\\u..." as far as it has come */
	size_t reference_len;
	unsigned scripts; /* of the run of characters at hand ... */
	uint8_t run[64];  /* ... and how it begins */
	size_t run_len;
	uint8_t found[HELD_FOUND_MAX];
	size_t found_len;
	uint32_t last; /* character, and its letters */
	uint8_t letters[HELD_LETTERS_OF_ONE];
	size_t letters_len;
};

void held_search_open(struct held_search *s, const struct held_words *words);
void held_search_add(struct held_search *s, struct bytes piece);
/* No more comes. FILE_TEXT: it was looked through, and what holds it is in found, .found_len 0: nothing. */
enum file_kind held_search_end(struct held_search *s);

/* The stream of a text, for tests: at most size bytes of it; returns how many. */
size_t held_letters(struct bytes text, uint8_t *out, size_t size);

#endif
