/*
 * laws FILE: the laws of docs/spec/guidelines.md section 5, over every valid label of each bundle. Prints
 * counts, and the first few labels that break one; ends with 1 if there are any, or a law was hardly tried.
 */
#include "bundles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define LABELS_MAX 8192
#define WORDS (READERS_MAX / 64)

struct readers {
	uint64_t of[WORDS];
};

static struct bundles bundles;
static const struct guidelines *g;
static struct reader readers[READERS_MAX];
static size_t readers_count;
static struct label_mask labels[LABELS_MAX];
static struct readers reading[LABELS_MAX]; /* who reads which */
static size_t labels_count;
static unsigned long long tried[7], broken;
static const unsigned floors[] = { 15000, 200000, 3000000, 1000000, 15000000, 4000, 100000 };

static struct readers read_by(const struct guidelines *by, const struct label_mask *l)
{
	struct readers out = { { 0 } };

	for (size_t i = 0; i < readers_count; i++) {
		if (policy_evaluate(by, l, &readers[i]).is_allowed)
			out.of[i / 64] |= 1ull << i % 64;
	}
	return out;
}

/* By officers with that clearance of their own. */
static struct readers read_with(const struct label_mask *l, struct clearance own)
{
	const struct clearance any = readers[0].own;
	struct readers out;

	for (size_t i = 0; i < readers_count; i++)
		readers[i].own = own;
	out = read_by(g, l);
	for (size_t i = 0; i < readers_count; i++)
		readers[i].own = any;
	return out;
}

static bool is_within(const struct readers *few, const struct readers *many)
{
	for (size_t i = 0; i < WORDS; i++) {
		if ((few->of[i] & ~many->of[i]) != 0)
			return false;
	}
	return true;
}

static void hold(bool holds, int law, const char *what, const struct label_mask *a,
		 const struct label_mask *b)
{
	tried[law]++;
	if (holds || ++broken > 5)
		return;
	printf("%s: level %u values %llx rel %x origin %x", what, a->level, (unsigned long long)a->values,
	       a->rel, a->origin);
	printf(" and level %u values %llx rel %x origin %x\n", b->level, (unsigned long long)b->values,
	       b->rel, b->origin);
}

static bool is_same(const struct label_mask *a, const struct label_mask *b)
{
	return a->level == b->level && a->values == b->values && a->rel == b->rel && a->origin == b->origin;
}

/* Every valid label; what is shown only is left out, for it decides nothing. */
static void list_labels(void)
{
	uint64_t deciding = 0, values = 0;

	labels_count = 0;
	for (size_t i = 0; i < g->categories_count; i++)
		deciding |= g->categories[i].rule == CATEGORY_INFO ? 0 : g->categories[i].values;
	do {
		for (size_t level = 0; level < g->levels_count; level++) {
			for (uint32_t rel = 1; rel < 1u << g->parties_count; rel++) {
				for (uint32_t origin = 1; origin < 1u << g->parties_count; origin++) {
					struct label_mask l = { (uint8_t)level, values, rel, origin };
					if (!policy_label_check(g, &l).is_allowed)
						continue;
					assert(labels_count < LABELS_MAX);
					reading[labels_count] = read_by(g, &l);
					labels[labels_count++] = l;
				}
			}
		}
		values = (values - deciding) & deciding; /* the next subset */
	} while (values != 0);
}

/* Law 1: a stricter label is never read by more. */
static void restrict_label(size_t at)
{
	const struct label_mask *l = &labels[at];
	uint64_t free = g->all;

	/* A value that an agreement asks for is no restriction: it says what the item is about. */
	for (size_t i = 0; i < g->agreements_count; i++)
		free &= ~g->agreements[i].only;
	for (size_t i = 0; i < 64 + GUIDELINES_PARTIES_MAX + 1; i++) {
		struct label_mask stricter = *l;
		struct readers now;
		if (i < 64)
			stricter.values |= free & 1ull << i;
		else if (i < 64 + GUIDELINES_PARTIES_MAX)
			stricter.rel &= ~(1u << (i - 64));
		else if ((size_t)l->level + 1 < g->levels_count)
			stricter.level++;
		if (is_same(&stricter, l))
			continue;
		now = read_by(g, &stricter);
		hold(is_within(&now, &reading[at]), 0, "a stricter label is read by more", l, &stricter);
	}
}

static struct clearance *clearance_at(struct guidelines *more, size_t at)
{
	if (at < more->parties_count)
		return &more->nodes[at].clearance;
	at -= more->parties_count;
	return at < ACCORD_ROLES_MAX && more->roles[at].line != 0 ? &more->roles[at].clearance : NULL;
}

/* Law 2: more clearance, of a node, a role or an officer, never takes anything away. */
static void clear_more(void)
{
	static struct guidelines more;

	for (size_t at = 0; at < g->parties_count + ACCORD_ROLES_MAX; at++) {
		for (size_t value = 0; value <= g->values_count; value++) {
			struct clearance *c;
			more = *g;
			c = clearance_at(&more, at);
			if (c == NULL)
				break;
			if (value < g->values_count)
				c->holds |= 1ull << value;
			else
				c->up_to++;
			for (size_t i = 0; i < labels_count; i++) {
				struct readers now = read_by(&more, &labels[i]);
				hold(is_within(&reading[i], &now), 1, "more clearance reads less", &labels[i],
				     &labels[i]);
			}
		}
	}
}

/* An officer's own: up to each level, with all values and without each of them. */
static void clear_officers(void)
{
	for (size_t i = 0; i < labels_count; i++) {
		for (size_t value = 0; value <= g->values_count; value++) {
			uint64_t holds = value < g->values_count ? ~(1ull << value) : UINT64_MAX;
			struct readers before = { { 0 } };
			for (uint8_t level = 0; level < g->levels_count; level++) {
				struct readers now =
					read_with(&labels[i], (struct clearance){ level, holds });
				struct readers more =
					read_with(&labels[i], (struct clearance){ level, UINT64_MAX });
				hold(is_within(&before, &now) && is_within(&now, &more) &&
					     is_within(&more, &reading[i]),
				     1, "an officer with more clearance reads less", &labels[i], &labels[i]);
				before = now;
			}
		}
	}
}

/* Laws 3 and 4: what is made of two is the same either way, and is read by nobody who could not read both. */
static void join_pairs(void)
{
	for (size_t i = 0; i < labels_count; i++) {
		for (size_t k = 0; k < labels_count; k++) {
			struct label_mask one, other;
			bool is_joined = policy_join(g, &labels[i], &labels[k], &one).is_allowed;
			struct readers now;
			if (policy_join(g, &labels[k], &labels[i], &other).is_allowed != is_joined ||
			    (is_joined && !is_same(&one, &other)) ||
			    (i == k && (!is_joined || !is_same(&one, &labels[i]))))
				hold(false, 2, "it matters which comes first", &labels[i], &labels[k]);
			tried[2]++;
			if (!is_joined || i > k)
				continue;
			now = read_by(g, &one);
			hold(is_within(&now, &reading[i]) && is_within(&now, &reading[k]), 3,
			     "what is made of both is read by more", &labels[i], &labels[k]);
		}
	}
}

/* Law 5: of three it does not matter which two are joined first, a refusal included. */
static void join_triples(size_t stride)
{
	for (size_t i = 0; i < labels_count; i++) {
		for (size_t k = 0; k < labels_count; k++) {
			struct label_mask left;
			bool is_left = policy_join(g, &labels[i], &labels[k], &left).is_allowed;
			for (size_t n = (i + k) % stride; n < labels_count; n += stride) {
				struct label_mask right, one, other;
				bool is_one = is_left && policy_join(g, &left, &labels[n], &one).is_allowed;
				bool is_other = policy_join(g, &labels[k], &labels[n], &right).is_allowed &&
						policy_join(g, &labels[i], &right, &other).is_allowed;
				hold(is_one == is_other && (!is_one || is_same(&one, &other)), 4,
				     "it matters which are joined first", &labels[i], &labels[k]);
			}
		}
	}
}

/* Law 6: a label and its form on the wire are the same. */
static void write_all(void)
{
	for (size_t i = 0; i < labels_count; i++) {
		struct label wire;
		struct label_mask again;
		bool is_good =
			policy_label_write(g, &labels[i], &wire) == ERR_OK && label_check(&wire) == ERR_OK &&
			policy_label_read(g, &wire, 0, &again).is_allowed && is_same(&again, &labels[i]);
		hold(is_good, 5, "it is not the same when it comes back", &labels[i], &labels[i]);
	}
}

/* Law 7: a label within another is read by nobody who may not read that one. */
static void narrow_pairs(void)
{
	for (size_t i = 0; i < labels_count; i++) {
		for (size_t k = 0; k < labels_count; k++) {
			if (policy_is_within(g, &labels[i], &labels[k]))
				hold(is_within(&reading[i], &reading[k]), 6,
				     "a label within another is read by more", &labels[i], &labels[k]);
		}
		if (!policy_is_within(g, &labels[i], &labels[i]))
			hold(false, 6, "a label is not within itself", &labels[i], &labels[i]);
	}
}

int main(int argc, char **argv)
{
	unsigned long long all = 0;

	if (argc != 2)
		return 2;
	bundles_open(&bundles, argv[1]);
	for (size_t i = 0; i < bundles.count; i++) {
		bundles_read(&bundles, i);
		g = bundles.guidelines;
		readers_count = bundles_readers(&bundles, readers);
		list_labels();
		all += labels_count;
		for (size_t k = 0; k < labels_count; k++)
			restrict_label(k);
		clear_more();
		clear_officers();
		join_pairs();
		join_triples(1 + labels_count * labels_count / 4000);
		write_all();
		narrow_pairs();
		if (i == 0)
			printf("%s: %zu valid labels, %llu joins\n",
			       json_string_value(json_object_get(
				       json_array_get(json_object_get(bundles.all, "vectors"), 0), "name")),
			       labels_count, tried[3]);
	}
	printf("%zu guidelines, %llu valid labels; %llu restrictions, %llu clearances, %llu pairs, %llu "
	       "joins read, "
	       "%llu triples, %llu written, %llu within another; %llu broken\n",
	       bundles.count, all, tried[0], tried[1], tried[2], tried[3], tried[4], tried[5], tried[6],
	       broken);
	bundles_close(&bundles);
	/* Whoever denied every label, or every join, would break none. */
	for (size_t law = 0; law < sizeof tried / sizeof *tried; law++) {
		if (tried[law] < floors[law]) {
			printf("law %zu was tried %llu times\n", law + 1, tried[law]);
			broken++;
		}
	}
	return broken > 0;
}
