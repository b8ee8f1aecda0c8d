/* Evidence of forks against record.json: what proves one, and what only looks like it. */
#include "cases.h"
#include "crypto/sign.h"
#include "record/fork.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint8_t memory[1u << 17], again_memory[1u << 17];

static void play_fork(const json_t *one)
{
	uint8_t key[32];
	struct bytes content = case_hex(one, "content", memory, sizeof memory);
	struct buf again = BUF_ON(again_memory);
	const char *want = case_str(one, "want");
	bool is_good = strcmp(want, "OK") == 0;
	struct fault fault;
	struct fork f;

	if (strcmp(want, "READ") == 0) {
		assert_int_equal(fork_read(content, &f, &fault), ERR_RULE);
		assert_string_equal(fault.rule, case_str(one, "rule"));
		return;
	}
	case_hex(one, "key", key, sizeof key);
	assert_int_equal(fork_read(content, &f, &fault), ERR_OK);
	assert_int_equal(fork_check(&f, (const uint8_t *const[]){ key }, 1, &fault),
			 is_good ? ERR_OK : ERR_VERIFY);
	assert_true(is_good == (fault.rule == NULL));
	if (!is_good)
		return;
	/* Whoever finds it writes the same, whichever side he met first. */
	for (int round = 0; round < 2; round++) {
		struct fork_side first = f.sides[0];
		f.sides[0] = f.sides[1];
		f.sides[1] = first;
		buf_reset(&again);
		fork_write(&f, content.ptr + 3,
			   &again); /* the salt: after a map's, a key's and a string's head */
		assert_int_equal(buf_check(&again), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&again), content));
	}
	key[0] ^= 1;
	assert_int_equal(fork_check(&f, (const uint8_t *const[]){ key }, 1, &fault), ERR_VERIFY);
	assert_string_equal(fault.rule, "fork.signature");
}

static void forks(void **state)
{
	(void)state;
	cases_play("record.json", "fork", play_fork);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forks) };

	crypto_init();
	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
