/*
 * accord_rule.h - a rule of an accord's files in words: what it asks.
 *
 * Spec: docs/spec/accord.md sections 11 and 12, guidelines.md section 10. Layer: home.
 */
#ifndef HOME_ACCORD_RULE_H
#define HOME_ACCORD_RULE_H

#include <stddef.h>

/* Untranslated; NULL of a rule that is not the accord's own, as a procedure's. */
const char *accord_rule_text(const char *rule);
/* NULL behind the last one. */
const char *accord_rule_at(size_t index);

#endif
