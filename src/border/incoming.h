/*
 * incoming.h - what others sent, read for a person to decide on. Nothing of it is believed.
 *
 * Spec: docs/spec/border.md section 9. Fuzz: test/fuzz/incoming.c. Layer: border.
 */
#ifndef BORDER_INCOMING_H
#define BORDER_INCOMING_H

#include "border/border.h"

#include <jansson.h>

#define INCOMING_LEN_MAX (1u << 20) /* bytes of one file */
#define INCOMING_DEPTH_MAX 24u
#define INCOMING_ITEMS_MAX 1000u

enum incoming_mark {
	INCOMING_LABELLED, /* its label is one of these guidelines, and its marks agree */
	INCOMING_UNLABELLED,
	INCOMING_UNKNOWN,	/* a label, and not one of these guidelines */
	INCOMING_CONTRADICTORY, /* the stricter decides, and a person */
	INCOMING_MARK_COUNT
};
const char *incoming_mark_name(enum incoming_mark m); /* "LABELLED" */

struct incoming {
	const struct guidelines *guidelines;
	json_t *items;	    /* array of {"id", "title", "text", "mark", "label"}; its own */
	const char *rule;   /* of the format that is broken; NULL while none is */
	size_t offset;	    /* where, as far as it is known */
	struct bytes whole; /* while it is read */
	/* a marking has a character that nobody sees, or that turns it round: at unseen_at */
	bool is_unseen;
	size_t unseen_at;
};

/*
 * ERR_NOT_FOUND: nothing is read in that format; ERR_LIMIT: too long, too many; ERR_USAGE with rule and
 * offset. On any error there are no items.
 */
enum err incoming_read(const struct guidelines *g, struct bytes format, struct bytes in,
		       struct incoming *out) MUST_CHECK;
void incoming_close(struct incoming *in); /* takes zeroed ones */

/* ---- For the formats ---- */

/* Marks one after another: what does not go together with what was there is a contradiction. */
struct incoming_marks {
	enum incoming_mark mark; /* starts as UNLABELLED */
	struct label_mask label;
};
/* Where others put what they like: whether it is meant as a line of section 2. */
bool incoming_is_line(struct bytes text);
/* A line of section 2 that stood in it. */
void incoming_take_line(struct incoming *in, struct bytes line, struct incoming_marks *m);
/*
 * The level of a text that begins with the name of one, in any language, or is its code up to "//"; false:
 * it begins with none. *is_banner: it is meant as one.
 */
bool incoming_banner_level(const struct guidelines *g, struct bytes text, uint8_t *level, bool *is_banner);
/* Beside the labels, once all of them are taken: another level is a contradiction, and the higher counts. */
void incoming_compare_banner(const struct guidelines *g, struct bytes text, struct incoming_marks *m);
/* The same of a marking that stands in the file, where hidden characters are looked for. */
void incoming_take_banner(struct incoming *in, struct bytes text, struct incoming_marks *m);
/* A marking, whatever it says: one with a character that is hidden has the whole file refused. */
void incoming_look_at(struct incoming *in, struct bytes marking);
/* Texts are copied; any may have .ptr NULL. False: there are too many, or one is no UTF-8. */
bool incoming_put(struct incoming *in, struct bytes id, struct bytes title, struct bytes text,
		  const struct incoming_marks *m);

/* Each puts its items; ERR_USAGE with in->rule. */
enum err stix_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err cap_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err csv_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err adatp_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err atom_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err geojson_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;

#endif
