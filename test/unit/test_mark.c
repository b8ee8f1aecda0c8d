/* The signer's marks against record.json: what moves one, what is refused, and the file that keeps them. */
#include "cases.h"
#include "record/mark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_MAX 8u

static enum err err_named(const char *name)
{
	for (int e = 0; e < ERR_COUNT; e++) {
		if (strcmp(err_name((enum err)e), name) == 0)
			return (enum err)e;
	}
	fail_msg("there is no error %s", name);
	return ERR_COUNT;
}

static void check_rows(const json_t *rows, const struct marks *m)
{
	assert_int_equal(m->count, json_array_size(rows));
	for (size_t i = 0; i < m->count; i++) {
		const json_t *row = json_array_get(rows, i);
		struct origin origin;
		uint8_t root[HASH_LEN];

		assert_int_equal(origin_read(bytes_str(json_string_value(json_array_get(row, 0))), &origin),
				 ERR_OK);
		assert_ptr_equal(marks_find(m, &origin), &m->rows[i]);
		assert_true(m->rows[i].size == (uint64_t)json_integer_value(json_array_get(row, 1)));
		hex_of(json_array_get(row, 2), root, sizeof root);
		assert_memory_equal(m->rows[i].root, root, HASH_LEN);
	}
}

static void play_file(const json_t *one)
{
	struct mark rows[ROWS_MAX];
	struct marks m = { rows, 99, ROWS_MAX };
	uint8_t memory[4096];
	struct buf again = BUF_ON(memory);
	struct bytes file = case_text(one, "file");

	if (json_object_get(one, "want") != NULL) {
		assert_int_equal(marks_read(file, &m), err_named(case_str(one, "want")));
		assert_int_equal(m.count, 0);
		return;
	}
	assert_int_equal(marks_read(file, &m), ERR_OK);
	check_rows(json_object_get(one, "rows"), &m);
	marks_write(&m, &again);
	assert_true(bytes_equal(buf_bytes(&again), file));
	/* No bit of the file can turn over unseen. */
	for (size_t bit = 0; bit < again.len * 8; bit++) {
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(marks_read(buf_bytes(&again), &m), ERR_CORRUPT);
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void play_move(const json_t *one)
{
	struct mark rows[ROWS_MAX], before[ROWS_MAX];
	struct marks m = { rows, 0, ROWS_MAX };
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	const json_t *hashes = json_object_get(one, "proof");
	struct mark_request request = { case_text(one, "text"), (const uint8_t(*)[HASH_LEN])proof,
					json_array_size(hashes) };
	enum err want = err_named(case_str(one, "want"));
	struct bytes text = request.text, name;
	size_t count;

	for (size_t i = 0; i < request.proof_count; i++)
		hex_of(json_array_get(hashes, i), proof[i], HASH_LEN);
	assert_int_equal(marks_read(case_text(one, "marks"), &m), ERR_OK);
	memcpy(before, rows, sizeof rows);
	count = m.count;
	assert_int_equal(marks_move(&m, &request), want);
	if (want != ERR_OK) {
		assert_int_equal(m.count, count);
		assert_memory_equal(rows, before, count * sizeof *rows);
		return;
	}
	/* What was signed is remembered, and can be signed again. */
	assert_int_equal(bytes_take_until(&text, '\n', &name), ERR_OK);
	request.proof_count = 0;
	assert_int_equal(marks_move(&m, &request), ERR_OK);
	struct origin origin;
	assert_int_equal(origin_read(name, &origin), ERR_OK);
	assert_non_null(marks_find(&m, &origin));
	for (size_t i = 1; i < m.count; i++)
		assert_true(origin_compare(&rows[i - 1].origin, &rows[i].origin) < 0);
}

/* Under a hash that is right. */
static void lines_that_are_none(void **state)
{
#define ROOT "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
	static const struct {
		const char *why, *behind; /* the origin */
		bool is_good;
	} rows[] = {
		{ "a mark", " 5 " ROOT "\n", true },   { "no line's end", " 5 " ROOT, false },
		{ "an origin alone", "\n", false },    { "no root", " 5\n", false },
		{ "half a root", " 5 AQI=\n", false }, { "no size", " x " ROOT "\n", false },
	};
#undef ROOT
	struct mark marks[ROWS_MAX];
	struct marks m = { marks, 0, ROWS_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[512], hash[HASH_LEN];
		struct buf file = BUF_ON(memory);
		buf_put_str(&file, "78787878787878787878787878787878/1/kor/1");
		buf_put_str(&file, rows[i].behind);
		hash_sha256(buf_bytes(&file), hash);
		buf_put_str(&file, "sha256 ");
		buf_put_hex(&file, BYTES_OF(hash));
		buf_put_byte(&file, '\n');
		print_message("%s\n", rows[i].why);
		assert_int_equal(marks_read(buf_bytes(&file), &m), rows[i].is_good ? ERR_OK : ERR_CORRUPT);
		assert_int_equal(m.count, rows[i].is_good);
	}
}

static void files(void **state)
{
	(void)state;
	cases_play("record.json", "marks", play_file);
}

static void moves(void **state)
{
	(void)state;
	cases_play("record.json", "move", play_move);
}

static void room_runs_out(void **state)
{
	struct mark rows[2];
	struct marks m = { rows, 0, 2 };
	uint8_t memory[256], root[HASH_LEN] = { 1 };

	(void)state;
	for (uint32_t channel = 3; channel >= 1; channel--) {
		struct origin o = { .channel = channel, .party = "kor", .epoch = 1 };
		struct buf text = BUF_ON(memory);
		struct mark_request request = { .proof_count = 0 };

		note_write_text(&o, 1, root, &text);
		request.text = buf_bytes(&text);
		assert_int_equal(marks_move(&m, &request), channel == 1 ? ERR_LIMIT : ERR_OK);
	}
	assert_int_equal(m.count, 2);
	assert_int_equal(rows[0].origin.channel, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_are_none),
		cmocka_unit_test(files),
		cmocka_unit_test(moves),
		cmocka_unit_test(room_runs_out),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
