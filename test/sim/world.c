/* Life of a world: it is built, acts under faults, heals, and must then agree. */
#include "hostile.h"

#include "base/alloc.h"
#include "record/checkpoint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EFFECTS_MEMORY (16u << 20)
#define ANYTHING_EVERY 4	/* seeds: one of so many is of the other mode */
#define CHAOS_UNTIL_US 40000000 /* two thirds of a minute of faults */
#define EPOCHS_FROM_US 50000000 /* who lacks his own log by then opens the next epoch */
#define SAID_UNTIL_US 60000000	/* in the last ten seconds nobody starts anything */

void world_fail(const struct world *w, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "FAIL SEED=%llu at %lld us: ", (unsigned long long)w->seed, (long long)w->now_us);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

struct now world_now(const struct world *w, const struct sim_node *n)
{
	return (struct now){ .mono = { w->now_us + 1000000 },
			     .wall = { (uint64_t)(1793000000000 + w->now_us / 1000 + n->clock_offset_ms) } };
}

void world_trace(struct world *w, const char *what, size_t node, struct bytes bytes)
{
	uint8_t head[16];

	be64_put(head, (uint64_t)w->now_us);
	be64_put(head + 8, node);
	hash_add(&w->trace, BYTES_OF(head));
	hash_add(&w->trace, bytes_str(what));
	hash_add(&w->trace, bytes);
	if (w->is_verbose)
		fprintf(stderr, "%12lld node %zu %s %zu bytes\n", (long long)w->now_us, node, what,
			bytes.len);
}

bool world_fires(struct world *w, enum fault_kind kind, uint64_t one_in)
{
	bool fires = prng_is_one_in(&w->prng, one_in);

	if (w->is_healing || (w->faults_on >> kind & 1) == 0 || !fires)
		return false;
	w->counters.faults[kind]++;
	return true;
}

bool world_is_on(const struct world *w, enum act_kind kind)
{
	return (w->acts_on >> kind & 1) != 0;
}

void world_acts(struct world *w, enum act_kind kind)
{
	w->counters.acts[kind]++;
	if (w->last_act != ACT_COUNT)
		w->counters.pairs[w->last_act][kind]++;
	w->last_act = kind;
}

/* ---- A node's machine: its signer, its start, its end. ---- */

static void say_fault(const struct world *w, const char *what, size_t node)
{
	if (w->is_verbose)
		fprintf(stderr, "%12lld node %zu FAULT %s\n", (long long)w->now_us, node, what);
}

const struct sign_key *world_key(const struct world *w, const struct sim_node *n, const uint8_t *wanted,
				 bool is_mirror)
{
	const struct sign_key *old = is_mirror ? &n->mirror_key : &n->log_key;
	const struct sign_key *next = is_mirror ? &n->next_mirror_key : &n->next_log_key;

	if (memcmp(wanted, old->public, SIGN_PUBLIC_LEN) == 0)
		return old;
	if (memcmp(wanted, next->public, SIGN_PUBLIC_LEN) != 0)
		world_fail(w, "node %zu wants a key that its signer does not have", n->party);
	return next;
}

static void sign_event(struct world *w, struct sim_node *n, enum event_kind kind,
		       const struct effect_sign *sign)
{
	struct mark_request request = { sign->text, (const uint8_t(*)[HASH_LEN])sign->proof,
					sign->proof_count };
	struct event e = { .kind = kind,
			   .node = n->party,
			   .life = n->life,
			   .origin = sign->origin,
			   .size = sign->size,
			   .at_us = w->now_us + 30 + (int64_t)prng_below(&w->prng, 50) };
	uint8_t line_memory[NOTE_LINE_LEN_MAX], name_memory[ORIGIN_LEN_MAX];
	struct buf line = BUF_ON(line_memory), name = BUF_ON(name_memory);
	size_t author = accord_party_find(w->accord, bytes_str(sign->origin.party));
	enum err err = signer_move(w, &n->signer, &request);

	/* It keeps to the history that it signed, where its owner, or his peer, has two of them. */
	if (err != ERR_OK && (w->forked >> author & 1) == 0 && !is_hostile(w, n->party) &&
	    !is_hostile(w, author))
		world_fail(w, "the signer of node %zu refuses size %llu of channel %u of %zu: %s", n->party,
			   (unsigned long long)sign->size, sign->origin.channel, author, err_text(err));
	e.refused = err;
	if (err == ERR_OK && kind == EVENT_SIGN) {
		ledger_signs(w, &sign->origin, sign->size, sign->text);
		checkpoint_sign(world_key(w, n, sign->key, false), sign->text, &line);
	} else if (err == ERR_OK) {
		if (!is_hostile(w, n->party))
			check_cosigned(w, n, &sign->origin, sign->size);
		ledger_cosigns(w, &sign->origin, sign->size);
		accord_mirror_name(w->accord, n->party, &name);
		checkpoint_cosign(world_key(w, n, sign->key, true), buf_bytes(&name), sign->seconds,
				  sign->text, &line);
	}
	e.len = line.len;
	e.bytes = xcalloc(line.len + 1, 1);
	memcpy(e.bytes, line_memory, line.len);
	event_add(w, &e);
}

static void pending_forget(struct sim_node *n)
{
	for (size_t i = 0; i < n->pending_count; i++)
		acknowledged_finish(&n->pending[i]);
	n->pending_count = 0;
}

void node_down(struct world *w, struct sim_node *n)
{
	if (n->node == NULL)
		return;
	node_free(n->node);
	n->node = NULL;
	n->life++;
	effects_reset(&n->fx);
	pending_forget(n);
	for (size_t peer = 0; peer < w->nodes_count; peer++) {
		for (size_t path = 0; peer != n->party && path < SIM_PATHS; path++)
			path_set(w, n->party, peer, path, false);
	}
}

static struct crew *crew;

void nodes_crew(struct crew *c)
{
	crew = c;
}

void node_boot(struct world *w, struct sim_node *n)
{
	static const char *const names[SIM_PATHS] = { "one", "two" };
	struct node_options o = { .versions = { { w->accord, w->next }, n->has_next ? 2 : 1 },
				  .self = n->party };
	enum err e;

	o.store = disk_open(w, n);
	for (size_t i = 0; i < sizeof o.seed; i++)
		o.seed[i] = (uint8_t)prng_next(&w->prng);
	for (size_t i = 0; i < w->nodes_count; i++) {
		o.paths_count[i] = i == n->party ? 0 : SIM_PATHS;
		for (size_t j = 0; j < SIM_PATHS; j++)
			o.paths[i][j] = names[j];
	}
	thin_options_fill(w, n, &o);
	n->store = o.store;
	e = o.store == NULL ? ERR_IO : node_new(&o, &n->node);
	if (e != ERR_OK) {
		struct event again = { .kind = EVENT_RESTART,
				       .node = n->party,
				       .at_us = w->now_us + 1000000 };
		if (!disk_has_failed(n))
			world_fail(w, "node %zu does not open its store: %s", n->party, err_text(e));
		disk_crash(w, n, false);
		disk_mend(n);
		event_add(w, &again);
		n->node = NULL;
		return;
	}
	say_fault(w, "started", n->party);
	w->counters.restarts++;
	node_crew(n->node, crew);
	node_start(n->node, world_now(w, n), &n->signer.marks, n->signer.has_memory, n->signer.is_certain,
		   &n->fx);
	thin_up(w, n);
	memset(n->checked, 0, sizeof n->checked);
	node_turn(w, n);
	if (n->node == NULL)
		return;
	check_reopened(w, n);
	n->is_restored = false;
}

static void crash(struct world *w, struct sim_node *n, bool is_power)
{
	struct event again = { .kind = EVENT_RESTART,
			       .node = n->party,
			       .at_us = w->now_us + 100000 + (int64_t)prng_below(&w->prng, 5000000) };

	say_fault(w, is_power ? "power" : "kill", n->party);
	node_down(w, n);
	disk_crash(w, n, is_power);
	signer_crash(w, n, is_power);
	event_add(w, &again);
}

/* ---- Effects. ---- */

/*
 * Who has moved is a stranger to who does not hold that version yet. So is a note by a key of that version,
 * in what is carried here without the HELLO that a bundle begins with.
 */
static bool is_apart(const struct world *w, const struct sim_node *n, size_t peer, size_t path, enum err err)
{
	return (err == ERR_ACCORD_DIFFERS || (err == ERR_NOTE && path == PATH_BUNDLE)) && w->has_next &&
	       !n->has_next && w->nodes[peer].has_next;
}

static bool carry_out(struct world *w, struct sim_node *n, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_FRAME:
		world_trace(w, frame_kind_name(effect->frame.kind), n->party, effect->frame.payload);
		if (w->paths[n->party][effect->frame.peer][effect->frame.path].is_up)
			frame_send(w, n, &effect->frame);
		return true;
	case EFFECT_THIN:
		thin_carry(w, n, &effect->frame);
		return true;
	case EFFECT_SIGN:
		sign_event(w, n, EVENT_SIGN, &effect->sign);
		return true;
	case EFFECT_COSIGN:
		sign_event(w, n, EVENT_COSIGN, &effect->sign);
		return true;
	case EFFECT_SETTLED:
		n->signer.has_memory = n->signer.is_certain = true;
		return true;
	case EFFECT_ANSWER:
		officer_answer(w, n, &effect->answer);
		return true;
	case EFFECT_PUBLISH:
		if (effect->publish.change == CHANGE_RECEIPT)
			w->counters.receipts++;
		return true;
	case EFFECT_CLOSE:
		path_set(w, n->party, effect->close.peer, effect->close.path, false);
		if (is_hostile(w, n->party) || is_hostile(w, effect->close.peer)) {
			hostile_note_close(w);
			return true;
		}
		if (is_apart(w, n, effect->close.peer, effect->close.path, effect->close.why))
			return true;
		world_fail(w, "node %zu closes a path to an honest peer: %s %s", n->party,
			   err_text(effect->close.why),
			   effect->close.fault.rule == NULL ? "" : effect->close.fault.rule);
	case EFFECT_STOP:
		if (!disk_has_failed(n) && !n->is_flipped && !is_hostile(w, n->party))
			world_fail(w, "node %zu stops on a sound disk: %s (%s)", n->party, effect->stop.what,
				   err_text(effect->stop.why));
		return false;
	case EFFECT_FULL:
		disk_fill(n, false); /* the reserve */
		n->is_full = true;
		w->counters.full++;
		return true;
	case EFFECT_KIND_COUNT:
		break;
	}
	world_fail(w, "an effect of no kind");
}

/*
 * How much of a node's log others have, or may get: what its signer will not sign again, what they hold, what
 * is carried to them by hand. */
static uint64_t log_reach(struct world *w, const struct sim_node *n, const struct sim_log *log)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	static uint8_t memory[REBUILT_LEN_MAX];
	const struct mark *mark = marks_find(&n->signer.marks, &log->origin);
	uint64_t size = mark == NULL ? 0 : mark->size;

	for (size_t i = 0; i < w->nodes_count; i++) {
		uint64_t held = w->nodes[i].checked[log - w->logs];
		if (i != n->party && held > size)
			size = held;
	}
	for (size_t i = 0; i < w->heap_count; i++) {
		const struct event *e = &w->heap[i];
		struct buf rebuilt = BUF_ON(memory);
		struct batch batch;
		if (e->kind == EVENT_FRAME && e->frame == FRAME_BATCH && e->path == PATH_BUNDLE &&
		    !e->is_void &&
		    batch_read((struct bytes){ e->bytes, e->len }, &w->book, &rebuilt, items, &batch) ==
			    ERR_OK &&
		    origin_equal(&batch.origin, &log->origin) && batch.first + batch.count > size)
			size = batch.first + batch.count;
	}
	return size;
}

/* What was acknowledged after the backup and nobody else holds is gone: the terminals still have it. */
void node_restore(struct world *w, struct sim_node *n)
{
	say_fault(w, "restore", n->party);
	node_down(w, n);
	disk_restore(w, n);
	for (size_t i = n->backup_acknowledged; i < n->acknowledged_count; i++)
		n->acknowledged[i].is_forgotten = true;
	n->is_restored = true;
	memset(n->cosigned, 0, sizeof n->cosigned);
	/* What was committed and nobody else can ever have is free again: its own officers say it anew. */
	for (size_t i = 0; i < w->logs_count; i++) {
		struct sim_log *log = &w->logs[i];
		uint64_t size = log->key.party == n->party ? log_reach(w, n, log) : log->count;
		if (size < log->count)
			log->count = (size_t)size;
	}
	w->counters.recoveries++;
}

/* It stopped: somebody starts it again, over a backup if its store has what cannot be. */
static void stopped(struct world *w, struct sim_node *n)
{
	struct event again = { .kind = EVENT_RESTART, .node = n->party, .at_us = w->now_us + 500000 };

	if (n->is_flipped)
		node_restore(w, n);
	node_down(w, n);
	disk_crash(w, n, false);
	disk_mend(n);
	event_add(w, &again);
}

void node_turn(struct world *w, struct sim_node *n)
{
	bool is_alive = true;
	enum err e = node_commit(n->node, world_now(w, n), &n->fx);

	if (err_class(e) == ERR_CLASS_LOCAL && !disk_has_failed(n) && e != ERR_FULL && !n->is_flipped &&
	    !is_hostile(w, n->party))
		world_fail(w, "node %zu: a commit failed on a sound disk: %s", n->party, err_text(e));
	if (!n->is_flipped)
		check_committed(w, n);
	for (size_t i = 0; i < n->fx.count && is_alive; i++) {
		if (n->fx.list[i].is_held)
			world_fail(w, "an effect is let out before the flush");
		is_alive = carry_out(w, n, &n->fx.list[i]);
	}
	effects_reset(&n->fx);
	pending_forget(n);
	if (is_alive && n->is_flipped && disk_has_flipped(n))
		world_fail(w, "node %zu goes on with an entry whose bytes are not those of its tree",
			   n->party);
	if (!is_alive)
		stopped(w, n);
	else if (n->cut_in > 0 && --n->cut_in == 0)
		crash(w, n, true);
	n->is_flipped = false;
}

/* ---- Faults. ---- */

static void chaos_lines(struct world *w, size_t a)
{
	size_t b = (a + 1) % w->nodes_count, path = prng_below(&w->prng, SIM_PATHS);

	if (world_fires(w, FAULT_PATH_CUT, 4))
		path_set(w, a, b, path, false);
	if (world_fires(w, FAULT_ONE_WAY, 12)) {
		w->paths[a][b][path].is_one_way = true;
		/* In both directions every other time; by the moment, so that nothing else is drawn anew. */
		w->paths[b][a][path].is_one_way |= w->now_us % 2 == 0;
		w->counters.silent += w->paths[b][a][path].is_one_way;
	}
	if (world_fires(w, FAULT_PARTITION, 12)) {
		for (size_t i = 0; i < w->nodes_count; i++) {
			for (size_t j = 0; i != a && j < SIM_PATHS; j++)
				path_set(w, a, i, j, false);
		}
	}
}

/* What the signer is asked by a core that somebody else has taken over; it must refuse all of it. */
static void chaos_signer(struct world *w, struct sim_node *n)
{
	const struct marks *marks = &n->signer.marks;
	uint8_t root[HASH_LEN], text_memory[ORIGIN_LEN_MAX + 80], proof[2][HASH_LEN] = { { 1 }, { 2 } };
	struct buf text = BUF_ON(text_memory);
	struct mark_request request = { .proof = (const uint8_t(*)[HASH_LEN])proof };
	const struct mark *mark;
	uint64_t size;

	if (marks->count == 0 || !world_fires(w, FAULT_FORGERY, 6))
		return;
	mark = &marks->rows[prng_below(&w->prng, marks->count)];
	hash_sha256(BYTES_OF(mark->root), root);
	/*
	 * One below it, itself or one above; drawn one after the other, or each compiler has a history of its
	 * own.
	 */
	size = mark->size - prng_below(&w->prng, mark->size < 2 ? 1 : 2);
	size += prng_below(&w->prng, 2);
	request.proof_count = prng_below(&w->prng, 3);
	note_write_text(&mark->origin, size, root, &text);
	request.text = buf_bytes(&text);
	if (signer_move(w, &n->signer, &request) == ERR_OK)
		world_fail(w, "the signer of node %zu signs what its mark does not lead to", n->party);
}

static void chaos_machine(struct world *w, struct sim_node *n)
{
	if (world_fires(w, FAULT_CLOCK, 20))
		n->clock_offset_ms += (int64_t)prng_below(&w->prng, 4 * 86400000ull) - 2 * 86400000ll;
	if (world_fires(w, FAULT_DISK_ERROR, 25))
		disk_fail_soon(w, n);
	if (world_fires(w, FAULT_DISK_FULL, 12))
		disk_fill(n, true);
	else if (prng_is_one_in(&w->prng, 3))
		disk_fill(n, false);
	/* At once, or in the middle of what it is about to do. */
	if (world_fires(w, FAULT_POWER, 15))
		n->cut_in = 1 + (unsigned)prng_below(&w->prng, 12);
	if (n->backup != NULL && world_fires(w, FAULT_FLIP, 25))
		n->flip_in = 1 + (unsigned)prng_below(&w->prng, 8);
	chaos_signer(w, n);
	if (world_fires(w, FAULT_CRASH, 10))
		crash(w, n, false);
}

static void chaos_backup(struct world *w, struct sim_node *n)
{
	struct event again = { .kind = EVENT_RESTART, .node = n->party, .at_us = w->now_us + 1000000 };

	if (w->faults_on != 0 && prng_is_one_in(&w->prng, 12)) {
		disk_keep(w, n);
		signer_copy(&n->backup_signer, &n->signer);
		n->backup_acknowledged = n->acknowledged_count;
	}
	if (n->backup == NULL || !world_fires(w, FAULT_RESTORE, 25))
		return;
	if (w->is_anything && world_fires(w, FAULT_ROLLBACK, 3)) {
		say_fault(w, "machine rolled back", n->party);
		signer_copy(&n->signer, &n->backup_signer);
		w->forked |= (uint8_t)(1u << n->party);
	}
	node_restore(w, n);
	if (world_fires(w, FAULT_SIGNER_LOST, 4)) {
		say_fault(w, "signer's file lost", n->party);
		signer_lose(&n->signer);
	}
	event_add(w, &again);
}

/* Paths come back as they would: each at most some seconds after it was lost. */
static void lines_mend(struct world *w, size_t i, size_t j)
{
	for (size_t k = 0; k < SIM_PATHS; k++) {
		bool is_mute = w->paths[i][j][k].is_one_way || w->paths[j][i][k].is_one_way;
		if (w->paths[i][j][k].is_up && is_mute && prng_is_one_in(&w->prng, 4))
			path_set(w, i, j, k, false); /* its silence was noticed */
		if (!w->is_cut && !w->paths[i][j][k].is_up && w->nodes[i].node != NULL &&
		    w->nodes[j].node != NULL && (w->is_healing || prng_is_one_in(&w->prng, 3)))
			path_set(w, i, j, k, true);
	}
}

static void chaos(struct world *w)
{
	struct sim_node *n = &w->nodes[prng_below(&w->prng, w->nodes_count)];

	chaos_lines(w, n->party);
	if (n->node != NULL)
		chaos_machine(w, n);
	if (n->node != NULL)
		chaos_backup(w, n);
	for (size_t i = 0; i < w->nodes_count; i++) {
		for (size_t j = 0; j < i; j++)
			lines_mend(w, i, j);
	}
}

/* ---- Events. ---- */

static void deliver(struct world *w, struct event *e)
{
	struct sim_node *n = &w->nodes[e->node];
	struct now now = world_now(w, n);
	struct bytes bytes = { e->bytes, e->len };
	enum err err = ERR_OK;

	if (n->is_full) {
		n->is_full = false;
		node_room(n->node, true);
	}
	if (e->kind == EVENT_FRAME) {
		struct arrival in = { e->peer, e->path, { e->frame, bytes } };
		if (e->path != PATH_BUNDLE && e->session != w->paths[e->peer][e->node][e->path].session)
			return;
		err = node_receive(n->node, now, &in, &n->fx);
	} else if (e->kind == EVENT_PATH) {
		struct path_change in = { .peer = e->peer,
					  .path = e->path,
					  .is_up = e->is_up,
					  .why = ERR_DOWN,
					  .group = "X25519",
					  .address = "simulated" };
		if (e->is_up == w->paths[e->node][e->peer][e->path].is_up)
			err = node_link(n->node, now, &in, &n->fx);
	} else if (e->kind == EVENT_SENT) {
		err = node_sent(n->node, now, e->peer, e->path, e->tag, &n->fx);
	} else if (e->kind == EVENT_THIN) {
		err = node_heard(n->node, now, e->peer, e->path, bytes, &n->fx);
	} else if (e->kind == EVENT_SIGN || e->kind == EVENT_COSIGN) {
		struct signer_answer in = { e->kind == EVENT_COSIGN, e->origin, e->size, e->refused, bytes };
		err = node_signed(n->node, now, &in, &n->fx);
	}
	if (is_hostile(w, n->party) ||
	    (e->kind == EVENT_FRAME && is_hostile(w, e->peer) && err_class(err) != ERR_CLASS_LOCAL))
		return;
	if (is_apart(w, n, e->peer, e->path, err))
		return;
	if (err != ERR_OK && err != ERR_FULL && !disk_has_failed(n) && !n->is_flipped)
		world_fail(w, "node %zu refuses event %d (frame %d of node %zu on path %zu): %s", n->party,
			   (int)e->kind, (int)e->frame, e->peer, e->path, err_text(err));
}

/*
 * A party gets the next version at some moment, and moves its logs to it at some later one; what had no
 * effect, or was lost with a store, is said again.
 */
static void version_event(struct world *w, const struct event *e)
{
	struct sim_node *n = &w->nodes[e->node];
	struct event again = *e;
	uint64_t pace = w->is_healing ? 500000 : 8000000;

	again.at_us = w->now_us + 100000 + (int64_t)prng_below(&w->version_prng, pace);
	event_add(w, &again);
	if (n->node == NULL || n->is_away || (w->now_us > w->said_until_us && w->hostile == NULL))
		return;
	if (!n->has_next) {
		if (node_adopt(n->node, world_now(w, n), w->next, &n->fx) == ERR_OK) {
			n->has_next = true;
			w->counters.adopted++;
		}
	} else if (node_in_force(n->node) != w->next) {
		officer_move(w, n);
	}
	node_turn(w, n);
}

/* Whether a node holds of a shared log what it has not folded. */
static bool is_waiting(const struct world *w)
{
	struct log_status logs[64];

	for (size_t i = 0; i < w->nodes_count; i++) {
		struct node *node = w->nodes[i].node;
		size_t count = node == NULL ? 0 : node_logs(node, logs, ARRAY_COUNT(logs));
		for (size_t k = 0; k < count; k++) {
			const struct accord_channel *c = accord_channel_find(w->accord, logs[k].log.channel);
			if (c->plane != PLANE_HOME && logs[k].folded < logs[k].size)
				return true;
		}
	}
	return false;
}

static void periodic(struct world *w, const struct event *e)
{
	struct sim_node *n = &w->nodes[e->node];
	struct event again = *e;
	enum err err;

	if (e->kind == EVENT_CHAOS) {
		chaos(w);
		hostile_acts(w);
		again.at_us = w->now_us + 300000 + (int64_t)prng_below(&w->prng, 700000);
	} else if (e->kind == EVENT_TICK) {
		again.at_us = w->now_us + 1000000;
		if (w->now_us > w->said_until_us && w->hostile == NULL && !is_waiting(w))
			return;
		err = n->node == NULL ? ERR_OK : node_tick(n->node, world_now(w, n), &n->fx);
		if (err != ERR_OK && !disk_has_failed(n) && !n->is_flipped && !is_hostile(w, n->party))
			world_fail(w, "node %zu: a tick failed: %s", n->party, err_text(err));
		if (n->node != NULL && w->is_healing && w->now_us > w->epochs_from_us) {
			officer_open_all(w, n);
			officer_resend(w, n);
		}
	} else {
		if (w->is_healing)
			return;
		again.at_us = w->now_us + 50000 + (int64_t)prng_below(&w->prng, 800000);
		if (n->node != NULL)
			officer_act(w, n);
	}
	event_add(w, &again);
	if (e->kind != EVENT_CHAOS && n->node != NULL)
		node_turn(w, n);
	if (e->kind == EVENT_TICK && n->node != NULL &&
	    (node_scrub(n->node, world_now(w, n), &n->fx) != ERR_OK || n->fx.count > 0))
		node_turn(w, n);
	/*
	 * A quiet moment, or a busy one: the store moves what it has ahead, and may be cut off in the middle
	 * of that.
	 */
	if (e->kind == EVENT_TICK && n->node != NULL && prng_is_one_in(&w->prng, 4) &&
	    node_tidy(n->node, prng_is_one_in(&w->prng, 2), &n->fx) != ERR_OK)
		node_turn(w, n);
}

static void step(struct world *w)
{
	struct event e;
	struct sim_node *n;

	if (!event_next(w, &e))
		world_fail(w, "nothing happens any more");
	w->now_us = e.at_us;
	n = &w->nodes[e.node];
	if (e.kind == EVENT_TICK || e.kind == EVENT_OFFICER || e.kind == EVENT_CHAOS) {
		periodic(w, &e);
		return;
	}
	if (e.kind == EVENT_VERSION) {
		version_event(w, &e);
		return;
	}
	if (e.kind == EVENT_RESTART) {
		if (n->node == NULL && !n->is_away)
			node_boot(w, n);
		return;
	}
	if (n->node != NULL && !e.is_void && (e.life == n->life || e.path == PATH_BUNDLE)) {
		deliver(w, &e);
		/* Sometimes more waits in the same turn: then it shares the flush. */
		while (w->heap_count > 0 && w->heap[0].node == e.node && w->heap[0].kind <= EVENT_COSIGN &&
		       w->heap[0].life == n->life && prng_is_one_in(&w->prng, 2)) {
			struct event more;
			event_next(w, &more);
			if (more.at_us > w->now_us)
				w->now_us = more.at_us;
			deliver(w, &more);
			free(more.bytes);
		}
		node_turn(w, n);
	}
	free(e.bytes);
}

/* A random half of `count` bits: what is never off hides what only happens without it. */
static uint32_t half_of(struct world *w, unsigned count)
{
	uint32_t bits = 0;

	for (unsigned left = count, wanted = (count + 1) / 2; left > 0; left--) {
		bool is_in = prng_below(&w->prng, left) < wanted;
		bits = bits << 1 | (is_in ? 1 : 0);
		wanted -= is_in;
	}
	return bits;
}

static void periods_begin(struct world *w, const struct sim_node *n)
{
	event_add(w, &(struct event){ .kind = EVENT_TICK,
				      .node = n->party,
				      .at_us = w->now_us + 1000 + (int64_t)n->party });
	event_add(w,
		  &(struct event){ .kind = EVENT_OFFICER, .node = n->party, .at_us = w->now_us + 2000000 });
}

void world_changes(struct world *w)
{
	w->has_next = true;
	for (size_t i = 0; i < w->nodes_count; i++)
		event_add(w, &(struct event){ .kind = EVENT_VERSION,
					      .node = i,
					      .at_us = w->now_us + 3000000 +
						       (int64_t)prng_below(&w->version_prng, 20000000) });
}

static void world_build(struct world *w, size_t nodes)
{
	w->nodes_count = nodes != 0 ? nodes : 2 + prng_below(&w->prng, 2);
	w->is_anything = nodes == 0 && w->seed % ANYTHING_EVERY == 0;
	w->faults_on = nodes != 0 ? 0 : w->is_anything ? UINT32_MAX : half_of(w, FAULT_COUNT);
	w->acts_on = nodes != 0 || w->is_anything ? UINT32_MAX : half_of(w, ACT_COUNT);
	w->last_act = ACT_COUNT;
	world_accord(w);
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		n->party = i;
		signer_new(&n->signer);
		n->effects = xcalloc(EFFECTS_MAX, sizeof *n->effects);
		n->effects_memory = xrealloc(NULL, EFFECTS_MEMORY);
		effects_init(&n->fx, n->effects, n->effects_memory, EFFECTS_MEMORY);
		disk_new(w, n);
		node_boot(w, n);
		officer_open(w, n, 0);
		officer_enrol(w, n);
		node_turn(w, n);
		periods_begin(w, n);
	}
	event_add(w, &(struct event){ .kind = EVENT_CHAOS, .at_us = 1000 });
	prng_init(&w->version_prng, w->seed ^ 0x76657273);
	if (nodes == 0) {
		world_rotates(w);
		world_changes(w);
	}
}

void world_free(struct world *w)
{
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		node_down(w, n);
		for (size_t j = 0; j < n->acknowledged_count; j++)
			acknowledged_finish(&n->acknowledged[j]);
		free(n->acknowledged);
		free(n->effects);
		free(n->effects_memory);
		disk_free(n);
	}
	for (size_t i = 0; i < w->heap_count; i++)
		free(w->heap[i].bytes);
	free(w->heap);
	for (size_t i = 0; i < w->logs_count; i++) {
		free(w->logs[i].leaves);
		free(w->logs[i].signed_leaves);
	}
	free(w->accord_memory);
	free(w->procedure_memory);
	free(w->next);
	free(w);
}

static struct world *world_make(uint64_t seed, size_t nodes, bool is_verbose, bool has_thin)
{
	struct world *w = xcalloc(1, sizeof *w);

	w->seed = seed;
	w->has_thin = has_thin;
	w->is_verbose = is_verbose;
	w->epochs_from_us = EPOCHS_FROM_US;
	w->said_until_us = SAID_UNTIL_US;
	prng_init(&w->prng, seed);
	hash_open(&w->trace);
	signatures_forget();
	world_build(w, nodes);
	return w;
}

struct world *world_new(uint64_t seed, size_t nodes, bool is_verbose)
{
	return world_make(seed, nodes, is_verbose, false);
}

struct world *world_new_thin(uint64_t seed, size_t nodes, bool is_verbose)
{
	return world_make(seed, nodes, is_verbose, true);
}

void world_advance(struct world *w, int64_t until_us)
{
	while (w->now_us < until_us)
		step(w);
}

/* All faults cease. A store that failed between two turns is dead, and its node has not met it yet. */
void faults_end(struct world *w)
{
	w->is_healing = true;
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (n->node != NULL && disk_has_failed(n))
			stopped(w, n);
		disk_mend(n);
		n->cut_in = n->flip_in = 0;
	}
}

void world_wake(struct world *w)
{
	w->is_healing = false;
	w->epochs_from_us = w->said_until_us = INT64_MAX;
	for (size_t i = 0; i < w->nodes_count; i++)
		periods_begin(w, &w->nodes[i]);
}

void world_heal(struct world *w)
{
	faults_end(w);
	for (size_t i = 0; i < w->nodes_count; i++)
		w->nodes[i].clock_offset_ms = 0;
	w->epochs_from_us = w->now_us + EPOCHS_FROM_US - CHAOS_UNTIL_US;
	w->said_until_us = w->now_us + SAID_UNTIL_US - CHAOS_UNTIL_US;
	world_advance(w, w->now_us + WORLD_HEALS_US);
	if (!is_waiting(w))
		return;
	/* What nobody has is lost a minute after a node's last start (LOST_AFTER_MS in node/core.h). */
	for (int s = 0; s < 75 && is_waiting(w); s++)
		world_advance(w, w->now_us + 1000000);
	world_advance(w, w->now_us + WORLD_HEALS_US);
}

/* Everybody says what is left to say, and then all agree. */
static void run_to_quiet(struct world *w)
{
	world_heal(w);
	for (size_t i = 0; w->has_next && i < w->nodes_count; i++) {
		if (node_in_force(w->nodes[i].node) != w->next)
			world_fail(w, "node %zu has not come to the next version of the accord", i);
	}
	check_agreement(w);
	w->counters.quiet++;
}

/* Nothing is healed: what is there, wherever it stands, is read whole. */
static void run_to_nothing(struct world *w)
{
	faults_end(w);
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (n->node == NULL)
			node_boot(w, n);
		check_alone(w, n);
	}
	w->counters.anything++;
}

void world_talks(struct world *w)
{
	prng_init(&w->talk_prng, w->seed ^ 0x74616c6b);
	w->has_talk = true;
}

void world_consults(struct world *w)
{
	prng_init(&w->consult_prng, w->seed ^ 0x636f6e73);
	world_talks(w);
	w->has_consult = true;
}

static void run(struct world *w, struct sim_counters *total, uint8_t trace[HASH_LEN])
{
	uint64_t *from = (uint64_t *)&w->counters, *to = (uint64_t *)total;

	world_advance(w, CHAOS_UNTIL_US);
	if (w->is_anything)
		run_to_nothing(w);
	else
		run_to_quiet(w);
	for (size_t i = 0; i < sizeof w->counters / sizeof *from; i++)
		to[i] += from[i];
	hash_finish(&w->trace, trace);
	world_free(w);
}

void world_run(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN])
{
	run(world_new(seed, 0, is_verbose), total, trace);
}

void world_run_consult(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN])
{
	struct world *w = world_new(seed, 0, is_verbose);

	world_consults(w);
	run(w, total, trace);
}

void world_run_refusals(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN])
{
	struct world *w = world_new(seed, 0, is_verbose);

	world_consults(w);
	w->has_refusals = true;
	run(w, total, trace);
}

/* ---- What a program that runs worlds is told. ---- */

uint64_t world_argument(int argc, char **argv, const char *name, uint64_t otherwise)
{
	size_t len = strlen(name);

	for (int i = 1; i < argc; i++) {
		uint64_t value;
		if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=' &&
		    bytes_read_decimal(bytes_str(argv[i] + len + 1), UINT64_MAX / 2, &value) == ERR_OK)
			return value;
	}
	return otherwise;
}
