#include "wire/thin.h"

#include "wire/short.h"

#include <assert.h>
#include <string.h>

#define TIME_BITS 48

static_assert(PAIR_PLAIN_MAX >= THIN_MESSAGE_MAX, "what is cut is sealed together");

void thin_key(const uint8_t secret[PAIR_SECRET_LEN], const uint8_t accord[ACCORD_ID_LEN], const char *from,
	      const char *to, struct pair_key *out)
{
	uint8_t memory[256];
	struct buf use = BUF_ON(memory);
	enum err e;

	buf_put_str(&use, "entente-thin-v1\n");
	buf_put_hex(&use, (struct bytes){ accord, ACCORD_ID_LEN });
	buf_put_byte(&use, '\n');
	buf_put_str(&use, from);
	buf_put_byte(&use, '\n');
	buf_put_str(&use, to);
	buf_put_byte(&use, '\n');
	e = buf_check(&use);
	assert(e == ERR_OK);
	pair_key_derive(secret, buf_bytes(&use), out);
}

/* ---- Going out. ---- */

enum err thin_seal(const struct pair_key *key, enum thin_kind kind, struct bytes plain,
		   struct thin_message *out)
{
	uint8_t memory[THIN_MESSAGE_MAX];
	struct buf whole = BUF_ON(memory), sealed = BUF_ON(out->sealed);
	size_t len = PAIR_SEAL_LEN + plain.len;

	if (len > THIN_MESSAGE_MAX)
		return ERR_LIMIT;
	out->kind = kind;
	out->parts = (unsigned)((len + THIN_PAYLOAD_MAX - 1) / THIN_PAYLOAD_MAX);
	out->part_len = (len + out->parts - 1) / out->parts;
	buf_put(&whole, plain);
	/* Zeros, so that each part is as long as the others. */
	while (whole.len < out->parts * out->part_len - PAIR_SEAL_LEN)
		buf_put_byte(&whole, 0);
	pair_seal(key, (uint8_t)kind, buf_bytes(&whole), &sealed);
	return buf_check(&sealed);
}

unsigned thin_frames(const struct thin_message *m)
{
	return m->parts == 1 ? 1 : m->parts + 1;
}

void thin_frame_write(const struct thin_message *m, unsigned number, const struct pair_key *key,
		      struct buf *out)
{
	unsigned head = (unsigned)m->kind << 14 | m->parts << 10 | number << 6 | (unsigned)m->part_len;
	uint8_t *frame = buf_reserve(out, THIN_HEAD_LEN + m->part_len + PAIR_TAG_LEN);
	size_t len = THIN_HEAD_LEN + m->part_len;

	assert(number < thin_frames(m));
	if (frame == NULL)
		return;
	frame[0] = THIN_SYNC;
	frame[1] = (uint8_t)(head >> 8);
	frame[2] = (uint8_t)head;
	frame[3] = m->sealed[0];
	memset(frame + THIN_HEAD_LEN, 0, m->part_len);
	for (unsigned i = 0; i < m->parts; i++) {
		for (size_t at = 0; (i == number || number == m->parts) && at < m->part_len; at++)
			frame[THIN_HEAD_LEN + at] ^= m->sealed[i * m->part_len + at];
	}
	pair_tag(key, (struct bytes){ frame, len }, frame + len);
}

/* ---- Frames out of bytes. ---- */

struct thin_frame {
	enum thin_kind kind;
	unsigned parts, number;
	uint8_t mark;
	struct bytes payload;
};

static void drop(struct thin_reader *r, size_t len)
{
	memmove(r->bytes, r->bytes + len, r->len - len);
	r->len -= len;
}

/* Of what begins with a sync. ERR_SHORT: it may become one; ERR_FRAME: it is none. */
static enum err frame_cut(const struct thin_reader *r, const struct pair_key *key, struct thin_frame *out)
{
	unsigned head;
	size_t len;

	if (r->len < THIN_HEAD_LEN)
		return ERR_SHORT;
	head = (unsigned)r->bytes[1] << 8 | r->bytes[2];
	out->parts = head >> 10 & 15;
	out->number = head >> 6 & 15;
	len = head & 63;
	if (head >> 14 >= THIN_KIND_COUNT || out->parts == 0 || len == 0 || len > THIN_PAYLOAD_MAX ||
	    out->number > out->parts || (out->parts == 1 && out->number == 1))
		return ERR_FRAME;
	if (r->len < THIN_HEAD_LEN + len + PAIR_TAG_LEN)
		return ERR_SHORT;
	out->kind = (enum thin_kind)(head >> 14);
	out->mark = r->bytes[3];
	out->payload = (struct bytes){ r->bytes + THIN_HEAD_LEN, len };
	return pair_tag_is(key, (struct bytes){ r->bytes, THIN_HEAD_LEN + len },
			   r->bytes + THIN_HEAD_LEN + len)
		       ? ERR_OK
		       : ERR_FRAME;
}

/*
 * A byte that begins no frame is dropped, and what follows it is looked at again: a lost byte costs one
 * frame.
 */
static enum err frame_find(struct thin_reader *r, const struct pair_key *key, struct thin_frame *out)
{
	while (r->len > 0) {
		enum err e = r->bytes[0] == THIN_SYNC ? frame_cut(r, key, out) : ERR_FRAME;

		if (e != ERR_FRAME)
			return e;
		drop(r, 1);
		r->noise++;
	}
	return ERR_SHORT;
}

/* ---- Messages out of frames. ---- */

static bool is_of(const struct thin_partial *p, const struct thin_frame *f)
{
	return p->is_used && p->mark == f->mark && p->kind == f->kind && p->parts == f->parts &&
	       p->part_len == f->payload.len;
}

static struct thin_partial *partial_for(struct thin_reader *r, const struct thin_frame *f)
{
	struct thin_partial *oldest = &r->partials[0];

	for (size_t i = 0; i < THIN_PARTIALS_MAX; i++) {
		if (is_of(&r->partials[i], f))
			return &r->partials[i];
		if (r->partials[i].heard < oldest->heard)
			oldest = &r->partials[i];
	}
	*oldest = (struct thin_partial){ .is_used = true,
					 .mark = f->mark,
					 .kind = f->kind,
					 .parts = f->parts,
					 .part_len = f->payload.len };
	return oldest;
}

/* The one part that is missing is what all others together are not. */
static bool is_whole(struct thin_partial *p)
{
	unsigned all = (1u << p->parts) - 1, missing = all & ~p->have;
	unsigned lost = 0;

	if (missing == 0)
		return true;
	if ((missing & (missing - 1)) != 0 || (p->have >> p->parts & 1) == 0)
		return false;
	while ((missing >> lost & 1) == 0)
		lost++;
	memcpy(p->bytes[lost], p->bytes[p->parts], p->part_len);
	for (unsigned i = 0; i < p->parts; i++) {
		for (size_t at = 0; i != lost && at < p->part_len; at++)
			p->bytes[lost][at] ^= p->bytes[i][at];
	}
	return true;
}

static enum err part_take(struct thin_reader *r, const struct pair_key *key, const struct thin_frame *f,
			  struct buf *memory, struct thin_read *out)
{
	struct thin_partial *p = partial_for(r, f);
	uint8_t sealed_memory[THIN_MESSAGE_MAX];
	struct buf sealed = BUF_ON(sealed_memory);
	size_t before = memory->len;
	enum err e;

	p->heard = ++r->frames;
	p->have |= 1u << f->number;
	memcpy(p->bytes[f->number], f->payload.ptr, f->payload.len);
	if (!is_whole(p))
		return ERR_SHORT;
	for (unsigned i = 0; i < p->parts; i++)
		buf_put(&sealed, (struct bytes){ p->bytes[i], p->part_len });
	/* Parts of two messages with one mark are no message: each comes again. */
	p->is_used = false;
	p->heard = 0;
	e = pair_open(key, (uint8_t)p->kind, buf_bytes(&sealed), memory);
	if (e != ERR_OK)
		return ERR_SHORT;
	out->kind = p->kind;
	memcpy(out->seal, sealed.ptr, PAIR_SEAL_LEN);
	out->plain = (struct bytes){ memory->ptr + before, memory->len - before };
	return ERR_OK;
}

enum err thin_read(struct thin_reader *r, const struct pair_key *key, struct bytes *in, struct buf *memory,
		   struct thin_read *out)
{
	struct thin_frame f;
	enum err e;

	for (;;) {
		e = frame_find(r, key, &f);
		if (e == ERR_OK) {
			e = part_take(r, key, &f, memory, out);
			drop(r, THIN_HEAD_LEN + f.payload.len + PAIR_TAG_LEN);
			if (e == ERR_OK)
				return ERR_OK;
			continue;
		}
		if (in->len == 0)
			return ERR_SHORT;
		r->bytes[r->len++] = *in->ptr;
		in->ptr++;
		in->len--;
	}
}

/* ---- What a copy says. ---- */

/*
 * The time with which the id begins. ERR_FRAME: the difference does not begin with an id, a byte string of 16
 * under key 4.
 */
static enum err id_time(struct bytes difference, uint64_t *out)
{
	*out = 0;
	if (difference.len < 3 + TIME_BITS / 8 || difference.ptr[1] != 4 || difference.ptr[2] != 0x50)
		return ERR_FRAME;
	for (unsigned i = 0; i < TIME_BITS / 8; i++)
		*out = *out << 8 | difference.ptr[3 + i];
	return ERR_OK;
}

enum err thin_copy_write(const struct thin_copy *c, const struct book *book, struct wall claimed,
			 struct buf *out, enum thin_kind *kind)
{
	uint8_t memory[THIN_MESSAGE_MAX];
	struct buf difference = BUF_ON(memory);
	struct short_state state;
	uint64_t said;
	enum err e;

	short_open(&state, book, &c->origin);
	e = short_statement_write(&state, c->statement, c->content, claimed, &difference);
	if (e != ERR_OK)
		return e;
	if (claimed.ms >> TIME_BITS != 0 || id_time(buf_bytes(&difference), &said) != ERR_OK ||
	    (claimed.ms == 0 && said != 0))
		return ERR_USAGE;
	cbor_put_uint(out, said == claimed.ms ? 0 : claimed.ms);
	cbor_put_uint(out, c->origin.channel);
	cbor_put_uint(out, c->origin.epoch);
	cbor_put_uint(out, c->index);
	*kind = c->content.len == 0 ? THIN_COPY : THIN_CONTENT;
	if (*kind == THIN_CONTENT)
		cbor_put_bytes(out, c->content);
	buf_put(out, buf_bytes(&difference));
	return buf_check(out);
}

/* Fewer than a part for each of the parts: zeros. */
static bool is_padding(struct bytes in)
{
	for (size_t i = 0; i < in.len; i++) {
		if (in.ptr[i] != 0)
			return false;
	}
	return in.len < THIN_PARTS_MAX;
}

enum err thin_copy_read(struct bytes plain, enum thin_kind kind, const struct book *book, const char *party,
			struct buf *out, struct thin_copy *copy)
{
	struct bytes difference = { NULL, 0 };
	struct cbor_reader r;
	struct short_state state;
	struct wall claimed;
	uint64_t time, said, channel, epoch;
	enum err e;

	*copy = (struct thin_copy){ .content = { NULL, 0 } };
	cbor_open(&r, plain);
	cbor_read_uint(&r, (1ull << TIME_BITS) - 1, &time);
	cbor_read_uint(&r, CHANNEL_MAX, &channel);
	cbor_read_uint(&r, UINT32_MAX, &epoch);
	cbor_read_uint(&r, LOG_SIZE_MAX - 1, &copy->index);
	if (kind == THIN_CONTENT)
		cbor_read_bytes(&r, CONTENT_LEN_MAX, &copy->content);
	cbor_read_raw(&r, &difference);
	if (r.err != ERR_OK || (kind == THIN_CONTENT && copy->content.len == 0) ||
	    !is_padding((struct bytes){ plain.ptr + r.at, plain.len - r.at }) ||
	    id_time(difference, &said) != ERR_OK || (time != 0 && time == said))
		return ERR_FRAME;
	claimed.ms = time == 0 ? said : time;
	copy->origin = (struct origin){ .channel = (uint32_t)channel, .epoch = (uint32_t)epoch };
	memcpy(copy->origin.accord, book->accord, ACCORD_ID_LEN);
	if (bytes_copy_str(bytes_str(party), copy->origin.party, sizeof copy->origin.party) != ERR_OK)
		return ERR_FRAME;
	short_open(&state, book, &copy->origin);
	copy->statement.ptr = out->ptr + out->len;
	copy->statement.len = out->len;
	e = short_statement_read(&state, difference, copy->content, claimed, out);
	copy->statement.len = out->len - copy->statement.len;
	return e == ERR_LIMIT ? ERR_LIMIT : e == ERR_OK ? ERR_OK : ERR_FRAME;
}
