/*
 * What is owed: by us, to us, since when, by when. The steps that call for somebody: WATCH READ and READ
 * BACK. The most urgent first, so that however much is owed besides takes no FLASH off a page.
 */
#include "api/entry_reply.h"
#include "api/list.h"
#include "api/place_text.h"
#include "api/runs.h"

struct owed_page {
	enum precedence precedence; /* of the last that was shown, and where it stands */
	struct place_key at;
	bool is_begun;
	uint64_t limit, count;
};

/* Those of one channel and precedence behind the page's place there, or all of them. */
static enum err reply_channel(struct api *a, struct reply *r, uint32_t channel, enum precedence precedence,
			      struct owed_page *p, bool *is_full)
{
	bool is_first = !p->is_begun || p->precedence != precedence || p->at.log.channel != channel, may;
	struct place_key at = p->at;
	struct owed_view owed;
	enum err e = reading_channel(&a->reading, channel, &may);

	while (e == ERR_OK && may) {
		e = fold_next_owed(node_fold(a->node), channel, is_first, &at, &owed);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		is_first = false;
		if (e == ERR_OK && owed.precedence != precedence)
			continue;
		if (e == ERR_OK && (p->count == p->limit || r->out->len > REPLY_LEN_MAX / 2)) {
			e = request_may_place(a, &at); /* there is more only if he knows of it */
			*is_full = e == ERR_OK;
			if (e == ERR_OK)
				return ERR_OK;
		} else if (e == ERR_OK) {
			e = list_row(a, r, &at);
			if (e == ERR_OK) {
				p->at = at;
				p->precedence = precedence;
				p->is_begun = true;
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

	p->is_begun = after.ptr != NULL;
	if (p->is_begun && (bytes_take_until(&after, '-', &name) != ERR_OK ||
			    precedence_read(name, &p->precedence) != ERR_OK ||
			    place_text_read(node_accord(a->node), after, &p->at) != ERR_OK))
		return ERR_USAGE;
	return request_number(q, "limit", PAGE_MAX, PAGE_DEFAULT, &p->limit);
}

static void reply_next(struct api *a, struct reply *r, const struct owed_page *p)
{
	char memory[128];
	struct buf text = BUF_ON(memory);

	buf_put_str(&text, precedence_name(p->precedence));
	buf_put_byte(&text, '-');
	place_text_write(node_accord(a->node), &p->at, &text);
	reply_text(r, "next", buf_bytes(&text));
}

enum err run_owed(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	struct owed_page p = { 0 };
	bool is_full = false, is_before;
	enum err e = read_page(a, q, &p);
	enum precedence precedence = p.precedence;

	if (e != ERR_OK)
		return e;
	is_before = p.is_begun;
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_array(r, "messages");
	for (; precedence < PRECEDENCE_COUNT; precedence++) {
		for (size_t i = 0; e == ERR_OK && !is_full && i < accord->channels_count; i++) {
			is_before = is_before && accord->channels[i].number != p.at.log.channel;
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
