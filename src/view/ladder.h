/*
 * ladder.h - how far a message has come, per addressee: the highest step that is proved, by whom and when.
 *
 * Spec: docs/spec/ladder.md. Layer: view. Pure: reads the map; receipts come from the caller, because a
 * cosignature is no entry.
 *
 *	QUEUED - SENT - STATION RECEIPT - WATCH READ - READ BACK - PRESENTED - REPLIED, DECLINED or DEFERRED
 *
 * Never rounded up: no step is inferred from a later one.
 */
#ifndef VIEW_LADDER_H
#define VIEW_LADDER_H

#include "view/fold.h"

/* clang-format off */
#define STEP_LIST(X) \
	X(QUEUED, "QUEUED") X(SENT, "SENT") X(RECEIPT, "STATION RECEIPT") X(WATCH_READ, "WATCH READ") \
	X(READ_BACK, "READ BACK") X(PRESENTED, "PRESENTED") X(REPLIED, "REPLIED") X(DECLINED, "DECLINED") \
	X(DEFERRED, "DEFERRED")
/* clang-format on */

enum step {
#define STEP_ENUM(name, text) STEP_##name,
	STEP_LIST(STEP_ENUM)
#undef STEP_ENUM
		STEP_COUNT
};
const char *step_name(enum step s);

struct rung {
	bool is_proved;
	struct place_key evidence; /* the act; for QUEUED the message itself; none for SENT, RECEIPT */
	struct wall at;		   /* filing time of the evidence, or the receipt's time */
	size_t role; /* of accord.roles: whose evidence it is; roles_count: a node's, and of SENT, RECEIPT */
};

/* One addressee's ladder. */
struct ladder {
	size_t party;
	struct bytes role; /* borrowed from the statement */
	bool is_information;
	struct rung steps[STEP_COUNT];
	enum step highest;
	/* Attachments that were there at WATCH READ, by hash; says_had: the reader said which. */
	bool says_had;
	size_t had_count;
	uint8_t had[ATTACHMENTS_MAX][HASH_LEN];
	struct rung read_back_offered;	    /* the last READ BACK returned, marked or not */
	bool is_wrong;			    /* and it was marked WRONG */
	uint64_t wrong_cause;		    /* enum mark_cause; MARK_CAUSE_COUNT: it says none */
	struct message_at marked;	    /* the author's last mark: it decides */
	struct rung query, negative, lapse; /* off the ladder: the last of each that no later step answers */
	uint64_t lapse_cause, negative_cause;
	uint64_t deferred_until_ms;
	struct rung called;   /* the last ESCALATED of this party */
	uint64_t call, empty; /* which rung it called; bit mask of those at which nobody was */
	bool needs_read_back;
};

struct crossing {
	struct place_key place;
};

#define LADDER_CROSSINGS_MAX 16u
/* Entries of each other party that are looked at: who says he has seen nothing makes nobody read all. */
#define LADDER_CROSSED_MAX 128u

struct message_view {
	struct ladder ladders[STATEMENT_ADDRESSEES_MAX];
	size_t ladders_count;
	struct crossing crossings[LADDER_CROSSINGS_MAX]; /* statements that passed it on the way */
	size_t crossings_count;
	bool is_suspended; /* the channel is suspended by formal notice */
};

/*
 * The steps that the record proves. `fetch` reads an act's statement: the caller holds the entries.
 * STEP_SENT and STEP_RECEIPT are left unproved, ladder_receipt() adds them.
 */
typedef enum err ladder_fetch(void *self, const struct place_key *place, struct statement *statement,
			      struct wall *filed);
struct ladder_reading {
	const struct fold *f;
	const struct fold_sight *sight; /* NULL: every act; one that is not in sight climbs nothing */
	ladder_fetch *fetch;
	void *self;
};
enum err ladder_read(const struct ladder_reading *in, const struct place_key *place,
		     const struct statement *message, struct wall filed, struct message_view *out) MUST_CHECK;
void ladder_prove(struct ladder *l, enum step step, struct wall at);

#endif
