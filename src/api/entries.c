#include "api/runs.h"

#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "api/list.h"
#include "api/place_text.h"
#include "base/alloc.h"

#include <stdlib.h>

#define ADVANCE_REPLY_LEN_MAX (1u << 20) /* of one in the list: its bytes, escaped */

enum err list_entry(struct api *a, const struct place_key *place, struct entry_read_out *entry,
		    struct buf *content, enum err *content_err)
{
	struct buf memory;
	enum err e;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	buf_init(content, a->content_memory, CONTENT_LEN_MAX);
	e = node_entry(a->node, place, &memory, entry);
	if (e == ERR_OK)
		e = request_may(a, place, &entry->statement);
	if (e != ERR_OK)
		return e;
	*content_err = ERR_NOT_FOUND;
	if (entry->statement.has_content)
		*content_err = node_words(a->node, place, &entry->statement, content);
	if (*content_err != ERR_OK)
		buf_reset(content);
	/* Whether it is held is not known then. */
	return err_class(*content_err) == ERR_CLASS_LOCAL ? *content_err : ERR_OK;
}

/* Why the text of a statement that has one is not here, and by which entry it was erased. */
static enum err reply_missing(struct api *a, struct reply *r, const struct place_key *place,
			      const struct statement *s, enum err e)
{
	struct place_key eraser;

	if (!s->has_content || e == ERR_OK)
		return ERR_OK;
	reply_bool(r, "erased", e == ERR_REFUSED);
	reply_bool(r, "held", e == ERR_REFUSED);
	e = node_eraser(a->node, place, s, &eraser);
	if (e == ERR_OK)
		e = request_may_place(a, &eraser);
	if (e == ERR_OK)
		reply_place(r, "eraser", node_accord(a->node), &eraser);
	return err_class(e) == ERR_CLASS_LOCAL ? e : ERR_OK;
}

static bool is_counted(const struct entry_read_out *entry)
{
	return entry->is_folded && entry->view.verdict == VERDICT_OK;
}

static enum err reply_ladder_of(struct api *a, struct reply *r, const struct place_key *place,
				const struct entry_read_out *entry)
{
	struct message_view view;
	enum err e = node_ladder_seen(a->node, place, request_sight(a), &view);

	if (e == ERR_OK)
		reply_ladders(r, node_accord(a->node), node_self(a->node), place, &view, entry);
	return e == ERR_NOT_FOUND || e == ERR_SHORT ? ERR_OK : e;
}

/* What stands under the same number; the time of its last word is in its entry. */
static enum err reply_life_of(struct api *a, struct reply *r, const struct place_key *place,
			      const struct entry_read_out *entry)
{
	const struct fold *fold = node_fold(a->node);
	struct wall last_filed = entry->entry.filed;
	struct form_life life;
	enum err e = fold_form_life(fold, place, request_sight(a), &life);

	if (e == ERR_OK && !place_key_equal(&life.last, place)) {
		struct entry_read_out last;
		struct buf memory;
		buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
		e = node_entry(a->node, &life.last, &memory, &last);
		last_filed = last.entry.filed;
	}
	if (e == ERR_OK)
		reply_life(r, node_accord(a->node), &life, &entry->statement, entry->entry.filed, last_filed);
	return e;
}

static bool has_ladder(const struct entry_read_out *entry)
{
	return kind_is_message(entry->statement.kind) && entry->is_folded;
}

static void reply_answered(struct reply *r, const char *key, const struct accord *accord, uint8_t parties)
{
	reply_array(r, key);
	for (size_t i = 0; i < accord->parties_count; i++) {
		if ((parties >> i & 1) != 0)
			reply_str(r, NULL, accord->parties[i].name);
	}
	reply_array_end(r);
}

/* Of what became of it, what the reader may know of. */
static enum err keep_known(struct api *a, struct item_view *v)
{
	struct place_key *const places[] = { &v->recall, &v->label, &v->fate };

	for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
		enum err e = places[i]->log.epoch == 0 ? ERR_OK : request_may_place(a, places[i]);
		if (e == ERR_NOT_FOUND)
			*places[i] = (struct place_key){ 0 };
		else if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static struct place_key named_place(const struct accord *a, const struct place *p)
{
	return (struct place_key){ { p->channel, accord_party_find(a, p->party), p->epoch }, p->index };
}

#define REPEATS_MAX 2u /* a word on a translation, the translation; and the item */

/*
 * What became of the item whose words it has: of itself, or of what it translates or reads back. Zero:
 * nothing, or it has nobody's.
 */
static enum err read_item(struct api *a, const struct place_key *place, const struct entry_read_out *entry,
			  struct item_view *v)
{
	const struct accord *accord = node_accord(a->node);
	const struct statement *s = &entry->statement;
	struct place_key at = *place;
	struct statement of;
	enum err e = ERR_OK;

	*v = (struct item_view){ 0 };
	for (size_t i = 0; i < REPEATS_MAX && (s->kind == KIND_TRANSLATION || s->kind == KIND_READ_BACK);
	     i++) {
		at = named_place(accord, &s->refers[0]);
		e = a->record.fetch(a->record.self, &at, &of);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		s = &of;
	}
	if (!is_item(s->kind) || !entry->is_folded)
		return ERR_OK;
	e = fold_item(node_fold(a->node), &at, v);
	if (s != &entry->statement)
		v->label = v->fate = (struct place_key){ 0 }; /* the item's alone */
	return e == ERR_OK ? keep_known(a, v) : e;
}

/* What became of an item: asked back, given another label, its review due. */
static enum err reply_item(struct api *a, struct reply *r, const struct place_key *place,
			   const struct entry_read_out *entry)
{
	const struct accord *accord = node_accord(a->node);
	struct item_view v;
	enum err e = read_item(a, place, entry, &v);

	if (e != ERR_OK || (v.recall.log.epoch == 0 && v.label.log.epoch == 0 && v.fate.log.epoch == 0))
		return e;
	reply_object(r, "became");
	if (v.recall.log.epoch != 0) {
		reply_str(r, "recall",
			  v.is_recall_asked ? "RECALL ASKED"
			  : v.refused != 0  ? "RECALL REFUSED"
					    : "RECALLED");
		reply_place(r, "recall_place", accord, &v.recall);
		reply_answered(r, "done", accord, v.done);
		reply_answered(r, "refused", accord, v.refused);
	}
	if (v.label.log.epoch != 0)
		reply_place(r, "label_place", accord, &v.label);
	if (v.fate.log.epoch != 0)
		reply_place(r, "fate_place", accord, &v.fate);
	reply_object_end(r);
	return ERR_OK;
}

/* Whom a RELEASE lets have it, by their codes. */
static void reply_to_whom(struct reply *r, const struct statement *release)
{
	const struct field *to = statement_field(release, FIELD_ITEM_TO);
	struct bytes code;
	struct cbor_reader c;
	size_t count = 0;

	cbor_open(&c, to->value);
	reply_array(r, "to");
	if (cbor_read_array(&c, GUIDELINES_PARTIES_MAX, &count) != ERR_OK)
		count = 0;
	for (size_t i = 0; i < count && cbor_read_text(&c, PARTY_NAME_MAX, &code) == ERR_OK; i++)
		reply_text(r, NULL, code);
	reply_array_end(r);
}

/* A RELEASE that lets this item out; of one that only names a label of it, ERR_NOT_FOUND. */
static enum err read_release(struct api *a, const struct place_key *item, const struct place_key *at,
			     struct statement *out)
{
	struct place_key of;
	struct entry_view v;
	enum err e = fold_get(node_fold(a->node), at, &v);

	if (e == ERR_OK && v.kind != KIND_RELEASE)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = request_may_place(a, at);
	if (e == ERR_OK)
		e = a->record.fetch(a->record.self, at, out);
	if (e != ERR_OK || !is_outside_release(out))
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	of = named_place(node_accord(a->node), &out->refers[out->refers_count - 1]);
	return place_key_equal(&of, item) ? ERR_OK : ERR_NOT_FOUND;
}

/* Where an item was let out to outside parties, as far as the reader knows. */
static enum err reply_outside(struct api *a, struct reply *r, const struct place_key *place,
			      const struct entry_read_out *entry)
{
	struct message_at at = { 0 };
	struct statement release;
	enum err e;

	if (!is_item(entry->statement.kind) || !entry->is_folded)
		return ERR_OK;
	reply_array(r, "outside");
	while ((e = fold_next_act(node_fold(a->node), place, &at)) == ERR_OK) {
		e = read_release(a, place, &at.place, &release);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		reply_object(r, NULL);
		reply_place(r, "place", node_accord(a->node), &at.place);
		reply_to_whom(r, &release);
		reply_object_end(r);
	}
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/*
 * Whose label an entry has that stands now: its own, or of an item that of the act which gave it the last
 * one. Who may not know of that act may not know of the item either (view/reading.h).
 */
static enum err find_labelled(struct api *a, const struct place_key *place,
			      const struct entry_read_out *entry, struct statement *act,
			      const struct statement **out)
{
	struct item_view v;
	enum err e;

	*out = &entry->statement;
	if (!is_item(entry->statement.kind) || !entry->is_folded)
		return ERR_OK;
	e = fold_item(node_fold(a->node), place, &v);
	if (e != ERR_OK || v.label.log.epoch == 0)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*out = act;
	return a->record.fetch(a->record.self, &v.label, act);
}

/* No fold reads our clock, so what was filed ahead of it is told here alone. */
static enum err reply_filed(struct api *a, struct reply *r, const struct place_key *place,
			    const struct entry_read_out *entry)
{
	const struct accord *accord = node_accord(a->node);
	uint64_t now_ms = a->now.wall.ms, filed_ms = entry->entry.filed.ms;
	const struct statement *labelled;
	struct waiting waiting;
	struct statement act;
	enum err e = find_labelled(a, place, entry, &act, &labelled);

	if (e != ERR_OK)
		return e;
	reply_entry(r, accord, place, entry, labelled, true);
	if (!entry->is_folded && node_waiting(a->node, &place->log, &waiting) == ERR_OK)
		reply_str(r, "waits", wait_cause_name(waiting.cause));
	if (filed_ms > now_ms && filed_ms - now_ms > accord->clock_offset_ms)
		reply_uint(r, "ahead_ms", filed_ms - now_ms);
	return ERR_OK;
}

enum err is_recalled(struct api *a, const struct place_key *place, const struct entry_read_out *entry,
		     bool *out)
{
	struct item_view v;
	enum err e = read_item(a, place, entry, &v);

	*out = v.recall.log.epoch != 0;
	return e;
}

/* One row of a list: of what was asked back it has no words, whoever answered what. */
static enum err reply_row(struct api *a, struct reply *r, const struct place_key *place)
{
	bool is_back;
	struct entry_read_out entry;
	struct buf content;
	enum err content_err, e = list_entry(a, place, &entry, &content, &content_err);

	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	e = reply_filed(a, r, place, &entry);
	if (e == ERR_OK)
		e = is_recalled(a, place, &entry, &is_back);
	if (e != ERR_OK)
		return e;
	if (content.len > 0 && !is_back)
		reply_title_of(r, &entry.statement, buf_bytes(&content));
	e = reply_missing(a, r, place, &entry.statement, content_err);
	if (e == ERR_OK)
		e = reply_item(a, r, place, &entry);
	if (e == ERR_OK && has_ladder(&entry))
		e = reply_ladder_of(a, r, place, &entry);
	if (e == ERR_OK && is_counted(&entry))
		e = reply_life_of(a, r, place, &entry);
	reply_object_end(r);
	return e;
}

enum err list_row(struct api *a, struct reply *r, const struct place_key *place)
{
	size_t before = r->out->len;
	enum err e = reply_row(a, r, place);

	if (e == ERR_NOT_FOUND)
		r->out->len = before;
	return e;
}

static enum err reply_advance(struct api *a, struct reply *r, const struct advance_read_out *copy)
{
	const struct accord *accord = node_accord(a->node);
	char name_memory[96];
	struct buf name = BUF_ON(name_memory);
	enum err e = request_may_copy(a, &copy->place, &copy->statement);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	reply_object(r, NULL);
	log_text_write(accord, &copy->place.log, &name);
	reply_text(r, "log", buf_bytes(&name));
	reply_uint(r, "channel", copy->place.log.channel);
	reply_bool(r, "ended",
		   node_epoch(a->node, copy->place.log.channel, copy->place.log.party) >
			   copy->place.log.epoch);
	reply_copy(r, accord, copy->state, &copy->place, &copy->statement, copy->content);
	reply_object_end(r);
	return ERR_OK;
}

/* As many of a party's as end there. */
static enum err reply_advances_of(struct api *a, struct reply *r, size_t party, size_t end)
{
	const size_t max = 2 * ENTRY_LEN_MAX + CONTENT_LEN_MAX;
	struct advance_cursor cursor = { .party = party };
	uint8_t *bytes = xcalloc(1, max);
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct advance_read_out copy;
		struct buf memory;
		size_t before = r->out->len;

		buf_init(&memory, bytes, max);
		e = node_advance_next(a->node, &cursor, &memory, &copy);
		if (e == ERR_OK)
			e = reply_advance(a, r, &copy);
		if (r->out->len > end) {
			r->out->len = before;
			break;
		}
	}
	free(bytes);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/*
 * Each party has its part of the answer: whoever sends many hides nobody else's, and what of his own has no
 * room comes with his log. A log that has a later epoch brings none of its copies any more.
 */
enum err run_advances(struct api *a, struct request *q, struct reply *r)
{
	size_t parties = node_accord(a->node)->parties_count;
	enum err e = ERR_OK;

	(void)q;
	a->reading.is_asked = true; /* also of none */
	reply_object(r, NULL);
	reply_array(r, "advances");
	for (size_t party = 0; e == ERR_OK && party < parties; party++)
		e = reply_advances_of(a, r, party,
				      r->out->len + (REPLY_LEN_MAX - ADVANCE_REPLY_LEN_MAX) / parties);
	reply_array_end(r);
	reply_object_end(r);
	return e;
}

/* ERR_NOT_FOUND when there is no such log. */
static enum err log_size(struct api *a, const struct log_key *log, uint64_t *size)
{
	struct log_status *logs = xcalloc(LOGS_MAX, sizeof *logs);
	size_t count = node_logs(a->node, logs, LOGS_MAX);
	enum err e = ERR_NOT_FOUND;

	for (size_t i = 0; i < count; i++) {
		if (!log_key_equal(&logs[i].log, log))
			continue;
		*size = logs[i].size;
		e = ERR_OK;
	}
	free(logs);
	return e;
}

enum err run_log(struct api *a, struct request *q, struct reply *r)
{
	struct place_key place = { 0 };
	uint64_t epoch, limit, last, size, count = 0;
	char memory[96];
	struct buf text = BUF_ON(memory);
	enum err e = request_channel(a, q, &place.log.channel);

	if (e == ERR_OK)
		e = request_party(a, q, "party", node_self(a->node), &place.log.party);
	if (e != ERR_OK)
		return e;
	if (request_number(q, "epoch", UINT32_MAX, node_epoch(a->node, place.log.channel, place.log.party),
			   &epoch) != ERR_OK ||
	    request_number(q, "last", PAGE_MAX, 0, &last) != ERR_OK ||
	    request_number(q, "limit", PAGE_MAX, last > 0 ? last : PAGE_DEFAULT, &limit) != ERR_OK)
		return ERR_USAGE;
	place.log.epoch = (uint32_t)epoch;
	e = log_size(a, &place.log, &size);
	if (e == ERR_OK)
		e = reading_size(&a->reading, &place.log, size, &size);
	if (e == ERR_OK && size == 0 && a->reading.as != READING_OWNER)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	if (request_number(q, "from", UINT64_MAX, last > 0 && last < size ? size - last : 0, &place.index) !=
	    ERR_OK)
		return ERR_USAGE;
	reply_object(r, NULL);
	log_text_write(node_accord(a->node), &place.log, &text);
	reply_text(r, "log", buf_bytes(&text));
	reply_uint(r, "size", size);
	reply_array(r, "entries");
	for (; e == ERR_OK && place.index < size && count < limit && r->out->len < REPLY_LEN_MAX / 2;
	     place.index++) {
		e = list_row(a, r, &place);
		count += e == ERR_OK;
		e = e == ERR_NOT_FOUND && a->reading.as != READING_OWNER ? ERR_OK : e;
	}
	reply_array_end(r);
	if (place.index < size)
		reply_uint(r, "next", place.index);
	reply_object_end(r);
	return e;
}

/* How far its author had seen that party's log, his own with it; an epoch of 0: not at all. */
static uint64_t size_seen(const struct accord *a, const struct place_key *at, const struct statement *s,
			  struct log_key *log)
{
	if (log->party == at->log.party) {
		*log = at->log;
		return at->index;
	}
	for (size_t i = 0; i < s->seen_count; i++) {
		if (accord_party_find(a, s->seen[i].party) != log->party)
			continue;
		log->epoch = s->seen[i].epoch;
		return s->seen[i].size;
	}
	return 0;
}

/*
 * Of each party the posts that must be able to open it, and had a key when it was sealed. Of a draft's words
 * its own channel says it, and not where they wait.
 */
static enum err reply_sealed_for(struct api *a, struct reply *r, const struct place_key *at,
				 const struct statement *s)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *c = accord_channel_find(accord, s->channel);
	uint64_t meant = 0, keyed;
	enum err e = s->kind == KIND_SUBMIT ? ERR_OK : sealed_roles(a, s, &meant);

	meant &= ~accord_ended(accord, s->claimed.ms);
	reply_array(r, "sealed_for");
	for (size_t i = 0; e == ERR_OK && c != NULL && i < accord->parties_count; i++) {
		struct log_key log = { s->channel, i, 0 };
		uint64_t size = size_seen(accord, at, s, &log);
		if ((c->parties >> i & 1) == 0)
			continue;
		e = keyed_roles(a, &log, size, s->content.sealing, &keyed);
		if (e == ERR_OK && (meant & keyed) != 0)
			reply_roles_of(r, accord, accord->parties[i].code, meant & keyed);
	}
	reply_array_end(r);
	return e;
}

/* Who has it: of an own statement, its receipts; of acts, which have no ladder, too. */
static void reply_received(struct api *a, struct reply *r, const struct place_key *place)
{
	const struct accord *accord = node_accord(a->node);

	if (place->log.party != node_self(a->node))
		return;
	reply_array(r, "received");
	for (size_t i = 0; i < accord->parties_count; i++) {
		if (i != place->log.party && node_has_receipt(a->node, place, i))
			reply_str(r, NULL, accord->parties[i].name);
	}
	reply_array_end(r);
}

static enum err reply_translations_of(struct api *a, struct reply *r, const struct place_key *place,
				      const struct entry_read_out *entry)
{
	const struct accord *accord = node_accord(a->node);
	const struct statement *labelled;
	struct label_mask marked = { 0 };
	struct statement act;
	enum err e;

	if (accord->guidelines == NULL)
		return reply_translations(a, r, place, NULL);
	e = find_labelled(a, place, entry, &act, &labelled);
	/* Of what has no label that is known nothing stands beside it: every word is marked above none. */
	if (e == ERR_OK && labelled->has_label)
		(void)policy_label_read(accord->guidelines, &labelled->label, place->log.party, &marked);
	return e == ERR_OK ? reply_translations(a, r, place, &marked) : e;
}

enum err run_entry(struct api *a, struct request *q, struct reply *r)
{
	struct entry_read_out entry;
	struct place_key place;
	struct buf content;
	enum err content_err, e = request_place(a, q, &place);

	if (e == ERR_OK)
		e = list_entry(a, &place, &entry, &content, &content_err);
	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	e = reply_filed(a, r, &place, &entry);
	if (e != ERR_OK)
		return e;
	reply_base64(r, "statement", entry.entry.statement);
	reply_array(r, "sshsigs");
	for (size_t i = 0; i < entry.entry.signatures_count; i++)
		reply_base64(r, NULL, entry.entry.signatures[i]);
	reply_array_end(r);
	reply_received(a, r, &place);
	e = reply_missing(a, r, &place, &entry.statement, content_err);
	if (content.len > 0)
		reply_content(r, node_accord(a->node), &entry.statement, buf_bytes(&content));
	if (content.len > 0)
		reply_base64(r, "content_bytes", buf_bytes(&content));
	if (e == ERR_OK)
		e = reply_item(a, r, &place, &entry);
	if (e == ERR_OK)
		e = reply_outside(a, r, &place, &entry);
	if (e == ERR_OK && entry.statement.has_content && entry.statement.content.sealing != SEALING_NONE)
		e = reply_sealed_for(a, r, &place, &entry.statement);
	if (e == ERR_OK && has_ladder(&entry))
		e = reply_ladder_of(a, r, &place, &entry);
	if (e == ERR_OK && is_counted(&entry))
		e = reply_life_of(a, r, &place, &entry);
	if (e == ERR_OK && is_counted(&entry))
		e = reply_translations_of(a, r, &place, &entry);
	reply_object_end(r);
	return e;
}

enum err run_content(struct api *a, struct request *q, struct reply *r)
{
	struct entry_read_out entry;
	struct place_key place;
	struct buf content;
	enum err content_err, e = request_place(a, q, &place);

	(void)r;
	if (e == ERR_OK)
		e = list_entry(a, &place, &entry, &content, &content_err);
	if (e == ERR_OK)
		e = content_err;
	if (e == ERR_OK)
		request_answer(q, request_status(ERR_OK), "application/cbor", buf_bytes(&content));
	return e;
}

static void reply_paths_sent(struct api *a, struct reply *r, const struct place_key *place)
{
	const struct accord *accord = node_accord(a->node);

	reply_array(r, "sent");
	for (size_t p = 0; p < accord->parties_count; p++) {
		const char *path = p == node_self(a->node) ? NULL : node_sent_path(a->node, place, p);
		if (path == NULL)
			continue;
		reply_object(r, NULL);
		reply_str(r, "peer", accord->parties[p].name);
		reply_str(r, "path", path);
		reply_object_end(r);
	}
	reply_array_end(r);
}

enum err run_ladder(struct api *a, struct request *q, struct reply *r)
{
	struct entry_read_out entry;
	struct place_key place;
	struct message_view view;
	struct buf memory;
	enum err e = request_place(a, q, &place);

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	if (e == ERR_OK)
		e = node_entry(a->node, &place, &memory, &entry);
	if (e == ERR_OK)
		e = request_may(a, &place, &entry.statement);
	if (e == ERR_OK)
		e = node_ladder_seen(a->node, &place, request_sight(a), &view);
	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_place(r, "place", node_accord(a->node), &place);
	if (entry.statement.has_precedence)
		reply_str(r, "precedence", precedence_name(entry.statement.precedence));
	if (entry.statement.has_label)
		reply_label(r, node_accord(a->node), &entry.statement);
	reply_verdict(r, node_accord(a->node), &entry);
	reply_uint(r, "filed_ms", entry.entry.filed.ms);
	reply_str(r, "party", node_accord(a->node)->parties[place.log.party].name);
	reply_paths_sent(a, r, &place);
	reply_ladders(r, node_accord(a->node), node_self(a->node), &place, &view, &entry);
	reply_object_end(r);
	return ERR_OK;
}

/* A root is over every entry of its log: for whom none of them can be kept from. */
static enum err may_have_evidence(struct api *a, const struct place_key *place)
{
	bool may;
	enum err e = reading_whole(&a->reading, place->log.channel, &may);

	return e != ERR_OK ? e : may ? request_may_place(a, place) : ERR_NOT_FOUND;
}

enum err run_note(struct api *a, struct request *q, struct reply *r)
{
	struct place_key place;
	uint64_t found;
	size_t signer;
	enum err e = request_place(a, q, &place);

	if (e == ERR_OK)
		e = request_party(a, q, "peer", node_accord(a->node)->parties_count, &signer);
	if (e == ERR_OK)
		e = may_have_evidence(a, &place);
	if (e == ERR_OK)
		e = node_note(a->node, &place.log, place.index + 1, signer, r->out, &found);
	if (e == ERR_OK)
		request_answer(q, request_status(ERR_OK), "text/plain; charset=utf-8", buf_bytes(r->out));
	return e;
}

enum err run_proof(struct api *a, struct request *q, struct reply *r)
{
	struct place_key place;
	size_t signer;
	enum err e = request_place(a, q, &place);

	if (e == ERR_OK)
		e = request_party(a, q, "peer", node_accord(a->node)->parties_count, &signer);
	if (e == ERR_OK)
		e = may_have_evidence(a, &place);
	if (e == ERR_OK)
		e = node_proof(a->node, &place, signer, r->out);
	if (e == ERR_OK)
		request_answer(q, request_status(ERR_OK), "text/plain; charset=utf-8", buf_bytes(r->out));
	return e;
}
