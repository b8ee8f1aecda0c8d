/* Who is on duty at which post: shown, filed from a file, looked through for gaps, given to calendars. */
#include "entente/roster.h"

#include "base/alloc.h"
#include "border/ical.h"
#include "compose/act.h"
#include "compose/submit.h"
#include "entente/rows.h"
#include "home/roster_csv.h"
#include "home/roster_file.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/login.h"
#include "terminal/refuse.h"

#include <stdlib.h>
#include <string.h>

#define FILE_LEN_MAX (256u << 10)

static const struct option_row options[] = {
	{ "label", N_("LEVEL"), N_("set: the level of the roster, whose names stay in the home channel") },
	{ "rel", N_("CODES"), N_("set: to whom it is released; the own party if not said") },
	{ "csv", NULL, N_("set, export: as CSV, a row for each shift, times in UTC") },
	{ "ics", NULL, N_("export: as an iCalendar, to standard output") },
	{ "post", N_("ROLE"), N_("export: of this post alone") },
	{ NULL, NULL, NULL },
};

/* ---- Words. ---- */

const char *duty_text(const char *state)
{
	static const char *const names[] = { N_("MANNED"), N_("GAP"), N_("EMPTY"), N_("UNKNOWN") };

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		if (strcmp(names[i], state) == 0)
			return _(names[i]);
	}
	return state;
}

/* A planned gap is silent; nothing is louder than a post at which nobody is. */
enum colour duty_colour(const char *state)
{
	if (strcmp(state, "EMPTY") == 0)
		return COLOUR_BAD;
	return strcmp(state, "MANNED") == 0 ? COLOUR_GOOD : COLOUR_DIM;
}

static void say_on(const json_t *segment)
{
	const json_t *who;
	size_t i;

	json_array_foreach(json_object_get(segment, "on"), i, who)
	{
		say("    {1}: ", rung_text(json_uint(who, "rung")));
		say_text(bytes_str(json_str(who, "name")));
		say("  ");
		say_text(bytes_str(json_str(who, "reach")));
		if (json_str(who, "able")[0] != '\0')
			say("  ({1})", json_str(who, "able"));
		say("\n");
	}
}

void manning_show(const json_t *watch, bool is_ours)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(watch, "manning"), i, row)
	{
		uint64_t from = json_uint(row, "gap_from_ms"), now = json_uint(watch, "now_ms");
		if (json_flag(row, "ours") != is_ours)
			continue;
		say("  ");
		say_coloured(duty_colour(json_str(row, "state")), duty_text(json_str(row, "state")));
		say(_("  {1}/{2}, {3} deep"), json_str(row, "party"), json_str(row, "post"),
		    say_number(json_uint(row, "depth")));
		if (from > now)
			say(json_flag(row, "planned") ? _("; planned gap from {1}") : _("; nobody from {1}"),
			    say_time(from));
		else if (json_uint(row, "gap_to_ms") > now && strcmp(json_str(row, "state"), "MANNED") != 0)
			say(_("; until {1}"), say_time(json_uint(row, "gap_to_ms")));
		say("\n");
	}
}

/* ---- show ---- */

static void show_next(const json_t *roster, const char *post, uint64_t after_ms)
{
	const json_t *segment;
	size_t i;

	json_array_foreach(json_object_get(roster, "segments"), i, segment)
	{
		if (strcmp(json_str(segment, "post"), post) != 0 || json_uint(segment, "from_ms") < after_ms)
			continue;
		say(_("  next, from {1}: "), say_time(json_uint(segment, "from_ms")));
		say_coloured(duty_colour(json_str(segment, "state")), duty_text(json_str(segment, "state")));
		say("\n");
		say_on(segment);
		return;
	}
}

static void show_watch(const json_t *watch, const json_t *roster)
{
	const json_t *post, *place;
	size_t i, p;

	json_array_foreach(json_object_get(watch, "posts"), i, post)
	{
		say("{1}: ", json_str(post, "post"));
		say_coloured(duty_colour(json_str(post, "state")), duty_text(json_str(post, "state")));
		if (json_uint(post, "to_ms") > 0)
			say(_(" until {1}"), say_time(json_uint(post, "to_ms")));
		say("\n");
		say_on(post);
		if (json_uint(post, "to_ms") > 0)
			show_next(roster, json_str(post, "post"), json_uint(post, "to_ms"));
		if (json_flag(post, "waits"))
			say(_("  a relief is offered: {1}\n"), json_str(post, "offer"));
		json_array_foreach(json_object_get(post, "again"), p, place)
			say(_("  to be read again: {1}\n"), json_string_value(place));
	}
	if (json_array_size(json_object_get(watch, "posts")) == 0)
		say_line(_("No roster says who is on duty here."));
	say_line(_("the others"));
	manning_show(watch, false);
}

static enum exit_code get_both(struct options *o, json_t **watch, json_t **roster)
{
	struct client c;
	enum exit_code code = login_open(&c, o);

	if (code == EXIT_DONE)
		code = show_get(&c, "/watch", watch);
	if (code == EXIT_DONE)
		code = show_get(&c, "/roster", roster);
	login_close(&c);
	return code;
}

static enum exit_code run_show(struct options *o)
{
	json_t *watch = NULL, *roster = NULL;
	enum exit_code code = get_both(o, &watch, &roster);

	if (code == EXIT_DONE && o->is_json)
		json_say(watch);
	else if (code == EXIT_DONE)
		show_watch(watch, roster);
	json_decref(watch);
	json_decref(roster);
	return code;
}

/* ---- set ---- */

static enum exit_code read_file(const char *path, bool is_csv, struct arena *words, struct roster *out)
{
	struct buf text = arena_lend(words, FILE_LEN_MAX);
	const char *why;
	size_t line;
	enum exit_code code = EXIT_USAGE;
	struct bytes kept;

	if (file_read(path, &text) != ERR_OK) {
		say_error(_("{1} cannot be read."), path);
		return EXIT_NOT_FOUND;
	}
	kept = arena_keep(words, &text);
	if ((is_csv ? roster_csv_read : roster_file_read)(kept, words, out, &line, &why) == ERR_OK)
		code = EXIT_DONE;
	else if (line > 0)
		say_error(_("{1}, line {2}: {3}."), path, say_number(line), _(why));
	else
		say_error(_("{1}: {2}."), path, _(why));
	if (code != EXIT_DONE)
		say_next(_("mend the file, then the same again; entente(1) has an example"));
	return code;
}

static void put_fields(struct draft *d, const struct roster *roster)
{
	static void (*const puts[])(const struct roster *r, struct buf *out) = { roster_put_people,
										 roster_put_shifts,
										 roster_put_gaps };
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX);

	draft_field_text(d, FIELD_POST, roster->post);
	draft_field_uint(d, FIELD_ROSTER_FROM, roster->from_ms);
	draft_field_uint(d, FIELD_ROSTER_TO, roster->to_ms);
	for (size_t i = 0; i < ARRAY_COUNT(puts); i++) {
		struct buf value = { memory, 0, ENTRY_LEN_MAX, false };
		puts[i](roster, &value);
		draft_field(d, FIELD_ROSTER_PEOPLE + i, buf_bytes(&value), false);
	}
	free(memory);
}

enum exit_code home_file(struct options *o, enum kind kind, const char *done,
			 enum exit_code (*fill)(struct draft *d, struct client *c,
						const struct officer *officer, void *self),
			 void *self)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	json_t *status = NULL, *seen = NULL;
	struct draft d;
	struct query q;
	uint64_t home = 0;
	enum exit_code code;

	draft_open(&d, kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = officer_find_role(&officer, o, &c);
	if (code == EXIT_DONE)
		code = show_get(&c, "/status", &status);
	if (code == EXIT_DONE)
		code = home_find(&c, json_str(status, "party"), &home);
	if (code == EXIT_DONE)
		code = draft_address(&d, &c, say_number(home));
	if (code == EXIT_DONE) {
		query_open(&q, "/seen");
		query_put_number(&q, "channel", home);
		code = client_get(&c, &q, &seen);
	}
	if (code == EXIT_DONE)
		code = draft_label(&d, o, json_object_get(seen, "parties"));
	if (code == EXIT_DONE)
		code = fill(&d, &c, &officer, self);
	if (code == EXIT_DONE)
		code = draft_sign(&d, &officer);
	if (code == EXIT_DONE)
		code = act_file(o, &c, &d, NULL, NULL, done);
	json_decref(seen);
	json_decref(status);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

struct setting {
	const char *path;
	struct roster *roster;
};

/* What each who is on duty at a post has to be able to, by the accord; "": nothing. */
static const char *able_asked(const json_t *accord, struct bytes post)
{
	const json_t *role;
	size_t i;

	json_array_foreach(json_object_get(accord, "roles"), i, role)
	{
		if (bytes_equal(bytes_str(json_str(role, "name")), post))
			return json_str(role, "able");
	}
	return "";
}

/* The node refuses it too; here it is known which line it is. */
static enum exit_code check_able(const json_t *accord, const struct setting *s)
{
	const struct roster_shift *shift;
	struct bytes word;
	char name[ROSTER_NAME_MAX + 1], able[ROSTER_REACH_MAX + 1], post[ROLE_NAME_MAX + 1];

	shift = roster_unable(s->roster, bytes_str(able_asked(accord, s->roster->post)), &word);
	if (shift == NULL)
		return EXIT_DONE;
	if (bytes_copy_str(s->roster->people[shift->person].name, name, sizeof name) != ERR_OK ||
	    bytes_copy_str(word, able, sizeof able) != ERR_OK ||
	    bytes_copy_str(s->roster->post, post, sizeof post) != ERR_OK)
		return EXIT_USAGE;
	say_error(_("{1}, line {2}: {3} is not able to {4}, which the accord asks of whoever is on duty at "
		    "{5}."),
		  s->path, say_number(shift->line), name, able, post);
	say_next(_("put somebody there who is, or write it behind the name if it is true"));
	return EXIT_REFUSED;
}

static enum exit_code fill_roster(struct draft *d, struct client *c, const struct officer *officer,
				  void *self)
{
	const struct setting *s = self;
	json_t *accord = NULL;
	enum exit_code code = show_get(c, "/accord", &accord);

	(void)officer;
	if (code == EXIT_DONE)
		code = check_able(accord, s);
	json_decref(accord);
	if (code == EXIT_DONE)
		put_fields(d, s->roster);
	return code;
}

static enum exit_code run_set(struct options *o)
{
	size_t size = 3 * (size_t)FILE_LEN_MAX;
	uint8_t *memory = xcalloc(1, size);
	struct setting setting = { o->arguments[1], xcalloc(1, sizeof *setting.roster) };
	struct arena words;
	enum exit_code code;

	arena_init(&words, memory, size);
	code = read_file(setting.path, option_is_given(o, "csv"), &words, setting.roster);
	if (code == EXIT_DONE)
		code = home_file(o, KIND_ROSTER, _("The roster stands as {1}."), fill_roster, &setting);
	free(setting.roster);
	free(memory);
	return code;
}

/* ---- check ---- */

/* All who are on duty then. */
static bool are_able(const json_t *segment, struct bytes word)
{
	const json_t *who;
	size_t i;

	json_array_foreach(json_object_get(segment, "on"), i, who)
	{
		if (!able_has(bytes_str(json_str(who, "able")), word))
			return false;
	}
	return true;
}

struct checking {
	const json_t *roster, *post, *accord;
	json_t *found; /* {"post", "what", "able", "from_ms", "to_ms"} */
};

/* One finding for as long as it lasts. */
static void find(struct checking *c, const json_t *segment, const char *what, struct bytes word)
{
	char able[ROSTER_REACH_MAX + 1] = "";
	size_t count = json_array_size(c->found);
	const char *post = json_str(segment, "post");

	if (bytes_copy_str(word, able, sizeof able) != ERR_OK)
		return;
	for (size_t i = count; i > 0 && i + 8 > count; i--) {
		json_t *last = json_array_get(c->found, i - 1);
		if (strcmp(json_str(last, "what"), what) == 0 && strcmp(json_str(last, "post"), post) == 0 &&
		    strcmp(json_str(last, "able"), able) == 0 &&
		    json_uint(last, "to_ms") == json_uint(segment, "from_ms")) {
			json_object_set(last, "to_ms", json_object_get(segment, "to_ms"));
			return;
		}
	}
	json_array_append_new(c->found,
			      json_pack("{s:s, s:s, s:s, s:O, s:O}", "post", post, "what", what, "able", able,
					"from_ms", json_object_get(segment, "from_ms"), "to_ms",
					json_object_get(segment, "to_ms")));
}

static void check_segment(struct checking *c, const json_t *segment)
{
	const struct bytes none = { NULL, 0 };
	struct bytes rest = bytes_str(able_asked(c->accord, bytes_str(json_str(segment, "post")))), word;

	if (strcmp(json_str(segment, "state"), "EMPTY") == 0)
		find(c, segment, N_("nobody is on duty"), none);
	if (strcmp(json_str(segment, "state"), "MANNED") != 0)
		return;
	if (json_uint(segment, "depth") <= json_uint(c->post, "alternates"))
		find(c, segment, N_("an alternate is missing"), none);
	while (rest.len > 0) {
		if (bytes_take_until(&rest, ' ', &word) != ERR_OK) {
			word = rest;
			rest.len = 0;
		}
		if (!are_able(segment, word))
			find(c, segment, N_("somebody on duty is not able to {1}, which the accord asks"),
			     word);
	}
}

static void check_all(struct checking *c, const json_t *watch)
{
	const json_t *segment;
	size_t i, s;

	json_array_foreach(json_object_get(watch, "posts"), i, c->post)
	{
		json_array_foreach(json_object_get(c->roster, "segments"), s, segment)
		{
			if (strcmp(json_str(segment, "post"), json_str(c->post, "post")) == 0)
				check_segment(c, segment);
		}
	}
}

static void say_finding(const json_t *one)
{
	say("{1}  {2} - {3}  ", json_str(one, "post"), say_dtg(json_uint(one, "from_ms")),
	    say_dtg(json_uint(one, "to_ms")));
	say(_(json_str(one, "what")), json_str(one, "able"));
	say("\n");
}

static enum exit_code run_check(struct options *o)
{
	json_t *watch = NULL, *roster = NULL, *accord = NULL, *one;
	struct checking checking = { 0 };
	struct client c;
	enum exit_code code = login_open(&c, o);
	size_t i;

	if (code == EXIT_DONE)
		code = show_get(&c, "/watch", &watch);
	if (code == EXIT_DONE)
		code = show_get(&c, "/roster", &roster);
	if (code == EXIT_DONE)
		code = show_get(&c, "/accord", &accord);
	login_close(&c);
	if (code == EXIT_DONE) {
		checking = (struct checking){ .roster = roster, .accord = accord, .found = json_array() };
		check_all(&checking, watch);
		if (o->is_json)
			json_say(checking.found);
		else if (json_array_size(json_object_get(watch, "posts")) == 0)
			say_line(_("No roster says who is on duty here."));
		else if (json_array_size(checking.found) == 0)
			say_line(_("Nothing is missing within 35 days; planned gaps are not counted."));
		json_array_foreach(checking.found, i, one)
		{
			if (!o->is_json)
				say_finding(one);
		}
		code = json_array_size(checking.found) > 0 ||
				       json_array_size(json_object_get(watch, "posts")) == 0
			       ? EXIT_ERROR
			       : EXIT_DONE;
	}
	json_decref(checking.found);
	json_decref(watch);
	json_decref(roster);
	json_decref(accord);
	return code;
}

/* ---- export ---- */

static void put_event(struct buf *out, const json_t *roster, const json_t *segment, const json_t *who)
{
	char uid[128], summary[256];
	struct ical_event event = { .stamp = { json_uint(roster, "now_ms") },
				    .from = { json_uint(segment, "from_ms") },
				    .to = { json_uint(segment, "to_ms") },
				    .is_free = who == NULL };

	say_fill(uid, sizeof uid, "{1}-{2}-{3}@entente", json_str(segment, "post"),
		 say_number(event.from.ms / 1000), who == NULL ? "gap" : say_number(json_uint(who, "rung")));
	if (who == NULL)
		say_fill(summary, sizeof summary, "{1}: {2}", json_str(segment, "post"),
			 duty_text(json_str(segment, "state")));
	else
		say_fill(summary, sizeof summary, "{1}: {2} ({3})", json_str(segment, "post"),
			 json_str(who, "name"), rung_text(json_uint(who, "rung")));
	event.uid = bytes_str(uid);
	event.summary = bytes_str(summary);
	event.description = bytes_str(json_str(who, "reach"));
	ical_put(out, &event);
}

static void put_calendar(struct buf *out, const json_t *roster, const char *post)
{
	const json_t *segment, *who;
	size_t i, w;

	ical_open(out, "roster", BYTES_LIT("entente"));
	json_array_foreach(json_object_get(roster, "segments"), i, segment)
	{
		if (post != NULL && strcmp(json_str(segment, "post"), post) != 0)
			continue;
		if (json_array_size(json_object_get(segment, "on")) == 0)
			put_event(out, roster, segment, NULL);
		json_array_foreach(json_object_get(segment, "on"), w, who)
			put_event(out, roster, segment, who);
	}
	ical_close(out);
}

/* Whether that stretch has him at the same rung; who NULL: whether it is a planned gap. */
static bool has_who(const json_t *segment, const json_t *who)
{
	const json_t *other;
	size_t i;

	if (who == NULL)
		return strcmp(json_str(segment, "state"), "GAP") == 0;
	json_array_foreach(json_object_get(segment, "on"), i, other)
	{
		if (json_equal(other, who))
			return true;
	}
	return false;
}

/* Whether he stays on from the stretch before: then that is one row. */
static bool goes_on(const json_t *segments, size_t at, const json_t *who)
{
	const json_t *before = at == 0 ? NULL : json_array_get(segments, at - 1),
		     *segment = json_array_get(segments, at);

	return before != NULL && strcmp(json_str(before, "post"), json_str(segment, "post")) == 0 &&
	       json_uint(before, "to_ms") == json_uint(segment, "from_ms") && has_who(before, who) &&
	       has_who(segment, who);
}

static void put_row(struct buf *out, const json_t *segments, size_t at, const json_t *who)
{
	const json_t *segment = json_array_get(segments, at);
	const struct roster_person person = { bytes_str(json_str(who, "name")),
					      bytes_str(json_str(who, "reach")),
					      bytes_str(json_str(who, "able")) };
	uint64_t to_ms = json_uint(segment, "to_ms");

	if (goes_on(segments, at, who))
		return;
	while (++at < json_array_size(segments) && goes_on(segments, at, who))
		to_ms = json_uint(json_array_get(segments, at), "to_ms");
	roster_csv_put(out, bytes_str(json_str(segment, "post")), json_uint(segment, "from_ms"), to_ms,
		       (unsigned)json_uint(who, "rung"), who == NULL ? NULL : &person);
}

static void put_csv(struct buf *out, const json_t *roster, const char *post)
{
	const json_t *segments = json_object_get(roster, "segments"), *segment, *who;
	size_t i, w;

	roster_csv_head(out);
	json_array_foreach(segments, i, segment)
	{
		if (post != NULL && strcmp(json_str(segment, "post"), post) != 0)
			continue;
		if (strcmp(json_str(segment, "state"), "GAP") == 0)
			put_row(out, segments, i, NULL);
		json_array_foreach(json_object_get(segment, "on"), w, who) put_row(out, segments, i, who);
	}
}

static enum exit_code run_export(struct options *o)
{
	bool is_csv = option_is_given(o, "csv");
	json_t *watch = NULL, *roster = NULL;
	enum exit_code code;
	struct buf out;

	if (is_csv == option_is_given(o, "ics")) {
		say_error(_("It is not said in which format."));
		say_next("entente roster export --ics");
		return EXIT_USAGE;
	}
	if (!option_no_json(o))
		return EXIT_USAGE;
	code = get_both(o, &watch, &roster);
	buf_init(&out, xcalloc(1, REPLY_LEN_MAX), REPLY_LEN_MAX);
	(is_csv ? put_csv : put_calendar)(&out, roster, option_value(o, "post"));
	if (code == EXIT_DONE &&
	    (buf_check(&out) != ERR_OK || fwrite(out.ptr, 1, out.len, stdout) != out.len)) {
		code = refuse_unanswered();
	}
	free(out.ptr);
	json_decref(watch);
	json_decref(roster);
	return code;
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "show", 1, 1, run_show },   { "set --csv --label --rel", 2, 2, run_set },
		{ "check", 1, 1, run_check }, { "export --csv --ics --post", 1, 1, run_export },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_roster = {
	"roster",
	"[show | set FILE | check | export]",
	0,
	2,
	N_("show who is on duty; file a roster, look for gaps, give it to calendars"),
	options,
	run,
	false,
};
