/*
 * core.h - what the files of this folder share: the node's state and the steps between its two doors.
 *
 * Layer: node. For the files of this folder only.
 *
 *	node.c       life, the turn, the flush          command.c    what a person signed
 *	line.c       logs as the node sees them         path.c       the paths to a peer
 *	receive.c    frames from a peer                 batch.c      a peer's entries
 *	replicate.c  what each peer lacks               recover.c    our own log, after a restore; epochs
 *	refold.c     held entries into views            service.c    the node's own statements
 *	knot.c       entries that wait for each other   pins.c       by which TLS keys a peer is known
 *	attach.c     attachments                        read.c       reading for the API
 *	fork.c       evidence of a fork                 erase.c      contents that two persons erased
 *	advance.c    a FLASH ahead of its log           remind.c     QUERY and lapses, by timers
 *	thin.c       copies by a path that is no TLS    keyed.c      whose keys sign, by place
 *	scrub.c      everything that is held, again     mend.c       what has rotted, from a peer
 *	heads.c      heads compared with every peer     versions.c   which versions of the accord are held
 *	procedure.c  lapses and digests of procedures
 */
#ifndef NODE_CORE_H
#define NODE_CORE_H

#include "base/plant.h"
#include "crypto/sshsig.h"
#include "node/line.h"
#include "node/node.h"
#include "node/scrub.h"
#include "record/checkpoint.h"
#include "wire/thin.h"

struct peer_path {
	bool is_up, was_up, has_hello;
	size_t said, version; /* which version our HELLO named; the older one of both: its book is used */
	char group[32], address[64];
	uint8_t tls_key[SIGN_PUBLIC_LEN]; /* that the other side came with */
	uint64_t round_trip_us;
	size_t in_flight[URGENCY_COUNT]; /* bytes of batches that the socket has not taken */
	struct wall since, heard, line_checked;
	uint64_t line_check_ms;
	enum err why;
	char rule[RULE_NAME_MAX + 1];
	/* The line check under way, and the next one: they outlive a path that goes and comes. */
	bool is_checking;
	struct place_key asked;
	struct mono asked_at, next_check, down_at;
};

#define FETCHES_MAX 4u /* attachments under way from one peer */
#define PIECES_MAX 4u  /* attachment frames on their way to one peer */
#define SERVINGS_MAX 16u

/* An attachment on its way in. */
struct fetching {
	uint8_t hash[HASH_LEN];
	struct mono heard; /* its last piece, or when it was asked for */
};
#define FETCH_STALLED_MS 10000u /* then another who has it is asked */

/* An attachment on its way out. */
struct serving {
	uint8_t hash[HASH_LEN];
	uint64_t offset;
	bool is_used;
};

/* A copy on a thin path, said until it is heard. */
struct thin_out {
	bool is_used, is_told; /* told: all of it went out once */
	struct place_key at;
	enum urgency urgency;
	struct thin_message message;
	unsigned next, round; /* the next frame; rounds that are through */
	uint64_t order;	      /* rises with each copy */
	struct mono due;
};

struct thin {
	size_t path;
	struct thin_options options;
	size_t version; /* of the accord, whose keys and words these are */
	struct pair_key in, out;
	struct thin_reader reader;
	struct thin_out outs[THIN_COPIES_MAX];
	uint8_t heard[THIN_HEARD_MAX][PAIR_SEAL_LEN]; /* kept, and to be told so */
	size_t heard_count;
	bool is_busy;	       /* the line has a frame of ours */
	uint64_t tag;	       /* of that frame */
	struct thin_out *busy; /* whose it is; NULL: it has none, or one that tells that one was heard */
	enum urgency busy_urgency;
	uint64_t order, replays;
};

struct peer {
	size_t party;
	struct thin *thin; /* NULL: none of its paths is thin */
	struct peer_path paths[LINK_PATHS_MAX];
	size_t advances; /* bytes of advance copies that no socket has taken */
	size_t pieces;	 /* attachment frames likewise */
	size_t tags;	 /* of both, and of batches */
	struct serving servings[SERVINGS_MAX];
	size_t next_serving;
	struct fetching fetching[FETCHES_MAX];
	size_t fetching_count;
	size_t service_path; /* line checks travel on the path that they test */
	/* Answers to its line checks since then: our log grows by its doing only so fast. */
	struct mono answers_since;
	size_t answers;
	struct mono false_since; /* his false lines since then: each costs a signature to verify */
	size_t false_lines;
	struct versions_held held; /* that he says on a line he holds, whether we do or not; count 0: never */
	uint16_t versions_heard;   /* of those that we hold, since his HELLO: as node_peer_versions */
	size_t bundle_version;	   /* of the bundle that is being read */
	bool has_clock, has_said;  /* said: its HELLO came, if only in a bundle */
	size_t bundle_left;	   /* attachments that the last bundle for him had no room for */
	int64_t clock_offset_ms;
	struct mono heads_next, heads_after; /* when ours are told, and his heard again */
	struct wall compared;		     /* when his were; .ms 0: never */
	struct refusal refused;
	/* pins.c: the newest TLS key that he has come with, or zeros; when an older one was used since */
	uint8_t pin[SIGN_PUBLIC_LEN];
	struct wall old_pin_used;
	unsigned warned; /* bit mask of enum warning, each once a session: a peer fills no file of ours */
};

enum warning { WARN_EPOCHS, WARN_ADVANCES, WARN_HEARSAY };

/* A frame with a tag that node_sent gives back. */
#define TAGS_MAX 1024u
#define TAGS_PER_PEER_MAX (TAGS_MAX / PARTY_MAX)
#define ADVANCE_TAGS_MAX 16u /* of them kept from batches */
struct tag {
	uint64_t number;
	enum frame_kind kind; /* BATCH, ADVANCE or ATTACHMENT */
	enum urgency urgency;
	size_t line; /* of a BATCH, with what it brings */
	uint64_t from, size;
	size_t len;
	size_t peer, path;
};

/* A service statement that a folded entry calls for; said before the turn's flush. */
#define DUES_MAX 64u
struct due {
	bool is_close; /* closes our own line check; else answers a peer's */
	struct place_key on;
	uint8_t leaf[HASH_LEN];
	size_t peer, path;
	uint64_t ms;
};

/* Messages that are owed a WATCH READ and watched for it at once; docs/spec/ladder.md section 2. */
#define WAITS_MAX 1024u
struct wait {
	struct place_key on;
	enum precedence precedence;
	struct mono since, asked, next; /* first met in this run; last QUERY, or since; looked at again */
	bool is_owed;			/* met in this walk */
};

/* Where a walk stands over a party's messages of one precedence that are owed something, on all channels. */
struct owed_walk {
	size_t channel;
	struct place_key at; /* zeroed: at the channel's front */
};

/* Instances that a turn has something to say of; a DIGEST that is left out, a later one makes up for. */
#define PROCEDURE_DUES_MAX 256u
#define PROCEDURE_LINES_VERSION 1u

/* Line checks of one peer that are answered in the accord's time between two of one path. */
#define ANSWERS_MAX (2 * LINK_PATHS_MAX)
#define WANT_AGAIN_MS 5000u
#define LOST_AFTER_MS 60000u	/* a round of HEADS: what nobody has by then counts as lost */
#define ADVANCE_LOOK_BACK 4096u /* entries of a log that are searched for a FLASH at link-up */

struct looks;

struct node {
	struct looks *looks;	     /* look.c */
	const struct accord *accord; /* the newest of versions */
	struct accord_versions versions;
	struct signer_keys signer_keys;
	size_t self;
	struct record *record;
	struct map views;
	struct fold fold;
	struct drbg drbg;
	const char *paths[PARTY_MAX][LINK_PATHS_MAX];
	size_t paths_count[PARTY_MAX];
	struct line *lines; /* as record_log_at orders them, rebuilt when a log is opened */
	size_t lines_count;
	struct peer peers[PARTY_MAX]; /* by party; our own is unused */
	struct tag tags[TAGS_MAX];
	uint64_t tags_count;
	uint64_t published, commits, refused, void_entries, erasures;
	struct effects *fx; /* of this turn */
	bool is_stopped, is_replaying, is_full;
	bool is_behind;	  /* somebody said in this run that he holds a version of the accord that we do not */
	bool is_view_old; /* until node_start: the views' rows were dropped */
	bool has_lost_rows; /* of this start: some had rotted */
	enum err why_stopped;
	bool has_commit_failed;
	uint64_t remade;	     /* entries that were folded anew for it */
	uint64_t remaking, refolded; /* while that goes on: how many, and how many are done */
	/* What had counted as absent came after all: everything is folded anew, but not all the time. */
	bool is_refold_due, has_refolded; /* has: in this turn */
	struct mono next_refold, next_ask, asked_at;
	bool is_unsettled;	  /* the signer's doubts: some own log may still hang on them */
	bool has_healed;	  /* in this turn: what was said to be erased came, or was erased */
	struct batch_item *items; /* of the batch at hand */
	struct signer (*signers)[STATEMENT_SIGNATURES_MAX]; /* of its entries, verified */
	struct crew *crew;
	size_t line_copies;	/* no fewer than copies by a line that are kept */
	struct book *books;	/* of each version */
	size_t bundle_said;	/* which version the bundle that is being written names */
	struct buf rebuilt;	/* of the frame at hand, REBUILT_LEN_MAX */
	uint8_t *subject_bytes; /* ENTRY_LEN_MAX of them: what the entry being judged refers to (refold.c) */
	struct statement *subject;
	uint8_t *scratch;   /* SCRATCH_LEN bytes for one entry and its content, or one frame */
	struct mark *marks; /* what the signer remembered at the start */
	size_t marks_count;
	struct scrub scrub;
	struct due dues[DUES_MAX];
	size_t dues_count;
	struct procedure_due {
		struct place_key start;
	} procedure_dues[PROCEDURE_DUES_MAX];
	size_t procedure_dues_count;
	uint8_t *procedure_lines; /* PROCEDURE_LINES_MAX */
	struct mono last_procedures, last_watch;
	uint64_t manning_until_ms; /* what we say of our posts stays as it is until then */
	struct climb {
		struct place_key on;
		struct mono since, seen; /* first and last looked at in this run */
		bool is_used;
	} climbs[CLIMBS_MAX];
	/* over the messages of a party that call somebody */
	struct owed_walk calls_of[PARTY_MAX][PRECEDENCE_COUNT];
	struct {
		size_t channel;
		struct spot at;
	} procedures_of[PARTY_MAX]; /* where the walk over those is that a party has begun */
	struct knot *knots;	    /* knots_len() */
	struct wait *waits;	    /* WAITS_MAX */
	size_t waits_count;
	struct mono last_scan, last_fate, last_beforehand;
	bool has_said_forks; /* all that are kept */
	struct place_key
		fates_void[FATES_VOID_MAX]; /* items whose FATE did not count: not said again in this run */
	size_t fates_void_count, fate_channel; /* the walk over all that is due */
	struct message_at fate_at;
	/* The walk over what is signed for a day; up to which day it was told what cannot be filed. */
	size_t beforehand_channel;
	struct message_at beforehand_at;
	uint64_t beforehand_told_ms;
	uint64_t unfiled, unfiled_count; /* whose day has come: of the last walk, and of this one so far */
	struct owed_walk owed[PRECEDENCE_COUNT]; /* over our own messages */
};

#define SCRATCH_LEN (FRAME_LEN_MAX + (64u << 10))

/*
 * Rows beside the views' own (view/fold.h), in the same map: the first byte of their keys. What they hold is
 * said where they are written.
 */
enum node_row {
	ROW_ASKED = 'A',    /* bundle.c */
	ROW_NAMED = 'b',    /* attach.c */
	ROW_DOUBLE = 'd',   /* erase.c */
	ROW_MISUSED = 'V',  /* keyed.c */
	ROW_DIVERGED = 'j', /* procedure.c */
	ROW_LOOKED = 'K',   /* look.c */
	ROW_LOST = 'l',	    /* knot.c */
	ROW_GIVER = 'p',    /* attach.c */
	ROW_PIN = 'H',	    /* pins.c */
	ROW_PROMISED = 'q', /* advance.c */
	ROW_CLOSED = 'r',   /* recover.c */
	ROW_PLACES = 'Q',   /* keyed.c */
	ROW_PASS = '2',	    /* scrub.c */
	ROW_ADVANCE = 'v',  /* advance.c */
	ROW_UPLOADED = 'U', /* look.c */
	ROW_WANTED = 'w',   /* attach.c */
	ROW_WORDLESS = 'Z', /* erase.c */
	ROW_ERASED = 'x',   /* erase.c */
	ROW_FORK = '3',	    /* fork.c */
	ROW_DOUBTED = '4'   /* node.c */
};

/* ---- node.c ---- */
enum err turn_open(struct node *n) MUST_CHECK;
/* Rows beside the views, in a turn, which is opened if need be. One that is not there is deleted already. */
enum err beside_put(struct node *n, struct bytes key, struct bytes value) MUST_CHECK;
enum err beside_del(struct node *n, struct bytes key) MUST_CHECK;
enum err beside_del_all(struct node *n, struct bytes prefix) MUST_CHECK; /* all that begin so */
/* The flush in the middle of a turn, when a log has staged what one batch carries. */
enum err turn_flush(struct node *n, struct now now) MUST_CHECK;
/*
 * Lines that wait for the next commit get one of their own, so that a copy has them. ERR_REFUSED: inside a
 * turn.
 */
enum err lines_keep(struct node *n) MUST_CHECK;
void node_stop(struct node *n, enum err why, const char *what);
/* Passes user and peer errors on; a local one stops the node. */
enum err node_local(struct node *n, enum err e, const char *what) MUST_CHECK;
/* The machine failed, and not the one row that was read: whoever leaves out that row may go on. */
bool is_failure(enum err e);
/* e, or ERR_OK where it is no failure: what is not to be read is left out. */
enum err failure_of(enum err e) MUST_CHECK;
/*
 * Of what was read into what the turn's arena lent: that this is too short is nobody's limit, and whoever is
 * within a turn cannot go on without it.
 */
enum err lent(enum err e) MUST_CHECK;
/* True the first time in a session. */
bool warns(struct peer *p, enum warning warning);
struct effect_publish *publish(struct node *n, enum change change);
/* Of which no more is to be said; it is left out if there is no room. */
void publish_at(struct node *n, enum change change, const struct place_key *at, size_t peer);
/* Sends on the best path that is up; NULL if there is none or no room. *payload is filled by the caller. */
struct effect_frame *frame_out(struct node *n, size_t peer, size_t path, enum urgency urgency,
			       enum frame_kind kind);
/*
 * Every receipt that we hold, after a HELLO: one may have been signed while no path was up, or lost with a
 * store.
 */
void cosignatures_send(struct node *n, size_t peer, const struct line *line);
void cosignatures_send_all(struct node *n, size_t peer);
/* Our mirror's line is the station receipt: every party of the channel may know it. */
void cosignature_tell(struct node *n, const struct line *line, uint64_t size, struct bytes text);
enum urgency channel_urgency(const struct accord_channel *c);

/* What the fold asks of cryptography: signatures and references, verified. */
struct judged {
	struct signer signers[STATEMENT_SIGNATURES_MAX];
	bool refers_match[STATEMENT_REFERENCES_MAX];
	struct fold_input input;
	struct entry_view view;
	bool has_view; /* the door judged it just now, and it is ready */
	/*
	 * What it names has rotted here: a verdict stands for ever, so none is given, and it waits until that
	 * is mended.
	 */
	bool is_behind_rot;
};

/* An entry on its way through the door. */
struct addition {
	struct line *line;
	struct bytes bytes, content; /* live as long as the effects of the turn */
	const struct entry *entry;
	const struct statement *statement;
	const struct judged *judged;
	bool is_more; /* more entries of its batch follow at once */
};
/* Staged, folded if it is ready, published. */
enum err entry_add(struct node *n, struct now now, const struct addition *a) MUST_CHECK;

/* How a later epoch names this own log. ERR_ROT: nobody knows before a repair has looked. */
enum err recover_sound(struct node *n, const struct line *l, uint64_t *size,
		       uint8_t root[HASH_LEN]) MUST_CHECK;

/* ---- keyed.c ---- */
/* What the log has said of versions, from a row or its entries. */
enum err places_load(struct node *n, struct line *l) MUST_CHECK;
/* Once more, where the log's first entry could not be read until now. */
enum err places_reload(struct node *n, struct line *l) MUST_CHECK;
/* One more entry of it, in the open turn. */
enum err places_add(struct node *n, struct line *l, const struct entry *entry,
		    const struct statement *s) MUST_CHECK;
/* The log ends where it ends now: in the open turn. */
enum err places_trim(struct node *n, struct line *l) MUST_CHECK;
/* A version is held that was not: in the open turn. */
enum err places_adopt(struct node *n) MUST_CHECK;
/* Which version judges that entry; the last one before it that is held. */
size_t line_version(const struct node *n, const struct line *l, uint64_t index);
/* What signs a log's note of that size. */
const uint8_t *line_log_key(const struct node *n, const struct line *l, uint64_t size);

enum note_word {
	NOTE_GOOD,
	NOTE_AWAITS,  /* behind a place whose version is not held: nobody can say */
	NOTE_MISUSED, /* by a key that the log has at another place */
	NOTE_FALSE,
};
/*
 * A note of that party's log, of which l (or NULL) is held; batch is what it came with, or NULL: entries that
 * carry on from what is held say themselves which key signs it.
 */
enum note_word note_judge(const struct node *n, size_t party, const struct line *l, const struct note *note,
			  const struct batch *batch);
/* What was signed by who had no right to is kept, once a log, as is the place that says so. */
enum err misused_keep(struct node *n, const struct line *l, const struct note *note) MUST_CHECK;

/* Which version a party's own log on that channel has come to, as far as it is held. */
size_t mirror_version(const struct node *n, uint32_t channel, size_t party);
const uint8_t *mirror_key(const struct node *n, uint32_t channel); /* our own, now */
/*
 * A cosignature by that party over text of that size; of a peer by a key that its own log has left only if
 * that log shows as much. ERR_NOT_FOUND: by none that we know or still take, as that of a version which we
 * do not hold; ERR_VERIFY: false.
 */
enum err mirror_verify(const struct node *n, const struct line *l, size_t party, uint64_t size,
		       struct bytes text, const struct note_line *line) MUST_CHECK;
/* Whether the signer has what it is to sign with under this version. */
bool can_sign_under(const struct node *n, size_t version);
bool is_receipt_old(struct node *n, const struct line *l);
/* Our own log, whose durable size was `was`, may have come to another mirror key. */
void receipts_renew(struct node *n, const struct line *own, uint64_t was);

/* ---- pins.c ---- */
enum err pins_load(struct node *n) MUST_CHECK;
enum err pin_used(struct node *n, struct now now, size_t peer, size_t path, const uint8_t *key) MUST_CHECK;

/* ---- content.c ---- */
/*
 * What the fold lets a peer say, because it stands then; our own officers are told before it does. With what
 * of it refused in *answer.
 */
enum err statement_check(struct node *n, struct now now, const struct statement *s, const struct command *in,
			 struct effect_answer *answer) MUST_CHECK;
/*
 * Whoever is addressed acknowledges, and nobody acknowledges what his own party said: it would be owed for
 * ever. In the home channel nothing is acknowledged.
 */
bool is_to_itself(const struct node *n, const struct statement *s);

/* ---- form.c ---- */
/* ERR_REFUSED with answer->fault: not as its form says, or not as we send it. The content is strict. */
enum err form_door(struct node *n, const struct statement *s, struct bytes content,
		   struct effect_answer *answer) MUST_CHECK;

/* ---- refold.c ---- */
/*
 * Whose signatures are good; out has room for as many as the entry has. Nothing else is touched
 * (base/crew.h).
 */
void signers_verify(const struct node *n, size_t party, const struct entry *entry, struct signer *out);
/*
 * With signers that signers_verify gave. The result points into entry and statement, and into *out: all three
 * stay together.
 */
enum err judged_of(struct node *n, const struct log_key *log, const struct entry *entry,
		   const struct statement *statement, const struct signer *signers,
		   struct judged *out) MUST_CHECK;
/* The same, its signatures verified here. */
enum err judged_read(struct node *n, const struct log_key *log, const struct entry *entry,
		     const struct statement *statement, struct judged *out) MUST_CHECK;
/* ERR_REFUSED, and the answer says why; a refusal by the guidelines names their line. */
enum err verdict_refuse(const struct node *n, const struct statement *s, uint32_t channel,
			const struct entry_view *view, struct effect_answer *answer) MUST_CHECK;
/* Folds the next entry of its log; ERR_SHORT: it waits. */
enum err fold_next(struct node *n, struct now now, struct line *line, const struct judged *judged,
		   struct bytes bytes, struct entry_view *view) MUST_CHECK;
/* Drops the views and folds what is held anew, in the open turn. */
enum err refold_all(struct node *n, struct now now) MUST_CHECK;
/*
 * Folds what has become ready, in any log: one may wait for another channel's. Knots are untied unless more
 * follows at once.
 */
enum err refold(struct node *n, struct now now, bool is_more) MUST_CHECK;
/* In the open turn. What has waited for more of it, which now does not come, is folded as a replay would. */
enum err line_stop(struct node *n, struct now now, struct line *line, const struct fault *why) MUST_CHECK;
bool has_waiting(const struct node *n);
/* An urgent message has come that may wait: what for is asked with the next tick. */
void ask_soon(struct node *n, struct now now, const struct line *line);
/* ERR_SHORT: what a log's next entry waits for; ERR_OK: for nothing; ERR_ROT: it must be mended first. */
enum err line_waits(struct node *n, const struct line *line, struct fold_waits *out) MUST_CHECK;
/* Everything is folded anew, in a while. */
void refold_due(struct node *n, struct now now);
/* What a tick does: asks who claims to have seen it for what is waited for; folds anew if that is due. */
enum err refold_tick(struct node *n, struct now now) MUST_CHECK;

/* ---- knot.c ---- */
size_t knots_len(void);
/*
 * The log whose next entry is to be folded without all that it has seen; NULL: everything may be ready yet.
 */
enum err knot_find(struct node *n, struct now now, struct line **first) MUST_CHECK;
/* What the next entry is folded without, and is not held, is written down. */
enum err lost_note(struct node *n, const struct line *line) MUST_CHECK;
/* Sets has_lost; what came in a run before this one is due. */
enum err lost_load(struct node *n, struct line *line) MUST_CHECK;
/* It has come, and what was folded without it is not folded anew yet. */
bool lost_is_here(struct node *n, const struct line *line);
/* The log has grown, and may have what was lost. */
enum err lost_found(struct node *n, struct now now, struct line *line) MUST_CHECK;
/* Before everything is folded anew: what has come is not lost. */
enum err lost_forget(struct node *n, struct line *line) MUST_CHECK;

/* ---- replicate.c ---- */
void replicate(struct node *n, struct now now);
enum err hello_send(struct node *n, struct now now, size_t peer, size_t path) MUST_CHECK;
/* The last note of every log that he is to hold; only_new: that he has not been told. */
enum err heads_build(struct node *n, size_t peer, struct bytes notes[HELLO_NOTES_MAX], size_t *count,
		     struct buf *memory, bool only_new) MUST_CHECK;
enum err hello_build(struct node *n, struct now now, size_t peer, struct hello *h,
		     struct buf *notes) MUST_CHECK;
/* One batch of a log from `first`, at most up to `goal`; ERR_NOT_FOUND if no note allows one. */
struct batch_goal {
	uint64_t first, goal;
	uint64_t held; /* by the reader, before this: of that a content that has rotted here is left out */
	const struct book *book;
};
enum err batch_build(struct node *n, struct line *line, const struct batch_goal *wanted, struct buf *payload,
		     uint64_t *size) MUST_CHECK;
/* A note that is kept may be said: what this disk has changed would close the link of who hears it. */
bool is_note_good(const struct node *n, const struct line *line, uint64_t size, struct bytes text);
/* What was asked for has had WANT_AGAIN_MS to come. */
bool is_wanted_again(const struct line *line, struct now now);
/* It has from now on to come, unless the time runs already for what is behind as many entries. */
void want_timed(struct line *line, struct now now);
void want_send(struct node *n, struct now now, size_t peer, struct line *line, uint64_t first, uint64_t end);
/* Of a log that we may have nothing of. */
bool want_origin(struct node *n, size_t peer, const struct origin *origin, uint64_t first, uint64_t end);
/* Asks for what we hold already, to find where another history begins. */
void want_back(struct node *n, struct now now, size_t peer, struct line *line, uint64_t end);
/* The two part before what was asked for: twice as much of it. */
void want_further_back(struct node *n, struct now now, size_t peer, struct line *line);
uint64_t tag_new(struct node *n, const struct tag *tag);
/* The socket has it, or it is lost with its path: what it counted for is free again. */
void tag_end(struct node *n, struct tag *t);
/* The first passage that took this entry; NULL if none is remembered. */
const struct passage *passage_find(const struct reach *r, uint64_t index);
/* Bytes of batches that the socket has not taken, of this urgency or more. */
size_t batches_in_flight(const struct peer_path *path, enum urgency least);
/* One entry with its content or its eraser's place, into the items of a batch. */
enum err item_read(struct node *n, const struct line *line, uint64_t index, struct buf *memory,
		   struct batch_item *item) MUST_CHECK;
/* The same, read. ERR_ROT: it is none, or of another size. */
enum err line_note_read(struct node *n, const struct line *line, uint64_t size, struct buf *text,
			struct note *out) MUST_CHECK;
/* Whether this peer is to hold that log. */
bool is_shared_with(const struct line *line, size_t peer);
/* A note's text, our unsaved one included. */
enum err line_note(struct node *n, const struct line *line, uint64_t size, struct buf *out,
		   uint64_t *found) MUST_CHECK;
/* Where the first note at or behind `end` ends, for a batch ends in one; `end` if there is none. */
enum err noted_end(struct node *n, const struct line *line, uint64_t end, uint64_t *out) MUST_CHECK;

/* ---- path.c ---- */
/* Of the paths that are up with a HELLO, in the order of preference, from 0; LINK_PATHS_MAX: none more. */
size_t open_path(const struct peer *p, size_t number);
size_t best_path(const struct peer *p); /* the first of them */
/* Line checks travel on the path that they test; everything else on the best one, or as path_look has it. */
size_t path_for(const struct peer *p, const struct line *line);
/*
 * Of a channel for FLASH: what was given to a path, and has no receipt after RECEIPT_WAIT_MS, goes by the
 * next one. By each once: a path that is slow, or a peer who gives no receipts, is sent no more than that.
 */
void path_look(struct now now, const struct peer *p, struct line *line);
void path_why(struct peer_path *path, enum err why, struct bytes rule);

/* ---- bundle.c ---- */
/* A FETCH that was carried: the next bundle for him has it. */
enum err bundle_asked(struct node *n, size_t peer, const struct fetch *fetch) MUST_CHECK;
/* His HELLO begins anew: what an older bundle of his asked for is forgotten. */
enum err bundle_forget(struct node *n, size_t peer) MUST_CHECK;

/* ---- versions.c ---- */
/* Those that we hold, for a frame; none if there is but one. */
void versions_tell(const struct node *n, struct versions_held *out);
/* A HELLO names one that we hold: which words this path has, and what else he says he holds. */
void versions_hear(struct node *n, size_t peer, size_t path, const struct hello *h);
/* What a peer says that he holds. */
void versions_note(struct node *n, size_t peer, const struct versions_held *held);
/*
 * If he holds one more of ours since his HELLO: what he could not judge before, and did not keep, goes to him
 * again.
 */
void version_heard(struct node *n, size_t peer);
/* Which version node_in_force is. */
size_t version_in_force(const struct node *n);
/*
 * Whether an act of the same officer stands in our log that said the same of the same thing shortly
 * before; *place: where.
 */
enum err said_before(struct node *n, struct now now, struct line *line, const struct statement *s,
		     const struct command *in, bool *out, struct place_key *place) MUST_CHECK;
/* What our next entry on this channel is judged by; the newest one for a log that is not open. */
const struct accord *accord_here(struct node *n, uint32_t channel);
/* The words of what goes and comes by this path; of a bundle, of what comes. */
const struct book *book_of(const struct node *n, size_t peer, size_t path);

/* ---- heads.c ---- */
enum err heads_tick(struct node *n, struct now now) MUST_CHECK;
/* A version came while lines are up: each says so before anything that is under it can follow there. */
enum err heads_version(struct node *n) MUST_CHECK;
enum err receive_heads(struct node *n, struct now now, const struct arrival *in) MUST_CHECK;
/* The notes of what he asked for, beyond `from` and as far as `end` needs, when no batch can be made. */
void notes_send(struct node *n, size_t peer, const struct line *line, uint64_t from, uint64_t end);
/* A HELLO, or what is new since: from then on he knows all that we hold now. */
enum err heads_out(struct node *n, size_t peer, size_t path, enum urgency urgency, enum frame_kind kind,
		   struct buf *payload) MUST_CHECK;

/* ---- receive.c ---- */
/* What a peer says he holds of a log, in a HELLO or later. */
enum err hello_note(struct node *n, struct now now, const struct arrival *in, struct bytes text) MUST_CHECK;

/* ---- batch.c ---- */
enum err receive_batch(struct node *n, struct now now, const struct arrival *in) MUST_CHECK;
/* line_open for what a peer brings, which says so when there is no room. */
enum err line_open_of_peer(struct node *n, size_t peer, const struct log_key *key,
			   struct line **out) MUST_CHECK;
enum err receive_cosignature(struct node *n, struct now now, const struct arrival *in) MUST_CHECK;
/*
 * A line for the note of this size, which `in` brings, or NULL: it was held already. ERR_NOT_FOUND if it is
 * of no mirror, ERR_VERIFY if it is no receipt of this history.
 */
/* A held line may be said: what this disk has changed would close the link of who hears it. */
bool is_receipt_good(struct node *n, const struct line *line, size_t party, uint64_t size, struct bytes text);
enum err cosignature_take(struct node *n, const struct arrival *in, struct line *line, uint64_t size,
			  struct bytes text) MUST_CHECK;
/* Receipts that were early and are not any longer. */
enum err early_take(struct node *n) MUST_CHECK;

/* The content that travels with an entry is the one that its statement names. */
enum err item_check(struct node *n, const struct statement *s, const struct batch_item *item) MUST_CHECK;

/* ---- advance.c ---- */
enum err receive_advance(struct node *n, struct now now, const struct arrival *in) MUST_CHECK;
/*
 * Whether that entry is a message, as urgent as `last` or more, whose words can be said: read into *memory,
 * with what is in it.
 */
bool is_urgent_item(struct node *n, const struct line *line, uint64_t index, enum precedence last,
		    struct buf *memory, struct batch_item *item, struct entry *entry, struct statement *s);
/* Own FLASHes behind a backlog, as far as the socket's pace allows. */
void advances_send(struct node *n, size_t peer);
/* The log has brought the statement: its copy has served. */
enum err advance_reached(struct node *n, const struct log_key *log, const struct entry *entry,
			 const struct statement *s) MUST_CHECK;
/*
 * A copy that a thin path brought: kept, and published. ERR_EXISTS: it is known, as copy or as entry;
 * ERR_LIMIT: too many wait; ERR_REFUSED: it is none of a channel that we share, or too long.
 */
enum err advance_heard(struct node *n, size_t peer, const struct thin_copy *copy) MUST_CHECK;
/* How many copies by a line are kept, counted at the start. */
enum err advances_count(struct node *n) MUST_CHECK;

/* ---- thin.c ---- */
void thin_open(struct node *n, const struct node_options *options);
void thin_close(struct node *n);
bool is_thin(const struct peer *p, size_t path);
/* What goes next on a thin path, if its line is free or has something less urgent. */
void thin_send(struct node *n, struct now now, size_t peer);
void thin_sent(struct node *n, struct now now, size_t peer, uint64_t tag);
void thin_down(struct node *n, size_t peer);
/* The words of this entry are said no more. */
void thin_erased(struct node *n, const struct place_key *at);
/* The flush failed: what it was to keep was not heard. */
void thin_forget(struct node *n);

/* ---- erase.c ---- */
/* Held, or erased by an entry that counts: what a peer says of it changes nothing. */
bool is_content_known(struct node *n, const uint8_t hash[HASH_LEN]);
/*
 * Before an entry is added: notes a content that another statement names already. Who names one without
 * having it keeps nothing, and who brings one that another erased has it back.
 */
enum err content_named(struct node *n, const struct place_key *at, const struct statement *s,
		       bool has_words) MUST_CHECK;
/*
 * Before the words of an entry are put that came without them: it says them from now on, unless it is erased.
 */
enum err content_came(struct node *n, const struct place_key *at, const struct statement *s) MUST_CHECK;
/* Before an entry of ours is cut: its content goes with it, and what it erased is erased by nothing. */
enum err erase_cut(struct node *n, const struct place_key *at) MUST_CHECK;
/* An erasure that counts: the content goes, its hash and the proof stay. */
enum err erase_folded(struct node *n, const struct place_key *at, const struct statement *s,
		      struct bytes entry_bytes) MUST_CHECK;
/* An entry came without its content, because of this eraser: so a peer says. */
enum err erased_note(struct node *n, const struct place_key *at, const uint8_t hash[HASH_LEN],
		     const struct place *eraser) MUST_CHECK;
/* What was said, to be passed on as it came; it borrows from *memory. ERR_NOT_FOUND. */
enum err erased_said(struct node *n, const struct place_key *at, struct buf *memory,
		     struct place *eraser) MUST_CHECK;
/* Its content came after all. */
enum err erased_forget(struct node *n, const struct place_key *at) MUST_CHECK;
/*
 * An entry that came without its words though such were held: it is passed on as it came, for its author may
 * have their hash and no more. ERR_NOT_FOUND: it had them.
 */
enum err wordless_note(struct node *n, const struct place_key *at, const struct place *eraser) MUST_CHECK;
enum err wordless_said(struct node *n, const struct place_key *at, struct buf *memory,
		       struct place *eraser) MUST_CHECK;
enum err is_wordless(struct node *n, const struct place_key *at, bool *out) MUST_CHECK;
enum err wordless_forget(struct node *n, const struct place_key *at) MUST_CHECK;
/*
 * By which entry, which counts, that place lost words that stay where another statement says them.
 * ERR_NOT_FOUND: by none, whatever a peer says.
 */
enum err wordless_eraser(struct node *n, const struct place_key *at, struct place_key *out) MUST_CHECK;
/* The first such entry of a log whose content is neither held nor erased by now; ERR_NOT_FOUND: none. */
enum err erased_unproved(struct node *n, struct line *line, struct place_key *at) MUST_CHECK;
/* True if there is none: only then may the log be cosigned. */
bool erasers_are_held(struct node *n, struct line *line);
/* Neither held nor erased: it may come again, and what came as erased is unproved again. */
enum err content_forget(struct node *n, const uint8_t hash[HASH_LEN]) MUST_CHECK;
/* Of no log is remembered up to where that is proved. */
void erasures_doubt(struct node *n);

/* ---- fork.c ---- */
/* Keeps both sides of a contradiction: what we hold of a log, and this note of it, with its entries if a
 * batch
 * brought them; index: where they differ. ERR_NOT_FOUND: this alone proves nothing to others. */
enum err fork_keep(struct node *n, struct now now, struct line *line, const struct note *note,
		   const struct batch *batch, uint64_t index) MUST_CHECK;
/* What could not be said because our own log was shut, where it is open by now. */
enum err forks_say(struct node *n, struct now now) MUST_CHECK;

/* ---- recover.c ---- */
enum err recover_start(struct node *n, struct now now, const struct marks *marks, bool has_memory,
		       bool is_certain) MUST_CHECK;
/* A peer's HELLO has, or has not, a note under our own key. */
enum err recover_note(struct node *n, struct now now, size_t peer, const struct note *note) MUST_CHECK;
enum err recover_answered(struct node *n, size_t peer) MUST_CHECK;
void recover_check(struct line *line);
/* After a rollback: the epoch before one whose opening was in it is the newest again. */
void recover_opening_dropped(struct node *n);
/* After a flush: what the signer doubts is told to be settled when every own log is open again. */
void recover_settle(struct node *n);
/* `open` of a new epoch, or of the first, by the registrar. */
enum err epoch_open(struct node *n, struct now now, const struct statement *s, const struct command *in,
		    struct effect_answer *answer) MUST_CHECK;

/* How the key of an officer or a recipient stands in that log before its entry `size`. ERR_NOT_FOUND. */
enum err key_named(const struct node *n, const struct line *in, uint64_t use,
		   const uint8_t hash[KEY_HASH_LEN], uint64_t size, struct key_view *out) MUST_CHECK;

/* ---- remind.c ---- */
enum err remind_tick(struct node *n, struct now now) MUST_CHECK;

/* The next one, in the order of the channels; ERR_NOT_FOUND at the end, and it begins anew. */
enum err owed_walk(struct node *n, struct owed_walk *w, size_t party, enum precedence precedence,
		   struct owed_view *out) MUST_CHECK;
/* Whether every one of these parties has at least given its station receipt. */
bool has_receipts(const struct line *line, uint64_t index, uint8_t parties);
/* Whether every one of these parties can be heard now. */
bool is_heard(const struct node *n, uint8_t parties);

/* ---- procedure.c ---- */
/* What our own door asks of a move beyond the fold: sets view's verdict and ruling. */
enum err procedure_at_door(struct node *n, const struct statement *s, struct entry_view *view) MUST_CHECK;
/* A peer's move, or what its node holds: notes what we have to say to it. */
enum err procedure_folded(struct node *n, const struct place_key *at, const struct statement *s,
			  const struct entry_view *view) MUST_CHECK;
/*
 * Whether what comes next, a later epoch of a peer, must wait for a word of ours that is said in this turn's
 * commit: nothing that it leaves out may be taken from what our log has not shown yet.
 */
enum err procedure_awaits_word(struct node *n, struct line *line, bool *out) MUST_CHECK;
/* The leaf of an entry. ERR_NOT_FOUND: we have nothing of its log. */
enum err leaf_at(struct node *n, const struct place_key *at, uint8_t leaf[HASH_LEN]) MUST_CHECK;
/* Says it, through the door. */
enum err procedure_say(struct node *n, struct now now) MUST_CHECK;
enum err procedure_tick(struct node *n, struct now now) MUST_CHECK;

/*
 * Whether what we say now is folded at once: behind an own entry that waits, nobody knows yet what it will
 * have seen, and what is said would be said again and again.
 */
bool node_may_say(struct node *n, uint32_t channel);
/* What is folded of it lacks what rot or a loss has taken: nothing follows from what is not there. */
bool node_is_half(struct node *n, uint32_t channel);

/* ---- unheeded.c ---- */
/* How many were found: see struct node_status. */
size_t node_unheeded(struct node *n, struct place_key out[UNHEEDED_MAX]);

/* ---- watch.c ---- */
/* A WATCH READ that we owe, and the ladder of those who are called for it. */
struct call {
	struct place_key message, instance; /* instance.log.epoch 0: of none */
	const char *step;		    /* of none: the level that is owed */
	struct bytes post;
	uint64_t since_ms, waits_ms[LADDER_RUNGS_MAX];
	size_t count;
};
enum err watch_call(struct node *n, struct now now, const struct call *c) MUST_CHECK;
enum err watch_tick(struct node *n, struct now now) MUST_CHECK;
void watch_folded(struct node *n, const struct place_key *at, const struct statement *s);
/* A peer never sees the home channel; our own door does: nothing open is left behind without a word. */
enum err relief_at_door(struct node *n, struct now now, const struct statement *s,
			struct entry_view *view) MUST_CHECK;

/* ---- fate.c ---- */
enum err fate_tick(struct node *n, struct now now) MUST_CHECK;
/* ---- beforehand.c: what officers signed for a day is filed on it. ---- */
enum err beforehand_tick(struct node *n, struct now now) MUST_CHECK;
/*
 * Whose key is withdrawn meanwhile, or whose posts have ended, signs no more where it goes; nor approves, who
 * has no post any more that releases.
 */
enum err draft_signer_is_good(struct node *n, struct now now, const struct draft_signer *signer,
			      uint32_t channel, bool *out) MUST_CHECK;
/*
 * command.c. What they signed, through the door by which they would have said it: ERR_REFUSED with *out.
 * ERR_LIMIT: there is no room in this turn.
 */
enum err command_of_day(struct node *n, struct now now, const struct command *in,
			enum verdict *out) MUST_CHECK;

/* ---- service.c ---- */
/* A statement of ours under way: what service statements have in common is filled in. */
struct say {
	uint32_t channel;
	enum kind kind;
	struct place_key refers; /* .log.epoch 0: none */
	const uint8_t *leaf;
	size_t to; /* addressed party; parties_count: none */
	struct bytes form;
	struct place_key instance; /* .log.epoch 0: none */
	const uint8_t *instance_leaf;
	struct field fields[5];
	size_t fields_count;
	struct bytes content; /* lives as long as the effects of the turn; .len 0: none */
};
/* Our log of that channel, if the node can say something there now; NULL: it is shut, or stopped. */
struct line *service_line(struct node *n, uint32_t channel);
/*
 * Staged and folded as any entry; *at (NULL: not wanted) is its place. ERR_STOPPED: our log there is closed.
 */
enum err service_add(struct node *n, struct now now, const struct say *what, struct place_key *at) MUST_CHECK;
enum err service_tick(struct node *n, struct now now) MUST_CHECK;
/* An entry has just been folded for the first time: notes what we have to say to it. */
void service_folded(struct node *n, struct now now, const struct place_key *at, const struct entry *entry,
		    const struct statement *s, const uint8_t leaf[HASH_LEN]);
/* The evidence of a fork, in our own log of that channel; ERR_STOPPED while that is closed. */
enum err service_fork(struct node *n, struct now now, uint32_t channel, struct bytes content) MUST_CHECK;
/* Says it, through the door. */
enum err service_say(struct node *n, struct now now) MUST_CHECK;

/* ---- look.c ---- */

/*
 * A piece of what an officer attaches; by: his key, all zero if he did not say who he is. True: all of it was
 * looked at, and look_keep is due.
 */
bool look_add(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN], uint64_t total,
	      uint64_t offset, struct bytes piece);
/*
 * What was found stays beside the file, and who had it to give. is_held: what is kept is whole and good.
 * ERR_VERIFY: that is not so, or what he gave has not this hash.
 */
enum err look_keep(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN],
		   bool is_held) MUST_CHECK;
/* Whether this key, or somebody who did not say who he is, gave all of it, and nothing named it since. */
enum err look_was_given(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN],
			bool *out) MUST_CHECK;
/* It is named: from here on who may read what names it may name it. */
enum err look_named(struct node *n, const uint8_t hash[HASH_LEN]) MUST_CHECK;
enum err look_forget(struct node *n, const uint8_t hash[HASH_LEN]) MUST_CHECK;
/* FILE_TEXT: looked through for this list, and the word that holds it is appended; else it was not. */
enum err look_found(struct node *n, const struct held_words *w, const uint8_t hash[HASH_LEN],
		    enum file_kind *kind, struct buf *word) MUST_CHECK;

/* ---- attach.c ---- */
/* Those of a content that have rotted are given up, and wanted of every peer that may have them. */
enum err attachments_renew(struct node *n, struct now now, const struct line *line, const struct statement *s,
			   struct bytes bytes) MUST_CHECK;
/* Whether one of them is still wanted; each piece of it that comes counts as a move. */
bool attachments_pending(struct node *n);
/* An entry of that log names them: who may have them is remembered. */
enum err attachments_named(struct node *n, const struct place_key *at, const struct statement *s,
			   struct bytes bytes) MUST_CHECK;
enum err attachments_wanted(struct node *n, struct now now, size_t author, const struct statement *s,
			    struct bytes bytes) MUST_CHECK;
/* This content was erased: what no other names goes with it. */
enum err attachments_unnamed(struct node *n, const struct log_key *log, const struct statement *s,
			     struct bytes bytes) MUST_CHECK;
enum err attachments_fetch(struct node *n, struct now now, size_t peer) MUST_CHECK;
void attachments_serve(struct node *n, size_t peer);
enum err receive_fetch(struct node *n, const struct arrival *in) MUST_CHECK;
/* Whether an own officer with this key may know of it: he reads what names it, or he gave it. */
enum err attachment_may_name(struct node *n, struct now now, const uint8_t key[KEY_HASH_LEN],
			     const uint8_t hash[HASH_LEN], bool *out) MUST_CHECK;
/* What a peer is let have of attachments: only what was said on a channel of his. */
enum err attachment_may_have(struct node *n, size_t peer, const uint8_t hash[HASH_LEN], bool *out) MUST_CHECK;
/*
 * What is wanted of a peer, by hash: the first after `after` (NULL: of all), and where it goes on.
 * ERR_NOT_FOUND: no more.
 */
enum err attachment_wanted_next(struct node *n, size_t peer, const uint8_t *after,
				struct fetch *out) MUST_CHECK;
enum err receive_piece(struct node *n, struct now now, const struct arrival *in) MUST_CHECK;

#endif
