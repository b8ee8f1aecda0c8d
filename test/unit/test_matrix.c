/*
 * The matrix of the example, what a changed version opens, and its bounds; every label:
 * test/policy/matrix.py.
 */
#include "bundle_copy.h"
#include "policy/opened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;
static struct bundle copy;
static const struct accord *example;
static const struct guidelines *example_guidelines;
static struct accord old, next;
static struct guidelines old_g, next_g;
static uint8_t arena_memory[MATRIX_ARENA_LEN];
static struct arena arena;

static int start(void **state)
{
	struct accord_fault fault;
	struct accord *a;

	(void)state;
	crypto_init();
	vectors = bundle_vectors("guidelines.json");
	if (vectors == NULL)
		return 1;
	bundle_make(&copy, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	if (bundle_read(&copy, &a, &fault) != ERR_OK)
		return 1;
	example = a;
	example_guidelines = a->guidelines;
	return 0;
}

/* Two versions that are the same, for a test to change the later one. */
static int two_versions(void **state)
{
	(void)state;
	old = next = *example;
	old_g = next_g = *example_guidelines;
	old.guidelines = &old_g;
	next.guidelines = &next_g;
	arena_init(&arena, arena_memory, sizeof arena_memory);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(vectors);
	return 0;
}

static char text[ACCORD_FILE_LEN_MAX];

/* What next opens, and that a file which says so is taken and no other. */
static void check_opens(const char *want)
{
	struct buf out = BUF_ON(text);
	struct accord_fault fault;

	assert_int_equal(opened_write(&next, &old, &arena, &out), ERR_OK);
	buf_put_byte(&out, '\0');
	assert_string_equal(text, want);
	arena_reset(&arena);
	next.opened = bytes_str(want);
	assert_int_equal(opened_check(&next, &old, &arena, &fault), ERR_OK);
	arena_reset(&arena);
	next.opened = want[0] == '\0' ? BYTES_LIT("everything\n") : (struct bytes){ NULL, 0 };
	assert_int_equal(opened_check(&next, &old, &arena, &fault), ERR_USAGE);
	assert_string_equal(fault.fault.rule, "succession.opened");
	assert_true(bytes_equal(fault.file, BYTES_LIT("opened")));
	arena_reset(&arena);
}

static size_t role(const char *name)
{
	return accord_role_find(example, bytes_str(name));
}

static void test_nothing(void **state)
{
	(void)state;
	check_opens("");
	next_g.nodes[0].clearance.up_to = 0; /* closes, and opens nothing */
	check_opens("");
}

static void test_level(void **state)
{
	(void)state;
	next_g.roles[role("desk")].clearance.up_to = 4;
	check_opens("KOR desk from KOR level TS any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from USA level TS any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from KOR level TS any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level TS any DPRK-NUC,DPRK-MSL,SANCTIONS\n");
}

static void test_value(void **state)
{
	(void)state;
	next_g.roles[role("desk")].clearance.holds |= 1;
	next_g.agreements[1].ceiling = 3;
	check_opens("KOR desk from KOR level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from USA level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from JPN level S some NCG some DPRK-NUC,DPRK-MSL\n"
		    "USA desk from KOR level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from JPN level S some NCG some DPRK-NUC,DPRK-MSL\n");
}

/* Items that were given a label keep it when guidelines give it no more, and are read by these. */
static void test_given_no_more(void **state)
{
	static const char want[] = "KOR desk from KOR level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
				   "KOR desk from USA level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
				   "USA desk from KOR level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
				   "USA desk from USA level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
				   "once caveat NCG from S excludes JPN\n";

	(void)state;
	next_g.roles[role("desk")].clearance.holds |= 1;
	next_g.values[0].from = 4; /* NCG, above what a desk is cleared for */
	next_g.agreements_count = 1;
	check_opens(want);
	next_g.values[0].from = 3;
	next_g.values[0].excludes = 7;
	check_opens(want);
}

static void desk_alone(struct guidelines *g)
{
	for (size_t i = 0; i < ACCORD_ROLES_MAX; i++)
		g->roles[i].line = i == role("desk") ? g->roles[i].line : 0;
}

/* The first of three gave it, the second gives it no more, the third lets it be read. */
static void test_given_once(void **state)
{
	(void)state;
	old_g.values[0].from = next_g.values[0].from = 4;
	old_g.agreements_count = next_g.agreements_count = 1;
	next_g.roles[role("desk")].clearance.holds |= 1;
	check_opens("");
	old.opened = BYTES_LIT("KOR desk from KOR level S\nonce caveat NCG\nonce caveat LEADER from S\n"
			       "once topic NCG from U\nonce caveat NCG from S excludes KOR JPN\n");
	check_opens("USA desk from KOR level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level S some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "once caveat LEADER from S\nonce topic NCG from U\nonce caveat NCG from S excludes KOR "
		    "JPN\n");
	/* Raised, let down and raised again it stands there once. */
	two_versions(NULL);
	next_g.values[0].from = 4;
	old.opened = BYTES_LIT("once caveat NCG from S excludes JPN\n");
	check_opens("once caveat NCG from S excludes JPN\n");
	/* What it had no name for in between, and what had no guidelines at all. */
	two_versions(NULL);
	old_g.values[0].from = next_g.values[0].from = 4;
	old_g.agreements_count = next_g.agreements_count = 1;
	next_g.roles[role("desk")].clearance.holds |= 1;
	desk_alone(&old_g);
	desk_alone(&next_g);
	memcpy(old_g.values[0].code, "X", 2);
	old.opened = BYTES_LIT("once caveat NCG from GONE excludes JPN USA\n");
	next_g.roles[role("desk")].clearance.up_to = 1;
	check_opens("KOR desk from KOR level U,R some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from USA level U,R some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "once caveat NCG from GONE excludes JPN USA\nonce caveat X from TS excludes JPN\n");
	two_versions(NULL);
	old.opened = BYTES_LIT("once everything\n");
	next_g.roles[role("desk")].clearance.holds |= 1;
	next_g.roles[role("desk")].clearance.up_to = 0;
	next_g.agreements_count = old_g.agreements_count = 0;
	check_opens("KOR desk from KOR level U some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level U some NCG any DPRK-NUC,DPRK-MSL,SANCTIONS\nonce everything\n");
}

/* It is given no more, and read by who was not there to read it, or had no agreement for it, in between. */
static void test_given_before_and_read_anew(void **state)
{
	static const char by_agreement[] = "KOR desk from USA level U,R,C any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
					   "KOR desk from USA level S any NCG,DPRK-NUC,DPRK-MSL,SANCTIONS\n"
					   "USA desk from KOR level U,R,C any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
					   "USA desk from KOR level S any NCG,DPRK-NUC,DPRK-MSL,SANCTIONS\n"
					   "once caveat NCG from S excludes JPN\n";

	(void)state;
	desk_alone(&old_g);
	desk_alone(&next_g);
	old_g.roles[role("desk")].clearance.holds |= 1;
	next_g.roles[role("desk")].clearance.holds |= 1;
	next_g.values[0].from = 4;
	old_g.agreements_count = 0;
	next_g.agreements_count = 1;
	old_g.nodes[2].line = next_g.nodes[2].line = 0;
	check_opens(by_agreement);
	old_g.agreements_count = next_g.agreements_count = 0;
	check_opens("once caveat NCG from S excludes JPN\n");
	memcpy(old.roles[role("desk")].name, "gone", 5);
	check_opens("KOR desk from KOR level U,R,C any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from KOR level S any NCG,DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level U,R,C any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA desk from USA level S any NCG,DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "once caveat NCG from S excludes JPN\n");
}

/* A closed channel that is not any more, or lets another post in; the same of seals; a post that goes on. */
static void test_let_in(void **state)
{
	struct accord_channel *was = &old.channels[0], *is = &next.channels[0];
	uint64_t leader = 1ull << role("leader"), desk = 1ull << role("desk"), day = 86400000;
	char want[512];

	(void)state;
	was->is_closed = is->is_closed = true;
	was->writers = leader;
	is->writers = leader | desk;
	snprintf(want, sizeof want, "closed %s post desk\n", was->name);
	check_opens(want);
	is->writers = leader;
	check_opens("");
	is->is_closed = false;
	snprintf(want, sizeof want, "closed %s post desk,duty,press,releaser\n", was->name);
	check_opens(want);
	was->is_closed = false;
	is->is_closed = true;
	check_opens("");
	is->is_closed = false;
	was->is_sealed = is->is_sealed = true;
	is->readers = leader;
	snprintf(want, sizeof want, "sealed %s post leader\n", was->name);
	check_opens(want);
	is->is_sealed = false;
	snprintf(want, sizeof want, "sealed %s post desk,duty,leader,press,releaser\n", was->name);
	check_opens(want);
	was->is_sealed = false;
	old.roles[role("desk")].until_ms = 20 * day;
	next.roles[role("desk")].until_ms = 21 * day;
	check_opens("post desk until 1970-01-21\n");
	next.roles[role("desk")].until_ms = 0;
	check_opens("post desk until -\n");
	next.roles[role("desk")].until_ms = 20 * day;
	check_opens("");
	old.roles[role("desk")].until_ms = 0;
	check_opens("");
}

static void test_places(void **state)
{
	(void)state;
	next_g.planes[PLANE_SERVICE].level = 2;
	next_g.feeds[0].ceiling.level = 2;
	next_g.feeds[1].ceiling.level = 0;
	check_opens("plane SERVICE level R,C\nfeed taxii level C\n");
}

/* A value that stops deciding, and a rule that falls: each is an opening. */
static void test_rules(void **state)
{
	(void)state;
	next_g.values[0].excludes = 0;
	next_g.nodes[2].clearance.holds |= 1;
	check_opens("JPN - from KOR level S some NCG some DPRK-NUC,DPRK-MSL\n"
		    "JPN - from USA level S some NCG some DPRK-NUC,DPRK-MSL\n"
		    "JPN - from JPN level S some NCG any DPRK-NUC,DPRK-MSL\n");
	two_versions(NULL);
	next_g.categories[0].rule = CATEGORY_INFO;
	next_g.all &= ~next_g.categories[0].values;
	next_g.roles[role("leader")].line = 0;
	next_g.roles[role("releaser")].line = 0;
	next_g.roles[role("duty")].line = 0;
	next_g.roles[role("press")].line = 0;
	next_g.nodes[1].line = 0;
	check_opens("KOR desk from KOR level C some LEADER any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from KOR level S some NCG,LEADER any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from USA level C some LEADER any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from USA level S some NCG,LEADER any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "KOR desk from JPN level C some LEADER some DPRK-NUC,DPRK-MSL\n"
		    "KOR desk from JPN level S some NCG,LEADER some DPRK-NUC,DPRK-MSL\n");
}

static void test_none(void **state)
{
	(void)state;
	old.guidelines = NULL;
	check_opens("once everything\n");
	two_versions(NULL);
	next.guidelines = NULL;
	check_opens("everything\n");
	old.guidelines = NULL;
	check_opens("");
}

/* A known plane, party, post or level under another name is a new one. */
static void test_unknown(void **state)
{
	(void)state;
	memcpy(next_g.levels[0].code, "X", 2);
	for (size_t i = 0; i < ACCORD_ROLES_MAX; i++)
		next_g.roles[i].line = i == role("press") ? next_g.roles[i].line : 0;
	next_g.agreements_count = 0;
	for (size_t i = 0; i < PLANE_COUNT; i++)
		next_g.planes[i].level = 0;
	next_g.feeds_count = 0;
	next_g.parties_count = 2;
	check_opens("KOR press from KOR level X any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "USA press from USA level X any DPRK-NUC,DPRK-MSL,SANCTIONS\n"
		    "plane LEADER level X\nplane CONSULT level X\nplane NOTIFY level X\n"
		    "plane SHARE level X\nplane SERVICE level X\nplane HOME level X\n"
		    "once topic DPRK-NUC from U\nonce topic DPRK-MSL from U\nonce topic SANCTIONS from U\n"
		    "once note EXERCISE from U\nonce note DRAFT from U\n");
}

/* Values in so many lists that a row tells more of them apart than it may. */
static void test_limit(void **state)
{
	struct accord_fault fault;
	struct matrix m;

	(void)state;
	next_g.categories_count = 1;
	next_g.categories[0].rule = CATEGORY_ANY;
	next_g.categories[0].values = (1ull << 14) - 1;
	next_g.all = 0;
	next_g.any[0] = next_g.categories[0].values;
	next_g.any_count = 1;
	next_g.values_count = 14;
	next_g.agreements_count = 0;
	for (size_t i = 0; i < 14; i++) {
		next_g.values[i].category = 0;
		snprintf(next_g.values[i].code, sizeof next_g.values[i].code, "V%zu", i);
		next_g.agreements[i] = (struct guidelines_agreement){
			.parties = 3, .ceiling = 4, .only = 1ull << i, .outside = next_g.any[0] & ~(1ull << i)
		};
	}
	next_g.agreements_count = MATRIX_CLASSES_MAX;
	/* The last of these names three values, which are one class. */
	next_g.agreements[MATRIX_CLASSES_MAX - 1].only = 7ull << 11;
	next_g.agreements[MATRIX_CLASSES_MAX - 1].outside = (1ull << 11) - 1;
	assert_int_equal(matrix_make(&next, NULL, (struct bytes){ NULL, 0 }, &arena, &m), ERR_OK);
	next_g.agreements_count = 14;
	arena_reset(&arena);
	assert_int_equal(matrix_make(&next, NULL, (struct bytes){ NULL, 0 }, &arena, &m), ERR_LIMIT);
	arena_reset(&arena);
	assert_int_equal(opened_check(&next, &old, &arena, &fault), ERR_USAGE);
	assert_string_equal(fault.fault.rule, "succession.opened-limit");
	arena_init(&arena, arena_memory, 4096);
	assert_int_equal(matrix_make(&next, NULL, (struct bytes){ NULL, 0 }, &arena, &m), ERR_MEMORY);
	assert_int_equal(opened_check(&next, &old, &arena, &fault), ERR_MEMORY);
}

static void test_counts(void **state)
{
	struct matrix_cell c = { .low = 1, .high = 3, .some = { 3, 4 }, .some_count = 2, .any = 0x70 };
	struct matrix m;

	(void)state;
	assert_int_equal(matrix_cell_labels(&c), 3 * 3 * 1 * 8);
	c.any = UINT64_MAX;
	assert_true(matrix_cell_labels(&c) == UINT64_MAX);
	assert_int_equal(matrix_make(&next, NULL, (struct bytes){ NULL, 0 }, &arena, &m), ERR_OK);
	/* JPN's: of four levels one or both of two topics, from each of the two; and of itself any. */
	assert_int_equal(m.rows[m.rows_count - 6].party, 2);
	assert_int_equal(matrix_cell_labels(&m.cells[m.rows[m.rows_count - 6].first]), 12);
	assert_true(matrix_is_same(&m, &m.rows[m.rows_count - 6], &m.rows[m.rows_count - 5]));
	assert_false(matrix_is_same(&m, &m.rows[m.rows_count - 6], &m.rows[m.rows_count - 4]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, two_versions),
		cmocka_unit_test_setup(test_level, two_versions),
		cmocka_unit_test_setup(test_value, two_versions),
		cmocka_unit_test_setup(test_given_no_more, two_versions),
		cmocka_unit_test_setup(test_given_once, two_versions),
		cmocka_unit_test_setup(test_given_before_and_read_anew, two_versions),
		cmocka_unit_test_setup(test_let_in, two_versions),
		cmocka_unit_test_setup(test_places, two_versions),
		cmocka_unit_test_setup(test_rules, two_versions),
		cmocka_unit_test_setup(test_none, two_versions),
		cmocka_unit_test_setup(test_unknown, two_versions),
		cmocka_unit_test_setup(test_limit, two_versions),
		cmocka_unit_test_setup(test_counts, two_versions),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
