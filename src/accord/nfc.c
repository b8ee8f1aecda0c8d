#include "accord/nfc.h"

#include "accord/line.h"

#include <string.h>
#include <utf8proc.h>

/* No character is decomposed into more than four, and none of them has less than one byte. */
#define CHARACTERS_MAX (4u * TEXT_WORDS_MAX)

/* How many characters it has in normal form; -1: it is longer than max bytes, or not well-formed. */
static utf8proc_ssize_t compose(struct bytes text, size_t max, utf8proc_int32_t characters[CHARACTERS_MAX])
{
	utf8proc_ssize_t count;

	if (text.len > max)
		return -1;
	count = utf8proc_decompose(text.ptr, (utf8proc_ssize_t)text.len, characters, CHARACTERS_MAX,
				   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (count < 0 || count > (utf8proc_ssize_t)CHARACTERS_MAX)
		return -1;
	return utf8proc_normalize_utf32(characters, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

bool line_is_nfc(struct bytes text)
{
	utf8proc_int32_t characters[CHARACTERS_MAX];
	utf8proc_ssize_t count = compose(text, ACCORD_TEXT_LEN_MAX, characters), len;

	/* Written back as UTF-8 one by one: it must be the same bytes. Without a form all are left. */
	for (utf8proc_ssize_t i = 0; i < count; i++) {
		uint8_t bytes[4];
		struct bytes front;
		len = utf8proc_encode_char(characters[i], bytes);
		if (bytes_take(&text, (size_t)len, &front) != ERR_OK ||
		    memcmp(front.ptr, bytes, (size_t)len) != 0)
			return false;
	}
	return text.len == 0;
}

enum err text_to_nfc(struct bytes text, struct buf *out)
{
	utf8proc_int32_t characters[CHARACTERS_MAX];
	utf8proc_ssize_t count = compose(text, TEXT_WORDS_MAX, characters);

	for (utf8proc_ssize_t i = 0; i < count; i++) {
		uint8_t bytes[4];
		utf8proc_ssize_t len = utf8proc_encode_char(characters[i], bytes);
		buf_put(out, (struct bytes){ bytes, (size_t)len });
	}
	return count < 0 ? ERR_USAGE : buf_check(out);
}
