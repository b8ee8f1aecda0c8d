/*
 * What our own door asks of a form beside what every node judges: the fields that are only read, the time
 * limits, the reach of what cancels or corrects. A peer's that lacks them is kept and counts; screens say
 * what it lacks.
 */
#include "node/core.h"

#include "policy/policy.h"
#include "wire/content.h"

static enum err refuse(struct effect_answer *answer, enum form_fault_kind kind)
{
	answer->fault = (struct form_fault){ kind, 0 };
	return ERR_RULE;
}

static bool has_reach(const struct statement *s, const struct statement *subject)
{
	for (size_t i = 0; i < subject->addressees_count; i++) {
		const struct addressee *to = &subject->addressees[i];
		size_t at = 0;
		while (at < s->addressees_count && !(bytes_equal(s->addressees[at].party, to->party) &&
						     bytes_equal(s->addressees[at].role, to->role) &&
						     s->addressees[at].is_information == to->is_information))
			at++;
		if (at == s->addressees_count)
			return false;
	}
	return true;
}

/* What it is said of: what it corrects, or what its number said last, which was amended since. */
static enum err find_subject(struct node *n, const struct form *form, const struct statement *s,
			     struct place_key *at)
{
	enum form_act act = form_act_of(s);
	struct form_life life;
	enum err e;

	if (s->refers_count == 0 || (act == FORM_ACT_ANNOUNCE && form->precedences != 0))
		return ERR_NOT_FOUND;
	*at = (struct place_key){ { s->refers[0].channel, accord_party_find(n->accord, s->refers[0].party),
				    s->refers[0].epoch },
				  s->refers[0].index };
	if (act == FORM_ACT_ANNOUNCE)
		return ERR_OK;
	life.last = *at;
	e = fold_form_life(&n->fold, at, NULL, &life);
	*at = life.last;
	return e;
}

static enum precedence said_as(const struct statement *s)
{
	return s->has_precedence ? s->precedence : PRECEDENCE_ROUTINE;
}

/*
 * Said anew it is marked no lower than it stands there by now: a lower label is given by a DOWNGRADE, first.
 */
static enum err check_label(struct node *n, const struct statement *s, const struct place_key *at,
			    struct buf *memory, struct entry_read_out *subject, struct effect_answer *answer)
{
	const struct guidelines *g = accord_here(n, s->channel)->guidelines;
	struct label_mask own, was;
	struct item_view item;
	enum err e = fold_item(&n->fold, at, &item);

	if (e == ERR_OK && item.label.log.epoch != 0) {
		buf_reset(memory);
		e = node_entry(n, &item.label, memory, subject);
	}
	e = err_unless(e, ERR_NOT_FOUND);
	if (e != ERR_OK)
		return e;
	if (policy_label_read(g, &s->label, at->log.party, &own).is_allowed &&
	    policy_label_read(g, &subject->statement.label, at->log.party, &was).is_allowed) {
		/* who may have it the channel says, of both */
		own.rel = was.rel;
		own.origin = was.origin;
		if (policy_is_within(g, &own, &was))
			return ERR_OK;
	}
	answer->verdict = VERDICT_BELOW;
	return ERR_REFUSED;
}

/* Whoever was told is told, and no less urgently; by a form that has no precedence of its own exactly so. */
static enum err check_reach(struct node *n, const struct form *form, const struct statement *s,
			    struct effect_answer *answer)
{
	struct buf memory = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct entry_read_out subject;
	struct place_key at;
	enum err e = find_subject(n, form, s, &at);

	if (e == ERR_OK)
		e = node_entry(n, &at, &memory, &subject);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND); /* the fold says so */
	if (!has_reach(s, &subject.statement) || said_as(s) > said_as(&subject.statement) ||
	    (form->precedences == 0 && said_as(s) != said_as(&subject.statement)))
		return refuse(answer, FORM_FAULT_REACH);
	if (form_act_of(s) != FORM_ACT_AMEND || accord_here(n, s->channel)->guidelines == NULL)
		return ERR_OK;
	return check_label(n, s, &at, &memory, &subject, answer);
}

/* What is in clear: of what is sealed nobody but its readers sees anything. */
static enum err check_words(const struct accord *a, const struct form *form, const struct statement *s,
			    struct bytes bytes, struct form_fault *out)
{
	struct content content = { .portions_count = 0 };
	struct fault fault;
	enum err e = bytes.len > 0 ? content_read(bytes, &content, &fault) : ERR_OK;

	if (e == ERR_OK)
		e = form_check_content(a, form, s, &content, out);
	return e == ERR_OK ? form_check_sending(form, s, &content, out) : e;
}

static enum err check(struct node *n, const struct form *form, const struct statement *s, struct bytes bytes,
		      struct effect_answer *answer)
{
	const struct accord *a = accord_here(n, s->channel);
	const struct accord_channel *channel = accord_channel_find(a, s->channel);
	enum err e;

	if (channel == NULL)
		return ERR_OK;
	e = form_check(a, form, channel->plane, s, &answer->fault);
	if (e == ERR_OK && s->content.sealing == SEALING_NONE)
		e = check_words(a, form, s, bytes, &answer->fault);
	return e == ERR_OK ? check_reach(n, form, s, answer) : e;
}

enum err form_door(struct node *n, const struct statement *s, struct bytes content,
		   struct effect_answer *answer)
{
	const struct form *form = form_of(accord_here(n, s->channel), s);
	enum err e = form == NULL ? ERR_OK : check(n, form, s, content, answer);

	if (e != ERR_RULE)
		return e;
	answer->verdict = VERDICT_FORM;
	return ERR_REFUSED;
}
