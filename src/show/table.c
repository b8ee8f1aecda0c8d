#include "show/table.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 12u
#define CELLS_MAX 40u /* a cell that is wider moves its own row, not the whole table */
#define LAST_CELLS_MIN 24u
#define GAP 2u

struct cell {
	char *text; /* heap */
	size_t cells;
	enum colour colour;
	bool is_last;
};

struct table {
	struct cell *list; /* heap: all rows, one after another */
	size_t count, max;
};

struct table *table_new(void)
{
	return xcalloc(1, sizeof(struct table));
}

void table_put(struct table *t, enum colour colour, const char *text)
{
	struct cell *cell;

	if (t->count == t->max) {
		t->max = t->max == 0 ? 64 : 2 * t->max;
		t->list = xrealloc(t->list, t->max * sizeof *t->list);
	}
	cell = &t->list[t->count++];
	*cell = (struct cell){ .text = say_shown(bytes_str(text)), .colour = colour };
	for (char *at = cell->text; *at != '\0'; at++) {
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	}
	cell->cells = cells_of(bytes_str(cell->text));
}

void table_end_row(struct table *t)
{
	if (t->count > 0)
		t->list[t->count - 1].is_last = true;
}

static void measure(const struct table *t, size_t widths[COLUMNS_MAX])
{
	size_t column = 0;

	memset(widths, 0, COLUMNS_MAX * sizeof widths[0]);
	for (size_t i = 0; i < t->count; i++) {
		size_t cells = t->list[i].cells;
		if (column < COLUMNS_MAX && cells <= CELLS_MAX && cells > widths[column])
			widths[column] = cells;
		column = t->list[i].is_last ? 0 : column + 1;
	}
}

/* What is empty leaves no blanks behind at a line's end. */
static void put_padded(const struct cell *cell, size_t *padding)
{
	if (cell->text[0] == '\0')
		return;
	printf("%*s", (int)*padding, "");
	say_coloured(cell->colour, cell->text);
	*padding = 0;
}

void table_say(struct table *t)
{
	size_t widths[COLUMNS_MAX], column = 0, used = 0, padding = 0, width = terminal_width();
	bool is_cutting = isatty(STDOUT_FILENO) != 0;

	measure(t, widths);
	for (size_t i = 0; i < t->count; i++) {
		const struct cell *cell = &t->list[i];
		size_t wanted = column < COLUMNS_MAX ? widths[column] : 0;
		if (cell->is_last) {
			size_t room = width > used + LAST_CELLS_MIN ? width - used : LAST_CELLS_MIN;
			if (is_cutting && cell->cells > room) {
				printf("%*s", (int)padding, "");
				say_cell(cell->text, room, cell->colour);
			} else {
				put_padded(cell, &padding);
			}
			say("\n");
			padding = 0;
		} else {
			put_padded(cell, &padding);
			wanted = cell->cells > wanted ? cell->cells : wanted;
			/* An empty column takes no room. */
			padding += wanted - cell->cells + (wanted > 0 ? GAP : 0);
			used += wanted + (wanted > 0 ? GAP : 0);
		}
		column = cell->is_last ? 0 : column + 1;
		used = cell->is_last ? 0 : used;
		free(cell->text);
	}
	t->count = 0;
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->list[i].text);
	free(t->list);
	free(t);
}
