#include "sys/socket.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage storage;
};

static socklen_t address_len(const union address *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

static enum err address_read(const char *text, union address *out)
{
	char host[SOCKET_ADDRESS_LEN];
	struct bytes whole = bytes_str(text), head;
	const char *colon = strrchr(text, ':');
	uint64_t port;
	bool is_v6;

	memset(out, 0, sizeof *out);
	if (colon == NULL || bytes_read_decimal(bytes_str(colon + 1), 65535, &port) != ERR_OK || port == 0)
		return ERR_USAGE;
	head = (struct bytes){ whole.ptr, (size_t)(colon - text) };
	is_v6 = head.len >= 2 && head.ptr[0] == '[' && head.ptr[head.len - 1] == ']';
	if (is_v6)
		head = (struct bytes){ head.ptr + 1, head.len - 2 };
	if (bytes_copy_str(head, host, sizeof host) != ERR_OK)
		return ERR_USAGE;
	if (is_v6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1 ? ERR_OK : ERR_USAGE;
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &out->v4.sin_addr) == 1 ? ERR_OK : ERR_USAGE;
}

static void address_write(const union address *a, char out[SOCKET_ADDRESS_LEN])
{
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->v6.sin6_addr, host, sizeof host);
		snprintf(out, SOCKET_ADDRESS_LEN, "[%s]:%u", host, (unsigned)ntohs(a->v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &a->v4.sin_addr, host, sizeof host);
		snprintf(out, SOCKET_ADDRESS_LEN, "%s:%u", host, (unsigned)ntohs(a->v4.sin_port));
	}
}

enum err socket_address_check(const char *address)
{
	union address a;

	return address_read(address, &a);
}

bool socket_is_loopback(const char *address)
{
	union address a;

	if (address_read(address, &a) != ERR_OK)
		return false;
	return a.any.sa_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&a.v6.sin6_addr) != 0
					   : ntohl(a.v4.sin_addr.s_addr) >> 24 == 127;
}

#define NETWORK_LEN 8u /* of an IPv6 address; who has it has its other half too */

void socket_host(const char *address, uint8_t out[SOCKET_HOST_LEN])
{
	union address a;

	memset(out, 0, SOCKET_HOST_LEN);
	if (address_read(address, &a) != ERR_OK)
		return;
	if (a.any.sa_family == AF_INET6) {
		memcpy(out, &a.v6.sin6_addr, NETWORK_LEN);
		return;
	}
	/* As IPv6 writes it (section 2.5.5.2), where no network of its own can stand. */
	out[10] = out[11] = 0xff;
	memcpy(out + 12, &a.v4.sin_addr, sizeof a.v4.sin_addr);
}

/* A socket of this address's family with a port that can be used again at once after a restart. */
static int socket_for(const union address *a)
{
	int one = 1;
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (a->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	return fd;
}

/* Who comes while a crowd comes must not have to knock twice: a lost knock costs him a second. */
#define BACKLOG 1024

static enum err fail(int fd)
{
	int why = errno;

	close(fd);
	errno = why;
	return ERR_IO;
}

enum err socket_listen(const char *address, int *fd)
{
	union address a;
	int made;

	if (address_read(address, &a) != ERR_OK)
		return ERR_USAGE;
	made = socket_for(&a);
	if (made < 0)
		return ERR_IO;
	if (bind(made, &a.any, address_len(&a)) != 0 || listen(made, BACKLOG) != 0)
		return fail(made);
	*fd = made;
	return ERR_OK;
}

enum err socket_take_twin(const char *address, int *fd)
{
	const int one = 1;
	union address a, twin = { 0 };
	int made;

	*fd = -1;
	if (address_read(address, &a) != ERR_OK)
		return ERR_USAGE;
	if (a.any.sa_family == AF_INET6) {
		twin.v4 = (struct sockaddr_in){ .sin_family = AF_INET,
						.sin_port = a.v6.sin6_port,
						.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	} else if (ntohl(a.v4.sin_addr.s_addr) != INADDR_LOOPBACK) {
		return ERR_OK; /* no name leads there */
	} else {
		twin.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
						 .sin6_port = a.v4.sin_port,
						 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	}
	made = socket(twin.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (made < 0)
		return errno == EAFNOSUPPORT ? ERR_OK : ERR_IO;
	if (twin.any.sa_family == AF_INET6)
		(void)setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	/* Without SO_REUSEADDR, and without listening: who calls is refused, who binds as well. */
	if (bind(made, &twin.any, address_len(&twin)) == 0) {
		*fd = made;
		return ERR_OK;
	}
	if (errno != EADDRNOTAVAIL)
		return fail(made);
	close(made);
	return ERR_OK;
}

enum err socket_accept(int listener, int *fd, char address[SOCKET_ADDRESS_LEN])
{
	union address a;
	socklen_t len = sizeof a;
	int got;

	memset(&a, 0, sizeof a);
	do {
		got = accept4(listener, &a.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (got < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (got < 0)
		return errno == EAGAIN ? ERR_NOT_FOUND : ERR_IO;
	if (address != NULL)
		address_write(&a, address);
	*fd = got;
	return ERR_OK;
}

enum err socket_connect(const char *address, int *fd)
{
	union address a;
	int made;

	if (address_read(address, &a) != ERR_OK)
		return ERR_USAGE;
	made = socket_for(&a);
	if (made < 0)
		return ERR_IO;
	if (connect(made, &a.any, address_len(&a)) != 0 && errno != EINPROGRESS)
		return fail(made);
	*fd = made;
	return ERR_OK;
}

enum err socket_connected(int fd)
{
	int why = 0;
	socklen_t len = sizeof why;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len) != 0)
		return ERR_IO;
	errno = why;
	return why == 0 ? ERR_OK : ERR_IO;
}

void socket_tune(int fd, unsigned unsent_max)
{
	int one = 1, unsent = (int)unsent_max;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

static enum err pair_of(int type, int out[2])
{
	return socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, out) == 0 ? ERR_OK : ERR_IO;
}

enum err socket_pair_stream(int out[2])
{
	return pair_of(SOCK_STREAM, out);
}

enum err socket_pair_records(int out[2])
{
	return pair_of(SOCK_SEQPACKET, out);
}

enum err socket_read(int fd, struct buf *in)
{
	ssize_t got;

	assert(in->len < in->max);
	do {
		got = recv(fd, in->ptr + in->len, in->max - in->len, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? ERR_SHORT : ERR_DOWN;
	if (got == 0)
		return ERR_DOWN;
	in->len += (size_t)got;
	return ERR_OK;
}

enum err socket_write(int fd, struct bytes part, size_t *written)
{
	ssize_t put;

	*written = 0;
	if (part.len == 0)
		return ERR_OK;
	do {
		put = send(fd, part.ptr, part.len, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	if (put < 0)
		return errno == EAGAIN ? ERR_SHORT : ERR_DOWN;
	*written = (size_t)put;
	return ERR_OK;
}

enum err socket_write_all(int fd, struct bytes part)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && part.len > 0) {
		size_t written;
		e = socket_write(fd, part, &written);
		part.ptr += written;
		part.len -= written;
	}
	return e == ERR_SHORT ? ERR_DOWN : e; /* it does not block, or its time to send has passed */
}

union descriptors {
	struct cmsghdr head;
	char memory[CMSG_SPACE(SOCKET_FDS_MAX * sizeof(int))];
};

enum err socket_write_with(int fd, struct bytes record, const int *fds, size_t count)
{
	union descriptors along = { .memory = { 0 } };
	struct iovec part = { .iov_len = record.len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t put;

	assert(count <= SOCKET_FDS_MAX);
	memcpy(&part.iov_base, &record.ptr, sizeof part.iov_base); /* it is only read */
	if (count > 0) {
		message.msg_control = &along;
		message.msg_controllen = CMSG_SPACE(count * sizeof *fds);
		along.head = (struct cmsghdr){ CMSG_LEN(count * sizeof *fds), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&along.head), fds, count * sizeof *fds);
	}
	do {
		put = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	if (put < 0)
		return errno == EAGAIN ? ERR_SHORT : ERR_DOWN;
	return (size_t)put == record.len ? ERR_OK : ERR_IO;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

enum err socket_read_with(int fd, struct buf *in, int *fds, size_t *count)
{
	union descriptors along = { .memory = { 0 } };
	struct iovec part = { in->ptr + in->len, in->max - in->len };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &along, .msg_controllen = sizeof along
	};
	const struct cmsghdr *head;
	int came[SOCKET_FDS_MAX];
	size_t room = *count, have = 0;
	ssize_t got;

	*count = 0;
	do {
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? ERR_SHORT : ERR_DOWN;
	head = CMSG_FIRSTHDR(&message);
	if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
		have = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(came, CMSG_DATA(head), have * sizeof(int));
	}
	if (got == 0 || have > room || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		close_all(came, have);
		return got == 0 ? ERR_DOWN : ERR_FRAME;
	}
	if (have > 0)
		memcpy(fds, came, have * sizeof(int));
	*count = have;
	in->len += (size_t)got;
	return ERR_OK;
}
