/* Forms: docs/spec/forms.md. One lifecycle under one number, which is the place where it was announced. */
#include "view/judge.h"
#include "view/rows.h"
#include "wire/fields.h"

#include <string.h>

enum err fold_form(const struct fold *f, const struct place_key *place, struct form_view *out)
{
	return row_get_form(f->map, place, out);
}

/* The next that is said of what stands at `first`, and does not only name it; ERR_NOT_FOUND at the end. */
static enum err next_of(const struct fold *f, const struct place_key *first, struct message_at *at,
			struct form_view *out)
{
	enum err e;

	while ((e = fold_next_act(f, first, at)) == ERR_OK) {
		e = row_get_form(f->map, &at->place, out);
		if (e == ERR_OK && place_key_equal(&out->of, first))
			return ERR_OK;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return e;
}

/* Whether its author has ended what stands at `first`, in the past of this one. */
static enum err is_ended(const struct case_file *c, const struct place_key *first, enum form_act act,
			 bool *out)
{
	struct message_at at = { 0 };
	struct form_view ended;
	enum err e = ERR_OK;

	*out = false;
	while (!*out && e == ERR_OK && (e = next_of(c->f, first, &at, &ended)) == ERR_OK) {
		/* What was closed can still be cancelled, once. */
		if (ended.act == FORM_ACT_CANCEL || (ended.act == FORM_ACT_CLOSE && act != FORM_ACT_CANCEL))
			e = past_covers(c->f, &c->view->past, &at.place, out);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err number_urgency(const struct fold *f, const struct past *past, const struct place_key *first,
			enum precedence *out)
{
	struct message_at at = { 0 };
	struct form_view said;
	struct entry_view v;
	enum err e = ERR_OK;

	while (e == ERR_OK && (e = next_of(f, first, &at, &said)) == ERR_OK) {
		bool is_past = past == NULL;
		e = fold_get(f, &at.place, &v);
		if (e == ERR_OK && !is_past)
			e = past_covers(f, past, &at.place, &is_past);
		if (e == ERR_OK && is_past && v.urgency < *out)
			*out = v.urgency;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * To amend, to cancel, to close: of the same form, announced by the same party on this channel, not ended
 * yet.
 */
static enum err judge_number(const struct case_file *c, enum form_act act, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct form_view first;
	struct place_key at;
	bool ended;
	enum err e;

	*out = VERDICT_REFERS;
	if (s->refers_count == 0)
		return ERR_OK;
	at = place_referred(c->f, c->in, 0);
	e = row_get_form(c->f->map, &at, &first);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	if (first.act != FORM_ACT_ANNOUNCE || !bytes_equal(bytes_str(first.name), s->form) ||
	    at.log.party != c->in->log.party || at.log.channel != c->in->log.channel)
		return ERR_OK;
	e = is_ended(c, &at, act, &ended);
	*out = ended ? VERDICT_STEP : VERDICT_OK;
	return e;
}

static bool is_after(const struct form *form, const char *name)
{
	for (size_t i = 0; i < FORM_AFTER_MAX && form->after[i][0] != '\0'; i++) {
		if (strcmp(form->after[i], name) == 0)
			return true;
	}
	return false;
}

/* One of the forms that come before it is among what it refers to, and its number is not cancelled. */
static enum err judge_after(const struct case_file *c, const struct form *form, enum verdict *out)
{
	const struct statement *s = c->in->statement;

	if (form->after[0][0] == '\0' || form_is_because(s))
		return ERR_OK;
	for (size_t i = 0; i < s->refers_count; i++) {
		struct form_view before;
		const struct place_key at = place_referred(c->f, c->in, i);
		bool is_cancelled = false;
		enum err e;
		e = row_get_form(c->f->map, &at, &before);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && !is_after(form, before.name)))
			continue;
		if (e == ERR_OK)
			e = is_ended(c, before.act == FORM_ACT_ANNOUNCE ? &at : &before.of, FORM_ACT_CANCEL,
				     &is_cancelled);
		if (e != ERR_OK || !is_cancelled)
			return e;
	}
	*out = VERDICT_STEP;
	return ERR_OK;
}

/* Something cancelled or corrected is one's own, and stands here. */
static enum err judge_correction(const struct case_file *c, enum verdict *out)
{
	struct place_key at = { .index = 0 };

	if (c->in->statement->refers_count > 0)
		at = place_referred(c->f, c->in, 0);
	if (at.log.party != c->in->log.party || at.log.channel != c->in->log.channel)
		*out = VERDICT_REFERS;
	return ERR_OK;
}

enum err judge_form(const struct case_file *c, enum verdict *out)
{
	const struct form *form = form_of(c->f->accord, c->in->statement);
	struct form_fault fault;
	enum form_act act;

	if (form == NULL) {
		if (!fields_are_named(c->in->statement))
			*out = VERDICT_FIELDS;
		return ERR_OK;
	}
	if (form_check(c->f->accord, form, c->channel->plane, c->in->statement, &fault) != ERR_OK) {
		*out = VERDICT_FORM;
		return ERR_OK;
	}
	act = form_act_of(c->in->statement);
	if (act != FORM_ACT_ANNOUNCE)
		return judge_number(c, act, out);
	return form->is_correction ? judge_correction(c, out) : judge_after(c, form, out);
}

/* A form that counts is known by its place: others refer to it. */
enum err fold_form_row(const struct fold *f, const struct fold_input *in)
{
	const struct statement *s = in->statement;
	const struct form *form = form_of(f->accord, s);
	struct place_key at = { in->log, in->entry->index };
	struct form_view v = { .version = s->form_version, .act = form_act_of(s), .of = at };

	if (form == NULL)
		return ERR_OK;
	/* What it refers to first its judges have seen to. */
	if (v.act != FORM_ACT_ANNOUNCE || form->is_correction)
		(void)refers_place(f, in, &s->refers[0], &v.of);
	memcpy(v.name, form->name, sizeof v.name);
	return row_put_form(f->map, &at, &v);
}

/* ---- The life of a number. ---- */

static void life_add(struct form_life *l, const struct place_key *at, enum form_act act, bool is_correction)
{
	if (l->count < FORM_LIFE_MAX)
		l->acts[l->count++] = (struct form_life_act){ *at, act, is_correction };
}

/* What one act says about the number: its author's of the same form, or what corrects. */
static void live(const struct fold *f, const struct place_key *at, const struct form_view *v, bool has_form,
		 const char *name, struct form_life *l)
{
	const struct form *form = form_find(f->accord, bytes_str(v->name), v->version);

	if (form != NULL && form->is_correction && v->act == FORM_ACT_ANNOUNCE) {
		life_add(l, at, v->act, true);
	} else if (has_form && v->act != FORM_ACT_ANNOUNCE && strcmp(v->name, name) == 0) {
		life_add(l, at, v->act, false);
		l->state = v->act;
		if (v->act == FORM_ACT_AMEND)
			l->last = *at;
	}
}

struct life_of {
	const struct fold *f;
	const struct fold_sight *sight;
	const char *name;
};

static enum err read_acts(const struct life_of *of, const struct place_key *on, bool has_form,
			  struct form_life *l)
{
	const struct fold *f = of->f;
	struct message_at at = { 0 };
	struct form_view v;
	enum err e;

	while ((e = next_of(f, on, &at, &v)) == ERR_OK) {
		e = fold_may(of->sight, &at.place);
		if (e == ERR_OK)
			live(f, &at.place, &v, has_form, of->name, l);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_form_life(const struct fold *f, const struct place_key *place, const struct fold_sight *sight,
			struct form_life *out)
{
	struct form_view own = { .act = FORM_ACT_ANNOUNCE };
	struct life_of of = { f, sight, own.name };
	enum err e = fold_form(f, place, &own);
	bool has_form = e == ERR_OK;

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out = (struct form_life){ .first = *place, .last = *place };
	if (own.act != FORM_ACT_ANNOUNCE)
		out->first = out->last = own.of;
	e = read_acts(&of, &out->first, has_form, out);
	/* A correction may name what amended it. */
	for (size_t i = 0; e == ERR_OK && i < out->count; i++) {
		struct place_key at = out->acts[i].place;
		if (!out->acts[i].is_correction)
			e = read_acts(&of, &at, false, out);
	}
	return e;
}
