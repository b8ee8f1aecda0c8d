#include "base/alloc.h"
#include "entente/accord_dir.h"
#include "entente/outbox.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/words.h"
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

/* One line a check: OK, or what is wrong and what to do next. */
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
	say_cell(what, 16, COLOUR_PLAIN);
	say(" {1}", why);
	if (next[0] != '\0')
		say(_("; next: {1}"), next);
	say("\n");
}

static void check_mode(struct doctor *d, const char *name, unsigned forbidden, const char *what)
{
	char path[FILE_PATH_MAX], why[FILE_PATH_MAX + 64], next[FILE_PATH_MAX + 64];
	struct stat st;

	if (file_path(path, d->o->home, name) != ERR_OK)
		return;
	if (stat(path, &st) != 0) {
		snprintf(why, sizeof why, "%s: %s", path, strerror(errno));
		find(d, FINDING_BAD, what, why, "entente init home");
		return;
	}
	snprintf(why, sizeof why, "%s, mode %04o", path, (unsigned)(st.st_mode & 07777));
	snprintf(next, sizeof next, "chmod go-rwx %s", path);
	if ((st.st_mode & forbidden) != 0)
		find(d, FINDING_BAD, what, why, next);
	else
		find(d, FINDING_OK, what, why, "");
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
	int fd;

	if (file_path(path, home, "doctor.part") != ERR_OK)
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	for (size_t i = 0; i < SYNCS && is_good; i++) {
		int64_t begin = clock_now().mono.us;
		is_good = write(fd, block, sizeof block) == (ssize_t)sizeof block && fdatasync(fd) == 0;
		times[i] = clock_now().mono.us - begin;
	}
	close(fd);
	unlink(path);
	qsort(times, SYNCS, sizeof times[0], compare_us);
	*median_us = times[SYNCS / 2];
	return is_good;
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
		find(d, FINDING_BAD, _("disk"), _("the home lies in memory and is lost with the power"),
		     _("put it on a disk"));
	} else if (!measure_sync(d->o->home, &us)) {
		find(d, FINDING_BAD, _("disk"), strerror(errno),
		     _("see that the node's user may write there"));
	} else {
		say_fill(why, sizeof why, _("a synced write takes {1} us"), say_number((uint64_t)us));
		if (us < (int64_t)SYNC_US_MIN)
			find(d, FINDING_WARN, _("disk"), why,
			     _("too fast to be true: turn off the drive's volatile cache"));
		else
			find(d, FINDING_OK, _("disk"), why, "");
	}
	say_fill(why, sizeof why, _("{1} MiB free"),
		 say_number((uint64_t)space.f_bavail * space.f_frsize >> 20));
	if ((unsigned long long)space.f_bavail * space.f_frsize < SPACE_MIN)
		find(d, FINDING_WARN, _("space"), why, _("make room: a full disk refuses new statements"));
	else
		find(d, FINDING_OK, _("space"), why, "");
}

/* ---- The machine. ---- */

static void check_clock(struct doctor *d)
{
	struct timex t = { 0 };
	char why[128];

	if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC) != 0) {
		find(d, FINDING_WARN, _("clock"),
		     _("nothing keeps it right; claimed times will be flagged by the other side"),
		     "timedatectl set-ntp true");
		return;
	}
	say_fill(why, sizeof why, _("kept right within {1} ms"), say_number((uint64_t)t.maxerror / 1000));
	find(d, FINDING_OK, _("clock"), why, "");
}

static void check_locale(struct doctor *d)
{
	const char *locale = setlocale(LC_CTYPE, NULL);

	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		find(d, FINDING_WARN, _("locale"), locale == NULL ? "" : locale, "export LC_ALL=C.UTF-8");
	else
		find(d, FINDING_OK, _("locale"), locale == NULL ? "" : locale, "");
}

/* ---- The accord. ---- */

static void check_one_accord(struct doctor *d, const char *path)
{
	struct accord_dir accord;
	const char *bad = NULL;
	enum err e = accord_dir_open(&accord, path);

	if (e == ERR_OK)
		e = accord_dir_check(&accord);
	if (e != ERR_OK) {
		find(d, FINDING_BAD, _("accord"), _(err_text(e)), "entente accord check DIR");
		accord_dir_close(&accord);
		return;
	}
	for (size_t i = 0; i < accord.accord->parties_count; i++) {
		if (!accord_dir_is_signed(&accord, i, &bad) || bad != NULL)
			find(d, FINDING_BAD, _("accord"), accord.accord->parties[i].code,
			     "entente accord sign DIR --key ROOT");
	}
	find(d, FINDING_OK, _("accord"), path, "");
	accord_dir_close(&accord);
}

static void check_accord(struct doctor *d)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	struct bytes names[ACCORD_FILES_MAX];
	uint8_t *memory = xcalloc(1, 1 << 20);
	struct arena arena;
	size_t count = 0;

	arena_init(&arena, memory, 1 << 20);
	if (file_path(dir, d->o->home, "accord") != ERR_OK ||
	    file_list(dir, &arena, names, ACCORD_FILES_MAX, &count) != ERR_OK || count == 0) {
		find(d, FINDING_BAD, _("accord"), _("there is none in this home"), "entente init home");
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
	free(memory);
}

/* ---- The node. ---- */

static void check_node(struct doctor *d)
{
	const json_t *peer, *path;
	json_t *status = NULL;
	struct client c;
	char why[256];
	size_t i, p, left;

	if (client_open(&c, d->o->home) != ERR_OK) {
		find(d, FINDING_BAD, _("node"), _("it does not answer"), "entente serve");
		return;
	}
	if (show_get(&c, "/status", &status) != EXIT_DONE) {
		find(d, FINDING_BAD, _("node"), _("it does not answer"), "entente serve");
		client_close(&c);
		return;
	}
	find(d, json_flag(status, "recovering") ? FINDING_BAD : FINDING_OK, _("node"),
	     json_flag(status, "recovering") ? json_str(status, "recovering_why") : _("runs"),
	     json_flag(status, "recovering") ? "entente status" : "");
	if (json_uint(status, "stopped_logs") > 0)
		find(d, FINDING_BAD, _("logs"), _("one is stopped"), "entente status");
	json_array_foreach(json_object_get(status, "peers"), i, peer)
	{
		json_array_foreach(json_object_get(peer, "paths"), p, path)
		{
			snprintf(why, sizeof why, "%s %s", json_str(peer, "code"), json_str(path, "name"));
			if (json_flag(path, "up"))
				find(d, FINDING_OK, _("path"), why, "");
			else
				find(d, FINDING_WARN, _("path"), why, "entente status");
		}
		if (json_str(peer, "refused")[0] != '\0')
			find(d, FINDING_BAD, _("peer"), json_str(peer, "refused"),
			     "entente accord diff DIR DIR");
	}
	left = outbox_sweep(&c);
	say_fill(why, sizeof why, _("{1} statements of this terminal have no receipt"), say_number(left));
	find(d, left == 0 ? FINDING_OK : FINDING_WARN, _("outbox"), why,
	     left == 0 ? "" : "entente send --again");
	json_decref(status);
	client_close(&c);
}

static enum exit_code run(struct options *o)
{
	struct doctor d = { .o = o, .rows = json_array() };

	if (!o->is_json)
		say("entente {1}\n", ENTENTE_VERSION);
	check_mode(&d, ".", 077, _("home"));
	check_mode(&d, "settings", 022, _("settings"));
	check_mode(&d, "keys/log", 077, _("log key"));
	check_mode(&d, "keys/mirror", 077, _("mirror key"));
	check_mode(&d, "keys/tls", 077, _("TLS key"));
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
