/*
 * roster_csv.h - a roster as a table program keeps it: a row for each shift, times in UTC.
 *
 * Spec: docs/spec/watch.md section 4. Layer: home. Test: test/unit/test_roster_file.c.
 */
#ifndef HOME_ROSTER_CSV_H
#define HOME_ROSTER_CSV_H

#include "base/arena.h"
#include "wire/roster.h"

/* As roster_file_read; it is for the time from the first beginning to the last end. */
enum err roster_csv_read(struct bytes file, struct arena *words, struct roster *out, size_t *line,
			 const char **why) MUST_CHECK;

/* The first row, then one each; person NULL: a planned gap. */
void roster_csv_head(struct buf *out);
void roster_csv_put(struct buf *out, struct bytes post, uint64_t from_ms, uint64_t to_ms, unsigned rung,
		    const struct roster_person *person);

#endif
