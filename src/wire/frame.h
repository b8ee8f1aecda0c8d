/*
 * frame.h - one message on the link: a length, a kind, a payload.
 *
 * Spec: docs/spec/link.md section 3. Vectors: test/vectors/frame.json. Fuzz: test/fuzz/frame.c.
 * Layer: wire. Pure: no clock, no I/O, no allocation.
 *
 *	u32 length   of kind and payload together, 1..FRAME_LEN_MAX
 *	u8  kind     enum frame_kind
 *	... payload  strict CBOR, see the struct of its kind below
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "wire/book.h"
#include "wire/note.h"
#include "wire/statement.h"

#define FRAME_HEAD_LEN 5u

/* clang-format off */
#define FRAME_LIST(X) \
	X(HELLO,       1) /* protocol, accord, the last note of every log */ \
	X(WANT,        2) /* a range of a log */ \
	X(BATCH,       3) /* entries, contents, and last the note */ \
	X(COSIGNATURE, 4) /* a line for a note: the station receipt */ \
	X(ADVANCE,     5) /* a FLASH ahead of its log */ \
	X(REFUSE,      6) /* where and why a log was stopped */ \
	X(ATTACHMENT,  7) /* a piece of a blob */ \
	X(PING,        8) /* is this path alive, and how far is it */ \
	X(FETCH,       9) /* the next piece of a blob, please */ \
	X(PART,       10) /* some bytes of another frame */ \
	X(HEADS,      11) /* the last note of every log that has a new one */ \
	X(END,        12) /* of a bundle: nothing of it is missing */
/* clang-format on */

#define FRAME_ENUM(name, number) FRAME_##name = number,
enum frame_kind { FRAME_LIST(FRAME_ENUM) FRAME_KIND_COUNT };
#undef FRAME_ENUM

const char *frame_kind_name(enum frame_kind kind);

struct frame {
	enum frame_kind kind;
	struct bytes payload; /* borrowed from the input of frame_read */
};

/*
 * Reads one frame from the front of *in and advances *in past it.
 * ERR_SHORT: *in holds less than a whole frame and is left as it was.
 * ERR_FRAME: length 0 or over FRAME_LEN_MAX, or an unknown kind; close the link.
 */
enum err frame_read(struct bytes *in, struct frame *out) MUST_CHECK;
void frame_write(enum frame_kind kind, struct bytes payload, struct buf *out);

/*
 * The payloads. Each _read returns ERR_FRAME when the bytes are not strict or not of this form, and
 * borrows from them; each _write makes the payload alone.
 *
 * BATCH, COSIGNATURE and ADVANCE go in short codes (wire/short.h) where there is a book: then what is read
 * may be rebuilt in *memory too, which has REBUILT_LEN_MAX bytes for any frame. Without a book (NULL)
 * everything is written in full, and what is short is refused.
 */

#define LINK_PROTOCOL 2u

/*
 * Of a sender who holds more than one version of the accord: their hashes, oldest first. count 0: he has
 * one.
 */
struct versions_held {
	uint8_t hashes[ACCORD_VERSIONS_MAX][HASH_LEN];
	size_t count;
};

struct hello {
	uint64_t protocol;
	uint8_t accord[ACCORD_ID_LEN];
	uint8_t manifest_hash[HASH_LEN];
	struct bytes manifest; /* the MANIFEST itself, so that a difference can be named by its file */
	struct bytes party;
	struct wall clock;		     /* of the sender, so that offsets can be shown */
	struct bytes notes[HELLO_NOTES_MAX]; /* the last note held of every log, as text */
	size_t notes_count;
	struct versions_held held;
};
/* ERR_PROTOCOL if the protocol is another one: only out->protocol was read then. */
enum err hello_read(struct bytes in, struct hello *out) MUST_CHECK;
void hello_write(const struct hello *h, struct buf *out);

struct heads {
	struct bytes notes[HELLO_NOTES_MAX]; /* as in a HELLO, of the logs that have a new one */
	size_t notes_count;
	struct versions_held held;
};
enum err heads_read(struct bytes in, struct heads *out) MUST_CHECK;
void heads_write(const struct heads *h, struct buf *out);

struct want {
	struct origin origin;
	uint64_t first, end; /* entries first..end - 1 */
};
enum err want_read(struct bytes in, struct want *out) MUST_CHECK;
void want_write(const struct want *w, struct buf *out);

/* What stands beside an entry: its content, its eraser's place, or nothing. */
struct batch_item {
	struct bytes entry;
	struct bytes content; /* .len 0: none */
	bool is_erased;
	struct place eraser;
};

struct batch {
	struct origin origin;
	uint64_t first;
	struct batch_item *items; /* the caller's, BATCH_ENTRIES_MAX of them */
	size_t count;
	struct bytes note; /* of a size that is exactly first + count */
};
enum err batch_read(struct bytes in, const struct book *book, struct buf *memory,
		    struct batch_item items[BATCH_ENTRIES_MAX], struct batch *out) MUST_CHECK;
void batch_write(const struct batch *b, const struct book *book, struct buf *out);

struct cosignature {
	struct origin origin;
	uint64_t size;
	struct bytes line; /* the cosigner's line of the note */
};
enum err cosignature_read(struct bytes in, const struct book *book, struct buf *memory,
			  struct cosignature *out) MUST_CHECK;
void cosignature_write(const struct cosignature *c, const struct book *book, struct buf *out);

struct advance {
	struct origin origin;		 /* of the log that it will stand in */
	struct bytes statement, content; /* content .len 0: none */
	struct bytes signatures[STATEMENT_SIGNATURES_MAX];
	size_t signatures_count;
};
enum err advance_read(struct bytes in, const struct book *book, struct buf *memory,
		      struct advance *out) MUST_CHECK;
void advance_write(const struct advance *a, const struct book *book, struct buf *out);

struct refuse {
	struct origin origin;
	uint64_t index;
	uint64_t offset;
	struct bytes rule;
};
enum err refuse_read(struct bytes in, struct refuse *out) MUST_CHECK;
void refuse_write(const struct refuse *f, struct buf *out);

struct attachment_piece {
	uint8_t hash[HASH_LEN];
	uint64_t offset, total;
	struct bytes piece; /* at most ATTACHMENT_PIECE_MAX */
};
enum err attachment_piece_read(struct bytes in, struct attachment_piece *out) MUST_CHECK;
void attachment_piece_write(const struct attachment_piece *p, struct buf *out);

struct fetch {
	uint8_t hash[HASH_LEN];
	uint64_t offset; /* from here on; what lies before is held */
};
enum err fetch_read(struct bytes in, struct fetch *out) MUST_CHECK;
void fetch_write(const struct fetch *f, struct buf *out);

/* The last frame of a bundle, and of no path. */
struct bundle_end {
	uint64_t frames; /* before this one */
};
enum err bundle_end_read(struct bytes in, struct bundle_end *out) MUST_CHECK;
void bundle_end_write(const struct bundle_end *e, struct buf *out);

struct ping {
	bool is_answer;
	uint64_t token; /* the asker's own, given back in the answer */
};
enum err ping_read(struct bytes in, struct ping *out) MUST_CHECK;
void ping_write(const struct ping *p, struct buf *out);

/* A frame is cut so that a more urgent one can go between. The urgencies are those of link/queue.h. */
#define PART_URGENCY_MIN 1u /* the link's own frames are whole */
#define PART_URGENCY_MAX 5u
#define PART_HEAD_MAX (FRAME_HEAD_LEN + 1u + 1u + 5u + 3u) /* what part_write_head adds */
struct part {
	unsigned urgency; /* of one urgency one frame at a time is under way */
	uint64_t left;	  /* bytes of that frame, its head counted, that follow this part */
	struct bytes piece;
};
enum err part_read(struct bytes in, struct part *out) MUST_CHECK;
/* Head and payload up to the piece itself, which the caller puts behind it. */
void part_write_head(const struct part *p, struct buf *out);

#endif
