#include "cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void cases_play(const char *file, const char *section, case_play *play)
{
	const char *folder = getenv("VECTORS");
	char path[4096];
	json_error_t error;
	json_t *all, *cases;

	snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "test/vectors", file);
	all = json_load_file(path, 0, &error);
	if (all == NULL)
		fail_msg("%s: %s", path, error.text);
	cases = json_object_get(all, section);
	assert_true(json_array_size(cases) > 0);
	for (size_t i = 0; i < json_array_size(cases); i++) {
		const json_t *one = json_array_get(cases, i);
		print_message("# %s: %s\n", section, case_str(one, "name"));
		play(one);
	}
	json_decref(all);
}

const char *case_str(const json_t *one, const char *key)
{
	const char *text = json_string_value(json_object_get(one, key));

	if (text == NULL)
		fail_msg("the case has no text %s", key);
	return text;
}

struct bytes case_text(const json_t *one, const char *key)
{
	return bytes_str(case_str(one, key));
}

uint64_t case_number(const json_t *one, const char *key)
{
	const json_t *number = json_object_get(one, key);

	assert_true(json_is_integer(number));
	return (uint64_t)json_integer_value(number);
}

struct bytes hex_of(const json_t *text, uint8_t *memory, size_t max)
{
	const char *digits = json_string_value(text);
	size_t len;

	assert_non_null(digits);
	len = strlen(digits) / 2;
	assert_true(len <= max);
	assert_int_equal(bytes_read_hex(bytes_str(digits), memory, len), ERR_OK);
	return (struct bytes){ memory, len };
}

struct bytes case_hex(const json_t *one, const char *key, uint8_t *memory, size_t max)
{
	return hex_of(json_object_get(one, key), memory, max);
}
