/*
 * Shows an entry with its evidence. Opening it on a screen is no act: WATCH READ is a signed statement and is
 * never made by itself, so `read` writes nothing to the record unless --ack asks for it, and `ack` is the
 * act.
 */
#include "crypto/hash.h"
#include "entente/act.h"
#include "entente/login.h"
#include "entente/refuse.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/unseal.h"
#include "entente/words.h"
#include "sys/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_LEN (512u << 10)
#define NAME_LEN_MAX 200u /* what is put behind it while it is not whole has to fit as well */

static const struct option_row options[] = {
	{ "ack", NULL, N_("and sign WATCH READ, having shown it") },
	{ "save", N_("DIR"), N_("write its attachments into this folder, made if it is not there") },
	{ "proof", N_("FILE"),
	  N_("write the proof of this entry, a tlog-proof file that needs no node to be checked") },
	{ "wraps", N_("DIR"), N_("what entente rewrap wrote for your key; otherwise $ENTENTE_WRAPS") },
	{ NULL, NULL, NULL },
};

static const struct act watch_read = {
	.kind = KIND_WATCH_READ,
	.done = N_("WATCH READ of {2} stands as {1}."),
};

/* ---- Attachments. ---- */

static enum exit_code save_pieces(struct client *c, const char *place, const json_t *attachment, FILE *file)
{
	uint64_t len = json_uint(attachment, "len");
	uint8_t wanted[HASH_LEN], found[HASH_LEN];
	struct hash_stream stream;

	hash_open(&stream);
	for (uint64_t at = 0; at < len;) {
		struct client_answer answer;
		struct query q;
		bool is_kept = true;
		size_t n = 0;
		enum err e;
		query_open(&q, "/attachments");
		query_put(&q, "hash", json_str(attachment, "hash"));
		query_put(&q, "place", place);
		query_put_number(&q, "offset", at);
		query_put_number(&q, "len", len - at < PIECE_LEN ? len - at : PIECE_LEN);
		e = client_ask(c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer);
		if (e != ERR_OK)
			return (enum exit_code)client_lost(e);
		if (answer.status == 200) {
			n = answer.body.len;
			hash_add(&stream, buf_bytes(&answer.body));
			is_kept = fwrite(answer.body.ptr, 1, n, file) == n;
		}
		client_answer_finish(&answer);
		if (!is_kept)
			return EXIT_ERROR;
		if (n == 0)
			return EXIT_NOT_FOUND;
		at += n;
		say_progress(_("saving, bytes"), at, len);
	}
	say_progress_end();
	hash_finish(&stream, found);
	return json_hex(attachment, "hash", wanted, sizeof wanted) == ERR_OK &&
			       memcmp(wanted, found, HASH_LEN) == 0
		       ? EXIT_DONE
		       : EXIT_INTEGRITY;
}

/*
 * A name from the other side is a name only: no folder, no dot file, nothing that a shell minds, and nothing
 * that makes it look like another.
 */
static void safe_name(const char *in, size_t number, char *out, size_t size)
{
	static const char minded[] = "/\\:*?\"<>|";
	struct bytes rest = bytes_str(in);
	size_t len = (size_t)snprintf(out, size, "%zu-", number);

	while (rest.len > 0) {
		struct bytes one = rest;
		uint32_t c;
		enum err e = bytes_take_character(&rest, &c);
		one.len -= rest.len;
		if (e != ERR_OK || character_is_hidden(c) || (c < 0x80 && strchr(minded, (int)c) != NULL))
			one = BYTES_LIT("_");
		if (one.len >= size - len)
			break;
		memcpy(out + len, one.ptr, one.len);
		len += one.len;
	}
	out[len] = '\0';
}

/* Why an attachment is not saved; EXIT_ERROR: errno says it. */
static enum exit_code explain_save(enum exit_code code, const char *path, const char *name)
{
	if (code == EXIT_ERROR)
		return refuse_unwritable(path);
	if (code == EXIT_INTEGRITY) {
		say_error(_("{1} does not have its hash: the node's disk has changed it."), name);
		say_next("entente repair");
		return code;
	}
	say_error(_("INCOMPLETE: {1} is not here whole yet."), name);
	say_next(_("it comes by itself while a path is up, as entente status shows; then the "
		   "same command with a new folder"));
	return code;
}

/*
 * Under its own name only when it is whole, and for this user alone: what was marked in the record is a plain
 * file from here on.
 */
static enum exit_code save_one(struct client *c, const char *place, const json_t *attachment, const char *dir,
			       const char *name)
{
	char path[FILE_PATH_MAX], part[FILE_PATH_MAX];
	enum exit_code code;
	FILE *file;
	int fd;

	if (file_path(path, dir, name) != ERR_OK)
		return EXIT_USAGE;
	if (file_exists(path))
		return refuse_existing(path);
	if (file_part(path, 0600, part, &fd) != ERR_OK)
		return refuse_unwritable(path);
	file = fdopen(fd, "w");
	if (file == NULL)
		abort();
	code = save_pieces(c, place, attachment, file);
	if (fclose(file) != 0 && code == EXIT_DONE)
		code = EXIT_ERROR;
	if (code == EXIT_DONE && file_place_new(part, path) != ERR_OK)
		code = EXIT_ERROR;
	if (code != EXIT_DONE) {
		int why = errno;
		unlink(part);
		errno = why;
		return explain_save(code, path, name);
	}
	fprintf(stderr, "%s\n", path);
	return EXIT_DONE;
}

static enum exit_code save(struct client *c, const struct options *o, const json_t *entry)
{
	const char *dir = option_value(o, "save");
	enum exit_code code = EXIT_DONE;
	const json_t *attachment;
	size_t i;

	if (dir == NULL)
		return EXIT_DONE;
	if (file_make_dir(dir) != ERR_OK)
		return refuse_unwritable(dir);
	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		char name[NAME_LEN_MAX];
		safe_name(json_str(attachment, "name"), i + 1, name, sizeof name);
		if (code == EXIT_DONE)
			code = save_one(c, json_str(entry, "place"), attachment, dir, name);
	}
	return code;
}

static enum exit_code save_proof(struct client *c, const struct options *o, const json_t *entry)
{
	const char *path = option_value(o, "proof");
	struct query q;

	if (path == NULL)
		return EXIT_DONE;
	if (file_exists(path))
		return refuse_existing(path);
	query_open(&q, "/proof");
	query_put(&q, "place", json_str(entry, "place"));
	return (enum exit_code)client_fetch(c, query_target(&q), path, file_place_new);
}

/* What came ahead of its log can be read, and nothing can be signed on it. */
static enum exit_code read_copy(struct client *c, const struct options *o, const json_t *copy)
{
	if (option_is_given(o, "ack") || option_is_given(o, "save") || option_is_given(o, "proof")) {
		say_error(_("{1} is an advance copy: nothing can be signed or proved on it before its log "
			    "has come."),
			  o->arguments[0]);
		say_next("entente watch");
		return EXIT_REFUSED;
	}
	if (!o->is_json)
		return show_copy(c, copy);
	json_say(copy);
	return EXIT_DONE;
}

static enum exit_code run(struct options *o)
{
	struct identities ids = { .count = 0 };
	json_t *entry = NULL, *copies = NULL;
	const json_t *copy = NULL;
	enum exit_code code;
	struct client c;
	struct query q;

	code = identities_open(&ids, o);
	if (code != EXIT_DONE)
		return code;
	code = login_open(&c, o);
	if (code != EXIT_DONE)
		return code;
	code = show_copy_find(&c, o->arguments[0], &copies, &copy);
	if (code != EXIT_DONE || (copy != NULL && strcmp(json_str(copy, "state"), "BY_LINE") == 0)) {
		code = code == EXIT_DONE ? read_copy(&c, o, copy) : code;
		json_decref(copies);
		login_close(&c);
		return code;
	}
	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	code = (enum exit_code)client_get(&c, &q, &entry);
	if (code == EXIT_DONE)
		unseal_entry(entry, &ids, o);
	if (code == EXIT_DONE && o->is_json)
		json_say(entry);
	else if (code == EXIT_DONE)
		code = show_entry(&c, entry);
	if (code == EXIT_DONE && !o->is_json && copy != NULL) {
		say("\n");
		code = show_copy(&c, copy);
	}
	if (code == EXIT_DONE)
		code = save(&c, o, entry);
	if (code == EXIT_DONE)
		code = save_proof(&c, o, entry);
	json_decref(entry);
	json_decref(copies);
	identities_close(&ids);
	login_close(&c);
	fflush(stdout);
	if (code == EXIT_DONE && option_is_given(o, "ack"))
		code = act_run(o, &watch_read);
	return code;
}

const struct command_row command_read = {
	"read",
	"PLACE",
	1,
	1,
	N_("show an entry: its words, who signed, its ladder; writes nothing unless --ack"),
	options,
	run,
	false,
};
