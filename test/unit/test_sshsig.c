/*
 * Signatures of officers: stored vectors of every type of key, judged by us and by ssh-keygen; what
 * ssh-keygen makes, read by us; what we make, read by ssh-keygen.
 */
#include "crypto/sshsig.h"

#include "base/limits.h"
#include "base/prng.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_sshsig.XXXXXX";
static char *vectors_path;

static int start(void **state)
{
	const char *at = getenv("VECTORS");
	char path[512];

	(void)state;
	crypto_init();
	snprintf(path, sizeof path, "%s/sshsig.json", at == NULL ? "test/vectors" : at);
	vectors_path = realpath(path, NULL);
	if (vectors_path == NULL)
		return -1;
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int clean(void **state)
{
	char command[64];

	(void)state;
	free(vectors_path);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

static void write_file(const char *name, struct bytes content)
{
	FILE *file = fopen(name, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

static struct bytes read_file(const char *name, uint8_t *memory, size_t size)
{
	FILE *file = fopen(name, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(memory, 1, size, file);
	assert_int_equal(fclose(file), 0);
	assert_true(len < size);
	return (struct bytes){ memory, len };
}

/* What `ssh-keygen -Y verify` says of a signature, with the key that it names as the only allowed one. */
static bool stock_accepts(struct bytes blob, const char *namespace, struct bytes message)
{
	uint8_t text[8192], allowed[2048];
	struct buf armour = BUF_ON(text), line = BUF_ON(allowed);
	char command[256];
	struct sshsig read;
	struct bytes name;

	sshsig_write_armour(blob, &armour);
	assert_int_equal(buf_check(&armour), ERR_OK);
	write_file("sig", buf_bytes(&armour));
	write_file("message", message);
	/* The key is taken from the blob by hand: ours may refuse what stock has to judge. */
	buf_put_str(&line, "officer ");
	if (blob.len > 18 && be32_get(blob.ptr + 10) < blob.len - 14 && be32_get(blob.ptr + 10) > 8 &&
	    be32_get(blob.ptr + 14) < 64) {
		read.public_key = (struct bytes){ blob.ptr + 14, be32_get(blob.ptr + 10) };
		name = (struct bytes){ blob.ptr + 18, be32_get(blob.ptr + 14) };
		buf_put(&line, name);
		buf_put_byte(&line, ' ');
		buf_put_base64(&line, read.public_key);
	}
	buf_put_byte(&line, '\n');
	write_file("allowed", buf_bytes(&line));
	snprintf(command, sizeof command,
		 "ssh-keygen -q -Y verify -f allowed -I officer -n %s -s sig <message >/dev/null 2>&1",
		 namespace);
	return system(command) == 0;
}

static json_t *load_vectors(void)
{
	json_error_t error;
	json_t *out = json_load_file(vectors_path, 0, &error);

	if (out == NULL)
		fail_msg("%s: %s", vectors_path, error.text);
	return out;
}

static struct bytes read_hex(const json_t *text, uint8_t *memory, size_t size)
{
	struct bytes in = bytes_str(json_string_value(text));

	assert_true(in.len / 2 <= size);
	assert_int_equal(bytes_read_hex(in, memory, in.len / 2), ERR_OK);
	return (struct bytes){ memory, in.len / 2 };
}

static void test_vectors(void **state)
{
	json_t *vectors = load_vectors(), *row;
	const char *namespace = json_string_value(json_object_get(vectors, "namespace"));
	uint8_t message_memory[64], memory[SSHSIG_LEN_MAX];
	struct bytes message =
		read_hex(json_object_get(vectors, "message"), message_memory, sizeof message_memory);
	size_t i, wrong = 0;

	(void)state;
	json_array_foreach(json_object_get(vectors, "signatures"), i, row)
	{
		struct bytes blob = read_hex(json_object_get(row, "blob"), memory, sizeof memory);
		const char *want = json_string_value(json_object_get(row, "want"));
		const char *stock = json_string_value(json_object_get(row, "stock"));
		struct sshsig got;
		enum err e = sshsig_verify(blob, bytes_str(namespace), message, &got);
		bool is_good = stock_accepts(blob, namespace, message);
		if (strcmp(err_name(e), want) != 0) {
			print_message("# %s: %s, want %s\n", json_string_value(json_object_get(row, "name")),
				      err_name(e), want);
			wrong++;
		}
		if (stock == NULL)
			stock = want;
		if (strcmp(stock, "VARIES") != 0 && is_good != (strcmp(stock, "OK") == 0)) {
			print_message("# %s: ssh-keygen says %s\n",
				      json_string_value(json_object_get(row, "name")),
				      is_good ? "good" : "bad");
			wrong++;
		}
		if (e == ERR_OK)
			assert_int_equal(ssh_public_check(got.public_key), ERR_OK);
	}
	assert_int_equal(wrong, 0);
	assert_true(i > 90);
	json_decref(vectors);
}

/* Any bit of any good vector, its message and its namespace: no change verifies. */
static void test_every_bit_counts(void **state)
{
	json_t *vectors = load_vectors(), *row;
	struct bytes namespace = bytes_str(json_string_value(json_object_get(vectors, "namespace")));
	uint8_t message_memory[64], memory[SSHSIG_LEN_MAX];
	struct bytes message =
		read_hex(json_object_get(vectors, "message"), message_memory, sizeof message_memory);
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(vectors, "signatures"), i, row)
	{
		struct bytes blob = read_hex(json_object_get(row, "blob"), memory, sizeof memory);
		struct sshsig got;
		if (strcmp(json_string_value(json_object_get(row, "want")), "OK") != 0)
			continue;
		for (size_t bit = 0; bit < 8 * blob.len; bit++) {
			memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(sshsig_verify(blob, namespace, message, &got), ERR_VERIFY);
			memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t bit = 0; bit < 8 * message.len; bit++) {
			message_memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(sshsig_verify(blob, namespace, message, &got), ERR_VERIFY);
			message_memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < blob.len; len++)
			assert_int_equal(
				sshsig_verify((struct bytes){ memory, len }, namespace, message, &got),
				ERR_VERIFY);
		assert_int_equal(sshsig_verify(blob, BYTES_LIT(SSHSIG_ACCORD), message, &got), ERR_VERIFY);
		message.len--;
		assert_int_equal(sshsig_verify(blob, namespace, message, &got), ERR_VERIFY);
		message.len++;
		assert_int_equal(sshsig_verify(blob, namespace, message, &got), ERR_OK);
	}
	json_decref(vectors);
}

static void make_key(struct sign_key *k, uint8_t first)
{
	uint8_t seed[SIGN_SEED_LEN] = { first };

	sign_key_from_seed(k, seed);
}

static void test_ours_under_ssh_keygen(void **state)
{
	static const char *const messages[] = { "", "x", "two\nlines\n" };
	struct sign_key k;

	(void)state;
	make_key(&k, 1);
	for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
		uint8_t memory[512];
		struct buf blob = BUF_ON(memory);
		struct sshsig got;
		sshsig_make(&k, BYTES_LIT(SSHSIG_STATEMENT), bytes_str(messages[i]), &blob);
		assert_int_equal(buf_check(&blob), ERR_OK);
		assert_int_equal(blob.len, 190); /* RECORD.md 13 */
		assert_int_equal(sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_STATEMENT),
					       bytes_str(messages[i]), &got),
				 ERR_OK);
		assert_true(stock_accepts(buf_bytes(&blob), SSHSIG_STATEMENT, bytes_str(messages[i])));
		assert_false(stock_accepts(buf_bytes(&blob), SSHSIG_ACCORD, bytes_str(messages[i])));
		assert_false(stock_accepts(buf_bytes(&blob), SSHSIG_STATEMENT, BYTES_LIT("other")));
	}
}

/* A key file of ours makes, in ssh-keygen's hands, the very signature that we make: Ed25519 has no
 * randomness. */
static void test_key_file_and_armour(void **state)
{
	static const char *const comments[] = { "", "a", "duty@watch", "of a length with padding",
						"seven77" };
	uint8_t check[4] = { 1, 2, 3, 4 };
	struct sign_key k, again;

	(void)state;
	make_key(&k, 2);
	for (size_t i = 0; i < ARRAY_COUNT(comments); i++) {
		uint8_t memory[2048], blob_memory[512], text_memory[1024], wire_memory[64], line_memory[256];
		struct buf file = BUF_ON(memory), blob = BUF_ON(blob_memory), text = BUF_ON(text_memory);
		struct buf wire = BUF_ON(wire_memory), line = BUF_ON(line_memory);
		struct bytes made;
		unlink("key");
		unlink("message.sig");
		ssh_private_write(&k, comments[i], check, &file);
		assert_int_equal(buf_check(&file), ERR_OK);
		assert_int_equal(ssh_private_read(buf_bytes(&file), &again), ERR_OK);
		assert_memory_equal(&again, &k, sizeof k);
		write_file("key", buf_bytes(&file));
		write_file("message", BYTES_LIT("a statement"));
		assert_int_equal(system("chmod 600 key && ssh-keygen -q -Y sign -f key -n "
					"entente-statement-v1 message "
					">/dev/null 2>&1"),
				 0);
		sshsig_make(&k, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("a statement"), &blob);
		sshsig_write_armour(buf_bytes(&blob), &text);
		made = read_file("message.sig", memory, sizeof memory);
		assert_true(bytes_equal(made, buf_bytes(&text)));
		/* And the public line is ssh-keygen's. */
		assert_int_equal(system("ssh-keygen -y -f key >key.pub"), 0);
		made = read_file("key.pub", memory, sizeof memory);
		ssh_public_write(k.public, &wire);
		ssh_public_write_line(buf_bytes(&wire), comments[i], &line);
		assert_true(bytes_equal(made, buf_bytes(&line)));
	}
}

static const struct {
	const char *why, *make;
	enum err want;
} stock_keys[] = {
	{ "Ed25519", "ssh-keygen -q -t ed25519 -N '' -C 'a comment of mine' -f key", ERR_OK },
	{ "P-256", "ssh-keygen -q -t ecdsa -b 256 -N '' -C 'a comment of mine' -f key", ERR_OK },
	{ "P-384", "ssh-keygen -q -t ecdsa -b 384 -N '' -C 'a comment of mine' -f key", ERR_VERIFY },
	{ "RSA", "ssh-keygen -q -t rsa -b 2048 -N '' -C 'a comment of mine' -f key", ERR_VERIFY },
};

static void test_stock_keys_and_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(stock_keys); i++) {
		uint8_t memory[4096], blob_memory[SSHSIG_LEN_MAX], wire_memory[SSH_PUBLIC_MAX];
		struct buf blob = BUF_ON(blob_memory), wire = BUF_ON(wire_memory);
		char fingerprint[SSH_FINGERPRINT_LEN];
		struct bytes comment, line;
		struct sshsig got;
		print_message("# %s\n", stock_keys[i].why);
		unlink("key");
		unlink("key.pub");
		unlink("message.sig");
		write_file("message", BYTES_LIT("a statement"));
		assert_int_equal(system(stock_keys[i].make), 0);
		assert_int_equal(
			system("ssh-keygen -q -Y sign -f key -n entente-statement-v1 message 2>/dev/null"),
			0);
		assert_int_equal(sshsig_read_armour(read_file("message.sig", memory, sizeof memory), &blob),
				 ERR_OK);
		assert_int_equal(sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_STATEMENT),
					       BYTES_LIT("a statement"), &got),
				 stock_keys[i].want);
		line = read_file("key.pub", memory, sizeof memory);
		assert_int_equal(ssh_public_read_line(line, &wire, &comment), stock_keys[i].want);
		if (stock_keys[i].want != ERR_OK)
			continue;
		assert_true(bytes_equal(comment, BYTES_LIT("a comment of mine")));
		assert_true(bytes_equal(buf_bytes(&wire), got.public_key));
		assert_int_equal(system("ssh-keygen -l -f key.pub | cut -d' ' -f2 | tr -d '\\n' >print"), 0);
		ssh_fingerprint(buf_bytes(&wire), fingerprint);
		assert_true(bytes_equal(read_file("print", memory, sizeof memory), bytes_str(fingerprint)));
	}
}

static void test_key_files_that_are_not_ours(void **state)
{
	static const struct {
		const char *why, *make;
		enum err want;
	} rows[] = {
		{ "of ssh-keygen", "ssh-keygen -q -t ed25519 -N '' -C c -f key", ERR_OK },
		{ "with a passphrase", "ssh-keygen -q -t ed25519 -N secret -C c -f key", ERR_REFUSED },
		{ "P-256", "ssh-keygen -q -t ecdsa -b 256 -N '' -C c -f key", ERR_USAGE },
		{ "in PEM", "ssh-keygen -q -t ecdsa -b 256 -m PEM -N '' -C c -f key", ERR_USAGE },
		{ "public", "ssh-keygen -q -t ed25519 -N '' -C c -f key && mv key.pub key", ERR_USAGE },
		{ "empty", ">key", ERR_USAGE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[4096];
		struct sign_key k;
		print_message("# %s\n", rows[i].why);
		unlink("key");
		unlink("key.pub");
		assert_int_equal(system(rows[i].make), 0);
		assert_int_equal(ssh_private_read(read_file("key", memory, sizeof memory), &k), rows[i].want);
	}
}

/* A key file whose parts contradict each other would sign under a key that it does not name. */
static void test_key_file_flipped(void **state)
{
	uint8_t check[4] = { 9, 9, 9, 9 }, memory[1024];
	struct buf file = BUF_ON(memory);
	struct sign_key k, got;
	size_t taken = 0;

	(void)state;
	make_key(&k, 3);
	ssh_private_write(&k, "c", check, &file);
	for (size_t i = 0; i < file.len; i++) {
		uint8_t was = memory[i];
		memory[i] = was == 'A' ? 'B' : 'A';
		if (was != '\n' && ssh_private_read(buf_bytes(&file), &got) == ERR_OK) {
			assert_memory_equal(&got, &k, sizeof k);
			taken++;
		}
		memory[i] = was;
		assert_int_not_equal(ssh_private_read((struct bytes){ memory, i }, &got),
				     i + 1 == file.len ? ERR_IO : ERR_OK);
	}
	/* The comment is all that may change: one character of it, so up to 2 of base64. */
	assert_in_range(taken, 1, 2);
}

static const struct {
	const char *why, *line;
	enum err want;
} lines[] = {
	{ "without a comment",
	  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", ERR_OK },
	{ "ended", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
	  ERR_OK },
	{ "Korean comment",
	  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea 당직", ERR_OK },
	{ "empty", "", ERR_USAGE },
	{ "type alone", "ssh-ed25519", ERR_USAGE },
	{ "another type in front",
	  "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", ERR_USAGE },
	{ "options in front",
	  "restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
	  ERR_USAGE },
	{ "not base64", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1E",
	  ERR_USAGE },
	{ "escape in the comment",
	  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea a\x1b[2J",
	  ERR_USAGE },
	{ "comment not UTF-8",
	  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea \xff",
	  ERR_USAGE },
	{ "low order", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	  ERR_VERIFY },
};

static void test_public_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
		uint8_t memory[SSH_PUBLIC_MAX], small[50];
		struct buf wire = BUF_ON(memory), too_small = BUF_ON(small);
		struct bytes comment;
		print_message("# %s\n", lines[i].why);
		assert_int_equal(ssh_public_read_line(bytes_str(lines[i].line), &wire, &comment),
				 lines[i].want);
		if (lines[i].want == ERR_OK)
			assert_int_equal(ssh_public_read_line(bytes_str(lines[i].line), &too_small, &comment),
					 ERR_LIMIT);
	}
}

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----\n"

static const struct {
	const char *why, *text, *want; /* NULL: ERR_VERIFY */
} armours[] = {
	{ "one line", BEGIN "YWJj\n" END, "abc" },
	{ "padding", BEGIN "YWJjZA==\n" END, "abcd" },
	{ "several lines", BEGIN "YW\nJjZ\nA==\n" END, "abcd" },
	{ "no line feed at the end", BEGIN "YWJj\n-----END SSH SIGNATURE-----", "abc" },
	{ "line of 76",
	  BEGIN "YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj\n" END,
	  "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc" },
	{ "line of 80",
	  BEGIN "YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj\n" END,
	  NULL },
	{ "empty", "", NULL },
	{ "nothing within", BEGIN END, NULL },
	{ "empty line", BEGIN "\nYWJj\n" END, NULL },
	{ "no end", BEGIN "YWJj\n", NULL },
	{ "no line feed before the end", BEGIN "YWJj-----END SSH SIGNATURE-----\n", NULL },
	{ "text behind", BEGIN "YWJj\n" END "x", NULL },
	{ "text in front", " " BEGIN "YWJj\n" END, NULL },
	{ "carriage return", BEGIN "YWJj\r\n" END, NULL },
	{ "another armour", "-----BEGIN PGP SIGNATURE-----\nYWJj\n" END, NULL },
	{ "not base64", BEGIN "YW!j\n" END, NULL },
	{ "padding within", BEGIN "YQ==\nYWJj\n" END, NULL },
	{ "bits left over", BEGIN "YWJjZB==\n" END, NULL },
};

static void test_armour(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(armours); i++) {
		uint8_t memory[256];
		struct buf out = BUF_ON(memory);
		enum err e = sshsig_read_armour(bytes_str(armours[i].text), &out);
		print_message("# %s\n", armours[i].why);
		assert_int_equal(e, armours[i].want == NULL ? ERR_VERIFY : ERR_OK);
		if (e == ERR_OK)
			assert_true(bytes_equal(buf_bytes(&out), bytes_str(armours[i].want)));
		else
			assert_int_equal(out.len, 0);
	}
}

/* All lengths up to the limit come back, and more than a group of base64 beyond it does not. */
static void test_armour_of_all_lengths(void **state)
{
	static uint8_t in[SSHSIG_LEN_MAX + 3], text_memory[2 * sizeof in], back_memory[sizeof in];
	struct prng p;

	(void)state;
	prng_init(&p, 1);
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)prng_next(&p);
	for (size_t len = 1; len <= SSHSIG_LEN_MAX; len += len < 300 ? 1 : 97) {
		struct buf text = BUF_ON(text_memory), back = BUF_ON(back_memory), small;
		sshsig_write_armour((struct bytes){ in, len }, &text);
		assert_int_equal(sshsig_read_armour(buf_bytes(&text), &back), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&back), (struct bytes){ in, len }));
		buf_init(&small, back_memory, len - 1);
		assert_int_equal(sshsig_read_armour(buf_bytes(&text), &small), ERR_LIMIT);
	}
	struct buf text = BUF_ON(text_memory), back = BUF_ON(back_memory);
	sshsig_write_armour(BYTES_OF(in), &text);
	assert_int_equal(sshsig_read_armour(buf_bytes(&text), &back), ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_ours_under_ssh_keygen),
		cmocka_unit_test(test_key_file_and_armour),
		cmocka_unit_test(test_stock_keys_and_signatures),
		cmocka_unit_test(test_key_files_that_are_not_ours),
		cmocka_unit_test(test_key_file_flipped),
		cmocka_unit_test(test_public_lines),
		cmocka_unit_test(test_armour),
		cmocka_unit_test(test_armour_of_all_lengths),
	};

	return cmocka_run_group_tests(tests, start, clean);
}
