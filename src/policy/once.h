/*
 * once.h - what earlier versions let be given, and a later one does not: items have such labels still.
 *
 * Spec: docs/spec/guidelines.md section 8. Layer: policy (may use base, wire, accord). Pure.
 *
 *	once caveat NCG from S excludes JPN
 *	once everything
 *
 * Lines of the file `opened` (opened.h): a value, and the rule that some version before had for it.
 */
#ifndef POLICY_ONCE_H
#define POLICY_ONCE_H

#include "accord/guidelines.h"

/*
 * Of the values of g a bit for each that some line of `opened` says was given at this level of g, to this
 * party of it. What is no line of that form says nothing.
 */
uint64_t once_given(struct bytes opened, const struct guidelines *g, size_t level, size_t party);

/*
 * The lines of next: those of old, and the rule of each value of old that next has not, or gives at fewer
 * levels or to fewer parties. Nothing where next has no guidelines.
 */
void once_write(const struct accord *next, const struct accord *old, struct buf *out);

#endif
