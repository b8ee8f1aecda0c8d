/* A guard's nodes stand before what they are made of: one pass writes them, and closes what is complete. */
#include "entente/procedure_export.h"

#include <assert.h>

static bool is_composite(const struct guard_node *n)
{
	return n->kind == GUARD_ALL || n->kind == GUARD_ANY || n->kind == GUARD_AT_LEAST;
}

bool guard_has_sum(const struct guard *g)
{
	for (size_t n = 0; n < g->count; n++) {
		if (g->nodes[n].kind == GUARD_AT_LEAST)
			return true;
	}
	return false;
}

static const struct guard_node *parent_of(const struct guard *g, size_t n)
{
	return g->nodes[n].parent == n ? NULL : &g->nodes[g->nodes[n].parent];
}

static bool is_in_sum(const struct guard *g, size_t n)
{
	return parent_of(g, n) != NULL && parent_of(g, n)->kind == GUARD_AT_LEAST;
}

static void put_end(const struct guard_node *n, struct buf *out)
{
	buf_put_byte(out, ')');
	if (n->kind != GUARD_AT_LEAST)
		return;
	buf_put_str(out, " >= ");
	buf_put_decimal(out, n->needed);
	buf_put_byte(out, ')');
}

/* The leaf is written: ends what it is the last member of. */
static void close_up(const struct guard *g, size_t n, size_t left[GUARD_NODES_MAX], struct buf *out)
{
	for (;;) {
		if (is_in_sum(g, n))
			buf_put_str(out, " ? 1 : 0)");
		if (parent_of(g, n) == NULL)
			return;
		n = g->nodes[n].parent;
		if (--left[n] > 0)
			return;
		put_end(&g->nodes[n], out);
	}
}

void guard_put(const struct guard *g, const struct guard_words *words, struct buf *out)
{
	size_t left[GUARD_NODES_MAX] = { 0 };
	bool is_begun[GUARD_NODES_MAX] = { false };

	assert(words->has_sums || !guard_has_sum(g));
	for (size_t n = 0; n < g->count; n++)
		left[g->nodes[n].parent] += parent_of(g, n) != NULL;
	for (size_t n = 0; n < g->count; n++) {
		const struct guard_node *node = &g->nodes[n], *parent = parent_of(g, n);
		if (parent != NULL && is_begun[node->parent])
			buf_put_str(out, parent->kind == GUARD_ALL   ? words->all
					 : parent->kind == GUARD_ANY ? words->any
								     : " + ");
		is_begun[node->parent] = true;
		if (is_in_sum(g, n))
			buf_put_byte(out, '(');
		if (is_composite(node)) {
			is_begun[n] = false;
			buf_put_str(out, node->kind == GUARD_AT_LEAST ? "((" : "(");
		} else {
			words->put(words->self, node, out);
			close_up(g, n, left, out);
		}
	}
	if (g->count == 0)
		buf_put_str(out, "true");
}
