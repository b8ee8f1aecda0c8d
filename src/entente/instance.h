/*
 * instance.h - an instance of a procedure at the terminal: found, named in what is said, shown.
 *
 * Layer: entente. Spec: docs/spec/procedure.md. What is shown is what GET /instances said.
 */
#ifndef ENTENTE_INSTANCE_H
#define ENTENTE_INSTANCE_H

#include "compose/draft.h"
#include "show/show.h"
#include "terminal/options.h"

/* By its START or by anything that counts in it; the caller's. */
enum exit_code instance_get(struct client *c, const char *place, json_t **out) MUST_CHECK;
/* The draft is on its channel, names it and takes its label, unless it has one. */
enum exit_code draft_instance(struct draft *d, struct client *c, const json_t *instance) MUST_CHECK;

/* One line of a list; IN DOUBT cannot be overlooked. */
void instance_show_row(const json_t *instance);
/* Its life, and which steps are open and done. */
void instance_show_stand(const json_t *instance);
/* What was proposed and decided. */
void instance_show_gates(const json_t *instance);
/* All of it. */
void instance_show(const json_t *instance, const char *self);
/* What somebody owes, in one line. */
void obligation_show(const json_t *due, uint64_t now_ms);

#endif
