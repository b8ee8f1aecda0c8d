/*
 * age_wrap.h - how one file key is wrapped for one key: a row a kind. For age.h's files only.
 *
 * Spec: c2sp.org/age, the native recipient types. Layer: crypto. Pure.
 *
 * A row's functions get lengths that fit the row. Secrets of a call are wiped in it.
 */
#ifndef CRYPTO_AGE_WRAP_H
#define CRYPTO_AGE_WRAP_H

#include "crypto/age.h"

#define AGE_BODY_LEN (AGE_FILE_KEY_LEN + 16u) /* the file key and its tag */
#define AGE_SHARE_LEN_MAX 1120u
#define AGE_SEED_LEN_MAX 64u

struct age_kind_row {
	const char *stanza;	     /* its first argument */
	const char *public, *secret; /* the names in front of the two keys, in small letters */
	size_t key_len, share_len, seed_len;
	/* Whether this machine can. */
	bool (*is_here)(void);
	/* ERR_VERIFY: the key is unfit to be wrapped for. seed: fresh random bytes. */
	enum err (*wrap)(const uint8_t *key, const uint8_t *seed, const uint8_t file_key[AGE_FILE_KEY_LEN],
			 uint8_t *share, uint8_t body[AGE_BODY_LEN]);
	/* ERR_NOT_FOUND: wrapped for another; ERR_VERIFY: the share is unfit. */
	enum err (*unwrap)(const uint8_t secret[AGE_SECRET_LEN], const uint8_t *share,
			   const uint8_t body[AGE_BODY_LEN], uint8_t file_key[AGE_FILE_KEY_LEN]);
	/* The key that belongs to a secret. */
	enum err (*derive)(const uint8_t secret[AGE_SECRET_LEN], uint8_t *key);
};

extern const struct age_kind_row age_x25519, age_hybrid;
const struct age_kind_row *age_kind_row(enum age_kind kind);

/* The last step of each kind: the file key under a key that is used for nothing else. */
void age_body_seal(const uint8_t key[32], const uint8_t nonce[12], const uint8_t file_key[AGE_FILE_KEY_LEN],
		   uint8_t body[AGE_BODY_LEN]);
enum err age_body_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t body[AGE_BODY_LEN],
		       uint8_t file_key[AGE_FILE_KEY_LEN]) MUST_CHECK;

#endif
