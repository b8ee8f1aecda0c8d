/*
 * date.h - a day as far as it is known: a year, a month, a day, a minute, or from one to another.
 *
 * Spec: docs/spec/dialogue.md section 2. Layer: wire. Pure.
 *
 *	2024    2024-06    2024-06-11    2024-06-11T14:30Z    2024-06-11/2024-06-12
 *
 * What is not known is left out and never filled up: "2024" is not the first of January. Days are of the
 * calendar in force; a time is UTC.
 */
#ifndef WIRE_DATE_H
#define WIRE_DATE_H

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"

struct date {
	struct wall first,
		end; /* the first moment that it may mean, and the first that it does not any more */
};

/* ERR_RULE: it is none, or the second of two begins before the first. Years 1900 to 2199. */
enum err date_read(struct bytes text, struct date *out) MUST_CHECK;

#endif
