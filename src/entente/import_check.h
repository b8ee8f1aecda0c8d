/*
 * import_check.h - a file of dialogues, held against every rule before the first of it is filed.
 *
 * Layer: entente. Spec: docs/spec/dialogue.md section 8.
 */
#ifndef ENTENTE_IMPORT_CHECK_H
#define ENTENTE_IMPORT_CHECK_H

#include "entente/dialogue.h"

#define ID_LEN 192u /* "unit TEXT/UNIT/LANGUAGE", "condition COMMITMENT/NAME/STAGE" */

/* What a thing of the file is. */
struct shape {
	const char *name;
	enum kind kind;
	const char *of[3]; /* kinds of what it hangs on; none: nothing */
	bool may_be_alone;
};

/* One file on its way into the record. */
struct import {
	const struct options *o;
	const char *path;
	json_t *file, *standing;  /* standing: {"body kidd": row of /dialogues} */
	json_t *lists;		  /* "types", "confidences": what the accord lets them be */
	json_t *parties, *voices; /* names of the channel's, and of those that speak there */
	struct client c;
	struct officer officer;
	char party[PARTY_NAME_MAX + 1];
	size_t filed, stood;
	char at[ID_LEN]; /* what is being filed: where it stopped; "": nothing yet */
	uint64_t channel;
	char filed_last[PLACE_TEXT_LEN]; /* "": nothing was */
};

const struct shape *import_shape(const char *name); /* NULL: there is no such kind of thing */
const char *import_nothing_filed(void);		    /* what to do, behind a refusal */
/* "session kidd-22": names are told apart by kind. */
const char *import_id(const char *kind, const char *name, char id[ID_LEN]);
void import_id_of_stage(const char *commitment, const json_t *condition, char id[ID_LEN]);
const char *import_id_of_thing(const json_t *thing, char id[ID_LEN]);
/* Of what kind that is on which it hangs, by what is known so far; *id: its id. NULL: it is not known. */
const char *import_subject_kind(const json_t *known, const struct shape *shape, const char *of,
				char id[ID_LEN]);
/* The members that are fields: the caller's. */
json_t *import_fields(const json_t *thing);

/* Each says what is wrong. */
enum exit_code import_open(struct import *in) MUST_CHECK;
enum exit_code import_check_head(const struct import *in) MUST_CHECK;
/* Against what stands, the accord's lists and the channel's parties, which *in holds by then. */
enum exit_code import_check(struct import *in) MUST_CHECK;

#endif
