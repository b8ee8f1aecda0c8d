#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#define LINES_LEN_MAX (1u << 20)
#define RAW_LEN_MAX (1u << 18)
/* Longer vectors are not turned over bit by bit. */
#define TURNED_LEN_MAX 1024u

struct memory {
	uint8_t lines[LINES_LEN_MAX], again[RAW_LEN_MAX], raw[RAW_LEN_MAX];
};

void line_put(struct buf *lines, const char *format, ...)
{
	char text[1024];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_in_range(len, 0, sizeof text - 1);
	buf_put_str(lines, text);
	buf_put_byte(lines, '\n');
}

void line_put_text(struct buf *lines, const char *word, struct bytes text)
{
	buf_put_str(lines, word);
	buf_put_byte(lines, ' ');
	buf_put(lines, text);
	buf_put_byte(lines, '\n');
}

void line_put_hex(struct buf *lines, const char *word, struct bytes raw)
{
	buf_put_str(lines, word);
	buf_put_byte(lines, ' ');
	buf_put_hex(lines, raw);
	buf_put_byte(lines, '\n');
}

static uint8_t hex_byte(const char *at)
{
	uint8_t byte = 0;

	assert_int_equal(bytes_read_hex((struct bytes){ (const uint8_t *)at, 2 }, &byte, 1), ERR_OK);
	return byte;
}

/* Hexadecimal in which (XX*N) is the byte XX N times. */
static void read_hex(const char *at, struct buf *out)
{
	while (*at != '\0') {
		long times = 1;
		char *end;
		if (*at != '(') {
			buf_put_byte(out, hex_byte(at));
			at += 2;
			continue;
		}
		times = strtol(at + 4, &end, 10);
		for (long i = 0; i < times; i++)
			buf_put_byte(out, hex_byte(at + 1));
		at = end + 1;
	}
	assert_int_equal(buf_check(out), ERR_OK);
}

/* Reads from memory of exactly this size, so that a sanitizer sees a byte too far. */
static enum err read_exactly(vector_reader *read, struct bytes in, struct memory *m, struct buf *lines,
			     struct buf *again, const char **rule)
{
	uint8_t *exact = malloc(in.len > 0 ? in.len : 1);
	enum err e;

	assert_non_null(exact);
	if (in.len > 0)
		memcpy(exact, in.ptr, in.len);
	*lines = BUF_ON(m->lines);
	*again = BUF_ON(m->again);
	*rule = NULL;
	e = read((struct bytes){ exact, in.len }, lines, again, rule);
	free(exact);
	return e;
}

static void check_lines(const char *name, const struct buf *lines, const json_t *wanted)
{
	struct bytes left = buf_bytes(lines);
	const json_t *line;
	size_t i;

	assert_int_equal(buf_check(lines), ERR_OK);
	json_array_foreach(wanted, i, line)
	{
		struct bytes text = bytes_str(json_string_value(line)), got;
		if (bytes_take(&left, text.len, &got) != ERR_OK || !bytes_equal(got, text) || left.len == 0 ||
		    left.ptr[0] != '\n')
			fail_msg("%s: line %zu is not: %s", name, i + 1, json_string_value(line));
		left.ptr++;
		left.len--;
	}
	if (left.len > 0)
		fail_msg("%s: more lines than wanted: %.*s", name, (int)left.len, (const char *)left.ptr);
}

/* One bit changed: refused, or another value in its one form. */
static void check_turned(vector_reader *read, const char *name, struct bytes raw, struct memory *m)
{
	struct buf lines, again;
	uint8_t turned[TURNED_LEN_MAX];
	const char *rule;

	memcpy(turned, raw.ptr, raw.len);
	for (size_t bit = 0; bit < 8 * raw.len; bit++) {
		struct bytes in = { turned, raw.len };
		turned[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (read_exactly(read, in, m, &lines, &again, &rule) == ERR_OK &&
		    !bytes_equal(buf_bytes(&again), in))
			fail_msg("%s: with bit %zu turned over it is written otherwise", name, bit);
		turned[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void check_vector(vector_reader *read, const json_t *vector, struct memory *m)
{
	const char *name = json_string_value(json_object_get(vector, "name"));
	const char *wanted = json_string_value(json_object_get(vector, "rule")), *rule;
	struct buf raw = BUF_ON(m->raw), lines, again;
	enum err e;

	read_hex(json_string_value(json_object_get(vector, "hex")), &raw);
	e = read_exactly(read, buf_bytes(&raw), m, &lines, &again, &rule);
	if (wanted != NULL) {
		if (e == ERR_OK || rule == NULL || strcmp(rule, wanted) != 0)
			fail_msg("%s: wanted %s, got %s", name, wanted, e == ERR_OK ? "OK" : rule);
		return;
	}
	if (e != ERR_OK)
		fail_msg("%s: refused by %s", name, rule);
	if (json_object_get(vector, "read") != NULL)
		check_lines(name, &lines, json_object_get(vector, "read"));
	if (!bytes_equal(buf_bytes(&again), buf_bytes(&raw)))
		fail_msg("%s: written again, it is not the same", name);
	if (raw.len <= TURNED_LEN_MAX)
		check_turned(read, name, buf_bytes(&raw), m);
}

void vectors_check(const char *name, vector_reader *read)
{
	const char *folder = getenv("VECTORS");
	struct memory *m = malloc(sizeof *m);
	json_t *file, *vectors, *vector;
	json_error_t error;
	char path[512];
	size_t i;

	assert_non_null(m);
	snprintf(path, sizeof path, "%s/%s", folder == NULL ? "test/vectors" : folder, name);
	file = json_load_file(path, 0, &error);
	if (file == NULL)
		fail_msg("%s: %s", path, error.text);
	vectors = json_object_get(file, "vectors");
	assert_true(json_array_size(vectors) > 0);
	json_array_foreach(vectors, i, vector) check_vector(read, vector, m);
	json_decref(file);
	free(m);
}
