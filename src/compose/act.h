/*
 * act.h - what all acts on an entry have in common: fetch it, draft, sign, file, say where it stands.
 *
 * Layer: compose. An act copies the label of what it answers; it is said once and never by itself.
 */
#ifndef COMPOSE_ACT_H
#define COMPOSE_ACT_H

#include "compose/post.h"
#include "compose/seal.h"

enum act_text { ACT_TEXT_NONE, ACT_TEXT_MAY, ACT_TEXT_MUST };

struct act {
	enum kind kind;
	enum act_text text;
	/* Adds the act's own fields; may be NULL. */
	enum exit_code (*fill)(struct draft *d, const struct options *o);
	/* What is said when it stands in the record, N_(): {1} its place, {2} the place it refers to. */
	const char *done;
	bool may_be_form;     /* --form NAME, with its fields, in place of text or beside it */
	bool is_addressed;    /* to whoever said what it refers to, as urgently as --precedence says */
	bool is_on_read_back; /* refers to the READ BACK; a message's place stands for its only one */
};

/*
 * Files a signed draft and says where it stands; done: {1} its place, {2} the entry's. With an officer, what
 * others must approve first is submitted; NULL: it is refused.
 */
enum exit_code act_file(const struct options *o, struct client *c, struct draft *d,
			const struct officer *officer, const json_t *entry, const char *done) MUST_CHECK;
enum exit_code act_run(struct options *o, const struct act *act) MUST_CHECK;
/*
 * A time to come, as an option has it, behind the one that the draft claims. EXIT_USAGE: none, over already,
 * or further away than TIME_AHEAD_MAX; that was said, and `next`, with {1} the place.
 */
enum exit_code ahead_read(const char *text, struct wall claimed, const char *next, const char *place,
			  uint64_t *ms) MUST_CHECK;

/* Of an answer: for which of the posts that the message is to. */
#define ACT_FOR_OPTION \
	{ "for", N_("POST"), N_("the post that it answers for: its author's own, or one that he acts for") }

/* Options of every act, to begin a command's table with. */
#define ACT_TEXT_OPTIONS                                                                             \
	SEAL_OPTION, { "file", N_("FILE"), N_("take the text from a file, - for standard input") },  \
	{                                                                                            \
		"language", N_("TAG"), N_("the language that the text is authentic in, as ko or en") \
	}

#endif
