/*
 * link.h - the process that holds the sockets to peers: strangers' bytes, no key, no record.
 *
 * Spec: docs/spec/link.md sections 1 and 2. Layer: link.
 *
 *	link.c		life; what core says; what goes to core
 *	connection.c	accepted and opened connections: who they are, their bytes, their end
 *	door.c		sockets, which are opened for us
 *	listener.c	accepting, and who must leave when strangers crowd in
 *	path.c		which ways there are to whom, and when to try again
 *	refusal.c	what is told of connections that were turned away
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "sys/sandbox.h"

/* Its pipes; those to the signer and to the starter carry whole records. */
struct link_ends {
	int core, signer, starter;
};

/*
 * Runs until the pipe to core ends; the descriptors stay the caller's.
 * Core has said its addresses before any stranger is heard: then it enters the sandbox. Returns the exit
 * status.
 */
int link_run(const struct link_ends *ends, const struct sandbox *sandbox);

#endif
