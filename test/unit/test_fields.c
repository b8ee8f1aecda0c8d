/* What the fields of a kind hold, and which are its own; rosters, reliefs and dates in them. */
#include "wire/date.h"
#include "wire/dialogue.h"
#include "wire/fields.h"
#include "wire/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The first hour of 2026, in ms. */
#define FROM "\x1b\x00\x00\x01\x9b\x76\xda\xa8\x00"
#define TO "\x1b\x00\x00\x01\x9b\x77\x11\x96\x80"
#define HASH       \
	"\x58\x20" \
	"0123456789abcdef0123456789abcdef"
#define PEOPLE                \
	"\x86\x63Kim\x60\x65" \
	"ko en"               \
	"\x63Lee\x60\x62ko"
#define WATCH "\x65watch"

/* A statement with these fields, as CBOR: a map. They must outlive it. */
static struct statement with(enum kind kind, struct bytes fields)
{
	struct statement s = { .channel = 1, .kind = kind };
	struct cbor_reader r;

	cbor_open(&r, fields);
	s.fields_count = fields_read(&r, s.fields, "fields");
	assert_int_equal(cbor_finish(&r), ERR_OK);
	return s;
}

static void fields_hold_what_the_kind_says(void **state)
{
	const struct {
		const char *why;
		enum kind kind;
		struct bytes fields;
		enum err want;
		uint64_t bad; /* 0: none */
	} rows[] = {
		{ "an open", KIND_OPEN, BYTES_LIT("\xa1\x01" HASH), ERR_OK, 0 },
		{ "a head given up", KIND_OPEN,
		  BYTES_LIT("\xa3\x01" HASH "\x02\x83\x01\x00" HASH "\x03\x82\x05" HASH), ERR_OK, 0 },
		{ "a head without a root", KIND_OPEN,
		  BYTES_LIT("\xa3\x01" HASH "\x02\x83\x01\x00" HASH "\x03\x82\x05\x41r"), ERR_RULE, 3 },
		{ "a head that is a size alone", KIND_OPEN,
		  BYTES_LIT("\xa3\x01" HASH "\x02\x83\x01\x00" HASH "\x03\x81\x05"), ERR_RULE, 3 },
		{ "a head of nothing", KIND_OPEN,
		  BYTES_LIT("\xa3\x01" HASH "\x02\x83\x01\x00" HASH "\x03\x82\x00" HASH), ERR_RULE, 3 },
		{ "wrong, and why", KIND_MARK, BYTES_LIT("\xa2\x01\x01\x02\x01"), ERR_OK, 0 },
		{ "correct, and why not", KIND_MARK, BYTES_LIT("\xa2\x01\x00\x02\x01"), ERR_RULE, 2 },
		{ "no mark", KIND_MARK, BYTES_LIT("\xa1\x02\x01"), ERR_RULE, 0 },
		{ "a roster of nobody", KIND_ROSTER, BYTES_LIT("\xa3\x01" WATCH "\x02" FROM "\x03" TO),
		  ERR_OK, 0 },
		{ "a roster", KIND_ROSTER,
		  BYTES_LIT("\xa6\x01" WATCH "\x02" FROM "\x03" TO "\x04" PEOPLE
			    "\x05\x88\x00\x0a\x00\x00\x0a\x14\x00\x01\x06\x82\x00\x05"),
		  ERR_OK, 0 },
		{ "shifts that are no array", KIND_ROSTER,
		  BYTES_LIT("\xa5\x01" WATCH "\x02" FROM "\x03" TO "\x04" PEOPLE "\x05\x00"), ERR_RULE, 5 },
		{ "half a shift", KIND_ROSTER,
		  BYTES_LIT("\xa5\x01" WATCH "\x02" FROM "\x03" TO "\x04" PEOPLE "\x05\x82\x00\x0a"),
		  ERR_RULE, 5 },
		{ "a shift of nobody", KIND_ROSTER,
		  BYTES_LIT("\xa5\x01" WATCH "\x02" FROM "\x03" TO "\x04" PEOPLE "\x05\x84\x00\x0a\x00\x02"),
		  ERR_RULE, 5 },
		{ "a gap that ends before it begins", KIND_ROSTER,
		  BYTES_LIT("\xa4\x01" WATCH "\x02" FROM "\x03" TO "\x06\x82\x05\x05"), ERR_RULE, 6 },
		{ "somebody without a name", KIND_ROSTER,
		  BYTES_LIT("\xa4\x01" WATCH "\x02" FROM "\x03" TO "\x04\x83\x60\x60\x60"), ERR_RULE, 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = with(rows[i].kind, rows[i].fields);
		const struct field *bad;
		print_message("%s\n", rows[i].why);
		assert_int_equal(fields_check(&s, &bad), rows[i].want);
		if (rows[i].want != ERR_OK)
			assert_int_equal(bad == NULL ? 0 : bad->key, rows[i].bad);
	}
}

/* A form that no kind's rows are asked about: whoever reads it looks for himself. */
static void a_roster_is_read_alone(void **state)
{
	const struct bytes none[] = {
		BYTES_LIT("\xa2\x02" FROM "\x03" TO),		     /* of no post */
		BYTES_LIT("\xa3\x01\x05\x02" FROM "\x03" TO),	     /* of a number */
		BYTES_LIT("\xa3\x01" WATCH "\x02\x61z\x03" TO),	     /* from no time */
		BYTES_LIT("\xa3\x01" WATCH "\x02" FROM "\x03\x61z"), /* to none */
		BYTES_LIT("\xa3\x01" WATCH "\x02" TO "\x03" FROM),   /* backwards */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
		struct statement s = with(KIND_ROSTER, none[i]);
		const struct field *bad;
		struct roster r;
		assert_int_equal(roster_read(&s, &r, &bad), ERR_RULE);
	}
}

static void who_is_not_able(void **state)
{
	static const struct {
		const char *asked;
		size_t shift; /* 2: everybody is */
		const char *word;
	} rows[] = {
		{ "", 2, "" },	   { "ko", 2, "" },	 { "en", 1, "en" }, { "ko en", 1, "en" },
		{ "fr", 0, "fr" }, { "en fr", 0, "fr" }, { "k", 0, "k" },   { "ko ", 2, "" },
	};
	struct statement s = with(KIND_ROSTER, BYTES_LIT("\xa5\x01" WATCH "\x02" FROM "\x03" TO "\x04" PEOPLE
							 "\x05\x88\x00\x0a\x00\x00\x0a\x14\x00\x01"));
	const struct field *bad;
	struct roster r;

	(void)state;
	assert_int_equal(roster_read(&s, &r, &bad), ERR_OK);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct bytes word = { NULL, 0 };
		const struct roster_shift *found = roster_unable(&r, bytes_str(rows[i].asked), &word);
		print_message("asked for: %s\n", rows[i].asked);
		assert_ptr_equal(found, rows[i].shift == 2 ? NULL : &r.shifts[rows[i].shift]);
		assert_true(found == NULL || bytes_equal(word, bytes_str(rows[i].word)));
	}
	assert_true(able_has(BYTES_LIT("ko en"), BYTES_LIT("ko")));
	assert_false(able_has(BYTES_LIT("ko en"), BYTES_LIT("ko en fr")));
}

static void what_is_handed_over(void **state)
{
	const struct {
		struct bytes fields;
		size_t count;
	} rows[] = {
		{ BYTES_LIT("\xa2\x01" WATCH "\x02\x8a\x01\x63kor\x01\x05\x61m\x02\x63usa\x01\x09\x61n"), 2 },
		{ BYTES_LIT("\xa2\x01" WATCH "\x02\x85\x01\x63kor\x01\x05\x60"), 0 },
		{ BYTES_LIT("\xa2\x01" WATCH "\x02\x80"), 0 },
		{ BYTES_LIT("\xa2\x01" WATCH "\x02\x07"), 0 },
		{ BYTES_LIT("\xa1\x01" WATCH), 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = with(KIND_RELIEF, rows[i].fields);
		struct relief_items items;
		struct relief_item item = { .index = 0 };
		size_t count = 0;
		relief_items_open(&items, &s);
		while (relief_items_next(&items, &item))
			count++;
		assert_int_equal(count, rows[i].count);
		assert_true(count == 0 || (item.index == 9 && bytes_equal(item.party, BYTES_LIT("usa"))));
	}
}

static void texts_of_a_field(void **state)
{
	struct statement s = with(KIND_KEYS, BYTES_LIT("\xa4\x01\x82\x61"
						       "a\x61"
						       "b\x02\x82\x61"
						       "a\x01\x03\x05\x04\x80"));
	static const size_t counts[] = { 0, 2, 1, 0, 0, 0 }; /* by field; the last one is not there */

	(void)state;
	for (uint64_t key = 1; key < ARRAY_COUNT(counts); key++) {
		struct text_list texts = statement_list(&s, key);
		struct dialogue_texts same;
		struct bytes text;
		size_t count = 0;
		while (text_list_next(&texts, &text))
			count++;
		assert_int_equal(count, counts[key]);
		dialogue_texts_open(&same, dialogue_field(&s, (enum dialogue_field)key));
		for (count = 0; dialogue_texts_next(&same, &text);)
			count++;
		assert_int_equal(count, counts[key]);
	}
	assert_int_equal(statement_text(&s, 3).len, 0);
	assert_int_equal(statement_bytes(&s, 5).len, 0);
}

static void only_a_kinds_own_fields_are_named(void **state)
{
	const struct {
		const char *why;
		enum kind kind;
		struct bytes fields;
		bool has_instance, has_form, is_named;
	} rows[] = {
		{ "a step in its instance", KIND_MESSAGE, BYTES_LIT("\xa1\x01" WATCH), true, false, true },
		{ "a step of nothing", KIND_MESSAGE, BYTES_LIT("\xa1\x01" WATCH), false, false, false },
		{ "a step that is no name", KIND_MESSAGE,
		  BYTES_LIT("\xa1\x01\x61"
			    "A"),
		  true, false, false },
		{ "something else", KIND_MESSAGE, BYTES_LIT("\xa1\x02" WATCH), true, false, false },
		{ "a form's", KIND_MESSAGE, BYTES_LIT("\xa1\x02" WATCH), false, true, true },
		{ "a dialogue's", KIND_BODY, BYTES_LIT("\xa1\x18\x63" WATCH), false, false, true },
		{ "a roster's", KIND_ROSTER, BYTES_LIT("\xa2\x01" WATCH "\x06\x80"), false, false, true },
		{ "a later roster's", KIND_ROSTER, BYTES_LIT("\xa2\x01" WATCH "\x07\x80"), false, false,
		  false },
		{ "a digest's", KIND_DIGEST, BYTES_LIT("\xa2\x01\x00\x02\x00"), false, false, true },
		{ "a later digest's", KIND_DIGEST, BYTES_LIT("\xa2\x01\x00\x03\x00"), false, false, false },
		{ "a cause", KIND_MARK, BYTES_LIT("\xa2\x01\x01\x02\x00"), false, false, true },
		{ "a later cause", KIND_MARK, BYTES_LIT("\xa2\x01\x01\x02\x18\xff"), false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = with(rows[i].kind, rows[i].fields);
		s.has_instance = rows[i].has_instance;
		s.has_form = rows[i].has_form;
		print_message("%s\n", rows[i].why);
		assert_int_equal(fields_are_named(&s), rows[i].is_named);
	}
}

/* ---- Of standing dialogues. ---- */

static void put_text_field(uint64_t key, size_t len, struct buf *out)
{
	static uint8_t text[2048];

	memset(text, 'x', sizeof text);
	cbor_put_map(out, 1);
	cbor_put_uint(out, key);
	if (key == DIALOGUE_PEOPLE) {
		cbor_put_array(out, 2);
		cbor_put_text(out, BYTES_LIT("Kim"));
	}
	cbor_put_text(out, (struct bytes){ text, len });
}

static void dialogue_texts_have_limits(void **state)
{
	static const struct {
		enum dialogue_field key;
		size_t max;
	} rows[] = {
		{ DIALOGUE_SOURCE, DIALOGUE_SOURCE_MAX },
		{ DIALOGUE_PEOPLE, DIALOGUE_PERSON_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		for (int k = 0; k < 4; k++) {
			const size_t len = k == 0 ? 0 : k == 1 ? 1 : rows[i].max + (k == 3);
			uint8_t memory[2048];
			struct buf out = BUF_ON(memory);
			const struct field *bad;
			struct statement s;
			put_text_field(rows[i].key, len, &out);
			s = with(KIND_DISPUTED, buf_bytes(&out));
			/* The kind's other fields are missing; a bad one is said first. */
			assert_int_equal(dialogue_check(&s, &bad), ERR_RULE);
			assert_int_equal(bad != NULL, k == 0 || k == 3);
		}
	}
}

/* What a later version does: it has no name here. */
static void later_acts_have_no_name(void **state)
{
	static const struct {
		enum kind kind;
		const char *first;
	} rows[] = {
		{ KIND_ACT, "confirm" },
		{ KIND_ENDORSE, "initial" },
		{ KIND_SAME, "one" },
		{ KIND_AGREE, "fully" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = with(rows[i].kind, BYTES_LIT("\xa1\x03\x00"));
		s.fields[0].key = DIALOGUE_ACT;
		assert_string_equal(dialogue_act_name(&s), rows[i].first);
		s.fields[0].value = BYTES_LIT("\x18\xc8");
		assert_null(dialogue_act_name(&s));
	}
	assert_null(dialogue_act_name(&(struct statement){ .kind = KIND_BODY }));
	assert_string_equal(dialogue_field_name(DIALOGUE_SOURCE), "source");
	assert_null(dialogue_field_name(1000));
}

static void dates(void **state)
{
	static const struct {
		const char *text;
		uint64_t first_s, end_s; /* 0: it is none */
	} rows[] = {
		{ "2026", 1767225600, 1798761600 },
		{ "2026-01", 1767225600, 1769904000 },
		{ "2026-12", 1796083200, 1798761600 },
		{ "2026-01-01", 1767225600, 1767312000 },
		{ "2026-01-01T00:01Z", 1767225660, 1767225720 },
		{ "2000-02-29", 951782400, 951868800 },
		{ "2024-02-29", 1709164800, 1709251200 },
		{ "1900-02-29", 0, 0 },
		{ "2100-02-29", 0, 0 },
		{ "2026-02-29", 0, 0 },
		{ "2026-01-00", 0, 0 },
		{ "2026-13", 0, 0 },
		{ "2026-1", 0, 0 },
		{ "1899", 0, 0 },
		{ "2200", 0, 0 },
		{ "2026-01-01/2026-01-02", 1767225600, 1767398400 },
		{ "2026-01/2026-01-31", 1767225600, 1769904000 },
		{ "2026-01/2026-01-01", 0, 0 }, /* over before the first is */
		{ "2026-01-02/2026-01-01", 0, 0 },
		{ "2026/", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct date d;
		print_message("%s\n", rows[i].text);
		assert_int_equal(date_read(bytes_str(rows[i].text), &d),
				 rows[i].end_s == 0 ? ERR_RULE : ERR_OK);
		if (rows[i].end_s != 0) {
			assert_int_equal(d.first.ms, rows[i].first_s * 1000);
			assert_int_equal(d.end.ms, rows[i].end_s * 1000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_hold_what_the_kind_says),
		cmocka_unit_test(a_roster_is_read_alone),
		cmocka_unit_test(who_is_not_able),
		cmocka_unit_test(what_is_handed_over),
		cmocka_unit_test(texts_of_a_field),
		cmocka_unit_test(only_a_kinds_own_fields_are_named),
		cmocka_unit_test(dialogue_texts_have_limits),
		cmocka_unit_test(later_acts_have_no_name),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
