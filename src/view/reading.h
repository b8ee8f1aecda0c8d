/*
 * reading.h - who may know of what: the one place that decides what a reader is shown.
 *
 * Spec: docs/spec/reading.md. ADR 29. Tests: test/unit/test_reading.c, test/sim/test_twins.c. Layer: view
 * (may use base, wire, accord, policy). Pure but for what the caller fetches.
 *
 * A reader knows of a statement if its label lets him, where it stands, and if he knows of everything that
 * it names: what names the unknown would tell of it. Whoever may not know of one is answered as if there
 * were none.
 */
#ifndef VIEW_READING_H
#define VIEW_READING_H

#include "policy/policy.h"
#include "view/marking.h"

/* What the reading needs of the record; borrowed, as everything in it. */
struct reading_record {
	const struct fold *fold;
	void *self;
	/* The statement at a place, good until the next call. ERR_NOT_FOUND: none is held there. */
	enum err (*fetch)(void *self, const struct place_key *at, struct statement *out);
	/* The newest epoch of a party's log of a channel; 0: it was never opened. */
	uint32_t (*epoch)(void *self, uint32_t channel, size_t party);
	uint64_t now_ms; /* a post whose authority has ended by then reads nothing */
	/* NULL, or what stands of it, good until the next call; ERR_NOT_FOUND: fetch has it. */
	enum err (*marking)(void *self, const struct place_key *at, struct marking *out);
	/* NULL, or the version in force on a channel; without it the fold's own, in which names are found. */
	const struct accord *(*accord)(void *self, uint32_t channel);
};

enum reading_as {
	READING_NOBODY, /* knows of nothing */
	READING_OWNER,	/* of everything */
	READING_OFFICER,
	READING_ROLE
};

#define READING_REACH_MAX 512u	/* places that one statement may lead to before it is found to be too much */
#define READING_KNOWN_MAX 1024u /* places that one reading remembers its decision of; a power of two */

struct reading {
	const struct reading_record *record;
	enum reading_as as;
	size_t party;		   /* OFFICER: whose */
	uint8_t key[KEY_HASH_LEN]; /* OFFICER */
	struct reader reader;	   /* ROLE */
	bool is_asked;		   /* since it was opened: else there is no answer */
	uint32_t channel;	   /* OFFICER: of which the roles below are; 0: none yet */
	uint64_t roles;
	uint32_t ruled; /* the channel of which this version is in force; 0: none was asked for yet */
	const struct accord *rule;
	struct reading_known {
		struct place_key at;
		bool is_set, may;
	} known[READING_KNOWN_MAX];
	/* By author, the label that was decided on last: a list has one for most of its rows. */
	struct reading_marked {
		uint32_t channel; /* 0: none yet */
		bool may;
		uint8_t len, label[MARKING_ROW_MAX];
	} marked[PARTY_MAX];
	/*
	 * For one decision, and written before it is read: a list decides a hundred thousand times, and as
	 * locals these would be zeroed each time.
	 */
	struct reading_scratch {
		struct statement named, outgoing, label;
		struct reading_reach {
			struct place_key at[READING_REACH_MAX];
			size_t count, next;
			bool is_over;
		} reach; /* what one statement leads to, each place once as far as is remembered */
	} scratch;
};

/* For one request, or one slice of a stream: what it remembers is true until the record changes. */
void reading_open(struct reading *r, const struct reading_record *record, enum reading_as as);
/* By the roles that the key has in its party's log of each channel, at that log's end. */
void reading_open_officer(struct reading *r, const struct reading_record *record, size_t party,
			  const uint8_t key[KEY_HASH_LEN]);
/*
 * By a role, a machine or an outside party as it stands, and a feed's or a plane's ceiling: reader_of_feed,
 * reader_on_plane. READER_ANYWHERE takes the plane of where each statement stands.
 */
void reading_open_role(struct reading *r, const struct reading_record *record, const struct reader *reader);

/* s: the statement at that place, wherever its bytes are. */
enum err reading_statement(struct reading *r, const struct place_key *at, const struct statement *s,
			   bool *may) MUST_CHECK;
/* The same for one that is not at hand; what is not there nobody knows of. */
enum err reading_place(struct reading *r, const struct place_key *at, bool *may) MUST_CHECK;
/* The same for one whose marking is at hand. */
enum err reading_marking(struct reading *r, const struct place_key *at, const struct marking *m,
			 bool *may) MUST_CHECK;
/* The label of a marking alone, by the author of that log and whatever it is of. */
enum err reading_marking_label(struct reading *r, const struct log_key *log, const struct marking *m,
			       bool *may) MUST_CHECK;
/* What was decided of a place is decided again. */
void reading_forget(struct reading *r, const struct place_key *at);
/*
 * Whether the reader has any role there: of a channel on which he has none he is told what is agreed
 * alone.
 */
enum err reading_channel(struct reading *r, uint32_t channel, bool *may) MUST_CHECK;
/*
 * Whether he is cleared for all that the channel can carry. Evidence is for those: a root, a proof, a size
 * and a bundle are about every entry of a log.
 */
enum err reading_whole(struct reading *r, uint32_t channel, bool *may) MUST_CHECK;
/* A label alone, on a channel, by the roles there. author: of accord.parties. */
enum err reading_label(struct reading *r, uint32_t channel, const struct label *label, size_t author,
		       bool *may) MUST_CHECK;
/*
 * How many of a log's first `size` entries reach up to the last one that he knows of; 0: he knows of none.
 */
enum err reading_size(struct reading *r, const struct log_key *log, uint64_t size, uint64_t *out) MUST_CHECK;

/*
 * Bit mask of accord.roles of an officer's key in his party's log of a channel, at its end, without those
 * that have ended.
 */
enum err reading_roles(const struct reading_record *record, size_t party, const uint8_t key[KEY_HASH_LEN],
		       uint32_t channel, uint64_t *roles) MUST_CHECK;

#endif
