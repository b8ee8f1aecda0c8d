/*
 * A path that is no TLS: copies of what is urgent, said again and again under a key of the pair, to a peer
 * who may never answer. docs/spec/thin.md; why so: docs/adr/0021-thin-path.md.
 */
#include "node/core.h"

#include "base/alloc.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* Rounds that follow each other at once. */
#define ROUNDS_AT_ONCE 2u
/* From then on who was said most often makes room for what is as urgent. */
#define ROUNDS_ENOUGH 3u

/* ---- Life. ---- */

/* Short codes mean what one version says: so each has keys of its own, and nobody reads the other's. */
static void derive(struct node *n, size_t peer, size_t version)
{
	const struct accord *a = n->versions.of[version];
	const struct accord_party *us = &n->accord->parties[n->self], *them = &n->accord->parties[peer];
	struct thin *t = n->peers[peer].thin;

	t->version = version;
	thin_key(t->options.secret, a->hash, us->name, them->name, &t->out);
	thin_key(t->options.secret, a->hash, them->name, us->name, &t->in);
}

static uint64_t held_by(const struct line *line, size_t peer)
{
	const struct reach *r = &line->reach[peer];

	return line->cosigned[peer] > r->held ? line->cosigned[peer] : r->held;
}

static void open_one(struct node *n, size_t peer, size_t path, const struct thin_options *options)
{
	struct thin *t = xcalloc(1, sizeof *t);

	t->path = path;
	t->options = *options;
	n->peers[peer].thin = t;
	derive(n, peer, version_in_force(n));
}

/*
 * What was sealed under the version before is noise to who has moved: it is looked at again, and goes sealed
 * anew.
 */
static void follow_version(struct node *n, size_t peer)
{
	struct thin *t = n->peers[peer].thin;
	size_t version = version_in_force(n);

	if (t->version == version)
		return;
	derive(n, peer, version);
	for (size_t i = 0; i < THIN_COPIES_MAX; i++)
		t->outs[i].is_used = t->outs[i].is_used && t->busy == &t->outs[i];
	t->heard_count = 0;
	for (size_t i = 0; i < n->lines_count; i++)
		memset(n->lines[i].reach[peer].thin, 0, sizeof n->lines[i].reach[peer].thin);
}

void thin_open(struct node *n, const struct node_options *options)
{
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++) {
		size_t peer = i / LINK_PATHS_MAX, path = i % LINK_PATHS_MAX;

		if (options->thin[peer][path].is_thin && n->peers[peer].thin == NULL)
			open_one(n, peer, path, &options->thin[peer][path]);
	}
}

void thin_close(struct node *n)
{
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if (n->peers[i].thin == NULL)
			continue;
		pair_key_forget(&n->peers[i].thin->in);
		pair_key_forget(&n->peers[i].thin->out);
		memset(n->peers[i].thin->options.secret, 0, PAIR_SECRET_LEN);
		free(n->peers[i].thin);
	}
}

bool is_thin(const struct peer *p, size_t path)
{
	return p->thin != NULL && p->thin->path == path;
}

void thin_down(struct node *n, size_t peer)
{
	n->peers[peer].thin->is_busy = false;
	n->peers[peer].thin->busy = NULL;
	n->peers[peer].thin->reader.len = 0;
}

/* ---- What goes. ---- */

static bool is_sooner(const struct thin_out *a, const struct thin_out *b)
{
	if (a->urgency != b->urgency)
		return a->urgency < b->urgency;
	return a->round != b->round ? a->round < b->round : a->order < b->order;
}

/*
 * A free place, or that of a copy that was said often enough, or is less urgent; not the one that the line is
 * busy with, be it of use or not. NULL: there is none.
 */
static struct thin_out *out_for(struct thin *t, enum urgency urgency)
{
	struct thin_out *worst = NULL;

	for (size_t i = 0; i < THIN_COPIES_MAX; i++) {
		struct thin_out *o = &t->outs[i];

		if (o == t->busy)
			continue;
		if (!o->is_used)
			return o;
		if (worst == NULL || is_sooner(worst, o))
			worst = o;
	}
	if (worst->urgency > urgency || (worst->urgency == urgency && worst->round >= ROUNDS_ENOUGH))
		return worst;
	return NULL;
}

/* The bytes of a copy, sealed. ERR_USAGE, ERR_LIMIT: it cannot travel so. */
static enum err out_seal(struct node *n, const struct thin *t, const struct thin_copy *copy,
			 const struct statement *s, struct thin_message *out)
{
	uint8_t memory[THIN_MESSAGE_MAX];
	struct buf plain = BUF_ON(memory);
	enum thin_kind kind;
	enum err e = thin_copy_write(copy, &n->books[t->version], s->claimed, &plain, &kind);

	return e == ERR_OK ? thin_seal(&t->out, kind, buf_bytes(&plain), out) : e;
}

static bool out_has(const struct thin *t, const struct place_key *at)
{
	for (size_t i = 0; i < THIN_COPIES_MAX; i++) {
		if (t->outs[i].is_used && place_key_equal(&t->outs[i].at, at))
			return true;
	}
	return false;
}

/* Who gives way before he was said enough is looked at again. */
static void out_leave(struct node *n, size_t peer, const struct thin_out *o)
{
	struct reach *r = o->is_used ? &line_find(n, &o->at.log)->reach[peer] : NULL;

	if (r != NULL && o->round < ROUNDS_ENOUGH && r->thin[o->urgency - URGENCY_FLASH] > o->at.index)
		r->thin[o->urgency - URGENCY_FLASH] = o->at.index;
}

/* It goes to that place, if it is of that urgency. */
static void out_add(struct node *n, struct now now, size_t peer, const struct line *line, uint64_t index,
		    enum urgency urgency, struct thin_out *o)
{
	struct thin *t = n->peers[peer].thin;
	struct thin_copy copy = { .origin = line->log->origin, .index = index };
	struct thin_message message;
	struct place_key at = { line->key, index };
	struct buf entries;
	struct batch_item item;
	struct entry entry;
	struct statement s;

	buf_init(&entries, n->scratch, BATCH_LEN_MAX);
	if (!is_urgent_item(n, line, index, PRECEDENCE_IMMEDIATE, &entries, &item, &entry, &s) ||
	    (enum urgency)(URGENCY_FLASH + (int)s.precedence) != urgency || out_has(t, &at))
		return;
	copy.statement = entry.statement;
	copy.content = item.content;
	if (out_seal(n, t, &copy, &s, &message) != ERR_OK) {
		log_notice("channel %u, entry %llu: too long for the thin path %s", line->key.channel,
			   (unsigned long long)index, n->paths[peer][t->path]);
		return;
	}
	out_leave(n, peer, o);
	*o = (struct thin_out){ .is_used = true,
				.at = at,
				.urgency = urgency,
				.message = message,
				.order = ++t->order,
				.due = now.mono };
}

/* What finds no place is looked at again; each urgency has its mark, so no FLASH waits for an IMMEDIATE. */
static void outs_of(struct node *n, struct now now, size_t peer, struct line *line, enum urgency urgency)
{
	struct thin *t = n->peers[peer].thin;
	uint64_t *at = &line->reach[peer].thin[urgency - URGENCY_FLASH];

	while (*at < line->log->durable) {
		struct thin_out *o = out_for(t, urgency);
		uint64_t index = *at;

		if (o == NULL)
			return;
		*at = index + 1;
		out_add(n, now, peer, line, index, urgency, o);
	}
}

/* Own entries that nobody of the peer has acknowledged. */
static void outs_find(struct node *n, struct now now, size_t peer)
{
	bool is_alone = best_path(&n->peers[peer]) == LINK_PATHS_MAX;

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		struct reach *r = &line->reach[peer];
		uint64_t durable = line->log->durable, from = held_by(line, peer);

		if (!line->is_own || !is_shared_with(line, peer) ||
		    channel_urgency(line->channel) > URGENCY_IMMEDIATE)
			continue;
		if (from < durable && durable - from > ADVANCE_LOOK_BACK)
			from = durable - ADVANCE_LOOK_BACK;
		for (int u = 0; u < 2; u++)
			r->thin[u] = r->thin[u] < from ? from : r->thin[u];
		if (r->thin[0] >= durable && r->thin[1] >= durable)
			r->thin_since = now.mono;
		/* A thick path brings the entry itself, and its receipt, before a frame has left here. */
		if (!is_alone && mono_is_before(now.mono, mono_add_ms(r->thin_since, RECEIPT_WAIT_MS)))
			continue;
		outs_of(n, now, peer, line, URGENCY_FLASH);
		outs_of(n, now, peer, line, URGENCY_IMMEDIATE);
	}
}

/* What the peer holds by now, by whatever path he said it, is said no more. */
static void outs_end(struct node *n, size_t peer)
{
	struct thin *t = n->peers[peer].thin;

	for (size_t i = 0; i < THIN_COPIES_MAX; i++) {
		struct thin_out *o = &t->outs[i];

		if (o->is_used && held_by(line_find(n, &o->at.log), peer) > o->at.index)
			o->is_used = false;
	}
}

void thin_erased(struct node *n, const struct place_key *at)
{
	for (size_t i = 0; i < PARTY_MAX * THIN_COPIES_MAX; i++) {
		struct thin *t = n->peers[i / THIN_COPIES_MAX].thin;
		struct thin_out *o = t == NULL ? NULL : &t->outs[i % THIN_COPIES_MAX];

		if (o != NULL && o->is_used && place_key_equal(&o->at, at))
			*o = (struct thin_out){ .is_used = false };
	}
}

static struct thin_out *out_next(struct thin *t, struct now now)
{
	struct thin_out *next = NULL;

	for (size_t i = 0; i < THIN_COPIES_MAX; i++) {
		struct thin_out *o = &t->outs[i];

		if (o->is_used && !mono_is_before(now.mono, o->due) && (next == NULL || is_sooner(o, next)))
			next = o;
	}
	return next;
}

static bool line_give(struct node *n, size_t peer, const struct thin_message *m, unsigned number,
		      enum urgency urgency)
{
	struct thin *t = n->peers[peer].thin;
	struct buf frame = arena_lend(&n->fx->arena, THIN_FRAME_MAX);
	struct effect *effect;

	thin_frame_write(m, number, &t->out, &frame);
	effect = buf_check(&frame) == ERR_OK ? effects_add(n->fx, EFFECT_THIN) : NULL;
	if (effect == NULL)
		return false;
	effect->frame = (struct effect_frame){ .peer = peer,
					       .path = t->path,
					       .urgency = urgency,
					       .payload = arena_keep(&n->fx->arena, &frame),
					       .tag = ++t->tag };
	t->is_busy = true;
	t->busy_urgency = urgency;
	return true;
}

/* Above IMMEDIATE, for it is short, and spares a whole copy. */
static void heard_give(struct node *n, size_t peer)
{
	struct thin *t = n->peers[peer].thin;
	struct thin_message m;

	if (thin_seal(&t->out, THIN_HEARD, BYTES_OF(t->heard[0]), &m) != ERR_OK ||
	    !line_give(n, peer, &m, 0, URGENCY_IMMEDIATE))
		return;
	t->busy = NULL;
	memmove(t->heard[0], t->heard[1], --t->heard_count * PAIR_SEAL_LEN);
}

void thin_send(struct node *n, struct now now, size_t peer)
{
	struct thin *t = n->peers[peer].thin;
	struct thin_out *next;

	if (t == NULL)
		return;
	follow_version(n, peer);
	if (t->options.is_receive_only)
		return;
	outs_end(n, peer);
	outs_find(n, now, peer);
	if (!n->peers[peer].paths[t->path].is_up)
		return;
	next = out_next(t, now);
	if (t->heard_count > 0 && !t->is_busy && (next == NULL || next->urgency != URGENCY_FLASH)) {
		heard_give(n, peer);
		return;
	}
	/* What is being said gives way to what is more urgent, in the middle of its frame. */
	if (next == NULL || (t->is_busy && t->busy_urgency <= next->urgency))
		return;
	if (line_give(n, peer, &next->message, next->next, next->urgency))
		t->busy = next;
}

/* SENT: the line has taken all of it. */
static void out_told(struct node *n, struct now now, size_t peer, struct thin_out *o)
{
	struct reach *r = &line_find(n, &o->at.log)->reach[peer];

	if (o->is_told)
		return;
	o->is_told = true;
	r->passages[r->passages_count++ % PASSAGES_MAX] =
		(struct passage){ o->at.index, o->at.index + 1, n->peers[peer].thin->path, now.wall };
	publish_at(n, CHANGE_SENT, &(struct place_key){ o->at.log, o->at.index + 1 }, peer);
}

static uint64_t pause_ms(unsigned round)
{
	uint64_t ms = THIN_AGAIN_MS_MIN;

	if (round < ROUNDS_AT_ONCE)
		return 0;
	for (unsigned i = ROUNDS_AT_ONCE; i < round && ms < THIN_AGAIN_MS_MAX; i++)
		ms *= 2;
	return ms < THIN_AGAIN_MS_MAX ? ms : THIN_AGAIN_MS_MAX;
}

void thin_sent(struct node *n, struct now now, size_t peer, uint64_t tag)
{
	struct thin *t = n->peers[peer].thin;
	struct thin_out *o = t->busy;

	if (!t->is_busy || tag != t->tag)
		return;
	t->is_busy = false;
	t->busy = NULL;
	if (o == NULL || !o->is_used)
		return;
	if (++o->next < thin_frames(&o->message))
		return;
	o->next = 0;
	o->round++;
	o->due = mono_add_ms(now.mono, pause_ms(o->round));
	out_told(n, now, peer, o);
}

/* ---- What comes. ---- */

static void take_heard(struct thin *t, const struct thin_read *read)
{
	if (read->plain.len != PAIR_SEAL_LEN)
		return;
	for (size_t i = 0; i < THIN_COPIES_MAX; i++) {
		if (t->outs[i].is_used &&
		    memcmp(t->outs[i].message.sealed, read->plain.ptr, PAIR_SEAL_LEN) == 0)
			t->outs[i].is_used = false;
	}
}

static void tell_heard(struct thin *t, const uint8_t seal[PAIR_SEAL_LEN])
{
	for (size_t i = 0; i < t->heard_count; i++) {
		if (memcmp(t->heard[i], seal, PAIR_SEAL_LEN) == 0)
			return;
	}
	/* It is said again, and so is this. */
	if (!t->options.is_receive_only && t->heard_count < THIN_HEARD_MAX)
		memcpy(t->heard[t->heard_count++], seal, PAIR_SEAL_LEN);
}

static enum err take_copy(struct node *n, size_t peer, const struct thin_read *read)
{
	struct thin *t = n->peers[peer].thin;
	struct thin_copy copy;
	enum err e;

	buf_reset(&n->rebuilt);
	e = thin_copy_read(read->plain, read->kind, &n->books[t->version], n->accord->parties[peer].name,
			   &n->rebuilt, &copy);
	if (e == ERR_OK)
		e = advance_heard(n, peer, &copy);
	if (err_class(e) == ERR_CLASS_LOCAL)
		return e;
	t->replays += e == ERR_EXISTS;
	if (e == ERR_OK || e == ERR_EXISTS)
		tell_heard(t, read->seal);
	if (e != ERR_OK && e != ERR_EXISTS && warns(&n->peers[peer], WARN_ADVANCES))
		log_warning("a copy by the thin path %s is not kept: %s", n->paths[peer][t->path],
			    err_text(e));
	return ERR_OK;
}

enum err node_heard(struct node *n, struct now now, size_t peer, size_t path, struct bytes bytes,
		    struct effects *fx)
{
	struct thin *t = n->peers[peer].thin;
	uint64_t frames;
	enum err e = ERR_OK;

	n->fx = fx;
	if (n->is_stopped)
		return ERR_IO;
	if (!is_thin(&n->peers[peer], path))
		return ERR_FRAME;
	follow_version(n, peer);
	frames = t->reader.frames;
	while (e == ERR_OK) {
		uint8_t memory[THIN_MESSAGE_MAX];
		struct buf plain = BUF_ON(memory);
		struct thin_read read;

		if (thin_read(&t->reader, &t->in, &bytes, &plain, &read) != ERR_OK)
			break;
		if (read.kind == THIN_HEARD)
			take_heard(t, &read);
		else
			e = take_copy(n, peer, &read);
	}
	if (t->reader.frames > frames)
		n->peers[peer].paths[path].heard = now.wall;
	return node_local(n, e, "a copy could not be kept");
}

void thin_forget(struct node *n)
{
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if (n->peers[i].thin != NULL)
			n->peers[i].thin->heard_count = 0;
	}
}
