/*
 * quarantine_store.h - what came over the border and waits for a person: files of the home's folder
 * `quarantine`, as they came.
 *
 * Spec: docs/spec/border.md section 9. Layer: home. A name is UUID.FORMAT, the UUID of the bytes: the same
 * twice is there once. Nothing reads these into the record.
 */
#ifndef HOME_QUARANTINE_STORE_H
#define HOME_QUARANTINE_STORE_H

#include "base/buf.h"

#define QUARANTINE_DIR "quarantine"

/* ERR_EXISTS: it waits already; ERR_FULL: QUARANTINE_MAX do; ERR_IO. On the disk when it returns. */
enum err quarantine_put(const char *home, const char *name, struct bytes what) MUST_CHECK;
/* ERR_NOT_FOUND: it waits no more. */
enum err quarantine_get(const char *home, const char *name, struct buf *out) MUST_CHECK;

#endif
