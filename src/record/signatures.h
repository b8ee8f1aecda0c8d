/*
 * signatures.h - the officers' signatures of everything that is held, verified again on every core.
 *
 * Spec: docs/spec/signature.md. Layer: record. Reads the store only. A false one is no fault of what is
 * held: such an entry is kept, and VOID. Whose key it was and whether it might sign is the fold's affair.
 */
#ifndef RECORD_SIGNATURES_H
#define RECORD_SIGNATURES_H

#include "base/crew.h"
#include "record/record.h"

struct signature_counts {
	uint64_t good, bad;
};

struct signatures;

/* Borrows the record and the crew (NULL: nobody helps). Gives; free with signatures_free. */
struct signatures *signatures_new(struct record *r, struct crew *crew);
void signatures_free(struct signatures *s);

/*
 * Reads some hundred entries more, for the crew to verify while the caller does something else. ERR_SHORT:
 * there is more; ERR_OK: all were verified, see the counts. An entry that is missing or cannot be read is
 * left out: that is verify.h's finding. ERR_IO of the store.
 */
enum err signatures_step(struct signatures *s) MUST_CHECK;
const struct signature_counts *signatures_count(const struct signatures *s);

#endif
