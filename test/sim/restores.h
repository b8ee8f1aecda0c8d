/*
 * restores.h - histories in which nodes go back to backups of every age, and what becomes of each.
 *
 * Each restore ends in recovery or in a new epoch: nobody signs two leaves for one place, nothing that was
 * cosigned is missing afterwards, all views are equal. Another end stops the program (world_fail).
 */
#ifndef SIM_RESTORES_H
#define SIM_RESTORES_H

#include "world.h"

/* Entries of the party's own that the backup has not. */
/* clang-format off */
#define AGE_LIST(X) \
	X(NONE, "none") X(ONE, "1") X(TWO, "2-3") X(FOUR, "4-7") X(EIGHT, "8-15") X(SIXTEEN, "16-31") \
	X(MORE, "32-63") X(MOST, "64 or more") X(ALL, "all: an empty store")
/* What the signer knows at the next start. Older: the whole machine was taken from a snapshot. */
#define MEMORY_LIST(X) \
	X(KEPT, "kept") X(CUT, "kept, its machine was cut") X(LOST, "lost") X(OLDER, "older, a snapshot's")
/* Who can be asked. */
#define COMPANY_LIST(X) \
	X(UP, "all up") X(DOWN, "all down") X(ONE_DOWN, "one of two down") X(NO_PATH, "up, no path")
/* What comes on top of it. */
#define TURN_LIST(X) \
	X(AGAIN, "a second restore during recovery") X(NESTED, "a backup of what was restored") \
	X(PEER, "a peer restored during recovery") X(UNDER_WAY, "messages under way") \
	X(BUNDLE, "messages under way by hand") X(OPENED, "next epoch opened before all had answered")
/* By log of the party that went back; the restore's own end is the last in this list that one of them had. */
#define END_LIST(X) \
	X(WHOLE, "nothing was missing") X(REFILLED, "refilled, the same epoch") X(EPOCH, "the next epoch")
/* clang-format on */

#define AGE_ENUM(name, text) AGE_##name,
enum restore_age { AGE_LIST(AGE_ENUM) AGE_COUNT };
#undef AGE_ENUM
#define MEMORY_ENUM(name, text) MEMORY_##name,
enum restore_memory { MEMORY_LIST(MEMORY_ENUM) MEMORY_COUNT };
#undef MEMORY_ENUM
#define COMPANY_ENUM(name, text) COMPANY_##name,
enum restore_company { COMPANY_LIST(COMPANY_ENUM) COMPANY_COUNT };
#undef COMPANY_ENUM
#define TURN_ENUM(name, text) TURN_##name,
enum restore_turn { TURN_LIST(TURN_ENUM) TURN_COUNT };
#undef TURN_ENUM
#define END_ENUM(name, text) END_##name,
enum restore_end { END_LIST(END_ENUM) END_COUNT };
#undef END_ENUM

struct restore_counters {
	uint64_t histories, restores;
	uint64_t ages[AGE_COUNT][MEMORY_COUNT], companies[COMPANY_COUNT], turns[TURN_COUNT];
	uint64_t ends[MEMORY_COUNT][END_COUNT]; /* of restores */
	uint64_t logs[END_COUNT];
	uint64_t entries, cosigned, refilled, again; /* again: statements that terminals said again */
	uint64_t talk[TALK_COUNT]; /* of standing dialogues, at the first node once it is quiet */
};

/* Restores in one history; a second one during recovery counts too. */
#define RESTORES_A_HISTORY 5u

void restores_run(uint64_t seed, bool is_verbose, struct restore_counters *total);

#endif
