/*
 * memory.h - the n-th allocation of the core and of SQLite fails. Linked with --wrap (meson.build), so that
 * base/alloc.c asks here, and with SQLite's own setting.
 */
#ifndef CRASH_MEMORY_H
#define CRASH_MEMORY_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

struct memory {
	uint64_t fail_in; /* allocations until one fails, while it counts; 0: none is to */
	bool is_for_ever, has_failed;
	bool is_counting; /* the core runs, and neither the disk under it nor what judges it */
	bool has_aborted; /* base/alloc.c chose to end the process */
	jmp_buf out;	  /* where that leads */
};

extern struct memory memory; /* one a process */

/* Once a process, before anything of SQLite's. */
void memory_configure(void);

#endif
