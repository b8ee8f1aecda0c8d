#include "api/reply.h"

#include <string.h>

/* A comma stands between two values: not at the front, and not behind what opens or a key. */
static void value_begin(struct reply *r)
{
	struct buf *b = r->out;
	uint8_t last = b->len == 0 ? '[' : b->ptr[b->len - 1];

	if (last != '[' && last != '{' && last != ':' && last != '\n' && last != ' ')
		buf_put_byte(b, ',');
}

/* Whether one of eight bytes is `c`, or is below 0x20. */
static bool one_is(uint64_t eight, uint8_t c)
{
	uint64_t x = eight ^ (0x0101010101010101u * c);

	return ((x - 0x0101010101010101u) & ~x & 0x8080808080808080u) != 0;
}

static bool one_is_control(uint64_t eight)
{
	return ((eight - 0x2020202020202020u) & ~eight & 0x8080808080808080u) != 0;
}

static bool is_plain_byte(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

/*
 * Whether all of it stands in a string as it is: eight bytes at once, the last ones with some before.
 * *is_ascii, if so: whether it is nothing else.
 */
static bool is_plain(struct bytes text, bool *is_ascii)
{
	uint64_t eight, all = 0;

	if (text.len < sizeof eight) {
		size_t i = 0;
		for (; i < text.len && is_plain_byte(text.ptr[i]); i++)
			all |= text.ptr[i];
		*is_ascii = (all & 0x80) == 0;
		return i == text.len;
	}
	for (size_t i = 0; i < text.len; i += sizeof eight) {
		size_t last = text.len - sizeof eight;
		memcpy(&eight, text.ptr + (i < last ? i : last), sizeof eight);
		if (one_is_control(eight) || one_is(eight, '"') || one_is(eight, '\\') || one_is(eight, 0x7f))
			return false;
		all |= eight;
	}
	*is_ascii = (all & 0x8080808080808080u) == 0;
	return true;
}

static void put_escaped(struct buf *b, uint8_t c)
{
	if (c == '"' || c == '\\') {
		buf_put_byte(b, '\\');
		buf_put_byte(b, c);
	} else if (c == '\n') {
		buf_put_str(b, "\\n");
	} else if (c == '\t') {
		buf_put_str(b, "\\t");
	} else {
		buf_put_str(b, "\\u00");
		buf_put_hex(b, (struct bytes){ &c, 1 });
	}
}

static void put_plain(struct buf *b, struct bytes text)
{
	uint8_t *at = buf_reserve(b, text.len + 2);

	if (at == NULL)
		return;
	at[0] = '"';
	if (text.len > 0)
		memcpy(at + 1, text.ptr, text.len);
	at[text.len + 1] = '"';
}

static void put_quoted(struct buf *b, struct bytes text)
{
	buf_put_byte(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (is_plain_byte(text.ptr[i]))
			buf_put_byte(b, text.ptr[i]);
		else
			put_escaped(b, text.ptr[i]);
	}
	buf_put_byte(b, '"');
}

void reply_key(struct reply *r, const char *key)
{
	size_t len = key == NULL ? 0 : strlen(key);
	uint8_t *at;

	value_begin(r);
	if (key == NULL)
		return;
	at = buf_reserve(r->out, len + 3);
	if (at == NULL)
		return;
	at[0] = '"';
	memcpy(at + 1, key, len);
	memcpy(at + 1 + len, "\":", 2);
}

static void open_with(struct reply *r, const char *key, uint8_t bracket)
{
	reply_key(r, key);
	buf_put_byte(r->out, bracket);
}

void reply_object(struct reply *r, const char *key)
{
	open_with(r, key, '{');
}

void reply_object_end(struct reply *r)
{
	buf_put_byte(r->out, '}');
}

void reply_array(struct reply *r, const char *key)
{
	open_with(r, key, '[');
}

void reply_array_end(struct reply *r)
{
	buf_put_byte(r->out, ']');
}

void reply_text(struct reply *r, const char *key, struct bytes text)
{
	bool is_ascii, has_plain = is_plain(text, &is_ascii);

	reply_key(r, key);
	if ((has_plain && is_ascii) || bytes_is_utf8(text)) {
		if (has_plain)
			put_plain(r->out, text);
		else
			put_quoted(r->out, text);
		return;
	}
	while (text.len > 0 && !bytes_is_utf8(text))
		text.len--;
	put_quoted(r->out, text);
	if (!r->out->full) {
		r->out->len--; /* the closing quote */
		buf_put_str(r->out, "\xef\xbf\xbd\"");
	}
}

void reply_str(struct reply *r, const char *key, const char *text)
{
	reply_text(r, key, bytes_str(text));
}

void reply_uint(struct reply *r, const char *key, uint64_t value)
{
	reply_key(r, key);
	/*
	 * Readers of JSON refuse the whole answer for one integer that their own cannot hold: a peer's field
	 * would hide every message beside it. */
	buf_put_str(r->out, value > INT64_MAX ? "\"" : "");
	buf_put_decimal(r->out, value);
	buf_put_str(r->out, value > INT64_MAX ? "\"" : "");
}

void reply_int(struct reply *r, const char *key, int64_t value)
{
	reply_key(r, key);
	if (value < 0)
		buf_put_byte(r->out, '-');
	buf_put_decimal(r->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void reply_bool(struct reply *r, const char *key, bool value)
{
	reply_key(r, key);
	buf_put_str(r->out, value ? "true" : "false");
}

void reply_null(struct reply *r, const char *key)
{
	reply_key(r, key);
	buf_put_str(r->out, "null");
}

void reply_hex(struct reply *r, const char *key, struct bytes value)
{
	reply_key(r, key);
	buf_put_byte(r->out, '"');
	buf_put_hex(r->out, value);
	buf_put_byte(r->out, '"');
}

void reply_base64(struct reply *r, const char *key, struct bytes value)
{
	reply_key(r, key);
	buf_put_byte(r->out, '"');
	buf_put_base64(r->out, value);
	buf_put_byte(r->out, '"');
}

enum err reply_check(const struct reply *r)
{
	return buf_check(r->out);
}
