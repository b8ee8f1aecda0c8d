/*
 * What sides say of one event: of each the last word stands, nothing is made one, and whatever order the
 * deeds come in the same stands. Layer under test: dialogue.
 */
#include "base/prng.h"
#include "dialogue/event.h"

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>
#include <cmocka.h>

enum { ALBA, BOREA, CASSIA };

static struct event_deed deed(uint8_t party, uint64_t index, enum kind kind)
{
	return (struct event_deed){ .at = { 1, index, party }, .kind = kind };
}

static struct event_deed same(uint8_t party, uint64_t index, uint64_t other, bool is_one)
{
	struct event_deed d = deed(party, index, KIND_SAME);

	d.other = (struct deed_at){ 1, other, BOREA };
	d.is_one = is_one;
	return d;
}

static void take(struct event_account *e, struct event_deed d)
{
	event_take(e, &d);
}

static void each_sides_last_assessment_stands(void **state)
{
	struct event_account e;

	(void)state;
	event_open(&e, 1u << ALBA | 1u << BOREA);
	take(&e, deed(ALBA, 5, KIND_ACT));
	take(&e, deed(BOREA, 2, KIND_ACT));
	take(&e, deed(ALBA, 3, KIND_ACT));
	assert_int_equal(e.assessed[ALBA].index, 5);
	assert_int_equal(e.assessed[BOREA].index, 2);
	take(&e, deed(BOREA, 9, KIND_ACT));
	assert_int_equal(e.assessed[ALBA].index, 5);
	assert_int_equal(e.assessed[BOREA].index, 9);
	event_close(&e);
}

static void two_are_one_when_all_say_so(void **state)
{
	struct event_account e;

	(void)state;
	event_open(&e, 1u << ALBA | 1u << BOREA | 1u << CASSIA);
	take(&e, same(ALBA, 1, 70, true));
	take(&e, same(BOREA, 1, 70, true));
	assert_int_equal(e.others_count, 1);
	assert_false(event_is_one(&e, &e.others[0]));
	take(&e, same(CASSIA, 4, 70, true));
	assert_true(event_is_one(&e, &e.others[0]));
	take(&e, same(CASSIA, 3, 70, false)); /* said before: it stands no more */
	assert_true(event_is_one(&e, &e.others[0]));
	take(&e, same(BOREA, 2, 70, false));
	assert_false(event_is_one(&e, &e.others[0]));
	take(&e, same(BOREA, 3, 71, true)); /* of another event that is another matter */
	assert_int_equal(e.others_count, 2);
	assert_false(event_is_one(&e, &e.others[0]));
	assert_false(event_is_one(&e, &e.others[1]));
	event_close(&e);
}

static void claims_stay_beside_each_other(void **state)
{
	struct event_account e;

	(void)state;
	event_open(&e, 3);
	for (uint64_t i = 0; i < 100; i++)
		take(&e, deed(i % 2 == 0 ? ALBA : BOREA, i, KIND_CLAIM));
	assert_int_equal(e.claims_count, 100);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(e.claims[i].index, i);
	event_close(&e);
}

#define DEEDS 24u

static size_t word_of(const struct event_account *e, uint64_t other)
{
	for (size_t i = 0; i < e->others_count; i++) {
		if (e->others[i].event.index == other)
			return (size_t)e->others[i].one << 1 | (event_is_one(e, &e->others[i]) ? 1 : 0);
	}
	return 0;
}

static void any_order_is_the_same(void **state)
{
	struct event_deed deeds[DEEDS], shuffled[DEEDS];
	struct prng r;

	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		struct event_account e[2];
		prng_init(&r, seed);
		for (size_t i = 0; i < DEEDS; i++) {
			uint8_t party = (uint8_t)prng_below(&r, 3);
			deeds[i] = prng_below(&r, 2) == 0
					   ? deed(party, i, KIND_ACT)
					   : same(party, i, 70 + prng_below(&r, 2), prng_below(&r, 2) == 0);
		}
		memcpy(shuffled, deeds, sizeof deeds);
		for (size_t i = DEEDS; i > 1; i--) {
			size_t n = (size_t)prng_below(&r, i);
			struct event_deed kept = shuffled[i - 1];
			shuffled[i - 1] = shuffled[n];
			shuffled[n] = kept;
		}
		for (size_t n = 0; n < 2; n++) {
			event_open(&e[n], 7);
			for (size_t i = 0; i < DEEDS; i++)
				event_take(&e[n], n == 0 ? &deeds[i] : &shuffled[i]);
		}
		assert_memory_equal(e[0].assessed, e[1].assessed, sizeof e[0].assessed);
		for (uint64_t other = 70; other < 72; other++)
			assert_int_equal(word_of(&e[0], other), word_of(&e[1], other));
		event_close(&e[0]);
		event_close(&e[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sides_last_assessment_stands),
		cmocka_unit_test(two_are_one_when_all_say_so),
		cmocka_unit_test(claims_stay_beside_each_other),
		cmocka_unit_test(any_order_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
