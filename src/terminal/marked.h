/*
 * marked.h - a label as a terminal has it in hand: typed by a person, taken over from what the node said,
 * changed value by value.
 *
 * Layer: terminal. Spec: docs/spec/entry.md section 5. Whether the guidelines know its words is the node's to
 * say. Words are copied into the arena given, and live as long as that.
 */
#ifndef TERMINAL_MARKED_H
#define TERMINAL_MARKED_H

#include "base/arena.h"
#include "wire/label.h"

#include <jansson.h>

/*
 * "S matter:EAST,WEST": a level, then each category once. rel is that of `rel` ("ALBA,BOREA"), of `text`, or
 * the codes of `parties`, a JSON array of names. ERR_USAGE: it is no label.
 */
enum err label_type(struct arena *words, const char *text, const char *rel, const json_t *parties,
		    struct label *out) MUST_CHECK;
/* As GET /entry writes it, word for word; false if it is none. */
bool label_copy(struct arena *words, const json_t *label, struct label *out);

/* Each value is written in its place, once; one too many is left out. */
void label_put(struct arena *words, struct label *l, const char *category, const char *value);
/* False: it has no such value. */
bool label_drop(struct label *l, const char *value);
/* Takes a party out of rel. */
void label_close(struct label *l, const char *party);
/*
 * Whose information it is, of an item of this party that does not say it: it stays so, whoever speaks of it.
 */
void label_keep_origin(struct arena *words, struct label *l, const char *party);

#endif
