/* Checkpoints and cosignatures against record.json, whose lines libsodium's Python binding signed. */
#include "cases.h"
#include "record/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void key_of(const json_t *one, struct sign_key *key)
{
	uint8_t seed[SIGN_SEED_LEN];

	assert_int_equal(case_hex(one, "seed", seed, sizeof seed).len, SIGN_SEED_LEN);
	sign_key_from_seed(key, seed);
}

static void assert_text(const struct buf *got, struct bytes want)
{
	assert_int_equal(buf_check(got), ERR_OK);
	assert_true(bytes_equal(buf_bytes(got), want));
}

static void play_checkpoint(const json_t *one)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf line = BUF_ON(memory);
	struct sign_key key;

	key_of(one, &key);
	checkpoint_sign(&key, case_text(one, "text"), &line);
	assert_text(&line, case_text(one, "line"));
}

static void play_note(const json_t *one)
{
	uint8_t key[SIGN_PUBLIC_LEN];
	bool is_good = strcmp(case_str(one, "want"), "OK") == 0;
	struct note note;
	struct fault fault;

	case_hex(one, "key", key, sizeof key);
	assert_int_equal(note_read(case_text(one, "note"), &note, &fault), ERR_OK);
	assert_int_equal(checkpoint_verify(&note, key), is_good ? ERR_OK : ERR_NOTE);
}

static void play_cosignature(const json_t *one)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf line = BUF_ON(memory);
	struct bytes name = case_text(one, "mirror"), text = case_text(one, "text");
	uint64_t seconds = case_number(one, "seconds"), got = UINT64_MAX;
	struct note_line read;
	struct sign_key key;
	enum err e;

	key_of(one, &key);
	assert_int_equal(note_read_line(case_text(one, "line"), &read), ERR_OK);
	e = checkpoint_verify_cosignature(text, &read, name, key.public, &got);
	assert_string_equal(err_name(e), case_str(one, "want"));
	assert_true(got == (e == ERR_OK ? seconds : UINT64_MAX));
	if (e != ERR_OK)
		return;
	checkpoint_cosign(&key, name, seconds, text, &line);
	assert_text(&line, case_text(one, "line"));
}

/* A text beyond what a checkpoint is has no cosignature; and a line has the length that its name says. */
static void what_is_no_cosignature(void **state)
{
	static uint8_t long_text[4096], seed[SIGN_SEED_LEN] = { 1 };
	uint8_t memory[NOTE_LINE_LEN_MAX], name_memory[ORIGIN_LEN_MAX], accord[ACCORD_ID_LEN] = { 2 };
	struct buf line = BUF_ON(memory), name = BUF_ON(name_memory);
	struct note_line read;
	struct sign_key key;
	uint64_t seconds;

	(void)state;
	sign_key_from_seed(&key, seed);
	note_write_mirror_name(accord, BYTES_LIT("usa"), &name);
	checkpoint_cosign(&key, buf_bytes(&name), 1790000000, BYTES_LIT("text\n"), &line);
	assert_int_equal(note_read_line(buf_bytes(&line), &read), ERR_OK);
	assert_int_equal(checkpoint_verify_cosignature(BYTES_LIT("text\n"), &read, buf_bytes(&name),
						       key.public, &seconds),
			 ERR_OK);
	assert_int_equal(seconds, 1790000000);
	assert_int_equal(checkpoint_verify_cosignature(BYTES_OF(long_text), &read, buf_bytes(&name),
						       key.public, &seconds),
			 ERR_VERIFY);
	read.signature_len -= 8;
	assert_int_equal(checkpoint_verify_cosignature(BYTES_LIT("text\n"), &read, buf_bytes(&name),
						       key.public, &seconds),
			 ERR_NOT_FOUND);
}

static void checkpoints(void **state)
{
	(void)state;
	cases_play("record.json", "checkpoint", play_checkpoint);
}

static void notes(void **state)
{
	(void)state;
	cases_play("record.json", "note", play_note);
}

static void cosignatures(void **state)
{
	(void)state;
	cases_play("record.json", "cosignature", play_cosignature);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_cosignature),
		cmocka_unit_test(checkpoints),
		cmocka_unit_test(notes),
		cmocka_unit_test(cosignatures),
	};

	crypto_init();
	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
