/*
 * What the kernel refuses, by row: one call of an act gives one error, and the act answers by whose fault it
 * was. An interrupted call is made again. Nothing is left open, and no half of a file under any name.
 */
#include "sys/file.h"
#include "sys/random.h"
#include "sys/serial.h"
#include "sys/sink.h"
#include "sys/socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define OLD "old"
#define LARGE_LEN (200u << 10) /* more than a sink keeps back */
#define HERE "127.0.0.1:20719" /* below those that the kernel gives to whoever connects */

/* One process, one thread: which call is refused, once, after so many that are not. */
static struct {
	const char *call;
	unsigned after;
	int error;
} refused;

static bool is_refused(const char *call)
{
	if (refused.call == NULL || strcmp(refused.call, call) != 0 || refused.after-- > 0)
		return false;
	refused.call = NULL;
	errno = refused.error;
	return true;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
#define CALL(type, name, params, args, failed)                            \
	type __real_##name params;                                        \
	type __wrap_##name params;                                        \
	type __wrap_##name params                                         \
	{                                                                 \
		return is_refused(#name) ? (failed) : __real_##name args; \
	}
/* clang-format off */
CALL(ssize_t, read, (int fd, void *to, size_t max), (fd, to, max), -1)
CALL(ssize_t, write, (int fd, const void *from, size_t len), (fd, from, len), -1)
CALL(int, fsync, (int fd), (fd), -1)
CALL(int, syncfs, (int fd), (fd), -1)
CALL(int, flock, (int fd, int how), (fd, how), -1)
CALL(int, rename, (const char *from, const char *to), (from, to), -1)
CALL(int, renameat2, (int a, const char *from, int b, const char *to, unsigned how), (a, from, b, to, how), -1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), -1)
CALL(int, unlink, (const char *path), (path), -1)
CALL(int, stat64, (const char *path, struct stat *out), (path, out), -1)
CALL(int, statvfs64, (const char *path, struct statvfs *out), (path, out), -1)
CALL(int, ftruncate64, (int fd, off_t len), (fd, len), -1)
CALL(int, posix_fallocate64, (int fd, off_t from, off_t len), (fd, from, len), errno)
CALL(FTS *, fts64_open, (char *const *roots, int how, int (*compare)(const FTSENT **, const FTSENT **)),
     (roots, how, compare), NULL)
CALL(int, socket, (int family, int type, int protocol), (family, type, protocol), -1)
CALL(int, bind, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
CALL(int, listen, (int fd, int max), (fd, max), -1)
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
CALL(int, accept4, (int fd, struct sockaddr *a, socklen_t *len, int how), (fd, a, len, how), -1)
CALL(int, getsockopt, (int fd, int level, int name, void *to, socklen_t *len), (fd, level, name, to, len), -1)
CALL(int, socketpair, (int family, int type, int protocol, int out[2]), (family, type, protocol, out), -1)
CALL(ssize_t, recv, (int fd, void *to, size_t max, int how), (fd, to, max, how), -1)
CALL(ssize_t, send, (int fd, const void *from, size_t len, int how), (fd, from, len, how), -1)
CALL(ssize_t, recvmsg, (int fd, struct msghdr *m, int how), (fd, m, how), -1)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *m, int how), (fd, m, how), -1)
CALL(int, tcgetattr, (int fd, struct termios *t), (fd, t), -1)
CALL(int, tcsetattr, (int fd, int when, const struct termios *t), (fd, when, t), -1)
CALL(ssize_t, getrandom, (void *to, size_t len, unsigned how), (to, len, how), -1)
/* clang-format on */
#undef CALL

/* It is closed, whatever it answers. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int failed = __real_close(fd);

	return is_refused("close") ? -1 : failed;
}

static mode_t mode_of(int how, va_list more)
{
	return (how & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
}

int __real_open64(const char *path, int how, ...);
int __wrap_open64(const char *path, int how, ...);
int __wrap_open64(const char *path, int how, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, how);
	mode = mode_of(how, more);
	va_end(more);
	return is_refused("open64") ? -1 : __real_open64(path, how, mode);
}

int __real_openat64(int dir, const char *path, int how, ...);
int __wrap_openat64(int dir, const char *path, int how, ...);
int __wrap_openat64(int dir, const char *path, int how, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, how);
	mode = mode_of(how, more);
	va_end(more);
	return is_refused("openat64") ? -1 : __real_openat64(dir, path, how, mode);
}
// NOLINTEND(bugprone-reserved-identifier)

/* ---- Acts. ---- */

struct scratch {
	char dir[64], old[96], new[96]; /* a file with OLD in it, and one that is not there */
};

static enum err act_read(const struct scratch *s)
{
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	return file_read(s->old, &out);
}

static enum err act_write(const struct scratch *s)
{
	return file_write(s->old, BYTES_LIT("new"), 0600);
}

static enum err act_write_new(const struct scratch *s)
{
	return file_write_new(s->new, BYTES_LIT("new"), 0600);
}

static enum err act_write_again(const struct scratch *s)
{
	return file_write_new(s->old, BYTES_LIT("new"), 0600);
}

static enum err act_touch(const struct scratch *s)
{
	return file_touch(s->new);
}

static enum err act_reserve(const struct scratch *s)
{
	return file_reserve(s->new, 4096);
}

static enum err act_release(const struct scratch *s)
{
	return file_reserve(s->new, 0);
}

static enum err act_make_dir(const struct scratch *s)
{
	return file_make_dir(s->new);
}

static enum err act_make_dir_again(const struct scratch *s)
{
	return file_make_dir(s->dir);
}

static enum err act_remove(const struct scratch *s)
{
	return file_remove(s->new);
}

static enum err act_room(const struct scratch *s)
{
	return file_room(s->dir) == 0 ? ERR_FULL : ERR_OK;
}

static enum err act_list(const struct scratch *s)
{
	uint8_t memory[1024];
	struct bytes names[4];
	struct arena arena;
	size_t count;

	arena_init(&arena, memory, sizeof memory);
	return file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count);
}

static enum err act_lock(const struct scratch *s)
{
	int fd = -1;
	enum err e = file_lock(s->old, &fd);

	file_unlock(fd);
	return e;
}

static enum err act_sink(const struct scratch *s)
{
	static uint8_t large[LARGE_LEN];
	struct sink *sink = NULL;
	enum err e = sink_folder_new(s->new, &sink), ended = ERR_OK;

	if (e == ERR_OK)
		e = sink_put(sink, "a/b/large", BYTES_OF(large));
	if (e == ERR_OK)
		ended = sink_folder_finish(sink);
	else
		sink_folder_free(sink);
	return e != ERR_OK ? e : ended;
}

static enum err act_random(const struct scratch *s)
{
	uint8_t out[16];

	(void)s;
	random_read(out, sizeof out);
	return ERR_OK;
}

static enum err act_listen(const struct scratch *s)
{
	int fd = -1;
	enum err e = socket_listen(HERE, &fd);

	(void)s;
	file_unlock(fd);
	return e;
}

static enum err act_twin(const struct scratch *s)
{
	int fd = -1;
	enum err e = socket_take_twin(HERE, &fd);

	(void)s;
	file_unlock(fd);
	return e;
}

/* Somebody calls, is let in, and the call is asked how it went. */
static enum err act_call(const struct scratch *s)
{
	char from[SOCKET_ADDRESS_LEN];
	int fds[3] = { -1, -1, -1 };
	enum err e = socket_listen(HERE, &fds[0]);

	(void)s;
	if (e == ERR_OK)
		e = socket_connect(HERE, &fds[1]);
	if (e == ERR_OK)
		e = socket_accept(fds[0], &fds[2], from);
	if (e == ERR_OK)
		e = socket_connected(fds[1]);
	for (size_t i = 0; i < 3; i++)
		file_unlock(fds[i]);
	return e;
}

static enum err act_stream(const struct scratch *s)
{
	uint8_t memory[16];
	struct buf in = BUF_ON(memory);
	int fds[2] = { -1, -1 };
	enum err e = socket_pair_stream(fds);

	(void)s;
	if (e == ERR_OK)
		e = socket_write_all(fds[0], BYTES_LIT("word"));
	if (e == ERR_OK)
		e = socket_read(fds[1], &in);
	file_unlock(fds[0]);
	file_unlock(fds[1]);
	return e;
}

/* A record with a descriptor along. */
static enum err act_record(const struct scratch *s)
{
	uint8_t memory[16];
	struct buf in = BUF_ON(memory);
	int fds[2] = { -1, -1 }, came = -1;
	size_t count = 1;
	enum err e = socket_pair_records(fds);

	(void)s;
	if (e == ERR_OK)
		e = socket_write_with(fds[0], BYTES_LIT("word"), &fds[0], 1);
	if (e == ERR_OK)
		e = socket_read_with(fds[1], &in, &came, &count);
	file_unlock(came);
	file_unlock(fds[0]);
	file_unlock(fds[1]);
	return e;
}

static enum err act_serial(const struct scratch *s)
{
	uint8_t memory[16];
	struct buf in = BUF_ON(memory);
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), fd = -1;
	size_t written;
	enum err e;

	(void)s;
	assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	e = serial_open(ptsname(terminal), 1200, &fd);
	if (e == ERR_OK)
		e = serial_write(fd, BYTES_LIT("word"), &written);
	if (e == ERR_OK)
		e = serial_read(fd, &in);
	file_unlock(fd);
	file_unlock(terminal);
	return e;
}

/* ---- What each answers. ---- */

typedef enum err act_fn(const struct scratch *s);

/* clang-format off */
static const struct refusal {
	act_fn *act;
	const char *call;
	unsigned after;
	int error;
	enum err want;
} refusals[] = {
	{ act_read, "open64", 0, ENOENT, ERR_NOT_FOUND },  { act_read, "open64", 0, ENOTDIR, ERR_NOT_FOUND },
	{ act_read, "open64", 0, EACCES, ERR_IO },	   { act_read, "read", 0, EINTR, ERR_OK },
	{ act_read, "read", 1, EIO, ERR_IO },

	{ act_write, "open64", 0, EACCES, ERR_IO },	   { act_write, "write", 0, EINTR, ERR_OK },
	{ act_write, "write", 0, ENOSPC, ERR_FULL },	   { act_write, "write", 0, EDQUOT, ERR_FULL },
	{ act_write, "write", 0, EIO, ERR_IO },		   { act_write, "fsync", 0, EIO, ERR_IO },
	{ act_write, "rename", 0, EIO, ERR_IO },	   { act_write, "open64", 1, EACCES, ERR_IO },
	{ act_write, "fsync", 1, EIO, ERR_IO },		   { act_write, "fsync", 1, EINVAL, ERR_OK }, /* of a folder */
	/* A file system that cannot be asked for a new name: it is looked for, and then taken. */
	{ act_write_new, "renameat2", 0, EINVAL, ERR_OK }, { act_write_new, "renameat2", 0, ENOSYS, ERR_OK },
	{ act_write_new, "renameat2", 0, EIO, ERR_IO },	   { act_write_again, "renameat2", 0, EINVAL, ERR_EXISTS },
	{ act_write_again, "renameat2", 1, 0, ERR_EXISTS },

	{ act_touch, "open64", 0, ENOSPC, ERR_FULL },	   { act_touch, "open64", 0, EDQUOT, ERR_FULL },
	{ act_touch, "open64", 0, EACCES, ERR_IO },	   { act_reserve, "open64", 0, ENOSPC, ERR_FULL },
	{ act_reserve, "open64", 0, EDQUOT, ERR_FULL },	   { act_reserve, "open64", 0, EACCES, ERR_IO },
	{ act_reserve, "posix_fallocate64", 0, ENOSPC, ERR_FULL },
	{ act_reserve, "posix_fallocate64", 0, EDQUOT, ERR_FULL },
	{ act_reserve, "posix_fallocate64", 0, EIO, ERR_IO },
	{ act_release, "ftruncate64", 0, EIO, ERR_OK }, /* what is left of it is room that is not needed */
	{ act_make_dir, "mkdir", 0, ENOENT, ERR_NOT_FOUND },
	{ act_make_dir, "mkdir", 0, EACCES, ERR_IO },	   { act_make_dir, "fsync", 0, EIO, ERR_IO },
	{ act_make_dir_again, "stat64", 0, EACCES, ERR_IO },
	{ act_make_dir_again, "mkdir", 1, 0, ERR_OK },
	{ act_remove, "unlink", 0, ENOENT, ERR_OK },	   { act_remove, "unlink", 0, EACCES, ERR_IO },
	{ act_room, "statvfs64", 0, EACCES, ERR_FULL },	   { act_list, "stat64", 0, EACCES, ERR_NOT_FOUND },
	{ act_list, "fts64_open", 0, ENOMEM, ERR_IO },	   { act_lock, "open64", 0, EACCES, ERR_IO },
	{ act_lock, "flock", 0, EWOULDBLOCK, ERR_EXISTS }, { act_lock, "flock", 0, ENOLCK, ERR_IO },

	{ act_sink, "mkdir", 0, ENOSPC, ERR_FULL },	   { act_sink, "mkdir", 0, EDQUOT, ERR_FULL },
	{ act_sink, "mkdir", 0, EACCES, ERR_IO },	   { act_sink, "open64", 0, EMFILE, ERR_IO },
	{ act_sink, "openat64", 0, EACCES, ERR_IO },	   { act_sink, "openat64", 1, ENOSPC, ERR_FULL },
	{ act_sink, "mkdirat", 1, ENOSPC, ERR_FULL },	   { act_sink, "mkdirat", 0, EEXIST, ERR_IO },
	{ act_sink, "write", 0, EINTR, ERR_OK },	   { act_sink, "write", 0, ENOSPC, ERR_FULL },
	{ act_sink, "write", 3, EIO, ERR_IO }, /* what was kept back */
	{ act_sink, "close", 0, EDQUOT, ERR_FULL },	   { act_sink, "syncfs", 0, EIO, ERR_IO },
	{ act_random, "getrandom", 0, EINTR, ERR_OK },

	{ act_listen, "socket", 0, EMFILE, ERR_IO },	   { act_listen, "bind", 0, EADDRINUSE, ERR_IO },
	{ act_listen, "listen", 0, EADDRINUSE, ERR_IO },   { act_twin, "socket", 0, EAFNOSUPPORT, ERR_OK },
	{ act_twin, "socket", 0, EMFILE, ERR_IO },	   { act_twin, "bind", 0, EADDRNOTAVAIL, ERR_OK },
	{ act_twin, "bind", 0, EADDRINUSE, ERR_IO },	   { act_call, "socket", 1, EMFILE, ERR_IO },
	{ act_call, "connect", 0, ENETUNREACH, ERR_IO },   { act_call, "accept4", 0, EINTR, ERR_OK },
	{ act_call, "accept4", 0, ECONNABORTED, ERR_OK },  { act_call, "accept4", 0, EAGAIN, ERR_NOT_FOUND },
	{ act_call, "accept4", 0, EMFILE, ERR_IO },	   { act_call, "getsockopt", 0, ENOBUFS, ERR_IO },

	{ act_stream, "socketpair", 0, EMFILE, ERR_IO },   { act_stream, "send", 0, EINTR, ERR_OK },
	{ act_stream, "send", 0, EAGAIN, ERR_DOWN },	   { act_stream, "send", 0, EPIPE, ERR_DOWN },
	{ act_stream, "recv", 0, EINTR, ERR_OK },	   { act_stream, "recv", 0, EAGAIN, ERR_SHORT },
	{ act_stream, "recv", 0, ECONNRESET, ERR_DOWN },   { act_record, "socketpair", 0, EMFILE, ERR_IO },
	{ act_record, "sendmsg", 0, EINTR, ERR_OK },	   { act_record, "sendmsg", 0, EAGAIN, ERR_SHORT },
	{ act_record, "sendmsg", 0, EPIPE, ERR_DOWN },	   { act_record, "recvmsg", 0, EINTR, ERR_OK },
	{ act_record, "recvmsg", 0, EAGAIN, ERR_SHORT },   { act_record, "recvmsg", 0, ECONNRESET, ERR_DOWN },

	{ act_serial, "open64", 0, ENOENT, ERR_NOT_FOUND }, { act_serial, "open64", 0, EBUSY, ERR_IO },
	{ act_serial, "flock", 0, EWOULDBLOCK, ERR_EXISTS },
	{ act_serial, "tcgetattr", 0, ENOTTY, ERR_USAGE }, { act_serial, "tcgetattr", 0, EIO, ERR_IO },
	{ act_serial, "tcsetattr", 0, EIO, ERR_IO },	   { act_serial, "write", 0, EAGAIN, ERR_SHORT },
	{ act_serial, "write", 0, EINTR, ERR_SHORT },	   { act_serial, "write", 0, EIO, ERR_DOWN },
	{ act_serial, "read", 0, EINTR, ERR_SHORT },	   { act_serial, "read", 0, EIO, ERR_DOWN },
};
/* clang-format on */

static size_t open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void sweep(const struct scratch *s)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", s->dir);
	assert_int_equal(system(command), 0);
}

static void scratch_make(struct scratch *s)
{
	memcpy(s->dir, "/tmp/entente-calls-XXXXXX", 26);
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->old, sizeof s->old, "%s/old", s->dir);
	snprintf(s->new, sizeof s->new, "%s/new", s->dir);
	assert_int_equal(file_write(s->old, BYTES_LIT(OLD), 0600), ERR_OK);
}

/* No file under a name that nobody asked for, and the old one is whole: as it was, or as it was to be. */
static void check_files(const struct scratch *s)
{
	uint8_t memory[64], list[1024];
	struct buf text = BUF_ON(memory);
	struct bytes names[8];
	struct arena arena;
	size_t count;

	arena_init(&arena, list, sizeof list);
	assert_int_equal(file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count), ERR_OK);
	for (size_t i = 0; i < count; i++)
		assert_null(memmem(names[i].ptr, names[i].len, ".part-", 6));
	assert_int_equal(file_read(s->old, &text), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&text), BYTES_LIT(OLD)) ||
		    bytes_equal(buf_bytes(&text), BYTES_LIT("new")));
}

static void refused_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct scratch s;
		size_t open;
		enum err got;

		scratch_make(&s);
		open = open_descriptors();
		refused.call = r->call;
		refused.after = r->after;
		refused.error = r->error;
		got = r->act(&s);
		if (got != r->want || (r->error != 0 && refused.call != NULL))
			fail_msg("row %zu: %s gives %s, and the act %s%s", i, r->call, strerror(r->error),
				 err_name(got), refused.call != NULL ? "; it was never called" : "");
		refused.call = NULL;
		assert_int_equal(open_descriptors(), open);
		check_files(&s);
		sweep(&s);
	}
}

/* A folder or a name that is too long is no file. */
static void no_file(void **state)
{
	static char long_name[2 * FILE_PATH_MAX];
	uint8_t memory[64];
	struct arena arena;
	struct bytes names[1];
	struct sink *sink;
	char path[FILE_PATH_MAX];
	struct scratch s;
	size_t count;
	int fd;

	(void)state;
	scratch_make(&s);
	memset(long_name, 'a', sizeof long_name - 1);
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(file_path(path, "/tmp", long_name), ERR_LIMIT);
	assert_int_equal(file_list(long_name, &arena, names, 1, &count), ERR_LIMIT);
	assert_int_equal(file_list(s.old, &arena, names, 1, &count), ERR_NOT_FOUND);
	assert_int_equal(file_list(s.dir, &arena, names, 0, &count), ERR_LIMIT);
	assert_int_equal(file_place(s.old, long_name), ERR_IO);
	assert_int_equal(file_part(long_name, 0600, path, &fd), ERR_LIMIT);
	assert_null(file_open(s.dir));
	assert_int_equal(errno, EISDIR);
	assert_null(file_open(s.new));
	assert_int_equal(sink_folder_new(s.new, &sink), ERR_OK);
	assert_int_equal(sink->ops->open(sink, long_name), ERR_LIMIT);
	assert_int_equal(sink->ops->open(sink, "left"), ERR_OK);
	sink_folder_free(sink); /* with the file that is open */
	sink_folder_free(NULL);
	sweep(&s);
}

/* Without random bytes there is no key, no salt and no name that nobody can guess: the process ends. */
static void no_random_bytes(void **state)
{
	struct scratch s;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static const struct rlimit none = { 0 };
		(void)setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		refused.call = "getrandom";
		refused.after = 0;
		refused.error = ENOSYS;
		_exit(act_random(&s) == ERR_OK ? 1 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_once),
		cmocka_unit_test(no_file),
		cmocka_unit_test(no_random_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
