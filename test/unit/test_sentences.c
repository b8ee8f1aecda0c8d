/* Every sentence of the lower layers that a person can be shown is in the catalogue. */
#include "home/accord_rule.h"
#include "home/rule_text.h"
#include "home/sentences.h"

#include "accord/procedure.h"
#include "base/attr.h"
#include "base/err.h"
#include "policy/policy.h"
#include "record/verify.h"
#include "view/fold.h"

#include "spec_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text)
{
	if (!sentence_is_known(text))
		fail_msg("src/home/sentences.c has not: %s", text);
}

static void errors_are_known(void **state)
{
	(void)state;
	for (int e = 0; e < ERR_COUNT; e++)
		check(err_text((enum err)e));
}

static void verdicts_are_known(void **state)
{
	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++)
		check(verdict_text((enum verdict)v));
	for (size_t r = 0; r < RULING_COUNT; r++)
		check(ruling_text((enum ruling)r));
}

static void reasons_are_known(void **state)
{
	(void)state;
	for (int r = 0; r < REASON_COUNT; r++)
		check(reason_text((enum reason)r));
}

static void findings_are_known(void **state)
{
	(void)state;
	for (int f = 0; f < FINDING_COUNT; f++)
		check(finding_text((enum finding_kind)f));
}

/* What stops a log, and what an officer's statement is refused by. */
static void formats_have_sentences(void **state)
{
	static const char *const rules[] = {
		"cbor.order",	  "cbor.limit",	 "entry.index",	   "entry.key",	   "entry.place",
		"statement.key",  "label.order", "keys.twice",	   "content.salt", "note.root",
		"fork.path",	  "record.fork", "record.root",	   "record.rot",   "frame.payload",
		"path.listen",	  "keys.roles",	 "accord.version", "statement.of", "content.fields",
		"statement.seen",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
		if (rule_text(rules[i]) == NULL)
			fail_msg("no sentence for %s", rules[i]);
	}
	assert_null(rule_text("disk.room"));
	assert_null(rule_text("record.forks"));
}

static void rules_are_known(void **state)
{
	const struct procedure_rule *rule;

	(void)state;
	for (size_t i = 0; (rule = procedure_rule_at(i)) != NULL; i++)
		check(rule->text);
}

#define RULE_LEN 64u

/* Adds the rules in the first cells of a page's tables, "| `a.b`, `c.d` |"; gives how many there are now. */
static size_t add_rules(const char *name, char (*rules)[RULE_LEN], size_t count)
{
	char *rest = NULL;

	for (char *row = strtok_r(spec_page(name), "\n", &rest); row != NULL;
	     row = strtok_r(NULL, "\n", &rest)) {
		char *end = strstr(row, " |");
		if (strncmp(row, "| `", 3) != 0 || end == NULL)
			continue;
		*end = '\0';
		for (char *at = row; (at = strchr(at, '`')) != NULL; at++) {
			if (sscanf(at, "`%63[a-z0-9.-]", rules[count]) == 1 &&
			    strchr(rules[count], '.') != NULL && strstr(rules[count], ".txt") == NULL)
				count++;
		}
	}
	return count;
}

/* Who reads the page finds the sentence, and no sentence is of a rule that no page has. */
static void accord_rules_are_sentences(void **state)
{
	static char rules[256][RULE_LEN];
	size_t count = add_rules("guidelines.md", rules, add_rules("accord.md", rules, 0)), at;
	const char *rule;

	(void)state;
	assert_true(count > 120);
	for (size_t i = 0; i < count; i++) {
		if (accord_rule_text(rules[i]) == NULL)
			fail_msg("no sentence for %s", rules[i]);
	}
	for (size_t i = 0; (rule = accord_rule_at(i)) != NULL; i++) {
		for (at = 0; at < count && strcmp(rules[at], rule) != 0; at++)
			;
		if (at == count)
			fail_msg("%s stands in no table", rule);
	}
	assert_null(accord_rule_text("accord."));
}

static void others_are_not(void **state)
{
	(void)state;
	assert_false(sentence_is_known(""));
	assert_false(sentence_is_known("counts "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_known),
		cmocka_unit_test(formats_have_sentences),
		cmocka_unit_test(rules_are_known),
		cmocka_unit_test(verdicts_are_known),
		cmocka_unit_test(reasons_are_known),
		cmocka_unit_test(findings_are_known),
		cmocka_unit_test(accord_rules_are_sentences),
		cmocka_unit_test(others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
