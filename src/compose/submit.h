/*
 * submit.h - what other officers must approve before it goes: into the home channel, and out of it.
 *
 * Layer: compose. Spec: docs/spec/release.md. The door is asked first: what it refuses for want of approvals
 * alone has passed every other check, and is submitted as it was signed.
 */
#ifndef COMPOSE_SUBMIT_H
#define COMPOSE_SUBMIT_H

#include "compose/post.h"

/* Where a signed draft went: into the record, or to wait for others. */
struct posted {
	char place[PLACE_TEXT_LEN]; /* its own, or the SUBMIT's */
	bool is_waiting, is_held;
	bool is_said;	       /* it was said before, and nothing was filed */
	uint64_t needed, line; /* approvers, and the line of the guidelines that asks for them */
};

/* EXIT_DONE, or what the node said has been said. */
enum exit_code post_or_submit(struct client *c, const struct draft *d, const struct officer *officer,
			      struct posted *out) MUST_CHECK;
/*
 * The body of a POST whose answer never came and which, said again, was refused for want of approvals: by the
 * officer who signed it. *out has `needed` and `line` already; its place is empty if it was submitted before.
 */
enum exit_code submit_again(struct client *c, const struct options *o, struct bytes body,
			    struct posted *out) MUST_CHECK;
/* What waits, and what to do about it. Not for --json: that is posted_json. */
void posted_say(const struct posted *p);
/* {"err":"OK","place":...,"step":"SUBMITTED","needed":1,"line":44}; the caller's. */
json_t *posted_json(const struct posted *p);

/* The number of the party's home channel; without one it was said. */
enum exit_code home_find(struct client *c, const char *party, uint64_t *number) MUST_CHECK;

/* A row of GET /drafts with everything that is signed; checked here, and *d has it. */
enum exit_code waiting_read(struct client *c, const char *place, json_t **out, struct draft *d) MUST_CHECK;
/*
 * Its content in clear, opened by this terminal's secrets if it is sealed; heap, the caller's to end with
 * waiting_words_finish. .len 0: no secret here opens it, or there is none.
 */
enum exit_code waiting_words(const struct draft *d, const struct options *o, struct buf *words) MUST_CHECK;
void waiting_words_finish(struct buf *words);
/* What a releaser is to see before he signs. */
enum exit_code waiting_show(struct client *c, const struct options *o, const json_t *waiting,
			    const struct draft *d, struct bytes words) MUST_CHECK;
/*
 * Of what is signed for a day: why the node does not file it, and what else is signed for that label. A line
 * each.
 */
void waiting_show_day(const json_t *waiting);

#endif
