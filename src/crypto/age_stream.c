/* The payload: chunks that each know their number, and whether they are the last. */
#include "crypto/age_wrap.h"

#include "crypto/hkdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == AGE_TAG_LEN, "tag");

void age_body_seal(const uint8_t key[32], const uint8_t nonce[12], const uint8_t file_key[AGE_FILE_KEY_LEN],
		   uint8_t body[AGE_BODY_LEN])
{
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, AGE_FILE_KEY_LEN, NULL, 0, NULL,
							nonce, key);
}

enum err age_body_open(const uint8_t key[32], const uint8_t nonce[12], const uint8_t body[AGE_BODY_LEN],
		       uint8_t file_key[AGE_FILE_KEY_LEN])
{
	return crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, body, AGE_BODY_LEN, NULL, 0,
							 nonce, key) == 0
		       ? ERR_OK
		       : ERR_NOT_FOUND;
}

void age_stream_open(struct age_stream *s, const uint8_t file_key[AGE_FILE_KEY_LEN],
		     const uint8_t nonce[AGE_NONCE_LEN])
{
	hkdf((struct bytes){ nonce, AGE_NONCE_LEN }, (struct bytes){ file_key, AGE_FILE_KEY_LEN },
	     BYTES_LIT("payload"), s->key);
	s->chunk = 0;
}

/* 11 bytes of the chunk's number, one that says whether it is the last. */
static void next_nonce(struct age_stream *s, bool is_last, uint8_t out[12])
{
	memset(out, 0, 12);
	be64_put(out + 3, s->chunk++);
	out[11] = is_last ? 1 : 0;
}

void age_stream_seal(struct age_stream *s, struct bytes plain, bool is_last, uint8_t *out)
{
	uint8_t nonce[12];

	assert(plain.len == AGE_CHUNK_LEN || (is_last && plain.len < AGE_CHUNK_LEN));
	next_nonce(s, is_last, nonce);
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.ptr, plain.len, NULL, 0, NULL, nonce,
							s->key);
}

enum err age_stream_unseal(struct age_stream *s, struct bytes sealed, bool is_last, uint8_t *out)
{
	uint8_t nonce[12];
	bool is_first = s->chunk == 0;

	if (sealed.len < AGE_TAG_LEN || sealed.len > AGE_CHUNK_LEN + AGE_TAG_LEN)
		return ERR_VERIFY;
	if (is_last ? sealed.len == AGE_TAG_LEN && !is_first : sealed.len != AGE_CHUNK_LEN + AGE_TAG_LEN)
		return ERR_VERIFY;
	next_nonce(s, is_last, nonce);
	return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.ptr, sealed.len, NULL, 0,
							 nonce, s->key) == 0
		       ? ERR_OK
		       : ERR_VERIFY;
}
