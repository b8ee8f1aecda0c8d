/*
 * routes.h - what can be asked of a node: one row a route, and every row says who may.
 *
 * Spec: docs/spec/api.md section 4, whose table a test reads against this one. Layer: api.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

struct api;
struct request;
struct reply;

/*
 * Who may ask; there is no row without one of these. The owner is the node's own user of this machine, or
 * root, without a session: with one he is that officer and no more.
 */
enum authority {
	AUTHORITY_ANYONE = 1, /* whoever reaches the socket: to sign in */
	AUTHORITY_KNOWN,      /* the owner, or a session: what is agreed, and signed bytes in */
	/*
	 * A session, or the owner if the settings let him read. The run asks a->reading of each thing that
	 * it shows: an answer to a session for which it was never asked does not go out.
	 */
	AUTHORITY_READER,
	AUTHORITY_OWNER,  /* the owner if the settings let him read */
	AUTHORITY_KEEPER, /* the owner, reading or not: he keeps the machine, and learns no word by it */
	AUTHORITY_COUNT
};
const char *authority_name(enum authority a); /* "READER" */

struct route {
	const char *method, *path;
	enum authority authority;
	size_t body_max; /* bytes; 0: none is taken */
	/* Writes its answer to *r; an error becomes the answer instead. May leave the request waiting. */
	enum err (*run)(struct api *a, struct request *q, struct reply *r);
	/* Of its query, with a blank between two; another is refused. NULL: it looks at them itself. */
	const char *words;
};

extern const struct route routes[];
extern const size_t routes_count;

/* ERR_NOT_FOUND: no such path; ERR_USAGE: the path is there, but not with this method. */
enum err route_find(const char *method, const char *path, const struct route **out) MUST_CHECK;
/* "GET, POST": the methods that a path takes; nothing: there is no such path. */
void route_methods(const char *path, struct buf *out);

#endif
