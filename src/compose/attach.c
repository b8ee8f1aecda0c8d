#include "compose/attach.h"

#include "base/alloc.h"
#include "compose/seal.h"
#include "home/words.h"
#include "terminal/refuse.h"
#include "terminal/say.h"
#include "terminal/sealed_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_LEN (256u << 10)

/* A file on its way to the node. */
struct attaching {
	const char *path;
	FILE *file;
	bool is_sealed;
	struct sealing_file sealing;
	struct buf piece; /* heap */
};

static enum exit_code cannot_attach(const char *path, const char *why)
{
	say_error(_("{1} cannot be attached: {2}."), path, why);
	say_next(_("nothing was sent; the same command with another --attach FILE, or without it"));
	return EXIT_ERROR;
}

static enum exit_code refuse_attachment(const char *path, const char *why)
{
	cannot_attach(path, why);
	return EXIT_REFUSED;
}

/* The next bytes as the node gets them; none: that was all. */
static enum err next_piece(struct attaching *a)
{
	enum err e = ERR_OK;

	buf_reset(&a->piece);
	if (!a->is_sealed) {
		a->piece.len = fread(a->piece.ptr, 1, a->piece.max, a->file);
		return ferror(a->file) ? ERR_IO : ERR_OK;
	}
	while (e == ERR_OK && a->piece.max - a->piece.len >= SEALED_PIECE_MAX)
		e = sealing_file_read(&a->sealing, &a->piece);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err again(struct attaching *a)
{
	if (a->is_sealed)
		return sealing_file_again(&a->sealing);
	return fseek(a->file, 0, SEEK_SET) == 0 ? ERR_OK : ERR_IO;
}

/* What the node is to have of it, by its hash. */
static enum exit_code measure(struct attaching *a, struct blob *out)
{
	struct hash_stream stored;
	enum err e;

	out->len = 0;
	hash_open(&stored);
	while ((e = next_piece(a)) == ERR_OK && a->piece.len > 0 && out->len <= ATTACHMENT_LEN_MAX) {
		hash_add(&stored, buf_bytes(&a->piece));
		out->len += a->piece.len;
	}
	hash_finish(&stored, out->hash);
	if (e != ERR_OK)
		return cannot_attach(a->path, strerror(errno));
	if (out->len > ATTACHMENT_LEN_MAX || (a->is_sealed ? a->sealing.text_len : out->len) == 0)
		return refuse_attachment(
			a->path, a->is_sealed
					 ? _("it is empty, or longer than 64 MiB (ATTACHMENT_LEN_MAX) once "
					     "it is sealed")
					 : _("it is empty, or longer than 64 MiB (ATTACHMENT_LEN_MAX)"));
	return again(a) == ERR_OK ? EXIT_DONE : cannot_attach(a->path, strerror(errno));
}

static enum exit_code hand_over(struct client *c, struct attaching *a, const struct blob *blob)
{
	char hash[2 * HASH_LEN + 1];
	enum exit_code code = EXIT_DONE;
	uint64_t offset = 0;

	bytes_write_hex(BYTES_OF(blob->hash), hash);
	while (code == EXIT_DONE && offset < blob->len) {
		struct client_answer answer;
		struct query q;
		if (next_piece(a) != ERR_OK || a->piece.len == 0)
			return cannot_attach(a->path, strerror(EIO));
		query_open(&q, "/attachments");
		query_put(&q, "hash", hash);
		query_put_number(&q, "offset", offset);
		query_put_number(&q, "total", blob->len);
		if (client_ask(c, "POST", query_target(&q), buf_bytes(&a->piece), &answer) != ERR_OK)
			return cannot_attach(a->path, _("the node stopped answering"));
		if (answer.status != 200)
			code = client_explain(&answer);
		client_answer_finish(&answer);
		offset += a->piece.len;
		say_progress(_("attaching, bytes"), offset, blob->len);
	}
	say_progress_end();
	return code;
}

static const char *media_type_of(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = { { ".txt", "text/plain" },	     { ".pdf", "application/pdf" },   { ".png", "image/png" },
		      { ".jpg", "image/jpeg" },	     { ".json", "application/json" }, { ".csv", "text/csv" },
		      { ".xml", "application/xml" }, { ".html", "text/html" } };
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		size_t ending = strlen(types[i].ending);
		if (len > ending && strcmp(path + len - ending, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* What is sealed the node cannot look into: a word in it, or that nobody can look, holds the message here. */
static enum exit_code look_into(struct attaching *a, struct draft *d, const char *name)
{
	struct file_filter *filter;
	char word[FILTER_WORD_LEN];
	enum file_kind kind;
	enum exit_code code = file_filter_open(d->options, &d->statement, &filter);
	size_t got;

	if (code != EXIT_DONE || filter == NULL)
		return code;
	file_filter_begin(filter);
	while ((got = fread(a->piece.ptr, 1, a->piece.max, a->file)) > 0)
		file_filter_add(filter, (struct bytes){ a->piece.ptr, got });
	kind = file_filter_end(filter, word);
	file_filter_close(filter);
	if (ferror(a->file) || fseek(a->file, 0, SEEK_SET) != 0)
		return cannot_attach(a->path, strerror(EIO));
	if (d->held[0] != '\0')
		return EXIT_DONE;
	if (kind == FILE_TEXT)
		memcpy(d->held, word, sizeof d->held);
	else
		snprintf(d->held, sizeof d->held, "%s (%s)", name, file_kind_name(kind));
	return EXIT_DONE;
}

static enum exit_code attach(struct client *c, struct draft *d, struct attaching *a)
{
	struct attachment *out = &d->content.attachments[d->content.attachments_count];
	const char *slash = strrchr(a->path, '/');
	struct blob blob;
	size_t bad = 0;
	enum exit_code code = EXIT_DONE;

	if (a->is_sealed) {
		enum err e;
		code = look_into(a, d, slash == NULL ? a->path : slash + 1);
		if (code != EXIT_DONE)
			return code;
		e = sealing_file_open(&a->sealing, a->file, d->sealed_for, d->sealed_for_count, &bad);
		if (e != ERR_OK)
			return seal_explain(d, e, bad);
	}
	code = measure(a, &blob);
	if (code == EXIT_DONE)
		code = hand_over(c, a, &blob);
	if (code != EXIT_DONE)
		return code;
	*out = (struct attachment){ .len = blob.len,
				    .media_type = draft_word(d, media_type_of(a->path)),
				    .name = draft_word(d, slash == NULL ? a->path : slash + 1) };
	memcpy(out->hash, blob.hash, HASH_LEN);
	d->content.attachments_count++;
	if (!a->is_sealed)
		return EXIT_DONE;
	out->len = a->sealing.text_len;
	memcpy(out->hash, a->sealing.text_hash, HASH_LEN);
	d->statement.blobs[d->statement.blobs_count++] = blob;
	return EXIT_DONE;
}

enum exit_code attach_file(struct client *c, struct draft *d, const char *path)
{
	struct attaching a = { .path = path, .is_sealed = d->sealed_for_count > 0 };
	enum exit_code code;

	if (d->content.attachments_count == ATTACHMENTS_MAX)
		return refuse_attachment(path, _("there are too many"));
	a.file = fopen(path, "re");
	if (a.file == NULL)
		return refuse_missing(path);
	buf_init(&a.piece, xcalloc(1, PIECE_LEN), PIECE_LEN);
	code = attach(c, d, &a);
	age_wipe(a.piece.ptr, PIECE_LEN);
	free(a.piece.ptr);
	sealing_file_close(&a.sealing);
	fclose(a.file);
	return code;
}
