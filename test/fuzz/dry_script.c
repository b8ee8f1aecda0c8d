/*
 * The acts of a dry run: refused with a sentence and what to do, or a move whose step, option, role and party
 * are of the definition, later than the one before.
 */
#include "entente/dry_script.h"
#include "accord/procedure.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct procedure_step steps[] = {
	{ .id = "alert", .kind = STEP_KIND_NOTICE },
	{ .id = "decide", .kind = STEP_KIND_GATE },
};
static struct gate_option options[] = { { .id = "yes" }, { .id = "no" } };

static struct procedure procedure(void)
{
	struct procedure p = { .roles = { { .name = "duty" }, { .name = "head" } }, .roles_count = 2 };

	steps[1].options = options;
	steps[1].options_count = ARRAY_COUNT(options);
	p.steps = steps;
	p.steps_count = ARRAY_COUNT(steps);
	p.precedence[PRECEDENCE_IMMEDIATE].line = 1;
	return p;
}

static void check(const struct dry_act *act)
{
	const struct move *m = &act->move;

	if (act->what == DRY_LINE)
		assert(act->line <= DRY_LINE_SLOW && act->parties != 0 && act->parties < 4);
	if (act->what != DRY_MOVE)
		return;
	assert(act->word != NULL && m->kind > MOVE_NONE && m->kind < MOVE_COUNT && m->at.party < 2);
	assert(m->is_node || (m->role < 2 && m->person > 0));
	assert(m->step == STEP_NONE || m->step < ARRAY_COUNT(steps));
	assert(act->about == STEP_NONE || act->about < ARRAY_COUNT(steps));
	if (m->kind == MOVE_PROPOSE || m->kind == MOVE_DECIDE)
		assert(m->which < steps[m->step].options_count);
	if (m->kind == MOVE_START)
		assert(m->which == PRECEDENCE_IMMEDIATE && m->whose >= 1 && m->whose <= DEPTH_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static const struct accord accord = { .parties = { { .name = "kor" }, { .name = "usa" } },
					      .parties_count = 2 };
	struct procedure p = procedure();
	struct dry_script script = {
		.procedure = &p, .accord = &accord, .day_ms = 86400000, .now_ms = 86400000
	};
	struct bytes in = { ptr, len };

	while (in.len > 0) {
		const uint8_t *newline = memchr(in.ptr, '\n', in.len);
		size_t line = newline == NULL ? in.len : (size_t)(newline - in.ptr) + 1;
		uint64_t before = script.now_ms;
		const struct dry_rule *why;
		struct dry_act act;
		enum err e = dry_script_read(&script, (struct bytes){ in.ptr, line }, &act, &why);
		assert((e == ERR_USAGE) == (why != NULL));
		assert(e != ERR_USAGE || (why->text[0] != '\0' && why->next[0] != '\0'));
		if (e == ERR_OK) {
			check(&act);
			assert(act.at_ms >= before && script.now_ms == act.at_ms);
		}
		assert(script.persons_count <= DRY_PERSONS_MAX);
		in.ptr += line;
		in.len -= line;
	}
	return 0;
}
