#include "wire/content.h"

#include "wire/fields.h"

#include <assert.h>
#include <string.h>

/* The keys of the content map (docs/spec/entry.md section 2). */
enum {
	KEY_SALT = 1,
	KEY_LANGUAGE,
	KEY_SUBJECT,
	KEY_PORTIONS,
	KEY_FIELDS,
	KEY_ATTACHMENTS,
	KEY_PADDING,
	KEY_COUNT
};

/* Printable ASCII, a type and a subtype. */
static bool is_media_type(struct bytes type)
{
	if (type.len > MEDIA_TYPE_MAX || memchr(type.ptr, '/', type.len) == NULL)
		return false;
	for (size_t i = 0; i < type.len; i++) {
		if (type.ptr[i] < ' ' || type.ptr[i] > '~')
			return false;
	}
	return true;
}

/* A name and no path: one line without a slash, not the folder itself or the one above. */
static bool is_file_name(struct bytes name)
{
	if (name.len == 0 || name.len > FILE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '/' || name.ptr[i] == '\\' || name.ptr[i] < ' ')
			return false;
	}
	return !bytes_equal(name, BYTES_LIT(".")) && !bytes_equal(name, BYTES_LIT(".."));
}

static void read_salt(struct cbor_reader *r, void *out)
{
	struct content *c = out;

	cbor_read_fixed(r, c->salt, sizeof c->salt);
}

static void read_language(struct cbor_reader *r, void *out)
{
	struct content *c = out;

	if (cbor_read_text(r, SIZE_MAX, &c->language) == ERR_OK && !is_language_tag(c->language))
		cbor_refuse(r, ERR_RULE, "content.language");
}

static void read_subject(struct cbor_reader *r, void *out)
{
	struct content *c = out;

	if (cbor_read_text(r, SIZE_MAX, &c->subject) == ERR_OK && c->subject.len == 0)
		cbor_refuse(r, ERR_RULE, "content.subject");
}

/* Opens an array of members_min items, or one more: the label. True if it has one. */
static bool open_with_label(struct cbor_reader *r, size_t members_min, const char *rule)
{
	return cbor_read_list(r, members_min, members_min + 1, rule) == members_min + 1;
}

/* A label's exact bytes, once it is known to be a good one. */
static void read_label(struct cbor_reader *r, struct bytes *out)
{
	size_t start = r->at;
	struct label label;

	if (label_read(r, &label) == ERR_OK)
		*out = (struct bytes){ r->in.ptr + start, r->at - start };
}

static void read_portions(struct cbor_reader *r, void *out)
{
	static const char rule[] = "content.portions";
	struct content *c = out;
	size_t count = cbor_read_list(r, 1, PORTIONS_MAX, rule);

	for (size_t i = 0; i < count && r->err == ERR_OK; i++) {
		bool has_label = open_with_label(r, 1, rule);
		cbor_read_text(r, SIZE_MAX, &c->portions[i].text);
		if (has_label)
			read_label(r, &c->portions[i].label);
		cbor_close(r);
	}
	c->portions_count = count;
	cbor_close(r);
}

static void read_fields(struct cbor_reader *r, void *out)
{
	struct content *c = out;

	c->fields_count = fields_read(r, c->fields, "content.fields");
}

static void read_attachment(struct cbor_reader *r, struct attachment *a)
{
	static const char rule[] = "content.attachment";
	bool has_label = open_with_label(r, 4, rule);

	cbor_read_fixed(r, a->hash, sizeof a->hash);
	a->len = cbor_read_number(r, 1, ATTACHMENT_LEN_MAX, rule);
	if (cbor_read_text(r, SIZE_MAX, &a->media_type) == ERR_OK && !is_media_type(a->media_type))
		cbor_refuse(r, ERR_RULE, rule);
	if (cbor_read_text(r, SIZE_MAX, &a->name) == ERR_OK && !is_file_name(a->name))
		cbor_refuse(r, ERR_RULE, rule);
	if (has_label)
		read_label(r, &a->label);
	cbor_close(r);
}

static void read_attachments(struct cbor_reader *r, void *out)
{
	struct content *c = out;
	size_t count = cbor_read_list(r, 1, ATTACHMENTS_MAX, "content.attachments");

	for (size_t i = 0; i < count && r->err == ERR_OK; i++)
		read_attachment(r, &c->attachments[i]);
	c->attachments_count = count;
	cbor_close(r);
}

static void read_padding(struct cbor_reader *r, void *out)
{
	struct content *c = out;
	struct bytes zeros;

	if (cbor_read_bytes(r, SIZE_MAX, &zeros) != ERR_OK)
		return;
	for (size_t i = 0; i < zeros.len; i++) {
		if (zeros.ptr[i] != 0) {
			cbor_refuse(r, ERR_RULE, "content.padding");
			return;
		}
	}
	c->has_padding = true;
	c->padding_len = zeros.len;
}

static const struct cbor_row rows[KEY_COUNT] = {
	[KEY_SALT] = { true, read_salt },	 [KEY_LANGUAGE] = { true, read_language },
	[KEY_SUBJECT] = { false, read_subject }, [KEY_PORTIONS] = { false, read_portions },
	[KEY_FIELDS] = { false, read_fields },	 [KEY_ATTACHMENTS] = { false, read_attachments },
	[KEY_PADDING] = { false, read_padding },
};

enum err content_read(struct bytes in, struct content *out, struct fault *fault)
{
	struct cbor_reader r;
	enum err e;

	*out = (struct content){ 0 };
	cbor_open(&r, in);
	if (in.len > CONTENT_LEN_MAX)
		cbor_refuse(&r, ERR_RULE, "content.limit");
	cbor_read_rows(&r, rows, ARRAY_COUNT(rows), "content.key", out);
	e = cbor_finish(&r);
	*fault = r.fault;
	return e;
}

static void write_portions(const struct content *c, struct buf *out)
{
	cbor_put_uint(out, KEY_PORTIONS);
	cbor_put_array(out, c->portions_count);
	for (size_t i = 0; i < c->portions_count; i++) {
		const struct portion *p = &c->portions[i];
		cbor_put_array(out, p->label.len > 0 ? 2 : 1);
		cbor_put_text(out, p->text);
		buf_put(out, p->label);
	}
}

static void write_attachments(const struct content *c, struct buf *out)
{
	cbor_put_uint(out, KEY_ATTACHMENTS);
	cbor_put_array(out, c->attachments_count);
	for (size_t i = 0; i < c->attachments_count; i++) {
		const struct attachment *a = &c->attachments[i];
		cbor_put_array(out, a->label.len > 0 ? 5 : 4);
		cbor_put_bytes(out, BYTES_OF(a->hash));
		cbor_put_uint(out, a->len);
		cbor_put_text(out, a->media_type);
		cbor_put_text(out, a->name);
		buf_put(out, a->label);
	}
}

static void write_padding(const struct content *c, struct buf *out)
{
	uint8_t *zeros;

	cbor_put_uint(out, KEY_PADDING);
	cbor_put_bytes_head(out, c->padding_len);
	zeros = buf_reserve(out, c->padding_len);
	if (zeros != NULL)
		memset(zeros, 0, c->padding_len);
}

void content_write(const struct content *c, struct buf *out)
{
	assert(c->portions_count <= PORTIONS_MAX && c->fields_count <= STATEMENT_FIELDS_MAX);
	assert(c->attachments_count <= ATTACHMENTS_MAX);
	cbor_put_map(out, 2 + (size_t)(c->subject.len > 0) + (c->portions_count > 0) + (c->fields_count > 0) +
				  (c->attachments_count > 0) + c->has_padding);
	cbor_put_uint(out, KEY_SALT);
	cbor_put_bytes(out, BYTES_OF(c->salt));
	cbor_put_uint(out, KEY_LANGUAGE);
	cbor_put_text(out, c->language);
	if (c->subject.len > 0) {
		cbor_put_uint(out, KEY_SUBJECT);
		cbor_put_text(out, c->subject);
	}
	if (c->portions_count > 0)
		write_portions(c, out);
	if (c->fields_count > 0) {
		cbor_put_uint(out, KEY_FIELDS);
		fields_write(c->fields, c->fields_count, out);
	}
	if (c->attachments_count > 0)
		write_attachments(c, out);
	if (c->has_padding)
		write_padding(c, out);
}

/* Bytes that key 7 adds with so many zeros: the key, the head of the string, the zeros. */
static size_t padding_cost(size_t zeros)
{
	return 1 + (zeros < 24 ? 1u : zeros < 256 ? 2u : 3u) + zeros;
}

enum err content_pad(struct content *c, size_t len)
{
	static const size_t lens[] = { 1024, 4096, 16384, SEALED_PLAIN_MAX };

	for (size_t i = 0; i < ARRAY_COUNT(lens); i++) {
		c->has_padding = false;
		c->padding_len = 0;
		if (len == lens[i])
			return ERR_OK;
		/*
		 * The head of the string has 1 to 3 bytes: one of these numbers of zeros fits, or none does.
		 */
		for (size_t head = 1; head <= 3; head++) {
			size_t zeros = lens[i] - len - 1 - head;
			if (len + 1 + head > lens[i] || padding_cost(zeros) != lens[i] - len)
				continue;
			c->has_padding = true;
			c->padding_len = zeros;
			return ERR_OK;
		}
	}
	return ERR_LIMIT;
}

/* Asked several times of each content, of which hardly any has one. */
static bool has_attachments(struct bytes content)
{
	struct cbor_reader r;
	struct cbor_map map;
	struct bytes value;
	uint64_t key = 0;

	cbor_open_known(&r, content);
	(void)cbor_read_map(&r, KEY_COUNT, &map);
	while (cbor_next_key(&r, &map, &key) && key < KEY_ATTACHMENTS)
		(void)cbor_read_raw(&r, &value);
	return r.err == ERR_OK && key == KEY_ATTACHMENTS;
}

static size_t clear_blobs(struct bytes content, struct blob out[ATTACHMENTS_MAX])
{
	struct content c;
	struct fault fault;

	if (content_read(content, &c, &fault) != ERR_OK)
		return 0;
	for (size_t i = 0; i < c.attachments_count; i++) {
		memcpy(out[i].hash, c.attachments[i].hash, HASH_LEN);
		out[i].len = c.attachments[i].len;
	}
	return c.attachments_count;
}

size_t content_blobs(const struct statement *s, struct bytes content, struct blob out[ATTACHMENTS_MAX])
{
	if (!s->has_content)
		return 0;
	if (s->content.sealing != SEALING_NONE) {
		memcpy(out, s->blobs, s->blobs_count * sizeof *out);
		return s->blobs_count;
	}
	return has_attachments(content) ? clear_blobs(content, out) : 0;
}
