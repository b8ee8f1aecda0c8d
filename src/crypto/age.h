/*
 * age.h - age v1 files: what is sealed for keys of roles, and opened by whoever holds one of them.
 *
 * Spec: c2sp.org/age (age-encryption.org/v1); docs/spec/seal.md. Vectors: test/vectors/age.json; C2SP's CCTV.
 * Fuzz: test/fuzz/age.c. Layer: crypto. Pure: randomness comes from the caller's drbg; OpenSSL allocates and
 * frees within a call, and what it is asked for does not grow with what was read.
 *
 * Two kinds of keys: X25519, and MLKEM768-X25519, which this machine has from OpenSSL 3.5 on. Stricter than
 * age: a file is for 1 to AGE_RECIPIENTS_MAX keys of one kind, and has no stanza of any other kind.
 */
#ifndef CRYPTO_AGE_H
#define CRYPTO_AGE_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/sign.h"

#define AGE_FILE_KEY_LEN 16u
#define AGE_SECRET_LEN 32u
#define AGE_KEY_LEN_MAX RECIPIENT_HYBRID_LEN
#define AGE_CHUNK_LEN (64u << 10) /* bytes of the text that are sealed at once */
#define AGE_TAG_LEN 16u		  /* what each chunk grows by */
#define AGE_NONCE_LEN 16u
#define AGE_HEADER_LEN_MAX (26u << 10) /* bytes, for AGE_RECIPIENTS_MAX keys of the longer kind */
#define AGE_TEXT_LEN_MAX 2048u	       /* characters of a key or a secret */

/* As field 15 of a statement has it. */
enum age_kind { AGE_X25519 = 1, AGE_HYBRID = 2 };

/* "X25519", "mlkem768x25519" */
const char *age_kind_name(enum age_kind kind);
size_t age_key_len(enum age_kind kind);
/* Whether this machine can seal and open for such keys. */
bool age_kind_is_here(enum age_kind kind);

/* ---- Keys and secrets. ---- */

struct age_recipient {
	enum age_kind kind;
	uint8_t key[AGE_KEY_LEN_MAX]; /* age_key_len(kind) of them count */
};

struct age_identity {
	enum age_kind kind;
	uint8_t secret[AGE_SECRET_LEN];
};

/* From raw bytes, whose length says the kind; ERR_VERIFY if none has this length. */
enum err age_recipient_from(struct bytes key, struct age_recipient *out) MUST_CHECK;
/*
 * "age1..." and "age1pq1..."; "AGE-SECRET-KEY-1..." and "AGE-SECRET-KEY-PQ-1...". ERR_VERIFY: it is none.
 * Reading checks the text alone: sealing may still refuse the key. text is wiped by its owner.
 */
enum err age_recipient_read(struct bytes text, struct age_recipient *out) MUST_CHECK;
void age_recipient_write(const struct age_recipient *r, struct buf *out);
enum err age_identity_read(struct bytes text, struct age_identity *out) MUST_CHECK;
void age_identity_write(const struct age_identity *id, struct buf *out);
/* ERR_REFUSED: this machine cannot. */
enum err age_identity_recipient(const struct age_identity *id, struct age_recipient *out) MUST_CHECK;
void age_wipe(void *memory, size_t len);

/* ---- A header: the file key, wrapped for each key. ---- */

struct age_header {
	enum age_kind kind;
	size_t count; /* of stanzas */
	struct {
		struct bytes share; /* base64, canonical and of the kind's length */
		uint8_t body[AGE_FILE_KEY_LEN + AGE_TAG_LEN];
	} stanzas[AGE_RECIPIENTS_MAX];
	struct bytes covered; /* what the code at the end authenticates */
	uint8_t mac[HASH_LEN];
};

/*
 * Takes the header off the front of *in; borrows. ERR_VERIFY, and *fault names the rule (docs/spec/seal.md
 * section 5) and the offset. It is authentic only once a file key is found or was given.
 */
enum err age_header_read(struct bytes *in, struct age_header *out, struct fault *fault) MUST_CHECK;
/*
 * What whoever has no secret sees: that front, the first AGE_HEADER_LEN_MAX bytes or all of a file of len
 * bytes, begins with a header for keys of that kind alone, and that so many bytes can follow. ERR_VERIFY as
 * age_header_read. Whether what follows is sealed only a file key shows.
 */
enum err age_look(struct bytes front, uint64_t len, uint64_t kind, struct fault *fault) MUST_CHECK;
/*
 * The file key, and the header is authentic under it. ERR_NOT_FOUND: it is for none of these secrets;
 * ERR_REFUSED: none, but this machine cannot try all of them; ERR_VERIFY: false.
 */
enum err age_header_unwrap(const struct age_header *h, const struct age_identity *ids, size_t count,
			   uint8_t file_key[AGE_FILE_KEY_LEN]) MUST_CHECK;
/* Whether it is the header that was made with this file key. */
enum err age_header_verify(const struct age_header *h, const uint8_t file_key[AGE_FILE_KEY_LEN]) MUST_CHECK;
/*
 * For 1 to AGE_RECIPIENTS_MAX keys, all of one kind. ERR_REFUSED: this machine cannot; ERR_VERIFY: a key is
 * unfit, and *bad is its index; ERR_LIMIT: *out is too small.
 */
enum err age_header_write(const struct age_recipient *const *to, size_t count, struct drbg *random,
			  const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out, size_t *bad) MUST_CHECK;
size_t age_header_len(enum age_kind kind, size_t count);

/* ---- The payload, chunk by chunk. ---- */

struct age_stream {
	uint8_t key[32];
	uint64_t chunk;
};

/* Wiped by age_wipe. nonce stands in front of the payload. */
void age_stream_open(struct age_stream *s, const uint8_t file_key[AGE_FILE_KEY_LEN],
		     const uint8_t nonce[AGE_NONCE_LEN]);
/* plain is AGE_CHUNK_LEN long, or is_last and shorter; out has AGE_TAG_LEN more. */
void age_stream_seal(struct age_stream *s, struct bytes plain, bool is_last, uint8_t *out);
/*
 * sealed is what age_stream_seal gave for one chunk; out has AGE_TAG_LEN fewer bytes. ERR_VERIFY: it is not
 * that chunk of that file, or a last one that is empty and not the only one.
 */
enum err age_stream_unseal(struct age_stream *s, struct bytes sealed, bool is_last, uint8_t *out) MUST_CHECK;

/* ---- Whole files in memory. ---- */

size_t age_sealed_len(enum age_kind kind, size_t count, size_t plain_len);
/* As age_header_write; a new file key. */
enum err age_seal(const struct age_recipient *const *to, size_t count, struct drbg *random,
		  struct bytes plain, struct buf *out, size_t *bad) MUST_CHECK;
/*
 * Appends the text, or nothing. As age_header_read and age_header_unwrap; ERR_LIMIT: *out is too small.
 * file_key may be NULL.
 */
enum err age_open(struct bytes file, const struct age_identity *ids, size_t count, struct buf *out,
		  uint8_t file_key[AGE_FILE_KEY_LEN], struct fault *fault) MUST_CHECK;
/* By its file key: this file and no other. */
enum err age_open_by_key(struct bytes file, const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out,
			 struct fault *fault) MUST_CHECK;

#endif
