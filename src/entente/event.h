/*
 * event.h - what the files of `entente event` share: the answer of GET /assessments and its words.
 *
 * Layer: entente. Spec: docs/spec/dialogue.md sections 12 to 14.
 */
#ifndef ENTENTE_EVENT_H
#define ENTENTE_EVENT_H

#include "entente/dialogue.h"
#include "terminal/login.h"
#include "terminal/say.h"
#include "wire/where.h"

/* All events that who asks may know of; the caller's. */
enum exit_code event_get(struct client *c, json_t **out) MUST_CHECK;
/* By name or place, borrowed; NULL: none, or two, and it was said. */
const json_t *event_find(const json_t *answer, const char *word);

/* In the reader's language; "unknown" where nothing is said. */
const char *event_code(const json_t *answer, const char *list, const char *name);
const char *event_when(const json_t *said);
const char *event_where(const json_t *said);

/* ---- event_base.c ---- */

/* GeoJSON, the caller's; what is no map is said. */
enum exit_code event_base_open(const char *path, json_t **out) MUST_CHECK;
/* Each point of its lines and of the edges of its areas; its names and its points are nothing here. */
typedef void event_base_point(void *self, bool begins, struct where_point at);
void event_base_each(const json_t *base, event_base_point *each, void *self);

/* ---- event_draw.c ---- */

/*
 * Writes the claims of the answer into an SVG file: a map, or a time line. What has no place, or no time, is
 * not in it. base: lines under the map; NULL: none. Says the table that has all of them under the numbers of
 * the picture, unless is_quiet.
 */
enum exit_code event_draw(const json_t *answer, const char *path, bool is_map, const json_t *base,
			  bool is_quiet) MUST_CHECK;

#endif
