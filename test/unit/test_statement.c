/* Statements against statement.json, places and single fields, and where a fault lies. */
#include "wire/statement.h"
#include "wire_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
static enum err read_statement(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct statement statement;
	struct fault fault;
	enum err e = statement_read(in, &statement, &fault);

	*rule = fault.rule;
	if (e != ERR_OK) {
		assert_int_equal(e, strncmp(fault.rule, "cbor.", 5) == 0 ? ERR_STRICT : ERR_RULE);
		assert_in_range(fault.offset, 0, in.len);
		return e;
	}
	assert_null(fault.rule);
	statement_lines(lines, &statement);
	statement_write(&statement, again);
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("statement.json", read_statement);
}

/* A mark of alba; borea 1.2 was read back rightly. */
static struct statement mark(void)
{
	static const uint8_t right[] = { 0x00 };
	struct statement s = {
		.channel = 1,
		.kind = KIND_MARK,
		.party = BYTES_LIT("alba"),
		.role = BYTES_LIT("watch"),
		.claimed = { 1893456075000 },
		.seen = { { BYTES_LIT("borea"), 1, 3 } },
		.seen_count = 1,
		.has_label = true,
		.label = { .level = BYTES_LIT("S") },
		.refers = { { .channel = 1, .party = BYTES_LIT("borea"), .epoch = 1, .index = 2 } },
		.refers_count = 1,
		.fields = { { FIELD_MARK, BYTES_OF(right) } },
		.fields_count = 1,
	};

	return s;
}

static struct bytes written(const struct statement *s, struct buf *out)
{
	buf_reset(out);
	statement_write(s, out);
	assert_int_equal(buf_check(out), ERR_OK);
	return buf_bytes(out);
}

/* The offset is that of the item that breaks the rule, and 0 when something is missing. */
static void test_offsets(void **state)
{
	uint8_t memory[1024];
	struct buf raw = BUF_ON(memory);
	struct statement s = mark(), out;
	struct bytes in;
	struct fault fault;

	(void)state;
	assert_int_equal(statement_read(written(&s, &raw), &out, &fault), ERR_OK);
	assert_int_equal(out.kind, KIND_MARK);

	s.channel = 1000;
	in = written(&s, &raw);
	assert_int_equal(statement_read(in, &out, &fault), ERR_RULE);
	assert_string_equal(fault.rule, "statement.channel");
	/* map, 1: 1, 2: accord id, 3: */
	assert_int_equal(fault.offset, 1 + 2 + 18 + 1);

	s = mark();
	s.fields[0].value = BYTES_LIT("\x05");
	in = written(&s, &raw);
	assert_int_equal(statement_read(in, &out, &fault), ERR_RULE);
	assert_string_equal(fault.rule, "statement.field");
	assert_int_equal(fault.offset, in.len - 1);

	s = mark();
	s.fields_count = 0;
	assert_int_equal(statement_read(written(&s, &raw), &out, &fault), ERR_RULE);
	assert_string_equal(fault.rule, "statement.field");
	assert_int_equal(fault.offset, 0);
}

static void test_fields(void **state)
{
	static const uint8_t values[] = { 0x18, 0x2a, 0x61, 0x61 };
	struct statement s = mark();
	uint64_t number = 7;

	(void)state;
	s.fields[1] = (struct field){ 3, { values, 2 } };
	s.fields[2] = (struct field){ 9, { values + 2, 2 } };
	s.fields_count = 3;
	assert_null(statement_field(&s, 2));
	assert_ptr_equal(statement_field(&s, 3), &s.fields[1]);
	assert_int_equal(statement_field_uint(&s, 2, 99, &number), ERR_NOT_FOUND);
	assert_int_equal(statement_field_uint(&s, 9, 99, &number), ERR_RULE);
	assert_int_equal(statement_field_uint(&s, 3, 41, &number), ERR_RULE);
	assert_int_equal(number, 7);
	assert_int_equal(statement_field_uint(&s, 3, 42, &number), ERR_OK);
	assert_int_equal(number, 42);
}

static void test_place(void **state)
{
	uint8_t memory[128];
	struct buf raw = BUF_ON(memory);
	struct place place = { .channel = 999, .party = BYTES_LIT("borea"), .epoch = 2, .index = 70000 }, out;
	struct cbor_reader r;

	(void)state;
	memset(place.leaf, 0xab, sizeof place.leaf);
	place_write(&place, &raw);
	cbor_open(&r, buf_bytes(&raw));
	assert_int_equal(place_read(&r, &out), ERR_OK);
	assert_int_equal(cbor_finish(&r), ERR_OK);
	assert_int_equal(out.channel, 999);
	assert_true(bytes_equal(out.party, place.party));
	assert_int_equal(out.epoch, 2);
	assert_int_equal(out.index, 70000);
	assert_memory_equal(out.leaf, place.leaf, HASH_LEN);
}

static void test_writer_knows_its_end(void **state)
{
	uint8_t memory[64];
	struct buf raw = BUF_ON(memory);
	struct statement s = mark();

	(void)state;
	statement_write(&s, &raw);
	assert_int_equal(buf_check(&raw), ERR_LIMIT);
}

static void test_an_id_begins_with_its_time(void **state)
{
	static const uint8_t time[] = { 0x01, 0xb8, 0xda, 0xc6, 0xd6, 0xf8 };
	uint8_t id[STATEMENT_ID_LEN], rest[STATEMENT_ID_LEN];

	(void)state;
	memset(id, 0xab, sizeof id);
	memset(rest, 0xab, sizeof rest);
	statement_id_date(id, (struct wall){ 0x01b8dac6d6f8 });
	assert_memory_equal(id, time, sizeof time);
	assert_memory_equal(id + sizeof time, rest, sizeof id - sizeof time);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_writer_knows_its_end),
		cmocka_unit_test(test_an_id_begins_with_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
