/*
 * queue.h - the frames that wait for one path, the most urgent first; long ones leave in PARTs.
 *
 * Spec: docs/spec/link.md section 2. Test: test/unit/test_queue.c. Layer: link (uses base, wire).
 *
 * Urgency 0 is the link's own service, then come the precedences, then attachments. Inside an urgency frames
 * keep their order. A frame that has begun to leave waits for every more urgent one between two of its PARTs.
 */
#ifndef LINK_QUEUE_H
#define LINK_QUEUE_H

#include "base/bytes.h"
#include "link/pipe.h"
#include "wire/frame.h"

struct queued {
	struct queued *next;
	uint64_t tag; /* 0: nobody wants to know */
	size_t len;
	size_t at;	 /* bytes that have left in PARTs */
	uint8_t frame[]; /* head and payload */
};

struct queue {
	struct queued *first[RECORD_URGENCY_COUNT], *last[RECORD_URGENCY_COUNT];
	size_t len; /* bytes of all frames that have not left */
};

/* What leaves next: a frame, or a PART of one. */
struct leaving {
	unsigned urgency;
	uint8_t memory[PART_HEAD_MAX];
	struct bytes head;    /* of a PART: in memory; of a whole frame: empty */
	struct bytes body;    /* borrowed from the queue until queue_left */
	struct queued *whole; /* the frame that ends with it, or NULL */
};

/* Copies. ERR_LIMIT: LINK_QUEUE_LEN_MAX bytes wait already. */
enum err queue_put(struct queue *q, unsigned urgency, uint64_t tag, struct bytes frame) MUST_CHECK;
/*
 * Gives what is next; false when nothing waits. A frame of more than part_len bytes (PART_LEN_MIN to
 * PART_LEN_MAX) leaves in PARTs that carry so many; the link's own are never cut.
 */
bool queue_take(struct queue *q, size_t part_len, struct leaving *out);
/* It has left: what ended with it is forgotten. */
void queue_left(struct leaving *l);
bool queue_is_empty(const struct queue *q);
/* Forgets all. */
void queue_clear(struct queue *q);

#endif
