/* Erasing leaves the hash and the proof. A peer can only be asked; he says in his log that he did it. */
#include "node/core.h"

#include "base/log.h"

enum err erase_folded(struct node *n, const struct place_key *at, const struct statement *s)
{
	struct store *store = record_store(n->record);
	struct log_key key = { s->refers[0].channel, accord_party_find(n->accord, s->refers[0].party),
			       s->refers[0].epoch };
	struct line *line = line_find(n, &key), *own = line_find(n, &at->log);
	uint8_t place_memory[256];
	struct buf bytes, place = BUF_ON(place_memory);
	struct place eraser = {
		.channel = at->log.channel, .party = s->party, .epoch = at->log.epoch, .index = at->index
	};
	struct entry entry;
	struct statement erased;
	struct fault fault;
	enum err e;

	if (line == NULL || own == NULL)
		return ERR_OK;
	e = record_leaf(n->record, own->log, at->index, eraser.leaf);
	if (e != ERR_OK)
		return e;
	buf_init(&bytes, n->scratch, ENTRY_LEN_MAX);
	e = record_entry(n->record, line->log, s->refers[0].index, &bytes);
	if (e == ERR_OK)
		e = entry_read(buf_bytes(&bytes), &entry, &erased, &fault);
	if (e != ERR_OK || !erased.has_content)
		return e;
	place_write(&eraser, &place);
	log_notice("channel %u: two persons erased the content of entry %llu", key.channel,
		   (unsigned long long)s->refers[0].index);
	return store->ops->content_erase(store, erased.content.hash, buf_bytes(&place));
}

bool erasers_are_held(struct node *n, struct line *line)
{
	while (line->erasers_count > 0) {
		const struct place_key *at = &line->erasers[line->erasers_count - 1];
		const struct line *of = line_find(n, &at->log);
		if (of == NULL || of->log->durable <= at->index)
			return false;
		line->erasers_count--;
	}
	return true;
}
