/*
 * stored.h - what is attached to an entry, as it flows out of the node; what is sealed of it is opened here.
 *
 * Layer: terminal. Spec: docs/spec/seal.md section 8.
 */
#ifndef TERMINAL_STORED_H
#define TERMINAL_STORED_H

#include "terminal/sealed_file.h"
#include "terminal/unseal.h"

#define STORED_PIECE_MAX (256u << 10)

/* A row of "attachments" of GET /entry, piece by piece. */
struct stored_file {
	struct client *c;
	const char *place; /* borrowed, as the row is */
	const json_t *row;
	const struct options *o; /* where headers are that were made for another key */
	uint64_t at, len;
	struct hash_stream hash;
	bool is_sealed;
	struct opening_file opening;
	uint8_t key[AGE_FILE_KEY_LEN]; /* that unlocked it */
	uint8_t *memory;	       /* heap: a piece */
	struct hash_stream text;
	uint64_t text_len;
};

/*
 * One that is sealed is unlocked by these secrets; ids may be NULL for one that is in clear, or to have it as
 * it is sealed. ERR_NOT_FOUND, ERR_REFUSED: no secret here opens it; ERR_SHORT: it is not here whole;
 * ERR_DOWN; ERR_VERIFY: it is not what its message says. Is closed in any case.
 */
enum err stored_file_begin(struct stored_file *f, struct client *c, const char *place, const json_t *row,
			   const struct identities *ids, const struct options *o) MUST_CHECK;
/* Of one that was begun as it is sealed: its file key. Then only its payload can be had. */
enum err stored_file_key(struct stored_file *f, const struct identities *ids,
			 uint8_t key[AGE_FILE_KEY_LEN]) MUST_CHECK;
/* The next bytes of what stands behind its header, as stored_file_next gives them. */
enum err stored_file_payload(struct stored_file *f, struct bytes *out) MUST_CHECK;
/* Its next bytes, borrowed until the next call; .len 0: that was all, and it is what its message says. */
enum err stored_file_next(struct stored_file *f, struct bytes *out) MUST_CHECK;
void stored_file_close(struct stored_file *f); /* wipes */

/* Says why it could not be had; `name` is what it is called to the reader. */
enum exit_code stored_file_explain(enum err e, const char *name);

#endif
