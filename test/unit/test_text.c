/*
 * Texts: what two sides write at once both stays, whatever order the deeds come in the same stands, and the
 * canonical file has one form. Layer under test: dialogue.
 */
#include "base/prng.h"
#include "dialogue/text.h"
#include "dialogue/text_part.h"

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { ALBA, BOREA };
static const uint8_t both[] = { ALBA, BOREA };
enum { KO, EN };

/* A deed with the fields that it borrows. */
struct made {
	struct statement says;
	struct text_deed deed;
	uint8_t memory[512];
	struct buf buf;
};

static void make(struct made *m, uint8_t party, uint64_t index, enum kind kind)
{
	m->says.kind = kind;
	m->says.fields_count = 0;
	buf_init(&m->buf, m->memory, sizeof m->memory);
	m->deed = (struct text_deed){ .at = { 1, index, party }, .says = &m->says };
}

static void put(struct made *m, enum dialogue_field field, size_t from)
{
	m->says.fields[m->says.fields_count++] =
		(struct field){ field, { m->memory + from, m->buf.len - from } };
}

static void put_uint(struct made *m, enum dialogue_field field, uint64_t value)
{
	size_t from = m->buf.len;

	cbor_put_uint(&m->buf, value);
	put(m, field, from);
}

static void put_text(struct made *m, enum dialogue_field field, const char *value, bool is_list)
{
	size_t from = m->buf.len;

	if (is_list)
		cbor_put_array(&m->buf, 1);
	cbor_put_text(&m->buf, bytes_str(value));
	put(m, field, from);
}

static void unit(struct made *m, uint8_t party, uint64_t index, const char *name, const char *language,
		 const char *words)
{
	make(m, party, index, KIND_UNIT);
	put_text(m, DIALOGUE_NAME, name, false);
	put_uint(m, DIALOGUE_NUMBER, name[0] == 'b' ? 1 : 2);
	put_text(m, DIALOGUE_LANGUAGES, language, true);
	put_text(m, DIALOGUE_WORDS, words, false);
}

static void named(struct made *m, uint8_t party, uint64_t index, enum kind kind, const struct made *one,
		  const struct made *other)
{
	make(m, party, index, kind);
	m->deed.named[m->deed.named_count++] = one->deed.at;
	if (other != NULL)
		m->deed.named[m->deed.named_count++] = other->deed.at;
}

static void endorse(struct made *m, uint8_t party, uint64_t index, enum endorsement what, uint8_t fill,
		    const char *when)
{
	uint8_t hash[HASH_LEN];
	size_t from;

	memset(hash, fill, sizeof hash);
	make(m, party, index, KIND_ENDORSE);
	put_uint(m, DIALOGUE_ACT, what);
	from = m->buf.len;
	cbor_put_bytes(&m->buf, BYTES_OF(hash));
	put(m, DIALOGUE_HASH, from);
	if (when != NULL)
		put_text(m, DIALOGUE_WHEN, when, false);
}

/* What is said of an initial of this hash: a READ BACK of it, or a mark (0 CORRECT, 1 WRONG) of one. */
static void about(struct made *m, uint8_t party, uint64_t index, enum kind kind, struct deed_at on,
		  uint8_t fill, uint64_t mark)
{
	uint8_t hash[HASH_LEN];
	size_t from;

	memset(hash, fill, sizeof hash);
	make(m, party, index, kind);
	m->deed.named[m->deed.named_count++] = on;
	m->deed.filed_ms = 1000 * index;
	put_uint(m, DIALOGUE_ACT, mark);
	from = m->buf.len;
	cbor_put_bytes(&m->buf, BYTES_OF(hash));
	put(m, DIALOGUE_HASH, from);
}

static void open_text(struct text *t)
{
	static const uint8_t languages[] = { 0x82, 0x62, 'k', 'o', 0x62, 'e', 'n' };
	struct thing thing = { .kind = KIND_TEXT, .parties_count = 2, .parties = 3 };

	text_open(t, &thing, BYTES_OF(languages));
}

static struct text_head head(void)
{
	static const uint8_t title[] = { 0x82, 0x62, 'e', 'n', 0x61, 'T' };

	return (struct text_head){ .channel = 4,
				   .at = { 1, 7, BOREA },
				   .name = BYTES_LIT("statement"),
				   .title = BYTES_OF(title),
				   .codes = { BYTES_LIT("ALBA"), BYTES_LIT("BOREA") } };
}

static void put_part(void *self, struct bytes part)
{
	buf_put(self, part);
}

static void both_edits_are_kept(void **state)
{
	struct made one, other, yes;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&one, ALBA, 1, "a", "ko", "one");
	unit(&other, BOREA, 1, "a", "ko", "other");
	text_take(&t, &one.deed);
	assert_int_equal(text_status(&t, &t.units[0]), UNIT_PROPOSED);
	text_take(&t, &other.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_BRACKETED);
	assert_int_equal(text_status_in(&t, &t.units[0], EN), UNIT_MISSING);
	assert_int_equal(text_status(&t, &t.units[0]), UNIT_BRACKETED);
	assert_int_equal(t.versions_count, 2);
	/* Who proposed has not agreed; the last word of each counts. */
	named(&yes, ALBA, 2, KIND_AGREE, &other, NULL);
	text_take(&t, &yes.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_PROPOSED);
	named(&yes, BOREA, 2, KIND_AGREE, &other, NULL);
	put_uint(&yes, DIALOGUE_ACT, AGREE_AD_REFERENDUM);
	text_take(&t, &yes.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_AD_REFERENDUM);
	named(&yes, BOREA, 3, KIND_AGREE, &other, NULL);
	text_take(&t, &yes.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_AGREED);
	text_close(&t);
}

static void the_same_words_are_one_alternative(void **state)
{
	struct made one, other, elsewhere, en, m;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&one, ALBA, 1, "a", "ko", "same");
	unit(&other, BOREA, 1, "a", "ko", "same");
	unit(&en, ALBA, 2, "a", "en", "e");
	text_take(&t, &one.deed);
	text_take(&t, &other.deed);
	text_take(&t, &en.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_PROPOSED);
	/* Each agrees to what it typed itself: to the same words. So do the linguists. */
	named(&m, ALBA, 3, KIND_AGREE, &one, &en);
	text_take(&t, &m.deed);
	named(&m, BOREA, 3, KIND_AGREE, &other, &en);
	text_take(&t, &m.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_AGREED);
	named(&m, ALBA, 4, KIND_CONCORDANCE, &one, &en);
	text_take(&t, &m.deed);
	named(&m, BOREA, 4, KIND_CONCORDANCE, &other, &en);
	text_take(&t, &m.deed);
	assert_true(text_is_clean(&t, UNIT_AGREED));
	/* The same words at another place of the text are another alternative. */
	make(&elsewhere, BOREA, 5, KIND_UNIT);
	put_text(&elsewhere, DIALOGUE_NAME, "a", false);
	put_uint(&elsewhere, DIALOGUE_NUMBER, 7);
	put_text(&elsewhere, DIALOGUE_LANGUAGES, "ko", true);
	put_text(&elsewhere, DIALOGUE_WORDS, "same", false);
	text_take(&t, &elsewhere.deed);
	assert_int_equal(text_status_in(&t, &t.units[0], KO), UNIT_BRACKETED);
	text_close(&t);
}

/* Both parties agree to both versions, and both find them to match. */
static uint64_t agree_all(struct text *t, uint64_t index, const struct made *ko, const struct made *en)
{
	for (size_t k = 0; k < ARRAY_COUNT(both); k++) {
		struct made m;
		named(&m, both[k], index, KIND_AGREE, ko, en);
		text_take(t, &m.deed);
		named(&m, both[k], index + 1, KIND_CONCORDANCE, ko, en);
		text_take(t, &m.deed);
	}
	return index + 2;
}

static void any_change_reopens_the_concordance(void **state)
{
	struct made ko, en, again;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&ko, ALBA, 1, "a", "ko", "k");
	unit(&en, ALBA, 2, "a", "en", "e");
	text_take(&t, &ko.deed);
	assert_false(text_is_clean(&t, UNIT_AD_REFERENDUM));
	text_take(&t, &en.deed);
	agree_all(&t, 3, &ko, &en);
	assert_true(text_is_clean(&t, UNIT_AGREED));
	unit(&again, ALBA, 5, "a", "en", "changed");
	text_take(&t, &again.deed);
	assert_false(text_is_concorded(&t, &t.units[0], BOREA));
	/* Agreed again by all, it is not clean before the linguists have looked again. */
	for (size_t k = 0; k < ARRAY_COUNT(both); k++) {
		struct made m;
		named(&m, both[k], 6, KIND_AGREE, &again, NULL);
		text_take(&t, &m.deed);
	}
	assert_int_equal(text_status(&t, &t.units[0]), UNIT_AGREED);
	assert_false(text_is_clean(&t, UNIT_AGREED));
	text_close(&t);
}

static void a_language_that_lacks_words_is_not_clean(void **state)
{
	struct made ko, en;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&ko, ALBA, 1, "a", "ko", "k");
	unit(&en, ALBA, 2, "a", "en", "");
	text_take(&t, &ko.deed);
	text_take(&t, &en.deed);
	agree_all(&t, 3, &ko, &en);
	assert_int_equal(text_status(&t, &t.units[0]), UNIT_AGREED);
	assert_false(text_is_clean(&t, UNIT_AGREED));
	text_close(&t);
}

static void a_release_is_joint_or_none(void **state)
{
	struct made m;
	struct text t;

	(void)state;
	open_text(&t);
	endorse(&m, ALBA, 1, ENDORSE_RELEASE, 1, "2026-04-11T14:30Z");
	text_take(&t, &m.deed);
	assert_false(text_is_endorsed(&t, ENDORSE_RELEASE));
	endorse(&m, BOREA, 1, ENDORSE_RELEASE, 1, "2026-04-11T15:30Z");
	text_take(&t, &m.deed);
	assert_false(text_is_endorsed(&t, ENDORSE_RELEASE));
	endorse(&m, BOREA, 2, ENDORSE_RELEASE, 2, "2026-04-11T14:30Z");
	text_take(&t, &m.deed);
	assert_false(text_is_endorsed(&t, ENDORSE_RELEASE));
	endorse(&m, BOREA, 3, ENDORSE_RELEASE, 1, "2026-04-11T14:30Z");
	text_take(&t, &m.deed);
	assert_true(text_is_endorsed(&t, ENDORSE_RELEASE));
	assert_false(text_is_endorsed(&t, ENDORSE_SIGN));
	text_close(&t);
}

/* By other outlets is another release. */
static void a_release_is_by_the_same_outlets(void **state)
{
	struct made m;
	struct text t;

	(void)state;
	open_text(&t);
	for (uint8_t party = ALBA; party <= BOREA; party++) {
		endorse(&m, party, 1, ENDORSE_RELEASE, 7, "2026-08-12");
		put_text(&m, DIALOGUE_OUTLETS, party == ALBA ? "gazette" : "site", true);
		text_take(&t, &m.deed);
	}
	assert_false(text_is_endorsed(&t, ENDORSE_RELEASE));
	endorse(&m, BOREA, 2, ENDORSE_RELEASE, 7, "2026-08-12");
	put_text(&m, DIALOGUE_OUTLETS, "gazette", true);
	text_take(&t, &m.deed);
	assert_true(text_is_endorsed(&t, ENDORSE_RELEASE));
	text_close(&t);
}

/* What a later party says of an older text is kept, and shown as nobody's: it is no party of that text. */
static void who_came_later_writes_nothing(void **state)
{
	struct made theirs, ours, m;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&theirs, 2, 1, "a", "ko", "theirs");
	text_take(&t, &theirs.deed);
	assert_null(text_shown(&t, &t.units[0], KO));
	assert_int_equal(text_status(&t, &t.units[0]), UNIT_PROPOSED);
	named(&m, ALBA, 1, KIND_CONCORDANCE, &theirs, NULL);
	text_take(&t, &m.deed);
	assert_false(text_is_concorded(&t, &t.units[0], ALBA));
	unit(&ours, BOREA, 1, "a", "ko", "ours");
	text_take(&t, &ours.deed);
	assert_true(bytes_equal(text_shown(&t, &t.units[0], KO)->words, BYTES_LIT("ours")));
	text_close(&t);
}

/* A unit that both leave without words is no part of it, and keeps nothing from being agreed. */
static void what_is_left_out_is_agreed_too(void **state)
{
	struct made ko, en, none_ko, none_en;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&ko, ALBA, 1, "a", "ko", "k");
	unit(&en, ALBA, 2, "a", "en", "e");
	unit(&none_ko, ALBA, 3, "b", "ko", "");
	unit(&none_en, ALBA, 4, "b", "en", "");
	text_take(&t, &ko.deed);
	text_take(&t, &en.deed);
	(void)agree_all(&t, 10, &ko, &en);
	assert_true(text_is_agreed(&t, UNIT_AGREED));
	text_take(&t, &none_ko.deed);
	text_take(&t, &none_en.deed);
	assert_false(text_is_agreed(&t, UNIT_AGREED));
	(void)agree_all(&t, 20, &none_ko, &none_en);
	assert_true(text_is_left_out(&t, &t.units[1]));
	assert_true(text_is_agreed(&t, UNIT_AGREED));
	text_close(&t);
}

static void each_initial_is_read_back_and_marked(void **state)
{
	uint8_t hash[HASH_LEN], other[HASH_LEN];
	struct made m;
	struct text t;

	(void)state;
	memset(hash, 1, sizeof hash);
	memset(other, 2, sizeof other);
	open_text(&t);
	endorse(&m, ALBA, 1, ENDORSE_INITIAL, 1, NULL);
	text_take(&t, &m.deed);
	endorse(&m, BOREA, 1, ENDORSE_INITIAL, 1, NULL);
	text_take(&t, &m.deed);
	assert_false(text_is_read_back(&t, hash));
	assert_int_equal(text_stood_since(&t, ALBA, hash), UINT64_MAX);
	about(&m, ALBA, 2, KIND_READ_BACK, (struct deed_at){ 1, 1, BOREA }, 1, 0);
	text_take(&t, &m.deed);
	/* The first one of a hash says since when. */
	about(&m, ALBA, 3, KIND_READ_BACK, (struct deed_at){ 1, 1, BOREA }, 1, 0);
	text_take(&t, &m.deed);
	assert_int_equal(text_stood_since(&t, ALBA, hash), 2000);
	assert_int_equal(text_stood_since(&t, BOREA, hash), UINT64_MAX);
	assert_false(text_has_read_back(&t, ALBA, BOREA, other));
	about(&m, BOREA, 2, KIND_MARK, (struct deed_at){ 1, 2, ALBA }, 1, 1);
	text_take(&t, &m.deed);
	/* What is read back again after a WRONG is not marked yet. */
	assert_int_equal(text_marking(&t, ALBA, BOREA, hash), TEXT_UNMARKED);
	about(&m, BOREA, 3, KIND_MARK, (struct deed_at){ 1, 3, ALBA }, 1, 1);
	text_take(&t, &m.deed);
	assert_int_equal(text_marking(&t, ALBA, BOREA, hash), TEXT_MARKED_WRONG);
	about(&m, BOREA, 4, KIND_MARK, (struct deed_at){ 1, 2, ALBA }, 1, 0);
	text_take(&t, &m.deed);
	assert_int_equal(text_marking(&t, ALBA, BOREA, hash), TEXT_MARKED_CORRECT);
	assert_int_equal(text_marking(&t, ALBA, BOREA, other), TEXT_UNMARKED);
	assert_false(text_is_read_back(&t, hash));
	about(&m, BOREA, 5, KIND_READ_BACK, (struct deed_at){ 1, 1, ALBA }, 1, 0);
	text_take(&t, &m.deed);
	about(&m, ALBA, 4, KIND_MARK, (struct deed_at){ 1, 5, BOREA }, 1, 0);
	text_take(&t, &m.deed);
	assert_true(text_is_read_back(&t, hash));
	/* Nothing of it revises the text; of another hash nothing is left of it. */
	assert_int_equal(t.deeds[ALBA] + t.deeds[BOREA], 0);
	about(&m, ALBA, 5, KIND_READ_BACK, (struct deed_at){ 1, 6, BOREA }, 2, 0);
	text_take(&t, &m.deed);
	assert_int_equal(text_stood_since(&t, ALBA, hash), UINT64_MAX);
	assert_int_equal(text_stood_since(&t, ALBA, other), 5000);
	assert_false(text_is_read_back(&t, other));
	text_close(&t);
}

static void the_file_has_one_form(void **state)
{
	static const char want[] =
		"entente text/1\naccord 00000000000000000000000000000000\n"
		"place 4 BOREA 1.7\nname statement\nrevision ALBA 4 BOREA 3\n"
		"title en 1\nT\n"
		"unit b ko 1\nx\nunit b en 0\n\nunit a ko 3\n\xEA\xB8\x80\nunit a en 1\ny\n";
	uint8_t memory[512], hash[HASH_LEN], again[HASH_LEN];
	struct buf out = BUF_ON(memory);
	struct text_head h = head();
	struct made ko, en, m;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&ko, ALBA, 1, "a", "ko", "\xEA\xB8\x80");
	text_take(&t, &ko.deed);
	unit(&en, BOREA, 1, "a", "en", "y");
	text_take(&t, &en.deed);
	unit(&m, ALBA, 2, "b", "ko", "x");
	text_take(&t, &m.deed);
	unit(&m, ALBA, 3, "c", "ko", "");
	text_take(&t, &m.deed);
	unit(&m, BOREA, 2, "c", "en", "");
	text_take(&t, &m.deed);
	text_write(&t, &h, put_part, &out);
	/* Nobody has agreed yet that "c" is left out. */
	assert_non_null(memmem(out.ptr, out.len, "unit c ko 0", 11));
	buf_reset(&out);
	for (size_t k = 0; k < ARRAY_COUNT(both); k++) {
		named(&m, both[k], 9, KIND_AGREE, &ko, NULL);
		m.deed.named[0] = (struct deed_at){ 1, 3, ALBA };
		m.deed.named[m.deed.named_count++] = (struct deed_at){ 1, 2, BOREA };
		text_take(&t, &m.deed);
	}
	text_hash(&t, &h, hash);
	text_write(&t, &h, put_part, &out);
	assert_int_equal(out.len, sizeof want - 1);
	assert_memory_equal(out.ptr, want, sizeof want - 1);
	hash_sha256(buf_bytes(&out), again);
	assert_memory_equal(hash, again, HASH_LEN);
	text_close(&t);
}

/* ---- The file, read. ---- */

struct part_row {
	const char *why, *file, *want; /* the parts that are found */
};

static const struct part_row parts[] = {
	{ "nothing", "", "" },
	{ "a head alone", "entente text/1\naccord 00\nplace 4 BOREA 1.7\n", "" },
	{ "a title", "title en 1\nT\n", "title||en|T;" },
	{ "titles and units behind a head", "entente text/1\ntitle en 1\nT\nunit b ko 3\n\xEA\xB8\x80\n",
	  "title||en|T;unit|b|ko|\xEA\xB8\x80;" },
	{ "no words", "unit b en 0\n\n", "unit|b|en|;" },
	{ "words of several lines, of which one looks like a unit", "unit b en 13\nx\nunit a ko 1\ny\n",
	  "unit|b|en|x\nunit a ko 1;" },
	{ "a line of one word", "end\ntitle en 1\nT\n", "" },
	{ "a unit without a name", "unit \n", "" },
	{ "a unit without a language", "unit a 3\nabc\n", "" },
	{ "a title without a language", "title 3\nabc\n", "" },
	{ "no number", "unit a ko x\nabc\n", "" },
	{ "a number with a zero before it", "unit a ko 03\nabc\n", "" },
	{ "longer than the file", "unit a ko 5\nabc\n", "" },
	{ "longer than any file", "unit a ko 99999999999999999999\nabc\n", "" },
	{ "nothing behind it", "unit a ko 3\nabc", "" },
	{ "another byte behind it", "unit a ko 3\nabcd\n", "" },
	{ "good, and then none", "title en 1\nT\nunit a ko 9\nabc\n", "title||en|T;" },
};

static void a_file_is_read_by_its_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
		struct bytes file = bytes_str(parts[i].file);
		uint8_t memory[128];
		struct buf got = BUF_ON(memory);
		struct text_part part;

		while (text_part_next(&file, &part)) {
			const struct bytes of[] = { part.what, part.name, part.language, part.words };
			for (size_t k = 0; k < ARRAY_COUNT(of); k++) {
				buf_put_str(&got, k == 0 ? "" : "|");
				buf_put(&got, of[k]);
			}
			buf_put_str(&got, ";");
		}
		if (!bytes_equal(buf_bytes(&got), bytes_str(parts[i].want)))
			fail_msg("%s: %.*s", parts[i].why, (int)got.len, (const char *)got.ptr);
	}
}

/* The same words again are another file: what was signed before never stands again. */
static void no_revision_comes_twice(void **state)
{
	uint8_t before[HASH_LEN], after[HASH_LEN];
	struct text_head h = head();
	struct made ko, other, back;
	struct text t;

	(void)state;
	open_text(&t);
	unit(&ko, ALBA, 1, "a", "ko", "one");
	text_take(&t, &ko.deed);
	text_hash(&t, &h, before);
	unit(&other, ALBA, 2, "a", "ko", "other");
	text_take(&t, &other.deed);
	named(&back, ALBA, 3, KIND_AGREE, &ko, NULL);
	text_take(&t, &back.deed);
	text_hash(&t, &h, after);
	assert_memory_equal(text_shown(&t, &t.units[0], KO)->words.ptr, "one", 3);
	assert_memory_not_equal(before, after, HASH_LEN);
	text_close(&t);
}

/* ---- Any order that keeps each party's own, and what a deed names before it. ---- */

#define DEEDS 60u

static void make_any(struct prng *r, struct made *deeds)
{
	static const char *const names[] = { "a", "b", "c" };
	uint64_t next[2] = { 1, 1 };

	for (size_t i = 0; i < DEEDS; i++) {
		uint8_t party = (uint8_t)prng_below(r, 2);
		size_t of = i == 0 ? 0 : prng_below(r, i);
		uint64_t what = prng_below(r, 7);
		if (what >= 5)
			about(&deeds[i], party, next[party], what == 5 ? KIND_READ_BACK : KIND_MARK,
			      (struct deed_at){ 1, prng_below(r, 4), (uint8_t)!party },
			      (uint8_t)prng_below(r, 2), prng_below(r, 2));
		else if (what <= 1 || i == 0 || deeds[of].says.kind != KIND_UNIT)
			unit(&deeds[i], party, next[party], names[prng_below(r, 3)],
			     prng_below(r, 2) == 0 ? "ko" : "en", "words");
		else if (what == 4)
			endorse(&deeds[i], party, next[party], ENDORSE_SIGN, (uint8_t)prng_below(r, 2), NULL);
		else
			named(&deeds[i], party, next[party], what == 2 ? KIND_AGREE : KIND_CONCORDANCE,
			      &deeds[of], NULL);
		next[party]++;
	}
}

static bool is_ready(const struct text *t, const struct made *m)
{
	if (m->says.kind == KIND_READ_BACK || m->says.kind == KIND_MARK)
		return true;
	for (size_t i = 0; i < m->deed.named_count; i++) {
		if (text_version(t, &m->deed.named[i]) == NULL)
			return false;
	}
	return true;
}

static void take_shuffled(struct prng *r, const struct made *deeds, struct text *t)
{
	size_t at[2] = { 0, 0 };

	for (size_t taken = 0; taken < DEEDS;) {
		uint8_t party = (uint8_t)prng_below(r, 2);
		while (at[party] < DEEDS && deeds[at[party]].deed.at.party != party)
			at[party]++;
		if (at[party] == DEEDS || !is_ready(t, &deeds[at[party]]))
			continue;
		text_take(t, &deeds[at[party]++].deed);
		taken++;
	}
}

static void any_order_is_the_same(void **state)
{
	struct made *deeds = calloc(DEEDS, sizeof *deeds);
	struct text_head h = head();
	struct prng r;

	(void)state;
	assert_non_null(deeds);
	for (uint64_t seed = 1; seed <= 500; seed++) {
		uint8_t hash[2][HASH_LEN];
		struct text t[2];
		prng_init(&r, seed);
		make_any(&r, deeds);
		for (size_t i = 0; i < 2; i++) {
			open_text(&t[i]);
			take_shuffled(&r, deeds, &t[i]);
			text_hash(&t[i], &h, hash[i]);
		}
		assert_memory_equal(hash[0], hash[1], HASH_LEN);
		assert_int_equal(text_is_endorsed(&t[0], ENDORSE_SIGN),
				 text_is_endorsed(&t[1], ENDORSE_SIGN));
		for (size_t i = 0; i < 2; i++) {
			uint8_t initial[HASH_LEN];
			memset(initial, (int)i, sizeof initial);
			assert_int_equal(text_is_read_back(&t[0], initial),
					 text_is_read_back(&t[1], initial));
			for (size_t p = 0; p < 2; p++) {
				assert_int_equal(text_stood_since(&t[0], p, initial),
						 text_stood_since(&t[1], p, initial));
				assert_int_equal(text_marking(&t[0], p, 1 - p, initial),
						 text_marking(&t[1], p, 1 - p, initial));
			}
		}
		for (size_t n = 0; n < t[0].units_count; n++) {
			const struct text_unit *u = &t[0].units[t[0].by_name[n]],
					       *v = &t[1].units[t[1].by_name[n]];
			assert_string_equal(u->name, v->name);
			assert_int_equal(text_status(&t[0], u), text_status(&t[1], v));
			assert_int_equal(text_is_concorded(&t[0], u, ALBA),
					 text_is_concorded(&t[1], v, ALBA));
		}
		text_close(&t[0]);
		text_close(&t[1]);
	}
	free(deeds);
}

/* 500 units, 2,000 revisions, each agreed to by both. */
static void a_long_text_is_there_at_once(void **state)
{
	char words[401], name[16];
	struct timespec from, to;
	struct text_head h = head();
	uint8_t hash[HASH_LEN];
	struct made m, yes;
	struct text t;
	double ms;

	(void)state;
	memset(words, 'w', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	open_text(&t);
	for (uint64_t i = 0; i < 2000; i++) {
		snprintf(name, sizeof name, "u%llu", (unsigned long long)(i % 500));
		unit(&m, (uint8_t)(i % 2), 3 * i, name, i / 500 % 2 == 0 ? "ko" : "en", words);
		text_take(&t, &m.deed);
		for (size_t k = 0; k < ARRAY_COUNT(both); k++) {
			named(&yes, both[k], 3 * i + 1, KIND_AGREE, &m, NULL);
			text_take(&t, &yes.deed);
		}
	}
	text_hash(&t, &h, hash);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
	print_message("# 500 units, 2,000 revisions, 4,000 agreements, and the file's hash: %.1f ms\n", ms);
	assert_int_equal(t.units_count, 500);
	assert_int_equal(text_status_in(&t, &t.units[499], KO), UNIT_AGREED);
	text_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_edits_are_kept),
		cmocka_unit_test(the_same_words_are_one_alternative),
		cmocka_unit_test(any_change_reopens_the_concordance),
		cmocka_unit_test(a_language_that_lacks_words_is_not_clean),
		cmocka_unit_test(a_release_is_joint_or_none),
		cmocka_unit_test(a_release_is_by_the_same_outlets),
		cmocka_unit_test(who_came_later_writes_nothing),
		cmocka_unit_test(what_is_left_out_is_agreed_too),
		cmocka_unit_test(each_initial_is_read_back_and_marked),
		cmocka_unit_test(the_file_has_one_form),
		cmocka_unit_test(a_file_is_read_by_its_parts),
		cmocka_unit_test(no_revision_comes_twice),
		cmocka_unit_test(any_order_is_the_same),
		cmocka_unit_test(a_long_text_is_there_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
