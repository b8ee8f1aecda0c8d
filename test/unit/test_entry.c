/* Entries against entry.json, and where a fault inside the statement lies. */
#include "wire/entry.h"
#include "wire_lines.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
static enum err read_entry(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct entry entry;
	struct statement statement;
	struct fault fault;
	enum err e = entry_read(in, &entry, &statement, &fault);
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf origin = BUF_ON(memory);

	*rule = fault.rule;
	if (e != ERR_OK) {
		assert_int_equal(e, strncmp(fault.rule, "cbor.", 5) == 0 ? ERR_STRICT : ERR_RULE);
		assert_in_range(fault.offset, 0, in.len);
		return e;
	}
	assert_null(fault.rule);
	origin_write(&entry.origin, &origin);
	line_put_text(lines, "origin", buf_bytes(&origin));
	line_put(lines, "index %" PRIu64, entry.index);
	line_put(lines, "filed %" PRIu64, entry.filed.ms);
	for (size_t i = 0; i < entry.signatures_count; i++)
		line_put_hex(lines, "signature", entry.signatures[i]);
	statement_lines(lines, &statement);
	entry_write(&entry, again);
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("entry.json", read_entry);
}

/* borea's `open` of its first epoch, with an accord id that is none of the origin's. */
static void test_offset_in_the_statement(void **state)
{
	static const uint8_t manifest[] = "\x58\x20"
					  "0123456789abcdef0123456789abcdef";
	struct statement s = { .party = BYTES_LIT("borea"),
			       .role = BYTES_LIT(ROLE_NODE),
			       .fields = { { FIELD_OPEN_MANIFEST, { manifest, 34 } } },
			       .fields_count = 1 };
	uint8_t statement_memory[512], memory[1024];
	struct buf statement = BUF_ON(statement_memory), raw = BUF_ON(memory);
	struct entry e = { .origin = { .channel = 1, .party = "borea", .epoch = 1 } }, out;
	struct fault fault;

	(void)state;
	statement_write(&s, &statement);
	e.statement = buf_bytes(&statement);
	entry_write(&e, &raw);
	assert_int_equal(entry_read(buf_bytes(&raw), &out, &s, &fault), ERR_OK);
	assert_ptr_equal(out.statement.ptr, memory + raw.len - statement.len);

	/* map, version's key, then the version */
	statement_memory[2] = 2;
	buf_reset(&raw);
	entry_write(&e, &raw);
	assert_int_equal(entry_read(buf_bytes(&raw), &out, &s, &fault), ERR_RULE);
	assert_string_equal(fault.rule, "statement.version");
	assert_int_equal(fault.offset, raw.len - statement.len + 2);

	statement_memory[2] = 1;
	e.origin.accord[0] = 1;
	buf_reset(&raw);
	entry_write(&e, &raw);
	assert_int_equal(entry_read(buf_bytes(&raw), &out, &s, &fault), ERR_RULE);
	assert_string_equal(fault.rule, "entry.accord");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_offset_in_the_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
