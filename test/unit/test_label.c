/* Labels against label.json, and those that are built by hand. */
#include "wire/label.h"
#include "wire_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
static enum err read_label(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct cbor_reader r;
	struct label label;

	cbor_open(&r, in);
	label_read(&r, &label);
	*rule = NULL;
	if (cbor_finish(&r) != ERR_OK) {
		*rule = r.fault.rule;
		assert_int_equal(r.err, strncmp(*rule, "cbor.", 5) == 0 ? ERR_STRICT : ERR_RULE);
		return r.err;
	}
	assert_int_equal(label_check(&label), ERR_OK);
	label_lines(lines, &label);
	label_write(&label, again);
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("label.json", read_label);
}

#define TEXT(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

static const struct label released = {
	.level = TEXT("S"),
	.categories = { { TEXT("eyes"), 0, 1 }, { TEXT("rel"), 1, 2 } },
	.categories_count = 2,
	.values = { TEXT("ALBA"), TEXT("ALBA"), TEXT("BOREA") },
	.values_count = 3,
};

static void test_has(void **state)
{
	static const struct {
		const char *why, *category, *value;
		bool want;
	} tries[] = {
		{ "the only value", "eyes", "ALBA", true },
		{ "the last value", "rel", "BOREA", true },
		{ "a value of another category", "eyes", "BOREA", false },
		{ "a category that is absent", "not", "ALBA", false },
		{ "the beginning of a value", "rel", "BOR", false },
		{ "other letters", "rel", "borea", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		print_message("# %s\n", tries[i].why);
		assert_int_equal(
			label_has(&released, bytes_str(tries[i].category), bytes_str(tries[i].value)),
			tries[i].want);
	}
}

static void test_check(void **state)
{
	struct label label = released;

	(void)state;
	assert_int_equal(label_check(&label), ERR_OK);
	label.level.len = 0;
	assert_int_equal(label_check(&label), ERR_RULE);
	label = released;
	label.categories[1].name = label.categories[0].name;
	assert_int_equal(label_check(&label), ERR_RULE);
	label = released;
	label.values[2] = label.values[1];
	assert_int_equal(label_check(&label), ERR_RULE);
	label = released;
	label.categories[0].count = 0;
	assert_int_equal(label_check(&label), ERR_RULE);
	label = released;
	label.values[0].len = 0;
	assert_int_equal(label_check(&label), ERR_RULE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
