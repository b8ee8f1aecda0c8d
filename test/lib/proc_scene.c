#include "proc_scene.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SCENE_PARTIES_MAX] = { "kor", "usa", "jpn" };

static struct spot spot_at(size_t party, uint32_t epoch, size_t index)
{
	return (struct spot){ (epoch == 0 ? 0 : (uint64_t)(epoch + 1) << 32) | (index + 1), (uint8_t)party };
}

static void node_open(struct scene *s, struct scene_node *n)
{
	*n = (struct scene_node){ 0 };
	n->map = test_map_open(&n->rows);
	n->machine = (struct machine){ .accord = &s->accord,
				       .map = &n->map,
				       .channel = 2,
				       .parties = (uint8_t)((1u << s->parties) - 1),
				       .instance = &n->instance };
}

void scene_open(struct scene *s, struct procedure *p, size_t parties)
{
	memset(s, 0, sizeof *s);
	s->parties = parties;
	s->accord.procedures = p;
	s->accord.parties_count = parties;
	for (size_t i = 0; i < parties; i++) {
		snprintf(s->accord.parties[i].name, sizeof s->accord.parties[i].name, "%s", names[i]);
		node_open(s, &s->nodes[i]);
	}
}

void scene_close(struct scene *s)
{
	for (size_t i = 0; i < s->parties; i++)
		test_map_finish(&s->nodes[i].rows);
}

uint64_t scene_count(const struct scene *s, size_t party)
{
	return s->logs[party][s->epochs[party]].count;
}

const struct scene_entry *scene_entry_at(const struct scene *s, struct spot at)
{
	return &s->logs[at.party][epoch_of(at.number) - 1].of[(at.number & UINT32_MAX) - 1];
}

/* Rows that cannot be read, or not be written, are an error and never a ruling. */
static void try_each_call(const struct machine *whole, const struct move *move, enum ruling want)
{
	struct tried_map t;
	const struct map map = tried_map_open(&t, whole->map);
	struct machine m = *whole;
	enum ruling ruling = want;
	enum err e = ERR_OK;

	m.map = &map;
	while (tried_map_next(&t)) {
		instance_forget(m.instance);
		e = machine_judge(&m, move, &ruling);
		assert(!tried_map_has_failed(&t) || e == ERR_IO);
	}
	assert(e == ERR_OK && ruling == want);
	t.fails_at = 0;
	while (tried_map_next(&t)) {
		instance_forget(m.instance);
		e = machine_folded(&m, move, want);
		assert(!tried_map_has_failed(&t) || e == ERR_IO);
	}
	instance_forget(m.instance);
}

static enum ruling fold(struct scene_node *n, const struct move *m)
{
	enum ruling ruling;
	enum err e = machine_fold(&n->machine, m, &ruling);

	assert(e == ERR_OK);
	n->taken[m->at.party][epoch_of(m->at.number) - 1]++;
	if (m->at.number > n->held.of[m->at.party])
		n->held.of[m->at.party] = m->at.number;
	return ruling;
}

enum ruling scene_say(struct scene *s, size_t party, struct move m, uint64_t true_ms, bool is_forced)
{
	struct scene_node *n = &s->nodes[party];
	struct scene_log *log = &s->logs[party][s->epochs[party]];
	enum ruling ruling;
	enum err err;

	assert(log->count < SCENE_ENTRIES_MAX);
	m.at = spot_at(party, s->epochs[party], log->count);
	m.past = n->held;
	err = machine_judge(&n->machine, &m, &ruling);
	assert(err == ERR_OK);
	if (s->is_tried)
		try_each_call(&n->machine, &m, ruling);
	if (ruling != RULING_OK && !is_forced)
		return ruling;
	log->of[log->count++] = (struct scene_entry){ m, ruling, true_ms };
	if (fold(n, &m) != ruling)
		s->changed++;
	return ruling;
}

static bool is_ready(const struct scene *s, const struct scene_node *n, const struct vector *past)
{
	for (size_t i = 0; i < s->parties; i++) {
		uint64_t number = past->of[i];
		if (number != 0 && n->taken[i][epoch_of(number) - 1] < (number & UINT32_MAX))
			return false;
	}
	return true;
}

/* What no later epoch may take away is shown before that is taken. */
static void vouch(struct scene *s, size_t node, const struct scene_entry *open)
{
	size_t party = open->move.at.party;
	uint64_t held = s->nodes[node].held.of[party], count = scene_count(s, node);
	const struct scene_log *own = &s->logs[node][s->epochs[node]];
	struct move none = { .step = STEP_NONE, .filed_ms = open->move.filed_ms };

	if (open->move.past.of[party] < held && (count == 0 || own->of[count - 1].move.past.of[party] < held))
		(void)scene_say(s, node, none, open->true_ms, false);
}

/* The next entry of a log, if the node may fold it. */
static const struct scene_entry *next_of(const struct scene *s, size_t node, size_t party, uint32_t epoch)
{
	const struct scene_node *n = &s->nodes[node];
	const struct scene_log *log = &s->logs[party][epoch];
	const struct scene_entry *e = &log->of[n->taken[party][epoch]];

	return n->taken[party][epoch] < log->count && is_ready(s, n, &e->move.past) ? e : NULL;
}

bool scene_take(struct scene *s, size_t node, size_t party, uint32_t epoch)
{
	const struct scene_entry *e = next_of(s, node, party, epoch);

	if (e == NULL)
		return false;
	if (is_later_epoch(e->move.at) && node != party)
		vouch(s, node, e);
	if (fold(&s->nodes[node], &e->move) != e->ruling)
		s->changed++;
	return true;
}

void scene_deliver_all(struct scene *s)
{
	bool is_any = true;

	while (is_any) {
		is_any = false;
		for (size_t node = 0; node < s->parties; node++) {
			for (size_t party = 0; party < s->parties; party++) {
				for (uint32_t epoch = 0; epoch <= s->epochs[party]; epoch++)
					is_any = scene_take(s, node, party, epoch) || is_any;
			}
		}
	}
}

/* What the node had when it wrote its last entry but those that it lost. */
static void take_back(struct scene *s, size_t node, size_t left)
{
	struct scene_node *n = &s->nodes[node];
	const struct scene_entry *last = &s->logs[node][s->epochs[node]].of[left == 0 ? 0 : left - 1];
	struct vector past = last->move.past;
	size_t taken[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX];
	bool is_any = true;

	memcpy(taken, n->taken, sizeof taken);
	if (left > 0)
		past.of[node] = last->move.at.number;
	test_map_finish(&n->rows);
	node_open(s, n);
	while (is_any) {
		is_any = false;
		for (size_t party = 0; party < s->parties; party++) {
			for (uint32_t epoch = 0; epoch < SCENE_EPOCHS_MAX; epoch++) {
				const struct scene_entry *e = next_of(s, node, party, epoch);
				if (e == NULL || n->taken[party][epoch] == taken[party][epoch] ||
				    e->move.at.number > past.of[party])
					continue;
				if (fold(n, &e->move) != e->ruling)
					s->changed++;
				is_any = true;
			}
		}
	}
}

void scene_lose(struct scene *s, size_t party, size_t left, bool is_lie, uint64_t filed_ms)
{
	struct scene_log *log = &s->logs[party][s->epochs[party]];
	struct move open = { .step = STEP_NONE, .filed_ms = filed_ms };

	assert(s->epochs[party] + 1 < SCENE_EPOCHS_MAX);
	take_back(s, party, left);
	while (left == 0 && s->epochs[party] > 0 && scene_take(s, party, party, s->epochs[party] - 1))
		continue;
	log->count = is_lie ? log->count : left;
	for (size_t node = 0; node < s->parties; node++) {
		if (s->nodes[node].taken[party][s->epochs[party]] > log->count)
			log->count = s->nodes[node].taken[party][s->epochs[party]];
	}
	s->epochs[party]++;
	(void)scene_say(s, party, open, filed_ms, false);
}

struct procedure *scene_procedure(const char *name, uint8_t *memory, size_t size)
{
	static uint8_t file[ACCORD_FILE_LEN_MAX];
	struct procedure *p = NULL;
	struct fault fault = { NULL, 0 };
	struct arena arena;
	size_t values = 0, len;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/procedures/%s", getenv("VECTORS"), name);
	f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	len = fread(file, 1, sizeof file, f);
	fclose(f);
	arena_init(&arena, memory, size);
	if (procedure_read(NULL, bytes_str(name), (struct bytes){ file, len }, &arena, &values, &p, &fault) !=
	    ERR_OK) {
		fprintf(stderr, "%s, line %zu: %s\n", name, fault.offset, fault.rule);
		return NULL;
	}
	return p;
}
