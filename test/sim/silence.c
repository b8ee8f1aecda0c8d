#include "silence.h"

#include "base/attr.h"

#define LEADER 1u /* channel of FLASH */
#define FLASHES 3
#define IN_TIME_US 2100000 /* of which a tick, that looks for it, is a second here */

static struct log_status log_of(const struct sim_node *n, size_t party)
{
	struct log_status logs[64], none = { .size = 0 };
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.channel == LEADER && logs[i].log.party == party)
			return logs[i];
	}
	return none;
}

/* Which of the first path's directions carry nothing: from the first node, to it. */
static void fall_silent(struct world *w, unsigned ways)
{
	w->paths[0][1][0].is_silent = (ways & 1) != 0;
	w->paths[1][0][0].is_silent = (ways & 2) != 0;
}

static void say(struct world *w, struct sim_node *a, struct sim_node *b)
{
	int64_t begun_us = w->now_us;
	uint64_t size;

	officer_flash(w, a, LEADER);
	node_turn(w, a);
	size = log_of(a, 0).folded;
	if (log_of(a, 0).cosigned[1] >= size)
		world_fail(w, "a FLASH is receipted before it is sent");
	world_advance(w, begun_us + IN_TIME_US);
	if (log_of(b, 0).folded < size)
		world_fail(w, "a FLASH is not shown in time: its path is silent, and another is open");
	if (log_of(a, 0).cosigned[1] < size)
		world_fail(w, "a FLASH has no receipt in time: its path is silent, and another is open");
	if (!w->paths[0][1][0].is_up || !w->paths[1][0][0].is_up)
		world_fail(w, "the silent path is known to be down, which is no test");
}

void silence_run(uint64_t seed, bool is_verbose)
{
	struct world *w = world_new(seed, 2, is_verbose);
	unsigned ways = 1 + (unsigned)(seed % 3);

	world_advance(w, 1900000); /* enrolled, connected; people begin at two seconds */
	w->is_healing = true;
	world_advance(w, 4000000);
	fall_silent(w, ways);
	for (int i = 0; i < FLASHES; i++)
		say(w, &w->nodes[0], &w->nodes[1]);
	if ((w->counters.detours > 0) != (ways != 2))
		world_fail(w, "%llu batches went round the path", (unsigned long long)w->counters.detours);
	world_free(w);
}
