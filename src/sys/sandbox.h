/*
 * sandbox.h - what a process may still do once it has what it needs: files, and a list of system calls.
 *
 * Spec: docs/adr/0020-contained.md, SECURITY.md. Tests: test/contain. Layer: sys; the only file that includes
 * libseccomp.
 *
 * Entered in two steps, the last before strangers are heard: files first, before a thread is made, for a
 * thread that is there already would keep what it may; then the calls, of all threads. Neither can be undone,
 * and children inherit both.
 *
 * A system call that is not on the list is not carried out: the process writes a line with its name to
 * standard error and is ended by SIGSYS, which its parent sees. None can go on as if nothing had happened.
 * What Landlock refuses comes back as EACCES or EPERM.
 */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A call; `where` narrows it to those whose arguments, masked, have these values (rows with mask 0: none). */
#define SANDBOX_WHERE_MAX 3u
struct sandbox_call {
	const char *name;
	struct {
		unsigned argument;
		uint64_t mask, value;
	} where[SANDBOX_WHERE_MAX];
};

/* A process: its list ends with a row without a name; a name may have several rows. */
struct sandbox {
	const char *name; /* "link" */
	const struct sandbox_call *calls;
};

enum sandbox_right {
	SANDBOX_READ = 1,  /* a file's bytes, a folder's names */
	SANDBOX_WRITE = 2, /* a file's bytes */
	SANDBOX_MAKE = 4,  /* in a folder: new files, their removal and renaming */
};
/* A file or a folder with all below it. What is not there is left out. */
struct sandbox_path {
	const char *path;
	unsigned rights;
};

struct sandbox_wants {
	const struct sandbox_path *paths;
	size_t paths_count;
};

/* What the kernel gave, found out by trying, not by its version. All zero: not contained. */
struct sandbox_given {
	unsigned calls;	   /* names on the list that is in force; 0: no filter */
	unsigned landlock; /* the kernel's Landlock ABI; 0: none */
	bool has_files;	   /* no file can be opened but those of the paths */
	bool has_ports;	   /* no TCP port can be had or called */
	bool has_signals;  /* no process outside can be signalled */
};

/*
 * Before a loop is made. Newer libuv opens an io_uring where the kernel has it, keeps to it, and ends the
 * process when the filter below refuses it: for this process and its children there is none from here on.
 */
void sandbox_hide_rings(void);

/*
 * Both: an old kernel is no failure, *given says what it lacks; it is all zero at first. ERR_IO: what the
 * kernel has could not be used, errno says why; do not go on. A build with sanitizers, which need more than
 * any list has, enters nothing and says so by *given.
 */
/* No-new-privileges, no core dump, no tracing by others of this user; then Landlock. For one thread. */
enum err sandbox_enter(const struct sandbox_wants *wants, struct sandbox_given *given) MUST_CHECK;
/* No new process; then the filter. */
enum err sandbox_shut(const struct sandbox *s, struct sandbox_given *given) MUST_CHECK;

/* As one number, for a pipe; every number is sound. */
uint64_t sandbox_given_pack(const struct sandbox_given *given);
void sandbox_given_unpack(uint64_t number, struct sandbox_given *out);

#endif
