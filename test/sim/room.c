#include "room.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "record/checkpoint.h"

#include <stdlib.h>
#include <string.h>

void room_open(struct room *r)
{
	*r = (struct room){ .w = world_new(1, 3, false) };
	r->w->is_cut = true;
	world_advance(r->w, 500000);
	r->n = &r->w->nodes[0];
}

void room_forget(struct room *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->said[i].bytes);
	r->count = 0;
}

void room_close(struct room *r)
{
	room_forget(r);
	free(r->said);
	world_free(r->w);
}

struct now room_now(const struct room *r)
{
	struct now now = world_now(r->w, r->n);

	now.mono = mono_add_ms(now.mono, (uint64_t)r->skip_ms);
	now.wall.ms += (uint64_t)r->skip_ms;
	return now;
}

static void hear_signer(struct room *r, enum effect_kind kind, const struct effect_sign *sign)
{
	struct mark_request request = { sign->text, (const uint8_t(*)[HASH_LEN])sign->proof,
					sign->proof_count };
	uint8_t memory[NOTE_LINE_LEN_MAX], name_memory[ORIGIN_LEN_MAX];
	struct buf line = BUF_ON(memory), name = BUF_ON(name_memory);
	struct signer_answer answer = {
		kind == EFFECT_COSIGN, sign->origin, sign->size, r->signer_says, { 0 }
	};

	if (answer.err == ERR_OK)
		answer.err = signer_move(r->w, &r->n->signer, &request);
	if (kind == EFFECT_SIGN) {
		checkpoint_sign(&r->n->log_key, sign->text, &line);
	} else {
		accord_mirror_name(r->w->accord, 0, &name);
		checkpoint_cosign(&r->n->mirror_key, buf_bytes(&name), sign->seconds, sign->text, &line);
	}
	answer.line = buf_bytes(&line);
	if (node_signed(r->n->node, room_now(r), &answer, &r->n->fx) != ERR_OK)
		r->stopped++;
}

static void keep_frame(struct room *r, const struct effect_frame *f)
{
	struct said *s;

	if (r->count == r->max) {
		r->max = r->max == 0 ? 64 : 2 * r->max;
		r->said = xrealloc(r->said, r->max * sizeof *r->said);
	}
	s = &r->said[r->count++];
	*s = (struct said){ f->kind, f->peer, f->path, f->urgency, f->tag, NULL, f->payload.len };
	s->bytes = xcalloc(s->len + 1, 1);
	memcpy(s->bytes, f->payload.ptr, s->len);
}

static void take_effect(struct room *r, const struct effect *e)
{
	if (e->kind == EFFECT_FRAME || e->kind == EFFECT_THIN) {
		keep_frame(r, &e->frame);
	} else if (e->kind == EFFECT_PUBLISH) {
		r->published[e->publish.change]++;
	} else if (e->kind == EFFECT_CLOSE) {
		r->closed++;
		r->why = e->close.why;
	} else if (e->kind == EFFECT_STOP) {
		r->stopped++;
	} else if (e->kind == EFFECT_ANSWER && e->answer.err != ERR_OK) {
		r->refused++;
		r->limit = e->answer.limit;
	}
}

/* What the signer is asked for is copied: its answer begins the next turn. */
struct asked {
	enum effect_kind kind;
	struct effect_sign sign;
	uint8_t text[256], proof[MERKLE_PROOF_MAX][HASH_LEN];
};
#define ASKED_MAX 64u

static size_t turn(struct room *r, struct asked *asked)
{
	size_t count = 0;

	enum err ended = node_commit(r->n->node, room_now(r), &r->n->fx);

	if (ended != ERR_OK)
		world_fail(r->w, "a turn ends with %s", err_text(ended));
	for (size_t i = 0; i < r->n->fx.count; i++) {
		const struct effect *e = &r->n->fx.list[i];
		struct asked *a = &asked[count];
		if (e->kind != EFFECT_SIGN && e->kind != EFFECT_COSIGN) {
			take_effect(r, e);
			continue;
		}
		if (count == ASKED_MAX)
			world_fail(r->w, "too much is asked of the signer in one turn");
		*a = (struct asked){ .kind = e->kind, .sign = e->sign };
		memcpy(a->text, e->sign.text.ptr, e->sign.text.len);
		memcpy(a->proof, e->sign.proof, e->sign.proof_count * HASH_LEN);
		a->sign.text.ptr = a->text;
		a->sign.proof = a->proof;
		count++;
	}
	effects_reset(&r->n->fx);
	return count;
}

void room_turn(struct room *r)
{
	static struct asked asked[ASKED_MAX];
	size_t count;

	while ((count = turn(r, asked)) > 0) {
		for (size_t i = 0; i < count; i++) {
			asked[i].sign.text.ptr = asked[i].text;
			asked[i].sign.proof = asked[i].proof;
			hear_signer(r, asked[i].kind, &asked[i].sign);
		}
	}
}

void room_link(struct room *r, size_t peer, size_t path, const struct bytes *notes, size_t count)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf hello = BUF_ON(memory);
	struct path_change up = {
		.peer = peer, .path = path, .is_up = true, .group = "X25519", .address = "simulated"
	};
	struct arrival in = { peer, path, { FRAME_HELLO, { 0 } } };

	forge_hello(r->w, peer, notes, count, &hello);
	in.frame.payload = buf_bytes(&hello);
	if (node_link(r->n->node, room_now(r), &up, &r->n->fx) != ERR_OK ||
	    node_receive(r->n->node, room_now(r), &in, &r->n->fx) != ERR_OK)
		world_fail(r->w, "a link does not come up");
	room_turn(r);
}

void room_unlink(struct room *r, size_t peer, size_t path)
{
	struct path_change down = { .peer = peer, .path = path, .why = ERR_DOWN };

	if (node_link(r->n->node, room_now(r), &down, &r->n->fx) != ERR_OK)
		world_fail(r->w, "a link does not go down");
	room_turn(r);
}

enum err room_hear(struct room *r, size_t peer, enum frame_kind kind, struct bytes payload)
{
	struct arrival in = { peer, 0, { kind, payload } };
	enum err e = node_receive(r->n->node, room_now(r), &in, &r->n->fx);

	room_turn(r);
	return e;
}

enum err room_hear_batch(struct room *r, size_t peer, const struct forge *f, size_t first, size_t end)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf out = BUF_ON(memory);

	forge_batch(f, first, end, &out);
	return room_hear(r, peer, FRAME_BATCH, buf_bytes(&out));
}

/* Filed, and not committed before the turn ends. */
static enum err file(struct room *r, uint32_t channel, enum precedence precedence, size_t text_len,
		     const uint8_t blob[HASH_LEN], size_t blob_len)
{
	static uint8_t text[60000], content_memory[70000], memory[8192], signature_memory[1024];
	struct buf content = BUF_ON(content_memory), out = BUF_ON(memory),
		   signature = BUF_ON(signature_memory);
	struct command c = { .signatures_count = 1 };
	struct statement s;
	struct forge f;
	enum err e;

	memset(text, 'x', sizeof text);
	forge_open(&f, r->w, 0, channel, 1);
	forge_message(&f, precedence, &s);
	forge_content(r->w, &s, (struct bytes){ text, text_len }, blob, blob_len, &content);
	statement_write(&s, &out);
	c.statement = buf_bytes(&out);
	sshsig_make(&r->n->officer.key, BYTES_LIT(SSHSIG_STATEMENT), c.statement, &signature);
	c.signatures[0] = buf_bytes(&signature);
	c.content = buf_bytes(&content);
	e = node_command(r->n->node, room_now(r), &c, &r->n->fx);
	forge_free(&f);
	return e;
}

enum err room_say(struct room *r, uint32_t channel, enum precedence precedence, size_t text_len,
		  const uint8_t blob[HASH_LEN], size_t blob_len)
{
	uint64_t refused = r->refused;
	enum err e = file(r, channel, precedence, text_len, blob, blob_len);

	room_turn(r);
	return e == ERR_OK && r->refused > refused ? ERR_REFUSED : e;
}

enum err room_say_at_once(struct room *r, uint32_t channel, enum precedence precedence, size_t text_len,
			  size_t count)
{
	uint64_t refused = r->refused;
	enum err e = ERR_OK;

	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = file(r, channel, precedence, text_len, NULL, 0);
	room_turn(r);
	return e == ERR_OK && r->refused > refused ? ERR_REFUSED : e;
}

void room_tick(struct room *r, int64_t ms)
{
	r->skip_ms += ms;
	if (node_tick(r->n->node, room_now(r), &r->n->fx) != ERR_OK)
		r->stopped++;
	room_turn(r);
}

void room_took(struct room *r, struct said *s)
{
	uint64_t tag = s->tag;

	s->tag = 0;
	if (node_sent(r->n->node, room_now(r), s->peer, s->path, tag, &r->n->fx) != ERR_OK)
		r->stopped++;
	room_turn(r);
}

size_t room_said(const struct room *r, size_t peer, enum frame_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->said[i].peer == peer && r->said[i].kind == kind;
	return count;
}

static bool log_find(const struct room *r, const struct log_key *key, struct log_status *out)
{
	static struct log_status logs[LOGS_MAX];
	size_t count = node_logs(r->n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (log_key_equal(&logs[i].log, key)) {
			*out = logs[i];
			return true;
		}
	}
	return false;
}

bool room_has_log(const struct room *r, const struct log_key *key)
{
	struct log_status status;

	return log_find(r, key, &status);
}

struct log_status room_log(const struct room *r, const struct log_key *key)
{
	struct log_status status;

	if (!log_find(r, key, &status))
		world_fail(r->w, "no log of party %zu on channel %u", key->party, key->channel);
	return status;
}

bool room_has_folded(const struct room *r, const struct log_key *key, uint64_t index)
{
	struct entry_view view;

	return fold_get(node_fold(r->n->node), &(struct place_key){ *key, index }, &view) == ERR_OK &&
	       view.verdict == VERDICT_OK;
}
