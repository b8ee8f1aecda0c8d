/*
 * world.h - N nodes of the real core in one process: one prng, a virtual clock, paths that lie, disks that
 * forget.
 *
 * The same seed gives the same trace. A world is built, run through faults, healed, and then must be quiet
 * and
 * agree. After every step it is checked (check.c); what is wrong ends the run with the seed in the message.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/prng.h"
#include "node/node.h"
#include "record/store.h"

#define SIM_PATHS 2u
#define SIM_NODES_MAX 3u
#define SIM_MARKS_MAX 256u

/* What can go wrong; each is counted when it fires. */
/* clang-format off */
#define FAULT_LIST(X) \
	X(DELAY, "delay") X(PATH_CUT, "path cut") X(ONE_WAY, "one-way loss") X(PARTITION, "partition") \
	X(DUPLICATE, "duplicate") X(REORDER, "reorder") X(CRASH, "process killed") X(POWER, "power cut") \
	X(DISK_ERROR, "disk error") X(DISK_FULL, "disk full") X(RESTORE, "old backup put back") \
	X(SIGNER_LOST, "signer's file lost") X(MARK_LOST, "signer's mark lost") X(CLOCK, "clock jumped") \
	X(FLIP, "bit flipped in memory") X(FORGERY, "signer asked for a fork") X(ROLLBACK, "machine rolled back")
/* clang-format on */
enum fault_kind {
#define FAULT_ENUM(name, text) FAULT_##name,
	FAULT_LIST(FAULT_ENUM)
#undef FAULT_ENUM
		FAULT_COUNT
};

/* What officers do, counted too. */
/* clang-format off */
#define ACT_LIST(X) \
	X(SEND, "send") X(FLASH, "send FLASH") X(READ, "read") X(READ_BACK, "read back") X(CORRECT, "correct") \
	X(WRONG, "wrong") X(PRESENT, "present") X(REPLY, "reply") X(DECLINE, "decline") X(DEFER, "defer") \
	X(QUERY, "query") X(NEGATIVE, "negative") X(ERASE, "erase") X(RESEND, "resend") X(ATTACH, "attach") \
	X(BREAK, "break a rule")
/* clang-format on */
enum act_kind {
#define ACT_ENUM(name, text) ACT_##name,
	ACT_LIST(ACT_ENUM)
#undef ACT_ENUM
		ACT_COUNT
};

/* clang-format off */
#define WATCH_LIST(X) X(ROSTER, "rosters") X(MANNING, "mannings") X(RELIEF, "reliefs") \
	X(ACCEPTED, "reliefs accepted") X(ESCALATED, "rungs called")
#define TALK_LIST(X) X(EVENT, "events") X(CLAIM, "claims") X(PROMISE, "commitments") \
	X(BRACKETED, "units in brackets") X(CLEAN, "texts clean") X(INITIALLED, "texts initialled") \
	X(READ_BACK, "texts read back") X(SIGNED, "texts signed")
/* clang-format on */
#define TALK_ENUM(name, text) TALK_##name,
enum talk_word { TALK_LIST(TALK_ENUM) TALK_COUNT };
#undef TALK_ENUM
#define WATCH_ENUM(name, text) WATCH_##name,
enum watch_kind { WATCH_LIST(WATCH_ENUM) WATCH_COUNT };
#undef WATCH_ENUM

struct sim_counters {
	uint64_t faults[FAULT_COUNT], acts[ACT_COUNT], pairs[ACT_COUNT][ACT_COUNT];
	uint64_t quiet, anything, full; /* seeds of each mode; commits that a full disk refused */
	uint64_t answered, refused, receipts, entries, frames, epochs, recoveries, restarts, advances;
	uint64_t pieces;  /* of attachments, carried by hand as well */
	uint64_t silent;  /* paths that carried nothing in both directions */
	uint64_t detours; /* batches with a FLASH that went by another, past such a path or a one-way one */
	uint64_t erased;  /* contents, found so at the end */
	uint64_t adopted; /* versions of the accord, by nodes */
	/* Of procedures, at each node once quiet. */
	uint64_t instances, moves, decided, lapses, digests;
	uint64_t watch[WATCH_COUNT]; /* what counts of the watch, in everybody's own logs */
	uint64_t talk[TALK_COUNT];   /* what there is of standing dialogues, at the first node */
	uint64_t called;	     /* ladders that say which rung was called, the same on all sides */
};

enum event_kind {
	EVENT_FRAME,
	EVENT_PATH,
	EVENT_SENT,
	EVENT_THIN,
	EVENT_SIGN,
	EVENT_COSIGN,
	EVENT_TICK,
	EVENT_OFFICER,
	EVENT_RESTART,
	EVENT_CHAOS,
	EVENT_VERSION
};

struct event {
	int64_t at_us;
	uint64_t number; /* order among events of one moment */
	enum event_kind kind;
	size_t node, peer, path;
	uint64_t life;	  /* of the node it was meant for: a dead node hears nothing */
	uint64_t session; /* of the path: what was on its way when it went down is lost */
	uint64_t tag;
	int64_t made_us;
	bool is_up;
	bool is_void; /* a bundle of a machine that lost its power before it could be carried out */
	enum frame_kind frame;
	struct origin origin;
	uint64_t size;
	enum err refused; /* by the signer */
	uint8_t *bytes;	  /* owned */
	size_t len;
};

/* One direction of a path. */
struct sim_path {
	bool is_up;
	uint64_t session;
	int64_t last_us; /* a stream keeps its order: nothing arrives before this */
	bool is_one_way; /* what is sent here does not arrive, until somebody notices */
	bool is_silent;	 /* likewise, until its story has the path cut */
};

struct sim_officer {
	struct sign_key key, second, registrar; /* the officer's, another person's */
	uint8_t public[64];
};

/* An acknowledged statement: it must never be missing again. */
struct sim_acknowledged {
	struct place_key place, subject; /* subject .log.epoch 0: it refers to none */
	enum kind kind;
	/* the acknowledged one, counted from 1, that this is sent a second time of; 0: none */
	size_t repeats;
	uint8_t id[STATEMENT_ID_LEN];
	/* The terminal's copy, until the receipt. */
	struct bytes statement, content, blob, signatures[2]; /* heap */
	size_t signatures_count;
	bool is_receipted, is_forgotten; /* forgotten: lost with a backup, sent again */
	bool is_replaced;		 /* forgotten, and acknowledged again since */
	enum err err;			 /* of the door, when it was last said again */
	enum verdict verdict;
	const char *limit;
	size_t resends; /* as repeats: the forgotten one that this is sent again for */
};

/*
 * The signer and its file: marks are written before an answer goes out, and synced before the same log is
 * signed again or 2 ms later, whichever is first (src/process/signer.c, mark_file.c).
 */
struct sim_signer {
	struct mark rows[SIM_MARKS_MAX], synced_rows[SIM_MARKS_MAX];
	struct marks marks, synced; /* as the process has them, and as the platter has */
	int64_t moved_us;	    /* when the first mark moved that is not synced; meaningful if is_moved */
	bool is_moved;
	/*
	 * What it says at its next start: there was a file; no signature can have been given that is not in
	 * it.
	 */
	bool has_memory, is_certain;
};

struct sim_disk;
struct vfs;

struct sim_node {
	size_t party;
	struct node *node; /* NULL while it is down */
	uint64_t life;
	char file[32];
	struct sim_disk *disk;
	struct vfs *vfs;
	struct store *store;	    /* the node's, while it is up */
	struct store_ops store_ops; /* its own, but for the bit that flips */
	const struct store_ops *true_ops;
	unsigned flip_in; /* entries until a bit flips on its way to the store; 0: none */
	bool is_flipped;  /* and it did, in this turn */
	log_number flipped_log;
	uint64_t flipped_index;
	struct sim_disk *backup; /* a copy from some earlier moment; NULL: none */
	struct sim_signer backup_signer;
	uint64_t backup_acknowledged;
	struct sign_key log_key, mirror_key, next_log_key, next_mirror_key; /* next: of the next version */
	struct sim_signer signer;
	unsigned cut_in; /* turns until the power goes; 0: it stays */
	enum err answer; /* the last that its door gave */
	bool is_refused; /* its next commit: there is no room, and nothing of it happens */
	struct sim_officer officer;
	struct effect *effects;
	uint8_t *effects_memory;
	struct effects fx;
	int64_t clock_offset_ms;
	struct sim_acknowledged *acknowledged;
	size_t acknowledged_count, acknowledged_max;
	/* The command whose answer is awaited. */
	size_t resend_first; /* of what was acknowledged: where the next round of saying it again begins */
	struct sim_acknowledged pending[64];
	size_t pending_count;
	bool is_stopping;	   /* this turn is its last one, and its store may be closed already */
	bool is_full, is_restored; /* restored: from a backup, and not booted since */
	bool has_next;		   /* the next version lies in its home */
	bool is_away;		   /* it stays down until its story has it started */
	/*
	 * By position of the model's logs: what this node's mirror signed, and how far its entries were read.
	 */
	uint64_t cosigned[64], checked[64];
};

/* The one truth that every node's logs are prefixes of. */
struct sim_log {
	struct log_key key;
	struct origin origin;
	uint8_t (*leaves)[HASH_LEN];
	size_t count, max;
	/* ledger.c: what its log key has ever signed, which no restore makes unsigned; what mirrors have. */
	uint8_t (*signed_leaves)[HASH_LEN];
	size_t signed_count, signed_max;
	uint64_t cosigned;
};

struct world {
	uint64_t seed;
	struct prng prng;
	int64_t now_us;
	uint64_t numbers;
	struct event *heap;
	size_t heap_count, heap_max;
	struct sim_node nodes[SIM_NODES_MAX];
	size_t nodes_count;
	struct sim_path paths[SIM_NODES_MAX][SIM_NODES_MAX][SIM_PATHS];
	struct accord *accord;
	struct accord *next; /* the version after it, which parties come to at moments of their own */
	bool has_next;
	struct prng version_prng; /* of these moments: all else happens as it did without */
	bool has_consult;	  /* officers begin procedures, and take their steps */
	bool has_talk;		  /* officers keep standing dialogues */
	bool has_refusals;	  /* the commit of one move in a few is refused, and it is said again */
	bool has_papers;	  /* officers draft, release and label anew, under guidelines (papers.h) */
	struct prng consult_prng, talk_prng;
	uint8_t *procedure_memory;
	struct book book; /* of both */
	uint8_t *accord_memory;
	struct sim_log logs[64];
	size_t logs_count;
	struct sim_counters counters;
	struct hash_stream trace;
	bool is_healing, is_cut; /* cut: no path comes up */
	/* Who lacks his own log by then opens the next epoch; from then on nobody starts anything. */
	int64_t epochs_from_us, said_until_us;
	bool is_ledger_kept;
	/*
	 * Anything goes: all faults and all operations, those that nobody could heal from too; only what is
	 * safe is checked. Otherwise a random half of both, each seed its own, and what then has to heal.
	 */
	bool is_anything;
	uint8_t forked; /* parties whose machine was rolled back with its signer, out of everybody's sight */
	uint32_t faults_on, acts_on; /* bit masks of enum fault_kind and enum act_kind */
	enum act_kind last_act;	     /* ACT_COUNT: none yet */
	struct hostile *hostile;     /* hostile.h; NULL: all are honest */
	/* a blob that no entry names: whoever sends a piece of it gives away what is his own */
	uint8_t draft[HASH_LEN];
	bool has_thin;	/* between each two nodes, beside the other paths */
	bool is_rotten; /* a test changes what a node holds: its log may halt */
	bool is_verbose;
};

/* Ends the program with the seed, the moment and the reason. */
void world_fail(const struct world *w, const char *format, ...) PRINTF_LIKE(2, 3) __attribute__((noreturn));

/* Runs one seed to its end and returns its trace hash. */
void world_run(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN]);

/* The same with procedures. */
void world_run_consult(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN]);
/* The same, in which what is said in procedures is refused by a full disk now and then, and said again. */
void world_run_refusals(uint64_t seed, bool is_verbose, struct sim_counters *total, uint8_t trace[HASH_LEN]);
/* From now on officers do every other thing in procedures. */
/* Officers keep standing dialogues too; world_consults: and are in procedures. */
void world_talks(struct world *w);
void world_consults(struct world *w);

/* The steps of it, for tests with a story of their own: nodes 0 is two or three, as the seed says. */
struct world *world_new(uint64_t seed, size_t nodes, bool is_verbose);
/* The same with a thin path between each two. */
struct world *world_new_thin(uint64_t seed, size_t nodes, bool is_verbose);
/* That version gives some nodes another log key, others another mirror key: before anybody comes to it. */
void world_rotates(struct world *w);
/* What a node's signer signs with; whatever the node asks for, it is one of the two that it has. */
const struct sign_key *world_key(const struct world *w, const struct sim_node *n, const uint8_t *wanted,
				 bool is_mirror);
/* From now on the parties come to the next version of their accord. */
void world_changes(struct world *w);
void world_advance(struct world *w, int64_t until_us);
void world_free(struct world *w);
/* Faults and people again, after a healing. */
void world_wake(struct world *w);
/* From now on everything works; so many microseconds later all has been said, and the world is quiet. */
#define WORLD_HEALS_US 30000000
void world_heal(struct world *w);

/* ---- Between the files of this folder. ---- */
void event_add(struct world *w, const struct event *e);
bool event_next(struct world *w, struct event *out);
struct now world_now(const struct world *w, const struct sim_node *n);
bool world_fires(struct world *w, enum fault_kind kind, uint64_t one_in);
/* Counts an operation, and the pair that it makes with the one before it. */
void world_acts(struct world *w, enum act_kind kind);
bool world_is_on(const struct world *w, enum act_kind kind);
void world_trace(struct world *w, const char *what, size_t node, struct bytes bytes);

void node_boot(struct world *w, struct sim_node *n);
/* Who helps each node that starts from now on; borrowed. NULL, as at first: nobody. */
void nodes_crew(struct crew *c);
void node_down(struct world *w, struct sim_node *n);
/* From now on everything works, and what was broken is mended. */
void faults_end(struct world *w);
void node_turn(struct world *w, struct sim_node *n); /* commit and carry out the effects */
/* Its store is that of its backup again; it is down. */
void node_restore(struct world *w, struct sim_node *n);

void path_set(struct world *w, size_t a, size_t b, size_t path, bool is_up);
void frame_send(struct world *w, const struct sim_node *from, const struct effect_frame *frame);
/* As it is, whoever sends it. */
void frame_carry(struct world *w, const struct sim_node *from, const struct effect_frame *frame);

/* thin.c */
#define THIN_PATH SIM_PATHS
void thin_options_fill(const struct world *w, const struct sim_node *n, struct node_options *o);
void thin_up(struct world *w, struct sim_node *n);
void thin_carry(struct world *w, const struct sim_node *n, const struct effect_frame *frame);

void officer_act(struct world *w, struct sim_node *n);
void acknowledged_finish(struct sim_acknowledged *a);
void officer_answer(struct world *w, struct sim_node *n, const struct effect_answer *answer);
void officer_resend(struct world *w, struct sim_node *n);
void officer_open(struct world *w, struct sim_node *n, uint32_t channel); /* 0: the first epochs */
/* The next epoch of each log that its node may not write. */
void officer_open_all(struct world *w, struct sim_node *n);
void officer_attach(struct world *w, struct sim_node *n, uint32_t channel, size_t len);
/* A roster, a relief or its acceptance; drawn from consult_prng. */
void officer_watch(struct world *w, struct sim_node *n);
void officer_enrol(struct world *w, struct sim_node *n);
/* The registrar brings the next version into every log of his party. */
void officer_move(struct world *w, struct sim_node *n);
/*
 * For tests with a story of their own: a message, one with the words of another, an erasure with so many
 * signatures.
 */
void officer_send(struct world *w, struct sim_node *n, uint32_t channel);
void officer_flash(struct world *w, struct sim_node *n, uint32_t channel);
void officer_query(struct world *w, struct sim_node *n, const struct place_key *at);
void officer_copy(struct world *w, struct sim_node *n, const struct place_key *at);
void officer_erase(struct world *w, struct sim_node *n, const struct place_key *at, size_t signatures);

void check_committed(struct world *w, struct sim_node *n); /* what is new since the last time */
void check_whole(struct world *w, struct sim_node *n);
void check_cosigned(struct world *w, struct sim_node *n, const struct origin *origin, uint64_t size);
/* What is answered as QUEUED is in the record at that place. */
void check_answered(struct world *w, struct sim_node *n, const struct place_key *at,
		    const uint8_t id[STATEMENT_ID_LEN]);
/* What is answered as said before stands there, and counts. */
void check_said(struct world *w, struct sim_node *n, const struct place_key *at, enum kind kind);
void check_reopened(struct world *w, struct sim_node *n);
void check_agreement(struct world *w);
/* whether an erasure that counts names this entry; whether its content is gone then, and else there */
bool check_is_erased(struct sim_node *n, const struct place_key *at);
void check_erased(struct world *w, struct sim_node *n, const struct place_key *at);
/* a node's record and views, whatever the others have */
void check_alone(struct world *w, struct sim_node *n);

/* ledger.c: what signatures say, whatever became of the stores. */
void ledger_open(struct world *w); /* at the beginning, or no ledger is kept */
void ledger_signs(struct world *w, const struct origin *origin, uint64_t size, struct bytes text);
void ledger_cosigns(struct world *w, const struct origin *origin, uint64_t size);
/* Two stores at once may lose what both had: nobody is asked for that any more. */
void ledger_restored(struct world *w);
/*
 * The signer was rolled back with its machine: what it signed since, and nobody else has nor is brought, is
 * nobody's evidence (RECORD.md 15, risk 4).
 */
void ledger_rolled_back(struct world *w, const struct sim_node *n);
/* Store, backups and the signer's memory are lost at once: nobody has anything of its home log any more. */
void ledger_begins_again(struct world *w, const struct sim_node *n);
/* Once quiet, all who should hold what was signed and cosigned, and nobody holds another history. */
void ledger_check(struct world *w);

/* The accord of this world: parties, keys from the seed, channels; all_nodes' keys are filled in. */
void world_accord(struct world *w);

/* signer.c */
void signer_new(struct sim_signer *s);
enum err signer_move(struct world *w, struct sim_signer *s, const struct mark_request *request) MUST_CHECK;
void signer_sync(struct sim_signer *s);
void signer_forget(struct sim_signer *s); /* what is not synced */
/* The machine stops: whatever moved last is on the platter, or is not. */
void signer_crash(struct world *w, struct sim_node *n, bool is_power);
void signer_lose(struct sim_signer *s);
void signer_copy(struct sim_signer *to, const struct sim_signer *from);

/* signatures.c: what was verified is remembered within one world. */
void signatures_forget(void);

/* disk.c: a node's store on its simulated disk. */
void disk_new(struct world *w, struct sim_node *n);
/* NULL if the disk fails while it is opened. */
struct store *disk_open(struct world *w, struct sim_node *n);
void disk_crash(struct world *w, struct sim_node *n, bool is_power);
void disk_keep(struct world *w, struct sim_node *n);	/* a backup, while no transaction is under way */
void disk_restore(struct world *w, struct sim_node *n); /* the backup is put back */
void disk_fail_soon(struct world *w, struct sim_node *n);
void disk_fill(struct sim_node *n, bool is_full);
void disk_mend(struct sim_node *n);
/* True if a bit that flipped in memory stands in the store now, in bytes that its tree does not have. */
bool disk_has_flipped(struct sim_node *n);
bool disk_has_failed(const struct sim_node *n);
void disk_free(struct sim_node *n);

/* NAME=number among the arguments of main; otherwise, if it is not there or no number. */
uint64_t world_argument(int argc, char **argv, const char *name, uint64_t otherwise);

#endif
