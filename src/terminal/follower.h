/*
 * follower.h - a node that is asked again whenever its stream says that something has happened.
 *
 * Layer: terminal. For screens and alarms: they show the present state, so that what an event says does not
 * matter, only that one came. Nothing is said on the terminal; a node that goes away comes back.
 */
#ifndef TERMINAL_FOLLOWER_H
#define TERMINAL_FOLLOWER_H

#include "terminal/client.h"
#include "terminal/options.h"

#define SILENCE_MS_MAX 12000u /* the stream beats every 5 s: what is older than this may be wrong */

struct follower {
	const struct options *options; /* borrowed */
	struct client asks, stream;
	uint64_t now_ms, heard_ms; /* the caller's clock of this turn; when the stream last moved */
	bool is_down, is_over;	   /* no node answers; the session has ended */
};

/* As login_open; what was wrong has been said. */
enum exit_code follower_open(struct follower *f, const struct options *o) MUST_CHECK;
void follower_close(struct follower *f);

/* GET: replaces *view by what the node says; false: it is away, or the session has ended. */
bool follower_ask(struct follower *f, const char *target, json_t **view);
/* The last `last` messages of every channel, in the order of GET /channels, into *inboxes. */
bool follower_ask_inboxes(struct follower *f, const json_t *channels, uint64_t last, json_t **inboxes);

/* Readable when the stream has moved; -1 while the node is away. */
int follower_descriptor(const struct follower *f);
/* Takes what has come; true if the views have to be asked for again. */
bool follower_hear(struct follower *f);
/* Tries both ways again; true: the node is back, and the views have to be asked for again. */
bool follower_come_back(struct follower *f);

#endif
