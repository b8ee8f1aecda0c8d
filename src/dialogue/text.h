/*
 * text.h - a text in several languages of equal rank: ordered units, their versions, who agrees to which.
 *
 * Spec: docs/spec/dialogue.md sections 9 and 10. ADR 43. Tests: test/unit/test_text.c. Layer: dialogue (may
 * use base, crypto, wire). Pure: no clock, no arrival order.
 *
 * A deed changes only what its own author holds: which version of a unit he stands on in a language, and how
 * firmly; which versions his linguist finds to match; what he endorsed. What follows is a function of what
 * all hold, so two nodes with the same deeds have the same text. Deeds of one party are taken in the order of
 * its log, and what a deed names before it.
 */
#ifndef DIALOGUE_TEXT_H
#define DIALOGUE_TEXT_H

#include "crypto/hash.h"
#include "dialogue/thing.h"

enum unit_status {
	UNIT_MISSING, /* nobody has words in this language */
	UNIT_PROPOSED,
	UNIT_BRACKETED, /* parties stand on different words */
	UNIT_AD_REFERENDUM,
	UNIT_AGREED,
	UNIT_STATUS_COUNT
};
const char *unit_status_name(enum unit_status s); /* "AGREED AD REFERENDUM" */

enum text_firmness { TEXT_PROPOSES, TEXT_AD_REFERENDUM, TEXT_AGREES };

struct text_version {
	struct deed_at at;
	uint32_t unit, number;
	uint8_t language;
	struct bytes words; /* in the text's heap */
};

struct text_unit {
	char name[DIALOGUE_NAME_MAX + 1];
	struct text_stand {
		uint32_t version; /* its index and 1; 0: none */
		enum text_firmness firmness;
	} stands[DIALOGUE_LANGUAGES_MAX][PARTY_MAX];
	/* likewise: what the linguist found to match */
	uint32_t concorded[DIALOGUE_LANGUAGES_MAX][PARTY_MAX];
};

struct text_endorsed {
	struct deed_at at; /* .epoch 0: not yet */
	uint8_t hash[HASH_LEN];
	struct bytes when, outlets; /* of a RELEASE, as written; in the text's heap */
};

/* What a party read back of another's initial, and what that one said of it: each the last in its log. */
enum text_marking { TEXT_UNMARKED, TEXT_MARKED_CORRECT, TEXT_MARKED_WRONG };
struct text_read_back {
	uint8_t hash[HASH_LEN];	  /* that of the initial */
	struct deed_at at;	  /* the last READ BACK of it; .epoch 0: none */
	uint64_t since_ms;	  /* when the first of this hash was filed, by its reader's clock */
	struct deed_at marked_at; /* which READ BACK the last MARK is about */
	uint8_t marked_hash[HASH_LEN];
	enum text_marking marking;
};

struct text {
	uint8_t parties; /* bit mask: of its channel */
	size_t parties_count, languages_count;
	char languages[DIALOGUE_LANGUAGES_MAX][LANGUAGE_TAG_MAX + 1];
	struct text_unit *units; /* heap; in the order in which they came up */
	uint32_t *by_name;	 /* heap; their indices, rising by name */
	size_t units_count;
	struct text_version *versions; /* heap */
	size_t versions_count;
	uint32_t *of[PARTY_MAX]; /* heap; each party's, in its log's order */
	size_t of_count[PARTY_MAX];
	uint32_t deeds[PARTY_MAX]; /* how many units, agreements and concordances: its revision */
	struct text_endorsed endorsed[ENDORSEMENT_COUNT][PARTY_MAX];
	struct text_read_back read_backs[PARTY_MAX][PARTY_MAX]; /* by reader, then by whose initial it is */
};

/* languages: the field of its statement. What is open is closed. */
void text_open(struct text *t, const struct thing *thing, struct bytes languages);
void text_close(struct text *t);

/*
 * A UNIT, AGREE, CONCORDANCE, ENDORSE; named: the versions that it names. A READ BACK of an initial and a
 * MARK of one name what they are about; field 18 is the initial's hash, a MARK's field 3 what it says.
 * Copies what it keeps.
 */
struct text_deed {
	struct deed_at at;
	uint64_t filed_ms;
	const struct statement *says; /* its kind and fields */
	struct deed_at named[STATEMENT_REFERENCES_MAX];
	size_t named_count;
};
void text_take(struct text *t, const struct text_deed *d);
/* What counts in the revision: so much of a text is another file. */
bool text_is_revised_by(uint64_t kind);

/* .languages_count: it has none of this tag. */
size_t text_find_language(const struct text *t, struct bytes tag);
/* Two of one unit and language (indices and 1): the same words at the same place are one alternative. */
bool text_is_same(const struct text *t, uint32_t version, uint32_t other);
/* By the place of its UNIT; NULL. */
const struct text_version *text_version(const struct text *t, const struct deed_at *at);

enum unit_status text_status_in(const struct text *t, const struct text_unit *u, size_t language);
/* The least of its languages. */
enum unit_status text_status(const struct text *t, const struct text_unit *u);
/* Whether this party's linguist has found the versions that stand to match. */
bool text_is_concorded(const struct text *t, const struct text_unit *u, size_t party);
/* What is shown of a unit: what all stand on, or the first party that stands on any; NULL: there is none. */
const struct text_version *text_shown(const struct text *t, const struct text_unit *u, size_t language);
/* All agree that it is left out. */
bool text_is_left_out(const struct text *t, const struct text_unit *u);
/* Whether every unit is agreed at least so, none has words in one language alone, and one is left. */
bool text_is_agreed(const struct text *t, enum unit_status least);
/* Likewise, with every concordance. */
bool text_is_clean(const struct text *t, enum unit_status least);
/* The units in order, by number and then by name: heap, units_count of them. */
const struct text_unit **text_order(const struct text *t);
/* Whether every party has endorsed one hash like this, a release for one time and the same outlets. */
bool text_is_endorsed(const struct text *t, enum endorsement what);
/* What `reader` read back of the initial of `whose` that has this hash, and what that one said of it. */
bool text_has_read_back(const struct text *t, size_t reader, size_t whose, const uint8_t hash[HASH_LEN]);
enum text_marking text_marking(const struct text *t, size_t reader, size_t whose,
			       const uint8_t hash[HASH_LEN]);
/* Whether every party's initial of this hash was read back by every other and marked CORRECT. */
bool text_is_read_back(const struct text *t, const uint8_t hash[HASH_LEN]);
/*
 * Since when the own log of this party shows that all initials of this hash stood, by its own clock: it had
 * read back the last of them. UINT64_MAX: it has not.
 */
uint64_t text_stood_since(const struct text *t, size_t party, const uint8_t hash[HASH_LEN]);

/* What stands above the units in the canonical file. */
struct text_head {
	uint8_t accord[ACCORD_ID_LEN];
	uint32_t channel;
	struct deed_at at;
	struct bytes name, title;      /* the field's value */
	struct bytes codes[PARTY_MAX]; /* of the accord's parties */
};
typedef void text_put(void *self, struct bytes part);
void text_write(const struct text *t, const struct text_head *head, text_put *put, void *self);
void text_hash(const struct text *t, const struct text_head *head, uint8_t out[HASH_LEN]);

#endif
