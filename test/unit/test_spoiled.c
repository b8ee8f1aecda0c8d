/*
 * Every line of a bundle and every value of a procedure, spoiled in each of many ways: it is read, or refused
 * with the rule and a line that the file has. Nobody agrees to what one machine reads and another does not
 * say why it cannot.
 */
#include "accord/form.h"
#include "accord/procedure.h"
#include "bundle_copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_TURN 9u

static struct bundle copy;
static char spoiled[1u << 14];
static unsigned read_count, refused_count, turn;

/* ---- Bundles. ---- */

static size_t lines_of(struct bytes text)
{
	size_t lines = 1;

	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	return lines;
}

static void try_bundle(const char *what)
{
	static uint8_t memory[MANIFEST_LEN_MAX];
	struct buf manifest = BUF_ON(memory);
	const struct bytes before = copy.manifest;
	struct accord_fault fault = { { NULL, 0 }, { NULL, 0 } };
	struct accord *a;
	bool is_known = false;
	enum err e;

	accord_manifest_write(copy.files, copy.count, &manifest);
	copy.manifest = buf_bytes(&manifest);
	e = bundle_read(&copy, &a, &fault);
	copy.manifest = before;
	read_count += e == ERR_OK;
	refused_count += e != ERR_OK;
	if (e == ERR_OK)
		return;
	for (size_t i = 0; i < copy.count; i++)
		is_known |= bytes_equal(copy.files[i].name, fault.file) &&
			    fault.fault.offset <= lines_of(copy.files[i].content);
	if (e != ERR_USAGE || fault.fault.rule == NULL || !(is_known || fault.file.len == 0))
		fail_msg("%s: %s, %s in line %zu of %.*s", what, err_name(e),
			 fault.fault.rule == NULL ? "no rule" : fault.fault.rule, fault.fault.offset,
			 (int)fault.file.len, (const char *)fault.file.ptr);
}

/* The file's text with what is between the two offsets replaced. */
static void try_instead(struct accord_file *file, size_t from, size_t to, struct bytes by)
{
	const struct bytes whole = file->content;
	uint8_t *out;
	size_t len = whole.len - (to - from) + by.len;

	out = malloc(len > 0 ? len : 1);
	assert_non_null(out);
	memcpy(out, whole.ptr, from);
	if (by.len > 0)
		memcpy(out + from, by.ptr, by.len);
	memcpy(out + from + by.len, whole.ptr + to, whole.len - to);
	file->content = (struct bytes){ out, len };
	snprintf(spoiled, sizeof spoiled, "%.*s at %zu: %.*s", (int)file->name.len,
		 (const char *)file->name.ptr, from, (int)(by.len < 40 ? by.len : 40), (const char *)by.ptr);
	try_bundle(spoiled);
	file->content = whole;
	free(out);
}

/* In the place of a word. */
static const char *const words[] = { "zzz",   "\"zzz\"", "\"",	 "99999999999999999999",
				     "0",     "1",	 "-",	 "65536",
				     "7d",    "ko",	 "en",	 "zzz zzz",
				     "\xff",  "\t",	 "#",	 "*",
				     "aster", "birch",	 "none", "1h 2h" };

static void spoil_line(struct accord_file *file, size_t from, size_t to)
{
	const struct bytes line = { file->content.ptr + from, to - from };
	static uint8_t twice[2 * ACCORD_FILE_LEN_MAX], name[300];

	memset(name, 'a', sizeof name);
	assert_in_range(line.len, 0, ACCORD_FILE_LEN_MAX);
	memcpy(twice, line.ptr, line.len);
	memcpy(twice + line.len, line.ptr, line.len);
	try_instead(file, from, to, (struct bytes){ NULL, 0 });
	try_instead(file, from, to, (struct bytes){ twice, 2 * line.len });
	for (size_t at = from; at < to;) {
		size_t end = at;
		while (end < to && file->content.ptr[end] != ' ' && file->content.ptr[end] != '\n')
			end++;
		/* Some of them for each, and all of them for its column. */
		for (size_t i = turn++ % WORDS_TURN; i < ARRAY_COUNT(words); i += WORDS_TURN)
			try_instead(file, at, end, bytes_str(words[i]));
		try_instead(file, at, end, BYTES_OF(name));
		try_instead(file, at, end, (struct bytes){ NULL, 0 });
		try_instead(file, at, to, (struct bytes){ NULL, 0 }); /* nor what follows it */
		try_instead(file, end, file->content.len, (struct bytes){ NULL, 0 });
		at = end + 1;
	}
}

static void spoil_bundle(const char *vectors_name)
{
	json_t *vectors = bundle_vectors(vectors_name);

	assert_non_null(vectors);
	read_count = refused_count = 0;
	bundle_make(&copy, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	for (size_t i = 0; i < copy.count; i++) {
		struct accord_file *file = &copy.files[i];
		for (size_t from = 0; from < file->content.len;) {
			size_t to = from;
			while (to < file->content.len && file->content.ptr[to++] != '\n')
				continue;
			spoil_line(file, from, to);
			from = to;
		}
	}
	bundle_clear(&copy);
	json_decref(vectors);
	print_message("# %s: %u are read, %u refused\n", vectors_name, read_count, refused_count);
	assert_true(read_count > 100 && refused_count > 2000);
}

static void lines_of_an_accord(void **state)
{
	(void)state;
	spoil_bundle("accord.json");
}

static void lines_of_guidelines(void **state)
{
	(void)state;
	spoil_bundle("guidelines.json");
}

/* ---- A procedure. ---- */

static struct accord accord;
static struct form forms[4];
static json_t *document;

static void lay_out(void)
{
	static const char *const names[] = { "N10", "N20", "N30", "N31" };
	static const char *const roles[] = { "duty", "principal", "scribe", "witness" };

	accord = (struct accord){ .languages_count = 2, .roles_count = ARRAY_COUNT(roles), .forms = forms };
	memcpy(accord.languages[0], "ko", 3);
	memcpy(accord.languages[1], "en", 3);
	for (size_t i = 0; i < ARRAY_COUNT(roles); i++)
		snprintf(accord.roles[i].name, sizeof accord.roles[i].name, "%s", roles[i]);
	for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
		forms[i] = (struct form){ .version = 1 };
		snprintf(forms[i].name, sizeof forms[i].name, "%s", names[i]);
		forms[i].next = i + 1 < ARRAY_COUNT(forms) ? &forms[i + 1] : NULL;
	}
}

static void try_procedure(void)
{
	static uint8_t arena_memory[ACCORD_ARENA_LEN];
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_ENCODE_ANY);
	struct fault fault = { NULL, 0 };
	struct procedure *p;
	struct arena arena;
	size_t values = 0;
	enum err e;

	assert_non_null(text);
	arena_init(&arena, arena_memory, sizeof arena_memory);
	e = procedure_read(&accord, BYTES_LIT("procedures/consult-urgent.json"), bytes_str(text), &arena,
			   &values, &p, &fault);
	read_count += e == ERR_OK;
	refused_count += e != ERR_OK;
	if (e != ERR_OK && (e != ERR_USAGE || fault.rule == NULL || fault.offset == 0 ||
			    fault.offset > lines_of(bytes_str(text))))
		fail_msg("%s, %s in line %zu of %s", err_name(e), fault.rule == NULL ? "no rule" : fault.rule,
			 fault.offset, text);
	free(text);
}

/* In the place of a value. */
static const char *const values[] = {
	"null",
	"true",
	"false",
	"0",
	"1",
	"9007199254740992",
	"3601",
	"\"\"",
	"\"zzz\"",
	"\"duty\"",
	"\"decide\"",
	"\"convene\"",
	"\"others.duty\"",
	"\"any.duty\"",
	"\"N10\"",
	"\"proposer.principal\"",
	"{}",
	"[]",
	"[\"zzz\"]",
	"{\"zzz\": 1}",
	"[\"done\", \"decide\"]",
	"[\"all\", [\"done\", \"decide\"], [\"done\", \"convene\"]]",
	"[\"any\"]",
	"[300, 90, 60, 50]",
	"[\"not\", [\"done\", \"decide\"]]",
	"[\"precedence\", 5]",
	"[\"precedence\", \"FLASH\"]",
	"[\"precedence\", \"ROUTINE\"]",
	"[\"reached\", \"decide\", \"position\"]",
	"[\"lapsed\", \"decide\", \"position\"]",
	"[\"at-least\", 2, [\"done\", \"decide\"], [\"done\", \"convene\"]]",
	"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]",
	"{\"a\": 1, \"b\": 1, \"c\": 1, \"d\": 1, \"e\": 1, \"f\": 1, \"g\": 1, \"h\": 1, \"i\": 1, \"j\": "
	"1, \"k\": 1,"
	" \"l\": 1, \"m\": 1, \"n\": 1, \"o\": 1, \"p\": 1, \"q\": 1, \"r\": 1, \"s\": 1, \"t\": 1, \"u\": "
	"1}",
};

/* Members of a step, each with another's value. */
static const char *const others[] = { "confirm", "hold", "read-back", "runs-in-recess", "form", "quorum" };

static void spoil_value(json_t *at);

static void spoil_member(json_t *object, const char *name)
{
	json_t *member = json_incref(json_object_get(object, name));

	for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
		json_object_set_new(object, name, json_loads(values[i], JSON_DECODE_ANY, NULL));
		try_procedure();
	}
	json_object_set(object, name, member);
	spoil_value(member);
	json_object_del(object, name);
	try_procedure();
	json_object_set(object, "zzz", member); /* under another name */
	try_procedure();
	json_object_del(object, "zzz");
	for (size_t i = 0; json_object_get(object, "kind") != NULL && i < ARRAY_COUNT(others); i++) {
		if (json_object_get(object, others[i]) != NULL)
			continue;
		json_object_set(object, others[i], member);
		try_procedure();
		json_object_del(object, others[i]);
	}
	json_object_set_new(object, name, member); /* behind the others */
}

static void spoil_members(json_t *object)
{
	char names[64][64];
	json_t *member;
	const char *key;
	size_t count = 0;

	json_object_foreach(object, key, member)
	{
		assert_in_range(count, 0, ARRAY_COUNT(names) - 1);
		snprintf(names[count++], sizeof names[0], "%s", key);
	}
	for (size_t i = 0; i < count; i++)
		spoil_member(object, names[i]);
}

static void spoil_items(json_t *array)
{
	for (size_t at = 0; at < json_array_size(array); at++) {
		json_t *item = json_incref(json_array_get(array, at));
		for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
			json_array_set_new(array, at, json_loads(values[i], JSON_DECODE_ANY, NULL));
			try_procedure();
		}
		json_array_set(array, at, item);
		spoil_value(item);
		json_array_insert(array, at, item); /* twice */
		try_procedure();
		json_array_remove(array, at);
		json_array_remove(array, at);
		try_procedure();
		json_array_insert_new(array, at, item);
	}
}

static void spoil_value(json_t *at)
{
	if (json_is_object(at))
		spoil_members(at);
	else if (json_is_array(at))
		spoil_items(at);
}

static void values_of_a_procedure(void **state)
{
	char path[4096];

	(void)state;
	lay_out();
	snprintf(path, sizeof path, "%s/procedures/consult-urgent.json", getenv("VECTORS"));
	document = json_load_file(path, 0, NULL);
	assert_non_null(document);
	read_count = refused_count = 0;
	spoil_value(document);
	json_decref(document);
	print_message("# %u are read, %u refused\n", read_count, refused_count);
	assert_true(read_count > 100 && refused_count > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_an_accord),
		cmocka_unit_test(lines_of_guidelines),
		cmocka_unit_test(values_of_a_procedure),
	};

	crypto_init();
	return cmocka_run_group_tests_name("spoiled", tests, NULL, NULL);
}
