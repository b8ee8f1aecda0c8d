/*
 * client.h - asks the node over its UNIX socket: HTTP/1.1, one request after another on one connection.
 *
 * Layer: terminal. Spec: docs/spec/api.md. Everything is bounded; what the node sends is believed no further
 * than its form.
 */
#ifndef TERMINAL_CLIENT_H
#define TERMINAL_CLIENT_H

#include "base/buf.h"
#include "terminal/options.h"

#include <jansson.h>
#include <stdio.h>

#define CLIENT_TOKEN_LEN 64u /* digits */

struct client {
	int fd;
	char path[108];
	const char *host;		  /* borrowed: what the requests name; NULL: it is a node's socket */
	char token[CLIENT_TOKEN_LEN + 1]; /* of an officer's session; "": none. login.h */
	bool is_token_own;		  /* it began with this client, and ends with it */
	struct buf in;			  /* heap: what came and was not used yet */
	uint64_t chunk_left;		  /* of a stream's chunk */
};

struct client_answer {
	unsigned status;
	struct buf body;    /* heap */
	json_t *json;	    /* NULL if the body is none; its own */
	const char *target; /* borrowed: what was asked */
};

/* ERR_DOWN: no node answers at HOME/socket; the reason has been said. */
enum err client_open(struct client *c, const char *home) MUST_CHECK;
/* What a command ends with when client_open could not: no home is EXIT_NOT_FOUND, else EXIT_ERROR. */
enum exit_code client_absent(const char *home);
/* The same without a word; errno says why. */
enum err client_try(struct client *c, const char *home) MUST_CHECK;
/* Takes a connection that somebody else has made, to where this host name is served. */
void client_take(struct client *c, int fd, const char *host);
void client_close(struct client *c); /* takes zeroed and closed ones */

/*
 * Asks and waits for the answer. ERR_DOWN: the connection broke. The answer's status may be anything; the
 * caller ends it with client_answer_finish.
 */
enum err client_ask(struct client *c, const char *method, const char *target, struct bytes body,
		    struct client_answer *out) MUST_CHECK;
void client_answer_finish(struct client_answer *a);

/*
 * GET of a path with its words; *out is the JSON, the caller's to decref. An answer that is an error is
 * explained to the person and turned into the code that the program ends with; EXIT_DONE otherwise.
 */
struct query {
	char target[1024];
	struct buf text;
};
void query_open(struct query *q, const char *path);
void query_put(struct query *q, const char *name, const char *value);
void query_put_number(struct query *q, const char *name, uint64_t value);
const char *query_target(struct query *q);

enum exit_code client_get(struct client *c, struct query *q, json_t **out) MUST_CHECK;
/* The node went away in the middle of it: says so; EXIT_ERROR. */
enum exit_code client_lost(enum err e);
/*
 * "guidelines, line 37: SHARE does not carry TS" of an answer's or an entry's "guidelines"; false if it is
 * NULL.
 */
bool client_denial(const json_t *denial, char *out, size_t size) MUST_CHECK;
/* What a rule of the formats asks (rule_text.h) and its name; the name alone if it is not known. */
void client_rule(const char *rule, char *out, size_t size);
/* Says why and what to do next; gives the exit code that fits. */
enum exit_code client_explain(const struct client_answer *a);

/*
 * Long answers: piece by piece into a file. ERR_REFUSED: the node's answer was an error, which was said;
 * *code is then what the program ends with. ERR_IO: the file, and errno says why.
 */
enum err client_download(struct client *c, const char *target, FILE *to, enum exit_code *code) MUST_CHECK;

/*
 * A long answer as a file of this user's alone: under another name until it is whole and on the disk, then
 * where `place` puts it: file_place, file_place_new. What was wrong has been said.
 */
enum exit_code client_fetch(struct client *c, const char *target, const char *path,
			    enum err (*place)(const char *from, const char *to)) MUST_CHECK;

/*
 * Event streams: a connection of its own. ERR_LIMIT: there are as many as there may be; ERR_REFUSED: the
 * node's answer was another error, which was said.
 */
enum err client_listen(struct client *c, const char *after) MUST_CHECK;
/*
 * The next event that has data, and its number (may be NULL); json is the caller's. ERR_TIMEOUT: none within
 * ms (below 0: for ever); ERR_DOWN: the node has gone. *is_reset: something was missed, read the views anew.
 */
enum err client_event(struct client *c, int64_t ms, json_t **out, char number[64], bool *is_reset) MUST_CHECK;

/* Members, with something harmless for what is absent. */
const char *json_str(const json_t *object, const char *key);
uint64_t json_uint(const json_t *object, const char *key);
bool json_flag(const json_t *object, const char *key);
enum err json_hex(const json_t *object, const char *key, uint8_t *out, size_t len) MUST_CHECK;
/* Decoded into heap memory; ERR_NOT_FOUND if absent. */
enum err json_bytes(const json_t *object, const char *key, struct buf *out) MUST_CHECK;
/* One line on standard output. */
void json_say(const json_t *value);
/* {"err":"OK", key: value}: done, and what came of it. */
void json_say_done(const char *key, const char *value);

#endif
