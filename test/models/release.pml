/*
 * Who signs what goes out, and a recall: docs/spec/release.md; src/view/{release,draft,item}.c. The author's node keeps a
 * home channel that the peer never sees; what goes out is judged at both from its signatures alone. Things are
 * said again and in any order, and a power cut changes nothing here (door.pml has the disk); a key is withdrawn meanwhile.
 *
 * Twins: COUNT_KEYS (two keys of one person are two), COUNT_OTHERS (a signature over other bytes counts), IGNORE_HOME (the
 * door does not ask what was refused), FILE_AGAIN (a resend is filed anew), ROLE_ONCE (roles are looked at only when it
 * is approved), ANSWER_AGAIN (a recall is answered as often as one likes).
 */
#define NEEDED 2	/* beside the author */

/* Signatures over the exact bytes: of one releaser, and of another by either of his two keys. */
bool yes_one, yes_two, yes_two_again, yes_other; /* yes_other: the first one's, over other bytes */
bool submitted, ended, withdrawn;
byte released;		/* how often it counts on the channel */
bool one, two, two_again, other; /* on the entry that is filed */
bool asked, answered;
byte answers;
byte cuts;

/* What the fold asks of an entry, at both parties alike, and the door of its own home channel. */
#ifdef COUNT_KEYS
#define PERSONS (one + other + two + two_again)
#define SAME_PERSON false
#else
#define PERSONS (one + other + (two || two_again))
#define SAME_PERSON (two && two_again)
#endif
#ifdef COUNT_OTHERS
#define FALSE_SIGNATURE false
#else
#define FALSE_SIGNATURE other
#endif
#ifdef ROLE_ONCE
#define ROLE_LOST false
#else
#define ROLE_LOST (one && withdrawn)
#endif
#ifdef IGNORE_HOME
#define REFUSED_AT_HOME false
#else
#define REFUSED_AT_HOME ended
#endif
#ifdef FILE_AGAIN
#define STANDS false
#else
#define STANDS (released > 0)
#endif

inline file()
{
	/* With any of the signatures that there are. */
	one = false; two = false; two_again = false; other = false;
	if :: yes_one -> one = true :: true fi;
	if :: yes_two -> two = true :: true fi;
	if :: yes_two_again -> two_again = true :: true fi;
	if :: yes_other -> other = true :: true fi;
	if
	:: PERSONS >= NEEDED && !SAME_PERSON && !FALSE_SIGNATURE && !ROLE_LOST && !REFUSED_AT_HOME && !STANDS ->
		assert(!(two && two_again) && !other && !(one && withdrawn) && !ended);
		released++
	:: else
	fi;
	assert(released <= 1);
	one = false; two = false; two_again = false; other = false
}

active proctype author_and_releasers()
{
	do
	:: atomic { !submitted -> submitted = true }
	:: atomic { submitted && !ended && !yes_one -> yes_one = true }
	:: atomic { submitted && !ended && !yes_two && !yes_two_again -> yes_two = true }
	:: atomic { submitted && yes_two && !yes_two_again -> yes_two_again = true } /* signed, though no entry of it counts */
	:: atomic { !yes_other -> yes_other = true }
	:: atomic { submitted && !ended -> ended = true }
	:: atomic { !withdrawn -> withdrawn = true }
	:: atomic { submitted && released < 2 -> file() }
	:: atomic { released > 0 && !asked -> asked = true }
	:: atomic { cuts < 2 -> cuts++ } /* power: what stands in the record stands; the terminal says it again */
	:: asked && cuts == 2 -> break
	:: !submitted -> break
	:: ended && released == 0 -> break
	od
}

active proctype peer()
{
end:
	do
	:: atomic { asked && !answered -> answered = true; answers++; assert(answers <= 1) }
#ifdef ANSWER_AGAIN
	:: atomic { asked && answered && answers < 2 -> answers++; assert(answers <= 1) }
#endif
	od
}

/* A recall always ends. */
ltl ends { [] (asked -> <> answered) }
