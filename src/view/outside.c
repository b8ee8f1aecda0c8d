/* What goes outside goes by RELEASE alone: by whose hand, with whose consent, and under which label. */
#include "view/labelled.h"
#include "view/rows.h"

#include <assert.h>
#include <string.h>

bool may_name_outside(const struct statement *s)
{
	return (s->kind == KIND_RELEASE || s->kind == KIND_CONSENT) &&
	       statement_field(s, FIELD_ITEM_TO) != NULL;
}

bool read_outside(const struct guidelines *g, const struct statement *s, uint32_t *out)
{
	struct text_list codes = statement_list(s, FIELD_ITEM_TO);
	struct bytes code;

	*out = 0;
	while (text_list_next(&codes, &code)) {
		size_t party = guidelines_party_find(g, code);
		if (party == g->parties_count || (g->members >> party & 1) != 0)
			return false;
		*out |= 1u << party;
	}
	return true;
}

bool is_hash_of(const struct statement *s, const uint8_t hash[HASH_LEN])
{
	return bytes_equal(statement_bytes(s, FIELD_ITEM_HASH), (struct bytes){ hash, HASH_LEN });
}

bool is_content_of(const struct statement *s, const struct statement *of)
{
	if (of->kind == KIND_DOWNGRADE || of->kind == KIND_RELABEL)
		return is_hash_of(s, statement_bytes(of, FIELD_ITEM_HASH).ptr);
	return of->has_content && is_hash_of(s, of->content.hash);
}

static_assert((GUIDELINES_VALUES_MAX + 1) * (CODE_LEN_MAX + 1) +
			      (2 * GUIDELINES_PARTIES_MAX + 4) * (PARTY_NAME_MAX + 1) <=
		      MAP_VALUE_MAX,
	      "what is consented to fits into a row");

static void consent_key(struct row_key *k, uint32_t channel, struct bytes hash)
{
	row_open(k, ROW_CONSENT);
	row_put_channel(k, channel);
	buf_put(&k->buf, hash);
}

static const char *party_code(const struct guidelines *g, size_t i)
{
	return g->parties[i].code;
}

static const char *value_code(const struct guidelines *g, size_t i)
{
	return g->values[i].code;
}

static void put_code(struct buf *out, const char *code)
{
	buf_put_str(out, code);
	buf_put_byte(out, 0);
}

/* In the order of their bytes, and an empty one behind the last. */
static void put_codes(const struct guidelines *g, uint64_t bits, size_t count,
		      const char *(*code)(const struct guidelines *g, size_t i), struct buf *out)
{
	const char *last = "", *next;

	do {
		next = NULL;
		for (size_t i = 0; i < count; i++) {
			if ((bits >> i & 1) != 0 && strcmp(code(g, i), last) > 0 &&
			    (next == NULL || strcmp(code(g, i), next) < 0))
				next = code(g, i);
		}
		last = next == NULL ? "" : next;
		put_code(out, last);
	} while (next != NULL);
}

/*
 * Exactly what is consented to: a label, and to whom ("": nobody outside). By their codes, for where they
 * stand in the guidelines is another place in a later version, and then it would be consent to another thing.
 */
static void consent_write(const struct guidelines *g, const struct label_mask *mask, const char *to,
			  struct buf *out)
{
	put_code(out, to);
	put_code(out, g->levels[mask->level].code);
	put_codes(g, mask->values, g->values_count, value_code, out);
	put_codes(g, mask->rel, g->parties_count, party_code, out);
	put_codes(g, mask->origin, g->parties_count, party_code, out);
}

/* Each of these parties, but the author, consented before: silence is refusal. */
enum err judge_consents(const struct labelled *l, uint32_t parties, uint8_t to, enum verdict *out)
{
	const struct case_file *c = l->c;
	struct message_at at = { 0 };
	uint32_t missing = parties & l->g->members & ~(1u << l->author);
	uint8_t wanted_memory[MAP_VALUE_MAX], said_memory[MAP_VALUE_MAX];
	struct buf wanted = BUF_ON(wanted_memory), said = BUF_ON(said_memory);
	struct bytes hash = statement_bytes(c->in->statement, FIELD_ITEM_HASH); /* is_content_of */
	enum err e = ERR_OK;

	consent_write(l->g, &l->mask, to == CONSENT_TO_LABEL ? "" : l->g->parties[to].code, &wanted);
	while (missing != 0 && e == ERR_OK) {
		struct row_key prefix;
		bool is_seen = false;
		consent_key(&prefix, c->in->log.channel, hash);
		e = row_next_valued(c->f->map, &prefix, &at, &said);
		if (e == ERR_OK && bytes_equal(buf_bytes(&said), buf_bytes(&wanted)))
			e = past_covers(c->f, &c->view->past, &at.place, &is_seen);
		if (is_seen)
			missing &= ~(1u << at.place.log.party);
	}
	if (missing != 0)
		*out = VERDICT_CONSENT;
	return err_unless(e, ERR_NOT_FOUND);
}

/* Of a RELEASE that names an outside party: the item, which it refers to last, and its label, first. */
static enum err find_item(const struct case_file *c, struct place_key *item, struct place_key *label,
			  enum verdict *out)
{
	const struct statement *s = c->in->statement;
	struct place_key newest;
	struct item_view now = { 0 };
	struct entry_view v;
	bool is_recalled;
	enum err e = ERR_NOT_FOUND;

	if (c->in->subject != NULL && s->refers_count <= 2) {
		*label = place_referred(c->f, c->in, 0);
		*item = place_referred(c->f, c->in, s->refers_count - 1);
		if (item->log.channel == c->in->log.channel)
			e = fold_get(c->f, item, &v);
	}
	if (e == ERR_NOT_FOUND || (e == ERR_OK && (v.verdict != VERDICT_OK || !is_item(v.kind)))) {
		*out = VERDICT_REFERS;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = find_label(c, item, &newest);
	if (e == ERR_OK)
		e = has_answer(c, item, item->log.party, KIND_RECALL, KIND_RECALL, &is_recalled);
	if (e == ERR_OK && c->in->is_at_door)
		e = fold_item(c->f, item, &now);
	if (e == ERR_OK && (is_recalled || !place_key_equal(&newest, label) || now.recall.log.epoch != 0 ||
			    (now.label.log.epoch != 0 && !place_key_equal(&now.label, label))))
		*out = VERDICT_STEP;
	return e;
}

/* The content goes as it stands, under the label that it has, but for the parties that it now goes to. */
static enum err check_item(const struct labelled *l, uint32_t outside, enum verdict *out)
{
	const struct case_file *c = l->c;
	const struct statement *s = c->in->statement, *of = c->in->subject;
	struct place_key item, label;
	struct label_mask was;
	enum err e = find_item(c, &item, &label, out);

	if (e != ERR_OK || *out != VERDICT_OK)
		return e;
	if (s->has_content || !is_content_of(s, of))
		*out = VERDICT_OUTGOING;
	else if (!read_label(l->g, of, item.log.party, &was) || was.level != l->mask.level ||
		 was.values != l->mask.values || was.origin != l->mask.origin ||
		 (was.rel & ~l->mask.rel) != 0 || (l->mask.rel & ~(was.rel | outside)) != 0)
		*out = VERDICT_OPENS;
	return ERR_OK;
}

void judge_hand(const struct labelled *l, uint32_t to, enum verdict *out)
{
	uint16_t line;

	if (policy_is_by_hand(l->g, &l->mask, l->author, to, &line))
		return;
	l->c->view->line = line;
	*out = VERDICT_VIA;
}

enum err judge_outside(const struct labelled *l, uint32_t outside, struct release_need need,
		       enum verdict *out)
{
	struct decision d = policy_label_check(l->g, &l->mask);
	/* Who has no voice here could not say it, and is asked only where his information is in it. */
	uint32_t asked = need.consents & (accord_voices(l->room) | l->mask.origin);
	enum err e = check_item(l, outside, out);

	if (e != ERR_OK || *out != VERDICT_OK)
		return e;
	if (!d.is_allowed || (outside & ~l->mask.rel) != 0) {
		l->c->view->line = d.line;
		*out = VERDICT_REL;
	} else {
		judge_hand(l, outside, out);
	}
	for (uint8_t i = 0; e == ERR_OK && *out == VERDICT_OK && i < l->g->parties_count; i++) {
		if ((outside >> i & 1) == 0)
			continue;
		e = judge_consents(l, asked, i, out);
		if (*out == VERDICT_CONSENT)
			l->c->view->line = need.line;
	}
	return e;
}

/* ---- Rows. ---- */

enum err consent_folded(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	const struct guidelines *g = f->accord->guidelines;
	struct place_key at = { in->log, in->entry->index };
	struct label_mask mask = { 0 };
	struct row_key k;
	struct bytes to = statement_text(in->statement, FIELD_ITEM_TO);
	uint8_t memory[MAP_VALUE_MAX];
	struct buf what = BUF_ON(memory);
	size_t party = guidelines_party_find(g, to);

	if (to.len > 0 && party == g->parties_count)
		return ERR_OK;					  /* to nobody: no RELEASE names him */
	(void)read_label(g, in->statement, in->log.party, &mask); /* it counts: judge_out has read it */
	consent_key(&k, in->log.channel, statement_bytes(in->statement, FIELD_ITEM_HASH));
	consent_write(g, &mask, to.len == 0 ? "" : g->parties[party].code, &what);
	buf_put_be64(&k.buf, v->order);
	place_key_write(&at, &k.buf);
	return row_put(f->map, &k, &what);
}

/* ---- What the feeds ask. ---- */

bool is_outside_release(const struct statement *s)
{
	return s->kind == KIND_RELEASE && statement_field(s, FIELD_ITEM_TO) != NULL;
}

enum err fold_first_to_see(const struct fold *f, const struct place_key *after, const struct place_key *seen,
			   struct place_key *out)
{
	uint64_t size;
	enum err e;

	*out = *after;
	out->log.epoch--; /* its own is the next one */
	while ((e = fold_next_epoch(f, &out->log, &size)) == ERR_OK) {
		for (out->index = out->log.epoch == after->log.epoch ? after->index + 1 : 0;
		     out->index < size; out->index++) {
			struct entry_view v;
			bool is_seen;
			e = fold_get(f, out, &v);
			if (e == ERR_OK)
				e = past_covers(f, &v.past, seen, &is_seen);
			if (e != ERR_OK || is_seen)
				return e;
		}
	}
	return e;
}
