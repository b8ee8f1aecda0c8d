/* Rows that are not as they were written: a program of another day wrote them, or ours is wrong. */
#include "answers.h"

#include "proc/instance.h"
#include "view/rows.h"

#include <string.h>

#define PLACES_MAX 4096u

enum damage { DAMAGE_EMPTY, DAMAGE_SHORT, DAMAGE_COUNT };

/* Where a row is read: for which question, and what kind of row. */
static struct place_cut {
	const char *question;
	const void *reader;
	uint8_t row;
	enum damage damage; /* the next that it is read with */
} places[PLACES_MAX];
static size_t places_count;

static struct {
	const struct map *rows;
	const struct answers *asked;
	bool is_cut; /* one row of this pass */
} now;

static struct place_cut *place_of(const void *reader, struct bytes key)
{
	const char *question = now.asked->count == 0 ? "" : now.asked->list[now.asked->count - 1].what;

	for (size_t i = 0; i < places_count; i++) {
		struct place_cut *p = &places[i];
		if (p->reader == reader && p->row == key.ptr[0] && strcmp(p->question, question) == 0)
			return p;
	}
	if (places_count == PLACES_MAX)
		world_fail(now.asked->w, "too many rows are cut");
	places[places_count] = (struct place_cut){ question, reader, key.ptr[0], DAMAGE_EMPTY };
	return &places[places_count++];
}

/* The value that begins at `from`. */
static void cut(const void *reader, struct bytes key, struct buf *value, size_t from)
{
	struct place_cut *p;

	if (now.is_cut || value == NULL || value->len == from)
		return;
	p = place_of(reader, key);
	/* A thing's row ends in its statement's fields, which whoever wants one reads strictly. */
	if (p->damage == DAMAGE_COUNT || (p->damage == DAMAGE_SHORT && p->row == ROW_THING))
		return;
	now.is_cut = true;
	value->len = p->damage == DAMAGE_SHORT ? value->len - 1 : from;
	p->damage++;
}

static enum err cut_get(void *self, struct bytes key, struct buf *value)
{
	size_t from = value == NULL ? 0 : value->len;
	enum err e = map_get(now.rows, key, value);

	(void)self;
	if (e == ERR_OK)
		cut(__builtin_return_address(0), key, value, from);
	return e;
}

static enum err cut_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			 struct buf *value)
{
	size_t from = value == NULL ? 0 : value->len;
	enum err e = map_next(now.rows, prefix, after, key, value);

	(void)self;
	if (e == ERR_OK)
		cut(__builtin_return_address(0), prefix, value, from);
	return e;
}

bool cut_ask(const struct answers *whole, struct answers *out)
{
	static const struct map_ops ops = { .get = cut_get, .next = cut_next };
	static const struct map cut_rows = { &ops, NULL };
	static struct instance instance;
	struct fold f = *whole->fold;

	now.rows = f.map;
	now.asked = out;
	now.is_cut = false;
	f.map = &cut_rows;
	if (f.instance != NULL)
		f.instance = &instance;
	instance_forget(&instance);
	out->fold = &f;
	out->count = 0;
	views_ask(out);
	out->fold = whole->fold;
	return now.is_cut;
}
