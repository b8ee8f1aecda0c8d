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
#define SCENE_EPOCHS_MAX 3u

struct scene_entry {
	struct move move;
	enum ruling ruling; /* at its author's node */
	uint64_t true_ms;
};

/* Of one party in one epoch: what anybody holds. Numbers of the first epoch have none in them. */
struct scene_log {
	struct scene_entry of[SCENE_ENTRIES_MAX];
	size_t count;
};

struct scene_node {
	struct test_map rows;
	struct map map;
	struct instance instance;
	struct machine machine;
	size_t taken[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX];
	struct vector held; /* of each party the last of its latest epoch */
};

struct scene {
	struct accord accord;
	size_t parties;
	struct scene_log logs[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX];
	uint32_t epochs[SCENE_PARTIES_MAX]; /* in which it writes, from 0 */
	struct scene_node nodes[SCENE_PARTIES_MAX];
	size_t changed; /* verdicts that another node found otherwise */
	bool is_tried;	/* each call of the map fails, before it works, of whatever is said */
};

/* The accord is that of `p`, whose roles become posts. */
void scene_open(struct scene *s, struct procedure *p, size_t parties);
void scene_close(struct scene *s);
/* The party says it with all that its node holds in its past; appended if it counts, or if `is_forced`. */
enum ruling scene_say(struct scene *s, size_t party, struct move m, uint64_t true_ms, bool is_forced);
/*
 * The node takes the next entry of a party's log; false: there is none, or its past is not held yet. A later
 * epoch that leaves out what it holds it takes once its own log shows that, as a node does.
 */
bool scene_take(struct scene *s, size_t node, size_t party, uint32_t epoch);
/*
 * The party has so many entries of its log left, of the others' what the last of them had seen, and opens the
 * next epoch. Of what it lost there is what others have taken; all of it, if that is a lie. None left of a
 * later epoch: it has forgotten that too, but others have given it back what they hold of the one before.
 */
void scene_lose(struct scene *s, size_t party, size_t left, bool is_lie, uint64_t filed_ms);
/* Everything that is there goes to every node. */
void scene_deliver_all(struct scene *s);
/* In the log that it writes. */
uint64_t scene_count(const struct scene *s, size_t party);
const struct scene_entry *scene_entry_at(const struct scene *s, struct spot at);

/* A procedure from a file of test/vectors/procedures, in memory of its own. */
struct procedure *scene_procedure(const char *name, uint8_t *memory, size_t size);

#endif
