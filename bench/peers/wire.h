/*
 * wire.h - a TCP or UNIX connection that does not block, with buffers that grow: for protocols of text.
 */
#ifndef PEERS_WIRE_H
#define PEERS_WIRE_H

#include <stddef.h>

struct wire {
	int fd;
	char *in, *out;
	size_t in_len, in_max, out_len, out_max;
};

/* target is "ADDRESS:PORT" with a numeric IPv4 address, or the path of a UNIX socket. -1: nobody answers. */
int wire_open(struct wire *w, const char *target);
void wire_close(struct wire *w);

void wire_put(struct wire *w, const void *in, size_t len);
void wire_printf(struct wire *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes what is queued, sleeps until something comes, wake (or -1) is readable or the time is over, and
 * reads what has come. -1: the connection is gone.
 */
int wire_wait(struct wire *w, int wake, int timeout_ms);

/* The parts of wire_wait(), for who has several connections. */
int wire_flush(struct wire *w);
int wire_fill(struct wire *w);

/* Drops the first len bytes that were read. */
void wire_drop(struct wire *w, size_t len);

/* Waits until text stands among the bytes read; where, or -1 after so many ms. */
long wire_expect(struct wire *w, const char *text, int ms);

#endif
