#include "entente/dialogue.h"

#include "base/alloc.h"
#include "compose/act.h"
#include "entente/text.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

const struct option_row dialogue_options[] = {
	{ "language", N_("TAG"), N_("the language of what is typed, as ko or en") },
	{ "also", N_("TAG=TEXT"), N_("the title in another language; may be given again") },
	{ "when", N_("DATE"), N_("2026, 2026-04, 2026-04-11, 2026-04-11T14:30Z, or FROM/TO") },
	{ "by", N_("CODES"), N_("who owes it, or who hosts it: ALBA,BOREA") },
	{ "to", N_("CODES|BODY"),
	  N_("to whom it is owed, everybody else if not said; what a body feeds, or is merged into") },
	{ "chairs", N_("ROLES"), N_("the roles that chair a body together: ALBA's and BOREA's posts") },
	{ "languages", N_("TAGS"), N_("the languages that a body talks in: ko,en") },
	{ "manner", N_("MANNER"), N_("how a session is held: meeting, side-meeting or call") },
	{ "beside", N_("SESSION"), N_("the session beside which a side meeting or a call is held") },
	{ "head", N_("NAME=OFFICE"), N_("who heads the own delegation") },
	{ "member", N_("NAME=OFFICE"), N_("who else is of it; may be given again") },
	{ "credentials", N_("TEXT"), N_("what empowers it: by whom, when, its number") },
	{ "text", N_("TEXT"), N_("which text is the record that is agreed to") },
	{ "detail", N_("TEXT"), N_("a mandate, a place, a test that shows it done, a reason") },
	{ "source", N_("TEXT"), N_("where it is taken from") },
	{ "doubt", N_("TEXT"), N_("what its sources contradict") },
	{ "unit", N_("TEXT/UNIT"), N_("from which unit of which text a commitment is taken") },
	{ "number", N_("N"), N_("a session's number, a body's months between two sessions") },
	{ "label", N_("LEVEL"), N_("the level; of an act that of what it is about") },
	{ "rel", N_("CODES"), N_("to whom it is released; everybody of the channel if not said") },
	{ "channel", N_("CHANNEL"), N_("where it is said; of what hangs on another, there") },
	{ "party", N_("CODE"), N_("whose report is meant, where several have reported") },
	{ "all", NULL, N_("those too that are closed") },
	{ NULL, NULL, NULL },
};

/* ---- Members and fields. ---- */

enum shape { SHAPE_TEXT, SHAPE_TEXTS, SHAPE_WORDS, SHAPE_NUMBER, SHAPE_PEOPLE, SHAPE_HASH };

static const struct member {
	enum dialogue_field field;
	enum shape shape;
} members[] = {
	{ DIALOGUE_NAME, SHAPE_TEXT },	     { DIALOGUE_TITLE, SHAPE_WORDS },
	{ DIALOGUE_ACT, SHAPE_NUMBER },	     { DIALOGUE_WHEN, SHAPE_TEXT },
	{ DIALOGUE_PARTIES, SHAPE_TEXTS },   { DIALOGUE_SOURCE, SHAPE_TEXT },
	{ DIALOGUE_DETAIL, SHAPE_WORDS },    { DIALOGUE_DOUBT, SHAPE_WORDS },
	{ DIALOGUE_OWED_TO, SHAPE_TEXTS },   { DIALOGUE_NUMBER, SHAPE_NUMBER },
	{ DIALOGUE_LANGUAGES, SHAPE_TEXTS }, { DIALOGUE_CHAIRS, SHAPE_TEXTS },
	{ DIALOGUE_TO, SHAPE_TEXT },	     { DIALOGUE_PEOPLE, SHAPE_PEOPLE },
	{ DIALOGUE_STAGE, SHAPE_TEXT },	     { DIALOGUE_WORDS, SHAPE_TEXT },
	{ DIALOGUE_HASH, SHAPE_HASH },	     { DIALOGUE_OUTLETS, SHAPE_TEXTS },
	{ DIALOGUE_TYPE, SHAPE_TEXT },	     { DIALOGUE_CONFIDENCE, SHAPE_TEXT },
	{ DIALOGUE_WHERE, SHAPE_TEXT },	     { DIALOGUE_LOCATION, SHAPE_WORDS },
	{ DIALOGUE_UNIT, SHAPE_TEXT },	     { DIALOGUE_CREDENTIALS, SHAPE_WORDS },
	{ DIALOGUE_MANNER, SHAPE_TEXT },     { DIALOGUE_BESIDE, SHAPE_TEXT },
};

static const struct member *member_find(const char *key)
{
	for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
		if (strcmp(dialogue_field_name(members[i].field), key) == 0)
			return &members[i];
	}
	return NULL;
}

bool dialogue_key_find(const char *key, enum dialogue_field *out)
{
	const struct member *m = member_find(key);

	if (m != NULL)
		*out = m->field;
	return m != NULL;
}

static bool put_text(struct buf *out, const json_t *value)
{
	if (!json_is_string(value))
		return false;
	cbor_put_text(out, bytes_str(json_string_value(value)));
	return true;
}

static bool put_texts(struct buf *out, const json_t *value)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(value))
		return false;
	cbor_put_array(out, json_array_size(value));
	json_array_foreach(value, i, one)
	{
		if (!put_text(out, one))
			return false;
	}
	return true;
}

static bool put_words(struct buf *out, json_t *value)
{
	json_t *text;
	const char *tag;

	if (!json_is_object(value))
		return false;
	cbor_put_array(out, 2 * json_object_size(value));
	json_object_foreach(value, tag, text)
	{
		cbor_put_text(out, bytes_str(tag));
		if (!put_text(out, text))
			return false;
	}
	return true;
}

/* [{"name": ..., "office": ...}] */
static bool put_people(struct buf *out, const json_t *value)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(value))
		return false;
	cbor_put_array(out, 2 * json_array_size(value));
	json_array_foreach(value, i, one)
	{
		if (!put_text(out, json_object_get(one, "name")) ||
		    !put_text(out, json_object_get(one, "office")))
			return false;
	}
	return true;
}

static bool put_hash(struct buf *out, const json_t *value)
{
	uint8_t hash[HASH_LEN];

	if (!json_is_string(value) ||
	    bytes_read_hex(bytes_str(json_string_value(value)), hash, sizeof hash) != ERR_OK)
		return false;
	cbor_put_bytes(out, BYTES_OF(hash));
	return true;
}

static bool put_value(struct buf *out, const struct member *m, json_t *value)
{
	switch (m->shape) {
	case SHAPE_TEXT:
		return put_text(out, value);
	case SHAPE_TEXTS:
		return put_texts(out, value);
	case SHAPE_WORDS:
		return put_words(out, value);
	case SHAPE_PEOPLE:
		return put_people(out, value);
	case SHAPE_HASH:
		return put_hash(out, value);
	case SHAPE_NUMBER:
		break;
	}
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	cbor_put_uint(out, (uint64_t)json_integer_value(value));
	return true;
}

bool dialogue_put(struct draft *d, json_t *said, const char **bad)
{
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX);
	bool is_good = true;
	json_t *value;
	const char *key;

	json_object_foreach(said, key, value)
	{
		const struct member *m = member_find(key);
		struct buf out;
		buf_init(&out, memory, ENTRY_LEN_MAX);
		is_good = m != NULL && put_value(&out, m, value) && buf_check(&out) == ERR_OK &&
			  out.len <= DIALOGUE_FIELDS_LEN_MAX;
		*bad = key;
		if (!is_good)
			break;
		draft_field(d, m->field, buf_bytes(&out), false);
	}
	free(memory);
	return is_good;
}

bool dialogue_is_whole(const struct draft *d, const char **bad)
{
	const struct field *field;

	if (dialogue_check(&d->statement, &field) == ERR_OK)
		return true;
	*bad = field == NULL ? "" : dialogue_field_name(field->key);
	for (size_t i = 0; field == NULL && i < ARRAY_COUNT(members); i++) {
		bool is_required = dialogue_is_required(&d->statement, members[i].field);
		if (is_required && statement_field(&d->statement, members[i].field) == NULL)
			*bad = dialogue_field_name(members[i].field);
	}
	return false;
}

/* ---- Things by name. ---- */

static enum exit_code refuse_count(size_t count, const char *kind, const char *word)
{
	if (count < 2)
		say_error(_("There is no {1} of the name {2}."), _(kind), word);
	else
		say_error(_("{1} things have the name {2}: both sides gave it at once."), say_number(count),
			  word);
	say_next(_("name its place; the list has it"));
	return EXIT_NOT_FOUND;
}

enum exit_code dialogue_get_pages(struct client *c, const struct query *wanted, json_t **out)
{
	char after[PLACE_TEXT_LEN] = "";
	enum exit_code code;

	*out = NULL;
	do {
		json_t *page = NULL;
		struct query q = *wanted;
		if (after[0] != '\0')
			query_put(&q, "after", after);
		code = client_get(c, &q, &page);
		say_fill(after, sizeof after, "{1}", code == EXIT_DONE ? json_str(page, "next") : "");
		if (*out == NULL) {
			*out = page;
			continue;
		}
		json_array_extend(json_object_get(*out, "things"), json_object_get(page, "things"));
		json_decref(page);
	} while (code == EXIT_DONE && after[0] != '\0');
	if (code == EXIT_DONE)
		json_object_del(*out, "next");
	if (code == EXIT_DONE)
		json_object_set_new(*out, "more", json_false());
	return code;
}

enum exit_code dialogue_get_all(struct client *c, const char *kind, bool is_open, json_t **out)
{
	struct query q;

	query_open(&q, "/dialogues");
	query_put(&q, "kind", kind);
	if (is_open)
		query_put(&q, "open", "1");
	return dialogue_get_pages(c, &q, out);
}

enum exit_code dialogue_get(struct client *c, const char *kind, json_t **out)
{
	return dialogue_get_all(c, kind, false, out);
}

enum exit_code dialogue_look_up(struct client *c, const char *kind, const char *word, json_t **out)
{
	bool is_name = is_dialogue_name(bytes_str(word));
	json_t *answer = NULL, *things;
	const json_t *found;
	struct query q;
	enum exit_code code;

	query_open(&q, "/dialogues");
	query_put(&q, "kind", kind);
	query_put(&q, is_name ? "name" : "place", word);
	*out = NULL;
	code = client_get(c, &q, &answer);
	things = json_object_get(answer, "things");
	found = json_array_get(things, 0);
	if (code == EXIT_DONE && (json_array_size(things) != 1 || strcmp(json_str(found, "kind"), kind) != 0))
		code = refuse_count(json_array_size(things), kind, word);
	if (code == EXIT_DONE)
		*out = json_incref(json_array_get(things, 0));
	json_decref(answer);
	return code;
}

const json_t *dialogue_find(const json_t *things, const char *kind, const char *word)
{
	const json_t *thing, *found = NULL;
	size_t i, count = 0;

	json_array_foreach(json_object_get(things, "things"), i, thing)
	{
		if (strcmp(json_str(thing, "name"), word) != 0 &&
		    strcasecmp(json_str(thing, "place"), word) != 0)
			continue;
		found = thing;
		count++;
	}
	if (count == 1)
		return found;
	(void)refuse_count(count, kind, word);
	return NULL;
}

/* ---- One verb. ---- */

struct saying {
	const struct options *o;
	const struct dialogue_verb *verb;
	struct client *c;
	struct officer *officer;
	struct draft *d;
	json_t *entry; /* what it refers to; NULL: nothing */
	json_t *other; /* of a SAME the second */
};

/* Which report is answered: the only one that waits, or that of --party. */
static const char *report_of(const json_t *commitment, const char *party)
{
	const json_t *part;
	const char *found = NULL;
	size_t i, count = 0;

	json_array_foreach(json_object_get(commitment, "parts"), i, part)
	{
		if (json_object_get(part, "report") == NULL)
			continue;
		if (party != NULL ? strcasecmp(party, json_str(part, "party")) != 0
				  : strcmp(json_str(part, "part"), "ACCEPTED") == 0)
			continue;
		found = json_str(part, "report");
		count++;
	}
	if (count == 1)
		return found;
	if (count == 0)
		say_error(_("No report on {1} waits for an answer."), json_str(commitment, "name"));
	else
		say_error(_("{1} reports on {2} wait for an answer."), say_number(count),
			  json_str(commitment, "name"));
	say_next(_("say which by --party CODE; entente commitments shows them"));
	return NULL;
}

static enum exit_code find_subject(struct saying *s, const char *word, json_t **entry)
{
	bool is_answer = s->verb->kind == KIND_ACCEPTED || s->verb->kind == KIND_DISPUTED;
	const char *place;
	json_t *found = NULL;
	enum exit_code code = dialogue_look_up(s->c, kind_find(s->verb->on)->name, word, &found);

	if (code == EXIT_DONE) {
		place = is_answer ? report_of(found, option_value(s->o, "party")) : json_str(found, "place");
		code = place == NULL ? EXIT_NOT_FOUND : show_get_entry(s->c, place, entry);
	}
	json_decref(found);
	return code;
}

json_t *dialogue_list(const char *text)
{
	json_t *list = json_array();

	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, ",");
		json_array_append_new(list, json_stringn(at, len));
		at += len + (at[len] == ',');
	}
	return list;
}

/* A code is its party's name in capitals. */
bool dialogue_is_party(const json_t *parties, const char *code)
{
	const json_t *party;
	bool is_there = false;
	size_t i;

	json_array_foreach(parties, i, party) is_there =
		is_there || strcasecmp(json_string_value(party), code) == 0;
	return is_there && code[strcspn(code, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

static void put_words_of(const struct options *o, json_t *said, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(said, key, json_pack("{s:s}", text_language(o), text));
}

/* NAME=OFFICE; what has no office has none that counts. */
static void put_person(json_t *people, const char *text)
{
	size_t len = strcspn(text, "=");

	json_array_append_new(people, json_pack("{s:s%, s:s}", "name", text, len, "office",
						text[len] == '\0' ? "" : text + len + 1));
}

/* The head first. */
static void put_people_of(const struct options *o, json_t *said)
{
	const char *head = option_value(o, "head"), *member;
	json_t *people = json_array();
	size_t n = 0;

	if (head != NULL)
		put_person(people, head);
	while ((member = option_next(o, "member", &n)) != NULL)
		put_person(people, member);
	if (json_array_size(people) > 0)
		json_object_set(said, "people", people);
	json_decref(people);
}

/* What was typed, as the object that a file would have. */
static json_t *said_of(const struct saying *s, size_t at)
{
	static const char *const texts[] = { "when",  "source", "type",	  "confidence",
					     "where", "unit",	"manner", "beside" };
	const struct options *o = s->o;
	json_t *said = json_object();
	const char *also, *number = option_value(o, "number");
	const char *also_of = s->verb->on == KIND_EVENT || s->verb->on == KIND_CLAIM ? "detail" : "title";
	uint64_t count;
	size_t n = 0;

	if (s->verb->kind == KIND_ACT || s->verb->kind == KIND_SAME ||
	    (s->verb->kind == KIND_TEXT && s->verb->act != TEXT_CORRECTS))
		json_object_set_new(said, "act", json_integer(s->verb->act));
	if (s->verb->has_name)
		json_object_set_new(said, "name", json_string(o->arguments[at++]));
	if (s->verb->has_name && s->verb->kind != KIND_CLAIM)
		put_words_of(o, said, "title", o->arguments[at++]);
	if (s->verb->kind == KIND_CONDITION)
		json_object_set_new(said, "stage", json_string(o->arguments[at++]));
	put_words_of(o, said, "detail", option_value(o, "detail"));
	if (s->verb->has_detail && at < o->arguments_count)
		put_words_of(o, said, "detail", o->arguments[at]);
	put_words_of(o, said, "doubt", option_value(o, "doubt"));
	while ((also = option_next(o, "also", &n)) != NULL) {
		const char *equals = strchr(also, '=');
		char tag[LANGUAGE_TAG_MAX + 1];
		if (equals == NULL ||
		    bytes_copy_str((struct bytes){ (const uint8_t *)also, (size_t)(equals - also) }, tag,
				   sizeof tag) != ERR_OK)
			continue;
		if (json_object_get(said, also_of) == NULL)
			json_object_set_new(said, also_of, json_object());
		json_object_set_new(json_object_get(said, also_of), tag, json_string(equals + 1));
	}
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		if (option_value(o, texts[i]) != NULL)
			json_object_set_new(said, texts[i], json_string(option_value(o, texts[i])));
	}
	put_words_of(o, said, "location", option_value(o, "location"));
	put_words_of(o, said, "credentials", option_value(o, "credentials"));
	put_people_of(o, said);
	if (option_value(o, "chairs") != NULL)
		json_object_set_new(said, "chairs", dialogue_list(option_value(o, "chairs")));
	if (option_value(o, "languages") != NULL)
		json_object_set_new(said, "languages", dialogue_list(option_value(o, "languages")));
	else if (s->verb->kind == KIND_TEXT && s->verb->on == KIND_TEXT) /* those of what it corrects */
		json_object_set(said, "languages",
				json_object_get(json_object_get(s->entry, "says"), "languages"));
	if (option_value(o, "by") != NULL)
		json_object_set_new(said, "parties", dialogue_list(option_value(o, "by")));
	if (option_value(o, "to") != NULL && s->verb->kind == KIND_COMMITMENT)
		json_object_set_new(said, "owed_to", dialogue_list(option_value(o, "to")));
	else if (option_value(o, "to") != NULL)
		json_object_set_new(said, "to", json_string(option_value(o, "to")));
	if (number != NULL) /* null is refused with the member's name */
		json_object_set_new(said, "number",
				    bytes_read_decimal(bytes_str(number), UINT32_MAX, &count) == ERR_OK
					    ? json_integer((json_int_t)count)
					    : json_null());
	return said;
}

/* The record is a text, as it stands now: its name and its hash. */
static enum exit_code add_record(const struct saying *s, json_t *said)
{
	const char *name = option_value(s->o, "text");
	json_t *text = NULL;
	enum exit_code code;

	if (s->verb->kind != KIND_ACT || s->verb->act != DIALOGUE_ACT_RECORD_AGREE)
		return EXIT_DONE;
	if (name == NULL) {
		say_error(_("It is not said which text is the record."));
		say_next(_("--text TEXT; entente text lists them"));
		return EXIT_USAGE;
	}
	code = text_get(s->c, name, NULL, &text);
	if (code == EXIT_DONE) {
		json_object_set(said, "to", json_object_get(text, "name"));
		json_object_set(said, "hash", json_object_get(text, "hash"));
	}
	json_decref(text);
	return code;
}

/* A commitment is taken from what a text says: from a unit that is there. */
static enum exit_code check_unit(const struct saying *s)
{
	const char *unit = option_value(s->o, "unit");
	char name[DIALOGUE_NAME_MAX + 1];
	size_t len = unit == NULL ? 0 : strcspn(unit, "/");
	json_t *text = NULL;
	enum exit_code code;

	/* What is not written as TEXT/UNIT is refused with its member. */
	if (unit == NULL || unit[len] == '\0' || s->verb->kind != KIND_COMMITMENT ||
	    bytes_copy_str((struct bytes){ (const uint8_t *)unit, len }, name, sizeof name) != ERR_OK)
		return EXIT_DONE;
	code = text_get(s->c, name, NULL, &text);
	if (code == EXIT_DONE)
		code = text_has_unit(text, unit + len + 1);
	json_decref(text);
	return code;
}

/* A side meeting is held beside a session that is there. */
static enum exit_code check_beside(const struct saying *s)
{
	const char *beside = option_value(s->o, "beside");
	json_t *session = NULL;
	enum exit_code code;

	/* What is no name is refused with its member. */
	if (beside == NULL || !is_dialogue_name(bytes_str(beside)))
		return EXIT_DONE;
	code = dialogue_look_up(s->c, "session", beside, &session);
	json_decref(session);
	return code;
}

bool dialogue_stands_before(const json_t *codes, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (json_equal(json_array_get(codes, i), json_array_get(codes, at)))
			return true;
	}
	return false;
}

/* Who owes, is owed, hosts: whoever it is said to is of the channel. */
static enum exit_code check_parties(const struct saying *s, const json_t *said)
{
	static const char *const lists[] = { "parties", "owed_to" };
	json_t *seen = NULL;
	const json_t *code;
	enum exit_code done;
	struct query q;
	size_t i;

	if (json_object_get(said, "parties") == NULL && json_object_get(said, "owed_to") == NULL)
		return EXIT_DONE;
	query_open(&q, "/seen");
	query_put(&q, "channel", say_number(s->d->statement.channel));
	done = client_get(s->c, &q, &seen);
	for (size_t m = 0; m < ARRAY_COUNT(lists); m++) {
		json_array_foreach(json_object_get(said, lists[m]), i, code)
		{
			if (done == EXIT_DONE && dialogue_stands_before(json_object_get(said, lists[m]), i)) {
				say_error(_("{1} is there twice."), json_string_value(code));
				say_next(_("name each once"));
				done = EXIT_USAGE;
			}
			if (done != EXIT_DONE ||
			    dialogue_is_party(json_object_get(seen, "voices"), json_string_value(code)))
				continue;
			say_error(dialogue_is_party(json_object_get(seen, "parties"), json_string_value(code))
					  ? _("{1} observes on the channel: it owes nothing there, and is "
					      "owed nothing.")
					  : _("{1} is no party of the channel."),
				  json_string_value(code));
			say_next(_("entente accord show lists the parties"));
			done = EXIT_NOT_FOUND;
		}
	}
	json_decref(seen);
	return done;
}

static enum exit_code add_fields(const struct saying *s, size_t at)
{
	json_t *said = said_of(s, at);
	const char *bad = "";
	enum exit_code code = add_record(s, said);
	bool is_good;

	if (code == EXIT_DONE)
		code = check_parties(s, said);
	is_good = code != EXIT_DONE || (dialogue_put(s->d, said, &bad) && dialogue_is_whole(s->d, &bad));
	if (!is_good) {
		say_error(_("{1} is missing, or is not as it is written."), bad);
		say_next(_("see entente {1} --help"), s->o->command->name);
	}
	json_decref(said);
	return is_good ? code : EXIT_USAGE;
}

/* On the channel of what it is about, with its label; else where and as the person says. */
static enum exit_code add_place(const struct saying *s)
{
	const char *channel =
		s->entry != NULL ? say_number(json_uint(s->entry, "channel")) : option_value(s->o, "channel");
	json_t *seen = NULL;
	enum exit_code code;
	struct query q;

	if (channel == NULL) {
		say_error(_("It is not said on which channel."));
		say_next(_("--channel CHANNEL; entente accord show lists them"));
		return EXIT_USAGE;
	}
	code = draft_address(s->d, s->c, channel);
	if (code == EXIT_DONE && s->entry != NULL) {
		code = draft_label_over(s->d, s->o, s->c);
		return code == EXIT_DONE ? draft_refer(s->d, s->entry) : code;
	}
	query_open(&q, "/seen");
	query_put(&q, "channel", channel);
	if (code == EXIT_DONE)
		code = client_get(s->c, &q, &seen);
	if (code == EXIT_DONE)
		code = draft_label(s->d, s->o, json_object_get(seen, "parties"));
	json_decref(seen);
	return code;
}

/* What is said of two stands under one label: theirs, or the one that is given. */
static enum exit_code add_other(const struct saying *s)
{
	if (!draft_label_is_given(s->o) &&
	    !json_equal(json_object_get(s->entry, "label"), json_object_get(s->other, "label"))) {
		say_error(_("The two have different labels."));
		say_next(_("--label LEVEL says which this has; not below either"));
		return EXIT_USAGE;
	}
	return draft_refer(s->d, s->other);
}

static enum exit_code compose(struct saying *s)
{
	size_t at = 1;
	enum exit_code code = officer_find_role(s->officer, s->o, s->c);

	if (code == EXIT_DONE && s->verb->on != 0)
		code = find_subject(s, s->o->arguments[at++], &s->entry);
	if (code == EXIT_DONE && s->verb->kind == KIND_SAME)
		code = find_subject(s, s->o->arguments[at++], &s->other);
	if (code == EXIT_DONE)
		code = add_place(s);
	if (code == EXIT_DONE && s->other != NULL)
		code = add_other(s);
	if (code == EXIT_DONE)
		code = check_unit(s);
	if (code == EXIT_DONE)
		code = check_beside(s);
	if (code == EXIT_DONE)
		code = add_fields(s, at);
	if (code == EXIT_DONE)
		code = draft_sign(s->d, s->officer);
	return code == EXIT_DONE ? act_file(s->o, s->c, s->d, s->officer, s->entry, _(s->verb->done)) : code;
}

enum exit_code dialogue_say(struct options *o, const struct dialogue_verb *verb)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	struct draft d;
	struct saying s = { .o = o, .verb = verb, .c = &c, .officer = &officer, .d = &d };
	enum exit_code code;

	draft_open(&d, verb->kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = compose(&s);
	json_decref(s.entry);
	json_decref(s.other);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

enum exit_code dialogue_say_one(struct options *o, const struct dialogue_verb *verbs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(verbs[i].name, o->arguments[0]) == 0)
			return dialogue_say(o, &verbs[i]);
	}
	return EXIT_USAGE;
}
