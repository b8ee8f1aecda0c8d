/*
 * What says again what another statement says: a translation, and a READ BACK. Its words are marked as that
 * is, by one rule: docs/spec/release.md section 5. And the labels that took each other's place, in rows.
 */
#include "view/labelled.h"
#include "view/marking.h"
#include "view/rows.h"

#include <string.h>

/* ---- The label that stands: each names the one whose place it takes. ---- */

static_assert(LABEL_VALUES_MAX * (CODE_LEN_MAX + 2) + LABEL_CATEGORIES_MAX * (CODE_LEN_MAX + 5) +
			      CODE_LEN_MAX + 5 <=
		      ROW_VALUE_MAX,
	      "a label of which each code is known fits into a row");

enum err label_folded(const struct fold *f, const struct fold_input *in)
{
	struct place_key at = { in->log, in->entry->index };
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	label_write(&in->statement->label, &value);
	place_key_write(&at, row_open(&k, ROW_LABEL));
	return row_put(f->map, &k, &value);
}

enum err find_label(const struct case_file *c, const struct place_key *item, struct place_key *out)
{
	enum err e = ERR_OK;

	*out = *item;
	while (e == ERR_OK)
		e = find_answer(c, out, item->log.party, KIND_DOWNGRADE, KIND_RELABEL, out);
	return err_unless(e, ERR_NOT_FOUND);
}

/* By the guidelines of the version that judges this entry. */
static enum err read_row(const struct case_file *c, const struct place_key *at, bool *is_known,
			 struct label_mask *out)
{
	uint8_t memory[ROW_VALUE_MAX];
	struct buf value = BUF_ON(memory);
	struct label label;
	struct row_key k;
	enum err e;

	place_key_write(at, row_open(&k, ROW_LABEL));
	e = map_get(c->f->map, buf_bytes(&k.buf), &value);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	e = marking_label(&(struct marking){ .label = buf_bytes(&value) }, &label);
	if (e != ERR_OK)
		return e;
	*is_known = policy_label_read(c->f->accord->guidelines, &label, at->log.party, out).is_allowed;
	return ERR_OK;
}

/* ---- What is said again. ---- */

static enum err read_said(const struct case_file *c, const struct place_key *item,
			  const struct place_key *label, struct said_label *out)
{
	if (!place_key_equal(item, label))
		return read_row(c, label, &out->is_known, &out->mask);
	out->is_known =
		read_label(c->f->accord->guidelines, c->in->subject, c->subject.log.party, &out->mask);
	return ERR_OK;
}

enum err find_said_label(const struct case_file *c, const struct place_key *item, struct said_label *out)
{
	struct place_key label;
	enum err e = find_label(c, item, &label);

	return e == ERR_OK ? read_said(c, item, &label, out) : e;
}

static enum err find_said(struct case_file *c, const struct place_key *item)
{
	struct item_view now;
	enum err e = find_said_label(c, item, &c->said);

	if (e != ERR_OK || !c->in->is_at_door)
		return e;
	e = fold_item(c->f, item, &now);
	if (e == ERR_OK)
		e = read_said(c, item, now.label.log.epoch == 0 ? item : &now.label, &c->said_now);
	return e;
}

enum err said_again(struct case_file *c)
{
	const struct statement *s = c->in->statement;
	struct translation_view subject;
	struct place_key item = c->subject;
	enum err e;

	if ((s->kind != KIND_READ_BACK && s->kind != KIND_TRANSLATION) || !s->has_content ||
	    !c->has_subject || c->in->subject == NULL || c->f->accord->guidelines == NULL ||
	    item.log.channel != c->in->log.channel)
		return ERR_OK;
	c->is_again = true;
	/* A later word is about what the translation is of. */
	e = row_get_translation(c->f->map, &c->subject, &subject);
	if (e == ERR_OK)
		item = subject.original;
	return e == ERR_OK || e == ERR_NOT_FOUND ? find_said(c, &item) : e;
}

static bool is_at_least(const struct guidelines *g, struct label_mask own, const struct said_label *said)
{
	/* Whose it is and who may have it the channel says, of both. */
	own.rel = said->mask.rel;
	own.origin = said->mask.origin;
	return said->is_known && policy_is_within(g, &own, &said->mask);
}

enum err judge_again(const struct case_file *c, enum verdict *out)
{
	const struct guidelines *g = c->f->accord->guidelines;
	struct label_mask own;

	if (c->is_again &&
	    (!read_label(g, c->in->statement, c->in->log.party, &own) || !is_at_least(g, own, &c->said) ||
	     (c->in->is_at_door && !is_at_least(g, own, &c->said_now))))
		*out = VERDICT_BELOW;
	return ERR_OK;
}
