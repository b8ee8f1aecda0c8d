/*
 * What each rule refuses beside the worked example (test_machine.c): by whom, of what, and where a definition
 * has less than that one has. Then rows that a disk has spoiled, and logs that began anew before anybody saw
 * them.
 */
#include "proc/instance.h"
#include "proc/rows.h"
#include "proc_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { KOR, USA, JPN };
enum { DUTY, SECOND };

static uint8_t memory[2][ACCORD_ARENA_LEN];
static struct procedure *quick, *plain, *procedure;
static struct scene scene;
static uint64_t now_ms;

#define K(n) ((struct spot){ n, KOR })
#define U(n) ((struct spot){ n, USA })
#define EPOCH(e, n) ((uint64_t)(e) << 32 | (n))

static int start(void **state)
{
	(void)state;
	quick = scene_procedure("quick.json", memory[0], sizeof memory[0]);
	plain = scene_procedure("plain.json", memory[1], sizeof memory[1]);
	return quick == NULL || plain == NULL;
}

static struct move move(enum move_kind kind, const char *step, uint8_t role, struct spot about)
{
	struct move m = { .kind = kind, .role = role, .person = role, .about = about, .instance = K(1) };

	m.step = step == NULL ? STEP_NONE : (uint8_t)procedure_step_find(procedure, bytes_str(step));
	return m;
}

static struct move of_option(enum move_kind kind, const char *step, uint8_t option)
{
	struct move m = move(kind, step, DUTY, K(0));

	m.which = option;
	return m;
}

static struct move by_node(struct move m)
{
	m.is_node = true;
	return m;
}

static enum ruling try(size_t party, struct move m)
{
	now_ms += 1000;
	m.filed_ms = now_ms;
	return scene_say(&scene, party, m, now_ms, false);
}

static struct spot say(size_t party, struct move m)
{
	enum ruling r = try(party, m);

	if (r != RULING_OK)
		fail_msg("%s of %zu: %s", move_name(m.kind), party, ruling_text(r));
	return (struct spot){ scene_count(&scene, party), (uint8_t)party };
}

static struct move start_of(const struct procedure *p, enum precedence precedence)
{
	struct move m = { .kind = MOVE_START, .step = STEP_NONE, .which = (uint8_t)precedence, .whose = 3 };

	memcpy(m.hash, p->hash, HASH_LEN);
	return m;
}

/* One that KOR began, with a first message that both have. */
static void begin(struct procedure *p, const char *notice)
{
	procedure = p;
	now_ms = 86400000;
	scene_open(&scene, p, 2);
	say(KOR, start_of(p, PRECEDENCE_FLASH));
	if (notice == NULL)
		return;
	say(KOR, move(MOVE_MESSAGE, notice, DUTY, K(0)));
	scene_deliver_all(&scene);
	say(USA, move(MOVE_WATCH_READ, NULL, DUTY, K(2)));
	scene_deliver_all(&scene);
}

static struct instance *load(size_t party)
{
	assert_int_equal(machine_load(&scene.nodes[party].machine, K(1)), ERR_OK);
	return &scene.nodes[party].instance;
}

struct row {
	size_t party;
	struct move move;
	enum ruling want;
};

static void try_all(const struct row *rows, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		enum ruling r = try(rows[n].party, rows[n].move);
		if (r != rows[n].want)
			fail_msg("row %zu, %s: %s, not %s", n, move_name(rows[n].move.kind), ruling_name(r),
				 ruling_name(rows[n].want));
	}
}

/* ---- By whom, and of what ---- */

/* What a person says no node says for him, and the other way round. */
static void test_by_a_node(void **state)
{
	(void)state;
	begin(quick, "alert");
	const struct row rows[] = {
		{ KOR, by_node(start_of(quick, PRECEDENCE_FLASH)), RULING_NODE },
		{ KOR, by_node(move(MOVE_MESSAGE, "alert", DUTY, K(0))), RULING_NODE },
		{ KOR, by_node(move(MOVE_MARK, NULL, DUTY, U(1))), RULING_NODE },
		{ USA, by_node(move(MOVE_REPLY, NULL, DUTY, K(2))), RULING_NODE },
		{ USA, by_node(move(MOVE_ATTEND, "meet", DUTY, K(0))), RULING_NODE },
		{ USA, by_node(move(MOVE_RECESS, NULL, DUTY, K(0))), RULING_NODE },
		{ USA, by_node(move(MOVE_STAND_DOWN, NULL, DUTY, K(0))), RULING_NODE },
		{ USA, by_node(move(MOVE_END, NULL, DUTY, K(0))), RULING_NODE },
		{ USA, by_node(move(MOVE_REMARK, NULL, DUTY, K(0))), RULING_NODE },
		{ USA, by_node(of_option(MOVE_PROPOSE, "decide", 0)), RULING_NODE },
		{ USA, move(MOVE_ESCALATED, NULL, DUTY, K(2)), RULING_NODE },
		{ USA, by_node(move(MOVE_LAPSE, NULL, DUTY, K(2))), RULING_REFERS },
	};
	try_all(rows, ARRAY_COUNT(rows));
	scene_close(&scene);
}

static void test_starts(void **state)
{
	struct move m = start_of(quick, PRECEDENCE_COUNT);

	(void)state;
	begin(quick, NULL);
	assert_int_equal(try(USA, m), RULING_DEFINITION);
	for (uint8_t depth = 0; depth < 6; depth++) {
		m = start_of(quick, PRECEDENCE_ROUTINE);
		m.whose = depth;
		assert_int_equal(try(USA, m), depth >= 1 && depth <= 3 ? RULING_OK : RULING_DEFINITION);
	}
	m = start_of(quick, PRECEDENCE_FLASH);
	m.role = (uint8_t)quick->roles_count;
	assert_int_equal(try(USA, m), RULING_ROLE);
	scene_close(&scene);
}

/* A party that writes on the channel only since, or no more, has no part in what runs, and begins nothing. */
static void test_of_no_party(void **state)
{
	(void)state;
	procedure = quick;
	scene_open(&scene, quick, 3);
	for (size_t i = 0; i < scene.parties; i++)
		scene.nodes[i].machine.parties = 1u << KOR | 1u << USA;
	say(KOR, start_of(quick, PRECEDENCE_FLASH));
	scene_deliver_all(&scene);
	assert_int_equal(try(JPN, move(MOVE_REMARK, NULL, DUTY, K(0))), RULING_PARTY);
	assert_int_equal(try(JPN, start_of(quick, PRECEDENCE_FLASH)), RULING_PARTY);
	assert_int_equal(try(USA, move(MOVE_REMARK, NULL, DUTY, K(0))), RULING_OK);
	assert_int_equal(try(USA, move(MOVE_REMARK, NULL, 200, K(0))), RULING_ROLE);
	scene_close(&scene);
}

static void test_refers(void **state)
{
	struct spot proposal;

	(void)state;
	begin(quick, "alert");
	proposal = say(KOR, of_option(MOVE_PROPOSE, "decide", 0));
	scene_deliver_all(&scene);
	const struct row rows[] = {
		{ USA, move(MOVE_WATCH_READ, NULL, DUTY, proposal), RULING_REFERS },
		{ KOR, move(MOVE_MARK, NULL, DUTY, U(1)), RULING_REFERS },
		{ USA, move(MOVE_CONCUR, "decide", DUTY, K(2)), RULING_REFERS },
		{ USA, move(MOVE_CONCUR, "careful", DUTY, proposal), RULING_REFERS },
		{ USA, of_option(MOVE_PROPOSE, "careful", 9), RULING_REFERS },
		{ USA, of_option(MOVE_DECIDE, "decide", 0), RULING_REFERS },
		{ USA, move(MOVE_REPLY, NULL, DUTY, K(2)), RULING_OK },
	};
	try_all(rows, ARRAY_COUNT(rows));
	scene_close(&scene);
}

/* ---- Gates ---- */

/* One person signs for one role; the node confirms what can be undone, and nothing else. */
static void test_gates(void **state)
{
	struct move second;
	struct spot proposal, careful;

	(void)state;
	begin(quick, "alert");
	careful = say(KOR, of_option(MOVE_PROPOSE, "careful", 0));
	say(KOR, move(MOVE_CONCUR, "careful", DUTY, careful));
	second = move(MOVE_CONCUR, "careful", SECOND, careful);
	second.person = DUTY;
	assert_int_equal(try(KOR, second), RULING_PERSON);
	assert_int_equal(try(KOR, by_node(move(MOVE_CONFIRM, "careful", DUTY, careful))), RULING_NODE);
	assert_int_equal(try(KOR, move(MOVE_CONFIRM, "careful", DUTY, careful)), RULING_ROLE);
	proposal = say(KOR, of_option(MOVE_PROPOSE, "decide", 0));
	say(KOR, move(MOVE_CONCUR, "decide", DUTY, proposal));
	scene_deliver_all(&scene);
	say(USA, move(MOVE_CONCUR, "decide", DUTY, proposal));
	say(USA, by_node(move(MOVE_CONFIRM, "decide", DUTY, proposal)));
	assert_int_equal(try(USA, by_node(move(MOVE_CONFIRM, "decide", DUTY, proposal))), RULING_TWICE);
	scene_deliver_all(&scene);
	assert_true(is_in_doubt(load(USA), &(struct glimpse){ .past = &scene.nodes[USA].held },
				index_find(&scene.nodes[USA].instance, proposal), USA));
	say(KOR, by_node(move(MOVE_CONFIRM, "decide", DUTY, proposal)));
	scene_deliver_all(&scene);
	const struct row rows[] = {
		{ USA, of_option(MOVE_PROPOSE, "own", 0), RULING_REFERS },
		{ USA, of_option(MOVE_DECIDE, "own", 2), RULING_REFERS },
		{ USA, of_option(MOVE_DECIDE, "own", 1), RULING_OK },
		{ USA, of_option(MOVE_DECIDE, "own", 1), RULING_TWICE },
		{ USA, of_option(MOVE_DECIDE, "lead", 0), RULING_STEP },
	};
	try_all(rows, ARRAY_COUNT(rows));
	assert_false(is_in_doubt(load(USA), &(struct glimpse){ .past = &scene.nodes[USA].held },
				 index_find(&scene.nodes[USA].instance, proposal), USA));
	assert_false(is_in_doubt(load(USA), &(struct glimpse){ .past = &scene.nodes[USA].held },
				 index_find(&scene.nodes[USA].instance, K(2)), USA));
	scene_close(&scene);
}

/* Where there is no recess, whoever is first decides alone, and he who signs is not he who confirms. */
static void test_plain(void **state)
{
	struct spot proposal;

	(void)state;
	begin(plain, "note");
	const struct row rows[] = {
		{ KOR, move(MOVE_RECESS, NULL, DUTY, K(0)), RULING_RECESS },
		{ USA, move(MOVE_DONE, "urgent", SECOND, K(0)), RULING_OK },
		{ USA, move(MOVE_ATTEND, "first", DUTY, K(0)), RULING_OK },
		{ USA, move(MOVE_ATTEND, "other", DUTY, K(0)), RULING_OK },
		{ USA, move(MOVE_LEAVE, "first", DUTY, K(0)), RULING_OK },
		{ USA, move(MOVE_LEAVE, "first", DUTY, K(0)), RULING_REFERS },
		{ USA, move(MOVE_LEAVE, "other", DUTY, K(0)), RULING_OK },
		{ USA, of_option(MOVE_DECIDE, "whoever", 0), RULING_OK },
		{ USA, of_option(MOVE_DECIDE, "whoever", 0), RULING_DECIDED },
		{ USA, move(MOVE_DONE, "answer", DUTY, K(0)), RULING_OK },
	};
	try_all(rows, ARRAY_COUNT(rows));
	/* Whoever does it first has done it for all. */
	assert_true((instance_standing(load(USA), &(struct glimpse){ .past = &scene.nodes[USA].held }).done >>
			     procedure_step_find(plain, BYTES_LIT("answer")) &
		     1) == 1);
	proposal = say(KOR, of_option(MOVE_PROPOSE, "agree", 0));
	say(KOR, move(MOVE_CONCUR, "agree", DUTY, proposal));
	scene_deliver_all(&scene);
	say(USA, move(MOVE_CONCUR, "agree", DUTY, proposal));
	assert_int_equal(try(USA, move(MOVE_CONFIRM, "agree", DUTY, proposal)), RULING_ROLE);
	assert_int_equal(try(USA, move(MOVE_CONFIRM, "agree", SECOND, proposal)), RULING_OK);
	assert_int_equal(try(USA, move(MOVE_CONCUR, "agree", SECOND, proposal)), RULING_ROLE);
	scene_close(&scene);
	/* What only a FLASH has. */
	scene_open(&scene, plain, 2);
	say(KOR, start_of(plain, PRECEDENCE_ROUTINE));
	assert_int_equal(try(KOR, move(MOVE_DONE, "urgent", SECOND, K(0))), RULING_STEP);
	scene_close(&scene);
}

/* What the opener alone owes is owed by nobody else; a read-back is not yet consultation. */
static void test_owed_by_the_opener(void **state)
{
	struct owed owed = { .step = SIZE_MAX };
	struct glimpse g = { .past = &scene.nodes[KOR].held };
	size_t count = 0;

	(void)state;
	begin(plain, "note");
	assert_int_equal(instance_depth(load(KOR), &g), 1);
	say(USA, move(MOVE_READ_BACK, NULL, DUTY, K(2)));
	scene_deliver_all(&scene);
	assert_int_equal(instance_depth(load(KOR), &g), 1);
	assert_int_equal(instance_depth(load(KOR), &(struct glimpse){ .past = &(struct vector){ { 2 } } }),
			 0);
	const struct standing s = instance_standing(load(KOR), &g);
	while (owed_next(&scene.nodes[KOR].instance, &g, &s, &owed)) {
		const struct procedure_step *step = &plain->steps[owed.step];
		count += step->owe[owed.obligation].what == LEVEL_DONE;
		assert_true(step->owe[owed.obligation].what != LEVEL_DONE || owed.party == KOR);
	}
	assert_int_equal(count, 1);
	scene_close(&scene);
}

/* Who waits for instructions has not been consulted. */
static void test_awaiting(void **state)
{
	struct glimpse g = { .past = &scene.nodes[USA].held };
	struct spot proposal;

	(void)state;
	begin(quick, "alert");
	proposal = say(KOR, of_option(MOVE_PROPOSE, "decide", 0));
	scene_deliver_all(&scene);
	say(USA, move(MOVE_AWAIT, "decide", DUTY, proposal));
	assert_int_equal(instance_depth(load(USA), &g), 1);
	say(USA, move(MOVE_RESERVE, "decide", DUTY, proposal));
	assert_int_equal(instance_depth(load(USA), &g), 3);
	assert_false(instance_is_calling(load(USA), U(99)));
	scene_close(&scene);
}

/* ---- Clocks ---- */

static uint64_t due_of(size_t party, enum level level, uint64_t *since_ms)
{
	const struct instance *i = load(KOR);
	struct glimpse g = { .past = &scene.nodes[KOR].held };
	const struct standing s = instance_standing(i, &g);
	struct owed owed = { .step = SIZE_MAX };
	uint64_t due_ms = 0;

	*since_ms = 0;
	while (owed_next(i, &g, &s, &owed)) {
		if (owed.party == party && quick->steps[owed.step].owe[owed.obligation].what == level)
			assert_true(owed_times(i, &g, &owed, KOR, now_ms, since_ms, &due_ms));
	}
	return due_ms;
}

/*
 * What is said of a recess does not end it; of more than 32 no time is given back, nor of a DEFER that was
 * over when it came. A meeting that runs on has no recess.
 */
static void test_spans(void **state)
{
	struct move defer;
	uint64_t since, due;

	(void)state;
	begin(quick, "alert");
	for (size_t n = 0; n < 40; n++) {
		struct spot recess = say(KOR, move(MOVE_RECESS, NULL, DUTY, K(0)));
		if (n == 0) {
			due = due_of(USA, LEVEL_REPLIED, &since);
			assert_int_equal(due, since + 90000);
			say(KOR, move(MOVE_REMARK, NULL, DUTY, recess));
			due = due_of(USA, LEVEL_REPLIED, &since);
			assert_int_equal(due, since + 90000 + 1000);
		}
		say(KOR, move(MOVE_RESUME, NULL, DUTY, recess));
	}
	due = due_of(USA, LEVEL_REPLIED, &since);
	assert_int_equal(due, since + 90000 + 33 * 1000); /* of 32, the first of two seconds */
	due = due_of(USA, LEVEL_ATTEND, &since);
	assert_int_equal(due, since + 100000);
	scene_close(&scene);

	begin(quick, "alert");
	for (size_t n = 0; n < 40; n++) {
		defer = move(MOVE_DEFER, NULL, DUTY, K(2));
		defer.until_ms = now_ms + 1000 + (n == 0 ? 0 : 500);
		say(USA, defer);
	}
	scene_deliver_all(&scene);
	due = due_of(USA, LEVEL_REPLIED, &since);
	assert_int_equal(due, since + 90000 + 32 * 500);
	scene_close(&scene);
}

/* ---- Logs that began anew ---- */

/* What was begun where nobody saw it, and lost there, is no instance, although it comes in the end. */
static void test_begun_and_lost(void **state)
{
	struct fact f;

	(void)state;
	begin(quick, NULL);
	scene_lose(&scene, KOR, 0, true, now_ms);
	assert_true(scene_take(&scene, USA, KOR, 1));
	say(USA, move(MOVE_NONE, NULL, 0, K(0)));
	assert_true(scene_take(&scene, USA, KOR, 0));
	assert_int_equal(try(USA, move(MOVE_REMARK, NULL, DUTY, K(0))), RULING_INSTANCE);
	scene_close(&scene);

	/* Nor does a log show it that shows at once that it began anew. */
	begin(quick, NULL);
	scene_lose(&scene, KOR, 0, true, now_ms);
	assert_true(scene_take(&scene, USA, KOR, 1));
	assert_true(scene_take(&scene, USA, KOR, 0));
	say(USA, move(MOVE_NONE, NULL, 0, K(0)));
	assert_int_equal(machine_fact(&scene.nodes[USA].machine, K(1), K(1), &f), ERR_OK);
	assert_int_equal(f.seen[KOR].number, 1);
	assert_int_equal(f.seen[USA].number, 0);
	scene_close(&scene);
}

/* A party without a part in it begins anew, which takes nothing from a proposal; by a log nobody has. */
static void test_anew_elsewhere(void **state)
{
	struct spot proposal;
	const struct fact *f;

	(void)state;
	begin(quick, "alert");
	scene_close(&scene);
	scene_open(&scene, quick, 3);
	for (size_t i = 0; i < scene.parties; i++)
		scene.nodes[i].machine.parties = 1u << KOR | 1u << USA;
	say(KOR, start_of(quick, PRECEDENCE_FLASH));
	say(KOR, move(MOVE_MESSAGE, "alert", DUTY, K(0)));
	proposal = say(KOR, of_option(MOVE_PROPOSE, "decide", 0));
	say(JPN, move(MOVE_NONE, NULL, 0, K(0)));
	scene_deliver_all(&scene);
	scene_lose(&scene, JPN, 0, false, now_ms);
	scene_deliver_all(&scene);
	say(USA, move(MOVE_CONCUR, "decide", DUTY, proposal));
	f = index_find(load(USA), proposal);
	assert_non_null(f);
	const struct glimpse all = { .past = &scene.nodes[USA].held }, by_log = { .party = USA, .number = 9 };
	assert_true(scene.nodes[USA].instance.later_count > 0);
	assert_false(is_withdrawn(&scene.nodes[USA].instance, &all, f));
	assert_false(is_withdrawn(&scene.nodes[USA].instance, &by_log, f));
	assert_false(has_begun_anew(&scene.nodes[USA].instance, &by_log, JPN));
	assert_true(has_begun_anew(&scene.nodes[USA].instance, &all, JPN));
	scene_close(&scene);
}

/* Whoever claims to have seen a later epoch, or more of his own than there is, is carried on by nothing. */
static void test_claimed_epochs(void **state)
{
	const struct machine *m = &scene.nodes[USA].machine;
	struct move claim = { .step = STEP_NONE, .filed_ms = 1 };
	enum ruling r;
	uint64_t carried;

	(void)state;
	begin(quick, "alert");
	claim.at = (struct spot){ EPOCH(2, 1), KOR };
	claim.past = (struct vector){ { EPOCH(2, 7), 1 } };
	assert_int_equal(machine_fold(m, &claim, &r), ERR_OK);
	assert_int_equal(row_carried(m, claim.at, 1, &carried), ERR_OK);
	assert_int_equal(carried, 0);
	assert_int_equal(row_carried(m, (struct spot){ EPOCH(5, 1), KOR }, 1, &carried), ERR_OK);
	assert_int_equal(carried, 0);
	scene_close(&scene);
}

/* ---- Definitions ---- */

static void test_definitions(void **state)
{
	static struct accord without, with;
	struct accord_versions versions = { 0 };
	struct machine m;
	const struct procedure *found;

	(void)state;
	begin(quick, "alert");
	with.procedures = quick;
	m = scene.nodes[KOR].machine;
	for (size_t kept = 0; kept < 2; kept++) {
		m.accord = &without;
		m.versions = NULL;
		if (kept == 0)
			instance_forget(m.instance);
		assert_int_equal(machine_load(&m, K(1)), ERR_NOT_FOUND);
		assert_int_equal(machine_definition(&m, K(1), &found), ERR_NOT_FOUND);
		m.versions = &versions;
		versions.count = 1;
		versions.of[0] = &without;
		assert_int_equal(machine_load(&m, K(1)), ERR_NOT_FOUND);
		versions.count = 2;
		versions.of[1] = &with;
		assert_int_equal(machine_load(&m, K(1)), ERR_OK);
		assert_int_equal(machine_definition(&m, K(1), &found), ERR_OK);
		assert_ptr_equal(found, quick);
	}
	assert_int_equal(machine_definition(&m, K(9), &found), ERR_NOT_FOUND);
	scene_close(&scene);
}

/* ---- Rows that a disk has spoiled ---- */

/* Read back as it may stand there, or not at all: nothing in it points out of a table. */
static void check_spoiled(const struct machine *m)
{
	const struct instance *i = m->instance;
	enum err e;

	instance_forget(m->instance);
	e = machine_load(m, K(1));
	assert_true(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_CORRUPT);
	for (size_t n = 0; e == ERR_OK && n < i->count; n++) {
		const struct move *move = &i->facts[n].move;
		assert_true(move->kind < MOVE_COUNT && move->at.party < PARTY_MAX && move->at.number != 0);
		assert_true(move->step == STEP_NONE || move->step < quick->steps_count);
		assert_true(move->is_node || move->role < quick->roles_count);
	}
	if (e == ERR_OK)
		assert_true(i->precedence < PRECEDENCE_COUNT);
}

static void put_row(const struct machine *m, const char *key, size_t key_len, const char *value, size_t len)
{
	assert_int_equal(map_put(m->map, (struct bytes){ (const uint8_t *)key, key_len },
				 (struct bytes){ (const uint8_t *)value, len }),
			 ERR_OK);
}

/* Every bit of every row, and every length. */
static void test_spoiled(void **state)
{
	struct test_map *rows = &scene.nodes[KOR].rows;
	const struct machine *m = &scene.nodes[KOR].machine;

	(void)state;
	begin(quick, "alert");
	say(KOR, of_option(MOVE_PROPOSE, "decide", 0));
	scene_deliver_all(&scene);
	scene_lose(&scene, USA, 1, false, now_ms);
	scene_deliver_all(&scene);
	for (size_t n = 0; n < rows->count; n++) {
		struct test_map_row *row = &rows->rows[n];
		const size_t value_len = row->value_len;
		for (size_t at = 0; at < value_len; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				row->value[at] ^= (uint8_t)(1u << bit);
				check_spoiled(m);
				row->value[at] ^= (uint8_t)(1u << bit);
			}
		}
		for (row->value_len = 0; row->value_len < value_len; row->value_len++)
			check_spoiled(m);
	}
	check_spoiled(m);
	assert_int_equal(machine_load(m, K(1)), ERR_OK);
	scene_close(&scene);
}

/* Rows of epochs that no log wrote. */
static void test_spoiled_epochs(void **state)
{
	const struct {
		const char *key;
		size_t key_len;
		enum err want;
	} rows[] = {
		/* who shows an epoch that never began, or of a party, or in a log, that there is not */
		{ "E\0\2\1\0\0\0\5\0\0\0\0\1", 13, ERR_OK },
		{ "E\0\2\10\0\0\0\5\0\0\0\0\1", 13, ERR_CORRUPT },
		{ "E\0\2\1\0\0\0\5\10\0\0\0\1", 13, ERR_CORRUPT },
		{ "E\0\2\10\0\0\0\5", 8, ERR_CORRUPT },
		{ "E\0\2\1\0\0\0\5\0", 9, ERR_CORRUPT },
	};
	const struct machine *m = &scene.nodes[KOR].machine;
	enum err e = ERR_OK;

	(void)state;
	for (size_t n = 0; n < ARRAY_COUNT(rows); n++) {
		begin(quick, "alert");
		put_row(m, rows[n].key, rows[n].key_len, "\0\0\0\0\0\0\0\1", 8);
		instance_forget(m->instance);
		assert_int_equal(machine_load(m, K(1)), rows[n].want);
		assert_true(rows[n].want != ERR_OK || m->instance->later_count == 0);
		scene_close(&scene);
	}
	begin(quick, "alert");
	put_row(m, "E\0\2\0\0\0\0\2", 8, "\0\0\0\0\0\0\0\1", 8);
	put_row(m, "E\0\2\0\0\0\0\3\1\0\0\0\1", 13, "\0\0\0\0\0\0\0\1", 8);
	put_row(m, "E\0\2\1\0\0\0\2\0\0\0\0\1", 13, "\0\0\0\0\0\0\0\1", 8);
	instance_forget(m->instance);
	assert_int_equal(machine_load(m, K(1)), ERR_OK);
	assert_int_equal(m->instance->later_count, 1);
	assert_int_equal(m->instance->later[0].shown[USA], 0);
	for (unsigned n = 0; n <= PARTY_MAX * EPOCHS_MAX && e == ERR_OK; n++) {
		const char key[] = { 'E', 0, 2, 0, 0, 0, (char)(1 + n / 128), (char)(n % 128) };
		put_row(m, key, sizeof key, "\0\0\0\0\0\0\0\1", 8);
	}
	instance_forget(m->instance);
	assert_int_equal(machine_load(m, K(1)), ERR_CORRUPT);
	scene_close(&scene);
}

/* More than all parties may say in it: it is not read, and nothing is added to what is full. */
static void test_full_rows(void **state)
{
	const struct machine *m = &scene.nodes[KOR].machine;
	struct fact f = { .move = { .kind = MOVE_REMARK, .step = STEP_NONE, .instance = K(1) } };

	(void)state;
	begin(quick, "alert");
	for (uint64_t n = load(KOR)->count; n < FACTS_MAX; n++) {
		f.move.at = (struct spot){ n, 7 };
		assert_int_equal(row_put_fact(m, &f.move), ERR_OK);
	}
	assert_int_equal(m->instance->count, FACTS_MAX);
	f.move.at.number = FACTS_MAX;
	assert_int_equal(row_put_fact(m, &f.move), ERR_CORRUPT);
	instance_forget(m->instance);
	assert_int_equal(row_put_fact(m, &f.move), ERR_OK);
	assert_int_equal(machine_load(m, K(1)), ERR_CORRUPT);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_a_node),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_of_no_party),
		cmocka_unit_test(test_refers),
		cmocka_unit_test(test_gates),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_owed_by_the_opener),
		cmocka_unit_test(test_awaiting),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_begun_and_lost),
		cmocka_unit_test(test_anew_elsewhere),
		cmocka_unit_test(test_claimed_epochs),
		cmocka_unit_test(test_definitions),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_spoiled_epochs),
		cmocka_unit_test(test_full_rows),
	};

	return cmocka_run_group_tests_name("rulings", tests, start, NULL);
}
