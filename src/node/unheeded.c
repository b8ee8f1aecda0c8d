/*
 * Withdrawals of keys that bind nobody in the log that goes on: they stand in the end of an ended log, which
 * came back behind the `open` of the next epoch (docs/adr/0066). The key may be lost, and signs there. It is
 * for the registrar to say it again; the fold cannot, for nobody had seen it.
 */
#include "node/core.h"

#define UNHEEDED_READ_MAX 1024u /* entries of one log that are read for one answer */

static struct line *next_epoch(struct node *n, const struct line *line)
{
	struct line *next = NULL;

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (l->is_own && l->key.channel == line->key.channel && l->key.epoch > line->key.epoch &&
		    l->folded > 0 && (next == NULL || l->key.epoch < next->key.epoch))
			next = l;
	}
	return next;
}

/* How much of the ended log the next one had before it: of one that it does not name, nothing. */
static enum err seen_by(struct node *n, const struct line *next, const struct line *line, uint64_t *out)
{
	struct entry_view open;
	enum err e = fold_get(&n->fold, &(struct place_key){ next->key, 0 }, &open);

	*out = e == ERR_OK && open.past.of[n->self].epoch == line->key.epoch ? open.past.of[n->self].size : 0;
	return e;
}

struct named_key {
	uint8_t hash[KEY_HASH_LEN];
	uint64_t use;
};

/* Of a statement that withdraws one. ERR_NOT_FOUND: it does not, or cannot be read now. */
static enum err read_withdrawn(struct node *n, const struct line *line, uint64_t index, struct named_key *out)
{
	struct buf memory = { n->scratch, 0, ENTRY_LEN_MAX, false };
	struct entry entry;
	struct statement s;
	enum err e = line_entry(n, line, index, &memory, &entry, &s);

	if (e != ERR_OK)
		return e == ERR_ROT ? ERR_NOT_FOUND : e;
	if (s.kind != KIND_KEYS || statement_uint(&s, FIELD_KEYS_ACT) == 0)
		return ERR_NOT_FOUND;
	out->use = statement_uint(&s, FIELD_KEYS_USE);
	hash_sha256(statement_bytes(&s, FIELD_KEYS_KEY), out->hash);
	return ERR_OK;
}

/* Each entry is looked at once; what the bounds leave out is for the next answer. */
static enum err look_at(struct node *n, const struct line *next, struct line *line)
{
	uint64_t seen;
	enum err e = seen_by(n, next, line, &seen);

	if (line->unheeded.to < seen)
		line->unheeded.to = seen;
	for (size_t i = 0; e == ERR_OK && i < UNHEEDED_READ_MAX && line->unheeded.to < line->folded &&
			   line->unheeded.count < UNHEEDED_MAX;
	     i++, line->unheeded.to++) {
		struct place_key at = { line->key, line->unheeded.to };
		struct named_key named;
		struct entry_view v;
		e = fold_get(&n->fold, &at, &v);
		if (e != ERR_OK || v.kind != KIND_KEYS || v.verdict != VERDICT_OK)
			continue;
		e = read_withdrawn(n, line, at.index, &named);
		if (e == ERR_OK)
			line->unheeded.at[line->unheeded.count++] = at.index;
		e = err_unless(e, ERR_NOT_FOUND);
	}
	return e;
}

/* Those of them that withdraw a key which is in force at the end of the newest log. */
static enum err list(struct node *n, const struct line *line, struct place_key *out, size_t *count)
{
	const struct line *newest = line_newest(n, line->key.channel, n->self);
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < line->unheeded.count && *count < UNHEEDED_MAX; i++) {
		struct place_key at = { line->key, line->unheeded.at[i] };
		struct named_key named;
		struct key_view key;
		e = read_withdrawn(n, line, at.index, &named);
		if (e == ERR_OK)
			e = key_named(n, newest, named.use, named.hash, newest->folded, &key);
		if (e == ERR_OK && key_is_in_force(&key, newest->folded))
			out[(*count)++] = at;
		e = err_unless(e, ERR_NOT_FOUND);
	}
	return e;
}

size_t node_unheeded(struct node *n, struct place_key out[UNHEEDED_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		const struct line *next = line->is_own ? next_epoch(n, line) : NULL;
		/* What cannot be read now is said when it can be. */
		if (next != NULL && look_at(n, next, line) == ERR_OK && list(n, line, out, &count) != ERR_OK)
			continue;
	}
	return count;
}
