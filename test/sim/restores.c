#include "restores.h"

#include "world.h"

#include "base/alloc.h"
#include "sys/sim_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKUPS_MAX 40u
#define LOGS_MAX_HERE 64u

struct backup {
	size_t node;
	int64_t at_us;
	struct sim_disk *disk; /* owned */
	struct sim_signer signer;
	uint64_t acknowledged, entries;
	unsigned restores; /* that its node had had */
};

/* One restore, and those during its recovery. */
struct episode {
	struct sim_node *n;
	enum restore_memory memory;
	enum restore_company company;
	struct log_status before[LOGS_MAX_HERE];
	size_t before_count;
	uint64_t booted[ACCORD_CHANNELS_MAX]; /* what was there again, by position of the channel */
	unsigned restores;
};

struct history {
	struct world *w;
	struct restore_counters *counters;
	struct backup *backups;
	size_t count;
	unsigned restores[SIM_NODES_MAX];
	uint64_t number; /* of the next restore, over all histories */
};

static uint64_t between(struct world *w, uint64_t least, uint64_t most)
{
	return least + prng_below(&w->prng, most - least + 1);
}

static void advance_ms(struct world *w, uint64_t ms)
{
	world_advance(w, w->now_us + (int64_t)ms * 1000);
}

/* ---- Backups. ---- */

static uint64_t own_entries(const struct sim_node *n)
{
	struct log_status logs[LOGS_MAX_HERE];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += logs[i].log.party == n->party ? logs[i].size : 0;
	return sum;
}

static struct backup *backup_room(struct history *h)
{
	struct backup *b;

	if (h->count < BACKUPS_MAX)
		return &h->backups[h->count++];
	b = &h->backups[prng_below(&h->w->prng, BACKUPS_MAX)];
	sim_disk_free(b->disk);
	return b;
}

static const struct backup *backup_keep(struct history *h, const struct sim_node *n)
{
	struct backup *b = backup_room(h);

	b->node = n->party;
	b->at_us = h->w->now_us;
	b->disk = sim_disk_copy(n->disk, prng_next(&h->w->prng));
	signer_copy(&b->signer, &n->signer);
	b->acknowledged = n->acknowledged_count;
	b->entries = own_entries(n);
	b->restores = h->restores[n->party];
	return b;
}

static const struct backup *backup_empty(struct history *h, size_t node)
{
	struct backup *b = backup_room(h);

	memset(b, 0, sizeof *b);
	b->node = node;
	b->disk = sim_disk_new(prng_next(&h->w->prng));
	signer_new(&b->signer);
	return b;
}

static enum restore_age age_of(const struct history *h, const struct backup *b)
{
	const struct sim_node *n = &h->w->nodes[b->node];
	uint64_t behind = own_entries(n);
	int age = AGE_NONE;

	if (b->entries == 0)
		return AGE_ALL;
	behind -= behind < b->entries ? behind : b->entries;
	for (; behind > 0 && age < AGE_MOST; behind >>= 1)
		age++;
	return (enum restore_age)age;
}

static bool is_usable(const struct history *h, const struct backup *b)
{
	return b->node < SIM_NODES_MAX && h->w->nodes[b->node].node != NULL;
}

/* The backup of this age; of those that there are, one of the nearest. */
static const struct backup *backup_pick(struct history *h, enum restore_age wanted)
{
	struct world *w = h->w;
	const struct backup *best = NULL;
	struct sim_node *n;
	int least = AGE_COUNT;
	uint64_t of = 0;

	do {
		n = &w->nodes[prng_below(&w->prng, w->nodes_count)];
		if (n->node == NULL)
			advance_ms(w, 100); /* killed: it starts again */
	} while (n->node == NULL);
	if (wanted == AGE_ALL)
		return backup_empty(h, n->party);
	if (wanted == AGE_NONE)
		return backup_keep(h, n);
	for (size_t i = 0; i < h->count; i++) {
		const struct backup *b = &h->backups[i];
		int far;
		if (!is_usable(h, b) || b->entries == 0)
			continue;
		far = abs((int)age_of(h, b) - (int)wanted);
		if (far > least)
			continue;
		of = far < least ? 1 : of + 1;
		least = far;
		if (prng_is_one_in(&w->prng, of))
			best = b;
	}
	return best != NULL ? best : backup_keep(h, n);
}

/* ---- A restore. ---- */

static bool is_for(const struct event *e, const struct sim_node *n)
{
	return e->kind == EVENT_FRAME && (e->node == n->party || e->peer == n->party);
}

static void count_restore(struct history *h, const struct backup *b, enum restore_memory memory)
{
	struct restore_counters *c = h->counters;
	const struct sim_node *n = &h->w->nodes[b->node];
	bool is_under_way = false, is_by_hand = false;

	for (size_t i = 0; i < h->w->heap_count; i++) {
		const struct event *e = &h->w->heap[i];
		is_under_way |= is_for(e, n);
		is_by_hand |= is_for(e, n) && e->path == PATH_BUNDLE;
	}
	c->restores++;
	c->ages[age_of(h, b)][memory]++;
	c->turns[TURN_UNDER_WAY] += is_under_way;
	c->turns[TURN_BUNDLE] += is_by_hand;
	c->turns[TURN_NESTED] += b->restores > 0;
}

/* The signer's file of a moment between the backup and now: all of the machine of that moment. */
static const struct backup *snapshot_pick(struct history *h, const struct backup *b)
{
	const struct backup *found = b;
	uint64_t of = 1;

	for (size_t i = 0; i < h->count; i++) {
		const struct backup *other = &h->backups[i];
		if (other->node == b->node && other->at_us >= b->at_us && prng_is_one_in(&h->w->prng, ++of))
			found = other;
	}
	return found;
}

/*
 * Its tapes of later are gone with it: who keeps one beside the machine that he rolls back has two histories.
 */
static void roll_back(struct history *h, const struct backup *b)
{
	struct sim_node *n = &h->w->nodes[b->node];
	const struct backup *snapshot = snapshot_pick(h, b);
	int64_t at_us = snapshot->at_us;

	signer_copy(&n->signer, &snapshot->signer);
	/* Nor is a bundle under way that it wrote since: who carries one has what nobody will ask for. */
	for (size_t i = 0; i < h->w->heap_count; i++) {
		struct event *e = &h->w->heap[i];
		if (e->kind == EVENT_FRAME && e->path == PATH_BUNDLE && e->made_us > at_us)
			e->is_void = true;
	}
	for (size_t i = 0; i < h->count; i++) {
		struct backup *other = &h->backups[i];
		if (other->node == b->node && other->at_us > at_us)
			other->node = SIM_NODES_MAX;
	}
}

static const char *const memory_texts[] = {
#define MEMORY_TEXT(name, text) text,
	MEMORY_LIST(MEMORY_TEXT)
#undef MEMORY_TEXT
};

/* Store and memory are gone, and so are the tapes: with one of them they would not be. */
static void begin_again(struct history *h, const struct sim_node *n)
{
	ledger_begins_again(h->w, n);
	for (size_t i = 0; i < h->count; i++) {
		if (h->backups[i].node == n->party)
			h->backups[i].node = SIM_NODES_MAX;
	}
}

static void put_back(struct history *h, const struct backup *b, enum restore_memory memory)
{
	struct sim_node *n = &h->w->nodes[b->node];
	struct sim_disk *kept = n->backup;

	count_restore(h, b, memory);
	if (h->w->is_verbose)
		fprintf(stderr, "%12lld node %zu goes back to %llu of %llu own entries; signer's memory %s\n",
			(long long)h->w->now_us, b->node, (unsigned long long)b->entries,
			(unsigned long long)own_entries(n), memory_texts[memory]);
	if (memory == MEMORY_OLDER)
		roll_back(h, b);
	n->backup = b->disk;
	n->backup_acknowledged = b->acknowledged;
	node_restore(h->w, n);
	n->backup = kept;
	if (memory == MEMORY_OLDER)
		ledger_rolled_back(h->w, n);
	if (memory == MEMORY_LOST)
		signer_lose(&n->signer);
	if (!n->signer.has_memory && b->entries == 0)
		begin_again(h, n);
	/* As its file says (mark_file.c): one of another boot that was not closed may have more behind it. */
	if (memory != MEMORY_KEPT)
		n->signer.is_certain = false;
	n->is_away = true;
	h->restores[n->party]++;
}

static void start_again(struct history *h, struct sim_node *n)
{
	n->is_away = false;
	if (n->node == NULL)
		node_boot(h->w, n);
	ledger_restored(h->w);
}

/* ---- Who can be asked meanwhile. ---- */

static void go_away(struct world *w, struct sim_node *n)
{
	node_down(w, n);
	n->is_away = true;
}

static void paths_cut(struct world *w)
{
	w->is_cut = true;
	for (size_t a = 0; a < w->nodes_count; a++) {
		for (size_t b = 0; b < a; b++) {
			for (size_t path = 0; path < SIM_PATHS; path++)
				path_set(w, a, b, path, false);
		}
	}
}

static void company_leaves(struct history *h, struct episode *e)
{
	struct world *w = h->w;
	size_t victim = e->n->party;

	if (e->company == COMPANY_ONE_DOWN && w->nodes_count == 2)
		e->company = COMPANY_DOWN;
	h->counters->companies[e->company]++;
	if (e->company == COMPANY_NO_PATH)
		paths_cut(w);
	else if (e->company == COMPANY_ONE_DOWN)
		go_away(w, &w->nodes[(victim + between(w, 1, 2)) % w->nodes_count]);
	for (size_t i = 0; e->company == COMPANY_DOWN && i < w->nodes_count; i++) {
		if (i != victim)
			go_away(w, &w->nodes[i]);
	}
}

static void company_returns(struct history *h)
{
	struct world *w = h->w;

	w->is_cut = false;
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (n->is_away)
			start_again(h, n);
	}
}

/* ---- During recovery. ---- */

static void registrar_acts(struct history *h, struct episode *e)
{
	uint64_t before = h->w->counters.epochs;

	if (e->n->node == NULL)
		return;
	officer_open_all(h->w, e->n);
	node_turn(h->w, e->n);
	h->counters->turns[TURN_OPENED] += h->w->counters.epochs > before;
}

/* The wrong tape, or the right one; its signer is as it is by now. */
static void restore_again(struct history *h, struct episode *e)
{
	const struct backup *b = NULL;
	uint64_t of = 0;

	for (size_t i = 0; i < h->count; i++) {
		if (h->backups[i].node == e->n->party && prng_is_one_in(&h->w->prng, ++of))
			b = &h->backups[i];
	}
	if (b == NULL || e->n->node == NULL)
		return;
	h->counters->turns[TURN_AGAIN]++;
	e->restores++;
	put_back(h, b, MEMORY_KEPT);
	advance_ms(h->w, between(h->w, 1, 1000));
	start_again(h, e->n);
}

/*
 * Not while the other's signer has no memory either: what nobody holds and nobody remembers cannot be kept
 * from being signed again.
 */
static void restore_peer(struct history *h, struct episode *e)
{
	const struct backup *b = NULL;
	struct sim_node *n;
	uint64_t of = 0;

	if (e->memory == MEMORY_LOST || e->memory == MEMORY_OLDER)
		return;

	for (size_t i = 0; i < h->count; i++) {
		const struct backup *one = &h->backups[i];
		if (one->node != e->n->party && is_usable(h, one) && one->entries > 0 &&
		    prng_is_one_in(&h->w->prng, ++of))
			b = one;
	}
	if (b == NULL)
		return;
	h->counters->turns[TURN_PEER]++;
	n = &h->w->nodes[b->node];
	put_back(h, b, MEMORY_KEPT);
	advance_ms(h->w, between(h->w, 1, 1000));
	start_again(h, n);
}

static void recover(struct history *h, struct episode *e)
{
	struct world *w = h->w;

	advance_ms(w, between(w, 0, 3000));
	if (prng_is_one_in(&w->prng, 3))
		registrar_acts(h, e);
	advance_ms(w, between(w, 0, 2000));
	if (prng_is_one_in(&w->prng, 4))
		restore_again(h, e);
	else if (prng_is_one_in(&w->prng, 6))
		restore_peer(h, e);
	advance_ms(w, between(w, 0, 3000));
	if (prng_is_one_in(&w->prng, 4))
		registrar_acts(h, e);
}

/* ---- What became of it. ---- */

static const struct log_status *newest(const struct log_status *logs, size_t count, uint32_t channel,
				       size_t party)
{
	const struct log_status *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.channel == channel && logs[i].log.party == party &&
		    (found == NULL || logs[i].log.epoch > found->log.epoch))
			found = &logs[i];
	}
	return found;
}

/* What is there of them again, by position of the channel. */
static void remember_booted(const struct world *w, struct episode *e)
{
	struct log_status logs[LOGS_MAX_HERE];
	size_t count = node_logs(e->n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < w->accord->channels_count; i++) {
		const struct log_status *was =
			newest(e->before, e->before_count, w->accord->channels[i].number, e->n->party);
		for (size_t j = 0; was != NULL && j < count; j++) {
			if (log_key_equal(&was->log, &logs[j].log))
				e->booted[i] = logs[j].size;
		}
	}
}

static enum restore_end end_of(struct history *h, const struct episode *e)
{
	struct world *w = h->w;
	struct log_status logs[LOGS_MAX_HERE];
	size_t count = node_logs(e->n->node, logs, ARRAY_COUNT(logs));
	enum restore_end worst = END_WHOLE;

	for (size_t i = 0; i < w->accord->channels_count; i++) {
		uint32_t channel = w->accord->channels[i].number;
		const struct log_status *was = newest(e->before, e->before_count, channel, e->n->party);
		const struct log_status *is = newest(logs, count, channel, e->n->party);
		enum restore_end end;
		if (was == NULL)
			continue;
		if (is == NULL)
			world_fail(w, "node %zu has no log of channel %u any more", e->n->party, channel);
		end = is->log.epoch != was->log.epoch ? END_EPOCH
		      : e->booted[i] < was->size      ? END_REFILLED
						      : END_WHOLE;
		h->counters->logs[end]++;
		h->counters->refilled += end == END_REFILLED ? was->size - e->booted[i] : 0;
		worst = end > worst ? end : worst;
	}
	return worst;
}

static void judge(struct history *h, const struct episode *e)
{
	check_agreement(h->w);
	for (size_t i = 0; i < h->w->nodes_count; i++)
		node_turn(h->w, &h->w->nodes[i]);
	ledger_check(h->w);
	h->counters->ends[e->memory][end_of(h, e)] += e->restores;
}

/* ---- A history. ---- */

/* People speak, lines fail, and now and then somebody makes a backup. */
static void busy(struct history *h)
{
	struct world *w = h->w;
	int64_t until = w->now_us + (int64_t)between(w, 3000, 12000) * 1000;

	world_wake(w);
	while (w->now_us < until) {
		struct sim_node *n = &w->nodes[prng_below(&w->prng, w->nodes_count)];
		advance_ms(w, between(w, 50, 900));
		if (n->node != NULL && prng_is_one_in(&w->prng, 3))
			(void)backup_keep(h, n);
	}
}

static void episode_run(struct history *h)
{
	struct world *w = h->w;
	struct episode e = { .restores = 1 };
	const struct backup *b;

	busy(h);
	b = backup_pick(h, (enum restore_age)(h->number++ % AGE_COUNT));
	e.n = &w->nodes[b->node];
	e.memory = (enum restore_memory)prng_below(&w->prng, MEMORY_COUNT);
	e.company = (enum restore_company)prng_below(&w->prng, COMPANY_COUNT);
	/* A snapshot of a machine without a store is none. */
	if (b->entries == 0 && e.memory == MEMORY_OLDER)
		e.memory = MEMORY_KEPT;
	e.before_count = node_logs(e.n->node, e.before, ARRAY_COUNT(e.before));
	company_leaves(h, &e);
	put_back(h, b, e.memory);
	advance_ms(w, between(w, 1, 1000));
	start_again(h, e.n);
	if (e.n->node != NULL)
		remember_booted(w, &e);
	recover(h, &e);
	company_returns(h);
	world_heal(w);
	judge(h, &e);
}

/* What can go wrong beside it. The disks are sound: test/crash has those. */
static uint32_t faults_of(struct world *w)
{
	uint32_t all = 1u << FAULT_DELAY | 1u << FAULT_PATH_CUT | 1u << FAULT_ONE_WAY |
		       1u << FAULT_PARTITION | 1u << FAULT_DUPLICATE | 1u << FAULT_CRASH | 1u << FAULT_CLOCK;

	return all & (uint32_t)prng_next(&w->prng);
}

void restores_run(uint64_t seed, bool is_verbose, struct restore_counters *total)
{
	struct world *w = world_new(seed, 2 + seed % 2, is_verbose);
	struct history h = { .w = w, .counters = total, .number = seed * RESTORES_A_HISTORY };

	h.backups = xcalloc(BACKUPS_MAX, sizeof *h.backups);
	ledger_open(w);
	world_talks(w);
	w->faults_on = faults_of(w);
	world_advance(w, 1900000); /* enrolled, connected; people begin at two seconds */
	for (unsigned i = 0; i < RESTORES_A_HISTORY; i++)
		episode_run(&h);
	total->histories++;
	total->entries += w->counters.entries;
	total->again += w->counters.acts[ACT_RESEND];
	for (size_t i = 0; i < TALK_COUNT; i++)
		total->talk[i] += w->counters.talk[i];
	for (size_t i = 0; i < w->logs_count; i++)
		total->cosigned += w->logs[i].cosigned;
	for (size_t i = 0; i < h.count; i++)
		sim_disk_free(h.backups[i].disk);
	free(h.backups);
	world_free(w);
}
