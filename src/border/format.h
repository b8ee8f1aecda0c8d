/*
 * format.h - the formats that a feed can be had in: one row and one file a format.
 *
 * Spec: docs/spec/border.md. Layer: border.
 *
 * A feed is written item by item, the newest first, and ends as files: one, or those of a folder. The same
 * items are the same bytes: no clock, nothing random.
 */
#ifndef BORDER_FORMAT_H
#define BORDER_FORMAT_H

#include "border/border.h"

#include <jansson.h>

struct writing {
	const struct accord *accord;
	const char *role; /* for whom */
	void *state;	  /* the format's own; heap */
	json_t *files;	  /* array of {"name", "media_type", "text"} */
};

struct format {
	const char *name; /* "stix", as in a command */
	const char *feed; /* of the guidelines: whose ceiling it has */
	void (*open)(struct writing *w);
	/* ERR_REFUSED: it cannot be said in this format, and is not sent. */
	enum err (*put)(struct writing *w, const struct border_item *it);
	/* Puts the files, and frees the state. */
	void (*finish)(struct writing *w);
};

/* NULL: no such format. */
const struct format *format_find(struct bytes name);
/* The next after `f`, or the first; NULL at the end. */
const struct format *format_next(const struct format *f);

void writing_put_file(struct writing *w, const char *name, const char *media_type, struct bytes text);

/* The rows: each in the file of its name. */
extern const struct format format_stix;

#endif
