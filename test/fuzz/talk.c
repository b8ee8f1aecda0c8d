/*
 * Two nodes talk: the real cores with stores in memory, over frames. One of them belongs to somebody who
 * holds its keys and alters what it says at some places, as the input tells. Whatever he does, the other one
 * never stops, its own logs are what its officers said, and it neither acknowledges nor cosigns what it does
 * not hold.
 *
 * Input: up to four changes, each: u8 which frame of the altered node, u8 how (enum how), u8 argument, u16
 * offset, u8 length and so many bytes.
 */
#include "forge.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sshsig.h"
#include "record/checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define PARTIES 2u
#define HONEST 0u
#define ALTERED 1u
#define CHANNELS 2u
#define SAID_MAX 16u	/* statements of one log */
#define FRAMES_MAX 400u /* of one talk, both ways */
#define CHANGES_MAX 4u
#define EFFECTS_MEMORY (8u << 20)

enum how {
	HOW_WRITE,  /* bytes over those at the offset */
	HOW_INSERT, /* bytes before it */
	HOW_REMOVE, /* so many from there */
	HOW_CUT,    /* all from there */
	HOW_DROP,
	HOW_REPEAT,
	HOW_SWAP,   /* after the next one */
	HOW_REPLAY, /* the argument's frame before it */
	HOW_KIND,
	HOW_MAKE,  /* a frame of its own before it */
	HOW_CLOSE, /* the path goes down and comes up before it */
	HOW_SIGN,  /* a BATCH, bytes written over those of an entry's statement, and everything signed anew */
	HOW_COUNT
};

struct alteration {
	unsigned frame;
	enum how how;
	uint8_t argument;
	size_t offset;
	struct bytes bytes;
};

struct carried {
	enum frame_kind kind;
	size_t to, len;
	uint64_t tag;
	uint8_t *bytes; /* heap */
};

/* What never changes, made once. */
static struct {
	struct world w;
	struct forge logs[PARTIES][CHANNELS];
	size_t begun; /* of each log: what opens it */
	struct effect *effects;
	uint8_t *memory;
} root;

static const uint32_t numbers[CHANNELS] = { 1, 2 };

struct end {
	struct node *node;
	struct effects fx;
	struct sim_signer signer;
	size_t said[CHANNELS], accepted[CHANNELS];
	bool is_up;
};

struct talk {
	struct end ends[PARTIES];
	struct carried queue[FRAMES_MAX];
	size_t first, count;
	unsigned altered_count; /* frames that the altered node has sent */
	struct alteration changes[CHANGES_MAX];
	size_t changes_count;
	bool is_signed; /* something was signed anew: the altered node's own log may stop */
	int64_t now_us;
};

/* ---- What is said: the same each time. ---- */

static void say_about(struct forge *f, enum kind kind, const struct forge *of, size_t index)
{
	struct statement s;

	forge_statement(f, kind, &s);
	s.refers[s.refers_count++] = forge_place(of, index);
	forge_say(f, &s, &root.w.nodes[f->key.party].officer.key, (struct bytes){ NULL, 0 });
}

static void say_message(struct forge *f, enum precedence precedence, const char *text)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, precedence, &s);
	forge_content(&root.w, &s, bytes_str(text), NULL, 0, &content);
	forge_say(f, &s, &root.w.nodes[f->key.party].officer.key, buf_bytes(&content));
}

static void make_root(void)
{
	struct forge *honest = root.logs[HONEST], *altered = root.logs[ALTERED];
	size_t begun;

	crypto_init();
	log_open("talk", 0);
	root.w.seed = 7;
	root.w.nodes_count = PARTIES;
	prng_init(&root.w.prng, root.w.seed);
	for (size_t i = 0; i < PARTIES; i++)
		root.w.nodes[i].party = i;
	world_accord(&root.w);
	for (size_t party = 0; party < PARTIES; party++) {
		for (size_t c = 0; c < CHANNELS; c++) {
			forge_open(&root.logs[party][c], &root.w, party, numbers[c], 1);
			forge_begin(&root.logs[party][c]);
		}
	}
	begun = root.begun = honest[0].count;
	say_message(&altered[0], PRECEDENCE_FLASH, "flash");
	say_message(&honest[1], PRECEDENCE_ROUTINE, "a word");
	say_message(&altered[1], PRECEDENCE_IMMEDIATE, "another word");
	say_about(&altered[1], KIND_WATCH_READ, &honest[1], begun);
	say_about(&honest[0], KIND_WATCH_READ, &altered[0], begun);
	say_about(&honest[0], KIND_READ_BACK, &altered[0], begun);
	say_about(&altered[1], KIND_REPLY, &honest[1], begun);
	say_message(&altered[1], PRECEDENCE_PRIORITY, "to be erased");
	forge_erase(&altered[1], &altered[1], begun + 3);
	root.effects = xcalloc(EFFECTS_MAX, sizeof *root.effects);
	root.memory = xcalloc(1, EFFECTS_MEMORY);
}

/* ---- Turns. ---- */

static struct now now_of(const struct talk *t)
{
	return (struct now){ .mono = { t->now_us + 1000000 },
			     .wall = { (uint64_t)(1793000000000 + t->now_us / 1000) } };
}

static void turn(struct talk *t, size_t who);

static void queue_put(struct talk *t, size_t to, enum frame_kind kind, uint64_t tag, struct bytes payload)
{
	struct carried *c = &t->queue[t->count];

	if (t->count == FRAMES_MAX)
		return;
	*c = (struct carried){ kind, to, payload.len, tag, xcalloc(payload.len + 1, 1) };
	if (payload.len > 0)
		memcpy(c->bytes, payload.ptr, payload.len);
	t->count++;
}

static void end_link(struct talk *t, size_t who, bool is_up)
{
	struct path_change change = {
		.peer = 1 - who, .is_up = is_up, .why = ERR_DOWN, .group = "X25519", .address = "simulated"
	};
	enum err e;

	if (t->ends[who].is_up == is_up)
		return;
	t->ends[who].is_up = is_up;
	e = node_link(t->ends[who].node, now_of(t), &change, &t->ends[who].fx);
	assert(e == ERR_OK);
	turn(t, who);
}

/* What was on its way is lost with the line. */
static void line_set(struct talk *t, bool is_up)
{
	if (!is_up)
		t->first = t->count;
	for (size_t who = 0; who < PARTIES; who++)
		end_link(t, who, is_up);
}

/* What is asked of the signer, copied: its answer is an event of the next turn. */
struct asked {
	bool is_cosignature;
	struct effect_sign sign;
	uint8_t text[256], proof[MERKLE_PROOF_MAX][HASH_LEN];
};
#define ASKED_MAX 64u

static void answer_signer(struct talk *t, size_t who, struct asked *a)
{
	struct sim_node *keys = &root.w.nodes[who];
	struct mark_request request = { { a->text, a->sign.text.len },
					(const uint8_t(*)[HASH_LEN])a->proof,
					a->sign.proof_count };
	uint8_t memory[NOTE_LINE_LEN_MAX], name_memory[ORIGIN_LEN_MAX];
	struct buf line = BUF_ON(memory), name = BUF_ON(name_memory);
	struct signer_answer answer = { a->is_cosignature, a->sign.origin, a->sign.size, ERR_OK, { 0 } };
	enum err e;

	answer.err = signer_move(&root.w, &t->ends[who].signer, &request);
	if (!a->is_cosignature) {
		checkpoint_sign(&keys->log_key, request.text, &line);
	} else {
		accord_mirror_name(root.w.accord, who, &name);
		checkpoint_cosign(&keys->mirror_key, buf_bytes(&name), a->sign.seconds, request.text, &line);
	}
	answer.line = buf_bytes(&line);
	e = node_signed(t->ends[who].node, now_of(t), &answer, &t->ends[who].fx);
	assert(err_class(e) != ERR_CLASS_LOCAL);
}

static bool has_log(struct node *n, const struct origin *origin, struct log_status *out)
{
	static struct log_status logs[LOGS_MAX];
	size_t count = node_logs(n, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.channel == origin->channel && logs[i].log.epoch == origin->epoch &&
		    bytes_equal(bytes_str(root.w.accord->parties[logs[i].log.party].name),
				bytes_str(origin->party))) {
			*out = logs[i];
			return true;
		}
	}
	return false;
}

static void check_answer(struct talk *t, size_t who, const struct effect_answer *answer)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;

	if (answer->err != ERR_OK)
		return;
	t->ends[who].accepted[answer->client]++;
	assert(node_entry(t->ends[who].node, &answer->place, &bytes, &read) == ERR_OK);
}

static void carry_out(struct talk *t, size_t who, const struct effect *e)
{
	struct log_status log;

	assert(!e->is_held);
	switch (e->kind) {
	case EFFECT_FRAME:
		if (t->ends[who].is_up)
			queue_put(t, 1 - who, e->frame.kind, e->frame.tag, e->frame.payload);
		break;
	case EFFECT_COSIGN:
		assert(has_log(t->ends[who].node, &e->sign.origin, &log) && log.size >= e->sign.size);
		break;
	case EFFECT_ANSWER:
		check_answer(t, who, &e->answer);
		break;
	case EFFECT_STOP:
		assert(who == ALTERED && t->is_signed);
		break;
	case EFFECT_THIN:
	case EFFECT_SETTLED:
	case EFFECT_CLOSE:
	case EFFECT_SIGN:
	case EFFECT_PUBLISH:
	case EFFECT_FULL:
	case EFFECT_KIND_COUNT:
		break;
	}
}

static void turn(struct talk *t, size_t who)
{
	struct end *end = &t->ends[who];
	static struct asked asked[ASKED_MAX];
	size_t count;
	bool is_closed = false;

	do {
		enum err e = node_commit(end->node, now_of(t), &end->fx);
		assert(e == ERR_OK || (who == ALTERED && t->is_signed));
		count = 0;
		for (size_t i = 0; i < end->fx.count; i++) {
			const struct effect *effect = &end->fx.list[i];
			carry_out(t, who, effect);
			is_closed = is_closed || effect->kind == EFFECT_CLOSE;
			if ((effect->kind != EFFECT_SIGN && effect->kind != EFFECT_COSIGN) ||
			    count == ASKED_MAX)
				continue;
			asked[count] = (struct asked){ .is_cosignature = effect->kind == EFFECT_COSIGN,
						       .sign = effect->sign };
			memcpy(asked[count].text, effect->sign.text.ptr, effect->sign.text.len);
			memcpy(asked[count].proof, effect->sign.proof, effect->sign.proof_count * HASH_LEN);
			count++;
		}
		effects_reset(&end->fx);
		for (size_t i = 0; i < count; i++)
			answer_signer(t, who, &asked[i]);
	} while (count > 0);
	if (is_closed)
		line_set(t, false);
}

/* ---- The change. ---- */

static void hear(struct talk *t, const struct carried *c, enum frame_kind kind, struct bytes payload)
{
	struct arrival in = { 1 - c->to, 0, { kind, payload } };
	struct end *end = &t->ends[c->to];
	enum err e;

	if (!end->is_up || kind == FRAME_PING || kind == FRAME_PART)
		return; /* the link's own */
	e = node_receive(end->node, now_of(t), &in, &end->fx);
	assert(err_class(e) != ERR_CLASS_LOCAL || (c->to == ALTERED && t->is_signed));
	turn(t, c->to);
}

static size_t write_over(uint8_t *to, size_t len, const struct alteration *c)
{
	size_t at = len == 0 ? 0 : c->offset % len;

	for (size_t i = 0; i < c->bytes.len && at + i < len; i++)
		to[at + i] = c->bytes.ptr[i];
	return len;
}

/* An entry whose statement is another, signed by its officer; false if it is none that can be. */
static bool sign_entry(struct bytes in, const struct alteration *c, struct buf *out)
{
	static uint8_t statement[ENTRY_LEN_MAX], signature_memory[STATEMENT_SIGNATURES_MAX][1024];
	const struct sim_officer *o = &root.w.nodes[ALTERED].officer;
	const struct sign_key *keys[] = { c->argument & 0x80 ? &o->registrar : &o->key, &o->second };
	struct entry entry;
	struct fault fault;

	if (entry_open(in, &entry, &fault) != ERR_OK)
		return false;
	memcpy(statement, entry.statement.ptr, entry.statement.len);
	write_over(statement, entry.statement.len, c);
	entry.statement.ptr = statement;
	for (size_t i = 0; i < entry.signatures_count && i < ARRAY_COUNT(keys); i++) {
		struct buf signature = BUF_ON(signature_memory[i]);
		sshsig_make(keys[i], BYTES_LIT(SSHSIG_STATEMENT), entry.statement, &signature);
		entry.signatures[i] = buf_bytes(&signature);
	}
	entry_write(&entry, out);
	return buf_check(out) == ERR_OK;
}

/* The batch with one of its entries changed, under a new note over the tree that it makes. */
static bool sign_batch(struct talk *t, struct bytes in, const struct alteration *c, struct buf *out)
{
	static uint8_t memory[REBUILT_LEN_MAX], entry_memory[ENTRY_LEN_MAX];
	static struct batch_item items[BATCH_ENTRIES_MAX];
	struct buf rebuilt = BUF_ON(memory), entry = BUF_ON(entry_memory);
	struct batch batch;
	struct forge f;
	struct buf note;
	uint8_t note_memory[1024];

	if (batch_read(in, &root.w.book, &rebuilt, items, &batch) != ERR_OK || batch.count == 0 ||
	    accord_channel_find(root.w.accord, batch.origin.channel) == NULL || batch.origin.epoch != 1 ||
	    !bytes_equal(bytes_str(batch.origin.party), bytes_str(root.w.accord->parties[ALTERED].name)) ||
	    !sign_entry(items[c->argument % batch.count].entry, c, &entry))
		return false;
	items[c->argument % batch.count].entry = buf_bytes(&entry);
	forge_open(&f, &root.w, ALTERED, batch.origin.channel, 1);
	/* forge_load would go on beyond the batch. */
	root.w.nodes[ALTERED].node = t->ends[ALTERED].node;
	forge_load(&f, &root.w.nodes[ALTERED]);
	forge_cut(&f, batch.first < f.count ? (size_t)batch.first : f.count);
	for (size_t i = 0; i < batch.count; i++)
		forge_put(&f, items[i].entry, items[i].content);
	note = BUF_ON(note_memory);
	forge_note(&f, f.count, &note);
	batch.note = buf_bytes(&note);
	batch_write(&batch, c->argument & 0x40 ? NULL : &root.w.book, out);
	forge_free(&f);
	t->is_signed = true;
	return buf_check(out) == ERR_OK;
}

/* Hands over what becomes of the frame; room has FRAME_LEN_MAX bytes. */
static void alter(struct talk *t, const struct carried *c, const struct alteration *change)
{
	static uint8_t room[FRAME_LEN_MAX + 256];
	static const enum frame_kind kinds[] = { FRAME_HELLO,	    FRAME_WANT,	   FRAME_BATCH,
						 FRAME_COSIGNATURE, FRAME_ADVANCE, FRAME_REFUSE,
						 FRAME_ATTACHMENT,  FRAME_FETCH };
	enum frame_kind other = kinds[change->argument % ARRAY_COUNT(kinds)];
	const struct carried *old = &t->queue[change->argument % t->count];
	size_t at = c->len == 0 ? 0 : change->offset % c->len, n = change->bytes.len, len = c->len;
	struct buf out = BUF_ON(room);

	memcpy(room, c->bytes, len);
	if (n > len - at && change->how == HOW_REMOVE)
		n = len - at;
	switch (change->how) {
	case HOW_WRITE:
		write_over(room, len, change);
		break;
	case HOW_INSERT:
		memmove(room + at + n, room + at, len - at);
		memcpy(room + at, change->bytes.ptr, n);
		len += n;
		break;
	case HOW_REMOVE:
		memmove(room + at, room + at + n, len - at - n);
		len -= n;
		break;
	case HOW_CUT:
		len = at;
		break;
	case HOW_DROP:
		return;
	case HOW_REPEAT:
		hear(t, c, c->kind, (struct bytes){ c->bytes, c->len });
		break;
	case HOW_SWAP:
		if (t->first + 1 < t->count && t->queue[t->first + 1].to == c->to)
			hear(t, c, t->queue[t->first + 1].kind,
			     (struct bytes){ t->queue[t->first + 1].bytes, t->queue[t->first + 1].len });
		break;
	case HOW_REPLAY:
		if (old->to == c->to)
			hear(t, c, old->kind, (struct bytes){ old->bytes, old->len });
		break;
	case HOW_MAKE:
		hear(t, c, other, change->bytes);
		break;
	case HOW_CLOSE:
		line_set(t, false);
		line_set(t, true);
		return;
	case HOW_SIGN:
		if (c->kind == FRAME_BATCH &&
		    sign_batch(t, (struct bytes){ c->bytes, c->len }, change, &out)) {
			hear(t, c, c->kind, buf_bytes(&out));
			return;
		}
		break;
	case HOW_KIND:
	case HOW_COUNT:
		break;
	}
	hear(t, c, change->how == HOW_KIND ? other : c->kind, (struct bytes){ room, len });
}

/* ---- The talk. ---- */

static void deliver(struct talk *t)
{
	while (t->first < t->count) {
		struct carried c = t->queue[t->first];
		const struct alteration *change = NULL;
		struct end *from = &t->ends[1 - c.to];

		if (c.to == HONEST) {
			for (size_t i = 0; i < t->changes_count && change == NULL; i++) {
				if (t->changes[i].frame == t->altered_count)
					change = &t->changes[i];
			}
			t->altered_count++;
		}
		t->first++;
		if (from->is_up && c.tag != 0) {
			enum err e = node_sent(from->node, now_of(t), c.to, 0, c.tag, &from->fx);
			assert(e == ERR_OK);
			turn(t, 1 - c.to);
		}
		if (change == NULL)
			hear(t, &c, c.kind, (struct bytes){ c.bytes, c.len });
		else
			alter(t, &c, change);
	}
}

/* The next statements of a log are said, up to `end`. */
static void say(struct talk *t, size_t who, size_t channel, size_t end)
{
	const struct forge *f = &root.logs[who][channel];
	struct end *e = &t->ends[who];

	for (; e->said[channel] < end && e->said[channel] < f->count; e->said[channel]++) {
		const struct forged *item = &f->items[e->said[channel]];
		struct command command = { .client = channel, .content = item->content };
		struct entry entry;
		struct fault fault;
		enum err err = entry_open(item->entry, &entry, &fault);
		assert(err == ERR_OK);
		command.statement = entry.statement;
		command.signatures_count = entry.signatures_count;
		memcpy(command.signatures, entry.signatures, sizeof command.signatures);
		err = node_command(e->node, now_of(t), &command, &e->fx);
		assert(err_class(err) != ERR_CLASS_LOCAL);
	}
	turn(t, who);
}

static void tick(struct talk *t, int64_t us)
{
	t->now_us += us;
	for (size_t who = 0; who < PARTIES; who++) {
		enum err e = node_tick(t->ends[who].node, now_of(t), &t->ends[who].fx);
		assert(e == ERR_OK || (who == ALTERED && t->is_signed));
		turn(t, who);
	}
	deliver(t);
}

static void end_open(struct talk *t, size_t who)
{
	struct end *end = &t->ends[who];
	struct node_options o = { .versions = { { root.w.accord }, 1 },
				  .self = who,
				  .store = store_mem_new() };
	enum err e;

	memset(o.seed, (int)who, sizeof o.seed);
	o.paths[1 - who][0] = "one";
	o.paths_count[1 - who] = 1;
	signer_new(&end->signer);
	effects_init(&end->fx, root.effects, root.memory, EFFECTS_MEMORY);
	e = node_new(&o, &end->node);
	assert(e == ERR_OK);
	node_start(end->node, now_of(t), &end->signer.marks, true, true, &end->fx);
	turn(t, who);
	for (size_t c = 0; c < CHANNELS; c++)
		say(t, who, c, root.begun);
}

/*
 * What the honest node's officers said and it acknowledged stands there as they said it, in their order; what
 * stands there besides, of a fork, is its own.
 */
static void check_log(struct end *end, const struct forge *f, size_t accepted, uint64_t size)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct place_key at = { f->key, 0 };
	size_t said = 0, found = 0;

	for (; at.index < size; at.index++) {
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		struct entry entry;
		struct fault fault;
		enum err e = node_entry(end->node, &at, &bytes, &read);
		assert(e == ERR_OK);
		if (read.entry.signatures_count == 0)
			continue;
		do { /* what was refused is not there */
			assert(said < f->count);
			e = entry_open(f->items[said++].entry, &entry, &fault);
			assert(e == ERR_OK);
		} while (!bytes_equal(entry.statement, read.entry.statement));
		found++;
	}
	assert(found == accepted && found >= root.begun);
}

static void check_honest(struct talk *t)
{
	struct end *end = &t->ends[HONEST];

	for (size_t c = 0; c < CHANNELS; c++) {
		const struct forge *f = &root.logs[HONEST][c];
		struct log_status log;
		bool has = has_log(end->node, &f->origin, &log);
		assert(has && log.state == LOG_RUNS);
		check_log(end, f, end->accepted[c], log.size);
	}
}

static void changes_read(struct talk *t, struct bytes in)
{
	struct bytes head, bytes;

	while (t->changes_count < CHANGES_MAX && bytes_take(&in, 6, &head) == ERR_OK) {
		size_t want = head.ptr[5];
		enum err e = bytes_take(&in, want < in.len ? want : in.len, &bytes);
		assert(e == ERR_OK);
		t->changes[t->changes_count++] = (struct alteration){
			.frame = head.ptr[0],
			.how = (enum how)(head.ptr[1] % HOW_COUNT),
			.argument = head.ptr[2],
			.offset = (size_t)head.ptr[3] << 8 | head.ptr[4],
			.bytes = bytes,
		};
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static struct talk t;

	if (root.effects == NULL)
		make_root();
	t = (struct talk){ 0 };
	changes_read(&t, (struct bytes){ ptr, len });
	for (size_t who = 0; who < PARTIES; who++)
		end_open(&t, who);
	line_set(&t, true);
	deliver(&t);
	for (size_t step = root.begun + 1; step < root.begun + 5; step++) {
		for (size_t who = 0; who < PARTIES; who++) {
			for (size_t c = 0; c < CHANNELS; c++)
				say(&t, who, c, step + 1);
		}
		deliver(&t);
		tick(&t, 1200000);
	}
	line_set(&t, false);
	line_set(&t, true);
	deliver(&t);
	tick(&t, 6000000);
	check_honest(&t);
	for (size_t who = 0; who < PARTIES; who++)
		node_free(t.ends[who].node);
	for (size_t i = 0; i < t.count; i++)
		free(t.queue[i].bytes);
	return 0;
}
