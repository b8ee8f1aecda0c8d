#include "api/http_library.h"

#include "base/bytes.h"
#include "base/log.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t at;
} functions[] = {
#define HTTP_FUNCTION(name) { "MHD_" #name, offsetof(struct http_library, name) },
	HTTP_FUNCTIONS(HTTP_FUNCTION)
#undef HTTP_FUNCTION
};

enum err http_library_load(struct http_library *out)
{
	void *library = dlopen(HTTP_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; library != NULL && i < ARRAY_COUNT(functions); i++) {
		void *function = dlsym(library, functions[i].name);
		if (function == NULL) {
			library = NULL;
			break;
		}
		memcpy((unsigned char *)out + functions[i].at, &function, sizeof function);
	}
	if (library != NULL)
		return ERR_OK;
	log_error("%s", dlerror());
	return ERR_NOT_FOUND;
}
