/*
 * The lists, as long as the program was seen to need them. What stands on a list only on one machine (an
 * older way to ask for the same) is there because Debian's libraries differ. Numbers in `where` are an
 * argument's index, what is looked at of it, and what that must be.
 */
#include "process/contain.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALL UINT64_MAX
#define IS(argument, value) { argument, ALL, value }
#define HAS_NOT(argument, bits) { argument, bits, 0 }
/*
 * What is behind the pointer of a sendmsg nobody sees, and a socket of datagrams sends to whatever name
 * stands there, one of a pair too. MSG_FASTOPEN would connect a socket that was shut.
 */
#define PAIR (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

/* clang-format off */
/* Memory that is never code, the clock, randomness, the log, the end. */
#define CALLS_OF_ALL \
	{ "brk", { { 0 } } }, \
	{ "clock_gettime", { { 0 } } }, \
	{ "close", { { 0 } } }, \
	{ "exit_group", { { 0 } } }, \
	{ "getpid", { { 0 } } }, \
	{ "getrandom", { { 0 } } }, \
	{ "madvise", { { 0 } } }, \
	{ "mmap", { HAS_NOT(2, PROT_EXEC) } }, \
	{ "mprotect", { HAS_NOT(2, PROT_EXEC) } }, \
	{ "mremap", { { 0 } } }, \
	{ "munmap", { { 0 } } }, \
	{ "poll", { { 0 } } }, \
	{ "recvfrom", { { 0 } } }, \
	{ "restart_syscall", { { 0 } } }, \
	{ "sendto", { IS(4, 0) } } /* never to an address: that would connect */

/* Sockets come over the pipe to the starter, ready made: none can be made, bound or connected here. */
static const struct sandbox_call of_link[] = {
	CALLS_OF_ALL,
	{ "accept4", { { 0 } } },
	{ "epoll_ctl", { { 0 } } },
	{ "epoll_pwait", { { 0 } } },
	{ "epoll_wait", { { 0 } } },
	{ "futex", { IS(1, FUTEX_WAKE_PRIVATE) } }, /* libraries, once each: there is no second thread */
	{ "getsockopt", { IS(1, SOL_SOCKET), IS(2, SO_ERROR) } },
	{ "ioctl", { IS(1, FIONBIO) } },
	{ "ioctl", { IS(1, TIOCOUTQ) } },
	{ "read", { { 0 } } },
	{ "recvmsg", { { 0 } } },
	{ "setsockopt", { IS(1, IPPROTO_TCP), IS(2, TCP_NODELAY) } },
	{ "setsockopt", { IS(1, IPPROTO_TCP), IS(2, TCP_NOTSENT_LOWAT) } },
	{ "write", { { 0 } } }, /* to the log, and to serial devices, which come as sockets do */
	{ NULL, { { 0 } } },
};

/*
 * One door of the network, and a pair of sockets for each terminal; nothing can be bound, connected or
 * opened.
 */
static const struct sandbox_call of_terminals[] = {
	CALLS_OF_ALL,
	{ "accept4", { IS(3, SOCK_NONBLOCK | SOCK_CLOEXEC) } }, /* core waits for none of them */
	{ "futex", { IS(1, FUTEX_WAKE_PRIVATE) } },
	{ "sendmsg", { IS(0, 3), IS(2, MSG_NOSIGNAL) } }, /* to core alone: the other end of a pair */
	{ "socketpair", { IS(0, AF_UNIX), IS(1, PAIR) } },
	{ "write", { IS(0, STDERR_FILENO) } },
	{ NULL, { { 0 } } },
};

static const struct sandbox_call of_signer[] = {
	CALLS_OF_ALL,
	{ "fdatasync", { { 0 } } },
	{ "futex", { IS(1, FUTEX_WAKE_PRIVATE) } },
	{ "pwrite64", { { 0 } } }, /* the marks, open since before */
	{ "write", { IS(0, STDERR_FILENO) } },
	{ NULL, { { 0 } } },
};

/* No socket, no program, no signal to anybody; what it can open is Landlock's affair. */
static const struct sandbox_call of_core[] = {
	CALLS_OF_ALL,
	{ "accept4", { { 0 } } },
	{ "access", { { 0 } } },
	{ "clock_nanosleep", { { 0 } } },
	{ "epoll_ctl", { { 0 } } },
	{ "epoll_pwait", { { 0 } } },
	{ "epoll_wait", { { 0 } } },
	{ "exit", { { 0 } } },
	{ "faccessat", { { 0 } } },
	{ "faccessat2", { { 0 } } },
	{ "fallocate", { { 0 } } },
	{ "fchmod", { { 0 } } },
	{ "fchown", { { 0 } } },
	/* never whose signal tells of what comes: that would send one to whomever */
	{ "fcntl", { IS(1, F_GETFD) } },
	{ "fcntl", { IS(1, F_SETFD) } },
	{ "fcntl", { IS(1, F_GETFL) } },
	{ "fcntl", { IS(1, F_SETFL) } },
	{ "fcntl", { IS(1, F_GETLK) } },
	{ "fcntl", { IS(1, F_SETLK) } },
	{ "fdatasync", { { 0 } } },
	{ "fstat", { { 0 } } },
	{ "fstatfs", { { 0 } } },
	{ "fsync", { { 0 } } },
	{ "futex", { { 0 } } }, /* its crew of threads */
	{ "ftruncate", { { 0 } } },
	{ "getdents64", { { 0 } } }, /* the folder of a version of the accord */
	{ "geteuid", { { 0 } } },
	{ "getsockname", { { 0 } } },
	{ "getsockopt", { { 0 } } },
	{ "ioctl", { IS(1, FIONBIO) } },
	{ "lseek", { { 0 } } },
	{ "newfstatat", { { 0 } } },
	{ "openat", { { 0 } } },
	{ "ppoll", { { 0 } } },
	{ "pread64", { { 0 } } },
	{ "pwrite64", { { 0 } } },
	{ "read", { { 0 } } },
	{ "recvmsg", { { 0 } } }, /* a terminal's end of a pair */
	{ "rseq", { { 0 } } }, /* a thread of the crew that begins */
	{ "rt_sigaction", { IS(0, SIGCHLD) } },
	{ "rt_sigaction", { IS(0, SIGINT) } },
	{ "rt_sigaction", { IS(0, SIGPIPE) } },
	{ "rt_sigaction", { IS(0, SIGTERM) } },
	{ "rt_sigprocmask", { { 0 } } },
	{ "rt_sigreturn", { { 0 } } },
	{ "sendmsg", { HAS_NOT(2, MSG_FASTOPEN) } }, /* over sockets that others made: persons' and the two pipes */
	{ "set_robust_list", { { 0 } } }, /* the same */
	{ "setsockopt", { { 0 } } },
	{ "shutdown", { { 0 } } },
	{ "socketpair", { IS(0, AF_UNIX), IS(1, PAIR) } }, /* for the next link */
	{ "statfs", { { 0 } } },
	{ "unlink", { { 0 } } },
	{ "unlinkat", { { 0 } } },
	{ "wait4", { { 0 } } },
	{ "write", { { 0 } } },
	{ NULL, { { 0 } } },
};
/* clang-format on */

const struct sandbox contain_link = { "link", of_link };
const struct sandbox contain_terminals = { "terminals", of_terminals };
const struct sandbox contain_signer = { "signer", of_signer };
const struct sandbox contain_core = { "core", of_core };
