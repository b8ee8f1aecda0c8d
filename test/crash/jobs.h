/*
 * jobs.h - the same work in a process for each core, and what each counted added up.
 */
#ifndef CRASH_JOBS_H
#define CRASH_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * run(self, job, jobs, counts) in each of `jobs` processes, 0: as many as there are cores; counts are added
 * to `total`, `count` of them. False: one of them ended badly, and has said why.
 */
bool jobs_run(uint64_t jobs, void (*run)(void *self, uint64_t job, uint64_t jobs, uint64_t *counts),
	      void *self, uint64_t *total, size_t count);

#endif
