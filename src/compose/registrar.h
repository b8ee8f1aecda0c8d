/*
 * registrar.h - statements of a party's registrar: open an epoch, add or withdraw a key.
 *
 * Spec: docs/spec/record.md sections 6 and 10. Layer: compose. Channel 0: each of the party's logs takes a
 * copy.
 */
#ifndef COMPOSE_REGISTRAR_H
#define COMPOSE_REGISTRAR_H

#include "accord/accord.h"
#include "compose/draft.h"

#define REGISTRAR_ROLE "registrar"

/* A draft of this kind for every channel; rel is every party of the accord. */
enum exit_code registrar_draft(struct draft *d, enum kind kind, const struct options *o,
			       struct bytes accord_id, const char *party, const char *const *parties,
			       size_t parties_count) MUST_CHECK;
/* The first epoch: field 1 is the manifest's hash. */
void registrar_fill_open(struct draft *d, const uint8_t manifest_hash[HASH_LEN]);
/*
 * An officer's key in SSH wire form, or a role's that words are sealed for, raw. roles is "watch,head";
 * EXIT_USAGE if one of them is no name. holder 0: nobody's of his own.
 */
enum exit_code registrar_fill_key(struct draft *d, bool is_withdrawal, enum key_use use, struct bytes key,
				  uint64_t holder, const char *roles) MUST_CHECK;

#endif
