#include "api/thing_reply.h"

#include "base/alloc.h"
#include "wire/fields.h"

#include <stdlib.h>
#include <string.h>

struct bytes thing_field(const struct thing_fields *f, enum dialogue_field field)
{
	struct bytes now = dialogue_field(&f->now, field);

	return now.len > 0 ? now : dialogue_field(&f->was, field);
}

/* What it says anew and no later one does. */
static void take_fields(const struct statement *s, struct buf *kept, struct thing_fields *out)
{
	for (size_t i = 0; i < s->fields_count; i++) {
		const struct field *field = &s->fields[i];
		struct field *now = &out->now.fields[out->now.fields_count];
		if (field->key >= 32 || statement_field(&out->now, field->key) != NULL)
			continue;
		*now = (struct field){ field->key, { out->memory + kept->len, field->value.len } };
		buf_put(kept, field->value);
		out->now.fields_count++;
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
			take_fields(&entry.statement, &kept, out);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	free(moves);
	return e;
}

enum err thing_fields_read(struct api *a, const struct thing_row *row, struct thing_fields *out)
{
	const struct thing *t = &row->thing;
	struct cbor_reader r;

	out->was.fields_count = out->now.fields_count = 0;
	cbor_open_known(&r, (struct bytes){ row->fields_memory, row->fields.len });
	out->was.fields_count = fields_read(&r, out->was.fields, "statement.fields");
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

static void reply_when(struct reply *r, struct bytes value)
{
	struct cbor_reader in;
	struct bytes text;
	struct date date;

	cbor_open_known(&in, value);
	if (value.len == 0 || cbor_read_text(&in, value.len, &text) != ERR_OK ||
	    date_read(text, &date) != ERR_OK)
		return;
	reply_text(r, "when", text);
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

void reply_fields(struct reply *r, const struct thing_fields *f)
{
	reply_one_text(r, "name", thing_field(f, DIALOGUE_NAME));
	reply_words(r, "title", thing_field(f, DIALOGUE_TITLE));
	reply_when(r, thing_field(f, DIALOGUE_WHEN));
	reply_texts(r, "parties", thing_field(f, DIALOGUE_PARTIES));
	reply_texts(r, "owed_to", thing_field(f, DIALOGUE_OWED_TO));
	reply_one_text(r, "source", thing_field(f, DIALOGUE_SOURCE));
	reply_words(r, "detail", thing_field(f, DIALOGUE_DETAIL));
	reply_words(r, "doubt", thing_field(f, DIALOGUE_DOUBT));
	reply_number(r, "number", thing_field(f, DIALOGUE_NUMBER));
	reply_texts(r, "languages", thing_field(f, DIALOGUE_LANGUAGES));
	reply_texts(r, "chairs", thing_field(f, DIALOGUE_CHAIRS));
	reply_one_text(r, "to", thing_field(f, DIALOGUE_TO));
	reply_one_text(r, "stage", thing_field(f, DIALOGUE_STAGE));
	reply_one_text(r, "type", thing_field(f, DIALOGUE_TYPE));
	reply_one_text(r, "confidence", thing_field(f, DIALOGUE_CONFIDENCE));
	reply_one_text(r, "where", thing_field(f, DIALOGUE_WHERE));
	reply_words(r, "location", thing_field(f, DIALOGUE_LOCATION));
	reply_one_text(r, "unit", thing_field(f, DIALOGUE_UNIT));
	reply_words(r, "credentials", thing_field(f, DIALOGUE_CREDENTIALS));
	reply_one_text(r, "manner", thing_field(f, DIALOGUE_MANNER));
	reply_hash(r, "hash", thing_field(f, DIALOGUE_HASH));
}

void reply_own_fields(struct reply *r, const struct statement *s)
{
	struct thing_fields *f = xcalloc(1, sizeof *f);

	f->was = *s;
	reply_fields(r, f);
	free(f);
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
