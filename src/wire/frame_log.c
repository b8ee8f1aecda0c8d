/* The payloads that carry a log: BATCH, COSIGNATURE, ADVANCE, in short codes where there is a book. */
#include "wire/entry.h"
#include "wire/frame.h"
#include "wire/short.h"

#include <assert.h>
#include <string.h>

static const char payload_rule[] = "frame.payload";

/* An entry apart from the statement: [difference, time, signatures]. */
#define SHORT_MEMBERS 3u

/* What goes from one item of a batch to the next. */
struct run {
	struct short_state state;
	struct wall filed;
	struct buf *memory; /* what is rebuilt; NULL when writing */
	size_t rebuilt;	    /* bytes of entries in it */
};

static enum err finish(struct cbor_reader *r)
{
	return cbor_finish(r) == ERR_OK ? ERR_OK : ERR_FRAME;
}

/* 1 to len_max bytes. */
static void read_some_bytes(struct cbor_reader *r, size_t len_max, struct bytes *out)
{
	if (cbor_read_bytes(r, len_max, out) == ERR_OK && out->len == 0)
		cbor_refuse(r, ERR_FRAME, payload_rule);
}

/* Whole numbers of either sign, below 2^53. */
static int64_t read_signed(struct cbor_reader *r)
{
	bool is_negative = cbor_peek(r) == CBOR_NINT;
	uint64_t number = 0;

	if (is_negative)
		cbor_read_nint(r, &number);
	else
		cbor_read_uint(r, UINT64_MAX, &number);
	if (number >= TIME_MS_MAX) {
		cbor_refuse(r, ERR_FRAME, payload_rule);
		return 0;
	}
	return is_negative ? -1 - (int64_t)number : (int64_t)number;
}

static void put_signed(int64_t number, struct buf *out)
{
	if (number >= 0)
		cbor_put_uint(out, (uint64_t)number);
	else
		cbor_put_nint(out, (uint64_t)(-1 - number));
}

/* A byte string was written from `from` on: its head is put before it. */
static void wrap(struct buf *out, size_t from)
{
	uint8_t memory[9];
	struct buf head = BUF_ON(memory);
	size_t len = out->len - from;

	cbor_put_bytes_head(&head, len);
	if (buf_reserve(out, head.len) == NULL)
		return;
	memmove(out->ptr + from + head.len, out->ptr + from, len);
	memcpy(out->ptr + from, memory, head.len);
}

/* ---- BATCH ---- */

static void put_beside(const struct batch_item *item, struct buf *out)
{
	assert(!item->is_erased || item->content.len == 0);
	if (item->is_erased)
		place_write(&item->eraser, out);
	else if (item->content.len > 0)
		cbor_put_bytes(out, item->content);
}

/* False, and nothing written: this entry goes in full. */
static bool put_short(struct run *run, uint64_t index, const struct batch_item *item, struct buf *out)
{
	bool is_beside = item->is_erased || item->content.len > 0;
	struct buf before = *out;
	struct fault fault;
	struct entry e;
	size_t from;

	if (run->state.book == NULL || entry_open(item->entry, &e, &fault) != ERR_OK || e.index != index ||
	    !origin_equal(&e.origin, &run->state.origin))
		return false;
	cbor_put_array(out, SHORT_MEMBERS + is_beside);
	from = out->len;
	if (short_statement_write(&run->state, e.statement, item->content, e.filed, out) != ERR_OK) {
		*out = before;
		return false;
	}
	wrap(out, from);
	put_signed((int64_t)e.filed.ms - (int64_t)run->filed.ms, out);
	run->filed = e.filed;
	cbor_put_array(out, e.signatures_count);
	for (size_t i = 0; i < e.signatures_count; i++)
		short_signature_write(&run->state, e.signatures[i], out);
	put_beside(item, out);
	return true;
}

void batch_write(const struct batch *b, const struct book *book, struct buf *out)
{
	struct run run = { 0 };

	assert(b->count > 0 && b->count <= BATCH_ENTRIES_MAX);
	short_open(&run.state, book, &b->origin);
	cbor_put_array(out, 4);
	short_origin_write(book, &b->origin, out);
	cbor_put_uint(out, b->first);
	cbor_put_array(out, b->count);
	for (size_t i = 0; i < b->count; i++) {
		const struct batch_item *item = &b->items[i];
		if (put_short(&run, b->first + i, item, out))
			continue;
		cbor_put_array(out, item->is_erased || item->content.len > 0 ? 2 : 1);
		cbor_put_bytes(out, item->entry);
		put_beside(item, out);
	}
	short_note_write(book, &b->origin, b->first + b->count, b->note, out);
}

static void read_beside(struct cbor_reader *r, struct batch_item *out)
{
	out->is_erased = cbor_peek(r) == CBOR_ARRAY;
	if (out->is_erased)
		place_read(r, &out->eraser);
	else
		read_some_bytes(r, CONTENT_LEN_MAX, &out->content);
}

/* The entry as it was, from its difference, its time and signatures. */
static enum err rebuild(struct run *run, struct bytes difference, struct entry *e, struct batch_item *item)
{
	struct buf *memory = run->memory;
	size_t from = memory->len;
	enum err err = short_statement_read(&run->state, difference, item->content, e->filed, memory);

	if (err != ERR_OK)
		return err;
	e->statement = (struct bytes){ memory->ptr + from, memory->len - from };
	from = memory->len;
	entry_write(e, memory);
	item->entry = (struct bytes){ memory->ptr + from, memory->len - from };
	run->rebuilt += item->entry.len;
	if (item->entry.len > ENTRY_LEN_MAX || run->rebuilt > FRAME_LEN_MAX)
		return ERR_FRAME;
	return buf_check(memory);
}

static void read_short(struct cbor_reader *r, struct run *run, uint64_t index, bool has_beside,
		       struct batch_item *out)
{
	struct entry e = { .origin = run->state.origin, .index = index };
	struct bytes difference = { NULL, 0 };
	int64_t filed;

	cbor_read_bytes(r, ENTRY_LEN_MAX, &difference);
	filed = (int64_t)run->filed.ms + read_signed(r);
	if (filed < 0 || filed >= (int64_t)TIME_MS_MAX)
		cbor_refuse(r, ERR_FRAME, payload_rule);
	e.signatures_count = cbor_read_list(r, 0, STATEMENT_SIGNATURES_MAX, payload_rule);
	for (size_t i = 0; i < e.signatures_count && r->err == ERR_OK; i++)
		short_signature_read(&run->state, r, run->memory, &e.signatures[i]);
	cbor_close(r);
	if (has_beside)
		read_beside(r, out);
	if (r->err != ERR_OK)
		return;
	e.filed.ms = run->filed.ms = (uint64_t)filed;
	if (rebuild(run, difference, &e, out) != ERR_OK)
		cbor_refuse(r, ERR_FRAME, payload_rule);
}

/* [entry, ? content / eraser], or short */
static void read_item(struct cbor_reader *r, struct run *run, uint64_t index, struct batch_item *out)
{
	size_t members = cbor_read_list(r, 1, SHORT_MEMBERS + 1, payload_rule);

	*out = (struct batch_item){ 0 };
	if (members >= SHORT_MEMBERS && run->state.book == NULL) {
		cbor_refuse(r, ERR_FRAME, payload_rule);
	} else if (members >= SHORT_MEMBERS) {
		read_short(r, run, index, members > SHORT_MEMBERS, out);
	} else {
		/* One that is too long stops its log (entry.limit), as any other that is not of the form. */
		read_some_bytes(r, FRAME_LEN_MAX, &out->entry);
		if (members == 2)
			read_beside(r, out);
	}
	cbor_close(r);
}

/* The note is of this log and ends where the batch ends: nobody holds a promise without its entries. */
static bool is_note_of(const struct batch *b)
{
	struct fault fault;
	struct note note;

	return note_read(b->note, &note, &fault) == ERR_OK && origin_equal(&note.origin, &b->origin) &&
	       note.size == b->first + b->count;
}

enum err batch_read(struct bytes in, const struct book *book, struct buf *memory,
		    struct batch_item items[BATCH_ENTRIES_MAX], struct batch *out)
{
	struct run run = { .memory = memory };
	struct cbor_reader r;

	*out = (struct batch){ .items = items };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 4, payload_rule);
	short_origin_read(book, &r, &out->origin);
	short_open(&run.state, book, &out->origin);
	out->first = cbor_read_number(&r, 0, LOG_SIZE_MAX - BATCH_ENTRIES_MAX, payload_rule);
	out->count = cbor_read_list(&r, 1, BATCH_ENTRIES_MAX, payload_rule);
	for (size_t i = 0; i < out->count && r.err == ERR_OK; i++)
		read_item(&r, &run, out->first + i, &items[i]);
	cbor_close(&r);
	short_note_read(book, &out->origin, out->first + out->count, &r, memory, &out->note);
	cbor_close(&r);
	if (finish(&r) != ERR_OK)
		return ERR_FRAME;
	return is_note_of(out) ? ERR_OK : ERR_FRAME;
}

/* ---- COSIGNATURE ---- */

enum err cosignature_read(struct bytes in, const struct book *book, struct buf *memory,
			  struct cosignature *out)
{
	struct cbor_reader r;
	struct note_line line;

	*out = (struct cosignature){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 3, payload_rule);
	short_origin_read(book, &r, &out->origin);
	out->size = cbor_read_number(&r, 1, LOG_SIZE_MAX, payload_rule);
	short_line_read(book, &r, memory, &out->line);
	cbor_close(&r);
	if (finish(&r) != ERR_OK)
		return ERR_FRAME;
	return note_read_line(out->line, &line) == ERR_OK ? ERR_OK : ERR_FRAME;
}

void cosignature_write(const struct cosignature *c, const struct book *book, struct buf *out)
{
	cbor_put_array(out, 3);
	short_origin_write(book, &c->origin, out);
	cbor_put_uint(out, c->size);
	short_line_write(book, c->line, out);
}

/* ---- ADVANCE ---- */

/* [time, difference], or the bytes as they stand. */
static void put_statement(struct short_state *state, const struct advance *a, struct buf *out)
{
	struct statement s;
	struct fault fault;
	struct buf before = *out;
	size_t from;

	if (state->book != NULL && statement_read(a->statement, &s, &fault) == ERR_OK) {
		cbor_put_array(out, 2);
		cbor_put_uint(out, s.claimed.ms);
		from = out->len;
		if (short_statement_write(state, a->statement, a->content, s.claimed, out) == ERR_OK) {
			wrap(out, from);
			return;
		}
		*out = before;
	}
	cbor_put_bytes(out, a->statement);
}

void advance_write(const struct advance *a, const struct book *book, struct buf *out)
{
	struct short_state state;

	assert(a->signatures_count > 0 && a->signatures_count <= STATEMENT_SIGNATURES_MAX);
	short_open(&state, book, &a->origin);
	cbor_put_array(out, a->content.len > 0 ? 4 : 3);
	short_origin_write(book, &a->origin, out);
	put_statement(&state, a, out);
	cbor_put_array(out, a->signatures_count);
	for (size_t i = 0; i < a->signatures_count; i++)
		short_signature_write(&state, a->signatures[i], out);
	if (a->content.len > 0)
		cbor_put_bytes(out, a->content);
}

/* The difference of a statement whose time stands beside it: there is none in the time. */
static enum err build_statement(struct short_state *state, struct bytes difference, struct wall claimed,
				struct buf *memory, struct advance *a)
{
	size_t from = memory->len;
	enum err e = short_statement_read(state, difference, a->content, claimed, memory);

	a->statement = (struct bytes){ memory->ptr + from, memory->len - from };
	return e == ERR_OK && (state->lead != 0 || a->statement.len > ENTRY_LEN_MAX) ? ERR_FRAME : e;
}

enum err advance_read(struct bytes in, const struct book *book, struct buf *memory, struct advance *out)
{
	struct bytes difference = { NULL, 0 };
	struct short_state state;
	struct cbor_reader r;
	struct wall claimed = { 0 };
	size_t members, count;
	bool is_short;

	*out = (struct advance){ 0 };
	cbor_open(&r, in);
	members = cbor_read_list(&r, 3, 4, payload_rule);
	short_origin_read(book, &r, &out->origin);
	short_open(&state, book, &out->origin);
	is_short = book != NULL && cbor_peek(&r) == CBOR_ARRAY;
	if (is_short) {
		cbor_read_tuple(&r, 2, payload_rule);
		claimed.ms = cbor_read_number(&r, 0, TIME_MS_MAX - 1, payload_rule);
		cbor_read_bytes(&r, ENTRY_LEN_MAX, &difference);
		cbor_close(&r);
	} else {
		read_some_bytes(&r, ENTRY_LEN_MAX, &out->statement);
	}
	count = cbor_read_list(&r, 1, STATEMENT_SIGNATURES_MAX, payload_rule);
	for (size_t i = 0; i < count && r.err == ERR_OK; i++)
		short_signature_read(&state, &r, memory, &out->signatures[i]);
	out->signatures_count = count;
	cbor_close(&r);
	if (members == 4)
		read_some_bytes(&r, CONTENT_LEN_MAX, &out->content);
	cbor_close(&r);
	if (finish(&r) != ERR_OK)
		return ERR_FRAME;
	if (is_short && build_statement(&state, difference, claimed, memory, out) != ERR_OK)
		return ERR_FRAME;
	return ERR_OK;
}
