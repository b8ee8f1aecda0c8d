/*
 * border_labels.h - every label that the example guidelines allow, for tests of what carries labels.
 */
#ifndef TEST_BORDER_LABELS_H
#define TEST_BORDER_LABELS_H

#include "bundle_copy.h"
#include "policy/policy.h"

/* The accord with test/vectors/guidelines/example in it; NULL, and said why. */
const struct accord *border_accord(void);
/* As cmocka ends a group; always 0. */
int border_accord_close(void **state);

/* The next label that may be given; starts with *m zeroed and *at 0; false at the end. */
bool border_next_label(const struct guidelines *g, uint64_t *at, struct label_mask *m);
bool border_is_same(const struct label_mask *a, const struct label_mask *b);

#endif
