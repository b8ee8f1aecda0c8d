/*
 * instance_reply.h - an instance of a procedure as JSON: the same words in every answer.
 *
 * Spec: docs/spec/procedure.md section 10. Layer: api. Pure but for what the reading asks.
 */
#ifndef API_INSTANCE_REPLY_H
#define API_INSTANCE_REPLY_H

#include "api/reply.h"
#include "view/procedure.h"

struct api;

/* A definition: what may be started, and how. */
void reply_procedure(struct reply *r, const struct accord *a, const struct procedure *p);
/*
 * The members of one that is loaded, without braces: what it is, how it stands, its gates. self: whose doubt
 * is ours.
 */
void reply_instance(struct reply *r, const struct accord *a, size_t self, const struct machine *m);
/* Everything that counted in it, as far as the reader may know of it. */
enum err reply_moves(struct api *a, struct reply *r, const struct machine *m) MUST_CHECK;
/* What somebody owes; an object. */
void reply_due(struct reply *r, const struct accord *a, size_t self, uint64_t now_ms,
	       const struct due_view *due);
/* All of them as `obligations`; met ones too: a state of one is part of how it stands. */
void reply_obligations(struct reply *r, const struct accord *a, size_t self, uint64_t now_ms,
		       const struct machine *m);

#endif
