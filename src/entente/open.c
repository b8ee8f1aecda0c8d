/* A sealed file, opened without a node: by its file key or by a secret. */
#include "api/entry_reply.h"
#include "base/alloc.h"
#include "crypto/hash.h"
#include "entente/rows.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/refuse.h"
#include "terminal/say.h"
#include "terminal/sealed_file.h"
#include "terminal/unseal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
	{ "file-key", N_("HEX"), N_("the file's key, which entente disclose gave") },
	{ "to", N_("FILE"), N_("write what was sealed into this file, as it is") },
	{ NULL, NULL, NULL },
};

static enum exit_code read_key(const struct options *o, uint8_t key[AGE_FILE_KEY_LEN])
{
	if (bytes_read_hex(bytes_str(option_value(o, "file-key")), key, AGE_FILE_KEY_LEN) == ERR_OK)
		return EXIT_DONE;
	say_error(_("A file key has 32 digits, 0 to 9 and a to f."));
	say_next("entente disclose PLACE");
	return EXIT_USAGE;
}

static enum exit_code say_closed(const struct options *o, enum err e, const struct fault *fault)
{
	const char *path = o->arguments[0];

	if (e == ERR_NOT_FOUND || e == ERR_REFUSED)
		say_error(_("No secret here opens {1}."), path);
	else if (strcmp(fault->rule, "age.mac") == 0)
		say_error(_("That key is not the one of {1}."), path);
	else
		say_error(_("{1} is no whole age file: {2}."), path, fault->rule);
	say_next(_("entente open FILE --file-key HEX, or --identity FILE; docs/spec/seal.md explains the "
		   "rules"));
	return e == ERR_NOT_FOUND || e == ERR_REFUSED ? EXIT_REFUSED : EXIT_INTEGRITY;
}

static enum exit_code unlock(const struct options *o, const struct identities *ids, struct bytes file,
			     struct buf *plain)
{
	uint8_t key[AGE_FILE_KEY_LEN];
	struct fault fault = { "", 0 };
	enum exit_code code = EXIT_DONE;
	enum err e;

	if (!option_is_given(o, "file-key")) {
		e = age_open(file, ids->of, ids->count, plain, NULL, &fault);
	} else {
		code = read_key(o, key);
		if (code != EXIT_DONE)
			return code;
		e = age_open_by_key(file, key, plain, &fault);
		age_wipe(key, sizeof key);
	}
	return e == ERR_OK ? EXIT_DONE : say_closed(o, e, &fault);
}

static void say_content(const struct content *c)
{
	if (c->subject.len > 0) {
		say(_("subject: "));
		say_text(c->subject);
		say("\n");
	}
	for (size_t i = 0; i < c->portions_count; i++) {
		say_text(c->portions[i].text);
		say("\n");
	}
	for (size_t i = 0; i < c->attachments_count; i++) {
		say(_("attachment {1}: "), say_number(i + 1));
		say_text(c->attachments[i].name);
		say("\n");
	}
}

static void say_json(struct bytes file, struct bytes plain)
{
	const size_t size = 1u << 20;
	uint8_t hash[HASH_LEN];
	struct buf text;
	struct reply r = { &text };

	buf_init(&text, xcalloc(1, size), size);
	hash_sha256(file, hash);
	reply_object(&r, NULL);
	reply_str(&r, "err", "OK");
	reply_hex(&r, "hash", BYTES_OF(hash));
	reply_content(&r, NULL, NULL, plain);
	reply_object_end(&r);
	fwrite(text.ptr, 1, text.len, stdout);
	say("\n");
	age_wipe(text.ptr, text.len);
	free(text.ptr);
}

static enum exit_code show(const struct options *o, struct bytes file, struct bytes plain)
{
	struct content content;
	struct fault fault;

	if (o->is_json) {
		say_json(file, plain);
		return EXIT_DONE;
	}
	if (content_read(plain, &content, &fault) == ERR_OK) {
		say_content(&content);
		return EXIT_DONE;
	}
	say_error(_("What was sealed is no content of the record: {1}."), fault.rule);
	say_next(_("the same command with --to FILE, which writes it as it is"));
	return EXIT_INTEGRITY;
}

static enum exit_code open_content(const struct options *o, const struct identities *ids)
{
	struct buf file, plain;
	enum exit_code code = EXIT_DONE;
	enum err e;

	buf_init(&file, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	buf_init(&plain, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	e = file_read(o->arguments[0], &file);
	if (e == ERR_LIMIT) {
		say_error(_("{1} is longer than a content is."), o->arguments[0]);
		say_next(_("the same command with --to FILE, which writes it as it is"));
		code = EXIT_REFUSED;
	} else if (e != ERR_OK) {
		code = refuse_missing(o->arguments[0]);
	}
	if (code == EXIT_DONE)
		code = unlock(o, ids, buf_bytes(&file), &plain);
	if (code == EXIT_DONE)
		code = show(o, buf_bytes(&file), buf_bytes(&plain));
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
	free(file.ptr);
	return code;
}

/* ---- As it is, into a file: of any length. ---- */

#define PIECE_LEN (64u << 10)

static enum err more(void *self, struct buf *out)
{
	uint8_t *place = buf_reserve(out, PIECE_LEN);
	size_t got = place == NULL ? 0 : fread(place, 1, PIECE_LEN, self);

	out->len -= place == NULL ? 0 : PIECE_LEN - got;
	return ferror((FILE *)self) ? ERR_IO : got == 0 ? ERR_NOT_FOUND : ERR_OK;
}

static enum exit_code open_header(const struct options *o, const struct identities *ids,
				  struct opening_file *f, FILE *from)
{
	uint8_t key[AGE_FILE_KEY_LEN] = { 0 };
	struct fault fault = { "", 0 };
	enum exit_code code = EXIT_DONE;
	enum err e = opening_file_open(f, (struct sealed_source){ more, from }, PIECE_LEN, &fault);

	if (e == ERR_OK && option_is_given(o, "file-key"))
		code = read_key(o, key);
	else if (e == ERR_OK)
		e = age_header_unwrap(&f->header, ids->of, ids->count, key);
	if (e == ERR_OK && code == EXIT_DONE)
		e = opening_file_unlock(f, key, &fault);
	age_wipe(key, sizeof key);
	if (e == ERR_IO)
		return refuse_missing(o->arguments[0]);
	return e == ERR_OK ? code : say_closed(o, e, &fault);
}

static enum exit_code write_all(const struct options *o, struct opening_file *f, const char *path, FILE *to)
{
	struct buf text;
	struct fault fault = { "", 0 };
	enum err e = ERR_OK;
	bool is_kept = true;

	buf_init(&text, xcalloc(1, AGE_CHUNK_LEN), AGE_CHUNK_LEN);
	while (e == ERR_OK && is_kept) {
		buf_reset(&text);
		e = opening_file_read(f, &text, &fault);
		is_kept = fwrite(text.ptr, 1, text.len, to) == text.len;
	}
	age_wipe(text.ptr, AGE_CHUNK_LEN);
	free(text.ptr);
	if (!is_kept || fflush(to) != 0)
		return refuse_unwritable(path);
	return e == ERR_NOT_FOUND ? EXIT_DONE
	       : e == ERR_IO	  ? refuse_missing(o->arguments[0])
				  : say_closed(o, e, &fault);
}

/* Under its name only when all of it was whole. */
static enum exit_code open_into(const struct options *o, const struct identities *ids, const char *path)
{
	char part[FILE_PATH_MAX];
	struct opening_file f = { .at = 0 };
	enum exit_code code;
	FILE *from = fopen(o->arguments[0], "re"), *to;
	int fd = -1;

	if (from == NULL)
		return refuse_missing(o->arguments[0]);
	code = open_header(o, ids, &f, from);
	if (code == EXIT_DONE && file_exists(path))
		code = refuse_existing(path);
	if (code == EXIT_DONE && file_part(path, 0600, part, &fd) != ERR_OK)
		code = refuse_unwritable(path);
	if (code == EXIT_DONE) {
		to = fdopen(fd, "w");
		if (to == NULL)
			abort();
		code = write_all(o, &f, path, to);
		if (fclose(to) != 0 && code == EXIT_DONE)
			code = refuse_unwritable(path);
		if (code == EXIT_DONE && file_place_new(part, path) != ERR_OK)
			code = refuse_unwritable(path);
		if (code != EXIT_DONE)
			unlink(part);
	}
	opening_file_close(&f);
	fclose(from);
	return code;
}

static enum exit_code run(struct options *o)
{
	const char *to = option_value(o, "to");
	struct identities ids;
	enum exit_code code = identities_open(&ids, o);

	if (code != EXIT_DONE)
		return code;
	code = to == NULL ? open_content(o, &ids) : open_into(o, &ids, to);
	identities_close(&ids);
	return code;
}

const struct command_row command_open = {
	"open",	 "FILE", 1,	1, N_("open a sealed file, by its file key or your secrets; needs no node"),
	options, run,	 false,
};
