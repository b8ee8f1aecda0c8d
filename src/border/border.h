/*
 * border.h - an item as it leaves in the formats of others: what has passed the evaluator, and nothing else.
 *
 * Spec: docs/spec/border.md. Layer: border (may use base, crypto, wire, accord, policy). No I/O, no clock: an
 * item and its label to bytes, and back. Whoever fills a struct border_item has asked policy_evaluate for the
 * item, for each portion and for each reference; a format only writes down what is there.
 */
#ifndef BORDER_BORDER_H
#define BORDER_BORDER_H

#include "accord/form_text.h"
#include "base/time.h"
#include "policy/policy.h"
#include "wire/content.h"
#include "wire/where.h"

#define UUID_LEN 16u
#define UUID_TEXT_LEN 37u /* with its terminator */

struct border_portion {
	struct bytes text;
	struct bytes language; /* it says in this one what others of them say in the item's; .len 0: of all */
	bool is_marked;	       /* it has a label of its own */
	struct label_mask label;
};

struct border_reference {
	uint8_t id[UUID_LEN];
	struct wall created;
	size_t author;
	bool is_event;
	bool is_published;
};

#define BORDER_SAME "same" /* its two references are events that its party says are one */

/* Of an item that is an event or is said of one, as it was said; .len 0: that is unknown. */
struct border_event {
	const char *kind; /* "event", "claim", "assessment", BORDER_SAME; NULL: the item is none of them */
	struct bytes name, type, when, place, source, confidence;
	struct where where; /* .count 0: unknown */
};

/* And what its form says, in each language. */
#define BORDER_PORTIONS_MAX (PORTIONS_MAX + ACCORD_LANGUAGES_MAX)

/* Everything in it is borrowed from whoever filled it. */
struct border_item {
	uint8_t id[UUID_LEN]; /* lasting: the same in every feed and every format */
	struct wall created;  /* as its author claims */
	struct wall modified; /* of its newest label or its recall; never before created */
	bool is_published;    /* the words of another, as they were released to outside parties */
	bool is_withdrawn;    /* recalled, erased, or marked above the reader since: no words are left */
	size_t author;	      /* of accord.parties */
	struct bytes role;
	enum precedence precedence;
	struct label_mask label;
	struct bytes language, subject; /* subject .len 0: none */
	/* in which its words stand side by side, the first is its own; 0: in one, or in none */
	struct bytes languages[ACCORD_LANGUAGES_MAX];
	struct bytes titles[ACCORD_LANGUAGES_MAX]; /* of each; .len 0: the subject, or the first line */
	size_t languages_count;
	struct border_portion portions[BORDER_PORTIONS_MAX];
	size_t portions_count;
	struct border_reference references[STATEMENT_REFERENCES_MAX];
	size_t references_count;
	struct border_event event; /* what is said of one has it as its first reference */
};

/* UUID (RFC 9562, in the form of version 4) of a thing of this accord: the same on every node. */
void border_uuid(const struct accord *a, const char *what, struct bytes of, uint8_t out[UUID_LEN]);
void border_uuid_write(const uint8_t id[UUID_LEN], char out[UUID_TEXT_LEN]);

/* The code of the outside party that is everybody: what it may read is published. */
#define BORDER_PUBLIC "PUBLIC"
bool border_is_public(const struct guidelines *g, const struct label_mask *m);
/* Of an exercise's accord, or with the value of this code, which a live one has for that. */
#define BORDER_EXERCISE "EXERCISE"
bool border_is_exercise(const struct accord *a, const struct label_mask *m);

/* Banner in the language that other programs' users read: English, or the accord's first. Always whole. */
#define BORDER_BANNER_MAX 24576u
void border_banner(const struct accord *a, const struct label_mask *m, struct buf *out);
/* All portions, an empty line between; *out has border_text_max(it), as it has for those of one language. */
size_t border_text_max(const struct border_item *it);
void border_text(const struct border_item *it, struct buf *out);
/* Those of one of its languages; of an item that has none all of them. */
bool border_is_in(const struct border_item *it, const struct border_portion *p, size_t language);
void border_text_in(const struct border_item *it, size_t language, struct buf *out);

/* The next of an event's values that is known, from *at = 0 on: its name and text; false: there is none. */
bool border_event_next(const struct border_event *e, size_t *at, const char **name, struct bytes *text);

/* What stands for an item that has no subject: its first line, cut at a character. */
struct bytes border_title(const struct border_item *it);
struct bytes border_title_in(const struct border_item *it, size_t language);

/*
 * A label as one line of ASCII, which every format carries beside its own marks:
 *
 *	KOR-USA 3 S caveat=NCG topic=DPRK-MSL rel=KOR,USA origin=KOR
 *
 * Words in the file's order; a category without values is not written, rel and origin always are.
 */
#define LABEL_TEXT_LEN_MAX 4096u
void label_text_write(const struct guidelines *g, const struct label_mask *m, struct buf *out);
/*
 * ERR_USAGE: it is no such line. ERR_REFUSED: it is of other guidelines or another version of them, or names
 * what they do not know, or is no label that they allow. *out is set in the last case too, and all zero in
 * the others. Letters of either case and more blanks than one are read; anything fuzzier is not.
 */
enum err label_text_read(const struct guidelines *g, struct bytes in, struct label_mask *out) MUST_CHECK;

#endif
