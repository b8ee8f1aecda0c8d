/*
 * What a `keys` statement takes (docs/spec/accord.md section 13), as nodes and terminals ask it: how many
 * give the posts, and who may be the second.
 */
#include "accord/enrol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define WATCH 1u
#define HEAD 2u
#define DEPUTY 4u
#define NAMED 7u

/* Head and deputy are given by two. */
static struct accord accord = { .roles_count = 3, .two_roles = HEAD | DEPUTY };

struct row {
	const char *why;
	uint64_t act;
	const char *roles[3];
	uint64_t holder, has; /* of who signs beside the registrar */
	bool takes_two, is_second;
};

static const struct row rows[] = {
	{ "a post by one", 0, { "watch" }, 8, HEAD, false, true },
	{ "a post by two", 0, { "head" }, 8, HEAD, true, true },
	{ "by an officer of the other one", 0, { "head" }, 8, WATCH | DEPUTY, true, true },
	{ "one of several", 0, { "watch", "deputy" }, 8, HEAD, true, true },
	{ "by one of a post by one", 0, { "head" }, 8, WATCH, true, false },
	{ "by one without a post", 0, { "head" }, 8, 0, true, false },
	{ "by the one who is named", 0, { "head" }, NAMED, HEAD, true, false },
	{ "a post that the accord lacks", 0, { "king" }, 8, HEAD, false, true },
	{ "to withdraw takes one", 1, { "head" }, 8, HEAD, false, true },
};

static void fill(const struct row *row, struct statement *s, uint8_t memory[3][64])
{
	struct buf act = { memory[0], 0, 64, false }, holder = { memory[1], 0, 64, false },
		   roles = { memory[2], 0, 64, false };
	size_t count = 0;

	while (count < 3 && row->roles[count] != NULL)
		count++;
	cbor_put_uint(&act, row->act);
	cbor_put_uint(&holder, NAMED);
	cbor_put_array(&roles, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(&roles, bytes_str(row->roles[i]));
	*s = (struct statement){ .kind = KIND_KEYS, .fields_count = 3 };
	s->fields[0] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&act) };
	s->fields[1] = (struct field){ FIELD_KEYS_HOLDER, buf_bytes(&holder) };
	s->fields[2] = (struct field){ FIELD_KEYS_ROLES, buf_bytes(&roles) };
}

static void test_two(void **state)
{
	static const char *const names[] = { "watch", "head", "deputy" };
	uint8_t memory[3][64];
	struct statement s;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(names); i++)
		memcpy(accord.roles[i].name, names[i], strlen(names[i]) + 1);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		print_message("# %s\n", rows[i].why);
		fill(&rows[i], &s, memory);
		assert_int_equal(enrol_takes_two(&accord, &s), rows[i].takes_two);
		assert_int_equal(enrol_is_second(&accord, &s, rows[i].holder, rows[i].has),
				 rows[i].is_second);
	}
	fill(&rows[3], &s, memory);
	assert_int_equal(enrol_roles(&accord, &s), WATCH | DEPUTY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_two) };

	return cmocka_run_group_tests_name("enrol", tests, NULL, NULL);
}
