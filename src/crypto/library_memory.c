#include "crypto/library_memory.h"

#include "base/alloc.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static void *library_alloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size == 0 ? NULL : xrealloc(NULL, size);
}

static void *library_realloc(void *memory, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0)
		return xrealloc(memory, size);
	free(memory);
	return NULL;
}

static void library_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

bool library_memory_take(void)
{
	CRYPTO_malloc_fn now;

	CRYPTO_get_mem_functions(&now, NULL, NULL);
	return now == library_alloc ||
	       CRYPTO_set_mem_functions(library_alloc, library_realloc, library_free) == 1;
}
