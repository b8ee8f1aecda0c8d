/*
 * atom.h - an Atom feed (RFC 4287) under way; what was withdrawn is a tombstone (RFC 6721).
 *
 * Spec: docs/spec/border.md section 7. Layer: border.
 */
#ifndef BORDER_ATOM_H
#define BORDER_ATOM_H

#include "border/format.h"
#include "border/xml.h"

#define ATOM_NS "http://www.w3.org/2005/Atom"
#define TOMBSTONE_NS "http://purl.org/atompub/tombstones/1.0"
#define ATOM_LABEL_SCHEME "urn:entente:label" /* of the category whose term is the label's line */

struct atom {
	const struct accord *accord;
	const char *role, *of; /* of: the format that it is, or that it is the index of */
	struct buf entries;    /* heap */
	struct xml xml;
	struct wall updated;
};

void atom_start(struct atom *f, const struct accord *a, const char *role, const char *of);
/* href NULL: the words are in the entry; otherwise in that file. ERR_LIMIT. */
enum err atom_put(struct atom *f, const struct border_item *it, const char *href,
		  const char *media_type) MUST_CHECK;
/* Puts the file, and frees what the feed held. */
void atom_finish(struct atom *f, struct writing *w, const char *name);

#endif
