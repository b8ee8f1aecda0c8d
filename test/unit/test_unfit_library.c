/*
 * A library that cannot do its part is nobody's fault who sent something: no key is refused and no signature
 * false because of it. The process ends, and where it begins it says why.
 */
#include "crypto/hkdf.h"
#include "crypto/library_memory.h"
#include "crypto/p256.h"
#include "crypto/sign.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sodium.h>
#include <cmocka.h>

/* Which call gives something else, once, after so many that do not. */
static struct {
	const char *call;
	unsigned after;
	int gives;
} unfit;

static bool is_unfit(const char *call)
{
	if (unfit.call == NULL || strcmp(unfit.call, call) != 0 || unfit.after-- > 0)
		return false;
	unfit.call = NULL;
	return true;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
#define CALL(type, name, params, args, failed)                          \
	type __real_##name params;                                      \
	type __wrap_##name params;                                      \
	type __wrap_##name params                                       \
	{                                                               \
		return is_unfit(#name) ? (failed) : __real_##name args; \
	}
/* clang-format off */
CALL(EVP_KDF *, EVP_KDF_fetch, (OSSL_LIB_CTX *library, const char *name, const char *properties),
     (library, name, properties), NULL)
CALL(EVP_KDF_CTX *, EVP_KDF_CTX_new, (EVP_KDF *kdf), (kdf), NULL)
CALL(int, EVP_KDF_derive, (EVP_KDF_CTX *kdf, unsigned char *out, size_t len, const OSSL_PARAM params[]),
     (kdf, out, len, params), unfit.gives)
CALL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *library, const char *name, const char *properties),
     (library, name, properties), NULL)
CALL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_pkey, (OSSL_LIB_CTX *library, EVP_PKEY *key, const char *properties),
     (library, key, properties), NULL)
CALL(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *ctx), (ctx), unfit.gives)
CALL(int, EVP_PKEY_verify_init, (EVP_PKEY_CTX *ctx), (ctx), unfit.gives)
CALL(int, CRYPTO_set_mem_functions, (CRYPTO_malloc_fn m, CRYPTO_realloc_fn r, CRYPTO_free_fn f), (m, r, f), unfit.gives)
CALL(int, OPENSSL_init_crypto, (uint64_t what, const OPENSSL_INIT_SETTINGS *settings), (what, settings), unfit.gives)
CALL(int, sodium_init, (void), (), unfit.gives)
CALL(int, crypto_sign_verify_detached, (const unsigned char *signature, const unsigned char *message,
     unsigned long long len, const unsigned char *key), (signature, message, len, key), unfit.gives)
/* clang-format on */
#undef CALL
// NOLINTEND(bugprone-reserved-identifier)

/* ---- What is done. ---- */

static void extract(void)
{
	uint8_t out[HASH_LEN];

	hkdf_extract(BYTES_LIT("salt"), BYTES_LIT("secret"), out);
}

static void verify(void)
{
	/* The base point of P-256 (SP 800-186 section 3.2.1.3), and a signature within its range. */
	static const char point_text[] = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
					 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	static const uint8_t one[P256_SCALAR_LEN] = { [P256_SCALAR_LEN - 1] = 1 }, hash[HASH_LEN];
	uint8_t point[P256_POINT_LEN];

	assert_int_equal(bytes_read_hex(bytes_str(point_text), point, sizeof point), ERR_OK);
	(void)p256_verify(point, hash, one, one);
}

static const struct {
	void (*act)(void);
	const char *call;
	unsigned after;
	int gives;
	const char *words;
} rows[] = {
	{ extract, "EVP_KDF_fetch", 0, 0, "" },
	{ extract, "EVP_KDF_CTX_new", 0, 0, "" },
	{ extract, "EVP_KDF_derive", 0, 0, "" },
	{ verify, "EVP_PKEY_CTX_new_from_name", 0, 0, "" },
	{ verify, "EVP_PKEY_fromdata_init", 0, 0, "" },
	{ verify, "EVP_PKEY_CTX_new_from_pkey", 0, 0, "" },
	{ verify, "EVP_PKEY_verify_init", 0, 0, "" },
	{ crypto_init, "CRYPTO_set_mem_functions", 0, 0, "OpenSSL has memory of its own already" },
	{ crypto_init, "OPENSSL_init_crypto", 0, 0, "OpenSSL does not start" },
	{ crypto_init, "sodium_init", 0, -1, "libsodium does not start" },
	{ crypto_init, "crypto_sign_verify_detached", 0, 0, "libsodium accepts a key of low order" },
	{ crypto_init, "crypto_sign_verify_detached", 1, -1, "libsodium refuses its own signature" },
	{ crypto_init, "crypto_sign_verify_detached", 2, 0,
	  "libsodium accepts a signature with a bit changed" },
	{ NULL, NULL, 0, 0, NULL },
};

/* Gives how the process ended, and what it said. */
static int try_row(size_t row, char said[256])
{
	int fds[2], status;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static const struct rlimit none = { 0 };
		(void)setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		(void)dup2(fds[1], STDERR_FILENO);
		unfit.call = rows[row].call;
		unfit.after = rows[row].after;
		unfit.gives = rows[row].gives;
		rows[row].act();
		_exit(unfit.call == NULL ? 0 : 1);
	}
	close(fds[1]);
	len = read(fds[0], said, 255);
	close(fds[0]);
	said[len < 0 ? 0 : len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void it_ends_the_process(void **state)
{
	(void)state;
	for (size_t i = 0; rows[i].act != NULL; i++) {
		char said[256];
		int status = try_row(i, said);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("%s gives %d, and the process goes on", rows[i].call, rows[i].gives);
		if (strstr(said, rows[i].words) == NULL)
			fail_msg("%s: it says '%s'", rows[i].call, said);
	}
}

/* Its memory is ours: what it asks for it has, or the process ends. */
static void it_has_no_memory_of_its_own(void **state)
{
	void *memory;

	(void)state;
	crypto_init();
	crypto_init(); /* who is first does not matter */
	assert_true(library_memory_take());
	assert_null(CRYPTO_malloc(0, __FILE__, __LINE__));
	memory = CRYPTO_malloc(8, __FILE__, __LINE__);
	assert_non_null(memory);
	memory = CRYPTO_realloc(memory, 16, __FILE__, __LINE__);
	assert_non_null(memory);
	assert_null(CRYPTO_realloc(memory, 0, __FILE__, __LINE__));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_the_process),
		cmocka_unit_test(it_has_no_memory_of_its_own),
	};

	return cmocka_run_group_tests_name("unfit_library", tests, NULL, NULL);
}
