#include "border/csv.h"

#include "base/alloc.h"
#include "border/format.h"
#include "border/incoming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell that a table program would calculate is text there too: an apostrophe goes before it. */
static bool is_formula(struct bytes cell)
{
	return cell.len > 0 && strchr("=+-@\t\r|", cell.ptr[0]) != NULL && cell.ptr[0] != '\0';
}

void csv_put_cell(struct buf *out, struct bytes cell, bool is_last)
{
	buf_put_byte(out, '"');
	if (is_formula(cell))
		buf_put_byte(out, '\'');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.ptr[i] == '"')
			buf_put_byte(out, '"');
		buf_put_byte(out, cell.ptr[i]);
	}
	buf_put_str(out, is_last ? "\"\r\n" : "\",");
}

static void start(struct writing *w)
{
	struct buf *out = xcalloc(1, sizeof *out);

	buf_init(out, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
	buf_put_str(out, "id,created,modified,author,withdrawn,marking,label,title,text,kind,of,name,type,"
			 "when,place,latitude,"
			 "longitude,source,confidence\r\n");
	w->state = out;
}

/* A point in degrees; nothing for an area, which no two cells hold. */
static void put_degrees(struct buf *out, const struct border_event *e, int32_t value)
{
	char memory[16] = "";

	if (e->where.count == 1)
		snprintf(memory, sizeof memory, "%.5f", (double)value / WHERE_UNITS);
	csv_put_cell(out, bytes_str(memory), false);
}

static void put_event(struct buf *out, const struct border_item *it)
{
	static const struct border_event none;
	const struct border_event *e = it->is_withdrawn ? &none : &it->event;
	char of[UUID_TEXT_LEN] = "";

	if (e->kind != NULL && it->references_count > 0)
		border_uuid_write(it->references[0].id, of);
	csv_put_cell(out, bytes_str(e->kind == NULL ? "" : e->kind), false);
	csv_put_cell(out, bytes_str(of), false);
	csv_put_cell(out, e->name, false);
	csv_put_cell(out, e->type, false);
	csv_put_cell(out, e->when, false);
	csv_put_cell(out, e->place, false);
	put_degrees(out, e, e->where.points[0].lat);
	put_degrees(out, e, e->where.points[0].lon);
	csv_put_cell(out, e->source, false);
	csv_put_cell(out, e->confidence, true);
}

static enum err put(struct writing *w, const struct border_item *it)
{
	char uuid[UUID_TEXT_LEN], time[WALL_TEXT_LEN], author[AUTHOR_LEN], memory[BORDER_BANNER_MAX];
	uint8_t *text_memory = xcalloc(1, border_text_max(it));
	struct buf *out = w->state, mark = BUF_ON(memory), text;
	size_t len = out->len;

	buf_init(&text, text_memory, border_text_max(it));
	border_uuid_write(it->id, uuid);
	csv_put_cell(out, bytes_str(uuid), false);
	wall_write(it->created, time);
	csv_put_cell(out, bytes_str(time), false);
	wall_write(it->modified, time);
	csv_put_cell(out, bytes_str(time), false);
	author_write(w->accord, it, author);
	csv_put_cell(out, bytes_str(author), false);
	csv_put_cell(out, it->is_withdrawn ? BYTES_LIT("yes") : BYTES_LIT("no"), false);
	border_banner(w->accord, &it->label, &mark);
	csv_put_cell(out, buf_bytes(&mark), false);
	buf_reset(&mark);
	label_text_write(w->accord->guidelines, &it->label, &mark);
	csv_put_cell(out, buf_bytes(&mark), false);
	csv_put_cell(out, it->is_withdrawn ? (struct bytes){ NULL, 0 } : border_title(it), false);
	border_text(it, &text);
	csv_put_cell(out, buf_bytes(&text), false);
	put_event(out, it);
	free(text_memory);
	if (buf_check(out) == ERR_OK)
		return ERR_OK;
	buf_cut(out, len);
	return ERR_LIMIT;
}

static void finish(struct writing *w)
{
	struct buf *out = w->state;

	writing_put_file(w, "items.csv", "text/csv; charset=utf-8; header=present", buf_bytes(out));
	free(out->ptr);
	free(out);
}

const struct format format_csv = { "csv", "csv", start, put, finish, false };

/* ---- In ---- */

/* One cell off the front into *out; *is_end: the row ends behind it. */
static enum err take_cell(struct bytes *in, struct buf *out, bool *is_end)
{
	bool is_quoted = in->len > 0 && in->ptr[0] == '"';
	size_t at = is_quoted;

	for (;; at++) {
		if (at == in->len) {
			if (is_quoted)
				return ERR_USAGE;
			break;
		}
		if (is_quoted && in->ptr[at] == '"') {
			if (at + 1 < in->len && in->ptr[at + 1] == '"') {
				at++;
			} else {
				at++;
				break;
			}
		} else if (!is_quoted && (in->ptr[at] == ',' || in->ptr[at] == '\n' || in->ptr[at] == '\r')) {
			break;
		} else if (!is_quoted && in->ptr[at] == '"') {
			return ERR_USAGE;
		}
		buf_put_byte(out, in->ptr[at]);
	}
	*in = (struct bytes){ in->ptr + at, in->len - at };
	*is_end = in->len == 0 || in->ptr[0] != ',';
	if (in->len == 0)
		return ERR_OK;
	if (in->ptr[0] == '\r' && (in->len < 2 || in->ptr[1] != '\n'))
		return ERR_USAGE;
	if (strchr(",\r\n", in->ptr[0]) == NULL || in->ptr[0] == '\0')
		return ERR_USAGE;
	at = in->ptr[0] == '\r' ? 2 : 1;
	*in = (struct bytes){ in->ptr + at, in->len - at };
	return ERR_OK;
}

enum err csv_read_row(struct bytes *in, struct buf *memory, struct csv_row *out)
{
	bool is_end = false;

	*out = (struct csv_row){ 0 };
	if (in->len == 0)
		return ERR_NOT_FOUND;
	while (!is_end) {
		size_t begin = memory->len;
		enum err e;
		if (out->count == CSV_CELLS_MAX)
			return ERR_LIMIT;
		e = take_cell(in, memory, &is_end);
		if (e == ERR_OK)
			e = buf_check(memory);
		if (e != ERR_OK)
			return e;
		out->cells[out->count++] = (struct bytes){ memory->ptr + begin, memory->len - begin };
		if (!bytes_is_utf8(out->cells[out->count - 1]))
			return ERR_USAGE;
	}
	return ERR_OK;
}

/* The first row names the columns; those that we know are taken, in any order. */
static size_t column_of(const struct csv_row *head, const char *name)
{
	size_t i = 0;

	while (i < head->count && !bytes_equal(head->cells[i], bytes_str(name)))
		i++;
	return i;
}

struct bytes csv_cell(struct bytes cell)
{
	struct bytes rest;

	if (cell.len < 2 || cell.ptr[0] != '\'')
		return cell;
	rest = (struct bytes){ cell.ptr + 1, cell.len - 1 };
	return is_formula(rest) ? rest : cell;
}

static struct bytes cell_of(const struct csv_row *row, size_t column)
{
	return column < row->count ? csv_cell(row->cells[column]) : (struct bytes){ NULL, 0 };
}

/* Of two columns one would be left out; of marks each counts. */
static bool has_twice(const struct csv_row *head)
{
	static const char *const once[] = { "id", "title", "text" };

	for (size_t i = 0; i < ARRAY_COUNT(once); i++) {
		for (size_t c = column_of(head, once[i]) + 1; c < head->count; c++) {
			if (bytes_equal(head->cells[c], bytes_str(once[i])))
				return true;
		}
	}
	return false;
}

/* Each column of that name: of two that say different things neither is left out. */
static void take_marks(struct incoming *in, const struct csv_row *head, const struct csv_row *row,
		       struct incoming_marks *m)
{
	for (size_t i = 0; i < head->count; i++) {
		struct bytes line = cell_of(row, i);
		if (line.len > 0 && bytes_equal(head->cells[i], BYTES_LIT("label")))
			incoming_take_line(in, line, m);
	}
	for (size_t i = 0; i < head->count; i++) {
		if (bytes_equal(head->cells[i], BYTES_LIT("marking")))
			incoming_take_banner(in, cell_of(row, i), m);
	}
}

/* What is shown as title, words or label, or stands in each file of ours. */
static bool is_read(struct bytes column)
{
	static const char *const names[] = { "id",	"title",    "text",   "label",	  "marking",
					     "created", "modified", "author", "withdrawn" };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (bytes_equal(column, bytes_str(names[i])))
			return true;
	}
	return column.len == 0;
}

/* The words, and every other cell as a line: a list of ships, of sanctions, has columns of its own. */
static bool put_row(struct incoming *in, const struct csv_row *head, const struct csv_row *row,
		    const struct incoming_marks *marks)
{
	struct bytes words = cell_of(row, column_of(head, "text"));
	size_t max = words.len;
	struct buf text;
	bool is_put;

	for (size_t i = 0; i < head->count; i++)
		max += head->cells[i].len + row->cells[i].len + 3;
	buf_init(&text, xcalloc(1, max), max);
	buf_put(&text, words);
	for (size_t i = 0; i < head->count; i++) {
		struct bytes cell = cell_of(row, i);
		if (is_read(head->cells[i]) || cell.len == 0)
			continue;
		buf_put_str(&text, text.len > 0 ? "\n" : "");
		buf_put(&text, head->cells[i]);
		buf_put_str(&text, ": ");
		buf_put(&text, cell);
	}
	is_put = incoming_put(in, cell_of(row, column_of(head, "id")), cell_of(row, column_of(head, "title")),
			      buf_bytes(&text), marks);
	free(text.ptr);
	return is_put;
}

static enum err read_rows(struct incoming *in, struct bytes bytes, struct buf *memory)
{
	struct csv_row *rows = xcalloc(2, sizeof *rows), *head = &rows[0], *row = &rows[1];
	size_t len = bytes.len;
	enum err e = csv_read_row(&bytes, memory, head);

	in->rule = "csv.form";
	while (e == ERR_OK) {
		struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
		in->offset = len - bytes.len;
		e = csv_read_row(&bytes, memory, row);
		if (e == ERR_OK && (row->count != head->count || has_twice(head))) {
			in->rule = "csv.columns";
			e = ERR_USAGE;
		}
		if (e != ERR_OK)
			break;
		take_marks(in, head, row, &marks);
		if (!put_row(in, head, row, &marks))
			e = ERR_LIMIT;
	}
	free(rows);
	if (e != ERR_NOT_FOUND || json_array_size(in->items) == 0)
		return e == ERR_NOT_FOUND ? ERR_USAGE : e;
	in->rule = NULL;
	return ERR_OK;
}

enum err csv_incoming(struct incoming *in, struct bytes bytes)
{
	struct buf memory;
	enum err e;

	buf_init(&memory, xrealloc(NULL, INCOMING_LEN_MAX + 1), INCOMING_LEN_MAX + 1);
	e = read_rows(in, bytes, &memory);
	free(memory.ptr);
	return e;
}
