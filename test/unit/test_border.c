/* Labels through the formats and back: equal or stricter, for every label that may be given. */
#include "border/format.h"
#include "border/stix.h"
#include "border_labels.h"

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

static int finish(void **state)
{
	(void)state;
	border_accord_close();
	return 0;
}

static bool is_same(const struct label_mask *a, const struct label_mask *b)
{
	return a->level == b->level && a->values == b->values && a->rel == b->rel && a->origin == b->origin;
}

static void every_label_as_text_and_back(void **state)
{
	struct label_mask m = { 0 }, back;
	uint64_t at = 0, count = 0;

	(void)state;
	for (; border_next_label(g, &at, &m); count++) {
		char memory[LABEL_TEXT_LEN_MAX];
		struct buf text = BUF_ON(memory);
		label_text_write(g, &m, &text);
		assert_int_equal(buf_check(&text), ERR_OK);
		assert_int_equal(label_text_read(g, buf_bytes(&text), &back), ERR_OK);
		assert_true(is_same(&m, &back));
	}
	assert_true(count > 1000);
}

static const struct {
	const char *why, *text;
	enum err want;
} texts[] = {
	{ "as it is written", "KOR-USA 3 S caveat=NCG rel=KOR,USA origin=KOR", ERR_OK },
	{ "other case, more blanks", "kor-usa 3  s Caveat=ncg REL=kor,usa  origin=KOR ", ERR_OK },
	{ "nothing", "", ERR_USAGE },
	{ "no level", "KOR-USA 3", ERR_USAGE },
	{ "a name and no more", "KOR-USA 3 S caveat rel=KOR origin=KOR", ERR_USAGE },
	{ "no rel: absent is not everybody", "KOR-USA 3 S origin=KOR", ERR_USAGE },
	{ "an empty rel", "KOR-USA 3 S rel= origin=KOR", ERR_USAGE },
	{ "no origin", "KOR-USA 3 S rel=KOR", ERR_USAGE },
	{ "rel twice", "KOR-USA 3 S rel=KOR rel=USA origin=KOR", ERR_USAGE },
	{ "a party twice", "KOR-USA 3 S rel=KOR,KOR origin=KOR", ERR_USAGE },
	{ "a category twice", "KOR-USA 3 S caveat=NCG caveat=LEADER rel=KOR origin=KOR", ERR_USAGE },
	{ "a value twice", "KOR-USA 3 S caveat=NCG,NCG rel=KOR origin=KOR", ERR_USAGE },
	{ "no value", "KOR-USA 3 S caveat= rel=KOR origin=KOR", ERR_USAGE },
	{ "a tab", "KOR-USA 3 S\trel=KOR origin=KOR", ERR_USAGE },
	{ "zero width", "KOR-USA 3 S caveat=NC\xe2\x80\x8bG rel=KOR origin=KOR", ERR_USAGE },
	{ "a letter that looks the same", "KOR-USA 3 \xd0\x85 rel=KOR origin=KOR", ERR_USAGE },
	{ "other guidelines", "KOR-JPN 3 S rel=KOR origin=KOR", ERR_REFUSED },
	{ "another version", "KOR-USA 2 S rel=KOR origin=KOR", ERR_REFUSED },
	{ "an unknown level", "KOR-USA 3 X rel=KOR origin=KOR", ERR_REFUSED },
	{ "an unknown value", "KOR-USA 3 S caveat=ABC rel=KOR origin=KOR", ERR_REFUSED },
	{ "a value of another category", "KOR-USA 3 S topic=NCG rel=KOR origin=KOR", ERR_REFUSED },
	{ "an unknown category", "KOR-USA 3 S colour=NCG rel=KOR origin=KOR", ERR_REFUSED },
	{ "an unknown party", "KOR-USA 3 S rel=KOR,PRK origin=KOR", ERR_REFUSED },
	{ "excluded", "KOR-USA 3 S caveat=NCG topic=DPRK-NUC rel=KOR,JPN origin=KOR", ERR_REFUSED },
	{ "below its least level", "KOR-USA 3 R caveat=NCG rel=KOR,USA origin=KOR", ERR_REFUSED },
};

static void texts_are_read_as_strictly_as_they_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		struct label_mask m;
		if (label_text_read(g, bytes_str(texts[i].text), &m) != texts[i].want)
			fail_msg("%s", texts[i].why);
	}
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

/* As another program would send it on: the bundle's text, read again. */
static struct stix_in send_stix(const struct border_item *it, size_t *note)
{
	struct stix_in in;
	struct stix s;
	size_t offset;
	char *text;

	stix_open(&s, accord);
	assert_int_equal(stix_put(&s, it), ERR_OK);
	*note = json_array_size(s.objects) - 1;
	text = stix_bundle(&s, "test");
	assert_int_equal(stix_read(bytes_str(text), &in, &offset), ERR_OK);
	free(text);
	stix_close(&s);
	return in;
}

static void every_label_as_stix_and_back(void **state)
{
	struct label_mask m = { 0 };
	uint64_t at = 0, sent = 0;

	(void)state;
	while (border_next_label(g, &at, &m)) {
		struct border_item it = item_with(&m);
		struct stix_object back;
		struct stix_in in;
		struct stix s;
		size_t note;
		if (border_level_name(g, "tlp", m.level).ptr == NULL) {
			stix_open(&s, accord);
			assert_int_equal(stix_put(&s, &it), ERR_REFUSED);
			assert_int_equal(json_array_size(s.objects), 0);
			stix_close(&s);
			continue;
		}
		in = send_stix(&it, &note);
		assert_int_equal(stix_read_object(g, &in, note, &back), ERR_OK);
		assert_int_equal(back.mark, STIX_LABELLED);
		assert_true(is_same(&m, &back.label));
		assert_string_equal(back.text, "Two launches <expected> & \"seen\".");
		stix_in_close(&in);
		sent++;
	}
	assert_true(sent > 100);
}

#define RED "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
#define CLEAR "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
#define AMBER "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
#define LABEL(id, text)                                                                        \
	"{\"type\":\"marking-definition\",\"id\":\"" id "\",\"extensions\":{\"" STIX_EXTENSION \
	"\":{\"label\":\"" text "\"}}},"
#define NOTE(marks)                                                                                         \
	"{\"objects\":[" LABEL("m1", "KOR-USA 3 U rel=KOR,USA origin=KOR")                                  \
		LABEL("m2", "KOR-USA 3 S rel=KOR origin=KOR")                                               \
			LABEL("m3", "NATO 1 S rel=KOR origin=KOR") "{\"type\":\"note\",\"id\":\"note--1\"," \
								   "\"object_marking_refs\":[" marks "]}]}"

static const struct {
	const char *why, *text;
	enum stix_mark want;
	const char *level; /* NULL: of none */
	uint32_t rel;
} marks[] = {
	{ "no mark", NOTE(""), STIX_UNLABELLED, NULL, 0 },
	{ "TLP alone is no label", NOTE("\"" AMBER "\""), STIX_UNLABELLED, NULL, 0 },
	{ "ours", NOTE("\"m1\",\"" AMBER "\""), STIX_LABELLED, "U", 3 },
	{ "another's", NOTE("\"m3\""), STIX_UNKNOWN, NULL, 0 },
	{ "a marking that is not there", NOTE("\"m9\""), STIX_UNLABELLED, NULL, 0 },
	{ "two labels: what may be read by both", NOTE("\"m1\",\"m2\""), STIX_CONTRADICTORY, "S", 1 },
	{ "a narrower TLP", NOTE("\"m1\",\"" RED "\""), STIX_CONTRADICTORY, "TS", 3 },
	{ "a wider TLP: the label stands", NOTE("\"m2\",\"" CLEAR "\""), STIX_CONTRADICTORY, "S", 1 },
	{ "two TLPs", NOTE("\"" CLEAR "\",\"m1\",\"" RED "\""), STIX_CONTRADICTORY, NULL, 0 },
};

static void contradictions_wait_and_the_stricter_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
		struct stix_object o;
		struct stix_in in;
		size_t offset;
		assert_int_equal(stix_read(bytes_str(marks[i].text), &in, &offset), ERR_OK);
		assert_int_equal(stix_read_object(g, &in, json_array_size(in.objects) - 1, &o), ERR_OK);
		if (o.mark != marks[i].want)
			fail_msg("%s: %d", marks[i].why, (int)o.mark);
		if (marks[i].level != NULL && (strcmp(g->levels[o.label.level].code, marks[i].level) != 0 ||
					       o.label.rel != marks[i].rel))
			fail_msg("%s: %s %u", marks[i].why, g->levels[o.label.level].code, o.label.rel);
		stix_in_close(&in);
	}
}

static void portions_have_marks_of_their_own(void **state)
{
	struct label_mask m = { .level = 1, .rel = 3, .origin = 1 };
	struct border_item it = item_with(&m);
	struct stix s;
	const json_t *note, *granular;

	(void)state;
	it.portions_count = 2;
	it.portions[1] = (struct border_portion){ .text = BYTES_LIT("Open."),
						  .is_marked = true,
						  .label = { .level = 0, .rel = 3, .origin = 1 } };
	stix_open(&s, accord);
	assert_int_equal(stix_put(&s, &it), ERR_OK);
	note = json_array_get(s.objects, json_array_size(s.objects) - 1);
	granular = json_object_get(note, "granular_markings");
	assert_int_equal(json_array_size(granular), 3);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_array_get(granular, 0), "selectors"), 0)),
			    "extensions." STIX_EXTENSION ".portions.[1]");
	stix_close(&s);
	it.portions[1].label.level = 3;
	stix_open(&s, accord);
	assert_int_equal(stix_put(&s, &it), ERR_REFUSED);
	stix_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_label_as_text_and_back),
		cmocka_unit_test(texts_are_read_as_strictly_as_they_are_written),
		cmocka_unit_test(every_label_as_stix_and_back),
		cmocka_unit_test(contradictions_wait_and_the_stricter_counts),
		cmocka_unit_test(portions_have_marks_of_their_own),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
