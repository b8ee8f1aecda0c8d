/*
 * roster_file.h - a roster as a person writes it: civil times of a zone, turned into UTC here and once.
 *
 * Layer: home. Spec: docs/spec/watch.md section 4. Test: test/unit/test_roster_file.c.
 */
#ifndef HOME_ROSTER_FILE_H
#define HOME_ROSTER_FILE_H

#include "base/arena.h"
#include "wire/roster.h"

/* ERR_USAGE: line *line is wrong for the reason *why, N_(); 0: the whole. The roster borrows from words. */
enum err roster_file_read(struct bytes file, struct arena *words, struct roster *out, size_t *line,
			  const char **why) MUST_CHECK;

/* Puts shifts and gaps in order, and finds two that overlap: with their line, if they have one. */
bool roster_settle(struct roster *r, size_t *line, const char **why);

#endif
