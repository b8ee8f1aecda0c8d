/*
 * Marks on two clocks that are two minutes apart: each party's own first sight of them; what has not come is
 * no number.
 */
#include "proc/measure.h"
#include "proc_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { KOR, USA };
enum { DUTY, PRINCIPAL, WITNESS };
#define AHEAD_MS 120000u /* of USA's clock */

static uint8_t memory[ACCORD_ARENA_LEN];
static struct procedure *procedure;
static struct scene scene;

static int start(void **state)
{
	(void)state;
	procedure = scene_procedure("consult-urgent.json", memory, sizeof memory);
	return procedure == NULL;
}

static struct spot say(size_t party, enum move_kind kind, const char *step, uint8_t role, struct spot about,
		       uint64_t s)
{
	uint64_t ms = 1000 * s + 86400000;
	struct move m = {
		.kind = kind, .role = role, .person = role, .about = about, .instance = { 1, KOR }
	};

	m.step = step == NULL ? STEP_NONE : (uint8_t)procedure_step_find(procedure, bytes_str(step));
	m.filed_ms = ms + (party == USA ? AHEAD_MS : 0);
	m.which = kind == MOVE_START ? PRECEDENCE_FLASH : 0;
	m.whose = 3;
	if (kind == MOVE_START)
		memcpy(m.hash, procedure->hash, HASH_LEN);
	assert_int_equal(scene_say(&scene, party, m, ms, false), RULING_OK);
	return (struct spot){ scene_count(&scene, party), (uint8_t)party };
}

/* It reaches the other, whose node says a DIGEST a second later. */
static void reach(size_t party, uint64_t s)
{
	scene_deliver_all(&scene);
	say(party, MOVE_NONE, NULL, 0, (struct spot){ 0 }, s);
	scene_deliver_all(&scene);
}

/* Seconds of the play on that party's clock; 0: it has not come. */
static uint64_t at(enum mark_kind mark, size_t party)
{
	uint64_t ms;

	assert_int_equal(machine_load(&scene.nodes[KOR].machine, (struct spot){ 1, KOR }), ERR_OK);
	assert_true(mark_time(scene.nodes[KOR].machine.instance, mark, party, &ms));
	return ms == 0 ? 0 : (ms - 86400000 - (party == USA ? AHEAD_MS : 0)) / 1000;
}

static void expect(enum mark_kind mark, uint64_t kor, uint64_t usa)
{
	assert_int_equal(at(mark, KOR), kor);
	assert_int_equal(at(mark, USA), usa);
}

static void test_marks(void **state)
{
	struct spot none = { 0 }, alert, proposal, back;

	(void)state;
	scene_open(&scene, procedure, 2);
	say(KOR, MOVE_START, NULL, DUTY, none, 0);
	say(KOR, MOVE_MESSAGE, "indicator", DUTY, none, 10);
	reach(USA, 12);
	expect(MARK_INDICATOR, 10, 12);
	expect(MARK_ALERT, 0, 0);
	alert = say(KOR, MOVE_MESSAGE, "alert", DUTY, none, 20);
	reach(USA, 23);
	expect(MARK_ALERT, 20, 23);
	/* Nobody has read it, and nothing stands for it. */
	expect(MARK_READ, 0, 0);
	say(USA, MOVE_WATCH_READ, NULL, DUTY, alert, 60);
	expect(MARK_READ, 0, 0);
	scene_deliver_all(&scene);
	/* It has come, and KOR's log does not show it yet. */
	expect(MARK_READ, 0, 60);
	reach(KOR, 62);
	expect(MARK_READ, 62, 60);
	expect(MARK_PRESENTED, 0, 0);
	say(KOR, MOVE_ATTEND, "convene", PRINCIPAL, none, 100);
	say(USA, MOVE_ATTEND, "convene", PRINCIPAL, none, 110);
	reach(KOR, 112);
	reach(USA, 113);
	expect(MARK_QUORUM, 112, 113);
	say(KOR, MOVE_DONE, "consult", PRINCIPAL, none, 200);
	say(USA, MOVE_DONE, "consult", PRINCIPAL, none, 201);
	scene_deliver_all(&scene);
	proposal = say(KOR, MOVE_PROPOSE, "decide", PRINCIPAL, none, 210);
	scene_deliver_all(&scene);
	back = say(USA, MOVE_READ_BACK, NULL, PRINCIPAL, proposal, 220);
	scene_deliver_all(&scene);
	say(KOR, MOVE_MARK, NULL, PRINCIPAL, back, 230);
	say(KOR, MOVE_CONCUR, "decide", PRINCIPAL, proposal, 240);
	say(KOR, MOVE_CONCUR, "decide", WITNESS, proposal, 241);
	scene_deliver_all(&scene);
	say(USA, MOVE_CONCUR, "decide", PRINCIPAL, proposal, 250);
	expect(MARK_LAST_CONCUR, 0, 0);
	say(USA, MOVE_CONCUR, "decide", WITNESS, proposal, 251);
	reach(KOR, 253);
	expect(MARK_FIRST_CONCUR, 240, 250);
	expect(MARK_LAST_CONCUR, 253, 251);
	/* Both have signed; neither knows that both have. */
	say(KOR, MOVE_CONFIRM, "decide", PRINCIPAL, proposal, 290);
	say(USA, MOVE_CONFIRM, "decide", PRINCIPAL, proposal, 295);
	expect(MARK_DECIDED, 0, 0);
	reach(KOR, 297);
	expect(MARK_DECIDED, 297, 0);
	reach(USA, 299);
	expect(MARK_DECIDED, 297, 299);
	expect(MARK_COMMUNICATED, 0, 0);
	expect(MARK_RECORDED, 0, 0);
	expect(MARK_CLOSED, 0, 0);
	assert_true(spot_equal(measure_alert(scene.nodes[KOR].machine.instance), alert));
	scene_close(&scene);
}

static void test_intervals(void **state)
{
	(void)state;
	for (size_t i = 0; i < MEASURE_INTERVALS; i++) {
		const struct measure_interval *one = measure_interval_at(i);
		assert_true(one->from < one->to && one->to < MARK_KIND_COUNT && one->text[0] != '\0');
	}
	assert_string_equal(mark_number(MARK_CLOSED), "T11");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_marks), cmocka_unit_test(test_intervals) };

	return cmocka_run_group_tests(tests, start, NULL);
}
