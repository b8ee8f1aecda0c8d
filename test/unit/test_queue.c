/* The most urgent frame first, and inside an urgency in the order in which they came. */
#include "link/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Letters are urgencies ('a' the link's own), digits take one out. */
static const struct {
	const char *why, *in, *want; /* want: letter and number of its arrival */
} rows[] = {
	{ "nothing waits", "1", "-" },
	{ "in order", "bb12", "b0b1" },
	{ "a later FLASH first", "fffb1234", "b3f0f1f2" },
	{ "the link's own before a FLASH", "ba12", "a1b0" },
	{ "each urgency in its order", "cbdcb12345", "b1b4c0c3d2" },
	{ "an attachment always yields", "ff1e23", "f0e2f1" },
	{ "emptied and filled again", "b1b2", "b0b1" },
	{ "asked once too often", "b12", "b0-" },
};

static void put(struct queue *q, char urgency, uint8_t number)
{
	uint8_t frame[8] = { 0, 0, 0, 2, 2, (uint8_t)urgency, number };

	assert_int_equal(queue_put(q, (unsigned)(urgency - 'a'), number, BYTES_OF(frame)), ERR_OK);
}

static void take(struct queue *q, struct buf *got)
{
	struct leaving one;

	if (!queue_take(q, PART_LEN_MAX, &one)) {
		buf_put_str(got, "-");
		return;
	}
	assert_int_equal(one.head.len, 0);
	assert_int_equal(one.body.len, 8);
	assert_int_equal(one.whole->tag, one.body.ptr[6]);
	buf_put_byte(got, one.body.ptr[5]);
	buf_put_decimal(got, one.body.ptr[6]);
	queue_left(&one);
}

static void urgent_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct queue q = { 0 };
		uint8_t memory[128], number = 0;
		struct buf got = BUF_ON(memory);

		for (const char *at = rows[i].in; *at != '\0'; at++) {
			if (*at >= 'a')
				put(&q, *at, number++);
			else
				take(&q, &got);
		}
		if (!bytes_equal(buf_bytes(&got), bytes_str(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].why, (int)got.len, (const char *)got.ptr);
		queue_clear(&q);
		assert_true(queue_is_empty(&q));
	}
}

static void bounded(void **state)
{
	struct queue q = { 0 };
	uint8_t *frame = calloc(1, LINK_QUEUE_LEN_MAX);
	struct leaving one;

	(void)state;
	assert_non_null(frame);
	assert_int_equal(queue_put(&q, 5, 0, (struct bytes){ frame, LINK_QUEUE_LEN_MAX - 5 }), ERR_OK);
	assert_int_equal(queue_put(&q, 1, 0, (struct bytes){ frame, 6 }), ERR_LIMIT);
	assert_int_equal(queue_put(&q, 1, 0, (struct bytes){ frame, 5 }), ERR_OK);
	assert_int_equal(q.len, LINK_QUEUE_LEN_MAX);
	assert_true(queue_take(&q, PART_LEN_MAX, &one));
	queue_left(&one);
	assert_int_equal(q.len, LINK_QUEUE_LEN_MAX - 5);
	queue_clear(&q);
	free(frame);
}

/* Long frames in PARTs, letters and numbers as above; small letters whole, capitals of 2,452 bytes. */
static const struct {
	const char *why, *in, *want; /* want: urgency, and bytes of that frame that are left */
} cuts[] = {
	{ "a long one in three", "C1234", "c1476 c452 c0 - " },
	{ "a FLASH between two parts", "C1b234", "c1476 b0 c452 c0 " },
	{ "a long FLASH too", "E1B2345678", "e1476 b1476 b452 b0 e452 e0 - - " },
	{ "in its order inside an urgency", "C1c2345", "c1476 c452 c0 c0 - " },
	{ "the link's own is never cut", "A12", "a0 - " },
	{ "each urgency has one under way", "F1E1D1C1B1234567",
	  "f1476 e1476 d1476 c1476 b1476 b452 b0 c452 c0 d452 d0 " },
};

static void put_long(struct queue *q, char letter)
{
	uint8_t memory[2500] = { 0, 0, 9, 0xc0, FRAME_BATCH };
	bool is_long = letter < 'a';

	memory[5] = (uint8_t)(is_long ? letter + 32 : letter);
	assert_int_equal(
		queue_put(q, (unsigned)(memory[5] - 'a'), 0, (struct bytes){ memory, is_long ? 2500 : 8 }),
		ERR_OK);
}

static void take_part(struct queue *q, struct buf *got)
{
	struct leaving one;
	struct part part = { .urgency = 0 };

	if (!queue_take(q, PART_LEN_MIN, &one) && queue_is_empty(q)) {
		buf_put_str(got, "- ");
		return;
	}
	if (one.head.len > 0) {
		uint8_t memory[PART_HEAD_MAX + PART_LEN_MAX];
		struct buf whole = BUF_ON(memory);
		struct frame frame;
		struct bytes in;
		buf_put(&whole, one.head);
		buf_put(&whole, one.body);
		in = buf_bytes(&whole);
		assert_int_equal(frame_read(&in, &frame), ERR_OK);
		assert_int_equal(frame.kind, FRAME_PART);
		assert_int_equal(part_read(frame.payload, &part), ERR_OK);
		assert_int_equal(part.left == 0, one.whole != NULL);
	}
	buf_put_byte(got, (uint8_t)(part.urgency == 0 ? one.body.ptr[5] : 'a' + part.urgency));
	buf_put_decimal(got, part.left);
	buf_put_byte(got, ' ');
	queue_left(&one);
}

static void long_ones_in_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
		struct queue q = { 0 };
		uint8_t memory[128];
		struct buf got = BUF_ON(memory);

		for (const char *at = cuts[i].in; *at != '\0'; at++) {
			if (*at >= 'A')
				put_long(&q, *at);
			else
				take_part(&q, &got);
		}
		if (!bytes_equal(buf_bytes(&got), bytes_str(cuts[i].want)))
			fail_msg("%s: %.*s", cuts[i].why, (int)got.len, (const char *)got.ptr);
		queue_clear(&q);
		assert_true(queue_is_empty(&q));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(urgent_first), cmocka_unit_test(bounded),
					    cmocka_unit_test(long_ones_in_parts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
