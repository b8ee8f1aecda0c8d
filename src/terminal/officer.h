/*
 * officer.h - the officer at this terminal: a key that signs, and the role it acts in.
 *
 * Layer: terminal. The key is a file or lives in an ssh-agent (FIDO tokens and encrypted files do); it never
 * touches the node.
 */
#ifndef TERMINAL_OFFICER_H
#define TERMINAL_OFFICER_H

#include "crypto/sshsig.h"
#include "terminal/client.h"
#include "terminal/options.h"
#include "wire/origin.h"

struct officer {
	uint8_t wire[SSH_PUBLIC_MAX];
	struct bytes public_key; /* in wire */
	char fingerprint[SSH_FINGERPRINT_LEN];
	bool has_private; /* else the agent has it */
	struct sign_key key;
	char role[ROLE_NAME_MAX + 1];
};

/* --key, $ENTENTE_KEY or the agent's only key. EXIT_DONE, or what was wrong has been said. */
enum exit_code officer_open(struct officer *o, const struct options *options) MUST_CHECK;
/* And the role: --as, or the only one that the node's roster gives to this key. */
enum exit_code officer_find_role(struct officer *o, const struct options *options,
				 struct client *c) MUST_CHECK;
/* Appends an SSHSIG blob. ERR_SIGNER: the agent did not sign. */
enum err officer_sign(const struct officer *o, const char *namespace, struct bytes message,
		      struct buf *blob) MUST_CHECK;
void officer_close(struct officer *o);

/* A "ssh-ed25519 AAAA..." line in a file, as wire form. */
enum err public_key_read(const char *path, struct buf *wire) MUST_CHECK;

#endif
