#include "accord/searched.h"

#include <utf8proc.h>

/* The Unicode Standard, section 3.12. */
enum { L_FIRST = 0x1100, V_FIRST = 0x1161, T_NONE = 0x11a7, S_FIRST = 0xac00 };
enum { L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };

#define DROPPED                                                                                 \
	(1u << UTF8PROC_CATEGORY_CN | 1u << UTF8PROC_CATEGORY_MN | 1u << UTF8PROC_CATEGORY_MC | \
	 1u << UTF8PROC_CATEGORY_ME | 1u << UTF8PROC_CATEGORY_ZS | 1u << UTF8PROC_CATEGORY_ZL | \
	 1u << UTF8PROC_CATEGORY_ZP | 1u << UTF8PROC_CATEGORY_CC | 1u << UTF8PROC_CATEGORY_CF)

/* The syllable that is being put together; 0: none. */
struct syllable {
	uint32_t c;
};

static void put_character(uint32_t c, struct buf *out)
{
	uint8_t utf8[4];

	buf_put(out, (struct bytes){ utf8, (size_t)utf8proc_encode_char((utf8proc_int32_t)c, utf8) });
}

static void put_held(struct syllable *s, struct buf *out)
{
	if (s->c != 0)
		put_character(s->c, out);
	s->c = 0;
}

/* A leading consonant waits for its vowel, a syllable without a last consonant for that. */
static void put_part(uint32_t c, struct syllable *s, struct buf *out)
{
	bool is_leading = s->c >= L_FIRST && s->c < L_FIRST + L_COUNT;
	bool is_open = s->c >= S_FIRST && (s->c - S_FIRST) % T_COUNT == 0;

	if (is_leading && c >= V_FIRST && c < V_FIRST + V_COUNT) {
		s->c = S_FIRST + ((s->c - L_FIRST) * V_COUNT + c - V_FIRST) * T_COUNT;
		return;
	}
	if (is_open && c > T_NONE && c < T_NONE + T_COUNT) {
		s->c += c - T_NONE;
		return;
	}
	put_held(s, out);
	if (c >= L_FIRST && c < L_FIRST + L_COUNT)
		s->c = c;
	else if ((DROPPED >> (unsigned)utf8proc_category((utf8proc_int32_t)c) & 1) == 0)
		put_character(c, out);
}

void searched_put(struct bytes text, struct buf *out)
{
	struct syllable s = { 0 };
	uint32_t c;

	while (text.len > 0) {
		utf8proc_int32_t parts[32];
		int boundary = UTF8PROC_BOUNDCLASS_START;
		utf8proc_ssize_t count;

		if (bytes_take_character(&text, &c) != ERR_OK)
			continue;
		count = utf8proc_decompose_char((utf8proc_int32_t)c, parts, ARRAY_COUNT(parts),
						UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
							UTF8PROC_CASEFOLD,
						&boundary);
		for (utf8proc_ssize_t i = 0; i < count && i < (utf8proc_ssize_t)ARRAY_COUNT(parts); i++)
			put_part((uint32_t)parts[i], &s, out);
	}
	put_held(&s, out);
}
