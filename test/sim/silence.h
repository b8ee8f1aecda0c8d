/*
 * silence.h - a path of two falls silent, in one direction or both, while both are up for all that is known.
 *
 * Layer: tests.
 */
#ifndef SIM_SILENCE_H
#define SIM_SILENCE_H

#include "world.h"

/* A FLASH is at the other side, and its receipt back, in the time that going round the path takes. */
void silence_run(uint64_t seed, bool is_verbose);

#endif
