/*
 * signatures.h - the officers' signatures of everything that is held, verified again on every core.
 *
 * Spec: docs/spec/signature.md. Layer: record. A false one is no fault of what is
 * held: such an entry is kept, and VOID. Whose key it was and whether it might sign is the fold's affair.
 */
#ifndef RECORD_SIGNATURES_H
#define RECORD_SIGNATURES_H

#include "base/crew.h"
#include "wire/entry.h"

struct signature_counts {
	uint64_t good, bad;
};

struct signatures;

/* Borrows the crew (NULL: nobody helps). Gives; free with signatures_free. */
struct signatures *signatures_new(struct crew *crew);
void signatures_free(struct signatures *s);

/*
 * Copies what an entry that was opened has signed, and by whom, for the crew to verify while the caller reads
 * on. At most ENTRY_LEN_MAX bytes (asserted).
 */
void signatures_add(struct signatures *s, const struct entry *entry);
/* Of all that were added; waits for them. */
const struct signature_counts *signatures_count(struct signatures *s);

#endif
