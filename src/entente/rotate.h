/*
 * rotate.h - the node's next keys are made, and those before them destroyed.
 *
 * Spec: docs/spec/settings.md section 1; docs/ceremony.md. Layer: entente. Between the two an accord with the
 * new public keys is signed by all, and comes into force.
 */
#ifndef ENTENTE_ROTATE_H
#define ENTENTE_ROTATE_H

#include "terminal/options.h"

/* uses: of log, mirror, tls, with a comma between. */
enum exit_code keys_rotate(const struct options *o, const char *uses) MUST_CHECK;
enum exit_code keys_retire(const struct options *o, const char *uses) MUST_CHECK;

#endif
