#include "terminal/aloud.h"

#include <stdio.h>

/* As radio operators say them: no two sound alike. They are said so whatever the terminal's language is. */
static const struct {
	const char *ko, *en;
} digits[10] = {
	{ "공", "zero" }, { "하나", "one" }, { "둘", "two" },	{ "삼", "three" }, { "넷", "four" },
	{ "오", "five" }, { "여섯", "six" }, { "칠", "seven" }, { "팔", "eight" }, { "아홉", "nine" },
};

void aloud_groups(struct bytes wire, char out[ALOUD_GROUPS][ALOUD_DIGITS + 1])
{
	uint8_t hash[HASH_LEN];

	hash_sha256(wire, hash);
	for (size_t i = 0; i < ALOUD_GROUPS; i++) {
		uint32_t number = be32_get(hash + 4 * i) % 100000u;
		out[i][ALOUD_DIGITS] = '\0';
		for (size_t at = ALOUD_DIGITS; at-- > 0; number /= 10)
			out[i][at] = (char)('0' + number % 10);
	}
}

void aloud_words(const char *group, bool is_korean, struct buf *out)
{
	for (size_t i = 0; i < ALOUD_DIGITS; i++) {
		size_t digit = (size_t)(group[i] - '0');
		if (i > 0)
			buf_put_byte(out, ' ');
		buf_put_str(out, is_korean ? digits[digit].ko : digits[digit].en);
	}
}

void aloud_leaf(const uint8_t leaf[HASH_LEN], char out[ALOUD_LEAF_LEN + 1])
{
	unsigned number = be32_get(leaf) % 1000000000u;

	snprintf(out, ALOUD_LEAF_LEN + 1, "%03u %03u %03u", number / 1000000, number / 1000 % 1000,
		 number % 1000);
}
