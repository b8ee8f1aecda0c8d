/*
 * unseal.h - what is sealed, opened on the terminal by its owner's secrets.
 *
 * Layer: terminal. Spec: docs/spec/seal.md.
 */
#ifndef TERMINAL_UNSEAL_H
#define TERMINAL_UNSEAL_H

#include "terminal/client.h"
#include "terminal/identity.h"
#include "wire/statement.h"

/*
 * The text of an age file, appended to *out, and its file key. By a secret, or by the header that was made
 * for one when its holder changed, in the folder of --wraps or $ENTENTE_WRAPS. kind is what its statement
 * says of it. Errors as age_look and age_open.
 */
enum err unseal(const struct identities *ids, const struct options *o, uint64_t kind, struct bytes file,
		struct buf *out, uint8_t file_key[AGE_FILE_KEY_LEN], struct fault *fault) MUST_CHECK;

/* The file key of a header, found likewise; hash is that of its file. */
enum err unseal_key(const struct identities *ids, const struct options *o, const struct age_header *h,
		    const uint8_t hash[HASH_LEN], uint8_t file_key[AGE_FILE_KEY_LEN]) MUST_CHECK;

/*
 * GET /entry: puts the words of a sealed content where those of a clear one stand, and "opened": whether that
 * was so. Takes an entry that is not sealed as it is. An attachment's hash and length stay those with which
 * the node has it; those of the file itself become file_hash and file_len.
 */
void unseal_entry(json_t *entry, const struct identities *ids, const struct options *o);
/*
 * The fields of a statement's words (.len 0: none here) by their numbers, as `read`; and what its form, if it
 * is one, says by the accord of this home: `filled` and `filled_content`.
 */
void form_words(json_t *to, const struct options *o, const struct statement *s, struct bytes words);
/* Rows of a list: the titles of those that this terminal's secrets open. */
enum exit_code unseal_rows(json_t *rows, const struct options *o, struct client *c) MUST_CHECK;

/* For tables of options. */
#define UNSEAL_OPTION \
	{ "wraps", N_("DIR"), N_("what entente rewrap wrote for your key; otherwise $ENTENTE_WRAPS") }

#endif
