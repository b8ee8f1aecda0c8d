#include "terminal/stored.h"

#include "base/alloc.h"
#include "home/words.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

/* The next bytes as the node has them. */
static enum err more(void *self, struct buf *out)
{
	struct stored_file *f = self;
	uint64_t left = f->len - f->at;
	struct client_answer answer;
	struct query q;
	size_t got;
	enum err e;

	if (left == 0)
		return ERR_NOT_FOUND;
	query_open(&q, "/attachments");
	query_put(&q, "hash", json_str(f->row, "hash"));
	query_put(&q, "place", f->place);
	query_put_number(&q, "offset", f->at);
	query_put_number(&q, "len", left < STORED_PIECE_MAX ? left : STORED_PIECE_MAX);
	e = client_ask(f->c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer);
	if (e != ERR_OK)
		return e;
	got = answer.status == 200 ? answer.body.len : 0;
	hash_add(&f->hash, (struct bytes){ answer.body.ptr, got });
	buf_put(out, (struct bytes){ answer.body.ptr, got });
	client_answer_finish(&answer);
	f->at += got;
	say_progress(_("saving, bytes"), f->at, f->len);
	return got == 0 ? ERR_SHORT : got > left ? ERR_VERIFY : buf_check(out);
}

enum err stored_file_key(struct stored_file *f, const struct identities *ids, uint8_t key[AGE_FILE_KEY_LEN])
{
	uint8_t hash[HASH_LEN];
	struct fault fault;
	enum err e =
		opening_file_open(&f->opening, (struct sealed_source){ more, f }, STORED_PIECE_MAX, &fault);

	if (e == ERR_OK)
		e = json_hex(f->row, "hash", hash, sizeof hash);
	return e == ERR_OK ? unseal_key(ids, f->o, &f->opening.header, hash, key) : e;
}

enum err stored_file_payload(struct stored_file *f, struct bytes *out)
{
	struct opening_file *from = &f->opening;

	if (from->at == from->held.len)
		return stored_file_next(f, out);
	*out = (struct bytes){ from->held.ptr + from->at, from->held.len - from->at };
	from->at = from->held.len;
	return ERR_OK;
}

static enum err unlock(struct stored_file *f, const struct identities *ids)
{
	struct fault fault;
	enum err e = stored_file_key(f, ids, f->key);

	if (e == ERR_OK && f->opening.header.kind != json_uint(f->row, "sealing"))
		e = ERR_VERIFY; /* the content is for better keys than its file */
	return e == ERR_OK ? opening_file_unlock(&f->opening, f->key, &fault) : e;
}

enum err stored_file_begin(struct stored_file *f, struct client *c, const char *place, const json_t *row,
			   const struct identities *ids, const struct options *o)
{
	*f = (struct stored_file){ .c = c, .place = place, .row = row, .o = o, .len = json_uint(row, "len") };
	f->is_sealed = ids != NULL && json_object_get(row, "file_hash") != NULL;
	f->memory = xcalloc(1, STORED_PIECE_MAX);
	hash_open(&f->hash);
	hash_open(&f->text);
	return f->is_sealed ? unlock(f, ids) : ERR_OK;
}

static bool has_hash(const json_t *row, const char *key, struct hash_stream *stream)
{
	uint8_t wanted[HASH_LEN], found[HASH_LEN];

	hash_finish(stream, found);
	return json_hex(row, key, wanted, sizeof wanted) == ERR_OK && memcmp(wanted, found, HASH_LEN) == 0;
}

static enum err check_whole(struct stored_file *f)
{
	if (!has_hash(f->row, "hash", &f->hash))
		return ERR_CORRUPT;
	if (f->is_sealed &&
	    (f->text_len != json_uint(f->row, "file_len") || !has_hash(f->row, "file_hash", &f->text)))
		return ERR_VERIFY;
	return ERR_OK;
}

enum err stored_file_next(struct stored_file *f, struct bytes *out)
{
	struct buf piece = { f->memory, 0, STORED_PIECE_MAX, false };
	struct fault fault;
	enum err e = f->is_sealed ? opening_file_read(&f->opening, &piece, &fault) : more(f, &piece);

	*out = (struct bytes){ NULL, 0 };
	if (e == ERR_NOT_FOUND) {
		say_progress_end();
		return check_whole(f);
	}
	if (e != ERR_OK)
		return e;
	if (f->is_sealed) {
		hash_add(&f->text, buf_bytes(&piece));
		f->text_len += piece.len;
	}
	*out = buf_bytes(&piece);
	return ERR_OK;
}

void stored_file_close(struct stored_file *f)
{
	opening_file_close(&f->opening);
	if (f->memory != NULL)
		age_wipe(f->memory, STORED_PIECE_MAX);
	free(f->memory);
	age_wipe(f, sizeof *f);
}

enum exit_code stored_file_explain(enum err e, const char *name)
{
	say_progress_end();
	if (e == ERR_DOWN)
		return client_lost(e);
	if (e == ERR_NOT_FOUND || e == ERR_REFUSED) {
		say_error(_("No secret here opens {1}."), name);
		say_next(
			_("the same command with --identity FILE, a secret of a post that it is sealed for"));
		return EXIT_REFUSED;
	}
	if (e == ERR_SHORT) {
		say_error(_("INCOMPLETE: {1} is not here whole yet."), name);
		say_next(_(
			"it comes by itself while a path is up, as entente status shows, and by hand once a "
			"bundle of ours has asked for it: entente bundle write; then the same command "
			"with a new folder"));
		return EXIT_NOT_FOUND;
	}
	if (e == ERR_CORRUPT) {
		say_error(_("{1} does not have its hash: the node's disk has changed it."), name);
		say_next("entente repair");
		return EXIT_INTEGRITY;
	}
	say_error(_("{1} was sealed, and is not what its message says of it: nobody should use it."), name);
	say_next(_("entente query PLACE \"...\" asks its author"));
	return EXIT_INTEGRITY;
}
