/*
 * labelled.h - what the judges of release share: a case whose label has been read by the guidelines.
 *
 * Spec: docs/spec/release.md. Layer: view. Pure. For the files of this folder only.
 */
#ifndef VIEW_LABELLED_H
#define VIEW_LABELLED_H

#include "policy/policy.h"
#include "view/judge.h"
#include "view/release.h"

struct labelled {
	const struct case_file *c;
	const struct guidelines *g;
	struct label_mask mask;
	struct label_mask was; /* of a new label, and of the consent to one: the one whose place it takes */
	bool has_was;
	size_t author;
	const struct accord_channel *room; /* where it is said; of a draft where it is to go */
};

static inline bool is_signed_once(const struct case_file *c)
{
	return c->in->entry->signatures_count == 1;
}

/* False: there is none, or the guidelines do not know it. */
bool read_label(const struct guidelines *g, const struct statement *s, size_t author, struct label_mask *out);
/* Whether this role is let into its room and may read it there: of one with a new label under both. */
bool may_read(const struct labelled *l, size_t role);
/* Whether one of these roles may release the item, which it must be able to read. */
bool may_release(const struct labelled *l, uint64_t roles);
/* Who must agree before this statement goes to these parties. */
struct release_need need_of(const struct labelled *l, const struct statement *s, uint32_t to);

/* ---- outside.c: RELEASE outside, and the consents that it and a DOWNGRADE need ---- */

/* What leaves for an outside party, and the consent to it: no other words name one in rel. */
bool may_name_outside(const struct statement *s);
/* Bit mask of the outside parties that a RELEASE names; false: one that it names is none. */
bool read_outside(const struct guidelines *g, const struct statement *s, uint32_t *out);

bool is_hash_of(const struct statement *s, const uint8_t hash[HASH_LEN]); /* FIELD_ITEM_HASH is this */
/* FIELD_ITEM_HASH is the content of this item, or of the item whose label this is. */
bool is_content_of(const struct statement *s, const struct statement *of);
enum err judge_outside(const struct labelled *l, uint32_t outside, struct release_need need,
		       enum verdict *out) MUST_CHECK;
enum err consent_folded(const struct fold *f, const struct fold_input *in,
			const struct entry_view *v) MUST_CHECK;

/* To these parties it goes by its author's hand, or VIA. */
void judge_hand(const struct labelled *l, uint32_t to, enum verdict *out);

#define CONSENT_TO_LABEL UINT8_MAX /* to the new label itself, not an addressee */
/* Each of these parties, but the author, consented before to exactly this, whose hash is_content_of. */
enum err judge_consents(const struct labelled *l, uint32_t parties, uint8_t to, enum verdict *out) MUST_CHECK;

/* again.c: the label that the author of this had seen last of an item: its own, or what took its place. */
enum err find_label(const struct case_file *c, const struct place_key *item,
		    struct place_key *out) MUST_CHECK;
/* What that says of the item, which this refers to. */
enum err find_said_label(const struct case_file *c, const struct place_key *item,
			 struct said_label *out) MUST_CHECK;
enum err label_folded(const struct fold *f, const struct fold_input *in) MUST_CHECK;

/* draft.c: SUBMIT, APPROVE, REFUSE, CANCEL */
enum err judge_draft(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err draft_folded(const struct fold *f, const struct fold_input *in,
		      const struct entry_view *v) MUST_CHECK;

/*
 * item.c. A party's first act of one of these kinds on a place, in the past of this entry. ERR_NOT_FOUND.
 */
enum err find_answer(const struct case_file *c, const struct place_key *on, size_t party, uint64_t kind,
		     uint64_t other, struct place_key *out) MUST_CHECK;
enum err has_answer(const struct case_file *c, const struct place_key *on, size_t party, uint64_t kind,
		    uint64_t other, bool *out) MUST_CHECK;
/* CONSENT, RECALL and its answers, DOWNGRADE, RELABEL; who signs an ERASE; FATE */
enum err judge_follow(struct labelled *l, enum verdict *out) MUST_CHECK;
enum err judge_erasers(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_fate(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fate_folded(const struct fold *f, const struct fold_input *in) MUST_CHECK;
enum err item_folded(const struct fold *f, const struct fold_input *in) MUST_CHECK;

#endif
