/*
 * A text is initialled, its initials are read back and marked, then it is signed and released. What is read
 * back is the SHA-256 that the reader's own terminal has made of the file: whoever initialled compares.
 */
#include "entente/text_say.h"

#include "compose/act.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/say.h"

#include <string.h>

static const struct {
	const char *name, *done;
	enum endorsement what;
} endorsements[] = {
	{ "initial", N_("{1} initials the text."), ENDORSE_INITIAL },
	{ "sign", N_("{1} signs the text."), ENDORSE_SIGN },
	{ "release", N_("{1} releases the text."), ENDORSE_RELEASE },
};

/* --hash is what the officer has read: the door refuses it if the text is another by now. */
enum exit_code text_endorse(struct options *o)
{
	struct saying s = { .o = o, .c = { .fd = -1 }, .kind = KIND_ENDORSE };
	size_t n = 0;
	enum exit_code code = saying_open(&s);

	while (strcmp(endorsements[n].name, o->arguments[0]) != 0)
		n++;
	s.done = endorsements[n].done;
	if (code == EXIT_DONE)
		code = saying_begin(&s);
	if (code == EXIT_DONE) {
		const char *hash = option_value(o, "hash"), *when = option_value(o, "when"),
			   *outlets = option_value(o, "outlets");
		json_t *fields = json_pack("{s:i, s:s, s:s*}", "act", endorsements[n].what, "hash",
					   hash == NULL ? json_str(s.text, "hash") : hash, "when", when);
		if (outlets != NULL)
			json_object_set_new(fields, "outlets", dialogue_list(outlets));
		code = saying_end(&s, fields);
	}
	if ((code == EXIT_DONE || code == EXIT_LINE_DOWN) && endorsements[n].what == ENDORSE_RELEASE &&
	    !o->is_json)
		text_say_unreleased(s.text);
	saying_close(&s);
	return code;
}

/* ---- Read back. ---- */

/* The initials of the text as it stands; NULL at the end, *i starts zeroed. */
static const json_t *next_initial(const json_t *text, size_t *i)
{
	const json_t *by = json_object_get(json_object_get(text, "initialled"), "by"), *one;

	while ((one = json_array_get(by, (*i)++)) != NULL && json_flag(one, "stale"))
		;
	return one;
}

/* What that party read back of it; NULL. */
static const json_t *read_back_by(const json_t *initial, const char *party)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(initial, "read_back"), i, one)
	{
		if (strcasecmp(json_str(one, "party"), party) == 0)
			return one;
	}
	return NULL;
}

static bool is_own(const struct saying *s, const json_t *initial)
{
	return strcasecmp(json_str(initial, "party"), s->party) == 0;
}

static enum exit_code get_own_party(struct saying *s)
{
	json_t *status = NULL;
	enum exit_code code = show_get(&s->c, "/status", &status);

	if (code == EXIT_DONE &&
	    bytes_copy_str(bytes_str(json_str(status, "party")), s->party, sizeof s->party) != ERR_OK)
		code = EXIT_ERROR;
	json_decref(status);
	return code;
}

static enum exit_code say_about(struct saying *s, const char *place, bool is_read_back)
{
	json_t *entry = NULL;
	enum exit_code code = show_get_entry(&s->c, place, &entry);

	if (code == EXIT_DONE)
		code = saying_begin_on(s, entry);
	if (code == EXIT_DONE && is_read_back)
		draft_text(&s->d, "en", NULL, bytes_str(json_str(s->text, "hash")));
	else if (code == EXIT_DONE)
		draft_field_uint(&s->d, FIELD_MARK, 0);
	if (code == EXIT_DONE)
		code = saying_end(s, json_object());
	json_decref(entry);
	return code;
}

static void say_nothing_to_do(const struct saying *s, const char *sentence)
{
	if (s->o->is_json)
		return;
	say(sentence, json_str(s->text, "name"));
	say("\n");
}

/* What is done about one initial of the text as it stands; *count: how often. */
typedef enum exit_code initial_act(struct saying *s, const json_t *initial, size_t *count);

static enum exit_code each_initial(struct saying *s, initial_act *act, const char *nothing)
{
	enum exit_code code = saying_open(s);
	const json_t *initial;
	size_t i = 0, count = 0;

	if (code == EXIT_DONE)
		code = get_own_party(s);
	while ((code == EXIT_DONE || code == EXIT_LINE_DOWN) &&
	       (initial = next_initial(s->text, &i)) != NULL) {
		enum exit_code one = act(s, initial, &count);
		code = one == EXIT_DONE ? code : one; /* what is queued stays said */
	}
	if (code == EXIT_DONE && count == 0)
		say_nothing_to_do(s, nothing);
	saying_close(s);
	return code;
}

static enum exit_code read_back_of(struct saying *s, const json_t *initial, size_t *count)
{
	const json_t *before = read_back_by(initial, s->party);

	if (is_own(s, initial) || (before != NULL && strcmp(json_str(before, "mark"), "WRONG") != 0))
		return EXIT_DONE;
	(*count)++;
	return say_about(s, json_str(initial, "place"), true);
}

enum exit_code text_read_back(struct options *o)
{
	struct saying s = {
		.o = o,
		.c = { .fd = -1 },
		.kind = KIND_READ_BACK,
		.done = N_("READ BACK of {2} stands as {1}; its author marks it CORRECT or WRONG.")
	};

	return each_initial(&s, read_back_of,
			    _("No other party's initial of {1} as it stands waits to be read back."));
}

/* ---- Marked. ---- */

/* Whether what was read back is what our own terminal has made of the file. */
static enum exit_code compare(struct saying *s, const json_t *back)
{
	json_t *entry = NULL;
	enum exit_code code = show_get_entry(&s->c, json_str(back, "place"), &entry);
	const char *words = json_string_value(json_array_get(json_object_get(entry, "text"), 0));

	if (code == EXIT_DONE && (words == NULL || strcmp(words, json_str(s->text, "hash")) != 0)) {
		say_error(_("{1} read back other words than the hash of {2}: {3}"), json_str(back, "party"),
			  json_str(s->text, "name"), words == NULL ? "" : words);
		say_next(_("entente wrong '{1}'; or, if it says the same, entente correct '{1}'"),
			 json_str(back, "place"));
		code = EXIT_REFUSED;
	}
	json_decref(entry);
	return code;
}

static enum exit_code mark_of(struct saying *s, const json_t *initial, size_t *count)
{
	enum exit_code code = EXIT_DONE;
	const json_t *back;
	size_t i;

	if (!is_own(s, initial))
		return EXIT_DONE;
	json_array_foreach(json_object_get(initial, "read_back"), i, back)
	{
		if ((code != EXIT_DONE && code != EXIT_LINE_DOWN) || strcmp(json_str(back, "mark"), "") != 0)
			continue;
		code = compare(s, back);
		if (code == EXIT_DONE)
			code = say_about(s, json_str(back, "place"), false);
		(*count)++;
	}
	return code;
}

enum exit_code text_mark(struct options *o)
{
	struct saying s = {
		.o = o, .c = { .fd = -1 }, .kind = KIND_MARK, .done = N_("{2} is marked CORRECT by {1}.")
	};

	return each_initial(&s, mark_of, _("No read-back of the own initial of {1} waits to be marked."));
}

/* ---- What a signature still waits for. ---- */

/* A line for each thing that is missing; how many. */
static size_t say_missing(const json_t *text)
{
	size_t i = 0, n = 0, count = 0;
	const json_t *initial, *other, *all = json_object_get(json_object_get(text, "initialled"), "by");

	while ((initial = next_initial(text, &i)) != NULL) {
		json_array_foreach(all, n, other)
		{
			const char *reader = json_str(other, "party"), *mark;
			const json_t *back = read_back_by(initial, reader);
			if (other == initial)
				continue;
			mark = json_str(back, "mark");
			if (strcmp(mark, "CORRECT") == 0)
				continue;
			count++;
			say(back == NULL      ? _("{1} has not read back {2}'s initial.")
			    : mark[0] == '\0' ? _("{2} has not marked what {1} read back of its initial.")
					      : _("{2} marked what {1} read back of its initial as WRONG."),
			    reader, json_str(initial, "party"));
			say("\n");
		}
	}
	return count;
}

void text_say_hold(const json_t *text)
{
	const char *state = json_str(text, "state");
	uint64_t from = json_uint(text, "sign_from_ms"), now = json_uint(text, "now_ms");
	char when[WALL_TEXT_LEN];

	if (json_uint(text, "hold_ms") == 0 || strcmp(state, "INITIALLED") != 0 || say_missing(text) > 0)
		return;
	if (from == 0)
		say_line(_("The hold begins when the own side has read back every other initial."));
	else if (from > now) {
		wall_write((struct wall){ from }, when);
		say(_("It may be signed from {1} on: the hold goes on for {2}.\n"), when,
		    say_span(from - now));
	}
}
