#include "show/show.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "home/words.h"
#include "node/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word; /* N_() */
	enum colour colour;
} steps[] = {
	{ N_("QUEUED"), COLOUR_WARN },
	{ N_("SENT"), COLOUR_WARN },
	{ N_("STATION RECEIPT"), COLOUR_PLAIN },
	{ N_("WATCH READ"), COLOUR_PLAIN },
	{ N_("READ BACK"), COLOUR_GOOD },
	{ N_("PRESENTED"), COLOUR_GOOD },
	{ N_("REPLIED"), COLOUR_GOOD },
	{ N_("DECLINED"), COLOUR_WARN },
	{ N_("DEFERRED"), COLOUR_WARN },
	{ N_("QUERY"), COLOUR_WARN },
	{ N_("NEGATIVE"), COLOUR_BAD },
	{ N_("NO ANSWER"), COLOUR_BAD },
	{ N_("LINE DOWN"), COLOUR_BAD },
	{ N_("SUSPENDED"), COLOUR_BAD },
	{ N_("MARK"), COLOUR_WARN },
	{ N_("REPLY"), COLOUR_WARN },
};

const char *show_step(const char *step)
{
	for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
		if (strcmp(steps[i].word, step) == 0)
			return _(steps[i].word);
	}
	return step;
}

enum colour show_step_colour(const char *step)
{
	for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
		if (strcmp(steps[i].word, step) == 0)
			return steps[i].colour;
	}
	return COLOUR_PLAIN;
}

enum exit_code show_get(struct client *c, const char *path, json_t **out)
{
	struct query q;

	query_open(&q, path);
	return client_get(c, &q, out);
}

enum exit_code show_get_entry(struct client *c, const char *place, json_t **out)
{
	struct query q;

	query_open(&q, "/entry");
	query_put(&q, "place", place);
	return client_get(c, &q, out);
}

/* The names of wire/kinds.h that people see, once more so that the catalogue has them. */
static const char *const kinds[] = {
	N_("open"),
	N_("keys"),
	N_("accord"),
	N_("erase"),
	N_("fork"),
	N_("digest"),
	N_("message"),
	N_("watch read"),
	N_("read back"),
	N_("mark"),
	N_("presented"),
	N_("reply"),
	N_("decline"),
	N_("defer"),
	N_("query"),
	N_("negative"),
	N_("suspend"),
	N_("reinstate"),
	N_("correction"),
	N_("remark"),
	N_("attempt"),
	N_("lapse"),
	N_("submit"),
	N_("approve"),
	N_("refuse"),
	N_("cancel"),
	N_("consent"),
	N_("release"),
	N_("recall"),
	N_("recall done"),
	N_("recall refused"),
	N_("downgrade"),
	N_("relabel"),
	N_("fate"),
	N_("request"),
	N_("translation"),
	N_("start"),
	N_("attend"),
	N_("leave"),
	N_("done"),
	N_("escalated"),
	N_("recess"),
	N_("resume"),
	N_("stand down"),
	N_("end participation"),
	N_("propose"),
	N_("concur"),
	N_("withdraw"),
	N_("confirm"),
	N_("reserve"),
	N_("object"),
	N_("await instructions"),
	N_("decide"),
	N_("roster"),
	N_("manning"),
	N_("relief"),
	N_("relief accepted"),
	N_("body"),
	N_("session"),
	N_("item"),
	N_("commitment"),
	N_("text"),
	N_("unit"),
	N_("agree"),
	N_("concordance"),
	N_("endorse"),
	N_("reported"),
	N_("accepted"),
	N_("disputed"),
	N_("condition"),
	N_("event"),
	N_("act"),
	N_("claim"),
	N_("same"),
};

const char *show_kind(const json_t *entry)
{
	static const char *const wrong[] = {
		[MARK_MISSING] = N_("mark: WRONG, some of it is missing"),
		[MARK_FIGURES] = N_("mark: WRONG, a number, a time or a place is another"),
		[MARK_NAMES] = N_("mark: WRONG, a name is another"),
		[MARK_SENSE] = N_("mark: WRONG, its sense is another"),
		[MARK_UNREADABLE] = N_("mark: WRONG, it cannot be read"),
	};
	const char *kind = json_str(entry, "kind");
	const json_t *fields = json_object_get(entry, "fields"), *field = json_array_get(fields, 0),
		     *cause = json_array_get(fields, 1);

	if (strcmp(kind, "mark") == 0 && json_object_get(field, "value") != NULL) {
		uint64_t why = cause == NULL ? ARRAY_COUNT(wrong) : json_uint(cause, "value");
		if (json_uint(field, "value") == 0 /* FIELD_MARK */)
			return _("mark: CORRECT");
		return why < ARRAY_COUNT(wrong) ? _(wrong[why]) : _("mark: WRONG");
	}
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return _(kinds[i]);
	}
	return kind;
}

const char *reader_language(void)
{
	/* TRANSLATORS: only the two letters behind the colon change. */
	return _("language:en") + strlen("language:");
}

const char *reader_words(const json_t *words)
{
	const json_t *one, *own = json_object_get(words, reader_language());
	const char *language;

	if (json_is_string(own))
		return json_string_value(own);
	json_object_foreach((json_t *)(uintptr_t)words, language, one)
	{
		if (json_is_string(one))
			return json_string_value(one);
	}
	return "";
}

const char *show_recall(const char *state)
{
	static const char *const states[] = { N_("RECALL ASKED"), N_("RECALLED"), N_("RECALL REFUSED") };

	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i], state) == 0)
			return _(states[i]);
	}
	return state;
}

void show_names(const json_t *names, char *out, size_t size)
{
	struct buf text;
	const char *language;
	const json_t *name;
	size_t count = 0;

	buf_init(&text, out, size - 1);
	json_object_foreach((json_t *)(uintptr_t)names, language, name)
	{
		if (count++ > 0)
			buf_put_str(&text, " / ");
		buf_put_str(&text, json_is_string(name) ? json_string_value(name) : "");
	}
	out[text.len] = '\0';
}

const json_t *show_find(const json_t *list, const char *name)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		if (strcmp(json_str(row, "name"), name) == 0)
			return row;
	}
	return NULL;
}

enum colour show_band_text(const json_t *status, char *out, size_t size)
{
	bool is_exercise = strcmp(json_str(status, "mode"), "EXERCISE") == 0;
	char title[512];
	struct buf text;

	show_names(json_object_get(status, "title"), title, sizeof title);
	buf_init(&text, out, size - 1);
	/* Both languages, whatever the terminal's: it must be understood at a glance by either side. */
	buf_put_str(&text, is_exercise ? "/// EXERCISE 연습 /// " : "| LIVE 실제 | ");
	buf_put_str(&text, json_str(status, "code"));
	buf_put_str(&text, " | ");
	buf_put_str(&text, title);
	buf_put_str(&text, is_exercise ? " /// EXERCISE 연습 ///" : " |");
	out[text.len] = '\0';
	return is_exercise ? COLOUR_WARN : COLOUR_BOLD;
}

void show_band(const json_t *status)
{
	char line[1024];
	enum colour colour = show_band_text(status, line, sizeof line);

	say_coloured(colour, line);
	say("\n");
}

/* By its codes, of what the guidelines do not know or do not stand for. */
static char *label_in_words(const json_t *label)
{
	struct buf text;
	const json_t *category, *value;
	char *line, *shown;
	size_t i, v;

	/* Whole, whatever a peer writes there: half a marking is another one. */
	buf_init(&text, xcalloc(1, ENTRY_LEN_MAX + 1), ENTRY_LEN_MAX);
	buf_put_str(&text, label == NULL ? "-" : json_str(label, "level"));
	json_array_foreach(json_object_get(label, "categories"), i, category)
	{
		buf_put_byte(&text, ' ');
		for (const char *c = json_str(category, "name"); *c != '\0'; c++)
			buf_put_byte(&text, (uint8_t)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
		json_array_foreach(json_object_get(category, "values"), v, value)
		{
			buf_put_byte(&text, v == 0 ? ' ' : ',');
			buf_put_str(&text, json_is_string(value) ? json_string_value(value) : "");
		}
	}
	line = (char *)text.ptr;
	line[text.len] = '\0';
	shown = say_shown(buf_bytes(&text));
	free(line);
	return shown;
}

char *show_label_words(const json_t *item)
{
	const json_t *marking = json_object_get(item, "marking");

	if (marking != NULL)
		return say_shown(bytes_str(json_str(marking, "portion")));
	return label_in_words(json_object_get(item, "label"));
}

void show_label(const json_t *item, enum colour colour)
{
	char *words = show_label_words(item);

	say_coloured(colour, words);
	free(words);
}

void show_portion_mark(const json_t *part)
{
	bool has_mark = json_object_get(part, "marking") != NULL; /* which stands in brackets already */

	if (json_object_get(part, "label") == NULL)
		return;
	say(has_mark ? "" : "(");
	show_label(part, COLOUR_BOLD);
	say(has_mark ? " " : ") ");
}

static void say_rule(char *line)
{
	say_coloured(COLOUR_BOLD, "=== ");
	say_coloured(COLOUR_BOLD, line);
	say_coloured(COLOUR_BOLD, " ===\n");
	free(line);
}

void show_marking(const json_t *item)
{
	json_t *banner = json_object_get(json_object_get(item, "marking"), "banner"), *text;
	const char *language;

	if (json_object_size(banner) == 0)
		say_rule(show_label_words(item));
	json_object_foreach(banner, language, text)
		say_rule(say_shown(bytes_str(json_is_string(text) ? json_string_value(text) : "")));
}

void show_homes(const json_t *item)
{
	const json_t *home;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(item, "marking"), "home"), i, home)
	{
		char *banner = say_shown(bytes_str(json_str(home, "banner"))),
		     *portion = say_shown(bytes_str(json_str(home, "portion")));
		say(_("as {1} marks at home: {2}  {3}"), json_str(home, "party"), banner, portion);
		say("\n");
		free(banner);
		free(portion);
	}
}

static void say_capitals(const char *name)
{
	char out[64];
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < sizeof out; i++)
		out[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
	out[i] = '\0';
	say("{1}", out);
}

void show_author(const json_t *entry)
{
	const json_t *signer = json_object_get(entry, "signer");

	say_capitals(json_str(entry, "party"));
	say(" {1}", json_str(entry, "role"));
	if (signer != NULL)
		say(_(", holder {1}"), say_number(json_uint(signer, "holder")));
	if (json_flag(signer, "withdrawn"))
		say(_(", key later withdrawn"));
}

void show_instead(const json_t *entry, char *out, size_t size)
{
	out[0] = '\0';
	if (json_flag(entry, "erased"))
		say_fill(out, size, _("(erased by {1})"), json_str(entry, "eraser"));
	else if (json_str(json_object_get(entry, "became"), "recall")[0] != '\0')
		say_fill(out, size, "({1})",
			 show_recall(json_str(json_object_get(entry, "became"), "recall")));
	else if (json_object_get(entry, "unreadable") != NULL)
		say_fill(out, size, "{1}", _("(unreadable)"));
	else if (json_uint(json_object_get(entry, "content"), "sealing") != 0 && !json_flag(entry, "opened"))
		say_fill(out, size, "{1}", _("(sealed)"));
}

void show_addressees(const json_t *entry)
{
	const json_t *to;
	size_t i;

	json_array_foreach(json_object_get(entry, "to"), i, to)
	{
		if (i > 0)
			say(", ");
		say_capitals(json_str(to, "party"));
		say(" {1} ({2})", json_str(to, "role"),
		    json_flag(to, "information") ? _("information") : _("action"));
	}
}

const char *show_step_time(const json_t *step)
{
	uint64_t at = json_uint(step, "at_ms");

	return at == 0 ? "" : say_time(at);
}

const char *rung_text(uint64_t rung)
{
	static const char *const names[] = { N_("primary"), N_("alternate 1"), N_("alternate 2"),
					     N_("alternate 3"), N_("whole post") };

	return _(names[rung < ARRAY_COUNT(names) ? rung : RUNG_POST]);
}

void show_called(const json_t *ladder)
{
	uint64_t empty = json_uint(ladder, "empty");
	char text[128];

	if (json_object_get(ladder, "called") == NULL)
		return;
	for (uint64_t rung = 0; rung < RUNG_POST; rung++) {
		if ((empty >> rung & 1) == 0)
			continue;
		say_fill(text, sizeof text, _("  NOBODY as {1}"), rung_text(rung));
		say_coloured(COLOUR_BAD, text);
	}
	say(_("  {1} called {2}"), rung_text(json_uint(ladder, "rung")),
	    say_time(json_uint(json_object_get(ladder, "called"), "at_ms")));
}

bool show_is_answered_since(const json_t *ladder, const char *step)
{
	static const char *const answers[] = { "REPLIED", "DECLINED", "DEFERRED" };

	for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
		if (strcmp(answers[i], step) == 0)
			return strcmp(json_str(ladder, "highest"), step) != 0;
	}
	return false;
}

void show_ladder_line(const json_t *ladder)
{
	const json_t *step, *owed = json_object_get(ladder, "owed");
	size_t i;

	say_capitals(json_str(ladder, "party"));
	say(" {1}: ", json_str(ladder, "role"));
	json_array_foreach(json_object_get(ladder, "steps"), i, step)
	{
		const char *word = json_str(step, "step");
		if (show_is_answered_since(ladder, word))
			continue;
		if (i > 0)
			say(" > ");
		say_coloured(show_step_colour(word), show_step(word));
		if (show_step_time(step)[0] != '\0')
			say(" {1}", show_step_time(step));
	}
	if (owed != NULL) {
		say(" > ");
		say(_("owed by {1}: "), json_str(owed, "by"));
		say_coloured(json_flag(owed, "ours") ? COLOUR_WARN : COLOUR_DIM,
			     show_step(json_str(owed, "step")));
	}
	if (json_flag(ladder, "wrong"))
		say_coloured(COLOUR_BAD, _("  read back WRONG"));
	if (json_object_get(ladder, "query") != NULL)
		say_coloured(COLOUR_WARN, _("  QUERY not answered"));
	if (json_object_get(ladder, "negative") != NULL)
		say_coloured(COLOUR_BAD, _("  NEGATIVE"));
	show_called(ladder);
	if (json_object_get(ladder, "lapse") != NULL)
		say("  {1}", show_step(json_str(ladder, "lapse_cause")));
}

bool show_is_whole(struct client *c, const char *place, const json_t *attachment)
{
	struct client_answer answer;
	struct query q;
	bool is_whole;

	query_open(&q, "/attachments");
	query_put(&q, "hash", json_str(attachment, "hash"));
	query_put(&q, "place", place);
	/* 404 while nothing of it has come: no error to speak of. */
	if (client_ask(c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return false;
	is_whole = answer.status == 200 && json_uint(answer.json, "held") == json_uint(attachment, "len");
	client_answer_finish(&answer);
	return is_whole;
}

static bool is_listed(const json_t *hashes, const char *hash)
{
	json_t *one;
	size_t i;

	json_array_foreach(hashes, i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), hash) == 0)
			return true;
	}
	return false;
}

void show_had(const json_t *step, const json_t *attachments, const char *indent)
{
	const json_t *had = json_object_get(step, "attachments"), *attachment;
	size_t i;

	if (had == NULL)
		return;
	json_array_foreach(attachments, i, attachment)
	{
		bool is_there = is_listed(had, json_str(attachment, "hash"));
		say("{1}", indent);
		say_coloured(is_there ? COLOUR_PLAIN : COLOUR_WARN,
			     is_there ? _("with attachment: ") : _("without attachment: "));
		if (json_object_get(attachment, "name") == NULL)
			say(_("attachment {1}: "), say_number(i + 1));
		say_text(bytes_str(json_str(attachment, "name")));
		say("\n");
	}
}

/* ---- What does not count. ---- */

bool show_is_void(const json_t *entry)
{
	return json_flag(entry, "folded") && strcmp(json_str(entry, "verdict"), "OK") != 0;
}

bool show_is_raw(const json_t *entry)
{
	return strcmp(json_str(entry, "verdict"), "RAW") == 0;
}

const char *show_waits(const char *cause)
{
	return strcmp(cause, "VERSION") == 0
		       ? _("its log is under a version of the accord that is not held here: entente accord "
			   "adopt DIR")
		       : _("waits for entries of others that it has seen");
}

void show_void(const json_t *entry)
{
	char denial[512];

	if (!show_is_void(entry))
		return;
	if (!show_is_raw(entry))
		say_coloured(COLOUR_BAD, _("VOID: "));
	say("{1} ({2})\n", _(json_str(entry, "why")), json_str(entry, "verdict"));
	if (client_denial(json_object_get(entry, "guidelines"), denial, sizeof denial))
		say("{1}\n", denial);
}

void show_missing(const json_t *row)
{
	uint64_t first = json_uint(row, "first"), count = json_uint(row, "missing");
	char from[64], to[64];

	say_fill(from, sizeof from, "{1}.{2}", json_str(row, "log"), say_number(first));
	say_fill(to, sizeof to, "{1}.{2}", json_str(row, "log"), say_number(first + count - 1));
	say_coloured(COLOUR_WARN, _("MISSING: "));
	if (count == 1)
		say(_("{1} is known elsewhere and has not come yet\n"), from);
	else
		say(_("{1} to {2} are known elsewhere and have not come yet\n"), from, to);
}

const char *show_void_word(const json_t *entry)
{
	return show_is_void(entry) && !show_is_raw(entry) ? _("VOID ") : "";
}

/* ---- Refusals. ---- */

static const struct {
	const char *why;
	const char *text; /* N_() with {1}, {2} and {3} from the members named */
	const char *members[3];
	const char *next; /* N_() */
} refusals[] = {
	{ "PROTOCOL",
	  N_("its protocol has version {1}, ours version {2}"),
	  { "theirs", "ours", "" },
	  N_("agree on one version of entente; entente --version tells ours") },
	{ "PARTY",
	  N_("it says that it is {1}"),
	  { "name", "", "" },
	  N_("telephone its watch, and compare the keys that entente accord show lists") },
	{ "ACCORD_FILE",
	  N_("the file {1} of its accord differs from ours"),
	  { "name", "", "" },
	  N_("telephone its watch; entente accord diff DIR DIR compares two folders") },
	{ "ACCORD_ID",
	  N_("it is under another accord"),
	  { "", "", "" },
	  N_("telephone its watch, and compare what entente accord show gives there and here") },
	{ "LOG_STOPPED",
	  N_("it stopped the log at {1}, byte {2}: {3}"),
	  { "place", "offset", "name" },
	  N_("entente verify here; then telephone its watch") },
};
_Static_assert(ARRAY_COUNT(refusals) == REFUSAL_COUNT - 1, "each kind of refusal but NONE has its words");

static size_t find_refusal(const json_t *refused)
{
	size_t i = 0;

	while (i < ARRAY_COUNT(refusals) && strcmp(refusals[i].why, json_str(refused, "why")) != 0)
		i++;
	return i;
}

static const char *member_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? say_number(json_uint(object, key)) : json_str(object, key);
}

bool show_refusal(const json_t *peer, char *out, size_t size)
{
	const json_t *refused = json_object_get(peer, "refused");
	size_t i = find_refusal(refused);
	char rule[256];

	if (refused == NULL)
		return false;
	if (i == ARRAY_COUNT(refusals)) { /* of a newer node */
		say_fill(out, size, "{1} {2}", json_str(refused, "why"), json_str(refused, "name"));
		return true;
	}
	client_rule(json_str(refused, refusals[i].members[2]), rule, sizeof rule);
	say_fill(out, size, _(refusals[i].text), member_text(refused, refusals[i].members[0]),
		 member_text(refused, refusals[i].members[1]), rule);
	return true;
}

const char *show_refusal_next(const json_t *peer)
{
	size_t i = find_refusal(json_object_get(peer, "refused"));

	return i == ARRAY_COUNT(refusals) ? "entente doctor" : _(refusals[i].next);
}

void show_contained(const json_t *process, char *out, size_t size)
{
	char calls[128], landlock[64];

	if (json_flag(process, "starting")) {
		say_fill(out, size, "{1}", _("it has not said yet what the kernel gives it"));
		return;
	}
	if (json_uint(process, "calls") == 0)
		say_fill(calls, sizeof calls, "{1}", _("ANY SYSTEM CALL"));
	else
		say_fill(calls, sizeof calls, _("{1} system calls"), say_number(json_uint(process, "calls")));
	if (json_uint(process, "landlock") == 0) {
		say_fill(out, size, _("{1}; no Landlock"), calls);
		return;
	}
	say_fill(landlock, sizeof landlock, "{1}", say_number(json_uint(process, "landlock")));
	say_fill(out, size, _("{1}; Landlock {2}:{3}{4}{5}"), calls, landlock,
		 json_flag(process, "files") ? _(" files") : "",
		 json_flag(process, "ports") ? _(" ports") : "",
		 json_flag(process, "signals") ? _(" signals") : "");
}

bool show_is_contained(const json_t *process)
{
	return json_uint(process, "calls") > 0 &&
	       (json_flag(process, "files") || strcmp(json_str(process, "name"), "core") != 0);
}
