/*
 * state.h - what the files of the link process share.
 *
 * Layer: link. For the files of this folder only.
 */
#ifndef LINK_STATE_H
#define LINK_STATE_H

#include "base/prng.h"
#include "link/link.h"
#include "link/pipe.h"
#include "link/session.h"
#include "sys/loop.h"
#include "sys/serial.h"
#include "sys/socket.h"
#include "wire/thin.h"

struct link;

#define WORD_LEN (PARTY_NAME_MAX + 1)
#define NO_PATH LINK_PATHS_MAX
#define NO_LISTENER LINK_LISTENERS_MAX

struct listener {
	struct link *link;
	char name[WORD_LEN], address[SOCKET_ADDRESS_LEN];
	int fd; /* -1: not yet */
	struct watch *watch;
	struct timer *retry; /* while the address cannot be had */
	size_t strangers;    /* connections of it whose key is not known yet */
};

/* A thin path's device, and what is being put on it. */
struct serial {
	char device[SERIAL_DEVICE_LEN];
	struct serial_speed speed; /* device 0: the path is not thin */
	int fd;			   /* -1: it is not open */
	struct watch *watch;
	struct timer *pace;
	uint8_t out[THIN_FRAME_MAX];
	size_t out_len, out_at;
	uint64_t tag;
	struct mono free_at; /* what was put there has left by then */
};

/* One way to one peer, as the settings have it. */
struct path {
	struct link *link;
	bool is_used;
	size_t peer, index;
	char name[WORD_LEN];
	size_t listener; /* NO_LISTENER: we connect */
	char address[SOCKET_ADDRESS_LEN];
	struct serial serial;
	struct connection *connection; /* being opened, or up */
	bool is_up;		       /* core was told so */
	struct timer *retry;
	bool is_waiting; /* for the timer */
	enum err told;	 /* why it is down, as core knows it */
	uint64_t retry_ms;
	struct mono tried, up_since;
};

struct connection {
	struct link *link;
	int fd;
	struct watch *watch;
	bool is_connecting, is_ended;
	bool is_stalled; /* core has enough to read */
	bool is_marked;	 /* on the turn's list of those that may have something to write */
	size_t listener; /* NO_LISTENER: we opened it */
	size_t peer;	 /* PARTY_MAX: not known yet */
	size_t path;	 /* NO_PATH: not known yet */
	bool has_spoken; /* a byte has come */
	uint64_t serial; /* rises with each connection */
	char address[SOCKET_ADDRESS_LEN];
	uint8_t host[SOCKET_HOST_LEN]; /* where we listen */
	struct session session;
	size_t slot; /* of link.connections */
	struct connection *next_ended, *next_marked;
};

struct refusal {
	enum err err;
	char name[64]; /* a limit or a rule, or empty */
	char address[SOCKET_ADDRESS_LEN];
	uint8_t key[RECORD_KEY_LEN];
	uint64_t count;
};
#define REFUSALS_MAX 16u

/* A TLS key of ours: the signer signs with it. */
#define LINK_OWN_MAX 3u
struct own_key {
	struct link *link;
	uint8_t key[SIGN_PUBLIC_LEN];
};

struct link {
	struct loop *loop;
	struct pipe core;
	struct watch *core_watch;
	int signer, starter, status;
	const struct sandbox *sandbox; /* to be entered */
	uint64_t sign_number;
	struct own_key own[LINK_OWN_MAX]; /* oldest first */
	size_t own_count;
	struct tls_identity *identity;
	struct prng prng; /* jitter only */
	struct listener listeners[LINK_LISTENERS_MAX];
	size_t listeners_count;
	struct path paths[PARTY_MAX][LINK_PATHS_MAX];
	uint8_t pins[LINK_PINS_MAX][SIGN_PUBLIC_LEN];
	size_t pins_peer[LINK_PINS_MAX]; /* whose each is */
	size_t pins_count;
	struct connection *connections[LINK_CONNECTIONS_MAX];
	size_t connections_count;
	struct connection *marked; /* to be written to at the end of the turn */
	struct connection *ended;  /* freed at the end of the turn */
	char door_why[64];	   /* the last door that did not open */
	void *scratch;		   /* what one read brings */
	uint64_t serial;
	unsigned shakes; /* handshake steps in this turn */
	bool is_running, is_stalled;
	struct timer *tick, *alive;
	struct refusal refusals[REFUSALS_MAX];
	size_t refusals_count;
};

/* link.c: to core; a pipe that is full or gone ends the process. */
void link_tell(struct link *l, const struct record *r);
void link_end(struct link *l, int status);
bool link_is_full(const struct link *l);

/* connection.c */
void connection_accept(struct link *l, size_t listener, int fd, const char *address);
void connection_open(struct link *l, struct path *p);
void connection_send(struct connection *c, const struct record *r);
/* Puts it on the turn's list; writes what can be written. */
void connection_mark(struct connection *c);
void connection_pump(struct connection *c);
void connection_resume(struct connection *c);
void connection_tick(struct connection *c);
/* Ends it: tells core of a path that was up, and of a stranger. Freed at the end of the turn. */
void connection_end(struct connection *c, enum err why, const char *name);

/*
 * door.c: asks the starter for a socket of a door: one that listens, or one that is about to be connected.
 * ERR_IO: *why is a reason, good until the next call. ERR_DOWN: no answer.
 */
enum err door_open(struct link *l, uint64_t door, int *fd, const char **why) MUST_CHECK;

/* listener.c */
void listener_start(struct listener *s);
void listener_stop(struct listener *s);

/* path.c */
void path_try(struct path *p);
static inline bool path_is_thin(const struct path *p)
{
	return p->serial.speed.device > 0;
}
/* It came up; its peer has said HELLO; it is down. */
void path_up(struct path *p, struct connection *c);
void path_greeted(struct path *p);
void path_down(struct path *p, enum err why, const char *name);

/* thin.c */
void thin_try(struct path *p);
/* In place of what is left of the bytes before. */
void thin_write(struct path *p, const struct record *r);
void thin_stop(struct path *p);
void thin_resume(struct path *p); /* core has read */

/* refusal.c */
void refusal_add(struct link *l, enum err why, const char *name, const char *address, const uint8_t *key);
void refusals_tell(struct link *l);

#endif
