/*
 * Entries that wait for each other, or for what nobody has: one place for all nodes, whatever came first
 * (src/node/knot.c).
 */
#include "attack.h"

#include "base/alloc.h"
#include "node/core.h"

static uint8_t scratch[FRAME_LEN_MAX];

static int setup(void **state)
{
	(void)attack_setup(state);
	room_link(*state, 1, 0, NULL, 0);
	room_link(*state, 2, 0, NULL, 0);
	return 0;
}

static int again(void **state)
{
	(void)attack_teardown(state);
	return setup(state);
}

static void say(struct forge *f, struct statement *s)
{
	forge_say(f, s, &f->w->nodes[f->key.party].officer.key, (struct bytes){ 0 });
}

static void add(struct forge *f)
{
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	say(f, &s);
}

/* A message that names up to two entries; they need not be there yet, nor be what they are called. */
static void add_after(struct forge *f, const struct forge *first, size_t first_at, const struct forge *second,
		      size_t second_at)
{
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	s.refers[s.refers_count++] =
		(struct place){ first->key.channel, bytes_str(first->origin.party), 1, first_at, { 0 } };
	if (second != NULL)
		s.refers[s.refers_count++] = (struct place){
			second->key.channel, bytes_str(second->origin.party), 1, second_at, { 0 }
		};
	say(f, &s);
}

static struct entry_view view_of(struct room *r, const struct forge *f, size_t index)
{
	struct entry_read_out read;
	struct buf bytes = BUF_ON(scratch);

	assert_int_equal(node_entry(r->n->node, &(struct place_key){ f->key, index }, &bytes, &read), ERR_OK);
	return read.view;
}

static void hear(struct room *r, struct forge *f, size_t first, size_t end)
{
	assert_int_equal(room_hear_batch(r, f->key.party, f, first, end), ERR_OK);
}

/* Logs of two parties on one channel, and one of the second's on another; where each would go on. */
struct knot {
	struct forge a, b, c;
	size_t at, there, third;
};

static struct knot knot_open(struct room *r)
{
	struct knot k;

	load(&k.a, r, 1, LEADER);
	load(&k.b, r, 2, LEADER);
	load(&k.c, r, 2, CONSULT);
	k.at = k.a.count;
	k.there = k.b.count;
	k.third = k.c.count;
	return k;
}

static void knot_free(struct knot *k)
{
	forge_free(&k->a);
	forge_free(&k->b);
	forge_free(&k->c);
}

/*
 * Two entries name each other, and the first names one of a third party too. Untied before that has come, the
 * first would be folded without what others fold it with.
 */
static void test_a_knot_is_whole_before_it_is_untied(void **state)
{
	struct entry_view views[2][2];

	for (size_t is_late = 0; is_late < 2; is_late++) {
		struct room *r = *state;
		struct knot k = knot_open(r);

		add(&k.c);
		add_after(&k.a, &k.b, k.there, &k.c, k.third);
		add_after(&k.b, &k.a, k.at, NULL, 0);
		if (!is_late)
			hear(r, &k.c, 0, k.c.count);
		hear(r, &k.a, 0, k.a.count);
		hear(r, &k.b, 0, k.b.count);
		if (is_late) {
			assert_int_equal(room_log(r, &k.a.key).folded, k.at);
			assert_int_equal(room_log(r, &k.b.key).folded, k.there);
			hear(r, &k.c, 0, k.c.count);
		}
		assert_int_equal(room_log(r, &k.a.key).folded, k.at + 1);
		assert_int_equal(room_log(r, &k.b.key).folded, k.there + 1);
		views[is_late][0] = view_of(r, &k.a, k.at);
		views[is_late][1] = view_of(r, &k.b, k.there);
		assert_true(views[is_late][0].is_flagged);
		assert_false(views[is_late][1].is_flagged);
		knot_free(&k);
		if (!is_late)
			(void)again(state);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(views[0][i].verdict, views[1][i].verdict);
		assert_int_equal(views[0][i].is_flagged, views[1][i].is_flagged);
	}
}

/* What waits for the circle and is not in it is not the one that is untied. */
static void test_only_what_is_in_a_knot_is_untied(void **state)
{
	struct room *r = *state;
	struct knot k = knot_open(r);

	add_after(&k.a, &k.b, k.there, &k.c, k.third);
	add_after(&k.b, &k.c, k.third, NULL, 0);
	add_after(&k.c, &k.b, k.there, NULL, 0);
	hear(r, &k.a, 0, k.a.count);
	hear(r, &k.b, 0, k.b.count);
	hear(r, &k.c, 0, k.c.count);
	assert_false(view_of(r, &k.a, k.at).is_flagged);
	assert_true(view_of(r, &k.b, k.there).is_flagged);
	assert_false(view_of(r, &k.c, k.third).is_flagged);
	knot_free(&k);
}

/*
 * A party showed an entry to one node alone, that node said what it had seen, and lost it by a restore: its
 * log goes on all the same once nobody who is there has it; and should it come, it counts.
 */
static void test_what_nobody_has_holds_nobody_up(void **state)
{
	struct room *r = *state;
	struct forge a, b;
	size_t at, hidden;

	load(&a, r, 1, LEADER);
	load(&b, r, 2, LEADER);
	at = a.count;
	hidden = b.count;
	add(&b);
	add(&b);
	add_after(&a, &b, hidden, NULL, 0);
	add_after(&a, &b, hidden + 1, NULL, 0);
	hear(r, &b, 0, hidden);
	hear(r, &a, 0, a.count);
	for (int64_t s = 0; s < 60; s += 5)
		room_tick(r, 5000);
	assert_int_equal(room_log(r, &a.key).folded, at);
	room_tick(r, 5000);
	room_tick(r, 5000);
	/* What is behind it and saw still more of the same log does not wait as long again. */
	assert_int_equal(room_log(r, &a.key).folded, at + 2);
	assert_true(view_of(r, &a, at).is_flagged);
	/* Asked anew, it says the same at once. */
	assert_int_equal(node_refold(r->n->node, room_now(r), &r->n->fx), ERR_OK);
	assert_int_equal(room_log(r, &a.key).folded, at + 2);
	hear(r, &b, hidden, b.count);
	room_tick(r, 5000);
	assert_int_equal(room_log(r, &a.key).folded, at + 2);
	assert_false(view_of(r, &a, at).is_flagged);
	forge_free(&a);
	forge_free(&b);
}

/* He claims to have seen what we have not said yet. When we have said it, it is what he saw. */
static void test_what_we_say_later_was_seen(void **state)
{
	struct room *r = *state;
	struct log_key own = { LEADER, 0, 1 };
	struct forge a;
	size_t at;

	load(&a, r, 1, LEADER);
	at = a.count;
	add_seen(&a, 0, 1, room_log(r, &own).size + 2);
	hear(r, &a, 0, a.count);
	for (int64_t s = 0; s < 70; s += 5)
		room_tick(r, 5000);
	assert_int_equal(room_log(r, &a.key).folded, at + 1);
	assert_true(view_of(r, &a, at).is_flagged);
	for (int i = 0; i < 2; i++)
		assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 16, NULL, 0), ERR_OK);
	room_tick(r, 5000);
	assert_false(view_of(r, &a, at).is_flagged);
	assert_false(node_is_half(r->n->node, LEADER));
	forge_free(&a);
}

/* While one who may have it is away, nothing is lost. */
static void test_who_is_away_may_have_it(void **state)
{
	struct room *r = *state;
	struct forge a, b;
	size_t at;

	room_close(r);
	room_open(r);
	room_link(r, 1, 0, NULL, 0);
	load(&a, r, 1, LEADER);
	load(&b, r, 1, CONSULT);
	at = a.count;
	add_after(&a, &b, b.count, NULL, 0);
	hear(r, &a, 0, a.count);
	for (int64_t s = 0; s < 120; s += 5)
		room_tick(r, 5000);
	assert_int_equal(room_log(r, &a.key).folded, at);
	room_link(r, 2, 0, NULL, 0);
	room_tick(r, 5000);
	assert_int_equal(room_log(r, &a.key).folded, at + 1);
	forge_free(&a);
	forge_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_knot_is_whole_before_it_is_untied, setup,
						attack_teardown),
		cmocka_unit_test_setup_teardown(test_only_what_is_in_a_knot_is_untied, setup,
						attack_teardown),
		cmocka_unit_test_setup_teardown(test_what_nobody_has_holds_nobody_up, setup, attack_teardown),
		cmocka_unit_test_setup_teardown(test_what_we_say_later_was_seen, setup, attack_teardown),
		cmocka_unit_test_setup_teardown(test_who_is_away_may_have_it, setup, attack_teardown),
	};

	crypto_init();
	return cmocka_run_group_tests_name("knot", tests, NULL, NULL);
}
