/*
 * where.h - a place on the earth as far as it is known: a point, or an area by its corners.
 *
 * Spec: docs/spec/dialogue.md section 12. Layer: wire. Pure.
 *
 *	38.5,127.25    38,127 38,128 39,128 38,127
 *
 * WGS 84, latitude first as in CAP, decimal degrees with at most five decimals and no more than were said.
 * An area's first corner is its last again.
 */
#ifndef WIRE_WHERE_H
#define WIRE_WHERE_H

#include "base/bytes.h"
#include "base/limits.h"

#define WHERE_UNITS 100000 /* of a degree */

struct where {
	size_t count; /* 1: a point; else corners, the last one the first again */
	struct where_point {
		int32_t lat, lon; /* in WHERE_UNITS */
	} points[WHERE_POINTS_MAX];
};

/* ERR_RULE: it is none, is out of range, is not closed, or encloses nothing. */
enum err where_read(struct bytes text, struct where *out) MUST_CHECK;
/* Twice what it encloses; above 0: its corners go against the clock. */
int64_t where_turn(const struct where *w);

#endif
