/*
 * Which versions of the accord are held, by us and by each peer, and which of them a log or a path is under.
 * docs/spec/record.md section 14; why so: docs/adr/0033-a-version-is-a-place-in-each-log.md.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

void versions_tell(const struct node *n, struct versions_held *out)
{
	out->count = n->versions.count < 2 ? 0 : n->versions.count;
	for (size_t i = 0; i < out->count; i++)
		memcpy(out->hashes[i], n->versions.of[i]->hash, HASH_LEN);
}

uint16_t node_peer_versions(const struct node *n, size_t peer)
{
	const struct versions_held *held = &n->peers[peer].held;
	uint16_t known = 0;

	for (size_t i = 0; i < held->count; i++) {
		size_t version = accord_version_find(&n->versions, held->hashes[i]);
		if (version < n->versions.count)
			known |= (uint16_t)(1u << version);
	}
	return known;
}

/* That there is one which we do not hold: what is signed under it is awaited, and not refused as false. */
static void behind_note(struct node *n, const struct versions_held *held)
{
	for (size_t i = 0; i < held->count; i++)
		n->is_behind |= accord_version_find(&n->versions, held->hashes[i]) == n->versions.count;
}

void versions_note(struct node *n, size_t peer, const struct versions_held *held)
{
	n->peers[peer].held = *held;
	behind_note(n, held);
}

void versions_hear(struct node *n, size_t peer, size_t path, const struct hello *h)
{
	struct peer *p = &n->peers[peer];
	size_t version = accord_version_find(&n->versions, h->manifest_hash);
	struct versions_held held = h->held;

	if (held.count == 0) {
		held.count = 1;
		memcpy(held.hashes[0], h->manifest_hash, HASH_LEN);
	}
	/* By what he holds it is decided whether a key may go: nobody has signed what a file says of that. */
	if (path == PATH_BUNDLE) {
		behind_note(n, &held);
		p->bundle_version = version;
	} else {
		versions_note(n, peer, &held);
		p->versions_heard = node_peer_versions(n, peer);
		p->paths[path].version = version < p->paths[path].said ? version : p->paths[path].said;
	}
}

void version_heard(struct node *n, size_t peer)
{
	struct peer *p = &n->peers[peer];
	uint16_t held = node_peer_versions(n, peer);

	if ((held & ~p->versions_heard) == 0)
		return;
	p->versions_heard |= held;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct reach *r = &n->lines[i].reach[peer];
		if (r->sent > r->held)
			r->sent = r->held;
	}
	cosignatures_send_all(n, peer);
}

const struct book *book_of(const struct node *n, size_t peer, size_t path)
{
	const struct peer *p = &n->peers[peer];

	return &n->books[path == PATH_BUNDLE ? p->bundle_version : p->paths[path].version];
}

size_t version_in_force(const struct node *n)
{
	size_t version = n->versions.count - 1;

	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		if (l->is_own && !l->is_closed && l->folded > 0 && l->version < version)
			version = l->version;
	}
	return version;
}

const struct accord *accord_here(struct node *n, uint32_t channel)
{
	const struct line *line = line_newest(n, channel, n->self);

	return line == NULL || line->folded == 0 ? n->accord : n->versions.of[line->version];
}

const struct accord *node_in_force_on(struct node *n, uint32_t channel)
{
	return accord_here(n, channel);
}

const struct accord *node_in_force(const struct node *n)
{
	return n->versions.of[version_in_force(n)];
}

/* Everything that was looked up in the newest version is looked up again. */
enum err node_adopt(struct node *n, struct now now, const struct accord *a, struct effects *fx)
{
	size_t version = n->versions.count;
	bool is_awaited = false;
	enum err e;

	n->fx = fx;
	if (version == ACCORD_VERSIONS_MAX)
		return ERR_LIMIT;
	e = turn_open(n);
	if (e != ERR_OK)
		return e;
	n->is_behind = false;
	n->versions.of[n->versions.count++] = n->accord = n->fold.accord = a;
	n->fold.version = version;
	accord_book(a, &n->books[version]);
	for (size_t i = 0; i < n->lines_count; i++)
		n->lines[i].channel = accord_channel_find(a, n->lines[i].key.channel);
	e = places_adopt(n);
	if (e != ERR_OK)
		return node_local(n, e, "a log's place could not be written");
	e = heads_version(n);
	if (e != ERR_OK)
		return e;
	for (size_t peer = 0; peer < a->parties_count; peer++)
		n->peers[peer].heads_next = now.mono;
	/* Something may have been folded without what waited for it. */
	for (size_t i = 0; i < n->lines_count; i++)
		is_awaited |= n->lines[i].folded < n->lines[i].log->frontier.size;
	if (is_awaited)
		refold_due(n, now);
	log_notice("a version of the accord is held beside %zu others", version);
	return refold(n, now, false);
}
