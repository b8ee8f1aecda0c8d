/*
 * A word of an accord's files is lost, said twice, or another: what comes of it is read, or refused by a rule
 * that has a sentence, at a line that is there. And with room for all of it but one thing, it is memory that
 * is short, whatever the thing: ERR_MEMORY, at every place that asks for some.
 */
#include "accord/form.h"
#include "accord/procedure.h"
#include "bundle_copy.h"
#include "home/accord_rule.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX (1u << 15)
#define PLACES_MAX 512u

/* ---- Memory that is short once, at each place that asks for some. ---- */

static struct {
	const void *places[PLACES_MAX]; /* that were short before */
	size_t count;
	bool is_short, was_short; /* from now on, at the next place that is new */
} memory;

static bool is_short_at(const void *place)
{
	if (!memory.is_short || memory.was_short)
		return false;
	for (size_t i = 0; i < memory.count; i++) {
		if (memory.places[i] == place)
			return false;
	}
	assert_true(memory.count < PLACES_MAX);
	memory.places[memory.count++] = place;
	return memory.was_short = true;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
void *__real_arena_alloc(struct arena *a, size_t count, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t count, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t count, size_t size)
{
	return is_short_at(__builtin_return_address(0)) ? NULL : __real_arena_alloc(a, count, size);
}

struct bytes __real_arena_copy(struct arena *a, struct bytes in);
struct bytes __wrap_arena_copy(struct arena *a, struct bytes in);
struct bytes __wrap_arena_copy(struct arena *a, struct bytes in)
{
	return is_short_at(__builtin_return_address(0)) ? (struct bytes){ NULL, 0 }
							: __real_arena_copy(a, in);
}
// NOLINTEND(bugprone-reserved-identifier)

/* ---- Words. ---- */

/* In the place of a word; NULL: it is said twice. */
static const char *const others[] = { "",   "x",	 "0",	"99999999999", "\"\"",
				      "[]", "{\"x\":1}", "a.b", "true",	       NULL };

static bool is_between(char c, bool is_json)
{
	return c == ' ' || c == '\n' || (is_json && strchr(",:[]{}", c) != NULL);
}

/* The next word of *at, or with is_json the next bracket or value of it; false: no more. */
static bool next_word(const char **at, const char **word, size_t *len, bool is_json)
{
	while (**at == ' ' || **at == '\n')
		(*at)++;
	*word = *at;
	if (**at == '\0')
		return false;
	if (**at == '"') {
		const char *end = strchr(*at + 1, '"');
		*at = end == NULL ? *at + strlen(*at) : end + 1;
	} else if (is_between(**at, is_json)) {
		(*at)++;
	} else {
		while (**at != '\0' && !is_between(**at, is_json))
			(*at)++;
	}
	*len = (size_t)(*at - *word);
	return true;
}

static struct bytes change(const char *text, const char *word, size_t len, const char *other)
{
	static char out[2 * TEXT_MAX];
	int put = other != NULL
			  ? snprintf(out, sizeof out, "%.*s%s%s", (int)(word - text), text, other, word + len)
			  : snprintf(out, sizeof out, "%.*s%.*s %s", (int)(word - text), text, (int)len, word,
				     word);

	assert_true(put >= 0 && (size_t)put < sizeof out);
	return (struct bytes){ (const uint8_t *)out, (size_t)put };
}

static size_t lines_of(struct bytes text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

static const char *copy_of(struct bytes text, char out[TEXT_MAX])
{
	assert_true(text.len < TEXT_MAX);
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return out;
}

/* ---- Bundles. ---- */

static json_t *all[2];
static struct bundle copy;

static int start(void **state)
{
	(void)state;
	crypto_init();
	all[0] = bundle_vectors("accord.json");
	all[1] = bundle_vectors("guidelines.json");
	return all[0] == NULL || all[1] == NULL;
}

static int finish(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(all[0]);
	json_decref(all[1]);
	return 0;
}

static enum err read_bundle(struct accord_fault *fault)
{
	static uint8_t manifest_memory[MANIFEST_LEN_MAX];
	struct buf manifest = BUF_ON(manifest_memory);
	struct accord *a = NULL;
	struct arena arena;

	accord_manifest_write(copy.files, copy.count, &manifest);
	arena_init(&arena, copy.arena_memory, sizeof copy.arena_memory);
	return accord_read(buf_bytes(&manifest), copy.files, copy.count, &arena, &a, fault);
}

static void check_bundle(struct accord_file *file, const char *word, size_t len, const char *other)
{
	struct accord_fault fault = { 0 };
	enum err e = read_bundle(&fault);
	size_t at = 0;

	if (e == ERR_OK)
		return;
	while (at < copy.count && !bytes_equal(copy.files[at].name, fault.file))
		at++;
	if (e == ERR_USAGE && accord_rule_text(fault.fault.rule) != NULL && fault.fault.offset > 0 &&
	    (at == copy.count || fault.fault.offset <= lines_of(copy.files[at].content)))
		return;
	fail_msg("%.*s, %s for %.*s: %s, %s at line %zu of %.*s", (int)file->name.len, file->name.ptr,
		 other == NULL ? "twice" : other, (int)len, word, err_name(e),
		 fault.fault.rule == NULL ? "no rule" : fault.fault.rule, fault.fault.offset,
		 (int)fault.file.len, fault.file.ptr);
}

static void change_file(struct accord_file *file)
{
	static char text[TEXT_MAX];
	const struct bytes was = file->content;
	const char *at = copy_of(was, text), *word;
	size_t len;

	while (next_word(&at, &word, &len, false)) {
		for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
			file->content = change(text, word, len, others[i]);
			check_bundle(file, word, len, others[i]);
		}
	}
	file->content = was;
}

static void words_of_bundles(void **state)
{
	struct accord_fault fault;

	(void)state;
	for (size_t b = 0; b < ARRAY_COUNT(all); b++) {
		bundle_make(&copy, all[b], NULL);
		assert_int_equal(read_bundle(&fault), ERR_OK);
		for (size_t i = 0; i < copy.count; i++)
			change_file(&copy.files[i]);
	}
}

static void bundles_without_room(void **state)
{
	struct accord_fault fault;

	(void)state;
	for (size_t b = 0; b < ARRAY_COUNT(all); b++) {
		bundle_make(&copy, all[b], NULL);
		memory.is_short = memory.was_short = true;
		while (memory.was_short) {
			memory.was_short = false;
			enum err e = read_bundle(&fault);
			assert_int_equal(e, memory.was_short ? ERR_MEMORY : ERR_OK);
		}
		memory.is_short = false;
	}
}

/* ---- Procedures. ---- */

static char example[TEXT_MAX];

static enum err read_procedure(struct bytes text, struct fault *fault)
{
	struct procedure *p = NULL;
	struct arena arena;
	size_t values = 0;

	arena_init(&arena, copy.arena_memory, sizeof copy.arena_memory);
	return procedure_read(NULL, BYTES_LIT("procedures/consult-urgent.json"), text, &arena, &values, &p,
			      fault);
}

static void open_example(void)
{
	char path[4096];
	struct fault fault;
	FILE *f;

	snprintf(path, sizeof path, "%s/procedures/consult-urgent.json", getenv("VECTORS"));
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(example, 1, sizeof example - 1, f) > 0);
	fclose(f);
	assert_int_equal(read_procedure(bytes_str(example), &fault), ERR_OK);
}

static void words_of_procedures(void **state)
{
	const char *at = example, *word;
	size_t len;

	(void)state;
	open_example();
	while (next_word(&at, &word, &len, true)) {
		for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
			struct bytes text = change(example, word, len, others[i]);
			struct fault fault = { NULL, 0 };
			enum err e = read_procedure(text, &fault);
			if (e != ERR_OK && (e != ERR_USAGE || procedure_rule_find(fault.rule) == NULL ||
					    fault.offset == 0 || fault.offset > lines_of(text)))
				fail_msg("%s for %.*s: %s, %s at line %zu",
					 others[i] == NULL ? "twice" : others[i], (int)len, word, err_name(e),
					 fault.rule == NULL ? "no rule" : fault.rule, fault.offset);
		}
	}
}

static void procedures_without_room(void **state)
{
	struct fault fault;

	(void)state;
	open_example();
	memory.is_short = memory.was_short = true;
	while (memory.was_short) {
		memory.was_short = false;
		enum err e = read_procedure(bytes_str(example), &fault);
		assert_int_equal(e, memory.was_short ? ERR_MEMORY : ERR_OK);
	}
	memory.is_short = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_bundles),
		cmocka_unit_test(bundles_without_room),
		cmocka_unit_test(words_of_procedures),
		cmocka_unit_test(procedures_without_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, finish);
}
