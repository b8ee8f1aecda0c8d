/*
 * csv.h - CSV (RFC 4180) read row by row.
 *
 * Spec: docs/spec/border.md section 8. Fuzz: test/fuzz/csv.c. Layer: border. Pure.
 */
#ifndef BORDER_CSV_H
#define BORDER_CSV_H

#include "base/buf.h"

#define CSV_CELLS_MAX 64u

struct csv_row {
	struct bytes cells[CSV_CELLS_MAX]; /* in the memory given */
	size_t count;
};

/*
 * Takes a row off the front; cells are appended to *memory. ERR_NOT_FOUND: nothing is left; ERR_USAGE: a
 * quote out of place, a bare carriage return, no UTF-8; ERR_LIMIT: too many cells, or they do not fit.
 */
enum err csv_read_row(struct bytes *in, struct buf *memory, struct csv_row *out) MUST_CHECK;

/* Before what a table program would calculate goes an apostrophe; reading drops it again. */
void csv_put_cell(struct buf *out, struct bytes cell, bool is_last);
struct bytes csv_cell(struct bytes cell);

#endif
