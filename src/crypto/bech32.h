/*
 * bech32.h - bytes as text that a person may copy by hand: lower-case letters and digits behind a name, and a
 * checksum.
 *
 * Spec: BIP 173, without its limit of 90 characters. Layer: crypto. Pure.
 */
#ifndef CRYPTO_BECH32_H
#define CRYPTO_BECH32_H

#include "base/buf.h"

/* Characters of it, without a terminator. */
#define BECH32_LEN(name_len, len) ((name_len) + 1 + ((len) * 8 + 4) / 5 + 6)

/* name: printable ASCII in small letters. */
void bech32_write(const char *name, struct bytes in, struct buf *out);
/*
 * All letters small or all capital; the name is compared in that form. ERR_NOT_FOUND: of another name;
 * ERR_VERIFY: a wrong letter, a wrong checksum, bits left over, or not exactly len bytes.
 */
enum err bech32_read(const char *name, struct bytes text, uint8_t *out, size_t len) MUST_CHECK;

#endif
