/*
 * A list of words, a zero byte, a text: every word of a list that is taken is found in itself, in itself with
 * letters apart, and in a text behind whatever stood before.
 */
#include "accord/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct bytes loose(struct bytes word, struct buf *out)
{
	uint32_t c;

	while (word.len > 0) {
		const uint8_t *at = word.ptr;
		if (bytes_take_character(&word, &c) != ERR_OK)
			abort();
		buf_put(out, (struct bytes){ at, (size_t)(word.ptr - at) });
		buf_put_str(out, "\u200b ");
	}
	return buf_bytes(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[8u << 20], apart[8 * ACCORD_TEXT_LEN_MAX];
	static struct held_words words;
	struct bytes list = { ptr, 0 }, text;
	struct arena arena;
	size_t line;

	while (list.len < len && ptr[list.len] != 0)
		list.len++;
	text = (struct bytes){ ptr + list.len, len - list.len };
	arena_init(&arena, memory, sizeof memory);
	if (held_words_read(list, &arena, &words, &line) != ERR_OK) {
		assert(line >= 1 && line <= len + 1);
		return 0;
	}
	(void)held_words_find(&words, text);
	for (size_t i = 0; i < words.count; i++) {
		struct buf b = BUF_ON(apart);
		assert(held_words_find(&words, words.list[i].word).len > 0);
		assert(held_words_find(&words, loose(words.list[i].word, &b)).len > 0);
	}
	return 0;
}
