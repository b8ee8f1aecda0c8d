#include "rot.h"

#include "wire/content.h"

#include <string.h>

static void flip(struct buf *b, struct prng *p)
{
	uint64_t bit = prng_below(p, b->len * 8);

	b->ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
}

struct row {
	struct statement statement;
	struct entry entry;
	struct buf bytes, hashes;
};

static bool row_read(struct sim_node *n, log_number log, uint64_t index, struct row *out)
{
	static uint8_t memory[ENTRY_LEN_MAX], hashes_memory[64 * HASH_LEN];
	struct fault fault;

	out->bytes = BUF_ON(memory);
	out->hashes = BUF_ON(hashes_memory);
	return n->true_ops->entry_get(n->store, log, index, &out->bytes, &out->hashes) == ERR_OK &&
	       entry_read(buf_bytes(&out->bytes), &out->entry, &out->statement, &fault) == ERR_OK;
}

/* The first attachment of the entry's content, if the node holds it whole. */
static bool blob_of(struct sim_node *n, const struct row *row, uint8_t hash[HASH_LEN], struct buf *blob)
{
	static uint8_t memory[CONTENT_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct content content;
	struct fault fault;
	uint64_t held, total;

	if (!row->statement.has_content ||
	    n->true_ops->content_get(n->store, row->statement.content.hash, &text) != ERR_OK ||
	    content_read(buf_bytes(&text), &content, &fault) != ERR_OK || content.attachments_count == 0)
		return false;
	memcpy(hash, content.attachments[0].hash, HASH_LEN);
	return n->true_ops->attachment_held(n->store, hash, &held, &total) == ERR_OK && total > 0 &&
	       held == total && n->true_ops->attachment_get(n->store, hash, 0, total, blob) == ERR_OK;
}

bool rot(struct world *w, struct sim_node *n, struct prng *p, log_number log, uint64_t index,
	 enum rot_kind kind)
{
	static uint8_t memory[1 << 20];
	const struct store_ops *ops = n->true_ops;
	struct store *s = n->store;
	struct buf other = BUF_ON(memory), old;
	uint8_t hash[HASH_LEN];
	struct row row;
	uint64_t found = 0, total;
	bool is_done = true;
	enum err e = ERR_OK;

	if (!row_read(n, log, index, &row) || ops->begin(s) != ERR_OK)
		return false;
	switch (kind) {
	case ROT_ENTRY:
		flip(&row.bytes, p);
		e = ops->entry_renew(s, log, index, buf_bytes(&row.bytes), buf_bytes(&row.hashes));
		break;
	case ROT_LEAF:
	case ROT_NODES:
		old = row.hashes;
		if (kind == ROT_LEAF)
			old.len = HASH_LEN;
		flip(&old, p);
		e = ops->entry_renew(s, log, index, buf_bytes(&row.bytes), buf_bytes(&row.hashes));
		break;
	case ROT_CONTENT:
		is_done = row.statement.has_content &&
			  ops->content_get(s, row.statement.content.hash, &other) == ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->content_renew(s, row.statement.content.hash, buf_bytes(&other));
		}
		break;
	case ROT_NOTE:
		is_done = ops->note_above(s, log, index + 1, &found, &other) == ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->note_put(s, log, found, buf_bytes(&other));
		}
		break;
	case ROT_LINE:
		is_done = ops->cosignature_above(s, log, index + 1, BYTES_LIT("birch"), &found, &other) ==
			  ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->cosignature_put(s, log, found, BYTES_LIT("birch"), buf_bytes(&other));
		}
		break;
	case ROT_BLOB:
		is_done = blob_of(n, &row, hash, &other);
		if (is_done) {
			total = other.len;
			flip(&other, p);
			e = ops->attachment_del(s, hash);
			if (e == ERR_OK)
				e = ops->attachment_put(s, hash, total, 0, buf_bytes(&other));
		}
		break;
	case ROT_COUNT:
		break;
	}
	if (e == ERR_OK)
		e = ops->commit(s);
	if (e != ERR_OK && e != ERR_FULL && !disk_has_failed(n))
		world_fail(w, "a store does not take what has rotted: %s", err_text(e));
	return is_done && e == ERR_OK;
}

log_number rot_log(struct world *w, struct sim_node *n, struct prng *p, struct log_status *out)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));
	log_number number = 0;

	do {
		*out = logs[prng_below(p, count)];
	} while (out->size == 0 || accord_channel_find(w->accord, out->log.channel)->plane == PLANE_HOME);
	while (n->true_ops->log_next(n->store, number, &number) == ERR_OK) {
		struct store_log row;
		if (n->true_ops->log_get(n->store, number, &row) != ERR_OK)
			break;
		if (row.origin.channel == out->log.channel && row.origin.epoch == out->log.epoch &&
		    strcmp(row.origin.party, w->accord->parties[out->log.party].name) == 0)
			return number;
	}
	world_fail(w, "a log is not in the store");
}

bool rot_is_frontier(uint64_t size, uint64_t index)
{
	uint64_t end = 0;

	for (unsigned bit = 64; bit-- > 0;) {
		end |= size & 1ull << bit;
		if (end == index + 1)
			return true;
	}
	return false;
}
