/*
 * word_filter.h - words that hold an item, asked at the terminal: of sealed text the node cannot.
 *
 * Layer: entente. Spec: docs/spec/release.md section 2, docs/spec/guidelines.md section 9. The list is that
 * of the newest version of the accord in the home.
 */
#ifndef ENTENTE_WORD_FILTER_H
#define ENTENTE_WORD_FILTER_H

#include "entente/options.h"
#include "wire/content.h"
#include "wire/statement.h"

#define FILTER_WORD_LEN 256u /* with its terminator; longer ones are cut */

/*
 * The word of this content (plain, strict) that holds what is to go out there; "": none. EXIT_DONE, or it was
 * said why the list cannot be read: then nothing is let through.
 */
enum exit_code word_filter(const struct options *o, const struct statement *s, struct bytes content,
			   char word[FILTER_WORD_LEN]) MUST_CHECK;

#endif
