/*
 * note.h - a checkpoint as a C2SP signed note, and the lines under it.
 *
 *	<origin>\n<size>\n<base64 root>\n
 *	\n
 *	— <name> <base64(key id + signature)>\n		... the author's line first
 *
 * Spec: docs/spec/record.md section 3; C2SP signed-note, tlog-checkpoint, tlog-cosignature.
 * Vectors: test/vectors/note.json. Fuzz: test/fuzz/note.c.  Layer: wire. Pure: text only; who signs and
 * whether a signature is good is record/checkpoint.h.
 */
#ifndef WIRE_NOTE_H
#define WIRE_NOTE_H

#include "wire/origin.h"

#define KEY_ID_LEN 4
#define NOTE_SIGNATURE_MAX 128u

struct note_line {
	struct bytes name; /* borrowed */
	uint8_t key_id[KEY_ID_LEN];
	uint8_t signature[NOTE_SIGNATURE_MAX]; /* of an Ed25519 line 64, of a cosignature 8 + 64 */
	size_t signature_len;
	struct bytes text; /* the whole line with its newline, borrowed */
};

struct note {
	struct bytes text; /* the three lines with their newlines: what is signed; borrowed */
	struct origin origin;
	uint64_t size;
	uint8_t root[HASH_LEN];
	struct note_line lines[NOTE_LINES_MAX];
	size_t lines_count;
};

/* ERR_NOTE with the rule note.text, note.origin, note.size, note.root, note.line, note.limit. */
enum err note_read(struct bytes in, struct note *out, struct fault *fault) MUST_CHECK;

/* The three lines of a checkpoint. */
void note_write_text(const struct origin *origin, uint64_t size, const uint8_t root[HASH_LEN],
		     struct buf *out);
/* One line: "— name base64(id + signature)\n". */
void note_write_line(struct bytes name, const uint8_t key_id[KEY_ID_LEN], struct bytes signature,
		     struct buf *out);
/* One such line alone, as it stands in a COSIGNATURE frame. */
enum err note_read_line(struct bytes in, struct note_line *out) MUST_CHECK;

/* "accord id/party/mirror": the name of a mirror's line, of this accord or with NULL of any. */
bool note_is_mirror_name(struct bytes name, const uint8_t *accord, struct bytes *party);
void note_write_mirror_name(const uint8_t accord[ACCORD_ID_LEN], struct bytes party, struct buf *out);

#endif
