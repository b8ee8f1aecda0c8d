#include "api/entry_reply.h"

#include "api/form_reply.h"
#include "api/place_text.h"
#include "api/request.h"
#include "api/thing_reply.h"
#include "crypto/age.h"
#include "policy/marking.h"
#include "wire/cbor.h"

#define TITLE_LEN_MAX 120u

void reply_place(struct reply *r, const char *key, const struct accord *a, const struct place_key *place)
{
	/* Straight into it: what it is made of stands in a string as it is. */
	reply_key(r, key);
	buf_put_byte(r->out, '"');
	place_text_write(a, place, r->out);
	buf_put_byte(r->out, '"');
}

void reply_named_place(struct reply *r, const char *key, const struct accord *a, const struct place *place)
{
	struct place_key k = { { place->channel, accord_party_find(a, place->party), place->epoch },
			       place->index };

	reply_place(r, key, a, &k);
}

void reply_denial(struct reply *r, const char *key, const struct denial *d)
{
	reply_object(r, key);
	if (d->line > 0)
		reply_uint(r, "line", d->line);
	reply_str(r, "reason", reason_name(d->reason));
	reply_str(r, "why", reason_text(d->reason));
	reply_str(r, "subject", d->subject);
	reply_str(r, "needed", d->needed);
	reply_object_end(r);
}

/* As those parties mark at home for whom the guidelines say how. */
static void reply_homes(struct reply *r, const struct accord *a, const struct label_mask *mask)
{
	char memory[MARKING_LEN_MAX];
	struct buf text = BUF_ON(memory);

	for (size_t i = 0; i < a->parties_count; i++) {
		struct bytes code = marking_home_code(a, mask, i);
		if (code.len == 0)
			continue;
		reply_object(r, NULL);
		reply_str(r, "party", a->guidelines->parties[i].code);
		marking_home_banner(a, mask, i, &text);
		reply_text(r, "banner", buf_bytes(&text));
		buf_reset(&text);
		marking_home_portion(a, mask, i, code, &text);
		reply_text(r, "portion", buf_bytes(&text));
		buf_reset(&text);
		reply_object_end(r);
	}
}

static void reply_marking(struct reply *r, const struct accord *a, const struct statement *s)
{
	size_t author = a == NULL ? 0 : accord_party_find(a, s->party);
	char memory[MARKING_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct label_mask mask;

	if (a == NULL || a->guidelines == NULL || author == a->parties_count ||
	    !policy_label_read(a->guidelines, &s->label, author, &mask).is_allowed)
		return;
	reply_object(r, "marking");
	reply_object(r, "banner");
	for (size_t i = 0; i < a->languages_count; i++) {
		marking_banner(a, &mask, author, i, &text);
		reply_text(r, a->languages[i], buf_bytes(&text));
		buf_reset(&text);
	}
	reply_object_end(r);
	marking_portion(a, &mask, author, &text);
	reply_text(r, "portion", buf_bytes(&text));
	reply_array(r, "home");
	reply_homes(r, a, &mask);
	reply_array_end(r);
	reply_object_end(r);
}

static void reply_label_value(struct reply *r, const struct label *label)
{
	reply_object(r, NULL);
	reply_text(r, "level", label->level);
	reply_array(r, "categories");
	for (size_t i = 0; i < label->categories_count; i++) {
		const struct label_category *c = &label->categories[i];
		reply_object(r, NULL);
		reply_text(r, "name", c->name);
		reply_array(r, "values");
		for (size_t v = 0; v < c->count; v++)
			reply_text(r, NULL, label->values[c->first + v]);
		reply_array_end(r);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

static void reply_label_alone(struct reply *r, const struct label *label)
{
	reply_key(r, "label");
	reply_label_value(r, label);
}

void reply_label(struct reply *r, const struct accord *a, const struct statement *s)
{
	reply_label_alone(r, &s->label);
	reply_marking(r, a, s);
}

enum err reply_label_of(struct reply *r, const struct marking *m, struct label_said *last)
{
	struct label label;
	enum err e;

	reply_key(r, "label");
	if (last->label_len > 0 && bytes_equal((struct bytes){ last->label, last->label_len }, m->label)) {
		buf_put(r->out, (struct bytes){ r->out->ptr + last->from, last->len });
		return ERR_OK;
	}
	e = marking_label(m, &label);
	if (e != ERR_OK)
		return e;
	last->from = r->out->len;
	reply_label_value(r, &label);
	last->len = r->out->len - last->from;
	last->label_len = (uint8_t)m->label.len;
	memcpy(last->label, m->label.ptr, m->label.len);
	return ERR_OK;
}

enum err reply_label_at(struct api *a, struct reply *r, const struct place_key *at, struct label_said *last)
{
	struct marking m;
	struct statement s;
	enum err e = a->record.marking(a->record.self, at, &m);

	if (e != ERR_NOT_FOUND)
		return e == ERR_OK ? reply_label_of(r, &m, last) : e;
	e = a->record.fetch(a->record.self, at, &s);
	if (e == ERR_OK && s.has_label)
		reply_label_alone(r, &s.label);
	return e;
}

/* -1 - n, from the bytes of a negative integer, which cbor_read_raw has found strict. */
static void reply_negative(struct reply *r, struct bytes raw)
{
	uint64_t n = 0;

	for (size_t i = 1; i < raw.len; i++)
		n = n << 8 | raw.ptr[i];
	if (raw.len == 1)
		n = raw.ptr[0] & 0x1f;
	if (n <= INT64_MAX)
		reply_int(r, NULL, -1 - (int64_t)n);
	else
		reply_hex(r, NULL, raw);
}

/* One value that is no array. */
static void reply_scalar(struct reply *r, struct cbor_reader *in)
{
	struct bytes raw;
	uint64_t number;
	bool flag;

	switch (cbor_peek(in)) {
	case CBOR_UINT:
		if (cbor_read_uint(in, UINT64_MAX, &number) == ERR_OK)
			reply_uint(r, NULL, number);
		break;
	case CBOR_BOOL:
		if (cbor_read_bool(in, &flag) == ERR_OK)
			reply_bool(r, NULL, flag);
		break;
	case CBOR_TEXT:
		if (cbor_read_text(in, ENTRY_LEN_MAX, &raw) == ERR_OK)
			reply_text(r, NULL, raw);
		break;
	case CBOR_BYTES:
		if (cbor_read_bytes(in, ENTRY_LEN_MAX, &raw) == ERR_OK)
			reply_hex(r, NULL, raw);
		break;
	case CBOR_NINT:
		if (cbor_read_raw(in, &raw) == ERR_OK)
			reply_negative(r, raw);
		break;
	case CBOR_ARRAY:
	case CBOR_MAP:
	case CBOR_TYPE_COUNT:
		(void)cbor_read_raw(in, &raw);
		reply_null(r, NULL);
		break;
	}
}

/* A form field's value; arrays nest to CBOR_DEPTH_MAX, which the decoder has seen to. */
static void reply_value(struct reply *r, struct bytes value)
{
	size_t left[CBOR_DEPTH_MAX + 2], count;
	struct cbor_reader in;
	unsigned depth = 0;

	cbor_open(&in, value);
	left[0] = 1;
	while (in.err == ERR_OK) {
		while (depth > 0 && left[depth] == 0) {
			reply_array_end(r);
			cbor_close(&in);
			depth--;
		}
		if (left[depth] == 0)
			return;
		left[depth]--;
		if (cbor_peek(&in) == CBOR_ARRAY && depth + 1 < ARRAY_COUNT(left)) {
			if (cbor_read_array(&in, ENTRY_LEN_MAX, &count) != ERR_OK)
				break;
			reply_array(r, NULL);
			left[++depth] = count;
		} else {
			reply_scalar(r, &in);
		}
	}
	for (; depth > 0; depth--)
		reply_array_end(r);
}

static void reply_numbered(struct reply *r, const struct field *fields, size_t count)
{
	reply_array(r, "fields");
	for (size_t i = 0; i < count; i++) {
		reply_object(r, NULL);
		reply_uint(r, "key", fields[i].key);
		reply_key(r, "value");
		reply_value(r, fields[i].value);
		reply_object_end(r);
	}
	reply_array_end(r);
}

void reply_read_fields(struct reply *r, const struct content *c)
{
	if (c->fields_count == 0)
		return;
	reply_object(r, "read");
	reply_numbered(r, c->fields, c->fields_count);
	reply_object_end(r);
}

void reply_signed_fields(struct reply *r, const struct statement *s)
{
	if (s->fields_count > 0)
		reply_numbered(r, s->fields, s->fields_count);
	reply_says(r, s);
}

static void reply_addressees(struct reply *r, const struct statement *s)
{
	reply_array(r, "to");
	for (size_t i = 0; i < s->addressees_count; i++) {
		reply_object(r, NULL);
		reply_text(r, "party", s->addressees[i].party);
		reply_text(r, "role", s->addressees[i].role);
		reply_bool(r, "information", s->addressees[i].is_information);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* What is attached to what is sealed, as the node has it: its names are words. */
static void reply_blobs(struct reply *r, const struct statement *s)
{
	reply_array(r, "attachments");
	for (size_t i = 0; i < s->blobs_count; i++) {
		reply_object(r, NULL);
		reply_hex(r, "hash", BYTES_OF(s->blobs[i].hash));
		reply_uint(r, "len", s->blobs[i].len);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* `labelled` is whose label stands. */
static void reply_labelled(struct reply *r, const struct accord *a, const struct statement *s,
			   const struct statement *labelled)
{
	const struct kind_row *kind = kind_find(s->kind);

	reply_hex(r, "id", BYTES_OF(s->id));
	reply_str(r, "kind", kind == NULL ? "unknown" : kind->name);
	reply_uint(r, "kind_number", s->kind);
	reply_text(r, "party", s->party);
	reply_text(r, "role", s->role);
	reply_uint(r, "claimed_ms", s->claimed.ms);
	if (s->has_precedence)
		reply_str(r, "precedence", precedence_name(s->precedence));
	if (s->has_label)
		reply_label(r, a, labelled);
	if (s->addressees_count > 0)
		reply_addressees(r, s);
	if (s->refers_count > 0) {
		reply_array(r, "refers");
		for (size_t i = 0; i < s->refers_count; i++)
			reply_named_place(r, NULL, a, &s->refers[i]);
		reply_array_end(r);
	}
	reply_array(r, "seen");
	for (size_t i = 0; i < s->seen_count; i++) {
		reply_object(r, NULL);
		reply_text(r, "party", s->seen[i].party);
		reply_uint(r, "epoch", s->seen[i].epoch);
		reply_uint(r, "size", s->seen[i].size);
		reply_object_end(r);
	}
	reply_array_end(r);
	if (s->has_form) {
		reply_text(r, "form", s->form);
		reply_uint(r, "form_version", s->form_version);
		reply_filled(r, a, s);
	}
	reply_signed_fields(r, s);
	if (s->has_content) {
		reply_object(r, "content");
		reply_hex(r, "hash", BYTES_OF(s->content.hash));
		reply_uint(r, "len", s->content.len);
		reply_uint(r, "sealing", s->content.sealing);
		reply_object_end(r);
	}
	if (s->blobs_count > 0)
		reply_blobs(r, s);
	if (s->has_instance)
		reply_named_place(r, "instance", a, &s->instance);
	if (s->acting_for.len > 0)
		reply_text(r, "acting_for", s->acting_for);
}

void reply_statement(struct reply *r, const struct accord *a, const struct statement *s)
{
	reply_labelled(r, a, s, s);
}

void reply_copy(struct reply *r, const struct accord *a, enum advance_state state,
		const struct place_key *place, const struct statement *s, struct bytes content)
{
	static const char *const states[] = {
		[ADVANCE_SIGNED] = "SIGNED", [ADVANCE_BY_LINE] = "BY_LINE", [ADVANCE_FALSE] = "FALSE"
	};

	reply_str(r, "state", states[state]);
	if (state != ADVANCE_SIGNED)
		reply_place(r, "place", a, place);
	reply_object(r, "entry");
	reply_statement(r, a, s);
	if (content.len > 0)
		reply_content(r, a, s, content);
	reply_object_end(r);
}

/*
 * What they say of its label; of another version of the accord than the one that voided it, perhaps nothing.
 */
static void reply_guidelines(struct reply *r, const struct accord *a, const struct entry_read_out *entry)
{
	const struct accord_channel *channel = accord_channel_find(a, entry->statement.channel);
	size_t author = accord_party_find(a, entry->statement.party);
	struct decision d;
	struct denial denial;

	if (a->guidelines == NULL || channel == NULL || author == a->parties_count ||
	    !entry->statement.has_label)
		return;
	d = policy_statement(a->guidelines, &entry->statement.label, author, channel);
	if (d.is_allowed)
		return;
	policy_denial(a, &d, &denial);
	reply_denial(r, "guidelines", &denial);
}

void reply_verdict(struct reply *r, const struct accord *a, const struct entry_read_out *entry)
{
	reply_bool(r, "folded", entry->is_folded);
	if (!entry->is_folded)
		return;
	reply_str(r, "verdict", verdict_name(entry->view.verdict));
	if (entry->view.verdict != VERDICT_OK)
		reply_str(r, "why",
			  entry->view.verdict == VERDICT_PROCEDURE ? ruling_text(entry->view.ruling)
								   : verdict_text(entry->view.verdict));
	if (entry->view.verdict == VERDICT_PROCEDURE)
		reply_str(r, "ruling", ruling_name(entry->view.ruling));
	if (entry->view.verdict != VERDICT_OK && entry->view.line != 0)
		reply_uint(r, "line", entry->view.line);
	if (entry->view.verdict == VERDICT_LABEL)
		reply_guidelines(r, a, entry);
}

static void reply_judgement(struct reply *r, const struct accord *a, const struct entry_read_out *entry)
{
	reply_verdict(r, a, entry);
	if (entry->is_folded) {
		reply_uint(r, "order", entry->view.order);
		reply_bool(r, "flagged", entry->view.is_flagged);
		reply_int(r, "offset_ms", entry->view.offset_ms);
	}
	if (!entry->has_signer)
		return;
	reply_object(r, "signer");
	reply_uint(r, "holder", entry->signer.holder);
	reply_array(r, "roles");
	for (size_t i = 0; i < a->roles_count; i++) {
		if (entry->signer.roles >> i & 1)
			reply_str(r, NULL, a->roles[i].name);
	}
	reply_array_end(r);
	reply_bool(r, "withdrawn", entry->signer.withdrawn != UINT64_MAX);
	reply_object_end(r);
}

void reply_entry(struct reply *r, const struct accord *a, const struct place_key *place,
		 const struct entry_read_out *entry, const struct statement *labelled, bool is_from_record)
{
	const struct accord_channel *c = accord_channel_find(a, place->log.channel);

	reply_place(r, "place", a, place);
	reply_uint(r, "channel", place->log.channel);
	if (c != NULL) {
		reply_str(r, "channel_name", c->name);
		reply_str(r, "plane", plane_name(c->plane));
	}
	reply_uint(r, "epoch", place->log.epoch);
	reply_uint(r, "index", place->index);
	if (is_from_record)
		reply_hex(r, "leaf", BYTES_OF(entry->leaf));
	reply_uint(r, "filed_ms", entry->entry.filed.ms);
	reply_uint(r, "signatures", entry->entry.signatures_count);
	reply_labelled(r, a, &entry->statement, labelled);
	reply_judgement(r, a, entry);
}

/* Of a portion or a file that has one of its own, as of a statement. */
static void reply_part(struct reply *r, const struct accord *a, const struct statement *s, struct bytes label)
{
	struct statement part = { .has_label = true, .party = s == NULL ? BYTES_LIT("") : s->party };
	struct cbor_reader in;

	cbor_open(&in, label);
	if (label_read(&in, &part.label) == ERR_OK)
		reply_label(r, a, &part);
}

/* One a portion, null where it has the label of the whole; nothing where all have that. */
static void reply_parts(struct reply *r, const struct accord *a, const struct statement *s,
			const struct content *c)
{
	size_t own = 0;

	for (size_t i = 0; i < c->portions_count; i++)
		own += c->portions[i].label.len > 0;
	if (own == 0)
		return;
	reply_array(r, "portions");
	for (size_t i = 0; i < c->portions_count; i++) {
		if (c->portions[i].label.len == 0) {
			reply_null(r, NULL);
			continue;
		}
		reply_object(r, NULL);
		reply_part(r, a, s, c->portions[i].label);
		reply_object_end(r);
	}
	reply_array_end(r);
}

/* Whether it is for a terminal to open; what is only said to be sealed nobody shows as that. */
static bool reply_sealed(struct reply *r, const struct statement *s, struct bytes bytes)
{
	struct fault fault;

	if (s == NULL || s->content.sealing == SEALING_NONE)
		return false;
	if (age_look(bytes, bytes.len, s->content.sealing, &fault) != ERR_OK)
		reply_str(r, "unreadable", fault.rule);
	return true;
}

void reply_content(struct reply *r, const struct accord *a, const struct statement *s, struct bytes bytes)
{
	struct content c;
	struct fault fault;

	if (reply_sealed(r, s, bytes))
		return;
	if (content_read(bytes, &c, &fault) != ERR_OK) {
		reply_str(r, "unreadable", fault.rule);
		return;
	}
	reply_text(r, "language", c.language);
	if (c.subject.len > 0)
		reply_text(r, "subject", c.subject);
	reply_array(r, "text");
	for (size_t i = 0; i < c.portions_count; i++)
		reply_text(r, NULL, c.portions[i].text);
	reply_array_end(r);
	reply_parts(r, a, s, &c);
	reply_read_fields(r, &c);
	if (a != NULL)
		reply_filled_content(r, a, s, &c);
	if (c.attachments_count == 0)
		return;
	reply_array(r, "attachments");
	for (size_t i = 0; i < c.attachments_count; i++) {
		reply_object(r, NULL);
		reply_hex(r, "hash", BYTES_OF(c.attachments[i].hash));
		reply_uint(r, "len", c.attachments[i].len);
		reply_text(r, "media_type", c.attachments[i].media_type);
		reply_text(r, "name", c.attachments[i].name);
		if (c.attachments[i].label.len > 0)
			reply_part(r, a, s, c.attachments[i].label);
		reply_object_end(r);
	}
	reply_array_end(r);
}

void reply_title(struct reply *r, struct bytes bytes)
{
	struct bytes title, rest;
	struct content c;
	struct fault fault;

	if (content_read(bytes, &c, &fault) != ERR_OK)
		return;
	reply_text(r, "language", c.language);
	title = c.subject.len > 0 || c.portions_count == 0 ? c.subject : c.portions[0].text;
	rest = title;
	if (bytes_take_until(&rest, '\n', &title) != ERR_OK)
		title = rest;
	if (title.len > TITLE_LEN_MAX)
		title.len = TITLE_LEN_MAX;
	while (title.len > 0 && !bytes_is_utf8(title))
		title.len--;
	reply_text(r, "title", title);
	reply_uint(r, "attachments", c.attachments_count);
}

void reply_title_of(struct reply *r, const struct statement *s, struct bytes bytes)
{
	if (!reply_sealed(r, s, bytes))
		reply_title(r, bytes);
}

/* Who said it: the post, or the node itself. */
static void reply_post(struct reply *r, const struct accord *a, const struct rung *rung)
{
	reply_str(r, "role", rung->role < a->roles_count ? a->roles[rung->role].name : ROLE_NODE);
}

static void reply_rung(struct reply *r, const char *key, const struct accord *a, const struct rung *rung)
{
	if (!rung->is_proved)
		return;
	reply_object(r, key);
	reply_uint(r, "at_ms", rung->at.ms);
	reply_place(r, "evidence", a, &rung->evidence);
	reply_post(r, a, rung);
	reply_object_end(r);
}

static bool is_answered(const struct ladder *l)
{
	return l->steps[STEP_REPLIED].is_proved || l->steps[STEP_DECLINED].is_proved ||
	       l->steps[STEP_DEFERRED].is_proved;
}

/* The next step on this ladder and whose it is; *by_author: the message's author owes it. NULL: none. */
static const char *owed_step(const struct ladder *l, size_t author, bool *by_author)
{
	*by_author = false;
	if (bytes_equal(l->role, BYTES_LIT(ROLE_NODE)) || l->party == author)
		return NULL; /* a node answers a node; and nobody acknowledges what his own party said */
	if (!l->steps[STEP_WATCH_READ].is_proved)
		return step_name(STEP_WATCH_READ);
	if (l->is_information)
		return NULL;
	if (l->needs_read_back && !l->steps[STEP_READ_BACK].is_proved) {
		*by_author = l->read_back_offered.is_proved && !l->is_wrong;
		return *by_author ? "MARK" : step_name(STEP_READ_BACK);
	}
	if (is_answered(l))
		return NULL;
	if (!l->steps[STEP_PRESENTED].is_proved)
		return step_name(STEP_PRESENTED);
	return "REPLY";
}

static void reply_had(struct reply *r, const struct ladder *l)
{
	reply_array(r, "attachments");
	for (size_t i = 0; i < l->had_count; i++)
		reply_hex(r, NULL, BYTES_OF(l->had[i]));
	reply_array_end(r);
}

/* What is owed since when, and by when where the accord has a timer for it. Of who observes nothing is. */
static void reply_owed(struct reply *r, const struct accord *a, size_t self, size_t author,
		       const struct ladder *l, const struct entry_read_out *entry)
{
	const struct statement *s = &entry->statement;
	const struct accord_channel *c = accord_channel_find(a, s->channel);
	bool is_counted = entry->is_folded && entry->view.verdict == VERDICT_OK && c != NULL &&
			  (c->observers >> l->party & 1) == 0;
	bool by_author = false;
	const char *owed = is_counted ? owed_step(l, author, &by_author) : NULL;
	uint64_t since_ms = entry->entry.filed.ms;

	if (owed == NULL)
		return;
	if (by_author)
		since_ms = l->read_back_offered.at.ms;
	else if (l->steps[STEP_WATCH_READ].is_proved)
		since_ms = l->steps[STEP_WATCH_READ].at.ms;
	reply_object(r, "owed");
	reply_str(r, "step", owed);
	reply_str(r, "by", a->parties[by_author ? author : l->party].name);
	reply_bool(r, "ours", (by_author ? author : l->party) == self);
	reply_uint(r, "since_ms", since_ms);
	if (!l->steps[STEP_WATCH_READ].is_proved && s->has_precedence)
		reply_uint(r, "due_ms", since_ms + a->timers[s->precedence].read_ms);
	reply_object_end(r);
}

static void reply_one_ladder(struct reply *r, const struct accord *a, size_t self, size_t author,
			     const struct ladder *l, const struct entry_read_out *entry)
{

	reply_object(r, NULL);
	reply_str(r, "party", a->parties[l->party].name);
	reply_text(r, "role", l->role);
	reply_bool(r, "information", l->is_information);
	reply_str(r, "highest", step_name(l->highest));
	reply_array(r, "steps");
	for (size_t s = 0; s < STEP_COUNT; s++) {
		if (!l->steps[s].is_proved)
			continue;
		reply_object(r, NULL);
		reply_str(r, "step", step_name((enum step)s));
		if (l->steps[s].at.ms > 0) /* a SENT of long ago has no time */
			reply_uint(r, "at_ms", l->steps[s].at.ms);
		if (s != STEP_SENT && s != STEP_RECEIPT) {
			reply_place(r, "evidence", a, &l->steps[s].evidence);
			/* What does not count was not said by whom it names. */
			if (s != STEP_QUEUED || entry->view.verdict == VERDICT_OK)
				reply_post(r, a, &l->steps[s]);
		}
		if (s == STEP_WATCH_READ && l->says_had)
			reply_had(r, l);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_owed(r, a, self, author, l, entry);
	reply_bool(r, "needs_read_back", l->needs_read_back);
	reply_rung(r, "read_back_offered", a, &l->read_back_offered);
	reply_bool(r, "wrong", l->is_wrong);
	if (l->is_wrong && l->wrong_cause < MARK_CAUSE_COUNT)
		reply_uint(r, "wrong_cause", l->wrong_cause);
	reply_rung(r, "query", a, &l->query);
	reply_rung(r, "negative", a, &l->negative);
	if (l->negative.is_proved)
		reply_uint(r, "negative_cause", l->negative_cause);
	reply_rung(r, "lapse", a, &l->lapse);
	if (l->lapse.is_proved)
		reply_str(r, "lapse_cause", l->lapse_cause == 0 ? "NO ANSWER" : "LINE DOWN");
	reply_rung(r, "called", a, &l->called);
	if (l->called.is_proved) {
		reply_uint(r, "rung", l->call);
		reply_uint(r, "empty", l->empty);
	}
	if (l->highest == STEP_DEFERRED)
		reply_uint(r, "deferred_until_ms", l->deferred_until_ms);
	reply_object_end(r);
}

void reply_ladders(struct reply *r, const struct accord *a, size_t self, const struct place_key *place,
		   const struct message_view *view, const struct entry_read_out *entry)
{
	reply_array(r, "ladders");
	for (size_t i = 0; i < view->ladders_count; i++)
		reply_one_ladder(r, a, self, place->log.party, &view->ladders[i], entry);
	reply_array_end(r);
	reply_array(r, "crossed");
	for (size_t i = 0; i < view->crossings_count; i++)
		reply_place(r, NULL, a, &view->crossings[i].place);
	reply_array_end(r);
	reply_bool(r, "suspended", view->is_suspended);
}
