/*
 * threads.h - a crew of threads, one a core.
 *
 * Layer: sys. Contract: base/crew.h. Whoever starts it takes part, so a machine of one core has no thread of
 * it. The threads block every signal but SIGSYS: those are the loop's.
 */
#ifndef SYS_THREADS_H
#define SYS_THREADS_H

#include "base/crew.h"

#define THREADS_MAX 15u

struct threads;

/* As many as there are cores to run on, less the caller's; fewer if the system gives no more. Gives. */
struct threads *threads_new(void);
void threads_free(struct threads *t);
/* Borrowed. NULL if the caller would be alone. One run at a time. */
struct crew *threads_crew(struct threads *t);

#endif
