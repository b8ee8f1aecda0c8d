/*
 * thing.h - a body, a session, an item, a commitment, a condition, an event, with all that was said of it.
 *
 * Spec: docs/spec/dialogue.md sections 4 and 5. ADR 42. Tests: test/unit/test_thing.c. Layer: dialogue (may
 * use base, wire). Pure: no clock, no arrival order.
 *
 * Whatever is said of a thing is a deed, and each changes only what its own author's deeds change, or is the
 * later of two in the record's order. So deeds of several parties may be taken in any order: two nodes that
 * hold the same ones have the same thing. The same function makes the state as it stands and the state as an
 * author had seen it, which judges him.
 */
#ifndef DIALOGUE_THING_H
#define DIALOGUE_THING_H

#include "crypto/hash.h"
#include "wire/dialogue.h"

/* An entry of a party's log of the thing's channel; epoch 0: none. */
struct deed_at {
	uint32_t epoch;
	uint64_t index;
	uint8_t party;
};

struct deed {
	struct deed_at at;
	uint64_t order; /* T of the record */
	enum kind kind; /* REPORTED, ACCEPTED, DISPUTED, ACT; of a session its ITEMs too */
	enum dialogue_act act;
	struct deed_at report;	/* ACCEPTED, DISPUTED: which one */
	bool is_alike;		/* it has the label of the thing, and names one place alone */
	uint8_t hash[HASH_LEN]; /* RECORD AGREE: of the text that is the record */
};

/* How far one party's part of a commitment is. */
enum progress {
	PROGRESS_UNCONFIRMED, /* another says that it owes this; it has not said so itself */
	PROGRESS_OPEN,
	PROGRESS_REPORTED, /* it says that it is done */
	PROGRESS_DISPUTED,
	PROGRESS_ACCEPTED, /* everybody else to whom it is owed says so */
	PROGRESS_DENIED,   /* another says that it owes this; it says that it does not */
	PROGRESS_COUNT
};
const char *progress_name(enum progress p); /* "REPORTED" */

enum standing {
	STANDING_UNCONFIRMED, /* of commitments: the least of its parts, but DISPUTED if one is */
	STANDING_OPEN,
	STANDING_REPORTED,
	STANDING_DISPUTED,
	STANDING_ACCEPTED,  /* some of its parts, and none is behind REPORTED */
	STANDING_CLOSED,    /* all of them; an item's end */
	STANDING_DROPPED,   /* all parties of it agree that it is owed no more */
	STANDING_ENDED,	    /* of bodies: every party merges or ends it */
	STANDING_SCHEDULED, /* of sessions, from here */
	STANDING_AGENDA_OPEN,
	STANDING_AGENDA_AGREED, /* every party says so, and knew all of it */
	STANDING_IN_SESSION,
	STANDING_RECESS,
	STANDING_CONCLUDED,
	STANDING_RECORD_AGREED, /* every party says so, of one text */
	STANDING_CALLED_OFF,
	STANDING_PROPOSED, /* of items, from here */
	STANDING_AGREED,
	STANDING_DECLINED,
	STANDING_DISCUSSED,
	STANDING_DEFERRED,
	STANDING_KNOWN,	    /* of conditions, events and claims */
	STANDING_IN_FORCE,  /* of texts: every party says so; else OPEN, and ENDED when all terminate it */
	STANDING_WITHDRAWN, /* of claims; else KNOWN */
	STANDING_DENIED,    /* of commitments: every part is; else those that are do not count */
	STANDING_COUNT
};
const char *standing_name(enum standing s); /* "RECORD AGREED" */

#define THING_DEEDS_KEPT 8u

struct thing {
	enum kind kind;
	uint8_t parties_count; /* of the accord when it was folded */
	uint8_t parties;       /* bit mask: of its channel */
	uint8_t owners, owed;  /* bit masks, of a commitment */
	uint8_t author;
	uint64_t order;
	struct deed_at of;		  /* what it hangs on; .epoch 0: nothing */
	uint8_t said[DIALOGUE_ACT_COUNT]; /* bit masks of parties */
	struct {
		uint64_t order;
		struct deed_at at;
		enum dialogue_act act;
	} last; /* of all acts that move a state on */
	struct deed_at reports[PARTY_MAX];
	struct thing_answer {
		struct deed_at report; /* .epoch 0: it has not answered any */
		bool is_accepted;
	} answers[PARTY_MAX][PARTY_MAX]; /* by who answers, and whose report */
	/* Of a session, by party: its last item, AGENDA AGREE and RECORD AGREE, and what that names. */
	struct deed_at items[PARTY_MAX], agreed_at[PARTY_MAX];
	struct {
		struct deed_at at;
		uint8_t hash[HASH_LEN];
	} records[PARTY_MAX];
	/* Bit mask: who had all items in the past of that AGENDA AGREE. Whoever takes deeds finds it anew. */
	uint8_t agreed;
	/*
	 * What was said of it, by log and index, as far as there is room: who knows of all of that need not
	 * take it anew. More than are kept: none is.
	 */
	uint8_t deeds_count, deeds_alike; /* bit mask: of those that are kept */
	struct deed_at deeds[THING_DEEDS_KEPT];
};

void thing_take(struct thing *t, const struct deed *d);
/* As before any deed. */
void thing_forget(struct thing *t);
/* Bit mask: to whom else an owner owes it. None: nobody could say that it is done. */
uint8_t thing_creditors(const struct thing *t, size_t owner);
enum progress thing_progress(const struct thing *t, size_t owner);
/* The report that a part's progress speaks of: the accepted one, else its last; .epoch 0: none. */
struct deed_at thing_report(const struct thing *t, size_t owner);
enum standing thing_standing(const struct thing *t);
/* Whether it is owed or talked about no more. */
bool thing_is_over(const struct thing *t);

#define THING_STATE_MAX 1088u /* bytes that thing_write makes, at most */
void thing_write(const struct thing *t, struct buf *out);
/* Advances *in. ERR_CORRUPT. */
enum err thing_read(struct bytes *in, struct thing *out) MUST_CHECK;

#endif
