/*
 * decide FILE: what src/policy decides, for test/policy/product.py to compare with.
 *
 * Standard input, a line each: "bundle INDEX"; "own LEVEL VALUE,...", a clearance of their own for further
 * readers; "label AUTHOR LEVEL CATEGORY:VALUE,... ...". For each label a line: the decision of
 * policy_label_check, then those of policy_evaluate for each reader (bundles_readers, then the same with each
 * own clearance), as REASON and line. "mark AUTHOR LEVEL ...": if it is a valid label its banner in each
 * language, its portion mark, then the same for who does not know the author, with tabs between; else
 * nothing. "of ..." and then "within ...": whether the second label is within the first, 1 or 0.
 * "matrix INDEX": the matrix of the bundle that was read last, as lines, then ".", of what is not read under
 * bundle INDEX; "matrix -": all of it.
 */
#include "bundles.h"
#include "policy/marking.h"
#include "policy/once.h"
#include "policy/opened.h"

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

static struct decision read_label(struct bytes line, size_t *author, struct label_mask *mask)
{
	struct label label = { .categories_count = 0 };
	struct bytes party, word;

	if (bytes_take_until(&line, ' ', &party) != ERR_OK ||
	    bytes_take_until(&line, ' ', &label.level) != ERR_OK)
		exit(2);
	while (bytes_take_until(&line, ' ', &word) == ERR_OK)
		put_category(&label, word);
	*author = guidelines_party_find(bundles.guidelines, party);
	return policy_label_read(bundles.guidelines, &label, *author, mask);
}

static void say_text(struct buf *text)
{
	printf("\t%.*s", (int)text->len, (const char *)text->ptr);
	buf_reset(text);
}

static void mark(struct bytes line)
{
	static char memory[MARKING_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct label_mask mask;
	size_t author;
	struct decision d = read_label(line, &author, &mask);

	if (d.is_allowed)
		d = policy_label_check(bundles.guidelines, &mask);
	for (int known = 1; d.is_allowed && known >= 0; known--) {
		size_t by = known == 1 ? author : MARKING_NO_AUTHOR;
		for (size_t i = 0; i < bundles.accord->languages_count; i++) {
			marking_banner(bundles.accord, &mask, by, i, &text);
			say_text(&text);
		}
		marking_portion(bundles.accord, &mask, by, &text);
		say_text(&text);
	}
	putchar('\n');
}

static void say_matrix(struct bytes line)
{
	static uint8_t memory[MATRIX_ARENA_LEN], text[1u << 20];
	static struct bundles other;
	struct buf out = BUF_ON(text);
	struct arena arena;
	struct matrix m;
	const struct accord *but = NULL;

	arena_init(&arena, memory, sizeof memory);
	if (line.ptr[0] != '-') {
		other.all = bundles.all;
		bundles_read(&other, (size_t)strtoul((const char *)line.ptr, NULL, 10));
		but = other.accord;
	}
	if (matrix_make(bundles.accord, but, but == NULL ? (struct bytes){ NULL, 0 } : but->opened, &arena,
			&m) != ERR_OK)
		exit(3);
	matrix_write(&m, &out);
	matrix_write_carried(bundles.accord, but, &out);
	if (but != NULL) {
		opened_write_let_in(bundles.accord, but, &out);
		once_write(bundles.accord, but, &out);
	}
	if (buf_check(&out) != ERR_OK)
		exit(4);
	printf("%.*s.\n", (int)out.len, (const char *)out.ptr);
	if (but != NULL)
		bundle_clear(&other.copy);
}

static void decide(struct bytes line)
{
	struct label_mask mask;
	size_t author;
	struct decision d = read_label(line, &author, &mask);

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

static struct label_mask outer;

static void say_within(struct bytes line)
{
	struct label_mask mask;
	size_t author;

	if (!read_label(line, &author, &mask).is_allowed)
		exit(5);
	printf("%d\n", policy_is_within(bundles.guidelines, &mask, &outer));
}

int main(int argc, char **argv)
{
	size_t author;
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
		} else if (bytes_equal(word, BYTES_LIT("of"))) {
			(void)read_label(line, &author, &outer);
		} else if (bytes_equal(word, BYTES_LIT("within"))) {
			say_within(line);
		} else if (bytes_equal(word, BYTES_LIT("mark"))) {
			mark(line);
		} else if (bytes_equal(word, BYTES_LIT("matrix"))) {
			say_matrix(line);
		} else {
			decide(line);
		}
	}
	bundles_close(&bundles);
	return 0;
}
