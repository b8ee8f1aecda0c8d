/* `keys`: roots, registrar and the node's first keys of each party. */
#include "accord/reader.h"

#include "crypto/sshsig.h"
#include "wire/note.h"

#include <assert.h>
#include <string.h>

#define RAW_ALGORITHM "ed25519"

static const struct {
	const char *word;
	bool is_ssh; /* else 32 raw bytes of Ed25519 */
} uses[ACCORD_KEY_USE_COUNT] = {
	[ACCORD_KEY_ROOT] = { "root", true },	  [ACCORD_KEY_REGISTRAR] = { "registrar", true },
	[ACCORD_KEY_LOG] = { "log", false },	  [ACCORD_KEY_MIRROR] = { "mirror", false },
	[ACCORD_KEY_TLS] = { "tls", false },
};

const char *accord_key_use_name(enum accord_key_use use)
{
	assert(use < ACCORD_KEY_USE_COUNT);
	return uses[use].word;
}

/* An SSH key in wire form begins with the length and the name of its type. */
static struct bytes algorithm_of(const struct accord_key *k)
{
	struct bytes wire = k->key, len, name;

	if (!uses[k->use].is_ssh)
		return BYTES_LIT(RAW_ALGORITHM);
	if (bytes_take(&wire, 4, &len) != ERR_OK || bytes_take(&wire, be32_get(len.ptr), &name) != ERR_OK)
		return (struct bytes){ NULL, 0 };
	return name;
}

/* The same point may stand raw and, for an SSH key, at the end of the wire form. */
static bool is_same_key(const struct accord_key *a, const struct accord_key *b)
{
	struct bytes left = a->key, right = b->key;
	size_t len = left.len < right.len ? left.len : right.len;

	if (left.len == right.len || len != SIGN_PUBLIC_LEN)
		return bytes_equal(left, right);
	return memcmp(left.ptr + left.len - len, right.ptr + right.len - len, len) == 0;
}

static enum err read_use(struct reader *r, struct accord_key *key)
{
	struct bytes word;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < ACCORD_KEY_USE_COUNT; i++) {
		if (bytes_equal(word, bytes_str(uses[i].word))) {
			key->use = (enum accord_key_use)i;
			return ERR_OK;
		}
	}
	return reader_refuse(r, "keys.use");
}

static bool is_good_key(const struct accord_key *k)
{
	if (uses[k->use].is_ssh)
		return ssh_public_check(k->key) == ERR_OK;
	return k->key.len == SIGN_PUBLIC_LEN && sign_is_good_public(k->key.ptr);
}

static enum err read_key(struct reader *r, struct accord_key *key)
{
	struct bytes algorithm, text;
	uint8_t *memory;
	enum err e = line_word(&r->line, &algorithm);

	if (e == ERR_OK)
		e = line_word(&r->line, &text);
	if (e != ERR_OK)
		return e;
	memory = arena_alloc(r->arena, SSH_PUBLIC_MAX, 1);
	if (memory == NULL)
		return ERR_MEMORY;
	key->key.ptr = memory;
	if (bytes_read_base64(text, memory, SSH_PUBLIC_MAX, &key->key.len) != ERR_OK || !is_good_key(key))
		return reader_refuse(r, "keys.key");
	return bytes_equal(algorithm, algorithm_of(key)) ? ERR_OK : reader_refuse(r, "keys.algorithm");
}

static enum err read_count(struct reader *r, unsigned *out)
{
	struct bytes word;
	uint64_t count = 0;

	if (line_word(&r->line, &word) != ERR_OK || bytes_read_decimal(word, ACCORD_KEYS_MAX, &count) != ERR_OK ||
	    count == 0)
		return reader_refuse(r, "keys.quorum");
	*out = (unsigned)count;
	return ERR_OK;
}

/* `K of N` stands on each line of a root, and says the same on all of a party's. */
static enum err read_quorum(struct reader *r, struct accord_key *key)
{
	enum err e;

	key->quorum = key->of = 1;
	if (key->use != ACCORD_KEY_ROOT)
		return ERR_OK;
	e = read_count(r, &key->quorum);
	if (e == ERR_OK && line_expect(&r->line, "of") != ERR_OK)
		e = reader_refuse(r, "keys.quorum");
	if (e == ERR_OK)
		e = read_count(r, &key->of);
	if (e == ERR_OK && key->quorum > key->of)
		e = reader_refuse(r, "keys.quorum");
	for (size_t i = 0; e == ERR_OK && i < r->a->keys_count; i++) {
		const struct accord_key *k = &r->a->keys[i];
		if (k->use == ACCORD_KEY_ROOT && k->party == key->party &&
		    (k->quorum != key->quorum || k->of != key->of))
			e = reader_refuse(r, "keys.quorum");
	}
	return e;
}

static enum err read_line(struct reader *r)
{
	struct accord *a = r->a;
	struct accord_key key = { 0 };
	struct bytes party;
	enum err e = line_word(&r->line, &party);

	if (e != ERR_OK)
		return e;
	key.party = accord_party_find(a, party);
	if (key.party == a->parties_count)
		return reader_refuse(r, "keys.party");
	if (a->keys_count == ACCORD_KEYS_MAX)
		return reader_refuse(r, "keys.limit");
	e = read_use(r, &key);
	if (e == ERR_OK)
		e = read_key(r, &key);
	if (e == ERR_OK)
		e = read_quorum(r, &key);
	for (size_t i = 0; e == ERR_OK && i < a->keys_count; i++) {
		bool is_second = a->keys[i].party == key.party && a->keys[i].use == key.use && key.use != ACCORD_KEY_ROOT;
		if (is_second || is_same_key(&a->keys[i], &key))
			e = reader_refuse(r, "keys.twice");
	}
	if (e == ERR_OK)
		a->keys[a->keys_count++] = key;
	return e;
}

/* Each party has one key for each use, and as many roots as their lines say. */
static enum err check(struct reader *r)
{
	const struct accord *a = r->a;

	for (size_t party = 0; party < a->parties_count; party++) {
		const struct accord_key *root = accord_key_find(a, party, ACCORD_KEY_ROOT);
		unsigned roots = 0;
		for (size_t use = 0; use < ACCORD_KEY_USE_COUNT; use++) {
			if (accord_key_find(a, party, (enum accord_key_use)use) == NULL)
				return reader_refuse(r, "keys.missing");
		}
		for (size_t i = 0; i < a->keys_count; i++)
			roots += a->keys[i].party == party && a->keys[i].use == ACCORD_KEY_ROOT;
		if (roots != root->of)
			return reader_refuse(r, "keys.quorum");
	}
	return ERR_OK;
}

static const struct line_row rows[] = { { NULL, read_line, true } };

const struct file_row file_keys = FILE_ROW("keys", rows, check);

void accord_key_write(struct bytes party, const struct accord_key *key, struct buf *out)
{
	buf_put(out, party);
	buf_put_byte(out, ' ');
	buf_put_str(out, uses[key->use].word);
	buf_put_byte(out, ' ');
	buf_put(out, algorithm_of(key));
	buf_put_byte(out, ' ');
	buf_put_base64(out, key->key);
	if (key->use == ACCORD_KEY_ROOT) {
		buf_put_byte(out, ' ');
		buf_put_decimal(out, key->quorum);
		buf_put_str(out, " of ");
		buf_put_decimal(out, key->of);
	}
	buf_put_byte(out, '\n');
}
