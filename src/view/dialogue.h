/*
 * dialogue.h - bodies, sessions, commitments as the record has them: rows, and what a reader may see of them.
 *
 * Spec: docs/spec/dialogue.md. Layer: view (may use base, wire, accord, dialogue). Pure.
 */
#ifndef VIEW_DIALOGUE_H
#define VIEW_DIALOGUE_H

#include "dialogue/text.h"
#include "view/marking.h"

static inline struct deed_at deed_at_of(const struct place_key *place)
{
	return (struct deed_at){ place->log.epoch, place->index, (uint8_t)place->log.party };
}

struct thing_row {
	struct place_key place;
	struct thing thing;
	uint8_t fields_memory[MAP_VALUE_MAX];
	struct buf fields; /* of its statement, a map of CBOR; AMENDs and MOVEs give some anew */
	uint8_t label_len; /* of thing_marking; 0: the row has none */
};

/*
 * The next thing of a kind on a channel, in the order of the record; *at starts zeroed. With a sight, only
 * what is in sight of what was said of it; whether the thing itself is the caller asks. ERR_NOT_FOUND at the
 * end.
 */
enum err fold_next_thing(const struct fold *f, uint32_t channel, enum kind kind,
			 const struct fold_sight *sight, struct message_at *at,
			 struct thing_row *out) MUST_CHECK;
/* ERR_NOT_FOUND: none stands there. */
enum err fold_thing(const struct fold *f, const struct place_key *place, const struct fold_sight *sight,
		    struct thing_row *out) MUST_CHECK;
/* The next thing of that kind and name: two sides may have given it at once. *at as before. */
enum err fold_next_named(const struct fold *f, uint32_t channel, enum kind kind, struct bytes name,
			 struct message_at *at) MUST_CHECK;
/* The next of a kind that hangs on a place and counts; *at starts zeroed. ERR_NOT_FOUND at the end. */
enum err fold_next_hung(const struct fold *f, const struct place_key *on, enum kind kind,
			struct message_at *at) MUST_CHECK;
/* The next ACT of these (bit mask) on a thing, in the record's order; *at starts zeroed. ERR_NOT_FOUND. */
enum err fold_next_said(const struct fold *f, const struct place_key *on, uint32_t acts,
			const struct fold_sight *sight, struct message_at *at) MUST_CHECK;
/* What a thing hangs on: a session's body; ERR_NOT_FOUND: nothing. */
enum err thing_of(const struct thing_row *row, struct place_key *out) MUST_CHECK;
/* What decides who may know of it, borrowed from the row. ERR_NOT_FOUND: its statement says it. */
enum err thing_marking(const struct thing_row *row, struct marking *out) MUST_CHECK;
/* What an ACT that counts does; ERR_NOT_FOUND. */
enum err fold_act_of(const struct fold *f, const struct place_key *place, enum dialogue_act *out) MUST_CHECK;
/* The two events that a SAME that counts names, and what it says of them; ERR_NOT_FOUND. */
enum err fold_same_of(const struct fold *f, const struct place_key *place, struct place_key pair[2],
		      enum sameness *out) MUST_CHECK;
/* A REPORTED's commitment; ERR_NOT_FOUND. */
enum err fold_reported_of(const struct fold *f, const struct place_key *report,
			  struct place_key *out) MUST_CHECK;

/* ---- text.c ---- */

/*
 * A text with all that was said of it, as it stands, or as the author of the entry at `until` had it (NULL:
 * none); with a sight, of what is in it. The caller closes *out whatever comes back. ERR_NOT_FOUND: no text
 * stands there.
 */
enum err fold_text(const struct fold *f, const struct place_key *place, const struct place_key *until,
		   const struct fold_sight *sight, struct thing_row *row, struct text *out) MUST_CHECK;
/* Borrows from the row and the accord. */
void text_head_of(const struct accord *a, const struct thing_row *row, struct statement *memory,
		  struct text_head *out);

#endif
