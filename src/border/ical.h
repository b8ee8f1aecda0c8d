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
	bool is_in_days; /* from and to are days of UTC, and no hour of them is meant */
	struct bytes summary;
	struct bytes description, location, status, class, label; /* .len 0: none */
	bool has_sequence;
	uint64_t sequence; /* how often it was changed */
	bool is_free;	   /* nobody is busy in it */
};

/* of: what it is a calendar of, as "roster"; a word of ASCII. */
void ical_open(struct buf *out, const char *of, struct bytes name);
void ical_put(struct buf *out, const struct ical_event *event);
/* ERR_LIMIT by buf_check. */
void ical_close(struct buf *out);

#endif
