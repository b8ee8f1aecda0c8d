/* What an item is in the formats of others: its languages, its kinds, and what theirs say. */
#include "border/format.h"
#include "border/incoming.h"
#include "border/stix.h"
#include "border_labels.h"
#include "crypto/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct accord *accord;
static const struct guidelines *g;

static int start(void **state)
{
	(void)state;
	crypto_init();
	accord = border_accord();
	if (accord == NULL)
		return 1;
	g = accord->guidelines;
	return 0;
}

static struct border_item item_with(const struct label_mask *m)
{
	return (struct border_item){
		.created = { 1700000000123 },
		.modified = { 1700000000123 },
		.role = BYTES_LIT("watch"),
		.precedence = PRECEDENCE_ROUTINE,
		.label = *m,
		.language = BYTES_LIT("en"),
		.portions = { { .text = BYTES_LIT("Two launches <expected> & \"seen\".") } },
		.portions_count = 1,
	};
}

static struct border_item item_in_two_languages(const struct label_mask *m)
{
	struct border_item it = item_with(m);

	it.languages[it.languages_count++] = BYTES_LIT("en");
	it.languages[it.languages_count++] = BYTES_LIT("ko");
	it.portions_count = 3;
	it.portions[0] =
		(struct border_portion){ .text = BYTES_LIT("N20\nA: b"), .language = BYTES_LIT("en") };
	it.portions[1] =
		(struct border_portion){ .text = BYTES_LIT("N20\n가: 나"), .language = BYTES_LIT("ko") };
	it.portions[2] = (struct border_portion){ .text = BYTES_LIT("Free.") };
	return it;
}

static const char *str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void words_leave_in_each_language(void **state)
{
	static const char *const single[] = { "atom", "csv", "geojson", "misp", "adatp-4774" };
	struct label_mask m = { .level = 0, .rel = 3, .origin = 1 };
	struct border_item it = item_in_two_languages(&m);
	const json_t *note, *more, *ko;
	struct incoming in;
	struct stix s;

	(void)state;
	stix_open(&s, accord);
	assert_int_equal(stix_put(&s, &it), ERR_OK);
	note = json_array_get(s.objects, json_array_size(s.objects) - 2);
	more = json_array_get(s.objects, json_array_size(s.objects) - 1);
	assert_string_equal(str(note, "content"), "N20\nA: b\n\nFree.");
	assert_string_equal(str(more, "type"), "language-content");
	assert_string_equal(str(more, "object_ref"), str(note, "id"));
	assert_string_equal(str(more, "object_modified"), str(note, "modified"));
	assert_true(json_equal(json_object_get(more, "object_marking_refs"),
			       json_object_get(note, "object_marking_refs")));
	ko = json_object_get(json_object_get(more, "contents"), "ko");
	assert_string_equal(str(ko, "abstract"), "N20");
	assert_string_equal(str(ko, "content"), "N20\n가: 나\n\nFree.");
	stix_close(&s);

	it.is_withdrawn = true;
	it.portions_count = 0;
	stix_open(&s, accord);
	assert_int_equal(stix_put(&s, &it), ERR_OK);
	more = json_array_get(s.objects, json_array_size(s.objects) - 1);
	assert_string_equal(str(more, "type"), "language-content");
	assert_true(json_is_true(json_object_get(more, "revoked")));
	ko = json_object_get(json_object_get(more, "contents"), "ko");
	assert_string_equal(str(ko, "content"), "WITHDRAWN");
	stix_close(&s);

	it = item_in_two_languages(&m);
	for (size_t i = 0; i <= ARRAY_COUNT(single); i++) {
		const char *name = i < ARRAY_COUNT(single) ? single[i] : "cap";
		const struct format *f = format_find(bytes_str(name));
		struct writing w = { .accord = accord, .role = "watch", .files = json_array() };
		const char *text;
		f->open(&w);
		assert_int_equal(f->put(&w, &it), ERR_OK);
		f->finish(&w);
		text = json_string_value(json_object_get(json_array_get(w.files, 0), "text"));
		if (i < ARRAY_COUNT(single)) {
			char *all = json_dumps(w.files, JSON_COMPACT);
			assert_non_null(strstr(all, "A: b"));
			assert_non_null(strstr(all, "가: 나"));
			free(all);
		} else {
			const char *first = strstr(text, "<language>en</language>"),
				   *second = strstr(text, "<language>ko</language>");
			assert_true(first != NULL && second != NULL && first < strstr(text, "A: b") &&
				    strstr(text, "A: b") < second && second < strstr(text, "가: 나"));
			assert_int_equal(incoming_read(g, 0, BYTES_LIT("cap"), bytes_str(text), &in), ERR_OK);
			assert_non_null(strstr(
				json_string_value(json_object_get(json_array_get(in.items, 0), "text")),
				"가: 나"));
			incoming_close(&in);
		}
		json_decref(w.files);
	}
}

static void what_is_published_is_a_report(void **state)
{
	struct label_mask m = { .level = 0, .rel = 3, .origin = 1 };
	struct border_item it = item_with(&m);
	const json_t *o;
	struct stix s;

	(void)state;
	it.is_published = true;
	it.references[it.references_count++] = (struct border_reference){ .is_published = true };
	for (size_t i = 0; i < 2; i++, it.is_withdrawn = true) {
		it.portions_count = i == 0 ? 1 : 0;
		it.references_count = it.portions_count;
		stix_open(&s, accord);
		assert_int_equal(stix_put(&s, &it), ERR_OK);
		o = json_array_get(s.objects, json_array_size(s.objects) - 1);
		assert_string_equal(str(o, "type"), "report");
		assert_string_equal(str(o, "published"), str(o, "created"));
		assert_true(json_is_true(json_object_get(o, "revoked")) == (i == 1));
		assert_string_equal(str(o, "description"),
				    i == 0 ? "Two launches <expected> & \"seen\"." : "WITHDRAWN");
		assert_int_equal(json_array_size(json_object_get(o, "object_refs")), 2 - i);
		stix_close(&s);
	}
}

static void every_column_and_property_is_shown(void **state)
{
	static const struct {
		const char *format, *text, *want;
	} rows[] = {
		{ "csv", "name,former names,IMO,flag,list\nSea Star,Old Star,9074729,,A\n",
		  "name: Sea Star\nformer names: Old Star\nIMO: 9074729\nlist: A" },
		{ "csv", "text,IMO\nA ship.,9074729\n", "A ship.\nIMO: 9074729" },
		{ "geojson",
		  "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"name\":\"A town\",\"people\":3,"
		  "\"label\":\"Town\"}}",
		  "people: 3\nlabel: Town" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		assert_int_equal(incoming_read(g, 0, bytes_str(rows[i].format), bytes_str(rows[i].text), &in),
				 ERR_OK);
		assert_string_equal(str(json_array_get(in.items, 0), "text"), rows[i].want);
		incoming_close(&in);
	}
}

/* Whoever decides on it sees all that it says. */
static void every_member_of_an_object_is_shown(void **state)
{
	static const struct {
		const char *object, *title, *text;
	} rows[] = {
		{ "\"type\":\"opinion\",\"opinion\":\"disagree\",\"explanation\":\"No.\",\"object_refs\":["
		  "\"a--1\"]",
		  "", "opinion: disagree\nexplanation: No.\nobject_refs: [\"a--1\"]" },
		{ "\"type\":\"observed-data\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"number_"
		  "observed\":3",
		  "", "first_observed: 2026-01-01T00:00:00Z\nnumber_observed: 3" },
		{ "\"type\":\"grouping\",\"name\":\"G\",\"context\":\"unspecified\",\"object_refs\":[\"a--"
		  "1\"]",
		  "G", "context: unspecified\nobject_refs: [\"a--1\"]" },
		{ "\"type\":\"report\",\"name\":\"R\",\"description\":\"D\",\"published\":\"p\",\"revoked\":"
		  "true",
		  "R", "D\npublished: p\nrevoked: true" },
		{ "\"type\":\"note\",\"content\":\"C\",\"object_refs\":[\"a--1\"],\"revoked\":true", "",
		  "C\nrevoked: true" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char text[512];
		struct incoming in;
		const json_t *item;
		snprintf(text, sizeof text, "{\"objects\":[{\"id\":\"x--1\",%s}]}", rows[i].object);
		assert_int_equal(incoming_read(g, 0, BYTES_LIT("stix"), bytes_str(text), &in), ERR_OK);
		item = json_array_get(in.items, 0);
		assert_string_equal(str(item, "title"), rows[i].title);
		assert_string_equal(str(item, "text"), rows[i].text);
		incoming_close(&in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_leave_in_each_language),
		cmocka_unit_test(what_is_published_is_a_report),
		cmocka_unit_test(every_member_of_an_object_is_shown),
		cmocka_unit_test(every_column_and_property_is_shown),
	};

	return cmocka_run_group_tests(tests, start, border_accord_close);
}
