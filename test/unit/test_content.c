/* Contents against content.json. */
#include "wire/content.h"
#include "wire_lines.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
static void portion_label_lines(struct buf *lines, struct bytes raw)
{
	struct cbor_reader r;
	struct label label;

	if (raw.len == 0)
		return;
	cbor_open(&r, raw);
	label_read(&r, &label);
	assert_int_equal(cbor_finish(&r), ERR_OK);
	label_lines(lines, &label);
}

static void attachment_lines(struct buf *lines, const struct attachment *a)
{
	char hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(a->hash), hash);
	line_put(lines, "attachment %s %" PRIu64 " %.*s %.*s", hash, a->len, (int)a->media_type.len,
		 (const char *)a->media_type.ptr, (int)a->name.len, (const char *)a->name.ptr);
	portion_label_lines(lines, a->label);
}

static enum err read_content(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct content c;
	struct fault fault;
	enum err e = content_read(in, &c, &fault);

	*rule = fault.rule;
	if (e != ERR_OK) {
		assert_int_equal(e, strncmp(fault.rule, "cbor.", 5) == 0 ? ERR_STRICT : ERR_RULE);
		assert_in_range(fault.offset, 0, in.len);
		return e;
	}
	line_put_hex(lines, "salt", BYTES_OF(c.salt));
	line_put_text(lines, "language", c.language);
	if (c.subject.len > 0)
		line_put_text(lines, "subject", c.subject);
	for (size_t i = 0; i < c.portions_count; i++) {
		line_put_text(lines, "portion", c.portions[i].text);
		portion_label_lines(lines, c.portions[i].label);
	}
	field_lines(lines, c.fields, c.fields_count);
	for (size_t i = 0; i < c.attachments_count; i++)
		attachment_lines(lines, &c.attachments[i]);
	if (c.has_padding)
		line_put(lines, "padding %zu", c.padding_len);
	content_write(&c, again);
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("content.json", read_content);
}

static void test_writer_knows_its_end(void **state)
{
	struct content c = { .language = BYTES_LIT("en"), .has_padding = true, .padding_len = 100 };
	uint8_t memory[100];
	struct buf raw = BUF_ON(memory);

	(void)state;
	content_write(&c, &raw);
	assert_int_equal(buf_check(&raw), ERR_LIMIT);
}

/* Every length up to the longest: the smallest of the four that can be met, met exactly. */
static void padding_meets_a_length(void **state)
{
	static const size_t lens[] = { 1024, 4096, 16384, SEALED_PLAIN_MAX };
	static uint8_t text[SEALED_PLAIN_MAX], memory[SEALED_PLAIN_MAX + 64];

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t len = 0; len < sizeof text; len += len > 1200 && len < 48000 ? 97 : 1) {
		struct content c = { .language = BYTES_LIT("en"), .portions_count = 1 };
		struct buf out = BUF_ON(memory);
		size_t plain, i = 0;
		enum err e;
		c.portions[0].text = (struct bytes){ text, len };
		content_write(&c, &out);
		plain = out.len;
		e = content_pad(&c, plain);
		/* What is 1, 26 or 259 short of a length cannot be brought to it. */
		while (i < ARRAY_COUNT(lens) && (plain > lens[i] || lens[i] - plain == 1 ||
						 lens[i] - plain == 26 || lens[i] - plain == 259))
			i++;
		if (i == ARRAY_COUNT(lens)) {
			assert_int_equal(e, ERR_LIMIT);
			continue;
		}
		assert_int_equal(e, ERR_OK);
		buf_reset(&out);
		content_write(&c, &out);
		assert_int_equal(out.len, lens[i]);
		assert_int_equal(c.has_padding, plain != lens[i]);
	}
}

/* A file's name is no path, its type a type and a subtype; what no statement names has no file. */
static void what_a_file_is_called(void **state)
{
	static const struct {
		const char *name, *type;
		enum err want;
	} rows[] = {
		{ "map.png", "image/png", ERR_OK }, { "..", "image/png", ERR_RULE },
		{ ".", "image/png", ERR_RULE },	    { "...", "image/png", ERR_OK },
		{ "", "image/png", ERR_RULE },	    { "a/b", "image/png", ERR_RULE },
		{ "map.png", "", ERR_RULE },	    { "map.png", "image", ERR_RULE },
		{ "map.png", "/", ERR_OK },	    { "map.png", "image/\xc3\xa9", ERR_RULE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct content c = { .language = BYTES_LIT("en"), .attachments_count = 1 }, back;
		struct statement s = { .has_content = true };
		struct blob blobs[ATTACHMENTS_MAX];
		uint8_t memory[512];
		struct buf out = BUF_ON(memory);
		struct fault fault;
		c.attachments[0] = (struct attachment){ .len = 5,
							.media_type = bytes_str(rows[i].type),
							.name = bytes_str(rows[i].name) };
		content_write(&c, &out);
		print_message("%s, %s\n", rows[i].name, rows[i].type);
		assert_int_equal(content_read(buf_bytes(&out), &back, &fault), rows[i].want);
		assert_int_equal(content_blobs(&s, buf_bytes(&out), blobs), rows[i].want == ERR_OK);
		s.has_content = false;
		assert_int_equal(content_blobs(&s, buf_bytes(&out), blobs), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_writer_knows_its_end),
		cmocka_unit_test(padding_meets_a_length),
		cmocka_unit_test(what_a_file_is_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
