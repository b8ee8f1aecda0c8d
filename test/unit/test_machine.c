/*
 * The worked example of docs/spec/procedure.md section 9, line by line at both nodes; then what a withdrawal
 * would have done; then what each rule refuses.
 */
#include "proc/instance.h"
#include "proc_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { KOR, USA };
enum { DUTY, PRINCIPAL, WITNESS, SCRIBE }; /* in the order of the file */

static uint8_t memory[ACCORD_ARENA_LEN];
static struct procedure *procedure;
static struct scene scene;

#define AT(h, m, s) (((h) * 3600ull + (m) * 60ull + (s)) * 1000ull)
#define K(n) ((struct spot){ n, KOR })
#define U(n) ((struct spot){ n, USA })

static int start(void **state)
{
	(void)state;
	procedure = scene_procedure("consult-urgent.json", memory, sizeof memory);
	return procedure == NULL;
}

/* ---- What is said, and what then stands ---- */

static struct move move(enum move_kind kind, const char *step, uint8_t role, struct spot about)
{
	struct move m = { .kind = kind, .role = role, .person = role, .about = about, .instance = K(1) };

	m.step = step == NULL ? STEP_NONE : (uint8_t)procedure_step_find(procedure, bytes_str(step));
	return m;
}

static enum ruling try(size_t party, struct move m, uint64_t ms)
{
	m.filed_ms = ms;
	return scene_say(&scene, party, m, ms, false);
}

static void say(struct spot at, struct move m, uint64_t ms)
{
	enum ruling r = try(at.party, m, ms);

	if (r != RULING_OK)
		fail_msg("%c%lu: %s", at.party == KOR ? 'K' : 'U', at.number, ruling_text(r));
	assert_int_equal(scene_count(&scene, at.party), at.number);
}

static void digest(struct spot at, uint64_t ms)
{
	say(at, (struct move){ .step = STEP_NONE }, ms);
}

/* KOR holds U up to one number, USA holds K up to the other. */
static void line(uint64_t of_usa, uint64_t of_kor)
{
	while (scene.nodes[KOR].held.of[USA] < of_usa)
		assert_true(scene_take(&scene, KOR, USA, scene.epochs[USA]));
	while (scene.nodes[USA].held.of[KOR] < of_kor)
		assert_true(scene_take(&scene, USA, KOR, scene.epochs[KOR]));
}

static const char *state_of(size_t node)
{
	static char text[1u << 14];
	struct buf out;

	buf_init(&out, text, sizeof text - 1);
	assert_int_equal(machine_write(&scene.nodes[node].machine, &scene.nodes[node].held, &out), ERR_OK);
	text[out.len] = '\0';
	return text;
}

static void expect(size_t node, const char *has)
{
	const char *state = state_of(node);

	if (strstr(state, has) == NULL)
		fail_msg("%s does not say: %s\n%s", node == KOR ? "kor" : "usa", has, state);
}

static void expect_both(const char *has)
{
	static char kor[1u << 14];

	expect(KOR, has);
	expect(USA, has);
	snprintf(kor, sizeof kor, "%s", state_of(KOR));
	if (memcmp(&scene.nodes[KOR].held, &scene.nodes[USA].held, sizeof(struct vector)) == 0)
		assert_string_equal(kor, state_of(USA));
}

/* ---- 09:00:00 to 09:25:20 ---- */

static void open_it(void)
{
	struct move m = { .kind = MOVE_START, .step = STEP_NONE, .which = PRECEDENCE_FLASH, .whose = 3 };

	scene_open(&scene, procedure, 2);
	scene.is_tried = true;
	memcpy(m.hash, procedure->hash, HASH_LEN);
	say(K(1), m, AT(9, 0, 0));
	say(K(2), move(MOVE_MESSAGE, "indicator", DUTY, K(0)), AT(9, 0, 0));
	expect(KOR, "open alert\n");
	line(0, 2);
	digest(U(1), AT(9, 0, 1));
	digest(U(2), AT(9, 0, 1));
	expect(USA, "owed indicator kor 2 usa duty watch-read OWED\nowed indicator kor 2 usa duty presented "
		    "OWED\n");
	say(U(3), move(MOVE_WATCH_READ, NULL, DUTY, K(2)), AT(9, 0, 20));
	expect(USA, "owed indicator kor 2 usa duty watch-read MET\nowed indicator kor 2 usa duty presented "
		    "OWED\n");
	line(3, 2);
	expect(KOR, "owed indicator kor 2 usa duty watch-read MET\n");
	say(K(3), move(MOVE_MESSAGE, "alert", DUTY, K(0)), AT(9, 0, 40));
	expect(KOR, "open\n");
	expect(KOR, "owed alert kor 3 usa duty watch-read OWED\nowed alert kor 3 usa duty presented OWED\n"
		    "owed alert kor 3 usa principal replied OWED\n");
	line(3, 3);
	digest(U(4), AT(9, 0, 41));
}

static struct move lapse(void)
{
	struct move m = move(MOVE_LAPSE, "alert", DUTY, K(3));

	m.is_node = true;
	m.which = LEVEL_WATCH_READ;
	m.whose = USA;
	return m;
}

static void convene(void)
{
	struct move escalated = move(MOVE_ESCALATED, NULL, 0, K(3));

	open_it();
	escalated.is_node = true;
	say(U(5), escalated, AT(9, 5, 40));
	line(5, 3);
	say(U(6), move(MOVE_WATCH_READ, NULL, DUTY, K(3)), AT(9, 8, 35));
	expect(USA, "open convene\n");
	expect(KOR, "open\n");
	assert_int_equal(try(KOR, lapse(), AT(9, 8, 39)), RULING_EARLY);
	say(K(4), lapse(), AT(9, 8, 41));
	expect(KOR, "open other-means\n");
	expect(KOR, "owed alert kor 3 usa duty watch-read LAPSED\n");
	line(6, 4);
	expect_both("open other-means convene\n");
	expect_both("owed alert kor 3 usa duty watch-read MET, CROSSED\n");
	digest(K(5), AT(9, 8, 46));
	digest(U(7), AT(9, 8, 46));
	digest(U(8), AT(9, 8, 47));
	say(K(6), move(MOVE_DONE, "other-means", DUTY, K(0)), AT(9, 10, 0));
	say(U(9), move(MOVE_PRESENTED, NULL, DUTY, K(2)), AT(9, 10, 0));
	say(U(10), move(MOVE_PRESENTED, NULL, DUTY, K(3)), AT(9, 10, 0));
	say(U(11), move(MOVE_REPLY, NULL, PRINCIPAL, K(3)), AT(9, 10, 0));
	line(11, 6);
	expect_both("open convene\n");
	expect_both("owed alert kor 3 usa duty presented MET\nowed alert kor 3 usa principal replied MET\n");
	say(K(7), move(MOVE_ATTEND, "convene", PRINCIPAL, K(0)), AT(9, 25, 0));
	say(U(12), move(MOVE_ATTEND, "convene", PRINCIPAL, K(0)), AT(9, 25, 0));
	line(12, 7);
	expect_both("open consult\n");
	digest(K(8), AT(9, 25, 5));
	say(K(9), move(MOVE_DONE, "consult", PRINCIPAL, K(0)), AT(9, 25, 20));
	say(U(13), move(MOVE_DONE, "consult", PRINCIPAL, K(0)), AT(9, 25, 20));
	line(13, 9);
	expect_both("open decide\n");
}

/* ---- To where both have confirmed, or not ---- */

static struct move propose(const char *step, const char *option)
{
	struct move m = move(MOVE_PROPOSE, step, strcmp(step, "record") == 0 ? SCRIBE : PRINCIPAL, K(0));

	m.which = (uint8_t)step_option_find(&procedure->steps[m.step], bytes_str(option));
	return m;
}

static void concur(void)
{
	convene();
	digest(K(10), AT(9, 25, 22));
	say(K(11), propose("decide", "joint-measures"), AT(9, 28, 0));
	line(13, 11);
	digest(U(14), AT(9, 28, 1));
	say(U(15), move(MOVE_READ_BACK, NULL, PRINCIPAL, K(11)), AT(9, 28, 10));
	line(15, 11);
	say(K(12), move(MOVE_MARK, NULL, PRINCIPAL, U(15)), AT(9, 28, 20));
	line(15, 12);
	expect_both("proposal kor 11 decide joint-measures concurred confirmed\n");
	say(K(13), move(MOVE_CONCUR, "decide", PRINCIPAL, K(11)), AT(9, 28, 40));
	say(K(14), move(MOVE_CONCUR, "decide", WITNESS, K(11)), AT(9, 28, 41));
	line(15, 14);
	say(U(16), move(MOVE_CONCUR, "decide", PRINCIPAL, K(11)), AT(9, 28, 44));
	say(U(17), move(MOVE_CONCUR, "decide", WITNESS, K(11)), AT(9, 28, 45));
	line(17, 14);
	digest(K(15), AT(9, 28, 46));
	line(17, 15);
	expect_both("proposal kor 11 decide joint-measures concurred kor usa confirmed\n");
	assert_int_equal(try(KOR, move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 15)),
			 RULING_HOLD);
	say(K(16), move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 20));
	/* IN DOUBT: its own stands, the other's is missing. */
	expect(KOR, "proposal kor 11 decide joint-measures concurred kor usa confirmed kor\n");
	expect(USA, "proposal kor 11 decide joint-measures concurred kor usa confirmed\n");
	assert_int_equal(try(KOR, move(MOVE_WITHDRAW, "decide", PRINCIPAL, K(11)), AT(9, 29, 22)),
			 RULING_CONFIRMED);
}

static void test_example(void **state)
{
	(void)state;
	concur();
	say(U(18), move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 25));
	expect(USA, "proposal kor 11 decide joint-measures concurred kor usa confirmed usa\n");
	expect(KOR, "open decide\n");
	line(18, 16);
	digest(K(17), AT(9, 35, 1));
	digest(U(19), AT(9, 35, 1));
	expect_both("proposal kor 11 decide joint-measures DECIDED concurred kor usa confirmed kor usa\n");
	expect_both("open communicate\n");
	say(K(18), move(MOVE_DONE, "communicate", DUTY, K(0)), AT(9, 38, 30));
	say(U(20), move(MOVE_DONE, "communicate", DUTY, K(0)), AT(9, 38, 30));
	line(20, 18);
	expect_both("open record\n");
	digest(K(19), AT(9, 38, 31));
	say(U(21), propose("record", "agreed"), AT(9, 40, 0));
	line(21, 19);
	digest(K(20), AT(9, 40, 1));
	say(U(22), move(MOVE_CONCUR, "record", SCRIBE, U(21)), AT(9, 41, 0));
	say(K(21), move(MOVE_CONCUR, "record", SCRIBE, U(21)), AT(9, 41, 0));
	line(22, 21);
	digest(U(23), AT(9, 41, 1));
	say(K(22), move(MOVE_CONFIRM, "record", SCRIBE, U(21)), AT(9, 41, 40));
	say(U(24), move(MOVE_CONFIRM, "record", SCRIBE, U(21)), AT(9, 41, 43));
	expect(KOR, " ACTIVE\n");
	line(24, 22);
	expect_both("instance kor 1 consult-urgent FLASH CLOSED\n");
	assert_int_equal(try(USA, move(MOVE_MESSAGE, "alert", DUTY, K(0)), AT(9, 42, 0)), RULING_CLOSED);
	assert_int_equal(scene.changed, 0);
	scene_close(&scene);
}

/* Had U18 been WITHDRAW: both count, nothing is decided, and whoever confirmed is free again. */
static void test_withdrawn(void **state)
{
	(void)state;
	concur();
	say(U(18), move(MOVE_WITHDRAW, "decide", PRINCIPAL, K(11)), AT(9, 29, 25));
	line(18, 16);
	expect_both("proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed kor\n");
	expect_both("open decide\n");
	assert_int_equal(try(USA, move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 36, 0)),
			 RULING_WITHDRAWN);
	say(K(17), propose("decide", "no-action"), AT(9, 36, 0));
	say(K(18), move(MOVE_CONCUR, "decide", PRINCIPAL, K(17)), AT(9, 36, 1));
	scene_close(&scene);
}

/* Whoever stands down, or leaves, withdraws what he has not confirmed and undoes nothing that he has. */
static void test_leaving(void **state)
{
	(void)state;
	concur();
	say(U(18), move(MOVE_STAND_DOWN, NULL, PRINCIPAL, K(0)), AT(9, 29, 25));
	say(K(17), move(MOVE_END, NULL, PRINCIPAL, K(0)), AT(9, 29, 25));
	line(18, 17);
	expect_both("proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed kor\n");
	expect_both("instance kor 1 consult-urgent FLASH ENDED\n");
	assert_int_equal(try(KOR, propose("decide", "no-action"), AT(9, 30, 0)), RULING_ENDED);
	say(K(18), move(MOVE_REMARK, NULL, PRINCIPAL, K(0)), AT(9, 30, 0));
	say(U(19), move(MOVE_END, NULL, PRINCIPAL, K(0)), AT(9, 30, 0));
	assert_int_equal(try(USA, move(MOVE_END, NULL, PRINCIPAL, K(0)), AT(9, 30, 1)), RULING_TWICE);
	scene_close(&scene);
}

/* ---- A log that begins anew ---- */

/* A party has so many entries left, and opens another epoch; the other takes that. */
static void begin_anew(size_t party, size_t left)
{
	size_t other = party == KOR ? USA : KOR;

	scene_lose(&scene, party, left, false, AT(9, 40, 0));
	assert_true(scene_take(&scene, other, party, 1));
	scene_deliver_all(&scene);
}

/* What a screen has shown as decided stays, whatever its author has left of it; and he is out. */
static void test_decided_and_lost(void **state)
{
	(void)state;
	for (size_t left = 0; left <= 15; left += 5) {
		concur();
		say(U(18), move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 25));
		line(18, 16);
		begin_anew(KOR, left);
		expect_both("proposal kor 11 decide joint-measures DECIDED concurred kor usa confirmed kor "
			    "usa\n");
		expect_both("instance kor 1 consult-urgent FLASH ENDED\n");
		assert_int_equal(try(KOR, move(MOVE_WITHDRAW, "decide", PRINCIPAL, K(11)), AT(9, 41, 0)),
				 RULING_EPOCH);
		assert_int_equal(try(KOR, move(MOVE_END, NULL, PRINCIPAL, K(0)), AT(9, 41, 0)), RULING_EPOCH);
		say(U(20), move(MOVE_DONE, "communicate", DUTY, K(0)), AT(9, 41, 0));
		assert_int_equal(scene.changed, 0);
		scene_close(&scene);
	}
}

/* Nobody has seen its CONFIRM: once the other's log shows that it began anew, none will come. */
static void test_doubt_ends(void **state)
{
	(void)state;
	concur();
	say(U(18), move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 25));
	scene_lose(&scene, KOR, 15, false, AT(9, 40, 0));
	assert_true(scene_take(&scene, USA, KOR, 1));
	expect(USA, "proposal kor 11 decide joint-measures concurred kor usa confirmed usa\n");
	digest(U(19), AT(9, 40, 1));
	expect(USA, "proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed usa\n");
	scene_deliver_all(&scene);
	expect_both("proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed usa\n");
	assert_int_equal(scene.changed, 0);
	scene_close(&scene);
}

/* It says that it lost its CONFIRM, and shows it when all have begun to go on without. */
static void test_late_truth(void **state)
{
	(void)state;
	concur();
	scene_lose(&scene, KOR, 15, true, AT(9, 40, 0));
	say(U(18), move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 29, 25));
	assert_true(scene_take(&scene, USA, KOR, 1));
	digest(U(19), AT(9, 40, 1));
	assert_true(scene_take(&scene, USA, KOR, 0)); /* K16, the CONFIRM */
	expect(USA, "proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed usa\n");
	/* Not even if it then goes on from it, and has forgotten what it opened before. */
	scene_lose(&scene, KOR, 0, false, AT(9, 41, 0));
	scene_deliver_all(&scene);
	expect_both("proposal kor 11 decide joint-measures WITHDRAWN concurred kor usa confirmed usa\n");
	scene_close(&scene);
}

/* ---- What each rule refuses ---- */

static void test_refused(void **state)
{
	struct move m = { .kind = MOVE_START, .step = STEP_NONE, .which = PRECEDENCE_FLASH, .whose = 3 };

	(void)state;
	open_it();
	assert_int_equal(try(USA, m, AT(9, 1, 0)), RULING_DEFINITION);
	memcpy(m.hash, procedure->hash, HASH_LEN);
	m.which = PRECEDENCE_ROUTINE;
	assert_int_equal(try(USA, m, AT(9, 1, 0)), RULING_DEFINITION);
	m = move(MOVE_REMARK, NULL, DUTY, K(0));
	m.instance = K(2);
	assert_int_equal(try(USA, m, AT(9, 1, 0)), RULING_INSTANCE);
	assert_int_equal(try(USA, move(MOVE_MESSAGE, "alert", SCRIBE, K(0)), AT(9, 1, 0)), RULING_ROLE);
	assert_int_equal(try(USA, move(MOVE_MESSAGE, "decide", DUTY, K(0)), AT(9, 1, 0)), RULING_REFERS);
	assert_int_equal(try(KOR, move(MOVE_DONE, "other-means", DUTY, K(0)), AT(9, 1, 0)), RULING_STEP);
	assert_int_equal(try(USA, move(MOVE_DONE, "other-means", DUTY, K(0)), AT(9, 1, 0)), RULING_PARTY);
	assert_int_equal(try(USA, move(MOVE_PRESENTED, NULL, DUTY, K(3)), AT(9, 1, 0)), RULING_READ);
	assert_int_equal(try(KOR, move(MOVE_WATCH_READ, NULL, DUTY, K(3)), AT(9, 1, 0)), RULING_REFERS);
	assert_int_equal(try(USA, move(MOVE_WATCH_READ, NULL, DUTY, K(4)), AT(9, 1, 0)), RULING_REFERS);
	m = lapse();
	m.whose = KOR;
	assert_int_equal(try(KOR, m, AT(9, 9, 0)), RULING_OWED);
	m = lapse();
	m.is_node = false;
	assert_int_equal(try(KOR, m, AT(9, 9, 0)), RULING_NODE);
	assert_int_equal(try(USA, lapse(), AT(9, 9, 0)), RULING_PARTY);
	assert_int_equal(try(KOR, lapse(), AT(9, 9, 0)), RULING_OK);
	assert_int_equal(try(KOR, lapse(), AT(9, 9, 0)), RULING_LAPSED);
	assert_int_equal(try(KOR, move(MOVE_RESUME, NULL, PRINCIPAL, K(2)), AT(9, 9, 0)), RULING_REFERS);
	assert_int_equal(try(KOR, move(MOVE_RECESS, NULL, DUTY, K(0)), AT(9, 9, 0)), RULING_ROLE);
	assert_int_equal(try(KOR, move(MOVE_RECESS, NULL, PRINCIPAL, K(0)), AT(9, 9, 0)), RULING_OK);
	assert_int_equal(try(KOR, move(MOVE_RECESS, NULL, PRINCIPAL, K(0)), AT(9, 9, 0)), RULING_RECESS);
	expect(KOR, "instance kor 1 consult-urgent FLASH RECESS\n");
	scene_close(&scene);
}

/* Neither what others make it do nor what its node says leaves a party without its ways out. */
static void test_room(void **state)
{
	struct move escalated = move(MOVE_ESCALATED, NULL, 0, K(3));
	size_t calls = 0, words = 0;

	(void)state;
	open_it();
	escalated.is_node = true;
	while (try(USA, escalated, AT(9, 1, 0)) == RULING_OK)
		calls++;
	assert_int_equal(calls, INSTANCE_CALLS_MAX);
	assert_int_equal(try(USA, escalated, AT(9, 1, 0)), RULING_LIMIT);
	assert_int_equal(try(USA, move(MOVE_WATCH_READ, NULL, DUTY, K(3)), AT(9, 1, 0)), RULING_OK);
	while (try(USA, move(MOVE_REMARK, NULL, DUTY, K(0)), AT(9, 1, 0)) == RULING_OK)
		words++;
	assert_int_equal(1 + calls + 1 + words, INSTANCE_SAID_MAX); /* open_it has one */
	assert_int_equal(try(USA, move(MOVE_PRESENTED, NULL, DUTY, K(3)), AT(9, 1, 0)), RULING_LIMIT);
	/* Another party's room is its own. */
	assert_int_equal(try(KOR, move(MOVE_REMARK, NULL, DUTY, K(0)), AT(9, 1, 0)), RULING_OK);
	assert_int_equal(try(USA, move(MOVE_STAND_DOWN, NULL, DUTY, K(0)), AT(9, 1, 0)), RULING_OK);
	assert_int_equal(try(USA, move(MOVE_END, NULL, DUTY, K(0)), AT(9, 1, 0)), RULING_OK);
	scene_close(&scene);
}

/* Proposals withdrawn one after the other do not take the last two places. */
static void test_room_at_gates(void **state)
{
	enum ruling r = RULING_OK;
	size_t withdrawn = 0;

	(void)state;
	concur();
	while (try(USA, move(MOVE_REMARK, NULL, DUTY, K(0)), AT(9, 29, 0)) == RULING_OK)
		continue;
	for (; r == RULING_OK; withdrawn++) {
		struct spot at = { scene_count(&scene, KOR) + 1, KOR };
		say(at, move(MOVE_PROPOSE, "decide", PRINCIPAL, K(0)), AT(9, 29, 0));
		line(scene_count(&scene, USA), at.number);
		r = try(USA, move(MOVE_WITHDRAW, "decide", PRINCIPAL, at), AT(9, 29, 0));
	}
	assert_int_equal(r, RULING_LIMIT);
	assert_int_equal(withdrawn - 1, INSTANCE_MOVES_MAX - 2 - INSTANCE_SAID_MAX);
	assert_int_equal(try(USA, move(MOVE_END, NULL, DUTY, K(0)), AT(9, 29, 0)), RULING_OK);
	assert_int_equal(try(USA, move(MOVE_CONFIRM, "decide", PRINCIPAL, K(11)), AT(9, 30, 0)),
			 RULING_LIMIT);
	assert_int_equal(try(USA, move(MOVE_STAND_DOWN, NULL, DUTY, K(0)), AT(9, 30, 0)), RULING_ENDED);
	scene_close(&scene);
}

/* "Consulted" is said where it is true: not of a receipt by whom nothing was asked, nor of a refusal. */
static void test_depth(void **state)
{
	const struct instance *i = &scene.nodes[USA].instance;
	struct glimpse g = { .past = &scene.nodes[USA].held };
	const struct {
		enum move_kind kind;
		uint8_t role;
		struct spot about;
		unsigned depth;
	} rows[] = {
		{ MOVE_WATCH_READ, SCRIBE, K(3), 1 }, /* and the duty officer has read K2 */
		{ MOVE_PRESENTED, SCRIBE, K(3), 1 },  { MOVE_REPLY, DUTY, K(3), 1 },
		{ MOVE_PRESENTED, DUTY, K(3), 2 },    { MOVE_DECLINE, PRINCIPAL, K(3), 2 },
		{ MOVE_REPLY, PRINCIPAL, K(3), 3 },
	};

	(void)state;
	open_it();
	for (size_t n = 0; n < ARRAY_COUNT(rows); n++) {
		assert_int_equal(try(USA, move(rows[n].kind, NULL, rows[n].role, rows[n].about), AT(9, 1, 0)),
				 RULING_OK);
		assert_int_equal(machine_load(&scene.nodes[USA].machine, K(1)), ERR_OK);
		assert_int_equal(instance_depth(i, &g), rows[n].depth);
	}
	scene_close(&scene);
}

/* A node answers no message: that is a line check's, which no procedure has. */
static void test_node_replies(void **state)
{
	struct move reply = move(MOVE_REPLY, NULL, DUTY, K(3));

	(void)state;
	open_it();
	reply.is_node = true;
	assert_int_equal(try(USA, reply, AT(9, 1, 0)), RULING_NODE);
	scene_close(&scene);
}

/*
 * A recess is no time, and a DEFER lengthens what was deferred; both on the clock of whoever says the lapse.
 */
static void test_time(void **state)
{
	struct move late = move(MOVE_LAPSE, "alert", PRINCIPAL, K(3)), defer;

	(void)state;
	late.is_node = true;
	late.which = LEVEL_REPLIED;
	late.whose = USA;
	open_it();
	say(U(5), move(MOVE_WATCH_READ, NULL, DUTY, K(3)), AT(9, 1, 0));
	defer = move(MOVE_DEFER, NULL, PRINCIPAL, K(3));
	defer.until_ms = AT(9, 2, 0);
	say(U(6), defer, AT(9, 1, 0));
	line(6, 3);
	say(K(4), move(MOVE_RECESS, NULL, PRINCIPAL, K(0)), AT(9, 3, 0));
	say(K(5), move(MOVE_RESUME, NULL, PRINCIPAL, K(4)), AT(9, 5, 0));
	/* 600 s from 09:00:40, 60 s deferred, 120 s of recess. */
	assert_int_equal(try(KOR, late, AT(9, 13, 39)), RULING_EARLY);
	say(K(6), late, AT(9, 13, 40));
	line(6, 6);
	say(U(7), move(MOVE_REPLY, NULL, PRINCIPAL, K(3)), AT(9, 13, 0));
	expect(USA, "owed alert kor 3 usa principal replied MET LATE\n");
	scene_close(&scene);
}

/* Two proposals cross, and each side concurs with its own: neither can be decided until one is withdrawn. */
static void test_crossing(void **state)
{
	(void)state;
	convene();
	say(K(10), propose("decide", "no-action"), AT(9, 26, 0));
	say(U(14), propose("decide", "joint-measures"), AT(9, 26, 0));
	say(K(11), move(MOVE_CONCUR, "decide", PRINCIPAL, K(10)), AT(9, 26, 1));
	say(U(15), move(MOVE_CONCUR, "decide", PRINCIPAL, U(14)), AT(9, 26, 1));
	line(15, 11);
	assert_int_equal(try(KOR, move(MOVE_CONCUR, "decide", PRINCIPAL, U(14)), AT(9, 27, 0)), RULING_LIVE);
	assert_int_equal(try(KOR, move(MOVE_CONCUR, "decide", PRINCIPAL, K(10)), AT(9, 27, 0)),
			 RULING_PERSON);
	assert_int_equal(try(USA, move(MOVE_CONFIRM, "decide", PRINCIPAL, U(14)), AT(9, 27, 0)),
			 RULING_CONCURRED);
	assert_int_equal(try(USA, move(MOVE_CONCUR, "decide", SCRIBE, U(14)), AT(9, 27, 0)), RULING_ROLE);
	say(K(12), move(MOVE_WITHDRAW, "decide", PRINCIPAL, K(10)), AT(9, 27, 0));
	say(K(13), move(MOVE_CONCUR, "decide", PRINCIPAL, U(14)), AT(9, 27, 0));
	line(15, 13);
	expect_both("proposal kor 10 decide no-action WITHDRAWN concurred confirmed\n");
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),	      cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_leaving),	      cmocka_unit_test(test_decided_and_lost),
		cmocka_unit_test(test_doubt_ends),    cmocka_unit_test(test_late_truth),
		cmocka_unit_test(test_refused),	      cmocka_unit_test(test_time),
		cmocka_unit_test(test_crossing),      cmocka_unit_test(test_room),
		cmocka_unit_test(test_room_at_gates), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_node_replies),
	};

	return cmocka_run_group_tests_name("machine", tests, start, NULL);
}
