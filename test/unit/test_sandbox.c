/*
 * Kernels of every age, played: what each has of Landlock and of filters is taken, and said as it is. Where
 * what it has cannot be used, the process is told not to go on.
 */
#include "sys/sandbox.h"

#include "base/bytes.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RULES_MAX 8u

struct ruleset {
	uint64_t files, ports, scopes;
};

static struct {
	unsigned abi; /* of Landlock; 0: it has none */
	bool has_filters;
	struct ruleset handled; /* by the last ruleset that was made */
	bool is_restricted, is_loaded;
	uint64_t rules[RULES_MAX];
	size_t rules_count;
	unsigned limits; /* one for core dumps, one for new processes */
	void (*denied)(int number, siginfo_t *info, void *context);
} kernel;

/* Which call is refused, once, after so many that are not. */
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

static int refuse(int error)
{
	errno = error;
	return -1;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap

/* ---- Landlock, by its manual page: landlock(7). ---- */

int __real_open64(const char *path, int how, ...);
int __wrap_open64(const char *path, int how, ...);

static struct ruleset had_by(unsigned abi)
{
	static const unsigned bits[] = { 0, 13, 14, 15, 15, 16, 16 };

	return (struct ruleset){ (1ull << bits[abi]) - 1, abi >= 4 ? 3 : 0, abi >= 6 ? 3 : 0 };
}

static int ruleset_make(const void *attr, size_t len)
{
	const struct ruleset had = had_by(kernel.abi);
	struct ruleset wanted = { 0 };

	if (kernel.abi == 0)
		return refuse(ENOSYS);
	memcpy(&wanted, attr, len);
	if ((wanted.files & ~had.files) != 0 || (wanted.ports & ~had.ports) != 0 ||
	    (wanted.scopes & ~had.scopes) != 0)
		return refuse(EINVAL);
	kernel.handled = wanted;
	return __real_open64("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int rule_add(const struct landlock_path_beneath_attr *rule)
{
	struct stat there;

	if (rule->allowed_access == 0)
		return refuse(ENOMSG);
	if ((rule->allowed_access & ~kernel.handled.files) != 0)
		return refuse(EINVAL);
	assert_int_equal(fstat(rule->parent_fd, &there), 0);
	assert_in_range(kernel.rules_count, 0, RULES_MAX - 1);
	kernel.rules[kernel.rules_count++] = rule->allowed_access;
	return 0;
}

long __wrap_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d)
{
	const void *second =
		(const void *)(uintptr_t)c; // NOLINT(performance-no-int-to-ptr): as the kernel has it

	(void)d;
	if (number == SYS_landlock_restrict_self) {
		if (is_refused("restrict_self"))
			return -1;
		kernel.is_restricted = true;
		return 0;
	}
	if (number == SYS_landlock_add_rule)
		return is_refused("add_rule") ? -1 : rule_add(second);
	assert_int_equal(number, SYS_landlock_create_ruleset);
	if (a == 0) /* which version it has */
		return kernel.abi == 0 ? refuse(EOPNOTSUPP) : (long)kernel.abi;
	return is_refused("create_ruleset") ? -1
					    : ruleset_make((const void *)(uintptr_t)a,
							   (size_t)b); // NOLINT(performance-no-int-to-ptr)
}

/* ---- The rest of what is asked of it. ---- */

int __wrap_prctl(int option, unsigned long value);
int __wrap_prctl(int option, unsigned long value)
{
	(void)value;
	if (option == PR_GET_SECCOMP)
		return kernel.has_filters ? 0 : refuse(EINVAL);
	return is_refused("prctl") ? -1 : 0;
}

int __real_setrlimit64(int what, const struct rlimit *to);
int __wrap_setrlimit64(int what, const struct rlimit *to);
int __wrap_setrlimit64(int what, const struct rlimit *to)
{
	if (is_refused("setrlimit"))
		return -1;
	assert_int_equal(to->rlim_cur, 0);
	kernel.limits |= 1u << what;
	return 0;
}

int __wrap_open64(const char *path, int how, ...)
{
	if (is_refused("open"))
		return -1;
	if (kernel.is_restricted && strcmp(path, "/") == 0 && kernel.handled.files != 0)
		return refuse(EACCES);
	return __real_open64(path, how);
}

int __real_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out)
{
	return is_refused("fstat") ? -1 : __real_fstat64(fd, out);
}

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
	return is_refused("socket") ? -1 : __real_socket(family, type, protocol);
}

int __real_bind(int fd, const struct sockaddr *a, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *a, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *a, socklen_t len)
{
	if (is_refused("bind"))
		return -1;
	return kernel.is_restricted && kernel.handled.ports != 0 ? refuse(EACCES) : __real_bind(fd, a, len);
}

int __wrap_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number)
{
	assert_int_equal(pid, getppid());
	assert_int_equal(number, 0);
	if (is_refused("kill"))
		return -1;
	return kernel.is_restricted && kernel.handled.scopes != 0 ? refuse(EPERM) : 0;
}

int __wrap_sigaction(int number, const struct sigaction *to, struct sigaction *was);
int __wrap_sigaction(int number, const struct sigaction *to, struct sigaction *was)
{
	assert_int_equal(number, SIGSYS);
	assert_null(was);
	assert_true((to->sa_flags & SA_SIGINFO) != 0);
	kernel.denied = to->sa_sigaction;
	return 0;
}

scmp_filter_ctx __real_seccomp_init(uint32_t otherwise);
scmp_filter_ctx __wrap_seccomp_init(uint32_t otherwise);
scmp_filter_ctx __wrap_seccomp_init(uint32_t otherwise)
{
	return is_refused("seccomp_init") ? NULL : __real_seccomp_init(otherwise);
}

/* libseccomp gives the error, with its sign changed. */
int __real_seccomp_attr_set(scmp_filter_ctx filter, enum scmp_filter_attr what, uint32_t to);
int __wrap_seccomp_attr_set(scmp_filter_ctx filter, enum scmp_filter_attr what, uint32_t to);
int __wrap_seccomp_attr_set(scmp_filter_ctx filter, enum scmp_filter_attr what, uint32_t to)
{
	return is_refused("seccomp_attr_set") ? -refused.error : __real_seccomp_attr_set(filter, what, to);
}

int __real_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...);
int __wrap_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...);
int __wrap_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...)
{
	assert_int_equal(count, 0);
	return is_refused("seccomp_rule_add") ? -refused.error
					      : __real_seccomp_rule_add(filter, action, call, 0);
}

int __real_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
				  const struct scmp_arg_cmp *where);
int __wrap_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
				  const struct scmp_arg_cmp *where);
int __wrap_seccomp_rule_add_array(scmp_filter_ctx filter, uint32_t action, int call, unsigned count,
				  const struct scmp_arg_cmp *where)
{
	return is_refused("seccomp_rule_add_array")
		       ? -refused.error
		       : __real_seccomp_rule_add_array(filter, action, call, count, where);
}

int __real_seccomp_syscall_resolve_name(const char *name);
int __wrap_seccomp_syscall_resolve_name(const char *name);
int __wrap_seccomp_syscall_resolve_name(const char *name)
{
	return is_refused(name) ? __NR_SCMP_ERROR : __real_seccomp_syscall_resolve_name(name);
}

/* Nothing of this process is filtered. */
int __wrap_seccomp_load(scmp_filter_ctx filter);
int __wrap_seccomp_load(scmp_filter_ctx filter)
{
	assert_non_null(filter);
	if (is_refused("seccomp_load"))
		return -refused.error;
	kernel.is_loaded = true;
	return 0;
}
// NOLINTEND(bugprone-reserved-identifier)

/* ---- Entering. ---- */

static const struct sandbox_call calls[] = {
	{ "read", { { 0 } } },
	{ "ioctl", { { 1, UINT32_MAX, 7 }, { 2, UINT32_MAX, 8 }, { 3, UINT32_MAX, 9 } } },
	{ "ioctl", { { 1, UINT32_MAX, 5 } } },
	{ "socketcall", { { 0 } } }, /* of another machine */
	{ NULL, { { 0 } } },
};
static const struct sandbox box = { "link", calls };

static const struct sandbox_path paths[] = {
	{ "/tmp", SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE },
	{ "/dev/null", SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE },
	{ "/dev/zero", SANDBOX_READ },
	{ "/nowhere/at/all", SANDBOX_READ },
};

static void boot(unsigned abi, bool has_filters)
{
	memset(&kernel, 0, sizeof kernel);
	kernel.abi = abi;
	kernel.has_filters = has_filters;
	refused.call = NULL;
}

static enum err enter(struct sandbox_given *given)
{
	const struct sandbox_wants wants = { paths, ARRAY_COUNT(paths) };
	enum err e = sandbox_enter(&wants, given);

	return e == ERR_OK ? sandbox_shut(&box, given) : e;
}

static void kernels_of_every_age(void **state)
{
	static const struct {
		const char *why;
		unsigned abi;
		bool has_filters;
		bool has_files, has_ports, has_signals;
	} rows[] = {
		{ "neither", 0, false, false, false, false },
		{ "filters alone", 0, true, false, false, false },
		{ "Landlock alone", 1, false, true, false, false },
		{ "files may be moved", 2, true, true, false, false },
		{ "files may be cut", 3, true, true, false, false },
		{ "ports", 4, true, true, true, false },
		{ "devices", 5, true, true, true, false },
		{ "scopes", 6, true, true, true, true },
	};
	const uint64_t of_file = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | 1ull << 14;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct ruleset had = had_by(rows[i].abi);
		struct sandbox_given given, again;

		print_message("# %s\n", rows[i].why);
		boot(rows[i].abi, rows[i].has_filters);
		assert_int_equal(enter(&given), ERR_OK);
		assert_int_equal(kernel.limits, 1u << RLIMIT_CORE | 1u << RLIMIT_NPROC);
		assert_int_equal(given.landlock, rows[i].abi);
		assert_int_equal(given.has_files, rows[i].has_files);
		assert_int_equal(given.has_ports, rows[i].has_ports);
		assert_int_equal(given.has_signals, rows[i].has_signals);
		/* By name: two rows are of one, and a third is not of this machine. */
		assert_int_equal(given.calls, rows[i].has_filters ? 3 : 0);
		assert_int_equal(kernel.is_loaded, rows[i].has_filters);
		assert_int_equal(kernel.is_restricted, rows[i].abi > 0);
		assert_memory_equal(&kernel.handled, &had, sizeof had);
		sandbox_given_unpack(sandbox_given_pack(&given), &again);
		assert_int_equal(sandbox_given_pack(&again), sandbox_given_pack(&given));
		if (rows[i].abi == 0)
			continue;
		/* What is not there is left out; a file has no names in it, and is read, written and cut. */
		assert_int_equal(kernel.rules_count, 3);
		assert_true((kernel.rules[0] & LANDLOCK_ACCESS_FS_MAKE_REG) != 0);
		assert_true((kernel.rules[0] & LANDLOCK_ACCESS_FS_EXECUTE) == 0);
		assert_int_equal(kernel.rules[1], of_file & had.files);
		assert_int_equal(kernel.rules[2], LANDLOCK_ACCESS_FS_READ_FILE);
	}
}

/* ---- What is refused. ---- */

static const struct {
	const char *call;
	unsigned after;
	int error;
	enum err want;
} refusals[] = {
	{ "prctl", 0, EPERM, ERR_IO },
	{ "prctl", 1, EPERM, ERR_IO },
	{ "setrlimit", 0, EPERM, ERR_IO },
	{ "setrlimit", 1, EPERM, ERR_IO },
	{ "create_ruleset", 6, EMFILE, ERR_IO }, /* behind those that try what there is */
	{ "open", 0, EACCES, ERR_IO },
	{ "fstat", 0, EIO, ERR_IO },
	{ "add_rule", 0, E2BIG, ERR_IO },
	{ "restrict_self", 0, E2BIG, ERR_IO },
	{ "seccomp_init", 0, ENOMEM, ERR_IO },
	{ "seccomp_attr_set", 0, EINVAL, ERR_IO },
	{ "seccomp_attr_set", 1, EINVAL, ERR_IO },
	{ "seccomp_rule_add_array", 1, ENOMEM, ERR_IO },
	{ "seccomp_rule_add", 0, ENOMEM, ERR_IO },
	{ "seccomp_load", 0, ECANCELED, ERR_IO },
	/* One ring that this library has no name for: no libuv of its day asks for it. */
	{ "io_uring_setup", 0, 0, ERR_OK },
};

static void what_cannot_be_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
		struct sandbox_given given;
		enum err e;

		print_message("# %s %u\n", refusals[i].call, refusals[i].after);
		boot(6, true);
		refused.call = refusals[i].call;
		refused.after = refusals[i].after;
		refused.error = refusals[i].error;
		errno = 0;
		e = enter(&given);
		assert_null(refused.call);
		assert_int_equal(e, refusals[i].want);
		if (e != ERR_OK)
			assert_int_equal(errno, refusals[i].error);
		assert_int_equal(kernel.is_loaded, e == ERR_OK);
	}
}

/* What was not found to be refused is not said to be: another error is no refusal. */
static void what_cannot_be_tried(void **state)
{
	static const struct {
		const char *call;
		unsigned after;
		bool has_files, has_ports, has_signals;
	} rows[] = {
		{ "open", 4, false, true, true }, /* of the root, behind the paths */
		{ "socket", 0, true, false, true },
		{ "bind", 0, true, false, true },
		{ "kill", 0, true, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct sandbox_given given;

		print_message("# %s\n", rows[i].call);
		boot(6, true);
		refused.call = rows[i].call;
		refused.after = rows[i].after;
		refused.error = ESRCH;
		assert_int_equal(enter(&given), ERR_OK);
		assert_null(refused.call);
		assert_int_equal(given.has_files, rows[i].has_files);
		assert_int_equal(given.has_ports, rows[i].has_ports);
		assert_int_equal(given.has_signals, rows[i].has_signals);
	}
}

static void rings_are_hidden_or_let_be(void **state)
{
	static const char *const missing[] = { NULL, "seccomp_init", "seccomp_rule_add" };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(missing); i++) {
		boot(6, true);
		refused.call = missing[i];
		refused.after = 0;
		refused.error = ENOMEM;
		sandbox_hide_rings();
		assert_int_equal(kernel.is_loaded, missing[i] == NULL);
	}
}

/* ---- What is asked for that is not on the list. ---- */

/* The process ends by SIGSYS and has said why; what it could say is in `said`. */
static void deny(int call, bool can_say, char said[256])
{
	siginfo_t info = { .si_syscall = call };
	int pipe_fds[2], status;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static const struct rlimit none = { 0, 0 };
		(void)__real_setrlimit64(RLIMIT_CORE, &none);
		signal(SIGSYS, SIG_DFL); /* the tests' library has its own */
		(void)dup2(pipe_fds[1], STDERR_FILENO);
		close(pipe_fds[1]);
		if (!can_say)
			close(STDERR_FILENO);
		kernel.denied(SIGSYS, &info, NULL);
		_exit(2);
	}
	close(pipe_fds[1]);
	len = read(pipe_fds[0], said, 255);
	close(pipe_fds[0]);
	said[len < 0 ? 0 : len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void who_asks_is_named(void **state)
{
	static const struct {
		int call;
		const char *words;
	} rows[] = {
		{ SYS_ptrace, "the system call ptrace (" },
		{ SYS_socket, "the system call socket (" },
		{ 0, "(0), which it may not\n" },
		{ (int)SANDBOX_NUMBERS_MAX, "the system call of number (512), which it may not\n" },
		{ (int)SANDBOX_NUMBERS_MAX - 1, "the system call of number (511), which it may not\n" },
		{ -1, "the system call of number (4294967295), which it may not\n" },
	};
	struct sandbox_given given;
	char said[256];

	(void)state;
	boot(0, true);
	assert_int_equal(enter(&given), ERR_OK);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		deny(rows[i].call, true, said);
		assert_int_equal(strncmp(said, "entente link: ended by the kernel", 33), 0);
		if (strstr(said, rows[i].words) == NULL)
			fail_msg("call %d: %s", rows[i].call, said);
	}
	deny(SYS_ptrace, false, said);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_of_every_age), cmocka_unit_test(what_cannot_be_used),
		cmocka_unit_test(what_cannot_be_tried), cmocka_unit_test(rings_are_hidden_or_let_be),
		cmocka_unit_test(who_asks_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
