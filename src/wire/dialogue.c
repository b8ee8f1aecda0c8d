#include "wire/dialogue.h"

#include "wire/where.h"

#include <assert.h>

static const struct dialogue_act_row acts[] = {
#define ACT_ROW(name, on, once, text) { KIND_##on, once, text },
	DIALOGUE_ACT_LIST(ACT_ROW)
#undef ACT_ROW
};

const char *dialogue_field_name(uint64_t number)
{
	static const char *const names[] = {
#define FIELD_NAME(number, name, text) [number] = text,
		DIALOGUE_FIELD_LIST(FIELD_NAME)
#undef FIELD_NAME
	};

	return number < ARRAY_COUNT(names) ? names[number] : NULL;
}

const struct dialogue_act_row *dialogue_act_row(enum dialogue_act act)
{
	assert(act < DIALOGUE_ACT_COUNT);
	return &acts[act];
}

enum err dialogue_act_find(enum kind on, struct bytes name, enum dialogue_act *out)
{
	for (size_t i = 0; i < DIALOGUE_ACT_COUNT; i++) {
		if (acts[i].on == on && bytes_equal(name, bytes_str(acts[i].name))) {
			*out = (enum dialogue_act)i;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}

const char *dialogue_act_name(const struct statement *s)
{
	static const char *const endorsements[ENDORSEMENT_COUNT] = { "initial", "sign", "release text" };
	static const char *const samenesses[SAMENESS_COUNT] = { "one", "apart" };
	static const char *const agreements[AGREEMENT_COUNT] = { "fully", "ad referendum" };
	uint64_t act = dialogue_uint(s, DIALOGUE_ACT);

	if (s->kind == KIND_ACT && act < DIALOGUE_ACT_COUNT)
		return acts[act].name;
	if (s->kind == KIND_ENDORSE && act < ENDORSEMENT_COUNT)
		return endorsements[act];
	if (s->kind == KIND_SAME && act < SAMENESS_COUNT)
		return samenesses[act];
	return s->kind == KIND_AGREE && act < AGREEMENT_COUNT ? agreements[act] : NULL;
}

/* ---- One field. ---- */

struct bytes dialogue_field(const struct statement *s, enum dialogue_field field)
{
	const struct field *found = statement_field(s, (uint64_t)field);

	return found == NULL ? (struct bytes){ NULL, 0 } : found->value;
}

struct bytes dialogue_text(const struct statement *s, enum dialogue_field field)
{
	return statement_text(s, (uint64_t)field);
}

uint64_t dialogue_uint(const struct statement *s, enum dialogue_field field)
{
	return statement_uint(s, (uint64_t)field);
}

void dialogue_texts_open(struct dialogue_texts *t, struct bytes value)
{
	cbor_open_known(&t->reader, value);
	t->left = 0;
	cbor_read_array(&t->reader, value.len, &t->left);
}

bool dialogue_texts_next(struct dialogue_texts *t, struct bytes *out)
{
	if (t->left == 0)
		return false;
	t->left--;
	return cbor_read_text(&t->reader, t->reader.in.len, out) == ERR_OK;
}

bool is_dialogue_name(struct bytes name)
{
	if (name.len == 0 || name.len > DIALOGUE_NAME_MAX || name.ptr[0] < 'a' || name.ptr[0] > 'z')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return true;
}

/* ---- What each may hold. ---- */

typedef bool text_check(struct bytes text);

static bool is_date(struct bytes text)
{
	struct date d;

	return date_read(text, &d) == ERR_OK;
}

static bool is_where(struct bytes text)
{
	struct where w;

	return where_read(text, &w) == ERR_OK;
}

static bool is_manner(struct bytes text)
{
	return bytes_equal(text, BYTES_LIT("meeting")) || bytes_equal(text, BYTES_LIT("side-meeting")) ||
	       bytes_equal(text, BYTES_LIT("call"));
}

static bool is_code(struct bytes text)
{
	return text.len > 0 && text.len <= PARTY_NAME_MAX;
}

static bool is_source(struct bytes text)
{
	return text.len > 0 && text.len <= DIALOGUE_SOURCE_MAX;
}

/* "statement/goal" */
static bool is_unit_path(struct bytes text)
{
	struct bytes name;

	return bytes_take_until(&text, '/', &name) == ERR_OK && is_dialogue_name(name) &&
	       is_dialogue_name(text);
}

static bool is_word_text(struct bytes text)
{
	return text.len > 0 && text.len <= DIALOGUE_WORDS_MAX;
}

static bool is_person_text(struct bytes text)
{
	return text.len > 0 && text.len <= DIALOGUE_PERSON_MAX;
}

/* One text, or an array of 1 to max; of pairs each first one is `first` and each second one `is_good`. */
static bool are_texts(struct bytes value, size_t max, text_check *first, text_check *is_good)
{
	struct cbor_reader r;
	struct bytes text;
	size_t count = 1;

	cbor_open(&r, value);
	if (max > 0 && (cbor_read_array(&r, max, &count) != ERR_OK || count == 0))
		return false;
	if (first != NULL && count % 2 != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		text_check *check = first != NULL && i % 2 == 0 ? first : is_good;
		if (cbor_read_text(&r, value.len, &text) != ERR_OK || !check(text))
			return false;
	}
	return true;
}

static bool is_number(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	uint64_t number;

	cbor_open(&r, value);
	return cbor_read_uint(&r, max, &number) == ERR_OK;
}

static bool is_text_of(struct bytes value, size_t max)
{
	struct cbor_reader r;
	struct bytes text;

	cbor_open(&r, value);
	return cbor_read_text(&r, max, &text) == ERR_OK;
}

static bool is_hash(struct bytes value)
{
	uint8_t hash[HASH_LEN];
	struct cbor_reader r;

	cbor_open(&r, value);
	return cbor_read_fixed(&r, hash, sizeof hash) == ERR_OK;
}

static bool is_value_good(uint64_t key, struct bytes value)
{
	switch (key) {
	case DIALOGUE_NAME:
	case DIALOGUE_TO:
	case DIALOGUE_BESIDE:
	case DIALOGUE_STAGE:
	case DIALOGUE_TYPE:
	case DIALOGUE_CONFIDENCE:
		return are_texts(value, 0, NULL, is_dialogue_name);
	case DIALOGUE_TITLE:
	case DIALOGUE_DETAIL:
	case DIALOGUE_DOUBT:
	case DIALOGUE_LOCATION:
	case DIALOGUE_CREDENTIALS:
		return are_texts(value, 2 * (size_t)DIALOGUE_LANGUAGES_MAX, is_language_tag, is_word_text);
	case DIALOGUE_ACT:
		return is_number(value, UINT8_MAX);
	case DIALOGUE_WHEN:
		return are_texts(value, 0, NULL, is_date);
	case DIALOGUE_UNIT:
		return are_texts(value, 0, NULL, is_unit_path);
	case DIALOGUE_WHERE:
		return are_texts(value, 0, NULL, is_where);
	case DIALOGUE_PARTIES:
	case DIALOGUE_OWED_TO:
		return are_texts(value, PARTY_MAX, NULL, is_code);
	case DIALOGUE_SOURCE:
		return are_texts(value, 0, NULL, is_source);
	case DIALOGUE_NUMBER:
		return is_number(value, UINT32_MAX);
	case DIALOGUE_LANGUAGES:
		return are_texts(value, DIALOGUE_LANGUAGES_MAX, NULL, is_language_tag);
	case DIALOGUE_CHAIRS:
		return are_texts(value, ACCORD_ROLES_MAX, NULL, is_role_name);
	case DIALOGUE_WORDS:
		return is_text_of(value, TEXT_WORDS_MAX);
	case DIALOGUE_HASH:
		return is_hash(value);
	case DIALOGUE_OUTLETS:
		return are_texts(value, DIALOGUE_OUTLETS_MAX, NULL, is_dialogue_name);
	case DIALOGUE_MANNER:
		return are_texts(value, 0, NULL, is_manner);
	case DIALOGUE_PEOPLE:
		return are_texts(value, 2 * (size_t)DIALOGUE_PEOPLE_MAX, is_person_text, is_person_text);
	default:
		return true; /* of a later version: kept, and means nothing here */
	}
}

#define HAS(name) (1u << DIALOGUE_##name)

static const struct {
	enum kind kind;
	uint32_t required; /* bit mask of fields by number */
} rows[] = {
	{ KIND_BODY, HAS(NAME) | HAS(TITLE) },
	{ KIND_SESSION, HAS(NAME) | HAS(TITLE) },
	{ KIND_ITEM, HAS(NAME) | HAS(TITLE) },
	{ KIND_COMMITMENT, HAS(NAME) | HAS(TITLE) | HAS(PARTIES) },
	{ KIND_DISPUTED, HAS(DETAIL) },
	{ KIND_CONDITION, HAS(NAME) | HAS(TITLE) | HAS(STAGE) },
	{ KIND_EVENT, HAS(NAME) | HAS(TITLE) },
	{ KIND_TEXT, HAS(NAME) | HAS(TITLE) | HAS(LANGUAGES) },
	{ KIND_UNIT, HAS(NAME) | HAS(LANGUAGES) | HAS(WORDS) },
	{ KIND_ENDORSE, HAS(ACT) | HAS(HASH) },
	{ KIND_ACT, HAS(ACT) },
	{ KIND_CLAIM, HAS(NAME) | HAS(SOURCE) | HAS(DETAIL) },
};

static uint32_t required_of(const struct statement *s)
{
	uint64_t act = dialogue_uint(s, DIALOGUE_ACT);
	uint32_t required = 0;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if ((uint64_t)rows[i].kind == s->kind)
			required = rows[i].required;
	}
	if (s->kind == KIND_ENDORSE && act == ENDORSE_RELEASE)
		required |= HAS(WHEN);
	if (s->kind == KIND_ACT && (act == DIALOGUE_ACT_ASSESS || act == DIALOGUE_ACT_ITEM_DECLINE))
		required |= HAS(DETAIL);
	if (s->kind == KIND_ACT && act == DIALOGUE_ACT_MERGE)
		required |= HAS(TO);
	if (s->kind == KIND_ACT && act == DIALOGUE_ACT_RECORD_AGREE)
		required |= HAS(HASH);
	return required;
}

bool dialogue_is_required(const struct statement *s, enum dialogue_field field)
{
	return (required_of(s) >> field & 1) != 0;
}

/* A number as it is written: a peer who writes long ones takes the same room. */
static size_t len_of(uint64_t number)
{
	uint8_t memory[9];
	struct buf out = BUF_ON(memory);

	cbor_put_uint(&out, number);
	return out.len;
}

enum err dialogue_check(const struct statement *s, const struct field **bad)
{
	uint32_t found = 0, required = required_of(s);
	size_t len = 0;

	*bad = NULL;
	for (size_t i = 0; i < s->fields_count; i++) {
		const struct field *f = &s->fields[i];
		found |= f->key < 32 ? 1u << f->key : 0;
		len += len_of(f->key) + f->value.len;
		if (!is_value_good(f->key, f->value) || len > DIALOGUE_FIELDS_LEN_MAX) {
			*bad = f;
			return ERR_RULE;
		}
	}
	return (found & required) == required ? ERR_OK : ERR_RULE;
}
