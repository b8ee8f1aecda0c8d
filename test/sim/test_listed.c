/*
 * What a list reads of the store. Of commitments: a row for each, and of no entry; for the owner, for an
 * officer who may know of all, and for one who may not, each in the first list after a start. Of what is
 * owed: what is on the page, however much is owed besides. And of no number that is said in a question, or by
 * a peer, are all those before it looked at. Counted, so that no machine is too slow for it.
 */
#include "served.h"

#include "base/alloc.h"
#include "view/release.h"
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
#define APART 40u	 /* of the officer, of his channel, of the body: not of each */
#define ROWS_MAX 100000u /* of any answer: what goes on behind these never ends */

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

static void count_row(void)
{
	if (++counted.rows > ROWS_MAX)
		fail_msg("%u rows for one answer", ROWS_MAX);
}

static enum err row_get(void *self, struct bytes key, struct buf *value)
{
	count_row();
	return counted.true_map.ops->get(self, key, value);
}

static enum err row_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			 struct buf *value)
{
	count_row();
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

	counted.entries = counted.rows = 0;
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

/* ---- What whoever asks, or a peer, may say of a number. ---- */

static void open_counted(struct served *v, struct forge *ours, struct forge *theirs)
{
	struct served_options o = { .store = counting_store() };

	forge_open(ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(theirs, &w, 1, SERVED_CONSULT, 1);
	served_begin(ours);
	served_begin(theirs);
	served_open(v, &w, &o);
	served_say(v, ours, 0, ours->count);
}

/* A list that ends before what was never said, at a time that no clock has. */
static void test_an_end_behind_all(void **state)
{
	struct forge ours, theirs;
	struct bytes answer;
	struct served v;

	(void)state;
	open_counted(&v, &ours, &theirs);
	served_message(&theirs, "U", "A text");
	served_hear(&v, &theirs, 0, theirs.count);
	for (unsigned last = 1; last <= 3; last++) {
		char target[128];
		snprintf(target, sizeof target,
			 "/inbox?channel=2&last=%u&before=18446744073709551615-ASTER/2%%201.3", last);
		counted.rows = 0;
		answer = served_ask(&v, "GET", target, NULL, NONE);
		assert_int_equal(served_status(answer), 200);
		assert_int_equal(count_of(answer, "\"filed_ms\":"), 1);
	}
	served_close(&v);
	forge_free(&ours);
	forge_free(&theirs);
}

/* The statements that an epoch begins with, behind all that is held of the one before. */
static void begin_behind(struct forge *f, const struct forge *before)
{
	uint8_t memory[2][128], root[HASH_LEN];
	struct buf manifest = BUF_ON(memory[0]), old = BUF_ON(memory[1]);
	struct statement s;

	forge_statement(f, KIND_OPEN, &s);
	cbor_put_bytes(&manifest, BYTES_OF(w.accord->hash));
	s.fields[s.fields_count++] = (struct field){ FIELD_OPEN_MANIFEST, buf_bytes(&manifest) };
	frontier_root(&before->frontiers[before->count], root);
	cbor_put_array(&old, 3);
	cbor_put_uint(&old, before->key.epoch);
	cbor_put_uint(&old, before->count);
	cbor_put_bytes(&old, BYTES_OF(root));
	s.fields[s.fields_count++] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
	forge_say(f, &s, &w.nodes[f->key.party].officer.registrar, NONE);
}

/* Its number is for whoever opens it: the highest that there is. */
static void test_an_epoch_far_ahead(void **state)
{
	const struct place_key after = { { SERVED_CONSULT, 1, 1 }, 0 },
			       seen = { { SERVED_CONSULT, 0, 1 }, 0 };
	struct forge ours, theirs, later;
	struct place_key first;
	struct statement s;
	struct bytes answer;
	struct served v;

	(void)state;
	open_counted(&v, &ours, &theirs);
	served_message(&theirs, "U", "A text");
	forge_open(&later, &w, 1, SERVED_CONSULT, UINT32_MAX);
	forge_begin(&later);
	served_message(&later, "U", "A text");
	forge_message(&later, PRECEDENCE_ROUTINE, &s);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[0].name), 1, 1 };
	forge_say(&later, &s, &w.nodes[1].officer.key, NONE);
	served_hear(&v, &theirs, 0, theirs.count);
	served_hear(&v, &later, 0, later.count);
	counted.rows = 0;
	answer = served_ask(&v, "GET", "/feed?format=csv&role=watch", NULL, NONE);
	assert_int_equal(served_status(answer), 200);
	assert_int_equal(count_of(answer, "A text"), 2 * 2); /* as title and as words */
	assert_int_equal(fold_first_to_see(node_fold(v.node), &after, &seen, &first), ERR_OK);
	assert_true(first.log.epoch == UINT32_MAX && first.index + 1 == later.count);
	served_close(&v);
	forge_free(&later);
	forge_free(&ours);
	forge_free(&theirs);
}

/* A key that words are sealed for, of the desk, which two give: the accord begins with it. */
static void say_recipient(struct forge *f)
{
	static const uint8_t key[RECIPIENT_X25519_LEN] = { 9 };
	uint8_t memory[4][128];
	struct buf b[4];
	struct statement s;

	for (size_t i = 0; i < ARRAY_COUNT(b); i++)
		buf_init(&b[i], memory[i], sizeof memory[i]);
	forge_statement(f, KIND_KEYS, &s);
	s.channel = 0;
	cbor_put_uint(&b[0], 0);
	cbor_put_uint(&b[1], KEY_USE_RECIPIENT);
	cbor_put_bytes(&b[2], BYTES_OF(key));
	cbor_put_array(&b[3], 1);
	cbor_put_text(&b[3], BYTES_LIT("desk"));
	s.fields[s.fields_count++] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&b[0]) };
	s.fields[s.fields_count++] = (struct field){ FIELD_KEYS_USE, buf_bytes(&b[1]) };
	s.fields[s.fields_count++] = (struct field){ FIELD_KEYS_KEY, buf_bytes(&b[2]) };
	s.fields[s.fields_count++] = (struct field){ FIELD_KEYS_ROLES, buf_bytes(&b[3]) };
	forge_say(f, &s, &w.nodes[f->key.party].officer.registrar, NONE);
}

/* Repeated in such an epoch: whoever signed it is no officer in any of them. */
static void test_keys_of_an_epoch_far_ahead(void **state)
{
	struct accord *a = (struct accord *)(void *)w.accord_memory;
	struct forge ours, theirs, later;
	struct bytes answer;
	struct served v;

	(void)state;
	a->two_roles = 2; /* the desk */
	open_counted(&v, &ours, &theirs);
	say_recipient(&theirs);
	forge_open(&later, &w, 1, SERVED_CONSULT, UINT32_MAX);
	begin_behind(&later, &theirs);
	say_recipient(&later);
	theirs.book = later.book = NULL; /* it does not know the desk */
	served_hear(&v, &theirs, 0, theirs.count);
	served_hear(&v, &later, 0, later.count);
	counted.rows = 0;
	answer = served_ask(&v, "GET", "/recipients?channel=2", NULL, NONE);
	assert_int_equal(served_status(answer), 200);
	assert_int_equal(count_of(answer, "\"roles\":[\"desk\"]"), 1);
	served_close(&v);
	a->two_roles = 0;
	forge_free(&later);
	forge_free(&ours);
	forge_free(&theirs);
}

#define WAITING 400u /* entries of each epoch */

/* A peer fills his epochs with what waits: no more of it is looked at than of one log. */
static void test_what_waits_in_many_logs(void **state)
{
	struct forge ours, theirs, later;
	struct bytes answer;
	struct served v;
	uint64_t one = 0;

	(void)state;
	open_counted(&v, &ours, &theirs);
	served_hear(&v, &theirs, 0, theirs.count);
	for (uint32_t epoch = 2; epoch < 10; epoch++) {
		struct statement s;
		forge_open(&later, &w, 1, SERVED_CONSULT, epoch);
		forge_begin(&later);
		forge_message(&later, PRECEDENCE_ROUTINE, &s);
		s.seen[s.seen_count++] =
			(struct seen){ bytes_str(w.accord->parties[0].name), 1, ours.count + 1 };
		forge_say(&later, &s, &w.nodes[1].officer.key, NONE);
		for (unsigned i = 0; i < WAITING; i++) {
			forge_statement(&later, KIND_REMARK, &s);
			forge_say(&later, &s, &w.nodes[1].officer.key, NONE);
		}
		served_hear(&v, &later, 0, later.count);
		forge_free(&later);
		counted.entries = 0;
		answer = served_ask(&v, "GET", "/waiting", NULL, NONE);
		assert_int_equal(served_status(answer), 200);
		one = epoch == 2 ? counted.entries : one;
	}
	assert_in_range(one, 2 * WAITING, 4 * WAITING);
	assert_in_range(counted.entries, one, 3 * one);
	served_close(&v);
	forge_free(&ours);
	forge_free(&theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_for_each),
		cmocka_unit_test(test_deeds_are_no_rows_more),
		cmocka_unit_test(test_a_page_of_what_is_owed),
		cmocka_unit_test(test_an_end_behind_all),
		cmocka_unit_test(test_an_epoch_far_ahead),
		cmocka_unit_test(test_keys_of_an_epoch_far_ahead),
		cmocka_unit_test(test_what_waits_in_many_logs),
	};

	served_world(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
