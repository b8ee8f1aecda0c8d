#include "jobs.h"

#include "../lib/child.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 64u

/* No whole set of counts: that job failed, and has said so. */
static bool add(int from, uint64_t *total, size_t count)
{
	uint64_t *part = xcalloc(count, sizeof *part);
	size_t len = count * sizeof *part, held = 0;
	ssize_t got = 1;

	while (held < len && (got > 0 || (got < 0 && errno == EINTR))) {
		got = read(from, (uint8_t *)part + held, len - held);
		held += got > 0 ? (size_t)got : 0;
	}
	close(from);
	for (size_t i = 0; held == len && i < count; i++)
		total[i] += part[i];
	free(part);
	return held == len;
}

bool jobs_run(uint64_t jobs, void (*run)(void *self, uint64_t job, uint64_t jobs, uint64_t *counts),
	      void *self, uint64_t *total, size_t count)
{
	int ends[JOBS_MAX][2];
	bool is_good = true;

	if (jobs == 0)
		jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
	fflush(stdout);
	for (uint64_t k = 0; k < jobs; k++) {
		pid_t child;
		if (pipe(ends[k]) != 0 || (child = fork()) < 0) {
			perror("jobs");
			return false;
		}
		if (child == 0) {
			size_t len = count * sizeof *total;
			run(self, k, jobs, total);
			fflush(stdout);
			child_end(write(ends[k][1], total, len) == (ssize_t)len ? 0 : 1);
		}
		close(ends[k][1]);
	}
	for (uint64_t k = 0; k < jobs; k++)
		is_good &= add(ends[k][0], total, count);
	while (wait(NULL) > 0)
		;
	return is_good;
}
