/*
 * Standing dialogues, docs/spec/dialogue.md: what counts as its author had seen it, and what it then leaves.
 */
#include "view/dialogue.h"

#include "accord/form.h"
#include "view/judge.h"
#include "view/thing_row.h"
#include "wire/fields.h"

#include <string.h>

#define BIT(kind) (1u << (KIND_##kind - KIND_BODY))

/* What each kind may hang on, and whether its name is its own. */
static const struct dialogue_rule {
	enum kind kind;
	uint32_t subjects; /* bit mask of kinds from BODY on; 0: an ACT's stand in its row */
	bool is_thing, is_named, may_be_alone;
} rules[] = {
	{ KIND_BODY, BIT(BODY), true, true, true },
	{ KIND_SESSION, BIT(BODY), true, true, false },
	{ KIND_ITEM, BIT(SESSION), true, true, false },
	{ KIND_COMMITMENT, BIT(BODY) | BIT(SESSION), true, true, false },
	{ KIND_REPORTED, BIT(COMMITMENT), false, false, false },
	{ KIND_ACCEPTED, BIT(REPORTED), false, false, false },
	{ KIND_DISPUTED, BIT(REPORTED), false, false, false },
	{ KIND_CONDITION, BIT(COMMITMENT), true, false, false },
	{ KIND_EVENT, BIT(BODY) | BIT(SESSION), true, true, true },
	{ KIND_TEXT, BIT(BODY) | BIT(SESSION) | BIT(TEXT), true, true, false },
	{ KIND_ACT, 0, false, false, false },
	{ KIND_CLAIM, BIT(EVENT), true, true, false },
};

static const struct dialogue_rule *rule_find(uint64_t kind)
{
	for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
		if ((uint64_t)rules[i].kind == kind)
			return &rules[i];
	}
	return NULL;
}

/* ---- What stands beside a deed: the thing that it is about. ---- */

enum err fold_reported_of(const struct fold *f, const struct place_key *report, struct place_key *out)
{
	uint8_t memory[PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	struct bytes in;
	enum err e;

	place_key_write(report, row_open(&k, ROW_REPORTED));
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	in = buf_bytes(&value);
	return e == ERR_OK ? place_key_read(&in, out) : e;
}

/* What the row of a thing says about its deed's act is not kept elsewhere: ACT rows have it beside them. */
enum err fold_act_of(const struct fold *f, const struct place_key *place, enum dialogue_act *out)
{
	uint8_t memory[1];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	enum err e;

	place_key_write(place, row_open(&k, ROW_REPORTED));
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	if (e == ERR_OK && (value.len != 1 || memory[0] >= DIALOGUE_ACT_COUNT))
		return ERR_CORRUPT;
	*out = (enum dialogue_act)memory[0];
	return e;
}

enum err fold_same_of(const struct fold *f, const struct place_key *place, struct place_key pair[2],
		      enum sameness *out)
{
	uint8_t memory[1 + 2 * PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	struct bytes in;
	enum err e;

	place_key_write(place, row_open(&k, ROW_REPORTED));
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	if (value.len != sizeof memory || memory[0] >= SAMENESS_COUNT)
		return ERR_CORRUPT;
	*out = (enum sameness)memory[0];
	in = (struct bytes){ memory + 1, 2 * PLACE_KEY_LEN };
	e = place_key_read(&in, &pair[0]);
	return e == ERR_OK ? place_key_read(&in, &pair[1]) : e;
}

/* ---- The verdict. ---- */

/* Bit mask of the parties with these codes; false: one of them is not of the channel. */
static bool read_parties(const struct case_file *c, enum dialogue_field field, uint8_t *out)
{
	struct dialogue_texts texts;
	struct bytes code;

	*out = 0;
	dialogue_texts_open(&texts, dialogue_field(c->in->statement, field));
	while (dialogue_texts_next(&texts, &code)) {
		size_t party = 0;
		while (party < c->f->accord->parties_count &&
		       !bytes_equal(bytes_str(c->f->accord->parties[party].code), code))
			party++;
		if ((accord_voices(c->channel) >> party & 1) == 0)
			return false; /* that of none is no voice */
		*out |= (uint8_t)(1u << party);
	}
	return true;
}

static void name_key(struct row_key *k, uint32_t channel, enum kind kind, struct bytes name)
{
	row_open(k, ROW_NAMED);
	row_put_channel(k, channel);
	buf_put_byte(&k->buf, (uint8_t)kind);
	buf_put(&k->buf, name);
	buf_put_byte(&k->buf, 0);
}

enum err fold_next_named(const struct fold *f, uint32_t channel, enum kind kind, struct bytes name,
			 struct message_at *at)
{
	struct row_key prefix;

	if (!is_dialogue_name(name))
		return ERR_NOT_FOUND;
	name_key(&prefix, channel, kind, name);
	return row_next_listed(f->map, &prefix, at);
}

/* Whether the author had seen a thing of this kind and name. */
static enum err is_named(const struct case_file *c, enum kind kind, struct bytes name, bool *out)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	*out = false;
	while (e == ERR_OK && !*out &&
	       (e = fold_next_named(c->f, c->in->log.channel, kind, name, &at)) == ERR_OK)
		e = past_covers(c->f, &c->view->past, &at.place, out);
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_next_hung(const struct fold *f, const struct place_key *on, enum kind kind,
			struct message_at *at)
{
	struct entry_view v = { .kind = 0 };
	enum err e;

	do {
		e = fold_next_act(f, on, at);
		if (e == ERR_OK)
			e = fold_get(f, &at->place, &v);
	} while (e == ERR_OK && (v.kind != kind || v.verdict != VERDICT_OK));
	return e;
}

/* Likewise, as far as the author had seen. */
static enum err next_hung(const struct sieve *s, const struct place_key *on, enum kind kind,
			  struct message_at *at)
{
	bool may = false;
	enum err e;

	do {
		e = fold_next_hung(s->f, on, kind, at);
		if (e == ERR_OK)
			e = sieve_may(s, &at->place, &may);
	} while (e == ERR_OK && !may);
	return e;
}

/* Whether a commitment on this place was open, as far as the author had seen. */
static enum err has_open(const struct sieve *s, const struct place_key *on, struct thing_row *row, bool *out)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	while (!*out && (e = next_hung(s, on, KIND_COMMITMENT, &at)) == ERR_OK) {
		e = sieve_get(s, &at.place, row);
		if (e != ERR_OK)
			return e;
		*out = !thing_is_over(&row->thing);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Of a body: its own, and those of its sessions. */
static enum err is_left_open(const struct sieve *s, const struct place_key *body, struct thing_row *row,
			     bool *out)
{
	struct message_at at = { 0 };
	enum err e = has_open(s, body, row, out);

	while (e == ERR_OK && !*out && (e = next_hung(s, body, KIND_SESSION, &at)) == ERR_OK)
		e = has_open(s, &at.place, row, out);
	return err_unless(e, ERR_NOT_FOUND);
}

static bool is_act(const struct statement *s, enum dialogue_act act)
{
	return s->kind == KIND_ACT && dialogue_uint(s, DIALOGUE_ACT) == (uint64_t)act;
}

/* An act that its party has said of this thing as it is. */
static bool is_said(const struct case_file *c, const struct thing *t)
{
	const struct statement *s = c->in->statement;
	enum dialogue_act act = (enum dialogue_act)dialogue_uint(s, DIALOGUE_ACT);
	size_t self = c->in->log.party;

	if (s->kind != KIND_ACT)
		return false;
	if (act == DIALOGUE_ACT_AGENDA_AGREE)
		return (t->agreed >> self & 1) != 0;
	if (act != DIALOGUE_ACT_RECORD_AGREE)
		return dialogue_act_row(act)->is_once && (t->said[act] >> self & 1) != 0;
	return t->records[self].at.epoch != 0 &&
	       bytes_equal(statement_bytes(s, DIALOGUE_HASH), BYTES_OF(t->records[self].hash));
}

/*
 * Whoever ended a body begins nothing in it: so, when the last party has ended it, nothing is open, though no
 * two had seen the same. row: what the statement hangs on.
 */
static enum err is_left_by(const struct sieve *past, size_t party, struct thing_row *row, bool *out)
{
	struct place_key body;
	enum err e = ERR_OK;

	if (row->thing.kind == KIND_SESSION && thing_of(row, &body) == ERR_OK)
		e = sieve_get(past, &body, row);
	/* Sessions and commitments hang on a body, or on a session of one. */
	*out = e == ERR_OK &&
	       ((row->thing.said[DIALOGUE_ACT_END] | row->thing.said[DIALOGUE_ACT_MERGE]) >> party & 1) != 0;
	return e;
}

/*
 * Another body of the name that it gives, which its author had seen and his party has not ended: so no body
 * goes into one that went into it, and what is open on its agenda stays on one.
 */
static enum err judge_merge(const struct case_file *c, const struct sieve *past, struct thing_row *row,
			    enum verdict *out)
{
	struct bytes name = dialogue_text(c->in->statement, DIALOGUE_TO);
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	*out = VERDICT_REFERS;
	while (*out != VERDICT_OK &&
	       (e = fold_next_named(c->f, c->in->log.channel, KIND_BODY, name, &at)) == ERR_OK) {
		bool is_seen = false, is_left = false;
		if (!place_key_equal(&c->subject, &at.place))
			e = past_covers(c->f, &c->view->past, &at.place, &is_seen);
		if (e == ERR_OK && is_seen)
			e = sieve_get(past, &at.place, row);
		if (e == ERR_OK && is_seen)
			e = is_left_by(past, c->in->log.party, row, &is_left);
		if (e != ERR_OK)
			return e;
		if (is_seen)
			*out = is_left ? VERDICT_OVER : VERDICT_OK;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* The end of a body: nothing is left open in it, and it is merged into another. */
static enum err judge_end(const struct case_file *c, const struct sieve *past, struct thing_row *row,
			  enum verdict *out)
{
	bool is_left = false;
	enum err e = ERR_OK;

	if (is_act(c->in->statement, DIALOGUE_ACT_MERGE))
		e = judge_merge(c, past, row, out);
	if (e == ERR_OK && *out == VERDICT_OK)
		e = is_left_open(past, &c->subject, row, &is_left);
	if (is_left)
		*out = VERDICT_LEFT;
	return e;
}

/* A session that is concluded neither goes on nor pauses: another is set. */
static bool is_behind_end(const struct statement *s, const struct thing *t)
{
	return (is_act(s, DIALOGUE_ACT_BEGIN) || is_act(s, DIALOGUE_ACT_RECESS)) &&
	       t->said[DIALOGUE_ACT_CONCLUDE] != 0;
}

/* What a party may not say of a thing as it had seen it. */
static enum err judge_deed(const struct case_file *c, const struct place_key *on, struct thing_row *row,
			   enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct sieve past = { .f = c->f, .past = &c->view->past };
	enum dialogue_act act = (enum dialogue_act)dialogue_uint(s, DIALOGUE_ACT);
	uint8_t self = (uint8_t)(1u << c->in->log.party);
	bool is_left = false;
	enum err e = sieve_get(&past, on, row);

	if (e != ERR_OK)
		return e;
	if (is_said(c, &row->thing))
		*out = VERDICT_TWICE;
	else if (thing_is_over(&row->thing) || is_behind_end(s, &row->thing) ||
		 (s->kind == KIND_REPORTED &&
		  thing_progress(&row->thing, c->in->log.party) == PROGRESS_ACCEPTED))
		*out = VERDICT_OVER;
	else if (s->kind == KIND_ACT && act == DIALOGUE_ACT_WITHDRAW && row->thing.author != c->in->log.party)
		*out = VERDICT_AUTHOR;
	else if ((s->kind == KIND_REPORTED || (s->kind == KIND_ACT && act == DIALOGUE_ACT_CONFIRM)) &&
		 (row->thing.owners & self) == 0)
		*out = VERDICT_OWES;
	else if (s->kind == KIND_ACT && act == DIALOGUE_ACT_DROP &&
		 ((row->thing.owners | row->thing.owed) & self) == 0)
		*out = VERDICT_OWES;
	else if ((is_act(s, DIALOGUE_ACT_CONCLUDE) && row->thing.said[DIALOGUE_ACT_BEGIN] == 0) ||
		 (is_act(s, DIALOGUE_ACT_RECORD_AGREE) && row->thing.said[DIALOGUE_ACT_CONCLUDE] == 0))
		*out = VERDICT_STEP;
	if (*out != VERDICT_OK)
		return ERR_OK;
	if (is_act(s, DIALOGUE_ACT_END) || is_act(s, DIALOGUE_ACT_MERGE))
		return judge_end(c, &past, row, out);
	if (s->kind == KIND_SESSION || s->kind == KIND_COMMITMENT)
		e = is_left_by(&past, c->in->log.party, row, &is_left);
	if (is_left)
		*out = VERDICT_OVER;
	return e;
}

static enum err judge_answer(const struct case_file *c, struct thing_row *row, enum verdict *out)
{
	struct sieve past = { .f = c->f, .past = &c->view->past };
	const struct thing_answer *answer;
	struct place_key commitment;
	enum err e = fold_reported_of(c->f, &c->subject, &commitment);

	if (e == ERR_OK)
		e = sieve_get(&past, &commitment, row);
	if (e != ERR_OK)
		return e;
	answer = &row->thing.answers[c->in->log.party][c->subject.log.party];
	if (c->subject.log.party == c->in->log.party)
		*out = VERDICT_OWN;
	else if ((row->thing.owed >> c->in->log.party & 1) == 0)
		*out = VERDICT_OWED;
	else if (answer->report.epoch != 0 && answer->is_accepted)
		*out = VERDICT_TWICE;
	return ERR_OK;
}

/* What it hangs on; .log.epoch 0: nothing. False: something else than its kind may. */
static bool find_subject(const struct case_file *c, const struct dialogue_rule *rule, struct place_key *out,
			 uint64_t *kind, enum err *e)
{
	const struct statement *s = c->in->statement;
	struct entry_view v;
	uint32_t subjects = rule->subjects;

	*out = (struct place_key){ 0 };
	if (s->refers_count == 0)
		return rule->may_be_alone;
	if (s->kind == KIND_ACT)
		subjects = 1u << (dialogue_act_row((enum dialogue_act)dialogue_uint(s, DIALOGUE_ACT))->on -
				  KIND_BODY);
	*out = place_referred(c->f, c->in, 0);
	if (s->refers_count > 1 || out->log.channel != c->in->log.channel)
		return false;
	*e = fold_get(c->f, out, &v);
	if (*e != ERR_OK) {
		*e = err_unless(*e, ERR_NOT_FOUND);
		return false;
	}
	*kind = v.kind;
	return v.verdict == VERDICT_OK && v.kind >= KIND_BODY && v.kind <= KIND_SAME &&
	       (subjects >> (v.kind - KIND_BODY) & 1) != 0;
}

/* To whom it is owed if nobody is named: every party that speaks on the channel. */
static uint8_t owed_of(const struct accord_channel *channel, uint8_t owed)
{
	return owed == 0 ? accord_voices(channel) : owed;
}

static bool has_creditors(const struct case_file *c, uint8_t owners, uint8_t owed)
{
	struct thing t = { .owed = owed_of(c->channel, owed) };

	for (size_t i = 0; i < PARTY_MAX; i++) {
		if ((owners >> i & 1) != 0 && thing_creditors(&t, i) == 0)
			return false;
	}
	return true;
}

static enum err judge_named(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	uint8_t owners, owed;
	bool is_taken = false;
	enum err e = is_named(c, (enum kind)s->kind, dialogue_text(s, DIALOGUE_NAME), &is_taken);

	if (is_taken)
		*out = VERDICT_NAMED;
	else if (!read_parties(c, DIALOGUE_PARTIES, &owners) || !read_parties(c, DIALOGUE_OWED_TO, &owed))
		*out = VERDICT_ADDRESSEE;
	else if (c->in->statement->kind == KIND_COMMITMENT && !has_creditors(c, owners, owed))
		*out = VERDICT_CREDITOR;
	return e;
}

/* Whether the accord lists the value; true without the field. */
static bool is_listed(const struct case_file *c, enum dialogue_field field, const char *list)
{
	struct bytes name = dialogue_text(c->in->statement, field);

	return name.len == 0 || form_code_named(c->f->accord, list, name) != NULL;
}

/* Two events of this channel that count, and two of them. */
static enum err judge_same(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct place_key pair[2];
	enum err e = ERR_OK;

	if (dialogue_uint(s, DIALOGUE_ACT) >= SAMENESS_COUNT)
		*out = VERDICT_RAW;
	else if (s->refers_count != 2)
		*out = VERDICT_REFERS;
	for (size_t i = 0; e == ERR_OK && *out == VERDICT_OK && i < 2; i++) {
		struct entry_view v = { .verdict = VERDICT_REFERS };
		pair[i] = place_referred(c->f, c->in, i);
		if (pair[i].log.channel == c->in->log.channel)
			e = fold_get(c->f, &pair[i], &v);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && (v.kind != KIND_EVENT || v.verdict != VERDICT_OK)))
			*out = VERDICT_REFERS;
	}
	if (e == ERR_OK && *out == VERDICT_OK && place_key_equal(&pair[0], &pair[1]))
		*out = VERDICT_REFERS;
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err judge_by(const struct dialogue_rule *rule, const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct thing_row row;
	struct place_key subject;
	uint64_t kind = 0;
	enum err e = ERR_OK;

	if (s->kind == KIND_TEXT && dialogue_uint(s, DIALOGUE_ACT) >= TEXT_RELATION_COUNT) {
		*out = VERDICT_RAW;
		return ERR_OK;
	}
	if (!is_listed(c, DIALOGUE_TYPE, FORM_LIST_EVENT) ||
	    !is_listed(c, DIALOGUE_CONFIDENCE, FORM_LIST_CONFIDENCE)) {
		*out = VERDICT_CODE;
		return ERR_OK;
	}
	if (s->kind == KIND_ACT && dialogue_uint(s, DIALOGUE_ACT) >= DIALOGUE_ACT_COUNT) {
		*out = VERDICT_RAW;
		return ERR_OK;
	}
	if (s->kind == KIND_ACT && dialogue_field(s, DIALOGUE_NAME).len > 0) {
		*out = VERDICT_RENAMES;
		return ERR_OK;
	}
	if (!find_subject(c, rule, &subject, &kind, &e)) {
		*out = VERDICT_REFERS;
		return e;
	}
	if (rule->is_named)
		e = judge_named(c, out);
	if (e != ERR_OK || *out != VERDICT_OK || subject.log.epoch == 0)
		return e;
	if (kind == KIND_REPORTED)
		return judge_answer(c, &row, out);
	return judge_deed(c, &subject, &row, out);
}

enum err judge_dialogue(const struct case_file *c, enum verdict *out)
{
	const struct dialogue_rule *rule = rule_find(c->in->statement->kind);

	if (c->in->statement->kind == KIND_SAME)
		return judge_same(c, out);
	return rule == NULL ? ERR_OK : judge_by(rule, c, out);
}

/* ---- What an entry that counts leaves. ---- */

static enum err put_new(const struct fold *f, const struct fold_input *in, const struct message_at *at,
			bool is_named_kind)
{
	const struct statement *s = in->statement;
	const struct accord_channel *channel = accord_channel_find(f->accord, in->log.channel);
	struct case_file c = { .f = f, .in = in, .channel = channel };
	uint8_t memory[MAP_VALUE_MAX], label_memory[MARKING_ROW_MAX];
	struct buf fields = BUF_ON(memory), label = BUF_ON(label_memory);
	struct thing t = { .kind = (enum kind)s->kind,
			   .parties_count = (uint8_t)f->accord->parties_count,
			   .parties = accord_voices(channel),
			   .author = (uint8_t)in->log.party,
			   .order = at->order };
	struct place_key of;
	struct row_key k;
	enum err e;

	/* It counts: each of them is one of the channel. */
	(void)read_parties(&c, DIALOGUE_PARTIES, &t.owners);
	(void)read_parties(&c, DIALOGUE_OWED_TO, &t.owed);
	t.owed = owed_of(channel, t.owed);
	if (s->refers_count > 0) {
		of = place_referred(f, in, 0);
		t.of = deed_at_of(&of);
	}
	fields_write(s->fields, s->fields_count, &fields);
	if (has_marking(s))
		label_write(&s->label, &label);
	if (buf_check(&label) != ERR_OK || fields.len > MAP_VALUE_MAX - THING_STATE_MAX - 1 - label.len)
		buf_reset(&label);
	e = thing_row_put(f, at, &t, buf_bytes(&fields), buf_bytes(&label));
	if (e != ERR_OK || !is_named_kind)
		return e;
	name_key(&k, in->log.channel, t.kind, dialogue_text(s, DIALOGUE_NAME));
	return row_put_listed(f->map, &k, at->order, &at->place);
}

static enum err put_beside(const struct fold *f, const struct place_key *at, const struct place_key *of,
			   const struct deed *d)
{
	uint8_t memory[PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	place_key_write(at, row_open(&k, ROW_REPORTED));
	if (d->kind == KIND_ACT)
		buf_put_byte(&value, (uint8_t)d->act);
	else
		place_key_write(of, &value);
	return row_put(f->map, &k, &value);
}

static bool is_alike(const struct statement *s, struct bytes label)
{
	uint8_t memory[MARKING_ROW_MAX];
	struct buf own = BUF_ON(memory);

	if (label.len == 0 || !has_marking(s))
		return false;
	label_write(&s->label, &own);
	return buf_check(&own) == ERR_OK && bytes_equal(buf_bytes(&own), label);
}

/* Also an item, on its session. */
static enum err put_deed(const struct fold *f, const struct fold_input *in, const struct message_at *at)
{
	const struct statement *s = in->statement;
	struct deed d = { .at = deed_at_of(&at->place), .order = at->order, .kind = (enum kind)s->kind };
	struct message_at on = { 0 };
	const struct place_key subject = place_referred(f, in, 0);
	struct thing_row row;
	struct cbor_reader r;
	enum err e = ERR_OK;

	on.place = subject;
	if (d.kind == KIND_ACT)
		d.act = (enum dialogue_act)dialogue_uint(s, DIALOGUE_ACT);
	if (deed_names_record(&d)) {
		cbor_open(&r, dialogue_field(s, DIALOGUE_HASH)); /* its form has one */
		(void)cbor_read_fixed(&r, d.hash, sizeof d.hash);
	}
	if (d.kind == KIND_ACCEPTED || d.kind == KIND_DISPUTED) {
		d.report = deed_at_of(&subject);
		e = fold_reported_of(f, &subject, &on.place);
	} else if (d.kind != KIND_ITEM) {
		e = put_beside(f, &at->place, &subject, &d);
	}
	if (e == ERR_OK)
		e = fold_thing(f, &on.place, NULL, &row);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	on.order = row.thing.order;
	d.is_alike = is_alike(s, thing_row_label(&row));
	return thing_row_add(f, &on, &d, &row);
}

static enum err put_same(const struct fold *f, const struct fold_input *in, const struct message_at *at)
{
	const struct statement *s = in->statement;
	uint8_t memory[1 + 2 * PLACE_KEY_LEN];
	struct buf value = BUF_ON(memory);
	struct place_key of;
	struct row_key k;

	place_key_write(&at->place, row_open(&k, ROW_REPORTED));
	buf_put_byte(&value, (uint8_t)dialogue_uint(s, DIALOGUE_ACT));
	for (size_t i = 0; i < s->refers_count; i++) {
		of = place_referred(f, in, i);
		place_key_write(&of, &value);
	}
	return row_put(f->map, &k, &value);
}

enum err fold_dialogue(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct dialogue_rule *rule = rule_find(in->statement->kind);
	struct message_at at = { v->order, { in->log, in->entry->index } };
	enum err e = ERR_OK;

	if (in->statement->kind == KIND_SAME)
		return put_same(f, in, &at);
	if (rule == NULL)
		return ERR_OK;
	if (rule->is_thing)
		e = put_new(f, in, &at, rule->is_named);
	return e == ERR_OK && (!rule->is_thing || rule->kind == KIND_ITEM) ? put_deed(f, in, &at) : e;
}
