/*
 * fork.h - the evidence that a log has two histories: it convinces anybody who has the log's key.
 *
 * Either two notes of one size with two roots, or two notes of any sizes and one index at which two different
 * leaves are each proved into one of them. It is the content of a FORK statement:
 *
 *	{ 1: salt, 2: "zxx",
 *	  5: { 1: note, 2: note, ? 3: index, ? 4: [leaf, [* hash]], ? 5: [leaf, [* hash]] } }
 *
 * The notes are byte strings and rise by size, then by root, so that all who find the same fork say the same.
 *
 * Spec: docs/spec/record.md section 10. Vectors: test/vectors/record.json. Fuzz: test/fuzz/fork.c.
 * Layer: record. Pure.
 */
#ifndef RECORD_FORK_H
#define RECORD_FORK_H

#include "crypto/merkle.h"
#include "wire/content.h"
#include "wire/note.h"

struct fork_side {
	struct bytes note; /* with its author's line; borrowed */
	uint8_t leaf[HASH_LEN];
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	size_t proof_count;
};

struct fork {
	struct fork_side sides[2];
	bool has_index; /* else the sizes are the same: the notes alone are the proof */
	uint64_t index;
};

/* Puts the sides in order and writes the content. */
void fork_write(struct fork *f, const uint8_t salt[CONTENT_SALT_LEN], struct buf *out);
/* ERR_RULE if the content is strict but is no fork; borrows from it. Rules: those of content, and
 * fork.fields. */
enum err fork_read(struct bytes content, struct fork *out, struct fault *fault) MUST_CHECK;

/*
 * ERR_OK if it proves that these keys of one log signed two histories; ERR_VERIFY otherwise, with the rule
 * fork.note, fork.signature, fork.log, fork.order, fork.histories, fork.leaves or fork.path.
 */
enum err fork_check(const struct fork *f, const uint8_t *const *log_keys, size_t count,
		    struct fault *fault) MUST_CHECK;

#endif
