/* Forms that have been read: look-ups, and whether a statement and its content are as their form says. */
#include "accord/form.h"

#include <string.h>

static const char *const type_names[] = {
#define TYPE_NAME(name, word) word,
	FORM_TYPE_LIST(TYPE_NAME)
#undef TYPE_NAME
};

const char *form_type_name(enum form_type t)
{
	return type_names[index_below(t, FORM_TYPE_COUNT)];
}

static const char *const act_names[] = {
#define ACT_NAME(name, word) word,
	FORM_ACT_LIST(ACT_NAME)
#undef ACT_NAME
};

const char *form_act_name(enum form_act act)
{
	return act_names[index_below(act, FORM_ACT_COUNT)];
}

static const struct {
	const char *name, *text;
} faults[] = {
#define FAULT_ROW(name, text) { #name, text },
	FORM_FAULT_LIST(FAULT_ROW)
#undef FAULT_ROW
};

const char *form_fault_name(enum form_fault_kind kind)
{
	return faults[index_below(kind, FORM_FAULT_COUNT)].name;
}

const char *form_fault_text(enum form_fault_kind kind)
{
	return faults[index_below(kind, FORM_FAULT_COUNT)].text;
}

/* ---- Look-ups. ---- */

const struct form *form_find(const struct accord *a, struct bytes name, uint64_t version)
{
	const struct form *f = a->forms;

	while (f != NULL && (f->version != version || !bytes_equal(bytes_str(f->name), name)))
		f = f->next;
	return f;
}

const struct form *form_newest(const struct accord *a, struct bytes name)
{
	const struct form *newest = NULL;

	for (const struct form *f = a->forms; f != NULL; f = f->next) {
		if (bytes_equal(bytes_str(f->name), name) && (newest == NULL || newest->version < f->version))
			newest = f;
	}
	return newest;
}

const struct form *form_of(const struct accord *a, const struct statement *s)
{
	const struct form *f;

	if (!s->has_form || (s->kind != KIND_MESSAGE && s->kind != KIND_REPLY))
		return NULL;
	f = form_find(a, s->form, s->form_version);
	/* A reply that is none of those that answer names the form that it answers, as a node does. */
	return f != NULL && s->kind == KIND_REPLY && !f->is_reply ? NULL : f;
}

static const struct form_field commons[] = {
	{ .number = FORM_FIELD_ACT, .name = "act", .type = FORM_TYPE_NUM, .is_optional = true },
	{ .number = FORM_FIELD_BASIS,
	  .name = "basis",
	  .type = FORM_TYPE_TEXT,
	  .is_optional = true,
	  .is_words = true },
	{ .number = FORM_FIELD_REPLY_BY, .name = "reply-by", .type = FORM_TYPE_TIME, .is_optional = true },
	{ .number = FORM_FIELD_BECAUSE,
	  .name = "because",
	  .type = FORM_TYPE_TEXT,
	  .is_optional = true,
	  .is_words = true },
	{ .number = FORM_FIELD_REASON,
	  .name = "reason",
	  .type = FORM_TYPE_TEXT,
	  .is_optional = true,
	  .is_content = true },
};

const struct form_field *form_shared_field(size_t index)
{
	return index < ARRAY_COUNT(commons) ? &commons[index] : NULL;
}

const struct form_field *form_field_find(const struct form *f, uint64_t number)
{
	const struct form_field *field = f->fields;

	for (size_t i = 0; i < ARRAY_COUNT(commons); i++) {
		if (commons[i].number == number)
			return &commons[i];
	}
	while (field != NULL && field->number != number)
		field = field->next;
	return field;
}

const struct form_code *form_code_find(const struct form_list *l, uint64_t number)
{
	const struct form_code *code = l->codes;

	while (code != NULL && code->number != number)
		code = code->next;
	return code;
}

const struct form_list *form_list_find(const struct accord *a, const char *name)
{
	const struct form_list *l = a->lists;

	while (l != NULL && strcmp(l->name, name) != 0)
		l = l->next;
	return l;
}

const struct form_code *form_code_of(const struct form_list *l, struct bytes name)
{
	const struct form_code *code = l->codes;

	while (code != NULL && !bytes_equal(bytes_str(code->name), name))
		code = code->next;
	return code;
}

const struct form_code *form_code_named(const struct accord *a, const char *list, struct bytes name)
{
	const struct form_list *l = form_list_find(a, list);

	return l == NULL ? NULL : form_code_of(l, name);
}

enum form_act form_act_of(const struct statement *s)
{
	uint64_t act = FORM_ACT_ANNOUNCE;
	enum err e = statement_field_uint(s, FORM_FIELD_ACT, FORM_ACT_COUNT - 1, &act);

	if (e == ERR_NOT_FOUND)
		return FORM_ACT_ANNOUNCE;
	/* One meaning has one spelling: to announce needs no saying. */
	return e == ERR_OK && act != FORM_ACT_ANNOUNCE ? (enum form_act)act : FORM_ACT_COUNT;
}

static bool is_sealed(const struct statement *s)
{
	return s->has_content && s->content.sealing != SEALING_NONE;
}

/* Its text stands in the content, which is sealed. */
static bool is_said_there(const struct field *field)
{
	struct cbor_reader r;
	bool value;

	cbor_open(&r, field->value);
	return cbor_read_bool(&r, &value) == ERR_OK && value;
}

bool form_is_because(const struct statement *s)
{
	const struct field *field = statement_field(s, FORM_FIELD_BECAUSE);
	struct cbor_reader r;
	struct bytes text;

	if (field == NULL)
		return false;
	if (is_sealed(s))
		return is_said_there(field);
	cbor_open(&r, field->value);
	return cbor_read_text(&r, FORM_TEXT_LEN_MAX, &text) == ERR_OK && text.len > 0;
}

bool form_has_clear_words(const struct statement *s)
{
	for (size_t i = 0; s->has_form && i < ARRAY_COUNT(commons); i++) {
		const struct field *field = statement_field(s, commons[i].number);
		if (commons[i].is_words && field != NULL && !is_said_there(field))
			return true;
	}
	return false;
}

/* ---- One value. ---- */

static bool text_check(struct cbor_reader *r, size_t max, bool (*is_good)(struct bytes))
{
	struct bytes text;

	return cbor_read_text(r, max, &text) == ERR_OK && text.len > 0 && (is_good == NULL || is_good(text));
}

static bool pair_check(const struct accord *a, struct cbor_reader *r)
{
	size_t count;

	if (cbor_read_array(r, ACCORD_LANGUAGES_MAX, &count) != ERR_OK || count != a->languages_count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!text_check(r, FORM_TEXT_LEN_MAX, NULL))
			return false;
	}
	cbor_close(r);
	return true;
}

static bool span_check(struct cbor_reader *r)
{
	uint64_t from, to;
	size_t count;

	if (cbor_read_array(r, 2, &count) != ERR_OK || count != 2 ||
	    cbor_read_uint(r, TIME_MS_MAX - 1, &from) != ERR_OK ||
	    cbor_read_uint(r, TIME_MS_MAX - 1, &to) != ERR_OK)
		return false;
	cbor_close(r);
	return from <= to;
}

static bool name_check(const struct accord *a, struct cbor_reader *r, enum form_type type)
{
	struct bytes name;

	if (cbor_read_text(r, ROLE_NAME_MAX, &name) != ERR_OK)
		return false;
	if (type == FORM_TYPE_PARTY)
		return accord_party_find(a, name) < a->parties_count;
	if (type == FORM_TYPE_FORM)
		return form_newest(a, name) != NULL;
	/* A node may stand where a post can: it answers line checks. */
	return bytes_equal(name, BYTES_LIT(ROLE_NODE)) || accord_role_find(a, name) < a->roles_count;
}

/* What is no group, off the front of r. */
static bool single_check(const struct accord *a, const struct form_field *f, struct cbor_reader *r,
			 size_t refers_count, enum form_fault_kind *why)
{
	uint8_t hash[HASH_LEN];
	uint64_t number = 0;

	*why = FORM_FAULT_TYPE;
	if (f->type == FORM_TYPE_TEXT)
		return text_check(r, FORM_TEXT_LEN_MAX, NULL);
	if (f->type == FORM_TYPE_PAIR)
		return pair_check(a, r);
	if (f->type == FORM_TYPE_TIME)
		return cbor_read_uint(r, TIME_MS_MAX - 1, &number) == ERR_OK;
	if (f->type == FORM_TYPE_SPAN)
		return span_check(r);
	if (f->type == FORM_TYPE_REF)
		return cbor_read_uint(r, UINT32_MAX, &number) == ERR_OK && number < refers_count;
	if (f->type == FORM_TYPE_NUM)
		return cbor_read_uint(r, LOG_SIZE_MAX, &number) == ERR_OK;
	if (f->type == FORM_TYPE_HASH)
		return cbor_read_fixed(r, hash, sizeof hash) == ERR_OK;
	if (f->type == FORM_TYPE_PATH)
		return text_check(r, ROLE_NAME_MAX, is_role_name);
	if (f->type != FORM_TYPE_CODE)
		return name_check(a, r, f->type);
	if (cbor_read_uint(r, UINT64_MAX, &number) != ERR_OK)
		return false;
	*why = FORM_FAULT_CODE;
	return form_code_find(f->list, number) != NULL;
}

static bool one_check(const struct accord *a, const struct form_field *f, struct cbor_reader *r,
		      size_t refers_count, enum form_fault_kind *why)
{
	size_t count;

	if (f->type != FORM_TYPE_GROUP)
		return single_check(a, f, r, refers_count, why);
	*why = FORM_FAULT_TYPE;
	if (cbor_read_array(r, ACCORD_FORM_WORDS_MAX, &count) != ERR_OK)
		return false;
	for (const struct form_field *member = f->members; member != NULL; member = member->next) {
		if (count-- == 0 || !single_check(a, member, r, refers_count, why))
			return false;
	}
	*why = FORM_FAULT_TYPE;
	cbor_close(r);
	return count == 0;
}

enum err form_value_check(const struct accord *a, const struct form_field *f, struct bytes value,
			  size_t refers_count, enum form_fault_kind *why)
{
	struct cbor_reader r;
	size_t count = 1;

	*why = FORM_FAULT_TYPE;
	cbor_open(&r, value);
	if (f->is_list && (cbor_read_array(&r, FORM_ITEMS_MAX, &count) != ERR_OK || count == 0))
		return ERR_RULE;
	for (size_t i = 0; i < count; i++) {
		if (!one_check(a, f, &r, refers_count, why))
			return ERR_RULE;
	}
	*why = FORM_FAULT_TYPE;
	if (f->is_list)
		cbor_close(&r);
	return cbor_finish(&r) == ERR_OK ? ERR_OK : ERR_RULE;
}

/* ---- A statement, its content. ---- */

static enum err refuse(struct form_fault *fault, enum form_fault_kind kind, uint64_t number)
{
	*fault = (struct form_fault){ kind, number };
	return ERR_RULE;
}

static const struct field *find(const struct field *fields, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].key == number)
			return &fields[i];
	}
	return NULL;
}

/* Each field is one of the form's for this place, and of its type. */
static enum err check_types(const struct accord *a, const struct form *f, const struct statement *s,
			    const struct field *fields, size_t count, bool is_content,
			    struct form_fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		const struct form_field *field = form_field_find(f, fields[i].key);
		bool is_apart = field != NULL && field->is_words && is_sealed(s);
		enum form_fault_kind why;
		if (field == NULL || (field->is_content != is_content &&
				      !(is_apart && statement_field(s, field->number) != NULL)))
			return refuse(fault, FORM_FAULT_UNKNOWN, fields[i].key);
		if (is_apart && !is_content && is_said_there(&fields[i]))
			continue;
		if (form_value_check(a, field, fields[i].value, s->refers_count, &why) != ERR_OK)
			return refuse(fault, why, fields[i].key);
	}
	return ERR_OK;
}

/* A code, a time, or where a span begins; false if the field is not there, or
 * there is no content to look into. */
static bool read_number(const struct form_field *field, const struct statement *s, const struct content *c,
			uint64_t *out)
{
	const struct field *found = !field->is_content ? statement_field(s, field->number)
				    : c != NULL	       ? find(c->fields, c->fields_count, field->number)
						       : NULL;
	struct cbor_reader r;
	size_t count;

	if (found == NULL)
		return false;
	cbor_open(&r, found->value);
	if (field->type == FORM_TYPE_SPAN)
		(void)cbor_read_array(&r, 2, &count);
	return cbor_read_uint(&r, TIME_MS_MAX, out) == ERR_OK;
}

static bool holds(const struct form_where *w, const struct statement *s, const struct content *c)
{
	uint64_t value;

	if (w->of == NULL || !read_number(w->of, s, c, &value))
		return false;
	for (size_t i = 0; i < FORM_WHERE_MAX && w->values[i] != NULL; i++) {
		if (w->values[i]->number == value)
			return true;
	}
	return false;
}

/* What is announced or amended is said whole; what is cancelled or closed need not be said again. */
static enum err check_missing(const struct form *f, const struct statement *s, const struct content *c,
			      struct form_fault *fault)
{
	const struct field *fields = c == NULL ? s->fields : c->fields;
	size_t count = c == NULL ? s->fields_count : c->fields_count;
	enum form_act act = form_act_of(s);

	if ((act != FORM_ACT_ANNOUNCE && act != FORM_ACT_AMEND) || form_is_because(s))
		return ERR_OK;
	for (const struct form_field *field = f->fields; field != NULL; field = field->next) {
		if (field->is_content == (c != NULL) &&
		    (!field->is_optional || holds(&field->needed, s, c)) &&
		    find(fields, count, field->number) == NULL)
			return refuse(fault, FORM_FAULT_MISSING, field->number);
	}
	return ERR_OK;
}

enum err form_check(const struct accord *a, const struct form *f, enum plane plane, const struct statement *s,
		    struct form_fault *fault)
{
	enum form_act act = form_act_of(s);
	enum err e;

	*fault = (struct form_fault){ FORM_FAULT_NONE, 0 };
	if (act == FORM_ACT_COUNT || (f->acts >> act & 1) == 0)
		return refuse(fault, FORM_FAULT_ACT, FORM_FIELD_ACT);
	if ((f->planes >> plane & 1) == 0)
		return refuse(fault, FORM_FAULT_PLANE, 0);
	if ((s->kind == KIND_REPLY) != (f->is_reply && act == FORM_ACT_ANNOUNCE))
		return refuse(fault, FORM_FAULT_ANSWER, 0);
	e = check_types(a, f, s, s->fields, s->fields_count, false, fault);
	if (e == ERR_OK)
		e = check_missing(f, s, NULL, fault);
	if (e != ERR_OK)
		return e;
	if (f->is_basis_required && statement_field(s, FORM_FIELD_BASIS) == NULL &&
	    (act == FORM_ACT_ANNOUNCE || act == FORM_ACT_AMEND) && !form_is_because(s))
		return refuse(fault, FORM_FAULT_BASIS, FORM_FIELD_BASIS);
	return ERR_OK;
}

enum err form_check_content(const struct accord *a, const struct form *f, const struct statement *s,
			    const struct content *c, struct form_fault *fault)
{
	enum form_act act = form_act_of(s);
	enum err e = check_types(a, f, s, c->fields, c->fields_count, true, fault);

	for (size_t i = 0; e == ERR_OK && is_sealed(s) && i < ARRAY_COUNT(commons); i++) {
		if (commons[i].is_words && statement_field(s, commons[i].number) != NULL &&
		    find(c->fields, c->fields_count, commons[i].number) == NULL)
			e = refuse(fault, FORM_FAULT_MISSING, commons[i].number);
	}
	if (e == ERR_OK)
		e = check_missing(f, s, c, fault);
	if (e == ERR_OK && (act == FORM_ACT_CANCEL || act == FORM_ACT_CLOSE) &&
	    find(c->fields, c->fields_count, FORM_FIELD_REASON) == NULL)
		e = refuse(fault, FORM_FAULT_REASON, FORM_FIELD_REASON);
	return e;
}

/* Whether the limit holds for what is said here, and the time that it is reckoned from. */
static bool read_bound(const struct form_bound *b, const struct statement *s, const struct content *c,
		       uint64_t *begin)
{
	if (b->ms == 0 || !read_number(b->of, s, c, begin))
		return false;
	return b->where.of == NULL || holds(&b->where, s, c);
}

enum err form_check_sending(const struct form *f, const struct statement *s, const struct content *c,
			    struct form_fault *fault)
{
	const struct form_limits *l = &f->limits;
	uint64_t begin;

	if (form_is_because(s))
		return ERR_OK;
	if (s->kind == KIND_MESSAGE && f->precedences != 0 &&
	    (!s->has_precedence || (f->precedences >> s->precedence & 1) == 0))
		return refuse(fault, FORM_FAULT_PRECEDENCE, 0);
	/* To say it again, to cancel or to close it is never too late. */
	if (form_act_of(s) != FORM_ACT_ANNOUNCE)
		return ERR_OK;
	if (read_bound(&l->before, s, c, &begin) && s->claimed.ms + l->before.ms > begin)
		return refuse(fault, FORM_FAULT_LATE, l->before.of->number);
	if (read_bound(&l->after, s, c, &begin) && s->claimed.ms > begin + l->after.ms)
		return refuse(fault, FORM_FAULT_LATE, l->after.of->number);
	return ERR_OK;
}

/* ---- What fills it ---- */

bool form_is_number(enum form_type type)
{
	return type == FORM_TYPE_CODE || type == FORM_TYPE_TIME || type == FORM_TYPE_REF ||
	       type == FORM_TYPE_NUM;
}

void form_value_read(const struct form_field *f, struct cbor_reader *in, struct form_value *out)
{
	size_t count = 0;

	*out = (struct form_value){ 0 };
	if (f->type == FORM_TYPE_PAIR) {
		(void)cbor_read_array(in, ACCORD_LANGUAGES_MAX, &count);
		for (size_t i = 0; i < count; i++)
			(void)cbor_read_text(in, FORM_TEXT_LEN_MAX, &out->texts[i]);
		cbor_close(in);
	} else if (f->type == FORM_TYPE_SPAN) {
		(void)cbor_read_array(in, 2, &count);
		for (size_t i = 0; i < count; i++)
			(void)cbor_read_uint(in, UINT64_MAX, &out->numbers[i]);
		cbor_close(in);
	} else if (form_is_number(f->type)) {
		(void)cbor_read_uint(in, UINT64_MAX, &out->numbers[0]);
	} else if (f->type == FORM_TYPE_HASH) {
		(void)cbor_read_bytes(in, HASH_LEN, &out->texts[0]);
	} else {
		(void)cbor_read_text(in, FORM_TEXT_LEN_MAX, &out->texts[0]);
	}
}

const struct form_field *form_filled_next(const struct accord *a, const struct form *form,
					  const struct field *fields, size_t count, bool is_content,
					  size_t refers_count, size_t *at)
{
	while (*at < count) {
		const struct field *said = &fields[(*at)++];
		const struct form_field *f = form_field_find(form, said->key);
		enum form_fault_kind why;
		if (f != NULL && f->number != FORM_FIELD_ACT &&
		    (f->is_content == is_content || (f->is_words && is_content)) &&
		    form_value_check(a, f, said->value, refers_count, &why) == ERR_OK)
			return f;
	}
	return NULL;
}
