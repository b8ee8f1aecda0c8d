/* Proofs of one message against record.json, and every bit of one turned over. */
#include "cases.h"
#include "crypto/sign.h"
#include "record/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void play_proof(const json_t *one)
{
	uint8_t key[32], entry_memory[256], memory[PROOF_LEN_MAX];
	struct bytes file = case_text(one, "file"), entry;
	struct buf again = BUF_ON(memory);
	const char *want = case_str(one, "want");
	struct proof proof;
	struct fault fault;
	struct note note;

	if (strcmp(want, "READ") == 0) {
		assert_int_equal(proof_read(file, &proof, &fault), ERR_VERIFY);
		assert_string_equal(fault.rule, case_str(one, "rule"));
		assert_true(fault.offset > 0);
		return;
	}
	case_hex(one, "key", key, sizeof key);
	entry = case_hex(one, "entry", entry_memory, sizeof entry_memory);
	assert_int_equal(proof_read(file, &proof, &fault), ERR_OK);
	proof_write(&proof, &again);
	assert_true(bytes_equal(buf_bytes(&again), file));
	assert_int_equal(proof_check(&proof, entry, key, &note),
			 strcmp(want, "OK") == 0 ? ERR_OK : ERR_VERIFY);
}

/* A proof that nobody has read: its note may be anything. */
static void no_note(void **state)
{
	struct proof p = { .note = BYTES_LIT("no note") };
	uint8_t key[32] = { 1 };
	struct note note;

	(void)state;
	assert_int_equal(proof_check(&p, BYTES_LIT("entry"), key, &note), ERR_VERIFY);
}

static void proofs(void **state)
{
	(void)state;
	cases_play("record.json", "proof", play_proof);
}

static void play_flips(const json_t *one)
{
	uint8_t key[32], entry_memory[256], memory[PROOF_LEN_MAX];
	struct buf flipped = BUF_ON(memory);
	struct proof proof;
	struct fault fault;
	struct note note;
	struct bytes entry;

	if (strcmp(case_str(one, "name"), "entry 4 of 9") != 0)
		return;
	case_hex(one, "key", key, sizeof key);
	entry = case_hex(one, "entry", entry_memory, sizeof entry_memory);
	buf_put(&flipped, case_text(one, "file"));
	for (size_t bit = 0; bit < flipped.len * 8; bit++) {
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (proof_read(buf_bytes(&flipped), &proof, &fault) == ERR_OK)
			assert_int_equal(proof_check(&proof, entry, key, &note), ERR_VERIFY);
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void every_bit_counts(void **state)
{
	(void)state;
	cases_play("record.json", "proof", play_flips);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(no_note),
	};

	crypto_init();
	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
