/*
 * sshsig.h - officers' signatures: SSHSIG blobs and SSH keys, software and FIDO.
 *
 * Spec: OpenSSH PROTOCOL.sshsig, PROTOCOL.u2f, PROTOCOL.key, PROTOCOL.agent; docs/spec/signature.md.
 * Vectors: test/vectors/sshsig.json. Fuzz: test/fuzz/sshsig.c.  Layer: crypto. Pure.
 *
 * Key types: ssh-ed25519, sk-ssh-ed25519@openssh.com, ecdsa-sha2-nistp256,
 * sk-ecdsa-sha2-nistp256@openssh.com. The last also signs as webauthn-sk-ecdsa-sha2-nistp256@openssh.com, in
 * a browser: a type of signatures only, the key stays of type sk-ecdsa.
 *
 * Stricter than ssh-keygen: the reserved field is empty, the hash is sha512, tokens state user presence,
 * mpints have their shortest form, and Ed25519 is judged by libsodium.
 */
#ifndef CRYPTO_SSHSIG_H
#define CRYPTO_SSHSIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/sign.h"

#define SSHSIG_STATEMENT "entente-statement-v1"
#define SSHSIG_ACCORD "entente-accord-v1"
#define SSHSIG_SESSION "entente-session-v1"
#define SSHSIG_CONSOLE "entente-console-v1" /* a release's key over the manifest of the console */
#define SSH_PUBLIC_MAX 512u
#define SSH_FINGERPRINT_LEN 51 /* "SHA256:" and 43 base64 characters, with a terminator */

struct sshsig {
	struct bytes public_key; /* SSH wire form */
	struct bytes namespace;
	struct bytes signature; /* SSH wire form: type and blob */
};

/* Reads a blob without armour; borrows. hash algorithm must be sha512. ERR_VERIFY with no more detail
 * than that it is unreadable. */
enum err sshsig_read(struct bytes blob, struct sshsig *out) MUST_CHECK;

/* ERR_VERIFY unless the blob is a signature of this namespace over the message by the key it names.
 * A token's signature must state user presence. *out says which key signed. */
enum err sshsig_verify(struct bytes blob, struct bytes namespace, struct bytes message,
		       struct sshsig *out) MUST_CHECK;

/*
 * The two parts of a blob of this namespace that are not the same in every one: its key, in SSH wire form,
 * and what follows the type and the length of its signature. split: borrows; ERR_VERIFY for a blob that join
 * would not give back (of another form, or of a type that its key does not have). join: ERR_VERIFY for parts
 * that split does not give.
 */
enum err sshsig_split(struct bytes blob, struct bytes namespace, struct bytes *public_key,
		      struct bytes *rest) MUST_CHECK;
enum err sshsig_join(struct bytes public_key, struct bytes namespace, struct bytes rest,
		     struct buf *out) MUST_CHECK;

/* The bytes that a key signs for this namespace and message. */
void sshsig_write_signed(struct bytes namespace, struct bytes message, struct buf *out);
/* The blob of a signature that an agent or a key made over them. */
void sshsig_write(struct bytes public_key, struct bytes namespace, struct bytes signature, struct buf *out);
/* Both at once, with a software key. */
void sshsig_make(const struct sign_key *k, struct bytes namespace, struct bytes message, struct buf *out);

/* "-----BEGIN SSH SIGNATURE-----" in lines of 70, and back from lines of up to 76; ERR_VERIFY if it is not of
 * that form, ERR_LIMIT if *out is too small. */
void sshsig_write_armour(struct bytes blob, struct buf *out);
enum err sshsig_read_armour(struct bytes text, struct buf *out) MUST_CHECK;

/* Public keys: wire form, the "ssh-ed25519 AAAA... comment" line, the fingerprint. */
void ssh_public_write(const uint8_t public[SIGN_PUBLIC_LEN], struct buf *out);
enum err ssh_public_check(struct bytes wire) MUST_CHECK; /* ERR_VERIFY: a type not allowed, or a weak key */
/* ERR_USAGE: not such a line; ERR_VERIFY: as ssh_public_check; ERR_LIMIT: *wire is too small. *comment
 * borrows. */
enum err ssh_public_read_line(struct bytes line, struct buf *wire, struct bytes *comment) MUST_CHECK;
/* wire has passed ssh_public_check; an empty comment is left out; the line is ended. */
void ssh_public_write_line(struct bytes wire, const char *comment, struct buf *out);
void ssh_fingerprint(struct bytes wire, char out[SSH_FINGERPRINT_LEN]);

/* OpenSSH private key files, unencrypted Ed25519; ERR_REFUSED for an encrypted one (use an agent),
 * ERR_USAGE for anything else. */
enum err ssh_private_read(struct bytes file, struct sign_key *out) MUST_CHECK;
/* check is 4 random bytes. */
void ssh_private_write(const struct sign_key *k, const char *comment, const uint8_t check[4],
		       struct buf *out);

/*
 * The agent protocol: request bytes, and what an answer means. Who owns the socket sends them. Requests and
 * answers are whole messages with their length in front. ERR_SHORT: read more of the answer; ERR_REFUSED: the
 * agent has not that key, or its owner said no; ERR_VERIFY: it is no such answer; ERR_LIMIT: the arena is
 * used up.
 */
#define SSH_AGENT_LEN_MAX (256u << 10) /* bytes of one answer: OpenSSH's own limit */
void ssh_agent_write_sign(struct bytes public_key, struct bytes message, struct buf *out);
enum err ssh_agent_read_sign(struct bytes answer, struct bytes *signature) MUST_CHECK; /* borrowed */
void ssh_agent_write_list(struct buf *out);
struct ssh_agent_key {
	struct bytes public_key, comment; /* borrowed from the answer */
};
enum err ssh_agent_read_list(struct bytes answer, struct arena *a, struct ssh_agent_key **out,
			     size_t *count) MUST_CHECK;

#endif
