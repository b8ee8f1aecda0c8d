#include "proc/rows.h"

#include "proc/instance.h"

#include <assert.h>
#include <string.h>

#define FACT_HEAD_LEN (40u + HASH_LEN)
#define FACT_SEEN_LEN 16u
#define FACT_LEN (FACT_HEAD_LEN + FACT_SEEN_LEN * PARTY_MAX)

struct row {
	uint8_t key_memory[64], memory[FACT_LEN + 16];
	struct buf key, value;
};

static struct buf *row_open(struct row *r, const struct machine *m, uint8_t type)
{
	buf_init(&r->key, r->key_memory, sizeof r->key_memory);
	buf_init(&r->value, r->memory, sizeof r->memory);
	buf_put_byte(&r->key, type);
	buf_put_byte(&r->key, (uint8_t)(m->channel >> 8));
	buf_put_byte(&r->key, (uint8_t)m->channel);
	return &r->key;
}

static void put_spot(struct buf *out, struct spot at)
{
	buf_put_byte(out, at.party);
	buf_put_be64(out, at.number);
}

static uint8_t take_byte(struct bytes *in)
{
	struct bytes part;

	return bytes_take(in, 1, &part) == ERR_OK ? part.ptr[0] : 0;
}

static uint64_t take_number(struct bytes *in)
{
	struct bytes part;

	return bytes_take(in, 8, &part) == ERR_OK ? be64_get(part.ptr) : 0;
}

static struct spot take_spot(struct bytes *in)
{
	struct spot at = { 0 };

	at.party = take_byte(in);
	at.number = take_number(in);
	return at;
}

/* ---- 'L': what a party's log had seen at its last entry ---- */

enum err row_get_vector(const struct machine *m, uint8_t party, struct vector *out)
{
	struct bytes in;
	struct row r;
	enum err e;

	buf_put_byte(row_open(&r, m, 'L'), party);
	*out = (struct vector){ 0 };
	e = map_get(m->map, buf_bytes(&r.key), &r.value);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	in = buf_bytes(&r.value);
	for (size_t i = 0; i < PARTY_MAX; i++)
		out->of[i] = take_number(&in);
	return ERR_OK;
}

enum err row_put_vector(const struct machine *m, uint8_t party, const struct vector *v)
{
	struct row r;
	uint8_t *at;

	buf_put_byte(row_open(&r, m, 'L'), party);
	at = buf_reserve(&r.value, 8u * PARTY_MAX);
	assert(at != NULL);
	for (size_t i = 0; i < PARTY_MAX; i++)
		be64_put(at + 8 * i, v->of[i]);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

/* ---- 'F': facts, by instance and entry ---- */

static void fact_key(struct row *r, const struct machine *m, struct spot instance, struct spot at)
{
	row_open(r, m, 'F');
	put_spot(&r->key, instance);
	if (at.number != 0)
		put_spot(&r->key, at);
}

/* By places, and who has not shown it behind the last who has takes none. */
static void fact_write(const struct fact *f, struct buf *out)
{
	const struct move *m = &f->move;
	size_t parties = PARTY_MAX;
	uint8_t *at;

	while (parties > 0 && f->seen[parties - 1].number == 0)
		parties--;
	at = buf_reserve(out, FACT_HEAD_LEN + parties * FACT_SEEN_LEN);
	assert(at != NULL);
	at[0] = (uint8_t)m->kind;
	at[1] = m->step;
	at[2] = m->role;
	at[3] = m->is_node;
	at[4] = m->which;
	at[5] = m->whose;
	at[6] = m->cause;
	at[7] = m->about.party;
	be64_put(at + 8, m->about.number);
	be64_put(at + 16, m->person);
	be64_put(at + 24, m->filed_ms);
	be64_put(at + 32, m->until_ms);
	memcpy(at + 40, m->hash, HASH_LEN);
	at += FACT_HEAD_LEN;
	for (size_t i = 0; i < parties; i++, at += FACT_SEEN_LEN) {
		be64_put(at, f->seen[i].number);
		be64_put(at + 8, f->seen[i].filed_ms);
	}
}

static enum err fact_read(struct bytes key, struct bytes in, struct fact *f)
{
	const uint8_t *at = in.ptr;
	size_t parties = in.len < FACT_HEAD_LEN ? PARTY_MAX + 1 : (in.len - FACT_HEAD_LEN) / FACT_SEEN_LEN;

	if (parties > PARTY_MAX || in.len != FACT_HEAD_LEN + parties * FACT_SEEN_LEN || at[0] >= MOVE_COUNT)
		return ERR_CORRUPT;
	*f = (struct fact){ 0 };
	key.ptr += 3;
	key.len -= 3;
	f->move.instance = take_spot(&key);
	f->move.at = take_spot(&key);
	f->move.kind = at[0];
	f->move.step = at[1];
	f->move.role = at[2];
	f->move.is_node = at[3] != 0;
	f->move.which = at[4];
	f->move.whose = at[5];
	f->move.cause = at[6];
	f->move.about = (struct spot){ be64_get(at + 8), at[7] };
	f->move.person = be64_get(at + 16);
	f->move.filed_ms = be64_get(at + 24);
	f->move.until_ms = be64_get(at + 32);
	memcpy(f->move.hash, at + 40, HASH_LEN);
	at += FACT_HEAD_LEN;
	for (size_t i = 0; i < parties; i++, at += FACT_SEEN_LEN) {
		f->seen[i].number = be64_get(at);
		f->seen[i].filed_ms = be64_get(at + 8);
	}
	return f->move.at.number != 0 && f->move.at.party < PARTY_MAX ? ERR_OK : ERR_CORRUPT;
}

struct instance *instance_kept(const struct machine *m, struct spot start)
{
	struct instance *i = m->instance;

	return i->is_kept && i->channel == m->channel && spot_equal(i->start, start) ? i : NULL;
}

static struct fact *kept_fact(const struct machine *m, struct spot start, struct spot at)
{
	struct instance *i = instance_kept(m, start);
	const struct fact *f = i == NULL ? NULL : index_find(i, at);

	return f == NULL ? NULL : &i->facts[f - i->facts];
}

static enum err put_fact_at(const struct machine *m, const struct fact *f)
{
	struct row r;

	fact_key(&r, m, f->move.instance, f->move.at);
	fact_write(f, &r.value);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

static struct fact fact_of(const struct machine *m, const struct move *move)
{
	struct fact f = { .move = *move };

	if (move->kind == MOVE_START) {
		f.move.instance = move->at;
		f.move.cause = m->parties; /* a later version of the accord changes no instance */
	}
	f.seen[move->at.party].number = move->at.number;
	f.seen[move->at.party].filed_ms = move->filed_ms;
	return f;
}

enum err row_del_running(const struct machine *m, struct spot start)
{
	struct row r;

	enum err e;

	put_spot(row_open(&r, m, 'R'), start);
	e = map_del(m->map, buf_bytes(&r.key));
	return e == ERR_NOT_FOUND ? ERR_OK : e; /* what is said of it once it is over */
}

/* ---- 'E': how far an epoch that begins carries on what was before ---- */

/* Of one party, by the epoch that begins; 0: not known. */
struct cuts {
	uint64_t of[EPOCH_LATEST];
	bool is_any;
};

enum err row_put_cut(const struct machine *m, const struct move *first)
{
	struct row r;

	instance_forget(m->instance); /* what it goes on without may be in there */
	buf_put_byte(row_open(&r, m, 'E'), first->at.party);
	buf_put_be32(&r.key, (uint32_t)EPOCH_OF(first->at.number));
	buf_put_be64(&r.value, first->carries_on);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

static enum err cuts_load(const struct machine *m, uint8_t party, struct cuts *out)
{
	struct row prefix, after, found;

	*out = (struct cuts){ 0 };
	buf_put_byte(row_open(&prefix, m, 'E'), party);
	buf_put_byte(row_open(&after, m, 'E'), party);
	row_open(&found, m, 'E');
	for (;;) {
		struct bytes in;
		uint32_t epoch;
		enum err e;
		buf_reset(&found.key);
		buf_reset(&found.value);
		e = map_next(m->map, buf_bytes(&prefix.key), buf_bytes(&after.key), &found.key, &found.value);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		epoch = be32_get(found.key.ptr + prefix.key.len);
		in = buf_bytes(&found.value);
		if (epoch < EPOCH_LATEST)
			out->of[epoch] = take_number(&in);
		out->is_any = true;
		buf_reset(&after.key);
		buf_put(&after.key, buf_bytes(&found.key));
	}
}

/*
 * struct fact's `without`. Two epochs may carry on the same one, each so far as its author then knew: what
 * counts is the way back from the epoch that is asked about.
 */
static uint64_t cuts_without(const struct cuts *c, struct spot at)
{
	uint64_t out = 0;
	bool is_out = false;

	if (!c->is_any)
		return 0;
	for (uint64_t epoch = EPOCH_OF(at.number) + 1; epoch < EPOCH_LATEST; epoch++) {
		uint64_t limit = c->of[epoch], before = EPOCH_OF(limit);
		if (limit != 0 && before < epoch)
			is_out = before > EPOCH_OF(at.number) ? (out >> before & 1) != 0 : at.number > limit;
		out |= (uint64_t)is_out << epoch;
	}
	return out | (uint64_t)is_out << EPOCH_LATEST;
}

enum err row_is_carried(const struct machine *m, struct spot at, uint64_t number, bool *out)
{
	struct cuts cuts;
	enum err e;

	*out = true;
	if (EPOCH_OF(at.number) >= EPOCH_OF(number))
		return ERR_OK;
	e = cuts_load(m, at.party, &cuts);
	*out = !is_without(cuts_without(&cuts, at), number);
	return e;
}

/* ---- A move that counts ---- */

static enum err instance_add(const struct machine *m, struct instance *i, struct fact *f)
{
	struct cuts cuts;
	enum err e = i->has_cuts ? cuts_load(m, f->move.at.party, &cuts) : ERR_OK;

	if (e != ERR_OK || i->count == ARRAY_COUNT(i->facts))
		return e == ERR_OK ? ERR_CORRUPT : e;
	f->without = i->has_cuts ? cuts_without(&cuts, f->move.at) : 0;
	index_add(i, f);
	return ERR_OK;
}

enum err row_put_fact(const struct machine *m, const struct move *move)
{
	struct fact f = fact_of(m, move);
	struct instance *kept = instance_kept(m, f.move.instance);
	struct row r;
	enum err e = ERR_OK;

	if (kept != NULL)
		e = instance_add(m, kept, &f);
	if (e == ERR_OK)
		e = put_fact_at(m, &f);
	if (e != ERR_OK)
		return e;
	put_spot(row_open(&r, m, 'X'), move->at);
	put_spot(&r.value, f.move.instance);
	e = map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
	if (e != ERR_OK || move->kind != MOVE_START)
		return e;
	put_spot(row_open(&r, m, 'I'), move->at);
	e = map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
	if (e != ERR_OK)
		return e;
	put_spot(row_open(&r, m, 'R'), move->at);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

/* ---- 'X': the instance that an entry counts in ---- */

static enum err next_spot(const struct machine *m, uint8_t type, bool is_of_party, struct spot *at,
			  struct spot *value)
{
	struct row prefix, after, found;
	struct bytes key, in;
	enum err e;

	row_open(&prefix, m, type);
	row_open(&after, m, type);
	row_open(&found, m, type);
	if (is_of_party)
		buf_put_byte(&prefix.key, at->party);
	if (at->number != 0)
		put_spot(&after.key, *at);
	buf_reset(&found.key);
	e = map_next(m->map, buf_bytes(&prefix.key), buf_bytes(&after.key), &found.key,
		     value == NULL ? NULL : &found.value);
	if (e != ERR_OK)
		return e;
	key = buf_bytes(&found.key);
	key.ptr += 3;
	key.len -= 3;
	*at = take_spot(&key);
	in = buf_bytes(&found.value);
	if (value != NULL)
		*value = take_spot(&in);
	return at->number != 0 ? ERR_OK : ERR_CORRUPT;
}

enum err row_next_fact_of(const struct machine *m, struct spot *at, struct spot *start)
{
	return next_spot(m, 'X', true, at, start);
}

enum err row_first_start(const struct machine *m, uint8_t party, struct spot *at)
{
	*at = (struct spot){ 0, party };
	return next_spot(m, 'I', true, at, NULL);
}

enum err machine_next(const struct machine *m, struct spot *start)
{
	return next_spot(m, 'I', false, start, NULL);
}

enum err machine_next_running(const struct machine *m, struct spot *start)
{
	return next_spot(m, 'R', false, start, NULL);
}

enum err machine_instance_of(const struct machine *m, struct spot at, struct spot *start)
{
	struct bytes in;
	struct row r;
	enum err e;

	put_spot(row_open(&r, m, 'X'), at);
	e = map_get(m->map, buf_bytes(&r.key), &r.value);
	in = buf_bytes(&r.value);
	if (e == ERR_OK)
		*start = take_spot(&in);
	return e;
}

enum err machine_fact(const struct machine *m, struct spot start, struct spot at, struct fact *out)
{
	struct row r;
	enum err e;

	fact_key(&r, m, start, at);
	e = at.number == 0 ? ERR_NOT_FOUND : map_get(m->map, buf_bytes(&r.key), &r.value);
	return e == ERR_OK ? fact_read(buf_bytes(&r.key), buf_bytes(&r.value), out) : e;
}

static const struct procedure *find_definition(const struct machine *m, const uint8_t hash[HASH_LEN])
{
	const struct procedure *p = procedure_find(m->accord, hash);

	for (size_t i = 0; p == NULL && m->versions != NULL && i < m->versions->count; i++)
		p = procedure_find(m->versions->of[i], hash);
	return p;
}

enum err machine_definition(const struct machine *m, struct spot start, const struct procedure **out)
{
	struct fact f;
	enum err e = machine_fact(m, start, start, &f);

	if (e == ERR_OK)
		*out = find_definition(m, f.move.hash);
	return e == ERR_OK && *out == NULL ? ERR_NOT_FOUND : e;
}

enum err row_see(const struct machine *m, struct spot start, struct spot at, const struct move *by)
{
	struct fact read, *f = kept_fact(m, start, at);
	enum err e = ERR_OK;

	if (f == NULL) {
		f = &read;
		e = machine_fact(m, start, at, f);
	}
	if (e != ERR_OK || f->seen[by->at.party].number != 0)
		return e;
	f->seen[by->at.party].number = by->at.number;
	f->seen[by->at.party].filed_ms = by->filed_ms;
	return put_fact_at(m, f);
}

/* ---- An instance as a whole ---- */

/* What the store gives back is within what the machine wrote, whatever became of it there. */
static bool is_sound(const struct instance *i, const struct move *m)
{
	const struct procedure *p = i->procedure;
	bool is_of_option = m->kind == MOVE_PROPOSE || m->kind == MOVE_DECIDE;

	if (m->step != STEP_NONE && m->step >= p->steps_count)
		return false;
	if (!m->is_node && m->role >= p->roles_count)
		return false;
	return !is_of_option || (m->step != STEP_NONE && m->which < p->steps[m->step].options_count);
}

static enum err load_start(const struct machine *m, struct instance *i)
{
	const struct fact *start = NULL;

	for (size_t n = 0; n < i->count; n++) {
		if (spot_equal(i->facts[n].move.at, i->start))
			start = &i->facts[n];
	}
	if (start == NULL || start->move.kind != MOVE_START)
		return ERR_NOT_FOUND;
	memcpy(i->definition, start->move.hash, HASH_LEN);
	i->procedure = find_definition(m, i->definition);
	i->parties = start->move.cause;
	i->precedence = start->move.which;
	i->depth = start->move.whose;
	if (i->procedure == NULL)
		return ERR_NOT_FOUND;
	for (size_t n = 0; n < i->count; n++) {
		if (!is_sound(i, &i->facts[n].move))
			return ERR_CORRUPT;
	}
	return i->precedence < PRECEDENCE_COUNT ? ERR_OK : ERR_CORRUPT;
}

/* What a later epoch did not carry on; nearly always there is no such row. */
static enum err load_cuts(const struct machine *m, struct instance *i)
{
	struct cuts cuts = { 0 };
	enum err e = ERR_OK;

	i->has_cuts = false;
	for (size_t n = 0; n < i->count && e == ERR_OK; n++) {
		struct spot at = i->facts[n].move.at;
		if (n == 0 || at.party != i->facts[n - 1].move.at.party)
			e = cuts_load(m, at.party, &cuts);
		i->has_cuts = i->has_cuts || cuts.is_any;
		i->facts[n].without = cuts_without(&cuts, at);
	}
	return e;
}

static enum err load_facts(const struct machine *m, struct spot start)
{
	struct instance *i = m->instance;
	struct row prefix, at, found;
	enum err e;

	fact_key(&prefix, m, start, (struct spot){ 0 });
	at = prefix;
	buf_init(&at.key, at.key_memory, sizeof at.key_memory);
	at.key.len = prefix.key.len;
	for (;;) {
		row_open(&found, m, 'F');
		buf_reset(&found.key);
		e = map_next(m->map, buf_bytes(&prefix.key), buf_bytes(&at.key), &found.key, &found.value);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e == ERR_OK && i->count == ARRAY_COUNT(i->facts))
			e = ERR_CORRUPT;
		if (e == ERR_OK)
			e = fact_read(buf_bytes(&found.key), buf_bytes(&found.value), &i->facts[i->count]);
		if (e != ERR_OK)
			return e;
		i->count++;
		buf_reset(&at.key);
		buf_put(&at.key, buf_bytes(&found.key));
	}
}

/* The version that has its definition may have come since, or be held at another address. */
static enum err find_kept(const struct machine *m, struct instance *i)
{
	i->procedure = find_definition(m, i->definition);
	return i->procedure == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err machine_load(const struct machine *m, struct spot start)
{
	struct instance *i = m->instance;
	enum err e;

	if (instance_kept(m, start) != NULL)
		return find_kept(m, i);
	instance_forget(i);
	i->count = 0;
	i->start = start;
	i->channel = m->channel;
	e = load_facts(m, start);
	if (e == ERR_OK)
		e = load_cuts(m, i);
	if (e == ERR_OK)
		e = load_start(m, i);
	if (e != ERR_OK)
		return e;
	index_build(i);
	i->is_kept = true;
	return ERR_OK;
}
