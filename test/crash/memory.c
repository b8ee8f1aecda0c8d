#include "memory.h"

#include <sqlite3.h>
#include <stdlib.h>

struct memory memory;

static sqlite3_mem_methods true_methods;

static bool fails(void)
{
	if (!memory.is_counting)
		return false;
	if (memory.has_failed && memory.is_for_ever)
		return true;
	if (memory.fail_in == 0 || --memory.fail_in > 0)
		return false;
	return memory.has_failed = true;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
_Noreturn void __real_abort(void);
_Noreturn void __wrap_abort(void);

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

/*
 * base/alloc.c ends the process, as it is meant to: what the process had on its disk is looked at here. Any
 * other end, by a signal or an assertion, does not come this way.
 */
_Noreturn void __wrap_abort(void)
{
	if (!memory.is_counting || !memory.has_failed)
		__real_abort();
	memory.is_counting = false;
	memory.has_aborted = true;
	longjmp(memory.out, 1);
}
// NOLINTEND(bugprone-reserved-identifier)

static void *failing_malloc(int size)
{
	return fails() ? NULL : true_methods.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
	return fails() ? NULL : true_methods.xRealloc(old, size);
}

void memory_configure(void)
{
	sqlite3_mem_methods methods;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &true_methods) != SQLITE_OK)
		abort();
	methods = true_methods;
	methods.xMalloc = failing_malloc;
	methods.xRealloc = failing_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK)
		abort();
}
