#include "wire/frame.h"

#include "wire/cbor.h"

#include <assert.h>

/* A payload's reader has no use for which rule was broken: the link is closed whatever it was. */
static const char payload_rule[] = "frame.payload";

static const char *const names[FRAME_KIND_COUNT] = {
#define FRAME_NAME(name, number) [number] = #name,
	FRAME_LIST(FRAME_NAME)
#undef FRAME_NAME
};

const char *frame_kind_name(enum frame_kind kind)
{
	assert(kind > 0 && kind < FRAME_KIND_COUNT);
	return names[kind];
}

enum err frame_read(struct bytes *in, struct frame *out)
{
	size_t len;

	if (in->len < FRAME_HEAD_LEN - 1)
		return ERR_SHORT;
	len = be32_get(in->ptr);
	if (len == 0 || len > FRAME_LEN_MAX)
		return ERR_FRAME;
	if (in->len < FRAME_HEAD_LEN)
		return ERR_SHORT;
	if (in->ptr[FRAME_HEAD_LEN - 1] == 0 || in->ptr[FRAME_HEAD_LEN - 1] >= FRAME_KIND_COUNT)
		return ERR_FRAME;
	if (len > in->len - (FRAME_HEAD_LEN - 1))
		return ERR_SHORT;
	out->kind = (enum frame_kind)in->ptr[FRAME_HEAD_LEN - 1];
	out->payload = (struct bytes){ in->ptr + FRAME_HEAD_LEN, len - 1 };
	in->ptr += FRAME_HEAD_LEN - 1 + len;
	in->len -= FRAME_HEAD_LEN - 1 + len;
	return ERR_OK;
}

void frame_write(enum frame_kind kind, struct bytes payload, struct buf *out)
{
	assert(kind > 0 && kind < FRAME_KIND_COUNT);
	assert(payload.len < FRAME_LEN_MAX);
	buf_put_be32(out, (uint32_t)payload.len + 1);
	buf_put_byte(out, (uint8_t)kind);
	buf_put(out, payload);
}

static enum err finish(struct cbor_reader *r)
{
	return cbor_finish(r) == ERR_OK ? ERR_OK : ERR_FRAME;
}

static void read_origin(struct cbor_reader *r, struct origin *out)
{
	struct bytes text;

	if (cbor_read_text(r, ORIGIN_LEN_MAX, &text) == ERR_OK && origin_read(text, out) != ERR_OK)
		cbor_refuse(r, ERR_FRAME, payload_rule);
}

static void put_origin(const struct origin *origin, struct buf *out)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf text = BUF_ON(memory);

	origin_write(origin, &text);
	cbor_put_text(out, buf_bytes(&text));
}

/* 1 to len_max bytes. */
static void read_some_bytes(struct cbor_reader *r, size_t len_max, struct bytes *out)
{
	if (cbor_read_bytes(r, len_max, out) == ERR_OK && out->len == 0)
		cbor_refuse(r, ERR_FRAME, payload_rule);
}

static void read_some_text(struct cbor_reader *r, size_t len_max, struct bytes *out)
{
	if (cbor_read_text(r, len_max, out) == ERR_OK && out->len == 0)
		cbor_refuse(r, ERR_FRAME, payload_rule);
}

/* A HELLO of another protocol: strict, whatever is in it. */
static enum err skip_hello(struct cbor_reader *r, size_t members)
{
	struct bytes value;

	for (size_t i = 1; i < members && r->err == ERR_OK; i++)
		cbor_read_raw(r, &value);
	cbor_close(r);
	return finish(r) == ERR_OK ? ERR_PROTOCOL : ERR_FRAME;
}

static void read_notes(struct cbor_reader *r, struct bytes notes[HELLO_NOTES_MAX], size_t *count)
{
	*count = cbor_read_list(r, 0, HELLO_NOTES_MAX, payload_rule);
	for (size_t i = 0; i < *count && r->err == ERR_OK; i++)
		read_some_text(r, NOTE_LEN_MAX, &notes[i]);
	cbor_close(r);
}

static void put_notes(const struct bytes *notes, size_t count, struct buf *out)
{
	assert(count <= HELLO_NOTES_MAX);
	cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(out, notes[i]);
}

/* The last member of a HELLO and of HEADS, which need not be there. */
static void read_held(struct cbor_reader *r, bool is_there, struct versions_held *out)
{
	if (!is_there)
		return;
	out->count = cbor_read_list(r, 2, ACCORD_VERSIONS_MAX, payload_rule);
	for (size_t i = 0; i < out->count && r->err == ERR_OK; i++)
		cbor_read_fixed(r, out->hashes[i], HASH_LEN);
	cbor_close(r);
}

static void put_held(const struct versions_held *held, struct buf *out)
{
	if (held->count == 0)
		return;
	assert(held->count >= 2 && held->count <= ACCORD_VERSIONS_MAX);
	cbor_put_array(out, held->count);
	for (size_t i = 0; i < held->count; i++)
		cbor_put_bytes(out, BYTES_OF(held->hashes[i]));
}

enum err hello_read(struct bytes in, struct hello *out)
{
	struct cbor_reader r;
	size_t members;

	*out = (struct hello){ 0 };
	cbor_open(&r, in);
	cbor_read_array(&r, SIZE_MAX, &members);
	/* The protocol stands first in every version, so that a node can name the difference. */
	if (cbor_read_uint(&r, UINT64_MAX, &out->protocol) != ERR_OK)
		return ERR_FRAME;
	if (out->protocol != LINK_PROTOCOL)
		return skip_hello(&r, members);
	if (members != 7 && members != 8)
		return ERR_FRAME;
	cbor_read_fixed(&r, out->accord, sizeof out->accord);
	cbor_read_fixed(&r, out->manifest_hash, sizeof out->manifest_hash);
	read_some_bytes(&r, MANIFEST_LEN_MAX, &out->manifest);
	if (cbor_read_text(&r, PARTY_NAME_MAX, &out->party) == ERR_OK && !is_party_name(out->party))
		return ERR_FRAME;
	out->clock.ms = cbor_read_number(&r, 0, TIME_MS_MAX - 1, payload_rule);
	read_notes(&r, out->notes, &out->notes_count);
	read_held(&r, members == 8, &out->held);
	cbor_close(&r);
	return finish(&r);
}

void hello_write(const struct hello *h, struct buf *out)
{
	cbor_put_array(out, h->held.count == 0 ? 7 : 8);
	cbor_put_uint(out, h->protocol);
	cbor_put_bytes(out, BYTES_OF(h->accord));
	cbor_put_bytes(out, BYTES_OF(h->manifest_hash));
	cbor_put_bytes(out, h->manifest);
	cbor_put_text(out, h->party);
	cbor_put_uint(out, h->clock.ms);
	put_notes(h->notes, h->notes_count, out);
	put_held(&h->held, out);
}

enum err heads_read(struct bytes in, struct heads *out)
{
	struct cbor_reader r;
	size_t members;

	*out = (struct heads){ 0 };
	cbor_open(&r, in);
	if (cbor_read_array(&r, 2, &members) != ERR_OK || members == 0)
		return ERR_FRAME;
	read_notes(&r, out->notes, &out->notes_count);
	read_held(&r, members == 2, &out->held);
	cbor_close(&r);
	return finish(&r);
}

void heads_write(const struct heads *h, struct buf *out)
{
	cbor_put_array(out, h->held.count == 0 ? 1 : 2);
	put_notes(h->notes, h->notes_count, out);
	put_held(&h->held, out);
}

enum err want_read(struct bytes in, struct want *out)
{
	struct cbor_reader r;

	*out = (struct want){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 3, payload_rule);
	read_origin(&r, &out->origin);
	out->first = cbor_read_number(&r, 0, LOG_SIZE_MAX - 1, payload_rule);
	out->end = cbor_read_number(&r, out->first + 1, LOG_SIZE_MAX, payload_rule);
	cbor_close(&r);
	return finish(&r);
}

void want_write(const struct want *w, struct buf *out)
{
	cbor_put_array(out, 3);
	put_origin(&w->origin, out);
	cbor_put_uint(out, w->first);
	cbor_put_uint(out, w->end);
}

/* Lower case, digits, point and hyphen: it is printed as it came. */
static bool is_rule_name(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-')
			return false;
	}
	return name.len > 0;
}

enum err refuse_read(struct bytes in, struct refuse *out)
{
	struct cbor_reader r;

	*out = (struct refuse){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 4, payload_rule);
	read_origin(&r, &out->origin);
	out->index = cbor_read_number(&r, 0, LOG_SIZE_MAX, payload_rule);
	out->offset = cbor_read_number(&r, 0, FRAME_LEN_MAX, payload_rule);
	if (cbor_read_text(&r, RULE_NAME_MAX, &out->rule) == ERR_OK && !is_rule_name(out->rule))
		return ERR_FRAME;
	cbor_close(&r);
	return finish(&r);
}

void refuse_write(const struct refuse *f, struct buf *out)
{
	cbor_put_array(out, 4);
	put_origin(&f->origin, out);
	cbor_put_uint(out, f->index);
	cbor_put_uint(out, f->offset);
	cbor_put_text(out, f->rule);
}

enum err attachment_piece_read(struct bytes in, struct attachment_piece *out)
{
	struct cbor_reader r;

	*out = (struct attachment_piece){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 4, payload_rule);
	cbor_read_fixed(&r, out->hash, sizeof out->hash);
	out->offset = cbor_read_number(&r, 0, ATTACHMENT_LEN_MAX - 1, payload_rule);
	out->total = cbor_read_number(&r, out->offset + 1, ATTACHMENT_LEN_MAX, payload_rule);
	read_some_bytes(&r, ATTACHMENT_PIECE_MAX, &out->piece);
	cbor_close(&r);
	if (finish(&r) != ERR_OK)
		return ERR_FRAME;
	return out->piece.len <= out->total - out->offset ? ERR_OK : ERR_FRAME;
}

void attachment_piece_write(const struct attachment_piece *p, struct buf *out)
{
	cbor_put_array(out, 4);
	cbor_put_bytes(out, BYTES_OF(p->hash));
	cbor_put_uint(out, p->offset);
	cbor_put_uint(out, p->total);
	cbor_put_bytes(out, p->piece);
}

enum err fetch_read(struct bytes in, struct fetch *out)
{
	struct cbor_reader r;

	*out = (struct fetch){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 2, payload_rule);
	cbor_read_fixed(&r, out->hash, sizeof out->hash);
	out->offset = cbor_read_number(&r, 0, ATTACHMENT_LEN_MAX - 1, payload_rule);
	cbor_close(&r);
	return finish(&r);
}

void fetch_write(const struct fetch *f, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_bytes(out, BYTES_OF(f->hash));
	cbor_put_uint(out, f->offset);
}

enum err bundle_end_read(struct bytes in, struct bundle_end *out)
{
	struct cbor_reader r;

	*out = (struct bundle_end){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 1, payload_rule);
	cbor_read_uint(&r, UINT64_MAX, &out->frames);
	cbor_close(&r);
	return finish(&r);
}

void bundle_end_write(const struct bundle_end *e, struct buf *out)
{
	cbor_put_array(out, 1);
	cbor_put_uint(out, e->frames);
}

enum err ping_read(struct bytes in, struct ping *out)
{
	struct cbor_reader r;

	*out = (struct ping){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 2, payload_rule);
	cbor_read_bool(&r, &out->is_answer);
	cbor_read_uint(&r, UINT64_MAX, &out->token);
	cbor_close(&r);
	return finish(&r);
}

void ping_write(const struct ping *p, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_bool(out, p->is_answer);
	cbor_put_uint(out, p->token);
}

enum err part_read(struct bytes in, struct part *out)
{
	struct cbor_reader r;

	*out = (struct part){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 3, payload_rule);
	out->urgency = (unsigned)cbor_read_number(&r, PART_URGENCY_MIN, PART_URGENCY_MAX, payload_rule);
	out->left = cbor_read_number(&r, 0, FRAME_LEN_MAX, payload_rule);
	read_some_bytes(&r, PART_LEN_MAX, &out->piece);
	cbor_close(&r);
	if (finish(&r) != ERR_OK)
		return ERR_FRAME;
	return out->left == 0 || out->piece.len >= PART_LEN_MIN ? ERR_OK : ERR_FRAME;
}

void part_write_head(const struct part *p, struct buf *out)
{
	uint8_t memory[PART_HEAD_MAX];
	struct buf payload = BUF_ON(memory);

	assert(p->urgency >= PART_URGENCY_MIN && p->urgency <= PART_URGENCY_MAX);
	cbor_put_array(&payload, 3);
	cbor_put_uint(&payload, p->urgency);
	cbor_put_uint(&payload, p->left);
	cbor_put_bytes_head(&payload, p->piece.len);
	buf_put_be32(out, (uint32_t)(1 + payload.len + p->piece.len));
	buf_put_byte(out, FRAME_PART);
	buf_put(out, buf_bytes(&payload));
}
