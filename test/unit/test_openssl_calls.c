/*
 * Each call of OpenSSL that crypto/ makes fails once, as it would for want of memory: what was asked for is
 * refused with a name, or comes about all the same; nothing is lost, and the next attempt succeeds.
 */
#include "crypto/p256.h"
#include "crypto/sign.h"
#include "crypto/tls.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <cmocka.h>

#define CALLS_MIN 60u /* of one story */
#define DOOR_CALLS_MIN 12u

/* One process, one thread: which call fails, counted down. */
static struct {
	unsigned fail_in;
	bool has_failed, has_no_memory;
} calls;

static bool fails(void)
{
	if (calls.fail_in == 0 || --calls.fail_in > 0)
		return false;
	return calls.has_failed = true;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return calls.has_no_memory ? NULL : __real_realloc(old, size);
}

#define CALL(type, name, params, args, failed)                  \
	type __real_##name params;                              \
	type __wrap_##name params;                              \
	type __wrap_##name params                               \
	{                                                       \
		return fails() ? (failed) : __real_##name args; \
	}
/* clang-format off */
CALL(OSSL_LIB_CTX *, OSSL_LIB_CTX_new, (void), (), NULL)
CALL(OSSL_PROVIDER *, OSSL_PROVIDER_load, (OSSL_LIB_CTX *library, const char *name), (library, name), NULL)
CALL(int, OSSL_PROVIDER_add_builtin, (OSSL_LIB_CTX *library, const char *name, OSSL_provider_init_fn *start),
      (library, name, start), 0)
CALL(int, EVP_set_default_properties, (OSSL_LIB_CTX *library, const char *properties), (library, properties), 0)
CALL(SSL_CTX *, SSL_CTX_new_ex, (OSSL_LIB_CTX *library, const char *properties, const SSL_METHOD *method),
      (library, properties, method), NULL)
CALL(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method), NULL)
CALL(long, SSL_CTX_ctrl, (SSL_CTX *settings, int what, long number, void *more), (settings, what, number, more), 0)
CALL(int, SSL_CTX_set_ciphersuites, (SSL_CTX *settings, const char *list), (settings, list), 0)
CALL(int, SSL_CTX_set_num_tickets, (SSL_CTX *settings, size_t count), (settings, count), 0)
CALL(int, SSL_CTX_set_max_early_data, (SSL_CTX *settings, uint32_t max), (settings, max), 0)
CALL(int, SSL_CTX_set_recv_max_early_data, (SSL_CTX *settings, uint32_t max), (settings, max), 0)
CALL(int, SSL_CTX_use_certificate_ASN1, (SSL_CTX *settings, int len, const unsigned char *der), (settings, len, der), 0)
CALL(int, SSL_CTX_use_PrivateKey, (SSL_CTX *settings, EVP_PKEY *key), (settings, key), 0)
CALL(int, SSL_CTX_check_private_key, (const SSL_CTX *settings), (settings), 0)
CALL(SSL *, SSL_new, (SSL_CTX *settings), (settings), NULL)
CALL(BIO *, BIO_new, (const BIO_METHOD *method), (method), NULL)
CALL(int, BIO_write, (BIO *bio, const void *bytes, int len), (bio, bytes, len), -1)
CALL(int, SSL_read_ex, (SSL *ssl, void *to, size_t max, size_t *got), (ssl, to, max, got), 0)
CALL(int, SSL_write_ex, (SSL *ssl, const void *from, size_t len, size_t *done), (ssl, from, len, done), 0)
CALL(int, SSL_do_handshake, (SSL *ssl), (ssl), -1)
CALL(X509 *, X509_new_ex, (OSSL_LIB_CTX *library, const char *properties), (library, properties), NULL)
CALL(int, X509_verify, (X509 *certificate, EVP_PKEY *key), (certificate, key), 0)
CALL(EVP_PKEY *, X509_get0_pubkey, (const X509 *certificate), (certificate), NULL)
CALL(X509 *, X509_STORE_CTX_get0_cert, (const X509_STORE_CTX *chain), (chain), NULL)
CALL(int, EVP_PKEY_is_a, (const EVP_PKEY *key, const char *name), (key, name), 0)
CALL(int, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *key, unsigned char *out, size_t *len), (key, out, len), 0)
CALL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *library, const char *name, const char *properties),
      (library, name, properties), NULL)
CALL(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *import), (import), 0)
CALL(int, EVP_PKEY_fromdata, (EVP_PKEY_CTX *import, EVP_PKEY **out, int selection, OSSL_PARAM params[]),
      (import, out, selection, params), 0)
CALL(int, RAND_bytes_ex, (OSSL_LIB_CTX *library, unsigned char *out, size_t len, unsigned strength),
      (library, out, len, strength), 0)
CALL(OPENSSL_STACK *, OPENSSL_sk_new_null, (void), (), NULL)
CALL(int, OPENSSL_sk_push, (OPENSSL_STACK *list, const void *one), (list, one), 0)
CALL(X509_NAME *, X509_NAME_new, (void), (), NULL)
CALL(int, X509_NAME_add_entry_by_txt, (X509_NAME *name, const char *field, int type, const unsigned char *text, int len,
      int at, int set), (name, field, type, text, len, at, set), 0)
CALL(int, SSL_use_certificate, (SSL *ssl, X509 *certificate), (ssl, certificate), 0)
CALL(int, SSL_use_PrivateKey, (SSL *ssl, EVP_PKEY *key), (ssl, key), 0)
CALL(BIO *, BIO_new_mem_buf, (const void *from, int len), (from, len), NULL)
CALL(X509 *, PEM_read_bio_X509, (BIO *in, X509 **out, pem_password_cb *ask, void *self), (in, out, ask, self), NULL)
CALL(EVP_PKEY *, PEM_read_bio_PrivateKey_ex, (BIO *in, EVP_PKEY **out, pem_password_cb *ask, void *self,
      OSSL_LIB_CTX *library, const char *properties), (in, out, ask, self, library, properties), NULL)
CALL(int, SSL_CTX_use_certificate, (SSL_CTX *settings, X509 *certificate), (settings, certificate), 0)
/* clang-format on */
#undef CALL

/* What it cannot read into it frees. */
X509 *__real_d2i_X509(X509 **out, const unsigned char **at, long len);
X509 *__wrap_d2i_X509(X509 **out, const unsigned char **at, long len);
X509 *__wrap_d2i_X509(X509 **out, const unsigned char **at, long len)
{
	if (!fails())
		return __real_d2i_X509(out, at, len);
	X509_free(*out);
	return *out = NULL;
}
// NOLINTEND(bugprone-reserved-identifier)

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	sign_make(self, message, out);
	return ERR_OK;
}

struct side {
	struct sign_key key;
	uint8_t memory[TLS_CERTIFICATE_MAX];
	struct buf certificate;
	struct tls_identity *id;
	struct tls *tls;
};

static enum err side_open(struct side *s, uint8_t seed_byte)
{
	uint8_t seed[SIGN_SEED_LEN] = { seed_byte };
	struct tls_signer signer = { sign, &s->key };
	enum err e;

	s->certificate = BUF_ON(s->memory);
	sign_key_from_seed(&s->key, seed);
	e = tls_certificate_make(s->key.public, &signer, "entente", &s->certificate);
	return e == ERR_OK ? tls_identity_new(buf_bytes(&s->certificate), &signer, false, &s->id) : e;
}

static enum err carry(struct side *from, struct side *to)
{
	uint8_t memory[TLS_PIECE_MAX];
	struct buf wire = BUF_ON(memory);

	return tls_get_wire(from->tls, &wire) == 0 ? ERR_OK : tls_put_wire(to->tls, buf_bytes(&wire));
}

static enum err shake(struct side *client, struct side *server)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && tls_wire_len(client->tls) + tls_wire_len(server->tls) > 0) {
		e = carry(client, server);
		if (e == ERR_OK)
			e = carry(server, client);
	}
	return e;
}

static enum err talk(struct side *client, struct side *server)
{
	uint8_t memory[64];
	struct buf heard = BUF_ON(memory);
	enum err e = shake(client, server);

	if (e == ERR_OK && (!tls_is_established(client->tls) || !tls_is_established(server->tls)))
		e = ERR_DOWN;
	if (e == ERR_OK)
		e = tls_write(client->tls, BYTES_LIT("words"));
	if (e == ERR_OK)
		e = shake(client, server);
	if (e == ERR_OK)
		e = tls_read(server->tls, &heard);
	if (e == ERR_OK)
		assert_true(bytes_equal(buf_bytes(&heard), BYTES_LIT("words")));
	tls_close(client->tls);
	return e;
}

/* A key beside the first: whom is told of both shows the newer one. */
static enum err add_key(struct side *s, struct side *newer, uint8_t seed_byte)
{
	uint8_t seed[SIGN_SEED_LEN] = { seed_byte };
	struct tls_signer signer = { sign, &newer->key };
	enum err e;

	newer->certificate = BUF_ON(newer->memory);
	sign_key_from_seed(&newer->key, seed);
	e = tls_certificate_make(newer->key.public, &signer, "entente", &newer->certificate);
	return e == ERR_OK ? tls_identity_add(s->id, buf_bytes(&newer->certificate), &signer) : e;
}

/* Two sides that pin each other say something; whatever fails, both are given back. */
static enum err story(void)
{
	struct side client = { .id = NULL }, server = { .id = NULL }, newer = { .id = NULL };
	uint8_t pins[2][SIGN_PUBLIC_LEN];
	enum err e = side_open(&client, 1);

	(void)tls_has_post_quantum();
	if (e == ERR_OK)
		e = side_open(&server, 2);
	if (e == ERR_OK)
		e = add_key(&server, &newer, 3);
	if (e == ERR_OK)
		e = tls_new(server.id, TLS_SERVER, (const uint8_t(*)[SIGN_PUBLIC_LEN])client.key.public, 1,
			    &server.tls);
	memcpy(pins[0], server.key.public, SIGN_PUBLIC_LEN);
	memcpy(pins[1], newer.key.public, SIGN_PUBLIC_LEN);
	if (e == ERR_OK)
		e = tls_new(client.id, TLS_CLIENT, (const uint8_t(*)[SIGN_PUBLIC_LEN])pins, 2, &client.tls);
	if (e == ERR_OK)
		e = talk(&client, &server);
	if (e == ERR_OK)
		assert_memory_equal(tls_peer_key(client.tls), newer.key.public, SIGN_PUBLIC_LEN);
	tls_free(client.tls);
	tls_free(server.tls);
	tls_identity_free(client.id);
	tls_identity_free(server.id);
	return e;
}

static void fail_each(enum err (*story_of)(void), unsigned calls_min, unsigned refused_min)
{
	unsigned n = 0, refused = 0;
	enum err e;

	do {
		calls.fail_in = ++n;
		calls.has_failed = false;
		e = story_of();
		refused += calls.has_failed && e != ERR_OK;
		/* It is never the peer's key that is to blame: nobody is told to look at his pins. */
		if (calls.has_failed && e != ERR_OK)
			assert_int_not_equal(e, ERR_SIGNER);
		calls.fail_in = 0;
		if (calls.has_failed)
			assert_int_equal(story_of(), ERR_OK);
		else
			assert_int_equal(e, ERR_OK);
	} while (calls.has_failed);
	print_message("# %u calls, %u of them refused what was asked for\n", n - 1, refused);
	assert_true(n > calls_min && refused > refused_min);
}

static void each_call_fails_once(void **state)
{
	(void)state;
	fail_each(story, CALLS_MIN, CALLS_MIN / 2);
}

/* ---- The door for terminals: a certificate, the one that leads to it, and the key. ---- */

static char pem[8192];
static size_t pem_len;

static void write_pem(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	long len;

	assert_true(key != NULL && certificate != NULL && out != NULL);
	X509_set_version(certificate, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
	assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
	assert_int_equal(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(out, &text);
	assert_true(len > 0 && (size_t)len < sizeof pem);
	pem_len = (size_t)len;
	memcpy(pem, text, pem_len);
	BIO_free(out);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static enum err open_door(void)
{
	struct tls_identity *id = NULL;
	struct tls *tls = NULL;
	enum err e = tls_identity_of_terminals((struct bytes){ (const uint8_t *)pem, pem_len }, &id);

	if (e == ERR_OK)
		e = tls_new(id, TLS_SERVER, NULL, 0, &tls);
	tls_free(tls);
	tls_identity_free(id);
	return e;
}

static void each_call_of_a_door_fails_once(void **state)
{
	(void)state;
	write_pem();
	fail_each(open_door, DOOR_CALLS_MIN, DOOR_CALLS_MIN / 2);
	pem_len /= 2; /* the key is cut off, and then the certificate too */
	assert_int_equal(open_door(), ERR_VERIFY);
	pem_len = 10;
	assert_int_equal(open_door(), ERR_VERIFY);
}

/* A key or a signature is not false because there is no memory to look at it: the process ends. */
static void memory_is_nobodys_fault(void **state)
{
	/* The base point of P-256 (SP 800-186 section 3.2.1.3): as good a key as any. */
	static const char point_text[] = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
					 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	uint8_t point[P256_POINT_LEN];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(bytes_read_hex(bytes_str(point_text), point, sizeof point), ERR_OK);
	assert_true(p256_is_good_public(point));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static const struct rlimit none = { 0 };
		(void)setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		calls.has_no_memory = true;
		_exit(p256_is_good_public(point) ? 1 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_fails_once),
		cmocka_unit_test(each_call_of_a_door_fails_once),
		cmocka_unit_test(memory_is_nobodys_fault),
	};

	crypto_init();
	return cmocka_run_group_tests_name("openssl_calls", tests, NULL, NULL);
}
