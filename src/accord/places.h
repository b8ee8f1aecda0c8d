/*
 * places.h - from which place on which version of the accord holds in a log, as the log itself says it.
 *
 * Spec: docs/spec/record.md section 14. Layer: accord. Pure.
 *
 * A log is checked with the accord and itself: its `open` names the version that it begins under, an ACCORD
 * statement that the registrar in force signed moves it to the next one, from the entry behind it on. The
 * version that judges an entry says whose keys sign a note that ends with that entry.
 */
#ifndef ACCORD_PLACES_H
#define ACCORD_PLACES_H

#include "accord/accord.h"
#include "wire/entry.h"

struct log_place {
	uint64_t from; /* index of the first entry that this version judges */
	uint8_t version[HASH_LEN];
	bool is_awaited; /* it was not held when the entry was taken in */
};

struct log_places {
	struct log_place of[ACCORD_VERSIONS_MAX]; /* rising; the first is at 0 */
	size_t count;				  /* 0: nothing of the log is held */
};

/* The version that an OPEN or ACCORD statement names; false: it is no such statement. */
bool accord_named_version(const struct statement *s, uint8_t hash[HASH_LEN]);

/*
 * Takes in the log's next entry, of that party. true: a version holds from a new place on. Whether an
 * unknown version may follow is not known: nothing behind it counts until it is held.
 */
bool places_pass(struct log_places *p, const struct accord_versions *v, size_t party,
		 const struct entry *entry, const struct statement *s);
/* Whether an entry may say a place: all others need not be shown to places_pass. */
bool is_of_places(const struct entry *entry, const struct statement *s);

/*
 * Which version judges the entry of that index; v->count: one that is not held, or nothing is. Then *known
 * is the last one before it that is held, v->count if none.
 */
size_t places_version(const struct log_places *p, const struct accord_versions *v, uint64_t index,
		      size_t *known);
/* The log ends at this size again. */
void places_cut(struct log_places *p, uint64_t size);
/*
 * A place that waited for a version which is held now: from which entry on the log has to be taken in again.
 * UINT64_MAX: nothing waited.
 */
uint64_t places_settle(struct log_places *p, const struct accord_versions *v);

/* As a row keeps them. ERR_CORRUPT: they are none. */
#define LOG_PLACES_LEN_MAX (ACCORD_VERSIONS_MAX * (8u + HASH_LEN + 1u))
void places_write(const struct log_places *p, struct buf *out);
enum err places_read(struct bytes in, struct log_places *out) MUST_CHECK;

/*
 * The keys for one use that a party has had from version `first` on, each once, newest last.
 */
size_t accord_node_keys(const struct accord_versions *v, size_t party, enum accord_key_use use, size_t first,
			const uint8_t *out[ACCORD_VERSIONS_MAX]);
const uint8_t *accord_node_key(const struct accord_versions *v, size_t version, size_t party,
			       enum accord_key_use use);

#endif
