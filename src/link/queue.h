/*
 * queue.h - the frames that wait for one path, the most urgent first.
 *
 * Spec: docs/spec/link.md section 1. Test: test/unit/test_queue.c. Layer: link (uses base).
 *
 * Urgency 0 is the link's own service, then come the precedences, then attachments. Inside an urgency frames
 * keep their order.
 */
#ifndef LINK_QUEUE_H
#define LINK_QUEUE_H

#include "base/bytes.h"
#include "link/pipe.h"

struct queued {
	struct queued *next;
	uint64_t tag; /* 0: nobody wants to know */
	size_t len;
	uint8_t frame[]; /* head and payload */
};

struct queue {
	struct queued *first[RECORD_URGENCY_COUNT], *last[RECORD_URGENCY_COUNT];
	size_t len; /* bytes of all frames */
};

/* Copies. ERR_LIMIT: LINK_QUEUE_LEN_MAX bytes wait already. */
enum err queue_put(struct queue *q, unsigned urgency, uint64_t tag, struct bytes frame) MUST_CHECK;
/* Gives the next one (free with free()), NULL when nothing waits. */
struct queued *queue_take(struct queue *q);
bool queue_is_empty(const struct queue *q);
/* Forgets all. */
void queue_clear(struct queue *q);

#endif
