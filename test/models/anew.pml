/*
 * A joint gate of which one party's log begins anew: docs/spec/procedure.md section 4; src/proc/epoch.c, ADR 44. Party 0 loses
 * what it said last, or says so: the others hold it, or get it from each other or from the liar, whenever that is. One proposal
 * is there, and all have concurred. What a screen shows as decided or withdrawn it shows for ever, and never both.
 *
 * Twins: MOVE_ON (who began anew goes on in the instance), UNVOUCHED (a node folds the later epoch although its own log has not
 * shown what it holds of the one before), LOST_EARLY (withdrawn as soon as a screen knows of the later epoch).
 */
#define PARTIES 3

/* What a log can have, each once. VOUCH: it shows the move of party 0's old log. ANEW: it shows that log's later epoch. */
#define CONFIRM 0
#define WITHDRAW 1
#define VOUCH 2
#define ANEW 3
#define MOVES 4

#define NOTHING 2 /* beside CONFIRM and WITHDRAW */

byte old = NOTHING;		/* what party 0 said in its old log: one of both, for that is one log */
byte again = NOTHING;		/* and in the later one, which only a twin counts */
bool has[PARTIES], has_again[PARTIES]; /* who holds that */
bool is_anew, knows[PARTIES];	/* the later epoch is there; whose screen has it */
byte at[PARTIES * MOVES];	/* where in the log of party 1 or 2, from 1; 0: not there */
byte size[PARTIES];
byte seen[PARTIES * PARTIES];	/* how much of another's log a party has */
bool showed_decided[PARTIES], showed_withdrawn[PARTIES];

#define HAS(p, q, m) (at[(q) * MOVES + (m)] != 0 && ((p) == (q) || at[(q) * MOVES + (m)] <= seen[(p) * PARTIES + (q)]))
#define ANY(p, m) (HAS(p, 1, m) || HAS(p, 2, m))
#define BOTH(p, m) (HAS(p, 1, m) && HAS(p, 2, m))

/* What party 0 said in its old log is there for p: nothing says otherwise, or somebody showed it in time. */
#define COUNTS(p, m) (old == (m) && ((has[p] && !knows[p]) || ANY(p, VOUCH)))
#ifdef LOST_EARLY
#define IS_LOST(p) (knows[p] && !COUNTS(p, CONFIRM))
#else
#define IS_LOST(p) (knows[p] && BOTH(p, ANEW) && !COUNTS(p, CONFIRM))
#endif
#define DECIDED(p) (COUNTS(p, CONFIRM) && BOTH(p, CONFIRM))
#define WITHDRAWN(p) (COUNTS(p, WITHDRAW) || ANY(p, WITHDRAW) || IS_LOST(p) || (again == WITHDRAW && has_again[p]))

inline look(p)
{
	assert(!(DECIDED(p) && WITHDRAWN(p)));
	assert(!showed_decided[p] || DECIDED(p));
	assert(!showed_withdrawn[p] || WITHDRAWN(p));
	showed_decided[p] = DECIDED(p);
	showed_withdrawn[p] = WITHDRAWN(p)
}

inline say(m)
{
	size[_pid]++;
	at[_pid * MOVES + m] = size[_pid];
	look(_pid)
}

active [PARTIES] proctype party()
{
	byte q;
end:
	do
	:: atomic { /* a log grows, whole from its beginning: and what the rest builds on is there */
		if :: q = 1 :: q = 2 fi;
		if
		:: q != _pid && seen[_pid * PARTIES + q] < size[q] ->
			seen[_pid * PARTIES + q]++;
			has[_pid] = has[_pid] || HAS(_pid, q, VOUCH);
			if
			:: HAS(_pid, q, ANEW) && _pid != 0 && !knows[_pid] ->
				if
#ifndef UNVOUCHED
				:: has[_pid] && at[_pid * MOVES + VOUCH] == 0 -> say(VOUCH)
#endif
				:: else
				fi;
				knows[_pid] = true
			:: else
			fi;
			look(_pid)
		:: else
		fi;
		q = 0
	   }
	:: atomic { _pid != 0 && old != NOTHING && !has[_pid] -> has[_pid] = true; look(_pid) }
	:: atomic { _pid != 0 && is_anew && !knows[_pid] -> /* the `open` comes */
		if
#ifndef UNVOUCHED
		:: has[_pid] && at[_pid * MOVES + VOUCH] == 0 -> say(VOUCH)
#endif
		:: else
		fi;
		knows[_pid] = true;
		look(_pid)
	   }
	:: atomic { _pid != 0 && knows[_pid] && at[_pid * MOVES + ANEW] == 0 -> say(ANEW) }
	:: atomic { _pid != 0 && !WITHDRAWN(_pid) && at[_pid * MOVES + CONFIRM] == 0 -> say(CONFIRM) }
	:: atomic { _pid != 0 && !WITHDRAWN(_pid) && at[_pid * MOVES + CONFIRM] == 0 -> say(WITHDRAW) }
	:: atomic { _pid == 0 && !is_anew && old == NOTHING && !WITHDRAWN(0) ->
		if :: old = CONFIRM :: old = WITHDRAW fi;
		has[0] = true;
		look(0)
	   }
	:: atomic { _pid == 0 && !is_anew -> /* it is gone, with what was seen of the others: so its screens are new ones */
		is_anew = true;
		knows[0] = true;
		has[0] = false;
		seen[1] = 0;
		seen[2] = 0;
		showed_decided[0] = false;
		showed_withdrawn[0] = false;
		look(0)
	   }
#ifdef MOVE_ON
	:: atomic { _pid != 0 && again != NOTHING && !has_again[_pid] && knows[_pid] -> has_again[_pid] = true; look(_pid) }
	:: atomic { _pid == 0 && is_anew && again == NOTHING && !WITHDRAWN(0) && !COUNTS(0, CONFIRM) ->
		again = WITHDRAW;
		has_again[0] = true;
		look(0)
	   }
#endif
	od
}
