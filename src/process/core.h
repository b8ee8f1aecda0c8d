/*
 * core.h - the process that holds the record: what it is told goes to the node, what the node wants is done.
 *
 * Spec: docs/ARCHITECTURE.md (processes). Layer: process.
 *
 *	serve.c		the command: what must be there before the node runs
 *	core.c		its turn: events in, one flush, effects out
 *	starter.c	starts link and makes its sockets
 *	children.c	the other processes: started, told, heard, ended
 *	terminals.c	officers' terminals on the network, whose TLS another process ends
 *	first.c		the statements that `init` left to be said first
 *	reserve.c	disk that is kept for the day when it is full
 */
#ifndef PROCESS_CORE_H
#define PROCESS_CORE_H

#include "api/api.h"
#include "home/node_keys.h"
#include "home/settings.h"
#include "home/versions.h"
#include "link/pipe.h"
#include "node/node.h"
#include "process/process.h"
#include "sys/file.h"
#include "sys/loop.h"
#include "sys/sandbox.h"

struct child {
	const char *command;
	pid_t pid; /* signer; 0: it does not run */
	int fd;	   /* our end; -1 */
	struct pipe pipe;
	struct watch *watch;
	struct mono started;
	struct sandbox_given given; /* as it says itself, before it hears strangers */
	bool has_given;
	uint64_t silent_ms; /* of our ticks since it said anything */
};

struct core {
	const char *home;
	struct settings settings;
	struct versions versions;    /* of the accord */
	const struct accord *accord; /* the newest of them */
	size_t self;
	struct loop *loop;
	struct threads *threads;
	struct child link, signer;
	struct {
		pid_t pid;
		int fd; /* our end; -1 */
		struct watch *watch;
		char address[BROWSER_ADDRESS_LEN]; /* what terminals call it */
		struct sandbox_given given;
		bool has_given;
	} terminals;
	int starter; /* -1 */
	pid_t starter_pid;
	struct sandbox_given given; /* ours */
	bool has_given;
	struct api_contained contained[4];
	char copies[FILE_PATH_MAX];
	int handshakes; /* link's end of its pipe to the signer, kept for the next link */
	struct timer *link_again, *tick, *idle, *api_due;
	uint64_t link_again_ms; /* how long it waits next time */
	struct node *node;
	struct api *api;
	struct watch *api_watches[API_DESCRIPTORS_MAX];
	struct effects fx;
	void *effects_list, *effects_memory;
	bool is_up[PARTY_MAX][LINK_PATHS_MAX];
	size_t own_shown[PARTY_MAX][LINK_PATHS_MAX]; /* which of our TLS keys a path came up with */
	bool is_renewed[PARTY_MAX][LINK_PATHS_MAX], is_thin[PARTY_MAX][LINK_PATHS_MAX];
	struct pins_told {
		uint8_t of[ACCORD_VERSIONS_MAX][RECORD_KEY_LEN];
		size_t count;
	} pins_told[PARTY_MAX]; /* by which keys link knows each peer */
	struct path_lines {
		struct mono since;
		unsigned count;
	} path_lines[PARTY_MAX][LINK_PATHS_MAX]; /* of the log, in the minute that began then */
	const char *path_names[PARTY_MAX][LINK_PATHS_MAX];
	size_t path_counts[PARTY_MAX];
	struct thin_options thin[PARTY_MAX][LINK_PATHS_MAX]; /* until the node has them */
	uint64_t turns;					     /* of this run */
	bool is_busy;					     /* something came in this turn */
	size_t lines_asked; /* of the signer for our own logs, and not yet answered */
	bool is_ending;
	int status; /* what the program ends with */
	bool has_memory, is_certain;
	bool is_link_broken; /* as the signer said before link was listened to */
	bool has_reserve;
	struct mono idle_due;	  /* the store tidies up, busy or not */
	struct mono reserve_next; /* when it is tried again */
	struct marks marks;
	struct node_keys signer_keys[NODE_USES]; /* what it says that it has */
};

/* core.c */
enum err core_start(struct core *c, struct store *store) MUST_CHECK; /* takes the store */
/* Before strangers and persons are heard. Says why not. */
enum err core_contain(struct core *c) MUST_CHECK;
void core_run(struct core *c);
void core_finish(struct core *c);
/* Ends the run after this turn. */
void core_end(struct core *c, int status);
/* One flush for all that waits, then everything that it allows. */
void core_commit(struct core *c);

/* children.c */
enum err children_start(struct core *c) MUST_CHECK;
/* Asks the signer what it remembers and waits for it. */
enum err children_remember(struct core *c) MUST_CHECK;
/* From now on they are heard by the loop, and link is told its paths. */
void children_run(struct core *c);
void children_tell(struct core *c, struct child *child, const struct record *r);
void children_flush(struct core *c);
enum err children_tell_starter(const struct core *c, const struct record *r, const int *fds,
			       size_t count) MUST_CHECK;
/* After so long: who has said nothing for CHILD_SILENT_MS hangs. Link is started again, the node stops
 * without a signer. */
void children_tick(struct core *c, uint64_t ms);
/* Waits for the signer's next word, but not for long. */
void children_await(struct core *c);
/* They have until ms to end by themselves. */
void children_end(struct core *c);

/* core_link.c */
/* Once the settings' paths have their numbers: what link may listen on and call, for ever. */
enum err core_link_shut(struct core *c) MUST_CHECK;
/* Of a link that was just started. */
void core_link_configure(struct core *c);
/* After a turn: what link may let in, and lines that are still up with a key of ours that is not in force. */
void core_link_keys(struct core *c);

/* reserve.c */
void reserve_start(struct core *c);
void reserve_give(struct core *c);
void reserve_tick(struct core *c);

/* first.c: submits what lies in HOME/first to a node whose own logs were never opened. */
enum err first_say(struct core *c) MUST_CHECK;
#define FIRST_CLIENT UINT64_MAX /* whose commands they are */
void first_answer(struct core *c, const struct effect_answer *answer);

#endif
