/*
 * event.h - what is said of an event, as the record has it, or as a reader may see it.
 *
 * Spec: docs/spec/dialogue.md section 12. Layer: view (may use base, wire, dialogue). Pure.
 */
#ifndef VIEW_EVENT_H
#define VIEW_EVENT_H

#include "dialogue/event.h"
#include "view/dialogue.h"

/*
 * Of the EVENT in the row; with a sight, only what is in sight. The caller closes *out whatever comes back.
 */
enum err fold_event(const struct fold *f, const struct thing_row *row, const struct fold_sight *sight,
		    struct event_account *out) MUST_CHECK;

#endif
