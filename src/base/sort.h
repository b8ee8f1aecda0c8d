/*
 * sort.h - puts an array in order without asking the kernel or the heap for anything.
 *
 * Layer: base. The C library's qsort() asks how much memory the machine has, from a kilobyte of array on, by
 * a system call that a contained process may not make. Not stable; in the order of n log n.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>

#define SORT_SIZE_MAX 512u /* bytes of one item */

typedef int sort_order(const void *a, const void *b);
void sort_items(void *items, size_t count, size_t size, sort_order *order);

#endif
