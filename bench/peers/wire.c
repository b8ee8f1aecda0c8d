#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void grow(char **buf, size_t *max, size_t want)
{
	if (want <= *max)
		return;
	*max = want * 2 < 65536 ? 65536 : want * 2;
	if (!(*buf = realloc(*buf, *max)))
		abort();
}

static int tcp_open(const char *target)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int port, fd, one = 1;
	char host[64];

	if (sscanf(target, "%63[^:]:%d", host, &port) != 2 || inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return -1;
	a.sin_port = htons((unsigned short)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static int unix_open(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof a.sun_path)
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int wire_open(struct wire *w, const char *target)
{
	*w = (struct wire){ .fd = *target == '/' ? unix_open(target) : tcp_open(target) };
	if (w->fd < 0)
		return -1;
	fcntl(w->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

void wire_close(struct wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->in);
	free(w->out);
	memset(w, 0, sizeof *w);
	w->fd = -1;
}

void wire_put(struct wire *w, const void *data, size_t len)
{
	grow(&w->out, &w->out_max, w->out_len + len);
	memcpy(w->out + w->out_len, data, len);
	w->out_len += len;
}

void wire_printf(struct wire *w, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	grow(&w->out, &w->out_max, w->out_len + (size_t)len + 1);
	va_start(args, format);
	vsnprintf(w->out + w->out_len, (size_t)len + 1, format, args);
	va_end(args);
	w->out_len += (size_t)len;
}

int wire_flush(struct wire *w)
{
	ssize_t n;

	if (w->out_len == 0)
		return 0;
	n = send(w->fd, w->out, w->out_len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	w->out_len -= (size_t)n;
	memmove(w->out, w->out + n, w->out_len);
	return 0;
}

int wire_fill(struct wire *w)
{
	ssize_t n;

	grow(&w->in, &w->in_max, w->in_len + 65536 + 1);
	n = recv(w->fd, w->in + w->in_len, w->in_max - w->in_len - 1, 0);
	if (n == 0)
		return -1;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	w->in_len += (size_t)n;
	w->in[w->in_len] = 0;
	return 0;
}

int wire_wait(struct wire *w, int wake, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = w->fd, .events = POLLIN }, { .fd = wake, .events = POLLIN } };

	if (wire_flush(w) != 0)
		return -1;
	if (w->out_len)
		p[0].events |= POLLOUT;
	if (poll(p, 2, timeout_ms) < 0)
		return errno == EINTR ? 0 : -1;
	if (p[0].revents & POLLOUT && wire_flush(w) != 0)
		return -1;
	if (p[0].revents & (POLLIN | POLLHUP | POLLERR))
		return wire_fill(w);
	return 0;
}

void wire_drop(struct wire *w, size_t n)
{
	w->in_len -= n;
	memmove(w->in, w->in + n, w->in_len + 1);
}

static long long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

long wire_expect(struct wire *w, const char *text, int ms)
{
	long long end = now_ms() + ms;

	for (;;) {
		char *at = w->in_len ? memmem(w->in, w->in_len, text, strlen(text)) : NULL;
		if (at)
			return at - w->in;
		long long left = end - now_ms();
		if (left <= 0 || wire_wait(w, -1, (int)left) != 0)
			return -1;
	}
}
