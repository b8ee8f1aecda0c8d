/* The header of an age file, and whole files in memory. */
#include "crypto/age_wrap.h"

#include "crypto/hkdf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* Without padding: what four letters of base64 stand for in three bytes. */
#define TEXT_LEN(len) (((len) * 4 + 2) / 3)
#define BODY_TEXT_LEN TEXT_LEN(AGE_BODY_LEN)
#define MAC_TEXT_LEN TEXT_LEN(HASH_LEN)
#define SHARE_TEXT_LEN_MAX TEXT_LEN(AGE_SHARE_LEN_MAX)

static const char version[] = "age-encryption.org/v1\n";
static const char stanza_mark[] = "-> ";
static const char end_mark[] = "---";

/* ---- Reading. ---- */

/* Exactly len bytes in the one canonical form. */
static enum err read_text(struct bytes text, uint8_t *out, size_t len)
{
	uint8_t padded[BASE64_LEN(AGE_SHARE_LEN_MAX)];
	struct buf whole = BUF_ON(padded);
	size_t found;

	if (text.len != TEXT_LEN(len))
		return ERR_VERIFY;
	buf_put(&whole, text);
	while (whole.len % 4 != 0)
		buf_put_byte(&whole, '=');
	return bytes_read_base64(buf_bytes(&whole), out, len, &found) == ERR_OK && found == len ? ERR_OK
												: ERR_VERIFY;
}

/* Whether it begins so: moves past it. */
static bool take_mark(struct bytes *in, struct bytes mark)
{
	struct bytes rest = *in, got;

	if (bytes_take(&rest, mark.len, &got) != ERR_OK || !bytes_equal(got, mark))
		return false;
	*in = rest;
	return true;
}

/* Which kind's stanza this is; 0 if it is none's. */
static size_t find_kind(struct bytes name)
{
	size_t kind = AGE_X25519;

	while (kind <= AGE_HYBRID && !bytes_equal(name, bytes_str(age_kind_name((enum age_kind)kind))))
		kind++;
	return kind <= AGE_HYBRID ? kind : 0;
}

/* One stanza behind its mark: a line of arguments, a line with the body, which is too short to be wrapped. */
static enum err read_stanza(struct bytes *in, struct age_header *h, const char **rule)
{
	struct bytes line, name, body, share;
	uint8_t share_bytes[AGE_SHARE_LEN_MAX];
	size_t kind;

	*rule = "age.stanza";
	if (bytes_take_until(in, '\n', &line) != ERR_OK || bytes_take_until(in, '\n', &body) != ERR_OK)
		return ERR_VERIFY;
	share = line;
	if (bytes_take_until(&share, ' ', &name) != ERR_OK)
		return ERR_VERIFY;
	kind = find_kind(name);
	*rule = "age.kind";
	if (kind == 0)
		return ERR_VERIFY;
	*rule = "age.mixed";
	if (h->count > 0 && kind != h->kind)
		return ERR_VERIFY;
	*rule = "age.count";
	if (h->count == AGE_RECIPIENTS_MAX)
		return ERR_VERIFY;
	*rule = "age.base64";
	h->kind = (enum age_kind)kind;
	h->stanzas[h->count].share = share;
	if (read_text(share, share_bytes, age_kind_row(h->kind)->share_len) != ERR_OK ||
	    read_text(body, h->stanzas[h->count].body, AGE_BODY_LEN) != ERR_OK)
		return ERR_VERIFY;
	h->count++;
	return ERR_OK;
}

static enum err read_end(struct bytes *in, struct age_header *h, const char **rule)
{
	struct bytes line;

	*rule = "age.end";
	if (bytes_take_until(in, '\n', &line) != ERR_OK || line.len != 1 + MAC_TEXT_LEN || line.ptr[0] != ' ')
		return ERR_VERIFY;
	*rule = "age.base64";
	line.ptr++;
	line.len--;
	return read_text(line, h->mac, HASH_LEN);
}

static enum err read_header(struct bytes *in, struct age_header *h, const char **rule)
{
	struct bytes whole = *in;
	enum err e;

	*rule = "age.version";
	if (!take_mark(in, bytes_str(version)))
		return ERR_VERIFY;
	while (take_mark(in, bytes_str(stanza_mark))) {
		e = read_stanza(in, h, rule);
		if (e != ERR_OK)
			return e;
	}
	*rule = "age.end";
	if (h->count == 0 || !take_mark(in, bytes_str(end_mark)))
		return ERR_VERIFY;
	h->covered = (struct bytes){ whole.ptr, whole.len - in->len };
	return read_end(in, h, rule);
}

enum err age_header_read(struct bytes *in, struct age_header *out, struct fault *fault)
{
	struct bytes rest = *in;
	struct age_header h = { 0 };
	const char *rule;
	enum err e = read_header(&rest, &h, &rule);

	if (e != ERR_OK) {
		*fault = (struct fault){ rule, in->len - rest.len };
		return e;
	}
	*in = rest;
	*out = h;
	return ERR_OK;
}

/* As many chunks as it can be: whole ones and one that is shorter, empty only if it is alone. */
static bool is_payload_len(uint64_t len)
{
	uint64_t last;

	if (len < AGE_NONCE_LEN + AGE_TAG_LEN)
		return false;
	len -= AGE_NONCE_LEN;
	last = len % (AGE_CHUNK_LEN + AGE_TAG_LEN);
	return last == 0 || last > AGE_TAG_LEN || len == AGE_TAG_LEN;
}

enum err age_look(struct bytes front, uint64_t len, uint64_t kind, struct fault *fault)
{
	struct bytes rest = front;
	struct age_header h;
	enum err e = age_header_read(&rest, &h, fault);

	if (e != ERR_OK)
		return e;
	*fault = (struct fault){ "age.said", sizeof version - 1 };
	if (h.kind != kind)
		return ERR_VERIFY;
	*fault = (struct fault){ "age.payload", front.len - rest.len };
	return is_payload_len(len - (front.len - rest.len)) ? ERR_OK : ERR_VERIFY;
}

/* ---- Who may open it. ---- */

static void header_mac(const uint8_t file_key[AGE_FILE_KEY_LEN], struct bytes covered, uint8_t out[HASH_LEN])
{
	crypto_auth_hmacsha256_state state;
	uint8_t key[HASH_LEN];

	hkdf((struct bytes){ NULL, 0 }, (struct bytes){ file_key, AGE_FILE_KEY_LEN }, BYTES_LIT("header"),
	     key);
	crypto_auth_hmacsha256_init(&state, key, sizeof key);
	crypto_auth_hmacsha256_update(&state, covered.ptr, covered.len);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(key, sizeof key);
	sodium_memzero(&state, sizeof state);
}

enum err age_header_verify(const struct age_header *h, const uint8_t file_key[AGE_FILE_KEY_LEN])
{
	uint8_t mac[HASH_LEN];

	header_mac(file_key, h->covered, mac);
	return sodium_memcmp(mac, h->mac, sizeof mac) == 0 ? ERR_OK : ERR_VERIFY;
}

/* ERR_NOT_FOUND: none of the stanzas is for this secret. */
static enum err try_identity(const struct age_header *h, const struct age_identity *id,
			     uint8_t file_key[AGE_FILE_KEY_LEN])
{
	const struct age_kind_row *row = age_kind_row(h->kind);
	uint8_t share[AGE_SHARE_LEN_MAX];

	if (id->kind != h->kind)
		return ERR_NOT_FOUND;
	if (!row->is_here())
		return ERR_REFUSED;
	for (size_t i = 0; i < h->count; i++) {
		enum err e;
		(void)read_text(h->stanzas[i].share, share,
				row->share_len); /* age_header_read found it good */
		e = row->unwrap(id->secret, share, h->stanzas[i].body, file_key);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_NOT_FOUND;
}

enum err age_header_unwrap(const struct age_header *h, const struct age_identity *ids, size_t count,
			   uint8_t file_key[AGE_FILE_KEY_LEN])
{
	uint8_t key[AGE_FILE_KEY_LEN];
	enum err e, found = ERR_NOT_FOUND;

	for (size_t i = 0; i < count; i++) {
		e = try_identity(h, &ids[i], key);
		if (e == ERR_OK)
			e = age_header_verify(h, key);
		if (e == ERR_OK)
			memcpy(file_key, key, sizeof key);
		sodium_memzero(key, sizeof key);
		if (e == ERR_OK || e == ERR_VERIFY)
			return e;
		if (e == ERR_REFUSED)
			found = ERR_REFUSED;
	}
	return found;
}

/* ---- Writing. ---- */

static void put_text(struct buf *out, const uint8_t *ptr, size_t len)
{
	char text[BASE64_LEN(AGE_SHARE_LEN_MAX) + 1];

	bytes_write_base64((struct bytes){ ptr, len }, text);
	buf_put(out, (struct bytes){ (const uint8_t *)text, TEXT_LEN(len) });
}

static enum err put_stanza(const struct age_recipient *to, struct drbg *random,
			   const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out)
{
	const struct age_kind_row *row = age_kind_row(to->kind);
	uint8_t seed[AGE_SEED_LEN_MAX], share[AGE_SHARE_LEN_MAX], body[AGE_BODY_LEN];
	enum err e;

	drbg_read(random, seed, row->seed_len);
	e = row->wrap(to->key, seed, file_key, share, body);
	sodium_memzero(seed, sizeof seed);
	if (e != ERR_OK)
		return e;
	buf_put_str(out, stanza_mark);
	buf_put_str(out, row->stanza);
	buf_put_byte(out, ' ');
	put_text(out, share, row->share_len);
	buf_put_byte(out, '\n');
	put_text(out, body, sizeof body);
	buf_put_byte(out, '\n');
	return ERR_OK;
}

enum err age_header_write(const struct age_recipient *const *to, size_t count, struct drbg *random,
			  const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out, size_t *bad)
{
	size_t from = out->len;
	uint8_t mac[HASH_LEN];
	enum err e = ERR_OK;

	assert(count > 0 && count <= AGE_RECIPIENTS_MAX);
	*bad = 0;
	if (!age_kind_is_here(to[0]->kind))
		return ERR_REFUSED;
	buf_put_str(out, version);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		assert(to[i]->kind == to[0]->kind);
		*bad = i;
		e = put_stanza(to[i], random, file_key, out);
	}
	if (e != ERR_OK) {
		out->len = from;
		return e;
	}
	buf_put_str(out, end_mark);
	header_mac(file_key, (struct bytes){ out->ptr + from, out->len - from }, mac);
	buf_put_byte(out, ' ');
	put_text(out, mac, sizeof mac);
	buf_put_byte(out, '\n');
	return buf_check(out);
}

size_t age_header_len(enum age_kind kind, size_t count)
{
	const struct age_kind_row *row = age_kind_row(kind);
	size_t stanza = sizeof stanza_mark - 1 + strlen(row->stanza) + 1 + TEXT_LEN(row->share_len) + 1 +
			BODY_TEXT_LEN + 1;

	return sizeof version - 1 + count * stanza + sizeof end_mark - 1 + 1 + MAC_TEXT_LEN + 1;
}

/* ---- Whole files. ---- */

static size_t chunks_of(size_t plain_len)
{
	return plain_len == 0 ? 1 : (plain_len + AGE_CHUNK_LEN - 1) / AGE_CHUNK_LEN;
}

size_t age_sealed_len(enum age_kind kind, size_t count, size_t plain_len)
{
	return age_header_len(kind, count) + AGE_NONCE_LEN + plain_len + chunks_of(plain_len) * AGE_TAG_LEN;
}

static enum err put_payload(const uint8_t file_key[AGE_FILE_KEY_LEN], const uint8_t nonce[AGE_NONCE_LEN],
			    struct bytes plain, struct buf *out)
{
	struct age_stream s;

	buf_put(out, (struct bytes){ nonce, AGE_NONCE_LEN });
	age_stream_open(&s, file_key, nonce);
	for (size_t left = chunks_of(plain.len); left > 0; left--) {
		struct bytes chunk = { plain.ptr, plain.len < AGE_CHUNK_LEN ? plain.len : AGE_CHUNK_LEN };
		uint8_t *place = buf_reserve(out, chunk.len + AGE_TAG_LEN);
		if (place == NULL)
			break;
		age_stream_seal(&s, chunk, left == 1, place);
		plain.ptr += chunk.len;
		plain.len -= chunk.len;
	}
	sodium_memzero(&s, sizeof s);
	return buf_check(out);
}

enum err age_seal(const struct age_recipient *const *to, size_t count, struct drbg *random,
		  struct bytes plain, struct buf *out, size_t *bad)
{
	uint8_t file_key[AGE_FILE_KEY_LEN], nonce[AGE_NONCE_LEN];
	enum err e;

	drbg_read(random, file_key, sizeof file_key);
	drbg_read(random, nonce, sizeof nonce);
	e = age_header_write(to, count, random, file_key, out, bad);
	if (e == ERR_OK)
		e = put_payload(file_key, nonce, plain, out);
	sodium_memzero(file_key, sizeof file_key);
	return e;
}

static enum err open_payload(struct bytes in, const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out,
			     const char **rule)
{
	const size_t chunk_max = AGE_CHUNK_LEN + AGE_TAG_LEN;
	struct age_stream s;
	struct bytes nonce;
	enum err e = ERR_OK;

	*rule = "age.payload";
	if (bytes_take(&in, AGE_NONCE_LEN, &nonce) != ERR_OK || in.len < AGE_TAG_LEN)
		return ERR_VERIFY;
	age_stream_open(&s, file_key, nonce.ptr);
	while (e == ERR_OK && in.len > 0) {
		struct bytes chunk = { in.ptr, in.len < chunk_max ? in.len : chunk_max };
		uint8_t *place = chunk.len < AGE_TAG_LEN ? NULL : buf_reserve(out, chunk.len - AGE_TAG_LEN);
		if (chunk.len < AGE_TAG_LEN)
			e = ERR_VERIFY;
		else if (place == NULL)
			e = ERR_LIMIT;
		else
			e = age_stream_unseal(&s, chunk, chunk.len == in.len, place);
		in.ptr += chunk.len;
		in.len -= chunk.len;
	}
	sodium_memzero(&s, sizeof s);
	return e;
}

/* Nothing of a text that is not whole is given to anybody. */
static enum err open_rest(struct bytes whole, struct bytes payload, const uint8_t file_key[AGE_FILE_KEY_LEN],
			  struct buf *out, struct fault *fault)
{
	size_t from = out->len;
	const char *rule;
	enum err e = open_payload(payload, file_key, out, &rule);

	if (e == ERR_OK)
		return ERR_OK;
	sodium_memzero(out->ptr + from, out->len - from);
	out->len = from;
	*fault = (struct fault){ rule, whole.len - payload.len };
	return e;
}

enum err age_open(struct bytes file, const struct age_identity *ids, size_t count, struct buf *out,
		  uint8_t file_key[AGE_FILE_KEY_LEN], struct fault *fault)
{
	struct bytes rest = file;
	uint8_t key[AGE_FILE_KEY_LEN];
	struct age_header h;
	enum err e = age_header_read(&rest, &h, fault);

	if (e != ERR_OK)
		return e;
	e = age_header_unwrap(&h, ids, count, key);
	*fault = (struct fault){ "age.mac", h.covered.len };
	if (e == ERR_OK)
		e = open_rest(file, rest, key, out, fault);
	if (e == ERR_OK && file_key != NULL)
		memcpy(file_key, key, sizeof key);
	sodium_memzero(key, sizeof key);
	return e;
}

enum err age_open_by_key(struct bytes file, const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out,
			 struct fault *fault)
{
	struct bytes rest = file;
	struct age_header h;
	enum err e = age_header_read(&rest, &h, fault);

	if (e != ERR_OK)
		return e;
	*fault = (struct fault){ "age.mac", h.covered.len };
	e = age_header_verify(&h, file_key);
	return e == ERR_OK ? open_rest(file, rest, file_key, out, fault) : e;
}
