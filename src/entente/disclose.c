/*
 * The file key of one sealed message, or of one file attached to it: it opens this one for whoever has it as
 * it is sealed, and no other.
 */
#include "base/alloc.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/evidence.h"
#include "terminal/login.h"
#include "terminal/refuse.h"
#include "terminal/stored.h"
#include "wire/content.h"
#include "wire/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
	{ "attachment", N_("NUMBER"), N_("the key of this attachment instead: 1 is the first") },
	{ "content", N_("FILE"), N_("write what the key opens, as it is sealed, into this file") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

/* The key, and the beginning of what it opens: whoever gives it away sees what he gives. */
struct disclosed {
	char key[2 * AGE_FILE_KEY_LEN + 1], opens[512];
};

static void name_words(struct disclosed *d, struct bytes plain)
{
	struct content *c = xcalloc(1, sizeof *c);
	struct fault fault;
	char *shown;

	if (content_read(plain, c, &fault) == ERR_OK && (c->subject.len > 0 || c->portions_count > 0)) {
		shown = say_shown(c->subject.len > 0 ? c->subject : c->portions[0].text);
		say_cut(shown, 120, d->opens, sizeof d->opens);
		free(shown);
	}
	age_wipe(c, sizeof *c);
	free(c);
}

/* The key and the sealed bytes of an entry that this terminal opens. */
static enum exit_code find_key(const json_t *entry, const struct identities *ids, const struct options *o,
			       struct buf *file, struct disclosed *d)
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	struct fault fault;
	struct buf plain;
	enum err e;

	buf_init(&plain, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	e = unseal(ids, o, json_uint(json_object_get(entry, "content"), "sealing"), buf_bytes(file), &plain,
		   file_key, &fault);
	if (e == ERR_OK) {
		bytes_write_hex(BYTES_OF(file_key), d->key);
		name_words(d, buf_bytes(&plain));
	}
	age_wipe(file_key, sizeof file_key);
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
	if (e == ERR_OK)
		return EXIT_DONE;
	say_error(_("No secret here opens {1}."), json_str(entry, "place"));
	say_next(_("the same command with --identity FILE, a secret of a post that it is sealed for: entente "
		   "read '{1}'"),
		 json_str(entry, "place"));
	return EXIT_REFUSED;
}

/* A key is of what was signed, and not of what somebody who runs the node would like to read. */
static enum exit_code check_signed(const json_t *entry)
{
	struct evidence evidence;

	if (evidence_check(entry, &evidence) == ERR_OK)
		return EXIT_DONE;
	say_error(_("What the node shows of {1} is not what was signed: no key is given."),
		  json_str(entry, "place"));
	say_next("entente verify");
	return EXIT_INTEGRITY;
}

static enum exit_code get_sealed(const json_t *entry, struct buf *file)
{
	if (json_uint(json_object_get(entry, "content"), "sealing") == SEALING_NONE) {
		say_error(_("{1} is not sealed: whoever has its content reads it."),
			  json_str(entry, "place"));
		say_next("entente read '{1}'", json_str(entry, "place"));
		return EXIT_REFUSED;
	}
	if (json_bytes(entry, "content_bytes", file) == ERR_OK)
		return check_signed(entry);
	say_error(_("The content of {1} is not here."), json_str(entry, "place"));
	say_next("entente read '{1}'", json_str(entry, "place"));
	return EXIT_NOT_FOUND;
}

static void say_key(const struct options *o, const json_t *entry, const char *hash, const struct disclosed *d)
{
	if (o->is_json) {
		json_t *out =
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "err", "OK", "place", json_str(entry, "place"),
				  "hash", hash, "file_key", d->key, "opens", d->opens);
		json_say(out);
		json_decref(out);
		return;
	}
	say("{1}\n", d->key);
	fprintf(stderr, "%s %s\n", _("it opens:"), d->opens);
	fputs(_("this key opens what has that hash and nothing else; it cannot be taken back\n"), stderr);
	fprintf(stderr, "%s\n", hash);
}

static enum exit_code disclose_content(const struct options *o, const struct identities *ids,
				       const json_t *entry, struct disclosed *d)
{
	const char *path = option_value(o, "content");
	struct buf file = { 0 };
	enum exit_code code = get_sealed(entry, &file);

	if (code == EXIT_DONE)
		code = find_key(entry, ids, o, &file, d);
	if (code == EXIT_DONE && path != NULL && file_write_new(path, buf_bytes(&file), 0600) != ERR_OK)
		code = refuse_unwritable(path);
	free(file.ptr);
	return code;
}

/* The row of the attachment that was named; NULL, and it was said that there is none. */
static const json_t *find_attachment(const struct options *o, const json_t *entry)
{
	const json_t *list = json_object_get(entry, "attachments"), *row = NULL;
	const char *typed = option_value(o, "attachment");
	uint64_t number = 0;

	if (bytes_read_decimal(bytes_str(typed), ATTACHMENTS_MAX, &number) == ERR_OK && number > 0)
		row = json_array_get(list, (size_t)number - 1);
	if (row != NULL)
		return row;
	say_error(_("{1} has no attachment {2}."), json_str(entry, "place"), typed);
	say_next("entente read '{1}'", json_str(entry, "place"));
	return NULL;
}

/* As it is sealed, into a file that nobody had. */
static enum err copy_out(struct stored_file *f, const char *path)
{
	char part[FILE_PATH_MAX];
	struct bytes piece = { NULL, 0 };
	FILE *file;
	int fd;
	enum err e = file_part(path, 0600, part, &fd);

	if (e != ERR_OK)
		return e;
	file = fdopen(fd, "w");
	if (file == NULL)
		abort();
	while (e == ERR_OK && (e = stored_file_next(f, &piece)) == ERR_OK && piece.len > 0) {
		if (fwrite(piece.ptr, 1, piece.len, file) != piece.len)
			e = ERR_IO;
	}
	if (fclose(file) != 0 && e == ERR_OK)
		e = ERR_IO;
	if (e == ERR_OK)
		e = file_place_new(part, path);
	if (e != ERR_OK)
		unlink(part);
	return e;
}

/* All of it is opened first, and is what its message says: the key that did so is that of this file. */
static enum err open_whole(const json_t *entry, const json_t *row, const struct identities *ids,
			   const struct options *o, struct client *c, struct disclosed *d)
{
	struct bytes piece = { NULL, 0 };
	struct stored_file f;
	enum err e = stored_file_begin(&f, c, json_str(entry, "place"), row, ids, o);

	while (e == ERR_OK && (e = stored_file_next(&f, &piece)) == ERR_OK && piece.len > 0)
		;
	if (e == ERR_OK)
		bytes_write_hex(BYTES_OF(f.key), d->key);
	stored_file_close(&f);
	return e;
}

static enum exit_code disclose_attachment(const struct options *o, const struct identities *ids,
					  const json_t *entry, const json_t *row, struct client *c,
					  struct disclosed *d)
{
	const char *path = option_value(o, "content");
	char *shown = say_shown(bytes_str(json_str(row, "name")));
	struct stored_file f;
	enum err e = json_object_get(row, "file_hash") == NULL ? ERR_NOT_FOUND
							       : open_whole(entry, row, ids, o, c, d);

	say_cut(shown, 120, d->opens, sizeof d->opens);
	free(shown);
	if (e != ERR_OK)
		return stored_file_explain(e, json_str(entry, "place"));
	if (path == NULL)
		return EXIT_DONE;
	e = stored_file_begin(&f, c, json_str(entry, "place"), row, NULL, o);
	if (e == ERR_OK)
		e = copy_out(&f, path);
	stored_file_close(&f);
	if (e == ERR_IO || e == ERR_EXISTS)
		return refuse_unwritable(path);
	return e == ERR_OK ? EXIT_DONE : stored_file_explain(e, json_str(entry, "place"));
}

static enum exit_code disclose(const struct options *o, const struct identities *ids, json_t *entry,
			       struct client *c)
{
	struct disclosed d = { "", "" };
	const json_t *what = json_object_get(entry, "content");
	enum exit_code code;

	if (option_is_given(o, "attachment")) {
		struct buf file = { 0 };
		code = get_sealed(entry, &file); /* only of what is sealed and here */
		free(file.ptr);
		if (code == EXIT_DONE)
			unseal_entry(entry, ids, o); /* which says of each what it is in clear */
		what = code == EXIT_DONE ? find_attachment(o, entry) : NULL;
		if (what == NULL)
			return code == EXIT_DONE ? EXIT_NOT_FOUND : code;
		code = disclose_attachment(o, ids, entry, what, c, &d);
	} else {
		code = disclose_content(o, ids, entry, &d);
	}
	if (code == EXIT_DONE)
		say_key(o, entry, json_str(what, "hash"), &d);
	age_wipe(&d, sizeof d);
	return code;
}

static enum exit_code run(struct options *o)
{
	struct identities ids;
	json_t *entry = NULL;
	enum exit_code code = identities_open(&ids, o);
	struct client c;
	struct query q;

	if (code == EXIT_DONE)
		code = login_open_owner(&c, o);
	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	code = client_get(&c, &q, &entry);
	if (code == EXIT_DONE)
		code = disclose(o, &ids, entry, &c);
	json_decref(entry);
	login_close(&c);
	identities_close(&ids);
	return code;
}

const struct command_row command_disclose = {
	"disclose",
	"PLACE",
	1,
	1,
	N_("give the key of one sealed message or attachment, by which anybody opens that one"),
	options,
	run,
	false,
};
