#include "compose/post.h"

#include "compose/fill.h"

#include "base/alloc.h"
#include "compose/refusal.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A disk that failed while it wrote: nobody knows what of it stands there. */
static bool is_doubtful(const char *err)
{
	static const char *const names[] = { "IO", "CORRUPT", "SIGNER", "MEMORY" };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (strcmp(names[i], err) == 0)
			return true;
	}
	return false;
}

static enum exit_code say_doubtful(const char *why)
{
	say_error(_("The node stops ({1}): it may or may not have this statement. Your copy is safe."),
		  _(why));
	say_next(_("entente send --again, once the node runs: the same statement is never filed twice"));
	return EXIT_ERROR;
}

enum exit_code post_draft(struct client *c, const struct draft *d, char place[PLACE_TEXT_LEN])
{
	return post_draft_asking(c, d, place, NULL);
}

/* What a word holds waits for another person too, as what is to be approved does. */
static bool is_wished(const struct post_wish *wish, const char *rule)
{
	return strcmp(rule, wish->rule) == 0 || (wish->also != NULL && strcmp(rule, wish->also) == 0) ||
	       (strcmp(wish->rule, "APPROVAL") == 0 &&
		(strcmp(rule, "HELD") == 0 || strcmp(rule, "EARLY") == 0));
}

/* What the own door does with a clear text, done here: it cannot look into this one. */
static enum exit_code hold(const struct draft *d, struct post_wish *wish)
{
	if (wish != NULL && is_wished(wish, "HELD")) {
		wish->is_refused = wish->is_held = true;
		return EXIT_DONE;
	}
	say_error(_("It is held by the word {1}."), d->held);
	say_next(_("say it without that word, or in a message that another officer lets go: entente send"));
	return EXIT_REFUSED;
}

/* As many as there is room for. */
static void names_write(const json_t *names, char *out, size_t size)
{
	struct buf text;
	const json_t *name;
	size_t i;

	buf_init(&text, (uint8_t *)out, size - 1);
	json_array_foreach(names, i, name)
	{
		buf_put_str(&text, i == 0 ? "" : ", ");
		buf_put_str(&text, json_string_value(name));
	}
	out[text.len] = '\0';
}

enum exit_code post_draft_asking(struct client *c, const struct draft *d, char place[PLACE_TEXT_LEN],
				 struct post_wish *wish)
{
	struct client_answer answer;
	enum exit_code code;
	const json_t *first;
	struct buf body;
	enum err e;

	if (d->held[0] != '\0')
		return hold(d, wish);
	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	draft_write_body(d, &body);
	code = outbox_put(d, buf_bytes(&body));
	e = code == EXIT_DONE ? client_ask(c, "POST", "/statements", buf_bytes(&body), &answer) : ERR_OK;
	free(body.ptr);
	if (code != EXIT_DONE)
		return code;
	if (e != ERR_OK)
		return say_doubtful(err_text(e));
	first = json_array_get(answer.json, 0);
	if (strcmp(json_str(first, "err"), "OK") == 0 &&
	    bytes_copy_str(bytes_str(json_str(first, "place")), place, PLACE_TEXT_LEN) == ERR_OK) {
		if (wish != NULL) {
			wish->is_said = json_flag(first, "said");
			names_write(json_object_get(first, "shut"), wish->shut, sizeof wish->shut);
		}
		if (json_flag(first, "said"))
			outbox_drop(d);
		else
			outbox_place(d, place, c);
	} else if (is_doubtful(json_str(json_is_array(answer.json) ? first : answer.json, "err"))) {
		code = say_doubtful(json_str(json_is_array(answer.json) ? first : answer.json, "text"));
	} else if (wish != NULL && is_wished(wish, json_str(first, "rule"))) {
		wish->is_refused = true;
		wish->is_also = wish->also != NULL && strcmp(json_str(first, "rule"), wish->also) == 0;
		wish->is_held = strcmp(json_str(first, "rule"), "HELD") == 0;
		wish->needed = json_uint(first, "needed");
		wish->line = json_uint(first, "line");
		outbox_drop(d);
	} else {
		code = refusal_explain(c, d, &answer);
		form_explain(c, d, first);
		outbox_drop(d);
	}
	client_answer_finish(&answer);
	return code;
}

/* ---- Waiting. ---- */

struct wait_step {
	const char *word;
	const char *steps[3]; /* any of them */
};

static const struct wait_step wait_steps[] = {
	{ "receipt", { "STATION RECEIPT", NULL, NULL } },   { "read", { "WATCH READ", NULL, NULL } },
	{ "readback", { "READ BACK", NULL, NULL } },	    { "presented", { "PRESENTED", NULL, NULL } },
	{ "reply", { "REPLIED", "DECLINED", "DEFERRED" } },
};

const struct wait_step *wait_step_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_COUNT(wait_steps); i++) {
		if (strcmp(wait_steps[i].word, word) == 0)
			return &wait_steps[i];
	}
	return NULL;
}

static bool is_step_proved(const json_t *ladder, const char *step)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(ladder, "steps"), i, row)
	{
		if (strcmp(json_str(row, "step"), step) == 0)
			return true;
	}
	return false;
}

const char *wait_step_name(const struct wait_step *step)
{
	return step->steps[1] != NULL ? _("an answer (REPLIED, DECLINED or DEFERRED)")
				      : show_step(step->steps[0]);
}

static bool has_come(const json_t *answer, const struct wait_step *step)
{
	const json_t *ladder;
	size_t i, counted = 0;

	json_array_foreach(json_object_get(answer, "ladders"), i, ladder)
	{
		bool is_there = false;
		if (json_flag(ladder, "information"))
			continue;
		counted++;
		for (size_t s = 0; s < ARRAY_COUNT(step->steps) && step->steps[s] != NULL; s++)
			is_there = is_there || is_step_proved(ladder, step->steps[s]);
		if (!is_there)
			return false;
	}
	return counted > 0;
}

/* ---- The lines. ---- */

/* Whether the statement is for this party. */
static bool is_for(const struct draft *d, const char *party)
{
	struct bytes name = bytes_str(party);

	for (size_t i = 0; i < d->statement.addressees_count; i++) {
		if (bytes_equal(d->statement.addressees[i].party, name))
			return true;
	}
	for (size_t i = 0; i < d->statement.refers_count; i++) {
		if (bytes_equal(d->statement.refers[i].party, name))
			return true;
	}
	return false;
}

/* It names other parties, so it is for those; else it is for whoever shares the channel. */
static bool is_for_named(const struct draft *d)
{
	for (size_t i = 0; i < d->statement.refers_count; i++) {
		if (!bytes_equal(d->statement.refers[i].party, d->statement.party))
			return true;
	}
	return d->statement.addressees_count > 0;
}

/* Whether it has a log of the channel, or with 0 of any that others hold too. */
static bool is_on_channel(const json_t *channels, uint64_t number, const char *party)
{
	const json_t *channel;
	json_t *name;
	size_t i, p;

	json_array_foreach(channels, i, channel)
	{
		if (number == 0 ? strcmp(json_str(channel, "plane"), "HOME") == 0
				: json_uint(channel, "number") != number)
			continue;
		json_array_foreach(json_object_get(channel, "parties"), p, name)
		{
			if (json_is_string(name) && strcmp(json_string_value(name), party) == 0)
				return true;
		}
	}
	return false;
}

/* The moment since which no path to the peer is up; false if one is. */
static bool is_down(const json_t *peer, uint64_t *since)
{
	const json_t *path;
	size_t i;

	*since = 0;
	json_array_foreach(json_object_get(peer, "paths"), i, path)
	{
		if (json_flag(path, "up"))
			return false;
		if (json_uint(path, "since_ms") > *since)
			*since = json_uint(path, "since_ms");
	}
	return true;
}

static void say_down(const json_t *peer, uint64_t since, const char *place)
{
	uint64_t now = clock_now().wall.ms;

	say_error(_("Not delivered yet: the line to {1} is down, {2}. Your text is safe here as {3}."),
		  json_str(peer, "code"),
		  since == 0 || since > now ? _("it was never up") : say_span(now - since), place);
	say_next(_("it goes out by itself when the line is back; by hand: entente bundle write --peer {1} "
		   "FILE"),
		 json_str(peer, "party"));
}

/* d: NULL, or what names parties and then is for those alone. */
static enum exit_code check_each(struct client *c, const struct draft *d, uint64_t channel, const char *place,
				 bool is_quiet)
{
	json_t *status = NULL, *channels = NULL;
	enum exit_code code, verdict = EXIT_DONE;
	const json_t *peer;
	struct query q;
	uint64_t since;
	size_t i;

	query_open(&q, "/status");
	code = client_get(c, &q, &status);
	query_open(&q, "/channels");
	if (code == EXIT_DONE)
		code = client_get(c, &q, &channels);
	json_array_foreach(json_object_get(status, "peers"), i, peer)
	{
		const char *party = json_str(peer, "party");
		bool is_wanted =
			d != NULL ? is_for(d, party)
				  : is_on_channel(json_object_get(channels, "channels"), channel, party);
		if (code != EXIT_DONE || !is_wanted || !is_down(peer, &since))
			continue;
		verdict = EXIT_LINE_DOWN;
		if (!is_quiet)
			say_down(peer, since, place);
	}
	json_decref(channels);
	json_decref(status);
	return code == EXIT_DONE ? verdict : code;
}

enum exit_code check_lines(struct client *c, const struct draft *d, const char *place, bool is_quiet)
{
	return check_each(c, is_for_named(d) ? d : NULL, d->statement.channel, place, is_quiet);
}

enum exit_code check_lines_on(struct client *c, uint64_t channel, const char *place, bool is_quiet)
{
	return check_each(c, NULL, channel, place, is_quiet);
}

enum exit_code wait_for_step(struct client *c, const struct options *o, const char *place,
			     const struct wait_step *step, uint64_t ms)
{
	int64_t end = clock_now().mono.us / 1000 + (int64_t)ms;
	struct client stream;
	enum exit_code code = EXIT_DONE;
	bool is_there = false, is_reset;

	if (client_open(&stream, o->home) != ERR_OK)
		return client_absent(o->home);
	memcpy(stream.token, c->token, sizeof stream.token);
	if (client_listen(&stream, NULL) != ERR_OK) {
		client_close(&stream);
		say_error(_("The node has no room for another event stream."));
		say_next("entente ladder '{1}'", place);
		return EXIT_ERROR;
	}
	while (code == EXIT_DONE && !is_there) {
		int64_t left = end - clock_now().mono.us / 1000;
		json_t *answer = NULL, *event = NULL;
		struct query q;
		enum err e;
		query_open(&q, "/ladder");
		query_put(&q, "place", place);
		code = client_get(c, &q, &answer);
		is_there = code == EXIT_DONE && has_come(answer, step);
		json_decref(answer);
		if (code != EXIT_DONE || is_there)
			break;
		e = left <= 0 ? ERR_TIMEOUT : client_event(&stream, left, &event, NULL, &is_reset);
		json_decref(event);
		if (e == ERR_TIMEOUT)
			code = EXIT_TIMEOUT;
		else if (e != ERR_OK)
			code = EXIT_ERROR;
	}
	client_close(&stream);
	if (code == EXIT_TIMEOUT) {
		say_error(_("{1} has not come within {2}; the statement stands in the record."),
			  wait_step_name(step), say_span(ms));
		say_next("entente ladder '{1}'", place);
	} else if (code == EXIT_ERROR) {
		say_error(_("The node stopped answering while its ladder was waited for."));
		say_next("entente ladder '{1}'", place);
	}
	return code;
}

/* ---- Text. ---- */

static enum exit_code too_long(const char *what, uint64_t len_max)
{
	say_error(_("{1} is longer than {2} bytes."), what, say_number(len_max));
	say_next(_("attach it as a file instead: entente send CHANNEL --attach FILE"));
	return EXIT_REFUSED;
}

static enum exit_code read_stream(FILE *from, const char *name, struct buf *out)
{
	size_t n;

	do {
		n = fread(out->ptr + out->len, 1, out->max - out->len, from);
		out->len += n;
	} while (n > 0 && !feof(from) && !ferror(from));
	if (ferror(from)) {
		say_error(_("{1} cannot be read: {2}."), name, strerror(errno));
		say_next(_("give the text itself, --file FILE, or write it to standard input"));
		return EXIT_ERROR;
	}
	return out->len == out->max ? too_long(name, out->max - 1) : EXIT_DONE;
}

enum exit_code text_read(const struct options *o, const char *typed, struct buf *out)
{
	const char *path = option_value(o, "file");
	enum exit_code code = EXIT_DONE;
	FILE *file;

	buf_init(out, xcalloc(1, CONTENT_LEN_MAX + 1), CONTENT_LEN_MAX + 1);
	if (typed != NULL) {
		buf_put_str(out, typed);
		if (out->full)
			code = too_long(_("the text"), CONTENT_LEN_MAX);
	} else if (path == NULL || strcmp(path, "-") == 0) {
		if (isatty(STDIN_FILENO))
			fputs(_("Type the text; Ctrl-D ends it.\n"), stderr);
		code = read_stream(stdin, _("standard input"), out);
	} else {
		file = fopen(path, "re");
		if (file == NULL)
			return refuse_missing(path);
		code = read_stream(file, path, out);
		fclose(file);
	}
	while (code == EXIT_DONE && out->len > 0 && out->ptr[out->len - 1] == '\n')
		out->len--;
	if (code == EXIT_DONE && out->len == 0) {
		say_error(_("There is no text."));
		say_next(_("give the text itself, --file FILE, or write it to standard input"));
		code = EXIT_USAGE;
	}
	return code;
}

const char *text_language(const struct options *o)
{
	const char *given = option_value(o, "language"), *locale = getenv("LC_ALL");

	if (given != NULL)
		return given;
	if (locale == NULL || locale[0] == '\0')
		locale = getenv("LANG");
	return locale != NULL && strncmp(locale, "ko", 2) == 0 ? "ko" : "en";
}
