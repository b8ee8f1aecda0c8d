#include "border/border.h"

#include "crypto/hash.h"
#include "policy/marking.h"

#include <assert.h>
#include <string.h>

#define TITLE_LEN_MAX 120u

void border_uuid(const struct accord *a, const char *what, struct bytes of, uint8_t out[UUID_LEN])
{
	const struct bytes parts[] = { BYTES_OF(a->id), bytes_str(what), { (const uint8_t *)"", 1 }, of };
	uint8_t hash[HASH_LEN];

	hash_parts(parts, ARRAY_COUNT(parts), hash);
	memcpy(out, hash, UUID_LEN);
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x40);
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}

void border_uuid_write(const uint8_t id[UUID_LEN], char out[UUID_TEXT_LEN])
{
	static const size_t cuts[] = { 4, 2, 2, 2, 6 };
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
		bytes_write_hex((struct bytes){ id + at, cuts[i] }, out);
		out += 2 * cuts[i];
		at += cuts[i];
		if (at < UUID_LEN)
			*out++ = '-';
	}
}

bool border_is_in(const struct border_item *it, const struct border_portion *p, size_t language)
{
	return p->language.len == 0 || it->languages_count == 0 ||
	       bytes_equal(p->language, it->languages[language]);
}

struct bytes border_title(const struct border_item *it)
{
	return border_title_in(it, 0);
}

struct bytes border_title_in(const struct border_item *it, size_t language)
{
	struct bytes title = it->titles[language], rest, line;
	size_t first = 0;
	uint32_t c;

	if (title.len == 0)
		title = it->subject;
	while (first < it->portions_count && !border_is_in(it, &it->portions[first], language))
		first++;
	if (title.len == 0 && first < it->portions_count) {
		title = it->portions[first].text;
		rest = title;
		if (bytes_take_until(&rest, '\n', &line) == ERR_OK)
			title = line;
	}
	rest = title;
	while (rest.len > 0 && title.len - rest.len < TITLE_LEN_MAX) {
		if (bytes_take_character(&rest, &c) != ERR_OK)
			break;
	}
	return (struct bytes){ title.ptr, title.len - rest.len };
}

bool border_event_next(const struct border_event *e, size_t *at, const char **name, struct bytes *text)
{
	const struct {
		const char *name;
		struct bytes text;
	} of[] = { { "name", e->name },	  { "type", e->type },	   { "when", e->when },
		   { "place", e->place }, { "source", e->source }, { "confidence", e->confidence } };

	while (*at < ARRAY_COUNT(of) && of[*at].text.len == 0)
		(*at)++;
	if (e->kind == NULL || *at >= ARRAY_COUNT(of))
		return false;
	*name = of[*at].name;
	*text = of[(*at)++].text;
	return true;
}

bool border_is_public(const struct guidelines *g, const struct label_mask *m)
{
	size_t party = guidelines_party_find(g, BYTES_LIT(BORDER_PUBLIC));

	return party < g->parties_count && (m->rel >> party & 1) != 0;
}

bool border_is_exercise(const struct accord *a, const struct label_mask *m)
{
	size_t value = guidelines_value_find(a->guidelines, BYTES_LIT(BORDER_EXERCISE));

	return a->is_exercise || (value < a->guidelines->values_count && (m->values >> value & 1) != 0);
}

static_assert(BORDER_BANNER_MAX >= MARKING_LEN_MAX, "every banner fits");

void border_banner(const struct accord *a, const struct label_mask *m, struct buf *out)
{
	marking_banner(a, m, MARKING_NO_AUTHOR, accord_language_find(a, BYTES_LIT("en")), out);
}

static void put_apart(struct buf *out, struct bytes text, bool *is_first)
{
	buf_put_str(out, *is_first ? "" : "\n\n");
	buf_put(out, text);
	*is_first = false;
}

size_t border_text_max(const struct border_item *it)
{
	size_t max = 1;

	for (size_t i = 0; i < it->portions_count; i++)
		max += it->portions[i].text.len + 2;
	return max;
}

void border_text(const struct border_item *it, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < it->portions_count; i++)
		put_apart(out, it->portions[i].text, &is_first);
}

void border_text_in(const struct border_item *it, size_t language, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < it->portions_count; i++) {
		if (border_is_in(it, &it->portions[i], language))
			put_apart(out, it->portions[i].text, &is_first);
	}
}
