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
	struct queued *one = queue_take(q);

	if (one == NULL) {
		buf_put_str(got, "-");
		return;
	}
	assert_int_equal(one->len, 8);
	assert_int_equal(one->tag, one->frame[6]);
	buf_put_byte(got, one->frame[5]);
	buf_put_decimal(got, one->frame[6]);
	free(one);
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

	(void)state;
	assert_non_null(frame);
	assert_int_equal(queue_put(&q, 5, 0, (struct bytes){ frame, LINK_QUEUE_LEN_MAX - 5 }), ERR_OK);
	assert_int_equal(queue_put(&q, 1, 0, (struct bytes){ frame, 6 }), ERR_LIMIT);
	assert_int_equal(queue_put(&q, 1, 0, (struct bytes){ frame, 5 }), ERR_OK);
	assert_int_equal(q.len, LINK_QUEUE_LEN_MAX);
	free(queue_take(&q));
	assert_int_equal(q.len, LINK_QUEUE_LEN_MAX - 5);
	queue_clear(&q);
	free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(urgent_first), cmocka_unit_test(bounded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
