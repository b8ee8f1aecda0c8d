/*
 * ssh_wire.h - the pieces that SSH formats are made of: strings, keys, armour. For sshsig.h's files only.
 *
 * Spec: RFC 4251 section 5; OpenSSH PROTOCOL.key, PROTOCOL.u2f. Layer: crypto. Pure.
 */
#ifndef CRYPTO_SSH_WIRE_H
#define CRYPTO_SSH_WIRE_H

#include "base/buf.h"
#include "crypto/sign.h"

#define SSH_ARMOUR_MAX \
	4096u /* bytes within one armour: SSHSIG_LEN_MAX, and more than any key file here has */

/* One kind of public key. */
struct ssh_key_type {
	const char *name;
	bool is_p256;  /* else Ed25519 */
	bool is_token; /* FIDO: has an application, and signs a counter and flags */
};

struct ssh_key {
	const struct ssh_key_type *type;
	struct bytes point;
	struct bytes application; /* empty if it is no token's */
};

/* All borrow. ERR_VERIFY if *in does not begin with one; then *in is of no more use. */
enum err ssh_take_u32(struct bytes *in, uint32_t *out) MUST_CHECK;
enum err ssh_take_string(struct bytes *in, struct bytes *out) MUST_CHECK;
enum err ssh_expect_string(struct bytes *in, struct bytes want) MUST_CHECK;
void ssh_put_string(struct buf *out, struct bytes string);

/* A public key in wire form; its point is of the right length and not yet checked for more. */
enum err ssh_key_read(struct bytes wire, struct ssh_key *out) MUST_CHECK;

/* Base64 in lines of 70 between two marks, which are given without a line's end. Reading takes lines of
 * 1 to 76 characters, each ended by a line feed, the last one's being optional. ERR_VERIFY if it is not of
 * that form, ERR_LIMIT if the bytes do not fit. */
void ssh_armour_write(const char *begin, const char *end, struct bytes in, struct buf *out);
enum err ssh_armour_read(const char *begin, const char *end, struct bytes text, struct buf *out) MUST_CHECK;

#endif
