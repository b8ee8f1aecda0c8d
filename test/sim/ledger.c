/*
 * What signatures say, kept outside of every store: whatever is put back, what a log key has signed stays
 * signed.
 *
 * The model (check.c) forgets what nobody can have any more; the ledger forgets nothing. Two leaves at one
 * place of one log, both below a size that its key has signed, are a fork.
 */
#include "world.h"

#include "base/alloc.h"

#include <string.h>

static struct sim_log *log_of_origin(struct world *w, const struct origin *origin)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		if (origin_equal(&w->logs[i].origin, origin))
			return &w->logs[i];
	}
	world_fail(w, "a signature over a log that nobody has");
}

static void keep(struct sim_log *log, const uint8_t leaf[HASH_LEN])
{
	if (log->signed_count == log->signed_max) {
		log->signed_max = log->signed_max == 0 ? 64 : 2 * log->signed_max;
		log->signed_leaves = xrealloc(log->signed_leaves, log->signed_max * HASH_LEN);
	}
	memcpy(log->signed_leaves[log->signed_count++], leaf, HASH_LEN);
}

void ledger_open(struct world *w)
{
	w->is_ledger_kept = true;
	for (size_t i = 0; i < w->logs_count; i++) {
		for (size_t at = 0; at < w->logs[i].count; at++)
			keep(&w->logs[i], w->logs[i].leaves[at]);
	}
}

/* What is signed, made again of the leaves that the ledger has. */
static void check_text(struct world *w, const struct sim_log *log, uint64_t size, struct bytes text)
{
	uint8_t memory[ORIGIN_LEN_MAX + 80], root[HASH_LEN];
	struct buf own = BUF_ON(memory);
	struct frontier f = { 0 };

	for (uint64_t i = 0; i < size; i++) {
		if (frontier_append(&f, log->signed_leaves[i], NULL, NULL) != ERR_OK)
			world_fail(w, "the ledger has no tree");
	}
	frontier_root(&f, root);
	note_write_text(&log->origin, size, root, &own);
	if (!bytes_equal(buf_bytes(&own), text))
		world_fail(w, "FORK: channel %u of %zu epoch %u is signed at size %llu with another root",
			   log->key.channel, log->key.party, log->key.epoch, (unsigned long long)size);
}

void ledger_signs(struct world *w, const struct origin *origin, uint64_t size, struct bytes text)
{
	struct sim_log *log;

	if (!w->is_ledger_kept)
		return;
	log = log_of_origin(w, origin);
	if (log->count < size)
		world_fail(w, "the signer has signed %llu entries where there are %zu",
			   (unsigned long long)size, log->count);
	for (uint64_t i = log->signed_count; i < size; i++)
		keep(log, log->leaves[i]);
	check_text(w, log, size, text);
}

void ledger_cosigns(struct world *w, const struct origin *origin, uint64_t size)
{
	struct sim_log *log;

	if (!w->is_ledger_kept)
		return;
	log = log_of_origin(w, origin);
	if (size > log->signed_count)
		world_fail(w, "a receipt over %llu of %u.%u of %s, of which its author has signed %llu",
			   (unsigned long long)size, origin->channel, origin->epoch, origin->party,
			   (unsigned long long)log->signed_count);
	if (size > log->cosigned)
		log->cosigned = size;
}

static uint64_t held_by(const struct world *w, const struct sim_node *n, const struct sim_log *log)
{
	struct log_status logs[64];
	size_t count;

	if (n->node == NULL)
		return n->checked[log - w->logs];
	count = node_logs(n->node, logs, ARRAY_COUNT(logs));
	for (size_t i = 0; i < count; i++) {
		if (log_key_equal(&logs[i].log, &log->key))
			return logs[i].size;
	}
	return 0;
}

void ledger_restored(struct world *w)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		struct sim_log *log = &w->logs[i];
		uint64_t most = 0;
		for (size_t j = 0; j < w->nodes_count; j++) {
			uint64_t held = held_by(w, &w->nodes[j], log);
			most = held > most ? held : most;
		}
		if (log->cosigned > most)
			log->cosigned = most;
	}
}

void ledger_rolled_back(struct world *w, const struct sim_node *n)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		struct sim_log *log = &w->logs[i];
		const struct mark *mark = marks_find(&n->signer.marks, &log->origin);
		/*
		 * A backup may have brought the mark back together with the entries, of an epoch that ended
		 * without them.
		 */
		size_t known = mark != NULL && mark->size > log->count ? (size_t)mark->size : log->count;
		if (log->key.party == n->party && log->signed_count > known)
			log->signed_count = known;
	}
}

void ledger_begins_again(struct world *w, const struct sim_node *n)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		struct sim_log *log = &w->logs[i];
		if (log->key.party == n->party &&
		    accord_channel_find(w->accord, log->key.channel)->plane == PLANE_HOME)
			log->signed_count = log->count = 0;
	}
}

void ledger_check(struct world *w)
{
	for (size_t i = 0; i < w->logs_count; i++) {
		const struct sim_log *log = &w->logs[i];
		const struct accord_channel *c = accord_channel_find(w->accord, log->key.channel);
		for (size_t j = 0; j < w->nodes_count; j++) {
			uint64_t held = held_by(w, &w->nodes[j], log);
			if ((c->parties >> j & 1) != 0 && held < log->cosigned)
				world_fail(
					w,
					"quiet, and node %zu holds %llu entries of channel %u of %zu epoch "
					"%u, of which %llu were cosigned",
					j, (unsigned long long)held, log->key.channel, log->key.party,
					log->key.epoch, (unsigned long long)log->cosigned);
		}
		/* What is held is what was signed: the model has compared each node's leaves with its own. */
		for (size_t at = 0; at < log->count && at < log->signed_count; at++) {
			if (memcmp(log->leaves[at], log->signed_leaves[at], HASH_LEN) != 0)
				world_fail(w, "FORK: %u.%zu of %zu epoch %u is held, and another was signed",
					   log->key.channel, at, log->key.party, log->key.epoch);
		}
	}
}
