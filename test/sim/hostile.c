#include "hostile.h"

#include "base/alloc.h"
#include "consult.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX 64u
#define EPOCHS_FORGED_MAX 16u

struct kept_frame {
	enum frame_kind kind;
	uint8_t *bytes; /* owned */
	size_t len;
};

/* What an honest node held of a hostile log when it was last looked at. */
struct copy {
	size_t node;
	struct log_key key;
	uint64_t size;
	uint8_t leaf[HASH_LEN]; /* of its last entry */
	bool is_stopped;
};

struct hostile {
	size_t party;
	uint32_t on; /* bit mask of enum attack: a random half of them, each seed its own */
	struct kept_frame kept[KEPT_MAX];
	size_t kept_count;
	size_t epochs;
	struct forged_moves moves;
	struct copy copies[256];
	size_t copies_count;
	bool is_gone;
	struct hostile_counters counters;
};

static uint8_t memory[2][FRAME_LEN_MAX];

bool is_hostile(const struct world *w, size_t party)
{
	return w->hostile != NULL && w->hostile->party == party;
}

void hostile_note_close(struct world *w)
{
	w->hostile->counters.closed++;
}

static bool attacks(struct world *w, enum attack attack, uint64_t one_in)
{
	bool fires = prng_is_one_in(&w->prng, one_in);

	return fires && !w->hostile->is_gone && (w->hostile->on >> attack & 1) != 0;
}

static void count(struct world *w, enum attack attack)
{
	w->hostile->counters.attacks[attack]++;
	if (w->is_verbose)
		fprintf(stderr, "%12lld ATTACK %u\n", (long long)w->now_us, attack);
}

/* Says it to that peer on a path that is up; false if none is. */
static bool inject(struct world *w, size_t to, enum frame_kind kind, struct bytes payload)
{
	struct sim_node *h = &w->nodes[w->hostile->party];

	for (size_t path = 0; path < SIM_PATHS; path++) {
		struct effect_frame frame = { .peer = to, .path = path, .kind = kind, .payload = payload };
		if (!w->paths[h->party][to][path].is_up || h->node == NULL)
			continue;
		frame_carry(w, h, &frame);
		return true;
	}
	return false;
}

static size_t victim(struct world *w)
{
	return (w->hostile->party + 1 + prng_below(&w->prng, w->nodes_count - 1)) % w->nodes_count;
}

/* A channel of both. */
static uint32_t channel_with(struct world *w, size_t to)
{
	for (;;) {
		const struct accord_channel *c =
			&w->accord->channels[prng_below(&w->prng, w->accord->channels_count)];
		if (c->plane != PLANE_HOME && (c->parties >> to & 1) != 0 &&
		    (c->parties >> w->hostile->party & 1) != 0)
			return c->number;
	}
}

/* ---- What its own node says, otherwise. ---- */

static void keep(struct hostile *h, const struct effect_frame *frame)
{
	struct kept_frame *k = &h->kept[h->kept_count++ % KEPT_MAX];

	free(k->bytes);
	k->kind = frame->kind;
	k->len = frame->payload.len;
	k->bytes = xcalloc(k->len + 1, 1);
	memcpy(k->bytes, frame->payload.ptr, k->len);
}

static void replay(struct world *w, size_t to)
{
	struct hostile *h = w->hostile;
	const struct kept_frame *k =
		&h->kept[prng_below(&w->prng, h->kept_count < KEPT_MAX ? h->kept_count : KEPT_MAX)];

	if (inject(w, to, k->kind, (struct bytes){ k->bytes, k->len }))
		count(w, ATTACK_REPLAY);
}

/* The batch, with its items altered by the seed; false: it is none of which that can be done. */
static bool batch_altered(struct world *w, struct bytes in, enum attack attack, struct buf *out)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	static uint8_t rebuilt_memory[REBUILT_LEN_MAX];
	struct buf rebuilt = BUF_ON(rebuilt_memory);
	struct batch b;
	size_t i;

	if (batch_read(in, &w->book, &rebuilt, items, &b) != ERR_OK)
		return false;
	i = (size_t)prng_below(&w->prng, b.count);
	if (attack == ATTACK_RANGE) {
		b.first += 1 + prng_below(&w->prng, 5);
	} else if (attack == ATTACK_ERASED) {
		if (items[i].content.len == 0)
			return false;
		items[i].content = (struct bytes){ NULL, 0 };
		items[i].is_erased = true;
		items[i].eraser = (struct place){ b.origin.channel,
						  bytes_str(b.origin.party),
						  b.origin.epoch,
						  prng_below(&w->prng, 10),
						  { 0 } };
	}
	batch_write(&b, &w->book, out);
	return buf_check(out) == ERR_OK;
}

static void carry_altered(struct world *w, const struct sim_node *from, const struct effect_frame *frame,
			  struct bytes payload)
{
	struct effect_frame altered = *frame;

	altered.payload = payload;
	frame_carry(w, from, &altered);
}

static bool sends_otherwise(struct world *w, const struct sim_node *from, const struct effect_frame *frame)
{
	struct bytes in = frame->payload;
	struct buf out = BUF_ON(memory[0]);
	bool is_batch = frame->kind == FRAME_BATCH;

	if (is_batch && attacks(w, ATTACK_WITHHOLD, 3) && frame->peer == (w->hostile->party + 1) % 3) {
		count(w, ATTACK_WITHHOLD);
		return true;
	}
	for (enum attack a = ATTACK_RANGE; a <= ATTACK_ERASED; a++) {
		if (a == ATTACK_WITHHOLD || !is_batch || !attacks(w, a, 8) || !batch_altered(w, in, a, &out))
			continue;
		count(w, a);
		carry_altered(w, from, frame, buf_bytes(&out));
		return true;
	}
	if (in.len > 1 && attacks(w, ATTACK_TRUNCATE, 40)) {
		count(w, ATTACK_TRUNCATE);
		carry_altered(w, from, frame, (struct bytes){ in.ptr, prng_below(&w->prng, in.len) });
		return true;
	}
	if (in.len > 0 && attacks(w, ATTACK_FLIP, 30)) {
		buf_put(&out, in);
		out.ptr[prng_below(&w->prng, in.len)] ^= (uint8_t)(1u << prng_below(&w->prng, 8));
		count(w, ATTACK_FLIP);
		carry_altered(w, from, frame, buf_bytes(&out));
		return true;
	}
	return false;
}

bool hostile_sends(struct world *w, const struct sim_node *from, const struct effect_frame *frame)
{
	if (!is_hostile(w, from->party))
		return false;
	if (w->hostile->is_gone)
		return true;
	keep(w->hostile, frame);
	if (attacks(w, ATTACK_REPLAY, 10))
		replay(w, frame->peer);
	/* What is held back comes in another session, or never: the next replay may have it. */
	if (attacks(w, ATTACK_HOLD, 20)) {
		count(w, ATTACK_HOLD);
		return true;
	}
	return sends_otherwise(w, from, frame);
}

/* ---- What no node would say. ---- */

static void load(struct world *w, struct forge *f, size_t party, uint32_t channel)
{
	forge_open(f, w, party, channel, 1);
	forge_load(f, &w->nodes[w->hostile->party]);
}

static void add_message(struct forge *f, enum precedence precedence)
{
	uint8_t content_memory[1024];
	struct buf content = BUF_ON(content_memory);
	struct statement s;

	forge_message(f, precedence, &s);
	forge_content(f->w, &s, BYTES_LIT("made up"), NULL, 0, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

static bool send_batch(struct world *w, size_t to, const struct forge *f, size_t first)
{
	struct buf out = BUF_ON(memory[1]);

	if (f->count <= first)
		return false;
	forge_batch(f, first, f->count, &out);
	return inject(w, to, FRAME_BATCH, buf_bytes(&out));
}

/* Another history from somewhere on, whole and well signed. */
static bool act_fork(struct world *w, size_t to, struct forge *f)
{
	size_t cut = f->count > 4 ? f->count - prng_below(&w->prng, 3) : f->count;

	if (f->count < 4)
		return false;
	forge_cut(f, cut);
	for (uint64_t i = 0; i <= prng_below(&w->prng, 3); i++)
		add_message(f, PRECEDENCE_ROUTINE);
	return send_batch(w, to, f, prng_is_one_in(&w->prng, 2) ? 0 : cut);
}

/* An entry with one byte changed, under a note that its key signed over the change. */
static bool act_alter(struct world *w, size_t to, struct forge *f)
{
	struct buf entry = BUF_ON(memory[0]);
	size_t at = f->count - 1;

	if (f->count < 3)
		return false;
	buf_put(&entry, f->items[at].entry);
	entry.ptr[prng_below(&w->prng, entry.len)] ^= 1;
	forge_cut(f, at);
	forge_put(f, buf_bytes(&entry), (struct bytes){ NULL, 0 });
	return send_batch(w, to, f, at);
}

static bool act_own(struct world *w, size_t to, enum attack attack)
{
	struct forge f;
	bool any;

	load(w, &f, w->hostile->party, channel_with(w, to));
	any = attack == ATTACK_FORK ? act_fork(w, to, &f) : act_alter(w, to, &f);
	forge_free(&f);
	return any;
}

/* An honest party's log under an honest note, with one entry that it never wrote. */
static bool act_hearsay(struct world *w, size_t to)
{
	size_t author = 3 - w->hostile->party - to;
	static struct batch_item items[BATCH_ENTRIES_MAX];
	struct buf out = BUF_ON(memory[1]), note = BUF_ON(memory[0]);
	struct batch b = { .items = items };
	struct forge f;
	uint64_t found;
	bool any = false;

	load(w, &f, author, 1 + (uint32_t)prng_below(&w->prng, 3));
	if (f.count > 2 &&
	    node_note(w->nodes[w->hostile->party].node, &f.key, f.count, PARTY_MAX, &note, &found) ==
		    ERR_OK &&
	    found == f.count) {
		size_t first = (size_t)prng_below(&w->prng, f.count - 1);
		b.origin = f.origin;
		b.first = first;
		b.count = f.count - first;
		b.note = buf_bytes(&note);
		for (size_t i = first; i < f.count; i++)
			items[i - first] = (struct batch_item){ .entry = f.items[i].entry,
								.content = f.items[i].content };
		/* Its content is said to be erased, or two entries change places. */
		if (prng_is_one_in(&w->prng, 2)) {
			struct batch_item swap = items[0];
			items[0] = items[b.count - 1];
			items[b.count - 1] = swap;
		} else {
			for (size_t i = 0; i < b.count; i++) {
				items[i].is_erased = items[i].content.len > 0;
				items[i].content = (struct bytes){ NULL, 0 };
				items[i].eraser = forge_place(&f, 0);
			}
		}
		batch_write(&b, NULL, &out);
		any = inject(w, to, FRAME_BATCH, buf_bytes(&out));
	}
	forge_free(&f);
	return any;
}

/* Heads that its key has signed over nothing, of its own log or in the name of another's. */
static bool act_head(struct world *w, size_t to)
{
	struct buf out = BUF_ON(memory[1]), note = BUF_ON(memory[0]);
	struct bytes text;
	struct forge f;
	bool any;

	forge_open(&f, w, prng_is_one_in(&w->prng, 2) ? w->hostile->party : to, channel_with(w, to), 1);
	f.key.party = w->hostile->party; /* signs with the key that it has */
	for (uint64_t i = 0; i <= prng_below(&w->prng, 40); i++)
		forge_put(&f, BYTES_LIT("no entry"), (struct bytes){ NULL, 0 });
	forge_note(&f, f.count, &note);
	text = buf_bytes(&note);
	forge_hello(w, w->hostile->party, &text, 1, &out);
	any = inject(w, to, FRAME_HELLO, buf_bytes(&out));
	forge_free(&f);
	return any;
}

static bool act_size(struct world *w, size_t to)
{
	struct buf out = BUF_ON(memory[1]), line = BUF_ON(memory[0]);
	struct want want;
	struct cosignature c;
	struct forge f;
	bool any;

	load(w, &f, to, channel_with(w, to));
	want = (struct want){ f.origin, prng_below(&w->prng, 4), LOG_SIZE_MAX };
	if (prng_is_one_in(&w->prng, 2)) {
		want_write(&want, &out);
		any = inject(w, to, FRAME_WANT, buf_bytes(&out));
	} else {
		forge_line(&f, f.count, w->hostile->party, &line);
		c = (struct cosignature){ f.origin, LOG_SIZE_MAX, buf_bytes(&line) };
		cosignature_write(&c, NULL, &out);
		any = inject(w, to, FRAME_COSIGNATURE, buf_bytes(&out));
	}
	forge_free(&f);
	return any;
}

static bool act_epoch(struct world *w, size_t to)
{
	uint8_t nowhere[HASH_LEN];
	const uint8_t *const versions[] = { w->next->hash, nowhere };
	struct hostile *h = w->hostile;
	struct forge f;
	bool any;

	if (h->epochs == EPOCHS_FORGED_MAX)
		return false;
	forge_open(&f, w, h->party, channel_with(w, to), 2 + (uint32_t)h->epochs++);
	/* Under a version that some hold by then, or nobody ever; or it comes to one. */
	hash_sha256(BYTES_OF(w->accord->id), nowhere);
	if (prng_is_one_in(&w->version_prng, 3))
		f.version = versions[prng_below(&w->version_prng, 2)];
	forge_begin(&f);
	if (prng_is_one_in(&w->version_prng, 2))
		forge_version(&f, versions[prng_below(&w->version_prng, 2)]);
	add_message(&f, PRECEDENCE_ROUTINE);
	any = send_batch(w, to, &f, 0);
	forge_free(&f);
	return any;
}

static bool act_advance(struct world *w, size_t to)
{
	struct statement s;
	struct forge f;
	bool any = false;

	forge_open(&f, w, w->hostile->party, 1, 1);
	for (int i = 0; i < 20; i++) {
		struct buf out = BUF_ON(memory[1]);
		forge_message(&f, PRECEDENCE_FLASH, &s);
		forge_advance(&f, &s, &w->nodes[w->hostile->party].officer.key, (struct bytes){ NULL, 0 },
			      &out);
		any |= inject(w, to, FRAME_ADVANCE, buf_bytes(&out));
	}
	forge_free(&f);
	return any;
}

/* A blob of the victim's own drawer that no entry names; serving it would be seen in hostile_run. */
static bool act_fetch(struct world *w, size_t to)
{
	struct buf out = BUF_ON(memory[1]);
	struct fetch fetch = { .offset = 0 };
	uint8_t blob[64];

	if (w->nodes[to].node == NULL)
		return false;
	memset(blob, (int)to, sizeof blob);
	hash_sha256(BYTES_OF(blob), fetch.hash);
	if (node_attach(w->nodes[to].node, NULL, fetch.hash, sizeof blob, 0, BYTES_OF(blob)) != ERR_OK)
		return false;
	memcpy(w->draft, fetch.hash, HASH_LEN);
	fetch_write(&fetch, &out);
	return inject(w, to, FRAME_FETCH, buf_bytes(&out));
}

/* The beginning of somebody's blob, false. */
static bool act_piece(struct world *w, size_t to)
{
	struct hostile *h = w->hostile;
	struct buf out = BUF_ON(memory[1]);

	for (size_t i = 0; i < KEPT_MAX && i < h->kept_count; i++) {
		struct attachment_piece p;
		if (h->kept[i].kind != FRAME_ATTACHMENT ||
		    attachment_piece_read((struct bytes){ h->kept[i].bytes, h->kept[i].len }, &p) != ERR_OK)
			continue;
		buf_put(&out, p.piece);
		memset(memory[0], 'z', p.piece.len);
		p.piece = (struct bytes){ memory[0], p.piece.len };
		buf_reset(&out);
		attachment_piece_write(&p, &out);
		return inject(w, to, FRAME_ATTACHMENT, buf_bytes(&out));
	}
	return false;
}

static bool act_receipt(struct world *w, size_t to)
{
	struct buf out = BUF_ON(memory[1]);
	struct forge f;
	bool any;

	load(w, &f, to, channel_with(w, to));
	add_message(&f, PRECEDENCE_ROUTINE); /* it never said that */
	forge_cosignature(&f, f.count, w->hostile->party, &out);
	any = inject(w, to, FRAME_COSIGNATURE, buf_bytes(&out));
	forge_free(&f);
	return any;
}

static bool act_hello(struct world *w, size_t to)
{
	struct buf out = BUF_ON(memory[1]);

	forge_hello(w, w->hostile->party, NULL, 0, &out);
	return inject(w, to, FRAME_HELLO, buf_bytes(&out));
}

/* A log of its own on the service channel that asks and asks; it forks from what its node has. */
static bool act_checks(struct world *w, size_t to)
{
	struct forge f;
	bool any;

	load(w, &f, w->hostile->party, 3);
	for (int i = 0; i < 30; i++) {
		forge_line_check(&f, to);
	}
	any = send_batch(w, to, &f, f.count - 30);
	forge_free(&f);
	return any;
}

/* Moves that no door would take, behind what its node has said. */
static bool act_moves(struct world *w, size_t to)
{
	struct hostile *h = w->hostile;
	struct forge f;
	size_t first;
	bool any = false;

	if (!w->has_consult)
		return false;
	load(w, &f, h->party, 2);
	first = f.count;
	if (first > 2 && forge_moves(&f, &w->nodes[h->party], &h->moves))
		any = send_batch(w, to, &f, first);
	forge_free(&f);
	return any;
}

static bool act(struct world *w, size_t to, enum attack attack)
{
	static bool (*const acts[ATTACK_COUNT])(struct world *w, size_t to) = {
		[ATTACK_HEARSAY] = act_hearsay, [ATTACK_HEAD] = act_head,	[ATTACK_SIZE] = act_size,
		[ATTACK_EPOCH] = act_epoch,	[ATTACK_ADVANCE] = act_advance, [ATTACK_FETCH] = act_fetch,
		[ATTACK_PIECE] = act_piece,	[ATTACK_RECEIPT] = act_receipt, [ATTACK_HELLO] = act_hello,
		[ATTACK_CHECKS] = act_checks,	[ATTACK_MOVES] = act_moves,
	};

	if (attack == ATTACK_FORK || attack == ATTACK_ALTER)
		return act_own(w, to, attack);
	return acts[attack](w, to);
}

void hostile_acts(struct world *w)
{
	/* What ends a log or a path for good, or for a while, is rarer than what does not. */
	static const uint64_t one_in[ATTACK_COUNT] = {
		[ATTACK_ALTER] = 40, [ATTACK_HEARSAY] = 3, [ATTACK_FORK] = 40,	 [ATTACK_HEAD] = 25,
		[ATTACK_SIZE] = 5,   [ATTACK_EPOCH] = 20,  [ATTACK_ADVANCE] = 8, [ATTACK_FETCH] = 5,
		[ATTACK_PIECE] = 3,  [ATTACK_RECEIPT] = 5, [ATTACK_HELLO] = 25,	 [ATTACK_CHECKS] = 30,
		[ATTACK_MOVES] = 6,
	};

	if (w->hostile == NULL || w->nodes[w->hostile->party].node == NULL)
		return;
	for (enum attack a = 0; a < ATTACK_COUNT; a++) {
		size_t to = victim(w);
		if (one_in[a] > 0 && attacks(w, a, one_in[a]) && act(w, to, a))
			count(w, a);
	}
}

/* ---- What must hold. ---- */

static struct copy *copy_of(struct world *w, size_t node, const struct log_key *key)
{
	struct hostile *h = w->hostile;

	for (size_t i = 0; i < h->copies_count; i++) {
		if (h->copies[i].node == node && log_key_equal(&h->copies[i].key, key))
			return &h->copies[i];
	}
	if (h->copies_count == ARRAY_COUNT(h->copies))
		world_fail(w, "more hostile logs than there is room for");
	h->copies[h->copies_count] = (struct copy){ .node = node, .key = *key };
	return &h->copies[h->copies_count++];
}

static void leaf_of(struct world *w, struct sim_node *n, const struct log_key *key, uint64_t index,
		    uint8_t leaf[HASH_LEN])
{
	static uint8_t entry_memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(entry_memory);
	struct entry_read_out read;

	if (node_entry(n->node, &(struct place_key){ *key, index }, &bytes, &read) != ERR_OK)
		world_fail(w, "an entry of the hostile log cannot be read");
	memcpy(leaf, read.leaf, HASH_LEN);
}

void hostile_check_log(struct world *w, struct sim_node *n, const struct log_status *log)
{
	struct copy *c = copy_of(w, n->party, &log->log);
	uint8_t leaf[HASH_LEN];

	if (log->state == LOG_STOPPED && !c->is_stopped)
		w->hostile->counters.stopped++;
	c->is_stopped = log->state == LOG_STOPPED;
	/* A power cut may have taken what was not yet cosigned; what stays is what it was. */
	if (c->size > 0 && log->size >= c->size) {
		leaf_of(w, n, &log->log, c->size - 1, leaf);
		if (memcmp(leaf, c->leaf, HASH_LEN) != 0 && n->life == 0)
			world_fail(w, "node %zu has changed an entry of the hostile log", n->party);
	}
	c->size = log->size;
	if (c->size > 0)
		leaf_of(w, n, &log->log, c->size - 1, c->leaf);
}

/* It and the author went back to backups: what it has signed is gone, and it signs nothing smaller. */
static bool has_signed_beyond(const struct world *w, const struct sim_node *mirror,
			      const struct log_status *log)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		const struct mark *mark = marks_find(&mirror->signer.marks, &w->logs[i].origin);
		if (log_key_equal(&w->logs[i].key, &log->log))
			return mark != NULL && mark->size > log->size;
	}
	return false;
}

/* Once the hostile one is gone: all that the two said is held, folded and receipted on both sides. */
static void check_honest_log(struct world *w, struct sim_node *author, struct sim_node *other,
			     const struct log_status *log)
{
	struct log_status logs[64];
	size_t count = node_logs(other->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		const struct log_status *o = &logs[i];
		if (!log_key_equal(&o->log, &log->log))
			continue;
		if (o->size != log->size || o->folded != o->size || log->folded != log->size)
			world_fail(w, "channel %u of %zu has %llu (folded %llu) at home, %llu (%llu) at %zu",
				   log->log.channel, author->party, (unsigned long long)log->size,
				   (unsigned long long)log->folded, (unsigned long long)o->size,
				   (unsigned long long)o->folded, other->party);
		if (log->cosigned[other->party] != log->size && !has_signed_beyond(w, other, log))
			world_fail(w, "channel %u of %zu: a receipt over %llu of %llu", log->log.channel,
				   author->party, (unsigned long long)log->cosigned[other->party],
				   (unsigned long long)log->size);
		w->hostile->counters.delivered += log->size;
		return;
	}
	world_fail(w, "node %zu lacks channel %u of %zu", other->party, log->log.channel, author->party);
}

/*
 * Contents that an honest party said are where its entries are, but what it has erased itself. Where the
 * hostile one has said the same words they stay, and it may have said them to one node alone.
 */
static void check_contents(struct world *w, struct sim_node *n, const struct log_status *log)
{
	static uint8_t entry_memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];

	for (struct place_key at = { log->log, 0 }; at.index < log->size; at.index++) {
		struct buf bytes = BUF_ON(entry_memory), content = BUF_ON(content_memory);
		struct place_key by;
		struct entry_read_out read;
		enum err e = node_entry(n->node, &at, &bytes, &read);
		if (e != ERR_OK)
			world_fail(w, "an entry cannot be read");
		if (!read.statement.has_content)
			continue;
		e = node_content(n->node, &read.statement, &content);
		if (e == ERR_REFUSED && node_eraser(n->node, &at, &read.statement, &by) == ERR_OK &&
		    by.log.party == log->log.party)
			continue;
		if (e != ERR_OK)
			world_fail(w, "node %zu lacks the content of %u.%llu of %zu", n->party,
				   at.log.channel, (unsigned long long)at.index, at.log.party);
	}
}

static void check_honest(struct world *w)
{
	for (size_t a = 0; a < w->nodes_count; a++) {
		if (!is_hostile(w, a) && node_in_force(w->nodes[a].node) != w->next)
			world_fail(w, "node %zu has not come to the next version of the accord", a);
	}
	for (size_t a = 0; a < w->nodes_count; a++) {
		for (size_t b = 0; b < w->nodes_count; b++) {
			struct log_status logs[64];
			size_t count;
			if (a == b || is_hostile(w, a) || is_hostile(w, b))
				continue;
			count = node_logs(w->nodes[a].node, logs, ARRAY_COUNT(logs));
			for (size_t i = 0; i < count; i++) {
				const struct accord_channel *c =
					accord_channel_find(w->accord, logs[i].log.channel);
				if (logs[i].log.party != a || c->plane == PLANE_HOME || logs[i].size == 0 ||
				    (c->parties >> b & 1) == 0)
					continue;
				check_honest_log(w, &w->nodes[a], &w->nodes[b], &logs[i]);
				check_contents(w, &w->nodes[b], &logs[i]);
			}
		}
	}
	for (size_t a = 0; a < w->nodes_count; a++) {
		if (is_hostile(w, a))
			continue;
		consult_check(w, &w->nodes[a]);
		forged_moves_check(w, &w->nodes[a], w->hostile->party, &w->hostile->moves,
				   w->hostile->counters.moves);
	}
}

/* ---- A run. ---- */

#define CHAOS_UNTIL_US 40000000
#define GONE_AFTER_US 80000000
#define QUIET_AFTER_US 105000000

/* Whether all that an honest node has said is held, folded and receipted by each other one. */
static bool is_settled(struct world *w)
{
	struct log_status logs[2][64];

	for (size_t pair = 0; pair < w->nodes_count * w->nodes_count; pair++) {
		size_t a = pair / w->nodes_count, b = pair % w->nodes_count, counts[2];
		if (a == b || is_hostile(w, a) || is_hostile(w, b))
			continue;
		counts[0] = node_logs(w->nodes[a].node, logs[0], ARRAY_COUNT(logs[0]));
		counts[1] = node_logs(w->nodes[b].node, logs[1], ARRAY_COUNT(logs[1]));
		for (size_t i = 0; i < counts[0] * counts[1]; i++) {
			const struct log_status *l = &logs[0][i / counts[1]], *o = &logs[1][i % counts[1]];
			if (l->log.party == a && log_key_equal(&l->log, &o->log) &&
			    (l->size != o->size || o->folded != o->size || l->cosigned[b] != l->size))
				return false;
		}
	}
	return true;
}

/*
 * A node's own timers may have said something just now, and it may build on what the hostile one kept from
 * the other, who asks for it within WANT_AGAIN_MS. What nobody has any more counts as lost after a minute
 * (LOST_AFTER_MS). Whoever never settles is found by the checks that follow.
 */
static void settle(struct world *w)
{
	for (int64_t half = 1; half <= 150 && !is_settled(w); half++)
		world_advance(w, QUIET_AFTER_US + half * 500000);
}

void hostile_run(uint64_t seed, bool has_consult, bool is_verbose, struct hostile_counters *total)
{
	struct world *w = world_new(seed, 3, is_verbose);
	uint64_t *from, *to = (uint64_t *)total;
	struct hostile *h = xcalloc(1, sizeof *h);

	/* Backups are not put back here: what they lose is the other simulation's affair. */
	w->faults_on = (uint32_t)prng_next(&w->prng) & ~(1u << FAULT_RESTORE | 1u << FAULT_SIGNER_LOST);
	h->party = (size_t)prng_below(&w->prng, 3);
	h->on = (uint32_t)prng_next(&w->prng);
	w->hostile = h;
	world_changes(w);
	if (has_consult) {
		world_consults(w);
		h->on |= 1u << ATTACK_MOVES;
	}
	world_advance(w, CHAOS_UNTIL_US);
	faults_end(w);
	for (size_t i = 0; i < w->nodes_count; i++)
		w->nodes[i].clock_offset_ms = 0;
	world_advance(w, GONE_AFTER_US);
	h->is_gone = true;
	world_advance(w, QUIET_AFTER_US);
	settle(w);
	check_honest(w);
	from = (uint64_t *)&h->counters;
	for (size_t i = 0; i < sizeof h->counters / sizeof *from; i++)
		to[i] += from[i];
	w->hostile = NULL;
	for (size_t i = 0; i < KEPT_MAX; i++)
		free(h->kept[i].bytes);
	free(h);
	world_free(w);
}
