#include "api/thing_reply.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct bytes thing_field(const struct thing_fields *f, enum dialogue_field field)
{
	return f->values[field];
}

static void put_fields(struct bytes values[THING_FIELDS_MAX], const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].key < THING_FIELDS_MAX)
			values[fields[i].key] = fields[i].value;
	}
}

/* What it says anew and no later one does: not what is `taken`. */
static void take_fields(const struct statement *s, struct buf *kept, uint32_t *taken,
			struct thing_fields *out)
{
	for (size_t i = 0; i < s->fields_count; i++) {
		const struct field *field = &s->fields[i];
		if (field->key >= THING_FIELDS_MAX || (*taken >> field->key & 1) != 0)
			continue;
		*taken |= 1u << field->key;
		out->values[field->key] = (struct bytes){ out->memory + kept->len, field->value.len };
		buf_put(kept, field->value);
	}
}

/* The latest first: what it names stands, and of the others what it does not. */
static enum err read_moves(struct api *a, const struct thing_row *row, struct thing_fields *out)
{
	const uint32_t acts = 1u << DIALOGUE_ACT_AMEND | 1u << DIALOGUE_ACT_MOVE;
	struct buf kept = BUF_ON(out->memory), memory;
	struct place_key *moves = NULL;
	struct message_at at = { 0 };
	struct entry_read_out entry;
	uint32_t taken = 0;
	size_t count = 0;
	enum err e;

	while ((e = fold_next_said(node_fold(a->node), &row->place, acts, request_sight(a), &at)) == ERR_OK) {
		if ((count & (count - 1)) == 0)
			moves = xrealloc(moves, (count == 0 ? 1 : 2 * count) * sizeof *moves);
		moves[count++] = at.place;
	}
	e = e == ERR_NOT_FOUND ? ERR_OK : e;
	while (e == ERR_OK && count > 0) {
		buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
		e = node_entry(a->node, &moves[--count], &memory, &entry);
		if (e == ERR_OK)
			take_fields(&entry.statement, &kept, &taken, out);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	free(moves);
	return e;
}

static bool has_moves(const struct thing *t)
{
	return (t->said[DIALOGUE_ACT_AMEND] | t->said[DIALOGUE_ACT_MOVE]) != 0;
}

/* Its fields as they stand in the row. */
static enum err open_row(const struct thing_row *row, struct cbor_reader *r, struct cbor_map *map)
{
	cbor_open_known(r, (struct bytes){ row->fields_memory, row->fields.len });
	return cbor_read_map(r, SIZE_MAX, map) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

enum err thing_fields_read(struct api *a, const struct thing_row *row, struct thing_fields *out)
{
	struct cbor_reader r;
	struct cbor_map map;
	struct field field;

	memset(out->values, 0, sizeof out->values);
	if (open_row(row, &r, &map) != ERR_OK)
		return ERR_CORRUPT;
	while (cbor_next_key(&r, &map, &field.key)) {
		if (cbor_read_value(&r, &field.value) == ERR_OK)
			put_fields(out->values, &field, 1);
	}
	cbor_close(&r);
	if (r.err != ERR_OK)
		return ERR_CORRUPT;
	return has_moves(&row->thing) ? read_moves(a, row, out) : ERR_OK;
}

/* ---- Each reads one value, which a form has found good, and says it under its name. ---- */

static void reply_words(struct reply *r, const char *key, struct cbor_reader *in)
{
	struct bytes tag, text;
	char name[LANGUAGE_TAG_MAX + 1];
	size_t count = 0;

	reply_object(r, key);
	(void)cbor_read_array(in, SIZE_MAX, &count);
	for (; count > 0 && cbor_read_text(in, SIZE_MAX, &tag) == ERR_OK &&
	       cbor_read_text(in, SIZE_MAX, &text) == ERR_OK;
	     count -= 2) {
		if (bytes_copy_str(tag, name, sizeof name) == ERR_OK)
			reply_text(r, name, text);
	}
	cbor_close(in);
	reply_object_end(r);
}

static void reply_texts(struct reply *r, const char *key, struct cbor_reader *in)
{
	struct bytes text;
	size_t count = 0;

	reply_array(r, key);
	(void)cbor_read_array(in, SIZE_MAX, &count);
	for (; count > 0 && cbor_read_text(in, SIZE_MAX, &text) == ERR_OK; count--)
		reply_text(r, NULL, text);
	cbor_close(in);
	reply_array_end(r);
}

static void reply_one_text(struct reply *r, const char *key, struct cbor_reader *in)
{
	struct bytes text;

	if (cbor_read_text(in, SIZE_MAX, &text) == ERR_OK)
		reply_text(r, key, text);
}

/* ... and the moments that it may mean. */
static void reply_when(struct reply *r, const char *key, struct cbor_reader *in)
{
	struct bytes text;
	struct date date;

	if (cbor_read_text(in, SIZE_MAX, &text) != ERR_OK || date_read(text, &date) != ERR_OK)
		return;
	reply_text(r, key, text);
	reply_uint(r, "first_ms", date.first.ms);
	reply_uint(r, "end_ms", date.end.ms);
}

static void reply_number(struct reply *r, const char *key, struct cbor_reader *in)
{
	uint64_t number;

	if (cbor_read_uint(in, UINT64_MAX, &number) == ERR_OK)
		reply_uint(r, key, number);
}

static void reply_hash(struct reply *r, const char *key, struct cbor_reader *in)
{
	uint8_t hash[HASH_LEN];

	if (cbor_read_fixed(in, hash, sizeof hash) == ERR_OK)
		reply_hex(r, key, BYTES_OF(hash));
}

/* clang-format off */
static void (*const members[THING_FIELDS_MAX])(struct reply *r, const char *key, struct cbor_reader *in) = {
	[DIALOGUE_NAME] = reply_one_text,
	[DIALOGUE_TITLE] = reply_words,
	[DIALOGUE_WHEN] = reply_when,
	[DIALOGUE_PARTIES] = reply_texts,
	[DIALOGUE_OWED_TO] = reply_texts,
	[DIALOGUE_SOURCE] = reply_one_text,
	[DIALOGUE_DETAIL] = reply_words,
	[DIALOGUE_DOUBT] = reply_words,
	[DIALOGUE_NUMBER] = reply_number,
	[DIALOGUE_LANGUAGES] = reply_texts,
	[DIALOGUE_CHAIRS] = reply_texts,
	[DIALOGUE_TO] = reply_one_text,
	[DIALOGUE_STAGE] = reply_one_text,
	[DIALOGUE_TYPE] = reply_one_text,
	[DIALOGUE_CONFIDENCE] = reply_one_text,
	[DIALOGUE_WHERE] = reply_one_text,
	[DIALOGUE_LOCATION] = reply_words,
	[DIALOGUE_UNIT] = reply_one_text,
	[DIALOGUE_CREDENTIALS] = reply_words,
	[DIALOGUE_MANNER] = reply_one_text,
	[DIALOGUE_BESIDE] = reply_one_text,
	[DIALOGUE_HASH] = reply_hash,
};
/* clang-format on */

static bool is_member(uint64_t key)
{
	return key < THING_FIELDS_MAX && members[key] != NULL;
}

static void reply_values(struct reply *r, const struct bytes values[THING_FIELDS_MAX])
{
	struct cbor_reader in;

	for (uint64_t key = 0; key < THING_FIELDS_MAX; key++) {
		if (!is_member(key) || values[key].len == 0)
			continue;
		cbor_open_known(&in, values[key]);
		members[key](r, dialogue_field_name(key), &in);
	}
}

enum err reply_row_fields(struct api *a, struct reply *r, const struct thing_row *row,
			  struct thing_fields *memory)
{
	struct cbor_reader in;
	struct cbor_map map;
	struct bytes value;
	uint64_t key;
	enum err e;

	if (has_moves(&row->thing)) {
		e = thing_fields_read(a, row, memory);
		if (e == ERR_OK)
			reply_values(r, memory->values);
		return e;
	}
	e = open_row(row, &in, &map);
	while (e == ERR_OK && cbor_next_key(&in, &map, &key)) {
		if (is_member(key))
			members[key](r, dialogue_field_name(key), &in);
		else
			(void)cbor_read_value(&in, &value);
	}
	return in.err == ERR_OK ? e : ERR_CORRUPT;
}

void reply_own_fields(struct reply *r, const struct statement *s)
{
	struct bytes values[THING_FIELDS_MAX] = { 0 };

	put_fields(values, s->fields, s->fields_count);
	reply_values(r, values);
}

/* What is no member of every thing. */
static void reply_other(struct reply *r, const char *key, const struct statement *s,
			enum dialogue_field field,
			void (*reply)(struct reply *r, const char *key, struct cbor_reader *in))
{
	struct bytes value = dialogue_field(s, field);
	struct cbor_reader in;

	cbor_open_known(&in, value);
	if (value.len > 0)
		reply(r, key, &in);
}

void reply_people(struct reply *r, const struct statement *s)
{
	reply_other(r, "people", s, DIALOGUE_PEOPLE, reply_texts);
}

void reply_says(struct reply *r, const struct statement *s)
{
	if (!kind_is_dialogue(s->kind))
		return;
	reply_object(r, "says");
	if (dialogue_act_name(s) != NULL)
		reply_str(r, "act", dialogue_act_name(s));
	reply_own_fields(r, s);
	reply_other(r, "words", s, DIALOGUE_WORDS, reply_one_text);
	reply_people(r, s);
	reply_other(r, "outlets", s, DIALOGUE_OUTLETS, reply_texts);
	reply_object_end(r);
}
