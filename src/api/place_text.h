/*
 * place_text.h - a place as people write it: "KOR/LEADER 1.117".
 *
 * Spec: docs/spec/api.md section 2. Test: test/unit/test_place_text.c. Fuzz: test/fuzz/request.c.
 * Layer: api (may use base, wire, accord, view). Pure.
 *
 *	CODE / CHANNEL epoch . index	the epoch may be left out when it is 1: "KOR/LEADER 117"
 *
 * The channel is its short name of the accord in capitals, or its number. Reading minds no case.
 */
#ifndef API_PLACE_TEXT_H
#define API_PLACE_TEXT_H

#include "accord/accord.h"
#include "view/place_key.h"

/* Always with the epoch, so that a text from here never means another place later. */
void place_text_write(const struct accord *a, const struct place_key *place, struct buf *out);
/* "KOR/LEADER 1": the log alone. */
void log_text_write(const struct accord *a, const struct log_key *log, struct buf *out);

/* ERR_USAGE: not of this form; ERR_NOT_FOUND: no such party or channel in the accord. */
enum err place_text_read(const struct accord *a, struct bytes in, struct place_key *out) MUST_CHECK;
/* "LEADER", "leader" or "1". */
enum err channel_text_read(const struct accord *a, struct bytes in, uint32_t *number) MUST_CHECK;
/* "KOR" or "kor". */
enum err party_text_read(const struct accord *a, struct bytes in, size_t *party) MUST_CHECK;

#endif
