/*
 * fold_changed.h - an entry that is about to be folded, changed in one thing: what a peer with good keys may
 * say.
 *
 * Layer: tests. Whatever passes the border as a statement gets a verdict, and the same when it is judged
 * again. It is never an error: errors are this node's own, and would stop it.
 */
#ifndef TEST_FOLD_CHANGED_H
#define TEST_FOLD_CHANGED_H

#include "view/fold.h"

/* Writes nothing. What is wrong fails the test. False: no change has passed the border. */
bool fold_changed(const struct fold *f, const struct fold_input *in);

#endif
