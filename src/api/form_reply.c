#include "api/form_reply.h"

#include <stdio.h>

#include "api/entry_reply.h"

void reply_names(struct reply *r, const char *key, const struct accord *a, const struct bytes *names)
{
	reply_object(r, key);
	for (size_t i = 0; i < a->languages_count; i++)
		reply_text(r, a->languages[i], names[i]);
	reply_object_end(r);
}

/* ---- What the accord says. ---- */

static void reply_type(struct reply *r, const struct form_field *f)
{
	reply_str(r, "type", form_type_name(f->type));
	reply_bool(r, "list", f->is_list);
	reply_bool(r, "optional", f->is_optional);
	reply_str(r, "in", f->is_content ? "content" : "statement");
}

static void reply_codes(struct reply *r, const struct accord *a, const struct form_list *list)
{
	if (list == NULL)
		return;
	reply_str(r, "codes", list->name);
	reply_array(r, "values");
	for (const struct form_code *code = list->codes; code != NULL; code = code->next) {
		reply_object(r, NULL);
		reply_uint(r, "number", code->number);
		reply_str(r, "name", code->name);
		reply_names(r, "words", a, code->names.text);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static void reply_where(struct reply *r, const struct accord *a, const char *key, const struct form_where *w)
{
	if (w->of == NULL)
		return;
	reply_object(r, key);
	reply_str(r, "field", w->of->name);
	reply_array(r, "values");
	for (size_t i = 0; i < FORM_WHERE_MAX && w->values[i] != NULL; i++) {
		reply_object(r, NULL);
		reply_uint(r, "number", w->values[i]->number);
		reply_str(r, "name", w->values[i]->name);
		reply_names(r, "words", a, w->values[i]->names.text);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

/* Its title is the accord's; fields that every form has are translated by whoever shows them. */
static void reply_field_head(struct reply *r, const struct accord *a, const struct form_field *f)
{
	reply_uint(r, "number", f->number);
	reply_str(r, "name", f->name);
	if (f->names.text[0].len > 0)
		reply_names(r, "title", a, f->names.text);
	reply_type(r, f);
}

static void reply_fields_of(struct reply *r, const char *key, const struct accord *a,
			    const struct form_field *f)
{
	reply_array(r, key);
	for (; f != NULL; f = f->next) {
		reply_object(r, NULL);
		reply_field_head(r, a, f);
		reply_codes(r, a, f->list);
		reply_where(r, a, "needed_where", &f->needed);
		if (f->members != NULL) {
			reply_array(r, "members");
			for (const struct form_field *m = f->members; m != NULL; m = m->next) {
				reply_object(r, NULL);
				reply_field_head(r, a, m);
				reply_codes(r, a, m->list);
				reply_object_end(r);
			}
			reply_array_end(r);
		}
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* `name`, and with _ms how long, with _where for which values of which field. */
static void reply_bound(struct reply *r, const struct accord *a, const char *name, const struct form_bound *b)
{
	char key[32];

	if (b->ms == 0)
		return;
	reply_str(r, name, b->of->name);
	snprintf(key, sizeof key, "%s_ms", name);
	reply_uint(r, key, b->ms);
	snprintf(key, sizeof key, "%s_where", name);
	reply_where(r, a, key, &b->where);
}

static void reply_limits(struct reply *r, const struct accord *a, const struct form_limits *l)
{
	reply_object(r, "limits");
	if (l->answer_ms > 0)
		reply_uint(r, "answer_ms", l->answer_ms);
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (l->answer_by_ms[i] > 0)
			reply_uint(r, precedence_name((enum precedence)i), l->answer_by_ms[i]);
	}
	if (l->again_ms > 0)
		reply_uint(r, "again_ms", l->again_ms);
	reply_bound(r, a, "before", &l->before);
	reply_bound(r, a, "after", &l->after);
	reply_object_end(r);
}

static void reply_shared(struct reply *r, const struct accord *a)
{
	const struct form_field *f;

	reply_array(r, "shared");
	for (size_t i = 0; (f = form_shared_field(i)) != NULL; i++) {
		reply_object(r, NULL);
		reply_field_head(r, a, f);
		reply_object_end(r);
	}
	reply_array_end(r);
}

void reply_form(struct reply *r, const struct accord *a, const struct form *f)
{
	reply_object(r, NULL);
	reply_str(r, "form", f->name);
	reply_uint(r, "version", f->version);
	reply_bool(r, "newest", form_newest(a, bytes_str(f->name)) == f);
	reply_names(r, "title", a, f->names.text);
	reply_array(r, "planes");
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		if (f->planes >> i & 1)
			reply_str(r, NULL, plane_name((enum plane)i));
	}
	reply_array_end(r);
	reply_array(r, "acts");
	for (size_t i = 0; i < FORM_ACT_COUNT; i++) {
		if (f->acts >> i & 1)
			reply_str(r, NULL, form_act_name((enum form_act)i));
	}
	reply_array_end(r);
	if (f->precedences != 0)
		reply_str(r, "precedence", precedence_name(f->precedence));
	reply_array(r, "precedences");
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (f->precedences >> i & 1)
			reply_str(r, NULL, precedence_name((enum precedence)i));
	}
	reply_array_end(r);
	reply_bool(r, "reply", f->is_reply);
	reply_bool(r, "corrects", f->is_correction);
	reply_bool(r, "basis", f->is_basis_required);
	reply_array(r, "after");
	for (size_t i = 0; i < FORM_AFTER_MAX && f->after[i][0] != '\0'; i++)
		reply_str(r, NULL, f->after[i]);
	reply_array_end(r);
	reply_limits(r, a, &f->limits);
	reply_fields_of(r, "fields", a, f->fields);
	reply_shared(r, a);
	reply_object_end(r);
}

/* ---- What fills it. ---- */

static void reply_number(struct reply *r, const struct accord *a, const struct statement *s,
			 const struct form_field *f, uint64_t number)
{
	const struct form_code *code;

	if (f->type == FORM_TYPE_REF && number < s->refers_count) {
		reply_named_place(r, "value", a, &s->refers[number]);
	} else if (f->type == FORM_TYPE_CODE) {
		code = form_code_find(f->list, number);
		reply_str(r, "value", code == NULL ? "?" : code->name);
		if (code != NULL)
			reply_names(r, "words", a, code->names.text);
	} else {
		reply_uint(r, "value", number);
	}
}

/* One value of no group, as the members of the object that is open. */
static void reply_single(struct reply *r, const struct accord *a, const struct statement *s,
			 const struct form_field *f, struct cbor_reader *in)
{
	struct form_value v;

	form_value_read(f, in, &v);
	if (f->type == FORM_TYPE_PAIR) {
		reply_names(r, "value", a, v.texts);
	} else if (f->type == FORM_TYPE_SPAN) {
		reply_array(r, "value");
		reply_uint(r, NULL, v.numbers[0]);
		reply_uint(r, NULL, v.numbers[1]);
		reply_array_end(r);
	} else if (form_is_number(f->type)) {
		reply_number(r, a, s, f, v.numbers[0]);
	} else if (f->type == FORM_TYPE_HASH) {
		reply_hex(r, "value", v.texts[0]);
	} else {
		reply_text(r, "value", v.texts[0]);
	}
}

static void reply_group(struct reply *r, const struct accord *a, const struct statement *s,
			const struct form_field *f, struct cbor_reader *in)
{
	size_t count;

	(void)cbor_read_array(in, ACCORD_FORM_WORDS_MAX, &count);
	reply_array(r, "members");
	for (const struct form_field *m = f->members; m != NULL; m = m->next) {
		reply_object(r, NULL);
		reply_field_head(r, a, m);
		reply_array(r, "values");
		reply_object(r, NULL);
		reply_single(r, a, s, m, in);
		reply_object_end(r);
		reply_array_end(r);
		reply_object_end(r);
	}
	reply_array_end(r);
	cbor_close(in);
}

static void reply_filled_field(struct reply *r, const struct accord *a, const struct statement *s,
			       const struct form_field *f, struct bytes value)
{
	struct cbor_reader in;
	size_t count = 1;

	cbor_open(&in, value);
	if (f->is_list)
		(void)cbor_read_array(&in, FORM_ITEMS_MAX, &count);
	reply_object(r, NULL);
	reply_field_head(r, a, f);
	reply_array(r, "values");
	for (size_t i = 0; i < count; i++) {
		reply_object(r, NULL);
		if (f->type == FORM_TYPE_GROUP)
			reply_group(r, a, s, f, &in);
		else
			reply_single(r, a, s, f, &in);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

static void reply_filled_fields(struct reply *r, const struct accord *a, const struct form *form,
				const struct statement *s, const struct field *fields, size_t count,
				bool is_content)
{
	const struct form_field *f;
	size_t at = 0;

	reply_array(r, "fields");
	while ((f = form_filled_next(a, form, fields, count, is_content, s->refers_count, &at)) != NULL)
		reply_filled_field(r, a, s, f, fields[at - 1].value);
	reply_array_end(r);
}

void reply_form_fault(struct reply *r, const struct form *f, const struct form_fault *fault)
{
	const struct form_field *field = f == NULL ? NULL : form_field_find(f, fault->number);
	bool has_field = fault->kind == FORM_FAULT_UNKNOWN || fault->kind == FORM_FAULT_MISSING ||
			 fault->kind == FORM_FAULT_TYPE || fault->kind == FORM_FAULT_CODE ||
			 fault->kind == FORM_FAULT_LATE;

	if (fault->kind == FORM_FAULT_NONE)
		return;
	reply_object(r, "fault");
	reply_str(r, "name", form_fault_name(fault->kind));
	reply_str(r, "text", form_fault_text(fault->kind));
	if (has_field && field != NULL)
		reply_str(r, "field", field->name);
	if (has_field)
		reply_uint(r, "number", fault->number);
	reply_object_end(r);
}

void reply_filled(struct reply *r, const struct accord *a, const struct statement *s)
{
	const struct accord_channel *channel = accord_channel_find(a, s->channel);
	const struct form *form = form_of(a, s);
	struct form_fault fault = { FORM_FAULT_NONE, 0 };
	enum form_act act = form_act_of(s);

	if (!s->has_form)
		return;
	reply_object(r, "filled");
	reply_text(r, "form", s->form);
	reply_uint(r, "version", s->form_version);
	/* One that only answers names the form that it answers: nothing is unknown about it. */
	reply_bool(r, "known", form_find(a, s->form, s->form_version) != NULL);
	if (form != NULL) {
		reply_names(r, "title", a, form->names.text);
		reply_str(r, "act", act == FORM_ACT_COUNT ? "?" : form_act_name(act));
		reply_filled_fields(r, a, form, s, s->fields, s->fields_count, false);
		if (channel != NULL && form_check(a, form, channel->plane, s, &fault) != ERR_OK)
			reply_form_fault(r, form, &fault);
	}
	reply_object_end(r);
}

void reply_filled_content(struct reply *r, const struct accord *a, const struct statement *s,
			  const struct content *c)
{
	const struct form *form = form_of(a, s);
	struct form_fault fault = { FORM_FAULT_NONE, 0 };

	if (form == NULL)
		return;
	reply_object(r, "filled_content");
	reply_filled_fields(r, a, form, s, c->fields, c->fields_count, true);
	if (form_check_content(a, form, s, c, &fault) != ERR_OK ||
	    form_check_sending(form, s, c, &fault) != ERR_OK)
		reply_form_fault(r, form, &fault);
	reply_object_end(r);
}

/* ---- What stands under one number. ---- */

static const char *const life_names[FORM_ACT_COUNT] = {
	[FORM_ACT_ANNOUNCE] = "ANNOUNCED",
	[FORM_ACT_AMEND] = "AMENDED",
	[FORM_ACT_CANCEL] = "CANCELLED",
	[FORM_ACT_CLOSE] = "CLOSED",
};

static uint64_t answer_by(const struct form *f, const struct statement *s, struct wall filed)
{
	uint64_t at = 0, ms = f->limits.answer_ms;

	if (statement_field_uint(s, FORM_FIELD_REPLY_BY, TIME_MS_MAX, &at) == ERR_OK)
		return at;
	if (s->has_precedence && f->limits.answer_by_ms[s->precedence] > 0)
		ms = f->limits.answer_by_ms[s->precedence];
	return ms == 0 || s->kind != KIND_MESSAGE ? 0 : filed.ms + ms;
}

void reply_life(struct reply *r, const struct accord *a, const struct form_life *life,
		const struct statement *s, struct wall filed, struct wall last_filed)
{
	const struct form *form = form_of(a, s);
	bool is_ended = life->state == FORM_ACT_CANCEL || life->state == FORM_ACT_CLOSE;

	if (form == NULL && life->count == 0)
		return;
	reply_object(r, "life");
	reply_place(r, "number", a, &life->first);
	reply_place(r, "last", a, &life->last);
	if (form != NULL)
		reply_str(r, "state", life_names[life->state]);
	reply_array(r, "acts");
	for (size_t i = 0; i < life->count; i++) {
		reply_object(r, NULL);
		reply_place(r, "place", a, &life->acts[i].place);
		reply_str(r, "act",
			  life->acts[i].is_correction ? "correction" : form_act_name(life->acts[i].act));
		reply_object_end(r);
	}
	reply_array_end(r);
	if (form != NULL && !is_ended && answer_by(form, s, filed) > 0)
		reply_uint(r, "answer_by_ms", answer_by(form, s, filed));
	if (form != NULL && !is_ended && form->limits.again_ms > 0 && form_act_of(s) <= FORM_ACT_AMEND)
		reply_uint(r, "again_by_ms", last_filed.ms + form->limits.again_ms);
	reply_object_end(r);
}
