/*
 * Sockets are made by the starter, which knows the settings' addresses and no others; this process may not
 * make any. It answers at once: nothing is waited for but its turn.
 */
#include "link/state.h"

#include "sys/clock.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

static enum err read_answer(struct link *l, uint64_t door, int *fd)
{
	uint8_t memory[DOOR_RECORD_LEN_MAX];
	struct buf in = BUF_ON(memory);
	size_t count = 1;
	struct bytes rest;
	struct record r;
	enum err e = socket_read_with(l->starter, &in, fd, &count);

	if (e != ERR_OK)
		return e;
	rest = buf_bytes(&in);
	e = record_read(&rest, PIPE_STARTER, PIPE_LINK, &r);
	if (e == ERR_OK && rest.len == 0 && r.number == door && (r.err == ERR_OK) == (count == 1)) {
		if (bytes_copy_str(r.text, l->door_why, sizeof l->door_why) != ERR_OK)
			l->door_why[0] = '\0';
		return r.err == ERR_OK ? ERR_OK : ERR_IO;
	}
	if (count == 1)
		close(*fd);
	/* The answer to a question that was given up, or none that we understand. */
	return e == ERR_OK && r.number != door ? ERR_SHORT : ERR_DOWN;
}

enum err door_open(struct link *l, uint64_t door, int *fd, const char **why)
{
	uint8_t memory[64];
	struct buf question = BUF_ON(memory);
	struct record ask = { .kind = RECORD_OPEN, .number = door };
	int64_t until = clock_now().mono.us + (int64_t)LINK_DOOR_MS_MAX * 1000;
	size_t written;
	enum err e = record_write(&ask, &question);

	*why = l->door_why;
	if (e == ERR_OK)
		e = socket_write(l->starter, buf_bytes(&question), &written);
	memcpy(l->door_why, "no answer", sizeof "no answer");
	while (e == ERR_OK || e == ERR_SHORT) {
		struct pollfd ready = { .fd = l->starter, .events = POLLIN };
		int64_t left = until - clock_now().mono.us;

		e = read_answer(l, door, fd);
		if (e != ERR_SHORT)
			return e;
		if (left <= 0 || poll(&ready, 1, (int)(left / 1000) + 1) < 0)
			return ERR_DOWN;
	}
	return ERR_DOWN;
}
