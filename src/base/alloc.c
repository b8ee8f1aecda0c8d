#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

static void out_of_memory(size_t size)
{
	fprintf(stderr, "entente: out of memory, wanted %zu bytes\n", size);
	abort();
}

void *xcalloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		out_of_memory(count * size);
	return memory;
}

void *xrealloc(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL)
		out_of_memory(size);
	return memory;
}
