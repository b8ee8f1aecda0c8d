/*
 * line.h - a log as the node sees it: how far it is folded, signed, asked for, and what each peer has of it.
 *
 * Layer: node. For the files of this folder only.
 */
#ifndef NODE_LINE_H
#define NODE_LINE_H

#include "accord/places.h"
#include "node/node.h"

/* Entries that a socket took together: by which path, when. */
struct passage {
	uint64_t from, size;
	size_t path;
	struct wall at;
};
#define PASSAGES_MAX 16u

/* What a peer is known to hold of a log, and what was given to its path. */
struct reach {
	uint64_t held; /* by its HELLO or its cosignature */
	uint64_t sent; /* given to a path since it came up */
	uint64_t goal; /* a peer's log: send up to here. Our own: looked at for advance copies so far */
	uint64_t wanted, wanted_end; /* by its last WANT; end 0: no notes are due for it */
	uint64_t taken;		     /* the socket has taken so much: SENT */
	uint64_t told;		     /* size of the note that a HELLO or HEADS told him last */
	uint64_t told_receipts;	     /* and how many receipts this node had taken by then */
	/* It showed a note of another history, and these entries were asked of it. */
	bool is_suspect;
	uint64_t suspect_from, suspect_end;
	bool is_kept_back; /* what he passed on is signed by a key of a version that is not held */
	struct passage passages[PASSAGES_MAX]; /* the last ones, in a ring */
	size_t passages_count;
	/* Of a channel for FLASH: which of the open paths it goes by, and since when he has held no more. */
	size_t way;
	uint64_t waits_from;
	struct mono waits_since;
	uint64_t thin[2]; /* our own: looked at for a thin path so far, for FLASHes and for IMMEDIATEs */
	struct mono thin_since; /* when there was nothing more to look at */
};

/* A line that the signer made and the next commit keeps. */
struct unsaved {
	uint64_t size; /* 0: none */
	uint8_t text[NOTE_LINE_LEN_MAX];
	size_t len;
};

/*
 * A receipt that came before the entries it is for, as a third party may be ahead of us, or before what its
 * party's log shows, by which its key counts. Whose word it is: others'; the party's own, now; its own in a
 * bundle, which may be of before a restore.
 */
enum early_word { EARLY_OTHERS, EARLY_OWN, EARLY_CARRIED, EARLY_COUNT };
struct early {
	uint64_t size;	 /* 0: none */
	bool is_put_off; /* until that log shows more */
	uint8_t text[256];
	size_t len;
};

/* A log as the node sees it; beside record's struct log. */
struct line {
	struct log *log;
	struct log_key key;
	const struct accord_channel *channel;
	struct reach reach[PARTY_MAX];
	uint64_t marked; /* the signer's mark: a smaller size is never signed again */
	uint8_t marked_root[HASH_LEN];
	uint64_t asked;	      /* what our own line is held of, or asked for in this run */
	uint64_t staged_from; /* durable size before this turn's entries */
	size_t staged_len;    /* bytes of this turn's entries and contents */
	uint64_t folded;      /* entries that the views have taken in, this turn's included */
	bool shows_more;      /* and some since its party's receipts were judged last */
	size_t version; /* of the accord, that judges the next of them; versions.count: it is not held */
	struct log_places places; /* which version judges each entry that is held: keyed.c */
	bool has_lost;		  /* more of it was seen than is held, and something was folded without it */
	enum { WORD_NONE, WORD_DUE, WORD_SAID } word; /* procedure_awaits_word */
	uint64_t waits_at; /* its next entry waits at this place; UINT64_MAX: none has */
	struct mono waits_since;
	struct {
		uint64_t from, to, count;
	} urgent; /* of those that wait from..to - 1, so many are FLASH or IMMEDIATE */
	struct {
		uint64_t to, at[UNHEEDED_MAX];
		size_t count;
	} unheeded;	 /* `keys` statements behind where the next epoch began; looked for up to `to` */
	uint64_t proved; /* below it, what came as erased is held, or erased by an entry that is */
	uint64_t known;	 /* size known to exist elsewhere: wanted, or recovered to */
	/* What is wanted: since when, of whom last, and behind how many entries. */
	struct mono wanted_at;
	size_t wanted_of;
	uint64_t wanted_from;
	/*
	 * Entries from..end - 1 are asked for again, to be put where they have rotted; from the beginning on.
	 */
	uint64_t mend_from, mend_end;
	bool is_own, is_recovering, is_closed; /* closed: a later epoch is open, or must be opened */
	/* recovering, and the signer cannot say how far it went: only a new epoch ends it */
	bool is_unremembered;
	bool is_doubtful;   /* the signer's machine stopped without closing: every peer must answer first */
	bool is_unanswered; /* the accord says `start strict`: one peer must answer first */
	uint8_t answered;   /* bit mask of parties whose HELLO came in this run */
	uint64_t goal_size; /* recovering: the signer's head, or a peer's note of ours */
	struct unsaved note, cosignature;
	struct early early[PARTY_MAX][EARLY_COUNT];
	uint64_t cosigned[PARTY_MAX]; /* largest size of each party's cosignature that we hold */
	uint64_t receipts;	      /* taken in this run */
};

/* An own log that is closed until peers have answered, or what it lacks is back, or a new epoch is open. */
static inline bool is_shut(const struct line *l)
{
	return l->is_recovering || l->is_doubtful || l->is_unanswered;
}

/* What is said there now is filed. */
static inline bool is_open_line(const struct line *l)
{
	return l != NULL && !is_shut(l) && !l->is_closed;
}

/* ---- line.c ---- */
/* Every log of the record, as the store has it. */
enum err lines_load(struct node *n) MUST_CHECK;
struct line *line_find(struct node *n, const struct log_key *key);
struct line *line_by_origin(struct node *n, const struct origin *origin);
/*
 * Finds or opens the log, in a turn, which is opened if need be. ERR_LIMIT: this party has EPOCHS_MAX on the
 * channel, or its share of HELLO_NOTES_MAX in all: what one party opens takes no room from another.
 */
enum err line_open(struct node *n, const struct log_key *key, struct line **out) MUST_CHECK;
/* The newest epoch of a party's log on a channel; NULL if there is none. */
struct line *line_newest(struct node *n, uint32_t channel, size_t party);
/* The newest of the same party's on that channel that is older. */
struct line *line_before(struct node *n, const struct line *line);
/* Of those of which anything is folded; NULL: of none. */
const struct line *line_folded(const struct node *n, uint32_t channel, size_t party);
void origin_of(const struct node *n, const struct log_key *key, struct origin *out);
bool is_channel_of(const struct accord_channel *c, size_t party);
/* That both of us hold. */
bool is_shared_channel(const struct node *n, uint32_t channel, size_t peer);
bool is_voice_of(const struct accord_channel *c, size_t party); /* and it speaks there */
/* Asks the signer for our line under a log's head. */
enum err line_sign(struct node *n, struct now now, struct line *line) MUST_CHECK;

#endif
