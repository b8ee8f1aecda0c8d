/*
 * release_scene.h - the folds of release played by hand: the example guidelines, two parties, a map in
 * memory.
 *
 * Layer: tests. Nothing is signed: a signer says whose key it is and whether it is good, as node/refold.c
 * would.
 */
#ifndef TEST_RELEASE_SCENE_H
#define TEST_RELEASE_SCENE_H

#include "accord/guidelines.h"
#include "bundle_copy.h"
#include "test_map.h"
#include "view/release.h"

#define SCENE_LEADER 1u
#define SCENE_SHARE 4u
#define SCENE_HOME 901u
#define SCENE_ENTRIES_MAX 64u
#define SCENE_KEYS_MAX 64u
#define SCENE_START_MS 1000000000ull

/* Officers of a party; two keys of one person among them. */
enum person { DUTY, RELEASER, OTHER, OTHER_AGAIN, DESK, THIRD, PERSONS };

struct scene_entry {
	uint8_t bytes[2048]; /* of the statement */
	size_t len;
	struct statement statement;
	struct place_key at;
	struct entry_view view;
	/* As it was folded. */
	struct fold_input in;
	struct entry entry;
	struct signer signers[STATEMENT_SIGNATURES_MAX];
	bool match[STATEMENT_REFERENCES_MAX];
};

struct scene_keys {
	struct fold_input in;
	struct entry entry;
	struct statement statement;
	struct signer signer;
	uint8_t fields[4][64];
};

struct scene {
	struct bundle bundle;
	json_t *vectors;
	struct accord *accord;
	struct test_map rows;
	struct map map;
	struct fold fold;
	uint64_t sizes[3][2]; /* of SCENE_LEADER, SCENE_SHARE, SCENE_HOME by party */
	struct scene_entry entries[SCENE_ENTRIES_MAX];
	size_t count;
	struct scene_keys keys[SCENE_KEYS_MAX];
	size_t keys_count;
	const struct fold_input *folded[SCENE_ENTRIES_MAX + SCENE_KEYS_MAX]; /* all, in their order */
	size_t folded_count;
	uint8_t ids;   /* of statements that were given one */
	bool is_tried; /* each statement is changed, and each call of the map fails, before it is folded */
};

/* One entry. What is not said is KOR's duty officer on SCENE_SHARE, at the scene's start. */
struct line {
	uint64_t kind;
	uint32_t channel;
	size_t party;
	const char *role;  /* "duty" */
	const char *label; /* "C rel:KOR,USA"; as policy's tests write it, categories in order */
	enum person by[8]; /* signers, the author first */
	size_t by_count;   /* 0: the one of `role` */
	bool is_false;	   /* the last signature does not verify */
	uint8_t id;	   /* 0: a new one */
	uint64_t id_ms;	   /* 0, or when its id says that it was made */
	uint8_t content;   /* 0: none */
	uint64_t len;	   /* of it; 0: 10 */
	bool is_elsewhere; /* of another accord */
	int precedence;	   /* 0: none; 1: FLASH */
	size_t refers;	   /* position in the scene and one; 0: none */
	size_t refers_too; /* a second one */
	uint64_t late_ms, filed_late_ms;
	/* SUBMIT: the statement that is to go out, and whose key is under it; APPROVE: whose. */
	const struct scene_entry *outgoing;
	enum person inner;
	bool is_inner_false;
	/* Fields. */
	uint8_t hash;	 /* FIELD_ITEM_HASH; 0: none */
	uint64_t from;	 /* FIELD_DOWNGRADE_FROM, so many ms behind the start; 0: none */
	const char *to;	 /* FIELD_ITEM_TO: a code; of RELEASE an array of it */
	uint64_t number; /* of kinds that have one, and one; 0: none */
	uint64_t cause;	 /* FIELD_MARK_CAUSE, and one; 0: none */
	bool is_unread;	 /* what it refers to is not held */
	bool is_blind;	 /* it has seen nothing of the other party */
	size_t unseen;	 /* nor the last so many of it */
	bool is_at_door; /* its own door asks */
	/* Free text: in a field that no kind names, a form that the accord lacks, an attempt, a file. */
	bool has_unnamed, has_form, has_path, has_blob;
	uint64_t act; /* of the form */
};

int scene_open(struct scene *s);
void scene_close(struct scene *s);
/* Empties the record and enrols everybody anew. */
void scene_clear(struct scene *s);

/* The statement alone, as it would go out. */
void scene_say(struct scene *s, const struct line *l, struct scene_entry *out);
/* Folds it at the end of its log; the entry is in s->entries. */
enum verdict scene_put(struct scene *s, const struct line *l);
/* The same, of a statement that was said already. */
enum verdict scene_file(struct scene *s, const struct line *l, const struct scene_entry *said);
/*
 * A node that was cut off when it had folded the first `kept` of them, and starts: it goes through these logs
 * (every one that there is) in turn, each as far as it is ready, until all is folded. Opens *rows.
 */
void scene_refold(const struct scene *s, size_t kept, const struct log_key *logs, size_t count,
		  struct test_map *rows);
/* One more releaser than the named ones: PERSONS and above. */
void scene_enrol(struct scene *s, uint32_t channel, size_t party, enum person who);
/* Withdraws an officer's key on one log. */
void scene_withdraw(struct scene *s, uint32_t channel, size_t party, enum person who);

#endif
