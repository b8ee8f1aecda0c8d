/*
 * form.h - a numbered message with typed fields, as a file of the accord says it, and whether a statement is
 * so.
 *
 * Spec: docs/spec/forms.md. Examples: accords/. Fuzz: test/fuzz/form.c, test/fuzz/accord.c.
 * Layer: accord (may use base, crypto, wire). Pure.
 *
 * A form stands in a MESSAGE, or in a REPLY if it is one that answers. What a fold decides on are fields of
 * the statement (key 14), the rest are fields of the content (its key 5), which may be sealed or erased. A
 * form or a version that the accord does not have is no fault: it is kept and shown raw.
 */
#ifndef ACCORD_FORM_H
#define ACCORD_FORM_H

#include "accord/accord.h"
#include "wire/content.h"

/* clang-format off */
#define FORM_TYPE_LIST(X) \
	X(TEXT, "text") X(PAIR, "pair") X(CODE, "code") X(TIME, "time") X(SPAN, "span") X(REF, "ref") X(NUM, "num") \
	X(ROLE, "role") X(PARTY, "party") X(HASH, "hash") X(PATH, "path") X(FORM, "form") X(GROUP, "group")
#define FORM_ACT_LIST(X) \
	X(ANNOUNCE, "announce") X(AMEND, "amend") X(CANCEL, "cancel") X(CLOSE, "close")
/* clang-format on */

enum form_type {
#define FORM_TYPE_ENUM(name, word) FORM_TYPE_##name,
	FORM_TYPE_LIST(FORM_TYPE_ENUM)
#undef FORM_TYPE_ENUM
		FORM_TYPE_COUNT
};
const char *form_type_name(enum form_type t);

enum form_act {
#define FORM_ACT_ENUM(name, word) FORM_ACT_##name,
	FORM_ACT_LIST(FORM_ACT_ENUM)
#undef FORM_ACT_ENUM
		FORM_ACT_COUNT
};
const char *form_act_name(enum form_act act);
_Static_assert(FORM_ACT_CLOSE == LINE_CLOSE, "a node closes its line checks as any form is closed");

/*
 * Fields that every form has: above all that a file can number, but for the act, which is 0 and absent when
 * 0.
 */
#define FORM_FIELD_MAX 199u /* highest number in a file */
#define FORM_FIELD_ACT 0u   /* statement: enum form_act */
#define FORM_FIELD_BASIS \
	200u /* statement: legal basis, text; beside sealed words `true`, and the text in them */
#define FORM_FIELD_REPLY_BY 201u /* statement: time */
#define FORM_FIELD_BECAUSE 202u	 /* likewise: why it is said although something is missing or late */
#define FORM_FIELD_REASON 203u	 /* content: why it is cancelled or closed, text */

/* A value that both languages have words for: `number` is what is signed. */
struct form_code {
	struct form_code *next; /* rising by number */
	uint64_t number;
	char name[FORM_WORD_MAX + 1];
	struct accord_names names;
};

struct form_list {
	struct form_list *next;
	char name[FORM_WORD_MAX + 1];
	struct form_code *codes;
};

/* For which values of which field something holds; .of NULL: always, or never, as its owner says. */
struct form_where {
	const struct form_field *of;			/* one code */
	const struct form_code *values[FORM_WHERE_MAX]; /* NULL behind the last */
};

struct form_field {
	struct form_field *next; /* rising by number; of a group's members, in their order */
	uint64_t number;	 /* 1..FORM_FIELD_MAX; a member has none */
	char name[FORM_WORD_MAX + 1];
	enum form_type type;
	const struct form_list *list; /* of FORM_TYPE_CODE */
	bool is_list, is_optional;
	struct form_where needed;   /* optional, but not there */
	bool is_content;	    /* else of the statement */
	bool is_words;		    /* of the statement, where a fold asks only whether it is there */
	struct form_field *members; /* of FORM_TYPE_GROUP */
	struct accord_names names;
};

/* Of when a form is announced, by a time that one of its fields says. */
struct form_bound {
	uint64_t ms;		     /* 0: there is none */
	const struct form_field *of; /* a time, or the beginning of a span */
	struct form_where where;     /* only there; .of NULL: always */
};

/* Milliseconds; 0: there is no such limit. */
struct form_limits {
	uint64_t answer_ms;			 /* an action addressee answers within */
	uint64_t answer_by_ms[PRECEDENCE_COUNT]; /* 0: answer_ms */
	/* its author says it again within, until it is cancelled or closed */
	uint64_t again_ms;
	struct form_bound before, after; /* so long before, or at the latest so long after */
};

struct form {
	struct form *next; /* rising by file */
	struct bytes file; /* "forms/N20" */
	char name[FORM_NUMBER_MAX + 1];
	uint64_t version;
	struct accord_names names;
	uint8_t planes, acts;	    /* bit masks of enum plane, enum form_act */
	uint8_t precedences;	    /* bit mask: which it may have; 0: that of what it is about */
	enum precedence precedence; /* where none is said */
	bool is_reply;		    /* announced by a REPLY: it answers a message */
	bool is_correction;	    /* goes where its subject went, as urgently: the first of refers-to */
	bool is_basis_required;
	char after[FORM_AFTER_MAX][FORM_NUMBER_MAX + 1]; /* one of these is referred to; "" ends */
	struct form_limits limits;
	struct form_list *lists;
	struct form_field *fields;
};

/* NULL if the accord has none. */
const struct form *form_find(const struct accord *a, struct bytes name, uint64_t version);
/* The highest version of that name. */
const struct form *form_newest(const struct accord *a, struct bytes name);
/*
 * The form that a statement is to be as: NULL if it names none, or one that is not known, or only answers
 * one.
 */
const struct form *form_of(const struct accord *a, const struct statement *s);
/* 1..; also those that every form has. NULL. */
const struct form_field *form_field_find(const struct form *f, uint64_t number);
/* Those that every form has, in order; NULL behind the last. */
const struct form_field *form_shared_field(size_t index);
const struct form_code *form_code_find(const struct form_list *l, uint64_t number);
const struct form_code *form_code_of(const struct form_list *l, struct bytes name); /* NULL */
/*
 * Lists of the accord's `codes` that statements without a form take values of; and that have the words around
 * every form: its acts and the titles of the fields that no file names, by their numbers.
 */
#define FORM_LIST_EVENT "event"
#define FORM_LIST_CONFIDENCE "confidence"
#define FORM_LIST_ACT "act"
#define FORM_LIST_EVERY "every-form"
/* NULL if the accord has none. */
const struct form_list *form_list_find(const struct accord *a, const char *name);
const struct form_code *form_code_named(const struct accord *a, const char *list, struct bytes name);
/* FORM_ACT_COUNT if its field is no act. */
enum form_act form_act_of(const struct statement *s);

/* clang-format off */
#define FORM_FAULT_LIST(X) \
	X(NONE,       "nothing") \
	X(ACT,        "the form has no such act") \
	X(PLANE,      "the form does not go on this plane") \
	X(ANSWER,     "the form is announced by a reply, and by nothing else") \
	X(UNKNOWN,    "the form has no such field here") \
	X(MISSING,    "a field is missing") \
	X(TYPE,       "a field is not of its type") \
	X(CODE,       "a field has a value that the accord does not list") \
	X(BASIS,      "the form needs a legal basis") \
	X(REASON,     "it is cancelled or closed without a reason") \
	X(PRECEDENCE, "the form does not have this precedence") \
	X(REACH,      "a correction goes where its subject went, as urgently") \
	X(LATE,       "it is later than the form allows")
/* clang-format on */

enum form_fault_kind {
#define FORM_FAULT_ENUM(name, text) FORM_FAULT_##name,
	FORM_FAULT_LIST(FORM_FAULT_ENUM)
#undef FORM_FAULT_ENUM
		FORM_FAULT_COUNT
};
const char *form_fault_name(enum form_fault_kind kind); /* "CODE" */
const char *form_fault_text(enum form_fault_kind kind); /* English; the program translates it */

struct form_fault {
	enum form_fault_kind kind;
	uint64_t number; /* of the field at fault; meaningful for UNKNOWN, MISSING, TYPE, CODE, LATE */
};

/* Whether s states why something is missing or late. */
bool form_is_because(const struct statement *s);
/* Fields of every form of which s says more than that they stand in its words: nodes read that. */
bool form_has_clear_words(const struct statement *s);

/*
 * What the statement shows alone: ERR_RULE with the first fault. What it refers to is for the fold. Used by
 * every node, so the verdict is the same everywhere.
 */
enum err form_check(const struct accord *a, const struct form *f, enum plane plane, const struct statement *s,
		    struct form_fault *fault) MUST_CHECK;
/* What was only read: for our own door, and for a screen that shows what a peer left out. */
enum err form_check_content(const struct accord *a, const struct form *f, const struct statement *s,
			    const struct content *c, struct form_fault *fault) MUST_CHECK;
/* What our own door asks beside: precedence, time limits. */
enum err form_check_sending(const struct form *f, const struct statement *s, const struct content *c,
			    struct form_fault *fault) MUST_CHECK;

/*
 * Whether value is strict CBOR of the field's type; refers_count bounds a ref. Never ERR_OK with a list too
 * long.
 */
enum err form_value_check(const struct accord *a, const struct form_field *f, struct bytes value,
			  size_t refers_count, enum form_fault_kind *why) MUST_CHECK;

/* One value, whatever its type: of a pair the text of each language, of a span two times. */
struct form_value {
	uint64_t numbers[2];
	struct bytes texts[ACCORD_LANGUAGES_MAX];
};
/* Whether that is numbers[0] alone; else, but for pair and span, it is texts[0]. */
bool form_is_number(enum form_type type);
/* The next of a field or member that was checked and is no group. */
void form_value_read(const struct form_field *f, struct cbor_reader *in, struct form_value *out);
/*
 * The next of fields[*at..] that is one of the form, here, and of its type, but for the act; NULL at the end.
 */
const struct form_field *form_filled_next(const struct accord *a, const struct form *form,
					  const struct field *fields, size_t count, bool is_content,
					  size_t refers_count, size_t *at);

#endif
