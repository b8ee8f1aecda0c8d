/* The paths to a peer: which are open, by which one what goes, and what becomes of it when one is lost. */
#include "node/core.h"

#include "base/plant.h"

#include <stdio.h>
#include <string.h>

static bool is_open(const struct peer_path *path)
{
	return path->is_up && path->has_hello;
}

size_t open_path(const struct peer *p, size_t number)
{
	for (size_t i = 0; i < LINK_PATHS_MAX; i++) {
		if (is_open(&p->paths[i]) && number-- == 0)
			return i;
	}
	return LINK_PATHS_MAX;
}

size_t best_path(const struct peer *p)
{
	return open_path(p, 0);
}

size_t path_for(const struct peer *p, const struct line *line)
{
	size_t path = p->service_path;

	if (line->channel->plane == PLANE_SERVICE && path < LINK_PATHS_MAX && is_open(&p->paths[path]))
		return path;
	path = open_path(p, line->reach[p->party].way);
	return path < LINK_PATHS_MAX ? path : best_path(p);
}

void path_look(struct now now, const struct peer *p, struct line *line)
{
	struct reach *r = &line->reach[p->party];

	if (r->held != r->waits_from) {
		r->way = r->sent > r->held ? r->way : 0;
		r->waits_from = r->held;
		r->waits_since = now.mono;
	} else if (r->sent <= r->held && r->way == 0) {
		r->waits_since = now.mono;
	}
	/* A line check that is late says something of its own path alone. */
	if (line->channel->plane == PLANE_SERVICE || r->sent <= r->held ||
	    open_path(p, r->way + 1) == LINK_PATHS_MAX ||
	    mono_is_before(now.mono, mono_add_ms(r->waits_since, RECEIPT_WAIT_MS)) || PLANTED(STAYS_ON_PATH))
		return;
	r->way++;
	r->sent = r->held;
	r->waits_since = now.mono;
}

/* What was under way on a path that went down is sent again from what the peer is known to hold. */
static void forget_flights(struct node *n, size_t peer, size_t path)
{
	for (size_t i = 0; i < TAGS_MAX; i++) {
		struct tag *t = &n->tags[i];
		if (t->number == 0 || t->peer != peer || t->path != path)
			continue;
		tag_end(n, t);
	}
	for (size_t i = 0; i < n->lines_count; i++) {
		struct reach *r = &n->lines[i].reach[peer];
		r->way = 0;
		if (r->sent > r->held)
			r->sent = r->held;
	}
}

/*
 * Nobody knows what of that which was given to the path arrived. Entries go by what the peer holds; receipts
 * and heads have nothing to go by, and are said again where there is a path. Else the next HELLO says them.
 */
static void say_again(struct node *n, size_t peer)
{
	if (best_path(&n->peers[peer]) == LINK_PATHS_MAX)
		return;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct reach *r = &n->lines[i].reach[peer];
		r->told = r->told_receipts = 0;
	}
	cosignatures_send_all(n, peer);
}

/* Why a path is down, and the limit or rule that ended it: they change together. */
void path_why(struct peer_path *path, enum err why, struct bytes rule)
{
	path->why = why;
	if (rule.len > RULE_NAME_MAX)
		rule.len = RULE_NAME_MAX;
	if (rule.len > 0)
		memcpy(path->rule, rule.ptr, rule.len);
	path->rule[rule.len] = '\0';
}

/*
 * A path that was gone for as long as a check may take is checked when it is back. One that comes and goes is
 * not: each check stands in our log for ever, and whoever has the peer's key can make a path do so.
 */
static void check_again(struct node *n, struct now now, struct peer_path *path)
{
	if (path->was_up && mono_is_before(now.mono, mono_add_ms(path->down_at, n->accord->line_answer_ms)))
		return;
	path->is_checking = false;
	path->next_check = now.mono;
}

enum err node_link(struct node *n, struct now now, const struct path_change *in, struct effects *fx)
{
	struct peer *p = &n->peers[in->peer];
	struct peer_path *path = &p->paths[in->path];
	enum err e = ERR_OK;

	n->fx = fx;
	if (is_thin(p, in->path)) {
		thin_down(n, in->peer);
	} else if (!in->is_up || path->is_up) {
		forget_flights(n, in->peer, in->path);
		/*
		 * What was asked for or given on that path is asked for again, on another or after the next
		 * HELLO.
		 */
		p->fetching_count = 0;
		memset(p->servings, 0, sizeof p->servings);
	}
	if (!path->is_up && in->is_up)
		check_again(n, now, path);
	else if (path->is_up && !in->is_up)
		path->down_at = now.mono;
	path->is_up = in->is_up;
	path->has_hello = false;
	path->since = now.wall;
	if (in->is_up) {
		path->was_up = true;
		path_why(path, ERR_OK, (struct bytes){ NULL, 0 });
		snprintf(path->group, sizeof path->group, "%s", in->group);
		snprintf(path->address, sizeof path->address, "%s", in->address);
		memset(path->tls_key, 0, sizeof path->tls_key);
		if (in->key != NULL)
			e = pin_used(n, now, in->peer, in->path, in->key);
		if (e == ERR_OK && !is_thin(p, in->path))
			e = hello_send(n, now, in->peer, in->path);
	} else {
		/* What we closed it for stands until something is known that says more than "down". */
		if (path->why == ERR_OK || in->why != ERR_DOWN)
			path_why(path, in->why, in->rule);
		if (!is_thin(p, in->path))
			say_again(n, in->peer);
		e = attachments_fetch(n, now, in->peer);
	}
	publish_at(n, CHANGE_PATH, &(struct place_key){ .index = 0 }, in->peer);
	return e;
}

void node_measured(struct node *n, struct now now, size_t peer, size_t path, uint64_t round_trip_us)
{
	n->peers[peer].paths[path].heard = now.wall;
	n->peers[peer].paths[path].round_trip_us = round_trip_us;
}
