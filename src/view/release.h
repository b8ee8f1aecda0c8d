/*
 * release.h - drafts and who approved them; what became of an item that went to another party.
 *
 * Spec: docs/spec/release.md. Layer: view (may use base, wire, accord,
 * policy). Pure.
 *
 * A draft lives in the home channel. What goes out carries the signatures of author and approvers over its
 * exact bytes, and is judged by those alone: a peer never sees the home channel.
 */
#ifndef VIEW_RELEASE_H
#define VIEW_RELEASE_H

#include "view/fold.h"

#define DRAFT_SIGNERS_MAX 16u /* officers who said yes or no to one draft */

enum draft_state { DRAFT_SUBMITTED, DRAFT_REFUSED, DRAFT_CANCELLED, DRAFT_STATE_COUNT };
const char *draft_state_name(enum draft_state s); /* "SUBMITTED" */

struct draft_signer {
	bool is_releaser; /* else a reviewer, who is not counted */
	uint64_t holder;
	uint8_t key[KEY_HASH_LEN];
	struct place_key at; /* APPROVE */
};

struct draft_view {
	enum draft_state state;
	struct place_key at;	      /* SUBMIT */
	uint32_t channel;	      /* where it is to go */
	uint8_t id[STATEMENT_ID_LEN]; /* of the statement that is to go out */
	uint64_t claimed_ms, lapses_ms;
	uint64_t from_ms; /* of a DOWNGRADE signed beforehand: not filed before; 0: none */
	uint8_t needed;	  /* approvers */
	uint8_t approved; /* of them */
	uint16_t line;	  /* of the guidelines that asks for them */
	struct draft_signer author;
	struct draft_signer signers[DRAFT_SIGNERS_MAX];
	size_t signers_count;
};

/*
 * How many approve it at least: `needed` is by what is to go out alone, and what that is about may be more
 * urgent. `about`: that statement; NULL: it is about nothing, or it is not held. A later version that has no
 * guidelines, not that channel or not that label asks for no more.
 */
enum err draft_needed(const struct fold *f, const struct draft_view *v, const struct statement *outgoing,
		      const struct statement *about, uint8_t *out) MUST_CHECK;
/* The next draft of a home channel, by id; starts with *is_first. ERR_NOT_FOUND at the end. */
enum err draft_next(const struct fold *f, uint32_t home, bool is_first, struct draft_view *v) MUST_CHECK;
/* The draft of a statement that is to go out; ERR_NOT_FOUND: it was never submitted there. */
enum err draft_find(const struct fold *f, uint32_t home, const uint8_t id[STATEMENT_ID_LEN],
		    struct draft_view *v) MUST_CHECK;
/* Where it stands if it has gone out; ERR_NOT_FOUND: it has not. */
enum err draft_released(const struct fold *f, const struct draft_view *v, struct place_key *out) MUST_CHECK;

/* What the own door asks besides the verdict: whether that statement was refused or cancelled at home. */
enum err draft_is_ended(const struct fold *f, size_t party, const struct statement *outgoing,
			bool *out) MUST_CHECK;

/* The statement that a SUBMIT is about: borrows from it. ERR_STRICT, ERR_RULE. */
enum err submit_read(const struct statement *submit, struct bytes *outgoing,
		     struct statement *out) MUST_CHECK;
/* The SSHSIG in a SUBMIT or an APPROVE; borrows. */
struct bytes inner_signature(const struct statement *s);

/* The day from which a DOWNGRADE that is signed beforehand is filed; 0: it is none. */
uint64_t downgrade_from(const struct statement *s);
/*
 * The next SUBMIT of such a one in a home channel, by that day (.order), which nobody refused or took back,
 * until its draft is forgotten. Starts zeroed.
 */
enum err fold_next_beforehand(const struct fold *f, uint32_t home, struct message_at *at) MUST_CHECK;

/* The posts that may release something, without guidelines all: who has none of them approves nothing. */
uint64_t releasing_roles(const struct accord *a);

/* What became of an item. */
struct item_view {
	bool is_recall_asked;	 /* and not answered by all */
	struct place_key recall; /* the last RECALL; .log.epoch 0: none */
	uint8_t done, refused;	 /* parties that answered it */
	struct place_key label;	 /* the last DOWNGRADE or RELABEL; .log.epoch 0: none */
	struct place_key fate;	 /* .log.epoch 0: none */
};
enum err fold_item(const struct fold *f, const struct place_key *item, struct item_view *out) MUST_CHECK;
/* MESSAGE, REPLY, CORRECTION, RELEASE: what can be recalled, relabelled and reviewed. */
bool is_item(uint64_t kind);

/*
 * A RELEASE to outside parties: it refers first to the label that it widens, last to the item whose words
 * go.
 */
bool is_outside_release(const struct statement *s);
/* A party's first entry, behind one of its own, that had seen a place; ERR_NOT_FOUND: none yet. */
enum err fold_first_to_see(const struct fold *f, const struct place_key *after, const struct place_key *seen,
			   struct place_key *out) MUST_CHECK;

/* The next item whose review is due and of which no FATE speaks; .order is when. Starts zeroed. */
enum err fold_next_due(const struct fold *f, uint32_t channel, struct message_at *at) MUST_CHECK;

#endif
