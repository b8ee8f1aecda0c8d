/*
 * place_key.h - logs and places as keys of the views' map: short, and in the order that lists need.
 *
 *	log     u16 channel, u8 party (its index in the accord), u32 epoch
 *	place   log, u64 index
 *
 * Layer: view. Pure.
 */
#ifndef VIEW_PLACE_KEY_H
#define VIEW_PLACE_KEY_H

#include "base/buf.h"

#define LOG_KEY_LEN 7u
#define PLACE_KEY_LEN (LOG_KEY_LEN + 8u)

struct log_key {
	uint32_t channel;
	size_t party; /* of accord.parties */
	uint32_t epoch;
};

struct place_key {
	struct log_key log;
	uint64_t index;
};

void log_key_write(const struct log_key *k, struct buf *out);
void place_key_write(const struct place_key *k, struct buf *out);
/* ERR_CORRUPT if fewer bytes are there; advances *in. */
enum err log_key_read(struct bytes *in, struct log_key *out) MUST_CHECK;
enum err place_key_read(struct bytes *in, struct place_key *out) MUST_CHECK;
bool log_key_equal(const struct log_key *a, const struct log_key *b);
bool place_key_equal(const struct place_key *a, const struct place_key *b);
/* As their keys sort: below 0, a is before b. */
int place_key_compare(const struct place_key *a, const struct place_key *b);

#endif
