/* What link is told: where it listens, whom it calls, who may come by which key. */
#include "process/core.h"

#include <stdio.h>
#include <string.h>

static struct bytes serial_text(const struct settings_path *p, char out[SERIAL_TEXT_LEN])
{
	snprintf(out, SERIAL_TEXT_LEN, "%u %u %s", p->speed, p->modem, p->serial);
	return bytes_str(out);
}

enum err core_link_shut(struct core *c)
{
	const struct settings *settings = &c->settings;
	const struct record shut = { .kind = RECORD_SHUT };
	size_t next[PARTY_MAX] = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; i < settings->listens_count && e == ERR_OK; i++) {
		struct record door = { .kind = RECORD_DOOR,
				       .number = i,
				       .text = bytes_str(settings->listens[i].address) };

		e = children_tell_starter(c, &door, NULL, 0);
	}
	for (size_t i = 0; i < settings->paths_count && e == ERR_OK; i++) {
		size_t peer = accord_party_find(c->accord, bytes_str(settings->paths[i].peer));
		size_t path = next[peer]++;
		char serial[SERIAL_TEXT_LEN];
		struct record door = { .kind = RECORD_DOOR,
				       .number = DOOR_CALLS(peer, path),
				       .text = bytes_str(settings->paths[i].connect) };

		if (settings->paths[i].serial[0] != '\0')
			door.text = serial_text(&settings->paths[i], serial);
		if (door.text.len > 0)
			e = children_tell_starter(c, &door, NULL, 0);
	}
	return e == ERR_OK ? children_tell_starter(c, &shut, NULL, 0) : e;
}

static bool is_among(const uint8_t *key, const uint8_t *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (memcmp(keys[i], key, RECORD_KEY_LEN) == 0)
			return true;
	}
	return false;
}

static void tell_pin(struct core *c, enum record_kind kind, size_t peer, const uint8_t *key)
{
	struct record pin = { .kind = kind, .peer = peer };

	memcpy(pin.key, key, RECORD_KEY_LEN);
	children_tell(c, &c->link, &pin);
}

/* What link was told and is no longer so, then what it was not told. */
static void tell_pins(struct core *c, size_t peer)
{
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t count = node_pins(c->node, peer, keys);
	struct pins_told *told = &c->pins_told[peer];

	for (size_t i = told->count; i-- > 0;) {
		if (is_among(told->of[i], keys, count))
			continue;
		tell_pin(c, RECORD_UNPIN, peer, told->of[i]);
		told->count--;
		memmove(told->of[i], told->of[i + 1], (told->count - i) * sizeof told->of[0]);
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = 0;
		while (at < told->count && memcmp(told->of[at], keys[i], RECORD_KEY_LEN) != 0)
			at++;
		if (at < told->count || told->count == ARRAY_COUNT(told->of))
			continue;
		tell_pin(c, RECORD_PIN, peer, keys[i]);
		memcpy(told->of[told->count++], keys[i], RECORD_KEY_LEN);
	}
}

/* Which of our TLS keys is the newest that stands in a version in force in our logs which he holds. */
static size_t own_wanted(const struct core *c, size_t peer)
{
	const struct node_keys *own = &c->signer_keys[NODE_TLS];
	const struct accord *in_force = node_in_force(c->node);
	uint16_t held = node_peer_versions(c->node, peer);
	const struct accord_key *k = accord_key_find(in_force, c->self, ACCORD_KEY_TLS);
	size_t version = accord_version_find(&c->versions.held, in_force->hash);

	for (size_t i = 0; (held >> version & 1) != 0 && i < own->count; i++) {
		if (bytes_equal(k->key, BYTES_OF(own->of[i])))
			return i;
	}
	return 0;
}

/* A line that is up with our old key is made anew with the one in force, once and one path at a time. */
static void renew_path(struct core *c, size_t peer)
{
	size_t wanted = own_wanted(c, peer), old = LINK_PATHS_MAX;
	struct record r = { .kind = RECORD_CLOSE, .peer = peer, .err = ERR_EXISTS };

	for (size_t i = 0; i < c->path_counts[peer]; i++) {
		if (c->is_thin[peer][i])
			continue;
		if (!c->is_up[peer][i])
			return;
		if (c->own_shown[peer][i] < wanted && !c->is_renewed[peer][i])
			old = i;
	}
	if (old == LINK_PATHS_MAX)
		return;
	c->is_renewed[peer][old] = true;
	r.path = old;
	children_tell(c, &c->link, &r);
}

void core_link_keys(struct core *c)
{
	if (c->versions.held.count == 1 || c->link.fd < 0)
		return;
	for (size_t peer = 0; peer < c->accord->parties_count; peer++) {
		if (peer == c->self)
			continue;
		tell_pins(c, peer);
		renew_path(c, peer);
	}
}

static void tell_own(struct core *c)
{
	const struct node_keys *own = &c->signer_keys[NODE_TLS];

	for (size_t i = 0; i < own->count; i++) {
		struct record r = { .kind = RECORD_OWN };

		memcpy(r.key, own->of[i], RECORD_KEY_LEN);
		children_tell(c, &c->link, &r);
	}
}

static void tell_paths(struct core *c)
{
	size_t next[PARTY_MAX] = { 0 };

	for (size_t i = 0; i < c->settings.paths_count; i++) {
		const struct settings_path *p = &c->settings.paths[i];
		size_t peer = accord_party_find(c->accord, bytes_str(p->peer));
		bool is_listen = p->listen[0] != '\0', is_thin = p->serial[0] != '\0';
		char serial[SERIAL_TEXT_LEN];
		struct record path = {
			.kind = RECORD_PATH,
			.peer = peer,
			.path = next[peer]++,
			.number = is_thin     ? 2
				  : is_listen ? 1
					      : 0,
			.name = bytes_str(p->name),
			.text = bytes_str(is_listen ? p->listen : p->connect),
		};

		if (is_thin)
			path.text = serial_text(p, serial);
		children_tell(c, &c->link, &path);
	}
}

void core_link_configure(struct core *c)
{
	bool is_only = c->accord->post_quantum == POST_QUANTUM_REQUIRED;
	struct record run = { .kind = RECORD_RUN, .number = is_only ? 1 : 0 };

	for (size_t i = 0; i < c->settings.listens_count; i++) {
		struct record listen = {
			.kind = RECORD_LISTEN,
			.name = bytes_str(c->settings.listens[i].name),
			.text = bytes_str(c->settings.listens[i].address),
		};

		children_tell(c, &c->link, &listen);
	}
	memset(c->pins_told, 0, sizeof c->pins_told);
	for (size_t peer = 0; peer < c->accord->parties_count; peer++) {
		if (peer != c->self)
			tell_pins(c, peer);
	}
	tell_own(c);
	tell_paths(c);
	children_tell(c, &c->link, &run);
}
