/*
 * stix.h - items as STIX 2.1 objects, and STIX bundles read for a person to decide on.
 *
 * Spec: docs/spec/border.md section 4. Fuzz: test/fuzz/stix.c. Layer: border.
 *
 * An item is a note with three markings: TLP, the banner as a statement, the label in an extension of ours.
 * What it needs (who said it, its markings) stands before it, each once.
 */
#ifndef BORDER_STIX_H
#define BORDER_STIX_H

#include "border/incoming.h"

#include <jansson.h>

#define STIX_EXTENSION "extension-definition--c23c520e-d0a1-4b4c-864e-ee2db47d1922"

struct stix {
	const struct accord *accord;
	json_t *objects; /* array, its own; in the order in which they are to be sent */
	json_t *known;	 /* object, its own: the ids that stand there */
};

void stix_open(struct stix *s, const struct accord *a);
void stix_close(struct stix *s);
/* ERR_REFUSED: the guidelines have no TLP for its level, or for a portion's: it is not sent. */
enum err stix_put(struct stix *s, const struct border_item *it) MUST_CHECK;
/* The version of an object: when it was modified, or made where it never is. Borrows. */
const char *stix_version(const json_t *object);
/* All of them as a bundle; heap, the caller's to free. */
char *stix_bundle(const struct stix *s, const char *what);

/* ---- In: nothing of it is believed, and each object waits for a person ---- */

#define STIX_DEPTH_MAX INCOMING_DEPTH_MAX
#define STIX_OBJECTS_MAX INCOMING_ITEMS_MAX
/*
 * Bytes of the markings that all references name together, each reference for at least as much: each is read.
 */
#define STIX_MARKED_MAX (16u << 20)
#define STIX_MARK_LEN_MIN 1024u

struct stix_in {
	json_t *objects; /* array: of a bundle or an envelope; its own */
	json_t *of_id;	 /* object: by its id an array of those that have it; its own */
};

struct stix_object {
	const char *id, *type;	     /* borrowed from the objects */
	const char *title, *text;    /* NULL: it has none */
	struct incoming_marks marks; /* label: of LABELLED and CONTRADICTORY; the stricter */
};

/*
 * Reads a bundle or a TAXII envelope. ERR_USAGE with the offset: no JSON, a key twice, too deep, not UTF-8,
 * no such thing. ERR_LIMIT: more than STIX_OBJECTS_MAX, or than STIX_MARKED_MAX.
 */
enum err stix_read(struct bytes in, struct stix_in *out, size_t *offset) MUST_CHECK;
void stix_in_close(struct stix_in *in);
/* ERR_USAGE: it is no object with a type and an id. */
enum err stix_read_object(const struct guidelines *g, const struct stix_in *in, size_t index,
			  struct stix_object *out) MUST_CHECK;

#endif
