#include "entente/watch_full.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "home/words.h"
#include "sys/clock.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_MS 1000
#define VIEWS_MS_MAX 5000u /* they are read again at least so often: ages and paths change without an entry */
#define LAST 20u	   /* messages of a channel */
#define ARGUMENTS_MAX (2u * OPTIONS_GIVEN_MAX + 8u)
#define TEXT_LEN_MAX 4096u

static void read_views(struct full *f)
{
	struct follower *n = &f->node;

	if (follower_ask(n, "/status", &f->status) && follower_ask(n, "/channels", &f->channels) &&
	    follower_ask(n, "/owed?limit=200", &f->owed) && follower_ask(n, "/drafts", &f->drafts) &&
	    follower_ask(n, "/advances", &f->copies) &&
	    follower_ask_inboxes(n, f->channels, LAST, &f->inboxes))
		f->read_ms = n->now_ms;
	full_collect(f);
}

/* ---- Acts: the command of that name, on the terminal. ---- */

static void wait_for_enter(void)
{
	char line[16];

	say(_("-- Enter goes back to the screen --"));
	fflush(stdout);
	while (fgets(line, sizeof line, stdin) != NULL && strchr(line, '\n') == NULL)
		;
	clearerr(stdin);
}

/* A line that is typed as on any terminal, so that whatever composes Hangul there works; false: nothing. */
static bool ask_line(const char *what, char *out, size_t size)
{
	say("{1}: ", what);
	fflush(stdout);
	if (fgets(out, (int)size, stdin) == NULL) {
		clearerr(stdin);
		out[0] = '\0';
	}
	out[strcspn(out, "\n")] = '\0';
	return out[0] != '\0';
}

static char *keep(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(xcalloc(1, len), text, len);
}

/* "--home DIR --key FILE" ..., as this command was given them. */
static size_t pass_on(const struct options *o, char **arguments, size_t count)
{
	char option[64];

	for (size_t i = 0; i < o->given_count && count + 2 < ARGUMENTS_MAX; i++) {
		const char *name = o->given[i].row->name;
		if (strcmp(name, "full") == 0 || strcmp(name, "home") == 0)
			continue;
		say_fill(option, sizeof option, "--{1}", name);
		arguments[count++] = keep(option);
		if (o->given[i].value != NULL)
			arguments[count++] = keep(o->given[i].value);
	}
	return count;
}

static void run_command(const struct full *f, const char *const *words)
{
	char *arguments[ARGUMENTS_MAX + 8u] = { NULL };
	size_t count = 0;
	int failed;
	pid_t child;

	arguments[count++] = keep("entente");
	arguments[count++] = keep(*words++);
	arguments[count++] = keep("--home");
	arguments[count++] = keep(f->node.options->home);
	count = pass_on(f->node.options, arguments, count);
	for (; *words != NULL && count < ARGUMENTS_MAX + 7u; words++)
		arguments[count++] = keep(*words);
	fflush(stdout);
	failed = posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ);
	if (failed != 0) {
		say_error(_("The command could not be started: {1}."), strerror(failed));
		say_next(_("the same on another terminal: entente {1}"), arguments[1]);
	}
	while (failed == 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	while (count > 0)
		free(arguments[--count]);
}

/* An act by its key: its command, and what has to be typed for it. */
static const struct act_key {
	char key;
	const char *command;
	const char *text; /* N_() what is asked for; NULL: nothing */
	bool is_of_draft;
} act_keys[] = {
	{ 'a', "ack", NULL, false },
	{ 'b', "readback", N_("your words to read back"), false },
	{ 'c', "correct", NULL, false },
	{ 'p', "present", NULL, false },
	{ 'r', "reply", N_("your reply"), false },
	{ 'y', "query", N_("your question"), false },
	{ 's', "approve", NULL, true },
};

static void act_on(const struct full *f, const struct act_key *act, const char *place)
{
	char text[TEXT_LEN_MAX] = "";

	run_command(f, (const char *const[]){ act->is_of_draft ? "approve" : "read", place, NULL });
	if (act->text != NULL && !ask_line(_(act->text), text, sizeof text))
		return;
	if (act->text == NULL && !ask_line(_("type yes to sign it"), text, sizeof text))
		return;
	if (act->text != NULL)
		run_command(f, (const char *const[]){ act->command, place, text, NULL });
	else if (strcmp(text, "yes") == 0)
		run_command(f, (const char *const[]){ act->command, place, act->is_of_draft ? "--sign" : NULL,
						      NULL });
}

/* A new message on the channel that is shown, field by field. */
static void compose(const struct full *f)
{
	const json_t *channel = json_array_get(json_object_get(f->channels, "channels"), f->channel);
	char to[128], precedence[32], label[256], text[TEXT_LEN_MAX];

	say("{1}\n", json_str(channel, "name"));
	if (!ask_line(_("to, as BOREA/watch"), to, sizeof to) ||
	    !ask_line(_("precedence: FLASH, IMMEDIATE, PRIORITY or ROUTINE"), precedence,
		      sizeof precedence) ||
	    !ask_line(_("label, as S matter:EAST"), label, sizeof label) ||
	    !ask_line(_("your words"), text, sizeof text)) {
		say_line(_("Nothing was sent."));
		return;
	}
	run_command(f, (const char *const[]){ "send", json_str(channel, "name"), "--to", to, "--precedence",
					      precedence, "--label", label, text, NULL });
}

static void open_item(const struct full *f, const struct full_item *item)
{
	const char *place = json_str(item->row, "place");

	run_command(f, (const char *const[]){ item->section == SECTION_DRAFTS ? "approve" : "read", place,
					      NULL });
	if (item->section != SECTION_DRAFTS)
		run_command(f, (const char *const[]){ "ladder", place, NULL });
}

/* Leaves the screen for it; false: the letter is no act here. */
static bool act_by_key(struct full *f, enum screen_key key, char letter)
{
	const struct full_item *item = f->marked < f->count ? &f->items[f->marked] : NULL;
	const char *place = item == NULL ? "" : json_str(item->row, "place");
	const struct act_key *act = NULL;

	for (size_t i = 0; i < ARRAY_COUNT(act_keys); i++) {
		if (key == SCREEN_OTHER && act_keys[i].key == letter && place[0] != '\0' &&
		    act_keys[i].is_of_draft == (item->section == SECTION_DRAFTS))
			act = &act_keys[i];
	}
	if (act == NULL && (key != SCREEN_OPEN || place[0] == '\0') && (letter != 'n' || !f->is_on_channel))
		return false;
	screen_close();
	say("\n");
	if (act != NULL)
		act_on(f, act, place);
	else if (key == SCREEN_OPEN)
		open_item(f, item);
	else
		compose(f);
	wait_for_enter();
	return true;
}

/* ---- The loop. ---- */

static void move_marked(struct full *f, bool is_down)
{
	if (is_down && f->marked + 1 < f->count)
		full_mark(f, f->marked + 1);
	if (!is_down && f->marked > 0)
		full_mark(f, f->marked - 1);
}

static void turn_page(struct full *f, enum screen_key key)
{
	size_t count = json_array_size(json_object_get(f->channels, "channels"));

	if (key == SCREEN_SWITCH)
		f->is_on_channel = !f->is_on_channel;
	else if (f->is_on_channel && count > 0)
		f->channel = (f->channel + (key == SCREEN_BEHIND ? 1 : count - 1)) % count;
	f->marked_place[0] = '\0';
	full_collect(f);
	full_mark(f, f->is_on_channel && f->count > 0 ? f->count - 1 : 0); /* of a channel the newest */
}

/* ERR_OK: go on; ERR_DOWN: the person leaves; ERR_USAGE: the terminal is none any more. */
static enum err take_keys(struct full *f)
{
	enum screen_key key;
	char letter;

	while ((key = screen_read(&letter)) != SCREEN_NONE) {
		if (letter == 'q')
			return ERR_DOWN;
		if (key == SCREEN_ABOVE || key == SCREEN_BELOW) {
			move_marked(f, key == SCREEN_BELOW);
		} else if (key == SCREEN_SWITCH || key == SCREEN_BEFORE || key == SCREEN_BEHIND) {
			turn_page(f, key);
		} else if (act_by_key(f, key, letter)) {
			if (screen_open() != ERR_OK)
				return ERR_USAGE;
			f->read_ms = 0; /* it may all be otherwise now */
		}
	}
	return ERR_OK;
}

static enum err follow(struct full *f)
{
	struct follower *n = &f->node;

	for (;;) {
		struct pollfd waits[] = { { .fd = STDIN_FILENO, .events = POLLIN },
					  { .fd = follower_descriptor(n), .events = POLLIN } };
		bool is_changed = false;
		enum err e;

		n->now_ms = clock_now().wall.ms;
		full_draw(f);
		if (poll(waits, ARRAY_COUNT(waits), TURN_MS) < 0 && errno != EINTR)
			return ERR_IO;
		n->now_ms = clock_now().wall.ms;
		if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			return ERR_DOWN;
		e = take_keys(f);
		if (e != ERR_OK)
			return e;
		if (waits[1].revents != 0)
			is_changed = follower_hear(n);
		is_changed = n->is_down ? follower_come_back(n)
					: is_changed || n->now_ms - f->read_ms > VIEWS_MS_MAX;
		if (is_changed)
			read_views(f);
		if (n->is_over)
			return ERR_REFUSED;
	}
}

static void finish(struct full *f)
{
	screen_close();
	follower_close(&f->node);
	json_decref(f->status);
	json_decref(f->channels);
	json_decref(f->owed);
	json_decref(f->drafts);
	json_decref(f->copies);
	json_decref(f->inboxes);
}

enum exit_code watch_full(const struct options *o)
{
	static struct full f; /* its items are too many for a stack */
	enum exit_code code;
	enum err e;

	f = (struct full){ 0 };
	code = follower_open(&f.node, o);
	if (code != EXIT_DONE)
		return code;
	if (screen_open() != ERR_OK) {
		finish(&f);
		say_error(_("This is no terminal that can show a screen: --full needs one."));
		say_next(_("entente watch, a line an event"));
		return EXIT_USAGE;
	}
	read_views(&f);
	e = follow(&f);
	finish(&f);
	if (e == ERR_REFUSED) {
		say_error(_("Your session has ended."));
		say_next("entente login");
		return EXIT_REFUSED;
	}
	return e == ERR_DOWN ? EXIT_DONE : EXIT_ERROR;
}
