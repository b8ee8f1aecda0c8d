#include "accord/words.h"

#include "crypto/hash.h"
#include "wire/cbor.h"

#include <string.h>
#include <utf8proc.h>

/* Of one character: the longest decomposition is 18 characters, a syllable has six single letters. */
#define LETTERS_LEN_MAX HELD_LETTERS_OF_ONE
/* A word's stream is no longer than the front that is kept of what was searched. */
#define STREAM_LEN_MAX 2048u

/* ---- Hangul: each conjoining letter as single ones of the keyboard, and as keys ---- */

static const char *const initials[] = { "ㄱ",	"ㄱㄱ", "ㄴ", "ㄷ",   "ㄷㄷ", "ㄹ", "ㅁ", "ㅂ", "ㅂㅂ", "ㅅ",
					"ㅅㅅ", "ㅇ",	"ㅈ", "ㅈㅈ", "ㅊ",   "ㅋ", "ㅌ", "ㅍ", "ㅎ" };
static const char *const initial_keys[] = { "r", "r", "s", "e", "e", "f", "a", "q", "q", "t",
					    "t", "d", "w", "w", "c", "z", "x", "v", "g" };
static const char *const vowels[] = { "ㅏ",   "ㅐ",   "ㅑ",   "ㅒ",   "ㅓ",   "ㅔ",   "ㅕ",
				      "ㅖ",   "ㅗ",   "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ",   "ㅜ",
				      "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ",   "ㅡ",   "ㅡㅣ", "ㅣ" };
static const char *const vowel_keys[] = { "k",	"o", "i", "o",	"j",  "p",  "u", "p", "h",  "hk", "ho",
					  "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l" };
static const char *const finals[] = { "ㄱ",   "ㄱㄱ", "ㄱㅅ", "ㄴ",   "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ",
				      "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ",
				      "ㅅ",   "ㅅㅅ", "ㅇ",   "ㅈ",   "ㅊ",   "ㅋ",   "ㅌ", "ㅍ", "ㅎ" };
static const char *const final_keys[] = { "r",	"r",  "rt", "s",  "sw", "sg", "e", "f", "fr",
					  "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "qt",
					  "t",	"t",  "d",  "w",  "c",	"z",  "x", "v", "g" };

static const struct {
	uint32_t first;
	size_t count;
	const char *const *letters, *const *keys;
} hangul[] = {
	{ 0x1100, ARRAY_COUNT(initials), initials, initial_keys },
	{ 0x1161, ARRAY_COUNT(vowels), vowels, vowel_keys },
	{ 0x11a8, ARRAY_COUNT(finals), finals, final_keys },
	/* What stands for two clusters as letters of their own, U+3140 and U+3144, is decomposed to these. */
	{ 0x111a, 1, &finals[14], &final_keys[14] },
	{ 0x1121, 1, &finals[17], &final_keys[17] },
};

/* NULL: no letter of today's Hangul. */
static const char *hangul_letter(uint32_t c, bool as_keys)
{
	for (size_t i = 0; i < ARRAY_COUNT(hangul); i++) {
		if (c >= hangul[i].first && c - hangul[i].first < hangul[i].count)
			return (as_keys ? hangul[i].keys : hangul[i].letters)[c - hangul[i].first];
	}
	return NULL;
}

/* ---- Letters ---- */

/*
 * What makes no letter: marks, controls and formats, separators, punctuation, symbols, modifiers, and what
 * has no agreed meaning. Whoever writes around a word sets any of them between.
 */
#define DROPPED                                                                                 \
	(1u << UTF8PROC_CATEGORY_MN | 1u << UTF8PROC_CATEGORY_MC | 1u << UTF8PROC_CATEGORY_ME | \
	 1u << UTF8PROC_CATEGORY_CC | 1u << UTF8PROC_CATEGORY_CF | 1u << UTF8PROC_CATEGORY_ZS | \
	 1u << UTF8PROC_CATEGORY_ZL | 1u << UTF8PROC_CATEGORY_ZP | 1u << UTF8PROC_CATEGORY_PC | \
	 1u << UTF8PROC_CATEGORY_PD | 1u << UTF8PROC_CATEGORY_PS | 1u << UTF8PROC_CATEGORY_PE | \
	 1u << UTF8PROC_CATEGORY_PI | 1u << UTF8PROC_CATEGORY_PF | 1u << UTF8PROC_CATEGORY_PO | \
	 1u << UTF8PROC_CATEGORY_SM | 1u << UTF8PROC_CATEGORY_SC | 1u << UTF8PROC_CATEGORY_SK | \
	 1u << UTF8PROC_CATEGORY_SO | 1u << UTF8PROC_CATEGORY_LM | 1u << UTF8PROC_CATEGORY_CN | \
	 1u << UTF8PROC_CATEGORY_CO)

static bool is_dropped(uint32_t c)
{
	/* Letters that fill the place of one and are not seen. */
	if (c == 0x115f || c == 0x1160)
		return true;
	return (DROPPED >> (unsigned)utf8proc_category((utf8proc_int32_t)c) & 1) != 0;
}

/*
 * What looks like a Latin letter, as it does: small capitals, letters with a mark that no decomposition takes
 * off, and those of Cyrillic and Greek. Folded in words and texts alike; of what decomposes, what is left.
 */
static const struct {
	uint32_t c;
	char latin;
} looks_like[] = {
	{ 0x131, 'i' },
	{ 0x142, 'l' },
	{ 0xf8, 'o' },
	{ 0x111, 'd' },
	{ 0x127, 'h' },
	{ 0x167, 't' },
	{ 0x237, 'j' },
	{ 0x251, 'a' },
	{ 0x261, 'g' },
	{ 0x268, 'i' },
	{ 0x269, 'i' },
	{ 0x26a, 'i' },
	{ 0x262, 'g' },
	{ 0x274, 'n' },
	{ 0x280, 'r' },
	{ 0x28f, 'y' },
	{ 0x299, 'b' },
	{ 0x29c, 'h' },
	{ 0x29f, 'l' },
	{ 0x1d00, 'a' },
	{ 0x1d04, 'c' },
	{ 0x1d05, 'd' },
	{ 0x1d07, 'e' },
	{ 0x1d0a, 'j' },
	{ 0x1d0b, 'k' },
	{ 0x1d0d, 'm' },
	{ 0x1d0f, 'o' },
	{ 0x1d18, 'p' },
	{ 0x1d1b, 't' },
	{ 0x1d1c, 'u' },
	{ 0x1d20, 'v' },
	{ 0x1d21, 'w' },
	{ 0x1d22, 'z' },
	{ 0xa730, 'f' },
	{ 0xa731, 's' },
	/* Greek */
	{ 0x3b1, 'a' },
	{ 0x3b2, 'b' },
	{ 0x3b5, 'e' },
	{ 0x3b6, 'z' },
	{ 0x3b7, 'h' },
	{ 0x3b9, 'i' },
	{ 0x3ba, 'k' },
	{ 0x3bc, 'm' },
	{ 0x3bd, 'n' },
	{ 0x3bf, 'o' },
	{ 0x3c1, 'p' },
	{ 0x3c4, 't' },
	{ 0x3c5, 'y' },
	{ 0x3c7, 'x' },
	{ 0x3f2, 'c' },
	{ 0x3f3, 'j' },
	/* Cyrillic */
	{ 0x430, 'a' },
	{ 0x432, 'b' },
	{ 0x433, 'r' },
	{ 0x435, 'e' },
	{ 0x43a, 'k' },
	{ 0x43c, 'm' },
	{ 0x43d, 'h' },
	{ 0x43e, 'o' },
	{ 0x43f, 'n' },
	{ 0x440, 'p' },
	{ 0x441, 'c' },
	{ 0x442, 't' },
	{ 0x443, 'y' },
	{ 0x445, 'x' },
	{ 0x455, 's' },
	{ 0x456, 'i' },
	{ 0x458, 'j' },
	{ 0x475, 'v' },
	{ 0x4bb, 'h' },
	{ 0x4cf, 'l' },
	{ 0x501, 'd' },
	{ 0x51b, 'q' },
	{ 0x51d, 'w' },
};

static uint32_t as_latin(uint32_t c)
{
	for (size_t i = 0; c >= 0x80 && i < ARRAY_COUNT(looks_like); i++) {
		if (looks_like[i].c == c)
			return (uint32_t)looks_like[i].latin;
	}
	return c;
}

/* The letters of one character, behind each other. */
static void put_letters(uint32_t c, bool as_keys, struct buf *out)
{
	utf8proc_int32_t parts[32];
	int boundary = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t count;

	if (c < 0x80) {
		if (!is_dropped(c))
			buf_put_byte(out, (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
		return;
	}
	count = utf8proc_decompose_char(
		(utf8proc_int32_t)c, parts, ARRAY_COUNT(parts),
		UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, &boundary);

	for (utf8proc_ssize_t i = 0; i < count && i < (utf8proc_ssize_t)ARRAY_COUNT(parts); i++) {
		uint8_t utf8[4];
		const char *letter = hangul_letter((uint32_t)parts[i], as_keys);
		if (letter != NULL)
			buf_put_str(out, letter);
		else if (!is_dropped((uint32_t)parts[i]))
			buf_put(out,
				(struct bytes){ utf8, (size_t)utf8proc_encode_char(
							      (utf8proc_int32_t)as_latin((uint32_t)parts[i]),
							      utf8) });
	}
}

static void put_stream(struct bytes text, bool as_keys, struct buf *out)
{
	uint32_t c;

	while (bytes_take_character(&text, &c) == ERR_OK)
		put_letters(c, as_keys, out);
}

size_t held_letters(struct bytes text, uint8_t *out, size_t size)
{
	struct buf b;

	buf_init(&b, out, size);
	put_stream(text, false, &b);
	return b.len;
}

/* ---- The file ---- */

static bool has_hangul(struct bytes word)
{
	uint32_t c;

	while (bytes_take_character(&word, &c) == ERR_OK) {
		uint8_t memory[LETTERS_LEN_MAX];
		struct buf letters = BUF_ON(memory), keys = letters;
		uint8_t key_memory[LETTERS_LEN_MAX];
		keys.ptr = key_memory;
		put_letters(c, false, &letters);
		put_letters(c, true, &keys);
		if (!bytes_equal(buf_bytes(&letters), buf_bytes(&keys)))
			return true;
	}
	return false;
}

static size_t characters_of(struct bytes text)
{
	size_t count = 0;
	uint32_t c;

	while (bytes_take_character(&text, &c) == ERR_OK)
		count++;
	return count;
}

static size_t letter_len(uint8_t first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/*
 * Of the first three letters of a stream: of a Hangul word one would be as good as none. ~0: there are fewer.
 */
static unsigned begin_of(struct bytes stream)
{
	uint32_t hash = 2166136261u;
	size_t len = 0;

	for (size_t i = 0; i < HELD_LETTERS_MIN; i++) {
		if (len >= stream.len)
			return ~0u;
		len += letter_len(stream.ptr[len]);
	}
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ stream.ptr[i]) * 16777619u;
	return (hash ^ hash >> 16) & 0xffffu;
}

static void note_begin(struct held_words *w, struct bytes stream)
{
	unsigned at = begin_of(stream); /* whoever adds a stream has counted */

	w->begins[at >> 3] |= (uint8_t)(1u << (at & 7));
}

static enum err add_word(struct bytes line, struct arena *a, struct held_words *out)
{
	uint8_t memory[STREAM_LEN_MAX];
	struct buf stream = BUF_ON(memory);
	struct held_word w = { 0 };

	if (out->count == HELD_WORDS_MAX || line.len > ACCORD_TEXT_LEN_MAX || !bytes_is_utf8(line))
		return ERR_USAGE;
	put_stream(line, false, &stream);
	if (buf_check(&stream) != ERR_OK || characters_of(buf_bytes(&stream)) < HELD_LETTERS_MIN)
		return ERR_USAGE;
	w.word = arena_copy(a, line);
	w.letters = arena_copy(a, buf_bytes(&stream));
	if (w.word.ptr == NULL || w.letters.ptr == NULL)
		return ERR_MEMORY;
	if (has_hangul(line)) {
		buf_reset(&stream);
		put_stream(line, true, &stream);
		/* Letters that stand alone may be more than their keys: so few would be found everywhere. */
		if (characters_of(buf_bytes(&stream)) >= HELD_LETTERS_MIN) {
			w.keys = arena_copy(a, buf_bytes(&stream));
			if (w.keys.ptr == NULL)
				return ERR_MEMORY;
		}
	}
	note_begin(out, w.letters);
	if (w.keys.len > 0)
		note_begin(out, w.keys);
	out->list[out->count++] = w;
	return ERR_OK;
}

/* Blanks around a line are none of its. */
static struct bytes trimmed(struct bytes line)
{
	while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\r'))
		line.len--;
	while (line.len > 0 && line.ptr[0] == ' ')
		line = (struct bytes){ line.ptr + 1, line.len - 1 };
	return line;
}

enum err held_words_read(struct bytes file, struct arena *a, struct held_words *out, size_t *line)
{
	struct bytes one;
	enum err e = ERR_OK;

	out->count = 0;
	memset(out->begins, 0, sizeof out->begins);
	hash_sha256(file, out->id);
	for (*line = 1; e == ERR_OK && file.len > 0; *line += e == ERR_OK) {
		if (bytes_take_until(&file, '\n', &one) != ERR_OK) {
			one = file;
			file.len = 0;
		}
		one = trimmed(one);
		if (one.len > 0 && one.ptr[0] != '#')
			e = add_word(one, a, out);
	}
	return e;
}

/* ---- Finding ---- */

/* The next character; a byte that begins none counts as U+0000, which is no letter. False at the end. */
static bool take_any(struct bytes *text, uint32_t *c)
{
	if (text->len == 0)
		return false;
	if (bytes_take_character(text, c) != ERR_OK)
		*c = 0;
	return true;
}

static bool stands_at(struct bytes stream, struct bytes word)
{
	return word.len > 0 && stream.len >= word.len && memcmp(stream.ptr, word.ptr, word.len) == 0;
}

/* Streams are of whole letters; what is kept of one may begin within a letter, which begins no word. */
static const struct held_word *find_in(const struct held_words *w, struct bytes stream)
{
	for (unsigned at; stream.len > 0; stream.ptr++, stream.len--) {
		if ((stream.ptr[0] & 0xc0) == 0x80)
			continue;
		at = begin_of(stream);
		if (at == ~0u)
			return NULL;
		if ((w->begins[at >> 3] >> (at & 7) & 1) == 0)
			continue;
		for (size_t i = 0; i < w->count; i++) {
			const struct held_word *one = &w->list[i];
			if (stands_at(stream, one->letters) || stands_at(stream, one->keys))
				return one;
		}
	}
	return NULL;
}

enum script { SCRIPT_LATIN = 1, SCRIPT_GREEK = 2, SCRIPT_CYRILLIC = 4 };

static unsigned script_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
		enum script script;
	} blocks[] = {
		{ 'A', 'Z', SCRIPT_LATIN },	     { 'a', 'z', SCRIPT_LATIN },
		{ 0xc0, 0x24f, SCRIPT_LATIN },	     { 0x370, 0x3ff, SCRIPT_GREEK },
		{ 0x400, 0x52f, SCRIPT_CYRILLIC },   { 0x1c80, 0x1c8f, SCRIPT_CYRILLIC },
		{ 0x1e00, 0x1eff, SCRIPT_LATIN },    { 0x1f00, 0x1fff, SCRIPT_GREEK },
		{ 0x2de0, 0x2dff, SCRIPT_CYRILLIC }, { 0xa640, 0xa69f, SCRIPT_CYRILLIC },
		{ 0xff21, 0xff3a, SCRIPT_LATIN },    { 0xff41, 0xff5a, SCRIPT_LATIN },
	};

	for (size_t i = 0; i < ARRAY_COUNT(blocks); i++) {
		if (c >= blocks[i].first && c <= blocks[i].last)
			return blocks[i].script;
	}
	return 0;
}

/* Where a word ends: a blank or punctuation; what is not seen ends none, or it would hide a mixture. */
static bool is_between(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	return c == 0 || c == '\n' || c == '\t' ||
	       (is_dropped(c) && category != UTF8PROC_CATEGORY_CF && category != UTF8PROC_CATEGORY_MN &&
		category != UTF8PROC_CATEGORY_CC);
}

static bool is_mixed(unsigned scripts)
{
	return (scripts & SCRIPT_LATIN) != 0 && (scripts & ~(unsigned)SCRIPT_LATIN) != 0;
}

static struct bytes find_mixed(struct bytes text)
{
	struct bytes word = { text.ptr, 0 };
	unsigned scripts = 0;
	uint32_t c;

	while (take_any(&text, &c)) {
		if (!is_between(c)) {
			scripts |= script_of(c);
			word.len = (size_t)(text.ptr - word.ptr);
			continue;
		}
		if (is_mixed(scripts))
			break;
		word = (struct bytes){ text.ptr, 0 };
		scripts = 0;
	}
	return is_mixed(scripts) ? word : (struct bytes){ NULL, 0 };
}

/* Into the stream of what came before it. NULL: no word is in what has been looked through. */
static const struct held_word *find_on(const struct held_words *w, struct bytes text, struct buf *window)
{
	const struct held_word *found = NULL;
	uint32_t c;

	while (found == NULL && take_any(&text, &c)) {
		put_letters(c, false, window);
		if (window->max - window->len > LETTERS_LEN_MAX)
			continue;
		found = find_in(w, buf_bytes(window));
		/* A word may begin in what was looked through: so much of it stays. */
		buf_drop(window, window->len - STREAM_LEN_MAX);
	}
	return found == NULL ? find_in(w, buf_bytes(window)) : found;
}

struct bytes held_words_find(const struct held_words *w, struct bytes text)
{
	uint8_t memory[HELD_WINDOW_LEN];
	struct buf window = BUF_ON(memory);
	const struct held_word *found = find_on(w, text, &window);

	return found != NULL ? found->word : find_mixed(text);
}

/* A word that begins in one part and ends in the next: they are read behind each other. */
static struct bytes find_across(const struct held_words *w, const struct content *c)
{
	uint8_t memory[HELD_WINDOW_LEN];
	struct buf window = BUF_ON(memory);
	const struct held_word *found = find_on(w, c->subject, &window);

	for (size_t i = 0; i < c->portions_count && found == NULL; i++)
		found = find_on(w, c->portions[i].text, &window);
	return found != NULL ? found->word : (struct bytes){ NULL, 0 };
}

struct bytes held_words_find_value(const struct held_words *w, struct bytes value)
{
	uint8_t memory[HELD_WINDOW_LEN];
	struct buf window = BUF_ON(memory);
	struct bytes found = { NULL, 0 }, item = { NULL, 0 };
	struct cbor_reader r;
	size_t count;

	cbor_open_known(&r, value);
	while (found.len == 0 && cbor_peek(&r) != CBOR_TYPE_COUNT) {
		enum cbor_type type = cbor_peek(&r);
		if (type == CBOR_ARRAY) {
			(void)cbor_read_array(&r, value.len, &count);
			cbor_close(&r); /* what is in it is walked as what is behind it; there are no maps */
		} else if (type == CBOR_TEXT) {
			const struct held_word *word;
			(void)cbor_read_text(&r, value.len, &item);
			word = find_on(w, item, &window);
			found = word != NULL ? word->word : find_mixed(item);
		} else {
			(void)cbor_read_value(&r, &item); /* what cannot be read ends the walk */
		}
	}
	return found;
}

struct bytes held_words_find_in(const struct held_words *w, const struct content *c)
{
	struct bytes found = find_across(w, c);

	if (found.len == 0)
		found = find_mixed(c->subject);
	for (size_t i = 0; i < c->portions_count && found.len == 0; i++)
		found = held_words_find(w, c->portions[i].text);
	for (size_t i = 0; i < c->fields_count && found.len == 0; i++)
		found = held_words_find_value(w, c->fields[i].value);
	for (size_t i = 0; i < c->attachments_count && found.len == 0; i++) {
		found = held_words_find(w, c->attachments[i].name);
		if (found.len == 0)
			found = held_words_find(w, c->attachments[i].media_type);
	}
	return found;
}

/* ---- Files ---- */

const char *file_kind_name(enum file_kind kind)
{
	static const char *const names[FILE_KIND_COUNT] = { "text",
							    "unknown",
							    "PDF",
							    "ZIP (docx, xlsx, hwpx, odt)",
							    "OLE (doc, xls, hwp)",
							    "PNG",
							    "JPEG",
							    "UTF-16 text",
							    "no text in UTF-8" };

	return names[kind];
}

static enum file_kind kind_of(struct bytes front)
{
	const struct {
		struct bytes mark;
		enum file_kind kind;
	} marks[] = { { BYTES_LIT("%PDF"), FILE_PDF },
		      { BYTES_LIT("PK\x03\x04"), FILE_ZIP },
		      { BYTES_LIT("\xd0\xcf\x11\xe0"), FILE_OLE },
		      { BYTES_LIT("\x89PNG"), FILE_PNG },
		      { BYTES_LIT("\xff\xd8\xff"), FILE_JPEG },
		      { BYTES_LIT("\xff\xfe"), FILE_UTF16 },
		      { BYTES_LIT("\xfe\xff"), FILE_UTF16 } };

	for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
		if (stands_at(front, marks[i].mark))
			return marks[i].kind;
	}
	return FILE_TEXT;
}

void held_search_open(struct held_search *s, const struct held_words *words)
{
	*s = (struct held_search){ .words = words };
	buf_init(&s->plain, s->memory[0], HELD_WINDOW_LEN);
	buf_init(&s->markup, s->memory[1], HELD_WINDOW_LEN);
}

static void keep_found(struct held_search *s, struct bytes found)
{
	if (s->found_len > 0)
		return;
	s->found_len = found.len < HELD_FOUND_MAX ? found.len : HELD_FOUND_MAX;
	memcpy(s->found, found.ptr, s->found_len);
}

static void look(struct held_search *s, struct buf *window)
{
	const struct held_word *found = find_in(s->words, buf_bytes(window));

	if (found != NULL)
		keep_found(s, found->word);
	if (window->len > STREAM_LEN_MAX)
		buf_drop(window, window->len - STREAM_LEN_MAX);
}

static void put_into(struct held_search *s, struct buf *window, uint32_t c)
{
	if (c != s->last || s->letters_len == 0) { /* mostly it goes into both */
		struct buf letters = BUF_ON(s->letters);
		put_letters(c, false, &letters);
		s->last = c;
		s->letters_len = letters.len;
	}
	buf_put(window, (struct bytes){ s->letters, s->letters_len });
	if (window->max - window->len <= LETTERS_LEN_MAX)
		look(s, window);
}

static void end_run(struct held_search *s)
{
	if (is_mixed(s->scripts))
		keep_found(s, (struct bytes){ s->run, s->run_len });
	s->scripts = 0;
	s->run_len = 0;
}

static void add_to_run(struct held_search *s, uint32_t c)
{
	uint8_t utf8[4];
	size_t len;

	if (is_between(c)) {
		end_run(s);
		return;
	}
	s->scripts |= script_of(c);
	len = (size_t)utf8proc_encode_char((utf8proc_int32_t)c, utf8);
	if (len <= sizeof s->run - s->run_len) {
		memcpy(s->run + s->run_len, utf8, len);
		s->run_len += len;
	}
}

/* "&#44032;", "&#xac00;", "\uac00": the character, 0: it is none. */
static uint32_t referred(struct bytes text)
{
	bool is_hex = text.ptr[0] == '\\' || (text.len > 2 && (text.ptr[2] | 0x20) == 'x');
	uint32_t value = 0;

	for (size_t i = is_hex && text.ptr[0] == '&' ? 3 : 2; i < text.len; i++) {
		uint8_t c = text.ptr[i], low = c | 0x20;
		bool is_letter = is_hex && low >= 'a' && low <= 'f';
		if (c == ';')
			break;
		if (!is_letter && (c < '0' || c > '9'))
			return 0;
		value = value * (is_hex ? 16u : 10u) + (uint32_t)(is_letter ? low - 'a' + 10 : c - '0');
		if (value > 0x10ffff)
			return 0;
	}
	return value >= 0xd800 && value < 0xe000 ? 0 : value;
}

/* What was begun as a reference is none: its characters are what they are. */
static void spill(struct held_search *s)
{
	for (size_t i = 0; i < s->reference_len; i++)
		put_into(s, &s->markup, s->reference[i]);
	s->reference_len = 0;
}

static void take_reference(struct held_search *s, uint32_t c)
{
	struct bytes so_far;

	s->reference[s->reference_len++] = (uint8_t)c;
	so_far = (struct bytes){ s->reference, s->reference_len };
	if (s->reference[0] == '\\' ? s->reference[1] == 'u' && so_far.len < 6 : c != ';')
		return;
	/* &nbsp; and \n stand for what is no letter. */
	c = s->reference[1] == '#' || s->reference[1] == 'u' ? referred(so_far) : ' ';
	if (c == 0) {
		spill(s);
		return;
	}
	s->reference_len = 0;
	put_into(s, &s->markup, c);
	add_to_run(s, c);
}

static bool goes_on(const struct held_search *s, uint32_t c)
{
	bool is_word =
		c == '#' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80);

	if (s->reference_len == sizeof s->reference - 1)
		return false;
	if (s->reference[0] == '\\')
		return s->reference_len == 1 ? c != 0 && c < 0x80 && strchr("unrtbf", (int)c) != NULL
					     : is_word && c != '#';
	return is_word || (c == ';' && s->reference_len > 1);
}

static void add_to_markup(struct held_search *s, uint32_t c)
{
	if (s->reference_len > 0 && goes_on(s, c)) {
		take_reference(s, c);
		return;
	}
	spill(s);
	if (c == '&' || c == '\\')
		s->reference[s->reference_len++] = (uint8_t)c;
	else if (s->in_tag || c == '<')
		s->in_tag = c != '>';
	else
		put_into(s, &s->markup, c);
}

/* Bytes that no text has make it another kind of file. */
static void add_character(struct held_search *s, uint32_t c)
{
	if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f) {
		s->kind = FILE_OTHER;
		return;
	}
	put_into(s, &s->plain, c);
	add_to_run(s, c);
	add_to_markup(s, c);
}

static void add_begun(struct held_search *s, struct bytes *piece)
{
	size_t wanted = letter_len(s->begun[0]), len = wanted - s->begun_len;
	struct bytes whole = { s->begun, wanted };
	uint32_t c;

	if (len > piece->len)
		len = piece->len;
	memcpy(s->begun + s->begun_len, piece->ptr, len);
	s->begun_len += len;
	*piece = (struct bytes){ piece->ptr + len, piece->len - len };
	if (s->begun_len < wanted)
		return;
	s->begun_len = 0;
	if (bytes_take_character(&whole, &c) != ERR_OK || whole.len > 0)
		s->kind = FILE_OTHER;
	else
		add_character(s, c);
}

static void look_at_front(struct held_search *s, struct bytes piece)
{
	size_t len = sizeof s->front - s->front_len;
	enum file_kind kind;

	if (len > piece.len)
		len = piece.len;
	if (len == 0)
		return;
	memcpy(s->front + s->front_len, piece.ptr, len);
	s->front_len += len;
	kind = kind_of((struct bytes){ s->front, s->front_len });
	if (kind != FILE_TEXT)
		s->kind = kind;
}

void held_search_add(struct held_search *s, struct bytes piece)
{
	look_at_front(s, piece);
	while (piece.len > 0 && s->kind == FILE_TEXT) {
		uint32_t c;
		if (s->begun_len > 0) {
			add_begun(s, &piece);
		} else if (piece.len < letter_len(piece.ptr[0])) {
			memcpy(s->begun, piece.ptr, piece.len);
			s->begun_len = piece.len;
			piece.len = 0;
		} else if (bytes_take_character(&piece, &c) != ERR_OK) {
			s->kind = FILE_OTHER;
		} else {
			add_character(s, c);
		}
	}
}

enum file_kind held_search_end(struct held_search *s)
{
	if (s->kind == FILE_TEXT && s->begun_len > 0)
		s->kind = FILE_OTHER;
	if (s->kind != FILE_TEXT)
		return s->kind;
	spill(s);
	end_run(s);
	look(s, &s->plain);
	look(s, &s->markup);
	return FILE_TEXT;
}
