/* `accord`: which version this is, its mode, its languages. */
#include "accord/file.h"

#include "wire/statement.h"

#include <string.h>

static void read_founding(struct line_reader *r, struct accord *a)
{
	if (a->is_founding)
		line_refuse(r, "accord.founding");
	a->is_founding = true;
}

static bool is_named(const struct accord *a)
{
	static const uint8_t nothing[HASH_LEN];

	return !bytes_equal(BYTES_OF(a->previous), BYTES_OF(nothing));
}

/* A later version cannot find the id in its own bytes: it names it, and the version before it. */
static void read_previous(struct line_reader *r, struct accord *a)
{
	struct bytes hash;

	if (is_named(a))
		line_refuse(r, "accord.founding");
	hash = line_word(r, "accord.previous");
	if (r->rule == NULL && (bytes_read_hex(hash, a->previous, HASH_LEN) != ERR_OK || !is_named(a)))
		line_refuse(r, "accord.previous");
	line_expect(r, "id", "accord.id");
	hash = line_word(r, "accord.id");
	if (r->rule == NULL && bytes_read_hex(hash, a->id, ACCORD_ID_LEN) != ERR_OK)
		line_refuse(r, "accord.id");
}

static void read_mode(struct line_reader *r, struct accord *a)
{
	a->is_exercise = line_accept(r, "exercise");
	if (!a->is_exercise)
		line_expect(r, "live", "accord.mode");
}

static void read_post_quantum(struct line_reader *r, struct accord *a)
{
	if (line_accept(r, "required"))
		a->post_quantum = POST_QUANTUM_REQUIRED;
	else
		line_expect(r, "preferred", "accord.post-quantum");
}

static void read_languages(struct line_reader *r, struct accord *a)
{
	do {
		struct bytes tag = line_word(r, "accord.languages");
		char *out;
		if (r->rule != NULL)
			return;
		if (a->languages_count == ACCORD_LANGUAGES_MAX || !is_language(tag) ||
		    tag.len >= sizeof a->languages[0]) {
			line_refuse(r, "accord.languages");
			return;
		}
		out = a->languages[a->languages_count];
		bytes_copy_checked(tag, out, sizeof a->languages[0]);
		for (size_t i = 0; i < a->languages_count; i++) {
			if (strcmp(a->languages[i], out) == 0)
				line_refuse(r, "accord.languages");
		}
		a->languages_count++;
	} while (line_has_more(r));
}

static void read_title(struct line_reader *r, struct accord *a)
{
	if (a->languages_count == 0)
		line_refuse(r, "accord.languages");
	line_names(r, a, a->title);
}

static void check(struct line_reader *r, const struct accord *a)
{
	if (a->is_founding == is_named(a))
		line_refuse(r, "accord.founding");
}

static const struct line_row rows[] = {
	{ "founding", read_founding, NULL },
	{ "previous", read_previous, NULL },
	{ "mode", read_mode, "accord.mode" },
	{ "post-quantum", read_post_quantum, "accord.post-quantum" },
	{ "languages", read_languages, "accord.languages" },
	{ "title", read_title, "accord.title" },
};

const struct file_row file_accord = { "accord", rows, ARRAY_COUNT(rows), check, NULL };
