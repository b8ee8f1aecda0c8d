#include "border/stix.h"

#include "base/alloc.h"
#include "border/format.h"
#include "border/json_read.h"
#include "crypto/hash.h"
#include "policy/marking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEN_MAX 80u
#define REALS JSON_REAL_PRECISION(8)		 /* degrees: 180.12345 */
#define VALUE_CREATED "1970-01-01T00:00:00.000Z" /* of what is a value, and has no day on which it began */
#define IDENTITY_OF_FORMAT "identity--d2fad441-3000-4570-b8cc-60f266c63860"
#define TLP_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

/*
 * The objects that the standards fix (STIX 2.1 section 7.2.1.4; FIRST's TLP 2.0 as OASIS gives it). The order
 * is that of openness.
 */
struct tlp {
	const char *word; /* in a line `map tlp` */
	const char *name, *id;
	bool is_first; /* TLP 1 */
};

static const struct tlp tlps[] = {
	{ "clear", "TLP:CLEAR", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", false },
	{ "white", "TLP:WHITE", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", true },
	{ "green", "TLP:GREEN", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", true },
	{ "green", "TLP:GREEN", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", false },
	{ "amber", "TLP:AMBER", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", true },
	{ "amber", "TLP:AMBER", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", false },
	{ "amber+strict", "TLP:AMBER+STRICT", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	  false },
	{ "red", "TLP:RED", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", true },
	{ "red", "TLP:RED", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", false },
};

/* The first of that word: TLP 1 where it has it, since every reader knows that. */
static const struct tlp *tlp_find(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_COUNT(tlps); i++) {
		if (bytes_equal(word, bytes_str(tlps[i].word)))
			return &tlps[i];
	}
	return NULL;
}

void stix_open(struct stix *s, const struct accord *a)
{
	*s = (struct stix){ .accord = a, .objects = json_array(), .known = json_object() };
}

void stix_close(struct stix *s)
{
	json_decref(s->objects);
	json_decref(s->known);
	*s = (struct stix){ 0 };
}

/* Text that is not UTF-8 was refused long before: a content's text is. */
static json_t *text_of(struct bytes text)
{
	json_t *out = text.len == 0 ? json_string("") : json_stringn((const char *)text.ptr, text.len);

	assert(out != NULL);
	return out;
}

static void put_str(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static void id_write(const char *type, const uint8_t id[UUID_LEN], char out[ID_LEN_MAX])
{
	char text[UUID_TEXT_LEN];
	struct buf b;

	border_uuid_write(id, text);
	buf_init(&b, out, ID_LEN_MAX);
	buf_put_str(&b, type);
	buf_put_str(&b, "--");
	buf_put_str(&b, text);
	buf_put_byte(&b, 0);
	assert(buf_check(&b) == ERR_OK);
}

void stix_note_id(const uint8_t id[UUID_LEN], char out[UUID_TEXT_LEN + 6])
{
	char whole[ID_LEN_MAX];

	id_write("note", id, whole);
	memcpy(out, whole, UUID_TEXT_LEN + 6);
}

/* NULL: it stands there already. */
static json_t *object_new(struct stix *s, const char *type, const char *id, const char *created)
{
	json_t *o;

	if (json_object_get(s->known, id) != NULL)
		return NULL;
	json_object_set_new(s->known, id, json_true());
	o = json_object();
	put_str(o, "type", type);
	put_str(o, "spec_version", "2.1");
	put_str(o, "id", id);
	put_str(o, "created", created);
	json_array_append_new(s->objects, o);
	return o;
}

/* ---- Who, and the extension ---- */

static void put_identity(struct stix *s, const char *id, const char *class, json_t *name)
{
	json_t *o = object_new(s, "identity", id, VALUE_CREATED);

	if (o == NULL) {
		json_decref(name);
		return;
	}
	put_str(o, "modified", VALUE_CREATED);
	json_object_set_new(o, "name", name);
	put_str(o, "identity_class", class);
}

static void put_party(struct stix *s, size_t party, char id[ID_LEN_MAX])
{
	const struct accord_party *p = &s->accord->parties[party];
	uint8_t uuid[UUID_LEN];

	border_uuid(s->accord, "party", bytes_str(p->code), uuid);
	id_write("identity", uuid, id);
	put_identity(s, id, "organization", json_string(p->code));
}

static void put_extension(struct stix *s)
{
	json_t *o;

	put_identity(s, IDENTITY_OF_FORMAT, "system", json_string("entente"));
	o = object_new(s, "extension-definition", STIX_EXTENSION, VALUE_CREATED);
	if (o == NULL)
		return;
	put_str(o, "modified", VALUE_CREATED);
	put_str(o, "created_by_ref", IDENTITY_OF_FORMAT);
	put_str(o, "name", "entente label");
	put_str(o, "description",
		"label: one line, docs/spec/border.md section 2 of entente. portions: the texts of a note, "
		"each with "
		"a granular marking where it has a label of its own. event: what an event, a claim or an "
		"assessment says of itself.");
	put_str(o, "schema",
		"{\"type\":\"object\",\"properties\":{\"extension_type\":{\"const\":\"property-extension\"},"
		"\"label\":{\"type\":\"string\"},\"portions\":{\"type\":\"array\",\"items\":{\"type\":"
		"\"string\"}},\"event\":{\"type\":\"object\",\"additionalProperties\":{\"type\":"
		"\"string\"}}}}");
	put_str(o, "version", "1.1.0");
	json_object_set_new(o, "extension_types", json_pack("[s]", "property-extension"));
}

static json_t *extension_of(const char *id, const char *key, json_t *value)
{
	json_t *e = json_pack("{s:{s:s}}", id, "extension_type", "property-extension");

	json_object_set_new(json_object_get(e, id), key, value);
	return e;
}

/* ---- Markings ---- */

static void put_tlp(struct stix *s, const struct tlp *t)
{
	json_t *o = object_new(s, "marking-definition", t->id,
			       t->is_first ? "2017-01-20T00:00:00.000Z" : "2022-10-01T00:00:00.000Z");

	if (o == NULL)
		return;
	put_str(o, "name", t->name);
	if (t->is_first) {
		put_str(o, "definition_type", "tlp");
		json_object_set_new(o, "definition", json_pack("{s:s}", "tlp", t->word));
	} else {
		json_object_set_new(o, "extensions",
				    extension_of(TLP_EXTENSION, "tlp_2_0", json_string(t->word)));
	}
}

/* The two of ours, each a value that has one id. */
static void put_own(struct stix *s, const struct label_mask *m, char banner_id[ID_LEN_MAX],
		    char label_id[ID_LEN_MAX])
{
	uint8_t memory[MARKING_LEN_MAX], uuid[UUID_LEN];
	struct buf text = BUF_ON(memory);
	json_t *o;

	border_banner(s->accord, m, &text);
	assert(buf_check(&text) == ERR_OK);
	border_uuid(s->accord, "banner", buf_bytes(&text), uuid);
	id_write("marking-definition", uuid, banner_id);
	o = object_new(s, "marking-definition", banner_id, VALUE_CREATED);
	if (o != NULL) {
		put_str(o, "definition_type", "statement");
		json_object_set_new(o, "definition",
				    json_pack("{s:o}", "statement", text_of(buf_bytes(&text))));
	}

	buf_reset(&text);
	label_text_write(s->accord->guidelines, m, &text);
	assert(buf_check(&text) == ERR_OK);
	border_uuid(s->accord, "label", buf_bytes(&text), uuid);
	id_write("marking-definition", uuid, label_id);
	o = object_new(s, "marking-definition", label_id, VALUE_CREATED);
	if (o != NULL)
		json_object_set_new(o, "extensions",
				    extension_of(STIX_EXTENSION, "label", text_of(buf_bytes(&text))));
}

struct marks {
	const struct tlp *tlp;
	char banner[ID_LEN_MAX], label[ID_LEN_MAX];
};

static void put_marks(struct stix *s, const struct label_mask *m, struct marks *out)
{
	out->tlp = tlp_find(border_level_name(s->accord->guidelines, "tlp", m->level));
	put_tlp(s, out->tlp);
	put_own(s, m, out->banner, out->label);
}

static bool has_tlp(const struct stix *s, const struct label_mask *m)
{
	return tlp_find(border_level_name(s->accord->guidelines, "tlp", m->level)) != NULL;
}

/* ---- The item ---- */

static void put_granular(json_t *granular, const char *marking, const char *selector)
{
	json_array_append_new(granular,
			      json_pack("{s:s,s:[s]}", "marking_ref", marking, "selectors", selector));
}

static void put_portions(json_t *note, const struct border_item *it, const struct marks *marks)
{
	json_t *texts = json_array(), *granular = json_array();

	for (size_t i = 0; i < it->portions_count; i++) {
		char selector[160];
		struct buf b = BUF_ON(selector);
		json_array_append_new(texts, text_of(it->portions[i].text));
		if (!it->portions[i].is_marked)
			continue;
		buf_put_str(&b, "extensions." STIX_EXTENSION ".portions.[");
		buf_put_decimal(&b, i);
		buf_put_str(&b, "]");
		buf_put_byte(&b, 0);
		put_granular(granular, marks[i].tlp->id, selector);
		put_granular(granular, marks[i].banner, selector);
		put_granular(granular, marks[i].label, selector);
	}
	if (json_array_size(granular) > 0) {
		json_object_set_new(note, "granular_markings", granular);
		json_object_set_new(note, "extensions", extension_of(STIX_EXTENSION, "portions", texts));
	} else {
		json_decref(granular);
		json_decref(texts);
	}
}

static json_t *content_of(const struct border_item *it)
{
	uint8_t *memory;
	struct buf b;
	json_t *out;

	if (it->is_withdrawn)
		return json_string("WITHDRAWN");
	memory = xcalloc(1, BORDER_TEXT_MAX);
	buf_init(&b, memory, BORDER_TEXT_MAX);
	border_text(it, &b);
	assert(buf_check(&b) == ERR_OK);
	out = text_of(buf_bytes(&b));
	free(memory);
	return out;
}

/* What every object of an item has; NULL: it stands there already. */
static json_t *put_object(struct stix *s, const struct border_item *it, const char *type, const char *id,
			  const char *author, const struct marks *marks)
{
	char time[WALL_TEXT_LEN];
	json_t *o;

	wall_write(it->created, time);
	o = object_new(s, type, id, time);
	if (o == NULL)
		return NULL;
	wall_write(it->modified, time);
	put_str(o, "modified", time);
	put_str(o, "created_by_ref", author);
	if (it->is_withdrawn)
		json_object_set_new(o, "revoked", json_true());
	json_object_set_new(o, "object_marking_refs",
			    json_pack("[s,s,s]", marks->tlp->id, marks->banner, marks->label));
	return o;
}

/* Beside what STIX has of it, in our extension, as it was said: no number is made of a confidence. */
static void put_event(json_t *o, const struct border_event *e)
{
	json_t *said = json_pack("{s:s}", "kind", e->kind);
	const char *name;
	struct bytes text;
	size_t at = 0;

	while (border_event_next(e, &at, &name, &text))
		json_object_set_new(said, name, text_of(text));
	json_object_set_new(o, "extensions", extension_of(STIX_EXTENSION, "event", said));
}

static void put_incident(struct stix *s, const struct border_item *it, const char *author,
			 const struct marks *marks)
{
	char id[ID_LEN_MAX];
	json_t *o;

	id_write("incident", it->id, id);
	o = put_object(s, it, "incident", id, author, marks);
	if (o == NULL)
		return;
	json_object_set_new(o, "name",
			    it->is_withdrawn ? json_string("WITHDRAWN") : text_of(border_title(it)));
	if (it->is_withdrawn)
		return;
	if (it->portions_count > 0)
		json_object_set_new(o, "description", content_of(it));
	put_event(o, &it->event);
}

/* A claim's point is an object of its own, to which its note refers. */
static void put_location(struct stix *s, const struct border_item *it, const char *author,
			 const struct marks *marks, json_t *references)
{
	const struct where_point *p = &it->event.where.points[0];
	uint8_t uuid[UUID_LEN];
	char id[ID_LEN_MAX];
	json_t *o;

	if (it->event.where.count != 1 || it->is_withdrawn)
		return;
	border_uuid(s->accord, "location", BYTES_OF(it->id), uuid);
	id_write("location", uuid, id);
	o = put_object(s, it, "location", id, author, marks);
	if (o != NULL) {
		json_object_set_new(o, "latitude", json_real((double)p->lat / WHERE_UNITS));
		json_object_set_new(o, "longitude", json_real((double)p->lon / WHERE_UNITS));
	}
	json_array_append_new(references, json_string(id));
}

/* Its party's word, and nobody else's: whoever else says so has a relationship of his own. */
static void put_pair(struct stix *s, const struct border_item *it, const char *author,
		     const struct marks *marks)
{
	char id[ID_LEN_MAX];
	json_t *o;

	id_write("relationship", it->id, id);
	o = put_object(s, it, "relationship", id, author, marks);
	if (o == NULL)
		return;
	json_object_set_new(o, "relationship_type", json_string("duplicate-of"));
	id_write("incident", it->references[0].id, id);
	json_object_set_new(o, "source_ref", json_string(id));
	id_write("incident", it->references[1].id, id);
	json_object_set_new(o, "target_ref", json_string(id));
}

static void put_note(struct stix *s, const struct border_item *it, const char *author,
		     const struct marks *marks, const struct marks *of_portions)
{
	char id[ID_LEN_MAX];
	json_t *o, *references = json_pack("[s]", author);

	put_location(s, it, author, marks, references);
	id_write("note", it->id, id);
	o = put_object(s, it, "note", id, author, marks);
	if (o == NULL) {
		json_decref(references);
		return;
	}
	if (!it->is_withdrawn) {
		if (it->language.len > 0)
			json_object_set_new(o, "lang", text_of(it->language));
		json_object_set_new(o, "abstract", text_of(border_title(it)));
		json_object_set_new(o, "authors", json_pack("[o]", text_of(it->role)));
	}
	json_object_set_new(o, "content", content_of(it));
	for (size_t i = 0; i < it->references_count; i++) {
		id_write(it->references[i].is_event ? "incident" : "note", it->references[i].id, id);
		json_array_append_new(references, json_string(id));
	}
	json_object_set_new(o, "object_refs", references);
	put_portions(o, it, of_portions);
	if (it->event.kind != NULL && !it->is_withdrawn)
		put_event(o, &it->event);
}

enum err stix_put(struct stix *s, const struct border_item *it)
{
	struct marks marks, *of_portions;
	char author[ID_LEN_MAX];

	if (!has_tlp(s, &it->label))
		return ERR_REFUSED;
	for (size_t i = 0; i < it->portions_count; i++) {
		if (it->portions[i].is_marked && !has_tlp(s, &it->portions[i].label))
			return ERR_REFUSED;
	}
	put_extension(s);
	put_party(s, it->author, author);
	put_marks(s, &it->label, &marks);
	of_portions = xcalloc(BORDER_PORTIONS_MAX, sizeof *of_portions);
	for (size_t i = 0; i < it->portions_count; i++) {
		if (it->portions[i].is_marked)
			put_marks(s, &it->portions[i].label, &of_portions[i]);
	}
	if (it->event.kind != NULL && strcmp(it->event.kind, "event") == 0)
		put_incident(s, it, author, &marks);
	else if (it->event.kind != NULL && strcmp(it->event.kind, BORDER_SAME) == 0)
		put_pair(s, it, author, &marks);
	else
		put_note(s, it, author, &marks, of_portions);
	free(of_portions);
	return ERR_OK;
}

const char *stix_version(const json_t *object)
{
	const char *modified = json_string_value(json_object_get(object, "modified"));

	return modified != NULL ? modified : json_string_value(json_object_get(object, "created"));
}

char *stix_bundle(const struct stix *s, const char *what)
{
	uint8_t uuid[UUID_LEN];
	char id[ID_LEN_MAX], *text = json_dumps(s->objects, JSON_COMPACT | REALS), *out;
	json_t *bundle;

	/* A bundle's id is of what is in it: the same feed twice is the same bytes. */
	border_uuid(s->accord, what, bytes_str(text), uuid);
	free(text);
	id_write("bundle", uuid, id);
	bundle = json_pack("{s:s,s:s}", "type", "bundle", "id", id);
	if (json_array_size(s->objects) > 0)
		json_object_set(bundle, "objects", s->objects);
	out = json_dumps(bundle, JSON_COMPACT | REALS);
	json_decref(bundle);
	return out;
}

/* ---- As a feed: one bundle ---- */

static void feed_start(struct writing *w)
{
	struct stix *s = xcalloc(1, sizeof *s);

	stix_open(s, w->accord);
	w->state = s;
}

static enum err feed_put(struct writing *w, const struct border_item *it)
{
	return stix_put(w->state, it);
}

static void feed_finish(struct writing *w)
{
	char *text = stix_bundle(w->state, w->role);

	writing_put_file(w, "bundle.json", "application/stix+json;version=2.1", bytes_str(text));
	free(text);
	stix_close(w->state);
	free(w->state);
}

const struct format format_stix = { "stix", "taxii", feed_start, feed_put, feed_finish, true };

/* ---- In ---- */

enum err stix_read(struct bytes in, struct stix_in *out, size_t *offset)
{
	json_t *whole, *objects;
	enum err e = border_json_read(in, &whole, offset);

	out->objects = NULL;
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
	json_decref(whole);
	return ERR_OK;
}

void stix_in_close(struct stix_in *in)
{
	json_decref(in->objects);
	in->objects = NULL;
}

static const char *str_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *label_of(const json_t *marking)
{
	return str_of(json_object_get(json_object_get(marking, "extensions"), STIX_EXTENSION), "label");
}

/* The next object with this id; NULL: there is none. A file may have two, and both count. */
static const json_t *next_of_id(const struct stix_in *in, const char *id, size_t *at)
{
	while (*at < json_array_size(in->objects)) {
		const json_t *o = json_array_get(in->objects, (*at)++);
		const char *own = str_of(o, "id");
		if (own != NULL && strcmp(own, id) == 0)
			return o;
	}
	return NULL;
}

static struct bytes statement_of(const json_t *marking)
{
	const char *text = str_of(json_object_get(marking, "definition"), "statement");

	return text == NULL ? (struct bytes){ NULL, 0 } : bytes_str(text);
}

/*
 * The lowest level whose TLP is at least as narrow as this mark; the highest where there is none. What the
 * guidelines cannot say in TLP has no say here.
 */
static bool level_of_tlp(const struct guidelines *g, const struct tlp *t, uint8_t *level)
{
	bool has_any = false;

	for (size_t l = 0; l < g->levels_count; l++) {
		const struct tlp *own = tlp_find(border_level_name(g, "tlp", (uint8_t)l));
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

static const struct tlp *tlp_by_id(const char *id)
{
	for (size_t i = 0; i < ARRAY_COUNT(tlps); i++) {
		if (strcmp(tlps[i].id, id) == 0)
			return &tlps[i];
	}
	return NULL;
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

static bool has_label(const struct stix_object *o)
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
	if (has_label(out))
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
	struct label_mask both, *whole = &out->marks.label;
	const struct tlp *tlp = NULL;
	uint8_t level;

	(void)take_mark(g, in, id, &part, &tlp);
	take_statements(g, in, id, true, out);
	if (!has_label(out)) {
		/* a label of ours on a part of what has none */
		out->marks.said.is_unknown =
			out->marks.said.is_unknown || part.marks.mark != INCOMING_UNLABELLED;
		return;
	}
	if (tlp != NULL && level_of_tlp(g, tlp, &level) && level > whole->level)
		take_level(g, tlp, out);
	if (part.marks.mark == INCOMING_UNLABELLED)
		return;
	if (part.marks.mark == INCOMING_UNKNOWN ||
	    !policy_join(g, whole, &part.marks.label, &both).is_allowed)
		out->marks.mark = INCOMING_UNKNOWN;
	else if (both.level != whole->level || both.values != whole->values || both.rel != whole->rel ||
		 both.origin != whole->origin)
		out->marks.mark = INCOMING_CONTRADICTORY, *whole = both;
}

static void take_parts(const struct guidelines *g, const struct stix_in *in, const json_t *parts,
		       struct stix_object *out)
{
	for (size_t i = 0; i < json_array_size(parts) && out->marks.mark != INCOMING_UNKNOWN; i++) {
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
	if (has_label(out) && !is_one_tlp)
		out->marks.mark = INCOMING_CONTRADICTORY;
	if (has_label(out) && tlp != NULL)
		take_level(g, tlp, out);
	for (size_t i = 0; i < json_array_size(marks) && out->marks.mark != INCOMING_UNKNOWN; i++)
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
		if (!incoming_put(in, bytes_str(o.id), bytes_of(o.title), bytes_of(o.text), &o.marks))
			e = ERR_LIMIT;
	}
	if (e == ERR_OK)
		in->rule = NULL;
	stix_in_close(&read);
	return e;
}
