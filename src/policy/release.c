/* Who must agree before an item goes, and how long that holds. */
#include "policy/policy.h"

#include <assert.h>

static uint32_t originators(const struct guidelines *g, const struct label_mask *l)
{
	for (size_t i = 0; i < g->values_count; i++) {
		if ((l->values >> i & 1) != 0 && g->values[i].is_originator_controlled)
			return l->origin;
	}
	return 0;
}

static bool is_met(const struct guidelines_release *rule, const struct label_mask *l, enum plane plane,
		   enum precedence precedence, bool is_outside)
{
	if (rule->when == RELEASE_WITHIN || rule->when == RELEASE_OUTSIDE)
		return is_outside == (rule->when == RELEASE_OUTSIDE);
	if (rule->when == RELEASE_ABOVE)
		return l->level > rule->of;
	if (rule->when == RELEASE_PLANE)
		return plane == (enum plane)rule->of;
	return precedence == (enum precedence)rule->of;
}

bool policy_is_by_hand(const struct guidelines *g, const struct label_mask *l, size_t author, uint32_t to,
		       uint16_t *line)
{
	for (size_t i = 0; i < g->parties_count; i++) {
		struct reader r = reader_of(i, READER_NODE);
		struct decision d;
		if (i == author || (to >> i & 1) == 0)
			continue;
		d = policy_evaluate(g, l, &r);
		if ((d.via & ~(1u << author)) == 0)
			continue;
		*line = d.line;
		return false;
	}
	return true;
}

struct release_need policy_release_need(const struct guidelines *g, const struct label_mask *l,
					enum plane plane, enum precedence precedence, uint32_t to)
{
	uint32_t outside = to & ~g->members;
	struct release_need need = { 0 };

	for (size_t i = 0; i < g->releases_count; i++) {
		const struct guidelines_release *rule = &g->releases[i];
		if (!is_met(rule, l, plane, precedence, outside != 0))
			continue;
		/* The highest counts; of equals the first. */
		if (need.line == 0 || rule->by > need.by) {
			need.by = rule->by;
			need.line = rule->line;
		}
		if (rule->needs_consent)
			need.consents |= g->members;
	}
	assert(need.line != 0); /* one of within and outside is met, and both are there */
	if (outside != 0)
		need.consents |= originators(g, l);
	return need;
}

struct release_need policy_act_need(const struct guidelines *g, const struct label_mask *l,
				    enum guidelines_act act)
{
	return (struct release_need){
		.by = g->acts[act].by,
		.line = g->acts[act].line,
		.consents = act == GUIDELINES_DOWNGRADE ? originators(g, l) : 0,
	};
}

struct guidelines_span policy_approval(const struct guidelines *g, enum plane plane)
{
	const struct guidelines_span *on = &g->approval_on[index_below(plane, PLANE_COUNT)];

	return on->line != 0 ? *on : g->approval;
}

struct guidelines_review policy_review(const struct guidelines *g, const struct label_mask *l)
{
	struct guidelines_review out = { 0 };

	/* Of several notes the earliest review. */
	for (size_t i = 0; i < g->values_count; i++) {
		const struct guidelines_review *own = &g->review_of[i];
		if ((l->values >> i & 1) != 0 && own->line != 0 && (out.line == 0 || own->days < out.days))
			out = *own;
	}
	return out.line != 0 ? out : g->review;
}
