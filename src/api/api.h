/*
 * api.h - the door for persons: HTTP/1.1 and JSON on a UNIX socket of this machine, and for its browsers.
 *
 * Spec: docs/spec/api.md (routes, words, events), docs/spec/browser.md. Layer: api. One table of routes:
 * routes.c.
 *
 * The daemon's turn with it:
 *
 *	api_turn		reads requests; statements go to node_command and their effects to *fx
 *	node_commit		(the daemon's) one flush
 *	api_committed		what was accepted without an answer of its own is durable now
 *	api_answer, api_publish	for each such effect that the daemon carries out
 *	api_turn		again, with the list reset, before it waits: writes what has become ready
 */
#ifndef API_API_H
#define API_API_H

#include "base/time.h"
#include "node/node.h"
#include "sys/sandbox.h"

struct api;

#define BROWSER_ADDRESS_LEN 80u /* a host name or an address, and a port */

/* What the kernel gave to a process of the node, once that has said so. */
struct api_contained {
	const char *name;
	const struct sandbox_given *given;
	const bool *has_given;
};

struct api_options {
	struct node *node; /* borrowed until api_close */
	const char *path;  /* of the UNIX socket; a socket that stands there is replaced */
	/*
	 * Where browsers are served, "127.0.0.1:7480", and what below /; NULL: they are not. Nobody is the
	 * owner there. Both are for api_open; an address that cannot be had is said in the log and /status.
	 */
	const char *address, *files;
	/*
	 * "console.example:7443": what terminals on the network call it, whose TLS has ended and whose
	 * device is known; NULL: there are none. They come by api_add_terminal.
	 */
	const char *terminals;
	const char *copies; /* the folder for copies of the store; borrowed until api_close, as those below */
	const struct api_contained *contained;
	size_t contained_count;
	/*
	 * Takes the version that lies in the home under this hash: ERR_EXISTS, it is held already;
	 * ERR_REFUSED, with *rule if it breaks one; as a turn's event.
	 */
	enum err (*adopt)(void *self, const char *hash, const char **rule);
	/*
	 * Puts what somebody pushed under a name that nothing has yet, to wait for a person: on the disk when
	 * it returns. ERR_FULL: too much waits already. And what still waits there.
	 */
	enum err (*quarantine)(void *self, const char *name, struct bytes what);
	enum err (*quarantined)(void *self, const char *name, struct buf *out);
	void *self;
	/* The settings' `owner-reads no`: without a session nothing of the record is told. */
	bool is_owner_blind;
	unsigned silence_s; /* 0: REQUEST_SILENCE_S_MAX */
	uint64_t run; /* names this run of the node in the numbers of events: milliseconds at its start */
};

/* ERR_USAGE: the path is longer than a UNIX socket's may be; ERR_IO: it cannot be made. Gives. */
enum err api_open(const struct api_options *options, struct api **out) MUST_CHECK;

/* Readable when there is something for api_turn to do; how many there are. */
#define API_DESCRIPTORS_MAX 3u
size_t api_descriptors(const struct api *a, int out[API_DESCRIPTORS_MAX]);
/* Milliseconds until api_turn is due although nothing became readable; -1: never. */
int64_t api_timeout(const struct api *a, struct mono now);

/* Errors of class LOCAL only: stop the node. */
enum err api_turn(struct api *a, struct now now, struct effects *fx) MUST_CHECK;
void api_committed(struct api *a, enum err e);
/* Whether api_committed has somebody to tell: without effects of its own, a commit is due all the same. */
bool api_is_waiting(const struct api *a);
void api_answer(struct api *a, const struct effect_answer *answer);
/* One that has come, as a connection of its own; takes the descriptor. */
void api_add_terminal(struct api *a, int fd);
/* Whether there is somebody who brings them, for /status. */
void api_terminals(struct api *a, bool is_open);
void api_publish(struct api *a, const struct effect_publish *publish);

/* Ends every connection, streams too; takes NULL. */
void api_close(struct api *a);

#endif
