/*
 * ical.h - an iCalendar (RFC 5545) under way: times in UTC alone, so that no reader needs our time zones.
 *
 * Layer: border. Pure.
 */
#ifndef BORDER_ICAL_H
#define BORDER_ICAL_H

#include "base/buf.h"
#include "base/time.h"

struct ical_event {
	struct bytes uid;
	struct wall stamp, from, to;
	struct bytes summary, description; /* description .len 0: none */
	bool is_free;			   /* nobody is busy in it */
};

void ical_open(struct buf *out, struct bytes name);
void ical_put(struct buf *out, const struct ical_event *event);
/* ERR_LIMIT by buf_check. */
void ical_close(struct buf *out);

#endif
