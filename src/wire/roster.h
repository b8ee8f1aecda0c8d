/*
 * roster.h - who is on duty at a post, as a ROSTER statement has it: half-open intervals of UTC.
 *
 * Spec: docs/spec/watch.md section 2. Layer: wire. Pure. Everything borrows from the statement.
 */
#ifndef WIRE_ROSTER_H
#define WIRE_ROSTER_H

#include "wire/cbor.h"
#include "wire/statement.h"

struct roster_person {
	struct bytes name, reach, able; /* able: words with one space between: "ko en release" */
};

/* Seconds from the roster's beginning. */
struct roster_shift {
	uint32_t begin, end;
	uint8_t rung, person;
	uint16_t line; /* of the file that it was read from; not in a statement */
};

struct roster {
	struct bytes post;
	uint64_t from_ms, to_ms;
	size_t people_count, shifts_count, gaps_count;
	struct roster_person people[ROSTER_PEOPLE_MAX];
	struct roster_shift shifts[ROSTER_SHIFTS_MAX]; /* by begin, then rung */
	struct roster_shift gaps[ROSTER_SHIFTS_MAX];
};

/* ERR_RULE: it is none; *bad as in fields_check. */
enum err roster_read(const struct statement *s, struct roster *out, const struct field **bad) MUST_CHECK;
enum err roster_check(const struct statement *s, const struct field **bad) MUST_CHECK;
/*
 * The first shift of somebody who is not able to all of these words, and *word that he is not; NULL: none.
 * able_has: whether it is one of words with a space between.
 */
const struct roster_shift *roster_unable(const struct roster *r, struct bytes able, struct bytes *word);
bool able_has(struct bytes able, struct bytes word);
/* What a relief hands over, one after the other: an entry, and what is owed of it. */
struct relief_item {
	uint64_t channel, epoch, index;
	struct bytes party, what; /* "WATCH READ", a step and a level */
};
struct relief_items {
	struct cbor_reader reader;
	size_t left;
};
void relief_items_open(struct relief_items *i, const struct statement *s);
bool relief_items_next(struct relief_items *i, struct relief_item *out);
void relief_item_put(const struct relief_item *item, struct buf *out);
bool relief_items_check(struct bytes value, uint64_t max);

/* The values of PEOPLE, SHIFTS and GAPS as CBOR; the caller gives shifts in order. */
void roster_put_people(const struct roster *r, struct buf *out);
void roster_put_shifts(const struct roster *r, struct buf *out);
void roster_put_gaps(const struct roster *r, struct buf *out);

#endif
