/*
 * The complete example of a procedure as it stands, and copies of it that are changed in one place: each
 * cause of C1 to C12 (docs/spec/procedure.md section 3), with the line that is named.
 */
#include "accord/form.h"
#include "accord/procedure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char example[1u << 14], changed[1u << 18];
static uint8_t arena_memory[ACCORD_ARENA_LEN];
static struct accord accord;
static struct form forms[4];

static int start(void **state)
{
	static const char *const names[] = { "N10", "N20", "N30", "N31" };
	static const char *const roles[] = { "duty", "principal", "scribe", "witness" };
	char path[4096];
	FILE *f;

	(void)state;
	snprintf(path, sizeof path, "%s/procedures/consult-urgent.json", getenv("VECTORS"));
	f = fopen(path, "r");
	if (f == NULL || fread(example, 1, sizeof example - 1, f) == 0)
		return 1;
	fclose(f);
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
	return 0;
}

static enum err read_text(const struct accord *a, struct bytes text, struct procedure **out,
			  struct fault *fault)
{
	struct arena arena;
	size_t values = 0;

	arena_init(&arena, arena_memory, sizeof arena_memory);
	*fault = (struct fault){ NULL, 0 };
	return procedure_read(a, BYTES_LIT("procedures/consult-urgent.json"), text, &arena, &values, out,
			      fault);
}

static void test_example(void **state)
{
	struct procedure *p = NULL;
	struct fault fault;
	const struct procedure_step *decide;

	(void)state;
	assert_int_equal(read_text(&accord, bytes_str(example), &p, &fault), ERR_OK);
	assert_string_equal(p->id, "consult-urgent");
	assert_int_equal(p->version, 1);
	assert_int_equal(p->steps_count, 9);
	assert_int_equal(p->roles_count, 4);
	assert_true(bytes_equal(p->title.text[0], BYTES_LIT("긴급 협의")));
	assert_true(p->has_recess && p->recess_max == 7200 && p->recess_by.of == OF_ANY);
	assert_int_equal(p->precedence[PRECEDENCE_FLASH].ladder_count, 3);
	assert_int_equal(p->precedence[PRECEDENCE_ROUTINE].line, 0);
	assert_int_equal(obligation_within(p, &p->steps[1].owe[2], PRECEDENCE_IMMEDIATE), 3600);
	decide = &p->steps[procedure_step_find(p, BYTES_LIT("decide"))];
	assert_int_equal(decide->hold, 30);
	assert_true(decide->is_read_back && decide->has_confirm);
	assert_int_equal(decide->options_count, 3);
	assert_int_equal(decide->effect, STEP_EFFECT_IRREVERSIBLE);
	assert_int_equal(p->steps[8].after.count, 4);
	/* And without an accord: its languages are those of its title. */
	assert_int_equal(read_text(NULL, bytes_str(example), &p, &fault), ERR_OK);
	assert_true(bytes_equal(p->title.text[0], BYTES_LIT("Urgent consultation")));
}

/* `old` is `new` once; the fault is at the line of `at` in what was changed, or where old was. */
static const struct broken {
	const char *why, *old, *new, *rule, *at;
} broken[] = {
	/* C1 */
	{ "a float", "\"read\": 480", "\"read\": 4.8", "json.number", NULL },
	{ "a sign", "\"read\": 480", "\"read\": -480", "json.number", NULL },
	{ "a leading zero", "\"read\": 480", "\"read\": 0480", "json.number", NULL },
	{ "an exponent", "\"read\": 480", "\"read\": 48e1", "json.number", NULL },
	{ "a key twice", "\"version\": 1", "\"version\": 1, \"version\": 1", "json.twice", NULL },
	{ "an escape", "Report of an incident", "Report\\u0020of an incident", "json.escape", NULL },
	{ "a text over two lines", "Report of an incident", "Report of\nan incident", "json.text", NULL },
	{ "a text that turns", "Report of an incident", "Report \xe2\x80\xae\xe2\x80\xac", "json.text",
	  NULL },
	{ "not UTF-8", "Report of an incident", "Report \xff", "json.text", NULL },
	{ "another normal form", "Call by other means", "Cafe\xcc\x81", "json.nfc", NULL },
	{ "a comma at the end", "\"scribe\": {\"alternates\": 0}}", "\"scribe\": {\"alternates\": 0},}",
	  "json.name", NULL },
	{ "no comma", "\"version\": 1, ", "\"version\": 1 ", "json.value", NULL },
	{ "null", "\"quorum\": 1", "\"quorum\": null", "json.value", NULL },
	{ "a comment", "\"recess\"", "// here\n\"recess\"", "json.name", NULL },
	{ "something behind the end", "\"close\": [\"done\", \"record\"] }",
	  "\"close\": [\"done\", \"record\"] } {}", "json.end", NULL },
	{ "another word at its head", "procedure/1", "procedure/2", "procedure.head", NULL },
	{ "an unknown key", "\"hold\": 30", "\"holds\": 30", "procedure.key", NULL },
	{ "a key of another kind of step", "\"quorum\": 1,", "\"quorum\": 1, \"hold\": 30,", "procedure.key",
	  NULL },
	{ "a hold where each decides", "\"id\": \"national\", \"kind\": \"gate\", \"rule\": \"each\"",
	  "\"id\": \"national\", \"hold\": 10, \"kind\": \"gate\", \"rule\": \"each\"", "procedure.key",
	  NULL },
	{ "a missing key", "\"version\": 1, ", "", "procedure.missing", NULL },
	{ "a gate of one that is nobody's", "\"id\": \"national\", \"kind\": \"gate\", \"rule\": \"each\"",
	  "\"id\": \"national\", \"kind\": \"gate\", \"rule\": \"one\"", "procedure.missing", NULL },
	{ "a number as text", "\"hold\": 30", "\"hold\": \"30\"", "procedure.type", NULL },
	{ "a quorum of nobody", "\"quorum\": 1", "\"quorum\": 0", "procedure.type", NULL },
	{ "an unknown kind", "\"kind\": \"act\"", "\"kind\": \"deed\"", "procedure.word", NULL },
	{ "a level of another kind of step", "\"what\": \"attend\"", "\"what\": \"replied\"",
	  "procedure.word", NULL },
	{ "a precedence that has no timers", "\"after\": [\"done\", \"indicator\"]",
	  "\"after\": [\"precedence\", \"ROUTINE\"]", "procedure.word", NULL },
	{ "by nobody", "\"by\": \"any.duty\", \"form\": \"N20\"", "\"by\": \"some.duty\", \"form\": \"N20\"",
	  "procedure.who", NULL },
	{ "by the others", "\"by\": \"any.duty\", \"form\": \"N20\"",
	  "\"by\": \"others.duty\", \"form\": \"N20\"", "procedure.who", NULL },
	{ "owed by anybody", "{\"who\": \"each.principal\", \"what\": \"attend\"",
	  "{\"who\": \"any.principal\", \"what\": \"attend\"", "procedure.who", NULL },
	/* C2 */
	{ "a missing language", "\"title\": {\"en\": \"Consult\", \"ko\": \"협의\"}",
	  "\"title\": {\"en\": \"Consult\"}", "procedure.language", NULL },
	{ "another language", "\"title\": {\"en\": \"Consult\", \"ko\": \"협의\"}",
	  "\"title\": {\"en\": \"Consult\", \"ja\": \"協議\"}", "procedure.language", NULL },
	{ "an empty title", "\"en\": \"Consult\", ", "\"en\": \"\", ", "procedure.language", NULL },
	{ "a role that the accord has not", "\"witness\": {\"alternates\": 1}",
	  "\"judge\": {\"alternates\": 1}", "procedure.role", NULL },
	{ "a role that the procedure has not", "\"by\": \"opener.duty\"", "\"by\": \"opener.press\"",
	  "procedure.role", NULL },
	{ "an unknown form", "\"form\": \"N20\"", "\"form\": \"N99\"", "procedure.form", NULL },
	{ "one form for two notices", "\"form\": \"N10\"", "\"form\": \"N20\"", "procedure.same",
	  "{\"id\": \"alert\"" },
	{ "an unknown form that undoes", "\"undo\": \"N31\"", "\"undo\": \"N99\"", "procedure.form", NULL },
	{ "a step twice", "\"id\": \"consult\"", "\"id\": \"convene\"", "procedure.name", NULL },
	{ "capitals in a name", "\"id\": \"consult\"", "\"id\": \"Consult\"", "procedure.name", NULL },
	{ "a signer twice", "[\"principal\", \"witness\"]", "[\"principal\", \"principal\"]",
	  "procedure.name", NULL },
	{ "the same owed twice",
	  "{\"who\": \"others.duty\", \"what\": \"presented\", \"within\": \"present\"}]},",
	  "{\"who\": \"others.duty\", \"what\": \"presented\", \"within\": 600},"
	  "{\"who\": \"others.duty\", \"what\": \"presented\", \"within\": \"present\"}]},",
	  "procedure.name", "{\"id\": \"indicator\"" },
	{ "no options", "\"options\": {\"agreed\": {\"en\": \"Agreed\", \"ko\": \"합의\"}}",
	  "\"options\": {}", "procedure.count", NULL },
	{ "nine options", "\"options\": {\"agreed\": {\"en\": \"Agreed\", \"ko\": \"합의\"}}",
	  "\"options\": {\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}",
	  "procedure.count", NULL },
	{ "nobody signs", "\"signers\": [\"scribe\"]", "\"signers\": []", "procedure.count", NULL },
	{ "seventeen obligations",
	  "\"owe\": [{\"who\": \"each.principal\", \"what\": \"done\", \"within\": 14400}]",
	  "\"owe\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "procedure.count", NULL },
	/* C3 */
	{ "a guard on a step below", "\"after\": [\"done\", \"convene\"]",
	  "\"after\": [\"done\", \"decide\"]", "procedure.above", NULL },
	{ "a guard on the step itself", "\"after\": [\"done\", \"convene\"]",
	  "\"after\": [\"done\", \"consult\"]", "procedure.above", NULL },
	{ "the end waits for a step that is none", "\"close\": [\"done\", \"record\"]",
	  "\"close\": [\"done\", \"records\"]", "procedure.above", NULL },
	{ "a level that nobody owes there", "[\"reached\", \"alert\", \"watch-read\"]",
	  "[\"reached\", \"alert\", \"read-back\"]", "procedure.level", NULL },
	{ "a lapse of what nobody owes", "[\"lapsed\", \"alert\", \"watch-read\"]",
	  "[\"lapsed\", \"alert\", \"read-back\"]", "procedure.level", NULL },
	{ "an option that is none", "[\"decided\", \"decide\", \"separate-measures\"]",
	  "[\"decided\", \"decide\", \"separately\"]", "procedure.option", NULL },
	{ "decided by what is no gate", "[\"decided\", \"decide\", \"separate-measures\"]",
	  "[\"decided\", \"consult\", \"separate-measures\"]", "procedure.option", NULL },
	{ "a guard in a guard in a guard in a guard", "\"after\": [\"done\", \"convene\"]",
	  "\"after\": [\"all\", [\"any\", [\"all\", [\"done\", \"convene\"]]]]", "procedure.depth", NULL },
	/* C4, C5 */
	{ "a step that never opens", "\"after\": [\"done\", \"convene\"]",
	  "\"after\": [\"all\", [\"precedence\", \"FLASH\"], [\"precedence\", \"IMMEDIATE\"]]",
	  "procedure.close", "\"close\"" },
	{ "a step beside the way that never opens", "\"after\": [\"lapsed\", \"alert\", \"watch-read\"]",
	  "\"after\": [\"all\", [\"precedence\", \"FLASH\"], [\"precedence\", \"IMMEDIATE\"]]",
	  "procedure.never", "{\"id\": \"other-means\"" },
	{ "an option that leads nowhere", ", [\"decided\", \"decide\", \"no-action\"]", "", "procedure.close",
	  "\"close\"" },
	{ "a precedence at which it never closes", "\"after\": [\"done\", \"convene\"]",
	  "\"after\": [\"all\", [\"done\", \"convene\"], [\"precedence\", \"FLASH\"]]", "procedure.close",
	  "\"close\"" },
	{ "parties that decide otherwise", "[\"done\", \"national\"]",
	  "[\"decided\", \"national\", \"none\"]", "procedure.close", "\"close\"" },
	/* C6 */
	{ "a watch without an alternate", "\"duty\": {\"alternates\": 2}", "\"duty\": {\"alternates\": 0}",
	  "procedure.alternate", "{\"id\": \"indicator\"" },
	/* C7 */
	{ "silence opens a gate", "\"after\": [\"done\", \"consult\"]",
	  "\"after\": [\"any\", [\"done\", \"consult\"], [\"lapsed\", \"alert\", \"replied\"]]",
	  "procedure.lapsed", "{\"id\": \"decide\"" },
	{ "silence opens what a gate waits for", "\"after\": [\"reached\", \"alert\", \"watch-read\"]",
	  "\"after\": [\"lapsed\", \"alert\", \"watch-read\"]", "procedure.lapsed", "{\"id\": \"decide\"" },
	{ "silence opens a lasting effect", "\"after\": [\"decided\", \"decide\", \"joint-measures\"]",
	  "\"after\": [\"any\", [\"decided\", \"decide\", \"joint-measures\"], [\"done\", \"other-means\"]]",
	  "procedure.lapsed", "{\"id\": \"communicate\"" },
	{ "silence ends it", "\"close\": [\"done\", \"record\"]",
	  "\"close\": [\"any\", [\"done\", \"record\"], [\"lapsed\", \"alert\", \"replied\"]]",
	  "procedure.lapsed", NULL },
	/* C8 */
	{ "what lasts, by each alone", "\"signers\": [\"principal\"], \"effect\": \"reversible\"",
	  "\"signers\": [\"principal\"], \"effect\": \"irreversible\"", "procedure.irreversible",
	  "{\"id\": \"national\"" },
	{ "what lasts, by an act",
	  "\"by\": \"opener.duty\", \"after\": [\"lapsed\", \"alert\", \"watch-read\"], "
	  "\"effect\": \"reversible\"",
	  "\"by\": \"opener.duty\", \"after\": [\"lapsed\", \"alert\", \"watch-read\"], \"effect\": "
	  "\"irreversible\"",
	  "procedure.irreversible", "{\"id\": \"other-means\"" },
	{ "what lasts, signed by one role", "[\"principal\", \"witness\"]", "[\"principal\"]",
	  "procedure.irreversible", "{\"id\": \"decide\"" },
	{ "what lasts, confirmed by anybody", "\"confirm\": \"principal\", ", "", "procedure.irreversible",
	  "{\"id\": \"decide\"" },
	{ "what lasts, not read back", "\"read-back\": true", "\"read-back\": false",
	  "procedure.irreversible", "{\"id\": \"decide\"" },
	{ "what lasts, held for too short", "\"hold\": 30", "\"hold\": 9", "procedure.irreversible",
	  "{\"id\": \"decide\"" },
	/* C9 */
	{ "nothing to make it good by", ",\n     \"undo\": \"N31\"", "", "procedure.undo",
	  "{\"id\": \"communicate\"" },
	/* C10 */
	{ "a timer that is none", "\"within\": \"convene\"", "\"within\": \"convoke\"", "procedure.timer",
	  NULL },
	{ "a timer missing at one precedence", "\"convene\": 14400, ", "", "procedure.timer",
	  "{\"id\": \"convene\"" },
	{ "no ladder", ",  \"ladder\": [300, 90, 60]", "", "procedure.timer", "{\"id\": \"indicator\"" },
	{ "a ladder beyond its deadline", "[300, 90, 60]", "[300, 90, 90]", "procedure.ladder",
	  "{\"id\": \"indicator\"" },
	/* C11, C12 */
	{ "a role that owes four",
	  "{\"who\": \"others.duty\", \"what\": \"presented\", \"within\": \"present\"}]},",
	  "{\"who\": \"others.duty\", \"what\": \"presented\", \"within\": \"present\"},"
	  "{\"who\": \"others.duty\", \"what\": \"read-back\", \"within\": 600},"
	  "{\"who\": \"others.duty\", \"what\": \"replied\", \"within\": 600}]},",
	  "procedure.many", "{\"id\": \"indicator\"" },
	{ "nothing owed after the watch read",
	  ",\n                                              {\"who\": \"others.duty\", \"what\": "
	  "\"presented\", "
	  "\"within\": \"present\"}",
	  "", "procedure.watch", "{\"id\": \"indicator\"" },
};

static size_t line_at(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* The first place of `old`, replaced; the line where it stands. */
static size_t change(const struct broken *b)
{
	const char *at = strstr(example, b->old), *found;

	if (at == NULL)
		fail_msg("%s: the example has no %s", b->why, b->old);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - example), example, b->new,
		 at + strlen(b->old));
	if (b->at == NULL)
		return line_at(example, at);
	found = strstr(changed, b->at);
	assert_non_null(found);
	return line_at(changed, found);
}

static void test_broken(void **state)
{
	uint32_t causes = 0;
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
		const struct broken *b = &broken[i];
		size_t line = change(b);
		struct procedure *p;
		const struct procedure_rule *rule;
		struct fault fault;

		if (read_text(&accord, bytes_str(changed), &p, &fault) != ERR_USAGE)
			fail_msg("%s is not refused", b->why);
		if (strcmp(fault.rule, b->rule) != 0 || fault.offset != line)
			fail_msg("%s: %s in line %zu, and not %s in line %zu", b->why, fault.rule,
				 fault.offset, b->rule, line);
		rule = procedure_rule_find(fault.rule);
		assert_non_null(rule);
		assert_int_equal(bytes_read_decimal(bytes_str(rule->number + 1), 12, &number), ERR_OK);
		causes |= 1u << number;
	}
	assert_int_equal(causes, 0x1ffe); /* C1 to C12 */
}

/* What only a long file is: too many steps, combinations, values, too deep, cut anywhere. */
static void put(size_t *len, const char *text)
{
	*len += (size_t)snprintf(changed + *len, sizeof changed - *len, "%s", text);
}

static const char head[] =
	"{\"entente\":\"procedure/1\",\"id\":\"x\",\"version\":1,\"title\":{\"en\":\"a\",\"ko\":\"b\"},"
	"\"roles\":{\"duty\":{\"alternates\":1}},\"precedence\":{\"FLASH\":{}},\"steps\":[";

static void expect_refused(size_t len, const char *rule)
{
	struct procedure *p;
	struct fault fault;

	assert_int_equal(read_text(&accord, (struct bytes){ (uint8_t *)changed, len }, &p, &fault),
			 ERR_USAGE);
	assert_string_equal(fault.rule, rule);
}

static void test_bounds(void **state)
{
	struct procedure *p;
	struct fault fault;
	char step[512];
	size_t len = 0;

	(void)state;
	put(&len, head);
	for (int i = 0; i < 65; i++) {
		snprintf(step, sizeof step,
			 "%s{\"id\":\"s%d\",\"kind\":\"act\",\"title\":{\"en\":\"a\",\"ko\":\"b\"},\"by\":"
			 "\"any.duty\"}",
			 i > 0 ? "," : "", i);
		put(&len, step);
	}
	put(&len, "],\"close\":[\"done\",\"s0\"]}");
	expect_refused(len, "procedure.count");
	len = 0;
	put(&len, head);
	for (int i = 0; i < 6; i++) {
		snprintf(step, sizeof step,
			 "%s{\"id\":\"s%d\",\"kind\":\"gate\",\"rule\":\"joint\",\"title\":{\"en\":\"a\","
			 "\"ko\":\"b\"},"
			 "\"signers\":[\"duty\"],\"options\":{\"a\":{\"en\":\"a\",\"ko\":\"b\"},"
			 "\"b\":{\"en\":\"a\",\"ko\":\"b\"},\"c\":{\"en\":\"a\",\"ko\":\"b\"},"
			 "\"d\":{\"en\":\"a\",\"ko\":\"b\"}}}",
			 i > 0 ? "," : "", i);
		put(&len, step);
	}
	put(&len, "],\"close\":[\"done\",\"s0\"]}");
	expect_refused(len, "procedure.choices");
	len = 0;
	put(&len, "{\"a\":[[[[[[[[]]]]]]]]}");
	expect_refused(len, "json.depth");
	len = 0;
	put(&len, "{\"a\":[");
	for (int i = 0; i < 200; i++)
		put(&len, "1,");
	put(&len, "1]}");
	expect_refused(len, "json.count");
	memset(changed, ' ', ACCORD_FILE_LEN_MAX + 1);
	expect_refused(ACCORD_FILE_LEN_MAX + 1, "json.length");
	for (len = 0; len < strlen(example) - 2; len++)
		assert_int_equal(read_text(&accord, (struct bytes){ (uint8_t *)example, len }, &p, &fault),
				 ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_example), cmocka_unit_test(test_broken),
					    cmocka_unit_test(test_bounds) };

	return cmocka_run_group_tests_name("procedure", tests, start, NULL);
}
