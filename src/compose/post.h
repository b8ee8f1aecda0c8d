/*
 * post.h - a signed draft goes to the node; what became of it comes back.
 *
 * Layer: compose. The terminal's copy is written first (outbox.h), the ladder is waited for last.
 */
#ifndef COMPOSE_POST_H
#define COMPOSE_POST_H

#include "compose/outbox.h"

#define PLACE_TEXT_LEN 96

/* EXIT_DONE with the place; or what the node said has been said. */
enum exit_code post_draft(struct client *c, const struct draft *d, char place[PLACE_TEXT_LEN]) MUST_CHECK;

/* The same; but a refusal by such a rule is said in *wish, not to the person, and the copy is dropped. */
struct post_wish {
	const char *rule, *also; /* also: another, or NULL */
	bool is_refused;
	bool is_also;	       /* ... by that other */
	bool is_held;	       /* of APPROVAL: a word holds it beside (HELD) */
	uint64_t needed, line; /* of APPROVAL */
	bool is_said;	       /* it was said before, at the place that is given, and this was not filed */
	char shut[256];	       /* names of channels in whose logs a withdrawal is not; "": none */
};
enum exit_code post_draft_asking(struct client *c, const struct draft *d, char place[PLACE_TEXT_LEN],
				 struct post_wish *wish) MUST_CHECK;

/* "receipt", "read", "readback", "presented", "reply"; NULL if it is none of them. */
struct wait_step;
const struct wait_step *wait_step_find(const char *word);
/* In the terminal's language; an answer of either kind is not called a reply. */
const char *wait_step_name(const struct wait_step *step);

/* Until each action addressee of the message has come so far. EXIT_TIMEOUT. */
enum exit_code wait_for_step(struct client *c, const struct options *o, const char *place,
			     const struct wait_step *step, uint64_t ms) MUST_CHECK;
/*
 * EXIT_LINE_DOWN when there is no way to a party that the statement is for: its addressees' and those whose
 * entries it refers to; else all others of its channel. Says since when, and what to do.
 */
enum exit_code check_lines(struct client *c, const struct draft *d, const char *place,
			   bool is_quiet) MUST_CHECK;
/* The same of what names nobody and stands on that channel, with 0 in every log of ours. */
enum exit_code check_lines_on(struct client *c, uint64_t channel, const char *place,
			      bool is_quiet) MUST_CHECK;

/* The text that a person gives: words typed, --file, or standard input. Heap; EXIT_DONE, or it was said. */
enum exit_code text_read(const struct options *o, const char *typed, struct buf *out) MUST_CHECK;
/* --language, or the terminal's. */
const char *text_language(const struct options *o);

#endif
