/*
 * calls - what a process asked the kernel for and when, put in front of the C library by LD_PRELOAD.
 *
 * Each call of the few below is kept in memory with the monotonic time before and after it, and told on
 * stderr when the process ends, as `call PID BEFORE AFTER NAME FD RESULT` in nanoseconds. It asks the kernel
 * for nothing that the sandbox does not grant, so it is measured as it runs.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define CALLS_MAX 400000u

struct call {
	int64_t before, after;
	const char *name;
	int fd;
	long result;
};

static struct call *calls;
static size_t count;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void keep(int64_t before, const char *name, int fd, long result)
{
	if (calls == NULL) {
		void *memory = mmap(NULL, CALLS_MAX * sizeof *calls, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED)
			return;
		calls = memory;
	}
	if (count < CALLS_MAX)
		calls[count++] = (struct call){ before, now_ns(), name, fd, result };
}

#define STANDS_BEFORE(type, name, parameters, arguments)           \
	type name parameters;                                      \
	type name parameters                                       \
	{                                                          \
		static type(*real) parameters;                     \
		int64_t before = now_ns();                         \
		type result;                                       \
		if (real == NULL)                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		result = real arguments;                           \
		keep(before, #name, fd, (long)result);             \
		return result;                                     \
	}

STANDS_BEFORE(ssize_t, send, (int fd, const void *at, size_t len, int flags), (fd, at, len, flags))
STANDS_BEFORE(ssize_t, recv, (int fd, void *at, size_t len, int flags), (fd, at, len, flags))
STANDS_BEFORE(int, fdatasync, (int fd), (fd))

__attribute__((destructor)) static void tell(void)
{
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "call %d %lld %lld %s %d %ld\n", getpid(), (long long)calls[i].before,
			(long long)calls[i].after, calls[i].name, calls[i].fd, calls[i].result);
}
