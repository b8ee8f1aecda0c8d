#include "record/export.h"

#include "base/alloc.h"
#include "wire/content.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_ENTRIES (-1)
#define STEP_LEN (64u << 10) /* contents that are written before the step's caller is asked again */

enum export_phase { EXPORT_LOG, EXPORT_ENTRIES, EXPORT_TILES, EXPORT_CHECKPOINT, EXPORT_DONE };

struct blobs {
	struct blob of[ATTACHMENTS_MAX];
	size_t count, at;
	uint64_t offset, total;
};

struct export
{
	struct export_options options;
	struct store *store;
	struct export_counts counts;
	enum export_phase phase;
	size_t position;
	struct log *log;
	uint64_t size;	 /* of the note that is exported */
	uint64_t index;	 /* next entry */
	uint64_t beside; /* next entry whose content is to be written */
	unsigned level;	 /* next tile of hashes */
	uint64_t tile;
	struct blobs blobs;
	uint8_t entry[ENTRY_LEN_MAX], content[CONTENT_LEN_MAX], note[NOTE_LEN_MAX];
};

void tile_path_write(int level, uint64_t number, unsigned width, struct buf *out)
{
	char parts[8][8];
	size_t count = 0;

	buf_put_str(out, "tile/");
	if (level == LEVEL_ENTRIES)
		buf_put_str(out, "entries");
	else
		buf_put_decimal(out, (uint64_t)level);
	/* Groups of three digits, the last without the x. */
	do {
		snprintf(parts[count], sizeof parts[count], "%s%03u", count == 0 ? "/" : "/x",
			 (unsigned)(number % 1000));
		number /= 1000;
		count++;
	} while (number > 0);
	while (count > 0)
		buf_put_str(out, parts[--count]);
	if (width < TILE_WIDTH) {
		buf_put_str(out, ".p/");
		buf_put_decimal(out, width);
	}
}

/* ---- Files. ---- */

static void path_of_log(const struct export *x, struct buf *path)
{
	origin_write(&x->log->origin, path);
	buf_put_byte(path, '/');
}

static void path_end(struct buf *path)
{
	buf_put_byte(path, 0);
	assert(!path->full);
}

static enum err open_file(struct export *x, struct buf *path)
{
	path_end(path);
	return x->options.sink->ops->open(x->options.sink, (const char *)path->ptr);
}

static enum err add_bytes(struct export *x, struct bytes part)
{
	return x->options.sink->ops->add(x->options.sink, part);
}

static enum err close_file(struct export *x)
{
	return x->options.sink->ops->close(x->options.sink);
}

static enum err open_tile(struct export *x, int level, uint64_t number, uint64_t count)
{
	uint8_t memory[TILE_PATH_MAX];
	struct buf path = BUF_ON(memory);
	uint64_t left = count - number * TILE_WIDTH;

	path_of_log(x, &path);
	tile_path_write(level, number, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH, &path);
	return open_file(x, &path);
}

static enum err put_named(struct export *x, const char *folder, const uint8_t hash[HASH_LEN],
			  struct bytes content)
{
	uint8_t memory[TILE_PATH_MAX];
	struct buf path = BUF_ON(memory);

	buf_put_str(&path, folder);
	buf_put_hex(&path, (struct bytes){ hash, HASH_LEN });
	path_end(&path);
	return sink_put(x->options.sink, (const char *)memory, content);
}

/* ---- A log's beginning. ---- */

static bool is_wanted(const struct export *x, const struct log *log)
{
	return x->options.is_wanted == NULL || x->options.is_wanted(x->options.self, log);
}

static bool is_proved(const struct log *log)
{
	return log->noted > 0 && log->noted <= log->durable;
}

static enum err log_start(struct export *x)
{
	struct record *r = x->options.record;

	for (; x->position < record_logs_count(r); x->position++) {
		const struct log *log = record_log_at(r, x->position);
		if (is_wanted(x, log))
			x->counts.unproved += log->durable - (is_proved(log) ? log->noted : 0);
		if (is_wanted(x, log) && is_proved(log))
			break;
	}
	if (x->position == record_logs_count(r)) {
		x->phase = EXPORT_DONE;
		return ERR_OK;
	}
	x->log = record_log_at(r, x->position);
	x->size = x->log->noted;
	x->index = 0;
	x->beside = 0;
	x->level = 0;
	x->tile = 0;
	x->phase = EXPORT_ENTRIES;
	x->counts.logs++;
	return ERR_OK;
}

/* ---- Entries with their contents. ---- */

static enum err put_content(struct export *x, struct bytes entry, size_t *len)
{
	struct buf content = BUF_ON(x->content);
	struct statement s;
	struct entry read;
	struct fault fault;
	enum err e;

	if (entry_read(entry, &read, &s, &fault) != ERR_OK || !s.has_content)
		return ERR_OK;
	e = record_content(x->options.record, s.content.hash, &content);
	if (e == ERR_REFUSED || e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	x->counts.contents++;
	*len += content.len;
	x->blobs.count = content_blobs(&s, buf_bytes(&content), x->blobs.of);
	return put_named(x, "content/", s.content.hash, buf_bytes(&content));
}

/* One bundle of entries is the unit: its file is one, and the contents come behind it. */
static enum err put_entries(struct export *x, size_t *len)
{
	uint64_t first = x->index, end = first + TILE_WIDTH < x->size ? first + TILE_WIDTH : x->size;
	enum err e = open_tile(x, LEVEL_ENTRIES, first / TILE_WIDTH, x->size);

	for (; e == ERR_OK && x->index < end; x->index++) {
		struct buf entry = BUF_ON(x->entry);
		uint8_t head[2];

		e = record_entry(x->options.record, x->log, x->index, &entry);
		if (e != ERR_OK)
			return e;
		head[0] = (uint8_t)(entry.len >> 8);
		head[1] = (uint8_t)entry.len;
		e = add_bytes(x, BYTES_OF(head));
		if (e == ERR_OK)
			e = add_bytes(x, buf_bytes(&entry));
		*len += entry.len + 2;
		x->counts.entries++;
	}
	x->counts.tiles++;
	return e == ERR_OK ? close_file(x) : e;
}

static enum err put_contents(struct export *x, uint64_t index, size_t *len)
{
	struct buf entry = BUF_ON(x->entry);
	enum err e = record_entry(x->options.record, x->log, index, &entry);

	if (e != ERR_OK)
		return e;
	return put_content(x, buf_bytes(&entry), len);
}

static enum err step_entries(struct export *x, size_t *len)
{
	enum err e = ERR_OK;

	if (x->beside == x->size) {
		x->phase = EXPORT_TILES;
		return ERR_OK;
	}
	if (x->beside == x->index)
		return put_entries(x, len);
	while (e == ERR_OK && x->beside < x->index && x->blobs.count == 0 && *len < STEP_LEN)
		e = put_contents(x, x->beside++, len);
	return e;
}

/* ---- Tiles of hashes. ---- */

static enum err step_tiles(struct export *x, size_t *len)
{
	uint64_t count = x->size >> (x->level * 8); /* LOG_SIZE_MAX is over before the shift is */
	uint64_t first = x->tile * TILE_WIDTH, end = first + TILE_WIDTH < count ? first + TILE_WIDTH : count;
	enum err e;

	if (count == 0) {
		x->phase = EXPORT_CHECKPOINT;
		return ERR_OK;
	}
	if (first >= count) {
		x->level++;
		x->tile = 0;
		return ERR_OK;
	}
	e = open_tile(x, (int)x->level, x->tile, count);
	for (uint64_t i = first; e == ERR_OK && i < end; i++) {
		uint8_t hash[HASH_LEN];
		e = x->store->ops->node_get(x->store, x->log->number, x->level * 8, i, hash);
		if (e == ERR_OK)
			e = add_bytes(x, BYTES_OF(hash));
		*len += HASH_LEN;
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	x->tile++;
	x->counts.tiles++;
	return close_file(x);
}

/* ---- Attachments. ---- */

static enum err blob_open(struct export *x)
{
	struct blobs *b = &x->blobs;
	uint8_t memory[TILE_PATH_MAX];
	struct buf path = BUF_ON(memory);
	uint64_t held;
	enum err e = x->store->ops->attachment_held(x->store, b->of[b->at].hash, &held, &b->total);

	if (e != ERR_OK)
		return e;
	if (b->total == 0 || held < b->total) {
		b->at++;
		return ERR_NOT_FOUND;
	}
	buf_put_str(&path, "blob/");
	buf_put_hex(&path, BYTES_OF(b->of[b->at].hash));
	return open_file(x, &path);
}

static enum err step_blobs(struct export *x, size_t *len)
{
	struct blobs *b = &x->blobs;
	struct buf piece = BUF_ON(x->content);
	enum err e = ERR_OK;

	if (b->at == b->count) {
		b->at = b->count = 0;
		return ERR_OK;
	}
	if (b->offset == 0) {
		e = blob_open(x);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	*len = b->total - b->offset < sizeof x->content ? (size_t)(b->total - b->offset) : sizeof x->content;
	e = x->store->ops->attachment_get(x->store, b->of[b->at].hash, b->offset, *len, &piece);
	if (e == ERR_OK)
		e = add_bytes(x, buf_bytes(&piece));
	if (e != ERR_OK)
		return e;
	b->offset += *len;
	if (b->offset < b->total)
		return ERR_OK;
	b->offset = 0;
	b->at++;
	x->counts.blobs++;
	return close_file(x);
}

/* ---- The note comes last: whoever sees it finds what it promises. ---- */

static enum err lines_add(struct export *x, struct buf *note)
{
	for (size_t i = 0; i < x->options.accord->parties_count; i++) {
		uint8_t memory[NOTE_LINE_LEN_MAX];
		struct buf line = BUF_ON(memory);
		uint64_t found;
		enum err e = x->store->ops->cosignature_above(x->store, x->log->number, x->size,
							      bytes_str(x->options.accord->parties[i].name),
							      &found, &line);
		if (e == ERR_OK && found == x->size)
			buf_put(note, buf_bytes(&line));
		else if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return buf_check(note);
}

static enum err put_heads(struct export *x)
{
	uint64_t size = x->log->durable;

	for (;;) {
		uint8_t memory[TILE_PATH_MAX];
		struct buf path = BUF_ON(memory), note = BUF_ON(x->note);
		enum err e = x->store->ops->note_above(x->store, x->log->number, size + 1, &size, &note);

		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		path_of_log(x, &path);
		buf_put_str(&path, "head/");
		buf_put_decimal(&path, size);
		path_end(&path);
		e = sink_put(x->options.sink, (const char *)memory, buf_bytes(&note));
		if (e != ERR_OK)
			return e;
	}
}

static enum err step_checkpoint(struct export *x)
{
	uint8_t memory[TILE_PATH_MAX];
	struct buf path = BUF_ON(memory), note = BUF_ON(x->note);
	uint64_t found;
	enum err e = x->store->ops->note_get(x->store, x->log->number, x->size, &found, &note);

	if (e == ERR_OK && found != x->size)
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		e = lines_add(x, &note);
	if (e != ERR_OK)
		return e;
	path_of_log(x, &path);
	buf_put_str(&path, "checkpoint");
	path_end(&path);
	e = sink_put(x->options.sink, (const char *)memory, buf_bytes(&note));
	if (e == ERR_OK)
		e = put_heads(x);
	/* Logs may have been opened meanwhile, before or behind this one. */
	x->position = 0;
	while (x->position < record_logs_count(x->options.record) &&
	       origin_compare(&record_log_at(x->options.record, x->position)->origin, &x->log->origin) <= 0)
		x->position++;
	x->phase = EXPORT_LOG;
	return e;
}

static enum err step(struct export *x, size_t *len)
{
	if (x->blobs.count > 0)
		return step_blobs(x, len);
	switch (x->phase) {
	case EXPORT_LOG:
		return log_start(x);
	case EXPORT_ENTRIES:
		return step_entries(x, len);
	case EXPORT_TILES:
		return step_tiles(x, len);
	case EXPORT_CHECKPOINT:
		return step_checkpoint(x);
	case EXPORT_DONE:
		break;
	}
	return ERR_OK;
}

enum err export_step(struct export *x, size_t len)
{
	size_t done = 0;

	assert(!record_is_open(x->options.record));
	while (done < len) {
		size_t part = 0;
		enum err e = step(x, &part);
		if (e != ERR_OK)
			return e;
		if (x->phase == EXPORT_DONE)
			return ERR_OK;
		done += part + 64;
	}
	return ERR_SHORT;
}

enum err export_put(struct export *x, const char *path, struct bytes content)
{
	return sink_put(x->options.sink, path, content);
}

struct export *export_new(const struct export_options *options)
{
	struct export *x = xcalloc(1, sizeof *x);

	x->options = *options;
	x->store = record_store(options->record);
	return x;
}

void export_free(struct export *x)
{
	free(x);
}

const struct export_counts *export_count(const struct export *x)
{
	return &x->counts;
}
