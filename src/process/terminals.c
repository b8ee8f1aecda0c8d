/*
 * The process that ends TLS of terminals: docs/spec/browser.md section 8, docs/adr/0031. Each shows the
 * certificate of its device before a byte of what it says reaches core, over a pair of sockets of its own.
 *
 * It holds a door of the network, the key of its name and the devices' hashes; it cannot connect to anything,
 * nor open a file, once it is contained. If strangers end it, it begins anew.
 */
#include "process/terminals.h"
#include "base/alloc.h"
#include "base/log.h"
#include "crypto/tls.h"
#include "process/contain.h"
#include "process/process.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/sandbox.h"
#include "sys/socket.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE_LEN (16u << 10)
#define PLAIN_LEN (4 * PIECE_LEN) /* of one piece of the wire, and of a record that it completes */
#define SHAKE_US (5 * 1000000ll)  /* until a device has proved itself */
#define PEM_LEN_MAX (64u << 10)
#define LOG_EVERY_US (10 * 1000000ll)
#define END_MS 1000

/* One terminal. Bytes wait in one piece each way, and no more is read before they have gone. */
struct terminal {
	int wire, inner; /* inner: -1 until the device is known */
	struct tls *tls;
	struct buf plain, sealed; /* heap */
	size_t plain_at, sealed_at;
	struct mono since;
	bool is_ending; /* core has ended it: what waits for the wire still goes */
};

struct terminals {
	struct tls_identity *id;
	uint8_t devices[TLS_PINS_MAX][SIGN_PUBLIC_LEN];
	size_t devices_count;
	struct terminal *all[BROWSERS_MAX]; /* NULL: free */
	struct mono said;		    /* when a refusal was said last */
};

/* ---- What is read before anybody is heard. ---- */

static enum err read_devices(struct terminals *t, struct bytes text)
{
	struct bytes line, rest;

	while (text.len > 0) {
		if (bytes_take_until(&text, '\n', &line) != ERR_OK) {
			line = text;
			text.len = 0;
		}
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (t->devices_count == TLS_PINS_MAX)
			return ERR_LIMIT;
		rest = line;
		if (bytes_take(&rest, 2 * (size_t)SIGN_PUBLIC_LEN, &line) != ERR_OK ||
		    (rest.len > 0 && rest.ptr[0] != ' ') ||
		    bytes_read_hex(line, t->devices[t->devices_count], SIGN_PUBLIC_LEN) != ERR_OK)
			return ERR_USAGE;
		t->devices_count++;
	}
	return ERR_OK;
}

static enum err read_home(struct terminals *t, const char *home)
{
	char path[FILE_PATH_MAX];
	struct buf text;
	enum err e = file_path(path, home, TERMINALS_KEY);

	buf_init(&text, xcalloc(1, PEM_LEN_MAX), PEM_LEN_MAX);
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK)
		e = tls_identity_of_terminals(buf_bytes(&text), &t->id);
	if (e != ERR_OK)
		log_error("terminals are not served: %s: %s", path, err_text(e));
	explicit_bzero(text.ptr, text.len);
	text.len = 0;
	if (e == ERR_OK) {
		e = file_path(path, home, TERMINALS_DEVICES);
		if (e == ERR_OK)
			e = file_read(path, &text);
		if (e == ERR_OK)
			e = read_devices(t, buf_bytes(&text));
		if (e != ERR_OK)
			log_error("terminals are not served: %s: %s", path, err_text(e));
	}
	free(text.ptr);
	return e;
}

/* ---- One terminal. ---- */

static void terminal_free(struct terminal *one)
{
	tls_free(one->tls);
	close(one->wire);
	if (one->inner >= 0)
		close(one->inner);
	free(one->plain.ptr);
	free(one->sealed.ptr);
	free(one);
}

/* Where one more goes: whoever has not proved himself yet leaves for it, the oldest first. NULL: all have. */
static struct terminal **make_place(struct terminals *t)
{
	struct terminal **oldest = NULL;

	for (size_t i = 0; i < BROWSERS_MAX; i++) {
		if (t->all[i] == NULL)
			return &t->all[i];
		if (t->all[i]->inner < 0 &&
		    (oldest == NULL || mono_is_before(t->all[i]->since, (*oldest)->since)))
			oldest = &t->all[i];
	}
	if (oldest != NULL)
		terminal_free(*oldest);
	return oldest;
}

static void accept_one(struct terminals *t, int listener, struct mono now)
{
	struct terminal *one, **place;
	int fd;

	if (socket_accept(listener, &fd, NULL) != ERR_OK)
		return;
	place = make_place(t);
	if (place == NULL) {
		close(fd);
		return;
	}
	*place = NULL;
	one = xcalloc(1, sizeof *one);
	one->wire = fd;
	one->inner = -1;
	one->since = now;
	buf_init(&one->plain, xcalloc(1, PLAIN_LEN), PLAIN_LEN);
	buf_init(&one->sealed, xcalloc(1, PIECE_LEN), PIECE_LEN);
	if (tls_new(t->id, TLS_SERVER, (const uint8_t(*)[SIGN_PUBLIC_LEN])t->devices, t->devices_count,
		    &one->tls) != ERR_OK)
		terminal_free(one);
	else
		*place = one;
}

/* The device is known: core gets its end of a pair, and hears it as a browser. */
static enum err open_inner(struct terminal *one, int core)
{
	static const uint8_t word[] = { TERMINALS_IS_NEW };
	int ends[2];
	enum err e = socket_pair_stream(ends);

	if (e != ERR_OK)
		return e;
	e = socket_write_with(core, BYTES_OF(word), &ends[1], 1);
	close(ends[1]);
	if (e == ERR_OK)
		one->inner = ends[0];
	else
		close(ends[0]);
	return e;
}

/* What waits goes on, as far as it is taken; at the end the buffer is empty again. */
static enum err pass(int fd, struct buf *waiting, size_t *at)
{
	size_t written;
	enum err e = ERR_OK;

	while (e == ERR_OK && *at < waiting->len) {
		e = socket_write(fd, (struct bytes){ waiting->ptr + *at, waiting->len - *at }, &written);
		*at += written;
	}
	if (*at == waiting->len)
		waiting->len = *at = 0;
	return e == ERR_SHORT ? ERR_OK : e;
}

static enum err send_wire(struct terminal *one)
{
	enum err e = pass(one->wire, &one->sealed, &one->sealed_at);

	while (e == ERR_OK && one->sealed.len == 0 && tls_get_wire(one->tls, &one->sealed) > 0)
		e = pass(one->wire, &one->sealed, &one->sealed_at);
	return e;
}

static bool has_wire(const struct terminal *one)
{
	return one->sealed.len > 0 || tls_wire_len(one->tls) > 0;
}

static enum err read_wire(struct terminals *t, struct terminal *one, int core, struct mono now)
{
	uint8_t memory[PIECE_LEN];
	struct buf in = BUF_ON(memory);
	enum err e = socket_read(one->wire, &in);

	if (e == ERR_OK)
		e = tls_put_wire(one->tls, buf_bytes(&in));
	while (e == ERR_OK)
		e = tls_read(one->tls, &one->plain);
	if (e == ERR_NOT_PINNED && now.us - t->said.us > LOG_EVERY_US) {
		log_notice("a terminal is refused: the certificate of its device is none of those that are "
			   "known here");
		t->said = now;
	}
	if (e == ERR_SHORT)
		e = ERR_OK;
	if (e == ERR_OK && one->inner < 0 && tls_is_established(one->tls))
		e = open_inner(one, core);
	return e;
}

static enum err read_inner(struct terminal *one)
{
	uint8_t memory[PIECE_LEN];
	struct buf in = BUF_ON(memory);
	enum err e = socket_read(one->inner, &in);

	if (e == ERR_OK)
		return tls_write(one->tls, buf_bytes(&in));
	if (e != ERR_DOWN)
		return e == ERR_SHORT ? ERR_OK : e;
	tls_close(one->tls);
	one->is_ending = true;
	return ERR_OK;
}

/* ERR_DOWN: it is over. */
static enum err terminal_turn(struct terminals *t, struct terminal *one, int core, const struct pollfd *ready,
			      struct mono now)
{
	enum err e = ERR_OK;

	if (one->inner < 0 && now.us - one->since.us > SHAKE_US)
		return ERR_DOWN;
	if (ready[0].revents != 0 && one->plain.len == 0 && !one->is_ending)
		e = read_wire(t, one, core, now);
	if (e == ERR_OK && one->inner >= 0 && !one->is_ending)
		e = pass(one->inner, &one->plain, &one->plain_at);
	if (e == ERR_OK && one->inner >= 0 && ready[1].revents != 0 && !has_wire(one) && !one->is_ending)
		e = read_inner(one);
	if (e != ERR_OK) {
		(void)send_wire(one); /* the alert that says why */
		return ERR_DOWN;
	}
	e = send_wire(one);
	return e == ERR_OK && one->is_ending && !has_wire(one) ? ERR_DOWN : e;
}

/* ---- The turn of all. ---- */

enum { CORE, LISTENER, FIRST };

static void want(const struct terminal *one, struct pollfd out[2])
{
	bool has_out = has_wire(one);

	out[0] = (struct pollfd){ .fd = one->wire, .events = has_out ? POLLOUT : 0 };
	out[1] = (struct pollfd){ .fd = one->inner };
	if (one->plain.len > 0 && one->inner >= 0)
		out[1].events |= POLLOUT;
	else if (!one->is_ending)
		out[0].events |= POLLIN;
	if (!has_out && !one->is_ending)
		out[1].events |= POLLIN;
	if (out[1].events == 0)
		out[1].fd = -1; /* its end would be told again and again */
}

static void serve(struct terminals *t, int core, int listener)
{
	struct pollfd *ready = xcalloc(FIRST + 2 * (size_t)BROWSERS_MAX, sizeof *ready);

	for (;;) {
		struct mono now;

		ready[CORE] = (struct pollfd){ .fd = core, .events = POLLIN };
		ready[LISTENER] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (size_t i = 0; i < BROWSERS_MAX; i++) {
			ready[FIRST + 2 * i].fd = ready[FIRST + 2 * i + 1].fd = -1;
			if (t->all[i] != NULL)
				want(t->all[i], &ready[FIRST + 2 * i]);
		}
		if (poll(ready, FIRST + 2 * (nfds_t)BROWSERS_MAX, 1000) < 0)
			continue;
		if (ready[CORE].revents != 0) /* core says nothing: this is its end */
			break;
		now = clock_now().mono;
		for (size_t i = 0; i < BROWSERS_MAX; i++) {
			if (t->all[i] == NULL ||
			    terminal_turn(t, t->all[i], core, &ready[FIRST + 2 * i], now) == ERR_OK)
				continue;
			terminal_free(t->all[i]);
			t->all[i] = NULL;
		}
		if (ready[LISTENER].revents != 0)
			accept_one(t, listener, now);
	}
	free(ready);
}

/* ---- Life. ---- */

static int run_contained(struct terminals *t)
{
	const struct sandbox_wants nothing = { NULL, 0 };
	struct sandbox_given given = { 0 };
	uint8_t memory[TERMINALS_RECORD_MAX];
	struct buf record = BUF_ON(memory);
	enum err e = sandbox_enter(&nothing, &given);

	if (e == ERR_OK)
		e = sandbox_shut(&contain_terminals, &given);
	if (e != ERR_OK) {
		log_error("terminals are not served: the process cannot be contained");
		return 1;
	}
	buf_put_byte(&record, TERMINALS_IS_CONTAINED);
	buf_put_be64(&record, sandbox_given_pack(&given));
	if (socket_write_with(PROCESS_CORE_FD, buf_bytes(&record), NULL, 0) != ERR_OK)
		return 1;
	serve(t, PROCESS_CORE_FD, PROCESS_OTHER_FD);
	return 0;
}

/*
 * Until it has ended, or core has: then it may take a moment for that, whether or not it hears of it.
 * Landlock keeps the kernel from ending this one with core.
 */
static enum err wait_for(pid_t child, int *status)
{
	struct pollfd ready[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN },
		{ .fd = PROCESS_CORE_FD },
	};

	while (poll(ready, ARRAY_COUNT(ready), -1) < 0)
		;
	if (ready[0].revents == 0 && poll(ready, 1, END_MS) == 0)
		kill(child, SIGKILL);
	close(ready[0].fd);
	return waitpid(child, status, 0) == child ? ERR_OK : ERR_IO;
}

/* The child hears strangers; this one hears nobody, and begins it anew until core is gone. */
static int run_again(struct terminals *t)
{
	const pid_t core = getppid();

	while (getppid() == core) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			process_end_with_parent();
			_exit(run_contained(t));
		}
		if (child < 0 || wait_for(child, &status) != ERR_OK)
			return 1;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		log_error("the process of the terminals was ended by signal %d; it is started again",
			  WTERMSIG(status));
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	}
	return 0;
}

int process_terminals(const char *home)
{
	struct terminals *t = xcalloc(1, sizeof *t);
	int status = 1;

	process_prepare("entente-terminals");
	log_open("entente terminals", LOG_LEVEL_NOTICE);
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (read_home(t, home) == ERR_OK)
		status = run_again(t);
	tls_identity_free(t->id);
	free(t);
	return status;
}
