/*
 * Events, and beside each other what every source and every side says of them: docs/spec/dialogue.md section
 * 13.
 */
#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "api/runs.h"
#include "api/thing_reply.h"
#include "view/event.h"

#include "accord/form.h"
#include "base/alloc.h"

#include <stdlib.h>

#define EVENTS_MAX 2000u /* of one answer, unless fewer are asked for */
#define ANSWER_ROOM (64u << 10)

struct assessing {
	struct api *api;
	struct reply *r;
	const struct accord *accord;
	struct entry_read_out entry;
	struct thing_row row;
	struct bytes type; /* .ptr NULL: of every one */
	uint64_t left;
	bool is_cut; /* the answer ended before the events did */
};

static bool has_room(const struct assessing *x)
{
	return x->r->out->len < REPLY_LEN_MAX - ANSWER_ROOM;
}

static struct place_key place_of(uint32_t channel, const struct deed_at *at)
{
	return (struct place_key){ { channel, at->party, at->epoch }, at->index };
}

/* Into x->entry; ERR_NOT_FOUND: it is not there for who asks. */
static enum err read_entry(struct assessing *x, const struct place_key *at)
{
	enum err e = request_may_place(x->api, at);
	struct buf memory;

	buf_init(&memory, x->api->last_memory, ENTRY_LEN_MAX);
	return e == ERR_OK ? node_entry(x->api->node, at, &memory, &x->entry) : e;
}

/* Whose word it is, under which label, and what it says. */
static void reply_said(struct assessing *x, const struct place_key *at)
{
	reply_place(x->r, "place", x->accord, at);
	reply_str(x->r, "party", x->accord->parties[at->log.party].code);
	reply_text(x->r, "role", x->entry.statement.role);
	reply_uint(x->r, "claimed_ms", x->entry.statement.claimed.ms);
	reply_label(x->r, x->accord, &x->entry.statement);
	reply_own_fields(x->r, &x->entry.statement);
}

/* Its author takes it back, and says which other claim stands instead. */
static enum err reply_withdrawal(struct assessing *x, const struct place_key *claim)
{
	const struct fold *f = node_fold(x->api->node);
	struct message_at at = { 0 };
	enum err e;

	while ((e = fold_next_act(f, claim, &at)) == ERR_OK) {
		e = read_entry(x, &at.place);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		if (x->entry.view.verdict != VERDICT_OK || x->entry.statement.kind != KIND_ACT ||
		    dialogue_uint(&x->entry.statement, DIALOGUE_ACT) != DIALOGUE_ACT_WITHDRAW)
			continue;
		reply_object(x->r, "withdrawn");
		reply_said(x, &at.place);
		reply_object_end(x->r);
		return ERR_OK;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_claims(struct assessing *x, const struct event_account *account, uint32_t channel)
{
	enum err e = ERR_OK;

	reply_array(x->r, "claims");
	for (size_t i = 0; e == ERR_OK && i < account->claims_count && has_room(x); i++) {
		struct place_key at = place_of(channel, &account->claims[i]);
		e = read_entry(x, &at);
		if (e == ERR_OK) {
			reply_object(x->r, NULL);
			reply_said(x, &at);
			e = reply_withdrawal(x, &at);
			reply_object_end(x->r);
		}
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(x->r);
	x->is_cut = x->is_cut || !has_room(x);
	return e;
}

/* In the order of the accord's parties; who says nothing is not there. */
static enum err reply_assessments(struct assessing *x, const struct event_account *account, uint32_t channel)
{
	enum err e = ERR_OK;

	reply_array(x->r, "assessments");
	for (size_t i = 0; e == ERR_OK && i < x->accord->parties_count; i++) {
		struct place_key at = place_of(channel, &account->assessed[i]);
		if (account->assessed[i].epoch == 0)
			continue;
		e = read_entry(x, &at);
		if (e == ERR_OK) {
			reply_object(x->r, NULL);
			reply_said(x, &at);
			reply_object_end(x->r);
		}
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(x->r);
	return e;
}

static enum err reply_same(struct assessing *x, const struct event_account *account, uint32_t channel)
{
	enum err e = ERR_OK;

	reply_array(x->r, "same");
	for (size_t n = 0; e == ERR_OK && n < account->others_count && has_room(x); n++) {
		const struct event_other *other = &account->others[n];
		struct place_key at = place_of(channel, &other->event);
		e = request_may_place(x->api, &at);
		if (e != ERR_OK || other->one == 0) {
			e = e == ERR_NOT_FOUND ? ERR_OK : e;
			continue;
		}
		reply_object(x->r, NULL);
		reply_place(x->r, "event", x->accord, &at);
		reply_array(x->r, "by");
		for (size_t i = 0; i < x->accord->parties_count; i++) {
			if ((other->one >> i & 1) != 0)
				reply_str(x->r, NULL, x->accord->parties[i].code);
		}
		reply_array_end(x->r);
		reply_bool(x->r, "one", event_is_one(account, other));
		reply_object_end(x->r);
	}
	reply_array_end(x->r);
	return e;
}

/* The row is x->row's. */
static enum err reply_event(struct assessing *x)
{
	struct place_key place = x->row.place;
	struct event_account account = { 0 };
	enum err e = read_entry(x, &place);

	if (e != ERR_OK)
		return e;
	if (x->type.ptr != NULL && !bytes_equal(x->type, dialogue_text(&x->entry.statement, DIALOGUE_TYPE)))
		return ERR_NOT_FOUND;
	reply_object(x->r, NULL);
	reply_said(x, &place);
	e = fold_event(node_fold(x->api->node), &x->row, request_sight(x->api), &account);
	if (e == ERR_OK)
		e = reply_claims(x, &account, place.log.channel);
	if (e == ERR_OK)
		e = reply_assessments(x, &account, place.log.channel);
	if (e == ERR_OK)
		e = reply_same(x, &account, place.log.channel);
	reply_object_end(x->r);
	event_close(&account);
	return e;
}

static enum err reply_channel(struct assessing *x, uint32_t channel)
{
	struct message_at at = { 0 };
	bool may;
	enum err e = reading_channel(&x->api->reading, channel, &may);

	while (e == ERR_OK && may && x->left > 0 && has_room(x)) {
		e = fold_next_thing(node_fold(x->api->node), channel, KIND_EVENT, request_sight(x->api), &at,
				    &x->row);
		if (e != ERR_OK)
			break;
		e = reply_event(x);
		x->left -= e == ERR_OK;
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	x->is_cut = x->is_cut || (e == ERR_OK && may);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What the accord lets a type or a confidence be. */
static void reply_list(struct assessing *x, const char *key, const char *name)
{
	const struct form_list *list = form_list_find(x->accord, name);

	reply_array(x->r, key);
	for (const struct form_code *code = list == NULL ? NULL : list->codes; code != NULL;
	     code = code->next) {
		reply_object(x->r, NULL);
		reply_str(x->r, "name", code->name);
		reply_names(x->r, "words", x->accord, code->names.text);
		reply_object_end(x->r);
	}
	reply_array_end(x->r);
}

static enum err reply_events(struct assessing *x, struct request *q)
{
	const struct accord *accord = x->accord;
	struct place_key place;
	enum err e;

	if (request_word(q, "place").ptr != NULL) {
		e = request_place(x->api, q, &place);
		if (e == ERR_OK)
			e = request_may_place(x->api, &place);
		if (e == ERR_OK)
			e = fold_thing(node_fold(x->api->node), &place, request_sight(x->api), &x->row);
		if (e == ERR_OK && x->row.thing.kind != KIND_EVENT)
			e = ERR_NOT_FOUND;
		return e == ERR_OK ? reply_event(x) : e;
	}
	e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
		if ((accord->channels[i].parties >> node_self(x->api->node) & 1) != 0)
			e = reply_channel(x, accord->channels[i].number);
	}
	return e;
}

enum err run_assessments(struct api *a, struct request *q, struct reply *r)
{
	struct assessing *x = xcalloc(1, sizeof *x);
	enum err e;

	a->reading.is_asked = true; /* also of none */
	x->api = a;
	x->r = r;
	x->accord = node_accord(a->node);
	x->type = request_word(q, "type");
	e = request_number(q, "limit", EVENTS_MAX, EVENTS_MAX, &x->left);
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_list(x, "types", FORM_LIST_EVENT);
	reply_list(x, "confidences", FORM_LIST_CONFIDENCE);
	reply_array(r, "events");
	if (e == ERR_OK)
		e = reply_events(x, q);
	reply_array_end(r);
	reply_bool(r, "more", x->is_cut);
	reply_object_end(r);
	free(x);
	return e;
}
