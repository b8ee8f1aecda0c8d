/*
 * A file of bodies, sessions, commitments and events, filed as an officer's statements: docs/spec/dialogue.md
 * section 8. All of it is held against every rule before the first is filed, and what stands already is not
 * filed again: so nothing is half there for long, and the other side reads the same file to say so too.
 */
#include "entente/import_dialogues.h"

#include "entente/import_check.h"
#include "entente/text.h"
#include "home/words.h"
#include "policy/policy.h"
#include "show/show.h"
#include "terminal/held.h"
#include "terminal/login.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

/* Which units have words in which language: whatever became of them since, they are not proposed again. */
static enum exit_code get_units(struct import *in, const json_t *row)
{
	const json_t *unit, *found;
	const char *tag;
	json_t *text = NULL;
	enum exit_code code = text_get(&in->c, json_str(row, "place"), NULL, &text);
	char id[ID_LEN];
	size_t i;

	json_array_foreach(json_object_get(text, "units"), i, unit)
	{
		json_object_foreach(json_object_get(unit, "languages"), tag, found)
		{
			say_fill(id, sizeof id, "unit {1}/{2}/{3}", json_str(row, "name"),
				 json_str(unit, "name"), tag);
			if (json_array_size(json_object_get(found, "versions")) > 0)
				json_object_set_new(in->standing, id, json_object());
		}
	}
	json_decref(text);
	return code;
}

static const char *event_name(const json_t *events, const char *place)
{
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		if (strcmp(json_str(event, "place"), place) == 0)
			return json_str(event, "name");
	}
	return "";
}

/* Which party says of which two events that they are one. */
static void keep_pairs(struct import *in, const json_t *events)
{
	const json_t *event, *same, *code;
	char id[ID_LEN];
	size_t i, n, p;

	json_array_foreach(events, i, event)
	{
		json_array_foreach(json_object_get(event, "same"), n, same)
		{
			json_array_foreach(json_object_get(same, "by"), p, code)
			{
				say_fill(id, sizeof id, "same {1}/{2}/{3}", json_str(event, "name"),
					 event_name(events, json_str(same, "event")),
					 json_string_value(code));
				json_object_set_new(in->standing, id, json_object());
			}
		}
	}
}

static enum exit_code get_lists(struct import *in)
{
	struct query q;
	enum exit_code code;

	query_open(&q, "/assessments");
	code = client_get(&in->c, &q, &in->lists);
	if (code == EXIT_DONE)
		keep_pairs(in, json_object_get(in->lists, "events"));
	return code;
}

static enum exit_code get_standing(struct import *in)
{
	json_t *answer = NULL, *row, *names;
	enum exit_code code;
	char id[ID_LEN];
	struct query q;
	size_t i;

	query_open(&q, "/dialogues");
	query_put_number(&q, "channel", in->channel);
	code = dialogue_get_pages(&in->c, &q, &answer);
	in->standing = json_object();
	names = json_object();
	json_array_foreach(json_object_get(answer, "things"), i, row)
		json_object_set(names, json_str(row, "place"), json_object_get(row, "name"));
	json_array_foreach(json_object_get(answer, "things"), i, row)
	{
		import_id(json_str(row, "kind"), json_str(row, "name"), id);
		if (strcmp(json_str(row, "kind"), "condition") == 0)
			import_id_of_stage(json_str(names, json_str(row, "of")), row, id);
		json_object_set(in->standing, id, row);
		if (code == EXIT_DONE && strcmp(json_str(row, "kind"), "text") == 0)
			code = get_units(in, row);
	}
	json_decref(names);
	json_decref(answer);
	return code;
}

/* Where it is filed, under which label, and who is there. */
static enum exit_code address(struct import *in, struct draft *d)
{
	enum exit_code code = draft_address(d, &in->c, json_str(in->file, "channel"));
	json_t *seen = NULL;
	struct query q;

	query_open(&q, "/seen");
	query_put(&q, "channel", json_str(in->file, "channel"));
	if (code == EXIT_DONE && in->parties == NULL)
		code = client_get(&in->c, &q, &seen);
	if (in->parties == NULL)
		in->parties = json_incref(json_object_get(seen, "parties"));
	if (in->voices == NULL)
		in->voices = json_incref(json_object_get(seen, "voices"));
	json_decref(seen);
	d->statement.has_label = true;
	if (code == EXIT_DONE && label_type(&d->words, json_str(in->file, "label"), NULL, in->parties,
					    &d->statement.label) != ERR_OK) {
		say_error(_("{1} is no label."), json_str(in->file, "label"));
		say_next(import_nothing_filed());
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE)
		code = bytes_copy_str(d->statement.party, in->party, sizeof in->party) == ERR_OK ? EXIT_DONE
												 : EXIT_ERROR;
	in->channel = d->statement.channel;
	return code;
}

/* Whether one of these roles is shown there what the label covers. */
static bool is_shown(const struct accord *a, size_t self, const struct accord_channel *channel,
		     const struct label_mask *mask, const json_t *roles)
{
	const json_t *role;
	size_t i;

	json_array_foreach(roles, i, role)
	{
		size_t index = accord_role_find(a, bytes_str(json_string_value(role)));
		struct reader reader;
		if (index >= a->roles_count)
			continue;
		reader = reader_on_plane(self, index, channel->plane);
		if (policy_evaluate(a->guidelines, mask, &reader).is_allowed)
			return true;
	}
	return false;
}

/*
 * What an officer files above his own clearance he is not shown, and can hang nothing on; so he would stop
 * behind the first thing, and could not go on. Whoever reads as the owner has no roles here.
 */
static enum exit_code check_clearance(struct import *in, const struct draft *d, const struct accord *a)
{
	const struct accord_channel *channel = accord_channel_find(a, (uint32_t)d->statement.channel);
	size_t self = accord_party_find(a, d->statement.party);
	json_t *session = NULL, *row;
	struct label_mask mask;
	struct query q;
	enum exit_code code;
	size_t i;

	query_open(&q, "/session");
	code = client_get(&in->c, &q, &session);
	json_array_foreach(json_object_get(session, "channels"), i, row)
	{
		if (code != EXIT_DONE || channel == NULL || a->guidelines == NULL ||
		    strcmp(json_str(row, "channel"), channel->name) != 0 ||
		    !policy_label_read(a->guidelines, &d->statement.label, self, &mask).is_allowed ||
		    is_shown(a, self, channel, &mask, json_object_get(row, "roles")))
			continue;
		say_error(_("You are not cleared for {1} there, and would not be shown what you file."),
			  json_str(in->file, "label"));
		say_next(_("nothing was filed; an officer who is cleared for it files the file: entente keys "
			   "shows who has which role"));
		code = EXIT_REFUSED;
	}
	json_decref(session);
	return code;
}

/* Before anything of it is filed: what is asked again of each. */
static enum exit_code get_address(struct import *in)
{
	struct draft d;
	struct held h;
	enum exit_code code;

	draft_open(&d, KIND_BODY);
	code = address(in, &d);
	if (code == EXIT_DONE)
		code = held_accord(&h, in->o);
	if (code == EXIT_DONE) {
		code = check_clearance(in, &d, h.accord);
		versions_close(&h.versions);
	}
	draft_close(&d);
	return code;
}

static enum exit_code refer(struct import *in, struct draft *d, const char *place)
{
	json_t *entry = NULL;
	enum exit_code code = show_get_entry(&in->c, place, &entry);

	if (code == EXIT_DONE)
		code = draft_refer(d, entry);
	json_decref(entry);
	return code;
}

/* A file is filed by one officer: what waits for others is nothing yet that the rest could hang on. */
static enum exit_code refuse_waiting(const struct import *in, const struct post_wish *wish)
{
	if (wish->is_held)
		say_error(_("A word in it is held until another officer lets it go."));
	else
		say_error(
			_("Under {1} others must approve each statement (line {2} of the guidelines), and a "
			  "file is filed by one officer."),
			json_str(in->file, "label"), say_number(wish->line));
	say_next(_("file it without that, or each thing by itself: entente body new, entente session new, "
		   "entente commitments new, entente event open"));
	return EXIT_REFUSED;
}

/* Puts it into the record and remembers its place for what hangs on it. */
static enum exit_code file_one(struct import *in, enum kind kind, const char *on, const char *with,
			       json_t *fields, const char *id)
{
	struct post_wish wish = { .rule = "APPROVAL", .also = "TWICE" };
	char place[PLACE_TEXT_LEN];
	const char *bad;
	struct draft d;
	enum exit_code code;

	draft_open(&d, kind);
	code = address(in, &d);
	if (code == EXIT_DONE && on != NULL)
		code = refer(in, &d, on);
	if (code == EXIT_DONE && with != NULL)
		code = refer(in, &d, with);
	if (code == EXIT_DONE && !dialogue_put(&d, fields, &bad))
		code = EXIT_ERROR;
	if (code == EXIT_DONE)
		code = draft_sign(&d, &in->officer);
	if (code == EXIT_DONE)
		code = post_draft_asking(&in->c, &d, place, &wish);
	if (code == EXIT_DONE && wish.is_also) {
		in->stood++; /* its party said it, where the officer is not shown it */
	} else if (code == EXIT_DONE && wish.is_refused) {
		code = refuse_waiting(in, &wish);
	} else if (code == EXIT_DONE) {
		in->filed++;
		memcpy(in->filed_last, place, sizeof in->filed_last);
		json_object_set_new(in->standing, id, json_pack("{s:s}", "place", place));
	}
	draft_close(&d);
	return code;
}

/* Whether the own party owes this and has not said so yet. */
static bool is_claimed(const struct import *in, const json_t *row)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(row, "parts"), i, part)
	{
		if (strcasecmp(json_str(part, "party"), in->party) == 0)
			return strcmp(json_str(part, "part"), "UNCONFIRMED") == 0;
	}
	return false;
}

static enum exit_code confirm(struct import *in, const json_t *row, const char *id)
{
	json_t *fields = json_pack("{s:i}", "act", DIALOGUE_ACT_CONFIRM);
	char place[PLACE_TEXT_LEN];
	size_t stood = in->stood;
	enum exit_code code;

	say_fill(place, sizeof place, "{1}", json_str(row, "place"));
	code = file_one(in, KIND_ACT, place, NULL, fields, id);
	in->stood = stood; /* the commitment is counted */
	json_decref(fields);
	return code;
}

/* Whether this party has said that of the thing; NULL: whether anybody has. */
static bool is_said_by(const json_t *row, const char *act, const char *party)
{
	const json_t *code;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(row, "said"), act), i, code)
	{
		if (party == NULL || strcasecmp(json_string_value(code), party) == 0)
			return true;
	}
	return false;
}

static bool has_said(const struct import *in, const struct shape *shape, const char *of, const char *party)
{
	char id[ID_LEN];

	return is_said_by(json_object_get(in->standing, import_id(shape->of[0], of, id)), shape->name, party);
}

/*
 * Each side but the one that proposed an item agrees to it, as it confirms what it owes, and each closes it:
 * nobody settles an item by his own word.
 */
static enum exit_code is_item_due(struct import *in, const struct shape *shape, const char *of, bool *is_due)
{
	bool is_agree = strcmp(shape->name, "agree") == 0;
	char id[ID_LEN];
	const json_t *row = json_object_get(in->standing, import_id("item", of, id));
	json_t *item = NULL;
	enum exit_code code = dialogue_look_up(&in->c, "item", json_str(row, "place"), &item);

	*is_due = false;
	if (code == EXIT_DONE && (json_flag(item, "over") || is_said_by(item, shape->name, in->party)))
		in->stood++;
	else if (code == EXIT_DONE)
		*is_due = !is_agree || strcasecmp(json_str(item, "party"), in->party) != 0;
	json_decref(item);
	return code;
}

static enum exit_code import_one(struct import *in, const json_t *thing)
{
	const struct shape *shape = import_shape(json_str(thing, "kind"));
	const char *party = json_str(thing, "party"), *kind;
	char id[ID_LEN], subject[ID_LEN], place[PLACE_TEXT_LEN], with[PLACE_TEXT_LEN];
	const json_t *row;
	json_t *fields;
	enum exit_code code;

	/*
	 * Each side says who came of its own, what it assesses and claims; that it was held either says once.
	 */
	if ((shape->kind == KIND_ACT || shape->kind == KIND_CLAIM || shape->kind == KIND_SAME) &&
	    party[0] != '\0' && strcasecmp(party, in->party) != 0)
		return EXIT_DONE;
	if (strcmp(shape->of[0] == NULL ? "" : shape->of[0], "item") == 0) {
		bool is_due;
		code = is_item_due(in, shape, json_str(thing, "of"), &is_due);
		if (code != EXIT_DONE || !is_due)
			return code;
	} else if (shape->kind == KIND_ACT &&
		   has_said(in, shape, json_str(thing, "of"), party[0] == '\0' ? NULL : party)) {
		in->stood++;
		return EXIT_DONE;
	}
	import_id_of_thing(thing, id);
	row = json_object_get(in->standing, id);
	if (row != NULL) {
		in->stood++;
		return is_claimed(in, row) ? confirm(in, row, id) : EXIT_DONE;
	}
	kind = import_subject_kind(in->standing, shape, json_str(thing, "of"), subject);
	say_fill(place, sizeof place, "{1}",
		 kind == NULL ? "" : json_str(json_object_get(in->standing, subject), "place"));
	say_fill(with, sizeof with, "{1}",
		 json_str(json_object_get(in->standing, import_id("event", json_str(thing, "with"), subject)),
			  "place"));
	fields = import_fields(thing);
	code = file_one(in, shape->kind, kind == NULL ? NULL : place, with[0] == '\0' ? NULL : with, fields,
			id);
	json_decref(fields);
	return code;
}

/* Whose file it is for: the party before anything is filed. */
static enum exit_code import_all(struct import *in)
{
	const json_t *thing;
	enum exit_code code = EXIT_DONE;
	struct draft d;
	size_t i;

	draft_open(&d, KIND_BODY);
	code = address(in, &d);
	draft_close(&d);
	json_array_foreach(json_object_get(in->file, "things"), i, thing)
	{
		if (code != EXIT_DONE)
			break;
		import_id_of_thing(thing, in->at);
		code = import_one(in, thing);
	}
	return code;
}

/* Which of the file's things it was, and that the same command goes on from there. */
static void say_stopped(const struct import *in)
{
	if (in->at[0] != '\0')
		say_note(_("It stopped at {1}."), in->at);
	if (in->filed == 0)
		return;
	say_note(n_(in->filed, "{1} statement of {2} went into the record before that, and stands.",
		    "{1} statements of {2} went into the record before that, and stand."),
		 say_number(in->filed), in->path);
	say_next(_("mend the file and import it again: what stands is not filed twice"));
}

static void say_done(const struct import *in)
{
	if (in->o->is_json) {
		json_t *out = json_pack("{s:s, s:I, s:I}", "err", "OK", "filed", (json_int_t)in->filed,
					"stood", (json_int_t)in->stood);
		json_say(out);
		json_decref(out);
		return;
	}
	say(_("Filed: {1}; stood already: {2}.\n"), say_counted(in->filed, "{1} statement", "{1} statements"),
	    say_counted(in->stood, "{1} thing", "{1} things"));
}

enum exit_code import_dialogues(struct options *o)
{
	struct import in = { .o = o, .path = o->arguments[1], .c = { .fd = -1 } };
	enum exit_code code = import_open(&in);

	if (code == EXIT_DONE)
		code = import_check_head(&in);
	if (code == EXIT_DONE)
		code = officer_open(&in.officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&in.c, o);
	if (code == EXIT_DONE)
		code = officer_find_role(&in.officer, o, &in.c);
	if (code == EXIT_DONE)
		code = get_address(&in);
	if (code == EXIT_DONE)
		code = get_standing(&in);
	if (code == EXIT_DONE)
		code = get_lists(&in);
	if (code == EXIT_DONE)
		code = import_check(&in);
	if (code == EXIT_DONE)
		code = import_all(&in);
	if (code == EXIT_DONE)
		say_done(&in);
	else
		say_stopped(&in);
	if (code == EXIT_DONE && in.filed > 0)
		code = check_lines_on(&in.c, in.channel, in.filed_last, o->is_json);
	json_decref(in.lists);
	json_decref(in.parties);
	json_decref(in.voices);
	json_decref(in.standing);
	json_decref(in.file);
	login_close(&in.c);
	officer_close(&in.officer);
	return code;
}
