/* The record's logs with what the node knows of them: found, opened, put before the signer. */
#include "node/core.h"

#include "base/alloc.h"

#include <string.h>

bool is_channel_of(const struct accord_channel *c, size_t party)
{
	return (c->parties >> party & 1) != 0;
}

bool is_shared_channel(const struct node *n, uint32_t channel, size_t peer)
{
	const struct accord_channel *c = accord_channel_find(n->accord, channel);

	return c != NULL && c->plane != PLANE_HOME && is_channel_of(c, n->self) && is_channel_of(c, peer);
}

bool is_voice_of(const struct accord_channel *c, size_t party)
{
	return (accord_voices(c) >> party & 1) != 0;
}

void origin_of(const struct node *n, const struct log_key *key, struct origin *out)
{
	*out = (struct origin){ .channel = key->channel, .epoch = key->epoch };
	memcpy(out->accord, n->accord->id, ACCORD_ID_LEN);
	memcpy(out->party, n->accord->parties[key->party].name, sizeof out->party);
}

struct line *line_find(struct node *n, const struct log_key *key)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		if (log_key_equal(&n->lines[i].key, key))
			return &n->lines[i];
	}
	return NULL;
}

struct line *line_by_origin(struct node *n, const struct origin *origin)
{
	struct log_key key = { origin->channel, accord_party_find(n->accord, bytes_str(origin->party)),
			       origin->epoch };

	return line_find(n, &key);
}

static struct line *newest_below(struct node *n, uint32_t channel, size_t party, uint64_t epoch)
{
	struct line *newest = NULL;

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (l->key.channel == channel && l->key.party == party && l->key.epoch < epoch &&
		    (newest == NULL || l->key.epoch > newest->key.epoch))
			newest = l;
	}
	return newest;
}

struct line *line_newest(struct node *n, uint32_t channel, size_t party)
{
	return newest_below(n, channel, party, UINT64_MAX);
}

struct line *line_before(struct node *n, const struct line *line)
{
	return newest_below(n, line->key.channel, line->key.party, line->key.epoch);
}

const struct line *line_folded(const struct node *n, uint32_t channel, size_t party)
{
	const struct line *newest = NULL;

	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		if (l->key.channel == channel && l->key.party == party && l->folded > 0 &&
		    (newest == NULL || l->key.epoch > newest->key.epoch))
			newest = l;
	}
	return newest;
}

/* What the store holds of a log's cosignatures; a log of another accord or channel is not a line. */
static enum err line_load(struct node *n, struct log *log, struct line *out)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	size_t party = accord_party_find(n->accord, bytes_str(log->origin.party));
	enum err e;

	*out = (struct line){ .log = log, .waits_at = UINT64_MAX };
	out->channel = accord_channel_find(n->accord, log->origin.channel);
	if (party == n->accord->parties_count || out->channel == NULL)
		return ERR_CORRUPT;
	out->key = (struct log_key){ log->origin.channel, party, log->origin.epoch };
	out->is_own = party == n->self;
	for (size_t i = 0; i < n->marks_count; i++) {
		if (!origin_equal(&n->marks[i].origin, &log->origin))
			continue;
		out->marked = n->marks[i].size;
		memcpy(out->marked_root, n->marks[i].root, HASH_LEN);
	}
	out->known = out->staged_from = log->durable;
	e = fold_size(&n->fold, &out->key, &out->folded);
	if (e == ERR_OK)
		e = lost_load(n, out);
	if (e != ERR_OK)
		return e == ERR_CORRUPT ? e : ERR_IO;
	e = fold_version(&n->fold, &out->key, &out->version);
	if (e == ERR_OK)
		e = places_load(n, out);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_ACCORD_DIFFERS : e;
	for (size_t i = 0; i < n->accord->parties_count; i++) {
		struct buf line = BUF_ON(memory);
		struct store *store = record_store(n->record);
		uint64_t found;
		e = store->ops->cosignature_last(store, log->number, bytes_str(n->accord->parties[i].name),
						 &found, &line);
		out->reach[i].goal = out->is_own ? log->durable : 0;
		if (e == ERR_OK)
			out->reach[i].held = out->cosigned[i] = found;
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	out->asked = out->is_own ? log->noted : out->reach[n->self].held;
	return ERR_OK;
}

enum err lines_load(struct node *n)
{
	size_t count = record_logs_count(n->record);

	n->lines = xrealloc(n->lines, (count + 1) * sizeof *n->lines);
	for (n->lines_count = 0; n->lines_count < count; n->lines_count++) {
		enum err e =
			line_load(n, record_log_at(n->record, n->lines_count), &n->lines[n->lines_count]);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* A HELLO can name every log of every party: so many are one party's. A home channel's are in none. */
static bool has_epoch_room(const struct node *n, const struct log_key *key)
{
	const struct accord_channel *channel = accord_channel_find(n->accord, key->channel);
	size_t epochs = 0, shared = 0;

	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		if (l->key.party != key->party)
			continue;
		epochs += l->key.channel == key->channel;
		shared += l->channel->plane != PLANE_HOME;
	}
	return epochs < EPOCHS_MAX && n->lines_count < LOGS_MAX &&
	       (channel->plane == PLANE_HOME || shared < HELLO_NOTES_MAX / n->accord->parties_count);
}

enum err line_open(struct node *n, const struct log_key *key, struct line **out)
{
	struct origin origin;
	struct log *log;
	struct line *old = line_find(n, key);
	enum err e;

	*out = old;
	if (old != NULL)
		return ERR_OK;
	if (!has_epoch_room(n, key))
		return ERR_LIMIT;
	origin_of(n, key, &origin);
	e = turn_open(n);
	if (e == ERR_OK)
		e = record_log_open(n->record, &origin, &log);
	if (e != ERR_OK)
		return e;
	n->lines = xrealloc(n->lines, (n->lines_count + 1) * sizeof *n->lines);
	e = line_load(n, log, &n->lines[n->lines_count]);
	if (e == ERR_OK)
		*out = &n->lines[n->lines_count++];
	return e;
}

/* Asks for our line under a log's head, proving to the signer that it carries on from what it signed last. */
enum err line_sign(struct node *n, struct now now, struct line *line)
{
	struct effect *effect;
	uint8_t root[HASH_LEN], *memory;
	uint8_t(*proof)[HASH_LEN];
	struct buf text;
	size_t count = 0;

	/*
	 * After a restore the store is behind what we signed: a smaller note is never signed again. Nor is a
	 * root that nothing which we hold leads to.
	 */
	if (line->log->durable < line->marked || line->log->tree != TREE_KEPT)
		return ERR_OK;
	/*
	 * A signer that has lost its memory makes no mark that would pass for one: of a log that it may have
	 * signed further, or of an ended one, behind which it may have forgotten another.
	 */
	if (line->is_own &&
	    (line->is_unremembered || (line->is_closed && n->is_unsettled && line->marked == 0)))
		return ERR_OK;
	if (line->is_own) {
		enum err e = places_reload(n, line);
		if (e != ERR_OK)
			return e;
		/* With which key, nobody can say. */
		if (line->places.count == 0) {
			rot_note(n, line, FINDING_ENTRY, 0);
			return ERR_OK;
		}
	}
	proof = arena_alloc(&n->fx->arena, MERKLE_PROOF_MAX, HASH_LEN);
	memory = arena_alloc(&n->fx->arena, ORIGIN_LEN_MAX + 80, 1);
	if (proof == NULL || memory == NULL)
		return ERR_MEMORY;
	record_root(line->log, root);
	if (line->marked > 0 && line->marked < line->log->durable) {
		enum err e = record_consistency(n->record, line->log, line->marked, line->log->durable, proof,
						&count);
		if (e == ERR_OK)
			e = merkle_check_consistency(line->marked, line->marked_root, line->log->durable,
						     root, (const uint8_t(*)[HASH_LEN])proof, count);
		if (is_failure(e))
			return e;
		/* The signer would refuse it, and so what comes after; a repair asks him again. */
		if (e == ERR_VERIFY && has_tree_rotted(n, line, line->marked))
			return ERR_OK;
		if (e != ERR_OK && e != ERR_VERIFY) {
			rot_note(n, line, FINDING_NODE, line->marked - 1);
			return ERR_OK;
		}
	}
	buf_init(&text, memory, ORIGIN_LEN_MAX + 80);
	note_write_text(&line->log->origin, line->log->durable, root, &text);
	effect = effects_add(n->fx, line->is_own ? EFFECT_SIGN : EFFECT_COSIGN);
	if (effect == NULL)
		return ERR_MEMORY;
	effect->sign = (struct effect_sign){
		.origin = line->log->origin,
		.size = line->log->durable,
		.text = buf_bytes(&text),
		.proof = proof,
		.proof_count = count,
		.seconds = now.wall.ms / 1000,
		.key = line->is_own ? line_log_key(n, line, line->log->durable)
				    : mirror_key(n, line->key.channel),
	};
	line->asked = line->marked = line->log->durable;
	memcpy(line->marked_root, root, HASH_LEN);
	return ERR_OK;
}
