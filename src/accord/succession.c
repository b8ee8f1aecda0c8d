/* What a version may change of the one before it: everything but what numbers in the record stand for. */
#include "accord/accord.h"

#include <string.h>

size_t accord_version_find(const struct accord_versions *v, const uint8_t hash[HASH_LEN])
{
	size_t i = 0;

	while (i < v->count && memcmp(v->of[i]->hash, hash, HASH_LEN) != 0)
		i++;
	return i;
}

const struct accord *accord_newest(const struct accord_versions *v)
{
	return v->of[v->count - 1];
}

static bool is_previous_kept(const struct accord *old, const struct accord *next)
{
	return !next->is_founding && memcmp(next->previous, old->hash, HASH_LEN) == 0;
}

static bool is_id_kept(const struct accord *old, const struct accord *next)
{
	return memcmp(next->id, old->id, ACCORD_ID_LEN) == 0;
}

/* An exercise is another accord. */
static bool is_mode_kept(const struct accord *old, const struct accord *next)
{
	return next->is_exercise == old->is_exercise;
}

static bool is_post_quantum_kept(const struct accord *old, const struct accord *next)
{
	return next->post_quantum >= old->post_quantum;
}

static bool are_parties_kept(const struct accord *old, const struct accord *next)
{
	if (next->parties_count < old->parties_count)
		return false;
	for (size_t i = 0; i < old->parties_count; i++) {
		if (strcmp(old->parties[i].name, next->parties[i].name) != 0)
			return false;
	}
	return true;
}

static bool are_posts_kept(const struct accord *old, const struct accord *next)
{
	if (next->roles_count < old->roles_count)
		return false;
	for (size_t i = 0; i < old->roles_count; i++) {
		if (strcmp(old->roles[i].name, next->roles[i].name) != 0)
			return false;
	}
	return true;
}

/*
 * Who is on a channel holds its logs from the first entry on: whoever joins gets a channel of another
 * number, and so nothing from before. Who speaks there goes on doing so: others may wait for his word.
 */
static bool are_channels_kept(const struct accord *old, const struct accord *next)
{
	for (size_t i = 0; i < old->channels_count; i++) {
		const struct accord_channel *was = &old->channels[i];
		const struct accord_channel *is = accord_channel_find(next, was->number);
		if (is == NULL || is->plane != was->plane || is->parties != was->parties ||
		    (is->observers & ~was->observers) != 0 || strcmp(is->name, was->name) != 0)
			return false;
	}
	return true;
}

static bool is_key_same(const struct accord *old, const struct accord *next, size_t party,
			enum accord_key_use use)
{
	return bytes_equal(accord_key_find(old, party, use)->key, accord_key_find(next, party, use)->key);
}

/*
 * A node's key may be another one, from its version's place in each log on (places.h); but none that stood
 * in the version before for another use or party: one key means one thing for ever.
 */
static bool are_node_keys_kept(const struct accord *old, const struct accord *next)
{
	for (size_t i = 0; i < next->keys_count; i++) {
		const struct accord_key *k = &next->keys[i];
		for (size_t j = 0; k->use >= ACCORD_KEY_LOG && j < old->keys_count; j++) {
			const struct accord_key *was = &old->keys[j];
			if (accord_key_is_same(k, was) && (k->party != was->party || k->use != was->use))
				return false;
		}
	}
	return true;
}

static const struct {
	const char *file, *rule;
	bool (*is_kept)(const struct accord *old, const struct accord *next);
} rows[] = {
	{ "accord", "succession.previous", is_previous_kept },
	{ "accord", "succession.id", is_id_kept },
	{ "accord", "succession.mode", is_mode_kept },
	{ "accord", "succession.post-quantum", is_post_quantum_kept },
	{ "parties", "succession.parties", are_parties_kept },
	{ "posts", "succession.posts", are_posts_kept },
	{ "channels", "succession.channels", are_channels_kept },
	{ "keys", "succession.keys", are_node_keys_kept },
};

enum err accord_succeeds(const struct accord *old, const struct accord *next, struct accord_fault *fault)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].is_kept(old, next))
			continue;
		*fault = (struct accord_fault){ bytes_str(rows[i].file), { rows[i].rule, 1 } };
		return ERR_USAGE;
	}
	return ERR_OK;
}

/* Each root of the one is a root of the other, with the same quorum. */
static bool has_roots_of(const struct accord *a, const struct accord *b, size_t party)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		const struct accord_key *k = &a->keys[i];
		bool is_there = false;
		if (k->party != party || k->use != ACCORD_KEY_ROOT)
			continue;
		for (size_t j = 0; j < b->keys_count; j++)
			is_there |= b->keys[j].party == party && b->keys[j].use == ACCORD_KEY_ROOT &&
				    b->keys[j].quorum == k->quorum && bytes_equal(b->keys[j].key, k->key);
		if (!is_there)
			return false;
	}
	return true;
}

bool accord_is_let_go(const struct accord *old, const struct accord *next, size_t party,
		      const struct bytes *armoured, size_t count)
{
	/* Roots are looked for in the old version, the signature is over the new one's manifest. */
	struct accord both = *old;
	size_t signers[ACCORD_KEYS_MAX], signers_count = 0;

	if (party >= old->parties_count ||
	    (has_roots_of(old, next, party) && has_roots_of(next, old, party) &&
	     is_key_same(old, next, party, ACCORD_KEY_REGISTRAR)))
		return true;
	both.manifest = next->manifest;
	for (size_t i = 0; i < count && signers_count < ACCORD_KEYS_MAX; i++) {
		if (accord_signature_check(&both, armoured[i], &signers[signers_count]) == ERR_OK)
			signers_count++;
	}
	return accord_has_quorum(old, party, signers, signers_count);
}
