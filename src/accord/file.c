#include "accord/file.h"

#include <assert.h>

#define ROWS_MAX 24

static void read_line(const struct file_row *file, size_t counts[ROWS_MAX], struct line_reader *r,
		      struct accord *a)
{
	for (size_t i = 0; i < file->rows_count; i++) {
		const struct line_row *row = &file->rows[i];
		if (row->word != NULL && !line_accept(r, row->word))
			continue;
		if (row->once != NULL && counts[i] > 0)
			line_refuse(r, row->once);
		counts[i]++;
		row->read(r, a);
		line_end(r, "line.end");
		return;
	}
	line_refuse(r, "line.keyword");
}

void file_row_read(const struct file_row *file, struct line_reader *r, struct accord *a)
{
	size_t counts[ROWS_MAX] = { 0 };

	assert(file->rows_count <= ROWS_MAX);
	while (line_next(r)) {
		if (file->begin_line != NULL)
			file->begin_line(r, a);
		if (r->rule == NULL)
			read_line(file, counts, r, a);
	}
	/* What is missing is missing at the end; an empty file has a line 1 all the same. */
	if (r->number == 0)
		r->number = 1;
	for (size_t i = 0; i < file->rows_count; i++) {
		if (file->rows[i].once != NULL && counts[i] == 0)
			line_refuse(r, file->rows[i].once);
	}
	if (r->rule == NULL && file->check != NULL)
		file->check(r, a);
}
