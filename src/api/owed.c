/*
 * What is owed: by us, to us, since when, by when. The steps that call for somebody: WATCH READ and READ
 * BACK. The most urgent first, so that however much is owed besides takes no FLASH off a page.
 */
#include "api/entry_reply.h"
#include "api/list.h"
#include "api/place_text.h"
#include "api/runs.h"

struct owed_page {
	struct owed_view last; /* that was shown; place.log.epoch 0: none was */
	uint64_t limit, count;
};

/* Those of one channel and precedence behind the page's place there, or all of them. */
static enum err reply_channel(struct api *a, struct reply *r, uint32_t channel, enum precedence precedence,
			      struct owed_page *p, bool *is_full)
{
	struct owed_view owed = { .precedence = precedence };
	bool may;
	enum err e = reading_channel(&a->reading, channel, &may);

	if (p->last.precedence == precedence && p->last.place.log.channel == channel)
		owed = p->last;
	while (e == ERR_OK && may) {
		e = fold_next_owed(node_fold(a->node), channel, &owed);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && owed.precedence != precedence))
			return ERR_OK;
		if (e == ERR_OK && (p->count == p->limit || r->out->len > REPLY_LEN_MAX / 2)) {
			e = request_may_place(a, &owed.place); /* there is more only if he knows of it */
			*is_full = e == ERR_OK;
			if (e == ERR_OK)
				return ERR_OK;
		} else if (e == ERR_OK) {
			e = list_row(a, r, &owed.place);
			if (e == ERR_OK) {
				p->last = owed;
				p->count++;
			}
		}
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e;
}

static enum err read_page(struct api *a, struct request *q, struct owed_page *p)
{
	struct bytes after = request_word(q, "after"), name;

	if (after.ptr != NULL && (bytes_take_until(&after, '-', &name) != ERR_OK ||
				  precedence_read(name, &p->last.precedence) != ERR_OK ||
				  place_text_read(node_accord(a->node), after, &p->last.place) != ERR_OK))
		return ERR_USAGE;
	return request_number(q, "limit", PAGE_MAX, PAGE_DEFAULT, &p->limit);
}

static void reply_next(struct api *a, struct reply *r, const struct owed_page *p)
{
	char memory[128];
	struct buf text = BUF_ON(memory);

	buf_put_str(&text, precedence_name(p->last.precedence));
	buf_put_byte(&text, '-');
	place_text_write(node_accord(a->node), &p->last.place, &text);
	reply_text(r, "next", buf_bytes(&text));
}

enum err run_owed(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	struct owed_page p = { 0 };
	bool is_full = false, is_before;
	enum err e = read_page(a, q, &p);
	enum precedence precedence = p.last.precedence;

	if (e != ERR_OK)
		return e;
	is_before = p.last.place.log.epoch != 0;
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_array(r, "messages");
	for (; precedence < PRECEDENCE_COUNT; precedence++) {
		for (size_t i = 0; e == ERR_OK && !is_full && i < accord->channels_count; i++) {
			is_before = is_before && accord->channels[i].number != p.last.place.log.channel;
			if (!is_before)
				e = reply_channel(a, r, accord->channels[i].number, precedence, &p, &is_full);
		}
	}
	reply_array_end(r);
	if (is_full)
		reply_next(a, r, &p);
	reply_object_end(r);
	return e;
}
