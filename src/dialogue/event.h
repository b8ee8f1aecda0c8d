/*
 * event.h - what several sides say of one event: claims, each side's assessment, and with which other event
 * each thinks it one.
 *
 * Spec: docs/spec/dialogue.md section 12. ADR 41. Tests: test/unit/test_event.c. Layer: dialogue (may use
 * base, wire). Pure: no clock, no arrival order.
 *
 * Nothing of it is ever made one: claims stand beside claims and assessments beside assessments. A deed
 * changes only what its own author says, and of his log the last stands, so two nodes with the same deeds
 * have the same.
 */
#ifndef DIALOGUE_EVENT_H
#define DIALOGUE_EVENT_H

#include "dialogue/thing.h"

struct event_account {
	uint8_t parties;		    /* bit mask: of its channel */
	struct deed_at assessed[PARTY_MAX]; /* .epoch 0: not yet */
	struct deed_at *claims;		    /* heap, in the order in which they were taken */
	size_t claims_count;
	struct event_other {
		struct deed_at event;
		struct deed_at said[PARTY_MAX]; /* .epoch 0: that party says nothing of the two */
		uint8_t one;			/* bit mask: whose last word is that they are one */
	} *others;				/* heap */
	size_t others_count;
};

struct event_deed {
	struct deed_at at;
	enum kind kind;	      /* CLAIM, SAME, or ACT: it assesses */
	struct deed_at other; /* SAME: the other event */
	bool is_one;	      /* SAME */
};

void event_open(struct event_account *e, uint8_t parties);
void event_close(struct event_account *e); /* takes zeroed ones */
void event_take(struct event_account *e, const struct event_deed *d);
/* Whether every party of the channel says that the two are one. */
bool event_is_one(const struct event_account *e, const struct event_other *other);

#endif
