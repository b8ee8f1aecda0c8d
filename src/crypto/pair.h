/*
 * pair.h - what two nodes seal for each other under a key that both hold, where no TLS fits.
 *
 * Spec: docs/spec/thin.md section 3. Test: test/unit/test_thin.c. Layer: crypto.
 *
 * Sealing is deterministic: the first 8 bytes authenticate the message and are the nonce by which it is
 * hidden, so there is no counter that a restored backup could give twice. Who looks on learns length and
 * repetition.
 */
#ifndef CRYPTO_PAIR_H
#define CRYPTO_PAIR_H

#include "base/buf.h"

#define PAIR_SECRET_LEN 32u
#define PAIR_SEAL_LEN 8u    /* in front of what is sealed */
#define PAIR_TAG_LEN 2u	    /* of a part on the line */
#define PAIR_PLAIN_MAX 600u /* bytes sealed together */

/* Of one direction. */
struct pair_key {
	uint8_t tag[32], hide[32];
};

/* `use` says what for and who to whom: another use is another key. Wiped by pair_key_forget. */
void pair_key_derive(const uint8_t secret[PAIR_SECRET_LEN], struct bytes use, struct pair_key *out);
void pair_key_forget(struct pair_key *key);

/*
 * kind is authenticated beside the message. Adds PAIR_SEAL_LEN + plain.len bytes; plain of at most
 * PAIR_PLAIN_MAX.
 */
void pair_seal(const struct pair_key *key, uint8_t kind, struct bytes plain, struct buf *out);
/*
 * ERR_VERIFY: not sealed under this key, and *out as it was; ERR_LIMIT: longer than *out or PAIR_PLAIN_MAX.
 */
enum err pair_open(const struct pair_key *key, uint8_t kind, struct bytes sealed, struct buf *out) MUST_CHECK;

/* Tells noise from what a peer sent; it decides nothing that is kept: the seal does. */
void pair_tag(const struct pair_key *key, struct bytes part, uint8_t out[PAIR_TAG_LEN]);
bool pair_tag_is(const struct pair_key *key, struct bytes part, const uint8_t tag[PAIR_TAG_LEN]);

#endif
