/*
 * wire_lines.h - what was read, as the lines of test/vectors/.
 */
#ifndef TEST_WIRE_LINES_H
#define TEST_WIRE_LINES_H

#include "vectors.h"
#include "wire/statement.h"

void label_lines(struct buf *lines, const struct label *l);
void place_line(struct buf *lines, const char *word, const struct place *p);
void field_lines(struct buf *lines, const struct field *fields, size_t count);
void statement_lines(struct buf *lines, const struct statement *s);

#endif
