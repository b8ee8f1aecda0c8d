/* Guards: read from nested arrays into a list, and evaluated from its end. */
#include "accord/procedure_read.h"

bool guard_evaluate(const struct guard *g, guard_holds *holds, void *self)
{
	unsigned held[GUARD_NODES_MAX] = { 0 };
	bool is_held = true;

	for (size_t i = g->count; i-- > 0;) {
		const struct guard_node *n = &g->nodes[i];
		is_held = n->kind >= GUARD_ALL ? held[i] >= n->needed : holds(self, n);
		if (is_held && n->parent != i)
			held[n->parent]++;
	}
	return is_held;
}

static const char *guard_word(size_t i)
{
	return guard_name((enum guard_kind)i);
}

static const char *level_word(size_t i)
{
	return level_name((enum level)i);
}

static bool owes(const struct procedure_step *s, enum level what)
{
	for (size_t i = 0; i < s->owe_count; i++) {
		if (s->owe[i].what == what)
			return true;
	}
	return false;
}

/* How many values stand behind the word; of a composite one, at least. */
static size_t arguments(enum guard_kind kind)
{
	return kind == GUARD_DONE || kind == GUARD_PRECEDENCE || kind == GUARD_ALL || kind == GUARD_ANY ? 1
													: 2;
}

/* What a leaf says of a step above. */
static void read_of_step(struct procedure_reader *r, const struct json_value *v, struct guard_node *n)
{
	size_t at;
	const struct procedure_step *s;

	if (!procedure_is(r, v, JSON_TEXT))
		return;
	at = procedure_step_find(r->p, v->text);
	if (at == r->p->steps_count) {
		procedure_refuse(r, v, "procedure.above");
		return;
	}
	n->step = (uint8_t)at;
	s = &r->p->steps[at];
	if (n->kind == GUARD_DONE)
		return;
	if (n->kind == GUARD_DECIDED) {
		size_t option = procedure_is(r, v->next, JSON_TEXT) ? step_option_find(s, v->next->text) : 0;
		if (option >= s->options_count)
			procedure_refuse(r, v->next, "procedure.option");
		n->which = (uint8_t)option;
		return;
	}
	n->which = (uint8_t)procedure_word(r, v->next, level_word, LEVEL_COUNT);
	if ((n->kind == GUARD_REACHED && s->kind != STEP_KIND_NOTICE) || !owes(s, (enum level)n->which))
		procedure_refuse(r, v->next, "procedure.level");
}

/* Adds the node; *members: where those of a composite one begin. */
static void read_node(struct procedure_reader *r, const struct json_value *v, size_t parent, struct guard *g,
		      const struct json_value **members)
{
	struct guard_node n = { .parent = (uint8_t)parent };
	const struct json_value *head = v->first;

	*members = NULL;
	if (!procedure_is(r, v, JSON_ARRAY))
		return;
	if (g->count == GUARD_NODES_MAX || head == NULL) {
		procedure_refuse(r, v, "procedure.count");
		return;
	}
	n.kind = (enum guard_kind)procedure_word(r, head, guard_word, GUARD_COUNT);
	if (v->count < 1 + arguments(n.kind) || (n.kind < GUARD_ALL && v->count > 1 + arguments(n.kind)))
		procedure_refuse(r, v, "procedure.count");
	if (r->rule != NULL)
		return;
	if (n.kind < GUARD_PRECEDENCE) {
		read_of_step(r, head->next, &n);
	} else if (n.kind == GUARD_PRECEDENCE) {
		enum precedence p = PRECEDENCE_ROUTINE;
		if (!procedure_is(r, head->next, JSON_TEXT) ||
		    precedence_read(head->next->text, &p) != ERR_OK || r->p->precedence[p].line == 0)
			procedure_refuse(r, head->next, "procedure.word");
		n.which = (uint8_t)p;
	} else if (n.kind == GUARD_AT_LEAST) {
		n.needed = (uint8_t)procedure_number(r, head->next, 1, (uint32_t)v->count - 2);
		*members = head->next->next;
	} else {
		n.needed = n.kind == GUARD_ALL ? (uint8_t)(v->count - 1) : 1;
		*members = head->next;
	}
	g->nodes[g->count++] = n;
}

void procedure_guard(struct procedure_reader *r, const struct json_value *v, struct guard *out)
{
	struct {
		const struct json_value *next;
		size_t parent;
	} open[GUARD_DEPTH_MAX + 1];
	const struct json_value *members;
	size_t depth = 0;

	out->count = 0;
	read_node(r, v, 0, out, &members);
	while (r->rule == NULL) {
		size_t parent;
		if (members != NULL) {
			if (depth + 1 == GUARD_DEPTH_MAX) {
				procedure_refuse(r, members, "procedure.depth");
				break;
			}
			open[depth].next = members;
			open[depth++].parent = out->count - 1;
		}
		while (depth > 0 && open[depth - 1].next == NULL)
			depth--;
		if (depth == 0)
			break;
		v = open[depth - 1].next;
		parent = open[depth - 1].parent;
		open[depth - 1].next = v->next;
		read_node(r, v, parent, out, &members);
	}
}
