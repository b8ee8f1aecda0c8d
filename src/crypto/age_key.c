/* Keys and secrets of age as text, and the table of their kinds. */
#include "crypto/age_wrap.h"

#include "crypto/bech32.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const struct age_kind_row *const rows[] = { [AGE_X25519] = &age_x25519, [AGE_HYBRID] = &age_hybrid };

const struct age_kind_row *age_kind_row(enum age_kind kind)
{
	assert(kind >= AGE_X25519 && kind < ARRAY_COUNT(rows));
	return rows[kind];
}

const char *age_kind_name(enum age_kind kind)
{
	return age_kind_row(kind)->stanza;
}

size_t age_key_len(enum age_kind kind)
{
	return age_kind_row(kind)->key_len;
}

bool age_kind_is_here(enum age_kind kind)
{
	return age_kind_row(kind)->is_here();
}

void age_wipe(void *memory, size_t len)
{
	sodium_memzero(memory, len);
}

enum err age_recipient_from(struct bytes key, struct age_recipient *out)
{
	for (size_t i = AGE_X25519; i < ARRAY_COUNT(rows); i++) {
		if (rows[i]->key_len != key.len)
			continue;
		*out = (struct age_recipient){ .kind = (enum age_kind)i };
		memcpy(out->key, key.ptr, key.len);
		return ERR_OK;
	}
	return ERR_VERIFY;
}

enum err age_recipient_read(struct bytes text, struct age_recipient *out)
{
	struct age_recipient r = { 0 };

	for (size_t i = AGE_X25519; i < ARRAY_COUNT(rows); i++) {
		if (bech32_read(rows[i]->public, text, r.key, rows[i]->key_len) != ERR_OK)
			continue;
		r.kind = (enum age_kind)i;
		*out = r;
		return ERR_OK;
	}
	return ERR_VERIFY;
}

void age_recipient_write(const struct age_recipient *r, struct buf *out)
{
	const struct age_kind_row *row = age_kind_row(r->kind);

	bech32_write(row->public, (struct bytes){ r->key, row->key_len }, out);
}

enum err age_identity_read(struct bytes text, struct age_identity *out)
{
	uint8_t secret[AGE_SECRET_LEN];
	enum err e = ERR_VERIFY;

	for (size_t i = AGE_X25519; e != ERR_OK && i < ARRAY_COUNT(rows); i++) {
		if (bech32_read(rows[i]->secret, text, secret, sizeof secret) != ERR_OK)
			continue;
		out->kind = (enum age_kind)i;
		memcpy(out->secret, secret, sizeof secret);
		e = ERR_OK;
	}
	sodium_memzero(secret, sizeof secret);
	return e;
}

/* A secret is written in capitals, so that nobody takes it for a key. */
void age_identity_write(const struct age_identity *id, struct buf *out)
{
	size_t from = out->len;

	bech32_write(age_kind_row(id->kind)->secret, BYTES_OF(id->secret), out);
	for (size_t i = from; i < out->len; i++) {
		if (out->ptr[i] >= 'a')
			out->ptr[i] = (uint8_t)(out->ptr[i] - 'a' + 'A');
	}
}

enum err age_identity_recipient(const struct age_identity *id, struct age_recipient *out)
{
	const struct age_kind_row *row = age_kind_row(id->kind);

	if (!row->is_here())
		return ERR_REFUSED;
	*out = (struct age_recipient){ .kind = id->kind };
	return row->derive(id->secret, out->key);
}
