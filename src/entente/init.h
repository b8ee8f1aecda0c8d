/*
 * init.h - the two files of `entente init`: keys and accords in init.c, a node's folder in init_home.c.
 *
 * Layer: entente. Spec of what is written: docs/spec/settings.md, docs/spec/accord.md.
 */
#ifndef ENTENTE_INIT_H
#define ENTENTE_INIT_H

#include "base/bytes.h"
#include "crypto/sign.h"
#include "home/accord_dir.h"
#include "terminal/options.h"

enum exit_code init_home(struct options *o) MUST_CHECK;

/* A file of an accord as it is, with the folders on its way; the whole of one into HOME/accord/HASH. */
enum exit_code init_copy_file(const char *to, struct bytes name, struct bytes content) MUST_CHECK;
enum exit_code init_copy_accord(const struct accord_dir *d, const char *home, const char *hash) MUST_CHECK;

/* A new file; one that is there already is never written over. */
enum exit_code init_write(const char *dir, const char *name, struct bytes content, unsigned mode) MUST_CHECK;
/* A key, and beside it, as NAME.pub, what everybody may know of it. */
enum exit_code init_write_pair(const char *dir, const char *name, struct bytes private,
			       struct bytes public) MUST_CHECK;

/* A new key of the node, DIR/NAME with its public half (node_keys.h). */
enum exit_code init_write_node_key(const char *dir, const char *name,
				   uint8_t public[SIGN_PUBLIC_LEN]) MUST_CHECK;

#endif
