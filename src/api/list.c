/* The messages of a channel, one after the other: where a list begins, goes on and ends. */
#include "api/list.h"
#include "api/place_text.h"
#include "api/runs.h"

enum err list_position_read(struct api *a, struct request *q, const char *name, struct message_at *at)
{
	struct bytes word = request_word(q, name), order;

	if (bytes_take_until(&word, '-', &order) != ERR_OK ||
	    bytes_read_decimal(order, UINT64_MAX, &at->order) != ERR_OK)
		return ERR_USAGE;
	return place_text_read(node_accord(a->node), word, &at->place);
}

void list_position_reply(struct api *a, struct reply *r, const struct message_at *at)
{
	char memory[128];
	struct buf text = BUF_ON(memory);

	buf_put_decimal(&text, at->order);
	buf_put_byte(&text, '-');
	place_text_write(node_accord(a->node), &at->place, &text);
	reply_text(r, "next", buf_bytes(&text));
}

enum err list_next(struct api *a, uint32_t channel, struct message_at *at)
{
	bool may;
	enum err e = reading_channel(&a->reading, channel, &may);

	if (e == ERR_OK && !may)
		return ERR_NOT_FOUND;
	while (e == ERR_OK) {
		e = fold_next_message(node_fold(a->node), channel, at);
		if (e != ERR_OK)
			return e;
		e = request_may_place(a, &at->place);
		if (e != ERR_NOT_FOUND)
			return e;
		e = ERR_OK;
	}
	return e;
}

/*
 * The T of a channel's last message, bit by bit: some message is at it or behind it, and none behind the
 * next.
 */
static enum err last_order(struct api *a, uint32_t channel, uint64_t *order)
{
	enum err e = ERR_OK;

	*order = 0;
	for (uint64_t bit = 1ull << 63; bit != 0 && (e == ERR_OK || e == ERR_NOT_FOUND); bit >>= 1) {
		struct message_at at = { .order = *order | bit };
		e = fold_next_message(node_fold(a->node), channel, &at);
		if (e == ERR_OK)
			*order |= bit;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool is_at_end(const struct message_at *at, const struct message_at *end)
{
	return end != NULL && (at->order > end->order || place_key_equal(&at->place, &end->place));
}

/* The next one before `end`, if there is one to end at. */
static enum err list_next_before(struct api *a, uint32_t channel, const struct message_at *end,
				 struct message_at *at)
{
	enum err e = list_next(a, channel, at);

	return e == ERR_OK && is_at_end(at, end) ? ERR_NOT_FOUND : e;
}

/*
 * The list runs forward only. To begin `last` messages before its end, a beginning is looked for in time,
 * twice as far back each time; from there two places move on together, the one `last` ahead of the other.
 * Back from the last message, and not from now: one clock that was ahead puts all that follows it ahead of
 * ours.
 */
static enum err find_last(struct api *a, uint32_t channel, uint64_t last, const struct message_at *end,
			  struct message_at *at)
{
	struct message_at ahead;
	uint64_t order;
	enum err e = ERR_OK;

	if (end != NULL)
		order = end->order;
	else
		e = last_order(a, channel, &order);

	/*
	 * A log has one each millisecond at most. Whoever asks says the order of what the list is to end
	 * before.
	 */
	for (uint64_t back = last; e == ERR_OK; back = back > order / 2 ? order : 2 * back) {
		*at = (struct message_at){ .order = back < order ? order - back : 0 };
		ahead = *at;
		for (uint64_t i = 0; i < last && e == ERR_OK; i++)
			e = list_next_before(a, channel, end, &ahead);
		if (e != ERR_NOT_FOUND || at->order == 0)
			break;
		e = ERR_OK;
	}
	while (e == ERR_OK) {
		e = list_next_before(a, channel, end, &ahead);
		if (e == ERR_OK)
			e = list_next(a, channel, at);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err run_inbox(struct api *a, struct request *q, struct reply *r)
{
	struct bytes after = request_word(q, "after"), before = request_word(q, "before");
	struct message_at at = { 0 }, next, before_at, *end = before.ptr == NULL ? NULL : &before_at;
	uint64_t limit, last, count = 0;
	uint32_t channel;
	bool may = false;
	enum err e = request_channel(a, q, &channel);

	if (e != ERR_OK)
		return e;
	if (request_number(q, "last", PAGE_MAX, 0, &last) != ERR_OK ||
	    request_number(q, "limit", PAGE_MAX, last > 0 ? last : PAGE_DEFAULT, &limit) != ERR_OK)
		return ERR_USAGE;
	if (end != NULL)
		e = list_position_read(a, q, "before", end);
	if (e == ERR_OK && after.ptr != NULL)
		e = list_position_read(a, q, "after", &at);
	else if (e == ERR_OK && last > 0)
		e = find_last(a, channel, last, end, &at);
	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_uint(r, "channel", channel);
	e = reply_seen(a, r, channel); /* with `last` alone: nothing was seen that is not among them */
	reply_array(r, "messages");
	/* A row is read once: whether he knows of it is asked of what was read to show it. */
	if (e == ERR_OK)
		e = reading_channel(&a->reading, channel, &may);
	for (next = at; e == ERR_OK && may && count < limit && r->out->len <= REPLY_LEN_MAX / 2;) {
		e = fold_next_message(node_fold(a->node), channel, &next);
		if (e == ERR_OK && is_at_end(&next, end))
			e = ERR_NOT_FOUND;
		if (e != ERR_OK)
			break;
		e = list_row(a, r, &next.place);
		if (e == ERR_OK) {
			at = next;
			count++;
		} else if (e != ERR_NOT_FOUND) {
			return e;
		}
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = list_next_before(a, channel, end, &next);
	reply_array_end(r);
	if (e == ERR_OK)
		list_position_reply(a, r, &at);
	reply_object_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
