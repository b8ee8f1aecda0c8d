/*
 * alloc.h - heap memory for the layers from record upwards; never fails, aborts.
 *
 * Layer: base. The pure layers do not call it: what outside bytes can ask for lives in an arena.
 * The record survives an abort, and the simulator proves it.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Zeroed; the caller frees with free(). */
void *xcalloc(size_t count, size_t size) __attribute__((returns_nonnull, malloc));
/* What is new of it holds anything: for a buf, which is written before it is read. */
void *xrealloc(void *memory, size_t size) __attribute__((returns_nonnull));

#endif
