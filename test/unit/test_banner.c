/* Markings of others: what they say beside a label, and the label that is proposed of one alone. */
#include "border/incoming.h"
#include "border/stix.h"
#include "border_labels.h"
#include "crypto/sign.h"
#include "policy/marking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

static const char *member(const struct incoming *in, const char *key)
{
	return json_string_value(json_object_get(json_array_get(in->items, 0), key));
}

#define ISM(below, attributes) "<a xmlns:ism='urn:us:gov:ic:ism' ism:" attributes ">" below "</a>"

/* What a marking says beside a label, and alone. Parties: 1 KOR, 2 USA, 4 JPN; home is KOR. */
#define LABEL_S "KOR-USA 3 S rel=KOR,USA origin=USA"
static const struct {
	const char *why, *banner, *mark, *label, *proposed;
} banners[] = {
	{ "as it leaves", "SECRET//REL TO KOR, USA//FROM USA", "LABELLED", LABEL_S,
	  "S rel:KOR,USA origin:USA" },
	{ "a portion mark", "(S//REL KOR, USA//FROM USA)", "LABELLED", LABEL_S, "S rel:KOR,USA origin:USA" },
	{ "in Korean", "\xe2\x85\xa1\xea\xb8\x89\xeb\xb9\x84\xeb\xb0\x80//KOR, USA \xec\xa0\x9c\xea\xb3\xb5",
	  "LABELLED", LABEL_S, "S rel:KOR,USA" },
	{ "by the register", "SECRET//REL TO USA, KOR", "LABELLED", LABEL_S, "S rel:KOR,USA" },
	{ "another's by the register", "(//USA S//REL TO USA, KOR)", "LABELLED", LABEL_S,
	  "S rel:KOR,USA origin:USA" },
	{ "of both", "//JOINT SECRET KOR USA//REL TO USA, KOR", "CONTRADICTORY",
	  "KOR-USA 3 S rel=KOR,USA origin=KOR,USA", "S rel:KOR,USA origin:KOR,USA" },
	{ "a level alone", "secret", "LABELLED", LABEL_S, "S rel:KOR" },
	{ "a category more", "SECRET//NCG ONLY//REL TO KOR, USA", "CONTRADICTORY",
	  "KOR-USA 3 S caveat=NCG rel=KOR,USA origin=USA", "S caveat:NCG rel:KOR,USA" },
	{ "two values more, of which one by its code", "SECRET//NCG ONLY/LEADER//REL TO KOR, USA",
	  "CONTRADICTORY", "KOR-USA 3 S caveat=NCG,LEADER rel=KOR,USA origin=USA",
	  "S caveat:NCG,LEADER rel:KOR,USA" },
	{ "a value that wants a higher level", "U//NCG//REL KOR, USA", "CONTRADICTORY",
	  "KOR-USA 3 S caveat=NCG rel=KOR,USA origin=USA", "S caveat:NCG rel:KOR,USA" },
	{ "a party less", "SECRET//REL TO USA", "CONTRADICTORY", "KOR-USA 3 S rel=USA origin=USA",
	  "S rel:USA" },
	{ "a lower level", "RESTRICTED//REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "R rel:KOR,USA" },
	{ "a party more", "SECRET//REL TO USA, KOR, JPN", "CONTRADICTORY", LABEL_S, "" },
	{ "a party that is none of ours", "SECRET//REL TO USA, KOR, GBR", "LABELLED", LABEL_S,
	  "S rel:KOR,USA" },
	{ "for nobody else", "SECRET//NOFORN", "CONTRADICTORY", "KOR-USA 3 S rel=USA origin=USA", "" },
	{ "for nobody else, and short", "(S//NF)", "CONTRADICTORY", "KOR-USA 3 S rel=USA origin=USA", "" },
	{ "for nobody but us", "//KOR SECRET//NOFORN", "CONTRADICTORY", "KOR-USA 3 S rel=USA origin=KOR,USA",
	  "S rel:KOR origin:KOR" },
	{ "for none that may have it", "SECRET//REL TO JPN", "UNKNOWN", "", "" },
	{ "a word that is not known", "SECRET//SI//REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "" },
	{ "another's in it, who is we", "SECRET//FGI KOR//REL TO KOR, USA", "CONTRADICTORY",
	  "KOR-USA 3 S rel=KOR,USA origin=KOR,USA", "" },
	{ "another's in it", "SECRET//FGI USA//REL TO KOR, USA", "LABELLED", LABEL_S,
	  "S rel:KOR,USA origin:KOR,USA" },
	{ "another's in another's", "//USA SECRET//FGI KOR//REL TO KOR, USA", "CONTRADICTORY",
	  "KOR-USA 3 S rel=KOR,USA origin=KOR,USA", "S rel:KOR,USA origin:KOR,USA" },
	{ "somebody's in it", "SECRET//FGI//REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "" },
	{ "in it of whom we do not know", "SECRET//FGI USA GBR//REL TO KOR, USA", "CONTRADICTORY", LABEL_S,
	  "" },
	{ "an empty segment", "SECRET////REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "" },
	{ "a level with words behind it", "SECRET PLANS//REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "" },
	{ "no level", "COSMIC//REL TO KOR, USA", "CONTRADICTORY", LABEL_S, "" },
	{ "a value with brackets", "SECRET//Caveat [NCG]//REL TO KOR, USA", "CONTRADICTORY",
	  "KOR-USA 3 S caveat=NCG rel=KOR,USA origin=USA", "S caveat:NCG rel:KOR,USA" },
	{ "no banner", "Copyright 2026, the authors", "LABELLED", LABEL_S, "" },
};

/* What a part of it is marked with, beside a label: it asks for more, or for no more. */
static const struct {
	const char *why, *mark_of_part, *mark, *label;
} parts[] = {
	{ "a part as the whole", "(S//REL KOR, USA)", "LABELLED", LABEL_S },
	{ "a part below the whole", "(U//REL KOR, USA)", "LABELLED", LABEL_S },
	{ "a part for a party less", "(S//REL USA)", "CONTRADICTORY", "KOR-USA 3 S rel=USA origin=USA" },
	{ "a part of another's information", "(S//REL KOR, USA//FROM KOR)", "CONTRADICTORY",
	  "KOR-USA 3 S rel=KOR,USA origin=KOR,USA" },
	{ "a part with a category more", "(S//NCG//REL KOR, USA)", "CONTRADICTORY",
	  "KOR-USA 3 S caveat=NCG rel=KOR,USA origin=USA" },
};

static void check_banner(const char *why, const char *text, const char *key, const char *mark,
			 const char *want)
{
	struct incoming in;

	if (incoming_read(g, 0, BYTES_LIT("csv"), bytes_str(text), &in) != ERR_OK)
		fail_msg("%s: %s", why, in.rule);
	if (strcmp(member(&in, "mark"), mark) != 0 || strcmp(member(&in, key), want) != 0)
		fail_msg("%s: %s, %s '%s'", why, member(&in, "mark"), key, member(&in, key));
	incoming_close(&in);
}

static void banners_are_compared_whole_and_proposed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(banners); i++) {
		char text[512];
		snprintf(text, sizeof text, "marking,label,text\n\"%s\",\"" LABEL_S "\",a\n",
			 banners[i].banner);
		check_banner(banners[i].why, text, "label", banners[i].mark, banners[i].label);
		snprintf(text, sizeof text, "marking,text\n\"%s\",a\n", banners[i].banner);
		check_banner(banners[i].why, text, "proposed", "UNLABELLED", banners[i].proposed);
	}
	for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
		char text[512];
		snprintf(text, sizeof text, "label,text\n\"" LABEL_S "\",\"%s a\"\n", parts[i].mark_of_part);
		check_banner(parts[i].why, text, "label", parts[i].mark, parts[i].label);
	}
	check_banner("another's in each of two",
		     "text\n\"(S//REL TO USA, KOR) a\n(S//FGI USA//REL TO KOR, USA) b\"\n", "proposed",
		     "UNLABELLED", "S rel:KOR,USA origin:KOR,USA");
	check_banner("marks of portions",
		     "text\n\"(S//REL TO USA, KOR) a\n(TS//NCG//REL TO KOR) b\n(U) c\"\n", "proposed",
		     "UNLABELLED", "TS caveat:NCG rel:KOR");
	check_banner("portions of which nobody may read both",
		     "text\n\"(S//REL TO USA) a\n(S//REL TO KOR) b\"\n", "proposed", "UNLABELLED", "");
	check_banner("a portion with a word that is not known",
		     "text\n\"(S//REL TO USA, KOR) a\n(S//SI//REL TO KOR) b\"\n", "proposed", "UNLABELLED",
		     "");
}

/* Guidelines may have a value of that name: then it is that. */
static void a_value_that_is_called_so(void **state)
{
	struct guidelines changed = *g;
	struct banner b;

	(void)state;
	changed.values[0].names.text[0] = BYTES_LIT("FGI USA");
	assert_true(banner_read(&changed, BYTES_LIT("SECRET//FGI USA//REL TO KOR, USA"), &b));
	assert_true(b.values == 1 && b.foreign == 0 && !b.is_unknown);
	assert_true(banner_read(g, BYTES_LIT("SECRET//FGI USA//REL TO KOR, USA"), &b));
	assert_true(b.values == 0 && b.foreign == 2);
}

static void attributes_are_proposed(void **state)
{
	static const struct {
		const char *text, *proposed;
	} rows[] = {
		{ ISM("<b>one</b>", "classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR'"),
		  "S rel:KOR,USA origin:USA" },
		{ ISM("<b ism:classification='TS' ism:ownerProducer='USA' ism:releasableTo='KOR'>two</b>",
		      "classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR' "
		      "ism:disseminationControls='REL' ism:declassDate='2050-01-01'"),
		  "TS rel:KOR origin:USA" },
		{ ISM("", "classification='S' ism:ownerProducer='USA' ism:disseminationControls='NF'"), "" },
		{ ISM("", "classification='S' ism:ownerProducer='KOR' ism:disseminationControls='NF'"),
		  "S rel:KOR origin:KOR" },
		{ ISM("", "classification='S' ism:SCIcontrols='SI' ism:releasableTo='USA KOR'"), "" },
		{ ISM("", "classification='S' ism:disseminationControls='REL OC' ism:releasableTo='KOR'"),
		  "" },
		{ ISM("", "classification='S' ism:ownerProducer='GBR' ism:releasableTo='KOR'"), "" },
		{ ISM("", "classification='X' ism:releasableTo='KOR'"), "" },
		{ ISM("", "classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR' "
			  "ism:disseminationControls='NF'"),
		  "" },
		{ ISM("", "classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR GBR'"),
		  "S rel:KOR,USA origin:USA" },
		{ ISM("<b ism:releasableTo='KOR'>x</b>",
		      "classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR'"),
		  "" },
		{ ISM("", "classification='S' ism:ownerProducer='USA KOR' ism:joint='true' "
			  "ism:releasableTo='USA KOR' "
			  "ism:resourceElement='true' ism:DESVersion='1' ism:ISMCATCESVersion='1' "
			  "ism:createDate='d' "
			  "ism:compliesWith='c' ism:exemptFrom='e' ism:excludeFromRollup='true' "
			  "ism:classifiedBy='b' "
			  "ism:classificationReason='r' ism:compilationReason='r' ism:derivedFrom='d' "
			  "ism:derivativelyClassifiedBy='b' ism:declassDate='d' ism:declassEvent='e' "
			  "ism:declassException='x'"),
		  "S rel:KOR,USA origin:KOR,USA" },
		{ ISM("", "classification='S' ism:ownerProducer='KOR' ism:FGIsourceOpen='USA' "
			  "ism:releasableTo='USA KOR'"),
		  "S rel:KOR,USA origin:KOR,USA" },
		{ ISM("", "classification='S' ism:FGIsourceOpen='KOR' ism:releasableTo='USA KOR'"), "" },
		{ ISM("", "classification='S' ism:ownerProducer='USA' ism:FGIsourceOpen='UNKNOWN' "
			  "ism:releasableTo='KOR'"),
		  "" },
		{ ISM("", "classification='S' ism:ownerProducer='USA' ism:FGIsourceProtected='FGI' "
			  "ism:releasableTo='KOR'"),
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		assert_int_equal(incoming_read(g, 0, BYTES_LIT("ic-ism"), bytes_str(rows[i].text), &in),
				 ERR_OK);
		assert_string_equal(member(&in, "mark"), "UNLABELLED");
		if (strcmp(member(&in, "proposed"), rows[i].proposed) != 0)
			fail_msg("%zu: %s", i, member(&in, "proposed"));
		incoming_close(&in);
	}
}

/* What of a marking is told to a person, where no label follows from it. */
static void the_first_word_that_is_not_known(void **state)
{
	static const struct {
		const char *format, *text, *word;
	} rows[] = {
		{ "csv", "marking,text\n\"SECRET//SI/TK//REL TO KOR, USA//ORCON\",a\n", "SI" },
		{ "csv", "marking,text\n\"SECRET//NCG/TK//REL TO KOR, USA\",a\n", "TK" },
		{ "csv", "marking,text\n\"SECRET//FGI//REL TO KOR, USA\",a\n", "FGI" },
		{ "csv", "marking,text\n\"SECRET//FGI USA GBR\",a\n", "FGI USA GBR" },
		{ "csv", "marking,text\n\"COSMIC//REL TO KOR, USA\",a\n", "COSMIC" },
		{ "csv", "marking,text\n\"SECRET PLANS//REL TO KOR\",a\n", "SECRET PLANS" },
		{ "csv", "marking,text\n\"SECRET//FROM GBR\",a\n", "FROM GBR" },
		{ "csv", "marking,text\n\"//GBR S//REL TO KOR\",a\n", "GBR S" },
		{ "csv", "marking,text\n\"//JOINT S GBR KOR//REL TO KOR\",a\n", "JOINT S GBR KOR" },
		{ "csv", "marking,text\n\"SECRET//REL TO KOR, GBR\",\"(S//SI) a\"\n", "SI" },
		{ "csv", "marking,label,text\n\"SECRET//SI//REL TO KOR, USA//FROM USA\",\"" LABEL_S "\",a\n",
		  "SI" },
		{ "csv", "marking,text\n\"SECRET//FGI USA//REL TO KOR, USA\",a\n", "" },
		{ "ic-ism", ISM("", "classification='S' ism:SCIcontrols='SI'"), "SCIcontrols" },
		{ "ic-ism", ISM("", "classification='X'"), "X" },
		{ "ic-ism", ISM("", "classification='S' ism:disseminationControls='REL OC'"), "OC" },
		{ "ic-ism", ISM("", "classification='S' ism:ownerProducer='GBR'"), "GBR" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		assert_int_equal(incoming_read(g, 0, bytes_str(rows[i].format), bytes_str(rows[i].text), &in),
				 ERR_OK);
		if (strcmp(member(&in, "unknown"), rows[i].word) != 0)
			fail_msg("%s: '%s'", rows[i].text, member(&in, "unknown"));
		incoming_close(&in);
	}
}

#define STIX(marks, level)                                                                                 \
	"{\"objects\":[{\"type\":\"marking-definition\",\"id\":\"m\",\"extensions\":{\"" STIX_EXTENSION    \
	"\":{\"label\":\"KOR-USA 3 " level " rel=KOR,USA origin=USA\"}}},{\"type\":\"note\",\"id\":\"n\"," \
	"\"content\":\"a\",\"granular_markings\":[" marks "{\"marking_ref\":\"m\"}]}]}"

/* Posts that may read what waits, whichever of its marks is meant. */
static void read_as_every_mark_allows(void **state)
{
	static const char all[] = "desk duty leader press releaser";
	static const struct {
		const char *why, *format, *text, *readers;
	} rows[] = {
		{ "no label", "csv", "text\na\n", all },
		{ "a label", "csv", "label,text\n\"" LABEL_S "\",a\n", "desk duty leader releaser" },
		{ "a label of another version", "csv", "label,text\n\"KOR-USA 2 TS rel=KOR origin=KOR\",a\n",
		  all },
		{ "two, of which the other is lower", "csv",
		  "label,label,text\n\"" LABEL_S "\",\"KOR-USA 3 U rel=KOR,USA origin=USA\",a\n",
		  "desk duty leader releaser" },
		{ "two that nobody may read both", "csv",
		  "label,label,text\n\"KOR-USA 3 U rel=KOR origin=KOR\",\"KOR-USA 3 U rel=USA "
		  "origin=USA\",a\n",
		  "" },
		{ "one that may not be given", "csv",
		  "label,text\n\"KOR-USA 3 R caveat=LEADER rel=KOR,USA origin=USA\",a\n", "leader releaser" },
		{ "and one behind it", "csv",
		  "label,label,text\n\"KOR-USA 3 R caveat=NCG rel=KOR,USA origin=USA\",\"KOR-USA 3 TS "
		  "rel=KOR,USA "
		  "origin=USA\",a\n",
		  "duty leader releaser" },
		{ "one, and another's behind it", "csv",
		  "label,label,text\n\"KOR-USA 3 TS rel=KOR,USA origin=USA\",\"X 1 U rel=KOR "
		  "origin=KOR\",a\n",
		  "duty leader releaser" },
		{ "another's, and one behind it", "csv",
		  "label,label,text\n\"X 1 U rel=KOR origin=KOR\",\"KOR-USA 3 TS rel=KOR,USA "
		  "origin=USA\",a\n",
		  "duty leader releaser" },
		{ "a banner that lets nobody here", "csv",
		  "marking,label,text\n\"SECRET//REL TO JPN\",\"" LABEL_S "\",a\n", "" },
		{ "a banner alone", "csv", "marking,text\n\"TOP SECRET//LEADER EYES\",a\n",
		  "leader releaser" },
		{ "a banner beside another's label", "csv",
		  "marking,label,text\n\"TOP SECRET//REL TO KOR\",\"X 1 U rel=KOR origin=KOR\",a\n",
		  "duty leader releaser" },
		{ "a banner with a word that is not known", "csv", "marking,text\n\"TOP SECRET//SI\",a\n",
		  "duty leader releaser" },
		{ "the strictest of two items", "csv",
		  "label,text\n\"" LABEL_S "\",a\n\"KOR-USA 3 TS rel=KOR,USA origin=USA\",b\n",
		  "duty leader releaser" },
		{ "a part of what has no label", "stix", STIX("", "TS"), "duty leader releaser" },
		{ "a part behind one that is not known", "stix", STIX("{\"marking_ref\":\"none\"},", "TS"),
		  "duty leader releaser" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char memory[256];
		struct buf readers = BUF_ON(memory);
		struct incoming in;
		if (incoming_read(g, 0, bytes_str(rows[i].format), bytes_str(rows[i].text), &in) != ERR_OK)
			fail_msg("%s: %s", rows[i].why, in.rule);
		for (size_t role = 0; role < accord->roles_count; role++) {
			if ((in.readers >> role & 1) == 0)
				continue;
			buf_put_str(&readers, readers.len > 0 ? " " : "");
			buf_put_str(&readers, accord->roles[role].name);
		}
		buf_put_byte(&readers, '\0');
		if (strcmp(memory, rows[i].readers) != 0)
			fail_msg("%s: %s", rows[i].why, memory);
		incoming_close(&in);
	}
}

/*
 * What a level is called there says the guidelines' map, beside our codes: of two that it may be the higher.
 */
static void attributes_by_the_map(void **state)
{
	static const char *const rows[][2] = { { "S", "TS rel:KOR" },
					       { "X", "R rel:KOR" },
					       { "C", "C rel:KOR" } };
	struct guidelines mapped = *g;

	(void)state;
	mapped.maps[mapped.maps_count++] =
		(struct guidelines_map){ .format = "dni-ism", .level = 1, .value = BYTES_LIT("X") };
	mapped.maps[mapped.maps_count++] =
		(struct guidelines_map){ .format = "dni-ism", .level = 4, .value = BYTES_LIT("S") };
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct incoming in;
		char text[256];
		snprintf(text, sizeof text,
			 "<a xmlns:ism='urn:us:gov:ic:ism' ism:classification='%s'>one "
			 "<b/><c>two<d>three</d> <!-- - -->four</c> five<e/></a>",
			 rows[i][0]);
		assert_int_equal(incoming_read(&mapped, 0, BYTES_LIT("ic-ism"), bytes_str(text), &in),
				 ERR_OK);
		assert_string_equal(member(&in, "proposed"), rows[i][1]);
		assert_string_equal(member(&in, "text"), "one\ntwo\nthree\nfour\nfive");
		incoming_close(&in);
	}
}

/* Every label as we mark it, here and at home, is proposed as it was or stricter. */
static void every_marking_and_back(void **state)
{
	struct label_mask m = { 0 };
	uint64_t at = 0, same = 0, count = 0;

	(void)state;
	for (; border_next_label(g, &at, &m); count++) {
		for (size_t way = 0; way < 5; way++) {
			struct label_mask back = m;
			char memory[MARKING_LEN_MAX];
			struct buf text = BUF_ON(memory);
			struct banner b;
			bool differs;
			if (way < 2)
				marking_banner(accord, &m, MARKING_NO_AUTHOR, way, &text);
			else if (way == 2)
				marking_portion(accord, &m, MARKING_NO_AUTHOR, &text);
			else if (way == 3)
				marking_home_banner(accord, &m, 1, &text);
			else
				marking_home_portion(accord, &m, 1, bytes_str(g->levels[m.level].code),
						     &text);
			assert_true(banner_read(g, buf_bytes(&text), &b));
			assert_false(b.is_unknown);
			assert_int_equal(b.level, m.level);
			assert_true(b.values == m.values);
			assert_true((b.rel & ~m.rel) == 0 && b.has_rel);
			if (!banner_join_label(g, &b, false, &back, &differs))
				assert_true(b.rel == 0);
			else
				assert_true(border_is_same(&back, &m) || b.rel == 0);
			same += border_is_same(&back, &m);
		}
	}
	assert_true(same > 4 * count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banners_are_compared_whole_and_proposed),
		cmocka_unit_test(a_value_that_is_called_so),
		cmocka_unit_test(attributes_are_proposed),
		cmocka_unit_test(attributes_by_the_map),
		cmocka_unit_test(the_first_word_that_is_not_known),
		cmocka_unit_test(read_as_every_mark_allows),
		cmocka_unit_test(every_marking_and_back),
	};

	return cmocka_run_group_tests(tests, start, border_accord_close);
}
