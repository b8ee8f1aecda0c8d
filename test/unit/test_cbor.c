/* Strict CBOR against cbor.json; then what the vectors cannot say: the reader's state, offsets, the writer.
 */
#include "vectors.h"
#include "wire/cbor.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* One value in the order of its bytes; `again` gets it as the writer makes it. */
static void walk_item(struct cbor_reader *r, struct buf *lines, struct buf *again)
{
	struct bytes string;
	uint64_t number;
	bool is_true;

	switch (cbor_peek(r)) {
	case CBOR_UINT:
		if (cbor_read_uint(r, UINT64_MAX, &number) == ERR_OK) {
			line_put(lines, "uint %" PRIu64, number);
			cbor_put_uint(again, number);
		}
		break;
	case CBOR_NINT:
		/* No statement has one but as a field's value, which stays bytes. */
		if (cbor_read_raw(r, &string) == ERR_OK) {
			number = string.ptr[0] & 31;
			for (size_t i = 1; i < string.len; i++)
				number = (i == 1 ? 0 : number << 8) | string.ptr[i];
			line_put(lines, "nint %" PRIu64, number);
			cbor_put_nint(again, number);
		}
		break;
	case CBOR_BYTES:
		if (cbor_read_bytes(r, SIZE_MAX, &string) == ERR_OK) {
			line_put_hex(lines, "bytes", string);
			cbor_put_bytes(again, string);
		}
		break;
	case CBOR_TEXT:
		if (cbor_read_text(r, SIZE_MAX, &string) == ERR_OK) {
			line_put_text(lines, "text", string);
			cbor_put_text(again, string);
		}
		break;
	case CBOR_BOOL:
		if (cbor_read_bool(r, &is_true) == ERR_OK) {
			line_put(lines, "bool %s", is_true ? "true" : "false");
			cbor_put_bool(again, is_true);
		}
		break;
	case CBOR_ARRAY:
	case CBOR_MAP:
	case CBOR_TYPE_COUNT:
		cbor_read_raw(r, &string);
		break;
	}
}

struct level {
	bool is_map;
	size_t left;
	struct cbor_map map;
};

/* Opens the container that comes next, if it is one. */
static bool walk_open(struct cbor_reader *r, struct buf *lines, struct buf *again, struct level *out)
{
	*out = (struct level){ .is_map = cbor_peek(r) == CBOR_MAP };
	if (out->is_map && cbor_read_map(r, SIZE_MAX, &out->map) == ERR_OK) {
		line_put(lines, "map %zu", out->map.left);
		cbor_put_map(again, out->map.left);
		return true;
	}
	if (cbor_peek(r) == CBOR_ARRAY && cbor_read_array(r, SIZE_MAX, &out->left) == ERR_OK) {
		line_put(lines, "array %zu", out->left);
		cbor_put_array(again, out->left);
		return true;
	}
	return false;
}

static enum err read_cbor(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct level levels[CBOR_DEPTH_MAX + 1];
	struct cbor_reader r, raw;
	size_t depth = 0;
	uint64_t key;
	struct bytes whole;

	cbor_open(&r, in);
	do {
		struct level *inner = depth > 0 ? &levels[depth - 1] : NULL, opened;
		if (inner != NULL && inner->is_map) {
			if (!cbor_next_key(&r, &inner->map, &key))
				break;
			line_put(lines, "key %" PRIu64, key);
			cbor_put_uint(again, key);
		} else if (inner != NULL) {
			inner->left--;
		}
		if (walk_open(&r, lines, again, &opened))
			levels[depth++] = opened;
		else
			walk_item(&r, lines, again);
		while (depth > 0 && levels[depth - 1].left == 0 && levels[depth - 1].map.left == 0) {
			cbor_close(&r);
			depth--;
		}
	} while (depth > 0 && r.err == ERR_OK);
	/* cbor_read_raw walks by itself and must say the same. */
	cbor_open(&raw, in);
	cbor_read_raw(&raw, &whole);
	assert_int_equal(cbor_finish(&raw), cbor_finish(&r));
	*rule = r.fault.rule;
	if (r.err != ERR_OK) {
		assert_int_equal(r.err, ERR_STRICT);
		assert_string_equal(raw.fault.rule, r.fault.rule);
		assert_int_equal(raw.fault.offset, r.fault.offset);
		return r.err;
	}
	assert_true(bytes_equal(whole, in));
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("cbor.json", read_cbor);
}

/* In a table: an initializer has to be constant. */
#define RAW(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

/* Where the fault lies: the first byte of the item that breaks the rule. */
static const struct {
	const char *why;
	struct bytes in;
	const char *rule;
	size_t offset;
} faults[] = {
	{ "the first byte", RAW("\x18\x05"), "cbor.shortest", 0 },
	{ "the second item", RAW("\x82\x01\xf6"), "cbor.simple", 2 },
	{ "a key", RAW("\xa2\x02\x00\x01\x00"), "cbor.order", 3 },
	{ "a text after bytes", RAW("\x82\x42\x01\x02\x61\x07"), "cbor.control", 4 },
	{ "the end that is missing", RAW("\x82\x01"), "cbor.short", 0 },
	{ "an item that is missing", RAW("\x82\x41\x01"), "cbor.short", 3 },
	{ "what follows the end", RAW("\x01\x02"), "cbor.trailing", 1 },
	{ "the array that is too deep", RAW("\x81\x81\x81\x81\x81\x81\x81\x80"), "cbor.depth", 7 },
};

static void test_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
		struct cbor_reader r;
		struct bytes value;
		print_message("# %s\n", faults[i].why);
		cbor_open(&r, faults[i].in);
		cbor_read_raw(&r, &value);
		assert_int_equal(cbor_finish(&r), ERR_STRICT);
		assert_string_equal(r.fault.rule, faults[i].rule);
		assert_int_equal(r.fault.offset, faults[i].offset);
	}
}

/* What the caller asked for is not what stands there. */
static void test_wrong_type(void **state)
{
	struct cbor_reader r;
	struct cbor_map map;
	struct bytes string;
	uint64_t number;
	uint8_t fixed[4];
	size_t count;
	bool is_true;

	(void)state;
#define ASSERT_RULE(literal, call, wanted)                 \
	do {                                               \
		cbor_open(&r, BYTES_LIT(literal));         \
		assert_int_equal(call, ERR_STRICT);        \
		assert_string_equal(r.fault.rule, wanted); \
	} while (0)
	ASSERT_RULE("\x20", cbor_read_uint(&r, 9, &number), "cbor.type");
	ASSERT_RULE("\x0a", cbor_read_uint(&r, 9, &number), "cbor.limit");
	ASSERT_RULE("\x01", cbor_read_bool(&r, &is_true), "cbor.type");
	ASSERT_RULE("\x61\x61", cbor_read_bytes(&r, 9, &string), "cbor.type");
	ASSERT_RULE("\x42\x61\x61", cbor_read_bytes(&r, 1, &string), "cbor.limit");
	ASSERT_RULE("\x41\x61", cbor_read_text(&r, 9, &string), "cbor.type");
	ASSERT_RULE("\x62\x61\x61", cbor_read_text(&r, 1, &string), "cbor.limit");
	ASSERT_RULE("\x43\x61\x61\x61", cbor_read_fixed(&r, fixed, 4), "cbor.type");
	ASSERT_RULE("\x45\x61\x61\x61\x61\x61", cbor_read_fixed(&r, fixed, 4), "cbor.type");
	ASSERT_RULE("\xa0", cbor_read_array(&r, 9, &count), "cbor.type");
	ASSERT_RULE("\x82\x01\x01", cbor_read_array(&r, 1, &count), "cbor.limit");
	ASSERT_RULE("\x80", cbor_read_map(&r, 9, &map), "cbor.type");
	ASSERT_RULE("\xa2\x01\x01\x02\x01", cbor_read_map(&r, 1, &map), "cbor.limit");
	ASSERT_RULE("\x81\xa0", cbor_read_value(&r, &string), "cbor.type");
#undef ASSERT_RULE
}

static void test_first_fault_sticks(void **state)
{
	struct cbor_reader r;
	struct cbor_map map;
	uint64_t number = 7, key;
	struct bytes raw;

	(void)state;
	cbor_open(&r, BYTES_LIT("\x83\x01\x18\x05\x02"));
	assert_int_equal(cbor_read_raw(&r, &raw), ERR_STRICT);
	assert_int_equal(cbor_read_uint(&r, 99, &number), ERR_STRICT);
	assert_int_equal(cbor_read_map(&r, 1, &map), ERR_STRICT);
	assert_false(cbor_next_key(&r, &(struct cbor_map){ .left = 1 }, &key));
	assert_int_equal(cbor_refuse(&r, ERR_RULE, "another"), ERR_STRICT);
	cbor_close(&r);
	assert_int_equal(cbor_finish(&r), ERR_STRICT);
	assert_string_equal(r.fault.rule, "cbor.shortest");
	assert_int_equal(r.fault.offset, 2);
	assert_int_equal(number, 7);
	assert_int_equal(cbor_peek(&r), CBOR_TYPE_COUNT);
}

static void read_one(struct cbor_reader *r, void *out)
{
	uint64_t *sum = out, number = 0;

	cbor_read_uint(r, 99, &number);
	*sum += number;
}

static void test_rows(void **state)
{
	static const struct cbor_row rows[] = {
		[1] = { true, read_one }, [3] = { false, read_one }, [4] = { true, read_one }
	};
	static const struct {
		const char *why;
		struct bytes in;
		enum err want;
	} tries[] = {
		{ "all keys", RAW("\xa3\x01\x01\x03\x02\x04\x04"), ERR_OK },
		{ "without the optional one", RAW("\xa2\x01\x01\x04\x06"), ERR_OK },
		{ "the first is missing", RAW("\xa1\x04\x06"), ERR_RULE },
		{ "the last is missing", RAW("\xa1\x01\x06"), ERR_RULE },
		{ "none is there", RAW("\xa0"), ERR_RULE },
		{ "a key that no row has", RAW("\xa3\x01\x01\x02\x02\x04\x04"), ERR_RULE },
		{ "a key beyond the rows", RAW("\xa3\x01\x01\x04\x06\x05\x00"), ERR_RULE },
		{ "a value over its limit", RAW("\xa2\x01\x01\x04\x18\x64"), ERR_STRICT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct cbor_reader r;
		uint64_t sum = 0;
		print_message("# %s\n", tries[i].why);
		cbor_open(&r, tries[i].in);
		assert_int_equal(cbor_read_rows(&r, rows, ARRAY_COUNT(rows), "some.rule", &sum),
				 tries[i].want);
		if (tries[i].want == ERR_OK)
			assert_int_equal(sum, 7);
		if (tries[i].want == ERR_RULE)
			assert_string_equal(r.fault.rule, "some.rule");
	}
}

/* What was read before is not looked through again; where it ends is. */
static void test_known_text(void **state)
{
	struct cbor_reader r;
	struct bytes text;

	(void)state;
	cbor_open(&r, BYTES_LIT("\x62\xff\x01"));
	assert_int_equal(cbor_read_text(&r, 9, &text), ERR_STRICT);
	cbor_open_known(&r, BYTES_LIT("\x62\xff\x01"));
	assert_int_equal(cbor_read_text(&r, 9, &text), ERR_OK);
	assert_int_equal(text.len, 2);
	cbor_open_known(&r, BYTES_LIT("\x63\xff\x01"));
	assert_int_equal(cbor_read_text(&r, 9, &text), ERR_STRICT);
	assert_string_equal(r.fault.rule, "cbor.short");
}

static void test_writer_stops_at_the_end(void **state)
{
	uint8_t memory[3];
	struct buf b = BUF_ON(memory);

	(void)state;
	cbor_put_text(&b, BYTES_LIT("ab"));
	assert_int_equal(buf_check(&b), ERR_OK);
	cbor_put_uint(&b, 0);
	assert_int_equal(buf_check(&b), ERR_LIMIT);
	assert_int_equal(b.len, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),	   cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_wrong_type), cmocka_unit_test(test_first_fault_sticks),
		cmocka_unit_test(test_rows),	   cmocka_unit_test(test_writer_stops_at_the_end),
		cmocka_unit_test(test_known_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
