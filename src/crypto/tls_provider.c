/*
 * The functions that OpenSSL calls are fixed by provider-keymgmt(7) and provider-signature(7). What it asks
 * of a key in a TLS 1.3 handshake, from 3.0 to 3.5: its size and strength, whether it belongs to the
 * certificate (an export of the public half, compared by the default provider), and one digest-sign without a
 * digest.
 */
#include "crypto/tls_provider.h"

#include "base/alloc.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDER_NAME "entente"
#define PROVIDER_PROPERTY "provider=" PROVIDER_NAME
#define PARAM_SIGNER \
	"entente-signer" /* the address of a struct tls_signer: key and caller are in one process */

/* A key as OpenSSL holds it: one that could not be imported reaches nobody. */
struct remote_key {
	uint8_t public[SIGN_PUBLIC_LEN];
	const struct tls_signer *signer;
};

/* One signing operation. */
struct remote_sign {
	const struct remote_key *key;
};

static OSSL_FUNC_keymgmt_new_fn key_new;
static OSSL_FUNC_keymgmt_free_fn key_free;
static OSSL_FUNC_keymgmt_has_fn key_has;
static OSSL_FUNC_keymgmt_match_fn key_match;
static OSSL_FUNC_keymgmt_import_fn key_import;
static OSSL_FUNC_keymgmt_import_types_fn key_import_types;
static OSSL_FUNC_keymgmt_export_fn key_export;
static OSSL_FUNC_keymgmt_export_types_fn key_export_types;
static OSSL_FUNC_keymgmt_get_params_fn key_get_params;
static OSSL_FUNC_keymgmt_gettable_params_fn key_gettable_params;
static OSSL_FUNC_keymgmt_query_operation_name_fn key_operation;
static OSSL_FUNC_signature_newctx_fn sign_new;
static OSSL_FUNC_signature_freectx_fn sign_free;
static OSSL_FUNC_signature_dupctx_fn sign_dup;
static OSSL_FUNC_signature_digest_sign_init_fn sign_start;
static OSSL_FUNC_signature_digest_sign_fn sign_once;
static OSSL_FUNC_provider_query_operation_fn provider_query;

static void *key_new(void *provider)
{
	(void)provider;
	return xcalloc(1, sizeof(struct remote_key));
}

static void key_free(void *self)
{
	free(self);
}

/* It has a private half, elsewhere: SSL_use_PrivateKey asks. */
static int key_has(const void *self, int selection)
{
	const struct remote_key *key = self;

	return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->signer != NULL;
}

static int key_match(const void *self, const void *other, int selection)
{
	const struct remote_key *a = self, *b = other;

	(void)selection; /* there is nothing to compare but the public half */
	return memcmp(a->public, b->public, sizeof a->public) == 0;
}

static int key_import(void *self, int selection, const OSSL_PARAM params[])
{
	const OSSL_PARAM *public = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
	const OSSL_PARAM *signer = OSSL_PARAM_locate_const(params, PARAM_SIGNER);
	struct remote_key *key = self;
	void *at = key->public;
	size_t len = 0;

	(void)selection;
	if (public == NULL || OSSL_PARAM_get_octet_string(public, &at, sizeof key->public, &len) != 1 ||
	    len != sizeof key->public)
		return 0;
	at = &key->signer;
	return signer == NULL || (OSSL_PARAM_get_octet_string(signer, &at, sizeof key->signer, &len) == 1 &&
				  len == sizeof key->signer);
}

static const OSSL_PARAM *key_import_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_octet_string(PARAM_SIGNER, NULL, 0),
		OSSL_PARAM_END,
	};

	return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0 ? types : NULL;
}

/* Before it signs, OpenSSL tries to move a key to the default provider, private half included: the refusal is
 * what brings the signature back here. */
static int key_export(void *self, int selection, OSSL_CALLBACK *take, void *taker)
{
	struct remote_key *key = self;
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, key->public, sizeof key->public),
		OSSL_PARAM_END,
	};

	if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
		return 0;
	return take(params, taker);
}

static const OSSL_PARAM *key_export_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_END,
	};

	return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 ? types : NULL;
}

static int key_get_params(void *self, OSSL_PARAM params[])
{
	static const struct {
		const char *name;
		int value;
	} numbers[] = {
		{ OSSL_PKEY_PARAM_BITS, 253 },
		{ OSSL_PKEY_PARAM_SECURITY_BITS, 128 },
		{ OSSL_PKEY_PARAM_MAX_SIZE, SIGN_LEN },
	};
	struct remote_key *key = self;
	OSSL_PARAM *at;

	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
		at = OSSL_PARAM_locate(params, numbers[i].name);
		if (at != NULL && OSSL_PARAM_set_int(at, numbers[i].value) != 1)
			return 0;
	}
	/* Ed25519 hashes by itself: the only digest is none. */
	at = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_MANDATORY_DIGEST);
	if (at != NULL && OSSL_PARAM_set_utf8_string(at, "") != 1)
		return 0;
	at = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PUB_KEY);
	return at == NULL || OSSL_PARAM_set_octet_string(at, key->public, sizeof key->public) == 1;
}

static const OSSL_PARAM *key_gettable_params(void *provider)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)provider;
	return types;
}

static const char *key_operation(int operation)
{
	return operation == OSSL_OP_SIGNATURE ? "ED25519" : NULL;
}

static void *sign_new(void *provider, const char *properties)
{
	(void)provider;
	(void)properties;
	return xcalloc(1, sizeof(struct remote_sign));
}

static void sign_free(void *self)
{
	free(self);
}

static void *sign_dup(void *self)
{
	struct remote_sign *copy = xcalloc(1, sizeof *copy);

	*copy = *(struct remote_sign *)self;
	return copy;
}

static int sign_start(void *self, const char *digest, void *key, const OSSL_PARAM params[])
{
	struct remote_sign *s = self;

	(void)params;
	if (digest != NULL && digest[0] != '\0')
		return 0;
	if (key != NULL)
		s->key = key;
	return s->key != NULL && s->key->signer != NULL;
}

/* Called twice: for the length, then for the signature. */
static int sign_once(void *self, unsigned char *out, size_t *out_len, size_t out_size,
		     const unsigned char *message, size_t message_len)
{
	struct remote_sign *s = self;
	const struct tls_signer *signer = s->key->signer;

	if (out != NULL) {
		if (out_size < SIGN_LEN)
			return 0;
		if (signer->sign(signer->self, (struct bytes){ message, message_len }, out) != ERR_OK)
			return 0;
	}
	*out_len = SIGN_LEN;
	return 1;
}

#define ENTRY(number, function) { number, (void (*)(void))(function) }

static const OSSL_DISPATCH key_functions[] = {
	ENTRY(OSSL_FUNC_KEYMGMT_NEW, key_new),
	ENTRY(OSSL_FUNC_KEYMGMT_FREE, key_free),
	ENTRY(OSSL_FUNC_KEYMGMT_HAS, key_has),
	ENTRY(OSSL_FUNC_KEYMGMT_MATCH, key_match),
	ENTRY(OSSL_FUNC_KEYMGMT_IMPORT, key_import),
	ENTRY(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_import_types),
	ENTRY(OSSL_FUNC_KEYMGMT_EXPORT, key_export),
	ENTRY(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_export_types),
	ENTRY(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),
	ENTRY(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable_params),
	ENTRY(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, key_operation),
	{ 0, NULL },
};

static const OSSL_DISPATCH sign_functions[] = {
	ENTRY(OSSL_FUNC_SIGNATURE_NEWCTX, sign_new),
	ENTRY(OSSL_FUNC_SIGNATURE_FREECTX, sign_free),
	ENTRY(OSSL_FUNC_SIGNATURE_DUPCTX, sign_dup),
	ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sign_start),
	ENTRY(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_once),
	{ 0, NULL },
};

static const OSSL_ALGORITHM keys[] = {
	{ "ED25519", PROVIDER_PROPERTY, key_functions, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM signatures[] = {
	{ "ED25519", PROVIDER_PROPERTY, sign_functions, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *provider_query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	if (operation == OSSL_OP_KEYMGMT)
		return keys;
	return operation == OSSL_OP_SIGNATURE ? signatures : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
	ENTRY(OSSL_FUNC_PROVIDER_QUERY_OPERATION, provider_query),
	{ 0, NULL },
};

static int provider_start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
			  void **provider)
{
	(void)in;
	/* Never used; OpenSSL takes NULL for a failure in places. */
	*provider = (void *)(uintptr_t)core;
	*out = provider_functions;
	return 1;
}

OSSL_PROVIDER *tls_provider_load(OSSL_LIB_CTX *library)
{
	if (OSSL_PROVIDER_add_builtin(library, PROVIDER_NAME, provider_start) != 1)
		return NULL;
	return OSSL_PROVIDER_load(library, PROVIDER_NAME);
}

EVP_PKEY *tls_provider_key(OSSL_LIB_CTX *library, const uint8_t public[SIGN_PUBLIC_LEN],
			   const struct tls_signer *signer)
{
	uint8_t copy[SIGN_PUBLIC_LEN];
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
		OSSL_PARAM_octet_string(PARAM_SIGNER, &signer, sizeof signer),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *import = EVP_PKEY_CTX_new_from_name(library, "ED25519", PROVIDER_PROPERTY);
	EVP_PKEY *key = NULL;

	memcpy(copy, public, sizeof copy);
	if (import != NULL && EVP_PKEY_fromdata_init(import) == 1 &&
	    EVP_PKEY_fromdata(import, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(import);
	return key;
}
