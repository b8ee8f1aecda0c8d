/* Procedures as files: whether every rule of the checker holds, and what they look like. */
#include "accord/procedure.h"

#include "base/alloc.h"
#include "entente/accord_life.h"
#include "entente/dry_run.h"
#include "entente/procedure_draw.h"
#include "entente/procedure_export.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One file, read on memory of its own. */
struct definition {
	uint8_t *memory;
	struct bytes file;
	struct procedure *p;
	struct fault fault;
	enum err e;
	int why; /* errno of ERR_IO */
};

static void definition_open(struct definition *d, const struct accord *accord, const char *path)
{
	struct arena arena;
	struct buf file;
	size_t values = 0;

	*d = (struct definition){ .memory = xcalloc(1, ACCORD_ARENA_LEN + ACCORD_FILE_LEN_MAX + 1) };
	arena_init(&arena, d->memory, ACCORD_ARENA_LEN);
	buf_init(&file, d->memory + ACCORD_ARENA_LEN, ACCORD_FILE_LEN_MAX + 1);
	d->e = file_read(path, &file);
	d->why = errno;
	d->file = buf_bytes(&file);
	if (d->e == ERR_OK)
		d->e = procedure_read(accord, bytes_str(path), d->file, &arena, &values, &d->p, &d->fault);
}

static void definition_close(struct definition *d)
{
	free(d->memory);
}

/* NULL: it was refused. */
static const struct procedure *good(const struct definition *d)
{
	return d->e == ERR_OK ? d->p : NULL;
}

static enum exit_code exit_of(const struct definition *d)
{
	if (d->e == ERR_OK)
		return EXIT_DONE;
	return d->e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : d->e == ERR_USAGE ? EXIT_REFUSED : EXIT_ERROR;
}

static void say_unread(const char *path, const struct definition *d)
{
	if (d->e == ERR_NOT_FOUND)
		say_error(_("There is no file {1}."), path);
	else if (d->e == ERR_IO && d->why == EISDIR)
		say_error(_("{1} is a folder, and a file is needed here."), path);
	else
		say_error(_("{1} cannot be read: {2}."), path,
			  d->e == ERR_IO ? strerror(d->why) : _(err_text(d->e)));
	say_next(_("name a procedure's file: those of an accord are in its folder, as "
		   "DIR/procedures/NAME.json"));
}

static void say_fault(const char *path, const struct definition *d)
{
	const struct procedure_rule *rule;

	if (d->e != ERR_USAGE) {
		say_unread(path, d);
		return;
	}
	rule = procedure_rule_find(d->fault.rule);
	say_error(_("{1}, line {2}: {3} ({4}, {5})."), path, say_number(d->fault.offset), _(rule->text),
		  rule->number, rule->name);
	say_next(_("docs/spec/procedure.md section 3 explains the rule"));
}

static json_t *fault_json(const char *path, const struct definition *d)
{
	const struct procedure_rule *rule;

	if (d->e != ERR_USAGE)
		return json_pack("{s:s, s:b, s:s}", "file", path, "good", 0, "error", err_name(d->e));
	rule = procedure_rule_find(d->fault.rule);
	return json_pack("{s:s, s:b, s:I, s:s, s:s, s:s}", "file", path, "good", 0, "line",
			 (json_int_t)d->fault.offset, "rule", rule->name, "number", rule->number, "text",
			 _(rule->text));
}

static json_t *definition_json(const char *path, const struct procedure *p)
{
	char hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(p->hash), hash);
	return json_pack("{s:s, s:b, s:s, s:I, s:s, s:i}", "file", path, "good", 1, "id", p->id, "version",
			 (json_int_t)p->version, "hash", hash, "steps", (int)p->steps_count);
}

static void say_definition(const char *path, const struct procedure *p)
{
	char hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(p->hash), hash);
	say(n_(p->steps_count, "{1}: {2} version {3}, {4} step; every rule holds\n",
	       "{1}: {2} version {3}, {4} steps; every rule holds\n"),
	    path, p->id, say_number(p->version), say_number(p->steps_count));
	say("  {1}\n", hash);
}

/* With the accord whose posts and forms it is to name; without one where none was given. */
static enum exit_code open_accord(const struct options *o, struct accord_dir *d)
{
	const char *path = option_value(o, "accord");

	*d = (struct accord_dir){ 0 };
	return path == NULL ? EXIT_DONE : accord_open_checked(d, path);
}

static enum exit_code check(struct options *o)
{
	struct accord_dir accord;
	enum exit_code code = open_accord(o, &accord);
	json_t *all;

	if (code != EXIT_DONE)
		return code;
	all = json_array();
	for (size_t i = 1; i < o->arguments_count; i++) {
		const char *path = o->arguments[i];
		struct definition d;
		enum exit_code one;
		definition_open(&d, accord.accord, path);
		one = exit_of(&d);
		if (code == EXIT_DONE)
			code = one;
		if (o->is_json)
			json_array_append_new(all, good(&d) != NULL ? definition_json(path, good(&d))
								    : fault_json(path, &d));
		else if (good(&d) != NULL)
			say_definition(path, good(&d));
		else
			say_fault(path, &d);
		definition_close(&d);
	}
	if (o->is_json)
		json_say(all);
	json_decref(all);
	accord_dir_close(&accord);
	return code;
}

/* The one file that is named, if every rule holds; else its fault is said. */
static enum exit_code with_definition(struct options *o,
				      enum exit_code (*act)(struct options *o, const struct accord *like,
							    const struct definition *d))
{
	struct accord_dir accord;
	struct definition d;
	enum exit_code code = open_accord(o, &accord);

	if (code != EXIT_DONE)
		return code;
	definition_open(&d, accord.accord, o->arguments[1]);
	code = exit_of(&d);
	if (good(&d) != NULL)
		code = act(o, accord.accord, &d);
	else
		say_fault(o->arguments[1], &d);
	definition_close(&d);
	accord_dir_close(&accord);
	return code;
}

static enum exit_code draw_good(struct options *o, const struct accord *like, const struct definition *d)
{
	(void)o;
	(void)like;
	procedure_draw(d->p);
	return EXIT_DONE;
}

static enum exit_code draw(struct options *o)
{
	return option_no_json(o) ? with_definition(o, draw_good) : EXIT_USAGE;
}

static enum exit_code dry_run_good(struct options *o, const struct accord *like, const struct definition *d)
{
	return dry_run_command(o, like, d->p, o->arguments_count > 2 ? o->arguments[2] : NULL);
}

static enum exit_code dry_run(struct options *o)
{
	return with_definition(o, dry_run_good);
}

/* Who plays it in a state chart; NULL: explained. */
static char *scxml_of(const struct options *o, const struct accord *like, const struct procedure *p)
{
	struct accord *parties = xcalloc(1, sizeof *parties);
	char *text = NULL;

	if (dry_accord(parties, p, like, option_value(o, "parties"))) {
		text = procedure_scxml(p, parties);
		if (text == NULL) {
			say_error(_("The state chart of {1} would be longer than 32 MiB."), p->id);
			say_next(_("name fewer parties with --parties"));
		}
	}
	free(parties);
	return text;
}

static enum exit_code export_good(struct options *o, const struct accord *like, const struct definition *d)
{
	const char *as = option_value(o, "as");
	json_t *playbook;
	char *text;

	if (as != NULL && strcmp(as, "cacao") == 0) {
		playbook = procedure_cacao(d->p, d->file, clock_now().wall);
		json_dumpf(playbook, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(playbook);
		return EXIT_DONE;
	}
	if (as != NULL && strcmp(as, "scxml") == 0) {
		if (!option_no_json(o))
			return EXIT_USAGE;
		text = scxml_of(o, like, d->p);
		if (text == NULL)
			return EXIT_USAGE;
		puts(text);
		free(text);
		return EXIT_DONE;
	}
	say_error(_("It is not said in which format."));
	say_next(_("say --as cacao or --as scxml"));
	return EXIT_USAGE;
}

static enum exit_code export_as(struct options *o)
{
	return with_definition(o, export_good);
}

static const struct option_row options[] = {
	{ "accord", N_("DIR"),
	  N_("the folder of an accord: its posts and forms are those that may be named") },
	{ "parties", N_("NAMES"),
	  N_("dry-run, export: who takes part, as a,b; those of the accord if not said") },
	{ "as", N_("FORMAT"), N_("export: cacao or scxml, to standard output") },
	{ NULL, NULL, NULL },
};

static const struct verb verbs[] = {
	{ "check --accord", 2, OPTIONS_GIVEN_MAX, check },
	{ "draw --accord", 2, 2, draw },
	{ "dry-run --accord --parties", 2, 3, dry_run },
	{ "export --accord --parties --as", 2, 2, export_as },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_procedure = {
	"procedure",
	"check FILE... | draw FILE | dry-run FILE [SCRIPT] | export FILE --as FORMAT",
	2,
	OPTIONS_GIVEN_MAX,
	N_("check procedures of an accord by every rule; draw one, play one through, hand one on"),
	options,
	run,
	false,
};
