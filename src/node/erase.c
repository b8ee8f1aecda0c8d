/* Erasing leaves the hash and the proof. A peer can only be asked; he says in his log that he did it. */
#include "node/core.h"

#include "base/alloc.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/*
 * Rows beside the views:
 *
 *	'x' log, index   of an entry that came without its content: the content's hash, the
 *	                 eraser's place as it was said (CBOR)
 *	'd' hash         of a content that a second statement names
 */
#define SAID_LEN_MAX 256u

bool is_content_known(struct node *n, const uint8_t hash[HASH_LEN])
{
	struct buf none = { 0 };
	enum err e = record_content(n->record, hash, &none);

	return e == ERR_LIMIT || e == ERR_REFUSED;
}

/* ---- An erasure that counts. ---- */

static struct place_key place_key_of(const struct node *n, const struct place *p)
{
	return (struct place_key){ { p->channel, accord_party_find(n->accord, p->party), p->epoch },
				   p->index };
}

static void double_key(struct buf *key, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_DOUBLE);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

/* The statement that stands at a place. ERR_NOT_FOUND: we have nothing of its log. */
static enum err statement_at(struct node *n, const struct place_key *at, struct buf *bytes,
			     struct statement *out)
{
	struct line *line = line_find(n, &at->log);
	struct entry entry;

	return line == NULL ? ERR_NOT_FOUND : line_entry(n, line, at->index, bytes, &entry, out);
}

/*
 * What goes out has the words of its draft, which is the same party's: they are erased together. Only if it
 * is the content of that SUBMIT, which would have been found to be another's when it came.
 */
static enum err is_of_draft(struct node *n, const struct log_key *log, const struct statement *s, bool *out)
{
	struct buf bytes = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct draft_view draft;
	struct statement submit;
	enum err e;

	*out = false;
	for (size_t i = 0; i < n->accord->channels_count && log->party == n->self && !*out; i++) {
		const struct accord_channel *home = &n->accord->channels[i];
		if (home->plane != PLANE_HOME)
			continue;
		e = draft_find(&n->fold, home->number, s->id, &draft);
		if (e == ERR_OK)
			e = lent(statement_at(n, &draft.at, &bytes, &submit));
		if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_ROT)
			return e;
		*out = e == ERR_OK && submit.has_content &&
		       memcmp(submit.content.hash, s->content.hash, HASH_LEN) == 0;
	}
	return ERR_OK;
}

enum err content_forget(struct node *n, const uint8_t hash[HASH_LEN])
{
	struct store *store = record_store(n->record);

	erasures_doubt(n);
	return store->ops->content_forget(store, hash);
}

/* What an entry erases. ERR_NOT_FOUND: nothing. */
static enum err read_erased(struct node *n, const struct place *eraser, struct buf *bytes,
			    struct place_key *of)
{
	struct place_key at = place_key_of(n, eraser);
	struct entry_view v;
	struct statement s;
	enum err e = fold_get(&n->fold, &at, &v);

	if (e == ERR_OK && (v.kind != KIND_ERASE || v.verdict != VERDICT_OK))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = statement_at(n, &at, bytes, &s);
	if (e == ERR_OK)
		*of = place_key_of(n, &s.refers[0]);
	return e == ERR_ROT ? ERR_NOT_FOUND : e;
}

static enum err erases(struct node *n, const struct place *eraser, struct place_key *of)
{
	struct buf bytes = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);

	return lent(read_erased(n, eraser, &bytes, of));
}

/*
 * Words that another party erased, who had named their hash before they came from whoever said them: he
 * erased no more than his own naming of them, whose place stays without words.
 */
static enum err erased_by_another(struct node *n, size_t party, const uint8_t hash[HASH_LEN], bool *out)
{
	struct store *store = record_store(n->record);
	uint8_t memory[SAID_LEN_MAX];
	struct buf said = BUF_ON(memory);
	struct place_key of;
	struct cbor_reader r;
	struct place eraser;
	enum err e = store->ops->content_eraser(store, hash, &said);

	*out = false;
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	cbor_open(&r, buf_bytes(&said));
	e = place_read(&r, &eraser);
	if (e == ERR_OK)
		e = erases(n, &eraser, &of);
	if (e != ERR_OK || of.log.party == party)
		return err_unless(e, ERR_NOT_FOUND);
	e = wordless_note(n, &of, &eraser);
	if (e == ERR_OK)
		e = content_forget(n, hash);
	*out = e == ERR_OK;
	return e;
}

/*
 * Who copies a hash says the same, if he has the words: his statement keeps them, or he could have another's
 * erased. A statement that stands in two epochs is one.
 */
enum err content_named(struct node *n, const struct place_key *at, const struct statement *s, bool has_words)
{
	uint8_t memory[HASH_LEN + 1];
	struct buf key = BUF_ON(memory);
	struct place_key first;
	bool is_drafted, is_back = false, has_none = false;
	enum err e;

	if (!s->has_content || !is_content_known(n, s->content.hash))
		return ERR_OK;
	e = has_words ? ERR_OK : is_wordless(n, at, &has_none);
	if (e != ERR_OK || has_none ||
	    (fold_find_id(&n->fold, at->log.channel, at->log.party, s->id, &first) == ERR_OK &&
	     !place_key_equal(&first, at)))
		return e;
	e = is_of_draft(n, &at->log, s, &is_drafted);
	if (e == ERR_OK && !is_drafted && has_words)
		e = erased_by_another(n, at->log.party, s->content.hash, &is_back);
	if (e != ERR_OK || is_drafted || is_back)
		return e;
	double_key(&key, s->content.hash);
	return map_put(&n->views, buf_bytes(&key), BYTES_LIT("1"));
}

static enum err is_double(struct node *n, const uint8_t hash[HASH_LEN], bool *out)
{
	uint8_t memory[HASH_LEN + 1];
	struct buf key = BUF_ON(memory);
	enum err e;

	double_key(&key, hash);
	e = map_get(&n->views, buf_bytes(&key), NULL);
	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

/* The bytes go, and what is attached to them alone. */
static enum err content_go(struct node *n, const struct log_key *log, const struct statement *s,
			   const struct place *eraser)
{
	struct store *store = record_store(n->record);
	uint8_t place_memory[SAID_LEN_MAX];
	struct buf content, place = BUF_ON(place_memory);
	bool is_held;
	enum err e;

	buf_init(&content, n->scratch, CONTENT_LEN_MAX);
	e = record_content(n->record, s->content.hash, &content);
	is_held = e == ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_REFUSED && e != ERR_ROT)
		return e;
	place_write(eraser, &place);
	e = store->ops->content_erase(store, s->content.hash, buf_bytes(&place));
	if (e == ERR_OK && is_held)
		e = attachments_unnamed(n, log, s, buf_bytes(&content));
	n->erasures++;
	n->has_healed = true;
	return e;
}

/* It came without the words that are here: those are another's. */
static bool has_no_words(struct node *n, const struct place_key *of, const uint8_t hash[HASH_LEN])
{
	uint8_t memory[SAID_LEN_MAX];
	struct buf said = BUF_ON(memory), none = { 0 };
	struct place eraser;

	return erased_said(n, of, &said, &eraser) == ERR_OK &&
	       record_content(n->record, hash, &none) == ERR_LIMIT;
}

enum err erase_folded(struct node *n, const struct place_key *at, const struct statement *s,
		      struct bytes entry_bytes)
{
	struct place_key of = place_key_of(n, &s->refers[0]);
	struct place eraser = {
		.channel = at->log.channel, .party = s->party, .epoch = at->log.epoch, .index = at->index
	};
	struct buf bytes;
	struct statement erased = { 0 };
	bool is_kept, is_gone = false;
	enum err e;

	hash_leaf(entry_bytes, eraser.leaf);
	buf_init(&bytes, n->scratch, ENTRY_LEN_MAX);
	e = err_unless(statement_at(n, &of, &bytes, &erased), ERR_NOT_FOUND);
	if (e == ERR_ROT)
		/* an erasure that is shown and not done is the one thing that must not be */
		return ERR_CORRUPT;
	if (e == ERR_OK && erased.has_content)
		e = is_wordless(n, &of, &is_gone);
	if (e != ERR_OK || !erased.has_content || is_gone)
		return e;
	e = is_double(n, erased.content.hash, &is_kept);
	if (e != ERR_OK)
		return e;
	if (is_kept || has_no_words(n, &of, erased.content.hash)) {
		log_notice("channel %u: the words of entry %llu are erased, and stay where another "
			   "statement says them",
			   of.log.channel, (unsigned long long)of.index);
		thin_erased(n, &of);
		e = wordless_note(n, &of, &eraser);
		return e == ERR_OK ? erased_forget(n, &of) : e;
	}
	log_notice("channel %u: two persons erased the content of entry %llu", of.log.channel,
		   (unsigned long long)of.index);
	thin_erased(n, &of);
	e = content_go(n, &of.log, &erased, &eraser);
	return e == ERR_OK ? erased_forget(n, &of) : e;
}

/* ---- A restored log's tail is cut. ---- */

/* Unless another entry says the same words. */
static enum err content_cut(struct node *n, const struct log_key *log, const struct statement *s)
{
	struct buf content;
	bool is_kept, is_held;
	enum err e = is_double(n, s->content.hash, &is_kept);

	if (e != ERR_OK || is_kept)
		return e;
	buf_init(&content, n->scratch, CONTENT_LEN_MAX);
	is_held = record_content(n->record, s->content.hash, &content) == ERR_OK;
	e = content_forget(n, s->content.hash);
	return e == ERR_OK && is_held ? attachments_unnamed(n, log, s, buf_bytes(&content)) : e;
}

/* What it erased is neither held nor erased by anything: as if it had come without its content. */
static enum err erasure_cut(struct node *n, const struct place_key *at, const struct statement *s,
			    struct bytes entry_bytes)
{
	struct store *store = record_store(n->record);
	struct place_key of = place_key_of(n, &s->refers[0]);
	uint8_t said_memory[SAID_LEN_MAX], said_now_memory[SAID_LEN_MAX];
	struct buf bytes, said = BUF_ON(said_memory), now = BUF_ON(said_now_memory);
	struct place eraser = {
		.channel = at->log.channel, .party = s->party, .epoch = at->log.epoch, .index = at->index
	};
	struct statement erased;
	enum err e;

	hash_leaf(entry_bytes, eraser.leaf);
	buf_init(&bytes, n->scratch, ENTRY_LEN_MAX);
	e = statement_at(n, &of, &bytes, &erased);
	if (e != ERR_OK || !erased.has_content)
		return err_unless(err_unless(e, ERR_NOT_FOUND), ERR_ROT);
	e = store->ops->content_eraser(store, erased.content.hash, &said);
	if (e == ERR_NOT_FOUND) /* another statement kept the words, for this place too now */
		return wordless_forget(n, &of);
	if (e != ERR_OK)
		return e;
	place_write(&eraser, &now);
	if (!bytes_equal(buf_bytes(&said), buf_bytes(&now)))
		return ERR_OK; /* an earlier one erased it */
	e = content_forget(n, erased.content.hash);
	return e == ERR_OK ? erased_note(n, &of, erased.content.hash, &eraser) : e;
}

enum err erase_cut(struct node *n, const struct place_key *at)
{
	struct buf bytes = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct statement s;
	enum err e = lent(statement_at(n, at, &bytes, &s));

	if (e != ERR_OK)
		return err_unless(e, ERR_ROT);
	e = erased_forget(n, at);
	if (e == ERR_OK && s.kind == KIND_ERASE)
		e = erasure_cut(n, at, &s, buf_bytes(&bytes));
	return e == ERR_OK && s.has_content ? content_cut(n, &at->log, &s) : e;
}

/* ---- What a peer says, who passes an entry on without its content. ---- */

static void said_key(struct buf *key, enum node_row row, const struct place_key *at)
{
	buf_put_byte(key, (uint8_t)row);
	place_key_write(at, key);
}

enum err erased_note(struct node *n, const struct place_key *at, const uint8_t hash[HASH_LEN],
		     const struct place *eraser)
{
	uint8_t key_memory[1 + PLACE_KEY_LEN], value_memory[SAID_LEN_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(value_memory);
	struct line *line = line_find(n, &at->log);

	if (line != NULL && line->proved > at->index)
		line->proved = at->index;
	said_key(&key, ROW_ERASED, at);
	buf_put(&value, (struct bytes){ hash, HASH_LEN });
	place_write(eraser, &value);
	return map_put(&n->views, buf_bytes(&key), buf_bytes(&value));
}

/* Whom such a row names, behind so many other bytes. */
static enum err row_said(struct node *n, enum node_row row, const struct place_key *at, size_t skip,
			 struct buf *memory, struct place *eraser)
{
	uint8_t key_memory[1 + PLACE_KEY_LEN];
	struct buf key = BUF_ON(key_memory);
	struct cbor_reader r;
	size_t from = memory->len + skip;
	enum err e;

	said_key(&key, row, at);
	e = map_get(&n->views, buf_bytes(&key), memory);
	if (e != ERR_OK)
		return e;
	if (memory->len < from)
		return ERR_CORRUPT;
	cbor_open(&r, (struct bytes){ memory->ptr + from, memory->len - from });
	return place_read(&r, eraser);
}

static enum err row_forget(struct node *n, enum node_row row, const struct place_key *at)
{
	uint8_t memory[1 + PLACE_KEY_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	said_key(&key, row, at);
	e = map_del(&n->views, buf_bytes(&key));
	return err_unless(e, ERR_NOT_FOUND);
}

enum err erased_said(struct node *n, const struct place_key *at, struct buf *memory, struct place *eraser)
{
	return row_said(n, ROW_ERASED, at, HASH_LEN, memory, eraser);
}

enum err erased_forget(struct node *n, const struct place_key *at)
{
	return row_forget(n, ROW_ERASED, at);
}

enum err wordless_note(struct node *n, const struct place_key *at, const struct place *eraser)
{
	uint8_t key_memory[1 + PLACE_KEY_LEN], value_memory[SAID_LEN_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(value_memory);

	said_key(&key, ROW_WORDLESS, at);
	place_write(eraser, &value);
	return map_put(&n->views, buf_bytes(&key), buf_bytes(&value));
}

enum err wordless_said(struct node *n, const struct place_key *at, struct buf *memory, struct place *eraser)
{
	return row_said(n, ROW_WORDLESS, at, 0, memory, eraser);
}

enum err wordless_eraser(struct node *n, const struct place_key *at, struct place_key *out)
{
	uint8_t memory[SAID_LEN_MAX];
	struct buf said = BUF_ON(memory), bytes;
	struct place_key of;
	struct place eraser;
	enum err e = wordless_said(n, at, &said, &eraser);

	if (e != ERR_OK)
		return e;
	buf_init(&bytes, xcalloc(1, ENTRY_LEN_MAX), ENTRY_LEN_MAX);
	e = read_erased(n, &eraser, &bytes, &of);
	free(bytes.ptr);
	*out = place_key_of(n, &eraser);
	return e == ERR_OK && !place_key_equal(&of, at) ? ERR_NOT_FOUND : e;
}

enum err is_wordless(struct node *n, const struct place_key *at, bool *out)
{
	uint8_t memory[SAID_LEN_MAX];
	struct buf said = BUF_ON(memory);
	struct place eraser;
	enum err e = wordless_said(n, at, &said, &eraser);

	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

enum err wordless_forget(struct node *n, const struct place_key *at)
{
	return row_forget(n, ROW_WORDLESS, at);
}

/* Where its words came by another statement the row stays: it is passed over once, not at each batch. */
enum err erased_unproved(struct node *n, struct line *line, struct place_key *at)
{
	uint8_t prefix_memory[1 + LOG_KEY_LEN], key_memory[MAP_KEY_MAX], value_memory[SAID_LEN_MAX];
	struct buf prefix = BUF_ON(prefix_memory), key = BUF_ON(key_memory);

	buf_put_byte(&prefix, ROW_ERASED);
	log_key_write(&line->key, &prefix);
	if (line->proved > 0)
		said_key(&key, ROW_ERASED, &(struct place_key){ line->key, line->proved - 1 });
	else
		buf_put(&key, buf_bytes(&prefix));
	for (;;) {
		struct buf value = BUF_ON(value_memory);
		struct bytes at_bytes;
		enum err e = map_next(&n->views, buf_bytes(&prefix), buf_bytes(&key), &key, &value);
		if (e != ERR_OK)
			return e;
		at_bytes = (struct bytes){ key.ptr + 1, key.len - 1 };
		if (place_key_read(&at_bytes, at) != ERR_OK || value.len < HASH_LEN)
			return ERR_CORRUPT;
		if (!is_content_known(n, value.ptr))
			return ERR_OK;
		line->proved = at->index + 1;
	}
}

bool erasers_are_held(struct node *n, struct line *line)
{
	struct place_key at;

	return erased_unproved(n, line, &at) == ERR_NOT_FOUND;
}

void erasures_doubt(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++)
		n->lines[i].proved = 0;
}

enum err content_came(struct node *n, const struct place_key *at, const struct statement *s)
{
	uint8_t memory[SAID_LEN_MAX];
	struct buf said = BUF_ON(memory);
	struct place_key of;
	struct place eraser;
	enum err e = wordless_said(n, at, &said, &eraser);

	if (e == ERR_NOT_FOUND)
		e = erased_said(n, at, &said, &eraser);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND); /* it had them */
	e = erases(n, &eraser, &of);
	if (e == ERR_OK && place_key_equal(&of, at))
		return ERR_OK;
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = content_named(n, at, s, true);
	return e == ERR_OK ? wordless_forget(n, at) : e;
}
