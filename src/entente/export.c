#include "record/export.h"
#include "terminal/refuse.h"

#include "entente/rows.h"
#include "home/words.h"
#include "terminal/client.h"
#include "terminal/held.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SLICE_LEN (4u << 20)

static const struct option_row options[] = {
	{ "to", N_("DIR"), N_("write plain files that stock tools check into this new folder") },
	{ "shared", NULL,
	  N_("with --to: without the home channel, as it may be shown to the other parties") },
	{ "backup", N_("FILE"),
	  N_("let the running node copy its record to this file, for entente restore") },
	{ NULL, NULL, NULL },
};

/* The channels that are no party's own. */
static bool is_shared(void *self, const struct log *log)
{
	const struct held *h = self;
	const struct accord_channel *c = accord_channel_find(h->accord, log->origin.channel);

	return c != NULL && c->plane != PLANE_HOME;
}

static enum err put_version(struct export *x, const struct accord_dir *d)
{
	char path[FILE_PATH_MAX], hash[2 * HASH_LEN + 1];
	enum err e;
	int n;

	bytes_write_hex(BYTES_OF(d->accord->hash), hash);
	n = snprintf(path, sizeof path, "accord/%s/MANIFEST", hash);
	e = n < 0 ? ERR_LIMIT : export_put(x, path, d->manifest);
	for (size_t i = 0; e == ERR_OK && i < d->files_count; i++) {
		n = snprintf(path, sizeof path, "accord/%s/%.*s", hash, (int)d->files[i].name.len,
			     (const char *)d->files[i].name.ptr);
		e = n < 0 || (size_t)n >= sizeof path ? ERR_LIMIT : export_put(x, path, d->files[i].content);
	}
	for (size_t i = 0; e == ERR_OK && i < d->signatures_count; i++) {
		n = snprintf(path, sizeof path, "accord/%s/%.*s", hash, (int)d->signature_names[i].len,
			     (const char *)d->signature_names[i].ptr);
		e = n < 0 || (size_t)n >= sizeof path ? ERR_LIMIT : export_put(x, path, d->signatures[i]);
	}
	return e;
}

/* Every version: entries are judged by the one that was in force at their place. */
static enum err put_accord(struct export *x, const struct held *h)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < h->versions.held.count; i++)
		e = put_version(x, h->versions.dirs[i]);
	return e;
}

static enum exit_code conclude(const struct options *o, const struct export_counts *n, const char *dir,
			       enum err e)
{
	if (e != ERR_OK) {
		say_error(_("The export into {1} broke off: {2}."), dir,
			  e == ERR_IO ? strerror(errno) : _(err_text(e)));
		if (e == ERR_IO || e == ERR_FULL)
			say_next(_("make room there, or the same command with another folder"));
		else
			say_next("entente verify");
		return err_class(e) == ERR_CLASS_LOG || e == ERR_CORRUPT ? EXIT_INTEGRITY : EXIT_ERROR;
	}
	if (o->is_json)
		say("{\"logs\":{1},\"entries\":{2},\"contents\":{3},\"attachments\":{4},\"unproved\":{5}}\n",
		    say_number(n->logs), say_number(n->entries), say_number(n->contents),
		    say_number(n->blobs), say_number(n->unproved));
	else
		say("{1}: {2}, {3}, {4}, {5}\n", dir, say_counted(n->logs, "{1} log", "{1} logs"),
		    say_counted(n->entries, "{1} entry", "{1} entries"),
		    say_counted(n->contents, "{1} content", "{1} contents"),
		    say_counted(n->blobs, "{1} attachment", "{1} attachments"));
	if (n->unproved > 0) {
		held_say_unproved(n->unproved);
		say_next(_("let the node run until entente status names no log, then the same command with "
			   "another folder"));
	}
	return EXIT_DONE;
}

static enum exit_code export_to(const struct options *o, struct held *h, const char *dir, struct sink *sink)
{
	struct export_options what = { .record = h->record, .accord = h->accord, .sink = sink, .self = h };
	struct export *x;
	enum exit_code code;
	enum err e;

	if (option_is_given(o, "shared"))
		what.is_wanted = is_shared;
	x = export_new(&what);
	e = put_accord(x, h);
	if (e == ERR_OK) {
		while ((e = export_step(x, SLICE_LEN)) == ERR_SHORT)
			say_progress(_("exported, entries"), export_count(x)->entries, 0);
		say_progress_end();
	}
	if (e == ERR_OK)
		e = sink_folder_finish(sink);
	else
		sink_folder_free(sink);
	code = conclude(o, export_count(x), dir, e);
	export_free(x);
	return code;
}

static enum exit_code run_export(const struct options *o, const char *dir)
{
	struct sink *sink;
	struct held h;
	enum exit_code code;

	/* Beside old files an export would prove less than it shows. */
	if (file_exists(dir))
		return refuse_existing(dir);
	code = held_open(&h, o, NULL);
	if (code != EXIT_DONE)
		return code;
	code = sink_folder_new(dir, &sink) == ERR_OK ? export_to(o, &h, dir, sink) : refuse_unwritable(dir);
	held_close(&h);
	return code;
}

static enum exit_code run(struct options *o)
{
	const char *dir = option_value(o, "to"), *backup = option_value(o, "backup");
	enum exit_code code;

	if ((dir == NULL) == (backup == NULL)) {
		say_error(_("Where to? Either plain files for stock tools, or a backup."));
		say_next("entente export --to DIR, entente export --backup FILE");
		return EXIT_USAGE;
	}
	if (dir != NULL)
		return run_export(o, dir);
	code = held_copy(o, backup);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("file", backup);
	else if (code == EXIT_DONE)
		say(_("{1} written; entente verify {1} checks it, entente restore {1} puts it back\n"),
		    backup);
	return code;
}

const struct command_row command_export = {
	"export", "",  0,     0, N_("write the record as plain files that stock tools check, or a backup"),
	options,  run, false,
};
