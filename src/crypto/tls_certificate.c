/*
 * Certificates as the link uses them: an envelope that TLS asks for around a public key. They are written by
 * hand, because the private key is not here and the bytes are to be the same each time.
 */
#include "crypto/hash.h"
#include "crypto/tls.h"
#include "crypto/tls_provider.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

/* DER tags (X.690). */
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_UTF8 0x0c
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_EXTENSIONS 0xa3 /* [3] of TBSCertificate */

#define SERIAL_LEN 16u

/* AlgorithmIdentifier of Ed25519 (RFC 8410 section 3). */
static const uint8_t algorithm[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };
/* Version 3, as RFC 8446 section 4.4.2 demands. */
static const uint8_t version[] = { 0xa0, 0x03, 0x02, 0x01, 0x02 };
/* Pins decide how long a key is good: from 2000 to the end of what can be written (RFC 5280 section 4.1.2.5).
 */
static const char validity[] = "\x30\x20\x17\x0d"
			       "000101000000Z"
			       "\x18\x0f"
			       "99991231235959Z";
/* commonName. */
static const uint8_t name_type[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
/* Key usage digitalSignature alone, critical; basic constraints: not a CA, critical. */
static const uint8_t extensions[] = {
	0x30, 0x0e, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x07,
	0x80, 0x30, 0x0c, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x02, 0x30, 0x00,
};

/* Tag, length, value; nothing here is longer than TLS_CERTIFICATE_MAX. */
static void put_der(struct buf *out, uint8_t tag, struct bytes value)
{
	buf_put_byte(out, tag);
	if (value.len >= 0x100) {
		buf_put_byte(out, 0x82);
		buf_put_byte(out, (uint8_t)(value.len >> 8));
	} else if (value.len >= 0x80) {
		buf_put_byte(out, 0x81);
	}
	buf_put_byte(out, (uint8_t)value.len);
	buf_put(out, value);
}

/* SEQUENCE of one SET of one SEQUENCE: commonName and the name. */
static void put_name(struct buf *out, struct bytes name)
{
	uint8_t pair_memory[TLS_NAME_MAX + 16], one_memory[TLS_NAME_MAX + 20], set_memory[TLS_NAME_MAX + 24];
	struct buf pair = BUF_ON(pair_memory), one = BUF_ON(one_memory), set = BUF_ON(set_memory);

	buf_put(&pair, BYTES_OF(name_type));
	put_der(&pair, DER_UTF8, name);
	put_der(&one, DER_SEQUENCE, buf_bytes(&pair));
	put_der(&set, DER_SET, buf_bytes(&one));
	put_der(out, DER_SEQUENCE, buf_bytes(&set));
}

static void put_bit_string(struct buf *out, struct bytes bits)
{
	uint8_t memory[1 + SIGN_LEN];
	struct buf value = BUF_ON(memory);

	buf_put_byte(&value, 0); /* unused bits */
	buf_put(&value, bits);
	put_der(out, DER_BIT_STRING, buf_bytes(&value));
}

/* From the key, so that two keys of one name differ; positive and not zero, 16 bytes (RFC 5280
 * section 4.1.2.2). */
static void put_serial(struct buf *out, const uint8_t public[SIGN_PUBLIC_LEN])
{
	uint8_t hash[HASH_LEN];

	hash_sha256((struct bytes){ public, SIGN_PUBLIC_LEN }, hash);
	hash[0] = (hash[0] & 0x7f) | 0x40;
	put_der(out, DER_INTEGER, (struct bytes){ hash, SERIAL_LEN });
}

enum err tls_certificate_make(const uint8_t public[SIGN_PUBLIC_LEN], const struct tls_signer *signer,
			      const char *name, struct buf *out)
{
	uint8_t inner_memory[TLS_CERTIFICATE_MAX], part_memory[TLS_CERTIFICATE_MAX], key_memory[64],
		signature[SIGN_LEN];
	struct buf inner = BUF_ON(inner_memory), part = BUF_ON(part_memory), key = BUF_ON(key_memory);
	struct bytes subject = bytes_str(name);

	if (subject.len == 0 || subject.len > TLS_NAME_MAX || !bytes_is_utf8(subject))
		return ERR_USAGE;
	/* TBSCertificate, RFC 5280 section 4.1. */
	buf_put(&inner, BYTES_OF(version));
	put_serial(&inner, public);
	buf_put(&inner, BYTES_OF(algorithm));
	put_name(&inner, subject);
	buf_put(&inner, BYTES_LIT(validity));
	put_name(&inner, subject);
	buf_put(&key, BYTES_OF(algorithm));
	put_bit_string(&key, (struct bytes){ public, SIGN_PUBLIC_LEN });
	put_der(&inner, DER_SEQUENCE, buf_bytes(&key));
	put_der(&part, DER_SEQUENCE, BYTES_OF(extensions));
	put_der(&inner, DER_EXTENSIONS, buf_bytes(&part));
	buf_reset(&part);
	put_der(&part, DER_SEQUENCE, buf_bytes(&inner));
	if (signer->sign(signer->self, buf_bytes(&part), signature) != ERR_OK ||
	    !sign_verify(public, buf_bytes(&part), signature))
		return ERR_SIGNER;
	buf_put(&part, BYTES_OF(algorithm));
	put_bit_string(&part, BYTES_OF(signature));
	put_der(out, DER_SEQUENCE, buf_bytes(&part));
	return buf_check(out); /* TLS_CERTIFICATE_MAX is enough for every name */
}

X509 *tls_certificate_read(OSSL_LIB_CTX *library, struct bytes der)
{
	const unsigned char *at = der.ptr;
	X509 *x;

	if (der.len == 0 || der.len > TLS_CERTIFICATE_MAX)
		return NULL;
	x = X509_new_ex(library, NULL);
	/* What cannot be read is freed by d2i_X509. */
	if (x != NULL && d2i_X509(&x, &at, (long)der.len) != NULL && at != der.ptr + der.len) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

enum err tls_certificate_key_in(OSSL_LIB_CTX *library, struct bytes der, uint8_t public[SIGN_PUBLIC_LEN])
{
	uint8_t raw[SIGN_PUBLIC_LEN];
	size_t len = sizeof raw;
	enum err e = ERR_VERIFY;
	X509 *x = tls_certificate_read(library, der);
	EVP_PKEY *key = x == NULL ? NULL : X509_get0_pubkey(x);

	if (key != NULL && EVP_PKEY_is_a(key, "ED25519") == 1 &&
	    EVP_PKEY_get_raw_public_key(key, raw, &len) == 1 && X509_verify(x, key) == 1 &&
	    sign_is_good_public(raw)) {
		memcpy(public, raw, sizeof raw);
		e = ERR_OK;
	}
	X509_free(x);
	ERR_clear_error();
	return e;
}

enum err tls_certificate_key(struct bytes der, uint8_t public[SIGN_PUBLIC_LEN])
{
	return tls_certificate_key_in(NULL, der, public);
}
