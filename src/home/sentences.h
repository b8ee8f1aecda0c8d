/*
 * sentences.h - what lower layers say in English, listed once more so that the catalogue has it.
 *
 * Layer: home. They know no catalogue; the program translates their sentences where it shows them. Test:
 * test/unit/test_sentences.c, which asks for every error, verdict and finding.
 */
#ifndef HOME_SENTENCES_H
#define HOME_SENTENCES_H

#include <stdbool.h>

/* Whether the catalogue is asked to hold it. */
bool sentence_is_known(const char *text);

#endif
