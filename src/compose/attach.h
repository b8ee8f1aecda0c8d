/*
 * attach.h - a file goes to the node, whole, before the message that names it.
 *
 * Layer: compose. Spec: docs/spec/seal.md section 8. What a sealed message carries is sealed here, each file
 * by itself; the node gets neither its text nor its name.
 */
#ifndef COMPOSE_ATTACH_H
#define COMPOSE_ATTACH_H

#include "compose/draft.h"

/* Once seal_choose has said whether the draft is sealed. EXIT_DONE, or it was said why not. */
enum exit_code attach_file(struct client *c, struct draft *d, const char *path) MUST_CHECK;

#endif
