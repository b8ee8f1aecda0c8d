/*
 * answers.h - one pass over all that can be asked of a node, and what it answered.
 *
 * Layer: tests.
 */
#ifndef CRASH_ANSWERS_H
#define CRASH_ANSWERS_H

#include "places.h"

#define ANSWERS_MAX 16384u

struct answer {
	const char *what;
	enum err e;
	uint8_t hash[HASH_LEN];
};

struct answers {
	struct world *w;
	struct sim_node *n;
	const struct fold *fold; /* the node's, or one on rows that are cut */
	struct answer list[ANSWERS_MAX];
	size_t count;
};

void answers_put(struct answers *a, const char *what, enum err e, struct bytes bytes);
void answers_put_number(struct answers *a, const char *what, enum err e, uint64_t number);
void answers_put_place(struct answers *a, const char *what, enum err e, const struct place_key *at);
/* At the end of a list is no error. */
enum err answers_ended(enum err e) MUST_CHECK;

/* views.c: of what stands in channels, and follows from it. Nothing of the node's own state is in it. */
void views_ask(struct answers *a);
/* owed.c: of watches and procedures of a channel. */
void owed_ask(struct answers *a, uint32_t channel);
/* door.c: what the own door would say to what was said before. */
void door_ask(struct answers *a);

/*
 * cut.c: asks the views on rows of which one is not as it was written: of each kind and of each question,
 * once empty, once a byte too short. *whole: what they answer else. False: no such row is left, and nothing
 * was cut.
 */
bool cut_ask(const struct answers *whole, struct answers *out);

#endif
