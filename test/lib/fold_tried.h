/*
 * fold_tried.h - an entry that is about to be folded, with each call of the map failing in turn.
 *
 * Layer: tests. Rows that cannot be read, or not be written, are an error and never a verdict: whoever folds
 * stops, and folds the same entry again.
 */
#ifndef TEST_FOLD_TRIED_H
#define TEST_FOLD_TRIED_H

#include "view/fold.h"

/* Writes nothing. What is wrong fails the test. */
void fold_tried(const struct fold *f, const struct fold_input *in);

#endif
