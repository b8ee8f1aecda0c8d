/* A MISP feed directory: manifest.json, an event a file, hashes.csv. docs/spec/border.md section 8. */
#include "border/format.h"

#include "base/alloc.h"
#include "crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>

#define TAG_LEN (LABEL_TEXT_LEN_MAX + 64u)

struct misp {
	json_t *manifest;
	struct buf hashes; /* heap */
};

static void start(struct writing *w)
{
	struct misp *m = xcalloc(1, sizeof *m);

	m->manifest = json_object();
	buf_init(&m->hashes, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
	w->state = m;
}

static json_t *text_of(struct bytes text)
{
	return json_stringn(text.len == 0 ? "" : (const char *)text.ptr, text.len);
}

static json_t *seconds_of(struct wall t)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)(t.ms / 1000));
	return json_string(text);
}

/* TLP by the guidelines' map; the label whole, in a tag of ours. */
static json_t *tags_of(const struct accord *a, const struct border_item *it)
{
	struct bytes tlp = guidelines_level_name(a->guidelines, "tlp", it->label.level);
	struct bytes ism = guidelines_level_name(a->guidelines, "dni-ism", it->label.level);
	char memory[TAG_LEN];
	struct buf tag = BUF_ON(memory);
	json_t *tags = json_array();

	buf_put_str(&tag, "tlp:");
	buf_put(&tag, tlp);
	json_array_append_new(tags, json_pack("{s:o}", "name", text_of(buf_bytes(&tag))));
	if (ism.ptr != NULL) {
		buf_reset(&tag);
		buf_put_str(&tag, "dni-ism:classification:all=\"");
		buf_put(&tag, ism);
		buf_put_byte(&tag, '"');
		json_array_append_new(tags, json_pack("{s:o}", "name", text_of(buf_bytes(&tag))));
	}
	buf_reset(&tag);
	buf_put_str(&tag, "entente:label=\"");
	label_text_write(a->guidelines, &it->label, &tag);
	buf_put_byte(&tag, '"');
	json_array_append_new(tags, json_pack("{s:o}", "name", text_of(buf_bytes(&tag))));
	return tags;
}

static json_t *orgc_of(const struct accord *a, size_t party)
{
	uint8_t id[UUID_LEN];
	char uuid[UUID_TEXT_LEN];

	border_uuid(a, "party", bytes_str(a->parties[party].code), id);
	border_uuid_write(id, uuid);
	return json_pack("{s:s,s:s}", "name", a->parties[party].code, "uuid", uuid);
}

static void put_hash(struct misp *m, struct bytes value, const char *event)
{
	uint8_t md5[16];

	hash_md5(value, md5);
	buf_put_hex(&m->hashes, BYTES_OF(md5));
	buf_put_byte(&m->hashes, ',');
	buf_put_str(&m->hashes, event);
	buf_put_byte(&m->hashes, '\n');
}

static json_t *attribute_of(const struct writing *w, const struct border_item *it, size_t index,
			    const char *type, const char *comment, struct bytes value)
{
	uint8_t memory[UUID_LEN + 8], id[UUID_LEN];
	struct buf of = BUF_ON(memory);
	char uuid[UUID_TEXT_LEN];

	buf_put(&of, (struct bytes){ it->id, UUID_LEN });
	buf_put_be64(&of, index);
	border_uuid(w->accord, "attribute", buf_bytes(&of), id);
	border_uuid_write(id, uuid);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:b,s:b,s:s,s:o}", "uuid", uuid, "type", type, "category",
			 "Other", "comment", comment, "value", text_of(value), "to_ids", 0,
			 "disable_correlation", 1, "distribution", "0", "timestamp",
			 seconds_of(it->modified));
}

static json_t *attributes_of(struct writing *w, const struct border_item *it, const char *event)
{
	json_t *out = json_array();
	size_t index = 0;

	for (size_t i = 0; i < it->portions_count; i++) {
		json_array_append_new(out, attribute_of(w, it, index++, "text", "", it->portions[i].text));
		put_hash(w->state, it->portions[i].text, event);
	}
	for (size_t i = 0; i < it->references_count; i++) {
		char uuid[UUID_TEXT_LEN];
		border_uuid_write(it->references[i].id, uuid);
		json_array_append_new(
			out, attribute_of(w, it, index++, "text", "refers to the event", bytes_str(uuid)));
		put_hash(w->state, bytes_str(uuid), event);
	}
	return out;
}

static enum err put(struct writing *w, const struct border_item *it)
{
	struct misp *m = w->state;
	char uuid[UUID_TEXT_LEN], name[UUID_TEXT_LEN + 8], day[WALL_TEXT_LEN], hex[2 * HASH_LEN + 1], *text;
	uint8_t hash[HASH_LEN];
	json_t *row, *event;

	if (it->is_withdrawn ||
	    guidelines_level_name(w->accord->guidelines, "tlp", it->label.level).ptr == NULL)
		return ERR_REFUSED;
	border_uuid_write(it->id, uuid);
	wall_write(it->created, day);
	day[10] = '\0';
	row = json_pack("{s:o,s:o,s:o,s:s,s:s,s:s,s:o}", "Orgc", orgc_of(w->accord, it->author), "Tag",
			tags_of(w->accord, it), "info", text_of(border_title(it)), "date", day, "analysis",
			"2", "threat_level_id", "4", "timestamp", seconds_of(it->modified));
	event = json_copy(row);
	json_object_set_new(event, "uuid", json_string(uuid));
	json_object_set_new(event, "published", json_true());
	json_object_set_new(event, "publish_timestamp", seconds_of(it->modified));
	json_object_set_new(event, "distribution", json_string("0"));
	json_object_set_new(event, "Attribute", attributes_of(w, it, uuid));
	event = json_pack("{s:o}", "Event", event);
	text = json_dumps(event, JSON_COMPACT);
	json_decref(event);
	hash_sha256(bytes_str(text), hash);
	bytes_write_hex(BYTES_OF(hash), hex);
	json_object_set_new(row, "integrity:sha256", json_string(hex));
	json_object_set_new(m->manifest, uuid, row);
	snprintf(name, sizeof name, "%s.json", uuid);
	writing_put_file(w, name, "application/json", bytes_str(text));
	free(text);
	return ERR_OK;
}

static void finish(struct writing *w)
{
	struct misp *m = w->state;
	char *text = json_dumps(m->manifest, JSON_COMPACT);

	writing_put_file(w, "manifest.json", "application/json", bytes_str(text));
	writing_put_file(w, "hashes.csv", "text/csv", buf_bytes(&m->hashes));
	free(text);
	json_decref(m->manifest);
	free(m->hashes.ptr);
	free(m);
}

const struct format format_misp = { "misp", "misp", start, put, finish, false };
