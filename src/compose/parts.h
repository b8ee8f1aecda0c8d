/*
 * parts.h - a message of which not all is marked alike: portions with labels of their own, typed or taken
 * over from an item of the record.
 *
 * Layer: compose. Spec: docs/spec/release.md section 7. What is taken over keeps its label, and whose
 * information it is. The link to the item stays in the home channel, unless both are on one channel.
 */
#ifndef COMPOSE_PARTS_H
#define COMPOSE_PARTS_H

#include "compose/draft.h"
#include "terminal/client.h"

/* Whether the message has such parts: then its label, if none is given, is that of all of them together. */
bool parts_are_given(const struct options *o);
/* Behind what the content has already. EXIT_DONE, or it was said why not. */
enum exit_code parts_add(struct draft *d, const struct options *o, struct client *c) MUST_CHECK;

#endif
