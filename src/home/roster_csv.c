#include "home/roster_csv.h"

#include "base/time.h"
#include "border/csv.h"
#include "home/roster_file.h"
#include "home/time_text.h"
#include "home/words.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MAX (2u * ROSTER_SHIFTS_MAX)
#define GAP RUNG_POST /* no rung of a shift */

enum column { POST, RUNG, BEGIN, END, NAME, REACH, ABLE, COLUMN_COUNT };
static const char *const columns[] = { "post", "rung", "begin", "end", "name", "reach", "able" };
static const char *const rungs[] = { "primary", "alternate 1", "alternate 2", "alternate 3", "gap" };

/* A row with its times as they are: what they count from is known behind the last. */
struct csv_shift {
	uint64_t from_ms, to_ms;
	unsigned rung;
	size_t person, line;
};

struct reading {
	struct roster *out;
	struct arena *words;
	struct csv_row row;
	size_t at[COLUMN_COUNT]; /* which cell it is, from 1; 0: not named yet */
	struct csv_shift *shifts;
	size_t count, line;
	const char *why;
};

static bool refuse(struct reading *r, const char *why)
{
	if (r->why == NULL)
		r->why = why;
	return false;
}

static struct bytes cell(const struct reading *r, enum column column)
{
	return csv_cell(r->row.cells[r->at[column] - 1]);
}

/* Every column once, in any order, and no other. */
static bool read_head(struct reading *r)
{
	for (size_t i = 0; i < r->row.count; i++) {
		size_t column = 0;
		while (column < COLUMN_COUNT && !bytes_equal(r->row.cells[i], bytes_str(columns[column])))
			column++;
		if (column == COLUMN_COUNT || r->at[column] != 0)
			return refuse(r, N_("the first row names post, rung, begin, end, name, reach and "
					    "able, each once"));
		r->at[column] = i + 1;
	}
	if (r->row.count != COLUMN_COUNT)
		return refuse(r, N_("the first row names post, rung, begin, end, name, reach and "
				    "able, each once"));
	return true;
}

static bool read_moment(struct reading *r, enum column column, uint64_t *ms)
{
	char text[WALL_TEXT_LEN];
	uint64_t span;

	if (bytes_copy_str(cell(r, column), text, sizeof text) != ERR_OK ||
	    span_read(text, &span) == ERR_OK || time_text_read(text, (struct wall){ 0 }, ms) != ERR_OK)
		return refuse(r, N_("a moment is in UTC and written 2026-12-01T08:00Z"));
	return true;
}

static bool is_line(struct bytes text, size_t max)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return false;
	}
	return text.len <= max;
}

/* One who stands above with the same words, or one more. */
static bool read_person(struct reading *r, size_t *person)
{
	struct roster_person p = { cell(r, NAME), cell(r, REACH), cell(r, ABLE) };

	if (p.name.len == 0)
		return refuse(r, N_("nobody is named: a planned gap has the rung gap"));
	if (!is_line(p.name, ROSTER_NAME_MAX) || !is_line(p.reach, ROSTER_REACH_MAX) ||
	    !is_line(p.able, ROSTER_REACH_MAX))
		return refuse(r, N_("a name, a number or what somebody is able to is too long"));
	for (*person = 0; *person < r->out->people_count; ++*person) {
		const struct roster_person *other = &r->out->people[*person];
		if (!bytes_equal(other->name, p.name))
			continue;
		if (!bytes_equal(other->reach, p.reach) || !bytes_equal(other->able, p.able))
			return refuse(r, N_("this person stands above with another reach or able"));
		return true;
	}
	if (r->out->people_count == ROSTER_PEOPLE_MAX)
		return refuse(r, N_("there are too many people in one roster"));
	r->out->people[r->out->people_count++] = p;
	return true;
}

static bool read_row(struct reading *r)
{
	struct csv_shift *s = &r->shifts[r->count];
	struct bytes post, rung;

	if (r->row.count != COLUMN_COUNT)
		return refuse(r, N_("the row has not as many cells as the first"));
	post = cell(r, POST);
	rung = cell(r, RUNG);
	if (!is_role_name(post))
		return refuse(r, N_("a post is named as the accord names it"));
	if (r->out->post.len > 0 && !bytes_equal(r->out->post, post))
		return refuse(r, N_("a roster is of one post: put each into a file of its own"));
	r->out->post = post;
	if (r->count == ROWS_MAX)
		return refuse(r, N_("there are too many shifts in one roster"));
	*s = (struct csv_shift){ .line = r->line };
	while (s->rung <= GAP && !bytes_equal(rung, bytes_str(rungs[s->rung])))
		s->rung++;
	if (s->rung > GAP)
		return refuse(r, N_("a rung is primary, alternate 1, alternate 2, alternate 3 or gap"));
	if (!read_moment(r, BEGIN, &s->from_ms) || !read_moment(r, END, &s->to_ms))
		return false;
	if (s->to_ms <= s->from_ms)
		return refuse(r, N_("it ends before it begins"));
	if (s->rung == GAP && cell(r, NAME).len + cell(r, REACH).len + cell(r, ABLE).len > 0)
		return refuse(r, N_("somebody is named in a planned gap"));
	if (s->rung != GAP && !read_person(r, &s->person))
		return false;
	r->count++;
	return true;
}

static bool put_shifts(struct reading *r)
{
	struct roster *out = r->out;

	out->from_ms = UINT64_MAX;
	out->to_ms = 0;
	for (size_t i = 0; i < r->count; i++) {
		out->from_ms = r->shifts[i].from_ms < out->from_ms ? r->shifts[i].from_ms : out->from_ms;
		out->to_ms = r->shifts[i].to_ms > out->to_ms ? r->shifts[i].to_ms : out->to_ms;
	}
	r->line = 0;
	if (r->count == 0)
		return refuse(r, N_("it has no shift and no gap"));
	if (out->to_ms - out->from_ms > ROSTER_SPAN_MS_MAX)
		return refuse(r, N_("it is for more than 62 days"));
	for (size_t i = 0; i < r->count; i++) {
		const struct csv_shift *s = &r->shifts[i];
		struct roster_shift shift = { (uint32_t)((s->from_ms - out->from_ms) / 1000),
					      (uint32_t)((s->to_ms - out->from_ms) / 1000),
					      (uint8_t)(s->rung == GAP ? 0 : s->rung), (uint8_t)s->person,
					      (uint16_t)s->line };
		r->line = s->line;
		if ((s->rung == GAP ? out->gaps_count : out->shifts_count) == ROSTER_SHIFTS_MAX)
			return refuse(r, N_("there are too many shifts in one roster"));
		if (s->rung == GAP)
			out->gaps[out->gaps_count++] = shift;
		else
			out->shifts[out->shifts_count++] = shift;
	}
	return roster_settle(out, &r->line, &r->why);
}

/* A table program may begin with a mark that says it is UTF-8. */
static void drop_mark(struct bytes *file)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

	if (file->len >= sizeof mark && memcmp(file->ptr, mark, sizeof mark) == 0)
		*file = (struct bytes){ file->ptr + sizeof mark, file->len - sizeof mark };
}

static size_t lines_of(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

static bool read_rows(struct reading *r, struct bytes rest, struct buf *cells)
{
	size_t next = 1;
	bool is_head = true;

	for (;;) {
		const uint8_t *begin = rest.ptr;
		enum err e = csv_read_row(&rest, cells, &r->row);
		r->line = next;
		if (e == ERR_NOT_FOUND)
			return is_head ? refuse(r, N_("the first row names post, rung, begin, end, name, "
						      "reach and "
						      "able, each once"))
				       : true;
		if (e != ERR_OK)
			return refuse(r,
				      N_("it is no CSV in UTF-8: quotes or the end of a line stand wrongly"));
		next += lines_of((struct bytes){ begin, (size_t)(rest.ptr - begin) });
		if (!(is_head ? read_head(r) : read_row(r)))
			return false;
		is_head = false;
	}
}

enum err roster_csv_read(struct bytes file, struct arena *words, struct roster *out, size_t *line,
			 const char **why)
{
	struct reading r = { .out = out, .words = words };
	struct buf cells;
	bool is_good;

	out->post = (struct bytes){ NULL, 0 };
	out->people_count = out->shifts_count = out->gaps_count = 0;
	drop_mark(&file);
	r.shifts = arena_alloc(words, ROWS_MAX + 1, sizeof *r.shifts);
	cells = arena_lend(words, file.len + 1);
	is_good = r.shifts != NULL && cells.max >= file.len
			  ? read_rows(&r, file, &cells)
			  : refuse(&r, N_("there are too many shifts in one roster"));
	(void)arena_keep(words, &cells);
	is_good = is_good && put_shifts(&r);
	*line = r.line;
	*why = r.why;
	return is_good ? ERR_OK : ERR_USAGE;
}

/* ---- Out ---- */

void roster_csv_head(struct buf *out)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		csv_put_cell(out, bytes_str(columns[i]), i + 1 == COLUMN_COUNT);
}

static void put_moment(struct buf *out, uint64_t ms)
{
	char text[WALL_TEXT_LEN];

	wall_write((struct wall){ ms }, text);
	memcpy(text + strlen("2026-12-01T08:00:00"), "Z", 2);
	csv_put_cell(out, bytes_str(text), false);
}

void roster_csv_put(struct buf *out, struct bytes post, uint64_t from_ms, uint64_t to_ms, unsigned rung,
		    const struct roster_person *person)
{
	static const struct roster_person nobody;
	const struct roster_person *p = person == NULL ? &nobody : person;

	csv_put_cell(out, post, false);
	csv_put_cell(out, bytes_str(rungs[person == NULL ? GAP : rung]), false);
	put_moment(out, from_ms);
	put_moment(out, to_ms);
	csv_put_cell(out, p->name, false);
	csv_put_cell(out, p->reach, false);
	csv_put_cell(out, p->able, true);
}
