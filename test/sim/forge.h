/*
 * forge.h - what somebody who holds a party's keys can write: statements, entries, notes, receipts, frames.
 *
 * A forge is one history of one log, in memory. It may begin with what the party's node holds and then part
 * from it.
 */
#ifndef SIM_FORGE_H
#define SIM_FORGE_H

#include "world.h"

struct forged {
	struct bytes entry, content; /* owned */
	bool is_erased;		     /* sent so, with this place */
	struct place eraser;
};

struct forge {
	struct world *w;
	struct log_key key;
	struct origin origin;
	struct forged *items;
	size_t count, max;
	struct frontier *frontiers;	/* of each size, so that any note can be written */
	const uint8_t *version;		/* that an epoch begins under; NULL: the world's first */
	const struct sign_key *log_key; /* that signs its notes; NULL: the party's first */
	const struct book *book;	/* batches and copies go in short codes; NULL: in full */
};

void forge_open(struct forge *f, struct world *w, size_t party, uint32_t channel, uint32_t epoch);
/* Begins with what this node holds of the log. */
void forge_load(struct forge *f, struct sim_node *n);
void forge_free(struct forge *f);

/* A statement of the party on the channel of the log, with an id and a label; it borrows from the world. */
void forge_statement(struct forge *f, enum kind kind, struct statement *out);
/* A MESSAGE to every other party of the channel. */
void forge_message(struct forge *f, enum precedence precedence, struct statement *out);
/* A clear content with this text and, if .len is not 0, one attachment; names it in the statement. */
void forge_content(struct world *w, struct statement *s, struct bytes text, const uint8_t blob[HASH_LEN],
		   size_t blob_len, struct buf *out);

/* Signs (NULL: the node's own statement) and adds the entry at the end. */
void forge_say(struct forge *f, const struct statement *s, const struct sign_key *key, struct bytes content);
/* A line check, the node's own statement, addressed to that party's node. */
void forge_line_check(struct forge *f, size_t to);
/* An ERASE of that entry, signed by the two officers. */
void forge_erase(struct forge *f, const struct forge *of, size_t index);
struct place forge_place(const struct forge *f, size_t index);
/*
 * The statements that an epoch begins with: `open` by the registrar, `keys` for each officer. It follows
 * nothing.
 */
void forge_begin(struct forge *f);
/* The registrar's word that the log is under another version of the accord from here on. */
void forge_version(struct forge *f, const uint8_t hash[HASH_LEN]);
void forge_put(struct forge *f, struct bytes entry, struct bytes content);
void forge_cut(struct forge *f, size_t count);

/* Each writes a payload, or a part of one. */
void forge_note(const struct forge *f, size_t size, struct buf *out);
void forge_line(const struct forge *f, size_t size, size_t mirror, struct buf *out);
void forge_batch(const struct forge *f, size_t first, size_t end, struct buf *out);
void forge_cosignature(const struct forge *f, size_t size, size_t mirror, struct buf *out);
void forge_advance(struct forge *f, const struct statement *s, const struct sign_key *key,
		   struct bytes content, struct buf *out);
void forge_hello(struct world *w, size_t party, const struct bytes *notes, size_t count, struct buf *out);

#endif
