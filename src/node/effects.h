/*
 * effects.h - everything that the core wants done: a bounded list that the daemon or the simulator carries
 * out.
 *
 * Layer: node. There are no callbacks in the core. The list belongs to its owner, who resets it after he has
 * carried it out; what the effects point to lives in its memory until then. Effects of a turn appear only in
 * node_commit, after the disk has what they speak of; an answer to a refused request may come at once.
 */
#ifndef NODE_EFFECTS_H
#define NODE_EFFECTS_H

#include "base/arena.h"
#include "base/time.h"
#include "policy/policy.h"
#include "view/fold.h"
#include "wire/frame.h"

/* In which order the link's queue sends: service frames of the link itself, then by precedence. */
enum urgency {
	URGENCY_LINK,
	URGENCY_FLASH,
	URGENCY_IMMEDIATE,
	URGENCY_PRIORITY,
	URGENCY_ROUTINE,
	URGENCY_ATTACHMENT,
	URGENCY_COUNT
};

enum effect_kind {
	EFFECT_FRAME,	/* give this frame to the link */
	EFFECT_THIN,	/* put these bytes on a thin path, in place of what is being put there */
	EFFECT_SIGN,	/* ask the signer for our line under this note */
	EFFECT_COSIGN,	/* ask the signer for our mirror's line */
	EFFECT_SETTLED, /* tell the signer that what it may have forgotten is in doubt no longer */
	EFFECT_ANSWER,	/* tell the client what became of his command */
	EFFECT_PUBLISH, /* tell every client that the state has changed */
	EFFECT_CLOSE,	/* close a path, for this reason */
	EFFECT_STOP,	/* stop the node: this machine cannot be trusted to go on */
	EFFECT_FULL,	/* the disk is full: give up the reserve, so that peers' entries still find room */
	EFFECT_KIND_COUNT
};

struct effect_frame {
	size_t peer; /* of accord.parties */
	size_t path;
	enum urgency urgency;
	enum frame_kind kind;
	struct bytes payload;
	uint64_t tag; /* given back by node_sent when the socket has taken it; 0: not wanted */
};

/* What stands behind an advance copy. */
enum advance_state {
	ADVANCE_SIGNED = 1, /* its officer's signature, as it will stand in its log */
	ADVANCE_BY_LINE,    /* the key of a thin path: the peer's node said it; the signature is to follow */
	ADVANCE_FALSE,	    /* what the line said is not what the log brought */
};

struct effect_sign {
	struct origin origin;
	uint64_t size;
	struct bytes text;	    /* the note's three lines */
	uint8_t (*proof)[HASH_LEN]; /* consistency with the size that the signer last signed */
	size_t proof_count;
	uint64_t seconds;   /* COSIGN: the time to be signed */
	const uint8_t *key; /* public half of what signs: of the accord's versions */
};

struct effect_answer {
	uint64_t client;	 /* as in struct command */
	enum err err;		 /* ERR_OK: in the record, QUEUED */
	enum verdict verdict;	 /* with ERR_REFUSED */
	uint16_t line;		 /* of the guidelines that it is by; 0: none */
	uint8_t needed;		 /* with VERDICT_APPROVAL: approvers beside the author */
	uint64_t hold_ms;	 /* with VERDICT_HOLD: how long it still holds */
	enum ruling ruling;	 /* with VERDICT_PROCEDURE */
	const char *limit;	 /* with ERR_LIMIT or ERR_FULL: its name; else a rule's name or NULL */
	struct denial denial;	 /* with VERDICT_LABEL: why */
	struct form_fault fault; /* with VERDICT_FORM: what of it */
	bool is_repeat;		 /* the statement stood there already */
	bool is_said;		 /* another stands there that says the same: this one is not filed */
	struct place_key place;
	/* bit mask of the accord's channels: a withdrawal for all of them is not in the logs there */
	uint64_t shut;
};

/* What has changed. */
enum change {
	CHANGE_ENTRY,
	CHANGE_RECEIPT,
	CHANGE_SENT,
	CHANGE_ADVANCE,
	CHANGE_PATH,
	CHANGE_LOG,
	CHANGE_ATTACHMENT,
	CHANGE_COUNT
};

struct effect_publish {
	enum change change;
	uint64_t number;	     /* rises by one with each published change of this run */
	struct place_key place;	     /* ENTRY: which; RECEIPT, SENT: .index is the size that is covered */
	size_t peer;		     /* RECEIPT: who cosigned; PATH: who */
	struct bytes entry, content; /* ENTRY, ADVANCE: the bytes, content .len 0 when there is none */
	struct entry_view view;	     /* ENTRY, when it is folded already */
	bool is_folded;
	enum advance_state advance; /* ADVANCE: SIGNED has no .index in its place yet */
};

struct effect {
	enum effect_kind kind;
	bool is_held; /* waits for the flush of this turn: node_commit lets it go, or takes it back */
	union {
		struct effect_frame frame; /* FRAME; THIN: bytes as they stand, kind unused */
		struct effect_sign sign;
		struct effect_answer answer;
		struct effect_publish publish;
		struct {
			size_t peer, path;
			enum err why;
			struct fault fault;
		} close;
		struct {
			enum err why;
			const char *what;
		} stop;
	};
};

struct effects {
	struct effect *list; /* EFFECTS_MAX of them */
	size_t count;
	struct arena arena;
};

void effects_init(struct effects *fx, struct effect *list, void *memory, size_t size);
void effects_reset(struct effects *fx);
/* The next effect, zeroed; NULL when EFFECTS_MAX are in the list. */
struct effect *effects_add(struct effects *fx, enum effect_kind kind);
/* Whether `count` more effects of `len` bytes together have room. */
bool effects_has_room(const struct effects *fx, size_t count, size_t len);
/* The flush came about: nothing is held any longer. */
void effects_let_go(struct effects *fx);
/* It did not: answers become `why`, naming the limit, and whatever else was held is dropped. */
void effects_take_back(struct effects *fx, enum err why, const char *limit);

#endif
