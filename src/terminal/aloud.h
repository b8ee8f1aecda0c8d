/*
 * aloud.h - what two sides read aloud to each other: a key's fingerprint, in Korean and in English, and nine
 * digits of an entry.
 *
 * Spec: docs/ceremony.md. Test: test/e2e/test_versions.py, test_cli_record.py. Layer: terminal.
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

#define ALOUD_LEAF_LEN 11u /* "123 456 789" */

/*
 * Of a leaf's first four bytes, big-endian, modulo 1,000,000,000, as the console shows them: the same on both
 * sides.
 */
void aloud_leaf(const uint8_t leaf[HASH_LEN], char out[ALOUD_LEAF_LEN + 1]);

#endif
