/*
 * form_text.h - what a form says, in words: for readers of other programs, who know nothing of forms.
 *
 * Spec: docs/spec/border.md section 1. Layer: accord. Pure.
 */
#ifndef ACCORD_FORM_TEXT_H
#define ACCORD_FORM_TEXT_H

#include "accord/form.h"

/*
 * The form's title with its act and its first code, and a line for each field, in one of the accord's
 * languages. Of a form that the accord does not have only the name; nothing if the statement is as no form.
 * names: what is written for each of s->refers, .len 0 for what is left out. What does not fit is left out,
 * and "..." stands for it.
 */
#define FORM_WORDS_LEN_MAX (CONTENT_LEN_MAX + ENTRY_LEN_MAX)
void form_text_write(const struct accord *a, size_t language, const struct statement *s,
		     const struct content *c, const struct bytes *names, struct buf *out);

#endif
