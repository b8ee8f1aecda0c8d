/*
 * matrix.h - the role x label matrix: what each role reads by the guidelines, and what a later version opens.
 *
 * Spec: docs/spec/guidelines.md sections 7 and 8. Layer: policy (may use base, wire, accord). Pure.
 *
 * A row is of a reader (a party, a role or none) and an origin (a party): the labels that name that reader's
 * party alone in rel and that origin, that may be given, and that the reader may read on no plane. A label
 * with more parties in rel is read by the same; one with more origins by who reads it from each.
 */
#ifndef POLICY_MATRIX_H
#define POLICY_MATRIX_H

#include "policy/policy.h"

/*
 * One cell of a row: labels of these levels that have of each set in `some` one value or more, of `any` as
 * many as you like or none, and no other value that decides. No label is in two cells of a row.
 */
struct matrix_cell {
	uint8_t low, high; /* of guidelines.levels */
	uint64_t some[MATRIX_CLASSES_MAX];
	size_t some_count;
	uint64_t any;
};

struct matrix_row {
	uint8_t party, origin; /* of guidelines.parties */
	uint8_t role;	       /* of accord.roles; READER_NODE: an outside party, which has none here */
	size_t first, count;   /* of matrix.cells; count 0: reads nothing from there */
};

struct matrix {
	const struct accord *accord; /* borrowed */
	struct matrix_row *rows;     /* by role, party, origin; outside parties last */
	size_t rows_count;
	struct matrix_cell *cells;
	size_t cells_count;
};

/*
 * What is read under a. `but`: only what is not read under that other version; NULL: all. What one of them
 * does not know (a level, a value, a party, a post) nobody reads under it; without guidelines everybody reads
 * everything. `opened`: the file of that name of `but`, which says what was given once (once.h). Rows of
 * nothing are left out. a has guidelines. ERR_MEMORY: the arena is too small; ERR_LIMIT: a row needs more
 * than MATRIX_CLASSES_MAX kinds of values or MATRIX_CELLS_MAX cells.
 */
enum err matrix_make(const struct accord *a, const struct accord *but, struct bytes opened,
		     struct arena *memory, struct matrix *out) MUST_CHECK;

/* How many labels a cell has, and all: UINT64_MAX if more. */
uint64_t matrix_cell_labels(const struct matrix_cell *c);
uint64_t matrix_labels(const struct matrix *m);
/* Whether two rows have the same cells. */
bool matrix_is_same(const struct matrix *m, const struct matrix_row *a, const struct matrix_row *b);

#endif
