#include "border/incoming.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	enum err (*read)(struct incoming *in, struct bytes bytes);
} formats[] = {
	{ "stix", stix_incoming },	  { "cap", cap_incoming },   { "csv", csv_incoming },
	{ "adatp-4774", adatp_incoming }, { "atom", atom_incoming }, { "geojson", geojson_incoming },
};

const char *incoming_mark_name(enum incoming_mark m)
{
	static const char *const names[INCOMING_MARK_COUNT] = { "LABELLED", "UNLABELLED", "UNKNOWN",
								"CONTRADICTORY" };

	return names[m];
}

enum err incoming_read(const struct guidelines *g, struct bytes format, struct bytes in, struct incoming *out)
{
	enum err e = ERR_NOT_FOUND;

	*out = (struct incoming){ .guidelines = g, .items = json_array(), .whole = in };
	for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
		if (!bytes_equal(format, bytes_str(formats[i].name)))
			continue;
		e = in.len > INCOMING_LEN_MAX ? ERR_LIMIT : formats[i].read(out, in);
		break;
	}
	if (e == ERR_OK && out->is_unseen) {
		e = ERR_USAGE;
		out->rule = "label.unseen";
		out->offset = out->unseen_at;
	}
	out->whole = (struct bytes){ NULL, 0 };
	if (e == ERR_USAGE && out->rule == NULL)
		out->rule = "form";
	if (e != ERR_OK)
		json_array_clear(out->items);
	return e;
}

void incoming_close(struct incoming *in)
{
	json_decref(in->items);
	in->items = NULL;
}

bool incoming_is_line(struct bytes text)
{
	return text.len > 0 && memmem(text.ptr, text.len, " rel=", 5) != NULL;
}

void incoming_look_at(struct incoming *in, struct bytes marking)
{
	struct bytes rest = marking;

	while (!in->is_unseen && rest.len > 0) {
		size_t at = marking.len - rest.len;
		const uint8_t *found;
		uint32_t c;
		if (bytes_take_character(&rest, &c) != ERR_OK)
			return;
		if (c < 0x80 || !character_is_hidden(c))
			continue;
		found = memmem(in->whole.ptr, in->whole.len, marking.ptr, marking.len);
		in->is_unseen = true;
		in->unseen_at = found == NULL ? 0 : (size_t)(found - in->whole.ptr) + at;
	}
}

void incoming_take_line(struct incoming *in, struct bytes line, struct incoming_marks *m)
{
	const struct guidelines *g = in->guidelines;
	struct label_mask label;

	incoming_look_at(in, line);
	if (g == NULL || label_text_read(g, line, &label) != ERR_OK) {
		m->mark = INCOMING_UNKNOWN;
	} else if (m->mark == INCOMING_UNLABELLED) {
		m->mark = INCOMING_LABELLED;
		m->label = label;
	} else if (m->mark != INCOMING_UNKNOWN) {
		bool is_joined = policy_join(g, &m->label, &label, &m->label).is_allowed;
		m->mark = is_joined ? INCOMING_CONTRADICTORY : INCOMING_UNKNOWN;
	}
}

static struct bytes trimmed(struct bytes text)
{
	while (text.len > 0 && text.ptr[0] <= ' ')
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	while (text.len > 0 && text.ptr[text.len - 1] <= ' ')
		text.len--;
	return text;
}

/* Whether it begins with that, and not in the middle of a word. */
static bool has_at_front(struct bytes text, struct bytes name)
{
	return name.len > 0 && name.len <= text.len &&
	       strncasecmp((const char *)text.ptr, (const char *)name.ptr, name.len) == 0 &&
	       (name.len == text.len || (text.ptr[name.len] < 0x80 && !isalnum(text.ptr[name.len])));
}

static bool is_code(struct bytes first, const char *code)
{
	return first.len == strlen(code) && strncasecmp((const char *)first.ptr, code, first.len) == 0;
}

bool incoming_banner_level(const struct guidelines *g, struct bytes text, uint8_t *level, bool *is_banner)
{
	const uint8_t *cut;
	struct bytes first;
	size_t longest = 0;

	text = trimmed(text);
	cut = text.len == 0 ? NULL : memmem(text.ptr, text.len, "//", 2);
	first = trimmed((struct bytes){ text.ptr, cut == NULL ? text.len : (size_t)(cut - text.ptr) });
	for (size_t l = 0; l < g->levels_count; l++) {
		if (longest == 0 && is_code(first, g->levels[l].code)) {
			*level = (uint8_t)l;
			longest = first.len;
		}
		for (size_t i = 0; i < ACCORD_LANGUAGES_MAX; i++) {
			struct bytes name = g->levels[l].names.text[i];
			if (name.len <= longest || !has_at_front(text, name))
				continue;
			*level = (uint8_t)l;
			longest = name.len;
		}
	}
	*is_banner = longest > 0 || cut != NULL;
	return longest > 0;
}

void incoming_compare_banner(const struct guidelines *g, struct bytes text, struct incoming_marks *m)
{
	bool is_banner;
	uint8_t level;

	if (m->mark != INCOMING_LABELLED && m->mark != INCOMING_CONTRADICTORY)
		return;
	if (!incoming_banner_level(g, text, &level, &is_banner)) {
		m->mark = is_banner ? INCOMING_CONTRADICTORY : m->mark;
		return;
	}
	if (level != m->label.level)
		m->mark = INCOMING_CONTRADICTORY;
	if (level > m->label.level)
		m->label.level = level;
}

void incoming_take_banner(struct incoming *in, struct bytes text, struct incoming_marks *m)
{
	if (m->mark == INCOMING_UNLABELLED)
		return;
	incoming_look_at(in, text);
	incoming_compare_banner(in->guidelines, text, m);
}

static bool put_text(json_t *item, const char *key, struct bytes text)
{
	json_t *value = text.len == 0 ? json_string("") : json_stringn((const char *)text.ptr, text.len);

	return value != NULL && json_object_set_new(item, key, value) == 0;
}

bool incoming_put(struct incoming *in, struct bytes id, struct bytes title, struct bytes text,
		  const struct incoming_marks *m)
{
	char memory[LABEL_TEXT_LEN_MAX];
	struct buf line = BUF_ON(memory);
	json_t *item = json_object();

	if (m->mark == INCOMING_LABELLED || m->mark == INCOMING_CONTRADICTORY)
		label_text_write(in->guidelines, &m->label, &line);
	if (json_array_size(in->items) == INCOMING_ITEMS_MAX || !put_text(item, "id", id) ||
	    !put_text(item, "title", title) || !put_text(item, "text", text) ||
	    !put_text(item, "mark", bytes_str(incoming_mark_name(m->mark))) ||
	    !put_text(item, "label", buf_bytes(&line))) {
		json_decref(item);
		return false;
	}
	return json_array_append_new(in->items, item) == 0;
}
