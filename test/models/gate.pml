/*
 * A joint gate: docs/spec/procedure.md section 6; src/proc/gate.c. Every party writes one log, others see a beginning of it,
 * whenever that comes: a line that is slow or lost is a beginning that does not grow. Two proposals may cross. A move is
 * judged on what its author had seen, and nothing is ever taken back.
 *
 * Twins: NO_CONFIRM (decided as soon as all have concurred), LATE_WITHDRAW (who has confirmed may withdraw),
 * SECOND_CONCURRENCE (a party concurs with two at once).
 */
#ifdef THREE /* parties: both proposals are known to all from the start, and a party withdraws once; `make procedures` */
#define PARTIES 3
#define IS_KNOWN(k) true
#define MAY_WITHDRAW (!OWN(WITHDRAW(0)) && !OWN(WITHDRAW(1)))
#else
#define PARTIES 2
#define IS_KNOWN(k) HAS(_pid, k, PROPOSE(k))
#define MAY_WITHDRAW true
#endif

/* What a log can have, each once: of proposal 0 and of proposal 1, which party 0 and party 1 make. */
#define PROPOSE(k) (k)
#define CONCUR(k) (2 + k)
#define WITHDRAW(k) (4 + k)
#define CONFIRM(k) (6 + k)
#define MOVES 8

byte at[PARTIES * MOVES];	/* where in that party's log, from 1; 0: not there */
byte size[PARTIES];
byte seen[PARTIES * PARTIES];	/* how much of another's log a party has */

#define HAS(p, q, m) (at[(q) * MOVES + (m)] != 0 && ((p) == (q) || at[(q) * MOVES + (m)] <= seen[(p) * PARTIES + (q)]))
#define OWN(m) (at[_pid * MOVES + (m)] != 0)
#if PARTIES == 2
#define ALL(p, m) (HAS(p, 0, m) && HAS(p, 1, m))
#define ANY(p, m) (HAS(p, 0, m) || HAS(p, 1, m))
#define THERE(m) (at[m] != 0 && at[MOVES + (m)] != 0)
#define SOMEWHERE(m) (at[m] != 0 || at[MOVES + (m)] != 0)
#else
#define ALL(p, m) (HAS(p, 0, m) && HAS(p, 1, m) && HAS(p, 2, m))
#define ANY(p, m) (HAS(p, 0, m) || HAS(p, 1, m) || HAS(p, 2, m))
#define THERE(m) (at[m] != 0 && at[MOVES + (m)] != 0 && at[2 * MOVES + (m)] != 0)
#define SOMEWHERE(m) (at[m] != 0 || at[MOVES + (m)] != 0 || at[2 * MOVES + (m)] != 0)
#endif

#ifdef NO_CONFIRM
#define DECIDED(k) THERE(CONCUR(k))
#else
#define DECIDED(k) THERE(CONFIRM(k))
#endif
#ifdef LATE_WITHDRAW
#define IS_BOUND(k) false
#else
#define IS_BOUND(k) OWN(CONFIRM(k))
#endif
#ifdef SECOND_CONCURRENCE
#define HAS_LIVE(k) false
#else
#define HAS_LIVE(k) (OWN(CONCUR(k)) && !ANY(_pid, WITHDRAW(k)))
#endif

inline say(m)
{
	size[_pid]++;
	at[_pid * MOVES + m] = size[_pid];
	assert(!(DECIDED(0) && SOMEWHERE(WITHDRAW(0))));
	assert(!(DECIDED(1) && SOMEWHERE(WITHDRAW(1))));
	assert(!(DECIDED(0) && DECIDED(1)))
}

active [PARTIES] proctype party()
{
	byte k;
end:
	do
	:: atomic { seen[_pid * PARTIES] < size[0] && _pid != 0 -> seen[_pid * PARTIES]++ }
	:: atomic { seen[_pid * PARTIES + 1] < size[1] && _pid != 1 -> seen[_pid * PARTIES + 1]++ }
#if PARTIES == 3
	:: atomic { seen[_pid * PARTIES + 2] < size[2] && _pid != 2 -> seen[_pid * PARTIES + 2]++ }
#else
	:: atomic { _pid < 2 && !OWN(PROPOSE(_pid)) -> say(PROPOSE(_pid)) }
#endif
	:: atomic {
		if :: k = 0 :: k = 1 fi;
		if
		:: IS_KNOWN(k) && !OWN(CONCUR(k)) && !ANY(_pid, WITHDRAW(k)) && !HAS_LIVE(1 - k) -> say(CONCUR(k))
		:: IS_KNOWN(k) && MAY_WITHDRAW && !ANY(_pid, WITHDRAW(k)) && !IS_BOUND(k) -> say(WITHDRAW(k))
		:: ALL(_pid, CONCUR(k)) && !ANY(_pid, WITHDRAW(k)) && !OWN(CONFIRM(k)) -> say(CONFIRM(k))
		:: else
		fi;
		k = 0
	}
	od
}
