#include "proc/rows.h"

#include "proc/instance.h"

#include <assert.h>
#include <string.h>

#define HEAD_LEN 3u /* of a key: type, channel */
#define SPOT_LEN 9u
#define LOG_LEN 5u
#define NUMBER_LEN 8u
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

/* A row is as long as it was written, or it is none of ours. */
static enum err get_of(const struct machine *m, struct row *r, size_t len)
{
	enum err e = map_get(m->map, buf_bytes(&r->key), &r->value);

	return e == ERR_OK && r->value.len != len ? ERR_CORRUPT : e;
}

static uint64_t take_number(const uint8_t **at)
{
	*at += NUMBER_LEN;
	return be64_get(*at - NUMBER_LEN);
}

static uint32_t take_epoch(const uint8_t **at)
{
	*at += 4;
	return be32_get(*at - 4);
}

static struct spot take_spot(const uint8_t **at)
{
	uint8_t party = *(*at)++;

	return (struct spot){ take_number(at), party };
}

/* ---- 'L': what a log had seen at its last entry ---- */

static void put_log(struct buf *out, struct spot at)
{
	buf_put_byte(out, at.party);
	buf_put_be32(out, epoch_of(at.number));
}

enum err machine_shown(const struct machine *m, struct spot at, struct vector *out)
{
	const uint8_t *in;
	struct row r;
	enum err e;

	put_log(row_open(&r, m, 'L'), at);
	*out = (struct vector){ 0 };
	e = get_of(m, &r, NUMBER_LEN * PARTY_MAX);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	in = r.value.ptr;
	for (size_t i = 0; i < PARTY_MAX; i++)
		out->of[i] = take_number(&in);
	return ERR_OK;
}

enum err row_put_vector(const struct machine *m, struct spot at, const struct vector *v)
{
	struct row r;
	uint8_t *to;

	put_log(row_open(&r, m, 'L'), at);
	to = buf_reserve(&r.value, NUMBER_LEN * PARTY_MAX);
	assert(to != NULL);
	for (size_t i = 0; i < PARTY_MAX; i++)
		be64_put(to + 8 * i, v->of[i]);
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
	size_t parties = 0;
	uint8_t *at;

	for (size_t i = 0; i < PARTY_MAX; i++)
		parties = f->seen[i].number != 0 ? i + 1 : parties;
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
	const uint8_t *at = in.ptr, *place = key.ptr + HEAD_LEN;
	size_t parties = in.len < FACT_HEAD_LEN ? PARTY_MAX + 1 : (in.len - FACT_HEAD_LEN) / FACT_SEEN_LEN;

	if (key.len != HEAD_LEN + 2 * SPOT_LEN || parties > PARTY_MAX ||
	    in.len != FACT_HEAD_LEN + parties * FACT_SEEN_LEN || at[0] >= MOVE_COUNT)
		return ERR_CORRUPT;
	*f = (struct fact){ 0 };
	f->move.instance = take_spot(&place);
	f->move.at = take_spot(&place);
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
	return err_unless(e, ERR_NOT_FOUND); /* what is said of it once it is over */
}

/* ---- 'E': epochs that began, how far each carries on what was, and which logs show it ---- */

enum err row_put_epoch(const struct machine *m, const struct move *first)
{
	struct row r;

	instance_forget(m->instance); /* one of it may end */
	put_log(row_open(&r, m, 'E'), first->at);
	buf_put_be64(&r.value, first->past.of[first->at.party]);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

enum err row_show_epoch(const struct machine *m, struct spot shown, const struct move *by)
{
	struct row r;
	enum err e;

	put_log(row_open(&r, m, 'E'), shown);
	put_log(&r.key, by->at);
	e = map_get(m->map, buf_bytes(&r.key), &r.value);
	if (e != ERR_NOT_FOUND)
		return e;
	instance_forget(m->instance);
	buf_reset(&r.value);
	buf_put_be64(&r.value, by->at.number);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

enum err row_carried(const struct machine *m, struct spot at, uint32_t epoch, uint64_t *out)
{
	while (epoch_of(at.number) > epoch) {
		struct row r;
		uint64_t before;
		enum err e;
		put_log(row_open(&r, m, 'E'), at);
		e = get_of(m, &r, NUMBER_LEN);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		before = e == ERR_OK ? be64_get(r.value.ptr) : 0;
		/* Who claims to have seen our later epoch may have raised it: nothing carries itself on. */
		at.number = epoch_of(before) < epoch_of(at.number) ? before : 0;
	}
	*out = epoch_of(at.number) == epoch ? at.number : 0;
	return ERR_OK;
}

/* ---- A move that counts ---- */

/* The epochs that a START's past shows of each party are those whose logs it belongs to. */
static enum err put_start(const struct machine *m, const struct move *start)
{
	struct row r;
	enum err e;

	put_spot(row_open(&r, m, 'I'), start->at);
	for (size_t party = 0; party < PARTY_MAX; party++)
		buf_put_be32(&r.value,
			     epoch_of(party == start->at.party ? start->at.number : start->past.of[party]));
	e = map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
	if (e != ERR_OK)
		return e;
	put_spot(row_open(&r, m, 'R'), start->at);
	return map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
}

static enum err get_epochs(const struct machine *m, struct spot start, uint32_t epochs[PARTY_MAX])
{
	const uint8_t *in;
	struct row r;
	enum err e;

	put_spot(row_open(&r, m, 'I'), start);
	e = get_of(m, &r, 4 * PARTY_MAX);
	in = r.value.ptr;
	for (size_t party = 0; e == ERR_OK && party < PARTY_MAX; party++) {
		epochs[party] = take_epoch(&in);
		e = epochs[party] == 0 ? ERR_CORRUPT : ERR_OK; /* they count from 1 */
	}
	return e;
}

enum err row_put_fact(const struct machine *m, const struct move *move)
{
	struct fact f = fact_of(m, move);
	struct instance *kept = instance_kept(m, f.move.instance);
	struct row r;
	enum err e;

	if (kept != NULL && kept->count == ARRAY_COUNT(kept->facts))
		return ERR_CORRUPT;
	if (kept != NULL)
		index_add(kept, &f);
	e = put_fact_at(m, &f);
	if (e != ERR_OK)
		return e;
	put_spot(row_open(&r, m, 'X'), move->at);
	put_spot(&r.value, f.move.instance);
	e = map_put(m->map, buf_bytes(&r.key), buf_bytes(&r.value));
	return e == ERR_OK && move->kind == MOVE_START ? put_start(m, move) : e;
}

/* ---- 'X': the instance that an entry counts in ---- */

static enum err next_spot(const struct machine *m, uint8_t type, bool is_of_party, struct spot *at,
			  struct spot *value)
{
	struct row prefix, after, found;
	const uint8_t *key, *in;
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
	if (found.key.len != HEAD_LEN + SPOT_LEN || (value != NULL && found.value.len != SPOT_LEN))
		return ERR_CORRUPT;
	key = found.key.ptr + HEAD_LEN;
	*at = take_spot(&key);
	in = found.value.ptr;
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

enum err machine_next_of(const struct machine *m, bool is_running, struct spot *start)
{
	return next_spot(m, is_running ? 'R' : 'I', true, start, NULL);
}

enum err machine_instance_of(const struct machine *m, struct spot at, struct spot *start)
{
	const uint8_t *in;
	struct row r;
	enum err e;

	put_spot(row_open(&r, m, 'X'), at);
	e = get_of(m, &r, SPOT_LEN);
	in = r.value.ptr;
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
	uint32_t of_start[PARTY_MAX];
	const uint32_t *epochs = instance_kept(m, start) == NULL ? of_start : m->instance->epochs;
	enum err e = ERR_OK;

	if (f == NULL) {
		f = &read;
		e = machine_fact(m, start, at, f);
	}
	if (e != ERR_OK || f->seen[by->at.party].number != 0)
		return e;
	e = instance_kept(m, start) == NULL ? get_epochs(m, start, of_start) : ERR_OK;
	if (e != ERR_OK || epochs[by->at.party] != epoch_of(by->at.number))
		return e; /* no log of this instance */
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

/* One row of 'E' behind its type and channel: an epoch, or whose log shows it. */
static enum err add_epoch(const struct machine *m, struct instance *i, struct bytes key, struct bytes value)
{
	struct epoch *last = i->later_count == 0 ? NULL : &i->later[i->later_count - 1];
	const uint8_t *at = key.ptr;
	uint32_t number, shown;
	uint8_t party, by;

	if (value.len != NUMBER_LEN || (key.len != LOG_LEN && key.len != 2 * LOG_LEN))
		return ERR_CORRUPT;
	party = *at++;
	number = take_epoch(&at);
	if (party >= PARTY_MAX)
		return ERR_CORRUPT;
	if (number <= i->epochs[party])
		return ERR_OK; /* before the instance */
	if (key.len == LOG_LEN) {
		struct spot first = { (uint64_t)number << 32 | 1, party };
		if (i->later_count == ARRAY_COUNT(i->later))
			return ERR_CORRUPT;
		last = &i->later[i->later_count++];
		*last = (struct epoch){ .number = number, .party = party };
		return row_carried(m, first, i->epochs[party], &last->carried);
	}
	by = *at++;
	shown = take_epoch(&at);
	if (by >= PARTY_MAX)
		return ERR_CORRUPT;
	if (last != NULL && last->party == party && last->number == number && shown == i->epochs[by])
		last->shown[by] = be64_get(value.ptr);
	return ERR_OK;
}

/* Epochs that began after the instance did; nearly always there is no such row. */
static enum err load_epochs(const struct machine *m, struct instance *i)
{
	struct row prefix, after, found;
	enum err e = get_epochs(m, i->start, i->epochs);

	i->later_count = 0;
	row_open(&prefix, m, 'E');
	row_open(&after, m, 'E');
	row_open(&found, m, 'E');
	while (e == ERR_OK) {
		struct bytes key;
		buf_reset(&found.key);
		buf_reset(&found.value);
		e = map_next(m->map, buf_bytes(&prefix.key), buf_bytes(&after.key), &found.key, &found.value);
		if (e != ERR_OK)
			return err_unless(e, ERR_NOT_FOUND);
		buf_reset(&after.key);
		buf_put(&after.key, buf_bytes(&found.key));
		key = buf_bytes(&found.key);
		key.ptr += prefix.key.len;
		key.len -= prefix.key.len;
		e = add_epoch(m, i, key, buf_bytes(&found.value));
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
		e = load_epochs(m, i);
	if (e == ERR_OK)
		e = load_start(m, i);
	if (e != ERR_OK)
		return e;
	index_build(i);
	i->is_kept = true;
	return ERR_OK;
}
