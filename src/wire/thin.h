/*
 * thin.h - the frame of a thin path: small, sealed under a key of the pair, good without an answer.
 *
 * Spec: docs/spec/thin.md. Vectors: test/vectors/thin.json. Fuzz: test/fuzz/thin.c.
 * Layer: wire (uses crypto: the pair's key). Pure: no clock, no I/O, no allocation.
 *
 *	u8  sync     0xa5
 *	u16 head     kind (2 bits), parts (4), number of this part (4), length of the payload (6)
 *	u8  mark     first byte of the message's seal: which parts belong together
 *	... payload  1 to THIN_PAYLOAD_MAX bytes, the same number in each part of a message
 *	u16 tag      of all bytes before it, under the key of the direction
 *
 * A message of more than one part has one more, the others' exclusive or: of a round in which any one part is
 * lost the message is still whole.
 */
#ifndef WIRE_THIN_H
#define WIRE_THIN_H

#include "crypto/pair.h"
#include "wire/book.h"
#include "wire/statement.h"

#define THIN_SYNC 0xa5u
#define THIN_HEAD_LEN 4u
#define THIN_PAYLOAD_MAX 40u
#define THIN_FRAME_MAX (THIN_HEAD_LEN + THIN_PAYLOAD_MAX + PAIR_TAG_LEN)
#define THIN_PARTS_MAX 15u
#define THIN_MESSAGE_MAX (THIN_PARTS_MAX * THIN_PAYLOAD_MAX) /* sealed */

enum thin_kind {
	THIN_COPY,    /* an advance copy: a statement without content */
	THIN_CONTENT, /* one with its content */
	THIN_HEARD,   /* the seal of a copy that is durable here: it need not be repeated */
	THIN_KIND_COUNT
};

/* The key of what `from` says to `to` under this accord. */
void thin_key(const uint8_t secret[PAIR_SECRET_LEN], const uint8_t accord[ACCORD_ID_LEN], const char *from,
	      const char *to, struct pair_key *out);

/* ---- Going out. ---- */

/* A message, sealed and cut. Sealed anew from the same bytes it is the same. */
struct thin_message {
	enum thin_kind kind;
	unsigned parts;	 /* without the one that repairs */
	size_t part_len; /* bytes of each */
	uint8_t sealed[THIN_MESSAGE_MAX];
};

/* ERR_LIMIT: longer than a thin path takes. */
enum err thin_seal(const struct pair_key *key, enum thin_kind kind, struct bytes plain,
		   struct thin_message *out) MUST_CHECK;
/* Frames of one round. */
unsigned thin_frames(const struct thin_message *m);
void thin_frame_write(const struct thin_message *m, unsigned number, const struct pair_key *key,
		      struct buf *out);

/* ---- Coming in: from bytes, some of them lost or wrong, to messages. ---- */

#define THIN_PARTIALS_MAX 4u /* messages of which parts are missing; the one that waits longest makes room */

struct thin_partial {
	bool is_used;
	uint8_t mark;
	enum thin_kind kind;
	unsigned parts, have; /* have: bit mask, the repairing part's included */
	size_t part_len;
	uint64_t heard; /* number of the frame that came last */
	uint8_t bytes[THIN_PARTS_MAX + 1][THIN_PAYLOAD_MAX];
};

struct thin_reader {
	uint8_t bytes[2 * THIN_FRAME_MAX];
	size_t len;
	struct thin_partial partials[THIN_PARTIALS_MAX];
	uint64_t frames, noise; /* good frames; bytes that were part of none */
};

struct thin_read {
	enum thin_kind kind;
	uint8_t seal[PAIR_SEAL_LEN];
	struct bytes plain; /* borrowed from *memory */
};

/*
 * Takes bytes off the front of *in until a message is whole; its plain bytes are put into *memory, which has
 * THIN_MESSAGE_MAX bytes free. ERR_SHORT: all of *in is taken. There is no other error: what is wrong is
 * skipped.
 */
enum err thin_read(struct thin_reader *r, const struct pair_key *key, struct bytes *in, struct buf *memory,
		   struct thin_read *out) MUST_CHECK;

/* ---- What a copy says. ---- */

struct thin_copy {
	struct origin origin;
	uint64_t index;			 /* that it has in its log */
	struct bytes statement, content; /* content .len 0: none */
};

/* Adds the plain bytes and says of what kind they are. ERR_USAGE, ERR_LIMIT: it cannot travel so. */
enum err thin_copy_write(const struct thin_copy *c, const struct book *book, struct wall claimed,
			 struct buf *out, enum thin_kind *kind) MUST_CHECK;
/*
 * A copy of that party's log; the statement is rebuilt in *out, the rest borrowed. ERR_FRAME: not the one
 * form of anything. That the statement is sound and of this log is for the caller to see.
 */
enum err thin_copy_read(struct bytes plain, enum thin_kind kind, const struct book *book, const char *party,
			struct buf *out, struct thin_copy *copy) MUST_CHECK;

#endif
