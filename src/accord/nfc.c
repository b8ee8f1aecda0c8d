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

#define PARTS_MAX 4u /* of one character */

struct decomposed {
	struct bytes rest;
	utf8proc_int32_t parts[PARTS_MAX];
	size_t count, at;
};

static bool next_part(struct decomposed *d, utf8proc_int32_t *out)
{
	utf8proc_ssize_t count;
	uint32_t c;
	int bound = 0;

	if (d->at == d->count) {
		if (d->rest.len == 0 || bytes_take_character(&d->rest, &c) != ERR_OK)
			return false;
		count = utf8proc_decompose_char((utf8proc_int32_t)c, d->parts, PARTS_MAX, UTF8PROC_DECOMPOSE,
						&bound);
		if (count < 1 || count > (utf8proc_ssize_t)PARTS_MAX)
			return false;
		d->count = (size_t)count;
		d->at = 0;
	}
	*out = d->parts[d->at++];
	if (*out >= 'A' && *out <= 'Z')
		*out += 'a' - 'A';
	return true;
}

size_t nfc_front(struct bytes text, struct bytes name)
{
	struct decomposed in = { .rest = text }, of = { .rest = name };
	utf8proc_int32_t is, wanted;

	while (next_part(&of, &wanted)) {
		if (!next_part(&in, &is) || is != wanted)
			return 0;
	}
	return of.rest.len == 0 && in.at == in.count ? text.len - in.rest.len : 0;
}
