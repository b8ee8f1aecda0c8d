/*
 * verify.h - looks at everything that is held, again: every entry, leaf, node, root, note, line and content.
 *
 * Spec: docs/spec/record.md section 9. Layer: record. Reads the store only. In slices: a node scrubs between
 * its turns (limits.h: SCRUB_PASS_MS), `entente verify` in one go.
 *
 * A log that grows while it is looked at is looked at to its new end.
 */
#ifndef RECORD_VERIFY_H
#define RECORD_VERIFY_H

#include "record/record.h"
#include "record/signatures.h"

/* What can be wrong with what is held. */
/* clang-format off */
#define FINDING_LIST(X) \
	X(ENTRY_MISSING,   "an entry is not there or cannot be read") \
	X(ENTRY,           "an entry is not of its place, or not of the form") \
	X(NODE,            "the leaf or a node of the tree is not the hash of what is below it") \
	X(ROOT,            "the root that is kept is not the root of the entries") \
	X(NOTE,            "a note is not signed by the key of its log, or cannot be read") \
	X(NOTE_ROOT,       "the log key signed another root than that of the entries") \
	X(COSIGNATURE,     "a cosignature is not good for the entries that it stands for") \
	X(CONTENT,         "content does not have the hash that its statement names") \
	X(CONTENT_MISSING, "content is neither held nor erased") \
	X(ATTACHMENT,      "an attachment does not have the hash that its content names") \
	X(VIEW,            "a row of the views is not what the folds wrote")
/* clang-format on */
enum finding_kind {
#define FINDING_ENUM(name, text) FINDING_##name,
	FINDING_LIST(FINDING_ENUM)
#undef FINDING_ENUM
		FINDING_COUNT
};
const char *finding_name(enum finding_kind kind); /* "NOTE_ROOT" */
const char *finding_text(enum finding_kind kind);

struct finding {
	enum finding_kind kind;
	const struct log *log; /* NULL: of the views */
	/* of the entry; for notes and cosignatures their size; of the views how many are good */
	uint64_t index;
	const char *party;  /* whose cosignature; else NULL */
	struct fault fault; /* .rule NULL: none */
};

struct verify_counts {
	uint64_t entries, nodes, notes, cosignatures, contents, erased, attachments, rows, findings;
};

/* What a signature costs, in bytes that are hashed in the same time. */
#define VERIFY_SIGNATURE_LEN (64u << 10)

typedef void verify_report(void *self, const struct finding *finding);

struct verify;

/*
 * Borrows the record and the versions of the accord: a log says itself under which of them each note stands.
 * Gives; free with verify_free.
 */
struct verify *verify_new(struct record *r, const struct accord_versions *versions, verify_report *report,
			  void *self);
void verify_free(struct verify *v);
/*
 * Adds each entry that is what its leaf says to these too (borrowed). Without, officers' signatures are not
 * looked at.
 */
void verify_signatures(struct verify *v, struct signatures *s);

/*
 * Looks at about `len` bytes more. ERR_SHORT: there is more; ERR_OK: all was looked at, see the counts. A row
 * that is missing or damaged is a finding; ERR_IO, or ERR_CORRUPT of a store in which nothing can be looked
 * up, is returned. Not between record_begin and record_append.
 */
enum err verify_step(struct verify *v, size_t len) MUST_CHECK;
const struct verify_counts *verify_count(const struct verify *v);

/*
 * The log and the entry that it has come to: all before them in the order of the record has been looked at.
 * False: all logs have been.
 */
bool verify_place(const struct verify *v, log_number *log, uint64_t *index);
/*
 * Begins at a place of an earlier verify, in place of the first log; rows of the views are looked at from the
 * first on. ERR_NOT_FOUND: there is no such place any more, or the tree does not lead to it, and it begins
 * with the first log.
 */
enum err verify_begin_at(struct verify *v, log_number log, uint64_t index) MUST_CHECK;

#endif
