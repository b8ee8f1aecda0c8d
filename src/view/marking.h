/*
 * marking.h - what of a statement of a dialogue decides who may know of it, in a row of its own.
 *
 * Layer: view (may use base, wire, accord). Pure.
 *
 * A list of thousands asks that of each, and the statements themselves are long: so they need not be read
 * for it. One that names two places or more, or has a longer label, has no row; nor has any other kind.
 */
#ifndef VIEW_MARKING_H
#define VIEW_MARKING_H

#include "view/fold.h"

#define MARKING_LEN_MAX 96u

/* *out: it alone, MARKING_LEN_MAX at most. ERR_NOT_FOUND: that place has none. */
enum err fold_marking(const struct fold *f, const struct place_key *place, struct buf *out) MUST_CHECK;
/*
 * Kind, label and what it names; nothing else of *out but that there is no more to ask is written. Borrows
 * from both. ERR_CORRUPT.
 */
enum err marking_read(const struct accord *a, struct bytes in, struct statement *out) MUST_CHECK;

#endif
