/*
 * `glossary`: which words both sides use for one thing, which are contested, and who says how good a
 * translation is.
 */
#include "accord/file.h"
#include "accord/glossary.h"

static void read_translate(struct line_reader *r, struct accord *a)
{
	enum translation_status status = TRANSLATION_NONE;

	if (translation_status_read(line_word(r, "glossary.translate"), &status) != ERR_OK ||
	    status == TRANSLATION_NONE || a->translators[status] != 0) {
		line_refuse(r, "glossary.translate");
		return;
	}
	line_expect(r, "by", "glossary.translate");
	a->translators[status] = line_set(r, a, accord_role_find, a->roles_count, "glossary.translate");
	line_end(r, "glossary.translate");
}

static void read_term(struct line_reader *r, struct accord *a)
{
	struct glossary_term **at = &a->terms, *term;
	struct bytes name = line_word(r, "glossary.term");

	if (r->rule == NULL && !is_role_name(name))
		line_refuse(r, "glossary.term");
	for (; *at != NULL; at = &(*at)->next) {
		if (r->rule == NULL && bytes_compare(bytes_str((*at)->name), name) >= 0)
			line_refuse(r, "glossary.order");
	}
	if (a->terms_count == ACCORD_TERMS_MAX)
		line_refuse(r, "glossary.count");
	if (r->rule != NULL)
		return;
	term = arena_alloc(r->arena, 1, sizeof *term);
	if (term == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
		return;
	}
	bytes_copy_checked(name, term->name, sizeof term->name);
	line_names(r, a, term->names.text);
	term->is_contested = line_accept(r, "contested");
	a->terms_count++;
	*at = term;
}

static const struct line_row rows[] = { { "translate", read_translate, NULL }, { "term", read_term, NULL } };

const struct file_row file_glossary = { "glossary", rows, ARRAY_COUNT(rows), NULL, NULL };

static const char *const status_names[] = {
	[TRANSLATION_NONE] = "NONE",	       [TRANSLATION_MACHINE] = "MACHINE",
	[TRANSLATION_DRAFT] = "DRAFT",	       [TRANSLATION_REVIEWED] = "REVIEWED",
	[TRANSLATION_CERTIFIED] = "CERTIFIED",
};

const char *translation_status_name(enum translation_status status)
{
	return status_names[index_below(status, TRANSLATION_STATUS_COUNT)];
}

enum err translation_status_read(struct bytes in, enum translation_status *out)
{
	for (size_t i = 0; i < TRANSLATION_STATUS_COUNT; i++) {
		if (bytes_equal(in, bytes_str(status_names[i]))) {
			*out = (enum translation_status)i;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}
