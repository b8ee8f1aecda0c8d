/*
 * random.h - bytes that nobody can guess, from the kernel.
 *
 * Layer: sys.
 */
#ifndef SYS_RANDOM_H
#define SYS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills out; aborts if the kernel has no randomness to give. */
void random_read(uint8_t *out, size_t len);

#endif
