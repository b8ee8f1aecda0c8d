#include "wire/book.h"

#include <assert.h>
#include <string.h>

void book_init(struct book *b, const uint8_t accord[ACCORD_ID_LEN])
{
	*b = (struct book){ 0 };
	memcpy(b->accord, accord, ACCORD_ID_LEN);
	buf_init(&b->buf, b->memory, sizeof b->memory);
}

/* The word that `in` begins with, or count. No word is the beginning of another: each is one whole value. */
static size_t word_find(const struct book *b, struct bytes in)
{
	for (size_t i = 0; i < b->count; i++) {
		struct bytes word = b->words[i];
		if (word.len <= in.len && word.ptr[0] == in.ptr[0] && memcmp(word.ptr, in.ptr, word.len) == 0)
			return i;
	}
	return b->count;
}

void book_add(struct book *b, struct bytes word)
{
	size_t from = b->buf.len;

	assert(word.len > 0);
	if (b->count == BOOK_WORDS_MAX || word_find(b, word) < b->count)
		return;
	buf_put(&b->buf, word);
	if (buf_check(&b->buf) == ERR_OK)
		b->words[b->count++] = (struct bytes){ b->buf.ptr + from, word.len };
}

void book_add_text(struct book *b, struct bytes text)
{
	uint8_t memory[BOOK_LEN_MAX];
	struct buf word = BUF_ON(memory);

	cbor_put_text(&word, text);
	if (buf_check(&word) == ERR_OK)
		book_add(b, buf_bytes(&word));
}

/*
 * An item as it stands: strict CBOR has one form. What stands in an array or a map follows it, so values are
 * walked in a row, however deep they lie.
 */
static void copy_item(struct cbor_reader *r, struct buf *out)
{
	enum cbor_type type = cbor_peek(r);
	size_t from = r->at, count;
	struct cbor_map map;
	struct bytes item;

	if (type == CBOR_ARRAY)
		cbor_read_array(r, SIZE_MAX, &count);
	else if (type == CBOR_MAP)
		cbor_read_map(r, SIZE_MAX, &map);
	else
		cbor_read_raw(r, &item);
	if (type == CBOR_ARRAY || type == CBOR_MAP)
		cbor_close(r);
	buf_put(out, (struct bytes){ r->in.ptr + from, r->at - from });
}

enum err book_put(const struct book *b, struct bytes value, struct buf *out)
{
	struct cbor_reader r;

	cbor_open(&r, value);
	while (r.err == ERR_OK && r.at < value.len) {
		size_t word = word_find(b, (struct bytes){ value.ptr + r.at, value.len - r.at });
		uint64_t number;
		if (word < b->count) {
			r.at += b->words[word].len;
			cbor_put_nint(out, word);
		} else if (cbor_peek(&r) != CBOR_NINT) {
			copy_item(&r, out);
		} else if (cbor_read_nint(&r, &number) == ERR_OK) {
			if (number > UINT64_MAX - b->count)
				return ERR_USAGE;
			cbor_put_nint(out, number + b->count);
		}
	}
	return r.err == ERR_OK ? buf_check(out) : ERR_USAGE;
}

static enum err get(const struct book *b, struct bytes in, struct buf *out)
{
	struct cbor_reader r;

	cbor_open(&r, in);
	while (r.err == ERR_OK && r.at < in.len) {
		uint64_t number = b->count;
		if (cbor_peek(&r) != CBOR_NINT) {
			copy_item(&r, out);
			continue;
		}
		cbor_read_nint(&r, &number);
		if (number < b->count)
			buf_put(out, b->words[number]);
		else
			cbor_put_nint(out, number - b->count);
	}
	return r.err == ERR_OK ? buf_check(out) : ERR_FRAME;
}

enum err book_get(const struct book *b, struct bytes in, struct buf *out)
{
	struct buf before = *out;
	enum err e = get(b, in, out);
	size_t len = out->len;

	/* A value has one short form: it is made again behind what was read, looked at, and forgotten. */
	if (e == ERR_OK)
		e = book_put(b, (struct bytes){ out->ptr + before.len, len - before.len }, out);
	if (e == ERR_OK && !bytes_equal((struct bytes){ out->ptr + len, out->len - len }, in))
		e = ERR_FRAME;
	if (e == ERR_OK)
		out->len = len;
	else
		*out = before;
	return e == ERR_USAGE ? ERR_FRAME : e;
}
