/* Frames against frame.json; a stream of them in pieces of every size. */
#include "wire/frame.h"
#include "wire_lines.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The words of the vectors, as test/vectors/wire_reader.py has them. */
static struct book book;
static uint8_t rebuilt_memory[REBUILT_LEN_MAX];

static void origin_line(struct buf *lines, const struct origin *origin)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf text = BUF_ON(memory);

	origin_write(origin, &text);
	line_put_text(lines, "origin", buf_bytes(&text));
}

static void held_lines(struct buf *lines, const struct versions_held *held)
{
	for (size_t i = 0; i < held->count; i++)
		line_put_hex(lines, "held", BYTES_OF(held->hashes[i]));
}

static enum err read_hello(struct bytes in, struct buf *lines, struct buf *again)
{
	struct hello h;
	enum err e = hello_read(in, &h);

	if (e != ERR_OK)
		return e;
	line_put(lines, "protocol %" PRIu64, h.protocol);
	line_put_hex(lines, "accord", BYTES_OF(h.accord));
	line_put_hex(lines, "hash", BYTES_OF(h.manifest_hash));
	line_put_hex(lines, "manifest", h.manifest);
	line_put_text(lines, "party", h.party);
	line_put(lines, "clock %" PRIu64, h.clock.ms);
	for (size_t i = 0; i < h.notes_count; i++)
		line_put_text(lines, "note", h.notes[i]);
	held_lines(lines, &h.held);
	hello_write(&h, again);
	return ERR_OK;
}

static enum err read_want(struct bytes in, struct buf *lines, struct buf *again)
{
	struct want w;
	enum err e = want_read(in, &w);

	if (e != ERR_OK)
		return e;
	origin_line(lines, &w.origin);
	line_put(lines, "range %" PRIu64 " %" PRIu64, w.first, w.end);
	want_write(&w, again);
	return ERR_OK;
}

static enum err read_batch(struct bytes in, struct buf *lines, struct buf *again)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	struct buf rebuilt = BUF_ON(rebuilt_memory);
	struct batch b;
	enum err e = batch_read(in, &book, &rebuilt, items, &b);

	if (e != ERR_OK)
		return e;
	origin_line(lines, &b.origin);
	line_put(lines, "first %" PRIu64, b.first);
	for (size_t i = 0; i < b.count; i++) {
		line_put_hex(lines, "entry", items[i].entry);
		if (items[i].is_erased)
			place_line(lines, "eraser", &items[i].eraser);
		else if (items[i].content.len > 0)
			line_put_hex(lines, "content", items[i].content);
	}
	line_put_text(lines, "note", b.note);
	batch_write(&b, &book, again);
	if (!bytes_equal(buf_bytes(again), in)) {
		buf_reset(again);
		batch_write(&b, NULL, again);
	}
	return ERR_OK;
}

static enum err read_cosignature(struct bytes in, struct buf *lines, struct buf *again)
{
	char id[2 * KEY_ID_LEN + 1], signature[2 * NOTE_SIGNATURE_MAX + 1];
	struct cosignature c;
	struct note_line line;
	struct buf rebuilt = BUF_ON(rebuilt_memory);
	enum err e = cosignature_read(in, &book, &rebuilt, &c);

	if (e != ERR_OK)
		return e;
	assert_int_equal(note_read_line(c.line, &line), ERR_OK);
	bytes_write_hex(BYTES_OF(line.key_id), id);
	bytes_write_hex((struct bytes){ line.signature, line.signature_len }, signature);
	origin_line(lines, &c.origin);
	line_put(lines, "size %" PRIu64, c.size);
	line_put(lines, "line %.*s %s %s", (int)line.name.len, (const char *)line.name.ptr, id, signature);
	cosignature_write(&c, &book, again);
	if (!bytes_equal(buf_bytes(again), in)) {
		buf_reset(again);
		cosignature_write(&c, NULL, again);
	}
	return ERR_OK;
}

static enum err read_advance(struct bytes in, struct buf *lines, struct buf *again)
{
	struct buf rebuilt = BUF_ON(rebuilt_memory);
	struct statement s;
	struct fault fault;
	struct advance a;
	enum err e = advance_read(in, &book, &rebuilt, &a);

	if (e != ERR_OK)
		return e;
	origin_line(lines, &a.origin);
	line_put_hex(lines, "statement", a.statement);
	for (size_t i = 0; i < a.signatures_count; i++)
		line_put_hex(lines, "signature", a.signatures[i]);
	if (a.content.len > 0)
		line_put_hex(lines, "content", a.content);
	advance_write(&a, &book, again);
	if (!bytes_equal(buf_bytes(again), in)) {
		buf_reset(again);
		advance_write(&a, NULL, again);
	}
	/* What is no statement is written in full. */
	if (!bytes_equal(buf_bytes(again), in) && statement_read(a.statement, &s, &fault) != ERR_OK) {
		buf_reset(again);
		buf_put(again, in);
	}
	return ERR_OK;
}

static enum err read_refuse(struct bytes in, struct buf *lines, struct buf *again)
{
	struct refuse f;
	enum err e = refuse_read(in, &f);

	if (e != ERR_OK)
		return e;
	origin_line(lines, &f.origin);
	line_put(lines, "index %" PRIu64, f.index);
	line_put(lines, "offset %" PRIu64, f.offset);
	line_put_text(lines, "rule", f.rule);
	refuse_write(&f, again);
	return ERR_OK;
}

static enum err read_attachment(struct bytes in, struct buf *lines, struct buf *again)
{
	struct attachment_piece p;
	enum err e = attachment_piece_read(in, &p);

	if (e != ERR_OK)
		return e;
	line_put_hex(lines, "hash", BYTES_OF(p.hash));
	line_put(lines, "offset %" PRIu64, p.offset);
	line_put(lines, "total %" PRIu64, p.total);
	line_put_hex(lines, "piece", p.piece);
	attachment_piece_write(&p, again);
	return ERR_OK;
}

static enum err read_end(struct bytes in, struct buf *lines, struct buf *again)
{
	struct bundle_end end;
	enum err e = bundle_end_read(in, &end);

	if (e != ERR_OK)
		return e;
	line_put(lines, "frames %" PRIu64, end.frames);
	bundle_end_write(&end, again);
	return ERR_OK;
}

static enum err read_ping(struct bytes in, struct buf *lines, struct buf *again)
{
	struct ping p;
	enum err e = ping_read(in, &p);

	if (e != ERR_OK)
		return e;
	line_put(lines, "answer %s", p.is_answer ? "true" : "false");
	line_put(lines, "token %" PRIu64, p.token);
	ping_write(&p, again);
	return ERR_OK;
}

static enum err read_fetch(struct bytes in, struct buf *lines, struct buf *again)
{
	struct fetch f;
	enum err e = fetch_read(in, &f);

	if (e != ERR_OK)
		return e;
	line_put_hex(lines, "hash", BYTES_OF(f.hash));
	line_put(lines, "offset %" PRIu64, f.offset);
	fetch_write(&f, again);
	return ERR_OK;
}

static enum err read_part(struct bytes in, struct buf *lines, struct buf *again)
{
	struct part p;
	enum err e = part_read(in, &p);
	uint8_t memory[PART_HEAD_MAX];
	struct buf head = BUF_ON(memory);
	struct bytes payload;

	if (e != ERR_OK)
		return e;
	line_put(lines, "urgency %u", p.urgency);
	line_put(lines, "left %" PRIu64, p.left);
	line_put_hex(lines, "piece", p.piece);
	part_write_head(&p, &head);
	payload = buf_bytes(&head);
	assert_int_equal(be32_get(payload.ptr), payload.len - 4 + p.piece.len);
	buf_put(again, (struct bytes){ payload.ptr + FRAME_HEAD_LEN, payload.len - FRAME_HEAD_LEN });
	buf_put(again, p.piece);
	return ERR_OK;
}

static enum err read_heads(struct bytes in, struct buf *lines, struct buf *again)
{
	static struct heads h;
	enum err e = heads_read(in, &h);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < h.notes_count; i++)
		line_put_text(lines, "note", h.notes[i]);
	held_lines(lines, &h.held);
	heads_write(&h, again);
	return ERR_OK;
}

static enum err (*const readers[FRAME_KIND_COUNT])(struct bytes in, struct buf *lines, struct buf *again) = {
	[FRAME_HELLO] = read_hello,	      [FRAME_WANT] = read_want,
	[FRAME_BATCH] = read_batch,	      [FRAME_COSIGNATURE] = read_cosignature,
	[FRAME_ADVANCE] = read_advance,	      [FRAME_REFUSE] = read_refuse,
	[FRAME_ATTACHMENT] = read_attachment, [FRAME_PING] = read_ping,
	[FRAME_FETCH] = read_fetch,	      [FRAME_PART] = read_part,
	[FRAME_HEADS] = read_heads,	      [FRAME_END] = read_end,
};

/* Frames have no rule names: the link is closed whatever was broken. */
static enum err read_frame(struct bytes in, struct buf *lines, struct buf *again, const char **rule)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf payload = BUF_ON(memory);
	struct bytes left = in;
	struct frame frame;
	enum err e = frame_read(&left, &frame);

	if (e == ERR_OK) {
		line_put(lines, "kind %s", frame_kind_name(frame.kind));
		e = readers[frame.kind](frame.payload, lines, &payload);
	}
	if (e != ERR_OK) {
		*rule = err_name(e);
		return e;
	}
	if (!bytes_equal(buf_bytes(&payload), frame.payload))
		fail_msg("%s is written otherwise", frame_kind_name(frame.kind));
	frame_write(frame.kind, buf_bytes(&payload), again);
	buf_put(again, left);
	return ERR_OK;
}

static void test_vectors(void **state)
{
	static const char *const words[] = { "rel",   "node",  "N01",  "alba", "ALBA",
					     "borea", "BOREA", "head", "watch" };

	(void)state;
	book_init(&book, (const uint8_t *)"\x78\x27\x68\x80\x30\xa5\x93\x30\xce\xbf\xc2\x3f\x9c\x8d\x5f\x02");
	book_add(&book, BYTES_LIT("\x81\x82\x63rel\x82\x64"
				  "ALBA\x65"
				  "BOREA"));
	for (size_t i = 0; i < ARRAY_COUNT(words); i++)
		book_add_text(&book, bytes_str(words[i]));
	vectors_check("frame.json", read_frame);
}

/* A stream that arrives byte by byte: SHORT and untouched until a frame is whole. */
static void test_stream(void **state)
{
	uint8_t stream_memory[128], payload_memory[32];
	struct buf stream = BUF_ON(stream_memory), payload = BUF_ON(payload_memory);
	size_t read = 0, done = 0;

	(void)state;
	for (uint64_t token = 0; token < 3; token++) {
		struct ping ping = { token == 1, token * 1000 };
		buf_reset(&payload);
		ping_write(&ping, &payload);
		frame_write(FRAME_PING, buf_bytes(&payload), &stream);
	}
	for (size_t len = 0; len <= stream.len; len++) {
		struct bytes in = { stream_memory + done, len - done }, before = in;
		struct frame frame;
		struct ping ping;
		if (frame_read(&in, &frame) != ERR_OK) {
			assert_ptr_equal(in.ptr, before.ptr);
			assert_int_equal(in.len, before.len);
			continue;
		}
		assert_int_equal(in.len, 0);
		assert_int_equal(frame.kind, FRAME_PING);
		assert_int_equal(ping_read(frame.payload, &ping), ERR_OK);
		assert_int_equal(ping.token, read * 1000);
		assert_int_equal(ping.is_answer, read == 1);
		done = len;
		read++;
	}
	assert_int_equal(read, 3);
	assert_int_equal(done, stream.len);
}

/* The largest frame is taken, one byte more is not, and neither is waited for before its head is judged. */
static void test_largest(void **state)
{
	static uint8_t memory[FRAME_LEN_MAX + 4], payload[FRAME_LEN_MAX - 1];
	struct buf stream = BUF_ON(memory);
	struct bytes in;
	struct frame frame;

	(void)state;
	frame_write(FRAME_ATTACHMENT, BYTES_OF(payload), &stream);
	assert_int_equal(buf_check(&stream), ERR_OK);
	in = buf_bytes(&stream);
	assert_int_equal(frame_read(&in, &frame), ERR_OK);
	assert_int_equal(frame.payload.len, sizeof payload);
	assert_int_equal(in.len, 0);
	in = BYTES_LIT("\x00\x10\x00\x01");
	assert_int_equal(frame_read(&in, &frame), ERR_FRAME);
}

static void test_other_protocol_is_named(void **state)
{
	struct hello h;

	(void)state;
	assert_int_equal(hello_read(BYTES_LIT("\x82\x18\x2a\x00"), &h), ERR_PROTOCOL);
	assert_int_equal(h.protocol, 42);
	/* As far as it is CBOR: one of its members is not. */
	assert_int_equal(hello_read(BYTES_LIT("\x83\x18\x2a\xf6\x00"), &h), ERR_FRAME);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(frame_kind_name(FRAME_HELLO), "HELLO");
	assert_string_equal(frame_kind_name(FRAME_FETCH), "FETCH");
	assert_string_equal(frame_kind_name(FRAME_PART), "PART");
	assert_int_equal(FRAME_KIND_COUNT, FRAME_END + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_stream),
		cmocka_unit_test(test_largest), cmocka_unit_test(test_other_protocol_is_named),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
