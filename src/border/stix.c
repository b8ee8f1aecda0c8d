#include "border/stix.h"

#include "base/alloc.h"
#include "border/format.h"
#include "border/tlp.h"
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
	out->tlp = tlp_find(guidelines_level_name(s->accord->guidelines, "tlp", m->level));
	put_tlp(s, out->tlp);
	put_own(s, m, out->banner, out->label);
}

static bool has_tlp(const struct stix *s, const struct label_mask *m)
{
	return tlp_find(guidelines_level_name(s->accord->guidelines, "tlp", m->level)) != NULL;
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
		if (!border_is_in(it, &it->portions[i], 0))
			continue;
		json_array_append_new(texts, text_of(it->portions[i].text));
		if (!it->portions[i].is_marked)
			continue;
		buf_put_str(&b, "extensions." STIX_EXTENSION ".portions.[");
		buf_put_decimal(&b, json_array_size(texts) - 1);
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

static json_t *content_of(const struct border_item *it, size_t language)
{
	uint8_t *memory;
	struct buf b;
	json_t *out;

	if (it->is_withdrawn)
		return json_string("WITHDRAWN");
	memory = xcalloc(1, border_text_max(it));
	buf_init(&b, memory, border_text_max(it));
	border_text_in(it, language, &b);
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

static json_t *title_of(const struct border_item *it, size_t language)
{
	return it->is_withdrawn ? json_string("WITHDRAWN") : text_of(border_title_in(it, language));
}

/* What it says in its other languages, by the names that its object has for title and text. */
static void put_languages(struct stix *s, const struct border_item *it, const char *object,
			  const char *author, const struct marks *marks, const char *title, const char *text)
{
	json_t *o, *contents = json_object();
	char id[ID_LEN_MAX], time[WALL_TEXT_LEN];
	uint8_t uuid[UUID_LEN];

	for (size_t i = 1; i < it->languages_count; i++) {
		json_t *said = json_object();
		json_object_set_new(said, title, title_of(it, i));
		if (it->is_withdrawn || it->portions_count > 0)
			json_object_set_new(said, text, content_of(it, i));
		json_object_setn_new(contents, (const char *)it->languages[i].ptr, it->languages[i].len,
				     said);
	}
	border_uuid(s->accord, "language", BYTES_OF(it->id), uuid);
	id_write("language-content", uuid, id);
	o = it->languages_count < 2 ? NULL : put_object(s, it, "language-content", id, author, marks);
	if (o == NULL) {
		json_decref(contents);
		return;
	}
	wall_write(it->modified, time);
	put_str(o, "object_ref", object);
	put_str(o, "object_modified", time);
	json_object_set_new(o, "contents", contents);
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
	json_object_set_new(o, "name", title_of(it, 0));
	if (!it->is_withdrawn) {
		if (it->language.len > 0)
			json_object_set_new(o, "lang", text_of(it->language));
		if (it->portions_count > 0)
			json_object_set_new(o, "description", content_of(it, 0));
		put_event(o, &it->event);
	}
	put_languages(s, it, id, author, marks, "name", "description");
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

static void put_references(json_t *references, const struct border_item *it)
{
	for (size_t i = 0; i < it->references_count; i++) {
		const struct border_reference *r = &it->references[i];
		char id[ID_LEN_MAX];
		id_write(r->is_event ? "incident" : r->is_published ? "report" : "note", r->id, id);
		json_array_append_new(references, json_string(id));
	}
}

/* What is published is a report; what else is said a note, of which who said it at his party is an author. */
static void put_words(struct stix *s, const struct border_item *it, const char *author,
		      const struct marks *marks, const struct marks *of_portions)
{
	const char *type = it->is_published ? "report" : "note",
		   *title = it->is_published ? "name" : "abstract",
		   *text = it->is_published ? "description" : "content";
	char id[ID_LEN_MAX], time[WALL_TEXT_LEN];
	json_t *o, *references = json_pack("[s]", author);

	put_location(s, it, author, marks, references);
	id_write(type, it->id, id);
	o = put_object(s, it, type, id, author, marks);
	if (o == NULL) {
		json_decref(references);
		return;
	}
	if (it->is_published || !it->is_withdrawn)
		json_object_set_new(o, title, title_of(it, 0));
	if (!it->is_withdrawn && it->language.len > 0)
		json_object_set_new(o, "lang", text_of(it->language));
	if (!it->is_withdrawn && !it->is_published)
		json_object_set_new(o, "authors", json_pack("[o]", text_of(it->role)));
	if (it->is_published) {
		wall_write(it->created, time);
		put_str(o, "published", time);
	}
	json_object_set_new(o, text, content_of(it, 0));
	put_references(references, it);
	json_object_set_new(o, "object_refs", references);
	put_portions(o, it, of_portions);
	if (it->event.kind != NULL && !it->is_withdrawn)
		put_event(o, &it->event);
	put_languages(s, it, id, author, marks, title, text);
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
		put_words(s, it, author, &marks, of_portions);
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
