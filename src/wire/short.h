/*
 * short.h - short codes: what the receiver can rebuild of an entry is not sent.
 *
 * Spec: docs/spec/link.md section 6. Vectors: test/vectors/frame.json. Fuzz: test/fuzz/short.c.
 * Layer: wire (uses crypto: the hash of a content that travels beside its statement). Pure: no clock, no I/O,
 * no allocation, no recursion.
 *
 * What is rebuilt are the exact bytes; the log's root decides over them, or a key of the pair does on a thin
 * path. What would not come back exactly is refused by the writer: its caller sends it in full. A short form
 * has one spelling; the reader refuses every other.
 *
 * A thin path (serial, HF) sends an advance copy so, without a signature, as few bytes as possible:
 *
 *	short_open(&state, &book, &origin);	... on both sides, anew for each copy
 *	short_statement_write(&state, statement, content, claimed, &out)
 *	short_statement_read(&state, in, content, claimed, &statement)
 *
 * `claimed` is the statement's own date-time group, and content what travels beside it (none: .len 0). Origin
 * (channel, party, epoch) and claimed are the frame's to carry, in whatever form suits the line. A FLASH
 * message of a form without content has then: its id 18 bytes, author 2, what it had seen of one party 6,
 * each addressee 4 and 2 once, the label about 5, form 6, and its fields.
 */
#ifndef WIRE_SHORT_H
#define WIRE_SHORT_H

#include "base/time.h"
#include "wire/book.h"
#include "wire/note.h"
#include "wire/statement.h"

/* Keys 3 to 17 of a statement as it was last; keys of signatures by number. One for each frame. */
struct short_state {
	const struct book *book; /* NULL: there are no short forms */
	struct origin origin;
	uint8_t channel[4];			 /* what slots begins with */
	struct bytes slots[STATEMENT_KEY_COUNT]; /* raw values; .len 0: absent */
	int64_t lead;				 /* of the time beside it over the statement's */
	struct bytes keys[SHORT_KEYS_MAX];
	size_t keys_count;
};

void short_open(struct short_state *s, const struct book *book, const struct origin *origin);

/*
 * The statement's difference from the one before it in this state; all bytes that were given to it or came
 * from it must outlive the state. `beside` is a time that the receiver knows: the entry's filing time, the
 * statement's own. An error leaves *out and the state as they were.
 *
 * write: ERR_USAGE: no short form gives these bytes back; ERR_LIMIT: *out is full.
 * read: adds the exact bytes to *out. ERR_FRAME: not the one short form of anything; ERR_LIMIT.
 */
enum err short_statement_write(struct short_state *s, struct bytes statement, struct bytes content,
			       struct wall beside, struct buf *out) MUST_CHECK;
enum err short_statement_read(struct short_state *s, struct bytes in, struct bytes content,
			      struct wall beside, struct buf *out) MUST_CHECK;

/* An SSHSIG over a statement: [key, signature], or the blob as it stands if it is none of ours. read: the
 * blob, in *out or borrowed from the reader's input; faults as ERR_FRAME in the reader. */
void short_signature_write(struct short_state *s, struct bytes blob, struct buf *out);
void short_signature_read(struct short_state *s, struct cbor_reader *r, struct buf *out, struct bytes *blob);

/* [channel, party, epoch] for the accord's own logs, text for others. */
void short_origin_write(const struct book *book, const struct origin *origin, struct buf *out);
void short_origin_read(const struct book *book, struct cbor_reader *r, struct origin *origin);

/* A note of that origin and size with its author's line alone: root, key id, signature. Others are text. */
void short_note_write(const struct book *book, const struct origin *origin, uint64_t size, struct bytes text,
		      struct buf *out);
void short_note_read(const struct book *book, const struct origin *origin, uint64_t size,
		     struct cbor_reader *r, struct buf *out, struct bytes *note);

/* A mirror's line: [party, key id and signature], or text. */
void short_line_write(const struct book *book, struct bytes line, struct buf *out);
void short_line_read(const struct book *book, struct cbor_reader *r, struct buf *out, struct bytes *line);

#endif
