/*
 * roster.h - the watch at the terminal: its words, and what is filed in the home channel.
 *
 * Layer: entente. Spec: docs/spec/watch.md. What is shown is what GET /watch said.
 */
#ifndef ENTENTE_ROSTER_H
#define ENTENTE_ROSTER_H

#include "compose/draft.h"
#include "show/show.h"

const char *duty_text(const char *state); /* "EMPTY" in the reader's language */
enum colour duty_colour(const char *state);
/* A line for each post that the own party, or each other, says is manned or not. */
void manning_show(const json_t *watch, bool is_ours);

/* Files one statement in the own home channel; `fill` adds its fields. done: {1} its place. */
enum exit_code home_file(struct options *o, enum kind kind, const char *done,
			 enum exit_code (*fill)(struct draft *d, struct client *c,
						const struct officer *officer, void *self),
			 void *self) MUST_CHECK;

#endif
