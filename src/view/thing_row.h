/*
 * thing_row.h - the rows of a thing of a standing dialogue: as it stands, and each deed that made it so.
 *
 * Spec: docs/spec/dialogue.md. Layer: view. Pure. For dialogue.c; what all may ask stands in dialogue.h.
 */
#ifndef VIEW_THING_ROW_H
#define VIEW_THING_ROW_H

#include "view/dialogue.h"
#include "view/rows.h"

/* Which deeds are taken: those that an author had seen, or that a reader may know. */
struct sieve {
	const struct fold *f;
	const struct past *past;	/* NULL: all of them */
	const struct fold_sight *sight; /* NULL: of every one */
};
enum err sieve_may(const struct sieve *s, const struct place_key *at, bool *out) MUST_CHECK;
/* The thing on this place, of no other deeds. ERR_NOT_FOUND: none stands there. */
enum err sieve_get(const struct sieve *s, const struct place_key *place, struct thing_row *out) MUST_CHECK;

/* The label of its row, borrowed; empty: it has none. */
struct bytes thing_row_label(const struct thing_row *row);
enum err thing_row_put(const struct fold *f, const struct message_at *at, const struct thing *t,
		       struct bytes fields, struct bytes label) MUST_CHECK;
/* One deed more: the thing's row, and one of the deed's own. */
enum err thing_row_add(const struct fold *f, const struct message_at *at, const struct deed *d,
		       struct thing_row *row) MUST_CHECK;
bool deed_names_record(const struct deed *d); /* its row has the hash that it names */

#endif
