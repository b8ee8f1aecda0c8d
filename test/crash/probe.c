#include "probe.h"

#include "base/alloc.h"
#include "record/checkpoint.h"
#include "record/vfs.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

#define PROBE_EFFECTS_MEMORY (16u << 20)

/* ---- A moment. ---- */

void moment_take(struct world *w, const struct sim_node *n, struct moment *m)
{
	*m = (struct moment){ .node = n->party, .acknowledged_count = n->acknowledged_count };
	m->disk = sim_disk_moment(n->disk, 1);
	m->signer = xcalloc(1, sizeof *m->signer);
	signer_copy(m->signer, &n->signer);
	m->signer->is_moved = n->signer.is_moved && w->now_us - n->signer.moved_us < 2000;
	if (!m->signer->is_moved)
		signer_sync(m->signer);
	memcpy(m->cosigned, n->cosigned, sizeof m->cosigned);
}

void moment_finish(struct moment *m)
{
	sim_disk_free(m->disk);
	free(m->signer);
	*m = (struct moment){ 0 };
}

/* ---- Life. ---- */

void probe_init(struct probe *p, struct world *w, const struct moment *m, struct sim_disk *disk,
		struct vfs *vfs)
{
	static uint8_t effects_memory[PROBE_EFFECTS_MEMORY];
	static struct effect effects[EFFECTS_MAX];
	const struct sim_node *of = &w->nodes[m->node];
	struct sim_node *n = &p->n;

	*p = (struct probe){ .w = w,
			     .of = of,
			     .file = "record.db",
			     .prng = w->prng,
			     .counters = w->counters,
			     .logs_count = w->logs_count };
	memcpy(p->logs, w->logs, sizeof p->logs);
	for (size_t i = 0; i < w->logs_count; i++) {
		struct sim_log *log = &w->logs[i];
		log->max = log->count + 16;
		log->leaves = xcalloc(log->max, HASH_LEN);
		if (log->count > 0)
			memcpy(log->leaves, p->logs[i].leaves, log->count * HASH_LEN);
	}
	*n = *of;
	n->node = NULL;
	n->store = NULL;
	n->disk = disk;
	n->vfs = vfs;
	n->flip_in = 0;
	n->pending_count = 0;
	memset(n->checked, 0, sizeof n->checked);
	memcpy(n->cosigned, m->cosigned, sizeof n->cosigned);
	n->acknowledged_count = p->shared = m->acknowledged_count;
	n->acknowledged_max = m->acknowledged_count + 16;
	n->acknowledged = xcalloc(n->acknowledged_max, sizeof *n->acknowledged);
	if (p->shared > 0)
		memcpy(n->acknowledged, of->acknowledged, p->shared * sizeof *n->acknowledged);
	signer_copy(&n->signer, m->signer);
	effects_init(&n->fx, effects, effects_memory, sizeof effects_memory);
	vfs_set_disk(vfs, sim_disk_disk(disk));
}

/* The core runs from here to core_ends. */
static void core_begins(struct probe *p)
{
	if (p->core != NULL)
		p->core(p->self, true);
}

static enum err core_ends(struct probe *p, enum err e)
{
	if (p->core != NULL)
		p->core(p->self, false);
	return e;
}

static enum err open_node(struct probe *p, struct node_options *o)
{
	enum err e = store_sqlite_open(p->file, PROBE_LAYER, &o->store);

	if (e != ERR_OK)
		return e;
	p->n.store = o->store;
	return node_new(o, &p->n.node);
}

enum err probe_start(struct probe *p, bool is_certain)
{
	static const char *const names[SIM_PATHS] = { "one", "two" };
	struct node_options o = { .versions = { { p->w->accord }, 1 }, .self = p->of->party };
	enum err e;

	for (size_t i = 0; i < sizeof o.seed; i++)
		o.seed[i] = (uint8_t)prng_next(&p->w->prng);
	for (size_t i = 0; i < p->w->nodes_count; i++) {
		o.paths_count[i] = i == p->of->party ? 0 : SIM_PATHS;
		for (size_t j = 0; j < SIM_PATHS; j++)
			o.paths[i][j] = names[j];
	}
	core_begins(p);
	e = core_ends(p, open_node(p, &o));
	if (e != ERR_OK)
		return e;
	core_begins(p);
	node_start(p->n.node, world_now(p->w, &p->n), &p->n.signer.marks, true, is_certain, &p->n.fx);
	(void)!core_ends(p, ERR_OK);
	probe_turn(p);
	return p->is_stopped ? ERR_IO : ERR_OK;
}

static void pending_forget(struct probe *p)
{
	for (size_t i = 0; i < p->n.pending_count; i++)
		acknowledged_finish(&p->n.pending[i]);
	p->n.pending_count = 0;
}

void probe_die(struct probe *p)
{
	sim_disk_watch(p->n.disk, NULL, NULL);
	sim_disk_fail(p->n.disk, 1, SIM_DISK_CHANGES, true);
	node_free(p->n.node);
	sim_disk_fail(p->n.disk, 0, SIM_DISK_ANY, false);
	p->n.node = NULL;
	p->is_stopped = p->is_judged = p->is_doomed = false;
	pending_forget(p);
	effects_reset(&p->n.fx);
	memset(p->n.checked, 0, sizeof p->n.checked);
}

void probe_finish(struct probe *p)
{
	struct world *w = p->w;

	probe_die(p);
	for (size_t i = p->shared; i < p->n.acknowledged_count; i++)
		acknowledged_finish(&p->n.acknowledged[i]);
	free(p->n.acknowledged);
	for (size_t i = 0; i < w->logs_count; i++)
		free(w->logs[i].leaves);
	w->logs_count = p->logs_count;
	memcpy(w->logs, p->logs, sizeof p->logs);
	w->prng = p->prng;
	w->counters = p->counters;
}

/* ---- A turn. ---- */

struct asked {
	enum effect_kind kind;
	struct effect_sign sign;
	uint8_t text[ORIGIN_LEN_MAX + 80], proof[MERKLE_PROOF_MAX][HASH_LEN];
};
#define ASKED_MAX 128u

static void stop(struct probe *p, enum err why, const char *what)
{
	p->is_stopped = true;
	if (!p->is_faulty)
		world_fail(p->w, "node %zu, started again, stops on a sound disk: %s (%s)", p->of->party,
			   what, err_text(why));
}

/* The signer moves its mark and signs; a receipt that is given out has to be true at this moment. */
static void sign(struct probe *p, struct asked *a)
{
	uint8_t line_memory[NOTE_LINE_LEN_MAX], name_memory[ORIGIN_LEN_MAX];
	struct buf line = BUF_ON(line_memory), name = BUF_ON(name_memory);
	struct mark_request request = { { a->text, a->sign.text.len },
					(const uint8_t(*)[HASH_LEN])a->proof,
					a->sign.proof_count };
	struct signer_answer in = { .is_cosignature = a->kind == EFFECT_COSIGN,
				    .origin = a->sign.origin,
				    .size = a->sign.size };
	enum err e;

	in.err = signer_move(p->w, &p->n.signer, &request);
	if (in.err != ERR_OK && !p->n.is_stopping)
		world_fail(p->w, "the signer of node %zu, started again, refuses size %llu of channel %u: %s",
			   p->of->party, (unsigned long long)a->sign.size, a->sign.origin.channel,
			   err_text(in.err));
	if (p->n.is_stopping)
		return; /* its mark has moved, and nobody hears of it */
	if (!in.is_cosignature) {
		checkpoint_sign(world_key(p->w, &p->n, a->sign.key, false), request.text, &line);
	} else {
		check_cosigned(p->w, &p->n, &a->sign.origin, a->sign.size);
		p->receipts++;
		accord_mirror_name(p->w->accord, p->of->party, &name);
		checkpoint_cosign(world_key(p->w, &p->n, a->sign.key, true), buf_bytes(&name),
				  a->sign.seconds, request.text, &line);
	}
	in.line = buf_bytes(&line);
	core_begins(p);
	e = core_ends(p, node_signed(p->n.node, world_now(p->w, &p->n), &in, &p->n.fx));
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		stop(p, e, "a signature");
}

static void carry_out(struct probe *p, const struct effect *e, struct asked *asked, size_t *count)
{
	struct asked *a = &asked[*count];

	if (e->is_held)
		world_fail(p->w, "an effect is let out before the flush");
	switch (e->kind) {
	case EFFECT_SETTLED:
		break; /* each start of a probe says what its signer knew */
	case EFFECT_ANSWER:
		p->answered += e->answer.err == ERR_OK;
		officer_answer(p->w, &p->n, &e->answer);
		break;
	case EFFECT_SIGN:
	case EFFECT_COSIGN:
		if (*count == ASKED_MAX)
			world_fail(p->w, "too much is asked of the signer in one turn");
		*a = (struct asked){ .kind = e->kind, .sign = e->sign };
		memcpy(a->text, e->sign.text.ptr, e->sign.text.len);
		memcpy(a->proof, e->sign.proof, e->sign.proof_count * HASH_LEN);
		++*count;
		break;
	case EFFECT_STOP:
		stop(p, e->stop.why, e->stop.what);
		break;
	case EFFECT_CLOSE:
		world_fail(p->w, "node %zu, started again, closes a path to an honest peer: %s %s",
			   p->of->party, err_text(e->close.why),
			   e->close.fault.rule == NULL ? "" : e->close.fault.rule);
	case EFFECT_FRAME:
	case EFFECT_THIN:
	case EFFECT_PUBLISH:
	case EFFECT_FULL:
	case EFFECT_KIND_COUNT:
		break;
	}
}

void probe_turn(struct probe *p)
{
	static struct asked asked[ASKED_MAX];
	struct effects *fx = &p->n.fx;
	size_t count;

	do {
		enum err e;
		core_begins(p);
		e = core_ends(p, node_commit(p->n.node, world_now(p->w, &p->n), fx));
		count = 0;
		if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
			stop(p, e, "a commit");
		if (p->is_judged && !p->is_stopped && !p->is_doomed)
			check_committed(p->w, &p->n);
		p->n.is_stopping = p->is_stopped || p->is_doomed;
		for (size_t i = 0; i < fx->count; i++)
			p->n.is_stopping |= fx->list[i].kind == EFFECT_STOP;
		for (size_t i = 0; i < fx->count; i++) {
			carry_out(p, &fx->list[i], asked, &count);
			if (fx->list[i].kind == EFFECT_STOP)
				break;
		}
		effects_reset(fx);
		pending_forget(p);
		for (size_t i = 0; i < count; i++)
			sign(p, &asked[i]);
	} while (count > 0 && !p->is_stopped);
}

/* ---- What it is judged by. ---- */

/* What the cut took of its own logs, before anybody heard of it, may be said otherwise now. */
static void forget_unsaid(struct probe *p)
{
	struct log_status logs[64];
	size_t count = node_logs(p->n.node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < p->w->logs_count; i++) {
		struct sim_log *log = &p->w->logs[i];
		if (log->key.party != p->of->party)
			continue;
		log->count = 0;
		for (size_t j = 0; j < count; j++) {
			if (log_key_equal(&logs[j].log, &log->key))
				log->count = (size_t)logs[j].size;
		}
	}
}

/* The signer signs nothing that is not held, whoever heard of it. */
static void check_marks(struct probe *p)
{
	const struct marks *marks = &p->n.signer.marks;
	struct log_status logs[64];
	size_t count = node_logs(p->n.node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < marks->count; i++) {
		const struct mark *m = &marks->rows[i];
		size_t party = accord_party_find(p->w->accord, bytes_str(m->origin.party));
		uint64_t held = 0;
		for (size_t j = 0; j < count; j++) {
			if (log_key_equal(&logs[j].log,
					  &(struct log_key){ m->origin.channel, party, m->origin.epoch }))
				held = logs[j].size;
		}
		if (held < m->size)
			world_fail(p->w, "node %zu signed %llu entries of channel %u of %zu and holds %llu",
				   p->of->party, (unsigned long long)m->size, m->origin.channel, party,
				   (unsigned long long)held);
	}
}

void probe_check(struct probe *p)
{
	uint64_t entries = p->w->counters.entries;

	check_reopened(p->w, &p->n);
	check_committed(p->w, &p->n);
	if (p->w->counters.entries != entries && !p->was_faulty)
		world_fail(p->w, "node %zu, started again, has entries that were never committed",
			   p->of->party);
	for (size_t i = 0; i < p->logs_count; i++) {
		uint64_t cosigned = p->n.cosigned[i];
		p->n.cosigned[i] = 0;
		if (cosigned > 0)
			check_cosigned(p->w, &p->n, &p->w->logs[i].origin, cosigned);
		p->n.cosigned[i] = cosigned;
	}
	check_marks(p);
	forget_unsaid(p);
	p->is_judged = true;
}

/* What an own message names was in the store before the message was acknowledged. */
static void check_blobs(struct probe *p, const struct sim_acknowledged *a)
{
	static struct content content;
	struct fault fault;

	if (a->content.len == 0 || content_read(a->content, &content, &fault) != ERR_OK)
		return;
	for (size_t i = 0; i < content.attachments_count; i++) {
		uint64_t held = 0, total = 0;
		enum err e =
			node_attachment(p->n.node, content.attachments[i].hash, 0, 0, NULL, &held, &total);
		if ((e != ERR_OK || held != content.attachments[i].len) && !check_is_erased(&p->n, &a->place))
			world_fail(p->w,
				   "node %zu, started again, has %llu of %llu bytes attached to %u.%llu",
				   p->of->party, (unsigned long long)held,
				   (unsigned long long)content.attachments[i].len, a->place.log.channel,
				   (unsigned long long)a->place.index);
	}
}

void probe_check_deep(struct probe *p)
{
	struct log_status logs[64];
	size_t count = node_logs(p->n.node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < p->n.acknowledged_count; i++)
		check_blobs(p, &p->n.acknowledged[i]);
	for (size_t i = 0; i < count; i++) {
		for (uint64_t index = 0; index < logs[i].folded; index++)
			check_erased(p->w, &p->n, &(struct place_key){ logs[i].log, index });
	}
	check_alone(p->w, &p->n);
}

/* ---- What it does next. ---- */

static void hear(struct probe *p, size_t peer, struct bytes bytes)
{
	struct arrival in = { .peer = peer, .path = 0 };
	enum err e = frame_read(&bytes, &in.frame);

	if (e != ERR_OK)
		world_fail(p->w, "a bundle's frame cannot be read");
	core_begins(p);
	e = core_ends(p, node_receive(p->n.node, world_now(p->w, &p->n), &in, &p->n.fx));
	if (e == ERR_OK || e == ERR_FULL)
		return;
	if (err_class(e) == ERR_CLASS_LOCAL)
		stop(p, e, "a frame");
	else
		world_fail(p->w, "node %zu, started again, refuses a frame of kind %d: %s", p->of->party,
			   (int)in.frame.kind, err_text(e));
}

/* Frames of a peer's bundle, from its HELLO on; `first` alone, or those after it. */
static void hear_bundle(struct probe *p, size_t peer, bool is_first)
{
	static uint8_t memory[FRAME_LEN_MAX + 16];
	struct sim_node *other = &p->w->nodes[peer];
	struct buf frame = BUF_ON(memory);
	struct bundle_cursor cursor = { .pieces_max = 1u << 20 };

	for (unsigned at = 0; !p->is_stopped; at++) {
		buf_reset(&frame);
		if (node_bundle(other->node, p->of->party, world_now(p->w, other), &cursor, &frame) != ERR_OK)
			break;
		if ((at == 0) == is_first) {
			hear(p, peer, buf_bytes(&frame));
			if (!p->is_stopped)
				probe_turn(p);
		}
		if (is_first)
			break;
	}
}

static void check_runs(struct probe *p)
{
	struct log_status logs[64];
	size_t count = node_logs(p->n.node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.party == p->of->party && logs[i].state != LOG_RUNS)
			world_fail(p->w,
				   "node %zu, started again and met by its peers, cannot write channel %u: "
				   "it holds %llu of %llu",
				   p->of->party, logs[i].log.channel, (unsigned long long)logs[i].size,
				   (unsigned long long)logs[i].wanted);
	}
}

void probe_meet_peers(struct probe *p)
{
	for (size_t i = 0; i < p->w->nodes_count && !p->is_stopped; i++) {
		struct path_change up = { i, 0, true, ERR_OK, { NULL, 0 }, "X25519", "there", NULL };
		enum err e;
		if (i == p->of->party || p->w->nodes[i].node == NULL)
			continue;
		core_begins(p);
		e = core_ends(p, node_link(p->n.node, world_now(p->w, &p->n), &up, &p->n.fx));
		if (e != ERR_OK && e != ERR_FULL)
			stop(p, e, "a path");
		if (!p->is_stopped)
			hear_bundle(p, i, true);
	}
	if (!p->is_faulty)
		check_runs(p);
}

void probe_hear_peers(struct probe *p)
{
	for (size_t i = 0; i < p->w->nodes_count && !p->is_stopped; i++) {
		if (i != p->of->party && p->w->nodes[i].node != NULL)
			hear_bundle(p, i, false);
	}
}

void probe_say(struct probe *p, uint32_t channel)
{
	uint64_t answered = p->answered;

	core_begins(p);
	officer_send(p->w, &p->n, channel);
	(void)!core_ends(p, ERR_OK);
	probe_turn(p);
	if (!p->is_faulty && p->answered != answered + 1)
		world_fail(p->w, "node %zu, started again, cannot say anything on channel %u", p->of->party,
			   channel);
}

void probe_erase(struct probe *p)
{
	for (size_t i = p->n.acknowledged_count; i-- > 0;) {
		struct place_key at = p->n.acknowledged[i].place;
		if (p->n.acknowledged[i].kind != KIND_MESSAGE || check_is_erased(&p->n, &at))
			continue;
		core_begins(p);
		officer_erase(p->w, &p->n, &at, 2);
		(void)!core_ends(p, ERR_OK);
		probe_turn(p);
		return;
	}
}

void probe_attach(struct probe *p, size_t len)
{
	static uint8_t blob[3 * ATTACHMENT_PIECE_MAX];
	uint8_t hash[HASH_LEN];
	enum err e = ERR_OK;

	memset(blob, (int)p->n.acknowledged_count, sizeof blob);
	hash_sha256((struct bytes){ blob, len }, hash);
	for (size_t at = 0; at < len && e == ERR_OK; at += ATTACHMENT_PIECE_MAX) {
		size_t part = len - at < ATTACHMENT_PIECE_MAX ? len - at : ATTACHMENT_PIECE_MAX;
		core_begins(p);
		e = core_ends(p,
			      node_attach(p->n.node, NULL, hash, len, at, (struct bytes){ blob + at, part }));
	}
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		stop(p, e, "an attachment");
	else
		probe_turn(p);
}

void probe_tick(struct probe *p)
{
	enum err e;

	p->n.clock_offset_ms += 1000;
	core_begins(p);
	e = core_ends(p, node_tick(p->n.node, world_now(p->w, &p->n), &p->n.fx));
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		stop(p, e, "a tick");
	else
		probe_turn(p);
}

void probe_read(struct probe *p)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	static struct message_view view;

	for (size_t i = p->n.acknowledged_count; i-- > 0 && i + 4 > p->n.acknowledged_count;) {
		const struct place_key *at = &p->n.acknowledged[i].place;
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out out;
		enum err e;
		core_begins(p);
		e = node_entry(p->n.node, at, &bytes, &out);
		if (e == ERR_OK)
			e = node_ladder(p->n.node, at, &view);
		(void)!core_ends(p, e);
	}
}

void probe_tidy(struct probe *p, bool is_idle)
{
	enum err e;

	core_begins(p);
	e = core_ends(p, node_tidy(p->n.node, is_idle, &p->n.fx));
	if (e != ERR_OK)
		stop(p, e, "housekeeping");
	effects_reset(&p->n.fx);
}

void probe_backup(struct probe *p, const char *name)
{
	uint64_t done, total;
	enum err e = ERR_SHORT;

	while (e == ERR_SHORT) {
		core_begins(p);
		e = core_ends(p, node_backup(p->n.node, name, &done, &total));
	}
	/* A backup that fails is an answer to whoever wanted it; the node goes on, or stops by itself. */
	if (e != ERR_OK && !p->is_faulty)
		world_fail(p->w, "node %zu: a backup failed: %s", p->of->party, err_text(e));
}
