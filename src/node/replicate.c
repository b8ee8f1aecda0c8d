/*
 * What each peer lacks, and in which order it goes: HELLO at every link-up, then batches, each ending in a
 * note.
 */
#include "node/core.h"

#include <string.h>

bool is_shared_with(const struct line *line, size_t peer)
{
	return line->channel->plane != PLANE_HOME && is_channel_of(line->channel, peer);
}

enum err line_note(struct node *n, const struct line *line, uint64_t size, struct buf *out, uint64_t *found)
{
	struct store *store = record_store(n->record);

	if (line->note.size > 0 && line->note.size <= size) {
		buf_put(out, (struct bytes){ line->note.text, line->note.len });
		*found = line->note.size;
		return buf_check(out);
	}
	return store->ops->note_get(store, line->log->number, size, found, out);
}

enum err line_note_read(struct node *n, const struct line *line, uint64_t size, struct buf *text,
			struct note *out)
{
	struct fault fault;
	uint64_t found;
	enum err e = line_note(n, line, size, text, &found);

	if (e == ERR_OK && (note_read(buf_bytes(text), out, &fault) != ERR_OK || out->size != found))
		return ERR_ROT;
	return e;
}

uint64_t tag_new(struct node *n, const struct tag *tag)
{
	struct tag *t;

	/* Who reads slowly keeps his; no more than TAGS_PER_PEER_MAX, so that there is always one left. */
	do {
		t = &n->tags[++n->tags_count % TAGS_MAX];
	} while (t->number != 0);
	n->peers[tag->peer].tags++;
	*t = *tag;
	t->number = n->tags_count;
	return t->number;
}

void tag_end(struct node *n, struct tag *t)
{
	struct peer *p = &n->peers[t->peer];

	t->number = 0;
	p->tags--;
	if (t->kind == FRAME_ATTACHMENT)
		p->pieces--;
	else if (t->kind == FRAME_ADVANCE)
		p->advances -= t->len;
	else
		p->paths[t->path].in_flight[t->urgency] -= t->len;
}

/* ---- HELLO ---- */

/* What the signer just gave is good, and so may be what a version signs that we do not hold. */
bool is_note_good(const struct node *n, const struct line *line, uint64_t size, struct bytes text)
{
	struct note note;
	struct fault fault;
	enum note_word word;

	if (line->note.size == size && line->note.len > 0)
		return true;
	if (note_read(text, &note, &fault) != ERR_OK || note.size != size ||
	    !origin_equal(&note.origin, &line->log->origin))
		return false;
	word = note_judge(n, line->key.party, line, &note, NULL);
	return word == NOTE_GOOD || word == NOTE_AWAITS;
}

/* The last note of one log with every line that we hold of exactly that size. */
static enum err put_note_with_lines(struct node *n, const struct line *line, struct buf *out)
{
	struct store *store = record_store(n->record);
	size_t from = out->len;
	uint64_t size;
	enum err e = line_note(n, line, UINT64_MAX, out, &size);

	if (e == ERR_OK && !is_note_good(n, line, size, (struct bytes){ out->ptr + from, out->len - from })) {
		rot_note(n, line, FINDING_NOTE, size);
		e = ERR_ROT;
	}
	for (size_t i = 0; e == ERR_OK && i < n->accord->parties_count; i++) {
		uint8_t memory[NOTE_LINE_LEN_MAX];
		struct buf text = BUF_ON(memory);
		uint64_t found;
		if (i == n->self && line->cosignature.size == size) {
			buf_put(out, (struct bytes){ line->cosignature.text, line->cosignature.len });
			continue;
		}
		e = store->ops->cosignature_last(store, line->log->number,
						 bytes_str(n->accord->parties[i].name), &found, &text);
		if (e == ERR_OK && found == size && is_receipt_good(n, line, i, found, buf_bytes(&text)))
			buf_put(out, buf_bytes(&text));
		e = is_failure(e) ? e : ERR_OK;
	}
	return e == ERR_OK ? buf_check(out) : e;
}

/* A note that he has not been told, or receipts of it that came since. */
static bool has_news(const struct line *line, const struct reach *reach)
{
	return line->log->noted > reach->told || line->note.size > reach->told ||
	       line->receipts > reach->told_receipts;
}

enum err heads_build(struct node *n, size_t peer, struct bytes notes[HELLO_NOTES_MAX], size_t *count,
		     struct buf *memory, bool only_new)
{
	for (size_t i = 0; i < n->lines_count && *count < HELLO_NOTES_MAX; i++) {
		const struct line *line = &n->lines[i];
		size_t from = memory->len;
		enum err e;
		if (!is_shared_with(line, peer) || (only_new && !has_news(line, &line->reach[peer])))
			continue;
		e = put_note_with_lines(n, line, memory);
		if (is_failure(e))
			return e;
		if (e == ERR_OK)
			notes[(*count)++] = (struct bytes){ memory->ptr + from, memory->len - from };
		else
			memory->len = from; /* what it holds of that one is not said */
	}
	return ERR_OK;
}

enum err hello_build(struct node *n, struct now now, size_t peer, struct hello *h, struct buf *notes)
{
	const struct accord *in_force = node_in_force(n);

	*h = (struct hello){ .protocol = LINK_PROTOCOL,
			     .manifest = in_force->manifest,
			     .party = bytes_str(n->accord->parties[n->self].name),
			     .clock = now.wall };
	memcpy(h->accord, n->accord->id, ACCORD_ID_LEN);
	memcpy(h->manifest_hash, in_force->hash, HASH_LEN);
	versions_tell(n, &h->held);
	return heads_build(n, peer, h->notes, &h->notes_count, notes, false);
}

enum err hello_send(struct node *n, struct now now, size_t peer, size_t path)
{
	struct hello *h = arena_alloc(&n->fx->arena, 1, sizeof *h);
	struct buf notes, payload;
	enum err e;

	if (h == NULL)
		return ERR_MEMORY;
	buf_init(&notes, n->scratch, SCRATCH_LEN);
	e = hello_build(n, now, peer, h, &notes);
	if (e != ERR_OK)
		return e;
	payload = arena_lend(&n->fx->arena, FRAME_LEN_MAX - 1);
	hello_write(h, &payload);
	n->peers[peer].paths[path].said = version_in_force(n);
	n->peers[peer].heads_next = mono_add_ms(now.mono, HEADS_MS);
	return heads_out(n, peer, path, URGENCY_LINK, FRAME_HELLO, &payload);
}

bool want_origin(struct node *n, size_t peer, const struct origin *origin, uint64_t first, uint64_t end)
{
	struct want want = { *origin, first, end };
	uint8_t *memory = arena_alloc(&n->fx->arena, 256, 1);
	struct effect_frame *frame;
	struct buf payload;

	frame = memory == NULL ? NULL
			       : frame_out(n, peer, best_path(&n->peers[peer]), URGENCY_LINK, FRAME_WANT);
	if (frame == NULL)
		return false; /* asked again when a path is up */
	buf_init(&payload, memory, 256);
	want_write(&want, &payload);
	frame->payload = buf_bytes(&payload);
	return true;
}

bool is_wanted_again(const struct line *line, struct now now)
{
	return mono_is_before(mono_add_ms(line->wanted_at, WANT_AGAIN_MS), now.mono);
}

void want_timed(struct line *line, struct now now)
{
	if (line->wanted_at.us != 0 && line->wanted_from == line->log->frontier.size)
		return;
	line->wanted_at = now.mono;
	line->wanted_from = line->log->frontier.size;
}

void want_send(struct node *n, struct now now, size_t peer, struct line *line, uint64_t first, uint64_t end)
{
	if (!want_origin(n, peer, &line->log->origin, first, end))
		return;
	want_timed(line, now);
	line->wanted_of = peer;
}

/* Entries before a contradiction's end that are asked for first, so that the two leaves are found. */
#define FORK_LOOK_BACK 1024u

static void want_suspect(struct node *n, struct now now, size_t peer, struct line *line, uint64_t span)
{
	struct reach *reach = &line->reach[peer];

	reach->suspect_from = reach->suspect_end > span ? reach->suspect_end - span : 0;
	want_send(n, now, peer, line, reach->suspect_from, reach->suspect_end);
}

void want_back(struct node *n, struct now now, size_t peer, struct line *line, uint64_t end)
{
	struct reach *reach = &line->reach[peer];
	uint64_t span = reach->is_suspect ? reach->suspect_end - reach->suspect_from : FORK_LOOK_BACK;

	reach->is_suspect = true;
	reach->suspect_end = end;
	want_suspect(n, now, peer, line, span);
}

void want_further_back(struct node *n, struct now now, size_t peer, struct line *line)
{
	const struct reach *reach = &line->reach[peer];

	want_suspect(n, now, peer, line, 2 * (reach->suspect_end - reach->suspect_from));
}

/* ---- Batches ---- */

enum err item_read(struct node *n, const struct line *line, uint64_t index, struct buf *memory,
		   struct batch_item *item)
{
	struct store *store = record_store(n->record);
	struct entry entry;
	struct statement s;
	struct place_key at = { line->key, index };
	size_t from = memory->len;
	bool is_bare = false;
	enum err e = line_entry(n, line, index, memory, &entry, &s);

	if (e != ERR_OK)
		return e;
	*item = (struct batch_item){ .entry = { memory->ptr + from, memory->len - from } };
	if (!s.has_content)
		return ERR_OK;
	from = memory->len;
	e = record_content(n->record, s.content.hash, memory);
	if (e == ERR_OK)
		e = is_wordless(n, &at, &is_bare);
	/* Such words are held, and it came without them: as it came. A hash opens nothing. */
	if (e == ERR_OK && is_bare) {
		memory->len = from;
		item->is_erased = true;
		return wordless_said(n, &at, memory, &item->eraser);
	}
	if (e == ERR_ROT)
		rot_note(n, line, FINDING_CONTENT, index);
	if (e == ERR_OK) {
		item->content = (struct bytes){ memory->ptr + from, memory->len - from };
		return ERR_OK;
	}
	item->is_erased = true;
	if (e == ERR_NOT_FOUND) /* as it was passed to us */
		return erased_said(n, &at, memory, &item->eraser);
	if (e != ERR_REFUSED)
		return e;
	from = memory->len;
	e = store->ops->content_eraser(store, s.content.hash, memory);
	if (e == ERR_OK) {
		struct cbor_reader r;
		cbor_open(&r, (struct bytes){ memory->ptr + from, memory->len - from });
		e = place_read(&r, &item->eraser);
	}
	return e;
}

static enum err item_read_bare(struct node *n, const struct line *line, uint64_t index, struct buf *memory,
			       struct batch_item *item)
{
	size_t from = memory->len;
	struct entry entry;
	struct statement s;
	enum err e = line_entry(n, line, index, memory, &entry, &s);

	*item = (struct batch_item){ .entry = { memory->ptr + from, memory->len - from } };
	return e;
}

/* A content that has rotted is left out for who holds it: his may be the only one that is left. */
static enum err item_read_for(struct node *n, const struct line *line, uint64_t index, uint64_t held,
			      struct buf *memory, struct batch_item *item)
{
	size_t from = memory->len;
	enum err e = item_read(n, line, index, memory, item);

	if (e != ERR_ROT || index >= held)
		return e;
	memory->len = from;
	return item_read_bare(n, line, index, memory, item);
}

/* Entries from where the batch ends so far, until they have len bytes or the next one has no room. */
static enum err items_read(struct node *n, struct line *line, const struct batch_goal *wanted, uint64_t goal,
			   size_t len, struct buf *entries, struct batch *batch, bool *is_cut)
{
	while (batch->count < BATCH_ENTRIES_MAX && batch->first + batch->count < goal && entries->len < len) {
		size_t from = entries->len;
		enum err e = item_read_for(n, line, batch->first + batch->count, wanted->held, entries,
					   &n->items[batch->count]);
		*is_cut |= e == ERR_ROT;
		/* What stands before one that has rotted may be all that its peer lacks. */
		if (e == ERR_LIMIT || (e == ERR_ROT && batch->count > 0)) {
			entries->len = from;
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		batch->count++;
	}
	return ERR_OK;
}

/* The largest note among the entries of a batch; ERR_NOT_FOUND: none. */
static enum err note_within(struct node *n, const struct line *line, const struct batch *batch,
			    struct buf *note, uint64_t *found)
{
	enum err e;

	buf_reset(note);
	e = line_note(n, line, batch->first + batch->count, note, found);
	if (e != ERR_OK)
		return e;
	return *found <= batch->first || *found > batch->first + batch->count ? ERR_NOT_FOUND : ERR_OK;
}

enum err noted_end(struct node *n, const struct line *line, uint64_t end, uint64_t *out)
{
	struct store *store = record_store(n->record);
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	enum err e = store->ops->note_above(store, line->log->number, end, out, &note);

	if (e != ERR_OK)
		*out = end;
	return failure_of(e);
}

/*
 * Where a batch of so many bytes is to end that has come to no note yet: at the last one that it has room
 * for, if entries go on as long as these. What is read behind it is read once more.
 */
static enum err note_ahead(struct node *n, const struct line *line, const struct batch *batch, size_t len,
			   uint64_t *goal)
{
	uint64_t read = batch->first + batch->count, fits = read, end = 0;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	enum err e;

	if (len > 0 && len < BATCH_LEN_MAX)
		fits += (BATCH_LEN_MAX - len) * batch->count / len;
	e = failure_of(line_note(n, line, fits, &note, &end));
	if (e == ERR_OK && end <= read)
		e = noted_end(n, line, read, &end);
	if (e == ERR_OK && end > read && end < *goal)
		*goal = end;
	return e;
}

/* To the next place after `first` where another key begins to sign, if a note ends there. */
static enum err cut_goal(struct node *n, const struct line *line, uint64_t first, uint64_t *goal)
{
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);

	for (size_t i = 1; i < line->places.count; i++) {
		uint64_t from = line->places.of[i].from, found;
		enum err e;
		if (from <= first || from >= *goal)
			continue;
		e = line_note(n, line, from, &note, &found);
		if (e == ERR_OK && found == from)
			*goal = from;
		return is_failure(e) ? e : ERR_OK;
	}
	return ERR_OK;
}

enum err batch_build(struct node *n, struct line *line, const struct batch_goal *wanted, struct buf *payload,
		     uint64_t *size)
{
	uint64_t first = wanted->first, goal = wanted->goal;
	uint8_t note_memory[NOTE_LEN_MAX];
	struct buf entries, note = BUF_ON(note_memory);
	struct batch batch = { .origin = line->log->origin, .first = first, .items = n->items };
	bool is_cut = false;
	uint64_t found;
	enum err e;

	/* Without a note to end with nothing is read, however often it is asked for. */
	e = line_note(n, line, goal, &note, &found);
	if (e == ERR_OK && found <= first)
		e = ERR_NOT_FOUND;
	/* Who does not hold the next version takes what comes before its place, and judges nothing behind. */
	if (e == ERR_OK)
		e = cut_goal(n, line, first, &goal);
	if (e != ERR_OK)
		return e;
	/*
	 * A short batch, so that what is urgent need not wait long; a longer one if it takes that to a note.
	 */
	buf_init(&entries, n->scratch, BATCH_LEN_MAX);
	e = items_read(n, line, wanted, goal, BATCH_AHEAD_MAX, &entries, &batch, &is_cut);
	if (e == ERR_OK)
		e = note_within(n, line, &batch, &note, &found);
	if (e == ERR_NOT_FOUND) {
		e = note_ahead(n, line, &batch, entries.len, &goal);
		if (e == ERR_OK)
			e = items_read(n, line, wanted, goal, BATCH_LEN_MAX, &entries, &batch, &is_cut);
		if (e == ERR_OK)
			e = note_within(n, line, &batch, &note, &found);
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND && is_cut ? ERR_ROT : e;
	batch.count = (size_t)(found - first);
	batch.note = buf_bytes(&note);
	if (!is_note_good(n, line, found, batch.note)) {
		rot_note(n, line, FINDING_NOTE, found);
		return ERR_ROT;
	}
	batch_write(&batch, wanted->book, payload);
	*size = found;
	return buf_check(payload);
}

size_t batches_in_flight(const struct peer_path *path, enum urgency least)
{
	size_t len = 0;

	for (int u = 0; u <= (int)least; u++)
		len += path->in_flight[u];
	return len;
}

/*
 * What is given to the link can be overtaken there, but on the way to it nothing can: so little of each
 * urgency is
 * given ahead of the socket, and what is less urgent keeps nothing back.
 */
static bool has_credit(const struct peer *p, size_t path, enum urgency urgency)
{
	bool is_flash = urgency == URGENCY_FLASH;

	return batches_in_flight(&p->paths[path], urgency) < BATCH_AHEAD_MAX &&
	       (is_flash || batches_in_flight(&p->paths[path], URGENCY_ROUTINE) < BATCH_IN_FLIGHT_MAX) &&
	       p->tags + PIECES_MAX + ADVANCE_TAGS_MAX <
		       (is_flash ? TAGS_PER_PEER_MAX : TAGS_PER_PEER_MAX / 2);
}

/*
 * What has rotted here is in the way. He may have asked for what lies behind it, and lack its note alone:
 * with that he can give us what we lack. True: there is another place to go on from.
 */
static bool go_around(struct node *n, size_t peer, struct line *line)
{
	struct reach *reach = &line->reach[peer];

	if (reach->wanted_end > 0)
		notes_send(n, peer, line, reach->wanted, reach->wanted_end);
	reach->wanted_end = 0;
	if (reach->sent >= reach->wanted)
		return false;
	reach->sent = reach->wanted;
	return true;
}

static bool send_batch(struct node *n, size_t peer, struct line *line)
{
	struct peer *p = &n->peers[peer];
	enum urgency urgency = channel_urgency(line->channel);
	struct reach *reach = &line->reach[peer];
	size_t path = path_for(p, line);
	uint64_t goal = line->is_own ? line->log->durable : reach->goal, size;
	struct effect_frame *frame;
	struct buf payload;
	enum err e;

	if (path == LINK_PATHS_MAX || reach->sent >= goal || !has_credit(p, path, urgency) ||
	    !effects_has_room(n->fx, 2 + PARTY_MAX, 2 * FRAME_LEN_MAX))
		return false;
	if (goal > line->log->durable)
		goal = line->log->durable;
	payload = arena_lend(&n->fx->arena, FRAME_LEN_MAX - FRAME_HEAD_LEN);
	e = batch_build(n, line,
			&(struct batch_goal){ reach->sent, goal, reach->held, book_of(n, peer, path) },
			&payload, &size);
	if (e == ERR_ROT)
		return go_around(n, peer, line);
	if (e != ERR_OK)
		return false;
	frame = frame_out(n, peer, path, urgency, FRAME_BATCH);
	if (frame == NULL)
		return false;
	frame->payload = arena_keep(&n->fx->arena, &payload);
	frame->tag = tag_new(n, &(struct tag){ .kind = FRAME_BATCH,
					       .urgency = urgency,
					       .from = reach->sent,
					       .line = (size_t)(line - n->lines),
					       .size = size,
					       .len = payload.len,
					       .peer = peer,
					       .path = path });
	p->paths[path].in_flight[urgency] += payload.len;
	reach->sent = size;
	/* Passed on to who had nothing of it, and threw away the receipts that came meanwhile. */
	if (!line->is_own && size == goal)
		cosignatures_send(n, peer, line);
	return true;
}

static bool may_give(const struct node *n, const struct line *line, size_t peer)
{
	const struct reach *reach = &line->reach[peer];

	return peer != n->self && reach->held > line->log->frontier.size && !reach->is_kept_back &&
	       is_shared_with(line, peer) && best_path(&n->peers[peer]) < LINK_PATHS_MAX;
}

/*
 * What is known to exist elsewhere and did not come by itself is asked of one who says that he holds it: of
 * the same again while he gives some, else of the next.
 */
static void want_missing(struct node *n, struct now now, struct line *line)
{
	size_t count = n->accord->parties_count;
	uint64_t size = line->log->frontier.size;
	size_t from = line->wanted_of + (line->wanted_from == size ? 1 : 0);

	if (line->log->stopped.rule != NULL || !is_wanted_again(line, now))
		return;
	for (size_t i = 0; i < count; i++) {
		size_t peer = (from + i) % count;
		uint64_t held = line->reach[peer].held;
		if (!may_give(n, line, peer))
			continue;
		want_send(n, now, peer, line, size, line->known > held ? line->known : held);
		line->wanted_at = now.mono;
		return;
	}
}

void replicate(struct node *n, struct now now)
{
	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		if (peer == n->self)
			continue;
		thin_send(n, now, peer);
		if (best_path(&n->peers[peer]) == LINK_PATHS_MAX)
			continue;
		for (int u = URGENCY_FLASH; u <= URGENCY_ROUTINE; u++) {
			for (size_t i = 0; i < n->lines_count; i++) {
				struct line *line = &n->lines[i];
				if (channel_urgency(line->channel) != (enum urgency)u ||
				    !is_shared_with(line, peer) || line->log->durable == 0)
					continue;
				if (u == URGENCY_FLASH)
					path_look(now, &n->peers[peer], line);
				while (send_batch(n, peer, line))
					;
			}
		}
		advances_send(n, peer);
		attachments_serve(n, peer);
	}
	for (size_t i = 0; i < n->lines_count; i++)
		want_missing(n, now, &n->lines[i]);
}

const struct passage *passage_find(const struct reach *r, uint64_t index)
{
	size_t count = r->passages_count < PASSAGES_MAX ? r->passages_count : PASSAGES_MAX;

	for (size_t i = r->passages_count - count; i < r->passages_count; i++) {
		const struct passage *p = &r->passages[i % PASSAGES_MAX];
		if (index >= p->from && index < p->size)
			return p;
	}
	return NULL;
}

enum err node_sent(struct node *n, struct now now, size_t peer, size_t path, uint64_t tag, struct effects *fx)
{
	struct tag *t = &n->tags[tag % TAGS_MAX];
	struct effect_publish *p;
	struct reach *reach;

	n->fx = fx;
	if (is_thin(&n->peers[peer], path)) {
		thin_sent(n, now, peer, tag);
		return ERR_OK;
	}
	if (tag == 0 || t->number != tag || t->peer != peer || t->path != path)
		return ERR_OK; /* of a path that went down since */
	tag_end(n, t);
	if (t->kind != FRAME_BATCH)
		return ERR_OK;
	reach = &n->lines[t->line].reach[peer];
	if (t->size > reach->taken)
		reach->taken = t->size;
	reach->passages[reach->passages_count++ % PASSAGES_MAX] =
		(struct passage){ t->from, t->size, path, now.wall };
	p = publish(n, CHANGE_SENT);
	if (p != NULL) {
		p->place = (struct place_key){ n->lines[t->line].key, t->size };
		p->peer = peer;
	}
	return ERR_OK;
}
