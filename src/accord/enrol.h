/*
 * enrol.h - what it takes to give a key its posts: one question, asked by nodes and by terminals alike.
 *
 * Layer: accord. Spec: docs/spec/accord.md section 13. Test: test/unit/test_enrol.c. Pure: who signed, and
 * what stood before, is found out by the caller.
 */
#ifndef ACCORD_ENROL_H
#define ACCORD_ENROL_H

#include "accord/accord.h"
#include "wire/statement.h"

/* Bit mask of accord.roles that a `keys` statement names. */
uint64_t enrol_roles(const struct accord *a, const struct statement *s);
/* It gives somebody a post that nobody gives alone. */
bool enrol_takes_two(const struct accord *a, const struct statement *s);
/*
 * Whether an officer in force there, with this holder's number and these posts, is the second beside the
 * registrar: he was given such a post himself by two, and is not the one named.
 */
bool enrol_is_second(const struct accord *a, const struct statement *s, uint64_t holder, uint64_t roles);

#endif
