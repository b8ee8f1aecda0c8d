#include "apart.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 4000u

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void read_said(FILE *file, char said[SAID_MAX + 1])
{
	long len;

	if (fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0 ||
	    fseek(file, len > (long)SAID_MAX ? len - (long)SAID_MAX : 0, SEEK_SET) != 0)
		fail("apart");
	said[fread(said, 1, SAID_MAX, file)] = 0;
	(void)fclose(file);
}

static bool is_of_check(int status, const char *said)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == 1 && strstr(said, "FAIL SEED=") != NULL;
	return WTERMSIG(status) == SIGABRT && strstr(said, "src/") != NULL &&
	       strstr(said, "Assertion") != NULL;
}

bool apart_finds(void (*run)(uint64_t seed), uint64_t seed, unsigned seconds, const char *words)
{
	FILE *file = tmpfile();
	char said[SAID_MAX + 1];
	int status = 0;
	pid_t child;

	if (file == NULL)
		fail("apart");
	fflush(stdout);
	child = fork();
	if (child < 0)
		fail("apart");
	if (child == 0) {
		if (dup2(fileno(file), STDERR_FILENO) < 0)
			_exit(2);
		(void)alarm(seconds);
		run(seed);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		fail("apart");
	read_said(file, said);
	if (status == 0 || (is_of_check(status, said) && strstr(said, words) != NULL)) {
		printf("%s", said);
		return status != 0;
	}
	printf("seed %llu ends by %s %d, which is not \"%s\":\n%s", (unsigned long long)seed,
	       WIFEXITED(status) ? "exit" : "signal",
	       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), words, said);
	return false;
}
