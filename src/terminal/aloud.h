/*
 * aloud.h - a key's fingerprint as it is read aloud: eight groups of five digits, in Korean and in English.
 *
 * Spec: docs/ceremony.md. Test: test/e2e/test_versions.py. Layer: terminal.
 */
#ifndef TERMINAL_ALOUD_H
#define TERMINAL_ALOUD_H

#include "base/buf.h"
#include "crypto/hash.h"

#define ALOUD_GROUPS 8u
#define ALOUD_DIGITS 5u

/*
 * Of the SHA-256 of a key's SSH wire form, as in a fingerprint: each four bytes, big-endian, modulo
 * 100,000. Two keys of the same groups are as hard to make as 133 bits are.
 */
void aloud_groups(struct bytes wire, char out[ALOUD_GROUPS][ALOUD_DIGITS + 1]);
/* "하나 둘 삼 넷 오" or "one two three four five". */
void aloud_words(const char *group, bool is_korean, struct buf *out);

#endif
