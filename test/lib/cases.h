/*
 * cases.h - plays a test over each case of one section of test/vectors/record.json. The folder is $VECTORS,
 * else test/vectors.
 */
#ifndef TEST_CASES_H
#define TEST_CASES_H

#include "base/bytes.h"

#include <jansson.h>

typedef void case_play(const json_t *one);

/* Fails the test unless the section has cases; each is named on the way. */
void cases_play(const char *file, const char *section, case_play *play);

/* Members; the test fails if they are not there. Text and names borrow from the case. */
const char *case_str(const json_t *one, const char *key);
struct bytes case_text(const json_t *one, const char *key);
uint64_t case_number(const json_t *one, const char *key);
/* Decoded from hexadecimal into memory. */
struct bytes case_hex(const json_t *one, const char *key, uint8_t *memory, size_t max);
struct bytes hex_of(const json_t *text, uint8_t *memory, size_t max);

#endif
