/*
 * nodelay - preloaded: each TCP socket of a program gets TCP_NODELAY. mosquitto 2.0 has no setting for the
 * sockets of its bridges. Accepted sockets inherit it.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	int fd = real(domain, type, protocol), one = 1;

	if (fd >= 0 && (domain == AF_INET || domain == AF_INET6))
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}
