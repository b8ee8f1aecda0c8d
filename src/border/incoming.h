/*
 * incoming.h - what others sent, read for a person to decide on. Nothing of it is believed.
 *
 * Spec: docs/spec/border.md section 9. Fuzz: test/fuzz/incoming.c. Layer: border.
 */
#ifndef BORDER_INCOMING_H
#define BORDER_INCOMING_H

#include "border/banner.h"
#include "border/border.h"

#include <jansson.h>

#define INCOMING_LEN_MAX (1u << 20) /* bytes of one file */
#define INCOMING_DEPTH_MAX 24u
#define INCOMING_ITEMS_MAX 1000u
#define INCOMING_TEXTS_MAX (16u << 20) /* bytes of the texts of all items: a head's words stand in each */

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
	size_t home; /* of its parties: who reads it, and may take it over */
	/*
	 * array of {"id", "title", "text", "mark", "label", "proposed": how a person would type it,
	 * "unknown": a word of its marking that is not known here, "has_banner"}; its own
	 */
	json_t *items;
	size_t texts_len; /* of all of them */
	/* roles of home that may read each of them, whichever of its marks is meant */
	uint64_t readers;
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
enum err incoming_read(const struct guidelines *g, size_t home, struct bytes format, struct bytes in,
		       struct incoming *out) MUST_CHECK;
void incoming_close(struct incoming *in); /* takes zeroed ones */

/* ---- For the formats ---- */

/* Marks one after another: what does not go together with what was there is a contradiction. */
struct incoming_marks {
	enum incoming_mark mark; /* starts as UNLABELLED */
	/* it, or a part of it, has a label whose words are known, be it none that may be given */
	bool has_label;
	bool is_nobodys;	 /* of two that it has, or of a label and a banner, nobody may read both */
	struct label_mask label; /* the stricter of all that it has */
	struct bytes word;	 /* the first word of a banner that is not known here; .len 0: each is */
	struct banner said;	 /* where it has none: what its banners and marks of portions say together */
};
/* A label more, or one of a part. False: nobody may read what has both. */
bool incoming_tighten(const struct guidelines *g, const struct label_mask *more, struct incoming_marks *m);
/* Where others put what they like: whether it is meant as a line of section 2. */
bool incoming_is_line(struct bytes text);
/* A line of section 2: one label more, or what may be read by both. */
void incoming_take_label(const struct guidelines *g, struct bytes line, struct incoming_marks *m);
/* The same of one that stands in the file, where hidden characters are looked for. */
void incoming_take_line(struct incoming *in, struct bytes line, struct incoming_marks *m);
/*
 * What a banner says, once all labels are taken; is_part: of a portion, which may ask for less than the
 * whole. Beside a label that differs it is a contradiction, and the stricter of each part counts.
 */
void incoming_take_marking(const struct guidelines *g, const struct banner *b, bool is_part,
			   struct incoming_marks *m);
/* The same of a text that may be one, and stands in the file, where hidden characters are looked for. */
void incoming_take_banner(struct incoming *in, struct bytes text, struct incoming_marks *m);
/* Marks as attributes of an element, and of those below it as its parts; false: there are none. */
struct xml_node;
bool incoming_take_ism(struct incoming *in, const struct xml_node *top, struct incoming_marks *m);
/* A marking, whatever it says: one with a character that is hidden has the whole file refused. */
void incoming_look_at(struct incoming *in, struct bytes marking);
/*
 * Texts are copied; any may have .ptr NULL. Marks of portions in them count too. False: there are too many,
 * they are too long together, or one is no UTF-8.
 */
bool incoming_put(struct incoming *in, struct bytes id, struct bytes title, struct bytes text,
		  const struct incoming_marks *marks);

/* Each puts its items; ERR_USAGE with in->rule. */
enum err stix_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err cap_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err csv_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err adatp_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err atom_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err geojson_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;
enum err ism_incoming(struct incoming *in, struct bytes bytes) MUST_CHECK;

#endif
