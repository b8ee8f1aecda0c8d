/*
 * node.h - the core: events in, effects out. It has no socket, no clock, no randomness of its own.
 *
 * Spec: docs/ARCHITECTURE.md. Layer: node. The daemon (src/entente/serve.c) and the simulator (test/sim)
 * run this same code.
 *
 * One turn of the loop: any number of node_receive, node_command, node_signed, node_link, node_sent, then one
 * node_commit. Everything that waits in one turn shares one flush. Errors of class LOCAL come as EFFECT_STOP.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "accord/words.h"
#include "base/crew.h"
#include "crypto/pair.h"
#include "node/effects.h"
#include "record/mark.h"
#include "record/record.h"
#include "view/ladder.h"
#include "view/release.h"
#include "view/watch.h"

struct node;

/* A path that is no TLS: a serial line, a radio. At most one of a peer. */
struct thin_options {
	bool is_thin;
	bool is_receive_only; /* nothing is ever sent on it */
	uint32_t speed;	      /* bit/s */
	uint8_t secret[PAIR_SECRET_LEN];
};

struct node_options {
	struct accord_versions versions; /* those that are held; borrowed for the node's life */
	size_t self;			 /* our party */
	struct store *store;		 /* taken */
	uint8_t seed[32];		 /* for statement ids and salts */
	/* Names of the paths to each peer, in the order of preference; borrowed. */
	const char *paths[PARTY_MAX][LINK_PATHS_MAX];
	size_t paths_count[PARTY_MAX];
	struct thin_options thin[PARTY_MAX][LINK_PATHS_MAX];
};

/*
 * ERR_CORRUPT, ERR_IO: the store cannot be used; ERR_ACCORD_DIFFERS: it is another accord's, or a log in
 * it is judged by a version that is not held.
 */
enum err node_new(const struct node_options *options, struct node **out) MUST_CHECK;
/*
 * Before node_free, where the node has stopped: if that was over what it read back, its next start looks at
 * all rows of the views first, and makes them anew if one has changed.
 */
void node_end(struct node *n);
void node_free(struct node *n);
/* Who helps to verify a batch's signatures; borrowed. At first, and with NULL, nobody does. */
void node_crew(struct node *n, struct crew *crew);

/*
 * What the signer remembers, before anything else: decides whether our own logs are open.
 * has_memory false: its file was lost. is_certain
 * false: its machine stopped without closing the file.
 */
void node_start(struct node *n, struct now now, const struct marks *marks, bool has_memory, bool is_certain,
		struct effects *fx);

/* A frame from a peer whose key the link has checked. path PATH_BUNDLE: carried by hand. */
#define PATH_BUNDLE LINK_PATHS_MAX
struct arrival {
	size_t peer, path;
	struct frame frame;
};
enum err node_receive(struct node *n, struct now now, const struct arrival *in,
		      struct effects *fx) MUST_CHECK;

/* Bytes that came by a thin path, from whomever: only what the pair's key made is looked at. */
enum err node_heard(struct node *n, struct now now, size_t peer, size_t path, struct bytes bytes,
		    struct effects *fx) MUST_CHECK;

/*
 * One more version is held, signed by all, which may follow the newest one (accord_succeeds); borrowed
 * for the node's life. No log of ours moves to it before our registrar says so in that log; a peer that
 * has moved is no stranger, and what waited for this version is folded. Between turns. ERR_LIMIT:
 * ACCORD_VERSIONS_MAX.
 */
enum err node_adopt(struct node *n, struct now now, const struct accord *a, struct effects *fx) MUST_CHECK;

/* A person's signed statement. Bytes are borrowed for the call. */
struct command {
	uint64_t client; /* given back in the answer */
	struct bytes statement;
	struct bytes signatures[STATEMENT_SIGNATURES_MAX];
	size_t signatures_count;
	struct bytes content;	      /* .len 0: none */
	const struct signer *signers; /* as node_signers_next found them; NULL: node_command looks itself */
};
/*
 * Whose signatures many commands have, found by all hands (base/crew.h) while those before them are filed:
 * found[i] of commands[i]. The rest begins as 0. All are gone through from the first to the last, and nothing
 * of it moves till then.
 */
struct node_signers {
	struct node *node;
	struct command *commands;
	struct signer (*found)[STATEMENT_SIGNATURES_MAX];
	size_t count, done;
	struct crew_work work;
};
/* From then on commands[index] points to what was found, unless it is no statement of ours. */
void node_signers_next(struct node_signers *s, size_t index);
enum err node_command(struct node *n, struct now now, const struct command *in,
		      struct effects *fx) MUST_CHECK;

/*
 * What node_command would answer if a person with this key signed it (docs/spec/api.md section 4.3): ERR_OK,
 * or the refusal and *answer. Its content may be left out (.len 0), then nothing that is in it is looked at.
 * Nothing changes; fx lends memory for the call.
 */
enum err node_may(struct node *n, struct now now, const struct command *in, const uint8_t key[KEY_HASH_LEN],
		  struct effects *fx, struct effect_answer *answer) MUST_CHECK;

/* The signer's line, or why not. */
struct signer_answer {
	bool is_cosignature;
	struct origin origin;
	uint64_t size;
	enum err err;
	struct bytes line;
};
enum err node_signed(struct node *n, struct now now, const struct signer_answer *in,
		     struct effects *fx) MUST_CHECK;

/* A path came up or went down. */
struct path_change {
	size_t peer, path;
	bool is_up;
	enum err why;	     /* down: what the link says */
	struct bytes rule;   /* down: the limit or rule that ended it, if one did; borrowed for the call */
	const char *group;   /* up: "X25519MLKEM768"; borrowed for the call */
	const char *address; /* of the other side */
	const uint8_t *key;  /* up: its TLS key, 32 bytes; NULL of a thin path */
};
enum err node_link(struct node *n, struct now now, const struct path_change *in,
		   struct effects *fx) MUST_CHECK;
/* A socket has taken the frame with this tag. */
enum err node_sent(struct node *n, struct now now, size_t peer, size_t path, uint64_t tag,
		   struct effects *fx) MUST_CHECK;
/* The link's own measure of a path, whose other side has answered now. */
void node_measured(struct node *n, struct now now, size_t peer, size_t path, uint64_t round_trip_us);

/*
 * A piece of an attachment from a person, before the message that names it; by: his key, NULL if he did not
 * say who he is. From the front and in order, or he has not given it.
 */
enum err node_attach(struct node *n, const uint8_t *by, const uint8_t hash[HASH_LEN], uint64_t total,
		     uint64_t offset, struct bytes piece) MUST_CHECK;

/* Timers: scheduled line checks, QUERY, lapses. Call at least once a second. */
enum err node_tick(struct node *n, struct now now, struct effects *fx) MUST_CHECK;

/* The end of the turn: one flush, then everything that it allows. */
enum err node_commit(struct node *n, struct now now, struct effects *fx) MUST_CHECK;
/* Whether the disk has room again: until then own statements are refused, peers' entries are still taken. */
void node_room(struct node *n, bool has_room);
/* Drops every view and folds the record anew, in a turn of its own; service statements are not made again. */
enum err node_refold(struct node *n, struct now now, struct effects *fx) MUST_CHECK;
/*
 * The store's housekeeping, between turns; is_idle: nothing else waits. A fault of class LOCAL stops the
 * node.
 */
enum err node_tidy(struct node *n, bool is_idle, struct effects *fx) MUST_CHECK;
/*
 * Reads a few milliseconds' worth of what is held again, at the pace at which all of it is read within
 * SCRUB_PASS_MS, whatever starts come between. Between turns, as often as there is a quiet moment: most calls
 * do nothing. A log of which something has changed is stopped (record.rot), the others go on.
 */
enum err node_scrub(struct node *n, struct now now, struct effects *fx) MUST_CHECK;
/*
 * Reads everything again at once, asks the peers for what has rotted, verifies it by its hash and puts it in
 * place; logs that are whole again run. ERR_EXISTS: it is under way.
 */
enum err node_repair(struct node *n, struct now now) MUST_CHECK;

/* ---- Reading. Nothing here changes anything; all of it is in the record already. ---- */

/*
 * The newest version that is held: what places and names are looked up in, for it has all of the older
 * ones.
 */
const struct accord *node_accord(const struct node *n);
const struct accord_versions *node_versions(const struct node *n);
/* The newest one that all our logs have come to; with no log of ours, the newest of all. */
const struct accord *node_in_force(const struct node *n);
/* The one that our log of a channel has come to; with no log of ours there, the newest of all. */
const struct accord *node_in_force_on(struct node *n, uint32_t channel);
/*
 * By which TLS keys a peer may come now, oldest first; how many. It changes with versions that are held, with
 * what his logs say, and with his coming: look again after each turn.
 */
size_t node_pins(const struct node *n, size_t peer, const uint8_t *out[ACCORD_VERSIONS_MAX]);
/* The note that stopped a log with the rule record.key. ERR_NOT_FOUND: there is none. */
enum err node_misused(const struct node *n, const struct log_key *log, struct buf *out) MUST_CHECK;
/*
 * The public halves of what the signer has; to no version whose keys are not among them is a log of ours
 * moved. Borrowed for the node's life; with none of a use nothing is known of it.
 */
struct signer_keys {
	const uint8_t (*log)[32], (*mirror)[32];
	size_t log_count, mirror_count;
};
void node_signs_with(struct node *n, const struct signer_keys *keys);
/* Which versions a peer says that he holds, as bits; 0: he has not been heard in this run. */
uint16_t node_peer_versions(const struct node *n, size_t peer);
size_t node_self(const struct node *n);
const struct fold *node_fold(const struct node *n);

/* An entry with its statement decoded: entry bytes are appended to *memory, which it borrows from. */
struct entry_read_out {
	struct entry entry;
	struct statement statement;
	uint8_t leaf[HASH_LEN];
	struct bytes bytes;
	bool is_folded;
	struct entry_view view;
	struct key_view signer; /* whose key it was; meaningful if has_signer */
	bool has_signer;
};
enum err node_entry(struct node *n, const struct place_key *place, struct buf *memory,
		    struct entry_read_out *out) MUST_CHECK;
/* ERR_NOT_FOUND: none, ERR_REFUSED: erased. */
/* What holds a statement of ours until another person lets exactly its bytes go, with a reason. */
struct held_by {
	uint8_t word[HELD_FOUND_MAX];
	size_t word_len; /* 0: none was found */
	struct {
		struct bytes name; /* borrows from the content */
		const char *kind;
	} unseen[ATTACHMENTS_MAX]; /* files that were not looked into, and what they are */
	size_t unseen_count;
};
static inline bool is_held(const struct held_by *h)
{
	return h->word_len > 0 || h->unseen_count > 0;
}
/*
 * The content that goes out with a statement: its own, or that of the item that a RELEASE lets go outside.
 * ERR_NOT_FOUND: it has none, or it has not come; ERR_REFUSED: it is erased.
 */
enum err node_outgoing(struct node *n, const struct statement *s, struct buf *out) MUST_CHECK;
/* docs/spec/release.md section 2; content: node_outgoing, .len 0 for none. */
enum err node_held_by(struct node *n, struct now now, const struct statement *s, struct bytes outgoing,
		      struct bytes content, struct held_by *out) MUST_CHECK;
/* Words would hold it, and it is sealed: another's terminal looks, whatever else is asked of it. */
bool node_is_unsearched(struct node *n, const struct statement *s);
enum err node_content(struct node *n, const struct statement *s, struct buf *out) MUST_CHECK;
/*
 * The same of what stands there: an entry that came without its words, or lost them, says none, though
 * another of the same hash has them.
 */
enum err node_words(struct node *n, const struct place_key *place, const struct statement *s,
		    struct buf *out) MUST_CHECK;
/* By which entry; ERR_NOT_FOUND: it is not erased. */
enum err node_eraser(struct node *n, const struct place_key *place, const struct statement *s,
		     struct place_key *out) MUST_CHECK;
/*
 * The next DIGEST of a peer that says another state of that instance than ours at the same past; *at starts
 * zeroed. ERR_NOT_FOUND: no more.
 */
enum err node_divergence(struct node *n, const struct place_key *start, struct place_key *at) MUST_CHECK;
/* Whether there is one that no REMARK of ours in that instance has seen: we confirm nothing there. */
bool node_differs(struct node *n, const struct place_key *start);
/* Those of which that is so, by their STARTs: how many. */
size_t node_differing(struct node *n, struct place_key starts[DIVERGED_MAX]);
/* How many contents were erased in this run: what was read before may hold their words. */
uint64_t node_erasures(const struct node *n);
enum err node_attachment(struct node *n, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
			 struct buf *out, uint64_t *held, uint64_t *total) MUST_CHECK;
/* The ladder with SENT and STATION RECEIPT added. */
enum err node_ladder(struct node *n, const struct place_key *place, struct message_view *out) MUST_CHECK;
/* The same, without the acts that are not in sight. */
enum err node_ladder_seen(struct node *n, const struct place_key *place, const struct fold_sight *sight,
			  struct message_view *out) MUST_CHECK;
/* By which path a size of our log was given to a peer's socket; NULL: not in this run. */
const char *node_sent_path(struct node *n, const struct place_key *place, size_t peer);

/* Who is on duty at a post at a moment, as a home channel has it. */
enum err node_duty(struct node *n, uint32_t home, struct bytes post, uint64_t at_ms,
		   struct duty *out) MUST_CHECK;
/* The same, as if there were none of the rosters that are not in sight. */
enum err node_duty_seen(struct node *n, uint32_t home, struct bytes post, uint64_t at_ms,
			const struct fold_sight *sight, struct duty *out) MUST_CHECK;
/* What a post hands over: open FLASH and IMMEDIATE of the last days, and what procedures ask of it. */
struct open_item {
	struct place_key place; /* the message, or the START */
	const char *what;	/* "WATCH READ", a step and a level; lives for the call */
	enum precedence precedence;
	bool is_unresolved; /* who goes should have done it */
};
typedef enum err open_item_each(void *self, const struct open_item *item);
/* Every one; what `each` returns ends it. */
enum err node_open_items(struct node *n, uint64_t now_ms, struct bytes post, open_item_each *each,
			 void *self) MUST_CHECK;

/*
 * What of the open messages to a post was read by a shift that has ended without relief: nobody of those who
 * were on duty then is on duty now, so it is to be read again.
 */
enum err node_unwatched(struct node *n, uint64_t now_ms, uint32_t home, const struct post_view *post,
			open_item_each *each, void *self) MUST_CHECK;

/* What a statement on this channel by us should say it has seen, now. */
size_t node_seen(struct node *n, uint32_t channel, struct seen seen[PARTY_MAX]);
/* The epoch that our log of a channel is in; 0 if it was never opened. */
uint32_t node_epoch(struct node *n, uint32_t channel, size_t party);
/* This party has cosigned its log beyond it: it holds these bytes. */
bool node_has_receipt(struct node *n, const struct place_key *at, size_t party);
/*
 * A note of that size or above, with every line held: of the smallest one that this party has signed, or,
 * with a party beyond the last, of those that most have signed. ERR_NOT_FOUND if there is none.
 */
enum err node_note(struct node *n, const struct log_key *log, uint64_t size, size_t signer, struct buf *out,
		   uint64_t *found) MUST_CHECK;
/* That the log of `size` entries begins as it was when it had `old`. */
enum err node_consistency(struct node *n, const struct log_key *log, uint64_t old, uint64_t size,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count) MUST_CHECK;
/* A tlog-proof file with such a note. */
enum err node_proof(struct node *n, const struct place_key *place, size_t signer, struct buf *out) MUST_CHECK;

/*
 * A party's advance copies that are kept, one a call: of which no entry has come, or another one. *cursor
 * starts with the party alone; statement and content borrow from *memory. ERR_NOT_FOUND: no more.
 */
struct advance_cursor {
	size_t party;
	uint8_t key[STATEMENT_ID_LEN];
	bool is_begun;
};
struct advance_read_out {
	enum advance_state state;
	struct place_key place; /* its number there is known of BY_LINE and FALSE */
	struct statement statement;
	struct bytes content;
};
enum err node_advance_next(struct node *n, struct advance_cursor *cursor, struct buf *memory,
			   struct advance_read_out *out) MUST_CHECK;

/* Why what is held of a log is not folded: its first entry that is not says it for all behind it. */
#define WAIT_CAUSE_LIST(X) \
	X(NONE) /* all of it is */ X(VERSION) /* of the accord, that is not held */ X(OTHERS) /* entries */
enum wait_cause {
#define WAIT_CAUSE_ENUM(name) WAIT_##name,
	WAIT_CAUSE_LIST(WAIT_CAUSE_ENUM)
#undef WAIT_CAUSE_ENUM
		WAIT_CAUSE_COUNT
};
const char *wait_cause_name(enum wait_cause c); /* "VERSION" */
struct waiting {
	enum wait_cause cause;
	uint64_t from, count; /* the first, and how many */
	uint64_t urgent;      /* messages among them that are FLASH or IMMEDIATE */
};
enum err node_waiting(struct node *n, const struct log_key *log, struct waiting *out) MUST_CHECK;
bool is_urgent_message(const struct statement *s);

enum log_state { LOG_RUNS, LOG_STOPPED, LOG_RECOVERING, LOG_CLOSED };
struct log_status {
	struct log_key log;
	uint8_t root[HASH_LEN];				   /* of `size` */
	uint64_t size, folded, noted, cosigned[PARTY_MAX]; /* by each other party */
	enum log_state state;
	struct fault stopped;
	bool is_ended; /* an own one, of which a later epoch goes on */
	/* What a later epoch names: less than size where rot has taken what nobody else has. */
	uint64_t sound_size;
	uint8_t sound_root[HASH_LEN];
	uint64_t wanted; /* RECOVERING, or a range under transfer: the size that is known elsewhere */
	/*
	 * What the signer remembered at the start of an own log that is still smaller; lives as long as the
	 * node.
	 */
	uint64_t signed_size; /* 0: none */
	const uint8_t *signed_root;
	const struct accord *accord; /* the version that judges its next entry */
};
size_t node_logs(struct node *n, struct log_status *out, size_t max);

/*
 * What is known to have changed of a log that rot has stopped, in the order in which it was found; after a
 * start nothing, until all of it has been read again.
 */
struct rot_status {
	uint64_t index;		 /* of a note, or a line: its size */
	const char *what, *text; /* the finding (record/verify.h) */
	uint8_t held_by;	 /* other parties that have it, or said so */
};
size_t node_rots(const struct node *n, const struct log_key *log, struct rot_status *out, size_t max);

struct path_status {
	const char *name;
	bool is_up, was_up;
	struct {
		uint32_t speed; /* bit/s; 0: the path is not thin */
		bool is_receive_only;
		size_t copies;			 /* of ours that are said again and again */
		uint64_t frames, noise, replays; /* good frames heard, bytes of none, copies known already */
	} thin;
	char group[32], address[64];
	uint8_t tls_key[32]; /* up: of the other side; zeros of a thin path */
	uint64_t round_trip_us;
	struct wall since, heard, line_checked; /* line_checked .ms 0: never */
	uint64_t line_check_ms;			/* response time of the last line check */
	enum err why;				/* when down */
	char rule[RULE_NAME_MAX + 1];		/* when down: the limit or rule; "": none */
};
/* What a peer and we do not have in common; its words are made where it is read, in the reader's language. */
#define REFUSAL_LIST(X) X(NONE) X(PROTOCOL) X(PARTY) X(ACCORD_FILE) X(ACCORD_ID) X(LOG_STOPPED)
#define REFUSAL_ENUM(kind) REFUSAL_##kind,
enum refusal_kind { REFUSAL_LIST(REFUSAL_ENUM) REFUSAL_COUNT };
#undef REFUSAL_ENUM
#define REFUSAL_NAME_MAX 100u
const char *refusal_kind_name(enum refusal_kind kind); /* "ACCORD_FILE" */

struct refusal {
	enum refusal_kind kind;
	uint64_t number;		 /* PROTOCOL: the peer's; LOG_STOPPED: at which byte of the entry */
	struct place_key at;		 /* LOG_STOPPED: the first entry that it does not take */
	char name[REFUSAL_NAME_MAX + 1]; /* PARTY: who it says it is; ACCORD_FILE; LOG_STOPPED: the rule */
};

struct peer_status {
	size_t party;
	struct path_status paths[LINK_PATHS_MAX];
	size_t paths_count;
	bool has_clock;
	int64_t clock_offset_ms;
	struct wall compared; /* when his heads last were; .ms 0: never */
	struct refusal refused;
	uint8_t pins[ACCORD_VERSIONS_MAX][32]; /* TLS keys that are good for him now, oldest first */
	size_t pins_count;
	struct wall old_pin_used; /* when a key older than the newest he came with was; .ms 0: never */
	size_t bundle_left;	  /* attachments that the last bundle for him left for a later one */
	/* His entries that wait for a version of the accord, and the FLASH and IMMEDIATE among them. */
	uint64_t awaits_version, awaits_urgent;
};
struct scrub_status {
	uint64_t done, total;	       /* entries of the pass under way */
	struct wall started, finished; /* of it, and of the last whole one; .ms 0: never */
	uint64_t passes, findings;     /* whole ones; findings of the last whole one or of this one */
	bool is_repairing, has_repaired;
	uint64_t found, left; /* by the last repair */
};
struct node_status {
	struct scrub_status scrub;
	struct peer_status peers[PARTY_MAX];
	size_t peers_count;
	bool is_recovering, is_full;
	const char *recovering; /* why, in English; NULL */
	uint64_t entries, commits, published, refused, void_entries, stopped_logs;
	uint64_t waiting; /* entries held and not yet folded */
	/* of these: for a version of the accord; FLASH, IMMEDIATE */
	uint64_t waiting_version, waiting_urgent;
	uint64_t remade;  /* folded anew at this start: the views were another version's */
	uint64_t unfiled; /* signed for a day that has come, and not filed */
	/* own withdrawals of keys that the log which goes on had not seen, where the keys are in force */
	struct place_key unheeded[UNHEEDED_MAX];
	size_t unheeded_count;
};
void node_status(struct node *n, struct node_status *out);

/*
 * Why the node does not file by itself what was signed for a day (docs/spec/release.md section 5); NOT: it
 * does, once the day has come, if enough approve it. LABEL, RECALLED: *by is what did that; else it is zero.
 */
enum unfiled {
	UNFILED_NOT,
	UNFILED_LABEL,
	UNFILED_RECALLED,
	UNFILED_ENDED_LOG,
	UNFILED_RECOVERING,
	UNFILED_COUNT
};
const char *unfiled_name(enum unfiled why); /* "ENDED LOG" */
enum err node_unfiled(struct node *n, const struct draft_view *draft, const struct statement *outgoing,
		      enum unfiled *out, struct place_key *by) MUST_CHECK;

/*
 * Bundles: the frames that bring a peer up to date, one a call; the records first, attachments last.
 * The cursor starts zeroed but for pieces_max: how many bytes of attachments this bundle may have.
 * ERR_NOT_FOUND: no more, and `left` says how many attachments are for a later one.
 */
struct bundle_blob {
	uint8_t hash[HASH_LEN];
	uint64_t offset; /* the next piece */
};
enum bundle_part { BUNDLE_HELLO, BUNDLE_BATCHES, BUNDLE_FETCHES, BUNDLE_PIECES };
struct bundle_cursor {
	uint64_t pieces_max, pieces; /* bytes */
	size_t left;
	enum bundle_part part;
	size_t line; /* BATCHES: which log, and from where */
	uint64_t from;
	uint8_t fetched[HASH_LEN]; /* FETCHES: the last one, if any */
	bool has_fetched;
	size_t fetches;
	struct bundle_blob blobs[BUNDLE_BLOBS_MAX];
	size_t blobs_count, blob;
};
enum err node_bundle(struct node *n, size_t peer, struct now now, struct bundle_cursor *cursor,
		     struct buf *frame) MUST_CHECK;
/* Copies the store to a file, a slice a call: store.h. ERR_SHORT: call again with the same path. */
enum err node_backup(struct node *n, const char *path, uint64_t *done, uint64_t *total) MUST_CHECK;

#endif
