/*
 * session.h - one connection to a peer: TLS, frames, PING, deadlines. Bytes in, bytes out; no socket.
 *
 * Spec: docs/spec/link.md sections 1 and 2. Test: test/unit/test_session.c. Layer: link.
 *
 *	SHAKES	TLS is being agreed; nothing of the other side is believed
 *	GREETS	its key is known; its first frame must be HELLO
 *	RUNS	frames go both ways
 *
 * The session answers a PING itself and never looks behind another frame's head. An error ends it: the owner
 * closes the connection and tells why; `limit` then names the bound of base/limits.h that was passed, if any.
 */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include "base/time.h"
#include "crypto/tls.h"
#include "link/part.h"
#include "link/queue.h"
#include "wire/frame.h"

enum session_state { SESSION_SHAKES, SESSION_GREETS, SESSION_RUNS };

/* What the line takes in a second, as far as it was put to the test. */
enum session_pace { PACE_UNPROVED, PACE_THIN, PACE_FAST };
#define SESSION_FAST_LEN (32u << 10)
#define SESSION_RECORD_MAX (16u << 10) /* bytes in one TLS record */

#define SESSION_SENT_MAX 256u /* frames with a tag between TLS and the socket */

struct session {
	struct tls *tls;
	enum session_state state;
	bool has_greeted;     /* our own HELLO has gone in */
	struct mono deadline; /* of SHAKES and GREETS */
	struct mono heard;    /* the last authenticated byte */
	struct mono asked;    /* the last PING of ours */
	uint64_t token;	      /* of that PING */
	bool is_asking;	      /* its answer is awaited */
	bool is_measured;     /* and has come; see session_measured */
	uint64_t round_trip_us;
	const char *limit;
	struct buf in; /* decrypted and not yet taken; heap, made after the handshake */
	size_t in_at;
	struct partials partials;
	struct mono moved; /* the last frame or PART that was no PING */
	struct queue queue;
	struct buf plain;	/* of frames that leave together, for one TLS record; heap, as in */
	unsigned plain_urgency; /* of the last of them */
	struct buf out;		/* encrypted, on its way to the socket; heap */
	size_t out_at;
	uint64_t gone;	      /* bytes that the socket has taken */
	uint64_t gone_before; /* as it was at the last tick */
	enum session_pace pace;
	bool was_busy; /* bytes waited at the last tick */
	struct {
		uint64_t tag,
			end; /* end: the frame is out when so many are gone; UINT64_MAX: it is in plain */
	} sent[SESSION_SENT_MAX];
	size_t sent_first, sent_count;
};

/* Takes the tls. The handshake and the first frame must be over by `deadline`. */
void session_init(struct session *s, struct tls *tls, struct now now, uint64_t deadline_ms);
void session_finish(struct session *s);

/*
 * Bytes from the socket, at most TLS_PIECE_MAX, when session_next has said ERR_SHORT. May change the state
 * from SHAKES to GREETS: then the owner asks tls_peer_key who it is. After an error what session_output still
 * has is for the other side to read. ERR_NOT_PINNED: its key is not pinned here, or ours is not there.
 */
enum err session_feed(struct session *s, struct now now, struct bytes in) MUST_CHECK;
/* The next whole frame, head and payload, borrowed until the next call. ERR_SHORT: none yet; ERR_FRAME. */
enum err session_next(struct session *s, struct now now, struct bytes *frame) MUST_CHECK;
/* True once after each answered PING, with the time there and back. */
bool session_measured(struct session *s, uint64_t *round_trip_us);

/*
 * Gives a frame; it waits its turn by urgency. Frames before our own HELLO were meant for an earlier session
 * and are dropped. ERR_LIMIT: the queue is full.
 */
enum err session_send(struct session *s, unsigned urgency, uint64_t tag, struct bytes frame) MUST_CHECK;

/* Bytes for the socket, most urgent first; more is put in only when little is left. Borrowed until
 * session_took. */
enum err session_output(struct session *s, struct bytes *out) MUST_CHECK;
/* The socket has taken so many of them. */
void session_took(struct session *s, size_t len);
/* Tags of frames that have gone out whole, one a call; false: no more. */
bool session_sent(struct session *s, uint64_t *tag);
/* Whether session_output has something to give. */
bool session_waits(const struct session *s);

/* How many bytes the socket may hold that are not on the wire yet. */
size_t session_unsent_max(const struct session *s);

/* Once a second: pace, deadlines, silence, PING. ERR_TIMEOUT with .limit. */
enum err session_tick(struct session *s, struct now now) MUST_CHECK;

#endif
