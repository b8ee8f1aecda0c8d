/*
 * judge.h - what the judges of an entry share; fold.c asks them in order, and the first reason stands.
 *
 * Layer: view. Pure. For the files of this folder only.
 */
#ifndef VIEW_JUDGE_H
#define VIEW_JUDGE_H

#include "policy/policy.h"
#include "view/fold.h"
#include "wire/kinds.h"

/* A label as the guidelines of the judging version read it, if they know it. */
struct said_label {
	struct label_mask mask;
	bool is_known;
};

struct case_file {
	const struct fold *f;
	const struct fold_input *in;
	const struct accord_channel *channel;
	const struct kind_row *kind;
	struct entry_view *view;
	struct place_key subject; /* of kinds that refer to one thing */
	struct entry_view subject_view;
	bool has_subject; /* it is folded */
	/* It says again what that says, with words (again.c): the label of that, as far as its author had
	 * seen. */
	bool is_again;
	struct said_label said, said_now; /* now: at our own door */
};

/* In the version of the accord that judges this entry. */
static inline bool is_by_registrar(const struct case_file *c, size_t signature)
{
	return (c->in->signers[signature].registrar_in >> c->f->version & 1) != 0;
}

/*
 * Whose key a signature is, with those of its posts whose authority had not ended when this was claimed and
 * filed: an ended one signs, approves and consents to nothing. ERR_NOT_FOUND: it was not added before.
 */
enum err judge_key(const struct case_file *c, size_t signature, struct key_view *out) MUST_CHECK;

/* VERDICT_OK or the reason. */
typedef enum err judge(const struct case_file *c, enum verdict *out);

/*
 * Where a reference leads; false if it names no log of this accord, one that not all who read it hold, or its
 * own log's future.
 */
bool refers_place(const struct fold *f, const struct fold_input *in, const struct place *refers,
		  struct place_key *out);
/* Where the n-th thing is that it refers to, once judge_references has let it pass. */
struct place_key place_referred(const struct fold *f, const struct fold_input *in, size_t n);

/* ---- judge.c: what is asked of every kind ---- */

/* What its party may not say on a channel that it observes; the rest its log, or a recall, needs. */
bool is_beside_voices(const struct accord_channel *c, size_t party, uint64_t kind);
enum err judge_channel(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_node(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_signatures(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_key_anew(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_label(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_sealing(const struct case_file *c, enum verdict *out) MUST_CHECK;
/* An ATTEMPT with words in its fields. */
bool is_free_attempt(const struct statement *s);
enum err judge_addressees(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_acting(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_repetition(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_references(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err judge_step(const struct case_file *c, enum verdict *out) MUST_CHECK;

/* ---- release.c: who signs what goes to another party, and what follows (docs/spec/release.md) ---- */

enum err judge_release(const struct case_file *c, enum verdict *out) MUST_CHECK;
/* The rows that a kind of release leaves, and those of an item. */
enum err release_folded(const struct fold *f, const struct fold_input *in,
			const struct entry_view *v) MUST_CHECK;

/*
 * How urgent it is: what is said of something is as urgent as that, whatever it says itself, and what is said
 * under a number as the most urgent that stands under it in that past (NULL: of all that is folded). A
 * release and what follows it has numbers of its own, a dialogue its own rules.
 */
enum err find_urgency(const struct fold *f, const struct fold_input *in, const struct past *past,
		      enum precedence *out) MUST_CHECK;

/* ---- form.c ---- */

enum err judge_form(const struct case_file *c, enum verdict *out) MUST_CHECK;
/* *out, or the urgency of whatever is said of `first` in that past, if one is more urgent; NULL: of all. */
enum err number_urgency(const struct fold *f, const struct past *past, const struct place_key *first,
			enum precedence *out) MUST_CHECK;
enum err fold_form_row(const struct fold *f, const struct fold_input *in) MUST_CHECK;

/* procedure.c */
enum err judge_procedure(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fold_procedure(const struct fold *f, const struct fold_input *in,
			const struct entry_view *v) MUST_CHECK;
/* dialogue.c */
enum err judge_dialogue(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fold_dialogue(const struct fold *f, const struct fold_input *in,
		       const struct entry_view *v) MUST_CHECK;

/* marking.c: of every one, whether it counts or not */
enum err fold_marking_row(const struct fold *f, const struct fold_input *in) MUST_CHECK;

/* text.c */
enum err judge_text(const struct case_file *c, enum verdict *out) MUST_CHECK;
/* Of one that does not count. */
enum err fold_text_void(const struct fold *f, const struct fold_input *in,
			const struct entry_view *v) MUST_CHECK;
enum err fold_text_deed(const struct fold *f, const struct fold_input *in,
			const struct entry_view *v) MUST_CHECK;
/* watch.c */
enum err judge_watch(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fold_watch(const struct fold *f, const struct fold_input *in, const struct entry_view *v) MUST_CHECK;

/* ---- again.c: what says again what another statement says ---- */

/* Fills c->is_again and what goes with it. */
enum err said_again(struct case_file *c) MUST_CHECK;
enum err judge_again(const struct case_file *c, enum verdict *out) MUST_CHECK;

/* translation.c */
enum err judge_translation(const struct case_file *c, enum verdict *out) MUST_CHECK;
enum err fold_translation_row(const struct fold *f, const struct fold_input *in) MUST_CHECK;

#endif
