#include "base/err.h"

#include <assert.h>

static const struct {
	enum err_class class;
	const char *name, *text;
} rows[] = {
#define ERR_ROW(code, class, text) { ERR_CLASS_##class, #code, text },
	ERR_LIST(ERR_ROW)
#undef ERR_ROW
};

enum err_class err_class(enum err e)
{
	assert(e < ERR_COUNT);
	return rows[e].class;
}

const char *err_name(enum err e)
{
	assert(e < ERR_COUNT);
	return rows[e].name;
}

const char *err_text(enum err e)
{
	assert(e < ERR_COUNT);
	return rows[e].text;
}
