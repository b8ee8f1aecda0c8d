/* A text as it stands, or as somebody had it: units in order, who stands on what, and its canonical file. */
#include "api/entry_reply.h"
#include "api/place_text.h"
#include "api/runs.h"
#include "policy/policy.h"
#include "view/dialogue.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* Of an answer: its units, behind which one more and the rest have room; and what ends it behind the file. */
#define UNITS_LEN_MAX (REPLY_LEN_MAX - (1u << 20))
#define PART_END_LEN 64u

struct texts {
	struct api *api;
	const struct accord *accord;
	struct label_said label;
	struct thing_row row;
	struct text text;
	struct statement says; /* what the head borrows from */
	struct text_head head;
	uint8_t hash[HASH_LEN];
	bool is_amended;		/* by one that is in force */
	bool is_corrected;		/* by one that every party has signed */
	const struct fold_sight *sight; /* of who asks */
};

static struct place_key place_at(const struct texts *x, const struct deed_at *at)
{
	return (struct place_key){ { x->row.place.log.channel, at->party, at->epoch }, at->index };
}

/* ---- Units. ---- */

/* Who stands on this version, and how firmly. */
static void reply_standing_on(struct reply *r, const struct texts *x, const struct text_unit *u, size_t l,
			      uint32_t version)
{
	static const char *const firmness[] = { "proposes", "ad referendum", "agrees" };

	reply_object(r, "by");
	for (size_t i = 0; i < x->text.parties_count; i++) {
		uint32_t his = u->stands[l][i].version;
		if (his != 0 && text_is_same(&x->text, version, his))
			reply_str(r, x->accord->parties[i].code, firmness[u->stands[l][i].firmness]);
	}
	reply_object_end(r);
}

static bool is_said_before(const struct texts *x, const struct text_unit *u, size_t l, size_t party)
{
	for (size_t i = 0; i < party; i++) {
		if (u->stands[l][i].version != 0 &&
		    text_is_same(&x->text, u->stands[l][i].version, u->stands[l][party].version))
			return true;
	}
	return false;
}

/* Each alternative on which a party stands, once, in the order of the accord's parties. */
static enum err reply_versions(struct reply *r, struct texts *x, const struct text_unit *u, size_t l)
{
	enum err e = ERR_OK;

	reply_array(r, "versions");
	for (size_t i = 0; i < x->text.parties_count && e == ERR_OK; i++) {
		uint32_t version = u->stands[l][i].version;
		const struct text_version *v;
		struct place_key at;
		if (version == 0 || is_said_before(x, u, l, i))
			continue;
		v = &x->text.versions[version - 1];
		at = place_at(x, &v->at);
		reply_object(r, NULL);
		reply_place(r, "place", x->accord, &at);
		reply_str(r, "party", x->accord->parties[v->at.party].code);
		e = reply_label_at(x->api, r, &at, &x->label);
		reply_text(r, "words", v->words);
		reply_standing_on(r, x, u, l, version);
		reply_object_end(r);
	}
	reply_array_end(r);
	return e;
}

static enum err reply_unit(struct reply *r, struct texts *x, const struct text_unit *u)
{
	const struct text *t = &x->text;
	uint32_t number = 0;
	enum err e = ERR_OK;

	for (size_t l = t->languages_count; l-- > 0;) {
		const struct text_version *v = text_shown(t, u, l);
		number = v == NULL ? number : v->number;
	}
	reply_object(r, NULL);
	reply_str(r, "name", u->name);
	reply_uint(r, "number", number);
	reply_str(r, "status", unit_status_name(text_status(t, u)));
	reply_bool(r, "left_out", text_is_left_out(t, u));
	reply_object(r, "languages");
	for (size_t l = 0; l < t->languages_count && e == ERR_OK; l++) {
		reply_object(r, t->languages[l]);
		reply_str(r, "status", unit_status_name(text_status_in(t, u, l)));
		e = reply_versions(r, x, u, l);
		reply_object_end(r);
	}
	reply_object_end(r);
	reply_array(r, "concordance");
	for (size_t i = 0; i < t->parties_count; i++) {
		if (text_is_concorded(t, u, i))
			reply_str(r, NULL, x->accord->parties[i].code);
	}
	reply_array_end(r);
	reply_object_end(r);
	return e;
}

/* How many units stand in brackets: by party that stands there, and by language. */
static void reply_brackets(struct reply *r, const struct texts *x)
{
	const struct text *t = &x->text;

	reply_object(r, "brackets");
	for (size_t i = 0; i < t->parties_count; i++) {
		if ((t->parties >> i & 1) == 0)
			continue;
		reply_object(r, x->accord->parties[i].code);
		for (size_t l = 0; l < t->languages_count; l++) {
			uint64_t count = 0;
			for (size_t n = 0; n < t->units_count; n++)
				count += t->units[n].stands[l][i].version != 0 &&
					 text_status_in(t, &t->units[n], l) == UNIT_BRACKETED;
			reply_uint(r, t->languages[l], count);
		}
		reply_object_end(r);
	}
	reply_object_end(r);
}

/* ---- The whole. ---- */

static void reply_names(struct reply *r, const char *key, struct bytes value)
{
	struct dialogue_texts texts;
	struct bytes text;

	reply_array(r, key);
	dialogue_texts_open(&texts, value);
	while (dialogue_texts_next(&texts, &text))
		reply_text(r, NULL, text);
	reply_array_end(r);
}

/* Who read this initial back, and what its author said of that: "" yet, CORRECT, WRONG. */
static void reply_read_backs(struct reply *r, const struct texts *x, size_t whose)
{
	static const char *const marks[] = { "", "CORRECT", "WRONG" };
	const uint8_t *hash = x->text.endorsed[ENDORSE_INITIAL][whose].hash;

	reply_array(r, "read_back");
	for (size_t i = 0; i < x->text.parties_count; i++) {
		struct place_key at = place_at(x, &x->text.read_backs[i][whose].at);
		if (!text_has_read_back(&x->text, i, whose, hash))
			continue;
		reply_object(r, NULL);
		reply_str(r, "party", x->accord->parties[i].code);
		reply_place(r, "place", x->accord, &at);
		reply_str(r, "mark", marks[text_marking(&x->text, i, whose, hash)]);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* From when on our own side may sign, by this node's clock: once all of it is read back. */
static void reply_hold(struct reply *r, const struct texts *x, size_t self)
{
	uint64_t since = text_stood_since(&x->text, self, x->hash);

	reply_uint(r, "hold_ms", x->accord->text_hold_ms);
	if (text_is_read_back(&x->text, x->hash) && since != UINT64_MAX)
		reply_uint(r, "sign_from_ms", since + x->accord->text_hold_ms);
}

#define MINUTE_MS 60000u

/* What is out at a minute is out at its beginning; what names a day or more is out when all of it is past. */
static uint64_t out_from(const struct date *when)
{
	return when->end.ms - when->first.ms > MINUTE_MS ? when->end.ms : when->first.ms;
}

static void reply_endorsements(struct reply *r, const struct texts *x)
{
	static const char *const keys[ENDORSEMENT_COUNT] = { "initialled", "signed", "released" };

	for (size_t e = 0; e < ENDORSEMENT_COUNT; e++) {
		reply_object(r, keys[e]);
		reply_bool(r, "all", text_is_endorsed(&x->text, (enum endorsement)e));
		reply_array(r, "by");
		for (size_t i = 0; i < x->text.parties_count; i++) {
			const struct text_endorsed *one = &x->text.endorsed[e][i];
			struct place_key at = place_at(x, &one->at);
			struct date date;
			if (one->at.epoch == 0)
				continue;
			reply_object(r, NULL);
			reply_str(r, "party", x->accord->parties[i].code);
			reply_place(r, "place", x->accord, &at);
			reply_hex(r, "hash", BYTES_OF(one->hash));
			reply_bool(r, "stale", memcmp(one->hash, x->hash, HASH_LEN) != 0);
			if (one->when.len > 0 && date_read(one->when, &date) == ERR_OK) {
				reply_text(r, "when", one->when);
				reply_uint(r, "from_ms", out_from(&date));
			}
			reply_names(r, "outlets", one->outlets);
			if (e == ENDORSE_INITIAL)
				reply_read_backs(r, x, i);
			reply_object_end(r);
		}
		reply_array_end(r);
		reply_object_end(r);
	}
}

/* A correction stands as soon as all have signed it; nobody need say that it is in force. */
static enum err look_at_correction(struct api *a, const struct place_key *place, struct thing_row *row,
				   struct texts *x)
{
	struct text t = { 0 };
	enum err e = fold_text(node_fold(a->node), place, NULL, x->sight, row, &t);

	if (e == ERR_OK && text_is_endorsed(&t, ENDORSE_SIGN))
		x->is_corrected = true;
	text_close(&t);
	return e;
}

/* Every text that hangs on it, by what it does to it, and whether that stands. */
static enum err reply_relations(struct api *a, struct reply *r, struct texts *x)
{
	static const char *const keys[TEXT_RELATION_COUNT] = { "corrected_by", "amended_by" };
	struct thing_row *row = xcalloc(1, sizeof *row);
	struct statement says;
	enum err e = ERR_OK;

	for (uint64_t what = 0; e == ERR_OK && what < TEXT_RELATION_COUNT; what++) {
		struct message_at at = { 0 };
		reply_array(r, keys[what]);
		while (r->out->len < UNITS_LEN_MAX &&
		       (e = fold_next_hung(node_fold(a->node), &x->row.place, KIND_TEXT, &at)) == ERR_OK) {
			struct text_head head;
			e = request_may_place(a, &at.place);
			if (e == ERR_OK)
				e = fold_thing(node_fold(a->node), &at.place, x->sight, row);
			if (e == ERR_NOT_FOUND)
				continue;
			if (e != ERR_OK)
				break;
			text_head_of(x->accord, row, &says, &head);
			if (dialogue_uint(&says, DIALOGUE_ACT) != what)
				continue;
			reply_text(r, NULL, head.name);
			if (what == TEXT_AMENDS && thing_standing(&row->thing) == STANDING_IN_FORCE)
				x->is_amended = true;
			if (what == TEXT_CORRECTS && !x->is_corrected)
				e = look_at_correction(a, &at.place, row, x);
		}
		reply_array_end(r);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	free(row);
	return e;
}

/* What it corrects or amends, where not every party has released that: without that name it goes out. */
static enum err reply_unreleased(struct api *a, struct reply *r, const struct texts *x,
				 const struct place_key *of)
{
	struct thing_row *row = xcalloc(1, sizeof *row);
	struct statement says;
	struct text_head head;
	struct text t = { 0 };
	enum err e = request_may_place(a, of);

	if (e == ERR_OK)
		e = fold_text(node_fold(a->node), of, NULL, x->sight, row, &t);
	if (e == ERR_OK && !text_is_endorsed(&t, ENDORSE_RELEASE)) {
		text_head_of(x->accord, row, &says, &head);
		reply_text(r, "unreleased", head.name);
	}
	text_close(&t);
	free(row);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static const char *state_of(const struct texts *x)
{
	const struct text *t = &x->text;
	enum standing standing = thing_standing(&x->row.thing);

	if (text_is_endorsed(t, ENDORSE_SIGN))
		return standing == STANDING_ENDED      ? "TERMINATED"
		       : x->is_amended		       ? "AMENDED"
		       : x->is_corrected	       ? "CORRECTED"
		       : standing == STANDING_IN_FORCE ? "IN FORCE"
						       : "SIGNED";
	if (text_is_endorsed(t, ENDORSE_INITIAL) &&
	    memcmp(t->endorsed[ENDORSE_INITIAL][x->row.thing.author].hash, x->hash, HASH_LEN) == 0)
		return "INITIALLED";
	if (text_is_clean(t, UNIT_AGREED))
		return "CLEAN";
	return text_is_clean(t, UNIT_AD_REFERENDUM) ? "CLEAN AD REFERENDUM" : "DRAFT";
}

static void put_part(void *self, struct bytes part)
{
	buf_put(self, part);
}

/* How much of it fits into what is left of the answer, as JSON writes it; never half a letter. */
static struct bytes part_that_fits(const struct reply *r, struct bytes all, uint64_t from)
{
	size_t room = r->out->max - r->out->len, len = 0;
	struct bytes part = { all.ptr + from, 0 };

	room -= room < PART_END_LEN ? room : PART_END_LEN;
	for (; from + len < all.len; len++) {
		uint8_t c = part.ptr[len];
		size_t written = c < 0x20 || c == 0x7f ? 6 : c == '"' || c == '\\' ? 2 : 1;
		if ((c & 0xc0) != 0x80)
			part.len = len;
		if (room < written)
			return part;
		room -= written;
	}
	part.len = len;
	return part;
}

static void add_len(void *self, struct bytes part)
{
	*(size_t *)self += part.len;
}

/* What of it fits from so many bytes on, and how long all of it is. */
static enum err reply_file(struct reply *r, const struct texts *x, uint64_t from)
{
	size_t len = 0;
	struct buf file;

	text_write(&x->text, &x->head, add_len, &len);
	if (from > len)
		return ERR_USAGE;
	buf_init(&file, xcalloc(1, len + 1), len + 1);
	text_write(&x->text, &x->head, put_part, &file);
	reply_uint(r, "file_len", len);
	reply_text(r, "file", part_that_fits(r, buf_bytes(&file), from));
	free(file.ptr);
	return ERR_OK;
}

/* What stands about it in another channel is of the own home channel, and for nobody else. */
static enum err reply_notes(struct api *a, struct reply *r, const struct texts *x)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	reply_array(r, "notes");
	while (e == ERR_OK && (e = fold_next_act(node_fold(a->node), &x->row.place, &at)) == ERR_OK) {
		if (at.place.log.channel == x->row.place.log.channel)
			continue;
		e = request_may_place(a, &at.place);
		if (e == ERR_OK)
			reply_place(r, NULL, x->accord, &at.place);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- What goes out: every label that the file is made of, against each outlet's ceiling. ---- */

struct outlets {
	struct api *a;
	struct reply *r;
	const struct texts *x;
	struct bytes name; /* of the one that is looked at */
	bool is_denied;
};

/* What has no line carries nothing; without guidelines no label decides. */
static struct decision decide_outlet(const struct outlets *o, const struct statement *s, size_t author)
{
	const struct guidelines *g = o->x->accord->guidelines;
	size_t feed = guidelines_feed_find(g, o->name);
	struct label_mask label;
	struct decision d = policy_label_read(g, &s->label, author, &label);
	struct reader reader;

	if (d.is_allowed && feed == g->feeds_count)
		d = (struct decision){ .reason = REASON_CEILING,
				       .subject = SUBJECT_WORD,
				       .word = o->name,
				       .needed_level = label.level };
	else if (d.is_allowed) {
		reader = reader_of_feed(node_self(o->a->node), READER_NODE, feed);
		policy_decide(g, &label, &reader, &d);
	}
	return d;
}

static enum err deny_outlet(struct outlets *o, const struct deed_at *at)
{
	struct place_key place = place_at(o->x, at);
	struct entry_read_out entry;
	struct decision d;
	struct denial denial;
	struct buf memory;
	enum err e;

	if (o->is_denied)
		return ERR_OK;
	buf_init(&memory, o->a->last_memory, ENTRY_LEN_MAX);
	e = node_entry(o->a->node, &place, &memory, &entry);
	if (e != ERR_OK || !entry.statement.has_label)
		return e;
	d = decide_outlet(o, &entry.statement, place.log.party);
	if (d.is_allowed)
		return ERR_OK;
	policy_denial(o->x->accord, &d, &denial);
	reply_object(o->r, NULL);
	reply_text(o->r, "outlet", o->name);
	reply_place(o->r, "place", o->x->accord, &place);
	reply_denial(o->r, "guidelines", &denial);
	reply_object_end(o->r);
	o->is_denied = true;
	return ERR_OK;
}

static enum err reply_outlet(struct outlets *o)
{
	const struct text *t = &o->x->text;
	const struct place_key *place = &o->x->row.place;
	struct deed_at at = { place->log.epoch, place->index, (uint8_t)place->log.party };
	enum err e = deny_outlet(o, &at);

	for (size_t i = 0; i < t->parties_count && e == ERR_OK; i++) {
		if (t->endorsed[ENDORSE_RELEASE][i].at.epoch != 0)
			e = deny_outlet(o, &t->endorsed[ENDORSE_RELEASE][i].at);
	}
	for (size_t n = 0; n < t->units_count && e == ERR_OK; n++) {
		for (size_t l = 0; l < t->languages_count && e == ERR_OK; l++) {
			const struct text_version *v = text_shown(t, &t->units[n], l);
			if (v != NULL && !text_is_left_out(t, &t->units[n]))
				e = deny_outlet(o, &v->at);
		}
	}
	return e;
}

/* names: "atom,press", as who asks has them. */
static enum err reply_denied_outlets(struct api *a, struct reply *r, const struct texts *x,
				     struct bytes names)
{
	struct outlets o = { .a = a, .r = r, .x = x };
	size_t count = 0;
	enum err e = ERR_OK;

	reply_array(r, "denied");
	while (e == ERR_OK && names.len > 0 && x->accord->guidelines != NULL) {
		if (count++ == DIALOGUE_OUTLETS_MAX) /* each is asked of all that the text has */
			return ERR_USAGE;
		if (bytes_take_until(&names, ',', &o.name) != ERR_OK) {
			o.name = names;
			names.len = 0;
		}
		o.is_denied = false;
		e = reply_outlet(&o);
	}
	reply_array_end(r);
	return e;
}

/* Which units, and from which byte on the file. */
struct text_page {
	bool is_page; /* as many units as there is room for; else all */
	uint64_t unit, file;
};

static enum err reply_units(struct reply *r, struct texts *x, const struct text_unit **order,
			    const struct text_page *page)
{
	size_t n = page->unit < x->text.units_count ? page->unit : x->text.units_count;
	enum err e = ERR_OK;

	reply_array(r, "units");
	for (; e == ERR_OK && n < x->text.units_count && (!page->is_page || r->out->len < UNITS_LEN_MAX); n++)
		e = reply_unit(r, x, order[n]);
	reply_array_end(r);
	if (n < x->text.units_count)
		reply_uint(r, "next_unit", n);
	return e;
}

static enum err reply_whole_text(struct api *a, struct request *q, const struct text_page *page,
				 struct reply *r, struct texts *x)
{
	const struct text *t = &x->text;
	const struct text_unit **order = text_order(t);
	struct dialogue_texts words;
	struct bytes tag, text;
	struct place_key of;
	enum err e = ERR_OK;

	reply_object(r, NULL);
	reply_place(r, "place", x->accord, &x->row.place);
	if (thing_of(&x->row, &of) == ERR_OK)
		reply_place(r, "of", x->accord, &of);
	reply_text(r, "name", x->head.name);
	reply_object(r, "title");
	dialogue_texts_open(&words, x->head.title);
	while (dialogue_texts_next(&words, &tag) && dialogue_texts_next(&words, &text)) {
		char name[LANGUAGE_TAG_MAX + 1];
		if (bytes_copy_str(tag, name, sizeof name) == ERR_OK)
			reply_text(r, name, text);
	}
	reply_object_end(r);
	reply_array(r, "languages");
	for (size_t l = 0; l < t->languages_count; l++)
		reply_str(r, NULL, t->languages[l]);
	reply_array_end(r);
	reply_bool(r, "amends", dialogue_uint(&x->says, DIALOGUE_ACT) == TEXT_AMENDS);
	if (thing_of(&x->row, &of) == ERR_OK)
		e = reply_unreleased(a, r, x, &of);
	if (e == ERR_OK)
		e = reply_relations(a, r, x);
	reply_str(r, "state", state_of(x));
	reply_hex(r, "hash", BYTES_OF(x->hash));
	reply_uint(r, "now_ms", a->now.wall.ms);
	/* Of who asks, whatever the text holds: whether nothing on this channel is kept from him. */
	reply_bool(r, "whole", x->sight == NULL);
	reply_uint(r, "versions", t->versions_count);
	reply_brackets(r, x);
	reply_endorsements(r, x);
	reply_hold(r, x, node_self(a->node));
	if (e == ERR_OK)
		e = reply_units(r, x, order, page);
	if (e == ERR_OK)
		e = reply_notes(a, r, x);
	if (e == ERR_OK && request_word(q, "outlets").ptr != NULL)
		e = reply_denied_outlets(a, r, x, request_word(q, "outlets"));
	if (request_word(q, "file").ptr != NULL)
		e = e == ERR_OK ? reply_file(r, x, page->file) : e;
	reply_object_end(r);
	free(order);
	return e;
}

/* Of what who asks may know of: as if the rest had not been said. */
enum err run_text(struct api *a, struct request *q, struct reply *r)
{
	bool has_until = request_word(q, "until").ptr != NULL;
	struct texts *x = xcalloc(1, sizeof *x);
	struct place_key place, until;
	struct text_page page = { .is_page = request_word(q, "unit").ptr != NULL };
	enum err e = request_place(a, q, &place);

	if (e == ERR_OK)
		e = request_number(q, "unit", UINT32_MAX, 0, &page.unit);
	if (e == ERR_OK)
		e = request_number(q, "file", UINT32_MAX, 0, &page.file);
	a->reading.is_asked = true;
	x->api = a;
	x->accord = node_accord(a->node);
	if (e == ERR_OK && has_until)
		e = request_place_as(a, q, "until", &until);
	if (e == ERR_OK)
		e = request_may_place(a, &place);
	if (e == ERR_OK)
		e = request_sight_of(a, place.log.channel, &x->sight);
	if (e == ERR_OK && has_until)
		e = request_may_place(a, &until);
	if (e == ERR_OK && has_until && until.log.channel != place.log.channel)
		e = ERR_USAGE;
	if (e == ERR_OK)
		e = fold_text(node_fold(a->node), &place, has_until ? &until : NULL, x->sight, &x->row,
			      &x->text);
	if (e == ERR_OK) {
		text_head_of(x->accord, &x->row, &x->says, &x->head);
		text_hash(&x->text, &x->head, x->hash);
		e = reply_whole_text(a, q, &page, r, x);
	}
	text_close(&x->text);
	free(x);
	return e;
}
