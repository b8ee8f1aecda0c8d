#include "dialogue/thing.h"

#include <assert.h>
#include <string.h>

const char *progress_name(enum progress p)
{
	static const char *const names[PROGRESS_COUNT] = { "UNCONFIRMED", "OPEN",     "REPORTED",
							   "DISPUTED",	  "ACCEPTED", "DENIED" };

	return names[index_below(p, PROGRESS_COUNT)];
}

const char *standing_name(enum standing s)
{
	static const char *const names[STANDING_COUNT] = {
		"UNCONFIRMED",	 "OPEN",       "REPORTED", "DISPUTED",	"ACCEPTED",
		"CLOSED",	 "DROPPED",    "ENDED",	   "SCHEDULED", "AGENDA OPEN",
		"AGENDA AGREED", "IN SESSION", "RECESS",   "CONCLUDED", "RECORD AGREED",
		"CALLED OFF",	 "PROPOSED",   "AGREED",   "DECLINED",	"DISCUSSED",
		"DEFERRED",	 "KNOWN",      "IN FORCE", "WITHDRAWN", "DENIED",
	};

	return names[index_below(s, STANDING_COUNT)];
}

/* ---- Deeds. ---- */

/* Of one log, or by party where the order is the same: the record's order. */
static bool is_later(uint64_t order, const struct deed_at *at, uint64_t than_order,
		     const struct deed_at *than)
{
	if (than->epoch == 0 || order != than_order)
		return than->epoch == 0 || order > than_order;
	if (at->party != than->party)
		return at->party > than->party;
	return at->epoch != than->epoch ? at->epoch > than->epoch : at->index > than->index;
}

static bool is_behind(const struct deed_at *at, const struct deed_at *than)
{
	return at->epoch != than->epoch ? at->epoch > than->epoch : at->index > than->index;
}

static void take_act(struct thing *t, const struct deed *d)
{
	bool is_move = d->act == DIALOGUE_ACT_AMEND || d->act == DIALOGUE_ACT_MOVE;
	uint8_t party = d->at.party;

	t->said[d->act] |= (uint8_t)(1u << party);
	if (d->act == DIALOGUE_ACT_AGENDA_AGREE && is_behind(&d->at, &t->agreed_at[party]))
		t->agreed_at[party] = d->at;
	if (d->act == DIALOGUE_ACT_RECORD_AGREE && is_behind(&d->at, &t->records[party].at)) {
		t->records[party].at = d->at;
		memcpy(t->records[party].hash, d->hash, HASH_LEN);
	}
	if (!is_move && d->act != DIALOGUE_ACT_DELEGATION &&
	    is_later(d->order, &d->at, t->last.order, &t->last.at)) {
		t->last.order = d->order;
		t->last.at = d->at;
		t->last.act = d->act;
	}
}

static bool is_before(const struct deed_at *at, const struct deed_at *than)
{
	return at->party != than->party ? at->party < than->party : is_behind(than, at);
}

/* In whatever order they come, the same list. */
static void keep_deed(struct thing *t, const struct deed_at *at, bool is_alike)
{
	size_t i = t->deeds_count;
	unsigned before;

	if (t->deeds_count >= THING_DEEDS_KEPT) {
		t->deeds_count = THING_DEEDS_KEPT + 1;
		t->deeds_alike = 0;
		memset(t->deeds, 0, sizeof t->deeds);
		return;
	}
	for (; i > 0 && is_before(at, &t->deeds[i - 1]); i--)
		t->deeds[i] = t->deeds[i - 1];
	t->deeds[i] = *at;
	t->deeds_count++;
	before = t->deeds_alike & ((1u << i) - 1);
	t->deeds_alike = (uint8_t)(before | (unsigned)is_alike << i | (t->deeds_alike - before) << 1);
}

void thing_take(struct thing *t, const struct deed *d)
{
	struct thing_answer *answer;

	assert(d->at.party < PARTY_MAX && d->report.party < PARTY_MAX);
	keep_deed(t, &d->at, d->is_alike);
	if (d->kind == KIND_REPORTED && is_behind(&d->at, &t->reports[d->at.party])) {
		t->reports[d->at.party] = d->at;
	} else if (d->kind == KIND_ACCEPTED || d->kind == KIND_DISPUTED) {
		/*
		 * Of the newest report that it answered. What is accepted stays so, whatever comes in behind:
		 * of a log that ended, what was lost may come after what the next one says.
		 */
		answer = &t->answers[d->at.party][d->report.party];
		if (is_behind(&answer->report, &d->report))
			return;
		answer->is_accepted = d->kind == KIND_ACCEPTED ||
				      (answer->is_accepted && !is_behind(&d->report, &answer->report));
		answer->report = d->report;
	} else if (d->kind == KIND_ACT) {
		take_act(t, d);
	} else if (d->kind == KIND_ITEM && is_behind(&d->at, &t->items[d->at.party])) {
		t->items[d->at.party] = d->at;
	}
}

void thing_forget(struct thing *t)
{
	*t = (struct thing){ .kind = t->kind,
			     .parties_count = t->parties_count,
			     .parties = t->parties,
			     .owners = t->owners,
			     .owed = t->owed,
			     .author = t->author,
			     .order = t->order,
			     .of = t->of };
}

/* ---- What follows from them. ---- */

uint8_t thing_creditors(const struct thing *t, size_t owner)
{
	return (uint8_t)(t->owed & ~(1u << owner));
}

enum progress thing_progress(const struct thing *t, size_t owner)
{
	const struct deed_at *report = &t->reports[owner];
	uint8_t bit = (uint8_t)(1u << owner);
	bool is_accepted = thing_creditors(t, owner) != 0; /* nobody accepts for nobody */

	if (report->epoch == 0 && ((t->said[DIALOGUE_ACT_CONFIRM] & bit) != 0 || t->author == owner))
		return PROGRESS_OPEN;
	if (report->epoch == 0)
		return (t->said[DIALOGUE_ACT_DROP] & bit) != 0 ? PROGRESS_DENIED : PROGRESS_UNCONFIRMED;
	for (size_t i = 0; i < t->parties_count; i++) {
		const struct thing_answer *answer = &t->answers[i][owner];
		if (i == owner || (t->owed >> i & 1) == 0)
			continue;
		/* What was disputed and is reported anew waits for an answer; what was accepted stays so. */
		if (answer->report.epoch != 0 && !answer->is_accepted && !is_behind(report, &answer->report))
			return PROGRESS_DISPUTED;
		is_accepted = is_accepted && answer->report.epoch != 0 && answer->is_accepted;
	}
	return is_accepted ? PROGRESS_ACCEPTED : PROGRESS_REPORTED;
}

struct deed_at thing_report(const struct thing *t, size_t owner)
{
	struct deed_at report = t->reports[owner];
	bool is_first = true;

	if (thing_progress(t, owner) != PROGRESS_ACCEPTED)
		return report;
	for (size_t i = 0; i < t->parties_count; i++) {
		const struct deed_at *of = &t->answers[i][owner].report;
		if ((thing_creditors(t, owner) >> i & 1) == 0 || !(is_first || is_behind(of, &report)))
			continue;
		report = *of;
		is_first = false;
	}
	return report;
}

static enum standing commitment_standing(const struct thing *t)
{
	enum progress least = PROGRESS_COUNT;
	bool is_disputed = false, is_any_accepted = false;

	if ((t->said[DIALOGUE_ACT_DROP] & (t->owners | t->owed)) == (t->owners | t->owed))
		return STANDING_DROPPED;
	for (size_t i = 0; i < t->parties_count; i++) {
		enum progress p;
		if ((t->owners >> i & 1) == 0)
			continue;
		p = thing_progress(t, i);
		/* Nobody is bound by another's word: what a party denies is no part of the whole. */
		if (p == PROGRESS_DENIED)
			continue;
		is_disputed = is_disputed || p == PROGRESS_DISPUTED;
		is_any_accepted = is_any_accepted || p == PROGRESS_ACCEPTED;
		least = p < least ? p : least;
	}
	if (least == PROGRESS_COUNT)
		return STANDING_DENIED;
	if (is_disputed)
		return STANDING_DISPUTED;
	if (least == PROGRESS_ACCEPTED)
		return STANDING_CLOSED;
	if (least == PROGRESS_REPORTED)
		return is_any_accepted ? STANDING_ACCEPTED : STANDING_REPORTED;
	return least == PROGRESS_OPEN ? STANDING_OPEN : STANDING_UNCONFIRMED;
}

static bool all_said(const struct thing *t, enum dialogue_act act)
{
	return (t->said[act] & t->parties) == t->parties;
}

/* Every party of it names one text. */
static bool is_record_agreed(const struct thing *t)
{
	const uint8_t *hash = NULL;

	for (size_t i = 0; i < t->parties_count; i++) {
		if ((t->parties >> i & 1) == 0)
			continue;
		if (t->records[i].at.epoch == 0 ||
		    (hash != NULL && memcmp(hash, t->records[i].hash, HASH_LEN) != 0))
			return false;
		hash = t->records[i].hash;
	}
	return hash != NULL;
}

static enum standing session_standing(const struct thing *t)
{
	if (t->said[DIALOGUE_ACT_CALL_OFF] != 0)
		return STANDING_CALLED_OFF;
	if (is_record_agreed(t))
		return STANDING_RECORD_AGREED;
	if (t->said[DIALOGUE_ACT_CONCLUDE] != 0)
		return STANDING_CONCLUDED;
	if (t->last.at.epoch != 0 && t->last.act == DIALOGUE_ACT_RECESS)
		return STANDING_RECESS;
	if (t->said[DIALOGUE_ACT_BEGIN] != 0)
		return STANDING_IN_SESSION;
	if ((t->agreed & t->parties) == t->parties)
		return STANDING_AGENDA_AGREED;
	return t->said[DIALOGUE_ACT_AGENDA_OPEN] != 0 ? STANDING_AGENDA_OPEN : STANDING_SCHEDULED;
}

/*
 * It is agreed on when all who did not propose it say so; what a party declines is not on the agenda. One
 * side alone closes only what was discussed.
 */
static enum standing item_standing(const struct thing *t)
{
	uint8_t others = (uint8_t)(t->parties & ~(1u << t->author));
	bool is_agreed = (t->said[DIALOGUE_ACT_ITEM_AGREE] & others) == others;

	if (all_said(t, DIALOGUE_ACT_ITEM_CLOSE) ||
	    (t->said[DIALOGUE_ACT_ITEM_CLOSE] != 0 && t->said[DIALOGUE_ACT_ITEM_DISCUSSED] != 0))
		return STANDING_CLOSED;
	if (t->said[DIALOGUE_ACT_ITEM_DECLINE] != 0)
		return STANDING_DECLINED;
	if (t->last.at.epoch != 0 && t->last.act == DIALOGUE_ACT_ITEM_DEFER)
		return STANDING_DEFERRED;
	if (t->said[DIALOGUE_ACT_ITEM_DISCUSSED] != 0)
		return STANDING_DISCUSSED;
	return is_agreed ? STANDING_AGREED : STANDING_PROPOSED;
}

enum standing thing_standing(const struct thing *t)
{
	if (t->kind == KIND_BODY)
		return ((t->said[DIALOGUE_ACT_END] | t->said[DIALOGUE_ACT_MERGE]) & t->parties) == t->parties
			       ? STANDING_ENDED
			       : STANDING_OPEN;
	if (t->kind == KIND_SESSION)
		return session_standing(t);
	if (t->kind == KIND_ITEM)
		return item_standing(t);
	if (t->kind == KIND_TEXT)
		return all_said(t, DIALOGUE_ACT_TERMINATE)  ? STANDING_ENDED
		       : all_said(t, DIALOGUE_ACT_IN_FORCE) ? STANDING_IN_FORCE
							    : STANDING_OPEN;
	if (t->kind == KIND_CLAIM && (t->said[DIALOGUE_ACT_WITHDRAW] >> t->author & 1) != 0)
		return STANDING_WITHDRAWN;
	return t->kind == KIND_COMMITMENT ? commitment_standing(t) : STANDING_KNOWN;
}

bool thing_is_over(const struct thing *t)
{
	static const bool is_over[STANDING_COUNT] = {
		[STANDING_CLOSED] = true,	 [STANDING_DROPPED] = true,    [STANDING_ENDED] = true,
		[STANDING_RECORD_AGREED] = true, [STANDING_CALLED_OFF] = true, [STANDING_DECLINED] = true,
		[STANDING_WITHDRAWN] = true,
	};

	return is_over[thing_standing(t)];
}

/* ---- In a row of the view. ---- */

#define AT_LEN 13u

static void at_write(const struct deed_at *at, struct buf *out)
{
	buf_put_byte(out, at->party);
	buf_put_be32(out, at->epoch);
	buf_put_be64(out, at->index);
}

static enum err take_bytes(struct bytes *in, void *out, size_t len)
{
	struct bytes part;
	enum err e = bytes_take(in, len, &part);

	if (e != ERR_OK)
		return ERR_CORRUPT;
	memcpy(out, part.ptr, len);
	return ERR_OK;
}

static enum err take_be64(struct bytes *in, uint64_t *out)
{
	uint8_t memory[8];
	enum err e = take_bytes(in, memory, sizeof memory);

	if (e == ERR_OK)
		*out = be64_get(memory);
	return e;
}

static enum err at_read(struct bytes *in, struct deed_at *out)
{
	uint8_t memory[AT_LEN];
	enum err e = take_bytes(in, memory, sizeof memory);

	if (e != ERR_OK || memory[0] >= PARTY_MAX)
		return ERR_CORRUPT;
	*out = (struct deed_at){ be32_get(memory + 1), be64_get(memory + 5), memory[0] };
	return ERR_OK;
}

/* A session or a body has parties that host it: they report nothing. */
static bool has_report(const struct thing *t, size_t owner)
{
	return t->kind == KIND_COMMITMENT && (t->owners >> owner & 1) != 0;
}

static bool has_answers(const struct thing *t, size_t who, size_t whose)
{
	return who != whose && (t->owed >> who & 1) != 0 && has_report(t, whose);
}

void thing_write(const struct thing *t, struct buf *out)
{
	const uint8_t head[] = { (uint8_t)t->kind, t->parties_count, t->parties,	   t->owners,
				 t->owed,	   t->author,	     (uint8_t)t->last.act, t->agreed };

	buf_put(out, BYTES_OF(head));
	buf_put(out, BYTES_OF(t->said));
	buf_put_be64(out, t->order);
	at_write(&t->of, out);
	buf_put_be64(out, t->last.order);
	at_write(&t->last.at, out);
	for (size_t i = 0; t->kind == KIND_SESSION && i < t->parties_count; i++) {
		at_write(&t->items[i], out);
		at_write(&t->agreed_at[i], out);
		at_write(&t->records[i].at, out);
		buf_put(out, BYTES_OF(t->records[i].hash));
	}
	for (size_t i = 0; i < t->parties_count; i++) {
		if (has_report(t, i))
			at_write(&t->reports[i], out);
		for (size_t n = 0; n < t->parties_count; n++) {
			if (!has_answers(t, i, n))
				continue;
			at_write(&t->answers[i][n].report, out);
			buf_put_byte(out, t->answers[i][n].is_accepted);
		}
	}
	buf_put_byte(out, t->deeds_count);
	buf_put_byte(out, t->deeds_alike);
	for (size_t i = 0; t->deeds_count <= THING_DEEDS_KEPT && i < t->deeds_count; i++)
		at_write(&t->deeds[i], out);
}

static enum err session_read(struct bytes *in, struct thing *t)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && t->kind == KIND_SESSION && i < t->parties_count; i++) {
		e = at_read(in, &t->items[i]);
		if (e == ERR_OK)
			e = at_read(in, &t->agreed_at[i]);
		if (e == ERR_OK)
			e = at_read(in, &t->records[i].at);
		if (e == ERR_OK)
			e = take_bytes(in, t->records[i].hash, HASH_LEN);
	}
	return e;
}

static enum err answers_read(struct bytes *in, struct thing *t)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < t->parties_count; i++) {
		if (has_report(t, i))
			e = at_read(in, &t->reports[i]);
		for (size_t n = 0; e == ERR_OK && n < t->parties_count; n++) {
			uint8_t is_accepted = 0;
			if (!has_answers(t, i, n))
				continue;
			e = at_read(in, &t->answers[i][n].report);
			if (e == ERR_OK)
				e = take_bytes(in, &is_accepted, 1);
			if (e == ERR_OK && is_accepted > 1)
				e = ERR_CORRUPT;
			t->answers[i][n].is_accepted = is_accepted != 0;
		}
	}
	return e;
}

static enum err deeds_read(struct bytes *in, struct thing *t)
{
	enum err e = take_bytes(in, &t->deeds_count, 1);

	if (e == ERR_OK)
		e = take_bytes(in, &t->deeds_alike, 1);
	if (e == ERR_OK && (t->deeds_count > THING_DEEDS_KEPT + 1 ||
			    (t->deeds_count < THING_DEEDS_KEPT && t->deeds_alike >> t->deeds_count != 0)))
		return ERR_CORRUPT;
	for (size_t i = 0; e == ERR_OK && t->deeds_count <= THING_DEEDS_KEPT && i < t->deeds_count; i++)
		e = at_read(in, &t->deeds[i]);
	return e;
}

enum err thing_read(struct bytes *in, struct thing *out)
{
	uint8_t head[8];
	enum err e = take_bytes(in, head, sizeof head);

	*out = (struct thing){ 0 };
	if (e != ERR_OK || !kind_is_dialogue(head[0]) || head[1] > PARTY_MAX || head[5] >= PARTY_MAX ||
	    head[6] >= DIALOGUE_ACT_COUNT)
		return ERR_CORRUPT;
	out->kind = (enum kind)head[0];
	out->parties_count = head[1];
	out->parties = head[2];
	out->owners = head[3];
	out->owed = head[4];
	out->author = head[5];
	out->last.act = (enum dialogue_act)head[6];
	out->agreed = head[7];
	e = take_bytes(in, out->said, sizeof out->said);
	if (e == ERR_OK)
		e = take_be64(in, &out->order);
	if (e == ERR_OK)
		e = at_read(in, &out->of);
	if (e == ERR_OK)
		e = take_be64(in, &out->last.order);
	if (e == ERR_OK)
		e = at_read(in, &out->last.at);
	if (e == ERR_OK)
		e = session_read(in, out);
	if (e == ERR_OK)
		e = answers_read(in, out);
	return e == ERR_OK ? deeds_read(in, out) : e;
}
