/*
 * The low-level SHA-256 calls of OpenSSL, which 3.0 marks as deprecated, on purpose: a tree node is 65
 * bytes, and what surrounds the compression function costs more than it. Measured for one node with SHA
 * extensions, OpenSSL 3.0.22: these calls 100 ns, EVP_DigestInit_ex2 on a kept context 170, EVP_Digest
 * with a fetched digest 229, SHA256() 475, crypto_hash_sha256 720. The first two differ by 1.7 times, and
 * a kept context would be a variable at file scope.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/hash.h"

#include <assert.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct hash_stream), "a stream holds the library's state");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct hash_stream), "and is aligned for it");
_Static_assert(HASH_LEN == SHA256_DIGEST_LENGTH, "one hash in the whole program");

/* They return 1 for every input: a 0 would be another library under the same name. */
static void sha256_start(SHA256_CTX *s)
{
	int done = SHA256_Init(s);

	assert(done == 1);
}

static void sha256_add(SHA256_CTX *s, struct bytes part)
{
	int done = part.len == 0 ? 1 : SHA256_Update(s, part.ptr, part.len);

	assert(done == 1);
}

static void sha256_end(SHA256_CTX *s, uint8_t out[HASH_LEN])
{
	int done = SHA256_Final(out, s);

	assert(done == 1);
}

void hash_sha256(struct bytes in, uint8_t out[HASH_LEN])
{
	SHA256_CTX s;

	sha256_start(&s);
	sha256_add(&s, in);
	sha256_end(&s, out);
}

/* RFC 6962 section 2.1: MTH({d(0)}) = SHA-256(0x00 || d(0)). */
void hash_leaf(struct bytes entry, uint8_t out[HASH_LEN])
{
	SHA256_CTX s;

	sha256_start(&s);
	sha256_add(&s, BYTES_LIT("\x00"));
	sha256_add(&s, entry);
	sha256_end(&s, out);
}

/* RFC 6962 section 2.1: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])). */
void hash_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN])
{
	SHA256_CTX s;

	sha256_start(&s);
	sha256_add(&s, BYTES_LIT("\x01"));
	sha256_add(&s, (struct bytes){ left, HASH_LEN });
	sha256_add(&s, (struct bytes){ right, HASH_LEN });
	sha256_end(&s, out);
}

void hash_parts(const struct bytes *parts, size_t count, uint8_t out[HASH_LEN])
{
	SHA256_CTX s;

	sha256_start(&s);
	for (size_t i = 0; i < count; i++)
		sha256_add(&s, parts[i]);
	sha256_end(&s, out);
}

void hash_open(struct hash_stream *h)
{
	sha256_start((SHA256_CTX *)(void *)h->state);
}

void hash_add(struct hash_stream *h, struct bytes part)
{
	sha256_add((SHA256_CTX *)(void *)h->state, part);
}

void hash_finish(struct hash_stream *h, uint8_t out[HASH_LEN])
{
	sha256_end((SHA256_CTX *)(void *)h->state, out);
}

void hash_md5(struct bytes in, uint8_t out[16])
{
	MD5(in.ptr, in.len, out);
}
