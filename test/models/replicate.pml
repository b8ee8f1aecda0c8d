/*
 * A log over two paths at once that come and go: the peer holds a prefix of it at every moment, nothing twice and no
 * gap, and all of it once the paths stay. Promises 4 and 5; docs/spec/link.md; src/node/replicate.c, batch.c.
 *
 * Twins: APPEND_BEYOND (safety), FORGET_LOST (liveness).
 */
#define SIZE 3
#define CUTS 2

mtype = { WANT, HELD };
chan to_b[2] = [1] of { byte, byte };
chan to_a[2] = [1] of { mtype, byte };
byte log[SIZE]; /* B's: entry i of A is i + 1 */
byte held, sent, known, cuts;

active proctype a()
{
	byte size;

end:	do
	/* A batch of one or of all that is left, on either path. */
	:: atomic { sent < SIZE && nfull(to_b[0]) -> if :: size = sent + 1 :: size = SIZE fi; to_b[0]!sent, size; sent = size }
	:: atomic { sent < SIZE && nfull(to_b[1]) -> if :: size = sent + 1 :: size = SIZE fi; to_b[1]!sent, size; sent = size }
	:: atomic { to_a[0]?WANT(size) -> if :: sent > size -> sent = size :: else fi }
	:: atomic { to_a[1]?WANT(size) -> if :: sent > size -> sent = size :: else fi }
	:: atomic { to_a[0]?HELD(size) -> if :: size > known -> known = size :: else fi; if :: sent < known -> sent = known :: else fi }
	:: atomic { to_a[1]?HELD(size) -> if :: size > known -> known = size :: else fi; if :: sent < known -> sent = known :: else fi }
	od
}

inline take(path)
{
	to_b[path]?first, end_;
#ifdef APPEND_BEYOND
	if
	:: true ->
#else
	if
	:: first > held -> to_a[path]!WANT(held)
	:: else ->
#endif
		do
		:: held < end_ ->
#ifdef APPEND_BEYOND
			log[held] = first + 1; first++; held++
#else
			log[held] = held + 1; held++
#endif
			assert(log[held - 1] == held)
		:: else -> break
		od;
		to_a[path]!HELD(held)
	fi
}

active proctype b()
{
	byte first, end_;

end:	do
	:: atomic { nempty(to_b[0]) -> take(0) }
	:: atomic { nempty(to_b[1]) -> take(1) }
	od
}

/* A path goes, with what is in it, and comes again: each side's HELLO says what is held. */
active proctype line()
{
	byte x;

	do
	:: atomic { cuts < CUTS ->
		cuts++;
		if
		:: x = 0
		:: x = 1
		fi;
		do :: nempty(to_b[x]) -> to_b[x]?_, _ :: empty(to_b[x]) -> break od;
		do :: nempty(to_a[x]) -> to_a[x]?_(_) :: empty(to_a[x]) -> break od;
#ifndef FORGET_LOST
		sent = held /* the HELLO's note */
#endif
	   }
	:: cuts == CUTS -> break
	:: true -> break
	od
}

ltl arrives { <> (held == SIZE) }
