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

enum err thing_fields_read(struct api *a, const struct thing_row *row, struct thing_fields *out)
{
	const struct thing *t = &row->thing;
	struct cbor_reader r;
	struct cbor_map map;
	struct field field;

	memset(out->values, 0, sizeof out->values);
	cbor_open_known(&r, (struct bytes){ row->fields_memory, row->fields.len });
	if (cbor_read_map(&r, SIZE_MAX, &map) != ERR_OK)
		return ERR_CORRUPT;
	while (cbor_next_key(&r, &map, &field.key)) {
		if (cbor_read_value(&r, &field.value) == ERR_OK)
			put_fields(out->values, &field, 1);
	}
	cbor_close(&r);
	if (r.err != ERR_OK)
		return ERR_CORRUPT;
	return (t->said[DIALOGUE_ACT_AMEND] | t->said[DIALOGUE_ACT_MOVE]) == 0 ? ERR_OK
									       : read_moves(a, row, out);
}

static void reply_words(struct reply *r, const char *key, struct bytes value)
{
	struct dialogue_texts texts;
	struct bytes tag, text;
	char name[LANGUAGE_TAG_MAX + 1];

	if (value.len == 0)
		return;
	reply_object(r, key);
	dialogue_texts_open(&texts, value);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		if (bytes_copy_str(tag, name, sizeof name) == ERR_OK)
			reply_text(r, name, text);
	}
	reply_object_end(r);
}

static void reply_texts(struct reply *r, const char *key, struct bytes value)
{
	struct dialogue_texts texts;
	struct bytes text;

	if (value.len == 0)
		return;
	reply_array(r, key);
	dialogue_texts_open(&texts, value);
	while (dialogue_texts_next(&texts, &text))
		reply_text(r, NULL, text);
	reply_array_end(r);
}

static void reply_one_text(struct reply *r, const char *key, struct bytes value)
{
	struct cbor_reader in;
	struct bytes text;

	cbor_open_known(&in, value);
	if (value.len > 0 && cbor_read_text(&in, value.len, &text) == ERR_OK)
		reply_text(r, key, text);
}

/* ... and the moments that it may mean. */
static void reply_when(struct reply *r, const char *key, struct bytes value)
{
	struct cbor_reader in;
	struct bytes text;
	struct date date;

	cbor_open_known(&in, value);
	if (value.len == 0 || cbor_read_text(&in, value.len, &text) != ERR_OK ||
	    date_read(text, &date) != ERR_OK)
		return;
	reply_text(r, key, text);
	reply_uint(r, "first_ms", date.first.ms);
	reply_uint(r, "end_ms", date.end.ms);
}

static void reply_number(struct reply *r, const char *key, struct bytes value)
{
	struct cbor_reader in;
	uint64_t number;

	cbor_open_known(&in, value);
	if (value.len > 0 && cbor_read_uint(&in, UINT64_MAX, &number) == ERR_OK)
		reply_uint(r, key, number);
}

static void reply_hash(struct reply *r, const char *key, struct bytes value)
{
	uint8_t hash[HASH_LEN];
	struct cbor_reader in;

	cbor_open_known(&in, value);
	if (value.len > 0 && cbor_read_fixed(&in, hash, sizeof hash) == ERR_OK)
		reply_hex(r, key, BYTES_OF(hash));
}

/* clang-format off */
static const struct {
	enum dialogue_field field;
	void (*reply)(struct reply *r, const char *key, struct bytes value);
} members[] = {
	{ DIALOGUE_NAME, reply_one_text },
	{ DIALOGUE_TITLE, reply_words },
	{ DIALOGUE_WHEN, reply_when },
	{ DIALOGUE_PARTIES, reply_texts },
	{ DIALOGUE_OWED_TO, reply_texts },
	{ DIALOGUE_SOURCE, reply_one_text },
	{ DIALOGUE_DETAIL, reply_words },
	{ DIALOGUE_DOUBT, reply_words },
	{ DIALOGUE_NUMBER, reply_number },
	{ DIALOGUE_LANGUAGES, reply_texts },
	{ DIALOGUE_CHAIRS, reply_texts },
	{ DIALOGUE_TO, reply_one_text },
	{ DIALOGUE_STAGE, reply_one_text },
	{ DIALOGUE_TYPE, reply_one_text },
	{ DIALOGUE_CONFIDENCE, reply_one_text },
	{ DIALOGUE_WHERE, reply_one_text },
	{ DIALOGUE_LOCATION, reply_words },
	{ DIALOGUE_UNIT, reply_one_text },
	{ DIALOGUE_CREDENTIALS, reply_words },
	{ DIALOGUE_MANNER, reply_one_text },
	{ DIALOGUE_BESIDE, reply_one_text },
	{ DIALOGUE_HASH, reply_hash },
};
/* clang-format on */

static void reply_values(struct reply *r, const struct bytes values[THING_FIELDS_MAX])
{
	for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
		if (values[members[i].field].len > 0)
			members[i].reply(r, dialogue_field_name(members[i].field), values[members[i].field]);
	}
}

void reply_fields(struct reply *r, const struct thing_fields *f)
{
	reply_values(r, f->values);
}

void reply_own_fields(struct reply *r, const struct statement *s)
{
	struct bytes values[THING_FIELDS_MAX] = { 0 };

	put_fields(values, s->fields, s->fields_count);
	reply_values(r, values);
}

void reply_people(struct reply *r, const struct statement *s)
{
	reply_texts(r, "people", dialogue_field(s, DIALOGUE_PEOPLE));
}

void reply_says(struct reply *r, const struct statement *s)
{
	if (!kind_is_dialogue(s->kind))
		return;
	reply_object(r, "says");
	if (dialogue_act_name(s) != NULL)
		reply_str(r, "act", dialogue_act_name(s));
	reply_own_fields(r, s);
	reply_one_text(r, "words", dialogue_field(s, DIALOGUE_WORDS));
	reply_people(r, s);
	reply_texts(r, "outlets", dialogue_field(s, DIALOGUE_OUTLETS));
	reply_object_end(r);
}
