/*
 * move.h - one entry of a channel, as far as procedures read it, and its past as a vector.
 *
 * Spec: docs/spec/procedure.md section 4. Layer: proc (may use base, wire, accord). Pure.
 *
 * Every entry of a channel is a move, also one that belongs to no procedure: it shows what its author had
 * seen. What an entry had in its past is one number a party: entries of a party are numbered, rising, across
 * epochs. A number is EPOCH * 2^32 + index + 1; of an epoch that ended, whoever saw the next one has in his
 * past what that carries on, and what anybody whom he saw had shown before.
 */
#ifndef PROC_MOVE_H
#define PROC_MOVE_H

#include "accord/procedure.h"

/* clang-format off */
#define MOVE_LIST(X) \
	X(NONE, "none") X(START, "start") \
	X(MESSAGE, "message") X(WATCH_READ, "watch read") X(READ_BACK, "read back") X(MARK, "mark") \
	X(PRESENTED, "presented") X(REPLY, "reply") X(DECLINE, "decline") X(DEFER, "defer") \
	X(ATTEND, "attend") X(LEAVE, "leave") X(DONE, "done") \
	X(LAPSE, "lapse") X(ESCALATED, "escalated") X(RECESS, "recess") X(RESUME, "resume") \
	X(STAND_DOWN, "stand down") X(END, "end participation") X(REMARK, "remark") \
	X(PROPOSE, "propose") X(CONCUR, "concur") X(WITHDRAW, "withdraw") X(CONFIRM, "confirm") \
	X(RESERVE, "reserve") X(OBJECT, "object") X(AWAIT, "await instructions") X(DECIDE, "decide")
/* clang-format on */

#define MOVE_ENUM(name, word) MOVE_##name,
enum move_kind { MOVE_LIST(MOVE_ENUM) MOVE_COUNT };
#undef MOVE_ENUM
const char *move_name(enum move_kind kind); /* "watch read" */

/* Of each party the number of its last entry; 0: none. */
struct vector {
	uint64_t of[PARTY_MAX];
};

/* An entry of the channel; number 0: none. */
struct spot {
	uint64_t number;
	uint8_t party; /* of accord.parties */
};

/* Of a log of which nothing was seen: the first. */
static inline uint32_t epoch_of(uint64_t number)
{
	return number >> 32 > 1 ? (uint32_t)(number >> 32) : 1;
}

/* The `open` of an epoch that another came before. */
static inline bool is_later_epoch(struct spot at)
{
	return epoch_of(at.number) > 1 && (at.number & UINT32_MAX) == 1;
}

/* Within one epoch of that party; instance.h has the rest. A row that rotted may name none. */
static inline bool vector_covers(const struct vector *v, struct spot at)
{
	return at.number != 0 && at.party < PARTY_MAX && at.number <= v->of[at.party];
}

static inline void vector_raise(struct vector *v, const struct vector *by)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		v->of[i] = by->of[i] > v->of[i] ? by->of[i] : v->of[i];
}

static inline bool spot_equal(struct spot a, struct spot b)
{
	return a.number == b.number && a.party == b.party;
}

/* By party, then by number: no order in time. */
static inline bool spot_is_before(struct spot a, struct spot b)
{
	return a.party != b.party ? a.party < b.party : a.number < b.number;
}

#define STEP_NONE UINT8_MAX

struct move {
	struct spot at;	    /* who, and which of his */
	struct vector past; /* not with itself */
	uint64_t filed_ms;  /* claimed by its node */
	enum move_kind kind;
	struct spot instance; /* its START's; not of a START; of MOVE_NONE: what a DIGEST is of */
	struct spot about;    /* the message, proposal, read-back, recess that it refers to */
	uint8_t step;	      /* STEP_NONE: none */
	uint8_t role;	      /* of procedure.roles; of a LAPSE: the role that owes */
	bool is_node;	      /* the node says it: it has no role */
	uint64_t person;      /* the holder's number, of his party */
	/* PROPOSE, DECIDE: option; LAPSE: enum level; MARK: 1 is WRONG; START: precedence; ESCALATED: rung */
	uint8_t which;
	uint8_t whose; /* LAPSE: the party that owes; START: depth, 1 to 3 */
	/* LAPSE: 0 NO ANSWER, 1 LINE DOWN; START: bit mask of parties, the machine's */
	uint8_t cause;
	uint64_t until_ms;	/* DEFER */
	uint8_t hash[HASH_LEN]; /* PROPOSE: of its text; START: of the definition */
};

#endif
