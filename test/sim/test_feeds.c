/*
 * Two nodes that are equal but for what the desk may not have: a feed of the role desk is the same bytes, in
 * every format, on every page of TAXII, with every cursor and in every error. The watch is sent other ones,
 * or nothing was compared.
 */
#include "served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define IDS_MAX 128u
#define ID_LEN 96u

static struct world w;

struct ids {
	char of[IDS_MAX][ID_LEN];
	size_t count;
};

/* Entries of both parties on one channel; our home has the keys of both readers. */
struct logs {
	struct forge ours, theirs, home;
};

static void open_logs(struct logs *l)
{
	prng_init(&w.prng, w.seed); /* the same ids in each */
	forge_open(&l->ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&l->theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&l->home, &w, 0, SERVED_HOME, 1);
	served_begin(&l->ours);
	served_begin(&l->theirs);
	served_begin(&l->home);
	served_message(&l->ours, "U", "ours, open");
	served_message(&l->theirs, "U", "theirs, open");
}

static void close_logs(struct logs *l)
{
	forge_free(&l->ours);
	forge_free(&l->theirs);
	forge_free(&l->home);
}

static void copy_log(struct forge *to, const struct forge *from)
{
	for (size_t i = to->count; i < from->count; i++)
		forge_put(to, from->items[i].entry, from->items[i].content);
}

static void begin(struct served *v, const struct logs *l)
{
	struct served_options o = { 0 };

	served_open(v, &w, &o);
	served_say(v, &l->home, 0, l->home.count);
	served_say(v, &l->ours, 0, l->ours.count);
	served_hear(v, &l->theirs, 0, l->theirs.count);
}

/* ---- Asking, as another program does: for a role, without a session. ---- */

static struct bytes ask(struct served *v, const char *target, const char *role)
{
	char head[1024];
	struct bytes got;
	uint8_t *told;

	snprintf(head, sizeof head,
		 "GET %s HTTP/1.1\r\nHost: node\r\nAccept: "
		 "application/taxii+json;version=2.1\r\nX-Entente-Role: %s\r\n\r\n",
		 target, role);
	got = served_say_head(v, head, NONE);
	/* Whoever makes a feed is told how many references went; its reader is not. */
	told = memmem(got.ptr, got.len, "\"removed\":", 10);
	if (told != NULL)
		told[10] = '#';
	return got;
}

static bool is_same(const struct bytes of[2], const char *target, const char *role)
{
	if (bytes_equal(of[0], of[1]))
		return true;
	if (strcmp(role, "desk") == 0)
		print_message("%s\n%.*s\n%.*s\n", target, (int)of[0].len, (const char *)of[0].ptr,
			      (int)of[1].len, (const char *)of[1].ptr);
	return false;
}

static bool is_equal(struct served v[2], const char *target, const char *role)
{
	struct bytes of[2] = { ask(&v[0], target, role), ask(&v[1], target, role) };

	return is_same(of, target, role);
}

/* ---- Pushing, likewise. ---- */

#define TAXII "application/taxii+json;version=2.1"

static struct bytes push(struct served *v, const char *target, const char *role, const char *type,
			 const char *body)
{
	char head[1024];

	snprintf(head, sizeof head,
		 "POST %s HTTP/1.1\r\nHost: node\r\nAccept: " TAXII "\r\nX-Entente-Role: %s\r\n"
		 "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
		 target, role, type, strlen(body));
	return served_say_head(v, head, bytes_str(body));
}

static bool is_pushed_alike(struct served v[2], const char *target, const char *role, const char *type,
			    const char *body)
{
	struct bytes of[2] = { push(&v[0], target, role, type, body), push(&v[1], target, role, type, body) };

	return is_same(of, target, role);
}

/* Each text that stands behind "key":" in the answer. */
static void take_all(struct bytes answer, const char *key, struct ids *out)
{
	char head[32];
	size_t len = (size_t)snprintf(head, sizeof head, "\"%s\":\"", key);
	const uint8_t *at = answer.ptr, *end = answer.ptr + answer.len, *found;

	out->count = 0;
	while ((found = memmem(at, (size_t)(end - at), head, len)) != NULL && out->count < IDS_MAX) {
		const uint8_t *text = found + len, *quote = memchr(text, '"', (size_t)(end - text));
		assert_non_null(quote);
		if ((size_t)(quote - text) < ID_LEN)
			snprintf(out->of[out->count++], ID_LEN, "%.*s", (int)(quote - text),
				 (const char *)text);
		at = quote;
	}
}

/* Page by page, each with the cursor of the one before. */
static size_t compare_pages(struct served v[2], const char *objects, unsigned limit, const char *role)
{
	char target[512];
	struct ids next;
	size_t differ = 0;

	snprintf(target, sizeof target, "%s?limit=%u", objects, limit);
	for (unsigned page = 0; page < IDS_MAX; page++) {
		differ += !is_equal(v, target, role);
		take_all(ask(&v[0], target, role), "next", &next);
		if (next.count == 0)
			break;
		snprintf(target, sizeof target, "%s?limit=%u&next=%s", objects, limit, next.of[0]);
	}
	return differ;
}

/* Also what only the watch has is asked for by its name: to the desk it is what was never there. */
static size_t compare_collection(struct served v[2], const char *id, const char *role)
{
	char objects[256], target[512];
	struct ids items, dates;
	size_t differ = 0;

	snprintf(objects, sizeof objects, "/taxii2/record/collections/%s/", id);
	differ += !is_equal(v, objects, role);
	snprintf(objects, sizeof objects, "/taxii2/record/collections/%s/manifest/", id);
	differ += compare_pages(v, objects, 1000, role) + compare_pages(v, objects, 1, role);
	take_all(ask(&v[0], objects, "watch"), "date_added", &dates);
	snprintf(objects, sizeof objects, "/taxii2/record/collections/%s/objects/", id);
	for (unsigned limit = 1; limit <= 3; limit++)
		differ += compare_pages(v, objects, limit, role);
	for (size_t i = 0; i < dates.count; i++) {
		snprintf(target, sizeof target, "%s?added_after=%s", objects, dates.of[i]);
		differ += !is_equal(v, target, role);
	}
	take_all(ask(&v[0], objects, "watch"), "id", &items);
	for (size_t i = 0; i < items.count; i++) {
		snprintf(target, sizeof target, "%s%s/", objects, items.of[i]);
		differ += !is_equal(v, target, role);
		snprintf(target, sizeof target, "%s%s/versions/", objects, items.of[i]);
		differ += !is_equal(v, target, role);
		snprintf(target, sizeof target, "%s?match[id]=%s", objects, items.of[i]);
		differ += !is_equal(v, target, role);
	}
	return differ;
}

static size_t compare(struct served v[2], const char *role)
{
	static const char *const plain[] = {
		"/feed?format=stix",
		"/feed?format=cap",
		"/feed?format=atom",
		"/feed?format=misp",
		"/feed?format=geojson",
		"/feed?format=csv",
		"/feed?format=adatp-4774",
		"/feed?format=ics",
		"/taxii2/",
		"/taxii2/record/",
		"/taxii2/record/collections/",
	};
	struct ids collections;
	size_t differ = 0;

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		assert_int_equal(served_status(ask(&v[0], plain[i], role)), 200);
		differ += !is_equal(v, plain[i], role);
	}
	take_all(ask(&v[0], "/taxii2/record/collections/", role), "id", &collections);
	assert_true(collections.count > 2);
	for (size_t i = 0; i < collections.count; i++)
		differ += compare_collection(v, collections.of[i], role);
	return differ;
}

static void check_and_close(struct logs *with, struct logs *without)
{
	struct served v[2];

	begin(&v[0], with);
	begin(&v[1], without);
	assert_int_equal(compare(v, "desk"), 0);
	assert_true(compare(v, "watch") > 10);
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(with);
	close_logs(without);
}

/* ---- The twins. ---- */

/* Behind all that the desk has. */
static void test_one_more(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	open_logs(&with);
	served_message(&with.theirs, "S", "not for the desk");
	served_message(&with.ours, "S", "nor this");
	check_and_close(&with, &without);
}

/* Between: another item stands in its place, longer, or a recall, or what is no item at all. */
static void test_another_between(void **state)
{
	struct logs one, other, common;
	struct statement s;

	(void)state;
	open_logs(&one);
	open_logs(&other);
	open_logs(&common);
	served_message(&one.theirs, "S", "short");
	served_message(&one.theirs, "S", "and a second one");
	forge_message(&other.theirs, PRECEDENCE_ROUTINE, &s);
	s.label.level = BYTES_LIT("S");
	forge_say(&other.theirs, &s, &w.nodes[1].officer.key, NONE);
	served_message(&other.theirs, "S", "another, which is longer than the first one, as can be seen");
	for (size_t i = 0; i < 2; i++)
		served_message(&common.theirs, "S", "only for its number");
	served_message(&common.theirs, "U", "open again");
	served_message(&common.theirs, "U", "and once more");
	copy_log(&one.theirs, &common.theirs);
	copy_log(&other.theirs, &common.theirs);
	close_logs(&common);
	check_and_close(&one, &other);
}

/* An open item refers to one that the desk is not sent: as if to another that it is not sent either. */
static void test_referred_to(void **state)
{
	struct logs one, other;
	struct logs *both[] = { &one, &other };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct forge *f = &both[i]->ours;
		uint8_t memory[1024];
		struct buf content = BUF_ON(memory);
		struct statement s;
		open_logs(both[i]);
		prng_init(&w.prng, i); /* another item, by another id */
		served_message(f, "S", i == 0 ? "the first" : "the first, in other words");
		prng_init(&w.prng, 2);
		forge_message(f, PRECEDENCE_ROUTINE, &s);
		s.label.level = BYTES_LIT("U");
		s.refers[s.refers_count++] = forge_place(f, f->count - 1);
		forge_content(&w, &s, BYTES_LIT("of it"), NULL, 0, &content);
		forge_say(f, &s, &w.nodes[0].officer.key, buf_bytes(&content));
	}
	check_and_close(&one, &other);
}

#define OBJECT_HEAD                                                                             \
	"{\"type\":\"note\",\"spec_version\":\"2.1\",\"created\":\"2026-11-30T00:00:00.000Z\"," \
	"\"modified\":\"2026-11-30T00:00:00.000Z\",\"content\":\"words\","

/* A note of that name, and about that object. */
static void write_envelope(char *out, size_t size, const char *id, const char *about)
{
	snprintf(out, size, "{\"objects\":[" OBJECT_HEAD "\"id\":\"%s\",\"object_refs\":[\"%s\"]}]}", id,
		 about);
}

/*
 * Everything that a push is answered: to the quarantine, to what is only read and to nothing; words and
 * rubbish, by the names of what the watch alone has. Then what has become of each.
 */
static size_t compare_pushes(struct served v[2], const char *role, const struct ids *ids)
{
	static const char new_id[] = "note--00000000-0000-4000-8000-000000000001";
	static const char *const bad[] = { "", "x", "[]", "{}", "{\"objects\":[]}", "{\"objects\":[{}]}" };
	struct ids collections, statuses;
	size_t differ = 0;
	char target[512], body[2048];

	take_all(ask(&v[0], "/taxii2/record/collections/", role), "id", &collections);
	for (size_t c = 0; c <= collections.count; c++) {
		snprintf(target, sizeof target, "/taxii2/record/collections/%s/objects/",
			 c == collections.count ? "none" : collections.of[c]);
		for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
			differ += !is_pushed_alike(v, target, role, TAXII, bad[i]);
		for (size_t i = 0; i < ids->count; i++) {
			write_envelope(body, sizeof body, ids->of[i], new_id);
			differ += !is_pushed_alike(v, target, role, "application/json", body);
			differ += !is_pushed_alike(v, target, role, TAXII, body);
			differ += !is_pushed_alike(v, target, role, TAXII, body);
			write_envelope(body, sizeof body, new_id, ids->of[i]);
			differ += !is_pushed_alike(v, target, role, TAXII, body);
			take_all(push(&v[0], target, role, TAXII, body), "id", &statuses);
			if (statuses.count == 0)
				continue;
			snprintf(target, sizeof target, "/taxii2/record/status/%s/", statuses.of[0]);
			differ += !is_equal(v, target, role);
			snprintf(target, sizeof target, "/taxii2/record/collections/%s/objects/",
				 collections.of[c]);
		}
	}
	return differ;
}

/* What the watch has alone, and what it has pushed: who pushes after it learns of neither. */
static void test_pushed(void **state)
{
	static const char mine[] =
		"{\"objects\":[" OBJECT_HEAD "\"id\":\"note--00000000-0000-4000-8000-000000000002\","
		"\"object_refs\":[\"note--00000000-0000-4000-8000-000000000003\"]}]}";
	struct ids collections, ids, statuses;
	struct logs without, with;
	struct served v[2];
	char target[512];

	(void)state;
	open_logs(&without);
	open_logs(&with);
	served_message(&with.theirs, "S", "not for the desk");
	begin(&v[0], &with);
	begin(&v[1], &without);
	take_all(ask(&v[0], "/taxii2/record/collections/", "watch"), "id", &collections);
	snprintf(target, sizeof target, "/taxii2/record/collections/%s/objects/",
		 collections.of[collections.count - 1]);
	take_all(push(&v[0], target, "watch", TAXII, mine), "id", &statuses);
	assert_true(statuses.count > 0);
	assert_true(is_pushed_alike(v, target, "desk", TAXII, "{}"));
	snprintf(target, sizeof target, "/taxii2/record/status/%s/", statuses.of[0]);
	assert_true(is_equal(v, target, "desk"));
	assert_false(is_equal(v, target, "watch"));
	snprintf(target, sizeof target, "/taxii2/record/collections/%s/objects/",
		 collections.of[collections.count - 1]);
	assert_true(is_pushed_alike(v, target, "desk", TAXII, mine));
	/* The last object of a collection is the watch's alone, where there is one. */
	for (size_t c = 0; c + 1 < collections.count; c++) {
		snprintf(target, sizeof target, "/taxii2/record/collections/%s/objects/", collections.of[c]);
		take_all(ask(&v[0], target, "watch"), "id", &ids);
		if (ids.count == 0)
			continue;
		memmove(ids.of[0], ids.of[ids.count - 1], ID_LEN);
		ids.count = 1;
		assert_int_equal(compare_pushes(v, "desk", &ids), 0);
	}
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pushed),
		cmocka_unit_test(test_one_more),
		cmocka_unit_test(test_another_between),
		cmocka_unit_test(test_referred_to),
	};

	served_world(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
