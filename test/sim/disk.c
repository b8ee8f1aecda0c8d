/* A node's store: SQLite on a disk that loses power, fails and fills up. */
#include "world.h"

#include "record/vfs.h"
#include "sys/sim_disk.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

void disk_new(struct world *w, struct sim_node *n)
{
	n->disk = sim_disk_new(prng_next(&w->prng));
	snprintf(n->file, sizeof n->file, "sim-%zu", n->party);
	if (vfs_new(n->file, sim_disk_disk(n->disk), &n->vfs) != ERR_OK)
		world_fail(w, "no file layer");
}

/* ---- A bit that flips in memory, after an entry was hashed and before the store has its bytes. ---- */

static struct sim_node *node_of(struct store *store)
{
	return (struct sim_node *)((uintptr_t)store->ops - offsetof(struct sim_node, store_ops));
}

static enum err flipping_put(struct store *store, log_number log, uint64_t index, struct bytes entry,
			     struct bytes hashes)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct sim_node *n = node_of(store);

	if (n->flip_in == 0 || --n->flip_in > 0)
		return n->true_ops->entry_put(store, log, index, entry, hashes);
	memcpy(memory, entry.ptr, entry.len);
	memory[index * 31 % entry.len] ^= 1;
	n->is_flipped = true;
	n->flipped_log = log;
	n->flipped_index = index;
	return n->true_ops->entry_put(store, log, index, (struct bytes){ memory, entry.len }, hashes);
}

static enum err refusing_commit(struct store *store)
{
	struct sim_node *n = node_of(store);
	bool is_refused = n->is_refused;

	n->is_refused = false;
	return is_refused ? ERR_FULL : n->true_ops->commit(store);
}

bool disk_has_flipped(struct sim_node *n)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf entry = BUF_ON(memory);
	uint8_t leaf[HASH_LEN], held[HASH_LEN];

	if (n->true_ops->entry_get(n->store, n->flipped_log, n->flipped_index, &entry, NULL) != ERR_OK ||
	    n->true_ops->node_get(n->store, n->flipped_log, 0, n->flipped_index, held) != ERR_OK)
		return false; /* the commit was refused */
	hash_leaf(buf_bytes(&entry), leaf);
	return memcmp(leaf, held, HASH_LEN) != 0;
}

/* ---- A store. ---- */

struct store *disk_open(struct world *w, struct sim_node *n)
{
	struct store *store;
	enum err e = store_sqlite_open("record.db", n->file, &store);

	if (e == ERR_FULL) {
		disk_fill(n, false); /* the reserve */
		n->is_full = true;
		e = store_sqlite_open("record.db", n->file, &store);
	}
	if (e != ERR_OK && !disk_has_failed(n))
		world_fail(w, "node %zu cannot open its file: %s", n->party, err_text(e));
	if (e != ERR_OK)
		return NULL;
	n->store = store;
	n->true_ops = store->ops;
	n->store_ops = *store->ops;
	n->store_ops.entry_put = flipping_put;
	n->store_ops.commit = refusing_commit;
	store->ops = &n->store_ops;
	return store;
}

void disk_crash(struct world *w, struct sim_node *n, bool is_power)
{
	/* A process that is killed leaves what it wrote to the system; only a power cut takes it. */
	if (is_power)
		sim_disk_crash(n->disk, prng_next(&w->prng));
}

void disk_keep(struct world *w, struct sim_node *n)
{
	sim_disk_free(n->backup);
	n->backup = sim_disk_copy(n->disk, prng_next(&w->prng));
}

void disk_restore(struct world *w, struct sim_node *n)
{
	struct sim_disk *old = n->disk;

	n->disk = sim_disk_copy(n->backup, prng_next(&w->prng));
	vfs_set_disk(n->vfs, sim_disk_disk(n->disk));
	sim_disk_free(old);
}

void disk_fail_soon(struct world *w, struct sim_node *n)
{
	uint64_t in;

	/*
	 * What failed already has still to end the node: a store that lies dead between two turns shows it
	 * late.
	 */
	if (disk_has_failed(n))
		return;
	/* One draw after the other: what is drawn first among arguments is each compiler's own choice. */
	in = 1 + prng_below(&w->prng, 40);
	sim_disk_fail(n->disk, in, SIM_DISK_CHANGES, prng_is_one_in(&w->prng, 2));
}

void disk_fill(struct sim_node *n, bool is_full)
{
	sim_disk_limit(n->disk, is_full ? sim_disk_used(n->disk) + 20000 : UINT64_MAX);
}

void disk_mend(struct sim_node *n)
{
	sim_disk_fail(n->disk, 0, SIM_DISK_ANY, false);
	disk_fill(n, false);
}

bool disk_has_failed(const struct sim_node *n)
{
	return sim_disk_has_failed(n->disk);
}

void disk_free(struct sim_node *n)
{
	vfs_free(n->vfs);
	sim_disk_free(n->disk);
	sim_disk_free(n->backup);
}
