#include "border/format.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct format *const formats[] = {
	&format_stix, &format_cap, &format_atom, &format_misp, &format_geojson, &format_csv, &format_adatp,
};

const struct format *format_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
		if (bytes_equal(name, bytes_str(formats[i]->name)))
			return formats[i];
	}
	return NULL;
}

const struct format *format_next(const struct format *f)
{
	for (size_t i = 0; f != NULL && i < ARRAY_COUNT(formats); i++) {
		if (formats[i] == f)
			return i + 1 < ARRAY_COUNT(formats) ? formats[i + 1] : NULL;
	}
	return formats[0];
}

void writing_put_file(struct writing *w, const char *name, const char *media_type, struct bytes text)
{
	json_array_append_new(w->files, json_pack("{s:s,s:s,s:s%}", "name", name, "media_type", media_type,
						  "text", (const char *)text.ptr, text.len));
}

void numeric_time_write(struct wall t, char out[NUMERIC_TIME_LEN])
{
	char text[WALL_TEXT_LEN];

	wall_write(t, text);
	snprintf(out, NUMERIC_TIME_LEN, "%.19s-00:00", text);
}

void urn_write(const uint8_t id[UUID_LEN], char out[URN_LEN])
{
	memcpy(out, "urn:uuid:", 9);
	border_uuid_write(id, out + 9);
}

void author_write(const struct accord *a, const struct border_item *it, char out[AUTHOR_LEN])
{
	snprintf(out, AUTHOR_LEN, "%s %.*s", a->parties[it->author].code, (int)it->role.len,
		 (const char *)it->role.ptr);
}
