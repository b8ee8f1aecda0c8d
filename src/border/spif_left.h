/*
 * spif_left.h - what is left of an SPIF when lines have been proposed from it: each thing is told, none
 * dropped.
 *
 * Layer: border. For spif_read.c.
 */
#ifndef BORDER_SPIF_LEFT_H
#define BORDER_SPIF_LEFT_H

#include "border/spif.h"
#include "border/xml_read.h"

/* Both are UTF-8; as may be empty. */
void spif_left_put(json_t *left, enum spif_left why, struct bytes of, struct bytes as);
/* Elements and attributes that are not looked at: of each kind one, and how many there are. */
void spif_left_count(json_t *left, const struct xml_doc *doc);

#endif
