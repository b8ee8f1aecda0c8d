#include "view/text_row.h"

#include "wire/fields.h"

bool text_is_deed(uint64_t kind)
{
	return kind >= KIND_UNIT && kind <= KIND_ENDORSE;
}

bool text_is_about_initial(uint64_t kind)
{
	return kind == KIND_READ_BACK || kind == KIND_MARK;
}

void text_key(struct row_key *k, const struct place_key *text)
{
	place_key_write(text, row_open(k, ROW_TEXT));
}

void deed_at_put(struct buf *out, const struct deed_at *at)
{
	buf_put_byte(out, at->party);
	buf_put_be32(out, at->epoch);
	buf_put_be64(out, at->index);
}

static enum err at_take(struct bytes *in, struct deed_at *out)
{
	struct bytes part;

	if (bytes_take(in, DEED_AT_LEN, &part) != ERR_OK || part.ptr[0] >= PARTY_MAX)
		return ERR_CORRUPT;
	*out = (struct deed_at){ be32_get(part.ptr + 1), be64_get(part.ptr + 5), part.ptr[0] };
	return ERR_OK;
}

enum err text_row_read(struct bytes in, struct text_deed *d, struct statement *says)
{
	struct cbor_reader r;
	struct bytes head;

	if (bytes_take(&in, TEXT_ROW_HEAD_LEN, &head) != ERR_OK ||
	    (!text_is_deed(head.ptr[0]) && !text_is_about_initial(head.ptr[0])) ||
	    head.ptr[1] > STATEMENT_REFERENCES_MAX ||
	    (text_is_about_initial(head.ptr[0]) && head.ptr[1] == 0))
		return ERR_CORRUPT;
	says->kind = head.ptr[0];
	says->fields_count = 0;
	d->says = says;
	d->named_count = head.ptr[1];
	d->filed_ms = be64_get(head.ptr + 2);
	for (size_t i = 0; i < d->named_count; i++) {
		if (at_take(&in, &d->named[i]) != ERR_OK)
			return ERR_CORRUPT;
	}
	if (in.len == 0)
		return ERR_OK;
	cbor_open(&r, in);
	says->fields_count = fields_read(&r, says->fields, "statement.fields");
	return r.err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

enum err text_row_next(const struct fold *f, const struct place_key *text, struct message_at *at,
		       struct buf *value)
{
	struct row_key prefix;

	text_key(&prefix, text);
	return row_next_valued(f->map, &prefix, at, value);
}

#define OWN_LEN (8u + 2u * DEED_AT_LEN)

bool deed_is_later(const struct deed_at *a, const struct deed_at *b)
{
	return a->epoch != b->epoch ? a->epoch > b->epoch : a->index > b->index;
}

static void own_key(struct row_key *k, const struct place_key *text, size_t party)
{
	place_key_write(text, row_open(k, ROW_TEXT_OF));
	buf_put_byte(&k->buf, (uint8_t)party);
}

enum err text_own_get(const struct fold *f, const struct place_key *text, size_t party, struct text_own *out)
{
	uint8_t memory[OWN_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;
	struct bytes in = { memory + 8, 2 * DEED_AT_LEN };
	enum err e;

	*out = (struct text_own){ 0 };
	own_key(&k, text, party);
	e = map_get(f->map, buf_bytes(&k.buf), &value);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && (value.len != sizeof memory || at_take(&in, &out->signed_at) != ERR_OK ||
			    at_take(&in, &out->revised_at) != ERR_OK))
		return ERR_CORRUPT;
	out->deeds = be32_get(memory);
	out->walks = be32_get(memory + 4);
	return e;
}

enum err text_own_put(const struct fold *f, const struct place_key *text, size_t party,
		      const struct text_own *own)
{
	uint8_t memory[OWN_LEN];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	own_key(&k, text, party);
	buf_put_be32(&value, own->deeds);
	buf_put_be32(&value, own->walks);
	deed_at_put(&value, &own->signed_at);
	deed_at_put(&value, &own->revised_at);
	return row_put(f->map, &k, &value);
}
