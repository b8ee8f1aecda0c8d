/*
 * The one door and the receipt: what a reader at either side was shown, and what a mirror has cosigned, survives any
 * power cut. Promise 1; docs/ARCHITECTURE.md, the turn; src/node/effects.c, src/process/signer.c.
 *
 * Sizes stand for logs (restore.pml has what is in them). Twins: SHOW_EARLY, COSIGN_EARLY, RECEIPT_EARLY.
 */
#define SIZE_MAX 3
#define CUTS 3

/* At the author A and at its peer B: in memory, on the disk, shown to a reader. */
byte a_memory, a_disk, a_shown;
byte b_memory, b_disk, b_shown;
byte sent;		/* given to the line, with its note */
byte asked, cosigned;	/* B's mirror */
byte line_sent, line_memory, line_disk, receipt; /* the cosignature: on the line, at A, on A's disk, shown there */
byte cuts;

#define CHECK                         \
	assert(a_shown <= a_disk);    \
	assert(sent <= a_disk);       \
	assert(b_shown <= b_disk);    \
	assert(cosigned <= b_disk);   \
	assert(receipt <= b_disk);    \
	assert(receipt <= line_disk)

active proctype history()
{
	do
	:: atomic { a_memory < SIZE_MAX -> a_memory++ }
	:: atomic { a_memory > a_disk -> a_disk = a_memory } /* A's flush */
#ifdef SHOW_EARLY
	:: atomic { a_shown < a_memory -> a_shown = a_memory; CHECK }
#else
	:: atomic { a_shown < a_disk -> a_shown = a_disk; CHECK }
#endif
	:: atomic { sent < a_disk -> sent = a_disk; CHECK }
	:: atomic { b_memory < sent -> b_memory = sent } /* B has read a batch */
	:: atomic { b_memory > b_disk -> b_disk = b_memory } /* B's flush */
	:: atomic { b_shown < b_disk -> b_shown = b_disk; CHECK }
#ifdef COSIGN_EARLY
	:: atomic { asked < b_memory -> asked = b_memory }
#else
	:: atomic { asked < b_disk -> asked = b_disk }
#endif
	:: atomic { cosigned < asked -> cosigned = asked; CHECK }
	:: atomic { line_sent < cosigned -> line_sent = cosigned }
	:: atomic { line_memory < line_sent -> line_memory = line_sent }
	:: atomic { line_disk < line_memory -> line_disk = line_memory }
#ifdef RECEIPT_EARLY
	:: atomic { receipt < line_memory -> receipt = line_memory; CHECK }
#else
	:: atomic { receipt < line_disk -> receipt = line_disk; CHECK }
#endif
	:: atomic { cuts < CUTS -> cuts++; /* A's power: memory and the line are gone */
		a_memory = a_disk; line_memory = line_disk; sent = 0; line_sent = 0; CHECK
	   }
	:: atomic { cuts < CUTS -> cuts++; /* B's: the signer's last question too */
		b_memory = b_disk; asked = cosigned; line_sent = 0; CHECK
	   }
	:: receipt == SIZE_MAX -> break
	od
}
