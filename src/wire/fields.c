#include "wire/fields.h"

#include "wire/dialogue.h"
#include "wire/roster.h"

#include <string.h>

size_t fields_read(struct cbor_reader *r, struct field fields[STATEMENT_FIELDS_MAX], const char *rule)
{
	struct cbor_map map;
	size_t count = 0;
	uint64_t key;

	if (cbor_read_map(r, SIZE_MAX, &map) != ERR_OK)
		return 0;
	if (map.left == 0 || map.left > STATEMENT_FIELDS_MAX)
		cbor_refuse(r, ERR_RULE, rule);
	while (cbor_next_key(r, &map, &key)) {
		fields[count].key = key;
		cbor_read_value(r, &fields[count].value);
		count++;
	}
	cbor_close(r);
	return r->err == ERR_OK ? count : 0;
}

void fields_write(const struct field *fields, size_t count, struct buf *out)
{
	cbor_put_map(out, count);
	for (size_t i = 0; i < count; i++) {
		cbor_put_uint(out, fields[i].key);
		buf_put(out, fields[i].value);
	}
}

struct field_row {
	enum kind kind;
	uint64_t key;
	bool is_required;
	bool (*is_good)(struct bytes value, uint64_t max);
	uint64_t max;
};

static bool is_uint(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	uint64_t number;

	cbor_open(&r, value);
	return cbor_read_uint(&r, max, &number) == ERR_OK;
}

/* 1 to max bytes. */
static bool is_bytes(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes string;

	cbor_open(&r, value);
	return cbor_read_bytes(&r, (size_t)max, &string) == ERR_OK && string.len > 0;
}

static bool is_hash(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes string;

	cbor_open(&r, value);
	return cbor_read_bytes(&r, (size_t)max, &string) == ERR_OK && string.len == HASH_LEN;
}

/* The shape of a BCP 47 tag, as the content's language has it. */
static bool is_tag(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes tag;

	cbor_open(&r, value);
	return cbor_read_text(&r, (size_t)max, &tag) == ERR_OK && is_language_tag(tag);
}

/* The name of a step, an option, a role. */
static bool is_name(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes name;

	cbor_open(&r, value);
	return cbor_read_text(&r, (size_t)max, &name) == ERR_OK && is_role_name(name);
}

/* 1 to max bytes of text. */
static bool is_words(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes text;

	cbor_open(&r, value);
	return cbor_read_text(&r, (size_t)max, &text) == ERR_OK && text.len > 0;
}

/* [* role], at most max */
static bool is_roles(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes role;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, (size_t)max, &count) != ERR_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (cbor_read_text(&r, ROLE_NAME_MAX, &role) != ERR_OK || !is_role_name(role))
			return false;
	}
	return true;
}

/* A party's code, not empty; with a max an array of them, one at least. */
static bool is_codes(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	struct bytes code;
	size_t count = 1;

	cbor_open(&r, value);
	if (max > 0 && (cbor_read_array(&r, (size_t)max, &count) != ERR_OK || count == 0))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (cbor_read_text(&r, PARTY_NAME_MAX, &code) != ERR_OK || code.len == 0)
			return false;
	}
	return true;
}

/* [* sha256], rising, at most max */
static bool is_hashes(struct bytes value, uint64_t max)
{
	uint8_t hash[2][HASH_LEN];
	struct cbor_reader r;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, (size_t)max, &count) != ERR_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (cbor_read_fixed(&r, hash[i % 2], HASH_LEN) != ERR_OK ||
		    (i > 0 && memcmp(hash[(i - 1) % 2], hash[i % 2], HASH_LEN) >= 0))
			return false;
	}
	return true;
}

/* What ends a head: size, root. */
static bool has_size_and_root(struct cbor_reader *r, uint64_t size_min)
{
	uint8_t root[HASH_LEN];
	uint64_t size;

	cbor_read_uint(r, LOG_SIZE_MAX, &size);
	cbor_read_fixed(r, root, sizeof root);
	return r->err == ERR_OK && size >= size_min;
}

/* [epoch, size, root]; size 0 when nobody holds any of what was signed */
static bool is_old_log(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	uint64_t epoch;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, 3, &count) != ERR_OK || count != 3)
		return false;
	return cbor_read_uint(&r, max, &epoch) == ERR_OK && epoch > 0 && has_size_and_root(&r, 0);
}

/* [size, root] */
static bool is_head(struct bytes value, uint64_t max)
{
	struct cbor_reader r;
	size_t count;

	cbor_open(&r, value);
	return cbor_read_array(&r, (size_t)max, &count) == ERR_OK && count == max && has_size_and_root(&r, 1);
}

/* clang-format off */
static const struct field_row rows[] = {
	{ KIND_OPEN,     FIELD_OPEN_MANIFEST,   true,  is_hash,    HASH_LEN },
	{ KIND_OPEN,     FIELD_OPEN_OLD,        false, is_old_log, UINT32_MAX },
	{ KIND_OPEN,     FIELD_OPEN_GIVEN_UP,   false, is_head,    2 },
	{ KIND_KEYS,     FIELD_KEYS_ACT,        true,  is_uint,    1 },
	{ KIND_KEYS,     FIELD_KEYS_USE,        true,  is_uint,    KEY_USE_COUNT - 1 },
	{ KIND_KEYS,     FIELD_KEYS_KEY,        true,  is_bytes,   KEY_LEN_MAX },
	{ KIND_KEYS,     FIELD_KEYS_HOLDER,     false, is_uint,    UINT64_MAX },
	{ KIND_KEYS,     FIELD_KEYS_ROLES,      false, is_roles,   ACCORD_ROLES_MAX },
	{ KIND_ACCORD,   FIELD_ACCORD_MANIFEST, true,  is_hash,    HASH_LEN },
	{ KIND_WATCH_READ, FIELD_READ_ATTACHMENTS, false, is_hashes, ATTACHMENTS_MAX },
	{ KIND_MARK,     FIELD_MARK,            true,  is_uint,    1 },
	{ KIND_MARK,     FIELD_MARK_CAUSE,      false, is_uint,    UINT64_MAX },
	{ KIND_DEFER,    FIELD_DEFER_UNTIL,     true,  is_uint,    TIME_MS_MAX - 1 },
	{ KIND_NEGATIVE, FIELD_NEGATIVE_CAUSE,  true,  is_uint,    NEGATIVE_CAUSE_COUNT - 1 },
	{ KIND_LAPSE,    FIELD_LAPSE_CAUSE,     true,  is_uint,    1 },
	{ KIND_TRANSLATION, FIELD_TRANSLATION_STATUS, true, is_uint, TRANSLATION_STATUS_COUNT - 1 },
	{ KIND_TRANSLATION, FIELD_TRANSLATION_LANGUAGE, true, is_tag, LANGUAGE_TAG_MAX },
	{ KIND_SUBMIT,   FIELD_SUBMIT_OUTGOING, true,  is_bytes,   ENTRY_LEN_MAX },
	{ KIND_SUBMIT,   FIELD_SUBMIT_SIGNATURE, true, is_bytes,   SSHSIG_LEN_MAX },
	{ KIND_APPROVE,  FIELD_APPROVE_SIGNATURE, true, is_bytes,  SSHSIG_LEN_MAX },
	{ KIND_CONSENT,  FIELD_ITEM_HASH,       true,  is_hash,    HASH_LEN },
	{ KIND_CONSENT,  FIELD_ITEM_TO,         false, is_codes,   0 },
	{ KIND_RELEASE,  FIELD_ITEM_HASH,       false, is_hash,    HASH_LEN },
	{ KIND_RELEASE,  FIELD_ITEM_TO,         false, is_codes,   GUIDELINES_PARTIES_MAX },
	{ KIND_RECALL_DONE, FIELD_RECALL_READERS, false, is_roles, ACCORD_ROLES_MAX },
	{ KIND_RECALL_DONE, FIELD_RECALL_DONE,  true,  is_uint,    RECALL_DONE_COUNT - 1 },
	{ KIND_RECALL_REFUSED, FIELD_RECALL_CAUSE, true, is_uint,  RECALL_CAUSE_COUNT - 1 },
	{ KIND_DOWNGRADE, FIELD_ITEM_HASH,      true,  is_hash,    HASH_LEN },
	{ KIND_DOWNGRADE, FIELD_DOWNGRADE_FROM, false, is_uint,    TIME_MS_MAX - 1 },
	{ KIND_RELABEL,  FIELD_ITEM_HASH,       true,  is_hash,    HASH_LEN },
	{ KIND_FATE,     FIELD_FATE_DUE,        true,  is_uint,    TIME_MS_MAX - 1 },
	{ KIND_ATTEMPT,  FIELD_ATTEMPT_PATH,    false, is_words,   ATTEMPT_WORDS_MAX },
	{ KIND_ATTEMPT,  FIELD_ATTEMPT_RESULT,  false, is_uint,    ATTEMPT_RESULT_COUNT - 1 },
	{ KIND_ATTEMPT,  FIELD_ATTEMPT_WHOM,    false, is_words,   ATTEMPT_WORDS_MAX },
	{ KIND_LAPSE,    FIELD_LAPSE_STEP,      false, is_name,    ROLE_NAME_MAX },
	{ KIND_LAPSE,    FIELD_LAPSE_LEVEL,     false, is_name,    ROLE_NAME_MAX },
	{ KIND_LAPSE,    FIELD_LAPSE_ROLE,      false, is_name,    ROLE_NAME_MAX },
	{ KIND_LAPSE,    FIELD_LAPSE_PARTY,     false, is_name,    PARTY_NAME_MAX },
	{ KIND_START,    FIELD_START_DEFINITION, true, is_hash,    HASH_LEN },
	{ KIND_START,    FIELD_START_DEPTH,     true,  is_uint,    DEPTH_MAX },
	{ KIND_ATTEND,   FIELD_STEP,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_LEAVE,    FIELD_STEP,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_DONE,     FIELD_STEP,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_ESCALATED, FIELD_STEP,           true,  is_name,    ROLE_NAME_MAX },
	{ KIND_ESCALATED, FIELD_ESCALATED_RUNG, true,  is_uint,    LADDER_RUNGS_MAX },
	{ KIND_ESCALATED, FIELD_ESCALATED_EMPTY, false, is_uint,   (1u << LADDER_RUNGS_MAX) - 1 },
	{ KIND_ROSTER,   FIELD_POST,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_ROSTER,   FIELD_ROSTER_FROM,     true,  is_uint,    TIME_MS_MAX - 1 },
	{ KIND_ROSTER,   FIELD_ROSTER_TO,       true,  is_uint,    TIME_MS_MAX - 1 },
	{ KIND_MANNING,  FIELD_POST,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_MANNING,  FIELD_MANNING_DEPTH,   true,  is_uint,    ROSTER_PEOPLE_MAX },
	{ KIND_MANNING,  FIELD_MANNING_GAP_FROM, true, is_uint,    TIME_MS_MAX - 1 },
	{ KIND_MANNING,  FIELD_MANNING_GAP_TO,  true,  is_uint,    TIME_MS_MAX - 1 },
	{ KIND_MANNING,  FIELD_MANNING_PLANNED, true,  is_uint,    1 },
	{ KIND_RELIEF,   FIELD_POST,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_RELIEF,   FIELD_RELIEF_ITEMS,    true,  relief_items_check, RELIEF_ITEMS_MAX },
	{ KIND_RELIEF,   FIELD_RELIEF_NOTE,     false, is_words,   RELIEF_NOTE_MAX },
	{ KIND_PROPOSE,  FIELD_STEP,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_PROPOSE,  FIELD_OPTION,          true,  is_name,    ROLE_NAME_MAX },
	{ KIND_PROPOSE,  FIELD_PROPOSE_TEXT,    true,  is_hash,    HASH_LEN },
	{ KIND_DECIDE,   FIELD_STEP,            true,  is_name,    ROLE_NAME_MAX },
	{ KIND_DECIDE,   FIELD_OPTION,          true,  is_name,    ROLE_NAME_MAX },
};
/* clang-format on */

/* A day that was over when it was signed would be one under which nothing lapses. */
static bool is_downgrade_good(const struct statement *s, const struct field **bad)
{
	uint64_t from;

	*bad = statement_field(s, FIELD_DOWNGRADE_FROM);
	return statement_field_uint(s, FIELD_DOWNGRADE_FROM, UINT64_MAX, &from) != ERR_OK ||
	       from >= s->claimed.ms;
}

/* A WRONG has a cause, what is CORRECT has none. */
static bool is_mark_good(const struct statement *s, const struct field **bad)
{
	*bad = statement_field(s, FIELD_MARK_CAUSE);
	return *bad == NULL || statement_uint(s, FIELD_MARK) == 1;
}

/* A head is given up only by an epoch that has an old log, and no `open` of all channels has one. */
static bool is_open_good(const struct statement *s, const struct field **bad)
{
	const struct field *old = statement_field(s, FIELD_OPEN_OLD);

	*bad = old == NULL ? statement_field(s, FIELD_OPEN_GIVEN_UP) : s->channel == 0 ? old : NULL;
	return *bad == NULL;
}

static bool is_recipient(struct bytes value)
{
	struct cbor_reader r;
	struct bytes key;

	cbor_open(&r, value);
	return cbor_read_bytes(&r, RECIPIENT_HYBRID_LEN, &key) == ERR_OK &&
	       (key.len == RECIPIENT_X25519_LEN || key.len == RECIPIENT_HYBRID_LEN);
}

/*
 * The node's own keys are 32 bytes of Ed25519, a recipient's has the length of its kind; an officer is
 * somebody, in some role, and what is sealed is sealed for roles.
 */
static bool is_keys_good(const struct statement *s, const struct field **bad)
{
	const struct field *key = statement_field(s, FIELD_KEYS_KEY);
	const struct field *roles = statement_field(s, FIELD_KEYS_ROLES);
	uint64_t act = statement_uint(s, FIELD_KEYS_ACT), use = statement_uint(s, FIELD_KEYS_USE);

	*bad = NULL;
	if ((use <= KEY_USE_TLS && !is_hash(key->value, HASH_LEN)) ||
	    (use == KEY_USE_RECIPIENT && !is_recipient(key->value))) {
		*bad = key;
		return false;
	}
	if (act != 0 || use < KEY_USE_OFFICER)
		return true;
	/* 0x80 is the empty array. */
	if (roles != NULL && bytes_equal(roles->value, BYTES_LIT("\x80")))
		*bad = roles;
	return roles != NULL && *bad == NULL &&
	       (use == KEY_USE_RECIPIENT || statement_field(s, FIELD_KEYS_HOLDER) != NULL);
}

enum err fields_check(const struct statement *s, const struct field **bad)
{
	bool is_good = true;

	*bad = NULL;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct field_row *row = &rows[i];
		const struct field *field;
		if ((uint64_t)row->kind != s->kind)
			continue;
		field = statement_field(s, row->key);
		if (field == NULL ? row->is_required : !row->is_good(field->value, row->max)) {
			*bad = field;
			return ERR_RULE;
		}
	}
	if (kind_is_dialogue(s->kind))
		return dialogue_check(s, bad);
	if (s->kind == KIND_ROSTER)
		return roster_check(s, bad);
	if (s->kind == KIND_OPEN)
		is_good = is_open_good(s, bad);
	else if (s->kind == KIND_KEYS)
		is_good = is_keys_good(s, bad);
	else if (s->kind == KIND_DOWNGRADE)
		is_good = is_downgrade_good(s, bad);
	else if (s->kind == KIND_MARK)
		is_good = is_mark_good(s, bad);
	return is_good ? ERR_OK : ERR_RULE;
}

static bool is_named(const struct statement *s, const struct field *f)
{
	uint64_t cause;

	/* One that a later version may know: it does not count here, and stops no log. */
	if (s->kind == KIND_MARK && f->key == FIELD_MARK_CAUSE)
		return statement_field_uint(s, FIELD_MARK_CAUSE, MARK_CAUSE_COUNT - 1, &cause) == ERR_OK;
	/* Of a message without a form the step of its instance. */
	if (s->kind == KIND_MESSAGE)
		return s->has_instance && f->key == FIELD_STEP && is_name(f->value, ROLE_NAME_MAX);
	if (s->kind == KIND_ROSTER && f->key >= FIELD_ROSTER_PEOPLE && f->key <= FIELD_ROSTER_GAPS)
		return true; /* roster_check */
	if (s->kind == KIND_DIGEST && (f->key == 1 || f->key == 2))
		return true; /* docs/spec/procedure.md section 10: whoever compares them reads them */
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if ((uint64_t)rows[i].kind == s->kind && rows[i].key == f->key)
			return true;
	}
	return false;
}

bool fields_are_named(const struct statement *s)
{
	if (s->has_form || kind_is_dialogue(s->kind))
		return true;
	for (size_t i = 0; i < s->fields_count; i++) {
		if (!is_named(s, &s->fields[i]))
			return false;
	}
	return true;
}
