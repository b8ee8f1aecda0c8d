/*
 * dialogue.h - what the statements of standing dialogues say in key 14: the same number means the same
 * everywhere.
 *
 * Spec: docs/spec/dialogue.md section 3. Vectors: test/vectors/statement.json. Layer: wire. Pure.
 * Everything borrows from the statement.
 */
#ifndef WIRE_DIALOGUE_H
#define WIRE_DIALOGUE_H

#include "wire/date.h"
#include "wire/statement.h"

/* clang-format off */
#define DIALOGUE_FIELD_LIST(X) \
	/* number  name         value                                                            */ \
	X(1, NAME, "name")                  /* its lasting name: [a-z][a-z0-9-]{0,47} */ \
	X(2, TITLE, "title")                /* words: [tag, text, ...] */ \
	X(3, ACT, "act")                    /* ACT: enum dialogue_act */ \
	X(4, WHEN, "when")                  /* a date: a session's, an event's, a stage's; a commitment's due */ \
	X(5, PARTIES, "parties")            /* codes: who owes a commitment; who hosts a session, a body in turn */ \
	X(6, SOURCE, "source")              /* text: where it is taken from */ \
	X(7, DETAIL, "detail")              /* words: a mandate, a place, what test shows it done, a reason */ \
	X(8, DOUBT, "doubt")                /* words: what its sources contradict */ \
	X(9, OWED_TO, "owed_to")            /* codes: whom a commitment is owed to; absent: everybody else */ \
	X(10, NUMBER, "number")             /* a body's cadence in months; a session's number; an item's place */ \
	X(11, LANGUAGES, "languages")       /* tags */ \
	X(12, CHAIRS, "chairs")             /* roles */ \
	X(13, TO, "to")                     /* name of a body: what this one feeds, what it is merged into */ \
	X(15, PEOPLE, "people")             /* [name, office, ...]: a delegation, its head first */ \
	X(16, STAGE, "stage")               /* a name: which stage of a condition is reached */ \
	X(17, WORDS, "words")               /* text: a unit's words in its one language; empty: it is to be left out */ \
	X(18, HASH, "hash")                 /* SHA-256 of a text's canonical file: an ENDORSE's, a session's record */ \
	X(19, OUTLETS, "outlets")           /* names: by what a text is made public */ \
	X(20, TYPE, "type")                 /* a name of the accord's list `event` */ \
	X(21, CONFIDENCE, "confidence")     /* a name of the accord's list `confidence`: as its author weighs it */ \
	X(22, WHERE, "where")               /* text: a point or an area (wire/where.h) */ \
	X(23, LOCATION, "location")         /* words: a place, as its author says it */ \
	X(24, UNIT, "unit")                 /* text: TEXT/UNIT, of which a commitment is taken */ \
	X(25, CREDENTIALS, "credentials")   /* words: what empowers a delegation: by whom, when, its number */ \
	X(26, MANNER, "manner")             /* a session's: meeting, side-meeting, call; absent: a meeting */ \
	X(27, BESIDE, "beside")             /* name of a session: a side meeting's, a call's, beside which it is held */
/* clang-format on */

enum dialogue_field {
#define DIALOGUE_FIELD_ENUM(number, name, text) DIALOGUE_##name = number,
	DIALOGUE_FIELD_LIST(DIALOGUE_FIELD_ENUM)
#undef DIALOGUE_FIELD_ENUM
};

/* "owed_to": as the API and files of dialogues call a field; NULL: there is none of that number. */
const char *dialogue_field_name(uint64_t number);

/* What an ACT does, on a thing of which kind. */
/* clang-format off */
#define DIALOGUE_ACT_LIST(X) \
	/* name          on          once a party   in text           */ \
	X(CONFIRM,       COMMITMENT, true,  "confirm") \
	X(DROP,          COMMITMENT, true,  "drop") \
	X(AMEND,         BODY,       false, "amend") \
	X(MERGE,         BODY,       true,  "merge") \
	X(END,           BODY,       true,  "end") \
	X(AGENDA_OPEN,   SESSION,    true,  "agenda open") \
	X(AGENDA_AGREE,  SESSION,    false, "agenda agree") \
	X(BEGIN,         SESSION,    false, "begin") \
	X(RECESS,        SESSION,    false, "recess") \
	X(CONCLUDE,      SESSION,    true,  "conclude") \
	X(RECORD_AGREE,  SESSION,    false, "record agree") \
	X(MOVE,          SESSION,    false, "move") \
	X(CALL_OFF,      SESSION,    true,  "call off") \
	X(DELEGATION,    SESSION,    false, "delegation") \
	X(ITEM_AGREE,    ITEM,       true,  "agree") \
	X(ITEM_DECLINE,  ITEM,       true,  "decline") \
	X(ITEM_DISCUSSED, ITEM,      false, "discussed") \
	X(ITEM_DEFER,    ITEM,       false, "defer") \
	X(ITEM_CLOSE,    ITEM,       true,  "close") \
	X(ASSESS,        EVENT,      false, "assess") \
	X(IN_FORCE,      TEXT,       true,  "in force") \
	X(TERMINATE,     TEXT,       true,  "terminate") \
	X(WITHDRAW,      CLAIM,      true,  "withdraw")
/* clang-format on */

#define DIALOGUE_ACT_ENUM(name, on, once, text) DIALOGUE_ACT_##name,
enum dialogue_act { DIALOGUE_ACT_LIST(DIALOGUE_ACT_ENUM) DIALOGUE_ACT_COUNT };
#undef DIALOGUE_ACT_ENUM

/* What an ENDORSE says of the file with its hash: its ACT. Each stands on the one before it. */
enum endorsement { ENDORSE_INITIAL, ENDORSE_SIGN, ENDORSE_RELEASE, ENDORSEMENT_COUNT };
/* What a SAME says of its two events: its ACT, or without one the first. */
enum sameness { SAME_ONE, SAME_APART, SAMENESS_COUNT };
/* What a TEXT of another TEXT does to it: its ACT, or without one the first. */
enum text_relation { TEXT_CORRECTS, TEXT_AMENDS, TEXT_RELATION_COUNT };
/* What an AGREE says: its ACT, or without one the first. */
enum agreement { AGREE_FULLY, AGREE_AD_REFERENDUM, AGREEMENT_COUNT };

struct dialogue_act_row {
	enum kind on;
	bool is_once;	  /* a party says it once of one thing */
	const char *name; /* "agenda agree" */
};
const struct dialogue_act_row *dialogue_act_row(enum dialogue_act act);
/* ERR_USAGE if it is none of that kind. */
enum err dialogue_act_find(enum kind on, struct bytes name, enum dialogue_act *out) MUST_CHECK;

/* What its ACT says, by its kind: "agenda agree", of an endorse "sign"; NULL: none that is known here. */
const char *dialogue_act_name(const struct statement *s);

/* A field's value as it is written; .len 0 if the statement has none. */
struct bytes dialogue_field(const struct statement *s, enum dialogue_field field);
struct bytes dialogue_text(const struct statement *s, enum dialogue_field field);
/* 0 if it is absent. */
uint64_t dialogue_uint(const struct statement *s, enum dialogue_field field);

/* The next text of an array of texts; false at its end. *at starts zeroed. */
struct dialogue_texts {
	struct cbor_reader reader;
	size_t left;
};
void dialogue_texts_open(struct dialogue_texts *t, struct bytes value);
bool dialogue_texts_next(struct dialogue_texts *t, struct bytes *out);

/* [a-z][a-z0-9-]{0,47} */
bool is_dialogue_name(struct bytes name);

/* Whether the statement must have the field, by its kind and by what it does. */
bool dialogue_is_required(const struct statement *s, enum dialogue_field field);
/* The key-14 part of fields_check, for these kinds: *bad as there. */
enum err dialogue_check(const struct statement *s, const struct field **bad) MUST_CHECK;

#endif
