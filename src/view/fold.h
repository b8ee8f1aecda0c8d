/*
 * fold.h - state is a fold: one entry goes in, rows of the views' map come out.
 *
 * Spec: docs/spec/record.md section 5 (order), docs/spec/ladder.md. Layer: view (may use base, wire,
 * accord). Pure: no clock, no randomness, no arrival order. Entries of one log are folded in their order,
 * and an entry only after everything that it has seen or names; what is concurrent commutes, so two nodes
 * that hold the same entries hold the same rows.
 *
 * The rows, by the first byte of their key (integers big-endian, so that keys sort as numbers do):
 *
 *	'f' log                      folded size
 *	'e' place                    struct entry_view
 *	'i' channel, id, place       a statement id that was used, and where
 *	'k' log, key hash, time      struct key_view: an officer's key in that log, each time it was added
 *	'c' log, key hash            struct recipient_view: a key that is sealed for in that log
 *	'm' channel, T, place        messages in the order of the record
 *	'a' place, T, place          acts: what refers to the first place, in the order of the record
 *	'o' channel, precedence, place   messages that still owe a step (struct owed_view)
 *	'C' place, party             the last mark on its READ BACKs of that message, where it owes one
 *	's' channel, T, place        formal notices: SUSPEND, REINSTATE
 *	'n' place                    struct form_view: a form that counts
 *	'g' channel, statement id    drafts of the home channel, by the statement that is to go out
 *	'y' channel, consent, T, place   what an originator consented to
 *	'Y' place                    the label that a DOWNGRADE or RELABEL gives
 *	't' channel, due, place      items whose review has no FATE yet
 *	'h' log                      hash of the version of the accord that judges its next entry
 *	'z' place                    struct translation_view
 *	MACHINE_ROWS                 those of procedures: proc/machine.h
 *	'T' channel, kind, T, place  what standing dialogues are about (dialogue.h)
 *	'u' channel, kind, name, T, place   their lasting names
 *	'W' place                    what was said of them: a report's commitment, an act
 *	'S' place                    what decides who may know of a statement of them (marking.h)
 *	'J' text, T, place           units, agreements, concordances, endorsements of a text (text.c)
 *	'P' text, party              how many of them are its, and where it signed
 */
#ifndef VIEW_FOLD_H
#define VIEW_FOLD_H

#include "accord/form.h"
#include "base/map.h"
#include "proc/machine.h"
#include "view/place_key.h"
#include "wire/entry.h"

#include <assert.h>

/* Why an entry has no effect: "not counted", never "did not happen". Names in verdict_name(). */
/* clang-format off */
#define VERDICT_LIST(X) \
	X(OK,         "counts") \
	X(RAW,        "a kind that this version does not know: kept and shown raw") \
	X(SIGNATURE,  "a signature is unreadable or false") \
	X(KEY,        "signed by a key that is not good here") \
	X(ROLE,       "the role may not write this") \
	X(CHANNEL,    "the channel does not allow it") \
	X(PRECEDENCE, "the channel does not allow this precedence") \
	X(REL,        "the label does not release it to every party of the channel") \
	X(REPEATED,   "the statement was said before") \
	X(REFERS,     "what it refers to is not there, or is something else") \
	X(STEP,       "the step before it was not taken") \
	X(ADDRESSEE,  "an addressee is not of this channel, or is of its author's own party") \
	X(LENGTH,     "a FLASH is brief, and this is over the accord's limit") \
	X(TWO,        "it takes the signatures of two persons") \
	X(REGISTRAR,  "not signed by the party's registrar") \
	X(SEALING,    "the accord wants the words of this channel sealed otherwise") \
	X(FORM,       "it is not as its form says") \
	X(GUIDELINES, "the accord has no guidelines: nothing is released by them") \
	X(HOME,       "drafts and approvals live in the home channel, and the rest does not") \
	X(OUTGOING,   "what was signed is not what is to go out") \
	X(APPROVAL,   "more persons must approve it") \
	X(PERSON,     "author, reviewer and releasers are different persons with different keys") \
	X(RELEASER,   "a signer may not read this, or not release it") \
	X(LAPSED,     "the approvals have lapsed") \
	X(ENDED,      "it was refused or cancelled") \
	X(CONSENT,    "an originator has not consented to exactly this") \
	X(VIA,        "it goes by another party's hand") \
	X(OPENS,      "a downgrade only opens an item, and a relabelling never does") \
	X(VERSION,    "it names no version of the accord that may follow here") \
	X(EXPIRED,    "the authority of this post has ended") \
	X(LABEL,      "the guidelines do not allow its label here") \
	X(HELD,       "a word that holds it is in it: another person must let it go, with a reason") \
	X(PROCEDURE,  "its procedure does not allow it") \
	X(NAMED,      "another thing of its kind has this name") \
	X(TWICE,      "its party said it before") \
	X(OVER,       "what it is about is closed") \
	X(OWES,       "its party does not owe this") \
	X(OWED,       "it is not owed to its party") \
	X(OWN,        "nobody accepts or disputes his own report") \
	X(LEFT,       "commitments of the body are still open") \
	X(CODE,       "it names a type or a confidence that the accord does not list") \
	X(AUTHOR,     "only the party that made the claim withdraws it") \
	X(LANGUAGE,   "the text has no such language") \
	X(PAIRED,     "of each unit that it names it does not name one version in every language") \
	X(CLEAN,      "not all of the text is agreed, or its languages are not found to match") \
	X(STALE,      "its hash is not that of the text as it stands") \
	X(SIGNED,     "its party has signed the text as it stands") \
	X(FULL,       "its party has said as much of this text as it may") \
	X(RELIEVED,   "it is not the last that was offered of this post, or it is accepted already") \
	X(UNRESOLVED, "something open is not handed over, or is not resolved and has no note") \
	X(ABLE,       "somebody on duty is not able to what the accord asks of the post") \
	X(READ_BACK,  "not every initial was read back by every other party and marked correct") \
	X(HOLD,       "the hold is not over on its own clock") \
	X(FIELDS,     "it has fields that its kind does not name") \
	X(WITHDRAWN,  "the key that it adds was withdrawn, and what was withdrawn stays so") \
	X(ACTING,     "the accord does not let this post act for that one there") \
	X(CREDITOR,   "of what a party owes nobody else is owed it, who could say that it is done") \
	X(RENAMES,    "a lasting name is never changed") \
	X(OUTSIDE,    "its label names an outside party: what goes there goes by a release alone") \
	X(EARLY,      "the day for which it was signed has not come") \
	X(BELOW,      "its words are marked below what they say again") \
	X(OBSERVER,   "its party observes on this channel: it reads there, and says nothing")
/* clang-format on */

enum verdict {
#define VERDICT_ENUM(name, text) VERDICT_##name,
	VERDICT_LIST(VERDICT_ENUM)
#undef VERDICT_ENUM
		VERDICT_COUNT
};
const char *verdict_name(enum verdict v); /* "SIGNATURE" */
const char *verdict_text(enum verdict v); /* English sentence; the program translates it */

/* What a party's log had seen of the others on its channel when an entry was written. */
struct past {
	uint32_t channel;
	struct {
		uint32_t epoch; /* 0: nothing seen */
		uint64_t size;
	} of[PARTY_MAX]; /* by index in accord.parties; its own is its place */
};

struct entry_view {
	uint64_t order; /* T: the hybrid logical clock in one number */
	uint64_t kind;
	enum verdict verdict;
	bool is_node;		 /* nobody signed it: a node's own word */
	enum precedence urgency; /* its own precedence, or that of what it is about, if that is more urgent */
	bool is_flagged; /* claimed time too far off the filing time, or an impossible claim of what it saw */
	int64_t offset_ms; /* claimed minus filed */
	uint16_t line;	   /* of the guidelines that a verdict is by; 0: none */
	uint8_t needed;	   /* with VERDICT_APPROVAL, while it is judged: approvers beside the author */
	uint64_t hold_ms;  /* with VERDICT_HOLD, while it is judged: how long it still holds */
	/* With VERDICT_PROCEDURE why; while it is judged, of every move. RULING_COUNT: it is none. */
	enum ruling ruling;
	struct past past;
};

/* One time that a key was added; it may be added again, for another holder. */
struct key_view {
	uint64_t added;	    /* index from which on it acts */
	uint64_t withdrawn; /* index from which on it does not; UINT64_MAX: in force */
	uint64_t holder;
	uint64_t roles; /* bit mask of accord.roles */
};

#define KEY_HASH_LEN HASH_LEN /* SHA-256 of the key's SSH wire form, as in a fingerprint */

/* A role's key that words are sealed for. */
struct recipient_view {
	struct key_view view;
	uint8_t key[RECIPIENT_HYBRID_LEN]; /* key_len of them, as the `keys` statement has them */
	size_t key_len;
};

/* What node found about a signature; the cryptography is its, the judgement is the fold's. */
struct signer {
	bool is_good; /* the blob is readable and verifies */
	/* bit mask of the versions held: there the key is the author party's registrar */
	uint16_t registrar_in;
	uint8_t key[KEY_HASH_LEN];
};

struct fold_input {
	const struct entry *entry;
	const struct statement *statement;
	struct log_key log;
	const struct signer *signers;	 /* entry->signatures_count of them */
	const bool *refers_match;	 /* statement->refers_count: the leaf named is the leaf held */
	bool instance_matches;		 /* the same of the instance that it names */
	uint8_t named_key[KEY_HASH_LEN]; /* of a KEYS statement: SHA-256 of the key it names */
	struct signer inner;		 /* of SUBMIT, APPROVE: the signature in it, over what is to go out */
	const struct statement
		*subject; /* where a judge reads it (node/refold.c): what it refers to; NULL: not held */
	bool is_at_door;  /* our own: labels and recalls are also asked as they stand now, seen or not */
	bool is_forced;	  /* fold it as if it had seen only what is folded: unties a knot of claims */
};

/*
 * Each log is judged by the version of the accord that its `open` names, and from the entry behind an
 * `accord` statement on by the one that this names: on every node the same, whatever that node holds
 * besides.
 */
struct fold {
	const struct accord *accord; /* the newest */
	const struct map *map;
	const struct accord_versions *versions; /* all that are held; NULL: accord alone */
	size_t version;				/* which of them accord is */
	struct instance *instance;		/* to work in; borrowed. NULL: procedures are not folded */
};
static_assert(ACCORD_VERSIONS_MAX <= 16, "registrar_in has a bit for each");

/* What is missing before an entry can be folded: of each log, so many entries. */
#define FOLD_WAITS_MAX (PARTY_MAX + STATEMENT_REFERENCES_MAX + 2)
struct fold_waits {
	struct fold_wait {
		struct log_key log;
		uint64_t size;
	} of[FOLD_WAITS_MAX];
	size_t count;
	/* It may bring a version that is not held: nothing is decided about what waits for it. */
	bool has_version;
};

/*
 * ERR_OK: everything that the statement saw or names is folded. ERR_SHORT: *waits says all that is not;
 * with none in it, the log waits for a version of the accord that is not held.
 */
enum err fold_is_ready(const struct fold *all, const struct fold_input *in,
		       struct fold_waits *waits) MUST_CHECK;
/*
 * Which of the versions judges the log's next entry. ERR_NOT_FOUND: one that is not held; of none: the
 * oldest.
 */
enum err fold_version(const struct fold *f, const struct log_key *log, size_t *version) MUST_CHECK;
/*
 * Judges and writes the rows; the entry's index is the log's folded size. ERR_SHORT: it counts, and brings a
 * version that is not held; nothing was written.
 */
enum err fold_entry(const struct fold *f, const struct fold_input *in, struct entry_view *out) MUST_CHECK;
/*
 * The two halves of it: our own door asks for the verdict before it appends, and nothing changes in between.
 */
enum err fold_judge(const struct fold *all, const struct fold_input *in, struct entry_view *out) MUST_CHECK;
enum err fold_judged(const struct fold *all, const struct fold_input *in,
		     const struct entry_view *v) MUST_CHECK;

enum err fold_size(const struct fold *f, const struct log_key *log, uint64_t *size) MUST_CHECK;
/*
 * The next epoch behind log->epoch of which anything is folded of that party's log on that channel; their
 * numbers leave gaps. ERR_NOT_FOUND.
 */
enum err fold_next_epoch(const struct fold *f, struct log_key *log, uint64_t *size) MUST_CHECK;
/*
 * Raised when a row is written otherwise, or when the folds make something else of an entry: rows of another
 * format mean nothing here, and are dropped and made anew (docs/spec/record.md section 6). A log of which
 * nothing is folded has none: current.
 */
#define FOLD_FORMAT 37u
enum err fold_is_current(const struct fold *f, const struct log_key *log, bool *is_current) MUST_CHECK;
enum err fold_get(const struct fold *f, const struct place_key *place, struct entry_view *out) MUST_CHECK;
/* Whether an entry was in the past of another: never one on another channel. */
enum err past_covers(const struct fold *f, const struct past *past, const struct place_key *at,
		     bool *out) MUST_CHECK;

/*
 * The next message of a channel after `after` (.order 0 and .place zero: from the start); ERR_NOT_FOUND at
 * the end.
 */
struct message_at {
	uint64_t order;
	struct place_key place;
};
/*
 * In the order of the record: T, then place. Of what one author says again and again the last in it counts,
 * and not the last that is folded: what an ended log had lost may come behind what the next one says.
 */
bool message_is_later(const struct message_at *at, const struct message_at *than);
enum err fold_next_message(const struct fold *f, uint32_t channel, struct message_at *at) MUST_CHECK;
/* The next act on a place, in the record's order. */
enum err fold_next_act(const struct fold *f, const struct place_key *on, struct message_at *at) MUST_CHECK;
/*
 * Where a party's statement of that id stands; the first place. Whoever copies another's id is not asked:
 * two parties may use one. ERR_NOT_FOUND.
 */
enum err fold_find_id(const struct fold *f, uint32_t channel, size_t party,
		      const uint8_t id[STATEMENT_ID_LEN], struct place_key *out) MUST_CHECK;
/*
 * A key as it was last added when that entry of the log was written, in force or not: who said what is a
 * question of its index. ERR_NOT_FOUND: it was not added before.
 */
enum err fold_key(const struct fold *f, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
		  uint64_t index, struct key_view *out) MUST_CHECK;
/* The next key of a log after `key`, as it was last added. */
enum err fold_next_key(const struct fold *f, const struct log_key *log, uint8_t key[KEY_HASH_LEN],
		       struct key_view *out) MUST_CHECK;

/* A role's key, as an officer's. */
enum err fold_recipient(const struct fold *f, const struct log_key *log, const uint8_t key[KEY_HASH_LEN],
			uint64_t index, struct recipient_view *out) MUST_CHECK;
/* The next role's key of a log after the one with hash `key`, as it was last added, in force or not. */
enum err fold_next_recipient(const struct fold *f, const struct log_key *log, uint8_t key[KEY_HASH_LEN],
			     struct recipient_view *out) MUST_CHECK;
/* Whether entries from this index on are sealed for it. */
bool key_is_in_force(const struct key_view *key, uint64_t index);

/* A message that owes a step. */
struct owed_view {
	enum precedence precedence;
	struct place_key place;
	uint8_t read;	   /* bit mask of parties: an action addressee there has not given WATCH READ */
	uint8_t read_back; /* bit mask of parties: READ BACK has not been marked CORRECT */
};
/*
 * The next of a channel after *v, FLASH first, then by place (.place zero: the first of that precedence, or
 * of the next one); ERR_NOT_FOUND at the end.
 */
enum err fold_next_owed(const struct fold *f, uint32_t channel, struct owed_view *v) MUST_CHECK;
/* Of one party's messages of that precedence: no other is passed over, however many there are. */
enum err fold_next_owed_of(const struct fold *f, uint32_t channel, size_t party,
			   struct owed_view *v) MUST_CHECK;
enum err fold_owed(const struct fold *f, const struct place_key *at, struct owed_view *out) MUST_CHECK;

/* Whether a formal notice of any party suspends the channel now: that party's own takes it back. */
enum err fold_is_suspended(const struct fold *f, uint32_t channel, bool *out) MUST_CHECK;

/* Whether whoever asks may know of a place: ERR_NOT_FOUND, he may not. NULL in its stead: of every one. */
struct fold_sight {
	enum err (*may)(void *self, const struct place_key *at);
	void *self;
	/* One of that log under this label (CBOR), whatever it names. NULL: each is asked by its place. */
	enum err (*may_label)(void *self, const struct log_key *log, struct bytes label);
};
enum err fold_may(const struct fold_sight *sight, const struct place_key *at) MUST_CHECK;

/* A statement that is as its form says. ERR_NOT_FOUND: it is none, or its form is not known here. */
struct form_view {
	char name[FORM_NUMBER_MAX + 1];
	uint64_t version;
	enum form_act act;
	struct place_key of; /* where it was announced; of what corrects, what that corrects */
};
enum err fold_form(const struct fold *f, const struct place_key *place, struct form_view *out) MUST_CHECK;

/* All that its author said under one number, in order, and what corrects any of it. */
#define FORM_LIFE_MAX 32u /* acts that are listed; the state is of all of them */
struct form_life {
	struct place_key first, last; /* announced here; said whole the last time here */
	enum form_act state;	      /* the last act: AMEND after a correction too */
	struct form_life_act {
		struct place_key place;
		enum form_act act;
		bool is_correction; /* of another form, which corrects */
	} acts[FORM_LIFE_MAX];
	size_t count;
};
/*
 * Of the statement that stands at `place`; of one without a form only what corrects it. What is not in sight
 * is not of it.
 */
enum err fold_form_life(const struct fold *f, const struct place_key *place, const struct fold_sight *sight,
			struct form_life *out) MUST_CHECK;

struct translation_view {
	enum translation_status status;
	char language[LANGUAGE_TAG_MAX + 1];
	struct place_key original,
		first; /* first: its own place, or that of the translation it is a later word on */
	bool has_text;
	uint64_t holder; /* who said it, of its party's */
};
enum err fold_translation(const struct fold *f, const struct place_key *place,
			  struct translation_view *out) MUST_CHECK;

/* A translation as it stands after every later word on it. */
struct translation {
	struct place_key first, text, by; /* where it began, where its words are, who said the status */
	enum translation_status status;
	char language[LANGUAGE_TAG_MAX + 1];
};
/*
 * The next one of a statement, in the order of the record, of all that is in sight; *at starts zeroed.
 * ERR_NOT_FOUND at the end.
 */
enum err fold_next_translation(const struct fold *f, const struct place_key *original,
			       const struct fold_sight *sight, struct message_at *at,
			       struct translation *out) MUST_CHECK;

/* Every row of a channel, in order: what two nodes with the same entries must have the same of. */
typedef enum err fold_row(void *self, struct bytes key, struct bytes value);
enum err fold_rows(const struct fold *f, uint32_t channel, fold_row *row, void *self) MUST_CHECK;

/* Drops every row, so that the record can be folded anew. */
enum err fold_drop(const struct fold *f) MUST_CHECK;

/* A FLASH, or a coded form, is read back. */
bool fold_needs_read_back(const struct statement *message);

#endif
