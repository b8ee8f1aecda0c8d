/*
 * What the screens ask: what is owed, where words stand, and whether something may be said, by which rule
 * not.
 */
#include "served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define MANY 1100u /* messages: more than one request of a search looks through */

static struct world w;
static struct forge ours, theirs, home;

static struct served *begin(void)
{
	static struct served v;
	struct served_options o = { 0 };

	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	served_hear(&v, &theirs, 0, theirs.count);
	served_sign_in(&v, READER_WATCH, &w);
	served_sign_in(&v, READER_DESK, &w);
	return &v;
}

static size_t times(struct bytes in, const char *text)
{
	size_t count = 0, len = strlen(text);

	for (const uint8_t *at; (at = memmem(in.ptr, in.len, text, len)) != NULL; count++) {
		in.len -= (size_t)(at - in.ptr) + len;
		in.ptr = at + len;
	}
	return count;
}

static bool says(struct bytes answer, const char *text)
{
	return times(answer, text) > 0;
}

static void must(struct bytes got, unsigned status, const char *text)
{
	if (served_status(got) != status || !says(got, text))
		fail_msg("not %u with %s:\n%.*s", status, text, (int)got.len, (const char *)got.ptr);
}

static struct bytes get(struct served *v, enum served_reader who, const char *target)
{
	return served_ask(v, "GET", target, who == READER_OWNER_ALONE ? NULL : v->tokens[who], NONE);
}

/* ---- Owed. ---- */

static void test_owed(void **state)
{
	struct served *v = begin();
	struct bytes got = get(v, READER_WATCH, "/owed");

	(void)state;
	must(got, 200, "\"owed\":{\"step\":\"WATCH READ\",\"by\":\"aster\",\"ours\":true,\"since_ms\":");
	must(got, 200, "\"by\":\"birch\",\"ours\":false,");
	assert_int_equal(times(got, "\"place\":\"BIRCH/CHANNEL-2"), 2);
	assert_true(says(got, "\"due_ms\":"));
	assert_int_equal(times(get(v, READER_DESK, "/owed"), "\"place\":\"BIRCH/CHANNEL-2"), 1);

	/* A page at a time, and nothing behind the last that he knows of. */
	got = get(v, READER_DESK, "/owed?limit=1");
	must(got, 200, "\"next\":\"ROUTINE-ASTER/CHANNEL-2 1.4\"");
	got = get(v, READER_DESK, "/owed?limit=1&after=ROUTINE-ASTER/CHANNEL-2%201.5");
	must(got, 200, "BIRCH/CHANNEL-2 1.4");
	assert_false(says(got, "next"));
	must(get(v, READER_DESK, "/owed?after=nowhere"), 400, "\"rule\":\"after\"");
	must(get(v, READER_DESK, "/owed?after=ASTER/CHANNEL-2%201.5"), 400, "\"rule\":\"after\"");
	served_close(v);
}

/* Nothing that is owed besides, however much, takes what is urgent off a page. */
static void test_urgent_first(void **state)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct served *v = begin();
	struct statement s;
	struct forge more;
	struct bytes got;

	(void)state;
	forge_open(&more, &w, 1, SERVED_CONSULT, 1);
	for (size_t i = 0; i < theirs.count; i++)
		forge_put(&more, theirs.items[i].entry, theirs.items[i].content);
	forge_message(&more, PRECEDENCE_IMMEDIATE, &s);
	s.label.level = BYTES_LIT("U");
	forge_content(&w, &s, BYTES_LIT("Now."), NULL, 0, &content);
	forge_say(&more, &s, &w.nodes[1].officer.key, buf_bytes(&content));
	served_hear(v, &more, theirs.count, more.count);
	got = get(v, READER_WATCH, "/owed?limit=1");
	must(got, 200, "\"next\":\"IMMEDIATE-BIRCH/CHANNEL-2 1.5\"");
	got = get(v, READER_WATCH, "/owed?limit=1&after=IMMEDIATE-BIRCH/CHANNEL-2%201.5");
	must(got, 200, "\"next\":\"ROUTINE-ASTER/CHANNEL-2 1.4\"");
	served_close(v);
	forge_free(&more);
}

/* ---- Search. ---- */

static size_t found(struct served *v, enum served_reader who, const char *query)
{
	char target[256];
	struct bytes got;

	snprintf(target, sizeof target, "/search?words=%s", query);
	got = get(v, who, target);
	if (served_status(got) != 200)
		fail_msg("%s:\n%.*s", query, (int)got.len, (const char *)got.ptr);
	return times(got, "\"place\":");
}

static void test_search(void **state)
{
	struct served *v = begin();

	(void)state;
	assert_int_equal(found(v, READER_WATCH, "부산"), 2);
	assert_int_equal(found(v, READER_DESK, "부산"), 1); /* the other is not for it */
	assert_int_equal(found(v, READER_WATCH, "회의%20부산"), 1);
	assert_int_equal(found(v, READER_WATCH, "부%20산"), 2);	 /* two words of one letter each */
	assert_int_equal(found(v, READER_WATCH, "긴급협의"), 1); /* spaced in the text, not in the question */
	/* 한구가 has its letters, and is another word */
	assert_int_equal(found(v, READER_WATCH, "한국"), 0);
	assert_int_equal(found(v, READER_WATCH, "PORT"), 1);
	assert_int_equal(found(v, READER_WATCH, "port&party=birch"), 0);
	assert_int_equal(found(v, READER_WATCH, "부산&party=aster"), 1);
	assert_int_equal(found(v, READER_WATCH, "부산&channel=channel-900"), 0);
	assert_int_equal(found(v, READER_WATCH, "부산&to_ms=1"), 0);
	assert_int_equal(found(v, READER_WATCH, "부산&from_ms=1"), 2);
	assert_int_equal(found(v, READER_WATCH, "부산&from_ms=1893000000000"), 0);
	assert_int_equal(found(v, READER_OWNER_ALONE, "부산"), 2);

	must(get(v, READER_WATCH, "/search"), 400, "\"rule\":\"words\"");
	must(get(v, READER_WATCH, "/search?words=%20"), 400, "USAGE");
	must(get(v, READER_WATCH, "/search?words=a%20b%20c%20d%20e%20f%20g%20h%20i"), 413,
	     "SEARCH_WORDS_MAX");
	must(get(v, READER_WATCH, "/search?words=a&channel=nine"), 404, "\"rule\":\"channel\"");
	must(get(v, READER_WATCH, "/search?words=a&after=nine"), 400, "\"rule\":\"after\"");
	served_close(v);
}

/* Of the processor, and the least of some: what else runs here does not count. */
static int64_t cost(struct served *v, const char *target)
{
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < 5; i++) {
		struct timespec before, after;
		int64_t ns;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
		get(v, READER_WATCH, target);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
		ns = (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec;
		least = ns < least ? ns : least;
	}
	return least;
}

/* It goes on where it stopped, to the end, with nothing twice and nothing left out. */
static void test_search_pages(void **state)
{
	struct served *v;
	struct forge more;
	char target[256] = "/search?words=needle", next[128];
	size_t requests = 0, hits = 0;

	(void)state;
	forge_open(&more, &w, 1, SERVED_CONSULT, 1);
	for (size_t i = 0; i < theirs.count; i++)
		forge_put(&more, theirs.items[i].entry, theirs.items[i].content);
	for (unsigned i = 0; i < MANY; i++)
		served_message(&more, i % 2 == 0 ? "U" : "S", i % 100 < 2 ? "a needle" : "hay");
	v = begin();
	for (size_t i = theirs.count; i < more.count; i += 200)
		served_hear(v, &more, i, i + 200 < more.count ? i + 200 : more.count);
	for (bool has_more = true; has_more; requests++) {
		struct bytes got = get(v, READER_WATCH, target);
		const char *at = memmem(got.ptr, got.len, "\"next\":\"", 8);

		assert_int_equal(served_status(got), 200);
		hits += times(got, "\"place\":");
		has_more = at != NULL;
		if (!has_more)
			break;
		assert_int_equal(sscanf(at + 8, "%127[^\"]", next), 1);
		*strchr(next, ' ') = '+';
		snprintf(target, sizeof target, "/search?words=needle&after=%s", next);
	}
	assert_int_equal(hits, 2 * MANY / 100);
	assert_int_equal(requests, MANY / 200);
	/*
	 * All were filed within an instant, so their T runs ahead of the clock, as it does behind one clock
	 * that was ahead: the last of them cost no more than some of the first.
	 */
	must(get(v, READER_WATCH, "/inbox?channel=channel-2&last=5"), 200, "1.1104\"");
	assert_true(cost(v, "/inbox?channel=channel-2&last=5") <
		    cost(v, "/inbox?channel=channel-2&limit=1000") / 4);
	/* The desk, which knows of half of them, is done sooner: its pages are of what it knows of. */
	assert_true(says(get(v, READER_DESK, "/search?words=needle"), "\"looked\":200"));
	served_close(v);
	forge_free(&more);
}

/* ---- May. ---- */

/* One item without a signature; or with the officer's, to be filed. */
static struct bytes item(const struct forge *f, bool is_signed)
{
	static uint8_t memory[1u << 16];
	struct buf out = BUF_ON(memory);
	struct entry entry;
	struct fault fault;
	enum err e = entry_open(f->items[f->count - 1].entry, &entry, &fault);

	assert_int_equal(e, ERR_OK);
	cbor_put_array(&out, 1);
	cbor_put_array(&out, 3);
	cbor_put_bytes(&out, entry.statement);
	cbor_put_array(&out, is_signed ? 1 : 0);
	if (is_signed)
		cbor_put_bytes(&out, entry.signatures[0]);
	cbor_put_bytes(&out, f->items[f->count - 1].content);
	return buf_bytes(&out);
}

/* Something that an officer of ours is about to say. */
static const struct saying {
	const char *why;
	enum served_reader who;
	enum kind kind;
	bool is_on_high; /* on what is not for the desk */
	const char *role, *level, *want;
} sayings[] = {
	{ "the watch opens it", READER_WATCH, KIND_WATCH_READ, false, "watch", "U", "\"err\":\"OK\"" },
	{ "and what is high", READER_WATCH, KIND_WATCH_READ, true, "watch", "S", "\"err\":\"OK\"" },
	{ "the desk opens it", READER_DESK, KIND_WATCH_READ, false, "desk", "U", "\"err\":\"OK\"" },
	{ "the desk as the watch", READER_DESK, KIND_WATCH_READ, false, "watch", "U", "\"rule\":\"ROLE\"" },
	{ "a read-back before it was read", READER_WATCH, KIND_READ_BACK, false, "watch", "U",
	  "\"rule\":\"STEP\"" },
	{ "presented before it was read", READER_WATCH, KIND_PRESENTED, false, "watch", "U",
	  "\"rule\":\"STEP\"" },
	{ "what it may not know of", READER_DESK, KIND_WATCH_READ, true, "desk", "U",
	  "\"err\":\"NOT_FOUND\"" },
	{ "a level that there is not", READER_WATCH, KIND_WATCH_READ, false, "watch", "X",
	  "\"rule\":\"LABEL\"" },
};

static void test_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(sayings); i++) {
		const struct saying *say = &sayings[i];
		const struct sign_key *key = say->who == READER_DESK ? &served_desk : &w.nodes[0].officer.key;
		struct served *v = begin();
		struct statement s;
		struct bytes got;
		struct forge f;

		forge_open(&f, &w, 0, SERVED_CONSULT, 1);
		forge_statement(&f, say->kind, &s);
		s.role = bytes_str(say->role);
		s.label.level = bytes_str(say->level);
		s.refers[s.refers_count++] = forge_place(&theirs, say->is_on_high ? 3 : 4);
		s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[1].name), 1, 4 };
		if (!say->is_on_high)
			s.seen[0].size = 5;
		forge_say(&f, &s, key, NONE);
		got = served_ask(v, "POST", "/may", v->tokens[say->who], item(&f, false));
		if (served_status(got) != 200 || !says(got, say->want))
			fail_msg("%s: %.*s", say->why, (int)got.len, (const char *)got.ptr);
		/* Nothing was done by asking, and what was said of it holds. */
		got = served_ask(v, "POST", "/statements", v->tokens[say->who], item(&f, true));
		must(got, 200, say->want);
		assert_false(says(got, "\"repeat\":true"));
		forge_free(&f);
		served_close(v);
	}
}

static void test_may_not_ask(void **state)
{
	struct served *v = begin();
	struct bytes one = BYTES_LIT("\x81\x83\x41\x00\x80\x40");
	uint8_t many[3 + 5 * 65] = { 0x98, 65 };

	(void)state;
	must(served_ask(v, "POST", "/may", v->tokens[READER_DESK], one), 200, "\"err\":\"STRICT\"");
	must(served_ask(v, "POST", "/may", NULL, one), 403, "REFUSED");
	must(served_ask(v, "POST", "/may", v->tokens[READER_DESK], NONE), 400, "USAGE");
	for (size_t i = 0; i < 65; i++)
		memcpy(many + 2 + 5 * i, "\x83\x41\x00\x80\x40", 5);
	must(served_ask(v, "POST", "/may", v->tokens[READER_DESK], (struct bytes){ many, 2 + 5 * 65 }), 413,
	     "MAY_STATEMENTS_MAX");
	served_close(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owed),   cmocka_unit_test(test_urgent_first),
		cmocka_unit_test(test_search), cmocka_unit_test(test_search_pages),
		cmocka_unit_test(test_may),    cmocka_unit_test(test_may_not_ask),
	};

	served_world(&w);
	forge_open(&ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&home, &w, 0, SERVED_HOME, 1);
	served_begin(&ours);
	served_begin(&theirs);
	served_begin(&home);
	served_message(&ours, "U", "부산 회의는 9시");
	served_message(&ours, "U", "긴급 협의, 한구가, Port call");
	served_message(&theirs, "S", "부산, not for the desk");
	served_message(&theirs, "U", "hello");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
