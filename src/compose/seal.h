/*
 * seal.h - the words of a draft, sealed on the terminal for the keys of the posts that may read them.
 *
 * Layer: compose. Spec: docs/spec/seal.md sections 1, 3 and 4.
 */
#ifndef COMPOSE_SEAL_H
#define COMPOSE_SEAL_H

#include "compose/draft.h"

/*
 * Whether the draft's content is to be sealed and for which keys: once its channel, addressees, references
 * and the officer's role are known, and before anything is attached. Does nothing for a draft without
 * content, and nothing again. EXIT_DONE, or it was said why it cannot be.
 */
enum exit_code seal_choose(struct draft *d, const struct officer *officer, const struct options *o,
			   struct client *c) MUST_CHECK;
/* For draft_sign, before that: a form's free words go from the statement into the content. */
void seal_fields(struct draft *d);
/* For draft_sign: pads and seals what stands in content_bytes. */
enum exit_code seal_content(struct draft *d) MUST_CHECK;

/* Why nothing can be sealed for these keys, of which one may be bad. */
enum exit_code seal_explain(const struct draft *d, enum err e, size_t bad);

/* For tables of options. */
#define SEAL_OPTION { "seal", NULL, N_("seal the words, also where the accord does not ask for it") }

#endif
