/*
 * failing_store.h - a store before a store, which keeps the contract of record/store.h when a call of it
 * fails.
 *
 * Whoever made it is asked at each call. What fails in a turn fails its commit too, what a commit fails with
 * beyond a full disk is the end of it, and a row that is found to have rotted (ERR_CORRUPT) is that row's
 * affair.
 */
#ifndef TEST_FAILING_STORE_H
#define TEST_FAILING_STORE_H

#include "record/store.h"

enum failing_kind {
	FAILING_READ,
	FAILING_WRITE,
	FAILING_BEGIN,
	FAILING_COMMIT,
	FAILING_ROW,
	FAILING_ROW_WRITE,
	FAILING_HOUSE
};

/* ERR_OK: this call passes. name: of the operation, "entry_get". */
typedef enum err failing_ask(void *self, enum failing_kind kind, const char *name);

/* Takes `under`, which is closed with it. The result is a store as any other; close with ops->close. */
struct store *failing_store_new(struct store *under, failing_ask *ask, void *self);
/* A commit has failed for good: nothing is written any more. */
bool failing_store_is_dead(const struct store *s);

#endif
