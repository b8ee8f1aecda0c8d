/*
 * Translations: docs/spec/translation.md. What is authentic stays so; beside it stand others' words, and how
 * good they are.
 */
#include "view/judge.h"
#include "view/rows.h"

#include <string.h>

/* Key 14 of the statement, which statement_read has found to be there and of its type. */
static struct translation_view fields_of(const struct statement *s)
{
	struct translation_view out = { .status = (enum translation_status)statement_uint(
						s, FIELD_TRANSLATION_STATUS) };

	bytes_copy_checked(statement_text(s, FIELD_TRANSLATION_LANGUAGE), out.language, sizeof out.language);
	return out;
}

/*
 * Without a line of the glossary for it anybody who may write may translate, and nobody says how good it is.
 */
static bool may_say(const struct accord *a, enum translation_status status, size_t role)
{
	if (status == TRANSLATION_NONE)
		return true;
	if (a->translators[status] == 0)
		return status <= TRANSLATION_DRAFT;
	return (a->translators[status] >> role & 1) != 0; /* it is a post: judge_channel */
}

/* The signer of an entry, by the number of his party's. */
static enum err holder_of(const struct fold *f, const struct fold_input *in, uint64_t *out)
{
	struct key_view key;
	enum err e = row_get_key(f->map, &in->log, in->signers[0].key, in->entry->index, &key);

	*out = e == ERR_OK ? key.holder : UINT64_MAX;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whether the words that stand, as far as the author had seen, are his own. */
static enum err is_own_words(const struct case_file *c, bool *out)
{
	struct message_at at = { 0 };
	struct place_key last = c->subject;
	struct translation_view words, later;
	uint64_t holder;
	enum err e = row_get_translation(c->f->map, &last, &words);

	*out = false;
	while (e == ERR_OK && (e = fold_next_act(c->f, &c->subject, &at)) == ERR_OK) {
		bool is_past = false;
		e = row_get_translation(c->f->map, &at.place, &later);
		if (e == ERR_OK && later.has_text)
			e = past_covers(c->f, &c->view->past, &at.place, &is_past);
		e = err_unless(e, ERR_NOT_FOUND);
		if (is_past) {
			words = later;
			last = at.place;
		}
	}
	if (e == ERR_NOT_FOUND)
		e = holder_of(c->f, c->in, &holder);
	if (e == ERR_OK)
		*out = last.log.party == c->in->log.party && words.holder == holder;
	return e;
}

enum err judge_translation(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct translation_view own, subject;
	bool is_own = false;
	enum err e;

	if (s->kind != KIND_TRANSLATION)
		return ERR_OK;
	own = fields_of(s);
	if (!may_say(c->f->accord, own.status, accord_role_find(c->f->accord, s->role))) {
		*out = VERDICT_ROLE;
		return ERR_OK;
	}
	if (c->subject_view.kind != KIND_TRANSLATION) {
		/* Words of its own, or there is nothing to look at; and nobody has looked at them yet. */
		if (!s->has_content)
			*out = VERDICT_REFERS;
		else if (own.status >= TRANSLATION_REVIEWED)
			*out = VERDICT_PERSON;
		return ERR_OK;
	}
	e = row_get_translation(c->f->map, &c->subject, &subject);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && (!place_key_equal(&subject.first, &c->subject) ||
						   strcmp(subject.language, own.language) != 0)))
		*out = VERDICT_REFERS;
	else if (e == ERR_OK && own.status >= TRANSLATION_REVIEWED)
		e = is_own_words(c, &is_own);
	/* With words of his own nobody has looked at them yet. */
	if (is_own || (*out == VERDICT_OK && own.status == TRANSLATION_CERTIFIED && s->has_content))
		*out = VERDICT_PERSON;
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_translation_row(const struct fold *f, const struct fold_input *in)
{
	const struct statement *s = in->statement;
	struct place_key at = { in->log, in->entry->index }, on;
	struct translation_view v, subject;
	enum err e;

	if (s->kind != KIND_TRANSLATION)
		return ERR_OK;
	v = fields_of(s);
	v.original = on = place_referred(f, in, 0);
	v.first = at;
	v.has_text = s->has_content;
	e = row_get_translation(f->map, &on, &subject);
	if (e == ERR_OK) {
		v.original = subject.original;
		v.first = subject.first;
	}
	e = err_unless(e, ERR_NOT_FOUND);
	if (e == ERR_OK)
		e = holder_of(f, in, &v.holder);
	return e == ERR_OK ? row_put_translation(f->map, &at, &v) : e;
}

enum err fold_translation(const struct fold *f, const struct place_key *place, struct translation_view *out)
{
	return row_get_translation(f->map, place, out);
}

/*
 * The words of a translation that stand, of those in sight; and that others came behind them, which are not.
 */
struct standing {
	struct place_key at;
	struct place_key hidden[PARTY_MAX]; /* the first of each party; .log.epoch 0: none */
};

static enum err find_standing(const struct fold *f, const struct fold_sight *sight,
			      const struct place_key *first, struct standing *out)
{
	struct message_at at = { 0 };
	enum err e;

	*out = (struct standing){ .at = *first };
	while ((e = fold_next_act(f, first, &at)) == ERR_OK) {
		struct translation_view v;
		struct place_key *hidden = &out->hidden[at.place.log.party];
		e = row_get_translation(f->map, &at.place, &v);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && !v.has_text))
			continue;
		if (e == ERR_OK)
			e = fold_may(sight, &at.place);
		if (e == ERR_OK)
			*out = (struct standing){ .at = at.place };
		else if (e != ERR_NOT_FOUND)
			return e;
		else if (hidden->log.epoch == 0)
			*hidden = at.place;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whether it is of these words: its own, or the last that its author had seen. */
static enum err is_about(const struct fold *f, const struct standing *s, const struct place_key *at,
			 bool has_text, bool *out)
{
	struct entry_view v;
	enum err e = fold_get(f, at, &v);

	*out = place_key_equal(&s->at, at);
	if (e != ERR_OK || *out || has_text)
		return e;
	e = past_covers(f, &v.past, &s->at, out);
	for (size_t i = 0; e == ERR_OK && *out && i < PARTY_MAX; i++) {
		bool is_seen = false;
		if (s->hidden[i].log.epoch != 0)
			e = past_covers(f, &v.past, &s->hidden[i], &is_seen);
		*out = !is_seen;
	}
	return e;
}

/*
 * Every later word on a translation, of those in sight: the last text stands, and the last status that was
 * said of it. A clock that a peer sets decides which text is last, and never that somebody vouched for it.
 */
static enum err follow(const struct fold *f, const struct fold_sight *sight, struct translation *t)
{
	struct message_at at = { 0 };
	struct standing standing;
	enum err e = find_standing(f, sight, &t->first, &standing);

	t->text = standing.at;
	while (e == ERR_OK && (e = fold_next_act(f, &t->first, &at)) == ERR_OK) {
		struct translation_view v;
		bool is_of_it = false;
		e = row_get_translation(f->map, &at.place, &v);
		if (e == ERR_OK)
			e = fold_may(sight, &at.place);
		if (e == ERR_OK)
			e = is_about(f, &standing, &at.place, v.has_text, &is_of_it);
		e = err_unless(e, ERR_NOT_FOUND);
		if (is_of_it) {
			t->status = v.status;
			t->by = at.place;
		}
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_next_translation(const struct fold *f, const struct place_key *original,
			       const struct fold_sight *sight, struct message_at *at, struct translation *out)
{
	enum err e;

	while ((e = fold_next_act(f, original, at)) == ERR_OK) {
		struct translation_view v;
		e = row_get_translation(f->map, &at->place, &v);
		if (e == ERR_OK)
			e = fold_may(sight, &at->place);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		*out = (struct translation){
			.first = at->place, .text = at->place, .by = at->place, .status = v.status
		};
		memcpy(out->language, v.language, sizeof out->language);
		return follow(f, sight, out);
	}
	return e;
}
