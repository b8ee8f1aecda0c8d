/*
 * The accord of a world, made from the seed: two or three invented parties, a FLASH line, a common one,
 * homes.
 */
#include "consult.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"

#include <stdio.h>
#include <string.h>

static const char *const party_names[] = { "aster", "birch", "cedar" };

static void key_from(struct world *w, struct sign_key *k)
{
	uint8_t seed[SIGN_SEED_LEN];

	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)prng_next(&w->prng);
	sign_key_from_seed(k, seed);
}

static void add_key(struct accord *a, size_t party, enum accord_key_use use, const uint8_t *key, size_t len)
{
	struct accord_key *k = &a->keys[a->keys_count++];

	*k = (struct accord_key){ .party = party, .use = use, .key = { key, len }, .quorum = 1, .of = 1 };
}

static void add_channel(struct accord *a, uint32_t number, enum plane plane, uint8_t parties,
			uint8_t precedences)
{
	struct accord_channel *c = &a->channels[a->channels_count++];

	*c = (struct accord_channel){
		.number = number, .plane = plane, .parties = parties, .precedences = precedences, .writers = 1
	};
	snprintf(c->name, sizeof c->name, "channel-%u", number);
}

static void add_party(struct world *w, struct accord *a, size_t i)
{
	struct sim_node *n = &w->nodes[i];
	struct sim_officer *o = &n->officer;
	struct buf public = BUF_ON(o->public);

	snprintf(a->parties[i].name, sizeof a->parties[i].name, "%s", party_names[i]);
	for (size_t j = 0; party_names[i][j] != '\0'; j++)
		a->parties[i].code[j] = (char)(party_names[i][j] - 'a' + 'A');
	key_from(w, &n->log_key);
	key_from(w, &n->mirror_key);
	key_from(w, &o->key);
	key_from(w, &o->second);
	key_from(w, &o->registrar);
	ssh_public_write(o->registrar.public, &public);
	add_key(a, i, ACCORD_KEY_REGISTRAR, o->public, public.len);
	add_key(a, i, ACCORD_KEY_LOG, n->log_key.public, SIGN_PUBLIC_LEN);
	add_key(a, i, ACCORD_KEY_MIRROR, n->mirror_key.public, SIGN_PUBLIC_LEN);
	add_channel(a, 900 + (uint32_t)i, PLANE_HOME, (uint8_t)(1u << i), 1u << PRECEDENCE_ROUTINE);
}

/* What it says otherwise is seen in verdicts, and in rows: an offset that the one flags and the other not. */
static void world_next_accord(struct world *w)
{
	struct accord *a = xcalloc(1, sizeof *a);

	*a = *w->accord;
	w->next = a;
	a->is_founding = false;
	memcpy(a->previous, w->accord->hash, HASH_LEN);
	hash_sha256(BYTES_OF(w->accord->hash), a->hash);
	a->manifest = BYTES_LIT("simulated, the next\n");
	a->clock_offset_ms = 0;
	a->channels[1].precedences = 0xa;
	/* What runs goes on without it; nothing more of it begins. */
	a->procedures = NULL;
	a->procedures_count = 0;
}

static void next_key(struct accord *a, size_t party, enum accord_key_use use, const struct sign_key *old,
		     struct sign_key *next, bool is_other)
{
	uint8_t seed[SIGN_SEED_LEN];

	hash_sha256(BYTES_OF(old->public), seed);
	*next = *old;
	if (is_other)
		sign_key_from_seed(next, seed);
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].party == party && a->keys[i].use == use)
			a->keys[i].key = BYTES_OF(next->public);
	}
}

void world_rotates(struct world *w)
{
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		next_key(w->next, i, ACCORD_KEY_LOG, &n->log_key, &n->next_log_key, (w->seed + i) % 2 == 0);
		next_key(w->next, i, ACCORD_KEY_MIRROR, &n->mirror_key, &n->next_mirror_key,
			 (w->seed / 2 + i) % 2 == 0);
	}
}

void world_accord(struct world *w)
{
	struct accord *a = xcalloc(1, sizeof *a);
	uint8_t all = (uint8_t)((1u << w->nodes_count) - 1), seed[8];

	w->accord_memory = (uint8_t *)a;
	w->accord = a;
	be64_put(seed, w->seed);
	hash_sha256(BYTES_OF(seed), a->hash);
	memcpy(a->id, a->hash, ACCORD_ID_LEN);
	a->manifest = BYTES_LIT("simulated\n");
	a->is_founding = true;
	a->parties_count = w->nodes_count;
	add_channel(a, 1, PLANE_LEADER, all, 1u << PRECEDENCE_FLASH);
	add_channel(a, 2, PLANE_CONSULT, all, 0xe);
	add_channel(a, 3, PLANE_SERVICE, all, 1u << PRECEDENCE_ROUTINE);
	if (w->nodes_count == 3)
		add_channel(a, 4, PLANE_NOTIFY, 3, 0xf);
	for (size_t i = 0; i < w->nodes_count; i++)
		add_party(w, a, i);
	a->roles_count = 1;
	snprintf(a->roles[0].name, sizeof a->roles[0].name, "watch");
	a->roles[0].parties = all;
	a->translators[TRANSLATION_CERTIFIED] = 1;
	for (int p = 0; p < PRECEDENCE_COUNT; p++)
		a->timers[p] = (struct accord_timer){ 1000, 20000u * (unsigned)(p + 1),
						      5000u * (unsigned)(p + 1), 0, p == 1 };
	a->line_check_ms = 30000;
	a->line_answer_ms = 5000;
	a->flash_len_max = 400;
	a->clock_offset_ms = 2000;
	a->text_hold_ms = 3000;
	a->procedures = consult_procedure(w, &w->procedure_memory);
	a->procedures_count = 1;
	accord_book(a, &w->book);
	world_next_accord(w);
}
