/*
 * Sessions of bodies, and what is promised there by when, as iCalendar, a file a body: docs/spec/border.md
 * section 8. What a role may know of is asked where everything is asked (reading.h): a session or a
 * commitment, and what was said of it, each for itself.
 */
#include "api/feed.h"
#include "api/runs.h"
#include "api/thing_reply.h"
#include "base/alloc.h"
#include "border/format.h"
#include "border/ical.h"
#include "wire/date.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_LEN_MAX 4096u

struct calendar {
	struct api *api;
	struct feed feed;
	json_t *files;
	size_t written;
	bool is_cut;
	struct thing_row body, shown;
	size_t due; /* commitments of the body that are in the file */
	struct thing_fields body_fields, fields;
	struct buf out; /* heap */
	char body_words[WORDS_LEN_MAX], words[WORDS_LEN_MAX], summary[BORDER_BANNER_MAX + WORDS_LEN_MAX],
		label[LABEL_TEXT_LEN_MAX];
};

/* "22nd KIDD / 제22차 통합국방협의체": of several languages all, as they are written. */
static struct bytes put_words(struct bytes words, char *memory, size_t size)
{
	struct dialogue_texts texts;
	struct bytes tag, text;
	struct buf out;

	buf_init(&out, memory, size);
	dialogue_texts_open(&texts, words);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		buf_put_str(&out, out.len == 0 ? "" : " / ");
		buf_put(&out, text);
	}
	return buf_bytes(&out);
}

static struct bytes text_of(struct bytes value)
{
	struct cbor_reader r;
	struct bytes text = { NULL, 0 };

	cbor_open(&r, value);
	if (value.len == 0 || cbor_read_text(&r, value.len, &text) != ERR_OK)
		text.len = 0;
	return text;
}

static bool has_time(struct bytes when)
{
	return when.len > 0 && memchr(when.ptr, 'T', when.len) != NULL;
}

#define MINUTE_MS 60000u

/* What goes on until a minute has ended when that begins; what is at one minute takes it. */
static struct wall last_of(struct bytes when, const struct date *date)
{
	struct bytes from;
	bool is_until_minute = bytes_take_until(&when, '/', &from) == ERR_OK && has_time(when);

	return is_until_minute && date->end.ms - date->first.ms > MINUTE_MS
		       ? (struct wall){ date->end.ms - MINUTE_MS }
		       : date->end;
}

/* Whether it names days, and no month or year that has them. */
static bool is_to_the_day(struct bytes when)
{
	struct bytes day;

	return !bytes_take(&when, 10, &day) && day.ptr[4] == '-' && day.ptr[7] == '-' &&
	       (when.len == 0 || when.ptr[0] == 'T' || when.ptr[0] == '/');
}

static struct bytes status_of(const struct thing *t)
{
	enum standing standing = thing_standing(t);

	if (standing == STANDING_CALLED_OFF)
		return BYTES_LIT("CANCELLED");
	return standing == STANDING_SCHEDULED || standing == STANDING_AGENDA_OPEN ? BYTES_LIT("TENTATIVE")
										  : BYTES_LIT("CONFIRMED");
}

/* What is made of several statements is marked as all of them. */
static enum err join_label(const struct calendar *c, const struct entry_read_out *entry, size_t author,
			   struct label_mask *label)
{
	struct label_mask own, both;

	if (!entry->statement.has_label ||
	    !policy_label_read(c->feed.guidelines, &entry->statement.label, author, &own).is_allowed ||
	    !policy_join(c->feed.guidelines, label, &own, &both).is_allowed)
		return ERR_NOT_FOUND;
	*label = both;
	return ERR_OK;
}

/* Adds how often that was said of it as far as the reader may know, when last, and under which label. */
static enum err count_said(struct calendar *c, const struct place_key *on, enum kind kind,
			   struct ical_event *event, struct label_mask *label)
{
	const struct fold *fold = node_fold(c->api->node);
	struct message_at at = { 0 };
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	while ((e = fold_next_hung(fold, on, kind, &at)) == ERR_OK) {
		e = request_may_place(c->api, &at.place);
		if (e == ERR_OK) {
			buf_init(&memory, c->api->last_memory, ENTRY_LEN_MAX);
			e = node_entry(c->api->node, &at.place, &memory, &entry);
		}
		if (e == ERR_NOT_FOUND)
			continue;
		if (e == ERR_OK)
			e = join_label(c, &entry, at.place.log.party, label);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_REFUSED : e;
		if (entry.entry.filed.ms > event->stamp.ms)
			event->stamp = entry.entry.filed;
		event->sequence++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of a commitment also what was reported, and what was answered. */
static enum err find_changes(struct calendar *c, const struct place_key *at, struct ical_event *event,
			     struct label_mask *label)
{
	static const enum kind kinds[] = { KIND_ACT, KIND_REPORTED, KIND_CONDITION },
			       answers[] = { KIND_ACCEPTED, KIND_DISPUTED };
	struct message_at report = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; i < ARRAY_COUNT(kinds) && e == ERR_OK; i++)
		e = count_said(c, at, kinds[i], event, label);
	while (e == ERR_OK &&
	       (e = fold_next_hung(node_fold(c->api->node), at, KIND_REPORTED, &report)) == ERR_OK) {
		for (size_t i = 0; i < ARRAY_COUNT(answers) && e == ERR_OK; i++)
			e = count_said(c, &report.place, answers[i], event, label);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Its id, its label and when it was claimed. */
static enum err read_entry(struct calendar *c, struct ical_event *event, struct label_mask *label,
			   char uid[URN_LEN])
{
	struct entry_read_out entry;
	uint8_t id[UUID_LEN];
	struct buf memory;
	enum err e;

	buf_init(&memory, c->api->last_memory, ENTRY_LEN_MAX);
	e = node_entry(c->api->node, &c->shown.place, &memory, &entry);
	if (e != ERR_OK)
		return e;
	if (!entry.statement.has_label ||
	    !policy_label_read(c->feed.guidelines, &entry.statement.label, c->shown.place.log.party, label)
		     .is_allowed)
		return ERR_NOT_FOUND;
	border_uuid(c->feed.accord, "item", BYTES_OF(entry.statement.id), id);
	urn_write(id, uid);
	event->uid = bytes_str(uid);
	event->stamp = entry.statement.claimed;
	return ERR_OK;
}

/* Who owes it, and how far each part has come: no side is blamed, and a day that is past is a day. */
static void put_parts(const struct calendar *c, struct buf *out)
{
	const struct thing *t = &c->shown.thing;

	for (size_t i = 0; i < t->parties_count; i++) {
		if ((t->owners >> i & 1) == 0)
			continue;
		buf_put_str(out, "  (");
		buf_put_str(out, c->feed.accord->parties[i].code);
		buf_put_str(out, " ");
		buf_put_str(out, progress_name(thing_progress(t, i)));
		buf_put_str(out, ")");
	}
}

/* Marking, title, and a date that is known no closer than this, as it was said. */
static struct bytes put_summary(struct calendar *c, const struct label_mask *label, struct bytes when)
{
	char memory[BORDER_BANNER_MAX];
	struct buf banner = BUF_ON(memory), out = BUF_ON(c->summary);

	border_banner(c->feed.accord, label, &banner);
	buf_put(&out, buf_bytes(&banner));
	buf_put_str(&out, "  ");
	buf_put(&out, put_words(thing_field(&c->fields, DIALOGUE_TITLE), c->words, sizeof c->words));
	if (!is_to_the_day(when)) {
		buf_put_str(&out, "  (");
		buf_put(&out, when);
		buf_put_str(&out, ")");
	}
	if (c->shown.thing.kind == KIND_COMMITMENT)
		put_parts(c, &out);
	return buf_bytes(&out);
}

/* What has no date at all is in no calendar. */
static enum err put_event(struct calendar *c, const struct place_key *at)
{
	struct ical_event event = { .has_sequence = true };
	struct buf line = BUF_ON(c->label);
	char uid[URN_LEN];
	struct label_mask label;
	struct bytes when;
	struct date date;
	bool is_due;
	enum err e = request_may_place(c->api, at);

	if (e == ERR_OK)
		e = fold_thing(node_fold(c->api->node), at, request_sight(c->api), &c->shown);
	if (e == ERR_OK)
		e = thing_fields_read(c->api, &c->shown, &c->fields);
	if (e != ERR_OK)
		return e;
	is_due = c->shown.thing.kind == KIND_COMMITMENT;
	if (is_due && thing_is_over(&c->shown.thing))
		return ERR_NOT_FOUND; /* nothing is due any more */
	when = text_of(thing_field(&c->fields, DIALOGUE_WHEN));
	if (when.len == 0 || date_read(when, &date) != ERR_OK)
		return ERR_NOT_FOUND;
	e = read_entry(c, &event, &label, uid);
	if (e == ERR_OK)
		e = find_changes(c, at, &event, &label);
	if (e != ERR_OK)
		return e == ERR_REFUSED ? ERR_NOT_FOUND : e;
	event.from = date.first;
	event.to = last_of(when, &date);
	event.is_in_days = !has_time(when);
	event.is_free = is_due || !is_to_the_day(when);
	event.summary = put_summary(c, &label, when);
	if (!is_due)
		event.location =
			put_words(thing_field(&c->fields, DIALOGUE_DETAIL), c->words, sizeof c->words);
	event.description = bytes_str(c->body_words);
	event.status = is_due ? BYTES_LIT("CONFIRMED") : status_of(&c->shown.thing);
	event.class = BYTES_LIT("CONFIDENTIAL");
	label_text_write(c->feed.guidelines, &label, &line);
	event.label = buf_bytes(&line);
	ical_put(&c->out, &event);
	c->written++;
	c->due += is_due;
	return buf_check(&c->out);
}

/* Of a body, or of one of its sessions. */
static enum err put_due(struct calendar *c, const struct place_key *on)
{
	struct message_at at = { 0 };
	enum err e;

	while ((e = fold_next_hung(node_fold(c->api->node), on, KIND_COMMITMENT, &at)) == ERR_OK) {
		if (c->due == FEED_ITEMS_MAX) {
			/* What he may not know of is no more that he does not get. */
			e = request_may_place(c->api, &at.place);
			c->is_cut = c->is_cut || e == ERR_OK;
			if (e == ERR_NOT_FOUND)
				continue;
			return e;
		}
		e = put_event(c, &at.place);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The next session of the body that the reader may know of. */
static enum err next_session(struct calendar *c, struct message_at *at)
{
	enum err e;

	do {
		e = fold_next_hung(node_fold(c->api->node), &c->body.place, KIND_SESSION, at);
		if (e != ERR_OK)
			return e;
		e = request_may_place(c->api, &at->place);
	} while (e == ERR_NOT_FOUND);
	return e;
}

static enum err count_sessions(struct calendar *c, size_t *count)
{
	struct message_at at = { 0 };
	enum err e;

	*count = 0;
	while ((e = next_session(c, &at)) == ERR_OK)
		(*count)++;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Two bodies may have one name, given at once: each has its own file. */
static void put_file(struct calendar *c, struct bytes name)
{
	char file[DIALOGUE_NAME_MAX + 32];
	size_t again = 0;
	bool is_taken = true;

	while (is_taken) {
		const json_t *one;
		size_t i;
		int len = (int)name.len;
		if (again == 0)
			snprintf(file, sizeof file, "%.*s.ics", len, (const char *)name.ptr);
		else
			snprintf(file, sizeof file, "%.*s.%zu.ics", len, (const char *)name.ptr, again + 1);
		is_taken = false;
		json_array_foreach(c->files, i, one) is_taken =
			is_taken || strcmp(json_string_value(json_object_get(one, "name")), file) == 0;
		again++;
	}
	json_array_append_new(c->files, json_pack("{s:s,s:s,s:s%}", "name", file, "media_type",
						  "text/calendar; charset=utf-8", "text",
						  (const char *)c->out.ptr, c->out.len));
}

/* Of a body that the reader may know of; the newest sessions of too many. */
static enum err put_body(struct calendar *c)
{
	size_t count, skipped, before = c->written;
	struct message_at at = { 0 };
	enum err e = thing_fields_read(c->api, &c->body, &c->body_fields);
	struct bytes name = text_of(thing_field(&c->body_fields, DIALOGUE_NAME)), words;

	if (e == ERR_OK)
		e = count_sessions(c, &count);
	if (e != ERR_OK)
		return e;
	words = put_words(thing_field(&c->body_fields, DIALOGUE_TITLE), c->body_words,
			  sizeof c->body_words - 1);
	c->body_words[words.len] = '\0';
	buf_reset(&c->out);
	ical_open(&c->out, "dialogue", words);
	c->due = 0;
	skipped = count > FEED_ITEMS_MAX ? count - FEED_ITEMS_MAX : 0;
	c->is_cut = c->is_cut || skipped > 0;
	for (size_t i = 0; e == ERR_OK; i++) {
		e = next_session(c, &at);
		if (e == ERR_NOT_FOUND)
			break;
		if (e == ERR_OK && i >= skipped)
			e = put_event(c, &at.place);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
		if (e == ERR_OK)
			e = put_due(c, &at.place);
	}
	if (e == ERR_NOT_FOUND)
		e = put_due(c, &c->body.place);
	if (e != ERR_OK)
		return e;
	ical_close(&c->out);
	if (buf_check(&c->out) != ERR_OK)
		return ERR_LIMIT;
	if (c->written > before)
		put_file(c, name);
	return ERR_OK;
}

static enum err put_channel(struct calendar *c, uint32_t channel)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = fold_next_thing(node_fold(c->api->node), channel, KIND_BODY, request_sight(c->api), &at,
				    &c->body);
		if (e == ERR_OK)
			e = request_may_place(c->api, &c->body.place);
		else if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e == ERR_OK)
			e = put_body(c);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	return e;
}

static void answer(struct calendar *c, struct request *q, struct bytes role)
{
	json_t *value = json_pack("{s:s,s:s%,s:I,s:i,s:b,s:O}", "format", "ics", "role",
				  (const char *)role.ptr, role.len, "items", (json_int_t)c->written,
				  "removed", 0, "older", c->is_cut, "files", c->files);
	char *text = json_dumps(value, JSON_COMPACT);

	request_answer(q, 200, "application/json", bytes_str(text));
	free(text);
	json_decref(value);
}

enum err run_calendar(struct api *a, struct request *q)
{
	struct calendar *c = xcalloc(1, sizeof *c);
	enum err e = feed_open(a, q, "ics", &c->feed);

	c->api = a;
	/* What a calendar is made of is many statements, and none of them is ever released outside. */
	if (e == ERR_OK && c->feed.reader.role == READER_NODE)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		const struct accord *accord = c->feed.accord;
		reading_open_role(&a->reading, &a->record, &c->feed.reader);
		c->files = json_array();
		buf_init(&c->out, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
		for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
			const struct accord_channel *channel = &accord->channels[i];
			if (channel->plane != PLANE_HOME &&
			    (channel->parties >> c->feed.reader.party & 1) != 0)
				e = put_channel(c, channel->number);
		}
		if (e == ERR_OK)
			answer(c, q, bytes_str(accord->roles[c->feed.reader.role].name));
		json_decref(c->files);
		free(c->out.ptr);
	}
	feed_close(&c->feed);
	free(c);
	return e;
}
