/*
 * sealed_file.h - files that are sealed or opened as they flow, so that a long one takes no more memory than
 * a short one.
 *
 * Layer: terminal. Spec: docs/spec/seal.md section 8. The format is age's (crypto/age.h); randomness is the
 * system's.
 */
#ifndef TERMINAL_SEALED_FILE_H
#define TERMINAL_SEALED_FILE_H

#include "crypto/age.h"
#include "crypto/hash.h"

#include <stdio.h>

#define SEALED_PIECE_MAX (AGE_CHUNK_LEN + AGE_TAG_LEN)

/* A file on its way to be sealed. */
struct sealing_file {
	FILE *file; /* borrowed */
	uint8_t file_key[AGE_FILE_KEY_LEN];
	uint8_t nonce[AGE_NONCE_LEN];
	struct buf header; /* heap: with the nonce behind it */
	uint8_t *plain;	   /* heap: a chunk */
	struct age_stream stream;
	bool is_begun, is_over;
	struct hash_stream text;
	uint8_t text_hash[HASH_LEN]; /* of what was read, once there is no more */
	uint64_t text_len;
};

/* A new file key for these keys. As age_header_write. */
enum err sealing_file_open(struct sealing_file *s, FILE *file, const struct age_recipient *keys, size_t count,
			   size_t *bad) MUST_CHECK;
/*
 * Appends the next piece of the age file, at most SEALED_PIECE_MAX bytes. ERR_NOT_FOUND: there is no more;
 * ERR_IO. From the beginning again, the same bytes come as long as the file stays the same: of what another
 * file would give only one of the two may go anywhere.
 */
enum err sealing_file_read(struct sealing_file *s, struct buf *out) MUST_CHECK;
enum err sealing_file_again(struct sealing_file *s) MUST_CHECK;
void sealing_file_close(struct sealing_file *s); /* wipes; takes zeroed ones */

/* Where the bytes of an age file come from: appends some of them. ERR_NOT_FOUND: there are no more. */
struct sealed_source {
	enum err (*more)(void *self, struct buf *out);
	void *self;
};

/* An age file on its way to be opened. */
struct opening_file {
	struct sealed_source from;
	struct buf held; /* heap: what has come and was not looked at */
	size_t at;
	bool is_over;
	struct age_header header; /* borrows from held until opening_file_unlock */
	struct age_stream stream;
};

/*
 * Reads the header. As age_header_read; or what `from` says. Room for its pieces is one piece and
 * piece_max bytes.
 */
enum err opening_file_open(struct opening_file *f, struct sealed_source from, size_t piece_max,
			   struct fault *fault) MUST_CHECK;
/* By its file key. ERR_VERIFY: it is not the one. */
enum err opening_file_unlock(struct opening_file *f, const uint8_t file_key[AGE_FILE_KEY_LEN],
			     struct fault *fault) MUST_CHECK;
/*
 * Appends the next chunk of the text, at most AGE_CHUNK_LEN bytes. ERR_NOT_FOUND: that was all of it, and it
 * is whole; ERR_VERIFY: it is not, and what was given before must be thrown away.
 */
enum err opening_file_read(struct opening_file *f, struct buf *out, struct fault *fault) MUST_CHECK;
void opening_file_close(struct opening_file *f); /* wipes; takes zeroed ones */

#endif
