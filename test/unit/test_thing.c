/*
 * Things of standing dialogues: whatever order the deeds of several parties come in, the same stands.
 * Layer under test: dialogue.
 */
#include "base/prng.h"
#include "dialogue/thing.h"

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>
#include <cmocka.h>

enum { ALBA, BOREA, CASSIA };

static struct thing commitment(uint8_t owners, uint8_t parties_count)
{
	uint8_t parties = (uint8_t)((1u << parties_count) - 1);

	return (struct thing){ .kind = KIND_COMMITMENT,
			       .parties_count = parties_count,
			       .parties = parties,
			       .owners = owners,
			       .owed = parties,
			       .author = ALBA,
			       .order = 1 };
}

static struct thing of_kind(enum kind kind)
{
	struct thing t = commitment(0, 2);

	t.kind = kind;
	return t;
}

static struct deed deed(uint8_t party, uint64_t index, enum kind kind)
{
	return (struct deed){ .at = { 1, index, party }, .order = 10 + index, .kind = kind };
}

static struct deed answer(uint8_t party, uint64_t index, enum kind kind, struct deed report)
{
	struct deed d = deed(party, index, kind);

	d.report = report.at;
	return d;
}

static struct deed act(uint8_t party, uint64_t index, enum dialogue_act which)
{
	struct deed d = deed(party, index, KIND_ACT);

	d.act = which;
	return d;
}

static void nobody_is_bound_by_another(void **state)
{
	struct thing t = commitment(1u << ALBA | 1u << BOREA, 2);
	struct deed confirm = act(BOREA, 1, DIALOGUE_ACT_CONFIRM);

	(void)state;
	assert_int_equal(thing_progress(&t, ALBA), PROGRESS_OPEN);
	assert_int_equal(thing_progress(&t, BOREA), PROGRESS_UNCONFIRMED);
	assert_int_equal(thing_standing(&t), STANDING_UNCONFIRMED);
	thing_take(&t, &confirm);
	assert_int_equal(thing_standing(&t), STANDING_OPEN);
}

static void a_part_is_done_when_the_other_says_so(void **state)
{
	struct thing t = commitment(1u << ALBA, 2);
	struct deed first = deed(ALBA, 2, KIND_REPORTED), second = deed(ALBA, 3, KIND_REPORTED);
	struct deed no = answer(BOREA, 1, KIND_DISPUTED, first),
		    yes = answer(BOREA, 2, KIND_ACCEPTED, second);

	(void)state;
	thing_take(&t, &first);
	assert_int_equal(thing_standing(&t), STANDING_REPORTED);
	thing_take(&t, &no);
	assert_int_equal(thing_standing(&t), STANDING_DISPUTED);
	thing_take(&t, &second);
	assert_int_equal(thing_standing(&t), STANDING_REPORTED);
	assert_false(thing_is_over(&t));
	thing_take(&t, &yes);
	assert_int_equal(thing_standing(&t), STANDING_CLOSED);
	assert_true(thing_is_over(&t));
}

static void an_answer_to_what_is_past_changes_nothing(void **state)
{
	struct thing t = commitment(1u << ALBA, 2);
	struct deed first = deed(ALBA, 2, KIND_REPORTED), second = deed(ALBA, 3, KIND_REPORTED);
	struct deed no = answer(BOREA, 1, KIND_DISPUTED, second),
		    late = answer(BOREA, 2, KIND_ACCEPTED, first);

	(void)state;
	thing_take(&t, &first);
	thing_take(&t, &second);
	thing_take(&t, &no);
	thing_take(&t, &late);
	assert_int_equal(thing_standing(&t), STANDING_DISPUTED);
}

/* A log that ended gets what it had lost behind what the next one says: on either node the same stands. */
static void what_is_accepted_stays_so_in_any_order(void **state)
{
	struct deed report = deed(ALBA, 2, KIND_REPORTED);
	struct deed yes = answer(BOREA, 1, KIND_ACCEPTED, report),
		    no = answer(BOREA, 2, KIND_DISPUTED, report);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct thing t = commitment(1u << ALBA, 2);
		thing_take(&t, &report);
		thing_take(&t, i == 0 ? &yes : &no);
		thing_take(&t, i == 0 ? &no : &yes);
		assert_int_equal(thing_progress(&t, ALBA), PROGRESS_ACCEPTED);
	}
}

static void every_creditor_accepts(void **state)
{
	struct thing t = commitment(1u << ALBA, 3);
	struct deed report = deed(ALBA, 2, KIND_REPORTED);
	struct deed borea = answer(BOREA, 1, KIND_ACCEPTED, report),
		    cassia = answer(CASSIA, 1, KIND_ACCEPTED, report);

	(void)state;
	thing_take(&t, &report);
	thing_take(&t, &borea);
	assert_int_equal(thing_standing(&t), STANDING_REPORTED);
	thing_take(&t, &cassia);
	assert_int_equal(thing_standing(&t), STANDING_CLOSED);
}

/* Where nobody else is owed it, its debtor's report alone ends nothing. */
static void nobody_accepts_for_nobody(void **state)
{
	struct thing t = commitment(1u << ALBA | 1u << BOREA, 2);
	struct deed one = deed(ALBA, 2, KIND_REPORTED), other = deed(BOREA, 2, KIND_REPORTED),
		    yes = answer(ALBA, 3, KIND_ACCEPTED, other);

	(void)state;
	t.owed = 1u << ALBA;
	assert_int_equal(thing_creditors(&t, ALBA), 0);
	assert_int_equal(thing_creditors(&t, BOREA), 1u << ALBA);
	thing_take(&t, &one);
	thing_take(&t, &other);
	thing_take(&t, &yes);
	assert_int_equal(thing_progress(&t, ALBA), PROGRESS_REPORTED);
	assert_int_equal(thing_progress(&t, BOREA), PROGRESS_ACCEPTED);
	assert_int_equal(thing_standing(&t), STANDING_ACCEPTED);
}

/* What was accepted is what its creditor saw, not what came behind it. */
static void what_was_accepted_is_shown(void **state)
{
	struct thing t = commitment(1u << ALBA, 3);
	struct deed first = deed(ALBA, 2, KIND_REPORTED), second = deed(ALBA, 3, KIND_REPORTED),
		    third = deed(ALBA, 4, KIND_REPORTED);
	struct deed borea = answer(BOREA, 1, KIND_ACCEPTED, first),
		    cassia = answer(CASSIA, 1, KIND_ACCEPTED, second);

	(void)state;
	thing_take(&t, &first);
	thing_take(&t, &borea);
	thing_take(&t, &second);
	assert_int_equal(thing_report(&t, ALBA).index, 3);
	thing_take(&t, &third);
	thing_take(&t, &cassia);
	assert_int_equal(thing_progress(&t, ALBA), PROGRESS_ACCEPTED);
	assert_int_equal(thing_report(&t, ALBA).index, 3);
}

static void who_denies_it_owes_nothing(void **state)
{
	struct thing t = commitment(1u << ALBA | 1u << BOREA, 2), alone = commitment(1u << BOREA, 2);
	struct deed no = act(BOREA, 1, DIALOGUE_ACT_DROP), yes = act(BOREA, 2, DIALOGUE_ACT_CONFIRM);

	(void)state;
	thing_take(&t, &no);
	assert_int_equal(thing_progress(&t, BOREA), PROGRESS_DENIED);
	assert_int_equal(thing_standing(&t), STANDING_OPEN);
	thing_take(&alone, &no);
	assert_int_equal(thing_standing(&alone), STANDING_DENIED);
	assert_false(thing_is_over(&alone));
	thing_take(&alone, &yes);
	assert_int_equal(thing_standing(&alone), STANDING_OPEN);
}

static void it_is_dropped_by_all(void **state)
{
	struct thing t = commitment(1u << ALBA, 2);
	struct deed one = act(BOREA, 1, DIALOGUE_ACT_DROP), two = act(ALBA, 1, DIALOGUE_ACT_DROP);

	(void)state;
	thing_take(&t, &one);
	assert_int_equal(thing_standing(&t), STANDING_OPEN);
	thing_take(&t, &two);
	assert_int_equal(thing_standing(&t), STANDING_DROPPED);
}

static void a_session_and_an_item_go_their_way(void **state)
{
	static const struct {
		enum kind kind;
		uint8_t party;
		enum dialogue_act act;
		enum standing want;
	} rows[] = {
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_AGENDA_OPEN, STANDING_AGENDA_OPEN },
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_AGENDA_AGREE, STANDING_AGENDA_OPEN },
		{ KIND_SESSION, BOREA, DIALOGUE_ACT_BEGIN, STANDING_IN_SESSION },
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_RECESS, STANDING_RECESS },
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_BEGIN, STANDING_IN_SESSION },
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_CONCLUDE, STANDING_CONCLUDED },
		{ KIND_SESSION, ALBA, DIALOGUE_ACT_RECORD_AGREE, STANDING_CONCLUDED },
		{ KIND_SESSION, BOREA, DIALOGUE_ACT_RECORD_AGREE, STANDING_RECORD_AGREED },
		{ KIND_ITEM, BOREA, DIALOGUE_ACT_ITEM_AGREE, STANDING_AGREED },
		{ KIND_ITEM, ALBA, DIALOGUE_ACT_ITEM_DEFER, STANDING_DEFERRED },
		{ KIND_ITEM, ALBA, DIALOGUE_ACT_ITEM_DISCUSSED, STANDING_DISCUSSED },
		{ KIND_ITEM, ALBA, DIALOGUE_ACT_ITEM_CLOSE, STANDING_CLOSED },
		{ KIND_BODY, ALBA, DIALOGUE_ACT_END, STANDING_OPEN },
		{ KIND_BODY, BOREA, DIALOGUE_ACT_MERGE, STANDING_ENDED },
		{ KIND_TEXT, ALBA, DIALOGUE_ACT_IN_FORCE, STANDING_OPEN },
		{ KIND_TEXT, BOREA, DIALOGUE_ACT_IN_FORCE, STANDING_IN_FORCE },
		{ KIND_TEXT, BOREA, DIALOGUE_ACT_TERMINATE, STANDING_IN_FORCE },
		{ KIND_TEXT, ALBA, DIALOGUE_ACT_TERMINATE, STANDING_ENDED },
	};
	struct thing t = of_kind(KIND_SESSION);

	(void)state;
	assert_int_equal(thing_standing(&t), STANDING_SCHEDULED);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct deed d = act(rows[i].party, i + 1, rows[i].act);
		if (rows[i].kind != t.kind)
			t = of_kind(rows[i].kind);
		thing_take(&t, &d);
		assert_int_equal(thing_standing(&t), rows[i].want);
	}
}

/* One side alone closes nothing that was not talked about. */
static void an_item_is_closed_by_both_or_once_discussed(void **state)
{
	struct deed one = act(BOREA, 1, DIALOGUE_ACT_ITEM_CLOSE), two = act(ALBA, 1, DIALOGUE_ACT_ITEM_CLOSE),
		    discussed = act(ALBA, 1, DIALOGUE_ACT_ITEM_DISCUSSED);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct thing t = of_kind(KIND_ITEM);
		thing_take(&t, &one);
		assert_int_equal(thing_standing(&t), STANDING_PROPOSED);
		thing_take(&t, i == 0 ? &two : &discussed);
		assert_int_equal(thing_standing(&t), STANDING_CLOSED);
	}
}

static void a_record_is_one_text(void **state)
{
	struct thing t = of_kind(KIND_SESSION);
	struct deed one = act(ALBA, 1, DIALOGUE_ACT_RECORD_AGREE),
		    other = act(BOREA, 1, DIALOGUE_ACT_RECORD_AGREE),
		    again = act(BOREA, 2, DIALOGUE_ACT_RECORD_AGREE);

	(void)state;
	memset(one.hash, 1, sizeof one.hash);
	memset(other.hash, 2, sizeof other.hash);
	memcpy(again.hash, one.hash, sizeof again.hash);
	thing_take(&t, &one);
	thing_take(&t, &other);
	assert_int_not_equal(thing_standing(&t), STANDING_RECORD_AGREED);
	thing_take(&t, &again);
	assert_int_equal(thing_standing(&t), STANDING_RECORD_AGREED);
	/* What an ended log had lost is not the last word of its party. */
	thing_take(&t, &other);
	assert_int_equal(thing_standing(&t), STANDING_RECORD_AGREED);
}

/* ---- Any order that keeps each party's own. ---- */

#define DEEDS_MAX 64u

static size_t make_deeds(struct prng *r, struct deed *deeds)
{
	uint64_t next[3] = { 1, 1, 1 };
	struct deed reports[DEEDS_MAX];
	size_t reports_count = 0;

	for (size_t i = 0; i < DEEDS_MAX; i++) {
		uint8_t party = (uint8_t)prng_below(r, 3);
		uint64_t what = prng_below(r, 5);
		struct deed d = deed(party, next[party]++, KIND_REPORTED);
		if (what >= 3)
			d = act(party, d.at.index, (enum dialogue_act)prng_below(r, DIALOGUE_ACT_COUNT));
		else if (what > 0 && reports_count > 0)
			d = answer(party, d.at.index, what == 1 ? KIND_ACCEPTED : KIND_DISPUTED,
				   reports[prng_below(r, reports_count)]);
		else
			reports[reports_count++] = d;
		deeds[i] = d;
	}
	return DEEDS_MAX;
}

static void take_shuffled(struct prng *r, const struct deed *deeds, size_t count, struct thing *t)
{
	size_t at[3] = { 0, 0, 0 };

	for (size_t taken = 0; taken < count;) {
		uint8_t party = (uint8_t)prng_below(r, 3);
		size_t i = at[party];
		while (i < count && deeds[i].at.party != party)
			i++;
		at[party] = i + 1;
		if (i >= count) {
			at[party] = count;
			continue;
		}
		thing_take(t, &deeds[i]);
		taken++;
	}
}

static void a_claim_stands_until_its_author_takes_it_back(void **state)
{
	struct thing t = of_kind(KIND_CLAIM);
	struct deed by_another = act(BOREA, 1, DIALOGUE_ACT_WITHDRAW),
		    by_author = act(ALBA, 2, DIALOGUE_ACT_WITHDRAW);

	(void)state;
	thing_take(&t, &by_another);
	assert_int_equal(thing_standing(&t), STANDING_KNOWN);
	assert_false(thing_is_over(&t));
	thing_take(&t, &by_author);
	assert_int_equal(thing_standing(&t), STANDING_WITHDRAWN);
	assert_true(thing_is_over(&t));
}

static void any_order_is_the_same(void **state)
{
	uint8_t memory[2][THING_STATE_MAX];
	struct deed deeds[DEEDS_MAX];
	struct prng r;

	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		struct buf out[2] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
		struct thing t[2];
		size_t count;
		prng_init(&r, seed);
		count = make_deeds(&r, deeds);
		for (size_t i = 0; i < 2; i++) {
			t[i] = commitment(7, 3);
			take_shuffled(&r, deeds, count, &t[i]);
			thing_write(&t[i], &out[i]);
			assert_int_equal(buf_check(&out[i]), ERR_OK);
		}
		if (!bytes_equal(buf_bytes(&out[0]), buf_bytes(&out[1])))
			fail_msg("seed %llu: two orders, two things", (unsigned long long)seed);
	}
}

/*
 * What one party said in two logs, of which the first had lost its end: at one place in the order of time, or
 * the first behind the next. Either comes first.
 */
static void two_logs_of_one_party_are_the_same_in_any_order(void **state)
{
	uint8_t memory[2][THING_STATE_MAX];
	const struct deed said[][2] = {
		{ { .at = { 1, 9, ALBA }, .order = 20, .kind = KIND_ACT, .act = DIALOGUE_ACT_BEGIN },
		  { .at = { 2, 1, ALBA }, .order = 20, .kind = KIND_ACT, .act = DIALOGUE_ACT_RECESS } },
		{ { .at = { 2, 1, ALBA }, .order = 20, .kind = KIND_ACT, .act = DIALOGUE_ACT_BEGIN },
		  { .at = { 2, 2, ALBA }, .order = 20, .kind = KIND_ACT, .act = DIALOGUE_ACT_RECESS } },
		{ { .at = { 1, 9, ALBA }, .order = 30, .kind = KIND_ACT, .act = DIALOGUE_ACT_AGENDA_AGREE },
		  { .at = { 2, 1, ALBA }, .order = 20, .kind = KIND_ACT, .act = DIALOGUE_ACT_AGENDA_AGREE } },
		{ { .at = { 1, 9, ALBA }, .order = 30, .kind = KIND_ITEM },
		  { .at = { 2, 1, ALBA }, .order = 20, .kind = KIND_ITEM } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(said); i++) {
		struct buf out[2] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
		for (size_t first = 0; first < 2; first++) {
			struct thing t = of_kind(KIND_SESSION);
			thing_take(&t, &said[i][first]);
			thing_take(&t, &said[i][1 - first]);
			if (said[i][0].act == DIALOGUE_ACT_BEGIN)
				assert_int_equal(thing_standing(&t), STANDING_RECESS);
			thing_write(&t, &out[first]);
		}
		if (!bytes_equal(buf_bytes(&out[0]), buf_bytes(&out[1])))
			fail_msg("row %zu: two orders, two things", i);
	}
}

static void gives_back(struct thing *t)
{
	uint8_t memory[2][THING_STATE_MAX];
	struct buf out = BUF_ON(memory[0]), again = BUF_ON(memory[1]);
	struct thing read;
	struct bytes in;

	thing_write(t, &out);
	assert_int_equal(buf_check(&out), ERR_OK);
	in = buf_bytes(&out);
	assert_int_equal(thing_read(&in, &read), ERR_OK);
	assert_int_equal(in.len, 0);
	assert_int_equal(thing_standing(&read), thing_standing(t));
	thing_write(&read, &again);
	assert_true(bytes_equal(buf_bytes(&out), buf_bytes(&again)));
	for (size_t len = 0; len < out.len; len++) {
		in = (struct bytes){ out.ptr, len };
		assert_int_equal(thing_read(&in, &read), ERR_CORRUPT);
	}
}

static void a_row_gives_the_thing_back(void **state)
{
	struct thing t = commitment(0xff, 8), session = commitment(0xff, 8); /* hosted by all */

	(void)state;
	session.kind = KIND_SESSION;
	for (uint8_t i = 0; i < 8; i++) {
		struct deed d = deed(i, 5, KIND_REPORTED),
			    yes = answer((uint8_t)((i + 1) % 8), 6, KIND_ACCEPTED, d);
		struct deed item = deed(i, 7, KIND_ITEM), agree = act(i, 8, DIALOGUE_ACT_AGENDA_AGREE),
			    record = act(i, 9, DIALOGUE_ACT_RECORD_AGREE);
		thing_take(&t, &d);
		thing_take(&t, &yes);
		memset(record.hash, 7, sizeof record.hash);
		thing_take(&session, &item);
		thing_take(&session, &agree);
		thing_take(&session, &record);
	}
	session.agreed = 0xff;
	gives_back(&t);
	gives_back(&session);
	assert_int_equal(thing_standing(&session), STANDING_RECORD_AGREED);
}

static void what_was_said_is_listed_while_it_is_little(void **state)
{
	static const uint8_t parties[] = { 1, 0, 1, 0, 0, 1, 0, 1 };
	static const uint64_t indexes[] = { 9, 4, 2, 8, 1, 5, 6, 7 };
	static const uint64_t sorted[] = { 1, 4, 6, 8, 2, 5, 7, 9 };
	struct thing t = commitment(3, 2);

	(void)state;
	for (size_t i = 0; i < THING_DEEDS_KEPT; i++) {
		struct deed d = deed(parties[i], indexes[i], KIND_REPORTED);
		assert_int_equal(t.deeds_count, i);
		thing_take(&t, &d);
		gives_back(&t);
	}
	for (size_t i = 0; i < THING_DEEDS_KEPT; i++) {
		assert_int_equal(t.deeds[i].index, sorted[i]);
		assert_int_equal(t.deeds[i].party, i / 4);
	}
	for (int i = 0; i < 2; i++) {
		struct deed d = deed(0, 20 + (uint64_t)i, KIND_REPORTED);
		thing_take(&t, &d);
		assert_true(t.deeds_count > THING_DEEDS_KEPT);
		gives_back(&t);
	}
	thing_forget(&t);
	assert_int_equal(t.deeds_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_is_listed_while_it_is_little),
		cmocka_unit_test(nobody_is_bound_by_another),
		cmocka_unit_test(a_part_is_done_when_the_other_says_so),
		cmocka_unit_test(an_answer_to_what_is_past_changes_nothing),
		cmocka_unit_test(what_is_accepted_stays_so_in_any_order),
		cmocka_unit_test(every_creditor_accepts),
		cmocka_unit_test(nobody_accepts_for_nobody),
		cmocka_unit_test(what_was_accepted_is_shown),
		cmocka_unit_test(who_denies_it_owes_nothing),
		cmocka_unit_test(it_is_dropped_by_all),
		cmocka_unit_test(a_session_and_an_item_go_their_way),
		cmocka_unit_test(an_item_is_closed_by_both_or_once_discussed),
		cmocka_unit_test(a_record_is_one_text),
		cmocka_unit_test(a_claim_stands_until_its_author_takes_it_back),
		cmocka_unit_test(any_order_is_the_same),
		cmocka_unit_test(two_logs_of_one_party_are_the_same_in_any_order),
		cmocka_unit_test(a_row_gives_the_thing_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
