/*
 * shares.h - seeds shared out to a process for each core; their counters come back added up.
 */
#ifndef SIM_SHARES_H
#define SIM_SHARES_H

#include "base/bytes.h"

/* Runs one of `count` seeds and adds to total, which is `size` bytes of uint64_t and begins as zeros. */
typedef void share_run(uint64_t seed, uint64_t count, void *total);

/* False if a seed failed: it has said so. jobs is cut to what makes sense. */
bool shares_run(uint64_t first, uint64_t count, uint64_t jobs, share_run *run, void *total, size_t size);
/* What main of a program that runs worlds does first; VERBOSE in the environment: the core's log too. */
void shares_open(void);

#endif
