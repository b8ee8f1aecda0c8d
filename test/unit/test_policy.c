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

/* The example, changed as the vector of that name in guidelines.json says. */
static void read_guidelines(const char *name)
{
	struct accord_fault fault;
	struct accord *a;
	const json_t *vector;
	size_t i;

	json_array_foreach(json_object_get(vectors, "vectors"), i, vector)
	{
		if (strcmp(json_string_value(json_object_get(vector, "name")), name) != 0)
			continue;
		bundle_make(&copy, vectors, vector);
		assert_int_equal(bundle_read(&copy, &a, &fault), ERR_OK);
		accord = a;
		g = a->guidelines;
		return;
	}
	fail_msg("no vector %s", name);
}

static int start(void **state)
{
	(void)state;
	crypto_init();
	vectors = bundle_vectors("guidelines.json");
	return vectors == NULL;
}

static int read_example(void **state)
{
	(void)state;
	read_guidelines("the example as it stands");
	return 0;
}

static int read_any(void **state)
{
	(void)state;
	read_guidelines("an `any` category");
	return 0;
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
	char got[192], subject[64] = "", needed[64] = "";
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

/* A denial has neither hands nor an answer that was begun before. */
static void check_reader(const char *label, const struct label_mask *m, const struct reader *r,
			 const char *want)
{
	struct decision d = policy_evaluate(g, m, r);

	check_decision(label, &d, want);
	assert_true(d.is_allowed == (d.reason == REASON_ALLOWED));
	assert_true(d.is_allowed || d.via == 0);
}

struct evaluation {
	const char *label, *author, *party, *role, *place, *want;
};

static void check_evaluations(const struct evaluation *tries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct label_mask m = mask_of(tries[i].label, tries[i].author);
		struct reader r = reader_named(tries[i].party, tries[i].role, tries[i].place);
		check_reader(tries[i].label, &m, &r, tries[i].want);
	}
}

static void test_evaluate(void **state)
{
	static const struct evaluation tries[] = {
		/* SHARING section 3 */
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "duty", "CONSULT", "allow 33" },
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "desk", "CONSULT", "deny 34 VALUES desk NCG" },
		{ "S caveat:NCG rel:KOR,USA", "USA", "KOR", "duty", "taxii", "deny 39 CEILING taxii S" },
		{ "TS topic:SANCTIONS rel:KOR,USA", "KOR", "USA", "duty", "CONSULT", "allow 33" },
		{ "TS topic:SANCTIONS rel:KOR,USA", "KOR", "USA", "duty", "SHARE",
		  "deny 37 CEILING SHARE TS" },
		{ "S topic:DPRK-MSL rel:JPN,KOR,USA", "KOR", "JPN", NULL, "", "allow 25 via USA" },
		{ "C", "KOR", "USA", "leader", "CONSULT", "deny 0 REL USA USA" },
		/* the party itself, and what is not its own */
		{ "C", "KOR", "KOR", "desk", "HOME", "allow 34" },
		{ "TS", "KOR", "KOR", "desk", "HOME", "deny 34 LEVEL desk TS" },
		{ "TS", "KOR", "KOR", NULL, "HOME", "allow 27" },
		{ "TS rel:KOR,USA", "USA", "KOR", NULL, "HOME", "allow 24" },
		{ "S", "KOR", "KOR", "desk", "SHARE", "allow 34" },
		{ "TS", "KOR", "KOR", "desk", "SHARE", "deny 34 LEVEL desk TS" },
		{ "TS rel:JPN", "KOR", "JPN", NULL, "cap", "deny 29 LEVEL JPN TS" },
		{ "S topic:SANCTIONS rel:JPN", "KOR", "JPN", NULL, "", "deny 29 VALUES JPN SANCTIONS" },
		{ "TS topic:DPRK-MSL rel:JPN", "KOR", "JPN", NULL, "", "deny 29 LEVEL JPN TS" },
		{ "S rel:JPN", "KOR", "JPN", NULL, "", "deny 25 NO_AGREEMENT JPN KOR" },
		{ "S topic:DPRK-MSL rel:JPN origin:JPN", "KOR", "JPN", NULL, "", "allow 29" },
		/* whose information: each other party's, rising; the hand of the reader is none */
		{ "S rel:USA origin:JPN,KOR", "USA", "USA", NULL, "", "deny 25 NO_AGREEMENT USA JPN" },
		{ "S topic:DPRK-NUC rel:USA origin:JPN,KOR", "USA", "USA", NULL, "", "allow 25" },
		{ "S topic:DPRK-NUC rel:KOR origin:JPN,USA", "USA", "KOR", NULL, "", "allow 25 via USA" },
		{ "TS topic:DPRK-NUC rel:USA origin:JPN,KOR", "USA", "USA", NULL, "",
		  "deny 25 NO_AGREEMENT USA JPN" },
		{ "S topic:DPRK-NUC,SANCTIONS rel:USA origin:JPN", "USA", "USA", NULL, "",
		  "deny 25 NO_AGREEMENT USA JPN" },
		{ "U rel:PUBLIC origin:JPN", "USA", "PUBLIC", NULL, "", "deny 0 NO_AGREEMENT PUBLIC JPN" },
		{ "U rel:KOR,USA origin:PUBLIC", "USA", "USA", "press", "", "allow 35" },
		/* outside */
		{ "U rel:PUBLIC", "KOR", "PUBLIC", NULL, "cap", "allow 26" },
		{ "R rel:PUBLIC", "KOR", "PUBLIC", NULL, "cap", "deny 30 LEVEL PUBLIC R" },
		{ "R", "KOR", "KOR", "desk", "cap", "deny 40 CEILING cap R" },
		{ "R", "KOR", "KOR", "desk", "misp", "allow 34" },
		{ "U rel:PUBLIC", "KOR", "PUBLIC", "press", "cap", "deny 0 NODE press" },
	};

	(void)state;
	check_evaluations(tries, ARRAY_COUNT(tries));
}

/* Of a category `any` one of the values named is enough, and none named asks for none. */
static void test_any(void **state)
{
	static const struct evaluation tries[] = {
		{ "S topic:DPRK-NUC,SANCTIONS rel:KOR", "KOR", "KOR", "desk", "", "allow 34" },
		{ "S caveat:NCG rel:KOR", "KOR", "KOR", "duty", "", "allow 33" },
		{ "S caveat:NCG topic:SANCTIONS rel:KOR", "KOR", "KOR", "desk", "",
		  "deny 34 VALUES desk NCG" },
		{ "U topic:DPRK-NUC,SANCTIONS rel:JPN origin:JPN", "KOR", "JPN", NULL, "", "allow 29" },
		{ "U topic:SANCTIONS rel:JPN origin:JPN", "KOR", "JPN", NULL, "",
		  "deny 29 VALUES JPN SANCTIONS" },
		{ "U caveat:NCG topic:SANCTIONS rel:JPN origin:JPN", "KOR", "JPN", NULL, "",
		  "deny 29 VALUES JPN NCG, SANCTIONS" },
	};

	(void)state;
	check_evaluations(tries, ARRAY_COUNT(tries));
}

/* An officer's own clearance narrows his role's; it never widens it. */
static void test_own(void **state)
{
	static const struct {
		const char *label;
		uint8_t up_to;
		const char *holds, *want;
	} tries[] = {
		{ "S topic:DPRK-NUC rel:KOR", 3, "DPRK-NUC", "allow 33" },
		{ "S topic:DPRK-NUC rel:KOR", 2, "DPRK-NUC", "deny 0 OWN_LEVEL S" },
		{ "S topic:DPRK-NUC rel:KOR", 3, "SANCTIONS", "deny 0 OWN_VALUES DPRK-NUC" },
		{ "S topic:DPRK-NUC rel:KOR", 2, "SANCTIONS", "deny 0 OWN_LEVEL S" },
		{ "S caveat:LEADER rel:KOR", 4, "LEADER", "deny 33 VALUES duty LEADER" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, "KOR");
		struct reader r = reader_named("KOR", "duty", "");
		r.own = (struct clearance){ tries[i].up_to,
					    1ull << guidelines_value_find(g, bytes_str(tries[i].holds)) };
		check_reader(tries[i].label, &m, &r, tries[i].want);
	}
}

/* What no file can say, and memory may hold all the same: it is denied. */
static void test_nothing(void **state)
{
	static struct guidelines odd;
	struct label_mask m = mask_of("U rel:KOR,USA", "USA");
	struct reader r = reader_named("KOR", "desk", "SERVICE");

	(void)state;
	odd = *g;
	g = &odd;
	odd.planes[PLANE_SERVICE].line = 0;
	check_reader("a plane without a line", &m, &r, "deny 0 CEILING SERVICE U");
	odd.roles[r.role].line = 0;
	check_reader("a role without a line", &m, &r, "deny 0 NODE desk");
	odd.nodes[r.party].line = 0;
	check_reader("a party without a line", &m, &r, "deny 0 NODE KOR");
	m.origin = 0;
	check_reader("nobody's information", &m, &r, "deny 0 ORIGIN");
	m.rel = 0;
	check_reader("released to nobody", &m, &r, "deny 0 REL KOR KOR");
	read_example(state);
}

static void check_roles(uint64_t roles, const char *want)
{
	char got[128] = "";

	for (size_t i = 0; i < accord->roles_count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s",
			 (roles >> i & 1) != 0 ? accord->roles[i].name : "",
			 (roles >> i & 1) != 0 ? " " : "");
	assert_string_equal(got, want);
	assert_int_equal(roles >> accord->roles_count, 0);
}

static void test_readers(void **state)
{
	static const struct {
		const char *label, *author, *parties, *roles; /* roles of KOR */
	} tries[] = {
		{ "U", "KOR", "KOR ", "desk duty leader press releaser " },
		{ "R rel:KOR,USA", "USA", "KOR USA ", "desk duty leader releaser " },
		{ "TS caveat:LEADER rel:KOR,USA", "USA", "KOR USA ", "leader releaser " },
		{ "S topic:DPRK-NUC rel:JPN,KOR", "KOR", "KOR JPN ", "desk duty leader releaser " },
		{ "S topic:SANCTIONS rel:JPN,KOR", "KOR", "KOR ", "desk duty leader releaser " },
		{ "U rel:JPN,PUBLIC,USA", "KOR", "USA PUBLIC ", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, tries[i].author);
		uint32_t parties = policy_parties(g, &m);
		uint64_t roles = policy_roles(g, &m, 0);
		char got[128] = "";
		for (size_t p = 0; p < g->parties_count; p++)
			snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s",
				 (parties >> p & 1) != 0 ? g->parties[p].code : "",
				 (parties >> p & 1) != 0 ? " " : "");
		assert_string_equal(got, tries[i].parties);
		check_roles(roles, tries[i].roles);
	}
}

/* Of a channel: its parties alone, and no more than its plane carries. */
static void test_channel_readers(void **state)
{
	enum { KOR = 1, USA = 2 };
	static const struct {
		const char *label, *author;
		enum plane plane;
		uint8_t parties;
		const char *roles;
	} tries[] = {
		{ "U rel:KOR,USA", "KOR", PLANE_SERVICE, KOR | USA, "desk duty leader press releaser " },
		{ "R rel:KOR,USA", "KOR", PLANE_SERVICE, KOR | USA, "" },
		{ "R rel:KOR,USA", "KOR", PLANE_SHARE, KOR | USA, "desk duty leader releaser " },
		{ "TS caveat:LEADER rel:KOR,USA", "USA", PLANE_LEADER, KOR | USA, "leader releaser " },
		{ "TS caveat:LEADER rel:KOR,USA", "USA", PLANE_NOTIFY, KOR | USA, "" },
		{ "S caveat:NCG rel:USA", "USA", PLANE_CONSULT, USA, "duty leader releaser " },
		{ "S caveat:NCG rel:USA", "USA", PLANE_CONSULT, KOR | USA, "duty leader releaser " },
		{ "S caveat:NCG rel:USA", "USA", PLANE_CONSULT, KOR, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, tries[i].author);
		struct accord_channel channel = { .plane = tries[i].plane, .parties = tries[i].parties };
		uint64_t roles = policy_readers(g, &m, &channel);
		check_roles(roles, tries[i].roles);
	}
}

static void test_label_read(void **state)
{
	static const struct {
		const char *label, *want;
	} tries[] = {
		{ "X rel:KOR", "deny 0 LEVEL_UNKNOWN X" },
		{ "s rel:KOR", "deny 0 LEVEL_UNKNOWN s" },
		{ "S topics:SANCTIONS", "deny 0 CATEGORY_UNKNOWN topics" },
		{ "S topic:SANCTION", "deny 0 VALUE_UNKNOWN SANCTION" },
		{ "S topic:NCG", "deny 0 VALUE_UNKNOWN NCG" },
		{ "S rel:KOR,PRK", "deny 0 PARTY_UNKNOWN PRK" },
		{ "S rel:KOR origin:PRK", "deny 0 PARTY_UNKNOWN PRK" },
		{ "S note:DRAFT topic:SANCTIONS rel:KOR", "allow 0" },
	};
	struct label_mask m = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label l = label_of(tries[i].label);
		struct decision d = policy_label_read(g, &l, 0, &m);
		check_decision(tries[i].label, &d, tries[i].want);
	}
	/* Who names nobody means himself. */
	m = mask_of("S", "USA");
	assert_int_equal(m.rel, 2);
	assert_int_equal(m.origin, 2);
	m = mask_of("S rel:KOR", "USA");
	assert_int_equal(m.rel, 1);
	assert_int_equal(m.origin, 2);
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
		{ "C caveat:LEADER", "KOR", "allow 0" },
		{ "R caveat:LEADER", "KOR", "deny 15 FROM LEADER C" },
		{ "U rel:PUBLIC", "KOR", "allow 0" },
		{ "U rel:JPN,PUBLIC topic:DPRK-NUC", "KOR", "allow 0" },
		{ "U rel:JPN topic:DPRK-NUC", "KOR", "allow 0" },
		{ "U rel:PUBLIC origin:JPN", "KOR", "deny 0 NO_AGREEMENT PUBLIC JPN" },
	};
	static struct guidelines odd;
	struct label_mask m;
	struct decision d;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		m = mask_of(tries[i].label, tries[i].author);
		d = policy_label_check(g, &m);
		check_decision(tries[i].label, &d, tries[i].want);
	}
	m.origin = 0;
	d = policy_label_check(g, &m);
	check_decision("nobody's information", &d, "deny 0 ORIGIN");
	/* A party may read it and no post of it. */
	odd = *g;
	m = mask_of("TS rel:KOR", "KOR");
	for (size_t i = 0; i < accord->roles_count; i++)
		odd.roles[i].clearance.up_to = 3;
	g = &odd;
	d = policy_label_check(g, &m);
	check_decision("no post", &d, "deny 0 NOBODY");
	m = mask_of("S rel:KOR", "KOR");
	d = policy_label_check(g, &m);
	check_decision("a post", &d, "allow 0");
	read_example(state);
}

/* What the door asks of a statement, in one. */
static void test_statement(void **state)
{
	static const struct {
		const char *label;
		uint32_t channel;
		const char *want;
	} tries[] = {
		{ "S rel:KOR,USA", 4, "allow 0" },
		{ "X rel:KOR,USA", 4, "deny 0 LEVEL_UNKNOWN X" },
		{ "C caveat:NCG rel:KOR,USA", 4, "deny 14 FROM NCG S" },
		{ "TS rel:KOR,USA", 4, "deny 37 CEILING SHARE TS" },
		{ "TS rel:KOR,USA", 2, "allow 0" },
		{ "TS rel:USA", 902, "allow 0" },
		{ "S rel:KOR", 4, "deny 0 REL USA USA" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label l = label_of(tries[i].label);
		struct decision d = policy_statement(g, &l, 1, accord_channel_find(accord, tries[i].channel));
		check_decision(tries[i].label, &d, tries[i].want);
	}
}

static void test_label_on(void **state)
{
	static const struct {
		const char *label;
		uint32_t parties;
		enum plane plane;
		const char *want;
	} tries[] = {
		{ "S rel:KOR,USA", 3, PLANE_SHARE, "allow 0" },
		{ "TS rel:KOR,USA", 3, PLANE_SHARE, "deny 37 CEILING SHARE TS" },
		{ "S rel:KOR", 3, PLANE_SHARE, "deny 0 REL USA USA" },
		{ "S rel:USA", 2, PLANE_SHARE, "allow 0" },
		{ "TS rel:KOR", 1, PLANE_HOME, "allow 0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, "KOR");
		struct decision d = policy_label_on(g, &m, tries[i].parties, tries[i].plane);
		check_decision(tries[i].label, &d, tries[i].want);
	}
}

static const char *text_of(const struct label_mask *m)
{
	static char text[256];
	struct buf out = BUF_ON(text);
	struct label l;

	assert_int_equal(policy_label_write(g, m, &l), ERR_OK);
	assert_int_equal(label_check(&l), ERR_OK);
	buf_put(&out, l.level);
	for (size_t i = 0; i < l.categories_count; i++) {
		buf_put_byte(&out, ' ');
		buf_put(&out, l.categories[i].name);
		for (size_t k = 0; k < l.categories[i].count; k++) {
			buf_put_byte(&out, k == 0 ? ':' : ',');
			buf_put(&out, l.values[l.categories[i].first + k]);
		}
	}
	buf_put_byte(&out, '\0');
	assert_int_equal(buf_check(&out), ERR_OK);
	return text;
}

struct join {
	const char *a, *b, *want;
};

static void check_joins(const struct join *tries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct label_mask a = mask_of(tries[i].a, "KOR"), b = mask_of(tries[i].b, "USA"), joined = a;
		struct decision d = policy_join(g, &a, &b, &joined);
		if (d.is_allowed)
			assert_string_equal(text_of(&joined), tries[i].want);
		else
			check_decision(tries[i].a, &d, tries[i].want);
		assert_true(d.is_allowed || (joined.level == a.level && joined.values == a.values &&
					     joined.rel == a.rel && joined.origin == a.origin));
	}
}

static void test_join(void **state)
{
	static const struct join tries[] = {
		{ "S rel:KOR,USA", "C rel:KOR,USA", "S origin:KOR,USA rel:KOR,USA" },
		{ "C rel:KOR,USA", "S rel:KOR", "S origin:KOR,USA rel:KOR" },
		{ "S caveat:NCG note:DRAFT rel:KOR,USA", "S note:EXERCISE topic:SANCTIONS rel:JPN,USA",
		  "S caveat:NCG note:DRAFT,EXERCISE origin:KOR,USA rel:USA topic:SANCTIONS" },
		{ "S rel:KOR", "S rel:USA", "deny 0 JOIN_REL" },
		{ "S", "S", "deny 0 JOIN_REL" },
	};

	(void)state;
	check_joins(tries, ARRAY_COUNT(tries));
}

static void test_join_any(void **state)
{
	static const struct join tries[] = {
		{ "S topic:DPRK-NUC,SANCTIONS rel:KOR", "S topic:DPRK-MSL,SANCTIONS rel:KOR",
		  "S origin:KOR,USA rel:KOR topic:SANCTIONS" },
		{ "S topic:DPRK-NUC,SANCTIONS rel:KOR", "S caveat:NCG rel:KOR",
		  "S caveat:NCG origin:KOR,USA rel:KOR topic:DPRK-NUC,SANCTIONS" },
		{ "S caveat:NCG rel:KOR", "S topic:DPRK-NUC rel:KOR",
		  "S caveat:NCG origin:KOR,USA rel:KOR topic:DPRK-NUC" },
		{ "S topic:DPRK-NUC rel:KOR", "S topic:DPRK-MSL rel:KOR", "deny 16 JOIN_ANY topic" },
	};

	(void)state;
	check_joins(tries, ARRAY_COUNT(tries));
}

struct within {
	const char *label, *of; /* by KOR */
	bool is_within;
};

static void check_within(const struct within *tries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct label_mask label = mask_of(tries[i].label, "KOR"), of = mask_of(tries[i].of, "KOR");
		if (policy_is_within(g, &label, &of) != tries[i].is_within)
			fail_msg("%s in %s: %d", tries[i].label, tries[i].of, !tries[i].is_within);
	}
}

/* A label within another is read by nobody who may not read that one. */
static void test_within(void **state)
{
	static const struct within tries[] = {
		{ "S rel:KOR,USA", "S rel:KOR,USA", true },
		{ "TS rel:KOR,USA", "S rel:KOR,USA", true },
		{ "C rel:KOR,USA", "S rel:KOR,USA", false },
		{ "S caveat:NCG rel:KOR,USA", "S rel:KOR,USA", true },
		{ "S rel:KOR,USA", "S caveat:NCG rel:KOR,USA", false },
		{ "S note:DRAFT rel:KOR,USA", "S note:EXERCISE rel:KOR,USA", true },
		{ "S rel:KOR", "S rel:KOR,USA", true },
		{ "S rel:KOR,USA", "S rel:KOR", false },
		{ "S origin:KOR,USA rel:KOR,USA", "S rel:KOR,USA", true },
		{ "S rel:KOR,USA", "S origin:KOR,USA rel:KOR,USA", false },
		/* The arrangement with JPN asks for a topic: naming one is what lets it see this. */
		{ "S topic:DPRK-MSL rel:JPN,KOR", "S rel:JPN,KOR", false },
		{ "S topic:DPRK-MSL rel:KOR,USA", "S rel:KOR,USA", true },
		{ "S topic:DPRK-MSL,SANCTIONS rel:JPN,KOR", "S topic:DPRK-MSL rel:JPN,KOR", true },
		{ "S topic:DPRK-MSL,DPRK-NUC rel:JPN,KOR", "S topic:DPRK-MSL rel:JPN,KOR", true },
	};

	(void)state;
	check_within(tries, ARRAY_COUNT(tries));
}

static void test_within_any(void **state)
{
	static const struct within tries[] = {
		{ "S topic:SANCTIONS rel:KOR", "S topic:SANCTIONS rel:KOR", true },
		{ "S topic:SANCTIONS rel:KOR", "S topic:DPRK-MSL,SANCTIONS rel:KOR", true },
		{ "S topic:DPRK-MSL,SANCTIONS rel:KOR", "S topic:SANCTIONS rel:KOR", false },
		{ "S topic:DPRK-MSL rel:KOR", "S topic:SANCTIONS rel:KOR", false },
		{ "S topic:SANCTIONS rel:KOR", "S rel:KOR", true },
		{ "S rel:KOR", "S topic:SANCTIONS rel:KOR", false },
		{ "S rel:KOR", "S rel:KOR", true },
		{ "S caveat:NCG rel:KOR", "S caveat:NCG topic:SANCTIONS rel:KOR", false },
	};

	(void)state;
	check_within(tries, ARRAY_COUNT(tries));
}

/* A part, and what the whole would have to say: nothing that the part asks for may be missing. */
static void test_part(void **state)
{
	static const struct {
		const char *whole, *part, *want; /* both by KOR */
	} tries[] = {
		{ "S rel:KOR,USA", "S rel:KOR,USA", NULL },
		{ "S rel:KOR,USA", "U rel:KOR,USA", NULL },
		{ "S rel:KOR", "S rel:KOR,USA", NULL },
		{ "S caveat:NCG rel:KOR,USA", "S rel:KOR,USA", NULL },
		{ "S origin:KOR,USA rel:KOR,USA", "S origin:USA rel:KOR,USA", NULL },
		{ "C rel:KOR,USA", "S rel:KOR,USA", "deny 0 PART S" },
		{ "S rel:KOR,USA", "S rel:KOR", "deny 0 PART S" },
		{ "S rel:KOR,USA", "S caveat:NCG rel:KOR,USA", "deny 0 PART S" },
		{ "S rel:KOR,USA", "S note:DRAFT rel:KOR,USA", "deny 0 PART S" },
		{ "S rel:KOR,USA", "S origin:USA rel:KOR,USA", "deny 0 PART S" },
		{ "S rel:KOR", "S rel:USA", "deny 0 JOIN_REL" },
		{ "S rel:KOR,USA", "X rel:KOR,USA", "deny 0 LEVEL_UNKNOWN X" },
		{ "S caveat:NCG rel:KOR", "C caveat:NCG rel:KOR", "deny 14 FROM NCG S" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask whole = mask_of(tries[i].whole, "KOR");
		struct label part = label_of(tries[i].part);
		uint8_t memory[1024];
		struct buf bytes = BUF_ON(memory);
		struct decision d;
		label_write(&part, &bytes);
		d = policy_part(g, &whole, buf_bytes(&bytes), guidelines_party_find(g, BYTES_LIT("KOR")));
		if (tries[i].want != NULL)
			check_decision(tries[i].part, &d, tries[i].want);
		else
			assert_true(d.is_allowed);
	}
	assert_false(policy_part(g, &(struct label_mask){ .rel = 1 }, BYTES_LIT("no label"), 0).is_allowed);
	{
		struct label_mask whole = mask_of("S rel:KOR", "KOR");
		struct label part = label_of("S rel:KOR");
		uint8_t memory[1024];
		struct buf bytes = BUF_ON(memory);
		label_write(&part, &bytes);
		assert_true(policy_part(g, &whole, buf_bytes(&bytes), 0).is_allowed);
		buf_put_byte(&bytes, 0);
		assert_false(policy_part(g, &whole, buf_bytes(&bytes), 0).is_allowed);
	}
}

/* A label of the guidelines may have more values than one of the wire. */
static void test_write_limit(void **state)
{
	static struct guidelines odd;
	struct label_mask m = mask_of("S rel:KOR", "KOR");
	struct label l;

	(void)state;
	odd = *g;
	odd.values_count = 64;
	for (size_t i = 0; i < 64; i++)
		snprintf(odd.values[i].code, sizeof odd.values[i].code, "V%02zu", i);
	odd.categories[0].values = UINT64_MAX;
	for (size_t i = 1; i < odd.categories_count; i++)
		odd.categories[i].values = 0;
	m.values = UINT64_MAX >> 2;
	assert_int_equal(policy_label_write(&odd, &m, &l), ERR_OK);
	assert_int_equal(l.values_count, 64);
	m.values = UINT64_MAX >> 1;
	assert_int_equal(policy_label_write(&odd, &m, &l), ERR_LIMIT);
}

/* Longer words than fit are cut between two characters. */
static void test_denial(void **state)
{
	struct decision d = { .reason = REASON_VALUE_UNKNOWN, .subject = SUBJECT_WORD };
	struct denial out;

	(void)state;
	d.word = BYTES_LIT("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345");
	policy_denial(accord, &d, &out);
	assert_string_equal(out.subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345");
	d.word = BYTES_LIT("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456");
	policy_denial(accord, &d, &out);
	assert_string_equal(out.subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012...");
	d.word = BYTES_LIT("ABCDEFGHIJKLMNOPQRSTUVWXYZ01\xea\xb0\x80\xea\xb0\x80");
	policy_denial(accord, &d, &out);
	assert_string_equal(out.subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZ01...");
	assert_string_equal(out.needed, "");
	d = (struct decision){
		.reason = REASON_VALUES, .subject = SUBJECT_ROLE, .line = 34, .needed_values = 3
	};
	policy_denial(accord, &d, &out);
	assert_string_equal(out.subject, "desk");
	assert_string_equal(out.needed, "NCG, LEADER");
	assert_int_equal(out.line, 34);
}

static void test_release(void **state)
{
	static const struct {
		const char *label, *to;
		enum plane plane;
		enum precedence precedence;
		unsigned by, line, consents, hands; /* hands: whose it may go by */
	} tries[] = {
		{ "U rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 0, 41, 0, 3 },
		{ "R rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 1, 42, 0, 3 },
		{ "C rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 1, 42, 0, 3 },
		{ "S rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 2, 43, 0, 3 },
		{ "U rel:KOR,USA", "USA", PLANE_LEADER, PRECEDENCE_ROUTINE, 2, 44, 0, 3 },
		{ "U rel:KOR,USA", "USA", PLANE_NOTIFY, PRECEDENCE_FLASH, 2, 45, 0, 3 },
		{ "S topic:DPRK-NUC rel:JPN,KOR", "JPN", PLANE_SHARE, PRECEDENCE_ROUTINE, 2, 43, 3, 2 },
		{ "S topic:DPRK-NUC rel:JPN,KOR origin:JPN", "JPN", PLANE_SHARE, PRECEDENCE_ROUTINE, 2, 43, 3,
		  3 },
		{ "U rel:PUBLIC", "PUBLIC", PLANE_SHARE, PRECEDENCE_ROUTINE, 2, 46, 3, 3 },
		{ "S caveat:NCG rel:KOR,USA", "USA", PLANE_CONSULT, PRECEDENCE_ROUTINE, 2, 43, 0, 3 },
		{ "S caveat:NCG rel:KOR,USA origin:JPN", "JPN", PLANE_CONSULT, PRECEDENCE_ROUTINE, 2, 43, 7,
		  3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, "KOR");
		uint32_t to = 1u << guidelines_party_find(g, bytes_str(tries[i].to));
		struct release_need n = policy_release_need(g, &m, tries[i].plane, tries[i].precedence, to);
		unsigned hands = 0;
		uint16_t line = 0;
		for (size_t author = 0; author < 2; author++)
			hands |= (unsigned)policy_is_by_hand(g, &m, author, to, &line) << author;
		if (n.by != tries[i].by || n.line != tries[i].line || n.consents != tries[i].consents ||
		    hands != tries[i].hands || line != (hands == 3 ? 0 : 25))
			fail_msg("%s: by %u line %u consents %u, by the hands %x", tries[i].label, n.by,
				 n.line, n.consents, hands);
	}
}

/* Two agreements, two hands: who is the one of them is not the other. Nobody needs a hand to himself. */
static void test_hands(void **state)
{
	struct guidelines two = *g;
	struct label_mask m = mask_of("S topic:DPRK-NUC rel:JPN,KOR,USA", "KOR");
	uint32_t both = 1u << 1 | 1u << 2;
	uint16_t line = 0;

	(void)state;
	two.agreements[0].via = 0; /* bilateral, by KOR; trilateral is by USA */
	assert_true(policy_is_by_hand(&two, &m, 0, 1u << 1, &line));
	assert_false(policy_is_by_hand(&two, &m, 0, both, &line));
	assert_int_equal(line, 25);
	m.origin = 1u << 1;
	assert_true(policy_is_by_hand(&two, &m, 1, both | 1u, &line));
	/* What is of both has two hands to go by, so none. */
	m.origin = 3;
	two.agreements[1].parties = 6;
	two.agreements[1].via = 1;
	two.agreements[2] = two.agreements[1];
	two.agreements[2].parties = 5;
	two.agreements[2].via = 0;
	assert_false(policy_is_by_hand(&two, &m, 0, both, &line));
	assert_false(policy_is_by_hand(&two, &m, 1, both, &line));
	assert_true(policy_is_by_hand(&two, &m, 2, 1u << 2, &line));
}

static void test_acts(void **state)
{
	static const struct {
		const char *label;
		enum guidelines_act act;
		unsigned by, line, consents;
	} tries[] = {
		{ "S rel:KOR,USA", GUIDELINES_DOWNGRADE, 2, 47, 0 },
		{ "S caveat:NCG rel:KOR,USA origin:KOR,USA", GUIDELINES_DOWNGRADE, 2, 47, 3 },
		{ "S caveat:LEADER rel:KOR,USA origin:USA", GUIDELINES_DOWNGRADE, 2, 47, 2 },
		{ "S caveat:NCG rel:KOR,USA", GUIDELINES_RECALL, 1, 48, 0 },
		{ "S caveat:NCG rel:KOR,USA", GUIDELINES_ERASE, 2, 49, 0 },
	};
	static const struct {
		const char *label;
		unsigned days, line;
	} reviews[] = { { "S", 1825, 52 },
			{ "S note:DRAFT", 1825, 52 },
			{ "S note:DRAFT,EXERCISE", 90, 53 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct label_mask m = mask_of(tries[i].label, "KOR");
		struct release_need n = policy_act_need(g, &m, tries[i].act);
		if (n.by != tries[i].by || n.line != tries[i].line || n.consents != tries[i].consents)
			fail_msg("%s: by %u line %u consents %u", tries[i].label, n.by, n.line, n.consents);
	}
	for (size_t i = 0; i < ARRAY_COUNT(reviews); i++) {
		struct label_mask m = mask_of(reviews[i].label, "KOR");
		struct guidelines_review review = policy_review(g, &m);
		assert_int_equal(review.days, reviews[i].days);
		assert_int_equal(review.line, reviews[i].line);
	}
	assert_int_equal(policy_approval(g, PLANE_LEADER).ms, 900000);
	assert_int_equal(policy_approval(g, PLANE_LEADER).line, 51);
	assert_int_equal(policy_approval(g, PLANE_CONSULT).ms, 86400000);
	assert_int_equal(policy_approval(g, PLANE_CONSULT).line, 50);
}

/* Of several notes the earliest; of several lines the first that asks for most. */
static void test_most(void **state)
{
	static struct guidelines odd;
	struct label_mask m = mask_of("S note:DRAFT,EXERCISE", "KOR");
	size_t draft = guidelines_value_find(g, BYTES_LIT("DRAFT"));

	(void)state;
	odd = *g;
	odd.review_of[draft] = (struct guidelines_review){ 91, 99 };
	assert_int_equal(policy_review(&odd, &m).line, 53);
	odd.review_of[draft].days = 89;
	assert_int_equal(policy_review(&odd, &m).line, 99);
	odd.review_of[draft].days = 90;
	assert_int_equal(policy_review(&odd, &m).line, 53);
	odd.releases[3].by = 3; /* the line of plane LEADER */
	assert_int_equal(policy_release_need(&odd, &m, PLANE_LEADER, PRECEDENCE_ROUTINE, 2).line, 44);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_evaluate, read_example),
		cmocka_unit_test_setup(test_any, read_any),
		cmocka_unit_test_setup(test_own, read_example),
		cmocka_unit_test_setup(test_nothing, read_example),
		cmocka_unit_test_setup(test_readers, read_example),
		cmocka_unit_test_setup(test_channel_readers, read_example),
		cmocka_unit_test_setup(test_label_read, read_example),
		cmocka_unit_test_setup(test_label_check, read_example),
		cmocka_unit_test_setup(test_statement, read_example),
		cmocka_unit_test_setup(test_label_on, read_example),
		cmocka_unit_test_setup(test_join, read_example),
		cmocka_unit_test_setup(test_join_any, read_any),
		cmocka_unit_test_setup(test_within, read_example),
		cmocka_unit_test_setup(test_within_any, read_any),
		cmocka_unit_test_setup(test_part, read_example),
		cmocka_unit_test_setup(test_write_limit, read_example),
		cmocka_unit_test_setup(test_denial, read_example),
		cmocka_unit_test_setup(test_release, read_example),
		cmocka_unit_test_setup(test_hands, read_example),
		cmocka_unit_test_setup(test_acts, read_example),
		cmocka_unit_test_setup(test_most, read_example),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
