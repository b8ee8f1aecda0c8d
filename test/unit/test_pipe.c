/* What processes may say to each other: each kind there and back, and what is refused. */
#include "link/pipe.h"
#include "sys/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static uint8_t memory[RECORD_LEN_MAX + 16];

static const uint8_t frame[] = { 0, 0, 0, 3, 8, 1, 2 };

/* clang-format off */
static const struct {
	enum pipe_end from, to;
	struct record record;
} sound[] = {
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_LISTEN, .name = { (const uint8_t *)"north", 5 }, .text = { (const uint8_t *)"127.0.0.1:7", 11 } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_PIN, .peer = 7, .key = { 1, 2, 3 } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_PATH, .peer = 1, .path = 7, .number = 1, .name = { (const uint8_t *)"a", 1 } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_RUN, .number = 1 } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_SEND, .peer = 1, .path = 2, .urgency = 5, .number = 1ull << 63, .rest = { frame, sizeof frame } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_CLOSE, .err = ERR_COUNT - 1, .name = { (const uint8_t *)"cbor.order", 10 } } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_PATH_UP, .key = { 3 }, .name = { (const uint8_t *)"X25519", 6 }, .text = { (const uint8_t *)"[::1]:9", 7 } } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_PATH_DOWN, .err = ERR_TIMEOUT } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_RECEIVED, .peer = 3, .rest = { frame, sizeof frame } } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_SENT, .number = 9 } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_MEASURED, .number = 80000 } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_REFUSED, .err = ERR_NOT_PINNED, .number = 10000, .key = { 9 }, .text = { (const uint8_t *)"192.0.2.1", 9 } } },
	{ PIPE_LINK, PIPE_SIGNER, { .kind = RECORD_TLS_SHOW, .number = 1, .key = { 7 } } },
	{ PIPE_SIGNER, PIPE_LINK, { .kind = RECORD_TLS_SHOWN, .number = 1, .rest = { frame, sizeof frame } } },
	{ PIPE_LINK, PIPE_SIGNER, { .kind = RECORD_TLS_SIGN, .number = 2, .key = { 8 }, .rest = { frame, sizeof frame } } },
	{ PIPE_SIGNER, PIPE_LINK, { .kind = RECORD_TLS_SIGNED, .err = ERR_REFUSED, .number = 2 } },
	{ PIPE_CORE, PIPE_SIGNER, { .kind = RECORD_MEMORY, .name = { frame, 7 } } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_REMEMBERS, .number = 3, .text = { memory, 64 }, .rest = { memory, 100000 } } },
	{ PIPE_CORE, PIPE_SIGNER, { .kind = RECORD_SIGN, .number = 5, .key = { 9 }, .name = { frame, 7 }, .text = { frame, 7 }, .rest = { memory, 64 * 32 } } },
	{ PIPE_CORE, PIPE_SIGNER, { .kind = RECORD_COSIGN, .number = 5, .time = 6, .key = { 9 }, .name = { frame, 7 }, .text = { frame, 7 } } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_SIGNED, .number = 5, .name = { frame, 7 }, .rest = { frame, 7 } } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_COSIGNED, .err = ERR_FORK, .number = 5 } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_LINK_CONTAINED, .number = 26 } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_SIGNER_CONTAINED, .number = 18 } },
	{ PIPE_CORE, PIPE_STARTER, { .kind = RECORD_DOOR, .number = 9, .text = { (const uint8_t *)"[::1]:9", 7 } } },
	{ PIPE_CORE, PIPE_STARTER, { .kind = RECORD_SHUT } },
	{ PIPE_CORE, PIPE_STARTER, { .kind = RECORD_START } },
	{ PIPE_CORE, PIPE_STARTER, { .kind = RECORD_END } },
	{ PIPE_LINK, PIPE_STARTER, { .kind = RECORD_OPEN, .number = 9 } },
	{ PIPE_STARTER, PIPE_LINK, { .kind = RECORD_OPENED, .err = ERR_IO, .number = 9, .text = { frame, 7 } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_WRITE, .peer = 1, .path = 2, .number = 9, .rest = { frame, 7 } } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_READ, .peer = 1, .path = 2, .rest = { memory, RECORD_READ_MAX } } },
	{ PIPE_CORE, PIPE_SIGNER, { .kind = RECORD_SETTLED } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_LINK_BROKEN } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_OWN, .key = { 4, 5, 6 } } },
	{ PIPE_CORE, PIPE_LINK, { .kind = RECORD_UNPIN, .peer = 6, .key = { 1, 2, 3 } } },
	{ PIPE_LINK, PIPE_CORE, { .kind = RECORD_LINK_ALIVE } },
	{ PIPE_SIGNER, PIPE_CORE, { .kind = RECORD_SIGNER_ALIVE } },
	{ PIPE_CORE, PIPE_STARTER, { .kind = RECORD_WARD } },
};
/* clang-format on */

static void assert_same(const struct record *a, const struct record *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->peer, b->peer);
	assert_int_equal(a->path, b->path);
	assert_int_equal(a->urgency, b->urgency);
	assert_int_equal(a->err, b->err);
	assert_true(a->number == b->number && a->time == b->time);
	assert_memory_equal(a->key, b->key, sizeof a->key);
	assert_true(bytes_equal(a->name, b->name) && bytes_equal(a->text, b->text) &&
		    bytes_equal(a->rest, b->rest));
}

static void there_and_back(void **state)
{
	static uint8_t out_memory[RECORD_LEN_MAX];

	(void)state;
	assert_int_equal(ARRAY_COUNT(sound), RECORD_KIND_COUNT - 1);
	for (size_t i = 0; i < ARRAY_COUNT(sound); i++) {
		struct buf out = BUF_ON(out_memory);
		struct bytes in;
		struct record r;

		assert_int_equal(sound[i].record.kind, i + 1);
		assert_int_equal(record_write(&sound[i].record, &out), ERR_OK);
		/* Its beginnings are too short, and only its one sender may say it to its one receiver. */
		for (size_t len = 0; len < out.len; len = len < 64 ? len + 1 : out.len) {
			in = (struct bytes){ out.ptr, len };
			assert_int_equal(record_read(&in, sound[i].from, sound[i].to, &r), ERR_SHORT);
			assert_int_equal(in.len, len);
		}
		for (unsigned pair = 0; pair < PIPE_END_COUNT * PIPE_END_COUNT; pair++) {
			enum pipe_end from = (enum pipe_end)(pair / PIPE_END_COUNT),
				      to = (enum pipe_end)(pair % PIPE_END_COUNT);

			in = buf_bytes(&out);
			if (from == sound[i].from && to == sound[i].to)
				continue;
			assert_int_equal(record_read(&in, from, to, &r), ERR_FRAME);
		}
		in = buf_bytes(&out);
		assert_int_equal(record_read(&in, sound[i].from, sound[i].to, &r), ERR_OK);
		assert_int_equal(in.len, 0);
		assert_same(&r, &sound[i].record);
	}
}

#define IN(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

/* clang-format off */
static const struct {
	const char *why;
	enum pipe_end from, to;
	struct bytes in;
} bad[] = {
	{ "length 0", PIPE_CORE, PIPE_LINK, IN("\0\0\0\0") },
	{ "longer than any record", PIPE_CORE, PIPE_LINK, IN("\0\x20\0\0") },
	{ "the longest length of all", PIPE_CORE, PIPE_LINK, IN("\xff\xff\xff\xff") },
	{ "kind 0", PIPE_CORE, PIPE_LINK, IN("\0\0\0\1\0") },
	{ "unknown kind", PIPE_CORE, PIPE_LINK, IN("\0\0\0\1\x7f") },
	{ "no peer", PIPE_LINK, PIPE_CORE, IN("\0\0\0\1\x0a") },
	{ "peer out of bounds", PIPE_LINK, PIPE_CORE, IN("\0\0\0\x0b\x0a\x08\0\0\0\0\0\0\0\0\0") },
	{ "path out of bounds", PIPE_LINK, PIPE_CORE, IN("\0\0\0\x0b\x0a\0\x08\0\0\0\0\0\0\0\0") },
	{ "number cut short", PIPE_LINK, PIPE_CORE, IN("\0\0\0\x0a\x0a\0\0\0\0\0\0\0\0\0") },
	{ "a byte too many", PIPE_LINK, PIPE_CORE, IN("\0\0\0\x0c\x0a\0\0\0\0\0\0\0\0\0\0\0") },
	{ "error out of bounds", PIPE_LINK, PIPE_CORE, IN("\0\0\0\5\x08\0\0\xff\0") },
	{ "name longer than the record", PIPE_LINK, PIPE_CORE, IN("\0\0\0\6\x08\0\0\0\2x") },
	{ "text longer than it may be", PIPE_CORE, PIPE_LINK, IN("\0\0\0\4\1\0\xff\xff") },
};
/* clang-format on */

static void bad_ones_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		struct bytes in = bad[i].in;
		struct record r;

		if (record_read(&in, bad[i].from, bad[i].to, &r) != ERR_FRAME)
			fail_msg("%s", bad[i].why);
	}
}

static void many_and_long_ones_pass_a_pipe(void **state)
{
	struct pipe core, link;
	int ends[2];
	size_t put = 0, got = 0;
	enum err flushed = ERR_OK;

	(void)state;
	assert_int_equal(socket_pair_stream(ends), ERR_OK);
	pipe_open(&core, ends[0], PIPE_CORE, PIPE_LINK, 4u << 20);
	pipe_open(&link, ends[1], PIPE_LINK, PIPE_CORE, 4u << 20);
	while (got < 300) {
		struct record r = { .kind = RECORD_SEND, .number = put, .head = BYTES_OF(frame) };
		enum err e;

		r.rest = (struct bytes){ memory, put % 7 == 0 ? FRAME_LEN_MAX - 7 : put };
		if (put < 300 && pipe_put(&core, &r) == ERR_OK)
			put++;
		flushed = pipe_flush(&core);
		assert_true(flushed == ERR_OK || flushed == ERR_SHORT);
		e = pipe_fill(&link);
		assert_true(e == ERR_OK || e == ERR_SHORT);
		while (pipe_next(&link, &r) == ERR_OK) {
			assert_true(r.number == got);
			assert_int_equal(r.rest.len, 7 + (got % 7 == 0 ? FRAME_LEN_MAX - 7 : got));
			assert_memory_equal(r.rest.ptr, frame, sizeof frame);
			got++;
		}
	}
	assert_int_equal(pipe_waiting(&core), 0);
	close(ends[0]);
	assert_int_equal(pipe_fill(&link), ERR_DOWN);
	close(ends[1]);
	pipe_close(&core);
	pipe_close(&link);
}

static void what_waits_is_bounded(void **state)
{
	struct record r = { .kind = RECORD_SEND, .rest = { memory, FRAME_LEN_MAX } };
	struct pipe core;
	int ends[2];
	unsigned count = 0;

	(void)state;
	assert_int_equal(socket_pair_stream(ends), ERR_OK);
	pipe_open(&core, ends[0], PIPE_CORE, PIPE_LINK, 4u << 20);
	while (pipe_put(&core, &r) == ERR_OK)
		count++;
	assert_int_equal(count, 3);
	assert_true(pipe_waiting(&core) <= 4u << 20);
	close(ends[0]);
	close(ends[1]);
	pipe_close(&core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(bad_ones_are_refused),
		cmocka_unit_test(many_and_long_ones_pass_a_pipe),
		cmocka_unit_test(what_waits_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
