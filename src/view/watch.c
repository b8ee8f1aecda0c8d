/* The watch: docs/spec/watch.md. */
#include "view/watch.h"

#include "view/judge.h"
#include "view/rows.h"
#include "wire/roster.h"

#include <string.h>

static const char *const duty_words[DUTY_COUNT] = {
#define DUTY_WORD(name) #name,
	DUTY_LIST(DUTY_WORD)
#undef DUTY_WORD
};

const char *duty_state_name(enum duty_state s)
{
	return duty_words[index_below(s, DUTY_COUNT)];
}

/* ---- Rows. ---- */

static struct bytes post_of(const struct statement *s)
{
	return statement_text(s, FIELD_POST);
}

#define NUMBER_LEN 8u

static struct buf *roster_key(struct row_key *k, uint32_t home, uint64_t to_ms)
{
	row_open(k, ROW_ROSTER);
	row_put_channel(k, home);
	buf_put_be64(&k->buf, to_ms);
	return &k->buf;
}

static void named_key(struct row_key *k, enum row_type type, uint32_t channel, size_t party,
		      struct bytes post)
{
	row_open(k, type);
	row_put_channel(k, channel);
	buf_put_byte(&k->buf, (uint8_t)party);
	buf_put(&k->buf, post);
}

#define POST_LEN (1u + 2 * NUMBER_LEN + 3 * PLACE_KEY_LEN)
static enum err put_post(const struct fold *f, const struct log_key *log, const struct post_view *p)
{
	uint8_t memory[128];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	named_key(&k, ROW_POST, log->channel, log->party, bytes_str(p->post));
	buf_put_byte(&value, p->has_roster);
	buf_put_be64(&value, p->holder);
	buf_put_be64(&value, p->accepted_ms);
	place_key_write(&p->offer, &value);
	place_key_write(&p->accepted, &value);
	place_key_write(&p->accepted_offer, &value);
	return row_put(f->map, &k, &value);
}

static enum err read_post(struct bytes value, struct post_view *out)
{
	struct place_key *const places[] = { &out->offer, &out->accepted, &out->accepted_offer };
	enum err e = value.len == POST_LEN ? ERR_OK : ERR_CORRUPT;

	if (e != ERR_OK)
		return e;
	out->has_roster = value.ptr[0] != 0;
	value = (struct bytes){ value.ptr + 1, value.len - 1 };
	out->holder = row_take_number(&value);
	out->accepted_ms = row_take_number(&value);
	for (size_t i = 0; e == ERR_OK && i < ARRAY_COUNT(places); i++)
		e = place_key_read(&value, places[i]);
	return e;
}

/* Zeroed where nothing was said of it yet. */
static enum err get_post(const struct fold *f, const struct log_key *log, struct bytes post,
			 struct post_view *out)
{
	uint8_t memory[128];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	enum err e;

	*out = (struct post_view){ 0 };
	bytes_copy_checked(post, out->post, sizeof out->post); /* a role's name */
	named_key(&k, ROW_POST, log->channel, log->party, post);
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	return e == ERR_OK ? read_post(buf_bytes(&value), out) : err_unless(e, ERR_NOT_FOUND);
}

/* The next row of a list of posts; the post's name ends its key. */
static enum err next_named(const struct fold *f, enum row_type type, uint32_t channel, size_t party,
			   char post[ROLE_NAME_MAX + 1], struct buf *value)
{
	struct row_key prefix, after, found;
	struct bytes name;
	enum err e;

	named_key(&prefix, type, channel, party, BYTES_LIT(""));
	named_key(&after, type, channel, party, bytes_str(post));
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, value);
	if (e != ERR_OK)
		return e;
	name = (struct bytes){ found.memory + prefix.buf.len, found.buf.len - prefix.buf.len };
	return bytes_copy_str(name, post, ROLE_NAME_MAX + 1) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

/* A home channel has one party. */
static size_t home_party(const struct fold *f, uint32_t home)
{
	const struct accord_channel *c = accord_channel_find(f->accord, home);
	size_t party = 0;

	while (c != NULL && party < PARTY_MAX && (c->parties >> party & 1) == 0)
		party++;
	return party;
}

enum err fold_next_post(const struct fold *f, uint32_t home, struct post_view *out)
{
	uint8_t memory[128];
	struct buf value = BUF_ON(memory);
	enum err e = next_named(f, ROW_POST, home, home_party(f, home), out->post, &value);

	return e == ERR_OK ? read_post(buf_bytes(&value), out) : e;
}

#define MANNING_LEN (5 * NUMBER_LEN + PLACE_KEY_LEN)
enum err fold_next_manning(const struct fold *f, uint32_t channel, size_t party, struct manning_view *out)
{
	uint8_t memory[64];
	struct buf value = BUF_ON(memory);
	struct bytes in;
	enum err e = next_named(f, ROW_MANNING, channel, party, out->post, &value);

	if (e != ERR_OK)
		return e;
	in = buf_bytes(&value);
	if (in.len != MANNING_LEN)
		return ERR_CORRUPT;
	(void)row_take_number(&in); /* its T: put_manning() */
	out->depth = row_take_number(&in);
	out->gap_from_ms = row_take_number(&in);
	out->gap_to_ms = row_take_number(&in);
	out->is_planned = row_take_number(&in) != 0;
	return place_key_read(&in, &out->place);
}

enum duty_state manning_state(const struct manning_view *m, uint64_t at_ms)
{
	bool is_in_gap =
		m->gap_from_ms > 0 && m->gap_from_ms <= at_ms && (m->gap_to_ms == 0 || at_ms < m->gap_to_ms);

	if (m->depth > 0 && !is_in_gap)
		return DUTY_MANNED;
	return is_in_gap && m->is_planned ? DUTY_GAP : DUTY_EMPTY;
}

/* ---- Who is on duty. ---- */

/* wire/roster.c has seen to its length. */
static void copy(struct bytes text, char *out, size_t size)
{
	if (bytes_copy_str(text, out, size) != ERR_OK)
		out[0] = '\0';
}

static void set_who(struct duty *out, const struct roster *r, const struct roster_shift *shift)
{
	const struct roster_person *p = &r->people[shift->person];

	out->rungs |= (uint8_t)(1u << shift->rung);
	out->depth++;
	copy(p->name, out->who[shift->rung].name, sizeof out->who[0].name);
	copy(p->reach, out->who[shift->rung].reach, sizeof out->who[0].reach);
	copy(p->able, out->who[shift->rung].able, sizeof out->who[0].able);
}

/* What begins or ends nearest around the moment bounds what is told of it. */
static bool narrow(struct duty *out, const struct roster *r, const struct roster_shift *shift, uint64_t at_ms)
{
	uint64_t begin = r->from_ms + 1000ull * shift->begin, end = r->from_ms + 1000ull * shift->end;
	const uint64_t edges[] = { begin, end };

	for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
		if (edges[i] <= at_ms && edges[i] > out->from_ms)
			out->from_ms = edges[i];
		if (edges[i] > at_ms && edges[i] < out->to_ms)
			out->to_ms = edges[i];
	}
	return begin <= at_ms && at_ms < end;
}

static void take_roster(struct duty *out, const struct roster *r, uint64_t at_ms)
{
	out->state = DUTY_EMPTY;
	for (size_t i = 0; i < r->shifts_count; i++) {
		if (narrow(out, r, &r->shifts[i], at_ms) && (out->rungs >> r->shifts[i].rung & 1) == 0)
			set_who(out, r, &r->shifts[i]);
	}
	for (size_t i = 0; i < r->gaps_count; i++) {
		if (narrow(out, r, &r->gaps[i], at_ms))
			out->state = DUTY_GAP;
	}
	if (out->depth > 0)
		out->state = DUTY_MANNED;
}

/* One row of a roster: of which post, from when, where it stands. */
struct roster_row {
	uint64_t to_ms, order, from_ms;
	struct place_key place;
	struct bytes post;
};

static enum err next_roster(const struct fold *f, const struct row_key *prefix, struct row_key *at,
			    struct buf *value, struct roster_row *out)
{
	struct bytes key, post;
	enum err e = map_next(f->map, buf_bytes(&prefix->buf), buf_bytes(&at->buf), &at->buf, value);

	if (e == ERR_OK)
		e = row_key_rest(at, prefix, 2 * NUMBER_LEN + PLACE_KEY_LEN, &key);
	if (e != ERR_OK)
		return e;
	post = buf_bytes(value);
	if (post.len < NUMBER_LEN)
		return ERR_CORRUPT;
	out->to_ms = row_take_number(&key);
	out->order = row_take_number(&key);
	out->from_ms = row_take_number(&post);
	out->post = post;
	return place_key_read(&key, &out->place);
}

/*
 * The one that counts at the moment; *to_ms: until another may. ERR_NOT_FOUND: none does. *has: there is one
 * of another moment.
 */
static enum err find_roster(const struct duty_reading *in, uint32_t home, struct bytes post, uint64_t at_ms,
			    struct roster_row *out, uint64_t *to_ms, bool *has)
{
	uint8_t memory[64];
	struct row_key prefix, at;
	struct roster_row row;
	enum err e;

	*out = (struct roster_row){ 0 };
	row_open(&prefix, ROW_ROSTER);
	row_put_channel(&prefix, home);
	/*
	 * Those that have ended stand before it: whether there was one is asked by who does not know of all.
	 */
	roster_key(&at, home, in->sight == NULL ? at_ms + 1 : 0);
	for (;;) {
		struct buf value = BUF_ON(memory);
		e = next_roster(in->f, &prefix, &at, &value, &row);
		if (e != ERR_OK)
			break;
		if (!bytes_equal(row.post, post))
			continue;
		e = fold_may(in->sight, &row.place);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		*has = true;
		if (row.to_ms <= at_ms)
			continue;
		if (row.from_ms > at_ms)
			*to_ms = row.from_ms < *to_ms ? row.from_ms : *to_ms;
		else if (out->order == 0 || row.order > out->order)
			*out = row;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	return out->order == 0 ? ERR_NOT_FOUND : ERR_OK;
}

enum err fold_duty(struct duty_reading *in, uint32_t home, struct bytes post, uint64_t at_ms,
		   struct duty *out)
{
	const struct log_key log = { home, home_party(in->f, home), 0 };
	struct statement statement;
	struct post_view view;
	struct roster_row row;
	struct wall filed;
	const struct field *bad;
	bool has = in->sight == NULL;
	enum err e = get_post(in->f, &log, post, &view);

	*out = (struct duty){ .to_ms = UINT64_MAX };
	if (e != ERR_OK || !view.has_roster)
		return e;
	e = find_roster(in, home, post, at_ms, &row, &out->to_ms, &has);
	out->state = has ? DUTY_EMPTY : DUTY_UNKNOWN;
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	out->place = row.place;
	out->from_ms = row.from_ms;
	out->to_ms = row.to_ms < out->to_ms ? row.to_ms : out->to_ms;
	if (!place_key_equal(&in->held, &row.place)) {
		e = in->fetch(in->self, &row.place, &statement, &filed);
		if (e == ERR_OK)
			e = roster_read(&statement, in->roster, &bad);
		in->held = e == ERR_OK ? row.place : (struct place_key){ 0 };
	}
	if (e == ERR_OK)
		take_roster(out, in->roster, at_ms);
	return e;
}

enum err fold_next_gap(struct duty_reading *in, uint32_t home, struct bytes post, uint64_t at_ms,
		       uint64_t ahead_ms, struct duty *out)
{
	uint64_t start_ms = at_ms, until_ms = at_ms + ahead_ms;
	enum err e = ERR_OK;

	while (e == ERR_OK && at_ms < until_ms) {
		e = fold_duty(in, home, post, at_ms, out);
		if (e != ERR_OK || out->state == DUTY_GAP || out->state == DUTY_EMPTY) {
			if (out->from_ms < at_ms && at_ms > start_ms)
				out->from_ms = at_ms; /* it was manned until then */
			return e;
		}
		at_ms = out->to_ms;
	}
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static unsigned rung_of(size_t at, size_t count)
{
	return at >= count ? RUNG_POST : (unsigned)at;
}

unsigned rung_due(const uint64_t *waits_ms, size_t count, uint64_t elapsed_ms, uint8_t manned, uint8_t *empty)
{
	size_t at = 0;
	uint64_t due_ms = 0;

	*empty = 0;
	while (at < count && elapsed_ms - due_ms >= waits_ms[at])
		due_ms += waits_ms[at++];
	/* Nobody is waited for who is not there. */
	while (rung_of(at, count) != RUNG_POST && (manned >> at & 1) == 0)
		*empty |= (uint8_t)(1u << at++);
	return rung_of(at, count);
}

/* ---- The verdict. ---- */

static enum err holder_of(const struct case_file *c, uint64_t *out)
{
	struct key_view key;
	enum err e;

	*out = 0;
	e = row_get_key(c->f->map, &c->in->log, c->in->signers[0].key, c->in->entry->index, &key);
	if (e == ERR_OK)
		*out = key.holder;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Of the last offer of a post alone, once, by another person than the one who goes. */
static enum err judge_accepted(const struct case_file *c, enum verdict *out)
{
	struct post_view post = { 0 };
	uint64_t holder;
	enum err e = holder_of(c, &holder);

	while (e == ERR_OK && (e = fold_next_post(c->f, c->in->log.channel, &post)) == ERR_OK) {
		if (!place_key_equal(&post.offer, &c->subject))
			continue;
		if (place_key_equal(&post.accepted_offer, &c->subject))
			*out = VERDICT_RELIEVED;
		else if (!bytes_equal(c->in->statement->role, bytes_str(post.post)))
			*out = VERDICT_ROLE;
		else if (post.holder == holder)
			*out = VERDICT_PERSON;
		return ERR_OK;
	}
	*out = VERDICT_RELIEVED;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whoever has a shift, at whatever rung, is able to all of it. */
static bool roster_is_able(const struct statement *s, const char *able)
{
	const struct field *bad;
	struct roster roster;
	struct bytes word;

	return able[0] == '\0' || roster_read(s, &roster, &bad) != ERR_OK ||
	       roster_unable(&roster, bytes_str(able), &word) == NULL;
}

enum err judge_watch(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	enum plane plane = s->kind == KIND_MANNING ? PLANE_SERVICE : PLANE_HOME;
	size_t role;

	if (s->kind < KIND_ROSTER || s->kind > KIND_RELIEF_ACCEPTED)
		return ERR_OK;
	if (c->channel->plane != plane) {
		*out = VERDICT_HOME;
		return ERR_OK;
	}
	if (s->kind == KIND_RELIEF_ACCEPTED) {
		if (c->subject_view.kind != KIND_RELIEF)
			*out = VERDICT_REFERS;
		return *out == VERDICT_OK ? judge_accepted(c, out) : ERR_OK;
	}
	role = accord_role_find(c->f->accord, post_of(s));
	if (role == c->f->accord->roles_count ||
	    (c->f->accord->roles[role].parties >> c->in->log.party & 1) == 0)
		*out = VERDICT_ADDRESSEE;
	else if (s->kind == KIND_RELIEF && !bytes_equal(s->role, post_of(s)))
		*out = VERDICT_ROLE;
	else if (s->kind == KIND_ROSTER && !roster_is_able(s, c->f->accord->roles[role].able))
		*out = VERDICT_ABLE;
	return ERR_OK;
}

/* ---- What an entry that counts leaves. ---- */

static enum err put_roster(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct place_key at = { in->log, in->entry->index };
	uint8_t memory[64];
	struct buf value = BUF_ON(memory);
	struct post_view post;
	struct row_key k;
	enum err e = get_post(f, &in->log, post_of(in->statement), &post);

	if (e != ERR_OK)
		return e;
	post.has_roster = true;
	roster_key(&k, in->log.channel, statement_uint(in->statement, FIELD_ROSTER_TO));
	buf_put_be64(&k.buf, v->order);
	place_key_write(&at, &k.buf);
	buf_put_be64(&value, statement_uint(in->statement, FIELD_ROSTER_FROM));
	buf_put(&value, post_of(in->statement));
	e = row_put(f->map, &k, &value);
	return e == ERR_OK ? put_post(f, &in->log, &post) : e;
}

/* Of the MANNING that the row says; zeroed: it says none yet. */
static enum err manned_at(const struct fold *f, const struct row_key *k, struct message_at *out)
{
	uint8_t memory[64];
	struct buf value = BUF_ON(memory);
	struct bytes place = { memory + MANNING_LEN - PLACE_KEY_LEN, PLACE_KEY_LEN };
	enum err e = map_get(f->map, buf_bytes(&k->buf), &value);

	*out = (struct message_at){ 0 };
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	if (value.len != MANNING_LEN)
		return ERR_CORRUPT;
	out->order = be64_get(memory);
	return place_key_read(&place, &out->place);
}

static enum err put_manning(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	static const uint64_t fields[] = { FIELD_MANNING_DEPTH, FIELD_MANNING_GAP_FROM, FIELD_MANNING_GAP_TO,
					   FIELD_MANNING_PLANNED };
	const struct message_at at = { v->order, { in->log, in->entry->index } };
	uint8_t memory[64];
	struct buf value = BUF_ON(memory);
	struct message_at last;
	struct row_key k;
	enum err e;

	named_key(&k, ROW_MANNING, in->log.channel, in->log.party, post_of(in->statement));
	e = manned_at(f, &k, &last);
	if (e != ERR_OK || message_is_later(&last, &at))
		return e;
	buf_put_be64(&value, v->order);
	for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
		buf_put_be64(&value, statement_uint(in->statement, fields[i]));
	place_key_write(&at.place, &value);
	return row_put(f->map, &k, &value);
}

static enum err put_relief(const struct fold *f, const struct fold_input *in)
{
	struct case_file c = { .f = f, .in = in };
	struct post_view post;
	enum err e = get_post(f, &in->log, post_of(in->statement), &post);

	if (e == ERR_OK)
		e = holder_of(&c, &post.holder);
	post.offer = (struct place_key){ in->log, in->entry->index };
	return e == ERR_OK ? put_post(f, &in->log, &post) : e;
}

static enum err put_accepted(const struct fold *f, const struct fold_input *in)
{
	struct post_view post = { 0 };
	const struct place_key offer = place_referred(f, in, 0);
	enum err e;

	while ((e = fold_next_post(f, in->log.channel, &post)) == ERR_OK) {
		if (!place_key_equal(&post.offer, &offer))
			continue;
		post.accepted = (struct place_key){ in->log, in->entry->index };
		post.accepted_offer = offer;
		post.accepted_ms = in->entry->filed.ms;
		return put_post(f, &in->log, &post);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_watch(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	switch (in->statement->kind) {
	case KIND_ROSTER:
		return put_roster(f, in, v);
	case KIND_MANNING:
		return put_manning(f, in, v);
	case KIND_RELIEF:
		return put_relief(f, in);
	case KIND_RELIEF_ACCEPTED:
		return put_accepted(f, in);
	default:
		return ERR_OK;
	}
}
