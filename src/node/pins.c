/*
 * By which TLS keys a peer is known. While a version of the accord is held that gives him another key, both
 * are good, until his logs have come to it and he has come with the new one; then the old one no more,
 * through restarts. Spec: docs/spec/link.md section 1.
 *
 *	'H' party   the newest TLS key that he has come with (32 bytes); when an older one was last used (ms,
 *	            8 bytes; 0: never since)
 */
#include "node/core.h"

#include <string.h>

#define PIN_ROW_LEN (SIGN_PUBLIC_LEN + 8u)

static void pin_key(size_t peer, uint8_t out[2])
{
	out[0] = ROW_PIN;
	out[1] = (uint8_t)peer;
}

/* The newest version that gives him this key; versions.count: none does. */
static size_t version_of_key(const struct node *n, size_t peer, const uint8_t *key)
{
	for (size_t v = n->versions.count; v-- > 0;) {
		const uint8_t *own = accord_node_key(&n->versions, v, peer, ACCORD_KEY_TLS);
		if (own != NULL && memcmp(own, key, SIGN_PUBLIC_LEN) == 0)
			return v;
	}
	return n->versions.count;
}

/* The newest version with whose key he has come; 0 if with none that is known. */
static size_t version_seen(const struct node *n, const struct peer *p)
{
	size_t version = version_of_key(n, p->party, p->pin);

	return version == n->versions.count ? 0 : version;
}

enum err pins_load(struct node *n)
{
	for (size_t i = 0; i < n->accord->parties_count; i++) {
		struct peer *p = &n->peers[i];
		uint8_t key[2], memory[PIN_ROW_LEN];
		struct buf value = BUF_ON(memory);
		enum err e;

		pin_key(i, key);
		e = map_get(&n->views, BYTES_OF(key), &value);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		memcpy(p->pin, memory, SIGN_PUBLIC_LEN);
		p->old_pin_used = (struct wall){ be64_get(memory + SIGN_PUBLIC_LEN) };
	}
	return ERR_OK;
}

static enum err pin_keep(struct node *n, struct peer *p)
{
	uint8_t key[2], value[PIN_ROW_LEN];

	pin_key(p->party, key);
	memcpy(value, p->pin, SIGN_PUBLIC_LEN);
	be64_put(value + SIGN_PUBLIC_LEN, p->old_pin_used.ms);
	return beside_put(n, BYTES_OF(key), BYTES_OF(value));
}

enum err pin_used(struct node *n, struct now now, size_t peer, size_t path, const uint8_t *key)
{
	struct peer *p = &n->peers[peer];
	size_t version = version_of_key(n, peer, key);

	memcpy(p->paths[path].tls_key, key, SIGN_PUBLIC_LEN);
	/* With one version there is one key, and nothing to remember. */
	if (n->versions.count == 1 || version == n->versions.count)
		return ERR_OK;
	if (version_seen(n, p) > version)
		p->old_pin_used = now.wall;
	else if (memcmp(p->pin, key, SIGN_PUBLIC_LEN) == 0)
		return ERR_OK;
	else
		memcpy(p->pin, key, SIGN_PUBLIC_LEN);
	return pin_keep(n, p);
}

/* The oldest that any of his logs, in its latest epoch, has come to; one of which nothing is held has not. */
static size_t version_of_peer(const struct node *n, size_t peer)
{
	size_t version = n->versions.count;

	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *l = &n->lines[i];
		size_t come_to;
		if (l->key.party != peer || l->channel->plane == PLANE_HOME || l->places.count == 0)
			continue;
		for (size_t j = 0; j < n->lines_count && l != NULL; j++) {
			const struct line *other = &n->lines[j];
			if (other->key.party == peer && other->key.channel == l->key.channel &&
			    other->key.epoch > l->key.epoch && other->places.count > 0)
				l = NULL;
		}
		come_to = l == NULL ? version : line_version(n, l, l->log->durable);
		if (come_to < version)
			version = come_to;
	}
	return version == n->versions.count ? 0 : version;
}

size_t node_pins(const struct node *n, size_t peer, const uint8_t *out[ACCORD_VERSIONS_MAX])
{
	const struct peer *p = &n->peers[peer];
	size_t in_force = version_of_peer(n, peer), seen = version_seen(n, p);

	return accord_node_keys(&n->versions, peer, ACCORD_KEY_TLS, seen < in_force ? seen : in_force, out);
}
