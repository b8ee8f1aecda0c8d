/* Labels through the formats and back: equal or stricter, for every label that may be given. */
#include "border/format.h"
#include "border/imo.h"
#include "border/incoming.h"
#include "border/stix.h"
#include "border_labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
		assert_true(border_is_same(&m, &back));
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
	{ "the beginning of a name", "KOR-USA 3 S cav=NCG rel=KOR origin=KOR", ERR_REFUSED },
	{ "the beginning of a code", "KOR-USA 3 S caveat=NC rel=KOR origin=KOR", ERR_REFUSED },
	{ "the beginning of a party", "KOR-USA 3 S rel=KO origin=KOR", ERR_REFUSED },
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
	{ "turned around", "KOR-USA 3 \xe2\x80\xaeS rel=KOR origin=KOR", ERR_USAGE },
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
		if (guidelines_level_name(g, "tlp", m.level).ptr == NULL) {
			stix_open(&s, accord);
			assert_int_equal(stix_put(&s, &it), ERR_REFUSED);
			assert_int_equal(json_array_size(s.objects), 0);
			stix_close(&s);
			continue;
		}
		in = send_stix(&it, &note);
		assert_int_equal(stix_read_object(g, &in, note, &back), ERR_OK);
		assert_int_equal(back.marks.mark, INCOMING_LABELLED);
		assert_true(border_is_same(&m, &back.marks.label));
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
#define STATEMENT(id, text)                                                                     \
	"{\"type\":\"marking-definition\",\"id\":\"" id "\",\"definition_type\":\"statement\"," \
	"\"definition\":{\"statement\":\"" text "\"}},"
#define MARKED(marks, more)                                                                                 \
	"{\"objects\":[" STATEMENT("b1", "TOP SECRET//REL TO KOR") STATEMENT("b2", "unclassified//REL TO "  \
										   "KOR, USA")              \
		STATEMENT("b3", "Copyright 2026, the authors") STATEMENT("b4", "COSMIC//REL TO KOR") LABEL( \
			"m1", "KOR-USA 3 U rel=KOR,USA origin=KOR") LABEL("m2",                             \
									  "KOR-USA 3 S rel=KOR origin=KOR") \
			LABEL("m3", "NATO 1 S rel=KOR origin=KOR") LABEL(                                   \
				"m4", "KOR-USA 3 U rel=KOR,USA origin=KOR")                                 \
				LABEL("m4", "KOR-USA 3 C rel=KOR origin=KOR") LABEL(                        \
					"m5", "KOR-USA 3 S rel=KOR,USA origin=KOR")                         \
					LABEL("m6", "KOR-USA 3 U rel=KOR origin=KOR") LABEL(                \
						"m7",                                                       \
						"KOR-USA 3 U rel=KOR,USA origin=USA") "{\"type\":\"note\"," \
										      "\"id\":\"note--1\"," \
										      "\"object_marking_"   \
										      "refs\":[" marks      \
										      "]" more "}]}"
#define NOTE(marks) MARKED(marks, "")
#define PART(mark) ",\"granular_markings\":[{\"lang\":\"ko\"},{\"marking_ref\":" mark "}]"

static const struct {
	const char *why, *text;
	enum incoming_mark want;
	const char *level; /* NULL: of none */
	uint32_t rel;
} marks[] = {
	{ "no mark", NOTE(""), INCOMING_UNLABELLED, NULL, 0 },
	{ "TLP alone is no label", NOTE("\"" AMBER "\""), INCOMING_UNLABELLED, NULL, 0 },
	{ "ours", NOTE("\"m1\",\"" AMBER "\""), INCOMING_LABELLED, "U", 3 },
	{ "another's", NOTE("\"m3\""), INCOMING_UNKNOWN, NULL, 0 },
	{ "a marking that is not there", NOTE("\"m9\""), INCOMING_UNLABELLED, NULL, 0 },
	{ "ours, and a marking that is not there", NOTE("\"m1\",\"m9\""), INCOMING_UNKNOWN, NULL, 0 },
	{ "a part by a marking that is not there", MARKED("\"m1\"", PART("\"m9\"")), INCOMING_UNKNOWN, NULL,
	  0 },
	{ "a banner above the label", NOTE("\"b1\",\"m1\""), INCOMING_CONTRADICTORY, "TS", 1 },
	{ "a banner below the label", NOTE("\"m2\",\"b2\""), INCOMING_CONTRADICTORY, "S", 1 },
	{ "a banner of the label's level", NOTE("\"m1\",\"b2\""), INCOMING_LABELLED, "U", 3 },
	{ "a banner of no level of ours", NOTE("\"m1\",\"b4\""), INCOMING_CONTRADICTORY, "U", 1 },
	{ "a statement that is no banner", NOTE("\"m1\",\"b3\""), INCOMING_LABELLED, "U", 3 },
	{ "a part's banner above the whole", MARKED("\"m1\"", PART("\"b1\"")), INCOMING_CONTRADICTORY, "TS",
	  1 },
	{ "two labels: what may be read by both", NOTE("\"m1\",\"m2\""), INCOMING_CONTRADICTORY, "S", 1 },
	{ "a narrower TLP", NOTE("\"m1\",\"" RED "\""), INCOMING_CONTRADICTORY, "TS", 3 },
	{ "a wider TLP: the label stands", NOTE("\"m2\",\"" CLEAR "\""), INCOMING_CONTRADICTORY, "S", 1 },
	{ "two TLPs", NOTE("\"" CLEAR "\",\"m1\",\"" RED "\""), INCOMING_CONTRADICTORY, "TS", 3 },
	{ "two TLPs, and then the label", NOTE("\"" CLEAR "\",\"" AMBER "\",\"m2\""), INCOMING_CONTRADICTORY,
	  "S", 1 },
	{ "two TLPs, of which one is the label's", NOTE("\"" CLEAR "\",\"" AMBER "\",\"m1\""),
	  INCOMING_CONTRADICTORY, "U", 3 },
	{ "two TLPs and no label", NOTE("\"" CLEAR "\",\"" RED "\""), INCOMING_UNLABELLED, NULL, 0 },
	{ "two labels and a narrower TLP", NOTE("\"m1\",\"m2\",\"" RED "\""), INCOMING_CONTRADICTORY, "TS",
	  1 },
	{ "two labels of which one is another's", NOTE("\"m1\",\"m2\",\"m3\""), INCOMING_UNKNOWN, NULL, 0 },
	{ "two markings of one id", NOTE("\"m4\""), INCOMING_CONTRADICTORY, "C", 1 },
	{ "a part above the whole", MARKED("\"m1\"", PART("\"m2\"")), INCOMING_CONTRADICTORY, "S", 1 },
	{ "a part of a higher level and no more", MARKED("\"m1\"", PART("\"m5\"")), INCOMING_CONTRADICTORY,
	  "S", 3 },
	{ "a part for a party less", MARKED("\"m1\"", PART("\"m6\"")), INCOMING_CONTRADICTORY, "U", 1 },
	{ "a part of another's information", MARKED("\"m1\"", PART("\"m7\"")), INCOMING_CONTRADICTORY, "U",
	  3 },
	{ "a part of a narrower TLP", MARKED("\"m1\"", PART("\"" RED "\"")), INCOMING_CONTRADICTORY, "TS",
	  3 },
	{ "a part of another's label", MARKED("\"m1\"", PART("\"m3\"")), INCOMING_UNKNOWN, NULL, 0 },
	{ "a part as the whole", MARKED("\"m1\"", PART("\"m1\"")), INCOMING_LABELLED, "U", 3 },
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
		if (o.marks.mark != marks[i].want)
			fail_msg("%s: %d", marks[i].why, (int)o.marks.mark);
		if (marks[i].level != NULL &&
		    (strcmp(g->levels[o.marks.label.level].code, marks[i].level) != 0 ||
		     o.marks.label.rel != marks[i].rel))
			fail_msg("%s: %s %u", marks[i].why, g->levels[o.marks.label.level].code,
				 o.marks.label.rel);
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

/* Many at once: what a format holds ready for a feed is large. */
#define BATCH 200u

struct batch {
	struct label_mask labels[BATCH];
	size_t count;
};

static void check_file(const struct batch *b, const char *format, const char *text, size_t *at)
{
	struct incoming in;
	const json_t *item;
	size_t i;

	if (incoming_read(g, 0, bytes_str(format), bytes_str(text), &in) != ERR_OK)
		fail_msg("%s: %s in %s", format, in.rule, text);
	json_array_foreach(in.items, i, item)
	{
		char memory[LABEL_TEXT_LEN_MAX];
		struct buf line = BUF_ON(memory);
		label_text_write(g, &b->labels[(*at)++], &line);
		buf_put_byte(&line, 0);
		assert_string_equal(json_string_value(json_object_get(item, "mark")), "LABELLED");
		assert_string_equal(json_string_value(json_object_get(item, "label")), memory);
		if (strcmp(format, "adatp-4774") != 0)
			assert_string_equal(json_string_value(json_object_get(item, "text")),
					    "Two launches <expected> & \"seen\".");
	}
	incoming_close(&in);
}

static void check_batch(const struct batch *b, const char *format, const char *ending)
{
	const struct format *f = format_find(bytes_str(format));
	struct writing w = { .accord = accord, .role = "watch", .files = json_array() };
	const json_t *file;
	size_t i, at = 0;

	f->open(&w);
	for (i = 0; i < b->count; i++) {
		struct border_item it = item_with(&b->labels[i]);
		assert_int_equal(f->put(&w, &it), ERR_OK);
	}
	f->finish(&w);
	json_array_foreach(w.files, i, file)
	{
		const char *name = json_string_value(json_object_get(file, "name"));
		if (strcmp(name + strlen(name) - strlen(ending), ending) == 0)
			check_file(b, format, json_string_value(json_object_get(file, "text")), &at);
	}
	assert_int_equal(at, b->count);
	json_decref(w.files);
}

static void every_label_through_each_format_that_is_read(void **state)
{
	struct label_mask m = { 0 };
	struct batch b = { 0 };
	uint64_t at = 0;

	(void)state;
	for (bool is_more = true; is_more;) {
		is_more = border_next_label(g, &at, &m);
		if (is_more)
			b.labels[b.count++] = m;
		if (b.count < BATCH && is_more)
			continue;
		check_batch(&b, "cap", ".xml");
		check_batch(&b, "csv", ".csv");
		check_batch(&b, "adatp-4774", ".xml");
		check_batch(&b, "atom", ".atom");
		check_batch(&b, "geojson", ".geojson");
		b.count = 0;
	}
}

static const char *member(const struct incoming *in, const char *key)
{
	return json_string_value(json_object_get(json_array_get(in->items, 0), key));
}

#define XML "<?xml version='1.0'?>"
#define ALERT(scope, more, block)                                                                       \
	XML "<alert "                                                                                   \
	    "xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>a</identifier><sender>b</sender>" \
	    "<sent>2026-11-28T10:00:00-00:00</sent><status>Actual</status><msgType>Alert</"             \
	    "msgType>" scope more "<info><event>e</event>" block "</info></alert>"
#define NS(n) "xmlns:p" n "='u' "
#define FOUR(n) NS(n "a") NS(n "b") NS(n "c") NS(n "d")
#define SIXTEEN(n) FOUR(n "a") FOUR(n "b") FOUR(n "c") FOUR(n "d")
#define PUBLIC "<scope>Public</scope>"
#define AREA(text) "<area><polygon>" text "</polygon></area>"
#define SLAB "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define CODE(line) "<code>" line "</code>"
#define LABEL4774(policy, level, rest)                                             \
	"<s:originatorConfidentialityLabel xmlns:s='" SLAB                         \
	"'><s:ConfidentialityInformation><s:PolicyIdentifier>" policy              \
	"</s:PolicyIdentifier><s:Classification>" level "</s:Classification>" rest \
	"</s:ConfidentialityInformation></s:originatorConfidentialityLabel>"
#define CAT(name, value)                                                          \
	"<s:Category TagName='" name "' Type='permissive'><s:GenericValue>" value \
	"</s:GenericValue></s:Category>"

#define INFORMATION(level)                                                                       \
	"<s:ConfidentialityInformation><s:PolicyIdentifier>KOR-USA "                             \
	"3</s:PolicyIdentifier><s:Classification>" level "</s:Classification>" CAT("rel", "KOR") \
		CAT("origin", "KOR") "</s:ConfidentialityInformation>"
#define LATER(day, level)                                                       \
	"<s:SuccessionHandling><s:SuccessionDateTime>" day                      \
	"</s:SuccessionDateTime><s:SuccessorConfidentialityLabel>" INFORMATION( \
		level) "</s:SuccessorConfidentialityLabel></s:SuccessionHandling>"
#define FOLLOWED(later)                                                                \
	"<s:originatorConfidentialityLabel xmlns:s='" SLAB "'>" INFORMATION("S") later \
		"</s:originatorConfidentialityLabel>"

#define ATOM(entries)                                \
	"<feed xmlns='http://www.w3.org/2005/Atom' " \
	"xmlns:at='http://purl.org/atompub/tombstones/1.0'>" entries "</feed>"
#define ENTRY(more, words) "<entry><id>i</id><title>t</title><updated>u</updated>" more words "</entry>"
#define TERM(line) "<category scheme='urn:entente:label' term='" line "'/>"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define FEATURE(geometry, properties) \
	"{\"type\":\"Feature\",\"geometry\":" geometry ",\"properties\":" properties "}"
#define GEOMETRY(type, coordinates) "{\"type\":\"" type "\",\"coordinates\":" coordinates "}"
#define GEOMETRIES(all) "{\"type\":\"GeometryCollection\",\"geometries\":[" all "]}"
#define POINT GEOMETRY("Point", "[128.25,39.5]")
#define RING(last) "[[[1,2],[3,4],[5,6],[" last "]]]"

#define ISM(below, attributes) "<a xmlns:ism='urn:us:gov:ic:ism' ism:" attributes ">" below "</a>"

static const struct {
	const char *why, *format, *text, *rule, *mark;
} files[] = {
	{ "an alert without a label", "cap", ALERT(PUBLIC, "", ""), NULL, "UNLABELLED" },
	{ "public and not", "cap", ALERT(PUBLIC, CODE("KOR-USA 3 S rel=KOR origin=KOR"), ""), NULL,
	  "CONTRADICTORY" },
	{ "two labels", "cap",
	  ALERT("<scope>Private</scope>",
		CODE("KOR-USA 3 S rel=KOR origin=KOR") CODE("KOR-USA 3 U rel=KOR,USA origin=KOR"), ""),
	  NULL, "CONTRADICTORY" },
	{ "another's label", "cap", ALERT(PUBLIC, CODE("NATO 1 S rel=KOR origin=KOR"), ""), NULL, "UNKNOWN" },
	{ "a label with a zero width", "cap",
	  ALERT(PUBLIC, CODE("KOR-USA 3 S\xe2\x80\x8b rel=KOR origin=KOR"), ""), "label.unseen", NULL },
	{ "a text with one", "cap", ALERT(PUBLIC, CODE("a\xe2\x80\x8b"), ""), NULL, "UNLABELLED" },
	{ "a closed polygon", "cap", ALERT(PUBLIC, "", AREA("1,2 3,4 5,6 1,2")), NULL, "UNLABELLED" },
	{ "an open polygon", "cap", ALERT(PUBLIC, "", AREA("1,2 3,4 5,6 7,8")), "cap.polygon", NULL },
	{ "a longitude out of range", "cap", ALERT(PUBLIC, "", AREA("1,181 3,4 5,6 1,181")), "cap.polygon",
	  NULL },
	{ "three points", "cap", ALERT(PUBLIC, "", AREA("1,2 3,4 1,2")), "cap.polygon", NULL },
	{ "lat and lon exchanged", "cap", ALERT(PUBLIC, "", AREA("127,37 128,37 128,38 127,37")),
	  "cap.polygon", NULL },
	{ "no restriction", "cap", ALERT("<scope>Restricted</scope>", "", ""), "cap.restriction", NULL },
	{ "no scope", "cap", ALERT("", "", ""), "cap.word", NULL },
	{ "two scopes", "cap", ALERT("<scope>Private</scope>" PUBLIC, "", ""), "cap.once", NULL },
	{ "two identifiers", "cap", ALERT(PUBLIC, "<identifier>c</identifier>", ""), "cap.once", NULL },
	{ "two times", "cap", ALERT(PUBLIC, "<sent>2026-11-28T10:00:00-00:00</sent>", ""), "cap.once", NULL },
	{ "two restrictions", "cap",
	  ALERT("<scope>Restricted</scope><restriction>a</restriction><restriction>b</restriction>", "", ""),
	  "cap.once", NULL },
	{ "two codes", "cap", ALERT(PUBLIC, CODE("a") CODE("b"), ""), NULL, "UNLABELLED" },
	{ "two headlines", "cap", ALERT(PUBLIC, "", "<headline>a</headline><headline>b</headline>"),
	  "cap.once", NULL },
	{ "two expiries", "cap",
	  ALERT(PUBLIC, "",
		"<expires>2026-11-29T10:00:00-00:00</expires><expires>2027-11-29T10:00:00-00:00</expires>"),
	  "cap.once", NULL },
	{ "expires before sent", "cap", ALERT(PUBLIC, "", "<expires>2026-11-28T09:00:00-00:00</expires>"),
	  "cap.expires", NULL },
	{ "expires in another zone", "cap", ALERT(PUBLIC, "", "<expires>2026-11-28T18:00:00+09:00</expires>"),
	  "cap.expires", NULL },
	{ "Z", "cap", ALERT(PUBLIC, "", "<expires>2026-11-29T10:00:00Z</expires>"), "cap.time", NULL },
	{ "effective before sent", "cap",
	  ALERT(PUBLIC, "", "<effective>2026-11-28T09:59:59-00:00</effective>"), "cap.effective", NULL },
	{ "public, and restricted above its label", "cap",
	  ALERT(PUBLIC "<restriction>TOP SECRET</restriction>", CODE("KOR-USA 3 U rel=KOR,PUBLIC origin=KOR"),
		""),
	  NULL, "CONTRADICTORY" },
	{ "public, and restricted as its label", "cap",
	  ALERT(PUBLIC "<restriction>UNCLASSIFIED</restriction>",
		CODE("KOR-USA 3 U rel=KOR,PUBLIC origin=KOR"), ""),
	  NULL, "CONTRADICTORY" },
	{ "public, and not restricted", "cap",
	  ALERT(PUBLIC, CODE("KOR-USA 3 U rel=KOR,PUBLIC origin=KOR"), ""), NULL, "LABELLED" },
	{ "a restriction that is another level", "cap",
	  ALERT("<scope>Restricted</scope><restriction>TOP SECRET//REL TO KOR</restriction>",
		CODE("KOR-USA 3 S rel=KOR origin=KOR"), ""),
	  NULL, "CONTRADICTORY" },
	{ "a restriction with a zero width", "cap",
	  ALERT("<scope>Restricted</scope><restriction>TOP SE\xe2\x80\x8b"
		"CRET</restriction>",
		CODE("KOR-USA 3 S rel=KOR origin=KOR"), ""),
	  "label.unseen", NULL },
	{ "no alert", "cap", XML "<a/>", "cap.alert", NULL },
	{ "a DTD", "cap", XML "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml.dtd", NULL },
	{ "an external entity", "cap", XML "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
	  "xml.dtd", NULL },
	{ "an entity from nowhere", "cap", XML "<a>&b;</a>", "xml.form", NULL },
	{ "deep", "cap",
	  "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></"
	  "a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>",
	  "xml.depth", NULL },
	{ "not UTF-8", "cap", "<a>\xff</a>", "xml.utf8", NULL },
	{ "not well formed", "cap", "<a><b></a>", "xml.form", NULL },
	{ "as many elements in as few bytes as can be", "cap",
	  "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>", "xml.form", NULL },
	{ "a prefix that nobody declared", "cap", "<p:a/>", "xml.form", NULL },
	{ "a prefix declared for its neighbour", "cap", "<a><b xmlns:p='u'/><p:b/></a>", "xml.form", NULL },
	{ "an empty prefix", "cap", "<:a/>", "xml.form", NULL },
	{ "nothing behind a prefix", "cap", "<p: xmlns:p='u'/>", "xml.form", NULL },
	{ "two colons", "cap", "<p:a:b xmlns:p='u'/>", "xml.form", NULL },
	{ "a namespace without a name", "cap", "<a xmlns:='u'/>", "xml.form", NULL },
	{ "an attribute's prefix that nobody declared", "cap", "<a p:b='c'/>", "xml.form", NULL },
	{ "XML's own prefix for another", "cap", "<a xmlns:xml='u'/>", "xml.form", NULL },
	{ "the prefix of declarations declared", "cap", "<a xmlns:xmlns='u'/>", "xml.form", NULL },
	{ "XML's own prefix as it is", "cap", "<a xml:lang='ko'/>", "cap.alert", NULL },
	{ "a prefix taken back", "cap", "<a xmlns:p=''/>", "xml.form", NULL },
	{ "too many namespaces", "cap", "<a " SIXTEEN("1") " " SIXTEEN("2") " xmlns='u'/>", "xml.size",
	  NULL },
	{ "text in two pieces", "cap",
	  ALERT(PUBLIC, "", "<expires>2026-11-28T<!-- -->09:00:00-00:00</expires>"), "cap.expires", NULL },
	{ "a prefix for the alert", "cap",
	  "<p:alert xmlns:p='urn:oasis:names:tc:emergency:cap:1.2'><p:identifier>a</p:identifier>"
	  "<p:sender>b</p:sender><p:sent>2026-11-28T10:00:00-00:00</p:sent><p:status>Actual</p:status>"
	  "<p:msgType>Alert</p:msgType><p:scope>Public</p:scope><p:info><p:event>e</p:event></p:info>"
	  "</p:alert>",
	  NULL, "UNLABELLED" },
	{ "a label", "adatp-4774", LABEL4774("kor-usa 3", "S", CAT("rel", "KOR") CAT("origin", "kor")), NULL,
	  "LABELLED" },
	{ "no rel: nobody knows who", "adatp-4774", LABEL4774("KOR-USA 3", "S", CAT("origin", "KOR")), NULL,
	  "UNKNOWN" },
	{ "another policy", "adatp-4774", LABEL4774("NATO", "SECRET", ""), NULL, "UNKNOWN" },
	{ "words hidden in a word", "adatp-4774",
	  LABEL4774("KOR-USA 3", "S rel=KOR,USA", CAT("origin", "KOR")), NULL, "UNKNOWN" },
	{ "a value of another kind", "adatp-4774",
	  LABEL4774("KOR-USA 3", "S",
		    "<s:Category TagName='rel'><s:BitmapValue>1</s:BitmapValue></s:Category>" CAT("origin",
												  "KOR")),
	  NULL, "UNKNOWN" },
	{ "zero width", "adatp-4774",
	  LABEL4774("KOR-USA 3", "S\xe2\x80\x8b", CAT("rel", "KOR") CAT("origin", "KOR")), "label.unseen",
	  NULL },
	{ "two labels", "adatp-4774",
	  "<a>" LABEL4774("KOR-USA 3", "S", CAT("rel", "KOR") CAT("origin", "KOR"))
		  LABEL4774("KOR-USA 3", "U", CAT("rel", "KOR") CAT("origin", "KOR")) "</a>",
	  NULL, "CONTRADICTORY" },
	{ "a label that is to fall", "adatp-4774", FOLLOWED(LATER("2030-01-01T00:00:00Z", "U")), NULL,
	  "LABELLED" },
	{ "a label that is to rise", "adatp-4774", FOLLOWED(LATER("2030-01-01T00:00:00Z", "TS")), NULL,
	  "CONTRADICTORY" },
	{ "a label that another's follows", "adatp-4774", FOLLOWED(LATER("2030-01-01T00:00:00Z", "COSMIC")),
	  NULL, "CONTRADICTORY" },
	{ "a label that falls on no day", "adatp-4774", FOLLOWED(LATER("soon", "U")), NULL, "CONTRADICTORY" },
	{ "a label that falls twice", "adatp-4774",
	  FOLLOWED(LATER("2030-01-01T00:00:00Z", "U") LATER("2031-01-01T00:00:00Z", "U")), NULL,
	  "CONTRADICTORY" },
	{ "no label", "adatp-4774", "<a/>", "adatp.label", NULL },
	{ "a row", "csv", "label,text\nKOR-USA 3 S rel=KOR origin=KOR,a\n", NULL, "LABELLED" },
	{ "a row with quotes", "csv",
	  "label,text\r\n\"KOR-USA 3 S rel=KOR,USA origin=KOR\",\"a \"\"b\"\"\"\r\n", NULL, "LABELLED" },
	{ "a label that is turned around", "csv",
	  "label,text\nKOR-USA 3 \xe2\x80\xaeS rel=KOR origin=KOR,a\n", "label.unseen", NULL },
	{ "behind one that is not", "csv",
	  "label,text\nKOR-USA 3 S rel=KOR origin=KOR,a\nKOR-USA 3 S rel=K\xc2\xadOR origin=KOR,b\n",
	  "label.unseen", NULL },
	{ "two columns of labels", "csv",
	  "label,label,text\nKOR-USA 3 U rel=KOR origin=KOR,KOR-USA 3 S rel=KOR origin=KOR,a\n", NULL,
	  "CONTRADICTORY" },
	{ "two columns of words", "csv", "text,text\na,b\n", "csv.columns", NULL },
	{ "a marking above the label, in Korean", "csv",
	  "marking,label,text\n\xe2\x85\xa0\xea\xb8\x89\xeb\xb9\x84\xeb\xb0\x80,KOR-USA 3 U rel=KOR "
	  "origin=KOR,a\n",
	  NULL, "CONTRADICTORY" },
	{ "and in letters apart", "csv",
	  "marking,label,"
	  "text\n\xe2\x85\xa0\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xb8\xe1\x84\x87\xe1\x85\xb5\xe1\x84\x86\xe1\x85"
	  "\xb5\xe1\x86\xaf,KOR-USA 3 U rel=KOR origin=KOR,a\n",
	  NULL, "CONTRADICTORY" },
	{ "two columns of ids", "csv", "id,id,text\na,b,c\n", "csv.columns", NULL },
	{ "a marking above the label", "csv",
	  "marking,label,text\nTop Secret,KOR-USA 3 U rel=KOR origin=KOR,a\n", NULL, "CONTRADICTORY" },
	{ "a marking as the label", "csv",
	  "marking,label,text\nu//REL KOR,KOR-USA 3 U rel=KOR origin=KOR,a\n", NULL, "LABELLED" },
	{ "a marking with half a word", "csv",
	  "marking,label,text\nu//REL,KOR-USA 3 U rel=KOR origin=KOR,a\n", NULL, "CONTRADICTORY" },
	{ "a mark before its words as the label", "csv",
	  "label,text\nKOR-USA 3 S rel=KOR origin=KOR,(S//REL KOR) a\n", NULL, "LABELLED" },
	{ "a mark before its words below the label", "csv",
	  "label,text\nKOR-USA 3 S rel=KOR origin=KOR,\"(S//REL KOR) a\n\n(U//REL KOR, USA) b\"\n", NULL,
	  "LABELLED" },
	{ "a mark before its words above the label", "csv",
	  "label,text\nKOR-USA 3 S rel=KOR origin=KOR,\"a\n\n(TS//REL KOR) b\"\n", NULL, "CONTRADICTORY" },
	{ "a letter that numbers its words", "csv", "label,text\nKOR-USA 3 U rel=KOR origin=KOR,\"(C) a\"\n",
	  NULL, "LABELLED" },
	{ "a mark in words with a zero width", "csv",
	  "text\n(S//NO\xe2\x80\x8b"
	  "FORN) a\n",
	  "label.unseen", NULL },
	{ "no label", "csv", "title,text\na,b", NULL, "UNLABELLED" },
	{ "a cell too many", "csv", "title,text\na,b,c", "csv.columns", NULL },
	{ "an open quote", "csv", "title,text\na,\"b", "csv.form", NULL },
	{ "a quote inside", "csv", "title,text\na,b\"c", "csv.form", NULL },
	{ "a bare return", "csv", "title,text\ra,b", "csv.form", NULL },
	{ "no rows", "csv", "title,text\n", "csv.form", NULL },
	{ "an entry", "atom", ATOM(ENTRY("", "<content>c</content>")), NULL, "UNLABELLED" },
	{ "one entry alone", "atom",
	  "<entry xmlns='http://www.w3.org/2005/Atom'><id>i</id><title>t</title><updated>u</updated></entry>",
	  NULL, "UNLABELLED" },
	{ "an entry with a label", "atom", ATOM(ENTRY(TERM("KOR-USA 3 S rel=KOR origin=KOR"), "")), NULL,
	  "LABELLED" },
	{ "a category of another scheme", "atom",
	  ATOM(ENTRY("<category term='KOR-USA 3 S rel=KOR origin=KOR'/>", "")), NULL, "UNLABELLED" },
	{ "a label with a zero width", "atom",
	  ATOM(ENTRY(TERM("KOR-USA 3 S rel=KOR\xe2\x80\x8d origin=KOR"), "")), "label.unseen", NULL },
	{ "a banner above the label", "atom",
	  ATOM(ENTRY("<category scheme='urn:entente:label' label='TOP SECRET' term='KOR-USA 3 S rel=KOR "
		     "origin=KOR'/>",
		     "")),
	  NULL, "CONTRADICTORY" },
	{ "another's label", "atom", ATOM(ENTRY(TERM("NATO 1 S rel=KOR origin=KOR"), "")), NULL, "UNKNOWN" },
	{ "a label without a word", "atom", ATOM(ENTRY("<category scheme='urn:entente:label'/>", "")), NULL,
	  "UNKNOWN" },
	{ "two labels", "atom",
	  ATOM(ENTRY(TERM("KOR-USA 3 S rel=KOR origin=KOR") TERM("KOR-USA 3 U rel=KOR,USA origin=KOR"), "")),
	  NULL, "CONTRADICTORY" },
	{ "what is taken back", "atom", ATOM("<at:deleted-entry ref='a' when='w'/>"), NULL, "UNLABELLED" },
	{ "nothing is taken back", "atom", ATOM("<at:deleted-entry when='w'/>"), "atom.deleted", NULL },
	{ "an entry without an id", "atom", ATOM("<entry><title>t</title><updated>u</updated></entry>"),
	  "atom.entry", NULL },
	{ "an entry without a time", "atom", ATOM("<entry><id>i</id><title>t</title></entry>"), "atom.entry",
	  NULL },
	{ "an empty id", "atom", ATOM("<entry><id/><title>t</title><updated>u</updated></entry>"),
	  "atom.entry", NULL },
	{ "two ids", "atom", ATOM(ENTRY("<id>j</id>", "")), "atom.entry", NULL },
	{ "two titles", "atom", ATOM(ENTRY("<title>u</title>", "")), "atom.entry", NULL },
	{ "two contents", "atom", ATOM(ENTRY("", "<content>a</content><content>b</content>")), "atom.entry",
	  NULL },
	{ "two summaries", "atom", ATOM(ENTRY("", "<summary>a</summary><summary>b</summary>")), "atom.entry",
	  NULL },
	{ "an empty feed", "atom", ATOM(""), "atom.feed", NULL },
	{ "no feed", "atom", "<feed/>", "atom.feed", NULL },
	{ "a DTD", "atom", "<!DOCTYPE a><feed/>", "xml.dtd", NULL },
	{ "a feature", "geojson", COLLECTION(FEATURE(POINT, "{}")), NULL, "UNLABELLED" },
	{ "one feature alone", "geojson", FEATURE("null", "null"), NULL, "UNLABELLED" },
	{ "a feature with a label", "geojson",
	  COLLECTION(FEATURE("null", "{\"label\":\"KOR-USA 3 S rel=KOR origin=KOR\"}")), NULL, "LABELLED" },
	{ "a marking above the label", "geojson",
	  COLLECTION(FEATURE("null",
			     "{\"marking\":\"TOP SECRET\",\"label\":\"KOR-USA 3 S rel=KOR origin=KOR\"}")),
	  NULL, "CONTRADICTORY" },
	{ "what maps call a label", "geojson", COLLECTION(FEATURE("null", "{\"label\":\"A town\"}")), NULL,
	  "UNLABELLED" },
	{ "another's label", "geojson",
	  COLLECTION(FEATURE("null", "{\"label\":\"NATO 1 S rel=KOR origin=KOR\"}")), NULL, "UNKNOWN" },
	{ "a label twice", "geojson", COLLECTION(FEATURE("null", "{\"label\":\"a\",\"label\":\"b\"}")),
	  "geojson.json", NULL },
	{ "lat and lon exchanged", "geojson", COLLECTION(FEATURE(GEOMETRY("Point", "[38,128]"), "{}")),
	  "geojson.position", NULL },
	{ "a position with words", "geojson", COLLECTION(FEATURE(GEOMETRY("Point", "[\"1\",2]"), "{}")),
	  "geojson.position", NULL },
	{ "half a position", "geojson", COLLECTION(FEATURE(GEOMETRY("Point", "[1]"), "{}")),
	  "geojson.position", NULL },
	{ "points", "geojson", COLLECTION(FEATURE(GEOMETRY("MultiPoint", "[[1,2],[3,4,5]]"), "{}")), NULL,
	  "UNLABELLED" },
	{ "a line of one", "geojson", COLLECTION(FEATURE(GEOMETRY("LineString", "[[1,2]]"), "{}")),
	  "geojson.coordinates", NULL },
	{ "lines", "geojson", COLLECTION(FEATURE(GEOMETRY("MultiLineString", "[[[1,2],[3,4]]]"), "{}")), NULL,
	  "UNLABELLED" },
	{ "no lines", "geojson", COLLECTION(FEATURE(GEOMETRY("MultiLineString", "[]"), "{}")),
	  "geojson.coordinates", NULL },
	{ "a closed ring", "geojson", COLLECTION(FEATURE(GEOMETRY("Polygon", RING("1,2")), "{}")), NULL,
	  "UNLABELLED" },
	{ "an open ring", "geojson", COLLECTION(FEATURE(GEOMETRY("Polygon", RING("7,8")), "{}")),
	  "geojson.ring", NULL },
	{ "three positions", "geojson",
	  COLLECTION(FEATURE(GEOMETRY("Polygon", "[[[1,2],[3,4],[1,2]]]"), "{}")), "geojson.ring", NULL },
	{ "polygons", "geojson", COLLECTION(FEATURE(GEOMETRY("MultiPolygon", "[" RING("1,2") "]"), "{}")),
	  NULL, "UNLABELLED" },
	{ "an open one of them", "geojson",
	  COLLECTION(FEATURE(GEOMETRY("MultiPolygon", "[" RING("1,2") "," RING("7,8") "]"), "{}")),
	  "geojson.ring", NULL },
	{ "a geometry that there is not", "geojson", COLLECTION(FEATURE(GEOMETRY("Circle", "[1,2]"), "{}")),
	  "geojson.geometry", NULL },
	{ "geometries", "geojson", COLLECTION(FEATURE(GEOMETRIES(POINT), "{}")), NULL, "UNLABELLED" },
	{ "geometries in geometries", "geojson", COLLECTION(FEATURE(GEOMETRIES(GEOMETRIES(POINT)), "{}")),
	  "geojson.geometry", NULL },
	{ "one out of range among them", "geojson",
	  COLLECTION(FEATURE(GEOMETRIES(GEOMETRY("Point", "[181,0]")), "{}")), "geojson.position", NULL },
	{ "a label with a zero width", "geojson",
	  COLLECTION(FEATURE("null", "{\"label\":\"KOR-USA 3 S rel=KOR\\u200b origin=KOR\"}")),
	  "label.unseen", NULL },
	{ "no geometry", "geojson", COLLECTION("{\"type\":\"Feature\",\"properties\":{}}"), "geojson.feature",
	  NULL },
	{ "no properties", "geojson", COLLECTION("{\"type\":\"Feature\",\"geometry\":null}"),
	  "geojson.feature", NULL },
	{ "no feature", "geojson", COLLECTION("1"), "geojson.feature", NULL },
	{ "none", "geojson", COLLECTION(""), "geojson.collection", NULL },
	{ "another system of reference", "geojson",
	  "{\"type\":\"FeatureCollection\",\"crs\":{},\"features\":[" FEATURE("null", "{}") "]}",
	  "geojson.crs", NULL },
	{ "marks as attributes", "ic-ism", ISM("<b/>", "classification='S'"), NULL, "UNLABELLED" },
	{ "no marks as attributes", "ic-ism", "<a/>", "ism.none", NULL },
	{ "an attribute of another namespace", "ic-ism", "<a xmlns:i='u' i:classification='S'/>", "ism.none",
	  NULL },
	{ "a mark with a zero width", "ic-ism", ISM("", "classification='S\xe2\x80\x8b'"), "label.unseen",
	  NULL },
	{ "a DTD", "ic-ism", "<!DOCTYPE a><a/>", "xml.dtd", NULL },
	{ "an attribute above the label", "cap",
	  "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2' xmlns:i='urn:us:gov:ic:ism' "
	  "i:classification='TS'><identifier>a</identifier><sender>b</sender><sent>2026-11-28T10:00:00-00:00"
	  "</sent><status>Actual</status><msgType>Alert</msgType><scope>Private</scope>" CODE(
		  "KOR-USA 3 S rel=KOR origin=KOR") "</alert>",
	  NULL, "CONTRADICTORY" },
	{ "an attribute of the whole below the label", "cap",
	  "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2' xmlns:i='urn:us:gov:ic:ism' "
	  "i:classification='U'><identifier>a</identifier><sender>b</sender><sent>2026-11-28T10:00:00-00:00"
	  "</sent><status>Actual</status><msgType>Alert</msgType><scope>Private</scope>" CODE(
		  "KOR-USA 3 S rel=KOR origin=KOR") "</alert>",
	  NULL, "CONTRADICTORY" },
	{ "an attribute below an entry, and as its label", "atom",
	  ATOM(ENTRY(TERM("KOR-USA 3 S rel=KOR origin=KOR"),
		     "<content xmlns:i='urn:us:gov:ic:ism' i:classification='U'>c</content>")),
	  NULL, "LABELLED" },
	{ "an attribute below an entry, and narrower", "atom",
	  ATOM(ENTRY(TERM("KOR-USA 3 S rel=KOR,USA origin=KOR"),
		     "<content xmlns:i='urn:us:gov:ic:ism' i:classification='S' "
		     "i:disseminationControls='NF'>c</content>")),
	  NULL, "CONTRADICTORY" },
	{ "no JSON", "geojson", "{", "geojson.json", NULL },
	{ "deep", "geojson", "[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]", "geojson.json", NULL },
	{ "a key twice", "stix", "{\"objects\":[{\"id\":\"a\",\"id\":\"a\",\"type\":\"note\"}]}", "stix.json",
	  NULL },
};

/* Of an entry its content or else its summary; what is taken back says so. */
static void words_of_atom(void **state)
{
	static const char *const rows[][3] = {
		{ ENTRY("", "<content>c</content><summary>s</summary>"), "t", "c" },
		{ ENTRY("", "<summary>s</summary>"), "t", "s" },
		{ ENTRY("", ""), "t", "" },
		{ "<at:deleted-entry ref='a' when='w'/>", "WITHDRAWN", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		char text[512];
		snprintf(text, sizeof text, ATOM("%s"), rows[i][0]);
		assert_int_equal(incoming_read(g, 0, BYTES_LIT("atom"), bytes_str(text), &in), ERR_OK);
		assert_string_equal(member(&in, "title"), rows[i][1]);
		assert_string_equal(member(&in, "text"), rows[i][2]);
		incoming_close(&in);
	}
}

static void files_are_refused_with_their_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
		struct incoming in;
		enum err e = incoming_read(g, 0, bytes_str(files[i].format), bytes_str(files[i].text), &in);
		const char *mark = e == ERR_OK ? member(&in, "mark") : NULL;
		if ((files[i].rule == NULL) != (e == ERR_OK) ||
		    (e != ERR_OK && strcmp(in.rule, files[i].rule) != 0) ||
		    (e == ERR_OK && strcmp(mark, files[i].mark) != 0))
			fail_msg("%s %s: %s %s", files[i].format, files[i].why,
				 in.rule == NULL ? "-" : in.rule, mark == NULL ? "-" : mark);
		assert_true(in.offset <= strlen(files[i].text));
		incoming_close(&in);
	}
}

static const char *words_of(const struct incoming *in, size_t at, const char *key)
{
	return json_string_value(json_object_get(json_array_get(in->items, at), key));
}

/* What a format may have several times is shown as often. */
static void none_of_several_is_left_out(void **state)
{
	static const char alert[] =
		ALERT(PUBLIC, "", "<headline>One</headline><description>It is so.</description>");
	static const char binding[] =
		"<b:BindingInformation xmlns:b='urn:nato:stanag:4778:bindinginformation:1:0'>" LABEL4774(
			"KOR-USA 3", "S",
			CAT("rel", "KOR")
				CAT("origin", "KOR")) "<b:DataReference URI='a.txt'/><b:DataReference "
						      "URI='b.txt'/></b:BindingInformation>";
	char two[2 * sizeof alert + 256];
	struct incoming in;

	(void)state;
	snprintf(two, sizeof two,
		 "%.*s<info><event>f</event><headline>Two</headline>"
		 "<description>And so.</description></info></alert>",
		 (int)(sizeof alert - sizeof "</alert>"), alert);
	assert_int_equal(incoming_read(g, 0, BYTES_LIT("cap"), bytes_str(two), &in), ERR_OK);
	assert_string_equal(words_of(&in, 0, "title"), "One");
	assert_string_equal(words_of(&in, 0, "text"), "It is so.\n\nTwo\n\nAnd so.");
	incoming_close(&in);
	assert_int_equal(incoming_read(g, 0, BYTES_LIT("adatp-4774"), bytes_str(binding), &in), ERR_OK);
	assert_int_equal(json_array_size(in.items), 2);
	assert_string_equal(words_of(&in, 0, "id"), "a.txt");
	assert_string_equal(words_of(&in, 1, "id"), "b.txt");
	assert_string_equal(words_of(&in, 1, "mark"), "LABELLED");
	incoming_close(&in);
	assert_int_equal(incoming_read(g, 0, BYTES_LIT("adatp-4774"),
				       bytes_str(FOLLOWED(LATER("2030-01-01T00:00:00Z", "U"))), &in),
			 ERR_OK);
	assert_string_equal(words_of(&in, 0, "label"), "KOR-USA 3 S rel=KOR origin=KOR");
	assert_string_equal(words_of(&in, 0, "text"),
			    "SUCCESSION 2030-01-01T00:00:00Z KOR-USA 3 U rel=KOR origin=KOR");
	incoming_close(&in);
}

/* In whatever format, and named by the byte where it stands. */
static void what_nobody_sees_is_named(void **state)
{
	static const char stix[] = "{\"objects\":[" LABEL(
		"m", "KOR-USA 3 S\xe2\x80\x8b rel=KOR origin=KOR") "{\"type\":\"note\",\"id\":\"note--1\","
								   "\"object_marking_refs\":[\"m\"]}]}";
	static const char adatp[] = "<l:originatorConfidentialityLabel "
				    "xmlns:l='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'><l:"
				    "ConfidentialityInformation>"
				    "<l:PolicyIdentifier>KOR-USA "
				    "3</l:PolicyIdentifier><l:Classification>S\xe2\x80\xae</l:Classification>"
				    "</l:ConfidentialityInformation></l:originatorConfidentialityLabel>";
	static const struct {
		const char *format, *text;
	} rows[] = { { "csv", "label,text\nKOR-USA 3 S\xe2\x80\x8b rel=KOR origin=KOR,a\n" },
		     { "stix", stix },
		     { "adatp-4774", adatp } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		assert_int_equal(incoming_read(g, 0, bytes_str(rows[i].format), bytes_str(rows[i].text), &in),
				 ERR_USAGE);
		assert_string_equal(in.rule, "label.unseen");
		assert_int_equal(rows[i].text[in.offset], '\xe2');
		assert_int_equal(json_array_size(in.items), 0);
		incoming_close(&in);
	}
}

/* Nobody reads the first byte of what is too long for all. */
static void nothing_larger_is_read(void **state)
{
	static const char *const names[] = {
		"stix", "cap", "csv", "adatp-4774", "atom", "geojson", "ic-ism"
	};
	static uint8_t large[INCOMING_LEN_MAX + 1];

	(void)state;
	memset(large, ' ', sizeof large);
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		struct incoming in;
		assert_int_equal(incoming_read(g, 0, bytes_str(names[i]), BYTES_OF(large), &in), ERR_LIMIT);
		assert_int_equal(json_array_size(in.items), 0);
		incoming_close(&in);
	}
}

/* ---- As long as a file may be, and made so that each of its parts costs as much as the whole. ---- */

static char long_file[INCOMING_LEN_MAX];
#define LONG_S_MAX 4 /* of this process */

/* front, then as many of `each` (with a number of its own for each # in it) as leave room for end. */
static struct bytes make_long(const char *front, const char *each, size_t max, const char *end)
{
	struct buf out = { (uint8_t *)long_file, 0, sizeof long_file, false };

	buf_put_str(&out, front);
	for (size_t i = 0; i < max && out.len + strlen(each) + 8 + strlen(end) < out.max; i++) {
		for (const char *c = each; *c != '\0'; c++) {
			char number[8];
			snprintf(number, sizeof number, "%06zu", i % 1000000);
			if (*c == '#')
				buf_put_str(&out, number);
			else
				buf_put_byte(&out, (uint8_t)*c);
		}
	}
	buf_put_str(&out, end);
	assert_false(out.full);
	return buf_bytes(&out);
}

static void read_long(const char *why, const char *format, struct bytes file, enum err wanted)
{
	clock_t begin = clock();
	struct incoming in;
	enum err e = incoming_read(g, 0, bytes_str(format), file, &in);

	if (e != wanted)
		fail_msg("%s: %s", why, err_name(e));
	if (clock() - begin > (clock_t)LONG_S_MAX * CLOCKS_PER_SEC)
		fail_msg("%s: %f s", why, (double)(clock() - begin) / CLOCKS_PER_SEC);
	incoming_close(&in);
}

static void no_file_is_read_again_for_each_of_its_parts(void **state)
{
	static char head[700000];

	(void)state;
	read_long("labels of an ADatP file", "adatp-4774",
		  make_long("<a xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>",
			    "<originatorConfidentialityLabel/>", SIZE_MAX, "</a>"),
		  ERR_OK);
	read_long("attributes of one element", "ic-ism",
		  make_long("<a xmlns:i='urn:us:gov:ic:ism'", " i:a#=''", 90000, "/>"), ERR_OK);
	read_long("one marking for one object", "stix",
		  make_long("{\"objects\":[{\"type\":\"note\",\"id\":\"n\",\"object_marking_refs\":[\"m\"",
			    ",\"m\"", 200000, "]}]}"),
		  ERR_LIMIT);
	read_long("parts of one object", "stix",
		  make_long("{\"objects\":[{\"type\":\"note\",\"id\":\"n\",\"granular_markings\":[{}",
			    ",{\"marking_ref\":\"m\"}", 40000, "]}]}"),
		  ERR_LIMIT);
	read_long("markings of one id", "stix",
		  make_long("{\"objects\":[{\"type\":\"note\",\"id\":\"n\",\"object_marking_refs\":["
			    "\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\","
			    "\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\",\"m\"]}",
			    ",{\"type\":\"m\",\"id\":\"m\"}", STIX_OBJECTS_MAX - 1, "]}"),
		  ERR_LIMIT);
	read_long("as many as a file of ours has", "stix",
		  make_long("{\"objects\":[{\"type\":\"m\",\"id\":\"m\"}",
			    ",{\"type\":\"note\",\"id\":\"n#\",\"object_marking_refs\":[\"m\",\"m\",\"m\"]}",
			    STIX_OBJECTS_MAX - 1, "]}"),
		  ERR_OK);
	memset(head, 'x', sizeof head - 2);
	head[sizeof head - 2] = '\n';
	read_long("rows below a long head", "csv", make_long(head, "a\n", INCOMING_ITEMS_MAX, ""), ERR_LIMIT);
	read_long("rows below a short one", "csv", make_long("x\n", "a\n", INCOMING_ITEMS_MAX, ""), ERR_OK);
}

/* What does not fit any more is as if it was never put, and what stood before is sent. */
static void one_large_item_stops_no_feed(void **state)
{
	static const char *const names[] = { "cap", "atom", "csv" };
	struct label_mask m = { .level = 0, .rel = 3, .origin = 1 };
	static char text[CONTENT_LEN_MAX];

	(void)state;
	memset(text, '"', sizeof text);
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		const struct format *f = format_find(bytes_str(names[i]));
		struct writing w = { .accord = accord, .role = "watch", .files = json_array() };
		struct border_item it = item_with(&m);
		enum err e = ERR_OK;
		size_t count = 0, last = 0;
		f->open(&w);
		it.portions[0].text = (struct bytes){ (const uint8_t *)text, sizeof text };
		for (; e == ERR_OK && count < 100; count++)
			e = f->put(&w, &it);
		assert_int_equal(e, ERR_LIMIT);
		it.portions[0].text = BYTES_LIT("The last.");
		assert_int_equal(f->put(&w, &it), ERR_OK);
		f->finish(&w);
		last = json_array_size(w.files) - 1;
		assert_non_null(
			strstr(json_string_value(json_object_get(json_array_get(w.files, last), "text")),
			       "The last."));
		if (strcmp(names[i], "cap") == 0)
			assert_int_equal(last, count); /* none that the index does not name */
		json_decref(w.files);
	}
}

static void numbers_of_ships(void **state)
{
	static const struct {
		const char *why, *text, *wrong;
	} rows[] = {
		{ "a right one", "the Aframax, IMO 9074729", "" },
		{ "its last digit mistyped", "the Aframax, IMO 9074728", "9074728" },
		{ "two digits exchanged, small letters, a hyphen", "imo-9704729 was seen", "9704729" },
		{ "the second of two", "IMO: 9074729 and IMO:1234568", "1234568" },
		{ "six digits, eight digits, none", "IMO 907472, IMO 90747281, IMO", "" },
		{ "a word that begins so", "imomali 9074728", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (!bytes_equal(imo_find_wrong(bytes_str(rows[i].text)), bytes_str(rows[i].wrong)))
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_label_as_text_and_back),
		cmocka_unit_test(texts_are_read_as_strictly_as_they_are_written),
		cmocka_unit_test(every_label_as_stix_and_back),
		cmocka_unit_test(contradictions_wait_and_the_stricter_counts),
		cmocka_unit_test(every_label_through_each_format_that_is_read),
		cmocka_unit_test(words_of_atom),
		cmocka_unit_test(files_are_refused_with_their_rule),
		cmocka_unit_test(none_of_several_is_left_out),
		cmocka_unit_test(what_nobody_sees_is_named),
		cmocka_unit_test(portions_have_marks_of_their_own),
		cmocka_unit_test(nothing_larger_is_read),
		cmocka_unit_test(no_file_is_read_again_for_each_of_its_parts),
		cmocka_unit_test(one_large_item_stops_no_feed),
		cmocka_unit_test(numbers_of_ships),
	};

	return cmocka_run_group_tests(tests, start, border_accord_close);
}
