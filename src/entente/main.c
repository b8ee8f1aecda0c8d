/* The table of commands, and the way from the command line into one of them. */
#include "crypto/sign.h"
#include "entente/rows.h"
#include "home/installed.h"
#include "home/words.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * From this length on memory is the kernel's zeros, a page when it is touched: most of what a process has
 * room for it never uses, and the C library would write zeros over what an earlier one had. It raises this by
 * itself.
 */
#define LARGE_LEN (64 << 10)

static const struct command_row *const commands[] = {
#define COMMAND_POINTER(name) &command_##name,
	COMMAND_LIST(COMMAND_POINTER)
#undef COMMAND_POINTER
};

static const struct command_row *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static void help(void)
{
	say_line(_("entente: the line between governments, and its record\n\nusage: entente COMMAND "
		   "[OPTION ...]\n"));
	for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
		if (!commands[i]->is_hidden)
			say_row(commands[i]->name, 12, _(commands[i]->text));
	}
	say_line(_("\nentente COMMAND --help says more; man entente says all."));
}

/* What is read at the first variable that is set, as setlocale() looks for the language of messages. */
static const char *locale_wanted(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "C";
}

static void words_open(void)
{
	/* A machine on which that locale was never generated has our words in its language all the same. */
	if (setlocale(LC_ALL, "") == NULL && setlocale(LC_ALL, "C.UTF-8") != NULL)
		setenv("LANGUAGE", locale_wanted(), 0);
	setlocale(LC_NUMERIC, "C"); /* JSON and the record have points */
	bindtextdomain("entente", installed_locale());
	bind_textdomain_codeset("entente", "UTF-8");
	textdomain("entente");
}

int main(int argc, char **argv)
{
	const struct command_row *command;
	enum exit_code code;
	struct options o;

	(void)mallopt(M_MMAP_THRESHOLD, LARGE_LEN);
	words_open();
	signal(SIGPIPE, SIG_IGN);
	crypto_init();
	if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		help();
		return argc < 2 ? EXIT_USAGE : EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		say("entente {1}\n", ENTENTE_VERSION);
		return EXIT_DONE;
	}
	command = find(argv[1]);
	if (command == NULL) {
		say_error(_("{1} is not a command of entente."), argv[1]);
		say_next("entente --help");
		return EXIT_USAGE;
	}
	if (!options_read(&o, command, argc - 1, argv + 1, &code))
		return (int)code;
	code = command->run(&o);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
		code = refuse_unanswered();
	}
	return (int)code;
}
