/*
 * about.h - to amend, to cancel, to close what a form announced, and to correct what was said: they go where
 * it went.
 *
 * Layer: compose. Spec: docs/spec/forms.md section 4. Each is a command and a row of its own.
 */
#ifndef COMPOSE_ABOUT_H
#define COMPOSE_ABOUT_H

#include "compose/fill.h"

struct about {
	enum form_act act; /* ANNOUNCE: of the form that corrects */
	bool has_reason;   /* the second argument is why, and it needs one */
	const char *done;  /* N_(): {1} its place, {2} the number that it stands under */
};

enum exit_code about_run(struct options *o, const struct about *about) MUST_CHECK;

#endif
