#include "crypto/sshsig.h"

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "crypto/ssh_wire.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define SHA512_LEN crypto_hash_sha512_BYTES
#define NAMESPACE_LEN_MAX 64u
/* "SSHSIG", namespace, reserved, "sha512", hash. */
#define SIGNED_LEN_MAX (6 + 4 + NAMESPACE_LEN_MAX + 4 + 4 + 6 + 4 + SHA512_LEN)

#define FLAG_PRESENT 0x01    /* the token's owner touched it */
#define FLAG_ATTESTED 0x40   /* a key follows: at registration only */
#define FLAG_EXTENSIONS 0x80 /* extensions follow */

#define ARMOUR_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define ARMOUR_END "-----END SSH SIGNATURE-----"

/* What stands behind the type of a signature, in parts. */
struct signature {
	struct bytes blob; /* 64 bytes of Ed25519, or r and s */
	uint8_t flags;
	uint8_t counter[4];
	bool is_webauthn;
	struct bytes origin, client, extensions; /* a browser's */
};

enum err sshsig_read(struct bytes blob, struct sshsig *out)
{
	struct sshsig read;
	struct bytes magic;
	uint32_t version;

	if (blob.len > SSHSIG_LEN_MAX || bytes_take(&blob, 6, &magic) != ERR_OK ||
	    !bytes_equal(magic, BYTES_LIT("SSHSIG")))
		return ERR_VERIFY;
	if (ssh_take_u32(&blob, &version) != ERR_OK || version != 1)
		return ERR_VERIFY;
	if (ssh_take_string(&blob, &read.public_key) != ERR_OK ||
	    ssh_take_string(&blob, &read.namespace) != ERR_OK || read.namespace.len == 0)
		return ERR_VERIFY;
	/* "reserved" is not covered by the signature that OpenSSH checks: bytes there would be a second
	 * spelling of it. */
	if (ssh_expect_string(&blob, (struct bytes){ NULL, 0 }) != ERR_OK ||
	    ssh_expect_string(&blob, BYTES_LIT("sha512")) != ERR_OK)
		return ERR_VERIFY;
	if (ssh_take_string(&blob, &read.signature) != ERR_OK || blob.len != 0)
		return ERR_VERIFY;
	*out = read;
	return ERR_OK;
}

/* A token's flags and counter stand behind the string that is its signature. */
static size_t behind_signature(const struct ssh_key *key)
{
	return key->type->is_token ? 1 + sizeof((struct signature *)NULL)->counter : 0;
}

enum err sshsig_split(struct bytes blob, struct bytes namespace, struct bytes *public_key, struct bytes *rest)
{
	struct sshsig read;
	struct ssh_key key;
	uint32_t len;

	if (sshsig_read(blob, &read) != ERR_OK || !bytes_equal(read.namespace, namespace) ||
	    ssh_key_read(read.public_key, &key) != ERR_OK ||
	    ssh_expect_string(&read.signature, bytes_str(key.type->name)) != ERR_OK ||
	    ssh_take_u32(&read.signature, &len) != ERR_OK)
		return ERR_VERIFY;
	if (read.signature.len < behind_signature(&key) || read.signature.len - behind_signature(&key) != len)
		return ERR_VERIFY;
	*public_key = read.public_key;
	*rest = read.signature;
	return ERR_OK;
}

/* All but the signature. */
static void write_start(struct bytes public_key, struct bytes namespace, struct buf *out)
{
	buf_put_str(out, "SSHSIG");
	buf_put_be32(out, 1);
	ssh_put_string(out, public_key);
	ssh_put_string(out, namespace);
	ssh_put_string(out, (struct bytes){ NULL, 0 });
	ssh_put_string(out, BYTES_LIT("sha512"));
}

enum err sshsig_join(struct bytes public_key, struct bytes namespace, struct bytes rest, struct buf *out)
{
	struct ssh_key key;
	struct bytes type;
	size_t from = out->len;

	if (ssh_key_read(public_key, &key) != ERR_OK || rest.len < behind_signature(&key) ||
	    rest.len > SSHSIG_LEN_MAX)
		return ERR_VERIFY;
	type = bytes_str(key.type->name);
	write_start(public_key, namespace, out);
	buf_put_be32(out, (uint32_t)(4 + type.len + 4 + rest.len));
	ssh_put_string(out, type);
	buf_put_be32(out, (uint32_t)(rest.len - behind_signature(&key)));
	buf_put(out, rest);
	if (out->len - from > SSHSIG_LEN_MAX) {
		out->len = from;
		return ERR_VERIFY;
	}
	return ERR_OK;
}

void sshsig_write_signed(struct bytes namespace, struct bytes message, struct buf *out)
{
	uint8_t hash[SHA512_LEN];

	crypto_hash_sha512(hash, message.ptr, message.len);
	buf_put_str(out, "SSHSIG");
	ssh_put_string(out, namespace);
	ssh_put_string(out, (struct bytes){ NULL, 0 });
	ssh_put_string(out, BYTES_LIT("sha512"));
	ssh_put_string(out, BYTES_OF(hash));
}

void sshsig_write(struct bytes public_key, struct bytes namespace, struct bytes signature, struct buf *out)
{
	write_start(public_key, namespace, out);
	ssh_put_string(out, signature);
}

void sshsig_make(const struct sign_key *k, struct bytes namespace, struct bytes message, struct buf *out)
{
	uint8_t to_sign[SIGNED_LEN_MAX], raw[SIGN_LEN], public_key[64], typed[128];
	struct buf sign_buf = BUF_ON(to_sign), key_buf = BUF_ON(public_key), typed_buf = BUF_ON(typed);

	assert(namespace.len > 0);
	sshsig_write_signed(namespace, message, &sign_buf);
	assert(!sign_buf.full); /* NAMESPACE_LEN_MAX */
	sign_make(k, buf_bytes(&sign_buf), raw);
	ssh_put_string(&typed_buf, BYTES_LIT("ssh-ed25519"));
	ssh_put_string(&typed_buf, BYTES_OF(raw));
	ssh_public_write(k->public, &key_buf);
	sshsig_write(buf_bytes(&key_buf), namespace, buf_bytes(&typed_buf), out);
}

/* PROTOCOL.u2f, "webauthn signatures": what a browser adds to a token's signature. */
static enum err read_webauthn(struct bytes *in, struct signature *out)
{
	out->is_webauthn = true;
	if (ssh_take_string(in, &out->origin) != ERR_OK || ssh_take_string(in, &out->client) != ERR_OK ||
	    ssh_take_string(in, &out->extensions) != ERR_OK)
		return ERR_VERIFY;
	if ((out->flags & FLAG_ATTESTED) != 0 ||
	    ((out->flags & FLAG_EXTENSIONS) != 0) != (out->extensions.len > 0))
		return ERR_VERIFY;
	/* A quote would end the origin within the client's JSON and let the rest say anything. */
	for (size_t i = 0; i < out->origin.len; i++) {
		if (out->origin.ptr[i] == '"' || out->origin.ptr[i] == 0)
			return ERR_VERIFY;
	}
	return ERR_OK;
}

static enum err read_signature(const struct ssh_key *key, struct bytes in, struct signature *out)
{
	static const char browser[] = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
	struct bytes type, part;
	bool is_browsers;

	if (ssh_take_string(&in, &type) != ERR_OK)
		return ERR_VERIFY;
	is_browsers = bytes_equal(type, BYTES_LIT(browser));
	if (is_browsers ? !(key->type->is_p256 && key->type->is_token)
			: !bytes_equal(type, bytes_str(key->type->name)))
		return ERR_VERIFY;
	if (ssh_take_string(&in, &out->blob) != ERR_OK)
		return ERR_VERIFY;
	if (key->type->is_token) {
		if (bytes_take(&in, 5, &part) != ERR_OK)
			return ERR_VERIFY;
		out->flags = part.ptr[0];
		memcpy(out->counter, part.ptr + 1, sizeof out->counter);
		if ((out->flags & FLAG_PRESENT) == 0)
			return ERR_VERIFY;
	}
	if (is_browsers && read_webauthn(&in, out) != ERR_OK)
		return ERR_VERIFY;
	return in.len == 0 ? ERR_OK : ERR_VERIFY;
}

/* The front of *in is the base64url of `bytes` without padding (RFC 4648 section 5); moves past it. */
static enum err expect_base64url(struct bytes *in, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t len = bytes.len - i < 3 ? bytes.len - i : 3;
		struct bytes got;
		char want[5];
		bytes_write_base64((struct bytes){ bytes.ptr + i, len }, want);
		if (bytes_take(in, len + 1, &got) != ERR_OK)
			return ERR_VERIFY;
		for (size_t j = 0; j < got.len; j++) {
			char c = want[j] == '+' ? '-' : want[j] == '/' ? '_' : want[j];
			if (got.ptr[j] != (uint8_t)c)
				return ERR_VERIFY;
		}
	}
	return ERR_OK;
}

static enum err expect(struct bytes *in, struct bytes want)
{
	struct bytes got;

	if (bytes_take(in, want.len, &got) != ERR_OK || !bytes_equal(got, want))
		return ERR_VERIFY;
	return ERR_OK;
}

/* A browser's JSON begins in one way only: {"type":"webauthn.get","challenge":"...","origin":"..."; what
 * follows, such as crossOrigin, is signed and says nothing here. */
static enum err check_client(const struct signature *sig, struct bytes to_sign)
{
	struct bytes in = sig->client;

	if (expect(&in, BYTES_LIT("{\"type\":\"webauthn.get\",\"challenge\":\"")) != ERR_OK ||
	    expect_base64url(&in, to_sign) != ERR_OK ||
	    expect(&in, BYTES_LIT("\",\"origin\":\"")) != ERR_OK || expect(&in, sig->origin) != ERR_OK ||
	    expect(&in, BYTES_LIT("\"")) != ERR_OK)
		return ERR_VERIFY;
	return ERR_OK;
}

/* An mpint (RFC 4251 section 5) that is positive and in shortest form, as 32 bytes. */
static enum err take_scalar(struct bytes *in, uint8_t out[P256_SCALAR_LEN])
{
	struct bytes m;

	if (ssh_take_string(in, &m) != ERR_OK || m.len == 0 || (m.ptr[0] & 0x80) != 0)
		return ERR_VERIFY;
	if (m.ptr[0] == 0) {
		if (m.len == 1 || (m.ptr[1] & 0x80) == 0)
			return ERR_VERIFY;
		m.ptr++;
		m.len--;
	}
	if (m.len > P256_SCALAR_LEN)
		return ERR_VERIFY;
	memset(out, 0, P256_SCALAR_LEN);
	memcpy(out + P256_SCALAR_LEN - m.len, m.ptr, m.len);
	return ERR_OK;
}

static enum err verify_p256(const struct ssh_key *key, struct bytes blob, struct bytes message)
{
	uint8_t r[P256_SCALAR_LEN], s[P256_SCALAR_LEN], hash[HASH_LEN];

	if (take_scalar(&blob, r) != ERR_OK || take_scalar(&blob, s) != ERR_OK || blob.len != 0)
		return ERR_VERIFY;
	hash_sha256(message, hash);
	return p256_verify(key->point.ptr, hash, r, s) ? ERR_OK : ERR_VERIFY;
}

static enum err verify_ed25519(const struct ssh_key *key, struct bytes blob, struct bytes message)
{
	if (blob.len != SIGN_LEN)
		return ERR_VERIFY;
	return sign_verify(key->point.ptr, message, blob.ptr) ? ERR_OK : ERR_VERIFY;
}

/*
 * PROTOCOL.u2f: a token signs SHA-256(application), flags, counter, extensions, SHA-256(message). The message
 * of a browser's token is the client's JSON, which names what we wanted signed as its challenge.
 */
static enum err verify_token(const struct ssh_key *key, const struct signature *sig, struct bytes to_sign)
{
	uint8_t application[HASH_LEN], message[HASH_LEN], all[SSHSIG_LEN_MAX + 2 * HASH_LEN + 8];
	struct buf out = BUF_ON(all);

	if (sig->is_webauthn && check_client(sig, to_sign) != ERR_OK)
		return ERR_VERIFY;
	hash_sha256(key->application, application);
	hash_sha256(sig->is_webauthn ? sig->client : to_sign, message);
	buf_put(&out, BYTES_OF(application));
	buf_put_byte(&out, sig->flags);
	buf_put(&out, BYTES_OF(sig->counter));
	buf_put(&out, sig->extensions);
	buf_put(&out, BYTES_OF(message));
	assert(!out.full); /* the extensions are a part of a blob of SSHSIG_LEN_MAX */
	return key->type->is_p256 ? verify_p256(key, sig->blob, buf_bytes(&out))
				  : verify_ed25519(key, sig->blob, buf_bytes(&out));
}

enum err sshsig_verify(struct bytes blob, struct bytes namespace, struct bytes message, struct sshsig *out)
{
	uint8_t to_sign[SIGNED_LEN_MAX];
	struct buf sign_buf = BUF_ON(to_sign);
	struct signature sig = { 0 };
	struct sshsig read;
	struct ssh_key key;
	enum err e;

	assert(namespace.len > 0);
	if (sshsig_read(blob, &read) != ERR_OK || !bytes_equal(read.namespace, namespace))
		return ERR_VERIFY;
	if (ssh_key_read(read.public_key, &key) != ERR_OK ||
	    read_signature(&key, read.signature, &sig) != ERR_OK)
		return ERR_VERIFY;
	sshsig_write_signed(namespace, message, &sign_buf);
	assert(!sign_buf.full); /* NAMESPACE_LEN_MAX */
	if (key.type->is_token)
		e = verify_token(&key, &sig, buf_bytes(&sign_buf));
	else if (key.type->is_p256)
		e = verify_p256(&key, sig.blob, buf_bytes(&sign_buf));
	else
		e = verify_ed25519(&key, sig.blob, buf_bytes(&sign_buf));
	if (e == ERR_OK)
		*out = read;
	return e;
}

void sshsig_write_armour(struct bytes blob, struct buf *out)
{
	ssh_armour_write(ARMOUR_BEGIN, ARMOUR_END, blob, out);
}

enum err sshsig_read_armour(struct bytes text, struct buf *out)
{
	return ssh_armour_read(ARMOUR_BEGIN, ARMOUR_END, text, out);
}
