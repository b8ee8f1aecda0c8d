/*
 * clock.h - the clocks of this machine, and which start of it this is.
 *
 * Layer: sys. The only place where a clock is asked; the core is told the time in events.
 */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include "base/time.h"

/* Both clocks. */
struct now clock_now(void);

/* The kernel's name for this start of the machine, 36 characters and a terminator. */
#define CLOCK_BOOT_LEN 37
void clock_boot(char out[CLOCK_BOOT_LEN]);

#endif
