/* The record as other programs read it: docs/spec/border.md. */
#include "border/format.h"
#include "entente/rows.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct option_row options[] = {
	{ "role", N_("ROLE"), N_("who will read it: what this role may not read is not in it") },
	{ "party", N_("CODE"),
	  N_("in its stead an outside party: only what was released to it, by our hand") },
	{ "to", N_("DIR"), N_("folder for its files; - for standard output, which is the default") },
	{ NULL, NULL, NULL },
};

/* A name that the node gives stays in that folder. */
static bool is_plain(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static enum exit_code fail_to_write(const char *name)
{
	say_error(_("{1} was not written: {2}"), name, strerror(errno));
	say_next(_("another folder: --to DIR"));
	return EXIT_ERROR;
}

static enum exit_code write_file(const char *dir, const json_t *file)
{
	const json_t *text = json_object_get(file, "text");
	struct bytes content = { (const uint8_t *)json_string_value(text), json_string_length(text) };
	char path[FILE_PATH_MAX];
	enum err e =
		is_plain(json_str(file, "name")) ? file_path(path, dir, json_str(file, "name")) : ERR_USAGE;

	if (e == ERR_OK)
		e = file_write(path, content, 0600);
	if (e == ERR_OK)
		return EXIT_DONE;
	return fail_to_write(json_str(file, "name"));
}

static enum exit_code write_files(const char *dir, const json_t *files)
{
	enum exit_code code = EXIT_DONE;
	const json_t *file;
	size_t i;

	if (dir != NULL && strcmp(dir, "-") != 0 && file_make_dir(dir) != ERR_OK)
		return fail_to_write(dir);
	json_array_foreach(files, i, file)
	{
		const json_t *text = json_object_get(file, "text");
		if (dir == NULL || strcmp(dir, "-") == 0)
			fwrite(json_string_value(text), 1, json_string_length(text), stdout);
		else if (code == EXIT_DONE)
			code = write_file(dir, file);
	}
	return code;
}

/* What was left out of it, for whoever makes the feed: its reader is never told. */
static void tell(const json_t *answer)
{
	uint64_t removed = json_uint(answer, "removed");

	if (removed > 0)
		say_note(n_(removed, "{1} reference was removed: it names what this role may not read",
			    "{1} references were removed: they name what this role may not read"),
			 say_number(removed));
	if (json_flag(answer, "older"))
		say_note(n_(json_uint(answer, "items"), "only the newest {1} item is in it",
			    "only the newest {1} items are in it"),
			 say_number(json_uint(answer, "items")));
}

static enum exit_code tell_json(json_t *answer)
{
	json_t *names = json_array(), *file;
	size_t i;

	json_array_foreach(json_object_get(answer, "files"), i, file)
		json_array_append(names, json_object_get(file, "name"));
	json_object_set_new(answer, "files", names);
	json_object_set_new(answer, "err", json_string("OK"));
	json_say(answer);
	return EXIT_DONE;
}

static enum exit_code run(struct options *o)
{
	const char *role = option_value(o, "role"), *party = option_value(o, "party"),
		   *dir = option_value(o, "to");
	struct client c = { .fd = -1 };
	json_t *answer = NULL;
	enum exit_code code;
	struct query q;

	if (strcmp(o->arguments[0], "ics") != 0 && format_find(bytes_str(o->arguments[0])) == NULL) {
		say_error(_("There is no format {1}."), o->arguments[0]);
		say_next("entente feed --help");
		return EXIT_USAGE;
	}
	if ((role == NULL) == (party == NULL)) {
		say_error(_("For whom?"));
		say_next("entente feed {1} --role ROLE | --party CODE", o->arguments[0]);
		return EXIT_USAGE;
	}
	if (party != NULL && strcmp(o->arguments[0], "ics") == 0) {
		say_error(_("No calendar goes to an outside party: nothing that it is made of is released."));
		say_next("entente feed ics --role ROLE");
		return EXIT_USAGE;
	}
	if ((dir == NULL || strcmp(dir, "-") == 0) && !option_no_json(o))
		return EXIT_USAGE;
	query_open(&q, "/feed");
	query_put(&q, "format", o->arguments[0]);
	query_put(&q, role != NULL ? "role" : "party", role != NULL ? role : party);
	code = client_open(&c, o->home) == ERR_OK ? EXIT_DONE : client_absent(o->home);
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &answer);
	if (code == EXIT_DONE)
		code = write_files(dir, json_object_get(answer, "files"));
	if (code == EXIT_DONE && o->is_json)
		code = tell_json(answer);
	else if (code == EXIT_DONE)
		tell(answer);
	json_decref(answer);
	client_close(&c);
	return code;
}

const struct command_row command_feed = {
	"feed",	 "FORMAT", 1,	  1, N_("what a role may read, in a format of other programs"),
	options, run,	   false,
};
