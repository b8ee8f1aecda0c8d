/* Items whose review has come: dates act through statements, and decide nothing. */
#include "node/core.h"

#include "base/log.h"

#define FATE_EVERY_MS 1000u
#define FATE_ROWS 64u /* items that are looked at in one tick */

static bool is_given_up(const struct node *n, const struct place_key *item)
{
	size_t i = 0;

	while (i < n->fates_void_count && !place_key_equal(&n->fates_void[i], item))
		i++;
	return i < n->fates_void_count;
}

/* It is not said again in this run, and the others are. */
static void give_up(struct node *n, const struct place_key *item)
{
	n->fates_void[n->fates_void_count++] = *item;
	log_notice("channel %u: the review of an item is due, and cannot be said", item->log.channel);
}

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

	e = record_leaf(n->record, line->log, due->place.index, leaf);
	if (e != ERR_OK)
		return e;
	cbor_put_uint(&date, due->order);
	what.fields[0] = (struct field){ FIELD_FATE_DUE, buf_bytes(&date) };
	what.leaf = leaf;
	e = service_add(n, now, &what, &at);
	if (e == ERR_OK)
		e = fold_get(&n->fold, &at, &view);
	if (e == ERR_OK && view.verdict != VERDICT_OK)
		give_up(n, &due->place);
	return err_unless(e, ERR_NOT_FOUND);
}

/* So many rows a tick, and on where the last one stopped: nobody's rows keep another's from their turn. */
enum err fate_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	if (n->accord->guidelines == NULL ||
	    mono_is_before(now.mono, mono_add_ms(n->last_fate, FATE_EVERY_MS)))
		return ERR_OK;
	n->last_fate = now.mono;
	for (size_t rows = 0; e == ERR_OK && rows < FATE_ROWS && n->fates_void_count < FATES_VOID_MAX;) {
		if (n->fate_channel >= n->accord->channels_count) {
			n->fate_channel = 0;
			break;
		}
		e = fold_next_due(&n->fold, n->accord->channels[n->fate_channel].number, &n->fate_at);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && n->fate_at.order > now.wall.ms)) {
			n->fate_channel++;
			n->fate_at = (struct message_at){ 0 };
			e = ERR_OK;
			continue;
		}
		rows++;
		/* The other party speaks of its own. */
		if (e == ERR_OK && n->fate_at.place.log.party == n->self &&
		    !is_given_up(n, &n->fate_at.place))
			e = say_fate(n, now, &n->fate_at);
		e = err_unless(err_unless(e, ERR_STOPPED), ERR_ROT);
	}
	return e;
}
