/*
 * probe.h - a node of a simulated world as it would start again, had its machine stopped at one moment.
 *
 * The world goes on as if nothing had been. The probe has a disk and a signer of its own, copies of that
 * moment's; it is judged with the simulator's own checks against the one truth that the world keeps: what
 * had been acknowledged and cosigned by then is there, whatever else is there is whole.
 */
#ifndef CRASH_PROBE_H
#define CRASH_PROBE_H

#include "../sim/world.h"
#include "sys/sim_disk.h"

/* A moment at which the power may go. */
struct moment {
	size_t node;
	struct sim_disk *disk;	   /* owned; as the process sees it, and as the platter has it */
	struct sim_signer *signer; /* owned */
	size_t acknowledged_count;
	uint64_t cosigned[64];
};

/* The node's machine as it stands. Fills *m; free with moment_finish. */
void moment_take(struct world *w, const struct sim_node *n, struct moment *m);
void moment_finish(struct moment *m);

struct probe {
	struct world *w;
	const struct sim_node *of;
	const char *file;  /* "record.db", or a backup of it */
	struct sim_node n; /* its own node, store, disk and signer; the rest as `of` has it */
	size_t shared;	   /* acknowledged statements that are the world's */
	/* the world's model, put back at the end: what the probe says itself is forgotten */
	size_t logs_count;
	struct sim_log logs[64];
	struct sim_counters counters;
	struct prng prng;
	/* Told when the core begins and ends to run, and not what judges it; NULL: nobody wants to know. */
	void (*core)(void *self, bool is_running);
	void *self;
	bool is_for_ever;
	bool is_doomed;	 /* its fault goes on for ever: nothing more is asked of it in this life */
	bool is_judged;	 /* since its start: what it commits from now on is true */
	bool is_stopped; /* the node, by a fault of its disk or of its memory */
	bool is_faulty;	 /* faults are about: a refusal and a stop are no finding */
	bool was_faulty; /* what no commit answered for may be there, if it is whole */
	uint64_t answered, receipts;
};

#define PROBE_LAYER "probe" /* the name of the file layer that it is given */

/*
 * A probe of that moment over its disk, which it borrows and changes. probe_start opens the store and starts
 * the node: ERR_OK, or what the store said. is_certain: what its signer says, and with it the rest of the
 * memory that a machine keeps whose process alone was killed.
 */
void probe_init(struct probe *p, struct world *w, const struct moment *m, struct sim_disk *disk,
		struct vfs *vfs);
enum err probe_start(struct probe *p, bool is_certain) MUST_CHECK;
/* The process ends where it stands, without a last word to its disk; it can be started again. */
void probe_die(struct probe *p);
void probe_finish(struct probe *p);

/* Everything that was promised at that moment is there, and all that is there verifies. */
void probe_check(struct probe *p);
/* The same of what costs more: views against a replay, every content, attachments of own messages. */
void probe_check_deep(struct probe *p);
/* Every peer says what it holds of us; ends the run if it is more than we do: our log would not go on. */
void probe_meet_peers(struct probe *p);
/* What the peers have and this node lacks. */
void probe_hear_peers(struct probe *p);
/* An officer's message, through the door; its answer must come if no fault is about. */
void probe_say(struct probe *p, uint32_t channel);
/* The end of a turn: what it lets go is carried out, the signer's answers begin the next. */
void probe_turn(struct probe *p);
/* Two officers erase the last message of their own that is not erased; if there is one. */
void probe_erase(struct probe *p);
/* A blob's pieces, as a terminal hands them in before the message. */
void probe_attach(struct probe *p, size_t len);
/* A second later. */
void probe_tick(struct probe *p);
/* A person reads the last own statements; that it fails is nobody's loss. */
void probe_read(struct probe *p);
/* The store's quiet moment; a backup under this name, from its first slice to its last. */
void probe_tidy(struct probe *p, bool is_idle);
void probe_backup(struct probe *p, const char *name);

#endif
