/*
 * A file of bodies, sessions, commitments and events, filed as an officer's statements: docs/spec/dialogue.md
 * section 8. All of it is held against every rule before the first is filed, and what stands already is not
 * filed again: so nothing is half there for long, and the other side reads the same file to say so too.
 */
#include "entente/import_dialogues.h"

#include "base/alloc.h"
#include "entente/dialogue.h"
#include "entente/text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/login.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIALOGUES_LEN_MAX (4u << 20)
#define DIALOGUES_FORMAT "dialogues/1"
#define ID_LEN 192u /* "unit TEXT/UNIT/LANGUAGE", "condition COMMITMENT/NAME/STAGE" */

/* What is no field of a statement: how the file says which one it is, and what it hangs on. */
static const char *const heads[] = { "kind", "of", "with", "party" };

static const struct shape {
	const char *name;
	enum kind kind;
	const char *of[3]; /* kinds of what it hangs on; none: nothing */
	bool may_be_alone;
} shapes[] = {
	{ "body", KIND_BODY, { "body" }, true },
	{ "session", KIND_SESSION, { "body" }, false },
	{ "item", KIND_ITEM, { "session" }, false },
	{ "commitment", KIND_COMMITMENT, { "session", "body" }, false },
	{ "condition", KIND_CONDITION, { "commitment" }, false },
	{ "event", KIND_EVENT, { "session", "body" }, true },
	{ "text", KIND_TEXT, { "session", "body", "text" }, false },
	{ "unit", KIND_UNIT, { "text" }, false },
	{ "claim", KIND_CLAIM, { "event" }, false },
	{ "assess", KIND_ACT, { "event" }, false },
	{ "same", KIND_SAME, { "event" }, false },
	{ "delegation", KIND_ACT, { "session" }, false },
	{ "begin", KIND_ACT, { "session" }, false },
	{ "conclude", KIND_ACT, { "session" }, false },
	{ "agree", KIND_ACT, { "item" }, false },
	{ "close", KIND_ACT, { "item" }, false },
};

struct import {
	const struct options *o;
	const char *path;
	json_t *file, *standing; /* standing: {"body kidd": row of /dialogues} */
	json_t *lists;		 /* "types", "confidences": what the accord lets them be */
	struct client c;
	struct officer officer;
	char party[PARTY_NAME_MAX + 1];
	size_t filed, stood;
	uint64_t filed_on;		 /* the channel */
	char filed_last[PLACE_TEXT_LEN]; /* "": nothing was */
};

static const struct shape *shape_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	}
	return NULL;
}

static const char *nothing_filed(void)
{
	return _("nothing was filed; docs/spec/dialogue.md section 8 has the format");
}

/* "session kidd-22": names are told apart by kind. */
static const char *id_of(const char *kind, const char *name, char id[ID_LEN])
{
	say_fill(id, ID_LEN, "{1} {2}", kind, name);
	return id;
}

/* A condition is said again at each stage of its commitment. */
static void id_of_stage(const char *commitment, const json_t *condition, char id[ID_LEN])
{
	say_fill(id, ID_LEN, "condition {1}/{2}/{3}", commitment, json_str(condition, "name"),
		 json_str(condition, "stage"));
}

/* A unit has one name in each text, and words in each language. */
static const char *id_of_thing(const json_t *thing, char id[ID_LEN])
{
	const char *name = json_str(thing, "name"), *of = json_str(thing, "of"),
		   *tag = json_string_value(json_array_get(json_object_get(thing, "languages"), 0));

	if (strcmp(json_str(thing, "kind"), "same") == 0)
		say_fill(id, ID_LEN, "same {1}/{2}/{3}", of, json_str(thing, "with"),
			 json_str(thing, "party"));
	else if (strcmp(json_str(thing, "kind"), "unit") == 0)
		say_fill(id, ID_LEN, "unit {1}/{2}/{3}", of, name, tag == NULL ? "" : tag);
	else if (strcmp(json_str(thing, "kind"), "condition") == 0)
		id_of_stage(of, thing, id);
	else
		id_of(json_str(thing, "kind"), name[0] == '\0' ? of : name, id);
	return id;
}

/* ---- Held against the rules. ---- */

static enum exit_code open_file(struct import *in)
{
	struct buf bytes;
	json_error_t error;
	enum exit_code code = EXIT_DONE;
	enum err e;

	buf_init(&bytes, xcalloc(1, DIALOGUES_LEN_MAX + 1), DIALOGUES_LEN_MAX);
	e = file_read(in->path, &bytes);
	if (e != ERR_OK) {
		say_error("{1}: {2}.", in->path, e == ERR_LIMIT ? _(err_text(e)) : strerror(errno));
		say_next("entente import dialogues FILE");
		code = e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_ERROR;
	} else {
		in->file = json_loadb((const char *)bytes.ptr, bytes.len, JSON_REJECT_DUPLICATES, &error);
		if (in->file == NULL) {
			say_error(_("{1}, line {2}: {3}."), in->path, say_number((uint64_t)error.line),
				  error.text);
			say_next(nothing_filed());
			code = EXIT_REFUSED;
		} else if (strcmp(json_str(in->file, "entente"), DIALOGUES_FORMAT) != 0 ||
			   !json_is_array(json_object_get(in->file, "things"))) {
			say_error(_("{1} is no file of {2}."), in->path, DIALOGUES_FORMAT);
			say_next(nothing_filed());
			code = EXIT_REFUSED;
		}
	}
	free(bytes.ptr);
	return code;
}

/* The members that are fields: the caller's. */
static json_t *fields_of(const json_t *thing)
{
	json_t *fields = json_object(), *value;
	enum dialogue_act act;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)thing, key, value) json_object_set(fields, key, value);
	for (size_t i = 0; i < ARRAY_COUNT(heads); i++)
		json_object_del(fields, heads[i]);
	if (json_is_string(json_object_get(fields, "words"))) {
		char *words = text_normal(bytes_str(json_str(fields, "words")));
		if (words != NULL)
			json_object_set_new(fields, "words", json_string(words));
		free(words);
	}
	if (dialogue_act_find(KIND_SESSION, bytes_str(json_str(thing, "kind")), &act) == ERR_OK ||
	    dialogue_act_find(KIND_ITEM, bytes_str(json_str(thing, "kind")), &act) == ERR_OK ||
	    dialogue_act_find(KIND_EVENT, bytes_str(json_str(thing, "kind")), &act) == ERR_OK)
		json_object_set_new(fields, "act", json_integer(act));
	return fields;
}

static enum exit_code check_fields(const char *id, const json_t *thing, const struct shape *shape)
{
	json_t *fields = fields_of(thing);
	enum exit_code code = EXIT_DONE;
	enum dialogue_field field;
	const char *bad = "";
	struct draft d;

	draft_open(&d, shape->kind);
	if (!dialogue_put(&d, fields, &bad)) {
		say_error(dialogue_key_find(bad, &field) ? _("{1}: {2} is not as it is written.")
							 : _("{1}: {2} is not known there."),
			  id, bad);
		say_next(nothing_filed());
		code = EXIT_REFUSED;
	} else if (!dialogue_is_whole(&d, &bad)) {
		say_error(json_object_get(fields, bad) == NULL ? _("{1}: {2} is missing.")
							       : _("{1}: {2} is not as it is written."),
			  id, bad);
		say_next(nothing_filed());
		code = EXIT_REFUSED;
	}
	draft_close(&d);
	json_decref(fields);
	return code;
}

/* Of the file so far, or of the record. */
static const char *subject_kind(const json_t *known, const struct shape *shape, const char *of,
				char id[ID_LEN])
{
	for (size_t i = 0; i < ARRAY_COUNT(shape->of) && shape->of[i] != NULL; i++) {
		if (json_object_get(known, id_of(shape->of[i], of, id)) != NULL)
			return shape->of[i];
	}
	return NULL;
}

static bool has_language(const json_t *text, const char *name, const char *tag)
{
	const json_t *language;
	size_t i;

	if (strcmp(json_str(text, "kind"), "text") != 0 || strcmp(json_str(text, "name"), name) != 0)
		return false;
	json_array_foreach(json_object_get(text, "languages"), i, language)
	{
		if (strcmp(json_string_value(language), tag) == 0)
			return true;
	}
	return false;
}

/* A unit is in one of its text's languages, of the file or of the record. */
static enum exit_code check_language(const struct import *in, const json_t *thing, const char *id)
{
	const json_t *languages = json_object_get(thing, "languages"), *other;
	const char *tag = json_string_value(json_array_get(languages, 0)), *of = json_str(thing, "of");
	bool is_there = false;
	char text[ID_LEN];
	size_t i;

	if (strcmp(json_str(thing, "kind"), "unit") != 0)
		return EXIT_DONE;
	json_array_foreach(json_object_get(in->file, "things"), i, other) is_there =
		is_there || has_language(other, of, tag);
	is_there = is_there || has_language(json_object_get(in->standing, id_of("text", of, text)), of, tag);
	if (is_there && json_array_size(languages) == 1)
		return EXIT_DONE;
	say_error(_("{1}: the text has no such language."), id);
	say_next(nothing_filed());
	return EXIT_REFUSED;
}

/* What a commitment is taken from is a unit of the file, wherever it stands there, or of the record. */
static enum exit_code check_unit(const struct import *in, const json_t *thing, const char *id)
{
	const char *unit = json_str(thing, "unit"), *standing;
	char path[ID_LEN], front[ID_LEN];
	bool is_there = false;
	const json_t *other;
	size_t i;

	if (unit[0] == '\0')
		return EXIT_DONE;
	json_array_foreach(json_object_get(in->file, "things"), i, other)
	{
		if (strcmp(json_str(other, "kind"), "unit") != 0)
			continue;
		say_fill(path, sizeof path, "{1}/{2}", json_str(other, "of"), json_str(other, "name"));
		is_there = is_there || strcmp(path, unit) == 0;
	}
	say_fill(front, sizeof front, "unit {1}/", unit);
	json_object_foreach(in->standing, standing, other)
	{
		is_there = is_there || strncmp(standing, front, strlen(front)) == 0;
	}
	if (is_there)
		return EXIT_DONE;
	say_error(_("{1}: there is no unit {2}."), id, unit);
	say_next(nothing_filed());
	return EXIT_REFUSED;
}

/* Two events are one by the word of a party that is named, and of nothing else is there a second. */
static enum exit_code check_with(const json_t *thing, const struct shape *shape, const json_t *known,
				 const char *id)
{
	const char *with = json_str(thing, "with"), *missing = NULL;
	bool is_same = shape->kind == KIND_SAME;
	char subject[ID_LEN];

	if (!is_same && json_object_get(thing, "with") != NULL) {
		say_error(_("{1}: {2} is not known there."), id, "with");
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	if (is_same && with[0] == '\0')
		missing = "with";
	else if (is_same && json_str(thing, "party")[0] == '\0')
		missing = "party";
	if (missing != NULL) {
		say_error(_("{1}: {2} is missing."), id, missing);
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	if (!is_same || subject_kind(known, shape, with, subject) != NULL)
		return EXIT_DONE;
	say_error(_("{1}: there is no {2} before it."), id, with);
	say_next(nothing_filed());
	return EXIT_REFUSED;
}

/* A type and a confidence are of the accord's lists. */
static enum exit_code check_codes(const struct import *in, const json_t *thing, const char *id)
{
	static const struct {
		const char *member, *list;
	} of[] = { { "type", "types" }, { "confidence", "confidences" } };
	const json_t *code;
	size_t n;

	for (size_t i = 0; i < ARRAY_COUNT(of); i++) {
		const char *name = json_str(thing, of[i].member);
		bool is_there = name[0] == '\0';
		json_array_foreach(json_object_get(in->lists, of[i].list), n, code) is_there =
			is_there || strcmp(json_str(code, "name"), name) == 0;
		if (is_there)
			continue;
		say_error(_("{1}: the accord has no {2} {3}."), id, of[i].member, name);
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code check_one(const struct import *in, const json_t *thing, json_t *known)
{
	const struct shape *shape = shape_find(json_str(thing, "kind"));
	const char *of = json_str(thing, "of");
	char id[ID_LEN], subject[ID_LEN];
	enum exit_code code;

	id_of_thing(thing, id);
	if (shape == NULL) {
		say_error(_("{1}: {2} is no kind of thing."), in->path, json_str(thing, "kind"));
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	code = check_fields(id, thing, shape);
	if (code != EXIT_DONE)
		return code;
	if ((of[0] != '\0' || !shape->may_be_alone) && subject_kind(known, shape, of, subject) == NULL) {
		say_error(_("{1}: there is no {2} before it."), id, of);
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	code = check_with(thing, shape, known, id);
	if (code == EXIT_DONE)
		code = check_language(in, thing, id);
	if (code == EXIT_DONE)
		code = check_unit(in, thing, id);
	if (code == EXIT_DONE)
		code = check_codes(in, thing, id);
	if (code != EXIT_DONE || shape->kind == KIND_ACT)
		return code;
	if (json_is_true(json_object_get(known, id))) {
		say_error(_("{1} is there twice."), id);
		say_next(nothing_filed());
		return EXIT_REFUSED;
	}
	json_object_set_new(known, id, json_true());
	return EXIT_DONE;
}

/* What stands and what the file says of the same name must be one. */
static enum exit_code check_standing(const struct import *in, const json_t *thing)
{
	static const char *const members[] = { "title", "when", "parties", "owed_to", "type" };
	const json_t *row;
	char id[ID_LEN];

	row = json_object_get(in->standing, id_of_thing(thing, id));
	if (row == NULL)
		return EXIT_DONE;
	for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
		const json_t *here = json_object_get(thing, members[i]),
			     *there = json_object_get(row, members[i]);
		if (here != there && !json_equal(here, there)) {
			say_error(_("{1} stands already at {2}, with another {3}."), id,
				  json_str(row, "place"), members[i]);
			say_next(nothing_filed());
			return EXIT_REFUSED;
		}
	}
	return EXIT_DONE;
}

static enum exit_code check_all(const struct import *in)
{
	json_t *known = json_object();
	const json_t *thing, *row;
	enum exit_code code = EXIT_DONE;
	const char *id;
	size_t i;

	json_object_foreach(in->standing, id, row) json_object_set_new(known, id, json_false());
	json_array_foreach(json_object_get(in->file, "things"), i, thing)
	{
		if (code == EXIT_DONE)
			code = check_one(in, thing, known);
		if (code == EXIT_DONE)
			code = check_standing(in, thing);
	}
	json_decref(known);
	return code;
}

/* ---- Filed. ---- */

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
	enum exit_code code = dialogue_get_all(&in->c, NULL, false, &answer);
	char id[ID_LEN];
	size_t i;

	in->standing = json_object();
	names = json_object();
	json_array_foreach(json_object_get(answer, "things"), i, row)
		json_object_set(names, json_str(row, "place"), json_object_get(row, "name"));
	json_array_foreach(json_object_get(answer, "things"), i, row)
	{
		id_of(json_str(row, "kind"), json_str(row, "name"), id);
		if (strcmp(json_str(row, "kind"), "condition") == 0)
			id_of_stage(json_str(names, json_str(row, "of")), row, id);
		json_object_set(in->standing, id, row);
		if (code == EXIT_DONE && strcmp(json_str(row, "kind"), "text") == 0)
			code = get_units(in, row);
	}
	json_decref(names);
	json_decref(answer);
	return code;
}

static enum exit_code address(struct import *in, struct draft *d)
{
	const char *channel = json_str(in->file, "channel");
	json_t *seen = NULL;
	struct query q;
	enum exit_code code = draft_address(d, &in->c, channel);

	query_open(&q, "/seen");
	query_put(&q, "channel", channel);
	if (code == EXIT_DONE)
		code = client_get(&in->c, &q, &seen);
	d->statement.has_label = true;
	if (code == EXIT_DONE &&
	    label_type(&d->words, json_str(in->file, "label"), NULL, json_object_get(seen, "parties"),
		       &d->statement.label) != ERR_OK) {
		say_error(_("{1} is no label."), json_str(in->file, "label"));
		say_next(nothing_filed());
		code = EXIT_REFUSED;
	}
	json_decref(seen);
	if (code == EXIT_DONE)
		code = bytes_copy_str(d->statement.party, in->party, sizeof in->party) == ERR_OK ? EXIT_DONE
												 : EXIT_ERROR;
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

/* Puts it into the record and remembers its place for what hangs on it. */
static enum exit_code file_one(struct import *in, enum kind kind, const char *on, const char *with,
			       json_t *fields, const char *id)
{
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
		code = post_draft(&in->c, &d, place);
	if (code == EXIT_DONE) {
		in->filed++;
		in->filed_on = d.statement.channel;
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
			return strcmp(json_str(part, "part"), "CLAIMED") == 0;
	}
	return false;
}

static enum exit_code confirm(struct import *in, const json_t *row, const char *id)
{
	json_t *fields = json_pack("{s:i}", "act", DIALOGUE_ACT_CONFIRM);
	char place[PLACE_TEXT_LEN];
	enum exit_code code;

	say_fill(place, sizeof place, "{1}", json_str(row, "place"));
	code = file_one(in, KIND_ACT, place, NULL, fields, id);
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

	return is_said_by(json_object_get(in->standing, id_of(shape->of[0], of, id)), shape->name, party);
}

/*
 * Each side but the one that proposed an item agrees to it, as it confirms what it owes, and each closes it:
 * nobody settles an item by his own word.
 */
static enum exit_code is_item_due(struct import *in, const struct shape *shape, const char *of, bool *is_due)
{
	bool is_agree = strcmp(shape->name, "agree") == 0;
	json_t *item = NULL;
	enum exit_code code = dialogue_look_up(&in->c, "item", of, &item);

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
	const struct shape *shape = shape_find(json_str(thing, "kind"));
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
	id_of_thing(thing, id);
	row = json_object_get(in->standing, id);
	if (row != NULL) {
		in->stood++;
		return is_claimed(in, row) ? confirm(in, row, id) : EXIT_DONE;
	}
	kind = subject_kind(in->standing, shape, json_str(thing, "of"), subject);
	say_fill(place, sizeof place, "{1}",
		 kind == NULL ? "" : json_str(json_object_get(in->standing, subject), "place"));
	say_fill(with, sizeof with, "{1}",
		 json_str(json_object_get(in->standing, id_of("event", json_str(thing, "with"), subject)),
			  "place"));
	fields = fields_of(thing);
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
		if (code == EXIT_DONE)
			code = import_one(in, thing);
	}
	return code;
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
	enum exit_code code = open_file(&in);

	if (code == EXIT_DONE)
		code = officer_open(&in.officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&in.c, o);
	if (code == EXIT_DONE)
		code = officer_find_role(&in.officer, o, &in.c);
	if (code == EXIT_DONE)
		code = get_standing(&in);
	if (code == EXIT_DONE)
		code = get_lists(&in);
	if (code == EXIT_DONE)
		code = check_all(&in);
	if (code == EXIT_DONE)
		code = import_all(&in);
	if (code == EXIT_DONE)
		say_done(&in);
	if (code == EXIT_DONE && in.filed > 0)
		code = check_lines_on(&in.c, in.filed_on, in.filed_last, o->is_json);
	json_decref(in.lists);
	json_decref(in.standing);
	json_decref(in.file);
	login_close(&in.c);
	officer_close(&in.officer);
	return code;
}
