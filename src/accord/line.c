#include "accord/line.h"

#include <assert.h>

void line_reader_open(struct line_reader *r, struct bytes file, struct arena *a)
{
	*r = (struct line_reader){ .rest = file, .arena = a };
}

void line_refuse(struct line_reader *r, const char *rule)
{
	if (r->rule == NULL)
		r->rule = rule;
}

static void skip_spaces(struct bytes *in)
{
	while (in->len > 0 && in->ptr[0] == ' ') {
		in->ptr++;
		in->len--;
	}
	if (in->len > 0 && in->ptr[0] == '#')
		in->len = 0;
}

/* What holds of the line before its words are looked at. */
static void check_line(struct line_reader *r)
{
	if (r->left.len > ACCORD_LINE_LEN_MAX)
		line_refuse(r, "line.length");
	else if (!bytes_is_utf8(r->left))
		line_refuse(r, "line.utf8");
	for (size_t i = 0; i < r->left.len; i++) {
		if (r->left.ptr[i] < ' ' || r->left.ptr[i] == 0x7f)
			line_refuse(r, "line.control");
	}
}

bool line_next(struct line_reader *r)
{
	while (r->rule == NULL && r->rest.len > 0) {
		r->number++;
		if (bytes_take_until(&r->rest, '\n', &r->left) != ERR_OK) {
			line_refuse(r, "line.newline");
			return false;
		}
		check_line(r);
		skip_spaces(&r->left);
		if (r->rule == NULL && r->left.len > 0)
			return true;
	}
	return false;
}

bool line_has_more(const struct line_reader *r)
{
	return r->rule == NULL && r->left.len > 0;
}

struct bytes line_peek(const struct line_reader *r)
{
	struct bytes word = { r->left.ptr, 0 };

	while (word.len < r->left.len && r->left.ptr[word.len] != ' ' && r->left.ptr[word.len] != '"' &&
	       r->left.ptr[word.len] != '#')
		word.len++;
	return word;
}

/* Behind a word or a text comes a space, a comment or the end. */
static void step(struct line_reader *r, size_t len)
{
	r->left.ptr += len;
	r->left.len -= len;
	if (r->left.len > 0 && r->left.ptr[0] != ' ' && r->left.ptr[0] != '#')
		line_refuse(r, "line.space");
	skip_spaces(&r->left);
}

struct bytes line_word(struct line_reader *r, const char *rule)
{
	struct bytes word = { NULL, 0 };

	if (r->rule != NULL)
		return word;
	word = line_peek(r);
	if (word.len == 0)
		line_refuse(r, rule);
	else
		step(r, word.len);
	return word;
}

/* What would not be seen, or would move what is seen. */
static bool has_hidden(struct bytes text)
{
	uint32_t c;

	while (bytes_take_character(&text, &c) == ERR_OK) {
		if (character_is_hidden(c))
			return true;
	}
	return false;
}

struct bytes line_text(struct line_reader *r, const char *rule)
{
	struct bytes text = { NULL, 0 }, rest = r->left, quote;

	if (r->rule != NULL)
		return text;
	if (bytes_take(&rest, 1, &quote) != ERR_OK || quote.ptr[0] != '"') {
		line_refuse(r, rule);
		return text;
	}
	if (bytes_take_until(&rest, '"', &text) != ERR_OK || text.len == 0)
		line_refuse(r, "line.text");
	else if (text.len > ACCORD_TEXT_LEN_MAX)
		line_refuse(r, "line.text-length");
	else if (has_hidden(text))
		line_refuse(r, "line.hidden");
	else if (!line_is_nfc(text))
		line_refuse(r, "line.nfc");
	if (r->rule != NULL)
		return (struct bytes){ NULL, 0 };
	step(r, text.len + 2);
	text = arena_copy(r->arena, text);
	if (text.ptr == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
	}
	return text;
}

uint64_t line_number(struct line_reader *r, uint64_t max, const char *rule)
{
	struct bytes word = line_word(r, rule);
	uint64_t value = 0;

	if (r->rule == NULL && bytes_read_decimal(word, max, &value) != ERR_OK)
		line_refuse(r, rule);
	return value;
}

uint64_t line_span(struct line_reader *r, const char *rule)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	struct bytes word = line_word(r, rule), digits = { word.ptr, 0 }, unit;
	uint64_t value = 0;

	if (r->rule != NULL || bytes_equal(word, BYTES_LIT("none")))
		return 0;
	while (digits.len < word.len && word.ptr[digits.len] >= '0' && word.ptr[digits.len] <= '9')
		digits.len++;
	unit = (struct bytes){ word.ptr + digits.len, word.len - digits.len };
	for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
		if (bytes_equal(unit, bytes_str(units[i].unit)) &&
		    bytes_read_decimal(digits, ACCORD_SPAN_MS_MAX / units[i].ms, &value) == ERR_OK &&
		    value > 0)
			return value * units[i].ms;
	}
	line_refuse(r, rule);
	return 0;
}

void line_day(struct line_reader *r, const char *rule, struct date *out)
{
	struct bytes word = line_word(r, rule);

	*out = (struct date){ { 0 }, { 0 } };
	/* Of all that date_read takes only a whole day is as long. */
	if (r->rule == NULL &&
	    (word.len != sizeof "2027-06-30" - 1 || date_read(word, out) != ERR_OK || out->end.ms == 0))
		line_refuse(r, rule);
}

bool line_accept(struct line_reader *r, const char *word)
{
	if (r->rule != NULL || !bytes_equal(line_peek(r), bytes_str(word)))
		return false;
	step(r, line_peek(r).len);
	return true;
}

void line_expect(struct line_reader *r, const char *word, const char *rule)
{
	if (!line_accept(r, word))
		line_refuse(r, rule);
}

void line_end(struct line_reader *r, const char *rule)
{
	if (line_has_more(r))
		line_refuse(r, rule);
}

void line_names(struct line_reader *r, const struct accord *a, struct bytes out[ACCORD_LANGUAGES_MAX])
{
	for (size_t named = 0; named < a->languages_count && r->rule == NULL; named++) {
		struct bytes tag = line_word(r, "names.language"), text = line_text(r, "names.text");
		size_t language = 0;
		while (language < a->languages_count && !bytes_equal(tag, bytes_str(a->languages[language])))
			language++;
		if (language == a->languages_count || out[language].len > 0)
			line_refuse(r, "names.language");
		else
			out[language] = text;
	}
}

uint64_t line_set(struct line_reader *r, const struct accord *a,
		  size_t (*find)(const struct accord *a, struct bytes word), size_t count, const char *rule)
{
	uint64_t set = 0;

	assert(count <= 64);
	while (line_has_more(r)) {
		size_t index = find(a, line_peek(r));
		if (index == count)
			break;
		(void)line_word(r, rule);
		if ((set >> index & 1) != 0)
			line_refuse(r, rule);
		set |= 1ull << index;
	}
	if (set == 0)
		line_refuse(r, rule);
	return set;
}
