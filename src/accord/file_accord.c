/* `accord`: which version this is, its mode, its languages. */
#include "accord/reader.h"

#include <string.h>

static enum err read_founding(struct reader *r)
{
	r->a->is_founding = true;
	return ERR_OK;
}

static enum err read_hex(struct reader *r, uint8_t *out, size_t len, const char *rule)
{
	struct bytes word;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	return bytes_read_hex(word, out, len) == ERR_OK ? ERR_OK : reader_refuse(r, rule);
}

static enum err read_previous(struct reader *r)
{
	return read_hex(r, r->a->previous, HASH_LEN, "accord.previous");
}

static enum err read_id(struct reader *r)
{
	return read_hex(r, r->a->id, ACCORD_ID_LEN, "accord.id");
}

/* One of two words. */
static enum err read_choice(struct reader *r, const char *no, const char *yes, const char *rule, bool *out)
{
	*out = line_is_word(&r->line, yes);
	if (line_expect(&r->line, *out ? yes : no) != ERR_OK)
		return reader_refuse(r, rule);
	return ERR_OK;
}

static enum err read_mode(struct reader *r)
{
	return read_choice(r, "live", "exercise", "accord.mode", &r->a->is_exercise);
}

static enum err read_post_quantum(struct reader *r)
{
	bool is_required;
	enum err e = read_choice(r, "preferred", "required", "accord.post-quantum", &is_required);

	r->a->post_quantum = is_required ? POST_QUANTUM_REQUIRED : POST_QUANTUM_PREFERRED;
	return e;
}

static enum err read_start(struct reader *r)
{
	return read_choice(r, "alone", "strict", "accord.start", &r->a->is_start_strict);
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* BCP 47 as far as its form goes: a small language of 2 or 3 letters, then subtags of 1 to 8 letters and digits. */
static bool is_language(struct bytes tag)
{
	size_t len = 0;
	bool is_first = true;

	for (size_t i = 0; i <= tag.len; i++) {
		uint8_t c = i < tag.len ? tag.ptr[i] : '-';
		if (c == '-') {
			if (len < (is_first ? 2 : 1) || len > (is_first ? 3 : 8))
				return false;
			len = 0;
			is_first = false;
			continue;
		}
		if (is_first ? c < 'a' || c > 'z' : !is_letter(c) && (c < '0' || c > '9'))
			return false;
		len++;
	}
	return true;
}

static enum err read_languages(struct reader *r)
{
	struct accord *a = r->a;

	do {
		struct bytes tag;
		enum err e = line_word(&r->line, &tag);
		if (e != ERR_OK)
			return e;
		if (a->languages_count == ACCORD_LANGUAGES_MAX || !is_language(tag) ||
		    bytes_copy_str(tag, a->languages[a->languages_count], sizeof a->languages[0]) != ERR_OK)
			return reader_refuse(r, "accord.languages");
		for (size_t i = 0; i < a->languages_count; i++) {
			if (strcmp(a->languages[i], a->languages[a->languages_count]) == 0)
				return reader_refuse(r, "accord.languages");
		}
		a->languages_count++;
	} while (!line_is_end(&r->line));
	return ERR_OK;
}

static enum err read_title(struct reader *r)
{
	/* What languages a name has must be known before it is read. */
	if (r->a->languages_count == 0)
		return reader_refuse(r, "accord.order");
	return reader_names(r, "accord.names", r->a->title);
}

enum { ROW_FOUNDING, ROW_PREVIOUS, ROW_ID };

static const struct line_row rows[] = {
	[ROW_FOUNDING] = { "founding", read_founding, false },
	[ROW_PREVIOUS] = { "previous", read_previous, false },
	[ROW_ID] = { "id", read_id, false },
	{ "mode", read_mode, true },
	{ "post-quantum", read_post_quantum, true },
	{ "start", read_start, true },
	{ "languages", read_languages, true },
	{ "title", read_title, true },
};

/* The founding version, whose id follows from its own bytes, or a later one, which names both. */
static enum err check(struct reader *r)
{
	bool is_later = (r->had >> ROW_PREVIOUS & 1) != 0;

	if (is_later == r->a->is_founding)
		return reader_refuse(r, "accord.founding");
	if (((r->had >> ROW_ID & 1) != 0) != is_later)
		return reader_refuse(r, "accord.id");
	return ERR_OK;
}

const struct file_row file_accord = FILE_ROW("accord", rows, check);
