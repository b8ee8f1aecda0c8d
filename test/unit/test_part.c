/* Frames out of PARTs: what carries on what, what may not begin, and how much memory it takes. */
#include "link/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parts of frames in a row: urgency, bytes and what is left of a frame of so many bytes. */
#define STEPS_MAX 5
struct step {
	unsigned urgency;
	size_t len, left;
	enum err want;
};
static const struct {
	const char *why;
	struct step steps[STEPS_MAX];
} rows[] = {
	{ "in order",
	  { { 3, 1024, 2048, ERR_SHORT }, { 3, 1024, 1024, ERR_SHORT }, { 3, 1024, 0, ERR_OK } } },
	{ "one of each urgency",
	  { { 5, 1024, 9, ERR_SHORT },
	    { 1, 1024, 8, ERR_SHORT },
	    { 1, 8, 0, ERR_OK },
	    { 3, 1024, 7, ERR_SHORT },
	    { 5, 9, 0, ERR_OK } } },
	{ "the next after one is whole",
	  { { 2, 1024, 1, ERR_SHORT },
	    { 2, 1, 0, ERR_OK },
	    { 2, 1024, 5, ERR_SHORT },
	    { 2, 5, 0, ERR_OK } } },
	{ "a part is missing", { { 3, 1024, 2048, ERR_SHORT }, { 3, 1024, 0, ERR_FRAME } } },
	{ "a part comes twice", { { 3, 1024, 2048, ERR_SHORT }, { 3, 1024, 2048, ERR_FRAME } } },
	{ "more than was left", { { 3, 1024, 1024, ERR_SHORT }, { 3, 1025, 0, ERR_FRAME } } },
	{ "two frames of one urgency", { { 3, 1024, 2048, ERR_SHORT }, { 3, 1024, 3000, ERR_FRAME } } },
	{ "whole in one part", { { 3, 1024, 0, ERR_FRAME } } },
	{ "a frame that is too long", { { 3, 1024, FRAME_LEN_MAX - 1019, ERR_FRAME } } },
	{ "a frame that is just not", { { 3, 1024, FRAME_LEN_MAX - 1020, ERR_SHORT } } },
};

/* The part as it begins a frame of that kind and length. */
static struct bytes piece_of(uint8_t kind, size_t len, size_t total)
{
	static uint8_t memory[PART_LEN_MAX];
	struct buf out = BUF_ON(memory);

	memset(memory, 0xaa, sizeof memory);
	buf_put_be32(&out, (uint32_t)(total - 4));
	buf_put_byte(&out, kind);
	return (struct bytes){ memory, len };
}

static void in_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct partials p = { 0 };
		size_t total[PART_URGENCY_MAX + 1] = { 0 };
		for (const struct step *s = rows[i].steps; s < rows[i].steps + STEPS_MAX && s->len > 0; s++) {
			struct bytes piece = piece_of(FRAME_BATCH, s->len, s->len + s->left), whole;
			enum err e = partials_take(&p, &(struct part){ s->urgency, s->left, piece }, &whole);
			if (e != s->want)
				fail_msg("%s: part %zu gives %s", rows[i].why, (size_t)(s - rows[i].steps),
					 err_name(e));
			total[s->urgency] += s->len;
			if (e != ERR_OK)
				continue;
			assert_int_equal(whole.len, total[s->urgency]);
			total[s->urgency] = 0;
		}
		partials_clear(&p);
		assert_false(partials_is_any(&p));
	}
}

/* HELLO, a PING, a PART, what is no kind; a head that says another length, or is not there. */
static void what_may_begin(void **state)
{
	static const uint8_t kinds[] = { 0, FRAME_HELLO, FRAME_PING, FRAME_PART, FRAME_KIND_COUNT, 255 };
	struct partials p = { 0 };
	struct bytes whole;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
		assert_int_equal(
			partials_take(&p, &(struct part){ 2, 100, piece_of(kinds[i], 1024, 1124) }, &whole),
			ERR_FRAME);
	assert_int_equal(
		partials_take(&p, &(struct part){ 2, 100, piece_of(FRAME_BATCH, 1024, 1123) }, &whole),
		ERR_FRAME);
	assert_int_equal(partials_take(&p, &(struct part){ 2, 1, piece_of(FRAME_BATCH, 4, 5) }, &whole),
			 ERR_FRAME);
	assert_false(partials_is_any(&p));
	assert_int_equal(
		partials_take(&p, &(struct part){ 2, 100, piece_of(FRAME_WANT, 1024, 1124) }, &whole),
		ERR_SHORT);
	assert_true(partials_is_any(&p));
	partials_clear(&p);
}

/* 1 MiB is promised and 1 KiB comes: the memory is for what came. */
static void memory_for_what_came(void **state)
{
	struct partials p = { 0 };
	struct bytes whole;

	(void)state;
	for (unsigned u = PART_URGENCY_MIN; u <= PART_URGENCY_MAX; u++) {
		struct part part = { u, FRAME_LEN_MAX - 1020,
				     piece_of(FRAME_BATCH, 1024, FRAME_LEN_MAX + 4) };
		assert_int_equal(partials_take(&p, &part, &whole), ERR_SHORT);
		assert_in_range(p.of[u].max, 1024, 4096);
	}
	partials_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_row),
		cmocka_unit_test(what_may_begin),
		cmocka_unit_test(memory_for_what_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
