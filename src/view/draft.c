/* Drafts of the home channel: who submitted, who said yes, who said no. */
#include "accord/guidelines.h"
#include "view/labelled.h"
#include "view/rows.h"

#include <string.h>

#define DRAFTS_LOOKED_AT 16u /* rows, by each SUBMIT */
#define DRAFTS_SPAN_MS (10 * 365 * 86400000ull)

const char *draft_state_name(enum draft_state s)
{
	static const char *const names[DRAFT_STATE_COUNT] = { "SUBMITTED", "REFUSED", "CANCELLED" };

	return names[index_below(s, DRAFT_STATE_COUNT)];
}

/* ---- What is signed. ---- */

struct bytes inner_signature(const struct statement *s)
{
	return statement_bytes(s, s->kind == KIND_SUBMIT ? FIELD_SUBMIT_SIGNATURE : FIELD_APPROVE_SIGNATURE);
}

enum err submit_read(const struct statement *submit, struct bytes *outgoing, struct statement *out)
{
	struct fault fault;

	*outgoing = statement_bytes(submit, FIELD_SUBMIT_OUTGOING);
	return statement_read(*outgoing, out, &fault);
}

uint64_t downgrade_from(const struct statement *s)
{
	uint64_t from;

	return s->kind == KIND_DOWNGRADE &&
			       statement_field_uint(s, FIELD_DOWNGRADE_FROM, TIME_MS_MAX, &from) == ERR_OK
		       ? from
		       : 0;
}

/* ---- Drafts: a row each, with all who said yes. ---- */

#define SIGNER_HEAD_LEN (9u + KEY_HASH_LEN)
#define DRAFT_HEAD_LEN 34u

static void draft_key(struct row_key *k, uint32_t home, const uint8_t id[STATEMENT_ID_LEN])
{
	row_open(k, ROW_DRAFT);
	row_put_channel(k, home);
	buf_put(&k->buf, (struct bytes){ id, STATEMENT_ID_LEN });
}

static void signer_write(const struct draft_signer *s, struct buf *out)
{
	buf_put_byte(out, s->is_releaser);
	buf_put_be64(out, s->holder);
	buf_put(out, BYTES_OF(s->key));
	place_key_write(&s->at, out);
}

static enum err draft_put(const struct fold *f, uint32_t home, const struct draft_view *v)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	draft_key(&k, home, v->id);
	buf_put_byte(&value, (uint8_t)v->state);
	buf_put_byte(&value, v->needed);
	buf_put_be32(&value, v->line);
	buf_put_be32(&value, v->channel);
	buf_put_be64(&value, v->claimed_ms);
	buf_put_be64(&value, v->lapses_ms);
	buf_put_be64(&value, v->from_ms);
	place_key_write(&v->at, &value);
	signer_write(&v->author, &value);
	for (size_t i = 0; i < v->signers_count; i++)
		signer_write(&v->signers[i], &value);
	return row_put(f->map, &k, &value);
}

static enum err signer_read(struct bytes *in, struct draft_signer *out)
{
	struct bytes head;

	if (bytes_take(in, SIGNER_HEAD_LEN, &head) != ERR_OK)
		return ERR_CORRUPT;
	out->is_releaser = head.ptr[0] != 0;
	out->holder = be64_get(head.ptr + 1);
	memcpy(out->key, head.ptr + 9, KEY_HASH_LEN);
	return place_key_read(in, &out->at);
}

static enum err draft_read(struct bytes in, struct draft_view *out)
{
	struct bytes head;
	enum err e;

	if (bytes_take(&in, DRAFT_HEAD_LEN, &head) != ERR_OK || head.ptr[0] >= DRAFT_STATE_COUNT)
		return ERR_CORRUPT;
	out->state = (enum draft_state)head.ptr[0];
	out->needed = head.ptr[1];
	out->line = (uint16_t)be32_get(head.ptr + 2);
	out->channel = be32_get(head.ptr + 6);
	out->claimed_ms = be64_get(head.ptr + 10);
	out->lapses_ms = be64_get(head.ptr + 18);
	out->from_ms = be64_get(head.ptr + 26);
	out->approved = 0;
	out->signers_count = 0;
	e = place_key_read(&in, &out->at);
	if (e == ERR_OK)
		e = signer_read(&in, &out->author);
	while (e == ERR_OK && in.len > 0 && out->signers_count < DRAFT_SIGNERS_MAX) {
		struct draft_signer *s = &out->signers[out->signers_count++];
		e = signer_read(&in, s);
		if (e == ERR_OK)
			out->approved += s->is_releaser;
	}
	return e == ERR_OK && in.len > 0 ? ERR_CORRUPT : e;
}

enum err draft_find(const struct fold *f, uint32_t home, const uint8_t id[STATEMENT_ID_LEN],
		    struct draft_view *v)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	enum err e;

	draft_key(&k, home, id);
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e;
	memcpy(v->id, id, STATEMENT_ID_LEN);
	return draft_read(buf_bytes(&value), v);
}

enum err draft_next(const struct fold *f, uint32_t home, bool is_first, struct draft_view *v)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key prefix, after, found;
	struct bytes id;
	enum err e;

	row_open(&prefix, ROW_DRAFT);
	row_put_channel(&prefix, home);
	row_open(&after, ROW_DRAFT);
	row_put_channel(&after, home);
	if (!is_first)
		buf_put(&after.buf, BYTES_OF(v->id));
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, &value);
	if (e == ERR_OK)
		e = row_key_rest(&found, &prefix, STATEMENT_ID_LEN, &id);
	if (e != ERR_OK)
		return e;
	memcpy(v->id, id.ptr, STATEMENT_ID_LEN);
	return draft_read(buf_bytes(&value), v);
}

enum err draft_released(const struct fold *f, const struct draft_view *v, struct place_key *out)
{
	return fold_find_id(f, v->channel, v->at.log.party, v->id, out);
}

enum err draft_is_ended(const struct fold *f, size_t party, const struct statement *outgoing, bool *out)
{
	struct draft_view v;

	*out = false;
	for (size_t i = 0; i < f->accord->channels_count && !*out; i++) {
		const struct accord_channel *home = &f->accord->channels[i];
		enum err e;
		if (home->plane != PLANE_HOME || (home->parties >> party & 1) == 0)
			continue;
		e = draft_find(f, home->number, outgoing->id, &v);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		*out = e == ERR_OK && v.state != DRAFT_SUBMITTED;
	}
	return ERR_OK;
}

/* ---- Signed beforehand: by the day on which the node files it. ---- */

static void beforehand_key(struct row_key *k, uint32_t home)
{
	row_open(k, ROW_BEFOREHAND);
	row_put_channel(k, home);
}

static enum err beforehand_put(const struct fold *f, uint32_t home, const struct draft_view *v)
{
	struct row_key k;

	if (v->from_ms == 0)
		return ERR_OK;
	beforehand_key(&k, home);
	return row_put_listed(f->map, &k, v->from_ms, &v->at);
}

static enum err beforehand_del(const struct fold *f, uint32_t home, const struct draft_view *v)
{
	struct row_key k;
	enum err e;

	if (v->from_ms == 0)
		return ERR_OK;
	beforehand_key(&k, home);
	buf_put_be64(&k.buf, v->from_ms);
	place_key_write(&v->at, &k.buf);
	e = map_del(f->map, buf_bytes(&k.buf));
	return err_unless(e, ERR_NOT_FOUND);
}

enum err fold_next_beforehand(const struct fold *f, uint32_t home, struct message_at *at)
{
	struct row_key prefix;

	beforehand_key(&prefix, home);
	return row_next_listed(f->map, &prefix, at);
}

/* ---- Drafts. ---- */

static bool is_inner_own(const struct case_file *c)
{
	return is_signed_once(c) && c->in->inner.is_good &&
	       memcmp(c->in->inner.key, c->in->signers[0].key, KEY_HASH_LEN) == 0;
}

static const struct accord_channel *channel_out(const struct case_file *c, const struct statement *s)
{
	const struct accord_channel *to = accord_channel_find(c->f->accord, s->channel);

	return to != NULL && to->plane != PLANE_HOME && (to->parties >> c->in->log.party & 1) != 0 ? to
												   : NULL;
}

/* The statement that is to go out, as far as it can be known here; the door judges it again when it goes. */
static bool is_outgoing_fit(const struct case_file *c, const struct statement *out)
{
	const struct statement *s = c->in->statement;
	const struct kind_row *kind = kind_find(out->kind);

	return memcmp(out->accord, s->accord, ACCORD_ID_LEN) == 0 && bytes_equal(out->party, s->party) &&
	       bytes_equal(out->role, s->role) && kind != NULL && out->kind > KIND_ACCORD &&
	       channel_out(c, out) != NULL && out->has_content == s->has_content &&
	       (!out->has_content ||
		(memcmp(out->content.hash, s->content.hash, HASH_LEN) == 0 &&
		 out->content.len == s->content.len && out->content.sealing == s->content.sealing));
}

/* Of the statement that is to go out, with its own label and plane. */
static bool label_outgoing(const struct case_file *c, const struct statement *s, struct labelled *out)
{
	const struct accord_channel *to = channel_out(c, s);

	*out = (struct labelled){ .c = c, .g = c->f->accord->guidelines, .author = c->in->log.party };
	if (to == NULL || !read_label(out->g, s, out->author, &out->mask))
		return false;
	out->room = to;
	return true;
}

static uint32_t addressed(const struct labelled *l, const struct accord_channel *channel,
			  const struct statement *s)
{
	uint32_t outside = 0;

	if (s->kind == KIND_RELEASE)
		(void)read_outside(l->g, s, &outside);
	return channel->parties | outside;
}

/* What a SUBMIT starts. */
static enum err draft_of(const struct case_file *c, struct draft_view *out, enum verdict *verdict)
{
	struct labelled l;
	struct statement s;
	struct bytes bytes;
	struct key_view key;
	struct release_need need;
	enum err e;

	*out = (struct draft_view){ .at = { c->in->log, c->in->entry->index } };
	if (submit_read(c->in->statement, &bytes, &s) != ERR_OK || !is_outgoing_fit(c, &s) ||
	    !is_inner_own(c)) {
		*verdict = VERDICT_OUTGOING;
		return ERR_OK;
	}
	if (is_beside_voices(channel_out(c, &s), c->in->log.party, s.kind)) {
		*verdict = VERDICT_OBSERVER;
		return ERR_OK;
	}
	if (!label_outgoing(c, &s, &l)) {
		*verdict = VERDICT_REL;
		return ERR_OK;
	}
	e = judge_key(c, 0, &key);
	if (e != ERR_OK)
		return e;
	need = need_of(&l, &s, addressed(&l, channel_out(c, &s), &s));
	memcpy(out->id, s.id, STATEMENT_ID_LEN);
	out->channel = s.channel;
	out->claimed_ms = s.claimed.ms;
	out->from_ms = downgrade_from(&s);
	out->lapses_ms =
		(out->from_ms == 0 ? s.claimed.ms : out->from_ms) + policy_approval(l.g, l.room->plane).ms;
	out->needed = need.by;
	out->line = need.line;
	out->author = (struct draft_signer){ .holder = key.holder, .at = out->at };
	memcpy(out->author.key, c->in->signers[0].key, KEY_HASH_LEN);
	return ERR_OK;
}

enum err draft_needed(const struct fold *f, const struct draft_view *v, const struct statement *outgoing,
		      const struct statement *about, uint8_t *out)
{
	const struct entry entry = { .index = UINT64_MAX };
	const struct fold_input in = {
		.statement = outgoing, .subject = about, .log = v->at.log, .entry = &entry
	};
	struct entry_view view = { 0 };
	struct case_file c = { .f = f, .in = &in, .kind = kind_find(outgoing->kind), .view = &view };
	struct labelled l;
	uint8_t by = 0;
	enum err e = find_urgency(f, &in, NULL, &view.urgency);

	if (e != ERR_OK)
		return e;
	c.channel = accord_channel_find(f->accord, outgoing->channel);
	if (f->accord->guidelines != NULL && label_outgoing(&c, outgoing, &l))
		by = need_of(&l, outgoing, addressed(&l, c.channel, outgoing)).by;
	*out = by > v->needed ? by : v->needed;
	return ERR_OK;
}

static enum err judge_submit(const struct case_file *c, enum verdict *out)
{
	struct draft_view draft, other;
	enum err e = draft_of(c, &draft, out);

	if (e != ERR_OK || *out != VERDICT_OK)
		return e;
	e = draft_find(c->f, c->in->log.channel, draft.id, &other);
	if (e == ERR_OK)
		*out = VERDICT_REPEATED;
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * The draft that an APPROVE, a REFUSE or a CANCEL is about; false: it is about something else. A draft's row
 * names the place of its SUBMIT, so nothing else is taken for one.
 */
static enum err draft_subject(const struct case_file *c, struct draft_view *draft, struct labelled *l,
			      bool *out)
{
	struct statement s;
	struct bytes bytes;
	enum err e;

	*out = false;
	if (c->in->subject == NULL || submit_read(c->in->subject, &bytes, &s) != ERR_OK ||
	    !label_outgoing(c, &s, l))
		return ERR_OK;
	e = draft_find(c->f, c->in->log.channel, s.id, draft);
	*out = e == ERR_OK && place_key_equal(&draft->at, &c->subject);
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * What is said of a draft has the label of its SUBMIT: otherwise an open draft would stand as refused, or as
 * approved, for whoever may not know by what.
 */
static bool is_marked_alike(const struct case_file *c, const struct labelled *l)
{
	struct label_mask draft, own;

	return read_label(l->g, c->in->subject, l->author, &draft) &&
	       read_label(l->g, c->in->statement, l->author, &own) && own.level == draft.level &&
	       own.values == draft.values && own.rel == draft.rel && own.origin == draft.origin;
}

static bool is_person(const struct draft_signer *s, uint64_t holder, const uint8_t key[KEY_HASH_LEN])
{
	return s->holder == holder || memcmp(s->key, key, KEY_HASH_LEN) == 0;
}

/* Said yes before, with a key that is good still: with his spare he says it anew. */
static enum err has_approved(const struct case_file *c, const struct draft_view *draft, uint64_t holder,
			     const uint8_t key[KEY_HASH_LEN], bool *out)
{
	enum err e = ERR_OK;

	*out = false;
	for (size_t i = 0; e == ERR_OK && !*out && i < draft->signers_count; i++) {
		const struct draft_signer *s = &draft->signers[i];
		struct key_view view;
		if (!is_person(s, holder, key))
			continue;
		e = fold_key(c->f, &c->in->log, s->key, c->in->entry->index, &view);
		*out = e == ERR_OK && key_is_in_force(&view, c->in->entry->index);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Who signs a yes or a no; *is_releaser: it is one that counts. */
static enum err judge_signer(const struct case_file *c, const struct draft_view *draft,
			     const struct labelled *l, struct draft_signer *signer, enum verdict *out)
{
	const uint8_t *key = c->in->signers[0].key;
	size_t role = accord_role_find(c->f->accord, c->in->statement->role);
	struct reader r = reader_on_plane(l->author, role, l->room->plane);
	struct key_view view;
	bool has_said = false;
	enum err e = judge_key(c, 0, &view);

	if (e != ERR_OK)
		return e;
	*signer = (struct draft_signer){ .holder = view.holder, .at = { c->in->log, c->in->entry->index } };
	memcpy(signer->key, key, KEY_HASH_LEN);
	signer->is_releaser = may_release(l, 1ull << role);
	if (is_person(&draft->author, view.holder, key))
		*out = VERDICT_PERSON;
	/* Who said yes may still say no. */
	e = c->in->statement->kind == KIND_APPROVE ? has_approved(c, draft, view.holder, key, &has_said)
						   : ERR_OK;
	if (e != ERR_OK)
		return e;
	if (has_said)
		*out = VERDICT_PERSON;
	if (*out == VERDICT_OK && !may_read(l, role)) {
		c->view->line = policy_evaluate(l->g, &l->mask, &r).line;
		*out = VERDICT_RELEASER;
	}
	if (c->in->statement->kind == KIND_APPROVE && draft->signers_count == DRAFT_SIGNERS_MAX)
		*out = VERDICT_PERSON; /* nobody is kept from a no */
	return ERR_OK;
}

/* Nor long before it is dated: an approval would be as old when it goes out. */
static bool is_in_time(const struct case_file *c, const struct draft_view *draft)
{
	uint64_t filed = c->in->entry->filed.ms, lasts = draft->lapses_ms - draft->claimed_ms;

	return filed <= draft->lapses_ms &&
	       (filed >= draft->claimed_ms || draft->claimed_ms - filed <= lasts);
}

/* APPROVE, REFUSE, CANCEL: judged, and what the draft is after it. */
static enum err answer_draft(const struct case_file *c, struct draft_view *draft, enum verdict *out)
{
	uint64_t kind = c->in->statement->kind;
	struct draft_signer signer;
	struct labelled l;
	bool is_draft;
	enum err e = draft_subject(c, draft, &l, &is_draft);

	if (e != ERR_OK)
		return e;
	if (!is_draft)
		*out = VERDICT_REFERS;
	else if (draft->state != DRAFT_SUBMITTED)
		*out = VERDICT_ENDED;
	else if (!is_signed_once(c) || (kind == KIND_APPROVE && !is_inner_own(c)))
		*out = VERDICT_OUTGOING;
	else if (!is_marked_alike(c, &l))
		*out = VERDICT_LABEL;
	if (*out != VERDICT_OK)
		return ERR_OK;
	e = judge_signer(c, draft, &l, &signer, out);
	if (e != ERR_OK)
		return e;
	if (kind == KIND_CANCEL) {
		/* The author takes his own back; a releaser may. */
		if (*out == VERDICT_OK && !signer.is_releaser)
			*out = VERDICT_RELEASER;
		else if (*out == VERDICT_PERSON)
			*out = VERDICT_OK;
		draft->state = DRAFT_CANCELLED;
	} else if (kind == KIND_REFUSE) {
		draft->state = DRAFT_REFUSED;
	} else {
		if (*out == VERDICT_OK && !is_in_time(c, draft)) {
			c->view->line = policy_approval(l.g, l.room->plane).line;
			*out = VERDICT_LAPSED;
		}
		if (*out == VERDICT_OK)
			draft->signers[draft->signers_count++] = signer;
	}
	return ERR_OK;
}

enum err judge_draft(const struct case_file *c, enum verdict *out)
{
	struct draft_view draft;

	return c->in->statement->kind == KIND_SUBMIT ? judge_submit(c, out) : answer_draft(c, &draft, out);
}

/* Some time before that, as the end of the id has it; a near one more often than a far one. */
static void some_id_before(uint64_t ms, const uint8_t id[STATEMENT_ID_LEN], uint8_t out[STATEMENT_ID_LEN])
{
	uint64_t ago = be64_get(id + 8) % DRAFTS_SPAN_MS >> id[7] % 16;

	memcpy(out, id, STATEMENT_ID_LEN);
	be64_put(out, (ms > ago ? ms - ago : 0) << 16);
}

/*
 * Of what lapsed long ago nothing can come any more. A SUBMIT looks at a few rows behind some place, which
 * lie by their time: so what is dead stays a part of what is not, and no entry pays for all of it.
 */
static enum err drop_lapsed(const struct fold *f, uint32_t home, const struct draft_view *new,
			    uint64_t filed_ms)
{
	struct draft_view v;
	struct row_key k;
	enum err e = ERR_OK;

	some_id_before(filed_ms, new->id, v.id);
	for (size_t i = 0; e == ERR_OK && i < DRAFTS_LOOKED_AT; i++) {
		e = draft_next(f, home, false, &v);
		if (e == ERR_NOT_FOUND)
			e = draft_next(f, home, true, &v);
		if (e != ERR_OK || filed_ms < DRAFT_KEPT_MS || v.lapses_ms >= filed_ms - DRAFT_KEPT_MS)
			continue;
		draft_key(&k, home, v.id);
		e = beforehand_del(f, home, &v);
		if (e == ERR_OK)
			e = map_del(f->map, buf_bytes(&k.buf));
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err draft_folded(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	struct entry_view view = *v;
	struct case_file c = { .f = f, .in = in, .view = &view };
	enum verdict verdict = VERDICT_OK;
	struct draft_view draft;
	enum err e;

	c.channel = accord_channel_find(f->accord, in->log.channel);
	if (in->statement->kind == KIND_SUBMIT) {
		e = draft_of(&c, &draft, &verdict);
	} else {
		(void)refers_place(f, in, &in->statement->refers[0], &c.subject);
		e = answer_draft(&c, &draft, &verdict);
	}
	if (e != ERR_OK || verdict != VERDICT_OK)
		return e;
	if (in->statement->kind == KIND_SUBMIT) {
		e = drop_lapsed(f, in->log.channel, &draft, in->entry->filed.ms);
		if (e == ERR_OK)
			e = beforehand_put(f, in->log.channel, &draft);
	} else if (draft.state != DRAFT_SUBMITTED) {
		e = beforehand_del(f, in->log.channel, &draft);
	}
	return e == ERR_OK ? draft_put(f, in->log.channel, &draft) : e;
}
