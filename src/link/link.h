/*
 * link.h - the process that holds the sockets to peers: strangers' bytes, no key, no record.
 *
 * Spec: docs/spec/link.md sections 1 and 2. Layer: link.
 *
 *	link.c		life; what core says; what goes to core
 *	connection.c	accepted and opened connections: who they are, their bytes, their end
 *	listener.c	accepting, and who must leave when strangers crowd in
 *	path.c		which ways there are to whom, and when to try again
 *	refusal.c	what is told of connections that were turned away
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

/*
 * Runs until the pipe to core ends; both descriptors stay the caller's. `signer` carries whole records.
 * Returns the exit status.
 */
int link_run(int core, int signer);

#endif
