/*
 * identity.h - age keys and secrets in files: what a terminal seals for, and what it opens with.
 *
 * Layer: terminal. Spec: docs/spec/seal.md section 2. The files are age's own; no secret comes to a node.
 */
#ifndef TERMINAL_IDENTITY_H
#define TERMINAL_IDENTITY_H

#include "crypto/age.h"
#include "terminal/options.h"

struct identities {
	struct age_identity of[AGE_IDENTITIES_MAX];
	size_t count;
};

/*
 * Each --identity FILE, or $ENTENTE_IDENTITY; there may be none. EXIT_DONE, or what was wrong has been said.
 */
enum exit_code identities_open(struct identities *ids, const struct options *o) MUST_CHECK;
void identities_close(struct identities *ids); /* wipes */

/*
 * Public keys, one a line. ERR_NOT_FOUND: there is no such file; ERR_VERIFY: a line is no key, or there is
 * none; ERR_LIMIT: more than AGE_RECIPIENTS_MAX.
 */
enum err recipients_read_file(const char *path, struct age_recipient *out, size_t *count) MUST_CHECK;

/* A new secret of each kind that this machine has, in path (0600), and its keys in path.pub. */
enum exit_code identity_make(const char *path, bool is_json) MUST_CHECK;

#endif
