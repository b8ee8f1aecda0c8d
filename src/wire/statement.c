#include "wire/statement.h"

#include "wire/fields.h"

#include <assert.h>

static bool is_node(const struct statement *s)
{
	return bytes_equal(s->role, BYTES_LIT(ROLE_NODE));
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The shape of a BCP 47 tag: subtags of 1 to 8 letters or digits, joined by hyphens. */
bool is_language_tag(struct bytes tag)
{
	size_t len = 0; /* of the subtag */

	if (tag.len > LANGUAGE_TAG_MAX)
		return false;
	for (size_t i = 0; i < tag.len; i++) {
		if (tag.ptr[i] == '-' ? len == 0 : !is_alphanumeric(tag.ptr[i]) || len == 8)
			return false;
		len = tag.ptr[i] == '-' ? 0 : len + 1;
	}
	return len > 0;
}

bool is_language(struct bytes tag)
{
	size_t len = 0; /* of the first subtag */

	while (len < tag.len && tag.ptr[len] >= 'a' && tag.ptr[len] <= 'z')
		len++;
	return is_language_tag(tag) && (len == 2 || len == 3) && (len == tag.len || tag.ptr[len] == '-');
}

static void read_name(struct cbor_reader *r, bool (*is_good)(struct bytes), const char *rule,
		      struct bytes *out)
{
	if (cbor_read_text(r, SIZE_MAX, out) == ERR_OK && !is_good(*out))
		cbor_refuse(r, ERR_RULE, rule);
}

void place_write(const struct place *p, struct buf *out)
{
	cbor_put_array(out, 5);
	cbor_put_uint(out, p->channel);
	cbor_put_text(out, p->party);
	cbor_put_uint(out, p->epoch);
	cbor_put_uint(out, p->index);
	cbor_put_bytes(out, BYTES_OF(p->leaf));
}

enum err place_read(struct cbor_reader *r, struct place *out)
{
	static const char rule[] = "statement.place";

	if (!cbor_read_tuple(r, 5, rule))
		return r->err;
	out->channel = (uint32_t)cbor_read_number(r, 1, CHANNEL_MAX, rule);
	read_name(r, is_party_name, rule, &out->party);
	out->epoch = (uint32_t)cbor_read_number(r, 1, UINT32_MAX, rule);
	out->index = cbor_read_number(r, 0, LOG_SIZE_MAX - 1, rule);
	cbor_read_fixed(r, out->leaf, sizeof out->leaf);
	cbor_close(r);
	return r->err;
}

static void read_version(struct cbor_reader *r, void *out)
{
	(void)out;
	cbor_read_number(r, STATEMENT_VERSION, STATEMENT_VERSION, "statement.version");
}

static void read_accord(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	cbor_read_fixed(r, s->accord, sizeof s->accord);
}

static void read_channel(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	s->channel = (uint32_t)cbor_read_number(r, 0, CHANNEL_MAX, "statement.channel");
}

static void read_id(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	cbor_read_fixed(r, s->id, sizeof s->id);
}

static void read_kind(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	cbor_read_uint(r, UINT64_MAX, &s->kind);
	/* Channel 0 is every channel of the author: its first entry, his keys, a new version of the accord.
	 */
	if (s->channel == 0 && s->kind > KIND_ACCORD)
		cbor_refuse(r, ERR_RULE, "statement.channel");
}

static void read_author(struct cbor_reader *r, void *out)
{
	struct statement *s = out;
	const struct kind_row *row = kind_find(s->kind);

	if (!cbor_read_tuple(r, 2, "statement.author"))
		return;
	read_name(r, is_party_name, "statement.party", &s->party);
	read_name(r, is_role_name, "statement.role", &s->role);
	cbor_close(r);
	if (r->err != ERR_OK || row == NULL)
		return;
	if ((row->author & (is_node(s) ? KIND_NODE : KIND_OFFICER)) == 0)
		cbor_refuse(r, ERR_RULE, "statement.author");
}

static void read_claimed(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	s->claimed.ms = cbor_read_number(r, 0, TIME_MS_MAX - 1, "statement.time");
}

static void read_seen(struct cbor_reader *r, void *out)
{
	static const char rule[] = "statement.seen";
	struct statement *s = out;
	size_t count = cbor_read_list(r, 0, s->channel == 0 ? 0 : PARTY_MAX - 1, rule);

	for (size_t i = 0; i < count && cbor_read_tuple(r, 3, rule); i++) {
		struct seen *seen = &s->seen[i];
		read_name(r, is_party_name, rule, &seen->party);
		if (r->err != ERR_OK)
			return;
		/* By name, each once; one's own log needs no saying. */
		if ((i > 0 && bytes_compare(seen[-1].party, seen->party) >= 0) ||
		    bytes_equal(seen->party, s->party))
			cbor_refuse(r, ERR_RULE, rule);
		seen->epoch = (uint32_t)cbor_read_number(r, 1, UINT32_MAX, rule);
		/* A party of which nothing was seen is left out. */
		seen->size = cbor_read_number(r, 1, LOG_SIZE_MAX, rule);
		cbor_close(r);
	}
	s->seen_count = count;
	cbor_close(r);
}

static int addressee_compare(const struct addressee *a, const struct addressee *b)
{
	int order = bytes_compare(a->party, b->party);

	if (order == 0)
		order = bytes_compare(a->role, b->role);
	return order != 0 ? order : (int)a->is_information - (int)b->is_information;
}

static void read_addressees(struct cbor_reader *r, void *out)
{
	static const char rule[] = "statement.addressees";
	struct statement *s = out;
	size_t count = cbor_read_list(r, 1, STATEMENT_ADDRESSEES_MAX, rule);

	for (size_t i = 0; i < count && cbor_read_tuple(r, 3, rule); i++) {
		struct addressee *a = &s->addressees[i];
		read_name(r, is_party_name, rule, &a->party);
		read_name(r, is_role_name, rule, &a->role);
		a->is_information = cbor_read_number(r, 0, 1, rule) == 1;
		cbor_close(r);
		if (r->err != ERR_OK)
			return;
		if (i > 0 && addressee_compare(a - 1, a) >= 0)
			cbor_refuse(r, ERR_RULE, rule);
	}
	s->addressees_count = count;
	cbor_close(r);
}

static void read_precedence(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	s->precedence = (enum precedence)cbor_read_number(r, 0, PRECEDENCE_COUNT - 1, "statement.precedence");
	s->has_precedence = true;
}

static void read_label(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	label_read(r, &s->label);
	s->has_label = true;
}

static void read_refers(struct cbor_reader *r, void *out)
{
	struct statement *s = out;
	size_t count = cbor_read_list(r, 1, STATEMENT_REFERENCES_MAX, "statement.refers");

	for (size_t i = 0; i < count && r->err == ERR_OK; i++)
		place_read(r, &s->refers[i]);
	s->refers_count = count;
	cbor_close(r);
}

static void read_form(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	if (!cbor_read_tuple(r, 2, "statement.form"))
		return;
	if (cbor_read_text(r, SIZE_MAX, &s->form) == ERR_OK &&
	    (s->form.len == 0 || s->form.len > FORM_NAME_MAX))
		cbor_refuse(r, ERR_RULE, "statement.form");
	cbor_read_uint(r, UINT64_MAX, &s->form_version);
	cbor_close(r);
	s->has_form = true;
}

static void read_fields(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	s->fields_count = fields_read(r, s->fields, "statement.fields");
}

static void read_content(struct cbor_reader *r, void *out)
{
	static const char rule[] = "statement.content";
	struct statement *s = out;

	if (!cbor_read_tuple(r, 3, rule))
		return;
	cbor_read_fixed(r, s->content.hash, sizeof s->content.hash);
	s->content.len = cbor_read_number(r, 1, CONTENT_LEN_MAX, rule);
	s->content.sealing = cbor_read_number(r, 0, SEALING_COUNT - 1, rule);
	cbor_close(r);
	s->has_content = true;
}

static void read_instance(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	place_read(r, &s->instance);
	s->has_instance = true;
}

static void read_acting_for(struct cbor_reader *r, void *out)
{
	struct statement *s = out;

	read_name(r, is_role_name, "statement.acting", &s->acting_for);
}

static void read_blobs(struct cbor_reader *r, void *out)
{
	static const char rule[] = "statement.blobs";
	struct statement *s = out;
	size_t count = cbor_read_list(r, 1, ATTACHMENTS_MAX, rule);

	for (size_t i = 0; i < count && cbor_read_tuple(r, 2, rule); i++) {
		cbor_read_fixed(r, s->blobs[i].hash, sizeof s->blobs[i].hash);
		s->blobs[i].len = cbor_read_number(r, 1, ATTACHMENT_LEN_MAX, rule);
		cbor_close(r);
	}
	s->blobs_count = count;
	cbor_close(r);
}

static const struct cbor_row rows[STATEMENT_KEY_COUNT] = {
	[STATEMENT_KEY_VERSION] = { true, read_version },
	[STATEMENT_KEY_ACCORD] = { true, read_accord },
	[STATEMENT_KEY_CHANNEL] = { true, read_channel },
	[STATEMENT_KEY_ID] = { true, read_id },
	[STATEMENT_KEY_KIND] = { true, read_kind },
	[STATEMENT_KEY_AUTHOR] = { true, read_author },
	[STATEMENT_KEY_CLAIMED] = { true, read_claimed },
	[STATEMENT_KEY_SEEN] = { true, read_seen },
	[STATEMENT_KEY_ADDRESSEES] = { false, read_addressees },
	[STATEMENT_KEY_PRECEDENCE] = { false, read_precedence },
	[STATEMENT_KEY_LABEL] = { false, read_label },
	[STATEMENT_KEY_REFERS] = { false, read_refers },
	[STATEMENT_KEY_FORM] = { false, read_form },
	[STATEMENT_KEY_FIELDS] = { false, read_fields },
	[STATEMENT_KEY_CONTENT] = { false, read_content },
	[STATEMENT_KEY_INSTANCE] = { false, read_instance },
	[STATEMENT_KEY_ACTING_FOR] = { false, read_acting_for },
	[STATEMENT_KEY_BLOBS] = { false, read_blobs },
};

/* What only the whole shows. */
static void check_whole(struct cbor_reader *r, const struct statement *s)
{
	const struct kind_row *row = kind_find(s->kind);
	const struct field *bad;

	r->item = 0;
	if (!is_node(s) && !s->has_label)
		cbor_refuse(r, ERR_RULE, "statement.label");
	/* A clear content names its own. */
	if (s->blobs_count > 0 && (!s->has_content || s->content.sealing == SEALING_NONE))
		cbor_refuse(r, ERR_RULE, "statement.blobs");
	if (row == NULL)
		return;
	if ((row->refers == KIND_REFERS_NONE && s->refers_count > 0) ||
	    (row->refers == KIND_REFERS_ONE && s->refers_count != 1))
		cbor_refuse(r, ERR_RULE, "statement.refers");
	if (fields_check(s, &bad) != ERR_OK) {
		if (bad != NULL)
			r->item = (size_t)(bad->value.ptr - r->in.ptr);
		cbor_refuse(r, ERR_RULE, "statement.field");
	}
}

enum err statement_read(struct bytes in, struct statement *out, struct fault *fault)
{
	struct cbor_reader r;
	enum err e;

	*out = (struct statement){ 0 };
	cbor_open(&r, in);
	cbor_read_rows(&r, rows, ARRAY_COUNT(rows), "statement.key", out);
	e = cbor_finish(&r);
	if (e == ERR_OK)
		check_whole(&r, out);
	*fault = r.fault;
	return r.err;
}

static size_t keys_count(const struct statement *s)
{
	return 8 + (size_t)(s->addressees_count > 0) + s->has_precedence + s->has_label +
	       (s->refers_count > 0) + s->has_form + (s->fields_count > 0) + s->has_content +
	       s->has_instance + (s->acting_for.len > 0) + (s->blobs_count > 0);
}

static void write_lists(const struct statement *s, struct buf *out)
{
	cbor_put_uint(out, STATEMENT_KEY_SEEN);
	cbor_put_array(out, s->seen_count);
	for (size_t i = 0; i < s->seen_count; i++) {
		cbor_put_array(out, 3);
		cbor_put_text(out, s->seen[i].party);
		cbor_put_uint(out, s->seen[i].epoch);
		cbor_put_uint(out, s->seen[i].size);
	}
	if (s->addressees_count == 0)
		return;
	cbor_put_uint(out, STATEMENT_KEY_ADDRESSEES);
	cbor_put_array(out, s->addressees_count);
	for (size_t i = 0; i < s->addressees_count; i++) {
		cbor_put_array(out, 3);
		cbor_put_text(out, s->addressees[i].party);
		cbor_put_text(out, s->addressees[i].role);
		cbor_put_uint(out, s->addressees[i].is_information ? 1 : 0);
	}
}

static void write_subject(const struct statement *s, struct buf *out)
{
	if (s->has_precedence) {
		cbor_put_uint(out, STATEMENT_KEY_PRECEDENCE);
		cbor_put_uint(out, s->precedence);
	}
	if (s->has_label) {
		cbor_put_uint(out, STATEMENT_KEY_LABEL);
		label_write(&s->label, out);
	}
	if (s->refers_count > 0) {
		cbor_put_uint(out, STATEMENT_KEY_REFERS);
		cbor_put_array(out, s->refers_count);
		for (size_t i = 0; i < s->refers_count; i++)
			place_write(&s->refers[i], out);
	}
	if (s->has_form) {
		cbor_put_uint(out, STATEMENT_KEY_FORM);
		cbor_put_array(out, 2);
		cbor_put_text(out, s->form);
		cbor_put_uint(out, s->form_version);
	}
	if (s->fields_count > 0) {
		cbor_put_uint(out, STATEMENT_KEY_FIELDS);
		fields_write(s->fields, s->fields_count, out);
	}
}

static void write_content(const struct statement *s, struct buf *out)
{
	if (s->has_content) {
		cbor_put_uint(out, STATEMENT_KEY_CONTENT);
		cbor_put_array(out, 3);
		cbor_put_bytes(out, BYTES_OF(s->content.hash));
		cbor_put_uint(out, s->content.len);
		cbor_put_uint(out, s->content.sealing);
	}
	if (s->has_instance) {
		cbor_put_uint(out, STATEMENT_KEY_INSTANCE);
		place_write(&s->instance, out);
	}
	if (s->acting_for.len > 0) {
		cbor_put_uint(out, STATEMENT_KEY_ACTING_FOR);
		cbor_put_text(out, s->acting_for);
	}
	if (s->blobs_count > 0) {
		cbor_put_uint(out, STATEMENT_KEY_BLOBS);
		cbor_put_array(out, s->blobs_count);
		for (size_t i = 0; i < s->blobs_count; i++) {
			cbor_put_array(out, 2);
			cbor_put_bytes(out, BYTES_OF(s->blobs[i].hash));
			cbor_put_uint(out, s->blobs[i].len);
		}
	}
}

void statement_write(const struct statement *s, struct buf *out)
{
	assert(s->seen_count <= PARTY_MAX && s->addressees_count <= STATEMENT_ADDRESSEES_MAX);
	assert(s->refers_count <= STATEMENT_REFERENCES_MAX && s->fields_count <= STATEMENT_FIELDS_MAX);
	assert(s->blobs_count <= ATTACHMENTS_MAX);
	cbor_put_map(out, keys_count(s));
	cbor_put_uint(out, STATEMENT_KEY_VERSION);
	cbor_put_uint(out, STATEMENT_VERSION);
	cbor_put_uint(out, STATEMENT_KEY_ACCORD);
	cbor_put_bytes(out, BYTES_OF(s->accord));
	cbor_put_uint(out, STATEMENT_KEY_CHANNEL);
	cbor_put_uint(out, s->channel);
	cbor_put_uint(out, STATEMENT_KEY_ID);
	cbor_put_bytes(out, BYTES_OF(s->id));
	cbor_put_uint(out, STATEMENT_KEY_KIND);
	cbor_put_uint(out, s->kind);
	cbor_put_uint(out, STATEMENT_KEY_AUTHOR);
	cbor_put_array(out, 2);
	cbor_put_text(out, s->party);
	cbor_put_text(out, s->role);
	cbor_put_uint(out, STATEMENT_KEY_CLAIMED);
	cbor_put_uint(out, s->claimed.ms);
	write_lists(s, out);
	write_subject(s, out);
	write_content(s, out);
}

void statement_id_date(uint8_t id[STATEMENT_ID_LEN], struct wall claimed)
{
	uint8_t time[8];

	be64_put(time, claimed.ms);
	memcpy(id, time + 2, STATEMENT_ID_DATE_LEN);
}

const struct field *statement_field(const struct statement *s, uint64_t key)
{
	for (size_t i = 0; i < s->fields_count; i++) {
		if (s->fields[i].key == key)
			return &s->fields[i];
	}
	return NULL;
}

enum err statement_field_uint(const struct statement *s, uint64_t key, uint64_t max, uint64_t *out)
{
	const struct field *field = statement_field(s, key);
	struct cbor_reader r;

	if (field == NULL)
		return ERR_NOT_FOUND;
	cbor_open(&r, field->value);
	return cbor_read_uint(&r, max, out) == ERR_OK ? ERR_OK : ERR_RULE;
}

uint64_t statement_uint(const struct statement *s, uint64_t key)
{
	uint64_t value;

	return statement_field_uint(s, key, UINT64_MAX, &value) == ERR_OK ? value : 0;
}

static struct bytes string_of(const struct statement *s, uint64_t key,
			      enum err (*read)(struct cbor_reader *r, size_t max, struct bytes *out))
{
	const struct field *field = statement_field(s, key);
	struct bytes string = { NULL, 0 };
	struct cbor_reader r;

	if (field == NULL)
		return string;
	cbor_open(&r, field->value);
	(void)read(&r, field->value.len, &string);
	return string;
}

struct bytes statement_text(const struct statement *s, uint64_t key)
{
	return string_of(s, key, cbor_read_text);
}

struct bytes statement_bytes(const struct statement *s, uint64_t key)
{
	return string_of(s, key, cbor_read_bytes);
}

struct text_list statement_list(const struct statement *s, uint64_t key)
{
	const struct field *f = statement_field(s, key);
	struct text_list t = { .left = 0 };

	if (f == NULL)
		return t;
	cbor_open(&t.reader, f->value);
	(void)cbor_read_array(&t.reader, f->value.len, &t.left);
	return t;
}

bool text_list_next(struct text_list *t, struct bytes *out)
{
	if (t->left == 0 || cbor_read_text(&t->reader, SIZE_MAX, out) != ERR_OK)
		return false;
	t->left--;
	return true;
}
