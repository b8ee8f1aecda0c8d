/*
 * A procedure's file: refused with a rule that has a sentence and a line of the file, or within every bound,
 * and what it says can be played: what has become true stays true.
 */
#include "accord/procedure.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

struct wishes {
	uint64_t held; /* bit mask of leaves, by what they say */
};

static bool is_held(void *self, const struct guard_node *n)
{
	const struct wishes *w = self;

	assert(n->kind < GUARD_ALL);
	return (w->held >> ((n->kind * 31 + n->step * 7 + n->which) % 64) & 1) != 0;
}

static void check_guard(const struct procedure *p, const struct guard *g, size_t steps)
{
	struct wishes w = { 0 };
	bool before = false;

	assert(g->count <= GUARD_NODES_MAX);
	for (size_t i = 0; i < g->count; i++) {
		const struct guard_node *n = &g->nodes[i];
		assert(n->parent <= i && (n->kind >= GUARD_PRECEDENCE || n->step < steps));
		assert(n->kind != GUARD_DECIDED || n->which < p->steps[n->step].options_count);
	}
	for (size_t bit = 0; bit <= 64; bit++) {
		bool now = guard_evaluate(g, is_held, &w);
		assert(now || !before);
		before = now;
		w.held = bit < 63 ? (1ull << (bit + 1)) - 1 : UINT64_MAX;
	}
	assert(before);
}

static void check(const struct procedure *p)
{
	assert(p->steps_count >= 1 && p->steps_count <= PROCEDURE_STEPS_MAX);
	for (size_t i = 0; i < p->steps_count; i++) {
		const struct procedure_step *s = &p->steps[i];
		check_guard(p, &s->after, i);
		assert(procedure_step_find(p, bytes_str(s->id)) == i);
		for (size_t o = 0; o < s->owe_count; o++) {
			for (unsigned x = 0; x < PRECEDENCE_COUNT; x++)
				assert(p->precedence[x].line == 0 ||
				       obligation_within(p, &s->owe[o], (enum precedence)x) > 0);
		}
	}
	check_guard(p, &p->close, p->steps_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[ACCORD_ARENA_LEN];
	struct bytes file = { ptr, len };
	struct procedure *p = NULL;
	struct fault fault = { NULL, 0 };
	struct arena arena;
	size_t values = 0, lines = 1;
	enum err e;

	arena_init(&arena, memory, sizeof memory);
	e = procedure_read(NULL, BYTES_LIT("procedures/x"), file, &arena, &values, &p, &fault);
	if (e == ERR_OK) {
		check(p);
		return 0;
	}
	assert(e == ERR_USAGE && procedure_rule_find(fault.rule) != NULL);
	for (size_t i = 0; i < len; i++)
		lines += ptr[i] == '\n';
	assert(fault.offset >= 1 && fault.offset <= lines);
	return 0;
}
