/*
 * What a judge says of dialogues and texts (docs/spec/dialogue.md sections 6 and 9): each reason by the
 * shortest play that leads to it, beside what counts. A map in memory.
 */
#include "dialogue/text.h"
#include "fold_changed.h"
#include "fold_tried.h"
#include "test_map.h"
#include "view/dialogue.h"
#include "view/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { A, B, C };
/* Channels: A's and B's, one of theirs that is sealed, and one of all three. */
enum { OPEN, SEALED, OF_THREE, CHANNELS };
#define SAID_MAX 24
#define HOLD_MS 60000u

/* One statement. refers: places in the play, from 1 on; what counts but for `want` is VERDICT_OK. */
struct said {
	uint8_t party;
	enum kind kind;
	int act; /* of an ACT, an ENDORSE, a SAME, an AGREE: plus one; 0: there is none */
	uint8_t refers[4];
	enum verdict want;
	const char *name, *tag, *words, *to, *type;
	const char *owes, *owed; /* one code or two: "A", "AB" */
	/* FILE as the text stands: of an ENDORSE that which it refers to, of a RECORD AGREE `text` */
	enum { HASH_FILE, HASH_NONE, HASH_OTHER } hash;
	bool is_blind; /* it has seen nothing of the other party's log that it does not name */
	bool is_no_linguist;
	bool is_late; /* filed when every hold is over */
	uint8_t channel;
	uint8_t mark; /* of a MARK: plus one */
	uint8_t text; /* of a RECORD AGREE: whose file HASH_FILE is, a place in the play */
};

#define ACT(x) DIALOGUE_ACT_##x + 1
/* What follows the last word of each are more members. */
#define BODY(p, ...) { .party = p, .kind = KIND_BODY, .name = __VA_ARGS__ }
#define SESSION(p, on, ...) { .party = p, .kind = KIND_SESSION, .refers = { on }, .name = __VA_ARGS__ }
#define ITEM(p, on, ...) { .party = p, .kind = KIND_ITEM, .refers = { on }, .name = __VA_ARGS__ }
#define OWE(p, on, ...) { .party = p, .kind = KIND_COMMITMENT, .refers = { on }, .name = __VA_ARGS__ }
#define SAYS(p, k, ...) { .party = p, .kind = KIND_##k, .refers[0] = __VA_ARGS__ }
#define DOES(p, a, ...) { .party = p, .kind = KIND_ACT, .act = ACT(a), .refers[0] = __VA_ARGS__ }
#define TEXT(p, ...) { .party = p, .kind = KIND_TEXT, .name = "t", .refers[0] = __VA_ARGS__ }
#define UNIT(p, on, n, ...) \
	{ .party = p, .kind = KIND_UNIT, .refers = { on }, .name = n, .words = __VA_ARGS__ }
#define AGREE(p, on, ...) { .party = p, .kind = KIND_AGREE, .refers[0] = on, .refers[1] = __VA_ARGS__ }
#define MATCH(p, on, ...) { .party = p, .kind = KIND_CONCORDANCE, .refers[0] = on, .refers[1] = __VA_ARGS__ }
#define ENDORSE(p, what, ...) \
	{ .party = p, .kind = KIND_ENDORSE, .act = ENDORSE_##what + 1, .refers[0] = __VA_ARGS__ }
#define WANT(v) .want = VERDICT_##v
/* A text with one unit that both agree to and both linguists find to match: seven statements. */
#define CLEAN_TEXT                                                                                           \
	BODY(A, "b"), TEXT(A, 1), UNIT(A, 2, "u", "Words."), AGREE(A, 2, 3), AGREE(B, 2, 3), MATCH(A, 2, 3), \
		MATCH(B, 2, 3)
/* ... and initialled, read back and marked: 8 and 9, 10 and 11, 12 and 13. */
#define READ_TEXT                                                                          \
	CLEAN_TEXT, ENDORSE(A, INITIAL, 2), ENDORSE(B, INITIAL, 2), SAYS(B, READ_BACK, 8), \
		SAYS(A, READ_BACK, 9), SAYS(A, MARK, 10, .mark = 1), SAYS(B, MARK, 11, .mark = 1)
/* A session that is concluded and its minutes, the fifth of eight statements: one unit, agreed by both. */
#define HELD BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, BEGIN, 2), DOES(A, CONCLUDE, 2)
#define MINUTES HELD, TEXT(A, 2), UNIT(A, 5, "u", "Words."), AGREE(A, 5, 6), AGREE(B, 5, 6)
#define RECORD(p, to_, at, ...) DOES(p, RECORD_AGREE, 2, .to = to_, .text = at, __VA_ARGS__)
#define SIGNED_TEXT READ_TEXT, ENDORSE(A, SIGN, 2, .is_late = true), ENDORSE(B, SIGN, 2, .is_late = true)

static const struct play {
	const char *why;
	struct said said[SAID_MAX];
} plays[] = {
	/* REFERS */
	{ "a session of nothing", { { .kind = KIND_SESSION, .name = "s", WANT(REFERS) } } },
	{ "an item of a body", { BODY(A, "b"), ITEM(A, 1, "i", WANT(REFERS)) } },
	{ "an act on another kind of thing", { BODY(A, "b"), DOES(A, BEGIN, 1, WANT(REFERS)) } },
	{ "on what does not count",
	  { BODY(A, "b"), ITEM(A, 1, "i", WANT(REFERS)), DOES(A, ITEM_AGREE, 2, WANT(REFERS)) } },
	{ "two subjects",
	  { BODY(A, "b"),
	    BODY(A, "c"),
	    { .kind = KIND_SESSION, .name = "s", .refers = { 1, 2 }, WANT(REFERS) } } },
	{ "a merge into no body", { BODY(A, "b"), DOES(A, MERGE, 1, .to = "c", WANT(REFERS)) } },
	{ "a merge into itself", { BODY(A, "b"), DOES(A, MERGE, 1, .to = "b", WANT(REFERS)) } },
	{ "a merge into one that it has not seen",
	  { BODY(A, "b"), BODY(B, "c"), DOES(A, MERGE, 1, .to = "c", .is_blind = true, WANT(REFERS)) } },
	{ "a merge", { BODY(A, "b"), BODY(B, "c"), DOES(A, MERGE, 1, .to = "c") } },
	{ "two events that are one",
	  { SAYS(A, EVENT, 0, .name = "e"),
	    SAYS(A, EVENT, 0, .name = "f"),
	    { .kind = KIND_SAME, .refers = { 1, 2 } } } },
	{ "one event that is itself",
	  { SAYS(A, EVENT, 0, .name = "e"), { .kind = KIND_SAME, .refers = { 1, 1 }, WANT(REFERS) } } },
	{ "three events",
	  { SAYS(A, EVENT, 0, .name = "e"),
	    SAYS(A, EVENT, 0, .name = "f"),
	    SAYS(A, EVENT, 0, .name = "g"),
	    { .kind = KIND_SAME, .refers = { 1, 2, 3 }, WANT(REFERS) } } },
	{ "one event alone", { SAYS(A, EVENT, 0, .name = "e"), SAYS(A, SAME, 1, WANT(REFERS)) } },
	{ "an event and a body",
	  { SAYS(A, EVENT, 0, .name = "e"),
	    BODY(A, "b"),
	    { .kind = KIND_SAME, .refers = { 1, 2 }, WANT(REFERS) } } },
	/* NAMED */
	{ "two bodies of one name", { BODY(A, "b"), BODY(B, "b", WANT(NAMED)) } },
	{ "two that had not seen each other", { BODY(A, "b"), BODY(B, "b", .is_blind = true) } },
	{ "a body and a session of one name", { BODY(A, "b"), SESSION(A, 1, "b") } },
	{ "a condition is said again",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), SAYS(A, CONDITION, 2, .name = "k"),
	    SAYS(A, CONDITION, 2, .name = "k") } },
	/* ADDRESSEE, CREDITOR */
	{ "owed by nobody here", { BODY(A, "b"), OWE(A, 1, "c", .owes = "C", WANT(ADDRESSEE)) } },
	{ "owed to nobody here",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A", .owed = "C", WANT(ADDRESSEE)) } },
	{ "owed to its debtor alone",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A", .owed = "A", WANT(CREDITOR)) } },
	{ "owed to one another", { BODY(A, "b"), OWE(A, 1, "c", .owes = "AB", .owed = "AB") } },
	/* OVER */
	{ "on a session that is called off",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, CALL_OFF, 2), DOES(B, BEGIN, 2, WANT(OVER)) } },
	{ "... which its author had not seen",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, CALL_OFF, 2), DOES(B, BEGIN, 2, .is_blind = true) } },
	{ "a report of what is accepted",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "AB"), SAYS(A, REPORTED, 2), SAYS(B, ACCEPTED, 3),
	    SAYS(A, REPORTED, 2, WANT(OVER)) } },
	{ "a report of what is disputed",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "AB"), SAYS(A, REPORTED, 2), SAYS(B, DISPUTED, 3),
	    SAYS(A, REPORTED, 2) } },
	{ "a session of a body that its party has ended",
	  { BODY(A, "b"), DOES(A, END, 1), SESSION(A, 1, "s", WANT(OVER)), SESSION(B, 1, "s") } },
	{ "a session that is concluded goes on",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, BEGIN, 2), DOES(A, CONCLUDE, 2),
	    DOES(B, BEGIN, 2, WANT(OVER)), DOES(B, RECESS, 2, WANT(OVER)), DOES(B, CONCLUDE, 2) } },
	{ "a merge into one: what is open would go round and round",
	  { BODY(A, "b"), BODY(A, "c"), DOES(A, MERGE, 2, .to = "b"),
	    DOES(A, MERGE, 1, .to = "c", WANT(OVER)), DOES(B, MERGE, 1, .to = "c") } },
	{ "a merge into one of two of that name, of which its party has ended the other",
	  { BODY(A, "b"), BODY(A, "c"), BODY(B, "c", .is_blind = true), DOES(A, END, 2),
	    DOES(A, MERGE, 1, .to = "c") } },
	{ "a commitment of one", { BODY(A, "b"), DOES(A, END, 1), OWE(A, 1, "c", .owes = "A", WANT(OVER)) } },
	{ "a commitment of a session of one",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, END, 1), OWE(A, 2, "c", .owes = "A", WANT(OVER)) } },
	{ "an item that is closed",
	  { BODY(A, "b"), SESSION(A, 1, "s"), ITEM(A, 2, "i"), DOES(A, ITEM_CLOSE, 3), DOES(B, ITEM_CLOSE, 3),
	    DOES(A, ITEM_DISCUSSED, 3, WANT(OVER)) } },
	/* OWES, OWN, OWED */
	{ "a report by who does not owe it",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), SAYS(B, REPORTED, 2, WANT(OWES)) } },
	{ "a confirm by who does not owe it",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), DOES(B, CONFIRM, 2, WANT(OWES)) } },
	{ "a drop by who neither owes it nor is owed it",
	  { BODY(A, "b", .channel = OF_THREE), OWE(A, 1, "c", .owes = "B", .owed = "A", .channel = OF_THREE),
	    DOES(C, DROP, 2, .channel = OF_THREE, WANT(OWES)), DOES(A, DROP, 2, .channel = OF_THREE),
	    DOES(B, DROP, 2, .channel = OF_THREE) } },
	{ "an answer by who is not owed it",
	  { BODY(A, "b", .channel = OF_THREE), OWE(A, 1, "c", .owes = "B", .owed = "A", .channel = OF_THREE),
	    SAYS(B, REPORTED, 2, .channel = OF_THREE), SAYS(C, ACCEPTED, 3, .channel = OF_THREE, WANT(OWED)),
	    SAYS(C, DISPUTED, 3, .channel = OF_THREE, WANT(OWED)),
	    SAYS(A, ACCEPTED, 3, .channel = OF_THREE) } },
	{ "his own report",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "AB"), SAYS(A, REPORTED, 2), SAYS(A, ACCEPTED, 3, WANT(OWN)),
	    SAYS(A, DISPUTED, 3, WANT(OWN)) } },
	/* TWICE */
	{ "one act, one thing, twice",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, AGENDA_OPEN, 2), DOES(B, AGENDA_OPEN, 2),
	    DOES(A, AGENDA_OPEN, 2, WANT(TWICE)) } },
	{ "an agenda to which nothing came",
	  { BODY(A, "b"), SESSION(A, 1, "s"), ITEM(A, 2, "i"), DOES(B, AGENDA_AGREE, 2),
	    DOES(B, AGENDA_AGREE, 2, WANT(TWICE)) } },
	{ "an agenda with an item more",
	  { BODY(A, "b"), SESSION(A, 1, "s"), ITEM(A, 2, "i"), DOES(B, AGENDA_AGREE, 2), ITEM(A, 2, "j"),
	    DOES(B, AGENDA_AGREE, 2) } },
	{ "an item closed twice",
	  { BODY(A, "b"), SESSION(A, 1, "s"), ITEM(A, 2, "i"), DOES(A, ITEM_CLOSE, 3),
	    DOES(A, ITEM_CLOSE, 3, WANT(TWICE)) } },
	{ "what may be said again",
	  { BODY(A, "b"), SESSION(A, 1, "s"), ITEM(A, 2, "i"), DOES(A, ITEM_DEFER, 3),
	    DOES(A, ITEM_DEFER, 3) } },
	{ "an answer to what is accepted",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "AB"), SAYS(A, REPORTED, 2), SAYS(B, ACCEPTED, 3),
	    SAYS(B, DISPUTED, 3, WANT(TWICE)) } },
	{ "one record, twice",
	  { MINUTES, RECORD(A, "t", 5, WANT(OK)), RECORD(A, "t", 5, WANT(TWICE)),
	    RECORD(B, "t", 5, WANT(OK)) } },
	/* A record: REFERS, STALE, CLEAN */
	{ "a record of no text", { MINUTES, RECORD(A, NULL, 5, WANT(REFERS)) } },
	{ "a record of a text that is nowhere", { MINUTES, RECORD(A, "other", 5, WANT(REFERS)) } },
	{ "one that it has not seen",
	  { HELD, TEXT(B, 2), UNIT(B, 5, "u", "Words."),
	    RECORD(A, "t", 5, .is_blind = true, WANT(REFERS)) } },
	{ "a record with the hash of another text",
	  { MINUTES, RECORD(A, "t", 5, .hash = HASH_OTHER, WANT(STALE)) } },
	{ "the record moved on",
	  { MINUTES, UNIT(B, 5, "v", "More."), RECORD(A, "t", 5, .is_blind = true, WANT(STALE)) } },
	{ "a record that one side has written",
	  { HELD, TEXT(A, 2), UNIT(A, 5, "u", "Words."), AGREE(A, 5, 6), RECORD(A, "t", 5, WANT(CLEAN)),
	    RECORD(B, "t", 5, WANT(CLEAN)) } },
	{ "a record with two alternatives",
	  { MINUTES, UNIT(B, 5, "u", "Others."), RECORD(B, "t", 5, WANT(CLEAN)) } },
	{ "a record that is agreed ad referendum",
	  { HELD, TEXT(A, 2), UNIT(A, 5, "u", "Words."), AGREE(A, 5, 6),
	    AGREE(B, 5, 6, .act = AGREE_AD_REFERENDUM + 1), RECORD(A, "t", 5, WANT(CLEAN)) } },
	{ "a record of nothing", { HELD, TEXT(A, 2), RECORD(A, "t", 5, WANT(CLEAN)) } },
	{ "two texts of one name, and the one that is meant",
	  { HELD, TEXT(A, 2), TEXT(B, 2, .is_blind = true), UNIT(A, 5, "u", "Words."), AGREE(A, 5, 7),
	    AGREE(B, 5, 7), RECORD(A, "t", 5, WANT(OK)), RECORD(B, "t", 6, WANT(CLEAN)),
	    RECORD(B, "t", 5, WANT(OK)) } },
	/* LEFT */
	{ "a body with something open",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), DOES(B, END, 1, WANT(LEFT)) } },
	{ "a session of it with something open",
	  { BODY(A, "b"), SESSION(A, 1, "s"), OWE(A, 2, "c", .owes = "A"), DOES(A, END, 1, WANT(LEFT)) } },
	{ "a merge of one",
	  { BODY(A, "b"), BODY(A, "d"), OWE(A, 1, "c", .owes = "A"),
	    DOES(A, MERGE, 1, .to = "d", WANT(LEFT)) } },
	{ "which its author had not seen",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), DOES(B, END, 1, .is_blind = true) } },
	{ "what was open is done",
	  { BODY(A, "b"), OWE(A, 1, "c", .owes = "A"), SAYS(A, REPORTED, 2), SAYS(B, ACCEPTED, 3),
	    DOES(B, END, 1) } },
	/* RAW, CODE, RENAMES, AUTHOR */
	{ "an act of no version",
	  { BODY(A, "b"), { .kind = KIND_ACT, .act = 201, .refers = { 1 }, WANT(RAW) } } },
	{ "a text of no relation", { BODY(A, "b"), TEXT(A, 1, .act = TEXT_RELATION_COUNT + 1, WANT(RAW)) } },
	{ "neither the same nor not",
	  { SAYS(A, EVENT, 0, .name = "e"),
	    SAYS(A, EVENT, 0, .name = "f"),
	    { .kind = KIND_SAME, .refers = { 1, 2 }, .act = SAMENESS_COUNT + 1, WANT(RAW) } } },
	{ "an event of no type", { SAYS(A, EVENT, 0, .name = "e", .type = "storm", WANT(CODE)) } },
	{ "another lasting name", { BODY(A, "b"), DOES(A, AMEND, 1, .name = "c", WANT(RENAMES)) } },
	{ "another's claim",
	  { SAYS(A, EVENT, 0, .name = "e"), SAYS(A, CLAIM, 1, .name = "k"),
	    DOES(B, WITHDRAW, 2, WANT(AUTHOR)), DOES(A, WITHDRAW, 2), DOES(A, WITHDRAW, 2, WANT(TWICE)) } },
	/* STEP */
	{ "the end of what has not begun",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, CONCLUDE, 2, WANT(STEP)) } },
	{ "the record of what is not concluded",
	  { BODY(A, "b"), SESSION(A, 1, "s"), DOES(A, BEGIN, 2),
	    DOES(A, RECORD_AGREE, 2, .to = "t", .hash = HASH_OTHER, WANT(STEP)) } },
	/* Texts: REFERS, LANGUAGE, SEALING, PAIRED, ROLE */
	{ "a unit of a body", { BODY(A, "b"), UNIT(A, 1, "u", "Words.", WANT(REFERS)) } },
	{ "it agrees to nothing", { BODY(A, "b"), TEXT(A, 1), AGREE(A, 2, 0, WANT(REFERS)) } },
	{ "it agrees to a body", { BODY(A, "b"), TEXT(A, 1), AGREE(A, 2, 1, WANT(REFERS)) } },
	{ "a READ BACK of a signature", { SIGNED_TEXT, SAYS(B, READ_BACK, 14, WANT(REFERS)) } },
	{ "a language that it has not",
	  { BODY(A, "b"), TEXT(A, 1), UNIT(A, 2, "u", "Words.", .tag = "fr", WANT(LANGUAGE)) } },
	{ "words where nothing is open",
	  { BODY(A, "b"), TEXT(A, 1), UNIT(A, 2, "u", "Words.", .channel = SEALED, WANT(SEALING)) } },
	{ "nor a title", { BODY(A, "b", .channel = SEALED, WANT(SEALING)) } },
	{ "nor what was seen", { SAYS(A, EVENT, 0, .name = "e", .channel = SEALED, WANT(SEALING)) } },
	{ "two versions of one unit in one language",
	  { BODY(A, "b"),
	    TEXT(A, 1),
	    UNIT(A, 2, "u", "Words."),
	    UNIT(A, 2, "u", "Others."),
	    { .kind = KIND_CONCORDANCE, .refers = { 2, 3, 4 }, WANT(PAIRED) } } },
	{ "one who is no linguist",
	  { BODY(A, "b"), TEXT(A, 1), UNIT(A, 2, "u", "Words."),
	    MATCH(A, 2, 3, .is_no_linguist = true, WANT(ROLE)) } },
	/* STALE, CLEAN, STEP, RAW of an endorsement */
	{ "a hash of another text", { CLEAN_TEXT, ENDORSE(A, INITIAL, 2, .hash = HASH_OTHER, WANT(STALE)) } },
	{ "no hash", { CLEAN_TEXT, ENDORSE(A, INITIAL, 2, .hash = HASH_NONE, WANT(STALE)) } },
	{ "the text moved on",
	  { CLEAN_TEXT, UNIT(B, 2, "u", "Others."), ENDORSE(A, INITIAL, 2, .is_blind = true, WANT(STALE)) } },
	{ "not all is agreed",
	  { BODY(A, "b"), TEXT(A, 1), UNIT(A, 2, "u", "Words."), AGREE(A, 2, 3),
	    ENDORSE(A, INITIAL, 2, WANT(CLEAN)) } },
	{ "a signature before the initials",
	  { CLEAN_TEXT, ENDORSE(A, INITIAL, 2), ENDORSE(A, SIGN, 2, WANT(STEP)) } },
	{ "a release before the signatures", { READ_TEXT, ENDORSE(A, RELEASE, 2, WANT(STEP)) } },
	{ "in force before the signatures",
	  { READ_TEXT, ENDORSE(A, SIGN, 2, .is_late = true), DOES(A, IN_FORCE, 2, WANT(STEP)),
	    DOES(A, TERMINATE, 2, WANT(STEP)) } },
	{ "a correction, and an amendment, of what not all have signed",
	  { READ_TEXT, ENDORSE(A, SIGN, 2, .is_late = true), SAYS(A, TEXT, 2, .name = "c", WANT(STEP)),
	    SAYS(B, TEXT, 2, .name = "c", .act = TEXT_AMENDS + 1, WANT(STEP)) } },
	{ "... of what all have signed, as its author had it",
	  { SIGNED_TEXT, SAYS(A, TEXT, 2, .name = "c", .is_blind = true, WANT(STEP)),
	    SAYS(A, TEXT, 2, .name = "c"), SAYS(B, TEXT, 2, .name = "d", .act = TEXT_AMENDS + 1) } },
	{ "... of a correction that nobody has signed",
	  { SIGNED_TEXT, SAYS(A, TEXT, 2, .name = "c"), SAYS(A, TEXT, 16, .name = "d", WANT(STEP)) } },
	{ "in force, and once",
	  { SIGNED_TEXT, DOES(A, IN_FORCE, 2), DOES(A, IN_FORCE, 2, WANT(TWICE)), ENDORSE(A, RELEASE, 2) } },
	{ "no such endorsement",
	  { CLEAN_TEXT,
	    { .kind = KIND_ENDORSE,
	      .act = ENDORSEMENT_COUNT + 1,
	      .refers = { 2 },
	      .hash = HASH_OTHER,
	      WANT(RAW) } } },
	/* SIGNED, READ_BACK, HOLD */
	{ "a change behind his signature",
	  { READ_TEXT, ENDORSE(A, SIGN, 2, .is_late = true), UNIT(A, 2, "u", "Others.", WANT(SIGNED)),
	    UNIT(B, 2, "u", "Others."), UNIT(A, 2, "u", "Others.") } },
	{ "an initial that was not read back",
	  { CLEAN_TEXT, ENDORSE(A, INITIAL, 2), ENDORSE(B, INITIAL, 2),
	    ENDORSE(A, SIGN, 2, .is_late = true, WANT(READ_BACK)) } },
	{ "one that was marked wrong",
	  { CLEAN_TEXT, ENDORSE(A, INITIAL, 2), ENDORSE(B, INITIAL, 2), SAYS(B, READ_BACK, 8),
	    SAYS(A, READ_BACK, 9), SAYS(A, MARK, 10, .mark = 2), SAYS(B, MARK, 11, .mark = 1),
	    ENDORSE(A, SIGN, 2, .is_late = true, WANT(READ_BACK)) } },
	{ "before the hold is over",
	  { READ_TEXT, ENDORSE(A, SIGN, 2, WANT(HOLD)), ENDORSE(A, SIGN, 2, .is_late = true) } },
};

/* ---- The scene. ---- */

static const char *const names[] = { "aster", "birch", "cedar" };
static const char *const codes[] = { "A", "B", "C" };

struct scene {
	struct accord accord;
	struct test_map rows;
	struct map map;
	struct fold fold;
	struct place_key places[SAID_MAX + 1];
	struct statement statements[SAID_MAX + 1];
	size_t count;
	uint64_t sizes[CHANNELS][ARRAY_COUNT(names)];
	uint32_t ids, epoch;
	bool is_tried; /* calls of the map fail first: of a play's last statement, which it is about */
};

static void put_key(struct scene *s, const struct log_key *log)
{
	struct key_view key = { .withdrawn = UINT64_MAX, .holder = 1, .roles = 3 };
	uint8_t hash[KEY_HASH_LEN] = { (uint8_t)(log->party + 1) };

	assert_int_equal(row_put_key(&s->map, log, hash, &key), ERR_OK);
}

static void open_scene(struct scene *s)
{
	struct accord *a = &s->accord;

	memset(s, 0, sizeof *s);
	s->epoch = 1;
	a->parties_count = ARRAY_COUNT(names);
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		snprintf(a->parties[i].name, sizeof a->parties[i].name, "%s", names[i]);
		snprintf(a->parties[i].code, sizeof a->parties[i].code, "%s", codes[i]);
	}
	a->channels_count = CHANNELS;
	for (uint32_t i = 0; i < CHANNELS; i++)
		a->channels[i] = (struct accord_channel){ .number = 1 + i,
							  .plane = PLANE_CONSULT,
							  .parties = i == OF_THREE ? 7 : 3,
							  .precedences = 5,
							  .writers = 3,
							  .is_sealed = i == SEALED };
	a->roles_count = 2;
	snprintf(a->roles[0].name, sizeof a->roles[0].name, "policy");
	snprintf(a->roles[1].name, sizeof a->roles[1].name, "linguist");
	a->roles[0].parties = a->roles[1].parties = 7;
	a->translators[TRANSLATION_CERTIFIED] = 2;
	a->text_hold_ms = HOLD_MS;
	s->map = test_map_open(&s->rows);
	s->fold = (struct fold){ .accord = a, .map = &s->map };
	for (uint32_t channel = 1; channel <= CHANNELS; channel++) {
		for (size_t party = 0; party < ARRAY_COUNT(names); party++)
			put_key(s, &(struct log_key){ channel, party, 1 });
	}
}

static void put_text(struct statement *st, struct buf *memory, uint64_t key, const char *text)
{
	struct field *f = &st->fields[st->fields_count];
	size_t from = memory->len;

	if (text == NULL)
		return;
	cbor_put_text(memory, bytes_str(text));
	*f = (struct field){ key, { memory->ptr + from, memory->len - from } };
	st->fields_count++;
}

static void put_uint(struct statement *st, struct buf *memory, uint64_t key, uint64_t value)
{
	size_t from = memory->len;

	cbor_put_uint(memory, value);
	st->fields[st->fields_count++] = (struct field){ key, { memory->ptr + from, memory->len - from } };
}

/* An array of texts of one letter each, or of one text. */
static void put_texts(struct statement *st, struct buf *memory, uint64_t key, const char *letters,
		      bool is_one)
{
	size_t from = memory->len, count = letters == NULL || is_one ? 1 : strlen(letters);

	if (letters == NULL)
		return;
	cbor_put_array(memory, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(memory, is_one ? bytes_str(letters)
					     : (struct bytes){ (const uint8_t *)letters + i, 1 });
	st->fields[st->fields_count++] = (struct field){ key, { memory->ptr + from, memory->len - from } };
}

static void put_hash(struct scene *s, struct statement *st, struct buf *memory, const struct said *said)
{
	uint8_t hash[HASH_LEN] = { 7 };
	size_t from = memory->len;

	if (said->hash == HASH_NONE ||
	    (said->hash == HASH_FILE && said->kind != KIND_ENDORSE && said->text == 0))
		return;
	if (said->hash == HASH_FILE) {
		struct thing_row row;
		struct statement says;
		struct text_head head;
		struct text t = { 0 };
		assert_int_equal(fold_text(&s->fold,
					   &s->places[said->text > 0 ? said->text : said->refers[0]], NULL,
					   NULL, &row, &t),
				 ERR_OK);
		text_head_of(&s->accord, &row, &says, &head);
		text_hash(&t, &head, hash);
		text_close(&t);
	}
	cbor_put_bytes(memory, BYTES_OF(hash));
	st->fields[st->fields_count++] =
		(struct field){ DIALOGUE_HASH, { memory->ptr + from, memory->len - from } };
}

static void put_fields(struct scene *s, struct statement *st, struct buf *memory, const struct said *said)
{
	put_text(st, memory, DIALOGUE_NAME, said->name);
	if (said->mark > 0)
		put_uint(st, memory, FIELD_MARK, said->mark - 1u);
	if (said->act > 0)
		put_uint(st, memory, DIALOGUE_ACT, (uint64_t)said->act - 1);
	put_texts(st, memory, DIALOGUE_PARTIES, said->owes, false);
	put_texts(st, memory, DIALOGUE_OWED_TO, said->owed, false);
	put_texts(st, memory, DIALOGUE_LANGUAGES,
		  said->tag == NULL && (said->kind == KIND_TEXT || said->kind == KIND_UNIT) ? "en"
											    : said->tag,
		  true);
	put_text(st, memory, DIALOGUE_TO, said->to);
	put_text(st, memory, DIALOGUE_WORDS, said->words);
	put_hash(s, st, memory, said);
	put_text(st, memory, DIALOGUE_TYPE, said->type);
}

static enum verdict say(struct scene *s, const struct said *said)
{
	static uint8_t memories[SAID_MAX + 1][4096];
	struct statement *st = &s->statements[++s->count];
	struct buf memory = { memories[s->count], 0, sizeof memories[0], false };
	uint64_t *sizes = s->sizes[said->channel];
	size_t readers = said->channel == OF_THREE ? 3 : 2;
	struct log_key log = { 1u + said->channel, said->party, s->epoch };
	struct entry entry = { .index = sizes[said->party], .signatures_count = 1 };
	struct signer signer = { .is_good = true, .key = { (uint8_t)(said->party + 1) } };
	bool match[4] = { true, true, true, true };
	struct fold_input in = {
		.entry = &entry, .statement = st, .log = log, .signers = &signer, .refers_match = match
	};
	struct entry_view view;

	memset(st, 0, sizeof *st);
	st->channel = log.channel;
	st->kind = said->kind;
	st->party = bytes_str(names[said->party]);
	st->role = bytes_str(said->kind == KIND_CONCORDANCE && !said->is_no_linguist ? "linguist" : "policy");
	be32_put(st->id, ++s->ids);
	st->claimed.ms = entry.filed.ms = 100000 + s->ids * 10 + (said->is_late ? 2 * HOLD_MS : 0);
	st->has_label = true;
	st->label.level = BYTES_LIT("U");
	st->label.categories_count = 1;
	st->label.categories[0] = (struct label_category){ BYTES_LIT("rel"), 0, readers };
	st->label.values_count = readers;
	for (size_t i = 0; i < readers; i++)
		st->label.values[i] = bytes_str(codes[i]);
	for (size_t i = 0; !said->is_blind && i < readers; i++) {
		if (i != said->party && sizes[i] > 0)
			st->seen[st->seen_count++] = (struct seen){ bytes_str(names[i]), s->epoch, sizes[i] };
	}
	for (size_t i = 0; i < ARRAY_COUNT(said->refers) && said->refers[i] > 0; i++) {
		const struct place_key *at = &s->places[said->refers[i]];
		st->refers[st->refers_count++] = (struct place){
			at->log.channel, bytes_str(names[at->log.party]), at->log.epoch, at->index, { 0 }
		};
	}
	in.subject = st->refers_count > 0 ? &s->statements[said->refers[0]] : NULL;
	put_fields(s, st, &memory, said);
	if (s->is_tried) {
		fold_tried(&s->fold, &in);
		assert_true(fold_changed(&s->fold, &in));
	}
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	s->places[s->count] = (struct place_key){ log, entry.index };
	sizes[said->party]++;
	return view.verdict;
}

/* Every log ends, and another begins that had all of it in its past. */
static void begin_anew(struct scene *s)
{
	s->epoch++;
	for (uint32_t channel = 0; channel < CHANNELS; channel++) {
		for (size_t party = 0; party < ARRAY_COUNT(names); party++) {
			uint64_t *size = &s->sizes[channel][party];
			struct log_key log = { 1 + channel, party, s->epoch };
			struct statement st = { .kind = KIND_OPEN,
						.channel = log.channel,
						.party = bytes_str(names[party]),
						.role = BYTES_LIT("node") };
			struct entry entry = { .index = 0 };
			struct fold_input in = { .entry = &entry, .statement = &st, .log = log };
			uint8_t memory[64], root[HASH_LEN] = { 0 };
			struct buf old = BUF_ON(memory);
			struct entry_view view;
			cbor_put_array(&old, 3);
			cbor_put_uint(&old, s->epoch - 1);
			cbor_put_uint(&old, *size);
			cbor_put_bytes(&old, BYTES_OF(root));
			st.fields[st.fields_count++] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
			assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
			put_key(s, &log);
			*size = 1;
		}
	}
}

static struct scene scene;

/* What counts, and why not, is the same behind a log that begins anew. */
static void test_plays_anew(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(plays); i++) {
		const struct said *said = plays[i].said;
		open_scene(&scene);
		for (size_t n = 0; n < SAID_MAX && said[n].kind != 0; n++) {
			enum verdict got;
			if (n + 1 == SAID_MAX || said[n + 1].kind == 0)
				begin_anew(&scene);
			scene.is_tried = scene.epoch > 1;
			got = say(&scene, &said[n]);
			if (got == said[n].want)
				continue;
			print_message("# %s, anew: statement %zu is %s, not %s\n", plays[i].why, n + 1,
				      verdict_name(got), verdict_name(said[n].want));
			failed++;
		}
		test_map_finish(&scene.rows);
	}
	assert_int_equal(failed, 0);
}

static void test_plays(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(plays); i++) {
		open_scene(&scene);
		for (size_t n = 0; n < SAID_MAX && plays[i].said[n].kind != 0; n++) {
			enum verdict got;
			scene.is_tried = n + 1 == SAID_MAX || plays[i].said[n + 1].kind == 0;
			got = say(&scene, &plays[i].said[n]);
			if (got == plays[i].said[n].want)
				continue;
			print_message("# %s: statement %zu is %s, not %s\n", plays[i].why, n + 1,
				      verdict_name(got), verdict_name(plays[i].said[n].want));
			failed++;
		}
		test_map_finish(&scene.rows);
	}
	assert_int_equal(failed, 0);
}

/* Two speak and a third observes: what takes all of them takes two, and nothing is asked of the third. */
static void test_who_observes(void **state)
{
	const struct said said[] = { SIGNED_TEXT,
				     DOES(A, IN_FORCE, 2),
				     DOES(B, IN_FORCE, 2),
				     DOES(C, TERMINATE, 2, WANT(OBSERVER)),
				     OWE(C, 1, "c", .owes = "A", WANT(OBSERVER)),
				     OWE(A, 1, "c", .owes = "C", WANT(ADDRESSEE)),
				     OWE(A, 1, "c", .owes = "A", .owed = "C", WANT(ADDRESSEE)),
				     OWE(A, 1, "c", .owes = "AB") };
	struct thing_row row;

	(void)state;
	open_scene(&scene);
	scene.accord.channels[OF_THREE].observers = 1u << C;
	for (size_t i = 0; i < ARRAY_COUNT(said); i++) {
		struct said one = said[i];
		enum verdict got;
		one.channel = OF_THREE;
		got = say(&scene, &one);
		if (got != one.want)
			fail_msg("statement %zu is %s", i + 1, verdict_name(got));
	}
	assert_int_equal(fold_thing(&scene.fold, &scene.places[2], NULL, &row), ERR_OK);
	assert_int_equal(thing_standing(&row.thing), STANDING_IN_FORCE);
	assert_int_equal(fold_thing(&scene.fold, &scene.places[scene.count], NULL, &row), ERR_OK);
	assert_int_equal(row.thing.owed, 1u << A | 1u << B);
	test_map_finish(&scene.rows);
}

/* What takes all the room of its row has no label there: who may know of it is asked of the statement. */
static void test_a_long_thing_has_no_label(void **state)
{
	static char words[2401], to[601];
	const struct said said[] = { SAYS(A, EVENT, 0, .name = "e"),
				     SAYS(A, EVENT, 0, .name = "f", .words = words, .to = to) };
	struct marking marking;
	struct thing_row row;

	(void)state;
	memset(words, 'w', sizeof words - 1);
	memset(to, 't', sizeof to - 1);
	open_scene(&scene);
	for (size_t i = 0; i < ARRAY_COUNT(said); i++) {
		assert_int_equal(say(&scene, &said[i]), VERDICT_OK);
		assert_int_equal(fold_thing(&scene.fold, &scene.places[i + 1], NULL, &row), ERR_OK);
		assert_int_equal(thing_marking(&row, &marking), i == 0 ? ERR_OK : ERR_NOT_FOUND);
	}
	test_map_finish(&scene.rows);
}

/* So much of a text one party says, and no more: every node goes through all of it. */
static void test_a_text_is_full(void **state)
{
	static const struct said begin[] = { CLEAN_TEXT, ENDORSE(B, INITIAL, 2) };
	const struct said wrong = ENDORSE(A, INITIAL, 2, .hash = HASH_OTHER, WANT(STALE)),
			  other = ENDORSE(B, INITIAL, 2, .hash = HASH_OTHER, WANT(STALE)),
			  unit = UNIT(A, 2, "u", "W."), read_back = SAYS(A, READ_BACK, 8),
			  in_force = DOES(A, IN_FORCE, 2);

	(void)state;
	for (int is_deeds = 0; is_deeds < 2; is_deeds++) {
		size_t max = is_deeds ? TEXT_DEEDS_MAX - 3 : TEXT_WALKS_MAX;
		open_scene(&scene);
		for (size_t n = 0; n < ARRAY_COUNT(begin); n++)
			assert_int_equal(say(&scene, &begin[n]), VERDICT_OK);
		for (size_t n = 0; n < max; n++) {
			assert_int_equal(say(&scene, is_deeds ? &unit : &wrong),
					 is_deeds ? VERDICT_OK : VERDICT_STALE);
			scene.count--;
		}
		assert_int_equal(say(&scene, &unit), VERDICT_FULL);
		assert_int_equal(say(&scene, &wrong), VERDICT_FULL);
		assert_int_equal(say(&scene, is_deeds ? &read_back : &in_force), VERDICT_FULL);
		assert_int_equal(say(&scene, &other), VERDICT_STALE);
		test_map_finish(&scene.rows);
	}
}

/* A RECORD AGREE is looked at in a walk too, whether it counts or not: so many of them, and then none. */
static void test_records_are_walks(void **state)
{
	static const struct said begin[] = { MINUTES };
	const struct said wrong = RECORD(A, "t", 5, .hash = HASH_OTHER, WANT(STALE)),
			  right = RECORD(A, "t", 5, WANT(OK)), other = RECORD(B, "t", 5, WANT(OK)),
			  unit = UNIT(A, 5, "v", "W.");

	(void)state;
	open_scene(&scene);
	for (size_t n = 0; n < ARRAY_COUNT(begin); n++)
		assert_int_equal(say(&scene, &begin[n]), VERDICT_OK);
	assert_int_equal(say(&scene, &right), VERDICT_OK);
	for (size_t n = 1; n < TEXT_WALKS_MAX; n++) {
		assert_int_equal(say(&scene, &wrong), VERDICT_STALE);
		scene.count--;
	}
	assert_int_equal(say(&scene, &wrong), VERDICT_FULL);
	assert_int_equal(say(&scene, &unit), VERDICT_FULL);
	assert_int_equal(say(&scene, &other), VERDICT_OK);
	test_map_finish(&scene.rows);
}

/* So is what a correction is of: one party makes so many of one text. */
static void test_corrections_are_walks(void **state)
{
	static const struct said begin[] = { SIGNED_TEXT };
	struct said correction = SAYS(A, TEXT, 2, .name = NULL), other = SAYS(B, TEXT, 2, .name = "other");
	size_t walked = 2; /* its initial and its signature */
	char name[8];

	(void)state;
	correction.name = name;
	open_scene(&scene);
	for (size_t n = 0; n < ARRAY_COUNT(begin); n++)
		assert_int_equal(say(&scene, &begin[n]), VERDICT_OK);
	for (; walked <= TEXT_WALKS_MAX; walked++) {
		snprintf(name, sizeof name, "c%zu", walked);
		assert_int_equal(say(&scene, &correction),
				 walked < TEXT_WALKS_MAX ? VERDICT_OK : VERDICT_FULL);
		scene.count--;
	}
	assert_int_equal(say(&scene, &other), VERDICT_OK);
	test_map_finish(&scene.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plays),
		cmocka_unit_test(test_plays_anew),
		cmocka_unit_test(test_who_observes),
		cmocka_unit_test(test_a_long_thing_has_no_label),
		cmocka_unit_test(test_a_text_is_full),
		cmocka_unit_test(test_records_are_walks),
		cmocka_unit_test(test_corrections_are_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
