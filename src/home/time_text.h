/*
 * time_text.h - a span or a time as a person types it: "2h" from now, or "2026-11-24T14:30Z".
 *
 * Layer: home. Pure. UTC only. Test: test/unit/test_time_text.c.
 */
#ifndef HOME_TIME_TEXT_H
#define HOME_TIME_TEXT_H

#include "base/bytes.h"
#include "base/time.h"

/* "30s", "5m", "2h", "1d", "250ms"; ERR_USAGE. */
enum err span_read(const char *text, uint64_t *ms) MUST_CHECK;
/* ERR_USAGE: neither of the two, or no such day. */
enum err time_text_read(const char *text, struct wall now, uint64_t *ms) MUST_CHECK;

#endif
