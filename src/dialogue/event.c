#include "dialogue/event.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>

void event_open(struct event_account *e, uint8_t parties)
{
	*e = (struct event_account){ .parties = parties };
}

void event_close(struct event_account *e)
{
	free(e->claims);
	free(e->others);
	*e = (struct event_account){ 0 };
}

static bool is_behind(const struct deed_at *at, const struct deed_at *than)
{
	return at->epoch != than->epoch ? at->epoch > than->epoch : at->index > than->index;
}

/* Doubled whenever it is a power of two. */
static void *grown(void *items, size_t count, size_t size)
{
	bool is_full = (count & (count - 1)) == 0;

	return is_full ? xrealloc(items, (count == 0 ? 1 : 2 * count) * size) : items;
}

static struct event_other *other_of(struct event_account *e, const struct deed_at *event)
{
	for (size_t i = 0; i < e->others_count; i++) {
		const struct deed_at *at = &e->others[i].event;
		if (at->party == event->party && at->epoch == event->epoch && at->index == event->index)
			return &e->others[i];
	}
	e->others = grown(e->others, e->others_count, sizeof *e->others);
	e->others[e->others_count] = (struct event_other){ .event = *event };
	return &e->others[e->others_count++];
}

static void take_same(struct event_account *e, const struct event_deed *d)
{
	struct event_other *other = other_of(e, &d->other);
	uint8_t self = (uint8_t)(1u << d->at.party);

	if (!is_behind(&d->at, &other->said[d->at.party]))
		return;
	other->said[d->at.party] = d->at;
	other->one = (uint8_t)(d->is_one ? other->one | self : other->one & ~self);
}

void event_take(struct event_account *e, const struct event_deed *d)
{
	assert(d->at.party < PARTY_MAX && d->other.party < PARTY_MAX);
	if (d->kind == KIND_SAME) {
		take_same(e, d);
	} else if (d->kind == KIND_CLAIM) {
		e->claims = grown(e->claims, e->claims_count, sizeof *e->claims);
		e->claims[e->claims_count++] = d->at;
	} else if (is_behind(&d->at, &e->assessed[d->at.party])) {
		e->assessed[d->at.party] = d->at;
	}
}

bool event_is_one(const struct event_account *e, const struct event_other *other)
{
	return (other->one & e->parties) == e->parties;
}
