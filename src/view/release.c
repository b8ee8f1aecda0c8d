#include "accord/guidelines.h"
#include "view/labelled.h"
#include "view/rows.h"

#include <assert.h>
#include <string.h>

bool is_item(uint64_t kind)
{
	return kind == KIND_MESSAGE || kind == KIND_REPLY || kind == KIND_CORRECTION || kind == KIND_RELEASE;
}

/*
 * A READ BACK of what has to be read back gives the other party its own words: marked no higher, with no file
 * beside them. That they are marked no lower is judged before (again.c).
 */
static bool is_echo(const struct case_file *c)
{
	const struct guidelines *g = c->f->accord->guidelines;
	const struct statement *s = c->in->statement, *of = c->in->subject;
	struct label_mask own;

	if (s->kind != KIND_READ_BACK || !c->is_again || s->blobs_count > 0 ||
	    !(fold_needs_read_back(of) || of->kind == KIND_PROPOSE || of->kind == KIND_ENDORSE))
		return false;
	(void)read_label(g, s, c->in->log.party, &own); /* that it is known, judge_again has seen to */
	own.rel = c->said.mask.rel;
	own.origin = c->said.mask.origin;
	return policy_is_within(g, &c->said.mask, &own);
}

/* What says something to the other party. Of a draft's statement nothing is known that it could repeat. */
static bool has_words(const struct case_file *c, const struct statement *s)
{
	return is_item(s->kind) || s->kind == KIND_REQUEST || kind_is_dialogue(s->kind) || s->has_form ||
	       is_free_attempt(s) || (s->has_content && !(s == c->in->statement && is_echo(c)));
}

/* ---- Who signs what goes to another party. ---- */

bool read_label(const struct guidelines *g, const struct statement *s, size_t author, struct label_mask *out)
{
	return s->has_label && policy_label_read(g, &s->label, author, out).is_allowed;
}

bool may_read(const struct labelled *l, size_t role)
{
	struct reader r = reader_on_plane(l->author, role, l->room->plane);

	return (accord_let_in(l->room) >> role & 1) != 0 && policy_evaluate(l->g, &l->mask, &r).is_allowed &&
	       (!l->has_was || policy_evaluate(l->g, &l->was, &r).is_allowed);
}

bool may_release(const struct labelled *l, uint64_t roles)
{
	for (size_t i = 0; i < l->c->f->accord->roles_count; i++) {
		if ((roles >> i & 1) != 0 && l->g->roles[i].may_release && may_read(l, i))
			return true;
	}
	return false;
}

uint64_t releasing_roles(const struct accord *a)
{
	uint64_t out = 0;

	for (size_t i = 0; i < a->roles_count; i++)
		out |= (uint64_t)(a->guidelines == NULL || a->guidelines->roles[i].may_release) << i;
	return out;
}

static uint64_t age_ms(const struct case_file *c, uint64_t claimed)
{
	uint64_t filed = c->in->entry->filed.ms;

	/* Also of what is dated ahead: or it would never lapse. */
	return filed > claimed ? filed - claimed : claimed - filed;
}

/* What is signed for a day to come is filed on it: its approvals are as old as that day. */
static void judge_time(const struct labelled *l, enum verdict *out)
{
	const struct fold_input *in = l->c->in;
	struct guidelines_span span = policy_approval(l->g, l->room->plane);
	uint64_t from = downgrade_from(in->statement);

	if (in->entry->filed.ms < from) {
		*out = VERDICT_EARLY;
		return;
	}
	l->c->view->line = span.line;
	if ((from != 0 || in->entry->signatures_count > 1) &&
	    age_ms(l->c, from == 0 ? in->statement->claimed.ms : from) > span.ms)
		*out = VERDICT_LAPSED;
}

/* The first signature is the author's, the others are those who approved: all of other persons and keys. */
static enum err judge_signers(const struct labelled *l, struct release_need need, enum verdict *out)
{
	const struct case_file *c = l->c;
	const struct fold_input *in = c->in;
	size_t role = accord_role_find(c->f->accord, in->statement->role),
	       count = in->entry->signatures_count;
	struct key_view keys[STATEMENT_SIGNATURES_MAX] = { 0 };

	for (size_t i = 0; i < count; i++) {
		enum err e = ERR_NOT_FOUND;
		if (!is_by_registrar(c, i))
			e = judge_key(c, i, &keys[i]);
		if (e == ERR_NOT_FOUND)
			*out = VERDICT_KEY;
		if (e != ERR_OK)
			return err_unless(e, ERR_NOT_FOUND);
		for (size_t n = 0; n < i; n++) {
			/* So of one key too: it has one holder here. */
			if (keys[n].holder == keys[i].holder) {
				*out = VERDICT_PERSON;
				return ERR_OK;
			}
		}
	}
	assert(role < c->f->accord->roles_count); /* judge_channel; that he holds it, judge_signatures */
	/* Nobody gives another label to what he may not know of. */
	if (l->has_was && !may_read(l, role))
		*out = VERDICT_RELEASER;
	for (size_t i = 1; i < count && *out == VERDICT_OK; i++) {
		if (!may_release(l, keys[i].roles))
			*out = VERDICT_RELEASER;
	}
	if (*out != VERDICT_OK)
		return ERR_OK;
	c->view->line = need.line;
	c->view->needed = need.by;
	if (count <= need.by)
		*out = VERDICT_APPROVAL;
	else
		judge_time(l, out);
	if (*out == VERDICT_OK || *out == VERDICT_EARLY)
		c->view->line = 0;
	return ERR_OK;
}

/* Persons who sign an act in all are as many as its line says: beside the author one less. */
static struct release_need act_need(const struct labelled *l, enum guidelines_act act)
{
	struct release_need need = policy_act_need(l->g, &l->mask, act);

	need.by = need.by > 0 ? (uint8_t)(need.by - 1) : 0;
	return need;
}

static bool is_release(uint64_t kind)
{
	return kind >= KIND_SUBMIT && kind <= KIND_REQUEST;
}

/* What is said under the number that a form refers to first, or corrects what stands there. */
static bool is_of_number(const struct accord *a, const struct statement *s)
{
	const struct form *form = form_of(a, s);

	return form != NULL && (form->is_correction || form_act_of(s) != FORM_ACT_ANNOUNCE);
}

/* That, and what refers to one thing. */
static bool is_as_urgent(const struct accord *a, const struct statement *s)
{
	const struct kind_row *kind = kind_find(s->kind);

	return is_of_number(a, s) || (kind != NULL && kind->refers == KIND_REFERS_ONE &&
				      !is_release(s->kind) && !kind_is_dialogue(s->kind));
}

static enum precedence own_urgency(const struct statement *s)
{
	return s->has_precedence ? s->precedence : PRECEDENCE_ROUTINE;
}

enum err find_urgency(const struct fold *f, const struct fold_input *in, const struct past *past,
		      enum precedence *out)
{
	const struct statement *s = in->statement;
	struct entry_view about;
	struct place_key at;
	enum err e;

	*out = own_urgency(s);
	if (s->refers_count == 0 || !is_as_urgent(f->accord, s) || !refers_place(f, in, &s->refers[0], &at))
		return ERR_OK;
	e = fold_get(f, &at, &about);
	if (e == ERR_OK && about.urgency < *out)
		*out = about.urgency;
	if (e == ERR_OK && is_of_number(f->accord, s))
		e = number_urgency(f, past, &at, out);
	return err_unless(e, ERR_NOT_FOUND);
}

struct release_need need_of(const struct labelled *l, const struct statement *s, uint32_t to)
{
	struct release_need need = { 0 }, words;
	enum precedence urgency;

	if (s->kind == KIND_RECALL)
		need = act_need(l, GUIDELINES_RECALL);
	else if (s->kind == KIND_DOWNGRADE)
		need = act_need(l, GUIDELINES_DOWNGRADE);
	if (!has_words(l->c, s) && s->kind != KIND_RELABEL)
		return need;
	/* WRONG is one officer's, at once; words beside it are as urgent as what had to be read back. */
	urgency = s->kind == KIND_MARK	     ? PRECEDENCE_FLASH
		  : s == l->c->in->statement ? l->c->view->urgency
					     : own_urgency(s);
	words = policy_release_need(l->g, &l->mask, l->room->plane, urgency, to);
	words.consents |= need.consents;
	if (words.by < need.by) {
		words.by = need.by;
		words.line = need.line;
	}
	return words;
}

/* ---- All of it. ---- */

static bool is_of_home(uint64_t kind)
{
	return kind >= KIND_SUBMIT && kind <= KIND_CANCEL;
}

/* What an officer says to another party. */
static enum err judge_out(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct labelled l = { .c = c, .g = c->f->accord->guidelines, .author = c->in->log.party };
	struct release_need need;
	uint32_t outside = 0;
	enum err e = ERR_OK;

	if (!has_words(c, s) && !is_release(s->kind))
		return ERR_OK;
	l.room = c->channel;
	if (!read_label(l.g, s, l.author, &l.mask)) {
		*out = VERDICT_REL;
		return ERR_OK;
	}
	/* Nothing that is said between parties is for others too from the start: that goes by a RELEASE. */
	if ((l.mask.rel & ~l.g->members) != 0 && has_words(c, s) && !may_name_outside(s)) {
		*out = VERDICT_OUTSIDE;
		return ERR_OK;
	}
	if (s->kind == KIND_RELEASE && !read_outside(l.g, s, &outside)) {
		*out = VERDICT_ADDRESSEE;
		return ERR_OK;
	}
	need = need_of(&l, s, c->channel->parties | outside);
	/* Acts without words may copy the label of what came by another's hand. */
	if (has_words(c, s))
		judge_hand(&l, c->channel->parties, out);
	if (*out == VERDICT_OK)
		e = judge_follow(&l, out);
	if (e == ERR_OK && *out == VERDICT_OK && outside != 0)
		e = judge_outside(&l, outside, need, out);
	return e == ERR_OK && *out == VERDICT_OK ? judge_signers(&l, need, out) : e;
}

enum err judge_release(const struct case_file *c, enum verdict *out)
{
	uint64_t kind = c->in->statement->kind;

	if (c->f->accord->guidelines == NULL) {
		if (is_release(kind))
			*out = VERDICT_GUIDELINES;
		return ERR_OK;
	}
	if (kind == KIND_FATE)
		return judge_fate(c, out);
	if (c->in->entry->signatures_count == 0)
		return ERR_OK; /* the node's own words */
	if (kind == KIND_ERASE)
		return judge_erasers(c, out);
	if (is_release(kind) && is_of_home(kind) != (c->channel->plane == PLANE_HOME)) {
		*out = VERDICT_HOME;
		return ERR_OK;
	}
	if (c->channel->plane != PLANE_HOME)
		return judge_out(c, out);
	return is_of_home(kind) ? judge_draft(c, out) : ERR_OK;
}

/* ---- Rows. ---- */

enum err release_folded(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	uint64_t kind = in->statement->kind;

	if (f->accord->guidelines == NULL)
		return ERR_OK;
	if (is_of_home(kind))
		return draft_folded(f, in, v);
	if (kind == KIND_CONSENT)
		return consent_folded(f, in, v);
	if (kind == KIND_FATE)
		return fate_folded(f, in);
	if (kind == KIND_DOWNGRADE || kind == KIND_RELABEL)
		return label_folded(f, in);
	return item_folded(f, in);
}
