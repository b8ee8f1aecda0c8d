/*
 * rule_text.h - what a rule of the formats asks, in a sentence, beside the name that docs/spec has for it.
 *
 * Layer: home. Test: test/unit/test_sentences.c. Rules of the accord's own files are not here: who writes
 * those reads docs/spec/accord.md.
 */
#ifndef HOME_RULE_TEXT_H
#define HOME_RULE_TEXT_H

/* "an entry breaks a rule of the record", English, for the catalogue; NULL: a rule that is not known here. */
const char *rule_text(const char *rule);
#endif
