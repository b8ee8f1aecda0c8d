/*
 * guidelines.h - the file `guidelines`: levels, categories, agreements, who may read what, who releases what.
 *
 * Spec: docs/spec/guidelines.md. Vectors: test/vectors/guidelines.json. What it decides: policy/policy.h.
 * Layer: accord. Pure.
 *
 * Sets are bit masks: of guidelines.parties, where the accord's parties come first and in its order (so that
 * they compare with accord_channel.parties), and of guidelines.values. Each thing has the line that says it.
 */
#ifndef ACCORD_GUIDELINES_H
#define ACCORD_GUIDELINES_H

#include "accord/accord.h"
#include "wire/date.h"

#define GUIDELINES_WORDS "words.txt" /* the one file that a line "words hold" may name */

struct guidelines_party {
	char code[PARTY_NAME_MAX + 1]; /* "KOR" */
	struct accord_names names;
	uint16_t line;
};

struct guidelines_level {
	char code[CODE_LEN_MAX + 1]; /* "S" */
	struct accord_names names;
	uint16_t line;
};

enum category_rule {
	CATEGORY_ALL,  /* a reader must hold each value that a label names */
	CATEGORY_ANY,  /* one of those */
	CATEGORY_INFO, /* shown, and decides nothing */
	CATEGORY_RULE_COUNT
};

struct guidelines_category {
	char name[ROLE_NAME_MAX + 1]; /* "caveat" */
	enum category_rule rule;
	uint64_t values; /* of guidelines.values */
	uint16_t line;
};

struct guidelines_value {
	char code[CODE_LEN_MAX + 1]; /* "EAST": no two categories have the same */
	struct accord_names names;
	size_t category;
	uint8_t from;		       /* lowest level that it goes with */
	uint32_t excludes;	       /* parties that rel may not name beside it */
	bool is_originator_controlled; /* DOWNGRADE, and RELEASE outside, need each originator */
	uint16_t line;
};

#define GUIDELINES_NO_VIA UINT8_MAX

struct guidelines_agreement {
	char name[ROLE_NAME_MAX + 1]; /* "bilateral" */
	uint32_t parties;
	uint8_t ceiling;
	struct bytes basis; /* .len 0: none */
	uint64_t only;	    /* values, of which a label names at least one; 0: no such rule */
	uint64_t outside;   /* the other values of that category, of which it names none */
	uint8_t via;	    /* party through whose hand it goes; GUIDELINES_NO_VIA: any */
	uint16_t line;
};

/* A ceiling, never a set of levels, and values that are held. */
struct clearance {
	uint8_t up_to;
	uint64_t holds;
};

/* A line `node` or `role`. */
struct guidelines_reader {
	struct clearance clearance;
	bool may_release;
	uint16_t line; /* 0: there is none */
};

struct guidelines_ceiling {
	uint8_t level;
	uint16_t line; /* 0: there is none (of plane HOME, whose level is the highest) */
};

struct guidelines_feed {
	char name[ROLE_NAME_MAX + 1]; /* "taxii" */
	struct guidelines_ceiling ceiling;
};

enum release_when { RELEASE_WITHIN, RELEASE_OUTSIDE, RELEASE_ABOVE, RELEASE_PLANE, RELEASE_PRECEDENCE };

struct guidelines_release {
	enum release_when when;
	uint8_t of;	    /* the level, plane or precedence; otherwise 0 */
	uint8_t by;	    /* approvers beside the author */
	bool needs_consent; /* of each party */
	uint16_t line;
};

enum guidelines_act { GUIDELINES_DOWNGRADE, GUIDELINES_RECALL, GUIDELINES_ERASE, GUIDELINES_ACT_COUNT };

struct guidelines_count {
	uint8_t by;
	uint16_t line;
};

struct guidelines_span {
	uint64_t ms; /* 0: no such line */
	uint16_t line;
};

/* Until an item's review. */
struct guidelines_review {
	uint32_t days; /* 0: no such line */
	uint16_t line;
};

/*
 * What a level is called in a format: a level without such a line is not sent in it. Of the format that
 * begins so and ends in a party's name it is the code that this party marks it with at home.
 */
#define GUIDELINES_HOME "home-"
struct guidelines_map {
	char format[ROLE_NAME_MAX + 1]; /* "tlp" */
	uint8_t level;
	struct bytes value;
	uint16_t line;
};

struct guidelines {
	char name[CODE_LEN_MAX + 1];
	uint32_t version;
	struct date review_by; /* a day: warned of, and nothing stops */
	struct guidelines_party parties[GUIDELINES_PARTIES_MAX];
	size_t parties_count;
	uint32_t members; /* parties of the accord; the others are outside */
	struct guidelines_level levels[GUIDELINES_LEVELS_MAX]; /* low to high */
	size_t levels_count;
	struct guidelines_category categories[GUIDELINES_CATEGORIES_MAX];
	size_t categories_count;
	struct guidelines_value values[GUIDELINES_VALUES_MAX];
	size_t values_count;
	uint64_t all;					 /* values of categories `all` */
	uint64_t any[GUIDELINES_CATEGORIES_MAX];	 /* values of each category `any` */
	uint8_t any_category[GUIDELINES_CATEGORIES_MAX]; /* which that is */
	size_t any_count;
	struct guidelines_agreement agreements[GUIDELINES_AGREEMENTS_MAX];
	size_t agreements_count;
	struct guidelines_reader nodes[GUIDELINES_PARTIES_MAX]; /* by party */
	struct guidelines_reader roles[ACCORD_ROLES_MAX];	/* by accord.roles */
	struct guidelines_ceiling planes[PLANE_COUNT];
	struct guidelines_feed feeds[GUIDELINES_FEEDS_MAX];
	size_t feeds_count;
	struct guidelines_release releases[GUIDELINES_RELEASES_MAX];
	size_t releases_count;
	struct guidelines_count acts[GUIDELINES_ACT_COUNT];
	struct guidelines_span approval, approval_on[PLANE_COUNT];
	struct guidelines_review review, review_of[GUIDELINES_VALUES_MAX]; /* the latter by value, of notes */
	uint16_t words_line;						   /* 0: no words hold an item */
	struct guidelines_map maps[GUIDELINES_MAPS_MAX];
	size_t maps_count;
};

/* Look-ups; each returns the count when there is none. Words are compared as bytes. */
size_t guidelines_party_find(const struct guidelines *g, struct bytes code);
size_t guidelines_level_find(const struct guidelines *g, struct bytes code);
size_t guidelines_category_find(const struct guidelines *g, struct bytes name);
size_t guidelines_value_find(const struct guidelines *g, struct bytes code);
/* What `of` has as a value: the one of the same code in the category of the same name; SIZE_MAX: none. */
size_t guidelines_value_in(const struct guidelines *g, const struct guidelines *of, size_t value);
size_t guidelines_feed_find(const struct guidelines *g, struct bytes name);
/* What `map` calls a level in a format; .len 0: it has no name there, and what has that level is not sent. */
struct bytes guidelines_level_name(const struct guidelines *g, const char *format, uint8_t level);

#define GUIDELINES_DAY_LEN 11 /* "2027-06-30" and its terminator */
/* The day of review-by as it is written; and whether that day (UTC) has passed. Nothing stops on it. */
void guidelines_review_day(const struct guidelines *g, char out[GUIDELINES_DAY_LEN]);
bool guidelines_is_review_due(const struct guidelines *g, struct wall now);

#endif
