/*
 * searched.h - a text as it is searched: two that a person takes for the same are the same bytes.
 *
 * Spec: docs/spec/api.md section 4.2. Test: test/unit/test_searched.c. Layer: accord. Pure.
 *
 * NFKD and case folded, without marks, blanks and what is not seen; Hangul in whole syllables, however it was
 * put together. Blanks do not count because Korean is spaced in more ways than one.
 */
#ifndef ACCORD_SEARCHED_H
#define ACCORD_SEARCHED_H

#include "base/buf.h"

/* Appends to *out what fits; bytes that are no UTF-8 are passed over. */
void searched_put(struct bytes text, struct buf *out);

#endif
