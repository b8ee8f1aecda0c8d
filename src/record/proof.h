/*
 * proof.h - the proof of one message that needs no line and no node: a C2SP tlog-proof file.
 *
 *	c2sp.org/tlog-proof@v1\n
 *	index <index>\n
 *	<base64 hash>\n		... the path from the leaf to the root
 *	\n
 *	<the note with its lines>
 *
 * Spec: docs/spec/record.md section 8; C2SP tlog-proof (without its `extra` line, which we never write and do
 * not read). Vectors: test/vectors/record.json. Fuzz: test/fuzz/proof.c.
 * Layer: record. Pure.
 */
#ifndef RECORD_PROOF_H
#define RECORD_PROOF_H

#include "crypto/merkle.h"
#include "wire/note.h"

#define PROOF_LEN_MAX (64u + MERKLE_PROOF_MAX * (BASE64_LEN(HASH_LEN) + 1) + NOTE_LEN_MAX)

struct proof {
	uint64_t index;
	uint8_t path[MERKLE_PROOF_MAX][HASH_LEN];
	size_t count;
	struct bytes note; /* borrowed */
};

void proof_write(const struct proof *p, struct buf *out);
/* ERR_VERIFY with the rule proof.head, proof.index, proof.path, or a rule of the note; its offset is the
 * line. */
enum err proof_read(struct bytes in, struct proof *out, struct fault *fault) MUST_CHECK;

/*
 * ERR_OK if the log's key signed a note whose tree has exactly this entry at that index: ERR_VERIFY
 * otherwise. *note is the note as read, borrowing from the proof, for whoever looks at its cosignatures next.
 */
enum err proof_check(const struct proof *p, struct bytes entry, const uint8_t log_key[32],
		     struct note *note) MUST_CHECK;

#endif
