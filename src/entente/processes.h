/*
 * processes.h - the three processes of a node, and how one starts the others.
 *
 * Spec: docs/ARCHITECTURE.md (processes). Layer: entente.
 *
 * `serve` is core. It starts `link` and `signer` by executing this program anew, each with its pipes at fixed
 * descriptors; none of them shares memory with another.
 */
#ifndef ENTENTE_PROCESSES_H
#define ENTENTE_PROCESSES_H

#include "base/err.h"

#include <sys/types.h>

/* Where a started process finds its pipes. */
#define PROCESS_CORE_FD 3
#define PROCESS_OTHER_FD 4 /* link: to signer; signer: to link */

/*
 * Executes this program with `command` and, if it is not NULL, --home. The child gets the two descriptors and
 * standard error, nothing else. ERR_IO.
 */
enum err process_spawn(const char *command, const char *home, int core, int other, pid_t *out) MUST_CHECK;

/* For a child: its name for ps, and only its core ends it: signals of the terminal and of the service manager
 * are core's to heed. */
void process_prepare(const char *name);

/* The signer's body; returns its exit status. */
int process_signer(const char *home);

#endif
