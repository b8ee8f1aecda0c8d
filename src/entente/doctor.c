#include "base/alloc.h"
#include "compose/outbox.h"
#include "entente/rows.h"
#include "home/accord_dir.h"
#include "home/settings.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SYNCS 21u
#define SYNC_US_MIN 20u		  /* no disk writes through its cache in less */
#define SPACE_MIN (1024ull << 20) /* bytes */
#define TMPFS_KIND 0x01021994
#define RAMFS_KIND 0x858458f6

/*
 * One line a check: OK, or what is wrong and what to do next. Its name is the same in every language's JSON.
 */
struct doctor {
	const struct options *o;
	json_t *rows;
	bool is_ill;
};

enum finding { FINDING_OK, FINDING_WARN, FINDING_BAD };

static void find(struct doctor *d, enum finding finding, const char *what, const char *why, const char *next)
{
	static const char *const words[] = { N_("OK"), N_("WARN"), N_("BAD") };
	static const enum colour colours[] = { COLOUR_GOOD, COLOUR_WARN, COLOUR_BAD };

	d->is_ill = d->is_ill || finding == FINDING_BAD;
	if (d->o->is_json) {
		json_array_append_new(d->rows, json_pack("{s:s, s:s, s:s, s:s}", "check", what, "finding",
							 words[finding], "why", why, "next", next));
		return;
	}
	say_cell(_(words[finding]), 6, colours[finding]);
	say_cell(_(what), 16, COLOUR_PLAIN);
	say(" {1}", why);
	if (next[0] != '\0')
		say(_("; next: {1}"), next);
	say("\n");
}

static void check_mode(struct doctor *d, const char *name, unsigned forbidden, const char *what)
{
	char path[FILE_PATH_MAX], why[FILE_PATH_MAX + 64], next[FILE_PATH_MAX + 64], mode[8];
	struct stat st;

	if (bytes_copy_str(bytes_str(d->o->home), path, sizeof path) != ERR_OK ||
	    (name[0] != '\0' && name[0] != '/' && file_path(path, d->o->home, name) != ERR_OK) ||
	    (name[0] == '/' && bytes_copy_str(bytes_str(name), path, sizeof path) != ERR_OK))
		return;
	if (stat(path, &st) != 0) {
		snprintf(why, sizeof why, "%s: %s", path, strerror(errno));
		find(d, FINDING_BAD, what, why, "entente init --help");
		return;
	}
	snprintf(mode, sizeof mode, "%04o", (unsigned)(st.st_mode & 07777));
	say_fill(why, sizeof why, _("{1}, mode {2}"), path, mode);
	snprintf(next, sizeof next, "chmod go-rwx %s", path);
	if ((st.st_mode & forbidden) != 0)
		find(d, FINDING_BAD, what, why, next);
	else
		find(d, FINDING_OK, what, why, "");
}

/* ---- Thin paths. ---- */

static void check_device(struct doctor *d, const struct settings_path *p)
{
	char why[2 * SERIAL_DEVICE_LEN];
	int fd = open(p->serial, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	say_fill(why, sizeof why, "{1}/{2}: {3}", p->peer, p->name, p->serial);
	if (fd >= 0 && isatty(fd) == 1) {
		find(d, FINDING_OK, N_("serial device"), why, "");
	} else {
		say_fill(why, sizeof why, "{1}/{2}: {3}: {4}", p->peer, p->name, p->serial, strerror(errno));
		find(d, FINDING_BAD, N_("serial device"), why,
		     _("let this user read and write it (group dialout), or mend settings"));
	}
	if (fd >= 0)
		close(fd);
}

static void check_thin(struct doctor *d)
{
	struct settings *s = xcalloc(1, sizeof *s);
	struct settings_fault fault;
	char path[FILE_PATH_MAX];
	struct buf text;
	enum err e = file_path(path, d->o->home, "settings");

	buf_init(&text, xcalloc(1, SETTINGS_LEN_MAX), SETTINGS_LEN_MAX);
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK && settings_read(buf_bytes(&text), s, &fault) != ERR_OK)
		find(d, FINDING_BAD, N_("settings"), _(fault.why), "docs/spec/settings.md");
	for (size_t i = 0; i < s->paths_count; i++) {
		if (s->paths[i].serial[0] == '\0')
			continue;
		check_device(d, &s->paths[i]);
		check_mode(d, s->paths[i].key, 077, N_("pair key"));
	}
	free(text.ptr);
	free(s);
}

/* ---- The disk. ---- */

static int compare_us(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool measure_sync(const char *home, int64_t *median_us)
{
	static const uint8_t block[4096];
	char path[FILE_PATH_MAX];
	int64_t times[SYNCS];
	bool is_good = true;
	int fd, why;

	if (file_path(path, home, "doctor.XXXXXX") != ERR_OK)
		return false;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	/* Whoever is ended in the middle leaves nothing behind. */
	unlink(path);
	for (size_t i = 0; i < SYNCS && is_good; i++) {
		int64_t begin = clock_now().mono.us;
		is_good = write(fd, block, sizeof block) == (ssize_t)sizeof block && fdatasync(fd) == 0;
		times[i] = clock_now().mono.us - begin;
	}
	why = errno;
	close(fd);
	errno = why;
	if (!is_good)
		return false;
	qsort(times, SYNCS, sizeof times[0], compare_us);
	*median_us = times[SYNCS / 2];
	return true;
}

static void check_disk(struct doctor *d)
{
	struct statvfs space;
	struct statfs kind;
	int64_t us = 0;
	char why[256];

	if (statfs(d->o->home, &kind) != 0 || statvfs(d->o->home, &space) != 0)
		return; /* the home's own check has said it */
	if ((unsigned long)kind.f_type == TMPFS_KIND || (unsigned long)kind.f_type == RAMFS_KIND) {
		find(d, FINDING_BAD, N_("disk"), _("the home lies in memory and is lost with the power"),
		     _("put it on a disk"));
	} else if (!measure_sync(d->o->home, &us)) {
		find(d, FINDING_BAD, N_("disk"), strerror(errno),
		     _("see that the node's user may write there"));
	} else {
		say_fill(why, sizeof why, _("a synced write takes {1} us"), say_number((uint64_t)us));
		if (us < (int64_t)SYNC_US_MIN)
			find(d, FINDING_WARN, N_("disk"), why,
			     _("too fast to be true: turn off the drive's volatile cache"));
		else
			find(d, FINDING_OK, N_("disk"), why, "");
	}
	say_fill(why, sizeof why, _("{1} MiB free"),
		 say_number((uint64_t)space.f_bavail * space.f_frsize >> 20));
	if ((unsigned long long)space.f_bavail * space.f_frsize < SPACE_MIN)
		find(d, FINDING_WARN, N_("space"), why, _("make room: a full disk refuses new statements"));
	else
		find(d, FINDING_OK, N_("space"), why, "");
}

/* ---- The machine. ---- */

static void check_clock(struct doctor *d)
{
	struct timex t = { 0 };
	char why[128];

	if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC) != 0) {
		find(d, FINDING_WARN, N_("clock"),
		     _("nothing keeps it right; claimed times will be flagged by the other side"),
		     "timedatectl set-ntp true");
		return;
	}
	say_fill(why, sizeof why, _("kept right within {1} ms"), say_number((uint64_t)t.maxerror / 1000));
	find(d, FINDING_OK, N_("clock"), why, "");
}

static void check_locale(struct doctor *d)
{
	const char *locale = setlocale(LC_CTYPE, NULL);

	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		find(d, FINDING_WARN, N_("locale"), locale == NULL ? "" : locale, "export LC_ALL=C.UTF-8");
	else
		find(d, FINDING_OK, N_("locale"), locale == NULL ? "" : locale, "");
}

/* ---- The accord. ---- */

/* The version that this one follows, if it lies beside it: its roots may have signed too. */
static const struct accord *open_before(const struct doctor *d, const struct accord *a,
					struct accord_dir *before)
{
	char path[FILE_PATH_MAX], hash[2 * HASH_LEN + 1];

	*before = (struct accord_dir){ 0 };
	bytes_write_hex(BYTES_OF(a->previous), hash);
	if (a->is_founding ||
	    (size_t)snprintf(path, sizeof path, "%s/accord/%s", d->o->home, hash) >= sizeof path ||
	    accord_dir_open(before, path) != ERR_OK || accord_dir_check(before) != ERR_OK)
		return NULL;
	return before->accord;
}

static void check_one_accord(struct doctor *d, const char *path)
{
	struct accord_dir before;
	const struct accord *old;
	struct accord_dir accord;
	const char *bad = NULL;
	char why[128], next[FILE_PATH_MAX + 64];
	bool is_signed = true;
	enum err e = accord_dir_open(&accord, path);

	if (e == ERR_OK)
		e = accord_dir_check(&accord);
	if (e != ERR_OK) {
		snprintf(next, sizeof next, "entente accord check %s", path);
		find(d, FINDING_BAD, N_("accord"), _(err_text(e)), next);
		accord_dir_close(&accord);
		return;
	}
	old = open_before(d, accord.accord, &before);
	for (size_t i = 0; i < accord.accord->parties_count; i++) {
		if (accord_dir_is_signed(&accord, old, i, &bad) && bad == NULL)
			continue;
		is_signed = false;
		say_fill(why, sizeof why, _("{1} has not signed it"), accord.accord->parties[i].code);
		snprintf(next, sizeof next, "entente accord sign %s --key ROOT", path);
		find(d, FINDING_BAD, N_("accord"), why, next);
	}
	if (is_signed)
		find(d, FINDING_OK, N_("accord"), path, "");
	accord_dir_close(&before);
	accord_dir_close(&accord);
}

static void check_accord(struct doctor *d)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	const size_t max = (size_t)ACCORD_VERSIONS_MAX * (ACCORD_FILES_MAX + ACCORD_KEYS_MAX + 1);
	struct bytes *names = xcalloc(max, sizeof *names);
	uint8_t *memory = xcalloc(1, 1 << 20);
	struct arena arena;
	size_t count = 0;

	arena_init(&arena, memory, 1 << 20);
	if (file_path(dir, d->o->home, "accord") != ERR_OK ||
	    file_list(dir, &arena, names, max, &count) != ERR_OK || count == 0) {
		find(d, FINDING_BAD, N_("accord"), _("there is none in this home"), "entente init --help");
	} else {
		for (size_t i = 0; i < count; i++) {
			const char *name = (const char *)names[i].ptr, *slash = strchr(name, '/');
			char hash[FILE_PATH_MAX];
			if (slash == NULL || strcmp(slash, "/MANIFEST") != 0)
				continue;
			snprintf(hash, sizeof hash, "%.*s", (int)(slash - name), name);
			if (file_path(path, dir, hash) == ERR_OK)
				check_one_accord(d, path);
		}
	}
	free(names);
	free(memory);
}

/* ---- The node. ---- */

static void check_sandbox(struct doctor *d, const json_t *status)
{
	const json_t *process;
	char what[256], why[300];
	size_t i;

	json_array_foreach(json_object_get(status, "processes"), i, process)
	{
		show_contained(process, what, sizeof what);
		say_fill(why, sizeof why, "{1}: {2}", json_str(process, "name"), what);
		if (json_flag(process, "starting"))
			find(d, FINDING_WARN, N_("sandbox"), why, _("the same command again in a moment"));
		else if (show_is_contained(process))
			find(d, FINDING_OK, N_("sandbox"), why, "");
		else
			find(d, FINDING_BAD, N_("sandbox"), why,
			     _("run it on a kernel that has seccomp and Landlock, such as Debian's"));
	}
}

static void check_console(struct doctor *d, const json_t *console)
{
	if (console == NULL)
		return;
	if (!json_flag(console, "open"))
		find(d, FINDING_BAD, N_("console"), json_str(console, "address"),
		     _("find who listens there: ss -ltnp; then start the node again"));
	else if (json_uint(console, "files") == 0)
		find(d, FINDING_BAD, N_("console"), _("its files are not installed"), "make install");
	else
		find(d, FINDING_OK, N_("console"), json_str(console, "url"), "");
}

static void check_terminals(struct doctor *d, const json_t *terminals)
{
	if (terminals == NULL)
		return;
	if (json_flag(terminals, "open"))
		find(d, FINDING_OK, N_("terminals"), json_str(terminals, "url"), "");
	else
		find(d, FINDING_BAD, N_("terminals"), json_str(terminals, "url"),
		     _("the log says what is wrong with keys/terminals or devices; mend it, then start the "
		       "node "
		       "again"));
}

/* Keys that were withdrawn where the log that goes on had not seen it. */
static void check_withdrawals(struct doctor *d, const json_t *status)
{
	const json_t *place;
	char why[256], next[256];
	size_t i;

	json_array_foreach(json_object_get(status, "unheeded"), i, place)
	{
		say_fill(why, sizeof why,
			 _("{1} withdrew a key, and came back too late for the log that goes on: the key is "
			   "in "
			   "force there"),
			 json_string_value(place));
		say_fill(next, sizeof next, _("entente read '{1}' says which; withdraw it again: {2}"),
			 json_string_value(place), "entente keys --withdraw FILE");
		find(d, FINDING_WARN, N_("keys"), why, next);
	}
}

/* Of one that was given up a later epoch goes on, and nobody has anything to do. */
static void check_logs(struct doctor *d, const json_t *status)
{
	const json_t *log;
	char why[256];
	size_t i;

	json_array_foreach(json_object_get(status, "stopped"), i, log)
	{
		bool is_halted = log_is_halted(log);

		if (json_object_get(log, "rule") == NULL)
			continue;
		say_fill(why, sizeof why,
			 is_halted ? _("{1} is stopped") : _("{1} was given up; a later epoch goes on"),
			 json_str(log, "log"));
		find(d, is_halted ? FINDING_BAD : FINDING_OK, N_("logs"), why,
		     is_halted ? "entente status" : "");
	}
}

static void check_node(struct doctor *d)
{
	const json_t *peer, *path;
	json_t *status = NULL;
	struct client c;
	char why[256], next[FILE_PATH_MAX + 64];
	size_t i, p, left;

	snprintf(next, sizeof next, "entente serve --home %s", d->o->home);
	if (client_try(&c, d->o->home) != ERR_OK) {
		find(d, FINDING_BAD, N_("node"), _("it does not answer"), next);
		return;
	}
	if (show_get(&c, "/status", &status) != EXIT_DONE) {
		find(d, FINDING_BAD, N_("node"), _("it does not answer"), next);
		client_close(&c);
		return;
	}
	find(d, json_flag(status, "recovering") ? FINDING_BAD : FINDING_OK, N_("node"),
	     json_flag(status, "recovering") ? _(json_str(status, "recovering_why")) : _("runs"),
	     json_flag(status, "recovering") ? "entente status" : "");
	if (json_flag(status, "review_due"))
		find(d, FINDING_WARN, N_("guidelines"), _("their day of review has passed"),
		     "entente accord draft NEW");
	check_sandbox(d, status);
	check_console(d, json_object_get(status, "console"));
	check_terminals(d, json_object_get(status, "terminals"));
	check_logs(d, status);
	if (json_uint(status, "remade") > 0) {
		say_fill(why, sizeof why, _("made anew at this start from {1}"),
			 say_counted(json_uint(status, "remade"), "{1} entry", "{1} entries"));
		find(d, FINDING_OK, N_("views"), why, "");
	}
	if (json_uint(status, "diverged") > 0)
		find(d, FINDING_BAD, N_("procedures"), _("the states differ"), "entente consult list --all");
	check_withdrawals(d, status);
	json_array_foreach(json_object_get(status, "peers"), i, peer)
	{
		json_array_foreach(json_object_get(peer, "paths"), p, path)
		{
			snprintf(why, sizeof why, "%s %s", json_str(peer, "code"), json_str(path, "name"));
			if (json_flag(path, "up"))
				find(d, FINDING_OK, N_("path"), why, "");
			else
				find(d, FINDING_WARN, N_("path"), why, "entente status");
		}
		if (show_refusal(peer, why, sizeof why))
			find(d, FINDING_BAD, N_("peer"), why, show_refusal_next(peer));
	}
	left = outbox_sweep(&c);
	say_fill(why, sizeof why,
		 n_(left, "{1} statement of this terminal has no receipt",
		    "{1} statements of this terminal have no receipt"),
		 say_number(left));
	find(d, left == 0 ? FINDING_OK : FINDING_WARN, N_("outbox"), why,
	     left == 0 ? "" : "entente send --again");
	json_decref(status);
	client_close(&c);
}

static enum exit_code run(struct options *o)
{
	struct doctor d = { .o = o, .rows = json_array() };

	if (!o->is_json)
		say("entente {1}\n", ENTENTE_VERSION);
	check_mode(&d, "", 077, N_("home"));
	check_mode(&d, "settings", 022, N_("settings"));
	check_mode(&d, "keys/log", 077, N_("log key"));
	check_mode(&d, "keys/mirror", 077, N_("mirror key"));
	check_mode(&d, "keys/tls", 077, N_("TLS key"));
	check_thin(&d);
	check_accord(&d);
	check_disk(&d);
	check_clock(&d);
	check_locale(&d);
	check_node(&d);
	if (o->is_json)
		json_say(d.rows);
	json_decref(d.rows);
	return d.is_ill ? EXIT_ERROR : EXIT_DONE;
}

const struct command_row command_doctor = {
	"doctor",
	"",
	0,
	0,
	N_("examine home, disk, clock, accord, node and paths, and say what to do next"),
	NULL,
	run,
	false,
};
