/* Reading for the API: everything here is in the record already. */
#include "node/core.h"

#include <assert.h>
#include <string.h>

#define NOTES_TRIED 64u /* of one party's lines, for one whose note is held */

const struct accord *node_accord(const struct node *n)
{
	return n->accord;
}

size_t node_self(const struct node *n)
{
	return n->self;
}

const struct accord_versions *node_versions(const struct node *n)
{
	return &n->versions;
}

const struct fold *node_fold(const struct node *n)
{
	return &n->fold;
}

/*
 * Whose key signed: the first signature that an officer's key of that log made. A signature that is false, or
 * by a key that was not good there, is nobody's.
 */
static enum err find_signer(struct node *n, const struct log_key *log, struct entry_read_out *out)
{
	if (!out->is_folded || out->view.verdict == VERDICT_SIGNATURE || out->view.verdict == VERDICT_KEY)
		return ERR_OK;
	for (size_t i = 0; i < out->entry.signatures_count; i++) {
		struct sshsig sig;
		uint8_t key[KEY_HASH_LEN];
		enum err e;

		if (sshsig_read(out->entry.signatures[i], &sig) != ERR_OK)
			continue;
		hash_sha256(sig.public_key, key);
		e = fold_key(&n->fold, log, key, out->entry.index, &out->signer);
		out->has_signer = e == ERR_OK;
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

enum err node_entry(struct node *n, const struct place_key *place, struct buf *memory,
		    struct entry_read_out *out)
{
	struct line *line = line_find(n, &place->log);
	size_t from = memory->len;
	enum err e;

	if (line == NULL || place->index >= line->log->frontier.size)
		return ERR_NOT_FOUND;
	memset(out, 0, sizeof *out);
	e = line_entry(n, line, place->index, memory, &out->entry, &out->statement);
	if (e != ERR_OK)
		return e;
	out->bytes = (struct bytes){ memory->ptr + from, memory->len - from };
	hash_leaf(out->bytes, out->leaf);
	e = fold_get(&n->fold, place, &out->view);
	out->is_folded = e == ERR_OK;
	return e == ERR_OK || e == ERR_NOT_FOUND ? find_signer(n, &place->log, out) : e;
}

enum err node_content(struct node *n, const struct statement *s, struct buf *out)
{
	return s->has_content ? record_content(n->record, s->content.hash, out) : ERR_NOT_FOUND;
}

enum err node_words(struct node *n, const struct place_key *place, const struct statement *s, struct buf *out)
{
	struct place_key eraser;
	bool is_bare;
	enum err e = is_wordless(n, place, &is_bare);

	if (e == ERR_OK && !is_bare)
		return node_content(n, s, out);
	if (e == ERR_OK)
		e = wordless_eraser(n, place, &eraser);
	return e == ERR_OK ? ERR_REFUSED : e;
}

enum err node_eraser(struct node *n, const struct place_key *place, const struct statement *s,
		     struct place_key *out)
{
	struct store *store = record_store(n->record);
	uint8_t memory[256];
	struct buf bytes = BUF_ON(memory);
	struct cbor_reader r;
	struct place eraser;
	bool is_bare;
	enum err e = is_wordless(n, place, &is_bare);

	if (e != ERR_OK)
		return e;
	if (is_bare)
		return wordless_eraser(n, place, out);
	e = s->has_content ? store->ops->content_eraser(store, s->content.hash, &bytes) : ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	cbor_open(&r, buf_bytes(&bytes));
	e = place_read(&r, &eraser);
	*out = (struct place_key){
		{ eraser.channel, accord_party_find(n->accord, eraser.party), eraser.epoch }, eraser.index
	};
	return e;
}

uint64_t node_erasures(const struct node *n)
{
	return n->erasures;
}

enum err node_attachment(struct node *n, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
			 struct buf *out, uint64_t *held, uint64_t *total)
{
	struct store *store = record_store(n->record);
	enum err e = store->ops->attachment_held(store, hash, held, total);

	if (e != ERR_OK || *total == 0)
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	if (out == NULL || offset >= *held)
		return ERR_OK;
	return store->ops->attachment_get(store, hash, offset,
					  *held - offset < len ? (size_t)(*held - offset) : len, out);
}

enum err leaf_at(struct node *n, const struct place_key *at, uint8_t leaf[HASH_LEN])
{
	const struct line *line = line_find(n, &at->log);

	return line == NULL ? ERR_NOT_FOUND : record_leaf(n->record, line->log, at->index, leaf);
}

/* ---- The ladder, with SENT and STATION RECEIPT added. ---- */

struct act_reader {
	struct node *n;
	struct buf memory;
};

static enum err fetch_act(void *self, const struct place_key *place, struct statement *statement,
			  struct wall *filed)
{
	struct act_reader *f = self;
	struct line *line = line_find(f->n, &place->log);
	struct entry entry;
	enum err e;

	if (line == NULL)
		return ERR_CORRUPT;
	buf_reset(&f->memory);
	e = line_entry(f->n, line, place->index, &f->memory, &entry, statement);
	if (e == ERR_OK)
		*filed = entry.filed;
	return e;
}

/* A party's line of the smallest size that is at least `size`. */
static enum err line_above(struct node *n, const struct line *line, uint64_t size, size_t party,
			   struct buf *out, uint64_t *found)
{
	struct store *store = record_store(n->record);
	struct bytes name = bytes_str(n->accord->parties[party].name);
	enum err e = store->ops->cosignature_above(store, line->log->number, size, name, found, out);

	/* Our own line goes to the store with the next commit only. */
	if (e == ERR_NOT_FOUND && party == n->self && line->cosignature.size >= size) {
		buf_put(out, (struct bytes){ line->cosignature.text, line->cosignature.len });
		*found = line->cosignature.size;
		e = ERR_OK;
	}
	return e;
}

/* The time in a mirror's line, once it is verified: of the first that has the entry, and of no later one. */
static enum err receipt_time(struct node *n, const struct line *line, uint64_t index, size_t party,
			     struct wall *at)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct note_line parsed;
	uint64_t found;
	enum err e = line_above(n, line, index + 1, party, &text, &found);

	if (e == ERR_OK)
		e = note_read_line(buf_bytes(&text), &parsed);
	if (e != ERR_OK)
		return e;
	if (parsed.signature_len < 8)
		return ERR_CORRUPT;
	at->ms = be64_get(parsed.signature) * 1000;
	return ERR_OK;
}

enum err node_ladder(struct node *n, const struct place_key *place, struct message_view *out)
{
	return node_ladder_seen(n, place, NULL, out);
}

enum err node_ladder_seen(struct node *n, const struct place_key *place, const struct fold_sight *sight,
			  struct message_view *out)
{
	struct line *line = line_find(n, &place->log);
	uint8_t *memory = n->scratch;
	struct act_reader fetching = { .n = n };
	struct ladder_reading reading = { &n->fold, sight, fetch_act, &fetching };
	struct buf bytes;
	struct entry_read_out read;
	enum err e;

	buf_init(&bytes, memory, ENTRY_LEN_MAX);
	buf_init(&fetching.memory, memory + ENTRY_LEN_MAX, ENTRY_LEN_MAX);
	e = node_entry(n, place, &bytes, &read);
	if (e == ERR_OK)
		e = ladder_read(&reading, place, &read.statement, read.entry.filed, out);
	for (size_t i = 0; e == ERR_OK && i < out->ladders_count; i++) {
		struct ladder *l = &out->ladders[i];
		struct wall at;
		/* The role is borrowed from our scratch memory: the accord's own name lives longer. */
		size_t role = accord_role_find(n->accord, l->role);
		l->role = role < n->accord->roles_count ? bytes_str(n->accord->roles[role].name)
							: BYTES_LIT(ROLE_NODE);
		if (l->party >= n->accord->parties_count || l->party == place->log.party)
			continue;
		const struct passage *p =
			line->is_own ? passage_find(&line->reach[l->party], place->index) : NULL;
		if (line->is_own && (p != NULL || line->reach[l->party].taken > place->index)) {
			/* Longer ago than is remembered: SENT stands, and no time is made up for it. */
			ladder_prove(l, STEP_SENT, p == NULL ? (struct wall){ 0 } : p->at);
		}
		e = receipt_time(n, line, place->index, l->party, &at);
		if (e == ERR_OK)
			ladder_prove(l, STEP_RECEIPT, at);
		e = is_failure(e) ? e : ERR_OK;
	}
	return e;
}

const char *node_sent_path(struct node *n, const struct place_key *place, size_t peer)
{
	struct line *line = line_find(n, &place->log);

	const struct passage *p;

	if (line == NULL || !line->is_own)
		return NULL;
	p = passage_find(&line->reach[peer], place->index);
	return p == NULL ? NULL : n->paths[peer][p->path];
}

/* ---- Logs, notes, proofs. ---- */

/* By name, which is not the accord's order once a later version has added a party. */
static void put_seen(struct seen *seen, size_t count, const struct seen *one)
{
	while (count > 0 && bytes_compare(seen[count - 1].party, one->party) > 0) {
		seen[count] = seen[count - 1];
		count--;
	}
	seen[count] = *one;
}

size_t node_seen(struct node *n, uint32_t channel, struct seen seen[PARTY_MAX])
{
	size_t count = 0;

	for (size_t party = 0; party < n->accord->parties_count; party++) {
		const struct line *line = line_folded(n, channel, party);
		if (party == n->self || line == NULL)
			continue;
		put_seen(seen, count++,
			 &(struct seen){ bytes_str(n->accord->parties[party].name), line->key.epoch,
					 line->folded });
	}
	return count;
}

uint32_t node_epoch(struct node *n, uint32_t channel, size_t party)
{
	struct line *line = line_newest(n, channel, party);

	return line == NULL || line->log->frontier.size == 0 ? 0 : line->key.epoch;
}

/* The note of the smallest size that is at least `size`. */
static enum err note_above(struct node *n, const struct line *line, uint64_t size, struct buf *out,
			   uint64_t *found)
{
	struct store *store = record_store(n->record);
	enum err e = store->ops->note_above(store, line->log->number, size, found, out);

	if (e == ERR_NOT_FOUND && line->note.size >= size && line->note.size > 0) {
		buf_put(out, (struct bytes){ line->note.text, line->note.len });
		*found = line->note.size;
		e = ERR_OK;
	}
	return e;
}

/* Puts the lines that are held for the note of exactly that size; how many there are. */
static enum err put_lines(struct node *n, const struct line *line, uint64_t size, struct buf *out,
			  size_t *count)
{
	*count = 0;
	for (size_t party = 0; party < n->accord->parties_count; party++) {
		uint8_t memory[NOTE_LINE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		uint64_t found;
		enum err e = line_above(n, line, size, party, &text, &found);

		if (is_failure(e))
			return e;
		if (e != ERR_OK || found != size)
			continue;
		buf_put(out, buf_bytes(&text));
		++*count;
	}
	return ERR_OK;
}

/*
 * Peers cosign the largest note of what came together: the next note above may be one that nobody signed. Of
 * that one and of those that a party signed first, the one with the most lines; of equals the smallest.
 */
static enum err most_signed(struct node *n, const struct line *line, uint64_t size, uint64_t *best)
{
	uint64_t next = *best;
	size_t most = 0;

	for (size_t i = 0; i <= n->accord->parties_count; i++) {
		uint8_t memory[NOTE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		uint64_t at = next, found = 0;
		size_t count = 0;
		enum err e = ERR_OK;

		if (i < n->accord->parties_count)
			e = line_above(n, line, size, i, &text, &at);
		buf_reset(&text);
		if (e == ERR_OK)
			e = note_above(n, line, at, &text, &found);
		buf_reset(&text);
		if (e == ERR_OK && found == at)
			e = put_lines(n, line, at, &text, &count);
		if (is_failure(e))
			return e;
		if (e == ERR_OK && found == at && (count > most || (count == most && at < *best))) {
			most = count;
			*best = at;
		}
	}
	return ERR_OK;
}

/* A third party's line may have come without the note that it stands under: then the next one counts. */
static enum err signed_above(struct node *n, const struct line *line, uint64_t size, size_t signer,
			     uint64_t *out)
{
	for (size_t tried = 0; tried < NOTES_TRIED; tried++) {
		uint8_t memory[NOTE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		uint64_t found;
		enum err e = line_above(n, line, size, signer, &text, out);

		buf_reset(&text);
		if (e == ERR_OK)
			e = note_above(n, line, *out, &text, &found);
		if (e != ERR_OK || found == *out)
			return e;
		size = *out + 1;
	}
	return ERR_NOT_FOUND;
}

bool node_has_receipt(struct node *n, const struct place_key *at, size_t party)
{
	const struct line *line = line_find(n, &at->log);

	return line != NULL && party < PARTY_MAX && line->cosigned[party] > at->index;
}

enum err node_note(struct node *n, const struct log_key *log, uint64_t size, size_t signer, struct buf *out,
		   uint64_t *found)
{
	struct line *line = line_find(n, log);
	uint8_t memory[NOTE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	uint64_t at;
	size_t count;
	enum err e;

	if (line == NULL)
		return ERR_NOT_FOUND;
	if (signer < n->accord->parties_count) {
		e = signed_above(n, line, size, signer, &at);
	} else {
		e = note_above(n, line, size, &text, &at);
		if (e == ERR_OK)
			e = most_signed(n, line, size, &at);
	}
	if (e == ERR_OK)
		e = note_above(n, line, at, out, found);
	if (e == ERR_OK)
		e = put_lines(n, line, *found, out, &count);
	return e == ERR_OK ? buf_check(out) : e;
}

enum err node_consistency(struct node *n, const struct log_key *log, uint64_t old, uint64_t size,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count)
{
	struct line *line = line_find(n, log);

	return line == NULL ? ERR_NOT_FOUND
			    : record_consistency(n->record, line->log, old, size, proof, count);
}

enum err node_proof(struct node *n, const struct place_key *place, size_t signer, struct buf *out)
{
	struct line *line = line_find(n, &place->log);
	uint8_t note_memory[NOTE_LEN_MAX], proof[MERKLE_PROOF_MAX][HASH_LEN];
	struct buf note = BUF_ON(note_memory);
	uint64_t size;
	size_t count;
	enum err e;

	if (line == NULL || place->index >= line->log->durable)
		return ERR_NOT_FOUND;
	e = node_note(n, &place->log, place->index + 1, signer, &note, &size);
	if (e == ERR_OK)
		e = record_inclusion(n->record, line->log, place->index, size, proof, &count);
	if (e != ERR_OK)
		return e;
	buf_put_str(out, "c2sp.org/tlog-proof@v1\nindex ");
	buf_put_decimal(out, place->index);
	buf_put_byte(out, '\n');
	for (size_t i = 0; i < count; i++) {
		buf_put_base64(out, (struct bytes){ proof[i], HASH_LEN });
		buf_put_byte(out, '\n');
	}
	buf_put_byte(out, '\n');
	buf_put(out, buf_bytes(&note));
	return buf_check(out);
}

size_t node_logs(struct node *n, struct log_status *out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < n->lines_count && count < max; i++) {
		const struct line *l = &n->lines[i];
		const struct mark *mark;
		struct log_status *s = &out[count++];
		*s = (struct log_status){ .log = l->key,
					  .size = l->log->frontier.size,
					  .noted = l->log->noted,
					  .stopped = l->log->stopped,
					  .wanted = l->known,
					  .accord = n->versions.of[l->version] };
		if (l->note.size > s->noted)
			s->noted = l->note.size;
		record_root(l->log, s->root);
		s->sound_size = s->size;
		memcpy(s->sound_root, s->root, HASH_LEN);
		if (l->is_own && !l->is_closed && has_rot_stop(l) &&
		    recover_sound(n, l, &s->sound_size, s->sound_root) != ERR_OK)
			s->sound_size = s->size;
		memcpy(s->cosigned, l->cosigned, sizeof s->cosigned);
		if (l->cosignature.size > s->cosigned[n->self])
			s->cosigned[n->self] = l->cosignature.size;
		s->folded = l->folded;
		s->is_ended = l->is_closed;
		mark = marks_find(&(struct marks){ n->marks, n->marks_count, n->marks_count },
				  &l->log->origin);
		if (l->is_own && mark != NULL && mark->size > l->log->durable) {
			s->signed_size = mark->size;
			s->signed_root = mark->root;
		}
		if (l->log->stopped.rule != NULL)
			s->state = LOG_STOPPED;
		else if (l->is_closed)
			s->state = LOG_CLOSED;
		else if (is_shut(l))
			s->state = LOG_RECOVERING;
	}
	return count;
}

const char *refusal_kind_name(enum refusal_kind kind)
{
#define REFUSAL_NAME(kind) #kind,
	static const char *const names[] = { REFUSAL_LIST(REFUSAL_NAME) };
#undef REFUSAL_NAME

	assert(kind < REFUSAL_COUNT);
	return names[kind];
}

static void thin_status_read(const struct thin *t, struct path_status *to)
{
	to->thin.speed = t->options.speed;
	to->thin.is_receive_only = t->options.is_receive_only;
	to->thin.frames = t->reader.frames;
	to->thin.noise = t->reader.noise;
	to->thin.replays = t->replays;
	for (size_t i = 0; i < THIN_COPIES_MAX; i++)
		to->thin.copies += t->outs[i].is_used;
}

static void peer_status_read(const struct node *n, const struct peer *p, struct peer_status *out)
{
	const uint8_t *pins[ACCORD_VERSIONS_MAX];

	*out = (struct peer_status){ .party = p->party,
				     .paths_count = n->paths_count[p->party],
				     .has_clock = p->has_clock,
				     .clock_offset_ms = p->clock_offset_ms,
				     .compared = p->compared,
				     .bundle_left = p->bundle_left,
				     .refused = p->refused,
				     .old_pin_used = p->old_pin_used };
	out->pins_count = node_pins(n, p->party, pins);
	for (size_t i = 0; i < out->pins_count; i++)
		memcpy(out->pins[i], pins[i], sizeof out->pins[i]);
	for (size_t i = 0; i < out->paths_count; i++) {
		const struct peer_path *from = &p->paths[i];
		struct path_status *to = &out->paths[i];
		*to = (struct path_status){ .name = n->paths[p->party][i],
					    .is_up = from->is_up && from->has_hello,
					    .was_up = from->was_up,
					    .round_trip_us = from->round_trip_us,
					    .since = from->since,
					    .heard = from->heard,
					    .line_checked = from->line_checked,
					    .line_check_ms = from->line_check_ms,
					    .why = from->why };
		memcpy(to->group, from->group, sizeof to->group);
		memcpy(to->rule, from->rule, sizeof to->rule);
		memcpy(to->address, from->address, sizeof to->address);
		if (from->is_up)
			memcpy(to->tls_key, from->tls_key, sizeof to->tls_key);
		if (is_thin(p, i)) {
			thin_status_read(p->thin, to);
			to->is_up = from->is_up;
		}
	}
}

static const char *why_shut(const struct line *l)
{
	if (l->is_doubtful)
		return "the signer's machine stopped without closing: every party must answer first";
	if (l->is_recovering)
		return "our own log was longer than the store that we have";
	return "the accord says start strict: another party must answer first";
}

/* What cannot be read now is counted all the same, without its cause. */
static void waiting_add(struct node *n, const struct line *l, struct node_status *out)
{
	struct waiting w;
	bool is_known = node_waiting(n, &l->key, &w) == ERR_OK;

	out->waiting += l->log->frontier.size - l->folded;
	out->waiting_urgent += w.urgent;
	if (!is_known || w.cause != WAIT_VERSION)
		return;
	out->waiting_version += w.count;
	for (size_t i = 0; i < out->peers_count; i++) {
		if (out->peers[i].party != l->key.party)
			continue;
		out->peers[i].awaits_version += w.count;
		out->peers[i].awaits_urgent += w.urgent;
	}
}

void node_status(struct node *n, struct node_status *out)
{
	*out = (struct node_status){ .commits = n->commits,
				     .published = n->published,
				     .refused = n->refused,
				     .void_entries = n->void_entries,
				     .unfiled = n->unfiled,
				     .remade = n->remade,
				     .is_full = n->is_full };
	scrub_status(n, &out->scrub);
	out->unheeded_count = node_unheeded(n, out->unheeded);
	for (size_t i = 0; i < n->accord->parties_count; i++) {
		if (i != n->self)
			peer_status_read(n, &n->peers[i], &out->peers[out->peers_count++]);
	}
	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		out->entries += l->log->frontier.size;
		out->stopped_logs += l->log->stopped.rule != NULL;
		waiting_add(n, l, out);
		if (l->is_own && is_shut(l) && !l->is_closed) {
			out->is_recovering = true;
			out->recovering = why_shut(l);
		}
	}
}

enum err node_backup(struct node *n, const char *path, uint64_t *done, uint64_t *total)
{
	struct store *store = record_store(n->record);
	enum err e;

	if (record_is_open(n->record))
		return ERR_SHORT; /* a turn has begun: the next slice comes after it */
	e = lines_keep(n);
	return e == ERR_OK ? store->ops->backup(store, path, done, total) : e;
}
