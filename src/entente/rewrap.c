/*
 * A change of holder: what old secrets open gets a header for the new keys. The payload stays, so that
 * nothing is sealed twice, and the record as it is: the new files stand beside it.
 */
#include "base/alloc.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "sys/random.h"
#include "terminal/login.h"
#include "terminal/refuse.h"
#include "terminal/stored.h"
#include "wire/statement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_row options[] = {
	{ "for", N_("FILE"), N_("the new holder's keys: the .pub file of entente keys --new-identity") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

struct rewrap {
	const struct options *o;
	struct client *c;
	struct identities ids;
	struct age_recipient keys[AGE_RECIPIENTS_MAX];
	size_t keys_count;
	uint64_t written, files, closed;
};

/* The header for the new keys that are of its kind. */
static enum err write_header(const struct rewrap *r, const struct age_header *h,
			     const uint8_t file_key[AGE_FILE_KEY_LEN], struct buf *out)
{
	const struct age_recipient *to[AGE_RECIPIENTS_MAX];
	struct drbg random;
	size_t count = 0, bad;
	enum err e;

	for (size_t i = 0; i < r->keys_count; i++) {
		if (r->keys[i].kind == h->kind)
			to[count++] = &r->keys[i];
	}
	if (count == 0)
		return ERR_NOT_FOUND;
	random_read(random.seed, sizeof random.seed);
	e = age_header_write(to, count, &random, file_key, out, &bad);
	age_wipe(&random, sizeof random);
	return e;
}

/* DIR/HASH.age */
static enum err wrap_path(const struct rewrap *r, const char *hash, char path[FILE_PATH_MAX])
{
	char name[2 * HASH_LEN + sizeof ".age"];

	if ((size_t)snprintf(name, sizeof name, "%s.age", hash) >= sizeof name)
		return ERR_LIMIT;
	return file_path(path, r->o->arguments[0], name);
}

/* The new header and the old payload: an age file with the same text. */
static enum err write_wrap(struct rewrap *r, const struct age_header *h, struct bytes payload,
			   const char *path, const uint8_t file_key[AGE_FILE_KEY_LEN])
{
	struct buf out;
	enum err e;

	buf_init(&out, xcalloc(1, AGE_HEADER_LEN_MAX + CONTENT_LEN_MAX),
		 AGE_HEADER_LEN_MAX + CONTENT_LEN_MAX);
	e = write_header(r, h, file_key, &out);
	buf_put(&out, payload);
	if (e == ERR_OK)
		e = file_write(path, buf_bytes(&out), 0600);
	free(out.ptr);
	return e;
}

static enum exit_code count_wrap(struct rewrap *r, enum err e, uint64_t *written, const char *path)
{
	if (e == ERR_IO || e == ERR_FULL)
		return refuse_unwritable(path);
	if (e == ERR_DOWN)
		return client_lost(e);
	if (e == ERR_OK)
		(*written)++;
	else
		r->closed++;
	return EXIT_DONE;
}

static enum exit_code rewrap_content(struct rewrap *r, const char *hash, struct bytes file)
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	char path[FILE_PATH_MAX] = "";
	struct bytes payload = file;
	struct age_header h;
	struct fault fault;
	struct buf plain;
	enum err e = age_header_read(&payload, &h, &fault);

	buf_init(&plain, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	if (e == ERR_OK)
		e = unseal(&r->ids, r->o, h.kind, file, &plain, file_key, &fault);
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
	if (e == ERR_OK)
		e = wrap_path(r, hash, path);
	if (e == ERR_OK)
		e = write_wrap(r, &h, payload, path, file_key);
	age_wipe(file_key, sizeof file_key);
	return count_wrap(r, e, &r->written, path);
}

/* A file of any length: what is behind its header goes over as it comes. */
static enum err copy_payload(struct rewrap *r, struct stored_file *f, FILE *to)
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	struct buf header;
	struct bytes piece = { NULL, 0 };
	enum err e = stored_file_key(f, &r->ids, file_key);

	buf_init(&header, xcalloc(1, AGE_HEADER_LEN_MAX), AGE_HEADER_LEN_MAX);
	if (e == ERR_OK)
		e = write_header(r, &f->opening.header, file_key, &header);
	age_wipe(file_key, sizeof file_key);
	if (e == ERR_OK && fwrite(header.ptr, 1, header.len, to) != header.len)
		e = ERR_IO;
	free(header.ptr);
	while (e == ERR_OK && (e = stored_file_payload(f, &piece)) == ERR_OK && piece.len > 0) {
		if (fwrite(piece.ptr, 1, piece.len, to) != piece.len)
			e = ERR_IO;
	}
	return e;
}

static enum exit_code rewrap_attachment(struct rewrap *r, const char *place, const json_t *row)
{
	char path[FILE_PATH_MAX] = "", part[FILE_PATH_MAX];
	struct stored_file f;
	FILE *to;
	int fd;
	enum err e = wrap_path(r, json_str(row, "hash"), path);

	if (e != ERR_OK || file_part(path, 0600, part, &fd) != ERR_OK)
		return refuse_unwritable(path);
	to = fdopen(fd, "w");
	if (to == NULL)
		abort();
	e = stored_file_begin(&f, r->c, place, row, NULL, r->o);
	if (e == ERR_OK)
		e = copy_payload(r, &f, to);
	stored_file_close(&f);
	if (fclose(to) != 0 && e == ERR_OK)
		e = ERR_IO;
	if (e == ERR_OK)
		e = file_place(part, path);
	if (e != ERR_OK)
		unlink(part);
	return count_wrap(r, e, &r->files, path);
}

static enum exit_code rewrap_row(struct rewrap *r, const json_t *row)
{
	const json_t *content = json_object_get(row, "content"), *attachment;
	const char *place = json_str(row, "place");
	enum exit_code code = EXIT_DONE;
	struct client_answer answer;
	struct query q;
	size_t i;

	if (json_uint(content, "sealing") == SEALING_NONE || json_flag(row, "erased"))
		return EXIT_DONE;
	query_open(&q, "/content");
	query_put(&q, "place", place);
	if (client_ask(r->c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return EXIT_ERROR;
	if (answer.status == 200)
		code = rewrap_content(r, json_str(content, "hash"), buf_bytes(&answer.body));
	client_answer_finish(&answer);
	json_array_foreach(json_object_get(row, "attachments"), i, attachment)
	{
		if (code == EXIT_DONE)
			code = rewrap_attachment(r, place, attachment);
	}
	return code;
}

static enum exit_code rewrap_log(struct rewrap *r, const json_t *log)
{
	enum exit_code code = EXIT_DONE;
	uint64_t from = 0;

	while (code == EXIT_DONE && from < json_uint(log, "size")) {
		json_t *answer, *row;
		struct query q;
		size_t i;
		query_open(&q, "/log");
		query_put_number(&q, "channel", json_uint(log, "channel"));
		query_put(&q, "party", json_str(log, "party"));
		query_put_number(&q, "epoch", json_uint(log, "epoch"));
		query_put_number(&q, "from", from);
		query_put_number(&q, "limit", LIST_MAX);
		code = client_get(r->c, &q, &answer);
		json_array_foreach(json_object_get(answer, "entries"), i, row)
		{
			if (code == EXIT_DONE)
				code = rewrap_row(r, row);
		}
		from = json_object_get(answer, "next") == NULL ? json_uint(log, "size")
							       : json_uint(answer, "next");
		json_decref(answer);
	}
	return code;
}

static enum exit_code rewrap_all(struct rewrap *r)
{
	json_t *logs = NULL, *log;
	enum exit_code code = show_get(r->c, "/logs", &logs);
	size_t i;

	json_array_foreach(json_object_get(logs, "logs"), i, log)
	{
		if (code == EXIT_DONE)
			code = rewrap_log(r, log);
	}
	json_decref(logs);
	return code;
}

static enum exit_code read_keys(struct rewrap *r, const char *path)
{
	if (path != NULL && recipients_read_file(path, r->keys, &r->keys_count) == ERR_OK)
		return EXIT_DONE;
	say_error(_("The new holder's keys are needed: the .pub file of entente keys --new-identity."));
	say_next("entente rewrap DIR --for FILE.pub --identity OLD");
	return EXIT_USAGE;
}

static void say_done(const struct rewrap *r)
{
	if (r->o->is_json) {
		json_t *out =
			json_pack("{s:s, s:I, s:I, s:I}", "err", "OK", "written", (json_int_t)r->written,
				  "files", (json_int_t)r->files, "closed", (json_int_t)r->closed);
		json_say(out);
		json_decref(out);
		return;
	}
	say(n_(r->written, "{1} content can be opened by the new keys, with --wraps {2} or $ENTENTE_WRAPS\n",
	       "{1} contents can be opened by the new keys, with --wraps {2} or $ENTENTE_WRAPS\n"),
	    say_number(r->written), r->o->arguments[0]);
	if (r->files > 0)
		say(_("and {1}\n"), say_counted(r->files, "{1} attachment", "{1} attachments"));
	if (r->closed > 0)
		say(_("{1} not opened by a secret given here, or the new keys have none of their kind\n"),
		    say_counted(r->closed, "{1} content", "{1} contents"));
}

static enum exit_code run(struct options *o)
{
	struct rewrap *r = xcalloc(1, sizeof *r);
	struct client c;
	enum exit_code code = read_keys(r, option_value(o, "for"));

	r->o = o;
	r->c = &c;
	if (code == EXIT_DONE)
		code = identities_open(&r->ids, o);
	if (code == EXIT_DONE && mkdir(o->arguments[0], 0700) != 0 && errno != EEXIST)
		code = refuse_unwritable(o->arguments[0]);
	if (code == EXIT_DONE)
		code = login_open_owner(&c, o);
	if (code == EXIT_DONE)
		code = rewrap_all(r);
	login_close(&c);
	if (code == EXIT_DONE)
		say_done(r);
	identities_close(&r->ids);
	free(r);
	return code;
}

const struct command_row command_rewrap = {
	"rewrap",
	"DIR",
	1,
	1,
	N_("make what your secrets open readable for a new holder's keys, into a folder"),
	options,
	run,
	false,
};
