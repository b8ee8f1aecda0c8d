#include "border_labels.h"

static json_t *vectors;
static struct bundle copy;

const struct accord *border_accord(void)
{
	struct accord_fault fault;
	struct accord *a;

	vectors = bundle_vectors("guidelines.json");
	if (vectors == NULL)
		return NULL;
	bundle_make(&copy, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	return bundle_read(&copy, &a, &fault) == ERR_OK ? a : NULL;
}

int border_accord_close(void **state)
{
	(void)state;
	bundle_clear(&copy);
	json_decref(vectors);
	return 0;
}

bool border_next_label(const struct guidelines *g, uint64_t *at, struct label_mask *m)
{
	const uint64_t values = 1ull << g->values_count, parties = 1ull << g->parties_count,
		       members = (uint64_t)g->members + 1;

	for (; *at < g->levels_count * values * parties * members; (*at)++) {
		uint64_t rest = *at;
		m->level = (uint8_t)(rest % g->levels_count);
		rest /= g->levels_count;
		m->values = rest % values;
		rest /= values;
		m->rel = (uint32_t)(rest % parties);
		m->origin = (uint32_t)(rest / parties);
		if ((m->origin & ~g->members) != 0 || m->origin == 0 || m->rel == 0 ||
		    !policy_label_check(g, m).is_allowed)
			continue;
		(*at)++;
		return true;
	}
	return false;
}

bool border_is_same(const struct label_mask *a, const struct label_mask *b)
{
	return a->level == b->level && a->values == b->values && a->rel == b->rel && a->origin == b->origin;
}
