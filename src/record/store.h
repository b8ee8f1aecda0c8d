/*
 * store.h - where a record is kept: one contract, many stores (memory, SQLite).
 *
 * Spec: docs/spec/record.md section 6. Contract test, the same for every store:
 * test/conformance/test_store.c. Layer: record (may use base, sys, crypto, wire, accord).
 *
 * A store knows rows and nothing of what they mean. Everything is written inside begin .. commit; commit
 * returns ERR_OK only after the disk has it (one flush for all that a turn brought). A failed commit of
 * class LOCAL other than ERR_FULL means: the node stops, nothing is tried again, and begin refuses from then
 * on. A put that failed fails the commit too. Reads see what the open transaction has written. One
 * connection, one thread.
 *
 * Logs are named by a small number that log_open gives; it lives as long as the store.
 * Getters append to the caller's buffer; ERR_NOT_FOUND if there is no such row, ERR_LIMIT if it does not fit.
 */
#ifndef RECORD_STORE_H
#define RECORD_STORE_H

#include "base/buf.h"
#include "base/map.h"
#include "base/time.h"
#include "wire/statement.h"

typedef uint32_t log_number;

struct store_log {
	struct origin origin;
	uint64_t size;
	uint8_t root[HASH_LEN];
	struct fault stopped; /* .rule NULL: not stopped; else why and at which byte of entry `size` */
};

struct store; /* begins with const struct store_ops *ops */

struct store_ops {
	void (*close)(struct store *s); /* frees it; what was not committed is lost */

	enum err (*begin)(struct store *s);
	enum err (*commit)(struct store *s);
	void (*rollback)(struct store *s);

	/* Finds or makes the log (inside a transaction if it is new). */
	enum err (*log_open)(struct store *s, const struct origin *origin, log_number *out);
	enum err (*log_get)(struct store *s, log_number log, struct store_log *out);
	enum err (*log_put)(struct store *s, log_number log, const struct store_log *value);
	/* Rising by number from `after`; pass 0 first, numbers count from 1. */
	enum err (*log_next)(struct store *s, log_number after, log_number *out);

	/* Hashes: the leaf, then the complete nodes that this entry finishes, by rising level: node (level,
	 * index) belongs to entry ((index + 1) << level) - 1. So a node costs no row of its own. */
	enum err (*entry_put)(struct store *s, log_number log, uint64_t index, struct bytes entry,
			      struct bytes hashes);
	/* What entry_put was given; NULL: not wanted. */
	enum err (*entry_get)(struct store *s, log_number log, uint64_t index, struct buf *entry,
			      struct buf *hashes);
	/* The same in the place of what is there: an entry that has rotted. */
	enum err (*entry_renew)(struct store *s, log_number log, uint64_t index, struct bytes entry,
				struct bytes hashes);
	/* A complete node of the tree; level 0 is the leaf. */
	enum err (*node_get)(struct store *s, log_number log, unsigned level, uint64_t index,
			     uint8_t hash[HASH_LEN]);

	/* Forgets the entries from this index on, with their nodes: a restored log ends at its notes. */
	enum err (*entry_cut)(struct store *s, log_number log, uint64_t from);

	/* Content that is held already, or was erased, stays as it is. */
	enum err (*content_put)(struct store *s, const uint8_t hash[HASH_LEN], struct bytes content);
	enum err (*content_get)(struct store *s, const uint8_t hash[HASH_LEN], struct buf *content);
	/* In the place of bytes that have rotted; what was erased stays so. */
	enum err (*content_renew)(struct store *s, const uint8_t hash[HASH_LEN], struct bytes content);
	/* Deletes the bytes (or forestalls them) and keeps the first eraser's place (CBOR); content_get then
	 * says ERR_REFUSED. */
	enum err (*content_erase)(struct store *s, const uint8_t hash[HASH_LEN], struct bytes eraser);
	enum err (*content_eraser)(struct store *s, const uint8_t hash[HASH_LEN], struct buf *eraser);
	/* Neither held nor erased any more: what named it, or erased it, was cut. None is no error. */
	enum err (*content_forget)(struct store *s, const uint8_t hash[HASH_LEN]);

	/* The author's note (three lines and its own line) of this size. */
	enum err (*note_put)(struct store *s, log_number log, uint64_t size, struct bytes note);
	/* Forgets one that has rotted; none is no error. */
	enum err (*note_del)(struct store *s, log_number log, uint64_t size);
	/* The note of the largest size that is at most `size`; *found says which. */
	enum err (*note_get)(struct store *s, log_number log, uint64_t size, uint64_t *found,
			     struct buf *note);
	/* The note of the smallest size that is at least `size`. */
	enum err (*note_above)(struct store *s, log_number log, uint64_t size, uint64_t *found,
			       struct buf *note);

	/* A peer's line (or our own for a peer's log) for a note of this size; party is its signer. */
	enum err (*cosignature_put)(struct store *s, log_number log, uint64_t size, struct bytes party,
				    struct bytes line);
	enum err (*cosignature_del)(struct store *s, log_number log, uint64_t size, struct bytes party);
	/* The line of the smallest size that is at least `size` by this party. */
	enum err (*cosignature_above)(struct store *s, log_number log, uint64_t size, struct bytes party,
				      uint64_t *found, struct buf *line);
	/* The line of the largest size by this party. */
	enum err (*cosignature_last)(struct store *s, log_number log, struct bytes party, uint64_t *found,
				     struct buf *line);

	/* Pieces in any order; total is the attachment's length, the same each time: ERR_USAGE if it is not,
	 * or if the piece reaches beyond it. Bytes that are held already stay as they are. */
	enum err (*attachment_put)(struct store *s, const uint8_t hash[HASH_LEN], uint64_t total,
				   uint64_t offset, struct bytes piece);
	/* How many bytes from the front are held without a gap, and the total (0: nothing is known). */
	enum err (*attachment_held)(struct store *s, const uint8_t hash[HASH_LEN], uint64_t *held,
				    uint64_t *total);
	enum err (*attachment_get)(struct store *s, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
				   struct buf *piece);
	/* Forgets what turned out not to be what its hash says. ERR_NOT_FOUND. */
	enum err (*attachment_del)(struct store *s, const uint8_t hash[HASH_LEN]);

	/* Advance copies by statement id: the ADVANCE payload as it came. */
	enum err (*advance_put)(struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct bytes payload);
	enum err (*advance_get)(struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload);
	enum err (*advance_del)(struct store *s, const uint8_t id[STATEMENT_ID_LEN]);

	/* The views' map: commits and rolls back with everything else. Valid until close. */
	struct map (*views)(struct store *s);

	/*
	 * The next row of the views in a walk over all of them, which goes on while they change: *key says
	 * which, when it can. ERR_CORRUPT: it is not what was written, or, with *key as it was, the rest
	 * cannot be read or is not all there; ERR_NOT_FOUND: the end, and all were there. One walk at a time.
	 * Not in a transaction.
	 */
	enum err (*views_walk)(struct store *s, bool is_first, struct buf *key);
	/* From now on as many as there are now: they have been made anew. In a transaction. */
	enum err (*views_recount)(struct store *s);

	/* The store's own housekeeping: moving what was committed where it is to stay, and wiping what was
	 * erased. is_idle: nothing else waits. Not in a transaction. */
	enum err (*tidy)(struct store *s, bool is_idle);
	/*
	 * Copies the whole store to a file while it is in use, a slice of a few milliseconds a call.
	 * ERR_SHORT: *done of *total pages so far, call again with the same path; ERR_OK: it is whole and
	 * durable. One at a time: another path, or some forty quiet moments without a call, give up what was
	 * begun. Not in a transaction. ERR_REFUSED in memory.
	 */
	enum err (*backup)(struct store *s, const char *path, uint64_t *done, uint64_t *total);
};

struct store {
	const struct store_ops *ops;
};

/* In memory: for tests and the simulator's model. Gives; close with ops->close. */
struct store *store_mem_new(void);

/*
 * One SQLite file in WAL mode, synchronous=FULL, locking_mode=EXCLUSIVE, with a redo file ahead of it. vfs is
 * the name of a registered SQLite file layer (borrowed until close), NULL for the system's. ERR_EXISTS:
 * another process has it open; ERR_REFUSED: another version's or program's file. */
#define STORE_REDO_ENDING "-redo"
#define STORE_RENEW_ENDING "-renew"
/*
 * Whether a file is a record by its own first bytes: opening makes one of an empty file. ERR_NOT_FOUND,
 * ERR_REFUSED: it is none, or another version's; ERR_IO.
 */
enum err store_sqlite_look(const char *path) MUST_CHECK;
/* What the names of its files end with after the path; all of them are the record. */
#define STORE_SQLITE_ENDINGS { "", "-wal", "-shm", STORE_REDO_ENDING, STORE_RENEW_ENDING }
enum err store_sqlite_open(const char *path, const char *vfs, struct store **out) MUST_CHECK;

#endif
