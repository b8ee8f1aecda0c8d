/*
 * text_part.h - a text's canonical file, read: its titles, then its units in order.
 *
 * Spec: docs/spec/dialogue.md section 10. Tests: test/unit/test_text.c. Layer: dialogue. Pure.
 */
#ifndef DIALOGUE_TEXT_PART_H
#define DIALOGUE_TEXT_PART_H

#include "base/bytes.h"

struct text_part {
	struct bytes what, name, language, words; /* "title" without a name, or "unit"; of the file's bytes */
};

/*
 * The next part, and *file is behind it. False at its end, or where it is none. The lines of its head are
 * skipped.
 */
bool text_part_next(struct bytes *file, struct text_part *out);

#endif
