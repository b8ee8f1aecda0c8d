/* The head of a procedure's file: who it is, its roles, timers by precedence, recess, close. */
#include "accord/procedure.h"

#include "accord/form.h"
#include "accord/line.h"
#include "accord/procedure_read.h"
#include "crypto/hash.h"

#define FROM_LIST(name, word) word,
static const char *const level_words[] = { LEVEL_LIST(FROM_LIST) };
static const char *const step_words[] = { STEP_KIND_LIST(FROM_LIST) };
static const char *const guard_words[] = { GUARD_LIST(FROM_LIST) };
#undef FROM_LIST
static const char *const of_words[] = { "any", "each", "others", "opener" };
static const char *const rule_words[] = { "joint", "each", "one" };
static const char *const effect_words[] = { "none", "reversible", "compensable", "irreversible" };

const char *level_name(enum level l)
{
	return level_words[index_below(l, LEVEL_COUNT)];
}

const char *step_kind_name(enum step_kind k)
{
	return step_words[index_below(k, STEP_KIND_COUNT)];
}

const char *guard_name(enum guard_kind g)
{
	return guard_words[index_below(g, GUARD_COUNT)];
}

const char *gate_rule_name(enum gate_rule g)
{
	return rule_words[index_below(g, GATE_COUNT)];
}

const char *step_effect_name(enum step_effect e)
{
	return effect_words[index_below(e, STEP_EFFECT_COUNT)];
}

const char *procedure_of_name(enum procedure_of of)
{
	return of_words[index_below(of, OF_COUNT)];
}

/* clang-format off */
static const struct procedure_rule rules[] = {
	{ "json.text", "C1", "a text does not end on its line, or holds what cannot be seen" },
	{ "json.escape", "C1", "a text has no escapes: each character stands as itself" },
	{ "json.length", "C2", "a text is too long" },
	{ "json.nfc", "C1", "a text is not in Unicode's normal form C" },
	{ "json.number", "C1", "a number is whole, has no sign and no leading zero, and is below 2^32" },
	{ "json.value", "C1", "no value stands here that strict JSON knows" },
	{ "json.name", "C1", "a name in quotes and a colon stand before each member of an object" },
	{ "json.twice", "C1", "a name stands twice in one object" },
	{ "json.depth", "C2", "it is nested too deeply" },
	{ "json.count", "C2", "it has too many values" },
	{ "json.end", "C1", "something stands behind the end" },
	{ "procedure.head", "C1", "it does not say that it is a procedure of this version" },
	{ "procedure.key", "C1", "this key is not known here" },
	{ "procedure.missing", "C1", "a key is missing" },
	{ "procedure.type", "C1", "the value is of another type, or out of range" },
	{ "procedure.word", "C1", "the word is none of those that may stand here" },
	{ "procedure.who", "C1", "who is meant is not written as any, each, others or opener, a point, and a role" },
	{ "procedure.files", "C2", "the accord has too many procedures" },
	{ "procedure.name", "C2", "a name is not of small letters, digits and hyphens, or stands twice" },
	{ "procedure.count", "C2", "there are too many of them, or none" },
	{ "procedure.language", "C2", "a language of the accord is missing, or another stands here" },
	{ "procedure.role", "C2", "the role is not known" },
	{ "procedure.form", "C2", "the form is not known" },
	{ "procedure.same", "C2", "a step above is said by the same form: a message could not tell which of them it is" },
	{ "procedure.above", "C3", "a guard names a step that does not stand above it" },
	{ "procedure.level", "C3", "a guard waits for what nobody owes there" },
	{ "procedure.option", "C3", "a guard waits for what that gate cannot decide" },
	{ "procedure.depth", "C3", "a guard is nested too deeply" },
	{ "procedure.never", "C4", "this step never opens, whatever is decided" },
	{ "procedure.close", "C5", "there is a way of deciding on which the procedure never closes" },
	{ "procedure.choices", "C5", "the gates have more combinations of options than can be looked at" },
	{ "procedure.alternate", "C6", "who owes the watch read has no alternate" },
	{ "procedure.lapsed", "C7", "somebody's silence would lead to a gate, a lasting effect or the end" },
	{ "procedure.irreversible", "C8", "what cannot be undone needs a joint gate, two signing roles, confirm, read-back and a hold of "
		"10 seconds" },
	{ "procedure.undo", "C9", "what can be made good says by which form" },
	{ "procedure.timer", "C10", "a timer is not set at each precedence" },
	{ "procedure.ladder", "C10", "the ladder does not end before the watch read is due" },
	{ "procedure.many", "C11", "one role owes too much in one step" },
	{ "procedure.watch", "C12", "nothing is owed after the watch read" },
};
/* clang-format on */

const struct procedure_rule *procedure_rule_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
		if (bytes_equal(bytes_str(rules[i].name), bytes_str(name)))
			return &rules[i];
	}
	return NULL;
}

const struct procedure_rule *procedure_rule_at(size_t index)
{
	return index < ARRAY_COUNT(rules) ? &rules[index] : NULL;
}

const struct procedure *procedure_find(const struct accord *a, const uint8_t hash[HASH_LEN])
{
	const struct procedure *p = a->procedures;

	while (p != NULL && !bytes_equal(BYTES_OF(p->hash), (struct bytes){ hash, HASH_LEN }))
		p = p->next;
	return p;
}

size_t procedure_role_find(const struct procedure *p, struct bytes name)
{
	size_t i = 0;

	while (i < p->roles_count && !bytes_equal(bytes_str(p->roles[i].name), name))
		i++;
	return i;
}

size_t procedure_step_find(const struct procedure *p, struct bytes id)
{
	size_t i = 0;

	while (i < p->steps_count && !bytes_equal(bytes_str(p->steps[i].id), id))
		i++;
	return i;
}

size_t step_option_find(const struct procedure_step *s, struct bytes id)
{
	size_t i = 0;

	while (i < s->options_count && !bytes_equal(bytes_str(s->options[i].id), id))
		i++;
	return i;
}

uint32_t obligation_within(const struct procedure *p, const struct obligation *o, enum precedence precedence)
{
	return o->is_timer ? p->precedence[precedence].seconds[o->timer] : o->seconds;
}

/* ---- What every reader uses ---- */

void procedure_refuse(struct procedure_reader *r, const struct json_value *at, const char *rule)
{
	if (r->rule != NULL)
		return;
	r->rule = rule;
	r->line = at->line;
}

static const struct key_row *key_find(const struct key_row *rows, size_t count, struct bytes name,
				      unsigned of)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal(bytes_str(rows[i].name), name))
			return rows[i].of == 0 || (rows[i].of & of) != 0 ? &rows[i] : NULL;
	}
	return NULL;
}

void procedure_object(struct procedure_reader *r, const struct json_value *v, const struct key_row *rows,
		      size_t count, unsigned of)
{
	if (!procedure_is(r, v, JSON_OBJECT))
		return;
	for (const struct json_value *m = v->first; m != NULL; m = m->next) {
		if (key_find(rows, count, m->name, of) == NULL)
			procedure_refuse(r, m, "procedure.key");
	}
	for (size_t i = 0; i < count && r->rule == NULL; i++) {
		const struct json_value *m = json_find(v, rows[i].name);
		if (m != NULL)
			rows[i].read(r, m);
		else if (rows[i].is_needed && (rows[i].of == 0 || (rows[i].of & of) != 0))
			procedure_refuse(r, v, "procedure.missing");
	}
}

bool procedure_is(struct procedure_reader *r, const struct json_value *v, enum json_kind kind)
{
	if (v->kind != kind)
		procedure_refuse(r, v, "procedure.type");
	return r->rule == NULL;
}

uint32_t procedure_number(struct procedure_reader *r, const struct json_value *v, uint32_t min, uint32_t max)
{
	if (procedure_is(r, v, JSON_NUMBER) && (v->number < min || v->number > max))
		procedure_refuse(r, v, "procedure.type");
	return r->rule == NULL ? (uint32_t)v->number : min;
}

size_t procedure_word(struct procedure_reader *r, const struct json_value *v, const char *(*name)(size_t i),
		      size_t count)
{
	size_t i = 0;

	if (!procedure_is(r, v, JSON_TEXT))
		return 0;
	while (i < count && !bytes_equal(bytes_str(name(i)), v->text))
		i++;
	if (i == count)
		procedure_refuse(r, v, "procedure.word");
	return i < count ? i : 0;
}

void procedure_id(struct procedure_reader *r, const struct json_value *v, struct bytes id,
		  char out[ROLE_NAME_MAX + 1])
{
	if (is_role_name(id))
		bytes_copy_checked(id, out, ROLE_NAME_MAX + 1);
	else
		procedure_refuse(r, v, "procedure.name");
}

static size_t language_find(const struct procedure *p, struct bytes tag)
{
	size_t i = 0;

	while (i < p->languages_count && !bytes_equal(bytes_str(p->languages[i]), tag))
		i++;
	return i;
}

void procedure_names(struct procedure_reader *r, const struct json_value *v, struct accord_names *out)
{
	if (!procedure_is(r, v, JSON_OBJECT))
		return;
	if (v->count != r->p->languages_count)
		procedure_refuse(r, v, "procedure.language");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		size_t language = language_find(r->p, m->name);
		if (!procedure_is(r, m, JSON_TEXT))
			return;
		if (language == r->p->languages_count || m->text.len == 0) {
			procedure_refuse(r, m, "procedure.language");
			return;
		}
		out->text[language] = arena_copy(r->arena, m->text);
		if (out->text[language].ptr == NULL) {
			r->is_full = true;
			procedure_refuse(r, m, "json.count");
		}
	}
}

uint8_t procedure_role(struct procedure_reader *r, const struct json_value *v, struct bytes name)
{
	size_t role = procedure_role_find(r->p, name);

	if (role == r->p->roles_count) {
		procedure_refuse(r, v, "procedure.role");
		return 0;
	}
	return (uint8_t)role;
}

struct procedure_who procedure_who(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure_who who = { OF_ANY, 0 };
	struct bytes rest = v->text, of;
	size_t i = 0;

	if (!procedure_is(r, v, JSON_TEXT))
		return who;
	if (bytes_take_until(&rest, '.', &of) != ERR_OK) {
		procedure_refuse(r, v, "procedure.who");
		return who;
	}
	while (i < OF_COUNT && !bytes_equal(bytes_str(of_words[i]), of))
		i++;
	if (i == OF_COUNT)
		procedure_refuse(r, v, "procedure.who");
	else
		who.of = (enum procedure_of)i;
	who.role = procedure_role(r, v, rest);
	return who;
}

/* ---- The keys of the file ---- */

static void read_word(struct procedure_reader *r, const struct json_value *v)
{
	if (!procedure_is(r, v, JSON_TEXT) || !bytes_equal(v->text, BYTES_LIT(PROCEDURE_WORD)))
		procedure_refuse(r, v, "procedure.head");
}

static void read_id(struct procedure_reader *r, const struct json_value *v)
{
	if (procedure_is(r, v, JSON_TEXT))
		procedure_id(r, v, v->text, r->p->id);
}

static void read_version(struct procedure_reader *r, const struct json_value *v)
{
	r->p->version = procedure_number(r, v, 1, UINT32_MAX);
}

/* Without an accord the title says which languages all other names are in. */
static void read_title(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure *p = r->p;

	for (const struct json_value *m = v->first; m != NULL && r->accord == NULL; m = m->next) {
		if (p->languages_count == ACCORD_LANGUAGES_MAX || !is_language_tag(m->name) ||
		    m->name.len >= sizeof p->languages[0]) {
			procedure_refuse(r, m, "procedure.language");
			return;
		}
		bytes_copy_checked(m->name, p->languages[p->languages_count++], sizeof p->languages[0]);
	}
	for (size_t i = 0; r->accord != NULL && i < r->accord->languages_count; i++) {
		struct bytes tag = bytes_str(r->accord->languages[i]);
		bytes_copy_checked(tag, p->languages[i], sizeof p->languages[0]);
		p->languages_count = i + 1;
	}
	procedure_names(r, v, &p->title);
}

static void read_alternates(struct procedure_reader *r, const struct json_value *v)
{
	r->p->roles[r->p->roles_count].alternates = procedure_number(r, v, 0, UINT8_MAX);
}

static const struct key_row role_keys[] = { { "alternates", read_alternates, true, 0 } };

static void read_roles(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure *p = r->p;

	if (!procedure_is(r, v, JSON_OBJECT))
		return;
	if (v->count == 0 || v->count > PROCEDURE_ROLES_MAX)
		procedure_refuse(r, v, "procedure.count");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		procedure_id(r, m, m->name, p->roles[p->roles_count].name);
		if (r->accord != NULL && accord_role_find(r->accord, m->name) == r->accord->roles_count)
			procedure_refuse(r, m, "procedure.role");
		procedure_object(r, m, role_keys, ARRAY_COUNT(role_keys), 0);
		p->roles_count++;
	}
}

static void read_ladder(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure *p = r->p;

	if (!procedure_is(r, v, JSON_ARRAY))
		return;
	if (v->count == 0 || v->count > LADDER_RUNGS_MAX)
		procedure_refuse(r, v, "procedure.count");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next)
		p->precedence[r->precedence].ladder[p->precedence[r->precedence].ladder_count++] =
			procedure_number(r, m, 1, PROCEDURE_SPAN_S_MAX);
}

static size_t timer_find(const struct procedure *p, struct bytes name)
{
	size_t i = 0;

	while (i < p->timers_count && !bytes_equal(bytes_str(p->timers[i]), name))
		i++;
	return i;
}

static void read_timer(struct procedure_reader *r, const struct json_value *v)
{
	struct procedure *p = r->p;
	size_t timer = timer_find(p, v->name);

	if (timer == PROCEDURE_TIMERS_MAX) {
		procedure_refuse(r, v, "procedure.count");
		return;
	}
	if (timer == p->timers_count) {
		procedure_id(r, v, v->name, p->timers[timer]);
		p->timers_count++;
	}
	p->precedence[r->precedence].seconds[timer] = procedure_number(r, v, 1, PROCEDURE_SPAN_S_MAX);
}

static void read_precedences(struct procedure_reader *r, const struct json_value *v)
{
	if (!procedure_is(r, v, JSON_OBJECT))
		return;
	if (v->count == 0)
		procedure_refuse(r, v, "procedure.count");
	for (const struct json_value *m = v->first; m != NULL && r->rule == NULL; m = m->next) {
		if (precedence_read(m->name, &r->precedence) != ERR_OK) {
			procedure_refuse(r, m, "procedure.word");
			return;
		}
		if (!procedure_is(r, m, JSON_OBJECT))
			return;
		r->p->precedence[r->precedence].line = m->line;
		for (const struct json_value *t = m->first; t != NULL && r->rule == NULL; t = t->next) {
			if (bytes_equal(t->name, BYTES_LIT("ladder")))
				read_ladder(r, t);
			else
				read_timer(r, t);
		}
	}
}

static void read_recess_by(struct procedure_reader *r, const struct json_value *v)
{
	r->p->recess_by = procedure_who(r, v);
	if (r->p->recess_by.of == OF_OTHERS || r->p->recess_by.of == OF_EACH)
		procedure_refuse(r, v, "procedure.who");
}

static void read_recess_max(struct procedure_reader *r, const struct json_value *v)
{
	r->p->recess_max = procedure_number(r, v, 1, PROCEDURE_SPAN_S_MAX);
}

static const struct key_row recess_keys[] = { { "by", read_recess_by, true, 0 },
					      { "max", read_recess_max, true, 0 } };

static void read_recess(struct procedure_reader *r, const struct json_value *v)
{
	procedure_object(r, v, recess_keys, ARRAY_COUNT(recess_keys), 0);
	r->p->has_recess = true;
}

static void read_close(struct procedure_reader *r, const struct json_value *v)
{
	r->p->close_line = v->line;
	procedure_guard(r, v, &r->p->close);
}

static const struct key_row file_keys[] = {
	{ "entente", read_word, true, 0 },    { "id", read_id, true, 0 },
	{ "version", read_version, true, 0 }, { "title", read_title, true, 0 },
	{ "roles", read_roles, true, 0 },     { "precedence", read_precedences, true, 0 },
	{ "recess", read_recess, false, 0 },  { "steps", procedure_steps, true, 0 },
	{ "close", read_close, true, 0 },
};

enum err procedure_read(const struct accord *accord, struct bytes name, struct bytes file, struct arena *a,
			size_t *values, struct procedure **out, struct fault *fault)
{
	struct procedure_reader r = { .accord = accord, .arena = a };
	struct json_value *v;
	enum err e;

	if (file.len > ACCORD_FILE_LEN_MAX) {
		*fault = (struct fault){ "json.length", 1 };
		return ERR_USAGE;
	}
	r.p = arena_alloc(a, 1, sizeof *r.p);
	if (r.p == NULL)
		return ERR_MEMORY;
	r.p->file = arena_copy(a, name);
	if (r.p->file.ptr == NULL)
		return ERR_MEMORY;
	hash_sha256(file, r.p->hash);
	e = json_read(file, a, values, &v, fault);
	if (e != ERR_OK)
		return e;
	procedure_object(&r, v, file_keys, ARRAY_COUNT(file_keys), 0);
	if (r.rule == NULL)
		r.rule = procedure_check(r.p, &r.line);
	if (r.is_full)
		return ERR_MEMORY;
	if (r.rule != NULL) {
		*fault = (struct fault){ r.rule, r.line };
		return ERR_USAGE;
	}
	*out = r.p;
	return ERR_OK;
}
