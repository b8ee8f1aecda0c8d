/*
 * What must hold after every step, and once the world is quiet. Reads nodes through their public side only.
 */
#include "consult.h"
#include "hostile.h"
#include "order.h"
#include "talk.h"
#include "watch.h"

#include "base/alloc.h"
#include "wire/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sim_log *log_of(struct world *w, const struct log_key *key)
{
	struct origin o = { .channel = key->channel, .epoch = key->epoch };
	struct sim_log *log;

	for (size_t i = 0; i < w->logs_count; i++) {
		if (log_key_equal(&w->logs[i].key, key))
			return &w->logs[i];
	}
	memcpy(o.accord, w->accord->id, ACCORD_ID_LEN);
	memcpy(o.party, w->accord->parties[key->party].name, sizeof o.party);
	if (w->logs_count == ARRAY_COUNT(w->logs))
		world_fail(w, "more logs than the model has room for");
	log = &w->logs[w->logs_count++];
	*log = (struct sim_log){ .key = *key, .origin = o };
	return log;
}

/* False: it has rotted, which is this world's story. */
static bool leaf_read(struct world *w, struct sim_node *n, const struct place_key *at, uint8_t leaf[HASH_LEN])
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	enum err e = node_entry(n->node, at, &bytes, &read);

	if (e == ERR_ROT && w->is_rotten)
		return false;
	if (e != ERR_OK)
		world_fail(w, "entry %u.%llu of %zu cannot be read at node %zu: %s", at->log.channel,
			   (unsigned long long)at->index, at->log.party, n->party, err_text(e));
	memcpy(leaf, read.leaf, HASH_LEN);
	return true;
}

/* An entry that nobody had before; the model's last one then is checked against what comes below it, too. */
static void log_grow(struct world *w, struct sim_log *log, const uint8_t leaf[HASH_LEN])
{
	if (log->count == log->max) {
		log->max = log->max == 0 ? 64 : 2 * log->max;
		log->leaves = xrealloc(log->leaves, log->max * HASH_LEN);
	}
	memcpy(log->leaves[log->count++], leaf, HASH_LEN);
	w->counters.entries++;
}

/*
 * Logs of one origin are prefixes of each other. An author's own entries that nobody else holds may be lost
 * with a backup: then the model forgets them too, and the epoch that follows says so.
 *
 * After each step only what the step changed is read, decoded, hashed and compared with the model; what a
 * node had before lies on its disk untouched, for only a commit of its own writes there. Whenever that is not
 * so, at a start whatever ended the run before it, and once the world is quiet, all of it is read anew.
 */
void check_committed(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct sim_log *log = log_of(w, &logs[i].log);
		uint64_t *checked = &n->checked[log - w->logs];
		struct place_key at = { logs[i].log, 0 };
		uint8_t leaf[HASH_LEN];

		/* Whoever was rolled back with his signer forks, and nobody can keep him from it. */
		if ((w->forked >> logs[i].log.party & 1) != 0 || is_hostile(w, n->party))
			continue;
		if (is_hostile(w, logs[i].log.party)) {
			hostile_check_log(w, n, &logs[i]);
			continue;
		}
		if (w->is_rotten && logs[i].state == LOG_STOPPED)
			continue;
		if (logs[i].state == LOG_STOPPED)
			world_fail(w, "node %zu stopped channel %u of %zu: %s", n->party, logs[i].log.channel,
				   logs[i].log.party, logs[i].stopped.rule);
		/* What is new to this node, and the last entry before it, as a witness. */
		if (*checked == logs[i].size)
			continue;
		at.index = logs[i].size < *checked ? 0 : *checked - (*checked > 0);
		for (; at.index < logs[i].size; at.index++) {
			if (!leaf_read(w, n, &at, leaf))
				continue;
			if (at.index == log->count)
				log_grow(w, log, leaf);
			else if (memcmp(leaf, log->leaves[at.index], HASH_LEN) != 0)
				world_fail(w, "two entries at %u.%llu of %zu (node %zu)", at.log.channel,
					   (unsigned long long)at.index, at.log.party, n->party);
		}
		*checked = logs[i].size;
	}
}

void check_whole(struct world *w, struct sim_node *n)
{
	memset(n->checked, 0, sizeof n->checked);
	check_committed(w, n);
}

/* Each content is held, or erased by an entry that counts. */
static void check_content(struct world *w, struct sim_node *n, const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory), none = { 0 };
	struct entry_read_out read;
	enum err e;

	e = node_entry(n->node, at, &bytes, &read);
	if (e == ERR_ROT && w->is_rotten)
		return;
	if (e != ERR_OK)
		world_fail(w, "an entry cannot be read: %s", err_text(e));
	e = read.statement.has_content ? node_content(n->node, &read.statement, &none) : ERR_REFUSED;
	if (e != ERR_REFUSED && e != ERR_LIMIT)
		world_fail(w, "node %zu cosigned %u.%llu of %zu without its content: %s", n->party,
			   at->log.channel, (unsigned long long)at->index, at->log.party, err_text(e));
}

/* A receipt means that every entry below is durable at the mirror: it is asked after its disk has them. */
void check_cosigned(struct world *w, struct sim_node *n, const struct origin *origin, uint64_t size)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct sim_log *log = log_of(w, &logs[i].log);
		if (!origin_equal(&log->origin, origin))
			continue;
		if (logs[i].size < size)
			world_fail(w, "node %zu cosigned %llu entries and holds %llu", n->party,
				   (unsigned long long)size, (unsigned long long)logs[i].size);
		for (uint64_t index = n->cosigned[log - w->logs]; index < size; index++)
			check_content(w, n, &(struct place_key){ logs[i].log, index });
		if (n->cosigned[log - w->logs] < size)
			n->cosigned[log - w->logs] = size;
		return;
	}
	world_fail(w, "node %zu cosigned a log that it does not hold", n->party);
}

void check_answered(struct world *w, struct sim_node *n, const struct place_key *at,
		    const uint8_t id[STATEMENT_ID_LEN])
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	enum err e = node_entry(n->node, at, &bytes, &read);

	if (e == ERR_ROT && w->is_rotten)
		return;
	if (e != ERR_OK || memcmp(read.statement.id, id, STATEMENT_ID_LEN) != 0)
		world_fail(w, "node %zu acknowledged %u.%llu and does not hold it", n->party, at->log.channel,
			   (unsigned long long)at->index);
}

void check_said(struct world *w, struct sim_node *n, const struct place_key *at, enum kind kind)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;

	/* Whoever stops in the turn that it answers reads nothing any more. */
	if (n->is_stopping)
		return;
	if (at->log.party != n->party || node_entry(n->node, at, &bytes, &read) != ERR_OK ||
	    read.statement.kind != kind || read.view.verdict != VERDICT_OK)
		world_fail(w, "node %zu says that kind %d was said at %u.%llu, and it was not", n->party,
			   (int)kind, at->log.channel, (unsigned long long)at->index);
}

/* After a crash: everything acknowledged and everything cosigned is there. */
void check_reopened(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	if (is_hostile(w, n->party))
		return;
	for (size_t i = 0; i < count; i++) {
		struct sim_log *log = log_of(w, &logs[i].log);
		if (logs[i].size < n->cosigned[log - w->logs])
			world_fail(w, "node %zu cosigned %llu and reopened with %llu", n->party,
				   (unsigned long long)n->cosigned[log - w->logs],
				   (unsigned long long)logs[i].size);
	}
	for (size_t i = 0; i < n->acknowledged_count; i++) {
		static uint8_t memory[ENTRY_LEN_MAX];
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		struct sim_acknowledged *a = &n->acknowledged[i];
		enum err e;
		if (a->is_forgotten)
			continue;
		e = node_entry(n->node, &a->place, &bytes, &read);
		if (e == ERR_ROT && w->is_rotten)
			continue;
		if (e == ERR_OK && memcmp(read.statement.id, a->id, STATEMENT_ID_LEN) == 0)
			continue;
		/*
		 * A backup may hold entries that no note proves; they go, and the terminal says them again.
		 */
		if (n->is_restored)
			a->is_forgotten = true;
		else
			world_fail(w, "node %zu acknowledged %u.%llu and lost it", n->party,
				   a->place.log.channel, (unsigned long long)a->place.index);
	}
}

/* ---- Once quiet. ---- */

/* A channel's rows, one after the other, so that a difference can be named. */
struct rows {
	uint8_t *bytes;
	size_t len, max;
};

static void rows_put(struct rows *r, struct bytes part)
{
	uint8_t len[8];

	if (r->max - r->len < part.len + sizeof len) {
		r->max = 2 * r->max + part.len + 4096;
		r->bytes = xrealloc(r->bytes, r->max);
	}
	be64_put(len, part.len);
	memcpy(r->bytes + r->len, len, sizeof len);
	memcpy(r->bytes + r->len + sizeof len, part.ptr, part.len);
	r->len += part.len + sizeof len;
}

static enum err rows_row(void *self, struct bytes key, struct bytes value)
{
	rows_put(self, key);
	rows_put(self, value.len == 0 ? key : value);
	return ERR_OK;
}

static struct rows rows_of(struct world *w, struct sim_node *n, uint32_t channel)
{
	struct rows r = { 0 };

	if (fold_rows(node_fold(n->node), channel, rows_row, &r) != ERR_OK)
		world_fail(w, "node %zu cannot read its views", n->party);
	return r;
}

/* Ends the run with the first key whose rows differ. */
static void rows_compare(struct world *w, const char *what, uint32_t channel, const struct rows *a,
			 const struct rows *b)
{
	size_t at = 0;
	char hex[2 * 64 + 1] = "the end";

	if (a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0))
		return;
	while (at < a->len) {
		size_t key = (size_t)be64_get(a->bytes + at),
		       value = (size_t)be64_get(a->bytes + at + 8 + key);
		size_t len = 16 + key + value;
		if (at + len > b->len || memcmp(a->bytes + at, b->bytes + at, len) != 0) {
			bytes_write_hex((struct bytes){ a->bytes + at + 8, key < 64 ? key : 64 }, hex);
			if (w->is_verbose) {
				char h2[400];
				for (int i = 0; i < 2; i++) {
					const struct rows *r = i == 0 ? a : b;
					size_t l = r->len - at < 190 ? r->len - at : 190;
					bytes_write_hex((struct bytes){ r->bytes + at, l }, h2);
					fprintf(stderr, "row %s\n", h2);
				}
			}
			break;
		}
		at += len;
	}
	world_fail(w, "%s: the views of channel %u differ at key %s", what, channel, hex);
}

/* The views of a node, once quiet. */
struct node_rows {
	struct rows of[ACCORD_CHANNELS_MAX]; /* by position of the accord's channels */
};

static bool is_same_rung(const struct rung *a, const struct rung *b)
{
	return a->is_proved == b->is_proved &&
	       (!a->is_proved || (place_key_equal(&a->evidence, &b->evidence) && a->at.ms == b->at.ms));
}

/*
 * A mirror that signed more of a log than is left of it signs no less again: its receipt may be lost with
 * two stores.
 */
static bool is_beyond_cosigning(struct world *w, const struct sim_node *mirror, const struct place_key *at)
{
	const struct mark *mark = marks_find(&mirror->signer.marks, &log_of(w, &at->log)->origin);
	struct log_status logs[64];
	size_t count = node_logs(mirror->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (log_key_equal(&logs[i].log, &at->log))
			return mark != NULL && mark->size > logs[i].size;
	}
	return false;
}

/* Once quiet, whoever holds a message holds what is attached to it. */
static void check_attachments(struct world *w, struct sim_node *n, const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	static struct content content;
	struct buf bytes = BUF_ON(memory), text = BUF_ON(content_memory);
	struct entry_read_out read;
	struct fault fault;

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK)
		world_fail(w, "a message cannot be read");
	/* Attachments come later than receipts: what a restored author had alone is gone. */
	if (w->counters.recoveries > 0 || !read.statement.has_content ||
	    node_content(n->node, &read.statement, &text) != ERR_OK ||
	    content_read(buf_bytes(&text), &content, &fault) != ERR_OK)
		return;
	for (size_t i = 0; i < content.attachments_count; i++) {
		uint64_t held = 0, total = 0;
		enum err e = node_attachment(n->node, content.attachments[i].hash, 0, 0, NULL, &held, &total);
		if (e != ERR_OK || held != content.attachments[i].len)
			world_fail(w,
				   "quiet, and node %zu holds %llu of %llu bytes attached to %u.%llu of %zu",
				   n->party, (unsigned long long)held,
				   (unsigned long long)content.attachments[i].len, at->log.channel,
				   (unsigned long long)at->index, at->log.party);
	}
}

/* Whether an erasure that counts names this entry. */
bool check_is_erased(struct sim_node *n, const struct place_key *at)
{
	struct message_at act = { 0 };
	struct entry_view v;

	while (fold_next_act(node_fold(n->node), at, &act) == ERR_OK) {
		if (fold_get(node_fold(n->node), &act.place, &v) == ERR_OK && v.kind == KIND_ERASE)
			return true;
	}
	return false;
}

/* Whether the eraser that a node shows names an entry with the same words (a resend has them too). */
static bool is_good_eraser(struct sim_node *n, const struct place_key *of, const struct statement *s)
{
	static uint8_t memory[2][ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory[0]), erased_bytes = BUF_ON(memory[1]);
	struct entry_read_out read, erased;
	const struct place *refers = &read.statement.refers[0];
	struct place_key by, at;

	if (node_eraser(n->node, of, s, &by) != ERR_OK || node_entry(n->node, &by, &bytes, &read) != ERR_OK)
		return false;
	at = (struct place_key){
		{ refers->channel, accord_party_find(node_accord(n->node), refers->party), refers->epoch },
		refers->index,
	};
	return read.view.kind == KIND_ERASE && read.view.verdict == VERDICT_OK &&
	       node_entry(n->node, &at, &erased_bytes, &erased) == ERR_OK &&
	       memcmp(erased.statement.content.hash, s->content.hash, HASH_LEN) == 0;
}

/* Once quiet, what two persons erased is gone, and everything else is there. */
void check_erased(struct world *w, struct sim_node *n, const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory), none = { 0 };
	struct entry_read_out read;
	enum err e;

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK)
		world_fail(w, "a message cannot be read");
	if (!read.statement.has_content)
		return;
	e = node_content(n->node, &read.statement, &none);
	if (e == ERR_REFUSED ? !is_good_eraser(n, at, &read.statement)
			     : e != ERR_LIMIT || check_is_erased(n, at))
		world_fail(w, "quiet, and the content of %u.%llu of %zu is %s at node %zu", at->log.channel,
			   (unsigned long long)at->index, at->log.party,
			   e == ERR_REFUSED ? "erased by nothing" : err_text(e), n->party);
	w->counters.erased += e == ERR_REFUSED;
}

static void ladder_at(struct world *w, struct sim_node *n, const struct place_key *at,
		      struct message_view *out)
{
	enum err e = node_ladder(n->node, at, out);

	if (e != ERR_OK)
		world_fail(w, "node %zu has no ladder of %u.%llu of %zu: %s", n->party, at->log.channel,
			   (unsigned long long)at->index, at->log.party, err_text(e));
}

/* Two sides' ladders agree from STATION RECEIPT on. */
static void ladders_compare(struct world *w, const struct place_key *at, const struct sim_node *a,
			    const struct message_view *va, const struct sim_node *b,
			    const struct message_view *vb)
{
	if (va->ladders_count != vb->ladders_count || va->crossings_count != vb->crossings_count)
		world_fail(w, "nodes %zu and %zu have other ladders of %u.%llu of %zu", a->party, b->party,
			   at->log.channel, (unsigned long long)at->index, at->log.party);
	for (size_t i = 0; i < va->ladders_count; i++) {
		const struct ladder *la = &va->ladders[i], *lb = &vb->ladders[i];
		if (!is_same_rung(&la->called, &lb->called) || la->call != lb->call || la->empty != lb->empty)
			world_fail(w, "nodes %zu and %zu say that other rungs were called for %u.%llu of %zu",
				   a->party, b->party, at->log.channel, (unsigned long long)at->index,
				   at->log.party);
		w->counters.called += la->called.is_proved;
		for (int step = STEP_RECEIPT; step < STEP_COUNT; step++) {
			bool is_receipt = step == STEP_RECEIPT;
			if (is_receipt ? la->steps[step].is_proved != lb->steps[step].is_proved
				       : !is_same_rung(&la->steps[step], &lb->steps[step]))
				world_fail(w,
					   "nodes %zu (%d) and %zu (%d) disagree on %s by %zu of %u.%u.%llu "
					   "of %zu",
					   a->party, la->steps[step].is_proved, b->party,
					   lb->steps[step].is_proved, step_name((enum step)step), la->party,
					   at->log.channel, at->log.epoch, (unsigned long long)at->index,
					   at->log.party);
		}
	}
}

static void check_ladders(struct world *w, uint8_t parties, const struct place_key *at)
{
	static struct message_view first, other;
	size_t a = (size_t)__builtin_ctz(parties);

	ladder_at(w, &w->nodes[a], at, &first);
	for (size_t b = a + 1; b < w->nodes_count; b++) {
		if ((parties >> b & 1) == 0)
			continue;
		ladder_at(w, &w->nodes[b], at, &other);
		ladders_compare(w, at, &w->nodes[a], &first, &w->nodes[b], &other);
	}
	for (size_t i = 0; i < first.ladders_count; i++) {
		const struct ladder *l = &first.ladders[i];
		if (at->log.party != l->party && !l->steps[STEP_RECEIPT].is_proved &&
		    !is_beyond_cosigning(w, &w->nodes[l->party], at))
			world_fail(w, "quiet, and %u.%llu of %zu has no receipt of %zu", at->log.channel,
				   (unsigned long long)at->index, at->log.party, l->party);
	}
}

/*
 * All sides of a channel agree, each with the first: every comparison is one of equality, so the others agree
 * among themselves as well. What a party owes on its own is looked at on each side.
 */
static void check_channel(struct world *w, const struct accord_channel *c, size_t at_channel,
			  const struct node_rows *rows)
{
	size_t first = (size_t)__builtin_ctz(c->parties);
	struct message_at at = { 0 };

	for (size_t i = first + 1; i < w->nodes_count; i++) {
		if ((c->parties >> i & 1) != 0)
			rows_compare(w, "quiet", c->number, &rows[first].of[at_channel],
				     &rows[i].of[at_channel]);
	}
	while (fold_next_message(node_fold(w->nodes[first].node), c->number, &at) == ERR_OK) {
		check_ladders(w, c->parties, &at.place);
		for (size_t i = first; i < w->nodes_count; i++) {
			if ((c->parties >> i & 1) == 0)
				continue;
			check_attachments(w, &w->nodes[i], &at.place);
			check_erased(w, &w->nodes[i], &at.place);
		}
	}
}

static void rows_compare_all(struct world *w, struct sim_node *n, const char *what,
			     const struct node_rows *before)
{
	for (size_t i = 0; i < w->accord->channels_count; i++) {
		uint32_t channel = w->accord->channels[i].number;
		struct rows again = rows_of(w, n, channel);
		rows_compare(w, what, channel, &before->of[i], &again);
		free(again.bytes);
	}
}

/*
 * The view after a replay equals the view in use, of every node, on all its channels at once; and so does
 * that of the same entries in any order which respects each log's own and what was seen.
 */
static void check_replay(struct world *w, struct sim_node *n, const struct node_rows *before)
{
	uint64_t number = w->seed + (uint64_t)w->now_us + n->party;

	if (order_refold(n->node, world_now(w, n), &n->fx, number) != ERR_OK)
		world_fail(w, "node %zu cannot fold its record in another order", n->party);
	rows_compare_all(w, n, "another order", before);
	if (node_refold(n->node, world_now(w, n), &n->fx) != ERR_OK)
		world_fail(w, "node %zu cannot fold its record anew", n->party);
	rows_compare_all(w, n, "a replay", before);
}

/* However a node ended, it came back: to its own log as it was, or to the next epoch. */
static void check_recovered(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.party == n->party && logs[i].state != LOG_RUNS && logs[i].state != LOG_CLOSED)
			world_fail(w, "quiet, and node %zu cannot write its log of channel %u", n->party,
				   logs[i].log.channel);
	}
}

static void check_sizes(struct world *w, struct sim_node *a, struct sim_node *b)
{
	struct log_status la[64], lb[64];
	size_t ca = node_logs(a->node, la, ARRAY_COUNT(la)), cb = node_logs(b->node, lb, ARRAY_COUNT(lb));

	for (size_t i = 0; i < ca; i++) {
		const struct accord_channel *c = accord_channel_find(w->accord, la[i].log.channel);
		bool is_found = false;
		if (c->plane == PLANE_HOME || (c->parties >> b->party & 1) == 0)
			continue;
		for (size_t j = 0; j < cb; j++) {
			if (!log_key_equal(&la[i].log, &lb[j].log))
				continue;
			is_found = true;
			if (la[i].size != lb[j].size || la[i].folded != la[i].size ||
			    lb[j].folded != lb[j].size)
				world_fail(w,
					   "quiet, and %u of %zu epoch %u has %llu (folded %llu) at %zu, "
					   "%llu (%llu) at %zu",
					   la[i].log.channel, la[i].log.party, la[i].log.epoch,
					   (unsigned long long)la[i].size, (unsigned long long)la[i].folded,
					   a->party, (unsigned long long)lb[j].size,
					   (unsigned long long)lb[j].folded, b->party);
		}
		if (!is_found && la[i].size > 0)
			world_fail(w, "quiet, and node %zu lacks channel %u of %zu epoch %u", b->party,
				   la[i].log.channel, la[i].log.party, la[i].log.epoch);
	}
}

/* All that is held is what was written: a pass over it finds nothing, and nothing is halted for it. */
static void check_scrubbed(struct world *w, struct sim_node *n)
{
	struct now now = world_now(w, n);
	struct node_status status;

	if (node_repair(n->node, now) != ERR_OK)
		world_fail(w, "node %zu does not begin to read what it holds", n->party);
	do {
		now.mono = mono_add_ms(now.mono, SCRUB_EVERY_MS);
		if (node_scrub(n->node, now, &n->fx) != ERR_OK)
			world_fail(w, "node %zu cannot read what it holds", n->party);
		node_status(n->node, &status);
	} while (status.scrub.is_repairing && status.scrub.found == 0);
	if (status.scrub.found > 0)
		world_fail(w, "node %zu finds rot where there is none", n->party);
}

void check_alone(struct world *w, struct sim_node *n)
{
	struct node_rows rows;

	check_whole(w, n);
	check_scrubbed(w, n);
	for (size_t c = 0; c < w->accord->channels_count; c++)
		rows.of[c] = rows_of(w, n, w->accord->channels[c].number);
	check_replay(w, n, &rows);
	for (size_t c = 0; c < w->accord->channels_count; c++)
		free(rows.of[c].bytes);
}

/* Of a standing dialogue: it went on without what was lost, and this does not fit it any more. */
static bool is_outdated(const struct sim_acknowledged *a)
{
	static const enum verdict verdicts[] = { VERDICT_STALE,	    VERDICT_CLEAN, VERDICT_STEP,
						 VERDICT_READ_BACK, VERDICT_HOLD,  VERDICT_SIGNED,
						 VERDICT_FULL,	    VERDICT_NAMED, VERDICT_TWICE,
						 VERDICT_OVER,	    VERDICT_OWES,  VERDICT_OWED,
						 VERDICT_LEFT,	    VERDICT_REFERS };

	for (size_t i = 0; i < ARRAY_COUNT(verdicts); i++) {
		if (a->err == ERR_REFUSED && a->verdict == verdicts[i] && kind_is_dialogue(a->kind))
			return true;
	}
	return false;
}

/*
 * What it refers to, or had seen, is lost with it, or its procedure has gone on or belongs to the log that
 * was lost, or the next accord does not allow it any more, or the approvals that it went out by have lapsed
 * meanwhile, or more is open by now than it hands over: the door says so, and the person writes another.
 */
static bool is_told(const struct sim_acknowledged *a)
{
	return is_outdated(a) || (a->err == ERR_NOT_FOUND && a->limit == NULL) ||
	       (a->err == ERR_REFUSED &&
		(a->verdict == VERDICT_UNRESOLVED || a->verdict == VERDICT_RELIEVED ||
		 a->verdict == VERDICT_PROCEDURE || a->verdict == VERDICT_PRECEDENCE ||
		 a->verdict == VERDICT_LAPSED)) ||
	       (a->err == ERR_REFUSED && a->subject.log.epoch != 0 &&
		(a->verdict == VERDICT_REFERS || a->verdict == VERDICT_STEP));
}

/* What a restore took is said again by the terminals that have it. */
static void check_acknowledged(struct world *w, const struct sim_node *n)
{
	for (size_t i = 0; i < n->acknowledged_count; i++) {
		struct sim_acknowledged *a = &n->acknowledged[i];
		if (a->is_forgotten && is_told(a))
			a->is_replaced = true;
		if (a->is_forgotten && !a->is_replaced)
			world_fail(
				w,
				"quiet, and %u.%llu of node %zu epoch %u, kind %d, that was acknowledged, is "
				"gone: %s, %s %s",
				a->place.log.channel, (unsigned long long)a->place.index, n->party,
				a->place.log.epoch, (int)a->kind, err_text(a->err), verdict_text(a->verdict),
				a->limit == NULL ? "" : a->limit);
	}
}

void check_agreement(struct world *w)
{
	struct node_rows *rows = xcalloc(w->nodes_count, sizeof *rows);

	for (size_t i = 0; i < w->nodes_count; i++) {
		for (size_t j = 0; j < w->nodes_count; j++) {
			if (i != j)
				check_sizes(w, &w->nodes[i], &w->nodes[j]);
		}
		check_acknowledged(w, &w->nodes[i]);
		check_whole(w, &w->nodes[i]);
		check_recovered(w, &w->nodes[i]);
		check_scrubbed(w, &w->nodes[i]);
		consult_check(w, &w->nodes[i]);
		watch_check(w, &w->nodes[i]);
		talk_check(w, &w->nodes[i]);
	}
	for (size_t i = 0; i < w->nodes_count; i++) {
		for (size_t c = 0; c < w->accord->channels_count; c++)
			rows[i].of[c] = rows_of(w, &w->nodes[i], w->accord->channels[c].number);
	}
	for (size_t c = 0; c < w->accord->channels_count; c++)
		check_channel(w, &w->accord->channels[c], c, rows);
	for (size_t i = 0; i < w->nodes_count; i++) {
		check_replay(w, &w->nodes[i], &rows[i]);
		for (size_t c = 0; c < w->accord->channels_count; c++)
			free(rows[i].of[c].bytes);
	}
	free(rows);
}
