#include "node/core.h"

#include "base/alloc.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* That a node has stopped over what it read back: its next start looks at every row before it reads one. */
static const uint8_t doubted_key[] = { ROW_DOUBTED };

static enum err rows_look(struct node *n, bool *is_sound)
{
	size_t count = 0;
	enum err e = record_begin(n->record);

	if (e == ERR_OK)
		e = rows_sweep(n, &count);
	if (e == ERR_OK)
		e = err_unless(map_del(&n->views, BYTES_OF(doubted_key)), ERR_NOT_FOUND);
	*is_sound = count == 0;
	n->has_lost_rows = count > 0;
	return e == ERR_OK && count == 0 ? record_append(n->record) : e;
}

/*
 * Of another version's folds no row is read: they go before anything asks, and node_start makes them anew. So
 * do all where one has rotted.
 */
static enum err views_drop_old(struct node *n, bool is_doubted)
{
	bool is_current = true;
	enum err e = map_get(&n->views, BYTES_OF(doubted_key), NULL);

	if (is_doubted || e == ERR_OK)
		e = rows_look(n, &is_current);
	e = err_unless(e, ERR_NOT_FOUND);
	for (size_t i = 0; is_current && e == ERR_OK && i < record_logs_count(n->record); i++) {
		const struct origin *o = &record_log_at(n->record, i)->origin;
		struct log_key key = { o->channel, accord_party_find(n->accord, bytes_str(o->party)),
				       o->epoch };
		if (key.party < n->accord->parties_count)
			e = fold_is_current(&n->fold, &key, &is_current);
	}
	n->is_view_old = !is_current;
	if (is_current || e != ERR_OK)
		return e;
	if (!record_is_open(n->record))
		e = record_begin(n->record);
	return e == ERR_OK ? fold_drop(&n->fold) : e;
}

static enum err rows_load(struct node *n, bool is_doubted)
{
	enum err e = views_drop_old(n, is_doubted);

	if (e == ERR_OK)
		e = lines_load(n);
	if (e == ERR_OK)
		e = pins_load(n);
	return e == ERR_OK ? advances_count(n) : e;
}

/* In the transaction that dropped them: a start that is cut off here finds the old ones again. */
static enum err views_remake(struct node *n, struct now now)
{
	enum err e;

	n->is_view_old = false;
	for (size_t i = 0; i < n->lines_count; i++)
		n->remade += n->lines[i].log->durable;
	if (n->has_lost_rows)
		log_error("a row of the views has changed on this disk: %llu entries are folded anew",
			  (unsigned long long)n->remade);
	else
		log_notice("the views are another version's: %llu entries are folded anew",
			   (unsigned long long)n->remade);
	n->remaking = n->remade;
	e = refold_all(n, now);
	if (e == ERR_OK && n->has_lost_rows)
		e = record_store(n->record)->ops->views_recount(record_store(n->record));
	n->remaking = 0;
	if (e == ERR_OK)
		e = record_append(n->record);
	if (e == ERR_OK)
		return ERR_OK;
	if (record_is_open(n->record))
		record_rollback(n->record);
	node_stop(n, e, "the views cannot be made anew");
	return e;
}

/* ---- Life. ---- */

enum err node_new(const struct node_options *options, struct node **out)
{
	struct node *n = xcalloc(1, sizeof *n);
	enum err e = record_open(options->store, accord_newest(&options->versions), &n->record);

	if (e != ERR_OK) {
		free(n);
		return e;
	}
	e = trees_heal(n->record);
	if (e != ERR_OK) {
		record_free(n->record);
		free(n);
		return e;
	}
	n->versions = options->versions;
	n->accord = accord_newest(&n->versions);
	n->self = options->self;
	memcpy(n->drbg.seed, options->seed, sizeof n->drbg.seed);
	memcpy(n->paths, options->paths, sizeof n->paths);
	memcpy(n->paths_count, options->paths_count, sizeof n->paths_count);
	n->views = record_store(n->record)->ops->views(record_store(n->record));
	n->fold = (struct fold){ .accord = n->accord,
				 .map = &n->views,
				 .versions = &n->versions,
				 .version = n->versions.count - 1,
				 .instance = xcalloc(1, sizeof *n->fold.instance) };
	/* What is written before it is read comes as it is: zeros over all of it would be half of a start. */
	n->items = xrealloc(NULL, BATCH_ENTRIES_MAX * sizeof *n->items);
	n->signers = xrealloc(NULL, BATCH_ENTRIES_MAX * sizeof *n->signers);
	n->scratch = xrealloc(NULL, SCRATCH_LEN);
	n->subject_bytes = xrealloc(NULL, ENTRY_LEN_MAX);
	n->procedure_lines = xrealloc(NULL, PROCEDURE_LINES_MAX);
	buf_init(&n->rebuilt, xrealloc(NULL, REBUILT_LEN_MAX), REBUILT_LEN_MAX);
	n->subject = xcalloc(1, sizeof *n->subject);
	n->knots = xcalloc(1, knots_len());
	n->waits = xcalloc(WAITS_MAX, sizeof *n->waits);
	n->books = xcalloc(ACCORD_VERSIONS_MAX, sizeof *n->books);
	for (size_t i = 0; i < n->versions.count; i++)
		accord_book(n->versions.of[i], &n->books[i]);
	for (size_t i = 0; i < PARTY_MAX; i++) {
		n->peers[i].party = i;
		n->peers[i].service_path = LINK_PATHS_MAX;
	}
	thin_open(n, options);
	e = rows_load(n, false);
	if (e == ERR_CORRUPT) {
		if (record_is_open(n->record))
			record_rollback(n->record);
		e = rows_load(n, true);
	}
	if (e != ERR_OK) {
		node_free(n);
		return e;
	}
	*out = n;
	return ERR_OK;
}

void node_crew(struct node *n, struct crew *crew)
{
	n->crew = crew;
}

void node_end(struct node *n)
{
	enum err e;

	/* What a failed commit has left is for the next start to read. */
	if (n == NULL || !n->is_stopped || n->why_stopped != ERR_CORRUPT || n->has_commit_failed)
		return;
	if (record_is_open(n->record))
		record_rollback(n->record);
	e = record_begin(n->record);
	if (e == ERR_OK)
		e = map_put(&n->views, BYTES_OF(doubted_key), BYTES_LIT("1"));
	if (e == ERR_OK)
		e = record_append(n->record);
	if (e != ERR_OK)
		log_error("what has changed on this disk is not looked for at the next start: %s",
			  err_text(e));
}

void node_free(struct node *n)
{
	if (n == NULL)
		return;
	verify_free(n->scrub.verify);
	record_free(n->record);
	thin_close(n);
	free(n->lines);
	free(n->marks);
	free(n->items);
	free(n->looks);
	free(n->knots);
	free(n->signers);
	free(n->scratch);
	free(n->fold.instance);
	free(n->procedure_lines);
	free(n->subject_bytes);
	free(n->subject);
	free(n->waits);
	free(n->books);
	free(n->rebuilt.ptr);
	free(n);
}

void node_stop(struct node *n, enum err why, const char *what)
{
	struct effect *effect;

	if (n->is_stopped)
		return;
	n->is_stopped = true;
	n->why_stopped = why;
	log_error("the node stops: %s (%s)", what, err_text(why));
	effect = effects_add(n->fx, EFFECT_STOP);
	if (effect != NULL) {
		effect->stop.why = why;
		effect->stop.what = what;
	}
}

enum err node_local(struct node *n, enum err e, const char *what)
{
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		node_stop(n, e, what);
	return e;
}

bool is_failure(enum err e)
{
	return err_class(e) == ERR_CLASS_LOCAL && e != ERR_CORRUPT;
}

enum err failure_of(enum err e)
{
	return is_failure(e) ? e : ERR_OK;
}

enum err lent(enum err e)
{
	return e == ERR_LIMIT ? ERR_MEMORY : e;
}

bool warns(struct peer *p, enum warning warning)
{
	bool is_first = (p->warned >> warning & 1) == 0;

	p->warned |= 1u << warning;
	return is_first;
}

void node_start(struct node *n, struct now now, const struct marks *marks, bool has_memory, bool is_certain,
		struct effects *fx)
{
	enum err e;

	n->fx = fx;
	if (n->is_view_old && views_remake(n, now) != ERR_OK)
		return;
	n->marks = xcalloc(marks->count + 1, sizeof *n->marks);
	memcpy(n->marks, marks->rows, marks->count * sizeof *n->marks);
	n->marks_count = marks->count;
	for (size_t i = 0; i < n->lines_count; i++) {
		const struct mark *mark = marks_find(marks, &n->lines[i].log->origin);
		n->lines[i].marked = mark == NULL ? 0 : mark->size;
		if (mark != NULL)
			memcpy(n->lines[i].marked_root, mark->root, HASH_LEN);
	}
	/* Half of it is done: whoever went on, with a full disk too, would not sign what he has. */
	e = recover_start(n, now, marks, has_memory, is_certain);
	if (n->has_lost_rows)
		rows_doubt(n);
	if (e != ERR_OK) {
		node_stop(n, e, "the state of a recovery cannot be kept");
		return;
	}
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		bool is_marked = l->marked >= l->log->durable;
		/*
		 * The head's note may have waited for a commit that never came: the same bytes are signed
		 * again. Or the commit came and the power went before the signer's disk had the mark: it is
		 * brought up to the note, for a backup as old as the mark would not be known for one.
		 */
		if (l->log->durable > 0 && (l->log->noted < l->log->durable || !is_marked) && l->is_own &&
		    !l->is_recovering && l->log->frontier.size == l->log->durable && /* not cut */
		    node_local(n, line_sign(n, now, l), "a proof for the signer cannot be made") != ERR_OK)
			return;
		/* Likewise our own receipt for a peer's log. */
		if (!l->is_own &&
		    (l->log->durable > l->reach[n->self].held || !is_marked || is_receipt_old(n, l)) &&
		    l->log->noted == l->log->durable && erasers_are_held(n, l) &&
		    node_local(n, line_sign(n, now, l), "a proof for the signer cannot be made") != ERR_OK)
			return;
	}
}

/* ---- The turn. ---- */

enum err turn_open(struct node *n)
{
	if (n->is_stopped)
		return ERR_IO;
	if (record_is_open(n->record))
		return ERR_OK;
	return node_local(n, record_begin(n->record), "the store did not begin a transaction");
}

enum err beside_put(struct node *n, struct bytes key, struct bytes value)
{
	enum err e = turn_open(n);

	return e == ERR_OK ? map_put(&n->views, key, value) : e;
}

enum err beside_del(struct node *n, struct bytes key)
{
	enum err e = turn_open(n);

	return e == ERR_OK ? err_unless(map_del(&n->views, key), ERR_NOT_FOUND) : e;
}

struct effect_publish *publish(struct node *n, enum change change)
{
	struct effect *effect = effects_add(n->fx, EFFECT_PUBLISH);

	if (effect == NULL)
		return NULL;
	effect->is_held = record_is_open(n->record);
	effect->publish.change = change;
	effect->publish.number = ++n->published;
	return &effect->publish;
}

enum err beside_del_all(struct node *n, struct bytes prefix)
{
	uint8_t memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = map_next(&n->views, prefix, prefix, &key, NULL);
		if (e == ERR_OK)
			e = beside_del(n, buf_bytes(&key));
	}
	return err_unless(e, ERR_NOT_FOUND);
}

void publish_at(struct node *n, enum change change, const struct place_key *at, size_t peer)
{
	struct effect_publish *p = publish(n, change);

	if (p == NULL)
		return;
	p->place = *at;
	p->peer = peer;
}

struct effect_frame *frame_out(struct node *n, size_t peer, size_t path, enum urgency urgency,
			       enum frame_kind kind)
{
	struct effect *effect;

	if (path >= LINK_PATHS_MAX || !n->peers[peer].paths[path].is_up)
		return NULL;
	effect = effects_add(n->fx, EFFECT_FRAME);
	if (effect == NULL)
		return NULL;
	effect->frame = (struct effect_frame){ .peer = peer, .path = path, .urgency = urgency, .kind = kind };
	return &effect->frame;
}

enum urgency channel_urgency(const struct accord_channel *c)
{
	for (int p = 0; p < PRECEDENCE_COUNT; p++) {
		if ((c->precedences >> p & 1) != 0)
			return (enum urgency)(URGENCY_FLASH + p);
	}
	return URGENCY_ROUTINE;
}

enum err entry_add(struct node *n, struct now now, const struct addition *a)
{
	struct line *line = a->line;
	struct effect_publish *p;
	enum err e = content_named(n, &(struct place_key){ line->key, a->entry->index }, a->statement,
				   a->content.len > 0);

	if (e == ERR_OK)
		e = record_add(n->record, line->log, a->bytes, a->statement, a->content);

	if (e != ERR_OK)
		return node_local(n, e, "an entry could not be written");
	e = attachments_named(n, &(struct place_key){ line->key, a->entry->index }, a->statement, a->content);
	if (e != ERR_OK)
		return node_local(n, e, "an attachment's name could not be written");
	e = places_add(n, line, a->entry, a->statement);
	if (e != ERR_OK)
		return node_local(n, e, "a log's place could not be written");
	line->staged_len += a->bytes.len + a->content.len;
	p = publish(n, CHANGE_ENTRY);
	if (p == NULL)
		return ERR_MEMORY;
	p->place = (struct place_key){ line->key, a->entry->index };
	p->entry = a->bytes;
	p->content = a->content;
	if (line->folded == a->entry->index) {
		e = fold_next(n, now, line, a->judged, a->bytes, &p->view);
		p->is_folded = e == ERR_OK;
	} else {
		e = ERR_SHORT; /* behind one that waits */
	}
	/* An entry that waits itself frees none; whether it ties a knot is asked once for its batch. */
	if ((e == ERR_OK || (e == ERR_SHORT && !a->is_more)) && has_waiting(n))
		e = refold(n, now, a->is_more);
	e = err_unless(e, ERR_SHORT);
	if (e == ERR_OK && !a->is_more)
		e = lost_found(n, now, line);
	return node_local(n, e, "a view could not be written");
}

/* Lines that the signer gave since the last commit go in with this one. */
static enum err save_lines(struct node *n, bool *any)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n->lines_count && e == ERR_OK; i++) {
		struct line *l = &n->lines[i];
		struct bytes note = { l->note.text, l->note.len },
			     own = { l->cosignature.text, l->cosignature.len };
		if (l->note.size > 0)
			e = record_add_note(n->record, l->log, l->note.size, note);
		if (e == ERR_OK && l->cosignature.size > 0)
			e = record_add_cosignature(n->record, l->log, l->cosignature.size,
						   bytes_str(n->accord->parties[n->self].name), own);
		*any |= l->note.size > 0 || l->cosignature.size > 0;
	}
	return e;
}

static void forget_saved(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++)
		n->lines[i].note.size = n->lines[i].cosignature.size = 0;
}

enum err lines_keep(struct node *n)
{
	bool any = false;
	enum err e;

	if (record_is_open(n->record))
		return ERR_REFUSED;
	e = record_begin(n->record);
	if (e == ERR_OK)
		e = save_lines(n, &any);
	if (e != ERR_OK || !any) {
		if (record_is_open(n->record))
			record_rollback(n->record);
		return e;
	}
	e = record_append(n->record);
	if (e == ERR_OK)
		forget_saved(n);
	else if (record_is_open(n->record))
		record_rollback(n->record);
	return e;
}

/* The commit did not happen: what was staged is gone from memory too. */
static void forget_staged(struct node *n)
{
	struct store *store = record_store(n->record);

	n->dues_count = 0;
	if (!PLANTED(ROLLBACK_LEAVES_INSTANCE))
		instance_forget(n->fold.instance);
	thin_forget(n);
	/*
	 * Pieces of attachments may be among it: what follows them has no use, and the next tick asks anew.
	 */
	for (size_t i = 0; i < n->accord->parties_count; i++)
		n->peers[i].fetching_count = 0;
	n->is_refold_due |= n->has_refolded;
	n->has_refolded = false;
	n->has_said_forks = false;
	erasures_doubt(n);
	recover_opening_dropped(n);
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		l->staged_len = 0;
		places_cut(&l->places, l->log->durable);
		if (!PLANTED(ROLLBACK_LEAVES_VIEWS) &&
		    (fold_size(&n->fold, &l->key, &l->folded) != ERR_OK || lost_load(n, l) != ERR_OK ||
		     fold_version(&n->fold, &l->key, &l->version) != ERR_OK))
			node_stop(n, ERR_IO, "the views cannot be read");
		/*
		 * Receipts of this turn are not kept: they are shown no longer, and taken when they come
		 * again.
		 */
		for (size_t party = 0; party < n->accord->parties_count; party++) {
			uint8_t memory[NOTE_LINE_LEN_MAX];
			struct buf text = BUF_ON(memory);
			bool is_ours_unsaved = party == n->self && l->cosignature.size > 0;
			if (is_ours_unsaved ||
			    store->ops->cosignature_last(store, l->log->number,
							 bytes_str(n->accord->parties[party].name),
							 &l->cosigned[party], &text) == ERR_OK)
				continue;
			l->cosigned[party] = 0;
		}
	}
}

/* A peer's log is cosigned when all that it lacks was erased by entries that we hold, now or by now. */
static enum err cosign_held(struct node *n, struct now now)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (!l->is_own && l->asked < l->log->durable && l->log->noted == l->log->durable &&
		    erasers_are_held(n, l) && line_sign(n, now, l) != ERR_OK)
			return ERR_IO;
	}
	return ERR_OK;
}

/* What was staged is not kept, and nothing of it is said; its answers become why. */
static void turn_drop(struct node *n, enum err why)
{
	if (record_is_open(n->record))
		record_rollback(n->record);
	effects_take_back(n->fx, why, why == ERR_FULL ? "disk" : NULL);
	forget_staged(n);
	n->refused++;
}

enum err turn_flush(struct node *n, struct now now)
{
	bool any = false, any_peers = n->has_healed;
	enum err e;

	n->has_healed = false;
	if (!record_is_open(n->record))
		return ERR_OK;
	/* It stopped in the middle of something: half of it is not kept either. */
	if (n->is_stopped) {
		turn_drop(n, ERR_IO);
		return ERR_IO;
	}
	e = save_lines(n, &any);
	for (size_t i = 0; PLANTED(COSIGN_BEFORE_COMMIT) && i < n->lines_count; i++)
		n->lines[i].log->durable = n->lines[i].log->frontier.size;
	if (e == ERR_OK && PLANTED(COSIGN_BEFORE_COMMIT))
		e = cosign_held(n, now);
	if (e == ERR_OK)
		e = record_append(n->record);
	if (e != ERR_OK) {
		n->has_commit_failed = e != ERR_FULL;
		turn_drop(n, e);
		if (e == ERR_FULL && !n->is_full) {
			n->is_full = true;
			(void)effects_add(n->fx, EFFECT_FULL);
		}
		return node_local(n, e, "a commit failed; it is never tried again");
	}
	n->commits++;
	n->has_refolded = false;
	forget_saved(n);
	effects_let_go(n->fx);
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (l->log->durable == l->staged_from)
			continue;
		if (l->is_own)
			receipts_renew(n, l, l->staged_from);
		any_peers |= l->is_own && l->places.count > 1;
		l->staged_from = l->log->durable;
		l->staged_len = 0;
		if (l->known < l->log->durable)
			l->known = l->log->durable;
		if (l->is_own && l->is_recovering)
			recover_check(l);
		/* What came back was signed, by this signer or by its lost mark: signed again, it is
		 * remembered. */
		if (l->is_own)
			e = line_sign(n, now, l);
		if (e != ERR_OK)
			return node_local(n, e, "a proof for the signer cannot be made");
		any_peers |= !l->is_own;
	}
	return any_peers ? node_local(n, cosign_held(n, now), "a proof for the signer cannot be made")
			 : ERR_OK;
}

void node_room(struct node *n, bool has_room)
{
	n->is_full = !has_room;
}

enum err node_commit(struct node *n, struct now now, struct effects *fx)
{
	enum err e, said;

	n->fx = fx;
	/*
	 * What could not be said is not, and no reason to keep anything back: if the store failed, so does
	 * its commit. */
	said = n->is_full ? ERR_OK : service_say(n, now);
	if (said == ERR_OK && !n->is_full)
		said = procedure_say(n, now);
	e = turn_flush(n, now);
	/*
	 * Receipts that waited for entries which are durable now: rare, so they may have a flush of their
	 * own.
	 */
	if (e == ERR_OK) {
		enum err taken = node_local(n, early_take(n), "a receipt could not be kept");
		e = turn_flush(n, now);
		e = e == ERR_OK ? taken : e;
	}
	if (e == ERR_OK)
		recover_settle(n);
	if (!n->is_stopped)
		replicate(n, now);
	return e == ERR_OK && err_class(said) == ERR_CLASS_LOCAL
		       ? node_local(n, said, "what entries call for cannot be read")
		       : e;
}

enum err node_tidy(struct node *n, bool is_idle, struct effects *fx)
{
	struct store *store = record_store(n->record);

	n->fx = fx;
	if (n->is_stopped || record_is_open(n->record))
		return ERR_OK;
	return node_local(n, store->ops->tidy(store, is_idle), "the store could not be tidied");
}

/* ---- The signer's answer. ---- */

/* Each commit's note is the end of a batch: of two that wait for a commit, the smaller is written now. */
static enum err keep_note(struct node *n, struct line *line, uint64_t size, struct bytes note)
{
	enum err e = turn_open(n);

	if (e != ERR_OK)
		return e;
	return node_local(n, record_add_note(n->record, line->log, size, note),
			  "a note could not be written");
}

/* Our line makes the head a note: that is what peers are sent. */
static enum err take_own_line(struct node *n, struct line *line, const struct signer_answer *in)
{
	uint8_t root[HASH_LEN], memory[sizeof line->note.text];
	struct bytes waiting = { line->note.text, line->note.len };
	struct buf note = BUF_ON(memory);
	bool is_newest = in->size == line->marked;
	enum err e = is_newest ? ERR_OK : record_root_at(n->record, line->log, in->size, root);

	if (is_failure(e) || in->size > line->log->frontier.size)
		return node_local(n, e == ERR_OK ? ERR_NOT_FOUND : e, "the tree of a log cannot be read");
	note_write_text(&line->log->origin, in->size, is_newest ? line->marked_root : root, &note);
	buf_put_byte(&note, '\n');
	buf_put(&note, in->line);
	if (buf_check(&note) != ERR_OK)
		return ERR_LIMIT;
	/* What was signed is the root that was asked with; the disk may have changed since. */
	if (e != ERR_OK || (!is_newest && !is_note_good(n, line, in->size, buf_bytes(&note)))) {
		rot_note(n, line, FINDING_NODE, in->size - 1);
		return ERR_OK;
	}
	if (line->note.size > in->size)
		return keep_note(n, line, in->size, buf_bytes(&note));
	if (line->note.size > 0 && line->note.size < in->size) {
		e = keep_note(n, line, line->note.size, waiting);
		if (e != ERR_OK)
			return e;
	}
	memcpy(line->note.text, memory, note.len);
	line->note.size = in->size;
	line->note.len = note.len;
	return ERR_OK;
}

/* A mirror's line, to one peer; without a path the next HELLO brings it. */
static void send_cosignature(struct node *n, size_t peer, size_t path, const struct line *line, uint64_t size,
			     struct bytes text)
{
	struct cosignature c = { line->log->origin, size, text };
	struct buf payload = arena_lend(&n->fx->arena, NOTE_LINE_LEN_MAX + 256);
	struct effect_frame *frame;

	if (path == LINK_PATHS_MAX)
		return;
	cosignature_write(&c, book_of(n, peer, path), &payload);
	frame = buf_check(&payload) != ERR_OK
			? NULL
			: frame_out(n, peer, path, channel_urgency(line->channel), FRAME_COSIGNATURE);
	if (frame == NULL)
		return;
	frame->payload = arena_keep(&n->fx->arena, &payload);
}

void cosignatures_send(struct node *n, size_t peer, const struct line *line)
{
	struct store *store = record_store(n->record);
	size_t path = best_path(&n->peers[peer]);

	for (size_t party = 0; party < n->accord->parties_count; party++) {
		uint8_t memory[NOTE_LINE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		uint64_t size;
		if (party == n->self && line->cosignature.size > 0)
			send_cosignature(n, peer, path, line, line->cosignature.size,
					 (struct bytes){ line->cosignature.text, line->cosignature.len });
		else if (store->ops->cosignature_last(store, line->log->number,
						      bytes_str(n->accord->parties[party].name), &size,
						      &text) == ERR_OK &&
			 is_receipt_good(n, line, party, size, buf_bytes(&text)))
			send_cosignature(n, peer, path, line, size, buf_bytes(&text));
	}
}

void cosignatures_send_all(struct node *n, size_t peer)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		if (is_shared_with(&n->lines[i], peer))
			cosignatures_send(n, peer, &n->lines[i]);
	}
}

void cosignature_tell(struct node *n, const struct line *line, uint64_t size, struct bytes text)
{
	/* Of a channel for FLASH by all: who waits for it would take its absence for a path's silence. */
	bool is_by_all = channel_urgency(line->channel) == URGENCY_FLASH && !PLANTED(ONE_RECEIPT);
	size_t paths = is_by_all ? LINK_PATHS_MAX : 1;

	for (size_t i = 0; i < n->accord->parties_count; i++) {
		for (size_t k = 0; k < paths && i != n->self && is_channel_of(line->channel, i); k++)
			send_cosignature(n, i, open_path(&n->peers[i], k), line, size, text);
	}
}

static enum err take_own_cosignature(struct node *n, struct line *line, const struct signer_answer *in)
{
	struct effect_publish *p;

	if (in->line.len > sizeof line->cosignature.text)
		return ERR_LIMIT;
	if (in->size < line->cosigned[n->self])
		return ERR_OK; /* a larger one says more */
	memcpy(line->cosignature.text, in->line.ptr, in->line.len);
	line->cosignature.size = in->size;
	line->cosignature.len = in->line.len;
	line->reach[n->self].held = line->cosigned[n->self] = in->size;
	cosignature_tell(n, line, in->size, in->line);
	p = publish(n, CHANGE_RECEIPT);
	if (p != NULL) {
		p->place = (struct place_key){ line->key, in->size };
		p->peer = n->self;
	}
	return ERR_OK;
}

/* A peer's log that goes on from another history than our mirror has signed gets no second receipt. */
static enum err stop_forked(struct node *n, struct now now, struct line *line, uint64_t size)
{
	static const struct fault fork = { "record.fork", 0 };
	struct effect_publish *p;
	enum err e = turn_open(n);

	if (e == ERR_OK)
		e = line_stop(n, now, line, &fork);
	if (e != ERR_OK)
		return node_local(n, e, "a log could not be stopped");
	p = publish(n, CHANGE_LOG);
	if (p != NULL)
		p->place = (struct place_key){ line->key, size };
	return ERR_OK;
}

enum err node_signed(struct node *n, struct now now, const struct signer_answer *in, struct effects *fx)
{
	struct line *line = line_by_origin(n, &in->origin);

	n->fx = fx;
	if (n->is_stopped)
		return ERR_IO;
	if (line == NULL)
		return ERR_NOT_FOUND;
	/* Its key is destroyed: the note is held already, or the next one, by the next key, covers it. */
	if (in->err == ERR_NOT_FOUND)
		return ERR_OK;
	if (in->err != ERR_OK) {
		/* The signer holds a mark that our store contradicts: it protects us from forking. */
		log_error("the signer refuses a note of size %llu: %s", (unsigned long long)in->size,
			  err_text(in->err));
		if (line->is_own) {
			line->is_recovering = true;
			return ERR_OK;
		}
		/*
		 * Its author wrote another history after the one that we cosigned and lost: that is his
		 * affair.
		 */
		return err_class(in->err) == ERR_CLASS_LOCAL ? ERR_SIGNER
							     : stop_forked(n, now, line, in->size);
	}
	return in->is_cosignature ? take_own_cosignature(n, line, in) : take_own_line(n, line, in);
}
