/*
 * People: they sign, they answer what they see, they break a rule now and then; their terminal keeps a
 * copy.
 */
#include "consult.h"
#include "draft.h"
#include "papers.h"
#include "talk.h"
#include "watch.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "wire/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOB_LEN_MAX (1u << 20)
#define REFUSED_ONE_IN 4u /* of moves */
#define BLOB_LEN_USUAL 50000u

static const char *const role_name = "watch";

void draft_open(struct world *w, struct sim_node *n, struct draft *d, uint32_t channel, enum kind kind)
{
	struct accord *a = w->accord;
	const struct accord_channel *c = accord_channel_find(a, channel);

	memset(d, 0, sizeof *d);
	d->s.channel = channel;
	d->s.kind = kind;
	d->s.party = bytes_str(a->parties[n->party].name);
	d->s.role = bytes_str(role_name);
	d->s.claimed = world_now(w, n).wall;
	memcpy(d->s.accord, a->id, ACCORD_ID_LEN);
	for (size_t i = 0; i < sizeof d->s.id; i++)
		d->s.id[i] = (uint8_t)prng_next(&w->prng);
	d->s.has_label = true;
	d->s.label.level = BYTES_LIT("U");
	d->s.label.categories_count = 1;
	d->s.label.categories[0].name = BYTES_LIT("rel");
	for (size_t i = 0; i < a->parties_count; i++) {
		if (c == NULL || (c->parties >> i & 1) != 0)
			d->s.label.values[d->s.label.values_count++] = bytes_str(a->parties[i].code);
	}
	d->s.label.categories[0].count = d->s.label.values_count;
	if (channel != 0)
		d->s.seen_count = node_seen(n->node, channel, d->s.seen);
}

void draft_content(struct world *w, struct draft *d, size_t len, struct bytes blob)
{
	static uint8_t text[6000];
	struct content c = { .language = BYTES_LIT("en"), .portions_count = 1 };
	struct buf out = BUF_ON(d->content);

	for (size_t i = 0; i < CONTENT_SALT_LEN; i++)
		c.salt[i] = (uint8_t)prng_next(&w->prng);
	memset(text, 'a' + (int)prng_below(&w->prng, 26), sizeof text);
	c.portions[0].text = (struct bytes){ text, len < sizeof text ? len + 1 : sizeof text };
	if (blob.len > 0) {
		c.attachments_count = 1;
		c.attachments[0] = (struct attachment){ .len = blob.len,
							.media_type = BYTES_LIT("application/octet-stream"),
							.name = BYTES_LIT("blob") };
		hash_sha256(blob, c.attachments[0].hash);
	}
	content_write(&c, &out);
	if (buf_check(&out) != ERR_OK)
		world_fail(w, "a content does not fit");
	d->content_len = out.len;
	d->blob = blob;
	d->s.has_content = true;
	d->s.content.len = out.len;
	hash_sha256(buf_bytes(&out), d->s.content.hash);
}

/* A blob goes into the store piece by piece before the message that names it. False: the store refused it. */
static bool attach(struct world *w, struct sim_node *n, struct bytes blob)
{
	uint8_t hash[HASH_LEN];

	hash_sha256(blob, hash);
	for (size_t at = 0; at < blob.len; at += ATTACHMENT_PIECE_MAX) {
		size_t part = blob.len - at < ATTACHMENT_PIECE_MAX ? blob.len - at : ATTACHMENT_PIECE_MAX;
		enum err e =
			node_attach(n->node, NULL, hash, blob.len, at, (struct bytes){ blob.ptr + at, part });
		if (e != ERR_OK && e != ERR_FULL && !disk_has_failed(n))
			world_fail(w, "an attachment is refused: %s", err_text(e));
		if (e != ERR_OK)
			return false;
	}
	return true;
}

/* .len 0: the store refused it. */
static struct bytes attach_new(struct world *w, struct sim_node *n, size_t len)
{
	static uint8_t memory[BLOB_LEN_MAX];
	struct bytes blob = { memory, len };

	for (size_t i = 0; i < blob.len; i += 8)
		memory[i] = (uint8_t)prng_next(&w->prng);
	return attach(w, n, blob) ? blob : (struct bytes){ NULL, 0 };
}

static bool draft_refers(struct sim_node *n, struct draft *d, const struct world *w,
			 const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct place *p = &d->s.refers[0];

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK)
		return false;
	*p = (struct place){ at->log.channel,
			     bytes_str(w->accord->parties[at->log.party].name),
			     at->log.epoch,
			     at->index,
			     { 0 } };
	memcpy(p->leaf, read.leaf, HASH_LEN);
	d->s.refers_count = 1;
	return true;
}

static void draft_field(struct draft *d, uint64_t key, uint64_t value)
{
	struct buf out = BUF_ON(d->field_memory);

	cbor_put_uint(&out, value);
	d->s.fields[0] = (struct field){ key, buf_bytes(&out) };
	d->s.fields_count = 1;
}

void draft_sign(struct world *w, struct draft *d, const struct sign_key *key)
{
	struct buf out = BUF_ON(d->bytes), sig = BUF_ON(d->signatures[d->signatures_count]);

	statement_write(&d->s, &out);
	d->len = out.len;
	sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), buf_bytes(&out), &sig);
	d->signature_lens[d->signatures_count++] = sig.len;
	if (buf_check(&out) != ERR_OK || buf_check(&sig) != ERR_OK)
		world_fail(w, "a draft does not fit");
}

static struct bytes keep(struct bytes from)
{
	uint8_t *copy = xcalloc(from.len + 1, 1);

	if (from.len > 0)
		memcpy(copy, from.ptr, from.len);
	return (struct bytes){ copy, from.len };
}

void acknowledged_finish(struct sim_acknowledged *a)
{
	free((void *)(uintptr_t)a->statement.ptr);
	free((void *)(uintptr_t)a->content.ptr);
	free((void *)(uintptr_t)a->blob.ptr);
	for (size_t i = 0; i < a->signatures_count; i++)
		free((void *)(uintptr_t)a->signatures[i].ptr);
	*a = (struct sim_acknowledged){ 0 };
}

struct sim_acknowledged *officer_submit(struct world *w, struct sim_node *n, struct bytes statement,
					struct bytes content, const struct bytes *signatures,
					size_t signatures_count)
{
	struct command c = { .statement = statement,
			     .signatures_count = signatures_count,
			     .content = content };
	struct sim_acknowledged *p;
	struct statement s;
	struct fault fault;

	if (n->pending_count == ARRAY_COUNT(n->pending))
		return NULL;
	p = &n->pending[n->pending_count];
	*p = (struct sim_acknowledged){ .signatures_count = signatures_count };
	p->statement = keep(statement);
	p->content = keep(content);
	if (statement_read(c.statement, &s, &fault) != ERR_OK)
		world_fail(w, "our own statement breaks %s", fault.rule);
	memcpy(p->id, s.id, sizeof p->id);
	p->kind = (enum kind)s.kind;
	if (s.refers_count == 1)
		p->subject = (struct place_key){ { s.refers[0].channel,
						   accord_party_find(w->accord, s.refers[0].party),
						   s.refers[0].epoch },
						 s.refers[0].index };
	for (size_t i = 0; i < signatures_count; i++) {
		c.signatures[i] = signatures[i];
		p->signatures[i] = keep(signatures[i]);
	}
	c.client = n->pending_count++;
	if (node_command(n->node, world_now(w, n), &c, &n->fx) == ERR_LIMIT)
		world_fail(w, "the effects of a turn are full");
	return p;
}

static void draft_file(struct world *w, struct sim_node *n, const struct draft *d)
{
	struct bytes signatures[2];
	struct sim_acknowledged *p;

	for (size_t i = 0; i < d->signatures_count; i++)
		signatures[i] = (struct bytes){ d->signatures[i], d->signature_lens[i] };
	p = officer_submit(w, n, (struct bytes){ d->bytes, d->len },
			   (struct bytes){ d->content, d->content_len }, signatures, d->signatures_count);
	if (p != NULL)
		p->blob = keep(d->blob);
}

void draft_submit(struct world *w, struct sim_node *n, struct draft *d, const struct sign_key *key)
{
	draft_sign(w, d, key);
	draft_file(w, n, d);
}

/* What the log of a channel has come to: a new epoch begins with it. */
static const struct accord *version_of(const struct world *w, struct sim_node *n, uint32_t channel)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.channel == channel && logs[i].log.party == n->party &&
		    logs[i].accord == w->next)
			return w->next;
	}
	return w->accord;
}

void officer_move(struct world *w, struct sim_node *n)
{
	struct draft d;
	uint8_t memory[48];
	struct buf manifest = BUF_ON(memory);

	draft_open(w, n, &d, 0, KIND_ACCORD);
	cbor_put_bytes(&manifest, (struct bytes){ w->next->hash, HASH_LEN });
	d.s.fields[0] = (struct field){ FIELD_ACCORD_MANIFEST, buf_bytes(&manifest) };
	d.s.fields_count = 1;
	draft_submit(w, n, &d, &n->officer.registrar);
}

/* Stopped by what its disk has changed, and no later epoch goes on. */
static bool is_rotten(const struct log_status *log)
{
	return log->state == LOG_STOPPED && !log->is_ended && strcmp(log->stopped.rule, "record.rot") == 0;
}

void officer_open(struct world *w, struct sim_node *n, uint32_t channel)
{
	struct draft d;
	struct buf manifest;
	uint8_t memory[48], old_memory[64];
	struct buf old = BUF_ON(old_memory);
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	draft_open(w, n, &d, channel, KIND_OPEN);
	buf_init(&manifest, memory, sizeof memory);
	cbor_put_bytes(&manifest, (struct bytes){ version_of(w, n, channel)->hash, HASH_LEN });
	d.s.fields[0] = (struct field){ FIELD_OPEN_MANIFEST, buf_bytes(&manifest) };
	d.s.fields_count = 1;
	d.s.seen_count = 0;
	for (size_t i = 0; channel != 0 && i < count; i++) {
		if (logs[i].log.channel != channel || logs[i].log.party != n->party ||
		    (logs[i].state != LOG_RECOVERING && !is_rotten(&logs[i])))
			continue;
		cbor_put_array(&old, 3);
		cbor_put_uint(&old, logs[i].log.epoch);
		cbor_put_uint(&old, logs[i].sound_size);
		cbor_put_bytes(&old, BYTES_OF(logs[i].sound_root));
		d.s.fields[1] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
		d.s.fields_count = 2;
	}
	draft_submit(w, n, &d, &n->officer.registrar);
	w->counters.epochs += channel != 0;
}

void officer_open_all(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));
	bool has_home = false;

	for (size_t i = 0; i < count; i++)
		has_home |= accord_channel_find(w->accord, logs[i].log.channel)->plane == PLANE_HOME;
	/*
	 * Nobody else has it: gone with the store and the signer's memory. Not before others have answered:
	 * with no store and no peer nobody opens an epoch under the old key (RECORD.md 10).
	 */
	if (!has_home && w->is_healing)
		officer_open(w, n, 0);
	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.party == n->party && logs[i].state == LOG_RECOVERING)
			officer_open(w, n, logs[i].log.channel);
	}
}

static void enrol(struct world *w, struct sim_node *n, const struct sign_key *key, uint64_t holder)
{
	struct draft d;
	uint8_t memory[5][128], wire_memory[128];
	struct buf b[5], wire = BUF_ON(wire_memory);

	draft_open(w, n, &d, 0, KIND_KEYS);
	ssh_public_write(key->public, &wire);
	for (int i = 0; i < 5; i++)
		buf_init(&b[i], memory[i], sizeof memory[i]);
	cbor_put_uint(&b[0], 0);
	cbor_put_uint(&b[1], KEY_USE_OFFICER);
	cbor_put_bytes(&b[2], buf_bytes(&wire));
	cbor_put_uint(&b[3], holder);
	cbor_put_array(&b[4], 1);
	cbor_put_text(&b[4], bytes_str(role_name));
	for (uint64_t i = 0; i < 5; i++)
		d.s.fields[i] = (struct field){ i + 1, buf_bytes(&b[i]) };
	d.s.fields_count = 5;
	draft_submit(w, n, &d, &n->officer.registrar);
}

void officer_enrol(struct world *w, struct sim_node *n)
{
	enrol(w, n, &n->officer.key, 1);
	enrol(w, n, &n->officer.second, 2);
}

/* A random message, or act, that this node holds on a channel; false if there is none. */
static bool pick_message(struct world *w, struct sim_node *n, uint32_t channel, bool is_own,
			 struct place_key *out)
{
	struct message_at at = { 0 };
	uint64_t count = 0;

	while (fold_next_message(node_fold(n->node), channel, &at) == ERR_OK) {
		if ((at.place.log.party == n->party) != is_own)
			continue;
		if (prng_is_one_in(&w->prng, ++count))
			*out = at.place;
	}
	return count > 0;
}

/*
 * One of the statements of this kind that a node's officers have said, of one party's or anybody's
 * (SIZE_MAX).
 */
static const struct sim_acknowledged *pick_said(struct world *w, const struct sim_node *n, enum kind kind,
						size_t subject_party, uint64_t *count)
{
	const struct sim_acknowledged *found = NULL;

	for (size_t i = 0; i < n->acknowledged_count; i++) {
		const struct sim_acknowledged *a = &n->acknowledged[i];
		if (a->kind == kind && !a->is_forgotten &&
		    (subject_party == SIZE_MAX || a->subject.log.party == subject_party) &&
		    prng_is_one_in(&w->prng, ++*count))
			found = a;
	}
	return found;
}

/* A READ BACK that others gave on one of our messages. */
static bool pick_read_back(struct world *w, struct sim_node *n, struct place_key *out)
{
	uint64_t count = 0;

	for (size_t i = 0; i < w->nodes_count; i++) {
		const struct sim_acknowledged *a =
			i == n->party ? NULL : pick_said(w, &w->nodes[i], KIND_READ_BACK, n->party, &count);
		if (a != NULL)
			*out = a->place;
	}
	return count > 0;
}

/* Others' message that our watch has read: what comes after WATCH READ counts on it. */
static bool pick_watch_read(struct world *w, struct sim_node *n, struct place_key *out)
{
	uint64_t count = 0;
	const struct sim_acknowledged *a = pick_said(w, n, KIND_WATCH_READ, SIZE_MAX, &count);

	if (a != NULL)
		*out = a->subject;
	return a != NULL;
}

/* blob_len 0: no attachment. */
void draft_addressees(const struct world *w, const struct sim_node *n, struct draft *d)
{
	const struct accord_channel *c = accord_channel_find(w->accord, d->s.channel);

	for (size_t i = 0; i < w->accord->parties_count; i++) {
		if (i != n->party && (c->parties >> i & 1) != 0)
			d->s.addressees[d->s.addressees_count++] =
				(struct addressee){ bytes_str(w->accord->parties[i].name),
						    bytes_str(role_name), false };
	}
}

static void send_message(struct world *w, struct sim_node *n, uint32_t channel, bool is_flash,
			 size_t blob_len)
{
	const struct accord_channel *c = accord_channel_find(w->accord, channel);
	struct bytes blob = { NULL, 0 };
	struct draft d;

	draft_open(w, n, &d, channel, KIND_MESSAGE);
	draft_addressees(w, n, &d);
	d.s.has_precedence = true;
	d.s.precedence = is_flash ? PRECEDENCE_FLASH : PRECEDENCE_ROUTINE;
	/* Which the next version of the accord does not allow here any more. */
	if (w->has_next && (c->precedences & ~w->next->channels[c - w->accord->channels].precedences) != 0 &&
	    prng_is_one_in(&w->version_prng, 2))
		d.s.precedence = PRECEDENCE_PRIORITY;
	if (blob_len > 0)
		blob = attach_new(w, n, blob_len);
	draft_content(w, &d, prng_below(&w->prng, is_flash ? 300 : 5000), blob);
	draft_submit(w, n, &d, &n->officer.key);
}

void officer_attach(struct world *w, struct sim_node *n, uint32_t channel, size_t len)
{
	send_message(w, n, channel, false, len);
}

void officer_send(struct world *w, struct sim_node *n, uint32_t channel)
{
	send_message(w, n, channel, false, 0);
}

void officer_flash(struct world *w, struct sim_node *n, uint32_t channel)
{
	send_message(w, n, channel, true, 0);
}

void officer_query(struct world *w, struct sim_node *n, const struct place_key *at)
{
	struct draft d;

	draft_open(w, n, &d, at->log.channel, KIND_QUERY);
	if (!draft_refers(n, &d, w, at))
		world_fail(w, "there is nothing to ask about");
	draft_submit(w, n, &d, &n->officer.key);
}

void officer_copy(struct world *w, struct sim_node *n, const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct draft d;
	struct buf content;

	draft_open(w, n, &d, at->log.channel, KIND_REMARK);
	buf_init(&content, d.content, sizeof d.content);
	if (node_entry(n->node, at, &bytes, &read) != ERR_OK ||
	    node_content(n->node, &read.statement, &content) != ERR_OK)
		world_fail(w, "there is nothing to copy");
	d.content_len = content.len;
	d.s.has_content = true;
	d.s.content = read.statement.content;
	draft_submit(w, n, &d, &n->officer.key);
}

void officer_erase(struct world *w, struct sim_node *n, const struct place_key *at, size_t signatures)
{
	struct draft d;

	draft_open(w, n, &d, at->log.channel, KIND_ERASE);
	if (!draft_refers(n, &d, w, at))
		return;
	if (signatures > 1)
		draft_sign(w, &d, &n->officer.second);
	draft_submit(w, n, &d, &n->officer.key);
}

/* What an act is about. */
enum about { ABOUT_OTHERS, ABOUT_READ, ABOUT_OWN, ABOUT_READ_BACK };

static const struct {
	enum act_kind act;
	enum kind kind;
	enum about about;
} acts[] = {
	{ ACT_READ, KIND_WATCH_READ, ABOUT_OTHERS },   { ACT_READ_BACK, KIND_READ_BACK, ABOUT_READ },
	{ ACT_PRESENT, KIND_PRESENTED, ABOUT_READ },   { ACT_REPLY, KIND_REPLY, ABOUT_READ },
	{ ACT_DECLINE, KIND_DECLINE, ABOUT_READ },     { ACT_DEFER, KIND_DEFER, ABOUT_READ },
	{ ACT_NEGATIVE, KIND_NEGATIVE, ABOUT_OTHERS }, { ACT_QUERY, KIND_QUERY, ABOUT_OWN },
	{ ACT_BREAK, KIND_READ_BACK, ABOUT_OWN },      { ACT_ERASE, KIND_ERASE, ABOUT_OWN },
	{ ACT_CORRECT, KIND_MARK, ABOUT_READ_BACK },   { ACT_WRONG, KIND_MARK, ABOUT_READ_BACK },
};
#define MARKS_LAST 2u /* rows: what they are about is rare, so they are tried more often */

static bool pick_subject(struct world *w, struct sim_node *n, uint32_t channel, enum about about,
			 struct place_key *out)
{
	if (about == ABOUT_READ_BACK)
		return pick_read_back(w, n, out);
	/* Now and then out of turn, which the door refuses. */
	if (about == ABOUT_READ && !prng_is_one_in(&w->prng, 6) && pick_watch_read(w, n, out))
		return true;
	return pick_message(w, n, channel, about == ABOUT_OWN, out);
}

/* Now and then by one person alone, which the door refuses. */
static void erase(struct world *w, struct sim_node *n, const struct place_key *at)
{
	bool is_alone = prng_is_one_in(&w->prng, 6);

	world_acts(w, is_alone ? ACT_BREAK : ACT_ERASE);
	officer_erase(w, n, at, is_alone ? 1 : 2);
}

static void act_on(struct world *w, struct sim_node *n, uint32_t channel, size_t row)
{
	struct place_key at;
	struct draft d;

	if (!pick_subject(w, n, channel, acts[row].about, &at))
		return;
	if (acts[row].act == ACT_ERASE) {
		erase(w, n, &at);
		return;
	}
	draft_open(w, n, &d, at.log.channel, acts[row].kind);
	if (!draft_refers(n, &d, w, &at))
		return;
	if (acts[row].kind == KIND_MARK)
		draft_field(&d, FIELD_MARK, acts[row].act == ACT_WRONG);
	else if (acts[row].kind == KIND_DEFER)
		draft_field(&d, FIELD_DEFER_UNTIL, d.s.claimed.ms + 3600000);
	else if (acts[row].kind == KIND_NEGATIVE)
		draft_field(&d, FIELD_NEGATIVE_CAUSE, NEGATIVE_CANNOT_DECODE);
	else
		draft_content(w, &d, 20, (struct bytes){ NULL, 0 });
	world_acts(w, acts[row].act);
	draft_submit(w, n, &d, &n->officer.key);
}

void officer_resend(struct world *w, struct sim_node *n)
{
	bool is_unknown = false;
	size_t first = n->resend_first;

	/* What is refused each time leaves room for what comes behind it: the next round begins there. */
	for (size_t at = 0; at < n->acknowledged_count; at++) {
		size_t i = (first + at) % n->acknowledged_count;
		struct sim_acknowledged *a = &n->acknowledged[i], *p;
		/* A new epoch's `open` says what the registrar saw then; one that was lost is not said again.
		 */
		if (a->kind == KIND_OPEN || a->kind == KIND_ACCORD)
			a->is_replaced |= a->is_forgotten;
		if (!a->is_forgotten || a->is_replaced)
			continue;
		if (n->pending_count == ARRAY_COUNT(n->pending)) {
			n->resend_first = i;
			break;
		}
		if (!attach(w, n, a->blob))
			continue;
		is_unknown |= a->err == ERR_REFUSED && a->verdict == VERDICT_KEY;
		world_acts(w, ACT_RESEND);
		p = officer_submit(w, n, a->statement, a->content, a->signatures, a->signatures_count);
		if (p == NULL)
			continue;
		p->blob = keep(a->blob);
		p->resends = i + 1;
	}
	/* The enrolment itself was lost with a log that nobody else has. */
	if (is_unknown)
		officer_enrol(w, n);
}

/* A terminal that did not hear the answer says the same again, and must be given the same place. */
static void say_again(struct world *w, struct sim_node *n)
{
	const struct sim_acknowledged *a;
	struct sim_acknowledged *p;
	size_t i;

	if (n->acknowledged_count == 0)
		return;
	i = prng_below(&w->prng, n->acknowledged_count);
	a = &n->acknowledged[i];
	if (a->is_forgotten || a->kind <= KIND_ACCORD)
		return;
	world_acts(w, ACT_RESEND);
	p = officer_submit(w, n, a->statement, a->content, a->signatures, a->signatures_count);
	if (p != NULL)
		p->repeats = i + 1;
}

static void say_message(struct world *w, struct sim_node *n, uint32_t channel)
{
	const struct accord_channel *c = accord_channel_find(w->accord, channel);
	bool is_flash = (c->precedences & 1u << PRECEDENCE_FLASH) != 0 && prng_is_one_in(&w->prng, 2);
	enum act_kind act = is_flash ? ACT_FLASH : prng_is_one_in(&w->prng, 5) ? ACT_ATTACH : ACT_SEND;
	size_t blob_len = act == ACT_ATTACH ? 1 + (size_t)prng_below(&w->prng, BLOB_LEN_USUAL) : 0;

	if (!world_is_on(w, act))
		return;
	world_acts(w, act);
	send_message(w, n, channel, is_flash, blob_len);
}

/* Some are wrong on purpose: an own message read back, an act out of turn; the door must refuse them. */
bool draft_place(const struct world *w, struct sim_node *n, const struct place_key *at, struct place *out)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK)
		return false;
	*out = (struct place){ at->log.channel,
			       bytes_str(w->accord->parties[at->log.party].name),
			       at->log.epoch,
			       at->index,
			       { 0 } };
	memcpy(out->leaf, read.leaf, HASH_LEN);
	return true;
}

/* Its fields, in the order of their numbers; memory: what they borrow from. */
static void consult_fields(struct draft *d, const struct consult_move *m, struct buf *memory)
{
	const bool is_start = m->kind == KIND_START,
		   has_option = m->kind == KIND_PROPOSE || m->kind == KIND_DECIDE;
	const bool has_step = has_option || m->kind == KIND_ATTEND || m->kind == KIND_LEAVE ||
			      m->kind == KIND_DONE || m->kind == KIND_MESSAGE;
	uint8_t hash[HASH_LEN] = { 7 };
	size_t from;

	for (uint64_t key = 1; key <= 3; key++) {
		from = memory->len;
		if (key == 1 && is_start)
			cbor_put_bytes(memory, (struct bytes){ m->definition, HASH_LEN });
		else if (key == 2 && is_start)
			cbor_put_uint(memory, 3);
		else if (key == 1 && has_step)
			cbor_put_text(memory, bytes_str(m->step));
		else if (key == 2 && has_option)
			cbor_put_text(memory, bytes_str(m->option));
		else if (key == 3 && m->kind == KIND_PROPOSE)
			cbor_put_bytes(memory, BYTES_OF(hash));
		else
			continue;
		d->s.fields[d->s.fields_count++] =
			(struct field){ key, { memory->ptr + from, memory->len - from } };
	}
}

/* There is no room for it; then there is, and the same is said again: nothing has come of it before. */
static void say_without_room(struct world *w, struct sim_node *n, const struct draft *d)
{
	uint64_t life = n->life;

	n->answer = ERR_OK;
	n->is_refused = true;
	node_turn(w, n);
	n->is_refused = false;
	if (n->node == NULL || n->life != life || n->answer != ERR_FULL)
		return;
	node_room(n->node, true);
	n->is_full = false;
	draft_file(w, n, d);
	node_turn(w, n);
	if (n->node != NULL && n->life == life && n->answer == ERR_REFUSED)
		world_fail(w, "node %zu refuses what it had no room for, and now has", n->party);
}

static void consult(struct world *w, struct sim_node *n)
{
	struct consult_move m;
	const struct kind_row *row;
	uint8_t memory[256];
	struct buf fields = BUF_ON(memory);
	struct draft d;

	if (!consult_choose(w, n, &m) || m.kind == KIND_ESCALATED)
		return;
	row = kind_find(m.kind);
	draft_open(w, n, &d, m.channel, m.kind);
	if (row->refers == KIND_REFERS_ONE && (!m.has_about || !draft_refers(n, &d, w, &m.about)))
		return;
	if (m.kind != KIND_START)
		d.s.has_instance = draft_place(w, n, &m.instance, &d.s.instance);
	if (m.kind == KIND_MESSAGE)
		draft_addressees(w, n, &d);
	d.s.has_precedence = m.kind == KIND_START || m.kind == KIND_MESSAGE;
	d.s.precedence = PRECEDENCE_PRIORITY;
	consult_fields(&d, &m, &fields);
	draft_submit(w, n, &d, m.is_second ? &n->officer.second : &n->officer.key);
	/* It alone: what builds on another of this turn is not taken without that. */
	if (w->has_refusals && !w->is_healing && !n->is_full && n->pending_count == 1 &&
	    prng_is_one_in(&w->consult_prng, REFUSED_ONE_IN))
		say_without_room(w, n, &d);
}

void officer_watch(struct world *w, struct sim_node *n)
{
	struct watch_act a;
	struct draft d;

	if (!watch_choose(w, n, &a))
		return;
	draft_open(w, n, &d, a.channel, a.kind);
	if (a.about.log.epoch != 0 && !draft_refers(n, &d, w, &a.about))
		return;
	d.s.fields_count = a.fields_count;
	memcpy(d.s.fields, a.fields, a.fields_count * sizeof *a.fields);
	draft_submit(w, n, &d, a.is_second ? &n->officer.second : &n->officer.key);
}

static void talk(struct world *w, struct sim_node *n)
{
	static struct talk_act a;
	struct draft d;

	if (!talk_choose(w, n, &a))
		return;
	draft_open(w, n, &d, a.channel, a.kind);
	for (size_t i = 0; i < a.about_count; i++) {
		if (!draft_place(w, n, &a.about[i], &d.s.refers[i]))
			return;
	}
	d.s.refers_count = a.about_count;
	d.s.fields_count = a.fields_count;
	memcpy(d.s.fields, a.fields, a.fields_count * sizeof *a.fields);
	draft_submit(w, n, &d, &n->officer.key);
}

void officer_act(struct world *w, struct sim_node *n)
{
	uint32_t channels[ACCORD_CHANNELS_MAX];
	size_t count = 0, row;
	uint32_t channel;
	uint64_t draw = prng_below(&w->prng, 100);

	if (w->has_papers && prng_below(&w->talk_prng, 3) > 0) {
		papers_act(w, n);
		return;
	}
	if (w->has_consult && prng_below(&w->consult_prng, 4) > 0) {
		for (size_t i = 0; i < 3; i++)
			consult(w, n);
		if (prng_below(&w->consult_prng, 8) == 0)
			officer_watch(w, n);
		for (size_t i = 0; i < 3; i++)
			talk(w, n);
		return;
	}
	if (w->has_talk && !w->has_consult && prng_below(&w->talk_prng, 2) > 0) {
		for (size_t i = 0; i < 3; i++)
			talk(w, n);
		return;
	}
	for (size_t i = 0; i < w->accord->channels_count; i++) {
		const struct accord_channel *c = &w->accord->channels[i];
		if ((c->parties >> n->party & 1) != 0)
			channels[count++] = c->number;
	}
	channel = channels[prng_below(&w->prng, count)];
	row = prng_below(&w->prng, ARRAY_COUNT(acts));
	if (draw < 25)
		say_message(w, n, channel);
	else if (draw < 32 && world_is_on(w, ACT_RESEND))
		say_again(w, n);
	else if (draw < 52 && world_is_on(w, acts[ARRAY_COUNT(acts) - 1 - row % MARKS_LAST].act))
		act_on(w, n, channel, ARRAY_COUNT(acts) - 1 - row % MARKS_LAST);
	else if (world_is_on(w, acts[row].act))
		act_on(w, n, channel, row);
}

void officer_answer(struct world *w, struct sim_node *n, const struct effect_answer *answer)
{
	struct sim_acknowledged *p;

	if (answer->client >= n->pending_count)
		world_fail(w, "an answer to nobody");
	p = &n->pending[answer->client];
	n->answer = answer->err;
	if (answer->err != ERR_OK) {
		if (p->repeats > 0 && answer->err == ERR_REFUSED)
			world_fail(w, "node %zu refuses a statement that it had acknowledged: %s", n->party,
				   verdict_text(answer->verdict));
		w->counters.refused++;
		if (w->is_verbose)
			fprintf(stderr, "%12lld node %zu refuses kind %d: %s, %s\n", (long long)w->now_us,
				n->party, (int)p->kind, err_text(answer->err), verdict_text(answer->verdict));
		if (p->resends > 0) {
			n->acknowledged[p->resends - 1].err = answer->err;
			n->acknowledged[p->resends - 1].verdict = answer->verdict;
			n->acknowledged[p->resends - 1].limit = answer->limit;
		}
		return;
	}
	w->counters.answered++;
	if (answer->is_said) {
		check_said(w, n, &answer->place, p->kind);
		if (p->resends > 0)
			n->acknowledged[p->resends - 1].is_replaced = true;
		return;
	}
	/* Whoever stops in the turn that it answers reads nothing any more: his next start is asked. */
	if (!n->is_stopping)
		check_answered(w, n, &answer->place, p->id);
	if (p->repeats > 0) {
		if (!place_key_equal(&answer->place, &n->acknowledged[p->repeats - 1].place))
			world_fail(w, "node %zu filed a statement again that it had acknowledged at %u.%llu",
				   n->party, n->acknowledged[p->repeats - 1].place.log.channel,
				   (unsigned long long)n->acknowledged[p->repeats - 1].place.index);
		return;
	}
	if (n->acknowledged_count == n->acknowledged_max) {
		n->acknowledged_max = n->acknowledged_max == 0 ? 64 : 2 * n->acknowledged_max;
		n->acknowledged = xrealloc(n->acknowledged, n->acknowledged_max * sizeof *n->acknowledged);
	}
	p->place = answer->place;
	if (p->resends > 0)
		n->acknowledged[p->resends - 1].is_replaced = true;
	n->acknowledged[n->acknowledged_count++] = *p;
	*p = (struct sim_acknowledged){ 0 };
}
