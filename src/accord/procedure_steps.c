/* The steps of a procedure: a table of keys, by kind of step. */
#include "accord/form.h"
#include "accord/procedure_read.h"

#define NOTICE (1u << STEP_KIND_NOTICE)
#define MEET (1u << STEP_KIND_MEET)
#define EXCHANGE (1u << STEP_KIND_EXCHANGE)
#define ACT (1u << STEP_KIND_ACT)
#define GATE (1u << STEP_KIND_GATE)
#define ONE (1u << STEP_KIND_COUNT) /* and a gate of one party: only that says whose it is */

static void read_id(struct procedure_reader *r, const struct json_value *v)
{
	if (!procedure_is(r, v, JSON_TEXT))
		return;
	if (procedure_step_find(r->p, v->text) < r->p->steps_count)
		procedure_refuse(r, v, "procedure.name");
	procedure_id(r, v, v->text, r->step->id);
}

static const char *kind_word(size_t i)
{
	return step_kind_name((enum step_kind)i);
}

static const char *rule_word(size_t i)
{
	return gate_rule_name((enum gate_rule)i);
}

static const char *level_word(size_t i)
{
	return level_name((enum level)i);
}

static const char *effect_word(size_t i)
{
	return step_effect_name((enum step_effect)(i + 1)); /* "none" is not written */
}

static void read_kind(struct procedure_reader *r, const struct json_value *v)
{
	r->step->kind = (enum step_kind)procedure_word(r, v, kind_word, STEP_KIND_COUNT);
}

static void read_title(struct procedure_reader *r, const struct json_value *v)
{
	procedure_names(r, v, &r->step->title);
}

static void read_by(struct procedure_reader *r, const struct json_value *v)
{
	r->step->by = procedure_who(r, v);
	r->step->has_by = true;
	if (r->step->by.of == OF_OTHERS)
		procedure_refuse(r, v, "procedure.who");
}

static void take_form(struct procedure_reader *r, const struct json_value *v, char out[FORM_NUMBER_MAX + 1])
{
	if (!procedure_is(r, v, JSON_TEXT))
		return;
	if (v->text.len == 0 || bytes_copy_str(v->text, out, FORM_NUMBER_MAX + 1) != ERR_OK ||
	    (r->accord != NULL && form_newest(r->accord, v->text) == NULL))
		procedure_refuse(r, v, "procedure.form");
}

static void read_form(struct procedure_reader *r, const struct json_value *v)
{
	take_form(r, v, r->step->form);
}

static void read_undo(struct procedure_reader *r, const struct json_value *v)
{
	take_form(r, v, r->step->undo);
}

static void read_after(struct procedure_reader *r, const struct json_value *v)
{
	procedure_guard(r, v, &r->step->after);
}

static void read_effect(struct procedure_reader *r, const struct json_value *v)
{
	r->step->effect = (enum step_effect)(procedure_word(r, v, effect_word, STEP_EFFECT_COUNT - 1) + 1);
}

static void read_runs(struct procedure_reader *r, const struct json_value *v)
{
	if (procedure_is(r, v, JSON_BOOL))
		r->step->runs_in_recess = v->number != 0;
}

/* ---- What is owed ---- */

static struct obligation *owed(struct procedure_reader *r)
{
	return &r->step->owe[r->step->owe_count];
}

/* What can be owed in a step of this kind. */
static unsigned levels_of(enum step_kind kind)
{
	static const unsigned levels[STEP_KIND_COUNT] = {
		[STEP_KIND_NOTICE] = 1u << LEVEL_WATCH_READ | 1u << LEVEL_READ_BACK | 1u << LEVEL_PRESENTED |
				     1u << LEVEL_REPLIED,
		[STEP_KIND_MEET] = 1u << LEVEL_ATTEND,
		[STEP_KIND_EXCHANGE] = 1u << LEVEL_DONE,
		[STEP_KIND_ACT] = 1u << LEVEL_DONE,
		[STEP_KIND_GATE] = 1u << LEVEL_POSITION,
	};

	return levels[kind];
}

static void read_owe_who(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure_who who = procedure_who(r, v);

	if (who.of == OF_ANY || (who.of == OF_OTHERS) != (r->step->kind == STEP_KIND_NOTICE))
		procedure_refuse(r, v, "procedure.who");
	owed(r)->who = who;
}

static void read_owe_what(struct procedure_reader *r, const struct json_value *v)
{
	owed(r)->what = (enum level)procedure_word(r, v, level_word, LEVEL_COUNT);
	if (r->rule == NULL && (levels_of(r->step->kind) >> owed(r)->what & 1) == 0)
		procedure_refuse(r, v, "procedure.word");
}

static void read_owe_within(struct procedure_reader *r, const struct json_value *v)
{
	size_t timer = 0;

	owed(r)->is_timer = v->kind == JSON_TEXT;
	if (!owed(r)->is_timer) {
		owed(r)->seconds = procedure_number(r, v, 1, PROCEDURE_SPAN_S_MAX);
		return;
	}
	while (timer < r->p->timers_count && !bytes_equal(bytes_str(r->p->timers[timer]), v->text))
		timer++;
	if (timer == r->p->timers_count)
		procedure_refuse(r, v, "procedure.timer");
	owed(r)->timer = (uint8_t)timer;
}

static const struct key_row owe_keys[] = { { "who", read_owe_who, true, 0 },
					   { "what", read_owe_what, true, 0 },
					   { "within", read_owe_within, true, 0 } };

static void read_owe(struct procedure_reader *r, const struct json_value *v)
{
	if (!procedure_is(r, v, JSON_ARRAY))
		return;
	if (v->count > STEP_OBLIGATIONS_MAX)
		procedure_refuse(r, v, "procedure.count");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		procedure_object(r, m, owe_keys, ARRAY_COUNT(owe_keys), 0);
		r->step->owe_count++;
	}
}

/* ---- Meetings and gates ---- */

static void read_quorum(struct procedure_reader *r, const struct json_value *v)
{
	r->step->quorum = procedure_number(r, v, 1, UINT8_MAX);
}

static void read_rule(struct procedure_reader *r, const struct json_value *v)
{
	r->step->rule = (enum gate_rule)procedure_word(r, v, rule_word, GATE_COUNT);
}

static void read_signers(struct procedure_reader *r, const struct json_value *v)
{
	if (!procedure_is(r, v, JSON_ARRAY))
		return;
	if (v->count == 0)
		procedure_refuse(r, v, "procedure.count");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		uint16_t bit;
		if (!procedure_is(r, m, JSON_TEXT))
			return;
		bit = (uint16_t)(1u << procedure_role(r, m, m->text));
		if ((r->step->signers & bit) != 0)
			procedure_refuse(r, m, "procedure.name");
		r->step->signers |= bit;
	}
}

static bool is_joint(struct procedure_reader *r, const struct json_value *v)
{
	if (r->step->rule != GATE_JOINT)
		procedure_refuse(r, v, "procedure.key");
	return r->rule == NULL;
}

static void read_confirm(struct procedure_reader *r, const struct json_value *v)
{
	if (!is_joint(r, v) || !procedure_is(r, v, JSON_TEXT))
		return;
	r->step->confirm = procedure_role(r, v, v->text);
	r->step->has_confirm = true;
}

static void read_hold(struct procedure_reader *r, const struct json_value *v)
{
	if (is_joint(r, v))
		r->step->hold = procedure_number(r, v, 0, PROCEDURE_SPAN_S_MAX);
}

static void read_read_back(struct procedure_reader *r, const struct json_value *v)
{
	if (is_joint(r, v) && procedure_is(r, v, JSON_BOOL))
		r->step->is_read_back = v->number != 0;
}

static void read_options(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure_step *s = r->step;

	if (!procedure_is(r, v, JSON_OBJECT))
		return;
	if (v->count == 0 || v->count > STEP_OPTIONS_MAX)
		procedure_refuse(r, v, "procedure.count");
	if (r->rule != NULL)
		return;
	s->options = arena_alloc(r->arena, v->count, sizeof *s->options);
	if (s->options == NULL) {
		r->is_full = true;
		procedure_refuse(r, v, "json.count");
		return;
	}
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		procedure_id(r, m, m->name, s->options[s->options_count].id);
		procedure_names(r, m, &s->options[s->options_count].title);
		s->options_count++;
	}
}

/* In this order, because a kind and a rule must be known before what depends on them. */
static const struct key_row keys[] = {
	{ "id", read_id, true, 0 },
	{ "kind", read_kind, true, 0 },
	{ "title", read_title, true, 0 },
	{ "rule", read_rule, true, GATE },
	{ "by", read_by, true, NOTICE | MEET | EXCHANGE | ACT | ONE },
	{ "form", read_form, false, NOTICE | EXCHANGE | ACT },
	{ "after", read_after, false, 0 },
	{ "owe", read_owe, false, 0 },
	{ "effect", read_effect, false, ACT | GATE },
	{ "undo", read_undo, false, ACT | GATE },
	{ "signers", read_signers, true, GATE },
	{ "confirm", read_confirm, false, GATE },
	{ "hold", read_hold, false, GATE },
	{ "read-back", read_read_back, false, GATE },
	{ "options", read_options, true, GATE },
	{ "quorum", read_quorum, true, MEET },
	{ "runs-in-recess", read_runs, false, 0 },
};
static void read_step(struct procedure_reader *r, const struct json_value *v)
{
	const struct json_value *kind = json_find(v, "kind"), *rule = json_find(v, "rule");
	unsigned of;

	r->step = &r->p->steps[r->p->steps_count];
	r->step->line = v->line;
	if (kind != NULL)
		read_kind(r, kind);
	of = 1u << r->step->kind;
	if (r->step->kind == STEP_KIND_GATE && rule != NULL && bytes_equal(rule->text, BYTES_LIT("one")))
		of |= ONE;
	procedure_object(r, v, keys, ARRAY_COUNT(keys), of);
	r->p->steps_count++;
}

void procedure_steps(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure *p = r->p;

	if (!procedure_is(r, v, JSON_ARRAY))
		return;
	if (v->count == 0 || v->count > PROCEDURE_STEPS_MAX)
		procedure_refuse(r, v, "procedure.count");
	if (r->rule != NULL)
		return;
	p->steps = arena_alloc(r->arena, v->count, sizeof *p->steps);
	if (p->steps == NULL) {
		r->is_full = true;
		procedure_refuse(r, v, "json.count");
		return;
	}
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next)
		read_step(r, m);
}
