/*
 * A thin path's frames: what is lost, wrong, turned, said twice or made up; a coded FLASH in so many bytes.
 */
#include "base/prng.h"
#include "wire/thin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "coded.h"

#define SECRET ((const uint8_t *)"0123456789abcdef0123456789abcdef")

static const struct origin origin = { .channel = 3, .party = "kor", .epoch = 1 };
static struct book book;
static struct pair_key key, back_key;

static int make(void **state)
{
	(void)state;
	coded_book(&book, origin.accord);
	thin_key(SECRET, origin.accord, "kor", "usa", &key);
	thin_key(SECRET, origin.accord, "usa", "kor", &back_key);
	return 0;
}

static void seal_notice(struct buf *statement, struct thin_message *m)
{
	struct statement s;
	uint8_t memory[THIN_MESSAGE_MAX];
	struct buf plain = BUF_ON(memory);
	struct thin_copy copy = { .origin = origin, .index = 300 };
	enum thin_kind kind;

	s = coded_notice(9);
	statement_write(&s, statement);
	copy.statement = buf_bytes(statement);
	assert_int_equal(thin_copy_write(&copy, &book, (struct wall){ CODED_CLAIMED_MS }, &plain, &kind),
			 ERR_OK);
	assert_int_equal(kind, THIN_COPY);
	assert_int_equal(thin_seal(&key, kind, buf_bytes(&plain), m), ERR_OK);
}

/* Messages that a reader finds in these bytes; the last one in *plain. */
static size_t count_read(struct thin_reader *r, const struct pair_key *k, struct bytes in, struct buf *plain,
			 struct thin_read *last)
{
	size_t count = 0;

	for (;;) {
		buf_reset(plain);
		if (thin_read(r, k, &in, plain, last) != ERR_OK)
			return count;
		count++;
	}
}

/* A round of it fits into 15 s of 75 bit/s, and any one of its frames may be lost. */
static void a_coded_flash(void **state)
{
	uint8_t statement_memory[512];
	struct buf statement = BUF_ON(statement_memory);
	struct thin_message m;

	(void)state;
	seal_notice(&statement, &m);
	assert_int_equal(thin_frames(&m), 3);
	for (unsigned lost = 0; lost < 4; lost++) {
		uint8_t line_memory[256], plain_memory[THIN_MESSAGE_MAX], again_memory[512];
		struct buf line = BUF_ON(line_memory), plain = BUF_ON(plain_memory),
			   again = BUF_ON(again_memory);
		struct thin_reader r = { .len = 0 };
		struct thin_read read;
		struct thin_copy copy;

		for (unsigned i = 0; i < 3; i++) {
			if (i != lost)
				thin_frame_write(&m, i, &key, &line);
		}
		if (lost == 3)
			print_message("a coded FLASH: %zu bytes, %.1f s at 75 bit/s\n", line.len,
				      (double)line.len * 8 / 75);
		assert_true(line.len * 8 < 15 * 75);
		assert_int_equal(thin_read(&r, &key, &(struct bytes){ line.ptr, line.len }, &plain, &read),
				 ERR_OK);
		assert_memory_equal(read.seal, m.sealed, PAIR_SEAL_LEN);
		assert_int_equal(thin_copy_read(read.plain, read.kind, &book, "kor", &again, &copy), ERR_OK);
		assert_true(bytes_equal(copy.statement, buf_bytes(&statement)));
		assert_int_equal(copy.index, 300);
		assert_int_equal(copy.content.len, 0);
	}
}

/* What no thin message can say, what does not fit, and a name that no party has. */
static void no_copy(void **state)
{
	struct statement s = coded_notice(9);
	uint8_t memory[512], plain_memory[THIN_MESSAGE_MAX], again_memory[512];
	struct buf statement = BUF_ON(memory), plain = BUF_ON(plain_memory), again = BUF_ON(again_memory);
	struct thin_copy copy = { .origin = origin, .index = 300 }, back;
	struct wall claimed = { CODED_CLAIMED_MS };
	enum thin_kind kind;

	(void)state;
	statement_write(&s, &statement);
	copy.statement = buf_bytes(&statement);
	assert_int_equal(thin_copy_write(&copy, &book, (struct wall){ 1ull << 48 }, &plain, &kind),
			 ERR_USAGE);
	statement.ptr[5] ^= 1; /* another accord's */
	assert_int_equal(thin_copy_write(&copy, &book, claimed, &plain, &kind), ERR_USAGE);
	statement.ptr[5] ^= 1;
	buf_reset(&plain);
	assert_int_equal(thin_copy_write(&copy, &book, claimed, &plain, &kind), ERR_OK);
	assert_int_equal(thin_copy_read(buf_bytes(&plain), kind, &book, "kor", &again, &back), ERR_OK);
	again = (struct buf){ again_memory, 0, statement.len - 1, false };
	assert_int_equal(thin_copy_read(buf_bytes(&plain), kind, &book, "kor", &again, &back), ERR_LIMIT);
	again = BUF_ON(again_memory);
	assert_int_equal(
		thin_copy_read(buf_bytes(&plain), kind, &book, "a-party-of-a-long-name", &again, &back),
		ERR_FRAME);
}

/* What is sealed has room for its seal, and what is opened one and room for the rest. */
static void pairs_have_room(void **state)
{
	static uint8_t much[PAIR_SEAL_LEN + PAIR_PLAIN_MAX + 1];
	uint8_t memory[64], plain_memory[64];
	struct buf sealed = BUF_ON(memory), plain = BUF_ON(plain_memory);

	(void)state;
	pair_seal(&key, 1, BYTES_LIT("words"), &sealed);
	for (size_t max = 0; max < sealed.len; max++) {
		struct buf small = { plain_memory, 0, max, false };
		pair_seal(&key, 1, BYTES_LIT("words"), &small);
		assert_int_equal(buf_check(&small), ERR_LIMIT);
		assert_int_equal(pair_open(&key, 1, (struct bytes){ memory, max }, &plain), ERR_VERIFY);
	}
	for (size_t max = 0; max < 5; max++) {
		struct buf small = { plain_memory, 0, max, false };
		assert_int_equal(pair_open(&key, 1, buf_bytes(&sealed), &small), ERR_LIMIT);
		assert_int_equal(small.len, 0);
	}
	assert_int_equal(pair_open(&key, 1, BYTES_OF(much), &plain), ERR_LIMIT);
	assert_int_equal(pair_open(&key, 2, buf_bytes(&sealed), &plain), ERR_VERIFY);
	assert_int_equal(pair_open(&key, 1, buf_bytes(&sealed), &plain), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&plain), BYTES_LIT("words")));
}

/* Any byte lost, doubled or turned costs one frame of a round at most; nothing else is ever read. */
static void a_bad_line(void **state)
{
	uint8_t statement_memory[512], line_memory[512], plain_memory[THIN_MESSAGE_MAX];
	struct buf statement = BUF_ON(statement_memory), line = BUF_ON(line_memory),
		   plain = BUF_ON(plain_memory);
	struct thin_message m;
	struct thin_read read;

	(void)state;
	seal_notice(&statement, &m);
	for (unsigned i = 0; i < 3; i++)
		thin_frame_write(&m, i, &key, &line);
	for (size_t at = 0; at < line.len; at++) {
		for (unsigned how = 0; how < 10; how++) {
			uint8_t bad[520];
			struct thin_reader r = { .len = 0 };
			size_t len = line.len;

			memcpy(bad, line.ptr, len);
			if (how < 8) {
				bad[at] ^= (uint8_t)(1u << how);
			} else if (how == 8) {
				memmove(bad + at, bad + at + 1, --len - at);
			} else {
				memmove(bad + at + 1, bad + at, len++ - at);
			}
			/* Two rounds: the second is heard whole whatever became of the first. */
			memcpy(bad + len, line.ptr, line.len);
			assert_int_not_equal(count_read(&r, &key, (struct bytes){ bad, len }, &plain, &read),
					     0);
			assert_memory_equal(read.seal, m.sealed, PAIR_SEAL_LEN);
			assert_int_not_equal(
				count_read(&r, &key, (struct bytes){ bad + len, line.len }, &plain, &read),
				0);
		}
	}
}

/* The key of the other direction, another accord's, another pair's: nothing is heard. */
static void another_key(void **state)
{
	static const struct origin exercise = { .accord = { 1 } };
	uint8_t statement_memory[512], line_memory[512], plain_memory[THIN_MESSAGE_MAX];
	struct buf statement = BUF_ON(statement_memory), line = BUF_ON(line_memory),
		   plain = BUF_ON(plain_memory);
	struct pair_key keys[3];
	struct thin_message m;
	struct thin_read read;

	(void)state;
	keys[0] = back_key;
	thin_key(SECRET, exercise.accord, "kor", "usa", &keys[1]);
	thin_key(SECRET + 1, origin.accord, "kor", "usa", &keys[2]);
	seal_notice(&statement, &m);
	for (unsigned i = 0; i < 3; i++)
		thin_frame_write(&m, i, &key, &line);
	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		struct thin_reader r = { .len = 0 };

		assert_int_equal(count_read(&r, &keys[i], buf_bytes(&line), &plain, &read), 0);
		assert_int_equal(r.frames, 0);
	}
}

/* Noise, then frames: noise is counted, and keeps nothing back. */
static void noise(void **state)
{
	uint8_t statement_memory[512], line_memory[4096], plain_memory[THIN_MESSAGE_MAX];
	struct buf statement = BUF_ON(statement_memory), line = BUF_ON(line_memory),
		   plain = BUF_ON(plain_memory);
	struct thin_reader r = { .len = 0 };
	struct thin_message m;
	struct thin_read read;
	struct prng prng;

	(void)state;
	prng_init(&prng, 7);
	seal_notice(&statement, &m);
	for (unsigned i = 0; i < 3000; i++)
		buf_put_byte(&line, i % 7 == 0 ? THIN_SYNC : (uint8_t)prng_below(&prng, 256));
	assert_int_equal(count_read(&r, &key, buf_bytes(&line), &plain, &read), 0);
	buf_reset(&line);
	for (unsigned i = 0; i < 3; i++)
		thin_frame_write(&m, i, &key, &line);
	assert_int_equal(count_read(&r, &key, buf_bytes(&line), &plain, &read), 1);
	assert_in_range(r.noise, 3000 - THIN_FRAME_MAX, 3000);
}

/* Each length up to the longest, each part of it lost once; more is refused. */
static void lengths(void **state)
{
	uint8_t bytes[THIN_MESSAGE_MAX + 1];
	struct thin_message m;

	(void)state;
	memset(bytes, 0x5a, sizeof bytes);
	for (size_t len = 0; len <= THIN_MESSAGE_MAX - PAIR_SEAL_LEN; len++) {
		assert_int_equal(thin_seal(&key, THIN_CONTENT, (struct bytes){ bytes, len }, &m), ERR_OK);
		for (unsigned lost = 0; lost < thin_frames(&m); lost++) {
			uint8_t line_memory[16 * THIN_FRAME_MAX], plain_memory[THIN_MESSAGE_MAX];
			struct buf line = BUF_ON(line_memory), plain = BUF_ON(plain_memory);
			struct thin_reader r = { .len = 0 };
			struct thin_read read;

			for (unsigned i = 0; i < thin_frames(&m); i++) {
				if (i != lost || m.parts == 1)
					thin_frame_write(&m, i, &key, &line);
			}
			assert_int_equal(
				thin_read(&r, &key, &(struct bytes){ line.ptr, line.len }, &plain, &read),
				ERR_OK);
			assert_in_range(read.plain.len, len, len + THIN_PARTS_MAX - 1);
			assert_memory_equal(read.plain.ptr, bytes, len);
		}
	}
	assert_int_equal(
		thin_seal(&key, THIN_COPY, (struct bytes){ bytes, sizeof bytes - PAIR_SEAL_LEN }, &m),
		ERR_LIMIT);
}

/* Messages interleaved: as many as there are places for are put together. */
static void interleaved(void **state)
{
	struct thin_message m[THIN_PARTIALS_MAX];
	uint8_t line_memory[1024], plain_memory[THIN_MESSAGE_MAX], bytes[60];
	struct buf line = BUF_ON(line_memory), plain = BUF_ON(plain_memory);
	struct thin_reader r = { .len = 0 };
	struct thin_read read;

	(void)state;
	for (size_t i = 0; i < THIN_PARTIALS_MAX; i++) {
		memset(bytes, (int)i, sizeof bytes);
		assert_int_equal(thin_seal(&key, THIN_COPY, BYTES_OF(bytes), &m[i]), ERR_OK);
	}
	for (unsigned part = 0; part < 2; part++) {
		for (size_t i = 0; i < THIN_PARTIALS_MAX; i++)
			thin_frame_write(&m[i], part, &key, &line);
	}
	assert_int_equal(count_read(&r, &key, buf_bytes(&line), &plain, &read), THIN_PARTIALS_MAX);
}

/* test/vectors/thin.json: what a second reader hears of the same bytes. */
static void hear(const json_t *one)
{
	static uint8_t line_memory[64u << 10];
	uint8_t accord[ACCORD_ID_LEN];
	const json_t *wanted = json_object_get(one, "read");
	struct bytes in = case_hex(one, "hex", line_memory, sizeof line_memory);
	struct thin_reader r = { .len = 0 };
	struct pair_key k;
	struct book theirs;
	size_t count = 0;

	assert_int_equal(bytes_read_hex(BYTES_LIT("7827688030a59330cebfc23f9c8d5f02"), accord, sizeof accord),
			 ERR_OK);
	thin_key(SECRET, accord, "borea", "alba", &k);
	coded_vectors_book(&theirs);
	for (;;) {
		uint8_t plain_memory[THIN_MESSAGE_MAX], statement_memory[4096], text_memory[16384];
		struct buf plain = BUF_ON(plain_memory), statement = BUF_ON(statement_memory);
		struct buf text = BUF_ON(text_memory);
		struct thin_copy copy;
		struct thin_read read;

		if (thin_read(&r, &k, &in, &plain, &read) != ERR_OK)
			break;
		if (read.kind == THIN_HEARD) {
			buf_put_str(&text, "heard ");
			buf_put_hex(&text, read.plain);
		} else if (thin_copy_read(read.plain, read.kind, &theirs, "borea", &statement, &copy) !=
			   ERR_OK) {
			buf_put_str(&text, "refused");
		} else {
			buf_put_str(&text, "copy ");
			buf_put_decimal(&text, copy.origin.channel);
			buf_put_str(&text, "/borea/");
			buf_put_decimal(&text, copy.origin.epoch);
			buf_put_str(&text, " ");
			buf_put_decimal(&text, copy.index);
			buf_put_str(&text, " ");
			buf_put_hex(&text, copy.statement);
			buf_put_str(&text, copy.content.len == 0 ? " -" : " ");
			buf_put_hex(&text, copy.content);
		}
		if (!bytes_equal(buf_bytes(&text),
				 bytes_str(json_string_value(json_array_get(wanted, count)))))
			fail_msg("%s: %.*s", case_str(one, "name"), (int)text.len, (const char *)text.ptr);
		count++;
	}
	assert_int_equal(count, json_array_size(wanted));
}

static void vectors(void **state)
{
	(void)state;
	cases_play("thin.json", "vectors", hear);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coded_flash),   cmocka_unit_test(no_copy),
		cmocka_unit_test(pairs_have_room), cmocka_unit_test(a_bad_line),
		cmocka_unit_test(another_key),	   cmocka_unit_test(noise),
		cmocka_unit_test(lengths),	   cmocka_unit_test(interleaved),
		cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
