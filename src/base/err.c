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
	return rows[index_below(e, ERR_COUNT)].class;
}

const char *err_name(enum err e)
{
	return rows[index_below(e, ERR_COUNT)].name;
}

const char *err_text(enum err e)
{
	return rows[index_below(e, ERR_COUNT)].text;
}

enum err err_unless(enum err e, enum err none)
{
	return e == none ? ERR_OK : e;
}

size_t index_below(size_t index, size_t count)
{
	assert(index < count);
	return index;
}
