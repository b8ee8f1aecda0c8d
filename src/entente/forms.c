/* What forms the accord has, and what one asks for: enough to fill it without the file at hand. */
#include "compose/fill.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"

#include <string.h>

static void put_words(struct table *t, const json_t *list)
{
	const json_t *word;
	char line[256];
	struct buf text;
	size_t i;

	buf_init(&text, line, sizeof line - 1);
	json_array_foreach(list, i, word)
	{
		buf_put_str(&text, i == 0 ? "" : " ");
		buf_put_str(&text, json_is_string(word) ? json_string_value(word) : "");
	}
	line[text.len] = '\0';
	table_put(t, COLOUR_PLAIN, line);
}

static void list(const json_t *forms)
{
	struct table *t = table_new();
	const json_t *form;
	size_t i;

	json_array_foreach(forms, i, form)
	{
		table_put(t, COLOUR_BOLD, json_str(form, "form"));
		table_put(t, COLOUR_DIM, say_number(json_uint(form, "version")));
		put_words(t, json_object_get(form, "planes"));
		table_put(t, COLOUR_PLAIN, json_str(form, "precedence"));
		put_words(t, json_object_get(form, "acts"));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(form, "title")));
		table_end_row(t);
	}
	table_say(t);
	table_free(t);
}

static void show_list(const char *title, const json_t *words)
{
	const json_t *word;
	size_t i;

	if (json_array_size(words) == 0)
		return;
	say("  ");
	say_cell(title, 16, COLOUR_DIM);
	json_array_foreach(words, i, word) say(" {1}", json_string_value(word));
	say("\n");
}

static void show_codes(const json_t *of)
{
	const json_t *value;
	char names[512];
	size_t i;

	json_array_foreach(json_object_get(of, "values"), i, value)
	{
		show_names(json_object_get(value, "words"), names, sizeof names);
		say("        ");
		say_cell(json_str(value, "name"), 18, COLOUR_PLAIN);
		say(" {1}\n", names);
	}
}

/* For which values of which field: in every language of the accord, as its fields are. */
static void show_where(const json_t *of, const char *key, const char *text)
{
	const json_t *where = json_object_get(of, key);

	if (where == NULL)
		return;
	say(text, json_str(where, "field"));
	show_codes(where);
}

static void show_field(const json_t *field, const char *indent)
{
	char names[512];

	show_names(json_object_get(field, "title"), names, sizeof names);
	say("{1}", indent);
	say_cell(json_str(field, "name"), 16, COLOUR_BOLD);
	say_cell(json_str(field, "type"), 7, COLOUR_DIM);
	say_cell(json_flag(field, "list") ? _("list") : "", 6, COLOUR_DIM);
	say_cell(json_flag(field, "optional") ? _("optional") : "", 10, COLOUR_DIM);
	say(" {1}\n", names);
	show_codes(field);
	show_where(field, "needed_where", _("    it is needed where the field {1} is one of these:\n"));
}

static void show_limit(const json_t *limits, const char *key, const char *text)
{
	if (json_object_get(limits, key) != NULL) {
		say("  ");
		say(text, say_span(json_uint(limits, key)), json_str(limits, "before"),
		    json_str(limits, "after"));
		say("\n");
	}
}

static void show_limits(const json_t *limits)
{
	const char *text = _("    where the field {1} is one of these:\n");

	show_limit(limits, "answer_ms", _("an answer is due within {1}"));
	show_limit(limits, "FLASH", _("to a FLASH within {1}"));
	show_limit(limits, "IMMEDIATE", _("to an IMMEDIATE within {1}"));
	show_limit(limits, "PRIORITY", _("to a PRIORITY within {1}"));
	show_limit(limits, "ROUTINE", _("to a ROUTINE within {1}"));
	show_limit(limits, "again_ms", _("it is said anew within {1}, until it is cancelled or closed"));
	show_limit(limits, "before_ms", _("it is said {1} before the field {2}"));
	show_where(limits, "before_where", text);
	show_limit(limits, "after_ms", _("it is said at the latest {1} after the field {3}"));
	show_where(limits, "after_where", text);
}

static void show_one(const json_t *form)
{
	const json_t *field, *member;
	char names[512];
	size_t i, m;

	show_names(json_object_get(form, "title"), names, sizeof names);
	say_coloured(COLOUR_BOLD, json_str(form, "form"));
	say(_("  version {1}  {2}\n"), say_number(json_uint(form, "version")), names);
	show_list(_("planes"), json_object_get(form, "planes"));
	show_list(_("acts"), json_object_get(form, "acts"));
	show_list(_("precedence"), json_object_get(form, "precedences"));
	if (json_object_get(form, "precedence") == NULL)
		say_line(_("  as urgent as what it is about"));
	show_list(_("after one of"), json_object_get(form, "after"));
	if (json_flag(form, "reply"))
		say_line(_("  it answers a message: entente reply PLACE --form"));
	if (json_flag(form, "corrects"))
		say_line(_("  it corrects one's own message: entente rectify PLACE"));
	if (json_flag(form, "basis"))
		say_line(_("  it needs a legal basis: --basis"));
	show_limits(json_object_get(form, "limits"));
	json_array_foreach(json_object_get(form, "fields"), i, field)
	{
		show_field(field, "    ");
		json_array_foreach(json_object_get(field, "members"), m, member) show_field(member, "      ");
	}
}

static enum exit_code run(struct options *o)
{
	bool is_one = o->arguments_count == 2 && strcmp(o->arguments[0], "show") == 0;
	json_t *answer = NULL;
	const json_t *forms, *form;
	enum exit_code code;
	struct client c;
	struct query q;
	size_t i;

	if (o->arguments_count > 0 && !is_one && strcmp(o->arguments[0], "list") != 0) {
		say_error(_("entente forms takes: list, or show NAME."));
		say_next(_("see entente {1} --help"), "forms");
		return EXIT_USAGE;
	}
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	query_open(&q, "/forms");
	if (is_one)
		query_put(&q, "form", o->arguments[1]);
	code = client_get(&c, &q, &answer);
	client_close(&c);
	forms = json_object_get(answer, "forms");
	if (code == EXIT_DONE && o->is_json) {
		json_say(forms);
	} else if (code == EXIT_DONE && is_one) {
		json_array_foreach(forms, i, form) show_one(form);
	} else if (code == EXIT_DONE) {
		list(forms);
	}
	json_decref(answer);
	return code;
}

const struct command_row command_forms = {
	"forms",
	"[list | show NAME]",
	0,
	2,
	N_("list the accord's forms, or show what one asks for"),
	NULL,
	run,
	false,
};
