/*
 * draft.h - a statement in the making: what the person typed and what the node has seen, until it is signed.
 *
 * Layer: compose. Spec: docs/spec/entry.md. The bytes made here are what the officer signs; nobody writes
 * them again.
 */
#ifndef COMPOSE_DRAFT_H
#define COMPOSE_DRAFT_H

#include "crypto/age.h"
#include "terminal/officer.h"
#include "terminal/word_filter.h"
#include "wire/content.h"
#include "wire/entry.h"

#define DRAFT_WORDS_LEN (256u << 10)

struct draft {
	struct statement statement;
	struct content content; /* portions_count, fields_count and attachments_count 0: there is none */
	struct arena words;	/* what the two borrow */
	uint8_t *memory;	/* heap: words, then the encodings below */
	struct buf statement_bytes, content_bytes, signature;
	struct bytes before[STATEMENT_SIGNATURES_MAX]; /* signatures of those who signed the same bytes */
	size_t before_count;
	/* What it refers to is read by these posts, and was sealed for them. */
	struct bytes readers[ACCORD_ROLES_MAX];
	size_t readers_count;
	bool answers_sealed;
	struct age_recipient *sealed_for; /* heap; none: the content stays in clear */
	size_t sealed_for_count;
	uint64_t flash_len_max;	       /* of its text, which the node cannot see */
	const struct options *options; /* of what is sealed: where the words are that hold it ... */
	char held[FILTER_WORD_LEN];    /* ... and the one, or the file, that holds it; "": none */
	struct place source; /* what it was made from, for the home channel alone; .channel 0: nothing */
};

void draft_open(struct draft *d, enum kind kind);
void draft_close(struct draft *d);

/* A copy that lives as long as the draft. */
struct bytes draft_word(struct draft *d, const char *text);

/* Accord, party, channel and last-seen, as the node says them now (GET /seen). EXIT_DONE, or it was said why
 * not. */
enum exit_code draft_address(struct draft *d, struct client *c, const char *channel) MUST_CHECK;
/* Refers to this entry (GET /entry) and takes its label, unless it has one. */
enum exit_code draft_refer(struct draft *d, const json_t *entry) MUST_CHECK;
/* The label that stands of this entry. */
void draft_label_as(struct draft *d, const json_t *entry);
/* --label LEVEL and --rel CODE,CODE or $ENTENTE_LABEL; rel is all parties of the channel unless said. */
enum exit_code draft_label(struct draft *d, const struct options *options, const json_t *parties) MUST_CHECK;
/*
 * Behind draft_address and before draft_refer: the label that the person gives it in place of that of what it
 * refers to; without one nothing. --rel alone is refused: it would go to more than it says.
 */
enum exit_code draft_label_over(struct draft *d, const struct options *options, struct client *c) MUST_CHECK;
bool draft_label_is_given(const struct options *options);
/* A word of a person or of a form; "" is ROUTINE. */
enum exit_code draft_precedence(struct draft *d, const struct options *options, const char *word) MUST_CHECK;
/* "kor/watch" to the addressees, in their order. */
enum exit_code draft_to(struct draft *d, const char *party_and_role, bool is_information) MUST_CHECK;
void draft_field_uint(struct draft *d, uint64_t key, uint64_t value);
void draft_field_bytes(struct draft *d, uint64_t key, struct bytes value);
void draft_field_text(struct draft *d, uint64_t key, struct bytes text);
void draft_field_texts(struct draft *d, uint64_t key, const struct bytes *texts, size_t count);
/* An array of hashes, sorted here, each once. */
void draft_field_hashes(struct draft *d, uint64_t key, uint8_t (*hashes)[HASH_LEN], size_t count);
/* A value that is strict CBOR, into the statement or into the content, in the order of the numbers. */
void draft_field(struct draft *d, uint64_t key, struct bytes value, bool is_content);
void draft_text(struct draft *d, const char *language, const char *subject, struct bytes text);

/* Whether anything in it is read only: text, fields, attachments. */
bool draft_has_content(const struct draft *d);

/* Writes and signs: statement_bytes, content_bytes and signature are ready to be sent. */
enum exit_code draft_sign(struct draft *d, const struct officer *o) MUST_CHECK;
/* Signs the bytes as they stand: who signs behind others changes nothing. */
enum exit_code draft_sign_bytes(struct draft *d, const struct officer *o) MUST_CHECK;

/*
 * The body of POST /statements with this one item, which is also what a draft file holds. What is read is
 * sound, and each signature in it good: ERR_USAGE: it is no such file; ERR_VERIFY: a signature is false.
 */
void draft_write_body(const struct draft *d, struct buf *out);
enum err draft_read_body(struct draft *d, struct bytes body) MUST_CHECK;
/* From a draft file of one kind of statement; a file that is not there: ERR_NOT_FOUND, with errno. */
enum err draft_read_file(struct draft *d, enum kind kind, const char *path) MUST_CHECK;
/* Whether this key is among those who signed before. */
bool draft_is_signed_by(const struct draft *d, struct bytes public_key);

#endif
