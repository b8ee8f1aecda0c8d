/*
 * What a list reads of the store. Of commitments: a row for each, and of no entry; for the owner, for an
 * officer who may know of all, and for one who may not, each in the first list after a start. Of what is
 * owed: what is on the page, however much is owed besides. Counted, so that no machine is too slow for it.
 */
#include "served.h"

#include "base/alloc.h"
#include "wire/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define LISTED 200u
#define APART 40u /* of the officer, of his channel, of the body: not of each */

static struct world w;

/* ---- The store that counts. ---- */

static struct {
	const struct store_ops *true_ops;
	struct map true_map;
	uint64_t entries, rows;
} counted;

static enum err entry_get(struct store *store, log_number log, uint64_t index, struct buf *entry,
			  struct buf *hashes)
{
	counted.entries++;
	return counted.true_ops->entry_get(store, log, index, entry, hashes);
}

static enum err row_get(void *self, struct bytes key, struct buf *value)
{
	counted.rows++;
	return counted.true_map.ops->get(self, key, value);
}

static enum err row_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			 struct buf *value)
{
	counted.rows++;
	return counted.true_map.ops->next(self, prefix, after, key, value);
}

static struct map views(struct store *store)
{
	static struct map_ops ops;

	counted.true_map = counted.true_ops->views(store);
	ops = *counted.true_map.ops;
	ops.get = row_get;
	ops.next = row_next;
	return (struct map){ &ops, counted.true_map.self };
}

static struct store *counting_store(void)
{
	static struct store_ops ops;
	struct store *store = store_mem_new();

	counted.true_ops = store->ops;
	ops = *store->ops;
	ops.entry_get = entry_get;
	ops.views = views;
	store->ops = &ops;
	return store;
}

/* ---- What is listed. ---- */

struct logs {
	struct forge ours, theirs, home;
	size_t body, first; /* of ours */
};

/* What hangs on that entry of ours, or on nothing. */
static void say(struct forge *f, enum kind kind, const struct forge *ours, size_t index, const char *level,
		const char *name)
{
	uint8_t memory[4][64];
	struct buf called = BUF_ON(memory[0]), title = BUF_ON(memory[1]), codes = BUF_ON(memory[2]),
		   act = BUF_ON(memory[3]);
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	cbor_put_text(&called, bytes_str(name));
	cbor_put_array(&title, 2);
	cbor_put_text(&title, BYTES_LIT("en"));
	cbor_put_text(&title, BYTES_LIT("A title"));
	cbor_put_array(&codes, 2);
	for (size_t i = 0; i < 2; i++)
		cbor_put_text(&codes, bytes_str(w.accord->parties[i].code));
	cbor_put_uint(&act, DIALOGUE_ACT_CONFIRM);
	if (kind == KIND_BODY || kind == KIND_COMMITMENT) {
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_NAME, buf_bytes(&called) };
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_TITLE, buf_bytes(&title) };
	}
	if (kind == KIND_ACT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_ACT, buf_bytes(&act) };
	if (kind == KIND_COMMITMENT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_PARTIES, buf_bytes(&codes) };
	if (kind != KIND_BODY)
		s.refers[s.refers_count++] = forge_place(ours, index);
	if (f != ours)
		s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[0].name), 1, index + 1 };
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* One that the desk may not know of stands among them, and one of which it may not know all that was said. */
static void open_logs(struct logs *l, bool has_deeds)
{
	char name[24];

	forge_open(&l->ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&l->theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&l->home, &w, 0, SERVED_HOME, 1);
	served_begin(&l->ours);
	served_begin(&l->theirs);
	served_begin(&l->home);
	l->body = l->ours.count;
	say(&l->ours, KIND_BODY, &l->ours, 0, "U", "body");
	l->first = l->ours.count;
	for (unsigned i = 0; i < LISTED; i++) {
		snprintf(name, sizeof name, "promise-%u", i);
		say(&l->ours, KIND_COMMITMENT, &l->ours, l->body, i == 0 ? "S" : "U", name);
	}
	for (unsigned i = 1; has_deeds && i < LISTED; i++) {
		say(&l->theirs, KIND_ACT, &l->ours, l->first + i, i == 1 ? "S" : "U", "");
		say(&l->ours, KIND_REPORTED, &l->ours, l->first + i, "U", "");
	}
}

static size_t count_of(struct bytes answer, const char *words)
{
	const uint8_t *at = answer.ptr, *end = answer.ptr + answer.len;
	size_t count = 0;

	for (; (at = memmem(at, (size_t)(end - at), words, strlen(words))) != NULL; at++)
		count++;
	return count;
}

static void check_listed(struct logs *l, enum served_reader who, bool has_deeds)
{
	struct served_options o = { .store = counting_store() };
	size_t told = who == READER_DESK ? LISTED - 1 : LISTED;
	struct bytes answer;
	struct served v;

	served_open(&v, &w, &o);
	served_say(&v, &l->home, 0, l->home.count);
	served_say(&v, &l->ours, 0, l->first + LISTED);
	served_hear(&v, &l->theirs, 0, l->theirs.count);
	served_say(&v, &l->ours, l->first + LISTED, l->ours.count);
	if (who != READER_OWNER_ALONE)
		served_sign_in(&v, who, &w);
	counted.entries = counted.rows = 0;
	answer = served_ask(&v, "GET", "/dialogues?kind=commitment",
			    who == READER_OWNER_ALONE ? NULL : v.tokens[who], NONE);
	assert_int_equal(served_status(answer), 200);
	assert_int_equal(count_of(answer, "\"kind\":\"commitment\""), told);
	assert_int_equal(count_of(answer, "\"label\":{\"level\":\"U\""), LISTED - 1);
	assert_int_equal(count_of(answer, "\"part\":\"REPORTED\""), has_deeds ? LISTED - 1 : 0);
	assert_int_equal(count_of(answer, "\"confirm\":["), has_deeds ? told - 1 : 0);
	assert_int_equal(counted.entries, 0);
	if (counted.rows > LISTED + APART)
		fail_msg("%llu rows for %u things", (unsigned long long)counted.rows, LISTED);
	served_close(&v);
}

static void check_all(bool has_deeds)
{
	struct logs l;

	open_logs(&l, has_deeds);
	for (enum served_reader who = READER_OWNER_ALONE; who < READERS; who++)
		check_listed(&l, who, has_deeds);
	forge_free(&l.ours);
	forge_free(&l.theirs);
	forge_free(&l.home);
}

static void test_a_row_for_each(void **state)
{
	(void)state;
	check_all(false);
}

/* Each of them confirmed by the one and reported by the other. */
static void test_deeds_are_no_rows_more(void **state)
{
	(void)state;
	check_all(true);
}

/* A page of what is owed, most of it behind it: what is more urgent is not looked for among the rest. */
static void test_a_page_of_what_is_owed(void **state)
{
	struct served_options o = { .store = counting_store() };
	struct logs l;
	struct bytes answer;
	struct served v;

	(void)state;
	forge_open(&l.ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&l.theirs, &w, 1, SERVED_CONSULT, 1);
	served_begin(&l.ours);
	served_begin(&l.theirs);
	for (unsigned i = 0; i < LISTED; i++)
		served_message(&l.theirs, "U", "A text");
	served_open(&v, &w, &o);
	served_say(&v, &l.ours, 0, l.ours.count);
	served_hear(&v, &l.theirs, 0, l.theirs.count);
	counted.rows = 0;
	answer = served_ask(&v, "GET", "/owed?limit=1", NULL, NONE);
	assert_int_equal(served_status(answer), 200);
	assert_int_equal(count_of(answer, "\"filed_ms\":"), 1);
	assert_int_equal(count_of(answer, "\"next\":\"ROUTINE-"), 1);
	if (counted.rows > APART)
		fail_msg("%llu rows for one of %u", (unsigned long long)counted.rows, LISTED);
	served_close(&v);
	forge_free(&l.ours);
	forge_free(&l.theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_for_each),
		cmocka_unit_test(test_deeds_are_no_rows_more),
		cmocka_unit_test(test_a_page_of_what_is_owed),
	};

	served_world(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
