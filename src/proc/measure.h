/*
 * measure.h - marks of an instance, T0 to T11, each on every party's own clock.
 *
 * Spec: docs/spec/procedure.md section 11. Layer: proc. Pure.
 *
 * A mark is something that is true or not of what a log shows; its time on a party's clock is when that
 * party's log first showed it. So it is known mutually at the later of them, and no two clocks are
 * subtracted.
 */
#ifndef PROC_MEASURE_H
#define PROC_MEASURE_H

#include "proc/instance.h"

/* clang-format off */
#define MARK_LIST(X) \
	X(INDICATOR,    "T0",  "report of what happened") \
	X(ALERT,        "T1",  "consultation asked for") \
	X(RECEIPT,      "T2",  "STATION RECEIPT") \
	X(READ,         "T3",  "WATCH READ") \
	X(PRESENTED,    "T4",  "PRESENTED") \
	X(QUORUM,       "T5",  "all have met") \
	X(FIRST_CONCUR, "T6",  "first has concurred") \
	X(LAST_CONCUR,  "T7",  "last has concurred") \
	X(DECIDED,      "T8",  "decided: last CONFIRM held") \
	X(COMMUNICATED, "T9",  "communicated") \
	X(RECORDED,     "T10", "record agreed") \
	X(CLOSED,       "T11", "closed")
/* clang-format on */

#define MARK_ENUM(name, number, text) MARK_##name,
enum mark_kind { MARK_LIST(MARK_ENUM) MARK_KIND_COUNT };
#undef MARK_ENUM
const char *mark_number(enum mark_kind m); /* "T8" */
const char *mark_text(enum mark_kind m);   /* English; the program translates it */

/* From one mark to a later one, on one clock. */
struct measure_interval {
	enum mark_kind from, to;
	const char *text; /* English; the program translates it */
};
#define MEASURE_INTERVALS 7u
const struct measure_interval *measure_interval_at(size_t index);

/*
 * When party's log first showed it, of all that is held; 0: it has not, and nothing is put in its stead. A
 * RECEIPT is no entry and is never here. False: this definition has no step that could show it.
 */
bool mark_time(const struct instance *i, enum mark_kind mark, size_t party, uint64_t *filed_ms);
/* The message that WATCH READ, PRESENTED and the receipt are measured of; number 0: there is none yet. */
struct spot measure_alert(const struct instance *i);

#endif
