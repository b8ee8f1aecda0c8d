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

#define MARKING_ROW_MAX 96u

/* Whether this statement may have one. */
bool has_marking(const struct statement *s);

/* *out: it alone, MARKING_ROW_MAX at most. ERR_NOT_FOUND: that place has none. */
enum err fold_marking(const struct fold *f, const struct place_key *place, struct buf *out) MUST_CHECK;
struct marking {
	bool has_named;
	struct place_key named;
	struct bytes label; /* as it was written; borrowed */
};
/* Borrows. ERR_CORRUPT. */
enum err marking_read(const struct accord *a, struct bytes in, struct marking *out) MUST_CHECK;
/* The same: who asks of many finds most of their labels equal, and reads one. */
enum err marking_label(const struct marking *m, struct label *out) MUST_CHECK;

#endif
