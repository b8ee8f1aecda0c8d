/* The table of kinds, and the names of precedences. */
#include "wire/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
static void test_every_kind_once(void **state)
{
	static const uint64_t unknown[] = { 6, 7, 25, 1000, (uint64_t)1 << 32, UINT64_MAX };
	size_t count = 0;

	(void)state;
	for (uint64_t number = 0; number < 1000; number++) {
		const struct kind_row *row = kind_find(number);
		if (row == NULL)
			continue;
		assert_int_equal(row->kind, number);
		assert_non_null(row->name);
		assert_in_range(row->author, KIND_OFFICER, KIND_EITHER);
		assert_in_range(row->refers, KIND_REFERS_NONE, KIND_REFERS_ONE);
		count++;
	}
#define KIND_ONE(name, number, author, refers, text) +1
	assert_int_equal(count, 0 KIND_LIST(KIND_ONE));
#undef KIND_ONE
	for (size_t i = 0; i < ARRAY_COUNT(unknown); i++)
		assert_null(kind_find(unknown[i]));
	/* Those of standing dialogues have no gap. */
	for (uint64_t number = KIND_BODY; number <= KIND_SAME; number++)
		assert_non_null(kind_find(number));
	assert_true(kind_is_dialogue(KIND_BODY) && kind_is_dialogue(KIND_SAME));
	assert_false(kind_is_dialogue(KIND_BODY - 1) || kind_is_dialogue(KIND_SAME + 1));
}

static void test_rows(void **state)
{
	static const struct {
		enum kind kind;
		enum kind_author author;
		enum kind_refers refers;
		const char *name;
	} wanted[] = {
		{ KIND_OPEN, KIND_EITHER, KIND_REFERS_NONE, "open" },
		{ KIND_MESSAGE, KIND_EITHER, KIND_REFERS_ANY, "message" },
		{ KIND_WATCH_READ, KIND_OFFICER, KIND_REFERS_ONE, "watch read" },
		{ KIND_LAPSE, KIND_NODE, KIND_REFERS_ONE, "lapse" },
		{ KIND_TRANSLATION, KIND_OFFICER, KIND_REFERS_ONE, "translation" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
		const struct kind_row *row = kind_find(wanted[i].kind);
		assert_non_null(row);
		assert_int_equal(row->author, wanted[i].author);
		assert_int_equal(row->refers, wanted[i].refers);
		assert_string_equal(row->name, wanted[i].name);
	}
}

static void test_precedences(void **state)
{
	static const char *const refused[] = { "", "flash", "FLASH ", "FLAS", "URGENT" };
	enum precedence read = PRECEDENCE_ROUTINE;

	(void)state;
	for (int i = 0; i < PRECEDENCE_COUNT; i++) {
		enum precedence p = (enum precedence)i;
		assert_int_equal(precedence_read(bytes_str(precedence_name(p)), &read), ERR_OK);
		assert_int_equal(read, p);
	}
	assert_string_equal(precedence_name(PRECEDENCE_FLASH), "FLASH");
	assert_string_equal(precedence_name(PRECEDENCE_ROUTINE), "ROUTINE");
	for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
		assert_int_equal(precedence_read(bytes_str(refused[i]), &read), ERR_USAGE);
}

/* docs/spec/ladder.md, rule 7: the precedence before the time, and a clock that does not run behind all. */
static void test_order_of_what_is_owed(void **state)
{
	static const struct owed_rank rising[] = {
		{ PRECEDENCE_FLASH, 5 },     { PRECEDENCE_FLASH, 9 },	{ PRECEDENCE_FLASH, UINT64_MAX },
		{ PRECEDENCE_IMMEDIATE, 1 }, { PRECEDENCE_ROUTINE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rising); i++) {
		for (size_t j = 0; j < ARRAY_COUNT(rising); j++)
			assert_int_equal(owed_rank_compare(rising[i], rising[j]), (i > j) - (i < j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_once),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_precedences),
		cmocka_unit_test(test_order_of_what_is_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
