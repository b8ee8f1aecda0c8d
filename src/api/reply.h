/*
 * reply.h - a JSON answer under way, written straight into bounded memory.
 *
 * Spec: docs/spec/api.md section 3. Layer: api (may use base). Pure: no allocation.
 *
 * The node only writes JSON; it is asked in CBOR and in query words, so it reads none. Commas are put by
 * themselves. A reply that does not fit is full, and reply_check says so at the end.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "base/buf.h"
#include "base/time.h"

struct reply {
	struct buf *out; /* borrowed */
};

/* key is NULL inside an array and at the outermost value. */
void reply_object(struct reply *r, const char *key);
void reply_object_end(struct reply *r);
void reply_array(struct reply *r, const char *key);
void reply_array_end(struct reply *r);

void reply_str(struct reply *r, const char *key, const char *text);
/* Text is UTF-8 or it is written as U+FFFD from the first fault on: a reader must never be handed a broken
 * line. */
void reply_text(struct reply *r, const char *key, struct bytes text);
/* Of 2^63 and more as a string of its digits. */
void reply_uint(struct reply *r, const char *key, uint64_t value);
void reply_int(struct reply *r, const char *key, int64_t value);
void reply_bool(struct reply *r, const char *key, bool value);
void reply_null(struct reply *r, const char *key);
void reply_hex(struct reply *r, const char *key, struct bytes value);
void reply_base64(struct reply *r, const char *key, struct bytes value);
/* A key for a value that the caller writes next with a NULL key. */
void reply_key(struct reply *r, const char *key);

/* ERR_LIMIT if anything did not fit. */
enum err reply_check(const struct reply *r) MUST_CHECK;

#endif
