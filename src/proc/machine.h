/*
 * machine.h - the fold of one channel's moves into the state of its procedures.
 *
 * Spec: docs/spec/procedure.md sections 4 to 7. Models: gate.pml and anew.pml in test/models/.
 * Simulator: test/proc/. A second one: test/proc/second.py. Layer: proc (may use base, wire, accord).
 * Pure: no clock, no order of arrival.
 *
 * Every move is judged on its own past and the verdict never changes. State is what is counted within a
 * vector; two nodes that hold the same within it find the same bytes of machine_write. Time is only ever the
 * difference of two filing times of one party. No rule reads an order of several parties' entries.
 *
 * It lives in rows of a map (base/map.h): 'L' what a log had seen, 'I' instances, 'R' those that run, 'F'
 * what counts in them, 'X' which instance an entry counts in, 'E' later epochs, and whose log shows them.
 * An entry whose past has no START leaves none. The instance that was worked on last is kept beside its
 * rows, and goes on with them: a move of it is judged without reading them again.
 */
#ifndef PROC_MACHINE_H
#define PROC_MACHINE_H

#include "base/map.h"
#include "proc/move.h"

/* Why a move is VOID: it has no effect at all. Names in ruling_name. */
/* clang-format off */
#define RULING_LIST(X) \
	X(OK,         "counts") \
	X(INSTANCE,   "it belongs to no instance that is in its past") \
	X(DEFINITION, "the accord has no such procedure, or it has no such precedence") \
	X(ROLE,       "the step does not give this to that role") \
	X(PARTY,      "the step does not give this to that party") \
	X(STEP,       "the step is not open") \
	X(REFERS,     "what it is about is not in its past, or is something else") \
	X(READ,       "who says it has not read it") \
	X(TWICE,      "it was said before") \
	X(DECIDED,    "the gate is decided") \
	X(WITHDRAWN,  "the proposal is withdrawn") \
	X(PERSON,     "this role or this person has concurred before") \
	X(LIVE,       "the party has another live concurrence at this gate") \
	X(CONFIRMED,  "the party has confirmed: it cannot withdraw") \
	X(CONCURRED,  "not every signing role of every party has concurred") \
	X(READ_BACK,  "not every other party's read-back is marked correct") \
	X(HOLD,       "the hold is not over on its own clock") \
	X(OWED,       "nobody owes this there") \
	X(MET,        "it is met") \
	X(LAPSED,     "it has lapsed before") \
	X(EARLY,      "its time is not over on its own clock") \
	X(RECESS,     "there is no recess to begin or to end") \
	X(CLOSED,     "the procedure is closed") \
	X(ENDED,      "the party has ended its participation") \
	X(EPOCH,      "the party's log began anew after this procedure did: one that goes on from it must begin") \
	X(NODE,       "a node does not say this") \
	X(LIMIT,      "INSTANCE_MOVES_MAX: what the party may still say in this instance is kept for its ways out") \
	X(DIFFERS,    "their node holds another state: a remark must first say why it is confirmed all the same") \
	X(FORKED,     "a party has signed two histories of its log here: a remark must first say why the gate goes on")
/* clang-format on */

#define MACHINE_ROWS "LIRFXE"

#define RULING_ENUM(name, text) RULING_##name,
enum ruling { RULING_LIST(RULING_ENUM) RULING_COUNT };
#undef RULING_ENUM
const char *ruling_name(enum ruling r);
const char *ruling_text(enum ruling r); /* English; the program translates it */

/* A counted move, and where each party's log first showed it: its log of this instance. */
struct fact {
	struct move move; /* .past is not kept */
	struct {
		uint64_t number, filed_ms; /* 0: not yet */
	} seen[PARTY_MAX];
	/* Places in its instance's index, counted from 1; 0: none. Each list by party, then by number. */
	uint16_t next_of_kind, first_about, next_about;
};

/* An epoch that began after the logs of an instance did. Its party's log there is another: it has ended. */
struct epoch {
	uint32_t number;
	uint8_t party;
	uint64_t carried;	   /* how far it carries that log on: a number of it, or 0 */
	uint64_t shown[PARTY_MAX]; /* where each other party's log first shows it; 0: not yet */
};

#define FACTS_MAX (PARTY_MAX * INSTANCE_MOVES_MAX)

/*
 * One instance with all that counts in it, as its rows say: large, the caller's, zeroed before it is used.
 * Whoever changes rows otherwise than through a machine with this instance, or takes changes back, must
 * instance_forget.
 */
struct instance {
	const struct procedure *procedure;
	uint8_t parties; /* bit mask: of the channel */
	struct spot start;
	enum precedence precedence;
	unsigned depth;
	uint8_t definition[HASH_LEN];
	uint32_t epochs[PARTY_MAX]; /* of each party's log of this instance: as the START's past shows it */
	struct epoch later[PARTY_MAX * EPOCHS_MAX]; /* by party, then by number */
	size_t later_count;
	struct fact facts[FACTS_MAX];  /* as they came */
	uint16_t order[FACTS_MAX];     /* which of them is the n-th by party, then by number */
	uint16_t first_of[MOVE_COUNT]; /* as next_of_kind */
	size_t count;
	uint32_t channel;
	bool is_kept; /* it is as the rows are */
};

/* The n-th by party, then by number. */
static inline const struct fact *fact_nth(const struct instance *i, size_t n)
{
	return &i->facts[i->order[n]];
}

static inline void instance_forget(struct instance *i)
{
	i->is_kept = false;
}

struct machine {
	const struct accord *accord;		/* in force where the move stands: of these, one may start */
	const struct accord_versions *versions; /* where one that runs is looked for; NULL: accord alone */
	const struct map *map;
	uint32_t channel;
	uint8_t parties;	   /* bit mask of accord.parties that write there now: of what is started */
	struct instance *instance; /* to work in */
};

/* The verdict on a move whose past is folded; writes nothing: our own door asks before it appends. */
enum err machine_judge(const struct machine *m, const struct move *move, enum ruling *out) MUST_CHECK;
/* Judges and folds. A party's moves in order, and each after its past. */
enum err machine_fold(const struct machine *m, const struct move *move, enum ruling *out) MUST_CHECK;
/* The second half of it, after machine_judge of the same move. */
enum err machine_folded(const struct machine *m, const struct move *move, enum ruling ruling) MUST_CHECK;
/* The next instance of the channel behind *start, which begins zeroed. ERR_NOT_FOUND at the end. */
enum err machine_next(const struct machine *m, struct spot *start) MUST_CHECK;
/* The same of those that are neither closed nor stood down, nor left by every party. */
enum err machine_next_running(const struct machine *m, struct spot *start) MUST_CHECK;
/* Of those that start->party has begun, or of those of them that run. */
enum err machine_next_of(const struct machine *m, bool is_running, struct spot *start) MUST_CHECK;
/* Which instance a counted entry counts in, and its definition; ERR_NOT_FOUND. */
enum err machine_instance_of(const struct machine *m, struct spot at, struct spot *start) MUST_CHECK;
/* What the log that `at` stands in had seen at its last entry; zeroed if nothing of it is folded. */
enum err machine_shown(const struct machine *m, struct spot at, struct vector *out) MUST_CHECK;
/* What counted at that place of an instance. ERR_NOT_FOUND. */
enum err machine_fact(const struct machine *m, struct spot start, struct spot at,
		      struct fact *out) MUST_CHECK;
/* The definition that it is pinned to, in whichever version of the accord. ERR_NOT_FOUND. */
enum err machine_definition(const struct machine *m, struct spot start,
			    const struct procedure **out) MUST_CHECK;
/* Into m->instance. ERR_NOT_FOUND. */
enum err machine_load(const struct machine *m, struct spot start) MUST_CHECK;

/*
 * The state of all instances within `at`, in lines: the bytes that a DIGEST hashes (docs/spec/procedure.md
 * section 7). The same vector gives the same bytes on every node.
 */
enum err machine_write(const struct machine *m, const struct vector *at, struct buf *out) MUST_CHECK;
/* Those of the one instance that is loaded. */
void machine_write_instance(const struct machine *m, const struct vector *at, struct buf *out);

#endif
