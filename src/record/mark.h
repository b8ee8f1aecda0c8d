/*
 * mark.h - what the signer remembers: the last note it signed or cosigned for each log, and its refusals.
 *
 * Spec: docs/spec/record.md section 4. Layer: record. Pure: the file it is written to is the caller's.
 *
 * The signer signs only what a consistency proof carries on from its mark, so our own node cannot make us
 * fork, a peer's fork gets no second cosignature, and a restored store learns what it has forgotten.
 */
#ifndef RECORD_MARK_H
#define RECORD_MARK_H

#include "crypto/merkle.h"
#include "crypto/sign.h"
#include "wire/note.h"

struct mark {
	struct origin origin;
	uint64_t size;
	uint8_t root[HASH_LEN];
};

struct marks {
	struct mark *rows; /* borrowed: `max` of them, rising by origin */
	size_t count, max;
};

/* What is asked: this note's text, and a proof from the mark's size (empty when the mark is equal or absent).
 */
struct mark_request {
	struct bytes text; /* three lines */
	const uint8_t (*proof)[HASH_LEN];
	size_t proof_count;
};

/*
 * Moves the mark, or refuses: ERR_REFUSED (a smaller size, or the proof does not hold), ERR_FORK (another
 * root for the same size), ERR_LIMIT (no room), ERR_USAGE (unreadable). Only after ERR_OK may it be signed.
 */
enum err marks_move(struct marks *m, const struct mark_request *request) MUST_CHECK;
const struct mark *marks_find(const struct marks *m, const struct origin *origin);

/* The file: one line a mark, "<origin> <size> <base64 root>\n", and a last line "sha256 <hex>\n" over the
 * rest. */
void marks_write(const struct marks *m, struct buf *out);
/* ERR_CORRUPT; ERR_LIMIT: more than m->max. Either leaves no mark. */
enum err marks_read(struct bytes in, struct marks *m) MUST_CHECK;

#endif
