/*
 * judge.h - the case that the judges of an entry look at: each gives VERDICT_OK or the reason.
 *
 * Layer: view. Pure. For the files of this folder only.
 */
#ifndef VIEW_JUDGE_H
#define VIEW_JUDGE_H

#include "view/fold.h"

struct case_file {
	const struct fold *f;
	const struct fold_input *in;
	const struct accord_channel *channel;
	const struct kind_row *kind;
	const struct entry_view *view;
	struct place_key subject; /* of kinds that refer to one thing */
	struct entry_view subject_view;
	bool has_subject; /* it is folded */
};

typedef enum err judge(const struct case_file *c, enum verdict *out);

/* fold.c: whether an entry is in the past of another. */
enum err past_covers(const struct fold *f, const struct past *past, const struct place_key *at,
		     bool *out) MUST_CHECK;
/* fold.c: where a reference leads; false if it names nothing that this entry may name. */
bool refers_place(const struct fold *f, const struct fold_input *in, const struct place *refers,
		  struct place_key *out);

/* form.c */
enum err judge_form(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fold_form_row(const struct fold *f, const struct fold_input *in) MUST_CHECK;

#endif
