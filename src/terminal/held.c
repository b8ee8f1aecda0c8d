#include "terminal/held.h"

#include "base/alloc.h"
#include "home/restored.h"
#include "home/words.h"
#include "terminal/client.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* A copy of the record in the home's folder `copies`, while its maker lives: its process id follows. */
#define COPY_NAME "copy-"
#define COPY_STEP (1u << 20)

static enum exit_code read_settings(struct held *h, const char *home)
{
	char path[FILE_PATH_MAX];
	struct settings_fault fault = { 0 };
	struct buf text;
	enum err e = file_path(path, home, "settings");

	buf_init(&text, xcalloc(1, SETTINGS_LEN_MAX), SETTINGS_LEN_MAX);
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK)
		e = settings_read(buf_bytes(&text), &h->settings, &fault);
	free(text.ptr);
	if (e == ERR_OK)
		return EXIT_DONE;
	if (fault.line > 0) {
		say_error(_("{1}, line {2}: {3}: {4}"), path, say_number(fault.line), fault.key,
			  _(fault.why));
		say_next(_("mend that line; docs/spec/settings.md explains it"));
		return EXIT_ERROR;
	}
	return refuse_no_home(home);
}

static enum exit_code read_accord(struct held *h, const char *home)
{
	struct version_fault fault;
	char path[FILE_PATH_MAX];

	if (versions_read(&h->versions, home, h->settings.accord, &fault) == ERR_OK) {
		h->accord = accord_newest(&h->versions.held);
		return EXIT_DONE;
	}
	if ((size_t)snprintf(path, sizeof path, "%s/accord/%s", home, h->settings.accord) >= sizeof path)
		path[0] = '\0';
	say_error(_("{1} is no accord that holds its rules: {2}."), path, _(err_text(fault.err)));
	say_next("entente accord check {1}", path);
	return EXIT_INTEGRITY;
}

enum exit_code held_accord(struct held *h, const struct options *o)
{
	enum exit_code code;

	*h = (struct held){ .lock = -1 };
	code = read_settings(h, o->home);
	return code == EXIT_DONE ? read_accord(h, o->home) : code;
}

/* A slice of the copy a question, so that the node goes on with its work in between. */
static enum exit_code copy_slices(struct client *c, const char *target)
{
	struct client_answer answer;
	bool is_whole = false;
	enum exit_code code = EXIT_DONE;

	while (code == EXIT_DONE && !is_whole) {
		if (client_ask(c, "POST", target, (struct bytes){ NULL, 0 }, &answer) != ERR_OK) {
			say_error(_("The node stopped answering while it copied its record."));
			say_next("entente doctor");
			return EXIT_ERROR;
		}
		if (answer.status != 200)
			code = client_explain(&answer);
		is_whole = json_flag(answer.json, "whole");
		say_progress(_("pages"), json_uint(answer.json, "done"), json_uint(answer.json, "total"));
		client_answer_finish(&answer);
	}
	say_progress_end();
	return code;
}

/* To another disk: beside its place, and on it only when it is whole. */
static enum err copy_over(const char *from, const char *path)
{
	char part[FILE_PATH_MAX];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	enum err e = in < 0 ? ERR_IO : file_part(path, 0600, part, &out);
	ssize_t put;

	if (e != ERR_OK) {
		if (in >= 0)
			close(in);
		return e;
	}
	while ((put = sendfile(out, in, NULL, COPY_STEP)) > 0)
		;
	e = put == 0 && fsync(out) == 0 ? file_place_new(part, path) : ERR_IO;
	if (e != ERR_OK) {
		int why = errno;
		unlink(part);
		errno = why;
	}
	close(in);
	close(out);
	return e;
}

/* In its place only when it is whole: half a backup must not be found on the day when it is needed. */
static enum exit_code put_in_place(const char *made, const char *path)
{
	enum err e = file_place_new(made, path);

	if (e == ERR_IO && errno == EXDEV)
		e = copy_over(made, path);
	return e == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
}

/* The node writes into one folder of its home and nowhere else; from there it is taken to its place. */
enum exit_code held_copy(const struct options *o, const char *path)
{
	char name[64], copies[FILE_PATH_MAX], made[FILE_PATH_MAX];
	struct client c;
	struct query q;
	enum exit_code code;

	if (file_exists(path))
		return refuse_existing(path);
	snprintf(name, sizeof name, COPY_NAME "%ld", (long)getpid());
	if (file_path(copies, o->home, "copies") != ERR_OK || file_path(made, copies, name) != ERR_OK)
		return EXIT_USAGE;
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	query_open(&q, "/backup");
	query_put(&q, "to", name);
	code = copy_slices(&c, query_target(&q));
	client_close(&c);
	if (code == EXIT_DONE)
		code = put_in_place(made, path);
	if (code != EXIT_DONE)
		(void)unlink(made);
	return code;
}

/* The home's own record if nobody uses it, else a copy. */
static enum exit_code find_file(struct held *h, const struct options *o, char path[FILE_PATH_MAX])
{
	char lock[FILE_PATH_MAX];
	enum exit_code code;
	enum err e;

	if (file_path(lock, o->home, "lock") != ERR_OK || file_path(path, o->home, "record.db") != ERR_OK ||
	    (size_t)snprintf(h->copy, sizeof h->copy, "%s/copies/" COPY_NAME "%ld.part", o->home,
			     (long)getpid()) >= sizeof h->copy)
		return EXIT_USAGE;
	e = file_lock(lock, &h->lock);
	if (e == ERR_OK) {
		h->copy[0] = '\0';
		code = held_finish_restore(o->home);
		if (code != EXIT_DONE || file_exists(path))
			return code;
		say_error(_("There is no record at {1}."), path);
		say_next("entente serve --home {1}", o->home);
		return EXIT_NOT_FOUND;
	}
	h->lock = -1;
	code = held_copy(o, h->copy);
	memcpy(path, h->copy, sizeof h->copy);
	return code;
}

enum exit_code held_look(const char *path)
{
	enum err e = store_sqlite_look(path);

	if (e == ERR_OK)
		return EXIT_DONE;
	if (e != ERR_REFUSED)
		return refuse_missing(path);
	say_error(_("{1} is no record."), path);
	say_next("entente export --backup FILE");
	return EXIT_INTEGRITY;
}

/* A backup is looked at, and nothing is left beside it that did not stand there. */
static enum exit_code find_backup(struct held *h, const char *path)
{
	static const char *const endings[] = STORE_SQLITE_ENDINGS;
	char beside[FILE_PATH_MAX];
	bool is_alone = true;

	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		if (endings[i][0] != '\0' &&
		    (size_t)snprintf(beside, sizeof beside, "%s%s", path, endings[i]) < sizeof beside)
			is_alone = is_alone && !file_exists(beside);
	}
	if (is_alone && bytes_copy_str(bytes_str(path), h->alone, sizeof h->alone) != ERR_OK)
		return EXIT_USAGE;
	return held_look(path);
}

enum exit_code held_open(struct held *h, const struct options *o, const char *backup)
{
	char path[FILE_PATH_MAX];
	struct store *store;
	enum exit_code code;
	enum err e;

	*h = (struct held){ .lock = -1 };
	code = read_settings(h, o->home);
	if (code == EXIT_DONE)
		code = read_accord(h, o->home);
	if (code == EXIT_DONE && backup != NULL &&
	    bytes_copy_str(bytes_str(backup), path, sizeof path) != ERR_OK)
		code = EXIT_USAGE;
	if (code == EXIT_DONE && backup != NULL)
		code = find_backup(h, path);
	if (code == EXIT_DONE && backup == NULL)
		code = find_file(h, o, path);
	if (code == EXIT_DONE) {
		e = store_sqlite_open(path, NULL, &store);
		if (e == ERR_OK)
			e = record_open(store, h->accord, &h->record);
		if (e != ERR_OK) {
			say_error(_("The record {1} cannot be used: {2}."), path, _(err_text(e)));
			say_next(e == ERR_FULL ? _("make room on the disk, then the same command again")
					       : "entente restore FILE");
			code = err_class(e) == ERR_CLASS_LOCAL || err_class(e) == ERR_CLASS_LOG ||
					       e == ERR_REFUSED
				       ? EXIT_INTEGRITY
				       : EXIT_ERROR;
		}
	}
	if (code != EXIT_DONE)
		held_close(h);
	return code;
}

void held_remove_beside(const char *path)
{
	static const char *const endings[] = STORE_SQLITE_ENDINGS;
	char beside[FILE_PATH_MAX];

	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		if (endings[i][0] != '\0' &&
		    (size_t)snprintf(beside, sizeof beside, "%s%s", path, endings[i]) < sizeof beside)
			unlink(beside);
	}
}

enum exit_code held_finish_restore(const char *home)
{
	char kept[FILE_PATH_MAX] = "";
	enum err e = restored_finish(home, kept);

	if (e == ERR_NOT_FOUND)
		return EXIT_DONE;
	if (e != ERR_OK)
		return refuse_unwritable(kept);
	say_note(_("A restore had broken off; the backup is in its place now, and what stood there is {1}."),
		 kept);
	return EXIT_DONE;
}

void held_sweep(const char *home)
{
	char path[FILE_PATH_MAX];
	DIR *copies = file_path(path, home, "copies") == ERR_OK ? opendir(path) : NULL;
	int folder = copies != NULL ? dirfd(copies) : -1;
	const struct dirent *at;

	if (copies == NULL)
		return;
	while (folder >= 0 && (at = readdir(copies)) != NULL) {
		if (strncmp(at->d_name, COPY_NAME, strlen(COPY_NAME)) == 0)
			(void)unlinkat(folder, at->d_name, 0);
	}
	closedir(copies);
}

void held_close(struct held *h)
{
	if (h->record != NULL)
		record_free(h->record);
	versions_close(&h->versions);
	if (h->alone[0] != '\0')
		held_remove_beside(h->alone);
	if (h->copy[0] != '\0') {
		held_remove_beside(h->copy);
		unlink(h->copy);
	}
	if (h->lock >= 0)
		file_unlock(h->lock);
	*h = (struct held){ .lock = -1 };
}

void held_say_unproved(uint64_t count)
{
	say_note(n_(count,
		    "{1} entry that is held is not in it: it stands behind its log's last signed note.",
		    "{1} entries that are held are not in it: they stand behind their log's last signed "
		    "note."),
		 say_number(count));
}
