#include "terminal/sealed_file.h"

#include "base/alloc.h"
#include "sys/random.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Sealing. ---- */

enum err sealing_file_open(struct sealing_file *s, FILE *file, const struct age_recipient *keys, size_t count,
			   size_t *bad)
{
	const struct age_recipient *to[AGE_RECIPIENTS_MAX];
	struct drbg random;
	enum err e;

	*s = (struct sealing_file){ .file = file };
	assert(count <= AGE_RECIPIENTS_MAX);
	for (size_t i = 0; i < count; i++)
		to[i] = &keys[i];
	random_read(random.seed, sizeof random.seed);
	drbg_read(&random, s->file_key, sizeof s->file_key);
	drbg_read(&random, s->nonce, sizeof s->nonce);
	s->plain = xcalloc(1, AGE_CHUNK_LEN);
	buf_init(&s->header, xcalloc(1, AGE_HEADER_LEN_MAX + AGE_NONCE_LEN),
		 AGE_HEADER_LEN_MAX + AGE_NONCE_LEN);
	e = age_header_write(to, count, &random, s->file_key, &s->header, bad);
	age_wipe(&random, sizeof random);
	buf_put(&s->header, BYTES_OF(s->nonce));
	return e == ERR_OK ? buf_check(&s->header) : e;
}

enum err sealing_file_again(struct sealing_file *s)
{
	s->is_begun = s->is_over = false;
	return fseek(s->file, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
}

enum err sealing_file_read(struct sealing_file *s, struct buf *out)
{
	uint8_t *place;
	size_t len;
	int next;

	if (s->is_over)
		return ERR_NOT_FOUND;
	if (!s->is_begun) {
		s->is_begun = true;
		s->text_len = 0;
		hash_open(&s->text);
		age_stream_open(&s->stream, s->file_key, s->nonce);
		buf_put(out, buf_bytes(&s->header));
		return buf_check(out);
	}
	len = fread(s->plain, 1, AGE_CHUNK_LEN, s->file);
	next = len < AGE_CHUNK_LEN ? EOF : getc(s->file); /* the last chunk says that it is it */
	if (ferror(s->file))
		return ERR_IO;
	s->is_over = next == EOF;
	if (next != EOF)
		(void)ungetc(next, s->file); /* one byte always has room */
	place = buf_reserve(out, len + AGE_TAG_LEN);
	if (place == NULL)
		return ERR_LIMIT;
	hash_add(&s->text, (struct bytes){ s->plain, len });
	s->text_len += len;
	if (s->is_over)
		hash_finish(&s->text, s->text_hash);
	age_stream_seal(&s->stream, (struct bytes){ s->plain, len }, s->is_over, place);
	return ERR_OK;
}

void sealing_file_close(struct sealing_file *s)
{
	if (s->plain != NULL)
		age_wipe(s->plain, AGE_CHUNK_LEN);
	free(s->plain);
	free(s->header.ptr);
	age_wipe(s, sizeof *s);
}

/* ---- Opening. ---- */

/* Until so much is held, or there is no more. */
static enum err fill(struct opening_file *f, size_t len)
{
	enum err e = ERR_OK;

	buf_drop(&f->held, f->at);
	f->at = 0;
	while (e == ERR_OK && !f->is_over && f->held.len < len) {
		e = f->from.more(f->from.self, &f->held);
		f->is_over = e == ERR_NOT_FOUND;
		if (f->is_over)
			e = ERR_OK;
	}
	return e;
}

enum err opening_file_open(struct opening_file *f, struct sealed_source from, size_t piece_max,
			   struct fault *fault)
{
	struct bytes in;
	enum err e;

	*f = (struct opening_file){ .from = from };
	buf_init(&f->held, xcalloc(1, SEALED_PIECE_MAX + 1 + piece_max), SEALED_PIECE_MAX + 1 + piece_max);
	_Static_assert(AGE_HEADER_LEN_MAX + AGE_NONCE_LEN <= SEALED_PIECE_MAX, "a header is held whole");
	*fault = (struct fault){ "", 0 };
	e = fill(f, AGE_HEADER_LEN_MAX + AGE_NONCE_LEN);
	in = buf_bytes(&f->held);
	if (e == ERR_OK)
		e = age_header_read(&in, &f->header, fault);
	f->at = f->held.len - in.len;
	return e;
}

enum err opening_file_unlock(struct opening_file *f, const uint8_t file_key[AGE_FILE_KEY_LEN],
			     struct fault *fault)
{
	enum err e = age_header_verify(&f->header, file_key);

	*fault = (struct fault){ "age.mac", f->header.covered.len };
	if (e != ERR_OK)
		return e;
	*fault = (struct fault){ "age.payload", f->at };
	if (f->held.len - f->at < AGE_NONCE_LEN)
		return ERR_VERIFY;
	age_stream_open(&f->stream, file_key, f->held.ptr + f->at);
	f->at += AGE_NONCE_LEN;
	return ERR_OK;
}

enum err opening_file_read(struct opening_file *f, struct buf *out, struct fault *fault)
{
	struct bytes chunk;
	uint8_t *place;
	enum err e = fill(f, SEALED_PIECE_MAX + 1); /* one more, to know whether it is the last */
	bool is_last;

	if (e != ERR_OK)
		return e;
	if (f->held.len == 0 && f->stream.chunk > 0)
		return ERR_NOT_FOUND;
	is_last = f->held.len <= SEALED_PIECE_MAX;
	chunk = (struct bytes){ f->held.ptr, is_last ? f->held.len : SEALED_PIECE_MAX };
	*fault = (struct fault){ "age.payload", 0 };
	if (chunk.len < AGE_TAG_LEN)
		return ERR_VERIFY;
	place = buf_reserve(out, chunk.len - AGE_TAG_LEN);
	if (place == NULL)
		return ERR_LIMIT;
	f->at = chunk.len;
	e = age_stream_unseal(&f->stream, chunk, is_last, place);
	if (e != ERR_OK)
		out->len -= chunk.len - AGE_TAG_LEN;
	return e;
}

void opening_file_close(struct opening_file *f)
{
	free(f->held.ptr);
	age_wipe(f, sizeof *f);
}
