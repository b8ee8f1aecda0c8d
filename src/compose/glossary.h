/*
 * glossary.h - the accord's joint glossary, held against words before they are signed.
 *
 * Layer: compose. It warns and stops nothing: which word is right is for the linguist.
 */
#ifndef COMPOSE_GLOSSARY_H
#define COMPOSE_GLOSSARY_H

#include "compose/draft.h"
#include "terminal/client.h"

/*
 * Contested terms in a draft's text and pairs, abbreviations that are not listed, and pairs whose sides use
 * other words than the glossary. Said on standard error. */
void glossary_warn(struct client *c, const struct draft *d);
/* The same of a translation: `from` is what is translated, in its language. */
void glossary_warn_translation(struct client *c, const char *from_language, const char *from,
			       const char *to_language, const char *to);

#endif
