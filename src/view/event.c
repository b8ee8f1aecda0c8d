/* What is said of an event: docs/spec/dialogue.md section 12. */
#include "view/event.h"

#include "view/rows.h"

/* Of the two that a SAME names, the one that is not this. */
static enum err get_other(const struct fold *f, const struct place_key *event, const struct place_key *same,
			  struct event_deed *out)
{
	struct place_key pair[2];
	enum sameness sameness;
	enum err e = fold_same_of(f, same, pair, &sameness);

	if (e != ERR_OK)
		return e;
	out->other = deed_at_of(&pair[place_key_equal(&pair[0], event) ? 1 : 0]);
	out->is_one = sameness == SAME_ONE;
	return ERR_OK;
}

/* ERR_NOT_FOUND: it says nothing that is kept here. */
static enum err read_deed(const struct fold *f, const struct place_key *event, const struct place_key *at,
			  struct event_deed *out)
{
	enum dialogue_act act = DIALOGUE_ACT_ASSESS;
	struct entry_view v;
	enum err e = fold_get(f, at, &v);

	*out = (struct event_deed){ .at = deed_at_of(at), .kind = (enum kind)v.kind };
	if (e != ERR_OK)
		return e;
	if (v.verdict != VERDICT_OK || (v.kind != KIND_CLAIM && v.kind != KIND_SAME && v.kind != KIND_ACT))
		return ERR_NOT_FOUND;
	if (v.kind == KIND_SAME)
		return get_other(f, event, at, out);
	if (v.kind == KIND_ACT)
		e = fold_act_of(f, at, &act);
	return e == ERR_OK && act != DIALOGUE_ACT_ASSESS ? ERR_NOT_FOUND : e;
}

enum err fold_event(const struct fold *f, const struct thing_row *row, const struct fold_sight *sight,
		    struct event_account *out)
{
	struct message_at at = { 0 };
	struct event_deed d;
	enum err e;

	event_open(out, row->thing.parties);
	while ((e = fold_next_act(f, &row->place, &at)) == ERR_OK) {
		e = sight == NULL ? ERR_OK : fold_may(sight, &at.place);
		if (e == ERR_OK)
			e = read_deed(f, &row->place, &at.place, &d);
		if (e == ERR_OK)
			event_take(out, &d);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	return err_unless(e, ERR_NOT_FOUND);
}
