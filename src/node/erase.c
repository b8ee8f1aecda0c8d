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

/*
 * Rows beside the views: 'x', log, index of an entry that came without its content; value: the eraser's
 * place.
 */
#define ROW_ERASED 'x'

enum err erased_note(struct node *n, const struct place_key *at, const struct place *eraser)
{
	uint8_t key_memory[1 + PLACE_KEY_LEN], value_memory[PLACE_KEY_LEN];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(value_memory);
	struct place_key by = {
		{ eraser->channel, accord_party_find(n->accord, eraser->party), eraser->epoch }, eraser->index
	};

	buf_put_byte(&key, ROW_ERASED);
	place_key_write(at, &key);
	place_key_write(&by, &value);
	return map_put(&n->views, buf_bytes(&key), buf_bytes(&value));
}

/* Whether the entry at `by` counts as an erasure of the entry at `at`. */
static bool is_erased_by(struct node *n, const struct place_key *at, const struct place_key *by)
{
	struct buf bytes;
	struct entry_read_out read;
	const struct place *refers = &read.statement.refers[0];

	buf_init(&bytes, n->scratch, ENTRY_LEN_MAX);
	return node_entry(n, by, &bytes, &read) == ERR_OK && read.is_folded && read.view.kind == KIND_ERASE &&
	       read.view.verdict == VERDICT_OK && refers->channel == at->log.channel &&
	       accord_party_find(n->accord, refers->party) == at->log.party &&
	       refers->epoch == at->log.epoch && refers->index == at->index;
}

enum err erased_forget(struct node *n, const struct place_key *at)
{
	uint8_t memory[1 + PLACE_KEY_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	buf_put_byte(&key, ROW_ERASED);
	place_key_write(at, &key);
	e = map_del(&n->views, buf_bytes(&key));
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err erased_unproved(struct node *n, const struct line *line, struct place_key *at)
{
	uint8_t prefix_memory[1 + LOG_KEY_LEN], key_memory[MAP_KEY_MAX], value_memory[PLACE_KEY_LEN];
	struct buf prefix = BUF_ON(prefix_memory), key = BUF_ON(key_memory);

	buf_put_byte(&prefix, ROW_ERASED);
	log_key_write(&line->key, &prefix);
	buf_put(&key, buf_bytes(&prefix));
	for (;;) {
		struct buf value = BUF_ON(value_memory);
		struct bytes at_bytes, by_bytes;
		struct place_key by;
		enum err e = map_next(&n->views, buf_bytes(&prefix), buf_bytes(&key), &key, &value);
		if (e != ERR_OK)
			return e;
		at_bytes = (struct bytes){ key.ptr + 1, key.len - 1 };
		by_bytes = buf_bytes(&value);
		if (place_key_read(&at_bytes, at) != ERR_OK || place_key_read(&by_bytes, &by) != ERR_OK ||
		    !is_erased_by(n, at, &by))
			return ERR_OK;
	}
}

bool erasers_are_held(struct node *n, const struct line *line)
{
	struct place_key at;

	return erased_unproved(n, line, &at) == ERR_NOT_FOUND;
}
