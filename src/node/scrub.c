/*
 * Everything that is held is read again, a few milliseconds at a time, at the pace at which all of it is read
 * twice a day; a start goes on where the one before it had come to. What has changed under us halts its log,
 * loudly, and nobody else's; views are made anew.
 * Spec: docs/spec/record.md section 13.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

const struct fault rot_fault = { "record.rot", 0 };

bool has_rot_stop(const struct line *line)
{
	const char *rule = line->log->stopped.rule;

	return rule != NULL && strcmp(rule, rot_fault.rule) == 0;
}

/* ---- What is found, by the pass or by whoever reads. ---- */

/* An entry has changed once, whatever the pass and a reader call it. */
static bool is_same_kind(enum finding_kind a, enum finding_kind b)
{
	return a == b || (a <= FINDING_NODE && b <= FINDING_NODE);
}

static bool is_noted(const struct scrub *s, const struct rot *rot)
{
	for (size_t i = 0; i < s->rots_count; i++) {
		const struct rot *r = &s->rots[i];
		if (r->line == rot->line && is_same_kind(r->kind, rot->kind) && r->index == rot->index &&
		    r->party == rot->party)
			return true;
	}
	return false;
}

/* What does not fit is found again by the pass after the repair of the rest. */
static void rot_add(struct node *n, const struct rot *rot)
{
	struct scrub *s = &n->scrub;
	const struct line *line = &n->lines[rot->line];

	if (is_noted(s, rot))
		return;
	log_error("channel %u: %s, epoch %u, at %llu: %s", line->key.channel,
		  n->accord->parties[line->key.party].name, line->key.epoch, (unsigned long long)rot->index,
		  finding_text(rot->kind));
	s->is_halt_due |= line->log->stopped.rule == NULL;
	if (s->rots_count < ROTS_MAX)
		s->rots[s->rots_count++] = *rot;
}

void rot_note(struct node *n, const struct line *line, enum finding_kind kind, uint64_t index)
{
	rot_add(n, &(struct rot){ .line = (size_t)(line - n->lines), .kind = kind, .index = index });
}

void rot_note_line(struct node *n, const struct line *line, size_t party, uint64_t size)
{
	rot_add(n, &(struct rot){ .line = (size_t)(line - n->lines),
				  .kind = FINDING_COSIGNATURE,
				  .index = size,
				  .party = party });
}

bool has_rotted(struct node *n, const struct line *line, uint64_t index)
{
	struct buf bytes = { n->scratch, 0, ENTRY_LEN_MAX, false };
	enum err e = record_entry(n->record, line->log, index, &bytes);

	if (e == ERR_ROT)
		rot_note(n, line, FINDING_NODE, index);
	return e == ERR_ROT;
}

bool has_tree_rotted(struct node *n, const struct line *line, uint64_t size)
{
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], root[HASH_LEN], held[HASH_LEN];
	size_t count;
	enum err e = record_root_at(n->record, line->log, size, held);

	record_root(line->log, root);
	if (e == ERR_OK)
		e = record_consistency(n->record, line->log, size, line->log->frontier.size, proof, &count);
	if (e == ERR_OK)
		e = merkle_check_consistency(size, held, line->log->frontier.size, root,
					     (const uint8_t(*)[HASH_LEN])proof, count);
	if (e == ERR_OK || is_failure(e))
		return false;
	rot_note(n, line, FINDING_NODE, size - 1);
	return true;
}

enum err line_entry(struct node *n, const struct line *line, uint64_t index, struct buf *out,
		    struct entry *entry, struct statement *statement)
{
	enum err e = record_entry_read(n->record, line->log, index, out, entry, statement);

	/* What this turn wrote a moment ago is no old damage: the store gives back what it was not given. */
	if (e == ERR_ROT && index >= line->log->durable)
		return ERR_CORRUPT;
	if (e == ERR_ROT)
		rot_note(n, line, FINDING_ENTRY, index);
	return e;
}

/*
 * A content that somebody says was erased is not missing: it is asked for, and not receipted, until we know.
 */
static bool is_said_erased(struct node *n, const struct line *line, uint64_t index)
{
	uint8_t memory[512];
	struct buf said = BUF_ON(memory);
	struct place eraser;

	return erased_said(n, &(struct place_key){ line->key, index }, &said, &eraser) == ERR_OK;
}

static void found(void *self, const struct finding *f)
{
	struct node *n = self;
	struct line *line = f->log == NULL ? NULL : line_by_origin(n, &f->log->origin);
	struct rot rot = { .kind = f->kind, .index = f->index };

	if (line != NULL && f->kind == FINDING_CONTENT_MISSING && is_said_erased(n, line, f->index))
		return;
	n->scrub.findings++;
	if (line == NULL) {
		if (!n->scrub.is_view_rotten)
			log_error("a row of the views has changed on this disk: they are made anew");
		n->scrub.is_view_rotten = true;
		return;
	}
	rot.line = (size_t)(line - n->lines);
	if (f->party != NULL)
		rot.party = accord_party_find(n->accord, bytes_str(f->party));
	rot_add(n, &rot);
}

/* Between two turns; the stop is durable with the next. */
static enum err halt(struct node *n)
{
	struct scrub *s = &n->scrub;
	enum err e;

	if (!s->is_halt_due)
		return ERR_OK;
	e = turn_open(n);
	for (size_t i = 0; e == ERR_OK && i < s->rots_count; i++) {
		struct line *line = &n->lines[s->rots[i].line];
		if (line->log->stopped.rule != NULL)
			continue;
		log_error("channel %u: this log of %s stops, the others go on: entente repair",
			  line->key.channel, n->accord->parties[line->key.party].name);
		e = record_stop(n->record, line->log, &rot_fault);
		publish_at(n, CHANGE_LOG, &(struct place_key){ line->key, s->rots[i].index }, 0);
	}
	s->is_halt_due = e != ERR_OK;
	return e;
}

static enum err tree_heal(struct record *r, struct log *log)
{
	if (log->tree == TREE_CHANGED) {
		log_error("channel %u: the tree of %s's log, epoch %u, had changed on this disk, and is made "
			  "again of its entries",
			  log->origin.channel, log->origin.party, log->origin.epoch);
		return record_regrow_all(r, log);
	}
	if (log->stopped.rule != NULL)
		return ERR_OK;
	log_error("channel %u: the log of %s, epoch %u, does not lead to its root; it stops, the others go "
		  "on: entente repair",
		  log->origin.channel, log->origin.party, log->origin.epoch);
	return record_stop(r, log, &rot_fault);
}

enum err trees_heal(struct record *r)
{
	bool any = false;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < record_logs_count(r); i++) {
		struct log *log = record_log_at(r, i);
		if (log->tree == TREE_KEPT)
			continue;
		if (!any)
			e = record_begin(r);
		any = true;
		if (e == ERR_OK)
			e = tree_heal(r, log);
	}
	return e == ERR_OK && any ? record_append(r) : e;
}

/* ---- A pass. ---- */

static uint64_t entries_total(const struct node *n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n->lines_count; i++)
		total += n->lines[i].log->durable;
	return total;
}

/* What had stopped before this start is stopped still, and what of it has changed is known to nobody. */
static bool is_hurried(const struct node *n)
{
	bool is_any = false;

	for (size_t i = 0; n->scrub.passes == 0 && i < n->lines_count; i++)
		is_any = is_any || has_rot_stop(&n->lines[i]);
	return is_any;
}

static void pass_begin(struct node *n, struct now now, enum scrub_phase phase)
{
	struct scrub *s = &n->scrub;

	verify_free(s->verify);
	s->verify = verify_new(n->record, &n->versions, found, n);
	s->phase = phase;
	s->begun = now.mono;
	s->started = now.wall;
	s->keep_next = mono_add_ms(now.mono, SCRUB_KEEP_MS);
	s->findings = s->rots_count = s->skipped = 0;
	s->is_view_rotten = s->is_resumed = false;
}

/* Its value: when the pass began, the log that it has come to, the entry; u64 each. */
static const uint8_t pass_key[] = { ROW_PASS };

/* So that starts that are more frequent than passes leave nothing unread. */
static enum err pass_keep(struct node *n, struct now now)
{
	struct scrub *s = &n->scrub;
	uint8_t memory[3 * 8];
	log_number log;
	uint64_t index;

	if (s->phase != SCRUB_WATCHES || mono_is_before(now.mono, s->keep_next) ||
	    !verify_place(s->verify, &log, &index))
		return ERR_OK;
	s->keep_next = mono_add_ms(now.mono, SCRUB_KEEP_MS);
	be64_put(memory, s->started.ms);
	be64_put(memory + 8, log);
	be64_put(memory + 16, index);
	return beside_put(n, BYTES_OF(pass_key), BYTES_OF(memory));
}

/* The rest of what the start before left; nothing is known of what it found, so the whole follows at once. */
static enum err pass_resume(struct node *n)
{
	struct scrub *s = &n->scrub;
	uint8_t memory[3 * 8];
	struct buf row = BUF_ON(memory);
	enum err e = map_get(&n->views, BYTES_OF(pass_key), &row);
	log_number log;

	if (e != ERR_OK || row.len != sizeof memory)
		return failure_of(e);
	log = (log_number)be64_get(memory + 8);
	e = verify_begin_at(s->verify, log, be64_get(memory + 16));
	if (e != ERR_OK)
		return failure_of(e);
	s->started.ms = be64_get(memory);
	s->is_resumed = true;
	s->skipped = be64_get(memory + 16);
	for (size_t i = 0; record_log_at(n->record, i)->number != log; i++)
		s->skipped += record_log_at(n->record, i)->durable;
	return ERR_OK;
}

/* Half of the time is for what stands beside the entries, and for a machine that sleeps at night. */
static bool is_ahead(const struct node *n, struct now now)
{
	uint64_t ms = (uint64_t)(now.mono.us - n->scrub.begun.us) / 1000, total = entries_total(n);

	return verify_count(n->scrub.verify)->entries >
	       total / (SCRUB_PASS_MS / 2) * ms + total % (SCRUB_PASS_MS / 2) * ms / (SCRUB_PASS_MS / 2);
}

static enum err conclude(struct node *n, struct now now)
{
	struct scrub *s = &n->scrub;
	enum err e = ERR_OK;

	s->phase = SCRUB_WATCHES;
	s->has_repaired = true;
	s->left = s->rots_count;
	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		bool is_whole = true;
		if (!has_rot_stop(line))
			continue;
		for (size_t j = 0; j < s->rots_count; j++)
			is_whole = is_whole && s->rots[j].line != i;
		if (!is_whole)
			continue;
		log_notice("channel %u: the log of %s is whole again", line->key.channel,
			   n->accord->parties[line->key.party].name);
		e = turn_open(n);
		if (e == ERR_OK)
			e = record_stop(n->record, line->log, &(struct fault){ NULL, 0 });
		if (e == ERR_ROT) {
			s->left++;
			e = ERR_OK;
			continue;
		}
		/* Now what was folded without it comes. */
		if (line->has_lost)
			refold_due(n, now);
		/* What was not signed of it meanwhile is signed now. */
		n->has_healed = true;
		if (e == ERR_OK && line->is_own && !line->is_recovering && line->note.size == 0 &&
		    line->log->noted < line->log->durable)
			e = line_sign(n, now, line);
		publish_at(n, CHANGE_LOG, &(struct place_key){ line->key, 0 }, 0);
	}
	return e;
}

static enum err pass_end(struct node *n, struct now now)
{
	struct scrub *s = &n->scrub;
	bool is_view_rotten = s->is_view_rotten;
	enum err e = is_view_rotten ? mend_views(n, now) : ERR_OK;

	verify_free(s->verify);
	s->verify = NULL;
	s->passes += !s->is_resumed;
	s->finished = now.wall;
	s->last_findings = s->findings;
	if (e != ERR_OK || s->phase == SCRUB_WATCHES)
		return e;
	if (s->phase == SCRUB_CHECKS)
		return conclude(n, now);
	s->found = s->rots_count + is_view_rotten;
	s->phase = SCRUB_ASKS;
	return s->rots_count == 0 ? conclude(n, now) : mend_begin(n, now);
}

static enum err pass_go_on(struct node *n, struct now now)
{
	struct scrub *s = &n->scrub;
	bool is_first = s->begun.us == 0;
	enum err e = ERR_OK;

	if (s->verify == NULL) {
		if (s->passes > 0 && mono_is_before(now.mono, mono_add_ms(s->begun, SCRUB_PASS_MS)))
			return ERR_OK;
		pass_begin(n, now, SCRUB_WATCHES);
		if (is_first && !is_hurried(n))
			e = pass_resume(n);
	}
	if (e == ERR_OK && s->phase == SCRUB_WATCHES && !is_hurried(n) && is_ahead(n, now))
		return pass_keep(n, now);
	if (e == ERR_OK)
		e = verify_step(s->verify, SCRUB_SLICE_LEN);
	if (e == ERR_SHORT)
		return pass_keep(n, now);
	return e == ERR_OK ? pass_end(n, now) : e;
}

enum err node_scrub(struct node *n, struct now now, struct effects *fx)
{
	struct scrub *s = &n->scrub;
	bool is_start = s->next.us == 0, is_over = false;
	enum err e = ERR_OK;

	n->fx = fx;
	if (n->is_stopped || record_is_open(n->record) || mono_is_before(now.mono, s->next))
		return ERR_OK;
	s->next = mono_add_ms(now.mono, SCRUB_EVERY_MS);
	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *line = &n->lines[i];
		if (line->log->tree != TREE_KEPT && line->log->stopped.rule == NULL)
			rot_note(n, line, FINDING_NODE, line->log->durable - 1);
	}
	/* What a reader found halts before a pass, or a repair, forgets it and looks anew. */
	if (s->is_halt_due) {
		e = halt(n);
	} else if (s->phase == SCRUB_ASKS) {
		e = mend_go_on(n, now, &is_over);
		if (e == ERR_OK && is_over)
			pass_begin(n, now, SCRUB_CHECKS);
	} else if (!is_start || is_hurried(n)) { /* who waits for a start is served before a pass begins */
		e = pass_go_on(n, now);
	}
	if (e == ERR_OK)
		e = halt(n);
	return node_local(n, e, "what is held cannot be read again");
}

enum err node_repair(struct node *n, struct now now)
{
	if (n->scrub.phase != SCRUB_WATCHES)
		return ERR_EXISTS;
	pass_begin(n, now, SCRUB_LOOKS);
	n->scrub.has_repaired = false;
	n->scrub.found = n->scrub.left = 0;
	n->scrub.next = now.mono;
	return ERR_OK;
}

void scrub_status(const struct node *n, struct scrub_status *out)
{
	const struct scrub *s = &n->scrub;

	*out = (struct scrub_status){ .total = entries_total(n),
				      .started = s->started,
				      .finished = s->finished,
				      .passes = s->passes,
				      .findings = s->verify == NULL ? s->last_findings : s->findings,
				      .is_repairing = s->phase != SCRUB_WATCHES,
				      .has_repaired = s->has_repaired,
				      .found = s->found,
				      .left = s->left };
	out->done = s->verify == NULL ? out->total : s->skipped + verify_count(s->verify)->entries;
	if (s->verify != NULL && s->findings < s->last_findings)
		out->findings = s->last_findings; /* this pass has not come so far yet */
}

/* A receipt says that he holds what stands before its size; of a log of his own he has all. */
static uint8_t held_by(const struct node *n, const struct line *line, uint64_t index)
{
	uint8_t parties = 0;

	for (size_t i = 0; i < n->accord->parties_count; i++) {
		bool has = i == line->key.party || line->cosigned[i] > index || line->reach[i].held > index;
		if (i != n->self && has && is_shared_with(line, i))
			parties |= (uint8_t)(1u << i);
	}
	return parties;
}

static uint64_t rot_entry(const struct rot *rot)
{
	bool is_size = rot->kind == FINDING_NOTE || rot->kind == FINDING_COSIGNATURE;

	return rot->index - (is_size && rot->index > 0);
}

bool rot_first_lost(const struct node *n, const struct line *line, uint64_t *out)
{
	const struct scrub *s = &n->scrub;
	bool is_known = false;

	*out = UINT64_MAX;
	for (size_t i = 0; i < s->rots_count; i++) {
		uint64_t index = rot_entry(&s->rots[i]);
		if (&n->lines[s->rots[i].line] != line)
			continue;
		is_known = true;
		if (index < *out && held_by(n, line, index) == 0)
			*out = index;
	}
	/* A pass under way has forgotten what it has not found again yet. */
	return is_known && s->phase == SCRUB_WATCHES && s->verify == NULL && s->passes > 0;
}

bool rots_forget(struct node *n, const struct line *line, uint64_t size)
{
	struct scrub *s = &n->scrub;
	size_t kept = 0;
	bool is_whole = true;

	for (size_t i = 0; i < s->rots_count; i++) {
		bool is_of_it = &n->lines[s->rots[i].line] == line;
		if (is_of_it && rot_entry(&s->rots[i]) >= size)
			continue;
		is_whole = is_whole && !is_of_it;
		s->rots[kept++] = s->rots[i];
	}
	s->rots_count = kept;
	return is_whole;
}

size_t node_rots(const struct node *n, const struct log_key *log, struct rot_status *out, size_t max)
{
	const struct scrub *s = &n->scrub;
	size_t count = 0;

	for (size_t i = 0; i < s->rots_count && count < max; i++) {
		const struct rot *rot = &s->rots[i];
		const struct line *line = &n->lines[rot->line];
		if (!log_key_equal(&line->key, log) || !has_rot_stop(line))
			continue;
		out[count++] = (struct rot_status){
			.index = rot->index,
			.what = finding_name(rot->kind),
			.text = finding_text(rot->kind),
			.held_by = held_by(n, line, rot_entry(rot)),
		};
	}
	return count;
}
