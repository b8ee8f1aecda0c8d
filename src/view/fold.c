#include "view/fold.h"

#include "accord/enrol.h"
#include "accord/places.h"
#include "base/plant.h"
#include "view/judge.h"
#include "view/rows.h"

#include <string.h>

static const struct {
	const char *name, *text;
} verdicts[] = {
#define VERDICT_ROW(name, text) { #name, text },
	VERDICT_LIST(VERDICT_ROW)
#undef VERDICT_ROW
};

const char *verdict_name(enum verdict v)
{
	return verdicts[index_below(v, VERDICT_COUNT)].name;
}

const char *verdict_text(enum verdict v)
{
	return verdicts[index_below(v, VERDICT_COUNT)].text;
}

enum err fold_may(const struct fold_sight *sight, const struct place_key *at)
{
	return sight == NULL ? ERR_OK : sight->may(sight->self, at);
}

enum err fold_size(const struct fold *f, const struct log_key *log, uint64_t *size)
{
	return row_get_folded(f->map, log, size);
}

enum err fold_next_epoch(const struct fold *f, struct log_key *log, uint64_t *size)
{
	return row_next_folded(f->map, log, size);
}

enum err fold_is_current(const struct fold *f, const struct log_key *log, bool *is_current)
{
	return row_is_current(f->map, log, is_current);
}

enum err fold_get(const struct fold *f, const struct place_key *place, struct entry_view *out)
{
	return row_get_entry(f->map, place, out);
}

/* ---- Which version of the accord. ---- */

static size_t find_version(const struct fold *f, const uint8_t hash[HASH_LEN])
{
	if (f->versions == NULL)
		return memcmp(f->accord->hash, hash, HASH_LEN) == 0 ? 0 : 1;
	return accord_version_find(f->versions, hash);
}

static size_t versions_count(const struct fold *f)
{
	return f->versions == NULL ? 1 : f->versions->count;
}

enum err fold_version(const struct fold *f, const struct log_key *log, size_t *version)
{
	uint8_t hash[HASH_LEN];
	enum err e = row_get_version(f->map, log, hash);

	*version = 0;
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	*version = find_version(f, hash);
	return *version < versions_count(f) ? ERR_OK : ERR_NOT_FOUND;
}

static bool awaits_version(const struct fold *f, const struct statement *s)
{
	uint8_t hash[HASH_LEN];

	return accord_named_version(s, hash) && find_version(f, hash) == versions_count(f);
}

/*
 * The fold under the version that judges this entry. An epoch begins under the one that its `open` names,
 * whether or not that counts. ERR_SHORT: it is not held.
 */
static enum err under_version(const struct fold *f, const struct fold_input *in, struct fold *out)
{
	uint8_t hash[HASH_LEN];
	enum err e = ERR_OK;

	*out = *f;
	out->version = 0;
	if (in->entry->index == 0 && accord_named_version(in->statement, hash))
		out->version = find_version(f, hash);
	else if (versions_count(f) > 1)
		e = fold_version(f, &in->log, &out->version);
	if (PLANTED(ONE_VERSION) && in->statement->kind > KIND_ACCORD)
		out->version = versions_count(f) - 1;
	if (e != ERR_OK || out->version == versions_count(f))
		return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_SHORT : e;
	if (f->versions != NULL)
		out->accord = f->versions->of[out->version];
	return ERR_OK;
}

enum err fold_owed(const struct fold *f, const struct place_key *at, struct owed_view *out)
{
	return row_get_owed(f->map, at, out);
}

bool message_is_later(const struct message_at *at, const struct message_at *than)
{
	return at->order != than->order ? at->order > than->order
					: place_key_compare(&at->place, &than->place) > 0;
}

enum err fold_next_message(const struct fold *f, uint32_t channel, struct message_at *at)
{
	struct row_key prefix;

	row_open(&prefix, ROW_MESSAGE);
	row_put_channel(&prefix, channel);
	return row_next_listed(f->map, &prefix, at);
}

enum err fold_next_act(const struct fold *f, const struct place_key *on, struct message_at *at)
{
	struct row_key prefix;

	place_key_write(on, row_open(&prefix, ROW_ACT));
	return row_next_listed(f->map, &prefix, at);
}

enum err fold_find_id(const struct fold *f, uint32_t channel, size_t party,
		      const uint8_t id[STATEMENT_ID_LEN], struct place_key *out)
{
	enum err e;

	*out = (struct place_key){ 0 };
	while ((e = row_next_id(f->map, channel, id, out)) == ERR_OK && out->log.party != party)
		;
	return e;
}

enum err fold_is_suspended(const struct fold *f, uint32_t channel, bool *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
	uint8_t parties = 0;
	enum err e;

	*out = false;
	for (;;) {
		struct row_key prefix;
		row_open(&prefix, ROW_SUSPENSION);
		row_put_channel(&prefix, channel);
		e = row_next_listed(f->map, &prefix, &at);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e == ERR_OK)
			e = fold_get(f, &at.place, &v);
		if (e != ERR_OK)
			return e;
		/* Each side's last notice is of itself. */
		parties &= (uint8_t)~(1u << at.place.log.party);
		if (v.kind == KIND_SUSPEND)
			parties |= (uint8_t)(1u << at.place.log.party);
		*out = parties != 0;
	}
}

bool fold_needs_read_back(const struct statement *message)
{
	return kind_is_message(message->kind) && message->has_precedence &&
	       message->precedence == PRECEDENCE_FLASH;
}

/* ---- The past of an entry. ---- */

/*
 * Of an epoch before the one that was seen, what that one's `open` had before it: an ended log that is filled
 * up later was not seen, whenever it came.
 */
enum err past_covers(const struct fold *f, const struct past *past, const struct place_key *at, bool *out)
{
	struct place_key open = { at->log, 0 };
	struct entry_view v = { .past = *past };
	size_t party = at->log.party;

	*out = false;
	if (past->channel != at->log.channel)
		return ERR_OK;
	while (v.past.of[party].epoch > at->log.epoch) {
		uint32_t epoch = v.past.of[party].epoch;
		enum err e;
		open.log.epoch = epoch;
		e = fold_get(f, &open, &v);
		if (e != ERR_OK)
			return err_unless(e, ERR_NOT_FOUND);
		if (v.past.of[party].epoch >= epoch)
			return ERR_OK;
	}
	*out = v.past.of[party].epoch == at->log.epoch && v.past.of[party].size > at->index;
	return ERR_OK;
}

static void past_raise(struct past *past, size_t party, uint32_t epoch, uint64_t size)
{
	if (size == 0 || epoch < past->of[party].epoch)
		return;
	if (epoch > past->of[party].epoch || size > past->of[party].size) {
		past->of[party].epoch = epoch;
		past->of[party].size = size;
	}
}

static void past_join(struct past *past, const struct past *other, size_t parties)
{
	for (size_t i = 0; i < parties; i++)
		past_raise(past, i, other->of[i].epoch, other->of[i].size);
}

/* The place in the log before this entry, across epochs; false for the very first entry. */
static bool previous_place(const struct fold_input *in, struct place_key *out)
{
	const struct field *old = statement_field(in->statement, FIELD_OPEN_OLD);
	struct cbor_reader r;
	uint64_t epoch = 0, size = 0;
	size_t count;

	out->log = in->log;
	if (in->entry->index > 0) {
		out->index = in->entry->index - 1;
		return true;
	}
	if (in->statement->kind != KIND_OPEN || old == NULL)
		return false;
	/* fields_check has seen to what stands there; that it is a log before this one, nobody. */
	cbor_open(&r, old->value);
	(void)cbor_read_array(&r, 3, &count);
	(void)cbor_read_uint(&r, UINT32_MAX, &epoch);
	(void)cbor_read_uint(&r, UINT64_MAX, &size);
	if (epoch >= in->log.epoch || size == 0)
		return false;
	out->log.epoch = (uint32_t)epoch;
	out->index = size - 1;
	return true;
}

/*
 * Whoever is to hold the one channel is to hold the other: else some would wait for ever for what they never
 * get.
 */
static bool is_held_by_all(const struct fold *f, uint32_t refers, uint32_t channel)
{
	const struct accord_channel *to = accord_channel_find(f->accord, refers),
				    *from = accord_channel_find(f->accord, channel);

	return to != NULL && (from == NULL || (from->parties & ~to->parties) == 0);
}

bool refers_place(const struct fold *f, const struct fold_input *in, const struct place *refers,
		  struct place_key *out)
{
	*out = (struct place_key){
		.log = { refers->channel, accord_party_find(f->accord, refers->party), refers->epoch },
		.index = refers->index,
	};
	if (out->log.party == f->accord->parties_count ||
	    !is_held_by_all(f, refers->channel, in->log.channel))
		return false;
	return !log_key_equal(&out->log, &in->log) || out->index < in->entry->index;
}

struct place_key place_referred(const struct fold *f, const struct fold_input *in, size_t n)
{
	struct place_key out = { .log.party = f->accord->parties_count };

	if (n < in->statement->refers_count)
		(void)refers_place(f, in, &in->statement->refers[n], &out);
	return out;
}

static enum err await(const struct fold *f, const struct log_key *log, uint64_t size,
		      struct fold_waits *waits)
{
	uint64_t folded;
	enum err e = row_get_folded(f->map, log, &folded);

	if (e == ERR_OK && folded < size)
		waits->of[waits->count++] = (struct fold_wait){ *log, size };
	return e;
}

enum err fold_is_ready(const struct fold *all, const struct fold_input *in, struct fold_waits *waits)
{
	const struct statement *s = in->statement;
	struct place_key at;
	struct fold under, *f = &under;
	enum err e = under_version(all, in, f);

	waits->count = 0;
	waits->has_version = awaits_version(f, s);
	for (size_t i = 0; e == ERR_OK && i < s->seen_count && !PLANTED(ARRIVAL_ORDER); i++) {
		struct log_key log = { in->log.channel, accord_party_find(f->accord, s->seen[i].party),
				       s->seen[i].epoch };
		if (log.party < f->accord->parties_count) /* others are judged, not waited for */
			e = await(f, &log, s->seen[i].size, waits);
	}
	for (size_t i = 0; e == ERR_OK && i < s->refers_count; i++) {
		if (refers_place(f, in, &s->refers[i], &at))
			e = await(f, &at.log, at.index + 1, waits);
	}
	if (e == ERR_OK && s->has_instance && refers_place(f, in, &s->instance, &at))
		e = await(f, &at.log, at.index + 1, waits);
	if (e == ERR_OK && in->entry->index == 0 && previous_place(in, &at))
		e = await(f, &at.log, at.index + 1, waits);
	if (e != ERR_OK)
		return e;
	return waits->count == 0 ? ERR_OK : ERR_SHORT;
}

/* Joins what the entry at `at` had seen, and that entry itself; raises the order above it. */
static enum err see(const struct fold *f, const struct place_key *at, struct entry_view *v)
{
	struct entry_view other;
	enum err e = fold_get(f, at, &other);

	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* not held: absent (a knot that was untied) */
	if (e != ERR_OK)
		return e;
	past_join(&v->past, &other.past, f->accord->parties_count);
	past_raise(&v->past, at->log.party, at->log.epoch, at->index + 1);
	if (v->order <= other.order)
		v->order = other.order + 1;
	return ERR_OK;
}

/* T and the past: RECORD section 4. */
static enum err place_in_order(const struct fold *f, const struct fold_input *in, struct entry_view *v)
{
	const struct statement *s = in->statement;
	struct place_key at;
	enum err e;

	*v = (struct entry_view){ .order = in->entry->filed.ms, .kind = s->kind };
	v->past.channel = in->log.channel;
	v->offset_ms = (int64_t)s->claimed.ms - (int64_t)in->entry->filed.ms;
	/* What several persons sign takes its time: only a claim of the future shows that a clock is off. */
	v->is_node = in->entry->signatures_count == 0;
	v->is_flagged =
		in->is_forced || v->offset_ms > (int64_t)f->accord->clock_offset_ms ||
		(in->entry->signatures_count < 2 && -v->offset_ms > (int64_t)f->accord->clock_offset_ms);
	if (previous_place(in, &at)) {
		e = see(f, &at, v);
		if (e != ERR_OK)
			return e;
	}
	for (size_t i = 0; i < s->seen_count; i++) {
		uint64_t size = s->seen[i].size, folded;
		at.log = (struct log_key){ in->log.channel, accord_party_find(f->accord, s->seen[i].party),
					   s->seen[i].epoch };
		if (at.log.party == f->accord->parties_count)
			continue;
		e = row_get_folded(f->map, &at.log, &folded);
		if (e != ERR_OK)
			return e;
		at.index = (size < folded ? size : folded) - 1;
		if (folded == 0)
			continue;
		e = see(f, &at, v);
		if (e != ERR_OK)
			return e;
	}
	for (size_t i = 0; i < s->refers_count; i++) {
		if (!refers_place(f, in, &s->refers[i], &at) || at.log.channel != in->log.channel)
			continue;
		e = see(f, &at, v);
		if (e != ERR_OK)
			return e;
	}
	if (s->has_instance && refers_place(f, in, &s->instance, &at) && at.log.channel == in->log.channel)
		return see(f, &at, v);
	return ERR_OK;
}

/* ---- The verdict: judge.h. The first reason stands. ---- */

/* One version after the other; a new epoch may begin under a later one, and not under an earlier. */
static enum err judge_version(const struct case_file *c, enum verdict *out)
{
	const struct fold *f = c->f;
	uint8_t hash[HASH_LEN];
	struct place_key at;
	size_t named, before = 0;
	enum err e = ERR_OK;

	if (!accord_named_version(c->in->statement, hash))
		return ERR_OK;
	named = find_version(f, hash);
	if (named == versions_count(f))
		return ERR_SHORT;
	if (c->in->statement->kind == KIND_ACCORD) {
		*out = named == f->version + 1 ? VERDICT_OK : VERDICT_VERSION;
		return ERR_OK;
	}
	if (previous_place(c->in, &at))
		e = fold_version(f, &at.log, &before);
	if (e == ERR_OK && named < before)
		*out = VERDICT_VERSION;
	return e;
}

static judge *const judges[] = {
	judge_channel,	  judge_node,	     judge_signatures, judge_label,	 judge_sealing,
	judge_addressees, judge_acting,	     judge_repetition, judge_references, judge_step,
	judge_form,	  judge_translation, judge_again,      judge_release,	 judge_version,
	judge_procedure,  judge_dialogue,    judge_text,       judge_watch,	 judge_key_anew,
};

enum err fold_judge(const struct fold *all, const struct fold_input *in, struct entry_view *out)
{
	struct fold under, *f = &under;
	enum err e = under_version(all, in, f);
	struct case_file c = {
		.f = f,
		.in = in,
		.channel = accord_channel_find(f->accord, in->log.channel),
		.kind = kind_find(in->statement->kind),
		.view = out,
	};

	if (e == ERR_OK)
		e = place_in_order(f, in, out);
	if (e != ERR_OK)
		return e;
	out->verdict = VERDICT_OK;
	if (c.kind == NULL)
		out->verdict = VERDICT_RAW;
	else if (c.channel == NULL)
		out->verdict = VERDICT_CHANNEL;
	if (c.kind != NULL && c.kind->refers == KIND_REFERS_ONE && in->statement->refers_count == 1 &&
	    refers_place(f, in, &in->statement->refers[0], &c.subject)) {
		e = fold_get(f, &c.subject, &c.subject_view);
		c.has_subject = e == ERR_OK;
		if (e == ERR_NOT_FOUND)
			c.subject_view.verdict = VERDICT_REFERS;
		else if (e != ERR_OK)
			return e;
	}
	e = find_urgency(f, in, &out->past, &out->urgency);
	if (e == ERR_OK)
		e = said_again(&c);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < ARRAY_COUNT(judges) && out->verdict == VERDICT_OK; i++) {
		e = judges[i](&c, &out->verdict);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* ---- The rows that an entry which counts leaves. ---- */

static void key_add(const struct fold *f, const struct fold_input *in, struct key_view *key)
{
	*key = (struct key_view){ .added = in->entry->index + 1,
				  .withdrawn = UINT64_MAX,
				  .holder = statement_uint(in->statement, FIELD_KEYS_HOLDER),
				  .roles = enrol_roles(f->accord, in->statement) };
}

static void key_withdraw(const struct fold_input *in, struct key_view *key)
{
	if (key->withdrawn > in->entry->index + 1)
		key->withdrawn = in->entry->index + 1;
}

bool key_is_in_force(const struct key_view *key, uint64_t index)
{
	return key->added <= index && index < key->withdrawn;
}

/* What is withdrawn before it was added leaves a row too: nobody adds it behind that. */
static enum err fold_officer(const struct fold *f, const struct fold_input *in, bool is_withdrawal)
{
	struct key_view key;
	enum err e = row_get_key(f->map, &in->log, in->named_key, in->entry->index, &key);

	/* What is added while it is in force ends, and begins anew with the holder and posts named now. */
	if (e == ERR_OK) {
		key_withdraw(in, &key);
		e = row_put_key(f->map, &in->log, in->named_key, &key);
	}
	if (e == ERR_OK && is_withdrawal)
		return e;
	e = err_unless(e, ERR_NOT_FOUND);
	if (e != ERR_OK)
		return e;
	key_add(f, in, &key);
	if (is_withdrawal)
		key_withdraw(in, &key);
	return row_put_key(f->map, &in->log, in->named_key, &key);
}

static enum err fold_role_key(const struct fold *f, const struct fold_input *in, bool is_withdrawal)
{
	const struct bytes raw = statement_bytes(in->statement, FIELD_KEYS_KEY);
	struct recipient_view key = { .key_len = 0 };
	enum err e = row_get_recipient(f->map, &in->log, in->named_key, in->entry->index, &key);

	if (e == ERR_OK) {
		key_withdraw(in, &key.view);
		e = row_put_recipient(f->map, &in->log, in->named_key, &key);
	}
	if (e == ERR_OK && is_withdrawal)
		return e;
	e = err_unless(e, ERR_NOT_FOUND);
	if (e != ERR_OK)
		return e;
	memcpy(key.key, raw.ptr, raw.len);
	key.key_len = raw.len;
	key_add(f, in, &key.view);
	if (is_withdrawal)
		key_withdraw(in, &key.view);
	return row_put_recipient(f->map, &in->log, in->named_key, &key);
}

static enum err fold_keys(const struct fold *f, const struct fold_input *in)
{
	uint64_t act = statement_uint(in->statement, FIELD_KEYS_ACT),
		 use = statement_uint(in->statement, FIELD_KEYS_USE);

	if (use == KEY_USE_OFFICER)
		return fold_officer(f, in, act == 1);
	return use == KEY_USE_RECIPIENT ? fold_role_key(f, in, act == 1) : ERR_OK;
}

static enum err fold_message(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct statement *s = in->statement;
	struct owed_view owed = { .precedence = s->has_precedence ? s->precedence : PRECEDENCE_ROUTINE,
				  .place = { in->log, in->entry->index } };

	/* A node's own line check is answered by a node and owes nothing of the ladder. */
	if (v->is_node)
		return ERR_OK;
	for (size_t i = 0; i < s->addressees_count; i++) {
		size_t party = accord_party_find(f->accord, s->addressees[i].party);
		if (s->addressees[i].is_information || party == in->log.party)
			continue;
		owed.read |= (uint8_t)(1u << party);
		if (fold_needs_read_back(s))
			owed.read_back |= (uint8_t)(1u << party);
	}
	return owed.read == 0 ? ERR_OK : row_put_owed(f->map, &owed);
}

static enum err put_owed(const struct fold *f, const struct owed_view *owed)
{
	if (owed->read == 0 && owed->read_back == 0)
		return row_del_owed(f->map, owed);
	return row_put_owed(f->map, owed);
}

static enum err settle_read(const struct fold *f, const struct place_key *message, size_t party)
{
	struct owed_view owed;
	enum err e = row_get_owed(f->map, message, &owed);

	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	owed.read &= (uint8_t)~(1u << party);
	return put_owed(f, &owed);
}

/*
 * The author's last mark decides: what he called CORRECT and then WRONG is owed again. A FLASH alone owes a
 * READ BACK, so its row comes back as it was.
 */
static enum err settle_read_back(const struct fold *f, const struct place_key *message, size_t party,
				 const struct message_at *mark, bool is_correct)
{
	struct owed_view owed;
	struct message_at last;
	uint8_t bit = (uint8_t)(1u << party);
	enum err e = row_get_owed(f->map, message, &owed);
	bool is_owed = e == ERR_OK && (owed.read_back & bit) != 0;

	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = row_get_last_mark(f->map, message, party, &last);
	if (e == ERR_NOT_FOUND ? !is_owed : e != ERR_OK || message_is_later(&last, mark))
		return err_unless(e, ERR_NOT_FOUND);
	e = row_put_last_mark(f->map, message, party, mark);
	if (e != ERR_OK || is_owed != is_correct)
		return e;
	if (!is_owed)
		owed.precedence = PRECEDENCE_FLASH;
	owed.read_back ^= bit;
	return put_owed(f, &owed);
}

/* The message that a READ BACK is of: the row with T 0 that its own fold left. */
static enum err read_back_subject(const struct fold *f, const struct place_key *read_back,
				  struct place_key *out)
{
	struct message_at at = { 0 };
	enum err e = fold_next_act(f, read_back, &at);

	*out = at.place;
	return e;
}

static enum err fold_act(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct statement *s = in->statement;
	struct place_key at = { in->log, in->entry->index }, subject = { 0 };
	enum err e;

	for (size_t i = 0; i < s->refers_count; i++) {
		struct row_key k;
		subject = place_referred(f, in, i);
		place_key_write(&subject, row_open(&k, ROW_ACT));
		e = row_put_listed(f->map, &k, v->order, &at);
		if (e != ERR_OK)
			return e;
	}
	if (s->kind == KIND_WATCH_READ)
		return settle_read(f, &subject, in->log.party);
	if (s->kind == KIND_READ_BACK) {
		struct row_key k;
		place_key_write(&at, row_open(&k, ROW_ACT));
		return row_put_listed(f->map, &k, 0, &subject);
	}
	if (s->kind == KIND_MARK) {
		const struct message_at mark_at = { v->order, at };
		struct place_key message;
		e = read_back_subject(f, &subject, &message);
		return e == ERR_OK ? settle_read_back(f, &message, subject.log.party, &mark_at,
						      statement_uint(s, FIELD_MARK) == 0)
				   : e;
	}
	return ERR_OK;
}

static enum err fold_effect(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	struct place_key at = { in->log, in->entry->index };
	struct row_key k;
	enum err e = ERR_OK;

	if (in->statement->kind > KIND_ACCORD)
		e = row_put_id(f->map, in->log.channel, in->statement->id, &at);
	if (e == ERR_OK)
		e = fold_act(f, in, v);
	if (e == ERR_OK)
		e = fold_form_row(f, in);
	if (e == ERR_OK)
		e = fold_translation_row(f, in);
	if (e == ERR_OK)
		e = release_folded(f, in, v);
	if (e == ERR_OK)
		e = fold_dialogue(f, in, v);
	if (e == ERR_OK)
		e = fold_text_deed(f, in, v);
	if (e == ERR_OK)
		e = fold_watch(f, in, v);
	if (e != ERR_OK)
		return e;
	if (in->statement->kind == KIND_KEYS)
		return fold_keys(f, in);
	if (kind_is_message(in->statement->kind))
		return fold_message(f, in, v);
	if (in->statement->kind == KIND_SUSPEND || in->statement->kind == KIND_REINSTATE) {
		row_open(&k, ROW_SUSPENSION);
		row_put_channel(&k, in->log.channel);
		return row_put_listed(f->map, &k, v->order, &at);
	}
	return ERR_OK;
}

/* The version of the entries behind this one. */
static enum err fold_named_version(const struct fold *f, const struct fold_input *in,
				   const struct entry_view *v)
{
	uint8_t hash[HASH_LEN];

	if (!accord_named_version(in->statement, hash) || (in->entry->index > 0 && v->verdict != VERDICT_OK))
		return ERR_OK;
	return row_put_version(f->map, &in->log, hash);
}

enum err fold_judged(const struct fold *all, const struct fold_input *in, const struct entry_view *v)
{
	struct place_key at = { in->log, in->entry->index };
	struct row_key k;
	struct fold under, *f = &under;
	enum err e = under_version(all, in, f);

	if (e == ERR_OK)
		e = row_put_entry(f->map, f->accord->parties_count, &at, v);
	if (e == ERR_OK)
		e = fold_named_version(f, in, v);
	if (e == ERR_OK)
		e = fold_marking_row(f, in);
	if (e == ERR_OK && kind_is_message(in->statement->kind) && v->verdict != VERDICT_REPEATED) {
		row_open(&k, ROW_MESSAGE);
		row_put_channel(&k, in->log.channel);
		e = row_put_listed(f->map, &k, v->order, &at);
	}
	if (e == ERR_OK && v->verdict == VERDICT_OK)
		e = fold_effect(f, in, v);
	else if (e == ERR_OK)
		e = fold_text_void(f, in, v);
	if (e == ERR_OK)
		e = fold_procedure(f, in, v);
	if (e == ERR_OK)
		e = row_put_folded(f->map, &in->log, in->entry->index + 1);
	return e;
}

enum err fold_entry(const struct fold *f, const struct fold_input *in, struct entry_view *out)
{
	enum err e = fold_judge(f, in, out);

	return e == ERR_OK ? fold_judged(f, in, out) : e;
}
