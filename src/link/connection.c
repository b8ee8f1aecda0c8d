/* One connection: whose it is, its bytes, its end. docs/spec/link.md sections 1 and 2. */
#include "link/state.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Handshakes cost a millisecond each; those whose key is known must not wait for more than these. */
#define SHAKES_PER_TURN 4u
#define READ_LEN (64u << 10)
/* A fast socket takes a whole queue at once; what has become urgent meanwhile must go before the rest. */
#define WRITES_PER_TURN 8u

static struct path *path_of(const struct connection *c)
{
	return c->path == NO_PATH ? NULL : &c->link->paths[c->peer][c->path];
}

static void want(struct connection *c, bool want_write)
{
	watch_set(c->watch, !c->is_stalled, want_write);
}

/* ---- The end. ---- */

/* Whoever was expected there may be the one who came with the wrong key: the paths that are down say so. */
static void suspect(struct link *l, size_t listener)
{
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++) {
		struct path *p = &l->paths[i / LINK_PATHS_MAX][i % LINK_PATHS_MAX];

		if (p->is_used && p->listener == listener && p->connection == NULL)
			path_down(p, ERR_NOT_PINNED, "");
	}
}

void connection_end(struct connection *c, enum err why, const char *name)
{
	struct link *l = c->link;
	struct path *p = path_of(c);

	if (c->is_ended)
		return;
	c->is_ended = true;
	if (c->listener != NO_LISTENER && c->peer == PARTY_MAX)
		l->listeners[c->listener].strangers--;
	if (p == NULL || why == ERR_NOT_PINNED)
		refusal_add(l, why, name, c->address, tls_peer_key(c->session.tls));
	watch_close(c->watch);
	close(c->fd);
	session_finish(&c->session);
	l->connections[c->slot] = NULL;
	l->connections_count--;
	c->next_ended = l->ended;
	l->ended = c;
	if (p != NULL && p->connection == c)
		path_down(p, why, name);
	if (p == NULL && why == ERR_NOT_PINNED)
		suspect(l, c->listener);
}

/* What TLS still has to say to the other side is why: it goes as far as the socket takes it. */
static void end_by_session(struct connection *c, enum err why)
{
	struct bytes out;
	size_t taken;

	if (c->is_ended)
		return;
	if (!c->is_connecting && session_output(&c->session, &out) == ERR_OK)
		(void)!socket_write(c->fd, out, &taken);
	connection_end(c, why, c->session.limit == NULL ? "" : c->session.limit);
}

/* ---- In. ---- */

static size_t peer_of_key(const struct link *l, const uint8_t *key)
{
	for (size_t i = 0; i < l->pins_count; i++) {
		if (memcmp(l->pins[i], key, SIGN_PUBLIC_LEN) == 0)
			return l->pins_peer[i];
	}
	return PARTY_MAX;
}

static struct path *path_on_listener(struct link *l, size_t peer, size_t listener)
{
	for (size_t i = 0; i < LINK_PATHS_MAX; i++) {
		struct path *p = &l->paths[peer][i];

		if (p->is_used && p->listener == listener)
			return p;
	}
	return NULL;
}

/* Who came: the key says it, and nothing else is asked. TLS has let in none that is not pinned. */
static void identify(struct connection *c)
{
	struct link *l = c->link;
	size_t peer = peer_of_key(l, tls_peer_key(c->session.tls));
	struct path *p;

	/* It was unpinned while the two shook hands. */
	if (peer == PARTY_MAX) {
		connection_end(c, ERR_NOT_PINNED, "");
		return;
	}
	p = path_on_listener(l, peer, c->listener);
	if (p == NULL) {
		connection_end(c, ERR_REFUSED, "path.listen");
		return;
	}
	/* Whoever comes again has lost the old one, or will. */
	if (p->connection != NULL)
		connection_end(p->connection, ERR_EXISTS, "");
	l->listeners[c->listener].strangers--;
	c->peer = peer;
	c->path = p->index;
	p->connection = c;
	path_up(p, c);
}

static void deliver(struct connection *c)
{
	struct link *l = c->link;
	enum err e = ERR_OK;
	uint64_t round_trip_us;

	while (!link_is_full(l)) {
		bool is_first = c->session.state == SESSION_GREETS;
		struct record r = { .kind = RECORD_RECEIVED, .peer = c->peer, .path = c->path };

		e = session_next(&c->session, loop_now(l->loop), &r.rest);
		if (e != ERR_OK)
			break;
		/* Who opened it learns only by this frame that his own key was accepted. */
		if (is_first && c->listener == NO_LISTENER)
			path_up(path_of(c), c);
		link_tell(l, &r);
		if (is_first)
			path_greeted(path_of(c));
	}
	if (e == ERR_OK) {
		c->is_stalled = l->is_stalled = true;
		want(c, true);
	} else if (e != ERR_SHORT) {
		end_by_session(c, e);
		return;
	}
	if (session_measured(&c->session, &round_trip_us)) {
		link_tell(l, &(struct record){ .kind = RECORD_MEASURED,
					       .peer = c->peer,
					       .path = c->path,
					       .number = round_trip_us });
	}
	connection_mark(c);
}

static void feed(struct connection *c, struct bytes in)
{
	bool is_shaking = c->session.state == SESSION_SHAKES;
	enum err e = session_feed(&c->session, loop_now(c->link->loop), in);

	if (e != ERR_OK) {
		end_by_session(c, e);
		return;
	}
	if (is_shaking && c->session.state != SESSION_SHAKES && c->listener != NO_LISTENER)
		identify(c);
	else if (is_shaking && c->session.state != SESSION_SHAKES &&
		 peer_of_key(c->link, tls_peer_key(c->session.tls)) != c->peer)
		connection_end(c, ERR_NOT_PINNED, "");
	if (!c->is_ended)
		deliver(c);
}

static void read_some(struct connection *c)
{
	struct link *l = c->link;
	struct buf in;
	enum err e;

	/*
	 * An error is told even to who does not want to read: what came before it is still to be delivered.
	 */
	if (c->is_stalled)
		return;
	if (c->session.state == SESSION_SHAKES && l->shakes++ >= SHAKES_PER_TURN)
		return; /* it stays readable and comes again next turn */
	buf_init(&in, l->scratch, READ_LEN);
	e = socket_read(c->fd, &in);
	if (e == ERR_OK) {
		c->has_spoken = true;
		feed(c, buf_bytes(&in));
	} else if (e != ERR_SHORT) {
		connection_end(c, e, "");
	}
}

void connection_resume(struct connection *c)
{
	if (!c->is_stalled)
		return;
	c->is_stalled = false;
	/* It was we who did not listen. */
	c->session.heard = c->session.moved = loop_now(c->link->loop).mono;
	want(c, session_waits(&c->session));
	deliver(c);
}

/* ---- Out. ---- */

void connection_mark(struct connection *c)
{
	if (c->is_ended || c->is_marked || c->is_connecting)
		return;
	c->is_marked = true;
	c->next_marked = c->link->marked;
	c->link->marked = c;
}

void connection_pump(struct connection *c)
{
	struct bytes out;
	uint64_t tag;
	size_t taken;
	enum err e = ERR_OK;

	for (unsigned i = 0; i < WRITES_PER_TURN; i++) {
		e = session_output(&c->session, &out);
		if (e != ERR_OK) {
			end_by_session(c, e);
			return;
		}
		e = out.len == 0 ? ERR_OK : socket_write(c->fd, out, &taken);
		if (out.len == 0 || e != ERR_OK)
			break;
		session_took(&c->session, taken);
	}
	while (session_sent(&c->session, &tag)) {
		link_tell(c->link,
			  &(struct record){
				  .kind = RECORD_SENT, .peer = c->peer, .path = c->path, .number = tag });
	}
	if (e == ERR_DOWN)
		connection_end(c, ERR_DOWN, "");
	else
		want(c, session_waits(&c->session));
}

void connection_send(struct connection *c, const struct record *r)
{
	enum err e = session_send(&c->session, r->urgency, r->number, r->rest);

	if (e != ERR_OK)
		end_by_session(c, e);
	else
		connection_mark(c);
}

/* ---- The beginning. ---- */

static void start_tls(struct connection *c)
{
	socket_tune(c->fd, LINK_UNSENT_LEN_MAX);
	c->is_connecting = false;
	want(c, false);
}

static void on_ready(void *self, bool is_readable, bool is_writable)
{
	struct connection *c = self;

	if (c->is_connecting) {
		if (socket_connected(c->fd) != ERR_OK) {
			connection_end(c, ERR_DOWN, "");
			return;
		}
		start_tls(c);
		connection_mark(c);
		return;
	}
	if (is_writable)
		connection_mark(c);
	if (is_readable)
		read_some(c);
}

/* Only one peer's keys are good where we call; all are where we are called. */
static struct tls *tls_for(const struct link *l, size_t peer)
{
	uint8_t pins[LINK_PINS_MAX][SIGN_PUBLIC_LEN];
	enum tls_role role = peer == PARTY_MAX ? TLS_SERVER : TLS_CLIENT;
	struct tls *tls;
	size_t count = 0;
	enum err e;

	for (size_t i = 0; i < l->pins_count; i++) {
		if (peer == PARTY_MAX || l->pins_peer[i] == peer)
			memcpy(pins[count++], l->pins[i], SIGN_PUBLIC_LEN);
	}
	e = tls_new(l->identity, role, (const uint8_t(*)[SIGN_PUBLIC_LEN])pins, count, &tls);
	assert(e == ERR_OK); /* the pins fit: LINK_PINS_MAX */
	return tls;
}

static struct connection *connection_new(struct link *l, int fd, size_t listener, size_t peer)
{
	struct connection *c = xcalloc(1, sizeof *c);

	while (l->connections[c->slot] != NULL)
		c->slot++;
	assert(c->slot < LINK_CONNECTIONS_MAX);
	l->connections[c->slot] = c;
	l->connections_count++;
	c->link = l;
	c->fd = fd;
	c->listener = listener;
	c->peer = peer;
	c->path = NO_PATH;
	c->serial = ++l->serial;
	c->watch = watch_open(l->loop, fd, on_ready, c);
	session_init(&c->session, tls_for(l, peer), loop_now(l->loop), LINK_HANDSHAKE_MS_MAX);
	return c;
}

void connection_accept(struct link *l, size_t listener, int fd, const char *address)
{
	struct connection *c = connection_new(l, fd, listener, PARTY_MAX);

	memcpy(c->address, address, SOCKET_ADDRESS_LEN);
	socket_host(c->address, c->host);
	l->listeners[listener].strangers++;
	start_tls(c);
}

void connection_open(struct link *l, struct path *p)
{
	struct connection *c;
	const char *why;
	int fd;

	if (door_open(l, DOOR_CALLS(p->peer, p->index), &fd, &why) != ERR_OK) {
		path_down(p, ERR_DOWN, "");
		return;
	}
	c = connection_new(l, fd, NO_LISTENER, p->peer);
	memcpy(c->address, p->address, SOCKET_ADDRESS_LEN);
	c->path = p->index;
	c->is_connecting = true;
	p->connection = c;
	want(c, true);
}

void connection_tick(struct connection *c)
{
	enum session_pace pace = c->session.pace;
	enum err e;

	if (c->is_stalled)
		return;
	e = session_tick(&c->session, loop_now(c->link->loop));
	if (c->session.pace != pace)
		socket_tune(c->fd, (unsigned)session_unsent_max(&c->session));
	if (e != ERR_OK)
		end_by_session(c, e);
	else
		connection_mark(c);
}
