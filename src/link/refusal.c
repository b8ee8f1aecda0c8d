/* What core is told of connections that were turned away: once a second, so that a flood is one line. */
#include "link/state.h"

#include <stdio.h>
#include <string.h>

/* Address without its port: each connection of a flood has another one. */
static void address_host(const char *address, char out[SOCKET_ADDRESS_LEN])
{
	const char *colon = strrchr(address, ':');
	size_t len = colon == NULL ? strlen(address) : (size_t)(colon - address);

	memcpy(out, address, len);
	out[len] = '\0';
}

void refusal_add(struct link *l, enum err why, const char *name, const char *address, const uint8_t *key)
{
	static const uint8_t no_key[RECORD_KEY_LEN];
	char host[SOCKET_ADDRESS_LEN];
	struct refusal *r;

	address_host(address, host);
	if (key == NULL)
		key = no_key;
	for (size_t i = 0; i < l->refusals_count; i++) {
		r = &l->refusals[i];
		if (r->err == why && strcmp(r->name, name) == 0 && strcmp(r->address, host) == 0 &&
		    memcmp(r->key, key, RECORD_KEY_LEN) == 0) {
			r->count++;
			return;
		}
	}
	if (l->refusals_count == REFUSALS_MAX) {
		/* Too many kinds at once: the last row stands for all others. */
		l->refusals[REFUSALS_MAX - 1].count++;
		return;
	}
	r = &l->refusals[l->refusals_count++];
	*r = (struct refusal){ .err = why, .count = 1 };
	snprintf(r->name, sizeof r->name, "%s", name);
	memcpy(r->address, host, sizeof host);
	memcpy(r->key, key, RECORD_KEY_LEN);
}

void refusals_tell(struct link *l)
{
	for (size_t i = 0; i < l->refusals_count; i++) {
		const struct refusal *r = &l->refusals[i];
		struct record told = {
			.kind = RECORD_REFUSED,
			.err = r->err,
			.number = r->count,
			.name = bytes_str(r->name),
			.text = bytes_str(r->address),
		};

		memcpy(told.key, r->key, RECORD_KEY_LEN);
		link_tell(l, &told);
	}
	l->refusals_count = 0;
}
