/* Markings of labels under the guidelines of test/vectors/guidelines/example. */
#include "bundle_copy.h"
#include "policy/marking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;
static struct bundle copy;
static struct accord accord;
static const struct guidelines *example;
static struct guidelines g;

static int start(void **state)
{
	struct accord_fault fault;
	struct accord *a;

	(void)state;
	crypto_init();
	vectors = bundle_vectors("guidelines.json");
	if (vectors == NULL)
		return 1;
	bundle_make(&copy, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	if (bundle_read(&copy, &a, &fault) != ERR_OK)
		return 1;
	accord = *a;
	example = a->guidelines;
	accord.guidelines = &g;
	return 0;
}

/* A copy: some tests change it. */
static int read_example(void **state)
{
	(void)state;
	g = *example;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(vectors);
	return 0;
}

static uint64_t values_of(const char *text)
{
	struct bytes rest = bytes_str(text), code;
	uint64_t out = 0;

	while (bytes_take_until(&rest, ',', &code) == ERR_OK)
		out |= 1ull << guidelines_value_find(&g, code);
	return rest.len == 0 ? out : out | 1ull << guidelines_value_find(&g, rest);
}

static uint32_t parties_of(const char *text)
{
	struct bytes rest = bytes_str(text), code;
	uint32_t out = 0;

	while (bytes_take_until(&rest, ',', &code) == ERR_OK)
		out |= 1u << guidelines_party_find(&g, code);
	return rest.len == 0 ? out : out | 1u << guidelines_party_find(&g, rest);
}

static struct label_mask mask_of(const char *level, const char *values, const char *rel, const char *origin)
{
	return (struct label_mask){
		.level = (uint8_t)guidelines_level_find(&g, bytes_str(level)),
		.values = values_of(values),
		.rel = parties_of(rel),
		.origin = parties_of(origin),
	};
}

static size_t party(const char *code)
{
	return code == NULL ? MARKING_NO_AUTHOR : guidelines_party_find(&g, bytes_str(code));
}

static void check_text(struct buf *b, const char *want)
{
	buf_put_byte(b, '\0');
	assert_int_equal(buf_check(b), ERR_OK);
	assert_string_equal((const char *)b->ptr, want);
	buf_reset(b);
}

static void check_banner(const struct label_mask *m, const char *author, const char *language,
			 const char *want)
{
	char memory[MARKING_LEN_MAX + 1];
	struct buf b = BUF_ON(memory);

	marking_banner(&accord, m, party(author), accord_language_find(&accord, bytes_str(language)), &b);
	check_text(&b, want);
}

static const struct {
	const char *level, *values, *rel, *origin, *author;
	const char *en, *ko, *portion;
} marks[] = {
	{ "S", "NCG", "KOR,USA", "USA", "USA", "SECRET//NCG ONLY//REL TO KOR, USA",
	  "Ⅱ급비밀//핵협의그룹 한정//KOR, USA 제공", "(S//NCG//REL KOR, USA)" },
	{ "S", "NCG", "USA,KOR", "USA", NULL, "SECRET//NCG ONLY//REL TO KOR, USA//FROM USA",
	  "Ⅱ급비밀//핵협의그룹 한정//KOR, USA 제공//USA 출처", "(S//NCG//REL KOR, USA//FROM USA)" },
	{ "S", "NCG", "KOR,USA", "USA", "KOR", "SECRET//NCG ONLY//REL TO KOR, USA//FROM USA",
	  "Ⅱ급비밀//핵협의그룹 한정//KOR, USA 제공//USA 출처", "(S//NCG//REL KOR, USA//FROM USA)" },
	{ "TS", "NCG,LEADER,DPRK-MSL,EXERCISE", "KOR", "KOR,USA", "KOR",
	  "TOP SECRET//NCG ONLY/LEADER EYES//DPRK missiles//EXERCISE//REL TO KOR//FROM KOR, USA",
	  "Ⅰ급비밀//핵협의그룹 한정/정상 한정//북한 미사일//연습//KOR 제공//KOR, USA 출처",
	  "(TS//NCG/LEADER//DPRK-MSL//EXERCISE//REL KOR//FROM KOR, USA)" },
	{ "U", "", "PUBLIC", "KOR", "KOR", "UNCLASSIFIED//REL TO PUBLIC", "평문//PUBLIC 제공",
	  "(U//REL PUBLIC)" },
	{ "R", "", "", "", NULL, "RESTRICTED//REL TO -//FROM -", "대외비//- 제공//- 출처",
	  "(R//REL -//FROM -)" },
};

static void test_marks(void **state)
{
	char memory[MARKING_LEN_MAX + 1];
	struct buf b = BUF_ON(memory);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
		struct label_mask m = mask_of(marks[i].level, marks[i].values, marks[i].rel, marks[i].origin);
		check_banner(&m, marks[i].author, "en", marks[i].en);
		check_banner(&m, marks[i].author, "ko", marks[i].ko);
		marking_portion(&accord, &m, party(marks[i].author), &b);
		check_text(&b, marks[i].portion);
	}
}

/* A category is known by its name and a value by its code: of equal titles each is told apart. */
static void test_equal_titles(void **state)
{
	size_t ncg = guidelines_value_find(&g, BYTES_LIT("NCG"));
	size_t nuclear = guidelines_value_find(&g, BYTES_LIT("DPRK-NUC")), english = 0;
	struct label_mask one = mask_of("S", "NCG", "KOR", "KOR"),
			  other = mask_of("S", "DPRK-NUC", "KOR", "KOR");

	(void)state;
	english = accord_language_find(&accord, BYTES_LIT("en"));
	g.values[nuclear].names.text[english] = BYTES_LIT("Ncg only");
	assert_int_not_equal(g.values[ncg].category, g.values[nuclear].category);
	check_banner(&one, "KOR", "en", "SECRET//NCG ONLY [NCG]//REL TO KOR");
	check_banner(&other, "KOR", "en", "SECRET//Ncg only [DPRK-NUC]//REL TO KOR");
	check_banner(&one, "KOR", "ko", "Ⅱ급비밀//핵협의그룹 한정//KOR 제공");
	g.levels[0].names.text[english] = BYTES_LIT("SECRET");
	check_banner(&one, "KOR", "en", "SECRET [S]//NCG ONLY [NCG]//REL TO KOR");
}

/* A title that would read like more, or like another segment, gives way to its code. */
static void test_titles_that_forge(void **state)
{
	static const struct {
		const char *language, *title, *want;
	} forged[] = {
		{ "en", "NCG//REL TO JPN", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "A/B", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "EYES [LEADER]", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "EYES]", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "rel to JPN", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "From JPN", "SECRET//[NCG]//REL TO KOR" },
		{ "en", "RELAY", "SECRET//RELAY//REL TO KOR" },
		{ "ko", "JPN 제공", "Ⅱ급비밀//[NCG]//KOR 제공" },
		{ "ko", "JPN 출처", "Ⅱ급비밀//[NCG]//KOR 제공" },
		{ "ko", "제공", "Ⅱ급비밀//제공//KOR 제공" },
	};
	size_t ncg = guidelines_value_find(&g, BYTES_LIT("NCG"));
	struct label_mask m = mask_of("S", "NCG", "KOR", "KOR");

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(forged); i++) {
		size_t language = accord_language_find(&accord, bytes_str(forged[i].language));
		g.values[ncg].names.text[language] = bytes_str(forged[i].title);
		check_banner(&m, "KOR", forged[i].language, forged[i].want);
	}
}

static const struct {
	const char *home, *level, *values, *rel, *origin, *banner, *portion;
} at_home[] = {
	{ "USA", "S", "", "KOR,USA", "USA", "SECRET//REL TO USA, KOR", "(S//REL TO USA, KOR)" },
	{ "USA", "S", "", "KOR,USA", "KOR", "//KOR SECRET//REL TO USA, KOR", "(//KOR S//REL TO USA, KOR)" },
	{ "KOR", "S", "", "KOR,USA", "KOR", "SECRET//REL TO KOR, USA", "(S//REL TO KOR, USA)" },
	{ "USA", "S", "DPRK-NUC", "KOR,JPN,USA", "USA,KOR",
	  "//JOINT SECRET KOR USA//DPRK nuclear//REL TO USA, JPN, KOR",
	  "(//JOINT S KOR USA//DPRK-NUC//REL TO USA, JPN, KOR)" },
	{ "USA", "C", "", "USA", "USA", "CONFIDENTIAL//NOFORN", "(C//NOFORN)" },
	{ "USA", "C", "", "KOR", "USA", "CONFIDENTIAL//REL TO KOR", "(C//REL TO KOR)" },
};

static void test_at_home(void **state)
{
	char memory[MARKING_LEN_MAX + 1];
	struct buf b = BUF_ON(memory);

	(void)state;
	g.maps_count = 3;
	g.maps[0] = (struct guidelines_map){ .format = "tlp", .level = 3, .value = BYTES_LIT("red") };
	g.maps[1] = (struct guidelines_map){ .format = "home-usa", .level = 3, .value = BYTES_LIT("S") };
	g.maps[2] = (struct guidelines_map){ .format = "home-usa", .level = 4, .value = BYTES_LIT("TOP") };
	for (size_t level = 0; level < g.levels_count; level++) {
		struct label_mask m = { .level = (uint8_t)level };
		struct bytes code = marking_home_code(&accord, &m, party("USA"));
		assert_true(bytes_equal(code, bytes_str(level == 3 ? "S" : level == 4 ? "TOP" : "")));
		assert_int_equal(marking_home_code(&accord, &m, party("KOR")).len, 0);
		assert_int_equal(marking_home_code(&accord, &m, party("JPN")).len, 0);
	}
	for (size_t i = 0; i < ARRAY_COUNT(at_home); i++) {
		struct label_mask m =
			mask_of(at_home[i].level, at_home[i].values, at_home[i].rel, at_home[i].origin);
		marking_home_banner(&accord, &m, party(at_home[i].home), &b);
		check_text(&b, at_home[i].banner);
		marking_home_portion(&accord, &m, party(at_home[i].home), bytes_str(at_home[i].level), &b);
		check_text(&b, at_home[i].portion);
	}
}

/* The longest that guidelines can make fits; one byte less, and it is told. */
static void test_longest(void **state)
{
	static char title[ACCORD_TEXT_LEN_MAX];
	static char memory[MARKING_LEN_MAX];
	struct label_mask m = { 0, UINT64_MAX, UINT32_MAX, UINT32_MAX };
	struct buf b = BUF_ON(memory);

	(void)state;
	memset(title, 'x', sizeof title);
	g.levels_count = 2;
	g.categories_count = 1;
	g.categories[0].values = UINT64_MAX;
	g.values_count = GUIDELINES_VALUES_MAX;
	g.parties_count = GUIDELINES_PARTIES_MAX;
	for (size_t i = 0; i < GUIDELINES_VALUES_MAX; i++) {
		struct guidelines_value *v = &g.values[i];
		v->names.text[0] = v->names.text[1] = (struct bytes){ (const uint8_t *)title, sizeof title };
		memset(v->code, 'X', CODE_LEN_MAX);
	}
	for (size_t i = 0; i < GUIDELINES_PARTIES_MAX; i++)
		memset(g.parties[i].code, 'X', PARTY_NAME_MAX);
	for (size_t i = 0; i < 2; i++) {
		struct guidelines_level *level = &g.levels[i];
		level->names = g.values[0].names;
		memset(level->code, 'X', CODE_LEN_MAX);
	}
	marking_banner(&accord, &m, MARKING_NO_AUTHOR, 0, &b);
	assert_int_equal(buf_check(&b), ERR_OK);
	b.max = b.len - 1;
	buf_reset(&b);
	marking_banner(&accord, &m, MARKING_NO_AUTHOR, 0, &b);
	assert_int_equal(buf_check(&b), ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_marks, read_example),
		cmocka_unit_test_setup(test_at_home, read_example),
		cmocka_unit_test_setup(test_equal_titles, read_example),
		cmocka_unit_test_setup(test_titles_that_forge, read_example),
		cmocka_unit_test_setup(test_longest, read_example),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
