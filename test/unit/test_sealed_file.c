/*
 * Files of any length, sealed and opened as they flow: the same bytes as of those in memory, and nothing
 * less.
 */
#include "terminal/sealed_file.h"

#include "base/alloc.h"
#include "crypto/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN_MAX (4 * AGE_CHUNK_LEN)

/* Bytes that come a few at a time. */
struct trickle {
	struct bytes left;
	size_t step;
};

static enum err more(void *self, struct buf *out)
{
	struct trickle *t = self;
	struct bytes some;

	if (t->left.len == 0)
		return ERR_NOT_FOUND;
	if (bytes_take(&t->left, t->left.len < t->step ? t->left.len : t->step, &some) != ERR_OK)
		return ERR_IO;
	buf_put(out, some);
	return buf_check(out);
}

static enum err open_all(struct bytes sealed, size_t step, const struct age_identity *id, struct buf *out)
{
	struct trickle t = { sealed, step };
	uint8_t key[AGE_FILE_KEY_LEN];
	struct opening_file f;
	struct fault fault;
	enum err e = opening_file_open(&f, (struct sealed_source){ more, &t }, step, &fault);

	if (e == ERR_OK)
		e = age_header_unwrap(&f.header, id, 1, key);
	if (e == ERR_OK)
		e = opening_file_unlock(&f, key, &fault);
	while (e == ERR_OK)
		e = opening_file_read(&f, out, &fault);
	opening_file_close(&f);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void seal_all(struct bytes plain, const struct age_recipient *to, struct buf *out)
{
	FILE *file = fmemopen(NULL, LEN_MAX, "w+b");
	struct sealing_file s;
	uint8_t hash[HASH_LEN];
	size_t bad, from = out->len;
	enum err e = ERR_OK;

	assert_non_null(file);
	assert_int_equal(fwrite(plain.ptr, 1, plain.len, file), plain.len);
	rewind(file);
	assert_int_equal(sealing_file_open(&s, file, to, 1, &bad), ERR_OK);
	while (e == ERR_OK)
		e = sealing_file_read(&s, out);
	assert_int_equal(e, ERR_NOT_FOUND);
	hash_sha256(plain, hash);
	assert_memory_equal(s.text_hash, hash, HASH_LEN);
	assert_int_equal(s.text_len, plain.len);
	/* A second time it gives the same. */
	struct buf again;
	buf_init(&again, xcalloc(1, out->max), out->max);
	assert_int_equal(sealing_file_again(&s), ERR_OK);
	while ((e = sealing_file_read(&s, &again)) == ERR_OK)
		;
	assert_true(bytes_equal(buf_bytes(&again), (struct bytes){ out->ptr + from, out->len - from }));
	free(again.ptr);
	sealing_file_close(&s);
	fclose(file);
}

static void make_keys(struct age_identity *id, struct age_recipient *to)
{
	id->kind = AGE_X25519;
	for (size_t i = 0; i < sizeof id->secret; i++)
		id->secret[i] = (uint8_t)(i * 7 + 1);
	assert_int_equal(age_identity_recipient(id, to), ERR_OK);
}

static void test_every_length(void **state)
{
	static const size_t lens[] = { 1,
				       15,
				       AGE_CHUNK_LEN - 1,
				       AGE_CHUNK_LEN,
				       AGE_CHUNK_LEN + 1,
				       2 * AGE_CHUNK_LEN,
				       3 * AGE_CHUNK_LEN - 16,
				       3 * AGE_CHUNK_LEN + 17 };
	static const size_t steps[] = { 1000, AGE_CHUNK_LEN, SEALED_PIECE_MAX, SEALED_PIECE_MAX + 1,
					LEN_MAX };
	struct age_identity id;
	struct age_recipient to;
	uint8_t *plain = xcalloc(1, LEN_MAX);
	struct buf sealed, opened;

	(void)state;
	make_keys(&id, &to);
	for (size_t i = 0; i < LEN_MAX; i++)
		plain[i] = (uint8_t)(i * 31 + (i >> 8));
	buf_init(&sealed, xcalloc(1, LEN_MAX + 4096), LEN_MAX + 4096);
	buf_init(&opened, xcalloc(1, LEN_MAX), LEN_MAX);
	for (size_t i = 0; i < ARRAY_COUNT(lens); i++) {
		struct bytes text = { plain, lens[i] };
		struct fault fault;
		buf_reset(&sealed);
		seal_all(text, &to, &sealed);
		assert_int_equal(sealed.len, age_sealed_len(AGE_X25519, 1, lens[i]));
		buf_reset(&opened);
		assert_int_equal(age_open(buf_bytes(&sealed), &id, 1, &opened, NULL, &fault), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&opened), text));
		for (size_t s = 0; s < ARRAY_COUNT(steps); s++) {
			buf_reset(&opened);
			assert_int_equal(open_all(buf_bytes(&sealed), steps[s], &id, &opened), ERR_OK);
			assert_true(bytes_equal(buf_bytes(&opened), text));
		}
	}
	free(plain);
	free(sealed.ptr);
	free(opened.ptr);
}

/* Cut anywhere, longer, changed, chunks in another order: never taken for whole. */
static void test_nothing_less(void **state)
{
	const size_t len = 2 * AGE_CHUNK_LEN + 100;
	struct age_identity id;
	struct age_recipient to;
	uint8_t *plain = xcalloc(1, len);
	struct buf sealed, opened;
	size_t head;

	(void)state;
	make_keys(&id, &to);
	buf_init(&sealed, xcalloc(1, LEN_MAX + 4096), LEN_MAX + 4096);
	buf_init(&opened, xcalloc(1, LEN_MAX), LEN_MAX);
	seal_all((struct bytes){ plain, len }, &to, &sealed);
	head = age_header_len(AGE_X25519, 1) + AGE_NONCE_LEN;
	const size_t cuts[] = { 0,
				10,
				head - 1,
				head,
				head + AGE_TAG_LEN,
				head + SEALED_PIECE_MAX,
				head + 2 * SEALED_PIECE_MAX,
				sealed.len - 1 };
	for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
		buf_reset(&opened);
		assert_int_equal(open_all((struct bytes){ sealed.ptr, cuts[i] }, 5000, &id, &opened),
				 ERR_VERIFY);
	}
	for (size_t at = 0; at < sealed.len; at += 4099) {
		sealed.ptr[at] ^= 1;
		buf_reset(&opened);
		assert_int_not_equal(open_all(buf_bytes(&sealed), 5000, &id, &opened), ERR_OK);
		sealed.ptr[at] ^= 1;
	}
	buf_put_byte(&sealed, 0);
	buf_reset(&opened);
	assert_int_equal(open_all(buf_bytes(&sealed), 5000, &id, &opened), ERR_VERIFY);
	sealed.len--;
	for (size_t i = 0; i < SEALED_PIECE_MAX; i++) {
		uint8_t kept = sealed.ptr[head + i];
		sealed.ptr[head + i] = sealed.ptr[head + SEALED_PIECE_MAX + i];
		sealed.ptr[head + SEALED_PIECE_MAX + i] = kept;
	}
	buf_reset(&opened);
	assert_int_equal(open_all(buf_bytes(&sealed), 5000, &id, &opened), ERR_VERIFY);
	free(plain);
	free(sealed.ptr);
	free(opened.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_nothing_less),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
