#include "record/mark.h"

#include "base/plant.h"

#include <assert.h>
#include <string.h>

/* How the last line of the file begins; `sha256sum` of all before it gives the rest. */
#define HASH_LINE "sha256 "

/* Where the origin stands or would stand. */
static size_t place_of(const struct marks *m, const struct origin *origin)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (origin_compare(&m->rows[middle].origin, origin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct mark *marks_find(const struct marks *m, const struct origin *origin)
{
	size_t at = place_of(m, origin);

	return at < m->count && origin_equal(&m->rows[at].origin, origin) ? &m->rows[at] : NULL;
}

static enum err root_read(struct bytes in, uint8_t root[HASH_LEN])
{
	size_t len;

	return bytes_read_base64(in, root, HASH_LEN, &len) == ERR_OK && len == HASH_LEN ? ERR_OK : ERR_USAGE;
}

/* The three lines of a checkpoint and nothing behind them. */
static enum err text_read(struct bytes in, struct mark *out)
{
	struct bytes lines[3];

	for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
		if (bytes_take_until(&in, '\n', &lines[i]) != ERR_OK)
			return ERR_USAGE;
	}
	if (in.len > 0 || origin_read(lines[0], &out->origin) != ERR_OK ||
	    bytes_read_decimal(lines[1], INT64_MAX, &out->size) != ERR_OK)
		return ERR_USAGE;
	return root_read(lines[2], out->root);
}

/* Whether `next` carries on from what was signed. */
static enum err step_check(const struct mark *mark, const struct mark *next,
			   const struct mark_request *request)
{
	if (PLANTED(SIGN_WITHOUT_PROOF))
		return ERR_OK;
	if (next->size < mark->size)
		return ERR_REFUSED;
	if (next->size == mark->size)
		return memcmp(next->root, mark->root, HASH_LEN) == 0 ? ERR_OK : ERR_FORK;
	if (merkle_check_consistency(mark->size, mark->root, next->size, next->root, request->proof,
				     request->proof_count) != ERR_OK)
		return ERR_REFUSED;
	return ERR_OK;
}

enum err marks_move(struct marks *m, const struct mark_request *request)
{
	struct mark next;
	size_t at;
	enum err e = text_read(request->text, &next);

	if (e != ERR_OK)
		return e;
	at = place_of(m, &next.origin);
	if (at < m->count && origin_equal(&m->rows[at].origin, &next.origin)) {
		e = step_check(&m->rows[at], &next, request);
		if (e == ERR_OK)
			m->rows[at] = next;
		return e;
	}
	if (request->proof_count > 0)
		return ERR_REFUSED; /* it would carry on from a mark that is not there */
	if (m->count == m->max)
		return ERR_LIMIT;
	memmove(m->rows + at + 1, m->rows + at, (m->count - at) * sizeof *m->rows);
	m->rows[at] = next;
	m->count++;
	return ERR_OK;
}

void marks_write(const struct marks *m, struct buf *out)
{
	uint8_t hash[HASH_LEN];
	size_t start = out->len;

	for (size_t i = 0; i < m->count; i++) {
		const struct mark *mark = &m->rows[i];
		origin_write(&mark->origin, out);
		buf_put_byte(out, ' ');
		buf_put_decimal(out, mark->size);
		buf_put_byte(out, ' ');
		buf_put_base64(out, BYTES_OF(mark->root));
		buf_put_byte(out, '\n');
	}
	hash_sha256((struct bytes){ out->ptr + start, out->len - start }, hash);
	buf_put_str(out, HASH_LINE);
	buf_put_hex(out, BYTES_OF(hash));
	buf_put_byte(out, '\n');
}

/* Cuts the last line off and checks it. */
static enum err hash_line_take(struct bytes *in)
{
	const size_t line_len = sizeof HASH_LINE - 1 + HASH_LEN * 2 + 1;
	uint8_t want[HASH_LEN], hash[HASH_LEN];
	struct bytes rest, line;

	if (in->len < line_len)
		return ERR_CORRUPT;
	rest = (struct bytes){ in->ptr, in->len - line_len };
	line = (struct bytes){ in->ptr + rest.len, line_len };
	if (memcmp(line.ptr, HASH_LINE, sizeof HASH_LINE - 1) != 0 || line.ptr[line_len - 1] != '\n')
		return ERR_CORRUPT;
	line = (struct bytes){ line.ptr + sizeof HASH_LINE - 1, HASH_LEN * 2 };
	hash_sha256(rest, hash);
	if (bytes_read_hex(line, want, HASH_LEN) != ERR_OK || memcmp(want, hash, HASH_LEN) != 0)
		return ERR_CORRUPT;
	*in = rest;
	return ERR_OK;
}

static enum err mark_read(struct bytes line, struct mark *out)
{
	struct bytes origin, size;

	if (bytes_take_until(&line, ' ', &origin) != ERR_OK || bytes_take_until(&line, ' ', &size) != ERR_OK)
		return ERR_CORRUPT;
	if (origin_read(origin, &out->origin) != ERR_OK ||
	    bytes_read_decimal(size, INT64_MAX, &out->size) != ERR_OK || root_read(line, out->root) != ERR_OK)
		return ERR_CORRUPT;
	return ERR_OK;
}

enum err marks_read(struct bytes in, struct marks *m)
{
	enum err e = hash_line_take(&in);

	m->count = 0;
	while (e == ERR_OK && in.len > 0) {
		struct mark mark;
		struct bytes line;
		if (bytes_take_until(&in, '\n', &line) != ERR_OK || mark_read(line, &mark) != ERR_OK)
			e = ERR_CORRUPT;
		else if (m->count > 0 && origin_compare(&m->rows[m->count - 1].origin, &mark.origin) >= 0)
			e = ERR_CORRUPT;
		else if (m->count == m->max)
			e = ERR_LIMIT;
		else
			m->rows[m->count++] = mark;
	}
	if (e != ERR_OK)
		m->count = 0;
	return e;
}
