/* Which ways there are to whom, and when to try again. docs/spec/link.md section 1. */
#include "link/state.h"

#include <assert.h>
#include <string.h>

/* A path that held for so long has earned a quick retry. */
#define STEADY_MS 1000u

static struct record record_on(const struct path *p, enum record_kind kind)
{
	return (struct record){ .kind = kind, .peer = p->peer, .path = p->index };
}

static bool is_older(const struct path *p, struct mono since, uint64_t ms)
{
	return !mono_is_before(loop_now(p->link->loop).mono, mono_add_ms(since, ms));
}

static void on_retry(void *self)
{
	struct path *p = self;

	p->is_waiting = false;
	path_try(p);
}

/*
 * Half of it at least, so that two sides that lost each other at once do not meet at once for ever. It grows
 * by a quarter: a node that was away for some time waits for at most about a quarter of that time more.
 */
static void retry_later(struct path *p)
{
	uint64_t half = p->retry_ms / 2;

	if (p->retry == NULL)
		p->retry = timer_open(p->link->loop, on_retry, p);
	p->is_waiting = true;
	timer_set(p->retry, half + prng_below(&p->link->prng, half + 1));
	p->retry_ms = p->retry_ms > LINK_RETRY_MS_MAX * 4 / 5 ? LINK_RETRY_MS_MAX : p->retry_ms * 5 / 4 + 1;
}

void path_try(struct path *p)
{
	if (p->listener != NO_LISTENER || p->connection != NULL)
		return;
	p->tried = loop_now(p->link->loop).mono;
	if (path_is_thin(p))
		thin_try(p);
	else
		connection_open(p->link, p);
}

void path_up(struct path *p, struct connection *c)
{
	struct record up = record_on(p, RECORD_PATH_UP);

	assert(p->connection == c && (c != NULL) != path_is_thin(p) && !p->is_up);
	p->is_up = true;
	p->up_since = loop_now(p->link->loop).mono;
	up.name = bytes_str(c == NULL ? "thin" : tls_group(c->session.tls));
	if (c != NULL) {
		memcpy(up.key, tls_peer_key(c->session.tls), RECORD_KEY_LEN);
		up.number = tls_own(c->session.tls);
	}
	up.text = bytes_str(c == NULL ? p->serial.device : c->address);
	link_tell(p->link, &up);
}

/* The peer lives: what waited for it to come back need not wait any longer. */
void path_greeted(struct path *p)
{
	for (size_t i = 0; i < LINK_PATHS_MAX; i++) {
		struct path *other = &p->link->paths[p->peer][i];

		if (!other->is_used || !other->is_waiting || !is_older(other, other->tried, STEADY_MS))
			continue;
		other->retry_ms = LINK_RETRY_MS_MIN;
		timer_set(other->retry, 0);
	}
}

void path_down(struct path *p, enum err why, const char *name)
{
	struct record down = record_on(p, RECORD_PATH_DOWN);

	if (p->is_up && is_older(p, p->up_since, STEADY_MS))
		p->retry_ms = LINK_RETRY_MS_MIN;
	p->connection = NULL;
	/* An attempt that fails as the one before is no news. */
	if (p->is_up || p->told != why) {
		down.err = why;
		down.name = bytes_str(name);
		link_tell(p->link, &down);
	}
	p->told = why;
	p->is_up = false;
	if (p->listener == NO_LISTENER && p->link->is_running)
		retry_later(p);
}
