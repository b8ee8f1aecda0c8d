/* The guidelines of test/vectors/guidelines/example: what they decide, line by line. */
#include "bundle_copy.h"
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;
static struct bundle copy;
static const struct accord *accord;
static const struct guidelines *g;

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
	if (bundle_read(&copy, &a, &fault) != ERR_OK) {
		print_message("# line %zu: %s\n", fault.fault.offset, fault.fault.rule);
		return 1;
	}
	accord = a;
	g = a->guidelines;
	return g == NULL;
}

static int finish(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(vectors);
	return 0;
}

/* ---- Labels, written as "S caveat:NCG rel:KOR,USA origin:USA", categories in any order ---- */

static void put_category(struct label *l, struct bytes text)
{
	struct label_category *c = &l->categories[l->categories_count++];
	struct bytes value;

	assert_int_equal(bytes_take_until(&text, ':', &c->name), ERR_OK);
	c->first = l->values_count;
	while (bytes_take_until(&text, ',', &value) == ERR_OK)
		l->values[l->values_count++] = value;
	l->values[l->values_count++] = text;
	c->count = l->values_count - c->first;
}

static struct label label_of(const char *text)
{
	struct bytes rest = bytes_str(text), word;
	struct label l = { .categories_count = 0 };

	if (bytes_take_until(&rest, ' ', &l.level) != ERR_OK) {
		l.level = rest;
		return l;
	}
	while (bytes_take_until(&rest, ' ', &word) == ERR_OK)
		put_category(&l, word);
	put_category(&l, rest);
	return l;
}

static struct label_mask mask_of(const char *text, const char *author)
{
	struct label l = label_of(text);
	struct label_mask m;
	struct decision d = policy_label_read(g, &l, guidelines_party_find(g, bytes_str(author)), &m);

	if (!d.is_allowed)
		fail_msg("%s: %s", text, reason_name(d.reason));
	return m;
}

/* "CONSULT" or "taxii" or "" */
static struct reader reader_named(const char *party, const char *role, const char *place)
{
	size_t who = guidelines_party_find(g, bytes_str(party));
	size_t feed = guidelines_feed_find(g, bytes_str(place)), post = READER_NODE;

	if (role != NULL) {
		post = accord_role_find(accord, bytes_str(role));
		assert_true(post < accord->roles_count);
	}
	assert_true(who < g->parties_count);
	if (feed < g->feeds_count)
		return reader_of_feed(who, post, feed);
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		if (strcmp(plane_name((enum plane)i), place) == 0)
			return reader_on_plane(who, post, (enum plane)i);
	}
	assert_string_equal(place, "");
	return reader_of(who, post);
}

/* "allow 33", or "deny 34 VALUES desk NCG" */
static void check_decision(const char *why, const struct decision *d, const char *want)
{
	char got[128], subject[64] = "", needed[64] = "";
	struct buf one = BUF_ON(subject), two = BUF_ON(needed);

	policy_write_subject(accord, d, &one);
	policy_write_needed(accord, d, &two);
	one.ptr[one.len] = two.ptr[two.len] = '\0';
	if (d->is_allowed)
		snprintf(got, sizeof got, "allow %u%s%s", d->line, d->via != 0 ? " via " : "",
			 d->via != 0 ? g->parties[__builtin_ctz(d->via)].code : "");
	else
		snprintf(got, sizeof got, "deny %u %s%s%s%s%s", d->line, reason_name(d->reason),
			 one.len > 0 ? " " : "", subject, two.len > 0 ? " " : "", needed);
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, want %s", why, got, want);
}

static void test_evaluate(void **state)
{
	static const struct {
		const char *label, *author, *party, *role, *place, *want;
	} tries[] = {
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "duty", "CONSULT", "allow 33" },
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "desk", "CONSULT", "deny 34 VALUES desk NCG" },
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "duty", "taxii", "deny 39 CEILING taxii S" },
		{ "TS topic:SANCTIONS rel:KOR,USA", "KOR", "USA", "duty", "CONSULT", "allow 33" },
		{ "TS topic:SANCTIONS rel:KOR,USA", "KOR", "USA", "duty", "SHARE",
		  "deny 37 CEILING SHARE TS" },
		{ "S topic:DPRK-MSL rel:JPN,KOR,USA", "KOR", "JPN", NULL, "", "allow 25 via USA" },
		{ "S topic:SANCTIONS rel:JPN", "KOR", "JPN", NULL, "", "deny 29 VALUES JPN SANCTIONS" },
		{ "S rel:JPN", "KOR", "JPN", NULL, "", "deny 25 NO_AGREEMENT JPN KOR" },
		{ "C", "KOR", "USA", "leader", "CONSULT", "deny 0 REL USA USA" },
		{ "C", "KOR", "KOR", "desk", "HOME", "allow 34" },
		{ "TS", "KOR", "KOR", "desk", "HOME", "deny 34 LEVEL desk TS" },
		{ "U rel:PUBLIC", "KOR", "PUBLIC", NULL, "cap", "allow 26" },
		{ "R rel:PUBLIC", "KOR", "PUBLIC", NULL, "cap", "deny 30 LEVEL PUBLIC R" },
		{ "U rel:PUBLIC", "KOR", "PUBLIC", "press", "cap", "deny 0 NODE press" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, tries[i].author);
		struct reader r = reader_named(tries[i].party, tries[i].role, tries[i].place);
		struct decision d = policy_evaluate(g, &m, &r);
		check_decision(tries[i].label, &d, tries[i].want);
	}
}

static void test_label_check(void **state)
{
	static const struct {
		const char *label, *author, *want;
	} tries[] = {
		{ "S caveat:NCG rel:KOR,USA", "USA", "allow 0" },
		{ "S topic:SANCTIONS rel:JPN,KOR", "KOR", "deny 25 NO_AGREEMENT JPN KOR" },
		{ "S rel:JPN,KOR", "KOR", "deny 25 NO_AGREEMENT JPN KOR" },
		{ "S caveat:NCG topic:DPRK-NUC rel:JPN", "KOR", "deny 14 EXCLUDES NCG JPN" },
		{ "R caveat:NCG", "KOR", "deny 14 FROM NCG S" },
		{ "U rel:PUBLIC", "KOR", "allow 0" },
		{ "U rel:JPN,PUBLIC topic:DPRK-NUC", "KOR", "allow 0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, tries[i].author);
		struct decision d = policy_label_check(g, &m);
		check_decision(tries[i].label, &d, tries[i].want);
	}
}

static void test_release(void **state)
{
	static const struct {
		const char *label, *to;
		enum plane plane;
		enum precedence precedence;
		unsigned by, line, consents, via;
	} tries[] = {
		{ "U rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 0, 41, 0, 0 },
		{ "R rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 1, 42, 0, 0 },
		{ "C rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 1, 42, 0, 0 },
		{ "S rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 2, 43, 0, 0 },
		{ "U rel:KOR,USA", "USA", PLANE_LEADER, PRECEDENCE_ROUTINE, 2, 44, 0, 0 },
		{ "U rel:KOR,USA", "USA", PLANE_NOTIFY, PRECEDENCE_FLASH, 2, 45, 0, 0 },
		{ "S topic:DPRK-NUC rel:JPN,KOR", "JPN", PLANE_SHARE, PRECEDENCE_ROUTINE, 2, 43, 3, 2 },
		{ "S caveat:NCG rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 2, 43, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, "KOR");
		uint32_t to = 1u << guidelines_party_find(g, bytes_str(tries[i].to));
		struct release_need n = policy_release_need(g, &m, tries[i].plane, tries[i].precedence, to);
		if (n.by != tries[i].by || n.line != tries[i].line || n.consents != tries[i].consents ||
		    n.via != tries[i].via)
			fail_msg("%s: by %u line %u consents %u via %u", tries[i].label, n.by, n.line,
				 n.consents, n.via);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evaluate),
		cmocka_unit_test(test_label_check),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
