/*
 * spif.h - guidelines as a security policy information file (open XML SPIF 2.1), and lines proposed from one.
 *
 * Spec: docs/spec/border.md section 11. Fuzz: test/fuzz/incoming.c. Layer: border. Pure.
 */
#ifndef BORDER_SPIF_H
#define BORDER_SPIF_H

#include "border/border.h"

#include <jansson.h>

#define SPIF_NS "http://www.xmlspif.org/spif"
#define SPIF_OWN_NS "urn:entente:spif" /* of what stands in its extensions */
#define SPIF_WRITTEN_LEN_MAX (512u << 10)

/* Levels, categories, values and parties of an accord that has guidelines. ERR_LIMIT. */
enum err spif_write(const struct accord *a, struct wall now, struct buf *out) MUST_CHECK;

/* What does not stand in the proposed lines, or not as it stood. */
enum spif_left {
	SPIF_RENAMED,
	SPIF_OBSOLETE,
	SPIF_TYPED,
	SPIF_EQUAL,
	SPIF_NAME,
	SPIF_LANGUAGE,
	SPIF_PORTION,
	SPIF_KIND,
	SPIF_ABOVE,
	SPIF_NOWHERE,
	SPIF_EXCLUDED,
	SPIF_FULL,
	SPIF_OTHER,
	SPIF_LEFT_COUNT
};
const char *spif_left_name(enum spif_left why); /* "RENAMED" */

struct spif {
	json_t *lines;	  /* texts, in the order of a guidelines file */
	json_t *left;	  /* of {"why", "of", "as"} */
	const char *rule; /* that is broken; NULL while none is */
	size_t offset;	  /* where, of the rules of xml_read.h */
};

/* ERR_USAGE with the rule: nothing is proposed. */
enum err spif_read(struct bytes in, struct spif *out) MUST_CHECK;
void spif_close(struct spif *s); /* takes zeroed ones */

#endif
