#include "view/rows.h"

#include <assert.h>
#include <string.h>

#define ENTRY_VALUE_MAX 160u /* with every party's past */
#define KEY_VIEW_LEN 32u

/* An entry's row, and what each party adds to it. */
#define ENTRY_VALUE_MIN 26u
#define PAST_LEN 12u
#define ENTRY_FLAGGED 1u
#define ENTRY_NODE 2u
#define ENTRY_URGENCY_SHIFT 2u /* two bits above them */

struct buf *row_open(struct row_key *k, enum row_type type)
{
	buf_init(&k->buf, k->memory, sizeof k->memory);
	buf_put_byte(&k->buf, (uint8_t)type);
	return &k->buf;
}

void row_put_channel(struct row_key *k, uint32_t channel)
{
	buf_put_byte(&k->buf, (uint8_t)(channel >> 8));
	buf_put_byte(&k->buf, (uint8_t)channel);
}

enum err row_put(const struct map *m, const struct row_key *k, const struct buf *value)
{
	assert(!k->buf.full && !value->full);
	return map_put(m, buf_bytes(&k->buf), buf_bytes(value));
}

uint64_t row_take_number(struct bytes *in)
{
	uint64_t out = be64_get(in->ptr);

	*in = (struct bytes){ in->ptr + 8, in->len - 8 };
	return out;
}

enum err row_key_rest(const struct row_key *found, const struct row_key *prefix, size_t len,
		      struct bytes *out)
{
	*out = (struct bytes){ found->memory + prefix->buf.len, found->buf.len - prefix->buf.len };
	return out->len == len ? ERR_OK : ERR_CORRUPT;
}

/* How far a log is folded, and by folds of which format. */
#define FOLDED_VALUE_LEN 12u

enum err row_put_folded(const struct map *m, const struct log_key *log, uint64_t size)
{
	struct row_key k;
	uint8_t memory[FOLDED_VALUE_LEN];
	struct buf value = BUF_ON(memory);

	log_key_write(log, row_open(&k, ROW_FOLDED));
	buf_put_be64(&value, size);
	buf_put_be32(&value, FOLD_FORMAT);
	return row_put(m, &k, &value);
}

static enum err get_folded(const struct map *m, const struct log_key *log, struct buf *value)
{
	struct row_key k;

	log_key_write(log, row_open(&k, ROW_FOLDED));
	return map_get(m, buf_bytes(&k.buf), value);
}

static bool is_of_format(struct bytes value)
{
	return value.len == FOLDED_VALUE_LEN && be32_get(value.ptr + 8) == FOLD_FORMAT;
}

enum err row_next_folded(const struct map *m, struct log_key *log, uint64_t *size)
{
	struct row_key prefix, at;
	uint8_t memory[FOLDED_VALUE_LEN];
	struct buf value = BUF_ON(memory);
	struct bytes key;
	enum err e;

	log_key_write(log, row_open(&at, ROW_FOLDED));
	row_open(&prefix, ROW_FOLDED);
	buf_put(&prefix.buf, (struct bytes){ at.memory + 1, LOG_KEY_LEN - sizeof log->epoch });
	e = map_next(m, buf_bytes(&prefix.buf), buf_bytes(&at.buf), &at.buf, &value);
	if (e != ERR_OK)
		return e;
	key = (struct bytes){ at.memory + 1, at.buf.len - 1 };
	*size = be64_get(memory);
	return is_of_format(buf_bytes(&value)) ? log_key_read(&key, log) : ERR_CORRUPT;
}

enum err row_last_folded(const struct map *m, struct log_key *log, uint64_t *size)
{
	uint64_t found;
	enum err e;

	log->epoch = 0;
	*size = 0;
	while ((e = row_next_folded(m, log, &found)) == ERR_OK)
		*size = found;
	return err_unless(e, ERR_NOT_FOUND);
}

enum err row_get_folded(const struct map *m, const struct log_key *log, uint64_t *size)
{
	uint8_t memory[FOLDED_VALUE_LEN];
	struct buf value = BUF_ON(memory);
	enum err e = get_folded(m, log, &value);

	*size = 0;
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	if (!is_of_format(buf_bytes(&value)))
		return ERR_CORRUPT;
	*size = be64_get(memory);
	return ERR_OK;
}

enum err row_is_current(const struct map *m, const struct log_key *log, bool *out)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	enum err e = get_folded(m, log, &value);

	*out = e == ERR_NOT_FOUND || (e == ERR_OK && is_of_format(buf_bytes(&value)));
	return err_unless(e, ERR_NOT_FOUND);
}

enum err row_put_version(const struct map *m, const struct log_key *log, const uint8_t hash[HASH_LEN])
{
	struct row_key k;
	uint8_t memory[HASH_LEN];
	struct buf value = BUF_ON(memory);

	log_key_write(log, row_open(&k, ROW_VERSION));
	buf_put(&value, (struct bytes){ hash, HASH_LEN });
	return row_put(m, &k, &value);
}

enum err row_get_version(const struct map *m, const struct log_key *log, uint8_t hash[HASH_LEN])
{
	struct row_key k;
	struct buf value = { hash, 0, HASH_LEN, false };
	enum err e;

	log_key_write(log, row_open(&k, ROW_VERSION));
	e = map_get(m, buf_bytes(&k.buf), &value);
	return e == ERR_OK && value.len != HASH_LEN ? ERR_CORRUPT : e;
}

enum err row_put_entry(const struct map *m, size_t parties, const struct place_key *at,
		       const struct entry_view *v)
{
	struct row_key k;
	uint8_t memory[ENTRY_VALUE_MAX];
	struct buf value = BUF_ON(memory);

	place_key_write(at, row_open(&k, ROW_ENTRY));
	buf_put_be64(&value, v->order);
	buf_put_be64(&value, v->kind);
	buf_put_be64(&value, (uint64_t)v->offset_ms);
	buf_put_byte(&value, (uint8_t)v->verdict);
	buf_put_byte(&value, (uint8_t)((v->is_flagged ? ENTRY_FLAGGED : 0) | (v->is_node ? ENTRY_NODE : 0) |
				       (unsigned)v->urgency << ENTRY_URGENCY_SHIFT));
	for (size_t i = 0; i < parties; i++) {
		buf_put_be32(&value, v->past.of[i].epoch);
		buf_put_be64(&value, v->past.of[i].size);
	}
	if (v->verdict == VERDICT_PROCEDURE || v->line != 0) {
		uint16_t why = v->verdict == VERDICT_PROCEDURE ? (uint16_t)v->ruling : v->line;
		buf_put_byte(&value, (uint8_t)(why >> 8));
		buf_put_byte(&value, (uint8_t)why);
	}
	return row_put(m, &k, &value);
}

/* Of as many parties as there were when it was written: a later one was seen by nobody. */
enum err row_get_entry(const struct map *m, const struct place_key *at, struct entry_view *out)
{
	struct row_key k;
	uint8_t memory[ENTRY_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	size_t parties, rest;
	struct bytes in;
	enum err e;

	place_key_write(at, row_open(&k, ROW_ENTRY));
	e = map_get(m, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	parties = value.len < ENTRY_VALUE_MIN ? PARTY_MAX + 1 : (value.len - ENTRY_VALUE_MIN) / PAST_LEN;
	rest = value.len - ENTRY_VALUE_MIN - parties * PAST_LEN;
	if (parties > PARTY_MAX || (rest != 0 && rest != 2) || memory[24] >= VERDICT_COUNT ||
	    memory[25] >> ENTRY_URGENCY_SHIFT >= PRECEDENCE_COUNT)
		return ERR_CORRUPT;
	in = buf_bytes(&value);
	*out = (struct entry_view){ .past.channel = at->log.channel };
	out->order = row_take_number(&in);
	out->kind = row_take_number(&in);
	out->offset_ms = (int64_t)row_take_number(&in);
	out->verdict = in.ptr[0];
	out->is_flagged = (in.ptr[1] & ENTRY_FLAGGED) != 0;
	out->is_node = (in.ptr[1] & ENTRY_NODE) != 0;
	out->urgency = (enum precedence)(in.ptr[1] >> ENTRY_URGENCY_SHIFT);
	for (size_t i = 0; i < parties; i++) {
		out->past.of[i].epoch = be32_get(in.ptr + 2 + i * 12);
		out->past.of[i].size = be64_get(in.ptr + 6 + i * 12);
	}
	if (rest == 0)
		return out->verdict == VERDICT_PROCEDURE ? ERR_CORRUPT : ERR_OK;
	out->line = (uint16_t)(in.ptr[2 + parties * 12] << 8 | in.ptr[3 + parties * 12]);
	if (out->line == 0 || (out->verdict == VERDICT_PROCEDURE && out->line >= RULING_COUNT))
		return ERR_CORRUPT;
	if (out->verdict == VERDICT_PROCEDURE) {
		out->ruling = (enum ruling)out->line;
		out->line = 0;
	}
	return ERR_OK;
}

enum err row_put_id(const struct map *m, uint32_t channel, const uint8_t id[STATEMENT_ID_LEN],
		    const struct place_key *at)
{
	struct row_key k;
	struct buf none = { 0 };

	row_open(&k, ROW_ID);
	row_put_channel(&k, channel);
	buf_put(&k.buf, (struct bytes){ id, STATEMENT_ID_LEN });
	place_key_write(at, &k.buf);
	return row_put(m, &k, &none);
}

enum err row_next_id(const struct map *m, uint32_t channel, const uint8_t id[STATEMENT_ID_LEN],
		     struct place_key *at)
{
	struct row_key prefix, after, found;
	struct bytes rest;
	enum err e;

	row_open(&prefix, ROW_ID);
	row_put_channel(&prefix, channel);
	buf_put(&prefix.buf, (struct bytes){ id, STATEMENT_ID_LEN });
	after = prefix;
	after.buf.ptr = after.memory;
	if (at->log.epoch != 0)
		place_key_write(at, &after.buf);
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(m, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, NULL);
	if (e == ERR_OK)
		e = row_key_rest(&found, &prefix, PLACE_KEY_LEN, &rest);
	return e == ERR_OK ? place_key_read(&rest, at) : e;
}

static struct buf *key_row_open(struct row_key *k, enum row_type type, const struct log_key *log,
				const uint8_t key[KEY_HASH_LEN])
{
	log_key_write(log, row_open(k, type));
	buf_put(&k->buf, (struct bytes){ key, KEY_HASH_LEN });
	return &k->buf;
}

static void key_view_write(const struct key_view *v, struct buf *out)
{
	buf_put_be64(out, v->added);
	buf_put_be64(out, v->withdrawn);
	buf_put_be64(out, v->holder);
	buf_put_be64(out, v->roles);
}

static enum err key_view_read(struct bytes in, struct key_view *out)
{
	if (in.len != KEY_VIEW_LEN)
		return ERR_CORRUPT;
	out->added = row_take_number(&in);
	out->withdrawn = row_take_number(&in);
	out->holder = row_take_number(&in);
	out->roles = row_take_number(&in);
	return ERR_OK;
}

/*
 * A row a time that a key was added, an officer's or a role's. The newest comes first, so that the first one
 * behind an index is the one of that index, and the first of a key how it stands now.
 */
static struct buf *key_time_open(struct row_key *k, enum row_type type, const struct log_key *log,
				 const uint8_t key[KEY_HASH_LEN], uint64_t added)
{
	buf_put_be64(key_row_open(k, type, log, key), ~added);
	return &k->buf;
}

static enum err get_key_time(const struct map *m, enum row_type type, const struct log_key *log,
			     const uint8_t key[KEY_HASH_LEN], uint64_t index, struct buf *value)
{
	struct row_key prefix, after, found;
	struct bytes none = { NULL, 0 };
	size_t from = value->len;
	enum err e;

	assert(index < UINT64_MAX);
	key_row_open(&prefix, type, log, key);
	key_time_open(&after, type, log, key, index + 1);
	buf_init(&found.buf, found.memory, sizeof found.memory);
	/*
	 * Hardly ever is it not the newest, which is the same for every entry and so costs the store nothing.
	 */
	e = map_next(m, buf_bytes(&prefix.buf), none, &found.buf, value);
	if (e != ERR_OK || bytes_compare(buf_bytes(&found.buf), buf_bytes(&after.buf)) > 0)
		return e;
	value->len = from;
	return map_next(m, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, value);
}

enum err row_put_key(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		     const struct key_view *v)
{
	struct row_key k;
	uint8_t memory[KEY_VIEW_LEN];
	struct buf value = BUF_ON(memory);

	key_time_open(&k, ROW_KEY, log, key, v->added);
	key_view_write(v, &value);
	return row_put(m, &k, &value);
}

enum err row_get_key(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		     uint64_t index, struct key_view *out)
{
	uint8_t memory[KEY_VIEW_LEN];
	struct buf value = BUF_ON(memory);
	enum err e = get_key_time(m, ROW_KEY, log, key, index, &value);

	return e == ERR_OK ? key_view_read(buf_bytes(&value), out) : e;
}

/* The newest row of the next key of this type in a log, behind *key, which is then that one. */
static enum err next_key_row(const struct fold *f, enum row_type type, const struct log_key *log,
			     uint8_t key[KEY_HASH_LEN], struct buf *value)
{
	struct row_key prefix, after, found;
	struct bytes rest;
	enum err e;

	key_time_open(&after, type, log, key, 0); /* behind the oldest of this key */

	log_key_write(log, row_open(&prefix, type));
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, value);
	if (e == ERR_OK)
		e = row_key_rest(&found, &prefix, KEY_HASH_LEN + 8, &rest);
	if (e == ERR_OK)
		memcpy(key, rest.ptr, KEY_HASH_LEN);
	return e;
}

/* Withdrawn before anybody had added it: it lets nobody in, and no list has it. */
static bool is_barred(const struct key_view *v)
{
	return v->added == v->withdrawn;
}

enum err fold_next_key(const struct fold *f, const struct log_key *log, uint8_t key[KEY_HASH_LEN],
		       struct key_view *out)
{
	uint8_t memory[KEY_VIEW_LEN];
	enum err e;

	do {
		struct buf value = BUF_ON(memory);
		e = next_key_row(f, ROW_KEY, log, key, &value);
		if (e == ERR_OK)
			e = key_view_read(buf_bytes(&value), out);
	} while (e == ERR_OK && is_barred(out));
	return e;
}

enum err fold_key(const struct fold *f, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		  uint64_t index, struct key_view *out)
{
	enum err e = row_get_key(f->map, log, key, index, out);

	return e == ERR_OK && is_barred(out) ? ERR_NOT_FOUND : e;
}

enum err row_put_recipient(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			   const struct recipient_view *v)
{
	struct row_key k;
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);

	key_time_open(&k, ROW_RECIPIENT, log, key, v->view.added);
	key_view_write(&v->view, &value);
	buf_put(&value, (struct bytes){ v->key, v->key_len });
	return row_put(m, &k, &value);
}

static enum err recipient_view_read(struct bytes in, struct recipient_view *out)
{
	struct bytes view;

	if (bytes_take(&in, KEY_VIEW_LEN, &view) != ERR_OK ||
	    (in.len != RECIPIENT_X25519_LEN && in.len != RECIPIENT_HYBRID_LEN))
		return ERR_CORRUPT;
	memcpy(out->key, in.ptr, in.len);
	out->key_len = in.len;
	return key_view_read(view, &out->view);
}

enum err row_get_recipient(const struct map *m, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			   uint64_t index, struct recipient_view *out)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	enum err e = get_key_time(m, ROW_RECIPIENT, log, key, index, &value);

	return e == ERR_OK ? recipient_view_read(buf_bytes(&value), out) : e;
}

enum err fold_recipient(const struct fold *f, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			uint64_t index, struct recipient_view *out)
{
	enum err e = row_get_recipient(f->map, log, key, index, out);

	return e == ERR_OK && is_barred(&out->view) ? ERR_NOT_FOUND : e;
}

enum err fold_next_recipient(const struct fold *f, const struct log_key *log, uint8_t key[KEY_HASH_LEN],
			     struct recipient_view *out)
{
	uint8_t memory[ROW_VALUE_MAX];
	enum err e;

	do {
		struct buf value = BUF_ON(memory);
		e = next_key_row(f, ROW_RECIPIENT, log, key, &value);
		if (e == ERR_OK)
			e = recipient_view_read(buf_bytes(&value), out);
	} while (e == ERR_OK && is_barred(&out->view));
	return e;
}

enum err row_put_listed(const struct map *m, struct row_key *prefix, uint64_t order,
			const struct place_key *at)
{
	struct buf none = { 0 };

	buf_put_be64(&prefix->buf, order);
	place_key_write(at, &prefix->buf);
	return row_put(m, prefix, &none);
}

enum err row_next_listed(const struct map *m, struct row_key *prefix, struct message_at *at)
{
	return row_next_valued(m, prefix, at, NULL);
}

enum err row_next_valued(const struct map *m, const struct row_key *prefix, struct message_at *at,
			 struct buf *value)
{
	struct row_key after, found;
	struct bytes rest;
	enum err e;

	buf_init(&after.buf, after.memory, sizeof after.memory);
	buf_put(&after.buf, buf_bytes(&prefix->buf));
	if (at->order != 0 || at->place.log.epoch != 0) {
		buf_put_be64(&after.buf, at->order);
		place_key_write(&at->place, &after.buf);
	}
	buf_init(&found.buf, found.memory, sizeof found.memory);
	if (value != NULL)
		buf_reset(value);
	e = map_next(m, buf_bytes(&prefix->buf), buf_bytes(&after.buf), &found.buf, value);
	if (e == ERR_OK)
		e = row_key_rest(&found, prefix, 8 + PLACE_KEY_LEN, &rest);
	if (e != ERR_OK)
		return e;
	at->order = row_take_number(&rest);
	return place_key_read(&rest, &at->place);
}

/* The most urgent first: who asks for those of one precedence meets no other. */
static void owed_key(struct row_key *k, uint32_t channel, enum precedence precedence)
{
	row_open(k, ROW_OWED);
	row_put_channel(k, channel);
	buf_put_byte(&k->buf, (uint8_t)precedence);
}

enum err row_put_owed(const struct map *m, const struct owed_view *v)
{
	struct row_key k;
	uint8_t memory[2] = { v->read, v->read_back };
	struct buf value = { memory, sizeof memory, sizeof memory, false };

	owed_key(&k, v->place.log.channel, v->precedence);
	place_key_write(&v->place, &k.buf);
	return row_put(m, &k, &value);
}

static enum err owed_value_read(struct bytes in, struct owed_view *out)
{
	if (in.len != 2)
		return ERR_CORRUPT;
	out->read = in.ptr[0];
	out->read_back = in.ptr[1];
	return ERR_OK;
}

enum err row_get_owed(const struct map *m, const struct place_key *at, struct owed_view *out)
{
	enum err e = ERR_NOT_FOUND;

	*out = (struct owed_view){ .place = *at };
	for (unsigned p = 0; e == ERR_NOT_FOUND && p < PRECEDENCE_COUNT; p++) {
		struct row_key k;
		uint8_t memory[2];
		struct buf value = BUF_ON(memory);
		out->precedence = (enum precedence)p;
		owed_key(&k, at->log.channel, out->precedence);
		place_key_write(at, &k.buf);
		e = map_get(m, buf_bytes(&k.buf), &value);
		if (e == ERR_OK)
			e = owed_value_read(buf_bytes(&value), out);
	}
	return e;
}

enum err row_del_owed(const struct map *m, const struct owed_view *v)
{
	struct row_key k;

	owed_key(&k, v->place.log.channel, v->precedence);
	place_key_write(&v->place, &k.buf);
	return map_del(m, buf_bytes(&k.buf));
}

static void last_mark_key(struct row_key *k, const struct place_key *message, size_t party)
{
	place_key_write(message, row_open(k, ROW_LAST_MARK));
	buf_put_byte(&k->buf, (uint8_t)party);
}

enum err row_put_last_mark(const struct map *m, const struct place_key *message, size_t party,
			   const struct message_at *mark)
{
	struct row_key k;
	uint8_t memory[8 + PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);

	last_mark_key(&k, message, party);
	buf_put_be64(&value, mark->order);
	place_key_write(&mark->place, &value);
	return row_put(m, &k, &value);
}

enum err row_get_last_mark(const struct map *m, const struct place_key *message, size_t party,
			   struct message_at *mark)
{
	struct row_key k;
	uint8_t memory[8 + PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);
	struct bytes place = { memory + 8, PLACE_KEY_LEN };
	enum err e;

	last_mark_key(&k, message, party);
	e = map_get(m, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	if (value.len != sizeof memory)
		return ERR_CORRUPT;
	mark->order = be64_get(memory);
	return place_key_read(&place, &mark->place);
}

/* The next row behind `after` that begins so. */
static enum err next_owed(const struct fold *f, const struct row_key *prefix, const struct row_key *after,
			  struct owed_view *v)
{
	struct row_key found, of;
	uint8_t memory[2];
	struct buf value = BUF_ON(memory);
	struct bytes rest;
	enum err e;

	row_open(&of, ROW_OWED);
	row_put_channel(&of, 0);
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(f->map, buf_bytes(&prefix->buf), buf_bytes(&after->buf), &found.buf, &value);
	if (e != ERR_OK)
		return e;
	rest = (struct bytes){ found.memory + of.buf.len, found.buf.len - of.buf.len };
	if (rest.len != 1 + PLACE_KEY_LEN || rest.ptr[0] >= PRECEDENCE_COUNT)
		return ERR_CORRUPT;
	v->precedence = (enum precedence)rest.ptr[0];
	rest = (struct bytes){ rest.ptr + 1, rest.len - 1 };
	e = place_key_read(&rest, &v->place);
	return e == ERR_OK ? owed_value_read(buf_bytes(&value), v) : e;
}

enum err fold_next_owed(const struct fold *f, uint32_t channel, struct owed_view *v)
{
	struct row_key prefix, after;

	row_open(&prefix, ROW_OWED);
	row_put_channel(&prefix, channel);
	owed_key(&after, channel, v->precedence);
	if (v->place.log.epoch != 0)
		place_key_write(&v->place, &after.buf);
	return next_owed(f, &prefix, &after, v);
}

enum err fold_next_owed_of(const struct fold *f, uint32_t channel, size_t party, struct owed_view *v)
{
	struct row_key prefix, after;

	owed_key(&prefix, channel, v->precedence);
	row_put_channel(&prefix, channel);
	buf_put_byte(&prefix.buf, (uint8_t)party);
	owed_key(&after, channel, v->precedence);
	if (v->place.log.epoch != 0)
		place_key_write(&v->place, &after.buf);
	return next_owed(f, &prefix, &after, v);
}

enum err row_put_form(const struct map *m, const struct place_key *at, const struct form_view *v)
{
	struct row_key k;
	uint8_t memory[FORM_NUMBER_MAX + PLACE_KEY_LEN + 16];
	struct buf value = BUF_ON(memory);

	place_key_write(at, row_open(&k, ROW_FORM));
	buf_put_byte(&value, (uint8_t)v->act);
	place_key_write(&v->of, &value);
	buf_put_be64(&value, v->version);
	buf_put_str(&value, v->name);
	return row_put(m, &k, &value);
}

enum err row_get_form(const struct map *m, const struct place_key *at, struct form_view *out)
{
	struct row_key k;
	uint8_t memory[FORM_NUMBER_MAX + PLACE_KEY_LEN + 16];
	struct buf value = BUF_ON(memory);
	struct bytes in;
	enum err e;

	place_key_write(at, row_open(&k, ROW_FORM));
	e = map_get(m, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	if (value.len < PLACE_KEY_LEN + 10 || memory[0] >= FORM_ACT_COUNT)
		return ERR_CORRUPT;
	in = (struct bytes){ memory + 1, value.len - 1 };
	out->act = (enum form_act)memory[0];
	e = place_key_read(&in, &out->of);
	if (e != ERR_OK)
		return e;
	out->version = row_take_number(&in);
	return bytes_copy_str(in, out->name, sizeof out->name) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

enum err row_put_translation(const struct map *m, const struct place_key *at,
			     const struct translation_view *v)
{
	struct row_key k;
	uint8_t memory[LANGUAGE_TAG_MAX + 2 * PLACE_KEY_LEN + 10];
	struct buf value = BUF_ON(memory);

	place_key_write(at, row_open(&k, ROW_TRANSLATION));
	buf_put_byte(&value, (uint8_t)v->status);
	buf_put_byte(&value, v->has_text);
	buf_put_be64(&value, v->holder);
	place_key_write(&v->original, &value);
	place_key_write(&v->first, &value);
	buf_put_str(&value, v->language);
	return row_put(m, &k, &value);
}

enum err row_get_translation(const struct map *m, const struct place_key *at, struct translation_view *out)
{
	struct row_key k;
	uint8_t memory[LANGUAGE_TAG_MAX + 2 * PLACE_KEY_LEN + 10];
	struct buf value = BUF_ON(memory);
	struct bytes in;
	enum err e;

	place_key_write(at, row_open(&k, ROW_TRANSLATION));
	e = map_get(m, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	if (value.len < 10 || memory[0] >= TRANSLATION_STATUS_COUNT)
		return ERR_CORRUPT;
	in = (struct bytes){ memory + 2, value.len - 2 };
	out->holder = row_take_number(&in);
	if (place_key_read(&in, &out->original) != ERR_OK || place_key_read(&in, &out->first) != ERR_OK)
		return ERR_CORRUPT;
	out->status = (enum translation_status)memory[0];
	out->has_text = memory[1] != 0;
	return bytes_copy_str(in, out->language, sizeof out->language) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

/* A type that is given up stays here: rows of it may lie in a store of an older format. */
static const enum row_type row_types[] = {
	ROW_ACT,	 ROW_RECIPIENT, ROW_ENTRY,	ROW_FOLDED,  ROW_VERSION, ROW_ID,      ROW_KEY,
	ROW_MESSAGE,	 ROW_OWED,	ROW_SUSPENSION, ROW_FORM,    ROW_DRAFT,	  ROW_CONSENT, ROW_DUE,
	ROW_TRANSLATION, ROW_LOG_SAW,	ROW_INSTANCE,	ROW_RUNNING, ROW_FACT,	  ROW_FACT_OF, ROW_CUT,
	ROW_THING,	 ROW_NAMED,	ROW_REPORTED,	ROW_TEXT,    ROW_TEXT_OF, ROW_ROSTER,  ROW_POST,
	ROW_MANNING,	 ROW_DEED,	ROW_LAST_MARK,	ROW_INITIAL, ROW_MARKING, ROW_LABEL,   ROW_BEFOREHAND
};

enum err fold_rows(const struct fold *f, uint32_t channel, fold_row *row, void *self)
{
	for (size_t i = 0; i < ARRAY_COUNT(row_types); i++) {
		struct row_key prefix, at;
		uint8_t memory[ROW_VALUE_MAX];
		enum err e;

		row_open(&prefix, row_types[i]);
		row_put_channel(&prefix, channel);
		buf_init(&at.buf, at.memory, sizeof at.memory);
		buf_put(&at.buf, buf_bytes(&prefix.buf));
		for (;;) {
			struct buf value = BUF_ON(memory);
			e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&at.buf), &at.buf, &value);
			if (e == ERR_NOT_FOUND)
				break;
			if (e == ERR_OK)
				e = row(self, buf_bytes(&at.buf), buf_bytes(&value));
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

enum err fold_drop(const struct fold *f)
{
	if (f->instance != NULL)
		instance_forget(f->instance);
	for (size_t i = 0; i < ARRAY_COUNT(row_types); i++) {
		struct row_key prefix, at;
		enum err e;

		row_open(&prefix, row_types[i]);
		do {
			buf_init(&at.buf, at.memory, sizeof at.memory);
			e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&prefix.buf), &at.buf, NULL);
			if (e == ERR_OK)
				e = map_del(f->map, buf_bytes(&at.buf));
		} while (e == ERR_OK);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}
