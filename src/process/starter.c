/*
 * The process that starts link, as often as it is needed, and makes its sockets: docs/adr/0020-contained.md.
 *
 * It is split off core before core has read anything, and hears only core and link, in records. The addresses
 * come from core before strangers do; then core says SHUT, and whoever is taken over later finds no other
 * door.
 */
#include "base/alloc.h"
#include "base/log.h"
#include "link/pipe.h"
#include "process/process.h"
#include "sys/clock.h"
#include "sys/serial.h"
#include "sys/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 5000

struct starter {
	/* -1: none; the last two become readable when link, or the signer, has ended */
	int core, link, exit, ward;
	pid_t pid;
	bool is_shut;
	char doors[DOORS_MAX][DOOR_TEXT_LEN];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- The life of link. ---- */

static void reap(struct starter *s)
{
	int status = 0;

	if (s->pid > 0 && waitpid(s->pid, &status, 0) == s->pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGSYS)
		log_error("link asked the kernel for what it may not have and was ended: a fault of ours, or "
			  "it "
			  "was taken over");
	s->pid = 0;
	close_fd(&s->exit);
	close_fd(&s->link);
}

static void end_link(struct starter *s)
{
	if (s->pid > 0)
		kill(s->pid, SIGKILL);
	reap(s);
}

/* ends: link's of the pipes to core and to signer. */
static enum err start_link(struct starter *s, const int ends[2])
{
	int doors[2];
	enum err e;

	end_link(s);
	e = socket_pair_records(doors);
	if (e != ERR_OK)
		return e;
	e = process_spawn("link", NULL, (const int[]){ ends[0], ends[1], doors[1] }, 3, &s->pid);
	close(doors[1]);
	s->link = doors[0];
	if (e == ERR_OK)
		s->exit = (int)syscall(SYS_pidfd_open, s->pid, 0);
	if (e != ERR_OK || s->exit < 0) {
		log_error("link does not start: %s", strerror(errno));
		end_link(s);
	}
	return ERR_OK; /* core sees the end of its pipe, and tries again */
}

/* ---- What core says. ---- */

static enum err take_door(struct starter *s, const struct record *r)
{
	char *door = s->doors[r->number < DOORS_MAX ? r->number : 0], device[SERIAL_DEVICE_LEN];
	struct serial_speed speed;

	if (s->is_shut || r->number >= DOORS_MAX || door[0] != '\0' ||
	    bytes_copy_str(r->text, door, DOOR_TEXT_LEN) != ERR_OK)
		return ERR_FRAME;
	return socket_address_check(door) == ERR_OK || serial_text_read(r->text, &speed, device) == ERR_OK
		       ? ERR_OK
		       : ERR_FRAME;
}

/* Whoever is taken over later shows no other process. */
static enum err take_ward(struct starter *s, int fd)
{
	if (s->ward >= 0)
		return ERR_FRAME;
	s->ward = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return s->ward >= 0 ? ERR_OK : ERR_IO;
}

static enum err take_core(struct starter *s, const struct record *r, const int *fds, size_t count)
{
	if (count != (r->kind == RECORD_START ? 2 : r->kind == RECORD_WARD))
		return ERR_FRAME;
	if (r->kind == RECORD_START)
		return start_link(s, fds);
	if (r->kind == RECORD_WARD)
		return take_ward(s, fds[0]);
	if (r->kind == RECORD_DOOR)
		return take_door(s, r);
	if (r->kind == RECORD_SHUT)
		s->is_shut = true;
	else if (r->kind == RECORD_END)
		end_link(s);
	return ERR_OK;
}

static enum err read_record(int fd, struct buf *in, enum pipe_end from, struct record *out, int *fds,
			    size_t *count)
{
	enum err e = socket_read_with(fd, in, fds, count);
	struct bytes rest = buf_bytes(in);

	if (e == ERR_OK)
		e = record_read(&rest, from, PIPE_STARTER, out);
	return e == ERR_OK && rest.len != 0 ? ERR_FRAME : e;
}

static enum err read_core(struct starter *s)
{
	uint8_t memory[DOOR_RECORD_LEN_MAX];
	struct buf in = BUF_ON(memory);
	int fds[SOCKET_FDS_MAX];
	size_t count = SOCKET_FDS_MAX;
	struct record r;
	enum err e = read_record(s->core, &in, PIPE_CORE, &r, fds, &count);

	if (e == ERR_OK)
		e = take_core(s, &r, fds, count);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	return e == ERR_SHORT ? ERR_OK : e;
}

/* ---- What link asks. ---- */

static enum err make_socket(const struct starter *s, uint64_t door, int *fd)
{
	char device[SERIAL_DEVICE_LEN];
	struct serial_speed speed;

	if (!s->is_shut || door >= DOORS_MAX || s->doors[door][0] == '\0')
		return ERR_REFUSED;
	if (serial_text_read(bytes_str(s->doors[door]), &speed, device) == ERR_OK)
		return serial_open(device, speed.device, fd);
	return door < LINK_LISTENERS_MAX ? socket_listen(s->doors[door], fd)
					 : socket_connect(s->doors[door], fd);
}

static enum err open_door(struct starter *s, uint64_t door)
{
	uint8_t memory[DOOR_RECORD_LEN_MAX];
	struct buf out = BUF_ON(memory);
	struct record answer = { .kind = RECORD_OPENED, .number = door };
	int fd = -1;
	enum err e;

	answer.err = make_socket(s, door, &fd);
	if (answer.err == ERR_REFUSED)
		log_error("link asked for door %llu, which there is not", (unsigned long long)door);
	else if (answer.err != ERR_OK)
		answer.text = bytes_str(strerror(errno));
	e = record_write(&answer, &out);
	/* Whoever does not fetch his answers gets none. */
	if (e == ERR_OK)
		e = socket_write_with(s->link, buf_bytes(&out), &fd, answer.err == ERR_OK ? 1 : 0);
	close_fd(&fd);
	return e == ERR_SHORT ? ERR_OK : e;
}

static void read_link(struct starter *s)
{
	uint8_t memory[DOOR_RECORD_LEN_MAX];
	struct buf in = BUF_ON(memory);
	size_t count = 0;
	struct record r;
	enum err e = read_record(s->link, &in, PIPE_LINK, &r, NULL, &count);

	if (e == ERR_OK)
		e = open_door(s, r.number);
	if (e == ERR_OK || e == ERR_SHORT)
		return;
	if (e == ERR_DOWN) { /* it ends: the other descriptor tells when */
		close_fd(&s->link);
		return;
	}
	log_error("link said what it may not say");
	end_link(s);
}

/* ---- The turn. ---- */

static bool has_ended(int fd, int64_t until)
{
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	int64_t left = (until - clock_now().mono.us) / 1000;

	return fd < 0 || poll(&ended, 1, left > 0 ? (int)left : 0) != 0;
}

static int run(struct starter *s)
{
	enum err e = ERR_OK;
	int64_t until;

	while (e == ERR_OK) {
		struct pollfd ready[] = {
			{ .fd = s->core, .events = POLLIN },
			{ .fd = s->link, .events = POLLIN },
			{ .fd = s->exit, .events = POLLIN },
		};

		if (poll(ready, ARRAY_COUNT(ready), -1) < 0)
			continue;
		if (ready[1].revents != 0)
			read_link(s);
		if (ready[2].revents != 0 && s->pid > 0)
			reap(s);
		if (ready[0].revents != 0)
			e = read_core(s);
	}
	if (e != ERR_DOWN)
		log_error("core said what it may not say: %s", err_text(e));
	/* Core is gone, and with it their pipes: they end by themselves, or are ended. */
	until = clock_now().mono.us + END_MS * 1000;
	if (!has_ended(s->exit, until))
		log_error("link does not end and is killed");
	end_link(s);
	if (!has_ended(s->ward, until)) {
		log_error("the signer does not end and is killed");
		(void)syscall(SYS_pidfd_send_signal, s->ward, SIGKILL, NULL, 0);
	}
	return e == ERR_DOWN ? 0 : 1;
}

enum err starter_split(int *core, pid_t *pid)
{
	int ends[2];
	enum err e = socket_pair_records(ends);

	if (e != ERR_OK)
		return e;
	*pid = fork();
	if (*pid == 0) {
		struct starter *s = xcalloc(1, sizeof *s);

		close(ends[0]);
		*s = (struct starter){ .core = ends[1], .link = -1, .exit = -1, .ward = -1 };
		process_prepare("entente-starter");
		log_open("entente-starter", LOG_LEVEL_NOTICE);
		(void)prctl(PR_SET_DUMPABLE, 0);
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(run(s));
	}
	close(ends[1]);
	if (*pid > 0) {
		*core = ends[0];
		return ERR_OK;
	}
	close(ends[0]);
	return ERR_IO;
}
