/*
 * withdrawn.h - which keys this terminal has seen withdrawn: what is withdrawn stays so, and no node has it
 * forget that.
 *
 * Layer: compose. Spec: docs/spec/seal.md section 3, ADR 89. A file a key, empty and never removed, in the
 * folder `withdrawn` of the home in which the accord lies: CHANNEL-PARTY-HASH.
 */
#ifndef COMPOSE_WITHDRAWN_H
#define COMPOSE_WITHDRAWN_H

#include "compose/enrolled.h"

/* Remembers what a registrar has withdrawn by that answer. */
void withdrawn_learn(const struct enrolled *e, const char *home);
/* Whether a row's key was seen withdrawn there, now or before. */
bool withdrawn_has(const struct enrolled *e, const char *home, const json_t *row);

#endif
