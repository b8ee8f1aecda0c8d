/*
 * An author's log of one epoch, its signer's mark, a backup, power cuts and one peer: no two notes of one size are
 * ever held by anybody, whatever is put back. Promise 3; docs/spec/record.md sections 4 and 9; src/node/recover.c.
 *
 * A log is a number in base BASE, an entry a digit that no other entry has: so a log is its own root, and whether one
 * log carries on from another is a division. At the beginning everybody holds entry 0, the epoch's `open`: a store that
 * never held anything doubts nothing. Twins: IGNORE_MARK, IGNORE_DOUBT,
 * FORGET_REFILL, FORGET_START.
 */
#define BASE 6
#define SIZE_MAX 4
#define ENTRIES 5 /* ever filed: digits 1 to 5 */
#define CUTS 3	  /* cuts and restores */

int log = 1, mark = 1, synced = 1, backup = 1, held = 1, on_the_way;
byte size = 1, mark_size = 1, synced_size = 1, backup_size = 1, held_size = 1, on_the_way_size;
byte next = 2, cuts;
bool is_recovering, is_doubtful, is_over;
int power[5]; /* BASE to the n */

/* Whether the log b of size bs carries on from a of size as. */
#define CARRIES_ON(a, as, b, bs) (as <= bs && b / power[bs - as] == a)

/* The signer is asked for the head again, and knows at once: node.c, ask_signer. */
inline sign_again()
{
	if
	:: mark_size < size && CARRIES_ON(mark, mark_size, log, size) ->
		synced = mark; synced_size = mark_size;
		mark = log; mark_size = size
	:: else
	fi
}

/* What a start makes of the mark: recover.c, recover_start; node.c, node_start. */
inline start(is_certain)
{
	on_the_way_size = 0; /* the connection is gone, and what was in it */
	is_recovering = false;
	is_doubtful = (!is_certain && size > 0) || (is_doubtful && size > 0);
	if
	:: mark_size > size -> is_recovering = true
	:: else
	fi;
#ifdef IGNORE_MARK
	is_recovering = false;
#endif
#ifndef FORGET_START
	sign_again();
#endif
#ifdef IGNORE_DOUBT
	is_doubtful = false;
#endif
}

#define IS_OPEN (!is_recovering && !is_doubtful && !is_over)

active proctype history()
{
	power[0] = 1; power[1] = BASE; power[2] = BASE * BASE; power[3] = BASE * BASE * BASE; power[4] = BASE * BASE * BASE * BASE;
	do
	:: atomic { IS_OPEN && size < SIZE_MAX && next <= ENTRIES -> /* an officer's statement is filed, durable */
		log = log * BASE + next; size++; next++
	   }
	:: atomic { IS_OPEN && on_the_way_size == 0 && size > mark_size -> /* the signer is asked */
		assert(CARRIES_ON(mark, mark_size, log, size)); /* it never has to refuse an honest node */
		synced = mark; synced_size = mark_size; /* the one before is on the disk by now */
		mark = log; mark_size = size;
		on_the_way = log; on_the_way_size = size
	   }
	:: atomic { mark_size != synced_size || mark != synced -> synced = mark; synced_size = mark_size } /* within 2 ms */
	:: atomic { on_the_way_size > 0 -> /* the peer holds it, and cosigns */
		if
		:: on_the_way_size <= held_size ->
			assert(CARRIES_ON(on_the_way, on_the_way_size, held, held_size))
		:: else ->
			assert(CARRIES_ON(held, held_size, on_the_way, on_the_way_size));
			held = on_the_way; held_size = on_the_way_size
		fi;
		on_the_way_size = 0
	   }
	:: on_the_way_size > 0 -> on_the_way_size = 0 /* lost */
	:: atomic { backup = log; backup_size = size }
	:: atomic { true -> /* killed and started: what was written is there */
		start(true)
	   }
	:: atomic { cuts < CUTS -> cuts++; /* power: a mark that was not synced may be gone */
		if
		:: mark = synced; mark_size = synced_size
		:: true
		fi;
		if
		:: log = backup; size = backup_size /* the disk died with it */
		:: true
		fi;
		start(false)
	   }
	:: atomic { cuts < CUTS -> cuts++; /* an officer puts the backup back, in order */
		log = backup; size = backup_size;
		start(true)
	   }
	:: atomic { is_recovering || is_doubtful -> /* the peer's HELLO: what it holds comes back */
		if
		:: held_size > size ->
			assert(CARRIES_ON(log, size, held, held_size));
			log = held; size = held_size;
#ifndef FORGET_REFILL
			sign_again()
#endif
		:: else
		fi;
		is_doubtful = false;
		if
		:: mark_size <= size -> is_recovering = false
		:: else -> is_over = true /* the signer signed more than anybody holds: the next epoch */
		fi
	   }
	:: is_over || next > ENTRIES -> break
	od
}
