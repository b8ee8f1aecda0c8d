#include "record/record.h"

#include "base/alloc.h"
#include "base/plant.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A log with what a rollback gives back. */
struct kept_log {
	struct log log;	 /* first: the one pointer is the other */
	bool has_row;	 /* the store knows it; log.number is 0 until then */
	bool is_touched; /* in this turn; the rest is then as it was before */
	struct frontier before;
	uint64_t base; /* entries below it were there before this turn and still are */
	uint64_t noted_before;
	enum log_tree tree_before;
	struct fault stopped_before;
	bool had_row;
};

/* An entry of this turn, to be read back. */
struct staged {
	struct kept_log *log;
	uint64_t index;
	uint8_t leaf[HASH_LEN];
};

struct record {
	struct store *store;
	uint8_t accord[ACCORD_ID_LEN];
	struct kept_log **logs; /* rising by origin */
	size_t logs_count;
	struct staged *staged;
	size_t staged_count, staged_max;
	bool is_open;
	uint8_t scratch[ENTRY_LEN_MAX];
};

/* ---- Logs. ---- */

static struct kept_log *kept(struct log *log)
{
	return (struct kept_log *)log;
}

/* Where the origin stands or would stand. */
static size_t place_of(const struct record *r, const struct origin *origin)
{
	size_t low = 0, high = r->logs_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (origin_compare(&r->logs[middle]->log.origin, origin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct kept_log *log_insert(struct record *r, const struct origin *origin)
{
	size_t at = place_of(r, origin);
	struct kept_log *k = xcalloc(1, sizeof *k);

	k->log.origin = *origin;
	r->logs = xrealloc(r->logs, (r->logs_count + 1) * sizeof *r->logs);
	memmove(r->logs + at + 1, r->logs + at, (r->logs_count - at) * sizeof *r->logs);
	r->logs[at] = k;
	r->logs_count++;
	return k;
}

struct log *record_log_find(struct record *r, const struct origin *origin)
{
	size_t at = place_of(r, origin);

	if (at == r->logs_count || !origin_equal(&r->logs[at]->log.origin, origin))
		return NULL;
	return &r->logs[at]->log;
}

size_t record_logs_count(const struct record *r)
{
	return r->logs_count;
}

struct log *record_log_at(struct record *r, size_t position)
{
	assert(position < r->logs_count);
	return &r->logs[position]->log;
}

/* Whatever changes a log in a turn comes by here first; one with entries or notes has its row. */
static void log_mark(const struct record *r, struct kept_log *k)
{
	assert(r->is_open);
	if (k->is_touched)
		return;
	k->is_touched = true;
	k->before = k->log.frontier;
	k->base = k->before.size;
	k->noted_before = k->log.noted;
	k->stopped_before = k->log.stopped;
	k->tree_before = k->log.tree;
	k->had_row = k->has_row;
}

static enum err log_touch(struct record *r, struct kept_log *k)
{
	log_mark(r, k);
	if (!k->has_row) {
		enum err e = r->store->ops->log_open(r->store, &k->log.origin, &k->log.number);
		if (e != ERR_OK)
			return e;
		k->has_row = true;
	}
	return ERR_OK;
}

enum err record_log_open(struct record *r, const struct origin *origin, struct log **out)
{
	struct log *log = record_log_find(r, origin);
	enum err e;

	if (log == NULL && r->logs_count == LOGS_MAX)
		return ERR_LIMIT;
	if (log == NULL)
		log = &log_insert(r, origin)->log;
	if (!kept(log)->has_row) {
		e = log_touch(r, kept(log));
		if (e != ERR_OK)
			return e;
	}
	*out = log;
	return ERR_OK;
}

/* ---- The tree in the store. ---- */

struct tree {
	struct store *store;
	log_number log;
};

static enum err tree_get(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	const struct tree *t = self;

	return t->store->ops->node_get(t->store, t->log, level, index, hash);
}

static enum err root_of_tree(struct record *r, const struct log *log, uint64_t size, uint8_t root[HASH_LEN])
{
	struct tree t = { r->store, log->number };
	struct frontier f;
	enum err e = frontier_load(&f, size, tree_get, &t);

	if (e == ERR_OK)
		frontier_root(&f, root);
	return e;
}

/* The hashes that one entry brings: its leaf and the nodes that it finishes. */
struct finished {
	uint8_t hashes[MERKLE_PROOF_MAX + 1][HASH_LEN];
	size_t count;
};

static enum err finished_put(void *self, unsigned level, uint64_t index, const uint8_t hash[HASH_LEN])
{
	struct finished *f = self;

	(void)index;
	assert(level == f->count && f->count < ARRAY_COUNT(f->hashes));
	memcpy(f->hashes[f->count++], hash, HASH_LEN);
	return ERR_OK;
}

static void finished_append(struct frontier *f, const uint8_t leaf[HASH_LEN], struct finished *out)
{
	enum err e = frontier_append(f, leaf, finished_put, out);

	assert(e == ERR_OK);
}

static struct bytes finished_bytes(const struct finished *f)
{
	return (struct bytes){ f->hashes[0], f->count * HASH_LEN };
}

static enum err log_row_put(struct record *r, struct kept_log *k)
{
	struct store_log row = { .origin = k->log.origin,
				 .size = k->log.frontier.size,
				 .stopped = k->log.stopped };

	record_root(&k->log, row.root);
	return r->store->ops->log_put(r->store, k->log.number, &row);
}

/* ---- A tree that has changed. ---- */

/* A row that is not there or cannot be read is one log's damage; a disk that fails is the machine's. */
static enum err rot_of(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? ERR_ROT : e;
}

static bool is_damage(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_CORRUPT || e == ERR_LIMIT || e == ERR_ROT;
}

static enum err tree_walk(struct record *r, struct log *log, enum regrown by, bool is_written,
			  struct frontier *out)
{
	uint64_t size = log->frontier.size;
	enum err e = ERR_OK;

	*out = (struct frontier){ .size = 0 };
	while (e == ERR_OK && out->size < size)
		e = record_regrow(r, log, out, by, is_written);
	return e;
}

/* By which of them the log's tree grows again to its root: its row's, or that of the nodes it has. */
static enum err tree_grows(struct record *r, struct log *log, enum regrown by, const struct frontier *held,
			   bool *out)
{
	uint8_t root[HASH_LEN], held_root[HASH_LEN];
	struct frontier f;
	enum err e = tree_walk(r, log, by, false, &f);

	*out = false;
	if (e != ERR_OK)
		return is_damage(e) ? ERR_OK : e;
	frontier_root(&f, root);
	*out = memcmp(root, log->row_root, HASH_LEN) == 0;
	if (!*out && held != NULL && by == REGROWN_BYTES) {
		frontier_root(held, held_root);
		*out = memcmp(root, held_root, HASH_LEN) == 0;
	}
	if (*out)
		log->frontier = f;
	return ERR_OK;
}

/*
 * held: what its rows lead to, which is not what the log's row says; NULL: to nothing. A row that says more
 * than there is at its end is damaged itself.
 */
static enum err tree_find(struct record *r, struct log *log, uint64_t size, const struct frontier *held)
{
	uint8_t leaf[HASH_LEN];
	bool is_found = false;
	enum err e = r->store->ops->node_get(r->store, log->number, 0, size - 1, leaf);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	log->frontier = (struct frontier){ .size = size };
	for (uint64_t bits = size; bits != 0; bits &= bits - 1)
		log->frontier.count++;
	for (int by = REGROWN_BYTES; e == ERR_OK && !is_found && by <= REGROWN_LEAF; by++)
		e = tree_grows(r, log, (enum regrown)by, held, &is_found);
	log->tree = is_found ? TREE_CHANGED : TREE_LOST;
	return e;
}

enum err record_regrow(struct record *r, struct log *log, struct frontier *f, enum regrown by,
		       bool is_written)
{
	uint8_t memory[(MERKLE_PROOF_MAX + 1) * HASH_LEN], leaf[HASH_LEN];
	struct buf entry, hashes = BUF_ON(memory);
	struct finished finished = { .count = 0 };
	uint64_t index = f->size;
	enum err e;

	buf_init(&entry, r->scratch, sizeof r->scratch);
	e = r->store->ops->entry_get(r->store, log->number, index, &entry, &hashes);
	if (e == ERR_OK && by == REGROWN_LEAF && hashes.len < HASH_LEN)
		e = ERR_ROT;
	if (e != ERR_OK)
		return is_damage(e) ? ERR_ROT : e;
	if (by == REGROWN_LEAF)
		memcpy(leaf, hashes.ptr, HASH_LEN);
	else
		hash_leaf(buf_bytes(&entry), leaf);
	finished_append(f, leaf, &finished);
	if (!is_written || bytes_equal(buf_bytes(&hashes), finished_bytes(&finished)))
		return ERR_OK;
	log_mark(r, kept(log));
	return r->store->ops->entry_renew(r->store, log->number, index, buf_bytes(&entry),
					  finished_bytes(&finished));
}

enum err record_regrow_all(struct record *r, struct log *log)
{
	uint8_t root[HASH_LEN], grown[HASH_LEN];
	enum regrown by = REGROWN_BYTES;
	struct frontier f;
	enum err e;

	log_mark(r, kept(log));
	assert(log->tree == TREE_CHANGED);
	frontier_root(&log->frontier, root);
	e = tree_walk(r, log, by, false, &f);
	frontier_root(&f, grown);
	if (e == ERR_ROT || (e == ERR_OK && memcmp(root, grown, HASH_LEN) != 0))
		by = REGROWN_LEAF;
	if (e == ERR_OK || e == ERR_ROT)
		e = tree_walk(r, log, by, true, &f);
	if (e != ERR_OK)
		return e;
	log->tree = TREE_KEPT;
	return log_row_put(r, kept(log));
}

/* ---- Life. ---- */

static enum err log_load(struct record *r, log_number number)
{
	uint8_t memory[NOTE_LEN_MAX], root[HASH_LEN];
	struct tree t = { r->store, number };
	struct buf note = BUF_ON(memory);
	struct frontier held = { .size = 0 };
	struct store_log row;
	struct kept_log *k;
	enum err e = r->store->ops->log_get(r->store, number, &row);

	if (e != ERR_OK)
		return e;
	if (memcmp(row.origin.accord, r->accord, ACCORD_ID_LEN) != 0)
		return ERR_ACCORD_DIFFERS;
	if (r->logs_count == LOGS_MAX)
		return ERR_LIMIT;
	k = log_insert(r, &row.origin);
	k->has_row = true;
	k->log.number = number;
	k->log.stopped = row.stopped;
	k->log.durable = row.size;
	memcpy(k->log.row_root, row.root, HASH_LEN);
	e = frontier_load(&held, row.size, tree_get, &t);
	if (e != ERR_OK && !is_damage(e))
		return e;
	frontier_root(&held, root);
	k->log.frontier = held;
	if (e != ERR_OK || (row.size > 0 && memcmp(root, row.root, HASH_LEN) != 0))
		e = tree_find(r, &k->log, row.size, e == ERR_OK ? &held : NULL);
	if (e != ERR_OK)
		return e;
	e = r->store->ops->note_get(r->store, number, row.size, &k->log.noted, &note);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err record_open(struct store *store, const struct accord *accord, struct record **out)
{
	struct record *r = xcalloc(1, sizeof *r);
	log_number number = 0;
	enum err e;

	r->store = store;
	memcpy(r->accord, accord->id, ACCORD_ID_LEN);
	while ((e = store->ops->log_next(store, number, &number)) == ERR_OK) {
		e = log_load(r, number);
		if (e == ERR_NOT_FOUND) /* which is what the end of all logs says too */
			e = ERR_CORRUPT;
		if (e != ERR_OK)
			break;
	}
	if (e != ERR_NOT_FOUND) {
		record_free(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

void record_free(struct record *r)
{
	if (r == NULL)
		return;
	r->store->ops->close(r->store);
	for (size_t i = 0; i < r->logs_count; i++)
		free(r->logs[i]);
	free(r->logs);
	free(r->staged);
	free(r);
}

struct store *record_store(struct record *r)
{
	return r->store;
}

/* ---- A turn. ---- */

bool record_is_open(const struct record *r)
{
	return r->is_open;
}

enum err record_begin(struct record *r)
{
	enum err e;

	assert(!r->is_open);
	e = r->store->ops->begin(r->store);
	r->is_open = e == ERR_OK;
	return e;
}

static void turn_end(struct record *r)
{
	for (size_t i = 0; i < r->logs_count; i++)
		r->logs[i]->is_touched = false;
	r->staged_count = 0;
	r->is_open = false;
}

void record_rollback(struct record *r)
{
	assert(r->is_open);
	r->store->ops->rollback(r->store);
	for (size_t i = 0; i < r->logs_count; i++) {
		struct kept_log *k = r->logs[i];
		if (!k->is_touched)
			continue;
		k->log.frontier = k->before;
		k->log.noted = k->noted_before;
		k->log.stopped = k->stopped_before;
		k->log.tree = k->tree_before;
		/* A log that this turn made is in the store no more, and its number may become another's. */
		k->has_row = k->had_row;
		if (!k->has_row)
			k->log.number = 0;
	}
	turn_end(r);
}

static struct staged *stage(struct record *r)
{
	if (r->staged_count == r->staged_max) {
		r->staged_max = r->staged_max * 2 + 16;
		r->staged = xrealloc(r->staged, r->staged_max * sizeof *r->staged);
	}
	return &r->staged[r->staged_count++];
}

enum err record_add(struct record *r, struct log *log, struct bytes entry, const struct statement *statement,
		    struct bytes content)
{
	struct finished f = { .count = 0 };
	struct store *s = r->store;
	struct staged *staged;
	uint64_t index = log->frontier.size;
	enum err e = log_touch(r, kept(log));

	assert(entry.len <= ENTRY_LEN_MAX);
	assert(content.len == 0 || statement->has_content);
	if (e != ERR_OK)
		return e;
	staged = stage(r);
	staged->log = kept(log);
	staged->index = index;
	hash_leaf(entry, staged->leaf);
	finished_append(&log->frontier, staged->leaf, &f);
	e = s->ops->entry_put(s, log->number, index, entry, finished_bytes(&f));
	if (e == ERR_OK && content.len > 0)
		e = s->ops->content_put(s, statement->content.hash, content);
	return e;
}

enum err record_add_note(struct record *r, struct log *log, uint64_t size, struct bytes note)
{
	enum err e = log_touch(r, kept(log));

	if (e == ERR_OK)
		e = r->store->ops->note_put(r->store, log->number, size, note);
	if (e == ERR_OK && size > log->noted && size <= log->frontier.size)
		log->noted = size;
	return e;
}

enum err record_add_cosignature(struct record *r, struct log *log, uint64_t size, struct bytes party,
				struct bytes line)
{
	enum err e = log_touch(r, kept(log));

	return e == ERR_OK ? r->store->ops->cosignature_put(r->store, log->number, size, party, line) : e;
}

enum err record_cut(struct record *r, struct log *log, uint64_t size)
{
	struct kept_log *k = kept(log);
	struct tree t = { r->store, log->number };
	enum err e;

	log_mark(r, k);
	assert(size <= k->base && log->frontier.size == k->base); /* nothing is staged */
	k->base = size;
	e = frontier_load(&log->frontier, size, tree_get, &t);
	return e == ERR_OK ? r->store->ops->entry_cut(r->store, log->number, size) : e;
}

enum err record_frontier(struct record *r, const struct log *log, uint64_t size, struct frontier *out)
{
	struct tree t = { r->store, log->number };
	enum err e = frontier_load(out, size, tree_get, &t);

	return rot_of(e);
}

enum err record_renew(struct record *r, struct log *log, struct frontier *f, struct bytes entry)
{
	uint8_t memory[(MERKLE_PROOF_MAX + 1) * HASH_LEN], leaf[HASH_LEN];
	struct buf held, hashes = BUF_ON(memory);
	struct finished finished = { .count = 0 };
	uint64_t index = f->size;

	log_mark(r, kept(log));
	assert(index < log->durable);
	hash_leaf(entry, leaf);
	finished_append(f, leaf, &finished);
	buf_init(&held, r->scratch, sizeof r->scratch);
	if (r->store->ops->entry_get(r->store, log->number, index, &held, &hashes) == ERR_OK &&
	    bytes_equal(buf_bytes(&held), entry) &&
	    bytes_equal(buf_bytes(&hashes), finished_bytes(&finished)))
		return ERR_OK;
	return r->store->ops->entry_renew(r->store, log->number, index, entry, finished_bytes(&finished));
}

enum err record_del_note(struct record *r, struct log *log, uint64_t size)
{
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	enum err e;

	log_mark(r, kept(log));
	e = r->store->ops->note_del(r->store, log->number, size);
	if (e != ERR_OK || size != log->noted)
		return e;
	log->noted = 0;
	e = r->store->ops->note_get(r->store, log->number, log->frontier.size, &log->noted, &note);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err record_stop(struct record *r, struct log *log, const struct fault *why)
{
	struct tree t = { r->store, log->number };
	uint8_t root[HASH_LEN], held[HASH_LEN];
	struct frontier f = { .size = 0 };
	enum err e = log_touch(r, kept(log));

	if (e == ERR_OK && why->rule == NULL && log->tree != TREE_KEPT) {
		e = frontier_load(&f, log->frontier.size, tree_get, &t);
		frontier_root(&f, root);
		record_root(log, held);
		if (is_damage(e) || (e == ERR_OK && memcmp(root, held, HASH_LEN) != 0))
			return ERR_ROT;
		if (e == ERR_OK) {
			log->frontier = f;
			log->tree = TREE_KEPT;
		}
	}
	if (e == ERR_OK)
		log->stopped = *why;
	return e;
}

/* ---- The door. ---- */

static bool has_changed(const struct kept_log *k)
{
	return k->is_touched &&
	       (k->log.frontier.size != k->before.size || k->log.stopped.rule != k->stopped_before.rule);
}

/* What was written in this turn and is not there is the store's fault, whatever it says. */
static enum err local_or_corrupt(enum err e)
{
	return err_class(e) == ERR_CLASS_LOCAL ? e : ERR_CORRUPT;
}

/*
 * The second path of an entry: from the rows that were committed, never from the memory that they were made
 * of. The tree is begun again from the nodes of the old size, the leaves are hashed from the bytes that the
 * store gives, and each node that they finish is compared with the one beside them.
 */
static enum err entry_read_back(struct record *r, const struct staged *staged, struct frontier *again)
{
	uint8_t hashes_memory[(MERKLE_PROOF_MAX + 1) * HASH_LEN], leaf[HASH_LEN];
	struct buf entry, hashes = BUF_ON(hashes_memory);
	struct finished f = { .count = 0 };
	enum err e;

	buf_init(&entry, r->scratch, sizeof r->scratch);
	e = r->store->ops->entry_get(r->store, staged->log->log.number, staged->index, &entry, &hashes);
	if (e != ERR_OK)
		return local_or_corrupt(e);
	hash_leaf(buf_bytes(&entry), leaf);
	if (memcmp(leaf, staged->leaf, HASH_LEN) != 0)
		return ERR_CORRUPT;
	finished_append(again, leaf, &f);
	return bytes_equal(finished_bytes(&f), buf_bytes(&hashes)) ? ERR_OK : ERR_CORRUPT;
}

/* Of two of one size. */
static bool is_same(const struct frontier *a, const struct frontier *b)
{
	return memcmp(a->nodes, b->nodes, a->count * HASH_LEN) == 0;
}

static enum err row_read_back(struct record *r, const struct kept_log *k)
{
	uint8_t held[HASH_LEN];
	struct store_log row;
	enum err e = r->store->ops->log_get(r->store, k->log.number, &row);

	if (e != ERR_OK)
		return local_or_corrupt(e);
	record_root(&k->log, held);
	return row.size == k->log.frontier.size && memcmp(row.root, held, HASH_LEN) == 0 ? ERR_OK
											 : ERR_CORRUPT;
}

static enum err log_read_back(struct record *r, struct kept_log *k)
{
	struct tree t = { r->store, k->log.number };
	uint8_t root[HASH_LEN], held[HASH_LEN];
	struct frontier again;
	struct store_log row;
	enum err e = ERR_OK;

	/* A log that is only stopped has no new entry: its tree may be why. */
	if (k->log.frontier.size == k->before.size)
		return row_read_back(r, k);
	e = frontier_load(&again, k->base, tree_get, &t);
	/* What was there before is no damage of this turn, and no reason to stop for any other log. */
	if (k->base == k->before.size && (is_damage(e) || (e == ERR_OK && !is_same(&again, &k->before)))) {
		again = k->before;
		k->log.tree = TREE_CHANGED;
		e = ERR_OK;
	}
	for (size_t i = 0; e == ERR_OK && i < r->staged_count; i++) {
		if (r->staged[i].log == k)
			e = entry_read_back(r, &r->staged[i], &again);
	}
	if (e == ERR_OK)
		e = r->store->ops->log_get(r->store, k->log.number, &row);
	if (e != ERR_OK)
		return local_or_corrupt(e);
	frontier_root(&again, root);
	frontier_root(&k->log.frontier, held);
	if (row.size != k->log.frontier.size || memcmp(root, row.root, HASH_LEN) != 0 ||
	    memcmp(root, held, HASH_LEN) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

enum err record_append(struct record *r)
{
	enum err e = ERR_OK;

	assert(r->is_open);
	for (size_t i = 0; e == ERR_OK && i < r->logs_count; i++) {
		if (has_changed(r->logs[i]))
			e = log_row_put(r, r->logs[i]);
	}
	if (e == ERR_OK)
		e = r->store->ops->commit(r->store);
	if (e != ERR_OK) {
		record_rollback(r);
		return e;
	}
	for (size_t i = 0; e == ERR_OK && i < r->logs_count; i++) {
		struct kept_log *k = r->logs[i];
		if (!has_changed(k))
			continue;
		e = PLANTED(NO_READ_BACK) ? ERR_OK : log_read_back(r, k);
		if (e == ERR_OK)
			k->log.durable = k->log.frontier.size;
	}
	turn_end(r);
	return e;
}

/* ---- Reads. ---- */

static void take_back(struct buf *out, size_t len)
{
	out->len = len;
	out->full = false;
}

enum err record_entry(struct record *r, const struct log *log, uint64_t index, struct buf *out)
{
	uint8_t memory[(MERKLE_PROOF_MAX + 1) * HASH_LEN], leaf[HASH_LEN];
	struct buf hashes = BUF_ON(memory);
	size_t from = out->len;
	bool has_room = out->max - from >= ENTRY_LEN_MAX;
	enum err e;

	if (index >= log->frontier.size)
		return ERR_NOT_FOUND;
	e = rot_of(r->store->ops->entry_get(r->store, log->number, index, out, &hashes));
	if (e == ERR_OK) {
		hash_leaf((struct bytes){ out->ptr + from, out->len - from }, leaf);
		if (hashes.len < HASH_LEN || memcmp(hashes.ptr, leaf, HASH_LEN) != 0)
			e = ERR_ROT;
	}
	if (e == ERR_ROT || (e == ERR_LIMIT && has_room)) {
		take_back(out, from);
		return ERR_ROT;
	}
	return e;
}

enum err record_entry_read(struct record *r, const struct log *log, uint64_t index, struct buf *out,
			   struct entry *entry, struct statement *statement)
{
	size_t from = out->len;
	struct fault fault;
	enum err e = record_entry(r, log, index, out);

	if (e != ERR_OK)
		return e;
	if (entry_read((struct bytes){ out->ptr + from, out->len - from }, entry, statement, &fault) ==
		    ERR_OK &&
	    origin_equal(&entry->origin, &log->origin) && entry->index == index)
		return ERR_OK;
	take_back(out, from);
	return ERR_ROT;
}

enum err record_content(struct record *r, const uint8_t hash[HASH_LEN], struct buf *out)
{
	uint8_t found[HASH_LEN];
	size_t from = out->len;
	bool has_room = out->max - from >= CONTENT_LEN_MAX;
	enum err e = r->store->ops->content_get(r->store, hash, out);

	if (e == ERR_OK)
		hash_sha256((struct bytes){ out->ptr + from, out->len - from }, found);
	if ((e == ERR_OK && memcmp(found, hash, HASH_LEN) != 0) || e == ERR_CORRUPT ||
	    (e == ERR_LIMIT && has_room)) {
		take_back(out, from);
		return ERR_ROT;
	}
	return e;
}

void record_root(const struct log *log, uint8_t root[HASH_LEN])
{
	if (log->tree == TREE_LOST)
		memcpy(root, log->row_root, HASH_LEN);
	else
		frontier_root(&log->frontier, root);
}

enum err record_leaf(struct record *r, const struct log *log, uint64_t index, uint8_t leaf[HASH_LEN])
{
	return r->store->ops->node_get(r->store, log->number, 0, index, leaf);
}

enum err record_node(struct record *r, const struct log *log, unsigned level, uint64_t index,
		     uint8_t hash[HASH_LEN])
{
	return r->store->ops->node_get(r->store, log->number, level, index, hash);
}

enum err record_consistency(struct record *r, const struct log *log, uint64_t old, uint64_t size,
			    uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count)
{
	struct tree t = { r->store, log->number };

	if (size > log->frontier.size)
		return ERR_NOT_FOUND;
	return merkle_consistency(old, size, tree_get, &t, proof, count);
}

enum err record_inclusion(struct record *r, const struct log *log, uint64_t index, uint64_t size,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count)
{
	struct tree t = { r->store, log->number };

	if (size > log->frontier.size)
		return ERR_NOT_FOUND;
	return merkle_inclusion(index, size, tree_get, &t, proof, count);
}

enum err record_root_at(struct record *r, const struct log *log, uint64_t size, uint8_t root[HASH_LEN])
{
	if (size > log->frontier.size)
		return ERR_NOT_FOUND;
	return root_of_tree(r, log, size, root);
}
