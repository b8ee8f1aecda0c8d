/*
 * floor - the least that a durable way from A to B and back can take on this machine.
 *
 *	floor DIR COUNT LEN
 *
 * Two processes, one TCP connection on loopback. A message of LEN bytes is written to A's socket; A writes it
 *to its file and syncs it, passes it on; B does the same and hands it to its client (one way), and sends a
 *byte back through A (receipt). The files have their length beforehand, so that a sync writes no more than
 *the bytes. Prints two numbers a message: microseconds to B's client, microseconds to the receipt at A's.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LEN_MAX 65536u
#define FILE_LEN (64u << 20)

static void read_whole(int fd, uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, out, len);
		if (n == 0)
			_exit(0); /* the other side is done */
		if (n < 0 && errno != EINTR)
			err(1, "read");
		if (n > 0) {
			out += n;
			len -= (size_t)n;
		}
	}
}

static void write_whole(int fd, const uint8_t *in, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, in, len);
		if (n < 0 && errno != EINTR)
			err(1, "write");
		if (n > 0) {
			in += n;
			len -= (size_t)n;
		}
	}
}

static int store_open(const char *dir, const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", path);
	static const uint8_t zeros[LEN_MAX];
	for (size_t at = 0; at < FILE_LEN; at += sizeof zeros)
		write_whole(fd, zeros, sizeof zeros);
	if (fsync(fd) != 0)
		err(1, "%s", path);
	return fd;
}

static void store_put(int fd, off_t *at, const uint8_t *message, size_t len)
{
	if (*at + (off_t)len > (off_t)FILE_LEN)
		*at = 0;
	if (pwrite(fd, message, len, *at) != (ssize_t)len || fdatasync(fd) != 0)
		err(1, "store");
	*at += (off_t)len;
}

/* A: from its client to its file to B; the byte from B to its client. */
static void run_a(const char *dir, int client, int link, size_t len)
{
	int store = store_open(dir, "floor.a");
	uint8_t message[LEN_MAX], back;
	off_t at = 0;

	write_whole(client, (const uint8_t *)"", 1); /* ready */
	for (;;) {
		read_whole(client, message, len);
		store_put(store, &at, message, len);
		write_whole(link, message, len);
		read_whole(link, &back, 1);
		write_whole(client, &back, 1);
	}
}

/* B: from A to its file to its client, and a byte back. */
static void run_b(const char *dir, int client, int link, size_t len)
{
	int store = store_open(dir, "floor.b");
	uint8_t message[LEN_MAX];
	off_t at = 0;

	write_whole(client, (const uint8_t *)"", 1);
	for (;;) {
		read_whole(link, message, len);
		store_put(store, &at, message, len);
		write_whole(client, message, len);
		write_whole(link, message, 1);
	}
}

static void loopback_pair(int pair[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0)
		err(1, "listen");
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (pair[0] < 0 || connect(pair[0], (struct sockaddr *)&address, len) != 0)
		err(1, "connect");
	pair[1] = accept(listener, NULL, NULL);
	if (pair[1] < 0)
		err(1, "accept");
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	close(listener);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void measure(int a, int b, unsigned long count, size_t len)
{
	uint8_t message[LEN_MAX], got[LEN_MAX];

	read_whole(a, got, 1);
	read_whole(b, got, 1);
	for (unsigned long i = 0; i < count; i++) {
		int64_t begin = now_us(), there;
		memset(message, (int)(i & 0xff), len);
		write_whole(a, message, len);
		read_whole(b, got, len);
		there = now_us();
		if (memcmp(message, got, len) != 0)
			errx(1, "message %lu came changed", i);
		read_whole(a, got, 1);
		printf("%lld %lld\n", (long long)(there - begin), (long long)(now_us() - begin));
	}
}

int main(int argc, char **argv)
{
	int link[2], a[2], b[2];
	unsigned long count, len;
	pid_t pids[2];

	if (argc != 4)
		errx(2, "usage: floor DIR COUNT LEN");
	count = strtoul(argv[2], NULL, 10);
	len = strtoul(argv[3], NULL, 10);
	if (len == 0 || len > LEN_MAX)
		errx(2, "LEN is 1 to %u", LEN_MAX);
	loopback_pair(link);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, a) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, b) != 0)
		err(1, "socketpair");
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork");
		if (pids[i] > 0)
			continue;
		close(link[1 - i]);
		close(a[0]);
		close(b[0]);
		if (i == 0)
			run_a(argv[1], a[1], link[0], len);
		run_b(argv[1], b[1], link[1], len);
	}
	measure(a[0], b[0], count, len);
	for (int i = 0; i < 2; i++)
		kill(pids[i], SIGTERM);
	return 0;
}
