/*
 * child.h - the end of a process that a test forked: without what its parent left for exit(), but with the
 * counters of `make coverage`, which only exit() would write.
 */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include <stddef.h>
#include <unistd.h>

// NOLINTNEXTLINE(bugprone-reserved-identifier): the compiler's own name; NULL where nothing is counted
int __llvm_profile_write_file(void) __attribute__((weak));

_Noreturn static inline void child_end(int status)
{
	if (__llvm_profile_write_file != NULL)
		(void)__llvm_profile_write_file();
	_exit(status);
}

#endif
