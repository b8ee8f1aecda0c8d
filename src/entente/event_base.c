/* Lines under a map, from a file that whoever draws it has chosen: GeoJSON, of which only lines are read. */
#include "entente/event.h"

#include "base/alloc.h"
#include "home/words.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE_LEN_MAX (16u << 20)

static enum exit_code refuse(const char *path, const char *why)
{
	say_error(_("{1} is no map: {2}."), path, why);
	say_next(_("a GeoJSON file with lines or areas, at most 16 MiB"));
	return EXIT_REFUSED;
}

enum exit_code event_base_open(const char *path, json_t **out)
{
	struct buf bytes;
	json_error_t error;
	enum exit_code code = EXIT_DONE;
	enum err e;

	buf_init(&bytes, xcalloc(1, BASE_LEN_MAX), BASE_LEN_MAX);
	e = file_read(path, &bytes);
	if (e != ERR_OK) {
		code = refuse(path, e == ERR_LIMIT ? _(err_text(e)) : strerror(errno));
	} else {
		*out = json_loadb((const char *)bytes.ptr, bytes.len, 0, &error);
		if (*out == NULL)
			code = refuse(path, error.text);
		else if (!json_is_array(json_object_get(*out, "features")))
			code = refuse(path, _("it has no features"));
	}
	free(bytes.ptr);
	return code;
}

/* One line: its points as far as they are on the globe. */
static void each_point(const json_t *line, event_base_point *each, void *self)
{
	const json_t *point;
	bool begins = true;
	size_t i;

	json_array_foreach(line, i, point)
	{
		double lon = json_number_value(json_array_get(point, 0)),
		       lat = json_number_value(json_array_get(point, 1));
		if (!json_is_number(json_array_get(point, 0)) || !json_is_number(json_array_get(point, 1)) ||
		    lon < -180 || lon > 180 || lat < -90 || lat > 90) {
			begins = true;
			continue;
		}
		each(self, begins,
		     (struct where_point){ (int32_t)(lat * WHERE_UNITS), (int32_t)(lon * WHERE_UNITS) });
		begins = false;
	}
}

void event_base_each(const json_t *base, event_base_point *each, void *self)
{
	const json_t *feature, *one, *line;
	size_t i, n, k;

	json_array_foreach(json_object_get(base, "features"), i, feature)
	{
		const json_t *geometry = json_object_get(feature, "geometry"),
			     *coordinates = json_object_get(geometry, "coordinates");
		const char *type = json_str(geometry, "type");
		if (strcmp(type, "LineString") == 0)
			each_point(coordinates, each, self);
		if (strcmp(type, "MultiLineString") != 0 && strcmp(type, "Polygon") != 0 &&
		    strcmp(type, "MultiPolygon") != 0)
			continue;
		json_array_foreach(coordinates, n, one)
		{
			if (strcmp(type, "MultiPolygon") != 0)
				each_point(one, each, self);
			else
				json_array_foreach(one, k, line) each_point(line, each, self);
		}
	}
}
