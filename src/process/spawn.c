#include "process/process.h"

#include "sys/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Above the fixed descriptors, so that putting one in its place cannot overwrite another. */
static int move_up(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, PROCESS_FD_END);
}

static enum err spawn(const char *command, const char *home, const int *fds, size_t count, pid_t *out)
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
	for (size_t i = 0; i < count && failed == 0; i++)
		failed = posix_spawn_file_actions_adddup2(&actions, fds[i], PROCESS_CORE_FD + (int)i);
	if (failed == 0)
		failed = posix_spawn(out, "/proc/self/exe", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	return failed == 0 ? ERR_OK : ERR_IO;
}

enum err process_spawn(const char *command, const char *home, const int *fds, size_t count, pid_t *out)
{
	int up[PROCESS_FDS_MAX] = { -1, -1, -1 };
	enum err e = ERR_OK;

	assert(count <= PROCESS_FDS_MAX);
	for (size_t i = 0; i < count; i++) {
		up[i] = move_up(fds[i]);
		if (up[i] < 0)
			e = ERR_IO;
	}
	if (e == ERR_OK)
		e = spawn(command, home, up, count, out);
	for (size_t i = 0; i < count; i++) {
		if (up[i] >= 0)
			close(up[i]);
	}
	return e;
}

void process_prepare(const char *name)
{
	(void)prctl(PR_SET_NAME, name);
	/*
	 * Its words are the log's, in one language: a catalogue that is looked for later would not be found.
	 */
	setlocale(LC_ALL, "C");
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

void process_end_with_parent(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}
