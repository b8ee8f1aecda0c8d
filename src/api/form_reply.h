/*
 * form_reply.h - a form as JSON: what the accord says of it, and what a statement and its content fill it
 * with.
 *
 * Spec: docs/spec/api.md section 3. Layer: api. Pure.
 */
#ifndef API_FORM_REPLY_H
#define API_FORM_REPLY_H

#include "accord/form.h"
#include "api/reply.h"
#include "view/fold.h"

/* {"ko": ..., "en": ...} */
void reply_names(struct reply *r, const char *key, const struct accord *a, const struct bytes *names);
/* All that the accord says of one form. */
void reply_form(struct reply *r, const struct accord *a, const struct form *f);
/* "filled": the form that a statement names and the fields in it; nothing if it names none. */
void reply_filled(struct reply *r, const struct accord *a, const struct statement *s);
/* "filled_content": the fields that are only read, and what is wrong or missing among them. */
void reply_filled_content(struct reply *r, const struct accord *a, const struct statement *s,
			  const struct content *c);
/* "life": what stands under the same number; filed: when the last word of it was. */
void reply_life(struct reply *r, const struct accord *a, const struct form_life *life,
		const struct statement *s, struct wall filed, struct wall last_filed);
/*
 * "fault": {name, text, field, number}; nothing if there is none; f may be NULL: then without the field's
 * name.
 */
void reply_form_fault(struct reply *r, const struct form *f, const struct form_fault *fault);

#endif
