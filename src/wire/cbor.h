/*
 * cbor.h - strict deterministic CBOR (RFC 8949 section 4.2.1), integer keys only.
 *
 * Spec: docs/spec/entry.md section 1. Vectors: test/vectors/cbor.json.
 * Layer: wire (may use base). Pure: no clock, no I/O, no allocation, no recursion.
 *
 * The reader takes one value after another from the front. The first fault sticks: every later call
 * returns it, so a reader of many fields looks once, at the end. fault.rule names what was broken and
 * fault.offset is where, in the bytes given to cbor_open.
 *
 *	rules: cbor.short (ends early, or a length beyond what is left), cbor.shortest, cbor.indefinite,
 *	cbor.reserved (a head that RFC 8949 leaves free), cbor.float, cbor.tag, cbor.simple, cbor.key (not an
 *	unsigned integer), cbor.order (keys unsorted or twice), cbor.utf8, cbor.control, cbor.trailing,
 *	cbor.depth, cbor.type (not the type or size asked for), cbor.limit (more items than the caller
 *	takes, or an integer above the caller's maximum)
 *
 * Depth is that of arrays and maps: the outermost is 0, the deepest allowed CBOR_DEPTH_MAX.
 */
#ifndef WIRE_CBOR_H
#define WIRE_CBOR_H

#include "base/buf.h"
#include "base/limits.h"

enum cbor_type {
	CBOR_UINT,
	CBOR_NINT,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_BOOL,
	CBOR_TYPE_COUNT
};

struct cbor_reader {
	struct bytes in; /* borrowed */
	size_t at;
	size_t item;	/* where the item that was read last begins: what a refusal points at */
	unsigned depth; /* of the containers that are open */
	bool is_known;
	enum err err; /* ERR_OK, ERR_STRICT, or what cbor_refuse was given */
	struct fault fault;
};

/* A map under way: cbor_read_map opens it, cbor_next_key walks it. */
struct cbor_map {
	size_t left;
	uint64_t key; /* the last one, meaningful after the first */
	bool is_first;
};

void cbor_open(struct cbor_reader *r, struct bytes in);
/* Bytes that were read to their end before: their text is text, and is not looked through again. */
void cbor_open_known(struct cbor_reader *r, struct bytes in);

/* The type of the next value; CBOR_TYPE_COUNT if there is none or it is of no allowed type. */
enum cbor_type cbor_peek(const struct cbor_reader *r);

enum err cbor_read_uint(struct cbor_reader *r, uint64_t max, uint64_t *out);
enum err cbor_read_nint(struct cbor_reader *r, uint64_t *out); /* of the value -1 - *out */
enum err cbor_read_bool(struct cbor_reader *r, bool *out);
/* len_max in bytes; *out borrows from the input. Text is UTF-8 without C0 (but tab, newline), DEL, C1. */
enum err cbor_read_bytes(struct cbor_reader *r, size_t len_max, struct bytes *out);
enum err cbor_read_text(struct cbor_reader *r, size_t len_max, struct bytes *out);
/* A byte string of exactly len bytes, copied. */
enum err cbor_read_fixed(struct cbor_reader *r, uint8_t *out, size_t len);

/* Containers count for the depth until cbor_close; *count is at most count_max. */
enum err cbor_read_array(struct cbor_reader *r, size_t count_max, size_t *count);
enum err cbor_read_map(struct cbor_reader *r, size_t count_max, struct cbor_map *out);
/* True with the next key; false at the end of the map or after a fault. */
bool cbor_next_key(struct cbor_reader *r, struct cbor_map *map, uint64_t *key);
void cbor_close(struct cbor_reader *r);

/* The exact bytes of the next value, whatever it is, checked strictly all the way down. */
enum err cbor_read_raw(struct cbor_reader *r, struct bytes *out);
/* The same without maps: the value of a form field. */
enum err cbor_read_value(struct cbor_reader *r, struct bytes *out);

/* What a map of known shape holds at the key that is the row's index; .read NULL: there is no such key. */
struct cbor_row {
	bool is_required;
	void (*read)(struct cbor_reader *r, void *out);
};
/* Reads such a map, keys in order; an unknown or missing key is refused as ERR_RULE with this rule. */
enum err cbor_read_rows(struct cbor_reader *r, const struct cbor_row *rows, size_t count, const char *rule,
			void *out);

/* The same refusal for an array that has not exactly these members (true: open), a list that has not
 * count_min to count_max items (0 after a fault), a number outside min..max (min after a fault). */
bool cbor_read_tuple(struct cbor_reader *r, size_t members, const char *rule);
size_t cbor_read_list(struct cbor_reader *r, size_t count_min, size_t count_max, const char *rule);
uint64_t cbor_read_number(struct cbor_reader *r, uint64_t min, uint64_t max, const char *rule);

/* Refuses the item that was read last: for rules that are not CBOR's. */
enum err cbor_refuse(struct cbor_reader *r, enum err e, const char *rule);
/* ERR_OK if everything was read and nothing is left. */
enum err cbor_finish(struct cbor_reader *r) MUST_CHECK;

/* The writer: the caller writes keys in rising order and as many items as he announced. */
void cbor_put_uint(struct buf *b, uint64_t value);
void cbor_put_nint(struct buf *b, uint64_t minus_one_less); /* the value -1 - minus_one_less */
void cbor_put_bool(struct buf *b, bool value);
void cbor_put_bytes(struct buf *b, struct bytes value);
void cbor_put_bytes_head(struct buf *b, size_t len); /* the caller puts the len bytes */
void cbor_put_text(struct buf *b, struct bytes value);
void cbor_put_array(struct buf *b, size_t count);
void cbor_put_map(struct buf *b, size_t count);

#endif
