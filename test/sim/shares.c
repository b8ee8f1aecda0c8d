#include "shares.h"
#include "../lib/child.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sign.h"

#include <errno.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 64u

void shares_open(void)
{
	/*
	 * What a node has in memory is large and short-lived: keep its pages. 32 MiB is the most that is
	 * taken.
	 */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	/* One thread: what SQLite locks and counts for others costs more than some of our checks. */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	log_open("sim", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
}

/* A share's counters come through its pipe; no whole set of them: a seed failed there, and has said so. */
static bool add_share(int from, void *total, size_t size)
{
	uint64_t *to = total, *add = xcalloc(1, size);
	size_t held = 0;
	ssize_t got = 1;

	while (held < size && (got > 0 || (got < 0 && errno == EINTR))) {
		got = read(from, (uint8_t *)add + held, size - held);
		held += got > 0 ? (size_t)got : 0;
	}
	close(from);
	for (size_t i = 0; held == size && i < size / sizeof *to; i++)
		to[i] += add[i];
	free(add);
	return held == size;
}

bool shares_run(uint64_t first, uint64_t count, uint64_t jobs, share_run *run, void *total, size_t size)
{
	int ends[JOBS_MAX][2];
	bool is_good = true;

	jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
	jobs = jobs > count ? count : jobs;
	for (uint64_t k = 0; k < jobs; k++) {
		pid_t child;
		if (pipe(ends[k]) != 0 || (child = fork()) < 0) {
			perror("sim");
			return false;
		}
		if (child == 0) {
			/* Every `jobs`-th seed: a seed's history knows nothing of the others. */
			for (uint64_t i = k; i < count; i += jobs)
				run(first + i, count, total);
			child_end(write(ends[k][1], total, size) == (ssize_t)size ? 0 : 1);
		}
		close(ends[k][1]);
	}
	for (uint64_t k = 0; k < jobs; k++)
		is_good &= add_share(ends[k][0], total, size);
	while (wait(NULL) > 0)
		;
	return is_good;
}
