/* A peer's entries and receipts: verified whole, then through the one door, then cosigned. */
#include "node/core.h"

#include "base/log.h"
#include "wire/content.h"

#include <string.h>

/* ---- Stopping a log: what an entry's bytes, origin and index show to be wrong. ---- */

static enum err stop_log(struct node *n, struct now now, const struct arrival *in, struct line *line,
			 uint64_t index, const struct fault *fault)
{
	struct refuse refuse = { line->log->origin, index, fault->offset, bytes_str(fault->rule) };
	struct effect_publish *p;
	struct effect_frame *frame;
	struct buf payload;
	uint8_t *memory = arena_alloc(&n->fx->arena, 512, 1);
	enum err e = turn_open(n);

	if (e == ERR_OK)
		e = line_stop(n, now, line, fault);
	if (e != ERR_OK)
		return e;
	p = publish(n, CHANGE_LOG);
	if (p != NULL)
		p->place = (struct place_key){ line->key, index };
	frame = in->path == PATH_BUNDLE || memory == NULL
			? NULL
			: frame_out(n, in->peer, in->path, URGENCY_LINK, FRAME_REFUSE);
	if (frame == NULL)
		return ERR_OK;
	buf_init(&payload, memory, 512);
	refuse_write(&refuse, &payload);
	frame->payload = buf_bytes(&payload);
	return ERR_OK;
}

/* ---- A batch. ---- */

struct arriving {
	const struct node *n;
	struct batch batch;
	struct note note;
	size_t party; /* whose log it is of */
	struct line *line;
	size_t skip;	       /* items that are held already */
	struct crew_work work; /* .count 0: none yet */
	bool is_urgent;	       /* a FLASH or IMMEDIATE is among the others */
};

enum err item_check(struct node *n, const struct statement *s, const struct batch_item *item)
{
	uint8_t hash[HASH_LEN];

	if (!s->has_content || item->is_erased)
		return item->content.len == 0 ? ERR_OK : ERR_CONTENT;
	/* Legal only where we hold it, or its erasure, already: then nobody needs to send it. */
	if (item->content.len == 0)
		return is_content_known(n, s->content.hash) ? ERR_OK : ERR_CONTENT;
	hash_sha256(item->content, hash);
	return item->content.len == s->content.len && memcmp(hash, s->content.hash, HASH_LEN) == 0
		       ? ERR_OK
		       : ERR_CONTENT;
}

/* Whether what comes before this batch has still to be seen, asked for here if not before: it is put off. */
static bool looks_back(struct node *n, struct now now, const struct arrival *in, const struct arriving *a)
{
	struct reach *reach = &a->line->reach[in->peer];

	if (a->batch.first == 0 || in->path == PATH_BUNDLE)
		return false;
	if (!reach->is_suspect)
		want_back(n, now, in->peer, a->line, a->note.size);
	else if (a->batch.first == reach->suspect_from)
		want_further_back(n, now, in->peer, a->line);
	else
		return a->batch.first > reach->suspect_from;
	return true;
}

/*
 * Any party may pass a log on, and what he makes up stops nobody's: it is dropped, and he is not asked for
 * that
 * log again before his next HELLO. What its author sends, or his root proves, counts against him.
 */
static bool is_hearsay(struct node *n, const struct arrival *in, struct line *line)
{
	if (in->peer == line->key.party)
		return false;
	if (warns(&n->peers[in->peer], WARN_HEARSAY))
		log_warning("channel %u: what a peer passes on of another party's log does not fit its note "
			    "and is dropped",
			    line->key.channel);
	line->reach[in->peer].held = 0;
	return true;
}

/* Reads every entry and computes the root that the batch leads to: nothing is written before it all holds. */
static enum err batch_verify(struct node *n, struct now now, const struct arrival *in, struct arriving *a,
			     bool *is_good)
{
	struct frontier frontier = a->line->log->frontier;
	uint8_t leaf[HASH_LEN], root[HASH_LEN];
	struct fault fault = { "record.root", 0 };
	uint64_t wrong = a->line->log->frontier.size;
	bool has_fault = false, is_root;
	enum err e;

	*is_good = false;
	for (size_t i = a->skip; i < a->batch.count; i++) {
		struct entry entry;
		struct statement s;
		struct fault why;
		e = entry_read(a->batch.items[i].entry, &entry, &s, &why);
		if (e == ERR_OK && (!origin_equal(&entry.origin, &a->line->log->origin) ||
				    entry.index != a->batch.first + i)) {
			why = (struct fault){ "entry.place", 0 };
			e = ERR_RULE;
		}
		if (e != ERR_OK && !has_fault) {
			has_fault = true;
			fault = why;
			wrong = a->batch.first + i;
		}
		e = has_fault ? ERR_OK : item_check(n, &s, &a->batch.items[i]);
		if (e != ERR_OK)
			return e;
		hash_leaf(a->batch.items[i].entry, leaf);
		e = frontier_append(&frontier, leaf, NULL, NULL);
		if (e != ERR_OK)
			return e;
	}
	frontier_root(&frontier, root);
	is_root = memcmp(root, a->note.root, HASH_LEN) == 0;
	/* The log key signed a root that is not ours: look for a fork before the log is stopped. */
	if (!is_root && !has_fault && looks_back(n, now, in, a))
		return ERR_OK;
	if (!is_root && is_hearsay(n, in, a->line))
		return ERR_OK;
	if (!is_root || has_fault)
		return stop_log(n, now, in, a->line, wrong, &fault);
	*is_good = true;
	return ERR_OK;
}

/* Some of a batch's entries, whose signatures the crew verifies while those before them are folded. */
#define VERIFIED_AHEAD 64u
/* The first ones, while the note is verified: few, for if that is false they were for nothing. */
#define VERIFIED_BESIDE 4u

static void verify_signers(void *self, size_t index)
{
	const struct arriving *a = self;
	struct entry entry;
	struct fault fault;

	if (entry_open(a->batch.items[index].entry, &entry, &fault) == ERR_OK)
		signers_verify(a->n, a->party, &entry, a->n->signers[index]);
}

/*
 * It came without its words. Said by whoever passes it on, that they are erased: only the eraser itself
 * erases, and till then the content may come yet. If we hold such words from elsewhere, he may have their
 * hash and no more: they are given to nobody with this entry. Of what is ours we know what we said.
 */
static enum err without_words(struct node *n, const struct arriving *a, const struct batch_item *item,
			      const struct entry *entry, const struct statement *s)
{
	struct place_key at = { a->line->key, entry->index }, first;
	struct place itself = {
		.channel = at.log.channel, .party = s->party, .epoch = at.log.epoch, .index = at.index
	};

	if (!is_content_known(n, s->content.hash))
		return item->is_erased ? erased_note(n, &at, s->content.hash, &item->eraser) : ERR_OK;
	/* A resend is the statement whose words we hold. */
	if (a->line->is_own || fold_find_id(&n->fold, at.log.channel, at.log.party, s->id, &first) == ERR_OK)
		return ERR_OK;
	return wordless_note(n, &at, item->is_erased ? &item->eraser : &itself);
}

static enum err item_add(struct node *n, struct now now, size_t peer, struct arriving *a, size_t i)
{
	const struct batch_item *item = &a->batch.items[i];
	struct entry entry;
	struct statement s;
	struct fault fault;
	struct judged judged;
	struct addition add = { .line = a->line, .entry = &entry, .statement = &s, .judged = &judged };
	enum err e;

	add.is_more = i + 1 < a->batch.count;
	add.bytes = arena_copy(&n->fx->arena, item->entry);
	add.content = item->content.len == 0 ? item->content : arena_copy(&n->fx->arena, item->content);
	if (add.bytes.ptr == NULL || (item->content.len > 0 && add.content.ptr == NULL))
		return ERR_MEMORY;
	e = entry_read(add.bytes, &entry, &s, &fault);
	if (e == ERR_OK && s.has_content && item->content.len == 0)
		e = without_words(n, a, item, &entry, &s);
	if (e == ERR_OK)
		e = judged_of(n, &a->line->key, &entry, &s, n->signers[i], &judged);
	a->is_urgent |= e == ERR_OK && is_urgent_message(&s);
	if (e == ERR_OK)
		e = entry_add(n, now, &add);
	if (e == ERR_OK && add.content.len > 0)
		e = attachments_wanted(n, now, a->line->is_own ? peer : a->line->key.party, &s, add.content);
	return e == ERR_OK ? advance_reached(n, &a->line->key, &entry, &s) : e;
}

/* Writes, folds and publishes what batch_verify found good. */
static enum err batch_add(struct node *n, struct now now, size_t peer, struct arriving *a)
{
	size_t at = a->skip;
	enum err e = ERR_OK;

	if (a->work.count == 0)
		a->work.from = at;
	while (at < a->batch.count && e == ERR_OK) {
		size_t end = crew_next(n->crew, &a->work, a->batch.count, VERIFIED_AHEAD);
		for (; at < end && e == ERR_OK; at++)
			e = item_add(n, now, peer, a, at);
	}
	if (a->is_urgent)
		ask_soon(n, now, a->line);
	return e == ERR_OK ? record_add_note(n->record, a->line->log, a->note.size, a->batch.note) : e;
}

/* The content of an entry that we hold, and that somebody had said to be erased. */
static enum err content_after_all(struct node *n, struct now now, const struct arrival *in,
				  const struct arriving *a)
{
	const struct batch_item *item = &a->batch.items[a->skip];
	struct store *store = record_store(n->record);
	struct place_key at = { a->line->key, a->batch.first + a->skip };
	struct entry entry;
	struct statement s;
	struct fault fault;
	enum err e = entry_read(item->entry, &entry, &s, &fault);

	if (e != ERR_OK || item->content.len == 0 || !s.has_content)
		return ERR_OK;
	e = item_check(n, &s, item);
	if (e == ERR_OK)
		e = turn_open(n);
	if (e == ERR_OK)
		e = content_came(n, &at, &s);
	/* Held from elsewhere: whoever has the words may be given them with this entry, too. */
	if (e != ERR_OK || is_content_known(n, s.content.hash))
		return e;
	e = store->ops->content_put(store, s.content.hash, item->content);
	if (e == ERR_OK)
		e = erased_forget(n, &at);
	if (e == ERR_OK)
		e = attachments_named(n, &at, &s, item->content);
	if (e == ERR_OK)
		e = attachments_wanted(n, now, a->line->is_own ? in->peer : a->line->key.party, &s,
				       item->content);
	n->has_healed = true;
	return e;
}

/* All of it is held. Under a note of another root the two histories part before this batch. */
static enum err repeated_compare(struct node *n, struct now now, const struct arrival *in,
				 const struct arriving *a)
{
	uint8_t root[HASH_LEN];
	enum err e = record_root_at(n->record, a->line->log, a->note.size, root);

	if (e == ERR_OK && memcmp(root, a->note.root, HASH_LEN) != 0 &&
	    !has_tree_rotted(n, a->line, a->note.size))
		(void)looks_back(n, now, in, a);
	return e;
}

/* Leaves of a batch that begins below what is held: the same, or a fork. */
static enum err batch_compare(struct node *n, struct now now, const struct arrival *in, struct arriving *a)
{
	static const struct fault fork = { "record.fork", 0 };
	uint64_t size = a->line->log->frontier.size;

	while (a->skip < a->batch.count && a->batch.first + a->skip < size) {
		uint8_t held[HASH_LEN], leaf[HASH_LEN];
		enum err e = record_leaf(n->record, a->line->log, a->batch.first + a->skip, held);
		if (e != ERR_OK)
			return e;
		hash_leaf(a->batch.items[a->skip].entry, leaf);
		if (memcmp(held, leaf, HASH_LEN) != 0) {
			/* Before anybody is accused: is it we who have changed? */
			if (has_rotted(n, a->line, a->batch.first + a->skip)) {
				a->skip = a->batch.count;
				return ERR_OK;
			}
			e = fork_keep(n, now, a->line, &a->note, &a->batch, a->batch.first + a->skip);
			/* The two part before this batch begins: the place where they do is the proof. */
			if (e == ERR_NOT_FOUND && looks_back(n, now, in, a)) {
				a->skip = a->batch.count;
				return ERR_OK;
			}
			if (e == ERR_NOT_FOUND && is_hearsay(n, in, a->line)) {
				a->skip = a->batch.count;
				return ERR_OK;
			}
			return e == ERR_OK || e == ERR_NOT_FOUND
				       ? stop_log(n, now, in, a->line, a->batch.first + a->skip, &fork)
				       : e;
		}
		e = content_after_all(n, now, in, a);
		if (e != ERR_OK)
			return e;
		a->skip++;
	}
	return a->skip == a->batch.count ? repeated_compare(n, now, in, a) : ERR_OK;
}

enum err line_open_of_peer(struct node *n, size_t peer, const struct log_key *key, struct line **out)
{
	enum err e = line_open(n, key, out);

	if (e == ERR_LIMIT && warns(&n->peers[peer], WARN_EPOCHS))
		log_warning(
			"channel %u: %s opens more epochs than EPOCHS_MAX or its share of HELLO_NOTES_MAX "
			"allows; epoch %u is not kept",
			key->channel, n->accord->parties[key->party].name, key->epoch);
	return e;
}

/*
 * Whether the right key signed its note. ERR_SHORT: nothing of it is taken, for it comes again when the
 * version is held that says; or the log is stopped, because whoever signed had no right to.
 */
static enum err batch_judge(struct node *n, struct now now, const struct arrival *in, struct arriving *a)
{
	static const struct fault misused = { "record.key", 0 };
	enum note_word word = note_judge(n, a->party, a->line, &a->note, &a->batch);
	enum err e = ERR_SHORT;

	if (word == NOTE_GOOD)
		return ERR_OK;
	/* Of a log that has stopped nothing is taken: in a second history its keys may have other places. */
	if (a->line != NULL && a->line->log->stopped.rule != NULL)
		return ERR_SHORT;
	if (word == NOTE_FALSE || a->line == NULL)
		return word == NOTE_AWAITS ? ERR_SHORT : ERR_NOTE;
	if (word == NOTE_AWAITS)
		a->line->reach[in->peer].is_kept_back = true;
	else
		e = misused_keep(n, a->line, &a->note);
	if (e == ERR_OK && !a->line->is_own)
		e = stop_log(n, now, in, a->line, a->note.size - 1, &misused);
	return e == ERR_OK ? ERR_SHORT : e;
}

/* The log that a batch is of, opened if it may begin here: on the word of nobody but its author. */
static enum err batch_line(struct node *n, struct now now, const struct arrival *in, struct arriving *a)
{
	const struct origin *o = &a->batch.origin;
	const struct accord_channel *channel = accord_channel_find(n->accord, o->channel);
	struct log_key key = { o->channel, accord_party_find(n->accord, bytes_str(o->party)), o->epoch };
	enum err e;

	if (memcmp(o->accord, n->accord->id, ACCORD_ID_LEN) != 0 || channel == NULL ||
	    channel->plane == PLANE_HOME || key.party == n->accord->parties_count ||
	    !is_channel_of(channel, key.party) || !is_channel_of(channel, in->peer) ||
	    !is_channel_of(channel, n->self))
		return ERR_FRAME;
	a->party = key.party;
	a->line = line_find(n, &key);
	e = a->line != NULL ? places_reload(n, a->line) : ERR_OK;
	if (e != ERR_OK)
		return e;
	if (a->batch.first == (a->line == NULL ? 0 : a->line->log->frontier.size)) {
		a->work.count = a->batch.count < VERIFIED_BESIDE ? a->batch.count : VERIFIED_BESIDE;
		crew_begin(n->crew, &a->work);
	}
	e = batch_judge(n, now, in, a);
	if (e != ERR_OK || a->line != NULL)
		return e;
	e = turn_open(n);
	return e == ERR_OK ? line_open_of_peer(n, in->peer, &key, &a->line) : e;
}

static enum err batch_take(struct node *n, struct now now, const struct arrival *in, struct arriving *a)
{
	bool is_good;
	enum err e = batch_line(n, now, in, a);

	if (e != ERR_OK)
		return err_unless(err_unless(e, ERR_LIMIT), ERR_SHORT);
	/* What is not taken now is wanted when the log runs again. */
	if (a->line->log->stopped.rule != NULL && a->note.size > a->line->reach[in->peer].held)
		a->line->reach[in->peer].held = a->note.size;
	if (a->line->mend_from < a->line->mend_end)
		return mend_batch(n, now, &a->batch, &a->note, a->line);
	if (a->line->log->stopped.rule != NULL)
		return ERR_OK;
	/* A line check is answered on the path that it tests. */
	if (a->line->channel->plane == PLANE_SERVICE && in->path < LINK_PATHS_MAX)
		n->peers[in->peer].service_path = in->path;
	if (a->note.size > a->line->known)
		a->line->known = a->note.size;
	/* Who sends it holds it, and is asked again if a full disk takes it back here. */
	if (a->note.size > a->line->reach[in->peer].held)
		a->line->reach[in->peer].held = a->note.size;
	if (a->batch.first > a->line->log->frontier.size) {
		want_send(n, now, in->peer, a->line, a->line->log->frontier.size, a->note.size);
		return ERR_OK;
	}
	e = batch_compare(n, now, in, a);
	if (e != ERR_OK || a->skip == a->batch.count || a->line->log->stopped.rule != NULL)
		return e;
	if (a->line->is_own && !a->line->is_recovering && !a->line->is_closed)
		return recover_note(n, now, in->peer, &a->note);
	e = turn_open(n);
	if (e == ERR_OK)
		e = batch_verify(n, now, in, a, &is_good);
	return e == ERR_OK && is_good ? batch_add(n, now, in->peer, a) : e;
}

enum err receive_batch(struct node *n, struct now now, const struct arrival *in)
{
	struct arriving a = { .n = n, .work = { .task = verify_signers, .self = &a } };
	struct fault fault;
	enum err e;

	buf_reset(&n->rebuilt);
	e = batch_read(in->frame.payload, book_of(n, in->peer, in->path), &n->rebuilt, n->items, &a.batch);
	if (e == ERR_OK)
		e = note_read(a.batch.note, &a.note, &fault);
	if (e != ERR_OK)
		return e;
	if (!origin_equal(&a.note.origin, &a.batch.origin) || a.note.size != a.batch.first + a.batch.count)
		return ERR_FRAME;
	e = batch_take(n, now, in, &a);
	crew_drop(n->crew, &a.work);
	return e;
}

/* ---- Receipts. ---- */

/* Whose mirror the line names; parties_count if nobody's that may cosign this log. */
static size_t cosigner_find(struct node *n, const struct line *line, struct bytes name, struct buf *full)
{
	for (size_t party = 0; party < n->accord->parties_count; party++) {
		if (party == line->key.party || !is_channel_of(line->channel, party))
			continue;
		buf_reset(full);
		accord_mirror_name(n->accord, party, full);
		if (bytes_equal(buf_bytes(full), name))
			return party;
	}
	return n->accord->parties_count;
}

static enum err cosignature_verify(struct node *n, const struct line *line, uint64_t size, size_t party,
				   const struct note_line *parsed)
{
	uint8_t memory[ORIGIN_LEN_MAX + 80], root[HASH_LEN];
	struct buf text = BUF_ON(memory);
	enum err e = record_root_at(n->record, line->log, size, root);

	if (e != ERR_OK)
		return e;
	note_write_text(&line->log->origin, size, root, &text);
	e = mirror_verify(n, line, party, size, buf_bytes(&text), parsed);
	/* Behind what has rotted here nobody's line can be judged. */
	return e == ERR_VERIFY && has_tree_rotted(n, line, size) ? ERR_ROT : e;
}

bool is_receipt_good(struct node *n, const struct line *line, size_t party, uint64_t size, struct bytes text)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	struct note_line parsed;
	enum err e = note_read_line(text, &parsed);

	accord_mirror_name(n->accord, party, &name);
	if (e != ERR_OK || !bytes_equal(parsed.name, buf_bytes(&name)))
		e = ERR_VERIFY;
	else if (size <= line->log->durable)
		e = cosignature_verify(n, line, size, party, &parsed);
	if (e == ERR_VERIFY)
		rot_note_line(n, line, party, size);
	return e != ERR_VERIFY && e != ERR_ROT;
}

/* It cannot be judged before the entries are there: what others make up takes no room from its own party. */
static void keep_early(struct line *line, enum early_word word, size_t party, uint64_t size,
		       struct bytes text)
{
	struct early *early = &line->early[party][word];

	if (text.len > sizeof early->text || size < early->size)
		return;
	memcpy(early->text, text.ptr, text.len);
	early->len = text.len;
	early->size = size;
	early->is_put_off = false;
}

static enum early_word word_of(const struct arrival *in, size_t party)
{
	if (in == NULL || in->peer != party)
		return EARLY_OTHERS;
	return in->path == PATH_BUNDLE ? EARLY_CARRIED : EARLY_OWN;
}

enum err cosignature_take(struct node *n, const struct arrival *in, struct line *line, uint64_t size,
			  struct bytes text)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	struct note_line parsed;
	struct effect_publish *p;
	size_t party;
	enum err e = note_read_line(text, &parsed);

	if (e != ERR_OK)
		return ERR_VERIFY;
	party = cosigner_find(n, line, parsed.name, &name);
	if (party == n->accord->parties_count)
		return ERR_NOT_FOUND;
	if (line->cosigned[party] >= size)
		return ERR_OK;
	if (size > line->log->durable) {
		keep_early(line, word_of(in, party), party, size, text);
		return ERR_OK;
	}
	e = cosignature_verify(n, line, size, party, &parsed);
	if (e == ERR_ROT)
		return ERR_NOT_FOUND;
	/* By no key that counts: not yet, for what its party's log shows may come after it. */
	if (e == ERR_NOT_FOUND && in != NULL)
		keep_early(line, word_of(in, party), party, size, text);
	/*
	 * Nobody gives it again while the line is up: when the disk refuses it now, a later turn takes it
	 * from here.
	 */
	if (e == ERR_OK)
		keep_early(line, EARLY_OWN, party, size, text);
	if (e == ERR_OK)
		e = turn_open(n);
	if (e == ERR_OK)
		e = record_add_cosignature(n->record, line->log, size,
					   bytes_str(n->accord->parties[party].name), text);
	if (e != ERR_OK)
		return e;
	line->cosigned[party] = size;
	line->receipts++;
	/* A restored node has its own line from one peer; another may never have got it. */
	if (party == n->self)
		cosignature_tell(n, line, size, text);
	if (line->reach[party].held < size)
		line->reach[party].held = size;
	p = publish(n, CHANGE_RECEIPT);
	if (p != NULL) {
		p->place = (struct place_key){ line->key, size };
		p->peer = party;
	}
	return ERR_OK;
}

/* Whose log shows more of what was there has his receipts on that channel judged again. */
static void judge_again(struct node *n, struct line *shows)
{
	shows->shows_more = false;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		for (size_t j = 0; line->key.channel == shows->key.channel && j < EARLY_COUNT; j++)
			line->early[shows->key.party][j].is_put_off = false;
	}
}

enum err early_take(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		if (n->lines[i].shows_more)
			judge_again(n, &n->lines[i]);
	}
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		for (size_t j = 0; j < EARLY_COUNT * n->accord->parties_count; j++) {
			size_t party = j / EARLY_COUNT;
			struct early *early = &line->early[party][j % EARLY_COUNT];
			enum err e = ERR_OK;
			if (early->size == 0 || early->is_put_off || early->size > line->log->durable)
				continue;
			/* Most have just been taken, and are not read a second time. */
			if (line->cosigned[party] < early->size)
				e = cosignature_take(n, NULL, line, early->size,
						     (struct bytes){ early->text, early->len });
			if (err_class(e) == ERR_CLASS_LOCAL)
				return e;
			early->is_put_off = e == ERR_NOT_FOUND;
			/* What is staged only may be taken back. */
			if (!early->is_put_off && (e != ERR_OK || !record_is_open(n->record)))
				early->size = 0;
		}
	}
	return ERR_OK;
}

/*
 * Who says that he has cosigned more than we hold is asked for it, unless it comes by itself: its author may
 * have kept it from us. What a restore took of ours comes by itself from nobody.
 */
static void holds_more(struct line *line, struct now now, size_t peer, uint64_t size)
{
	struct reach *reach = &line->reach[peer];

	if (!line->is_own && reach->held <= line->log->frontier.size)
		want_timed(line, now);
	if (reach->held < size)
		reach->held = size;
}

enum err receive_cosignature(struct node *n, struct now now, const struct arrival *in)
{
	struct cosignature c;
	struct line *line;
	enum err e;

	buf_reset(&n->rebuilt);
	e = cosignature_read(in->frame.payload, book_of(n, in->peer, in->path), &n->rebuilt, &c);
	if (e != ERR_OK)
		return e;
	line = line_by_origin(n, &c.origin);
	if (line == NULL)
		return ERR_OK; /* of a log that we have nothing of: a HELLO carries it again */
	e = cosignature_take(n, in, line, c.size, c.line);
	if (e == ERR_OK && c.size > line->log->durable && line->early[in->peer][EARLY_OWN].size == c.size)
		holds_more(line, now, in->peer, c.size);
	return err_unless(e, ERR_NOT_FOUND);
}
