#include "link/link.h"

#include "base/alloc.h"
#include "base/log.h"
#include "link/state.h"
#include "sys/clock.h"
#include "sys/random.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000u
#define SCRATCH_LEN (64u << 10)
#define TO_CORE_LEN_MAX (16u << 20)

/* ---- To core. ---- */

void link_end(struct link *l, int status)
{
	if (status != 0)
		l->status = status;
	l->is_running = false;
	loop_stop(l->loop);
}

void link_tell(struct link *l, const struct record *r)
{
	if (pipe_put(&l->core, r) == ERR_OK)
		return;
	log_error("core does not read what the peers send");
	link_end(l, 1);
}

bool link_is_full(const struct link *l)
{
	return pipe_waiting(&l->core) >= PIPE_WAITING_LEN_MAX;
}

/* ---- The signer: one question, one answer, while a handshake waits. ---- */

static enum err signer_read(struct link *l, uint64_t number, struct buf *out)
{
	uint8_t memory[1024];
	struct buf in = BUF_ON(memory);
	struct bytes rest;
	struct record r;
	enum err e = socket_read(l->signer, &in);

	if (e != ERR_OK)
		return e;
	rest = buf_bytes(&in);
	e = record_read(&rest, PIPE_SIGNER, PIPE_LINK, &r);
	if (e != ERR_OK || rest.len != 0)
		return ERR_FRAME;
	if (r.number != number)
		return ERR_SHORT; /* the answer to a question that was given up */
	buf_put(out, r.rest);
	return r.err == ERR_OK ? buf_check(out) : r.err;
}

static enum err ask_signer(struct link *l, enum record_kind kind, const uint8_t key[SIGN_PUBLIC_LEN],
			   struct bytes message, struct buf *out)
{
	uint8_t memory[1024];
	struct buf question = BUF_ON(memory);
	struct record ask = { .kind = kind, .number = ++l->sign_number, .rest = message };
	int64_t until = clock_now().mono.us + (int64_t)LINK_SIGN_MS_MAX * 1000;
	size_t written;
	enum err e;

	memcpy(ask.key, key, sizeof ask.key);
	e = record_write(&ask, &question);
	if (e == ERR_OK)
		e = socket_write(l->signer, buf_bytes(&question), &written);
	if (e != ERR_OK)
		return ERR_SIGNER;
	for (;;) {
		struct pollfd ready = { .fd = l->signer, .events = POLLIN };
		int64_t left = until - clock_now().mono.us;

		e = signer_read(l, ask.number, out);
		if (e != ERR_SHORT)
			return e == ERR_OK ? ERR_OK : ERR_SIGNER;
		if (left <= 0 || poll(&ready, 1, (int)(left / 1000) + 1) < 0)
			return ERR_SIGNER;
	}
}

static enum err sign(void *self, struct bytes message, uint8_t signature[SIGN_LEN])
{
	const struct own_key *own = self;
	struct buf out;
	enum err e;

	buf_init(&out, signature, SIGN_LEN);
	e = ask_signer(own->link, RECORD_TLS_SIGN, own->key, message, &out);
	return e == ERR_OK && out.len != SIGN_LEN ? ERR_SIGNER : e;
}

/* ---- What core says. ---- */

static enum err copy_word(struct bytes in, char out[WORD_LEN])
{
	return bytes_copy_str(in, out, WORD_LEN) == ERR_OK && in.len > 0 ? ERR_OK : ERR_FRAME;
}

static enum err copy_address(struct bytes in, char out[SOCKET_ADDRESS_LEN])
{
	if (bytes_copy_str(in, out, SOCKET_ADDRESS_LEN) != ERR_OK)
		return ERR_FRAME;
	return socket_address_check(out) == ERR_OK ? ERR_OK : ERR_FRAME;
}

static enum err take_listen(struct link *l, const struct record *r)
{
	struct listener *s = &l->listeners[l->listeners_count];

	if (l->is_running || l->listeners_count == LINK_LISTENERS_MAX)
		return ERR_FRAME;
	*s = (struct listener){ .link = l, .fd = -1 };
	if (copy_word(r->name, s->name) != ERR_OK || copy_address(r->text, s->address) != ERR_OK)
		return ERR_FRAME;
	l->listeners_count++;
	return ERR_OK;
}

static enum err take_pin(struct link *l, const struct record *r)
{
	if (l->pins_count == LINK_PINS_MAX)
		return ERR_FRAME;
	memcpy(l->pins[l->pins_count], r->key, SIGN_PUBLIC_LEN);
	l->pins_peer[l->pins_count++] = r->peer;
	return ERR_OK;
}

/* Whoever came with it goes, and may come with another. */
static enum err take_unpin(struct link *l, const struct record *r)
{
	size_t i = 0;

	while (i < l->pins_count &&
	       (l->pins_peer[i] != r->peer || memcmp(l->pins[i], r->key, SIGN_PUBLIC_LEN) != 0))
		i++;
	if (i == l->pins_count)
		return ERR_FRAME;
	l->pins_count--;
	memmove(l->pins[i], l->pins[i + 1], (l->pins_count - i) * sizeof l->pins[0]);
	memmove(&l->pins_peer[i], &l->pins_peer[i + 1], (l->pins_count - i) * sizeof l->pins_peer[0]);
	for (size_t j = 0; j < LINK_CONNECTIONS_MAX; j++) {
		struct connection *c = l->connections[j];
		const uint8_t *key = c == NULL ? NULL : tls_peer_key(c->session.tls);
		if (key != NULL && memcmp(key, r->key, SIGN_PUBLIC_LEN) == 0)
			connection_end(c, ERR_NOT_PINNED, "");
	}
	return ERR_OK;
}

static enum err take_own(struct link *l, const struct record *r)
{
	struct own_key *own = &l->own[l->own_count];

	if (l->is_running || l->own_count == LINK_OWN_MAX)
		return ERR_FRAME;
	own->link = l;
	memcpy(own->key, r->key, SIGN_PUBLIC_LEN);
	l->own_count++;
	return ERR_OK;
}

static size_t listener_find(const struct link *l, struct bytes name)
{
	size_t i = 0;

	while (i < l->listeners_count && !bytes_equal(bytes_str(l->listeners[i].name), name))
		i++;
	return i == l->listeners_count ? NO_LISTENER : i;
}

static enum err take_path(struct link *l, const struct record *r)
{
	struct path *p = &l->paths[r->peer][r->path];

	if (l->is_running || p->is_used || r->number > 2)
		return ERR_FRAME;
	*p = (struct path){ .link = l, .peer = r->peer, .index = r->path, .retry_ms = LINK_RETRY_MS_MIN };
	if (copy_word(r->name, p->name) != ERR_OK)
		return ERR_FRAME;
	p->listener = r->number == 1 ? listener_find(l, r->text) : NO_LISTENER;
	p->serial.fd = -1;
	if (r->number == 2) {
		p->is_used = true;
		return serial_text_read(r->text, &p->serial.speed, p->serial.device) == ERR_OK ? ERR_OK
											       : ERR_FRAME;
	}
	if (r->number == 1 ? p->listener == NO_LISTENER : copy_address(r->text, p->address) != ERR_OK)
		return ERR_FRAME;
	p->is_used = true;
	return ERR_OK;
}

/* What it has are the pipes; sockets come from the starter, so it may make none. */
static enum err enter_sandbox(struct link *l)
{
	struct record contained = { .kind = RECORD_LINK_CONTAINED };
	struct sandbox_given given;
	enum err e = sandbox_enter(&(struct sandbox_wants){ 0 }, &given);

	if (e == ERR_OK)
		e = sandbox_shut(l->sandbox, &given);
	if (e != ERR_OK) {
		log_error("it cannot be contained: %s", strerror(errno));
		return e;
	}
	contained.number = sandbox_given_pack(&given);
	link_tell(l, &contained);
	return ERR_OK;
}

static enum err show_own(struct link *l, struct own_key *own, bool is_post_quantum_only)
{
	const struct tls_signer signer = { sign, own };
	uint8_t memory[TLS_CERTIFICATE_MAX];
	struct buf certificate = BUF_ON(memory);
	enum err e = ask_signer(l, RECORD_TLS_SHOW, own->key, (struct bytes){ NULL, 0 }, &certificate);

	if (e != ERR_OK)
		return e;
	return l->identity == NULL ? tls_identity_new(buf_bytes(&certificate), &signer, is_post_quantum_only,
						      &l->identity)
				   : tls_identity_add(l->identity, buf_bytes(&certificate), &signer);
}

static enum err take_run(struct link *l, const struct record *r)
{
	enum err e = ERR_OK;

	if (l->is_running || l->own_count == 0)
		return ERR_FRAME;
	for (size_t i = 0; e == ERR_OK && i < l->own_count; i++)
		e = show_own(l, &l->own[i], r->number == 1);
	if (e != ERR_OK) {
		log_error("no TLS with our own key: %s", err_text(e));
		return e;
	}
	e = enter_sandbox(l);
	if (e != ERR_OK)
		return e;
	l->is_running = true;
	for (size_t i = 0; i < l->listeners_count; i++)
		listener_start(&l->listeners[i]);
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++) {
		struct path *p = &l->paths[i / LINK_PATHS_MAX][i % LINK_PATHS_MAX];

		if (p->is_used)
			path_try(p);
	}
	return ERR_OK;
}

static struct connection *connection_up(struct link *l, const struct record *r)
{
	struct path *p = &l->paths[r->peer][r->path];

	return p->is_up ? p->connection : NULL;
}

static enum err take_send(struct link *l, const struct record *r)
{
	struct bytes in = r->rest;
	struct frame frame;

	if (frame_read(&in, &frame) != ERR_OK || in.len != 0)
		return ERR_FRAME;
	/* A path that has just gone down is no fault of core's. */
	if (connection_up(l, r) != NULL)
		connection_send(connection_up(l, r), r);
	return ERR_OK;
}

static enum err take_write(struct link *l, const struct record *r)
{
	struct path *p = &l->paths[r->peer][r->path];

	if (!path_is_thin(p) || r->rest.len == 0)
		return ERR_FRAME;
	if (p->is_up)
		thin_write(p, r);
	return ERR_OK;
}

/* What is queued before it, such as our own HELLO, still goes as far as the socket takes it. */
static enum err take_close(struct link *l, const struct record *r)
{
	struct connection *c = connection_up(l, r);
	char name[RECORD_NAME_MAX + 1];

	if (c == NULL)
		return ERR_OK;
	if (bytes_copy_str(r->name, name, sizeof name) != ERR_OK)
		return ERR_FRAME;
	connection_pump(c);
	connection_end(c, r->err, name);
	return ERR_OK;
}

static const struct {
	enum record_kind kind;
	enum err (*take)(struct link *l, const struct record *r);
} rows[] = {
	{ RECORD_LISTEN, take_listen }, { RECORD_PIN, take_pin },     { RECORD_OWN, take_own },
	{ RECORD_UNPIN, take_unpin },	{ RECORD_PATH, take_path },   { RECORD_RUN, take_run },
	{ RECORD_SEND, take_send },	{ RECORD_CLOSE, take_close }, { RECORD_WRITE, take_write },
};

static enum err take_record(struct link *l, const struct record *r)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].kind == r->kind)
			return rows[i].take(l, r);
	}
	return ERR_FRAME;
}

static void read_core(struct link *l)
{
	struct record r;
	enum err e = pipe_fill(&l->core);

	if (e == ERR_DOWN) {
		link_end(l, 0);
		return;
	}
	if (e == ERR_SHORT)
		return;
	do {
		e = pipe_next(&l->core, &r);
		if (e == ERR_OK)
			e = take_record(l, &r);
	} while (e == ERR_OK);
	if (e != ERR_SHORT) {
		log_error("core said what it may not say, or what cannot be done: %s", err_text(e));
		link_end(l, 1);
	}
}

static void on_core(void *self, bool is_readable, bool is_writable)
{
	struct link *l = self;

	(void)is_writable; /* the turn's end writes */
	if (is_readable)
		read_core(l);
}

/* ---- The turn. ---- */

static void resume_stalled(struct link *l)
{
	if (!l->is_stalled || pipe_waiting(&l->core) >= PIPE_WAITING_LEN_MAX / 2)
		return;
	l->is_stalled = false;
	for (size_t i = 0; i < LINK_CONNECTIONS_MAX; i++) {
		if (l->connections[i] != NULL)
			connection_resume(l->connections[i]);
	}
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++)
		thin_resume(&l->paths[i / LINK_PATHS_MAX][i % LINK_PATHS_MAX]);
}

static void pump_marked(struct link *l)
{
	while (l->marked != NULL) {
		struct connection *c = l->marked;

		l->marked = c->next_marked;
		c->is_marked = false;
		if (!c->is_ended)
			connection_pump(c);
	}
}

static void free_ended(struct link *l)
{
	while (l->ended != NULL) {
		struct connection *c = l->ended;

		l->ended = c->next_ended;
		free(c);
	}
}

static void on_turn(void *self)
{
	struct link *l = self;
	enum err e;

	pump_marked(l);
	e = pipe_flush(&l->core);
	if (l->is_stalled) {
		resume_stalled(l);
		pump_marked(l);
		e = pipe_flush(&l->core);
	}
	if (e == ERR_DOWN)
		link_end(l, 0);
	watch_set(l->core_watch, true, e == ERR_SHORT);
	free_ended(l);
	l->shakes = 0;
}

static void on_tick(void *self)
{
	struct link *l = self;

	for (size_t i = 0; i < LINK_CONNECTIONS_MAX; i++) {
		if (l->connections[i] != NULL)
			connection_tick(l->connections[i]);
	}
	for (size_t i = 0; i < l->listeners_count && l->is_running; i++) {
		if (l->listeners[i].fd >= 0)
			listener_start(&l->listeners[i]);
	}
	refusals_tell(l);
	timer_set(l->tick, TICK_MS);
}

static void on_alive(void *self)
{
	struct link *l = self;

	/* Not behind words that core has not heard yet. */
	if (pipe_waiting(&l->core) == 0)
		link_tell(l, &(struct record){ .kind = RECORD_LINK_ALIVE });
	timer_set(l->alive, ALIVE_MS);
}

/* ---- Life. ---- */

static void finish(struct link *l)
{
	l->is_running = false;
	for (size_t i = 0; i < LINK_CONNECTIONS_MAX; i++) {
		if (l->connections[i] != NULL)
			connection_end(l->connections[i], ERR_DOWN, "");
	}
	free_ended(l);
	for (size_t i = 0; i < l->listeners_count; i++)
		listener_stop(&l->listeners[i]);
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++) {
		thin_stop(&l->paths[i / LINK_PATHS_MAX][i % LINK_PATHS_MAX]);
		timer_close(l->paths[i / LINK_PATHS_MAX][i % LINK_PATHS_MAX].retry);
	}
	timer_close(l->tick);
	timer_close(l->alive);
	watch_close(l->core_watch);
	loop_free(l->loop);
	tls_identity_free(l->identity);
	pipe_close(&l->core);
	free(l->scratch);
}

int link_run(const struct link_ends *ends, const struct sandbox *sandbox)
{
	struct link *l = xcalloc(1, sizeof *l);
	uint64_t seed;
	int status;

	random_read((uint8_t *)&seed, sizeof seed);
	prng_init(&l->prng, seed);
	/* Another run before this one may have left answers on the signer's pipe: no number is used twice. */
	random_read((uint8_t *)&l->sign_number, sizeof l->sign_number);
	l->signer = ends->signer;
	l->starter = ends->starter;
	l->sandbox = sandbox;
	l->scratch = xcalloc(1, SCRATCH_LEN);
	l->loop = loop_new();
	pipe_open(&l->core, ends->core, PIPE_LINK, PIPE_CORE, TO_CORE_LEN_MAX);
	l->core_watch = watch_open(l->loop, ends->core, on_core, l);
	watch_set(l->core_watch, true, false);
	l->tick = timer_open(l->loop, on_tick, l);
	timer_set(l->tick, TICK_MS);
	l->alive = timer_open(l->loop, on_alive, l);
	timer_set(l->alive, ALIVE_MS);
	loop_on_turn(l->loop, on_turn, l);
	loop_run(l->loop);
	status = l->status;
	finish(l);
	free(l);
	return status;
}
