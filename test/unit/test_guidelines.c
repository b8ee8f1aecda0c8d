/* The file `guidelines` against guidelines.json: what is read of it, and what refuses it. */
#include "accord/guidelines.h"
#include "bundle_copy.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;
static struct bundle copy;

static int start(void **state)
{
	(void)state;
	crypto_init();
	vectors = bundle_vectors("guidelines.json");
	return vectors == NULL;
}

static int finish(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(vectors);
	return 0;
}

/* ---- What was read, as lines ---- */

struct page {
	const struct accord *a;
	const struct guidelines *g;
	struct buf *lines;
	char list[2][2048];
};

static void put_names(const struct page *p, const struct accord_names *names)
{
	for (size_t i = 0; i < p->a->languages_count; i++) {
		char head[64];
		snprintf(head, sizeof head, "name %s", p->a->languages[i]);
		line_put_text(p->lines, head, names->text[i]);
	}
}

static const char *list_of(struct page *p, size_t which, uint64_t set, bool is_parties)
{
	struct buf out = BUF_ON(p->list[which]);

	for (size_t i = 0; i < 64; i++) {
		if ((set >> i & 1) == 0)
			continue;
		buf_put_str(&out, out.len > 0 ? "," : "");
		buf_put_str(&out, is_parties ? p->g->parties[i].code : p->g->values[i].code);
	}
	buf_put_byte(&out, '\0');
	assert_int_equal(buf_check(&out), ERR_OK);
	return p->list[which];
}

static void put_words(struct page *p)
{
	static const char *const rules[] = { "all", "any", "info" };
	const struct guidelines *g = p->g;
	char day[GUIDELINES_DAY_LEN];

	guidelines_review_day(g, day);
	line_put(p->lines, "guidelines %s %u %s", g->name, g->version, day);
	for (size_t i = 0; i < g->parties_count; i++) {
		line_put(p->lines, "party %u %s%s", g->parties[i].line, g->parties[i].code,
			 (g->members >> i & 1) != 0 ? "" : " outside");
		put_names(p, &g->parties[i].names);
	}
	for (size_t i = 0; i < g->levels_count; i++) {
		line_put(p->lines, "level %u %s", g->levels[i].line, g->levels[i].code);
		put_names(p, &g->levels[i].names);
	}
	for (size_t i = 0; i < g->categories_count; i++)
		line_put(p->lines, "category %u %s %s", g->categories[i].line, g->categories[i].name,
			 rules[g->categories[i].rule]);
	for (size_t i = 0; i < g->values_count; i++) {
		const struct guidelines_value *v = &g->values[i];
		line_put(p->lines, "value %u %s %s from %s excludes %s%s", v->line,
			 g->categories[v->category].name, v->code, g->levels[v->from].code,
			 list_of(p, 0, v->excludes, true), v->is_originator_controlled ? " control" : "");
		put_names(p, &v->names);
	}
}

static void put_agreements(struct page *p)
{
	const struct guidelines *g = p->g;

	for (size_t i = 0; i < g->agreements_count; i++) {
		const struct guidelines_agreement *t = &g->agreements[i];
		char parties[512];
		snprintf(parties, sizeof parties, "%s", list_of(p, 0, t->parties, true));
		line_put(p->lines, "agreement %u %s parties %s ceiling %s only %s outside %s via %s", t->line,
			 t->name, parties, g->levels[t->ceiling].code, list_of(p, 0, t->only, false),
			 list_of(p, 1, t->outside, false),
			 t->via == GUIDELINES_NO_VIA ? "" : g->parties[t->via].code);
		if (t->basis.len > 0)
			line_put_text(p->lines, "basis", t->basis);
	}
}

static void put_reader(struct page *p, const char *word, const char *name, const struct guidelines_reader *r)
{
	line_put(p->lines, "%s %u %s up-to %s holds %s%s", word, r->line, name,
		 p->g->levels[r->clearance.up_to].code, list_of(p, 0, r->clearance.holds, false),
		 r->may_release ? " release" : "");
}

static void put_ceilings(struct page *p)
{
	const struct guidelines *g = p->g;

	for (size_t i = 0; i < g->parties_count; i++)
		put_reader(p, "node", g->parties[i].code, &g->nodes[i]);
	for (size_t i = 0; i < p->a->roles_count; i++)
		put_reader(p, "role", p->a->roles[i].name, &g->roles[i]);
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		if (g->planes[i].line != 0)
			line_put(p->lines, "plane %u %s %s", g->planes[i].line, plane_name((enum plane)i),
				 g->levels[g->planes[i].level].code);
	}
	for (size_t i = 0; i < g->feeds_count; i++)
		line_put(p->lines, "feed %u %s %s", g->feeds[i].ceiling.line, g->feeds[i].name,
			 g->levels[g->feeds[i].ceiling.level].code);
}

static const char *condition_of(const struct guidelines *g, const struct guidelines_release *r,
				const char **word)
{
	static const char *const words[] = { "within", "outside", "above", "plane", "precedence" };

	*word = words[r->when];
	return r->when == RELEASE_ABOVE	       ? g->levels[r->of].code
	       : r->when == RELEASE_PLANE      ? plane_name((enum plane)r->of)
	       : r->when == RELEASE_PRECEDENCE ? precedence_name((enum precedence)r->of)
					       : "";
}

static void put_span(struct page *p, const struct guidelines_span *span, const char *plane)
{
	if (span->line != 0)
		line_put(p->lines, "approval %u %s %llu", span->line, plane, (unsigned long long)span->ms);
}

static void put_review(struct page *p, const struct guidelines_review *review, const char *note)
{
	if (review->line != 0)
		line_put(p->lines, "review %u %s %u", review->line, note, review->days);
}

static void put_release(struct page *p)
{
	static const char *const acts[] = { "downgrade", "recall", "erase" };
	const struct guidelines *g = p->g;

	for (size_t i = 0; i < g->releases_count; i++) {
		const struct guidelines_release *r = &g->releases[i];
		const char *word, *of = condition_of(g, r, &word);
		line_put(p->lines, "release %u %s %s by %u%s", r->line, word, of, r->by,
			 r->needs_consent ? " consent" : "");
	}
	for (size_t i = 0; i < GUIDELINES_ACT_COUNT; i++)
		line_put(p->lines, "%s %u by %u", acts[i], g->acts[i].line, g->acts[i].by);
	put_span(p, &g->approval, "");
	for (size_t i = 0; i < PLANE_COUNT; i++)
		put_span(p, &g->approval_on[i], plane_name((enum plane)i));
	put_review(p, &g->review, "");
	for (size_t i = 0; i < g->values_count; i++)
		put_review(p, &g->review_of[i], g->values[i].code);
	if (g->words_line != 0)
		line_put(p->lines, "words %u", g->words_line);
	for (size_t i = 0; i < g->maps_count; i++) {
		const struct guidelines_map *m = &g->maps[i];
		line_put(p->lines, "map %u %s %s %.*s", m->line, m->format, g->levels[m->level].code,
			 (int)m->value.len, (const char *)m->value.ptr);
	}
}

static bool is_read_as(const struct accord *a, const json_t *wanted, const char *why)
{
	static uint8_t memory[1u << 16];
	struct buf lines = BUF_ON(memory);
	struct page page = { .a = a, .g = a->guidelines, .lines = &lines };
	struct bytes rest, got;
	const json_t *line;
	size_t i;

	if (a->guidelines == NULL)
		return json_array_size(wanted) == 0;
	put_words(&page);
	put_agreements(&page);
	put_ceilings(&page);
	put_release(&page);
	assert_int_equal(buf_check(&lines), ERR_OK);
	rest = buf_bytes(&lines);
	json_array_foreach(wanted, i, line)
	{
		if (bytes_take_until(&rest, '\n', &got) != ERR_OK ||
		    !bytes_equal(got, bytes_str(json_string_value(line)))) {
			print_message("# %s: line %zu is %.*s, not: %s\n", why, i + 1, (int)got.len,
				      (const char *)got.ptr, json_string_value(line));
			return false;
		}
	}
	return rest.len == 0;
}

static void test_vectors(void **state)
{
	const json_t *vector;
	size_t i, wrong = 0;

	(void)state;
	json_array_foreach(json_object_get(vectors, "vectors"), i, vector)
	{
		const char *why = json_string_value(json_object_get(vector, "name"));
		const json_t *refused = json_object_get(vector, "fault");
		struct accord_fault fault;
		struct accord *a = NULL;
		enum err e;
		bundle_make(&copy, vectors, vector);
		e = bundle_read(&copy, &a, &fault);
		if (refused != NULL) {
			wrong += !bundle_is_refused_as(e, &fault, refused, why);
		} else if (e != ERR_OK) {
			print_message("# %s: line %zu %s\n", why, fault.fault.offset, fault.fault.rule);
			wrong++;
		} else {
			wrong += !is_read_as(a, json_object_get(vector, "read"), why);
		}
	}
	assert_int_equal(wrong, 0);
}

/* Every shorter arena is too small, and says so. */
static void test_memory(void **state)
{
	struct accord_fault fault;
	struct accord *a = NULL;
	size_t needed;

	(void)state;
	bundle_make(&copy, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	assert_int_equal(bundle_read(&copy, &a, &fault), ERR_OK);
	needed = copy.arena.len;
	for (size_t len = 0; len < needed; len += 61) {
		arena_init(&copy.arena, copy.arena_memory, len);
		assert_int_equal(accord_read(copy.manifest, copy.files, copy.count, &copy.arena, &a, &fault),
				 ERR_MEMORY);
		assert_null(fault.fault.rule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
