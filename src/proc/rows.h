/*
 * rows.h - how the machine's rows stand in the map; machine.h lists them.
 *
 * Layer: proc. Pure. For the files of this folder only.
 */
#ifndef PROC_ROWS_H
#define PROC_ROWS_H

#include "proc/machine.h"

/* machine_shown reads it. */
enum err row_put_vector(const struct machine *m, struct spot at, const struct vector *v) MUST_CHECK;
/* A move that counts, in its instance. */
enum err row_put_fact(const struct machine *m, const struct move *move) MUST_CHECK;
/* The instance, if it is kept: the machine's, as its rows are; else NULL. */
struct instance *instance_kept(const struct machine *m, struct spot start);

/* ---- index.c: facts as they came, and where each of them is found ---- */

/* index_build: what stands in facts is in order, and all of it. */
void index_build(struct instance *i);
/* There is room for it, and what it is about is there already. */
void index_add(struct instance *i, const struct fact *f);

/* The next entry of that party, behind at->number, that counts in an instance; in which. ERR_NOT_FOUND. */
enum err row_next_fact_of(const struct machine *m, struct spot *at, struct spot *start) MUST_CHECK;
/* The first entry of a later epoch: what it has in its past of its own party is what it carries on. */
enum err row_put_epoch(const struct machine *m, const struct move *first) MUST_CHECK;
/* The author's log shows the epoch of `shown` with this entry, or has before. */
enum err row_show_epoch(const struct machine *m, struct spot shown, const struct move *by) MUST_CHECK;
/* How far an entry of a later epoch carries on this one of its party: a number of it, or 0. */
enum err row_carried(const struct machine *m, struct spot at, uint32_t epoch, uint64_t *out) MUST_CHECK;
/* The first START of a party on the channel; ERR_NOT_FOUND. */
enum err row_first_start(const struct machine *m, uint8_t party, struct spot *at) MUST_CHECK;
enum err row_del_running(const struct machine *m, struct spot start) MUST_CHECK;
/* The author's log first shows the fact that stands at `at` with this entry. */
enum err row_see(const struct machine *m, struct spot start, struct spot at,
		 const struct move *by) MUST_CHECK;

#endif
