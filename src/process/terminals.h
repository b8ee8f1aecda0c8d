/*
 * terminals.h - where officers' terminals on the network come in: core's side of the process that ends TLS.
 *
 * Spec: docs/spec/browser.md section 8. Layer: process.
 */
#ifndef PROCESS_TERMINALS_H
#define PROCESS_TERMINALS_H

#include "base/err.h"

#define TERMINALS_KEY \
	"keys/terminals" /* the certificate that browsers trust, those above it, and its key: PEM */
#define TERMINALS_DEVICES "devices" /* a line each: SHA-256 of its public key, and its name */

/*
 * What is said to core, records both: 'T' with one descriptor is a terminal whose device is known; first of
 * all 'C' and eight bytes, what the kernel gave (sandbox_given_pack), once a start of the process.
 */
#define TERMINALS_IS_NEW 'T'
#define TERMINALS_IS_CONTAINED 'C'
#define TERMINALS_RECORD_MAX 9u

struct core;

/* Before core is contained. That it cannot be had is said in the log and /status, and stops nobody. */
void terminals_start(struct core *c);
/* From now on each terminal whose device is known is heard. */
void terminals_run(struct core *c);
void terminals_end(struct core *c);

#endif
