#include "view/reading.h"

#include "view/release.h"

#include <string.h>

void reading_open(struct reading *r, const struct reading_record *record, enum reading_as as)
{
	memset(r, 0, offsetof(struct reading, scratch));
	r->record = record;
	r->as = as;
}

void reading_open_officer(struct reading *r, const struct reading_record *record, size_t party,
			  const uint8_t key[KEY_HASH_LEN])
{
	reading_open(r, record, READING_OFFICER);
	r->party = party;
	memcpy(r->key, key, sizeof r->key);
}

void reading_open_role(struct reading *r, const struct reading_record *record, const struct reader *reader)
{
	reading_open(r, record, READING_ROLE);
	r->party = reader->party;
	r->reader = *reader;
}

/* Of which version the guidelines, rooms and ends of posts count on a channel. */
static const struct accord *in_force(const struct reading_record *record, uint32_t channel)
{
	return record->accord == NULL ? record->fold->accord : record->accord(record->self, channel);
}

/* The same, found once for a list of one channel. */
static const struct accord *rule_of(struct reading *r, uint32_t channel)
{
	if (r->rule == NULL || r->ruled != channel) {
		r->ruled = channel;
		r->rule = in_force(r->record, channel);
	}
	return r->rule;
}

/* ---- Roles. ---- */

enum err reading_roles(const struct reading_record *record, size_t party, const uint8_t key[KEY_HASH_LEN],
		       uint32_t channel, uint64_t *roles)
{
	struct log_key log = { channel, party, record->epoch(record->self, channel, party) };
	struct key_view view;
	uint64_t size;
	enum err e;

	*roles = 0;
	if (log.epoch == 0)
		return ERR_OK;
	e = fold_size(record->fold, &log, &size);
	if (e == ERR_OK)
		e = fold_key(record->fold, &log, key, size, &view);
	if (e == ERR_OK && key_is_in_force(&view, size))
		*roles = view.roles & ~accord_ended(in_force(record, channel), record->now_ms);
	return err_unless(e, ERR_NOT_FOUND);
}

/* Who is not let in to write on a closed channel is not let in. */
static uint64_t let_in(struct reading *r, uint32_t channel)
{
	const struct accord_channel *c = accord_channel_find(rule_of(r, channel), channel);

	return c == NULL ? UINT64_MAX : accord_let_in(c);
}

/*
 * Of this reader on this channel; a ROLE has itself on every one that is not closed to it, until its
 * authority ends.
 */
static enum err find_roles(struct reading *r, uint32_t channel)
{
	enum err e = ERR_OK;

	if (r->as == READING_OFFICER && r->channel != channel) {
		e = reading_roles(r->record, r->party, r->key, channel, &r->roles);
		r->roles &= let_in(r, channel);
		r->channel = e == ERR_OK ? channel : 0;
	}
	return e;
}

static bool is_role_let_in(struct reading *r, uint32_t channel)
{
	uint64_t roles = let_in(r, channel);

	if (r->reader.role == READER_NODE)
		return roles == UINT64_MAX;
	return (roles & ~accord_ended(rule_of(r, channel), r->record->now_ms)) >> r->reader.role & 1;
}

enum err reading_channel(struct reading *r, uint32_t channel, bool *may)
{
	const struct accord_channel *c = accord_channel_find(rule_of(r, channel), channel);
	enum err e = find_roles(r, channel);

	r->is_asked = true;
	*may = r->as == READING_OWNER || (r->as == READING_OFFICER && r->roles != 0) ||
	       (r->as == READING_ROLE && c != NULL && (c->parties >> r->party & 1) != 0 &&
		is_role_let_in(r, channel));
	return e;
}

/* ---- Labels. ---- */

/* One role that may is enough. */
static bool evaluate(const struct reading *r, const struct accord *a, const struct label_mask *mask,
		     enum plane plane)
{
	const struct guidelines *g = a->guidelines;
	struct reader reader = r->reader;

	if (r->as == READING_ROLE) {
		if (reader.at == READER_ANYWHERE) {
			reader.at = READER_PLANE;
			reader.place = (uint8_t)plane;
		}
		return policy_evaluate(g, mask, &reader).is_allowed;
	}
	for (size_t i = 0; i < a->roles_count; i++) {
		if ((r->roles >> i & 1) == 0)
			continue;
		reader = reader_on_plane(r->party, i, plane);
		if (policy_evaluate(g, mask, &reader).is_allowed)
			return true;
	}
	return false;
}

enum err reading_label(struct reading *r, uint32_t channel, const struct label *label, size_t author,
		       bool *may)
{
	const struct accord *a = rule_of(r, channel);
	const struct accord_channel *c = accord_channel_find(a, channel);
	struct label_mask mask;
	enum err e = find_roles(r, channel);

	r->is_asked = true;
	*may = r->as == READING_OWNER;
	if (e != ERR_OK || *may || r->as == READING_NOBODY)
		return e;
	*may = a->guidelines != NULL && c != NULL && author < a->parties_count &&
	       policy_label_read(a->guidelines, label, author, &mask).is_allowed &&
	       (r->as != READING_ROLE || is_role_let_in(r, channel)) && evaluate(r, a, &mask, c->plane);
	return ERR_OK;
}

/*
 * The door lets nothing onto the channel that its plane or a party's node does not carry; so whoever holds
 * all of that is kept from nothing.
 */
static bool is_role_whole(const struct guidelines *g, size_t party, size_t role, enum plane plane)
{
	const struct clearance *node = &g->nodes[party].clearance, *own = &g->roles[role].clearance;
	uint8_t top = g->planes[plane].line != 0 ? g->planes[plane].level : (uint8_t)(g->levels_count - 1);
	uint64_t values = g->all;

	for (size_t i = 0; i < g->any_count; i++)
		values |= g->any[i];
	if (top > node->up_to)
		top = node->up_to;
	return g->roles[role].line != 0 && own->up_to >= top && (values & node->holds & ~own->holds) == 0;
}

enum err reading_whole(struct reading *r, uint32_t channel, bool *may)
{
	const struct accord *a = rule_of(r, channel);
	const struct accord_channel *c = accord_channel_find(a, channel);
	enum err e = find_roles(r, channel);

	r->is_asked = true;
	*may = r->as == READING_OWNER;
	if (e != ERR_OK || r->as != READING_OFFICER || a->guidelines == NULL || c == NULL)
		return e;
	for (size_t i = 0; i < a->roles_count && !*may; i++)
		*may = (r->roles >> i & 1) != 0 && is_role_whole(a->guidelines, r->party, i, c->plane);
	return ERR_OK;
}

/* ---- Statements, and all that they name. ---- */

static struct reading_known *known_at(struct reading *r, const struct place_key *at)
{
	uint64_t h = at->index * 0x9e3779b97f4a7c15ull ^ (uint64_t)at->log.channel << 20 ^
		     (uint64_t)at->log.party << 12 ^ at->log.epoch;

	return &r->known[(h ^ h >> 29) & (READING_KNOWN_MAX - 1)];
}

static void remember(struct reading *r, const struct place_key *at, bool may)
{
	*known_at(r, at) = (struct reading_known){ .at = *at, .is_set = true, .may = may };
}

static bool is_known(struct reading *r, const struct place_key *at, bool *may)
{
	const struct reading_known *k = known_at(r, at);

	*may = k->may;
	return k->is_set && place_key_equal(&k->at, at);
}

void reading_forget(struct reading *r, const struct place_key *at)
{
	known_at(r, at)->is_set = false;
}

static void reach_place(struct reading *r, const struct place_key *at)
{
	struct reading_reach *reach = &r->scratch.reach;
	bool may;

	if (is_known(r, at, &may) && may)
		return;
	if (reach->count == READING_REACH_MAX)
		reach->is_over = true;
	else
		reach->at[reach->count++] = *at;
}

static void reach_add(struct reading *r, const struct statement *s)
{
	const struct accord *a = r->record->fold->accord;

	for (size_t i = 0; i < s->refers_count + s->has_instance; i++) {
		const struct place *named = i < s->refers_count ? &s->refers[i] : &s->instance;
		struct place_key at = { { named->channel, accord_party_find(a, named->party), named->epoch },
					named->index };

		reach_place(r, &at);
	}
}

/* Of an item the label that stands now: the last one that was given to it. */
static enum err governing_label(struct reading *r, const struct place_key *at, const struct statement *s,
				bool *may)
{
	struct statement *label = &r->scratch.label;
	struct item_view item;
	enum err e = fold_item(r->record->fold, at, &item);

	if (e == ERR_OK && item.label.log.epoch != 0) {
		e = r->record->fetch(r->record->self, &item.label, label);
		if (e == ERR_OK)
			return reading_label(r, at->log.channel, &label->label, item.label.log.party, may);
		*may = false; /* a label that nobody can read lets nobody read */
		return err_unless(e, ERR_NOT_FOUND);
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return reading_label(r, at->log.channel, &s->label, at->log.party, may);
}

/* A node's own word. What it says of all that is held is evidence; the rest is of what it names. */
static enum err may_know_service(struct reading *r, const struct place_key *at, const struct statement *s,
				 bool *may)
{
	if (s->kind == KIND_FORK || s->kind == KIND_DIGEST || s->has_content ||
	    (s->kind == KIND_OPEN && statement_field(s, FIELD_OPEN_OLD) != NULL))
		return reading_whole(r, at->log.channel, may);
	return reading_channel(r, at->log.channel, may);
}

/* By its own label, whatever it names. */
static enum err may_know_alone(struct reading *r, const struct place_key *at, const struct statement *s,
			       bool *may)
{
	struct statement *outgoing = &r->scratch.outgoing;
	struct bytes bytes;
	enum err e;

	/* s may be in the memory that the next fetch writes: first all that is needed of it. */
	reach_add(r, s);
	if (!s->has_label)
		return may_know_service(r, at, s, may);
	if (s->kind == KIND_DOWNGRADE || s->kind == KIND_RELABEL)
		return reading_channel(r, at->log.channel,
				       may); /* of its item, whose readers see its labels */
	if (s->kind == KIND_SUBMIT) {
		e = submit_read(s, &bytes, outgoing);
		*may = false;
		if (e != ERR_OK)
			return ERR_OK;
		reach_add(r, outgoing);
		e = reading_label(r, at->log.channel, &outgoing->label, at->log.party, may);
		/* What is for a closed room is read by whoever is let in there, at home too. */
		if (e == ERR_OK && *may && let_in(r, outgoing->channel) != UINT64_MAX)
			e = reading_label(r, outgoing->channel, &outgoing->label, at->log.party, may);
		if (e != ERR_OK || !*may)
			return e;
	}
	return is_item(s->kind) ? governing_label(r, at, s, may)
				: reading_label(r, at->log.channel, &s->label, at->log.party, may);
}

enum err reading_marking_label(struct reading *r, const struct log_key *log, const struct marking *m,
			       bool *may)
{
	struct reading_marked *last = &r->marked[log->party];
	struct label *label = &r->scratch.label.label;
	enum err e;

	r->is_asked = true;
	if (last->channel == log->channel &&
	    bytes_equal((struct bytes){ last->label, last->len }, m->label)) {
		*may = last->may;
		return ERR_OK;
	}
	last->channel = 0;
	e = marking_label(m, label);
	if (e == ERR_OK)
		e = reading_label(r, log->channel, label, log->party, may);
	if (e != ERR_OK)
		return e;
	*last = (struct reading_marked){ log->channel, *may, (uint8_t)m->label.len, { 0 } };
	memcpy(last->label, m->label.ptr, m->label.len);
	return ERR_OK;
}

static enum err may_know_marked(struct reading *r, const struct place_key *at, const struct marking *m,
				bool *may)
{
	if (m->has_named)
		reach_place(r, &m->named);
	return reading_marking_label(r, &at->log, m, may);
}

/* By what stands there; ERR_NOT_FOUND: nothing does. */
static enum err may_know_place(struct reading *r, const struct place_key *at, bool *may)
{
	const struct reading_record *record = r->record;
	struct marking marking;
	enum err e = record->marking == NULL ? ERR_NOT_FOUND : record->marking(record->self, at, &marking);

	if (e == ERR_OK)
		return may_know_marked(r, at, &marking, may);
	if (e == ERR_NOT_FOUND)
		e = record->fetch(record->self, at, &r->scratch.named);
	return e == ERR_OK ? may_know_alone(r, at, &r->scratch.named, may) : e;
}

/* s and m NULL: what stands there. */
static enum err decide(struct reading *r, const struct place_key *at, const struct statement *s,
		       const struct marking *m, bool *may)
{
	struct reading_reach *reach = &r->scratch.reach;
	enum err e;

	r->is_asked = true;
	*may = r->as == READING_OWNER;
	if (r->as == READING_OWNER || r->as == READING_NOBODY || is_known(r, at, may))
		return ERR_OK;
	reach->count = reach->next = 0;
	reach->is_over = false;
	e = m != NULL	? may_know_marked(r, at, m, may)
	    : s == NULL ? may_know_place(r, at, may)
			: may_know_alone(r, at, s, may);
	if (e == ERR_NOT_FOUND && s == NULL) {
		*may = false; /* what comes there later is asked anew */
		return ERR_OK;
	}
	while (e == ERR_OK && *may && reach->next < reach->count) {
		struct place_key next = reach->at[reach->next++];

		if (is_known(r, &next, may))
			continue;
		e = may_know_place(r, &next, may);
		if (e == ERR_NOT_FOUND)
			*may = false;
		e = err_unless(e, ERR_NOT_FOUND);
		/*
		 * Until something says no: then no more of it is asked, and nothing of it stays but that
		 * no.
		 */
		if (e == ERR_OK && *may && next.log.epoch != 0)
			remember(r, &next, true);
	}
	if (e != ERR_OK)
		return e;
	if (reach->is_over)
		*may = false;
	if (!*may) {
		for (size_t i = 0; i < reach->count; i++)
			known_at(r, &reach->at[i])->is_set = false;
	}
	remember(r, at, *may);
	return ERR_OK;
}

enum err reading_statement(struct reading *r, const struct place_key *at, const struct statement *s,
			   bool *may)
{
	return decide(r, at, s, NULL, may);
}

enum err reading_place(struct reading *r, const struct place_key *at, bool *may)
{
	return decide(r, at, NULL, NULL, may);
}

enum err reading_marking(struct reading *r, const struct place_key *at, const struct marking *m, bool *may)
{
	return decide(r, at, NULL, m, may);
}

enum err reading_size(struct reading *r, const struct log_key *log, uint64_t size, uint64_t *out)
{
	struct place_key at = { *log, size };
	bool may = false;
	enum err e = reading_channel(r, log->channel, &may);

	if (e == ERR_OK && r->as == READING_OWNER) {
		*out = size;
		return ERR_OK;
	}
	if (e == ERR_OK && !may)
		at.index = 0;
	may = false;
	while (e == ERR_OK && at.index > 0 && !may) {
		at.index--;
		e = reading_place(r, &at, &may);
	}
	*out = may ? at.index + 1 : 0;
	return e;
}
