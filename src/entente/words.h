/*
 * words.h - every string that a person reads goes through here: the message is the English sentence.
 *
 * Layer: entente. Catalogue: po/. {1} in a sentence is filled in by say.h.
 */
#ifndef ENTENTE_WORDS_H
#define ENTENTE_WORDS_H

#include <libintl.h>

#define _(text) gettext(text)
/* For tables: found by xgettext, translated where it is shown. */
#define N_(text) (text)

#endif
