/* What a statement says, and to whom, looked at before our door takes it. */
#include "node/core.h"

#include "base/alloc.h"
#include "crypto/age.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

/* No part of what is said is marked above the whole, by which it is decided who reads it. */
static enum err parts_check(struct node *n, const struct statement *s, const struct content *c,
			    struct effect_answer *answer)
{
	const struct accord *a = accord_here(n, s->channel);
	struct label_mask whole;
	struct decision d;

	if (a->guidelines == NULL || !policy_label_read(a->guidelines, &s->label, n->self, &whole).is_allowed)
		return ERR_OK; /* the fold says so */
	for (size_t i = 0; i < c->portions_count + c->attachments_count; i++) {
		struct bytes part = i < c->portions_count ? c->portions[i].label
							  : c->attachments[i - c->portions_count].label;
		if (part.len == 0)
			continue;
		d = policy_part(a->guidelines, &whole, part, n->self);
		if (d.is_allowed)
			continue;
		answer->verdict = VERDICT_LABEL;
		policy_denial(a, &d, &answer->denial);
		return ERR_REFUSED;
	}
	return ERR_OK;
}

/* What is said to be sealed begins as what is: for keys of the kind that field 15 says, and no other. */
static enum err sealed_check(const struct statement *s, struct bytes front, uint64_t len,
			     struct effect_answer *answer)
{
	struct fault fault;

	if (age_look(front, len, s->content.sealing, &fault) == ERR_OK)
		return ERR_OK;
	answer->limit = fault.rule;
	return ERR_RULE;
}

/* The same of a file, by its first bytes. */
static enum err sealed_blob_check(struct store *store, const struct statement *s, const struct blob *blob,
				  struct effect_answer *answer)
{
	uint8_t *memory;
	struct buf front;
	enum err e;

	if (s->content.sealing == SEALING_NONE)
		return ERR_OK;
	memory = xcalloc(1, AGE_HEADER_LEN_MAX);
	buf_init(&front, memory, AGE_HEADER_LEN_MAX);
	e = store->ops->attachment_get(
		store, blob->hash, 0, blob->len < AGE_HEADER_LEN_MAX ? (size_t)blob->len : AGE_HEADER_LEN_MAX,
		&front);
	if (e == ERR_OK)
		e = sealed_check(s, buf_bytes(&front), blob->len, answer);
	free(memory);
	return e;
}

/* One of those who sign it knows of the file: for all others there is none. */
static enum err signers_may_name(struct node *n, struct now now, const struct command *in,
				 const uint8_t hash[HASH_LEN], bool *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < in->signatures_count && !*out; i++) {
		if (in->signers[i].is_good && in->signers[i].registrar_in == 0)
			e = attachment_may_name(n, now, in->signers[i].key, hash, out);
	}
	return e;
}

/* What is attached is here whole, before the message that names it. */
static enum err blobs_check(struct node *n, struct now now, const struct statement *s,
			    const struct command *in, struct effect_answer *answer)
{
	struct store *store = record_store(n->record);
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count = content_blobs(s, in->content, blobs);

	for (size_t i = 0; i < count; i++) {
		uint64_t held, total;
		bool may = false;
		enum err e = signers_may_name(n, now, in, blobs[i].hash, &may);
		if (e != ERR_OK)
			return e;
		if (!may || store->ops->attachment_held(store, blobs[i].hash, &held, &total) != ERR_OK ||
		    held != blobs[i].len || total != held) {
			answer->limit = "content.attachment";
			return ERR_NOT_FOUND;
		}
		e = sealed_blob_check(store, s, &blobs[i], answer);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* The content fits its statement: the hash, the length, strict, and a FLASH is brief. */
static enum err content_check(struct node *n, struct now now, const struct statement *s,
			      const struct command *in, struct effect_answer *answer)
{
	uint8_t hash[HASH_LEN];
	struct content content;
	struct fault fault;
	size_t len = 0;
	enum err e;

	if (!s->has_content)
		return in->content.len == 0 ? ERR_OK : ERR_CONTENT;
	if (in->content.len > CONTENT_LEN_MAX) {
		answer->limit = "CONTENT_LEN_MAX";
		return ERR_LIMIT;
	}
	hash_sha256(in->content, hash);
	if (in->content.len != s->content.len || memcmp(hash, s->content.hash, HASH_LEN) != 0)
		return ERR_CONTENT;
	if (s->kind == KIND_READ_BACK && s->blobs_count > 0) {
		answer->verdict = VERDICT_FIELDS;
		return ERR_REFUSED;
	}
	if (s->content.sealing != SEALING_NONE) {
		e = sealed_check(s, in->content, in->content.len, answer);
		return e == ERR_OK ? blobs_check(n, now, s, in, answer) : e;
	}
	if (content_read(in->content, &content, &fault) != ERR_OK) {
		answer->limit = fault.rule;
		return ERR_STRICT;
	}
	if (!is_language(content.language)) {
		answer->limit = "content.language";
		return ERR_RULE;
	}
	/* Fields of no form nobody shows; what is submitted has those of what goes out. */
	if (content.fields_count > 0 && !s->has_form && s->kind != KIND_SUBMIT) {
		answer->verdict = VERDICT_FIELDS;
		return ERR_REFUSED;
	}
	for (size_t i = 0; i < content.portions_count; i++)
		len += content.portions[i].text.len;
	if (s->has_precedence && s->precedence == PRECEDENCE_FLASH &&
	    len > accord_here(n, s->channel)->flash_len_max) {
		answer->verdict = VERDICT_LENGTH;
		return ERR_REFUSED;
	}
	/* Its own words are given back to the other party, and no file beside them that nobody approved. */
	if (s->kind == KIND_READ_BACK && content.attachments_count > 0) {
		answer->verdict = VERDICT_FIELDS;
		return ERR_REFUSED;
	}
	e = blobs_check(n, now, s, in, answer);
	return e == ERR_OK ? parts_check(n, s, &content, answer) : e;
}

bool is_to_itself(const struct node *n, const struct statement *s)
{
	const struct accord_channel *channel = accord_channel_find(n->accord, s->channel);

	for (size_t i = 0; i < s->addressees_count; i++) {
		if (channel != NULL && channel->plane != PLANE_HOME &&
		    bytes_equal(s->addressees[i].party, s->party))
			return true;
	}
	return false;
}

/* To doubt or take back what a peer put into none takes no words, and so no language. */
static bool is_into_language(const struct statement *s)
{
	const struct field *field = statement_field(s, FIELD_TRANSLATION_LANGUAGE);
	struct cbor_reader r;
	struct bytes tag = { NULL, 0 };

	if (s->kind != KIND_TRANSLATION || !s->has_content)
		return true;
	cbor_open(&r, field->value);
	cbor_read_text(&r, LANGUAGE_TAG_MAX, &tag);
	return is_language(tag);
}

enum err statement_check(struct node *n, struct now now, const struct statement *s, const struct command *in,
			 struct effect_answer *answer)
{
	enum err e;

	if (is_to_itself(n, s)) {
		answer->verdict = VERDICT_ADDRESSEE;
		return ERR_REFUSED;
	}
	if (!is_into_language(s)) {
		answer->limit = "translation.language";
		return ERR_RULE;
	}
	e = content_check(n, now, s, in, answer);
	return e == ERR_OK ? form_door(n, s, in->content, answer) : e;
}
