/*
 * Whose keys sign: each note is signed by the log key of the version of the accord that judges its last
 * entry, so an old key goes on verifying what is old, and nothing else. Spec: docs/spec/record.md section 14;
 * why so: docs/adr/0049-keys-change-with-the-accord.md.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

static void places_key(const struct line *l, struct buf *key)
{
	buf_put_byte(key, ROW_PLACES);
	log_key_write(&l->key, key);
}

/* Such a log says it in its first entry, and needs no row. */
static bool has_not_moved(const struct log_places *p)
{
	return p->count == 0 || (p->count == 1 && !p->of[0].is_awaited);
}

static enum err places_keep(struct node *n, const struct line *l)
{
	uint8_t key_memory[LOG_KEY_LEN + 1], memory[LOG_PLACES_LEN_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(memory);

	places_key(l, &key);
	if (has_not_moved(&l->places))
		return beside_del(n, buf_bytes(&key));
	places_write(&l->places, &value);
	return beside_put(n, buf_bytes(&key), buf_bytes(&value));
}

/* Entries that are held, from that index on, are taken in again. ERR_ROT: one of them has changed. */
static enum err places_scan(struct node *n, struct line *l, uint64_t from, uint64_t end)
{
	enum err e = ERR_OK;

	for (uint64_t i = from; e == ERR_OK && i < end; i++) {
		struct buf bytes = { n->scratch, 0, ENTRY_LEN_MAX, false };
		struct entry entry;
		struct statement s;

		e = record_entry_read(n->record, l->log, i, &bytes, &entry, &s);
		if (e == ERR_OK && is_of_places(&entry, &s))
			(void)places_pass(&l->places, &n->versions, l->key.party, &entry, &s);
	}
	return e;
}

enum err places_load(struct node *n, struct line *l)
{
	uint8_t key_memory[LOG_KEY_LEN + 1], memory[LOG_PLACES_LEN_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(memory);
	uint64_t size = l->log->durable;
	size_t known;
	enum err e;

	l->places.count = 0;
	if (size == 0)
		return ERR_OK;
	places_key(l, &key);
	e = map_get(&n->views, buf_bytes(&key), &value);
	if (e == ERR_OK)
		return places_read(buf_bytes(&value), &l->places);
	if (e != ERR_NOT_FOUND)
		return e;
	e = places_scan(n, l, 0, 1);
	/* It moved before such rows were kept. */
	if (e == ERR_OK && l->folded > 0 && l->version < n->versions.count &&
	    places_version(&l->places, &n->versions, size, &known) < l->version)
		e = places_scan(n, l, 1, size);
	/* What cannot be read is asked for again when it is mended. */
	return failure_of(e);
}

enum err places_reload(struct node *n, struct line *l)
{
	return l->places.count > 0 ? ERR_OK : places_load(n, l);
}

enum err places_add(struct node *n, struct line *l, const struct entry *entry, const struct statement *s)
{
	if (!is_of_places(entry, s) || !places_pass(&l->places, &n->versions, l->key.party, entry, s))
		return ERR_OK;
	return has_not_moved(&l->places) ? ERR_OK : places_keep(n, l);
}

enum err places_trim(struct node *n, struct line *l)
{
	size_t was = l->places.count;

	places_cut(&l->places, l->log->frontier.size);
	return l->places.count < was ? places_keep(n, l) : ERR_OK;
}

size_t line_version(const struct node *n, const struct line *l, uint64_t index)
{
	size_t known, version = places_version(&l->places, &n->versions, index, &known);

	if (version < n->versions.count)
		return version;
	return known < n->versions.count ? known : 0;
}

const uint8_t *line_log_key(const struct node *n, const struct line *l, uint64_t size)
{
	return accord_node_key(&n->versions, line_version(n, l, size - 1), l->key.party, ACCORD_KEY_LOG);
}

/* ---- Notes. ---- */

static bool is_by_any(const struct node *n, size_t party, size_t first, const struct note *note)
{
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t count = accord_node_keys(&n->versions, party, ACCORD_KEY_LOG, first, keys);

	for (size_t i = 0; i < count; i++) {
		if (checkpoint_verify(note, keys[i]) == ERR_OK)
			return true;
	}
	return false;
}

static bool are_equal(const struct log_places *a, const struct log_places *b)
{
	bool is_so = a->count == b->count;

	for (size_t i = 0; i < a->count && is_so; i++)
		is_so = a->of[i].from == b->of[i].from && a->of[i].is_awaited == b->of[i].is_awaited &&
			memcmp(a->of[i].version, b->of[i].version, HASH_LEN) == 0;
	return is_so;
}

/* Whether the note is about these entries, behind what is held before them. */
static bool is_noted(const struct node *n, const struct line *l, const struct batch *batch,
		     const struct note *note)
{
	struct frontier f = { .size = 0 };
	uint8_t leaf[HASH_LEN], root[HASH_LEN];

	if (batch->first > 0 && record_frontier(n->record, l->log, batch->first, &f) != ERR_OK)
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		hash_leaf(batch->items[i].entry, leaf);
		if (frontier_append(&f, leaf, NULL, NULL) != ERR_OK)
			return false;
	}
	frontier_root(&f, root);
	return memcmp(root, note->root, HASH_LEN) == 0;
}

/* As far as a batch that carries on from what is held, or repeats it, says itself. */
static void places_walk(const struct node *n, size_t party, const struct batch *batch, struct log_places *p)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct entry entry;
		struct statement s;
		struct fault fault;

		if (entry_read(batch->items[i].entry, &entry, &s, &fault) != ERR_OK ||
		    entry.index != batch->first + i)
			return;
		if (is_of_places(&entry, &s))
			(void)places_pass(p, &n->versions, party, &entry, &s);
	}
}

/* By the last key known there, or by one that whoever sends it may know and we do not. */
static enum note_word note_of_future(const struct node *n, size_t party, size_t first,
				     const struct note *note, bool is_awaited)
{
	if (is_by_any(n, party, first, note))
		return NOTE_GOOD;
	if (is_awaited)
		return NOTE_AWAITS;
	return is_by_any(n, party, 0, note) ? NOTE_MISUSED : NOTE_FALSE;
}

enum note_word note_judge(const struct node *n, size_t party, const struct line *l, const struct note *note,
			  const struct batch *batch)
{
	uint64_t held = l == NULL ? 0 : l->log->frontier.size;
	struct log_places p = { 0 };
	size_t version, known;

	if (n->versions.count == 1 && is_by_any(n, party, 0, note))
		return NOTE_GOOD;
	if (l != NULL)
		p = l->places;
	if (batch != NULL && batch->first <= held) {
		struct log_places said = p;
		places_cut(&said, batch->first);
		places_walk(n, party, batch, &said);
		/* Any peer can make up a batch, and copy into it how the registrar moved another log. */
		if (are_equal(&said, &p) || is_noted(n, l, batch, note)) {
			p = said;
			held = note->size;
		}
	}
	version = places_version(&p, &n->versions, note->size == 0 ? 0 : note->size - 1, &known);
	known = known == n->versions.count ? 0 : known;
	/*
	 * What lies between is not held, or its first entry has rotted: it may have moved the log, and not
	 * back.
	 */
	if (p.count == 0 || (held < note->size && version < n->versions.count))
		return note_of_future(n, party, known, note, n->is_behind);
	if (version == n->versions.count)
		return note_of_future(n, party, known, note, true);
	if (checkpoint_verify(note, accord_node_key(&n->versions, known, party, ACCORD_KEY_LOG)) == ERR_OK)
		return NOTE_GOOD;
	return is_by_any(n, party, 0, note) ? NOTE_MISUSED : NOTE_FALSE;
}

static void misused_key(const struct log_key *log, struct buf *key)
{
	buf_put_byte(key, ROW_MISUSED);
	log_key_write(log, key);
}

enum err node_misused(const struct node *n, const struct log_key *log, struct buf *out)
{
	uint8_t memory[LOG_KEY_LEN + 1];
	struct buf key = BUF_ON(memory);

	misused_key(log, &key);
	return map_get(&n->views, buf_bytes(&key), out);
}

enum err misused_keep(struct node *n, const struct line *l, const struct note *note)
{
	const struct bytes last = note->lines[0].text;
	const struct bytes proof = { note->text.ptr, (size_t)(last.ptr + last.len - note->text.ptr) };
	uint8_t memory[LOG_KEY_LEN + 1];
	struct buf key = BUF_ON(memory);

	log_error("channel %u: a note of size %llu is signed by a log key of %s that does not hold there: "
		  "whoever "
		  "has that key is not its node",
		  l->key.channel, (unsigned long long)note->size, n->accord->parties[l->key.party].name);
	misused_key(&l->key, &key);
	return beside_put(n, buf_bytes(&key), proof);
}

/* ---- Receipts. ---- */

size_t mirror_version(const struct node *n, uint32_t channel, size_t party)
{
	const struct line *newest = NULL;

	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		if (l->key.channel == channel && l->key.party == party && l->places.count > 0 &&
		    (newest == NULL || l->key.epoch > newest->key.epoch))
			newest = l;
	}
	if (newest == NULL)
		return party == n->self ? version_in_force(n) : 0;
	/* What a restore took from us may have moved it, and our peers may know. */
	if (party == n->self && newest->is_recovering)
		return n->versions.count - 1;
	return line_version(n, newest, UINT64_MAX);
}

const uint8_t *mirror_key(const struct node *n, uint32_t channel)
{
	return accord_node_key(&n->versions, mirror_version(n, channel, n->self), n->self, ACCORD_KEY_MIRROR);
}

/* Whether a party's own log on the channel shows that so much of that log was there. */
static bool has_shown(const struct node *n, const struct line *l, size_t party, uint64_t size)
{
	const struct line *shows = line_folded(n, l->key.channel, party);
	struct place_key last = { .index = 0 };
	struct entry_view view;
	bool is_seen = false;

	if (shows == NULL)
		return false;
	last = (struct place_key){ shows->key, shows->folded - 1 };
	return fold_get(&n->fold, &last, &view) == ERR_OK &&
	       past_covers(&n->fold, &view.past, &(struct place_key){ l->key, size - 1 }, &is_seen) ==
		       ERR_OK &&
	       is_seen;
}

/* A key that was left makes nobody believe more than what its party's log shows anyway. */
enum err mirror_verify(const struct node *n, const struct line *l, size_t party, uint64_t size,
		       struct bytes text, const struct note_line *line)
{
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t left = party == n->self ? 0 : mirror_version(n, l->key.channel, party);
	size_t first = left > 0 && has_shown(n, l, party, size) ? 0 : left;
	size_t count = accord_node_keys(&n->versions, party, ACCORD_KEY_MIRROR, first, keys);
	uint64_t seconds;
	enum err e = ERR_NOT_FOUND;

	for (size_t i = 0; e == ERR_NOT_FOUND && i < count; i++)
		e = checkpoint_verify_cosignature(text, line, line->name, keys[i], &seconds);
	return e;
}

void node_signs_with(struct node *n, const struct signer_keys *keys)
{
	n->signer_keys = *keys;
}

static bool has_key(const uint8_t (*keys)[SIGN_PUBLIC_LEN], size_t count, const uint8_t *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (memcmp(keys[i], wanted, SIGN_PUBLIC_LEN) == 0)
			return true;
	}
	return count == 0;
}

bool can_sign_under(const struct node *n, size_t version)
{
	const struct signer_keys *k = &n->signer_keys;

	return has_key(k->log, k->log_count,
		       accord_node_key(&n->versions, version, n->self, ACCORD_KEY_LOG)) &&
	       has_key(k->mirror, k->mirror_count,
		       accord_node_key(&n->versions, version, n->self, ACCORD_KEY_MIRROR));
}

/* Whether our receipt that is kept for a peer's log was made with another key than the one in force. */
bool is_receipt_old(struct node *n, const struct line *l)
{
	struct store *store = record_store(n->record);
	uint8_t memory[NOTE_LINE_LEN_MAX], id[KEY_ID_LEN];
	struct buf text = BUF_ON(memory);
	struct note_line line;
	uint64_t size;

	if (n->versions.count == 1 ||
	    store->ops->cosignature_last(store, l->log->number, bytes_str(n->accord->parties[n->self].name),
					 &size, &text) != ERR_OK ||
	    note_read_line(buf_bytes(&text), &line) != ERR_OK)
		return false;
	checkpoint_key_id(line.name, CHECKPOINT_TYPE_MIRROR, mirror_key(n, l->key.channel), id);
	return memcmp(id, line.key_id, KEY_ID_LEN) != 0;
}

/* ---- A version that came, or came into force. ---- */

/* What waited for it is taken in again; what was kept under a key that it ends is no longer believed. */
static enum err line_adopts(struct node *n, struct line *l)
{
	static const struct fault misused = { "record.key", 0 };
	uint64_t size = l->log->frontier.size, from = places_settle(&l->places, &n->versions);
	uint8_t memory[NOTE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct note note;
	enum err e;

	for (size_t peer = 0; peer < n->accord->parties_count; peer++)
		l->reach[peer].is_kept_back = false;
	if (from == UINT64_MAX)
		return ERR_OK;
	e = places_scan(n, l, from, size);
	if (e == ERR_OK)
		e = places_keep(n, l);
	if (e != ERR_OK || l->is_own || l->log->stopped.rule != NULL)
		return e;
	if (line_note_read(n, l, size, &text, &note) == ERR_OK &&
	    note_judge(n, l->key.party, l, &note, NULL) == NOTE_MISUSED) {
		e = misused_keep(n, l, &note);
		return e == ERR_OK ? record_stop(n->record, l->log, &misused) : e;
	}
	return ERR_OK;
}

enum err places_adopt(struct node *n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++)
		e = line_adopts(n, &n->lines[i]);
	return e;
}

/* Peers' logs of a channel on which our own has come to another mirror key: they get a receipt by it. */
void receipts_renew(struct node *n, const struct line *own, uint64_t was)
{
	const struct log_places *p = &own->places;
	const uint8_t *old, *fresh;

	if (p->count < 2 || p->of[p->count - 1].from <= was)
		return;
	fresh = accord_node_key(&n->versions, line_version(n, own, UINT64_MAX), n->self, ACCORD_KEY_MIRROR);
	old = accord_node_key(&n->versions, line_version(n, own, was), n->self, ACCORD_KEY_MIRROR);
	if (memcmp(fresh, old, SIGN_PUBLIC_LEN) == 0)
		return;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (!l->is_own && l->key.channel == own->key.channel)
			l->asked = 0;
	}
}
