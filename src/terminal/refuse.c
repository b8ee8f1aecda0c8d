#include "terminal/refuse.h"

#include "home/words.h"
#include "terminal/say.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum exit_code refuse_unwritable(const char *path)
{
	bool is_full = errno == ENOSPC || errno == EDQUOT;

	if (errno == EEXIST)
		return refuse_existing(path);
	say_error(_("{1} cannot be written: {2}."), path, strerror(errno));
	say_next(is_full ? _("make room on the disk, then the same command again")
			 : _("the same command with a name where you may write"));
	return EXIT_ERROR;
}

enum exit_code refuse_missing(const char *path)
{
	if (errno == EISDIR)
		say_error(_("{1} is a folder, and a file is needed here."), path);
	else if (errno == ENOENT || errno == ENOTDIR)
		say_error(_("There is no file {1}."), path);
	else
		say_error(_("{1} cannot be read: {2}."), path, strerror(errno));
	say_next(_("the same command with the name of a file that you may read"));
	return EXIT_NOT_FOUND;
}

enum exit_code refuse_existing(const char *path)
{
	say_error(_("{1} is there already; nothing is written over."), path);
	say_next(_("the same command with another name"));
	return EXIT_REFUSED;
}

enum exit_code refuse_unanswered(void)
{
	struct stat to;
	bool is_gone = fstat(STDOUT_FILENO, &to) == 0 && (S_ISFIFO(to.st_mode) || S_ISSOCK(to.st_mode));

	say_error(is_gone ? _("Nobody reads the answer any more: what it was piped to has ended.")
			  : _("The answer could not be written."));
	say_next(is_gone ? _("what was to be done is done; to see the answer, the same command without the "
			     "pipe")
			 : _("make room on the disk, then the same command again"));
	return EXIT_ERROR;
}

enum exit_code refuse_no_home(const char *home)
{
	say_error(_("There is no node's home at {1}."), home);
	say_next(_("name it by --home DIR or $ENTENTE_HOME; entente init --help makes one"));
	return EXIT_NOT_FOUND;
}

enum exit_code refuse_long_home(const char *home)
{
	const size_t max = sizeof((struct sockaddr_un *)NULL)->sun_path - sizeof "/socket";

	if (strlen(home) <= max)
		return EXIT_DONE;
	say_error(_("{1} is too long a name for a home: it has at most {2} bytes, for a socket lies in it."),
		  home, say_number(max));
	say_next(_("the same command with a shorter --home"));
	return EXIT_REFUSED;
}
