/*
 * room.h - one node and whoever talks to it: every frame that it hears is made by the test, and every frame
 * that it says is kept.
 *
 * Nobody takes what it says until the test says so (room_took). Its signer answers at once.
 */
#ifndef SIM_ROOM_H
#define SIM_ROOM_H

#include "forge.h"

struct said {
	enum frame_kind kind;
	size_t peer, path;
	enum urgency urgency;
	uint64_t tag;
	uint8_t *bytes; /* owned */
	size_t len;
};

struct room {
	struct world *w;
	struct sim_node *n; /* party 0 */
	struct said *said;
	size_t count, max;
	uint64_t published[CHANGE_COUNT], closed, stopped, refused;
	enum err why;	      /* of the last path that it closed */
	const char *limit;    /* of the last answer that refused a command */
	enum err signer_says; /* ERR_OK: it signs */
	int64_t skip_ms;      /* the clock, ahead of the world's */
};

/* Three parties; nobody is linked, everybody's first epochs are open. */
void room_open(struct room *r);
void room_close(struct room *r);

struct now room_now(const struct room *r);
/* A path of this peer comes up, and says HELLO with these notes. */
void room_link(struct room *r, size_t peer, size_t path, const struct bytes *notes, size_t count);
void room_unlink(struct room *r, size_t peer, size_t path);
/* One frame, and the turn that it begins. */
enum err room_hear(struct room *r, size_t peer, enum frame_kind kind, struct bytes payload) MUST_CHECK;
enum err room_hear_batch(struct room *r, size_t peer, const struct forge *f, size_t first,
			 size_t end) MUST_CHECK;
/* An officer of the node's own party says something; its answer. */
enum err room_say(struct room *r, uint32_t channel, enum precedence precedence, size_t text_len,
		  const uint8_t blob[HASH_LEN], size_t blob_len) MUST_CHECK;
/* So many of them in one commit. */
enum err room_say_at_once(struct room *r, uint32_t channel, enum precedence precedence, size_t text_len,
			  size_t count) MUST_CHECK;
void room_tick(struct room *r, int64_t ms);
void room_turn(struct room *r);
/* The socket has taken this frame. */
void room_took(struct room *r, struct said *s);

size_t room_said(const struct room *r, size_t peer, enum frame_kind kind);
/* Forgets what was said so far. */
void room_forget(struct room *r);
struct log_status room_log(const struct room *r, const struct log_key *key);
bool room_has_log(const struct room *r, const struct log_key *key);
/* Whether the node folded that entry, and what it thought of it. */
bool room_has_folded(const struct room *r, const struct log_key *key, uint64_t index);

#endif
