#include "border/incoming.h"

#include <string.h>

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
