/*
 * checkpoint.h - who signs a note with what, and whether a line is good.
 *
 * Spec: docs/spec/record.md section 3; C2SP signed-note (type 0x01), tlog-cosignature (type 0x04) with the
 * mirror meaning: "I hold every entry below this size durably". Layer: record. Pure.
 */
#ifndef RECORD_CHECKPOINT_H
#define RECORD_CHECKPOINT_H

#include "crypto/sign.h"
#include "wire/note.h"

#define CHECKPOINT_TYPE_LOG 0x01
#define CHECKPOINT_TYPE_MIRROR 0x04

/* First 4 bytes of SHA-256(name, newline, type, public key). */
void checkpoint_key_id(struct bytes name, uint8_t type, const uint8_t public[SIGN_PUBLIC_LEN],
		       uint8_t id[KEY_ID_LEN]);

/* The author's line under these three lines of text; the key's name is the origin (the first line). */
void checkpoint_sign(const struct sign_key *log_key, struct bytes text, struct buf *line);
/* A mirror's line: over "cosignature/v1\ntime N\n" and the three lines. */
void checkpoint_cosign(const struct sign_key *mirror_key, struct bytes name, uint64_t seconds,
		       struct bytes text, struct buf *line);

/* ERR_NOTE unless the note has a good line of its log's key. */
enum err checkpoint_verify(const struct note *note, const uint8_t log_key[SIGN_PUBLIC_LEN]) MUST_CHECK;
/*
 * A good cosignature by this mirror; *seconds is its time. ERR_NOT_FOUND: the line names another key, and
 * nothing of it was verified; ERR_VERIFY: it names this one, which has not signed that.
 */
enum err checkpoint_verify_cosignature(struct bytes text, const struct note_line *line, struct bytes name,
				       const uint8_t mirror_key[SIGN_PUBLIC_LEN],
				       uint64_t *seconds) MUST_CHECK;

#endif
