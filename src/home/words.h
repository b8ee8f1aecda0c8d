/*
 * words.h - every string that a person reads goes through here: the message is the English sentence.
 *
 * Layer: home. Catalogue: po/. {1} in a sentence is filled in by say.h.
 */
#ifndef HOME_WORDS_H
#define HOME_WORDS_H

#include <libintl.h>

/* What is for a reader of that language, whoever runs the program; the message, if there is no catalogue. */
const char *words_in(const char *language, const char *text);

#define _(text) gettext(text)
/* By how many there are, in whichever forms the language has: {1} is for the caller to fill. */
#define n_(count, one, many) ngettext(one, many, (unsigned long)(count))
/* For tables: found by xgettext, translated where it is shown. */
#define N_(text) (text)

#endif
