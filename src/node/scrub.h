/*
 * scrub.h - what the disk has changed under us: found, by the pass or by whoever reads, and mended.
 *
 * Spec: docs/spec/record.md section 13. Layer: node. For the files of this folder only.
 */
#ifndef NODE_SCRUB_H
#define NODE_SCRUB_H

#include "node/node.h"
#include "record/verify.h"

struct line;

/* What the disk has changed, as it was found. */
struct rot {
	size_t line;
	enum finding_kind kind;
	uint64_t index;
	size_t party; /* COSIGNATURE: whose */
};

enum scrub_phase { SCRUB_WATCHES, SCRUB_LOOKS, SCRUB_ASKS, SCRUB_CHECKS }; /* all but the first: a repair */

struct scrub {
	enum scrub_phase phase;
	struct verify *verify; /* NULL: between two passes */
	struct mono next, begun, ask_next, moved, keep_next;
	struct wall started, finished;		  /* of this pass and of the last whole one; .ms 0: never */
	uint64_t passes, findings, last_findings; /* findings: of this pass */
	bool is_resumed;			  /* this pass began where the start before had come to */
	uint64_t skipped;			  /* entries that it had looked at */
	struct rot rots[ROTS_MAX];
	size_t rots_count;
	bool is_view_rotten;  /* at least one row */
	bool is_halt_due;     /* a log with rot still runs */
	uint64_t found, left; /* by the last repair: what it set out with, and what it had to leave */
	bool has_repaired;
};

/* ---- scrub.c ---- */
/*
 * An entry of a log, read and judged to be the one of its place. ERR_ROT: it is not, which is noted, and the
 * log stops before the next turn; ERR_CORRUPT: nor is one that this turn wrote, and the node stops.
 */
enum err line_entry(struct node *n, const struct line *line, uint64_t index, struct buf *out,
		    struct entry *entry, struct statement *statement) MUST_CHECK;
void rot_note(struct node *n, const struct line *line, enum finding_kind kind, uint64_t index);
void rot_note_line(struct node *n, const struct line *line, size_t party, uint64_t size);
/* Whether the entry that is held there has changed; if so it is noted. */
bool has_rotted(struct node *n, const struct line *line, uint64_t index);
/*
 * Whether the tree that is kept does not lead from that size (not 0) to the log's root; if so it is noted.
 * Asked before somebody's root is called another history.
 */
bool has_tree_rotted(struct node *n, const struct line *line, uint64_t size);
/*
 * Before anything reads: trees that the disk has changed are made again of their entries, or their log stops.
 */
enum err trees_heal(struct record *r) MUST_CHECK;
void scrub_status(const struct node *n, struct scrub_status *out);
/*
 * The first entry of a log whose rot nobody else can mend; UINT64_MAX: each is held elsewhere. False: nobody
 * knows, before a repair has looked and is over.
 */
bool rot_first_lost(const struct node *n, const struct line *line, uint64_t *out);
/* What was found from there on is gone. True: nothing of that log is left. */
bool rots_forget(struct node *n, const struct line *line, uint64_t size);
extern const struct fault rot_fault; /* of a log that is stopped because of it: record.rot */
bool has_rot_stop(const struct line *line);

/* ---- mend.c ---- */
/* Begins with what the pass has found; then, until it is over, asks and waits. */
enum err mend_begin(struct node *n, struct now now) MUST_CHECK;
enum err mend_go_on(struct node *n, struct now now, bool *is_over) MUST_CHECK;
/* Entries that were asked for: they lead to the root that their log key signed, or nothing is touched. */
enum err mend_batch(struct node *n, struct now now, const struct batch *batch, const struct note *note,
		    struct line *line) MUST_CHECK;
/*
 * A note alone, of who has rot himself and so no batch to give: it is taken if the repair lacks it and it is
 * of the tree that is kept.
 */
enum err mend_note_heard(struct node *n, struct now now, struct bytes text, bool *is_taken) MUST_CHECK;
/* Rows that have changed go, and the folds are made anew. */
enum err mend_views(struct node *n, struct now now) MUST_CHECK;
/* In a turn: rows that read as none that was written are deleted; *count of them were. */
enum err rows_sweep(struct node *n, size_t *count) MUST_CHECK;
/* Rows that no fold makes may be among those: an own log waits for whoever knows more of it. */
void rows_doubt(struct node *n);

#endif
