/*
 * request.h - one HTTP request under way, and the api that serves it.
 *
 * Layer: api. What the rows' functions see of HTTP: words of the query, a body, an answer. libmicrohttpd is
 * known to request.c, http.c, events.c and browser.c only.
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include "api/api.h"
#include "api/browser.h"
#include "api/console.h"
#include "api/login.h"
#include "api/reply.h"
#include "sys/socket.h"

struct MHD_Connection;
struct MHD_Daemon;
struct http_library;
struct api;
struct route;
struct thing_row;

enum request_state {
	REQUEST_READS,	  /* the body is coming in */
	REQUEST_RUNS,	  /* its route's function is at work */
	REQUEST_DEFERRED, /* statements wait for a turn with room */
	REQUEST_ANSWERS,  /* statements wait for their answers */
	REQUEST_COMMITS,  /* waits for the end of the turn */
	REQUEST_STREAMS,  /* sends as there is something to send */
	REQUEST_READY,	  /* the answer below can go out */
	REQUEST_SENT,
};

/* Makes more of an answer's body: appends to *out, as much as fits; ERR_NOT_FOUND at the end. */
typedef enum err request_more(struct api *a, void *self, struct buf *out);

#define REQUEST_HEADERS_MAX 4u
#define REQUEST_HEADER_LEN 160u
struct request_header {
	const char *name; /* a literal */
	char value[REQUEST_HEADER_LEN];
};

/* In which an answer is made. A long one leaves in it, and it comes back when that was sent. */
struct answer_block {
	struct api *api;
	uint8_t memory[REPLY_LEN_MAX];
};
/* The one that came back, or a new one, becomes the api's. */
void answer_block_take(struct api *a);
/* Of a block, or NULL: one is kept for the next, another is freed. */
void answer_block_back(void *self);

#define REQUESTS_MAX (CLIENTS_MAX + 2 * BROWSERS_MAX)

/*
 * One of the doors: the UNIX socket, an address of this machine for browsers, and what ends TLS for those of
 * the network. Only on the first may somebody be the owner.
 */
struct listener {
	struct api *api;
	struct MHD_Daemon *daemon; /* NULL: it is not open */
	bool is_for_browsers;
	size_t bodies_len; /* bytes that the bodies of its requests take now */
	bool is_tls;	   /* it came by TLS, from a device that is known */
	bool is_open;
	char address[BROWSER_ADDRESS_LEN]; /* of browsers: what follows http:// or https:// */
};
enum { LISTENER_SOCKET, LISTENER_BROWSERS, LISTENER_TERMINALS, LISTENERS };

struct stream {
	bool is_greeted, is_beaten; /* a beat is due */
	bool is_ended;		    /* the session has: what is being written is the last */
	uint64_t greeted_at;	    /* of a session: where in its count the stream begins */
	uint64_t next;		    /* number of the next event */
	char *text;		    /* heap: what is being written now */
	size_t text_len, text_at;
};

struct request {
	struct api *api;
	struct MHD_Connection *connection;
	struct listener *listener;
	const struct route *route;	 /* NULL: refused before one was found */
	const struct console_file *file; /* that is asked for instead of a route */
	const char *path;		 /* borrowed while a route runs */
	enum request_state state;
	uint64_t serial; /* of this request in this run; the slot is its place in api.requests */
	size_t slot;
	bool is_suspended;
	struct buf body;   /* heap */
	bool is_body_over; /* more came than the route takes */
	bool is_room_over; /* or than there is room for beside the others' */
	const char *word;  /* of the query, that was read last: the one at fault if it is not understood */
	bool is_word_unknown;
	const char *rule; /* that an error is by; NULL: none */
	unsigned refused; /* the status that goes with the rule; 0: the error's own */
	bool is_unknown;  /* brought a token of no session */
	uint64_t session; /* serial; 0: none, and on the socket it may be the owner's */
	unsigned status;  /* of the answer, once READY */
	const char *media_type;
	void *answer;		    /* heap: the answer's bytes; NULL: they are in the block */
	struct answer_block *block; /* NULL: they are not */
	size_t answer_len;

	/* Statements: what became of each. */
	struct effect_answer *answers; /* heap */
	bool *is_answered;	       /* heap */
	size_t answers_count, answered;

	struct stream stream;

	struct request_header headers[REQUEST_HEADERS_MAX]; /* of the answer, beside its type */
	size_t headers_count;

	request_more *more; /* not NULL: the body is made piece by piece */
	void *more_self;    /* heap */
};

struct event {
	uint64_t number;
	enum change change;
	struct place_key place;
	size_t peer;
	char *text;		   /* heap; NULL until somebody wants it */
	size_t text_len, kept_len; /* kept: with what stands behind it */
};

struct api {
	struct node *node;
	struct http_library *http; /* heap */
	struct listener listeners[LISTENERS];
	int twin; /* the browsers' port of the other loopback, where nobody may stand; -1: none */
	struct console *console; /* NULL: none is served */
	char path[108];
	const char *copies;
	const struct api_contained *contained;
	size_t contained_count;
	enum err (*adopt)(void *self, const char *hash, const char **rule);
	enum err (*quarantine)(void *self, const char *name, struct bytes what);
	enum err (*quarantined)(void *self, const char *name, struct buf *out);
	void *self;
	uint64_t run;
	struct request *requests[REQUESTS_MAX]; /* each in its slot; NULL where there is none */
	size_t requests_end;			/* behind the last one: a commit looks at no more */
	uint64_t serial;
	size_t streams_count;

	/* Of the turn under way. */
	struct now now;
	struct effects *fx;
	enum err failed;
	size_t commands;
	bool has_deferred;

	struct event events[EVENTS_KEPT_MAX]; /* by number */
	uint64_t newest;		      /* number of the last one; 0: none in this run */
	size_t events_len;		      /* bytes of their texts */
	uint64_t erasures;		      /* of the node when those were made */
	struct mono next_beat;

	struct logins logins;
	bool is_owner_blind;
	struct reading_record record;
	struct fold_sight sight; /* of the reading below: request_sight */
	struct reading reading;	 /* who reads the answer that is being made */

	/* Scratch of one function; the reading's own is behind its fetch. */
	void *reading_memory;
	uint8_t marking_memory[MARKING_ROW_MAX]; /* reading.c */
	struct answer_block *block, *spare;	 /* heap; spare: one that came back, NULL: none did */
	void *reply_memory;			 /* the block's */
	void *entry_memory, *content_memory, *last_memory;
};

/* A word of the query, .ptr NULL if it is absent. Borrows from the request. */
struct bytes request_word(struct request *q, const char *name);
/* A header of the request, likewise. */
struct bytes request_header(struct request *q, const char *name);
/* Whether a word of the query begins with `prefix` and is none of `known`, which have a blank between two. */
bool request_has_stranger(struct request *q, const char *prefix, const char *known);
/* A header of the answer; copies what fits. */
void request_put_header(struct request *q, const char *name, const char *value);
/* ERR_USAGE if it is there and no decimal of 0..max; `otherwise` if it is absent. */
enum err request_number(struct request *q, const char *name, uint64_t max, uint64_t otherwise,
			uint64_t *out) MUST_CHECK;
enum err request_place(struct api *a, struct request *q, struct place_key *out) MUST_CHECK;
/* The place under another word than `place`. */
enum err request_place_as(struct api *a, struct request *q, const char *name,
			  struct place_key *out) MUST_CHECK;
/* The channel's number; ERR_USAGE if it is absent. */
enum err request_channel(struct api *a, struct request *q, uint32_t *out) MUST_CHECK;
/* `otherwise` if it is absent. */
enum err request_party(struct api *a, struct request *q, const char *name, size_t otherwise,
		       size_t *out) MUST_CHECK;

/* Sets the answer (copies) and lets the connection go on if it was suspended. */
void request_answer(struct request *q, unsigned status, const char *media_type, struct bytes answer);
/* The answer is the error's object. */
void request_fail(struct api *a, struct request *q, enum err e, const char *text);
/* The path takes another method: 405, with those that it does; or 404, if there is no such path. */
void request_fail_method(struct api *a, struct request *q);
void request_suspend(struct request *q);
void request_resume(struct request *q);

/*
 * Whom the request's session is of, or the owner, into a->reading: before anything is read for a request. A
 * session that has ended reads nothing, and *has_ended says so; a browser without one reads nothing. An error
 * is the record's.
 */
enum err request_read_as(struct api *a, const struct request *q, bool *has_ended) MUST_CHECK;
/* The same; false: the session has ended, or who reads could not be found out, and that is answered. */
bool request_may_go_on(struct api *a, struct request *q);
/* The node's own user, or root, on the socket. */
bool request_is_owner(const struct request *q);
/* What a session is asked about with. */
struct login_asking request_asking(const struct api *a);
/* ERR_NOT_FOUND: there is no such thing for who asks. */
enum err request_may(struct api *a, const struct place_key *at, const struct statement *s) MUST_CHECK;
enum err request_may_place(struct api *a, const struct place_key *at) MUST_CHECK;
/* The same, of what its row says. */
enum err request_may_thing(struct api *a, const struct thing_row *row) MUST_CHECK;

/*
 * The same for a state that is folded of what others said of the entry, under whatever label: besides knowing
 * of it he must be cleared for the whole channel.
 */
enum err request_may_state(struct api *a, const struct place_key *at) MUST_CHECK;

/* Of an advance copy, whose number in its log may not be known yet. */
enum err request_may_copy(struct api *a, const struct place_key *at, const struct statement *s) MUST_CHECK;
/* For what is folded out of many entries; NULL: of all of them. */
const struct fold_sight *request_sight(const struct api *a);
/* Of one channel alone: whoever is cleared for all of it is looked at for none, and *out is NULL. */
enum err request_sight_of(struct api *a, uint32_t channel, const struct fold_sight **out) MUST_CHECK;

/* The HTTP status that an error is told with. */
unsigned request_status(enum err e);

#endif
