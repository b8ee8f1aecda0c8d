/*
 * outbox.h - the terminal's own copy of what its officer signed, kept until the STATION RECEIPT.
 *
 * Layer: compose. Spec: docs/spec/record.md section 10. A node that was restored from an old backup may have
 * lost what was only QUEUED; the terminal has not, and says it again under its old id.
 *
 * One file a statement in $ENTENTE_OUTBOX, otherwise $XDG_STATE_HOME/entente/outbox, otherwise
 * ~/.local/state/entente/outbox: TIME-ID, the body of its POST; once it has a place
 * TIME-ID@channel.party.epoch.index.
 */
#ifndef COMPOSE_OUTBOX_H
#define COMPOSE_OUTBOX_H

#include "compose/draft.h"

/* Writes the copy, on the disk. EXIT_DONE, or it was said why not. */
enum exit_code outbox_put(const struct draft *d, struct bytes body) MUST_CHECK;
/* The node has it at this place (the text of its answer). */
void outbox_place(const struct draft *d, const char *place_text, struct client *c);
/* The node refused it: it is a draft again, and the person has its words. */
void outbox_drop(const struct draft *d);

/* Forgets what every other party of its channel has cosigned; gives how many are left. */
size_t outbox_sweep(struct client *c);
/*
 * Says everything again that has no receipt; prints what became of each. What others must approve after all
 * is submitted, with the officer's key.
 */
enum exit_code outbox_again(struct client *c, const struct options *o) MUST_CHECK;

#endif
