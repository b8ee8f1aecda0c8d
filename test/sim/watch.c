/*
 * Officers of the watch: rosters of a few seconds to minutes, with rungs that nobody has and gaps; relief,
 * offered with what is open or without some of it, which the door refuses, and accepted by one who may or may
 * not. Draws are those of procedures, so that all else happens as it did without.
 */
#include "watch.h"

#include "node/node.h"
#include "view/watch.h"

#include <stdlib.h>
#include <string.h>

#define POST "watch"
#define SERVICE 3u /* world_accord's */
#define PEOPLE_MAX 4u
#define ITEMS_MAX 24u

static uint64_t below(struct world *w, uint64_t limit)
{
	return prng_below(&w->consult_prng, limit);
}

/* The value that was put since *from is that of the next field. */
static void field_end(struct watch_act *a, uint64_t key, const struct buf *memory, size_t *from)
{
	a->fields[a->fields_count++] = (struct field){ key, { memory->ptr + *from, memory->len - *from } };
	*from = memory->len;
}

static void choose_roster(struct world *w, uint64_t now_ms, struct watch_act *out)
{
	const struct roster_person people[PEOPLE_MAX] = {
		{ BYTES_LIT("a"), BYTES_LIT("1"), BYTES_LIT("ko") },
		{ BYTES_LIT("b"), BYTES_LIT("2"), BYTES_LIT("en") },
		{ BYTES_LIT("c"), BYTES_LIT("3"), BYTES_LIT("") },
		{ BYTES_LIT("d"), BYTES_LIT("4"), BYTES_LIT("release") },
	};
	static struct roster r;
	struct buf memory = BUF_ON(out->memory);
	uint64_t span_s = 5 + below(w, 120), from_ms = now_ms / 1000 * 1000 - 1000 * below(w, 5);
	uint32_t begin = (uint32_t)below(w, 8);
	size_t from = 0;

	r = (struct roster){ .people_count = 1 + (size_t)below(w, PEOPLE_MAX) };
	memcpy(r.people, people, sizeof people);
	for (uint8_t rung = 0; begin + 1 < span_s && rung < r.people_count; rung++) {
		if (below(w, 3) > 0)
			r.shifts[r.shifts_count++] =
				(struct roster_shift){ begin, begin + 1 + (uint32_t)below(w, span_s - begin),
						       rung, rung, 0 };
	}
	if (below(w, 3) == 0)
		r.gaps[r.gaps_count++] = (struct roster_shift){ 0, 1 + (uint32_t)below(w, span_s), 0, 0, 0 };
	cbor_put_text(&memory, BYTES_LIT(POST));
	field_end(out, FIELD_POST, &memory, &from);
	cbor_put_uint(&memory, from_ms);
	field_end(out, FIELD_ROSTER_FROM, &memory, &from);
	cbor_put_uint(&memory, from_ms + 1000 * span_s);
	field_end(out, FIELD_ROSTER_TO, &memory, &from);
	roster_put_people(&r, &memory);
	field_end(out, FIELD_ROSTER_PEOPLE, &memory, &from);
	roster_put_shifts(&r, &memory);
	field_end(out, FIELD_ROSTER_SHIFTS, &memory, &from);
	roster_put_gaps(&r, &memory);
	field_end(out, FIELD_ROSTER_GAPS, &memory, &from);
}

struct open_list {
	const struct world *w;
	struct relief_item items[ITEMS_MAX];
	uint8_t words[ITEMS_MAX][64];
	size_t count;
};

static enum err list_item(void *self, const struct open_item *item)
{
	struct open_list *l = self;
	struct buf words;

	if (l->count == ITEMS_MAX)
		return ERR_LIMIT;
	buf_init(&words, l->words[l->count], sizeof l->words[0]);
	buf_put_str(&words, item->what);
	l->items[l->count++] =
		(struct relief_item){ item->place.log.channel, item->place.log.epoch, item->place.index,
				      bytes_str(l->w->accord->parties[item->place.log.party].name),
				      buf_bytes(&words) };
	return ERR_OK;
}

static void choose_relief(struct world *w, struct sim_node *n, uint64_t now_ms, struct watch_act *out)
{
	static struct open_list list;
	struct buf memory = BUF_ON(out->memory);
	size_t from = 0;

	memset(&list, 0, sizeof list);
	list.w = w;
	if (node_open_items(n->node, now_ms, BYTES_LIT(POST), list_item, &list) != ERR_OK)
		list.count = 0;
	if (list.count > 0 && below(w, 6) == 0)
		list.count--;
	cbor_put_text(&memory, BYTES_LIT(POST));
	field_end(out, FIELD_POST, &memory, &from);
	cbor_put_array(&memory, 5 * list.count);
	for (size_t i = 0; i < list.count; i++)
		relief_item_put(&list.items[i], &memory);
	field_end(out, FIELD_RELIEF_ITEMS, &memory, &from);
	if (below(w, 6) > 0) {
		cbor_put_text(&memory, BYTES_LIT("taken over as it is"));
		field_end(out, FIELD_RELIEF_NOTE, &memory, &from);
	}
}

static bool choose_acceptance(struct sim_node *n, struct watch_act *out)
{
	struct post_view post = { .post = "" };

	if (fold_next_post(node_fold(n->node), out->channel, &post) != ERR_OK || post.offer.log.epoch == 0)
		return false;
	out->about = post.offer;
	return true;
}

bool watch_choose(struct world *w, struct sim_node *n, struct watch_act *out)
{
	uint64_t now_ms = world_now(w, n).wall.ms;

	*out = (struct watch_act){ .channel = 900 + (uint32_t)n->party };
	out->is_second = below(w, 2) == 0;
	switch (below(w, 5)) {
	case 0:
	case 1:
		out->kind = KIND_ROSTER;
		choose_roster(w, now_ms, out);
		return true;
	case 2:
		out->kind = KIND_RELIEF;
		choose_relief(w, n, now_ms, out);
		return true;
	default:
		out->kind = KIND_RELIEF_ACCEPTED;
		return choose_acceptance(n, out);
	}
}

/* ---- Once quiet. ---- */

static void count_home(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, 0 };
		struct entry_view v;
		if (logs[i].log.party != n->party)
			continue;
		for (; at.index < logs[i].folded; at.index++) {
			if (fold_get(node_fold(n->node), &at, &v) != ERR_OK || v.verdict != VERDICT_OK)
				continue;
			w->counters.watch[WATCH_ROSTER] += v.kind == KIND_ROSTER;
			w->counters.watch[WATCH_MANNING] += v.kind == KIND_MANNING;
			w->counters.watch[WATCH_RELIEF] += v.kind == KIND_RELIEF;
			w->counters.watch[WATCH_ACCEPTED] += v.kind == KIND_RELIEF_ACCEPTED;
			w->counters.watch[WATCH_ESCALATED] += v.kind == KIND_ESCALATED;
		}
	}
}

void watch_check(struct world *w, struct sim_node *n)
{
	const struct fold *here = node_fold(n->node), *first = node_fold(w->nodes[0].node);

	if (!w->has_consult)
		return;
	count_home(w, n);
	for (size_t party = 0; party < w->nodes_count; party++) {
		struct manning_view a = { .post = "" }, b = { .post = "" };
		enum err ea = fold_next_manning(here, SERVICE, party, &a),
			 eb = fold_next_manning(first, SERVICE, party, &b);
		if (ea != eb ||
		    (ea == ERR_OK && (!place_key_equal(&a.place, &b.place) || a.depth != b.depth ||
				      a.gap_from_ms != b.gap_from_ms || a.gap_to_ms != b.gap_to_ms ||
				      a.is_planned != b.is_planned)))
			world_fail(w, "node %zu and node 0 say other things of the manning of %zu", n->party,
				   party);
	}
}
