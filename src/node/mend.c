/*
 * What has rotted comes again from a peer who holds it, and is put in place once it has proved itself:
 * entries by the root that their author signed, contents and attachments by their hash. What only we knew is
 * gone.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

#define MEND_AGAIN_MS 3000u
#define MEND_STALLED_MS 20000u /* so long without anything new: what is left stays halted */

/* ---- What is asked for. ---- */

static void want_again(struct line *line, uint64_t from, uint64_t end)
{
	if (line->channel->plane == PLANE_HOME)
		return; /* nobody else was ever given it */
	if (line->mend_from == line->mend_end) {
		line->mend_from = from;
		line->mend_end = end;
		return;
	}
	line->mend_from = from < line->mend_from ? from : line->mend_from;
	line->mend_end = end > line->mend_end ? end : line->mend_end;
}

/* The next size that a root is held of, this one or beyond it. */
static enum err next_root(struct node *n, const struct line *line, uint64_t from, uint64_t *out)
{
	struct store *store = record_store(n->record);
	uint8_t memory[NOTE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	uint64_t size;
	enum err e = store->ops->note_above(store, line->log->number, from, &size, &text);

	*out = line->log->durable;
	if (e == ERR_OK && size < *out)
		*out = size;
	/* The newest of ours may wait for a commit. */
	if (line->note.size >= from && line->note.size < *out)
		*out = line->note.size;
	return failure_of(e);
}

/* Up to a note that we hold, or to the root that the log's row has: by it they prove themselves. */
static enum err want_to_note(struct node *n, struct line *line)
{
	return line->mend_from == line->mend_end ? ERR_OK
						 : next_root(n, line, line->mend_end, &line->mend_end);
}

/* Of what stands at an entry's place, not beside it. */
static bool has_entry_rot(const struct node *n, const struct line *line)
{
	const struct scrub *s = &n->scrub;

	for (size_t i = 0; i < s->rots_count; i++) {
		enum finding_kind kind = s->rots[i].kind;
		if (&n->lines[s->rots[i].line] == line &&
		    (kind <= FINDING_NODE || kind == FINDING_CONTENT || kind == FINDING_CONTENT_MISSING))
			return true;
	}
	return false;
}

static bool has_kind(const struct scrub *s, size_t line, enum finding_kind last)
{
	for (size_t i = 0; i < s->rots_count; i++) {
		if (s->rots[i].line == line && s->rots[i].kind <= last)
			return true;
	}
	return false;
}

/* ---- What follows from what is kept. ---- */

/*
 * Whether we hold a note of exactly this size, and its root is that one; of all that we hold the log's row
 * has it too, should its note have changed with an entry.
 */
static enum err is_noted_root(struct node *n, const struct line *line, const struct frontier *f, bool *out)
{
	uint8_t memory[NOTE_LEN_MAX], root[HASH_LEN], held[HASH_LEN];
	struct buf text = BUF_ON(memory);
	struct note note;
	enum err e;

	frontier_root(f, root);
	record_root(line->log, held);
	*out = f->size == line->log->frontier.size && memcmp(root, held, HASH_LEN) == 0;
	if (*out)
		return ERR_OK;
	e = line_note_read(n, line, f->size, &text, &note);
	*out = e == ERR_OK && note.size == f->size && memcmp(note.root, root, HASH_LEN) == 0;
	return failure_of(e);
}

static enum err walk(struct node *n, const struct line *line, const uint64_t range[2], enum regrown by,
		     bool is_written, struct frontier *f)
{
	enum err e = record_frontier(n->record, line->log, range[0], f);

	while (e == ERR_OK && f->size < range[1])
		e = record_regrow(n->record, line->log, f, by, is_written);
	return e;
}

/*
 * From the first that has changed to the next root that is held: if the entries lead there, or their leaves
 * do, the tree between is theirs, and no peer is asked. *is_whole: the entry at `from` is right too.
 */
static enum err regrow(struct node *n, struct line *line, uint64_t from, bool *is_whole)
{
	struct buf bytes = { n->scratch, 0, ENTRY_LEN_MAX, false };
	uint64_t range[2] = { from, 0 };
	bool is_grown = false;
	struct frontier f;
	enum err e = next_root(n, line, from + 1, &range[1]);

	*is_whole = false;
	for (int by = REGROWN_BYTES; e == ERR_OK && !is_grown && by <= REGROWN_LEAF; by++) {
		e = walk(n, line, range, (enum regrown)by, false, &f);
		if (e == ERR_OK)
			e = is_noted_root(n, line, &f, &is_grown);
		if (e == ERR_OK && is_grown)
			e = walk(n, line, range, (enum regrown)by, true, &f);
		e = err_unless(e, ERR_ROT);
	}
	if (e != ERR_OK || !is_grown)
		return e;
	e = record_entry(n->record, line->log, from, &bytes);
	*is_whole = e == ERR_OK;
	return err_unless(e, ERR_ROT);
}

/* An entry that has changed. */
static enum err mend_entry(struct node *n, struct now now, const struct rot *rot)
{
	struct line *line = &n->lines[rot->line];
	bool is_whole;
	enum err e = regrow(n, line, rot->index, &is_whole);

	(void)now;
	if (e == ERR_OK && !is_whole)
		want_again(line, rot->index, rot->index + 1);
	return e;
}

static enum err mend_words(struct node *n, struct now now, const struct rot *rot)
{
	(void)now;
	want_again(&n->lines[rot->line], rot->index, rot->index + 1);
	return ERR_OK;
}

/* A note is signed: of ours the signer gives the newest again, and of the others somebody has it. */
static enum err mend_note(struct node *n, struct now now, const struct rot *rot)
{
	struct line *line = &n->lines[rot->line];
	enum err e = record_del_note(n->record, line->log, rot->index);

	if (e != ERR_OK)
		return e;
	want_again(line, rot->index - 1, rot->index);
	if (line->is_own && rot->index == line->log->durable && !line->is_recovering)
		return line_sign(n, now, line);
	return ERR_OK;
}

/* Receipts are said again with the heads; our own by our mirror. */
static enum err mend_line(struct node *n, struct now now, const struct rot *rot)
{
	struct store *store = record_store(n->record);
	struct line *line = &n->lines[rot->line];
	const size_t party = rot->party;
	const uint64_t size = rot->index;
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct bytes name = bytes_str(n->accord->parties[party].name);
	enum err e;

	(void)now;
	/* Behind an entry that has changed it is good again when that is. */
	if (has_kind(&n->scrub, rot->line, FINDING_NODE))
		return ERR_OK;
	e = store->ops->cosignature_del(store, line->log->number, size, name);
	if (e != ERR_OK || line->cosigned[party] != size)
		return e;
	e = store->ops->cosignature_last(store, line->log->number, name, &line->cosigned[party], &text);
	if (e == ERR_NOT_FOUND)
		line->cosigned[party] = 0;
	if (party == n->self) {
		line->reach[party].held = line->cosigned[party];
		line->asked = 0;
		n->has_healed = true;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err mend_attachments(struct node *n, struct now now, const struct rot *rot)
{
	struct buf memory = { n->scratch, 0, ENTRY_LEN_MAX, false }, bytes;
	const struct line *line = &n->lines[rot->line];
	struct entry entry;
	struct statement s;
	enum err e = line_entry(n, line, rot->index, &memory, &entry, &s);

	if (e != ERR_OK || !s.has_content)
		return err_unless(e, ERR_ROT);
	bytes = arena_lend(&n->fx->arena, CONTENT_LEN_MAX);
	e = lent(record_content(n->record, s.content.hash, &bytes));
	if (e != ERR_OK)
		return failure_of(e);
	return attachments_renew(n, now, line, &s, arena_keep(&n->fx->arena, &bytes));
}

/* The row of a log's root is written again when the log runs again, as are views. */
static enum err (*const menders[FINDING_COUNT])(struct node *n, struct now now, const struct rot *rot) = {
	[FINDING_ENTRY_MISSING] = mend_entry,
	[FINDING_ENTRY] = mend_entry,
	[FINDING_NODE] = mend_entry,
	[FINDING_CONTENT] = mend_words,
	[FINDING_CONTENT_MISSING] = mend_words,
	[FINDING_NOTE] = mend_note,
	[FINDING_COSIGNATURE] = mend_line,
	[FINDING_ATTACHMENT] = mend_attachments,
};

enum err mend_begin(struct node *n, struct now now)
{
	struct scrub *s = &n->scrub;
	enum err e = turn_open(n);

	s->ask_next = s->moved = now.mono;
	for (size_t i = 0; i < n->lines_count; i++)
		n->lines[i].mend_from = n->lines[i].mend_end = 0;
	/* A note that has changed leads nowhere: it goes first. */
	for (unsigned turn = 0; turn < 2; turn++) {
		for (size_t i = 0; e == ERR_OK && i < s->rots_count; i++) {
			if ((s->rots[i].kind == FINDING_NOTE) == (turn == 0) &&
			    menders[s->rots[i].kind] != NULL)
				e = menders[s->rots[i].kind](n, now, &s->rots[i]);
		}
	}
	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++)
		e = want_to_note(n, &n->lines[i]);
	/* What a peer holds beyond his receipt he says with his heads; ours go to him at once. */
	for (size_t i = 0; i < n->accord->parties_count; i++)
		n->peers[i].heads_next = now.mono;
	return e;
}

enum err mend_go_on(struct node *n, struct now now, bool *is_over)
{
	struct scrub *s = &n->scrub;
	bool any = attachments_pending(n), is_due = !mono_is_before(now.mono, s->ask_next);

	if (is_due)
		s->ask_next = mono_add_ms(now.mono, MEND_AGAIN_MS);
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		if (line->mend_from == line->mend_end)
			continue;
		any = true;
		for (size_t peer = 0; is_due && peer < n->accord->parties_count; peer++) {
			if (peer != n->self && is_shared_with(line, peer))
				want_send(n, now, peer, line, line->mend_from, line->mend_end);
		}
	}
	*is_over = !any || !mono_is_before(now.mono, mono_add_ms(s->moved, MEND_STALLED_MS));
	for (size_t i = 0; *is_over && i < n->lines_count; i++)
		n->lines[i].mend_from = n->lines[i].mend_end = 0;
	return ERR_OK;
}

/* ---- What comes. ---- */

/*
 * How many of a batch's entries are those that we held. What stands before it is good: a repair begins at the
 * first that is not. The root that it leads to is signed, but a second history may be signed too: so each
 * leaf is the one that we kept, or the entries lead to a root that we hold.
 */
static enum err count_ours(struct node *n, const struct line *line, const struct batch *batch,
			   const struct note *note, size_t *out)
{
	uint8_t leaf[HASH_LEN], held[HASH_LEN], root[HASH_LEN];
	struct frontier f;
	bool is_same = true, is_noted;
	enum err e = record_frontier(n->record, line->log, batch->first, &f);

	*out = 0;
	for (size_t i = 0; e == ERR_OK && i < batch->count; i++) {
		hash_leaf(batch->items[i].entry, leaf);
		e = frontier_append(&f, leaf, NULL, NULL);
		if (e != ERR_OK || f.size > line->log->durable)
			/* it went on while it was halted here: what is new comes when it runs again */
			continue;
		is_same = is_same && record_leaf(n->record, line->log, f.size - 1, held) == ERR_OK &&
			  memcmp(leaf, held, HASH_LEN) == 0;
		e = is_noted_root(n, line, &f, &is_noted);
		if (e == ERR_OK && is_noted)
			*out = i + 1;
	}
	if (e != ERR_OK)
		return err_unless(e, ERR_ROT);
	frontier_root(&f, root);
	if (is_same && memcmp(root, note->root, HASH_LEN) == 0)
		*out = f.size <= line->log->durable ? batch->count
						    : (size_t)(line->log->durable - batch->first);
	return ERR_OK;
}

/*
 * *is_left: it is needed still, and who gives the entry has not got it either. Of words that he says are
 * erased nothing is kept: they are erased, or come anew from their author.
 */
static enum err mend_content(struct node *n, const struct line *line, const struct batch_item *item,
			     bool *is_left)
{
	struct store *store = record_store(n->record);
	struct buf held = arena_lend(&n->fx->arena, CONTENT_LEN_MAX);
	struct entry entry;
	struct statement s;
	struct fault fault;
	enum err e;

	*is_left = false;
	if (entry_read(item->entry, &entry, &s, &fault) != ERR_OK || !s.has_content)
		return ERR_OK;
	e = lent(record_content(n->record, s.content.hash, &held));
	if (e != ERR_ROT && e != ERR_NOT_FOUND)
		return err_unless(e, ERR_REFUSED);
	if (item->is_erased) {
		struct place_key at = { line->key, entry.index };
		e = content_forget(n, s.content.hash);
		return e == ERR_OK ? erased_note(n, &at, s.content.hash, &item->eraser) : e;
	}
	*is_left = item->content.len == 0 || item_check(n, &s, item) != ERR_OK;
	return *is_left ? ERR_OK : store->ops->content_renew(store, s.content.hash, item->content);
}

/* One that is kept is good, or the pass would have found it. */
static bool has_note(struct node *n, const struct line *line, uint64_t size)
{
	struct store *store = record_store(n->record);
	uint8_t memory[NOTE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	uint64_t found;

	return line->note.size == size ||
	       (store->ops->note_above(store, line->log->number, size, &found, &text) == ERR_OK &&
		found == size);
}

enum err mend_note_heard(struct node *n, struct now now, struct bytes text, bool *is_taken)
{
	uint8_t root[HASH_LEN];
	struct fault fault;
	struct note note;
	struct line *line;
	enum err e;

	if (n->scrub.phase != SCRUB_ASKS || note_read(text, &note, &fault) != ERR_OK || note.lines_count != 1)
		return ERR_OK;
	line = line_by_origin(n, &note.origin);
	if (line == NULL || line->mend_from == line->mend_end || note.size > line->log->durable ||
	    has_note(n, line, note.size))
		return ERR_OK;
	/* What needs no signature to be seen is seen first. */
	e = record_root_at(n->record, line->log, note.size, root);
	if (e != ERR_OK || memcmp(root, note.root, HASH_LEN) != 0 ||
	    note_judge(n, line->key.party, line, &note, NULL) != NOTE_GOOD)
		return failure_of(e);
	e = turn_open(n);
	if (e == ERR_OK)
		e = record_add_note(n->record, line->log, note.size, text);
	if (e != ERR_OK)
		return e;
	*is_taken = true;
	if (line->mend_from + 1 == line->mend_end && line->mend_end == note.size && !has_entry_rot(n, line))
		line->mend_from = line->mend_end = 0;
	n->scrub.moved = n->scrub.ask_next = now.mono;
	return ERR_OK;
}

enum err mend_batch(struct node *n, struct now now, const struct batch *batch, const struct note *note,
		    struct line *line)
{
	uint64_t before = line->mend_from;
	size_t count, whole;
	struct frontier f;
	enum err e;

	if (batch->first > line->mend_from)
		return ERR_OK;
	e = count_ours(n, line, batch, note, &count);
	if (e != ERR_OK || batch->first + count <= line->mend_from)
		return e;
	e = turn_open(n);
	if (e == ERR_OK)
		e = record_frontier(n->record, line->log, batch->first, &f);
	whole = count;
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		bool is_left = false;
		e = record_renew(n->record, line->log, &f, batch->items[i].entry);
		if (e == ERR_OK)
			e = mend_content(n, line, &batch->items[i], &is_left);
		if (is_left && i < whole)
			whole = i;
	}
	if (e == ERR_OK && count == batch->count)
		e = record_add_note(n->record, line->log, note->size, batch->note);
	if (e == ERR_OK)
		e = places_reload(n, line);
	if (e != ERR_OK)
		return e;
	line->mend_from = batch->first + whole;
	if (line->mend_from >= line->mend_end)
		line->mend_from = line->mend_end = 0;
	if (line->mend_from != before || line->mend_end == 0)
		n->scrub.moved = n->scrub.ask_next = now.mono;
	return ERR_OK;
}

/* ---- Views. ---- */

/*
 * Rows that no fold makes (core.h, attach.c, recover.c) are lost with their bytes. One of them may have kept
 * an own log closed: whoever knows more of it than we is asked first.
 */
void rows_doubt(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		uint8_t others = (uint8_t)(l->channel->parties & ~(1u << n->self));
		if (l->is_own && !l->is_closed && l->channel->plane != PLANE_HOME &&
		    (l->answered & others) != others)
			l->is_doubtful = true;
	}
}

enum err rows_sweep(struct node *n, size_t *count)
{
	uint8_t memory[MAP_KEY_MAX], before[MAP_KEY_MAX] = { 0 };
	struct buf key = BUF_ON(memory);
	enum err e = ERR_OK;

	*count = 0;
	while (e == ERR_OK) {
		size_t len = key.len;
		e = map_next(&n->views, (struct bytes){ NULL, 0 }, buf_bytes(&key), &key, NULL);
		if (e != ERR_CORRUPT || (key.len == len && memcmp(memory, before, len) == 0))
			continue;
		memcpy(before, memory, key.len);
		(*count)++;
		e = map_del(&n->views, buf_bytes(&key));
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err mend_views(struct node *n, struct now now)
{
	size_t count = 0;
	enum err e = turn_open(n);

	if (e == ERR_OK)
		e = rows_sweep(n, &count);
	if (count > 0)
		rows_doubt(n);
	if (e == ERR_OK)
		e = refold_all(n, now);
	if (e == ERR_OK)
		e = record_store(n->record)->ops->views_recount(record_store(n->record));
	n->scrub.is_view_rotten = false;
	return e;
}
