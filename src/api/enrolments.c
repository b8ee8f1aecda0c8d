/*
 * By whose signatures keys came to their posts: no terminal takes that from its node (docs/spec/seal.md
 * section 3). Of those of posts that two persons give also who the second was, by whom he was let in in turn,
 * and with whom the party's log begins.
 */
#include "api/runs.h"

#include "api/entry_reply.h"
#include "base/alloc.h"
#include "crypto/hash.h"
#include "crypto/sshsig.h"

#include <stdlib.h>

#define CHAIN_MAX 256u /* officers who let each other in */
#define BEGINNING_MAX 128u

enum err reply_enrolment(struct api *a, struct reply *r, const struct place_key *at)
{
	struct entry_read_out read;
	struct buf memory;
	enum err e;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, &read);
	if (e != ERR_OK)
		return e == ERR_ROT || e == ERR_NOT_FOUND ? ERR_OK : e;
	reply_base64(r, "statement", read.entry.statement);
	reply_array(r, "sshsigs");
	for (size_t i = 0; i < read.entry.signatures_count; i++)
		reply_base64(r, NULL, read.entry.signatures[i]);
	reply_array_end(r);
	return ERR_OK;
}

static enum err reply_said(struct api *a, struct reply *r, const struct place_key *at)
{
	enum err e;

	reply_object(r, NULL);
	reply_str(r, "party", node_accord(a->node)->parties[at->log.party].name);
	e = reply_enrolment(a, r, at);
	reply_object_end(r);
	return e;
}

/* ---- Who signed beside the registrar. ---- */

struct chain {
	struct place_key of[CHAIN_MAX];
	size_t count;
};

static void chain_add(struct chain *c, const struct place_key *at)
{
	for (size_t i = 0; i < c->count; i++) {
		if (place_key_equal(&c->of[i], at))
			return;
	}
	if (c->count < CHAIN_MAX)
		c->of[c->count++] = *at;
}

/* Of a key in a later epoch it may be said again what an officer of one before had signed. */
static enum err find_signer(struct api *a, const struct place_key *at, const uint8_t key[KEY_HASH_LEN],
			    struct place_key *out, uint64_t *roles)
{
	const struct fold *f = node_fold(a->node);
	struct log_key log = { at->log.channel, at->log.party, 0 };
	struct key_view view;
	bool is_found = false;
	uint64_t size;
	enum err e = fold_key(f, &at->log, key, at->index, &view);

	if (e == ERR_OK) {
		*out = (struct place_key){ at->log, view.added - 1 };
		*roles = view.roles;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	while ((e = fold_next_epoch(f, &log, &size)) == ERR_OK && log.epoch < at->log.epoch) {
		e = fold_key(f, &log, key, size, &view);
		if (e == ERR_OK) { /* of several the last */
			is_found = true;
			*out = (struct place_key){ log, view.added - 1 };
			*roles = view.roles;
		} else if (e != ERR_NOT_FOUND) {
			return e;
		}
	}
	e = err_unless(e, ERR_NOT_FOUND);
	return e == ERR_OK && !is_found ? ERR_NOT_FOUND : e;
}

static enum err add_signers(struct api *a, struct chain *c, const struct place_key *at)
{
	struct entry_read_out read;
	struct buf memory;
	enum err e;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, &read);
	for (size_t i = 0; e == ERR_OK && i < read.entry.signatures_count; i++) {
		uint8_t key[KEY_HASH_LEN];
		struct place_key by;
		struct sshsig sig;
		uint64_t roles = 0;
		if (sshsig_read(read.entry.signatures[i], &sig) != ERR_OK)
			continue;
		hash_sha256(sig.public_key, key);
		e = find_signer(a, at, key, &by, &roles);
		if (e == ERR_OK && (roles & node_accord(a->node)->two_roles) != 0)
			chain_add(c, &by);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	return e == ERR_ROT || e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The keys in force that are sealed for, of posts by two. */
static enum err add_recipients(struct api *a, struct chain *c, const struct log_key *log)
{
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct recipient_view view;
	uint64_t size;
	enum err e = fold_size(node_fold(a->node), log, &size);

	while (e == ERR_OK) {
		e = fold_next_recipient(node_fold(a->node), log, key, &view);
		if (e == ERR_OK && key_is_in_force(&view.view, size) &&
		    (view.view.roles & node_accord(a->node)->two_roles) != 0)
			chain_add(c, &(struct place_key){ *log, view.view.added - 1 });
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Those who let in whoever has them, and who let in those. */
static enum err reply_officers(struct api *a, struct reply *r, const struct log_key *log, struct chain *c)
{
	size_t first;
	enum err e;

	c->count = 0;
	e = add_recipients(a, c, log);
	first = c->count;
	for (size_t i = 0; e == ERR_OK && i < c->count; i++) {
		e = add_signers(a, c, &c->of[i]);
		if (e == ERR_OK && i >= first)
			e = reply_said(a, r, &c->of[i]);
	}
	return e;
}

/* ---- With whom its first log begins. ---- */

static enum err beginning_len(struct api *a, const struct log_key *log, uint64_t *len)
{
	struct place_key at = { *log, 0 };
	uint64_t size;
	enum err e = fold_size(node_fold(a->node), log, &size);

	for (; e == ERR_OK && at.index < size && at.index < BEGINNING_MAX; at.index++) {
		struct entry_view v;
		e = fold_get(node_fold(a->node), &at, &v);
		if (e == ERR_OK && v.kind > KIND_KEYS)
			break;
	}
	*len = at.index;
	return e;
}

static enum err reply_entries(struct api *a, struct reply *r, const struct log_key *log, uint64_t len)
{
	struct place_key at = { *log, 0 };
	enum err e = ERR_OK;

	reply_array(r, "entries");
	for (; e == ERR_OK && at.index < len; at.index++) {
		struct entry_read_out read;
		struct buf memory;
		buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
		e = node_entry(a->node, &at, &memory, &read);
		if (e == ERR_OK)
			reply_base64(r, NULL, buf_bytes(&memory));
	}
	reply_array_end(r);
	return e;
}

/* Nothing where no note covers it yet. */
static enum err reply_founded(struct api *a, struct reply *r, const struct log_key *of)
{
	const struct log_key log = { of->channel, of->party, 1 };
	uint8_t memory[NOTE_LEN_MAX], proof[MERKLE_PROOF_MAX][HASH_LEN];
	struct buf note = BUF_ON(memory);
	uint64_t len = 0, size;
	size_t count;
	enum err e = beginning_len(a, &log, &len);

	if (e == ERR_OK)
		e = len == 0 ? ERR_NOT_FOUND
			     : node_note(a->node, &log, len, node_accord(a->node)->parties_count, &note,
					 &size);
	if (e == ERR_OK)
		e = node_consistency(a->node, &log, len, size, proof, &count);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_ROT ? ERR_OK : e;
	reply_object(r, NULL);
	reply_str(r, "party", node_accord(a->node)->parties[log.party].name);
	e = reply_entries(a, r, &log, len);
	reply_text(r, "note", buf_bytes(&note));
	reply_array(r, "consistency");
	for (size_t i = 0; i < count; i++)
		reply_base64(r, NULL, (struct bytes){ proof[i], HASH_LEN });
	reply_array_end(r);
	reply_object_end(r);
	return e == ERR_NOT_FOUND || e == ERR_ROT ? ERR_OK : e;
}

/* ---- What is sealed for no more. ---- */

static enum err reply_withdrawn(struct api *a, struct reply *r, const struct log_key *log)
{
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct recipient_view view;
	uint64_t size;
	enum err e = fold_size(node_fold(a->node), log, &size);

	while (e == ERR_OK && r->out->len < REPLY_LEN_MAX / 2) {
		e = fold_next_recipient(node_fold(a->node), log, key, &view);
		if (e == ERR_OK && view.view.withdrawn <= size)
			e = reply_said(a, r, &(struct place_key){ *log, view.view.withdrawn - 1 });
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

typedef enum err reply_log(struct api *a, struct reply *r, const struct log_key *log);

static enum err reply_logs(struct api *a, struct reply *r, const char *key, const struct accord_channel *c,
			   reply_log *one)
{
	struct log_key log = { .channel = c->number };
	enum err e = ERR_OK;

	reply_array(r, key);
	for (; e == ERR_OK && log.party < node_accord(a->node)->parties_count; log.party++) {
		log.epoch = node_epoch(a->node, c->number, log.party);
		if ((c->parties >> log.party & 1) != 0 && log.epoch > 0)
			e = one(a, r, &log);
	}
	reply_array_end(r);
	return e;
}

static enum err reply_chain(struct api *a, struct reply *r, const struct log_key *log)
{
	struct chain *c = xcalloc(1, sizeof *c);
	enum err e = reply_officers(a, r, log, c);

	free(c);
	return e;
}

enum err reply_enrolments(struct api *a, struct reply *r, const struct accord_channel *c)
{
	enum err e = reply_logs(a, r, "withdrawn", c, reply_withdrawn);

	if (e != ERR_OK || node_accord(a->node)->two_roles == 0)
		return e;
	e = reply_logs(a, r, "officers", c, reply_chain);
	return e == ERR_OK ? reply_logs(a, r, "founded", c, reply_founded) : e;
}
