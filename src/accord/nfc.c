#include "accord/line.h"

#include <string.h>
#include <utf8proc.h>

/* No character is decomposed into more than four, and none of them has less than one byte. */
#define CHARACTERS_MAX (4u * ACCORD_TEXT_LEN_MAX)

bool line_is_nfc(struct bytes text)
{
	utf8proc_int32_t characters[CHARACTERS_MAX];
	utf8proc_ssize_t count, len;

	if (text.len > ACCORD_TEXT_LEN_MAX)
		return false;
	count = utf8proc_decompose(text.ptr, (utf8proc_ssize_t)text.len, characters, CHARACTERS_MAX,
				   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (count < 0 || count > (utf8proc_ssize_t)CHARACTERS_MAX)
		return false;
	count = utf8proc_normalize_utf32(characters, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (count < 0)
		return false;
	/* Written back as UTF-8 one by one: it must be the same bytes. */
	for (utf8proc_ssize_t i = 0; i < count; i++) {
		uint8_t bytes[4];
		struct bytes front;
		len = utf8proc_encode_char(characters[i], bytes);
		if (len <= 0 || bytes_take(&text, (size_t)len, &front) != ERR_OK ||
		    memcmp(front.ptr, bytes, (size_t)len) != 0)
			return false;
	}
	return text.len == 0;
}
