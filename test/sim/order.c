/*
 * A replay goes through log after log, and so through few of the orders in which a record may come: what an
 * ended log had lost, always before what the next one says. This one picks any log whose next entry is
 * ready, entry by entry. Drives the core's own fold, from inside.
 */
#include "order.h"

#include "node/core.h"

#include <string.h>

#define LINES_MAX 64u

struct order {
	struct node *n;
	struct now now;
	struct prng prng;
	bool is_latest_first;		   /* epochs: what an ended log had lost comes last */
	bool is_stuck[LINES_MAX];	   /* until something else is folded: */
	struct fold_wait waits[LINES_MAX]; /* of this log so much; size 0: whatever it is */
};

static bool may_go_on(struct order *o, size_t i)
{
	const struct line *line = &o->n->lines[i], *waited;

	if (line->folded == line->log->frontier.size)
		return false;
	if (!o->is_stuck[i] || o->waits[i].size == 0)
		return !o->is_stuck[i];
	waited = line_find(o->n, &o->waits[i].log);
	return waited != NULL && waited->folded >= o->waits[i].size;
}

/* One of those that may go on; lines_count: none. */
static size_t pick(struct order *o)
{
	size_t found = o->n->lines_count, alike = 0;

	for (size_t i = 0; i < o->n->lines_count; i++) {
		uint32_t epoch = o->n->lines[i].key.epoch,
			 best = found < o->n->lines_count ? o->n->lines[found].key.epoch : 0;
		if (!may_go_on(o, i) || (o->is_latest_first && epoch < best))
			continue;
		alike = o->is_latest_first && epoch > best ? 1 : alike + 1;
		if (prng_is_one_in(&o->prng, alike))
			found = i;
	}
	return found;
}

static enum err fold_one(struct order *o, size_t i)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct line *line = &o->n->lines[i];
	struct entry entry;
	struct statement statement;
	struct fold_input bare = { .entry = &entry, .statement = &statement, .log = line->key };
	struct fold_waits waits = { .count = 0 };
	struct judged judged;
	struct entry_view view;
	enum err e = line_entry(o->n, line, line->folded, &bytes, &entry, &statement);

	if (e == ERR_OK)
		e = fold_is_ready(&o->n->fold, &bare, &waits);
	if (e == ERR_OK)
		e = judged_read(o->n, &line->key, &entry, &statement, &judged);
	if (e == ERR_OK)
		e = fold_next(o->n, o->now, line, &judged, buf_bytes(&bytes), &view);
	o->is_stuck[i] = e != ERR_OK;
	o->waits[i] = waits.count > 0 ? waits.of[0] : (struct fold_wait){ .size = 0 };
	return e;
}

static enum err fold_ready(struct order *o)
{
	size_t i;

	while ((i = pick(o)) < o->n->lines_count) {
		enum err e = fold_one(o, i);
		if (e != ERR_OK && e != ERR_SHORT && e != ERR_ROT)
			return e;
		for (size_t n = 0; e == ERR_OK && n < o->n->lines_count; n++)
			o->is_stuck[n] = o->is_stuck[n] && o->waits[n].size > 0;
	}
	return ERR_OK;
}

enum err order_refold(struct node *node, struct now now, struct effects *fx, uint64_t number)
{
	struct order o = { .n = node, .now = now, .is_latest_first = number % 2 == 0 };
	enum err e = node->lines_count > LINES_MAX ? ERR_LIMIT : turn_open(node);

	prng_init(&o.prng, number);
	node->fx = fx;
	if (e == ERR_OK)
		e = fold_drop(&node->fold);
	node->is_replaying = true;
	for (size_t i = 0; i < node->lines_count; i++)
		node->lines[i].folded = node->lines[i].version = 0;
	if (e == ERR_OK)
		e = fold_ready(&o);
	/* Knots are untied once nothing is ready, in whatever order that came about. */
	if (e == ERR_OK)
		e = refold(node, now, false);
	node->is_replaying = false;
	return e == ERR_OK ? record_append(node->record) : e;
}
