/*
 * record.h - all logs of all parties, and the one door to them.
 *
 * Spec: docs/spec/record.md section 6. Layer: record. Fuzz and faults: test/conformance/test_record.c.
 *
 * A turn of the loop looks like this, and nothing it brings is shown, acknowledged or sent before
 * the last line:
 *
 *	record_begin
 *	record_add ...		each own entry, each entry of a peer's batch, notes, cosignatures, views
 *	record_append		one flush; reads back and hashes what was added; only now it is in the record
 *
 * Errors of class LOCAL are final: the caller stops the node.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "accord/accord.h"
#include "crypto/merkle.h"
#include "record/store.h"
#include "wire/entry.h"
#include "wire/frame.h"

/*
 * Whether the rows of a log's tree lead to the root of its row. CHANGED: they do not, but the frontier here
 * does, which its entries or their leaves lead to. LOST: nothing does; the frontier has its size alone.
 * Neither runs again, once stopped, before its rows do.
 */
enum log_tree { TREE_KEPT, TREE_CHANGED, TREE_LOST };

struct log {
	log_number number; /* 0: the store has no row of it, for the turn that opened it was rolled back */
	struct origin origin;
	struct frontier frontier; /* its size is the log's size, staged entries included */
	uint64_t durable;	  /* size that the last record_append made durable */
	uint64_t noted;		  /* size of the largest author's note held, at most its own */
	struct fault stopped;	  /* .rule NULL: it runs */
	enum log_tree tree;
	uint8_t row_root[HASH_LEN]; /* LOST: as its row has it */
};

struct record;

/*
 * Takes the store, in failure too. Loads every log's head, not its entries, and checks that its root is that
 * of its tree: enum log_tree if not. ERR_ACCORD_DIFFERS if the store is another accord's.
 */
enum err record_open(struct store *store, const struct accord *accord, struct record **out) MUST_CHECK;
void record_free(struct record *r); /* closes the store too */

struct store *record_store(struct record *r); /* borrows: for reads and views */

/* Logs live as long as the record. log_find returns NULL; log_open makes it (inside a turn). */
struct log *record_log_find(struct record *r, const struct origin *origin);
enum err record_log_open(struct record *r, const struct origin *origin, struct log **out) MUST_CHECK;
size_t record_logs_count(const struct record *r);
struct log *record_log_at(struct record *r, size_t position); /* rising by origin */

enum err record_begin(struct record *r) MUST_CHECK;

/*
 * Adds the next entry of a log: writes entry, leaf and finished tree nodes, and its content if any.
 * The entry was read by entry_read and its index is the log's size (asserted: both are the caller's to
 * check).
 */
enum err record_add(struct record *r, struct log *log, struct bytes entry, const struct statement *statement,
		    struct bytes content) MUST_CHECK;
/* A note of a size beyond the log is kept as a head that was given up, and log->noted stays. */
enum err record_add_note(struct record *r, struct log *log, uint64_t size, struct bytes note) MUST_CHECK;
enum err record_add_cosignature(struct record *r, struct log *log, uint64_t size, struct bytes party,
				struct bytes line) MUST_CHECK;
/* Ends a log at `size`, below what it has: for an own log that is RECOVERING, whose tail no note proves. */
enum err record_cut(struct record *r, struct log *log, uint64_t size) MUST_CHECK;
/*
 * The tree of the first `size` entries as their rows have it, and the entry of that index put in place of
 * what stands there, with the hashes that it finishes: an own or a peer's log that has rotted. The caller has
 * seen that it is the right one. ERR_ROT: a node is not there.
 */
enum err record_frontier(struct record *r, const struct log *log, uint64_t size,
			 struct frontier *out) MUST_CHECK;
enum err record_renew(struct record *r, struct log *log, struct frontier *f, struct bytes entry) MUST_CHECK;
/*
 * The next entry taken into f as it is kept: by its bytes, or by the leaf that stands beside it, should the
 * bytes be what has changed. ERR_ROT: there is none. is_written: the hashes that it finishes are put in
 * place.
 */
enum regrown { REGROWN_BYTES, REGROWN_LEAF };
enum err record_regrow(struct record *r, struct log *log, struct frontier *f, enum regrown by,
		       bool is_written) MUST_CHECK;
/* In a turn: a CHANGED tree, and its row. With record_append it is KEPT. */
enum err record_regrow_all(struct record *r, struct log *log) MUST_CHECK;
/* Forgets a note that has rotted. */
enum err record_del_note(struct record *r, struct log *log, uint64_t size) MUST_CHECK;
/* Stops a log, or with no rule lets it run again; its bytes stay. ERR_ROT: its tree is not KEPT again. */
enum err record_stop(struct record *r, struct log *log, const struct fault *why) MUST_CHECK;

/*
 * The door. Commits everything added since record_begin, reads every added entry back and hashes it again.
 * ERR_FULL: nothing of it happened (rolled back). ERR_IO, ERR_CORRUPT: stop the node.
 */
enum err record_append(struct record *r) MUST_CHECK;
/* Forgets everything added since record_begin. A log that was opened since then stays, empty. */
void record_rollback(struct record *r);
bool record_is_open(const struct record *r); /* between begin and append */

/*
 * Reads. Each appends to the buffer. ERR_NOT_FOUND beyond the log's size. What a disk has changed is given to
 * nobody: ERR_ROT, and nothing is appended.
 *
 * An entry is hashed and compared with its leaf; of the bytes alone nobody can say whether they are of this
 * place, so whoever reads what is in them calls record_entry_read, which also asks that.
 */
enum err record_entry(struct record *r, const struct log *log, uint64_t index, struct buf *out) MUST_CHECK;
enum err record_entry_read(struct record *r, const struct log *log, uint64_t index, struct buf *out,
			   struct entry *entry, struct statement *statement) MUST_CHECK;
/* Of its hash. ERR_NOT_FOUND, ERR_REFUSED: it was erased. */
enum err record_content(struct record *r, const uint8_t hash[HASH_LEN], struct buf *out) MUST_CHECK;
void record_root(const struct log *log, uint8_t root[HASH_LEN]);
/* As it is kept beside its entry, which is not looked at. */
enum err record_leaf(struct record *r, const struct log *log, uint64_t index,
		     uint8_t leaf[HASH_LEN]) MUST_CHECK;
/* A complete node of the tree. */
enum err record_node(struct record *r, const struct log *log, unsigned level, uint64_t index,
		     uint8_t hash[HASH_LEN]) MUST_CHECK;
enum err record_consistency(struct record *r, const struct log *log, uint64_t old, uint64_t size,
			    uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count) MUST_CHECK;
enum err record_inclusion(struct record *r, const struct log *log, uint64_t index, uint64_t size,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count) MUST_CHECK;
/* Root of the log when it had `size` entries. */
enum err record_root_at(struct record *r, const struct log *log, uint64_t size,
			uint8_t root[HASH_LEN]) MUST_CHECK;

#endif
