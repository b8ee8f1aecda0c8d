#include "crypto/tls.h"

#include "base/alloc.h"
#include "crypto/hash.h"
#include "crypto/tls_provider.h"

#include <assert.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FAILURE_LEN_MAX 128u
#define CERTIFICATE_LIST_MAX 4096 /* bytes of certificates that a peer may send */
#define DEVICE_LIST_MAX 16384	  /* the same of a terminal, whose card may send those above it */

/* RFC 8446 section 4.4.3: 64 spaces, a context, a zero byte, a hash. */
#define SIGNED_PADDING 64u
static const char *const signed_contexts[] = {
	"TLS 1.3, client CertificateVerify",
	"TLS 1.3, server CertificateVerify",
};

/* In the order in which they are tried; '*' sends a key share along, which OpenSSL 3.5 understands, and
 * spares a round trip with a peer that has X25519 alone. */
static const char *const group_lists[] = {
	"*X25519MLKEM768:*X25519",
	"X25519MLKEM768:X25519",
	"X25519",
};
#define GROUP_POST_QUANTUM "X25519MLKEM768"

static const char *const group_names[] = { GROUP_POST_QUANTUM, "X25519" };

/* What a pin is called in a handshake: a salt, then a hash of both. */
#define PIN_SALT_LEN 8u
#define PIN_HASH_LEN 16u
#define PIN_NAME_LEN (2 * (PIN_SALT_LEN + PIN_HASH_LEN))

struct own_key {
	struct tls_identity *id;
	struct tls_signer signer;  /* the caller's */
	struct tls_signer watched; /* what the provider calls: notes a failure, then hands it on */
	uint8_t public[SIGN_PUBLIC_LEN];
	X509 *certificate;
	EVP_PKEY *key;
};

struct tls_identity {
	struct own_key own[TLS_OWN_MAX]; /* oldest first; none of terminals */
	size_t own_count;
	bool is_sign_failed;
	bool is_of_terminals; /* a peer is known by a hash of its key */
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *base, *remote;
	SSL_CTX *settings;
};

struct tls {
	struct tls_identity *id;
	SSL *ssl;
	uint8_t pins[TLS_PINS_MAX][SIGN_PUBLIC_LEN];
	size_t pin_count;
	uint8_t peer[SIGN_PUBLIC_LEN];
	size_t own; /* which of our keys is shown */
	bool has_peer, is_refused, is_closed;
	int alert; /* the last one that was received, or 0 */
	enum err failed;
	char failure[FAILURE_LEN_MAX];
};

enum err tls_check_signed(struct bytes message)
{
	if (message.len > TLS_SIGNED_MAX || message.len < SIGNED_PADDING)
		return ERR_REFUSED;
	for (size_t i = 0; i < SIGNED_PADDING; i++) {
		if (message.ptr[i] != ' ')
			return ERR_REFUSED;
	}
	message.ptr += SIGNED_PADDING;
	message.len -= SIGNED_PADDING;
	for (size_t i = 0; i < ARRAY_COUNT(signed_contexts); i++) {
		/* The terminator is the zero byte of the format; behind it a hash of SHA-256 or SHA-384. */
		size_t len = strlen(signed_contexts[i]) + 1;
		if (message.len > len && memcmp(message.ptr, signed_contexts[i], len) == 0 &&
		    (message.len - len == 32 || message.len - len == 48))
			return ERR_OK;
	}
	return ERR_REFUSED;
}

static enum err sign_watched(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	struct own_key *own = self;
	enum err e = own->signer.sign(own->signer.self, message, out);

	own->id->is_sign_failed = e != ERR_OK;
	return e;
}

static bool take_peer(struct tls *t, X509 *certificate)
{
	EVP_PKEY *key = certificate == NULL ? NULL : X509_get0_pubkey(certificate);
	size_t len = sizeof t->peer;
	unsigned char *der = NULL;
	int der_len;

	if (key == NULL)
		return false;
	if (!t->id->is_of_terminals)
		return EVP_PKEY_is_a(key, "ED25519") == 1 &&
		       EVP_PKEY_get_raw_public_key(key, t->peer, &len) == 1;
	der_len = i2d_PUBKEY(key, &der);
	if (der_len > 0)
		hash_sha256((struct bytes){ der, (size_t)der_len }, t->peer);
	OPENSSL_free(der);
	return der_len > 0;
}

/* The peer's key must be pinned, and that is all there is to check of a certificate. */
static int check_peer(X509_STORE_CTX *chain, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	(void)unused;
	t->has_peer = take_peer(t, X509_STORE_CTX_get0_cert(chain));
	for (size_t i = 0; t->has_peer && i < t->pin_count; i++) {
		if (memcmp(t->pins[i], t->peer, sizeof t->peer) == 0)
			return 1;
	}
	t->is_refused = true;
	X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static void note_alert(const SSL *ssl, int where, int code)
{
	struct tls *t = SSL_get_app_data(ssl);
	bool is_received = (where & SSL_CB_READ) != 0;

	if ((where & SSL_CB_ALERT) == 0 || (code & 0xff) == SSL_AD_CLOSE_NOTIFY)
		return;
	if (is_received)
		t->alert = code & 0xff;
	snprintf(t->failure, sizeof t->failure, "%s alert: %s", is_received ? "received" : "sent",
		 SSL_alert_desc_string_long(code));
}

/* The library's macro takes the list as variable, and only reads it. */
static bool set_group_list(SSL_CTX *settings, const char *list)
{
	char copy[64];

	snprintf(copy, sizeof copy, "%s", list);
	return SSL_CTX_set1_groups_list(settings, copy) == 1;
}

static bool set_groups(SSL_CTX *settings, bool is_post_quantum_only)
{
	if (is_post_quantum_only)
		return set_group_list(settings, GROUP_POST_QUANTUM);
	for (size_t i = 0; i < ARRAY_COUNT(group_lists); i++) {
		if (set_group_list(settings, group_lists[i]))
			return true;
	}
	return false;
}

bool tls_has_post_quantum(void)
{
	SSL_CTX *settings = SSL_CTX_new(TLS_method());
	bool has = settings != NULL && set_groups(settings, true);

	SSL_CTX_free(settings);
	ERR_clear_error();
	return has;
}

/* All but the groups and the key; these can only fail for want of memory. */
static bool set_rules(SSL_CTX *settings)
{
	SSL_CTX_set_options(settings, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_clear_options(settings, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
	SSL_CTX_set_mode(settings, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(settings, CERTIFICATE_LIST_MAX);
	SSL_CTX_set_verify(settings, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(settings, check_peer, NULL);
	SSL_CTX_set_info_callback(settings, note_alert);
	return SSL_CTX_set_min_proto_version(settings, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(settings, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_ciphersuites(settings, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") ==
		       1 &&
	       SSL_CTX_set1_sigalgs_list(settings, "ed25519") == 1 &&
	       SSL_CTX_set1_client_sigalgs_list(settings, "ed25519") == 1 &&
	       SSL_CTX_set_num_tickets(settings, 0) == 1 && SSL_CTX_set_max_early_data(settings, 0) == 1 &&
	       SSL_CTX_set_recv_max_early_data(settings, 0) == 1;
}

/* ---- Which of our keys the other side knows. ---- */

static void pin_name(const uint8_t salt[PIN_SALT_LEN], const uint8_t key[SIGN_PUBLIC_LEN],
		     char out[PIN_NAME_LEN + 1])
{
	const struct bytes parts[] = { { salt, PIN_SALT_LEN }, { key, SIGN_PUBLIC_LEN } };
	uint8_t hash[HASH_LEN], name[PIN_SALT_LEN + PIN_HASH_LEN];

	hash_parts(parts, ARRAY_COUNT(parts), hash);
	memcpy(name, salt, PIN_SALT_LEN);
	memcpy(name + PIN_SALT_LEN, hash, PIN_HASH_LEN);
	bytes_write_hex(BYTES_OF(name), out);
}

/* The peer is told by which keys we know him. */
static bool tell_pins(struct tls *t)
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	bool is_told = names != NULL;

	for (size_t i = 0; is_told && i < t->pin_count; i++) {
		uint8_t salt[PIN_SALT_LEN];
		char text[PIN_NAME_LEN + 1];
		X509_NAME *name = X509_NAME_new();

		is_told = name != NULL && RAND_bytes_ex(t->id->library, salt, sizeof salt, 0) == 1;
		if (is_told) {
			pin_name(salt, t->pins[i], text);
			is_told = X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
							     (const unsigned char *)text, PIN_NAME_LEN, -1,
							     0) == 1 &&
				  sk_X509_NAME_push(names, name) > 0;
		}
		if (!is_told)
			X509_NAME_free(name);
	}
	if (is_told)
		SSL_set0_CA_list(t->ssl, names);
	else
		sk_X509_NAME_pop_free(names, X509_NAME_free);
	return is_told;
}

static bool is_named(const STACK_OF(X509_NAME) * names, const uint8_t key[SIGN_PUBLIC_LEN])
{
	for (int i = 0; i < sk_X509_NAME_num(names); i++) {
		char text[PIN_NAME_LEN + 2], wanted[PIN_NAME_LEN + 1];
		uint8_t salt[PIN_SALT_LEN];
		int len = X509_NAME_get_text_by_NID(sk_X509_NAME_value(names, i), NID_commonName, text,
						    sizeof text);

		if (len != (int)PIN_NAME_LEN ||
		    bytes_read_hex((struct bytes){ (const uint8_t *)text, sizeof salt * 2 }, salt,
				   sizeof salt) != ERR_OK)
			continue;
		pin_name(salt, key, wanted);
		if (memcmp(text, wanted, PIN_NAME_LEN) == 0)
			return true;
	}
	return false;
}

/* The newest that he knows; who tells nothing is of a version before keys could change. */
static int choose_key(SSL *ssl, void *self)
{
	struct tls_identity *id = self;
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
	size_t i = id->own_count - 1;

	if (sk_X509_NAME_num(names) <= 0)
		i = 0;
	while (i > 0 && !is_named(names, id->own[i].public))
		i--;
	((struct tls *)SSL_get_app_data(ssl))->own = i;
	return SSL_use_certificate(ssl, id->own[i].certificate) == 1 &&
	       SSL_use_PrivateKey(ssl, id->own[i].key) == 1;
}

static bool set_key(struct tls_identity *id, struct bytes certificate, const uint8_t public[SIGN_PUBLIC_LEN],
		    const struct tls_signer *signer)
{
	struct own_key *own = &id->own[id->own_count];

	own->id = id;
	own->signer = *signer;
	own->watched = (struct tls_signer){ sign_watched, own };
	memcpy(own->public, public, SIGN_PUBLIC_LEN);
	own->certificate = tls_certificate_read(id->library, certificate);
	own->key = tls_provider_key(id->library, public, &own->watched);
	if (own->certificate == NULL || own->key == NULL) {
		X509_free(own->certificate);
		EVP_PKEY_free(own->key);
		return false;
	}
	id->own_count++;
	return true;
}

/* The first stands in the settings: what is not chosen otherwise is shown. */
static bool set_first_key(struct tls_identity *id)
{
	SSL_CTX_set_cert_cb(id->settings, choose_key, id);
	return SSL_CTX_use_certificate(id->settings, id->own[0].certificate) == 1 &&
	       SSL_CTX_use_PrivateKey(id->settings, id->own[0].key) == 1 &&
	       SSL_CTX_check_private_key(id->settings) == 1;
}

enum err tls_identity_add(struct tls_identity *id, struct bytes certificate, const struct tls_signer *signer)
{
	uint8_t public[SIGN_PUBLIC_LEN];
	enum err e = tls_certificate_key_in(id->library, certificate, public);

	if (e == ERR_OK && id->own_count == TLS_OWN_MAX)
		e = ERR_LIMIT;
	if (e == ERR_OK && !set_key(id, certificate, public, signer))
		e = ERR_MEMORY;
	ERR_clear_error();
	return e;
}

enum err tls_identity_new(struct bytes certificate, const struct tls_signer *signer,
			  bool is_post_quantum_only, struct tls_identity **out)
{
	struct tls_identity *id = xcalloc(1, sizeof *id);
	uint8_t public[SIGN_PUBLIC_LEN];
	enum err e = ERR_OK;

	/* A library context of our own: what the provider adds is seen by the link alone. */
	id->library = OSSL_LIB_CTX_new();
	if (id->library != NULL) {
		id->base = OSSL_PROVIDER_load(id->library, "default");
		id->remote = tls_provider_load(id->library);
	}
	/* Our Ed25519 is asked for by name only: peers' keys are the default provider's. */
	if (id->base != NULL && id->remote != NULL &&
	    EVP_set_default_properties(id->library, "?provider=default") == 1) {
		e = tls_certificate_key_in(id->library, certificate, public);
		if (e == ERR_OK)
			id->settings = SSL_CTX_new_ex(id->library, NULL, TLS_method());
	}
	if (e != ERR_OK)
		goto out;
	if (id->settings == NULL || !set_rules(id->settings) || !set_key(id, certificate, public, signer) ||
	    !set_first_key(id))
		e = ERR_MEMORY;
	else if (!set_groups(id->settings, is_post_quantum_only))
		e = ERR_REFUSED;
out:
	ERR_clear_error();
	if (e == ERR_OK) {
		*out = id;
		id = NULL;
	}
	tls_identity_free(id);
	return e;
}

/* What browsers and their devices have; old ones have no Ed25519. */
static bool set_rules_of_terminals(SSL_CTX *settings)
{
	/* Not const: OpenSSL's macros cast it away, of which clang complains. */
	static char ours[] = "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256",
		    theirs[] = "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA-PSS+SHA384:ed25519";

	if (!set_rules(settings))
		return false;
	SSL_CTX_set_max_cert_list(settings, DEVICE_LIST_MAX);
	return SSL_CTX_set1_sigalgs_list(settings, ours) == 1 &&
	       SSL_CTX_set1_client_sigalgs_list(settings, theirs) == 1;
}

static BIO *open_pem(struct bytes pem)
{
	return BIO_new_mem_buf(pem.ptr, pem.len > INT_MAX ? 0 : (int)pem.len);
}

/* The first is ours, those behind it lead to one that browsers trust. */
static bool set_chain(SSL_CTX *settings, struct bytes pem)
{
	BIO *in = open_pem(pem);
	X509 *certificate = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, NULL, NULL);
	bool is_set = certificate != NULL && SSL_CTX_use_certificate(settings, certificate) == 1;

	X509_free(certificate);
	while (is_set && (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		is_set = SSL_CTX_add0_chain_cert(settings, certificate) == 1;
		if (!is_set)
			X509_free(certificate);
	}
	BIO_free(in);
	return is_set;
}

static bool set_own_key(struct tls_identity *id, struct bytes pem)
{
	BIO *in = open_pem(pem);
	EVP_PKEY *key =
		in == NULL ? NULL : PEM_read_bio_PrivateKey_ex(in, NULL, NULL, NULL, id->library, NULL);
	bool is_set = key != NULL && SSL_CTX_use_PrivateKey(id->settings, key) == 1 &&
		      SSL_CTX_check_private_key(id->settings) == 1;

	EVP_PKEY_free(key);
	BIO_free(in);
	return is_set;
}

enum err tls_identity_of_terminals(struct bytes pem, struct tls_identity **out)
{
	struct tls_identity *id = xcalloc(1, sizeof *id);
	enum err e = ERR_MEMORY;

	id->is_of_terminals = true;
	id->library = OSSL_LIB_CTX_new();
	if (id->library != NULL)
		id->base = OSSL_PROVIDER_load(id->library, "default");
	if (id->base != NULL)
		id->settings = SSL_CTX_new_ex(id->library, NULL, TLS_method());
	if (id->settings != NULL && set_rules_of_terminals(id->settings) && set_groups(id->settings, false))
		e = set_chain(id->settings, pem) && set_own_key(id, pem) ? ERR_OK : ERR_VERIFY;
	ERR_clear_error();
	if (e == ERR_OK)
		*out = id;
	else
		tls_identity_free(id);
	return e;
}

void tls_identity_free(struct tls_identity *id)
{
	if (id == NULL)
		return;
	SSL_CTX_free(id->settings);
	for (size_t i = 0; i < id->own_count; i++) {
		X509_free(id->own[i].certificate);
		EVP_PKEY_free(id->own[i].key);
	}
	if (id->remote != NULL)
		OSSL_PROVIDER_unload(id->remote);
	if (id->base != NULL)
		OSSL_PROVIDER_unload(id->base);
	OSSL_LIB_CTX_free(id->library);
	free(id);
}

/* What a failed call means; remembered, because after it the connection is of no more use. */
static enum err fail(struct tls *t)
{
	static const struct {
		int alert;
		enum err e;
	} meanings[] = {
		{ SSL_AD_BAD_CERTIFICATE, ERR_NOT_PINNED },
		{ SSL_AD_CERTIFICATE_UNKNOWN, ERR_NOT_PINNED },
		{ SSL_AD_CERTIFICATE_REQUIRED, ERR_NOT_PINNED },
		{ SSL_AD_UNKNOWN_CA, ERR_NOT_PINNED },
		{ SSL_AD_PROTOCOL_VERSION, ERR_PROTOCOL },
		{ SSL_AD_HANDSHAKE_FAILURE, ERR_PROTOCOL },
		{ SSL_AD_INSUFFICIENT_SECURITY, ERR_PROTOCOL },
	};
	/* No version, group or algorithm in common, as one version of the library or another says it. */
	static const int differences[] = {
		SSL_R_UNSUPPORTED_PROTOCOL,
		SSL_R_NO_SUITABLE_KEY_SHARE,
		SSL_R_NO_SHARED_CIPHER,
		SSL_R_NO_SHARED_GROUPS,
		SSL_R_NO_SUITABLE_GROUPS,
		SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
		SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
	};
	int reason = ERR_GET_REASON(ERR_peek_error());

	t->failed = ERR_FRAME;
	for (size_t i = 0; i < ARRAY_COUNT(meanings); i++) {
		if (t->alert == meanings[i].alert)
			t->failed = meanings[i].e;
	}
	for (size_t i = 0; i < ARRAY_COUNT(differences); i++) {
		if (reason == differences[i])
			t->failed = ERR_PROTOCOL;
	}
	if (t->id->is_sign_failed) {
		t->failed = ERR_SIGNER;
		t->id->is_sign_failed = false; /* it was this connection's */
	} else if (t->is_refused || reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
		t->failed = ERR_NOT_PINNED;
	}
	if (t->failure[0] == '\0') {
		const char *text = ERR_reason_error_string(ERR_peek_error());
		snprintf(t->failure, sizeof t->failure, "%s", text == NULL ? err_text(t->failed) : text);
	}
	ERR_clear_error();
	return t->failed;
}

/* The outcome of an SSL call that did not succeed: ERR_SHORT if it only wants more bytes. */
static enum err outcome(struct tls *t, int result)
{
	int error = SSL_get_error(t->ssl, result);

	if (error == SSL_ERROR_WANT_READ) /* the buffer that it writes to takes all that memory has */
		return ERR_SHORT;
	if (error == SSL_ERROR_ZERO_RETURN) {
		t->is_closed = true;
		return ERR_DOWN;
	}
	return fail(t);
}

static enum err shake(struct tls *t)
{
	int result;

	if (SSL_is_init_finished(t->ssl))
		return ERR_OK;
	ERR_clear_error();
	result = SSL_do_handshake(t->ssl);
	if (result == 1)
		return ERR_OK;
	return outcome(t, result);
}

enum err tls_new(struct tls_identity *id, enum tls_role role, const uint8_t (*pins)[SIGN_PUBLIC_LEN],
		 size_t count, struct tls **out)
{
	BIO *in, *away;
	struct tls *t;
	enum err e;

	if (count > TLS_PINS_MAX)
		return ERR_LIMIT;
	t = xcalloc(1, sizeof *t);
	t->id = id;
	t->pin_count = count;
	if (count > 0)
		memcpy(t->pins, pins, count * sizeof t->pins[0]);
	in = BIO_new(BIO_s_mem());
	away = BIO_new(BIO_s_mem());
	t->ssl = SSL_new(id->settings);
	if (in == NULL || away == NULL || t->ssl == NULL) {
		BIO_free(in);
		BIO_free(away);
		tls_free(t);
		return ERR_MEMORY;
	}
	/* An empty buffer means "later", not "the end". */
	BIO_set_mem_eof_return(in, -1);
	BIO_set_mem_eof_return(away, -1);
	SSL_set_bio(t->ssl, in, away);
	SSL_set_app_data(t->ssl, t);
	/* Browsers would take the names for those of authorities. */
	if (!id->is_of_terminals && !tell_pins(t)) {
		tls_free(t);
		return ERR_MEMORY;
	}
	if (role == TLS_CLIENT)
		SSL_set_connect_state(t->ssl);
	else
		SSL_set_accept_state(t->ssl);
	e = role == TLS_CLIENT ? shake(t) : ERR_SHORT;
	if (e != ERR_SHORT) {
		tls_free(t);
		return ERR_MEMORY; /* nothing was received that could be to blame */
	}
	*out = t;
	return ERR_OK;
}

void tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl); /* and its buffers */
	free(t);
}

enum err tls_put_wire(struct tls *t, struct bytes in)
{
	BIO *wire = SSL_get_rbio(t->ssl);
	size_t waiting = BIO_ctrl_pending(wire);
	enum err e;

	if (t->failed != ERR_OK)
		return t->failed;
	if (in.len > TLS_PIECE_MAX || waiting > TLS_PIECE_MAX)
		return ERR_LIMIT;
	if (in.len > 0 && BIO_write(wire, in.ptr, (int)in.len) != (int)in.len)
		return ERR_MEMORY;
	e = shake(t);
	return e == ERR_SHORT ? ERR_OK : e;
}

size_t tls_wire_len(const struct tls *t)
{
	return BIO_ctrl_pending(SSL_get_wbio(t->ssl));
}

size_t tls_get_wire(struct tls *t, struct buf *out)
{
	size_t len = tls_wire_len(t);

	if (len > out->max - out->len)
		len = out->max - out->len;
	if (len > 0) {
		int got = BIO_read(SSL_get_wbio(t->ssl), out->ptr + out->len, (int)len);
		assert(got == (int)len);
		out->len += len;
	}
	return len;
}

enum err tls_read(struct tls *t, struct buf *out)
{
	size_t before = out->len;

	if (t->failed != ERR_OK)
		return t->failed;
	if (t->is_closed)
		return ERR_DOWN;
	if (!SSL_is_init_finished(t->ssl))
		return ERR_SHORT;
	while (out->len < out->max) {
		size_t got = 0;
		int result;
		ERR_clear_error();
		result = SSL_read_ex(t->ssl, out->ptr + out->len, out->max - out->len, &got);
		if (result != 1) {
			enum err e = outcome(t, result);
			/* What came before the end is still good, and the end is told next time. */
			return out->len > before ? ERR_OK : e;
		}
		out->len += got;
	}
	return out->len > before ? ERR_OK : ERR_SHORT;
}

enum err tls_write(struct tls *t, struct bytes in)
{
	size_t waiting = tls_wire_len(t);

	if (t->failed != ERR_OK || t->is_closed)
		return ERR_DOWN;
	assert(tls_is_established(t));
	if (waiting > TLS_OUT_MAX || in.len > TLS_OUT_MAX - waiting)
		return ERR_LIMIT;
	while (in.len > 0) {
		size_t done = 0;
		int result;
		ERR_clear_error();
		result = SSL_write_ex(t->ssl, in.ptr, in.len, &done);
		if (result != 1) {
			/* The buffer takes all that memory has: this is no question of waiting. */
			(void)fail(t);
			return ERR_DOWN;
		}
		in.ptr += done;
		in.len -= done;
	}
	return ERR_OK;
}

void tls_close(struct tls *t)
{
	ERR_clear_error();
	if (t->failed == ERR_OK && SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

bool tls_is_established(const struct tls *t)
{
	return t->failed == ERR_OK && SSL_is_init_finished(t->ssl);
}

const uint8_t *tls_peer_key(const struct tls *t)
{
	return t->has_peer ? t->peer : NULL;
}

size_t tls_own(const struct tls *t)
{
	return t->own;
}

const char *tls_group(const struct tls *t)
{
	/* The call takes the connection as variable and does not change it. */
	long id = SSL_is_init_finished(t->ssl) ? SSL_get_negotiated_group(t->ssl) : 0;
	const char *name = id == 0 ? NULL : SSL_group_to_name(t->ssl, (int)id);

	for (size_t i = 0; name != NULL && i < ARRAY_COUNT(group_names); i++) {
		if (strcasecmp(name, group_names[i]) == 0)
			return group_names[i];
	}
	return "none";
}

const char *tls_failure(const struct tls *t)
{
	return t->failure;
}
