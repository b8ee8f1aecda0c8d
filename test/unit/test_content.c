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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_writer_knows_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
