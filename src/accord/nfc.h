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

#endif
