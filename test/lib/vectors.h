/*
 * vectors.h - runs a reader over a file of test/vectors/.
 *
 * A vector has a name, bytes, and either the lines that are read from them or the rule that they break;
 * test/vectors/make_wire.py says how they look. The folder is $VECTORS, else test/vectors.
 */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include "base/buf.h"

/*
 * Reads `in`. On success puts the lines, each ended by a newline, and writes the bytes again; otherwise
 * *rule is the rule that was broken.
 */
typedef enum err vector_reader(struct bytes in, struct buf *lines, struct buf *again, const char **rule);

/*
 * Fails the test unless every vector is read as it says; what is accepted is written again as it came, with
 * every bit that is turned over too.
 */
void vectors_check(const char *name, vector_reader *read);

/* Puts one formatted line with its newline. */
void line_put(struct buf *lines, const char *format, ...) PRINTF_LIKE(2, 3);
void line_put_text(struct buf *lines, const char *word, struct bytes text);
void line_put_hex(struct buf *lines, const char *word, struct bytes raw);

#endif
