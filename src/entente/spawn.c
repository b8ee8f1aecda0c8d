#include "entente/processes.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Above the fixed descriptors, so that putting one in its place cannot overwrite the other. */
static int move_up(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, PROCESS_OTHER_FD + 1);
}

static enum err spawn(const char *command, const char *home, int core, int other, pid_t *out)
{
	char program[] = "entente", home_option[] = "--home", command_text[32], home_text[FILE_PATH_MAX];
	char *arguments[] = { program, command_text, home == NULL ? NULL : home_option, home_text, NULL };
	posix_spawn_file_actions_t actions;
	int failed;

	if (bytes_copy_str(bytes_str(command), command_text, sizeof command_text) != ERR_OK ||
	    bytes_copy_str(bytes_str(home == NULL ? "" : home), home_text, sizeof home_text) != ERR_OK) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	failed = posix_spawn_file_actions_init(&actions);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, core, PROCESS_CORE_FD);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, other, PROCESS_OTHER_FD);
	if (failed == 0)
		failed = posix_spawn(out, "/proc/self/exe", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	return failed == 0 ? ERR_OK : ERR_IO;
}

enum err process_spawn(const char *command, const char *home, int core, int other, pid_t *out)
{
	int core_up = move_up(core), other_up = move_up(other);
	enum err e = core_up < 0 || other_up < 0 ? ERR_IO : spawn(command, home, core_up, other_up, out);

	if (core_up >= 0)
		close(core_up);
	if (other_up >= 0)
		close(other_up);
	return e;
}

void process_prepare(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}
