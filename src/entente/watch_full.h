/*
 * watch_full.h - entente watch --full: Watch and Channel on a bare terminal.
 *
 * Layer: entente. It shows what GET says and decides nothing; an act is the command of that name, which this
 * runs on the terminal and comes back from. watch_full.c follows the node and reads keys; watch_pages draws.
 */
#ifndef ENTENTE_WATCH_FULL_H
#define ENTENTE_WATCH_FULL_H

#include "show/screen.h"
#include "terminal/follower.h"

#define ITEMS_MAX 512u
#define PLACE_TEXT_MAX 128u

/* The lists of a page; an item that the keys act on stands in one of them. */
enum section {
	SECTION_I_OWE,
	SECTION_THEY_OWE,
	SECTION_DRAFTS,
	SECTION_LAST,
	SECTION_CHANNEL,
	SECTION_COUNT
};

/* A message, an advance copy or a draft; borrowed from the views. */
struct full_item {
	enum section section;
	const json_t *row;
};

struct full {
	struct follower node;
	/* What the node said last, each NULL before it has. */
	json_t *status, *channels, *owed, *drafts, *copies;
	json_t *inboxes;		   /* by channel, in the order of channels */
	uint64_t read_ms;		   /* when that was */
	bool is_on_channel;		   /* which page */
	size_t channel;			   /* which of channels */
	struct full_item items[ITEMS_MAX]; /* of the page, in the order in which the keys go through them */
	size_t count, marked;
	char marked_place[PLACE_TEXT_MAX]; /* what is marked, when the rows are others */
	enum section marked_section;
	size_t missing; /* that found no room among them */
};

/* The whole of it, until the person leaves. */
enum exit_code watch_full(const struct options *o) MUST_CHECK;

/* The keys act on this item from now on. */
void full_mark(struct full *f, size_t index);
/* Fills items for the page that is shown; the marked one stays the one that it was, if it is still there. */
void full_collect(struct full *f);
void full_draw(const struct full *f);

#endif
