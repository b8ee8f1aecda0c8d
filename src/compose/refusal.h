/*
 * refusal.h - a statement that the node's door refused: why, of what, and what comes before it.
 *
 * Layer: compose. Test: test/e2e/test_refused.py.
 */
#ifndef COMPOSE_REFUSAL_H
#define COMPOSE_REFUSAL_H

#include "compose/draft.h"
#include "terminal/client.h"

/*
 * Says it with the places and names that the statement has where the rule is about those, else as
 * client_explain does; gives the code that the command ends with.
 */
enum exit_code refusal_explain(struct client *c, const struct draft *d, const struct client_answer *a);

#endif
