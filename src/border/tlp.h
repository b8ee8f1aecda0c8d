/*
 * tlp.h - the Traffic Light Protocol as STIX has it: the markings that the standards fix.
 *
 * Layer: border. Pure. Of two the one that stands later is narrower, or of the same word.
 */
#ifndef BORDER_TLP_H
#define BORDER_TLP_H

#include "base/bytes.h"

struct tlp {
	const char *word; /* in a line `map tlp` */
	const char *name, *id;
	bool is_first; /* TLP 1 */
};

/* The first of that word: TLP 1 where it has it, since every reader knows that; NULL: none. */
const struct tlp *tlp_find(struct bytes word);
const struct tlp *tlp_by_id(const char *id); /* "marking-definition--..."; NULL: none */

#endif
