/*
 * prng.h - numbers that a seed replays. For the simulator and for jitter, never for keys.
 *
 * Layer: base. Pure. The generator is xoshiro256** (Blackman and Vigna), seeded by splitmix64.
 */
#ifndef BASE_PRNG_H
#define BASE_PRNG_H

#include <stdbool.h>
#include <stdint.h>

struct prng {
	uint64_t state[4];
};

void prng_init(struct prng *p, uint64_t seed);
uint64_t prng_next(struct prng *p);
/* 0 to bound - 1, without bias worth a thought; bound is at least 1. */
uint64_t prng_below(struct prng *p, uint64_t bound);
/* True once in `times` draws on average. */
bool prng_is_one_in(struct prng *p, uint64_t times);

#endif
