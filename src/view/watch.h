/*
 * watch.h - who is on duty, what a party says of its manning, who relieved whom: rows, and what follows.
 *
 * Spec: docs/spec/watch.md. Layer: view (may use base, wire, accord). Pure.
 *
 * Of a moment the roster that was said last of those that hold for it counts, whole: so an override is a
 * short roster, and takes nothing of the others away.
 */
#ifndef VIEW_WATCH_H
#define VIEW_WATCH_H

#include "view/ladder.h"
#include "wire/roster.h"

/* UNKNOWN: nobody ever said who is; GAP: planned that nobody is; EMPTY: nobody is, and nobody planned it. */
#define DUTY_LIST(X) X(UNKNOWN) X(MANNED) X(GAP) X(EMPTY)
#define DUTY_ENUM(name) DUTY_##name,
enum duty_state { DUTY_LIST(DUTY_ENUM) DUTY_COUNT };
#undef DUTY_ENUM
const char *duty_state_name(enum duty_state s);

struct duty {
	enum duty_state state;
	struct place_key place;	 /* the ROSTER that says so; .log.epoch 0: none does */
	uint64_t from_ms, to_ms; /* this holds in between; to: UINT64_MAX, nothing is known to come */
	uint8_t depth;		 /* persons on duty */
	uint8_t rungs;		 /* bit mask of those that have one */
	struct {
		char name[ROSTER_NAME_MAX + 1], reach[ROSTER_REACH_MAX + 1], able[ROSTER_REACH_MAX + 1];
	} who[LADDER_RUNGS_MAX];
};

/* Memory is the caller's; a roster that was read borrows from what fetch has given, until the next. */
struct duty_reading {
	const struct fold *f;
	ladder_fetch *fetch;
	void *self;
	struct roster *roster;		/* to read one in */
	struct place_key held;		/* which one is read; starts zeroed */
	const struct fold_sight *sight; /* NULL: of every roster */
};
/* Of a post at a moment, as the home channel has it; with a sight, as if there were no other rosters. */
enum err fold_duty(struct duty_reading *in, uint32_t home, struct bytes post, uint64_t at_ms,
		   struct duty *out) MUST_CHECK;
/* The first gap at or after a moment, planned or not, at most so far ahead. ERR_NOT_FOUND: none. */
enum err fold_next_gap(struct duty_reading *in, uint32_t home, struct bytes post, uint64_t at_ms,
		       uint64_t ahead_ms, struct duty *out) MUST_CHECK;

/*
 * Which rung is to be called after so long, of a ladder's waits, with these manned; *empty: those above which
 * nobody was found, a bit each. The last is RUNG_POST.
 */
unsigned rung_due(const uint64_t *waits_ms, size_t count, uint64_t elapsed_ms, uint8_t manned,
		  uint8_t *empty);

/* A post of the home channel. */
struct post_view {
	char post[ROLE_NAME_MAX + 1];
	bool has_roster;
	struct place_key offer;	   /* the last RELIEF; .log.epoch 0: none */
	uint64_t holder;	   /* who offered it */
	struct place_key accepted; /* the last RELIEF ACCEPTED, and of which offer */
	struct place_key accepted_offer;
	uint64_t accepted_ms; /* when it was filed */
};
/* The next one in order; out->post starts as "". ERR_NOT_FOUND at the end. */
enum err fold_next_post(const struct fold *f, uint32_t home, struct post_view *out) MUST_CHECK;

struct manning_view {
	char post[ROLE_NAME_MAX + 1];
	struct place_key place;
	uint64_t depth, gap_from_ms, gap_to_ms;
	bool is_planned;
};
/* The next one of a party on a channel; out->post starts as "". ERR_NOT_FOUND at the end. */
enum err fold_next_manning(const struct fold *f, uint32_t channel, size_t party,
			   struct manning_view *out) MUST_CHECK;
/* What it says of a moment. */
enum duty_state manning_state(const struct manning_view *m, uint64_t at_ms);

#endif
