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

/* Whatever the pieces are, the same comes of it. */
static void check_file(const struct held_words *words, struct bytes text)
{
	static struct held_search whole, cut;
	size_t step = text.len > 0 ? text.ptr[0] % 10 + 1u : 1;
	enum file_kind kind;

	held_search_open(&whole, words);
	held_search_add(&whole, text);
	kind = held_search_end(&whole);
	held_search_open(&cut, words);
	while (text.len > 0) {
		struct bytes piece = { text.ptr, text.len < step ? text.len : step };
		held_search_add(&cut, piece);
		text = (struct bytes){ text.ptr + piece.len, text.len - piece.len };
	}
	assert(held_search_end(&cut) == kind);
	assert(kind != FILE_TEXT ||
	       (whole.found_len == cut.found_len && memcmp(whole.found, cut.found, whole.found_len) == 0));
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
	check_file(&words, text);
	for (size_t i = 0; i < words.count; i++) {
		struct buf b = BUF_ON(apart);
		assert(held_words_find(&words, words.list[i].word).len > 0);
		assert(held_words_find(&words, loose(words.list[i].word, &b)).len > 0);
	}
	return 0;
}
