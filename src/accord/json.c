#include "accord/json.h"

#include "accord/line.h"

struct json_reader {
	struct bytes rest;
	size_t line;
	size_t *values;
	struct arena *arena;
	const char *rule; /* the first fault */
	bool is_full;
};

static void refuse(struct json_reader *r, const char *rule)
{
	if (r->rule == NULL)
		r->rule = rule;
}

static uint8_t peek(const struct json_reader *r)
{
	return r->rule == NULL && r->rest.len > 0 ? r->rest.ptr[0] : 0;
}

static void step(struct json_reader *r)
{
	if (r->rest.ptr[0] == '\n')
		r->line++;
	r->rest.ptr++;
	r->rest.len--;
}

static void skip_space(struct json_reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\n' || peek(r) == '\t' || peek(r) == '\r')
		step(r);
}

static bool accept(struct json_reader *r, uint8_t c)
{
	skip_space(r);
	if (peek(r) != c)
		return false;
	step(r);
	return true;
}

static bool is_shown(struct bytes text)
{
	uint32_t c;

	while (text.len > 0) {
		if (bytes_take_character(&text, &c) != ERR_OK || character_is_hidden(c))
			return false;
	}
	return true;
}

/* Behind its first quote. */
static struct bytes take_text(struct json_reader *r)
{
	struct bytes text = { r->rest.ptr, 0 };

	while (peek(r) != '"') {
		if (peek(r) == 0 || peek(r) == '\n')
			refuse(r, "json.text");
		if (peek(r) == '\\')
			refuse(r, "json.escape");
		if (r->rule != NULL)
			return text;
		step(r);
		text.len++;
	}
	step(r);
	if (text.len > ACCORD_TEXT_LEN_MAX)
		refuse(r, "json.length");
	else if (!bytes_is_utf8(text) || !is_shown(text))
		refuse(r, "json.text");
	else if (!line_is_nfc(text))
		refuse(r, "json.nfc");
	return text;
}

static uint64_t take_number(struct json_reader *r)
{
	struct bytes digits = { r->rest.ptr, 0 };
	uint64_t number = 0;
	uint8_t c;

	while ((c = peek(r)) != 0 && c != ',' && c != ']' && c != '}' && c != ' ' && c != '\n' && c != '\t' &&
	       c != '\r') {
		step(r);
		digits.len++;
	}
	if (bytes_read_decimal(digits, UINT32_MAX, &number) != ERR_OK)
		refuse(r, "json.number");
	return number;
}

static void expect_word(struct json_reader *r, struct bytes word)
{
	struct bytes found;

	if (bytes_take(&r->rest, word.len, &found) != ERR_OK || !bytes_equal(found, word))
		refuse(r, "json.value");
}

/* What stands here; of an object or array only that it begins. */
static void take_value(struct json_reader *r, struct json_value *v)
{
	uint8_t c = peek(r);

	v->line = r->line;
	if (c == '{' || c == '[') {
		v->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
		step(r);
	} else if (c == '"') {
		v->kind = JSON_TEXT;
		step(r);
		v->text = take_text(r);
	} else if (c == 't' || c == 'f') {
		v->kind = JSON_BOOL;
		v->number = c == 't';
		expect_word(r, c == 't' ? BYTES_LIT("true") : BYTES_LIT("false"));
	} else if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') {
		v->kind = JSON_NUMBER;
		v->number = take_number(r);
	} else {
		refuse(r, "json.value");
	}
}

static struct json_value *value_add(struct json_reader *r, struct json_value *parent)
{
	struct json_value *v = NULL;

	if (*r->values == JSON_VALUES_MAX || (parent != NULL && parent->count == JSON_MEMBERS_MAX))
		refuse(r, "json.count");
	else if ((v = arena_alloc(r->arena, 1, sizeof *v)) == NULL)
		r->is_full = true;
	if (v == NULL) {
		refuse(r, "json.count");
		return NULL;
	}
	++*r->values;
	v->parent = parent;
	if (parent == NULL)
		return v;
	if (parent->last == NULL)
		parent->first = v;
	else
		parent->last->next = v;
	parent->last = v;
	parent->count++;
	return v;
}

const struct json_value *json_find(const struct json_value *object, const char *name)
{
	const struct json_value *v = object->kind == JSON_OBJECT ? object->first : NULL;

	while (v != NULL && !bytes_equal(v->name, bytes_str(name)))
		v = v->next;
	return v;
}

/* The name of a member, and its colon. */
static void take_name(struct json_reader *r, struct json_value *v)
{
	struct bytes name;

	if (!accept(r, '"')) {
		refuse(r, "json.name");
		return;
	}
	name = take_text(r);
	for (const struct json_value *before = v->parent->first; before != v; before = before->next) {
		if (bytes_equal(before->name, name))
			refuse(r, "json.twice");
	}
	v->name = name;
	if (!accept(r, ':'))
		refuse(r, "json.name");
}

/* One value with its name; NULL after a fault. */
static struct json_value *take_member(struct json_reader *r, struct json_value *in)
{
	struct json_value *v = value_add(r, in);

	if (v != NULL && in != NULL && in->kind == JSON_OBJECT)
		take_name(r, v);
	skip_space(r);
	if (v != NULL)
		take_value(r, v);
	return r->rule == NULL ? v : NULL;
}

/* Whether the innermost ends here: its bracket, or a comma and another member. */
static bool ends_here(struct json_reader *r, const struct json_value *in)
{
	if (accept(r, in->kind == JSON_OBJECT ? '}' : ']'))
		return true;
	if (in->count > 0 && !accept(r, ','))
		refuse(r, "json.value");
	return false;
}

static void read_all(struct json_reader *r, struct json_value *outermost)
{
	struct json_value *in = outermost;
	size_t depth = 1;

	while (in != NULL && r->rule == NULL) {
		struct json_value *v;
		if (ends_here(r, in)) {
			in = in->parent;
			depth--;
			continue;
		}
		v = take_member(r, in);
		if (v == NULL || v->kind > JSON_ARRAY)
			continue;
		in = v;
		if (++depth > JSON_DEPTH_MAX)
			refuse(r, "json.depth");
	}
	skip_space(r);
	if (r->rest.len > 0)
		refuse(r, "json.end");
}

enum err json_read(struct bytes file, struct arena *a, size_t *values, struct json_value **out,
		   struct fault *fault)
{
	struct json_reader r = { .rest = file, .line = 1, .values = values, .arena = a };
	struct json_value *v = take_member(&r, NULL);

	if (v != NULL && v->kind != JSON_OBJECT)
		refuse(&r, "json.value");
	if (v != NULL)
		read_all(&r, v);
	if (r.is_full)
		return ERR_MEMORY;
	if (r.rule != NULL) {
		*fault = (struct fault){ r.rule, r.line };
		return ERR_USAGE;
	}
	*out = v;
	return ERR_OK;
}
