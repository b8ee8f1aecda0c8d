/*
 * Age files: stored vectors, made and judged by code that shares nothing with ours; every length around a
 * chunk; what stock age seals, opened here, and what is sealed here, opened by stock age.
 */
#include "crypto/age.h"
#include "crypto/age_wrap.h"
#include "crypto/bech32.h"

#include "cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FILE_MAX (4u * AGE_CHUNK_LEN)

static uint8_t file_memory[FILE_MAX], plain_memory[FILE_MAX], again_memory[FILE_MAX];
static char folder[] = "/tmp/test_age.XXXXXX";

static int start(void **state)
{
	(void)state;
	crypto_init();
	return mkdtemp(folder) == NULL;
}

static int clean(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

static struct drbg random_of(uint8_t seed)
{
	struct drbg d;

	memset(d.seed, seed, sizeof d.seed);
	return d;
}

static struct age_identity identity_of(enum age_kind kind, uint8_t seed)
{
	struct drbg d = random_of(seed);
	struct age_identity id = { .kind = kind };

	drbg_read(&d, id.secret, sizeof id.secret);
	return id;
}

static struct age_recipient recipient_of(const struct age_identity *id)
{
	struct age_recipient r;

	assert_int_equal(age_identity_recipient(id, &r), ERR_OK);
	return r;
}

/* A text that is not the same anywhere. */
static struct bytes text_of(size_t len)
{
	for (size_t i = 0; i < len; i++)
		plain_memory[i] = (uint8_t)(i * 131 + (i >> 8));
	return (struct bytes){ plain_memory, len };
}

static struct bytes seal(const struct age_recipient *to, size_t count, struct bytes plain)
{
	const struct age_recipient *list[AGE_RECIPIENTS_MAX];
	struct buf out = BUF_ON(file_memory);
	struct drbg d = random_of(7);
	size_t bad;

	for (size_t i = 0; i < count; i++)
		list[i] = &to[i];
	assert_int_equal(age_seal(list, count, &d, plain, &out, &bad), ERR_OK);
	assert_int_equal(out.len, age_sealed_len(to[0].kind, count, plain.len));
	return buf_bytes(&out);
}

/* ---- Vectors. ---- */

static json_t *vectors;

static void find_secret(const char *name, struct age_identity *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(vectors, "keys"), i, one)
	{
		if (strcmp(case_str(one, "name"), name) == 0) {
			assert_int_equal(age_identity_read(case_text(one, "secret"), out), ERR_OK);
			return;
		}
	}
	fail_msg("no secret %s", name);
}

/* Without a secret: as each kind that field 15 may say of it. */
static void play_looks(const json_t *one, struct bytes file)
{
	for (uint64_t kind = AGE_X25519; kind <= AGE_HYBRID; kind++) {
		const char *want =
			json_string_value(json_array_get(json_object_get(one, "looks"), (size_t)kind - 1));
		struct fault fault = { "OK", 0 };
		enum err e = age_look(file, file.len, kind, &fault);
		assert_int_equal(e, strcmp(want, "OK") == 0 ? ERR_OK : ERR_VERIFY);
		if (e != ERR_OK)
			assert_string_equal(fault.rule, want);
	}
	assert_int_not_equal(age_look(file, file.len, 0, &(struct fault){ 0 }), ERR_OK);
}

static void play_file(const json_t *one)
{
	struct bytes file = case_hex(one, "file", file_memory, sizeof file_memory);
	const char *want = case_str(one, "want");
	uint8_t file_key[AGE_FILE_KEY_LEN], key_memory[AGE_FILE_KEY_LEN];
	struct age_identity ids[4];
	struct buf out = BUF_ON(plain_memory), by_key = BUF_ON(again_memory);
	struct fault fault = { 0 };
	const json_t *name;
	size_t count = 0, i;
	enum err e;

	play_looks(one, file);
	json_array_foreach(json_object_get(one, "secrets"), i, name)
		find_secret(json_string_value(name), &ids[count++]);
	e = age_open(file, ids, count, &out, file_key, &fault);
	if (strcmp(want, "OK") == 0) {
		uint8_t plain[256];
		assert_int_equal(e, ERR_OK);
		assert_true(bytes_equal(buf_bytes(&out), case_hex(one, "plain", plain, sizeof plain)));
		assert_memory_equal(file_key, case_hex(one, "file_key", key_memory, sizeof key_memory).ptr,
				    sizeof file_key);
		assert_int_equal(age_open_by_key(file, file_key, &by_key, &fault), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&out), buf_bytes(&by_key)));
		return;
	}
	assert_int_equal(out.len, 0);
	if (strcmp(want, "NONE") == 0) {
		assert_int_equal(e, ERR_NOT_FOUND);
		return;
	}
	assert_int_equal(e, ERR_VERIFY);
	assert_string_equal(fault.rule, want);
	assert_true(fault.offset <= file.len);
}

static void play_key(const json_t *one)
{
	struct age_identity id;
	struct age_recipient r, derived;
	char memory[AGE_TEXT_LEN_MAX];
	struct buf text = BUF_ON(memory);

	assert_int_equal(age_identity_read(case_text(one, "secret"), &id), ERR_OK);
	assert_int_equal(age_recipient_read(case_text(one, "public"), &r), ERR_OK);
	derived = recipient_of(&id);
	assert_memory_equal(&derived, &r, sizeof r);
	age_identity_write(&id, &text);
	assert_true(bytes_equal(buf_bytes(&text), case_text(one, "secret")));
	buf_reset(&text);
	age_recipient_write(&r, &text);
	assert_true(bytes_equal(buf_bytes(&text), case_text(one, "public")));
	/* One spelling, in either case of letters. */
	for (size_t i = 0; i < text.len; i++)
		memory[i] = (char)(memory[i] >= 'a' && memory[i] <= 'z' ? memory[i] - 'a' + 'A' : memory[i]);
	assert_int_equal(age_recipient_read(buf_bytes(&text), &derived), ERR_OK);
	assert_memory_equal(&derived, &r, sizeof r);
}

static void play_bad_key(const json_t *one)
{
	struct age_recipient r;

	assert_int_equal(age_recipient_read(case_text(one, "public"), &r), ERR_VERIFY);
}

static void test_vectors(void **state)
{
	const char *at = getenv("VECTORS");
	char path[512];

	(void)state;
	snprintf(path, sizeof path, "%s/age.json", at == NULL ? "test/vectors" : at);
	vectors = json_load_file(path, 0, NULL);
	assert_non_null(vectors);
	cases_play("age.json", "keys", play_key);
	cases_play("age.json", "bad_keys", play_bad_key);
	cases_play("age.json", "files", play_file);
	json_decref(vectors);
}

/* ---- What we seal. ---- */

static const size_t lens[] = {
	0, 1, AGE_CHUNK_LEN - 1, AGE_CHUNK_LEN, AGE_CHUNK_LEN + 1, 2 * AGE_CHUNK_LEN, 2 * AGE_CHUNK_LEN + 5
};

static void check_rounds(enum age_kind kind)
{
	struct age_identity ids[3];
	struct age_recipient to[3];

	for (size_t i = 0; i < 3; i++) {
		ids[i] = identity_of(kind, (uint8_t)(i + 1));
		to[i] = recipient_of(&ids[i]);
	}
	for (size_t l = 0; l < ARRAY_COUNT(lens); l++) {
		struct bytes plain = text_of(lens[l]), file = seal(to, 2, plain);
		struct fault fault;
		for (size_t i = 0; i < 3; i++) {
			struct buf out = BUF_ON(again_memory);
			enum err e = age_open(file, &ids[i], 1, &out, NULL, &fault);
			assert_int_equal(e, i < 2 ? ERR_OK : ERR_NOT_FOUND);
			assert_true(i == 2 || bytes_equal(plain, buf_bytes(&out)));
		}
	}
}

static void test_rounds(void **state)
{
	(void)state;
	check_rounds(AGE_X25519);
	if (age_kind_is_here(AGE_HYBRID))
		check_rounds(AGE_HYBRID);
}

/* As age writes bytes: without padding, and an end of line. */
static void put_bare(struct buf *out, struct bytes bytes)
{
	char text[BASE64_LEN(AGE_SHARE_LEN_MAX) + 1];

	bytes_write_base64(bytes, text);
	text[strcspn(text, "=")] = '\0';
	buf_put_str(out, text);
	buf_put_byte(out, '\n');
}

/* Where ML-KEM is not, everything that needs it says so. */
static void test_hybrid_is_not_everywhere(void **state)
{
	struct age_identity id = identity_of(AGE_HYBRID, 1);
	struct age_recipient r = { .kind = AGE_HYBRID };
	const struct age_recipient *list[] = { &r };
	struct buf out = BUF_ON(file_memory);
	struct drbg d = random_of(1);
	size_t bad;

	(void)state;
	if (age_kind_is_here(AGE_HYBRID)) {
		char text[AGE_TEXT_LEN_MAX];
		struct buf written = BUF_ON(text);
		struct age_recipient again;
		r = recipient_of(&id);
		age_recipient_write(&r, &written);
		assert_memory_equal(text, "age1pq1", 7);
		assert_int_equal(age_recipient_read(buf_bytes(&written), &again), ERR_OK);
		assert_memory_equal(&again, &r, sizeof r);
		/* A coefficient above the modulus is no key. */
		memset(r.key, 0xff, 3);
		assert_int_equal(age_seal(list, 1, &d, BYTES_LIT("x"), &out, &bad), ERR_VERIFY);
		return;
	}
	assert_int_equal(age_identity_recipient(&id, &r), ERR_REFUSED);
	assert_int_equal(age_seal(list, 1, &d, BYTES_LIT("x"), &out, &bad), ERR_REFUSED);
	assert_int_equal(out.len, 0);
	/* Nor is a file opened that is for such a key: it is not said to be for somebody else. */
	uint8_t zeros[AGE_SHARE_LEN_MAX] = { 0 };
	struct fault fault;
	buf_put_str(&out, "age-encryption.org/v1\n-> mlkem768x25519 ");
	put_bare(&out, (struct bytes){ zeros, 1120 });
	put_bare(&out, (struct bytes){ zeros, AGE_BODY_LEN });
	buf_put_str(&out, "--- ");
	put_bare(&out, (struct bytes){ zeros, HASH_LEN });
	buf_put(&out, (struct bytes){ zeros, 40 });
	assert_int_equal(
		age_open(buf_bytes(&out), &id, 1, &(struct buf){ again_memory, 0, 100, false }, NULL, &fault),
		ERR_REFUSED);
}

/* Keys of every length, of which two are keys. */
static void test_lengths_of_keys(void **state)
{
	static const uint8_t bytes[RECIPIENT_HYBRID_LEN + 1] = { 9 };
	struct age_recipient r;

	(void)state;
	for (size_t len = 0; len <= sizeof bytes; len++) {
		bool is_key = len == RECIPIENT_X25519_LEN || len == RECIPIENT_HYBRID_LEN;
		assert_int_equal(age_recipient_from((struct bytes){ bytes, len }, &r),
				 is_key ? ERR_OK : ERR_VERIFY);
	}
}

/* BIP 173, beside our own: the checksum of five-bit digits under a name. */
static uint32_t sum_of(const char *name, const uint8_t *groups, size_t count)
{
	static const uint32_t by[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint8_t all[128];
	uint32_t sum = 1;
	size_t len = 0;

	for (const char *c = name; *c != '\0'; c++)
		all[len++] = (uint8_t)*c >> 5;
	all[len++] = 0;
	for (const char *c = name; *c != '\0'; c++)
		all[len++] = (uint8_t)*c & 31;
	memcpy(all + len, groups, count);
	len += count;
	memset(all + len, 0, 6);
	len += 6;
	for (size_t i = 0; i < len; i++) {
		uint32_t top = sum >> 25;
		sum = (sum & 0x1ffffff) << 5 ^ all[i];
		for (size_t bit = 0; bit < 5; bit++)
			sum ^= (top >> bit & 1) != 0 ? by[bit] : 0;
	}
	return sum ^ 1;
}

/* One byte is two digits, whose last two bits are zeros: no other text with a right checksum is that byte. */
static void test_one_spelling(void **state)
{
	static const struct {
		const char *why;
		uint8_t groups[3];
		size_t count;
		enum err want;
	} rows[] = {
		{ "a byte", { 0x15, 0x0c }, 2, ERR_OK },
		{ "bits left over", { 0x15, 0x0d }, 2, ERR_VERIFY },
		{ "a digit too many", { 0x15, 0x0c, 0 }, 3, ERR_VERIFY },
		{ "a digit too few", { 0x15 }, 1, ERR_VERIFY },
	};
	static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint32_t sum = sum_of("age", rows[i].groups, rows[i].count);
		char text[32] = "age1";
		size_t len = 4;
		uint8_t out;
		for (size_t k = 0; k < rows[i].count; k++)
			text[len++] = digits[rows[i].groups[k]];
		for (int k = 5; k >= 0; k--)
			text[len++] = digits[sum >> (5 * k) & 31];
		print_message("# %s: %s\n", rows[i].why, text);
		assert_int_equal(bech32_read("age", bytes_str(text), &out, 1), rows[i].want);
		if (rows[i].want == ERR_OK)
			assert_int_equal(out, 0x15 << 3 | 0x0c >> 2);
	}
}

/* A share is as many bytes as it is digits: padding in the place of a digit is another spelling of less. */
static void test_no_padding(void **state)
{
	struct age_identity id = identity_of(AGE_X25519, 1);
	struct age_recipient to = recipient_of(&id);
	struct bytes file = seal(&to, 1, text_of(1));
	struct buf out = BUF_ON(again_memory);
	struct fault fault;
	size_t at = strlen("age-encryption.org/v1\n-> X25519 ") + 41;

	(void)state;
	memcpy(file_memory + at, "A=", 2);
	assert_int_equal(age_open(file, &id, 1, &out, NULL, &fault), ERR_VERIFY);
	assert_string_equal(fault.rule, "age.base64");
}

/* Chunks as they may come, the first and the last, and whole files by their lengths. */
static void test_chunks(void **state)
{
	static const struct {
		size_t len;
		bool is_last, is_second, is_good;
	} rows[] = {
		{ AGE_TAG_LEN, true, false, true },
		{ AGE_TAG_LEN, true, true, false }, /* an empty one is alone */
		{ AGE_TAG_LEN + 1, true, true, true },
		{ AGE_TAG_LEN + 1, false, false, false },
		{ AGE_CHUNK_LEN + AGE_TAG_LEN, false, false, true },
		{ AGE_CHUNK_LEN + AGE_TAG_LEN, true, true, true },
		{ AGE_CHUNK_LEN + AGE_TAG_LEN + 1, true, false, false },
		{ AGE_TAG_LEN - 1, true, false, false },
		{ 0, true, false, false },
	};
	struct age_identity id = identity_of(AGE_X25519, 1);
	struct age_recipient to = recipient_of(&id);
	uint8_t key[AGE_FILE_KEY_LEN] = { 1 }, nonce[AGE_NONCE_LEN] = { 2 };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct age_stream out, in;
		age_stream_open(&out, key, nonce);
		age_stream_open(&in, key, nonce);
		out.chunk = in.chunk = rows[i].is_second;
		memset(file_memory, 0, rows[i].len);
		if (rows[i].is_good)
			age_stream_seal(&out, text_of(rows[i].len - AGE_TAG_LEN), rows[i].is_last,
					file_memory);
		assert_int_equal(age_stream_unseal(&in, (struct bytes){ file_memory, rows[i].len },
						   rows[i].is_last, again_memory),
				 rows[i].is_good ? ERR_OK : ERR_VERIFY);
	}
	/* Behind a whole chunk there is at least a tag and a byte. */
	for (size_t more = 0; more <= AGE_TAG_LEN + 1; more++) {
		struct bytes file = seal(&to, 1, text_of(AGE_CHUNK_LEN + 1));
		struct buf out = BUF_ON(again_memory);
		enum err want = more == AGE_TAG_LEN + 1 ? ERR_OK : ERR_VERIFY;
		file.len -= AGE_TAG_LEN + 1 - more;
		assert_int_equal(age_open(file, &id, 1, &out, NULL, &fault), want);
		assert_int_equal(age_look(file, file.len, AGE_X25519, &fault), more == 0 ? ERR_OK : want);
	}
}

/* Each bit of a short file counts. */
static void test_every_bit_counts(void **state)
{
	struct age_identity id = identity_of(AGE_X25519, 1);
	struct age_recipient to = recipient_of(&id);
	struct bytes file = seal(&to, 1, text_of(20));
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 8 * file.len; i++) {
		struct buf out = BUF_ON(again_memory);
		file_memory[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_not_equal(age_open(file, &id, 1, &out, NULL, &fault), ERR_OK);
		assert_int_equal(out.len, 0);
		file_memory[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t len = 0; len < file.len; len++) {
		struct buf out = BUF_ON(again_memory);
		assert_int_equal(age_open((struct bytes){ file.ptr, len }, &id, 1, &out, NULL, &fault),
				 ERR_VERIFY);
	}
}

static void test_unfit_keys(void **state)
{
	struct age_recipient low = { .kind = AGE_X25519 }, good;
	struct age_identity id = identity_of(AGE_X25519, 1);
	const struct age_recipient *list[] = { &good, &low };
	struct buf out = BUF_ON(file_memory);
	struct drbg d = random_of(1);
	size_t bad;

	(void)state;
	good = recipient_of(&id);
	assert_int_equal(age_seal(list, 2, &d, BYTES_LIT("x"), &out, &bad), ERR_VERIFY);
	assert_int_equal(bad, 1);
	assert_int_equal(out.len, 0);
}

static void test_limits(void **state)
{
	struct age_identity id = identity_of(AGE_X25519, 1);
	struct age_recipient to = recipient_of(&id);
	const struct age_recipient *list[] = { &to };
	struct bytes plain = text_of(AGE_CHUNK_LEN + 1);
	struct drbg d = random_of(1);
	struct fault fault;
	size_t bad;

	(void)state;
	for (size_t room = 0; room < 400; room++) {
		struct buf out = { file_memory, 0, room, false };
		assert_int_equal(age_seal(list, 1, &d, plain, &out, &bad), ERR_LIMIT);
		assert_true(out.len <= room);
	}
	struct bytes file = seal(&to, 1, plain);
	for (size_t room = 0; room <= plain.len; room += AGE_CHUNK_LEN) {
		struct buf out = { again_memory, 0, room, false };
		assert_int_equal(age_open(file, &id, 1, &out, NULL, &fault), ERR_LIMIT);
		assert_int_equal(out.len, 0);
	}
	assert_true(age_header_len(AGE_HYBRID, AGE_RECIPIENTS_MAX) <= AGE_HEADER_LEN_MAX);
	assert_true(age_sealed_len(AGE_HYBRID, AGE_RECIPIENTS_MAX, SEALED_PLAIN_MAX) <= CONTENT_LEN_MAX);
}

/* One file's key opens that file. */
static void test_file_key(void **state)
{
	struct age_identity id = identity_of(AGE_X25519, 1);
	struct age_recipient to = recipient_of(&id);
	const struct age_recipient *list[] = { &to };
	uint8_t key[AGE_FILE_KEY_LEN];
	struct buf out = BUF_ON(again_memory), other = BUF_ON(plain_memory);
	struct drbg d = random_of(8);
	struct fault fault;
	size_t bad;

	(void)state;
	assert_int_equal(age_open(seal(&to, 1, BYTES_LIT("one")), &id, 1, &out, key, &fault), ERR_OK);
	buf_reset(&out);
	assert_int_equal(age_seal(list, 1, &d, BYTES_LIT("two"), &other, &bad), ERR_OK);
	assert_int_equal(age_open_by_key(buf_bytes(&other), key, &out, &fault), ERR_VERIFY);
	assert_string_equal(fault.rule, "age.mac");
}

/* ---- Stock age. ---- */

static void path_of(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", folder, name);
}

static void write_file(const char *name, struct bytes content)
{
	char path[128];
	FILE *file;

	path_of(path, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

static struct bytes read_file(const char *name, uint8_t *memory, size_t size)
{
	char path[128];
	FILE *file;
	size_t len;

	path_of(path, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(memory, 1, size, file);
	assert_int_equal(fclose(file), 0);
	return (struct bytes){ memory, len };
}

static void age_run(const char *arguments)
{
	char command[4096];

	assert_true((size_t)snprintf(command, sizeof command, "cd %s && age %s", folder, arguments) <
		    sizeof command);
	assert_int_equal(system(command), 0);
}

/* Whether this machine's age has keys of the kind. */
static bool is_stock(enum age_kind kind)
{
	return kind == AGE_X25519 || system("age-keygen -pq >/dev/null 2>&1") == 0;
}

static void check_stock(enum age_kind kind)
{
	struct age_identity ids[2] = { identity_of(kind, 1), identity_of(kind, 2) };
	struct age_recipient to[2] = { recipient_of(&ids[0]), recipient_of(&ids[1]) };
	char secret[AGE_TEXT_LEN_MAX], keys[2 * AGE_TEXT_LEN_MAX];
	struct buf secret_text = BUF_ON(secret), keys_text = BUF_ON(keys);
	struct fault fault;

	age_identity_write(&ids[1], &secret_text);
	buf_put_byte(&secret_text, '\n');
	write_file("secret", buf_bytes(&secret_text));
	for (size_t i = 0; i < 2; i++) {
		age_recipient_write(&to[i], &keys_text);
		buf_put_byte(&keys_text, '\n');
	}
	write_file("keys", buf_bytes(&keys_text));
	for (size_t l = 0; l < ARRAY_COUNT(lens); l++) {
		struct bytes plain = text_of(lens[l]), file = seal(to, 2, plain);
		struct buf out = BUF_ON(again_memory);
		write_file("ours", file);
		age_run("-d -i secret ours >opened");
		assert_true(bytes_equal(plain, read_file("opened", again_memory, sizeof again_memory)));
		write_file("plain", plain);
		age_run("-e -R keys plain >theirs");
		file = read_file("theirs", file_memory, sizeof file_memory);
		assert_int_equal(age_open(file, ids, 1, &out, NULL, &fault), ERR_OK);
		assert_true(bytes_equal(plain, buf_bytes(&out)));
	}
}

static void test_stock_age(void **state)
{
	(void)state;
	check_stock(AGE_X25519);
	if (age_kind_is_here(AGE_HYBRID) && is_stock(AGE_HYBRID))
		check_stock(AGE_HYBRID);
}

/* What age-keygen writes is a secret here too. */
static void test_stock_secret(void **state)
{
	uint8_t memory[512];
	struct age_identity id;
	struct age_recipient r;
	struct bytes text, line, key = { NULL, 0 };
	char command[256], public[AGE_TEXT_LEN_MAX];
	struct buf written = BUF_ON(public);

	(void)state;
	snprintf(command, sizeof command, "age-keygen -o %s/made 2>/dev/null", folder);
	assert_int_equal(system(command), 0);
	text = read_file("made", memory, sizeof memory);
	while (bytes_take_until(&text, '\n', &line) == ERR_OK) {
		static const char mark[] = "# public key: ";
		if (line.len > sizeof mark && memcmp(line.ptr, mark, sizeof mark - 1) == 0)
			key = (struct bytes){ line.ptr + sizeof mark - 1, line.len - sizeof mark + 1 };
		else if (line.ptr[0] != '#')
			assert_int_equal(age_identity_read(line, &id), ERR_OK);
	}
	r = recipient_of(&id);
	age_recipient_write(&r, &written);
	assert_true(bytes_equal(buf_bytes(&written), key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_hybrid_is_not_everywhere),
		cmocka_unit_test(test_lengths_of_keys),
		cmocka_unit_test(test_one_spelling),
		cmocka_unit_test(test_no_padding),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_unfit_keys),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_file_key),
		cmocka_unit_test(test_stock_age),
		cmocka_unit_test(test_stock_secret),
	};

	return cmocka_run_group_tests(tests, start, clean);
}
