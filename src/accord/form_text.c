#include "accord/form_text.h"

#include "base/time.h"

#include <string.h>

struct form_text {
	const struct accord *accord;
	size_t language;
	const struct statement *statement;
	const struct bytes *names; /* of what is referred to */
	struct buf *out;
};

/* The words around what the accord has: Korean in `ko`, and English in any other language. */
static const struct {
	const char *language, *acts[FORM_ACT_COUNT], *version, *version_end;
} words[] = {
	{ "en",
	  { [FORM_ACT_AMEND] = ", AMENDED",
	    [FORM_ACT_CANCEL] = ", CANCELLED",
	    [FORM_ACT_CLOSE] = ", CLOSED" },
	  " version ",
	  "" },
	{ "ko",
	  { [FORM_ACT_AMEND] = ", 개정됨", [FORM_ACT_CANCEL] = ", 취소됨", [FORM_ACT_CLOSE] = ", 종결됨" },
	  " 제",
	  "판" },
};

/* Fields of every form, which no file names. */
static const struct {
	uint64_t number;
	const char *titles[ARRAY_COUNT(words)];
} every_form[] = {
	{ FORM_FIELD_BASIS, { "legal basis", "근거 문서" } },
	{ FORM_FIELD_REPLY_BY, { "reply by", "회신 기한" } },
	{ FORM_FIELD_BECAUSE, { "sent because", "발신 사유" } },
	{ FORM_FIELD_REASON, { "reason", "사유" } },
};

static size_t words_of(const struct form_text *t)
{
	return strcmp(t->accord->languages[t->language], words[1].language) == 0 ? 1 : 0;
}

static void put_title(const struct form_text *t, const struct form_field *f)
{
	struct bytes title = f->names.text[t->language];

	for (size_t i = 0; title.len == 0 && i < ARRAY_COUNT(every_form); i++) {
		if (every_form[i].number == f->number)
			title = bytes_str(every_form[i].titles[words_of(t)]);
	}
	buf_put(t->out, title.len > 0 ? title : bytes_str(f->name));
}

static void put_time(struct buf *out, uint64_t ms)
{
	char text[WALL_TEXT_LEN];

	wall_write((struct wall){ ms }, text);
	buf_put_str(out, text);
}

/* ---- One value: it was found to be of its type. False: there is nothing to write. ---- */

static bool put_pair(const struct form_text *t, struct cbor_reader *in)
{
	struct bytes text = { NULL, 0 };
	size_t count;

	if (cbor_read_array(in, ACCORD_LANGUAGES_MAX, &count) != ERR_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct bytes one;
		if (cbor_read_text(in, FORM_TEXT_LEN_MAX, &one) == ERR_OK && one.len > 0 &&
		    (i == t->language || text.len == 0))
			text = one;
	}
	cbor_close(in);
	buf_put(t->out, text);
	return text.len > 0;
}

static bool put_span(const struct form_text *t, struct cbor_reader *in)
{
	uint64_t ms[2] = { 0, 0 };
	size_t count;

	(void)cbor_read_array(in, 2, &count);
	(void)cbor_read_uint(in, UINT64_MAX, &ms[0]);
	(void)cbor_read_uint(in, UINT64_MAX, &ms[1]);
	cbor_close(in);
	put_time(t->out, ms[0]);
	buf_put_byte(t->out, '/');
	put_time(t->out, ms[1]);
	return true;
}

static bool put_number(const struct form_text *t, const struct form_field *f, struct cbor_reader *in)
{
	const struct form_code *code;
	uint64_t number = 0;

	if (cbor_read_uint(in, UINT64_MAX, &number) != ERR_OK)
		return false;
	if (f->type == FORM_TYPE_TIME) {
		put_time(t->out, number);
	} else if (f->type == FORM_TYPE_CODE) {
		code = form_code_find(f->list, number);
		buf_put(t->out, code == NULL ? BYTES_LIT("?") : code->names.text[t->language]);
	} else if (f->type == FORM_TYPE_REF) {
		if (number >= t->statement->refers_count || t->names[number].len == 0)
			return false;
		buf_put(t->out, t->names[number]);
	} else {
		buf_put_decimal(t->out, number);
	}
	return true;
}

static bool put_single(const struct form_text *t, const struct form_field *f, struct cbor_reader *in)
{
	struct bytes text = { NULL, 0 };

	switch (f->type) {
	case FORM_TYPE_PAIR:
		return put_pair(t, in);
	case FORM_TYPE_SPAN:
		return put_span(t, in);
	case FORM_TYPE_CODE:
	case FORM_TYPE_TIME:
	case FORM_TYPE_REF:
	case FORM_TYPE_NUM:
		return put_number(t, f, in);
	case FORM_TYPE_HASH:
		if (cbor_read_bytes(in, HASH_LEN, &text) == ERR_OK)
			buf_put_hex(t->out, text);
		break;
	case FORM_TYPE_TEXT:
	case FORM_TYPE_ROLE:
	case FORM_TYPE_PARTY:
	case FORM_TYPE_PATH:
	case FORM_TYPE_FORM:
		if (cbor_read_text(in, FORM_TEXT_LEN_MAX, &text) == ERR_OK)
			buf_put(t->out, text);
		break;
	case FORM_TYPE_GROUP:
	case FORM_TYPE_COUNT:
		break;
	}
	return text.len > 0;
}

/* ---- Fields: a line each. One with nothing to say is not there. ---- */

static void put_values(const struct form_text *t, const struct form_field *f, const char *indent,
		       size_t count, struct cbor_reader *in)
{
	size_t before = t->out->len, said = 0;

	buf_put_byte(t->out, '\n');
	buf_put_str(t->out, indent);
	put_title(t, f);
	for (size_t i = 0; i < count; i++) {
		size_t len = t->out->len;
		buf_put_str(t->out, said == 0 ? ": " : "; ");
		if (put_single(t, f, in))
			said++;
		else if (!t->out->full)
			buf_cut(t->out, len);
	}
	if (said == 0)
		buf_cut(t->out, before);
}

/* Several values of several members each: claims that stay apart. */
static void put_groups(const struct form_text *t, const struct form_field *f, size_t count,
		       struct cbor_reader *in)
{
	size_t members;

	for (size_t i = 0; i < count; i++) {
		buf_put_byte(t->out, '\n');
		put_title(t, f);
		buf_put_byte(t->out, ' ');
		buf_put_decimal(t->out, i + 1);
		(void)cbor_read_array(in, ACCORD_FORM_WORDS_MAX, &members);
		for (const struct form_field *m = f->members; m != NULL; m = m->next)
			put_values(t, m, "  ", 1, in);
		cbor_close(in);
	}
}

static void put_field(const struct form_text *t, const struct form_field *f, struct bytes value)
{
	struct cbor_reader in;
	size_t count = 1;

	cbor_open(&in, value);
	if (f->is_list)
		(void)cbor_read_array(&in, FORM_ITEMS_MAX, &count);
	if (f->type == FORM_TYPE_GROUP)
		put_groups(t, f, count, &in);
	else
		put_values(t, f, "", count, &in);
}

/* Those that are fields of the form, here, and of their type; false: the rest does not fit. */
static bool put_fields(const struct form_text *t, const struct form *form, const struct field *fields,
		       size_t count, bool is_content)
{
	for (size_t i = 0; i < count; i++) {
		const struct form_field *f = form_field_find(form, fields[i].key);
		size_t before = t->out->len;
		enum form_fault_kind why;
		if (f == NULL || f->number == FORM_FIELD_ACT || f->is_content != is_content ||
		    form_value_check(t->accord, f, fields[i].value, t->statement->refers_count, &why) !=
			    ERR_OK)
			continue;
		put_field(t, f, fields[i].value);
		if (t->out->full || t->out->max - t->out->len < 4) {
			buf_cut(t->out, before);
			buf_put_str(t->out, "\n...");
			return false;
		}
	}
	return true;
}

/* The first code says what it is about. */
static void put_head(const struct form_text *t, const struct form *form)
{
	const struct statement *s = t->statement;
	enum form_act act = form_act_of(s);
	const char *said = act == FORM_ACT_COUNT ? NULL : words[words_of(t)].acts[act];

	buf_put_str(t->out, form->name);
	buf_put_byte(t->out, ' ');
	buf_put(t->out, form->names.text[t->language]);
	buf_put_str(t->out, said == NULL ? "" : said);
	for (size_t i = 0; i < s->fields_count; i++) {
		const struct form_field *f = form_field_find(form, s->fields[i].key);
		struct cbor_reader in;
		enum form_fault_kind why;
		if (f == NULL || f->type != FORM_TYPE_CODE || f->is_list || f->is_content ||
		    form_value_check(t->accord, f, s->fields[i].value, s->refers_count, &why) != ERR_OK)
			continue;
		buf_put_str(t->out, ": ");
		cbor_open(&in, s->fields[i].value);
		(void)put_single(t, f, &in);
		break;
	}
}

void form_text_write(const struct accord *a, size_t language, const struct statement *s,
		     const struct content *c, const struct bytes *names, struct buf *out)
{
	const struct form_text t = { a, language, s, names, out };
	const struct form *form = form_of(a, s);

	if (!s->has_form || (form == NULL && form_find(a, s->form, s->form_version) != NULL))
		return;
	if (form == NULL) {
		buf_put(out, s->form);
		buf_put_str(out, words[words_of(&t)].version);
		buf_put_decimal(out, s->form_version);
		buf_put_str(out, words[words_of(&t)].version_end);
		return;
	}
	put_head(&t, form);
	if (put_fields(&t, form, s->fields, s->fields_count, false))
		(void)put_fields(&t, form, c->fields, c->fields_count, true);
}
