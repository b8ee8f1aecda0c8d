/*
 * fields.h - form fields, and what those of key 14 hold by kind.
 *
 * Spec: docs/spec/entry.md section 4. Vectors: test/vectors/statement.json.
 * Layer: wire. Pure.
 *
 * A field that its kind does not name is kept: a form's fields stand under the same key.
 */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include "wire/statement.h"

/* { + uint => value }; the count, 0 after a fault. Too many or none are refused with this rule. */
size_t fields_read(struct cbor_reader *r, struct field fields[STATEMENT_FIELDS_MAX], const char *rule);
void fields_write(const struct field *fields, size_t count, struct buf *out);

/*
 * ERR_RULE if a field that the kind needs is missing or holds something else; *bad is the field then,
 * NULL if it is missing.
 */
enum err fields_check(const struct statement *s, const struct field **bad) MUST_CHECK;

/*
 * Whether its kind names each of its fields. What a form asks for, and what standing dialogues say, has its
 * own judges.
 */
bool fields_are_named(const struct statement *s);

#endif
