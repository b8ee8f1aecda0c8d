#include "terminal/options.h"

#include "home/words.h"
#include "terminal/say.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_MAX_COUNT 64u

static const struct option_row shared_options[] = {
	{ "home", N_("DIR"), N_("the node's folder; otherwise $ENTENTE_HOME, otherwise ~/.entente") },
	{ "as", N_("ROLE"), N_("the role you act in; needed only if your key has several") },
	{ "key", N_("FILE"),
	  N_("your OpenSSH key, or the .pub of one in your ssh-agent; otherwise $ENTENTE_KEY") },
	{ "identity", N_("FILE"),
	  N_("age secrets that open what is sealed; may be given again; otherwise $ENTENTE_IDENTITY") },
	{ "json", NULL, N_("answer in JSON") },
	{ "help", NULL, N_("show this") },
	{ NULL, NULL, NULL },
};

/* What a code says of one command beyond what it says of all of them; in entente(1) too. */
static const struct {
	const char *command;
	enum exit_code code;
	const char *text;
} exits[] = {
	{ "accord", EXIT_ERROR, N_("diff: the two differ") },
	{ "accord", EXIT_REFUSED, N_("adopt: a peer is not known to hold it") },
	{ "serve", EXIT_INTEGRITY, N_("the record or the accord is not what was written") },
	{ "send", EXIT_LINE_DOWN, N_("it stands as QUEUED, and no path to the addressee is up") },
	{ "send", EXIT_TIMEOUT, N_("what --wait waits for has not come; what was filed stands") },
	{ "roster", EXIT_ERROR, N_("check: something is missing") },
	{ "watch", EXIT_TIMEOUT, N_("nothing has happened for --timeout") },
	{ "status", EXIT_LINE_DOWN, N_("a peer cannot be reached by any path") },
	{ "status", EXIT_INTEGRITY, N_("a log is stopped, or the states of a procedure differ") },
	{ "open", EXIT_INTEGRITY, N_("the file is not what was sealed") },
	{ "verify", EXIT_INTEGRITY, N_("something is not what was signed") },
	{ "repair", EXIT_INTEGRITY, N_("something is left that no peer in reach holds") },
	{ "fork", EXIT_INTEGRITY, N_("show: it proves nothing") },
	{ "doctor", EXIT_ERROR, N_("something is BAD") },
	{ "console", EXIT_INTEGRITY, N_("verify: a file differs, or nobody who counts signed the manifest") },
};

static void help_exits(const struct command_row *command)
{
	bool is_first = true;

	for (size_t i = 0; i < ARRAY_COUNT(exits); i++) {
		char left[80];
		if (strcmp(exits[i].command, command->name) != 0)
			continue;
		if (is_first)
			say("\n");
		is_first = false;
		say_fill(left, sizeof left, _("exit code {1}"), say_number(exits[i].code));
		say_row(left, 26, _(exits[i].text));
	}
}

static void help_rows(const struct option_row *rows)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		char left[80];
		snprintf(left, sizeof left, "--%s%s%s", rows->name, rows->value == NULL ? "" : " ",
			 rows->value == NULL ? "" : _(rows->value));
		say_row(left, 26, _(rows->text));
	}
}

static void help(const struct command_row *command)
{
	say(_("usage: entente {1} [OPTION ...]"), command->name);
	say("{1}{2}\n\n", command->arguments[0] == '\0' ? "" : " ", command->arguments);
	say("{1}\n\n", _(command->text));
	help_rows(command->options);
	help_rows(shared_options);
	help_exits(command);
}

static void add_rows(struct option *list, size_t *count, const struct option_row *rows)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		assert(*count + 1 < LONG_MAX_COUNT);
		list[(*count)++] =
			(struct option){ rows->name, rows->value == NULL ? no_argument : required_argument,
					 NULL, 1 };
	}
}

static const struct option_row *find_row(const struct option_row *rows, const char *name)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		if (strcmp(rows->name, name) == 0)
			return rows;
	}
	return NULL;
}

static const char *default_home(void)
{
	static char path[4096]; /* lives as long as the program, like the environment */
	const char *home = getenv("ENTENTE_HOME");

	if (home != NULL && home[0] != '\0')
		return home;
	home = getenv("HOME");
	snprintf(path, sizeof path, "%s/.entente", home == NULL ? "" : home);
	return path;
}

static void say_usage(const struct command_row *c)
{
	say_error(_("entente {1} takes: {2}"), c->name,
		  c->arguments[0] == '\0' ? _("no arguments") : c->arguments);
	say_next(_("see entente {1} --help"), c->name);
}

/* The next of the words of a row: "write --peer --limit". */
static struct bytes next_word(struct bytes *rest)
{
	struct bytes word = *rest;
	const uint8_t *space = rest->len == 0 ? NULL : memchr(rest->ptr, ' ', rest->len);

	word.len = space == NULL ? rest->len : (size_t)(space - rest->ptr);
	rest->ptr += word.len;
	rest->len -= word.len;
	if (space != NULL) {
		rest->ptr++;
		rest->len--;
	}
	return word;
}

static bool verb_takes(const struct verb *v, const char *option)
{
	struct bytes rest = bytes_str(v->name), word;

	while ((word = next_word(&rest)).len > 0) {
		if (word.len > 2 && word.ptr[0] == '-' &&
		    bytes_equal((struct bytes){ word.ptr + 2, word.len - 2 }, bytes_str(option)))
			return true;
	}
	return false;
}

/* What is given and not looked at is a mistake of whoever gave it. */
static enum exit_code verb_run(struct options *o, const struct verb *verbs, const struct verb *v)
{
	struct bytes rest = bytes_str(v->name), name = next_word(&rest);
	char verb[32] = "";
	bool is_checked = false;

	if (bytes_copy_str(name, verb, sizeof verb) != ERR_OK)
		return EXIT_ERROR;

	for (const struct verb *any = verbs; any->name != NULL; any++)
		is_checked |= strchr(any->name, ' ') != NULL;
	for (size_t i = 0; is_checked && i < o->given_count; i++) {
		const char *option = o->given[i].row->name;
		if (find_row(o->command->options, option) == NULL || verb_takes(v, option))
			continue;
		say_error(_("entente {1} {2} takes no --{3}."), o->command->name, verb, option);
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	return v->run(o);
}

bool option_has_use(const struct options *o, const char *name, const char *with)
{
	if (!option_is_given(o, name) || option_is_given(o, with))
		return true;
	say_error(_("--{1} says nothing without --{2}."), name, with);
	say_next(_("see entente {1} --help"), o->command->name);
	return false;
}

bool option_no_json(const struct options *o)
{
	if (!o->is_json)
		return true;
	say_error(_("What entente {1} writes here is a document in a format of its own, and not JSON."),
		  o->command->name);
	say_next(_("the same command without --json"));
	return false;
}

enum exit_code verbs_run(struct options *o, const struct verb *verbs)
{
	if (o->arguments_count == 0)
		return verb_run(o, verbs, verbs);
	for (const struct verb *v = verbs; v->name != NULL; v++) {
		struct bytes rest = bytes_str(v->name);
		if (bytes_equal(next_word(&rest), bytes_str(o->arguments[0])) &&
		    o->arguments_count >= v->arguments_min && o->arguments_count <= v->arguments_max)
			return verb_run(o, verbs, v);
	}
	say_usage(o->command);
	return EXIT_USAGE;
}

static bool take_options(struct options *o, int argc, char **argv)
{
	struct option list[LONG_MAX_COUNT] = { 0 };
	size_t count = 0;
	int index = 0, c;

	add_rows(list, &count, o->command->options);
	add_rows(list, &count, shared_options);
	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", list, &index)) != -1) {
		const struct option_row *row;
		if (c == 'h') {
			row = find_row(shared_options, "help");
		} else if (c == '?') {
			say_error(_("{1} is not an option of entente {2}, or its value is missing."),
				  argv[optind - 1], o->command->name);
			say_next(_("see entente {1} --help"), o->command->name);
			return false;
		} else {
			row = find_row(o->command->options, list[index].name);
			row = row == NULL ? find_row(shared_options, list[index].name) : row;
		}
		if (o->given_count == OPTIONS_GIVEN_MAX) {
			say_error(_("There are more options than {1}."), say_number(OPTIONS_GIVEN_MAX));
			say_next(_("see entente {1} --help"), o->command->name);
			return false;
		}
		o->given[o->given_count].row = row;
		o->given[o->given_count++].value = optarg;
	}
	o->arguments = argv + optind;
	o->arguments_count = (size_t)(argc - optind);
	return true;
}

bool options_read(struct options *o, const struct command_row *command, int argc, char **argv,
		  enum exit_code *code)
{
	*o = (struct options){ .command = command };
	*code = EXIT_USAGE;
	if (!take_options(o, argc, argv))
		return false;
	if (option_is_given(o, "help")) {
		help(command);
		*code = EXIT_DONE;
		return false;
	}
	if (o->arguments_count < command->arguments_min || o->arguments_count > command->arguments_max) {
		say_usage(command);
		return false;
	}
	o->is_json = option_is_given(o, "json");
	o->home = option_value(o, "home");
	if (o->home == NULL)
		o->home = default_home();
	return true;
}

bool option_is_given(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->given_count; i++) {
		if (strcmp(o->given[i].row->name, name) == 0)
			return true;
	}
	return false;
}

bool option_count(const struct options *o, const char *name, uint64_t max, uint64_t otherwise, uint64_t *out)
{
	const char *text = option_value(o, name);

	*out = otherwise;
	if (text == NULL || (bytes_read_decimal(bytes_str(text), max, out) == ERR_OK && *out > 0))
		return true;
	say_error(_("--{1} is a number from 1 to {2}."), name, say_number(max));
	say_next("entente {1} --help", o->command->name);
	return false;
}

const char *option_value(const struct options *o, const char *name)
{
	const char *value = NULL, *next;
	size_t at = 0;

	while ((next = option_next(o, name, &at)) != NULL)
		value = next;
	return value;
}

const char *option_next(const struct options *o, const char *name, size_t *at)
{
	while (*at < o->given_count) {
		size_t i = (*at)++;
		if (strcmp(o->given[i].row->name, name) == 0)
			return o->given[i].value;
	}
	return NULL;
}
