/* GeoJSON (RFC 7946) read, with the checks that readers of maps leave out. docs/spec/border.md section 9. */
#include "base/alloc.h"
#include "border/incoming.h"
#include "border/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POSITION_MAX 3u /* longitude, latitude, height */
#define RING_MIN 4u

/* ---- Geometries ---- */

static bool is_position(const json_t *p)
{
	static const double bounds[POSITION_MAX] = { 180, 90, 1e9 };
	size_t count = json_array_size(p);

	for (size_t i = 0; i < count && i < POSITION_MAX; i++) {
		const json_t *n = json_array_get(p, i);
		if (!json_is_number(n) || json_number_value(n) > bounds[i] ||
		    json_number_value(n) < -bounds[i])
			return false;
	}
	return count >= 2 && count <= POSITION_MAX;
}

static const char *check_each(const json_t *all, const char *(*check)(const json_t *one))
{
	const json_t *one;
	size_t i;

	if (json_array_size(all) == 0)
		return "geojson.coordinates";
	json_array_foreach(all, i, one)
	{
		const char *rule = check(one);
		if (rule != NULL)
			return rule;
	}
	return NULL;
}

static const char *check_point(const json_t *position)
{
	return is_position(position) ? NULL : "geojson.position";
}

static const char *check_points(const json_t *positions)
{
	return check_each(positions, check_point);
}

static const char *check_line(const json_t *positions)
{
	return json_array_size(positions) < 2 ? "geojson.coordinates" : check_points(positions);
}

/* Either way around: RFC 7946 section 3.1.6. */
static const char *check_ring(const json_t *ring)
{
	size_t count = json_array_size(ring);
	const char *rule = check_points(ring);

	if (rule != NULL)
		return rule;
	return count < RING_MIN || !json_equal(json_array_get(ring, 0), json_array_get(ring, count - 1))
		       ? "geojson.ring"
		       : NULL;
}

static const char *check_rings(const json_t *rings)
{
	return check_each(rings, check_ring);
}

static const char *check_lines(const json_t *lines)
{
	return check_each(lines, check_line);
}

static const char *check_polygons(const json_t *polygons)
{
	return check_each(polygons, check_rings);
}

static const struct {
	const char *type;
	const char *(*check)(const json_t *coordinates);
} geometries[] = {
	{ "Point", check_point },     { "MultiPoint", check_points },
	{ "LineString", check_line }, { "MultiLineString", check_lines },
	{ "Polygon", check_rings },   { "MultiPolygon", check_polygons },
};

static const char *check_geometry(const json_t *g)
{
	const char *type = json_string_value(json_object_get(g, "type"));

	for (size_t i = 0; type != NULL && i < ARRAY_COUNT(geometries); i++) {
		if (strcmp(type, geometries[i].type) == 0)
			return geometries[i].check(json_object_get(g, "coordinates"));
	}
	return "geojson.geometry";
}

/* Of a GeometryCollection each; one in another is refused. */
static const char *check_place(const json_t *g)
{
	const json_t *all = json_object_get(g, "geometries"), *one;
	const char *type = json_string_value(json_object_get(g, "type")), *rule = NULL;
	size_t i;

	if (json_is_null(g))
		return NULL;
	if (type == NULL || strcmp(type, "GeometryCollection") != 0)
		return check_geometry(g);
	if (!json_is_array(all))
		return "geojson.geometry";
	json_array_foreach(all, i, one)
	{
		if (rule == NULL)
			rule = check_geometry(one);
	}
	return rule;
}

/* ---- Features ---- */

static struct bytes text_of(const json_t *of, const char *one, const char *other)
{
	const json_t *text = json_object_get(of, one);

	if (!json_is_string(text))
		text = json_object_get(of, other);
	return json_is_string(text)
		       ? (struct bytes){ (const uint8_t *)json_string_value(text), json_string_length(text) }
		       : (struct bytes){ NULL, 0 };
}

/* A number is an id as well as a text. */
static struct bytes id_of(const json_t *feature, char memory[32])
{
	const json_t *id = json_object_get(feature, "id");

	if (!json_is_integer(id))
		return text_of(feature, "id", "id");
	snprintf(memory, 32, "%lld", (long long)json_integer_value(id));
	return bytes_str(memory);
}

/* What is shown as title, words or label, or stands in each file of ours. */
static bool is_read(const json_t *properties, const char *key)
{
	static const char *const keys[] = { "title",	"text",	  "marking",  "created",
					    "modified", "author", "withdrawn" };

	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		if (strcmp(key, keys[i]) == 0)
			return true;
	}
	if (strcmp(key, "label") == 0)
		return incoming_is_line(text_of(properties, key, key));
	if (strcmp(key, "name") == 0)
		return !json_is_string(json_object_get(properties, "title"));
	return strcmp(key, "description") == 0 && !json_is_string(json_object_get(properties, "text"));
}

/* The words, what else is said of it, and where: a person sees what was said to be where. */
static bool put_feature(struct incoming *in, const json_t *feature)
{
	const json_t *properties = json_object_get(feature, "properties"),
		     *geometry = json_object_get(feature, "geometry");
	struct bytes line = text_of(properties, "label", "label"),
		     words = text_of(properties, "text", "description");
	struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
	char id[32], *place = json_is_null(geometry)
				      ? NULL
				      : json_dumps(geometry, JSON_COMPACT | JSON_REAL_PRECISION(8));
	size_t max = 2 * in->whole.len + (place == NULL ? 0 : strlen(place)) + 64;
	const char *key;
	const json_t *value;
	struct buf text;
	bool is_put;

	buf_init(&text, xcalloc(1, max), max);
	buf_put(&text, words);
	json_object_foreach((json_t *)(uintptr_t)properties, key, value)
	{
		if (!is_read(properties, key))
			border_json_put(&text, key, value);
	}
	if (place != NULL) {
		buf_put_str(&text, text.len > 0 ? "\n\n" : "");
		buf_put_str(&text, place);
	}
	if (incoming_is_line(line))
		incoming_take_line(in, line, &marks);
	incoming_take_banner(in, text_of(properties, "marking", "marking"), &marks);
	is_put = buf_check(&text) == ERR_OK &&
		 incoming_put(in, id_of(feature, id), text_of(properties, "title", "name"), buf_bytes(&text),
			      &marks);
	free(text.ptr);
	free(place);
	return is_put;
}

static const char *take_feature(struct incoming *in, const json_t *feature)
{
	const char *type = json_string_value(json_object_get(feature, "type")), *rule;
	const json_t *properties = json_object_get(feature, "properties");

	if (type == NULL || strcmp(type, "Feature") != 0 || json_object_get(feature, "geometry") == NULL ||
	    (!json_is_object(properties) && !json_is_null(properties)))
		return "geojson.feature";
	rule = check_place(json_object_get(feature, "geometry"));
	if (rule != NULL)
		return rule;
	return put_feature(in, feature) ? NULL : "geojson.items";
}

static const char *take_whole(struct incoming *in, const json_t *whole)
{
	const char *type = json_string_value(json_object_get(whole, "type"));
	const json_t *features = json_object_get(whole, "features"), *one;
	const char *rule = NULL;
	size_t i;

	/* Positions of another system of reference would stand elsewhere: RFC 7946 section 4. */
	if (json_object_get(whole, "crs") != NULL)
		return "geojson.crs";
	if (type != NULL && strcmp(type, "Feature") == 0)
		return take_feature(in, whole);
	if (type == NULL || strcmp(type, "FeatureCollection") != 0 || json_array_size(features) == 0)
		return "geojson.collection";
	json_array_foreach(features, i, one)
	{
		if (rule == NULL)
			rule = take_feature(in, one);
	}
	return rule;
}

enum err geojson_incoming(struct incoming *in, struct bytes bytes)
{
	json_t *whole;
	enum err e = border_json_read(bytes, &whole, &in->offset);

	in->rule = e == ERR_OK ? take_whole(in, whole) : "geojson.json";
	json_decref(whole);
	return in->rule == NULL ? ERR_OK : ERR_USAGE;
}
