/* Drafts of the home channel: what waits for whom, and all that a releaser is to see before he signs. */
#include "api/runs.h"

#include "accord/guidelines.h"
#include "api/entry_reply.h"
#include "base/alloc.h"
#include "policy/policy.h"
#include "view/release.h"

#include <stdlib.h>
#include <string.h>

#define NEWER_MAX 16u	     /* places of newer traffic that are named */
#define RIVALS_LOOKED_AT 64u /* of what is signed for a day */

struct draft_case {
	struct draft_view view;
	struct entry_read_out submit;
	struct statement outgoing; /* borrows from the entry's memory, as submit does */
	struct bytes bytes;	   /* of it */
	struct place_key released;
	bool is_released, is_author_lost;
	struct held_by held;
};

/* What it says, as far as it is here: the door looks again when it goes. */
static enum err read_held(struct api *a, struct draft_case *d)
{
	struct buf content;

	buf_init(&content, a->content_memory, CONTENT_LEN_MAX);
	d->held = (struct held_by){ .word_len = 0 };
	if (d->is_released)
		return ERR_OK;
	if (node_outgoing(a->node, &d->outgoing, &content) != ERR_OK)
		buf_reset(&content);
	return node_held_by(a->node, a->now, &d->outgoing, d->bytes, buf_bytes(&content), &d->held);
}

/* By what it is about, too. */
static enum err read_needed(struct api *a, struct draft_case *d)
{
	const struct accord *accord = node_accord(a->node);
	const struct statement *s = &d->outgoing;
	struct statement about;
	struct place_key at;
	enum err e = ERR_NOT_FOUND;

	if (s->refers_count == 1) {
		at = (struct place_key){ { s->refers[0].channel,
					   accord_party_find(accord, s->refers[0].party),
					   s->refers[0].epoch },
					 s->refers[0].index };
		e = a->record.fetch(a->record.self, &at, &about);
	}
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return draft_needed(node_fold(a->node), &d->view, s, &about, &d->view.needed);
}

/*
 * Whose key is good no more where it goes, or has no post that releases: the door would refuse it with his
 * approval. So it would if the author's is not.
 */
static enum err drop_lost(struct api *a, struct draft_case *d)
{
	struct draft_view *v = &d->view;
	uint64_t of_author;
	size_t kept = 0;
	enum err e = reading_roles(&a->record, v->at.log.party, v->author.key, v->channel, &of_author);

	d->is_author_lost = e == ERR_OK && of_author == 0;
	v->approved = 0;
	for (size_t i = 0; e == ERR_OK && i < v->signers_count; i++) {
		struct draft_signer signer = v->signers[i];
		uint64_t roles;
		e = reading_roles(&a->record, v->at.log.party, signer.key, v->channel, &roles);
		if (signer.is_releaser)
			roles &= releasing_roles(node_accord(a->node));
		if (e != ERR_OK || roles == 0)
			continue;
		v->approved += signer.is_releaser;
		v->signers[kept++] = signer;
	}
	v->signers_count = kept;
	return e;
}

static enum err read_case(struct api *a, struct draft_case *d)
{
	struct buf memory;
	enum err e;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, &d->view.at, &memory, &d->submit);
	if (e == ERR_OK)
		e = request_may(a, &d->view.at, &d->submit.statement);
	if (e == ERR_OK)
		e = submit_read(&d->submit.statement, &d->bytes, &d->outgoing);
	if (e == ERR_OK)
		e = read_needed(a, d);
	if (e != ERR_OK)
		return e;
	e = draft_released(node_fold(a->node), &d->view, &d->released);
	if (e == ERR_OK)
		e = request_may_place(a, &d->released);
	d->is_released = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		e = drop_lost(a, d);
	return e == ERR_OK ? read_held(a, d) : e;
}

/* Of what is sealed and might be held, one at least, whose terminal looks into it. */
static uint64_t needed_of(const struct api *a, const struct draft_case *d)
{
	return d->view.needed == 0 && node_is_unsearched(a->node, &d->outgoing) ? 1 : d->view.needed;
}

static const char *state_of(const struct api *a, const struct draft_case *d)
{
	if (d->is_released)
		return "RELEASED";
	if (d->view.state != DRAFT_SUBMITTED)
		return draft_state_name(d->view.state);
	if (a->now.wall.ms > d->view.lapses_ms || d->is_author_lost)
		return "LAPSED";
	if (d->view.approved < needed_of(a, d) || is_held(&d->held))
		return draft_state_name(d->view.state);
	return a->now.wall.ms < d->view.from_ms ? "DATED" : "APPROVED";
}

static bool is_open(const struct api *a, const struct draft_case *d)
{
	const char *state = state_of(a, d);

	return strcmp(state, "SUBMITTED") == 0 || strcmp(state, "APPROVED") == 0 ||
	       strcmp(state, "DATED") == 0;
}

/*
 * Of a party the roles among these that read it where it goes. What is sealed only they do who have a key
 * that it is sealed for, and no outside party has one.
 */
static enum err readers_of(struct api *a, const struct draft_case *d, size_t party, uint64_t *roles)
{
	const struct statement *s = &d->outgoing;
	struct log_key log = { d->view.channel, party, 0 };
	uint64_t meant, keyed = 0, size = 0;
	enum err e;

	if (!s->has_content || s->content.sealing == SEALING_NONE)
		return ERR_OK;
	e = sealed_roles(a, s, &meant);
	if (party < node_accord(a->node)->parties_count)
		log.epoch = node_epoch(a->node, log.channel, party);
	if (e == ERR_OK && log.epoch > 0)
		e = fold_size(node_fold(a->node), &log, &size);
	if (e == ERR_OK)
		e = keyed_roles(a, &log, size, s->content.sealing, &keyed);
	*roles &= meant & keyed;
	return e;
}

/* Who could read it where it goes: of each party the roles that are let in there and have not ended. */
static enum err reply_readers(struct api *a, struct reply *r, const struct draft_case *d)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *to = accord_channel_find(accord, d->view.channel);
	const struct guidelines *g = accord->guidelines;
	uint64_t there = to == NULL ? 0 : accord_let_in(to) & ~accord_ended(accord, a->now.wall.ms);
	struct label_mask mask;
	enum err e = ERR_OK;

	reply_array(r, "readers");
	if (g != NULL && policy_label_read(g, &d->outgoing.label, node_self(a->node), &mask).is_allowed) {
		for (size_t p = 0; e == ERR_OK && p < g->parties_count; p++) {
			uint64_t roles = p < accord->parties_count ? policy_roles(g, &mask, p) & there : 0;
			if ((policy_parties(g, &mask) >> p & 1) == 0)
				continue;
			e = readers_of(a, d, p, &roles);
			reply_roles_of(r, accord, g->parties[p].code, roles);
		}
	}
	reply_array_end(r);
	return e;
}

/* How much of a party's log the author had seen. */
static uint64_t seen_of(const struct statement *s, const struct accord *accord, const struct log_key *log)
{
	for (size_t i = 0; i < s->seen_count; i++) {
		if (accord_party_find(accord, s->seen[i].party) == log->party &&
		    s->seen[i].epoch == log->epoch)
			return s->seen[i].size;
	}
	return 0;
}

/* Words of others on that channel that came since: the author had not seen them when he signed. */
static enum err reply_newer(struct api *a, struct reply *r, const struct draft_case *d)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *c = accord_channel_find(accord, d->outgoing.channel);
	const struct fold *f = node_fold(a->node);
	size_t count = 0;
	enum err e = ERR_OK;

	reply_array(r, "newer");
	for (size_t p = 0; c != NULL && e == ERR_OK && p < accord->parties_count; p++) {
		struct place_key at = { { c->number, p, 0 }, 0 };
		uint64_t size;
		if (p == node_self(a->node) || (c->parties >> p & 1) == 0)
			continue;
		at.log.epoch = node_epoch(a->node, c->number, p);
		e = fold_size(f, &at.log, &size);
		for (at.index = seen_of(&d->outgoing, accord, &at.log);
		     e == ERR_OK && at.index < size && count < NEWER_MAX; at.index++) {
			struct entry_view v;
			e = fold_get(f, &at, &v);
			if (e != ERR_OK || v.verdict != VERDICT_OK ||
			    (!is_item(v.kind) && v.kind != KIND_RECALL))
				continue;
			e = request_may_place(a, &at);
			if (e == ERR_OK) {
				reply_place(r, NULL, accord, &at);
				count++;
			}
			e = e == ERR_NOT_FOUND ? ERR_OK : e;
		}
	}
	reply_array_end(r);
	return e;
}

static void reply_signers(struct reply *r, const struct accord *accord, const struct draft_view *v)
{
	reply_uint(r, "author_holder", v->author.holder);
	reply_array(r, "signers");
	for (size_t i = 0; i < v->signers_count; i++) {
		reply_object(r, NULL);
		reply_uint(r, "holder", v->signers[i].holder);
		reply_bool(r, "releaser", v->signers[i].is_releaser);
		reply_place(r, "place", accord, &v->signers[i].at);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/*
 * ---- Of what is signed for a day: why it is not filed on it, and what else is signed for that label. ----
 */

static enum err reply_unfiled(struct api *a, struct reply *r, const struct draft_case *d)
{
	struct place_key by;
	enum unfiled why;
	enum err e = node_unfiled(a->node, &d->view, &d->outgoing, &why, &by);

	if (e != ERR_OK || why == UNFILED_NOT)
		return e;
	/* What his item was given or asked since is told to whoever may know of that. */
	if (by.log.epoch != 0)
		e = request_may_place(a, &by);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	reply_str(r, "unfiled", unfiled_name(why));
	if (by.log.epoch != 0)
		reply_place(r, "unfiled_by", node_accord(a->node), &by);
	return ERR_OK;
}

/* Another draft, that takes the place of the same label. */
struct rival {
	uint8_t memory[ENTRY_LEN_MAX];
	struct entry_read_out submit;
	struct statement outgoing;
	struct draft_view view;
};

static bool is_of_same_label(const struct statement *one, const struct statement *other)
{
	const struct place *p = &one->refers[0], *q = &other->refers[0];

	return other->kind == KIND_DOWNGRADE && p->channel == q->channel && bytes_equal(p->party, q->party) &&
	       p->epoch == q->epoch && p->index == q->index;
}

static enum err reply_rival(struct api *a, struct reply *r, const struct draft_case *d,
			    const struct message_at *at, struct rival *other)
{
	struct buf memory = BUF_ON(other->memory);
	const struct message_at own = { d->view.from_ms, d->view.at };
	struct place_key released;
	struct bytes ignored;
	enum err e = node_entry(a->node, &at->place, &memory, &other->submit);

	if (e == ERR_OK)
		e = request_may(a, &at->place, &other->submit.statement);
	if (e == ERR_OK)
		e = submit_read(&other->submit.statement, &ignored, &other->outgoing);
	if (e != ERR_OK || !is_of_same_label(&d->outgoing, &other->outgoing))
		return e;
	e = draft_find(node_fold(a->node), at->place.log.channel, other->outgoing.id, &other->view);
	if (e != ERR_OK || a->now.wall.ms > other->view.lapses_ms ||
	    draft_released(node_fold(a->node), &other->view, &released) != ERR_NOT_FOUND)
		return e;
	reply_object(r, NULL);
	reply_place(r, "place", node_accord(a->node), &at->place);
	reply_uint(r, "from_ms", at->order);
	reply_bool(r, "is_first", message_is_later(&own, at));
	reply_object_end(r);
	return ERR_OK;
}

/*
 * In the order in which the node files them: the first that is approved by then is filed, and ends the
 * others.
 */
static enum err reply_rivals(struct api *a, struct reply *r, const struct draft_case *d)
{
	struct rival *other = xcalloc(1, sizeof *other);
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	reply_array(r, "same_label");
	for (size_t i = 0; e == ERR_OK && i < RIVALS_LOOKED_AT; i++) {
		e = fold_next_beforehand(node_fold(a->node), d->view.at.log.channel, &at);
		if (e != ERR_OK || place_key_equal(&at.place, &d->view.at))
			continue;
		e = reply_rival(a, r, d, &at, other);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	free(other);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The bytes that are signed, and the signatures that count so far, the author's first. */
static enum err reply_signed(struct api *a, struct reply *r, const struct draft_case *d)
{
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	enum err e = ERR_OK;

	reply_base64(r, "statement", d->bytes);
	reply_array(r, "sshsigs");
	reply_base64(r, NULL, inner_signature(&d->submit.statement));
	for (size_t i = 0; e == ERR_OK && i < d->view.signers_count; i++) {
		struct buf memory;
		struct entry_read_out approve;
		if (!d->view.signers[i].is_releaser)
			continue;
		buf_init(&memory, bytes, ENTRY_LEN_MAX);
		e = node_entry(a->node, &d->view.signers[i].at, &memory, &approve);
		if (e == ERR_OK)
			reply_base64(r, NULL, inner_signature(&approve.statement));
	}
	reply_array_end(r);
	free(bytes);
	return e;
}

/*
 * Files that nobody looked into: whoever lets it go does. Their names are the content's, which is read again.
 */
static void reply_unseen(struct reply *r, const struct held_by *h)
{
	reply_array(r, "unseen");
	for (size_t i = 0; i < h->unseen_count; i++) {
		reply_object(r, NULL);
		reply_text(r, "name", h->unseen[i].name);
		reply_str(r, "kind", h->unseen[i].kind);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static enum err reply_draft(struct api *a, struct reply *r, const struct draft_case *d, bool is_whole)
{
	const struct accord *accord = node_accord(a->node);
	const struct accord_channel *c = accord_channel_find(accord, d->view.channel);
	struct buf content;
	enum err e = ERR_OK, read = ERR_OK;

	buf_init(&content, a->content_memory, CONTENT_LEN_MAX);
	reply_object(r, NULL);
	reply_place(r, "place", accord, &d->view.at);
	reply_str(r, "state", state_of(a, d));
	reply_uint(r, "needed", needed_of(a, d));
	reply_uint(r, "approved", d->view.approved);
	reply_uint(r, "line", d->view.line);
	reply_uint(r, "lapses_ms", d->view.lapses_ms);
	if (d->view.from_ms > 0)
		reply_uint(r, "from_ms", d->view.from_ms);
	if (d->held.word_len > 0)
		reply_text(r, "held", (struct bytes){ d->held.word, d->held.word_len });
	if (d->held.unseen_count > 0)
		reply_unseen(r, &d->held);
	if (d->is_released)
		reply_place(r, "released", accord, &d->released);
	reply_uint(r, "channel", d->view.channel);
	if (c != NULL) {
		reply_str(r, "channel_name", c->name);
		reply_str(r, "plane", plane_name(c->plane));
	}
	reply_statement(r, accord, &d->outgoing);
	reply_signers(r, accord, &d->view);
	e = reply_readers(a, r, d);
	if (e == ERR_OK)
		e = reply_newer(a, r, d);
	if (e == ERR_OK && d->view.from_ms > 0 && is_open(a, d))
		e = reply_unfiled(a, r, d);
	if (e == ERR_OK && d->view.from_ms > 0 && is_open(a, d))
		e = reply_rivals(a, r, d);
	if (e == ERR_OK && d->outgoing.has_content)
		read = node_content(a->node, &d->outgoing, &content);
	if (read != ERR_OK)
		buf_reset(&content);
	if (err_class(read) == ERR_CLASS_LOCAL)
		e = read;
	if (content.len > 0 && is_whole)
		reply_content(r, accord, &d->outgoing, buf_bytes(&content));
	else if (content.len > 0)
		reply_title_of(r, &d->outgoing, buf_bytes(&content));
	if (content.len > 0 && is_whole)
		reply_base64(r, "content_bytes", buf_bytes(&content));
	if (e == ERR_OK && is_whole)
		e = reply_signed(a, r, d);
	reply_object_end(r);
	return e;
}

/* The one that is asked for, with all that is to be signed. */
static enum err run_one(struct api *a, struct request *q, struct reply *r, struct draft_case *d)
{
	struct place_key place;
	struct buf memory;
	enum err e = request_place(a, q, &place);

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	if (e == ERR_OK)
		e = node_entry(a->node, &place, &memory, &d->submit);
	if (e == ERR_OK)
		e = request_may(a, &place, &d->submit.statement);
	if (e == ERR_OK && d->submit.statement.kind != KIND_SUBMIT)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = submit_read(&d->submit.statement, &d->bytes, &d->outgoing);
	if (e == ERR_OK)
		e = draft_find(node_fold(a->node), place.log.channel, d->outgoing.id, &d->view);
	if (e == ERR_OK)
		e = place_key_equal(&d->view.at, &place) ? read_case(a, d) : ERR_NOT_FOUND;
	return e == ERR_OK ? reply_draft(a, r, d, true) : e;
}

static enum err run_all(struct api *a, struct request *q, struct reply *r, struct draft_case *d)
{
	const struct accord *accord = node_accord(a->node);
	bool is_all = request_word(q, "all").ptr != NULL;
	enum err e = ERR_OK;

	a->reading.is_asked = true; /* also of none */
	reply_array(r, NULL);
	for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
		const struct accord_channel *c = &accord->channels[i];
		bool is_first = true;
		if (c->plane != PLANE_HOME || (c->parties >> node_self(a->node) & 1) == 0)
			continue;
		for (; e == ERR_OK && r->out->len < REPLY_LEN_MAX / 2; is_first = false) {
			e = draft_next(node_fold(a->node), c->number, is_first, &d->view);
			if (e != ERR_OK)
				break;
			e = read_case(a, d);
			if (e == ERR_OK && (is_all || is_open(a, d)))
				e = reply_draft(a, r, d, false);
			else if (e == ERR_NOT_FOUND && a->reading.as != READING_OWNER)
				e = ERR_OK;
		}
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	return e;
}

enum err run_drafts(struct api *a, struct request *q, struct reply *r)
{
	struct draft_case *d = xcalloc(1, sizeof *d);
	enum err e = request_word(q, "place").ptr != NULL ? run_one(a, q, r, d) : run_all(a, q, r, d);

	free(d);
	return e;
}
