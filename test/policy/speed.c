/*
 * speed FILE SECONDS: what a decision costs. Every label and every reader of the first bundle, over and over;
 * beside it the same loops with a function that only looks at both, as the floor. Prints JSON, in
 * nanoseconds.
 */
#include "bundles.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LABELS_MAX (1u << 16)

static struct bundles bundles;
static struct label_mask labels[LABELS_MAX];
static struct reader readers[READERS_MAX];
static size_t labels_count, readers_count;

/* Of this process alone, whatever else runs. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void list_labels(void)
{
	const struct guidelines *g = bundles.guidelines;

	for (uint64_t values = 0; values < 1ull << g->values_count; values++) {
		for (size_t level = 0; level < g->levels_count; level++) {
			for (uint32_t rel = 1; rel < 1u << g->parties_count; rel++) {
				if (labels_count == LABELS_MAX)
					return;
				labels[labels_count++] =
					(struct label_mask){ (uint8_t)level, values, rel, 1u << rel % 2 };
			}
		}
	}
}

static bool decide(const struct label_mask *l, const struct reader *r)
{
	return policy_evaluate(bundles.guidelines, l, r).is_allowed;
}

/* Not inlined and not left out: it reads what a decision reads first. */
__attribute__((noinline)) static bool look(const struct label_mask *l, const struct reader *r)
{
	return (l->rel >> r->party & 1) != 0 && l->level <= r->own.up_to;
}

/* Each time another function: called directly, as whoever asks for a decision does. */
static inline __attribute__((always_inline)) double measure(bool (*one)(const struct label_mask *l,
									const struct reader *r),
							    double limit, unsigned long long *yes)
{
	double begin = seconds(), spent = 0;
	unsigned long long count = 0, said = 0;

	do {
		for (size_t i = 0; i < readers_count; i++) {
			for (size_t at = 0; at < labels_count; at++) {
				said += one(&labels[at], &readers[i]);
				count++;
			}
		}
		spent = seconds() - begin;
	} while (spent < limit);
	*yes = said;
	return spent * 1e9 / (double)count;
}

int main(int argc, char **argv)
{
	unsigned long long allowed, looked;
	double limit = argc == 3 ? strtod(argv[2], NULL) : 0, floor_ns, decision_ns;

	if (limit <= 0)
		errx(2, "usage: speed FILE SECONDS");
	bundles_open(&bundles, argv[1]);
	bundles_read(&bundles, 0);
	readers_count = bundles_readers(&bundles, readers);
	list_labels();
	floor_ns = measure(look, limit, &looked);
	decision_ns = measure(decide, limit, &allowed);
	printf("{\"decision_ns\": %.2f, \"floor_ns\": %.2f, \"labels\": %zu, \"readers\": %zu}\n",
	       decision_ns, floor_ns, labels_count, readers_count);
	bundles_close(&bundles);
	return allowed == 0 || looked == 0;
}
