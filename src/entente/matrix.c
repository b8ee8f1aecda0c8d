#include "entente/matrix.h"

#include "base/alloc.h"
#include "home/versions.h"
#include "home/words.h"
#include "policy/opened.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (4u << 10)

static const struct bytes none = { NULL, 0 };

/* A matrix with its memory. */
struct sheet {
	struct matrix matrix;
	struct arena arena;
	uint8_t *memory;
};

static enum err sheet_open(struct sheet *s, const struct accord *a, const struct accord *but,
			   struct bytes opened)
{
	s->memory = xcalloc(1, MATRIX_ARENA_LEN);
	arena_init(&s->arena, s->memory, MATRIX_ARENA_LEN);
	return matrix_make(a, but, opened, &s->arena, &s->matrix);
}

static void sheet_close(struct sheet *s)
{
	free(s->memory);
}

static void say_too_large(void)
{
	say_note(_("Its matrix is too large to be written out: a role tells more than {1} kinds of values "
		   "apart."),
		 say_number(MATRIX_CLASSES_MAX));
}

/* ---- One cell ---- */

static void put_list(struct buf *out, const char *word)
{
	if (out->len > 0)
		buf_put_str(out, ", ");
	buf_put_str(out, word);
}

static const char *values_text(const struct guidelines *g, uint64_t values, char *out, size_t size)
{
	struct buf text;

	buf_init(&text, out, size - 1);
	for (size_t i = 0; i < g->values_count; i++) {
		if ((values >> i & 1) != 0)
			put_list(&text, g->values[i].code);
	}
	out[text.len] = '\0';
	return out;
}

static const char *levels_text(const struct guidelines *g, const struct matrix_cell *c, char *out,
			       size_t size)
{
	struct buf text;

	buf_init(&text, out, size - 1);
	for (size_t i = c->low; i <= c->high; i++)
		put_list(&text, g->levels[i].code);
	out[text.len] = '\0';
	return out;
}

static void show_cell(const struct guidelines *g, const struct matrix_cell *c)
{
	char text[TEXT_MAX];

	say_cell(levels_text(g, c, text, sizeof text), 18, COLOUR_BOLD);
	for (size_t i = 0; i < c->some_count; i++)
		say((c->some[i] & (c->some[i] - 1)) == 0 ? _("  with {1}") : _("  with one or more of {1}"),
		    values_text(g, c->some[i], text, sizeof text));
	if (c->any == 0 && c->some_count == 0)
		say(_("  without any value"));
	if (c->any != 0)
		say(_("  with or without {1}"), values_text(g, c->any, text, sizeof text));
	say("\n");
}

/* ---- Readers of whom all rows are the same, together ---- */

static size_t next_reader(const struct matrix *m, size_t first)
{
	size_t i = first;

	while (i < m->rows_count && m->rows[i].party == m->rows[first].party &&
	       m->rows[i].role == m->rows[first].role)
		i++;
	return i;
}

static bool reads_the_same(const struct matrix *m, size_t a, size_t b)
{
	size_t count = next_reader(m, a) - a;

	if (next_reader(m, b) - b != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (m->rows[a + i].origin != m->rows[b + i].origin ||
		    !matrix_is_same(m, &m->rows[a + i], &m->rows[b + i]))
			return false;
	}
	return true;
}

/* "watch of KOR, USA; shift of KOR, USA", or "JPN" of outside parties. */
static void show_readers(const struct matrix *m, size_t first)
{
	const struct matrix_row *last = NULL;

	for (size_t i = first; i < m->rows_count; i = next_reader(m, i)) {
		const struct matrix_row *row = &m->rows[i];
		const char *party = m->accord->guidelines->parties[row->party].code;
		if (!reads_the_same(m, first, i))
			continue;
		if (last != NULL && last->role == row->role)
			say(", {1}", party);
		else if (row->role == READER_NODE)
			say("{1}{2}", last == NULL ? "" : "; ", party);
		else
			say(_("{1}{2} of {3}"), last == NULL ? "" : "; ", m->accord->roles[row->role].name,
			    party);
		last = row;
	}
	say("\n");
}

static bool is_shown_before(const struct matrix *m, size_t first)
{
	for (size_t i = 0; i < first; i = next_reader(m, i)) {
		if (reads_the_same(m, i, first))
			return true;
	}
	return false;
}

/* Of one reader: origins from which it reads the same, together. */
static size_t show_rows(const struct matrix *m, size_t first, size_t end)
{
	size_t shown = 0;

	for (size_t i = first; i < end; i++) {
		const struct matrix_row *row = &m->rows[i];
		char memory[TEXT_MAX];
		struct buf origins;
		bool is_had = false;
		for (size_t b = first; b < i; b++)
			is_had = is_had || matrix_is_same(m, &m->rows[b], row);
		if (is_had)
			continue;
		buf_init(&origins, memory, sizeof memory - 1);
		for (size_t b = i; b < end; b++) {
			if (matrix_is_same(m, &m->rows[b], row))
				put_list(&origins, m->accord->guidelines->parties[m->rows[b].origin].code);
		}
		memory[origins.len] = '\0';
		for (size_t c = 0; c < row->count; c++, shown++) {
			say("    ");
			say_cell(c == 0 ? memory : "", 22, COLOUR_PLAIN);
			say(" ");
			show_cell(m->accord->guidelines, &m->cells[row->first + c]);
		}
	}
	return shown;
}

/* Returns how many of the rows had no room. */
static size_t show_groups(const struct matrix *m, size_t lines_max)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < m->rows_count; i = next_reader(m, i)) {
		if (is_shown_before(m, i))
			continue;
		if (shown >= lines_max) {
			left += next_reader(m, i) - i;
			continue;
		}
		say("  ");
		show_readers(m, i);
		shown += show_rows(m, i, next_reader(m, i));
	}
	return left;
}

static void show_carried(const struct accord *a, const struct accord *but)
{
	char memory[TEXT_MAX];
	struct buf text = BUF_ON(memory);
	struct bytes rest, line, kind, name;

	matrix_write_carried(a, but, &text);
	rest = buf_bytes(&text);
	while (bytes_take_until(&rest, '\n', &line) == ERR_OK) {
		char what[128], levels[512];
		if (bytes_take_until(&line, ' ', &kind) != ERR_OK ||
		    bytes_take_until(&line, ' ', &name) != ERR_OK ||
		    bytes_copy_str(name, what, sizeof what) != ERR_OK ||
		    bytes_take(&line, sizeof "level", &name) != ERR_OK ||
		    bytes_copy_str(line, levels, sizeof levels) != ERR_OK)
			abort(); /* we wrote it */
		say(bytes_equal(kind, BYTES_LIT("feed")) ? _("  feed {1} carries {2}\n")
							 : _("  plane {1} carries {2}\n"),
		    what, levels);
	}
}

static const struct {
	const char *kind, *text;
} doors[] = {
	{ "closed", N_("  closed channel {1} is read by {2} too\n") },
	{ "sealed", N_("  what is sealed on {1} is opened by {2} too\n") },
	{ "post", N_("  post {1} reads until {2}\n") },
};

/* kind NAME word VALUE; a post without an end is said in words of its own. */
static void show_let_in(const struct accord *next, const struct accord *old)
{
	uint8_t *memory = xcalloc(1, ACCORD_FILE_LEN_MAX); /* the file that it is of is no longer */
	struct bytes rest, line;
	struct buf text;

	buf_init(&text, memory, ACCORD_FILE_LEN_MAX);
	opened_write_let_in(next, old, &text);
	rest = buf_bytes(&text);
	while (bytes_take_until(&rest, '\n', &line) == ERR_OK) {
		struct bytes kind, name, word;
		char what[128], whom[TEXT_MAX];
		if (bytes_take_until(&line, ' ', &kind) != ERR_OK ||
		    bytes_take_until(&line, ' ', &name) != ERR_OK ||
		    bytes_take_until(&line, ' ', &word) != ERR_OK ||
		    bytes_copy_str(name, what, sizeof what) != ERR_OK ||
		    bytes_copy_str(line, whom, sizeof whom) != ERR_OK)
			abort(); /* we wrote it */
		if (strcmp(whom, "-") == 0)
			say(_("  post {1} reads without end\n"), what);
		for (size_t i = 0; strcmp(whom, "-") != 0 && i < ARRAY_COUNT(doors); i++) {
			if (bytes_equal(kind, bytes_str(doors[i].kind)))
				say(_(doors[i].text), what, whom);
		}
	}
	free(memory);
}

void show_matrix(const struct accord *a)
{
	struct sheet s;

	if (a->guidelines == NULL)
		return;
	say(_("who reads what is released to him, from whom, at which levels (docs/spec/guidelines.md "
	      "section "
	      "7):\n"));
	if (sheet_open(&s, a, NULL, none) == ERR_OK)
		(void)show_groups(&s.matrix, SIZE_MAX);
	else
		say_too_large();
	sheet_close(&s);
	show_carried(a, NULL);
}

/* ---- As JSON ---- */

static json_t *values_json(const struct guidelines *g, uint64_t values)
{
	json_t *out = json_array();

	for (size_t i = 0; i < g->values_count; i++) {
		if ((values >> i & 1) != 0)
			json_array_append_new(out, json_string(g->values[i].code));
	}
	return out;
}

static json_t *cell_json(const struct matrix *m, const struct matrix_row *row, const struct matrix_cell *c)
{
	const struct guidelines *g = m->accord->guidelines;
	json_t *levels = json_array(), *some = json_array(), *out;

	for (size_t i = c->low; i <= c->high; i++)
		json_array_append_new(levels, json_string(g->levels[i].code));
	for (size_t i = 0; i < c->some_count; i++)
		json_array_append_new(some, values_json(g, c->some[i]));
	out = json_pack("{s:s, s:s, s:o, s:o, s:o, s:I}", "party", g->parties[row->party].code, "from",
			g->parties[row->origin].code, "levels", levels, "some", some, "any",
			values_json(g, c->any), "labels", (json_int_t)matrix_cell_labels(c));
	if (row->role != READER_NODE)
		json_object_set_new(out, "role", json_string(m->accord->roles[row->role].name));
	return out;
}

typedef void lines_write(const struct accord *a, const struct accord *but, struct buf *out);

static json_t *lines_json(const struct accord *a, const struct accord *but, lines_write *write)
{
	json_t *out = json_array();
	uint8_t *memory = xcalloc(1, ACCORD_FILE_LEN_MAX);
	struct bytes rest, line;
	struct buf text;

	buf_init(&text, memory, ACCORD_FILE_LEN_MAX);
	write(a, but, &text);
	rest = buf_bytes(&text);
	while (bytes_take_until(&rest, '\n', &line) == ERR_OK)
		json_array_append_new(out, json_stringn((const char *)line.ptr, line.len));
	free(memory);
	return out;
}

json_t *matrix_json(const struct accord *a, const struct accord *but)
{
	json_t *rows = json_array();
	struct sheet s;

	if (a->guidelines == NULL) {
		json_decref(rows);
		return NULL;
	}
	if (sheet_open(&s, a, but, but == NULL ? none : but->opened) == ERR_OK) {
		for (size_t i = 0; i < s.matrix.rows_count; i++) {
			const struct matrix_row *row = &s.matrix.rows[i];
			for (size_t c = 0; c < row->count; c++)
				json_array_append_new(
					rows, cell_json(&s.matrix, row, &s.matrix.cells[row->first + c]));
		}
	} else {
		json_decref(rows);
		rows = json_null();
	}
	sheet_close(&s);
	return json_pack("{s:o, s:o}", "rows", rows, "carries", lines_json(a, but, matrix_write_carried));
}

/* ---- What a version opens, and closes ---- */

static enum err count_labels(const struct accord *a, const struct accord *but, struct bytes opened,
			     uint64_t *out)
{
	struct sheet s;
	enum err e = ERR_OK;

	*out = 0;
	if (a->guidelines == NULL)
		return ERR_OK;
	e = sheet_open(&s, a, but, opened);
	if (e == ERR_OK)
		*out = matrix_labels(&s.matrix);
	sheet_close(&s);
	return e;
}

void show_opened(const struct accord *next, const struct accord *old, bool is_all)
{
	uint64_t opened = 0, closed = 0;
	struct sheet s;
	size_t left;

	if (next->guidelines == NULL && old->guidelines == NULL)
		return;
	if (next->guidelines == NULL) {
		say_line(_("it has no guidelines any more: everything is read by whom a label is released "
			   "to"));
		return;
	}
	if (old->guidelines == NULL) {
		say_line(
			_("the version before has no guidelines: nothing that it allows is opened by these"));
		return;
	}
	if (count_labels(next, old, old->opened, &opened) != ERR_OK ||
	    count_labels(old, next, none, &closed) != ERR_OK) {
		say_too_large();
		return;
	}
	say(n_(opened, "opens, from deny to allow: {1} label of a reader; closes {2}\n",
	       "opens, from deny to allow: {1} labels of a reader; closes {2}\n"),
	    say_number(opened), say_number(closed));
	if (sheet_open(&s, next, old, old->opened) == ERR_OK) {
		left = show_groups(&s.matrix, is_all ? SIZE_MAX : MATRIX_SHOWN);
		if (left > 0)
			say(n_(left, "  and {1} more row: --all\n", "  and {1} more rows: --all\n"),
			    say_number(left));
	}
	sheet_close(&s);
	show_carried(next, old);
	show_let_in(next, old);
}

json_t *opened_json(const struct accord *next, const struct accord *old)
{
	uint64_t opened = 0, closed = 0;
	json_t *out = matrix_json(next, old);

	if (next->guidelines == NULL && old->guidelines != NULL)
		return json_pack("{s:b}", "everything", true);
	if (out == NULL || old->guidelines == NULL)
		return out;
	json_object_set_new(out, "lets_in", lines_json(next, old, opened_write_let_in));
	if (count_labels(next, old, old->opened, &opened) == ERR_OK &&
	    count_labels(old, next, none, &closed) == ERR_OK) {
		json_object_set_new(out, "labels", json_integer((json_int_t)opened));
		json_object_set_new(out, "closed_labels", json_integer((json_int_t)closed));
	}
	return out;
}

enum err opened_text(const struct accord *next, const struct accord *old, struct buf *out)
{
	struct arena arena;
	uint8_t *memory = xcalloc(1, MATRIX_ARENA_LEN);
	enum err e;

	arena_init(&arena, memory, MATRIX_ARENA_LEN);
	e = opened_write(next, old, &arena, out);
	free(memory);
	return e;
}

enum exit_code check_opened(const struct accord_dir *next, const struct accord_dir *old)
{
	struct accord_fault fault;
	enum err e = version_opened_check(next->accord, old->accord, &fault);

	if (e == ERR_OK)
		return EXIT_DONE;
	say_error(_("{1}/opened does not say what this version opens over {2}: the rule {3} is broken."),
		  next->path, old->path, e == ERR_USAGE ? fault.fault.rule : err_name(e));
	say_next("entente accord diff {1} {2} --opened, entente init accord {2}", old->path, next->path);
	return EXIT_REFUSED;
}
