/*
 * attr.h - what the compiler is told about a function.
 *
 * Layer: base. Pure.
 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

/* The caller must look at what comes back: a dropped error is a lost message. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Arguments are checked like printf's; both numbers count from 1. */
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
