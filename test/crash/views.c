/* What views answer of things and texts, items and drafts: pure readings of rows. */
#include "answers.h"

#include "view/event.h"
#include "view/release.h"

#include <string.h>

#define LIST_LAST 6u /* of each list, what is looked into */

static uint8_t memory[1u << 20];

enum err answers_ended(enum err e)
{
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void answers_put_place(struct answers *a, const char *what, enum err e, const struct place_key *at)
{
	struct buf out = BUF_ON(memory);

	if (e == ERR_OK)
		place_key_write(at, &out);
	answers_put(a, what, e, buf_bytes(&out));
}

/* Whoever asks may know of everything that is folded, and that is looked up. */
static enum err may_know(void *self, const struct place_key *at)
{
	struct entry_view v;

	return fold_get(self, at, &v);
}

/* ---- Things, and what was said of them. ---- */

static const enum kind things[] = { KIND_BODY,	    KIND_SESSION, KIND_ITEM, KIND_COMMITMENT,
				    KIND_CONDITION, KIND_EVENT,	  KIND_TEXT, KIND_CLAIM };

static void put_thing(struct answers *a, const char *what, enum err e, const struct thing_row *row)
{
	struct buf out = BUF_ON(memory);

	if (e == ERR_OK) {
		place_key_write(&row->place, &out);
		thing_write(&row->thing, &out);
		buf_put(&out, buf_bytes(&row->fields));
	}
	answers_put(a, what, e, buf_bytes(&out));
}

static void ask_event(struct answers *a, const struct thing_row *row, const struct fold_sight *sight)
{
	struct event_account account = { 0 };
	enum err e = fold_event(a->fold, row, sight, &account);

	answers_put_number(a, "event", e, account.claims_count);
	event_close(&account);
}

static void ask_text(struct answers *a, const struct place_key *at)
{
	static struct thing_row row;
	struct place_key until = { 0 };
	struct text_head head;
	struct statement says;
	struct text t;
	uint8_t hash[HASH_LEN];

	for (size_t i = 0; i < 2; i++) {
		enum err e = fold_text(a->fold, at, i == 0 ? NULL : &until, NULL, &row, &t);
		if (e == ERR_OK) {
			text_head_of(a->fold->accord, &row, &says, &head);
			text_hash(&t, &head, hash);
		}
		answers_put(a, "text", e, BYTES_OF(hash));
		if (e == ERR_OK && t.versions_count > 0) {
			const struct deed_at *last = &t.versions[t.versions_count - 1].at;
			until = (struct place_key){ { at->log.channel, last->party, last->epoch },
						    last->index };
		}
		text_close(&t);
		if (e != ERR_OK || until.log.epoch == 0)
			return;
	}
}

static void ask_said(struct answers *a, const struct place_key *on, const struct fold_sight *sight)
{
	struct message_at at = { 0 };
	struct place_key pair[2];
	enum dialogue_act act = DIALOGUE_ACT_COUNT;
	enum sameness same = SAME_ONE;
	enum err e;

	while ((e = fold_next_said(a->fold, on, UINT32_MAX, sight, &at)) == ERR_OK) {
		e = fold_act_of(a->fold, &at.place, &act);
		answers_put_number(a, "act of", e, act);
	}
	answers_put_number(a, "said", answers_ended(e), 0);
	at = (struct message_at){ 0 };
	while ((e = fold_next_act(a->fold, on, &at)) == ERR_OK) {
		e = fold_same_of(a->fold, &at.place, pair, &same);
		answers_put_place(a, "same of", e, &pair[1]);
		e = fold_reported_of(a->fold, &at.place, &pair[0]);
		answers_put_place(a, "reported of", e, &pair[0]);
	}
	answers_put_number(a, "acts", answers_ended(e), 0);
}

static void ask_hung(struct answers *a, const struct place_key *on)
{
	for (size_t i = 0; i < ARRAY_COUNT(things); i++) {
		struct message_at at = { 0 };
		enum err e;
		while ((e = fold_next_hung(a->fold, on, things[i], &at)) == ERR_OK)
			continue;
		answers_put_number(a, "hung", answers_ended(e), 0);
	}
}

static void ask_thing(struct answers *a, const struct place_key *at, const struct fold_sight *sight)
{
	static struct thing_row row;
	struct place_key of;
	enum err e = fold_thing(a->fold, at, sight, &row);

	put_thing(a, "thing", e, &row);
	if (e != ERR_OK)
		return;
	answers_put_place(a, "thing of", thing_of(&row, &of), &of);
	ask_said(a, at, sight);
	ask_hung(a, at);
	if (row.thing.kind == KIND_EVENT)
		ask_event(a, &row, sight);
	if (row.thing.kind == KIND_TEXT)
		ask_text(a, at);
}

static void ask_things(struct answers *a, uint32_t channel, enum kind kind, const struct fold_sight *sight)
{
	static struct thing_row row;
	struct place_key last[LIST_LAST];
	struct message_at at = { 0 }, named = { 0 };
	size_t count = 0;
	enum err e;

	while ((e = fold_next_thing(a->fold, channel, kind, sight, &at, &row)) == ERR_OK)
		last[count++ % LIST_LAST] = row.place;
	answers_put_number(a, "things", answers_ended(e), count);
	e = fold_next_named(a->fold, channel, kind, BYTES_LIT("thing-1"), &named);
	answers_put_place(a, "named", e, &named.place);
	for (size_t i = 0; i < count && i < LIST_LAST; i++)
		ask_thing(a, &last[i], sight);
}

/* ---- Items: what became of a message. ---- */

static void ask_translations(struct answers *a, const struct place_key *item, const struct fold_sight *sight)
{
	struct translation t = { 0 };
	struct translation_view v;
	struct message_at at = { 0 };
	enum err e;

	while ((e = fold_next_translation(a->fold, item, sight, &at, &t)) == ERR_OK) {
		answers_put_place(a, "translation by", e, &t.by);
		e = fold_translation(a->fold, &t.text, &v);
		answers_put_number(a, "translation", e, v.holder);
	}
	answers_put_number(a, "translations", answers_ended(e), 0);
}

static void ask_item(struct answers *a, const struct place_key *at, const struct fold_sight *sight)
{
	static uint8_t entry[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(entry);
	struct entry_read_out read;
	struct form_view form;
	struct form_life life;
	struct item_view item;
	enum err e = fold_item(a->fold, at, &item);

	answers_put_place(a, "item", e, &item.label);
	ask_translations(a, at, sight);
	e = fold_form(a->fold, at, &form);
	answers_put_number(a, "form", e, form.version);
	e = node_entry(a->n->node, at, &bytes, &read);
	answers_put(a, "message", e, buf_bytes(&bytes));
	if (e != ERR_OK)
		return;
	e = fold_form_life(a->fold, at, sight, &life);
	answers_put_number(a, "life of a form", e, life.count);
	e = fold_find_id(a->fold, at->log.channel, at->log.party, read.statement.id, &life.first);
	answers_put_place(a, "found by id", e, &life.first);
	e = fold_first_to_see(a->fold, at, at, &life.last);
	answers_put_place(a, "first to see", e, &life.last);
}

static void ask_items(struct answers *a, uint32_t channel, const struct fold_sight *sight)
{
	struct place_key last[LIST_LAST];
	struct message_at at = { 0 }, due = { 0 };
	size_t count = 0;
	enum err e;

	while ((e = fold_next_message(a->fold, channel, &at)) == ERR_OK)
		last[count++ % LIST_LAST] = at.place;
	answers_put_number(a, "items", answers_ended(e), 0);
	for (size_t i = 0; i < count && i < LIST_LAST; i++)
		ask_item(a, &last[i], sight);
	while ((e = fold_next_due(a->fold, channel, &due)) == ERR_OK)
		continue;
	answers_put_number(a, "due", answers_ended(e), 0);
}

/* ---- Drafts. ---- */

static void ask_drafts(struct answers *a, uint32_t home)
{
	static uint8_t entry[ENTRY_LEN_MAX];
	static struct draft_view v, found;
	struct buf bytes = BUF_ON(entry);
	struct entry_read_out read;
	struct statement going;
	struct bytes outgoing;
	struct place_key out;
	bool is_ended = false;
	enum err e;

	for (bool is_first = true; (e = draft_next(a->fold, home, is_first, &v)) == ERR_OK;
	     is_first = false) {
		e = draft_find(a->fold, home, v.id, &found);
		answers_put_place(a, "draft", e, &found.at);
		answers_put_number(a, "approved", e, found.approved);
		e = draft_released(a->fold, &v, &out);
		answers_put_place(a, "released", e, &out);
		buf_reset(&bytes);
		e = node_entry(a->n->node, &v.at, &bytes, &read);
		if (e == ERR_OK)
			e = submit_read(&read.statement, &outgoing, &going);
		if (e == ERR_OK)
			e = draft_is_ended(a->fold, v.at.log.party, &going, &is_ended);
		answers_put_number(a, "ended", e, is_ended);
	}
	answers_put_number(a, "drafts", answers_ended(e), 0);
}

/* ---- Keys. ---- */

static void ask_keys(struct answers *a, const struct log_key *log, uint64_t size)
{
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct recipient_view recipient;
	struct key_view view;
	enum err e;

	while ((e = fold_next_key(a->fold, log, key, &view)) == ERR_OK)
		answers_put_number(a, "key", fold_key(a->fold, log, key, size, &view), view.roles);
	answers_put_number(a, "keys", answers_ended(e), 0);
	memset(key, 0, sizeof key);
	while ((e = fold_next_recipient(a->fold, log, key, &recipient)) == ERR_OK)
		continue;
	answers_put_number(a, "recipients", answers_ended(e), 0);
}

void views_ask(struct answers *a)
{
	const struct fold_sight looked_up = { may_know, (void *)(uintptr_t)a->fold, NULL };
	struct log_status logs[64];
	size_t count = node_logs(a->n->node, logs, ARRAY_COUNT(logs));
	struct waiting waiting = { 0 };

	for (size_t i = 0; i < a->w->accord->channels_count; i++) {
		uint32_t channel = a->w->accord->channels[i].number;
		for (size_t kind = 0; kind < ARRAY_COUNT(things); kind++) {
			ask_things(a, channel, things[kind], NULL);
			ask_things(a, channel, things[kind], &looked_up);
		}
		ask_items(a, channel, &looked_up);
		ask_drafts(a, channel);
		owed_ask(a, channel);
	}
	for (size_t i = 0; i < count; i++) {
		ask_keys(a, &logs[i].log, logs[i].size);
		answers_put_number(a, "waiting", node_waiting(a->n->node, &logs[i].log, &waiting),
				   waiting.count);
	}
}
