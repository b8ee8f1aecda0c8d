/*
 * json_read.h - JSON from outside: no key twice, no deeper than its bound, UTF-8.
 *
 * Layer: border. Fuzz: test/fuzz/incoming.c.
 */
#ifndef BORDER_JSON_READ_H
#define BORDER_JSON_READ_H

#include "base/buf.h"

#include <jansson.h>

/* ERR_USAGE with *offset, as far as it is known. Gives. */
enum err border_json_read(struct bytes in, json_t **out, size_t *offset) MUST_CHECK;

/* A member as a line behind others, "opinion: disagree"; what is no text as JSON. */
void border_json_put(struct buf *out, const char *key, const json_t *value);

#endif
