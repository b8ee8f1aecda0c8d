/*
 * library_memory.h - OpenSSL's memory: it ends the program where there is none, as ours does.
 *
 * Layer: crypto. OpenSSL says "false" of a signature that it had no memory to look at, and "no key" of a key.
 * Such a verdict would be kept for ever, and no other node would share it.
 */
#ifndef CRYPTO_LIBRARY_MEMORY_H
#define CRYPTO_LIBRARY_MEMORY_H

#include <stdbool.h>

/* Before OpenSSL is used; false: it was. */
bool library_memory_take(void);

#endif
