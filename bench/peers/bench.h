/*
 * bench.h - what a messaging system must offer to be measured: four calls, one file a system.
 *
 * A peer is one client's connection. It belongs to one thread, and what it reports comes on that thread, from
 * peer_wait() or peer_send(). Side 'A' is connected to server 1, side 'B' to server 2; what A sends reaches
 * the B of the same number, and the other way round.
 */
#ifndef PEERS_BENCH_H
#define PEERS_BENCH_H

#include <stddef.h>
#include <stdint.h>

#define PAIRS_MAX 64

struct peer;

extern const char peer_name[];

/* Each is called with `self`; none is NULL. */
struct peer_events {
	void *self;
	/* A text has come, perhaps another pair's. It is not terminated. */
	void (*message)(void *self, const char *text, size_t len);
	/* Our own server has taken charge of the message sent as id. */
	void (*accepted)(void *self, uint64_t id);
	/* The system said that the other server holds the message sent as id. Few systems say it. */
	void (*held)(void *self, uint64_t id);
	/* The system said after all that it did not deliver the message sent as id. */
	void (*rejected)(void *self, uint64_t id);
};

/* NULL: the server cannot be reached, or not yet. target is in the adapter's own words. */
struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *events);

/*
 * Sends or queues one message; ids of one peer rise from 1. -1: the connection is lost. What a person does
 * before he sends, he does in peer_ready(), outside the clock: a signature. Nobody else defines it.
 */
void peer_ready(struct peer *p, uint64_t id, const char *text, size_t len);
int peer_send(struct peer *p, uint64_t id, const char *text, size_t len);

/*
 * Sends what is queued, takes what has come; sleeps at most timeout_ms, less if wake becomes readable (-1:
 * none). -1: the connection is lost.
 */
int peer_wait(struct peer *p, int wake, int timeout_ms);

/* Disconnects; the subscription stays. NULL is fine. */
void peer_close(struct peer *p);

#endif
