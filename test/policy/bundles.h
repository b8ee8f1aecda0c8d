/*
 * bundles.h - the bundles of a file made by test/policy/make_bundles.py, one after the other, and words about
 * labels.
 */
#ifndef TEST_POLICY_BUNDLES_H
#define TEST_POLICY_BUNDLES_H

#include "bundle_copy.h"
#include "policy/policy.h"

#define READERS_MAX 1024

struct bundles {
	json_t *all;
	size_t count;
	struct bundle copy;
	const struct accord *accord;
	const struct guidelines *guidelines;
};

/* Ends the program, and says why, if the file is none. */
void bundles_open(struct bundles *b, const char *path);
/* Reads bundle `index`: accord and guidelines until the next call. */
void bundles_read(struct bundles *b, size_t index);
void bundles_close(struct bundles *b);

/* Every party as such and with each role, on every plane, in every feed, on none; returns how many. */
size_t bundles_readers(const struct bundles *b, struct reader *out);

#endif
