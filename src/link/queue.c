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
	one->at = 0;
	memcpy(one->frame, frame.ptr, frame.len);
	if (q->last[urgency] == NULL)
		q->first[urgency] = one;
	else
		q->last[urgency]->next = one;
	q->last[urgency] = one;
	q->len += frame.len;
	return ERR_OK;
}

static void drop_first(struct queue *q, unsigned urgency)
{
	struct queued *one = q->first[urgency];

	q->first[urgency] = one->next;
	if (one->next == NULL)
		q->last[urgency] = NULL;
	one->next = NULL;
}

static void cut(struct queued *one, unsigned urgency, size_t part_len, struct leaving *out)
{
	size_t left = one->len - one->at, len = left < part_len ? left : part_len;
	struct buf head = BUF_ON(out->memory);

	out->body = (struct bytes){ one->frame + one->at, len };
	one->at += len;
	part_write_head(&(struct part){ urgency, one->len - one->at, out->body }, &head);
	out->head = buf_bytes(&head);
}

bool queue_take(struct queue *q, size_t part_len, struct leaving *out)
{
	assert(part_len >= PART_LEN_MIN && part_len <= PART_LEN_MAX);
	for (unsigned u = 0; u < RECORD_URGENCY_COUNT; u++) {
		struct queued *one = q->first[u];

		if (one == NULL)
			continue;
		*out = (struct leaving){ .urgency = u };
		if (u < PART_URGENCY_MIN || (one->at == 0 && one->len <= part_len)) {
			out->body = (struct bytes){ one->frame, one->len };
			one->at = one->len;
		} else {
			cut(one, u, part_len, out);
		}
		q->len -= out->body.len;
		if (one->at == one->len) {
			out->whole = one;
			drop_first(q, u);
		}
		return true;
	}
	return false;
}

void queue_left(struct leaving *l)
{
	free(l->whole);
	l->whole = NULL;
}

bool queue_is_empty(const struct queue *q)
{
	return q->len == 0;
}

void queue_clear(struct queue *q)
{
	for (unsigned u = 0; u < RECORD_URGENCY_COUNT; u++) {
		while (q->first[u] != NULL) {
			struct queued *one = q->first[u];

			drop_first(q, u);
			free(one);
		}
	}
	q->len = 0;
}
