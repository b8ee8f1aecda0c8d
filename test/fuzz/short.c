/*
 * A statement's difference, the first byte saying how much of the end is a content that stands beside: what
 * is rebuilt and is a statement has this one short form, and comes back again from
 * what its repetition differs in.
 */
#include "wire/short.h"

#include <assert.h>
#include <string.h>

#include "coded.h"

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[REBUILT_LEN_MAX], again_memory[REBUILT_LEN_MAX];
	static struct book book;
	struct buf whole = BUF_ON(memory), again = BUF_ON(again_memory);
	const struct wall beside = { 1893456075010u };
	struct short_state reads, writes;
	struct bytes in, content;
	struct statement s;
	struct fault fault;
	size_t from;
	enum err e;

	if (book.count == 0)
		coded_vectors_book(&book);
	if (len == 0 || ptr[0] > len - 1)
		return 0;
	in = (struct bytes){ ptr + 1, len - 1 - ptr[0] };
	content = (struct bytes){ ptr + len - ptr[0], ptr[0] };
	short_open(&reads, &book, &coded_vectors_origin);
	if (short_statement_read(&reads, in, content, beside, &whole) != ERR_OK ||
	    statement_read(buf_bytes(&whole), &s, &fault) != ERR_OK)
		return 0;
	short_open(&writes, &book, &coded_vectors_origin);
	e = short_statement_write(&writes, buf_bytes(&whole), content, beside, &again);
	assert(e == ERR_OK && bytes_equal(buf_bytes(&again), in));
	from = again.len;
	e = short_statement_write(&writes, buf_bytes(&whole), content, beside, &again);
	assert(e == ERR_OK && again.len - from <= in.len);
	len = whole.len;
	in = (struct bytes){ again.ptr + from, again.len - from };
	e = short_statement_read(&reads, in, content, beside, &whole);
	assert(e == ERR_OK && whole.len == 2 * len && memcmp(whole.ptr, whole.ptr + len, len) == 0);
	return 0;
}
