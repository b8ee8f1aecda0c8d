#include "entente/roster.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "terminal/login.h"

#include <string.h>

static const struct option_row options[] = {
	{ "logs", NULL, N_("every log, not only ours that the others do not have whole") },
	{ NULL, NULL, NULL },
};

/* A value without its age is no value. */
static const char *age(uint64_t then, uint64_t now)
{
	return say_span(now < then ? 0 : now - then);
}

static void show_path(const json_t *path, uint64_t now)
{
	const json_t *thin = json_object_get(path, "thin");
	bool is_up = json_flag(path, "up");
	char rule[256];

	say("  ");
	say_cell(json_str(path, "name"), 14, COLOUR_PLAIN);
	say(" ");
	if (is_up)
		say_cell(_("UP"), 10, COLOUR_GOOD);
	else
		say_cell(json_flag(path, "was_up") ? _("DOWN") : _("UNPROVED"), 10, COLOUR_BAD);
	if (json_uint(path, "since_ms") != 0)
		say(_(" for {1}"), age(json_uint(path, "since_ms"), now));
	if (is_up && thin != NULL) {
		say(_("  thin, {1} bit/s, {2}"), say_number(json_uint(thin, "speed")),
		    json_str(path, "address"));
		if (json_flag(thin, "receive_only"))
			say(_("  receive only"));
		if (json_uint(thin, "copies") > 0)
			say(n_(json_uint(thin, "copies"), "  {1} copy unanswered", "  {1} copies unanswered"),
			    say_number(json_uint(thin, "copies")));
		if (json_uint(path, "heard_ms") > 0)
			say(_("  heard {1} ago"), age(json_uint(path, "heard_ms"), now));
	} else if (is_up) {
		say("  {1}  {2}", json_str(path, "group"), json_str(path, "address"));
		if (json_uint(path, "round_trip_us") > 0) /* 0: not measured yet */
			say(_("  round trip {1} us"), say_number(json_uint(path, "round_trip_us")));
		if (json_uint(path, "heard_ms") > 0)
			say(_("  heard {1} ago"), age(json_uint(path, "heard_ms"), now));
	} else if (json_str(path, "why")[0] != '\0') {
		say("  {1}", _(json_str(path, "why")));
		if (json_str(path, "rule")[0] != '\0') {
			client_rule(json_str(path, "rule"), rule, sizeof rule);
			say(": {1}", rule);
		}
	}
	if (json_uint(path, "line_checked_ms") != 0)
		say(_("  line check {1} ago, answered in {2}"), age(json_uint(path, "line_checked_ms"), now),
		    say_span(json_uint(path, "line_check_ms")));
	say("\n");
}

/* While its key changes, and for as long as an older one was ever used since. */
static void show_tls_keys(const json_t *peer, uint64_t now)
{
	const json_t *keys = json_object_get(peer, "tls_keys"), *key;
	size_t i;

	if (json_array_size(keys) > 1) {
		say(_("  two TLS keys are good until it has moved and come with the new one:\n"));
		json_array_foreach(keys, i, key) say("    {1}\n", json_string_value(key));
	}
	if (json_uint(peer, "old_tls_key_ms") != 0)
		say(_("  it last came with its old TLS key {1} ago\n"),
		    age(json_uint(peer, "old_tls_key_ms"), now));
}

/* Its receipts went out all the same: whoever wrote there believes that we have it. */
static void show_awaited_version(const json_t *peer)
{
	uint64_t count = json_uint(peer, "awaits_version");

	if (count == 0)
		return;
	say_coloured(COLOUR_BAD, _("  UNDER A VERSION OF THE ACCORD THAT WE DO NOT HOLD: "));
	say(n_(count, "{1} entry of {2} waits for it", "{1} entries of {2} wait for it"), say_number(count),
	    json_str(peer, "code"));
	if (json_uint(peer, "awaits_urgent") > 0)
		say(_(", FLASH or IMMEDIATE among them: {1}"), say_number(json_uint(peer, "awaits_urgent")));
	say(_("; next: {1}"), "entente accord adopt DIR");
	say("\n");
}

static void show_peer(const json_t *peer, uint64_t now)
{
	const json_t *path, *offset = json_object_get(peer, "clock_offset_ms");
	char why[512];
	size_t i;

	say_coloured(COLOUR_BOLD, json_str(peer, "code"));
	if (offset != NULL)
		say(_("  their clock {1} against ours"), say_offset(json_integer_value(offset)));
	if (json_uint(peer, "compared_ms") != 0)
		say(_("  heads compared {1} ago"), age(json_uint(peer, "compared_ms"), now));
	say("\n");
	if (show_refusal(peer, why, sizeof why)) {
		say_coloured(COLOUR_BAD, _("  REFUSED: "));
		say_text(bytes_str(why));
		say(_("; next: {1}"), show_refusal_next(peer));
		say("\n");
	}
	show_awaited_version(peer);
	json_array_foreach(json_object_get(peer, "paths"), i, path) show_path(path, now);
	show_tls_keys(peer, now);
}

static void show_process(const json_t *process)
{
	char what[256];

	show_contained(process, what, sizeof what);
	say("  ");
	say_cell(json_str(process, "name"), 14, COLOUR_PLAIN);
	say(" ");
	if (json_flag(process, "starting"))
		say_cell(_("STARTING"), 14, COLOUR_WARN);
	else if (show_is_contained(process))
		say_cell(_("CONTAINED"), 14, COLOUR_GOOD);
	else
		say_cell(_("NOT CONTAINED"), 14, COLOUR_BAD);
	say(" {1}\n", what);
}

/* What a log was stopped for, where there is more to say of it than the rule. */
static const struct {
	const char *rule, *words, *next;
} stops[] = {
	{ "record.fork", N_(": its author has signed two histories, and the proof is kept ({1}); next: {2}"),
	  N_("telephone its watch; entente export --to DIR carries the proof") },
	{ "record.rot", N_(": this disk has changed what was written ({1}); next: {2}"), "entente repair" },
	{ "entry.accord",
	  N_(": its next statement is of another accord, perhaps of an exercise ({1}); next: {2}"),
	  N_("telephone its watch: nothing that stands behind it is taken") },
};

static void show_stopped(const json_t *log)
{
	const char *rule = json_str(log, "rule");
	char known[256];
	size_t i = 0;

	say_coloured(COLOUR_BAD, _(json_str(log, "state")));
	say(_("  {1} at entry {2}"), json_str(log, "log"), say_number(json_uint(log, "size")));
	if (json_uint(log, "wanted") > json_uint(log, "size"))
		say(_(", elsewhere {1} are known"), say_number(json_uint(log, "wanted")));
	while (i < ARRAY_COUNT(stops) && strcmp(stops[i].rule, rule) != 0)
		i++;
	if (strcmp(rule, "record.rot") == 0 && (rots_are_lost(log) || json_flag(log, "ended")))
		/* Its rows say what is next. */
		say(_(": this disk has changed what was written ({1})"), rule);
	else if (i < ARRAY_COUNT(stops))
		say(_(stops[i].words), rule, _(stops[i].next));
	else if (rule[0] != '\0') {
		client_rule(rule, known, sizeof known);
		say(_(", byte {1}: {2}; next: {3}"), say_number(json_uint(log, "offset")), known,
		    _("telephone its watch: nothing that stands behind it is taken"));
	}
	if (json_flag(log, "ended"))
		say(_("; a later epoch goes on"));
	say("\n");
	(void)show_rots(log);
}

/* The record read again: how far, and what the last whole time found. */
static void show_scrub(const json_t *scrub, uint64_t now)
{
	uint64_t findings = json_uint(scrub, "findings");

	if (json_flag(scrub, "repairing"))
		say(_("under repair: "));
	if (json_uint(scrub, "finished_ms") == 0)
		say(_("read again: {1} of {2}, for the first time"), say_number(json_uint(scrub, "done")),
		    say_counted(json_uint(scrub, "total"), "{1} entry", "{1} entries"));
	else
		say(_("read again: {1} of {2}, all of it {3} ago"), say_number(json_uint(scrub, "done")),
		    say_counted(json_uint(scrub, "total"), "{1} entry", "{1} entries"),
		    age(json_uint(scrub, "finished_ms"), now));
	if (findings > 0) {
		say("  ");
		say_coloured(COLOUR_BAD, _("CHANGED ON THIS DISK"));
		say(n_(findings, " in {1} place", " in {1} places"), say_number(findings));
	}
	say("\n");
}

static void show_console(const json_t *console)
{
	if (console == NULL)
		return;
	if (json_flag(console, "open"))
		say(n_(json_uint(console, "files"), "console at {1}, {2} file\n",
		       "console at {1}, {2} files\n"),
		    json_str(console, "url"), say_number(json_uint(console, "files")));
	else
		say_coloured(COLOUR_BAD, _("CONSOLE NOT OPEN: "));
	if (!json_flag(console, "open"))
		say(_("{1} was not to be had\n"), json_str(console, "address"));
}

static void show_terminals(const json_t *terminals)
{
	if (terminals == NULL)
		return;
	if (json_flag(terminals, "open"))
		say(_("terminals at {1}\n"), json_str(terminals, "url"));
	else
		say_coloured(COLOUR_BAD, _("TERMINALS NOT OPEN: "));
	if (!json_flag(terminals, "open"))
		say(_("{1} is not served; the log says why\n"), json_str(terminals, "url"));
}

static void show_status(const json_t *status)
{
	uint64_t now = json_uint(status, "now_ms");
	const json_t *row;
	size_t i;

	show_band(status);
	say(_("accord {1}\n"), json_str(status, "accord_hash"));
	if (json_flag(status, "recovering")) {
		say_coloured(COLOUR_BAD,
			     _("RECOVERING: those of our own logs that are named below are closed: "));
		say("{1}\n", _(json_str(status, "recovering_why")));
	}
	if (json_flag(status, "review_due")) {
		say_coloured(COLOUR_WARN, _("the guidelines were to be reviewed by "));
		say("{1}\n", json_str(status, "review_by"));
	}
	json_array_foreach(json_object_get(status, "peers"), i, row) show_peer(row, now);
	json_array_foreach(json_object_get(status, "stopped"), i, row) show_stopped(row);
	json_array_foreach(json_object_get(status, "missing"), i, row) show_missing(row);
	if (json_uint(status, "unfiled") > 0) {
		say_coloured(COLOUR_WARN, _("NOT FILED"));
		say(n_(json_uint(status, "unfiled"), " {1} downgrade whose day has come; next: {2}",
		       " {1} downgrades whose day has come; next: {2}"),
		    say_number(json_uint(status, "unfiled")), "entente drafts");
		say("\n");
	}
	if (json_uint(status, "diverged") > 0) {
		say_coloured(COLOUR_BAD, _("THE STATES DIFFER"));
		say(n_(json_uint(status, "diverged"), " in {1} procedure; next: {2}",
		       " in {1} procedures; next: {2}"),
		    say_number(json_uint(status, "diverged")), "entente consult list --all");
		say("\n");
	}
	say(_("processes of this node\n"));
	json_array_foreach(json_object_get(status, "processes"), i, row) show_process(row);
	show_console(json_object_get(status, "console"));
	show_terminals(json_object_get(status, "terminals"));
	say(n_(json_uint(status, "entries"),
	       "{1} entry held, {2} waiting for others; since the start {3} ago: {4} VOID, {5} refused at "
	       "our "
	       "door\n",
	       "{1} entries held, {2} waiting for others; since the start {3} ago: {4} VOID, {5} refused at "
	       "our "
	       "door\n"),
	    say_number(json_uint(status, "entries")), say_number(json_uint(status, "waiting")),
	    age(json_uint(status, "started_ms"), now), say_number(json_uint(status, "void")),
	    say_number(json_uint(status, "refused")));
	if (json_uint(status, "remade") > 0)
		say(n_(json_uint(status, "remade"),
		       "at this start {1} entry was folded anew: the views were another version's\n",
		       "at this start {1} entries were folded anew: the views were another version's\n"),
		    say_number(json_uint(status, "remade")));
	show_scrub(json_object_get(status, "scrub"), now);
}

/* A party of a log's channel, and that it observes there. */
static void say_party(const json_t *log, const char *party)
{
	const json_t *observer;
	bool observes = false;
	size_t i;

	json_array_foreach(json_object_get(log, "observers"), i, observer) observes =
		observes || strcmp(json_string_value(observer), party) == 0;
	say(observes ? _("{1} (observes)") : "{1}", party);
}

/* What of ours the others do not have yet; of theirs, what is held here. With --logs every log. */
static void show_log(const json_t *log, bool is_all)
{
	json_t *cosigned = json_object_get(log, "cosigned"), *size;
	uint64_t ours = json_uint(log, "size");
	bool is_behind = false;
	const char *peer;

	json_object_foreach(cosigned, peer, size) is_behind =
		is_behind ||
		(json_str(log, "state")[0] == 'R' && json_integer_value(size) < (json_int_t)ours);
	if (ours == 0 || (!is_all && !is_behind))
		return;
	say("  ");
	say_cell(json_str(log, "log"), 24, COLOUR_PLAIN);
	say(n_(ours, " {1} entry; receipts:", " {1} entries; receipts:"), say_number(ours));
	json_object_foreach(cosigned, peer, size)
	{
		say(" ");
		say_party(log, peer);
		say(" {1}", say_number((uint64_t)json_integer_value(size)));
	}
	if (strcmp(json_str(log, "state"), "RUNS") != 0)
		say("  {1}", _(json_str(log, "state")));
	say("\n");
}

/* Who is on duty, at both: a post at which nobody is cannot be overlooked. */
static enum exit_code show_manning(struct client *c)
{
	json_t *watch = NULL;
	enum exit_code code = show_get(c, "/watch", &watch);

	manning_show(watch, true);
	manning_show(watch, false);
	json_decref(watch);
	return code;
}

static enum exit_code show_logs(struct client *c, const json_t *status, bool is_all)
{
	json_t *answer = NULL;
	const json_t *log;
	enum exit_code code = show_get(c, "/logs", &answer);
	size_t i;

	json_array_foreach(json_object_get(answer, "logs"), i, log)
	{
		bool is_own = strcmp(json_str(log, "party"), json_str(status, "party")) == 0;
		if (is_all || is_own)
			show_log(log, is_all);
	}
	json_decref(answer);
	return code;
}

/* That a thin path's device is open says nothing of the peer. */
static bool is_line(const json_t *path)
{
	return json_flag(path, "up") && json_object_get(path, "thin") == NULL;
}

/*
 * Logs that stopped, states that differ and words that are receipted and cannot be read are a broken promise;
 * a line down is weather.
 */
static enum exit_code verdict(const json_t *status)
{
	const json_t *peer, *path, *log;
	size_t i, p;

	json_array_foreach(json_object_get(status, "stopped"), i, log)
	{
		if (log_is_halted(log))
			return EXIT_INTEGRITY;
	}
	if (json_uint(status, "diverged") > 0 || json_uint(status, "waiting_version") > 0)
		return EXIT_INTEGRITY;
	json_array_foreach(json_object_get(status, "peers"), i, peer)
	{
		bool is_up = false;
		json_array_foreach(json_object_get(peer, "paths"), p, path) is_up = is_up || is_line(path);
		if (!is_up)
			return EXIT_LINE_DOWN;
	}
	return EXIT_DONE;
}

static enum exit_code run(struct options *o)
{
	json_t *status = NULL;
	struct client c;
	enum exit_code code = login_open_owner(&c, o);

	if (code == EXIT_DONE)
		code = show_get(&c, "/status", &status);
	if (code == EXIT_DONE && o->is_json) {
		json_say(status);
	} else if (code == EXIT_DONE) {
		show_status(status);
		code = show_manning(&c);
	}
	if (code == EXIT_DONE && !o->is_json)
		code = show_logs(&c, status, option_is_given(o, "logs"));
	login_close(&c);
	if (code == EXIT_DONE)
		code = verdict(status);
	json_decref(status);
	return code;
}

const struct command_row command_status = {
	"status", "",  0,     0, N_("show the lines, their ages, stopped logs and what differs"),
	options,  run, false,
};
