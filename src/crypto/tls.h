/*
 * tls.h - the link's secure channel: TLS 1.3 with pinned keys, over byte buffers.
 *
 * Spec: RFC 8446; docs/spec/link.md. Layer: crypto. No sockets and no clock: whoever owns the socket carries
 * the bytes. The two opaque structs and what OpenSSL keeps for them are on the heap (_new, _free): a
 * connection's memory is bounded by TLS_PIECE_MAX and TLS_OUT_MAX.
 *
 * Mutual: each side shows a self-signed Ed25519 certificate, and only its public key counts: it must be one
 * of the pins. Names, dates and signatures of certificates decide nothing. No early data, no resumption, no
 * tickets. The system's openssl.cnf is not read.
 *
 * The private key is not here. A handshake needs one signature, which is asked from the process that has the
 * key; see struct tls_signer.
 */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/sign.h"

#define TLS_CERTIFICATE_MAX 512u
#define TLS_NAME_MAX 64u
#define TLS_OWN_MAX 3u
#define TLS_PINS_MAX 64u
#define TLS_PIECE_MAX (64u << 10)
#define TLS_OUT_MAX (2 * FRAME_LEN_MAX)
#define TLS_SIGNED_MAX 256u /* bytes that a handshake signs, at most */

/*
 * Asks for an Ed25519 signature with the key of our certificate, and waits for it. Any error ends the
 * handshake as ERR_SIGNER. self must outlive the tls_identity.
 */
struct tls_signer {
	enum err (*sign)(void *self, struct bytes message, uint8_t out[SIGN_LEN]);
	void *self;
};

/* For the process that has the key: ERR_REFUSED unless the message is what a TLS 1.3 handshake signs (RFC
 * 8446 section 4.4.3). The key signs nothing else, so nothing else may be made of it. */
enum err tls_check_signed(struct bytes message) MUST_CHECK;

/* A certificate for this key: the same bytes each time. ERR_SIGNER; ERR_USAGE for a name that is empty,
 * longer than TLS_NAME_MAX or no UTF-8; ERR_LIMIT if *out is too small (TLS_CERTIFICATE_MAX is enough). */
enum err tls_certificate_make(const uint8_t public[SIGN_PUBLIC_LEN], const struct tls_signer *signer,
			      const char *name, struct buf *out) MUST_CHECK;
/* ERR_VERIFY: no certificate, not signed by itself, or its key is not a good Ed25519 key. */
enum err tls_certificate_key(struct bytes der, uint8_t public[SIGN_PUBLIC_LEN]) MUST_CHECK;

/* X25519MLKEM768 is offered by this machine's OpenSSL (3.5 and later). */
bool tls_has_post_quantum(void);

/* Who we are on every connection: one a process. */
struct tls_identity;

/* Copies. is_post_quantum_only: X25519MLKEM768 or no connection; ERR_REFUSED if it is not offered here.
 * ERR_VERIFY: as tls_certificate_key. */
enum err tls_identity_new(struct bytes certificate, const struct tls_signer *signer,
			  bool is_post_quantum_only, struct tls_identity **out) MUST_CHECK;
/*
 * One more key of ours, newer than those before. Each side tells the other by which keys it knows it (RFC
 * 8446 section 4.2.4: a name a pin, a salt and a hash, so that nobody else recognizes it), and shows the
 * newest that the other knows; the oldest to whoever tells nothing. ERR_LIMIT beyond TLS_OWN_MAX.
 */
enum err tls_identity_add(struct tls_identity *id, struct bytes certificate,
			  const struct tls_signer *signer) MUST_CHECK;
/*
 * For the terminals of officers, whose browsers are others' programs: our certificate, those above it and its
 * key stand in `pem`, of P-256 or what else a browser takes. A peer is known by the SHA-256 of its
 * certificate's public key (SubjectPublicKeyInfo), which is what pins and tls_peer_key are then. With a
 * device's PEM it is the other side: who asks what a browser would. ERR_VERIFY: no certificate, or not its
 * key.
 */
enum err tls_identity_of_terminals(struct bytes pem, struct tls_identity **out) MUST_CHECK;
void tls_identity_free(struct tls_identity *id);

enum tls_role { TLS_CLIENT, TLS_SERVER };

/* One connection. The identity must outlive it; the pins are copied (ERR_LIMIT beyond TLS_PINS_MAX), and none
 * means that nobody is let in. A client has its first bytes ready for tls_get_wire. */
struct tls;
enum err tls_new(struct tls_identity *id, enum tls_role role, const uint8_t (*pins)[SIGN_PUBLIC_LEN],
		 size_t count, struct tls **out) MUST_CHECK;
void tls_free(struct tls *t);

/*
 * Bytes from the socket; carries the handshake on. At most TLS_PIECE_MAX at once, and tls_read until
 * ERR_SHORT before the next (ERR_LIMIT otherwise, nothing taken). After any of the errors below, from here or
 * tls_read, send what tls_get_wire still has (the alert that tells the peer), then close; the same error
 * comes again.
 *
 * ERR_NOT_PINNED: the peer's key is not pinned here, or ours is not pinned there.
 * ERR_PROTOCOL: no common version or group. ERR_FRAME: anything else that breaks TLS. ERR_SIGNER: no
 * signature.
 */
enum err tls_put_wire(struct tls *t, struct bytes in) MUST_CHECK;

/* Moves bytes for the socket to the end of *out, as many as fit; their number. */
size_t tls_get_wire(struct tls *t, struct buf *out);
/* Bytes that wait for the socket. */
size_t tls_wire_len(const struct tls *t);

/* Moves what the peer wrote to the end of *out, as much as fits. ERR_SHORT: nothing there yet, or no room.
 * ERR_DOWN: the peer closed. Also the errors of tls_put_wire. */
enum err tls_read(struct tls *t, struct buf *out) MUST_CHECK;

/* All of it; the connection is established. ERR_LIMIT, and nothing is taken, if more than TLS_OUT_MAX would
 * wait; ERR_DOWN if the connection is closed or failed. */
enum err tls_write(struct tls *t, struct bytes in) MUST_CHECK;

/* Tells the peer that no more comes. */
void tls_close(struct tls *t);

/* The handshake is done and the peer's key is pinned here. A client learns only from the first bytes that it
 * reads whether its own key was accepted. */
bool tls_is_established(const struct tls *t);
/* The peer's key; NULL before a certificate was seen. It is filled in for a key that is not pinned too. */
const uint8_t *tls_peer_key(const struct tls *t);
/* Which of our keys we showed, from 0 in the order of their coming. */
size_t tls_own(const struct tls *t);
/* "X25519", "X25519MLKEM768"; "none" before it is settled. */
const char *tls_group(const struct tls *t);
/* Why the connection failed, for a person: "sent alert: bad certificate"; empty if it did not. */
const char *tls_failure(const struct tls *t);

#endif
