/*
 * tunnel.h - a connection by TLS, handed on as a plain one: a process of its own carries the bytes.
 *
 * Layer: terminal. The server is known by the SHA-256 of its certificate's public key (SubjectPublicKeyInfo),
 * and we by a device's certificate, as docs/spec/browser.md section 8 has both: no authority decides.
 */
#ifndef TERMINAL_TUNNEL_H
#define TERMINAL_TUNNEL_H

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/hash.h"

#include <sys/types.h>

struct tunnel {
	pid_t pid; /* 0: none */
	int plain; /* the caller's to close */
	uint8_t key[HASH_LEN];
	bool has_key; /* which the server has shown */
};

/*
 * Takes fd. device: PEM, its certificate and its key. ERR_NOT_PINNED: the server has another key, or does not
 * know the device; ERR_VERIFY: the PEM is none; ERR_PROTOCOL, ERR_FRAME, ERR_DOWN: no TLS 1.3 there.
 */
enum err tunnel_connect(int fd, struct bytes device, const uint8_t pin[HASH_LEN],
			struct tunnel *out) MUST_CHECK;
/* Waits for its end. False: the other side refused the device. */
bool tunnel_close(struct tunnel *t);

#endif
