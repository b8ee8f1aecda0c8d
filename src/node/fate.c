/* Items whose review has come: dates act through statements, and decide nothing. */
#include "node/core.h"

#include "base/log.h"

#define FATE_EVERY_MS 1000u
#define FATE_ROWS 64u /* items of one channel that are looked at in one tick */

static enum err say_fate(struct node *n, struct now now, const struct message_at *due)
{
	struct line *line = line_find(n, &due->place.log);
	struct say what = { .channel = due->place.log.channel,
			    .kind = KIND_FATE,
			    .refers = due->place,
			    .to = n->accord->parties_count,
			    .fields_count = 1 };
	uint8_t memory[16], leaf[HASH_LEN];
	struct buf date = BUF_ON(memory);
	struct place_key at;
	struct entry_view view;
	enum err e;

	if (line == NULL)
		return ERR_OK;
	e = record_leaf(n->record, line->log, due->place.index, leaf);
	if (e != ERR_OK)
		return e;
	cbor_put_uint(&date, due->order);
	what.fields[0] = (struct field){ FIELD_FATE_DUE, buf_bytes(&date) };
	what.leaf = leaf;
	e = service_add(n, now, &what, &at);
	if (e == ERR_OK)
		e = fold_get(&n->fold, &at, &view);
	n->is_fate_void = e == ERR_OK && view.verdict != VERDICT_OK;
	if (n->is_fate_void)
		log_notice("channel %u: the review of an item is due, and cannot be said",
			   due->place.log.channel);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err look_at(struct node *n, struct now now, uint32_t channel)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	for (size_t rows = 0; rows < FATE_ROWS; rows++) {
		e = fold_next_due(&n->fold, channel, &at);
		if (e != ERR_OK || at.order > now.wall.ms)
			break;
		if (at.place.log.party == n->self) /* the other party speaks of its own */
			e = say_fate(n, now, &at);
		if (e != ERR_OK)
			break;
	}
	return e == ERR_NOT_FOUND || e == ERR_STOPPED || e == ERR_ROT ? ERR_OK : e;
}

enum err fate_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	if (n->accord->guidelines == NULL || n->is_fate_void ||
	    mono_is_before(now.mono, mono_add_ms(n->last_fate, FATE_EVERY_MS)))
		return ERR_OK;
	n->last_fate = now.mono;
	for (size_t i = 0; e == ERR_OK && i < n->accord->channels_count; i++)
		e = look_at(n, now, n->accord->channels[i].number);
	return e;
}
