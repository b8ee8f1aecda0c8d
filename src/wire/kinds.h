/*
 * kinds.h - the table of statement kinds: a new kind is one row here and one fold.
 *
 * Spec: docs/spec/entry.md section 4. Layer: wire. Pure.
 */
#ifndef WIRE_KINDS_H
#define WIRE_KINDS_H

#include "base/bytes.h"

/* Who may sign: an officer, the node (no signature; the checkpoint covers it), either. */
enum kind_author { KIND_OFFICER = 1, KIND_NODE = 2, KIND_EITHER = 3 };

/* What refers-to must name. */
enum kind_refers { KIND_REFERS_NONE, KIND_REFERS_ANY, KIND_REFERS_ONE };

/* clang-format off */
#define KIND_LIST(X) \
	/* name        number  author        refers-to          name in text  */ \
	X(OPEN,        0,      KIND_EITHER,  KIND_REFERS_NONE,  "open") \
	X(KEYS,        1,      KIND_OFFICER, KIND_REFERS_NONE,  "keys") \
	X(ACCORD,      2,      KIND_OFFICER, KIND_REFERS_NONE,  "accord") \
	X(ERASE,       3,      KIND_OFFICER, KIND_REFERS_ONE,   "erase") \
	X(FORK,        4,      KIND_NODE,    KIND_REFERS_NONE,  "fork") \
	X(DIGEST,      5,      KIND_NODE,    KIND_REFERS_NONE,  "digest") \
	X(MESSAGE,     8,      KIND_EITHER,  KIND_REFERS_ANY,   "message") \
	X(WATCH_READ,  9,      KIND_OFFICER, KIND_REFERS_ONE,   "watch read") \
	X(READ_BACK,   10,     KIND_OFFICER, KIND_REFERS_ONE,   "read back") \
	X(MARK,        11,     KIND_OFFICER, KIND_REFERS_ONE,   "mark") \
	X(PRESENTED,   12,     KIND_OFFICER, KIND_REFERS_ONE,   "presented") \
	X(REPLY,       13,     KIND_EITHER,  KIND_REFERS_ONE,   "reply") \
	X(DECLINE,     14,     KIND_OFFICER, KIND_REFERS_ONE,   "decline") \
	X(DEFER,       15,     KIND_OFFICER, KIND_REFERS_ONE,   "defer") \
	X(QUERY,       16,     KIND_EITHER,  KIND_REFERS_ONE,   "query") \
	X(NEGATIVE,    17,     KIND_EITHER,  KIND_REFERS_ONE,   "negative") \
	X(SUSPEND,     18,     KIND_OFFICER, KIND_REFERS_ANY,   "suspend") \
	X(REINSTATE,   19,     KIND_OFFICER, KIND_REFERS_ANY,   "reinstate") \
	X(CORRECTION,  20,     KIND_OFFICER, KIND_REFERS_ONE,   "correction") \
	X(REMARK,      21,     KIND_OFFICER, KIND_REFERS_ANY,   "remark") \
	X(ATTEMPT,     22,     KIND_OFFICER, KIND_REFERS_ANY,   "attempt") \
	X(LAPSE,       23,     KIND_NODE,    KIND_REFERS_ONE,   "lapse") \
	X(TRANSLATION, 24,     KIND_OFFICER, KIND_REFERS_ONE,   "translation") \
	X(SUBMIT,      32,     KIND_OFFICER, KIND_REFERS_ANY,   "submit") \
	X(APPROVE,     33,     KIND_OFFICER, KIND_REFERS_ONE,   "approve") \
	X(REFUSE,      34,     KIND_OFFICER, KIND_REFERS_ONE,   "refuse") \
	X(CANCEL,      35,     KIND_OFFICER, KIND_REFERS_ONE,   "cancel") \
	X(CONSENT,     36,     KIND_OFFICER, KIND_REFERS_ONE,   "consent") \
	X(RELEASE,     37,     KIND_OFFICER, KIND_REFERS_ANY,   "release") \
	X(RECALL,      38,     KIND_OFFICER, KIND_REFERS_ONE,   "recall") \
	X(RECALL_DONE, 39,     KIND_OFFICER, KIND_REFERS_ONE,   "recall done") \
	X(RECALL_REFUSED, 40,  KIND_OFFICER, KIND_REFERS_ONE,   "recall refused") \
	X(DOWNGRADE,   41,     KIND_OFFICER, KIND_REFERS_ONE,   "downgrade") \
	X(RELABEL,     42,     KIND_OFFICER, KIND_REFERS_ONE,   "relabel") \
	X(FATE,        43,     KIND_NODE,    KIND_REFERS_ONE,   "fate") \
	X(REQUEST,     44,     KIND_OFFICER, KIND_REFERS_ANY,   "request") \
	X(START,       48,     KIND_OFFICER, KIND_REFERS_ANY,   "start") \
	X(ATTEND,      49,     KIND_OFFICER, KIND_REFERS_NONE,  "attend") \
	X(LEAVE,       50,     KIND_OFFICER, KIND_REFERS_NONE,  "leave") \
	X(DONE,        51,     KIND_OFFICER, KIND_REFERS_ANY,   "done") \
	X(ESCALATED,   52,     KIND_NODE,    KIND_REFERS_ONE,   "escalated") \
	X(RECESS,      53,     KIND_OFFICER, KIND_REFERS_NONE,  "recess") \
	X(RESUME,      54,     KIND_OFFICER, KIND_REFERS_ONE,   "resume") \
	X(STAND_DOWN,  55,     KIND_OFFICER, KIND_REFERS_NONE,  "stand down") \
	X(END,         56,     KIND_OFFICER, KIND_REFERS_NONE,  "end participation") \
	X(PROPOSE,     57,     KIND_OFFICER, KIND_REFERS_ANY,   "propose") \
	X(CONCUR,      58,     KIND_OFFICER, KIND_REFERS_ONE,   "concur") \
	X(WITHDRAW,    59,     KIND_OFFICER, KIND_REFERS_ONE,   "withdraw") \
	X(CONFIRM,     60,     KIND_EITHER,  KIND_REFERS_ONE,   "confirm") \
	X(RESERVE,     61,     KIND_OFFICER, KIND_REFERS_ONE,   "reserve") \
	X(OBJECT,      62,     KIND_OFFICER, KIND_REFERS_ONE,   "object") \
	X(AWAIT,       63,     KIND_OFFICER, KIND_REFERS_ONE,   "await instructions") \
	X(DECIDE,      64,     KIND_OFFICER, KIND_REFERS_ANY,   "decide") \
	X(ROSTER,      65,     KIND_OFFICER, KIND_REFERS_NONE,  "roster") \
	X(MANNING,     66,     KIND_NODE,    KIND_REFERS_NONE,  "manning") \
	X(RELIEF,      67,     KIND_OFFICER, KIND_REFERS_NONE,  "relief") \
	X(RELIEF_ACCEPTED, 68, KIND_OFFICER, KIND_REFERS_ONE,   "relief accepted") \
	X(BODY,        80,     KIND_OFFICER, KIND_REFERS_ANY,   "body") \
	X(SESSION,     81,     KIND_OFFICER, KIND_REFERS_ONE,   "session") \
	X(ITEM,        82,     KIND_OFFICER, KIND_REFERS_ONE,   "item") \
	X(COMMITMENT,  83,     KIND_OFFICER, KIND_REFERS_ONE,   "commitment") \
	X(REPORTED,    84,     KIND_OFFICER, KIND_REFERS_ONE,   "reported") \
	X(ACCEPTED,    85,     KIND_OFFICER, KIND_REFERS_ONE,   "accepted") \
	X(DISPUTED,    86,     KIND_OFFICER, KIND_REFERS_ONE,   "disputed") \
	X(CONDITION,   87,     KIND_OFFICER, KIND_REFERS_ONE,   "condition") \
	X(EVENT,       88,     KIND_OFFICER, KIND_REFERS_ANY,   "event") \
	X(TEXT,        89,     KIND_OFFICER, KIND_REFERS_ONE,   "text") \
	X(UNIT,        90,     KIND_OFFICER, KIND_REFERS_ONE,   "unit") \
	X(AGREE,       91,     KIND_OFFICER, KIND_REFERS_ANY,   "agree") \
	X(CONCORDANCE, 92,     KIND_OFFICER, KIND_REFERS_ANY,   "concordance") \
	X(ENDORSE,     93,     KIND_OFFICER, KIND_REFERS_ONE,   "endorse") \
	X(ACT,         94,     KIND_OFFICER, KIND_REFERS_ONE,   "act") \
	X(CLAIM,       95,     KIND_OFFICER, KIND_REFERS_ONE,   "claim") \
	X(SAME,        96,     KIND_OFFICER, KIND_REFERS_ANY,   "same")
/* clang-format on */

enum kind {
#define KIND_ENUM(name, number, author, refers, text) KIND_##name = number,
	KIND_LIST(KIND_ENUM)
#undef KIND_ENUM
};

struct kind_row {
	enum kind kind;
	enum kind_author author;
	enum kind_refers refers;
	const char *name; /* "watch read" */
};

/* NULL for a kind that this version does not know: it is kept and shown raw. */
const struct kind_row *kind_find(uint64_t number);

/* What is said to somebody: it stands in the inbox and climbs the ladder. */
bool kind_is_message(uint64_t kind);
/* Of standing dialogues (wire/dialogue.h): what it says stands in its fields. */
bool kind_is_dialogue(uint64_t kind);

/* Fields of key 14, by kind. */
#define FIELD_READ_ATTACHMENTS 1u     /* WATCH READ: hashes of attachments that were here whole */
#define FIELD_MARK 1u		      /* MARK: 0 CORRECT, 1 WRONG */
#define FIELD_MARK_CAUSE 2u	      /* MARK, WRONG: enum mark_cause */
#define FIELD_LAPSE_CAUSE 1u	      /* LAPSE: 0 NO ANSWER, 1 LINE DOWN */
#define FIELD_DEFER_UNTIL 1u	      /* DEFER: ms since 1970 */
#define FIELD_NEGATIVE_CAUSE 1u	      /* NEGATIVE: enum negative_cause */
#define FIELD_KEYS_ACT 1u	      /* KEYS: 0 add, 1 withdraw */
#define FIELD_KEYS_USE 2u	      /* KEYS: enum key_use */
#define FIELD_KEYS_KEY 3u	      /* KEYS: officer: SSH wire form, else raw */
#define FIELD_KEYS_HOLDER 4u	      /* KEYS: the holder's number */
#define FIELD_KEYS_ROLES 5u	      /* KEYS: array of role names */
#define FIELD_OPEN_MANIFEST 1u	      /* OPEN: hash of the accord's manifest */
#define FIELD_OPEN_OLD 2u	      /* OPEN: [epoch, size, root] */
#define FIELD_OPEN_GIVEN_UP 3u	      /* OPEN: [size, root] */
#define FIELD_TRANSLATION_STATUS 1u   /* TRANSLATION: enum translation_status */
#define FIELD_TRANSLATION_LANGUAGE 2u /* TRANSLATION: BCP 47 tag of its words, text */
#define FIELD_ACCORD_MANIFEST 1u      /* ACCORD: hash of the new version's manifest */

/* Release (docs/spec/release.md). */
#define FIELD_SUBMIT_OUTGOING 1u   /* SUBMIT: the exact statement that is to go out */
#define FIELD_SUBMIT_SIGNATURE 2u  /* SUBMIT: its author's SSHSIG over it */
#define FIELD_APPROVE_SIGNATURE 1u /* APPROVE: the approver's SSHSIG over it */
#define FIELD_ITEM_HASH 1u	   /* CONSENT, RELEASE outside, DOWNGRADE, RELABEL: the item's content */
#define FIELD_ITEM_TO 2u	   /* CONSENT: the outside party; RELEASE outside: array of them */
#define FIELD_DOWNGRADE_FROM 2u	   /* DOWNGRADE signed beforehand: not filed before, ms since 1970 */
#define FIELD_RECALL_READERS 1u	   /* RECALL DONE: array of roles that had read it */
#define FIELD_RECALL_DONE 2u	   /* RECALL DONE: enum recall_done */
#define FIELD_RECALL_CAUSE 1u	   /* RECALL REFUSED: enum recall_cause */
#define FIELD_FATE_DUE 1u	   /* FATE: when its review was due, ms since 1970 */

/* Procedures (docs/spec/procedure.md). What a rule reads stands here, never in the content. */
#define FIELD_START_DEFINITION 1u /* START: SHA-256 of the definition's file */
#define FIELD_START_DEPTH 2u	  /* START: depth asked, 1 to 3 */
#define FIELD_STEP 1u	/* ATTEND, LEAVE, DONE, ESCALATED, PROPOSE, DECIDE, a MESSAGE without form: step */
#define FIELD_OPTION 2u /* PROPOSE, DECIDE: option of the gate, text */
#define FIELD_PROPOSE_TEXT 3u	/* PROPOSE: SHA-256 of the text that is agreed to */
#define FIELD_ESCALATED_RUNG 2u /* ESCALATED: which rung was called, from 0 */
/* ESCALATED without an instance: the level that is owed stands for the step. */
#define FIELD_ESCALATED_EMPTY 3u /* ESCALATED: bit mask of rungs at which nobody was */
#define FIELD_LAPSE_STEP 2u	 /* LAPSE in an instance: step, text */
#define FIELD_LAPSE_LEVEL 3u	 /* which level was owed, as the definition writes it, text */
#define FIELD_LAPSE_ROLE 4u	 /* by which role, text */
#define FIELD_LAPSE_PARTY 5u	 /* of which party, text */
#define FIELD_ATTEMPT_PATH 1u	 /* ATTEMPT: by what way, text */
#define FIELD_ATTEMPT_RESULT 2u	 /* ATTEMPT: enum attempt_result */
#define FIELD_ATTEMPT_WHOM 3u	 /* ATTEMPT: whom, text */

/* The watch (docs/spec/watch.md): a post's name is field 1 of each. */
#define FIELD_POST 1u
#define FIELD_ROSTER_FROM 2u	  /* ROSTER: ms since 1970, whole seconds */
#define FIELD_ROSTER_TO 3u	  /* ROSTER: and until when, that not included */
#define FIELD_ROSTER_PEOPLE 4u	  /* ROSTER: array of texts, three a person: name, where to reach, able to */
#define FIELD_ROSTER_SHIFTS 5u	  /* ROSTER: array of numbers, four a shift: begin, end, rung, person */
#define FIELD_ROSTER_GAPS 6u	  /* ROSTER: array of numbers, two a planned gap: begin, end */
#define FIELD_MANNING_DEPTH 2u	  /* MANNING: persons on duty */
#define FIELD_MANNING_GAP_FROM 3u /* MANNING: the gap that is, or the next; 0: none is known */
#define FIELD_MANNING_GAP_TO 4u	  /* MANNING: its end; 0: not known */
#define FIELD_MANNING_PLANNED 5u  /* MANNING: 1: that gap is planned */
#define FIELD_RELIEF_ITEMS 2u	  /* RELIEF: array of texts: what is handed over */
#define FIELD_RELIEF_NOTE 3u	  /* RELIEF: why what is not resolved is handed over, text */

/* Who is called; every rung between is an alternate by number. */
#define RUNG_PRIMARY 0u
#define RUNG_POST LADDER_RUNGS_MAX /* everybody of the post */

enum attempt_result {
	ATTEMPT_REACHED,
	ATTEMPT_NO_ANSWER,
	ATTEMPT_LINE_DOWN,
	ATTEMPT_REFUSED,
	ATTEMPT_RESULT_COUNT
};

enum recall_done { RECALL_WITHDRAWN, RECALL_ERASED, RECALL_DONE_COUNT };
enum recall_cause { RECALL_USED, RECALL_KEPT_BY_LAW, RECALL_OTHER, RECALL_CAUSE_COUNT };

/*
 * Form N01, line check, which a node says by itself: a MESSAGE asks, a REPLY answers, a MESSAGE that refers
 * to the first closes. An accord that has a file for it describes these fields (docs/spec/forms.md).
 */
#define FORM_LINE_CHECK "N01"
#define FIELD_LINE_ACT 0u	  /* closed: LINE_CLOSE */
#define LINE_CLOSE 3u		  /* the number that every form's act `close` has */
#define FIELD_LINE_PATH 1u	  /* asked and closed: name of the path, text */
#define FIELD_LINE_ANSWERED_BY 2u /* closed: role that answered, text */
#define FIELD_LINE_MS 3u	  /* closed: milliseconds from asking to the answer, on the asker's clock */

/* How good a translation is said to be; NONE: it is none any more. */
enum translation_status {
	TRANSLATION_NONE,
	TRANSLATION_MACHINE,
	TRANSLATION_DRAFT,
	TRANSLATION_REVIEWED,
	TRANSLATION_CERTIFIED,
	TRANSLATION_STATUS_COUNT
};

enum negative_cause {
	NEGATIVE_CANNOT_DECODE,
	NEGATIVE_WRONG_ADDRESSEE,
	NEGATIVE_UNKNOWN_FORM,
	NEGATIVE_INCOMPLETE,
	NEGATIVE_CAUSE_COUNT
};

/* What is wrong in what was read back: said at once, by one, without words. */
enum mark_cause { MARK_MISSING, MARK_FIGURES, MARK_NAMES, MARK_SENSE, MARK_UNREADABLE, MARK_CAUSE_COUNT };

enum key_use { KEY_USE_LOG, KEY_USE_MIRROR, KEY_USE_TLS, KEY_USE_OFFICER, KEY_USE_RECIPIENT, KEY_USE_COUNT };

enum precedence {
	PRECEDENCE_FLASH,
	PRECEDENCE_IMMEDIATE,
	PRECEDENCE_PRIORITY,
	PRECEDENCE_ROUTINE,
	PRECEDENCE_COUNT
};

/* "FLASH" ... as written in the accord and in the API; ERR_USAGE if it is none. */
const char *precedence_name(enum precedence p);
enum err precedence_read(struct bytes in, enum precedence *out) MUST_CHECK;

/*
 * One thing that is owed, for the one order in which lists have it (docs/spec/ladder.md, rule 7): < 0 if a
 * stands before b. The time is that by when it is due, or since when it is owed if it has no minute;
 * UINT64_MAX: its clock does not run.
 */
struct owed_rank {
	enum precedence precedence;
	uint64_t ms;
};
int owed_rank_compare(struct owed_rank a, struct owed_rank b);

#endif
