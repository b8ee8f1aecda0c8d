/* What is looked for in an instance: a fact by its place, those of a kind, those about another. */
#include "proc/instance.h"
#include "proc/rows.h"

#include <string.h>

/* Where it stands in the order, or would. */
static size_t place_of(const struct instance *i, struct spot at)
{
	size_t from = 0, to = i->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (spot_is_before(fact_nth(i, middle)->move.at, at))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const struct fact *index_find(const struct instance *i, struct spot at)
{
	size_t n = place_of(i, at);

	return n < i->count && spot_equal(fact_nth(i, n)->move.at, at) ? fact_nth(i, n) : NULL;
}

static uint16_t *next_of(struct fact *f, bool is_about)
{
	return is_about ? &f->next_about : &f->next_of_kind;
}

static void link_in(struct instance *i, uint16_t *link, struct fact *f, bool is_about)
{
	while (*link != 0 && spot_is_before(i->facts[*link - 1].move.at, f->move.at))
		link = next_of(&i->facts[*link - 1], is_about);
	*next_of(f, is_about) = *link;
	*link = (uint16_t)(f - i->facts + 1);
}

static void index_link(struct instance *i, struct fact *f)
{
	const struct fact *about = index_find(i, f->move.about);

	link_in(i, &i->first_of[f->move.kind], f, false);
	if (about != NULL)
		link_in(i, &i->facts[about - i->facts].first_about, f, true);
}

void index_add(struct instance *i, const struct fact *f)
{
	size_t at = place_of(i, f->move.at);

	memmove(i->order + at + 1, i->order + at, (i->count - at) * sizeof *i->order);
	i->order[at] = (uint16_t)i->count;
	i->facts[i->count] = *f;
	index_link(i, &i->facts[i->count++]);
}

/* From the last on, so that each goes to the front of its lists. */
void index_build(struct instance *i)
{
	memset(i->first_of, 0, sizeof i->first_of);
	for (size_t n = 0; n < i->count; n++)
		i->order[n] = (uint16_t)n;
	for (size_t n = i->count; n > 0; n--)
		index_link(i, &i->facts[n - 1]);
}
