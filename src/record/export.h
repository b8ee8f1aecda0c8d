/*
 * export.h - the record as plain files that stock tools read: C2SP tlog-tiles and contents.
 *
 *	ACCORD/CHANNEL/PARTY/EPOCH/checkpoint	 the latest note and all its lines
 *	ACCORD/CHANNEL/PARTY/EPOCH/tile/L/N	 256 hashes of level 8 L; /N.p/W: the W that there are
 *	ACCORD/CHANNEL/PARTY/EPOCH/tile/entries/N	 256 entries, each after its length in two bytes
 *	ACCORD/CHANNEL/PARTY/EPOCH/head/SIZE	 a note of a size that nobody holds: a head given up
 *	content/HASH  blob/HASH			 contents and attachments that are held, by their hash
 *
 * Spec: docs/spec/record.md section 9. Layer: record. Reads the store only, in slices, so that a node
 * goes on meanwhile.
 *
 * A log is exported up to its latest note; without one it is left out. What is left out is counted. What is
 * erased is not there.
 */
#ifndef RECORD_EXPORT_H
#define RECORD_EXPORT_H

#include "record/record.h"
#include "sys/sink.h"

#define TILE_WIDTH 256u
#define TILE_PATH_MAX 256u

/* "tile/3/x001/x234/067" or, with a width below TILE_WIDTH, "tile/3/x001/x234/067.p/12"; level -1:
 * "tile/entries/...". */
void tile_path_write(int level, uint64_t number, unsigned width, struct buf *out);

struct export_options {
	struct record *record;	     /* borrowed until export_free */
	const struct accord *accord; /* likewise: whose lines stand under a note */
	struct sink *sink;	     /* likewise */
	bool (*is_wanted)(void *self,
			  const struct log *log); /* NULL: every log; else e.g. not the home channel */
	void *self;
};

struct export_counts {
	uint64_t logs, entries, tiles, contents, blobs;
	uint64_t unproved; /* entries that are held, and that no note proves yet: left out */
};

struct export;

/* Gives; free with export_free, at any time. */
struct export *export_new(const struct export_options *options);
void export_free(struct export *x);
/* Writes about `len` bytes more. ERR_SHORT: there is more; ERR_OK: done. Not inside a turn of the record. */
enum err export_step(struct export *x, size_t len) MUST_CHECK;
const struct export_counts *export_count(const struct export *x);

/* Adds a file that is not the record's: accord/HASH/NAME. Before the first step or after the last. */
enum err export_put(struct export *x, const char *path, struct bytes content) MUST_CHECK;

#endif
