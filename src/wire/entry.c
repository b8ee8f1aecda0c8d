#include "wire/entry.h"

#include <assert.h>
#include <string.h>

#define ENTRY_VERSION 1u

/* The keys of the entry map (docs/spec/entry.md section 6). */
enum { KEY_VERSION = 1, KEY_ORIGIN, KEY_INDEX, KEY_FILED, KEY_STATEMENT, KEY_SIGNATURES, KEY_COUNT };

static void read_version(struct cbor_reader *r, void *out)
{
	(void)out;
	cbor_read_number(r, ENTRY_VERSION, ENTRY_VERSION, "entry.version");
}

static void read_origin(struct cbor_reader *r, void *out)
{
	struct entry *e = out;
	struct bytes text;

	if (cbor_read_text(r, SIZE_MAX, &text) == ERR_OK && origin_read(text, &e->origin) != ERR_OK)
		cbor_refuse(r, ERR_RULE, "entry.origin");
}

static void read_index(struct cbor_reader *r, void *out)
{
	struct entry *e = out;

	e->index = cbor_read_number(r, 0, LOG_SIZE_MAX - 1, "entry.index");
}

static void read_filed(struct cbor_reader *r, void *out)
{
	struct entry *e = out;

	e->filed.ms = cbor_read_number(r, 0, TIME_MS_MAX - 1, "entry.time");
}

static void read_statement(struct cbor_reader *r, void *out)
{
	struct entry *e = out;

	cbor_read_bytes(r, SIZE_MAX, &e->statement);
}

static void read_signatures(struct cbor_reader *r, void *out)
{
	static const char rule[] = "entry.signatures";
	struct entry *e = out;
	size_t count = cbor_read_list(r, 1, STATEMENT_SIGNATURES_MAX, rule);

	for (size_t i = 0; i < count; i++) {
		struct bytes *signature = &e->signatures[i];
		if (cbor_read_bytes(r, SIZE_MAX, signature) != ERR_OK)
			return;
		if (signature->len == 0 || signature->len > SSHSIG_LEN_MAX)
			cbor_refuse(r, ERR_RULE, rule);
	}
	e->signatures_count = count;
	cbor_close(r);
}

static const struct cbor_row rows[KEY_COUNT] = {
	[KEY_VERSION] = { true, read_version },	    [KEY_ORIGIN] = { true, read_origin },
	[KEY_INDEX] = { true, read_index },	    [KEY_FILED] = { true, read_filed },
	[KEY_STATEMENT] = { true, read_statement }, [KEY_SIGNATURES] = { false, read_signatures },
};

/*
 * Entry 0 is the epoch's `open`, and no other is one. The first epoch has no old log; a later one names
 * an earlier one.
 */
static bool is_open_right(const struct entry *e, const struct statement *s)
{
	const struct field *old = statement_field(s, FIELD_OPEN_OLD);
	struct cbor_reader r;
	uint64_t epoch = UINT32_MAX;
	size_t count;

	if ((e->index == 0) != (s->kind == KIND_OPEN))
		return false;
	if (s->kind != KIND_OPEN)
		return true;
	if (old == NULL)
		return e->origin.epoch == 1;
	cbor_open(&r, old->value);
	cbor_read_array(&r, 3, &count);
	cbor_read_uint(&r, UINT32_MAX, &epoch); /* fields_check found it good */
	return epoch < e->origin.epoch;
}

/* The rule that the two break together, or NULL. */
static const char *broken_rule(const struct entry *e, const struct statement *s)
{
	if (memcmp(e->origin.accord, s->accord, ACCORD_ID_LEN) != 0)
		return "entry.accord";
	if (s->channel != 0 && s->channel != e->origin.channel)
		return "entry.channel";
	if (!bytes_equal(bytes_str(e->origin.party), s->party))
		return "entry.party";
	/* The checkpoint is the node's signature; an officer signs for himself. */
	if (bytes_equal(s->role, BYTES_LIT(ROLE_NODE)) != (e->signatures_count == 0))
		return "entry.signatures";
	return is_open_right(e, s) ? NULL : "entry.open";
}

enum err entry_open(struct bytes in, struct entry *out, struct fault *fault)
{
	struct cbor_reader r;
	enum err e;

	*out = (struct entry){ 0 };
	cbor_open(&r, in);
	if (in.len > ENTRY_LEN_MAX)
		cbor_refuse(&r, ERR_RULE, "entry.limit");
	cbor_read_rows(&r, rows, ARRAY_COUNT(rows), "entry.key", out);
	e = cbor_finish(&r);
	*fault = r.fault;
	return e;
}

enum err entry_read_statement(struct bytes in, const struct entry *e, struct statement *statement,
			      struct fault *fault)
{
	const char *rule;
	enum err err = statement_read(e->statement, statement, fault);

	if (err != ERR_OK) {
		fault->offset += (size_t)(e->statement.ptr - in.ptr);
		return err;
	}
	rule = broken_rule(e, statement);
	if (rule == NULL)
		return ERR_OK;
	*fault = (struct fault){ rule, 0 };
	return ERR_RULE;
}

enum err entry_read(struct bytes in, struct entry *out, struct statement *statement, struct fault *fault)
{
	enum err e = entry_open(in, out, fault);

	return e == ERR_OK ? entry_read_statement(in, out, statement, fault) : e;
}

void entry_write(const struct entry *e, struct buf *out)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf origin = BUF_ON(memory);

	assert(e->signatures_count <= STATEMENT_SIGNATURES_MAX);
	origin_write(&e->origin, &origin);
	cbor_put_map(out, e->signatures_count > 0 ? 6 : 5);
	cbor_put_uint(out, KEY_VERSION);
	cbor_put_uint(out, ENTRY_VERSION);
	cbor_put_uint(out, KEY_ORIGIN);
	cbor_put_text(out, buf_bytes(&origin));
	cbor_put_uint(out, KEY_INDEX);
	cbor_put_uint(out, e->index);
	cbor_put_uint(out, KEY_FILED);
	cbor_put_uint(out, e->filed.ms);
	cbor_put_uint(out, KEY_STATEMENT);
	cbor_put_bytes(out, e->statement);
	if (e->signatures_count == 0)
		return;
	cbor_put_uint(out, KEY_SIGNATURES);
	cbor_put_array(out, e->signatures_count);
	for (size_t i = 0; i < e->signatures_count; i++)
		cbor_put_bytes(out, e->signatures[i]);
}
