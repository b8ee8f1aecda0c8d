/*
 * feed.h - what of the record a feed's reader may have, item by item.
 *
 * Spec: docs/spec/border.md section 3. Layer: api. Every format takes its items from here, and every item has
 * passed the evaluator for that role of the own party and that feed, its portions and references one by one.
 *
 * A row's place in time is a function of its log alone: two nodes that differ in what the reader may not have
 * give the same rows.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include "api/request.h"
#include "border/border.h"

struct feed {
	struct api *api;
	const struct accord *accord;
	const struct guidelines *guidelines;
	struct reader reader;
	struct feed_memory *memory; /* heap: one item at a time, and what is looked at beside it */
	size_t removed;		    /* references that did not leave */
};

struct feed_row {
	/* at: the entry of its log that changed it last, a label or a recall, else its own */
	struct place_key item, at;
	struct wall filed; /* of that entry */
};

/*
 * For the role that the request names (header X-Entente-Role, or word `role`), or the outside party
 * (X-Entente-Party, `party`), in the feed `name` of the guidelines. ERR_USAGE: it names neither;
 * ERR_NOT_FOUND: no such role or outside party, no such feed, or no guidelines.
 */
enum err feed_open(struct api *a, struct request *q, const char *name, struct feed *out) MUST_CHECK;
/* A role's name or a party's CODE: never the same, since one is in small letters. */
const char *feed_reader_name(const struct feed *f);
void feed_close(struct feed *f); /* takes zeroed ones */

/*
 * The rows of one party's logs on a channel that the reader may have, rising by `at`. Heap, the caller's to
 * free; NULL for none.
 */
enum err feed_rows(struct feed *f, uint32_t channel, size_t party, struct feed_row **rows,
		   size_t *count) MUST_CHECK;
/* The item, borrowed until the next call; ERR_NOT_FOUND: not for this reader any more. */
enum err feed_item(struct feed *f, const struct feed_row *row, struct border_item *out) MUST_CHECK;

#endif
