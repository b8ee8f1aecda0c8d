/*
 * time.h - time is a type, never a number.
 *
 * Layer: base. Pure: nobody asks a clock here, `sys/clock.h` does.
 *
 * `struct mono` measures spans on this machine and means nothing anywhere else. `struct wall` is
 * claimed: it is written into statements and read by people, and no rule trusts it.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct mono {
	int64_t us; /* since some moment of this boot */
};

struct wall {
	uint64_t ms; /* since 1970-01-01T00:00:00Z, as this machine claims */
};

/* Both clocks, read once a turn of the loop. */
struct now {
	struct mono mono;
	struct wall wall;
};

static inline struct mono mono_add_ms(struct mono t, uint64_t ms)
{
	return (struct mono){ t.us + (int64_t)ms * 1000 };
}

static inline bool mono_is_before(struct mono a, struct mono b)
{
	return a.us < b.us;
}

/* a - b; 0 if that is less than nothing. */
static inline uint64_t ms_minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* "2026-11-24T01:52:30.123Z" with its terminator. */
#define WALL_TEXT_LEN 25
void wall_write(struct wall t, char out[WALL_TEXT_LEN]);

/* The date-time group of messages, "240152Z NOV 26"; of another century with its year, "240152Z NOV 2126". */
#define WALL_DTG_LEN 17
void wall_write_dtg(struct wall t, char out[WALL_DTG_LEN]);

#endif
