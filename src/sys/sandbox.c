#include "sys/sandbox.h"

#include "base/bytes.h"
#include "base/limits.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Landlock, by system call: Debian packages no library, and its oldest header knows files alone. ---- */

struct ruleset {
	uint64_t files, ports, scopes;
};

#define FILES_FIRST ((1ull << 13) - 1) /* ABI 1 */
#define FILES_REFER (1ull << 13)
#define FILES_TRUNCATE (1ull << 14)
#define FILES_IOCTL (1ull << 15)
#define PORTS_BIND 1ull
#define PORTS_CONNECT 2ull
#define SCOPES_ALL 3ull /* abstract UNIX sockets, signals */

/* Each is tried by itself: what a kernel has is what it takes. */
static const struct ruleset parts[] = {
	{ .files = FILES_FIRST },
	{ .files = FILES_REFER },
	{ .files = FILES_TRUNCATE },
	{ .files = FILES_IOCTL },
	{ .ports = PORTS_BIND | PORTS_CONNECT },
	{ .scopes = SCOPES_ALL },
};

#define OF_FILES                                                                                     \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | \
	 FILES_TRUNCATE | FILES_IOCTL)
#define OF_MAKING                                                                     \
	(LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | FILES_REFER | \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK)

static int ruleset_make(const struct ruleset *r)
{
	/* A kernel that does not know the last fields takes the struct without them. */
	size_t len = r->scopes != 0  ? sizeof *r
		     : r->ports != 0 ? offsetof(struct ruleset, scopes)
				     : sizeof r->files;

	return (int)syscall(SYS_landlock_create_ruleset, r, len, 0);
}

static struct ruleset ruleset_had(void)
{
	struct ruleset had = { 0 };

	for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
		int fd = ruleset_make(&parts[i]);

		if (fd < 0)
			continue;
		close(fd);
		had.files |= parts[i].files;
		had.ports |= parts[i].ports;
		had.scopes |= parts[i].scopes;
	}
	return had;
}

static enum err allow_path(int ruleset, const struct ruleset *had, const struct sandbox_path *p)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;
	int failed;

	rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	failed = fstat(rule.parent_fd, &st);
	if ((p->rights & SANDBOX_READ) != 0)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	if ((p->rights & SANDBOX_WRITE) != 0)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE | FILES_TRUNCATE;
	if ((p->rights & SANDBOX_MAKE) != 0)
		rule.allowed_access |= OF_MAKING;
	rule.allowed_access &= had->files;
	if (failed == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	if (failed == 0)
		failed = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return failed == 0 ? ERR_OK : ERR_IO;
}

static enum err landlock_enter(const struct ruleset *had, const struct sandbox_wants *wants)
{
	int fd = ruleset_make(had);
	enum err e = fd < 0 ? ERR_IO : ERR_OK;

	for (size_t i = 0; i < wants->paths_count && e == ERR_OK; i++)
		e = allow_path(fd, had, &wants->paths[i]);
	if (e == ERR_OK && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		e = ERR_IO;
	if (fd >= 0)
		close(fd);
	return e;
}

/* ---- What it came to: tried, before the filter forbids the trying. ---- */

static bool is_file_refused(void)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EACCES;
}

/* Port 0: any that is free. */
static bool is_port_refused(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_refused =
		fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof any) != 0 && errno == EACCES;

	if (fd >= 0)
		close(fd);
	return is_refused;
}

static bool is_signal_refused(void)
{
	return kill(getppid(), 0) != 0 && errno == EPERM;
}

static enum err landlock_try(const struct sandbox_wants *wants, struct sandbox_given *out)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset had = ruleset_had();
	enum err e;

	if (abi <= 0 || had.files == 0)
		return ERR_OK;
	e = landlock_enter(&had, wants);
	if (e != ERR_OK)
		return e;
	out->landlock = (unsigned)abi;
	out->has_files = is_file_refused();
	out->has_ports = is_port_refused();
	out->has_signals = had.scopes != 0 && is_signal_refused();
	return ERR_OK;
}

/* ---- The filter. ---- */

/* The one root struct: what the last line says. Filled before the filter is in force, only read after it. */
static struct {
	const char *self;
	char *names[SANDBOX_NUMBERS_MAX];
} root;

struct denied_line {
	char text[192];
	size_t len;
};

static void put(struct denied_line *line, const char *text)
{
	while (*text != '\0' && line->len < sizeof line->text)
		line->text[line->len++] = *text++;
}

/* Runs with SIGSYS blocked: whatever comes now that is not on the list ends the process at once. */
static void on_denied(int number, siginfo_t *denied, void *context)
{
	struct denied_line line = { .len = 0 };
	char digits[16];
	int call = denied->si_syscall, at = sizeof digits - 1;

	(void)context;
	digits[at] = '\0';
	for (unsigned left = (unsigned)call; at > 0 && (left > 0 || at == sizeof digits - 1); left /= 10)
		digits[--at] = (char)('0' + left % 10);
	put(&line, "entente ");
	put(&line, root.self);
	put(&line, ": ended by the kernel: it asked for the system call ");
	put(&line, call >= 0 && call < (int)SANDBOX_NUMBERS_MAX && root.names[call] != NULL ? root.names[call]
											    : "of number");
	put(&line, " (");
	put(&line, digits + at);
	put(&line, "), which it may not\n");
	/* At once: others write to the same log. */
	if (write(STDERR_FILENO, line.text, line.len) < 0)
		line.len = 0;
	raise(number);
	_exit(1);
}

static void names_find(const char *self)
{
	root.self = self;
	for (int i = 0; i < (int)SANDBOX_NUMBERS_MAX; i++)
		root.names[i] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
}

static int add_call(void *filter, const struct sandbox_call *c)
{
	struct scmp_arg_cmp where[SANDBOX_WHERE_MAX];
	int number = seccomp_syscall_resolve_name(c->name);
	unsigned count = 0;

	assert(number != __NR_SCMP_ERROR); /* a word of ours that is none */
	if (number < 0)
		return 0; /* this machine's kernel has no such call: nobody asks for it */
	for (size_t i = 0; i < SANDBOX_WHERE_MAX && c->where[i].mask != 0; i++)
		where[count++] = (struct scmp_arg_cmp){ c->where[i].argument, SCMP_CMP_MASKED_EQ,
							c->where[i].mask, c->where[i].value };
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, where);
}

static bool is_sanitized(void)
{
#ifdef SANITIZED
	return true;
#else
	return false;
#endif
}

/* Newer libuv tries them and does without. */
static int add_absent(void *filter)
{
	static const char *const absent[] = { "io_uring_setup", "io_uring_enter", "io_uring_register" };
	int failed = 0;

	for (size_t i = 0; i < ARRAY_COUNT(absent) && failed == 0; i++) {
		int number = seccomp_syscall_resolve_name(absent[i]);

		if (number >= 0)
			failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0);
	}
	return failed;
}

void sandbox_hide_rings(void)
{
	void *filter = is_sanitized() ? NULL : seccomp_init(SCMP_ACT_ALLOW);

	/* Without it nothing is lost where libuv has no rings, and elsewhere sandbox_enter will tell. */
	if (filter != NULL && add_absent(filter) == 0)
		(void)seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
}

static int add_calls(void *filter, const struct sandbox *s, unsigned *count)
{
	int failed = 0;

	*count = 0;
	for (const struct sandbox_call *c = s->calls; c->name != NULL && failed == 0; c++) {
		failed = add_call(filter, c);
		*count += c == s->calls || strcmp(c->name, c[-1].name) != 0;
	}
	return failed == 0 ? add_absent(filter) : failed;
}

static enum err filter_enter(const struct sandbox *s, struct sandbox_given *given)
{
	struct sigaction denied = { .sa_sigaction = on_denied, .sa_flags = SA_SIGINFO };
	void *filter;
	unsigned count = 0;
	int failed;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return ERR_OK; /* a kernel without it */
	filter = seccomp_init(SCMP_ACT_TRAP);
	if (filter == NULL)
		return ERR_IO;
	names_find(s->name);
	failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (failed == 0)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (failed == 0)
		failed = add_calls(filter, s, &count);
	if (failed == 0) {
		(void)sigaction(SIGSYS, &denied, NULL); /* it fails for a signal that there is none of */
		failed = seccomp_load(filter);
	}
	seccomp_release(filter);
	errno = -failed;
	if (failed == 0)
		given->calls = count;
	return failed == 0 ? ERR_OK : ERR_IO;
}

/* ---- All of it. ---- */

enum err sandbox_enter(const struct sandbox_wants *wants, struct sandbox_given *given)
{
	static const struct rlimit none = { 0, 0 };

	*given = (struct sandbox_given){ 0 };
	if (is_sanitized())
		return ERR_OK;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		return ERR_IO;
	return landlock_try(wants, given);
}

enum err sandbox_shut(const struct sandbox *s, struct sandbox_given *given)
{
	static const struct rlimit none = { 0, 0 };

	if (is_sanitized())
		return ERR_OK;
	return setrlimit(RLIMIT_NPROC, &none) == 0 ? filter_enter(s, given) : ERR_IO;
}

uint64_t sandbox_given_pack(const struct sandbox_given *given)
{
	return given->calls | (uint64_t)given->landlock << 16 | (uint64_t)given->has_files << 32 |
	       (uint64_t)given->has_ports << 33 | (uint64_t)given->has_signals << 34;
}

void sandbox_given_unpack(uint64_t number, struct sandbox_given *out)
{
	*out = (struct sandbox_given){
		.calls = number & 0xffff,
		.landlock = number >> 16 & 0xffff,
		.has_files = (number >> 32 & 1) != 0,
		.has_ports = (number >> 33 & 1) != 0,
		.has_signals = (number >> 34 & 1) != 0,
	};
}
