#include "link/queue.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum err queue_put(struct queue *q, unsigned urgency, uint64_t tag, struct bytes frame)
{
	struct queued *one;

	assert(urgency < RECORD_URGENCY_COUNT);
	assert(q->len <= LINK_QUEUE_LEN_MAX);
	if (frame.len > LINK_QUEUE_LEN_MAX - q->len)
		return ERR_LIMIT;
	one = xrealloc(NULL, sizeof *one + frame.len); /* all of it is written below */
	one->next = NULL;
	one->tag = tag;
	one->len = frame.len;
	memcpy(one->frame, frame.ptr, frame.len);
	if (q->last[urgency] == NULL)
		q->first[urgency] = one;
	else
		q->last[urgency]->next = one;
	q->last[urgency] = one;
	q->len += frame.len;
	return ERR_OK;
}

struct queued *queue_take(struct queue *q)
{
	for (size_t u = 0; u < RECORD_URGENCY_COUNT; u++) {
		struct queued *one = q->first[u];

		if (one == NULL)
			continue;
		q->first[u] = one->next;
		if (one->next == NULL)
			q->last[u] = NULL;
		one->next = NULL;
		q->len -= one->len;
		return one;
	}
	return NULL;
}

bool queue_is_empty(const struct queue *q)
{
	return q->len == 0;
}

void queue_clear(struct queue *q)
{
	struct queued *one;

	while ((one = queue_take(q)) != NULL)
		free(one);
}
