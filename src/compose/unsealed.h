/*
 * unsealed.h - what a node asks of clear words, asked of sealed ones by whoever opened them.
 *
 * Layer: compose. Spec: docs/spec/seal.md section 5. Test: test/e2e/test_unseen.py.
 */
#ifndef COMPOSE_UNSEALED_H
#define COMPOSE_UNSEALED_H

#include "compose/draft.h"

/*
 * By the accord of this home: no part is marked above the whole, a FLASH is brief, fields are a form's, and
 * the form is as it says. Nothing of a draft whose words are in clear, or were not opened. EXIT_DONE, or it
 * was said what is wrong.
 */
enum exit_code unsealed_check(const struct options *o, const struct draft *d, struct bytes words) MUST_CHECK;

#endif
