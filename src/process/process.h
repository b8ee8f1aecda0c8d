/*
 * process.h - the processes of a node, and how one starts the others.
 *
 * Spec: docs/ARCHITECTURE.md (processes). Layer: process.
 *
 * `serve` is core. It splits off the starter, which starts `link`, and starts `signer`; both by executing
 * this program anew, each with its pipes at fixed descriptors. None shares memory with another.
 */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include "base/err.h"

#include <sys/types.h>

/* Where a started process finds its pipes. */
#define PROCESS_CORE_FD 3
#define PROCESS_OTHER_FD 4   /* link: to signer; signer: to link */
#define PROCESS_STARTER_FD 5 /* link */
#define PROCESS_FDS_MAX 3u
#define PROCESS_FD_END 6

/*
 * Executes this program with `command` and, if it is not NULL, --home. The child gets the descriptors, in the
 * order of the numbers above, and standard error, nothing else. ERR_IO.
 */
enum err process_spawn(const char *command, const char *home, const int *fds, size_t count,
		       pid_t *out) MUST_CHECK;

/*
 * Splits the starter off (starter.c), which ends when *core is closed. Before anything is read or opened: it
 * has what this process has. ERR_IO.
 */
enum err starter_split(int *core, pid_t *pid) MUST_CHECK;

/* For a child: its name for ps, and only its core ends it: signals of the terminal and of the service manager
 * are core's to heed. */
void process_prepare(const char *name);

/*
 * For a child that strangers may take over: the kernel ends it with its parent. Whoever hears nobody any more
 * would hold its sockets and keys for as long as the machine runs.
 */
void process_end_with_parent(void);

/* The bodies of what is started: each runs until its core ends it, and returns the status to end with. */
int process_link(void);
int process_signer(const char *home);
int process_terminals(const char *home);

#endif
