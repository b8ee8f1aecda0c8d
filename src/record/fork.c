#include "record/fork.h"

#include "record/checkpoint.h"

#include <string.h>

enum {
	FIELD_NOTE_FIRST = 1,
	FIELD_NOTE_SECOND,
	FIELD_INDEX,
	FIELD_LEAF_FIRST,
	FIELD_LEAF_SECOND,
};

/* Whether the first note comes first; both were read before or are refused later. */
static bool is_in_order(const struct fork *f)
{
	struct note first, second;
	struct fault fault;

	if (note_read(f->sides[0].note, &first, &fault) != ERR_OK ||
	    note_read(f->sides[1].note, &second, &fault) != ERR_OK)
		return false;
	if (first.size != second.size)
		return first.size < second.size;
	return memcmp(first.root, second.root, HASH_LEN) <= 0;
}

static void proof_put(const struct fork_side *side, uint64_t key, struct buf *out)
{
	cbor_put_uint(out, key);
	cbor_put_array(out, 2);
	cbor_put_bytes(out, BYTES_OF(side->leaf));
	cbor_put_array(out, side->proof_count);
	for (size_t i = 0; i < side->proof_count; i++)
		cbor_put_bytes(out, BYTES_OF(side->proof[i]));
}

void fork_write(struct fork *f, const uint8_t salt[CONTENT_SALT_LEN], struct buf *out)
{
	if (!is_in_order(f)) {
		struct fork_side first = f->sides[0];
		f->sides[0] = f->sides[1];
		f->sides[1] = first;
	}
	cbor_put_map(out, 3);
	cbor_put_uint(out, 1);
	cbor_put_bytes(out, (struct bytes){ salt, CONTENT_SALT_LEN });
	cbor_put_uint(out, 2);
	cbor_put_text(out, BYTES_LIT("zxx")); /* no linguistic content */
	cbor_put_uint(out, 5);
	cbor_put_map(out, f->has_index ? 5 : 2);
	cbor_put_uint(out, FIELD_NOTE_FIRST);
	cbor_put_bytes(out, f->sides[0].note);
	cbor_put_uint(out, FIELD_NOTE_SECOND);
	cbor_put_bytes(out, f->sides[1].note);
	if (!f->has_index)
		return;
	cbor_put_uint(out, FIELD_INDEX);
	cbor_put_uint(out, f->index);
	proof_put(&f->sides[0], FIELD_LEAF_FIRST, out);
	proof_put(&f->sides[1], FIELD_LEAF_SECOND, out);
}

static void side_read(struct cbor_reader *r, struct fork_side *side)
{
	size_t count;

	if (cbor_read_array(r, 2, &count) != ERR_OK || count != 2) {
		cbor_refuse(r, ERR_RULE, "fork.fields");
		return;
	}
	cbor_read_fixed(r, side->leaf, HASH_LEN);
	cbor_read_array(r, MERKLE_PROOF_MAX, &side->proof_count);
	for (size_t i = 0; r->err == ERR_OK && i < side->proof_count; i++)
		cbor_read_fixed(r, side->proof[i], HASH_LEN);
	cbor_close(r);
	cbor_close(r);
}

/* Of one of the five keys. */
static enum err field_read(struct fork *f, const struct field *field)
{
	struct cbor_reader r;

	cbor_open(&r, field->value);
	if (field->key == FIELD_INDEX) {
		cbor_read_uint(&r, INT64_MAX, &f->index);
		f->has_index = true;
	} else if (field->key < FIELD_INDEX) {
		cbor_read_bytes(&r, NOTE_LEN_MAX, &f->sides[field->key - FIELD_NOTE_FIRST].note);
	} else {
		side_read(&r, &f->sides[field->key - FIELD_LEAF_FIRST]);
	}
	return cbor_finish(&r);
}

enum err fork_read(struct bytes content, struct fork *out, struct fault *fault)
{
	struct content c;
	enum err e = content_read(content, &c, fault);

	*out = (struct fork){ 0 };
	if (e != ERR_OK)
		return e;
	*fault = (struct fault){ "fork.fields", 0 };
	/* It has no words, or a byte of it could change and it would prove the same. */
	if (!bytes_equal(c.language, BYTES_LIT("zxx")) || c.subject.len > 0 || c.portions_count > 0 ||
	    c.attachments_count > 0 || c.has_padding)
		return ERR_RULE;
	/* Keys rise and none is twice, so the counts say which are there: both notes, and all of the rest or
	 * none. */
	if (c.fields_count != 2 && c.fields_count != 5)
		return ERR_RULE;
	for (size_t i = 0; i < c.fields_count; i++) {
		if (c.fields[i].key != i + 1 || field_read(out, &c.fields[i]) != ERR_OK)
			return ERR_RULE;
	}
	*fault = (struct fault){ 0 };
	return ERR_OK;
}

/* One side against the other, and each proof against its note. */
static const char *histories_rule(const struct fork *f, const struct note notes[2])
{
	if (!f->has_index)
		return notes[0].size == notes[1].size && memcmp(notes[0].root, notes[1].root, HASH_LEN) != 0
			       ? NULL
			       : "fork.histories";
	if (memcmp(f->sides[0].leaf, f->sides[1].leaf, HASH_LEN) == 0)
		return "fork.leaves";
	for (size_t i = 0; i < 2; i++) {
		const struct fork_side *s = &f->sides[i];
		if (merkle_check_inclusion(f->index, s->leaf, notes[i].size, notes[i].root, s->proof,
					   s->proof_count) != ERR_OK)
			return "fork.path";
	}
	return NULL;
}

/* A history is signed by whichever key the log has there: each may say itself where that changes. */
static bool is_signed(const struct note *note, const uint8_t *const *log_keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (checkpoint_verify(note, log_keys[i]) == ERR_OK)
			return true;
	}
	return false;
}

static const char *broken_rule(const struct fork *f, const uint8_t *const *log_keys, size_t count)
{
	struct note notes[2];
	struct fault fault;

	for (size_t i = 0; i < 2; i++) {
		if (note_read(f->sides[i].note, &notes[i], &fault) != ERR_OK || notes[i].lines_count != 1)
			return "fork.note";
		if (!is_signed(&notes[i], log_keys, count))
			return "fork.signature";
	}
	if (!origin_equal(&notes[0].origin, &notes[1].origin))
		return "fork.log";
	return is_in_order(f) ? histories_rule(f, notes) : "fork.order";
}

enum err fork_check(const struct fork *f, const uint8_t *const *log_keys, size_t count, struct fault *fault)
{
	*fault = (struct fault){ broken_rule(f, log_keys, count), 0 };
	return fault->rule == NULL ? ERR_OK : ERR_VERIFY;
}
