/*
 * fill.h - a form's fields as a person types them, NAME=VALUE, into a draft: what is wrong is said by the
 * field's title, with the values that it may have, before anything is signed.
 *
 * Layer: compose. Spec: docs/spec/forms.md. What the form is comes from GET /forms.
 */
#ifndef COMPOSE_FILL_H
#define COMPOSE_FILL_H

#include "accord/form.h"
#include "compose/draft.h"
#include "terminal/options.h"

#define FORM_OPTION { "form", N_("NAME"), N_("as this form of the accord: entente forms lists them") }
/* Options of every command that fills a form, to begin a table with. */
#define FILL_OPTIONS                                                                                   \
	{ "field", N_("NAME=VALUE"),                                                                   \
	  N_("a field of the form; of a pair NAME.ko= and NAME.en=; again for each item of a list") }, \
		{ "fields", N_("FILE"), N_("take such lines from a file, - for standard input") },     \
		{ "basis", N_("TEXT"), N_("the legal basis") },                                        \
		{ "reply-by", N_("TIME"), N_("when an answer is due") },                               \
	{                                                                                              \
		"because", N_("TEXT"), N_("say it although something is missing or late, and why")     \
	}

/*
 * The newest version, or the one named; the caller's to decref. EXIT_DONE, or it was said that there is none.
 */
enum exit_code form_get(struct client *c, const char *name, uint64_t version, json_t **form) MUST_CHECK;
/* The form that corrects others; the caller's to decref. */
enum exit_code form_get_correction(struct client *c, json_t **form) MUST_CHECK;

/* EXIT_DONE, or EXIT_USAGE: there is no --form, and one of FILL_OPTIONS is given, which would be lost. */
enum exit_code form_is_missed(const struct options *o) MUST_CHECK;

/*
 * Puts the form, the act and every field into the draft, whose references stand already; a ref adds one.
 * `last` is what is said anew, or NULL: what is not typed stays as it stood there.
 */
enum exit_code form_fill(struct draft *d, const struct options *o, struct client *c, const json_t *form,
			 enum form_act act, const json_t *last) MUST_CHECK;

/* Of an answer that refuses a form: says what of it, by the field's title. */
void form_explain(struct client *c, const struct draft *d, const json_t *answer);

#endif
