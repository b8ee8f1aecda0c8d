/*
 * instance.h - the state of one instance within a glimpse of it.
 *
 * Spec: docs/spec/procedure.md section 5. Layer: proc. Pure.
 *
 * A glimpse is a part of the facts that is closed under the past: what a vector covers, or what one party's
 * log had shown at one of its entries. Whatever is true within a glimpse is true within every greater one.
 */
#ifndef PROC_INSTANCE_H
#define PROC_INSTANCE_H

#include "proc/machine.h"

struct glimpse {
	const struct vector *past; /* NULL: by log */
	size_t party;
	uint64_t number;
	const struct fact *but; /* as if it were not there; mostly NULL */
};

/* ---- epoch.c ---- */

bool fact_is_in(const struct instance *i, const struct fact *f, const struct glimpse *g);
/* All that is held: whatever counts stands in it. */
struct vector instance_held(const struct instance *i);
/* That party's log here has ended: what it says in another is not counted. By log: false. */
bool has_begun_anew(const struct instance *i, const struct glimpse *g, size_t party);
/* It takes no further part: it said so, or began anew. */
bool has_left(const struct instance *i, const struct glimpse *g, size_t party);
/*
 * For ever without the CONFIRM of a party whose log began anew: every other party's shows that, and none of
 * them will show more of the old one.
 */
bool is_confirm_lost(const struct instance *i, const struct glimpse *g, const struct fact *proposal);

/* ---- index.c ---- */

/* Whether it is in some glimpse or not; NULL: it counts nowhere in there. */
const struct fact *index_find(const struct instance *i, struct spot at);
const struct fact *fact_find(const struct instance *i, struct spot at, const struct glimpse *g);

/* ---- instance.c ---- */

struct standing {
	uint64_t open; /* bit mask of steps whose guard holds */
	uint64_t done;
	bool is_closed;
};
struct standing instance_standing(const struct instance *i, const struct glimpse *g);
/* Of one step alone. */
bool step_is_open(const struct instance *i, const struct glimpse *g, size_t step);

/* Those of a kind, and those about another, by party, then by number; NULL: no more. */
static inline const struct fact *fact_first(const struct instance *i, enum move_kind kind)
{
	return i->first_of[kind] == 0 ? NULL : &i->facts[i->first_of[kind] - 1];
}

static inline const struct fact *fact_next(const struct instance *i, const struct fact *f)
{
	return f->next_of_kind == 0 ? NULL : &i->facts[f->next_of_kind - 1];
}

static inline const struct fact *about_first(const struct instance *i, const struct fact *about)
{
	return about->first_about == 0 ? NULL : &i->facts[about->first_about - 1];
}

static inline const struct fact *about_next(const struct instance *i, const struct fact *f)
{
	return f->next_about == 0 ? NULL : &i->facts[f->next_about - 1];
}

enum lifecycle { LIFE_ACTIVE, LIFE_RECESS, LIFE_STOOD_DOWN, LIFE_ENDED, LIFE_CLOSED, LIFE_COUNT };
const char *lifecycle_name(enum lifecycle l);
enum lifecycle instance_life(const struct instance *i, const struct glimpse *g);
/* The same of one of which it is known that it is not closed. */
enum lifecycle instance_life_open(const struct instance *i, const struct glimpse *g);
/* Closed, stood down, or left by all: what is true of it stays true. */
bool instance_is_over(const struct instance *i, const struct glimpse *g);
/* Whether one of that kind about it is there; whether one of the party's is. */
bool has_about(const struct instance *i, const struct glimpse *g, enum move_kind kind,
	       const struct fact *about);
bool has_said(const struct instance *i, const struct glimpse *g, enum move_kind kind, size_t party);
/*
 * What every party but the opener has given, by a role that owes it there: 1 WATCH READ, 2 PRESENTED, 3 a
 * reply or a position, of which DECLINE and AWAIT INSTRUCTIONS are none. 0: not all have read it.
 */
unsigned instance_depth(const struct instance *i, const struct glimpse *g);
/* A proposal that this party has confirmed, and another has not, and nobody has withdrawn. */
bool is_in_doubt(const struct instance *i, const struct glimpse *g, const struct fact *proposal,
		 size_t party);
/*
 * Whether the move at that place, of all that is held, arms something, opens or ends a step, stops a clock,
 * fills a gate or is the last: whoever takes it from a peer says a DIGEST, and his interval begins with that.
 */
bool instance_is_calling(const struct instance *i, struct spot at);
size_t persons_attending(const struct instance *i, const struct glimpse *g, size_t step, size_t party,
			 uint64_t person, bool *is_there);

/* Whether a party has room for one more of that kind: what others make it say never takes its ways out. */
bool instance_has_room(const struct instance *i, const struct glimpse *g, enum move_kind kind, size_t party);

/* ---- gate.c ---- */

bool is_withdrawn(const struct instance *i, const struct glimpse *g, const struct fact *proposal);
/* Bit masks: of parties whose every signing role has concurred; of those that have confirmed. */
uint8_t gate_concurred(const struct instance *i, const struct glimpse *g, const struct fact *proposal);
uint8_t gate_confirmed(const struct instance *i, const struct glimpse *g, const struct fact *proposal);
/* The decided option of a gate; false: it is not decided. Of `each`: that all decided alike. */
bool gate_is_decided(const struct instance *i, const struct glimpse *g, size_t step, uint8_t *option);
bool gate_is_done(const struct instance *i, const struct glimpse *g, size_t step);
enum ruling gate_judge(const struct instance *i, const struct move *m);

/* ---- obligation.c ---- */

/* Who owes what: one obligation of a step, by one party, of one message or of the open step. */
struct owed {
	size_t step, obligation, party;
	struct spot about; /* the message of a notice; number 0: the step */
};
enum owed_state { OWED_OPEN, OWED_MET, OWED_LAPSED, OWED_MET_LATE, OWED_MET_CROSSED, OWED_COUNT };
const char *owed_state_name(enum owed_state s);
/* The next one that is armed within g; *at begins with .step = SIZE_MAX. */
bool owed_next(const struct instance *i, const struct glimpse *g, const struct standing *s, struct owed *at);
enum owed_state owed_state(const struct instance *i, const struct glimpse *g, const struct owed *o);
/* Whether its time is over at an entry of `party` that is filed then, on that party's clock. */
bool owed_is_over(const struct instance *i, const struct glimpse *g, const struct owed *o, size_t party,
		  uint64_t filed_ms);
/* How long it has been owed on that party's clock, and when its time is over if nothing else comes: both at
 * most now_ms later. False: that party's log does not show it yet. */
bool owed_times(const struct instance *i, const struct glimpse *g, const struct owed *o, size_t party,
		uint64_t now_ms, uint64_t *since_ms, uint64_t *due_ms);
enum ruling lapse_judge(const struct instance *i, const struct move *m);
/* Which level a move gives: LEVEL_COUNT for none. */
enum level move_level(const struct move *m);
/* When party's log first showed that `holds`, of what is in g; `otherwise` if none of its entries did. */
uint64_t clock_of_all(const struct instance *i, const struct glimpse *g, size_t party, uint64_t otherwise,
		      bool (*holds)(const struct instance *i, const struct glimpse *g, const void *self),
		      const void *self);

#endif
