/*
 * One unit of a text in one language, between two parties that write at once, agree and sign: docs/spec/dialogue.md section 9;
 * src/dialogue/text.c, src/view/text.c. Each party has its own log; the line brings the other's deeds in their order, any of
 * them late. A statement is judged on what its author had seen; whoever signed says no more until he has seen that the
 * other did. Both versions of two that are written at once stand, each on its own side: that is a bracket.
 *
 * Before it is signed the file is initialled by both; each reads the other's initial back, which that one marks, and from then a
 * hold goes on: all three are of a revision, and count for no other.
 *
 * Twins: LAST_WINS (of two that write at once the later is shown and the other is not), SIGN_AND_WRITE (who signed may go on writing), NO_REVISION (the file has no revision, only its
 * words), OLD_READ_BACK (what was read back and marked of one revision counts for another), OLD_HOLD (so does the hold).
 */
#define DEEDS 3		/* of each party: versions and agreements */

/* Whose version, and which one of his; 0: none. */
typedef stand {
	byte whose;
	byte which
};
/* A party's log: what it stands on after so many deeds, and its last signature with what its hash is of. */
typedef log {
	byte size, versions;
	stand at[4];
	bool has_signed;
	byte own, other;	/* the revision: how many deeds of either log */
	byte whose, which	/* the words */
};
log logs[2];
stand said[2];		/* beside the logs: what each said last, which nobody else may change */
byte seen[2];		/* how many of the other's deeds a party holds */
/* Of which revision each party's last was, and the other's as the line brought it; 0: none. */
byte initial[2], initial_seen[2], back[2], back_seen[2], marked[2], marked_seen[2];
byte held[2];		/* of which one the hold is over, by the own clock since the own read-back */

#define OTHER (1 - self)
#define STAND(n) logs[n].at[logs[n].size]
#define MINE STAND(self)
#define THEIRS logs[OTHER].at[seen[self]]
#define IS_ONE(a, b) (a.whose != 0 && a.whose == b.whose && a.which == b.which)

#ifdef SIGN_AND_WRITE
#define IS_BOUND false
#else
#define IS_BOUND (logs[self].has_signed && seen[self] <= logs[self].other)
#endif

/* Twice the same hash. */
#ifdef NO_REVISION
#define IS_SIGNED (logs[0].has_signed && logs[1].has_signed && IS_ONE(logs[0], logs[1]))
#else
#define IS_SIGNED (logs[0].has_signed && logs[1].has_signed && IS_ONE(logs[0], logs[1]) && logs[0].own == logs[1].other && logs[0].other == logs[1].own)
#endif

/* As a party has the text. */
#define REVISION (1 + (DEEDS + 1) * (self == 0 -> logs[0].size : seen[1]) + (self == 1 -> logs[1].size : seen[0]))
#define INITIALS_ARE_ONE (initial[self] == REVISION && initial_seen[self] == REVISION)
#ifdef OLD_READ_BACK
#define IS_READ_BACK (marked[self] != 0 && marked_seen[self] != 0)
#else
#define IS_READ_BACK (marked[self] == REVISION && marked_seen[self] == REVISION)
#endif
#ifdef OLD_HOLD
#define IS_HELD (held[self] != 0)
#else
#define IS_HELD (held[self] == REVISION)
#endif

#define STAND_ON(w, n) \
	logs[self].size++; \
	MINE.whose = w; \
	MINE.which = n; \
	said[self].whose = w; \
	said[self].which = n

/* What each said stands, whatever the other wrote; and what both signed never moves. */
inline check()
{
	assert(STAND(0).whose == said[0].whose && STAND(0).which == said[0].which);
	assert(STAND(1).whose == said[1].whose && STAND(1).which == said[1].which);
	assert(!IS_SIGNED || (logs[0].size == logs[0].own && logs[1].size == logs[1].own && IS_ONE(STAND(0), STAND(1))))
}

proctype party(byte self)
{
end:
	do
	/* Its own words. */
	:: atomic { logs[self].size < DEEDS && !IS_BOUND ->
		logs[self].versions++;
		STAND_ON(self + 1, logs[self].versions);
		check() }
	/* It agrees to what it holds of the other. */
	:: atomic { logs[self].size < DEEDS && !IS_BOUND && THEIRS.whose != 0 && !IS_ONE(MINE, THEIRS) ->
		STAND_ON(THEIRS.whose, THEIRS.which);
		check() }
	/* The line brings one deed more of the other. */
	:: atomic { seen[self] < logs[OTHER].size ->
		seen[self]++;
#ifdef LAST_WINS
		if
		:: THEIRS.whose == OTHER + 1 && MINE.whose == self + 1 -> MINE.whose = THEIRS.whose; MINE.which = THEIRS.which
		:: else
		fi;
#endif
		check() }
	/* It initials the file as it has it, if both stand on one; the line brings that behind what it is of. */
	:: atomic { !IS_BOUND && IS_ONE(MINE, THEIRS) && initial[self] != REVISION -> initial[self] = REVISION }
	:: atomic { initial_seen[self] != initial[OTHER] && seen[self] == logs[OTHER].size -> initial_seen[self] = initial[OTHER] }
	/* It reads back what it holds of the other's, and marks what the other read back of its own. */
	:: atomic { back[self] != initial_seen[self] -> back[self] = initial_seen[self] }
	:: atomic { back_seen[self] != back[OTHER] -> back_seen[self] = back[OTHER] }
	:: atomic { back_seen[self] != 0 && back_seen[self] == initial[self] && marked[self] != initial[self] -> marked[self] = initial[self] }
	:: atomic { marked_seen[self] != marked[OTHER] -> marked_seen[self] = marked[OTHER] }
	:: atomic { held[self] != back[self] -> held[self] = back[self] }
	/* It signs the file as it has it; of what it has not seen it knows nothing. */
	:: atomic { !IS_BOUND && IS_ONE(MINE, THEIRS) && INITIALS_ARE_ONE && IS_READ_BACK && IS_HELD ->
		assert(back[OTHER] == REVISION && back[self] == REVISION && held[self] == REVISION);
		logs[self].has_signed = true;
		logs[self].own = logs[self].size;
		logs[self].other = seen[self];
		logs[self].whose = MINE.whose;
		logs[self].which = MINE.which;
		check() }
	od
}

init { atomic { run party(0); run party(1) } }
