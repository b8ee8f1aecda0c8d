/*
 * list.h - messages one after another, as far as the reader knows of them: what every route that lists
 * shares.
 *
 * Spec: docs/spec/api.md section 3. Layer: api. Each uses the api's scratch.
 */
#ifndef API_LIST_H
#define API_LIST_H

#include "api/request.h"

/*
 * An entry with everything of its statement, and its content where that is clear and held (*content_err).
 * ERR_NOT_FOUND too of one that the reader may not know of.
 */
enum err list_entry(struct api *a, const struct place_key *place, struct entry_read_out *entry,
		    struct buf *content, enum err *content_err) MUST_CHECK;
/* Whether it, or what it translates or reads back, was asked back, as far as the reader knows. */
enum err is_recalled(struct api *a, const struct place_key *place, const struct entry_read_out *entry,
		     bool *out) MUST_CHECK;
/* One row of a list; of what the reader may not know of nothing is left: ERR_NOT_FOUND. */
enum err list_row(struct api *a, struct reply *r, const struct place_key *place) MUST_CHECK;
/* The next message of a channel that the reader knows of. ERR_NOT_FOUND at the end. */
enum err list_next(struct api *a, uint32_t channel, struct message_at *at) MUST_CHECK;

/* "ORDER-PLACE": where a page ended; written as "next". */
enum err list_position_read(struct api *a, struct request *q, const char *name,
			    struct message_at *at) MUST_CHECK;
void list_position_reply(struct api *a, struct reply *r, const struct message_at *at);

#endif
