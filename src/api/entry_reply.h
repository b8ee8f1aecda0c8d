/*
 * entry_reply.h - an entry, a ladder, a label as JSON: the same words in answers and in events.
 *
 * Spec: docs/spec/api.md section 3. Layer: api. Pure but for what the node reads.
 */
#ifndef API_ENTRY_REPLY_H
#define API_ENTRY_REPLY_H

#include "api/reply.h"
#include "node/node.h"
#include "view/marking.h"
#include "wire/content.h"

struct api;

/*
 * The members of an entry's object, without its braces; leaf and signer only if it came from the record.
 * labelled: the statement whose label stands now, its own or that of an act which gave it another.
 */
void reply_entry(struct reply *r, const struct accord *a, const struct place_key *place,
		 const struct entry_read_out *entry, const struct statement *labelled, bool is_from_record);
/* Whether it is folded, and what became of it: "verdict", and "why" it does not count. */
void reply_verdict(struct reply *r, const struct accord *a, const struct entry_read_out *entry);
/* What an officer signed, alone: of an advance copy, which has no place yet. */
void reply_statement(struct reply *r, const struct accord *a, const struct statement *s);
/* "fields" of its key 14 by their numbers, and of a dialogue "says": by their names. */
void reply_signed_fields(struct reply *r, const struct statement *s);
/* "read": those of a content by their numbers; nothing where it has none. */
void reply_read_fields(struct reply *r, const struct content *c);
/* Of an advance copy: what stands behind it, its place as far as it is known, its statement and words. */
void reply_copy(struct reply *r, const struct accord *a, enum advance_state state,
		const struct place_key *place, const struct statement *s, struct bytes content);
/*
 * The members that the content gives: language, subject, text, attachments; or "unreadable". Without an
 * accord (NULL, and then no statement) the fields of a form are given by their numbers alone.
 */
void reply_content(struct reply *r, const struct accord *a, const struct statement *s, struct bytes bytes);
/* Only what a list shows: the subject or the first line, as "title", and the language. */
void reply_title(struct reply *r, struct bytes bytes);
/* Of what is sealed no title; "unreadable" if it only says that it is. */
void reply_title_of(struct reply *r, const struct statement *s, struct bytes bytes);
/*
 * "ladders" with every addressee's steps, and "crossed", "suspended"; nobody owes what counts for nothing.
 * entry: the message.
 */
void reply_ladders(struct reply *r, const struct accord *a, size_t self, const struct place_key *place,
		   const struct message_view *view, const struct entry_read_out *entry);
/* Why the guidelines deny it: line, reason, the sentence with {1} and {2}, and these. */
void reply_denial(struct reply *r, const char *key, const struct denial *d);
/*
 * "label", and "marking" as docs/spec/guidelines.md section 6 writes it for who knows the author; without the
 * latter where the guidelines do not know the label, or there are none.
 */
void reply_label(struct reply *r, const struct accord *a, const struct statement *s);
/* The last label of an answer, and where it stands in it: most of a list's are the same. Starts zeroed. */
struct label_said {
	size_t from, len;
	uint8_t label_len, label[MARKING_ROW_MAX];
};
/* "label" alone, of that marking. ERR_CORRUPT. */
enum err reply_label_of(struct reply *r, const struct marking *m, struct label_said *last) MUST_CHECK;
/* The same, of what was said there: of dialogues it stands as it was signed. */
enum err reply_label_at(struct api *a, struct reply *r, const struct place_key *at,
			struct label_said *last) MUST_CHECK;
/* Members: channel, party, code, epoch. */
void reply_log_name(struct reply *r, const struct accord *a, const struct log_key *log);
/* The names of the roles in this mask. */
void reply_roles(struct reply *r, const char *key, const struct accord *a, uint64_t mask);
void reply_place(struct reply *r, const char *key, const struct accord *a, const struct place_key *place);
/* A place that a statement names; raw when the accord does not know its party. */
void reply_named_place(struct reply *r, const char *key, const struct accord *a, const struct place *place);

/* ---- enrolments.c ---- */

/* The `keys` statement at that place, as it was signed, as members of the object that is open. */
enum err reply_enrolment(struct api *a, struct reply *r, const struct place_key *at) MUST_CHECK;
/* Behind the keys that a channel is sealed for, as members: what a terminal holds them against. */
enum err reply_enrolments(struct api *a, struct reply *r, const struct accord_channel *c) MUST_CHECK;

/* ---- keys.c ---- */

/*
 * Bit mask of accord.roles: for which this sealed statement must have been sealed (docs/spec/seal.md section
 * 3).
 */
enum err sealed_roles(struct api *a, const struct statement *s, uint64_t *out) MUST_CHECK;
/*
 * Bit mask of accord.roles: posts that had a key of that kind, `enum sealing`, in the log when it had so many
 * entries. An epoch of 0 has none.
 */
enum err keyed_roles(struct api *a, const struct log_key *log, uint64_t size, uint64_t sealing,
		     uint64_t *out) MUST_CHECK;
/* A row of a list of readers: the party by its code, and its posts. */
void reply_roles_of(struct reply *r, const struct accord *a, const char *party, uint64_t roles);

#endif
