/*
 * What an officer says a second time, word for word: our door answers with where it stands already. A log
 * only grows, and who repeats a command because he does not know whether it was heard says nothing new.
 */
#include "node/core.h"

#include <string.h>

/*
 * Acts that say all by their kind. Who had no doubt the first time adds nothing; a mark takes the place of
 * the one before it, so that the last alone can be repeated, with the words that it had.
 */
static const struct act {
	enum kind kind;
	bool is_last_only, may_have_words;
	bool is_news_later; /* where a roster says who is on duty: whoever reads again then is a relief */
} acts[] = {
	{ KIND_WATCH_READ, false, false, true },
	{ KIND_PRESENTED, false, false, true },
	{ KIND_MARK, true, true, false },
};

static bool is_same(const struct statement *a, const struct statement *b)
{
	if (a->has_content != b->has_content || a->fields_count != b->fields_count ||
	    !bytes_equal(a->role, b->role) || !bytes_equal(a->acting_for, b->acting_for) ||
	    a->has_instance != b->has_instance)
		return false;
	for (size_t i = 0; i < a->fields_count; i++) {
		if (a->fields[i].key != b->fields[i].key ||
		    !bytes_equal(a->fields[i].value, b->fields[i].value))
			return false;
	}
	return true;
}

/* By the same person: one key, which nobody else was given in between. */
static enum err is_by_same(const struct node *n, const struct line *line, const struct entry *before,
			   const uint8_t key[KEY_HASH_LEN], bool *out)
{
	struct key_view then, now;
	uint8_t hash[KEY_HASH_LEN];
	struct sshsig sig;
	enum err e;

	*out = false;
	if (before->signatures_count != 1 || sshsig_read(before->signatures[0], &sig) != ERR_OK)
		return ERR_OK;
	hash_sha256(sig.public_key, hash);
	if (memcmp(hash, key, sizeof hash) != 0)
		return ERR_OK;
	e = fold_key(&n->fold, &line->key, key, before->index, &then);
	if (e == ERR_OK)
		e = fold_key(&n->fold, &line->key, key, line->log->frontier.size, &now);
	*out = e == ERR_OK && then.added == now.added;
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * Words are salted anew each time, so that their hashes say nothing. Sealed ones are never the same. `rest`
 * is memory for those of before.
 */
static bool has_same_words(struct node *n, const struct statement *before, struct bytes now, struct buf rest)
{
	struct content a, b;
	struct fault fault;

	if (node_content(n, before, &rest) != ERR_OK ||
	    content_read(buf_bytes(&rest), &a, &fault) != ERR_OK || content_read(now, &b, &fault) != ERR_OK)
		return false;
	if (!bytes_equal(a.language, b.language) || !bytes_equal(a.subject, b.subject) ||
	    a.portions_count != b.portions_count || a.fields_count + b.fields_count > 0 ||
	    a.attachments_count + b.attachments_count > 0)
		return false;
	for (size_t i = 0; i < a.portions_count; i++) {
		if (!bytes_equal(a.portions[i].text, b.portions[i].text) ||
		    !bytes_equal(a.portions[i].label, b.portions[i].label))
			return false;
	}
	return true;
}

/*
 * Where a roster says who is on duty, what was said a while ago, or before a relief or by another shift, is
 * said anew: it is what is to be read again.
 */
#define SAID_WITHIN_MS 600000u

static void raise_to(uint64_t *at, uint64_t ms)
{
	*at = ms > *at ? ms : *at;
}

/* From when on it is the same; 0: always. */
static uint64_t said_since(struct node *n, struct now now)
{
	uint64_t since = 0;

	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		struct post_view post = { .post = "" };
		while (c->plane == PLANE_HOME && fold_next_post(&n->fold, c->number, &post) == ERR_OK) {
			struct duty duty;
			if (post.accepted.log.epoch != 0)
				raise_to(&since, post.accepted_ms);
			if (!post.has_roster)
				continue;
			raise_to(&since, ms_minus(now.wall.ms, SAID_WITHIN_MS));
			if (node_duty(n, c->number, bytes_str(post.post), now.wall.ms, &duty) == ERR_OK)
				raise_to(&since, duty.from_ms);
		}
	}
	return since;
}

static enum err is_said_at(struct node *n, struct now now, struct line *line, const struct place_key *at,
			   const struct statement *s, const struct act *act, const struct command *in,
			   bool *out)
{
	struct buf memory = arena_lend(&n->fx->arena, ENTRY_LEN_MAX + CONTENT_LEN_MAX), rest = { 0 };
	struct statement before;
	struct entry entry;
	enum err e = line_entry(n, line, at->index, &memory, &entry, &before);

	if (e == ERR_OK)
		buf_init(&rest, memory.ptr + memory.len, memory.max - memory.len);
	*out = e == ERR_OK && is_same(s, &before) &&
	       (!s->has_content || has_same_words(n, &before, in->content, rest)) &&
	       (!act->is_news_later || entry.filed.ms >= said_since(n, now));
	if (*out)
		return is_by_same(n, line, &entry, in->signers[0].key, out);
	return err_unless(e, ERR_ROT); /* what cannot be read any more can be said again */
}

enum err said_before(struct node *n, struct now now, struct line *line, const struct statement *s,
		     const struct command *in, bool *out, struct place_key *place)
{
	struct message_at at = { 0 };
	struct place_key subject;
	size_t row = 0;
	enum err e;

	*out = false;
	while (row < ARRAY_COUNT(acts) && acts[row].kind != s->kind)
		row++;
	if (row == ARRAY_COUNT(acts) || (s->has_content && !acts[row].may_have_words) ||
	    s->refers_count != 1 || in->signatures_count != 1)
		return ERR_OK;
	subject =
		(struct place_key){ { s->refers[0].channel, accord_party_find(n->accord, s->refers[0].party),
				      s->refers[0].epoch },
				    s->refers[0].index };
	while ((e = fold_next_act(&n->fold, &subject, &at)) == ERR_OK && (!*out || acts[row].is_last_only)) {
		struct entry_view v;
		if (at.order == 0 || !log_key_equal(&at.place.log, &line->key))
			continue;
		e = fold_get(&n->fold, &at.place, &v);
		if (e == ERR_OK && v.kind != s->kind)
			continue;
		if (e == ERR_OK)
			e = is_said_at(n, now, line, &at.place, s, &acts[row], in, out);
		if (e != ERR_OK)
			return e;
		*place = at.place;
	}
	return err_unless(e, ERR_NOT_FOUND);
}
