/*
 * import_dialogues.h - entente import dialogues FILE: a file of bodies, sessions, commitments and events.
 *
 * Layer: entente. Spec: docs/spec/dialogue.md section 8.
 */
#ifndef ENTENTE_IMPORT_DIALOGUES_H
#define ENTENTE_IMPORT_DIALOGUES_H

#include "terminal/options.h"

enum exit_code import_dialogues(struct options *o) MUST_CHECK;

#endif
