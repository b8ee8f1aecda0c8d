/*
 * plant.h - faults of ours that a test plants, to see that the simulator finds them.
 *
 * Layer: base. test/sim/test_planted.c, test/sim/test_twins.c and test/crash/planted.c run each twin until
 * it is found. A normal build has none: PLANTED is 0 there, and nothing of it is left in the program.
 */
#ifndef BASE_PLANT_H
#define BASE_PLANT_H

/* clang-format off */
#define PLANT_LIST(X) \
	X(SHOW_BEFORE_FLUSH, "an answer goes out although its commit was refused") \
	X(ARRIVAL_ORDER, "entries are judged as they arrive") \
	X(NO_READ_BACK, "what was committed is not read back") \
	X(COSIGN_BEFORE_COMMIT, "a receipt is asked for before the commit") \
	X(SIGN_WITHOUT_PROOF, "the signer signs what does not carry on") \
	X(RESEND_FILED_AGAIN, "a resend is not recognised") \
	X(ROLLBACK_LEAVES_VIEWS, "a rollback leaves what was folded") \
	X(ROLLBACK_LEAVES_INSTANCE, "a rollback leaves what was kept of a procedure in memory") \
	X(RESTORE_UNSEEN, "a store behind the signer's mark goes on") \
	X(EPOCH_IN_USE, "an epoch is opened under a number that may be in use") \
	X(DOUBT_FORGOTTEN, "a signer's doubts end with the start that had them") \
	X(REDO_UNSYNCED, "a turn is acknowledged before its flush") \
	X(REDO_UNHASHED, "a turn is run again although its hash is wrong") \
	X(DRAINED_TWICE, "turns that the tables have are run again") \
	X(MARK_UNSYNCED, "the signer's marks are synced in words only") \
	X(READ_TAKES_TURNS, "a read that fails takes turns with it that no table has") \
	X(RENEW_IN_PLACE, "a start writes over the only copy of what it read") \
	X(ONE_VERSION, "all entries are judged by the newest version of the accord that is held") \
	X(NO_CONFIRM, "a gate is decided as soon as all have concurred") \
	X(LATE_WITHDRAW, "who has confirmed may withdraw") \
	X(SECOND_CONCURRENCE, "a party concurs with two proposals at once") \
	X(BY_ARRIVAL, "a move is judged on all that is held when it comes") \
	X(CLAIMED_TIME, "whether an answer is late is told by claimed times") \
	X(LOST_EARLY, "what a party may have confirmed is withdrawn before all others show that it began anew") \
	X(UNVOUCHED, "a later epoch takes away what others have shown") \
	X(ASK_NOBODY, "one route of the API answers an officer without asking what he may know of") \
	X(STAYS_ON_PATH, "a FLASH waits for its silent path, while another is open") \
	X(ONE_RECEIPT, "the receipt of a FLASH goes by one path alone") \
	X(RENEW_NOTHING, "a start builds on what only the kernel's memory has")
/* clang-format on */

#ifdef PLANT
enum plant {
	PLANT_NONE,
#define PLANT_ENUM(name, text) PLANT_##name,
	PLANT_LIST(PLANT_ENUM)
#undef PLANT_ENUM
		PLANT_COUNT
};
/* Which one bears fruit in this process; the test's. */
extern enum plant plant_chosen;
extern const char *plant_route; /* of ASK_NOBODY: the path */
#define PLANTED(name) (plant_chosen == PLANT_##name)
#define PLANTED_ROUTE plant_route
#else
#define PLANTED(name) 0
#define PLANTED_ROUTE ""
#endif

#endif
