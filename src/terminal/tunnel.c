#include "terminal/tunnel.h"

#include "base/buf.h"
#include "crypto/tls.h"
#include "sys/socket.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE_LEN (16u << 10)
#define HANDSHAKE_MS_MAX 10000
#define REFUSED 3 /* what the process ends with */

static enum err give_wire(struct tls *t, int wire)
{
	uint8_t memory[PIECE_LEN];
	enum err e = ERR_OK;

	while (e == ERR_OK && tls_wire_len(t) > 0) {
		struct buf out = BUF_ON(memory);
		tls_get_wire(t, &out);
		e = socket_write_all(wire, buf_bytes(&out));
	}
	return e;
}

static enum err take_wire(struct tls *t, int wire)
{
	uint8_t memory[PIECE_LEN];
	ssize_t n = recv(wire, memory, sizeof memory, 0);

	if (n < 0 && errno == EINTR)
		return ERR_OK;
	return n <= 0 ? ERR_DOWN : tls_put_wire(t, (struct bytes){ memory, (size_t)n });
}

static enum err shake_hands(struct tls *t, int wire)
{
	enum err e = give_wire(t, wire);

	while (e == ERR_OK && !tls_is_established(t)) {
		struct pollfd wait = { .fd = wire, .events = POLLIN };
		int ready = poll(&wait, 1, HANDSHAKE_MS_MAX);
		if (ready < 0 && errno == EINTR)
			continue;
		e = ready > 0 ? take_wire(t, wire) : ERR_TIMEOUT;
		if (e == ERR_OK)
			e = give_wire(t, wire);
	}
	if (e != ERR_OK && give_wire(t, wire) != ERR_OK)
		return e; /* the alert did not go: nobody is there to hear it */
	return e;
}

static enum err give_plain(struct tls *t, int plain)
{
	uint8_t memory[PIECE_LEN];

	for (;;) {
		struct buf out = BUF_ON(memory);
		enum err e = tls_read(t, &out);
		if (e == ERR_SHORT)
			return ERR_OK;
		if (e == ERR_OK)
			e = socket_write_all(plain, buf_bytes(&out));
		if (e != ERR_OK)
			return e;
	}
}

static enum err take_plain(struct tls *t, int plain, int wire)
{
	uint8_t memory[PIECE_LEN];
	ssize_t n = recv(plain, memory, sizeof memory, 0);
	enum err e;

	if (n < 0 && errno == EINTR)
		return ERR_OK;
	if (n <= 0) {
		tls_close(t);
		e = give_wire(t, wire);
		return e == ERR_OK ? ERR_DOWN : e;
	}
	e = tls_write(t, (struct bytes){ memory, (size_t)n });
	return e == ERR_OK ? give_wire(t, wire) : e;
}

/* Until one side ends. */
static enum err carry(struct tls *t, int wire, int plain)
{
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct pollfd waits[] = { { .fd = wire, .events = POLLIN },
					  { .fd = plain, .events = POLLIN } };
		if (poll(waits, ARRAY_COUNT(waits), -1) < 0 && errno != EINTR)
			return ERR_IO;
		if (waits[0].revents != 0) {
			e = take_wire(t, wire);
			if (e == ERR_OK)
				e = give_plain(t, plain);
		}
		if (e == ERR_OK && waits[1].revents != 0)
			e = take_plain(t, plain, wire);
	}
	return e;
}

static enum err begin(struct tls *t, int wire, struct tunnel *out)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_IO;
	out->pid = fork();
	if (out->pid == 0) {
		close(pair[0]);
		_exit(carry(t, wire, pair[1]) == ERR_NOT_PINNED ? REFUSED : 0);
	}
	close(pair[1]);
	out->plain = pair[0];
	if (out->pid > 0)
		return ERR_OK;
	close(pair[0]);
	out->pid = 0;
	return ERR_IO;
}

enum err tunnel_connect(int fd, struct bytes device, const uint8_t pin[HASH_LEN], struct tunnel *out)
{
	struct tls_identity *id = NULL;
	struct tls *t = NULL;
	uint8_t pins[1][SIGN_PUBLIC_LEN];
	enum err e = tls_identity_of_terminals(device, &id);

	*out = (struct tunnel){ .plain = -1 };
	memcpy(pins[0], pin, sizeof pins[0]);
	if (e == ERR_OK)
		e = tls_new(id, TLS_CLIENT, (const uint8_t(*)[SIGN_PUBLIC_LEN])pins, 1, &t);
	if (e == ERR_OK)
		e = shake_hands(t, fd);
	if (t != NULL && tls_peer_key(t) != NULL) {
		memcpy(out->key, tls_peer_key(t), sizeof out->key);
		out->has_key = true;
	}
	if (e == ERR_OK)
		e = begin(t, fd, out);
	tls_free(t);
	tls_identity_free(id);
	close(fd);
	return e;
}

bool tunnel_close(struct tunnel *t)
{
	int status = 0;

	if (t->pid == 0)
		return true;
	while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		;
	t->pid = 0;
	return !WIFEXITED(status) || WEXITSTATUS(status) != REFUSED;
}
