/*
 * A thing is a row that every deed on it changes at once, so that a list of many is one walk; what an author
 * had seen of it is found from the same deeds.
 */
#include "view/thing_row.h"

#include <string.h>

static struct place_key place_of(uint32_t channel, const struct deed_at *at)
{
	return (struct place_key){ { channel, at->party, at->epoch }, at->index };
}

/* ---- Rows. ---- */

static void thing_key(struct row_key *k, uint32_t channel, enum kind kind)
{
	row_open(k, ROW_THING);
	row_put_channel(k, channel);
	buf_put_byte(&k->buf, (uint8_t)kind);
}

static void thing_key_at(struct row_key *k, const struct message_at *at, enum kind kind)
{
	thing_key(k, at->place.log.channel, kind);
	buf_put_be64(&k->buf, at->order);
	place_key_write(&at->place, &k->buf);
}

enum err thing_row_put(const struct fold *f, const struct message_at *at, const struct thing *t,
		       struct bytes fields, struct bytes label)
{
	uint8_t memory[MAP_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	thing_key_at(&k, at, t->kind);
	thing_write(t, &value);
	buf_put_byte(&value, (uint8_t)label.len);
	buf_put(&value, fields);
	buf_put(&value, label);
	return row_put(f->map, &k, &value);
}

/* What was read into the row's fields: in front of them stands all else, behind them the label. */
static enum err read_thing(const struct place_key *place, struct thing_row *out)
{
	struct bytes value = buf_bytes(&out->fields);
	enum err e = thing_read(&value, &out->thing);
	struct bytes label_len;

	out->place = *place;
	if (e != ERR_OK)
		return e;
	if (bytes_take(&value, 1, &label_len) != ERR_OK || label_len.ptr[0] > value.len)
		return ERR_CORRUPT;
	out->label_len = label_len.ptr[0];
	buf_drop(&out->fields, out->fields.len - value.len);
	out->fields.len -= out->label_len;
	return ERR_OK;
}

struct bytes thing_row_label(const struct thing_row *row)
{
	return (struct bytes){ row->fields_memory + row->fields.len, row->label_len };
}

static enum err get_thing(const struct fold *f, const struct place_key *place, struct thing_row *out)
{
	struct message_at at = { .place = *place };
	struct entry_view v;
	struct row_key k;
	enum err e = fold_get(f, place, &v);

	buf_init(&out->fields, out->fields_memory, sizeof out->fields_memory);
	if (e != ERR_OK || !kind_is_dialogue(v.kind))
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	at.order = v.order;
	thing_key_at(&k, &at, (enum kind)v.kind);
	e = map_get(f->map, buf_bytes(&k.buf), &out->fields);
	return e == ERR_OK ? read_thing(place, out) : e;
}

enum err thing_of(const struct thing_row *row, struct place_key *out)
{
	if (row->thing.of.epoch == 0)
		return ERR_NOT_FOUND;
	*out = place_of(row->place.log.channel, &row->thing.of);
	return ERR_OK;
}

enum err thing_marking(const struct thing_row *row, struct marking *out)
{
	if (row->label_len == 0)
		return ERR_NOT_FOUND;
	out->label = thing_row_label(row);
	out->has_named = thing_of(row, &out->named) == ERR_OK;
	return ERR_OK;
}

/* ---- The same thing, of fewer deeds. ---- */

enum err sieve_may(const struct sieve *s, const struct place_key *at, bool *out)
{
	enum err e = ERR_OK;

	*out = true;
	if (s->past != NULL)
		e = past_covers(s->f, s->past, at, out);
	if (e == ERR_OK && *out) {
		e = fold_may(s->sight, at);
		*out = e == ERR_OK;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* ---- What changes a thing: kind, act, and which report an answer is to. ---- */

/* ... and of a RECORD AGREE the hash that it names. */
#define DEED_LEN (2u + PLACE_KEY_LEN)

static void deed_key(struct row_key *k, const struct place_key *thing)
{
	place_key_write(thing, row_open(k, ROW_DEED));
}

bool deed_names_record(const struct deed *d)
{
	return d->kind == KIND_ACT && d->act == DIALOGUE_ACT_RECORD_AGREE;
}

static enum err put_deed_row(const struct fold *f, const struct place_key *thing, const struct deed *d)
{
	struct place_key at = place_of(thing->log.channel, &d->at),
			 report = place_of(thing->log.channel, &d->report);
	uint8_t memory[DEED_LEN + HASH_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	deed_key(&k, thing);
	buf_put_be64(&k.buf, d->order);
	place_key_write(&at, &k.buf);
	buf_put_byte(&value, (uint8_t)d->kind);
	buf_put_byte(&value, (uint8_t)d->act);
	place_key_write(&report, &value);
	if (deed_names_record(d))
		buf_put(&value, BYTES_OF(d->hash));
	return row_put(f->map, &k, &value);
}

static enum err deed_read(struct bytes in, const struct message_at *at, struct deed *out)
{
	struct place_key report;
	struct bytes head, hash;

	if (bytes_take(&in, 2, &head) != ERR_OK || head.ptr[1] >= DIALOGUE_ACT_COUNT ||
	    place_key_read(&in, &report) != ERR_OK)
		return ERR_CORRUPT;
	*out = (struct deed){ .at = deed_at_of(&at->place),
			      .order = at->order,
			      .kind = (enum kind)head.ptr[0],
			      .act = (enum dialogue_act)head.ptr[1],
			      .report = deed_at_of(&report) };
	if (deed_names_record(out)) {
		if (bytes_take(&in, HASH_LEN, &hash) != ERR_OK)
			return ERR_CORRUPT;
		memcpy(out->hash, hash.ptr, HASH_LEN);
	}
	return in.len == 0 ? ERR_OK : ERR_CORRUPT;
}

/*
 * Who agreed to the agenda as it is: his last AGENDA AGREE had seen every party's last item. The same in
 * whatever order they come in.
 */
static enum err settle_agenda(const struct fold *f, uint32_t channel, struct thing *t)
{
	t->agreed = 0;
	for (size_t i = 0; t->kind == KIND_SESSION && i < t->parties_count; i++) {
		struct place_key agree = place_of(channel, &t->agreed_at[i]);
		struct entry_view v;
		bool is_seen = true;
		enum err e = ERR_OK;
		if (t->agreed_at[i].epoch == 0)
			continue;
		e = fold_get(f, &agree, &v);
		for (size_t n = 0; e == ERR_OK && is_seen && n < t->parties_count; n++) {
			struct place_key item = place_of(channel, &t->items[n]);
			if (t->items[n].epoch != 0)
				e = past_covers(f, &v.past, &item, &is_seen);
		}
		if (e != ERR_OK)
			return e;
		t->agreed |= (uint8_t)(is_seen << i);
	}
	return ERR_OK;
}

enum err thing_row_add(const struct fold *f, const struct message_at *at, const struct deed *d,
		       struct thing_row *row)
{
	enum err e;

	thing_take(&row->thing, d);
	e = settle_agenda(f, at->place.log.channel, &row->thing);
	if (e == ERR_OK)
		e = put_deed_row(f, &at->place, d);
	return e == ERR_OK ? thing_row_put(f, at, &row->thing, buf_bytes(&row->fields), thing_row_label(row))
			   : e;
}

/* One that has the thing's own label, and names it or what else was said of it: its author alone differs. */
static enum err sieve_may_alike(const struct sieve *s, const struct thing_row *row,
				const struct place_key *at, bool *out)
{
	enum err e = s->sight->may_label(s->sight->self, &at->log, thing_row_label(row));

	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whether nothing that was said of it is left out: then it is as its row has it, as most of them are. */
static enum err sieve_may_all(const struct sieve *s, const struct thing_row *row, bool *out)
{
	const struct thing *t = &row->thing;
	bool asks_label = s->past == NULL && s->sight->may_label != NULL;
	enum err e = ERR_OK;

	*out = t->deeds_count <= THING_DEEDS_KEPT;
	for (size_t i = 0; e == ERR_OK && *out && i < t->deeds_count; i++) {
		struct place_key at = place_of(row->place.log.channel, &t->deeds[i]);
		e = asks_label && (t->deeds_alike >> i & 1) != 0 ? sieve_may_alike(s, row, &at, out)
								 : sieve_may(s, &at, out);
	}
	return e;
}

/* In the order of the record: an answer behind its report, the last word of a party behind its others. */
static enum err sieve_row(const struct sieve *s, struct thing_row *row)
{
	struct message_at at = { 0 };
	uint8_t memory[DEED_LEN + HASH_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key prefix;
	struct deed d;
	bool is_whole = s->past == NULL && s->sight == NULL;
	enum err e = is_whole ? ERR_OK : sieve_may_all(s, row, &is_whole);

	if (e != ERR_OK || is_whole)
		return e;
	thing_forget(&row->thing);
	deed_key(&prefix, &row->place);
	while ((e = row_next_valued(s->f->map, &prefix, &at, &value)) == ERR_OK) {
		bool may;
		e = sieve_may(s, &at.place, &may);
		if (e == ERR_OK)
			e = deed_read(buf_bytes(&value), &at, &d);
		if (e != ERR_OK)
			return e;
		if (may)
			thing_take(&row->thing, &d);
	}
	return e == ERR_NOT_FOUND ? settle_agenda(s->f, row->place.log.channel, &row->thing) : e;
}

enum err fold_next_said(const struct fold *f, const struct place_key *on, uint32_t acts,
			const struct fold_sight *sight, struct message_at *at)
{
	struct sieve s = { .f = f, .sight = sight };
	uint8_t memory[DEED_LEN + HASH_LEN];
	struct row_key prefix;
	enum err e;

	deed_key(&prefix, on);
	for (;;) {
		struct buf value = BUF_ON(memory);
		struct deed d;
		bool may = false;
		e = row_next_valued(f->map, &prefix, at, &value);
		if (e == ERR_OK)
			e = deed_read(buf_bytes(&value), at, &d);
		if (e == ERR_OK && d.kind == KIND_ACT && (acts >> d.act & 1) != 0)
			e = sieve_may(&s, &at->place, &may);
		if (e != ERR_OK || may)
			return e;
	}
}

enum err sieve_get(const struct sieve *s, const struct place_key *place, struct thing_row *out)
{
	enum err e = get_thing(s->f, place, out);

	return e == ERR_OK ? sieve_row(s, out) : e;
}

enum err fold_thing(const struct fold *f, const struct place_key *place, const struct fold_sight *sight,
		    struct thing_row *out)
{
	return sieve_get(&(struct sieve){ .f = f, .sight = sight }, place, out);
}

enum err fold_next_thing(const struct fold *f, uint32_t channel, enum kind kind,
			 const struct fold_sight *sight, struct message_at *at, struct thing_row *out)
{
	struct sieve s = { .f = f, .sight = sight };
	struct row_key prefix;
	enum err e;

	thing_key(&prefix, channel, kind);
	buf_init(&out->fields, out->fields_memory, sizeof out->fields_memory);
	e = row_next_valued(f->map, &prefix, at, &out->fields);
	if (e == ERR_OK)
		e = read_thing(&at->place, out);
	return e == ERR_OK ? sieve_row(&s, out) : e;
}
