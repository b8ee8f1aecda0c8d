/*
 * served.h - a node with a store in memory and its API on a socket, and officers who ask it: what the tests
 * of reading share.
 *
 * Two parties under guidelines of two levels. Party 0 is the node's; its watch is cleared for both levels,
 * its desk for U alone.
 */
#ifndef SIM_SERVED_H
#define SIM_SERVED_H

#include "forge.h"

#include "api/api.h"
#include "api/login.h"

#define SERVED_CONSULT 2u
#define SERVED_SERVICE 3u
#define SERVED_HOME 900u
#define SERVED_ANSWER_MAX (6u << 20)

/* One key an officer: those of forge_begin, and one who has the role desk. */
enum served_reader { READER_OWNER_ALONE, READER_WATCH, READER_DESK, READERS };

struct served {
	struct node *node;
	struct api *api;
	struct effects fx;
	char path[64];
	char tokens[READERS][2 * TOKEN_LEN + 1];
	struct {
		char token[2 * TOKEN_LEN + 1], word[2 * TOKEN_LEN + 1];
	} pages[8];
	size_t pages_count; /* that a browser was ever given, the last of them here */
	struct {
		char name[64];
		struct bytes what; /* heap */
	} pushed[64];		   /* what waits in quarantine */
	size_t pushed_count;
	int stream; /* -1 */
	struct now now;
	uint8_t *answer; /* SERVED_ANSWER_MAX */
	char address[64];
	bool is_browser; /* whoever asks next does so as a browser does */
	bool is_keeping; /* who asks next does so on the connection of the last, but for a stream */
	int kept[2];	 /* of terminals, of browsers; -1: none */
};

/* The world of all of them, once. Gives it guidelines, and a role `desk`. */
void served_world(struct world *w);
extern struct sign_key served_desk;

/* forge_begin, and the desk's key. */
void served_begin(struct forge *f);
void served_withdraw_desk(struct forge *f);
/* As forge_message, with this level and text. */
void served_message(struct forge *f, const char *level, const char *text);

struct served_options {
	bool is_owner_blind;
	unsigned silence_s;
	bool has_browsers;
	bool is_keeping;
	const char *files;
	struct store *store; /* taken; NULL: one in memory */
};
void served_open(struct served *v, struct world *w, const struct served_options *o);
/* Our own log's entries first..end - 1 as commands, a peer's as a batch. */
void served_say(struct served *v, const struct forge *f, size_t first, size_t end);
void served_hear(struct served *v, const struct forge *f, size_t first, size_t end);
void served_close(struct served *v);
void served_turn(struct served *v);

/* What came back, whole; borrows until the next call. target may have a body. */
struct bytes served_ask(struct served *v, const char *method, const char *target, const char *token,
			struct bytes body);
/* A request whose head is written as it is to be, over the socket or as a browser. */
struct bytes served_say_head(struct served *v, const char *head, struct bytes body);
int served_connect(const struct served *v);
/* What has come on a connection after some turns. */
struct bytes served_listen(struct served *v, int fd);
/* A fresh one, as text; how long it is. */
size_t served_challenge(struct served *v, char text[CHALLENGE_LEN_MAX + 1]);
/* Challenge, signature, token. */
void served_sign_in(struct served *v, enum served_reader who, struct world *w);
/* The lines of a head that name a browser's session; static. */
const char *served_cookie(struct served *v, const char *token);
struct bytes served_body(struct bytes answer);
unsigned served_status(struct bytes answer);

#endif
