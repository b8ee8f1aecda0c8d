#include "accord/line.h"

#include <string.h>

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

bool line_next(struct line_reader *r)
{
	while (r->rule == NULL && r->rest.len > 0) {
		r->number++;
		if (bytes_take_until(&r->rest, '\n', &r->left) != ERR_OK) {
			line_refuse(r, "file.newline");
			return false;
		}
		if (!bytes_is_utf8(r->left))
			line_refuse(r, "file.utf8");
		for (size_t i = 0; i < r->left.len; i++) {
			if (r->left.ptr[i] < ' ' || r->left.ptr[i] == 0x7f)
				line_refuse(r, "file.control");
		}
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

	while (word.len < r->left.len && r->left.ptr[word.len] != ' ' && r->left.ptr[word.len] != '"')
		word.len++;
	return word;
}

struct bytes line_word(struct line_reader *r, const char *rule)
{
	struct bytes word = { NULL, 0 };

	if (r->rule != NULL)
		return word;
	word = line_peek(r);
	if (word.len == 0) {
		line_refuse(r, rule);
		return word;
	}
	r->left.ptr += word.len;
	r->left.len -= word.len;
	if (r->left.len > 0 && r->left.ptr[0] == '"')
		line_refuse(r, "line.space");
	skip_spaces(&r->left);
	return word;
}

struct bytes line_text(struct line_reader *r, const char *rule)
{
	struct bytes text = { NULL, 0 };
	uint8_t *out;
	size_t at = 1;

	if (r->rule != NULL)
		return text;
	if (r->left.len == 0 || r->left.ptr[0] != '"') {
		line_refuse(r, rule);
		return text;
	}
	out = arena_alloc(r->arena, r->left.len + 1, 1);
	if (out == NULL) {
		line_refuse(r, "accord.memory");
		return text;
	}
	for (; at < r->left.len && r->left.ptr[at] != '"'; at++) {
		if (r->left.ptr[at] == '\\' && ++at == r->left.len)
			break;
		if (r->left.ptr[at - 1] == '\\' && r->left.ptr[at] != '"' && r->left.ptr[at] != '\\')
			line_refuse(r, "line.escape");
		out[text.len++] = r->left.ptr[at];
	}
	if (at >= r->left.len || text.len == 0) {
		line_refuse(r, "line.text");
		return text;
	}
	text.ptr = out;
	r->left.ptr += at + 1;
	r->left.len -= at + 1;
	if (r->left.len > 0 && r->left.ptr[0] != ' ')
		line_refuse(r, "line.space");
	skip_spaces(&r->left);
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
	struct bytes word = line_word(r, rule), digits = word, unit;
	uint64_t value;

	digits.len = 0;
	while (digits.len < word.len && word.ptr[digits.len] >= '0' && word.ptr[digits.len] <= '9')
		digits.len++;
	unit = (struct bytes){ word.ptr + digits.len, word.len - digits.len };
	for (size_t i = 0; r->rule == NULL && i < ARRAY_COUNT(units); i++) {
		if (bytes_equal(unit, bytes_str(units[i].unit)) && bytes_read_decimal(digits, 1000000, &value) == ERR_OK)
			return value * units[i].ms;
	}
	line_refuse(r, rule);
	return 0;
}

bool line_accept(struct line_reader *r, const char *word)
{
	if (r->rule != NULL || !bytes_equal(line_peek(r), bytes_str(word)))
		return false;
	(void)line_word(r, "line.word");
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
