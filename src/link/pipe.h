/*
 * pipe.h - what the processes of a node may say to each other, and how.
 *
 * Spec: docs/ARCHITECTURE.md (processes). Fuzz: test/fuzz/pipe.c. Layer: link (may use base, sys, crypto,
 * wire).
 *
 * A record is a length (4 bytes, of what follows), a kind (1 byte) and the fields of its row in order. A kind
 * that its row does not let this sender say, a field out of bounds or a byte too many is ERR_FRAME, and the
 * receiver ends the connection: a process that breaks the table is broken or taken over.
 *
 *	kind            sender   receiver  says
 *	LISTEN          core     link      accept connections on address `text` under `name`
 *	PIN             core     link      `peer` may come with this TLS key
 *	UNPIN           core     link      nobody may come with it any longer; who has, is closed
 *	OWN             core     link      a TLS key of ours; the newest comes last
 *	PATH            core     link      `path` to `peer`: `number` 0 calls `text`, 1 is on listener `text`,
 *	                                   2 is thin: bit/s and device are `text`
 *	RUN             core     link      that was all; `number` 1: post-quantum or no connection
 *	SEND            core     link      give this frame (`rest`, head and payload) to the path
 *	WRITE           core     link      put these bytes on the thin path, whatever is left of those before
 *	CLOSE           core     link      close the path, for this reason
 *	PATH_UP         link     core      `name` is the key exchange's group, `text` its address, `key` its
 *	                                   TLS key or zeros (thin), `number` which OWN it was shown
 *	PATH_DOWN       link     core      `name` is a limit or a rule, or empty
 *	RECEIVED        link     core      a frame from a peer whose key is pinned
 *	READ            link     core      bytes from a thin path, from whomever
 *	SENT            link     core      the socket has taken the frame with tag `number`
 *	MEASURED        link     core      there and back takes `number` microseconds
 *	REFUSED         link     core      `number` connections from `text`, why; `key` if they had one
 *	LINK_CONTAINED  link     core      what the kernel gave it, once: as sys/sandbox.h packs it
 *	LINK_ALIVE      link     core      nothing, each ALIVE_MS: who is silent for longer hangs
 *	DOOR            core     starter   `number` is a door: its address `text`, before SHUT alone
 *	SHUT            core     starter   there are no more doors in this life
 *	START           core     starter   start link: with its ends of the pipes to core and signer
 *	END             core     starter   end the link that was started
 *	WARD            core     starter   with a descriptor of the signer: if it outlives core, it is killed
 *	OPEN            link     starter   a socket of door `number`
 *	OPENED          starter  link      with the socket, or `text` says why not; `number` as asked
 *	TLS_SHOW        link     signer    who are we by this TLS key; `number` comes back
 *	TLS_SHOWN       signer   link      `rest` is its certificate
 *	TLS_SIGN        link     signer    sign this handshake (`rest`) with that key; `number` comes back
 *	TLS_SIGNED      signer   link      `rest` is the signature
 *	MEMORY          core     signer    what do you remember; `name` is our mirror's name
 *	REMEMBERS       signer   core      `rest` are the marks; `number` is a mask of REMEMBERS_ bits; `text`
 *	                                   is what we sign with, log, mirror, TLS: how many (1 byte), then
 *	                                   their public halves, 32 bytes each, the oldest first
 *	SIGNER_CONTAINED signer  core      what the kernel gave to it, before REMEMBERS
 *	SIGNER_ALIVE    signer   core      the same as LINK_ALIVE
 *	LINK_BROKEN     signer   core      link said what it may not say
 *	SETTLED         core     signer    no own log hangs on what you do not remember
 *	SIGN            core     signer    our log's note: `name` its origin, `number` its size, `text` its
 *	                                   three lines, `rest` the consistency proof, `key` what is to sign
 *	COSIGN          core     signer    a peer's note, the same; `time` is to be signed, in seconds
 *	SIGNED          signer   core      `name` and `number` as asked; `rest` is the line
 *	COSIGNED        signer   core      the same
 */
#ifndef LINK_PIPE_H
#define LINK_PIPE_H

#include "base/buf.h"
#include "base/limits.h"

enum pipe_end { PIPE_CORE, PIPE_LINK, PIPE_SIGNER, PIPE_STARTER, PIPE_END_COUNT };

/*
 * Doors: an address of ours that is listened on, by its index, or a peer's that is called, or a serial
 * device.
 */
#define DOOR_TEXT_LEN 128 /* with its terminator */
#define DOOR_CALLS(peer, path) (LINK_LISTENERS_MAX + (peer) * LINK_PATHS_MAX + (path))
#define DOORS_MAX DOOR_CALLS(PARTY_MAX, 0u)
#define DOOR_RECORD_LEN_MAX 2048u /* of any record of a door, and of START and END */

/* clang-format off */
enum record_kind {
	RECORD_LISTEN = 1, RECORD_PIN, RECORD_PATH, RECORD_RUN, RECORD_SEND, RECORD_CLOSE,
	RECORD_PATH_UP, RECORD_PATH_DOWN, RECORD_RECEIVED, RECORD_SENT, RECORD_MEASURED, RECORD_REFUSED,
	RECORD_TLS_SHOW, RECORD_TLS_SHOWN, RECORD_TLS_SIGN, RECORD_TLS_SIGNED,
	RECORD_MEMORY, RECORD_REMEMBERS, RECORD_SIGN, RECORD_COSIGN, RECORD_SIGNED, RECORD_COSIGNED,
	RECORD_LINK_CONTAINED, RECORD_SIGNER_CONTAINED,
	RECORD_DOOR, RECORD_SHUT, RECORD_START, RECORD_END, RECORD_OPEN, RECORD_OPENED,
	RECORD_WRITE, RECORD_READ, RECORD_SETTLED, RECORD_LINK_BROKEN, RECORD_OWN, RECORD_UNPIN,
	RECORD_LINK_ALIVE, RECORD_SIGNER_ALIVE, RECORD_WARD,
	RECORD_KIND_COUNT
};
/* clang-format on */

#define ALIVE_MS 5000u

#define REMEMBERS_MEMORY 1u  /* the file was there */
#define REMEMBERS_CERTAIN 2u /* and nothing can be missing from it */

#define RECORD_KEY_LEN 32u
#define RECORD_NAME_MAX 255u
#define RECORD_TEXT_MAX 1024u
#define RECORD_REST_MAX (FRAME_LEN_MAX + 4u) /* a whole frame with its length */
#define RECORD_LEN_MAX (RECORD_REST_MAX + 2048u)
#define RECORD_READ_MAX 256u /* bytes of a thin path at once */
#define RECORD_URGENCY_COUNT 6u

struct record {
	enum record_kind kind;
	size_t peer, path;
	unsigned urgency;
	enum err err;
	uint64_t number, time;
	uint8_t key[RECORD_KEY_LEN];
	struct bytes name, text;
	struct bytes head; /* when writing: goes before rest, so that a frame need not be copied together */
	struct bytes rest;
};

const char *record_kind_name(enum record_kind kind);

/* ERR_LIMIT if the record does not fit; that the row allows it is asserted. */
enum err record_write(const struct record *r, struct buf *out) MUST_CHECK;
/*
 * Reads one record from the front of *in and advances *in past it; borrows. ERR_SHORT: less than a whole
 * record. ERR_FRAME: not what `from` may say to `to`.
 */
enum err record_read(struct bytes *in, enum pipe_end from, enum pipe_end to, struct record *out) MUST_CHECK;

/* One end of a pipe, with what has come and what waits to go. */
struct pipe {
	int fd;
	enum pipe_end self, other;
	struct buf in, out; /* heap */
	size_t in_at, out_at, out_max;
};

/* Borrows the descriptor. out_max bounds what may wait. */
void pipe_open(struct pipe *p, int fd, enum pipe_end self, enum pipe_end other, size_t out_max);
void pipe_close(struct pipe *p); /* the descriptor is the caller's */

/* Reads what has come, once. ERR_SHORT: nothing. ERR_DOWN: the other end is gone. */
enum err pipe_fill(struct pipe *p) MUST_CHECK;
/* The next record that has come, good until pipe_fill. ERR_SHORT: none. ERR_FRAME: end the other process. */
enum err pipe_next(struct pipe *p, struct record *out) MUST_CHECK;

/* Adds a record to what waits. ERR_LIMIT: too much waits. */
enum err pipe_put(struct pipe *p, const struct record *r) MUST_CHECK;
/* Writes what waits. ERR_SHORT: not all of it; call again when writable. ERR_DOWN. */
enum err pipe_flush(struct pipe *p) MUST_CHECK;
size_t pipe_waiting(const struct pipe *p);

#endif
