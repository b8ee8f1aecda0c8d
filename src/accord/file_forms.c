/*
 * `codes` and `forms/NAME`: values that both languages have words for, and the messages that are made of
 * them.
 */
#include "accord/file.h"
#include "accord/form.h"

#include <string.h>

/* What is being read is the last of its list: it is changed until its file ends. */
static struct form *form_last(const struct accord *a)
{
	struct form *f = a->forms;

	while (f->next != NULL)
		f = f->next;
	return f;
}

/* Memory for one more field, list or value; NULL after a fault. */
static void *word_add(struct line_reader *r, struct accord *a, size_t size)
{
	void *word;

	if (a->form_words == ACCORD_FORM_WORDS_MAX)
		line_refuse(r, "forms.words");
	if (r->rule != NULL)
		return NULL;
	word = arena_alloc(r->arena, 1, size);
	if (word == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
		return NULL;
	}
	a->form_words++;
	return word;
}

static void take_name(struct line_reader *r, char out[FORM_WORD_MAX + 1], const char *rule)
{
	struct bytes name = line_word(r, rule);

	if (r->rule == NULL && !is_role_name(name))
		line_refuse(r, rule);
	if (r->rule == NULL)
		bytes_copy_checked(name, out, FORM_WORD_MAX + 1);
}

/* ---- Lists of values: of all forms, or of one. ---- */

static const struct form_list *list_find(const struct form_list *l, struct bytes name)
{
	while (l != NULL && !bytes_equal(bytes_str(l->name), name))
		l = l->next;
	return l;
}

static void list_add(struct line_reader *r, struct accord *a, struct form_list **first)
{
	struct form_list *list = word_add(r, a, sizeof *list);

	if (list == NULL)
		return;
	take_name(r, list->name, "codes.list");
	if (r->rule != NULL)
		return;
	if (list_find(*first, bytes_str(list->name)) != NULL ||
	    list_find(a->lists, bytes_str(list->name)) != NULL)
		line_refuse(r, "codes.list");
	while (*first != NULL)
		first = &(*first)->next;
	*first = list;
}

static void value_add(struct line_reader *r, struct accord *a, struct form_list *list)
{
	struct form_code *code = word_add(r, a, sizeof *code);
	struct form_code **at;

	if (list == NULL)
		line_refuse(r, "codes.value");
	if (list == NULL || code == NULL || r->rule != NULL)
		return;
	while (list->next != NULL)
		list = list->next;
	code->number = line_number(r, UINT16_MAX, "codes.value");
	take_name(r, code->name, "codes.value");
	line_names(r, a, code->names.text);
	for (at = &list->codes; *at != NULL; at = &(*at)->next) {
		if ((*at)->number >= code->number)
			line_refuse(r, "codes.order");
		if (strcmp((*at)->name, code->name) == 0)
			line_refuse(r, "codes.value");
	}
	*at = code;
}

static void read_list(struct line_reader *r, struct accord *a)
{
	list_add(r, a, &a->lists);
}

static void read_value(struct line_reader *r, struct accord *a)
{
	value_add(r, a, a->lists);
}

static const struct form_list *empty_list(const struct form_list *l)
{
	while (l != NULL && l->codes != NULL)
		l = l->next;
	return l;
}

static void check_codes(struct line_reader *r, const struct accord *a)
{
	if (empty_list(a->lists) != NULL)
		line_refuse(r, "codes.value");
}

static const struct line_row code_rows[] = { { "list", read_list, NULL }, { "value", read_value, NULL } };

const struct file_row file_codes = { "codes", code_rows, ARRAY_COUNT(code_rows), check_codes, NULL };

/* ---- The head of a form. ---- */

static bool is_form_number(struct bytes name)
{
	if (name.len > FORM_NUMBER_MAX || name.ptr[0] < 'A' || name.ptr[0] > 'Z')
		return false;
	for (size_t i = 1; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9'))
			return false;
	}
	return true;
}

/* "forms/N20", or "forms/N20.1" beside a newer one. */
static bool is_file_of(const struct form *f)
{
	uint8_t memory[64];
	struct buf name = BUF_ON(memory);

	buf_put_str(&name, "forms/");
	buf_put_str(&name, f->name);
	if (bytes_equal(f->file, buf_bytes(&name)))
		return true;
	buf_put_byte(&name, '.');
	buf_put_decimal(&name, f->version);
	return bytes_equal(f->file, buf_bytes(&name));
}

/* Every other line comes behind the form's. */
static struct form *form_open(struct line_reader *r, const struct accord *a)
{
	struct form *f = form_last(a);

	if (f->name[0] == '\0')
		line_refuse(r, "forms.form");
	return f;
}

static void read_form(struct line_reader *r, struct accord *a)
{
	struct form *f = form_last(a);
	struct bytes name = line_word(r, "forms.form");

	if (r->rule == NULL && !is_form_number(name))
		line_refuse(r, "forms.form");
	if (r->rule == NULL)
		bytes_copy_checked(name, f->name, sizeof f->name);
	line_expect(r, "version", "forms.version");
	f->version = line_number(r, UINT32_MAX, "forms.version");
	if (f->version == 0)
		line_refuse(r, "forms.version");
	line_names(r, a, f->names.text);
	if (r->rule == NULL && (!is_file_of(f) || form_find(a, bytes_str(f->name), f->version) != f))
		line_refuse(r, "forms.file");
}

static size_t act_index(const struct accord *a, struct bytes word)
{
	size_t i = 0;

	(void)a;
	while (i < FORM_ACT_COUNT && !bytes_equal(word, bytes_str(form_act_name((enum form_act)i))))
		i++;
	return i;
}

static void read_plane(struct line_reader *r, struct accord *a)
{
	form_open(r, a)->planes = (uint8_t)line_set(r, a, file_plane_index, PLANE_COUNT, "forms.plane");
	line_end(r, "forms.plane");
}

static void read_acts(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);

	f->acts = (uint8_t)line_set(r, a, act_index, FORM_ACT_COUNT, "forms.acts");
	if ((f->acts >> FORM_ACT_ANNOUNCE & 1) == 0)
		line_refuse(r, "forms.acts");
	line_end(r, "forms.acts");
}

/* The first that stands there is used where none is said. */
static void read_precedence(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);

	if (line_accept(r, "subject"))
		return;
	if (r->rule == NULL && precedence_read(line_peek(r), &f->precedence) != ERR_OK)
		line_refuse(r, "forms.precedence");
	f->precedences = (uint8_t)line_set(r, a, file_precedence_index, PRECEDENCE_COUNT, "forms.precedence");
	line_end(r, "forms.precedence");
}

/* Lines that stand there once or not at all. */
static void set_flag(struct line_reader *r, bool *flag)
{
	if (*flag)
		line_refuse(r, "forms.twice");
	*flag = true;
}

static void read_reply(struct line_reader *r, struct accord *a)
{
	set_flag(r, &form_open(r, a)->is_reply);
}

static void read_corrects(struct line_reader *r, struct accord *a)
{
	set_flag(r, &form_open(r, a)->is_correction);
}

static void read_basis(struct line_reader *r, struct accord *a)
{
	set_flag(r, &form_open(r, a)->is_basis_required);
}

static void read_after(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);
	size_t count = 0;

	if (f->after[0][0] != '\0')
		line_refuse(r, "forms.twice");
	do {
		struct bytes name = line_word(r, "forms.after");
		if (r->rule != NULL)
			return;
		if (count == FORM_AFTER_MAX || !is_form_number(name))
			line_refuse(r, "forms.after");
		else
			bytes_copy_checked(name, f->after[count++], sizeof f->after[0]);
	} while (line_has_more(r));
}

/* ---- Fields. ---- */

static const struct form_field *field_by_name(const struct form_field *field, struct bytes name)
{
	while (field != NULL && !bytes_equal(bytes_str(field->name), name))
		field = field->next;
	return field;
}

/* Free in this form, and none of those that every form has. */
static bool is_name_free(const struct form *f, const char *name)
{
	const struct form_field *shared;

	for (size_t i = 0; (shared = form_shared_field(i)) != NULL; i++) {
		if (strcmp(shared->name, name) == 0)
			return false;
	}
	return field_by_name(f->fields, bytes_str(name)) == NULL;
}

static bool take_end(struct bytes *word, uint8_t c)
{
	if (word->len == 0 || word->ptr[word->len - 1] != c)
		return false;
	word->len--;
	return true;
}

/* "code:topic[]?": what it is, whether several, whether it may be missing. */
static void read_type(struct line_reader *r, const struct accord *a, const struct form *f,
		      struct form_field *field)
{
	struct bytes word = line_word(r, "forms.type"), base = word, list;
	size_t i = 0;

	if (r->rule != NULL)
		return;
	field->is_optional = take_end(&word, '?');
	field->is_list = take_end(&word, ']') && take_end(&word, '[');
	list = word;
	if (bytes_take_until(&list, ':', &base) != ERR_OK)
		base = word;
	while (i < FORM_TYPE_COUNT && !bytes_equal(base, bytes_str(form_type_name((enum form_type)i))))
		i++;
	field->type = (enum form_type)i;
	if (i == FORM_TYPE_COUNT || (i == FORM_TYPE_CODE) != (base.len < word.len)) {
		line_refuse(r, "forms.type");
		return;
	}
	if (i != FORM_TYPE_CODE)
		return;
	field->list = list_find(f->lists, list);
	if (field->list == NULL)
		field->list = list_find(a->lists, list);
	if (field->list == NULL)
		line_refuse(r, "forms.list");
}

static void read_field(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);
	struct form_field *field = word_add(r, a, sizeof *field);
	struct form_field **at = &f->fields;

	if (field == NULL)
		return;
	field->number = line_number(r, FORM_FIELD_MAX, "forms.number");
	if (field->number == 0)
		line_refuse(r, "forms.number");
	take_name(r, field->name, "forms.name");
	if (r->rule == NULL && !is_name_free(f, field->name))
		line_refuse(r, "forms.name");
	read_type(r, a, f, field);
	field->is_content = !line_accept(r, "statement");
	if (field->is_content)
		line_expect(r, "content", "forms.place");
	/* Whether a reference holds is judged from the statement alone; a group is for reading. */
	if (r->rule == NULL && ((field->type == FORM_TYPE_REF && field->is_content) ||
				(field->type == FORM_TYPE_GROUP && !field->is_content)))
		line_refuse(r, "forms.place");
	line_names(r, a, field->names.text);
	for (; *at != NULL; at = &(*at)->next) {
		if ((*at)->number >= field->number)
			line_refuse(r, "forms.number");
	}
	*at = field;
}

/* "where" FIELD 1*VALUE; false if that does not stand there. */
static bool read_where(struct line_reader *r, const struct form *f, struct form_where *w)
{
	size_t count = 0;

	if (!line_accept(r, "where"))
		return false;
	w->of = field_by_name(f->fields, line_word(r, "forms.where"));
	if (w->of == NULL || w->of->is_list || w->of->type != FORM_TYPE_CODE) {
		line_refuse(r, "forms.where");
		return true;
	}
	do {
		const struct form_code *code = form_code_of(w->of->list, line_word(r, "forms.where"));
		for (size_t i = 0; i < count; i++) {
			if (w->values[i] == code)
				line_refuse(r, "forms.where");
		}
		if (code == NULL || count == FORM_WHERE_MAX) {
			line_refuse(r, "forms.where");
			return true;
		}
		w->values[count++] = code;
	} while (line_has_more(r));
	return true;
}

/* A field that may be missing is needed all the same; of one that every node judges every node sees where. */
static void read_need(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);
	struct form_field *field = f->fields;
	struct bytes name = line_word(r, "forms.need");

	while (field != NULL && !bytes_equal(bytes_str(field->name), name))
		field = field->next;
	if (field == NULL || !field->is_optional || field->needed.of != NULL) {
		line_refuse(r, "forms.need");
		return;
	}
	if (!read_where(r, f, &field->needed) ||
	    (field->needed.of != NULL && field->needed.of->is_content && !field->is_content))
		line_refuse(r, "forms.need");
}

static void read_member(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);
	struct form_field *member = word_add(r, a, sizeof *member);
	struct form_field *group = f->fields, **at;

	while (group != NULL && group->next != NULL)
		group = group->next;
	if (group == NULL || group->type != FORM_TYPE_GROUP)
		line_refuse(r, "forms.group");
	if (group == NULL || member == NULL || r->rule != NULL)
		return;
	take_name(r, member->name, "forms.name");
	if (field_by_name(group->members, bytes_str(member->name)) != NULL)
		line_refuse(r, "forms.name");
	read_type(r, a, f, member);
	if (member->is_list || member->is_optional || member->type == FORM_TYPE_GROUP ||
	    member->type == FORM_TYPE_REF)
		line_refuse(r, "forms.group");
	member->is_content = true;
	line_names(r, a, member->names.text);
	at = &group->members;
	while (*at != NULL)
		at = &(*at)->next;
	*at = member;
}

static void read_form_list(struct line_reader *r, struct accord *a)
{
	list_add(r, a, &form_open(r, a)->lists);
}

static void read_form_value(struct line_reader *r, struct accord *a)
{
	value_add(r, a, form_open(r, a)->lists);
}

/* ---- Time limits. ---- */

static uint64_t read_span(struct line_reader *r)
{
	uint64_t span = line_span(r, "forms.limit");

	if (span == 0)
		line_refuse(r, "forms.limit");
	return span;
}

static void set_limit(struct line_reader *r, uint64_t *limit)
{
	if (*limit != 0)
		line_refuse(r, "forms.twice");
	*limit = read_span(r);
}

/* ... SPAN of a field of the statement that is a time, or has a beginning. */
static const struct form_field *read_limit_field(struct line_reader *r, const struct form *f)
{
	const struct form_field *field = field_by_name(f->fields, line_word(r, "forms.limit"));

	if (field == NULL || field->is_list ||
	    (field->type != FORM_TYPE_TIME && field->type != FORM_TYPE_SPAN))
		line_refuse(r, "forms.limit");
	return field;
}

static void read_bound(struct line_reader *r, const struct form *f, struct form_bound *b)
{
	b->of = read_limit_field(r, f);
	set_limit(r, &b->ms);
	(void)read_where(r, f, &b->where);
}

static void read_limit(struct line_reader *r, struct accord *a)
{
	struct form *f = form_open(r, a);
	enum precedence p;

	if (line_accept(r, "answer")) {
		set_limit(r, &f->limits.answer_ms);
		while (line_has_more(r) && precedence_read(line_peek(r), &p) == ERR_OK) {
			(void)line_word(r, "forms.limit");
			set_limit(r, &f->limits.answer_by_ms[p]);
		}
	} else if (line_accept(r, "again")) {
		set_limit(r, &f->limits.again_ms);
	} else if (line_accept(r, "before")) {
		read_bound(r, f, &f->limits.before);
	} else {
		line_expect(r, "after", "forms.limit");
		read_bound(r, f, &f->limits.after);
	}
}

/* ---- What no single line shows. ---- */

static void check_form(struct line_reader *r, const struct accord *a)
{
	const struct form *f = form_last(a);
	const struct form_field *ref = f->fields;

	if (empty_list(f->lists) != NULL)
		line_refuse(r, "codes.value");
	for (const struct form_field *field = f->fields; field != NULL; field = field->next) {
		if (field->type == FORM_TYPE_GROUP && field->members == NULL)
			line_refuse(r, "forms.group");
	}
	while (ref != NULL && (ref->type != FORM_TYPE_REF || ref->is_list || ref->is_optional))
		ref = ref->next;
	/* It must say what it corrects, and has that one's precedence. */
	if (f->is_correction && (ref == NULL || f->precedences != 0 || f->is_reply))
		line_refuse(r, "forms.corrects");
	if (f->is_reply && f->precedences == 0)
		line_refuse(r, "forms.precedence");
}

static const struct line_row form_rows[] = {
	{ "form", read_form, "forms.form" }, { "plane", read_plane, "forms.plane" },
	{ "acts", read_acts, "forms.acts" }, { "precedence", read_precedence, "forms.precedence" },
	{ "reply", read_reply, NULL },	     { "corrects", read_corrects, NULL },
	{ "basis", read_basis, NULL },	     { "after", read_after, NULL },
	{ "limit", read_limit, NULL },	     { "list", read_form_list, NULL },
	{ "value", read_form_value, NULL },  { "field", read_field, NULL },
	{ "member", read_member, NULL },     { "need", read_need, NULL },
};

const struct file_row file_form = { "forms/", form_rows, ARRAY_COUNT(form_rows), check_form, NULL };

enum err form_begin(struct accord *a, struct bytes file, struct arena *arena, const char **rule)
{
	struct form **at = &a->forms;
	struct form *f;

	if (a->forms_count == ACCORD_FORMS_MAX) {
		*rule = "forms.count";
		return ERR_USAGE;
	}
	f = arena_alloc(arena, 1, sizeof *f);
	if (f == NULL)
		return ERR_MEMORY;
	f->file = arena_copy(arena, file);
	if (f->file.ptr == NULL)
		return ERR_MEMORY;
	while (*at != NULL)
		at = &(*at)->next;
	*at = f;
	a->forms_count++;
	return ERR_OK;
}

bool form_is_after_known(const struct accord *a, const struct form *f)
{
	for (size_t i = 0; i < FORM_AFTER_MAX && f->after[i][0] != '\0'; i++) {
		if (form_newest(a, bytes_str(f->after[i])) == NULL)
			return false;
	}
	return true;
}
