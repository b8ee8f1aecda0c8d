/*
 * node_keys.h - the node's own keys as files of its home: keys/USE, and while they change keys/USE.next and
 * keys/USE.old.
 *
 * Spec: docs/spec/settings.md section 1. Layer: home. Each is 64 hexadecimal digits and a newline, and
 * beside it, with `.pub` behind its name, the public half.
 */
#ifndef HOME_NODE_KEYS_H
#define HOME_NODE_KEYS_H

#include "accord/accord.h"
#include "crypto/sign.h"

enum node_use { NODE_LOG, NODE_MIRROR, NODE_TLS, NODE_USES };
extern const char *const node_use_names[NODE_USES]; /* as the accord's `keys` has them */
enum accord_key_use node_use_of_accord(enum node_use use);

/* Oldest first. */
enum node_key_age { NODE_KEY_OLD, NODE_KEY_HERE, NODE_KEY_NEXT, NODE_KEYS_MAX };
#define NODE_KEY_NAME_LEN 32u
void node_key_name(const char *use, enum node_key_age age, char out[NODE_KEY_NAME_LEN]);

/* What the signer says that it has, oldest first. */
struct node_keys {
	uint8_t of[NODE_KEYS_MAX][SIGN_PUBLIC_LEN];
	size_t count;
};

#endif
