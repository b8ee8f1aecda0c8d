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
	/*
	 * ERR_REFUSED: it cannot be said in this format, and is not sent. ERR_LIMIT: it does not fit any
	 * more; what was put before stands.
	 */
	enum err (*put)(struct writing *w, const struct border_item *it);
	/* Puts the files, and frees the state. */
	void (*finish)(struct writing *w);
	bool has_pairs; /* it can say that two events are one; of others those items are not sent */
};

/* NULL: no such format. */
const struct format *format_find(struct bytes name);
/* The next after `f`, or the first; NULL at the end. */
const struct format *format_next(const struct format *f);

void writing_put_file(struct writing *w, const char *name, const char *media_type, struct bytes text);

/* Bytes of all that a format writes in one piece; what is more is ERR_LIMIT, and not written in part. */
#define WRITING_LEN_MAX (4u << 20)

/* RFC 3339 in UTC, "-00:00" behind it where a format wants no Z; with its terminator. */
#define NUMERIC_TIME_LEN 32u
void numeric_time_write(struct wall t, char out[NUMERIC_TIME_LEN]);
/* "urn:uuid:..." */
#define URN_LEN (UUID_TEXT_LEN + 9u)
void urn_write(const uint8_t id[UUID_LEN], char out[URN_LEN]);
/* "KOR watch" */
#define AUTHOR_LEN (PARTY_NAME_MAX + ROLE_NAME_MAX + 2u)
void author_write(const struct accord *a, const struct border_item *it, char out[AUTHOR_LEN]);

/* The rows: each in the file of its name. */
extern const struct format format_stix, format_cap, format_atom, format_misp, format_geojson, format_csv,
	format_adatp;

#endif
