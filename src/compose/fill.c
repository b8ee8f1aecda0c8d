#include "compose/fill.h"

#include "base/alloc.h"
#include "compose/post.h"
#include "home/time_text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSIGNMENTS_MAX 256u
#define PATH_MAX_LEN 128u

/* One NAME=VALUE; the name may go on with .3, .member, .ko */
struct assignment {
	char *path; /* heap; the value stands behind its zero */
	const char *value;
	bool is_used;
};

struct filling {
	struct draft *d;
	struct client *c;
	const json_t *form;
	enum form_act act;
	struct assignment given[ASSIGNMENTS_MAX];
	size_t count;
	struct statement last; /* what is said anew; .has_form: there is one */
	struct content last_content;
	struct buf last_bytes, last_content_bytes; /* heap */
	uint8_t *memory;			   /* heap: one field's value */
};

/* ---- What the accord says. ---- */

enum exit_code form_get(struct client *c, const char *name, uint64_t version, json_t **form)
{
	json_t *answer = NULL, *row;
	enum exit_code code;
	struct query q;
	size_t i;

	*form = NULL;
	query_open(&q, "/forms");
	code = client_get(c, &q, &answer);
	json_array_foreach(json_object_get(answer, "forms"), i, row)
	{
		if (strcmp(json_str(row, "form"), name) == 0 &&
		    (version == 0 ? json_flag(row, "newest") : json_uint(row, "version") == version))
			*form = json_incref(row);
	}
	json_decref(answer);
	if (code != EXIT_DONE || *form != NULL)
		return code;
	say_error(_("This accord has no form {1}."), name);
	say_next("entente forms");
	return EXIT_NOT_FOUND;
}

enum exit_code form_get_correction(struct client *c, json_t **form)
{
	json_t *answer = NULL, *row;
	enum exit_code code;
	struct query q;
	size_t i;

	*form = NULL;
	query_open(&q, "/forms");
	code = client_get(c, &q, &answer);
	json_array_foreach(json_object_get(answer, "forms"), i, row)
	{
		if (*form == NULL && json_flag(row, "corrects") && json_flag(row, "newest"))
			*form = json_incref(row);
	}
	json_decref(answer);
	if (code != EXIT_DONE || *form != NULL)
		return code;
	say_error(_("This accord has no form that corrects another."));
	say_next("entente forms");
	return EXIT_NOT_FOUND;
}

static void say_permitted(const json_t *field)
{
	const json_t *value;
	char line[2048];
	struct buf text;
	size_t i;

	buf_init(&text, line, sizeof line - 1);
	json_array_foreach(json_object_get(field, "values"), i, value)
	{
		buf_put_str(&text, i == 0 ? "" : ", ");
		buf_put_str(&text, json_str(value, "name"));
		buf_put_str(&text, " (");
		buf_put_str(&text, reader_words(json_object_get(value, "words")));
		buf_put_byte(&text, ')');
	}
	line[text.len] = '\0';
	say_next(_("one of: {1}"), line);
}

/* What a person types for each type. */
static const struct {
	const char *type, *how; /* N_() */
} types[] = {
	{ "text", N_("words in one language") },
	{ "pair", N_("words in each language: NAME.ko=..., NAME.en=...") },
	{ "code", N_("one of the values that the accord lists") },
	{ "time", N_("a time: 2026-11-24T14:30Z, now, 2h from now, -10m before now") },
	{ "span", N_("two times: FROM/UNTIL") },
	{ "ref", N_("a place in the record: ALBA/NOTIFY 1.7") },
	{ "num", N_("a whole number") },
	{ "role", N_("a post of the accord") },
	{ "party", N_("a party of the accord, in small letters") },
	{ "hash", N_("64 hexadecimal digits") },
	{ "path", N_("the name of a path, in small letters") },
	{ "form", N_("the number of a form of the accord") },
	{ "group", N_("several values: NAME.1.MEMBER=...") },
};

static const char *type_how(const char *type)
{
	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		if (strcmp(types[i].type, type) == 0)
			return _(types[i].how);
	}
	return type;
}

static enum exit_code bad_value(const json_t *field, const char *path, const char *value)
{
	say_error(_("The field {1} ({2}) cannot be {3}."), path, show_field_title(field), value);
	if (json_object_get(field, "values") != NULL)
		say_permitted(field);
	else
		say_next("{1}", type_how(json_str(field, "type")));
	return EXIT_USAGE;
}

static enum exit_code missing_value(const struct filling *f, const json_t *field, const char *path)
{
	say_error(_("{1} needs the field {2} ({3})."), json_str(f->form, "form"), path,
		  show_field_title(field));
	if (json_object_get(field, "values") != NULL)
		say_permitted(field);
	else
		say_next(_("{1}; or --because TEXT, if it must go without"),
			 type_how(json_str(field, "type")));
	return EXIT_USAGE;
}

/* ---- What was typed. ---- */

static enum exit_code take_assignment(struct filling *f, const char *text)
{
	struct assignment *a = &f->given[f->count];
	char *equals;

	if (f->count == ASSIGNMENTS_MAX || strchr(text, '=') == NULL || text[0] == '=') {
		say_error(_("{1} is no field: write NAME=VALUE."), text);
		say_next(_("entente forms show {1} lists its fields"), json_str(f->form, "form"));
		return EXIT_USAGE;
	}
	a->path = xcalloc(1, strlen(text) + 1);
	memcpy(a->path, text, strlen(text));
	equals = strchr(a->path, '=');
	*equals = '\0';
	a->value = equals + 1;
	f->count++;
	return EXIT_DONE;
}

static enum exit_code take_lines(struct filling *f, char *text)
{
	enum exit_code code = EXIT_DONE;
	char *rest = text, *line;

	while (code == EXIT_DONE && (line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		if (line[0] != '\0' && line[0] != '#')
			code = take_assignment(f, line);
	}
	return code;
}

static enum exit_code take_file(struct filling *f, const char *path)
{
	char *text = xcalloc(1, CONTENT_LEN_MAX + 1);
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	enum exit_code code = EXIT_DONE;
	size_t len;

	if (file == NULL) {
		say_error(_("There is no file {1}: {2}."), path, strerror(errno));
		say_next(_("entente forms show {1} lists its fields"), json_str(f->form, "form"));
		code = EXIT_NOT_FOUND;
	} else {
		len = fread(text, 1, CONTENT_LEN_MAX, file);
		if (ferror(file) || len == CONTENT_LEN_MAX || memchr(text, '\0', len) != NULL) {
			say_error(_("{1} cannot be read as lines NAME=VALUE."), path);
			say_next(_("entente forms show {1} lists its fields"), json_str(f->form, "form"));
			code = EXIT_USAGE;
		}
		if (!is_stdin)
			fclose(file);
	}
	if (code == EXIT_DONE)
		code = take_lines(f, text);
	free(text);
	return code;
}

static enum exit_code take_given(struct filling *f, const struct options *o)
{
	enum exit_code code = EXIT_DONE;
	const char *text;
	size_t at = 0;

	while (code == EXIT_DONE && (text = option_next(o, "field", &at)) != NULL)
		code = take_assignment(f, text);
	at = 0;
	while (code == EXIT_DONE && (text = option_next(o, "fields", &at)) != NULL)
		code = take_file(f, text);
	return code;
}

/* The next unused value of exactly this path; NULL. */
static const char *take_value(struct filling *f, const char *path)
{
	for (size_t i = 0; i < f->count; i++) {
		if (!f->given[i].is_used && strcmp(f->given[i].path, path) == 0) {
			f->given[i].is_used = true;
			return f->given[i].value;
		}
	}
	return NULL;
}

/* Whether anything unused is said of the path, or below it. */
static bool is_given(const struct filling *f, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < f->count; i++) {
		const char *given = f->given[i].path;
		if (!f->given[i].is_used && strncmp(given, path, len) == 0 &&
		    (given[len] == '\0' || given[len] == '.'))
			return true;
	}
	return false;
}

/* ---- From words to a value. ---- */

static enum err read_time(const char *text, uint64_t *ms)
{
	struct wall now = clock_now().wall;

	*ms = now.ms;
	if (strcmp(text, "now") == 0)
		return ERR_OK;
	if (text[0] == '-') {
		enum err e = span_read(text + 1, ms);
		*ms = now.ms - (*ms < now.ms ? *ms : now.ms);
		return e;
	}
	return time_text_read(text, now, ms);
}

static enum err put_time(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	uint64_t ms;
	enum err e = read_time(value, &ms);

	(void)f;
	(void)field;
	cbor_put_uint(out, ms);
	return e;
}

static enum err put_span(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	const char *slash = strchr(value, '/');
	uint64_t from, until;
	char first[64];

	(void)f;
	(void)field;
	if (slash == NULL || (size_t)(slash - value) >= sizeof first)
		return ERR_USAGE;
	memcpy(first, value, (size_t)(slash - value));
	first[slash - value] = '\0';
	if (read_time(first, &from) != ERR_OK || read_time(slash + 1, &until) != ERR_OK || from > until)
		return ERR_USAGE;
	cbor_put_array(out, 2);
	cbor_put_uint(out, from);
	cbor_put_uint(out, until);
	return ERR_OK;
}

/* By name, or by its words in any language. */
static enum err put_code(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	const json_t *code, *words;
	const char *language;
	size_t i;

	(void)f;
	json_array_foreach(json_object_get(field, "values"), i, code)
	{
		bool is_this = strcmp(json_str(code, "name"), value) == 0;
		json_object_foreach(json_object_get(code, "words"), language, words) is_this =
			is_this || (json_is_string(words) && strcmp(json_string_value(words), value) == 0);
		if (is_this) {
			cbor_put_uint(out, json_uint(code, "number"));
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}

static enum err put_number(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	uint64_t number = 0;
	enum err e = bytes_read_decimal(bytes_str(value), LOG_SIZE_MAX, &number);

	(void)f;
	(void)field;
	cbor_put_uint(out, number);
	return e;
}

static enum err put_hash(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	uint8_t hash[HASH_LEN];
	enum err e = bytes_read_hex(bytes_str(value), hash, sizeof hash);

	(void)f;
	(void)field;
	if (e == ERR_OK)
		cbor_put_bytes(out, BYTES_OF(hash));
	return e;
}

static enum err put_text(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	(void)f;
	(void)field;
	cbor_put_text(out, bytes_str(value));
	return value[0] == '\0' || strlen(value) > FORM_TEXT_LEN_MAX ? ERR_USAGE : ERR_OK;
}

/* Which of the draft's references it is; it is added if it is none of them. */
static size_t reference_of(struct draft *d, const struct place *place)
{
	size_t at = 0;

	while (at < d->statement.refers_count &&
	       memcmp(d->statement.refers[at].leaf, place->leaf, HASH_LEN) != 0)
		at++;
	return at;
}

static enum err put_ref(struct filling *f, const json_t *field, const char *value, struct buf *out)
{
	struct place place = { 0 };
	json_t *entry = NULL;
	struct query q;
	enum err e = ERR_USAGE;
	size_t at;

	(void)field;
	query_open(&q, "/entry");
	query_put(&q, "place", value);
	if (client_get(f->c, &q, &entry) == EXIT_DONE &&
	    json_hex(entry, "leaf", place.leaf, HASH_LEN) == ERR_OK) {
		at = reference_of(f->d, &place);
		if (at < f->d->statement.refers_count || draft_refer(f->d, entry) == EXIT_DONE)
			e = ERR_OK;
		cbor_put_uint(out, at);
	}
	json_decref(entry);
	return e;
}

static const struct {
	const char *type;
	enum err (*put)(struct filling *f, const json_t *field, const char *value, struct buf *out);
} writers[] = {
	{ "text", put_text }, { "code", put_code },  { "time", put_time }, { "span", put_span },
	{ "ref", put_ref },   { "num", put_number }, { "role", put_text }, { "party", put_text },
	{ "hash", put_hash }, { "path", put_text },  { "form", put_text },
};

static enum exit_code put_pair(struct filling *f, const json_t *field, const char *path, struct buf *out)
{
	const json_t *languages = json_object_get(f->form, "title");
	const char *language;
	json_t *name;

	cbor_put_array(out, json_object_size(languages));
	json_object_foreach((json_t *)(uintptr_t)languages, language, name)
	{
		char whole[PATH_MAX_LEN];
		const char *value;
		snprintf(whole, sizeof whole, "%s.%s", path, language);
		value = take_value(f, whole);
		if (value == NULL)
			return missing_value(f, field, whole);
		if (put_text(f, field, value, out) != ERR_OK)
			return bad_value(field, whole, value);
	}
	return EXIT_DONE;
}

static enum exit_code put_single(struct filling *f, const json_t *field, const char *path, struct buf *out)
{
	const char *type = json_str(field, "type"), *value;

	if (strcmp(type, "pair") == 0)
		return put_pair(f, field, path, out);
	value = take_value(f, path);
	if (value == NULL)
		return missing_value(f, field, path);
	for (size_t i = 0; i < ARRAY_COUNT(writers); i++) {
		if (strcmp(writers[i].type, type) == 0)
			return writers[i].put(f, field, value, out) == ERR_OK ? EXIT_DONE
									      : bad_value(field, path, value);
	}
	return bad_value(field, path, value); /* of a newer accord */
}

static enum exit_code put_one(struct filling *f, const json_t *field, const char *path, struct buf *out)
{
	const json_t *members = json_object_get(field, "members"), *member;
	enum exit_code code = EXIT_DONE;
	size_t i;

	if (members == NULL)
		return put_single(f, field, path, out);
	cbor_put_array(out, json_array_size(members));
	json_array_foreach(members, i, member)
	{
		char whole[PATH_MAX_LEN];
		snprintf(whole, sizeof whole, "%s.%s", path, json_str(member, "name"));
		code = put_single(f, member, whole, out);
		if (code != EXIT_DONE)
			break;
	}
	return code;
}

/* How many items a list has: values of its name, or NAME.1, NAME.2 ... where an item has parts. */
static size_t count_items(const struct filling *f, const char *name, bool has_parts)
{
	char path[PATH_MAX_LEN];
	size_t count = 0;

	for (size_t i = 0; !has_parts && i < f->count; i++)
		count += !f->given[i].is_used && strcmp(f->given[i].path, name) == 0;
	if (!has_parts)
		return count;
	do
		snprintf(path, sizeof path, "%s.%zu", name, ++count);
	while (is_given(f, path));
	return count - 1;
}

static enum exit_code put_list(struct filling *f, const json_t *field, const char *name, struct buf *out)
{
	const char *type = json_str(field, "type");
	bool has_parts = strcmp(type, "pair") == 0 || strcmp(type, "group") == 0;
	size_t count = count_items(f, name, has_parts);
	enum exit_code code = EXIT_DONE;
	char path[PATH_MAX_LEN];

	if (count == 0 || count > FORM_ITEMS_MAX) {
		snprintf(path, sizeof path, has_parts ? "%s.1" : "%s", name);
		return missing_value(f, field, path);
	}
	cbor_put_array(out, count);
	for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
		if (has_parts)
			snprintf(path, sizeof path, "%s.%zu", name, i + 1);
		else
			snprintf(path, sizeof path, "%s", name);
		code = put_one(f, field, path, out);
	}
	return code;
}

/* ---- What is said anew. ---- */

static enum exit_code read_last(struct filling *f, const json_t *last)
{
	struct fault fault;

	if (json_bytes(last, "statement", &f->last_bytes) != ERR_OK ||
	    statement_read(buf_bytes(&f->last_bytes), &f->last, &fault) != ERR_OK) {
		say_error(_("The node's answer is not of the form that this version knows."));
		say_next(_("start the node anew with this version: entente --version tells which it is"));
		return EXIT_ERROR;
	}
	/* What is sealed, erased or cannot be read is typed anew. */
	if (json_bytes(last, "content_bytes", &f->last_content_bytes) == ERR_OK &&
	    content_read(buf_bytes(&f->last_content_bytes), &f->last_content, &fault) != ERR_OK)
		f->last_content.fields_count = 0;
	return EXIT_DONE;
}

static const struct field *last_field(const struct filling *f, uint64_t number, bool is_content)
{
	const struct field *fields = is_content ? f->last_content.fields : f->last.fields;
	size_t count = is_content ? f->last_content.fields_count : f->last.fields_count;

	for (size_t i = 0; i < count; i++) {
		if (fields[i].key == number)
			return &fields[i];
	}
	return NULL;
}

/* A reference is its number among those of its statement: here it has another. */
static enum exit_code keep_ref(struct filling *f, struct bytes value, bool is_list, struct buf *out)
{
	struct cbor_reader r;
	size_t count = 1;

	cbor_open(&r, value);
	if (is_list) {
		(void)cbor_read_array(&r, FORM_ITEMS_MAX, &count);
		cbor_put_array(out, count);
	}
	for (size_t i = 0; i < count; i++) {
		struct statement *s = &f->d->statement;
		uint64_t old;
		size_t at;
		if (cbor_read_uint(&r, STATEMENT_REFERENCES_MAX, &old) != ERR_OK ||
		    old >= f->last.refers_count)
			return EXIT_USAGE;
		at = reference_of(f->d, &f->last.refers[old]);
		if (at == STATEMENT_REFERENCES_MAX)
			return EXIT_USAGE;
		if (at == s->refers_count)
			s->refers[s->refers_count++] = f->last.refers[old];
		cbor_put_uint(out, at);
	}
	return EXIT_DONE;
}

/* As it stood; EXIT_NOT_FOUND if it did not. */
static enum exit_code keep_last(struct filling *f, const json_t *field, struct buf *out)
{
	bool is_content = strcmp(json_str(field, "in"), "content") == 0;
	const struct field *last =
		f->last.has_form ? last_field(f, json_uint(field, "number"), is_content) : NULL;

	if (last == NULL)
		return EXIT_NOT_FOUND;
	if (strcmp(json_str(field, "type"), "ref") == 0)
		return keep_ref(f, last->value, json_flag(field, "list"), out);
	buf_put(out, last->value);
	return EXIT_DONE;
}

/* ---- All fields. ---- */

static enum exit_code put_field(struct filling *f, const json_t *field, bool is_because)
{
	const char *name = json_str(field, "name");
	bool is_whole = f->act == FORM_ACT_ANNOUNCE || f->act == FORM_ACT_AMEND;
	enum exit_code code;
	struct buf out;

	buf_init(&out, f->memory, CONTENT_LEN_MAX);
	if (is_given(f, name))
		code = json_flag(field, "list") ? put_list(f, field, name, &out)
						: put_one(f, field, name, &out);
	else if (is_whole && (code = keep_last(f, field, &out)) != EXIT_NOT_FOUND)
		;
	else if (json_flag(field, "optional") || !is_whole || is_because)
		return EXIT_DONE;
	else
		return missing_value(f, field, name);
	if (code == EXIT_DONE && buf_check(&out) != ERR_OK) {
		say_error(_("The field {1} is too long."), name);
		say_next(_("make it shorter, or attach it as a file: entente send CHANNEL --attach FILE"));
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE)
		draft_field(f->d, json_uint(field, "number"), buf_bytes(&out),
			    strcmp(json_str(field, "in"), "content") == 0);
	return code;
}

/*
 * Amended it is said whole; why something was missing or late is of that time alone, and what is sealed is
 * typed anew.
 */
static const struct field *last_shared(const struct filling *f, uint64_t number)
{
	bool is_sealed = f->last.has_content && f->last.content.sealing != SEALING_NONE &&
			 number != FORM_FIELD_REPLY_BY;

	return f->act == FORM_ACT_AMEND && f->last.has_form && number != FORM_FIELD_BECAUSE && !is_sealed
		       ? last_field(f, number, false)
		       : NULL;
}

static enum exit_code put_shared(struct filling *f, const struct options *o)
{
	static const struct {
		const char *option;
		uint64_t number;
	} commons[] = { { "basis", FORM_FIELD_BASIS },
			{ "reply-by", FORM_FIELD_REPLY_BY },
			{ "because", FORM_FIELD_BECAUSE } };
	struct buf out;

	for (size_t i = 0; i < ARRAY_COUNT(commons); i++) {
		const char *value = option_value(o, commons[i].option);
		const struct field *last = last_shared(f, commons[i].number);
		enum err e;
		if (value == NULL && last != NULL)
			draft_field(f->d, commons[i].number, last->value, false);
		if (value == NULL)
			continue;
		buf_init(&out, f->memory, CONTENT_LEN_MAX);
		e = commons[i].number == FORM_FIELD_REPLY_BY ? put_time(f, NULL, value, &out)
							     : put_text(f, NULL, value, &out);
		if (e != ERR_OK) {
			say_error(_("--{1} cannot be {2}."), commons[i].option, value);
			say_next(_("see entente {1} --help"), o->command->name);
			return EXIT_USAGE;
		}
		draft_field(f->d, commons[i].number, buf_bytes(&out), false);
	}
	return EXIT_DONE;
}

static enum exit_code check_unused(const struct filling *f)
{
	const json_t *field;
	char names[1024];
	struct buf text;
	size_t i;

	buf_init(&text, names, sizeof names - 1);
	json_array_foreach(json_object_get(f->form, "fields"), i, field)
	{
		buf_put_str(&text, i == 0 ? "" : ", ");
		buf_put_str(&text, json_str(field, "name"));
	}
	names[text.len] = '\0';
	for (i = 0; i < f->count; i++) {
		if (f->given[i].is_used)
			continue;
		say_error(_("{1} has no field {2}, or it is there twice."), json_str(f->form, "form"),
			  f->given[i].path);
		say_next(_("its fields: {1}"), names);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static enum exit_code fill_all(struct filling *f, const struct options *o, const json_t *last)
{
	enum exit_code code = take_given(f, o);
	bool is_because = option_is_given(o, "because");
	const json_t *field;
	size_t i;

	if (code == EXIT_DONE && last != NULL)
		code = read_last(f, last);
	json_array_foreach(json_object_get(f->form, "fields"), i, field)
	{
		if (code == EXIT_DONE)
			code = put_field(f, field, is_because);
	}
	if (code == EXIT_DONE)
		code = put_shared(f, o);
	return code == EXIT_DONE ? check_unused(f) : code;
}

enum exit_code form_is_missed(const struct options *o)
{
	static const char *const names[] = { "field", "fields", "basis", "reply-by", "because" };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (!option_is_given(o, names[i]))
			continue;
		say_error(_("--{1} is said in a form: in which?"), names[i]);
		say_next(_("the same command with --form NAME; entente forms lists them"));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

enum exit_code form_fill(struct draft *d, const struct options *o, struct client *c, const json_t *form,
			 enum form_act act, const json_t *last)
{
	struct filling *f = xcalloc(1, sizeof *f);
	enum exit_code code;
	uint8_t number[1] = { (uint8_t)act };

	f->d = d;
	f->c = c;
	f->form = form;
	f->act = act;
	f->memory = xcalloc(1, CONTENT_LEN_MAX);
	d->statement.has_form = true;
	d->statement.form = draft_word(d, json_str(form, "form"));
	d->statement.form_version = json_uint(form, "version");
	if (act != FORM_ACT_ANNOUNCE)
		draft_field(d, FORM_FIELD_ACT, BYTES_OF(number), false); /* below 24 an integer is its byte */
	code = fill_all(f, o, last);
	if (code == EXIT_DONE && d->content.language.len == 0)
		d->content.language = draft_word(d, text_language(o));
	for (size_t i = 0; i < f->count; i++)
		free(f->given[i].path);
	free(f->last_bytes.ptr);
	free(f->last_content_bytes.ptr);
	free(f->memory);
	free(f);
	return code;
}

void form_explain(struct client *c, const struct draft *d, const json_t *answer)
{
	const json_t *fault = json_object_get(answer, "fault"), *field;
	char name[FORM_NUMBER_MAX + 1];
	json_t *form = NULL;
	size_t i;

	if (fault == NULL || bytes_copy_str(d->statement.form, name, sizeof name) != ERR_OK ||
	    form_get(c, name, d->statement.form_version, &form) != EXIT_DONE)
		return;
	json_array_foreach(json_object_get(form, "fields"), i, field)
	{
		if (json_object_get(fault, "number") == NULL ||
		    json_uint(fault, "number") != json_uint(field, "number"))
			continue;
		say_error("{1}: {2} ({3}).", _(json_str(fault, "text")), json_str(field, "name"),
			  show_field_title(field));
		say_next("entente forms show {1}", name);
		json_decref(form);
		return;
	}
	say_error("{1}: {2}.", name, _(json_str(fault, "text")));
	say_next("entente forms show {1}", name);
	json_decref(form);
}
