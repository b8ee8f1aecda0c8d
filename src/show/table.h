/*
 * table.h - rows whose columns stand under each other, however wide their letters are.
 *
 * Layer: show. A column is as wide as its widest cell; Hangul counts two. Nothing is cut but the last
 * column, and that on a terminal only: a label or a number that ends too soon would say something else.
 */
#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

#include "terminal/say.h"

struct table;

struct table *table_new(void);
/* Copies text, as say_text shows it, into the next cell of the row under way; its lines become one. */
void table_put(struct table *t, enum colour colour, const char *text);
void table_end_row(struct table *t);
/* Writes the rows and forgets them. */
void table_say(struct table *t);
void table_free(struct table *t);

#endif
