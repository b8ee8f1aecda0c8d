/*
 * A clock that is what it is told, for plays on real nodes: preloaded, it adds the seconds that the file
 * $LEAPING holds to the wall clock, or stands still at the second behind "=". Monotonic clocks are as they
 * are.
 */
#include "told.h"

#include <sys/syscall.h>
#include <time.h>

static const char *told = "";

static void __attribute__((constructor)) begin(void)
{
	told = told_open("LEAPING");
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	long failed = syscall(SYS_clock_gettime, clock, out);

	if (failed != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
		return (int)failed;
	if (*told == '=')
		*out = (struct timespec){ .tv_sec = strtol(told + 1, NULL, 10) };
	else
		out->tv_sec += strtol(told, NULL, 10);
	return 0;
}
