#include "view/ladder.h"

static const char *const step_names[] = {
#define STEP_NAME(name, text) text,
	STEP_LIST(STEP_NAME)
#undef STEP_NAME
};

const char *step_name(enum step s)
{
	return step_names[index_below(s, STEP_COUNT)];
}

void ladder_prove(struct ladder *l, enum step step, struct wall at)
{
	l->steps[step].is_proved = true;
	l->steps[step].at = at;
	if (step > l->highest)
		l->highest = step;
}

/* One act on the message, as its ladder sees it. */
struct act {
	struct place_key place;
	struct statement statement;
	struct wall filed;
	size_t role; /* of the accord, as in struct rung */
};

static void prove_by(struct ladder *l, enum step step, const struct act *act)
{
	if (l->steps[step].is_proved)
		return; /* the first evidence stands */
	ladder_prove(l, step, act->filed);
	l->steps[step].evidence = act->place;
	l->steps[step].role = act->role;
}

static void note_rung(struct rung *r, const struct act *act)
{
	*r = (struct rung){ true, act->place, act->filed, act->role };
}

static void forget_query(struct ladder *l)
{
	l->query = (struct rung){ 0 };
	l->lapse = (struct rung){ 0 };
}

/* The last answer stands, and those before it are in its past: a DEFERRED ends with what follows it. */
static void answer(struct ladder *l, enum step step, const struct act *act)
{
	if (step == STEP_DEFERRED)
		l->steps[step].is_proved = false; /* of several the last says until when */
	prove_by(l, step, act);
	l->highest = step;
	l->deferred_until_ms = step == STEP_DEFERRED ? statement_uint(&act->statement, FIELD_DEFER_UNTIL) : 0;
	forget_query(l);
}

static const struct {
	enum kind kind;
	enum step step;
} answers[] = {
	{ KIND_REPLY, STEP_REPLIED },
	{ KIND_DECLINE, STEP_DECLINED },
	{ KIND_DEFER, STEP_DEFERRED },
};

/* What the reader said he had, of the WATCH READ that stands. */
static void note_had(struct ladder *l, const struct statement *s)
{
	const struct field *field = statement_field(s, FIELD_READ_ATTACHMENTS);
	struct cbor_reader r;
	size_t count = 0;

	if (field == NULL || l->steps[STEP_WATCH_READ].is_proved)
		return;
	l->says_had = true;
	cbor_open(&r, field->value); /* fields_check has seen to what stands there */
	(void)cbor_read_array(&r, ATTACHMENTS_MAX, &count);
	for (l->had_count = 0; l->had_count < count; l->had_count++)
		(void)cbor_read_fixed(&r, l->had[l->had_count], HASH_LEN);
}

/* An act by the addressee's party, or by the author about this addressee. */
static void climb(struct ladder *l, const struct act *act, size_t author)
{
	const struct statement *s = &act->statement;
	bool is_theirs = act->place.log.party == l->party;
	bool is_for_role = is_theirs && (s->acting_for.len == 0 || bytes_equal(s->acting_for, l->role));

	if (s->kind == KIND_WATCH_READ && is_theirs) {
		note_had(l, s);
		prove_by(l, STEP_WATCH_READ, act);
		forget_query(l);
	} else if (s->kind == KIND_READ_BACK && is_theirs) {
		note_rung(&l->read_back_offered, act);
		forget_query(l);
	} else if (s->kind == KIND_PRESENTED && is_for_role) {
		prove_by(l, STEP_PRESENTED, act);
		forget_query(l);
	} else if (s->kind == KIND_ESCALATED && is_theirs) {
		const uint64_t rung = statement_uint(s, FIELD_ESCALATED_RUNG);
		if (rung >= l->call) {
			l->call = rung;
			note_rung(&l->called, act);
		}
		l->empty |= statement_uint(s, FIELD_ESCALATED_EMPTY);
	} else if (s->kind == KIND_QUERY) {
		note_rung(&l->query, act);
	} else if (s->kind == KIND_NEGATIVE && is_theirs) {
		note_rung(&l->negative, act);
		l->negative_cause = statement_uint(s, FIELD_NEGATIVE_CAUSE);
	} else if (s->kind == KIND_LAPSE && act->place.log.party == author) {
		if (!l->steps[STEP_WATCH_READ].is_proved) {
			note_rung(&l->lapse, act);
			l->lapse_cause = statement_uint(s, FIELD_LAPSE_CAUSE);
		}
	}
	for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
		if (answers[i].kind == s->kind && is_for_role)
			answer(l, answers[i].step, act);
	}
}

/* A step that its own evidence no longer proves; those that follow it stand by theirs. */
static void unprove(struct ladder *l, enum step step)
{
	l->steps[step] = (struct rung){ 0 };
	while (l->highest == step || (l->highest < step && !l->steps[l->highest].is_proved))
		l->highest--;
}

/* The author's last mark, on whichever READ BACK of the party, says whether the step is reached. */
static enum err read_marks(const struct ladder_reading *in, const struct act *read_back, size_t author,
			   struct ladder *l)
{
	const struct fold *f = in->f;
	struct message_at at = { 0 };
	struct act mark;
	enum err e;

	l->is_wrong = false; /* what was said of the one before is not said of this one */
	l->wrong_cause = MARK_CAUSE_COUNT;
	while ((e = fold_next_act(f, &read_back->place, &at)) == ERR_OK) {
		uint64_t value;
		mark.place = at.place;
		if (at.order == 0 || at.place.log.party != author)
			continue;
		e = fold_may(in->sight, &at.place);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e == ERR_OK)
			e = in->fetch(in->self, &at.place, &mark.statement, &mark.filed);
		if (e != ERR_OK)
			return e;
		mark.role = accord_role_find(f->accord, mark.statement.role);
		if (mark.statement.kind != KIND_MARK)
			continue;
		value = statement_uint(&mark.statement, FIELD_MARK);
		l->is_wrong = value == 1;
		if (message_is_later(&l->marked, &at))
			continue;
		if (statement_field_uint(&mark.statement, FIELD_MARK_CAUSE, MARK_CAUSE_COUNT - 1,
					 &l->wrong_cause) != ERR_OK)
			l->wrong_cause = MARK_CAUSE_COUNT;
		l->marked = at;
		if (value == 0)
			prove_by(l, STEP_READ_BACK, &mark);
		else
			unprove(l, STEP_READ_BACK);
	}
	if (l->steps[STEP_READ_BACK].is_proved)
		l->is_wrong = false;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Statements of others that this one had not seen and that had not seen it. */
static enum err find_crossings(const struct ladder_reading *in, const struct place_key *place,
			       const struct entry_view *view, struct message_view *out)
{
	const struct fold *f = in->f;

	for (size_t party = 0; party < f->accord->parties_count; party++) {
		struct place_key at = { { place->log.channel, party, view->past.of[party].epoch },
					view->past.of[party].size };
		uint64_t folded, end;
		enum err e;

		if (party == place->log.party)
			continue;
		if (at.log.epoch == 0)
			at.log.epoch = 1;
		e = fold_size(f, &at.log, &folded);
		end = at.index + LADDER_CROSSED_MAX;
		for (; e == ERR_OK && at.index < folded && at.index < end &&
		       out->crossings_count < LADDER_CROSSINGS_MAX;
		     at.index++) {
			struct entry_view other;
			e = fold_get(f, &at, &other);
			if (e != ERR_OK)
				return e;
			/* What comes after the first that has seen this one has seen it too. */
			if (other.past.of[place->log.party].epoch > place->log.epoch ||
			    (other.past.of[place->log.party].epoch == place->log.epoch &&
			     other.past.of[place->log.party].size > place->index))
				break;
			if (!kind_is_message(other.kind) || other.verdict != VERDICT_OK)
				continue;
			e = fold_may(in->sight, &at);
			if (e == ERR_OK)
				out->crossings[out->crossings_count++].place = at;
			e = err_unless(e, ERR_NOT_FOUND);
		}
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static void open_ladders(const struct fold *f, const struct place_key *place, const struct statement *message,
			 struct wall filed, struct message_view *out)
{
	*out = (struct message_view){ 0 };
	for (size_t i = 0; i < message->addressees_count; i++) {
		struct ladder *l = &out->ladders[out->ladders_count++];
		l->party = accord_party_find(f->accord, message->addressees[i].party);
		l->role = message->addressees[i].role;
		l->is_information = message->addressees[i].is_information;
		l->needs_read_back = !l->is_information && fold_needs_read_back(message);
		ladder_prove(l, STEP_QUEUED, filed);
		l->steps[STEP_QUEUED].evidence = *place;
		l->steps[STEP_QUEUED].role = accord_role_find(f->accord, message->role);
	}
}

enum err ladder_read(const struct ladder_reading *in, const struct place_key *place,
		     const struct statement *message, struct wall filed, struct message_view *out)
{
	const struct fold *f = in->f;
	struct message_at at = { 0 };
	struct entry_view view;
	struct act act;
	enum err e = fold_get(f, place, &view);

	if (e != ERR_OK)
		return e;
	open_ladders(f, place, message, filed, out);
	while ((e = fold_next_act(f, place, &at)) == ERR_OK) {
		act.place = at.place;
		e = fold_may(in->sight, &at.place);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e == ERR_OK)
			e = in->fetch(in->self, &at.place, &act.statement, &act.filed);
		if (e == ERR_OK)
			act.role = accord_role_find(f->accord, act.statement.role);
		for (size_t i = 0; e == ERR_OK && i < out->ladders_count; i++) {
			struct ladder *l = &out->ladders[i];
			climb(l, &act, place->log.party);
			if (act.statement.kind == KIND_READ_BACK && act.place.log.party == l->party)
				e = read_marks(in, &act, place->log.party, l);
		}
		if (e != ERR_OK)
			return e;
	}
	if (e == ERR_NOT_FOUND)
		e = find_crossings(in, place, &view, out);
	return e == ERR_OK ? fold_is_suspended(f, place->log.channel, &out->is_suspended) : e;
}
