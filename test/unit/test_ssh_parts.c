/* Key files and signatures that are put together by hand, of which one part is not as it should be. */
#include "crypto/p256.h"
#include "crypto/ssh_wire.h"
#include "crypto/sshsig.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define KEY_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define KEY_END "-----END OPENSSH PRIVATE KEY-----"

static struct sign_key key, other;

static int start(void **state)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 1 }, other_seed[SIGN_SEED_LEN] = { 2 };

	(void)state;
	crypto_init();
	sign_key_from_seed(&key, seed);
	sign_key_from_seed(&other, other_seed);
	return 0;
}

/* ---- Key files (openssh PROTOCOL.key). ---- */

enum wrong {
	NOTHING,
	NO_MAGIC,
	OTHER_MAGIC,
	NO_COUNT,
	TWO_KEYS,
	OTHER_CIPHER,
	OTHER_KDF,
	OPTIONS,
	BEHIND,
	NO_BLOCK,
	EMPTY,
	CHECKS,
	OTHER_TYPE,
	SHORT_SECRET,
	NO_COMMENT,
	A_BLOCK_OF_PADDING,
	OTHER_PADDING,
	OTHER_INSIDE,
	OTHER_OUTSIDE,
	OTHER_TYPE_OUTSIDE,
	BEHIND_OUTSIDE,
	WRONG_COUNT
};

static void put_secret_part(enum wrong w, struct buf *out)
{
	uint8_t i = 1;

	buf_put(out, BYTES_LIT("abcd"));
	buf_put(out, w == CHECKS ? BYTES_LIT("abcx") : BYTES_LIT("abcd"));
	ssh_put_string(out, w == OTHER_TYPE ? BYTES_LIT("ssh-rsa") : BYTES_LIT("ssh-ed25519"));
	ssh_put_string(out, w == OTHER_INSIDE ? BYTES_OF(other.public) : BYTES_OF(key.public));
	ssh_put_string(out, (struct bytes){ key.secret, sizeof key.secret - (w == SHORT_SECRET) });
	if (w != NO_COMMENT)
		ssh_put_string(out, BYTES_LIT("c"));
	while (out->len % 8 != 0)
		buf_put_byte(out, w == OTHER_PADDING ? 0 : i++);
	for (int k = 0; w == A_BLOCK_OF_PADDING && k < 8; k++)
		buf_put_byte(out, i++);
	if (w == NO_BLOCK)
		buf_put_byte(out, i);
	if (w == EMPTY)
		buf_reset(out);
}

static void put_outside(enum wrong w, struct buf *out)
{
	uint8_t memory[128];
	struct buf part = BUF_ON(memory);

	ssh_put_string(&part, w == OTHER_TYPE_OUTSIDE ? BYTES_LIT("ssh-rsa") : BYTES_LIT("ssh-ed25519"));
	ssh_put_string(&part, w == OTHER_OUTSIDE ? BYTES_OF(other.public) : BYTES_OF(key.public));
	if (w == BEHIND_OUTSIDE)
		buf_put_byte(&part, 0);
	ssh_put_string(out, buf_bytes(&part));
}

static void put_key_file(enum wrong w, struct buf *out)
{
	uint8_t memory[1024], part_memory[512];
	struct buf file = BUF_ON(memory), part = BUF_ON(part_memory);

	buf_put(&file, w == OTHER_MAGIC ? BYTES_LIT("openssh-key-v2\0") : BYTES_LIT("openssh-key-v1\0"));
	if (w == NO_MAGIC)
		file.len -= 2;
	ssh_put_string(&file, w == OTHER_CIPHER ? BYTES_LIT("aes256-ctr") : BYTES_LIT("none"));
	ssh_put_string(&file, w == OTHER_KDF ? BYTES_LIT("bcrypt") : BYTES_LIT("none"));
	ssh_put_string(&file, w == OPTIONS ? BYTES_LIT("x") : (struct bytes){ NULL, 0 });
	if (w != NO_COUNT) {
		buf_put_be32(&file, w == TWO_KEYS ? 2 : 1);
		put_outside(w, &file);
		put_secret_part(w, &part);
		ssh_put_string(&file, buf_bytes(&part));
	}
	if (w == BEHIND)
		buf_put_byte(&file, 0);
	if (w == NO_MAGIC)
		file.len = 5;
	ssh_armour_write(KEY_BEGIN, KEY_END, buf_bytes(&file), out);
	assert_int_equal(buf_check(&file), ERR_OK);
}

static void one_part_of_a_key_file(void **state)
{
	(void)state;
	for (enum wrong w = NOTHING; w < WRONG_COUNT; w++) {
		uint8_t memory[2048];
		struct buf file = BUF_ON(memory);
		struct sign_key got = { { 0 }, { 0 } };
		put_key_file(w, &file);
		print_message("# part %d\n", (int)w);
		assert_int_equal(ssh_private_read(buf_bytes(&file), &got), w == NOTHING	       ? ERR_OK
									   : w == OTHER_CIPHER ? ERR_REFUSED
											       : ERR_USAGE);
		if (w == NOTHING)
			assert_memory_equal(&got, &key, sizeof key);
	}
}

static void what_is_too_long(void **state)
{
	static uint8_t memory[2 * SSHSIG_LEN_MAX], text_memory[4 * SSHSIG_LEN_MAX];
	struct buf out = BUF_ON(memory), text = BUF_ON(text_memory), full = { memory, 0, 0, true };
	char comment[600], line[2048] = "ssh-ed25519 ";
	struct bytes read_comment;
	struct sshsig read;

	(void)state;
	memset(comment, 'c', sizeof comment);
	comment[sizeof comment - 1] = '\0';
	ssh_private_write(&key, comment, (const uint8_t *)"abcd", &out);
	assert_int_equal(buf_check(&out), ERR_LIMIT);
	/* More than any public key has. */
	memset(line + strlen(line), 'A', 1200);
	buf_reset(&out);
	assert_int_equal(ssh_public_read_line(bytes_str(line), &out, &read_comment), ERR_VERIFY);
	/* What is full takes no more, and no buffer has room for a string of 4 GiB. */
	sshsig_write_armour(BYTES_LIT("abc"), &text);
	assert_int_equal(sshsig_read_armour(buf_bytes(&text), &full), ERR_LIMIT);
	ssh_put_string(&out, (struct bytes){ memory, (size_t)1 << 32 });
	assert_int_equal(buf_check(&out), ERR_LIMIT);
	buf_reset(&out);
	sshsig_make(&key, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("words"), &out);
	assert_int_equal(sshsig_read(buf_bytes(&out), &read), ERR_OK);
	assert_int_equal(sshsig_read((struct bytes){ memory, SSHSIG_LEN_MAX + 1 }, &read), ERR_VERIFY);
	assert_int_equal(sshsig_read((struct bytes){ memory, 5 }, &read), ERR_VERIFY);
}

/* ---- Signatures. ---- */

static void put_token_key(struct buf *out)
{
	ssh_put_string(out, BYTES_LIT("sk-ssh-ed25519@openssh.com"));
	ssh_put_string(out, BYTES_OF(key.public));
	ssh_put_string(out, BYTES_LIT("ssh:"));
}

static void what_is_split_comes_together(void **state)
{
	static uint8_t rest_memory[SSHSIG_LEN_MAX + 1];
	const struct {
		const char *why;
		struct bytes signature;
		enum err want;
	} rows[] = {
		{ "a token's", BYTES_LIT("\0\0\0\x1ask-ssh-ed25519@openssh.com\0\0\0\x02sg\x01\0\0\0\x07"),
		  ERR_OK },
		{ "without a length", BYTES_LIT("\0\0\0\x1ask-ssh-ed25519@openssh.com"), ERR_VERIFY },
		{ "without a counter", BYTES_LIT("\0\0\0\x1ask-ssh-ed25519@openssh.com\0\0\0\x00\x01\0\0\0"),
		  ERR_VERIFY },
		{ "longer than it says",
		  BYTES_LIT("\0\0\0\x1ask-ssh-ed25519@openssh.com\0\0\0\x01sg\x01\0\0\0\x07"), ERR_VERIFY },
		{ "of another type", BYTES_LIT("\0\0\0\x0bssh-ed25519\0\0\0\x02sg\x01\0\0\0\x07"),
		  ERR_VERIFY },
	};
	uint8_t key_memory[128];
	struct buf token = BUF_ON(key_memory);

	(void)state;
	put_token_key(&token);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[512], again_memory[SSHSIG_LEN_MAX + 256];
		struct buf blob = BUF_ON(memory), again = BUF_ON(again_memory);
		struct bytes public, rest;
		sshsig_write(buf_bytes(&token), BYTES_LIT(SSHSIG_STATEMENT), rows[i].signature, &blob);
		print_message("# %s\n", rows[i].why);
		assert_int_equal(sshsig_split(buf_bytes(&blob), BYTES_LIT(SSHSIG_STATEMENT), &public, &rest),
				 rows[i].want);
		assert_int_equal(sshsig_split(buf_bytes(&blob), BYTES_LIT("file"), &public, &rest),
				 ERR_VERIFY);
		if (rows[i].want != ERR_OK)
			continue;
		assert_int_equal(sshsig_join(public, BYTES_LIT(SSHSIG_STATEMENT), rest, &again), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&again), buf_bytes(&blob)));
		rest.len = 4;
		assert_int_equal(sshsig_join(public, BYTES_LIT(SSHSIG_STATEMENT), rest, &again), ERR_VERIFY);
		/* By itself, and with what stands around it. */
		for (size_t less = 0; less < 2; less++) {
			rest = (struct bytes){ rest_memory, sizeof rest_memory - less };
			buf_reset(&again);
			assert_int_equal(sshsig_join(public, BYTES_LIT(SSHSIG_STATEMENT), rest, &again),
					 ERR_VERIFY);
			assert_int_equal(again.len, 0);
		}
	}
}

/* A browser's token, whose client's JSON ends within what it should say. */
static void half_a_client(void **state)
{
	static const char point_text[] = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
					 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	uint8_t point[P256_POINT_LEN], key_memory[256], signature_memory[512], memory[1024];
	struct buf token = BUF_ON(key_memory), signature = BUF_ON(signature_memory), blob = BUF_ON(memory);
	struct sshsig got;

	(void)state;
	assert_int_equal(bytes_read_hex(bytes_str(point_text), point, sizeof point), ERR_OK);
	ssh_put_string(&token, BYTES_LIT("sk-ecdsa-sha2-nistp256@openssh.com"));
	ssh_put_string(&token, BYTES_LIT("nistp256"));
	ssh_put_string(&token, BYTES_OF(point));
	ssh_put_string(&token, BYTES_LIT("ssh:"));
	ssh_put_string(&signature, BYTES_LIT("webauthn-sk-ecdsa-sha2-nistp256@openssh.com"));
	ssh_put_string(&signature, BYTES_LIT("\0\0\0\x01\x01\0\0\0\x01\x01"));
	buf_put(&signature, BYTES_LIT("\x01\0\0\0\x01")); /* present, a counter */
	ssh_put_string(&signature, BYTES_LIT("https://example.org"));
	ssh_put_string(&signature, BYTES_LIT("{\"type\":\"webauthn.get\",\"challenge\":\""));
	ssh_put_string(&signature, (struct bytes){ NULL, 0 });
	sshsig_write(buf_bytes(&token), BYTES_LIT(SSHSIG_STATEMENT), buf_bytes(&signature), &blob);
	assert_int_equal(
		sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("words"), &got),
		ERR_VERIFY);
}

/* FIPS 186-5 section 6.4.2: r and s are 1 to n - 1. */
static void scalars_out_of_range(void **state)
{
	static const char point_text[] = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
					 "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
			  order_text[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	uint8_t point[P256_POINT_LEN], hash[HASH_LEN] = { 1 }, scalars[3][P256_SCALAR_LEN] = { 0 };

	(void)state;
	assert_int_equal(bytes_read_hex(bytes_str(point_text), point, sizeof point), ERR_OK);
	scalars[1][31] = 1;
	assert_int_equal(bytes_read_hex(bytes_str(order_text), scalars[2], P256_SCALAR_LEN), ERR_OK);
	for (size_t r = 0; r < 3; r++) {
		for (size_t s = 0; s < 3; s++)
			assert_false(p256_verify(point, hash, scalars[r], scalars[s]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_part_of_a_key_file),	cmocka_unit_test(what_is_too_long),
		cmocka_unit_test(what_is_split_comes_together), cmocka_unit_test(half_a_client),
		cmocka_unit_test(scalars_out_of_range),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
