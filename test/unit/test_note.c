/* Notes against note.json, single lines, and in which line a fault lies. */
#include "vectors.h"
#include "wire/note.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#define ORIGIN "7827688030a59330cebfc23f9c8d5f02/1/borea/1"
#define MIRROR "7827688030a59330cebfc23f9c8d5f02/alba/mirror"

static void line_lines(struct buf *lines, const struct note_line *line)
{
	char id[2 * KEY_ID_LEN + 1], signature[2 * NOTE_SIGNATURE_MAX + 1];

	bytes_write_hex(BYTES_OF(line->key_id), id);
	bytes_write_hex((struct bytes){ line->signature, line->signature_len }, signature);
	line_put(lines, "line %.*s %s %s", (int)line->name.len, (const char *)line->name.ptr, id, signature);
}

static enum err read_note(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	struct note note;
	struct fault fault;
	enum err e = note_read(in, &note, &fault);
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf origin = BUF_ON(memory);

	*rule = fault.rule;
	if (e != ERR_OK) {
		assert_int_equal(e, ERR_NOTE);
		return e;
	}
	origin_write(&note.origin, &origin);
	line_put_text(lines, "origin", buf_bytes(&origin));
	line_put(lines, "size %" PRIu64, note.size);
	line_put_hex(lines, "root", BYTES_OF(note.root));
	note_write_text(&note.origin, note.size, note.root, again);
	assert_true(bytes_equal(buf_bytes(again), note.text));
	buf_put_byte(again, '\n');
	for (size_t i = 0; i < note.lines_count; i++) {
		const struct note_line *line = &note.lines[i];
		struct note_line alone;
		line_lines(lines, line);
		buf_put(again, line->text);
		assert_int_equal(note_read_line(line->text, &alone), ERR_OK);
		assert_true(bytes_equal(alone.name, line->name));
		assert_memory_equal(alone.signature, line->signature, line->signature_len);
	}
	return ERR_OK;
}

static void test_vectors(void **state)
{
	(void)state;
	vectors_check("note.json", read_note);
}

static void test_lines(void **state)
{
	static const struct {
		const char *why;
		size_t signature_len;
		const char *name;
		enum err want;
	} tries[] = {
		{ "an author", 64, ORIGIN, ERR_OK },
		{ "a mirror", 72, MIRROR, ERR_OK },
		{ "an author with a time", 72, ORIGIN, ERR_NOTE },
		{ "a mirror without a time", 64, MIRROR, ERR_NOTE },
		{ "no signature", 0, ORIGIN, ERR_NOTE },
		{ "a witness", 72, "example.org", ERR_NOTE },
		{ "a capital", 72, "7827688030a59330cebfc23f9c8d5f02/Alba/mirror", ERR_NOTE },
		{ "one part more", 72, "7827688030a59330cebfc23f9c8d5f02/alba/mirror/mirror", ERR_NOTE },
		{ "another end", 72, "7827688030a59330cebfc23f9c8d5f02/alba/mirro", ERR_NOTE },
		{ "no name", 72, "", ERR_NOTE },
	};
	uint8_t signature[72] = { 1, 2, 3 }, key_id[KEY_ID_LEN] = { 9, 8, 7, 6 };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		uint8_t memory[NOTE_LINE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		struct note_line line;
		print_message("# %s\n", tries[i].why);
		note_write_line(bytes_str(tries[i].name), key_id,
				(struct bytes){ signature, tries[i].signature_len }, &text);
		assert_int_equal(note_read_line(buf_bytes(&text), &line), tries[i].want);
		if (tries[i].want != ERR_OK)
			continue;
		assert_memory_equal(line.key_id, key_id, KEY_ID_LEN);
		assert_int_equal(line.signature_len, tries[i].signature_len);
		assert_memory_equal(line.signature, signature, line.signature_len);
		assert_true(bytes_equal(line.text, buf_bytes(&text)));
		/* Without its newline, or with a second line, it is not one line. */
		assert_int_equal(note_read_line((struct bytes){ memory, text.len - 1 }, &line), ERR_NOTE);
		buf_put_byte(&text, '\n');
		assert_int_equal(note_read_line(buf_bytes(&text), &line), ERR_NOTE);
	}
}

static void test_fault_names_the_line(void **state)
{
	static const struct {
		const char *in, *rule;
		size_t line;
	} tries[] = {
		{ "", "note.text", 1 },
		{ ORIGIN "\n2\n", "note.text", 3 },
		{ "x\n2\ny\n\n", "note.origin", 1 },
		{ ORIGIN "\n02\ny\n\n", "note.size", 2 },
		{ ORIGIN "\n2\ny\n\n", "note.root", 3 },
		{ ORIGIN "\n2\nZntIAR1BU9dS1IJfzdpOiJ3hCLZgcTZPy7/EtxuPei0=\nmore\n", "note.text", 4 },
		{ ORIGIN "\n2\nZntIAR1BU9dS1IJfzdpOiJ3hCLZgcTZPy7/EtxuPei0=\n\nmore\n", "note.line", 5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct note note;
		struct fault fault;
		assert_int_equal(note_read(bytes_str(tries[i].in), &note, &fault), ERR_NOTE);
		assert_string_equal(fault.rule, tries[i].rule);
		assert_int_equal(fault.offset, tries[i].line);
	}
}

static void test_signature_too_long_is_not_written(void **state)
{
	static const uint8_t signature[NOTE_SIGNATURE_MAX + 1], key_id[KEY_ID_LEN];
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf text = BUF_ON(memory);

	(void)state;
	note_write_line(BYTES_LIT(ORIGIN), key_id, BYTES_OF(signature), &text);
	assert_int_equal(buf_check(&text), ERR_LIMIT);
	assert_int_equal(text.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_fault_names_the_line),
		cmocka_unit_test(test_signature_too_long_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
