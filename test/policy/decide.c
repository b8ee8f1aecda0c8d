/*
 * decide FILE: what src/policy decides, for test/policy/product.py to compare with.
 *
 * Standard input, a line each: "bundle INDEX"; "own LEVEL VALUE,...", a clearance of their own for further
 * readers; "label AUTHOR LEVEL CATEGORY:VALUE,... ...". For each label a line: the decision of
 * policy_label_check, then those of policy_evaluate for each reader (bundles_readers, then the same with each
 * own clearance), as REASON and line.
 */
#include "bundles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bundles bundles;
static struct reader readers[8 * READERS_MAX];
static size_t readers_count, places_count;

/* A letter a reason, and the line. */
static void say(const struct decision *d)
{
	printf(" %c%u", "+LCVPOrNlvowcaefnjJ"[d->reason], d -> line);
}

static uint64_t read_values(struct bytes text)
{
	struct bytes code;
	uint64_t out = 0;

	while (bytes_take_until(&text, ',', &code) == ERR_OK)
		out |= 1ull << guidelines_value_find(bundles.guidelines, code);
	if (text.len > 0)
		out |= 1ull << guidelines_value_find(bundles.guidelines, text);
	return out;
}

static void add_own(struct bytes line)
{
	struct bytes level;
	struct clearance own;

	if (bytes_take_until(&line, ' ', &level) != ERR_OK)
		exit(2);
	own.up_to = (uint8_t)guidelines_level_find(bundles.guidelines, level);
	own.holds = read_values(line);
	for (size_t i = 0; i < places_count; i++) {
		readers[readers_count] = readers[i];
		readers[readers_count++].own = own;
	}
}

static void put_category(struct label *l, struct bytes text)
{
	struct label_category *c = &l->categories[l->categories_count++];
	struct bytes value;

	if (bytes_take_until(&text, ':', &c->name) != ERR_OK)
		exit(2);
	c->first = l->values_count;
	while (bytes_take_until(&text, ',', &value) == ERR_OK)
		l->values[l->values_count++] = value;
	l->values[l->values_count++] = text;
	c->count = l->values_count - c->first;
}

static void decide(struct bytes line)
{
	struct label label = { .categories_count = 0 };
	struct bytes author, word;
	struct label_mask mask;
	struct decision d;

	if (bytes_take_until(&line, ' ', &author) != ERR_OK ||
	    bytes_take_until(&line, ' ', &label.level) != ERR_OK)
		exit(2);
	while (bytes_take_until(&line, ' ', &word) == ERR_OK)
		put_category(&label, word);
	d = policy_label_read(bundles.guidelines, &label, guidelines_party_find(bundles.guidelines, author),
			      &mask);
	if (d.is_allowed) {
		d = policy_label_check(bundles.guidelines, &mask);
		say(&d);
		for (size_t i = 0; i < readers_count; i++) {
			d = policy_evaluate(bundles.guidelines, &mask, &readers[i]);
			say(&d);
		}
	} else {
		say(&d);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	static char memory[1u << 16];

	if (argc != 2)
		return 2;
	bundles_open(&bundles, argv[1]);
	while (fgets(memory, sizeof memory, stdin) != NULL) {
		struct bytes line = { (const uint8_t *)memory, strcspn(memory, "\n") }, word;
		if (bytes_take_until(&line, ' ', &word) != ERR_OK)
			return 2;
		if (bytes_equal(word, BYTES_LIT("bundle"))) {
			bundles_read(&bundles, (size_t)strtoul((const char *)line.ptr, NULL, 10));
			places_count = readers_count = bundles_readers(&bundles, readers);
		} else if (bytes_equal(word, BYTES_LIT("own"))) {
			add_own(line);
		} else {
			decide(line);
		}
	}
	bundles_close(&bundles);
	return 0;
}
