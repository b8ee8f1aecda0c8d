/*
 * events.h - what has changed, told to every client that listens: server-sent events.
 *
 * Spec: docs/spec/api.md section 5. Layer: api.
 *
 * The newest EVENTS_KEPT_MAX events can be gone back to by number, so a client that lost its connection
 * goes on without a gap; whoever asks for more is told to read its views anew ("reset").
 */
#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "api/request.h"

#include <sys/types.h>

void events_publish(struct api *a, const struct effect_publish *publish);
/* Every stream hears at least a beat each BEAT_MS. */
void events_beat(struct api *a);
/* libmicrohttpd's reader of a stream: self is its request. */
ssize_t events_read(void *self, uint64_t position, char *out, size_t max);
void events_drop(struct api *a);

#endif
