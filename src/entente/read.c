/*
 * Shows an entry with its evidence. Opening it on a screen is no act: WATCH READ is a signed statement and is
 * never made by itself, so `read` writes nothing to the record unless --ack asks for it, and `ack` is the
 * act.
 */
#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/aloud.h"
#include "terminal/login.h"
#include "terminal/refuse.h"
#include "terminal/stored.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_LEN_MAX 200u /* what is put behind it while it is not whole has to fit as well */

static const struct option_row options[] = {
	{ "ack", NULL, N_("and sign WATCH READ, having shown it") },
	{ "save", N_("DIR"), N_("write its attachments into this folder, made if it is not there") },
	{ "proof", N_("FILE"),
	  N_("write the proof of this entry, a tlog-proof file that needs no node to be checked") },
	{ "aloud", NULL, N_("and show nine digits of it, to be read aloud: the same on both sides") },
	{ "wraps", N_("DIR"), N_("what entente rewrap wrote for your key; otherwise $ENTENTE_WRAPS") },
	{ NULL, NULL, NULL },
};

static const struct act watch_read = {
	.kind = KIND_WATCH_READ,
	.done = N_("WATCH READ of {2} stands as {1}."),
};

/* ---- Attachments. ---- */

struct saving {
	struct client *c;
	const struct options *o;
	const struct identities *ids;
	const char *place, *dir;
};

/* ERR_IO: errno says why. */
static enum err save_pieces(const struct saving *s, const json_t *attachment, FILE *file)
{
	struct stored_file f;
	struct bytes piece = { NULL, 0 };
	enum err e = stored_file_begin(&f, s->c, s->place, attachment, s->ids, s->o);

	while (e == ERR_OK) {
		e = stored_file_next(&f, &piece);
		if (e != ERR_OK || piece.len == 0)
			break;
		if (fwrite(piece.ptr, 1, piece.len, file) != piece.len)
			e = ERR_IO;
	}
	stored_file_close(&f);
	return e;
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

/*
 * Under its own name only when it is whole, and for this user alone: what was marked in the record is a plain
 * file from here on.
 */
static enum exit_code save_one(const struct saving *s, const json_t *attachment, const char *name)
{
	char path[FILE_PATH_MAX], part[FILE_PATH_MAX];
	FILE *file;
	enum err e;
	int fd;

	if (file_path(path, s->dir, name) != ERR_OK)
		return EXIT_USAGE;
	if (file_exists(path))
		return refuse_existing(path);
	if (file_part(path, 0600, part, &fd) != ERR_OK)
		return refuse_unwritable(path);
	file = fdopen(fd, "w");
	if (file == NULL)
		abort();
	e = save_pieces(s, attachment, file);
	if (fclose(file) != 0 && e == ERR_OK)
		e = ERR_IO;
	if (e == ERR_OK)
		e = file_place_new(part, path);
	if (e != ERR_OK) {
		int why = errno;
		unlink(part);
		errno = why;
		return e == ERR_IO || e == ERR_EXISTS ? refuse_unwritable(path)
						      : stored_file_explain(e, name);
	}
	fprintf(stderr, "%s\n", path);
	return EXIT_DONE;
}

static enum exit_code save(struct client *c, const struct options *o, const struct identities *ids,
			   const json_t *entry)
{
	struct saving s = { c, o, ids, json_str(entry, "place"), option_value(o, "save") };
	enum exit_code code = EXIT_DONE;
	const json_t *attachment;
	size_t i;

	if (s.dir == NULL)
		return EXIT_DONE;
	/* Nobody knows what they are called. */
	if (json_array_size(json_object_get(entry, "attachments")) > 0 &&
	    json_object_get(entry, "opened") != NULL && !json_flag(entry, "opened"))
		return stored_file_explain(ERR_NOT_FOUND, s.place);
	if (file_make_dir(s.dir) != ERR_OK)
		return refuse_unwritable(s.dir);
	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		char name[NAME_LEN_MAX];
		safe_name(json_str(attachment, "name"), i + 1, name, sizeof name);
		if (code == EXIT_DONE)
			code = save_one(&s, attachment, name);
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
	return client_fetch(c, query_target(&q), path, file_place_new);
}

/* Whoever telephones says with nine digits which entry he means, and that it is the same. */
static void say_aloud(const json_t *entry)
{
	char digits[ALOUD_LEAF_LEN + 1];
	uint8_t leaf[HASH_LEN];

	if (json_hex(entry, "leaf", leaf, sizeof leaf) != ERR_OK)
		return;
	aloud_leaf(leaf, digits);
	say("\n{1}: {2}\n", _("read aloud, the same on both sides"), digits);
}

/* What came ahead of its log can be read, and nothing can be signed on it. */
static enum exit_code read_copy(struct client *c, const struct options *o, const json_t *copy)
{
	if (option_is_given(o, "ack") || option_is_given(o, "save") || option_is_given(o, "proof") ||
	    option_is_given(o, "aloud")) {
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
	code = client_get(&c, &q, &entry);
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
	if (code == EXIT_DONE && !o->is_json && option_is_given(o, "aloud"))
		say_aloud(entry);
	if (code == EXIT_DONE)
		code = save(&c, o, &ids, entry);
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
