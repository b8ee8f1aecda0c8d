#include "border/format.h"

static const struct format *const formats[] = {
	&format_stix,
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
