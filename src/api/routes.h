/*
 * routes.h - what can be asked of a node: one row a route, and every row says who may.
 *
 * Spec: docs/spec/api.md section 4, whose table a test reads against this one. Layer: api.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "api/request.h"

/* Who is on the other end of the socket; there is no row without one of these. */
enum authority {
	AUTHORITY_OWNER = 1, /* the node's own user of this machine, or root */
	AUTHORITY_COUNT
};

struct route {
	const char *method, *path;
	enum authority authority;
	size_t body_max; /* bytes; 0: none is taken */
	/* Writes its answer to *r; an error becomes the answer instead. May leave the request waiting. */
	enum err (*run)(struct api *a, struct request *q, struct reply *r);
};

extern const struct route routes[];
extern const size_t routes_count;

/* ERR_NOT_FOUND: no such path; ERR_USAGE: the path is there, but not with this method. */
enum err route_find(const char *method, const char *path, const struct route **out) MUST_CHECK;

#endif
