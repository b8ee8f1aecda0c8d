/* What procedures let us owe and be owed, FLASH first, of one precedence the soonest. */
#include "api/runs.h"

#include "api/instance_reply.h"
#include "base/alloc.h"
#include "base/sort.h"

#include <stdlib.h>

/* Those of all channels. */
struct dues {
	struct due_view *list;	     /* heap */
	size_t count, of[PARTY_MAX]; /* by who began their instance: each has his part */
	struct api *api;
};

static enum err take(void *self, const struct due_view *due)
{
	struct dues *d = self;
	enum err e;

	if (d->of[due->instance.log.party] == OBLIGATIONS_MAX / node_accord(d->api->node)->parties_count)
		return ERR_LIMIT;
	/* What is owed follows from moves under every label. */
	e = request_may_state(d->api, &due->instance);
	if (e == ERR_OK) {
		d->list[d->count++] = *due;
		d->of[due->instance.log.party]++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

#define OBLIGATION_LEN 4096u /* bytes of one in an answer, at most */

static struct owed_rank rank_of(const struct due_view *d)
{
	return (struct owed_rank){ d->precedence, d->is_shown && !d->is_in_recess ? d->due_ms : UINT64_MAX };
}

static int by_rank(const void *a, const void *b)
{
	return owed_rank_compare(rank_of(a), rank_of(b));
}

enum err run_obligations(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	struct dues d = { .list = xcalloc(OBLIGATIONS_MAX, sizeof *d.list), .api = a };
	size_t self = node_self(a->node);
	bool is_cut = false;
	enum err e = ERR_OK;
	size_t i = 0;

	(void)q;
	a->reading.is_asked = true; /* also of none */
	for (size_t c = 0; c < accord->channels_count && e == ERR_OK; c++) {
		e = fold_obligations(node_fold(a->node), accord->channels[c].number, self, a->now.wall.ms,
				     take, &d);
		is_cut |= e == ERR_LIMIT;
		e = e == ERR_LIMIT ? ERR_OK : e;
	}
	sort_items(d.list, d.count, sizeof *d.list, by_rank);
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_array(r, "obligations");
	while (i < d.count && r->out->len < REPLY_LEN_MAX - OBLIGATION_LEN)
		reply_due(r, accord, self, a->now.wall.ms, &d.list[i++]);
	reply_array_end(r);
	reply_bool(r, "more", is_cut || i < d.count);
	reply_object_end(r);
	free(d.list);
	return e;
}
