/*
 * nfc.h - Unicode's normal form C, made at a terminal: words that look alike are then the same bytes.
 *
 * Layer: accord. Pure. No door asks it about statements: two versions of Unicode
 * would judge them differently.
 */
#ifndef ACCORD_NFC_H
#define ACCORD_NFC_H

#include "base/buf.h"

/* Appends. ERR_USAGE: it is not well-formed UTF-8, or longer than TEXT_WORDS_MAX; ERR_LIMIT. */
enum err text_to_nfc(struct bytes text, struct buf *out) MUST_CHECK;
/*
 * How many bytes of a text say this name, in whichever of Unicode's forms it is written there, and its Latin
 * letters in either case; 0: it does not begin so.
 */
size_t nfc_front(struct bytes text, struct bytes name);

#endif
