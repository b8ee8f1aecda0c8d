/*
 * mem_rows.h - rows of bytes in one ordered tree, one transaction at a time. For store_mem.c alone.
 *
 * Layer: record. Every change notes the row as it was, so a rollback plays the notes backwards.
 */
#ifndef RECORD_MEM_ROWS_H
#define RECORD_MEM_ROWS_H

#include "base/map.h"

#include <bsd/sys/tree.h>

#define MEM_KEY_MAX (1 + MAP_KEY_MAX)

struct mem_row {
	RB_ENTRY(mem_row) link;
	struct bytes key;
	uint8_t *value; /* never NULL */
	size_t value_len;
};

RB_HEAD(mem_tree, mem_row);

/* Zeroed: none. */
struct mem_rows {
	struct mem_tree tree;
	struct mem_undo *undo;
	size_t undo_count, undo_max;
	bool is_open; /* a transaction */
};
void mem_rows_finish(struct mem_rows *m);

void mem_rows_begin(struct mem_rows *m);
void mem_rows_commit(struct mem_rows *m);
void mem_rows_rollback(struct mem_rows *m);

/* NULL: there is none. A row lasts until it is changed. */
struct mem_row *mem_rows_find(struct mem_rows *m, struct bytes key);
struct mem_row *mem_rows_from(struct mem_rows *m, struct bytes key); /* the first at or behind the key */
struct mem_row *mem_rows_upto(struct mem_rows *m, struct bytes key); /* the last at or before it */
struct mem_row *mem_row_next(struct mem_row *r);

/* Within a transaction. */
void mem_rows_put(struct mem_rows *m, struct bytes key, struct bytes value);		  /* copies */
void mem_rows_put_take(struct mem_rows *m, struct bytes key, uint8_t *value, size_t len); /* of malloc */
void mem_rows_del(struct mem_rows *m, struct bytes key);

#endif
