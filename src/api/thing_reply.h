/*
 * thing_reply.h - what statements of standing dialogues say, as JSON: the same members in every answer.
 *
 * Spec: docs/spec/dialogue.md sections 3 and 7. Layer: api.
 */
#ifndef API_THING_REPLY_H
#define API_THING_REPLY_H

#include "api/request.h"
#include "view/dialogue.h"

#define THING_FIELDS_MAX 32u /* numbers of fields that are named, and more */

/* Each field as it stands: the statement's, or the last that AMENDs and MOVEs gave; .len 0: there is none. */
struct thing_fields {
	struct bytes values[THING_FIELDS_MAX];			    /* by their numbers */
	uint8_t memory[THING_FIELDS_MAX * DIALOGUE_FIELDS_LEN_MAX]; /* of what was given later */
};
/* They borrow from the row too. */
enum err thing_fields_read(struct api *a, const struct thing_row *row, struct thing_fields *out) MUST_CHECK;
struct bytes thing_field(const struct thing_fields *f, enum dialogue_field field);
/* Those that there are, by their names; memory: for what was given later. ERR_CORRUPT. */
enum err reply_row_fields(struct api *a, struct reply *r, const struct thing_row *row,
			  struct thing_fields *memory) MUST_CHECK;
/*
 * "says": all that a statement of a dialogue says in key 14, likewise, and its act by its name; nothing of
 * other kinds. What was signed is shown by it, to whoever reads it and to whoever approves it.
 */
void reply_says(struct reply *r, const struct statement *s);
/* Those of one statement. */
void reply_own_fields(struct reply *r, const struct statement *s);
/* A delegation's. */
void reply_people(struct reply *r, const struct statement *s);

#endif
