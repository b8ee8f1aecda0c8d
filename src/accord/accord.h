/*
 * accord.h - what the parties agreed beforehand, as plain files: parties, keys, channels, posts, timers.
 *
 * Spec: docs/spec/accord.md. Examples: accords/. Fuzz: test/fuzz/accord.c.
 * Layer: accord (may use base, crypto, wire). Pure: it is handed the files and reads no disk.
 *
 * Nothing here knows a particular country, body, channel or role: those are the values in the files.
 * A `struct accord` and all that it points to live in the arena that accord_read was given.
 */
#ifndef ACCORD_ACCORD_H
#define ACCORD_ACCORD_H

#include "base/arena.h"
#include "base/limits.h"
#include "crypto/sign.h"
#include "wire/book.h"
#include "wire/kinds.h"
#include "wire/note.h"
#include "wire/origin.h"

/* One file of the bundle: its name as it stands in MANIFEST ("channels", "forms/N01"), and its bytes. */
struct accord_file {
	struct bytes name, content;
};

/*
 * Where a file was refused: file name (borrowed from the input, or static), line, rule ("channels.plane").
 * Line 1 stands for a file as a whole, its last line for what is missing.
 */
struct accord_fault {
	struct bytes file;
	struct fault fault;
};

/* A name in every language of the accord, in the order of accord.languages. */
struct accord_names {
	struct bytes text[ACCORD_LANGUAGES_MAX];
};

struct accord_party {
	char name[PARTY_NAME_MAX + 1]; /* "kor" */
	char code[PARTY_NAME_MAX + 1]; /* "KOR": the name in capitals, as labels have it */
	struct accord_names names;
	char zone[ACCORD_ZONE_MAX + 1]; /* "Asia/Seoul"; "": not said */
};

enum accord_key_use {
	ACCORD_KEY_ROOT,
	ACCORD_KEY_REGISTRAR,
	ACCORD_KEY_LOG,
	ACCORD_KEY_MIRROR,
	ACCORD_KEY_TLS,
	ACCORD_KEY_USE_COUNT
};

struct accord_key {
	size_t party; /* of accord.parties */
	enum accord_key_use use;
	struct bytes key;    /* root, registrar: SSH wire form; log, mirror, tls: 32 raw bytes of Ed25519 */
	unsigned quorum, of; /* roots: k of n; otherwise 1 of 1 */
};

enum plane { PLANE_LEADER, PLANE_CONSULT, PLANE_NOTIFY, PLANE_SHARE, PLANE_SERVICE, PLANE_HOME, PLANE_COUNT };
const char *plane_name(enum plane p);

struct accord_channel {
	uint32_t number;	      /* 1..CHANNEL_MAX */
	enum plane plane;	      /* PLANE_HOME: one party, never offered to a peer */
	char name[ROLE_NAME_MAX + 1]; /* short name for commands, "leader" */
	struct accord_names names;
	uint8_t parties;     /* bit mask of accord.parties that hold its logs and read here */
	uint8_t observers;   /* those of them that say nothing here: ADR 86 */
	uint8_t precedences; /* bit mask of enum precedence that may be used */
	uint64_t writers;    /* bit mask of accord.roles that may write, where their party has a voice */
	bool is_sealed;	     /* officers' contents are sealed: docs/spec/seal.md */
	bool is_closed;	     /* who writes there reads there, and nobody else of its parties */
	uint64_t readers;    /* of a sealed one: bit mask of accord.roles that can read each of them */
};

/* A post: what is addressed. Who holds it comes from `keys` statements. */
struct accord_role {
	char name[ROLE_NAME_MAX + 1]; /* "watch", "head" */
	struct accord_names names;
	uint8_t parties; /* bit mask: who has such a post */
	/* What each who is on duty there has to be able to: words with a space between; "": nothing. */
	char able[ROSTER_REACH_MAX + 1];
	uint64_t until_ms; /* it says nothing that is claimed or filed from then on; 0: for ever */
};

/* Who acts for a post, where and how urgently. */
struct accord_acting {
	uint8_t role, for_role;	     /* of accord.roles */
	uint8_t planes, precedences; /* bit masks */
};

/* By precedence; milliseconds. */
struct accord_timer {
	uint64_t receipt_ms;	/* STATION RECEIPT expected; FLASH: else the next path at once */
	uint64_t read_ms;	/* WATCH READ expected */
	uint64_t query_ms;	/* QUERY is sent after so long without WATCH READ */
	uint64_t alternate_ms;	/* the alternate is called */
	bool is_query_doubling; /* each QUERY waits twice as long as the one before */
};

struct form;
struct form_list;
struct glossary_term;

enum accord_post_quantum { POST_QUANTUM_PREFERRED, POST_QUANTUM_REQUIRED };

struct guidelines; /* accord/guidelines.h */
struct procedure;  /* accord/procedure.h */
struct held_words; /* accord/words.h */

struct accord {
	uint8_t id[ACCORD_ID_LEN]; /* first bytes of the founding manifest's hash */
	uint8_t hash[HASH_LEN];	   /* of this version's MANIFEST */
	struct bytes manifest;	   /* its bytes */
	bool is_founding;
	uint8_t previous[HASH_LEN]; /* meaningful unless founding */
	bool is_exercise;
	enum accord_post_quantum post_quantum;
	struct bytes title[ACCORD_LANGUAGES_MAX];
	char languages[ACCORD_LANGUAGES_MAX][16]; /* BCP 47, "ko" "en" */
	size_t languages_count;
	struct accord_party parties[PARTY_MAX]; /* in the file's order: the same in every version */
	size_t parties_count;
	struct accord_key keys[ACCORD_KEYS_MAX];
	size_t keys_count;
	struct accord_channel channels[ACCORD_CHANNELS_MAX]; /* rising by number */
	size_t channels_count;
	struct accord_role roles[ACCORD_ROLES_MAX]; /* in the file's order, likewise */
	size_t roles_count;
	uint64_t two_roles;   /* bit mask of roles: a key gets one by the signatures of two persons */
	uint64_t named_roles; /* those that `authority` has a line of */
	struct accord_acting acting[ACCORD_ACTING_MAX]; /* in the file's order */
	size_t acting_count;
	struct accord_timer timers[PRECEDENCE_COUNT];
	uint64_t line_check_ms;	  /* scheduled line check of each path; 0: none */
	uint64_t line_answer_ms;  /* the peer's node answers a line check within */
	uint64_t flash_len_max;	  /* bytes of UTF-8 of a FLASH's text */
	uint64_t clock_offset_ms; /* claimed times further off than this are flagged */
	uint64_t text_hold_ms; /* between initials that are read back and a signature; 0: neither is asked */
	bool is_start_strict;  /* no writing after a start until one peer has answered */
	const struct guidelines *guidelines; /* NULL: the bundle has none */
	const struct held_words *held;	     /* of words.txt; NULL: no words hold an item */
	struct bytes opened;		     /* the file `opened` (policy/opened.h); .len 0: there is none */
	struct form_list *lists;	     /* of `codes`: what more than one form names; NULL for none */
	struct glossary_term *terms;	     /* glossary.h; NULL for none */
	size_t terms_count;
	uint64_t translators
		[TRANSLATION_STATUS_COUNT]; /* bit masks of roles: who may say that status; 0: not said */
	struct form *forms;		    /* form.h; NULL for none */
	size_t forms_count, form_words;	    /* ACCORD_FORMS_MAX, ACCORD_FORM_WORDS_MAX */
	struct procedure *procedures;	    /* rising by file name; NULL for none */
	size_t procedures_count;
};

/*
 * Reads a bundle. `files` are all files but MANIFEST and SIGNED/, rising by name; `manifest` is the
 * MANIFEST's bytes. Checks that the manifest names exactly these files with these hashes, and then every rule
 * of every file (a name that is used must be defined, one log, mirror and TLS key each party, ...). ERR_USAGE
 * with *fault filled in; ERR_MEMORY when the arena is too small (ACCORD_ARENA_LEN is enough for the limits).
 */
enum err accord_read(struct bytes manifest, const struct accord_file *files, size_t count, struct arena *a,
		     struct accord **out, struct accord_fault *fault) MUST_CHECK;

/* The MANIFEST of files, which are given rising by name, in sha256sum's form. */
void accord_manifest_write(const struct accord_file *files, size_t count, struct buf *out);

/*
 * Puts a key's line as it stands in `keys`, with its newline. The key has passed ssh_public_check, or is 32
 * raw bytes; its party is named here because the line is made before there is an accord.
 */
void accord_key_write(struct bytes party, const struct accord_key *key, struct buf *out);
/* The same point may stand raw and in SSH's wire form. */
bool accord_key_is_same(const struct accord_key *a, const struct accord_key *b);
const char *accord_key_use_name(enum accord_key_use use); /* "root" ... */

/* The first file whose line differs between two manifests, MANIFEST if one is none; ERR_NOT_FOUND if they are
 * the same. */
enum err accord_manifest_diff(struct bytes ours, struct bytes theirs, struct bytes *file) MUST_CHECK;

/*
 * Judges one SIGNED/PARTY.N.sig (armoured): ERR_OK with the index of the root key that made it,
 * ERR_VERIFY otherwise. An accord is in force when every party has its quorum of distinct roots.
 */
enum err accord_signature_check(const struct accord *a, struct bytes armoured, size_t *key) MUST_CHECK;
/* Whether party's roots among `signers` (key indexes) reach its quorum. */
bool accord_has_quorum(const struct accord *a, size_t party, const size_t *signers, size_t count);

/*
 * The versions that are held, oldest first: each but the first names the one before it, and may follow it.
 * Every log says at each of its entries which of them it is judged by (view/fold.h).
 */
struct accord_versions {
	const struct accord *of[ACCORD_VERSIONS_MAX]; /* borrowed */
	size_t count;				      /* at least 1 */
};
/* Which of them this is; .count if it is none. */
size_t accord_version_find(const struct accord_versions *v, const uint8_t hash[HASH_LEN]);
const struct accord *accord_newest(const struct accord_versions *v);

/*
 * Whether `next` may follow `old`: ERR_USAGE with *fault, whose rule is one of `succession.`
 * (docs/spec/accord.md section 12); those of the file `opened`: policy/opened.h. What a number stands for in
 * the record is never another thing later.
 */
enum err accord_succeeds(const struct accord *old, const struct accord *next,
			 struct accord_fault *fault) MUST_CHECK;
/*
 * Whether a party's roots of `old`, the version before, are to sign `next` too, and do: they are if its
 * roots or its registrar are other ones. `armoured` are the files of SIGNED/.
 */
bool accord_is_let_go(const struct accord *old, const struct accord *next, size_t party,
		      const struct bytes *armoured, size_t count);

/* Look-ups; the finders return a count (parties_count, ...) or NULL when there is none. */
size_t accord_party_find(const struct accord *a, struct bytes name);
size_t accord_role_find(const struct accord *a, struct bytes name);
/* Whether a post may act for another there: its own, or one for which a line of `authority` names it. */
bool accord_may_act(const struct accord *a, size_t role, size_t for_role, enum plane plane,
		    enum precedence precedence);
/* Whether any line says who acts for that post. */
bool accord_is_acted_for(const struct accord *a, size_t role);
const struct accord_channel *accord_channel_find(const struct accord *a, uint32_t number);
const struct accord_channel *accord_channel_by_name(const struct accord *a, struct bytes name);
/*
 * Bit mask of its parties that speak there: who is asked, owes, consents and agrees. Those that observe hold
 * what they hold, and nobody waits for them.
 */
uint8_t accord_voices(const struct accord_channel *c);
/* Bit mask of accord.roles whose authority has ended by then. */
uint64_t accord_ended(const struct accord *a, uint64_t ms);
/* Bit mask of accord.roles that may read there at all: of a closed one those that write there, else all. */
uint64_t accord_let_in(const struct accord_channel *c);
/* The first key of that use; NULL if the party has none. */
const struct accord_key *accord_key_find(const struct accord *a, size_t party, enum accord_key_use use);
/* Which of accord.languages this is; 0 if it is none of them. */
size_t accord_language_find(const struct accord *a, struct bytes tag);

/* The words that short codes number (docs/spec/link.md section 6): the same on every node of this version. */
void accord_book(const struct accord *a, struct book *out);

/* "accord id/party/mirror": the name in a cosignature's line. */
void accord_mirror_name(const struct accord *a, size_t party, struct buf *out);

#endif
