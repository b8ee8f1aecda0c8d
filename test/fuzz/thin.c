/*
 * A thin path's reader. First byte 0: what follows comes by the line as it stands. 1: pieces, each a length
 * and bytes, are frames whose tag is right. 2: what follows is a message that the pair's key sealed: a copy
 * of it comes back as the same message.
 */
#include "wire/thin.h"

#include <assert.h>
#include <string.h>

#include "coded.h"

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static void copy_back(const struct book *book, struct bytes plain, enum thin_kind kind)
{
	static uint8_t memory[64u << 10], again_memory[64u << 10];
	struct buf out = BUF_ON(memory), again = BUF_ON(again_memory);
	struct thin_copy copy;
	struct statement s;
	struct fault fault;
	enum thin_kind again_kind;
	enum err e;

	if (thin_copy_read(plain, kind, book, "borea", &out, &copy) != ERR_OK ||
	    statement_read(copy.statement, &s, &fault) != ERR_OK)
		return;
	e = thin_copy_write(&copy, book, s.claimed, &again, &again_kind);
	/*
	 * A date-time group that differs from the copy's own is said otherwise, and so is what is not its
	 * channel.
	 */
	if (e != ERR_OK || again.len > plain.len || memcmp(again.ptr, plain.ptr, 6) != 0)
		return;
	assert(again_kind == kind && memcmp(again.ptr, plain.ptr, again.len) == 0);
}

static void hear(const struct book *book, const struct pair_key *key, struct bytes in)
{
	struct thin_reader r = { .len = 0 };

	for (;;) {
		uint8_t memory[THIN_MESSAGE_MAX];
		struct buf plain = BUF_ON(memory);
		struct thin_read read;

		if (thin_read(&r, key, &in, &plain, &read) != ERR_OK)
			break;
		if (read.kind != THIN_HEARD)
			copy_back(book, read.plain, read.kind);
	}
	assert(in.len == 0 && r.len < sizeof r.bytes);
}

/* Frames with a right tag. */
static void put_frames(const struct pair_key *key, struct bytes in, struct buf *out)
{
	struct bytes part;

	while (in.len > 1 && bytes_take(&in, 1, &part) == ERR_OK) {
		size_t len = part.ptr[0] % (THIN_HEAD_LEN + THIN_PAYLOAD_MAX + 1), from = out->len;
		uint8_t tag[PAIR_TAG_LEN];

		if (bytes_take(&in, len < in.len ? len : in.len, &part) != ERR_OK)
			return;
		buf_put_byte(out, THIN_SYNC);
		buf_put(out, part);
		if (buf_check(out) != ERR_OK)
			return;
		pair_tag(key, (struct bytes){ out->ptr + from, out->len - from }, tag);
		buf_put(out, BYTES_OF(tag));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[64u << 10];
	static struct book book;
	static struct pair_key key;
	struct buf line = BUF_ON(memory);
	struct thin_message m;
	struct bytes in;

	if (book.count == 0) {
		coded_vectors_book(&book);
		thin_key((const uint8_t *)"0123456789abcdef0123456789abcdef", coded_vectors_origin.accord,
			 "borea", "alba", &key);
	}
	if (len == 0 || len > sizeof memory / 8)
		return 0;
	in = (struct bytes){ ptr + 1, len - 1 };
	if (ptr[0] % 3 == 0) {
		hear(&book, &key, in);
	} else if (ptr[0] % 3 == 1) {
		put_frames(&key, in, &line);
		hear(&book, &key, buf_bytes(&line));
	} else if (thin_seal(&key, (enum thin_kind)(ptr[0] / 3 % 2), in, &m) == ERR_OK) {
		for (unsigned i = 0; i < thin_frames(&m); i++)
			thin_frame_write(&m, i, &key, &line);
		hear(&book, &key, buf_bytes(&line));
	}
	return 0;
}
