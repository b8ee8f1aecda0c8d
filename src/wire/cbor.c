#include "wire/cbor.h"

#include <assert.h>
#include <string.h>

/* RFC 8949 section 3: the major type is in the upper three bits of an item's first byte. */
enum major {
	MAJOR_UINT,
	MAJOR_NINT,
	MAJOR_BYTES,
	MAJOR_TEXT,
	MAJOR_ARRAY,
	MAJOR_MAP,
	MAJOR_TAG,
	MAJOR_SIMPLE
};

/* The lower five bits: a value below this, or how many bytes of value follow. */
#define LOW_FOLLOWS 24u
#define LOW_RESERVED 28u
#define LOW_INDEFINITE 31u
#define SIMPLE_FALSE 20u
#define SIMPLE_TRUE 21u

/* The least value that needs 1, 2, 4, 8 bytes after the first. */
static const uint64_t least[] = { LOW_FOLLOWS, 1u << 8, 1u << 16, 1ull << 32 };

struct head {
	enum major major;
	uint64_t value; /* the integer, the length, the count */
};

void cbor_open(struct cbor_reader *r, struct bytes in)
{
	*r = (struct cbor_reader){ .in = in };
}

void cbor_open_known(struct cbor_reader *r, struct bytes in)
{
	*r = (struct cbor_reader){ .in = in, .is_known = true };
}

enum err cbor_refuse(struct cbor_reader *r, enum err e, const char *rule)
{
	assert(e != ERR_OK);
	if (r->err == ERR_OK) {
		r->err = e;
		r->fault = (struct fault){ rule, r->item };
	}
	return r->err;
}

static bool refuse(struct cbor_reader *r, const char *rule)
{
	cbor_refuse(r, ERR_STRICT, rule);
	return false;
}

/* The rule that a first byte breaks whatever follows it, or NULL. */
static const char *first_byte_rule(enum major major, unsigned low)
{
	if (major == MAJOR_TAG)
		return "cbor.tag";
	if (major == MAJOR_SIMPLE && low > LOW_FOLLOWS && low < LOW_RESERVED)
		return "cbor.float";
	if (low == LOW_INDEFINITE)
		return major == MAJOR_UINT || major == MAJOR_NINT ? "cbor.reserved" : "cbor.indefinite";
	if (low >= LOW_RESERVED)
		return "cbor.reserved";
	if (major == MAJOR_SIMPLE && low != SIMPLE_FALSE && low != SIMPLE_TRUE)
		return "cbor.simple";
	return NULL;
}

static bool read_head(struct cbor_reader *r, struct head *out)
{
	size_t left = r->in.len - r->at, len;
	const uint8_t *at;
	const char *rule;
	unsigned low;

	if (r->err != ERR_OK)
		return false;
	r->item = r->at;
	if (left == 0)
		return refuse(r, "cbor.short");
	at = r->in.ptr + r->at;
	out->major = at[0] >> 5;
	low = at[0] & 31;
	rule = first_byte_rule(out->major, low);
	if (rule != NULL)
		return refuse(r, rule);
	r->at++;
	out->value = low;
	if (low < LOW_FOLLOWS)
		return true;
	len = (size_t)1 << (low - LOW_FOLLOWS);
	if (len > left - 1)
		return refuse(r, "cbor.short");
	out->value = 0;
	for (size_t i = 1; i <= len; i++)
		out->value = out->value << 8 | at[i];
	if (out->value < least[low - LOW_FOLLOWS])
		return refuse(r, "cbor.shortest");
	r->at += len;
	return true;
}

static bool read_major(struct cbor_reader *r, enum major major, uint64_t *value)
{
	struct head head;

	if (!read_head(r, &head))
		return false;
	if (head.major != major)
		return refuse(r, "cbor.type");
	*value = head.value;
	return true;
}

enum cbor_type cbor_peek(const struct cbor_reader *r)
{
	uint8_t first;

	if (r->err != ERR_OK || r->at == r->in.len)
		return CBOR_TYPE_COUNT;
	first = r->in.ptr[r->at];
	if (first == (MAJOR_SIMPLE << 5 | SIMPLE_FALSE) || first == (MAJOR_SIMPLE << 5 | SIMPLE_TRUE))
		return CBOR_BOOL;
	/* The first six types are numbered like their major types. */
	return first >> 5 <= MAJOR_MAP ? (enum cbor_type)(first >> 5) : CBOR_TYPE_COUNT;
}

enum err cbor_read_uint(struct cbor_reader *r, uint64_t max, uint64_t *out)
{
	uint64_t value;

	if (!read_major(r, MAJOR_UINT, &value))
		return r->err;
	if (value > max)
		return cbor_refuse(r, ERR_STRICT, "cbor.limit");
	*out = value;
	return ERR_OK;
}

enum err cbor_read_nint(struct cbor_reader *r, uint64_t *out)
{
	read_major(r, MAJOR_NINT, out);
	return r->err;
}

enum err cbor_read_bool(struct cbor_reader *r, bool *out)
{
	uint64_t value;

	if (read_major(r, MAJOR_SIMPLE, &value))
		*out = value == SIMPLE_TRUE;
	return r->err;
}

static bool read_string(struct cbor_reader *r, enum major major, size_t len_max, struct bytes *out)
{
	uint64_t len;

	if (!read_major(r, major, &len))
		return false;
	if (len > r->in.len - r->at)
		return refuse(r, "cbor.short");
	if (len > len_max)
		return refuse(r, "cbor.limit");
	*out = (struct bytes){ r->in.ptr + r->at, (size_t)len };
	r->at += (size_t)len;
	return true;
}

enum err cbor_read_bytes(struct cbor_reader *r, size_t len_max, struct bytes *out)
{
	read_string(r, MAJOR_BYTES, len_max, out);
	return r->err;
}

/* C0 but tab and newline, DEL, and C1, which is C2 80 to C2 9F in UTF-8. */
static bool has_control(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];
		if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
			return true;
		if (c == 0xc2 && text.ptr[i + 1] < 0xa0)
			return true;
	}
	return false;
}

enum err cbor_read_text(struct cbor_reader *r, size_t len_max, struct bytes *out)
{
	struct bytes text;

	if (r->is_known) {
		read_string(r, MAJOR_TEXT, len_max, out);
		return r->err;
	}
	if (!read_string(r, MAJOR_TEXT, len_max, &text))
		return r->err;
	if (!bytes_is_utf8(text))
		return cbor_refuse(r, ERR_STRICT, "cbor.utf8");
	if (has_control(text))
		return cbor_refuse(r, ERR_STRICT, "cbor.control");
	*out = text;
	return ERR_OK;
}

enum err cbor_read_fixed(struct cbor_reader *r, uint8_t *out, size_t len)
{
	struct bytes string;

	if (!read_string(r, MAJOR_BYTES, SIZE_MAX, &string))
		return r->err;
	if (string.len != len)
		return cbor_refuse(r, ERR_STRICT, "cbor.type");
	memcpy(out, string.ptr, len);
	return ERR_OK;
}

/* Opens an array or a map of items that take at least len_min bytes each. */
static bool open_container(struct cbor_reader *r, enum major major, size_t len_min, size_t count_max,
			   size_t *count)
{
	uint64_t value;

	if (!read_major(r, major, &value))
		return false;
	if (r->depth > CBOR_DEPTH_MAX)
		return refuse(r, "cbor.depth");
	if (value > (r->in.len - r->at) / len_min)
		return refuse(r, "cbor.short");
	if (value > count_max)
		return refuse(r, "cbor.limit");
	r->depth++;
	*count = (size_t)value;
	return true;
}

enum err cbor_read_array(struct cbor_reader *r, size_t count_max, size_t *count)
{
	open_container(r, MAJOR_ARRAY, 1, count_max, count);
	return r->err;
}

enum err cbor_read_map(struct cbor_reader *r, size_t count_max, struct cbor_map *out)
{
	size_t count;

	if (open_container(r, MAJOR_MAP, 2, count_max, &count))
		*out = (struct cbor_map){ .left = count, .is_first = true };
	return r->err;
}

bool cbor_next_key(struct cbor_reader *r, struct cbor_map *map, uint64_t *key)
{
	struct head head = { 0 };

	if (r->err != ERR_OK || map->left == 0)
		return false;
	if (!read_head(r, &head))
		return false;
	if (head.major != MAJOR_UINT)
		return refuse(r, "cbor.key");
	if (!map->is_first && head.value <= map->key)
		return refuse(r, "cbor.order");
	map->left--;
	map->is_first = false;
	map->key = head.value;
	*key = head.value;
	return true;
}

void cbor_close(struct cbor_reader *r)
{
	/* After a fault the containers are no longer counted: nothing more is read. */
	if (r->err != ERR_OK)
		return;
	assert(r->depth > 0);
	r->depth--;
}

/* A container that skip() is inside of. */
struct level {
	bool is_map;
	size_t left; /* of an array */
	struct cbor_map map;
};

/* Reads one item; a container is only opened. True if it is a container. */
static bool skip_item(struct cbor_reader *r, bool has_maps, struct level *out)
{
	enum cbor_type type = cbor_peek(r);
	struct bytes string;
	struct head head;

	if (type == CBOR_ARRAY) {
		*out = (struct level){ .is_map = false };
		return cbor_read_array(r, SIZE_MAX, &out->left) == ERR_OK;
	}
	if (type == CBOR_MAP) {
		*out = (struct level){ .is_map = true };
		cbor_read_map(r, SIZE_MAX, &out->map);
		if (!has_maps)
			refuse(r, "cbor.type");
		return r->err == ERR_OK;
	}
	if (type == CBOR_BYTES)
		cbor_read_bytes(r, SIZE_MAX, &string);
	else if (type == CBOR_TEXT)
		cbor_read_text(r, SIZE_MAX, &string);
	else
		read_head(r, &head); /* which refuses what is none of these */
	return false;
}

/* All that is in one that is open. */
static void skip_inside(struct cbor_reader *r, bool has_maps, const struct level *outer)
{
	struct level levels[CBOR_DEPTH_MAX + 1];
	size_t depth = 1;

	levels[0] = *outer;
	while (r->err == ERR_OK) {
		struct level *inner, opened;
		uint64_t key;
		while (depth > 0 && (levels[depth - 1].is_map ? levels[depth - 1].map.left
							      : levels[depth - 1].left) == 0) {
			cbor_close(r);
			depth--;
		}
		if (depth == 0)
			return;
		inner = &levels[depth - 1];
		if (inner->is_map)
			cbor_next_key(r, &inner->map, &key);
		else
			inner->left--;
		if (skip_item(r, has_maps, &opened)) {
			assert(depth < ARRAY_COUNT(levels));
			levels[depth++] = opened;
		}
	}
}

static enum err skip(struct cbor_reader *r, bool has_maps, struct bytes *out)
{
	size_t start = r->at;
	struct level opened;

	/* Most items hold none, and need no memory for those that would be in them. */
	if (skip_item(r, has_maps, &opened))
		skip_inside(r, has_maps, &opened);
	if (r->err == ERR_OK)
		*out = (struct bytes){ r->in.ptr + start, r->at - start };
	return r->err;
}

enum err cbor_read_raw(struct cbor_reader *r, struct bytes *out)
{
	return skip(r, true, out);
}

enum err cbor_read_value(struct cbor_reader *r, struct bytes *out)
{
	return skip(r, false, out);
}

enum err cbor_read_rows(struct cbor_reader *r, const struct cbor_row *rows, size_t count, const char *rule,
			void *out)
{
	struct cbor_map map = { 0 };
	uint64_t key;
	size_t next = 0; /* the lowest key that may still come */

	if (cbor_read_map(r, SIZE_MAX, &map) != ERR_OK)
		return r->err;
	while (cbor_next_key(r, &map, &key)) {
		if (key >= count || rows[key].read == NULL)
			return cbor_refuse(r, ERR_RULE, rule);
		for (; next < key; next++) {
			if (rows[next].is_required)
				return cbor_refuse(r, ERR_RULE, rule);
		}
		next = (size_t)key + 1;
		rows[key].read(r, out);
	}
	for (; next < count; next++) {
		if (rows[next].is_required)
			return cbor_refuse(r, ERR_RULE, rule);
	}
	cbor_close(r);
	return r->err;
}

bool cbor_read_tuple(struct cbor_reader *r, size_t members, const char *rule)
{
	size_t count = 0;

	if (cbor_read_array(r, SIZE_MAX, &count) != ERR_OK)
		return false;
	if (count != members)
		cbor_refuse(r, ERR_RULE, rule);
	return r->err == ERR_OK;
}

size_t cbor_read_list(struct cbor_reader *r, size_t count_min, size_t count_max, const char *rule)
{
	size_t count = 0;

	if (cbor_read_array(r, SIZE_MAX, &count) != ERR_OK)
		return 0;
	if (count < count_min || count > count_max)
		cbor_refuse(r, ERR_RULE, rule);
	return r->err == ERR_OK ? count : 0;
}

uint64_t cbor_read_number(struct cbor_reader *r, uint64_t min, uint64_t max, const char *rule)
{
	uint64_t value = min;

	if (cbor_read_uint(r, UINT64_MAX, &value) != ERR_OK)
		return min;
	if (value >= min && value <= max)
		return value;
	cbor_refuse(r, ERR_RULE, rule);
	return min;
}

enum err cbor_finish(struct cbor_reader *r)
{
	if (r->err != ERR_OK)
		return r->err;
	assert(r->depth == 0);
	if (r->at != r->in.len) {
		r->item = r->at;
		refuse(r, "cbor.trailing");
	}
	return r->err;
}

static void put_head(struct buf *b, enum major major, uint64_t value)
{
	uint8_t out[9] = { (uint8_t)((unsigned)major << 5) };
	size_t len = 0, low = 0; /* bytes that follow the first: 0, 1, 2, 4, 8 */

	while (low < ARRAY_COUNT(least) && value >= least[low])
		len = (size_t)1 << low++;
	out[0] |= (uint8_t)(len == 0 ? value : LOW_FOLLOWS + low - 1);
	for (size_t i = 0; i < len; i++)
		out[1 + i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	buf_put(b, (struct bytes){ out, 1 + len });
}

void cbor_put_uint(struct buf *b, uint64_t value)
{
	put_head(b, MAJOR_UINT, value);
}

void cbor_put_nint(struct buf *b, uint64_t minus_one_less)
{
	put_head(b, MAJOR_NINT, minus_one_less);
}

void cbor_put_bool(struct buf *b, bool value)
{
	put_head(b, MAJOR_SIMPLE, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_bytes_head(struct buf *b, size_t len)
{
	put_head(b, MAJOR_BYTES, len);
}

void cbor_put_bytes(struct buf *b, struct bytes value)
{
	cbor_put_bytes_head(b, value.len);
	buf_put(b, value);
}

void cbor_put_text(struct buf *b, struct bytes value)
{
	put_head(b, MAJOR_TEXT, value.len);
	buf_put(b, value);
}

void cbor_put_array(struct buf *b, size_t count)
{
	put_head(b, MAJOR_ARRAY, count);
}

void cbor_put_map(struct buf *b, size_t count)
{
	put_head(b, MAJOR_MAP, count);
}
