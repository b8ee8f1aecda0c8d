/* Whose keys are good in a log, and for which its words are sealed. */
#include "api/entry_reply.h"
#include "api/runs.h"
#include "policy/policy.h"

void reply_roles(struct reply *r, const char *key, const struct accord *a, uint64_t mask)
{
	reply_array(r, key);
	for (size_t i = 0; i < a->roles_count; i++) {
		if (mask >> i & 1)
			reply_str(r, NULL, a->roles[i].name);
	}
	reply_array_end(r);
}

/*
 * Keys act by log; without a word for it the party's first channel speaks, where the link reads them too.
 */
static enum err keys_log(struct api *a, struct request *q, struct log_key *log)
{
	const struct accord *accord = node_accord(a->node);
	bool may;
	enum err e = request_party(a, q, "party", node_self(a->node), &log->party);

	if (e != ERR_OK)
		return e;
	log->channel = 0;
	if (request_word(q, "channel").ptr != NULL) {
		e = request_channel(a, q, &log->channel);
		if (e != ERR_OK)
			return e;
	}
	for (size_t i = 0; log->channel == 0 && i < accord->channels_count; i++) {
		if (accord->channels[i].parties >> log->party & 1 && accord->channels[i].plane != PLANE_HOME)
			log->channel = accord->channels[i].number;
	}
	log->epoch = node_epoch(a->node, log->channel, log->party);
	if (log->channel == 0 || log->epoch == 0)
		return ERR_NOT_FOUND;
	e = reading_channel(&a->reading, log->channel, &may);
	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

static uint64_t kind_of(const struct recipient_view *v)
{
	return v->key_len == RECIPIENT_HYBRID_LEN ? SEALING_HYBRID : SEALING_X25519;
}

/* A role's key; is_all: also what is in force no more, and without what was signed. */
static enum err reply_recipient(struct api *a, struct reply *r, const struct log_key *log,
				const struct recipient_view *v, bool is_all)
{
	const struct accord *accord = node_accord(a->node);
	enum err e = ERR_OK;

	reply_object(r, NULL);
	reply_str(r, "party", accord->parties[log->party].name);
	reply_uint(r, "sealing", kind_of(v));
	reply_base64(r, "key", (struct bytes){ v->key, v->key_len });
	reply_uint(r, "holder", v->view.holder);
	reply_roles(r, "roles", accord, v->view.roles);
	reply_uint(r, "added", v->view.added);
	if (v->view.withdrawn != UINT64_MAX)
		reply_uint(r, "withdrawn", v->view.withdrawn);
	if (!is_all)
		e = reply_enrolment(a, r, &(struct place_key){ *log, v->view.added - 1 });
	reply_object_end(r);
	return e;
}

/* Nothing new is for a post whose authority has ended. */
static enum err reply_recipients(struct api *a, struct reply *r, const struct log_key *log, bool is_all)
{
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct recipient_view view;
	uint64_t size;
	enum err e = fold_size(node_fold(a->node), log, &size);

	while (e == ERR_OK) {
		e = fold_next_recipient(node_fold(a->node), log, key, &view);
		if (e == ERR_OK && !is_all)
			view.view.roles &= ~accord_ended(node_accord(a->node), a->now.wall.ms);
		if (e == ERR_OK && (is_all || (key_is_in_force(&view.view, size) && view.view.roles != 0)))
			e = reply_recipient(a, r, log, &view, is_all);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- Who can open what was sealed. ---- */

static uint64_t role_bit(const struct accord *a, struct bytes name)
{
	size_t role = accord_role_find(a, name);

	return role < a->roles_count ? 1ull << role : 0;
}

static uint64_t roles_named(const struct accord *a, const struct statement *s)
{
	uint64_t roles = role_bit(a, s->role);

	for (size_t i = 0; i < s->addressees_count; i++)
		roles |= role_bit(a, s->addressees[i].role);
	return roles;
}

enum err sealed_roles(struct api *a, const struct statement *s, uint64_t *out)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *c = accord_channel_find(accord, s->channel);
	uint64_t own = roles_named(accord, s), roles = c == NULL ? 0 : c->readers;
	struct label_mask mask;

	for (size_t i = 0; i < s->refers_count; i++) {
		struct place_key at = { { s->refers[i].channel, accord_party_find(accord, s->refers[i].party),
					  s->refers[i].epoch },
					s->refers[i].index };
		struct entry_read_out entry;
		struct buf memory;
		enum err e;
		buf_init(&memory, a->content_memory, CONTENT_LEN_MAX);
		e = node_entry(a->node, &at, &memory, &entry);
		if (e == ERR_OK)
			roles |= roles_named(accord, &entry.statement);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	if (c != NULL && accord->guidelines != NULL && s->has_label &&
	    policy_label_read(accord->guidelines, &s->label, accord_party_find(accord, s->party), &mask)
		    .is_allowed)
		roles &= policy_readers(accord->guidelines, &mask, c);
	*out = roles | own;
	return ERR_OK;
}

enum err keyed_roles(struct api *a, const struct log_key *log, uint64_t size, uint64_t sealing, uint64_t *out)
{
	const struct fold *f = node_fold(a->node);
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct recipient_view view;
	enum err e = log->epoch == 0 ? ERR_NOT_FOUND : ERR_OK;

	*out = 0;
	while (e == ERR_OK && (e = fold_next_recipient(f, log, key, &view)) == ERR_OK) {
		e = fold_recipient(f, log, key, size, &view);
		if (e == ERR_OK && key_is_in_force(&view.view, size) && kind_of(&view) == sealing)
			*out |= view.view.roles;
		else if (e == ERR_NOT_FOUND) /* added since */
			e = ERR_OK;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void reply_roles_of(struct reply *r, const struct accord *a, const char *party, uint64_t roles)
{
	reply_object(r, NULL);
	reply_str(r, "party", party);
	reply_roles(r, "roles", a, roles);
	reply_object_end(r);
}

enum err run_recipients(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *c;
	struct log_key log;
	bool may;
	enum err e = request_channel(a, q, &log.channel);

	if (e != ERR_OK)
		return e;
	c = accord_channel_find(accord, log.channel);
	reply_object(r, NULL);
	reply_uint(r, "channel", log.channel);
	reply_bool(r, "sealed", c->is_sealed);
	reply_bool(r, "post_quantum_required", accord->post_quantum == POST_QUANTUM_REQUIRED);
	reply_uint(r, "flash_len_max", accord->flash_len_max);
	reply_roles(r, "readers", accord, c->readers);
	reply_array(r, "recipients");
	e = reading_channel(&a->reading, log.channel, &may);
	for (log.party = 0; may && e == ERR_OK && log.party < accord->parties_count; log.party++) {
		log.epoch = node_epoch(a->node, log.channel, log.party);
		if (c->parties >> log.party & 1 && log.epoch > 0)
			e = reply_recipients(a, r, &log, false);
	}
	reply_array_end(r);
	if (may && e == ERR_OK)
		e = reply_enrolments(a, r, c);
	reply_object_end(r);
	return e;
}

enum err run_keys(struct api *a, struct request *q, struct reply *r)
{
	uint8_t key[KEY_HASH_LEN] = { 0 };
	struct log_key log;
	struct key_view view;
	enum err e = keys_log(a, q, &log);

	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_log_name(r, node_accord(a->node), &log);
	reply_array(r, "keys");
	while ((e = fold_next_key(node_fold(a->node), &log, key, &view)) == ERR_OK) {
		char base64[BASE64_LEN(KEY_HASH_LEN) + 1];
		char fingerprint[8 + sizeof base64];
		struct buf text = BUF_ON(fingerprint);
		bytes_write_base64(BYTES_OF(key), base64);
		buf_put_str(&text, "SHA256:");
		buf_put(&text, (struct bytes){ (const uint8_t *)base64, 43 }); /* without its padding */
		reply_object(r, NULL);
		reply_text(r, "fingerprint", buf_bytes(&text));
		reply_uint(r, "holder", view.holder);
		reply_roles(r, "roles", node_accord(a->node), view.roles);
		reply_uint(r, "added", view.added);
		if (view.withdrawn != UINT64_MAX)
			reply_uint(r, "withdrawn", view.withdrawn);
		reply_object_end(r);
	}
	reply_array_end(r);
	if (e == ERR_NOT_FOUND) {
		reply_array(r, "recipients");
		e = reply_recipients(a, r, &log, true);
		reply_array_end(r);
	}
	reply_object_end(r);
	return e;
}
