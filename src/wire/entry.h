/*
 * entry.h - a statement with its place in a log: the leaf of the tree.
 *
 * Spec: docs/spec/entry.md section 6. Vectors: test/vectors/entry.json. Fuzz: test/fuzz/entry.c.
 * Layer: wire. Pure.
 */
#ifndef WIRE_ENTRY_H
#define WIRE_ENTRY_H

#include "wire/statement.h"

struct entry {
	struct origin origin;
	uint64_t index;
	struct wall filed;
	struct bytes statement;				   /* exact bytes, borrowed */
	struct bytes signatures[STATEMENT_SIGNATURES_MAX]; /* SSHSIG blobs without armour, borrowed */
	size_t signatures_count;			   /* 0: a service statement of the node */
};

/*
 * Reads an entry and the statement in it. Checks the strict form, section 2's rules, and that the
 * statement's accord, party and channel are the origin's (channel 0 fits every channel).
 */
enum err entry_read(struct bytes in, struct entry *out, struct statement *statement,
		    struct fault *fault) MUST_CHECK;

/* The entry alone, as strictly; what its statement says, and whether the two fit, is not looked at. */
enum err entry_open(struct bytes in, struct entry *out, struct fault *fault) MUST_CHECK;
/* The rest of entry_read, for whoever has opened it: `in` as it was then. */
enum err entry_read_statement(struct bytes in, const struct entry *e, struct statement *statement,
			      struct fault *fault) MUST_CHECK;

void entry_write(const struct entry *e, struct buf *out);

#endif
