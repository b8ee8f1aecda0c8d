#include "border/incoming.h"

#include <string.h>

static const struct {
	const char *name;
	enum err (*read)(struct incoming *in, struct bytes bytes);
} formats[] = {
	{ "stix", stix_incoming },	  { "cap", cap_incoming },   { "csv", csv_incoming },
	{ "adatp-4774", adatp_incoming }, { "atom", atom_incoming }, { "geojson", geojson_incoming },
	{ "ic-ism", ism_incoming },
};

const char *incoming_mark_name(enum incoming_mark m)
{
	static const char *const names[INCOMING_MARK_COUNT] = { "LABELLED", "UNLABELLED", "UNKNOWN",
								"CONTRADICTORY" };

	return names[m];
}

enum err incoming_read(const struct guidelines *g, size_t home, struct bytes format, struct bytes in,
		       struct incoming *out)
{
	enum err e = ERR_NOT_FOUND;

	*out = (struct incoming){
		.guidelines = g, .home = home, .items = json_array(), .readers = UINT64_MAX, .whole = in
	};
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

bool incoming_tighten(const struct guidelines *g, const struct label_mask *more, struct incoming_marks *m)
{
	if (!m->has_label) {
		m->has_label = true;
		m->label = *more;
		return true;
	}
	if (policy_join(g, &m->label, more, &m->label).is_allowed)
		return true;
	m->is_nobodys = true;
	return false;
}

void incoming_take_label(const struct guidelines *g, struct bytes line, struct incoming_marks *m)
{
	struct label_mask label = { 0 };
	enum err e = g == NULL ? ERR_REFUSED : label_text_read(g, line, &label);

	/* One that may not be given restricts all the same, if its words are known. */
	if (label.origin != 0 && !incoming_tighten(g, &label, m))
		e = ERR_REFUSED;
	if (e != ERR_OK)
		m->mark = INCOMING_UNKNOWN;
	else if (m->mark != INCOMING_UNKNOWN)
		m->mark = m->mark == INCOMING_UNLABELLED ? INCOMING_LABELLED : INCOMING_CONTRADICTORY;
}

void incoming_take_line(struct incoming *in, struct bytes line, struct incoming_marks *m)
{
	incoming_look_at(in, line);
	incoming_take_label(in->guidelines, line, m);
}

void incoming_take_marking(const struct guidelines *g, const struct banner *b, bool is_part,
			   struct incoming_marks *m)
{
	bool differs = false;

	if (!b->is_there)
		return;
	if (m->word.len == 0)
		m->word = b->word;
	if (m->mark != INCOMING_LABELLED && m->mark != INCOMING_CONTRADICTORY) {
		banner_join(g, b, &m->said);
	} else if (!banner_join_label(g, b, is_part, &m->label, &differs)) {
		m->mark = INCOMING_UNKNOWN;
		m->is_nobodys = true;
	} else if (differs) {
		m->mark = INCOMING_CONTRADICTORY;
	}
}

void incoming_take_banner(struct incoming *in, struct bytes text, struct incoming_marks *m)
{
	struct banner b;

	incoming_look_at(in, text);
	if (in->guidelines != NULL && banner_read(in->guidelines, text, &b))
		incoming_take_marking(in->guidelines, &b, false, m);
}

/* "(S//REL KOR) The words": the mark at the front of a paragraph; .len 0: there is none. */
static struct bytes mark_at_front(struct bytes line)
{
	const uint8_t *end = line.len > 0 && line.ptr[0] == '(' ? memchr(line.ptr, ')', line.len) : NULL;

	return end == NULL ? (struct bytes){ NULL, 0 }
			   : (struct bytes){ line.ptr, (size_t)(end - line.ptr) + 1 };
}

static bool has_segments(struct bytes text)
{
	return memmem(text.ptr, text.len, "//", 2) != NULL;
}

/*
 * What stands in the words themselves: marks of paragraphs, and banners that are a line. A letter in brackets
 * may only number a paragraph: it is no word against a label.
 */
static void take_words(struct incoming *in, struct bytes text, struct incoming_marks *m)
{
	struct bytes line;

	while (in->guidelines != NULL && text.len > 0) {
		struct bytes mark;
		struct banner b;
		if (bytes_take_until(&text, '\n', &line) != ERR_OK) {
			line = text;
			text.len = 0;
		}
		mark = mark_at_front(line);
		if (mark.len == 0 && has_segments(line))
			mark = line;
		if (mark.len == 0 || (m->mark != INCOMING_UNLABELLED && !has_segments(mark)) ||
		    !banner_read(in->guidelines, mark, &b) || !b.has_level)
			continue;
		incoming_look_at(in, mark);
		incoming_take_marking(in->guidelines, &b, true, m);
	}
}

static bool put_text(json_t *item, const char *key, struct bytes text)
{
	json_t *value = text.len == 0 ? json_string("") : json_stringn((const char *)text.ptr, text.len);

	return value != NULL && json_object_set_new(item, key, value) == 0;
}

/*
 * Roles of ours that may read it, whichever of its marks is meant. What has no label of ours is for whoever
 * reaches the level and values that its banners say: it waits for one of us to say whose it is.
 */
static uint64_t readers_of(const struct incoming *in, const struct incoming_marks *m)
{
	const struct label_mask ours = { .level = m->said.level,
					 .values = m->said.values,
					 .rel = 1u << in->home,
					 .origin = 1u << in->home };
	uint64_t out = UINT64_MAX;

	if (in->guidelines == NULL)
		return out;
	if (m->is_nobodys || in->home >= in->guidelines->parties_count)
		return 0;
	if (m->has_label)
		out = policy_roles(in->guidelines, &m->label, in->home);
	return out & policy_roles(in->guidelines, &ours, in->home);
}

bool incoming_put(struct incoming *in, struct bytes id, struct bytes title, struct bytes text,
		  const struct incoming_marks *marks)
{
	char memory[LABEL_TEXT_LEN_MAX], typed_memory[LABEL_TEXT_LEN_MAX];
	struct buf line = BUF_ON(memory), typed = BUF_ON(typed_memory);
	struct incoming_marks own = *marks, *m = &own;
	json_t *item;

	if (text.len > INCOMING_TEXTS_MAX - in->texts_len)
		return false;
	in->texts_len += text.len;
	item = json_object();
	take_words(in, title, m);
	take_words(in, text, m);
	if (m->mark == INCOMING_LABELLED || m->mark == INCOMING_CONTRADICTORY)
		label_text_write(in->guidelines, &m->label, &line);
	else if (m->mark == INCOMING_UNLABELLED && in->guidelines != NULL)
		banner_propose(in->guidelines, &m->said, in->home, &typed);
	if (json_array_size(in->items) == INCOMING_ITEMS_MAX || !put_text(item, "id", id) ||
	    !put_text(item, "title", title) || !put_text(item, "text", text) ||
	    !put_text(item, "mark", bytes_str(incoming_mark_name(m->mark))) ||
	    !put_text(item, "label", buf_bytes(&line)) || !put_text(item, "proposed", buf_bytes(&typed)) ||
	    !put_text(item, "unknown", m->word) ||
	    json_object_set_new(item, "has_banner", json_boolean(m->said.is_there)) != 0) {
		json_decref(item);
		return false;
	}
	in->readers &= readers_of(in, m);
	return json_array_append_new(in->items, item) == 0;
}
