/* GeoJSON (RFC 7946): a feature an item. docs/spec/border.md section 8. */
#include "border/format.h"

#include "base/alloc.h"

#include <stdlib.h>

static json_t *text_of(struct bytes text)
{
	return json_stringn(text.len == 0 ? "" : (const char *)text.ptr, text.len);
}

static void start(struct writing *w)
{
	w->state = json_array();
}

static void put_marks(json_t *properties, const struct accord *a, const struct border_item *it)
{
	char banner_memory[BORDER_BANNER_MAX], line_memory[LABEL_TEXT_LEN_MAX];
	struct buf banner = BUF_ON(banner_memory), line = BUF_ON(line_memory);

	border_banner(a, &it->label, &banner);
	label_text_write(a->guidelines, &it->label, &line);
	json_object_set_new(properties, "marking", text_of(buf_bytes(&banner)));
	json_object_set_new(properties, "label", text_of(buf_bytes(&line)));
}

/* Longitude first, and the ring against the clock; what is unknown has no geometry. */
static json_t *geometry_of(const struct border_item *it)
{
	const struct where *at = &it->event.where;
	bool is_turned = where_turn(at) < 0;
	json_t *points = json_array();

	for (size_t i = 0; i < at->count; i++) {
		const struct where_point *p = &at->points[is_turned ? at->count - 1 - i : i];
		json_array_append_new(points, json_pack("[f,f]", (double)p->lon / WHERE_UNITS,
							(double)p->lat / WHERE_UNITS));
	}
	if (at->count == 0 || it->is_withdrawn) {
		json_decref(points);
		return json_null();
	}
	if (at->count > 1)
		return json_pack("{s:s,s:[o]}", "type", "Polygon", "coordinates", points);
	json_decref(points);
	return json_pack("{s:s,s:[f,f]}", "type", "Point", "coordinates",
			 (double)at->points[0].lon / WHERE_UNITS, (double)at->points[0].lat / WHERE_UNITS);
}

static void put_event(json_t *properties, const struct border_item *it)
{
	const char *name;
	struct bytes text;
	size_t at = 0;

	if (it->event.kind == NULL)
		return;
	json_object_set_new(properties, "kind", json_string(it->event.kind));
	if (it->references_count > 0) {
		char uuid[UUID_TEXT_LEN];
		border_uuid_write(it->references[0].id, uuid);
		json_object_set_new(properties, "of", json_string(uuid));
	}
	while (border_event_next(&it->event, &at, &name, &text))
		json_object_set_new(properties, name, text_of(text));
}

static enum err put(struct writing *w, const struct border_item *it)
{
	char uuid[UUID_TEXT_LEN], time[WALL_TEXT_LEN], author[AUTHOR_LEN];
	uint8_t *memory;
	json_t *properties = json_object();
	struct buf text;

	border_uuid_write(it->id, uuid);
	put_marks(properties, w->accord, it);
	wall_write(it->created, time);
	json_object_set_new(properties, "created", json_string(time));
	wall_write(it->modified, time);
	json_object_set_new(properties, "modified", json_string(time));
	json_object_set_new(properties, "withdrawn", json_boolean(it->is_withdrawn));
	if (!it->is_withdrawn) {
		author_write(w->accord, it, author);
		json_object_set_new(properties, "author", json_string(author));
		json_object_set_new(properties, "title", text_of(border_title(it)));
		memory = xcalloc(1, border_text_max(it));
		buf_init(&text, memory, border_text_max(it));
		border_text(it, &text);
		json_object_set_new(properties, "text", text_of(buf_bytes(&text)));
		free(memory);
		put_event(properties, it);
	}
	json_array_append_new(w->state, json_pack("{s:s,s:s,s:o,s:o}", "type", "Feature", "id", uuid,
						  "geometry", geometry_of(it), "properties", properties));
	return ERR_OK;
}

static void finish(struct writing *w)
{
	json_t *all = json_pack("{s:s,s:o}", "type", "FeatureCollection", "features", w->state);
	char *text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(8)); /* 180.12345 */

	writing_put_file(w, "items.geojson", "application/geo+json", bytes_str(text));
	free(text);
	json_decref(all);
}

const struct format format_geojson = { "geojson", "geojson", start, put, finish, false };
