/*
 * socket.h - TCP connections and socket pairs, never blocking.
 *
 * Layer: sys. Addresses are numbers with a port, "192.0.2.7:7400" or "[2001:db8::7]:7400"; names are not
 * looked up. ERR_IO leaves errno as the system set it.
 */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include "base/buf.h"
#include "base/bytes.h"

#define SOCKET_ADDRESS_LEN 64 /* with its terminator */
#define SOCKET_HOST_LEN 16u

/* ERR_USAGE unless the text is an address with a port from 1. */
enum err socket_address_check(const char *address) MUST_CHECK;

/* 127.0.0.0/8 or ::1: nothing that is said there leaves this machine. False of a text that is no address. */
bool socket_is_loopback(const char *address);

/*
 * Whose hand an address is in, to be compared with others': an IPv4 address, or the 64 first bits of an IPv6
 * one, of which each host has all the rest (RFC 4291 section 2.5.1). Zeros of a text that is no address.
 */
void socket_host(const char *address, uint8_t out[SOCKET_HOST_LEN]);

enum err socket_listen(const char *address, int *fd) MUST_CHECK;
/*
 * Takes the same port of the other loopback, 127.0.0.1 or ::1, and hears nobody there: a browser takes both
 * for one place. *fd is -1 where this machine does not have that loopback, and of 127.0.0.2 and so on, which
 * have no twin.
 */
enum err socket_take_twin(const char *address, int *fd) MUST_CHECK;
/* ERR_NOT_FOUND: nobody waits. address may be NULL. */
enum err socket_accept(int listener, int *fd, char address[SOCKET_ADDRESS_LEN]) MUST_CHECK;
/* Starts; once writable, socket_connected says how it went. */
enum err socket_connect(const char *address, int *fd) MUST_CHECK;
enum err socket_connected(int fd) MUST_CHECK;

/*
 * For a line that carries urgent words: no waiting to fill a packet, and the kernel takes no more than
 * about unsent_max bytes that it cannot put on the wire yet.
 */
void socket_tune(int fd, unsigned unsent_max);

/* Two connected ends, closed on exec: of a stream, or of whole records. */
enum err socket_pair_stream(int out[2]) MUST_CHECK;
enum err socket_pair_records(int out[2]) MUST_CHECK;

/*
 * The same for one whole record with descriptors: what is sent stays the caller's, what comes is his. *count
 * is how many fds holds room for, and becomes how many came.
 */
#define SOCKET_FDS_MAX 2u
enum err socket_read_with(int fd, struct buf *in, int *fds, size_t *count) MUST_CHECK;
enum err socket_write_with(int fd, struct bytes record, const int *fds, size_t count) MUST_CHECK;

/*
 * Appends what has come, at most the buffer's room. ERR_SHORT: nothing now. ERR_DOWN: the other end has
 * closed or the line broke.
 */
enum err socket_read(int fd, struct buf *in) MUST_CHECK;
/* What of the parts the kernel has taken; ERR_SHORT: nothing now. */
enum err socket_write(int fd, struct bytes part, size_t *written) MUST_CHECK;
/* All of it, on a socket that blocks. */
enum err socket_write_all(int fd, struct bytes part) MUST_CHECK;

#endif
