/*
 * evidence.h - checks at the terminal what the node says: signatures over the statement, the content's hash.
 *
 * Layer: terminal. The node is not believed where the officer's own machine can see for itself.
 */
#ifndef TERMINAL_EVIDENCE_H
#define TERMINAL_EVIDENCE_H

#include "base/limits.h"
#include "crypto/sshsig.h"
#include "terminal/client.h"

struct evidence {
	size_t signatures, good;
	char fingerprints[STATEMENT_SIGNATURES_MAX][SSH_FINGERPRINT_LEN]; /* of the good ones */
	bool has_content, is_content_good;
	char hash[2 * HASH_LEN + 1]; /* of the content, as the signed statement names it */
};

/* From GET /entry. ERR_VERIFY: something is false; ERR_USAGE: the answer is not of the form. */
enum err evidence_check(const json_t *entry, struct evidence *out) MUST_CHECK;

#endif
