/*
 * What our own door asks of a translation beside what every node judges: the label of what it is about that
 * stands now. It may have changed since, and no fold reads a label that it is not handed.
 */
#include "node/core.h"

static enum err is_below(struct node *n, const struct statement *s, const struct place_key *original,
			 bool *out)
{
	const struct guidelines *g = accord_here(n, s->channel)->guidelines;
	struct buf memory = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	const struct place_key *at = original;
	struct entry_read_out labelled;
	struct item_view item;
	enum err e = memory.max < ENTRY_LEN_MAX ? ERR_MEMORY : fold_item(&n->fold, original, &item);

	if (e == ERR_OK && item.label.log.epoch != 0)
		at = &item.label;
	if (e == ERR_OK)
		e = node_entry(n, at, &memory, &labelled);
	if (e == ERR_OK)
		*out = translation_is_below(g, s, n->self, &labelled.statement, at->log.party);
	return e;
}

enum err translation_at_door(struct node *n, const struct statement *s, struct entry_view *view)
{
	const struct accord *a = accord_here(n, s->channel);
	struct translation_view subject;
	struct place_key original;
	bool below = false;
	enum err e;

	if (s->kind != KIND_TRANSLATION || !s->has_content || a->guidelines == NULL || s->refers_count != 1 ||
	    (view->verdict != VERDICT_OK && view->verdict != VERDICT_APPROVAL))
		return ERR_OK;
	original = (struct place_key){ { s->refers[0].channel, accord_party_find(a, s->refers[0].party),
					 s->refers[0].epoch },
				       s->refers[0].index };
	e = fold_translation(&n->fold, &original, &subject);
	if (e == ERR_OK)
		original = subject.original;
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = is_below(n, s, &original, &below);
	if (below)
		view->verdict = VERDICT_BELOW;
	return e;
}
