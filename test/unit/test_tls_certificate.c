/* The certificate that a key makes of itself: what stock tools say of it, and what is none. */
#include "crypto/tls.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A process with a key, and what it made. */
struct side {
	struct sign_key key;
	bool is_silent, is_wrong;
	uint8_t memory[TLS_CERTIFICATE_MAX + 1];
	struct buf certificate;
};

static int start(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	struct side *s = self;

	if (s->is_silent)
		return ERR_DOWN;
	sign_make(&s->key, message, out);
	if (s->is_wrong)
		out[0] ^= 1;
	return ERR_OK;
}

static void side_init(struct side *s, uint8_t seed_byte)
{
	uint8_t seed[SIGN_SEED_LEN] = { seed_byte };
	struct tls_signer signer = { sign, s };

	memset(s, 0, sizeof *s);
	s->certificate = BUF_ON(s->memory);
	sign_key_from_seed(&s->key, seed);
	assert_int_equal(tls_certificate_make(s->key.public, &signer, "entente", &s->certificate), ERR_OK);
}

static void test_certificate(void **state)
{
	char path[] = "/tmp/test_tls.XXXXXX", command[256];
	struct side s, again;
	struct tls_signer signer = { sign, &s };
	uint8_t public[SIGN_PUBLIC_LEN], memory[TLS_CERTIFICATE_MAX];
	struct buf out = BUF_ON(memory), small;
	int fd = mkstemp(path);

	(void)state;
	side_init(&s, 1);
	side_init(&again, 1);
	assert_true(bytes_equal(buf_bytes(&s.certificate), buf_bytes(&again.certificate)));
	assert_int_equal(tls_certificate_key(buf_bytes(&s.certificate), public), ERR_OK);
	assert_memory_equal(public, s.key.public, sizeof public);

	/* Stock tools take it for a certificate that signs itself. */
	assert_int_equal(write(fd, s.certificate.ptr, s.certificate.len), s.certificate.len);
	close(fd);
	snprintf(command, sizeof command,
		 "openssl x509 -inform DER -in %s -out %s.pem && openssl verify -check_ss_sig -x509_strict "
		 "-partial_chain "
		 "-trusted %s.pem %s.pem >/dev/null",
		 path, path, path, path);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "rm %s %s.pem", path, path);
	assert_int_equal(system(command), 0);

	assert_int_equal(tls_certificate_make(public, &signer, "", &out), ERR_USAGE);
	assert_int_equal(tls_certificate_make(public, &signer, "\xff", &out), ERR_USAGE);
	memset(memory, 'x', sizeof memory);
	memory[TLS_NAME_MAX + 1] = '\0';
	assert_int_equal(tls_certificate_make(public, &signer, (char *)memory, &out), ERR_USAGE);
	for (size_t len = 1; len <= TLS_NAME_MAX; len++) {
		char name[TLS_NAME_MAX + 1] = { 0 };
		memset(name, 'n', len);
		buf_reset(&out);
		assert_int_equal(tls_certificate_make(public, &signer, name, &out), ERR_OK);
		assert_int_equal(tls_certificate_key(buf_bytes(&out), public), ERR_OK);
		buf_init(&small, memory, out.len - 1);
		assert_int_equal(tls_certificate_make(public, &signer, name, &small), ERR_LIMIT);
	}
	s.is_wrong = true;
	assert_int_equal(tls_certificate_make(public, &signer, "n", &out), ERR_SIGNER);
	s.is_silent = true;
	assert_int_equal(tls_certificate_make(public, &signer, "n", &out), ERR_SIGNER);
}

static void test_certificate_changed(void **state)
{
	struct side s;
	struct tls_identity *id = NULL;
	struct tls_signer signer = { sign, &s };
	uint8_t public[SIGN_PUBLIC_LEN];

	(void)state;
	side_init(&s, 1);
	for (size_t bit = 0; bit < 8 * s.certificate.len; bit++) {
		s.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (tls_certificate_key(buf_bytes(&s.certificate), public) == ERR_OK)
			assert_memory_equal(public, s.key.public, sizeof public);
		s.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < s.certificate.len; len++)
		assert_int_equal(tls_certificate_key((struct bytes){ s.memory, len }, public), ERR_VERIFY);
	s.memory[s.certificate.len] = 0;
	assert_int_equal(tls_certificate_key((struct bytes){ s.memory, s.certificate.len + 1 }, public),
			 ERR_VERIFY);
	assert_int_equal(tls_identity_new(BYTES_LIT("x"), &signer, false, &id), ERR_VERIFY);
	assert_null(id);
}

/* A key of low order signs everything for everybody: R = A, s = 0. Its certificate verifies, and is none. */
static void test_certificate_of_no_key(void **state)
{
	struct side s;
	uint8_t public[SIGN_PUBLIC_LEN], *at, none[SIGN_LEN] = { 1 },
					      much[TLS_CERTIFICATE_MAX + 1] = { 0x30 };
	struct tls_identity *id = NULL;

	(void)state;
	side_init(&s, 1);
	at = memmem(s.memory, s.certificate.len, s.key.public, SIGN_PUBLIC_LEN);
	assert_non_null(at);
	memcpy(at, none, SIGN_PUBLIC_LEN);
	memcpy(s.memory + s.certificate.len - SIGN_LEN, none, SIGN_LEN);
	assert_int_equal(tls_certificate_key(buf_bytes(&s.certificate), public), ERR_VERIFY);
	assert_int_equal(tls_certificate_key(BYTES_OF(much), public), ERR_VERIFY);
	assert_int_equal(tls_identity_of_terminals((struct bytes){ much, (size_t)INT_MAX + 1 }, &id),
			 ERR_VERIFY);
	assert_null(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_certificate_changed),
		cmocka_unit_test(test_certificate_of_no_key),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
