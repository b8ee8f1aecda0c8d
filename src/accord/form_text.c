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

/* Words that stand around every form, as the accord has them, and else their names. */
static void put_word(const struct form_text *t, const char *list, uint64_t number, const char *name)
{
	const struct form_list *l = form_list_find(t->accord, list);
	const struct form_code *code = l == NULL ? NULL : form_code_find(l, number);

	buf_put(t->out, code == NULL ? bytes_str(name) : code->names.text[t->language]);
}

static void put_title(const struct form_text *t, const struct form_field *f)
{
	struct bytes title = f->names.text[t->language];

	if (title.len > 0)
		buf_put(t->out, title);
	else
		put_word(t, FORM_LIST_EVERY, f->number, f->name);
}

static void put_time(struct buf *out, uint64_t ms)
{
	char text[WALL_TEXT_LEN];

	wall_write((struct wall){ ms }, text);
	buf_put_str(out, text);
}

/* ---- One value. False: there is nothing to write. ---- */

static bool put_number(const struct form_text *t, const struct form_field *f, uint64_t number)
{
	const struct form_code *code;

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
	struct form_value v;

	form_value_read(f, in, &v);
	if (f->type == FORM_TYPE_SPAN) {
		put_time(t->out, v.numbers[0]);
		buf_put_byte(t->out, '/');
		put_time(t->out, v.numbers[1]);
		return true;
	}
	if (form_is_number(f->type))
		return put_number(t, f, v.numbers[0]);
	if (f->type == FORM_TYPE_HASH)
		buf_put_hex(t->out, v.texts[0]);
	else
		buf_put(t->out, v.texts[f->type == FORM_TYPE_PAIR ? t->language : 0]);
	return true;
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

/* False: the rest does not fit. */
static bool put_fields(const struct form_text *t, const struct form *form, const struct field *fields,
		       size_t count, bool is_content)
{
	const struct form_field *f;
	size_t at = 0;

	while ((f = form_filled_next(t->accord, form, fields, count, is_content, t->statement->refers_count,
				     &at)) != NULL) {
		size_t before = t->out->len;
		put_field(t, f, fields[at - 1].value);
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
	const struct form_field *f;
	size_t at = 0;

	buf_put_str(t->out, form->name);
	buf_put_byte(t->out, ' ');
	buf_put(t->out, form->names.text[t->language]);
	if (act != FORM_ACT_ANNOUNCE && act != FORM_ACT_COUNT) {
		buf_put_str(t->out, ", ");
		put_word(t, FORM_LIST_ACT, act, form_act_name(act));
	}
	while ((f = form_filled_next(t->accord, form, s->fields, s->fields_count, false, s->refers_count,
				     &at)) != NULL) {
		struct cbor_reader in;
		if (f->type != FORM_TYPE_CODE || f->is_list)
			continue;
		buf_put_str(t->out, ": ");
		cbor_open(&in, s->fields[at - 1].value);
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
		buf_put_byte(out, '.');
		buf_put_decimal(out, s->form_version);
		return;
	}
	put_head(&t, form);
	if (put_fields(&t, form, s->fields, s->fields_count, false))
		(void)put_fields(&t, form, c->fields, c->fields_count, true);
}
