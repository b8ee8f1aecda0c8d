/*
 * A fork is evidence to be kept, not a crash: two notes that one log key signed and that contradict each
 * other become
 * the content of a FORK statement in our own log, where everybody can check it.
 */
#include "node/core.h"

#include "base/log.h"
#include "record/fork.h"

#include <string.h>

/* The contradicting history: what a batch brings on top of what both sides have. */
struct other {
	struct node *n;
	const struct line *line;
	const struct batch *batch;
};

/* Of the batch: what differs is in it. */
static void other_leaf(const struct other *o, uint64_t index, uint8_t leaf[HASH_LEN])
{
	hash_leaf(o->batch->items[index - o->batch->first].entry, leaf);
}

/* A node of what both have, named as if the tree began at `low`: low is a multiple of what it covers. */
struct shifted {
	struct other *o;
	uint64_t low;
};

static enum err shifted_get(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	const struct shifted *s = self;

	return record_node(s->o->n->record, s->o->line->log, level, (s->low >> level) + index, hash);
}

/*
 * Any complete node of the other tree: what lies before the batch is in our tree, as few nodes as there are,
 * and the leaves of the batch come on top.
 */
static enum err other_node(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	struct other *o = self;
	struct shifted s = { o, index << level };
	uint64_t first = o->batch->first, end = (index + 1) << level;
	struct frontier f = { 0 };
	enum err e;

	if (end <= first)
		return record_node(o->n->record, o->line->log, level, index, hash);
	e = frontier_load(&f, first > s.low ? first - s.low : 0, shifted_get, &s);
	for (uint64_t i = s.low + f.size; e == ERR_OK && i < end; i++) {
		uint8_t leaf[HASH_LEN];
		other_leaf(o, i, leaf);
		e = frontier_append(&f, leaf, NULL, NULL);
	}
	if (e == ERR_OK)
		frontier_root(&f, hash);
	return e;
}

/* Our own side: the note that covers the index, and the leaf that we hold there. */
static enum err our_side(struct node *n, const struct line *line, uint64_t index, struct buf *note,
			 struct fork_side *side)
{
	struct store *store = record_store(n->record);
	uint64_t size;
	enum err e = store->ops->note_above(store, line->log->number, index + 1, &size, note);

	if (e == ERR_NOT_FOUND && line->note.size > index) {
		buf_put(note, (struct bytes){ line->note.text, line->note.len });
		size = line->note.size;
		e = ERR_OK;
	}
	side->note = buf_bytes(note);
	if (e == ERR_OK)
		e = record_leaf(n->record, line->log, index, side->leaf);
	return e == ERR_OK
		       ? record_inclusion(n->record, line->log, index, size, side->proof, &side->proof_count)
		       : e;
}

static enum err their_side(struct other *o, uint64_t index, const struct note *note, struct bytes text,
			   struct fork_side *side)
{
	other_leaf(o, index, side->leaf);
	side->note = text;
	return merkle_inclusion(index, note->size, other_node, o, side->proof, &side->proof_count);
}

/* The author's note alone: lines of others prove nothing here. */
static struct bytes authors_part(const struct note *note)
{
	const struct bytes line = note->lines[0].text;

	return (struct bytes){ note->text.ptr, (size_t)(line.ptr + line.len - note->text.ptr) };
}

/*
 * Two notes of one size with two roots prove it alone; else an index at which the two trees have two
 * leaves.
 */
static enum err evidence_build(struct node *n, struct line *line, const struct note *note,
			       const struct batch *batch, uint64_t index, struct buf *our_note,
			       struct fork *out)
{
	struct store *store = record_store(n->record);
	struct other other = { n, line, batch };
	uint64_t size;
	enum err e = store->ops->note_above(store, line->log->number, note->size, &size, our_note);

	*out = (struct fork){ 0 };
	if (e == ERR_OK && size == note->size) {
		out->sides[0].note = buf_bytes(our_note);
		out->sides[1].note = authors_part(note);
		return ERR_OK;
	}
	buf_reset(our_note);
	if (batch == NULL)
		return ERR_NOT_FOUND;
	out->has_index = true;
	out->index = index;
	e = our_side(n, line, index, our_note, &out->sides[0]);
	return e == ERR_OK ? their_side(&other, index, note, authors_part(note), &out->sides[1]) : e;
}

/*
 * Beside the views, by the forked log: its proof until our own log has it, and empty from then on. One proof
 * is enough, however often it is shown to us; it is neither lost when our own log is shut, nor with a commit
 * that failed.
 */
static void kept_key(const struct log_key *log, struct buf *key)
{
	buf_put_byte(key, ROW_FORK);
	log_key_write(log, key);
}

static enum err is_kept(const struct node *n, struct bytes key, bool *out)
{
	uint8_t memory[MAP_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	enum err e = map_get(&n->views, key, &value);

	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Says it, and keeps that it is said; the proof is in the turn's arena. */
static enum err kept_say(struct node *n, struct now now, uint32_t channel, struct bytes key,
			 struct bytes proof)
{
	enum err e = service_fork(n, now, channel, proof);

	return e == ERR_OK ? beside_put(n, key, (struct bytes){ 0 }) : e;
}

/* One a turn: a peer that opens many logs forks them all. */
enum err forks_say(struct node *n, struct now now)
{
	uint8_t prefix[] = { ROW_FORK }, memory[MAP_KEY_MAX], value_memory[MAP_VALUE_MAX];
	struct buf key = BUF_ON(memory), value = BUF_ON(value_memory);
	bool is_all = true;
	enum err e = ERR_OK;

	while (!n->has_said_forks && e == ERR_OK) {
		struct bytes rest;
		struct log_key log;
		buf_reset(&value);
		e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, &value);
		rest = (struct bytes){ memory + 1, key.len - 1 };
		if (e == ERR_OK)
			e = log_key_read(&rest, &log);
		if (e != ERR_OK || value.len == 0)
			continue;
		if (service_line(n, log.channel) != NULL) {
			struct bytes proof = arena_copy(&n->fx->arena, buf_bytes(&value));
			return proof.ptr == NULL ? ERR_MEMORY
						 : kept_say(n, now, log.channel, buf_bytes(&key), proof);
		}
		is_all = false;
	}
	n->has_said_forks |= is_all && e == ERR_NOT_FOUND;
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fork_keep(struct node *n, struct now now, struct line *line, const struct note *note,
		   const struct batch *batch, uint64_t index)
{
	uint8_t note_memory[NOTE_LEN_MAX], key_memory[1 + LOG_KEY_LEN], salt[CONTENT_SALT_LEN];
	struct buf our_note = BUF_ON(note_memory), key = BUF_ON(key_memory), content;
	struct fork *fork = arena_alloc(&n->fx->arena, 1, sizeof *fork);
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t count;
	struct fault fault;
	struct bytes proof;
	bool is_proved;
	enum err e;

	kept_key(&line->key, &key);
	e = is_kept(n, buf_bytes(&key), &is_proved);
	if (e != ERR_OK || is_proved)
		return e;
	if (fork == NULL)
		return ERR_MEMORY;
	e = evidence_build(n, line, note, batch, index, &our_note, fork);
	if (e != ERR_OK)
		return e;
	drbg_read(&n->drbg, salt, sizeof salt);
	content = arena_lend(&n->fx->arena, MAP_VALUE_MAX);
	fork_write(fork, salt, &content);
	if (buf_check(&content) != ERR_OK)
		return ERR_LIMIT;
	count = accord_node_keys(&n->versions, line->key.party, ACCORD_KEY_LOG, 0, keys);
	if (fork_check(fork, keys, count, &fault) != ERR_OK)
		return ERR_NOT_FOUND;
	log_error("channel %u: %s has signed two histories of its log; the log stops and both are kept",
		  line->key.channel, n->accord->parties[line->key.party].name);
	n->has_said_forks = false;
	proof = arena_keep(&n->fx->arena, &content);
	e = beside_put(n, buf_bytes(&key), proof);
	if (e == ERR_OK)
		e = kept_say(n, now, line->key.channel, buf_bytes(&key), proof);
	return err_unless(e, ERR_STOPPED);
}
