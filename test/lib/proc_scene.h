/*
 * proc_scene.h - the nodes of several parties on one channel, in one program: each folds what it holds, as it
 * comes.
 *
 * Layer: tests.
 */
#ifndef PROC_SCENE_H
#define PROC_SCENE_H

#include "proc/instance.h"
#include "test_map.h"

#define SCENE_PARTIES_MAX 3u
#define SCENE_ENTRIES_MAX 512u

struct scene_entry {
	struct move move;
	enum ruling ruling; /* at its author's node */
	uint64_t true_ms;
};

struct scene_node {
	struct test_map rows;
	struct map map;
	struct instance instance;
	struct machine machine;
	struct vector held;
};

struct scene {
	struct accord accord;
	size_t parties;
	struct scene_entry log[SCENE_PARTIES_MAX][SCENE_ENTRIES_MAX];
	struct scene_node nodes[SCENE_PARTIES_MAX];
	size_t changed; /* verdicts that another node found otherwise */
};

/* The accord is that of `p`, whose roles become posts. */
void scene_open(struct scene *s, struct procedure *p, size_t parties);
void scene_close(struct scene *s);
/* The party says it with all that its node holds in its past; appended if it counts, or if `is_forced`. */
enum ruling scene_say(struct scene *s, size_t party, struct move m, uint64_t true_ms, bool is_forced);
/* The node takes the next entry of another party's log; false: there is none, or its past is not held yet. */
bool scene_take(struct scene *s, size_t node, size_t party);
/* Everything that is there goes to every node. */
void scene_deliver_all(struct scene *s);
uint64_t scene_count(const struct scene *s, size_t party);

/* A procedure from a file of test/vectors/procedures, in memory of its own. */
struct procedure *scene_procedure(const char *name, uint8_t *memory, size_t size);

#endif
