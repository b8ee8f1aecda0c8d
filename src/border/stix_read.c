/* STIX 2.1 read, for a person to decide on: docs/spec/border.md section 4. */
#include "border/json_read.h"
#include "border/stix.h"
#include "border/tlp.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static const char *str_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *label_of(const json_t *marking)
{
	return str_of(json_object_get(json_object_get(marking, "extensions"), STIX_EXTENSION), "label");
}

static struct bytes statement_of(const json_t *marking)
{
	const char *text = str_of(json_object_get(marking, "definition"), "statement");

	return text == NULL ? (struct bytes){ NULL, 0 } : bytes_str(text);
}

static json_t *by_id(const json_t *objects)
{
	json_t *out = json_object(), *same;
	const json_t *o;
	size_t i;

	json_array_foreach(objects, i, o)
	{
		const char *id = str_of(o, "id");
		if (id == NULL)
			continue;
		same = json_object_get(out, id);
		if (same == NULL) {
			same = json_array();
			json_object_set_new(out, id, same);
		}
		json_array_append(same, (json_t *)(uintptr_t)o);
	}
	return out;
}

/* One reference more: *left is what may still be read of what they name. */
static bool has_room(const struct stix_in *in, const char *id, size_t *left)
{
	const json_t *same = id == NULL ? NULL : json_object_get(in->of_id, id);
	size_t i = 0;

	do {
		const json_t *o = json_array_get(same, i);
		const char *label = label_of(o);
		size_t len = STIX_MARK_LEN_MIN + (label == NULL ? 0 : strlen(label)) + statement_of(o).len;
		if (len > *left)
			return false;
		*left -= len;
	} while (++i < json_array_size(same));
	return true;
}

/* Whoever sends it may name each marking as often as he likes. */
static bool is_short(const struct stix_in *in)
{
	size_t left = STIX_MARKED_MAX, i, j;
	const json_t *o, *mark;

	json_array_foreach(in->objects, i, o)
	{
		json_array_foreach(json_object_get(o, "object_marking_refs"), j, mark)
		{
			if (!has_room(in, json_string_value(mark), &left))
				return false;
		}
		json_array_foreach(json_object_get(o, "granular_markings"), j, mark)
		{
			if (!has_room(in, str_of(mark, "marking_ref"), &left))
				return false;
		}
	}
	return true;
}

enum err stix_read(struct bytes in, struct stix_in *out, size_t *offset)
{
	json_t *whole, *objects;
	enum err e = border_json_read(in, &whole, offset);

	*out = (struct stix_in){ NULL, NULL };
	if (e != ERR_OK)
		return e;
	objects = json_object_get(whole, "objects");
	if (!json_is_array(objects) || json_array_size(objects) == 0) {
		json_decref(whole);
		return ERR_USAGE;
	}
	if (json_array_size(objects) > STIX_OBJECTS_MAX) {
		json_decref(whole);
		return ERR_LIMIT;
	}
	out->objects = json_incref(objects);
	out->of_id = by_id(objects);
	json_decref(whole);
	if (is_short(out))
		return ERR_OK;
	stix_in_close(out);
	return ERR_LIMIT;
}

void stix_in_close(struct stix_in *in)
{
	json_decref(in->of_id);
	json_decref(in->objects);
	*in = (struct stix_in){ NULL, NULL };
}

/* The next object with this id; NULL: there is none. A file may have two, and both count. */
static const json_t *next_of_id(const struct stix_in *in, const char *id, size_t *at)
{
	return json_array_get(json_object_get(in->of_id, id), (*at)++); /* NULL behind the last */
}

/*
 * The lowest level whose TLP is at least as narrow as this mark; the highest where there is none. What the
 * guidelines cannot say in TLP has no say here.
 */
static bool level_of_tlp(const struct guidelines *g, const struct tlp *t, uint8_t *level)
{
	bool has_any = false;

	for (size_t l = 0; l < g->levels_count; l++) {
		const struct tlp *own = tlp_find(guidelines_level_name(g, "tlp", (uint8_t)l));
		if (own == NULL)
			continue;
		has_any = true;
		if (own >= t || strcmp(own->word, t->word) == 0) {
			*level = (uint8_t)l;
			return true;
		}
	}
	*level = (uint8_t)(g->levels_count - 1);
	return has_any;
}

/* *tlp is the narrowest so far; false: it is another than that. */
static bool take_mark(const struct guidelines *g, const struct stix_in *in, const char *id,
		      struct stix_object *out, const struct tlp **tlp)
{
	const struct tlp *t = tlp_by_id(id);
	const char *first = NULL, *text;
	const json_t *o;
	bool is_same = t == NULL || *tlp == NULL || strcmp((*tlp)->word, t->word) == 0;
	size_t at = 0;

	if (t != NULL && (*tlp == NULL || t > *tlp))
		*tlp = t;
	while ((o = next_of_id(in, id, &at)) != NULL) {
		text = label_of(o);
		if (text == NULL)
			continue;
		if (first == NULL || strcmp(first, text) != 0)
			incoming_take_label(g, bytes_str(text), &out->marks);
		first = first == NULL ? text : first;
	}
	return is_same;
}

static bool is_labelled(const struct stix_object *o)
{
	return o->marks.mark == INCOMING_LABELLED || o->marks.mark == INCOMING_CONTRADICTORY;
}

/*
 * What a marking says beside labels and TLP, once these are taken; of a part, which may be below the whole.
 * What is not there may say anything.
 */
static void take_statements(const struct guidelines *g, const struct stix_in *in, const char *id,
			    bool is_part, struct stix_object *out)
{
	static const struct banner unknown = { .is_there = true, .is_unknown = true };
	bool is_there = tlp_by_id(id) != NULL;
	const json_t *o;
	struct banner b;
	size_t at = 0;

	while ((o = next_of_id(in, id, &at)) != NULL) {
		is_there = true;
		if (g != NULL && banner_read(g, statement_of(o), &b))
			incoming_take_marking(g, &b, is_part, &out->marks);
	}
	if (is_there)
		return;
	if (is_labelled(out))
		out->marks.mark = INCOMING_UNKNOWN;
	else if (g != NULL)
		incoming_take_marking(g, &unknown, is_part, &out->marks);
}

static void take_level(const struct guidelines *g, const struct tlp *tlp, struct stix_object *out)
{
	uint8_t level = 0;

	if (!level_of_tlp(g, tlp, &level) || level != out->marks.label.level)
		out->marks.mark = INCOMING_CONTRADICTORY;
	if (level > out->marks.label.level)
		out->marks.label.level = level;
}

/* A part that is marked above the whole: then the whole is as the part. */
static void take_part(const struct guidelines *g, const struct stix_in *in, const char *id,
		      struct stix_object *out)
{
	struct stix_object part = { .marks = { .mark = INCOMING_UNLABELLED } };
	struct label_mask was, *whole = &out->marks.label;
	const struct tlp *tlp = NULL;
	bool is_joined;
	uint8_t level;

	(void)take_mark(g, in, id, &part, &tlp);
	take_statements(g, in, id, true, out);
	was = *whole;
	is_joined = !part.marks.has_label || incoming_tighten(g, &part.marks.label, &out->marks);
	if (!is_labelled(out)) {
		/* a label of ours on a part of what has none */
		out->marks.said.is_unknown =
			out->marks.said.is_unknown || part.marks.mark != INCOMING_UNLABELLED;
		return;
	}
	if (tlp != NULL && level_of_tlp(g, tlp, &level) && level > whole->level)
		take_level(g, tlp, out);
	if (part.marks.mark == INCOMING_UNLABELLED)
		return;
	if (part.marks.mark == INCOMING_UNKNOWN || !is_joined)
		out->marks.mark = INCOMING_UNKNOWN;
	else if (was.level != whole->level || was.values != whole->values || was.rel != whole->rel ||
		 was.origin != whole->origin)
		out->marks.mark = INCOMING_CONTRADICTORY;
}

static void take_parts(const struct guidelines *g, const struct stix_in *in, const json_t *parts,
		       struct stix_object *out)
{
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const char *id = str_of(json_array_get(parts, i), "marking_ref");
		if (id != NULL) /* it may be of a language instead */
			take_part(g, in, id, out);
	}
}

enum err stix_read_object(const struct guidelines *g, const struct stix_in *in, size_t index,
			  struct stix_object *out)
{
	const json_t *o = json_array_get(in->objects, index),
		     *marks = json_object_get(o, "object_marking_refs");
	const struct tlp *tlp = NULL;
	bool is_one_tlp = true;
	uint8_t level;

	*out = (struct stix_object){ .id = str_of(o, "id"),
				     .type = str_of(o, "type"),
				     .marks = { .mark = INCOMING_UNLABELLED } };
	if (out->id == NULL || out->type == NULL)
		return ERR_USAGE;
	out->title = str_of(o, "abstract") != NULL ? str_of(o, "abstract") : str_of(o, "name");
	out->text = str_of(o, "content") != NULL ? str_of(o, "content") : str_of(o, "description");
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const char *id = json_string_value(json_array_get(marks, i));
		if (id == NULL)
			return ERR_USAGE;
		is_one_tlp = take_mark(g, in, id, out, &tlp) && is_one_tlp;
	}
	if (is_labelled(out) && !is_one_tlp)
		out->marks.mark = INCOMING_CONTRADICTORY;
	if (is_labelled(out) && tlp != NULL)
		take_level(g, tlp, out);
	for (size_t i = 0; i < json_array_size(marks); i++)
		take_statements(g, in, json_string_value(json_array_get(marks, i)), false, out);
	take_parts(g, in, json_object_get(o, "granular_markings"), out);
	if (tlp != NULL && g != NULL && level_of_tlp(g, tlp, &level) && level > out->marks.said.level)
		out->marks.said.level = level;
	return ERR_OK;
}

static struct bytes bytes_of(const char *text)
{
	return text == NULL ? (struct bytes){ NULL, 0 } : bytes_str(text);
}

/* What only stands there for others is no item: markings, who somebody is, extensions. */
static bool is_item_type(const char *type)
{
	return strcmp(type, "marking-definition") != 0 && strcmp(type, "identity") != 0 &&
	       strcmp(type, "extension-definition") != 0;
}

/* What each object has, or what was read already; of a note its authors are not what it says. */
static bool is_read(const char *type, const char *key)
{
	static const char *const keys[] = { "type",
					    "spec_version",
					    "id",
					    "created",
					    "modified",
					    "created_by_ref",
					    "lang",
					    "object_marking_refs",
					    "granular_markings",
					    "extensions",
					    "external_references",
					    "abstract",
					    "name",
					    "content",
					    "description" };

	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		if (strcmp(key, keys[i]) == 0)
			return true;
	}
	return strcmp(type, "note") == 0 && strcmp(key, "revoked") != 0;
}

static enum err put_object(struct incoming *in, const json_t *object, const struct stix_object *o)
{
	size_t max = 2 * in->whole.len + 64;
	const char *key;
	const json_t *value;
	struct buf text;
	bool is_put;

	buf_init(&text, xcalloc(1, max), max);
	if (o->text != NULL)
		buf_put_str(&text, o->text);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!is_read(o->type, key))
			border_json_put(&text, key, value);
	}
	is_put = buf_check(&text) == ERR_OK &&
		 incoming_put(in, bytes_str(o->id), bytes_of(o->title), buf_bytes(&text), &o->marks);
	free(text.ptr);
	return is_put ? ERR_OK : ERR_LIMIT;
}

enum err stix_incoming(struct incoming *in, struct bytes bytes)
{
	struct stix_in read;
	enum err e = stix_read(bytes, &read, &in->offset);

	in->rule = "stix.json";
	for (size_t i = 0; e == ERR_OK && i < json_array_size(read.objects); i++) {
		struct stix_object o;
		const char *label = label_of(json_array_get(read.objects, i));
		e = stix_read_object(in->guidelines, &read, i, &o);
		if (e != ERR_OK)
			in->rule = "stix.object";
		else if (label != NULL)
			incoming_look_at(in, bytes_str(label));
		incoming_look_at(in, statement_of(json_array_get(read.objects, i)));
		if (e != ERR_OK || !is_item_type(o.type))
			continue;
		e = put_object(in, json_array_get(read.objects, i), &o);
	}
	if (e == ERR_OK)
		in->rule = NULL;
	stix_in_close(&read);
	return e;
}
