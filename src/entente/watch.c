#include "entente/rows.h"
#include "entente/watch_full.h"
#include "home/time_text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "terminal/login.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RETRY_MS 1000u

static const struct option_row options[] = {
	{ "after", N_("NUMBER"), N_("begin behind this event, as a line of --json names it") },
	{ "count", N_("N"), N_("end after so many events") },
	{ "timeout", N_("SPAN"), N_("end when nothing happens for so long (exit code 7)") },
	{ "full", NULL, N_("a screen of what is owed, the lines and the channels; Enter and letters act") },
	{ NULL, NULL, NULL },
};

/* What is no entry and no step of one: how it stands now is for status to say. */
static void show_change(const char *change, const char *of)
{
	static const struct {
		const char *change, *text; /* N_() */
		enum colour colour;
	} changes[] = { { "PATH", N_("a path to {1} came up or went down: entente status"), COLOUR_WARN },
			{ "LOG", N_("the log {1} was stopped, opened or recovered: entente status"),
			  COLOUR_BAD },
			{ "ATTACHMENT", N_("an attachment is here whole"), COLOUR_PLAIN } };
	char text[256];

	say_fill(text, sizeof text, "{1} {2}", change, of);
	for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
		if (strcmp(changes[i].change, change) != 0)
			continue;
		say_fill(text, sizeof text, _(changes[i].text), of);
		say_coloured(changes[i].colour, text);
		say("\n");
		return;
	}
	say("{1}\n", text); /* of a newer node */
}

static void show_event(const json_t *event)
{
	const json_t *entry = json_object_get(event, "entry");
	const char *change = json_str(event, "change");
	json_t *first = json_array_get(json_object_get(entry, "text"), 0);
	char title[512];

	say("{1}  ", say_time(clock_now().wall.ms));
	if (entry != NULL) {
		bool is_flash = strcmp(json_str(entry, "precedence"), "FLASH") == 0;
		say_cell(json_str(event, json_object_get(event, "place") == NULL ? "log" : "place"), 20,
			 COLOUR_BOLD);
		say(" ");
		say_cell(json_str(entry, "precedence"), 9, is_flash ? COLOUR_BAD : COLOUR_PLAIN);
		say(" {1}  {2}", show_kind(entry), json_str(entry, "role"));
		if (show_is_void(entry)) {
			say("  ");
			say_coloured(COLOUR_BAD, show_void_word(entry));
			say_coloured(COLOUR_BAD, json_str(entry, "verdict"));
		}
		if (json_array_size(json_object_get(entry, "refers")) > 0)
			say(" > {1}", json_string_value(json_array_get(json_object_get(entry, "refers"), 0)));
		if (strcmp(change, "ADVANCE") == 0) {
			say("\n    ");
			show_copy_state(event);
		} else {
			say("\n");
		}
		show_form_title(entry, title, sizeof title);
		if (title[0] != '\0') {
			say("    ");
			show_label(entry, COLOUR_BOLD);
			say("  ");
			say_text(bytes_str(title));
			say("\n");
		}
		if (json_is_string(first)) {
			say("    ");
			show_label(entry, COLOUR_BOLD);
			say("  ");
			say_text(bytes_str(json_string_value(first)));
			say("\n");
		}
	} else if (json_object_get(event, "size") != NULL) {
		bool is_receipt = strcmp(change, "RECEIPT") == 0;
		say_cell(json_str(event, "log"), 20, COLOUR_PLAIN);
		say(_(" {1}: all below {2}, {3}\n"), show_step(is_receipt ? "STATION RECEIPT" : "SENT"),
		    say_number(json_uint(event, "size")), json_str(event, "peer"));
	} else {
		show_change(change, json_str(event, json_object_get(event, "log") == NULL ? "peer" : "log"));
	}
}

#define EVENT_NUMBER_LEN 64u

struct following {
	char number[EVENT_NUMBER_LEN]; /* of the last event that was shown; "" before the first */
	uint64_t left;		       /* events until the end; 0: no end */
	int64_t timeout_ms;
};

/* Until the stream ends: ERR_DOWN, ERR_TIMEOUT; ERR_OK when enough were shown. */
static enum err follow(struct client *c, const struct options *o, struct following *f)
{
	for (;;) {
		json_t *event = NULL;
		bool is_reset;
		enum err e = client_event(c, f->timeout_ms, &event, f->number, &is_reset);
		if (e == ERR_OK && is_reset)
			say_note(_("Events were missed before this one; entente inbox shows the present "
				   "state."));
		if (e == ERR_OK && event != NULL) {
			json_object_set_new(event, "number", json_string(f->number));
			if (o->is_json)
				json_say(event);
			else
				show_event(event);
			if (fflush(stdout) != 0 || ferror(stdout) != 0) {
				json_decref(event);
				return ERR_OK; /* main says it: nobody sees what comes */
			}
		}
		json_decref(event);
		if (e != ERR_OK)
			return e;
		if (event != NULL && f->left > 0 && --f->left == 0)
			return ERR_OK;
	}
}

/* "RUN-NUMBER": of another run it is said that events were missed; what is none is wrong use. */
static bool read_number(const char *text, char number[EVENT_NUMBER_LEN])
{
	struct bytes rest = bytes_str(text), run;
	uint64_t value;

	return bytes_copy_str(rest, number, EVENT_NUMBER_LEN) == ERR_OK &&
	       bytes_take_until(&rest, '-', &run) == ERR_OK &&
	       bytes_read_decimal(run, UINT64_MAX, &value) == ERR_OK &&
	       bytes_read_decimal(rest, UINT64_MAX, &value) == ERR_OK;
}

static enum exit_code read_options(const struct options *o, struct following *f)
{
	const char *after = option_value(o, "after"), *timeout = option_value(o, "timeout");
	uint64_t ms = 0;

	*f = (struct following){ .timeout_ms = -1 };
	if ((after != NULL && !read_number(after, f->number)) ||
	    (timeout != NULL && span_read(timeout, &ms) != ERR_OK)) {
		say_error(_("A number or a span of time is not of its form: --timeout 30s, --after as a line "
			    "of --json "
			    "names it."));
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	if (!option_count(o, "count", UINT32_MAX, 0, &f->left))
		return EXIT_USAGE;
	if (timeout != NULL)
		f->timeout_ms = (int64_t)ms;
	return EXIT_DONE;
}

/* ERR_OK: the node is back; ERR_TIMEOUT: it stayed away for as long as nothing may happen. */
static enum err come_back(struct client *c, const struct options *o, const struct following *f)
{
	int64_t waited_ms = 0;
	enum err e;

	client_close(c);
	say_note(_("The node stopped answering; trying again."));
	do {
		if (f->timeout_ms >= 0 && waited_ms >= f->timeout_ms)
			return ERR_TIMEOUT;
		usleep(RETRY_MS * 1000);
		waited_ms += RETRY_MS;
		e = login_again(c, o);
	} while (e != ERR_OK && e != ERR_REFUSED);
	return e;
}

static enum exit_code run(struct options *o)
{
	enum exit_code code;
	struct following f;
	struct client c;
	enum err e = ERR_DOWN;

	code = read_options(o, &f);
	if (code != EXIT_DONE)
		return code;
	if (option_is_given(o, "full")) {
		if (o->is_json || f.number[0] != '\0' || f.left > 0 || f.timeout_ms >= 0) {
			say_error(_("--full is a screen: it goes without --json, --after, --count and "
				    "--timeout."));
			say_next(_("see entente {1} --help"), o->command->name);
			return EXIT_USAGE;
		}
		return watch_full(o);
	}
	code = login_open(&c, o);
	if (code != EXIT_DONE)
		return code;
	/* A node that goes away comes back: the stream goes on behind the last number. */
	while (e == ERR_DOWN) {
		e = client_listen(&c, f.number[0] == '\0' ? NULL : f.number);
		if (e == ERR_OK)
			e = follow(&c, o, &f);
		if (e != ERR_DOWN)
			break;
		e = come_back(&c, o, &f);
		e = e == ERR_OK ? ERR_DOWN : e;
	}
	if (e == ERR_REFUSED) {
		code = EXIT_REFUSED;
	} else if (e == ERR_LIMIT) {
		say_error(_("The node has no room for another event stream."));
		say_next(_("end another entente watch, then the same command again"));
		code = EXIT_ERROR;
	} else if (e != ERR_OK) {
		code = e == ERR_TIMEOUT ? EXIT_TIMEOUT : EXIT_ERROR;
	}
	login_close(&c);
	return code;
}

const struct command_row command_watch = {
	"watch", "",  0,     0, N_("follow what happens, a line an event, as it becomes durable"),
	options, run, false,
};
