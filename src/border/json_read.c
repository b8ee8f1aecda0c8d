#include "border/json_read.h"

#include "border/incoming.h"

#include <stdlib.h>

/* jansson recurses; before it does, the depth is counted, and with it where it went wrong. */
static bool is_shallow(struct bytes in, size_t *offset)
{
	size_t depth = 0;
	bool is_text = false;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		*offset = i;
		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (is_text)
			continue;
		else if ((c == '{' || c == '[') && ++depth > INCOMING_DEPTH_MAX)
			return false;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return true;
}

enum err border_json_read(struct bytes in, json_t **out, size_t *offset)
{
	json_error_t fault;

	*out = NULL;
	if (!is_shallow(in, offset))
		return ERR_USAGE;
	*out = json_loadb((const char *)in.ptr, in.len, JSON_REJECT_DUPLICATES, &fault);
	*offset = *out != NULL || fault.position < 0 ? 0 : (size_t)fault.position;
	return *out == NULL ? ERR_USAGE : ERR_OK;
}

void border_json_put(struct buf *out, const char *key, const json_t *value)
{
	char *text = json_is_string(value)
			     ? NULL
			     : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	buf_put_str(out, out->len > 0 ? "\n" : "");
	buf_put_str(out, key);
	buf_put_str(out, ": ");
	buf_put_str(out, text == NULL ? json_string_value(value) : text);
	free(text);
}
