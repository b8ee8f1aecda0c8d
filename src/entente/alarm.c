/*
 * What needs a response now, made heard: by a line, the terminal's bell, and a command of the ministry's own
 * (a pager, a siren, an SMS gateway). An alarm is a fold of the present state: it begins with its cause and
 * ends with it, is one for each cause, and after an outage tells what is, not what was.
 */
#include "base/limits.h"
#include "crypto/hash.h"
#include "entente/rows.h"
#include "home/time_text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "terminal/follower.h"
#include "terminal/say.h"
#include "wire/kinds.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_MS 500
#define VIEWS_MS_MAX 5000u
#define WAITS_MS 2000u	 /* what waits for others for less is on its way */
#define REPEAT_MS 60000u /* if --every does not say otherwise */
#define CAUSES_MAX 256u
#define CAUSE_LEN_MAX 160u
#define WHO_LEN_MAX 512u
/* A flood as ANSI/ISA-18.2 has it: more than 10 within 10 minutes, until there are fewer than 5. */
#define FLOOD_MS 600000u
#define FLOOD_BEGINS 10u
#define FLOOD_ENDS 5u

static const struct option_row options[] = {
	{ "run", N_("COMMAND"),
	  N_("run it by the shell at each alarm; what it is about stands in ENTENTE_ALARM_*") },
	{ "every", N_("SPAN"), N_("again after so long while its cause stands; 60s if not said") },
	{ "test", NULL, N_("ring once, for nothing, and end as the command ends") },
	{ NULL, NULL, NULL },
};

struct cause {
	char name[CAUSE_LEN_MAX]; /* what makes it this one: "KOR/LEADER 1.4 READ BACK", "LINE USA" */
	const char *kind;	  /* OWED, ADVANCE, FALSE, VERSION, WAITS, LINE, LOG, STATE, NODE */
	char precedence[16], place[64], step[32];
	uint64_t since_ms, rung_ms; /* rung 0: not yet, or anew for another reason */
	uint64_t quiet_ms;	    /* until when whoever has heard it has quiet; 0 */
	uint64_t call;		    /* of OWED: the rung that the node has called */
	char who[WHO_LEN_MAX];	    /* who is on duty there, and where to reach him; "": nobody is known */
	uint64_t not_after_ms;	    /* a page that arrives later is of no use; 0: it always is */
	bool is_there;		    /* in the state that was read last */
};

struct alarms {
	struct follower node;
	const char *command; /* NULL: only a line and the bell */
	uint64_t every_ms, read_ms;
	json_t *status, *owed, *watch, *copies, *waiting;
	struct cause causes[CAUSES_MAX];
	size_t count, lost;		     /* causes that found no room: told by their number */
	uint64_t begun_ms[FLOOD_BEGINS + 1]; /* when the last causes began, in a ring */
	size_t begun_at;
	bool is_json, is_flood;
	bool is_typed_at; /* at a terminal: who sits there says that he has heard */
};

/* ---- Causes. ---- */

/* The same as before, or a new one; NULL: there are too many. */
static struct cause *find(struct alarms *a, const char *kind, const char *name)
{
	struct cause *c;

	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->causes[i].name, name) == 0)
			return &a->causes[i];
	}
	if (a->count == CAUSES_MAX) {
		a->lost++;
		return NULL;
	}
	c = &a->causes[a->count++];
	*c = (struct cause){ .kind = kind, .since_ms = a->node.now_ms };
	say_fill(c->name, sizeof c->name, "{1}", name);
	a->begun_ms[a->begun_at++ % ARRAY_COUNT(a->begun_ms)] = a->node.now_ms;
	return c;
}

static void stand(struct alarms *a, const char *kind, const char *name)
{
	struct cause *c = find(a, kind, name);

	if (c != NULL)
		c->is_there = true;
}

/* FLASH and IMMEDIATE at once; what may wait, when it has waited for too long. */
static bool needs_response(const struct alarms *a, const json_t *message, const json_t *owed)
{
	const char *precedence = json_str(message, "precedence");
	uint64_t due_ms = json_uint(owed, "due_ms");

	return strcmp(precedence, "FLASH") == 0 || strcmp(precedence, "IMMEDIATE") == 0 ||
	       (due_ms > 0 && due_ms < a->node.now_ms);
}

/* ---- Who is called: the rung that the node has written down, and who is on duty there. ---- */

static void find_who(const struct alarms *a, const char *post, struct cause *c)
{
	const json_t *row, *who;
	struct buf text;
	size_t i, w;

	buf_init(&text, c->who, sizeof c->who - 1);
	json_array_foreach(json_object_get(a->watch, "posts"), i, row)
	{
		if (strcmp(json_str(row, "post"), post) != 0)
			continue;
		json_array_foreach(json_object_get(row, "on"), w, who)
		{
			char one[256];
			if (c->call != RUNG_POST && json_uint(who, "rung") != c->call)
				continue;
			say_fill(one, sizeof one, "{1} <{2}>", json_str(who, "name"), json_str(who, "reach"));
			if (text.len + strlen(one) + 2 > sizeof c->who - 1)
				continue;
			buf_put_str(&text, text.len == 0 ? "" : ", ");
			buf_put_str(&text, one);
		}
	}
	c->who[text.len] = '\0';
}

/* A higher rung is another page; the same one is rung again when it is due, with the same key. */
static void climb(const struct alarms *a, struct cause *c, const json_t *ladder)
{
	uint64_t call = strcmp(c->step, "WATCH READ") == 0 ? json_uint(ladder, "rung") : 0;

	if (call != c->call)
		c->rung_ms = 0;
	c->call = call;
	c->not_after_ms = json_uint(json_object_get(ladder, "owed"), "due_ms");
	find_who(a, json_str(ladder, "role"), c);
}

/* The same page has the same key, whoever sends it and however often. */
static void page_key(const struct cause *c, char out[2 * HASH_LEN + 1])
{
	char words[CAUSE_LEN_MAX + 32];
	uint8_t hash[HASH_LEN];

	say_fill(words, sizeof words, "{1} {2}", c->name, say_number(c->call));
	hash_sha256(bytes_str(words), hash);
	bytes_write_hex(BYTES_OF(hash), out);
}

/* Nobody at a post is louder than all that waits for it; what is open is read again by a new shift. */
static void stand_watch(struct alarms *a)
{
	const json_t *post, *place;
	size_t i, p;

	json_array_foreach(json_object_get(a->watch, "posts"), i, post)
	{
		char name[CAUSE_LEN_MAX];

		say_fill(name, sizeof name, "POST {1}", json_str(post, "post"));
		if (strcmp(json_str(post, "state"), "EMPTY") == 0)
			stand(a, "POST", name);
		json_array_foreach(json_object_get(post, "again"), p, place)
		{
			struct cause *c;
			say_fill(name, sizeof name, "{1} AGAIN", json_string_value(place));
			c = find(a, "AGAIN", name);
			if (c == NULL)
				continue;
			c->is_there = true;
			say_fill(c->place, sizeof c->place, "{1}", json_string_value(place));
			say_fill(c->step, sizeof c->step, "{1}", "WATCH READ");
			find_who(a, json_str(post, "post"), c);
		}
	}
}

static void stand_owed(struct alarms *a)
{
	const json_t *message, *ladder;
	size_t i, l;

	json_array_foreach(json_object_get(a->owed, "messages"), i, message)
	{
		json_array_foreach(json_object_get(message, "ladders"), l, ladder)
		{
			const json_t *owed = json_object_get(ladder, "owed");
			char name[CAUSE_LEN_MAX];
			struct cause *c;

			if (!json_flag(owed, "ours") || !needs_response(a, message, owed))
				continue;
			say_fill(name, sizeof name, "{1} {2}", json_str(message, "place"),
				 json_str(owed, "step"));
			c = find(a, "OWED", name);
			if (c == NULL)
				continue;
			c->is_there = true;
			say_fill(c->precedence, sizeof c->precedence, "{1}", json_str(message, "precedence"));
			say_fill(c->place, sizeof c->place, "{1}", json_str(message, "place"));
			say_fill(c->step, sizeof c->step, "{1}", json_str(owed, "step"));
			climb(a, c, ladder);
		}
	}
}

/* The first of our posts that it is for, and not for information alone; NULL. */
static const char *post_of(const struct alarms *a, const json_t *statement)
{
	const json_t *to;
	size_t i;

	json_array_foreach(json_object_get(statement, "to"), i, to)
	{
		if (strcmp(json_str(to, "party"), json_str(a->status, "party")) == 0 &&
		    !json_flag(to, "information"))
			return json_str(to, "role");
	}
	return NULL;
}

static bool has_rung(const struct alarms *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->causes[i].name, name) == 0)
			return a->causes[i].rung_ms != 0;
	}
	return false;
}

/* By words of a log: "KOR/NOTIFY 1 3f.. ADVANCE". */
static void copy_name(const json_t *copy, const char *kind, char out[CAUSE_LEN_MAX])
{
	say_fill(out, CAUSE_LEN_MAX, "{1} {2} {3}", json_str(copy, "log"),
		 json_str(json_object_get(copy, "entry"), "id"), kind);
}

/*
 * What came ahead of its log owes nothing yet, and is read all the same; the entry takes its place. Whoever
 * was called by what the log then contradicts is called again: nobody else has seen it.
 */
static void stand_copies(struct alarms *a)
{
	const json_t *copy;
	size_t i;

	json_array_foreach(json_object_get(a->copies, "advances"), i, copy)
	{
		const json_t *entry = json_object_get(copy, "entry");
		const char *post = post_of(a, entry), *place = json_str(copy, "place");
		bool is_false = strcmp(json_str(copy, "state"), "FALSE") == 0;
		const char *kind = is_false ? "FALSE" : "ADVANCE";
		char name[CAUSE_LEN_MAX], ahead[CAUSE_LEN_MAX];
		struct cause *c;

		copy_name(copy, "ADVANCE", ahead);
		copy_name(copy, kind, name);
		if (post == NULL || !needs_response(a, entry, NULL) ||
		    (is_false ? !has_rung(a, ahead) && !has_rung(a, name) : json_flag(copy, "ended")))
			continue;
		c = find(a, kind, name);
		if (c == NULL)
			continue;
		c->is_there = true;
		say_fill(c->precedence, sizeof c->precedence, "{1}", json_str(entry, "precedence"));
		say_fill(c->place, sizeof c->place, "{1}", place[0] == '\0' ? json_str(copy, "log") : place);
		say_fill(c->step, sizeof c->step, "{1}", kind);
		find_who(a, post, c);
	}
}

/* Of two names of precedence the more urgent; "": none. */
static const char *more_urgent(const char *a, const char *b)
{
	static const char *const names[] = { "FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE" };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (strcmp(a, names[i]) == 0 || strcmp(b, names[i]) == 0)
			return names[i];
	}
	return "";
}

/*
 * What has a receipt here and owes nothing yet, because it is not folded. For a version of the accord one
 * cause a party, as loud as the most urgent that waits for it; for entries of others one a message, after a
 * while.
 */
static void stand_waiting(struct alarms *a)
{
	const json_t *row;
	char name[CAUSE_LEN_MAX];
	size_t i;

	json_array_foreach(json_object_get(a->status, "peers"), i, row)
	{
		say_fill(name, sizeof name, "VERSION {1}", json_str(row, "code"));
		if (json_uint(row, "awaits_version") > 0)
			stand(a, "VERSION", name);
	}
	json_array_foreach(json_object_get(a->waiting, "waiting"), i, row)
	{
		const json_t *entry = json_object_get(row, "entry");
		bool is_version = strcmp(json_str(row, "cause"), "VERSION") == 0;
		struct cause *c;

		if (is_version)
			say_fill(name, sizeof name, "VERSION {1}", json_str(row, "code"));
		else
			say_fill(name, sizeof name, "{1} WAITS", json_str(entry, "place"));
		if (!is_version && !needs_response(a, entry, NULL))
			continue;
		c = find(a, is_version ? "VERSION" : "WAITS", name);
		if (c == NULL)
			continue;
		c->is_there = true;
		if (strcmp(c->precedence, more_urgent(c->precedence, json_str(entry, "precedence"))) == 0)
			continue;
		/* A more urgent one is another page. */
		c->rung_ms = 0;
		say_fill(c->precedence, sizeof c->precedence, "{1}", json_str(entry, "precedence"));
		say_fill(c->place, sizeof c->place, "{1}", json_str(entry, "place"));
	}
}

static bool has_line(const json_t *peer)
{
	const json_t *path;
	size_t i;

	json_array_foreach(json_object_get(peer, "paths"), i, path)
	{
		if (json_flag(path, "up"))
			return true;
	}
	return false;
}

static void stand_faults(struct alarms *a)
{
	const json_t *row;
	char name[CAUSE_LEN_MAX];
	size_t i;

	json_array_foreach(json_object_get(a->status, "peers"), i, row)
	{
		say_fill(name, sizeof name, "LINE {1}", json_str(row, "code"));
		if (!has_line(row))
			stand(a, "LINE", name);
	}
	json_array_foreach(json_object_get(a->status, "stopped"), i, row)
	{
		say_fill(name, sizeof name, "LOG {1}", json_str(row, "log"));
		/* Of one that was given up a later epoch goes on. */
		if (!json_flag(row, "ended"))
			stand(a, "LOG", name);
	}
	if (json_uint(a->status, "diverged") > 0)
		stand(a, "STATE", "STATE");
}

/* ---- To be heard. ---- */

static void set(const char *name, const char *value)
{
	if (setenv(name, value, 1) != 0)
		abort(); /* without memory there is no alarm, and who watches this process must see it end */
}

/* The shell's exit status, or -1. It is not waited for unless wait is set: a pager may take its time. */
static int run_command(const struct alarms *a, const struct cause *c, size_t others, bool wait)
{
	char shell[] = "sh", option[] = "-c", *command, key[2 * HASH_LEN + 1];
	char *arguments[] = { shell, option, NULL, NULL };
	static const char *const rung_names[] = { "primary", "alternate 1", "alternate 2", "alternate 3",
						  "whole post" };
	char not_after[WALL_TEXT_LEN];
	int failed, status = 0;
	pid_t child;

	if (a->command == NULL)
		return 0;
	command = strdup(a->command);
	if (command == NULL)
		abort();
	arguments[2] = command;
	set("ENTENTE_ALARM_KIND", c->kind);
	set("ENTENTE_ALARM_CAUSE", c->name);
	set("ENTENTE_ALARM_PRECEDENCE", c->precedence);
	set("ENTENTE_ALARM_PLACE", c->place);
	set("ENTENTE_ALARM_STEP", c->step);
	set("ENTENTE_ALARM_OTHERS", say_number(others));
	set("ENTENTE_ALARM_RUNG", rung_names[c->call <= RUNG_POST ? c->call : RUNG_POST]);
	set("ENTENTE_ALARM_WHO", c->who);
	page_key(c, key);
	set("ENTENTE_ALARM_KEY", key);
	wall_write((struct wall){ c->not_after_ms }, not_after);
	set("ENTENTE_ALARM_NOT_AFTER", c->not_after_ms == 0 ? "" : not_after);
	fflush(stdout);
	failed = posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ);
	free(command);
	if (failed != 0) {
		say_error(_("The command could not be started: {1}."), strerror(failed));
		say_next(_("entente alarm --test tries it again"));
		return -1;
	}
	while (wait && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Those that have ended; one that failed has rung nobody. */
static void reap(void)
{
	int status;

	while (waitpid(-1, &status, WNOHANG) > 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		say_error(_("The alarm's command has failed: perhaps nobody was called."));
		say_next(_("entente alarm --test tries it again"));
	}
}

static const char *kind_text(const char *kind)
{
	static const struct {
		const char *kind, *text; /* N_() */
	} texts[] = { { "OWED", N_("owed") },
		      { "VERSION", N_("under a version of the accord that is not held here: entente accord "
				      "adopt DIR") },
		      { "WAITS", N_("received, and waits for entries of others") },
		      { "ADVANCE", N_("an advance copy: read it; its number follows") },
		      { "FALSE", N_("an advance copy that is not so: the log holds another") },
		      { "LINE", N_("no line to them is up") },
		      { "LOG", N_("a log does not run") },
		      { "STATE", N_("the states of a procedure differ") },
		      { "NODE", N_("the node is silent") },
		      { "POST", N_("nobody is on duty") },
		      { "AGAIN", N_("to be read again by who is on duty now") },
		      { "TEST", N_("a test") } };

	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		if (strcmp(texts[i].kind, kind) == 0)
			return _(texts[i].text);
	}
	return kind;
}

static void tell(const struct alarms *a, const struct cause *c, const char *what, enum colour colour,
		 size_t others)
{
	if (a->is_json) {
		json_t *line =
			json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:I}", "alarm", what, "kind", c->kind,
				  "cause", c->name, "precedence", c->precedence, "place", c->place, "step",
				  c->step, "rung", (json_int_t)c->call, "who", c->who, "others",
				  (json_int_t)others, "at_ms", (json_int_t)a->node.now_ms);

		json_say(line);
		json_decref(line);
	} else {
		say("{1}  ", say_time(a->node.now_ms));
		say_coloured(colour, _(what));
		say("  {1} {2}  {3}", c->precedence, c->name, kind_text(c->kind));
		if (c->who[0] != '\0')
			say(_("  for {1}: {2}"), rung_text(c->call), c->who);
		if (others > 0)
			say(_("  and {1} more"), say_number(others));
		say(isatty(STDOUT_FILENO) && colour == COLOUR_BAD ? "\a\n" : "\n");
	}
	fflush(stdout);
}

static unsigned urgency(const struct cause *c)
{
	/* Whoever hears nothing does not know what else there is; where nobody is, nobody hears. */
	if (strcmp(c->kind, "NODE") == 0 || strcmp(c->kind, "POST") == 0)
		return 0;
	if (strcmp(c->precedence, "FLASH") == 0)
		return 1;
	return c->precedence[0] == '\0' ? 2 : strcmp(c->precedence, "IMMEDIATE") == 0 ? 3 : 4;
}

static bool is_due(const struct alarms *a, const struct cause *c)
{
	if (strcmp(c->kind, "WAITS") == 0 && a->node.now_ms - c->since_ms < WAITS_MS)
		return false;
	return c->rung_ms == 0 ||
	       (a->node.now_ms >= c->quiet_ms && a->node.now_ms - c->rung_ms >= a->every_ms);
}

/* As the console's (fold/owed.ts). Of a copy no act ends it: quiet until its entry takes its place. */
static uint64_t quiet_until(const struct alarms *a, const struct cause *c)
{
	static const struct {
		const char *precedence;
		uint64_t ms;
	} rows[] = { { "FLASH", 180000 }, { "IMMEDIATE", 600000 }, { "ROUTINE", 3600000 } };
	uint64_t ms = 1800000; /* PRIORITY, and faults */

	if (strcmp(c->kind, "ADVANCE") == 0 || strcmp(c->kind, "FALSE") == 0)
		return UINT64_MAX;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].precedence, c->precedence) == 0)
			ms = rows[i].ms;
	}
	return a->node.now_ms + ms;
}

/* In the background what is typed is another's, and whoever reads it is stopped. */
static bool is_listened_to(const struct alarms *a)
{
	return a->is_typed_at && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* Somebody has heard what has rung. What rings anew for another reason is not quiet. */
static void hear(struct alarms *a)
{
	char typed[256];

	if (read(STDIN_FILENO, typed, sizeof typed) <= 0) {
		a->is_typed_at = false;
		return;
	}
	for (size_t i = 0; i < a->count; i++) {
		struct cause *c = &a->causes[i];

		if (c->rung_ms == 0 || c->quiet_ms > a->node.now_ms)
			continue;
		c->quiet_ms = quiet_until(a, c);
		tell(a, c, N_("HEARD"), COLOUR_PLAIN, 0);
	}
}

static void see_flood(struct alarms *a)
{
	size_t lately = 0;

	for (size_t i = 0; i < ARRAY_COUNT(a->begun_ms); i++)
		lately += a->begun_ms[i] != 0 && a->node.now_ms - a->begun_ms[i] < FLOOD_MS;
	a->is_flood = lately > FLOOD_BEGINS || (a->is_flood && lately >= FLOOD_ENDS);
}

/* Each that is due by itself; in a flood the most urgent one, with the number of the others. */
static void ring(struct alarms *a)
{
	struct cause *first = NULL;
	size_t due = 0;

	see_flood(a);
	for (size_t i = 0; i < a->count; i++) {
		struct cause *c = &a->causes[i];

		if (!is_due(a, c))
			continue;
		due++;
		if (first == NULL || urgency(c) < urgency(first))
			first = c;
		if (!a->is_flood) {
			tell(a, c, N_("ALARM"), COLOUR_BAD, 0);
			(void)run_command(a, c, 0, false);
		}
		c->rung_ms = a->node.now_ms;
		/* Nothing ends it: where nobody can say that he has heard, it is said once. */
		if (strcmp(c->kind, "FALSE") == 0 && !a->is_typed_at)
			c->quiet_ms = UINT64_MAX;
	}
	if (a->is_flood && first != NULL) {
		tell(a, first, N_("ALARM"), COLOUR_BAD, due - 1 + a->lost);
		(void)run_command(a, first, due - 1 + a->lost, false);
	}
}

/* What has no cause any more ends; the others move together. */
static void end_those_gone(struct alarms *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->count; i++) {
		if (a->causes[i].is_there)
			a->causes[kept++] = a->causes[i];
		else if (a->causes[i].rung_ms != 0)
			tell(a, &a->causes[i], N_("ENDED"), COLOUR_GOOD, 0);
	}
	a->count = kept;
}

static void read_state(struct alarms *a)
{
	struct follower *n = &a->node;
	bool is_read = !n->is_down && follower_ask(n, "/status", &a->status) &&
		       follower_ask(n, "/owed?limit=1000", &a->owed) &&
		       follower_ask(n, "/watch", &a->watch) && follower_ask(n, "/advances", &a->copies) &&
		       follower_ask(n, "/waiting", &a->waiting);
	bool is_silent = n->now_ms - n->heard_ms > SILENCE_MS_MAX;

	a->lost = 0;
	/* While the node is away nobody knows whether what was owed still is: it stays. */
	for (size_t i = 0; i < a->count; i++)
		a->causes[i].is_there = !is_read && strcmp(a->causes[i].kind, "NODE") != 0;
	if (is_read) {
		a->read_ms = n->now_ms;
		stand_owed(a);
		stand_copies(a);
		stand_waiting(a);
		stand_watch(a);
		stand_faults(a);
	}
	if (is_silent || n->is_down)
		stand(a, "NODE", "NODE");
	end_those_gone(a);
}

static enum exit_code follow(struct alarms *a)
{
	struct follower *n = &a->node;

	read_state(a);
	for (;;) {
		struct pollfd waits[] = { { .fd = follower_descriptor(n), .events = POLLIN },
					  { .fd = is_listened_to(a) ? STDIN_FILENO : -1, .events = POLLIN } };
		bool is_changed = false;

		ring(a);
		reap();
		if (poll(waits, ARRAY_COUNT(waits), TURN_MS) < 0 && errno != EINTR)
			return EXIT_ERROR;
		n->now_ms = clock_now().wall.ms;
		if (waits[1].revents != 0)
			hear(a);
		if (waits[0].revents != 0)
			is_changed = follower_hear(n);
		if (n->is_down)
			(void)follower_come_back(n);
		if (is_changed || n->is_down || n->now_ms - a->read_ms > VIEWS_MS_MAX)
			read_state(a);
		if (n->is_over) {
			say_error(_("Your session has ended."));
			say_next("entente login");
			return EXIT_REFUSED;
		}
	}
}

static enum exit_code run_test(const struct alarms *a)
{
	struct cause c = { .name = "TEST", .kind = "TEST" };
	int code;

	tell(a, &c, N_("ALARM"), COLOUR_BAD, 0);
	code = run_command(a, &c, 0, true);
	if (code == 0)
		return EXIT_DONE;
	say_error(_("The alarm's command has failed: perhaps nobody was called."));
	say_next(_("mend the command, then the same again"));
	return EXIT_ERROR;
}

static enum exit_code run(struct options *o)
{
	static struct alarms a; /* its causes are too many for a stack */
	const char *every = option_value(o, "every");
	enum exit_code code;

	a = (struct alarms){ .command = option_value(o, "run"),
			     .every_ms = REPEAT_MS,
			     .is_json = o->is_json };
	a.node.now_ms = clock_now().wall.ms;
	if (every != NULL && (span_read(every, &a.every_ms) != ERR_OK || a.every_ms == 0)) {
		say_error(_("A number or a span of time is not of its form: --count 5, --timeout 30s."));
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	if (option_is_given(o, "test"))
		return run_test(&a);
	code = follower_open(&a.node, o);
	a.is_typed_at = isatty(STDIN_FILENO) != 0;
	if (code == EXIT_DONE && a.is_typed_at)
		say_next(_("press Enter when you have heard what rings: it is quiet for a while, and the act "
			   "itself ends it"));
	if (code == EXIT_DONE)
		code = follow(&a);
	follower_close(&a.node);
	json_decref(a.status);
	json_decref(a.owed);
	json_decref(a.watch);
	json_decref(a.copies);
	json_decref(a.waiting);
	return code;
}

const struct command_row command_alarm = {
	"alarm", "", 0, 0, N_("make heard what needs a response now, until it has one"), options, run, false,
};
