#include "proc_scene.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SCENE_PARTIES_MAX] = { "kor", "usa", "jpn" };

void scene_open(struct scene *s, struct procedure *p, size_t parties)
{
	memset(s, 0, sizeof *s);
	s->parties = parties;
	s->accord.procedures = p;
	s->accord.parties_count = parties;
	for (size_t i = 0; i < parties; i++) {
		struct scene_node *n = &s->nodes[i];
		snprintf(s->accord.parties[i].name, sizeof s->accord.parties[i].name, "%s", names[i]);
		n->map = test_map_open(&n->rows);
		n->machine = (struct machine){ .accord = &s->accord,
					       .map = &n->map,
					       .channel = 2,
					       .parties = (uint8_t)((1u << parties) - 1),
					       .instance = &n->instance };
	}
}

void scene_close(struct scene *s)
{
	for (size_t i = 0; i < s->parties; i++)
		test_map_finish(&s->nodes[i].rows);
}

uint64_t scene_count(const struct scene *s, size_t party)
{
	return s->nodes[party].held.of[party];
}

static enum ruling fold(struct scene_node *n, const struct move *m)
{
	enum ruling ruling;
	enum err e = machine_fold(&n->machine, m, &ruling);

	assert(e == ERR_OK);
	n->held.of[m->at.party] = m->at.number;
	return ruling;
}

enum ruling scene_say(struct scene *s, size_t party, struct move m, uint64_t true_ms, bool is_forced)
{
	struct scene_node *n = &s->nodes[party];
	struct scene_entry *e = &s->log[party][n->held.of[party]];
	enum ruling ruling;
	enum err err;

	assert(n->held.of[party] < SCENE_ENTRIES_MAX);
	m.at = (struct spot){ n->held.of[party] + 1, (uint8_t)party };
	m.past = n->held;
	err = machine_judge(&n->machine, &m, &ruling);
	assert(err == ERR_OK);
	if (ruling != RULING_OK && !is_forced)
		return ruling;
	*e = (struct scene_entry){ m, ruling, true_ms };
	if (fold(n, &m) != ruling)
		s->changed++;
	return ruling;
}

bool scene_take(struct scene *s, size_t node, size_t party)
{
	struct scene_node *n = &s->nodes[node];
	const struct scene_entry *e = &s->log[party][n->held.of[party]];

	if (n->held.of[party] == scene_count(s, party))
		return false;
	for (size_t i = 0; i < s->parties; i++) {
		if (e->move.past.of[i] > n->held.of[i])
			return false;
	}
	if (fold(n, &e->move) != e->ruling)
		s->changed++;
	return true;
}

void scene_deliver_all(struct scene *s)
{
	bool is_any = true;

	while (is_any) {
		is_any = false;
		for (size_t node = 0; node < s->parties; node++) {
			for (size_t party = 0; party < s->parties; party++)
				is_any = (node != party && scene_take(s, node, party)) || is_any;
		}
	}
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
