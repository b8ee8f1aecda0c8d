/*
 * policy.h - the marking is the decision: labels against guidelines, without clock, storage or person.
 *
 * Spec: docs/spec/guidelines.md. Vectors: test/vectors/guidelines.json; second evaluator:
 * test/vectors/policy_second.py. Layer: policy (may use base, wire, accord). Pure. A decision is a value and
 * no error: whatever is not allowed is denied, and what cannot be understood is denied too.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "accord/guidelines.h"
#include "wire/label.h"

/*
 * A label of the wire under one version of the guidelines. Never empty where it has been read: a label that
 * names no rel or no origin has its author's party there. rel 0 is nobody; origin 0 is denied.
 */
struct label_mask {
	uint8_t level;	 /* of guidelines.levels */
	uint64_t values; /* of guidelines.values, of every category */
	uint32_t rel;	 /* of guidelines.parties: may read */
	uint32_t origin; /* of guidelines.parties: whose information is in it */
};

/*
 * Why, beside the line. {1} is the subject and {2} what would be needed: policy_write_subject,
 * policy_write_needed.
 */
/* clang-format off */
#define REASON_LIST(X) \
	X(ALLOWED,          "{1} may read it") \
	X(LEVEL_UNKNOWN,    "the guidelines have no level {1}") \
	X(CATEGORY_UNKNOWN, "the guidelines have no category {1}") \
	X(VALUE_UNKNOWN,    "the guidelines have no value {1} in that category") \
	X(PARTY_UNKNOWN,    "the guidelines have no party {1}") \
	X(ORIGIN,           "it does not say whose information it is") \
	X(REL,              "not releasable to {1}") \
	X(NODE,             "the guidelines have no line for {1}") \
	X(LEVEL,            "{1} is cleared below {2}") \
	X(VALUES,           "{1} lacks {2}") \
	X(OWN_LEVEL,        "this person is cleared below {2}") \
	X(OWN_VALUES,       "this person lacks {2}") \
	X(CEILING,          "{1} does not carry {2}") \
	X(NO_AGREEMENT,     "no agreement lets {1} see this from {2}") \
	X(FROM,             "{1} needs {2} or above") \
	X(EXCLUDES,         "{1} excludes {2}") \
	X(NOBODY,           "nobody could read it") \
	X(JOIN_REL,         "no party may read both") \
	X(JOIN_ANY,         "no value of {1} is in both") \
	X(PART,             "the whole is marked below its part, which is {1}")
/* clang-format on */

enum reason {
#define REASON_ENUM(name, text) REASON_##name,
	REASON_LIST(REASON_ENUM)
#undef REASON_ENUM
		REASON_COUNT
};
const char *reason_name(enum reason r); /* "LEVEL" */
const char *reason_text(enum reason r); /* English sentence with {1} and {2}; the program translates it */

/* What {1} is: an index into the table named. */
enum subject {
	SUBJECT_NONE,
	SUBJECT_PARTY,
	SUBJECT_ROLE, /* of accord.roles */
	SUBJECT_PLANE,
	SUBJECT_FEED,
	SUBJECT_VALUE,
	SUBJECT_CATEGORY,
	SUBJECT_WORD /* of the label itself: decision.word */
};

struct decision {
	bool is_allowed;
	enum reason reason;
	enum subject subject;
	uint8_t subject_index;
	uint16_t line;		/* of the file guidelines; 0: no line of it says so */
	uint8_t needed_level;	/* LEVEL, CEILING, FROM */
	uint8_t needed_party;	/* REL, NO_AGREEMENT, EXCLUDES */
	uint64_t needed_values; /* VALUES */
	uint32_t via;		/* allowed: parties through whose hand it goes; 0: any */
	struct bytes word;	/* the word that is not known: borrows from the label */
};

/* ---- Who reads, and where ---- */

#define READER_NODE UINT8_MAX /* no role: a party as such, or its machine */

enum reader_at {
	READER_ANYWHERE, /* on no channel and in no feed: what could be read at all */
	READER_PLANE,
	READER_FEED
};

struct reader {
	uint8_t party; /* of guidelines.parties */
	uint8_t role;  /* of accord.roles, or READER_NODE; an outside party has no roles */
	enum reader_at at;
	uint8_t place;	      /* enum plane, or of guidelines.feeds */
	struct clearance own; /* the officer's: what his role's line says is narrowed to it */
};

/* A reader whose own clearance narrows nothing. */
struct reader reader_of(size_t party, size_t role);
struct reader reader_on_plane(size_t party, size_t role, enum plane plane);
struct reader reader_of_feed(size_t party, size_t role, size_t feed);

/*
 * Allows if all of this holds, else denies with the first that does not: the party is in rel; its node line,
 * then the role's line, then the officer reach the level and hold the values; plane or feed carries the
 * level; for each other party in origin there is an agreement. The line of an allowed one is the role's,
 * without a role the agreement's that came last, without one the node's.
 */
void policy_decide(const struct guidelines *g, const struct label_mask *l, const struct reader *r,
		   struct decision *d);
/* The same as a value: here, so that who looks at one member of it pays for no copy. */
static inline struct decision policy_evaluate(const struct guidelines *g, const struct label_mask *l,
					      const struct reader *r)
{
	struct decision d;

	policy_decide(g, l, r, &d);
	return d;
}

/* The first agreement under which `party` sees the label from `origin`; NULL: none. */
const struct guidelines_agreement *policy_agreement(const struct guidelines *g, const struct label_mask *l,
						    size_t party, size_t origin);

/* ---- Labels ---- */

/* author: index of the party that says it (of the accord). Denies what the guidelines do not know. */
struct decision policy_label_read(const struct guidelines *g, const struct label *l, size_t author,
				  struct label_mask *out);
/*
 * The label in its one form, with rel and origin written out. Borrows from g; ERR_LIMIT if it has more values
 * than a label may.
 */
enum err policy_label_write(const struct guidelines *g, const struct label_mask *m,
			    struct label *out) MUST_CHECK;

/*
 * Whether whoever may read `label` may read `of` too, whatever he holds: it is at least as strict in every
 * part.
 */
bool policy_is_within(const struct guidelines *g, const struct label_mask *label,
		      const struct label_mask *of);

/*
 * At authoring: from, excludes, an agreement for each party in rel with each in origin, and someone who could
 * read it.
 */
struct decision policy_label_check(const struct guidelines *g, const struct label_mask *l);

/*
 * Of what is made of both. Denied where nobody may read both, or a category of which one value is needed has
 * none in common; never opened by leaving it out. *out is set only if allowed.
 */
struct decision policy_join(const struct guidelines *g, const struct label_mask *a,
			    const struct label_mask *b, struct label_mask *out);

/*
 * A part of an item, a portion or a file, with a label of its own (its CBOR bytes, strict): one that may be
 * given, and that asks for nothing that the label of the whole does not ask for.
 */
struct decision policy_part(const struct guidelines *g, const struct label_mask *whole, struct bytes part,
			    size_t author);

/*
 * What the door asks of a statement on a channel: the guidelines know its label, which is one that an author
 * may give, and each party of the channel may have it there.
 */
struct decision policy_statement(const struct guidelines *g, const struct label *l, size_t author,
				 const struct accord_channel *channel);
/* Every party of `parties` may have it there. */
struct decision policy_label_on(const struct guidelines *g, const struct label_mask *l, uint32_t parties,
				enum plane plane);

/* Parties that may read it with no role asked; and roles of one party that may, anywhere. Bit masks. */
uint32_t policy_parties(const struct guidelines *g, const struct label_mask *l);
uint64_t policy_roles(const struct guidelines *g, const struct label_mask *l, size_t party);
/* Roles that may on this channel's plane, at any of its parties. */
uint64_t policy_readers(const struct guidelines *g, const struct label_mask *l,
			const struct accord_channel *channel);

/* ---- Release, and what follows ---- */

struct release_need {
	uint8_t by;	   /* approvers beside the author, persons and keys all different */
	uint32_t consents; /* parties of which each says CONSENT; the author's own is among them */
	uint16_t line;	   /* that the number is from */
};

/* to: parties that it goes to; if one of them is outside, the lines "outside" count, else "within". */
struct release_need policy_release_need(const struct guidelines *g, const struct label_mask *l,
					enum plane plane, enum precedence precedence, uint32_t to);

/*
 * Whether each of these parties may have it from the hand of `author`: of each agreement by which one sees it
 * that names a hand, it is his. *line: that of the agreement that came last of the first party who may not.
 */
bool policy_is_by_hand(const struct guidelines *g, const struct label_mask *l, size_t author, uint32_t to,
		       uint16_t *line);

/*
 * by counts all who sign, the author among them. For DOWNGRADE: consents are the originators of what `control
 * originator` marks.
 */
struct release_need policy_act_need(const struct guidelines *g, const struct label_mask *l,
				    enum guidelines_act act);

/* How long an approval lasts on a plane; and until when an item is to be looked at again. Never 0. */
struct guidelines_span policy_approval(const struct guidelines *g, enum plane plane);
struct guidelines_review policy_review(const struct guidelines *g, const struct label_mask *l);

/* ---- Words ---- */

/* A denial that outlives its label: for an answer, a log. Texts that are too long end in "...". */
struct denial {
	enum reason reason;
	uint16_t line;
	char subject[CODE_LEN_MAX + 1], needed[2 * CODE_LEN_MAX + 1];
};
void policy_denial(const struct accord *a, const struct decision *d, struct denial *out);

/* {1} and {2} of a reason, in codes: "watch", "EAST", "S". a: the accord that g is of. */
void policy_write_subject(const struct accord *a, const struct decision *d, struct buf *out);
void policy_write_needed(const struct accord *a, const struct decision *d, struct buf *out);

#endif
