/* Bodies, sessions, items, commitments, conditions, events: what stands of them for who asks. */
#include "api/entry_reply.h"
#include "api/place_text.h"
#include "api/runs.h"
#include "api/thing_reply.h"
#include "view/dialogue.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* What is told now; one for a whole answer. */
struct listing {
	struct thing_row row;
	struct thing_fields fields;
	struct label_said label;
};

#define THINGS_MAX 10000u /* of one answer, unless fewer are asked for */

static const enum kind kinds[] = { KIND_BODY,	   KIND_SESSION, KIND_ITEM, KIND_COMMITMENT,
				   KIND_CONDITION, KIND_EVENT,	 KIND_TEXT, KIND_CLAIM };

static void reply_deed(struct reply *r, const char *key, const struct accord *accord,
		       const struct thing_row *row, const struct deed_at *at)
{
	struct place_key place = { { row->place.log.channel, at->party, at->epoch }, at->index };

	reply_place(r, key, accord, &place);
}

/* Who has said what to which report of a part: it may have accepted another than the last. */
static void reply_answers(struct reply *r, const struct accord *accord, const struct thing_row *row,
			  size_t owner)
{
	reply_array(r, "answers");
	for (size_t i = 0; i < row->thing.parties_count; i++) {
		const struct thing_answer *answer = &row->thing.answers[i][owner];
		if (answer->report.epoch == 0)
			continue;
		reply_object(r, NULL);
		reply_str(r, "party", accord->parties[i].code);
		reply_str(r, "answer", answer->is_accepted ? "ACCEPTED" : "DISPUTED");
		reply_deed(r, "report", accord, row, &answer->report);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* Which of them has come how far, and the report that says so. */
static void reply_parts(struct reply *r, const struct accord *accord, const struct thing_row *row)
{
	const struct thing *t = &row->thing;

	reply_array(r, "parts");
	for (size_t i = 0; i < t->parties_count; i++) {
		struct deed_at report = thing_report(t, i);
		if ((t->owners >> i & 1) == 0)
			continue;
		reply_object(r, NULL);
		reply_str(r, "party", accord->parties[i].code);
		reply_str(r, "part", progress_name(thing_progress(t, i)));
		if (report.epoch != 0) {
			reply_deed(r, "report", accord, row, &report);
			reply_answers(r, accord, row, i);
		}
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* Who has said what of it that counts once. */
static void reply_said(struct reply *r, const struct accord *accord, const struct thing *t)
{
	reply_object(r, "said");
	for (int act = 0; act < DIALOGUE_ACT_COUNT; act++) {
		if (t->said[act] == 0)
			continue;
		reply_array(r, dialogue_act_row((enum dialogue_act)act)->name);
		for (size_t i = 0; i < t->parties_count; i++) {
			if ((t->said[act] >> i & 1) != 0)
				reply_str(r, NULL, accord->parties[i].code);
		}
		reply_array_end(r);
	}
	reply_object_end(r);
}

/* One act with its words; *kind is what it is, 0 where it is none of a dialogue or is not in sight. */
static enum err reply_act(struct api *a, struct reply *r, const struct place_key *at, uint64_t *kind)
{
	const struct accord *accord = node_accord(a->node);
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	*kind = 0;
	buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, &entry);
	if (e != ERR_OK || !kind_is_dialogue(entry.statement.kind) ||
	    (entry.statement.kind == KIND_ACT && dialogue_act_name(&entry.statement) == NULL))
		return e;
	e = request_may(a, at, &entry.statement);
	if (e == ERR_OK) {
		*kind = entry.statement.kind;
		reply_object(r, NULL);
		reply_place(r, "place", accord, at);
		reply_str(r, "party", accord->parties[at->log.party].code);
		reply_str(r, "kind", kind_find(*kind)->name);
		if (entry.statement.kind == KIND_ACT)
			reply_str(r, "act", dialogue_act_name(&entry.statement));
		if (*kind == KIND_ACCEPTED || *kind == KIND_DISPUTED)
			reply_named_place(r, "to", accord, &entry.statement.refers[0]);
		reply_own_fields(r, &entry.statement);
		reply_people(r, &entry.statement);
		reply_object_end(r);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_acts_on(struct api *a, struct reply *r, const struct place_key *report)
{
	struct message_at at = { 0 };
	uint64_t kind;
	enum err e = ERR_OK;

	while (e == ERR_OK && r->out->len < REPLY_LEN_MAX / 2) {
		e = fold_next_act(node_fold(a->node), report, &at);
		if (e == ERR_OK)
			e = reply_act(a, r, &at.place, &kind);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/*
 * Every act on it with its words, in the order of the record: what it was called before, who came; behind a
 * report what it was answered.
 */
static enum err reply_deeds(struct api *a, struct reply *r, const struct place_key *on)
{
	struct message_at at = { 0 };
	uint64_t kind;
	enum err e = ERR_OK;

	reply_array(r, "deeds");
	while (e == ERR_OK && r->out->len < REPLY_LEN_MAX / 2) {
		e = fold_next_act(node_fold(a->node), on, &at);
		if (e == ERR_OK)
			e = reply_act(a, r, &at.place, &kind);
		if (e == ERR_OK && kind == KIND_REPORTED)
			e = reply_acts_on(a, r, &at.place);
	}
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What a body was merged into, as its last MERGE has it. */
static enum err reply_merged(struct api *a, struct reply *r, const struct thing_row *row)
{
	struct message_at at = { 0 };
	struct place_key last = { .log = { .epoch = 0 } };
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	while ((e = fold_next_said(node_fold(a->node), &row->place, 1u << DIALOGUE_ACT_MERGE,
				   request_sight(a), &at)) == ERR_OK)
		last = at.place;
	if (e != ERR_NOT_FOUND || last.log.epoch == 0)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, &last, &memory, &entry);
	if (e == ERR_OK)
		reply_text(r, "merged_into", dialogue_text(&entry.statement, DIALOGUE_TO));
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_label_of_row(struct api *a, struct reply *r, struct listing *l)
{
	struct marking m;
	enum err e = thing_marking(&l->row, &m);

	return e == ERR_NOT_FOUND ? reply_label_at(a, r, &l->row.place, &l->label)
				  : reply_label_of(r, &m, &l->label);
}

static enum err reply_thing(struct api *a, struct reply *r, struct listing *l, bool has_deeds)
{
	const struct accord *accord = node_accord(a->node);
	const struct thing_row *row = &l->row;
	struct place_key of;
	enum err e;

	reply_object(r, NULL);
	reply_place(r, "place", accord, &row->place);
	reply_str(r, "kind", kind_find(row->thing.kind)->name);
	reply_str(r, "party", accord->parties[row->thing.author].code);
	e = reply_label_of_row(a, r, l);
	if (thing_of(row, &of) == ERR_OK)
		reply_place(r, "of", accord, &of);
	if (e == ERR_OK)
		e = reply_row_fields(a, r, row, &l->fields);
	reply_str(r, "standing", standing_name(thing_standing(&row->thing)));
	reply_bool(r, "over", thing_is_over(&row->thing));
	if (row->thing.kind == KIND_COMMITMENT)
		reply_parts(r, accord, row);
	if (e == ERR_OK && row->thing.said[DIALOGUE_ACT_MERGE] != 0)
		e = reply_merged(a, r, row);
	reply_said(r, accord, &row->thing);
	if (e == ERR_OK && has_deeds)
		e = reply_deeds(a, r, &row->place);
	reply_object_end(r);
	return e;
}

struct things_wish {
	uint32_t kinds;	  /* bit mask of kinds[] */
	bool is_open;	  /* only what is not over */
	uint32_t channel; /* 0: every one */
	bool has_of;
	struct place_key of;
	struct bytes name; /* .ptr NULL: of any */
	uint64_t left;
	struct message_at after; /* .place.log.channel 0: from the first */
	enum kind after_kind;
	const struct fold_sight *sight; /* of the channel that is told of now */
	struct place_key last;		/* that was told */
	bool is_cut;			/* the answer ended before the things did */
};

/* Where the page before ended. */
static enum err read_after(struct api *a, struct request *q, struct things_wish *w)
{
	struct entry_view v;
	enum err e;

	if (request_word(q, "after").ptr == NULL)
		return ERR_OK;
	e = request_place_as(a, q, "after", &w->after.place);
	if (e == ERR_OK)
		e = request_may_place(a, &w->after.place);
	if (e == ERR_OK)
		e = fold_get(node_fold(a->node), &w->after.place, &v);
	if (e != ERR_OK)
		return e;
	w->after.order = v.order;
	w->after_kind = (enum kind)v.kind;
	return ERR_OK;
}

static enum err read_wish(struct api *a, struct request *q, struct things_wish *w)
{
	struct bytes kind = request_word(q, "kind");
	enum err e;

	w->kinds = 0;
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		if (kind.ptr == NULL || bytes_equal(kind, bytes_str(kind_find(kinds[i])->name)))
			w->kinds |= 1u << i;
	}
	if (w->kinds == 0)
		return ERR_USAGE;
	w->is_open = request_word(q, "open").ptr != NULL;
	w->name = request_word(q, "name");
	w->has_of = request_word(q, "of").ptr != NULL;
	e = w->has_of ? request_place_as(a, q, "of", &w->of) : ERR_OK;
	if (e == ERR_OK && request_word(q, "channel").ptr != NULL)
		e = request_channel(a, q, &w->channel);
	if (e == ERR_OK)
		e = request_number(q, "limit", THINGS_MAX, THINGS_MAX, &w->left);
	if (e == ERR_OK)
		e = read_after(a, q, w);
	return e;
}

static bool is_wanted(const struct things_wish *w, const struct thing_row *row)
{
	struct place_key of;

	if (w->is_open && thing_is_over(&row->thing))
		return false;
	return !w->has_of || (thing_of(row, &of) == ERR_OK && place_key_equal(&of, &w->of));
}

static enum err next_thing(struct api *a, uint32_t channel, enum kind kind, const struct things_wish *w,
			   struct message_at *at, struct thing_row *row)
{
	const struct fold *f = node_fold(a->node);
	enum err e;

	if (w->name.ptr == NULL)
		return fold_next_thing(f, channel, kind, w->sight, at, row);
	e = fold_next_named(f, channel, kind, w->name, at);
	return e == ERR_OK ? fold_thing(f, &at->place, w->sight, row) : e;
}

/* Of what a page before this one told, nothing. */
static enum err reply_kind(struct api *a, struct reply *r, uint32_t channel, enum kind kind,
			   struct things_wish *w, struct listing *l)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	if (w->after.place.log.channel != 0 && w->after_kind != kind)
		return ERR_OK;
	at = w->after;
	w->after = (struct message_at){ 0 };
	while (e == ERR_OK && w->left > 0 && r->out->len < REPLY_LEN_MAX - (64u << 10)) {
		e = next_thing(a, channel, kind, w, &at, &l->row);
		if (e != ERR_OK)
			break;
		if (!is_wanted(w, &l->row))
			continue;
		e = w->sight == NULL ? ERR_OK : request_may_thing(a, &l->row);
		if (e == ERR_OK) {
			e = reply_thing(a, r, l, false);
			w->last = l->row.place;
			w->left--;
		}
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	w->is_cut = w->is_cut || e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_channel(struct api *a, struct reply *r, uint32_t channel, struct things_wish *w,
			      struct listing *l)
{
	bool may;
	enum err e = reading_channel(&a->reading, channel, &may);

	if (e == ERR_OK && may)
		e = request_sight_of(a, channel, &w->sight);
	for (size_t i = 0; e == ERR_OK && may && i < ARRAY_COUNT(kinds); i++) {
		if ((w->kinds >> i & 1) != 0)
			e = reply_kind(a, r, channel, kinds[i], w, l);
	}
	return e;
}

/* The one that is asked for, with all that was said of it. */
static enum err reply_whole(struct api *a, struct request *q, struct reply *r, struct listing *l)
{
	struct place_key place;
	enum err e = request_place(a, q, &place);

	if (e == ERR_OK)
		e = request_may_place(a, &place);
	if (e == ERR_OK)
		e = fold_thing(node_fold(a->node), &place, request_sight(a), &l->row);
	return e == ERR_OK ? reply_thing(a, r, l, true) : e;
}

/* Whether the next page, or what was asked for, may have things of this channel. */
static bool is_wanted_channel(const struct api *a, const struct things_wish *w,
			      const struct accord_channel *channel)
{
	return (channel->parties >> node_self(a->node) & 1) != 0 &&
	       (w->channel == 0 || w->channel == channel->number) &&
	       (w->after.place.log.channel == 0 || w->after.place.log.channel == channel->number);
}

/*
 * Whether a thing of such a kind has the name there, also one that who asks may not know of: whoever writes
 * there would find out by writing.
 */
static enum err reply_taken(struct api *a, struct reply *r, const struct things_wish *w)
{
	const struct accord_channel *channel = accord_channel_find(node_accord(a->node), w->channel);
	bool may, is_taken = false;
	enum err e;

	if (channel == NULL || w->name.ptr == NULL)
		return ERR_OK;
	e = reading_channel(&a->reading, w->channel, &may);
	if (e != ERR_OK || !may ||
	    (a->reading.as != READING_OWNER && (a->reading.roles & channel->writers) == 0))
		return e;
	for (size_t i = 0; e == ERR_OK && !is_taken && i < ARRAY_COUNT(kinds); i++) {
		struct message_at at = { 0 };
		if ((w->kinds >> i & 1) == 0)
			continue;
		e = fold_next_named(node_fold(a->node), w->channel, kinds[i], w->name, &at);
		is_taken = e == ERR_OK;
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_bool(r, "taken", is_taken);
	return e;
}

enum err run_dialogues(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	struct listing *l = xcalloc(1, sizeof *l);
	struct things_wish w = { 0 };
	enum err e = read_wish(a, q, &w);

	a->reading.is_asked = true; /* also of none */
	if (e == ERR_OK) {
		reply_object(r, NULL);
		reply_uint(r, "now_ms", a->now.wall.ms);
		reply_array(r, "things");
	}
	if (e == ERR_OK && request_word(q, "place").ptr != NULL)
		e = reply_whole(a, q, r, l);
	for (size_t i = 0; e == ERR_OK && request_word(q, "place").ptr == NULL && i < accord->channels_count;
	     i++) {
		if (is_wanted_channel(a, &w, &accord->channels[i]))
			e = reply_channel(a, r, accord->channels[i].number, &w, l);
	}
	if (e == ERR_OK) {
		reply_array_end(r);
		reply_bool(r, "more", w.is_cut);
		if (w.is_cut && w.last.log.channel != 0)
			reply_place(r, "next", accord, &w.last);
		e = reply_taken(a, r, &w);
		reply_object_end(r);
	}
	free(l);
	return e;
}
