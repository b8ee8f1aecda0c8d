/*
 * Texts: docs/spec/dialogue.md sections 9 and 10. What is said of a text is one list of rows with all that
 * it says, so that the text is one walk: of all of it, or of what an author had seen, which judges him.
 */
#include "view/text_row.h"

#include "view/judge.h"
#include "view/thing_row.h"
#include "wire/fields.h"

#include <string.h>

/* ---- The text. ---- */

/* Without what the sight does not have: whoever knows of a deed knows of all that it names. */
static enum err walk(const struct fold *f, const struct place_key *place, const struct past *past,
		     const struct fold_sight *sight, struct text *t)
{
	const struct sieve sieve = { .f = f, .past = past, .sight = sight };
	struct statement says;
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct message_at at = { 0 };
	enum err e;

	while ((e = text_row_next(f, place, &at, &value)) == ERR_OK) {
		struct text_deed d = { .at = deed_at_of(&at.place) };
		bool may;
		e = sieve_may(&sieve, &at.place, &may);
		if (e == ERR_OK && may)
			e = text_row_read(buf_bytes(&value), &d, &says);
		if (e != ERR_OK)
			return e;
		if (may)
			text_take(t, &d);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Its own fields, which memory holds. */
static enum err read_fields(const struct thing_row *row, struct statement *memory)
{
	struct cbor_reader r;

	cbor_open(&r, (struct bytes){ row->fields_memory, row->fields.len });
	memory->kind = KIND_TEXT;
	memory->fields_count = fields_read(&r, memory->fields, "statement.fields");
	return r.err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static enum err open_text(const struct fold *f, const struct place_key *place, const struct fold_sight *sight,
			  struct thing_row *row, struct text *out)
{
	struct statement says;
	enum err e = fold_thing(f, place, sight, row);

	*out = (struct text){ 0 };
	if (e == ERR_OK && row->thing.kind != KIND_TEXT)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = read_fields(row, &says);
	if (e == ERR_OK)
		text_open(out, &row->thing, dialogue_field(&says, DIALOGUE_LANGUAGES));
	return e;
}

enum err fold_text(const struct fold *f, const struct place_key *place, const struct place_key *until,
		   const struct fold_sight *sight, struct thing_row *row, struct text *out)
{
	struct entry_view v;
	enum err e = open_text(f, place, sight, row, out);

	if (e == ERR_OK && until != NULL) {
		e = fold_get(f, until, &v);
		v.past.of[until->log.party].epoch = until->log.epoch;
		v.past.of[until->log.party].size = until->index + 1;
	}
	return e == ERR_OK ? walk(f, place, until == NULL ? NULL : &v.past, sight, out) : e;
}

void text_head_of(const struct accord *a, const struct thing_row *row, struct statement *memory,
		  struct text_head *out)
{
	*out = (struct text_head){ .channel = row->place.log.channel, .at = deed_at_of(&row->place) };
	memcpy(out->accord, a->id, sizeof out->accord);
	if (read_fields(row, memory) != ERR_OK)
		memory->fields_count = 0;
	out->name = dialogue_text(memory, DIALOGUE_NAME);
	out->title = dialogue_field(memory, DIALOGUE_TITLE);
	for (size_t i = 0; i < a->parties_count; i++)
		out->codes[i] = bytes_str(a->parties[i].code);
}

/* ---- The verdict. ---- */

/* The TEXT that it is about; false: its first reference is none. */
static bool find_text(const struct case_file *c, struct place_key *out, enum err *e)
{
	const struct statement *s = c->in->statement;
	struct entry_view v;

	if (s->refers_count == 0)
		return false;
	*out = place_referred(c->f, c->in, 0);
	if (out->log.channel != c->in->log.channel)
		return false;
	*e = fold_get(c->f, out, &v);
	if (*e == ERR_OK)
		return v.kind == KIND_TEXT && v.verdict == VERDICT_OK;
	*e = err_unless(*e, ERR_NOT_FOUND);
	return false;
}

struct named {
	char unit[DIALOGUE_NAME_MAX + 1], language[LANGUAGE_TAG_MAX + 1];
};

/* A version of this text; ERR_NOT_FOUND: it is none. */
static enum err get_named(const struct case_file *c, const struct place_key *text, const struct place_key *at,
			  struct statement *says, struct named *out)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct dialogue_texts tags;
	struct bytes tag = { NULL, 0 };
	struct text_deed d;
	struct entry_view v;
	struct row_key k;
	enum err e = fold_get(c->f, at, &v);

	if (e != ERR_OK || v.kind != KIND_UNIT)
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	text_key(&k, text);
	buf_put_be64(&k.buf, v.order);
	place_key_write(at, &k.buf);
	e = map_get(c->f->map, buf_bytes(&k.buf), &value);
	if (e == ERR_OK)
		e = text_row_read(buf_bytes(&value), &d, says);
	if (e != ERR_OK)
		return e;
	dialogue_texts_open(&tags, dialogue_field(says, DIALOGUE_LANGUAGES));
	(void)dialogue_texts_next(&tags, &tag);
	e = bytes_copy_str(dialogue_text(says, DIALOGUE_NAME), out->unit, sizeof out->unit);
	return e == ERR_OK ? bytes_copy_str(tag, out->language, sizeof out->language) : e;
}

/* Of each unit one version in each language, and none twice. */
static bool are_pairs(const struct named *named, size_t count, size_t languages)
{
	for (size_t i = 0; i < count; i++) {
		size_t of_unit = 0;
		for (size_t n = 0; n < count; n++) {
			if (strcmp(named[i].unit, named[n].unit) != 0)
				continue;
			of_unit++;
			if (n != i && strcmp(named[i].language, named[n].language) == 0)
				return false;
		}
		if (of_unit != languages)
			return false;
	}
	return true;
}

static enum err judge_named(const struct case_file *c, const struct place_key *text, const struct text *t,
			    enum verdict *out)
{
	const struct statement *s = c->in->statement;
	const struct accord *a = c->f->accord;
	size_t role = accord_role_find(a, s->role);
	struct named named[STATEMENT_REFERENCES_MAX];
	struct statement says;
	enum err e = ERR_OK;

	for (size_t i = 1; e == ERR_OK && i < s->refers_count; i++) {
		const struct place_key at = place_referred(c->f, c->in, i);
		e = get_named(c, text, &at, &says, &named[i - 1]);
	}
	if (e == ERR_NOT_FOUND || s->refers_count < 2)
		*out = VERDICT_REFERS;
	else if (e == ERR_OK && s->kind == KIND_CONCORDANCE &&
		 (a->translators[TRANSLATION_CERTIFIED] >> role & 1) == 0) /* a post: judge_channel */
		*out = VERDICT_ROLE;
	else if (e == ERR_OK && s->kind == KIND_CONCORDANCE &&
		 !are_pairs(named, s->refers_count - 1, t->languages_count))
		*out = VERDICT_PAIRED;
	return err_unless(e, ERR_NOT_FOUND);
}

static void judge_unit(const struct case_file *c, const struct text *t, enum verdict *out)
{
	struct dialogue_texts tags;
	struct bytes tag = { NULL, 0 }, more;

	dialogue_texts_open(&tags, dialogue_field(c->in->statement, DIALOGUE_LANGUAGES));
	(void)dialogue_texts_next(&tags, &tag); /* its kind has one */
	if (text_find_language(t, tag) == t->languages_count || dialogue_texts_next(&tags, &more))
		*out = VERDICT_LANGUAGE;
}

/*
 * Who signed says no more of the text until he has seen that another did: then what he signed can never
 * stand again, for its revision has gone by in the log of that other.
 */
static enum err is_bound(const struct case_file *c, const struct place_key *text, const struct text_own *own,
			 bool *out)
{
	struct place_key signed_at = { { text->log.channel, own->signed_at.party, own->signed_at.epoch },
				       own->signed_at.index };
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e = ERR_OK;

	/* What it said behind its signature counted: it was free, and that stays so. */
	*out = own->signed_at.epoch != 0 && !deed_is_later(&own->revised_at, &own->signed_at);
	if (*out)
		e = fold_get(c->f, &signed_at, &v);
	while (e == ERR_OK && *out && (e = text_row_next(c->f, text, &at, &value)) == ERR_OK) {
		bool is_new = false, is_old = false;
		if (value.len == 0 || !text_is_revised_by(memory[0]) ||
		    at.place.log.party == c->in->log.party)
			continue;
		e = past_covers(c->f, &c->view->past, &at.place, &is_new);
		if (e == ERR_OK && is_new)
			e = past_covers(c->f, &v.past, &at.place, &is_old);
		*out = !is_new || is_old;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* ---- What an initial is of, and a READ BACK of one. ---- */

struct initial {
	struct place_key text;
	uint8_t hash[HASH_LEN];
};

static void initial_key(struct row_key *k, const struct place_key *at)
{
	place_key_write(at, row_open(k, ROW_INITIAL));
}

/* ERR_NOT_FOUND: there stands neither. */
static enum err initial_get(const struct fold *f, const struct place_key *at, struct initial *out)
{
	uint8_t memory[PLACE_KEY_LEN + HASH_LEN];
	struct buf value = BUF_ON(memory);
	struct bytes in, hash;
	struct row_key k;
	enum err e;

	initial_key(&k, at);
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	in = buf_bytes(&value);
	if (e == ERR_OK &&
	    (place_key_read(&in, &out->text) != ERR_OK || bytes_take(&in, HASH_LEN, &hash) != ERR_OK))
		return ERR_CORRUPT;
	if (e == ERR_OK)
		memcpy(out->hash, hash.ptr, HASH_LEN);
	return e;
}

static enum err initial_put(const struct fold *f, const struct place_key *at, const struct initial *initial)
{
	uint8_t memory[PLACE_KEY_LEN + HASH_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	initial_key(&k, at);
	place_key_write(&initial->text, &value);
	buf_put(&value, BYTES_OF(initial->hash));
	return row_put(f->map, &k, &value);
}

/* Of what stands at the subject of a READ BACK or a MARK; ERR_NOT_FOUND: it is of no text. */
static enum err initial_of(const struct fold *f, const struct fold_input *in, struct place_key *subject,
			   struct initial *out)
{
	*subject = place_referred(f, in, 0);
	return subject->log.channel == in->log.channel ? initial_get(f, subject, out) : ERR_NOT_FOUND;
}

static enum err judge_about_initial(const struct case_file *c, enum verdict *out)
{
	struct place_key subject;
	struct initial initial;
	struct text_own own;
	enum err e = initial_of(c->f, c->in, &subject, &initial);

	if (e == ERR_NOT_FOUND && c->subject_view.kind == KIND_ENDORSE)
		*out = VERDICT_REFERS;
	if (e == ERR_OK)
		e = text_own_get(c->f, &initial.text, c->in->log.party, &own);
	if (e == ERR_OK && own.deeds >= TEXT_DEEDS_MAX)
		*out = VERDICT_FULL;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whether every party's endorsement of this kind is of the text as it stands. */
static bool stands_on(const struct text *t, enum endorsement what, const uint8_t hash[HASH_LEN])
{
	size_t first = 0;

	if (!text_is_endorsed(t, what))
		return false;
	while ((t->parties >> first & 1) == 0)
		first++; /* one of them has endorsed it */
	return memcmp(t->endorsed[what][first].hash, hash, HASH_LEN) == 0;
}

/* Between the initials and a signature: each is read back, and so long has gone since the signer did. */
static void judge_hold(const struct case_file *c, const struct text *t, const uint8_t hash[HASH_LEN],
		       enum verdict *out)
{
	uint64_t hold = c->f->accord->text_hold_ms, filed = c->in->entry->filed.ms, since, gone;

	if (hold == 0)
		return;
	since = text_stood_since(t, c->in->log.party, hash);
	if (!text_is_read_back(t, hash) || since == UINT64_MAX) {
		*out = VERDICT_READ_BACK;
		return;
	}
	gone = filed > since ? filed - since : 0;
	if (gone < hold) {
		*out = VERDICT_HOLD;
		c->view->hold_ms = hold - gone;
	}
}

static enum err judge_endorsement(const struct case_file *c, const struct place_key *place,
				  const struct thing_row *row, struct text *t, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	uint64_t what = dialogue_uint(s, DIALOGUE_ACT);
	struct statement memory;
	uint8_t hash[HASH_LEN];
	struct text_head head;
	enum err e;

	if (what >= ENDORSEMENT_COUNT) {
		*out = VERDICT_RAW;
		return ERR_OK;
	}
	e = walk(c->f, place, &c->view->past, NULL, t);
	text_head_of(c->f->accord, row, &memory, &head);
	text_hash(t, &head, hash);
	if (!bytes_equal(statement_bytes(s, DIALOGUE_HASH), BYTES_OF(hash)))
		*out = VERDICT_STALE;
	else if (!text_is_clean(t, what == ENDORSE_INITIAL ? UNIT_AD_REFERENDUM : UNIT_AGREED))
		*out = VERDICT_CLEAN;
	else if (what > 0 && !stands_on(t, (enum endorsement)(what - 1), hash))
		*out = VERDICT_STEP;
	else if (what == ENDORSE_SIGN)
		judge_hold(c, t, hash, out);
	return e;
}

/* What is said of a text that all have signed; a TEXT: if it refers to one. */
static bool is_of_signed(const struct statement *s)
{
	uint64_t act = dialogue_uint(s, DIALOGUE_ACT);

	return s->kind == KIND_TEXT ||
	       (s->kind == KIND_ACT && (act == DIALOGUE_ACT_IN_FORCE || act == DIALOGUE_ACT_TERMINATE));
}

/*
 * The same of the own past alone, where the party's log began anew: what the one before lost may come in at
 * any time, on one node before what the next one says and on the other behind it.
 */
static enum err own_in_past(const struct case_file *c, const struct place_key *text, struct text_own *own)
{
	struct log_key last = c->in->log;
	struct statement says;
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct message_at at = { 0 };
	uint64_t size;
	enum err e;

	if (own->signed_at.epoch == 0)
		return ERR_OK;
	e = row_last_folded(c->f->map, &last, &size);
	if (e != ERR_OK || last.epoch == 1)
		return e;
	own->signed_at = own->revised_at = (struct deed_at){ 0 };
	while ((e = text_row_next(c->f, text, &at, &value)) == ERR_OK) {
		struct text_deed d = { .at = deed_at_of(&at.place) };
		bool is_past = false;
		if (at.place.log.party == c->in->log.party)
			e = past_covers(c->f, &c->view->past, &at.place, &is_past);
		if (e == ERR_OK && is_past)
			e = text_row_read(buf_bytes(&value), &d, &says);
		if (e != ERR_OK)
			return e;
		if (is_past && text_is_revised_by(says.kind) && deed_is_later(&d.at, &own->revised_at))
			own->revised_at = d.at;
		else if (is_past && says.kind == KIND_ENDORSE &&
			 dialogue_uint(&says, DIALOGUE_ACT) == ENDORSE_SIGN &&
			 deed_is_later(&d.at, &own->signed_at))
			own->signed_at = d.at;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * Every party's signature is of the text as its author had it: nobody says that of a text that moves, and
 * such a one is changed by its units, not by another text.
 */
static enum err judge_signed(const struct case_file *c, enum verdict *out)
{
	struct statement memory;
	struct thing_row row;
	struct text t = { 0 };
	struct text_own own;
	struct text_head head;
	uint8_t hash[HASH_LEN];
	enum err e;

	if (c->subject_view.kind != KIND_TEXT)
		return ERR_OK;
	e = text_own_get(c->f, &c->subject, c->in->log.party, &own);
	if (e == ERR_OK && own.walks >= TEXT_WALKS_MAX) {
		*out = VERDICT_FULL;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = open_text(c->f, &c->subject, NULL, &row, &t);
	if (e == ERR_OK)
		e = walk(c->f, &c->subject, &c->view->past, NULL, &t);
	if (e == ERR_OK) {
		text_head_of(c->f->accord, &row, &memory, &head);
		text_hash(&t, &head, hash);
		if (!stands_on(&t, ENDORSE_SIGN, hash))
			*out = VERDICT_STEP;
	}
	text_close(&t);
	return e;
}

/* ---- A record is a text that all agree to, as its author had it: he names it and its hash. ---- */

static bool is_record(const struct statement *s)
{
	return s->kind == KIND_ACT && dialogue_uint(s, DIALOGUE_ACT) == DIALOGUE_ACT_RECORD_AGREE;
}

/* The next text of the name that it gives, of those that its author had seen; *at starts zeroed. */
static enum err next_record(const struct fold *f, const struct fold_input *in, const struct past *past,
			    struct message_at *at)
{
	bool is_past = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && !is_past) {
		e = fold_next_named(f, in->log.channel, KIND_TEXT, dialogue_text(in->statement, DIALOGUE_TO),
				    at);
		if (e == ERR_OK)
			e = past_covers(f, past, &at->place, &is_past);
	}
	return e;
}

/* *out: why it is none of the ones before. */
static enum err judge_record_of(const struct case_file *c, const struct place_key *place, enum verdict *out)
{
	struct statement memory;
	struct thing_row row;
	struct text t = { 0 };
	struct text_head head;
	uint8_t hash[HASH_LEN];
	struct text_own own;
	enum err e = text_own_get(c->f, place, c->in->log.party, &own);

	if (e == ERR_OK && own.walks >= TEXT_WALKS_MAX) {
		*out = VERDICT_FULL;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = open_text(c->f, place, NULL, &row, &t);
	if (e == ERR_OK)
		e = walk(c->f, place, &c->view->past, NULL, &t);
	if (e == ERR_OK) {
		text_head_of(c->f->accord, &row, &memory, &head);
		text_hash(&t, &head, hash);
		if (bytes_equal(statement_bytes(c->in->statement, DIALOGUE_HASH), BYTES_OF(hash)))
			*out = text_is_agreed(&t, UNIT_AGREED) ? VERDICT_OK : VERDICT_CLEAN;
		else if (*out == VERDICT_REFERS)
			*out = VERDICT_STALE;
	}
	text_close(&t);
	return e;
}

/* Two sides may have given one name at once: either is meant. */
static enum err judge_record(const struct case_file *c, enum verdict *out)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	*out = VERDICT_REFERS;
	while (e == ERR_OK && *out != VERDICT_OK) {
		e = next_record(c->f, c->in, &c->view->past, &at);
		if (e == ERR_OK)
			e = judge_record_of(c, &at.place, out);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err judge_deed(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct thing_row row;
	struct place_key place;
	struct text t = { 0 };
	struct text_own own;
	bool is_over = false, is_full;
	enum err e = ERR_OK;

	if (!find_text(c, &place, &e)) {
		*out = VERDICT_REFERS;
		return e;
	}
	e = open_text(c->f, &place, NULL, &row, &t);
	if (e == ERR_OK)
		e = text_own_get(c->f, &place, c->in->log.party, &own);
	if (e == ERR_OK && s->kind != KIND_ENDORSE)
		e = own_in_past(c, &place, &own);
	is_full = e == ERR_OK && (own.deeds >= TEXT_DEEDS_MAX || own.walks >= TEXT_WALKS_MAX);
	if (e == ERR_OK && s->kind != KIND_ENDORSE && !is_full)
		e = is_bound(c, &place, &own, &is_over);
	if (e != ERR_OK)
		goto out;
	if (is_full)
		*out = VERDICT_FULL;
	else if (is_over)
		*out = VERDICT_SIGNED;
	else if (s->kind == KIND_UNIT)
		judge_unit(c, &t, out);
	else if (s->kind == KIND_ENDORSE)
		e = judge_endorsement(c, &place, &row, &t, out);
	else
		e = judge_named(c, &place, &t, out);
out:
	text_close(&t);
	return e;
}

enum err judge_text(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;

	if (is_of_signed(s))
		return judge_signed(c, out);
	if (is_record(s))
		return judge_record(c, out);
	if (text_is_about_initial(s->kind))
		return judge_about_initial(c, out);
	return text_is_deed(s->kind) ? judge_deed(c, out) : ERR_OK;
}

/* ---- What an entry that counts leaves. ---- */

static enum err put_own(const struct fold *f, const struct fold_input *in, const struct place_key *text)
{
	const struct statement *s = in->statement;
	struct deed_at at = { in->log.epoch, in->entry->index, (uint8_t)in->log.party };
	struct text_own own;
	enum err e = text_own_get(f, text, in->log.party, &own);

	if (e != ERR_OK)
		return e;
	own.deeds++;
	own.walks += s->kind == KIND_ENDORSE;
	if (text_is_revised_by(s->kind) && deed_is_later(&at, &own.revised_at))
		own.revised_at = at;
	if (s->kind == KIND_ENDORSE && dialogue_uint(s, DIALOGUE_ACT) == ENDORSE_SIGN &&
	    deed_is_later(&at, &own.signed_at))
		own.signed_at = at;
	return text_own_put(f, text, in->log.party, &own);
}

static enum err put_walk(const struct fold *f, const struct place_key *text, size_t party)
{
	struct text_own own;
	enum err e = text_own_get(f, text, party, &own);

	if (e != ERR_OK || own.walks >= TEXT_WALKS_MAX)
		return e;
	own.walks++;
	return text_own_put(f, text, party, &own);
}

/* Of each text that it may have meant, whether it counts or not. */
static enum err put_record(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	struct message_at at = { 0 };
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = next_record(f, in, &v->past, &at);
		if (e == ERR_OK)
			e = put_walk(f, &at.place, in->log.party);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Of what it refers to, if that is a text. */
static enum err put_walk_of(const struct fold *f, const struct fold_input *in)
{
	const struct statement *s = in->statement;
	struct place_key text;
	struct entry_view of;
	enum err e;

	if (s->refers_count == 0 || !refers_place(f, in, &s->refers[0], &text) ||
	    text.log.channel != in->log.channel)
		return ERR_OK;
	e = fold_get(f, &text, &of);
	if (e != ERR_OK || of.kind != KIND_TEXT || of.verdict != VERDICT_OK)
		return err_unless(e, ERR_NOT_FOUND);
	return put_walk(f, &text, in->log.party);
}

/* What does not count may have cost every node a walk: so many, and then it is refused before. */
enum err fold_text_void(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct statement *s = in->statement;

	if (is_record(s))
		return put_record(f, in, v);
	return text_is_deed(s->kind) || is_of_signed(s) ? put_walk_of(f, in) : ERR_OK;
}

static enum err put_deed(const struct fold *f, const struct fold_input *in, const struct entry_view *v,
			 const struct place_key *text, const struct buf *value)
{
	struct place_key place = { in->log, in->entry->index };
	struct row_key k;
	enum err e;

	text_key(&k, text);
	buf_put_be64(&k.buf, v->order);
	place_key_write(&place, &k.buf);
	e = row_put(f->map, &k, value);
	return e == ERR_OK ? put_own(f, in, text) : e;
}

static void deed_open(const struct fold_input *in, size_t named, struct buf *value)
{
	buf_put_byte(value, (uint8_t)in->statement->kind);
	buf_put_byte(value, (uint8_t)named);
	buf_put_be64(value, in->entry->filed.ms);
}

/* A READ BACK of an initial, or a mark of one: with the hash that it is of, so that no order matters. */
static enum err fold_about_initial(const struct fold *f, const struct fold_input *in,
				   const struct entry_view *v)
{
	struct place_key place = { in->log, in->entry->index }, subject;
	uint8_t memory[TEXT_ROW_HEAD_LEN + DEED_AT_LEN + 64];
	struct buf value = BUF_ON(memory);
	struct deed_at at;
	struct initial initial;
	uint64_t mark = 0;
	enum err e = initial_of(f, in, &subject, &initial);

	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	if (in->statement->kind == KIND_READ_BACK)
		e = initial_put(f, &place, &initial);
	else
		mark = statement_uint(in->statement, FIELD_MARK);
	if (e != ERR_OK)
		return e;
	at = deed_at_of(&subject);
	deed_open(in, 1, &value);
	deed_at_put(&value, &at);
	cbor_put_map(&value, 2);
	cbor_put_uint(&value, DIALOGUE_ACT);
	cbor_put_uint(&value, mark);
	cbor_put_uint(&value, DIALOGUE_HASH);
	cbor_put_bytes(&value, BYTES_OF(initial.hash));
	return put_deed(f, in, v, &initial.text, &value);
}

static enum err put_initial(const struct fold *f, const struct fold_input *in, const struct place_key *text)
{
	struct place_key place = { in->log, in->entry->index };
	struct initial initial = { .text = *text };
	struct cbor_reader r;

	if (in->statement->kind != KIND_ENDORSE ||
	    dialogue_uint(in->statement, DIALOGUE_ACT) != ENDORSE_INITIAL)
		return ERR_OK;
	cbor_open(&r, dialogue_field(in->statement, DIALOGUE_HASH));
	(void)cbor_read_fixed(&r, initial.hash, sizeof initial.hash); /* it counts: it was compared */
	return initial_put(f, &place, &initial);
}

static enum err fold_deed(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct statement *s = in->statement;
	struct place_key text = place_referred(f, in, 0);
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	enum err e;

	deed_open(in, s->refers_count - 1, &value);
	for (size_t i = 1; i < s->refers_count; i++) {
		const struct place_key named = place_referred(f, in, i);
		const struct deed_at at = deed_at_of(&named);
		deed_at_put(&value, &at);
	}
	if (s->fields_count > 0)
		fields_write(s->fields, s->fields_count, &value);
	e = put_deed(f, in, v, &text, &value);
	return e == ERR_OK ? put_initial(f, in, &text) : e;
}

enum err fold_text_deed(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct statement *s = in->statement;

	if (is_record(s))
		return put_record(f, in, v);
	if (text_is_about_initial(s->kind))
		return fold_about_initial(f, in, v);
	if (s->kind == KIND_TEXT)
		return put_walk_of(f, in);
	return text_is_deed(s->kind) ? fold_deed(f, in, v) : ERR_OK;
}
