/*
 * apart.h - a twin with a planted fault runs in a process of its own, and must end by the check that its
 * promise has: a seed that runs out of time, or ends by anything else, has found nothing.
 */
#ifndef SIM_APART_H
#define SIM_APART_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if that seed ends with a failed check (world_fail), or with an assertion of the core, and says these
 * words. An end of another kind is printed, with what was said.
 */
bool apart_finds(void (*run)(uint64_t seed), uint64_t seed, unsigned seconds, const char *words);

#endif
