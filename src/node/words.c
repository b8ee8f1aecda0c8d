/*
 * Words that hold an item (docs/spec/release.md section 2): asked at our own door alone. What a peer says is
 * judged by none of it.
 */
#include "node/core.h"

#include "accord/words.h"
#include "base/alloc.h"
#include "view/release.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

static void keep_word(struct held_by *out, struct bytes word)
{
	if (out->word_len > 0)
		return;
	out->word_len = word.len < sizeof out->word ? word.len : sizeof out->word;
	if (out->word_len > 0)
		memcpy(out->word, word.ptr, out->word_len);
}

/* What was found in a file when it came, or that nobody looked into it. */
static enum err find_in_files(struct node *n, const struct held_words *w, const struct content *c,
			      struct held_by *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < c->attachments_count; i++) {
		uint8_t memory[HELD_FOUND_MAX];
		struct buf word = BUF_ON(memory);
		enum file_kind kind;
		e = look_found(n, w, c->attachments[i].hash, &kind, &word);
		if (e != ERR_OK)
			return e;
		if (kind == FILE_TEXT) {
			keep_word(out, buf_bytes(&word));
			continue;
		}
		out->unseen[out->unseen_count].name = c->attachments[i].name;
		out->unseen[out->unseen_count++].kind = file_kind_name(kind);
	}
	return e;
}

/* In any text of it. */
static enum err find_word(struct node *n, const struct held_words *w, const struct statement *s,
			  struct bytes content, struct held_by *out)
{
	struct content c;
	struct fault fault;

	for (size_t i = 0; i < s->fields_count; i++)
		keep_word(out, held_words_find_value(w, s->fields[i].value));
	if (s->content.sealing != 0 || content.len == 0 || content_read(content, &c, &fault) != ERR_OK)
		return ERR_OK;
	keep_word(out, held_words_find_in(w, &c));
	return find_in_files(n, w, &c, out);
}

/*
 * A yes to exactly these bytes with a reason, by somebody whose yes counts still where it goes. The fold has
 * seen to it that he is another person.
 */
static enum err has_reason(struct node *n, struct now now, const struct draft_view *v, struct bytes outgoing,
			   uint8_t *memory, bool *out)
{
	bool is_good;
	struct entry_read_out entry;
	struct statement inner;
	struct bytes submitted;
	struct buf b;
	enum err e;

	buf_init(&b, memory, ENTRY_LEN_MAX);
	e = node_entry(n, &v->at, &b, &entry);
	if (e != ERR_OK)
		return e;
	if (submit_read(&entry.statement, &submitted, &inner) != ERR_OK || !bytes_equal(submitted, outgoing))
		return ERR_OK;
	for (size_t i = 0; i < v->signers_count && !*out; i++) {
		buf_init(&b, memory, ENTRY_LEN_MAX);
		e = node_entry(n, &v->signers[i].at, &b, &entry);
		if (e == ERR_OK)
			e = draft_signer_is_good(n, now, &v->signers[i], v->channel, &is_good);
		if (e != ERR_OK)
			return e;
		*out = is_good && entry.statement.has_content;
	}
	return ERR_OK;
}

static enum err is_let_go(struct node *n, struct now now, const struct statement *s, struct bytes outgoing,
			  bool *out)
{
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX);
	enum err e = ERR_NOT_FOUND;
	struct draft_view v;

	*out = false;
	for (size_t i = 0; i < n->accord->channels_count && e == ERR_NOT_FOUND; i++) {
		const struct accord_channel *home = &n->accord->channels[i];
		if (home->plane != PLANE_HOME || (home->parties >> n->self & 1) == 0)
			continue;
		e = draft_find(&n->fold, home->number, s->id, &v);
		if (e == ERR_OK && v.state == DRAFT_SUBMITTED)
			e = has_reason(n, now, &v, outgoing, memory, out);
	}
	free(memory);
	return err_unless(e, ERR_NOT_FOUND);
}

enum err node_outgoing(struct node *n, const struct statement *s, struct buf *out)
{
	const struct place *item = &s->refers[s->refers_count > 0 ? s->refers_count - 1 : 0];
	struct entry_read_out *entry;
	struct place_key at;
	uint8_t *memory;
	struct buf bytes;
	enum err e;

	if (!is_outside_release(s))
		return s->has_content ? node_content(n, s, out) : ERR_NOT_FOUND;
	at = (struct place_key){ { item->channel, accord_party_find(n->accord, item->party), item->epoch },
				 item->index };
	entry = xcalloc(1, sizeof *entry);
	memory = xcalloc(1, ENTRY_LEN_MAX);
	buf_init(&bytes, memory, ENTRY_LEN_MAX);
	e = node_entry(n, &at, &bytes, entry);
	if (e == ERR_OK)
		e = entry->statement.has_content ? node_content(n, &entry->statement, out) : ERR_NOT_FOUND;
	free(memory);
	free(entry);
	return e;
}

bool node_is_unsearched(struct node *n, const struct statement *s)
{
	const struct accord_channel *channel = accord_channel_find(n->accord, s->channel);

	return s->has_content && s->content.sealing != SEALING_NONE && s->kind != KIND_READ_BACK &&
	       channel != NULL && channel->plane != PLANE_HOME && accord_here(n, s->channel)->held != NULL;
}

enum err node_held_by(struct node *n, struct now now, const struct statement *s, struct bytes outgoing,
		      struct bytes content, struct held_by *out)
{
	const struct accord_channel *channel = accord_channel_find(n->accord, s->channel);
	const struct held_words *w = accord_here(n, s->channel)->held;
	bool is_gone;
	enum err e;

	*out = (struct held_by){ .word_len = 0 };
	if (w == NULL || channel == NULL || channel->plane == PLANE_HOME)
		return ERR_OK;
	e = find_word(n, w, s, content, out);
	if (e == ERR_OK && content.len == 0 && is_outside_release(s)) {
		out->unseen[0].name = BYTES_LIT("-");
		out->unseen[0].kind = file_kind_name(FILE_UNKNOWN);
		out->unseen_count = 1;
	}
	if (e != ERR_OK || !is_held(out))
		return e;
	e = is_let_go(n, now, s, outgoing, &is_gone);
	if (e == ERR_OK && is_gone)
		*out = (struct held_by){ .word_len = 0 };
	return e;
}
