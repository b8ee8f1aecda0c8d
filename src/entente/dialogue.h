/*
 * dialogue.h - what the commands of standing dialogues share: from a person's words or a file's object to a
 * signed statement, and from a name to the thing that has it.
 *
 * Layer: entente. Spec: docs/spec/dialogue.md.
 */
#ifndef ENTENTE_DIALOGUE_H
#define ENTENTE_DIALOGUE_H

#include "compose/post.h"
#include "wire/dialogue.h"

/* Which field an object's member is; false: none. */
bool dialogue_key_find(const char *key, enum dialogue_field *out);
/*
 * Puts the members of an object into the draft's fields. False: a member is no field, or does not hold what
 * its field holds; *bad names it, and it has not been said.
 */
bool dialogue_put(struct draft *d, json_t *said, const char **bad) MUST_CHECK;
/* Whether the fields are as their kind wants them; likewise: a field that is missing has its name there. */
bool dialogue_is_whole(const struct draft *d, const char **bad) MUST_CHECK;

/* "things" of GET /dialogues, page by page: those of the words that the query has. The caller's. */
enum exit_code dialogue_get_pages(struct client *c, const struct query *wanted, json_t **out) MUST_CHECK;
/* Of one kind, all or what is open. */
enum exit_code dialogue_get_all(struct client *c, const char *kind, bool is_open, json_t **out) MUST_CHECK;
enum exit_code dialogue_get(struct client *c, const char *kind, json_t **out) MUST_CHECK;
/* The one of that kind with that name or place, asked for by it; else it was said. The caller's. */
enum exit_code dialogue_look_up(struct client *c, const char *kind, const char *word,
				json_t **out) MUST_CHECK;
/* By name or place; a row of `things`, borrowed from it. NULL: none, or two, and it was said. */
const json_t *dialogue_find(const json_t *things, const char *kind, const char *word);
/* What commas part, as in "KOR,USA"; the caller's. */
json_t *dialogue_list(const char *text);
/* Whether a code is that of one of these parties, which stand by their names (GET /seen). */
bool dialogue_is_party(const json_t *parties, const char *code);
/* Whether the one at `at` of a list is one of those before it. */
bool dialogue_stands_before(const json_t *codes, size_t at);

/* What is due of each body that stands, or set, and who hosts it: "things" of bodies and of sessions. */
void dialogue_say_rhythms(const json_t *bodies, const json_t *sessions);

/* One verb of a command: what it says, of what, and what the person types behind it. */
struct dialogue_verb {
	const char *name;
	enum kind kind;
	unsigned act;	  /* enum dialogue_act, sameness or text_relation, as its kind has it */
	enum kind on;	  /* what its first argument names; 0: nothing, it stands alone */
	bool has_name;	  /* then a name and a title are typed */
	bool has_detail;  /* then a text may be */
	const char *done; /* N_(): {1} its place, {2} what it is about */
};
enum exit_code dialogue_say(struct options *o, const struct dialogue_verb *verb) MUST_CHECK;
/* That of the verbs which the first argument names. */
enum exit_code dialogue_say_one(struct options *o, const struct dialogue_verb *verbs,
				size_t count) MUST_CHECK;

/* Of every such command; each verb says behind its name which it takes. */
extern const struct option_row dialogue_options[];
/* Of whatever is said; and of what has a title. */
#define TAKES " --language --detail --source --doubt --label --rel"
#define TAKES_TITLE TAKES " --also"

#endif
