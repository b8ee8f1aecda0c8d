#include "record/mem_rows.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A row as it was; value NULL: it was not there. */
struct mem_undo {
	uint8_t key[MEM_KEY_MAX];
	size_t key_len;
	uint8_t *value;
	size_t value_len;
};

static int row_compare(struct mem_row *a, struct mem_row *b)
{
	return bytes_compare(a->key, b->key);
}

RB_GENERATE_INTERNAL(mem_tree, mem_row, link, row_compare, static __attribute__((unused)))

struct mem_row *mem_rows_find(struct mem_rows *m, struct bytes key)
{
	struct mem_row wanted = { .key = key };

	return RB_FIND(mem_tree, &m->tree, &wanted);
}

struct mem_row *mem_rows_from(struct mem_rows *m, struct bytes key)
{
	struct mem_row wanted = { .key = key };

	return RB_NFIND(mem_tree, &m->tree, &wanted);
}

struct mem_row *mem_rows_upto(struct mem_rows *m, struct bytes key)
{
	struct mem_row *r = mem_rows_from(m, key);

	if (r != NULL && bytes_equal(r->key, key))
		return r;
	return r == NULL ? RB_MAX(mem_tree, &m->tree) : RB_PREV(mem_tree, &m->tree, r);
}

struct mem_row *mem_row_next(struct mem_row *r)
{
	return RB_NEXT(mem_tree, NULL, r);
}

static uint8_t *copy_of(struct bytes in)
{
	uint8_t *out = xcalloc(1, in.len + 1); /* one more: an empty value is no NULL */

	if (in.len > 0)
		memcpy(out, in.ptr, in.len);
	return out;
}

static void row_remove(struct mem_rows *m, struct mem_row *r)
{
	RB_REMOVE(mem_tree, &m->tree, r);
	free(r->value);
	free(r);
}

/* Takes the value; NULL removes the row. */
static void row_set_take(struct mem_rows *m, struct bytes key, uint8_t *value, size_t len)
{
	struct mem_row *r = mem_rows_find(m, key);

	if (value == NULL) {
		if (r != NULL)
			row_remove(m, r);
		return;
	}
	if (r == NULL) {
		uint8_t *name;
		r = xcalloc(1, sizeof *r + key.len);
		name = (uint8_t *)(r + 1);
		memcpy(name, key.ptr, key.len);
		r->key = (struct bytes){ name, key.len };
		RB_INSERT(mem_tree, &m->tree, r);
	}
	free(r->value);
	r->value = value;
	r->value_len = len;
}

static void undo_note(struct mem_rows *m, struct bytes key)
{
	struct mem_row *r = mem_rows_find(m, key);
	struct mem_undo *u;

	assert(m->is_open);
	if (m->undo_count == m->undo_max) {
		m->undo_max = m->undo_max * 2 + 64;
		m->undo = xrealloc(m->undo, m->undo_max * sizeof *m->undo);
	}
	u = &m->undo[m->undo_count++];
	u->key_len = key.len;
	memcpy(u->key, key.ptr, key.len);
	u->value = r == NULL ? NULL : copy_of((struct bytes){ r->value, r->value_len });
	u->value_len = r == NULL ? 0 : r->value_len;
}

void mem_rows_put_take(struct mem_rows *m, struct bytes key, uint8_t *value, size_t len)
{
	undo_note(m, key);
	row_set_take(m, key, value, len);
}

void mem_rows_put(struct mem_rows *m, struct bytes key, struct bytes value)
{
	mem_rows_put_take(m, key, copy_of(value), value.len);
}

void mem_rows_del(struct mem_rows *m, struct bytes key)
{
	undo_note(m, key);
	row_set_take(m, key, NULL, 0);
}

static void undo_drop(struct mem_rows *m)
{
	for (size_t i = 0; i < m->undo_count; i++)
		free(m->undo[i].value);
	m->undo_count = 0;
	m->is_open = false;
}

void mem_rows_finish(struct mem_rows *m)
{
	struct mem_row *r;

	while ((r = RB_MIN(mem_tree, &m->tree)) != NULL)
		row_remove(m, r);
	undo_drop(m);
	free(m->undo);
}

void mem_rows_begin(struct mem_rows *m)
{
	assert(!m->is_open);
	m->is_open = true;
}

void mem_rows_commit(struct mem_rows *m)
{
	assert(m->is_open);
	undo_drop(m);
}

void mem_rows_rollback(struct mem_rows *m)
{
	while (m->undo_count > 0) {
		struct mem_undo *u = &m->undo[--m->undo_count];
		row_set_take(m, (struct bytes){ u->key, u->key_len }, u->value, u->value_len);
	}
	m->is_open = false;
}
