/*
 * statement.h - what an officer signs: kind, subject, precedence, label, refers-to, last-seen.
 *
 * Spec: docs/spec/entry.md section 3 (CDDL). Vectors: test/vectors/statement.json.
 * Layer: wire. Pure.
 *
 * The bytes are what is signed and hashed; this struct is how they are read. Everything in it borrows
 * from those bytes. Decoding and encoding again gives the same bytes, because the format has one form.
 */
#ifndef WIRE_STATEMENT_H
#define WIRE_STATEMENT_H

#include "base/time.h"
#include "wire/kinds.h"
#include "wire/label.h"
#include "wire/origin.h"

#define STATEMENT_ID_LEN 16
#define STATEMENT_ID_DATE_LEN 6u /* of it, milliseconds; the rest is random */
#define STATEMENT_VERSION 1u
#define ROLE_NODE "node" /* the author's role of a service statement */

/* The keys of the statement map. */
enum statement_key {
	STATEMENT_KEY_VERSION = 1,
	STATEMENT_KEY_ACCORD,
	STATEMENT_KEY_CHANNEL,
	STATEMENT_KEY_ID,
	STATEMENT_KEY_KIND,
	STATEMENT_KEY_AUTHOR,
	STATEMENT_KEY_CLAIMED,
	STATEMENT_KEY_SEEN,
	STATEMENT_KEY_ADDRESSEES,
	STATEMENT_KEY_PRECEDENCE,
	STATEMENT_KEY_LABEL,
	STATEMENT_KEY_REFERS,
	STATEMENT_KEY_FORM,
	STATEMENT_KEY_FIELDS,
	STATEMENT_KEY_CONTENT,
	STATEMENT_KEY_INSTANCE,
	STATEMENT_KEY_ACTING_FOR,
	STATEMENT_KEY_BLOBS,
	STATEMENT_KEY_COUNT
};

/* A place in the record: an entry by its log, index and leaf. */
struct place {
	uint32_t channel;
	struct bytes party;
	uint32_t epoch;
	uint64_t index;
	uint8_t leaf[HASH_LEN];
};

struct seen {
	struct bytes party;
	uint32_t epoch;
	uint64_t size;
};

struct addressee {
	struct bytes party, role;
	bool is_information; /* else action */
};

/* A form field: its number and the exact bytes of its value. */
struct field {
	uint64_t key;
	struct bytes value;
};

/* How a content is stored; the higher is the stronger. */
enum sealing { SEALING_NONE, SEALING_X25519, SEALING_HYBRID, SEALING_COUNT };

struct content_ref {
	uint8_t hash[HASH_LEN];
	uint64_t len;
	uint64_t sealing; /* enum sealing */
};

/* A file as a node keeps it: what is attached, by the hash and the length that it is stored with. */
struct blob {
	uint8_t hash[HASH_LEN];
	uint64_t len;
};

struct statement {
	uint8_t accord[ACCORD_ID_LEN];
	uint32_t channel; /* 0: every channel (kinds 0, 1, 2 only) */
	uint8_t id[STATEMENT_ID_LEN];
	uint64_t kind;
	struct bytes party, role;
	struct wall claimed;
	struct seen seen[PARTY_MAX];
	size_t seen_count;
	struct addressee addressees[STATEMENT_ADDRESSEES_MAX];
	size_t addressees_count;
	bool has_precedence, has_label, has_form, has_content, has_instance;
	enum precedence precedence;
	struct label label;
	struct place refers[STATEMENT_REFERENCES_MAX];
	size_t refers_count;
	struct bytes form; /* "N01" */
	uint64_t form_version;
	struct field fields[STATEMENT_FIELDS_MAX];
	size_t fields_count;
	struct content_ref content;
	struct place instance;
	struct bytes acting_for;	    /* .len 0: absent */
	struct blob blobs[ATTACHMENTS_MAX]; /* of a sealed content: the n-th is its n-th attachment, sealed */
	size_t blobs_count;
};

/*
 * Reads the bytes strictly and checks everything of section 3 that they show alone: ERR_STRICT for
 * CBOR, ERR_RULE for the rest; *fault names the rule and the offset.
 */
enum err statement_read(struct bytes in, struct statement *out, struct fault *fault) MUST_CHECK;

/* Writes the one form; the caller gives lists in order. ERR_LIMIT by buf_check. */
void statement_write(const struct statement *s, struct buf *out);

/*
 * Over the first bytes of a random id: the time. What is said one after the other then lies side by side in
 * every store (ADR 90); nobody who reads an id relies on it.
 */
void statement_id_date(uint8_t id[STATEMENT_ID_LEN], struct wall claimed);

/* NULL if the statement has no such field. */
const struct field *statement_field(const struct statement *s, uint64_t key);
/* ERR_NOT_FOUND without the field, ERR_RULE if it is no integer of 0..max. */
enum err statement_field_uint(const struct statement *s, uint64_t key, uint64_t max,
			      uint64_t *out) MUST_CHECK;

/*
 * The value of a field, of a statement that was read: fields_check has seen to its type and its bound. 0, no
 * text, no bytes, without the field.
 */
uint64_t statement_uint(const struct statement *s, uint64_t key);
struct bytes statement_text(const struct statement *s, uint64_t key);
struct bytes statement_bytes(const struct statement *s, uint64_t key);

/* Those of a field that is a list of texts, one by one; none without the field. They lie in the statement. */
struct text_list {
	struct cbor_reader reader;
	size_t left;
};
struct text_list statement_list(const struct statement *s, uint64_t key);
bool text_list_next(struct text_list *t, struct bytes *out);

/* The shape of a BCP 47 tag: subtags of 1 to 8 letters or digits, joined by hyphens. */
bool is_language_tag(struct bytes tag);
/* Of these what may be a language's: 2 or 3 small letters, then subtags. */
bool is_language(struct bytes tag);
void place_write(const struct place *p, struct buf *out); /* CBOR */
enum err place_read(struct cbor_reader *r, struct place *out);

#endif
