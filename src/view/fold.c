#include "view/fold.h"

#include "base/plant.h"
#include "policy/policy.h"
#include "view/judge.h"
#include "view/rows.h"

#include <assert.h>
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
	assert(v < VERDICT_COUNT);
	return verdicts[v].name;
}

const char *verdict_text(enum verdict v)
{
	assert(v < VERDICT_COUNT);
	return verdicts[v].text;
}

enum err fold_size(const struct fold *f, const struct log_key *log, uint64_t *size)
{
	return row_get_folded(f->map, log, size);
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
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*version = find_version(f, hash);
	return *version < versions_count(f) ? ERR_OK : ERR_NOT_FOUND;
}

/* OPEN and ACCORD have it in the same field; false for other kinds. */
static bool named_version(const struct statement *s, uint8_t hash[HASH_LEN])
{
	const struct field *f = statement_field(s, FIELD_ACCORD_MANIFEST);
	struct cbor_reader r;

	static_assert(FIELD_OPEN_MANIFEST == FIELD_ACCORD_MANIFEST, "one field for both");
	if ((s->kind != KIND_OPEN && s->kind != KIND_ACCORD) || f == NULL)
		return false;
	cbor_open(&r, f->value);
	return cbor_read_fixed(&r, hash, HASH_LEN) == ERR_OK;
}

static bool awaits_version(const struct fold *f, const struct statement *s)
{
	uint8_t hash[HASH_LEN];

	return named_version(s, hash) && find_version(f, hash) == versions_count(f);
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
	if (in->entry->index == 0 && named_version(in->statement, hash))
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

enum err fold_find_id(const struct fold *f, uint32_t channel, const uint8_t id[STATEMENT_ID_LEN],
		      struct place_key *out)
{
	*out = (struct place_key){ 0 };
	return row_next_id(f->map, channel, id, out);
}

enum err fold_is_suspended(const struct fold *f, uint32_t channel, bool *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
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
		*out = v.kind == KIND_SUSPEND;
	}
}

bool fold_needs_read_back(const struct statement *message)
{
	return message->kind == KIND_MESSAGE && message->has_precedence &&
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
	while (v.past.of[party].epoch > at->log.epoch) {
		uint32_t epoch = v.past.of[party].epoch;
		enum err e;
		open.log.epoch = epoch;
		e = fold_get(f, &open, &v);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
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
	uint64_t epoch, size;
	size_t count;

	out->log = in->log;
	if (in->entry->index > 0) {
		out->index = in->entry->index - 1;
		return true;
	}
	if (in->statement->kind != KIND_OPEN || old == NULL)
		return false;
	cbor_open(&r, old->value);
	if (cbor_read_array(&r, 3, &count) != ERR_OK || cbor_read_uint(&r, UINT32_MAX, &epoch) != ERR_OK ||
	    cbor_read_uint(&r, UINT64_MAX, &size) != ERR_OK)
		return false;
	if (epoch == 0 || epoch >= in->log.epoch || size == 0)
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
	v->offset_ms = (int64_t)s->claimed.ms - (int64_t)in->entry->filed.ms;
	/* What several persons sign takes its time: only a claim of the future shows that a clock is off. */
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
		if (at.log.party == f->accord->parties_count || size == 0)
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
	return ERR_OK;
}

/* ---- The verdict. Each judge gives VERDICT_OK or the reason; the first reason stands. ---- */

static uint64_t roles_of(const struct accord *a, const struct statement *s)
{
	const struct field *roles = statement_field(s, FIELD_KEYS_ROLES);
	struct cbor_reader r;
	uint64_t mask = 0;
	size_t count = 0;

	if (roles == NULL)
		return 0;
	cbor_open(&r, roles->value);
	(void)cbor_read_array(&r, ACCORD_ROLES_MAX, &count);
	for (size_t i = 0; i < count; i++) {
		struct bytes name;
		size_t role;
		if (cbor_read_text(&r, ROLE_NAME_MAX, &name) != ERR_OK)
			break;
		role = accord_role_find(a, name);
		if (role < a->roles_count)
			mask |= 1ull << role;
	}
	return mask;
}

/* Whose key a `keys` statement adds. */
static uint64_t named_holder(const struct statement *s)
{
	uint64_t holder;

	return statement_field_uint(s, FIELD_KEYS_HOLDER, UINT64_MAX, &holder) == ERR_OK ? holder : 0;
}

/* It gives somebody a post that nobody gives alone. */
static bool needs_two(const struct case_file *c)
{
	uint64_t act;

	return statement_field_uint(c->in->statement, FIELD_KEYS_ACT, 1, &act) == ERR_OK && act == 0 &&
	       (roles_of(c->f->accord, c->in->statement) & c->f->accord->two_roles) != 0;
}

/* One signature is enough before anybody has spoken in the log: those whom an epoch begins with. */
static enum err judge_founding(const struct case_file *c, enum verdict *out)
{
	struct place_key at = { c->in->log, 0 };
	struct entry_view v;

	*out = VERDICT_OK;
	for (; at.index < c->in->entry->index; at.index++) {
		enum err e = fold_get(c->f, &at, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind > KIND_KEYS) {
			*out = VERDICT_TWO;
			return ERR_OK;
		}
	}
	return ERR_OK;
}

/* By claimed times alone: whoever claims an earlier one is found out by the time of filing. */
static bool is_expired(const struct case_file *c, size_t role)
{
	uint64_t until = role < c->f->accord->roles_count ? c->f->accord->roles[role].until_ms : 0;

	return until != 0 && (c->in->statement->claimed.ms >= until || c->in->entry->filed.ms >= until);
}

/* Two keys of one holder are one person. */
static size_t persons(const uint64_t *holders, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t before = 0;
		while (before < i && holders[before] != holders[i])
			before++;
		found += before == i;
	}
	return found;
}

/* As many as the guidelines say, and never one alone. */
static size_t erasers(const struct accord *a)
{
	size_t by = a->guidelines == NULL ? 0 : a->guidelines->acts[GUIDELINES_ERASE].by;

	return by > 2 ? by : 2;
}

static enum err judge_signatures(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	size_t role = accord_role_find(c->f->accord, s->role);
	bool is_node = c->in->entry->signatures_count == 0, has_registrar = false, holds_role = false;
	uint64_t holders[STATEMENT_SIGNATURES_MAX];
	size_t officers = 0;
	bool is_self = true;

	if (is_node) {
		*out = (c->kind->author & KIND_NODE) != 0 ? VERDICT_OK : VERDICT_SIGNATURE;
		return ERR_OK;
	}
	for (size_t i = 0; i < c->in->entry->signatures_count; i++) {
		const struct signer *signer = &c->in->signers[i];
		struct key_view key;
		enum err e;
		if (!signer->is_good) {
			*out = VERDICT_SIGNATURE;
			return ERR_OK;
		}
		if (is_by_registrar(c, i)) {
			has_registrar = true;
			continue;
		}
		e = row_get_key(c->f->map, &c->in->log, signer->key, &key);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && !key_is_in_force(&key, c->in->entry->index))) {
			*out = VERDICT_KEY;
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		if (role < c->f->accord->roles_count && (key.roles >> role & 1) != 0)
			holds_role = true;
		is_self = is_self && key.holder == named_holder(s);
		holders[officers++] = key.holder;
	}
	if (s->kind == KIND_KEYS && has_registrar && needs_two(c) && (officers == 0 || is_self))
		return judge_founding(c, out);
	if (s->kind <= KIND_ACCORD)
		*out = has_registrar ? VERDICT_OK : VERDICT_REGISTRAR;
	else if (s->kind == KIND_ERASE && persons(holders, officers) < erasers(c->f->accord))
		*out = VERDICT_TWO;
	else
		*out = holds_role ? VERDICT_OK : VERDICT_ROLE;
	return ERR_OK;
}

static enum err judge_channel(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	size_t role = accord_role_find(c->f->accord, s->role);
	bool is_node = c->in->entry->signatures_count == 0;

	if ((c->channel->parties >> c->in->log.party & 1) == 0)
		*out = VERDICT_CHANNEL;
	else if (s->has_precedence && (c->channel->precedences >> s->precedence & 1) == 0)
		*out = VERDICT_PRECEDENCE;
	else if (!is_node && s->kind > KIND_ACCORD &&
		 (role == c->f->accord->roles_count || (c->channel->writers >> role & 1) == 0))
		*out = VERDICT_ROLE;
	else if (!is_node && s->kind > KIND_ACCORD && is_expired(c, role))
		*out = VERDICT_EXPIRED;
	return ERR_OK;
}

/*
 * `rel` names all parties of the channel; guidelines ask for more. What is said in every log of its party is
 * for whoever holds them: on a channel that came later, others than it names.
 */
static enum err judge_label(const struct case_file *c, enum verdict *out)
{
	const struct accord *a = c->f->accord;

	if (!c->in->statement->has_label || c->in->entry->signatures_count == 0 ||
	    c->in->statement->channel == 0)
		return ERR_OK;
	for (size_t i = 0; i < a->parties_count; i++) {
		if ((c->channel->parties >> i & 1) != 0 &&
		    !label_has(&c->in->statement->label, BYTES_LIT("rel"), bytes_str(a->parties[i].code)))
			*out = VERDICT_REL;
	}
	if (*out == VERDICT_OK && a->guidelines != NULL) {
		struct decision d = policy_statement(a->guidelines, &c->in->statement->label,
						     c->in->log.party, c->channel);
		if (!d.is_allowed)
			*out = VERDICT_LABEL;
		c->view->line = d.line;
	}
	return ERR_OK;
}

/*
 * What the bytes show of it: that they are said to be sealed, and for which kind of keys. For whom, and
 * whether they are sealed at all, only those find who hold a key.
 */
static enum err judge_sealing(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	uint64_t wanted =
		c->f->accord->post_quantum == POST_QUANTUM_REQUIRED ? SEALING_HYBRID : SEALING_X25519;

	if (c->in->entry->signatures_count == 0 || !s->has_content)
		return ERR_OK;
	if ((c->channel->is_sealed || s->content.sealing != SEALING_NONE) && s->content.sealing < wanted)
		*out = VERDICT_SEALING;
	return ERR_OK;
}

static enum err judge_addressees(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	const struct accord *a = c->f->accord;

	for (size_t i = 0; i < s->addressees_count; i++) {
		size_t party = accord_party_find(a, s->addressees[i].party);
		size_t role = accord_role_find(a, s->addressees[i].role);
		bool is_node = bytes_equal(s->addressees[i].role, BYTES_LIT(ROLE_NODE));
		if (is_node && party != a->parties_count && (c->channel->parties >> party & 1) != 0)
			continue;
		if (party == a->parties_count || (c->channel->parties >> party & 1) == 0 ||
		    role == a->roles_count || (a->roles[role].parties >> party & 1) == 0)
			*out = VERDICT_ADDRESSEE;
	}
	return ERR_OK;
}

static enum err judge_repetition(const struct case_file *c, enum verdict *out)
{
	struct place_key at = { 0 };
	enum err e;

	if (c->in->statement->kind <= KIND_ACCORD)
		return ERR_OK;
	while ((e = row_next_id(c->f->map, c->in->log.channel, c->in->statement->id, &at)) == ERR_OK) {
		bool is_seen;
		e = past_covers(c->f, &c->view->past, &at, &is_seen);
		if (e != ERR_OK)
			return e;
		if (is_seen)
			*out = VERDICT_REPEATED;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err judge_references(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;

	for (size_t i = 0; i < s->refers_count; i++) {
		struct place_key at;
		if (!refers_place(c->f, c->in, &s->refers[i], &at) || !c->in->refers_match[i])
			*out = VERDICT_REFERS;
	}
	return ERR_OK;
}

/* ---- Which step must have been taken before: PROCEDURES section 1, a row a kind. ---- */

enum whose { WHOSE_ANY, WHOSE_OWN, WHOSE_OTHERS };

static const struct step_rule {
	enum kind kind;
	enum whose subject_of; /* whose statement it is about */
	/* the subject is a READ BACK of an own message; else a MESSAGE if is_on_message */
	bool is_on_read_back;
	bool is_on_message;
	bool needs_watch_read; /* by the same party, before; a node's own answer does not */
	bool may_be_void;      /* the subject need not count */
} step_rules[] = {
	{ KIND_ERASE, WHOSE_OWN, false, false, false, true },
	{ KIND_WATCH_READ, WHOSE_OTHERS, false, true, false, false },
	{ KIND_READ_BACK, WHOSE_OTHERS, false, true, true, false },
	{ KIND_MARK, WHOSE_OTHERS, true, false, false, false },
	{ KIND_PRESENTED, WHOSE_OTHERS, false, true, true, false },
	{ KIND_REPLY, WHOSE_OTHERS, false, true, true, false },
	{ KIND_DECLINE, WHOSE_OTHERS, false, true, true, false },
	{ KIND_DEFER, WHOSE_OTHERS, false, true, true, false },
	{ KIND_QUERY, WHOSE_ANY, false, false, false, false },
	{ KIND_NEGATIVE, WHOSE_OTHERS, false, false, false, true },
	{ KIND_CORRECTION, WHOSE_OWN, false, false, false, false },
	{ KIND_LAPSE, WHOSE_OWN, false, true, false, false },
	{ KIND_TRANSLATION, WHOSE_ANY, false, false, false, false },
	{ KIND_APPROVE, WHOSE_OWN, false, false, false, false },
	{ KIND_REFUSE, WHOSE_OWN, false, false, false, false },
	{ KIND_CANCEL, WHOSE_OWN, false, false, false, false },
	{ KIND_CONSENT, WHOSE_ANY, false, false, false, false },
	{ KIND_RECALL, WHOSE_OWN, false, false, false, false },
	{ KIND_RECALL_DONE, WHOSE_OTHERS, false, false, false, false },
	{ KIND_RECALL_REFUSED, WHOSE_OTHERS, false, false, false, false },
	{ KIND_DOWNGRADE, WHOSE_OWN, false, false, false, false },
	{ KIND_RELABEL, WHOSE_OWN, false, false, false, false },
	{ KIND_FATE, WHOSE_OWN, false, false, false, false },
};

static const struct step_rule *step_rule_find(uint64_t kind)
{
	for (size_t i = 0; i < ARRAY_COUNT(step_rules); i++) {
		if (step_rules[i].kind == kind)
			return &step_rules[i];
	}
	return NULL;
}

/* Whether the author has an act of this kind that counts on its subject, in the past of this one. */
static enum err has_act(const struct case_file *c, enum kind kind, bool *out)
{
	const struct fold *f = c->f;
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	*out = false;
	while (!*out && (e = fold_next_act(f, &c->subject, &at)) == ERR_OK) {
		if (at.place.log.party != c->in->log.party)
			continue;
		e = fold_get(f, &at.place, &v);
		if (e == ERR_OK && v.kind == kind)
			e = past_covers(f, &c->view->past, &at.place, out);
		if (e != ERR_OK)
			return e;
	}
	return *out || e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A READ BACK is of our own message if our message is what it acts on: then it stands in that list. */
static enum err is_read_back_of(const struct fold *f, const struct place_key *read_back, size_t party,
				bool *out)
{
	struct entry_view v;
	struct message_at at = { 0 };
	enum err e = fold_get(f, read_back, &v);

	*out = false;
	if (e != ERR_OK || v.kind != KIND_READ_BACK || v.verdict != VERDICT_OK)
		return e;
	/* Rows 'a' of a read-back begin with its subject, written when it was folded (fold_act). */
	while ((e = fold_next_act(f, read_back, &at)) == ERR_OK) {
		if (at.order == 0) {
			*out = at.place.log.party == party;
			return ERR_OK;
		}
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/*
 * On its own channel, so that whoever holds the entry holds the eraser. A node's evidence of a fork, and its
 * digest, are no words of a person.
 */
static bool is_erasable(const struct case_file *c)
{
	return c->has_subject && c->subject.log.channel == c->in->log.channel &&
	       c->subject_view.kind != KIND_FORK && c->subject_view.kind != KIND_DIGEST;
}

static enum err judge_step(const struct case_file *c, enum verdict *out)
{
	const struct step_rule *rule = step_rule_find(c->in->statement->kind);
	size_t author = c->in->log.party;
	bool is_met = true;
	enum err e = ERR_OK;

	if (rule == NULL)
		return ERR_OK;
	if ((c->subject_view.verdict != VERDICT_OK && !rule->may_be_void) ||
	    (rule->kind == KIND_ERASE && !is_erasable(c)))
		*out = VERDICT_REFERS;
	else if ((rule->subject_of == WHOSE_OWN && c->subject.log.party != author) ||
		 (rule->subject_of == WHOSE_OTHERS && c->subject.log.party == author) ||
		 (rule->is_on_message && c->subject_view.kind != KIND_MESSAGE))
		*out = VERDICT_REFERS;
	else if (rule->is_on_read_back)
		e = is_read_back_of(c->f, &c->subject, author, &is_met);
	else if (rule->needs_watch_read && c->in->entry->signatures_count > 0)
		e = has_act(c, KIND_WATCH_READ, &is_met);
	if (e == ERR_OK && !is_met)
		*out = rule->is_on_read_back ? VERDICT_REFERS : VERDICT_STEP;
	return e;
}

/* One version after the other; a new epoch may begin under a later one, and not under an earlier. */
static enum err judge_version(const struct case_file *c, enum verdict *out)
{
	const struct fold *f = c->f;
	uint8_t hash[HASH_LEN];
	struct place_key at;
	size_t named, before = 0;
	enum err e = ERR_OK;

	if (!named_version(c->in->statement, hash))
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
	judge_channel,	  judge_signatures, judge_label, judge_sealing, judge_addressees, judge_repetition,
	judge_references, judge_step,	    judge_form,	 judge_release, judge_version,	  judge_translation,
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
				  .roles = roles_of(f->accord, in->statement) };
	if (statement_field_uint(in->statement, FIELD_KEYS_HOLDER, UINT64_MAX, &key->holder) != ERR_OK)
		key->holder = 0;
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

static enum err fold_officer(const struct fold *f, const struct fold_input *in, bool is_withdrawal)
{
	struct key_view key;
	enum err e;

	if (!is_withdrawal) {
		key_add(f, in, &key);
		return row_put_key(f->map, &in->log, in->named_key, &key);
	}
	e = row_get_key(f->map, &in->log, in->named_key, &key);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	key_withdraw(in, &key);
	return row_put_key(f->map, &in->log, in->named_key, &key);
}

static enum err fold_recipient(const struct fold *f, const struct fold_input *in, bool is_withdrawal)
{
	const struct field *named = statement_field(in->statement, FIELD_KEYS_KEY);
	struct recipient_view key = { .key_len = 0 };
	struct cbor_reader r;
	struct bytes raw;
	enum err e;

	if (is_withdrawal) {
		e = row_get_recipient(f->map, &in->log, in->named_key, &key);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		key_withdraw(in, &key.view);
		return row_put_recipient(f->map, &in->log, in->named_key, &key);
	}
	cbor_open(&r, named->value);
	if (cbor_read_bytes(&r, sizeof key.key, &raw) != ERR_OK)
		return ERR_OK;
	memcpy(key.key, raw.ptr, raw.len);
	key.key_len = raw.len;
	key_add(f, in, &key.view);
	return row_put_recipient(f->map, &in->log, in->named_key, &key);
}

static enum err fold_keys(const struct fold *f, const struct fold_input *in)
{
	uint64_t act, use;

	if (statement_field_uint(in->statement, FIELD_KEYS_ACT, 1, &act) != ERR_OK ||
	    statement_field_uint(in->statement, FIELD_KEYS_USE, KEY_USE_COUNT - 1, &use) != ERR_OK)
		return ERR_OK;
	if (use == KEY_USE_OFFICER)
		return fold_officer(f, in, act == 1);
	return use == KEY_USE_RECIPIENT ? fold_recipient(f, in, act == 1) : ERR_OK;
}

static enum err fold_message(const struct fold *f, const struct fold_input *in)
{
	const struct statement *s = in->statement;
	struct place_key at = { in->log, in->entry->index };
	struct owed_view owed = { .precedence = s->has_precedence ? s->precedence : PRECEDENCE_ROUTINE };

	/* A node's own line check is answered by a node and owes nothing of the ladder. */
	if (in->entry->signatures_count == 0)
		return ERR_OK;
	for (size_t i = 0; i < s->addressees_count; i++) {
		size_t party = accord_party_find(f->accord, s->addressees[i].party);
		if (s->addressees[i].is_information || party == in->log.party)
			continue;
		owed.read |= (uint8_t)(1u << party);
		if (fold_needs_read_back(s))
			owed.read_back |= (uint8_t)(1u << party);
	}
	return owed.read == 0 ? ERR_OK : row_put_owed(f->map, &at, &owed);
}

static enum err settle(const struct fold *f, const struct place_key *message, size_t party, bool is_read_back)
{
	struct owed_view owed;
	enum err e = row_get_owed(f->map, message, &owed);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (is_read_back)
		owed.read_back &= (uint8_t)~(1u << party);
	else
		owed.read &= (uint8_t)~(1u << party);
	if (owed.read == 0 && owed.read_back == 0)
		return row_del_owed(f->map, message);
	return row_put_owed(f->map, message, &owed);
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
	struct place_key at = { in->log, in->entry->index }, subject;
	uint64_t mark;
	enum err e;

	for (size_t i = 0; i < s->refers_count; i++) {
		struct row_key k;
		if (!refers_place(f, in, &s->refers[i], &subject))
			continue;
		place_key_write(&subject, row_open(&k, ROW_ACT));
		e = row_put_listed(f->map, &k, v->order, &at);
		if (e != ERR_OK)
			return e;
	}
	if (s->refers_count != 1 || !refers_place(f, in, &s->refers[0], &subject))
		return ERR_OK;
	if (s->kind == KIND_WATCH_READ)
		return settle(f, &subject, in->log.party, false);
	if (s->kind == KIND_READ_BACK) {
		struct row_key k;
		place_key_write(&at, row_open(&k, ROW_ACT));
		return row_put_listed(f->map, &k, 0, &subject);
	}
	if (s->kind == KIND_MARK && statement_field_uint(s, FIELD_MARK, 1, &mark) == ERR_OK && mark == 0) {
		struct place_key message;
		e = read_back_subject(f, &subject, &message);
		return e == ERR_OK ? settle(f, &message, subject.log.party, true) : e;
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
	if (e != ERR_OK)
		return e;
	if (in->statement->kind == KIND_KEYS)
		return fold_keys(f, in);
	if (in->statement->kind == KIND_MESSAGE)
		return fold_message(f, in);
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

	if (!named_version(in->statement, hash) || (in->entry->index > 0 && v->verdict != VERDICT_OK))
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
	if (e == ERR_OK && in->statement->kind == KIND_MESSAGE && v->verdict != VERDICT_REPEATED) {
		row_open(&k, ROW_MESSAGE);
		row_put_channel(&k, in->log.channel);
		e = row_put_listed(f->map, &k, v->order, &at);
	}
	if (e == ERR_OK && v->verdict == VERDICT_OK)
		e = fold_effect(f, in, v);
	if (e == ERR_OK)
		e = row_put_folded(f->map, &in->log, in->entry->index + 1);
	return e;
}

enum err fold_entry(const struct fold *f, const struct fold_input *in, struct entry_view *out)
{
	enum err e = fold_judge(f, in, out);

	return e == ERR_OK ? fold_judged(f, in, out) : e;
}
