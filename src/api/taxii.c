/*
 * TAXII 2.1 (OASIS), as a server of one API root: a collection for each party on each channel, and one that
 * takes what others push, for a person to decide on.
 *
 * A log is appended to and never changed, so that a collection of one log is too: the date added of an object
 * is the filing time of the entry that brought it, and nothing that comes later stands before it.
 */
#include "api/runs.h"

#include "api/feed.h"
#include "api/routes.h"
#include "base/alloc.h"
#include "border/incoming.h"
#include "border/stix.h"
#include "crypto/hash.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEDIA_TAXII "application/taxii+json;version=2.1"
#define MEDIA_STIX "application/stix+json;version=2.1"
#define FEED_NAME "taxii"
#define ROOT "record"
#define LIMIT_DEFAULT 100u
#define SEGMENTS_MAX 7u
#define DATE_LEN 28u /* 2026-11-28T13:30:00.123456Z with its terminator */
#define CURSOR_LEN (UUID_TEXT_LEN + 24u)

struct taxii {
	struct api *api;
	struct request *q;
	struct feed feed;
	struct bytes segments[SEGMENTS_MAX]; /* of the path, behind /taxii2/ */
	size_t segments_count;
};

/* ---- Answers ---- */

static void answer(struct request *q, unsigned status, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	request_answer(q, status, MEDIA_TAXII, bytes_str(text));
	free(text);
	json_decref(json);
}

void taxii_fail(struct api *a, struct request *q, unsigned status, const char *text)
{
	char number[16];

	(void)a;
	snprintf(number, sizeof number, "%u", status);
	answer(q, status, json_pack("{s:s,s:s}", "title", text, "http_status", number));
}

static enum err fail(struct taxii *t, unsigned status, const char *text)
{
	taxii_fail(t->api, t->q, status, text);
	return ERR_OK;
}

/* One of the media ranges of Accept, or a Content-Type: the type, of the version 2.1 or of none. */
static bool is_taxii(struct bytes range)
{
	char text[128] = "";
	size_t len = 0;

	for (size_t i = 0; i < range.len; i++) {
		if (range.ptr[i] == ' ' || range.ptr[i] == '\t')
			continue;
		if (len + 1 >= sizeof text)
			return false;
		text[len++] = (char)range.ptr[i];
	}
	text[len] = '\0';
	if (strncasecmp(text, "application/taxii+json", 22) != 0)
		return false;
	return text[22] == '\0' || strncmp(text + 22, ";version=2.1", 12) == 0 ||
	       strncmp(text + 22, ";q=", 3) == 0;
}

static bool has_taxii(struct bytes accept)
{
	struct bytes range;

	while (accept.len > 0) {
		if (bytes_take_until(&accept, ',', &range) != ERR_OK) {
			range = accept;
			accept.len = 0;
		}
		if (is_taxii(range))
			return true;
	}
	return false;
}

/* ---- Collections ---- */

struct collection {
	const struct accord_channel *channel; /* NULL: what is pushed */
	size_t party;
	char id[UUID_TEXT_LEN];
	char title[96];
};

static void make_collection(const struct taxii *t, const struct accord_channel *c, size_t party,
			    struct collection *out)
{
	uint8_t uuid[UUID_LEN];

	out->channel = c;
	out->party = party;
	if (c == NULL)
		snprintf(out->title, sizeof out->title, "quarantine");
	else
		snprintf(out->title, sizeof out->title, "%s/%s", t->feed.accord->parties[party].code,
			 c->name);
	border_uuid(t->feed.accord, "collection", bytes_str(out->title), uuid);
	border_uuid_write(uuid, out->id);
}

/* Each party's logs on each channel of ours; home channels are of nobody else. The last is for pushing. */
static bool next_collection(const struct taxii *t, size_t *at, struct collection *out)
{
	const struct accord *a = t->feed.accord;

	for (; *at < a->channels_count * a->parties_count; (*at)++) {
		const struct accord_channel *c = &a->channels[*at / a->parties_count];
		size_t party = *at % a->parties_count;
		if (c->plane == PLANE_HOME || (c->parties >> party & 1) == 0 ||
		    (c->parties >> node_self(t->api->node) & 1) == 0)
			continue;
		make_collection(t, c, party, out);
		(*at)++;
		return true;
	}
	if (*at > a->channels_count * a->parties_count)
		return false;
	make_collection(t, NULL, 0, out);
	(*at)++;
	return true;
}

static bool find_collection(const struct taxii *t, struct bytes id, struct collection *out)
{
	size_t at = 0;

	while (next_collection(t, &at, out)) {
		if (bytes_equal(id, bytes_str(out->id)))
			return true;
	}
	return false;
}

static json_t *collection_json(const struct collection *c)
{
	return json_pack("{s:s,s:s,s:b,s:b,s:[s]}", "id", c->id, "title", c->title, "can_read",
			 c->channel != NULL, "can_write", c->channel == NULL, "media_types", MEDIA_STIX);
}

/* ---- The objects of a collection, each with its date ---- */

struct listing {
	struct stix stix;
	uint64_t *dates; /* heap: microseconds of each of stix.objects, strictly rising */
	size_t count, room;
};

static void listing_close(struct listing *l)
{
	stix_close(&l->stix);
	free(l->dates);
}

static void date_new(struct listing *l, struct wall filed)
{
	size_t count = json_array_size(l->stix.objects);

	for (; l->count < count; l->count++) {
		uint64_t us = filed.ms * 1000, least = l->count == 0 ? 0 : l->dates[l->count - 1] + 1;
		if (l->count == l->room) {
			l->room = l->room == 0 ? 256 : 2 * l->room;
			l->dates = xrealloc(l->dates, l->room * sizeof *l->dates);
		}
		l->dates[l->count] = us > least ? us : least;
	}
}

static enum err list(struct taxii *t, const struct collection *c, struct listing *out)
{
	struct feed_row *rows = NULL;
	size_t count = 0;
	enum err e = feed_rows(&t->feed, c->channel->number, c->party, &rows, &count);

	stix_open(&out->stix, t->feed.accord);
	out->dates = NULL;
	out->count = out->room = 0;
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		struct border_item *item = xcalloc(1, sizeof *item);
		e = feed_item(&t->feed, &rows[i], item);
		if (e == ERR_OK)
			e = stix_put(&out->stix, item);
		if (e == ERR_OK)
			date_new(out, rows[i].filed);
		else if (e == ERR_NOT_FOUND || e == ERR_REFUSED)
			e = ERR_OK;
		free(item);
	}
	free(rows);
	if (e != ERR_OK)
		listing_close(out);
	return e;
}

static void write_date(uint64_t us, char out[DATE_LEN])
{
	char text[WALL_TEXT_LEN];

	wall_write((struct wall){ us / 1000 }, text);
	snprintf(out, DATE_LEN, "%.23s%03uZ", text, (unsigned)(us % 1000));
}

/* To six digits behind the point, so that dates compare as texts do; false: it is no such date in UTC. */
static bool read_date(struct bytes in, char out[DATE_LEN])
{
	static const char shape[] = "0000-00-00T00:00:00";
	size_t at = sizeof shape - 1, digits = 0;

	if (in.len < sizeof shape || in.ptr[in.len - 1] != 'Z')
		return false;
	for (size_t i = 0; i < at; i++) {
		bool is_digit = in.ptr[i] >= '0' && in.ptr[i] <= '9';
		if (shape[i] == '0' ? !is_digit : in.ptr[i] != (uint8_t)shape[i])
			return false;
	}
	memcpy(out, in.ptr, at);
	memcpy(out + at, ".000000Z", 9);
	if (in.ptr[at] == 'Z')
		return in.len == at + 1;
	for (size_t i = at + 1; in.ptr[at] == '.' && i + 1 < in.len; i++, digits++) {
		if (in.ptr[i] < '0' || in.ptr[i] > '9')
			return false;
		if (digits < 6)
			out[at + 1 + digits] = (char)in.ptr[i];
	}
	return digits > 0;
}

/* ---- A page of it ---- */

struct page {
	uint64_t limit;
	uint64_t behind;	    /* microseconds: `next` */
	char added_after[DATE_LEN]; /* "" for none */
	struct bytes id, type, version, spec_version;
};

/* Binds a cursor to its reader and collection: nobody else's is taken for it. */
static void cursor_tag(const struct taxii *t, const struct collection *c, char out[UUID_TEXT_LEN])
{
	uint8_t uuid[UUID_LEN];
	char memory[UUID_TEXT_LEN + ROLE_NAME_MAX];
	struct buf text = BUF_ON(memory);

	buf_put_str(&text, c->id);
	buf_put_str(&text, feed_reader_name(&t->feed));
	border_uuid(t->feed.accord, "cursor", buf_bytes(&text), uuid);
	border_uuid_write(uuid, out);
}

static enum err read_cursor(const struct taxii *t, const struct collection *c, struct bytes word,
			    uint64_t *behind)
{
	struct bytes number;
	char tag[UUID_TEXT_LEN];

	cursor_tag(t, c, tag);
	if (bytes_take_until(&word, '-', &number) != ERR_OK || !bytes_equal(word, bytes_str(tag)))
		return ERR_USAGE;
	return bytes_read_decimal(number, UINT64_MAX, behind);
}

static const char matches[] = "match[id] match[type] match[version] match[spec_version]";

static const char *read_page(struct taxii *t, const struct collection *c, struct page *p)
{
	struct bytes next = request_word(t->q, "next"), after = request_word(t->q, "added_after");

	*p = (struct page){ 0 };
	if (request_number(t->q, "limit", PAGE_MAX, LIMIT_DEFAULT, &p->limit) != ERR_OK || p->limit == 0)
		return "limit is a number from 1 to 1000";
	if (next.ptr != NULL && read_cursor(t, c, next, &p->behind) != ERR_OK)
		return "next is not of this collection: begin again without it";
	if (after.ptr != NULL && !read_date(after, p->added_after))
		return "added_after is a date in UTC";
	if (request_has_stranger(t->q, "match", matches))
		return "match is of id, type, version or spec_version";
	p->id = request_word(t->q, "match[id]");
	p->type = request_word(t->q, "match[type]");
	p->version = request_word(t->q, "match[version]");
	p->spec_version = request_word(t->q, "match[spec_version]");
	return NULL;
}

/* One of the words between commas; a word that was not given fits all. */
static bool fits(struct bytes words, const char *value)
{
	struct bytes one;

	if (words.ptr == NULL)
		return true;
	while (bytes_take_until(&words, ',', &one) == ERR_OK) {
		if (bytes_equal(one, bytes_str(value)))
			return true;
	}
	return bytes_equal(words, bytes_str(value));
}

/* Only the last version of an object is kept, which so is also the first and all that there are. */
static bool fits_version(struct bytes words, const char *value)
{
	return words.ptr == NULL || fits(words, "last") || fits(words, "first") || fits(words, "all") ||
	       fits(words, value);
}

static bool is_wanted(const struct page *p, const struct listing *l, size_t i)
{
	const json_t *o = json_array_get(l->stix.objects, i);
	char date[DATE_LEN];

	if (l->dates[i] <= p->behind)
		return false;
	if (p->added_after[0] != '\0') {
		write_date(l->dates[i], date);
		if (strcmp(date, p->added_after) <= 0)
			return false;
	}
	return fits(p->id, json_string_value(json_object_get(o, "id"))) &&
	       fits(p->type, json_string_value(json_object_get(o, "type"))) &&
	       fits_version(p->version, stix_version(o)) &&
	       fits(p->spec_version, json_string_value(json_object_get(o, "spec_version")));
}

/* What stands for an object in this answer; the caller's to decref. */
typedef json_t *show(json_t *object, const char *date);

static json_t *show_object(json_t *object, const char *date)
{
	(void)date;
	return json_incref(object);
}

static json_t *show_manifest(json_t *object, const char *date)
{
	return json_pack("{s:O,s:s,s:s,s:s}", "id", json_object_get(object, "id"), "date_added", date,
			 "version", stix_version(object), "media_type", MEDIA_STIX);
}

static json_t *show_version(json_t *object, const char *date)
{
	(void)date;
	return json_string(stix_version(object));
}

/* Of those that the reader may have: any other is as if there was none. */
static bool has_object(const struct listing *l, struct bytes id)
{
	const json_t *o;
	size_t i;

	json_array_foreach(l->stix.objects, i, o)
	{
		if (bytes_equal(id, bytes_str(json_string_value(json_object_get(o, "id")))))
			return true;
	}
	return false;
}

static enum err answer_page(struct taxii *t, const struct collection *c, const struct page *p,
			    const char *key, show *as)
{
	json_t *envelope = json_object(), *found = json_array();
	struct listing l;
	size_t len = 0, last = 0, first = SIZE_MAX;
	bool has_more = false, is_there;
	enum err e = list(t, c, &l);

	for (size_t i = 0; e == ERR_OK && i < l.count && !has_more; i++) {
		char date[DATE_LEN];
		if (!is_wanted(p, &l, i))
			continue;
		has_more = json_array_size(found) == p->limit || len > REPLY_LEN_MAX / 2;
		if (has_more)
			continue;
		write_date(l.dates[i], date);
		json_array_append_new(found, as(json_array_get(l.stix.objects, i), date));
		len += json_dumpb(json_array_get(found, json_array_size(found) - 1), NULL, 0,
				  JSON_COMPACT | JSON_ENCODE_ANY);
		first = first == SIZE_MAX ? i : first;
		last = i;
	}
	if (e == ERR_OK && first != SIZE_MAX) {
		char date[DATE_LEN];
		write_date(l.dates[first], date);
		request_put_header(t->q, "X-TAXII-Date-Added-First", date);
		write_date(l.dates[last], date);
		request_put_header(t->q, "X-TAXII-Date-Added-Last", date);
	}
	if (has_more) {
		char cursor[CURSOR_LEN], tag[UUID_TEXT_LEN];
		cursor_tag(t, c, tag);
		snprintf(cursor, sizeof cursor, "%llu-%s", (unsigned long long)l.dates[last], tag);
		json_object_set_new(envelope, "more", json_true());
		json_object_set_new(envelope, "next", json_string(cursor));
	}
	if (json_array_size(found) > 0)
		json_object_set(envelope, key, found);
	json_decref(found);
	if (e != ERR_OK) {
		json_decref(envelope);
		return e;
	}
	is_there = t->segments_count <= 4 || has_object(&l, t->segments[4]);
	listing_close(&l);
	if (is_there) {
		answer(t->q, 200, envelope);
		return ERR_OK;
	}
	json_decref(envelope);
	return fail(t, 404, "no such object");
}

/* ---- What is pushed ---- */

static json_t *status_json(const char *id, const struct stix_in *in)
{
	size_t count = json_array_size(in->objects);
	json_t *pending = json_array();

	for (size_t i = 0; i < count; i++) {
		const json_t *o = json_array_get(in->objects, i);
		json_array_append_new(pending,
				      json_pack("{s:O,s:s,s:s}", "id", json_object_get(o, "id"), "version",
						stix_version(o) == NULL ? "" : stix_version(o), "message",
						"waits for a person"));
	}
	return json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:o}", "id", id, "status", "pending", "total_count",
			 (int)count, "success_count", 0, "failure_count", 0, "pending_count", (int)count,
			 "pendings", pending);
}

#define NAME_LEN (UUID_TEXT_LEN + 5u)

/* Of these bytes as this reader pushed them: nobody is told what others push. */
static void pushed_id(const struct taxii *t, struct bytes body, char out[UUID_TEXT_LEN])
{
	uint8_t uuid[UUID_LEN], hash[HASH_LEN], memory[HASH_LEN + ROLE_NAME_MAX];
	struct buf text = BUF_ON(memory);

	hash_sha256(body, hash);
	buf_put(&text, BYTES_OF(hash));
	buf_put_str(&text, feed_reader_name(&t->feed));
	border_uuid(t->feed.accord, "pushed", buf_bytes(&text), uuid);
	border_uuid_write(uuid, out);
}

static void quarantine_name(const char *id, char out[NAME_LEN])
{
	snprintf(out, NAME_LEN, "%s.stix", id);
}

static enum err take_objects(struct taxii *t)
{
	struct bytes body = buf_bytes(&t->q->body);
	char id[UUID_TEXT_LEN], name[NAME_LEN], why[96];
	struct incoming seen;
	struct stix_in in;
	size_t offset;
	enum err e;

	if (!is_taxii(request_header(t->q, "Content-Type")))
		return fail(t, 415, "Content-Type is " MEDIA_TAXII);
	e = stix_read(body, &in, &offset);
	if (e == ERR_LIMIT)
		return fail(t, 413, "more objects than are taken at once");
	if (e != ERR_OK)
		return fail(t, 422, "not an envelope with objects");
	e = incoming_read(t->feed.guidelines, node_self(t->api->node), BYTES_LIT("stix"), body, &seen);
	snprintf(why, sizeof why, "%s at byte %zu", seen.rule == NULL ? "" : seen.rule, seen.offset);
	incoming_close(&seen);
	pushed_id(t, body, id);
	if (e == ERR_OK) {
		quarantine_name(id, name);
		e = t->api->quarantine(t->api->self, name, body);
	}
	if (e == ERR_OK || e == ERR_EXISTS)
		answer(t->q, 202, status_json(id, &in));
	else
		fail(t, e == ERR_USAGE ? 422 : request_status(e), e == ERR_USAGE ? why : err_text(e));
	stix_in_close(&in);
	return ERR_OK;
}

static enum err run_status_of(struct taxii *t)
{
	char id[UUID_TEXT_LEN], own[UUID_TEXT_LEN], name[NAME_LEN];
	struct stix_in in = { 0 };
	uint8_t *memory;
	struct buf file;
	size_t offset;
	enum err e;

	if (bytes_copy_str(t->segments[2], id, sizeof id) != ERR_OK || strlen(id) != UUID_TEXT_LEN - 1 ||
	    strspn(id, "0123456789abcdef-") != UUID_TEXT_LEN - 1)
		return fail(t, 404, "no such status");
	quarantine_name(id, name);
	memory = xcalloc(1, INCOMING_LEN_MAX);
	buf_init(&file, memory, INCOMING_LEN_MAX);
	e = t->api->quarantined(t->api->self, name, &file);
	pushed_id(t, buf_bytes(&file), own);
	if (e == ERR_OK)
		e = strcmp(id, own) == 0 ? stix_read(buf_bytes(&file), &in, &offset) : ERR_NOT_FOUND;
	free(memory);
	if (e != ERR_OK)
		return fail(t, 404, "no such status");
	answer(t->q, 200, status_json(id, &in));
	stix_in_close(&in);
	return ERR_OK;
}

/* ---- What is asked ---- */

static enum err run_discovery(struct taxii *t)
{
	answer(t->q, 200,
	       json_pack("{s:s,s:s,s:[s]}", "title", "entente", "default", "/taxii2/" ROOT "/", "api_roots",
			 "/taxii2/" ROOT "/"));
	return ERR_OK;
}

static enum err run_root(struct taxii *t)
{
	answer(t->q, 200,
	       json_pack("{s:s,s:[s],s:i}", "title", "entente", "versions", MEDIA_TAXII, "max_content_length",
			 (int)REQUEST_LEN_MAX));
	return ERR_OK;
}

static enum err run_collections(struct taxii *t)
{
	json_t *all = json_array();
	struct collection c;
	size_t at = 0;

	while (next_collection(t, &at, &c))
		json_array_append_new(all, collection_json(&c));
	answer(t->q, 200, json_pack("{s:o}", "collections", all));
	return ERR_OK;
}

static enum err run_page(struct taxii *t, const char *key, show *as)
{
	struct collection c;
	const char *fault;
	struct page p;

	if (!find_collection(t, t->segments[2], &c) || c.channel == NULL)
		return fail(t, 404, "no such collection to read");
	fault = read_page(t, &c, &p);
	if (fault != NULL)
		return fail(t, 400, fault);
	if (t->segments_count > 4)
		p.id = t->segments[4];
	return answer_page(t, &c, &p, key, as);
}

static enum err run_collection(struct taxii *t)
{
	struct collection c;

	if (!find_collection(t, t->segments[2], &c))
		return fail(t, 404, "no such collection");
	answer(t->q, 200, collection_json(&c));
	return ERR_OK;
}

static enum err run_manifest(struct taxii *t)
{
	return run_page(t, "objects", show_manifest);
}

static enum err run_objects(struct taxii *t)
{
	return run_page(t, "objects", show_object);
}

static enum err run_versions_of(struct taxii *t)
{
	return run_page(t, "versions", show_version);
}

static enum err run_push(struct taxii *t)
{
	struct collection c;

	if (!find_collection(t, t->segments[2], &c))
		return fail(t, 404, "no such collection");
	if (c.channel != NULL)
		return fail(t, 403, "this collection is only read");
	return take_objects(t);
}

/* "*" is any one segment; a path ends in a slash. */
static const struct path {
	const char *method, *segments[SEGMENTS_MAX + 1];
	enum err (*run)(struct taxii *t);
} paths[] = {
	{ "GET", { NULL }, run_discovery },
	{ "GET", { ROOT, NULL }, run_root },
	{ "GET", { ROOT, "status", "*", NULL }, run_status_of },
	{ "GET", { ROOT, "collections", NULL }, run_collections },
	{ "GET", { ROOT, "collections", "*", NULL }, run_collection },
	{ "GET", { ROOT, "collections", "*", "manifest", NULL }, run_manifest },
	{ "GET", { ROOT, "collections", "*", "objects", NULL }, run_objects },
	{ "GET", { ROOT, "collections", "*", "objects", "*", NULL }, run_objects },
	{ "GET", { ROOT, "collections", "*", "objects", "*", "versions", NULL }, run_versions_of },
	{ "POST", { ROOT, "collections", "*", "objects", NULL }, run_push },
};

static bool is_at(const struct path *p, const struct taxii *t)
{
	size_t i = 0;

	for (; i < t->segments_count && p->segments[i] != NULL; i++) {
		if (strcmp(p->segments[i], "*") != 0 &&
		    !bytes_equal(t->segments[i], bytes_str(p->segments[i])))
			return false;
	}
	return i == t->segments_count && p->segments[i] == NULL;
}

static bool read_segments(const char *whole, struct taxii *t)
{
	struct bytes path = bytes_str(whole + strlen("/taxii2/"));

	while (path.len > 0) {
		if (t->segments_count == SEGMENTS_MAX ||
		    bytes_take_until(&path, '/', &t->segments[t->segments_count]) != ERR_OK)
			return false;
		t->segments_count++;
	}
	return true;
}

void taxii_methods(const char *path, struct buf *out)
{
	struct taxii t = { 0 };

	if (!read_segments(path, &t))
		return;
	for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
		if (!is_at(&paths[i], &t))
			continue;
		buf_put_str(out, out->len > 0 ? ", " : "");
		buf_put_str(out, paths[i].method);
	}
}

enum err run_taxii(struct api *a, struct request *q, struct reply *r)
{
	struct taxii t = { .api = a, .q = q };
	bool is_path;
	enum err e;

	(void)r;
	if (!has_taxii(request_header(q, "Accept")))
		return fail(&t, 406, "Accept names " MEDIA_TAXII);
	e = feed_open(a, q, FEED_NAME, &t.feed);
	if (e == ERR_USAGE)
		return fail(&t, 401, "the header X-Entente-Role names who reads");
	if (e != ERR_OK)
		return fail(&t, 404, "no such feed for this role");
	is_path = read_segments(q->path, &t);
	for (size_t i = 0; is_path && i < ARRAY_COUNT(paths); i++) {
		if (strcmp(paths[i].method, q->route->method) != 0 || !is_at(&paths[i], &t))
			continue;
		e = paths[i].run(&t);
		feed_close(&t.feed);
		return e;
	}
	feed_close(&t.feed);
	request_fail_method(a, q);
	return ERR_OK;
}
