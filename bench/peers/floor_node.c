/*
 * floor_node - the least that a durable relay of two nodes can do, as a yardstick: no cryptography, no
 * recovery, no flow control. It only shows what the writes and the hops cost.
 *
 *	floor_node LISTEN_PORT OTHER_PORT STORE_FILE SYNC(0|1)
 *
 * Each connection is on 127.0.0.1 and begins with one byte: 'L' for the other node, or '@' + pair for a
 * client. Then come frames in native byte order: struct head, then head.len bytes of text.
 *
 *	'M' a message: client to its node, node to node, node to client
 *	'A' its node has stored the message (to the client that sent it)
 *	'K' the other node has stored it (node to node)
 *
 * One turn of the loop reads all that has arrived, writes it to the store once, syncs once, passes it on.
 */
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CONN = 256, MAX_PAIR = 64, BUF = 1 << 20, STORE_BYTES = 64 << 20 };

struct conn {
	int fd, kind; /* kind: 0 not known yet, 'L' link, 'C' client */
	int pair;
	char *in, *out;
	size_t in_len, out_len, out_max;
};

static struct conn conns[MAX_CONN];
static int client_of[MAX_PAIR]; /* index + 1 into conns */
static int link_out;		/* index + 1: our connection to the other node */
static int store = -1, sync_store, other_port;
static off_t store_at;

static void die(const char *what)
{
	fprintf(stderr, "floor-node: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct conn *add_conn(int fd)
{
	int one = 1;

	for (int i = 0; i < MAX_CONN; i++) {
		if (conns[i].fd < 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			fcntl(fd, F_SETFL, O_NONBLOCK);
			conns[i] = (struct conn){ .fd = fd, .in = malloc(BUF) };
			return &conns[i];
		}
	}
	close(fd);
	return NULL;
}

static void drop_conn(struct conn *c)
{
	int slot = (int)(c - conns) + 1;

	if (c->kind == 'C' && client_of[c->pair] == slot)
		client_of[c->pair] = 0;
	if (link_out == slot)
		link_out = 0;
	close(c->fd);
	free(c->in);
	free(c->out);
	memset(c, 0, sizeof *c);
	c->fd = -1;
}

static void queue(int slot, struct head h, const char *text)
{
	struct conn *c = &conns[slot - 1];
	size_t need = c->out_len + sizeof h + h.len;

	if (slot == 0)
		return; /* nobody there; the floor does not keep it for later */
	if (need > c->out_max) {
		c->out_max = need * 2;
		if (!(c->out = realloc(c->out, c->out_max)))
			die("memory");
	}
	memcpy(c->out + c->out_len, &h, sizeof h);
	memcpy(c->out + c->out_len + sizeof h, text, h.len);
	c->out_len = need;
}

static void flush_conn(struct conn *c)
{
	ssize_t n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);

	if (n < 0)
		return; /* a real error shows up when reading */
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
}

static void connect_link(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((unsigned short)other_port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (void *)&a, sizeof a) != 0 || write(fd, "L", 1) != 1) {
		close(fd);
		return;
	}
	struct conn *c = add_conn(fd);
	if (c) {
		c->kind = 'L';
		link_out = (int)(c - conns) + 1;
	}
}

/* The frames complete in c: how many bytes. Learns who the connection is. */
static size_t complete(struct conn *c)
{
	size_t at = 0;

	if (!c->kind && c->in_len) {
		c->kind = c->in[0] == 'L' ? 'L' : 'C';
		c->pair = (c->in[0] - '@') & (MAX_PAIR - 1);
		if (c->kind == 'C')
			client_of[c->pair] = (int)(c - conns) + 1;
		memmove(c->in, c->in + 1, --c->in_len);
	}
	while (c->in_len - at >= sizeof(struct head)) {
		struct head h;
		memcpy(&h, c->in + at, sizeof h);
		if (c->in_len - at < sizeof h + h.len)
			break;
		at += sizeof h + h.len;
	}
	return at;
}

static void pass_on(struct conn *c, size_t bytes)
{
	for (size_t at = 0; at < bytes;) {
		struct head h;
		memcpy(&h, c->in + at, sizeof h);
		const char *text = c->in + at + sizeof h;
		struct head reply = { .kind = c->kind == 'C' ? 'A' : 'K', .pair = h.pair, .id = h.id };
		if (h.kind == 'M' && c->kind == 'C') {
			queue((int)(c - conns) + 1, reply, "");
			queue(link_out, h, text);
		} else if (h.kind == 'M') {
			queue((int)(c - conns) + 1, reply, "");
			queue(client_of[h.pair & (MAX_PAIR - 1)], h, text);
		}
		at += sizeof h + h.len;
	}
	c->in_len -= bytes;
	memmove(c->in, c->in + bytes, c->in_len);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
	char *zeros = calloc(1, 1 << 20);

	if (argc != 5)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	a.sin_port = htons((unsigned short)(int)strtol(argv[1], NULL, 10));
	other_port = (int)strtol(argv[2], NULL, 10);
	sync_store = (int)strtol(argv[4], NULL, 10);
	for (int i = 0; i < MAX_CONN; i++)
		conns[i].fd = -1;
	if ((store = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0600)) < 0)
		die(argv[3]);
	for (int i = 0; i < STORE_BYTES >> 20; i++)
		if (write(store, zeros, 1 << 20) != 1 << 20)
			die("fill store");
	free(zeros);
	if (fsync(store) != 0)
		die("fsync");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (void *)&a, sizeof a) || listen(listener, 64))
		die("listen");

	for (;;) {
		struct pollfd p[MAX_CONN + 1];
		size_t ready[MAX_CONN] = { 0 }, total = 0;

		if (!link_out)
			connect_link();
		p[MAX_CONN] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (int i = 0; i < MAX_CONN; i++)
			p[i] = (struct pollfd){ .fd = conns[i].fd,
						.events = POLLIN | (conns[i].out_len ? POLLOUT : 0) };
		if (poll(p, MAX_CONN + 1, link_out ? 1000 : 10) < 0)
			continue;
		if (p[MAX_CONN].revents) {
			int fd = accept(listener, NULL, NULL);
			if (fd >= 0)
				add_conn(fd);
		}
		for (int i = 0; i < MAX_CONN; i++) {
			struct conn *c = &conns[i];
			if (p[i].fd < 0 || !(p[i].revents & (POLLIN | POLLHUP | POLLERR)))
				continue;
			ssize_t n = recv(c->fd, c->in + c->in_len, BUF - c->in_len, 0);
			if (n == 0 || (n < 0 && errno != EAGAIN)) {
				drop_conn(c);
				continue;
			}
			if (n > 0)
				c->in_len += (size_t)n;
			ready[i] = complete(c);
			/* node to node acknowledgements need no storing here */
			if (ready[i] && !(c->kind == 'L' && link_out == i + 1)) {
				if (store_at + (off_t)ready[i] > STORE_BYTES)
					store_at = 0;
				if (pwrite(store, c->in, ready[i], store_at) != (ssize_t)ready[i])
					die("store");
				store_at += (off_t)ready[i];
				total += ready[i];
			}
		}
		if (total && sync_store && fdatasync(store) != 0)
			die("fdatasync");
		for (int i = 0; i < MAX_CONN; i++)
			if (ready[i])
				pass_on(&conns[i], ready[i]);
		for (int i = 0; i < MAX_CONN; i++)
			if (conns[i].fd >= 0 && conns[i].out_len)
				flush_conn(&conns[i]);
	}
}
