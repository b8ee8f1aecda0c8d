/*
 * runs.h - the functions of the routes' table, one file a noun.
 *
 * Layer: api. Each is described by its row in docs/spec/api.md. Fuzz: test/fuzz/request.c.
 */
#ifndef API_RUNS_H
#define API_RUNS_H

#include "api/request.h"

/* statements.c */
enum err run_statements(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/* Reads a whole body before any of it is given away: ERR_USAGE if it is not all understood. Pure. */
enum err statements_check(struct bytes body, size_t *count) MUST_CHECK;
/* Gives a deferred request's statements to the node. */
void statements_run(struct api *a, struct request *q);
void statements_answer(struct api *a, const struct effect_answer *answer);
struct cbor_reader;
/* The next item of such a body: borrows from it. */
enum err statements_next(struct cbor_reader *in, struct command *out) MUST_CHECK;
/* ERR_NOT_FOUND: it names or claims to have seen what its sender may not know of. */
enum err statements_may_name(struct api *a, const struct request *q, const struct command *one) MUST_CHECK;
/* What became of one, or would, as an object. */
void reply_answer(struct api *a, struct reply *r, const struct effect_answer *answer);

/* sign_in.c */
enum err run_session_begin(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_session(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_session_end(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/* What was published may be that a watch was taken: then the browsers of who had it are signed out. */
void session_relieved(struct api *a, const struct effect_publish *publish);

/* events.c */
enum err run_events(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* state.c */
enum err run_status(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_accord(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_channels(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_logs(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_keys(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_forms(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_recipients(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_seen(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/* "seen": of each party the last that the reader knows of on the channel. */
enum err reply_seen(struct api *a, struct reply *r, uint32_t channel) MUST_CHECK;

/* entries.c */
enum err run_waiting(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_advances(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_inbox(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_log(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_entry(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_content(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_ladder(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_note(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_proof(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* calendar.c: of GET /feed, in the format ics */
enum err run_calendar(struct api *a, struct request *q) MUST_CHECK;

/* owed.c */
enum err run_owed(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* search.c */
enum err run_search(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* may.c */
enum err run_may(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* labels.c */
enum err run_labels(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/* An array of labels: ERR_USAGE if it is not all understood. Pure. */
enum err labels_check(struct bytes body, size_t *count) MUST_CHECK;

/* drafts.c */
enum err run_drafts(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* dialogues.c */
enum err run_dialogues(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* assessments.c */
enum err run_assessments(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* texts.c */
enum err run_text(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* versions.c */
enum err run_versions(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_adopt(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* translations.c */
enum err run_glossary(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/*
 * "translations" of a statement; nothing if it has none. Uses the api's scratch. marked: under what the
 * original is shown; of words that are marked above that, where they stand alone. NULL: no guidelines.
 */
enum err reply_translations(struct api *a, struct reply *r, const struct place_key *original,
			    const struct label_mask *marked) MUST_CHECK;

/* procedures.c */
enum err run_procedures(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_instances(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_measures(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* obligations.c */
enum err run_obligations(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* watch.c */
enum err run_watch(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_roster(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* blobs.c */
enum err run_attachment(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_attach(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_bundle_out(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_bundle_in(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_backup(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
enum err run_repair(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* feeds.c */
enum err run_feed(struct api *a, struct request *q, struct reply *r) MUST_CHECK;

/* taxii.c */
enum err run_taxii(struct api *a, struct request *q, struct reply *r) MUST_CHECK;
/* The answer is an error as TAXII has them. */
void taxii_fail(struct api *a, struct request *q, unsigned status, const char *text);
/* The methods that a path below /taxii2/ takes, likewise. */
void taxii_methods(const char *path, struct buf *out);

#endif
