/*
 * text_say.h - one statement about a text, from the command to the record.
 *
 * Layer: entente. It is opened, then begun and ended as often as something is said, then closed.
 */
#ifndef ENTENTE_TEXT_SAY_H
#define ENTENTE_TEXT_SAY_H

#include "compose/submit.h"
#include "entente/text.h"

struct saying {
	struct options *o;
	struct client c;
	struct officer officer;
	json_t *text, *entry; /* as GET /text and GET /entry give it */
	const json_t *about;  /* what the draft refers to; borrowed */
	struct draft d;
	bool is_drafted;
	size_t named;			/* versions, of an agreement or a concordance */
	char party[PARTY_NAME_MAX + 1]; /* once one was begun: whose officer says it */
	enum kind kind;
	const char *done; /* N_(): {1} where it stands, {2} the place that it is about */
};

enum exit_code saying_open(struct saying *s) MUST_CHECK;
void saying_close(struct saying *s);
/* A draft on the text's channel that refers to it. */
enum exit_code saying_begin(struct saying *s) MUST_CHECK;
/* One that refers to this entry instead (GET /entry). */
enum exit_code saying_begin_on(struct saying *s, const json_t *entry) MUST_CHECK;
/* Takes the fields; signs and files it. */
enum exit_code saying_end(struct saying *s, json_t *fields) MUST_CHECK;

#endif
