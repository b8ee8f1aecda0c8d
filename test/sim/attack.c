#include "attack.h"

#include "base/alloc.h"

int attack_setup(void **state)
{
	struct room *r = xcalloc(1, sizeof *r);

	room_open(r);
	*state = r;
	return 0;
}

int attack_teardown(void **state)
{
	struct room *r = *state;
	bool has_stopped = r->stopped > 0;

	room_close(r);
	free(r);
	return has_stopped ? -1 : 0; /* no peer's bytes stop a node */
}

void add_message(struct forge *f, enum precedence precedence, const char *text)
{
	uint8_t memory[4096];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, precedence, &s);
	forge_content(f->w, &s, bytes_str(text), NULL, 0, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

void add_seen(struct forge *f, size_t party, uint32_t epoch, uint64_t size)
{
	struct statement s;

	forge_message(f, PRECEDENCE_FLASH, &s);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(f->w->accord->parties[party].name), epoch, size };
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, NONE);
}

void load(struct forge *f, struct room *r, size_t party, uint32_t channel)
{
	forge_open(f, r->w, party, channel, 1);
	forge_load(f, &r->w->nodes[party]);
}

uint64_t entries_read, nodes_read, pieces_read, contents_read;
bool is_full;
/* The store's own, which a room's node finds no fault of the simulator in meanwhile; and what is put back. */
static const struct store_ops *counted_ops, *put_aside;

static enum err full_commit(struct store *store)
{
	if (!is_full)
		return counted_ops->commit(store);
	counted_ops->rollback(store);
	return ERR_FULL;
}

static enum err counted_entry_get(struct store *store, log_number log, uint64_t index, struct buf *entry,
				  struct buf *hashes)
{
	entries_read++;
	return counted_ops->entry_get(store, log, index, entry, hashes);
}

static enum err counted_node_get(struct store *store, log_number log, unsigned level, uint64_t index,
				 uint8_t hash[HASH_LEN])
{
	nodes_read++;
	return counted_ops->node_get(store, log, level, index, hash);
}

static enum err counted_attachment_get(struct store *store, const uint8_t hash[HASH_LEN], uint64_t offset,
				       size_t len, struct buf *out)
{
	pieces_read++;
	return counted_ops->attachment_get(store, hash, offset, len, out);
}

static enum err counted_content_get(struct store *store, const uint8_t hash[HASH_LEN], struct buf *out)
{
	contents_read++;
	return counted_ops->content_get(store, hash, out);
}

void count_reads(struct room *r)
{
	static struct store_ops ops;

	if (r->n->store->ops != &ops) {
		put_aside = r->n->store->ops;
		counted_ops = r->n->true_ops;
		ops = *counted_ops;
		ops.entry_get = counted_entry_get;
		ops.node_get = counted_node_get;
		ops.attachment_get = counted_attachment_get;
		ops.content_get = counted_content_get;
		ops.commit = full_commit;
		r->n->store->ops = &ops;
	}
	entries_read = nodes_read = pieces_read = contents_read = 0;
}

void count_no_more(struct room *r)
{
	r->n->store->ops = put_aside;
}

void add_many(struct forge *f, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_message(f, PRECEDENCE_FLASH, "more");
}

void add_reference(struct forge *f, enum precedence precedence, const struct forge *to, size_t index)
{
	struct statement s;

	forge_message(f, precedence, &s);
	s.refers[s.refers_count++] = (struct place){ to->key.channel, s.party, 1, index, { 0 } };
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, NONE);
}
