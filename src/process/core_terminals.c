#include "process/terminals.h"

#include "base/log.h"
#include "process/core.h"
#include "sys/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEARD_A_TURN 16u

void terminals_start(struct core *c)
{
	int ends[2] = { -1, -1 }, listener = -1;
	enum err e = ERR_OK;

	if (c->settings.terminals[0] == '\0')
		return;
	e = socket_listen(c->settings.terminals, &listener);
	if (e == ERR_OK)
		e = socket_pair_records(ends);
	if (e == ERR_OK)
		e = process_spawn("terminals", c->home, (const int[]){ ends[1], listener }, 2,
				  &c->terminals.pid);
	if (e == ERR_OK) {
		c->terminals.fd = ends[0];
		ends[0] = -1;
	} else {
		log_error("terminals are not served at %s: %s", c->settings.terminals, strerror(errno));
	}
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (listener >= 0)
		close(listener);
}

static void drop(struct core *c)
{
	watch_close(c->terminals.watch);
	c->terminals.watch = NULL;
	if (c->terminals.fd >= 0)
		close(c->terminals.fd);
	c->terminals.fd = -1;
	c->terminals.has_given = false;
	if (c->api != NULL)
		api_terminals(c->api, false);
}

/* Before strangers were heard; each start of the process says the same, or strangers made it say it. */
static enum err take_contained(struct core *c, struct bytes record)
{
	struct sandbox_given given;
	uint64_t number;

	if (record.len != TERMINALS_RECORD_MAX || record.ptr[0] != TERMINALS_IS_CONTAINED)
		return ERR_FRAME;
	number = be64_get(record.ptr + 1);
	sandbox_given_unpack(number, &given);
	if (c->terminals.has_given && sandbox_given_pack(&c->terminals.given) != number)
		return ERR_FRAME;
	c->terminals.given = given;
	c->terminals.has_given = true;
	return ERR_OK;
}

static void on_terminals(void *self, bool is_readable, bool is_writable)
{
	struct core *c = self;
	uint8_t memory[TERMINALS_RECORD_MAX];
	enum err e = ERR_OK;

	(void)is_readable;
	(void)is_writable;
	/* What is left is heard with the next turn: it may say more than we can hear. */
	for (unsigned heard = 0; e == ERR_OK && heard < HEARD_A_TURN; heard++) {
		struct buf in = BUF_ON(memory);
		int fds[SOCKET_FDS_MAX];
		size_t count = SOCKET_FDS_MAX;

		e = socket_read_with(c->terminals.fd, &in, fds, &count);
		if (e == ERR_OK && count == 0)
			e = take_contained(c, buf_bytes(&in));
		else if (e == ERR_OK && count == 1)
			api_add_terminal(c->api, fds[0]);
		else
			for (size_t i = 0; i < count; i++)
				close(fds[i]);
	}
	c->is_busy = true;
	if (e == ERR_OK || e == ERR_SHORT)
		return;
	log_error("the process of the terminals is gone: browsers on the network are served again when the "
		  "node "
		  "is started anew");
	drop(c);
}

void terminals_run(struct core *c)
{
	if (c->terminals.fd < 0)
		return;
	api_terminals(c->api, true);
	c->terminals.watch = watch_open(c->loop, c->terminals.fd, on_terminals, c);
	watch_set(c->terminals.watch, true, false);
}

void terminals_end(struct core *c)
{
	if (c->terminals.fd >= 0)
		drop(c);
}
