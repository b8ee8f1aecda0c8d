/*
 * text_row.h - what was said of a text, as rows: each deed with all that it says, and the sums of a party.
 *
 * Layer: view. Pure. For text.c and its fuzz target.
 */
#ifndef VIEW_TEXT_ROW_H
#define VIEW_TEXT_ROW_H

#include "view/dialogue.h"
#include "view/rows.h"

bool text_is_deed(uint64_t kind); /* UNIT to ENDORSE */
/* Said of many things; of an initial it is of its text. */
bool text_is_about_initial(uint64_t kind);

void text_key(struct row_key *k, const struct place_key *text); /* of all its rows */

#define DEED_AT_LEN 13u
void deed_at_put(struct buf *out, const struct deed_at *at);
/* Sums and latest places: the same whenever what an ended log had lost comes in. */
bool deed_is_later(const struct deed_at *a, const struct deed_at *b);

#define TEXT_ROW_HEAD_LEN \
	10u /* kind, how many versions it names, when it was filed; these and its fields follow */
/* Borrows from the row; says is filled in. */
enum err text_row_read(struct bytes in, struct text_deed *d, struct statement *says) MUST_CHECK;
/* One row; at starts zeroed. The value is what the deed borrows from. */
enum err text_row_next(const struct fold *f, const struct place_key *text, struct message_at *at,
		       struct buf *value) MUST_CHECK;

/*
 * What one party's log has said of a text so far, and where it signed last: its own log alone. Walks: what of
 * it made a door go through the whole text, and whatever did not count.
 */
struct text_own {
	uint32_t deeds, walks;
	struct deed_at signed_at, revised_at; /* the last of each; .epoch 0: none */
};
enum err text_own_get(const struct fold *f, const struct place_key *text, size_t party,
		      struct text_own *out) MUST_CHECK;
enum err text_own_put(const struct fold *f, const struct place_key *text, size_t party,
		      const struct text_own *own) MUST_CHECK;

#endif
