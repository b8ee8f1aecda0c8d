/* What becomes of an item that went to another party: recalled, given another label, reviewed. */
#include "view/labelled.h"
#include "view/rows.h"

#define MS_PER_DAY 86400000ull

enum err find_answer(const struct case_file *c, const struct place_key *on, size_t party, uint64_t kind,
		     uint64_t other, struct place_key *out)
{
	const struct place_key subject = *on;
	struct message_at at = { 0 };
	struct entry_view v;
	bool is_seen = false;
	enum err e;

	while ((e = fold_next_act(c->f, &subject, &at)) == ERR_OK) {
		if (at.order == 0 || at.place.log.party != party)
			continue;
		e = fold_get(c->f, &at.place, &v);
		if (e == ERR_OK && (v.kind == kind || v.kind == other))
			e = past_covers(c->f, &c->view->past, &at.place, &is_seen);
		if (e == ERR_OK && is_seen)
			*out = at.place;
		if (e != ERR_OK || is_seen)
			return e;
	}
	return e;
}

/* Whether there is one. */
enum err has_answer(const struct case_file *c, const struct place_key *on, size_t party, uint64_t kind,
		    uint64_t other, bool *out)
{
	struct place_key at;
	enum err e = find_answer(c, on, party, kind, other, &at);

	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

/* That it is of this channel, and held, judge_step has seen to. */
static bool is_subject_here(const struct case_file *c)
{
	return c->in->subject != NULL;
}

/* Asked once; again only after somebody refused, and all who speak here answered. */
static enum err judge_recall(const struct case_file *c, enum verdict *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	if (!is_subject_here(c) || !is_item(c->subject_view.kind)) {
		*out = VERDICT_REFERS;
		return ERR_OK;
	}
	while ((e = fold_next_act(c->f, &c->subject, &at)) == ERR_OK) {
		bool is_answered = true;
		e = fold_get(c->f, &at.place, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind != KIND_RECALL)
			continue;
		*out = VERDICT_STEP;
		for (size_t p = 0; e == ERR_OK && p < c->f->accord->parties_count; p++) {
			bool has, is_refused;
			if (p == at.place.log.party || (c->channel->parties >> p & 1) == 0)
				continue;
			e = has_answer(c, &at.place, p, KIND_RECALL_DONE, KIND_RECALL_REFUSED, &has);
			if (e == ERR_OK)
				e = has_answer(c, &at.place, p, KIND_RECALL_REFUSED, KIND_RECALL_REFUSED,
					       &is_refused);
			is_answered = is_answered && (has || (c->channel->observers >> p & 1) != 0);
			if (e == ERR_OK && is_refused)
				*out = VERDICT_OK;
		}
		if (e != ERR_OK)
			return e;
		if (!is_answered)
			*out = VERDICT_STEP;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err judge_recall_answer(const struct case_file *c, enum verdict *out)
{
	bool has = false;
	enum err e = ERR_OK;

	if (!is_subject_here(c) || c->subject_view.kind != KIND_RECALL)
		*out = VERDICT_REFERS;
	else
		e = has_answer(c, &c->subject, c->in->log.party, KIND_RECALL_DONE, KIND_RECALL_REFUSED, &has);
	if (has)
		*out = VERDICT_STEP;
	return e;
}

/* Only who may release it as it is marked, and as it is to be, consents, for the exact content. */
static enum err judge_consent(struct labelled *l, enum verdict *out)
{
	const struct case_file *c = l->c;
	struct said_label now = { 0 };
	struct key_view key;
	enum err e;

	if (!is_subject_here(c) || !is_item(c->subject_view.kind) || !c->in->subject->has_content) {
		*out = VERDICT_REFERS;
		return ERR_OK;
	}
	if (!is_hash_of(c->in->statement, c->in->subject->content.hash))
		*out = VERDICT_OUTGOING;
	else if (!is_signed_once(c))
		*out = VERDICT_PERSON;
	if (*out != VERDICT_OK)
		return ERR_OK;
	e = find_said_label(c, &c->subject, &now);
	l->was = now.mask;
	l->has_was = true;
	if (e == ERR_OK)
		e = judge_key(c, 0, &key);
	if (e == ERR_OK && (!now.is_known || !may_release(l, key.roles)))
		*out = VERDICT_RELEASER;
	return e;
}

/* A new label names the one that it takes the place of, which nothing else has taken the place of. */
static enum err judge_new_label(struct labelled *l, enum verdict *out)
{
	const struct case_file *c = l->c;
	const struct statement *old = c->in->subject;
	uint64_t kind = c->subject_view.kind;
	bool is_again = kind == KIND_DOWNGRADE || kind == KIND_RELABEL, is_taken, is_within;
	enum err e;

	if (!is_subject_here(c) || !(is_item(kind) || is_again)) {
		*out = VERDICT_REFERS;
		return ERR_OK;
	}
	if (!is_content_of(c->in->statement, old)) {
		*out = VERDICT_OUTGOING;
		return ERR_OK;
	}
	e = has_answer(c, &c->subject, c->in->log.party, KIND_DOWNGRADE, KIND_RELABEL, &is_taken);
	if (e != ERR_OK)
		return e;
	if (is_taken) {
		*out = VERDICT_STEP;
		return ERR_OK;
	}
	if (!read_label(l->g, old, l->author, &l->was)) {
		*out = VERDICT_REL;
		return ERR_OK;
	}
	l->has_was = true;
	/* Opening in one way and closing in another would be two things under one signature. */
	is_within = c->in->statement->kind == KIND_DOWNGRADE ? policy_is_within(l->g, &l->was, &l->mask)
							     : policy_is_within(l->g, &l->mask, &l->was);
	if (l->mask.origin != l->was.origin || l->mask.rel != l->was.rel || !is_within) {
		*out = VERDICT_OPENS;
		return ERR_OK;
	}
	if (c->in->statement->kind != KIND_DOWNGRADE)
		return ERR_OK;
	return judge_consents(l, policy_act_need(l->g, &l->was, GUIDELINES_DOWNGRADE).consents,
			      CONSENT_TO_LABEL, out);
}

/*
 * Who does away with words was able to read them, and one who signs may release them. What did not count, or
 * has a label that is not known, nobody could read: of that one releases.
 */
enum err judge_erasers(const struct case_file *c, enum verdict *out)
{
	struct labelled l = { .c = c, .g = c->f->accord->guidelines, .author = c->in->log.party };
	const struct statement *erased = c->in->subject;
	bool is_known, has_releaser = false;
	enum err e = ERR_OK;

	if (erased == NULL) {
		*out = VERDICT_REFERS;
		return ERR_OK;
	}
	l.room = c->channel;
	is_known = c->subject_view.verdict == VERDICT_OK && read_label(l.g, erased, l.author, &l.mask);
	for (size_t i = 0; e == ERR_OK && i < c->in->entry->signatures_count && *out == VERDICT_OK; i++) {
		struct key_view key = { 0 };
		bool may = !is_known;
		if (is_by_registrar(c, i))
			continue;
		e = judge_key(c, i, &key);
		for (size_t n = 0; n < c->f->accord->roles_count; n++) {
			if ((key.roles >> n & 1) == 0)
				continue;
			may = may || may_read(&l, n);
			has_releaser = has_releaser || (!is_known && l.g->roles[n].may_release &&
							(accord_let_in(l.room) >> n & 1) != 0);
		}
		has_releaser = has_releaser || (is_known && may_release(&l, key.roles));
		if (!may)
			*out = VERDICT_RELEASER;
	}
	if (!has_releaser)
		*out = VERDICT_RELEASER;
	return e;
}

static uint64_t due_of(const struct accord *a, const struct statement *s, size_t party)
{
	struct label_mask mask;

	if (a->guidelines == NULL || !is_item(s->kind) || !s->has_label ||
	    !policy_label_read(a->guidelines, &s->label, party, &mask).is_allowed)
		return 0;
	return s->claimed.ms + policy_review(a->guidelines, &mask).days * MS_PER_DAY;
}

/* Rows of reviews to come: ROW_DUE channel, day, item. */
static void due_key(struct row_key *k, uint32_t channel)
{
	row_open(k, ROW_DUE);
	row_put_channel(k, channel);
}

static void due_key_of(struct row_key *k, const struct place_key *item, uint64_t due)
{
	due_key(k, item->log.channel);
	buf_put_be64(&k->buf, due);
	place_key_write(item, &k->buf);
}

static enum err has_due(const struct fold *f, const struct place_key *item, uint64_t due, bool *out)
{
	struct row_key k;
	enum err e;

	due_key_of(&k, item, due);
	e = map_get(f->map, buf_bytes(&k.buf), NULL);
	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * By the row that the item's own version of the accord made: a later one may have other spans, and the item's
 * day stays what it was.
 */
enum err judge_fate(const struct case_file *c, enum verdict *out)
{
	uint64_t due = statement_uint(c->in->statement, FIELD_FATE_DUE);
	bool has;
	enum err e;

	*out = VERDICT_REFERS;
	if (!is_subject_here(c))
		return ERR_OK;
	e = has_answer(c, &c->subject, c->in->log.party, KIND_FATE, KIND_FATE, &has);
	if (e != ERR_OK || has) {
		*out = VERDICT_STEP;
		return e;
	}
	e = has_due(c->f, &c->subject, due, &has);
	if (has && c->in->statement->claimed.ms >= due)
		*out = VERDICT_OK;
	return e;
}

enum err judge_follow(struct labelled *l, enum verdict *out)
{
	switch (l->c->in->statement->kind) {
	case KIND_CONSENT:
		return judge_consent(l, out);
	case KIND_RECALL:
		return judge_recall(l->c, out);
	case KIND_RECALL_DONE:
	case KIND_RECALL_REFUSED:
		return judge_recall_answer(l->c, out);
	case KIND_DOWNGRADE:
	case KIND_RELABEL:
		return judge_new_label(l, out);
	default:
		return ERR_OK;
	}
}

/* ---- Rows. ---- */

enum err fate_folded(const struct fold *f, const struct fold_input *in)
{
	const struct place_key of = place_referred(f, in, 0);
	struct row_key k;
	enum err e;

	due_key_of(&k, &of, statement_uint(in->statement, FIELD_FATE_DUE));
	e = map_del(f->map, buf_bytes(&k.buf));
	return err_unless(e, ERR_NOT_FOUND);
}

enum err item_folded(const struct fold *f, const struct fold_input *in)
{
	struct place_key at = { in->log, in->entry->index };
	uint64_t due = in->entry->signatures_count == 0 ? 0 : due_of(f->accord, in->statement, in->log.party);
	struct row_key k;

	if (due == 0)
		return ERR_OK;
	due_key(&k, in->log.channel);
	return row_put_listed(f->map, &k, due, &at);
}

enum err fold_next_due(const struct fold *f, uint32_t channel, struct message_at *at)
{
	struct row_key prefix;

	due_key(&prefix, channel);
	return row_next_listed(f->map, &prefix, at);
}

/* ---- What became of an item. ---- */

static enum err read_recall(const struct fold *f, const struct place_key *recall, struct item_view *out)
{
	const struct accord_channel *channel = accord_channel_find(f->accord, recall->log.channel);
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	out->recall = *recall;
	out->done = out->refused = 0;
	while ((e = fold_next_act(f, recall, &at)) == ERR_OK) {
		uint8_t party = (uint8_t)(1u << at.place.log.party);
		e = fold_get(f, &at.place, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind == KIND_RECALL_DONE)
			out->done |= party;
		else if (v.kind == KIND_RECALL_REFUSED)
			out->refused |= party;
	}
	out->is_recall_asked =
		channel != NULL &&
		(channel->parties & ~(out->done | out->refused | 1u << recall->log.party)) != 0;
	return err_unless(e, ERR_NOT_FOUND);
}

/* The label that nothing has taken the place of: each names the one before. */
static enum err read_last_label(const struct fold *f, struct item_view *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
	struct place_key on = out->label;
	enum err e;

	while ((e = fold_next_act(f, &on, &at)) == ERR_OK) {
		e = fold_get(f, &at.place, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind == KIND_DOWNGRADE || v.kind == KIND_RELABEL) {
			out->label = on = at.place;
			at = (struct message_at){ 0 };
		}
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_item(const struct fold *f, const struct place_key *item, struct item_view *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	*out = (struct item_view){ 0 };
	while ((e = fold_next_act(f, item, &at)) == ERR_OK) {
		e = fold_get(f, &at.place, &v);
		if (e == ERR_OK && v.kind == KIND_RECALL)
			e = read_recall(f, &at.place, out);
		if (e != ERR_OK)
			return e;
		if (v.kind == KIND_DOWNGRADE || v.kind == KIND_RELABEL)
			out->label = at.place;
		else if (v.kind == KIND_FATE)
			out->fate = at.place;
	}
	if (e == ERR_NOT_FOUND && out->label.log.epoch != 0)
		return read_last_label(f, out);
	return err_unless(e, ERR_NOT_FOUND);
}
