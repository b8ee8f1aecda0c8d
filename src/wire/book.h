/*
 * book.h - values that both sides know by number, because the accord that both hold says them.
 *
 * Spec: docs/spec/link.md section 6. Layer: wire. Pure: no allocation, no recursion.
 *
 * In a short value the negative integer -1 - n stands for the n-th of `count` words, and -1 - count - n for
 * the negative integer -1 - n itself. A word is a text or an array; wherever one can stand it must.
 */
#ifndef WIRE_BOOK_H
#define WIRE_BOOK_H

#include "wire/cbor.h"
#include "wire/origin.h"

struct book {
	uint8_t accord[ACCORD_ID_LEN];
	size_t count;
	struct bytes words[BOOK_WORDS_MAX]; /* into memory: the struct is not copied */
	struct buf buf;
	uint8_t memory[BOOK_LEN_MAX];
};

void book_init(struct book *b, const uint8_t accord[ACCORD_ID_LEN]);
/* The next number is this word's: strict CBOR. One that does not fit, or is there already, gets none. */
void book_add(struct book *b, struct bytes word);
void book_add_text(struct book *b, struct bytes text);

/* Adds the short form of a value that is strict CBOR. ERR_USAGE: it has none; ERR_LIMIT. */
enum err book_put(const struct book *b, struct bytes value, struct buf *out) MUST_CHECK;
/* The value back from a short form that is strict CBOR; after an error *out is as it was. ERR_FRAME: not the
 * one short form of anything; ERR_LIMIT. */
enum err book_get(const struct book *b, struct bytes in, struct buf *out) MUST_CHECK;

#endif
