/*
 * Two nodes that are equal but for what the desk may not know of: whatever its officer asks of them, they
 * answer with the same bytes. The watch, who may know of it, gets other ones: or nothing was compared.
 */
#include "served.h"

#include "base/plant.h"
#include "wire/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define LAST 12u /* places that are asked for, beyond the end of each log */

#ifdef PLANT
enum plant plant_chosen = PLANT_ASK_NOBODY;
const char *plant_route;
#define IS_PLANTED true /* one route forgets to ask: the program must find it, or it compares nothing */
#else
#define IS_PLANTED false
#endif

static size_t found; /* answers to the desk that differed */
static struct world w;

/* The logs of one twin: ours and the peer's of a channel, and our home. */
struct logs {
	struct forge ours, theirs, home;
};

static void open_logs(struct logs *l)
{
	forge_open(&l->ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&l->theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&l->home, &w, 0, SERVED_HOME, 1);
}

static void close_logs(struct logs *l)
{
	forge_free(&l->ours);
	forge_free(&l->theirs);
	forge_free(&l->home);
}

/* What both have. */
static void put_common(struct logs *l)
{
	served_begin(&l->ours);
	served_begin(&l->theirs);
	served_begin(&l->home);
	served_message(&l->ours, "U", "ours, open");
	served_message(&l->theirs, "U", "theirs, open");
	served_message(&l->theirs, "U", "theirs, open, the second");
}

/* An act of an officer of ours on an entry of a log. */
static void put_act(struct forge *f, enum kind kind, const struct forge *on, size_t index, const char *level)
{
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	s.refers[s.refers_count++] = forge_place(on, index);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[1].name), 1, index + 1 };
	forge_say(f, &s, &w.nodes[0].officer.key, NONE);
}

static void put_start(struct forge *f)
{
	const struct procedure *p = w.accord->procedures;
	uint8_t memory[64];
	struct buf fields = BUF_ON(memory);
	struct statement s;

	forge_statement(f, KIND_START, &s);
	s.has_precedence = true;
	s.precedence = PRECEDENCE_PRIORITY;
	cbor_put_bytes(&fields, (struct bytes){ p->hash, HASH_LEN });
	s.fields[s.fields_count++] = (struct field){ 1, { memory, fields.len } };
	cbor_put_uint(&fields, 2 /* II, to advise */);
	s.fields[s.fields_count++] = (struct field){ 2, { memory + fields.len - 1, 1 } };
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* Their watch calls a recess of the procedure that ours began last. */
static void put_recess(struct forge *f, const struct forge *ours, const char *level)
{
	struct statement s;

	forge_statement(f, KIND_RECESS, &s);
	s.label.level = bytes_str(level);
	s.has_instance = true;
	s.instance = forge_place(ours, ours->count - 1);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[0].name), 1, ours->count };
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* An event of ours, then what the other side claims of it and makes of it. */
static void put_of_event(struct forge *f, enum kind kind, const struct forge *on, const char *level)
{
	uint8_t memory[4][64];
	struct buf name = BUF_ON(memory[0]), words = BUF_ON(memory[1]), source = BUF_ON(memory[2]),
		   act = BUF_ON(memory[3]);
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	cbor_put_text(&name, bytes_str(kind == KIND_EVENT ? "launch" : "radar"));
	cbor_put_array(&words, 2);
	cbor_put_text(&words, BYTES_LIT("en"));
	cbor_put_text(&words, BYTES_LIT("Two were seen"));
	cbor_put_text(&source, BYTES_LIT("a station"));
	cbor_put_uint(&act, DIALOGUE_ACT_ASSESS);
	if (kind != KIND_ACT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_NAME, buf_bytes(&name) };
	if (kind == KIND_EVENT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_TITLE, buf_bytes(&words) };
	if (kind == KIND_ACT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_ACT, buf_bytes(&act) };
	if (kind == KIND_CLAIM)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_SOURCE, buf_bytes(&source) };
	if (kind != KIND_EVENT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_DETAIL, buf_bytes(&words) };
	if (on != NULL) {
		s.refers[s.refers_count++] = forge_place(on, on->count - 1);
		s.seen[s.seen_count++] =
			(struct seen){ bytes_str(w.accord->parties[on->key.party].name), 1, on->count };
	}
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

static void copy_log(struct forge *to, const struct forge *from, size_t count)
{
	for (size_t i = to->count; i < count; i++)
		forge_put(to, from->items[i].entry, from->items[i].content);
}

static void copy_logs(struct logs *to, const struct logs *from)
{
	open_logs(to);
	copy_log(&to->ours, &from->ours, from->ours.count);
	copy_log(&to->theirs, &from->theirs, from->theirs.count);
	copy_log(&to->home, &from->home, from->home.count);
}

static void begin(struct served *v, const struct logs *l)
{
	struct served_options o = { .has_browsers = true };

	served_open(v, &w, &o);
	served_say(v, &l->home, 0, l->home.count < 4 ? l->home.count : 4);
	served_say(v, &l->ours, 0, 4);
	served_hear(v, &l->theirs, 0, l->theirs.count);
	served_say(v, &l->ours, 4, l->ours.count);
	served_say(v, &l->home, 4, l->home.count);
	for (enum served_reader who = READER_WATCH; who < READERS; who++)
		served_sign_in(v, who, &w);
}

/* ---- Asking both. ---- */

/* The port at which a twin listens is its own, and no reader's. */
static void forget_port(struct bytes answer, const char *address)
{
	const char *port = strrchr(address, ':');
	void *at;

	while ((at = memmem(answer.ptr, answer.len, port, strlen(port))) != NULL)
		memset(at, '#', strlen(port));
}

/* A plant is in one route: the others have nothing to find. */
static bool is_asked(const char *target)
{
#ifdef PLANT
	return strncmp(target, plant_route, strlen(plant_route)) == 0;
#else
	(void)target;
	return true;
#endif
}

static bool is_equal(struct served v[2], const char *method, const char *target, enum served_reader who)
{
	struct bytes of[2];

	if (!is_asked(target))
		return true;
	for (size_t i = 0; i < 2; i++) {
		of[i] = served_ask(&v[i], method, target, who == READER_OWNER_ALONE ? NULL : v[i].tokens[who],
				   NONE);
		forget_port(of[i], v[i].address);
	}
	if (bytes_equal(of[0], of[1]))
		return true;
	if (who == READER_DESK && !IS_PLANTED)
		print_message("%s %s\n%.*s\n%.*s\n", method, target, (int)of[0].len, (const char *)of[0].ptr,
			      (int)of[1].len, (const char *)of[1].ptr);
	return false;
}

/* Lists: every page size and cursor. */
static const char *const plain[] = {
	"/inbox?channel=channel-2",
	"/inbox?channel=channel-900",
	"/inbox?channel=channel-2&limit=1",
	"/inbox?channel=channel-2&limit=2",
	"/inbox?channel=channel-2&limit=3",
	"/inbox?channel=channel-2&last=1",
	"/inbox?channel=channel-2&last=2",
	"/inbox?channel=channel-2&last=1000",
	"/inbox?channel=channel-2&after=1-ASTER/CHANNEL-2%201.1",
	"/inbox?channel=channel-2&after=nothing",
	"/inbox?channel=channel-2&limit=1001",
	"/inbox",
	"/log?channel=channel-2",
	"/log?channel=channel-2&party=birch",
	"/log?channel=channel-2&party=birch&limit=1",
	"/log?channel=channel-2&party=birch&from=4&limit=1",
	"/log?channel=channel-2&party=birch&from=5",
	"/log?channel=channel-2&party=birch&from=6",
	"/log?channel=channel-2&party=birch&last=1",
	"/log?channel=channel-2&party=birch&last=2",
	"/log?channel=channel-2&party=birch&epoch=2",
	"/log?channel=channel-900",
	"/log?channel=channel-901&party=birch",
	"/seen?channel=channel-2",
	"/seen?channel=channel-900",
	"/keys",
	"/keys?party=birch&channel=channel-2",
	"/recipients?channel=channel-2",
	"/logs",
	"/status",
	"/accord",
	"/forms",
	"/versions",
	"/glossary",
	"/channels",
	"/advances",
	"/drafts",
	"/drafts?all=1",
	"/session",
	"/owed",
	"/owed?limit=1",
	"/owed?limit=1&after=BIRCH/CHANNEL-2%201.3",
	"/owed?after=BIRCH/CHANNEL-2%201.4",
	"/search?words=open",
	"/search?words=desk",
	"/search?words=o&limit=1",
	"/search?words=open&after=1-ASTER/CHANNEL-2%201.1",
	"/instances",
	"/instances?place=ASTER/CHANNEL-2%201.4",
	"/instances?place=ASTER/CHANNEL-2%201.5",
	"/measures",
	"/measures?place=ASTER/CHANNEL-2%201.4",
	"/obligations",
	"/dialogues",
	"/dialogues?place=ASTER/CHANNEL-2%201.4",
	"/text?place=ASTER/CHANNEL-2%201.4",
	"/assessments",
	"/assessments?limit=1",
	"/bundle?peer=birch",
	"/attachments?hash=00",
	"/nothing",
};

/* Of each place, which stands between the two. */
static const struct {
	const char *before, *after;
} of_place[] = {
	{ "/entry?place=", "" },
	{ "/content?place=", "" },
	{ "/ladder?place=", "" },
	{ "/note?place=", "" },
	{ "/note?place=", "&peer=birch" },
	{ "/proof?place=", "" },
	{ "/drafts?place=", "" },
	{ "/attachments?hash=0000000000000000000000000000000000000000000000000000000000000000&place=", "" },
	{ "/inbox?channel=channel-2&after=1793000000000-", "" },
};

static const char *const log_names[] = { "ASTER/CHANNEL-2", "BIRCH/CHANNEL-2", "ASTER/CHANNEL-900" };

/* How many of all that can be asked differ. */
static size_t compare(struct served v[2], enum served_reader who)
{
	size_t differ = 0;

	for (size_t i = 0; i < ARRAY_COUNT(plain); i++)
		differ += !is_equal(v, "GET", plain[i], who);
	for (size_t l = 0; l < ARRAY_COUNT(log_names); l++) {
		for (unsigned index = 0; index < LAST; index++) {
			for (size_t i = 0; i < ARRAY_COUNT(of_place); i++) {
				char target[256];
				snprintf(target, sizeof target, "%s%s%%201.%u%s", of_place[i].before,
					 log_names[l], index, of_place[i].after);
				differ += !is_equal(v, "GET", target, who);
			}
		}
	}
	return differ;
}

/* The same officers, each in a session of his browser; whoever has none is told nothing at all. */
static void check_browsers(struct served v[2])
{
	for (size_t i = 0; i < 2; i++) {
		v[i].is_browser = true;
		for (enum served_reader who = READER_WATCH; who < READERS; who++)
			served_sign_in(&v[i], who, &w);
	}
	found += compare(v, READER_DESK);
	assert_true(IS_PLANTED || found == 0);
	assert_true(IS_PLANTED || compare(v, READER_WATCH) > 0);
	assert_int_equal(compare(v, READER_OWNER_ALONE), 0);
}

static void check_twins(const struct logs *with, const struct logs *without)
{
	struct served v[2];

	begin(&v[0], with);
	begin(&v[1], without);
	found += compare(v, READER_DESK);
	assert_true(IS_PLANTED || found == 0);
	assert_true(IS_PLANTED || compare(v, READER_WATCH) > 0);
	assert_true(IS_PLANTED || compare(v, READER_OWNER_ALONE) > 0);
	check_browsers(v);
	served_close(&v[0]);
	served_close(&v[1]);
}

/* The peer said one thing more. */
static void test_one_item_more(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	served_message(&with.theirs, "S", "not for the desk");
	check_twins(&with, &without);
	close_logs(&with);
	close_logs(&without);
}

/* Of an event that all may know of, the other side claims and thinks something that the desk may not. */
static void test_claims_more(void **state)
{
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_of_event(&without.theirs, KIND_EVENT, NULL, "U");
	copy_logs(&with, &without);
	put_of_event(&with.ours, KIND_CLAIM, &with.theirs, "S");
	put_of_event(&with.ours, KIND_ACT, &with.theirs, "S");
	check_twins(&with, &without);
	/* They count, and the watch is told: that the desk is not is no accident. */
	begin(&v[0], &with);
	begin(&v[1], &without);
	assert_true(IS_PLANTED || !is_equal(v, "GET", "/assessments", READER_WATCH));
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

/* And our watch has acted on it, under an open label: what names it would tell of it. */
static void test_acts_on_it(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	served_message(&with.theirs, "S", "not for the desk");
	put_act(&with.ours, KIND_WATCH_READ, &with.theirs, with.theirs.count - 1, "U");
	served_message(&with.home, "S", "nor this, at home");
	check_twins(&with, &without);
	close_logs(&with);
	close_logs(&without);
}

/* In the place of one thing that is not for it stands another: longer, with acts, of another kind. */
static void test_another_in_its_place(void **state)
{
	struct logs common, one, other;

	(void)state;
	open_logs(&common);
	put_common(&common);
	copy_logs(&one, &common);
	copy_logs(&other, &common);
	served_message(&one.theirs, "S", "short");
	served_message(&other.theirs, "S", "another, which is longer than the first one, as can be seen");
	served_message(&common.theirs, "S", "only for the number");
	served_message(&common.theirs, "U", "open again");
	copy_log(&one.theirs, &common.theirs, common.theirs.count);
	copy_log(&other.theirs, &common.theirs, common.theirs.count);
	check_twins(&one, &other);
	close_logs(&one);
	close_logs(&other);
	close_logs(&common);
}

static bool is_in_recess(struct served *v)
{
	static const char word[] = "\"life\":\"RECESS\"";
	struct bytes answer = served_ask(v, "GET", "/instances", v->tokens[READER_WATCH], NONE);

	return memmem(answer.ptr, answer.len, word, sizeof word - 1) != NULL;
}

/* A procedure that all may know of stands otherwise after a move that the desk may not know of. */
static void test_a_move_in_an_open_procedure(void **state)
{
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_start(&without.ours);
	copy_logs(&with, &without);
	put_recess(&with.theirs, &with.ours, "S");
	check_twins(&with, &without);
	begin(&v[0], &with);
	begin(&v[1], &without);
	assert_true(is_in_recess(&v[0]) && !is_in_recess(&v[1]));
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_item_more),
		cmocka_unit_test(test_claims_more),
		cmocka_unit_test(test_acts_on_it),
		cmocka_unit_test(test_another_in_its_place),
		cmocka_unit_test(test_a_move_in_an_open_procedure),
	};

	(void)argc;
	(void)argv;
#ifdef PLANT
	plant_route = argv[1];
#endif
	served_world(&w);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0 || (IS_PLANTED && found == 0);
}
