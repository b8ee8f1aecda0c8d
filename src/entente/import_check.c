#include "entente/import_check.h"

#include "base/alloc.h"
#include "entente/text.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIALOGUES_LEN_MAX (4u << 20)
#define DIALOGUES_FORMAT "dialogues/1"

/* What is no field of a statement: how the file says which one it is, and what it hangs on. */
static const char *const heads[] = { "kind", "of", "with", "party" };

static const struct shape shapes[] = {
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
const struct shape *import_shape(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	}
	return NULL;
}

const char *import_nothing_filed(void)
{
	return _("nothing was filed; docs/spec/dialogue.md section 8 has the format");
}

const char *import_id(const char *kind, const char *name, char id[ID_LEN])
{
	say_fill(id, ID_LEN, "{1} {2}", kind, name);
	return id;
}

/* A condition is said again at each stage of its commitment. */
void import_id_of_stage(const char *commitment, const json_t *condition, char id[ID_LEN])
{
	say_fill(id, ID_LEN, "condition {1}/{2}/{3}", commitment, json_str(condition, "name"),
		 json_str(condition, "stage"));
}

/* A unit has one name in each text, and words in each language. */
const char *import_id_of_thing(const json_t *thing, char id[ID_LEN])
{
	const char *name = json_str(thing, "name"), *of = json_str(thing, "of"),
		   *tag = json_string_value(json_array_get(json_object_get(thing, "languages"), 0));

	if (strcmp(json_str(thing, "kind"), "same") == 0)
		say_fill(id, ID_LEN, "same {1}/{2}/{3}", of, json_str(thing, "with"),
			 json_str(thing, "party"));
	else if (strcmp(json_str(thing, "kind"), "unit") == 0)
		say_fill(id, ID_LEN, "unit {1}/{2}/{3}", of, name, tag == NULL ? "" : tag);
	else if (strcmp(json_str(thing, "kind"), "condition") == 0)
		import_id_of_stage(of, thing, id);
	else
		import_id(json_str(thing, "kind"), name[0] == '\0' ? of : name, id);
	return id;
}

enum exit_code import_open(struct import *in)
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
			say_next(import_nothing_filed());
			code = EXIT_REFUSED;
		} else if (strcmp(json_str(in->file, "entente"), DIALOGUES_FORMAT) != 0 ||
			   !json_is_array(json_object_get(in->file, "things"))) {
			say_error(_("{1} is no file of {2}."), in->path, DIALOGUES_FORMAT);
			say_next(import_nothing_filed());
			code = EXIT_REFUSED;
		}
	}
	free(bytes.ptr);
	return code;
}

/* The file's own members: those that it must have, and no other, so that none is misspelt in vain. */
enum exit_code import_check_head(const struct import *in)
{
	static const char *const members[] = { "entente", "channel", "label", "things" };
	const json_t *value;
	const char *key;

	for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
		if (json_object_get(in->file, members[i]) != NULL)
			continue;
		say_error(_("{1}: {2} is missing."), in->path, members[i]);
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	json_object_foreach(in->file, key, value)
	{
		size_t i = 0;
		while (i < ARRAY_COUNT(members) && strcmp(key, members[i]) != 0)
			i++;
		if (i < ARRAY_COUNT(members))
			continue;
		say_error(_("{1}: {2} is not known there."), in->path, key);
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

json_t *import_fields(const json_t *thing)
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
	json_t *fields = import_fields(thing);
	enum exit_code code = EXIT_DONE;
	enum dialogue_field field;
	const char *bad = "";
	struct draft d;

	draft_open(&d, shape->kind);
	if (!dialogue_put(&d, fields, &bad)) {
		say_error(dialogue_key_find(bad, &field) ? _("{1}: {2} is not as it is written.")
							 : _("{1}: {2} is not known there."),
			  id, bad);
		say_next(import_nothing_filed());
		code = EXIT_REFUSED;
	} else if (!dialogue_is_whole(&d, &bad)) {
		say_error(json_object_get(fields, bad) == NULL ? _("{1}: {2} is missing.")
							       : _("{1}: {2} is not as it is written."),
			  id, bad);
		say_next(import_nothing_filed());
		code = EXIT_REFUSED;
	}
	draft_close(&d);
	json_decref(fields);
	return code;
}

const char *import_subject_kind(const json_t *known, const struct shape *shape, const char *of,
				char id[ID_LEN])
{
	for (size_t i = 0; i < ARRAY_COUNT(shape->of) && shape->of[i] != NULL; i++) {
		if (json_object_get(known, import_id(shape->of[i], of, id)) != NULL)
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
	is_there =
		is_there || has_language(json_object_get(in->standing, import_id("text", of, text)), of, tag);
	if (is_there && json_array_size(languages) == 1)
		return EXIT_DONE;
	say_error(_("{1}: the text has no such language."), id);
	say_next(import_nothing_filed());
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
	say_next(import_nothing_filed());
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
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	if (is_same && with[0] == '\0')
		missing = "with";
	else if (is_same && json_str(thing, "party")[0] == '\0')
		missing = "party";
	if (missing != NULL) {
		say_error(_("{1}: {2} is missing."), id, missing);
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	if (!is_same || import_subject_kind(known, shape, with, subject) != NULL)
		return EXIT_DONE;
	say_error(_("{1}: there is no {2} before it."), id, with);
	say_next(import_nothing_filed());
	return EXIT_REFUSED;
}

/* A side meeting is held beside a session of the file above it, or of the record. */
static enum exit_code check_beside(const json_t *thing, const json_t *known, const char *id)
{
	const char *beside = json_str(thing, "beside");
	char session[ID_LEN];

	if (beside[0] == '\0' || json_object_get(known, import_id("session", beside, session)) != NULL)
		return EXIT_DONE;
	say_error(_("{1}: there is no {2} before it."), id, beside);
	say_next(import_nothing_filed());
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
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* Nothing is named twice in a list: one name or the other was meant to be another's. */
static enum exit_code check_lists(const json_t *thing, const char *id)
{
	static const char *const members[] = { "parties", "owed_to", "languages" };
	const json_t *list, *name;
	size_t i;

	for (size_t m = 0; m < ARRAY_COUNT(members); m++) {
		list = json_object_get(thing, members[m]);
		json_array_foreach(list, i, name)
		{
			if (!dialogue_stands_before(list, i))
				continue;
			say_error(_("{1}: {2} is named twice in {3}."), id, json_string_value(name),
				  members[m]);
			say_next(import_nothing_filed());
			return EXIT_REFUSED;
		}
	}
	return EXIT_DONE;
}

/* Who owes, is owed, hosts: a party each that speaks on the channel. */
static enum exit_code check_parties(const struct import *in, const json_t *thing, const char *id)
{
	static const char *const members[] = { "parties", "owed_to" };
	const json_t *code;
	size_t i;

	for (size_t m = 0; m < ARRAY_COUNT(members); m++) {
		json_array_foreach(json_object_get(thing, members[m]), i, code)
		{
			if (dialogue_is_party(in->voices, json_string_value(code)))
				continue;
			say_error(dialogue_is_party(in->parties, json_string_value(code))
					  ? _("{1}: {2} observes on the channel: it owes nothing there, and "
					      "is owed nothing.")
					  : _("{1}: {2} is no party of the channel."),
				  id, json_string_value(code));
			say_next(import_nothing_filed());
			return EXIT_REFUSED;
		}
	}
	return EXIT_DONE;
}

/* Of a commitment: each who owes it owes it to somebody else, who can say that it is done. */
static enum exit_code check_creditors(const struct import *in, const json_t *thing, const struct shape *shape,
				      const char *id)
{
	const json_t *owed = json_object_get(thing, "owed_to"), *owner, *other;
	size_t i, n;

	if (owed == NULL)
		owed = in->voices;
	json_array_foreach(shape->kind == KIND_COMMITMENT ? json_object_get(thing, "parties") : NULL, i,
			   owner)
	{
		bool is_owed = false;
		json_array_foreach(owed, n, other) is_owed =
			is_owed || strcasecmp(json_string_value(other), json_string_value(owner)) != 0;
		if (is_owed)
			continue;
		say_error(_("{1}: what {2} owes is owed to nobody else, who could accept it."), id,
			  json_string_value(owner));
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* What does not stand yet is not begun in what is over. */
static enum exit_code check_open(const struct import *in, const struct shape *shape, const char *id,
				 const char *subject)
{
	if (shape->kind == KIND_ACT || json_object_get(in->standing, id) != NULL ||
	    !json_flag(json_object_get(in->standing, subject), "over"))
		return EXIT_DONE;
	say_error(_("{1}: {2} is over."), id, subject);
	say_next(import_nothing_filed());
	return EXIT_REFUSED;
}

/* number: which of the file's things it is, for one that has nothing else to be known by. */
static enum exit_code check_one(const struct import *in, const json_t *thing, size_t number, json_t *known)
{
	const struct shape *shape = import_shape(json_str(thing, "kind"));
	const char *of = json_str(thing, "of");
	char id[ID_LEN], subject[ID_LEN];
	enum exit_code code;

	import_id_of_thing(thing, id);
	if (shape == NULL) {
		bool has_kind = json_str(thing, "kind")[0] != '\0';
		say_fill(id, sizeof id, "things[{1}]", say_number(number));
		say_error(has_kind ? _("{1}: {2} is no kind of thing.") : _("{1}: {2} is missing."), id,
			  has_kind ? json_str(thing, "kind") : "kind");
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	/* What it does is its kind's to say. */
	if (json_object_get(thing, "act") != NULL) {
		say_error(_("{1}: {2} is not known there."), id, "act");
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	code = check_fields(id, thing, shape);
	if (code != EXIT_DONE)
		return code;
	if ((of[0] != '\0' || !shape->may_be_alone) &&
	    import_subject_kind(known, shape, of, subject) == NULL) {
		say_error(_("{1}: there is no {2} before it."), id, of);
		say_next(import_nothing_filed());
		return EXIT_REFUSED;
	}
	code = of[0] == '\0' ? EXIT_DONE : check_open(in, shape, id, subject);
	if (code == EXIT_DONE)
		code = check_with(thing, shape, known, id);
	if (code == EXIT_DONE)
		code = check_beside(thing, known, id);
	if (code == EXIT_DONE)
		code = check_language(in, thing, id);
	if (code == EXIT_DONE)
		code = check_unit(in, thing, id);
	if (code == EXIT_DONE)
		code = check_codes(in, thing, id);
	if (code == EXIT_DONE)
		code = check_lists(thing, id);
	if (code == EXIT_DONE)
		code = check_parties(in, thing, id);
	if (code == EXIT_DONE)
		code = check_creditors(in, thing, shape, id);
	if (code != EXIT_DONE || shape->kind == KIND_ACT)
		return code;
	if (json_is_true(json_object_get(known, id))) {
		say_error(_("{1} is there twice."), id);
		say_next(import_nothing_filed());
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

	row = json_object_get(in->standing, import_id_of_thing(thing, id));
	if (row == NULL)
		return EXIT_DONE;
	for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
		const json_t *here = json_object_get(thing, members[i]),
			     *there = json_object_get(row, members[i]);
		if (here != there && !json_equal(here, there)) {
			say_error(_("{1} stands already at {2}, with another {3}."), id,
				  json_str(row, "place"), members[i]);
			say_next(import_nothing_filed());
			return EXIT_REFUSED;
		}
	}
	return EXIT_DONE;
}

/* What he may not know of has its name too, and the node would refuse another in the midst of the file. */
static enum exit_code check_name(struct import *in, const json_t *thing)
{
	const struct shape *shape = import_shape(json_str(thing, "kind"));
	json_t *answer = NULL;
	enum exit_code code;
	char id[ID_LEN];
	struct query q;

	if (shape->kind == KIND_UNIT || shape->kind == KIND_CONDITION || json_str(thing, "name")[0] == '\0' ||
	    json_object_get(in->standing, import_id_of_thing(thing, id)) != NULL)
		return EXIT_DONE;
	query_open(&q, "/dialogues");
	query_put_number(&q, "channel", in->channel);
	query_put(&q, "kind", shape->name);
	query_put(&q, "name", json_str(thing, "name"));
	code = client_get(&in->c, &q, &answer);
	if (code == EXIT_DONE && json_flag(answer, "taken")) {
		say_error(_("{1}: the name is taken there by what you are not shown."), id);
		say_next(_("give it another name; nothing was filed"));
		code = EXIT_REFUSED;
	}
	json_decref(answer);
	return code;
}

enum exit_code import_check(struct import *in)
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
			code = check_one(in, thing, i, known);
		if (code == EXIT_DONE)
			code = check_standing(in, thing);
		if (code == EXIT_DONE)
			code = check_name(in, thing);
	}
	json_decref(known);
	return code;
}
