/*
 * What a turn has room for, and what waits until it has ended; and what our own door refuses before it looks
 * at the words.
 */
#include "attack.h"
#include "draft.h"

#include "base/log.h"

/* A message of ours, signed so often; the answer, while the turn is open. */
static struct effect_answer give(struct room *r, uint32_t channel, size_t signatures)
{
	static struct draft d;
	struct effect_answer answer = { .err = ERR_COUNT };
	struct command in = { .signatures_count = signatures };

	draft_open(r->w, r->n, &d, channel, KIND_MESSAGE);
	d.s.has_precedence = true;
	d.s.precedence = PRECEDENCE_ROUTINE;
	if (channel <= TWO_ALONE)
		draft_addressees(r->w, r->n, &d);
	draft_content(r->w, &d, 10, NONE);
	draft_sign(r->w, &d, &r->n->officer.key);
	in.statement = (struct bytes){ d.bytes, d.len };
	in.content = (struct bytes){ d.content, d.content_len };
	in.signatures[0] = (struct bytes){ d.signatures[0], d.signature_lens[0] };
	answer.err = node_command(r->n->node, room_now(r), &in, &r->n->fx);
	for (size_t i = 0; i < r->n->fx.count && answer.err == ERR_OK; i++) {
		if (r->n->fx.list[i].kind == EFFECT_ANSWER)
			answer = r->n->fx.list[i].answer;
	}
	return answer;
}

static void test_refused_at_the_door(void **state)
{
	struct room *r = *state;
	struct effect_answer answer = give(r, CONSULT, 0);

	assert_int_equal(answer.err, ERR_REFUSED);
	assert_int_equal(answer.verdict, VERDICT_SIGNATURE);
	room_turn(r);
	assert_int_equal(give(r, 77, 1).err, ERR_NOT_FOUND);
	room_turn(r);
	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	room_turn(r);
}

/* A slice of a backup, and the store's quiet moment, come after the turn that has begun. */
static void test_what_waits_for_the_turn(void **state)
{
	struct room *r = *state;
	uint64_t done = 0, total = 0;

	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	assert_int_equal(node_backup(r->n->node, "backup", &done, &total), ERR_SHORT);
	assert_int_equal(node_tidy(r->n->node, true, &r->n->fx), ERR_OK);
	assert_int_equal(done, 0);
	room_turn(r);
	assert_int_equal(room_log(r, &(struct log_key){ CONSULT, 0, 1 }).state, LOG_RUNS);
}

/* What a turn has no room for is not begun: it is said again in the next one, and nothing of it is lost. */
static void test_a_full_turn(void **state)
{
	struct room *r = *state;
	const struct log_key key = { CONSULT, 0, 1 };
	uint64_t before = room_log(r, &key).size, count = 0;
	struct effect_answer answer = { .err = ERR_OK };

	assert_true(effects_has_room(&r->n->fx, EFFECTS_MAX, 0));
	assert_false(effects_has_room(&r->n->fx, EFFECTS_MAX + 1, 0));
	assert_false(effects_has_room(&r->n->fx, 0, SIZE_MAX));
	while ((answer = give(r, CONSULT, 1)).err == ERR_OK)
		count++;
	assert_int_equal(answer.err, ERR_LIMIT);
	assert_true(count >= BATCH_ENTRIES_MAX);
	room_turn(r);
	assert_int_equal(r->stopped, 0);
	assert_int_equal(room_log(r, &key).size, before + count);
	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	while (effects_add(&r->n->fx, EFFECT_PUBLISH) != NULL)
		continue;
	assert_int_equal(r->n->fx.count, EFFECTS_MAX);
	effects_reset(&r->n->fx);
	room_turn(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = { ATTACK(refused_at_the_door), ATTACK(what_waits_for_the_turn),
					    ATTACK(a_full_turn) };

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
