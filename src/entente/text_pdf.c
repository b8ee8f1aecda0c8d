/* An original as PDF: the program beside this one draws it (ADR 48), from the canonical file alone. */
#include "entente/text.h"

#include "home/words.h"
#include "sys/file.h"
#include "terminal/say.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_PROGRAM "entente-page"
#define ARGUMENTS_MAX 48u

/* It lies where this program does. */
static bool find_program(char path[FILE_PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, FILE_PATH_MAX - 1);
	char *slash;

	if (len < 0)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL || (size_t)(slash - path) + sizeof "/" PAGE_PROGRAM > FILE_PATH_MAX)
		return false;
	memcpy(slash + 1, PAGE_PROGRAM, sizeof PAGE_PROGRAM);
	return true;
}

static bool put_all(int fd, struct bytes in)
{
	while (in.len > 0) {
		ssize_t done = write(fd, in.ptr, in.len);
		if (done <= 0)
			return false;
		in.ptr += done;
		in.len -= (size_t)done;
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

static bool get_all(int fd, struct buf *out)
{
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return false;
	while ((got = read(fd, out->ptr + out->len, out->max - out->len)) > 0)
		out->len += (size_t)got;
	out->full = out->len == out->max;
	return got == 0;
}

/* Its exit status; -1 with errno: it could not be started. */
static int run_program(char *path, char **arguments, int in, int out)
{
	posix_spawn_file_actions_t actions;
	int status = -1, failed = posix_spawn_file_actions_init(&actions);
	pid_t child;

	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (failed == 0)
		failed = posix_spawn(&child, path, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	if (failed != 0)
		return -1;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

struct words {
	char *of[ARGUMENTS_MAX];
	size_t count;
};

/* With a value between, "-p ko=..."; what does not fit is not said. */
static void put(struct words *w, const char *option, const char *key, const char *value)
{
	size_t size = strlen(key) + strlen(value) + 2;
	char *word = NULL;

	if (w->count + 3 > ARGUMENTS_MAX)
		return;
	w->of[w->count++] = strdup(option);
	word = calloc(1, size);
	if (word != NULL)
		snprintf(word, size, "%s%s%s", key, key[0] == '\0' ? "" : "=", value);
	w->of[w->count++] = word;
}

static enum exit_code say_failed(int status)
{
	if (status < 0) {
		say_error(_("{1} could not be started: {2}."), PAGE_PROGRAM, strerror(errno));
		say_next(_("it is installed beside the program; without --pdf it is HTML"));
	} else if (status == 3) {
		say_error(_("No font here has all letters of this text."));
		say_next("apt-get install fonts-noto-cjk");
		return EXIT_NOT_FOUND;
	} else {
		say_error(_("The text could not be drawn."));
		say_next(_("without --pdf it is HTML"));
	}
	return EXIT_ERROR;
}

enum exit_code text_pdf(const struct text_original *t, struct buf *out)
{
	char path[FILE_PATH_MAX];
	struct words w = { .count = 0 };
	const char *tag;
	const json_t *one;
	int in = memfd_create("text", MFD_CLOEXEC), made = memfd_create("pdf", MFD_CLOEXEC), status = -1;

	errno = ENOENT;
	w.of[w.count++] = strdup(PAGE_PROGRAM);
	put(&w, "-s", "", t->hash);
	if (t->language != NULL)
		put(&w, "-l", "", t->language);
	json_object_foreach((json_t *)(uintptr_t)t->parties, tag, one)
		put(&w, "-p", tag, json_string_value(one));
	json_object_foreach((json_t *)(uintptr_t)t->marks, tag, one)
		put(&w, "-m", tag, json_string_value(one));
	if (find_program(path) && put_all(in, bytes_str(t->file)))
		status = run_program(path, w.of, in, made);
	if (status == 0 && !get_all(made, out))
		status = 1;
	close(in);
	close(made);
	while (w.count > 0)
		free(w.of[--w.count]);
	return status == 0 ? EXIT_DONE : say_failed(status);
}
