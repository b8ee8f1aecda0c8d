/*
 * held.h - a whole record under one's hands, for work that must not hold up the node: verify, export.
 *
 * Layer: terminal. Where no node runs it is the home's own record, locked meanwhile; where one runs, a copy
 * that the node made of it (POST /backup), which is gone afterwards; or a backup's file.
 */
#ifndef TERMINAL_HELD_H
#define TERMINAL_HELD_H

#include "home/settings.h"
#include "home/versions.h"
#include "record/record.h"
#include "terminal/options.h"

struct held {
	struct settings settings;
	struct versions versions;    /* of the accord */
	const struct accord *accord; /* the newest of them */
	struct record *record;
	int lock;		   /* -1: none */
	char copy[FILE_PATH_MAX];  /* "" : none to remove */
	char alone[FILE_PATH_MAX]; /* a backup beside which nothing stood; "" : none */
};

/* backup may be NULL. EXIT_DONE, or what was wrong has been said. */
enum exit_code held_open(struct held *h, const struct options *o, const char *backup) MUST_CHECK;
void held_close(struct held *h);
/* The home's settings and accord alone; whoever has them closes h->versions. */
enum exit_code held_accord(struct held *h, const struct options *o) MUST_CHECK;

/* Whether this file is a record by its first bytes; otherwise that has been said. */
enum exit_code held_look(const char *path) MUST_CHECK;

/* Asks the running node to copy its record to this file, which must not be there. */
enum exit_code held_copy(const struct options *o, const char *path) MUST_CHECK;

/*
 * Ends a restore that was cut off, which is said. Whoever locks the home and opens its record does this
 * first: the caller holds the lock.
 */
enum exit_code held_finish_restore(const char *home) MUST_CHECK;

/* Removes the copies in a home whose makers died before they could: erased texts may stand in them. */
void held_sweep(const char *home);

/* Removes what SQLite and the store keep beside that file: another file of its name is not to find it. */
void held_remove_beside(const char *path);

/* So many entries are held and not in what was written: no signed note of their log covers them yet. */
void held_say_unproved(uint64_t count);

#endif
