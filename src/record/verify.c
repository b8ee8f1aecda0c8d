#include "record/verify.h"

#include "accord/places.h"
#include "base/alloc.h"
#include "record/checkpoint.h"
#include "wire/content.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_LEN ATTACHMENT_PIECE_MAX
#define ROWS_AN_ENTRY 8u /* of the views: more than the folds write */

/* Attachments of the content at hand, hashed piece by piece. */
struct attachments {
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count, at;
	uint64_t offset, total;
	struct hash_stream stream;
};

struct verify {
	struct record *record;
	struct store *store;
	const struct accord *accord; /* the newest of versions */
	const struct accord_versions *versions;
	verify_report *report;
	void *self;
	struct signatures *signatures; /* NULL: they are not asked for */
	struct verify_counts counts;
	size_t position; /* of the log at hand */
	bool is_under_way;
	struct log *log;
	struct frontier frontier; /* of the entries looked at */
	/* an entry is missing or has changed: roots mean nothing until a note's is met */
	bool is_broken;
	struct log_places places;
	bool is_unplaced;   /* an entry that may have said a place cannot be read, or was not looked at */
	bool is_views_over; /* all rows of the views have been read */
	struct buf row;	    /* the key of the last one */
	uint64_t next_note; /* smallest size above that has one; UINT64_MAX: none */
	uint64_t next_line[PARTY_MAX];
	struct attachments attachments;
	/* Of the entry at hand: on the stack they would be filled with zeros once more for each. */
	struct statement statement;
	uint8_t hashes[(MERKLE_PROOF_MAX + 1) * HASH_LEN];
	uint8_t entry[ENTRY_LEN_MAX], content[CONTENT_LEN_MAX], note[NOTE_LEN_MAX], piece[PIECE_LEN];
	uint8_t row_memory[MAP_KEY_MAX];
};

static const char *const finding_names[] = {
#define FINDING_NAME(name, text) #name,
	FINDING_LIST(FINDING_NAME)
#undef FINDING_NAME
};

static const char *const finding_texts[] = {
#define FINDING_TEXT(name, text) text,
	FINDING_LIST(FINDING_TEXT)
#undef FINDING_TEXT
};

const char *finding_name(enum finding_kind kind)
{
	assert(kind < FINDING_COUNT);
	return finding_names[kind];
}

const char *finding_text(enum finding_kind kind)
{
	assert(kind < FINDING_COUNT);
	return finding_texts[kind];
}

static void reported(struct verify *v, const struct finding *finding)
{
	v->counts.findings++;
	v->report(v->self, finding);
}

static void found(struct verify *v, enum finding_kind kind, uint64_t index, const struct fault *fault)
{
	struct finding finding = { .kind = kind, .log = v->log, .index = index };

	if (fault != NULL)
		finding.fault = *fault;
	reported(v, &finding);
}

/* A row that is not there or is damaged is a finding; a disk that fails is not ours to judge. */
static bool is_failure(enum err e)
{
	return e == ERR_IO || e == ERR_MEMORY;
}

/* ---- Notes and lines, when the entries below them have been looked at. ---- */

static size_t log_party(const struct verify *v)
{
	return accord_party_find(v->accord, bytes_str(v->log->origin.party));
}

/* By the key that holds at its last entry, and where nobody can say which that is, by any from there on. */
static bool is_signed(const struct verify *v, const struct note *note)
{
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t party = log_party(v), known, count;
	size_t version =
		note->size == 0 ? 0 : places_version(&v->places, v->versions, note->size - 1, &known);

	if (note->size > 0 && version == v->versions->count && known < v->versions->count)
		version = known;
	count = accord_node_keys(v->versions, party, ACCORD_KEY_LOG,
				 version < v->versions->count ? version : 0, keys);
	if (!v->is_unplaced && version < v->versions->count && count > 1)
		count = 1;
	for (size_t i = 0; i < count; i++) {
		if (checkpoint_verify(note, keys[i]) == ERR_OK)
			return true;
	}
	return false;
}

/* By any key that the party had for it: whether that held then was judged once, when the line came. */
static bool is_cosigned(const struct verify *v, size_t party, struct bytes text, const struct note_line *line)
{
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t count = accord_node_keys(v->versions, party, ACCORD_KEY_MIRROR, 0, keys);
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	uint64_t seconds;

	accord_mirror_name(v->accord, party, &name);
	for (size_t i = 0; i < count; i++) {
		if (checkpoint_verify_cosignature(text, line, buf_bytes(&name), keys[i], &seconds) == ERR_OK)
			return true;
	}
	return false;
}

static enum err note_seek(struct verify *v, uint64_t from)
{
	struct buf text = BUF_ON(v->note);
	enum err e = v->store->ops->note_above(v->store, v->log->number, from, &v->next_note, &text);

	if (e == ERR_OK)
		return ERR_OK;
	v->next_note = UINT64_MAX;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err line_seek(struct verify *v, size_t party, uint64_t from)
{
	struct buf text = BUF_ON(v->note);
	enum err e = v->store->ops->cosignature_above(v->store, v->log->number, from,
						      bytes_str(v->accord->parties[party].name),
						      &v->next_line[party], &text);

	if (e == ERR_OK)
		return ERR_OK;
	v->next_line[party] = UINT64_MAX;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err node_of(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	const struct verify *v = self;

	return v->store->ops->node_get(v->store, v->log->number, level, index, hash);
}

/*
 * Whether the entries lead to the root that the log key signed. Once an entry has changed, those after it
 * are still hashed against the tree that is kept, if that is the one that was signed.
 */
static bool is_root(struct verify *v, const uint8_t signed_root[HASH_LEN])
{
	uint8_t root[HASH_LEN];
	struct frontier kept;

	frontier_root(&v->frontier, root);
	if (memcmp(root, signed_root, HASH_LEN) == 0) {
		v->is_broken = false;
		return true;
	}
	if (!v->is_broken || frontier_load(&kept, v->frontier.size, node_of, v) != ERR_OK)
		return false;
	frontier_root(&kept, root);
	if (memcmp(root, signed_root, HASH_LEN) != 0)
		return false;
	v->frontier = kept;
	v->is_broken = false;
	return true;
}

static enum err note_look(struct verify *v, size_t *len)
{
	struct buf text = BUF_ON(v->note);
	struct fault fault;
	struct note note;
	uint64_t size;
	enum err e = v->store->ops->note_get(v->store, v->log->number, v->frontier.size, &size, &text);

	if (is_failure(e))
		return e;
	v->counts.notes++;
	*len += VERIFY_SIGNATURE_LEN;
	if (e != ERR_OK || note_read(buf_bytes(&text), &note, &fault) != ERR_OK)
		found(v, FINDING_NOTE, v->frontier.size, e == ERR_OK ? &fault : NULL);
	else if (!origin_equal(&note.origin, &v->log->origin) || note.size != v->frontier.size ||
		 !is_signed(v, &note))
		found(v, FINDING_NOTE, v->frontier.size, NULL);
	else if (!is_root(v, note.root) && !v->is_broken)
		found(v, FINDING_NOTE_ROOT, v->frontier.size, NULL);
	return note_seek(v, v->frontier.size + 1);
}

static void line_found(struct verify *v, size_t party)
{
	struct finding finding = { .kind = FINDING_COSIGNATURE,
				   .log = v->log,
				   .index = v->frontier.size,
				   .party = v->accord->parties[party].name };

	reported(v, &finding);
}

static enum err line_look(struct verify *v, size_t party, size_t *len)
{
	struct buf line = BUF_ON(v->note);
	uint8_t root[HASH_LEN], text_memory[ORIGIN_LEN_MAX + 80];
	struct buf text = BUF_ON(text_memory);
	struct note_line read;
	uint64_t size;
	enum err e =
		v->store->ops->cosignature_above(v->store, v->log->number, v->frontier.size,
						 bytes_str(v->accord->parties[party].name), &size, &line);

	if (is_failure(e))
		return e;
	v->counts.cosignatures++;
	*len += VERIFY_SIGNATURE_LEN;
	frontier_root(&v->frontier, root);
	note_write_text(&v->log->origin, v->frontier.size, root, &text);
	if (e != ERR_OK || note_read_line(buf_bytes(&line), &read) != ERR_OK ||
	    (!v->is_broken && !is_cosigned(v, party, buf_bytes(&text), &read)))
		line_found(v, party);
	return line_seek(v, party, v->frontier.size + 1);
}

/* What stands at this size. */
static enum err size_look(struct verify *v, size_t *len)
{
	enum err e = ERR_OK;

	if (v->next_note == v->frontier.size)
		e = note_look(v, len);
	for (size_t i = 0; e == ERR_OK && i < v->accord->parties_count; i++) {
		if (v->next_line[i] == v->frontier.size)
			e = line_look(v, i, len);
	}
	return e;
}

/* ---- Entries. ---- */

struct expected {
	const uint8_t *at;
	size_t left, wrong;
};

/* Each hash that the entry finishes against the one that is kept beside it. */
static enum err node_look(void *self, unsigned level, uint64_t index, const uint8_t hash[HASH_LEN])
{
	struct expected *x = self;

	(void)level;
	(void)index;
	if (x->left < HASH_LEN) {
		x->wrong++;
		return ERR_OK;
	}
	x->wrong += memcmp(x->at, hash, HASH_LEN) != 0;
	x->at += HASH_LEN;
	x->left -= HASH_LEN;
	return ERR_OK;
}

/* A hash that fits is all that is asked of a content: it may be sealed, or not strict. */
static void attachments_start(struct verify *v, const struct statement *s, struct bytes bytes)
{
	v->attachments.count = content_blobs(s, bytes, v->attachments.blobs);
	v->attachments.at = 0;
	v->attachments.offset = 0;
}

/* By whom: the place of an entry that is held, with its leaf. */
static enum err eraser_look(struct verify *v, uint64_t index, const uint8_t hash[HASH_LEN])
{
	uint8_t memory[256], leaf[HASH_LEN];
	struct buf bytes = BUF_ON(memory);
	struct origin origin;
	struct place place = { 0 };
	struct cbor_reader r;
	struct log *log;
	enum err e = v->store->ops->content_eraser(v->store, hash, &bytes);

	if (is_failure(e))
		return e;
	cbor_open(&r, buf_bytes(&bytes));
	if (e == ERR_OK)
		e = place_read(&r, &place);
	origin = (struct origin){ .channel = place.channel, .epoch = place.epoch };
	memcpy(origin.accord, v->log->origin.accord, ACCORD_ID_LEN);
	if (e == ERR_OK)
		e = bytes_copy_str(place.party, origin.party, sizeof origin.party);
	log = e == ERR_OK ? record_log_find(v->record, &origin) : NULL;
	if (log != NULL)
		e = record_leaf(v->record, log, place.index, leaf);
	if (is_failure(e))
		return e;
	if (log == NULL || e != ERR_OK || memcmp(leaf, place.leaf, HASH_LEN) != 0)
		found(v, FINDING_CONTENT, index, NULL);
	return ERR_OK;
}

static enum err content_look(struct verify *v, uint64_t index, const struct statement *s)
{
	struct buf content = BUF_ON(v->content);
	uint8_t hash[HASH_LEN];
	enum err e;

	if (!s->has_content)
		return ERR_OK;
	e = v->store->ops->content_get(v->store, s->content.hash, &content);
	if (e == ERR_REFUSED) {
		v->counts.erased++;
		return eraser_look(v, index, s->content.hash);
	}
	if (e != ERR_OK) {
		if (is_failure(e))
			return e;
		found(v, FINDING_CONTENT_MISSING, index, NULL);
		return ERR_OK;
	}
	v->counts.contents++;
	hash_sha256(buf_bytes(&content), hash);
	if (memcmp(hash, s->content.hash, HASH_LEN) != 0)
		found(v, FINDING_CONTENT, index, NULL);
	else
		attachments_start(v, s, buf_bytes(&content));
	return ERR_OK;
}

/* One entry's bytes, leaf, nodes and content; *len is what was looked at. */
static enum err bytes_look(struct verify *v, size_t *len)
{
	struct buf bytes = BUF_ON(v->entry), hashes = BUF_ON(v->hashes);
	struct statement *statement = &v->statement;
	uint8_t leaf[HASH_LEN];
	uint64_t index = v->frontier.size;
	bool is_there, was_broken = v->is_broken;
	struct expected expected;
	struct entry entry;
	struct fault fault;
	enum err e = v->store->ops->entry_get(v->store, v->log->number, index, &bytes, &hashes);

	if (is_failure(e))
		return e;
	is_there = e == ERR_OK;
	v->counts.entries++;
	hash_leaf(buf_bytes(&bytes), leaf);
	expected = (struct expected){ hashes.ptr, hashes.len, 0 };
	e = frontier_append(&v->frontier, leaf, node_look, &expected);
	assert(e == ERR_OK);
	v->counts.nodes += hashes.len / HASH_LEN;
	*len += bytes.len;
	if (!is_there || hashes.len < HASH_LEN || memcmp(hashes.ptr, leaf, HASH_LEN) != 0) {
		found(v, is_there ? FINDING_NODE : FINDING_ENTRY_MISSING, index, NULL);
		v->is_broken = v->is_unplaced = true;
		return ERR_OK; /* what such an entry names means nothing */
	}
	if (!was_broken && (expected.wrong > 0 || expected.left > 0))
		found(v, FINDING_NODE, index, NULL);
	e = entry_open(buf_bytes(&bytes), &entry, &fault);
	if (e == ERR_OK && v->signatures != NULL)
		signatures_add(v->signatures, &entry);
	if (e == ERR_OK)
		e = entry_read_statement(buf_bytes(&bytes), &entry, statement, &fault);
	if (e != ERR_OK || !origin_equal(&entry.origin, &v->log->origin) || entry.index != index) {
		found(v, FINDING_ENTRY, index, e == ERR_OK ? NULL : &fault);
		return ERR_OK;
	}
	if (is_of_places(&entry, statement))
		(void)places_pass(&v->places, v->versions, log_party(v), &entry, statement);
	return content_look(v, index, statement);
}

/* One entry, then the note and the lines of the size that it makes. */
static enum err entry_look(struct verify *v, size_t *len)
{
	enum err e = bytes_look(v, len);

	return e == ERR_OK ? size_look(v, len) : e;
}

/* ---- Attachments. ---- */

static enum err attachment_open(struct verify *v)
{
	struct attachments *a = &v->attachments;
	uint64_t held;
	enum err e = v->store->ops->attachment_held(v->store, a->blobs[a->at].hash, &held, &a->total);

	if (e != ERR_OK)
		return e;
	if (a->total == 0 || held < a->total)
		a->at++; /* it is still under way */
	else
		hash_open(&a->stream);
	return ERR_OK;
}

/* It was erased, or given up, since we began to read it. */
static bool is_gone(struct verify *v)
{
	const struct attachments *a = &v->attachments;
	uint64_t held, total;

	return v->store->ops->attachment_held(v->store, a->blobs[a->at].hash, &held, &total) == ERR_OK &&
	       (total != a->total || held < total);
}

static enum err attachment_look(struct verify *v, size_t *len)
{
	struct attachments *a = &v->attachments;
	struct buf piece = BUF_ON(v->piece);
	uint8_t hash[HASH_LEN];
	enum err e;

	if (a->offset == 0) {
		size_t at = a->at;
		e = attachment_open(v);
		if (e != ERR_OK || a->at != at)
			return e;
	}
	*len = a->total - a->offset < PIECE_LEN ? (size_t)(a->total - a->offset) : PIECE_LEN;
	e = v->store->ops->attachment_get(v->store, a->blobs[a->at].hash, a->offset, *len, &piece);
	if (is_failure(e))
		return e;
	if (e != ERR_OK && is_gone(v)) {
		a->at++;
		a->offset = 0;
		return ERR_OK;
	}
	hash_add(&a->stream, buf_bytes(&piece));
	a->offset += *len;
	if (e == ERR_OK && a->offset < a->total)
		return ERR_OK;
	hash_finish(&a->stream, hash);
	v->counts.attachments++;
	if (memcmp(hash, a->blobs[a->at].hash, HASH_LEN) != 0)
		found(v, FINDING_ATTACHMENT, v->frontier.size - 1, NULL);
	a->at++;
	a->offset = 0;
	return ERR_OK;
}

/* ---- Logs. ---- */

/* The notes and lines of sizes from there on. */
static enum err sizes_seek(struct verify *v, uint64_t from)
{
	enum err e = note_seek(v, from);

	for (size_t i = 0; e == ERR_OK && i < v->accord->parties_count; i++)
		e = line_seek(v, i, from);
	return e;
}

static enum err log_start(struct verify *v, size_t *len)
{
	enum err e;

	v->log = record_log_at(v->record, v->position);
	memset(&v->frontier, 0, sizeof v->frontier);
	v->is_broken = false;
	v->is_under_way = true;
	v->places.count = 0;
	v->is_unplaced = false;
	v->attachments.count = v->attachments.at = 0;
	e = sizes_seek(v, 0);
	return e == ERR_OK ? size_look(v, len) : e;
}

bool verify_place(const struct verify *v, log_number *log, uint64_t *index)
{
	if (!v->is_under_way && v->position == record_logs_count(v->record))
		return false;
	*log = v->is_under_way ? v->log->number : record_log_at(v->record, v->position)->number;
	/* Attachments of the entry before it are read still. */
	*index = v->is_under_way ? v->frontier.size - (v->attachments.at < v->attachments.count) : 0;
	return true;
}

enum err verify_begin_at(struct verify *v, log_number log, uint64_t index)
{
	const size_t count = record_logs_count(v->record);
	struct frontier frontier;
	size_t position = 0, len = 0;
	enum err e;

	assert(!v->is_under_way && v->position == 0);
	while (position < count && record_log_at(v->record, position)->number != log)
		position++;
	if (log == 0 || position == count || index > record_log_at(v->record, position)->durable)
		return ERR_NOT_FOUND;
	v->log = record_log_at(v->record, position);
	e = frontier_load(&frontier, index, node_of, v);
	if (e != ERR_OK)
		return is_failure(e) ? e : ERR_NOT_FOUND;
	v->position = position;
	e = log_start(v, &len);
	if (e != ERR_OK || index == 0)
		return e;
	v->frontier = frontier;
	v->is_unplaced = true; /* the entries that say so stand before it */
	return sizes_seek(v, index + 1);
}

static enum err log_end(struct verify *v)
{
	uint8_t root[HASH_LEN], held[HASH_LEN];
	struct store_log row;
	enum err e = v->store->ops->log_get(v->store, v->log->number, &row);

	if (is_failure(e))
		return e;
	frontier_root(&v->frontier, root);
	record_root(v->log, held);
	if (v->frontier.size > v->log->durable || v->log->number == 0)
		; /* a recovery cut it shorter while we read: the next pass reads what there is; or its first
		   * turn failed, and there is nothing */
	else if (e != ERR_OK || row.size != v->frontier.size ||
		 (row.size > 0 && !v->is_broken && memcmp(row.root, root, HASH_LEN) != 0) ||
		 (!v->is_broken && memcmp(held, root, HASH_LEN) != 0))
		found(v, FINDING_ROOT, v->frontier.size, NULL);
	v->is_under_way = false;
	/* Logs may have been opened meanwhile, before or behind this one. */
	v->position = 0;
	while (v->position < record_logs_count(v->record) &&
	       origin_compare(&record_log_at(v->record, v->position)->origin, &v->log->origin) <= 0)
		v->position++;
	return ERR_OK;
}

/* ---- Views. ---- */

/* Each row is as it was written, and none is missing; a page of another age among them nobody can tell. */
static enum err row_look(struct verify *v, size_t *len)
{
	uint8_t before[MAP_KEY_MAX];
	size_t before_len = v->row.len;
	enum err e;

	memcpy(before, v->row.ptr, before_len);
	e = v->store->ops->views_walk(v->store, v->counts.rows == 0, &v->row);
	if (is_failure(e))
		return e;
	v->counts.rows++;
	*len += v->row.len;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		reported(v, &(struct finding){ .kind = FINDING_VIEW, .index = v->counts.rows });
	v->is_views_over =
		e == ERR_NOT_FOUND ||
		(e != ERR_OK && bytes_equal(buf_bytes(&v->row), (struct bytes){ before, before_len }));
	return ERR_OK;
}

enum err verify_step(struct verify *v, size_t len)
{
	size_t done = 0;

	assert(!record_is_open(v->record));
	while (done < len) {
		size_t part = 0;
		enum err e;

		bool has_logs = v->is_under_way || v->position < record_logs_count(v->record);

		if (!has_logs && v->is_views_over)
			return ERR_OK;
		/* Ahead of the entries, so that a crew has signatures to verify until the end. */
		if (!v->is_views_over && (!has_logs || v->counts.rows < v->counts.entries * ROWS_AN_ENTRY))
			e = row_look(v, &part);
		else if (!v->is_under_way)
			e = log_start(v, &part);
		else if (v->attachments.at < v->attachments.count)
			e = attachment_look(v, &part);
		else if (v->frontier.size < v->log->durable)
			e = entry_look(v, &part);
		else
			e = log_end(v);
		if (e != ERR_OK)
			return e;
		done += part + 64; /* a row costs something even if it is empty */
	}
	return ERR_SHORT;
}

/* ---- Life. ---- */

struct verify *verify_new(struct record *r, const struct accord_versions *versions, verify_report *report,
			  void *self)
{
	struct verify *v = xcalloc(1, sizeof *v);

	v->record = r;
	v->store = record_store(r);
	v->versions = versions;
	v->accord = accord_newest(versions);
	v->report = report;
	v->self = self;
	buf_init(&v->row, v->row_memory, sizeof v->row_memory);
	return v;
}

void verify_free(struct verify *v)
{
	free(v);
}

void verify_signatures(struct verify *v, struct signatures *s)
{
	v->signatures = s;
}

const struct verify_counts *verify_count(const struct verify *v)
{
	return &v->counts;
}
