#include "policy/opened.h"

#include "policy/once.h"

#include <string.h>

static void put_codes(const struct guidelines *g, const char *word, uint64_t values, struct buf *out)
{
	const char *between = word;

	for (size_t i = 0; i < g->values_count; i++) {
		if ((values >> i & 1) == 0)
			continue;
		buf_put_str(out, between);
		buf_put_str(out, g->values[i].code);
		between = ",";
	}
}

static void put_cell(const struct guidelines *g, const struct matrix_cell *c, struct buf *out)
{
	for (size_t i = c->low; i <= c->high; i++) {
		buf_put_str(out, i == c->low ? " level " : ",");
		buf_put_str(out, g->levels[i].code);
	}
	for (size_t i = 0; i < c->some_count; i++)
		put_codes(g, " some ", c->some[i], out);
	put_codes(g, " any ", c->any, out);
	buf_put_byte(out, '\n');
}

void matrix_write(const struct matrix *m, struct buf *out)
{
	const struct guidelines *g = m->accord->guidelines;

	for (size_t i = 0; i < m->rows_count; i++) {
		const struct matrix_row *row = &m->rows[i];
		for (size_t c = 0; c < row->count; c++) {
			buf_put_str(out, g->parties[row->party].code);
			buf_put_byte(out, ' ');
			buf_put_str(out, row->role == READER_NODE ? "-" : m->accord->roles[row->role].name);
			buf_put_str(out, " from ");
			buf_put_str(out, g->parties[row->origin].code);
			put_cell(g, &m->cells[row->first + c], out);
		}
	}
}

/* ---- Planes and feeds: levels that they carry, by code ---- */

static bool is_carried(const struct guidelines *g, const struct guidelines_ceiling *c, bool is_home,
		       struct bytes level)
{
	size_t i = guidelines_level_find(g, level);

	return i < g->levels_count && (c->line != 0 || is_home) && i <= c->level;
}

/* but: its guidelines, NULL if there is no such; before: NULL if it has no such plane or feed. */
static void put_carried(const char *kind, const char *name, const struct guidelines *g,
			const struct guidelines_ceiling *now, const struct guidelines *but,
			const struct guidelines_ceiling *before, bool is_home, struct buf *out)
{
	const char *between = " level ";

	for (size_t i = 0; i < g->levels_count; i++) {
		struct bytes level = bytes_str(g->levels[i].code);
		if (!is_carried(g, now, is_home, level) ||
		    (before != NULL && is_carried(but, before, is_home, level)))
			continue;
		if (between[0] == ' ') {
			buf_put_str(out, kind);
			buf_put_str(out, name);
		}
		buf_put_str(out, between);
		buf_put(out, level);
		between = ",";
	}
	buf_put_str(out, between[0] == ',' ? "\n" : "");
}

void matrix_write_carried(const struct accord *a, const struct accord *but, struct buf *out)
{
	const struct guidelines *g = a->guidelines, *old = but == NULL ? NULL : but->guidelines;

	if (but != NULL && old == NULL)
		return;
	for (size_t i = 0; i < PLANE_COUNT; i++)
		put_carried("plane ", plane_name((enum plane)i), g, &g->planes[i], old,
			    old == NULL ? NULL : &old->planes[i], i == PLANE_HOME, out);
	for (size_t i = 0; i < g->feeds_count; i++) {
		size_t before = old == NULL ? 0 : guidelines_feed_find(old, bytes_str(g->feeds[i].name));
		bool is_new = old == NULL || before == old->feeds_count;
		put_carried("feed ", g->feeds[i].name, g, &g->feeds[i].ceiling, old,
			    is_new ? NULL : &old->feeds[before].ceiling, false, out);
	}
}

/* ---- Closed channels, seals, and posts that end: what no label decides ---- */

/*
 * The posts of `now` that were not among those `before`; before is everybody: there is nothing to let in to.
 */
static void put_posts(const char *kind, const struct accord *a, const struct accord_channel *c, uint64_t now,
		      const struct accord *but, uint64_t before, struct buf *out)
{
	const char *between = " post ";

	for (size_t i = 0; before != UINT64_MAX && i < a->roles_count; i++) {
		size_t was = accord_role_find(but, bytes_str(a->roles[i].name));
		if ((now >> i & 1) == 0 || (a->roles[i].parties & c->parties) == 0 ||
		    (was < but->roles_count && (before >> was & 1) != 0))
			continue;
		if (between[0] == ' ') {
			buf_put_str(out, kind);
			buf_put_str(out, c->name);
		}
		buf_put_str(out, between);
		buf_put_str(out, a->roles[i].name);
		between = ",";
	}
	buf_put_str(out, between[0] == ',' ? "\n" : "");
}

static uint64_t opens_seals(const struct accord_channel *c)
{
	return c->is_sealed ? c->readers : UINT64_MAX;
}

/* A post reads until its day has ended. */
static void put_term(const struct accord_role *post, uint64_t before_ms, struct buf *out)
{
	char until[WALL_TEXT_LEN] = "-";

	if (before_ms == 0 || (post->until_ms != 0 && post->until_ms <= before_ms))
		return;
	if (post->until_ms != 0)
		wall_write((struct wall){ post->until_ms - 1 }, until);
	until[strcspn(until, "T")] = '\0';
	buf_put_str(out, "post ");
	buf_put_str(out, post->name);
	buf_put_str(out, " until ");
	buf_put_str(out, until);
	buf_put_byte(out, '\n');
}

void opened_write_let_in(const struct accord *next, const struct accord *old, struct buf *out)
{
	if (next->guidelines == NULL || old->guidelines == NULL)
		return;
	for (size_t i = 0; i < old->channels_count; i++) {
		const struct accord_channel *was = &old->channels[i],
					    *is = accord_channel_find(next, was->number);
		if (is == NULL)
			continue;
		put_posts("closed ", next, is, accord_let_in(is), old, accord_let_in(was), out);
		put_posts("sealed ", next, is, opens_seals(is), old, opens_seals(was), out);
	}
	for (size_t i = 0; i < next->roles_count; i++) {
		size_t was = accord_role_find(old, bytes_str(next->roles[i].name));
		if (was < old->roles_count)
			put_term(&next->roles[i], old->roles[was].until_ms, out);
	}
}

enum err opened_write(const struct accord *next, const struct accord *old, struct arena *memory,
		      struct buf *out)
{
	struct matrix m;
	enum err e;

	if (next->guidelines == NULL) {
		buf_put_str(out, old->guidelines == NULL ? "" : "everything\n");
		return buf_check(out);
	}
	e = matrix_make(next, old, old->opened, memory, &m);
	if (e != ERR_OK)
		return e;
	matrix_write(&m, out);
	matrix_write_carried(next, old, out);
	opened_write_let_in(next, old, out);
	once_write(next, old, out);
	return buf_check(out);
}

enum err opened_check(const struct accord *next, const struct accord *old, struct arena *memory,
		      struct accord_fault *fault)
{
	uint8_t *text = arena_alloc(memory, ACCORD_FILE_LEN_MAX, 1);
	const char *rule = "succession.opened";
	struct buf out;
	enum err e;

	if (text == NULL)
		return ERR_MEMORY;
	buf_init(&out, text, ACCORD_FILE_LEN_MAX);
	e = opened_write(next, old, memory, &out);
	if (e == ERR_OK && bytes_equal(buf_bytes(&out), next->opened))
		return ERR_OK;
	if (e == ERR_LIMIT)
		rule = "succession.opened-limit";
	else if (e != ERR_OK)
		return e;
	*fault = (struct accord_fault){ BYTES_LIT("opened"), { rule, 1 } };
	return ERR_USAGE;
}
