#include "crypto/pair.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(PAIR_SEAL_LEN == crypto_stream_chacha20_NONCEBYTES, "what authenticates is the nonce");
static_assert(sizeof(struct pair_key) == crypto_generichash_BYTES_MAX, "both keys are one hash");

/* BLAKE2b, of which the first bytes count; it returns 0 for every sound length. */
static void digest(const uint8_t key[32], const uint8_t *first, size_t first_len, struct bytes rest,
		   uint8_t *out, size_t len)
{
	crypto_generichash_state state;
	uint8_t whole[crypto_generichash_BYTES];
	int failed = crypto_generichash_init(&state, key, 32, sizeof whole);

	if (first_len > 0)
		failed |= crypto_generichash_update(&state, first, first_len);
	if (rest.len > 0)
		failed |= crypto_generichash_update(&state, rest.ptr, rest.len);
	failed |= crypto_generichash_final(&state, whole, sizeof whole);
	assert(failed == 0);
	memcpy(out, whole, len);
}

void pair_key_derive(const uint8_t secret[PAIR_SECRET_LEN], struct bytes use, struct pair_key *out)
{
	uint8_t both[sizeof *out];
	int failed = crypto_generichash(both, sizeof both, use.ptr, use.len, secret, PAIR_SECRET_LEN);

	assert(failed == 0);
	memcpy(out->tag, both, sizeof out->tag);
	memcpy(out->hide, both + sizeof out->tag, sizeof out->hide);
	sodium_memzero(both, sizeof both);
}

void pair_key_forget(struct pair_key *key)
{
	sodium_memzero(key, sizeof *key);
}

static void hide(const struct pair_key *key, const uint8_t seal[PAIR_SEAL_LEN], struct bytes in, uint8_t *out)
{
	int failed = in.len == 0 ? 0 : crypto_stream_chacha20_xor(out, in.ptr, in.len, seal, key->hide);

	assert(failed == 0);
}

void pair_seal(const struct pair_key *key, uint8_t kind, struct bytes plain, struct buf *out)
{
	uint8_t *place = buf_reserve(out, PAIR_SEAL_LEN + plain.len);

	assert(plain.len <= PAIR_PLAIN_MAX);
	if (place == NULL)
		return;
	digest(key->tag, &kind, 1, plain, place, PAIR_SEAL_LEN);
	hide(key, place, plain, place + PAIR_SEAL_LEN);
}

enum err pair_open(const struct pair_key *key, uint8_t kind, struct bytes sealed, struct buf *out)
{
	uint8_t memory[PAIR_PLAIN_MAX], seal[PAIR_SEAL_LEN];
	struct bytes hidden, plain = { memory, 0 };

	if (sealed.len < PAIR_SEAL_LEN)
		return ERR_VERIFY;
	hidden = (struct bytes){ sealed.ptr + PAIR_SEAL_LEN, sealed.len - PAIR_SEAL_LEN };
	if (hidden.len > sizeof memory || hidden.len > out->max - out->len)
		return ERR_LIMIT;
	plain.len = hidden.len;
	hide(key, sealed.ptr, hidden, memory);
	digest(key->tag, &kind, 1, plain, seal, sizeof seal);
	if (sodium_memcmp(seal, sealed.ptr, sizeof seal) != 0)
		return ERR_VERIFY;
	buf_put(out, plain);
	return buf_check(out);
}

void pair_tag(const struct pair_key *key, struct bytes part, uint8_t out[PAIR_TAG_LEN])
{
	digest(key->tag, NULL, 0, part, out, PAIR_TAG_LEN);
}

bool pair_tag_is(const struct pair_key *key, struct bytes part, const uint8_t tag[PAIR_TAG_LEN])
{
	uint8_t right[PAIR_TAG_LEN];

	pair_tag(key, part, right);
	return sodium_memcmp(right, tag, sizeof right) == 0;
}
