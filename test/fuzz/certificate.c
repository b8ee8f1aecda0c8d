/*
 * What a stranger may show as his certificate, and what the key of ours may be asked to sign: only a
 * handshake of TLS 1.3. Then the same bytes as the first that come on a connection: nobody is let in by them.
 */
#include "crypto/tls.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define PADDING_LEN 64u

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	sign_make(self, message, out);
	return ERR_OK;
}

/* RFC 8446 section 4.4.3: 64 spaces, a name with its zero, a hash. */
static void check_signed(struct bytes in)
{
	if (tls_check_signed(in) != ERR_OK)
		return;
	assert(in.len > PADDING_LEN && in.len <= TLS_SIGNED_MAX);
	for (size_t i = 0; i < PADDING_LEN; i++)
		assert(in.ptr[i] == ' ');
	assert(memcmp(in.ptr + PADDING_LEN, "TLS 1.3, ", 9) == 0);
}

static void check_wire(struct tls_identity *id, enum tls_role role, struct bytes in)
{
	static uint8_t memory[TLS_PIECE_MAX];
	static const uint8_t pins[1][SIGN_PUBLIC_LEN] = { { 0x58 } };
	struct buf out = BUF_ON(memory);
	struct tls *tls;
	enum err e = tls_new(id, role, pins, 1, &tls);

	assert(e == ERR_OK);
	e = tls_put_wire(tls, in);
	assert(!tls_is_established(tls));
	assert(tls_read(tls, &out) != ERR_OK && out.len == 0);
	assert(e == ERR_OK || tls_put_wire(tls, in) == e);
	tls_get_wire(tls, &out);
	tls_free(tls);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static struct tls_identity *id;
	static struct sign_key key;
	static const uint8_t seed[SIGN_SEED_LEN] = { 1 };
	uint8_t memory[TLS_CERTIFICATE_MAX], public[SIGN_PUBLIC_LEN];
	struct tls_signer signer = { sign, &key };
	struct buf made = BUF_ON(memory);
	struct bytes in = { ptr, len };
	enum err e;

	if (id == NULL) {
		crypto_init();
		sign_key_from_seed(&key, seed);
		e = tls_certificate_make(key.public, &signer, "test", &made);
		assert(e == ERR_OK);
		e = tls_identity_new(buf_bytes(&made), &signer, false, &id);
		assert(e == ERR_OK);
	}
	check_signed(in);
	/* It is signed by itself: nobody but this key made one. */
	if (tls_certificate_key(in, public) == ERR_OK)
		assert(in.len > SIGN_PUBLIC_LEN + SIGN_LEN);
	if (len <= TLS_PIECE_MAX) {
		check_wire(id, TLS_SERVER, in);
		check_wire(id, TLS_CLIENT, in);
	}
	return 0;
}
