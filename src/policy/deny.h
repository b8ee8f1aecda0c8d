/*
 * deny.h - denials, and what evaluation and authoring both ask.
 *
 * Layer: policy. Pure. For the files of this folder only.
 */
#ifndef POLICY_DENY_H
#define POLICY_DENY_H

#include "policy/policy.h"

static inline struct decision deny(enum reason reason, enum subject subject, size_t index, uint16_t line)
{
	return (struct decision){
		.reason = reason, .subject = subject, .subject_index = (uint8_t)index, .line = line
	};
}

/*
 * Whether an agreement lets party see it from each other party in origin: then *d has the last one's line and
 * the hands it goes through; otherwise it becomes the denial.
 */
bool policy_is_agreed(const struct guidelines *g, const struct label_mask *l, size_t party,
		      struct decision *d);

#endif
