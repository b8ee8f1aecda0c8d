/*
 * origin.h - the name of a log: accord id/channel/party/epoch.
 *
 * Spec: docs/spec/record.md section 1. Layer: wire. Pure.
 */
#ifndef WIRE_ORIGIN_H
#define WIRE_ORIGIN_H

#include "base/buf.h"
#include "base/limits.h"

#define ACCORD_ID_LEN 16

struct origin {
	uint8_t accord[ACCORD_ID_LEN];
	uint32_t channel; /* 1..CHANNEL_MAX */
	char party[PARTY_NAME_MAX + 1];
	uint32_t epoch; /* from 1 */
};

/* Strict: decimals without leading zeros, party [a-z][a-z0-9-]{0,15}. ERR_USAGE otherwise. */
enum err origin_read(struct bytes in, struct origin *out) MUST_CHECK;
/* At most ORIGIN_LEN_MAX bytes. */
void origin_write(const struct origin *o, struct buf *out);
bool origin_equal(const struct origin *a, const struct origin *b);
/* By accord, channel, party, epoch. */
int origin_compare(const struct origin *a, const struct origin *b);

bool is_party_name(struct bytes name); /* [a-z][a-z0-9-]{0,15} */
bool is_role_name(struct bytes name);  /* [a-z][a-z0-9-]{0,31} */

#endif
