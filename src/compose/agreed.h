/*
 * agreed.h - what a terminal knows without its node: the accord of its own home.
 *
 * Layer: compose. Spec: docs/spec/seal.md section 3. Whoever runs the node decides what it answers, and is
 * none of those whom sealed words are for: where they go, whether they are sealed and for which posts is not
 * his to say; nor for which keys (enrolled.h).
 */
#ifndef COMPOSE_AGREED_H
#define COMPOSE_AGREED_H

#include "compose/draft.h"
#include "terminal/held.h"

struct agreed {
	struct held held;
	const struct accord_channel *channel; /* the draft's, in the newest version */
};

/*
 * Once the draft is addressed: it is of this accord, and goes to the channel that was typed. EXIT_DONE, or it
 * was said why not; closed in any case.
 */
enum exit_code agreed_open(struct agreed *a, const struct options *o, const struct draft *d) MUST_CHECK;
void agreed_close(struct agreed *a);

/* Whether a version of the accord names the post behind `sealed` in the channel's line. */
bool agreed_is_reader(const struct agreed *a, struct bytes role);
/*
 * Whether the post may read what has this statement's label on its channel, at a party of that. True where
 * that is not known: the door says so.
 */
bool agreed_may_read(const struct agreed *a, const struct statement *s, struct bytes role);
/* By this machine's clock: the post reads nothing any more, whatever the node's says. */
bool agreed_has_ended(const struct agreed *a, struct bytes role);

#endif
