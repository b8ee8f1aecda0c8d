/*
 * options.h - what was typed: one parser for every command, made from the commands' tables.
 *
 * Layer: terminal.
 */
#ifndef TERMINAL_OPTIONS_H
#define TERMINAL_OPTIONS_H

#include "base/bytes.h"

/* What a command ends with; also in entente(1). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 3,
	EXIT_REFUSED = 4,
	EXIT_LINE_DOWN = 5, /* in the record, QUEUED, and the line is down */
	EXIT_INTEGRITY = 6,
	EXIT_TIMEOUT = 7
};

struct option_row {
	const char *name;  /* "to"; NULL ends a table */
	const char *value; /* what stands for its value in the help, "PARTY/ROLE"; NULL: it takes none */
	const char *text;  /* N_() */
};

struct options;

struct command_row {
	const char *name;
	const char *arguments; /* "PLACE", "[PLACE]" ... for the help; "" for none */
	size_t arguments_min, arguments_max;
	const char *text;		  /* N_(): one sentence */
	const struct option_row *options; /* its own, NULL for none */
	enum exit_code (*run)(struct options *o);
	bool is_hidden; /* not for people: processes of serve */
};

#define OPTIONS_GIVEN_MAX 128u

struct options {
	const struct command_row *command;
	struct {
		const struct option_row *row;
		const char *value; /* NULL if it takes none */
	} given[OPTIONS_GIVEN_MAX];
	size_t given_count;
	char **arguments;
	size_t arguments_count;
	bool is_json;
	const char *home; /* --home, $ENTENTE_HOME or ~/.entente */
};

/* Of a command that is several: its first argument says which. A name of NULL ends a table. */
struct verb {
	const char *name; /* behind it which of the command's own options it takes: "write --peer --limit" */
	size_t arguments_min, arguments_max; /* its own name counts */
	enum exit_code (*run)(struct options *o);
};
/*
 * Without an argument it is the first. An option that the verb does not take is wrong use; a table that names
 * none of them is not looked at.
 */
enum exit_code verbs_run(struct options *o, const struct verb *verbs);
/* False, and explained: `name` was given, and says nothing without `with`. */
bool option_has_use(const struct options *o, const char *name, const char *with);
/* False, and says so: what goes to standard output is SVG, HTML ..., and --json was given. */
bool option_no_json(const struct options *o);

/* False with *code set: there is nothing to run (help was shown, or the use is wrong and was explained). */
bool options_read(struct options *o, const struct command_row *command, int argc, char **argv,
		  enum exit_code *code);

bool option_is_given(const struct options *o, const char *name);
/* The last value, or NULL. */
const char *option_value(const struct options *o, const char *name);
/*
 * A number from 1 to max, `otherwise` if it was not given; false if it is none, which was explained. What GET
 * gives at once is at most LIST_MAX.
 */
#define LIST_MAX 1000u
bool option_count(const struct options *o, const char *name, uint64_t max, uint64_t otherwise, uint64_t *out);
/* Each value in turn; *at begins at 0; NULL at the end. */
const char *option_next(const struct options *o, const char *name, size_t *at);

#endif
