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

/* Anything beside the proof would be a byte that may change while it proves the same. */
static void nothing_beside_the_proof(void **state)
{
	static const char *const whys[] = { "two notes",    "another language", "a subject",
					    "words",	    "a file",		"padding",
					    "a field more", "half a side",	"a field behind" };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(whys); i++) {
		struct content c = { .language = i == 1 ? BYTES_LIT("en") : BYTES_LIT("zxx"),
				     .fields_count = 2 };
		struct buf out = BUF_ON(memory);
		struct fault fault;
		struct fork f;
		c.fields[0] = (struct field){ 1, BYTES_LIT("\x41"
							   "a") };
		c.fields[1] = (struct field){ 2, BYTES_LIT("\x41"
							   "b") };
		if (i == 2)
			c.subject = BYTES_LIT("subject");
		c.portions_count = i == 3;
		c.portions[0].text = BYTES_LIT("words");
		c.attachments_count = i == 4;
		c.attachments[0] = (struct attachment){ .len = 1,
							.media_type = BYTES_LIT("a/b"),
							.name = BYTES_LIT("name") };
		c.has_padding = i == 5;
		if (i >= 6) {
			c.fields_count = i == 6 ? 3 : 5;
			c.fields[2] = (struct field){ 3, BYTES_LIT("\x05") };
			c.fields[3] = (struct field){ 4, BYTES_LIT("\x81\x40") };
			c.fields[4] = (struct field){ i == 8 ? 6 : 5, BYTES_LIT("\x81\x40") };
		}
		content_write(&c, &out);
		assert_int_equal(buf_check(&out), ERR_OK);
		print_message("%s\n", whys[i]);
		assert_int_equal(fork_read(buf_bytes(&out), &f, &fault), i == 0 ? ERR_OK : ERR_RULE);
		assert_true(i == 0 || strcmp(fault.rule, "fork.fields") == 0);
	}
}

static void forks(void **state)
{
	(void)state;
	cases_play("record.json", "fork", play_fork);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forks),
					    cmocka_unit_test(nothing_beside_the_proof) };

	crypto_init();
	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
