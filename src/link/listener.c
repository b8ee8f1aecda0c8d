/*
 * Accepting, and who must leave when strangers crowd in. docs/spec/link.md section 1.
 *
 * Connections whose key is known are never asked to leave. Of the others a listener holds a bounded number;
 * when one more comes, the host that holds the most of them loses its oldest, a silent one first. So a
 * flood from one host only pushes out itself. A host with IPv6 has 2^64 addresses and is one all the same.
 */
#include "link/state.h"

#include "base/log.h"

#include <string.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 16u
#define AGAIN_MS 1000u

static bool is_stranger_of(const struct connection *c, size_t listener)
{
	return c != NULL && !c->is_ended && c->listener == listener && c->peer == PARTY_MAX;
}

static size_t strangers_of_host(const struct link *l, const struct connection *c)
{
	size_t count = 0;

	for (size_t i = 0; i < LINK_CONNECTIONS_MAX; i++)
		count += is_stranger_of(l->connections[i], c->listener) &&
			 memcmp(l->connections[i]->host, c->host, SOCKET_HOST_LEN) == 0;
	return count;
}

static struct connection *who_leaves(const struct link *l, size_t listener)
{
	struct connection *worst = NULL;
	size_t worst_count = 0;

	for (size_t i = 0; i < LINK_CONNECTIONS_MAX; i++) {
		struct connection *c = l->connections[i];
		size_t count;

		if (!is_stranger_of(c, listener))
			continue;
		count = strangers_of_host(l, c);
		if (worst == NULL || count > worst_count ||
		    (count == worst_count && worst->has_spoken && !c->has_spoken) ||
		    (count == worst_count && worst->has_spoken == c->has_spoken &&
		     c->serial < worst->serial)) {
			worst = c;
			worst_count = count;
		}
	}
	return worst;
}

static size_t strangers_max(const struct link *l)
{
	size_t share = (LINK_CONNECTIONS_MAX - PARTY_MAX * LINK_PATHS_MAX) / l->listeners_count;

	return share < LINK_STRANGERS_MAX ? share : LINK_STRANGERS_MAX;
}

static void on_ready(void *self, bool is_readable, bool is_writable)
{
	struct listener *s = self;
	struct link *l = s->link;
	size_t index = (size_t)(s - l->listeners);

	(void)is_readable;
	(void)is_writable;
	for (unsigned i = 0; i < ACCEPTS_PER_TURN; i++) {
		char address[SOCKET_ADDRESS_LEN];
		int fd;
		enum err e = socket_accept(s->fd, &fd, address);

		if (e == ERR_NOT_FOUND)
			return;
		if (e != ERR_OK) {
			/* Out of descriptors: what waits can wait until the next tick. */
			watch_set(s->watch, false, false);
			return;
		}
		if (s->strangers >= strangers_max(l))
			connection_end(who_leaves(l, index), ERR_LIMIT, "LINK_STRANGERS_MAX");
		connection_accept(l, index, fd, address);
	}
}

static void on_retry(void *self)
{
	listener_start(self);
}

void listener_start(struct listener *s)
{
	const char *why;
	enum err e;

	if (s->fd >= 0) {
		watch_set(s->watch, true, false);
		return;
	}
	e = door_open(s->link, (uint64_t)(s - s->link->listeners), &s->fd, &why);
	if (e == ERR_OK) {
		s->watch = watch_open(s->link->loop, s->fd, on_ready, s);
		watch_set(s->watch, true, false);
		return;
	}
	s->fd = -1;
	if (s->retry == NULL) {
		log_error("cannot listen on %s: %s; trying again each second", s->address, why);
		refusal_add(s->link, ERR_IO, "listen", s->address, NULL);
		s->retry = timer_open(s->link->loop, on_retry, s);
	}
	timer_set(s->retry, AGAIN_MS);
}

void listener_stop(struct listener *s)
{
	timer_close(s->retry);
	watch_close(s->watch);
	if (s->fd >= 0)
		close(s->fd);
	s->retry = NULL;
	s->watch = NULL;
	s->fd = -1;
}
