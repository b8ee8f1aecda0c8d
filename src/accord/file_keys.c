/* `keys`: roots, registrar and the node's first keys of each party. */
#include "accord/file.h"

#include "crypto/sshsig.h"

#include <string.h>

/* Roots and registrars are in SSH's wire form and may be tokens; node keys are raw Ed25519. */
static const struct {
	const char *name;
	bool is_ssh;
} uses[ACCORD_KEY_USE_COUNT] = {
	[ACCORD_KEY_ROOT] = { "root", true }, [ACCORD_KEY_REGISTRAR] = { "registrar", true },
	[ACCORD_KEY_LOG] = { "log", false },  [ACCORD_KEY_MIRROR] = { "mirror", false },
	[ACCORD_KEY_TLS] = { "tls", false },
};

const char *accord_key_use_name(enum accord_key_use use)
{
	return uses[index_below(use, ACCORD_KEY_USE_COUNT)].name;
}

/* An SSH key begins with the length and the name of its type. */
static struct bytes algorithm_of(const struct accord_key *k)
{
	struct bytes wire = k->key, len, name;

	if (!uses[k->use].is_ssh)
		return BYTES_LIT("ed25519");
	if (bytes_take(&wire, 4, &len) != ERR_OK || bytes_take(&wire, be32_get(len.ptr), &name) != ERR_OK)
		return (struct bytes){ NULL, 0 };
	return name;
}

static bool is_good_key(const struct accord_key *k)
{
	if (uses[k->use].is_ssh)
		return ssh_public_check(k->key) == ERR_OK;
	return k->key.len == SIGN_PUBLIC_LEN && sign_is_good_public(k->key.ptr);
}

/* A key has one use: a mirror's line does not name its signer. */
bool accord_key_is_same(const struct accord_key *a, const struct accord_key *b)
{
	size_t len = a->key.len < b->key.len ? a->key.len : b->key.len;

	if (a->key.len == b->key.len || len != SIGN_PUBLIC_LEN)
		return bytes_equal(a->key, b->key);
	return memcmp(a->key.ptr + a->key.len - len, b->key.ptr + b->key.len - len, len) == 0;
}

static void read_material(struct line_reader *r, struct accord_key *k)
{
	struct bytes algorithm = line_word(r, "keys.algorithm"), text = line_word(r, "keys.key");
	uint8_t memory[SSH_PUBLIC_MAX];

	if (r->rule != NULL)
		return;
	k->key.ptr = memory;
	if (bytes_read_base64(text, memory, sizeof memory, &k->key.len) != ERR_OK || !is_good_key(k)) {
		line_refuse(r, "keys.key");
		return;
	}
	if (!bytes_equal(algorithm, algorithm_of(k)))
		line_refuse(r, "keys.algorithm");
	k->key = arena_copy(r->arena, k->key);
	if (k->key.ptr == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
	}
}

/* `K of N` stands on each line of a root. */
static void read_quorum(struct line_reader *r, struct accord_key *k)
{
	k->quorum = k->of = 1;
	if (k->use != ACCORD_KEY_ROOT)
		return;
	k->quorum = (unsigned)line_number(r, ACCORD_KEYS_MAX, "keys.quorum");
	line_expect(r, "of", "keys.quorum");
	k->of = (unsigned)line_number(r, ACCORD_KEYS_MAX, "keys.quorum");
	if (k->quorum == 0 || k->quorum > k->of)
		line_refuse(r, "keys.quorum");
}

static void check_against(struct line_reader *r, const struct accord_key *k, const struct accord_key *before)
{
	bool is_same_use = k->party == before->party && k->use == before->use;

	if (accord_key_is_same(k, before) || (is_same_use && k->use != ACCORD_KEY_ROOT))
		line_refuse(r, "keys.twice");
	if (is_same_use && (k->quorum != before->quorum || k->of != before->of))
		line_refuse(r, "keys.quorum");
}

static void read_key(struct line_reader *r, struct accord *a)
{
	struct accord_key k = { .party = accord_party_find(a, line_word(r, "keys.party")) };
	struct bytes use = line_word(r, "keys.use");
	size_t i = 0;

	if (k.party == a->parties_count)
		line_refuse(r, "keys.party");
	while (i < ACCORD_KEY_USE_COUNT && !bytes_equal(use, bytes_str(uses[i].name)))
		i++;
	if (i == ACCORD_KEY_USE_COUNT)
		line_refuse(r, "keys.use");
	if (a->keys_count == ACCORD_KEYS_MAX)
		line_refuse(r, "keys.count");
	k.use = (enum accord_key_use)i;
	read_material(r, &k);
	read_quorum(r, &k);
	for (i = 0; i < a->keys_count && r->rule == NULL; i++)
		check_against(r, &k, &a->keys[i]);
	if (r->rule == NULL)
		a->keys[a->keys_count++] = k;
}

/* Each party has a key for each use, and as many roots as their lines say. */
static void check(struct line_reader *r, const struct accord *a)
{
	for (size_t party = 0; party < a->parties_count; party++) {
		const struct accord_key *root = accord_key_find(a, party, ACCORD_KEY_ROOT);
		unsigned roots = 0;
		for (size_t use = 0; use < ACCORD_KEY_USE_COUNT; use++) {
			if (accord_key_find(a, party, (enum accord_key_use)use) == NULL)
				line_refuse(r, "keys.missing");
		}
		for (size_t i = 0; i < a->keys_count; i++)
			roots += a->keys[i].party == party && a->keys[i].use == ACCORD_KEY_ROOT;
		if (root != NULL && roots != root->of)
			line_refuse(r, "keys.quorum");
	}
}

static const struct line_row rows[] = { { NULL, read_key, NULL } };

const struct file_row file_keys = { "keys", rows, ARRAY_COUNT(rows), check, NULL };

void accord_key_write(struct bytes party, const struct accord_key *key, struct buf *out)
{
	buf_put(out, party);
	buf_put_byte(out, ' ');
	buf_put_str(out, accord_key_use_name(key->use));
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
