/*
 * A backup goes back into its home, or the registrar ends what cannot be recovered by opening the next epoch.
 * Spec: docs/spec/record.md, epochs and restore. The node itself finds out, from its signer and its peers,
 * what the backup has forgotten, and writes nothing of its own before that is settled.
 */
#include "base/alloc.h"
#include "compose/post.h"
#include "compose/registrar.h"
#include "entente/rows.h"
#include "home/restored.h"
#include "home/words.h"
#include "record/store.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/held.h"
#include "terminal/refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_LEN (1u << 20)

static const struct option_row options[] = {
	{ "open-epoch", NULL,
	  N_("as the registrar (--key), open the next epoch of each log that is RECOVERING") },
	{ "channel", N_("CHANNEL"),
	  N_("with --open-epoch: only of this channel, and also of a log of ours that is STOPPED") },
	{ "label", N_("LEVEL"), N_("with --open-epoch: the marking; otherwise $ENTENTE_LABEL") },
	{ NULL, NULL, NULL },
};

/* ---- The backup. ---- */

static enum exit_code copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	uint8_t *memory;
	uint64_t sum = 0;
	ssize_t n = 0;
	bool is_good;

	if (in < 0)
		return refuse_missing(from); /* it has gone since it was looked at */
	/* What a restore that was killed has left is not written into. */
	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	memory = xcalloc(1, COPY_LEN);
	while (out >= 0 && (n = read(in, memory, COPY_LEN)) > 0) {
		if (write(out, memory, (size_t)n) != n) {
			n = -1;
			break;
		}
		sum += (uint64_t)n;
		say_progress(_("bytes"), sum, 0);
	}
	say_progress_end();
	free(memory);
	is_good = out >= 0 && n == 0 && fsync(out) == 0;
	if (out >= 0)
		close(out);
	close(in);
	if (is_good)
		return EXIT_DONE;
	refuse_unwritable(to);
	unlink(to);
	return EXIT_ERROR;
}

static enum exit_code restore(const struct options *o, const char *from)
{
	char part[FILE_PATH_MAX], kept[FILE_PATH_MAX];
	struct store *store;
	enum exit_code code;

	if (file_path(part, o->home, "restore.part") != ERR_OK)
		return EXIT_USAGE;
	held_remove_beside(part);
	code = held_look(from);
	if (code == EXIT_DONE)
		code = copy(from, part);
	if (code != EXIT_DONE)
		return code;
	if (store_sqlite_open(part, NULL, &store) != ERR_OK) {
		say_error(_("{1} is no record."), from);
		say_next(_("entente restore with another backup; without one, entente serve begins with an "
			   "empty "
			   "record and the peers give back what they hold"));
		held_remove_beside(part);
		unlink(part);
		return EXIT_INTEGRITY;
	}
	store->ops->close(store);
	held_remove_beside(part); /* a copy that was only looked at has nothing there */
	if (restored_place(o->home, part, kept) != ERR_OK)
		return refuse_unwritable(kept);
	if (o->is_json) {
		json_say_done("file", from);
		return EXIT_DONE;
	}
	if (file_exists(kept))
		say(_("The backup is in its place; what stood there is {1}.\n"), kept);
	else
		say_line(_("The backup is in its place, where no record stood."));
	say(_("Start the node: entente serve --home {1}. It asks its peers for what the backup has forgotten "
	      "before it writes. Then: entente status\n"),
	    o->home);
	return EXIT_DONE;
}

/* Nobody else may have the home meanwhile. */
static enum exit_code restore_locked(const struct options *o)
{
	char path[FILE_PATH_MAX];
	enum exit_code code;
	enum err e;
	int lock;

	/* A record alone is no home: nothing could start on it. */
	if (file_path(path, o->home, "settings") != ERR_OK || !file_exists(path))
		return refuse_no_home(o->home);
	if (file_path(path, o->home, "lock") != ERR_OK)
		return EXIT_USAGE;
	e = file_lock(path, &lock);
	if (e == ERR_EXISTS) {
		say_error(_("The node of {1} runs: stop it first."), o->home);
		say_next(_("end its entente serve, then the same command again"));
		return EXIT_REFUSED;
	}
	if (e != ERR_OK)
		return refuse_no_home(o->home);
	code = held_finish_restore(o->home);
	if (code == EXIT_DONE)
		code = restore(o, o->arguments[0]);
	file_unlock(lock);
	return code;
}

/* ---- The next epoch. ---- */

static void put_head(struct draft *d, uint64_t key, const uint64_t *epoch, uint64_t size,
		     const uint8_t root[HASH_LEN])
{
	uint8_t memory[128];
	struct buf out = BUF_ON(memory);
	struct field *f = &d->statement.fields[d->statement.fields_count++];

	cbor_put_array(&out, epoch == NULL ? 2 : 3);
	if (epoch != NULL)
		cbor_put_uint(&out, *epoch);
	cbor_put_uint(&out, size);
	cbor_put_bytes(&out, (struct bytes){ root, HASH_LEN });
	*f = (struct field){ key, arena_copy(&d->words, buf_bytes(&out)) };
}

/* What the new epoch says of the old one, as the node's GET /logs has it. */
static enum exit_code fill_open(struct draft *d, const json_t *log)
{
	const json_t *head = json_object_get(log, "signed"); /* by the signer, and held by nobody */
	const json_t *sound = json_object_get(log, "sound"), *old = sound == NULL ? log : sound;
	uint8_t manifest[HASH_LEN], root[HASH_LEN];
	uint64_t epoch = json_uint(log, "epoch"), size = json_uint(old, "size");

	if (head == NULL && sound != NULL)
		head = log; /* with what this disk has changed */

	/* Under the version that the old one had come to. */
	if (json_hex(log, "accord_hash", manifest, sizeof manifest) != ERR_OK ||
	    json_hex(old, "root", root, sizeof root) != ERR_OK)
		return EXIT_ERROR;
	registrar_fill_open(d, manifest);
	put_head(d, FIELD_OPEN_OLD, &epoch, size, root);
	if (head == NULL)
		return EXIT_DONE;
	if (json_hex(head, "root", root, sizeof root) != ERR_OK)
		return EXIT_ERROR;
	put_head(d, FIELD_OPEN_GIVEN_UP, NULL, json_uint(head, "size"), root);
	return EXIT_DONE;
}

static const json_t *channel_parties(const json_t *accord, uint64_t number)
{
	const json_t *channel;
	size_t i;

	json_array_foreach(json_object_get(accord, "channels"), i, channel)
	{
		if (json_uint(channel, "number") == number)
			return json_object_get(channel, "parties");
	}
	return NULL;
}

static enum exit_code open_one(const struct options *o, struct client *c, struct officer *registrar,
			       const json_t *accord, const json_t *log, char place[PLACE_TEXT_LEN])
{
	struct draft d;
	enum exit_code code;

	draft_open(&d, KIND_OPEN);
	code = draft_address(&d, c, say_number(json_uint(log, "channel")));
	d.statement.seen_count = 0; /* the epoch's first entry builds on the old log alone */
	if (code == EXIT_DONE)
		code = draft_label(&d, o, channel_parties(accord, json_uint(log, "channel")));
	if (code == EXIT_DONE)
		code = fill_open(&d, log);
	if (code == EXIT_DONE)
		code = draft_sign(&d, registrar);
	if (code == EXIT_DONE)
		code = post_draft(c, &d, place);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("place", place);
	else if (code == EXIT_DONE)
		say(_("{1}: the next epoch is open; say again what this terminal signed: entente send "
		      "--again\n"),
		    place);
	draft_close(&d);
	return code;
}

/* What is STOPPED may still be mended: nobody gives it up by the way. */
static bool is_to_end(const json_t *log, bool is_named)
{
	const char *state = json_str(log, "state");

	return strcmp(state, "RECOVERING") == 0 ||
	       (is_named && strcmp(state, "STOPPED") == 0 && !json_flag(log, "ended"));
}

static bool is_wanted(const struct options *o, const json_t *accord, const json_t *log)
{
	const char *channel = option_value(o, "channel");
	const json_t *row;
	size_t i;

	if (strcmp(json_str(log, "party"), json_str(accord, "party")) != 0 ||
	    !is_to_end(log, channel != NULL))
		return false;
	if (channel == NULL || strcmp(channel, say_number(json_uint(log, "channel"))) == 0)
		return true;
	json_array_foreach(json_object_get(accord, "channels"), i, row)
	{
		if (json_uint(row, "number") == json_uint(log, "channel"))
			return strcasecmp(json_str(row, "name"), channel) == 0;
	}
	return false;
}

static enum exit_code open_all(struct options *o, struct client *c)
{
	struct officer registrar = { 0 };
	json_t *accord = NULL, *logs = NULL;
	const json_t *log;
	enum exit_code code = officer_open(&registrar, o);
	char place[PLACE_TEXT_LEN];
	size_t i, count = 0;

	memcpy(registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
	if (code == EXIT_DONE)
		code = show_get(c, "/accord", &accord);
	if (code == EXIT_DONE)
		code = show_get(c, "/logs", &logs);
	json_array_foreach(json_object_get(logs, "logs"), i, log)
	{
		if (code != EXIT_DONE || !is_wanted(o, accord, log))
			continue;
		code = open_one(o, c, &registrar, accord, log, place);
		count++;
	}
	if (code == EXIT_DONE && count == 0) {
		say_error(_("No log of ours is RECOVERING: there is no epoch to open."));
		say_next("entente status");
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE)
		code = check_lines_on(c, 0, place, o->is_json);
	json_decref(accord);
	json_decref(logs);
	officer_close(&registrar);
	return code;
}

static enum exit_code run(struct options *o)
{
	bool is_epoch = option_is_given(o, "open-epoch");
	enum exit_code code;
	struct client c;

	if (is_epoch == (o->arguments_count == 1)) {
		say_error(_("entente restore takes a backup's FILE, or --open-epoch."));
		say_next(_("see entente {1} --help"), "restore");
		return EXIT_USAGE;
	}
	if (!option_has_use(o, "channel", "open-epoch") || !option_has_use(o, "label", "open-epoch"))
		return EXIT_USAGE;
	if (!is_epoch)
		return restore_locked(o);
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = open_all(o, &c);
	client_close(&c);
	return code;
}

const struct command_row command_restore = {
	"restore",
	"[FILE]",
	0,
	1,
	N_("put a backup back, or open the next epoch where nothing can be recovered"),
	options,
	run,
	false,
};
